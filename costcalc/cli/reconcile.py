"""`costcalc reconcile`: Does the invoice agree with the log, and if not, why?"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from costcalc import api
from costcalc.cli import options as o
from costcalc.cli.answers import Answer
from costcalc.cli.app import command_app
from costcalc.cli.config import Config
from costcalc.cli.grouped import grouped
from costcalc.cli.progress import scan_progress
from costcalc.problems import INCOMPLETE_EXIT, fail
from costcalc.records import dataclass

app = command_app()

DIFFERS_EXIT = 1
TOLERANCE = "1%,0.05"
EXAMPLES = """
\b
Examples:
  costcalc reconcile usage.csv --invoice cost_2026-09.csv
  costcalc reconcile logs/ --invoice openai.csv --invoice anthropic.csv --each month
  costcalc reconcile usage.csv --invoice bill.csv --invoice-map amount=Betrag,model=Posten
  costcalc reconcile usage.csv --invoice bill.csv --tolerance 0.5%,0.01 -o lines.csv

\b
Exit code: 0 all lines within the tolerance, 1 some differ, 3 some cannot be compared.
"""

Invoices = Annotated[
    list[str] | None,
    typer.Option(
        "--invoice", metavar="FILE", help="Invoices and cost exports: files, folders or globs.", show_default=False
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAMES",
        help="Lines by these: provider, model, meter, or a column that both sides have.",
        show_default="provider,model",
    ),
]
Each = Annotated[
    str | None,
    typer.Option(
        "--each", metavar="day|month|total", help="A line for each of these.", show_default="the finest that both have"
    ),
]
ToleranceOption = Annotated[
    str | None,
    typer.Option(
        "--tolerance",
        metavar="SHARE,AMOUNT",
        help="Amounts agree that lie no further apart than either.",
        show_default=TOLERANCE,
    ),
]
Whole = Annotated[bool, typer.Option("--whole", help="Compare the days that only one side covers too.")]
InvoiceMap = Annotated[
    list[str] | None,
    typer.Option(
        "--invoice-map", metavar="NAME=COLUMN", help="What the invoice calls it: amount=Betrag.", show_default=False
    ),
]
InvoiceFormat = Annotated[
    str | None,
    typer.Option(
        "--invoice-format",
        metavar="NAME",
        help="Read the invoices as this format.",
        show_default="found from the content",
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="ZONE",
        envvar="COSTCALC_TIMEZONE",
        help="Zone of the days compared.",
        show_default="the invoice's",
    ),
]


Basis = Annotated[
    str | None,
    typer.Option(
        "--basis",
        metavar="contracted|list|billed|auto",
        help="What ours is: the pricebook, with or without your discounts; or what the log states.",
        show_default="contracted",
    ),
]


@dataclass(frozen=True)
class UsageChoice(o.UsageChoice):
    """Which usage, read how; its days are the invoice's, and ours is what the contracts say."""

    basis: Basis = None
    timezone: Timezone = None

    def priced_words(self, config: Config, ctx: typer.Context, currency: str | None = None) -> dict[str, Any]:
        words = super().priced_words(config, ctx, currency)
        return words if self.timezone or config.text("timezone") else {**words, "timezone": None}

    def basis_in(self, config: Config) -> str:
        return self.basis or "contracted"


@app.command(epilog=EXAMPLES)
@grouped
def reconcile(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    invoice: Invoices = None,
    by: By = None,
    each: Each = None,
    tolerance: ToleranceOption = None,
    whole: Whole = False,
    choice: UsageChoice,
    invoice_map: InvoiceMap = None,
    invoice_format: InvoiceFormat = None,
    answer: Answer,
) -> int:
    """Does the invoice agree with the log, and if not, why?"""
    if not invoice:
        raise fail("no-invoice", "no invoice is named", remedy="name it: --invoice cost_2026-09.csv")
    config, targets = answer.config(), answer.targets()
    with config.blamed(), scan_progress() as progress:
        result = api.reconcile(
            usage,
            invoice,
            by=by,
            each=each,
            tolerance=tolerance or TOLERANCE,
            whole=whole,
            invoice_format=invoice_format,
            invoice_columns=o.pairs(invoice_map, "--invoice-map", "NAME=COLUMN"),
            progress=progress,
            **choice.priced_words(config, ctx),
        )
    report = result.report
    code = answer.give(result, targets, config)
    if report.problems:
        from costcalc.render.problems import write_problems

        write_problems(report.problems, sys.stderr)
    if not report.agrees:
        return DIFFERS_EXIT
    return INCOMPLETE_EXIT if report.refused_rows and not answer.words(config)["allow_refused"] else code
