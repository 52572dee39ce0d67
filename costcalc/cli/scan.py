"""`costcalc scan`: Count usage once and keep the ledger; every command reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.api.words import read_limits
from costcalc.cli import options as o
from costcalc.cli.answers import AllowRefused, Configured
from costcalc.cli.app import command_app
from costcalc.cli.grouped import grouped
from costcalc.cli.output import keep_apart_from_all, lacks_of, report_refused, tell_written
from costcalc.cli.progress import scan_progress
from costcalc.problems import INCOMPLETE_EXIT, fail
from costcalc.render.words import counted
from costcalc.reports.usage import summary_of

if TYPE_CHECKING:
    from costcalc.budget.model import Budget

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc scan logs/ -o ledger.parquet
  costcalc scan logs/ --by customer,feature -o ledger.parquet
  costcalc project ledger.parquet --hike alibaba=34 --by customer
  costcalc scan logs/ --scenario plan.yaml -o ledger.parquet
  costcalc scan s3://logs/2026/ --engine spark --remote sc://spark:15002 -o ledger.parquet
  costcalc scan logs/ --budgets budgets.yaml -o main.parquet
"""

ScenarioOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        metavar="NAME|FILE",
        help="Keep apart what this scenario asks for: its columns, lengths and hours.",
        show_default=False,
    ),
]
BudgetFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--budgets", metavar="FILE", help="Keep apart what these budgets ask for, likewise.", show_default=False
    ),
]
Ledger = Annotated[
    list[Path], typer.Option("-o", "--output", metavar="FILE", help="The ledger to write: a .parquet file; repeatable.")
]


@app.command(epilog=EXAMPLES)
@grouped
def scan(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    output: Ledger,
    by: o.By = None,
    scenario: ScenarioOption = None,
    budgets: BudgetFiles = None,
    choice: o.RowChoice,
    allow_refused: AllowRefused = False,
    configured: Configured,
) -> int:
    """Count usage once and keep the ledger; every command reads it."""
    from costcalc.usage.store import write_ledger

    config = configured.config()
    if other := next((path for path in output if path.suffix.lower() != ".parquet"), None):
        raise fail(
            "unknown-output", f'a ledger is a Parquet file, and "{other}" does not end like one',
            expected=".parquet", remedy="costcalc cost -o writes .csv, .json and the like",
        )  # fmt: skip
    zone = choice.zone(config)
    prices = choice.prices(config)
    asked = _budgets(budgets)
    names = [name.strip() for name in (by or "").split(",") if name.strip()]
    with config.blamed(), scan_progress() as progress:
        ledger = api.scan(
            usage,
            by=names,
            prices=prices,
            timezone=zone,
            progress=progress,
            scenarios=[*(scenario or ()), *(budget.scenario for budget in asked if budget.scenario)],
            budgets=asked,
            **choice.scan_words(config, ctx),
        )
    keep_apart_from_all(output, ledger.sources, config)
    for path in output:
        write_ledger(ledger, path, read_limits(**choice.words(config)))
    summary = summary_of(ledger, zone)
    rows = sum(source.rows for source in ledger.sources)
    holds = f"{counted(len(ledger.groups), 'group')} of {counted(rows, 'row')}, {int(summary.tokens):,} tokens"
    for path in output:
        tell_written(path, lacks_of(summary, priced=True), holds)
    report_refused(summary)
    return INCOMPLETE_EXIT if not summary.is_whole and not (allow_refused or config.flag("allow_refused")) else 0


def _budgets(paths: list[Path] | None) -> list[Budget]:
    if not paths:
        return []
    from costcalc.api.checks import budgets_of

    return budgets_of(paths)
