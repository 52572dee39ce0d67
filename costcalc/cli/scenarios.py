"""`costcalc scenarios`: Which scenarios ship, and what do they assume?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from costcalc.api.options import BookOptions
from costcalc.cli.answers import Configured, JsonAlone, Schema, give_list, give_schema
from costcalc.cli.app import command_app
from costcalc.cli.asking import prices_in
from costcalc.cli.grouped import grouped
from costcalc.cli.groups import CommandsGroup

EXAMPLES = """
\b
Examples:
  costcalc scenarios list
  costcalc scenarios show hybrid > ours.yaml
  costcalc scenarios lint ours.yaml --log usage.csv
  costcalc scenarios schema -o scenario.schema.json
  costcalc project usage.csv --scenario subsidies-end
"""

app = command_app(
    cls=CommandsGroup, help="Which scenarios ship, and what do they assume?", no_args_is_help=True, epilog=EXAMPLES
)


@app.command("list")
def list_(as_json: JsonAlone = False) -> int:
    """Every scenario that ships: its name, what it changes, its title."""
    from costcalc.api.files import scenarios
    from costcalc.render.scenarios import scenarios_blocks, scenarios_json

    return give_list(scenarios(), scenarios_blocks, scenarios_json, as_json=as_json)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A scenario's name.", show_default=False)]) -> int:
    """The file of a scenario that ships, with its sources."""
    from costcalc.api.files import scenario_file

    typer.echo(scenario_file(name), nl=False)
    return 0


@app.command()
@grouped
def lint(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files.", show_default=False)],
    log: Annotated[
        list[str] | None,
        typer.Option(
            "--log",
            metavar="USAGE",
            help="Run them on this log too: all that project would refuse.",
            show_default=False,
        ),
    ] = None,
    *,
    books: BookOptions,
    configured: Configured,
) -> int:
    """Every problem of scenario files, with its place."""
    from costcalc import api
    from costcalc.api.plans import checked_scenario, scenario_in
    from costcalc.cli.lint import lint_files

    config = configured.config
    prices = prices_in(config, books.get("pricebooks"))

    def check(path: Path) -> None:
        if not log:
            checked_scenario(path, prices)
        else:
            api.project(
                log, scenario=scenario_in(path), prices=prices, usage_format=config.text("usage_format"), rules=config.map_rules(),
                formats=config.paths("formats"),
            )  # fmt: skip

    return lint_files(files, check, "scenario file")


@app.command()
def schema(output: Schema = None) -> int:
    """The JSON Schema of scenario files, for editors."""
    from costcalc.api.files import scenario_schema

    return give_schema(output, scenario_schema())
