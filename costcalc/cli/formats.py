"""`costcalc formats`: Which log is this, and how is it read?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc.api.options import DetectOptions
from costcalc.api.words import limits_of, read_pairs
from costcalc.cli.answers import ConfigFile, JsonAlone
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage, limits_in
from costcalc.cli.config import read_config
from costcalc.cli.grouped import grouped
from costcalc.cli.groups import CommandsGroup
from costcalc.cli.output import screen
from costcalc.problems import fail, nearest_names, problem_text, visible

if TYPE_CHECKING:
    from rich.console import Console

    from costcalc.usage.detection import Detection, Detections
    from costcalc.usage.ledger import SkippedRows

_MOST_ASIDE = 12  # names that a page lists

app = command_app(cls=CommandsGroup, help="Which log is this, and how is it read?", no_args_is_help=True)


@app.command("list")
def list_formats(as_json: JsonAlone = False) -> None:
    """Every format that is known."""
    from costcalc.usage.catalogue import all_formats

    formats = sorted(all_formats(), key=lambda spec: spec.name)
    if as_json:
        typer.echo(
            json.dumps([{"name": spec.name, "title": spec.title} for spec in formats], ensure_ascii=False, indent=2)
        )
        return
    from rich.table import Table

    table = Table.grid("", "", padding=(0, 2))
    for spec in formats:
        table.add_row(spec.name, spec.title)
    screen().print(table)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A format's name.", show_default=False)]) -> None:
    """How a format is read: the file that declares it."""
    from costcalc.usage.catalogue import all_formats, format_text

    names = sorted(spec.name for spec in all_formats())
    if name not in names:
        raise fail(
            "no-such-format",
            f'no format is called "{name}"',
            nearest=nearest_names(name, names),
            expected=", ".join(names),
        )
    typer.echo(format_text(name).rstrip())


@app.command()
@grouped
def detect(usage: Usage, *, words: DetectOptions, as_json: JsonAlone = False, config_file: ConfigFile = None) -> int:
    """Which format each file is and why, what is taken from its columns, and what becomes of its rows."""
    from costcalc.usage.detection import detect as detect_files

    config = read_config(config_file)
    found = detect_files(
        usage,
        read_pairs(words.get("columns"), "--map", "NAME=COLUMN"),
        rules=config.map_rules(),
        limits=limits_of(limits_in(config, words)),
        formats=[*map(Path, words.get("formats") or config.paths("formats"))],
    )
    if as_json:
        typer.echo(json.dumps([_as_json(each) for each in found.files], ensure_ascii=False, indent=2))
        return 0
    console = screen()
    if len(found.files) == 1:
        _print_file(console, found.files[0], found.left_out)
    else:
        _print_files(console, found)
    for note in found.notes:
        console.print(visible(note))
    return 0


def _print_file(console: Console, found: Detection, left_out: Sequence[SkippedRows]) -> None:
    """One file, with every column."""
    console.print(f"{visible(found.path)}: {found.format}")
    console.print(f"  {visible(found.why)}")
    for other in found.others:
        console.print(f"  near to it is {visible(other)}")
    width = max((len(name) for name in found.columns), default=0)
    for column, meaning in found.columns.items():
        console.print(f"  {visible(column):<{width}}  {visible(meaning)}")
    if found.dimensions:
        console.print(f"  dimensions, for --by: {', '.join(visible(name) for name in found.dimensions)}")
    if found.aside:
        more = f" and {len(found.aside) - _MOST_ASIDE:,} more" if len(found.aside) > _MOST_ASIDE else ""
        console.print(f"  left aside: {', '.join(visible(name) for name in found.aside[:_MOST_ASIDE])}{more}")
    if found.is_log:
        rows = [f"{found.rows.counted:,} counted"]
        rows += [f"{each.rows:,} left out ({each.reason})" for each in left_out]
        rows += [f"{found.rows.refused:,} refused"] if found.rows.refused else []
        console.print(f"  rows: {', '.join(rows)}")
    for problem in (*found.refused, *found.uncounted):
        console.print(problem_text(problem))


def _print_files(console: Console, found: Detections) -> None:
    """Several files in one table, then what is wrong with some."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="")
    table.add_column("File", overflow="fold")
    table.add_column("Read as", overflow="fold")
    for name in ("Counted", "Left out", "Refused"):
        table.add_column(name, justify="right")
    for each in found.files:
        counts = [f"{number:,}" for number in (each.rows.counted, each.rows.left_out, each.rows.refused)]
        read_as = each.format if each.is_read else f"{each.format}: {each.why}"
        table.add_row(visible(each.path), visible(read_as), *(counts if each.is_log else ("–", "–", "–")))
    console.print(table)
    for skipped in found.left_out:
        console.print(f"Left out: {skipped.rows:,} ({skipped.format}): {skipped.reason}.")
    for problem in (problem for each in found.files for problem in (*each.refused, *each.uncounted)):
        console.print(problem_text(problem))


def _as_json(each: Detection) -> dict[str, object]:
    return {
        "path": each.path, "format": each.format, "why": each.why, "others": list(each.others),
        "columns": dict(each.columns), "dimensions": list(each.dimensions), "aside": list(each.aside),
        "rows": {"counted": each.rows.counted, "left_out": each.rows.left_out, "refused": each.rows.refused},
        "refused": [problem.message for problem in each.refused],
        "uncounted": [problem.message for problem in each.uncounted],
    }  # fmt: skip
