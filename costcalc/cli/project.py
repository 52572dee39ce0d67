"""`costcalc project`: What do price rises do to cost and margin, and what would restore it?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.api.options import ProjectOptions
from costcalc.cli.answers import Answer, by_ending, by_kind
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage, taken_plan
from costcalc.cli.config import Config
from costcalc.cli.grouped import grouped
from costcalc.problems import fail, nearest_names
from costcalc.records import dataclass
from costcalc.usage.earnings import is_earnings

if TYPE_CHECKING:
    from costcalc.scenario.items import Scenario

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
  costcalc project usage.csv --scenario all-at-once --margin 60% --floor 55%

\b
A hike is SELECTOR=CHANGE[@DATE]. Selectors: alibaba, alibaba/qwen3-*,
*/qwen*, any, alibaba:tokens, alibaba:storage. Changes: 34, +34%, -20%, a
range 5..34, or a new rate of one meter =3.40/1M. Hikes that match compound in
the order written.
"""

TableOption = Annotated[
    str, typer.Option("--table", metavar="lines|months|customers", help="Which table CSV and Parquet hold.")
]
ProjectOutput = Annotated[list[Path] | None, by_ending(".csv .json .md .txt .xlsx .parquet")]
ProjectFormat = Annotated[str | None, by_kind("table, json, csv, md, xlsx or parquet")]


@dataclass(frozen=True)
class ProjectAnswer(Answer):
    """Where the answer goes; a workbook and Parquet are offered too."""

    also = ("xlsx", "parquet")

    output: ProjectOutput = None
    format_: ProjectFormat = None


@app.command(epilog=EXAMPLES)
@grouped
def project(
    ctx: typer.Context, usage: Usage, *, words: ProjectOptions, table: TableOption = "lines", answer: ProjectAnswer
) -> int:
    """What do price rises do to cost and margin, and what would restore it?"""
    if table not in TABLES:
        raise fail(
            "bad-option",
            f'--table "{table}" is not a table',
            nearest=nearest_names(table, TABLES),
            expected=", ".join(TABLES),
        )
    plan = taken_plan(words)
    result = answer.ask(
        ctx, api.project, usage, words=_for_log(words, plan, table, answer.config), stated=plan.currency
    )
    # Without months to come the customers are lines like any other.
    written = "lines" if table == "customers" and result.report.log else table
    texts: dict[str, Callable[[], str | bytes]] = {
        "csv": lambda: result.to_csv(written),
        "parquet": lambda: result.to_parquet(written),
    }
    return answer.give(result, texts)


def _for_log(words: ProjectOptions, plan: Scenario, table: str, config: Config) -> ProjectOptions:
    """What is asked of the log where a scenario changes nothing but prices: lines of customers, and a move."""
    if not plan.is_only_prices:
        return words
    more: ProjectOptions = {}
    revenue = words.get("revenue") or ("" if words.get("margin") else config.values.get("revenue"))
    if table == "customers" or (not words.get("by") and is_earnings(str(revenue or ""))):
        more["by"] = ("customer",)
    if words.get("simulate") is None and not words.get("move_to"):
        more["move_to"] = config.text("move_to")
    return {**words, **more}
