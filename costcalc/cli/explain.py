"""`costcalc explain`: which rows, price, band, hike and rate made this figure?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.cli import options as o
from costcalc.cli.app import command_app
from costcalc.cli.config import read_config
from costcalc.cli.grouped import grouped
from costcalc.cli.output import deliver, exit_code, kind_of, lacks_of, report_refused
from costcalc.cli.plans import Hike, PassThrough, ScenarioOption
from costcalc.cli.progress import scan_progress

if TYPE_CHECKING:
    from rich.console import RenderableType

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
Top = Annotated[int, typer.Option("--top", metavar="N", min=1, help="How many lines the page shows, dearest first.")]


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
    hike: Hike = None,
    scenario: ScenarioOption = None,
    pass_through: PassThrough = None,
    by: o.By = None,
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
    """Which rows, price, band, hike and exchange rate made this figure?"""
    config = read_config(config_file)
    kind = kind_of(format_, as_json, output)
    zone = choice.zone(config)
    with config.blamed(), scan_progress() as progress:
        result = api.explain(
            usage,
            line=o.globs(line, "--line"),
            meter=meter or "",
            day=o.read_period_day(day, "--day", zone),
            hikes=hike or (),
            scenario=scenario,
            pass_through=pass_through,
            by=by or config.text("by") or ("provider", "model"),
            currency=currency or config.text("currency"),
            basis=basis or config.text("basis") or "auto",
            prices=choice.prices(config),
            timezone=zone,
            progress=progress,
            **choice.scan_words(config, ctx),
        )
    report = result.report
    deliver(
        kind,
        output,
        lambda: _page(result, top),
        {"json": result.to_json, "csv": result.to_csv, "md": lambda: _markdown(result, top)},
        lacks_of(report.usage, report.is_priced),
    )
    report_refused(report.usage)
    return exit_code(
        report.usage,
        report.is_priced,
        allow_unpriced=allow_unpriced or config.flag("allow_unpriced"),
        allow_refused=allow_refused or config.flag("allow_refused"),
    )


def _page(result: api.ExplanationResult, top: int) -> RenderableType:
    from costcalc.render.explanation.page import explanation_page

    return explanation_page(result.report, top)


def _markdown(result: api.ExplanationResult, top: int) -> str:
    from costcalc.render.explanation.page import explanation_blocks
    from costcalc.render.markdown import markdown_text

    return markdown_text("What made the figures", explanation_blocks(result.report, top))
