"""`costcalc compare`: Which of several scenarios costs what, and which customers turn unprofitable?"""

from __future__ import annotations

from typing import Annotated

import typer

from costcalc import api
from costcalc.calendar import MOST_MONTHS
from costcalc.cli import options as o
from costcalc.cli.answers import Answer
from costcalc.cli.app import command_app
from costcalc.cli.grouped import grouped
from costcalc.cli.plans import EarnedAndFloor
from costcalc.cli.progress import scan_progress

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc compare usage.csv --scenario hybrid --scenario efficiency --floor 50%
  costcalc compare usage.csv --scenario a.yaml --scenario b.yaml --margin 60%
  costcalc compare usage.csv --scenario april-2026 --pass-through 0%,50%,100%
  costcalc compare logs/ --scenario hybrid --scenario plan.yaml --hike alibaba=34
  costcalc compare usage.csv --scenario a.yaml --scenario b.yaml -o months.csv

\b
Two to ten scenarios, after today's usage at the announced prices. All of them look at
the same months: the longest horizon that one of them states, unless --months says so.
"""

Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario", metavar="NAME|FILE", help="A shipped scenario, or a file; two to ten of them.", show_default=False
    ),
]
Hikes = Annotated[
    list[str] | None,
    typer.Option(
        "--hike",
        metavar="SELECTOR=CHANGE[@DATE]",
        help="A price rise on top of every scenario; repeat it, or write a list.",
        show_default=False,
    ),
]
Shares = Annotated[
    str | None,
    typer.Option(
        "--pass-through",
        metavar="SHARES",
        help="How much of ranges and compute rises arrives: 60%, or each of 0%,50%,100%.",
        show_default=False,
    ),
]
Months = Annotated[
    int,
    typer.Option(
        "--months", metavar="N", min=0, max=MOST_MONTHS, help="Months to come.", show_default="the longest stated"
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAMES", help="Lines beside customers: provider,model, or any column.", show_default=False
    ),
]


@app.command(epilog=EXAMPLES)
@grouped
def compare(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    scenario: Scenarios = None,
    hike: Hikes = None,
    pass_through: Shares = None,
    earned: EarnedAndFloor,
    months: Months = 0,
    by: By = None,
    choice: o.UsageChoice,
    answer: Answer,
) -> int:
    """Which of several scenarios costs what, and which customers turn unprofitable?"""
    config, targets = answer.config(), answer.targets()
    plans = [api.scenario_of(name, ()) for name in scenario or ()]
    currency = next((plan.currency for plan in plans if plan.currency), None)
    with config.blamed(), scan_progress() as progress:
        result = api.compare(
            usage,
            plans,
            hikes=hike or (),
            pass_through=pass_through,
            **earned.words(config),
            months=months,
            by=by or (),
            progress=progress,
            **choice.priced_words(config, ctx, currency),
        )
    return answer.give(result, targets, config)
