"""Breakdown: what a ledger's groups come to by names that no price asks for, kept as a table of the engine."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from costcalc.meters import meters
from costcalc.records import dataclass
from costcalc.usage.counting.groups import Groups
from costcalc.usage.ledger import UsageGroup

MODEL = "model"
REQUESTS, STATED, REVENUE, ROWS = "requests", "stated", "revenue", "rows"  # counted beside the meters
_AT_ONCE = 200  # rows of one INSERT
_EASY = 11  # decimals with which the engine multiplies an amount of any size; of more it goes by the text

Factors = Mapping[str, int]  # by meter or one of those: what one counted unit adds


@dataclass(frozen=True, slots=True)
class Weights:
    """What the counts of one group add to the figures of a place: a sum of products each."""

    group: int  # its position in the ledger
    place: int
    figures: Sequence[Factors]  # as many for every group


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """What one group comes to for one set of names."""

    group: int  # its position in the ledger
    names: tuple[str | None, ...]
    quantities: tuple[int, ...]  # in the order of UsageLedger.meters
    requests: int  # as far as the sources say
    stated: Fraction  # cost
    revenue: Fraction
    rows: int


class Breakdown:
    """Counted groups in an engine, which ends when nobody holds the breakdown any more."""

    def __init__(self, groups: Groups, names: Mapping[str, str], close: Callable[[], None]) -> None:
        """`names`: what its dimensions are called; `close`: ends the engine."""
        self.engine, self.names, self.counted = groups.engine, dict(names), groups.used
        self.opens_models = groups.opens_models  # groups of unknown models leave open which one: `MODEL` is a name too
        self._customer = groups.customer
        self._tables = 0
        self._end = weakref.finalize(self, close)
        found = self.engine.fetch("SELECT k_cost_divisor FROM heads ORDER BY number")
        self.divisors = [int(divisor) for (divisor,) in found]

    @cached_property
    def stated_digits(self) -> int:
        """A stated cost is counted in units of so many decimals, times the divisor of its group."""
        return self._decimals("k_cost")

    @cached_property
    def revenue_digits(self) -> int:
        """A revenue is counted in units of so many decimals."""
        return self._decimals("k_revenue")

    def _decimals(self, column: str) -> int:
        if not self.engine.fetch(f"SELECT 1 FROM broken WHERE {column} IS NOT NULL LIMIT 1"):
            return 0
        decimals = f"rtrim(split_part({column}::VARCHAR, '.', 2), '0')"
        return int(self.engine.fetch(f"SELECT coalesce(max(length({decimals})), 0) FROM broken")[0][0])

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(self.names.values())

    def opened(self, by: Sequence[str]) -> list[str]:
        """Those of some names that it knows, or may know."""
        return [name for name in by if name in self.dimensions or (name == MODEL and self.opens_models)]

    def column(self, name: str) -> str:
        """The column of a dimension in `sums`; of `MODEL` NULL where the group itself says it."""
        if name == MODEL:
            return "k_called"
        return next(f'"k_{key}"' for key, known in self.names.items() if known == name)

    def table(self, name: str) -> str:
        """A name for a table that the engine has not yet."""
        self._tables += 1
        return f"{name}_{self._tables}"

    def sums(self, by: Sequence[str], weights: Sequence[Weights], count: int) -> str:
        """SQL of the sums by `place` and the columns of these dimensions: `f0` and so on, as many as are counted.

        It holds until other weights are asked for.
        """
        figures = [f"{sql} AS f{i}" for i, sql in enumerate(self._weigh(weights, count))]
        keys = ", ".join(["place", *map(self.column, by)])
        return f"SELECT {', '.join([keys, *figures])} FROM broken JOIN weights USING (number) GROUP BY {keys}"

    def _weigh(self, weights: Sequence[Weights], count: int) -> list[str]:
        """The table of weights is filled anew; the sums that give the figures. What is the same for all groups is no column."""
        counted = {*self.counted, REQUESTS, STATED, REVENUE, ROWS}
        used: dict[tuple[int, str], set[int]] = {}
        for each in weights:
            for i, factors in enumerate(each.figures):
                for name in factors:
                    if name in counted:
                        used.setdefault((i, name), set())
        for each in weights:
            for i, name in used:
                used[i, name].add(each.figures[i].get(name, 0))
        told = [place for place, values in used.items() if len(values) > 1]
        columns = "".join(f', "f{i}_{name}" HUGEINT' for i, name in told)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE weights (number BIGINT, place BIGINT{columns})")
        for start in range(0, len(weights), _AT_ONCE):
            rows = [
                f"({each.group}, {each.place}{''.join(f', {each.figures[i].get(name, 0)}' for i, name in told)})"
                for each in weights[start : start + _AT_ONCE]
            ]
            self.engine.execute(f"INSERT INTO weights VALUES {', '.join(rows)}")
        terms: list[list[str]] = [[] for _ in range(count)]
        for (i, name), values in used.items():
            factor = f'"f{i}_{name}"' if len(values) > 1 else str(*values)
            if factor != "0":
                terms[i].append(self._count(name) if factor == "1" else f"{self._count(name)} * {factor}")
        return [f"sum({' + '.join(each)})::HUGEINT" if each else "0::HUGEINT" for each in terms]

    def _rows(self, columns: Sequence[str]) -> Iterator[BreakdownRow]:
        """The counts of every group by these columns, in their order."""
        keys = ", ".join(["number", *columns])
        sums = ", ".join(
            f"sum({each})"
            for each in ["k_requests", "k_cost", "k_revenue", "k_row_count", *map(self._count, self.counted)]
        )
        places = {name: i for i, name in enumerate(self.counted)}
        spots = [places.get(name) for name in meters().by_name]
        wide = 1 + len(columns)
        for row in self.engine.stream(f"SELECT {keys}, {sums} FROM broken GROUP BY {keys} ORDER BY {keys}"):
            requests, cost, revenue, rows, *counts = row[wide:]
            counted = tuple(0 if spot is None else int(counts[spot]) for spot in spots)
            stated = Fraction(cost) / self.divisors[row[0]] if cost else Fraction()
            yield BreakdownRow(
                row[0], row[1:wide], counted, int(requests or 0), stated, Fraction(revenue or 0), int(rows)
            )

    def groups(self, heads: Sequence[UsageGroup]) -> Iterator[UsageGroup]:
        """All of it as groups; their names stand behind those that a head has already."""
        written = ['"k_written"'] if self.opens_models else []
        for row in self._rows([*map(self.column, self.dimensions), *written]):
            head = heads[row.group]
            names, model = (row.names[:-1], row.names[-1]) if written else (row.names, None)
            yield replace(
                head,
                model=model or head.model,
                dimensions=(*head.dimensions, *names),
                requests=None if head.requests is None else row.requests,
                quantities=row.quantities,
                rows=row.rows,
                billed=None if head.billed is None else row.stated,
                revenue=None if head.revenue is None else row.revenue,
            )

    def earned_together(self, costly: Sequence[int]) -> list[tuple[int, bool, Fraction]]:
        """What groups state whose customers earn as a whole, by group: of customers that have usage in these groups, and of others."""
        self.engine.execute("CREATE OR REPLACE TEMP TABLE costly (number BIGINT)")
        self.engine.insert("costly", [(number,) for number in costly])
        whole = "broken JOIN heads USING (number)"
        served = (
            f"SELECT DISTINCT {self._customer} AS customer, true AS is_served FROM {whole} JOIN costly USING (number)"
        )
        found = self.engine.fetch(
            f"SELECT number, coalesce(is_served, false) AS held, coalesce(sum(k_revenue), 0) FROM {whole} LEFT JOIN ({served}) AS served "
            f"ON served.customer IS NOT DISTINCT FROM {self._customer} WHERE k_earns = 'whole' GROUP BY ALL ORDER BY ALL"
        )
        return [(int(number), held, Fraction(amount)) for number, held, amount in found]

    def _count(self, name: str) -> str:
        match name:
            case "requests":
                return "coalesce(k_requests, 0)"
            case "rows":
                return "k_row_count"
            case "stated":
                return _whole("k_cost", self.stated_digits)
            case "revenue":
                return _whole("k_revenue", self.revenue_digits)
        return f'"k_m_{name}"'


def _whole(amount: str, digits: int) -> str:
    """SQL of a decimal amount as a whole number of units of so many decimals."""
    if digits <= _EASY:
        return f"coalesce((({amount})::DECIMAL(38, {digits}) * {10**digits})::HUGEINT, 0)"
    return f"coalesce(replace(({amount})::DECIMAL(38, {digits})::VARCHAR, '.', '')::HUGEINT, 0)"
