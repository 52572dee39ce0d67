"""`costcalc cost`: what did it cost?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.cli import options as o
from costcalc.cli.app import command_app
from costcalc.cli.config import read_config
from costcalc.cli.grouped import grouped
from costcalc.cli.output import deliver, exit_code, kind_of, lacks_of, report_refused
from costcalc.cli.progress import scan_progress
from costcalc.problems import fail

if TYPE_CHECKING:
    from rich.console import RenderableType

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc cost usage.csv
  costcalc cost logs/ --by customer --each month
  costcalc cost usage.csv --by model,meter --month 2026-09
  costcalc cost openrouter_activity.csv --basis list -o cost.csv
  costcalc cost logs/ --by team,customer --format focus -o september.csv
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

Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to a file, by its ending: .csv .json .md .txt .xlsx .parquet .focus.csv",
        show_default=False,
    ),
]


@app.command(epilog=EXAMPLES)
@grouped
def cost(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    each: Each = None,
    by: o.By = None,
    allocate: Allocate = "none",
    currency: o.Currency = None,
    basis: o.Basis = None,
    choice: o.UsageChoice,
    output: Output = None,
    format_: o.Format = None,
    as_json: o.Json = False,
    allow_unpriced: o.AllowUnpriced = False,
    allow_refused: o.AllowRefused = False,
    config_file: o.ConfigFile = None,
) -> int:
    """What did it cost, by day, month, provider, model, customer, …?"""
    if each not in (None, "day", "month"):
        raise fail("bad-option", f'--each "{each}" is no period', expected="day, or month")
    config = read_config(config_file)
    kind = kind_of(format_, as_json, output, also=("focus", "focus-parquet", "xlsx", "parquet"))
    with config.blamed(), scan_progress() as progress:
        result = api.cost(
            usage,
            each=each,
            allocate=allocate,
            by=by or config.text("by"),
            currency=currency or config.text("currency"),
            basis=basis or config.text("basis") or "auto",
            prices=choice.prices(config),
            timezone=choice.zone(config),
            progress=progress,
            **choice.scan_words(config, ctx),
        )
    report = result.report
    deliver(
        kind,
        output,
        lambda: _page(result),
        {
            "json": result.to_json,
            "csv": result.to_csv,
            "md": lambda: _markdown(result),
            "parquet": result.to_parquet,
            "xlsx": result.to_xlsx,
            "focus": result.to_focus,
            "focus-parquet": result.to_focus_parquet,
        },
        lacks_of(report.usage, report.is_priced),
    )
    report_refused(report.usage)
    return exit_code(
        report.usage,
        report.is_priced,
        allow_unpriced=allow_unpriced or config.flag("allow_unpriced"),
        allow_refused=allow_refused or config.flag("allow_refused"),
    )


def _page(result: api.CostResult) -> RenderableType:
    from costcalc.render.page import cost_page

    return cost_page(result.report)


def _markdown(result: api.CostResult) -> str:
    from costcalc.render.markdown import cost_markdown

    return cost_markdown(result.report)
