"""Output: the same answer on the screen, as text of a kind, or in files by their endings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.cli.pager import show
from costcalc.files import is_file, is_there, write_whole
from costcalc.problems import INCOMPLETE_EXIT, Place, fail, nearest_names, visible
from costcalc.records import dataclass

if TYPE_CHECKING:
    from rich.console import Console

    from costcalc.cli.config import Config
    from costcalc.render.draw import Page
    from costcalc.reports.usage import UsageSummary
    from costcalc.usage.ledger import SourceFile

ENDINGS = {".json": "json", ".csv": "csv", ".md": "md", ".markdown": "md", ".txt": "table"}
KINDS = ("table", "json", "csv", "md")
_WITHOUT_NOTES = ("csv", "parquet", "focus", "focus-parquet")
# What some answers are written as beside those; a FOCUS file says so before its ending.
MORE_ENDINGS = {
    ".focus.csv": "focus", ".focus.parquet": "focus-parquet", ".xlsx": "xlsx", ".parquet": "parquet",
    ".xml": "junit", ".sarif": "sarif",
}  # fmt: skip
_STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
NARROWEST = 40  # columns: below that a table cannot be read

Content = Callable[[str], str | bytes]  # of a kind


@dataclass(frozen=True, slots=True)
class Target:
    """One place that an answer is written to, and as what."""

    kind: str
    path: Path | None = None  # None: standard output
    has_notes: bool = field(default=False, compare=False)  # a page with every note; a file always has them
    is_paged: bool = field(default=True, compare=False)  # through the pager, where there is one


def targets_of(
    outputs: Sequence[Path] | None,
    format_word: str | None = None,
    as_json: bool = False,
    beside: Sequence[str] = (),
    also: Sequence[str] = (),
) -> tuple[Target, ...]:
    """Every place that was asked for, else standard output. CostcalcError: no such kind, or an ending that says none.

    Of all of them --json or --format say the kind, else the ending of each. `beside`: endings that the command itself
    writes, for the message; `also`: kinds that it offers beside the usual.
    """
    if as_json and format_word and _kind_named(format_word.lower(), also) != "json":
        raise fail(
            "two-kinds", f"--json and --format {format_word} both say what to print", remedy="leave one of them out"
        )
    offered = {ending: kind for ending, kind in MORE_ENDINGS.items() if kind in also} | ENDINGS
    word = "json" if as_json else format_word and _kind_named(format_word.lower(), also)
    return tuple(
        Target(_kind_at(word, path) if word else _kind_of(path, offered, beside), path) for path in paths_of(outputs)
    )


def paths_of(outputs: Sequence[Path] | None) -> list[Path | None]:
    """Each place once; - is standard output, by whatever name, and so is nothing."""
    return list(dict.fromkeys(None if str(path) in _STANDARD_OUTPUT else path for path in outputs or ())) or [None]


def keep_apart(outputs: Iterable[Path | None], read: Iterable[Path | str]) -> None:
    """CostcalcError: an output is one of the files that the command reads, by whatever name."""
    inputs = [path for path in read if is_file(path)]
    for output in outputs:
        if output and is_there(output) and any(output.samefile(path) for path in inputs):
            raise fail(
                "output-is-input", "this command reads the file, and would write over it", place=Place(str(output)),
                remedy="name another file with -o",
            )  # fmt: skip


def keep_apart_from_all(outputs: Iterable[Path | None], sources: Iterable[SourceFile], config: Config) -> None:
    """Likewise of what was found in folders, and of what the configuration names."""
    keep_apart(outputs, [*(source.path for source in sources if source.rows), *config.files()])


def _kind_named(word: str, also: Sequence[str]) -> str:
    word, kinds = (
        {"markdown": "md", "text": "table"}.get(word, word),
        (*KINDS, *(kind for kind in also if "-" not in kind)),
    )
    if word not in kinds:
        raise fail(
            "unknown-output", f'no output is called "{word}"', nearest=nearest_names(word, kinds), expected=", ".join(kinds)
        )  # fmt: skip
    return word


def _kind_at(word: str, path: Path | None) -> str:
    return "focus-parquet" if word == "focus" and path and path.suffix.lower() == ".parquet" else word


def _kind_of(path: Path | None, offered: Mapping[str, str], beside: Sequence[str]) -> str:
    if path is None:
        return "table"
    kind = _kind_of_ending(path, offered)
    if kind is None:
        known = _kind_of_ending(path, MORE_ENDINGS)
        raise fail(
            "unknown-output",
            f'this answer is not written as {path.suffix.lower()}: "{path}"' if known
            else f'what to write is not known from the ending of "{path}"',
            expected=", ".join((*beside, *offered)), remedy="choose such an ending, or say --format",
        )  # fmt: skip
    return kind


def _kind_of_ending(path: Path, endings: Mapping[str, str]) -> str | None:
    name = path.name.lower()
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), None)


def deliver(targets: Sequence[Target], page: Callable[[], Any], content: Content, lacks: str = "") -> None:
    """Write the answer wherever it was asked for: the page as a table, the content as any other kind; `lacks`: as in `put`.

    All of it is made once, before any of it is written. CostcalcError: a file cannot be written, or a terminal cannot
    show it.
    """
    page = cache(page)
    made = {
        target: content(target.kind) if target.kind != "table" else page_text(page()) if target.path else None
        for target in targets
    }
    for target, text in made.items():
        if text is None:
            show(screen(), replace(page(), has_notes=target.has_notes), target.is_paged)
        else:
            give(target, text if isinstance(text, bytes) or text.endswith("\n") else text + "\n", lacks)


def give(target: Target, content: str | bytes, lacks: str = "") -> None:
    """Write to a file or on standard output. CostcalcError: it cannot be written, or a terminal cannot show it."""
    if target.path is not None:
        put(target.path, content, lacks)
    elif isinstance(content, str):
        sys.stdout.write(content)
    else:
        _give_bytes(target.kind, content)


def put(output: Path, content: str | bytes, lacks: str = "") -> None:
    """Write a file, and say so on standard error. `lacks`: what its figures lack. CostcalcError: it cannot be written."""
    write_whole(output, content)
    tell_written(output, lacks)


def tell_written(output: Path, lacks: str = "", holds: str = "") -> None:
    """One line for a file that was written. `holds`: what is in it."""
    incomplete = f"; incomplete: {lacks}" if lacks else ""
    sys.stderr.write(f"{visible(str(output))} is written{holds and f': {holds}'}{incomplete}\n")


def _give_bytes(kind: str, content: bytes) -> None:
    if sys.stdout.isatty():
        raise fail(
            "binary-on-a-terminal", f"{kind} is not text, and a terminal cannot show it",
            remedy=f"write a file: -o out.{kind.replace('-', '.')}",
        )  # fmt: skip
    sys.stdout.flush()
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


def warn(usage: UsageSummary, targets: Iterable[Target]) -> None:
    """Say on standard error what nobody may miss, where none of the answers has room for a note."""
    if all(target.kind in _WITHOUT_NOTES for target in targets):
        sys.stderr.writelines(f"! {visible(note)}\n" for note in usage.warnings)


def page_text(page: Page) -> str:
    """The page as a file has it, with every note."""
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=120, no_color=True, highlight=False, markup=False, emoji=False)
    console.print(replace(page, has_notes=True), crop=False)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text
