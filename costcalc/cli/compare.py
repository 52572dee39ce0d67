"""`costcalc compare`: several scenarios side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.calendar import MOST_MONTHS
from costcalc.cli import options as o
from costcalc.cli.app import command_app
from costcalc.cli.config import read_config
from costcalc.cli.grouped import grouped
from costcalc.cli.output import deliver, exit_code, kind_of, lacks_of, report_refused
from costcalc.cli.plans import Floor, MarginOption, RevenueOption, read_earned
from costcalc.cli.progress import scan_progress

if TYPE_CHECKING:
    from rich.console import RenderableType

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc compare usage.csv --scenario hybrid --scenario efficiency --floor 50%
  costcalc compare usage.csv --scenario a.yaml --scenario b.yaml --margin 60%
  costcalc compare usage.csv --scenario april-2026 --pass-through 0%,50%,100%
  costcalc compare logs/ --scenario hybrid --scenario plan.yaml --hike alibaba=34
  costcalc compare usage.csv --scenario a.yaml --scenario b.yaml -o months.csv

\b
Two to ten scenarios, after today's usage at the announced prices. All of them look at
the same months: the longest horizon that one of them states, unless --months says so.
"""

Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario", metavar="NAME|FILE", help="A shipped scenario, or a file; two to ten of them.", show_default=False
    ),
]
Hikes = Annotated[
    list[str] | None,
    typer.Option(
        "--hike",
        metavar="SELECTOR=CHANGE[@DATE]",
        help="A price rise on top of every scenario; repeat it, or write a list.",
        show_default=False,
    ),
]
Shares = Annotated[
    str | None,
    typer.Option(
        "--pass-through",
        metavar="SHARES",
        help="How much of ranges and compute rises arrives: 60%, or each of 0%,50%,100%.",
        show_default=False,
    ),
]
Months = Annotated[
    int,
    typer.Option(
        "--months", metavar="N", min=0, max=MOST_MONTHS, help="Months to come.", show_default="the longest stated"
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAMES", help="Lines beside customers: provider,model, or any column.", show_default=False
    ),
]


@app.command(epilog=EXAMPLES)
@grouped
def compare(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    scenario: Scenarios = None,
    hike: Hikes = None,
    pass_through: Shares = None,
    revenue: RevenueOption = None,
    margin: MarginOption = None,
    floor: Floor = None,
    months: Months = 0,
    by: By = None,
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
    """Which of several scenarios costs what, and which customers turn unprofitable?"""
    config = read_config(config_file)
    kind = kind_of(format_, as_json, output)
    earned, source, today = read_earned(revenue, margin, config)
    plans = [api.scenario_of(name, ()) for name in scenario or ()]
    with config.blamed(), scan_progress() as progress:
        result = api.compare(
            usage,
            plans,
            hikes=hike or (),
            pass_through=pass_through,
            revenue=earned,
            revenue_source=source,
            margin=today,
            floor=floor or config.text("floor"),
            months=months,
            by=by or (),
            currency=currency or next((plan.currency for plan in plans if plan.currency), config.text("currency")),
            basis=basis or config.text("basis") or "auto",
            prices=choice.prices(config),
            timezone=choice.zone(config),
            progress=progress,
            **choice.scan_words(config, ctx),
        )
    report = result.report
    texts = {"json": result.to_json, "csv": result.to_csv, "md": lambda: _markdown(result)}
    deliver(kind, output, lambda: _page(result), texts, lacks_of(report.usage, report.is_priced))
    report_refused(report.usage)
    return exit_code(
        report.usage,
        report.is_priced,
        allow_unpriced=allow_unpriced or config.flag("allow_unpriced"),
        allow_refused=allow_refused or config.flag("allow_refused"),
    )


def _page(result: api.ComparisonResult) -> RenderableType:
    from costcalc.render.comparison.page import comparison_page

    return comparison_page(result.report)


def _markdown(result: api.ComparisonResult) -> str:
    from costcalc.render.comparison.page import comparison_markdown

    return comparison_markdown(result.report)
