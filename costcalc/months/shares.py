"""Shares: what is newly read from the cache where a share of cache reads is raised for many names, one by one.

Who is above the share already keeps it, and nobody reads more than can be read: so the sum over all is no form over
the counts of the segment. It becomes a column of its own beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from costcalc.months.form import Form
from costcalc.months.members import Members, added
from costcalc.months.reading import NEAR

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from costcalc.months.members import Codes, Floats

    Signs = NDArray[np.bool_]


class Units:
    """The members of a segment, those together for which a share is raised as one."""

    def __init__(self, members: Members, kinds: tuple[str, ...]) -> None:
        import numpy as np

        self.members = members
        _, codes = members.groups(kinds)
        known, units = np.unique(codes, return_inverse=True)
        self.units = units.reshape(-1)  # by member, the position of its unit
        self.counts = added(members.counts, self.units, len(known))  # by unit
        self._further: dict[str, Floats] = {}

    def above_zero(self, form: Form) -> Signs:
        """Whether the form is, by unit."""
        import numpy as np

        terms = [(float(factor), self._of_units(name)) for name, factor in form.terms.items()]
        near: Floats = sum((abs(factor) * np.abs(counts) for factor, counts in terms), np.zeros(len(self.counts)))
        return self._total(terms, len(self.counts)) > NEAR * near

    def by_unit(self, form: Form) -> Floats:
        """What the form comes to, a value a unit."""
        terms = [(float(factor), self._of_units(name)) for name, factor in form.terms.items()]
        return self._total(terms, len(self.counts))

    def by_member(self, form: Form) -> Floats:
        """The same, a value a member."""
        terms = [(float(factor), self.members.column(name)) for name, factor in form.terms.items()]
        return self._total(terms, len(self.members))

    @staticmethod
    def _total(terms: Iterable[tuple[float, Floats]], size: int) -> Floats:
        import numpy as np

        total = np.zeros(size)
        for factor, counts in terms:
            total += factor * counts
        return total

    def _of_units(self, name: str) -> Floats:
        """A count by unit; of a share that was raised before too."""
        import numpy as np

        if name in self.members.names:
            found: Floats = self.counts[:, self.members.names.index(name)]
            return found
        if name not in self._further:
            further: Floats = np.bincount(self.units, self.members.column(name), len(self.counts))  # type: ignore[assignment]
            self._further[name] = further
        return self._further[name]


class Shares(Units):
    """The columns of a segment."""

    def __init__(self, members: Members, kinds: tuple[str, ...], totals: dict[str, float]) -> None:
        """`totals`: of the segment, by column; a new one is added to it."""
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
        self.totals[name] = self.members.sums[name] = float(self._values(asked, most, asking, short).sum())
        self.members.more[name] = partial(self._values, asked, most, asking, short, self.units)
        return Form({name: 1.0}), bool(short.any())

    def _values(self, asked: Form, most: Form, asking: Signs, short: Signs, units: Codes | None = None) -> Floats:
        """By unit, or by member where the units of members are given."""
        import numpy as np

        of = self.by_unit if units is None else self.by_member
        if units is not None:
            asking, short = asking[units], short[units]
        found: Floats = np.where(asking, of(asked), 0.0)
        return found + np.where(short, of(most), 0.0) if short.any() else found
