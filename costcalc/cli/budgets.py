"""`costcalc budgets`: Are budget files well written?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from costcalc.cli.answers import Schema, give_schema
from costcalc.cli.app import command_app
from costcalc.cli.groups import CommandsGroup
from costcalc.cli.lint import lint_files

EXAMPLES = """
\b
Examples:
  costcalc init budgets -o budgets.yaml
  costcalc budgets lint budgets.yaml
  costcalc budgets schema -o budgets.schema.json
  costcalc check usage.csv --budgets budgets.yaml
"""

app = command_app(
    cls=CommandsGroup, help="Are budget files well written?", no_args_is_help=True, epilog=EXAMPLES
)  # fmt: skip

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Budget files.", show_default=False)]


@app.command()
def lint(files: Files) -> int:
    """Every problem of budget files and of the scenarios that they name, with its place."""
    from costcalc.api.files import check_budgets

    return lint_files(files, check_budgets, "budget file")


@app.command()
def schema(output: Schema = None) -> int:
    """The JSON Schema of budget files, for editors."""
    from costcalc.api.files import budgets_schema

    return give_schema(output, budgets_schema())
