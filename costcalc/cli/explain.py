"""`costcalc explain`: Which rows, price, band, hike and exchange rate made this figure?"""

from __future__ import annotations

from typing import Annotated

import typer

from costcalc import api
from costcalc.api.options import ExplainOptions
from costcalc.cli.answers import Answer
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage
from costcalc.cli.grouped import grouped

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc explain usage.csv
  costcalc explain usage.csv --hike alibaba=34 --line model=qwen3-max
  costcalc explain usage.csv --line customer=acme --meter output_tokens
  costcalc explain usage.csv --day 2026-09-12 --line provider=alibaba
  costcalc explain usage.csv --where feature=chat --json
"""

Top = Annotated[
    int, typer.Option("--top", metavar="N", min=1, help="How many lines the page shows, most expensive first.")
]


@app.command(epilog=EXAMPLES)
@grouped
def explain(ctx: typer.Context, usage: Usage, *, top: Top = 5, words: ExplainOptions, answer: Answer) -> int:
    """Which rows, price, band, hike and exchange rate made this figure?"""
    plan = api.scenario_of(words.get("scenario"), ())
    return answer.give(answer.ask(ctx, api.explain, usage, words=words, stated=plan.currency), top=top)
