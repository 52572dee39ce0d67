"""Written: what each report is written with. Its functions are imported when they are asked for: one command needs few."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from costcalc.records import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the functions of one report are, as `module:function` below costcalc.render."""

    title: str = ""  # of its Markdown
    head: str = ""  # report -> the blocks that answer in a sentence or two
    page: str = ""  # (report, whether there is room to breathe, …) -> blocks
    rows: str = ""  # report -> rows; of a plan, which has several tables, "" here
    json: str = ""  # its fields


REPORTS = {
    "Plan": Parts(head="plan.headline:opening_blocks", page="plan.page:plan_blocks", json="plan.json_:PLAN"),
    "CostReport": Parts("What it cost", "page:headline_blocks", "page:cost_blocks", "rows:line_rows", "json_:COST_REPORT"),
    "Forecast": Parts("What is to come", "forecast:headline_blocks", "forecast:forecast_blocks", "rows:forecast_rows", "json_:FORECAST"),
    "Comparison": Parts(
        "Scenarios side by side", "comparison.page:headline_blocks", "comparison.page:comparison_blocks", "comparison.tables:comparison_rows",
        "comparison.tables:COMPARISON",
    ),
    "Advice": Parts(
        "What would save money", "advice.page:headline_blocks", "advice.page:advice_blocks", "advice.tables:advice_rows", "advice.tables:ADVICE"
    ),
    "Explanation": Parts(
        "What made the figures", "explanation.page:headline_blocks", "explanation.page:explanation_blocks", "explanation.tables:explanation_rows",
        "explanation.tables:EXPLANATION",
    ),
    "Reconciliation": Parts(
        "Our rating against the invoice", "reconcile.page:headline_blocks", "reconcile.page:reconciliation_blocks", "reconcile.tables:reconciliation_rows",
        "reconcile.tables:RECONCILIATION",
    ),
    "Check": Parts("", "check.page:headline_blocks", "check.page:check_blocks", "check.tables:check_rows", "check.tables:CHECK"),
    "FocusReport": Parts(rows="focus:focus_rows"),
}  # fmt: skip


def parts_of(report: object) -> Parts:
    """The parts of a report; none of anything else."""
    return REPORTS.get(type(report).__name__, Parts())


def named(name: str) -> Any:
    """The function or the fields of a part."""
    module, _, name = name.partition(":")
    return getattr(import_module(f"costcalc.render.{module}"), name)


def json_of(report: Any) -> str:
    """The documented JSON of a report, indented, with a line feed at its end."""
    from costcalc.render.fields import json_text, object_of

    return json_text(object_of(named(parts_of(report).json), report, report))
