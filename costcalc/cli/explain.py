"""`costcalc explain`: Which rows, price, band, hike and exchange rate made this figure?"""

from __future__ import annotations

from typing import Annotated

import typer

from costcalc import api
from costcalc.cli import options as o
from costcalc.cli.answers import Answer
from costcalc.cli.app import command_app
from costcalc.cli.grouped import grouped
from costcalc.cli.plans import Changes
from costcalc.cli.progress import scan_progress

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

LineOption = Annotated[
    list[str] | None,
    typer.Option(
        "--line",
        metavar="NAME=GLOB",
        help="Only such lines of the report: provider=alibaba,model=qwen3-*.",
        show_default=False,
    ),
]
Meter = Annotated[
    str | None,
    typer.Option("--meter", metavar="NAME", help="Only this meter: output_tokens, tokens.", show_default=False),
]
Day = Annotated[
    str | None,
    typer.Option("--day", metavar="DAY", help="Only this day of the report: 2026-09-12.", show_default=False),
]
Top = Annotated[
    int, typer.Option("--top", metavar="N", min=1, help="How many lines the page shows, most expensive first.")
]


@app.command(epilog=EXAMPLES)
@grouped
def explain(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    line: LineOption = None,
    meter: Meter = None,
    day: Day = None,
    top: Top = 5,
    changes: Changes,
    by: o.By = None,
    choice: o.UsageChoice,
    answer: Answer,
) -> int:
    """Which rows, price, band, hike and exchange rate made this figure?"""
    config, targets = answer.config(), answer.targets()
    with config.blamed(), scan_progress() as progress:
        result = api.explain(
            usage,
            line=o.globs(line, "--line"),
            meter=meter or "",
            day=o.read_period_day(day, "--day", choice.zone(config)),
            hikes=changes.hike or (),
            scenario=changes.scenario,
            pass_through=changes.pass_through,
            by=by or config.text("by") or ("provider", "model"),
            progress=progress,
            **choice.priced_words(config, ctx),
        )
    return answer.give(result, targets, config, top=top)
