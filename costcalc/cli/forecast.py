"""`costcalc forecast`: Where will the month or year end, and when does the budget break?"""

from __future__ import annotations

from typing import Annotated

import typer

from costcalc import api
from costcalc.cli import options as o
from costcalc.cli.answers import Answer
from costcalc.cli.app import command_app
from costcalc.cli.grouped import grouped
from costcalc.cli.progress import scan_progress

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc forecast usage.csv
  costcalc forecast logs/ --budget '20000 USD'
  costcalc forecast usage.csv --to year-end --interval 90%
  costcalc forecast usage.csv --where team=search --to 2026-12-15 -o days.csv

\b
Spend so far is exact; everything to come is an estimate. The log must hold 14 full
days. Exit code 1: what is spent has broken the budget already.
"""

BROKEN_EXIT = 1  # the budget is broken by what is spent; one that only may break is no failure

To = Annotated[
    str,
    typer.Option("--to", metavar="month-end|year-end|DAY", help="The last day to come."),
]
Budget = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="AMOUNT",
        help="Of that month or year: when does it break? 20000, '20000 USD'.",
        show_default=False,
    ),
]
Interval = Annotated[
    str, typer.Option("--interval", metavar="SHARE", help="How much of what may happen lies between both ends.")
]


@app.command(epilog=EXAMPLES)
@grouped
def forecast(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    to: To = "month-end",
    budget: Budget = None,
    interval: Interval = "80%",
    choice: o.UsageChoice,
    answer: Answer,
) -> int:
    """Where will the month or year end, and when does the budget break?"""
    config, targets = answer.config(), answer.targets()
    with config.blamed(), scan_progress() as progress:
        result = api.forecast(
            usage,
            to=to,
            budget=budget,
            interval=interval,
            progress=progress,
            **choice.priced_words(config, ctx),
        )
    code = answer.give(result, targets, config)
    return BROKEN_EXIT if result.report.budget and result.report.budget.state == "broken" else code
