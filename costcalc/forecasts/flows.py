"""Flows: what becomes of a cell's requests in a month to come: grown, mixed, escalated, moved, made leaner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.forecasts.cells import Cell
from costcalc.forecasts.lengths import UNCHANGED, Stretch, entry_for, stretch_of
from costcalc.forecasts.matching import matches, matches_now
from costcalc.forecasts.reading import Number, Reading
from costcalc.meters import meters
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.problems import CostcalcError, Problem
from costcalc.scenario.changes import Efficiency, Escalation, Growth, Mix, Move, UsageChange, UsageChanges
from costcalc.scenario.revenue import OwnPrice

ONE = Fraction(1)
BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Flow:
    """A part of a cell's requests that is served alike. Its counts are those of the whole log, times `scale`."""

    cell: Cell
    scale: Number
    leaves: Mapping[str, Number]  # by meter, as in Cell
    target: ResolvedModel | None = None  # None: the model of today
    tier: str = ""  # "": the service tier of today
    stretches: tuple[Stretch, ...] = (UNCHANGED, UNCHANGED)  # of input and output length
    path: tuple[object, ...] = ()  # what made it: flows of a cell with the same path cost the same at scale 1
    move: Move | None = None
    is_second: bool = False  # an escalated request: it was asked once already

    @property
    def provider(self) -> str:
        return self.target.provider if self.target else self.cell.kind.provider

    @property
    def model(self) -> str:
        return self.target.model if self.target else self.cell.kind.model

    @property
    def service_tier(self) -> str:
        return self.tier or (self.cell.kind.key.service_tier if self.cell.kind.key else "standard")


@dataclass(frozen=True, slots=True)
class When:
    """A stretch of days of one month within which no change of usage begins or ends."""

    month: Month
    first: Month  # the first month to come
    day: date
    days: int


@dataclass(frozen=True)
class Plan:
    """The usage changes of a scenario, held against the cells that they match."""

    usage: UsageChanges
    lost: Sequence[OwnPrice]  # own price changes that cost customers
    targets: Mapping[str, ResolvedModel]  # by what moves and escalations write
    has_batch: Callable[[Flow, date], bool]  # whether what serves the flow has a batch price on a day
    matched: dict[int, tuple[UsageChange | OwnPrice, ...]] = field(default_factory=dict)
    capped: dict[str, None] = field(default_factory=dict)  # what a change could not do, said once

    def changes_for(self, cell: Cell) -> tuple[UsageChange | OwnPrice, ...]:
        """What matches the cell's usage as the log has it; efficiency is asked later, of whatever serves it then."""
        found = self.matched.get(id(cell))
        if found is None:
            early: tuple[UsageChange | OwnPrice, ...] = (
                *self.usage.growth,
                *self.usage.mix,
                *self.usage.escalation,
                *self.usage.moves,
                *self.lost,
            )
            found = self.matched[id(cell)] = tuple(change for change in early if matches(change.where, cell))
        return found


def grown(plan: Plan, cell: Cell, when: When, reading: Reading) -> Number:
    """How many times today's requests the cell has: with growth, without the customers that were lost."""
    scale: Number = reading.number(ONE)
    for change in plan.changes_for(cell):
        if isinstance(change, Growth) and change.meters is None:
            scale = scale * _level(change, when, reading)
        elif isinstance(change, OwnPrice) and change.span.holds_on(when.day):
            scale = scale * (1 - reading.saving(change.lost) * change.span.arrived(when.month, when.first))
    return scale


def asked(plan: Plan, cell: Cell, when: When, reading: Reading) -> list[Flow]:
    """What is asked for: the cell's requests after growth and mix, before anything is done about them."""
    leaves: Mapping[str, Number] = {name: reading.number(count) for name, count in cell.leaves.items()}
    flow = Flow(cell, grown(plan, cell, when, reading), leaves)
    changes = plan.changes_for(cell)
    for change in changes:
        if isinstance(change, Growth) and change.meters is not None:
            level = _level(change, when, reading)
            flow = _multiplied(flow, change.meters, level, ("growth", level if reading.is_exact else None))
    flows = [flow]
    for change in changes:
        if isinstance(change, Mix) and change.span.holds_on(when.day):
            flows = [part for flow in flows for part in _mixed(flow, change, when, reading)]
    return flows


def served(plan: Plan, flows: Sequence[Flow], when: When, reading: Reading) -> list[Flow]:
    """How it is served: the same requests after escalation, moves and efficiency."""
    found = list(flows)
    for change in plan.changes_for(flows[0].cell) if flows else ():
        if isinstance(change, Escalation) and change.span.holds_on(when.day):
            found = [part for flow in found for part in _escalated(flow, change, plan, when, reading)]
    for change in plan.changes_for(flows[0].cell) if flows else ():
        if isinstance(change, Move) and change.span.holds_on(when.day):
            found = [part for flow in found for part in _moved(flow, change, plan, when, reading)]
    for change in plan.usage.efficiency:
        if change.span.holds_on(when.day):
            found = [part for flow in found for part in _leaner(flow, change, plan, when, reading)]
    return found


def check_overlaps(usage: UsageChanges, cells: Sequence[Cell]) -> None:
    """CostcalcError: two moves, or two escalations, that match the same usage at the same time."""
    problems: dict[tuple[int, int], Problem] = {}
    for changes, what in ((usage.moves, "moves"), (usage.escalation, "escalations")):
        for cell in cells:
            mine = [change for change in changes if matches(change.where, cell)]
            for position, one in enumerate(mine):
                for other in mine[position + 1 :]:
                    if (id(one), id(other)) not in problems and _meet(one, other):
                        problems[id(one), id(other)] = _overlap(one, other, cell, what)
    if problems:
        raise CostcalcError(list(problems.values()))


def _meet(one: Move | Escalation, other: Move | Escalation) -> bool:
    first = max(one.span.from_day or date.min, other.span.from_day or date.min)
    end = min(one.span.until_day or date.max, other.span.until_day or date.max)
    return first < end


def _overlap(one: Move | Escalation, other: Move | Escalation, cell: Cell, what: str) -> Problem:
    first = f" (the first in line {one.place.line})" if one.place else ""
    where = ", ".join(f"{name} {text}" for name, text in cell.names.items() if text)
    return Problem(
        f"overlapping-{what}",
        f"two {what} match the same usage at the same time{first}: {where}",
        place=other.place,
        expected="usage that one of them alone matches",
        remedy="narrow one of them with where, or end it with until on the day the other begins",
    )


def _level(growth: Growth, when: When, reading: Reading) -> Number:
    """The volume against today's."""
    if growth.shape == "table":
        known = [month for month in growth.table if month <= when.month]
        return 1 + reading.of(growth.table[max(known)]) if known else reading.number(ONE)
    if growth.shape == "step":
        return 1 + reading.of(growth.rate) if growth.span.holds_on(when.day) else reading.number(ONE)
    passed = _months_of_growth(growth, when)
    if growth.shape == "linear":
        return 1 + reading.of(growth.rate) * passed
    return (1 + reading.of(growth.rate)) ** passed


def _months_of_growth(growth: Growth, when: When) -> int:
    from_day, until_day = growth.span.from_day, growth.span.until_day
    started = max(Month(from_day.year, from_day.month), when.first) if from_day else when.first
    last = when.month.next
    if until_day:
        last = min(last, Month(until_day.year, until_day.month))
    return max(0, (last.year - started.year) * 12 + last.month - started.month)


def _multiplied(flow: Flow, names: frozenset[str], factor: Number, step: tuple[object, ...]) -> Flow:
    """Every request has `factor` times as much of some meters."""
    leaves = {name: count * factor if name in names else count for name, count in flow.leaves.items()}
    stretches = tuple(
        stretch if not (inside := meters().with_parts(f"{side}_tokens")) & names or not _is_number(factor)
        else stretch.then(factor if inside <= names else ONE, even=inside <= names)
        for side, stretch in zip(("input", "output"), flow.stretches, strict=True)
    )  # fmt: skip
    return replace(flow, leaves=leaves, stretches=stretches, path=(*flow.path, (*step, names)))


def _is_number(value: Number) -> bool:
    """Whether a factor is one number; draws of a simulation leave the bands as they are."""
    return isinstance(value, Fraction | int)


def _parts(flow: Flow, share: Number) -> tuple[Flow, Flow]:
    return replace(flow, scale=flow.scale * (1 - share)), replace(flow, scale=flow.scale * share)


def _kept(*flows: Flow) -> list[Flow]:
    return [flow for flow in flows if not (_is_number(flow.scale) and flow.scale == 0)]


def _mixed(flow: Flow, mix: Mix, when: When, reading: Reading) -> list[Flow]:
    stays, changes = _parts(flow, reading.of(mix.share) * mix.span.arrived(when.month, when.first))
    values = {name: (reading.of(one.factor), reading.of(one.more)) for name, one in mix.meters.items()}
    leaves = dict(changes.leaves)
    for name in leaves:
        entry = entry_for(name, values)
        leaves[name] = leaves[name] * values[entry][0] if entry else leaves[name]
    for name, (_, more) in values.items():
        if _is_number(more) and more == 0:
            continue
        if flow.cell.requests is None:
            raise _needs_requests(mix, flow.cell)
        scaled = reading.number(flow.cell.requests * 10 ** meters().by_name[name].decimals)
        leaves[name] = leaves.get(name, reading.number(0)) + more * scaled
    exact = all(_is_number(factor) and _is_number(more) for factor, more in values.values())
    stretches = tuple(
        _joined(stretch, stretch_of(values, side)) if exact else stretch
        for side, stretch in zip(("input", "output"), flow.stretches, strict=True)
    )
    step = ("mix", tuple(sorted(values.items())) if reading.is_exact else None)
    return _kept(stays, replace(changes, leaves=leaves, stretches=stretches, path=(*flow.path, step)))


def _joined(one: Stretch, other: Stretch) -> Stretch:
    return one.then(other.factor, other.more, even=other.is_even)


def _needs_requests(change: Mix, cell: Cell) -> CostcalcError:
    names = ", ".join(text for text in cell.names.values() if text)
    return CostcalcError(
        [
            Problem(
                "requests-unknown",
                f"so many tokens more per request: the log does not say how many requests there were ({names})",
                place=change.place,
                remedy="write a factor, such as x12, or use a log that counts requests",
            )
        ]
    )


def _escalated(flow: Flow, change: Escalation, plan: Plan, when: When, reading: Reading) -> list[Flow]:
    target = plan.targets[change.first]
    if flow.target is not None or not flow.leaves or (target.provider, target.model) == flow.cell.home:
        return [flow]
    stays, goes = _parts(flow, reading.of(change.share) * change.span.arrived(when.month, when.first))
    first = _at_target(goes, target, "standard", reading.of(change.tokens), "escalation", change.first)
    again = replace(goes, scale=goes.scale * reading.of(change.escalated), is_second=True)
    return _kept(stays, first, again)


def _moved(flow: Flow, move: Move, plan: Plan, when: When, reading: Reading) -> list[Flow]:
    target = plan.targets[move.to]
    if flow.target is not None or (target.provider, target.model) == flow.cell.home:
        return [flow]
    if not flow.leaves:
        plan.capped[f"a bill without tokens cannot move to {move.to}: it stays"] = None
        return [flow]
    stays, goes = _parts(flow, reading.saving(move.share) * move.span.arrived(when.month, when.first))
    there = _at_target(goes, target, move.service_tier, reading.of(move.tokens), "move", move.to)
    return _kept(stays, replace(there, move=move))


def _at_target(flow: Flow, target: ResolvedModel, tier: str, tokens: Number, what: str, name: str) -> Flow:
    every = meters().names_of("tokens") or frozenset()
    step = (what, name, tier, tokens if _is_number(tokens) else None)
    there = replace(flow, target=target, tier=tier)
    if _is_number(tokens) and tokens == 1:
        return replace(there, path=(*flow.path, step))
    return _multiplied(there, every, tokens, step)


def _leaner(flow: Flow, change: Efficiency, plan: Plan, when: When, reading: Reading) -> list[Flow]:
    if not matches_now(change.where, flow.cell, flow.provider, flow.model, flow.service_tier):
        return [flow]
    arrived = change.span.arrived(when.month, when.first)
    amount = reading.saving(change.amount) if change.amount.low >= 0 else reading.of(change.amount)
    amount = amount * arrived
    step = (change.lever, amount if _is_number(amount) else None)
    match change.lever:
        case "output" | "prompt":
            side = "output_tokens" if change.lever == "output" else "input_tokens"
            return [_multiplied(flow, meters().with_parts(side), 1 + amount, step)]
        case "tokens":
            every = meters().names_of("tokens") or frozenset()
            fewer = _multiplied(flow, every, 1 + amount, step)
            return [replace(fewer, stretches=flow.stretches)]  # each request keeps its band
        case "requests":
            return _kept(replace(flow, scale=flow.scale * (1 + amount)))
        case "batch":
            if flow.service_tier != "standard" or not plan.has_batch(flow, when.day):
                return [flow]
            stays, goes = _parts(flow, amount)
            return _kept(stays, replace(goes, tier=BATCH, path=(*flow.path, (BATCH,))))
        case "cache_read_share":
            return [_cached(flow, change, amount, plan, reading)]


def _cached(flow: Flow, change: Efficiency, share: Number, plan: Plan, reading: Reading) -> Flow:
    """More of the input is read from the cache; a share of what is read was written first."""
    inside, reads = meters().with_parts("input_tokens"), meters().with_parts("cache_read_tokens")
    zero = reading.number(0)
    whole = sum((count for name, count in flow.leaves.items() if name in inside), zero)
    cached = sum((count for name, count in flow.leaves.items() if name in reads), zero)
    written = 1 / reading.saving(change.reads_per_write)  # tokens written for one that is read
    plain = flow.leaves.get("input_tokens", zero)
    wanted, possible = share * whole - cached, plain / (1 + written)
    more = reading.least(reading.most(wanted, zero), possible)
    if _is_number(more) and more < wanted:
        plan.capped[f"{flow.provider}/{flow.model}: not so much of the input can be read from the cache"] = None
    leaves = {
        **flow.leaves,
        "input_tokens": plain - more * (1 + written),
        "cache_read_tokens": flow.leaves.get("cache_read_tokens", zero) + more,
        "cache_write_tokens": flow.leaves.get("cache_write_tokens", zero) + more * written,
    }
    step = ("cache", share, written) if reading.is_exact else ("cache",)
    return replace(flow, leaves=leaves, path=(*flow.path, step))
