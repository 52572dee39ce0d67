"""`costcalc compare`: Which of several scenarios costs what, and which customers turn unprofitable?"""

from __future__ import annotations

from typing import Annotated

import typer

from costcalc import api
from costcalc.api.options import CompareOptions
from costcalc.cli.answers import Answer
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage
from costcalc.cli.grouped import grouped

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc compare usage.csv --scenario hybrid --scenario efficiency
  costcalc compare usage.csv --scenario a.yaml --scenario b.yaml --margin 60%
  costcalc compare usage.csv --scenario april-2026 --pass-through 0%,50%,100%
  costcalc compare logs/ --scenario hybrid --scenario plan.yaml --hike any=20
  costcalc compare usage.csv --scenario a.yaml --scenario b.yaml -o months.csv

\b
Two to ten scenarios, after today's usage at the announced prices. All of them
look at the same months: the longest horizon that one of them states, unless
--months says so.
"""

Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario", metavar="NAME|FILE", help="A shipped scenario, or a file; two to ten of them.", show_default=False
    ),
]


@app.command(epilog=EXAMPLES)
@grouped
def compare(
    ctx: typer.Context, usage: Usage, *, scenario: Scenarios = None, words: CompareOptions, answer: Answer
) -> int:
    """Which of several scenarios costs what, and which customers turn unprofitable?"""
    plans = [api.scenario_of(name, ()) for name in scenario or ()]
    stated = next((plan.currency for plan in plans if plan.currency), None)
    return answer.give(answer.ask(ctx, api.compare, usage, plans, words=words, stated=stated))
