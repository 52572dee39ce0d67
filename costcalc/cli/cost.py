"""`costcalc cost`: What did it cost, by day, month, provider, model, customer, …?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from costcalc import api
from costcalc.cli import options as o
from costcalc.cli.answers import Answer, by_ending
from costcalc.cli.app import command_app
from costcalc.cli.grouped import grouped
from costcalc.cli.progress import scan_progress
from costcalc.problems import fail
from costcalc.records import dataclass

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc cost usage.csv
  costcalc cost logs/ --by customer --each month
  costcalc cost usage.csv --by model,meter --month 2026-09
  costcalc cost openrouter_activity.csv --basis list -o cost.csv
  costcalc cost logs/ --by team,customer --format focus -o september.csv
  costcalc cost s3://logs/2026/ --engine spark --remote sc://spark:15002
"""

Each = Annotated[
    str | None, typer.Option("--each", metavar="day|month", help="A line for each day or month.", show_default=False)
]

Allocate = Annotated[
    str,
    typer.Option(
        "--allocate", metavar="none|proportional", help="Share a contract's shortfall out among the lines, by cost."
    ),
]

CostOutput = Annotated[list[Path] | None, by_ending(".csv .json .md .txt .xlsx .parquet .focus.csv")]


@dataclass(frozen=True)
class CostAnswer(Answer):
    """Where the answer goes; a workbook, Parquet and FOCUS are offered too."""

    also = ("focus", "focus-parquet", "xlsx", "parquet")

    output: CostOutput = None


@app.command(epilog=EXAMPLES)
@grouped
def cost(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    each: Each = None,
    by: o.By = None,
    allocate: Allocate = "none",
    choice: o.UsageChoice,
    answer: CostAnswer,
) -> int:
    """What did it cost, by day, month, provider, model, customer, …?"""
    if each not in (None, "day", "month"):
        raise fail("bad-option", f'--each "{each}" is not a period', expected="day, or month")
    config, targets = answer.config(), answer.targets()
    with config.blamed(), scan_progress() as progress:
        result = api.cost(
            usage,
            each=each,
            allocate=allocate,
            by=by or config.text("by"),
            progress=progress,
            **choice.priced_words(config, ctx),
        )
    return answer.give(result, targets, config)
