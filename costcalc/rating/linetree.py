"""Line tree: the lines of a table level by level, the small ones of each level folded; what is drawn comes to Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from costcalc.rating.line import PRICED, LineSums, ReportLine
from costcalc.rating.linetable import STATUS_BITS, TIME_NAMES, LineTable
from costcalc.records import dataclass


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A row and what it is the sum of. One that is `folded` stands for so many others; a closed one hides its parts."""

    name: str | None
    level: int
    numbers: tuple[int, ...]  # its costs that are told apart, as whole numbers of one unit
    of: LineSums
    parts: tuple[Node, ...] = ()
    folded: int = 0
    is_closed: bool = False
    line: ReportLine | None = None  # where it is one that is a value


class LineTree:
    """Each level is a table of its own: its names, the sums of its lines, and whether it is `hidden` in a fold."""

    def __init__(self, table: LineTable, largest: int) -> None:
        """`largest`: so many are drawn; where time is asked for, of each row."""
        self.table, self.engine, self.largest = table, table.engine, largest
        self.costs = table.costs[: table.width]
        self.last = self.costs[2 if len(self.costs) == 4 else -1]
        self.held = ["tokens", "requests", "status", *table.earning, *(["bound"] if table.earns else [])]
        self.levels = [table.breakdown.table("level") for _ in table.names]
        source = self._lines()
        for level in reversed(range(len(self.levels))):
            self._make(level, source)
            source = self._grouped(level)

    def above(self, level: int) -> list[str]:
        """The names of the row above."""
        return self.table.names[:level]

    def order(self, level: int) -> str:
        """How rows of one level stand beneath each other."""
        name = self.table.names[level]
        return name if self._is_time(level) else f"NOT evident, {self._largest_first(level)}, {name}"

    def folds(self, level: int) -> bool:
        """Whether anything is folded there."""
        return bool(self.engine.fetch(f"SELECT 1 FROM {self.levels[level]} WHERE hidden LIMIT 1"))

    def drawn(self) -> tuple[Node, ...]:
        """The rows of a page, from the top."""
        return self._drawn(0, [self._rows(level) for level in range(len(self.levels))], ())

    def _drawn(self, level: int, rows: Sequence[dict[tuple[str, ...], list[Node]]], path: tuple[str, ...]) -> tuple[Node, ...]:  # fmt: skip
        found = []
        for row in rows[level].get(path, ()):
            if row.folded or row.is_closed or level + 1 == len(rows):
                found.append(row)
            else:
                parts = self._drawn(level + 1, rows, (*path, row.name or ""))
                found.append(replace(row, parts=parts))
        return tuple(found)

    def _rows(self, level: int) -> dict[tuple[str, ...], list[Node]]:
        """The rows of a level that are drawn, by the names above them."""
        above, name = self.above(level), self.table.names[level]
        texts = [f"{each}::VARCHAR" for each in above]
        opened = f" JOIN ({self._opened(level - 1)}) USING ({', '.join(above)})" if above else ""
        alone = ", ".join([*texts, f"{name}::VARCHAR", *self.costs, *self.held, "largest", "0"])
        sums = ", ".join([*texts, "NULL", *map(_sum, [*self.costs, *self.held])])
        order = f"row_number() OVER (ORDER BY {self.order(level)})"
        table = self.levels[level]
        listed = self.engine.fetch(
            f"SELECT {alone}, {order} AS place FROM {table}{opened} WHERE NOT hidden UNION ALL "
            f"SELECT {sums}, false, count(*), NULL FROM {table}{opened} WHERE hidden GROUP BY ALL HAVING count(*) > 0 ORDER BY place NULLS LAST"
        )
        found: dict[tuple[str, ...], list[Node]] = {}
        for *names, largest, folded, _ in listed:
            path, (own, *values) = tuple(names[:level]), names[level:]
            numbers, held = values[: len(self.costs)], values[len(self.costs) :]
            is_closed = folded > 0 or not (self.table.has_time or largest)
            row = Node(own or None, level, tuple(map(int, numbers)), self._sums(*held), (), folded, is_closed)
            found.setdefault(path, []).append(row)
        return found

    def _sums(self, tokens: int, requests: int | None, status: int, *earning: Any) -> LineSums:
        table = self.table
        return LineSums(
            table.counted(tokens), None if requests is None else table.counted(requests), table.status(status),
            table.earned(earning[:-1]), bool(earning and earning[-1]),
        )  # fmt: skip

    def _opened(self, level: int) -> str:
        """The rows of a level whose parts are drawn."""
        above = self.above(level)
        names = ", ".join(self.above(level + 1))
        chosen = "NOT hidden" if self.table.has_time else "NOT hidden AND largest"
        found = f"SELECT {names} FROM {self.levels[level]}"
        return f"{found} JOIN ({self._opened(level - 1)}) USING ({', '.join(above)}) WHERE {chosen}" if above else f"{found} WHERE {chosen}"  # fmt: skip

    def _lines(self) -> str:
        """The lines themselves, and which are the largest of all."""
        table = self.table
        largest = "false"
        if not table.has_time:
            rows = self.engine.fetch(f"SELECT rowid FROM {table.name} ORDER BY {self.table.loses}{self.last} DESC, tokens DESC, rowid LIMIT {self.largest}")  # fmt: skip
            largest = f"rowid IN ({', '.join(str(row) for (row,) in rows) or 'NULL'})"
        bound = f"{table.as_whole} AND earned IS NOT NULL AND status <> {STATUS_BITS[PRICED]} AS bound"
        held = [bound if name == "bound" else name for name in self.held]
        columns = [*table.names, *table.costs, *held, "bases <> 0 AS evident", f"{largest} AS largest"]
        return f"SELECT rowid AS line, {', '.join(columns)} FROM {table.name}"

    def _grouped(self, level: int) -> str:
        """The level above, from a level's table."""
        names = self.above(level)
        sums = [f"{_sum(each)} AS {each}" for each in [*self.table.costs, *self.held, "evident", "largest"]]
        return f"SELECT {', '.join([*names, *sums])} FROM {self.levels[level]} GROUP BY {', '.join(names) or '()'}"

    def _make(self, level: int, source: str) -> None:
        self.engine.execute(
            f"CREATE TEMP TABLE {self.levels[level]} AS SELECT *, small AND sum(small::INT) OVER ({within(self.above(level))}) > 1 AS hidden "
            f"FROM (SELECT *, {self._small(level)} AS small FROM ({source}))"
        )

    def _largest_first(self, level: int) -> str:
        """Of lines, those first that cost more than they earn."""
        return f"{self.table.loses if level + 1 == len(self.levels) else ''}{self.last} DESC, tokens DESC"

    def _small(self, level: int) -> str:
        """Whether a row is none of those that are drawn by themselves."""
        if self._is_time(level):
            return "false"
        if level and not self.table.has_time:
            return "NOT largest"
        order = f"{self._largest_first(level)}, {self.order(level)}"
        return f"row_number() OVER ({within(self.above(level))} ORDER BY {order}) > {self.largest}"

    def _is_time(self, level: int) -> bool:
        return bool(self.table.by) and self.table.by[level] in TIME_NAMES


def within(names: Sequence[str]) -> str:
    return f"PARTITION BY {', '.join(names)}" if names else ""


def _sum(name: str) -> str:
    """SQL of what a column comes to."""
    match name:
        case "requests":
            return "CASE WHEN count(requests) = count(*) THEN sum(requests) END::HUGEINT"
        case "status":
            return "bit_or(status)"
        case "evident" | "largest" | "bound":
            return f"bool_or({name})"
    return f"sum({name})::HUGEINT"
