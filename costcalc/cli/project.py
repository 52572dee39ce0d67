"""`costcalc project`: what the rises do to cost and margin, and what would restore it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.calendar import MOST_MONTHS
from costcalc.cli import options as o
from costcalc.cli.app import command_app
from costcalc.cli.config import read_config
from costcalc.cli.grouped import grouped
from costcalc.cli.output import deliver, exit_code, kind_of, lacks_of, report_refused
from costcalc.cli.plans import Floor, Hike, MarginOption, PassThrough, RevenueOption, ScenarioOption, read_earned
from costcalc.cli.progress import scan_progress
from costcalc.problems import fail, nearest_names

if TYPE_CHECKING:
    from rich.console import RenderableType

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
    typer.Option("--move-to", metavar="PROVIDER/MODEL", help="How much traffic must move there?", show_default=False),
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

Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to a file, by its ending: .csv .json .md .txt .xlsx .parquet",
        show_default=False,
    ),
]


@app.command(epilog=EXAMPLES)
@grouped
def project(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    hike: Hike = None,
    scenario: ScenarioOption = None,
    pass_through: PassThrough = None,
    revenue: RevenueOption = None,
    margin: MarginOption = None,
    floor: Floor = None,
    months: Months = 0,
    move_to: MoveTo = None,
    simulate: Simulate = None,
    seed: Seed = 1,
    by: o.By = None,
    currency: o.Currency = None,
    basis: o.Basis = None,
    choice: o.UsageChoice,
    output: Output = None,
    format_: o.Format = None,
    as_json: o.Json = False,
    table: TableOption = "lines",
    allow_unpriced: o.AllowUnpriced = False,
    allow_refused: o.AllowRefused = False,
    config_file: o.ConfigFile = None,
) -> int:
    """What do price rises do to cost and margin, and what would restore it?"""
    config = read_config(config_file)
    kind = kind_of(format_, as_json, output, also=("xlsx", "parquet"))
    if table not in TABLES:
        raise fail(
            "bad-option",
            f'--table "{table}" is no table',
            nearest=nearest_names(table, TABLES),
            expected=", ".join(TABLES),
        )
    earned, source, today = read_earned(revenue, margin, config)
    plan = api.scenario_of(scenario, hike or ())
    words = {
        "scenario": plan,
        "pass_through": pass_through,
        "revenue": earned,
        "revenue_source": source,
        "margin": today,
        "floor": floor or config.text("floor"),
        "months": months,
        "by": ("customer",)
        if table == "customers" and plan.is_only_prices
        else by or config.text("by") or ("provider", "model"),
        "currency": currency or plan.currency or config.text("currency"),
        "basis": basis or config.text("basis") or "auto",
        "move_to": move_to or (config.text("move_to") if plan.is_only_prices and simulate is None else None),
        "simulate": simulate,
        "seed": seed,
        "prices": choice.prices(config),
        "timezone": choice.zone(config),
        **choice.scan_words(config, ctx),
    }
    with config.blamed(), scan_progress() as progress:
        result = api.project(usage, progress=progress, **words)
    report = result.report
    # Without months to come the customers are lines like any other.
    written = "lines" if table == "customers" and report.log else table
    texts: dict[str, Callable[[], str | bytes]] = {
        "json": result.to_json,
        "csv": lambda: result.to_csv(written),
        "md": lambda: _markdown(result),
        "parquet": lambda: result.to_parquet(written),
        "xlsx": result.to_xlsx,
    }
    deliver(kind, output, lambda: _page(result), texts, lacks_of(report.usage, report.is_priced))
    report_refused(report.usage)
    return exit_code(
        report.usage,
        report.is_priced,
        allow_unpriced=allow_unpriced or config.flag("allow_unpriced"),
        allow_refused=allow_refused or config.flag("allow_refused"),
    )


def _page(result: api.PlanResult) -> RenderableType:
    from costcalc.render.plan.page import plan_page

    return plan_page(result.report)


def _markdown(result: api.PlanResult) -> str:
    from costcalc.render.markdown import plan_markdown

    return plan_markdown(result.report)
