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

    def above_zero(self, form: Form) -> Signs:
        """Whether the form is, by unit."""
        import numpy as np

        factors = self.factors(form)
        found: Signs = self.counts @ factors > NEAR * (np.abs(self.counts) @ np.abs(factors))
        return found

    def factors(self, form: Form) -> Floats:
        import numpy as np

        return np.array([float(form.terms.get(name, 0)) for name in self.members.names])


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
        import numpy as np

        below = self.above_zero(asked)
        if not below.any():
            return None, False
        short = below & self.above_zero(asked - most)
        name = f"newly read {len(self._known)}"
        values = partial(self._values, self.factors(asked), self.factors(most), below, short)
        self.totals[name] = float(values(self.counts, np.arange(len(self.counts))).sum())
        self.members.more[name] = partial(values, self.members.counts, self.units)
        return Form({name: 1.0}), bool(short.any())

    @staticmethod
    def _values(asked: Floats, most: Floats, below: Signs, short: Signs, counts: Floats, units: Codes) -> Floats:
        import numpy as np

        return np.where(short[units], counts @ most, np.where(below[units], counts @ asked, 0.0))
