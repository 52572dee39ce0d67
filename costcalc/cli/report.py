"""`costcalc report`: One offline page to look at and forward: charts, sliders, tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.api.options import OutlookOptions
from costcalc.cli.answers import Allowed, output_option
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage, taken_plan
from costcalc.cli.grouped import grouped
from costcalc.cli.output import Target, deliver, keep_apart_from_all, paths_of
from costcalc.problems import fail, nearest_names

if TYPE_CHECKING:
    from costcalc.render.charts.svg import Chart

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc report usage.csv --hike alibaba=34 --revenue 52000 -o report.html
  costcalc report usage.csv --scenario all-at-once --floor 55% -o report.html
  costcalc report usage.csv --scenario april-2026 --by customer -o report.html
  costcalc report usage.csv --hike any=20 --chart bridge -o bridge.svg

\b
The page is one file: it opens offline, prints, and sends nothing. Its sliders
turn the rises and what is passed through, exactly as costcalc computes them.
"""

CHARTS = ("bridge", "months")
ENDINGS = {".html": "html", ".htm": "html", ".svg": "svg", ".png": "png"}

ChartOption = Annotated[
    str | None,
    typer.Option("--chart", metavar="NAME", help="Only this chart: bridge, months; to a .svg or .png file.", show_default=False),
]  # fmt: skip
Output = Annotated[
    list[Path] | None, output_option("The file to write: .html, or .svg and .png of a chart; repeatable.")
]


@app.command(epilog=EXAMPLES)
@grouped
def report(
    ctx: typer.Context,
    usage: Usage,
    *,
    output: Output = None,
    chart: ChartOption = None,
    words: OutlookOptions,
    allowed: Allowed,
) -> int:
    """One offline page to look at and forward: charts, sliders, tables."""
    targets = [Target(_kind(path, chart), path) for path in paths_of(output)]
    plan = taken_plan(words)
    result = allowed.ask(ctx, api.outlook, usage, words=words, stated=plan.currency)
    usage_read, priced = result.report.usage, result.report.is_priced
    keep_apart_from_all((target.path for target in targets), usage_read.sources, allowed.config)
    deliver(targets, str, lambda kind: _content(result, kind, chart), result.lacks)
    return allowed.code(usage_read, priced=priced)


def _kind(output: Path | None, chart: str | None) -> str:
    """html, svg or png. CostcalcError: there is no such chart; the ending and the chart do not fit; nowhere to write."""
    if chart is not None and chart not in CHARTS:
        raise fail("unknown-chart", f'no chart is called "{chart}"', nearest=nearest_names(chart, CHARTS), expected=", ".join(CHARTS))  # fmt: skip
    if output is None:
        if _is_terminal():
            raise fail(
                "page-on-a-terminal", "a page is a file: it would fill this terminal with its markup",
                remedy="write it with -o report.html, or send it on: costcalc report … | command",
            )  # fmt: skip
        return "svg" if chart else "html"
    kind = ENDINGS.get(output.suffix.lower())
    fitting = [ending for ending, found in ENDINGS.items() if (found != "html") == bool(chart)]
    if kind is None or output.suffix.lower() not in fitting:
        what = f"the chart {chart}" if chart else "the page"
        chosen = f"--chart, one of {', '.join(CHARTS)}" if kind in ("svg", "png") else f"-o with {' or '.join(fitting)}"
        raise fail("unknown-output", f'{what} cannot be written as "{output.suffix or output}"', expected=", ".join(fitting), remedy=f"give {chosen}")  # fmt: skip
    return kind


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _content(result: api.PlanResult, kind: str, chart: str | None) -> str | bytes:
    if kind == "html":
        return result.to_html()
    drawn = _chart(result, chart or "")
    if kind == "svg":
        return drawn.alone()
    from costcalc.render.charts.svg import png_of

    return png_of(drawn)


def _chart(result: api.PlanResult, name: str) -> Chart:
    from costcalc.render.charts.bridge import bridge_chart
    from costcalc.render.charts.months import months_chart

    return bridge_chart(result.report) if name == "bridge" else months_chart(result.report)
