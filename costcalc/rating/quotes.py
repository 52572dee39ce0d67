"""Quotes: which price holds when. From a model, its tier, band and instant to the rates in force."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from costcalc.calendar import day_of, instant_of_day, utc_day
from costcalc.meters import meters
from costcalc.pricebook.model import (
    STANDARD,
    Book,
    Bounds,
    Labels,
    Modifier,
    PriceBlock,
    Rate,
    Schedule,
    Section,
    label_value,
    labels_text,
)
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.pricebook.schedule import edges_between, is_peak, peak_seconds
from costcalc.pricebook.terms import Discount, discounted
from costcalc.rating.model import PriceKey
from costcalc.records import dataclass
from costcalc.usage.formats.names import canonical
from costcalc.usage.ledger import UsageGroup

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class PriceLayer:
    """A part of the block that made a price: it set the price anew, or took a share of the one below."""

    name: str  # standard, the service tier, thinking, off-peak
    share: Fraction | None = None  # None: a price of its own
    bounds: Bounds | None = None  # the band it stands in; None: for every length


@dataclass(frozen=True, slots=True)
class QuotedRate:
    """The price of one unit, before the relative share of a tier or schedule is taken."""

    price: Fraction
    share: Fraction
    from_standard: bool  # the standard rate itself, or written relative to it
    rate: Rate
    left: Fraction = ONE  # of the price under a contract's discounts: 0.875 where 12.5% is taken off
    line: str = ""  # whose price it is, where that is another meter: reasoning at the price of thinking output
    layers: tuple[PriceLayer, ...] = ()  # what made `price` and `share`: the shares of the layers multiply to `share`

    @property
    def listed(self) -> Fraction:
        """What one unit costs by the list."""
        return self.price * self.share

    @property
    def contracted(self) -> Fraction:
        """What one unit costs after the discounts."""
        return self.price * self.share * self.left


@dataclass(frozen=True, slots=True)
class Quote:
    """Every rate in force for one price key, or the reason why there is none."""

    rates: Mapping[str, QuotedRate]
    book: Book
    block: PriceBlock | None
    names: tuple[str, ...]  # of the model and of the one it is billed as
    billed_as: str  # itself, or the model that it is redirected to
    reason: str = ""
    is_locked: bool = False  # a negotiated fixed rate, before the day until which it holds
    is_estimate: bool = False  # the start of this price is unknown and the day lies before it was first seen
    estimated_meters: frozenset[str] = frozenset()  # the same of single rates, where the rest is known
    discounts: tuple[Discount, ...] = ()  # of the contracts, in order


@dataclass(frozen=True, slots=True)
class Moment:
    """A share of a group's usage that one price holds for."""

    weight: Fraction
    key: PriceKey
    day: date  # the price day itself, for exchange rates and report months


class Quotes:
    """The pricebook's answers, each looked up once."""

    def __init__(
        self, pricebook: Pricebook, change_days: Sequence[date] = (), targets: Sequence[ResolvedModel] = (),
        dimensions: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`targets`: models that usage may move to, so that their price days stay apart too; `dimensions`: a ledger's."""
        self.pricebook = pricebook
        names = [canonical(name) for name in dimensions]
        asked = [label for label in sorted(pricebook.labels) if canonical(label) in names]
        self._labels = [(label, names.index(canonical(label))) for label in asked]
        self._breakpoints: dict[tuple[str, str, str], list[date]] = {}
        self._quotes: dict[PriceKey, Quote] = {}
        self._schedules: dict[tuple[str, str, str, date], Schedule | None] = {}  # with the day its price began
        self._shared_days = {*change_days, *(day for target in targets for day in self._own_days(target))}

    def quote(self, key: PriceKey) -> Quote:
        found = self._quotes.get(key)
        if found is None:
            found = self._quotes[key] = self._look_up(key)
        return found

    def moments(self, group: UsageGroup, found: ResolvedModel) -> list[Moment]:
        """The prices that a group's time meets, weighted by hours where its bucket spans several."""
        book = self.pricebook.book(found.provider, found.region)
        if group.until is None and not group.naive:
            return [self._moment(group, found, group.at, ONE)]
        start, end = _bucket(group, book.timezone)
        if end <= start:
            return [self._moment(group, found, start, ONE)]
        shares: dict[tuple[PriceKey, tuple[int, int]], Moment] = {}
        for opens, closes in _days_between(start, end, book.timezone):
            for seconds, instant in self._peak_parts(found, opens, closes, day_of(opens, book.timezone)):
                moment = self._moment(group, found, instant, Fraction(seconds, end - start))
                place = (moment.key, (moment.day.year, moment.day.month))
                earlier = shares.get(place)
                shares[place] = Moment(earlier.weight + moment.weight, earlier.key, earlier.day) if earlier else moment
        return list(shares.values())

    def key_on(self, group: UsageGroup, found: ResolvedModel, day: date, off_peak: bool | None) -> PriceKey:
        """The price key of such usage on a given price day."""
        return PriceKey(
            found.provider,
            found.region,
            found.model,
            group.service_tier,
            group.thinking,
            off_peak,
            group.input_over,
            group.output_over,
            self.since(found, day),
            self.labels_of(group),
        )

    def labels_of(self, group: UsageGroup) -> Labels:
        """The labels of a group on which a price may depend."""
        stated = ((label, label_value(group.dimensions[position] or "")) for label, position in self._labels)
        return tuple((label, value) for label, value in stated if value and self.pricebook.tells_apart(label, value))

    def off_peak_at(self, found: ResolvedModel, instant: int, day: date) -> bool | None:
        """Whether the instant is off-peak by the model's schedule; None where it never had one."""
        schedule = self.schedule(found, day)
        return None if schedule is None else not is_peak(schedule, instant)

    def changes_between(self, found: ResolvedModel, first: date, end: date) -> list[date]:
        """The days in [first, end) on which a price may change, beginning with `first`."""
        return [first, *(day for day in self._points(found) if first < day < end)]

    def price_differs(self, moments: Sequence[Moment]) -> bool:
        """Whether the moments of one bucket do not all cost the same."""
        if len(moments) < 2:
            return False
        prices = {tuple(sorted((m, q.contracted) for m, q in self.quote(at.key).rates.items())) for at in moments}
        return len(prices) > 1

    def _moment(self, group: UsageGroup, found: ResolvedModel, instant: int, weight: Fraction) -> Moment:
        book = self.pricebook.book(found.provider, found.region)
        day = day_of(instant, book.timezone)
        return Moment(weight, self.key_on(group, found, day, self.off_peak_at(found, instant, day)), day)

    def _peak_parts(self, found: ResolvedModel, opens: int, closes: int, day: date) -> list[tuple[int, int]]:
        """(seconds, an instant of that kind) for the peak and the off-peak part of an interval within one day."""
        schedule = self.schedule(found, day)
        if schedule is None:
            return [(closes - opens, opens)]
        peak = peak_seconds(schedule, opens, closes)
        edges = [opens, *edges_between(schedule, opens, closes)]
        parts = []
        for seconds, wanted in ((peak, True), (closes - opens - peak, False)):
            if seconds:
                instant = next(at for at in edges if is_peak(schedule, at) is wanted)
                parts.append((seconds, instant))
        return parts

    def schedule(self, found: ResolvedModel, day: date) -> Schedule | None:
        """The schedule in force on a day; where there is none yet, the model's last one: its hours matter later."""
        place = (found.provider, found.region, found.model, self.since(found, day))
        if place not in self._schedules:
            self._schedules[place] = self._schedule(found, day)
        return self._schedules[place]

    def _schedule(self, found: ResolvedModel, day: date) -> Schedule | None:
        lookup = self.pricebook.block_on(found.provider, found.region, found.model, day)
        name = lookup.block.schedule if lookup.block else None
        if name is None:
            blocks = [block for model in lookup.book.family(found.model) for block in model.blocks]
            name = next((block.schedule for block in reversed(blocks) if block.schedule), None)
        return lookup.book.schedules[name] if name else None

    def since(self, found: ResolvedModel, day: date) -> date:
        """The last day up to `day` on which this price may have changed: days between share one key."""
        points = self._points(found)
        position = bisect_right(points, day)
        return points[position - 1] if position else date.min

    def _points(self, found: ResolvedModel) -> list[date]:
        place = (found.provider, found.region, found.model)
        if place not in self._breakpoints:
            self._breakpoints[place] = sorted({*self._shared_days, *self._own_days(found)})
        return self._breakpoints[place]

    def _own_days(self, found: ResolvedModel) -> set[date]:
        """The days on which the model's price, or what is known of it, changes."""
        book = self.pricebook.book(found.provider, found.region)
        entry = book.models[found.model]
        days = {*entry.redirects, *self.pricebook.terms.days(found.provider, *entry.names)}
        for model in book.family(found.model):
            for block in model.blocks:
                seen = [book.modifiers[name].observed for name in block.modifiers]
                days.update(day for day in (block.starts, block.observed, block.locked_until, *seen) if day)
                for section in block.sections():
                    known = (section.observed, *(rate.observed for rate in section.all_rates()))
                    days.update(day for day in known if day)
        return days

    def _look_up(self, key: PriceKey) -> Quote:
        lookup = self.pricebook.block_on(key.provider, key.region, key.model, key.day)
        block, names, billed_as = lookup.block, lookup.names, lookup.billed_as
        if block is None:
            return Quote({}, lookup.book, None, names, billed_as, lookup.reason)
        section, missing = _section(block, key)
        if section is None:
            return Quote({}, lookup.book, block, names, billed_as, missing)
        modifiers = modifiers_for(lookup.book, block, key.labels)
        rates = _modified(_rates(block, section, key), modifiers)
        open_starts = (block.observed if block.starts is None else None, section.observed)
        observed = [day for day in (*open_starts, *(each.observed for each in modifiers)) if day]
        is_locked = block.locked_until is not None and key.day < block.locked_until
        is_estimate = any(key.day < day for day in observed)
        single = {meter for meter, q in rates.items() if q.rate.observed and key.day < q.rate.observed}
        # A locked rate is negotiated already: the discount is in it.
        discounts = () if is_locked else self.pricebook.terms.discounts_on(key.day, key.provider, *names)
        if discounts:
            rates = {meter: replace(q, left=discounted(discounts, q.line or meter)) for meter, q in rates.items()}
        return Quote(
            rates, lookup.book, block, names, billed_as, "", is_locked, is_estimate, frozenset(single), discounts
        )  # fmt: skip


def modifiers_for(book: Book, block: PriceBlock, labels: Labels) -> list[Modifier]:
    """The modifiers of a block that hold for rows of these labels."""
    declared = (book.modifiers[name] for name in block.modifiers)
    return [each for each in declared if (each.label, each.value) in labels]


def _modified(rates: dict[str, QuotedRate], modifiers: Sequence[Modifier]) -> dict[str, QuotedRate]:
    """Every token's price at the share that each modifier says; what is counted otherwise stays."""
    known = meters().by_name
    for modifier in modifiers:
        tokens = {meter: q for meter, q in rates.items() if known[meter].unit == "token"}
        rates = {**rates, **_shared(tokens, f"{modifier.label} {modifier.value}", modifier.share)}
    return rates


def days_of(group: UsageGroup, timezone: str) -> list[tuple[Fraction, date]]:
    """The days of that zone that a group's time meets, each with its share of the hours."""
    start, end = _bucket(group, timezone)
    if end <= start:
        return [(ONE, utc_day(group.at) if group.naive else day_of(start, timezone))]
    return [
        (Fraction(closes - opens, end - start), day_of(opens, timezone))
        for opens, closes in _days_between(start, end, timezone)
    ]


def why_unpriced(quote: Quote, key: PriceKey, meter: str) -> str:
    """Why this meter has no rate in a block that is in force."""
    if quote.reason:
        return quote.reason
    if quote.block and (needed := _labels_needed(quote.block, meter)):
        known = dict(key.labels)
        missing = [label for label in needed if label not in known]
        if missing:
            lacks = " and ".join(missing)
            return f"its price depends on {' and '.join(needed)}, and the log does not say {lacks}: --map {missing[0]}=COLUMN"
        return f"no {meter} price for {labels_text(tuple((label, known[label]) for label in needed))}"
    if key.input_over and quote.block and any(section.all_bands() for section in quote.block.sections()):
        return f"no {meter} price for requests of more than {key.input_over:,} input tokens"
    return f"no price for {meter}"


def _labels_needed(block: PriceBlock, meter: str) -> list[str]:
    """The labels of a row on which the meter's price depends."""
    bands = (band for section in block.sections() for band in section.all_bands() if meter in band.rates)
    return sorted({label for band in bands for label, _ in band.bounds.labels})


def _section(block: PriceBlock, key: PriceKey) -> tuple[Section | None, str]:
    if key.service_tier == STANDARD:
        return block.standard, ""
    section = block.service_tiers.get(key.service_tier)
    if section is None:
        return None, f"no price for the service tier {key.service_tier}"
    if key.thinking is not False and block.standard.thinking and not section.thinking and section.share is None:
        return None, f"no {key.service_tier} price in thinking mode"
    return section, ""


def _rates(block: PriceBlock, section: Section, key: PriceKey) -> dict[str, QuotedRate]:
    if key.thinking is None:
        return _partly_thinking(block, section, key)
    standard = _layered(block.standard, STANDARD, key, {})
    if section is block.standard:
        return standard
    if section.share is not None:
        return _shared(standard, key.service_tier, section.share)
    return _layered(section, key.service_tier, key, standard)


def _partly_thinking(block: PriceBlock, section: Section, key: PriceKey) -> dict[str, QuotedRate]:
    """What the log proves: its reasoning was output in thinking mode; of everything else nothing says so."""
    plain, thinks = (_rates(block, section, replace(key, thinking=mode)) for mode in (False, True))
    if thinks == plain or not thinks.keys() & {"reasoning_tokens", "output_tokens"}:
        return plain
    own = thinks.get("reasoning_tokens")
    return {**plain, "reasoning_tokens": own or replace(thinks["output_tokens"], line="output_tokens")}


def _layered(section: Section, name: str, key: PriceKey, standard: Mapping[str, QuotedRate]) -> dict[str, QuotedRate]:
    """The section's rates for this length, with those that thinking mode and off-peak hours replace."""
    rates = _quoted(section, name, key, standard)
    if key.thinking and section.thinking:
        rates.update(_quoted(section.thinking, "thinking", key, rates))
    if key.off_peak and section.off_peak:
        if section.off_peak.share is not None:
            return _shared(rates, "off-peak", section.off_peak.share)
        rates.update(_quoted(section.off_peak, "off-peak", key, rates))
    return rates


def _shared(rates: Mapping[str, QuotedRate], name: str, share: Fraction) -> dict[str, QuotedRate]:
    """Every rate at a share of what it is; a fee for each use is the same in every tier."""
    layer = PriceLayer(name, share)
    shared = {
        meter: replace(q, share=q.share * share, layers=(*q.layers, layer))
        for meter, q in rates.items()
        if not meters().by_name[meter].is_fee
    }
    return {**rates, **shared}


def _quoted(section: Section, name: str, key: PriceKey, basis: Mapping[str, QuotedRate]) -> dict[str, QuotedRate]:
    """The section's own rates; what is written relative to the rates of `basis` follows them."""
    found = {}
    for meter, rate in section.rates_for(key.input_over, key.output_over, key.labels).items():
        bounds = section.bounds_of(rate, meter)
        if not rate.relative:
            layers: tuple[PriceLayer, ...] = (PriceLayer(name, bounds=bounds),)
            found[meter] = QuotedRate(rate.price / rate.per_units, ONE, name == STANDARD, rate, layers=layers)
        elif meter in basis:
            whole = basis[meter]
            layers = (*whole.layers, PriceLayer(name, rate.price, bounds))
            found[meter] = QuotedRate(whole.price, whole.share * rate.price, whole.from_standard, rate, layers=layers)
    return found


def _bucket(group: UsageGroup, timezone: str) -> tuple[int, int]:
    """The instants a bucket covers; days without a zone are days of the provider."""
    if not group.naive:
        return group.at, group.until if group.until is not None else group.at
    first = utc_day(group.at)
    last = utc_day(group.until) if group.until is not None else first + timedelta(days=1)
    return instant_of_day(first, timezone), instant_of_day(last, timezone)


def _days_between(start: int, end: int, timezone: str) -> list[tuple[int, int]]:
    """[start, end) cut at the zone's midnights."""
    edges = [start]
    day = day_of(start, timezone) + timedelta(days=1)
    while (midnight := instant_of_day(day, timezone)) < end:
        edges.append(midnight)
        day += timedelta(days=1)
    return list(zip(edges, [*edges[1:], end], strict=True))
