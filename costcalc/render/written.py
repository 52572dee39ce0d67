"""Written: what each report is written with. Its functions are imported when they are asked for: one command needs few."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from costcalc.records import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the functions of one report are, as `module:function` below costcalc.render."""

    title: str = ""  # of its Markdown
    page: str = ""  # (report, whether there is room to breathe, …) -> blocks
    rows: str = ""  # report -> rows; of a plan, which has several tables, "" here
    json: str = ""  # report -> text


_REPORTS = {
    "Plan": Parts(page="plan.page:plan_blocks", json="plan.json_:plan_json"),
    "CostReport": Parts("What it cost", "page:cost_blocks", "rows:line_rows", "json_:cost_json"),
    "Forecast": Parts("What is to come", "forecast:forecast_blocks", "rows:forecast_rows", "json_:forecast_json"),
    "Comparison": Parts(
        "Scenarios side by side", "comparison.page:comparison_blocks", "comparison.tables:comparison_rows",
        "comparison.tables:comparison_json",
    ),
    "Advice": Parts(
        "What would save money", "advice.page:advice_blocks", "advice.tables:advice_rows", "advice.tables:advice_json"
    ),
    "Explanation": Parts(
        "What made the figures", "explanation.page:explanation_blocks", "explanation.tables:explanation_rows",
        "explanation.json_:explanation_json",
    ),
    "Reconciliation": Parts(
        "Our rating against the invoice", "reconcile.page:reconciliation_blocks", "reconcile.tables:reconciliation_rows",
        "reconcile.json_:reconciliation_json",
    ),
    "Check": Parts("", "check.page:check_blocks", "check.rows:check_rows", "check.json_:check_json"),
    "FocusReport": Parts(rows="focus:focus_rows"),
}  # fmt: skip


def parts_of(report: object) -> Parts:
    """The parts of a report; none of anything else."""
    return _REPORTS.get(type(report).__name__, Parts())


def function(name: str) -> Callable[..., Any]:
    """The function of a part."""
    module, _, name = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"costcalc.render.{module}"), name)
    return found


def json_of(report: object) -> str:
    """The documented JSON of a report, indented, with a line feed at its end."""
    text: str = function(parts_of(report).json)(report)
    return text
