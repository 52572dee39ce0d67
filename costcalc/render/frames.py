"""Frames: a report's lines for pandas. Integers stay integers, money stays Decimal; nothing becomes a float."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costcalc.meters import meters
from costcalc.render.handing import rows_of
from costcalc.render.rows import Rows, exact_value, forecast_rows
from costcalc.reports.comparison import Comparison
from costcalc.reports.cost import CostReport
from costcalc.reports.explanation import Explanation
from costcalc.reports.forecast import Forecast
from costcalc.reports.plan.model import Plan
from costcalc.usage.ledger import UsageGroup, UsageLedger

if TYPE_CHECKING:
    import pandas as pd

    from costcalc.reports.advice.model import Advice
    from costcalc.reports.check.check import Check
    from costcalc.reports.reconcile.model import Reconciliation

_INT64 = range(-(2**63), 2**63)


def table_frame(report: CostReport | Plan, table: str = "lines") -> pd.DataFrame:
    """One table: a row a line, a month or a customer, the columns of the CSV; `month` is text, 2026-10.

    CostcalcError: the report has no such table.
    """
    return _frame(rows_of(report, table))


def months_frame(plan: Plan) -> pd.DataFrame:
    """A row a month to come; no row where there is none."""
    from costcalc.render.plan.rows import month_rows

    return _frame(month_rows(plan))


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """A row a scenario and month, the columns of the CSV."""
    from costcalc.render.comparison.tables import comparison_rows

    return _frame(comparison_rows(comparison))


def forecast_frame(forecast: Forecast) -> pd.DataFrame:
    """A row a day, the columns of the CSV."""
    return _frame(forecast_rows(forecast))


def advice_frame(advice: Advice) -> pd.DataFrame:
    """A row a candidate, the columns of the CSV."""
    from costcalc.render.advice.tables import advice_rows

    return _frame(advice_rows(advice))


def explanation_frame(explanation: Explanation) -> pd.DataFrame:
    """A row a figure at the bottom of the chains, the columns of the CSV."""
    from costcalc.render.explanation.tables import explanation_rows

    return _frame(explanation_rows(explanation))


def reconciliation_frame(report: Reconciliation) -> pd.DataFrame:
    """A row a line, the columns of the CSV."""
    from costcalc.render.reconcile.tables import reconciliation_rows

    return _frame(reconciliation_rows(report))


def check_frame(check: Check) -> pd.DataFrame:
    """A row a budget and period, the columns of the CSV."""
    from costcalc.render.check.rows import check_rows

    return _frame(check_rows(check))


def ledger_frame(ledger: UsageLedger) -> pd.DataFrame:
    """A row a group of the ledger, its counts in units of each meter."""
    header = (*_GROUP_COLUMNS, *ledger.dimensions, *ledger.meters)
    return _frame((header, [_group_row(group, ledger) for group in ledger.groups]))


_GROUP_COLUMNS = (
    "at", "until", "provider", "model", "region", "service_tier", "thinking", "input_over", "output_over", "rows",
    "requests", "billed", "billed_currency", "cost_kind", "revenue", "revenue_currency",
)  # fmt: skip


def _group_row(group: UsageGroup, ledger: UsageLedger) -> tuple[Any, ...]:
    known = meters().by_name
    counts = [
        count if not known[name].decimals else exact_value(Fraction(count, 10 ** known[name].decimals))
        for name, count in zip(ledger.meters, group.quantities, strict=True)
    ]
    return (
        datetime.fromtimestamp(group.at, UTC),
        None if group.until is None else datetime.fromtimestamp(group.until, UTC),
        group.provider,
        group.model,
        group.region,
        group.service_tier,
        group.thinking,
        group.input_over,
        group.output_over,
        group.rows,
        group.requests,
        None if group.billed is None else exact_value(group.billed),
        group.billed_currency,
        group.cost_kind,
        None if group.revenue is None else exact_value(group.revenue),
        group.revenue_currency,
        *group.dimensions,
        *counts,
    )


def _frame(rows: Rows) -> pd.DataFrame:
    import pandas as pd

    header, lines = rows
    columns = list(zip(*lines, strict=True)) if lines else [()] * len(header)
    # Built by position: two columns may have one name, where a log's dimension is called like a meter.
    series = [pd.Series(list(values), dtype=_dtype(values)) for values in columns]
    frame = pd.concat(series, axis=1) if series else pd.DataFrame()
    frame.columns = pd.Index(header)
    return frame


def _dtype(values: tuple[Any, ...]) -> Any:
    """Int64 (with missing values) for integers that fit, text and instants as they are, else objects."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int} and all(value in _INT64 for value in values if value is not None):
        return "Int64"
    if kinds == {bool}:
        return "boolean"
    if kinds == {datetime}:
        return "datetime64[s, UTC]"
    return object
