"""Months: what a scenario makes of the months to come, against a margin floor or a limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from costcalc.budget.model import Budget
from costcalc.calendar import DayRange
from costcalc.money import sum_if_known
from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.months.run import MonthRun, Run
from costcalc.problems import CostcalcError, Place, Problem, fail
from costcalc.rating.totals import Totals
from costcalc.reports.check.finding import Finding, Status
from costcalc.reports.check.limits import REFUSED, UNPRICED
from costcalc.reports.check.log import BudgetedLog
from costcalc.reports.check.margins import NOTHING_EARNED, UNEARNED
from costcalc.reports.coverage import Coverage
from costcalc.reports.plan.ahead import ends_of
from costcalc.reports.plan.case import Case, coverage, totals
from costcalc.reports.plan.model import PlanOptions
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.items import Scenario

MONTHS = 12  # to come, where the scenario does not say
DEAR_END = "at the dear end of its ranges"


@dataclass(frozen=True, slots=True)
class Future:
    """The months to come under one scenario: with the middle of its ranges, and at their ends."""

    middle: Sequence[Totals]
    ends: tuple[Sequence[Totals], Sequence[Totals]]
    months: Sequence[MonthRun]
    currency: str
    is_log_complete: bool
    revenue_source: str
    coverage: Sequence[Coverage | None]  # of the margin of each month


def month_findings(budget: Budget, log: BudgetedLog) -> Iterator[Finding]:
    """One finding a month; of a limit without `each`, one for all months.

    CostcalcError: the revenue is not known; the scenario names what this log does not use.
    """
    assert budget.scenario is not None
    future = _future(budget, budget.scenario, log)
    if budget.kind == "margin_at_least":
        yield from _margins(budget, future, log)
    else:
        yield from _limits(budget, future, log)


def _future(budget: Budget, scenario: Scenario, log: BudgetedLog) -> Future:
    options = log.options
    unit = budget.unit if budget.is_money and budget.unit else ""
    currency = unit or scenario.currency or log.currency
    horizon = Horizon(
        log.ledger, log.pricebook, log.fx,
        HorizonOptions(scenario.horizon or MONTHS, (), options.basis, currency, options.timezone), [scenario],
    )  # fmt: skip
    changes = changes_at(scenario, budget.pass_through)
    case = Case(horizon, PlanOptions(scenario, changes, (), options.earned), log.usage)
    after = case.run()
    _check_absent(budget, case, after)
    low, high = ends_of(case, after)
    return Future(
        totals(case, after),
        (totals(case, low), totals(case, high)),
        after.months,
        horizon.currency,
        horizon.rating.is_complete,
        case.source,
        [coverage(case, [month], month) for month in after.months],
    )


def _margins(budget: Budget, future: Future, log: BudgetedLog) -> Iterator[Finding]:
    if not future.revenue_source:
        raise fail(
            "no-revenue", f'the budget "{budget.name}" is of a margin, and the revenue is not known',
            place=budget.place, excerpt=budget.excerpt,
            remedy="give revenue rules in the scenario, --revenue, or a revenue column in the log",
        )  # fmt: skip
    for position, (line, middle) in enumerate(zip(future.months, future.middle, strict=True)):
        known = [end[position].margin for end in future.ends]
        dear = min((margin for margin in known if margin is not None), default=None)
        days = line.month.range
        of = future.coverage[position]
        unknown = _missing(future, log, [line]) or (UNEARNED if of and of.cost not in (None, 1) else "")
        found = _judged(budget, "share", middle.margin, dear, days, unknown, future.revenue_source)
        if middle.revenue is not None and middle.revenue <= 0 and middle.all_costs > 0:
            found = replace(found, status="broken", reason=NOTHING_EARNED)
        yield replace(found, coverage=of)


def _limits(budget: Budget, future: Future, log: BudgetedLog) -> Iterator[Finding]:
    unit = future.currency if budget.is_money else budget.unit
    dear = _dear(budget, future)
    days = [line.month.range for line in future.months]
    if budget.each == "month":
        for position, (line, middle) in enumerate(zip(future.months, future.middle, strict=True)):
            actual = None if budget.is_money and middle.known_cost is None else _amount(budget, line, middle)
            missing = _missing(future, log, [line] if budget.is_money else [])
            yield _judged(budget, unit, actual, dear[position], days[position], missing)
        return
    amounts = [_amount(budget, line, middle) for line, middle in zip(future.months, future.middle, strict=True)]
    at_most = [amount for amount in dear if amount is not None]
    yield _judged(
        budget,
        unit,
        sum_if_known(amounts),
        sum(at_most, Fraction()) if at_most else None,
        DayRange(days[0].first, days[-1].last),
        _missing(future, log, future.months if budget.is_money else []),
    )


def _amount(budget: Budget, line: MonthRun, middle: Totals) -> Fraction | None:
    if budget.is_money:
        return middle.cost
    if budget.unit == "tokens":
        return Fraction(line.tokens)
    return None if line.requests is None else Fraction(line.requests)


def _dear(budget: Budget, future: Future) -> list[Fraction | None]:
    """What each month costs at most; of tokens and requests only the middle is computed."""
    if not budget.is_money:
        return [None for _ in future.months]
    return [max(low.cost, high.cost) for low, high in zip(*future.ends, strict=True)]


def _judged(
    budget: Budget,
    unit: str,
    actual: Fraction | None,
    dear: Fraction | None,
    days: DayRange,
    missing: str,
    source: str = "",
) -> Finding:
    """The middle of the ranges decides; a limit that only their dear end passes warns."""
    finding = Finding(
        budget, "ok", unit, budget.limit, actual, days, days, source=source, dear=dear if dear != actual else None
    )
    status, reason = _status(budget, finding, missing)
    return replace(finding, status=status, reason=reason)


def _status(budget: Budget, finding: Finding, missing: str) -> tuple[Status, str]:
    actual, dear, over = finding.actual, finding.dear, finding.over
    if actual is None or over is None:
        return "incomplete", missing or "the log does not say"
    if over > 0:
        return "broken", ""
    if missing:
        return "incomplete", missing
    if dear is not None and (dear < budget.limit if finding.is_floor else dear > budget.limit):
        return "warn", DEAR_END
    near = (budget.warn_below is not None and actual < budget.warn_below) or (
        budget.warn_at is not None and actual >= budget.warn_at * budget.limit
    )
    return ("warn" if near else "ok"), ""


def _missing(future: Future, log: BudgetedLog, priced: Sequence[MonthRun]) -> str:
    """Why a figure is not whole, of which the cost of these months is a part; "": it is."""
    if log.lacks_rows:
        return REFUSED
    is_whole = not priced or (future.is_log_complete and all(month.is_complete for month in priced))
    return "" if is_whole or log.options.allow_unpriced else UNPRICED


def _check_absent(budget: Budget, case: Case, after: Run) -> None:
    """A scenario that changes what the log does not have changes nothing, and a check must not pass for that.

    A shipped scenario is of a whole market: it must touch the log somewhere; a file of one's own, with every entry.
    """
    scenario = case.scenario
    used = {(provider, model) for _, provider, model in after.rows} | {
        segment.home for segment in case.horizon.segments.segments
    }
    served = {(provider, *case.horizon.pricebook.names_of(provider, model)) for provider, model in used}
    idle = [change for change in case.options.changes if not any(change.selector.matches(*names) for names in served)]
    if not Path(scenario.written).suffix:
        changes = list(case.options.changes)
        problems = [_absent(budget, scenario.written)] if scenario.is_only_prices and idle == changes else []
    else:
        problems = [_absent(budget, f"where {words}") for words in case.horizon.absent]
        problems += [_absent(budget, change.written, change.place) for change in idle if not change.event]
    if problems:
        raise CostcalcError(list(dict.fromkeys(problems)))


def _absent(budget: Budget, words: str, place: Place | None = None) -> Problem:
    return Problem(
        "matches-nothing", f'the scenario of the budget "{budget.name}" matches nothing in this log: {words}',
        place or budget.place, "" if place else budget.excerpt,
        remedy="correct the scenario, or drop what the log does not use",
    )  # fmt: skip
