"""A plan as JSON: costcalc.plan/1; docs/json.md says what each field means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costcalc.render import fields as f
from costcalc.render import json_ as common
from costcalc.render.fields import Json
from costcalc.render.plan.phrases import phrases_of
from costcalc.render.rows import names_of, placed
from costcalc.render.tree import figures_of, table_of
from costcalc.reports.plan.model import BridgeStep, Plan


# --- over the log ---------------------------------------------------------------------------------------------------------
def _changes(plan: Plan, _: object) -> Iterator[Json]:
    touched = plan.log.changes if plan.log else [None] * len(plan.changes.changes)  # months to come are not touched yet
    return ({"change": one, "touched": other} for one, other in zip(plan.changes, touched, strict=True))


def _log(plan: Plan, _: object) -> Json | None:
    if plan.log is None:
        return None
    table = table_of(plan.rating, plan.log.lines)
    return {"of": plan.log.outcome, "shown": table.total.figures, "log": plan.log, "table": table}


LOG_LINE = {**common.LINE, **f.fields(
    cost=common.cost(lambda row, _: row["cost"] if row["of"].basis else None, "figures"),
    earned=common.ends("of.earned"),
)}  # fmt: skip
OVER_THE_LOG = {**common.ENDS, **f.fields(
    lines=f.each(LOG_LINE, lambda row, _: (placed(line, row["table"]) for line in row["log"].lines)),
    assumed_margins=f.each(f.fields(before=f.ratio, with_the_scenario=f.ratio("after"), recover=f.ratio, hold=f.ratio), "log.assumed_margins"),
    pass_throughs=f.each(f.fields(share=f.ratio, total=common.ends("outcome")), "log.pass_throughs"),
    other_lists=f.each({**common.OTHER_LIST, **f.fields(total=common.cost("total"))}, "log.other_lists"),
)}  # fmt: skip

# --- months to come -------------------------------------------------------------------------------------------------------
MONTH = f.fields(
    month=f.text("of.month"), requests=f.computed("of.requests"), tokens=f.computed("of.tokens"),
    unpriced_tokens=f.computed("of.unpriced_tokens"), today=common.totals("of.today"),
) | common.ENDS  # fmt: skip


def _months(plan: Plan, _: object = None) -> Iterator[Any]:
    if plan.months:
        from costcalc.render.plan.months import month_rows_of  # the log alone has none

        yield from month_rows_of(plan)[0]


def _years(plan: Plan, _: object = None) -> Iterator[Any]:
    if plan.years:
        from costcalc.render.plan.months import month_rows_of, year_rows_of

        yield from year_rows_of(plan, month_rows_of(plan)[0])


BRIDGE = f.each(f.fields(
    cause=f.text("step.cause"), name=f.said("step.name"),
    adds=f.part(f.fields(last_month=f.amount("last", "shown.last"), all_months=f.amount("whole", "shown.whole"))),
    last_month=common.totals("step.last", "last"), all_months=common.totals("step.whole", "whole"),
), lambda plan, _: _bridge(plan))  # fmt: skip


def _bridge(plan: Plan) -> Iterator[Json]:
    """Each step as it is reached, and what it adds: rounded so that today and the steps add up."""
    if not plan.bridge:
        return
    from costcalc.render.plan.bridge import bridge_figures  # the log alone has none

    last, whole = bridge_figures(plan)
    before: BridgeStep | None = None
    for position, step in enumerate(plan.bridge):
        adds = before and {
            "last": step.last.cost - before.last.cost, "whole": step.whole.cost - before.whole.cost,
            "shown": {"last": last[position], "whole": whole[position]},
        }  # fmt: skip
        reached = (sum(column[: position + 1], Decimal()) for column in (last, whole))
        yield {"step": step, "adds": adds, **dict(zip(("last", "whole"), reached, strict=True))}
        before = step


BEFORE_AND_THEN = f.fields(before=f.amount("before", "shown.before"), with_the_scenario=f.amount("after", "shown.mid"))
LINE_MONTHS = f.each(
    f.fields(names=f.names) | BEFORE_AND_THEN | f.fields(months=f.each(f.fields(month=f.text) | BEFORE_AND_THEN)),
    lambda plan, _: _line_months(plan),
)


def _line_months(plan: Plan) -> Iterator[Json]:
    if not plan.lines:
        return
    from costcalc.render.plan.lines import tables_of

    tables = tables_of(plan)
    for line in plan.lines:
        shown = [table.by_line[line.key] for table in tables]
        sums = {name: sum((getattr(figures, name) for figures in shown), Decimal()) for name in ("before", "mid")}
        months = zip(plan.months, line.months_before, line.months, shown, strict=True)
        yield {
            "names": names_of(line.key, plan.by), "before": line.before, "after": line.after, "shown": sums,
            "months": [dict(zip(("month", "before", "after", "shown"), (m.month, *of), strict=True)) for m, *of in months],
        }  # fmt: skip


CUSTOMER = f.fields(
    name=f.text("of.name"), today=common.totals("of.today", "today"), last_month=common.totals("of.last", "last"),
    turns_unprofitable=f.flag("of.turns_unprofitable"), rise_to_hold=f.ratio("of.rise_to_hold"),
    rise_to_floor=f.ratio("of.rise_to_floor"),
)  # fmt: skip


def _customers(plan: Plan, _: object = None) -> Iterator[Json]:
    if plan.customers:
        from costcalc.render.plan.customers import customers_with_coins

        yield from customers_with_coins(plan)


REPLICAS = f.fields(
    target=f.text, month=f.text, from_day=f.text("day"), days=f.integer, needed=f.integer(lambda one, _: int(one.needed)),
    paid_already=f.integer(lambda one, _: int(one.paid)), spare=f.integer(lambda one, _: int(one.spare)),
    busy=f.ratio(lambda one, _: Fraction(one.busy)), cost=f.amount(lambda one, _: Fraction(one.cost)),
)  # fmt: skip

# --- draws: every estimate is rounded, for it has no exact value -----------------------------------------------------------
MONEY = f.fields(p10=f.coins, p50=f.coins, p90=f.coins)
DRAWS = f.fields(
    cost=f.part(MONEY), profit=f.part(MONEY), margin=f.part(f.fields(p10=f.estimate, p50=f.estimate, p90=f.estimate)),
    below_floor=f.ratio("below"),
)  # fmt: skip


def _if_walking(walks: bool, name: str) -> Callable[[Any, Any], Any]:
    """An exchange rate walks: it has a deviation and no ends."""
    return lambda drawn, _: getattr(drawn, name) if (drawn.kind == "fx") is walks else None


INPUT = f.fields(
    kind=f.text, name=f.text, low=f.computed(_if_walking(False, "low")), high=f.computed(_if_walking(False, "high")),
    deviation=f.ratio(_if_walking(True, "deviation")), distribution=f.text,
)  # fmt: skip
SIMULATION = f.fields(
    draws=f.integer, seed=f.integer,
    months=f.each(f.fields(month=f.text) | f.at("draws", DRAWS) | f.fields(broken_by_then=f.ratio("broken"))),
    total=f.part(DRAWS, "whole"),
    tornado=f.each(f.at("input", INPUT) | f.fields(cost=f.part(MONEY), profit=f.part(MONEY), swing=f.coins("money"))),
    unused=f.each(INPUT), notes=f.texts,
)  # fmt: skip

# --- answers --------------------------------------------------------------------------------------------------------------
PRICE = f.fields(margin=f.ratio, rise=f.ratio)
PAYS = f.fields(
    stays=f.amount, there=f.amount, replicas=f.integer, machines=f.part(f.fields(
        currency=f.text("gpu_hour.currency"), gpu_hour=f.decimal("gpu_hour.amount"), gpu_hour_at_most=f.decimal, utilisation=f.ratio,
        utilisation_from=f.ratio, volume_from=f.ratio, replicas=f.integer,
    )),
)  # fmt: skip
ANSWERS = f.part(f.fields(
    hold=f.part(PRICE), floor=f.part(PRICE), recover=f.ratio,
    moves=f.each(f.fields(
        to=f.text, region=f.said, where=f.text("move.where"), quality=f.text("move.quality"), margin=f.ratio, share=f.ratio,
        in_steps=f.flag, saved_at_most=f.amount, lost=f.amount, reason=f.said, pays=f.part(PAYS),
    )),
    tokens=f.each(f.fields(provider=f.said, margin=f.ratio, fewer=f.ratio, in_steps=f.flag)),
    rises=f.each(f.fields(provider=f.said, margin=f.ratio, rise=f.ratio)),
    break_even=f.each(f.fields(target=f.text, volume=f.ratio, requests=f.ratio, replicas=f.integer, busy=f.ratio, reason=f.said, pays_from=f.text)),
))  # fmt: skip


PLAN = f.fields(
    schema=f.constant("costcalc.plan/1"), currency=f.text, complete=f.flag("is_complete"), usage=common.USAGE,
    configuration=common.configuration("revenue_source"),
    scenario=f.part(f.fields(
        title=f.said("scenario.name"), written=f.said("scenario.written"), note=f.said("scenario.note"),
        phrases=f.each(f.fields(kind=f.text, text=f.text), lambda plan, _: [
            {"kind": kind, "text": phrase} for kind, phrases in phrases_of(plan) for phrase in phrases
        ]),
    ), lambda plan, _: plan),
    changes=f.each(common.CHANGE, _changes),
    revenue=f.part(f.fields(
        source=f.text, amount=f.amount(lambda revenue, _: revenue.amount if revenue.kind != "rules" else None),
        covers=f.ratio(lambda _, plan: plan.revenue_share),
        without_cost=f.amount(lambda _, plan: plan.rating.revenue_without_cost),
    )),
    coverage=common.COVERAGE, floor=f.ratio, has_ranges=f.flag, over_the_log=f.part(OVER_THE_LOG, _log), months=f.each(MONTH, _months),
    years=f.each(f.fields(year=f.text("label")) | common.ENDS, _years),
    total=common.ends(
        lambda plan, _: plan.whole if plan.months else None,
        lambda plan, _: figures_of([month.cost for month in plan.months], plan.currency)[1],
    ),
    first_month_below_floor=f.text("first_below_floor.month"), bridge=BRIDGE, lines=LINE_MONTHS,
    customers=f.each(CUSTOMER, _customers), replicas=f.each(REPLICAS), simulation=f.part(SIMULATION), answers=ANSWERS,
    notes=f.texts, absent=f.texts, basis=common.BASIS,
    commitments=f.each(common.COMMITTED | f.fields(shortfall_with_the_scenario=f.amount("shortfall.mid")), "rating.commitments"),
    list_and_contracted=common.CONTRACTED, unpriced=common.UNPRICED_LIST, assumptions=common.ASSUMPTIONS, exchange_rates=common.EXCHANGE_RATES,
)  # fmt: skip
