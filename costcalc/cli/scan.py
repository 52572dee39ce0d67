"""`costcalc scan`: Count usage once and keep the ledger; every command reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from costcalc import api
from costcalc.api.options import ScanOptions
from costcalc.api.words import limits_of
from costcalc.cli.answers import AllowRefused, Configured
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage, limits_in
from costcalc.cli.grouped import grouped
from costcalc.cli.output import keep_apart_from_all, report_refused, tell_written
from costcalc.problems import INCOMPLETE_EXIT, fail
from costcalc.render.words import counted, lacks_of

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc scan logs/ -o ledger.parquet
  costcalc scan logs/ --by customer,feature -o ledger.parquet
  costcalc project ledger.parquet --hike alibaba=34 --by customer
  costcalc scan logs/ --scenario plan.yaml -o ledger.parquet
  costcalc scan s3://l/ --engine spark --remote sc://spark:15002 -o l.parquet
  costcalc scan logs/ --budgets budgets.yaml -o main.parquet
"""

Ledger = Annotated[
    list[Path], typer.Option("-o", "--output", metavar="FILE", help="The ledger to write: a .parquet file; repeatable.")
]


@app.command(epilog=EXAMPLES)
@grouped
def scan(
    ctx: typer.Context,
    usage: Usage,
    *,
    output: Ledger,
    words: ScanOptions,
    allow_refused: AllowRefused = False,
    configured: Configured,
) -> int:
    """Count usage once and keep the ledger; every command reads it."""
    from costcalc.api.usage import keep

    config = configured.config
    if other := next((path for path in output if path.suffix.lower() != ".parquet"), None):
        raise fail(
            "unknown-output", f'a ledger is a Parquet file, and "{other}" does not end like one',
            expected=".parquet", remedy="costcalc cost -o writes .csv, .json and the like",
        )  # fmt: skip
    ledger = configured.ask(ctx, api.scan, usage, words=words)
    keep_apart_from_all(output, ledger.sources, config)
    limits = limits_of(limits_in(config, words))
    summary = keep(ledger, output, limits, words.get("timezone") or config.text("timezone") or "UTC")
    rows = sum(source.rows for source in ledger.sources)
    holds = f"{counted(len(ledger.groups), 'group')} of {counted(rows, 'row')}, {int(summary.tokens):,} tokens"
    for path in output:
        tell_written(path, lacks_of(summary, priced=True), holds)
    report_refused(summary)
    return INCOMPLETE_EXIT if not summary.is_whole and not (allow_refused or config.flag("allow_refused")) else 0
