"""Output: the same answer on the screen, as text of a kind, or in a file by its ending."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.files import write_whole
from costcalc.problems import INCOMPLETE_EXIT, fail, nearest_names, visible
from costcalc.render.words import counted
from costcalc.reports.usage import UsageSummary

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

ENDINGS = {".json": "json", ".csv": "csv", ".md": "md", ".markdown": "md", ".txt": "table"}
KINDS = ("table", "json", "csv", "md")
# What some answers are written as beside those; a FOCUS file says so before its ending.
MORE_ENDINGS = {
    ".focus.csv": "focus", ".focus.parquet": "focus-parquet", ".xlsx": "xlsx", ".parquet": "parquet",
}  # fmt: skip
NARROWEST = 60  # columns: below that a table cannot be read


def kind_of(
    format_word: str | None, as_json: bool, output: Path | None, beside: Sequence[str] = (), also: Sequence[str] = ()
) -> str:
    """The kind asked for: --json, else --format, else the file's ending, else the table. CostcalcError: no such kind.

    `beside`: endings that the command itself writes, for the message; `also`: kinds that it offers beside the usual.
    """
    if as_json:
        return "json"
    if format_word:
        return _kind_named(format_word.lower(), output, (*KINDS, *(kind for kind in also if "-" not in kind)))
    if output is None or str(output) == "-":
        return "table"
    offered = {ending: kind for ending, kind in MORE_ENDINGS.items() if kind in also} | ENDINGS
    kind = _kind_of_ending(output, offered)
    if kind is None:
        known = _kind_of_ending(output, MORE_ENDINGS)
        raise fail(
            "unknown-output",
            f'this answer is not written as {output.suffix.lower()}: "{output}"' if known
            else f'what to write is not known from the ending of "{output}"',
            expected=", ".join((*beside, *offered)), remedy="choose such an ending, or say --format",
        )  # fmt: skip
    return kind


def _kind_named(word: str, output: Path | None, kinds: Sequence[str]) -> str:
    word = {"markdown": "md", "text": "table"}.get(word, word)
    if word not in kinds:
        raise fail(
            "unknown-output", f'no output is called "{word}"', nearest=nearest_names(word, kinds), expected=", ".join(kinds)
        )  # fmt: skip
    if word == "focus" and output is not None and output.suffix.lower() == ".parquet":
        return "focus-parquet"
    return word


def _kind_of_ending(output: Path, endings: Mapping[str, str]) -> str | None:
    name = output.name.lower()
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), None)


def deliver(
    kind: str,
    output: Path | None,
    page: Callable[[], RenderableType],
    content: Callable[[], str | bytes],
    lacks: str = "",
) -> None:
    """Write the answer where it was asked for: the page as a table, the content as any other kind; `lacks`: as in `put`.

    CostcalcError: the file cannot be written, or a terminal cannot show it.
    """
    if kind == "table" and (output is None or str(output) == "-"):
        screen().print(page(), crop=False)  # lines to paste may be longer
        return
    text = _page_text(page()) if kind == "table" else content()
    if isinstance(text, bytes):
        _deliver_bytes(kind, output, text, lacks)
        return
    if output is None or str(output) == "-":
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    put(output, text if text.endswith("\n") else text + "\n", lacks)


def put(output: Path, content: str | bytes, lacks: str = "") -> None:
    """Write a file, and say so on standard error. `lacks`: what its figures lack. CostcalcError: it cannot be written."""
    write_whole(output, content)
    tell_written(output, lacks)


def tell_written(output: Path, lacks: str = "", holds: str = "") -> None:
    """One line for a file that was written. `holds`: what is in it."""
    incomplete = f"; incomplete: {lacks}" if lacks else ""
    sys.stderr.write(f"{visible(str(output))} is written{holds and f': {holds}'}{incomplete}\n")


def lacks_of(usage: UsageSummary, priced: bool) -> str:
    """What the figures lack: "usage without a price, 2 rows refused"."""
    found = [] if priced else ["usage without a price"]
    found += [f"{counted(usage.refused_rows, 'row')} refused"] * bool(usage.refused_rows)
    found += [f"{counted(usage.unread_files, 'file')} not read"] * bool(usage.unread_files)
    return ", ".join(found)


def _deliver_bytes(kind: str, output: Path | None, content: bytes, lacks: str) -> None:
    if output is not None and str(output) != "-":
        put(output, content, lacks)
        return
    if sys.stdout.isatty():
        raise fail(
            "binary-on-a-terminal", f"{kind} is not text, and a terminal cannot show it",
            remedy=f"write a file: -o out.{kind.replace('-', '.')}",
        )  # fmt: skip
    sys.stdout.buffer.write(content)


def screen() -> Console:
    """Standard output as a console: its own width on a terminal, 80 columns or COLUMNS in a pipe."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)
    if console.width < NARROWEST:
        console = Console(highlight=False, markup=False, emoji=False, width=NARROWEST)
    return console


def exit_code(usage: UsageSummary, priced: bool, *, allow_unpriced: bool, allow_refused: bool) -> int:
    """3 where the total is incomplete, unless that was allowed."""
    if not usage.is_whole and not allow_refused:
        return INCOMPLETE_EXIT
    return INCOMPLETE_EXIT if not priced and not allow_unpriced else 0


def report_refused(usage: UsageSummary) -> None:
    """Name refused rows, and usage that was not read, on standard error, each with its place."""
    if problems := [*usage.uncounted, *usage.problems]:
        from costcalc.render.problems import write_problems

        write_problems(problems, sys.stderr)


def _page_text(page: RenderableType) -> str:
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=120, no_color=True, highlight=False, markup=False, emoji=False)
    console.print(page, crop=False)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text
