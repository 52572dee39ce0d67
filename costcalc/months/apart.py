"""Apart: which members of a segment a raised share of cache reads tells apart, for a simulation, in which shares are drawn.

Who is above the share already keeps it: those are kept together whom the ends and the middle of it treat alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.months.flows import flows_of
from costcalc.months.form import REQUESTS, Form
from costcalc.months.matching import may_match
from costcalc.months.reading import RangePoint, settled
from costcalc.months.run import Running
from costcalc.months.segments import Segment
from costcalc.months.shares import Units

if TYPE_CHECKING:
    from costcalc.months.shares import Signs


class Choices(Units):
    """What a share asks of the units of a segment while its flows are made: one sign a question and unit."""

    def __init__(self, segment: Segment, kinds: tuple[str, ...]) -> None:
        super().__init__(segment.members, kinds)
        self.segment = segment
        self.signs: list[Signs] = []  # of every question, by unit

    def note(self, newly: Form, most: Form) -> None:
        """Below the share or above it already, and short of input that can be read or not."""
        self.signs += [self.above_zero(newly), self.above_zero(newly - most)]

    def parts(self) -> list[list[int]]:
        """The members, those together that gave one answer to every question."""
        found: dict[bytes, list[int]] = {}
        answers = [bytes(answer) for answer in zip(*(sign.tolist() for sign in self.signs), strict=True)]
        for member, unit in enumerate(self.units.tolist()):
            found.setdefault(answers[unit], []).append(member)
        return list(found.values())


def told_apart(segments: Iterable[Segment], runs: Sequence[Running], kinds: Sequence[str]) -> Iterator[Segment]:
    """The segments, each parted until the shares of every run treat all that is in it alike."""
    for segment in segments:
        yield from _parted(segment, [(run, _raised(run, segment)) for run in runs], tuple(kinds))


def _parted(segment: Segment, runs: Sequence[tuple[Running, int]], kinds: tuple[str, ...]) -> Iterator[Segment]:
    choices = Choices(segment, kinds)
    if len(choices.counts) > 1:
        for run, raised in runs:
            if raised:
                _ask(run, choices)
    parts = choices.parts() if choices.signs else []
    if len(parts) < 2:
        yield segment
    elif all(raised < 2 for _, raised in runs):
        yield from (_part_of(segment, members) for members in parts)
    else:  # a second share rests on what the first one did with all that was together
        for members in parts:
            yield from _parted(_part_of(segment, members), runs, kinds)


def _raised(run: Running, segment: Segment) -> int:
    """How many shares are raised of such usage; they are asked of whatever serves it then."""
    return sum(
        lever.lever == "cache_read_share" and may_match(lever.where, segment.names, None, None)
        for lever in run.what.usage.efficiency
    )


def _ask(run: Running, choices: Choices) -> None:
    assert isinstance(run.reading, RangePoint)
    reading = replace(run.reading, note=choices.note)
    states: set[tuple[object, ...]] = set()
    for when in run.whens():
        state = run.state(choices.segment, when)
        if state not in states:
            states.add(state)
            flows_of(run.plan, choices.segment, when, reading)


def _part_of(segment: Segment, chosen: Sequence[int]) -> Segment:
    members = segment.members.some(chosen)
    totals = members.totals
    counts = {
        name: Fraction(totals[name]) if totals[name].is_integer() else settled(totals[name]) for name in segment.counts
    }
    requests = None if segment.requests is None else counts.get(REQUESTS, Fraction())
    return replace(
        segment,
        names=members.lines.names(members.codes[0]),
        members=members,
        counts=counts,
        requests=requests,
        kinds=(),
    )
