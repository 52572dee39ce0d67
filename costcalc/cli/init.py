"""`costcalc init`: a commented file to start from."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from costcalc.cli.app import command_app
from costcalc.cli.groups import CommandsGroup
from costcalc.files import write_whole
from costcalc.problems import Place, fail, visible

EXAMPLES = """
\b
Examples:
  costcalc init scenario -o plan.yaml
  costcalc init budgets -o budgets.yaml
  costcalc init config -o costcalc.toml
  costcalc init format gateway.jsonl -o gateway.yaml
  costcalc init scenario | less
"""

app = command_app(
    cls=CommandsGroup, help="A commented file to start from: a scenario, budgets, the configuration, a usage format.", no_args_is_help=True,
    epilog=EXAMPLES,
)  # fmt: skip

Target = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Where the file goes.", show_default="standard output"),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


@app.command()
def scenario(output: Target = None, force: Force = False) -> int:
    """A scenario: what you expect of prices, growth, routing and revenue."""
    return start("scenario.yaml", output, force, "costcalc project usage.csv --scenario {file}")


@app.command()
def budgets(output: Target = None, force: Force = False) -> int:
    """Budgets: what usage may come to, and which margin it must leave."""
    return start("budgets.yaml", output, force, "costcalc check usage.csv --budgets {file}")


@app.command()
def config(output: Target = None, force: Force = False) -> int:
    """The configuration: what every command assumes, in costcalc.toml."""
    return start("costcalc.toml", output, force, "costcalc reads it in its folder and below, or by --config {file}")


@app.command("format")
def usage_format(
    log: Annotated[str, typer.Argument(metavar="LOG", help="A log that no format reads.", show_default=False)],
    output: Target = None,
    force: Force = False,
) -> int:
    """A usage format: how logs like yours are read, filled in from the log."""
    from costcalc.usage.scan import start_of_format

    name = Path(log if output is None or str(output) == "-" else output).stem
    return write(
        start_of_format(log, name), output, force, f"costcalc formats detect {quote(log)} --format-file {{file}}"
    )


def start(name: str, output: Path | None, force: bool, next_step: str) -> int:
    """Print the start of that name, or write it and say what comes next. CostcalcError: a file is there already."""
    return write(files("costcalc.cli").joinpath("starts", name).read_text(encoding="utf-8"), output, force, next_step)


def write(text: str, output: Path | None, force: bool, next_step: str) -> int:
    if output is None or str(output) == "-":
        typer.echo(text, nl=False)
        return 0
    if output.exists() and not force:
        raise fail(
            "file-exists", "the file is there already", place=Place(str(output)),
            remedy="choose another name, or say --force to write over it",
        )  # fmt: skip
    write_whole(output, text)
    typer.echo(f"{visible(str(output))} is written. Next: {visible(next_step.format(file=shlex.quote(str(output))))}")
    return 0
