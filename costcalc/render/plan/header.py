"""Header of a plan: what it rests on: the usage, the prices, the scenario, the revenue."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.render.blocks import Facts
from costcalc.render.header import FactRow, change_text, header
from costcalc.render.plan.phrases import fee_text, horizon_text, phrases_of
from costcalc.render.tree import Table
from costcalc.render.words import counted, day_text, money_text, month_text, share_text
from costcalc.reports.lines import Touched
from costcalc.reports.plan.model import OverLog, Plan
from costcalc.reports.revenue import Revenue
from costcalc.scenario.model import PriceChange

_FEES_SHOWN = 3


def plan_header(plan: Plan, table: Table | None = None) -> Facts:
    """What a plan rests on; each kind of change has a row of its own. `table`: of the log's lines."""
    rows = list(_changes(plan, plan.log, table) if plan.log and table else _scenario(plan))
    if plan.revenue:
        earned = _over_log(plan, plan.log, plan.revenue) if plan.log else _ahead(plan, plan.revenue)
        rows.append(("revenue", tuple(earned)))
    return header(plan, plan.rates_used, rows, revenue_source=plan.revenue_source)


def _scenario(plan: Plan) -> Iterator[FactRow]:
    yield "scenario", (plan.scenario.name or "as given", horizon_text([month.month for month in plan.months]))
    yield from phrases_of(plan)


def _changes(plan: Plan, log: OverLog, table: Table) -> Iterator[FactRow]:
    if not log.changes:
        yield "scenario", ("no rise: prices as they are published",)
    for position, touched in enumerate(log.changes):
        yield "scenario" if position == 0 else "", tuple(_change(touched, plan, table))


def _change(touched: Touched, plan: Plan, table: Table) -> Iterator[str]:
    change = touched.change
    meters = "" if change.selector.meter_word else ", every meter"
    yield change_text(change) + meters + _begin(change, plan)
    if touched.included:
        yield f"{money_text(touched.included, plan.currency)} already at the raised list"
    if touched.share and touched.share != 0:
        yield "the whole bill" if touched.share == 1 else f"{_share(touched.cost, touched.share, table)} of the bill"


def _share(cost: Fraction, share: Fraction, table: Table) -> str:
    """What is touched as a share of the bill: that of its row in the table, where it is one."""
    shown = next((row.share for row in table.rows if row.share and row.cost.before == cost), None)
    return f"{shown}%" if shown else share_text(share)


def _begin(change: PriceChange, plan: Plan) -> str:
    if change.until_day is not None:
        return f", before {day_text(change.until_day)}"
    if change.from_day is not None:
        return f", from {day_text(change.from_day)}"
    return ", over the log and all months" if plan.months else ", over the whole log"


def _over_log(plan: Plan, log: OverLog, revenue: Revenue) -> Iterator[str]:
    yield f"{money_text(revenue.amount, plan.currency)} in {counted(plan.usage.days, 'day')}"
    yield revenue.source
    if plan.revenue_share is not None and plan.revenue_share != 1:
        yield f"known for {share_text(plan.revenue_share)} of the cost"
    if revenue.kind == "rows" and not plan.rating.earns_by_row:
        yield f"against the whole cost of {'its customers' if log.names_customers else 'the log'}"
    if plan.rating.revenue_without_cost and plan.revenue_share is not None:
        missing = money_text(plan.rating.revenue_without_cost, plan.currency)
        yield f"without {missing} of what has no price"


def _ahead(plan: Plan, revenue: Revenue) -> Iterator[str]:
    if plan.last.before.revenue is not None:
        yield f"{money_text(plan.last.before.revenue, plan.currency)} in {month_text(plan.last.month)} at today's usage"
    yield revenue.source
    fees = plan.scenario.business.revenue if revenue.kind == "rules" else ()
    yield from (fee_text(fee, plan.currency) for fee in fees[:_FEES_SHOWN])
    if len(fees) > _FEES_SHOWN:
        yield f"{counted(len(fees) - _FEES_SHOWN, 'more rule')}"
