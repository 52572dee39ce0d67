"""Shares: what is newly read from the cache where a share of cache reads is raised for many names, one by one.

Who is above the share already keeps it, and nobody reads more than can be read: so the sum over all is no form over
the counts of the cell. It becomes a column of its own beside them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from costcalc.forecasts.form import Form
from costcalc.forecasts.members import Members
from costcalc.forecasts.reading import NEAR

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from costcalc.forecasts.members import Codes, Floats

    Signs = NDArray[np.bool_]


class Units:
    """The members of a cell, those together for which a share is raised as one."""

    def __init__(self, members: Members, kinds: tuple[str, ...]) -> None:
        import numpy as np

        self.members = members
        _, codes = members.groups(kinds)
        known, self.units = np.unique(codes, return_inverse=True)  # by member, the position of its unit
        self.counts = np.zeros((len(known), len(members.names)))  # by unit
        np.add.at(self.counts, self.units, members.counts)
        self._further: dict[str, Floats] = {}

    def above_zero(self, form: Form) -> Signs:
        """Whether the form is, by unit."""
        import numpy as np

        counts, factors = self.by_unit(form), np.array([float(factor) for factor in form.terms.values()])
        found: Signs = counts @ factors > NEAR * (np.abs(counts) @ np.abs(factors))
        return found

    def by_unit(self, form: Form) -> Floats:
        """The counts that a form is over: a row a unit, a column a term."""
        import numpy as np

        return np.column_stack([self._column(name) for name in form.terms])

    def by_member(self, form: Form) -> Floats:
        """The same, a row a member."""
        import numpy as np

        members = self.members
        held = {name: members.counts[:, place] for place, name in enumerate(members.names)}
        nothing = np.zeros(len(members))
        return np.column_stack(
            [held[n] if n in held else members.more[n]() if n in members.more else nothing for n in form.terms]
        )

    def _column(self, name: str) -> Floats:
        import numpy as np

        if name in self.members.names:
            found: Floats = self.counts[:, self.members.names.index(name)]
        elif name in self.members.more:  # of a share that was raised before
            if name not in self._further:
                self._further[name] = np.zeros(len(self.counts))
                np.add.at(self._further[name], self.units, self.members.more[name]())
            found = self._further[name]
        else:  # nobody has any
            found = np.zeros(len(self.counts))
        return found


class Shares(Units):
    """The columns of a cell."""

    def __init__(self, members: Members, kinds: tuple[str, ...], totals: dict[str, float]) -> None:
        """`totals`: of the cell, by column; a new one is added to it."""
        super().__init__(members, kinds)
        self.totals = totals
        self._known: dict[object, tuple[Form | None, bool]] = {}

    def newly(self, asked: Form, most: Form) -> tuple[Form | None, bool]:
        """What is newly read, None for nothing; and whether somebody cannot read as much as is asked."""
        place = tuple(asked.terms.items()), tuple(most.terms.items())
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = self._newly(asked, most)
        return found

    def _newly(self, asked: Form, most: Form) -> tuple[Form | None, bool]:

        below = self.above_zero(asked)
        if not below.any():
            return None, False
        short = below & self.above_zero(asked - most)
        name = f"newly read {len(self._known)}"
        asking = below & ~short
        self.totals[name] = float(self._values(asked, most, asking, short).sum())
        self.members.more[name] = partial(self._values, asked, most, asking, short, self.units)
        return Form({name: 1.0}), bool(short.any())

    def _values(self, asked: Form, most: Form, asking: Signs, short: Signs, units: Codes | None = None) -> Floats:
        """By unit, or by member where the units of members are given."""
        import numpy as np

        found = []
        for form, chosen in ((asked, asking), (most, short)):
            counts = self.by_unit(form) if units is None else self.by_member(form)
            factors = np.array([float(factor) for factor in form.terms.values()])
            found.append(np.where(chosen if units is None else chosen[units], counts @ factors, 0.0))
        total: Floats = found[0] + found[1]
        return total
