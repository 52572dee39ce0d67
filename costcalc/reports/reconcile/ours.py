"""Ours: what our rating says of every day and line, and what it would say if something were priced otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from costcalc.calendar import DAY_SECONDS, read_day, utc_day
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.rating.model import Charge, LineKey, Rating
from costcalc.rating.rate import InstantLabel, Rater, RatingOptions
from costcalc.usage.ledger import UsageGroup, UsageLedger

Cell = tuple[date, LineKey]
Amounts = dict[Cell, Fraction]
_LATE = ("meter", "basis")  # names of a line that only its charges know
_AT = "costcalc at"  # a label of our own: the instant of a group


@dataclass(frozen=True, slots=True)
class Shift:
    """Days that begin otherwise: at another hour of UTC, or so many days later."""

    seconds: int = 0  # what the clock is ahead of UTC
    days: int = 0  # for rows that are days themselves


@dataclass(frozen=True)
class Ours:
    """A log with its prices: rated as it is, and again with something changed."""

    ledger: UsageLedger
    pricebook: Pricebook
    fx: FxTable
    options: RatingOptions  # its `by` are the names of a line, without the day
    shift: Shift | None = None

    @cached_property
    def rating(self) -> Rating:
        first: tuple[str, ...] = ("day",)
        labels: dict[str, InstantLabel] = {}
        if self.shift and self.shift.seconds:
            first, labels = (_AT, "day"), {_AT: InstantLabel(str, frozenset(self.ledger.cuts.day_edges))}
        options = replace(self.options, by=(*first, *self.options.by), labels=labels)
        return Rater(self.ledger, self.pricebook, self.fx, options).rating()

    @cached_property
    def amounts(self) -> Amounts:
        """Our cost by day and line."""
        return self._summed(self.rating.charges)

    @cached_property
    def unpriced(self) -> Mapping[Cell, Fraction]:
        """Tokens without a price, by day and line; a line with none of them but a meter without a price has 0."""
        found: dict[Cell, Fraction] = {}
        for part in self.rating.unpriced:
            cell = self._cell(part.line)
            found[cell] = found.get(cell, Fraction()) + part.tokens
        return found

    @cached_property
    def currencies(self) -> Mapping[LineKey, frozenset[str]]:
        """The currencies of the lists that price each line."""
        found: dict[LineKey, set[str]] = {}
        for charge in self.rating.charges:
            if charge.key and charge.is_priced:
                currency = self.pricebook.book(charge.key.provider, charge.key.region).currency
                found.setdefault(self._cell(charge.line)[1], set()).add(currency)
        return {line: frozenset(names) for line, names in found.items()}

    @cached_property
    def providers(self) -> Mapping[str, str]:
        """The providers that price the log, each with the region of its list."""
        keys = [charge.key for charge in self.rating.charges if charge.key]
        return {key.provider: key.region for key in keys}

    @cached_property
    def has_instants(self) -> bool:
        """Whether the log says at what time of day something was used."""
        return any(group.until is None and not group.naive for group in self.ledger.groups)

    def shifted(self, shift: Shift) -> Amounts:
        """Our cost, did the days begin otherwise."""
        if not shift.seconds:
            return {(day + timedelta(days=shift.days), line): amount for (day, line), amount in self.amounts.items()}
        found: Amounts = {}
        for at, cell, amount in self._instants:
            place = cell if at is None else (utc_day(at + shift.seconds), cell[1])
            found[place] = found.get(place, Fraction()) + amount
        return found

    @cached_property
    def _instants(self) -> list[tuple[int | None, Cell, Fraction]]:
        """Our cost by instant, and by day and line; None: rows that are days themselves."""
        by_instant = replace(self, shift=Shift(seconds=DAY_SECONDS)).rating
        return [
            (None if c.line[0] is None else int(c.line[0]), (read_day(c.line[1] or ""), c.line[2:]), c.cost.before)
            for c in by_instant.charges
        ]

    def of_lines(self, lines: Collection[LineKey]) -> Ours:
        """The part of the log that these lines hold, in the same currency."""
        late = [position for position, name in enumerate(self.options.by) if name in _LATE]
        wanted = {_open(line, late) for line in lines}
        rater = Rater(self.ledger, self.pricebook, self.fx, self.options)
        groups = [g for g in self.ledger.groups if _open(rater.line_of(g, rater.resolve(g)), late) in wanted]
        options = replace(self.options, currency=self.rating.currency)
        return replace(self, ledger=replace(self.ledger, groups=groups, is_part=True), options=options)

    # --- priced otherwise -----------------------------------------------------------------------------------

    def without_meters(self, prefix: str) -> Amounts:
        """Our cost, had the charges of such meters not been billed."""
        return self._summed([c for c in self.rating.charges if c.meter is None or not c.meter.startswith(prefix)])

    def without_counts(self, prefix: str) -> Amounts:
        """Our cost, were the tokens of such meters billed with their whole, as plain input."""
        places = [i for i, name in enumerate(self.ledger.meters) if name.startswith(prefix)]

        def without(group: UsageGroup) -> UsageGroup | None:
            if not any(group.quantities[i] for i in places):
                return None
            counts = (0 if i in places else count for i, count in enumerate(group.quantities))
            return replace(group, quantities=tuple(counts))

        return self._priced_with(without)

    def at_tier(self, tier: str, instead_of: str) -> Amounts:
        """Our cost, were the usage of one service tier billed at another."""
        return self._priced_with(lambda g: replace(g, service_tier=tier) if g.service_tier == instead_of else None)

    def on_list(self, provider: str, region: str) -> Amounts:
        """Our cost on another list of a provider."""
        return replace(self, pricebook=self.pricebook.preferring(provider, region))._where_priced()

    def at_prices_of(self, days: int) -> Amounts:
        """Our cost at the prices of so many days later."""
        seconds = days * DAY_SECONDS
        moved = self._priced_with(
            lambda g: replace(g, at=g.at + seconds, until=None if g.until is None else g.until + seconds)
        )
        return {(day - timedelta(days=days), line): amount for (day, line), amount in moved.items()}

    def _priced_with(self, change: Callable[[UsageGroup], UsageGroup | None]) -> Amounts:
        """Our cost of changed groups (None: left as they are); nothing where none changes."""
        changed = [change(group) for group in self.ledger.groups]
        if not any(changed):
            return {}
        groups = [new or old for new, old in zip(changed, self.ledger.groups, strict=True)]
        return replace(self, ledger=replace(self.ledger, groups=groups))._where_priced()

    def _where_priced(self) -> Amounts:
        """Our cost of the lines that have prices for everything."""
        missing = {line for _, line in self.unpriced}
        return {cell: amount for cell, amount in self.amounts.items() if cell[1] not in missing}

    # --- by day and line --------------------------------------------------------------------------------------

    def _summed(self, charges: Iterable[Charge]) -> Amounts:
        found: Amounts = {}
        for charge in charges:
            cell = self._cell(charge.line)
            found[cell] = found.get(cell, Fraction()) + charge.cost.before
        return found

    def _cell(self, line: LineKey) -> Cell:
        if self.shift is None:
            return read_day(line[0] or ""), line[1:]
        if not self.shift.seconds:
            return read_day(line[0] or "") + timedelta(days=self.shift.days), line[1:]
        at, day, *names = line
        return utc_day(int(at) + self.shift.seconds) if at is not None else read_day(day or ""), tuple(names)


def _open(line: LineKey, places: Sequence[int]) -> LineKey:
    return tuple(None if i in places else value for i, value in enumerate(line))
