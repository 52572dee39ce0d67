"""Apart: which members of a cell a raised share of cache reads tells apart, for a simulation, in which shares are drawn.

Who is above the share already keeps it: those are kept together whom the ends and the middle of it treat alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.forecasts.cells import Cell
from costcalc.forecasts.flows import flows_of
from costcalc.forecasts.form import REQUESTS, Form
from costcalc.forecasts.matching import may_match
from costcalc.forecasts.reading import End, settled
from costcalc.forecasts.run import Running
from costcalc.forecasts.shares import Units

if TYPE_CHECKING:
    from costcalc.forecasts.shares import Signs


class Choices(Units):
    """What a share asks of the units of a cell while its flows are made: one sign a question and unit."""

    def __init__(self, cell: Cell, kinds: tuple[str, ...]) -> None:
        super().__init__(cell.members, kinds)
        self.cell = cell
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


def told_apart(cells: Iterable[Cell], runs: Sequence[Running], kinds: Sequence[str]) -> Iterator[Cell]:
    """The cells, each parted until the shares of every run treat all that is in it alike."""
    for cell in cells:
        yield from _parted(cell, [(run, _raised(run, cell)) for run in runs], tuple(kinds))


def _parted(cell: Cell, runs: Sequence[tuple[Running, int]], kinds: tuple[str, ...]) -> Iterator[Cell]:
    choices = Choices(cell, kinds)
    if len(choices.counts) > 1:
        for run, raised in runs:
            if raised:
                _ask(run, choices)
    parts = choices.parts() if choices.signs else []
    if len(parts) < 2:
        yield cell
    elif all(raised < 2 for _, raised in runs):
        yield from (_part_of(cell, members) for members in parts)
    else:  # a second share rests on what the first one did with all that was together
        for members in parts:
            yield from _parted(_part_of(cell, members), runs, kinds)


def _raised(run: Running, cell: Cell) -> int:
    """How many shares are raised of such usage; they are asked of whatever serves it then."""
    return sum(
        lever.lever == "cache_read_share" and may_match(lever.where, cell.names, None, None)
        for lever in run.what.usage.efficiency
    )


def _ask(run: Running, choices: Choices) -> None:
    assert isinstance(run.reading, End)
    reading = replace(run.reading, note=choices.note)
    states: set[tuple[object, ...]] = set()
    for when in run.whens():
        state = run.state(choices.cell, when)
        if state not in states:
            states.add(state)
            flows_of(run.plan, choices.cell, when, reading)


def _part_of(cell: Cell, chosen: Sequence[int]) -> Cell:
    members = cell.members.some(chosen)
    totals = members.totals
    counts = {
        name: Fraction(totals[name]) if totals[name].is_integer() else settled(totals[name]) for name in cell.counts
    }
    requests = None if cell.requests is None else counts.get(REQUESTS, Fraction())
    return replace(
        cell, names=members.lines.names(members.codes[0]), members=members, counts=counts, requests=requests, kinds=()
    )
