"""`costcalc cost`: What did it cost, by day, month, provider, model, customer, …?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from costcalc import api
from costcalc.api.options import CostOptions
from costcalc.cli.answers import Answer, by_ending, by_kind
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage
from costcalc.cli.grouped import grouped
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

CostOutput = Annotated[list[Path] | None, by_ending(".csv .json .md .txt .xlsx .parquet .focus.csv")]
CostFormat = Annotated[str | None, by_kind("table, json, csv, md, focus, xlsx or parquet")]


@dataclass(frozen=True)
class CostAnswer(Answer):
    """Where the answer goes; a workbook, Parquet and FOCUS are offered too."""

    also = ("focus", "focus-parquet", "xlsx", "parquet")

    output: CostOutput = None
    format_: CostFormat = None


@app.command(epilog=EXAMPLES)
@grouped
def cost(ctx: typer.Context, usage: Usage, *, words: CostOptions, answer: CostAnswer) -> int:
    """What did it cost, by day, month, provider, model, customer, …?"""
    return answer.give(answer.ask(ctx, api.cost, usage, words=words))
