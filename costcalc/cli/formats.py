"""`costcalc formats`: Which log is this, and how is it read?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from costcalc.api.options import DetectOptions
from costcalc.cli.answers import Configured, JsonAlone, Written, give_list, hand_on
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage, words_of
from costcalc.cli.grouped import grouped
from costcalc.cli.groups import CommandsGroup

app = command_app(cls=CommandsGroup, help="Which log is this, and how is it read?", no_args_is_help=True)


@app.command("list")
def list_formats(as_json: JsonAlone = False) -> int:
    """Every format that is known."""
    from costcalc.api.detections import formats
    from costcalc.render.formats import formats_blocks, formats_json

    return give_list(formats(), formats_blocks, formats_json, as_json=as_json)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A format's name.", show_default=False)]) -> None:
    """How a format is read: the file that declares it."""
    from costcalc.api.detections import format_file

    typer.echo(format_file(name))


@app.command()
@grouped
def detect(ctx: typer.Context, usage: Usage, *, words: DetectOptions, written: Written, configured: Configured) -> int:
    """Which format each file is and why, what is taken from its columns, and what becomes of its rows."""
    from costcalc import api
    from costcalc.render.problems import write_problems

    config = configured.config
    result = api.detect(usage, **words_of(ctx, words, config, DetectOptions))
    hand_on(written.targets, result, lacks=result.lacks)
    write_problems(result.report.problems, sys.stderr)
    return 0
