"""Case: a scenario over a horizon: what it assumes and earns, so that it can be run whole, in part, or with a lever more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from costcalc.months.earning import UNKNOWN, Income, undated
from costcalc.months.horizon import Horizon, left_out_of
from costcalc.months.reading import IN_PARTS, MIDDLE, Reading
from costcalc.months.run import Assumptions, MonthRun, Run
from costcalc.problems import fail
from costcalc.rating.earners import contracts_of
from costcalc.rating.totals import Estimated, Totals, Unpriced, rounded_ratio
from costcalc.reports.changes import check_changes
from costcalc.reports.coverage import Coverage, coverage_of
from costcalc.reports.plan.model import PlanOptions
from costcalc.reports.revenue import Revenue, check_floor, revenue_of
from costcalc.reports.usage import UsageSummary, summary_of
from costcalc.scenario.changes import UsageChanges
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.scenario.revenue import Business
from costcalc.selectors import Selector

USAGE_STEPS = ("growth", "mix", "escalation", "moves", "efficiency")


class Case:
    """A scenario over a horizon: what it assumes, so that it can be run in part, at an end, or with a lever more."""

    def __init__(self, horizon: Horizon, options: PlanOptions, usage: UsageSummary | None = None) -> None:
        """`usage`: the summary of the log, where somebody has it."""
        self.horizon, self.options = horizon, options
        self.scenario = options.scenario
        self.revenue = revenue_of(
            options.earned,
            horizon.rating,
            horizon.rater.exchange,
            horizon.ledger,
            horizon.last_day,
            has_rules=bool(self.scenario.business.revenue),
        )
        check_floor(options.floor, options.earned, self.revenue)
        if self.revenue and self.revenue.contracts:  # they pay whether or not what is used today has a price
            self.revenue = replace(self.revenue, contracts=contracts_of(horizon.rater))
        self.source = self.revenue.source if self.revenue else ""
        self.income = income_of(horizon, self.revenue, self.scenario.business)
        self.income_today = self.income.undated(horizon.months[-1].next.first) if horizon.months else self.income
        self.fx = horizon.fx_of(self.scenario)
        self.usage = usage or summary_of(horizon.ledger, horizon.options.timezone)
        count, stated = len(horizon.months), self.scenario.horizon or 0
        self.left_out = [
            *check_changes(options.changes, count, horizon.rating, horizon.pricebook, self.usage, stated),
            *left_out_of(self.scenario, horizon.months),
        ]
        _check_own_prices(self.scenario.business, self.income)

    def run(
        self,
        *,
        usage: UsageChanges | None = None,
        changes: PriceChanges | None = None,
        business: Business | None = None,
        reading: Reading = MIDDLE,
        last_only: bool = False,
    ) -> Run:
        """The scenario, with a part of it replaced; all months, or the last one alone."""
        what = Assumptions(
            self.scenario.usage if usage is None else usage,
            self.options.changes if changes is None else changes,
            self.scenario.business if business is None else business,
            self.income,
            self.fx,
        )
        return self.horizon.run(what, reading, last_only=last_only)

    @property
    def today(self) -> Assumptions:
        """Today's usage, and what is earned and paid today, as if both went on."""
        return Assumptions(business=undated(self.scenario.business, self.horizon.last_day), income=self.income_today)

    def announced(self, without_contracts: Run) -> Run:
        """Today's usage at the announced list, with contracts as they end and begin; the run without their changes."""
        if self.income_today == self.income:
            return without_contracts
        return self.horizon.run(replace(self.today, income=self.income), IN_PARTS)

    def utilisation(self, name: str) -> Fraction:
        """The share of the hours in which the replicas of a self-hosted target may be busy, in the last month."""
        target = next(t for t in self.horizon.targets.values() if f"{t.provider}/{t.model}" == name)
        day = self.horizon.months[-1].first
        block = self.horizon.pricebook.block_on(target.provider, target.region, target.model, day).block
        assert block is not None
        assert block.self_hosted is not None
        return block.self_hosted.utilisation

    def steps(
        self, after: Run | None = None, reading: Reading = MIDDLE, *, known: int = 0
    ) -> Iterator[tuple[str, str, Run]]:
        """The causes in their order, each with the run in which it and all before it are in.

        `after`: the run of the whole scenario, where it was made already; the last step is the same.
        `reading`: of the steps beyond the published list. `known`: how many of the first steps are left out.
        """
        waiting: list[tuple[str, str, Callable[[], Run]]] = list(self._steps(reading))
        for place, (cause, name, made) in enumerate(waiting[known:], known):
            yield cause, name, after if after is not None and place == len(waiting) - 1 and place > 1 else made()

    def _steps(self, reading: Reading) -> Iterator[tuple[str, str, Callable[[], Run]]]:
        run, what, business, income = self.horizon.run, self.today, self.scenario.business, self.income
        yield "today", "", partial(run, replace(what, is_frozen=True), IN_PARTS)
        yield "published", "", partial(run, what, IN_PARTS)
        for kind in USAGE_STEPS:
            part = getattr(self.scenario.usage, kind)
            if part:
                what = replace(what, usage=replace(what.usage, **{kind: part}))
                yield kind, "", partial(run, what, reading)
        touched = self._providers(what.usage)
        for count, provider in enumerate(touched, 1):
            changes = of_providers(self.options.changes, touched[:count], every=count == len(touched))
            yield "prices", provider, partial(run, replace(what, changes=changes), reading)
        what = replace(what, changes=self.options.changes, fx=self.fx)
        if self.scenario.fx:
            yield "fx", "", partial(run, what, reading)
        if (what.business, what.income) != (business, income):
            yield "revenue", "", partial(run, replace(what, business=business, income=income), reading)

    def _providers(self, usage: UsageChanges) -> list[str]:
        """The providers whose prices the scenario changes, in the order written."""
        present = {segment.kind.provider for segment in self.horizon.segments.segments}
        asked = [*(move.to for move in usage.moves), *(change.first for change in usage.escalation)]
        present |= {self.horizon.targets[name].provider for name in asked}
        found: dict[str, None] = {}
        for change in self.options.changes:
            named = [change.selector.provider] if change.selector.provider != "*" else sorted(present)
            found |= dict.fromkeys(provider for provider in named if provider in present)
        return list(found)


def totals(case: Case, run: Run) -> list[Totals]:
    """The months of a run."""
    in_part = case.income.is_of_a_part
    kinds = (Unpriced if month.is_unpriced else Estimated for month in run.months)
    return [
        of(m.cost, m.other, m.revenue, m.covered + m.covered_other if in_part else None)
        for of, m in zip(kinds, run.months, strict=True)
    ]


def coverage(case: Case, months: Sequence[MonthRun], whole: MonthRun) -> Coverage | None:
    """Of how much the margins of months are; `whole` is a month whose cost tells.

    None: the revenue is unknown.
    """
    if case.revenue is None:
        return None
    covered = whole.covered if case.income.is_of_a_part else whole.cost
    found = coverage_of(
        case.revenue, case.horizon.rating, case.usage, rounded_ratio(covered / whole.cost) if whole.cost else None,
        parts_customers=case.horizon.ledger.parts_customers, is_priced_ahead=all(month.is_complete for month in months),
    )  # fmt: skip
    asked, without = (sum(getattr(month, name) for month in months) for name in ("tokens", "unpriced"))
    return replace(found, priced=1 - without / asked) if without and asked else found


def income_of(horizon: Horizon, revenue: Revenue | None, business: Business) -> Income:
    """What the runs of the months to come earn by."""
    if revenue is None:
        return UNKNOWN
    if revenue.kind == "rules":
        return Income("rules", customers=horizon.customers_of(business))
    return Income(revenue.kind, revenue.stated if revenue.kind == "total" else {}, contracts=revenue.contracts)


def _check_own_prices(business: Business, income: Income) -> None:
    for change in business.own_prices:
        if income.kind == "total" and not change.where.is_all:
            raise fail(
                "own-price-of-a-part", "a price change of your own with where needs revenue by rule or by row, and the revenue is one total",
                place=change.place, remedy="give revenue rules in the scenario, a revenue column, or drop where",
            )  # fmt: skip


def of_providers(changes: PriceChanges, providers: Sequence[str], *, every: bool = False) -> PriceChanges:
    """The changes as far as they concern these providers; in the order written."""
    if every:
        return changes
    found: list[PriceChange] = []
    for change in changes:
        if change.selector.provider in providers:
            found.append(change)
        elif change.selector.provider == "*":
            found += [replace(change, selector=_narrowed(change.selector, provider)) for provider in providers]
    return PriceChanges(tuple(found))


def _narrowed(selector: Selector, provider: str) -> Selector:
    return replace(selector, provider=provider)
