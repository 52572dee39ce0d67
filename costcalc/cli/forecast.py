"""`costcalc forecast`: where will the month or year end?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.cli import options as o
from costcalc.cli.app import command_app
from costcalc.cli.config import read_config
from costcalc.cli.grouped import grouped
from costcalc.cli.output import deliver, exit_code, kind_of, lacks_of, report_refused
from costcalc.cli.progress import scan_progress

if TYPE_CHECKING:
    from rich.console import RenderableType

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc forecast usage.csv
  costcalc forecast logs/ --budget '20000 USD'
  costcalc forecast usage.csv --to year-end --interval 90%
  costcalc forecast usage.csv --where team=search --to 2026-12-15 -o days.csv

\b
Spend so far is exact; everything to come is an estimate. The log must hold 14 full
days. Exit code 1: what is spent has broken the budget already.
"""

BROKEN_EXIT = 1  # the budget is broken by what is spent; one that only may break is no failure

To = Annotated[
    str,
    typer.Option("--to", metavar="month-end|year-end|DAY", help="The last day to come."),
]
Budget = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="AMOUNT",
        help="Of that month or year: when does it break? 20000, '20000 USD'.",
        show_default=False,
    ),
]
Interval = Annotated[
    str, typer.Option("--interval", metavar="SHARE", help="How much of what may happen lies between both ends.")
]


@app.command(epilog=EXAMPLES)
@grouped
def forecast(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    to: To = "month-end",
    budget: Budget = None,
    interval: Interval = "80%",
    currency: o.Currency = None,
    basis: o.Basis = None,
    choice: o.UsageChoice,
    output: o.Output = None,
    format_: o.Format = None,
    as_json: o.Json = False,
    allow_unpriced: o.AllowUnpriced = False,
    allow_refused: o.AllowRefused = False,
    config_file: o.ConfigFile = None,
) -> int:
    """Where will the month or year end, and when does the budget break?"""
    config = read_config(config_file)
    kind = kind_of(format_, as_json, output)
    with config.blamed(), scan_progress() as progress:
        result = api.forecast(
            usage,
            to=to,
            budget=budget,
            interval=interval,
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
        {"json": result.to_json, "csv": result.to_csv, "md": lambda: _markdown(result)},
        lacks_of(report.usage, report.is_priced),
    )
    report_refused(report.usage)
    if report.budget and report.budget.state == "broken":
        return BROKEN_EXIT
    return exit_code(
        report.usage,
        report.is_priced,
        allow_unpriced=allow_unpriced or config.flag("allow_unpriced"),
        allow_refused=allow_refused or config.flag("allow_refused"),
    )


def _page(result: api.ForecastResult) -> RenderableType:
    from costcalc.render.forecast import forecast_page

    return forecast_page(result.report)


def _markdown(result: api.ForecastResult) -> str:
    from costcalc.render.markdown import forecast_markdown

    return forecast_markdown(result.report)
