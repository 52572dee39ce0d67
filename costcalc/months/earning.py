"""Earning: the revenue and the other costs of a month to come, by rule, by row, or as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from costcalc.calendar import Month
from costcalc.months.form import REQUESTS, REVENUE
from costcalc.months.matching import matches
from costcalc.months.plan import When
from costcalc.months.reading import Number, Reading
from costcalc.months.segments import Segment, Segments
from costcalc.problems import fail
from costcalc.scenario.figure import Span
from costcalc.scenario.revenue import Business, Fee, OwnPrice
from costcalc.scenario.where import Where
from costcalc.selectors import glob_matches
from costcalc.usage.earnings import Contracts
from costcalc.usage.ledger import CUSTOMER

Kind = Literal["none", "total", "rows", "rules"]
Exchange = Callable[[str, Month], Number]
# Who an amount belongs to: a segment's usage, a customer, or nobody in particular.
Owner = tuple[str, int | str]  # ("segment", its position), ("customer", its name), ("all", "")


@dataclass(frozen=True, slots=True)
class Income:
    """Where the revenue of a run comes from."""

    kind: Kind = "none"
    amounts: Mapping[str, Fraction] = field(default_factory=dict)  # of a total: for the log's period, by currency
    customers: frozenset[str | None] | None = None  # of rules: those that they concern; None: everybody
    contracts: Contracts | None = None  # of rows: what customers pay beside them, however much they use

    def undated(self, end: date) -> Income:
        """What is earned today, the log's last day, as if it went on until then."""
        return replace(self, contracts=self.contracts.undated(end)) if self.contracts else self

    @property
    def is_of_a_part(self) -> bool:
        """Whether only some of the cost stands against it."""
        return self.kind == "rows" or self.customers is not None

    def covers(self, segment: Segment) -> bool:
        """Whether the segment's cost stands against it."""
        if self.kind in ("rows", "none"):
            return segment.has_revenue
        return self.customers is None or segment.names[CUSTOMER] in self.customers


UNKNOWN = Income()


@dataclass(frozen=True, slots=True)
class Volume:
    """What a segment's usage comes to in some days."""

    grown: Number  # times today's requests
    asked: Number  # tokens asked for in these days, after growth and mix; a form where parts are asked for


@dataclass
class Earner:
    """Computes revenue and other costs of the days of a run."""

    segments: Segments
    income: Income
    business: Business
    reading: Reading
    exchange: Exchange
    _matched: dict[int, list[int]] = field(default_factory=dict)
    _paying: frozenset[str | None] | None = None  # customers of whose cost some stands against revenue

    def revenue(self, when: When, volumes: Sequence[Volume]) -> dict[Owner, Number]:
        """By owner, for these days; empty where the revenue is unknown."""
        if self.income.kind == "none":
            return {}
        if self.income.kind == "total":
            times = self._growth(volumes) * self._own_factor(when, Where(), None)
            return {("all", ""): self._of_total(when) * times}
        if self.income.kind == "rows":
            return {**self._of_rows(when, volumes), **self._of_contracts(when)}
        return self._of_fees(self.business.revenue, when, volumes, with_own_prices=True)

    def _of_total(self, when: When) -> Number:
        """The total's part for these days, at their month's exchange rates."""
        share, number = Fraction(when.days, self.segments.days), self.reading.number
        amounts = self.income.amounts.items()
        parts = (number(amount * share) * self.exchange(currency, when.month) for currency, amount in amounts)
        return sum(parts, number(Fraction()))

    def covers(self, owner: Owner) -> bool:
        """Whether the costs of an owner stand against the revenue: all but those of a customer without any that is known."""
        if owner[0] == "segment":
            return self.income.covers(self.segments.segments[int(owner[1])])
        if self._paying is None:
            covered = (segment for segment in self.segments.segments if self.income.covers(segment))
            self._paying = frozenset(name for segment in covered for name in segment.members.values_of(CUSTOMER))
        return owner[0] == "all" or owner[1] in self._paying

    def other_costs(self, when: When, volumes: Sequence[Volume]) -> dict[Owner, Number]:
        return self._of_fees(self.business.other_costs, when, volumes, with_own_prices=False)

    def _growth(self, volumes: Sequence[Volume]) -> Number:
        """How many times today's requests there are; weighed by tokens where the log counts no requests."""
        segments = self.segments.segments
        by_requests = self.segments.requests not in (None, 0)
        weights = [(segment.requests or Fraction()) if by_requests else segment.tokens for segment in segments]
        total = sum(weights, Fraction())
        if not total:
            return self.reading.number(Fraction(1))
        number = self.reading.number
        zero = number(Fraction())
        return sum(
            (volume.grown * number(weight) for volume, weight in zip(volumes, weights, strict=True)), zero
        ) / number(total)

    def _of_rows(self, when: When, volumes: Sequence[Volume]) -> dict[Owner, Number]:
        found: dict[Owner, Number] = {}
        for position, (segment, volume) in enumerate(zip(self.segments.segments, volumes, strict=True)):
            if not segment.has_revenue:
                continue
            daily = self.reading.number(Fraction(when.days, self.segments.days))
            rate = self.exchange(segment.kind.revenue_currency or self.segments.currency, when.month)
            factor = self._own_factor(when, None, segment)
            found["segment", position] = self.reading.count(segment, REVENUE) * (daily * rate * volume.grown * factor)
        return found

    def _of_contracts(self, when: When) -> dict[Owner, Number]:
        found: dict[Owner, Number] = {}
        last = when.day + timedelta(days=when.days - 1)
        amounts = self.income.contracts.between(when.day, last) if self.income.contracts else {}
        for (name, currency), amount in amounts.items():
            owner, where = (CUSTOMER, name), Where({CUSTOMER: (name,)})
            factor = self._own_factor(when, where, None) * self._kept(when, where)
            due = self.reading.number(amount) * (self.exchange(currency, when.month) * factor)
            found[owner] = found[owner] + due if owner in found else due
        return found

    def _of_fees(
        self, fees: Sequence[Fee], when: When, volumes: Sequence[Volume], *, with_own_prices: bool
    ) -> dict[Owner, Number]:
        found: dict[Owner, Number] = {}
        for fee in fees:
            if not fee.span.holds_on(when.day):
                continue
            rate = self.exchange(fee.amount.currency or self.segments.currency, when.month)
            amount = self.reading.number(fee.amount.amount) * rate
            for owner, times in self._times(fee, when, volumes).items():
                segment = self.segments.segments[int(owner[1])] if owner[0] == "segment" else None
                where = self._where_of(fee, owner)
                factor = self._own_factor(when, where, segment) if with_own_prices else 1
                # Hosting and people stay when customers leave; what is paid for each customer does not.
                leaves = segment is None and (with_own_prices or fee.per == "customer and month")
                kept = self._kept(when, where) if leaves else 1
                due = times * (amount * factor * kept)
                found[owner] = found[owner] + due if owner in found else due
        return found

    def _times(self, fee: Fee, when: When, volumes: Sequence[Volume]) -> dict[Owner, Number]:
        """How often the fee is due in these days, by owner."""
        segments = self.segments.segments
        part = self.reading.number(Fraction(when.days, when.month.days))
        if fee.per == "month":
            return {self._pinned(fee): part}
        if fee.per == "seat and month":
            return {self._pinned(fee): part * fee.seats}
        mine = self._segments_of(fee)
        if fee.per == "customer and month":
            named = {name for position in mine for name in segments[position].members.values_of(CUSTOMER) if name}
            return {(CUSTOMER, name): part for name in sorted(named)}
        if fee.per == "1M tokens":
            return {
                ("segment", position): volumes[position].asked / 1_000_000
                for position in mine
                if segments[position].leaves
            }
        days = Fraction(when.days, self.segments.days)
        found: dict[Owner, Number] = {}
        for position in mine:
            requests = segments[position].requests
            if requests is None:
                raise fail(
                    "requests-unknown", "an amount per request: the log does not say how many requests there were",
                    place=fee.place, remedy="write an amount per 1M tokens or per month, or use a log that counts requests",
                )  # fmt: skip
            share = volumes[position].grown * self.reading.number(days)
            found["segment", position] = self.reading.count(segments[position], REQUESTS) * share
        return found

    def _pinned(self, fee: Fee) -> Owner:
        """The one customer, as the log writes it, that a fixed fee is for, if its `where` names one outright."""
        globs = fee.where.names.get(CUSTOMER, ())
        if len(globs) == 1 and not {*globs[0]} & {*"*?["}:
            named = {name for segment in self.segments.segments for name in segment.members.values_of(CUSTOMER)}
            meant = [name for name in named if name and glob_matches(globs[0], name)]
            if len(meant) == 1:
                return CUSTOMER, meant[0]
        return "all", ""

    def _segments_of(self, fee: Fee) -> list[int]:
        found = self._matched.get(id(fee))
        if found is None:
            found = [position for position, segment in enumerate(self.segments.segments) if matches(fee.where, segment)]
            self._matched[id(fee)] = found
        return found

    def _where_of(self, fee: Fee, owner: Owner) -> Where:
        """What a fixed fee is paid for."""
        if owner[0] == CUSTOMER and fee.per == "customer and month":
            return Where({**fee.where.names, CUSTOMER: (str(owner[1]),)})
        return fee.where

    def _own_factor(self, when: When, where: Where | None, segment: Segment | None) -> Number:
        factor: Number = self.reading.number(Fraction(1))
        for change in self.business.own_prices:
            if change.span.holds_on(when.day) and _concerns(change, where, segment):
                factor = factor * (1 + self.reading.saving(change.change) * self._arrived(change, when))
        return factor

    def _kept(self, when: When, where: Where) -> Number:
        """The share of fixed fees whose customers stay."""
        factor: Number = self.reading.number(Fraction(1))
        for change in self.business.own_prices:
            if change.span.holds_on(when.day) and _concerns(change, where, None):
                factor = factor * (1 - self.reading.saving(change.lost) * self._arrived(change, when))
        return factor

    def _arrived(self, change: OwnPrice, when: When) -> Number:
        return self.reading.number(change.span.arrived(when.month, when.first))


def undated(business: Business, day: date) -> Business:
    """What is earned and paid today, the log's last day, as if it went on; without price changes of one's own."""
    return Business(_undated(business.revenue, day), (), _undated(business.other_costs, day))


def _undated(fees: Sequence[Fee], day: date) -> tuple[Fee, ...]:
    today = [fee for fee in fees if fee.span.holds_on(day)]
    return tuple(replace(fee, span=Span(fee.span.from_day)) if fee.span.until_day else fee for fee in today)


def _concerns(change: OwnPrice, where: Where | None, segment: Segment | None) -> bool:
    """Whether a price change of one's own concerns the revenue of a segment, or a fee for what `where` says."""
    if segment is not None:
        return matches(change.where, segment)
    if change.where.is_all:
        return True
    lengths_and_hours = (change.where.lengths, change.where.hours)
    if lengths_and_hours != ((), None) and (where is None or (where.lengths, where.hours) != lengths_and_hours):
        return False
    named: Mapping[str, Sequence[str]] = where.names if where else {}
    return all(
        name in named and all(any(glob_matches(glob, text) for glob in globs) for text in named[name])
        for name, globs in change.where.names.items()
    )
