"""A run: one scenario, one end of its ranges, every month to come. Runs share nothing but the segments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from costcalc.calendar import Month
from costcalc.months.capacity import Load, Replicas, hours_of, replicas_for
from costcalc.months.earning import UNKNOWN, Earner, Income, Owner, Volume
from costcalc.months.flows import Flow, Flows, flows_of
from costcalc.months.form import value_of
from costcalc.months.plan import UsagePlan, When
from costcalc.months.pricing import Lists, Priced, Pricer, Rated
from costcalc.months.reading import Number, Reading
from costcalc.months.segments import Segment, Segments, tokens_of
from costcalc.months.targets import Targets
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.pricebook.terms import Commitment
from costcalc.rating.commitments import settle, tally_of
from costcalc.rating.model import Charge, Cost, PriceKey, RateUsed
from costcalc.rating.rate import NO_CHANGES
from costcalc.scenario.changes import NO_USAGE_CHANGES, UsageChanges
from costcalc.scenario.model import PriceChanges
from costcalc.scenario.revenue import NO_BUSINESS, Business, Fee, OwnPrice

_LEAST_LOAD = Fraction(1, 10**9)  # hours: less than a nothing that could be divided by
RowKey = tuple[int, str, str]  # the segment, and the provider and model that serve it then


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a run assumes: changes of usage, prices, business and exchange rates, and which list holds."""

    usage: UsageChanges = NO_USAGE_CHANGES
    changes: PriceChanges = NO_CHANGES
    business: Business = NO_BUSINESS
    income: Income = UNKNOWN
    fx: FxTable | None = None  # with a path of the scenario's; None: the log's
    is_frozen: bool = False  # at the list of the log's last day, in every month


@dataclass(frozen=True, slots=True)
class RunPrices:
    """What a run is priced with, whatever it assumes of usage."""

    lists: Lists  # with the exchange rates of the months to come
    log_fx: FxTable
    commitments: Sequence[Commitment] = ()
    targets: Targets = field(default_factory=Targets)
    rated: dict[Hashable, dict[PriceKey, Rated]] = field(default_factory=dict)  # by what changes and reads prices alike


@dataclass(slots=True)
class MonthRun:
    """One month of a run, in the report's currency."""

    month: Month
    cost: Number = 0
    other: Number = 0  # costs beside tokens
    revenue: Number | None = None
    requests: Number | None = 0  # that are served; None: the log does not say
    tokens: Number = 0  # input and output, of every call that is made
    unpriced: Number = 0  # tokens
    shortfall: Number = 0  # of the cost: what contracts ask for beyond all usage
    covered: Number = 0  # of the cost: of those whose revenue is known
    covered_other: Number = 0  # of the costs beside tokens: all but those of customers whose revenue is not known
    is_complete: bool = True  # all of it has a price

    @property
    def is_unpriced(self) -> bool:
        """Whether it costs nothing because nothing has a price."""
        return bool(self.tokens) and self.unpriced == self.tokens and self.cost == 0

    def settle(self, settled: Callable[[Number], Number]) -> None:
        """Every amount as it is shown."""
        self.cost, self.other, self.tokens = settled(self.cost), settled(self.other), settled(self.tokens)
        self.unpriced, self.shortfall = settled(self.unpriced), settled(self.shortfall)
        self.covered, self.covered_other = settled(self.covered), settled(self.covered_other)
        self.revenue = None if self.revenue is None else settled(self.revenue)
        self.requests = None if self.requests is None else settled(self.requests)


@dataclass
class Run:
    """What comes of a scenario, month by month. Rows hold forms over the segment's counts where parts were asked for."""

    months: list[MonthRun]
    rows: dict[RowKey, list[Number]] = field(default_factory=dict)  # cost by month
    revenue: dict[Owner, list[Number]] = field(default_factory=dict)
    other: dict[Owner, list[Number]] = field(default_factory=dict)
    replicas: list[Replicas] = field(default_factory=list)
    lacking: set[int] = field(default_factory=set)  # segments of which something has no price in the last month
    notes: list[str] = field(default_factory=list)  # what could not be done, and what was assumed
    rates_used: tuple[RateUsed, ...] = ()

    @property
    def is_complete(self) -> bool:
        return all(month.is_complete for month in self.months)

    @cached_property
    def cost(self) -> Number:
        return sum((month.cost for month in self.months), 0)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days of one month in which no change begins or ends, with what they ask of machines and of contracts."""

    position: int  # of the month
    when: When
    tally: Any
    loads: dict[tuple[str, str, date], Load] = field(default_factory=dict)

    @property
    def end(self) -> date:
        return self.when.day + timedelta(days=self.when.days)


class Running:
    """A run in progress, or the ground for one: when its changes come, and how far."""

    def __init__(
        self, segments: Segments, what: Assumptions, prices: RunPrices, months: Sequence[Month], reading: Reading, *,
        last_only: bool = False,
    ) -> None:  # fmt: skip
        """`last_only`: the last of the months alone. CostcalcError: a currency without a rate, an amount per unknown requests."""
        self.segments, self.what, self.first, self.reading = segments, what, months[0], reading
        self.lists, self.commitments, targets = prices.lists, prices.commitments, prices.targets
        self.months = months[-1:] if last_only else months
        alike = (*what.changes, reading.prices_as)
        rated = {} if reading.is_drawn else prices.rated.setdefault(alike, {})
        self.pricer = Pricer(self.lists, prices.log_fx, what.changes, reading, rated)
        lost = tuple(change for change in what.business.own_prices if change.lost.high)
        self.plan = UsagePlan(what.usage, lost, targets, self.pricer.has_price, self.pricer.cost_of)
        self.earner = Earner(segments, what.income, what.business, reading, self.pricer.exchange)
        nothing = reading.nothing
        self.found = Run([MonthRun(month, cost=nothing(), covered=nothing()) for month in self.months])
        self.homes = {segment.home for segment in segments.segments}
        self.own_hosts = {(targets[move.to].provider, targets[move.to].model) for move in what.usage.moves}
        self.asks_tokens = any(fee.per == "1M tokens" for fee in (*what.business.revenue, *what.business.other_costs))
        self.flows: dict[tuple[object, ...], Flows] = {}  # kept: they are known by their identity
        self.tokens: dict[int, Number] = {}
        self.shares: dict[int, Number] = {}
        business: list[Sequence[Fee | OwnPrice]] = [
            what.business.own_prices,
            what.business.revenue,
            what.business.other_costs,
        ]
        spans = [change.span for change in what.usage.all()]
        spans += [change.span for changes in business for change in changes]
        self.offers = self._offers(targets.every())
        self.breaks = sorted({*self.offers, *(day for span in spans for day in span.days())})

    def _offers(self, targets: Iterable[ResolvedModel]) -> list[date]:
        """The days on which a model may begin or end to have a price for batch or for cache reads, where that is asked for."""
        if not any(lever.lever in ("batch", "cache_read_share") for lever in self.what.usage.efficiency):
            return []
        lists, keys = self.lists, {segment.kind.key for segment in self.segments.segments if segment.kind.key}
        models = {(key.provider, key.region, key.model) for key in keys}
        models |= {(target.provider, target.region, target.model) for target in targets}
        first, end = self.months[0].first, self.months[-1].next.first
        found: set[date] = set()
        for who in models:
            days = lists.quotes.changes_between(ResolvedModel(*who, ""), first, end)
            blocks = [lists.pricebook.block_on(*who, day).block for day in days]
            found |= {
                day for day, one, next_one in zip(days[1:], blocks, blocks[1:], strict=False) if one is not next_one
            }
        return sorted(found)

    def result(self) -> Run:
        for position, month in enumerate(self.months):
            tally = tally_of(self._commitments())
            for when in self._segments(month):
                self._segment(position, when, tally)
            self._settle(position, month, tally)
        found, settled = self.found, self.reading.settled
        for line in found.months:
            line.settle(settled)
        found.replicas = [part.settled(settled) for part in found.replicas]
        found.notes = [*self.plan.limits, *self.pricer.assumed]
        found.rates_used = tuple(self.pricer.rates_used)
        return found

    def whens(self) -> Iterator[When]:
        """The days of all months, parted where a change of usage or business begins or ends."""
        for month in self.months:
            yield from self._segments(month)

    def state(self, segment: Segment, when: When) -> tuple[object, ...]:
        """How far everything has come that shapes the segment's flows: while it stays, so do they."""
        return bisect_right(self.offers, when.day), self.plan.state(segment, when)

    def _segments(self, month: Month) -> Iterator[When]:
        first, end = month.first, month.next.first
        starts = [first, *(day for day in self.breaks if first < day < end)]
        for start, following in zip(starts, [*starts[1:], end], strict=True):
            yield When(month, self.first, start, (following - start).days)

    def _segment(self, position: int, when: When, tally: Any) -> None:
        stretch, volumes = _Stretch(position, when, tally), []
        line, number = self.found.months[position], self.reading.number
        in_days = number(Fraction(when.days, self.segments.days))
        for index, segment in enumerate(self.segments.segments):
            flows = self._flows(segment, when)
            volume = self.plan.volume(segment, when, self.reading)
            scale = volume * in_days
            volumes.append(Volume(volume, self._asked(flows, scale)))
            if segment.requests is None or line.requests is None:
                line.requests = None
            elif self.reading.keeps_rows:
                line.requests = line.requests + scale * number(segment.requests)
            for flow in flows.served:
                self._flow(index, flow, volume, stretch)
        self._machines(stretch)
        self._business(position, when, volumes)

    def _flows(self, segment: Segment, when: When) -> Flows:
        """The segment's flows: made again only when a change has come further."""
        weighed = when.day if self.plan.weighs and not self.reading.is_drawn else None
        place = (id(segment), bisect_right(self.offers, when.day), self.plan.state(segment, when), weighed)
        found = self.flows.get(place)
        if found is None:
            found = self.flows[place] = flows_of(self.plan, segment, when, self.reading)
        return found

    def _asked(self, flows: Flows, scale: Number) -> Number:
        if not self.asks_tokens:
            return 0
        return sum(
            (tokens_of(flow.leaves) * (flow.scale * scale) for flow in flows.asked), self.reading.number(Fraction())
        )

    def _flow(self, index: int, flow: Flow, volume: Number, stretch: _Stretch) -> None:
        position, when, loads = stretch.position, stretch.when, stretch.loads
        line, scale = self.found.months[position], flow.scale * volume
        if self.reading.keeps_rows:
            line.tokens = line.tokens + self._tokens(flow) * (scale * self._share(when.days))
        for day, days in self._price_days(flow, when, stretch.end):
            priced = self.pricer.price(flow, day, when.month)
            part = scale * self._share(days)
            if not priced.is_complete:
                line.is_complete = False
                line.unpriced = line.unpriced + priced.unpriced * part
                if position == len(self.months) - 1:
                    self.found.lacking.add(index)
            if priced.busy is not None:
                load = self._load(loads, flow, day, days)
                load.moved.append((index, flow, hours_of(load.facts, priced.busy, part, self.reading)))
                asked = flow.segment.requests
                known = load.requests is not None and asked is not None
                load.requests = (
                    load.requests + self.reading.number(asked) * part if known and asked is not None else None
                )
            elif flow.target is None and flow.segment.home in self.own_hosts:
                self._own_load(loads, flow, day, days, part)
            self._cost(index, flow, position, priced.total * part, priced.cost, part)
            if self.commitments and not self.reading.is_drawn:
                self._commit(stretch.tally, flow, priced, day, when.month, part)

    def _tokens(self, flow: Flow) -> Number:
        """Input and output tokens of the whole segment, at scale 1."""
        found = self.tokens.get(id(flow))
        if found is None:
            found = self.tokens[id(flow)] = value_of(tokens_of(flow.leaves), flow.segment.floats)
        return found

    def _share(self, days: int) -> Number:
        found = self.shares.get(days)
        if found is None:
            found = self.shares[days] = self.reading.number(Fraction(days, self.segments.days))
        return found

    def _cost(self, index: int, flow: Flow, position: int, total: Number, cost: Number, part: Number) -> None:
        line = self.found.months[position]
        line.cost += total
        if self.what.income.covers(flow.segment):
            line.covered += total
        if self.reading.keeps_rows:
            _add(self.found.rows, (index, flow.provider, flow.model), position, len(self.months), cost * part)

    def _price_days(self, flow: Flow, when: When, end: date) -> Iterator[tuple[date, int]]:
        """(day, days): the parts of these days within which the flow's price stays."""
        if self.what.is_frozen:
            yield self.segments.last_day, when.days
            return
        starts = self.pricer.days_of(flow, when.day, end)
        for start, following in zip(starts, [*starts[1:], end], strict=True):
            yield start, (following - start).days

    def _load(self, loads: dict[tuple[str, str, date], Load], flow: Flow, day: date, days: int) -> Load:
        target = flow.target
        assert target is not None
        place = (target.provider, target.model, day)
        if place not in loads:
            facts = self.pricer.self_hosted(flow, day)
            assert facts is not None
            used = (target.provider, target.model) in self.homes
            loads[place] = Load(facts, target, day, days, paid=facts.replicas if used else 0)
        if flow.move and flow.move.paid_replicas is not None:
            loads[place].paid = max(loads[place].paid, flow.move.paid_replicas)
        return loads[place]

    def _own_load(
        self, loads: dict[tuple[str, str, date], Load], flow: Flow, day: date, days: int, part: Number
    ) -> None:
        """What the log's own use of a self-hosted target keeps busy of it."""
        for move in self.what.usage.moves:
            target = self.plan.targets[move.to]
            if (target.provider, target.model) != flow.segment.home:
                continue
            there = replace(flow, target=target, move=move)
            busy = self.pricer.price(there, day, self.months[0]).busy
            if busy is not None:
                load = self._load(loads, there, day, days)
                load.own = load.own + value_of(hours_of(load.facts, busy, part, self.reading), flow.segment.floats)
                return

    def _machines(self, stretch: _Stretch) -> None:
        position, when = stretch.position, stretch.when
        for load in stretch.loads.values():
            if not load.moved:
                continue
            currency = self.lists.pricebook.book(load.target.provider, load.target.region).currency
            rise = self.pricer.compound(load.target.provider, self.pricer.names_of(load.target, load.day), load.day)
            exchange = self.pricer.exchange(currency, when.month)
            machines = replicas_for(load, when.month, exchange, rise, self.reading)
            self.found.replicas.append(machines)
            if self.reading.is_drawn:
                self._machines_of_draws(position, load, machines)
                continue
            if not machines.load:
                continue
            hourly = machines.cost / machines.load
            for index, flow, hours in load.moved:
                total = value_of(hours, flow.segment.floats) * hourly
                self._cost(index, flow, position, total, hours, hourly)
                if self.commitments:
                    self._tally(stretch.tally, flow, None, load.day, when.month, total)

    def _machines_of_draws(self, position: int, load: Load, machines: Replicas) -> None:
        """The bill as a whole, for there may be draws in which nothing moved; covered as far as the load is."""
        line = self.found.months[position]
        line.cost += machines.cost
        covered = [hours for _, flow, hours in load.moved if self.what.income.covers(flow.segment)]
        if covered:
            least = self.reading.number(_LEAST_LOAD)
            share = sum(covered, self.reading.number(0)) / self.reading.most(machines.load, least)
            line.covered += machines.cost * share

    def _business(self, position: int, when: When, volumes: Sequence[Volume]) -> None:
        line, size = self.found.months[position], len(self.months)
        if self.what.income.kind != "none":
            line.revenue = line.revenue if line.revenue is not None else self.reading.number(0)
            for owner, amount in self.earner.revenue(when, volumes).items():
                line.revenue = line.revenue + self._whole(owner, amount)
                if self.reading.keeps_rows:
                    _add(self.found.revenue, owner, position, size, amount)
        for owner, amount in self.earner.other_costs(when, volumes).items():
            whole = self._whole(owner, amount)
            line.other = line.other + whole
            if self.earner.covers(owner):
                line.covered_other = line.covered_other + whole
            if self.reading.keeps_rows:
                _add(self.found.other, owner, position, size, amount)

    def _whole(self, owner: Owner, amount: Number) -> Number:
        return value_of(amount, self.segments.segments[int(owner[1])].floats) if owner[0] == "segment" else amount

    def _commitments(self) -> list[Commitment]:
        if not self.what.is_frozen:
            return list(self.commitments)
        # Frozen: the contracts of the log's last day, for whole months.
        return [
            replace(commitment, from_day=None, until_day=None)
            for commitment in self.commitments
            if commitment.applies_on(self.segments.last_day)
        ]

    def _commit(self, tally: Any, flow: Flow, priced: Priced, day: date, month: Month, part: Number) -> None:
        for meter, cost in priced.parts:
            self._tally(tally, flow, meter, day, month, value_of(cost, flow.segment.floats) * part)

    def _tally(self, tally: Any, flow: Flow, meter: str | None, day: date, month: Month, cost: Number) -> None:
        names = self.pricer.names_served(flow, day)
        charge = Charge((), flow.provider, flow.model, meter, Fraction(), Cost(), "list", None, day=day, names=names)
        tally.add(charge, month, Cost(cost))

    def _settle(self, position: int, month: Month, tally: Any) -> None:
        if not self.commitments or self.reading.is_drawn:
            return
        whole, settled = (month.first, month.next.first), self.reading.settled
        tally.spent = {place: Cost(settled(spent.before)) for place, spent in tally.spent.items()}
        covered = dict.fromkeys(tally.commitments, whole)
        for part in settle(tally, month, covered, lambda *asked: settled(self.pricer.exchange(*asked))):
            lacking = self.reading.number(part.shortfall.before)
            line = self.found.months[position]
            line.shortfall = line.shortfall + lacking
            line.cost = line.cost + lacking


def _add(found: dict[Any, list[Number]], key: Any, position: int, size: int, amount: Number) -> None:
    if key not in found:
        found[key] = [0] * size
    found[key][position] = found[key][position] + amount
