"""Ahead: what a scenario does to cost and margin month by month, by cause, by line and by customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import fsum

from costcalc.months.earning import Owner
from costcalc.months.horizon import Horizon
from costcalc.months.members import MemberSums, add_up
from costcalc.months.reading import IN_PARTS, Number, RangePoint, settled
from costcalc.months.run import Run
from costcalc.rating.model import LineKey
from costcalc.rating.totals import AtLeast, Estimated, Totals, Unpriced, rise_to, total_of
from costcalc.reports.plan.case import Case, coverage, totals
from costcalc.reports.plan.ending import ending
from costcalc.reports.plan.model import BridgeStep, CustomerLine, LineAhead, Plan, PlanMonth, PlanOptions
from costcalc.reports.plan.published import list_changes
from costcalc.reports.plan.solve import answers
from costcalc.reports.revenue import contract_notes
from costcalc.usage.ledger import CUSTOMER

MODEL = "model"  # with its provider the names of a line that a scenario changes


def plan_ahead(horizon: Horizon, options: PlanOptions) -> Plan:
    """What the scenario does to this usage in the months to come, in full.

    CostcalcError: revenue that contradicts itself; an exchange rate that is not known; what `Horizon` refuses.
    """
    case = Case(horizon, options)
    usage = case.usage
    after = case.run(reading=IN_PARTS)
    steps = list(case.steps(after))
    frozen, announced = steps[0][2], case.announced(steps[1][2])
    ends = ends_of(case, after)
    served = ((provider, model) for _, provider, model in after.rows)
    return Plan(
        scenario=case.scenario,
        changes=options.changes,
        usage=usage,
        rating=horizon.rating,
        by=options.by,
        revenue=case.revenue,
        coverage=coverage(case, after.months, frozen.months[-1]),
        floor=options.floor,
        answers=answers(case, after, totals(case, frozen)[-1], options.floor),
        rates_used=tuple(dict.fromkeys(rate for _, _, run in steps for rate in run.rates_used)),
        is_priced=after.is_complete and horizon.rating.is_complete,
        months=months_under(case, frozen, announced, after, *ends),
        bridge=[
            BridgeStep(cause, name, totals(case, found)[-1], total_of(totals(case, found)))
            for cause, name, found in steps
        ],
        lines=lines_of(horizon, options.by, announced, after),
        customers=customers_of(case, totals_by_customer(case, frozen), after),
        replicas=after.replicas,
        published=list_changes(horizon.rater.quotes, horizon.segments, frozen, announced),
        notes=[
            *case.left_out,
            *contract_notes(case.revenue),
            *ending(horizon.pricebook, served, horizon.months[-1]),
            *dict.fromkeys(note for run in (*ends, after) for note in run.notes),
        ],
        absent=list(horizon.absent),
        has_ranges=ends[0] is not after,
    )


def ends_of(case: Case, middle: Run) -> tuple[Run, Run]:
    """The runs at the cheap and at the dear end of every range."""
    if not case.options.changes.has_range and not case.scenario.has_ranges:
        return middle, middle
    return case.run(reading=RangePoint("low")), case.run(reading=RangePoint("high"))


def months_under(case: Case, frozen: Run, announced: Run, after: Run, *ends: Run) -> list[PlanMonth]:
    """Each month at today's usage and with the scenario; low and high are its cheapest and its dearest run."""
    runs = (totals(case, run) for run in (frozen, announced, after, *ends))
    found = []
    for line, today, before, *three in zip(after.months, *runs, strict=True):
        low, *_, high = sorted(three, key=lambda each: each.cost)
        found.append(
            PlanMonth(line.month, line.requests, line.tokens, today, before, low, three[0], high, line.unpriced)
        )
    return found


def lines_of(horizon: Horizon, by: Sequence[str], announced: Run, after: Run) -> list[LineAhead]:
    """The lines, most expensive first; what is served by another model then stands on that model's line."""
    found = [costs_by(horizon, by, run) for run in (after, announced)]
    keys = dict.fromkeys(key for costs in found for key in costs)
    then, before = [{key: costs.get(key) or [Fraction()] * len(horizon.months) for key in keys} for costs in found]
    add_up(([*then.values()], [*before.values()]), [[month.cost for month in run.months] for run in (after, announced)])
    lines = [LineAhead(key, before[key], then[key]) for key in keys]
    return sorted(
        lines,
        key=lambda line: (-fsum(line.months), -fsum(line.months_before), tuple(str(part or "") for part in line.key)),
    )


def costs_by(horizon: Horizon, by: Sequence[str], run: Run) -> dict[LineKey, list[Number]]:
    """Cost by month of every line."""
    by_server: dict[tuple[tuple[str, str | None], ...], MemberSums] = {}
    for (index, provider, model), costs in run.rows.items():
        segment = horizon.segments.segments[index]
        # A segment of models that no list has may hold very many: where it stays, each member has its own.
        is_open = segment.kind.key is None and segment.home == (provider, model) and MODEL in by
        served = {"provider": provider} if is_open else {"provider": provider, MODEL: model or None}
        place = tuple((name, value) for name, value in served.items() if name in by)
        if place not in by_server:
            by_server[place] = MemberSums(tuple(name for name in by if name not in served), len(costs))
        by_server[place].add(segment.members, costs)
    found: dict[LineKey, list[Number]] = {}
    for place, sums in by_server.items():
        served = dict(place)
        for values, costs in sums.items():
            rest = iter(values)
            key = tuple(served[name] if name in served else next(rest) for name in by)
            known = found.get(key)
            found[key] = [one + other for one, other in zip(known, costs, strict=True)] if known else costs
    if any(month.shortfall for month in run.months):
        found["commitment shortfall", *(None for _ in by[1:])] = [month.shortfall for month in run.months]
    return found


def customers_of(case: Case, today: Mapping[str | None, Totals], after: Run) -> list[CustomerLine]:
    """Every customer in the last month, the lowest margin first; empty where the log has no such column."""
    if CUSTOMER not in case.horizon.ledger.names:
        return []
    then = totals_by_customer(case, after)
    none = Totals(Fraction())
    lines = [_customer(case, name, today.get(name, none), then.get(name, none)) for name in {**then, **today}]
    return sorted(lines, key=_worst_first)


def _customer(case: Case, name: str | None, today: Totals, last: Totals) -> CustomerLine:
    floor = case.options.floor
    return CustomerLine(
        name, today, last, rise_to(last, today.margin), rise_to(last, floor) if floor is not None else None
    )


def _worst_first(line: CustomerLine) -> tuple[int, int, int, str]:
    rank, size = line.last.worst_first
    return rank, _size(size), -_size(line.last.cost), line.name or ""


def _size(amount: Fraction) -> int:
    """For the order only: whole numbers are compared far faster than fractions."""
    return amount.numerator * 10**24 // amount.denominator


def totals_by_customer(case: Case, run: Run) -> dict[str | None, Totals]:
    """Cost and revenue of the last month by customer; a total is never shared out by guess."""
    if CUSTOMER not in case.horizon.ledger.names:
        return {}
    income, segments = case.income, case.horizon.segments.segments
    cost, covered = MemberSums((CUSTOMER,)), MemberSums((CUSTOMER,))
    for (index, _, _), series in run.rows.items():
        cost.add(segments[index].members, series[-1:])
        if income.is_of_a_part and income.covers(segments[index]):
            covered.add(segments[index].members, series[-1:])
    costs, covers = _of_customers(cost), _of_customers(covered)
    revenue, other = (_owned(case.horizon, amounts) for amounts in (run.revenue, run.other))
    known = any(owner[0] != "all" for owner in run.revenue)
    lacking = {name for index in run.lacking for name in segments[index].members.values_of(CUSTOMER)}
    none = Fraction()

    def earned(name: str | None) -> Fraction | None:
        """None: nobody says what the customer pays."""
        return revenue.get(name, none) if known and (name in covers or not income.is_of_a_part) else None

    def against(name: str | None) -> Fraction | None:
        """None: all costs."""
        if not income.is_of_a_part:
            return None
        return covers[name] + other.get(name, none) if name in covers else none

    def kind(name: str | None) -> type[Estimated]:
        return Estimated if name not in lacking else AtLeast if costs.get(name) else Unpriced

    return {
        name: kind(name)(costs.get(name, none), other.get(name, none), earned(name), against(name))
        for name in {**costs, **revenue, **other}
    }


def _owned(horizon: Horizon, amounts: Mapping[Owner, Sequence[Number]]) -> dict[str | None, Fraction]:
    """What of the last month is somebody's."""
    sums = MemberSums((CUSTOMER,))
    pinned: dict[str | None, Number] = {}
    for (what, which), series in amounts.items():
        if what == CUSTOMER:
            pinned[str(which)] = pinned.get(str(which), 0) + series[-1]
        elif what == "segment":
            sums.add(horizon.segments.segments[int(which)].members, series[-1:])
    found = _of_customers(sums)
    return found | {name: found.get(name, 0) + settled(amount) for name, amount in pinned.items()}


def _of_customers(sums: MemberSums) -> dict[str | None, Number]:
    return {name: amount for (name,), (amount,) in sums.items()}
