"""Apart: which members of a cell a raised share of cache reads tells apart. Who is above the share already keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from costcalc.forecasts.cells import Cell, Member
from costcalc.forecasts.flows import flows_of
from costcalc.forecasts.form import REQUESTS, Form
from costcalc.forecasts.matching import may_match
from costcalc.forecasts.reading import End
from costcalc.forecasts.run import Running

Unit = tuple[str | None, ...]  # the names that a share is raised for, one by one


_NEAR = 1e-12  # of the sum of what is added and taken away: nearer to 0, the sign of a float is not sure


class Choices:
    """What a share asks of the units of a cell while its flows are made: one sign a question and unit."""

    def __init__(self, cell: Cell, kinds: tuple[str, ...]) -> None:
        import numpy as np

        self.cell, self.kinds = cell, kinds
        self.units = cell.parts(kinds)  # counts by unit
        self.names = tuple(dict.fromkeys(name for counts in self.units.values() for name in counts))
        self.counts = np.array([[float(counts.get(name, 0)) for name in self.names] for counts in self.units.values()])
        self.signs: list[Any] = []  # of every question, by unit

    def note(self, newly: Form, most: Form) -> None:
        """Below the share or above it already, and short of input that can be read or not."""
        self.signs += [self._signs(newly), self._signs(newly - most)]

    def parts(self) -> list[list[Member]]:
        """The members, those together that gave one answer to every question."""
        answers = dict(zip(self.units, zip(*(sign.tolist() for sign in self.signs), strict=True), strict=True))
        found: dict[tuple[bool, ...], list[Member]] = {}
        for member in self.cell.members:
            unit = tuple(member.names[name] for name in self.kinds)
            found.setdefault(answers[unit], []).append(member)
        return list(found.values())

    def _signs(self, form: Form) -> Any:
        """Whether the form is above zero, by unit."""
        import numpy as np

        factors = np.array([float(form.terms.get(name, 0)) for name in self.names])
        values = self.counts @ factors
        signs = values > 0
        for place in np.flatnonzero(np.abs(values) <= _NEAR * (np.abs(self.counts) @ np.abs(factors))):
            signs[place] = form.at(self._exact[place]) > 0
        return signs

    @cached_property
    def _exact(self) -> list[Mapping[str, Fraction]]:
        return list(self.units.values())


def told_apart(cells: Iterable[Cell], runs: Sequence[Running], kinds: Sequence[str]) -> Iterator[Cell]:
    """The cells, each parted until the shares of every run treat all that is in it alike."""
    for cell in cells:
        yield from _parted(cell, [(run, _raised(run, cell)) for run in runs], tuple(kinds))


def _parted(cell: Cell, runs: Sequence[tuple[Running, int]], kinds: tuple[str, ...]) -> Iterator[Cell]:
    choices = Choices(cell, kinds)
    if len(choices.units) > 1:
        for run, raised in runs:
            if raised:
                _ask(run, choices)
    parts = choices.parts() if choices.signs else [cell.members]
    if len(parts) == 1:
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


def _part_of(cell: Cell, members: Sequence[Member]) -> Cell:
    counts: dict[str, Fraction] = {}
    for member in members:
        for name, count in member.counts.items():
            counts[name] = counts.get(name, Fraction()) + count
    requests = None if cell.requests is None else counts.get(REQUESTS, Fraction())
    return replace(cell, names=members[0].names, members=members, counts=counts, requests=requests)
