"""Flows: what becomes of a segment's requests in a month to come: mixed, escalated, moved, made leaner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from costcalc.meters import meters
from costcalc.months.form import REQUESTS, Form, value_of
from costcalc.months.lengths import UNCHANGED, LengthChange, entry_for, stretch_of
from costcalc.months.plan import UsagePlan, When
from costcalc.months.reading import NEAR, Number, RangePoint, Reading
from costcalc.months.segments import Segment, whole_of
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.problems import CostcalcError, Problem
from costcalc.scenario.changes import LEVERS, Efficiency, Escalation, Growth, Mix, Move
from costcalc.scenario.figure import Figure

ONE = Fraction(1)
BATCH, CACHE_READ = "batch", "cache_read_tokens"
SIDES = ("input", "output")


@dataclass(slots=True, eq=False)
class Flow:
    """A part of a segment's requests that is served alike. Its counts are those of the whole log, times `scale`."""

    segment: Segment
    scale: Number
    leaves: Mapping[
        str, Number
    ]  # by meter, as in Segment; forms over the segment's counts where parts of it are asked for
    target: ResolvedModel | None = None  # None: the model of today
    tier: str = ""  # "": the service tier of today
    stretches: tuple[LengthChange, ...] = (UNCHANGED, UNCHANGED)  # of input and output length
    path: tuple[int, ...] = ()  # what made it: flows of a segment with the same path cost the same at scale 1
    move: Move | None = None

    def scaled(self, share: Number) -> Flow:
        """A share of it."""
        return Flow(
            self.segment, self.scale * share, self.leaves, self.target, self.tier, self.stretches, self.path, self.move
        )

    @property
    def provider(self) -> str:
        return self.target.provider if self.target else self.segment.kind.provider

    @property
    def model(self) -> str:
        return self.target.model if self.target else self.segment.kind.model

    @property
    def service_tier(self) -> str:
        return self.tier or (self.segment.kind.key.service_tier if self.segment.kind.key else "standard")


@dataclass(frozen=True, slots=True)
class Flows:
    """A segment's usage at today's number of requests: what is asked for, and how it is served."""

    asked: Sequence[Flow]  # after growth of tokens and mix
    served: Sequence[Flow]  # the same requests after escalation, moves and efficiency


def flows_of(plan: UsagePlan, segment: Segment, when: When, reading: Reading) -> Flows:
    """What becomes of the segment's requests in some days."""
    asked = _asked(plan, segment, when, reading)
    return Flows(asked, _served(plan, segment, asked, when, reading))


def _asked(plan: UsagePlan, segment: Segment, when: When, reading: Reading) -> list[Flow]:
    leaves: Mapping[str, Number] = {name: reading.count(segment, name) for name in segment.leaves}
    flow = Flow(segment, reading.number(ONE), leaves)
    matched = plan.matching(segment)
    for change in matched:
        if isinstance(change, Growth) and change.meters is not None and (stage := plan.stage(change, when)):
            level = plan.level(change, when, reading)
            exact = partial(plan.level, change, when, reading.exact)
            flow = _multiplied(flow, change.meters, level, exact, (id(change), stage), plan)
    flows = [flow]
    for change in matched:
        if isinstance(change, Mix) and change.span.holds_on(when.day):
            flows = [part for flow in flows for part in _mixed(flow, change, plan, when, reading)]
    return flows


def _served(plan: UsagePlan, segment: Segment, asked: Sequence[Flow], when: When, reading: Reading) -> list[Flow]:
    found, matched = list(asked), plan.matching(segment)
    for change in matched:
        if isinstance(change, Escalation) and change.span.holds_on(when.day):
            found = [part for flow in found for part in _escalated(flow, change, plan, when, reading)]
    for change in matched:
        if isinstance(change, Move) and change.span.holds_on(when.day):
            found = [part for flow in found for part in _moved(flow, change, plan, when, reading)]
    for lever in plan.usage.efficiency:
        if lever.span.holds_on(when.day):
            found = [part for flow in found for part in _leaner(flow, lever, plan, when, reading)]
    return found


def _multiplied(
    flow: Flow,
    names: frozenset[str],
    factor: Number,
    exact: Callable[[], Fraction],
    step: tuple[int, ...],
    plan: UsagePlan,
) -> Flow:
    """Every request has `factor` times as much of some meters, and lies in the bands of `exact` times as much."""
    leaves = {name: count * factor if name in names else count for name, count in flow.leaves.items()}
    path = (*flow.path, *step)
    stretches = plan.stretches.get(path)
    if stretches is None:
        given, made, by = *flow.stretches, exact()
        stretches = _stretched(given, SIDES[0], names, by), _stretched(made, SIDES[1], names, by)
        plan.stretches[path] = stretches
    return Flow(flow.segment, flow.scale, leaves, flow.target, flow.tier, stretches, path, flow.move)


def _stretched(stretch: LengthChange, side: str, names: frozenset[str], factor: Fraction) -> LengthChange:
    inside = meters().with_parts(f"{side}_tokens")
    if not inside & names or factor == 1:
        return stretch
    return stretch.then(factor) if inside <= names else stretch.then(ONE, even=False)


def _is_number(value: Number) -> bool:
    """Whether it is one number, and no form, and nothing that differs from draw to draw."""
    return isinstance(value, float | int | Fraction)


def _parts(flow: Flow, share: Number) -> tuple[Flow, Flow]:
    return flow.scaled(1 - share), flow.scaled(share)


def _kept(*flows: Flow) -> list[Flow]:
    return [flow for flow in flows if not (_is_number(flow.scale) and flow.scale == 0)]


def _turned(
    flow: Flow, instead: Sequence[Flow], change: Mix | Escalation | Move, plan: UsagePlan, when: When, reading: Reading,
    *, saves: bool,
) -> list[Flow]:  # fmt: skip
    """A share of the flow becomes these. `saves`: whether that is taken to be cheaper where no price tells."""
    share = reading.share(change.share, lambda: plan.saves(flow, instead, when, reading, else_=saves))
    share = share * reading.number(change.span.arrived(when.month, when.first))
    return _kept(flow.scaled(1 - share), *(part.scaled(share) for part in instead))


def _mixed(flow: Flow, mix: Mix, plan: UsagePlan, when: When, reading: Reading) -> list[Flow]:
    values = {name: (reading.of(one.factor), reading.of(one.more)) for name, one in mix.meters.items()}
    leaves = {
        name: count * values[entry][0] if (entry := entry_for(name, values)) else count
        for name, count in flow.leaves.items()
    }
    for name, (_, more) in values.items():
        if _is_number(more) and more == 0:
            continue
        if flow.segment.requests is None:
            raise _needs_requests(mix, flow.segment)
        added = reading.count(flow.segment, REQUESTS) * more * 10 ** meters().by_name[name].decimals
        leaves[name] = leaves[name] + added if name in leaves else added
    path = (*flow.path, id(mix))
    stretches = plan.stretches.get(path)
    if stretches is None:
        exact = reading.exact
        middles = {name: (exact.of(one.factor), exact.of(one.more)) for name, one in mix.meters.items()}
        given, made = flow.stretches
        stretches = _joined(given, stretch_of(middles, SIDES[0])), _joined(made, stretch_of(middles, SIDES[1]))
        plan.stretches[path] = stretches
    other = Flow(flow.segment, flow.scale, leaves, flow.target, flow.tier, stretches, path, flow.move)
    return _turned(flow, [other], mix, plan, when, reading, saves=False)


def _joined(one: LengthChange, other: LengthChange) -> LengthChange:
    return one.then(other.factor, other.more, even=other.is_even)


def _needs_requests(change: Mix, segment: Segment) -> CostcalcError:
    names = ", ".join(text for text in segment.names.values() if text)
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


def _escalated(flow: Flow, change: Escalation, plan: UsagePlan, when: When, reading: Reading) -> list[Flow]:
    target = plan.targets.for_usage(change.first, flow.segment)
    if _stays(flow, target, plan, f"go to {change.first} first"):
        return [flow]
    first = _at_target(flow, target, "standard", change.tokens, change, plan, reading)
    again = flow.scaled(reading.of(change.escalated))
    return _turned(flow, [first, again], change, plan, when, reading, saves=False)


def _moved(flow: Flow, move: Move, plan: UsagePlan, when: When, reading: Reading) -> list[Flow]:
    target = plan.targets.for_usage(move.to, flow.segment)
    if _stays(flow, target, plan, f"move to {move.to}"):
        return [flow]
    there = _at_target(flow, target, move.service_tier, move.tokens, move, plan, reading)
    return _turned(flow, [replace(there, move=move)], move, plan, when, reading, saves=True)


def _stays(flow: Flow, target: ResolvedModel, plan: UsagePlan, what: str) -> bool:
    """Whether no other model can serve it: it went elsewhere, is there already, or is a bill without tokens, which is said."""
    if flow.target is not None or flow.segment.is_served_by(target):
        return True
    if not flow.leaves and flow.segment.billed:
        plan.limits[f"a bill without tokens cannot {what}: it stays"] = None
    return not flow.leaves


def _at_target(
    flow: Flow,
    target: ResolvedModel,
    tier: str,
    tokens: Figure,
    change: Move | Escalation,
    plan: UsagePlan,
    reading: Reading,
) -> Flow:
    every, there = meters().names_of("tokens") or frozenset(), replace(flow, target=target, tier=tier)
    return _multiplied(there, every, reading.of(tokens), partial(reading.exact.of, tokens), (id(change),), plan)


def _leaner(flow: Flow, change: Efficiency, plan: UsagePlan, when: When, reading: Reading) -> list[Flow]:
    if not plan.matches_now(change, flow):
        return [flow]
    amount = plan.amount(change, when, reading)
    left = 1 + amount  # of a cut

    def exact() -> Fraction:
        left: Fraction = 1 + plan.amount(change, when, reading.exact)
        return left

    step = (id(change), plan.stage(change, when))
    if meter := LEVERS[change.lever].cuts:
        return [_multiplied(flow, meters().with_parts(meter), left, exact, step, plan)]
    match change.lever:
        case "tokens":
            every = meters().names_of("tokens") or frozenset()
            fewer = _multiplied(flow, every, left, exact, step, plan)
            return [replace(fewer, stretches=flow.stretches)]  # each request keeps its band
        case "requests":
            return _kept(flow.scaled(left))
        case "batch":
            if flow.service_tier != "standard" or not flow.leaves:
                return [flow]
            if not plan.has_price(replace(flow, tier=BATCH), "", when.day):
                plan.limits[f"{flow.provider}/{flow.model}: no batch price, so nothing goes there"] = None
                return [flow]
            stays, goes = _parts(flow, amount)
            return _kept(stays, replace(goes, tier=BATCH, path=(*flow.path, id(change))))
        case "cache_read_share":
            return [_cached(flow, change, plan, when, reading, step)]
    raise LookupError(f"nobody says what {change.lever} changes")


def _cached(
    flow: Flow, change: Efficiency, plan: UsagePlan, when: When, reading: Reading, step: tuple[int, ...]
) -> Flow:
    """The share of the input that is read from the cache; a part of what is newly read was written first."""
    plain = flow.leaves.get("input_tokens")
    if plain is None:
        return flow
    if not plan.has_price(flow, CACHE_READ, when.day):
        plan.limits[f"{flow.provider}/{flow.model}: no price for cache reads, so none are assumed"] = None
        return flow
    written = 1 / reading.saving(change.reads_per_write)  # tokens written for one that is read
    whole, cached = (whole_of(flow.leaves, name) for name in ("input_tokens", CACHE_READ))
    newly, most = whole * plan.amount(change, when, reading) + cached * -1, plain * (1 / (1 + written))
    counts, is_short = flow.segment.floats, False
    if isinstance(reading, RangePoint) and reading.note:
        reading.note(newly, most)
    if isinstance(newly, Form) and flow.segment.kinds:
        newly, is_short = flow.segment.shares.newly(newly, most)
        if newly is None:
            return flow
    elif _is_number(asked := value_of(newly, counts)) and _is_number(limit := value_of(most, counts)):
        if asked <= NEAR * value_of(whole, counts):
            return flow
        is_short = asked > limit * (1 + NEAR)
        newly = most if is_short else newly
    else:
        newly = reading.least(reading.most(newly, 0), most)
    if is_short:
        plan.limits[f"{flow.provider}/{flow.model}: not so much of the input can be read from the cache"] = None
    leaves = {**flow.leaves, "input_tokens": plain + newly * -(1 + written)}
    for name, more in ((CACHE_READ, newly), ("cache_write_tokens", newly * written)):
        leaves[name] = leaves[name] + more if name in leaves else more
    return replace(flow, leaves=leaves, path=(*flow.path, *step))
