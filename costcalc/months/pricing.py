"""Pricing: what a flow costs at the list of a day, under the price changes in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import partial

from costcalc.calendar import Month
from costcalc.meters import meters
from costcalc.months.flows import SIDES, Flow
from costcalc.months.form import BILLED, REQUESTS, value_of
from costcalc.months.lengths import Cut, cuts_after, place_of
from costcalc.months.reading import Number, Reading
from costcalc.months.segments import Segment, tokens_of
from costcalc.pricebook.fx import FxTable, NoRate
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.pricebook.selfhosted import SelfHosted
from costcalc.rating.cuts import model_cuts
from costcalc.rating.model import PriceKey, RateUsed
from costcalc.rating.quotes import Quote, Quotes
from costcalc.scenario.model import PriceChange, PriceChanges, unit_price

ONE = Fraction(1)
PEAK, OFF_PEAK = "peak", "off-peak"


@dataclass(frozen=True, slots=True)
class Priced:
    """What the whole log's worth of a flow costs, in the report's currency, at scale 1."""

    cost: Number  # a form over the segment's counts where its members are asked for
    total: Number  # of the whole segment
    unpriced: Number = 0  # tokens without a price
    is_complete: bool = True
    parts: tuple[tuple[str | None, Number], ...] = ()  # of the cost, by meter: what contracts' minimums ask for
    busy: Mapping[str, Number] | None = None  # of a self-hosted target: counts that keep its machines busy, by meter


@dataclass(frozen=True, slots=True)
class _Units:
    """The price of one counted unit of every meter that can be billed, and where every meter is billed."""

    price: Mapping[str, Number]  # by billed meter, in the report's currency, scaled by the meter's decimals
    billed_as: Mapping[str, str | None]  # by meter: itself, or the whole that it is billed with; None: no price


@dataclass(frozen=True, slots=True)
class Lists:
    """The prices of a run: books, exchange rates, and the days on which something changes."""

    pricebook: Pricebook
    fx: FxTable
    quotes: Quotes
    currency: str


class _Server:
    """A model that serves usage, and what is looked up of it once."""

    def __init__(self, model: ResolvedModel, lists: Lists) -> None:
        self.model, self.lists = model, lists
        book = lists.pricebook.book(model.provider, model.region)
        self.currency = book.currency
        self.cuts: tuple[Sequence[int], ...] = tuple(tuple(sorted(cuts)) for cuts in model_cuts(book, model.model))
        self._since: dict[date, date] = {}
        self._days: dict[tuple[date, date], list[date]] = {}

    def since(self, day: date) -> date:
        found = self._since.get(day)
        if found is None:
            found = self._since[day] = self.lists.quotes.since(self.model, day)
        return found

    def days(self, first: date, end: date) -> list[date]:
        found = self._days.get((first, end))
        if found is None:
            found = self._days[first, end] = self.lists.quotes.changes_between(self.model, first, end)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """What flows are billed by: their price key, and the prices of it."""

    key: PriceKey
    quote: Quote
    units: dict[tuple[Number, bool], _Units] = field(
        default_factory=dict
    )  # by exchange rate, and under contracts or not


@dataclass(frozen=True, slots=True)
class _Known:
    """A flow (kept, so that its identity stays its own), what serves it, and the currencies that its cost needs."""

    flow: Flow
    server: _Server | None
    currencies: tuple[str, ...]


class Pricer:
    """Prices flows; what costs the same is computed once."""

    def __init__(
        self, lists: Lists, log_fx: FxTable, changes: PriceChanges, reading: Reading, rated: dict[PriceKey, Rated]
    ) -> None:
        """`rated`: what others found that read prices so and under these changes; what is found here is added."""
        self.lists, self.log_fx, self.changes, self.reading = lists, log_fx, changes, reading
        self.assumed: dict[str, None] = {}
        self.rates_used: dict[RateUsed, None] = {}
        self._servers: dict[tuple[str, str, str], _Server] = {}
        self._serving: dict[int, _Server | None] = {}  # by the identity of a segment, or of a target
        self._rated: dict[tuple[object, ...], Rated | None] = {}
        self._by_key = rated  # segments that differ in nothing that a price asks for share one
        self._flows: dict[int, _Known] = {}
        self._of_flow: dict[tuple[object, ...], Priced] = {}
        self._priced: dict[tuple[object, ...], Priced] = {}
        self._rates: dict[tuple[str, Month], Number] = {}
        self._cuts: dict[tuple[object, ...], list[Cut] | None] = {}
        self._labels: dict[tuple[object, ...], tuple[int, int]] = {}
        self._hosts: dict[tuple[int, date], SelfHosted | None] = {}

    def price(self, flow: Flow, day: date, month: Month) -> Priced:
        """The flow at the prices of a day, in a month's exchange rates."""
        known = self._known(flow)
        since = known.server.since(day) if known.server else day
        # Flows are kept while nothing that shapes them changes: the same one costs the same until its price does.
        rates = tuple([self._rate_if_known(currency, month) for currency in known.currencies])
        short = (id(flow), since, rates)
        found = self._of_flow.get(short)
        if found is None:
            rated = self.rated(flow, day)
            place = (id(flow.segment), rated, flow.path, flow.target is None, since if rated is None else None, rates)
            found = self._priced.get(place)
            if found is None:
                found = self._priced[place] = self._price(flow, rated, day, month)
            self._of_flow[short] = found
        return found

    def _known(self, flow: Flow) -> _Known:
        found = self._flows.get(id(flow))
        if found is None:
            server = self._server(flow)
            currencies = [server.currency] if server else []
            if flow.target is None and flow.segment.billed is not None and flow.segment.kind.cost_currency:
                currencies.append(flow.segment.kind.cost_currency)
            found = self._flows[id(flow)] = _Known(flow, server, tuple(currencies))
        return found

    def days_of(self, flow: Flow, first: date, end: date) -> list[date]:
        """The days in [first, end) from which on the flow's price may be another, beginning with `first`."""
        server = self._server(flow)
        return (
            server.days(first, end) if server else [first, *(day for day in self.changes.days() if first < day < end)]
        )

    def has_price(self, flow: Flow, meter: str, day: date) -> bool:
        """Whether what serves the flow has a price for its service tier: for a meter, or for any."""
        rated = self.rated(flow, day)
        rates = rated.quote.rates if rated else {}
        return meter in rates if meter else bool(rates)

    def cost_of(self, flow: Flow, day: date, month: Month) -> Number | None:
        """What a flow costs by the token; None where it has no price, or is paid by the machine."""
        priced = self.price(flow, day, month)
        return priced.total * flow.scale if priced.is_complete and priced.busy is None else None

    def exchange(self, currency: str, month: Month) -> Number:
        """Units of the report's currency for one of this."""
        return self._rate(currency, month)

    def self_hosted(self, flow: Flow, day: date) -> SelfHosted | None:
        """The facts of the machines that a moved flow goes to; None: it is paid by the token."""
        if flow.move is None or flow.target is None:
            return None
        target, place = flow.target, (id(flow.target), day)
        if place not in self._hosts:
            block = self.lists.pricebook.block_on(target.provider, target.region, target.model, day).block
            self._hosts[place] = block.self_hosted if block else None
        return self._hosts[place]

    def names_of(self, found: ResolvedModel, day: date) -> tuple[str, ...]:
        """The names of a model and of the one that it is billed as on a day: a selector may mean it by any."""
        return self.lists.pricebook.block_on(found.provider, found.region, found.model, day).names

    def names_served(self, flow: Flow, day: date) -> tuple[str, ...]:
        """The same of what serves the flow."""
        server = self._server(flow)
        return self.names_of(server.model, day) if server else (flow.model,)

    def compound(self, provider: str, models: Sequence[str], day: date) -> Number:
        """By how much changes of a provider's every meter raise what is not paid by the meter; `models`: names of one."""
        factor: Number = self.reading.number(ONE)
        for change in self.changes.matching(provider, *models):
            if change.selector.meters is None and change.new_rate is None and change.applies_on(day):
                factor = factor * self.reading.raised(change)
        return factor

    def rated(self, flow: Flow, day: date) -> Rated | None:
        """What the flow's price depends on, on a day; None: no book knows its model."""
        server = self._server(flow)
        if server is None:
            return None
        is_own = flow.target is None and not flow.path
        lengths = (-1, -1) if is_own else self._lengths(flow, server)
        place = (id(flow.segment), server, flow.target is None, flow.tier, lengths, server.since(day))
        if place not in self._rated:
            key = self._key_of(flow, server, day, None if is_own else lengths)
            self._rated[place] = self._of_key(key) if key else None
        return self._rated[place]

    def _of_key(self, key: PriceKey) -> Rated:
        found = self._by_key.get(key)
        if found is None:
            found = self._by_key[key] = Rated(key, self.lists.quotes.quote(key))
        return found

    def _key_of(self, flow: Flow, server: _Server, day: date, lengths: tuple[int, int] | None) -> PriceKey | None:
        """`lengths`: above which the requests are; None: as the log has them."""
        found, since, key = server.model, server.since(day), flow.segment.kind.key
        if lengths is None:
            return replace(key, day=since, service_tier=flow.service_tier) if key else None
        own = flow.target is None and key is not None
        return PriceKey(
            found.provider, found.region, found.model, flow.service_tier, key.thinking if key else False,
            key.off_peak if own and key else self._off_peak(flow, found, day), *lengths, since, key.labels if key else (),
        )  # fmt: skip

    def _server(self, flow: Flow) -> _Server | None:
        target, segment = flow.target, flow.segment
        place = id(segment) if target is None else id(target)
        if place not in self._serving:
            who = target or segment.kind.key
            self._serving[place] = self._server_of(who.provider, who.region, who.model) if who else None
        return self._serving[place]

    def _server_of(self, *who: str) -> _Server:
        provider, region, model = who
        found = self._servers.get((provider, region, model))
        if found is None:
            found = _Server(ResolvedModel(provider, region, model, ""), self.lists)
            self._servers[provider, region, model] = found
        return found

    def _off_peak(self, flow: Flow, found: ResolvedModel, day: date) -> bool | None:
        """Whether the target's hours are off-peak where its price follows the clock; peak where nobody knows."""
        schedule = self.lists.quotes.schedule(found, day)
        if schedule is None:
            return None
        label = flow.segment.names.get(f"{PEAK} {found.provider} {schedule.name}")
        if label is None:
            self.assumed[f"{found.provider}/{found.model}: peak prices, for the log does not say at what hour"] = None
        return label == OFF_PEAK

    def _lengths(self, flow: Flow, server: _Server) -> tuple[int, int]:
        """In which bands the flow's requests lie."""
        segment = flow.segment
        place = (id(segment), flow.path, server)
        found = self._labels.get(place)
        if found is None:
            found = self._labels[place] = self._length(flow, server, 0), self._length(flow, server, 1)
        return found

    def _length(self, flow: Flow, server: _Server, side: int) -> int:
        """Of input, or of output."""
        segment, stretch, cuts = flow.segment, flow.stretches[side], server.cuts[side]
        if stretch.is_none or segment.kind.band_basis == "unknown":
            return segment.labels[side]
        if not cuts:
            return 0
        place = (id(stretch), cuts)  # the plan keeps it
        if place not in self._cuts:
            self._cuts[place] = cuts_after(stretch, cuts)
        at = place_of(
            segment.labels[side], cuts, self._cuts[place], segment.edges[side], partial(self._mean, flow, SIDES[side]),
            is_whole=segment.kind.band_basis == "request",
        )  # fmt: skip
        if at.is_assumed:
            self.assumed[f"{server.model.model}: price band of changed requests taken from their mean length"] = None
        return at.over

    def _mean(self, flow: Flow, side: str) -> float | None:
        if not flow.segment.requests:
            return None
        inside = meters().with_parts(f"{side}_tokens")
        counts, middle = flow.segment.floats, self.reading.middle
        total = sum(middle(value_of(count, counts)) for name, count in flow.leaves.items() if name in inside)
        return total / float(flow.segment.requests)

    def _price(self, flow: Flow, rated: Rated | None, day: date, month: Month) -> Priced:
        segment = flow.segment
        if flow.target is None and segment.billed is not None and segment.bill_wins:
            return self._billed(flow, rated, day, month)
        found = self._listed(flow, rated, day, month)
        if not found.is_complete and flow.target is None and segment.billed is not None and segment.may_stand_in:
            return self._billed(flow, rated, day, month)
        return found

    def _listed(self, flow: Flow, rated: Rated | None, day: date, month: Month) -> Priced:
        zero, segment = self.reading.number(0), flow.segment
        if rated is None:
            return Priced(zero, zero, zero + value_of(tokens_of(flow.leaves), segment.floats), is_complete=False)
        facts = self.self_hosted(flow, day)
        quote = rated.quote
        units = self._units_of(rated, self._rate(quote.book.currency, month), contracted=True)
        known = meters().by_name
        cost, complete = zero, not (REQUESTS in units.price and segment.requests is None)
        parts: list[tuple[str | None, Number]] = []
        busy: dict[str, Number] = {}
        leaves = self._with_requests(flow, units)
        if segment.kind.is_uncounted(segment.requests, leaves):
            return Priced(zero, zero, zero, is_complete=False)
        for name, count in leaves.items():
            billed = units.billed_as[name]
            if billed is None:
                if known[name].unit == "token":
                    return Priced(
                        zero, zero, zero + value_of(tokens_of(flow.leaves), segment.floats), is_complete=False
                    )
                complete = False
            elif facts is not None and billed in facts.per_second:
                busy[billed] = busy.get(billed, zero) + count
            else:
                part = count * units.price[billed]
                cost = cost + part
                parts.append((quote.rates[billed].line or billed, part))
        return Priced(cost, value_of(cost, segment.floats), zero, complete, tuple(parts), busy if facts else None)

    def _billed(self, flow: Flow, rated: Rated | None, day: date, month: Month) -> Priced:
        """The stated cost, which moves in proportion to the list: the contract's discount survives."""
        segment, kind = flow.segment, flow.segment.kind
        amount = self.reading.count(segment, BILLED) * self._rate(kind.cost_currency or self.lists.currency, month)
        if kind.cost_meter is not None:
            factor: Number = self.reading.number(ONE)
            for change in self._in_force(flow, day):
                if change.selector.covers(kind.cost_meter) and change.new_rate is None:
                    factor = factor * self.reading.raised(change)
            return self._bill(amount, {kind.cost_meter: factor}, segment)
        if segment.listed and rated is not None:
            rate = self.log_fx.rate(rated.quote.book.currency, self.lists.currency, segment.listed_month).rate
            units = self._units_of(rated, self.reading.number(rate), contracted=False)
            leaves = self._with_requests(flow, units)
            if all(units.billed_as[name] is not None for name in leaves):
                listed = self.reading.number(segment.listed)
                now: dict[str | None, Number] = {
                    name: value_of(count, segment.floats) * units.price[units.billed_as[name] or name] / listed
                    for name, count in leaves.items()
                }
                return self._bill(amount, now, segment)
        if flow.path:
            self.assumed[f"{kind.model}: a bill without a list price changes with its requests only"] = None
        return self._bill(amount, {None: self.compound(kind.provider, self.names_served(flow, day), day)}, segment)

    def _bill(self, amount: Number, factors: Mapping[str | None, Number], segment: Segment) -> Priced:
        """A bill times what it comes to now, by meter; whoever pays a part of it pays so many times that part."""
        parts = tuple((meter, amount * factor) for meter, factor in factors.items())
        cost = amount * sum(factors.values(), self.reading.number(Fraction()))
        return Priced(cost, value_of(cost, segment.floats), 0, True, parts)

    def _with_requests(self, flow: Flow, units: _Units) -> Mapping[str, Number]:
        """The counts, with the requests where they have a price of their own."""
        if REQUESTS not in units.price or not flow.segment.requests:
            return flow.leaves
        return {**flow.leaves, REQUESTS: self.reading.count(flow.segment, REQUESTS)}

    def _in_force(self, flow: Flow, day: date) -> list[PriceChange]:
        matching = self.changes.matching(flow.segment.kind.provider, *self.names_served(flow, day))
        return [change for change in matching if change.applies_on(day)]

    def _units_of(self, rated: Rated, rate: Number, *, contracted: bool) -> _Units:
        found = rated.units.get((rate, contracted))
        if found is not None:
            return found
        key, quote = rated.key, rated.quote
        matching = () if quote.is_locked else self.changes.matching(key.provider, *quote.names)
        known = meters().by_name
        price = {}
        for meter, q in quote.rates.items():
            number = self.reading.number
            changed = unit_price(
                number(q.price),
                number(q.share),
                q.from_standard,
                q.line or meter,
                matching,
                key.day,
                self.reading.raised,
            )
            left = number(q.left if contracted else ONE)
            price[meter] = changed * left * rate / 10 ** known[meter].decimals
        billed_as = {name: _billed_with(name, price) for name in known}
        found = rated.units[rate, contracted] = _Units(price, billed_as)
        return found

    def _rate_if_known(self, currency: str, month: Month) -> Number | None:
        """None: what needs it will say so; a stated cost that the list stands for does not."""
        try:
            return self._rate(currency, month)
        except NoRate:
            return None

    def _rate(self, currency: str, month: Month) -> Number:
        found = self._rates.get((currency, month))
        if found is None:
            rate: Number = ONE
            if currency != self.lists.currency:
                known = self.lists.fx.rate(currency, self.lists.currency, month)
                used = RateUsed(
                    currency, self.lists.currency, known.rate, month, known.month_used, known.basis, known.held
                )
                self.rates_used[used] = None
                rate = known.rate
            number = self.reading.number(rate)
            found = self._rates[currency, month] = (
                number
                if currency == self.lists.currency
                else self.reading.exchange(currency, self.lists.currency, rate, month)
            )
        return found


def _billed_with(name: str, priced: Mapping[str, Number]) -> str | None:
    """The meter whose price a leaf is billed at: its own, or that of the nearest whole that has one."""
    known, meter = meters().by_name, name
    while meter not in priced:
        whole = known[meter].part_of
        if whole is None:
            return None
        meter = whole
    return meter
