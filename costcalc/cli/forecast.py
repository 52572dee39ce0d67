"""`costcalc forecast`: Where will the month or year end, and when does the budget break?"""

from __future__ import annotations

import typer

from costcalc import api
from costcalc.api.options import ForecastOptions
from costcalc.cli.answers import Answer
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage
from costcalc.cli.grouped import grouped

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc forecast usage.csv
  costcalc forecast logs/ --budget '20000 USD'
  costcalc forecast usage.csv --to year-end --interval 90%
  costcalc forecast usage.csv --where team=search --to 2026-12-15 -o days.csv

\b
Spend so far is exact; everything to come is an estimate. The log must hold 14
full days. Exit code 1: what is spent has broken the budget already.
"""

BROKEN_EXIT = 1  # the budget is broken by what is spent; one that only may break is no failure


@app.command(epilog=EXAMPLES)
@grouped
def forecast(ctx: typer.Context, usage: Usage, *, words: ForecastOptions, answer: Answer) -> int:
    """Where will the month or year end, and when does the budget break?"""
    result = answer.ask(ctx, api.forecast, usage, words=words)
    code = answer.give(result)
    return BROKEN_EXIT if result.report.budget and result.report.budget.state == "broken" else code
