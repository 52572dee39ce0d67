"""Causes: what explains the differences of a reconciliation, each computed, and named only where the arithmetic shows it.

A cause is tried on our side: priced or dated so, do the lines come to what the invoice says? The one that explains most
is taken, its lines are set right, and what is left is looked at again; so what the causes explain adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from costcalc.calendar import DAY_SECONDS, Month, month_of, read_day, read_month
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.model import STANDARD
from costcalc.problems import CostcalcError
from costcalc.rating.model import LineKey
from costcalc.reports.reconcile.model import Cause, Figure, Tolerance
from costcalc.reports.reconcile.ours import Amounts, Ours, Shift

Key = tuple[str, LineKey]  # a period and the names of a line
Side = Mapping[Key, Fraction]

# Rates of value added tax and the like that bills of clouds carry: percent.
TAXES = tuple(Fraction(text) for text in (
    "3", "5", "6", "7", "7.7", "8", "8.1", "8.875", "9", "10", "12", "13", "15", "16", "17", "18", "19", "20", "21", "22",
    "23", "24", "25", "25.5", "27",
))  # fmt: skip
_CLOSE = Fraction(2, 1000)  # so near a line must come to what is billed
_MOST = Fraction(9, 10)  # of a line's days must come so near
_LEFT = Fraction(1, 10)  # and no more of its difference may be left
_SHIFT_LEFT = Fraction(1, 4)  # of the days' differences, where days begin otherwise
_COARSEST_UNIT = Fraction(1, 1000)  # amounts with more digits than that were not rounded to coins
_HALF = Fraction(1, 2)
_ONE_BY_ONE = 50  # lines
_BATCH = "batch"
_ZONES = range(-12, 15)  # hours
_NO_AMOUNT = Fraction()


@dataclass(frozen=True)
class ComparableLines:
    """Both sides of the lines that can be compared."""

    theirs: Side
    rows: Mapping[Key, int]  # of the invoice
    unmapped: Collection[LineKey]
    unit: Fraction  # the smallest coin that the invoice's amounts are written in; 0: not known
    tolerance: Tolerance
    period_of: Callable[[date], str | None]  # None: the day is not compared
    by: tuple[str, ...]

    def placed(self, amounts: Amounts) -> dict[Key, Fraction]:
        """Amounts of days and lines by period and line, of the days that are compared."""
        found: dict[Key, Fraction] = {}
        for (day, line), amount in amounts.items():
            period = self.period_of(day)
            if period is not None:
                found[period, line] = found.get((period, line), _NO_AMOUNT) + amount
        return found


@dataclass(frozen=True)
class Idea:
    """What our side would be, were a cause the reason."""

    code: str
    ours: Side  # of the lines that it says anything of
    figures: Mapping[str, Figure] = field(default_factory=dict)
    needs: int = 1  # so many keys must come near before it is believed


@dataclass
class Search:
    """The search for the causes of one reconciliation."""

    compared: ComparableLines
    log: Ours
    lines: Collection[LineKey]  # the lines that may be looked at: those with a price for everything
    ours: dict[Key, Fraction]  # set right by every cause that was found
    found: list[Cause] = field(default_factory=list)

    def causes(self) -> tuple[list[Cause], Fraction]:
        """The causes, those that explain most first, and what they leave."""
        self._days_begin_otherwise()
        self._missing_lines()
        self._take_best(self._ideas())
        self._take_pairs()
        self._take_best(self._part_in_batches())
        ranked = sorted(self.found, key=lambda cause: -cause.explains)
        return ranked, self._left(self._keys())

    # --- measuring --------------------------------------------------------------------------------------------

    def _keys(self) -> set[Key]:
        return {key for key in {**self.ours, **self.compared.theirs} if key[1] in self.lines}

    def _both(self, key: Key, ours: Side | None = None) -> tuple[Fraction, Fraction]:
        side = self.ours if ours is None else ours
        return side.get(key, _NO_AMOUNT), self.compared.theirs.get(key, _NO_AMOUNT)

    def _left(self, keys: Iterable[Key], ours: Side | None = None) -> Fraction:
        """The differences beyond the tolerance, all taken as positive."""
        pairs = (self._both(key, ours) for key in keys)
        return sum((abs(a - b) for a, b in pairs if not self.compared.tolerance.allows(a, b)), _NO_AMOUNT)

    def _open(self) -> dict[LineKey, set[Key]]:
        """The lines that do not agree, each with all its keys."""
        keys = self._keys()
        wrong = {key[1] for key in keys if not self.compared.tolerance.allows(*self._both(key))}
        found: dict[LineKey, set[Key]] = {line: set() for line in sorted(wrong, key=lambda line: tuple(map(str, line)))}
        for key in keys:
            if key[1] in wrong:
                found[key[1]].add(key)
        return found

    def _largest(self, open_lines: Mapping[LineKey, set[Key]]) -> list[LineKey]:
        """The lines that are looked at one by one: of very many, those that differ most."""
        return sorted(open_lines, key=lambda line: -self._left(open_lines[line]))[:_ONE_BY_ONE]

    def _slack(self, key: Key, theirs: Fraction) -> Fraction:
        """How far a line may lie from the bill for the rounding of its rows."""
        coins = self.compared.unit / 2 * max(self.compared.rows.get(key, 1), 1)
        return max(coins, _CLOSE * abs(theirs))

    def _fits(self, keys: Collection[Key], ours: Side) -> bool:
        """Whether a line comes to what the invoice says, but for a few of its days."""
        far, most = 0, (1 - _MOST) * len(keys)
        before = after = _NO_AMOUNT
        for key in keys:
            now, theirs = self._both(key)
            then = ours.get(key, _NO_AMOUNT)
            far += abs(then - theirs) > self._slack(key, theirs)
            if far > most:
                return False
            before += abs(now - theirs)
            after += abs(then - theirs)
        return after <= _LEFT * before

    def _adopt(self, code: str, lines: Sequence[LineKey], keys: Collection[Key], ours: Side, figures: Mapping[str, Figure], alternatives: tuple[str, ...] = ()) -> None:  # fmt: skip
        """Set our side right, and note by how much that makes the differences smaller."""
        before, sum_before = self._left(keys), sum((self.ours.get(key, _NO_AMOUNT) for key in keys), _NO_AMOUNT)
        for key in keys:
            self.ours[key] = ours.get(key, _NO_AMOUNT)
        net = sum((self.ours[key] for key in keys), _NO_AMOUNT) - sum_before
        who = () if {*lines} >= {*self.lines} else tuple(lines)
        self.found.append(Cause(code, who, before - self._left(keys), net, figures, alternatives))

    # --- the greatest first -----------------------------------------------------------------------------------

    def _take_best(self, ideas: Sequence[Idea]) -> None:
        """Take the idea that explains most, as long as one explains anything."""
        while (open_lines := self._open()) and (best := self._best(ideas, open_lines)):
            idea, lines = best
            keys = {key for line in lines for key in open_lines[line]}
            share = self._share_in_batches(keys) if idea.code == "discount" else None
            figures = idea.figures if share is None else {**idea.figures, "batch_share": share}
            self._adopt(idea.code, lines, keys, idea.ours, figures, () if share is None else ("batch-share",))

    def _best(self, ideas: Sequence[Idea], open_lines: Mapping[LineKey, set[Key]]) -> tuple[Idea, list[LineKey]] | None:
        most, chosen = _NO_AMOUNT, None
        for idea in [*self._rounded(open_lines), *ideas, *self._ratios(open_lines)]:
            told = {key[1] for key in idea.ours}
            lines = [line for line, keys in open_lines.items() if line in told and self._fits(keys, idea.ours)]
            keys = {key for line in lines for key in open_lines[line]}
            if len([key for key in keys if self.compared.theirs.get(key)]) < idea.needs:
                continue
            explains = self._left(keys) - self._left(keys, idea.ours)
            if explains > most:
                most, chosen = explains, (idea, lines)
        return chosen

    def _take_pairs(self) -> None:
        """Two causes at once: usage priced otherwise, and a ratio or another rate on top of it."""
        open_lines = self._open()
        for line in self._largest(open_lines):
            keys = open_lines[line]
            for first in self._ideas():
                if not any(key[1] == line for key in first.ours):
                    continue
                base = {key: first.ours.get(key, _NO_AMOUNT) for key in keys}
                seconds = [*self._ratios_of(base, keys), *self._other_rates(base)]
                second = next((idea for idea in seconds if self._believed(idea, keys)), None)
                if second is not None:
                    self._adopt_pair(line, keys, first, second, base)
                    break

    def _believed(self, idea: Idea, keys: Collection[Key]) -> bool:
        return len(keys) >= max(idea.needs, 2) and self._fits(keys, idea.ours)

    def _adopt_pair(self, line: LineKey, keys: Collection[Key], first: Idea, second: Idea, base: Side) -> None:
        """Both of them, sharing what they explain together by the size of what each changes."""
        self._adopt(first.code, [line], keys, base, first.figures)
        self._adopt(second.code, [line], keys, second.ours, second.figures)
        one, two = self.found[-2:]
        both, sizes = one.explains + two.explains, abs(one.net) + abs(two.net)
        part = abs(one.net) / sizes if sizes else _HALF
        self.found[-2:] = [replace(one, explains=both * part), replace(two, explains=both * (1 - part))]

    # --- days that begin otherwise ----------------------------------------------------------------------------

    def _days_begin_otherwise(self) -> None:
        """One shift of all our days, where it brings the days together while the sums hardly change."""
        if self.log.shift is not None or len({key[0] for key in self._keys()}) < 3 or not self._has_days():
            return
        shared = self._shared_lines()
        best, least = None, self._left_inside(self.ours, shared)
        start = least
        for shift in self._shifts():
            shifted = self.compared.placed(self.log.shifted(shift))
            left = self._left_inside(shifted, shared)
            if left < least:
                best, least = (shift, shifted), left
        if best is None or least > _SHIFT_LEFT * start:
            return
        shift, shifted = best
        keys = {key for key in {*self._keys(), *shifted} if key[1] in shared}
        ours = {key: shifted.get(key, _NO_AMOUNT) for key in keys}
        if self._left(keys, ours) >= self._left(keys):
            return
        self.log = replace(self.log, shift=shift)
        figures: dict[str, Figure] = {"hours": shift.seconds // 3600} if shift.seconds else {"days": shift.days}
        self._adopt("time-zone" if shift.seconds else "days-shifted", [*self.lines], keys, ours, figures)

    def _has_days(self) -> bool:
        return all(len(period) == len("2026-09-01") for period, _ in self._keys())

    def _shared_lines(self) -> set[LineKey]:
        return {line for _, line in self.ours} & {line for _, line in self.compared.theirs} & {*self.lines}

    def _left_inside(self, ours: Side, lines: Collection[LineKey]) -> Fraction:
        """The differences of all days but the first and the last, which a shift tears apart."""
        periods = sorted({key[0] for key in {**self.ours, **self.compared.theirs}})
        inside = {*periods[1:-1]}
        keys = {key for key in {**ours, **self.compared.theirs} if key[1] in lines and key[0] in inside}
        return self._left(keys, ours)

    def _shifts(self) -> Iterator[Shift]:
        yield from (Shift(days=days) for days in (1, -1))
        if self.log.has_instants:
            edges = {*self.log.ledger.cuts.day_edges}
            seconds = (hours * 3600 for hours in _ZONES if hours)
            yield from (Shift(seconds=s) for s in seconds if -s % DAY_SECONDS in edges)

    # --- lines of one side --------------------------------------------------------------------------------------

    def _missing_lines(self) -> None:
        """Models that only one side has; two of them with the same amounts are one by two names."""
        if not self.compared.by:
            return
        mine = {line: self._amounts(self.ours, line) for line in self._one_sided(self.ours, self.compared.theirs)}
        other = {
            line: self._amounts(self.compared.theirs, line) for line in self._one_sided(self.compared.theirs, self.ours)
        }
        for line, amounts in list(mine.items()):
            twin = next((name for name, theirs in other.items() if self._alike(amounts, theirs)), None)
            if twin is not None:
                self._agree("named-differently", [line, twin], {"ours": _named(line), "theirs": _named(twin)})
                del mine[line], other[twin]
        unmapped = [line for line in other if line in self.compared.unmapped]
        for code, lines in (
            ("missing-from-invoice", [*mine]),
            ("missing-from-log", [line for line in other if line not in unmapped]),
            ("unmapped-item", unmapped),
        ):
            if lines:
                self._agree(code, lines, {})

    def _one_sided(self, side: Side, other: Side) -> list[LineKey]:
        there = {line for (_, line), amount in other.items() if amount}
        return [
            line for line in dict.fromkeys(line for _, line in side)
            if line in self.lines and line not in there and self._left({key for key in self._keys() if key[1] == line})
        ]  # fmt: skip

    def _amounts(self, side: Side, line: LineKey) -> dict[str, Fraction]:
        return {period: amount for (period, name), amount in side.items() if name == line}

    def _alike(self, ours: Mapping[str, Fraction], theirs: Mapping[str, Fraction]) -> bool:
        return all(
            self.compared.tolerance.allows(ours.get(period, _NO_AMOUNT), theirs.get(period, _NO_AMOUNT))
            for period in {**ours, **theirs}
        )

    def _agree(self, code: str, lines: Sequence[LineKey], figures: Mapping[str, Figure]) -> None:
        """Take these lines as explained whole."""
        keys = {key for key in self._keys() if key[1] in lines}
        before, net = self._left(keys), sum((b - a for a, b in map(self._both, keys)), _NO_AMOUNT)
        for key in keys:
            self.ours[key] = self._both(key)[1]
        self.found.append(Cause(code, tuple(lines), before, net, figures))

    # --- ideas ----------------------------------------------------------------------------------------------------

    def _ideas(self) -> list[Idea]:
        """Usage priced otherwise; the exact ones come first, for of two that explain as much the first is taken."""
        return [
            *self._priced_otherwise,
            *self._other_rates(self.ours),
        ]

    @cached_property
    def _priced_otherwise(self) -> list[Idea]:
        part = self.log.of_lines({*self._open()})
        ideas = [
            Idea("cache-read-as-input", self._side(part.without_counts("cache_read"))),
            Idea("cache-read-free", self._side(part.without_meters("cache_read"))),
            Idea("cache-write-as-input", self._side(part.without_counts("cache_write"))),
            Idea("batch-not-given", self._side(part.at_tier(STANDARD, _BATCH))),
            Idea("batch-share", self._side(part.at_tier(_BATCH, STANDARD)), {"share": Fraction(1)}),
            *self._other_lists(part),
            *(Idea("price-day", self._side(part.at_prices_of(days)), {"days": days}) for days in (1, -1)),
        ]
        return [idea for idea in ideas if idea.ours]

    def _side(self, amounts: Amounts) -> dict[Key, Fraction]:
        return self.compared.placed(amounts)

    def _other_lists(self, part: Ours) -> Iterator[Idea]:
        for provider, own in part.providers.items():
            for book in part.pricebook.by_provider.get(provider, ()):
                if book.region != own and provider not in part.pricebook.regions:
                    yield Idea("other-list", self._side(part.on_list(provider, book.region)), {"provider": provider, "region": book.region})  # fmt: skip

    def _other_rates(self, ours: Side) -> Iterator[Idea]:
        """Lines of another currency, converted at the rate of another month or of a month's end."""
        yield from other_rates(ours, self.log, self.compared)

    def _rounded(self, open_lines: Mapping[LineKey, set[Key]]) -> Iterator[Idea]:
        """Lines whose difference is no more than half a coin for each of their rows."""
        if self.compared.unit < _COARSEST_UNIT:
            return
        half = self.compared.unit / 2
        keys = [key for line in open_lines.values() if self._only_rounded(line, half) for key in line]
        if keys:
            yield Idea("rounding", {key: self._both(key)[1] for key in keys}, {"unit": self.compared.unit})

    def _only_rounded(self, keys: Iterable[Key], half: Fraction) -> bool:
        pairs = ((key, *self._both(key)) for key in keys)
        return all(abs(a - b) <= half * self.compared.rows.get(key, 0) for key, a, b in pairs)

    def _ratios(self, open_lines: Mapping[LineKey, set[Key]]) -> Iterator[Idea]:
        """The invoice at a constant ratio of ours: of all lines, of those of a provider, of one."""
        sets = [{key for keys in open_lines.values() for key in keys}]
        if "provider" in self.compared.by:
            place = self.compared.by.index("provider")
            for provider in dict.fromkeys(line[place] for line in open_lines):
                sets.append({key for line, keys in open_lines.items() if line[place] == provider for key in keys})
        sets += [open_lines[line] for line in self._largest(open_lines)]
        seen = set()
        everything = {key: self.ours.get(key, _NO_AMOUNT) for keys in open_lines.values() for key in keys}
        for keys in sets:
            for idea in self._ratios_of(everything, keys):
                if idea.figures["ratio"] not in seen:
                    seen.add(idea.figures["ratio"])
                    yield idea

    def _ratios_of(self, ours: Side, keys: Collection[Key]) -> Iterator[Idea]:
        """All of ours at the ratio of these keys, rounded to a tenth of a percent and as it is."""
        mine = sum((ours.get(key, _NO_AMOUNT) for key in keys), _NO_AMOUNT)
        theirs = sum((self.compared.theirs.get(key, _NO_AMOUNT) for key in keys), _NO_AMOUNT)
        if mine <= 0 or theirs <= 0 or abs(theirs / mine - 1) < _CLOSE:
            return
        exact = theirs / mine
        for ratio in dict.fromkeys((Fraction(round(exact * 1000), 1000), exact)):
            code = _ratio_code(ratio)
            side = {key: amount * ratio for key, amount in ours.items()}
            yield Idea(code, side, {"ratio": ratio}, needs=1 if code in ("tax", "batch-share") else 2)

    def _part_in_batches(self) -> list[Idea]:
        """Lines of which the invoice bills a part at the batch price, another part each day."""
        whole = next((idea.ours for idea in self._priced_otherwise if idea.code == "batch-share"), {})
        shares: dict[Key, Fraction] = {}
        for keys in self._open().values():
            found = {key: share for key in keys if (share := self._batch_share(key, whole)) is not None}
            if len(found) == len(keys) > 1:
                shares |= found
        if not shares:
            return []
        ours, theirs = (sum(amounts, _NO_AMOUNT) for amounts in zip(*map(self._both, shares), strict=True))
        lower = sum((whole[key] for key in shares), _NO_AMOUNT)
        figures = {"share": (ours - theirs) / (ours - lower), "low": min(shares.values()), "high": max(shares.values())}
        return [Idea("batch-share", {key: self._both(key)[1] for key in shares}, figures, needs=2)]

    def _batch_share(self, key: Key, batch: Side) -> Fraction | None:
        ours, theirs = self._both(key)
        room = ours - batch.get(key, ours)
        if room <= 0:
            return None
        slack = self._slack(key, theirs) / room
        share = (ours - theirs) / room
        return min(max(share, _NO_AMOUNT), Fraction(1)) if -slack <= share <= 1 + slack else None

    def _share_in_batches(self, keys: Collection[Key]) -> Fraction | None:
        """The share that the batch price would have to have for the same amounts; None: it cannot be that."""
        whole = next((other.ours for other in self._priced_otherwise if other.code == "batch-share"), {})
        shares = [self._batch_share(key, whole) for key in keys if key in whole]
        if len(shares) < len(keys) or None in shares:
            return None
        ours, theirs = (sum(amounts, _NO_AMOUNT) for amounts in zip(*map(self._both, keys), strict=True))
        return (ours - theirs) / (ours - sum((whole[key] for key in keys), _NO_AMOUNT))


def other_rates(ours: Side, log: Ours, compared: ComparableLines) -> Iterator[Idea]:
    """Our lines of another currency, at the rates that other months and the ends of months have."""
    currency = log.rating.currency
    foreign = {line: next(iter(names)) for line, names in log.currencies.items() if len(names) == 1 and currency not in names}  # fmt: skip
    months = {key: month for key in ours if key[1] in foreign and (month := _month(key[0], compared)) is not None}
    if not months:
        return
    for name, rate_of in _rates(log.fx, currency, {*months.values()}):
        side = {}
        for key, month in months.items():
            then, now = rate_of(foreign[key[1]], month), _rate(log.fx, foreign[key[1]], currency, month)
            if then is not None and now is not None:
                side[key] = ours[key] * then / now
        if side and len(side) == len(months):
            yield Idea("fx-rate", side, {"rate": name})


def _rates(fx: FxTable, currency: str, months: set[Month]) -> Iterator[tuple[str, Callable[[str, Month], Fraction | None]]]:  # fmt: skip
    yield "month before", lambda base, month: _rate(fx, base, currency, month_of(month.first - timedelta(days=1)))
    yield "month after", lambda base, month: _rate(fx, base, currency, month.next)
    yield "end of the month", lambda base, month: _month_end(fx, base, currency, month)
    yield "end of the month before", lambda base, month: _month_end(fx, base, currency, month_of(month.first - timedelta(days=1)))  # fmt: skip
    known = {month for pair in fx.months.values() for month in pair}
    first, last = min(months).first - timedelta(days=366), max(months).first + timedelta(days=366)
    for month in sorted(m for m in known if first < m.first < last):
        yield str(month), lambda base, _, month=month: _rate(fx, base, currency, month)  # type: ignore[misc]


def _rate(fx: FxTable, base: str, quote: str, month: Month) -> Fraction | None:
    try:
        return fx.rate(base, quote, month).rate
    except CostcalcError:
        return None


def _month_end(fx: FxTable, base: str, quote: str, month: Month) -> Fraction | None:
    for pair, turned in (((base, quote), False), ((quote, base), True)):
        known = fx.months.get(pair, {}).get(month)
        if known and known.month_end:
            return 1 / known.month_end[1] if turned else known.month_end[1]
    return None


def _month(period: str, compared: ComparableLines) -> Month | None:
    """The month that a period lies in; None: it may be any."""
    if len(period) == len("2026-09-01"):
        return month_of(read_day(period))
    return read_month(period) if period else None


def _ratio_code(ratio: Fraction) -> str:
    """What a constant ratio is likely to be."""
    if ratio == _HALF:
        return "batch-share"
    if ratio < 1:
        return "discount"
    return "tax" if (ratio - 1) * 100 in TAXES else "surcharge"


def _named(line: LineKey) -> str:
    return " ".join(name for name in line if name)
