"""`costcalc reconcile`: Does the invoice agree with the log, and if not, why?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from costcalc import api
from costcalc.api.options import ReconcileOptions
from costcalc.cli.answers import Answer
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage
from costcalc.cli.grouped import grouped
from costcalc.problems import INCOMPLETE_EXIT, fail

app = command_app()

DIFFERS_EXIT = 1
EXAMPLES = """
\b
Examples:
  costcalc reconcile usage.csv --invoice cost_2026-09.csv
  costcalc reconcile logs/ --invoice openai.csv --invoice anthropic.csv
  costcalc reconcile usage.csv --invoice bill.csv --invoice-map amount=Betrag
  costcalc reconcile logs/ --invoice bill.csv --tolerance 0.5%,0.01 -o out.csv

\b
Exit code: 0 all lines within the tolerance, 1 some differ, 3 some cannot be
compared.
"""

Invoices = Annotated[
    list[str] | None,
    typer.Option(
        "--invoice", metavar="FILE", help="Invoices and cost exports: files, folders or globs.", show_default=False
    ),
]


@app.command(epilog=EXAMPLES)
@grouped
def reconcile(
    ctx: typer.Context, usage: Usage, *, invoice: Invoices = None, words: ReconcileOptions, answer: Answer
) -> int:
    """Does the invoice agree with the log, and if not, why?"""
    if not invoice:
        raise fail("no-invoice", "no invoice is named", remedy="name it: --invoice cost_2026-09.csv")
    result = answer.ask(ctx, api.reconcile, usage, invoice, words=words)
    report = result.report
    code = answer.give(result)
    if report.problems:
        from costcalc.render.problems import write_problems

        write_problems(report.problems, sys.stderr)
    if not report.agrees:
        return DIFFERS_EXIT
    return INCOMPLETE_EXIT if report.refused_rows and not answer.allowed["allow_refused"] else code
