"""Solve: by two points where a lever is linear, by its steps where whole replicas make it jump."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from costcalc.calendar import Month
from costcalc.months.capacity import Replicas, break_even
from costcalc.months.form import value_of
from costcalc.months.reading import UNROUNDED, settled
from costcalc.months.run import Run
from costcalc.rating.totals import Totals, rise_to
from costcalc.reports.plan.answers import Answers, BreakEven, FurtherRise, MoveShare, PriceAnswer, TokenSaving
from costcalc.reports.plan.case import Case, totals
from costcalc.scenario.changes import Efficiency, Move, UsageChanges
from costcalc.scenario.figure import Span, fixed
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.scenario.where import Where
from costcalc.selectors import Selector

_MOST_PIECES = 200  # of a lever that jumps, looked at one by one
_MOST_PROVIDERS = 5
_MOST_HALVES = 40  # of a stretch in which the costs bend
_MOST_RISE = 2.0**20  # beyond it nobody asks
_LINEAR = 1e-11  # of the costs: so near to a line lies what is one
Lever = Callable[[float], float]  # how far the lever is drawn, 0 to 1 → all costs of the last month


def answers(case: Case, after: Run, today: Totals, floor: Fraction | None) -> Answers:
    """What brings the last month back to today's margin, or to the floor."""
    last, solved = totals(case, after)[-1], _run(case)
    even = break_evens(case, solved)
    if last.revenue is None or last.revenue <= 0:
        return Answers(break_even=even)
    hold = PriceAnswer(today.margin, rise_to(last, today.margin)) if today.margin is not None else None
    at_floor = PriceAnswer(floor, rise_to(last, floor)) if floor is not None else None
    target = floor if floor is not None else today.margin
    if target is None:
        return Answers(hold, at_floor, break_even=even)
    spare = float(last.revenue * (1 - target))  # what all costs may come to
    return Answers(
        hold,
        at_floor,
        moves=[_move_share(case, move, target, spare) for move in case.scenario.usage.moves],
        tokens=[_token_saving(case, solved, target, spare)],
        rises=_further_rises(case, after, target, spare),
        break_even=even,
    )


def saving_tokens(usage: UsageChanges, fewer: Fraction) -> UsageChanges:
    """The usage changes with so many tokens less of every kind, each request in the band it has."""
    lever = Efficiency(Where(), Span(), "tokens", fixed(-fewer))
    return replace(usage, efficiency=(*usage.efficiency, lever))


def with_share(usage: UsageChanges, move: Move, share: Fraction) -> UsageChanges:
    """The usage changes with another share of one move."""
    moves = tuple(replace(one, share=fixed(share)) if one is move else one for one in usage.moves)
    return replace(usage, moves=moves)


def raised(changes: PriceChanges, provider: str, rise: Fraction) -> PriceChanges:
    """The price changes with a further rise of all that a provider bills."""
    return PriceChanges((*changes.changes, PriceChange(Selector(provider), f"{provider} further", rise, rise)))


def smallest(cost: Lever, spare: float, steps: Sequence[float], *, falls_at_steps: bool) -> float | None:
    """How far a lever must be drawn, 0 to 1, until the costs are at most `spare`; None where even all does not do.

    `steps`: where the cost jumps. It is linear between them. Either it falls at a step, which belongs to the piece
    after it (fewer tokens: a replica less), or it rises just after one (more moves: a replica more).
    """
    if _does(cost(0.0), spare):
        return 0.0
    edges = [0.0, *sorted({step for step in steps if 0 < step < 1}), 1.0]
    pieces = list(pairwise(edges))
    best = _first_piece(cost, spare, pieces, falls_at_steps=falls_at_steps)
    for start, end in pieces[best : best + 2] if best is not None else ():
        if falls_at_steps and start and _does(cost(start), spare):
            return start
        found = _in_piece(cost, spare, start, end)
        if found is not None:
            return found
    return 1.0 if _does(cost(1.0), spare) else None


def _does(cost: float, spare: float) -> bool:
    return cost <= spare + _LINEAR * abs(spare)


def _alike(one: float, other: float, costs: float) -> bool:
    return abs(one - other) <= _LINEAR * abs(costs)


def _first_piece(
    cost: Lever, spare: float, pieces: Sequence[tuple[float, float]], *, falls_at_steps: bool
) -> int | None:
    """The first piece in which the target may be met: its cheapest end lies at or below it."""
    if falls_at_steps:
        # The cost falls all the way: the pieces whose end does not do come first.
        low, high = 0, len(pieces) - 1
        while low < high:
            middle = (low + high) // 2
            if _does(cost(pieces[middle][1]), spare):
                high = middle
            else:
                low = middle + 1
        return low
    for position, (_, end) in enumerate(pieces[:_MOST_PIECES]):
        if _does(cost(end), spare):
            return position
    return None


def _in_piece(cost: Lever, spare: float, start: float, end: float) -> float | None:
    """Where the costs meet the target between two steps, strictly inside or at the piece's own end.

    They are linear there, unless a contract's minimum bends them: then in one of the halves, of halves.
    """
    for _ in range(_MOST_HALVES):
        one, middle, other = (start + (end - start) * part / 4 for part in (1, 2, 3))
        first, half, second = cost(one), cost(middle), cost(other)
        if _alike(first + second, 2 * half, half):
            if _alike(first, second, half):
                return None
            found = one + (first - spare) * (other - one) / (first - second)
            near = _LINEAR * max(1.0, abs(end))
            found = min(max(found, start), end) if start - near <= found <= end + near else found
            return found if start <= found <= end and _does(cost(found), spare) else None
        start, end = (start, middle) if _does(half, spare) else (middle, end)
    return end if _does(cost(end), spare) else None


def _token_saving(case: Case, after: Run, target: Fraction, spare: float) -> TokenSaving:
    @cache
    def cost(fewer: float) -> float:
        return _last_costs(case, _run(case, usage=saving_tokens(case.scenario.usage, Fraction(fewer))))

    steps = [
        1 - part.offered * count / load
        for part in after.replicas
        for load in (part.load + part.own, part.own)  # that need replicas; that are paid for already
        if load
        for count in range(int(part.needed))
    ]
    found = smallest(cost, spare, steps, falls_at_steps=True)
    return TokenSaving(None if found is None else settled(found), margin=target, in_steps=bool(steps))


def _move_share(case: Case, move: Move, target: Fraction, spare: float) -> MoveShare:
    month = case.horizon.months[-1]
    begins, ends = move.span.from_day or date.min, move.span.until_day or date.max
    if begins >= month.next.first or ends <= month.first:
        return MoveShare(move.to, None, target, move, "it does not hold in the last month")

    @cache
    def run(share: float) -> Run:
        return _run(case, usage=with_share(case.scenario.usage, move, Fraction(share)))

    name = "/".join((case.horizon.targets[move.to].provider, case.horizon.targets[move.to].model))
    whole, none = run(1.0), run(0.0)
    steps = [
        (part.offered * count - part.own - before) / (part.load - before)
        for part, before in _pairs(whole, none, name)
        if part.load > before
        for count in range(int(part.needed))
    ]
    share = smallest(lambda at: _last_costs(case, run(at)), spare, steps, falls_at_steps=False)
    if share is None:
        cheaper = _last_costs(case, whole) < _last_costs(case, none)
        reason = "even all of it does not suffice" if cheaper else "it costs more than staying"
        return MoveShare(move.to, None, target, move, reason, bool(steps))
    return MoveShare(move.to, settled(share), target, move, in_steps=bool(steps))


def _pairs(whole: Run, none: Run, target: str) -> list[tuple[Replicas, float]]:
    """The machines of a target if all moves, each with the load that is there without the move."""
    before = {part.day: part.load for part in none.replicas if part.target == target}
    return [(part, before.get(part.day, 0.0)) for part in whole.replicas if part.target == target]


def _further_rises(case: Case, after: Run, target: Fraction, spare: float) -> list[FurtherRise]:
    spent: dict[str, float] = {}
    for (index, provider, _), costs in after.rows.items():
        counts = case.horizon.segments.segments[index].floats
        spent[provider] = spent.get(provider, 0.0) + value_of(costs[-1], counts)
    found = []
    for provider in sorted(spent, key=lambda name: (-spent[name], name))[:_MOST_PROVIDERS]:
        rise = _rise_at(_with_rise(case, provider), spare)
        if rise is not None:
            found.append(FurtherRise(target, settled(rise), provider))
    return found


def _with_rise(case: Case, provider: str) -> Lever:
    @cache
    def cost(rise: float) -> float:
        return _last_costs(case, _run(case, changes=raised(case.options.changes, provider, Fraction(rise))))

    return cost


def _rise_at(cost: Lever, spare: float) -> float | None:
    """The rise at which the costs are what they may be, not below −100%; None where no rise does that."""
    now = cost(0.0)
    more = cost(1.0) - now
    if not _alike(more, 0, now) and (rise := (spare - now) / more) >= -1 and _alike(cost(rise), spare, spare):
        return rise
    # A contract's minimum bends the line: a rise is paid out of what is committed first.
    low, high = -1.0, 1.0
    while cost(high) < spare and high < _MOST_RISE:
        high *= 2
    if not (_does(cost(low), spare) and _does(spare, cost(high))) or _alike(cost(low), cost(high), spare):
        return None
    return _in_piece(lambda rise: -cost(rise), -spare, low, high)


def break_evens(case: Case, after: Run) -> list[BreakEven]:
    """For every self-hosted target of the last month, the volume and the month from which on it pays."""
    targets = dict.fromkeys(part.target for part in after.replicas if part.load)
    return [replace(_break_even(case, after, name), pays_from=_pays_from(case, name)) for name in targets]


def _pays_from(case: Case, name: str) -> Month | None:
    runs = (case.run(usage=usage, reading=UNROUNDED) for usage in (case.scenario.usage, _without_moves(case, name)))
    there, here = (totals(case, run) for run in runs)
    found = None
    for month, moved, stays in reversed([*zip(case.horizon.months, there, here, strict=True)]):
        if not _does(float(moved.all_costs), float(stays.all_costs)):
            break
        found = month
    return found


def _without_moves(case: Case, name: str) -> UsageChanges:
    """The usage changes with nothing that moves to the target."""
    usage = case.scenario.usage
    moves = tuple(replace(move, share=fixed(0)) if _goes_to(case, move, name) else move for move in usage.moves)
    return replace(usage, moves=moves)


def _break_even(case: Case, after: Run, name: str) -> BreakEven:
    parts = [part for part in after.replicas if part.target == name]
    if len(parts) > 1:
        return BreakEven(name, None, None, 0, None, "the last month has several stretches of days: not solved")
    (machines,) = parts
    if machines.paid:
        return BreakEven(
            name,
            None,
            None,
            int(machines.needed),
            settled(machines.busy),
            "it fills replicas that are paid for already",
        )
    staying = _run(case, usage=_without_moves(case, name))
    # What staying costs for the volume that moves now: the difference, without the machines.
    saved = _last_costs(case, staying) - (_last_costs(case, after) - machines.cost)
    of_each = machines.offered / machines.load  # how many times today's move one replica carries
    even = None if _does(saved * of_each, machines.each) else break_even(machines.begins, machines.each, of_each, saved, UNROUNDED)  # fmt: skip
    if even is None:
        return BreakEven(name, None, None, 0, None, "a full replica costs more than staying")
    count, volume = even
    requests = None if machines.requests is None else settled(machines.requests * volume)
    hours = machines.offered / float(case.utilisation(name))
    return BreakEven(name, settled(volume), requests, count, settled(machines.load * volume / (hours * count)))


def _goes_to(case: Case, move: Move, name: str) -> bool:
    target = case.horizon.targets[move.to]
    return f"{target.provider}/{target.model}" == name


def _run(case: Case, **parts: Any) -> Run:
    """The last month of the scenario, with a part of it replaced."""
    return case.run(**parts, reading=UNROUNDED, last_only=True)


def _last_costs(case: Case, run: Run) -> float:
    return float(totals(case, run)[-1].all_costs)
