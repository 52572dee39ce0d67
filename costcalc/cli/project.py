"""`costcalc project`: what the rises do to cost and margin, and what would restore it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from costcalc import api
from costcalc.calendar import MOST_MONTHS
from costcalc.cli import options as o
from costcalc.cli.answers import Answer, by_ending
from costcalc.cli.app import command_app
from costcalc.cli.grouped import grouped
from costcalc.cli.plans import Changes, EarnedAndFloor
from costcalc.cli.progress import scan_progress
from costcalc.problems import fail, nearest_names
from costcalc.records import dataclass

app = command_app()
TABLES = ("lines", "months", "customers")

EXAMPLES = """
\b
Examples:
  costcalc project usage.csv --hike alibaba=34
  costcalc project usage.csv --hike alibaba=34,baidu=30 --revenue 52000
  costcalc project usage.csv --hike alibaba=34 --months 12 -o rises.xlsx
  costcalc project usage.csv --hike 'alibaba=5..34@2026-12-01' --months 12
  costcalc project logs/ --hike '*/qwen*:output_tokens=20' --by customer
  costcalc project usage.csv --hike alibaba=34 --move-to openai/gpt-5-mini
  costcalc project usage.csv --scenario april-2026 --pass-through 60%
  costcalc project usage.csv --scenario all-at-once --simulate 10000
  costcalc project usage.csv --scenario all-at-once --revenue 24000 --floor 55%

\b
A hike is SELECTOR=CHANGE[@DATE]. Selectors: alibaba, alibaba/qwen3-*, */qwen*,
any, alibaba:tokens, alibaba:storage. Changes: 34, +34%, -20%, a range 5..34, or
a new rate of one meter =3.40/1M. Hikes that match compound in the order written.
"""

Months = Annotated[
    int, typer.Option("--months", metavar="N", min=0, max=MOST_MONTHS, help="Months to come, at the log's daily rate.")
]
MoveTo = Annotated[
    str | None,
    typer.Option(
        "--move-to",
        metavar="PROVIDER/MODEL",
        help="How much traffic must move there, and when does that pay? Machines of yours: costcalc init self-hosted.",
        show_default=False,
    ),
]
Simulate = Annotated[
    int | None,
    typer.Option(
        "--simulate", metavar="N", help="Draw the scenario's ranges so many times: P10, P50, P90.", show_default=False
    ),
]
TableOption = Annotated[
    str, typer.Option("--table", metavar="lines|months|customers", help="Which table CSV and Parquet hold.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="S", help="Of the draws: the same seed, the same figures.")]

ProjectOutput = Annotated[list[Path] | None, by_ending(".csv .json .md .txt .xlsx .parquet")]


@dataclass(frozen=True)
class ProjectAnswer(Answer):
    """Where the answer goes; a workbook and Parquet are offered too."""

    also = ("xlsx", "parquet")

    output: ProjectOutput = None


@app.command(epilog=EXAMPLES)
@grouped
def project(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    changes: Changes,
    earned: EarnedAndFloor,
    months: Months = 0,
    move_to: MoveTo = None,
    simulate: Simulate = None,
    seed: Seed = 1,
    by: o.By = None,
    choice: o.UsageChoice,
    table: TableOption = "lines",
    answer: ProjectAnswer,
) -> int:
    """What do price rises do to cost and margin, and what would restore it?"""
    config, targets = answer.config(), answer.targets()
    if table not in TABLES:
        raise fail(
            "bad-option",
            f'--table "{table}" is not a table',
            nearest=nearest_names(table, TABLES),
            expected=", ".join(TABLES),
        )
    plan = changes.plan()
    income = earned.words(config)
    of_customers = plan.is_only_prices and (
        table == "customers" or (by is None and isinstance(income["revenue"], Path))
    )
    words = {
        "scenario": plan,
        "pass_through": changes.pass_through,
        **income,
        "months": months,
        "by": ("customer",) if of_customers else by or config.text("by") or ("provider", "model"),
        "move_to": move_to or (config.text("move_to") if plan.is_only_prices and simulate is None else None),
        "simulate": simulate,
        "seed": seed,
        **choice.priced_words(config, ctx, plan.currency),
    }
    with config.blamed(), scan_progress() as progress:
        result = api.project(usage, progress=progress, **words)
    # Without months to come the customers are lines like any other.
    written = "lines" if table == "customers" and result.report.log else table
    texts: dict[str, Callable[[], str | bytes]] = {
        "csv": lambda: result.to_csv(written),
        "parquet": lambda: result.to_parquet(written),
    }
    return answer.give(result, targets, config, texts)
