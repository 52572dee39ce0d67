"""Line table: the lines of a report as a table of the engine, costs and counts as whole numbers of a small unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, overload

from costcalc.rating.line import PARTLY, PRICED, UNPRICED, ReportLine, status_together
from costcalc.rating.model import Cost, LineKey
from costcalc.rating.totals import Outcome, outcome
from costcalc.records import dataclass
from costcalc.usage.counting.breakdown import MODEL, Breakdown, Weights
from costcalc.usage.formats.paths import quoted
from costcalc.usage.ledger import Earns

TIME_NAMES = ("day", "month")
STATUS_BITS = {PRICED: 1, PARTLY: 2, UNPRICED: 4}  # in the engine, which adds them up
ORDERED_BY: int = 10**12  # parts of the currency by which lines are ordered; every unit of costs is a whole part of one
_AT_ONCE = 10_000
_COUNTS = ("tokens", "unpriced", "requests")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the usage of some groups stands."""

    line: LineKey  # the names of the breakdown are still open
    bases: tuple[str, ...]
    is_whole: bool  # it has a price for all of it
    knows_requests: bool
    earns: Earns
    is_used: bool  # False: its rows say what a customer earns, and nothing else


@dataclass(frozen=True, slots=True)
class Unit:
    """How many make one: of the currency, and of what is counted."""

    cost: int
    count: int


@dataclass(frozen=True, slots=True)
class TableParts:
    """What a table is made of."""

    by: tuple[str, ...]
    breakdown: Breakdown
    weights: Sequence[Weights]  # of costs by reading, of revenue where it is wanted, and of the counts
    spots: Sequence[Spot]  # by place
    readings: int  # 1: before; 4: and low, mid, high
    unit: Unit
    earns: bool = False  # with revenue
    as_whole: bool = False  # of customers who earn by all their rows together


class LineTable(Sequence[ReportLine]):
    """Lines in the order of a report, made when they are asked for. Their columns: `c0` … (names, "" where there is none), `n0` … (costs, one for each
    reading), `tokens`, `unpriced`, `requests`, `bases` (bits), `status` (a bit); where something is earned `earned`, in
    the unit of costs, and `v0` … (the costs against it): NULL where that is unknown.
    """

    def __init__(self, wanted: TableParts, more: Sequence[ReportLine]) -> None:
        self.by, self.unit, self.readings = wanted.by, wanted.unit, wanted.readings
        self.breakdown, self.engine = wanted.breakdown, wanted.breakdown.engine
        every = [each.bases for each in wanted.spots] + [line.basis for line in more]
        self.bases = sorted({base for bases in every for base in bases})
        self.names = [f"c{i}" for i in range(max(1, len(self.by)))]
        self.costs = [f"n{i}" for i in range(self.readings)]
        self.earns, self.as_whole = wanted.earns, wanted.as_whole
        self.covered = [f"v{i}" for i in range(self.readings)] if self.earns else []
        self.earning = ["earned", *self.covered] if self.earns else []
        self.last = self.costs[2 if self.readings == 4 else 0]  # the cost by which lines are large
        # Of an order: lines that cost more than they earn stand first.
        self.loses = (
            f"coalesce(earned < {self.covered[self.costs.index(self.last)]}, false) DESC, " if self.earns else ""
        )
        self.name = self.breakdown.table("lines")
        unordered = self._added(wanted)
        self._insert(unordered, more)
        names = [f"{name}::{self._kind(unordered, name)} AS {name}" for name in self.names]
        others = ", ".join([*self.costs, *_COUNTS, "bases", "status", *self.earning])
        order = [*self.names]
        if self.by[:1] not in (("day",), ("month",)):
            order.insert(0, f"{self.loses}{floored(self.last, self.unit.cost // ORDERED_BY)} DESC")
        with self.engine.in_order():
            self.engine.execute(
                f"CREATE TEMP TABLE {self.name} AS SELECT {', '.join(names)}, {others} FROM {unordered} ORDER BY {', '.join(order)}"
            )
        self.engine.execute(f"DROP TABLE {unordered}")

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _length(self) -> int:
        return int(self.engine.fetch(f"SELECT count(*) FROM {self.name}")[0][0])

    @property
    def has_time(self) -> bool:
        return any(name in TIME_NAMES for name in self.by)

    @cached_property
    def width(self) -> int:
        """The costs that are told apart: before; or before and after; or before, low, middle and high."""
        if self.readings == 1:
            return 1
        asked = "coalesce(bool_and(n1 = n2 AND n2 = n3), true), coalesce(bool_and(n0 = n1), true)"
        no_range, no_rise = self.engine.fetch(f"SELECT {asked} FROM {self.name}")[0]
        return 4 if not no_range else 1 if no_rise else 2

    @cached_property
    def bill(self) -> int:
        """The sum of the costs before."""
        return int(self.engine.fetch(f"SELECT coalesce(sum(n0), 0)::HUGEINT FROM {self.name}")[0][0])

    @cached_property
    def largest(self) -> int:
        """No cost of any reading is more."""
        return self._most(self.costs)

    @cached_property
    def most_counted(self) -> int:
        """No count is more."""
        return self._most(_COUNTS)

    def _most(self, columns: Sequence[str]) -> int:
        each = ", ".join(f"coalesce(max(abs({name})), 0)" for name in columns)
        return int(self.engine.fetch(f"SELECT greatest({each})::HUGEINT FROM {self.name}")[0][0])

    @cached_property
    def most(self) -> int:
        """No cost before is more."""
        return self._most(self.costs[:1])

    @cached_property
    def most_earned(self) -> int:
        """No revenue and no cost against one is more."""
        return self._most(self.earning)

    @cached_property
    def has_earned(self) -> bool:
        """Whether the revenue of any line is known."""
        return self.earns and bool(self.engine.fetch(f"SELECT 1 FROM {self.name} WHERE earned IS NOT NULL LIMIT 1"))

    @cached_property
    def is_credit(self) -> bool:
        """Whether any cost is below nothing."""
        below = " OR ".join(f"{name} < 0" for name in self.costs)
        return bool(self.engine.fetch(f"SELECT 1 FROM {self.name} WHERE {below} LIMIT 1"))

    @overload
    def __getitem__(self, position: int) -> ReportLine: ...
    @overload
    def __getitem__(self, position: slice) -> list[ReportLine]: ...
    def __getitem__(self, position: int | slice) -> ReportLine | list[ReportLine]:
        chosen = range(len(self))[position]
        if isinstance(chosen, int):
            return next(self._from(chosen, chosen + 1))
        if chosen.step != 1:
            return [*self][position]
        return [*self._from(chosen.start, chosen.stop)]

    def __iter__(self) -> Iterator[ReportLine]:
        return self._from(0, len(self))

    def __reduce__(self) -> tuple[type[list[ReportLine]], tuple[list[ReportLine]]]:
        """A copy is a list: the engine stays where it is."""
        return list, ([*self],)

    def _from(self, start: int, stop: int) -> Iterator[ReportLine]:
        columns = ", ".join([*(f"{name}::VARCHAR" for name in self.names), *self.costs, *_COUNTS, "bases", "status", *self.earning])  # fmt: skip
        for first in range(start, stop, _AT_ONCE):
            chosen = f"rowid >= {first} AND rowid < {min(first + _AT_ONCE, stop)}"
            for row in self.engine.fetch(f"SELECT {columns} FROM {self.name} WHERE {chosen} ORDER BY rowid"):
                yield self._line(row)

    def _line(self, row: Sequence[Any]) -> ReportLine:
        wide = len(self.names)
        tokens, unpriced, requests, bases, bits, *earning = row[wide + self.readings :]
        earned, status = self.earned(earning), self.status(bits)
        return ReportLine(
            tuple(name or None for name, _ in zip(row, self.by, strict=False)),
            self.cost(row[wide : wide + self.readings]),
            None if requests is None else self.counted(requests),
            self.counted(tokens),
            self.evidence(bases),
            status,
            earned,
            self.as_whole and earned is not None and status != PRICED,
            self.counted(unpriced),
        )

    def earned(self, numbers: Sequence[int | None]) -> Outcome | None:
        """The revenue and the costs against it, which stand in `earning`; None: unknown."""
        known = [int(number) for number in numbers if number is not None]
        return outcome(self.cost(known[1:]), Fraction(known[0], self.unit.cost)) if known else None

    def status(self, bits: int) -> str:
        return status_together({name for name, bit in STATUS_BITS.items() if bits & bit})

    def cost(self, numbers: Sequence[int]) -> Cost:
        amounts = [Fraction(number, self.unit.cost) for number in numbers]
        return Cost(*(amounts if len(amounts) == 4 else amounts * 4))

    def counted(self, number: int) -> Fraction:
        return Fraction(number, self.unit.count)

    def evidence(self, bits: int) -> tuple[str, ...]:
        return tuple(base for i, base in enumerate(self.bases) if bits >> i & 1)

    def _added(self, wanted: TableParts) -> str:
        """The table of lines, in no order."""
        opened = self.breakdown.opened(self.by)
        # What a breakdown only may know stands in the line too.
        spots = [i for i, name in enumerate(self.by) if name not in opened or name == MODEL] if self.by else [0]
        self._keep_places(wanted, spots)
        columns = {i: f"l{i}" for i in spots} | {
            i: f"coalesce({self.breakdown.column(name)}, {f'l{i}' if i in spots else quoted('')})"
            for i, name in enumerate(self.by)
            if name in opened
        }
        names = ", ".join(f"{columns[i]} AS c{i}" for i in range(len(self.names)))
        asked = [*self.costs, *self.earning[:1], *_COUNTS]
        # Where each line has one place, nothing is left to add up.
        hidden = {i for i, name in enumerate(self.by) if name in opened}
        lines = {tuple(name for i, name in enumerate(each.line) if i not in hidden) for each in wanted.spots}
        is_one = len(lines) == len(wanted.spots)
        by_line: Callable[[str, str], str] = (lambda _, sql: sql) if is_one else "{}({})".format
        figures = {name: by_line("sum", f"f{i}") for i, name in enumerate(asked)}
        figures["requests"] = f"CASE WHEN {by_line('bool_and', 'knows')} THEN {figures['requests']} END"
        for i, name in enumerate(self.covered):
            figures[name] = by_line("sum", f"CASE WHEN earns <> '' THEN f{i} ELSE 0 END")
        bases = by_line("bit_or", "bases")
        flags = {"bases": bases, "whole": by_line("bool_and", "whole"), "used": by_line("bool_or", "used")}
        if self.earns:
            each, together = (by_line("bool_or", sql) for sql in ("earns = 'row' AND bases <> 0", "earns = 'whole'"))
            flags["known"] = f"{each} OR ({together} AND {bases} <> 0)"
        found = ", ".join(
            [*(f"({sql})::HUGEINT AS {name}" for name, sql in figures.items()), *(f"{sql} AS {name}" for name, sql in flags.items())]
        )  # fmt: skip
        sums = self.breakdown.sums(opened, wanted.weights, len(asked))
        unordered = self.breakdown.table("unordered")
        status = "CASE WHEN whole THEN {} WHEN bases <> 0 THEN {} ELSE {} END AS status".format(*STATUS_BITS.values())
        earning = "".join(f", CASE WHEN known THEN {name} END AS {name}" for name in self.earning)
        left = ", ".join(["whole", "used", *(["known", *self.earning] if self.earns else [])])
        self.engine.execute(
            f"CREATE TEMP TABLE {unordered} AS SELECT * EXCLUDE ({left}), {status}{earning} FROM "
            f"(SELECT {names}, {found} FROM ({sums}) JOIN places USING (place){'' if is_one else ' GROUP BY ALL'}) WHERE used"
        )
        return unordered

    def _keep_places(self, wanted: TableParts, spots: Sequence[int]) -> None:
        names = "".join(f", l{i} VARCHAR" for i in spots)
        self.engine.execute(
            f"CREATE OR REPLACE TEMP TABLE places (place BIGINT, bases BIGINT, whole BOOLEAN, knows BOOLEAN, earns VARCHAR, used BOOLEAN{names})"
        )
        self.engine.insert(
            "places",
            [
                (
                    place,
                    self._bits(each.bases),
                    str(each.is_whole),
                    str(each.knows_requests),
                    each.earns,
                    str(each.is_used),
                    *((each.line[i] or "") if self.by else "" for i in spots),
                )
                for place, each in enumerate(wanted.spots)
            ],
        )

    def _insert(self, table: str, more: Sequence[ReportLine]) -> None:
        for line in more:
            costs = (line.cost.before, line.cost.low, line.cost.mid, line.cost.high)[: self.readings]
            numbers = [round(amount * self.unit.cost) for amount in costs]
            names = [name or "" for name in line.key] or [""]
            self.engine.insert(table, [(*names, *numbers, 0, 0, 0, self._bits(line.basis), STATUS_BITS[line.status], *(None for _ in self.earning))])  # fmt: skip

    def _bits(self, bases: Sequence[str]) -> int:
        return sum(1 << self.bases.index(base) for base in bases)

    def _kind(self, table: str, name: str) -> str:
        """The type of a column of names: several are compared as numbers, in the order of the names."""
        if len(self.names) == 1:
            return "VARCHAR"
        kind = self.breakdown.table("names")
        self.engine.execute(
            f"CREATE TEMP TYPE {kind} AS ENUM (SELECT DISTINCT {name} FROM {table} UNION SELECT '' ORDER BY ALL)"
        )
        return kind


def rest(number: str, divisor: str | int) -> str:
    """SQL of what is left of a whole number above its floor."""
    return f"((({number}) % {divisor} + {divisor}) % {divisor})"


def floored(number: str, divisor: str | int) -> str:
    """SQL of a whole number divided, rounded down."""
    return f"((({number}) - {rest(number, divisor)}) // {divisor})"
