"""Breakdown: what a ledger's groups come to by names that no price asks for, kept as a table of the engine."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.meters import meters
from costcalc.records import dataclass
from costcalc.usage.groups import Groups
from costcalc.usage.ledger import UsageGroup

REQUESTS = "requests"
_AT_ONCE = 200  # rows of one INSERT

Factors = Mapping[str, int]  # by meter, or REQUESTS: what one counted unit adds


@dataclass(frozen=True, slots=True)
class Weights:
    """What the counts of one group add to the figures of a place: a sum of products each."""

    group: int  # its position in the ledger
    place: int
    figures: Sequence[Factors]  # as many for every group


@dataclass(frozen=True, slots=True)
class Part:
    """What one place comes to for one set of names."""

    place: int
    names: tuple[str | None, ...]
    figures: tuple[int, ...]
    requests: int  # as far as the sources say
    stated: Fraction  # cost, times the divisor of its groups
    rows: int


@dataclass(frozen=True, slots=True)
class Row:
    """What one group comes to for one set of names."""

    group: int  # its position in the ledger
    names: tuple[str | None, ...]
    quantities: tuple[int, ...]  # in the order of UsageLedger.meters
    requests: int  # as far as the sources say
    stated: Fraction  # cost
    rows: int


class Breakdown:
    """Counted groups in an engine, which ends when nobody holds the breakdown any more."""

    def __init__(self, groups: Groups, names: Mapping[str, str], close: Callable[[], None]) -> None:
        """`names`: what its dimensions are called; `close`: ends the engine."""
        self.engine, self.names, self.counted = groups.engine, dict(names), groups.used
        self._end = weakref.finalize(self, close)
        found = self.engine.fetch("SELECT k_cost_divisor FROM heads ORDER BY number")
        self.divisors = [int(divisor) for (divisor,) in found]

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(self.names.values())

    def parts(self, by: Sequence[str], weights: Sequence[Weights]) -> Iterator[Part]:
        """The sums by place and these dimensions, in no order. OverflowError: one that 127 bits cannot hold."""
        import duckdb

        figures = self._weigh(weights)
        keys = self._keys("place", by)
        sums = ", ".join([*figures, "sum(k_requests)", "sum(k_cost)", "sum(k_row_count)"])
        asked = f"SELECT {keys}, {sums} FROM broken JOIN weights USING (number) GROUP BY {keys}"
        wide = 1 + len(by)
        try:
            for row in self.engine.stream(asked):
                requests, stated, rows = row[wide + len(figures) :]
                yield Part(
                    row[0], row[1:wide], tuple(map(int, row[wide : wide + len(figures)])), int(requests or 0),
                    Fraction(stated) if stated else Fraction(), int(rows),
                )  # fmt: skip
        except duckdb.OutOfRangeException as error:
            raise OverflowError(str(error)) from error

    def _keys(self, first: str, by: Sequence[str]) -> str:
        """The columns of these dimensions behind a first one."""
        columns = {name: f'"k_{key}"' for key, name in self.names.items()}
        return ", ".join([first, *(columns[name] for name in by)])

    def _weigh(self, weights: Sequence[Weights]) -> list[str]:
        """The table of weights is filled anew; the sums that give the figures."""
        counted, used = {*self.counted, REQUESTS}, dict[tuple[int, str], str]()
        for each in weights:
            for i, factors in enumerate(each.figures):
                used |= {(i, name): f"f{i}_{name}" for name, factor in factors.items() if factor and name in counted}
        columns = "".join(f', "{column}" HUGEINT' for column in used.values())
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE weights (number BIGINT, place BIGINT{columns})")
        for start in range(0, len(weights), _AT_ONCE):
            rows = [
                f"({each.group}, {each.place}{''.join(f', {each.figures[i].get(name, 0)}' for i, name in used)})"
                for each in weights[start : start + _AT_ONCE]
            ]
            self.engine.execute(f"INSERT INTO weights VALUES {', '.join(rows)}")
        figures = []
        for i in range(len(weights[0].figures) if weights else 0):
            terms = [f'{_count(name)} * "{column}"' for (at, name), column in used.items() if at == i]
            figures.append(f"sum({' + '.join(terms)})" if terms else "0")
        return figures

    def rows(self, by: Sequence[str]) -> Iterator[Row]:
        """The counts of every group by these dimensions, in their order."""
        keys = self._keys("number", by)
        sums = ", ".join(f"sum({each})" for each in ["k_requests", "k_cost", "k_row_count", *map(_count, self.counted)])
        places = {name: i for i, name in enumerate(self.counted)}
        spots = [places.get(name) for name in meters().by_name]
        wide = 1 + len(by)
        for row in self.engine.stream(f"SELECT {keys}, {sums} FROM broken GROUP BY {keys} ORDER BY {keys}"):
            requests, cost, rows, *counts = row[wide:]
            counted = tuple(0 if spot is None else int(counts[spot]) for spot in spots)
            stated = Fraction(cost) / self.divisors[row[0]] if cost else Fraction()
            yield Row(row[0], row[1:wide], counted, int(requests or 0), stated, int(rows))

    def groups(self, heads: Sequence[UsageGroup]) -> Iterator[UsageGroup]:
        """All of it as groups; their names stand behind those that a head has already."""
        for row in self.rows(self.dimensions):
            head = heads[row.group]
            yield replace(
                head,
                dimensions=(*head.dimensions, *row.names),
                requests=None if head.requests is None else row.requests,
                quantities=row.quantities,
                rows=row.rows,
                billed=None if head.billed is None else row.stated,
            )


def _count(name: str) -> str:
    return "coalesce(k_requests, 0)" if name == REQUESTS else f'"k_m_{name}"'
