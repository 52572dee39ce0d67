"""Over the log: what price changes do to the same usage, and to months to come at the log's daily rate.

It needs nothing of the months engine where no months are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.calendar import Month, month_of, months_from
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.rating.breakdown import by_line
from costcalc.rating.model import Rating, sum_costs
from costcalc.rating.rate import Rater, RatingOptions, rate
from costcalc.rating.totals import Outcome, Totals, Unpriced, at_assumed_margins, outcome
from costcalc.reports.changes import check_changes
from costcalc.reports.coverage import Coverage, coverage_of
from costcalc.reports.lines import other_lists, touched_by, with_lines
from costcalc.reports.plan.ending import ending
from costcalc.reports.plan.log_answers import log_answers, move_target
from costcalc.reports.plan.model import LogOptions, OverLog, PassThrough, Plan, PlanMonth, PlanOptions
from costcalc.reports.revenue import Revenue, check_floor, contract_notes, revenue_of
from costcalc.reports.usage import UsageSummary, summary_of
from costcalc.usage.ledger import CUSTOMER, UsageLedger

if TYPE_CHECKING:
    from costcalc.months.run import MonthRun
    from costcalc.reports.plan.published import ListChange

_DEFAULTS = LogOptions()


def plan_over_log(
    ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: PlanOptions, asked: LogOptions = _DEFAULTS
) -> Plan:
    """What the changes do to this usage.

    CostcalcError: a change that names nothing known, or one dated after the log without months; a currency
    without a rate; two sources of revenue.
    """
    target = move_target(pricebook, asked.move_to) if asked.move_to else None
    rater = Rater(ledger, pricebook, fx, asked.rating(options.by), options.changes, [target] if target else [])
    rating = by_line(rater, rater.rating())
    usage = summary_of(ledger, asked.timezone)
    left_out = check_changes(options.changes, asked.months, rating, pricebook, usage, options.scenario.horizon or 0)
    revenue = _named(options, revenue_of(options.earned, rating, rater.exchange, ledger, usage.last_day))
    check_floor(options.floor, options.earned, revenue)
    found = _outcome(revenue, rating)
    lines = with_lines(rater, rating, rating.revenue if revenue and revenue.kind == "rows" else {})
    months, published = _months(rater, asked, usage, revenue)
    log = OverLog(
        found,
        touched_by(options.changes, rating),
        lines,
        [] if revenue else at_assumed_margins(rating.total),
        [
            PassThrough(share, _outcome(revenue, rate(ledger, pricebook, fx, _fixed(options, asked, rating), changes)))
            for share, changes in asked.alternatives.items()
        ],
        other_lists(ledger, pricebook, fx, rater, rating),
        CUSTOMER in ledger.names,
    )
    return Plan(
        scenario=options.scenario,
        changes=options.changes,
        usage=usage,
        rating=rating,
        by=rating.by,
        revenue=revenue,
        coverage=_coverage(revenue, found, rating, usage, ledger) if revenue else None,
        floor=options.floor,
        answers=log_answers(rater, rating.charges, found, options.floor, target, usage),
        rates_used=tuple(rater.rates_used),
        is_priced=rating.is_complete and not any(month.unpriced_tokens for month in months),
        log=log,
        months=months,
        published=published,
        notes=[
            *left_out,
            *(contract_notes(revenue) if months else ()),
            *(ending(pricebook, _models(rating, target), months[-1].month) if months else ()),
        ],
        has_ranges=any(each.low != each.high for each in (found, *months)),
    )


def _models(rating: Rating, target: ResolvedModel | None) -> Iterator[tuple[str, str]]:
    """Those of the log, and the one that traffic might move to."""
    yield from ((each.provider, each.model) for each in rating.charges)
    if target:
        yield target.provider, target.model


def _named(options: PlanOptions, revenue: Revenue | None) -> Revenue | None:
    """A margin that implies the revenue is said with its source."""
    margin = options.earned.margin
    if revenue is None or not revenue.is_implied or margin is None:
        return revenue
    percent = f"{float(margin * 100):g}%"
    said = f"--margin {percent}" if options.earned.is_flag else f"margin {percent}, {revenue.source}"
    return replace(revenue, source=said)


def _outcome(revenue: Revenue | None, rating: Rating) -> Outcome:
    """The whole bill beside what is earned: all of it, or that of the rows that state a revenue."""
    if revenue is None:
        return outcome(rating.total)
    if revenue.kind != "rows":
        return outcome(rating.total, revenue.amount)
    return outcome(
        rating.total, revenue.amount, sum_costs(charge.cost for charge in rating.charges if charge.has_revenue)
    )


def _coverage(revenue: Revenue, found: Outcome, rating: Rating, usage: UsageSummary, ledger: UsageLedger) -> Coverage:
    total = rating.total.before
    share = found.before.all_costs / total if total else None
    return coverage_of(revenue, rating, usage, share, parts_customers=ledger.parts_customers)


def _fixed(options: PlanOptions, asked: LogOptions, rating: Rating) -> RatingOptions:
    """Each alternative is a run of its own over the same ledger, in the same currency."""
    return RatingOptions(options.by, asked.basis, rating.currency, asked.timezone)


def _months(
    rater: Rater, asked: LogOptions, usage: UsageSummary, revenue: Revenue | None
) -> tuple[list[PlanMonth], Sequence[ListChange]]:
    """The months to come, and the published list prices that are in them; nothing where none are asked for."""
    if not asked.months or usage.last_day is None:
        return [], ()
    # imported where months are asked for
    from costcalc.months.price_months import rate_months
    from costcalc.reports.plan.published import list_changes

    months, found = list(months_from(month_of(usage.last_day).next, asked.months)), []
    ahead = rate_months(rater, months, usage.days, usage.last_day)
    for place, month in enumerate(months):
        scale = Fraction(month.days, usage.days)
        going_on = scale * revenue.going_on(month, rater.exchange) if revenue else None
        as_today, contracted = (_contracted(revenue, month, rater, as_today=each) for each in (True, False))
        today, before, low, after, high = (
            _beside(run.months[place], revenue, None if going_on is None else going_on + fixed)
            for run, fixed in zip(ahead.runs, (as_today, *[contracted] * 4), strict=True)
        )
        requests = usage.requests * scale if usage.requests is not None else None
        unpriced = Fraction(ahead.middle.months[place].unpriced)
        found.append(
            PlanMonth(month, requests, usage.tokens * scale, today, before, low, after, high, unpriced, contracted)
        )
    rater.rates_used |= dict.fromkeys(ahead.rates_used)
    return found, list_changes(rater.quotes, ahead.segments, ahead.frozen, ahead.before)


def _contracted(revenue: Revenue | None, month: Month, rater: Rater, *, as_today: bool) -> Fraction:
    return revenue.contracted(month, rater.exchange, as_today=as_today) if revenue else Fraction()


def _beside(month: MonthRun, revenue: Revenue | None, earned: Fraction | None) -> Totals:
    """A month's cost beside what it earns."""
    of, covered = Unpriced if month.is_unpriced else Totals, Fraction(month.covered)
    return of(Fraction(month.cost), Fraction(), earned, covered if revenue and revenue.kind == "rows" else None)
