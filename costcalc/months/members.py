"""Members: who is in a segment, as columns: a row for each set of names, a column for each count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from costcalc.money import exact_sum
from costcalc.months.reading import DIGITS, Number, settled
from costcalc.months.terms import FactorSum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.intp]
    Mask = NDArray[np.bool_]

_ROUNDED = 10.0 ** (1 - DIGITS)  # of a figure: rounding takes no more of it
_PROMISED = 1e-9  # of a figure of months to come: how near to exact it is
Values = tuple[str | None, ...]


def added(rows: Floats, places: Codes, count: int) -> Floats:
    """The rows of one place added up, for so many places."""
    import numpy as np

    found = np.zeros((count, rows.shape[1]), order="F")
    for column in range(rows.shape[1]):
        found[:, column] = np.bincount(places, rows[:, column], count)
    return found


def numbered(columns: Iterable[Codes], rows: int) -> tuple[Codes, Codes]:
    """The different rows of some columns: the first row of each, in their order, and for every row which one it is."""
    import numpy as np

    first, place = np.arange(min(rows, 1), dtype=np.intp), np.zeros(rows, dtype=np.intp)
    for column in columns if rows else ():
        # Numbered anew with each column, so that their product stays small.
        wide = place * (int(column.max()) + 1) + column
        _, first, inverse = np.unique(wide, return_index=True, return_inverse=True)
        place = inverse.reshape(-1)
    return first, place


@dataclass(frozen=True, eq=False)
class NameSets:
    """Every set of names that usage of a log has; members know theirs by its position."""

    by: tuple[str, ...]
    values: Mapping[str, Sequence[str | None]]  # by name
    codes: Mapping[str, Codes]  # by name and line, the position of its value
    count: int
    _grouped: dict[tuple[str, ...], tuple[list[Values], Codes]] = field(default_factory=dict)

    def grouped(self, by: tuple[str, ...]) -> tuple[list[Values], Codes]:
        """The values that some of the names take, and for each line the position of its own among them."""
        found = self._grouped.get(by)
        if found is None:
            first, place = numbered([self.codes[name] for name in by], self.count)
            columns = [[self.values[name][code] for code in self.codes[name][first].tolist()] for name in by]
            values: list[Values] = list(zip(*columns, strict=True)) if by else [()] * len(first)
            found = self._grouped[by] = values, place
        return found

    def names(self, code: int) -> Mapping[str, str | None]:
        return {name: self.values[name][int(self.codes[name][code])] for name in self.by}


@dataclass(frozen=True, eq=False)
class Members:
    """The usage of each set of names within a segment, over the whole log."""

    lines: NameSets
    codes: Codes  # by member, the position of its line
    names: tuple[str, ...]  # of the counts: meters, what lies in no part of them; requests, revenue and bill beside
    made: Callable[[], Floats]  # members × counts; made when it is asked for
    more: dict[str, Callable[[], Floats]] = field(default_factory=dict)  # further columns by name, a value a member
    sums: dict[str, float] = field(default_factory=dict)  # of these columns

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def counts(self) -> Floats:
        return self.made()

    def column(self, name: str) -> Floats:
        """A count by member; zeros where nobody has any."""
        import numpy as np

        if name in self.names:
            found: Floats = self.counts[:, self.names.index(name)]
            return found
        return self.more[name]() if name in self.more else np.zeros(len(self))

    @property
    def as_one(self) -> Members:
        """All of them together as one, with the names of the first."""
        import numpy as np

        more: dict[str, Callable[[], Floats]] = {name: partial(np.array, [total]) for name, total in self.sums.items()}
        counts = np.array([[*self.totals.values()]])
        return Members(self.lines, self.codes[:1], self.names, lambda: counts, more, self.sums)

    @cached_property
    def totals(self) -> dict[str, float]:
        return dict(zip(self.names, self.counts.sum(axis=0).tolist(), strict=True))

    def groups(self, by: tuple[str, ...]) -> tuple[list[Values], Codes]:
        """The values of some names among all lines of the log, and for each member the position of its own."""
        values, codes = self.lines.grouped(by)
        return values, codes[self.codes]

    def values_of(self, name: str) -> list[str | None]:
        """The different values of a name; none where the log has no such names."""
        if name not in self.lines.by:
            return []
        values, codes = self.groups((name,))
        return [values[code][0] for code in dict.fromkeys(codes.tolist())]

    def among(self, by: Sequence[str], meant: Callable[[Mapping[str, str | None]], bool]) -> Mask:
        """By member, whether its values of these names are meant; names that no usage has are left out."""
        import numpy as np

        asked = tuple(name for name in by if name in self.lines.by)
        values, codes = self.groups(asked)
        found = np.zeros(len(values), dtype=bool)
        for code in np.unique(codes).tolist():
            found[code] = meant(dict(zip(asked, values[code], strict=True)))
        return found[codes]

    def parts(self, by: tuple[str, ...]) -> Iterator[tuple[Values, dict[str, float]]]:
        """What they have by some of their names: the values, and their counts."""
        import numpy as np

        values, codes = self.groups(by)
        known, places = np.unique(codes, return_inverse=True)
        sums = added(self.counts, places.reshape(-1), len(known)).tolist()
        for code, row in zip(known.tolist(), sums, strict=True):
            yield values[code], {name: count for name, count in zip(self.names, row, strict=True) if count}

    def some(self, chosen: Sequence[int]) -> Members:
        """Those at these positions."""
        return Members(self.lines, self.codes[chosen], self.names, lambda: self.counts[chosen])

    def times(self, share: float) -> Members:
        return Members(self.lines, self.codes, self.names, lambda: self.counts * share)


def bits(masks: Iterable[Mask]) -> int:
    """The masks one after the other as the bits of a number."""
    import numpy as np

    return int.from_bytes(np.packbits(np.concatenate([*masks])).tobytes(), "big")


class MemberSums:
    """Amounts of segments, shared out among their members and added up by some of their names."""

    def __init__(self, by: tuple[str, ...], width: int = 1) -> None:
        """`width`: the amounts of each segment, such as months."""
        self.by, self.width = by, width
        self._values: list[Values] = []
        self._is_there: Any = None  # by value, whether anybody has it
        self._flat: Any = None  # values × width
        self._open: dict[Any, Floats] = {}  # of numbers in which rises stay open, by the product of them; likewise
        self._factors: Any = None  # of these numbers

    def add(self, members: Members, amounts: Sequence[Any]) -> None:
        """The amounts are forms over the counts of the segment."""
        import numpy as np

        members = members if self.by else members.as_one
        self._values, codes = members.groups(self.by)
        if self._is_there is None:
            self._is_there, self._flat = np.zeros(len(self._values), dtype=bool), self._zeros(len(self._values))
        self._is_there[codes] = True
        named = dict.fromkeys(name for amount in amounts if amount for name in amount.terms)
        names = [*members.names, *(name for name in named if name in members.more)]
        places = {name: place for place, name in enumerate(names)}
        flat = self._zeros(len(names))
        parts: dict[Any, Floats] = {}
        for column, amount in enumerate(amounts):
            for name, number in amount.terms.items() if amount else ():
                row = places.get(name)
                if row is None:  # nobody has any
                    continue
                if not isinstance(number, FactorSum):
                    flat[row, column] = number
                    continue
                self._factors = number.factors
                for product, factor in number.terms.items():
                    if product not in parts:
                        parts[product] = self._zeros(len(names))
                    parts[product][row, column] = factor
        further = {place: members.more[name]() for name, place in places.items() if place >= len(members.names)}
        self._flat += self._amounts(members, codes, further, flat)
        for product, factors in parts.items():
            if product not in self._open:
                self._open[product] = self._zeros(len(self._values))
            self._open[product] += self._amounts(members, codes, further, factors)

    def _amounts(self, members: Members, codes: Codes, further: Mapping[int, Floats], factors: Floats) -> Floats:
        """Counts times factors (count × amount), those of further columns where they have any; by value."""
        found: Floats = members.counts @ factors[: len(members.names)]
        for place, counts in further.items():
            for column in factors[place].nonzero()[0].tolist():
                found[:, column] += counts * factors[place, column]
        return added(found, codes, len(self._values))

    def items(self) -> Iterator[tuple[Values, list[Number]]]:
        """The values that anybody has, with their amounts, rounded as they are shown."""
        import numpy as np

        flat = [] if self._flat is None else self._flat.tolist()
        costly = [] if self._flat is None else np.any(self._flat, axis=1).tolist()
        nothing: list[Number] = [Fraction()] * self.width
        opened = {product: each.tolist() for product, each in self._open.items()}
        for code, (values, amounts) in enumerate(zip(self._values, flat, strict=True)):
            if self._is_there[code]:
                if not costly[code] and not opened:
                    yield values, [*nothing]
                    continue
                found: list[Number] = [settled(amount) for amount in amounts]
                for column in range(self.width) if opened else ():
                    terms = {product: float(settled(each[code][column])) for product, each in opened.items()}
                    found[column] = FactorSum(self._factors, terms) + found[column]
                yield values, found

    def _zeros(self, rows: int) -> Floats:
        import numpy as np

        return np.zeros((rows, self.width))


def add_up(columns: Sequence[Sequence[list[Fraction]]], totals: Sequence[Sequence[Fraction]]) -> None:
    """Makes lines that were rounded one by one add up to their totals, month by month, in several columns of the lines.

    What rounding left goes to the largest line that differs from column to column, if that is large enough not to show
    it: one that stays, stays. Only as much is put right as rounding can have left.
    """
    import numpy as np

    lines = [line for line in zip(*columns, strict=True) if any(map(any, line))]
    if not lines:
        return
    sizes = np.array(lines, dtype=np.float64)  # lines × columns × months
    moved = (sizes != sizes[:, :1]).any(axis=1)
    np.abs(sizes, out=sizes)
    for column, total in enumerate(totals):
        for month, whole in enumerate(total):
            rest, size = whole - exact_sum(line[column][month] for line in lines), sizes[:, column, month]
            if rest and abs(rest) <= len(lines) * _ROUNDED * size.max():
                able = moved[:, month] & (_PROMISED * size >= float(abs(rest)))
                lines[int((np.where(able, size, -1.0) if able.any() else size).argmax())][column][month] += rest
