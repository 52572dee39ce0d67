"""`costcalc formats`: Which log is this, and how is it read?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from costcalc.api.options import DetectOptions
from costcalc.api.words import limits_of, read_pairs
from costcalc.cli.answers import ConfigFile
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage, limits_in
from costcalc.cli.config import read_config
from costcalc.cli.grouped import grouped
from costcalc.cli.output import screen
from costcalc.problems import fail, nearest_names, visible

app = command_app(help="Which log is this, and how is it read?", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_formats(as_json: Json = False) -> None:
    """Every format that is known."""
    from costcalc.usage.catalogue import all_formats

    formats = sorted(all_formats(), key=lambda spec: spec.name)
    if as_json:
        typer.echo(
            json.dumps([{"name": spec.name, "title": spec.title} for spec in formats], ensure_ascii=False, indent=2)
        )
        return
    width = max(len(spec.name) for spec in formats)
    for spec in formats:
        typer.echo(f"{spec.name:<{width}}  {spec.title}")


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
def detect(usage: Usage, *, words: DetectOptions, as_json: Json = False, config_file: ConfigFile = None) -> int:
    """Which format each file is, and what was understood of its columns."""
    from costcalc.usage.scan import detect as detect_files

    config = read_config(config_file)
    found = detect_files(
        usage,
        read_pairs(words.get("columns"), "--map", "NAME=COLUMN"),
        rules=config.map_rules(),
        limits=limits_of(limits_in(config, words)),
        formats=[*map(Path, words.get("formats") or config.paths("formats"))],
    )
    if as_json:
        typer.echo(json.dumps([_as_json(each) for each in found], ensure_ascii=False, indent=2))
        return 0
    console = screen()
    for each in found:
        console.print(f"{visible(each.path)}: {each.format}")
        console.print(f"  {visible(each.why)}")
        width = max((len(name) for name in each.columns), default=0)
        for column, meaning in each.columns.items():
            console.print(f"  {visible(column):<{width}}  {visible(meaning)}")
        if each.dimensions:
            console.print(f"  dimensions, for --by: {', '.join(visible(name) for name in each.dimensions)}")
        for column in each.uncounted:
            console.print(f"  {visible(column)}: looks like a count and is not read (--map MEANING={visible(column)})")
    return 0


def _as_json(each) -> dict[str, object]:  # type: ignore[no-untyped-def]
    return {
        "path": each.path, "format": each.format, "why": each.why,
        "columns": dict(each.columns), "dimensions": list(each.dimensions),
        "uncounted": list(each.uncounted),
    }  # fmt: skip
