"""Projection: what the rises do to cost and margin, now and over the months, and what would restore it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.calendar import Month, month_of, months_from
from costcalc.money import Money
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.rating.model import Cost, RateUsed, Rating, sum_costs
from costcalc.rating.rate import NO_CHANGES, Rater, RatingOptions, rate
from costcalc.records import dataclass
from costcalc.reports.answers import (
    HikeLimit,
    MoveAnswer,
    TokenAnswer,
    hike_limits,
    move_answer,
    move_target,
    token_answers,
)
from costcalc.reports.changes import check_changes
from costcalc.reports.coverage import Coverage, coverage_of
from costcalc.reports.lines import OtherList, ReportLine, Touched, other_lists, touched_by, with_lines
from costcalc.reports.margin import AssumedMargin, Margin, at_assumed_margins
from costcalc.reports.revenue import Earned, Revenue, revenue_of
from costcalc.reports.usage import UsageSummary, summary_of
from costcalc.scenario.model import PriceChanges
from costcalc.usage.ledger import UsageLedger

if TYPE_CHECKING:
    from costcalc.forecasts.price_months import MonthCost


@dataclass(frozen=True, slots=True)
class ProjectOptions:
    """What is asked of a projection."""

    changes: PriceChanges = NO_CHANGES
    by: tuple[str, ...] = ("provider", "model")
    basis: str = "auto"
    currency: str | None = None
    timezone: str = "UTC"
    months: int = 0
    revenue: Money | None = None  # for the log's period
    revenue_source: str = "--revenue"
    margin: Fraction | None = None  # today's margin: implies the revenue
    floor: Fraction | None = None
    move_to: str | None = None
    alternatives: Mapping[Fraction, PriceChanges] = field(default_factory=dict)  # by pass-through, side by side

    @property
    def earned(self) -> Earned:
        """What flags or the configuration say of revenue."""
        source = self.revenue_source
        return Earned(
            self.revenue, self.margin, "--margin" if self.margin is not None and source == "--revenue" else source
        )

    def rating_options(self) -> RatingOptions:
        return RatingOptions(self.by, self.basis, self.currency, self.timezone)


@dataclass(frozen=True, slots=True)
class PassThrough:
    """The whole bill, if this share of the documented rises reaches the price of tokens."""

    share: Fraction
    cost: Cost
    margin: Margin | None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month to come, at the log's daily rate."""

    month: Month
    requests: Fraction | None
    tokens: Fraction
    frozen: Fraction
    cost: Cost
    margin: Margin | None
    unpriced_tokens: Fraction


@dataclass(frozen=True)
class Projection:
    """The answer of `project`: a value, to be drawn, written or handed on."""

    usage: UsageSummary
    rating: Rating
    changes: Sequence[Touched]
    lines: Sequence[ReportLine]
    revenue: Revenue | None
    margin: Margin | None
    coverage: Coverage | None  # of how much the margin is; None: the revenue is unknown
    names_customers: bool  # the log does
    assumed_margins: Sequence[AssumedMargin]
    tokens: Sequence[TokenAnswer]
    limits: Sequence[HikeLimit]  # the rise at which the margin meets the floor, and zero
    move: MoveAnswer | None
    months: Sequence[MonthLine]
    pass_throughs: Sequence[PassThrough]  # side by side where nobody said how much is passed through
    floor: Fraction | None
    other_lists: Sequence[OtherList]
    rates_used: Sequence[RateUsed]

    @property
    def revenue_share(self) -> Fraction | None:
        """The share of the cost whose revenue the log states; None where one revenue covers all."""
        return self.coverage.cost if self.coverage and self.revenue and self.revenue.kind == "rows" else None

    @property
    def currency(self) -> str:
        return self.rating.currency

    @property
    def total(self) -> Cost:
        return self.rating.total

    @property
    def is_priced(self) -> bool:
        return self.rating.is_complete and not any(m.unpriced_tokens for m in self.months)

    @property
    def is_complete(self) -> bool:
        return self.is_priced and self.usage.is_whole

    @property
    def first_month_below_floor(self) -> MonthLine | None:
        """The first month whose margin with the rises lies below the floor; None where none does."""
        floor = self.floor
        if floor is None:
            return None
        below = (m for m in self.months if m.margin and m.margin.after is not None and m.margin.after < floor)
        return next(below, None)


def project(ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: ProjectOptions) -> Projection:
    """What the changes do to this usage.

    CostcalcError: a change that names nothing known, or one dated after the log without months; a currency
    without a rate; two sources of revenue.
    """
    target = move_target(pricebook, options.move_to) if options.move_to else None
    rater = Rater(ledger, pricebook, fx, options.rating_options(), options.changes, [target] if target else [])
    rating = rater.rating()
    usage = summary_of(ledger, options.timezone)
    check_changes(options.changes, options.months, rating, pricebook, usage)
    revenue = _named(options, revenue_of(options.earned, rating, fx, usage.last_day))
    margin = _margin(revenue, rating)
    rating, lines = with_lines(rater, rating, rating.revenue if revenue and revenue.kind == "rows" else {})
    return Projection(
        usage=usage,
        rating=rating,
        changes=touched_by(options.changes, rating),
        lines=lines,
        revenue=revenue,
        margin=margin,
        coverage=_coverage(revenue, margin, rating, usage, ledger) if revenue and margin else None,
        names_customers=rater.earners.names_customers,
        assumed_margins=[] if revenue else at_assumed_margins(rating.total),
        tokens=token_answers(rating.charges),
        limits=hike_limits(
            margin, rating.charges, options.floor, only_covered=revenue is not None and revenue.kind == "rows"
        ),
        move=move_answer(rater, rating.charges, target) if target else None,
        months=_months(rater, options, usage, revenue),
        pass_throughs=_pass_throughs(ledger, pricebook, fx, options, rating, revenue),
        floor=options.floor,
        other_lists=other_lists(ledger, pricebook, fx, rater, rating),
        rates_used=tuple(rater.rates_used),
    )


def _named(options: ProjectOptions, revenue: Revenue | None) -> Revenue | None:
    """A margin that implies the revenue is said with its source."""
    if revenue is None or not revenue.is_implied or options.margin is None:
        return revenue
    percent = f"{float(options.margin * 100):g}%"
    said = f"--margin {percent}" if options.earned.is_flag else f"margin {percent}, {revenue.source}"
    return replace(revenue, source=said)


def _margin(revenue: Revenue | None, rating: Rating) -> Margin | None:
    if revenue is None:
        return None
    if revenue.kind != "rows":
        return Margin(revenue.amount, rating.total)
    return Margin(revenue.amount, sum_costs(charge.cost for charge in rating.charges if charge.has_revenue))


def _coverage(revenue: Revenue, margin: Margin, rating: Rating, usage: UsageSummary, ledger: UsageLedger) -> Coverage:
    total = rating.total.before
    share = margin.cost.before / total if total else None
    return coverage_of(revenue, rating, usage, share, parts_customers=ledger.parts_customers)


def _pass_throughs(
    ledger: UsageLedger,
    pricebook: Pricebook,
    fx: FxTable,
    options: ProjectOptions,
    rating: Rating,
    revenue: Revenue | None,
) -> list[PassThrough]:
    """Each alternative is a run of its own over the same ledger."""
    fixed = RatingOptions(options.by, options.basis, rating.currency, options.timezone)
    found = []
    for share, changes in options.alternatives.items():
        other = rate(ledger, pricebook, fx, fixed, changes)
        found.append(PassThrough(share, other.total, _margin(revenue, other)))
    return found


def _months(rater: Rater, options: ProjectOptions, usage: UsageSummary, revenue: Revenue | None) -> list[MonthLine]:
    if not options.months or usage.last_day is None:
        return []
    months = list(months_from(month_of(usage.last_day).next, options.months))
    from costcalc.forecasts.price_months import rate_months  # imported where months are asked for

    found = rate_months(rater, months, usage.days, usage.last_day)
    rater.rates_used |= dict.fromkeys(found.rates_used)
    return [_month_line(cost, usage, revenue) for cost in found.months]


def _month_line(found: MonthCost, usage: UsageSummary, revenue: Revenue | None) -> MonthLine:
    scale = Fraction(found.month.days, usage.days)
    requests = usage.requests * scale if usage.requests is not None else None
    covered = found.covered if revenue and revenue.kind == "rows" else found.cost
    margin = Margin(revenue.amount * scale, covered) if revenue else None
    return MonthLine(
        found.month, requests, usage.tokens * scale, found.frozen, found.cost, margin, found.unpriced_tokens
    )
