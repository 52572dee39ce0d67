"""Line coins: every line of a table in whole coins, each level adding up to the one above (largest remainder).

What `render.rounding` does for a few lines, the engine does here for many; both give the same coins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.rating.linetable import LineTable, floored, rest
from costcalc.rating.linetree import LineTree, within
from costcalc.records import dataclass

_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class LineCoins:
    """The coins of all lines: a table of `line` (the row of the line) and `x0` …, one for each cost that is told apart."""

    table: LineTable
    name: str
    width: int

    @property
    def most(self) -> int:
        """Nothing is more."""
        largest = ", ".join(f"coalesce(max(abs(x{i})), 0)" for i in range(self.width))
        return int(self.table.engine.fetch(f"SELECT greatest({largest})::HUGEINT FROM {self.name}")[0][0])

    def rows(self) -> Iterator[tuple[int, ...]]:
        """Those of each line, in the order of the lines."""
        columns = ", ".join(f"x{i}" for i in range(self.width))
        for first in range(0, len(self.table), _AT_ONCE):
            chosen = f"line >= {first} AND line < {first + _AT_ONCE}"
            yield from self.table.engine.fetch(f"SELECT {columns} FROM {self.name} WHERE {chosen} ORDER BY line")


def coins_of(tree: LineTree, totals: Sequence[int], coins: int) -> LineCoins:
    """Each line's, from the total's down. `totals`: in coins, one for each cost that is told apart; `coins`: in one."""
    table = tree.table
    sharing = _Sharing(tree.costs, table.unit.cost // coins, table.is_credit)
    above = f"SELECT {', '.join(f'{total}::HUGEINT AS t{i}' for i, total in enumerate(totals))}"
    made: list[str] = []
    for level in range(len(tree.levels)):
        made.append(table.breakdown.table("coins"))
        is_last = level + 1 == len(tree.levels)
        table.engine.execute(f"CREATE TEMP TABLE {made[-1]} AS {_level(tree, level, sharing, above, is_last=is_last)}")
        above = f"SELECT * FROM {made[-1]}"
    for name in made[:-1]:
        table.engine.execute(f"DROP TABLE {name}")
    return LineCoins(table, made[-1], len(totals))


def _level(tree: LineTree, level: int, sharing: _Sharing, above: str, *, is_last: bool) -> str:
    """SQL of the names and coins of a level (as those above, `t0` …; of lines their row and `x0` …)."""
    names = tree.above(level)
    order = tree.order(level)
    joined = f"SELECT * FROM {tree.levels[level]} JOIN ({above}) USING ({', '.join(names)})" if names else f"SELECT * FROM {tree.levels[level]}, ({above})"  # fmt: skip
    if is_last:
        kept = ", ".join(["line", *(f"x{i}" for i in range(sharing.width))])
    else:
        kept = ", ".join([*tree.above(level + 1), *(f"x{i} AS t{i}" for i in range(sharing.width))])
    if not tree.folds(level):
        return f"SELECT {kept} FROM ({sharing.shared(joined, names, order)})"
    sums = ", ".join([*names, *(f"sum({each})::HUGEINT AS {each}" for each in sharing.costs), *(f"any_value({each}) AS {each}" for each in sharing.totals)])  # fmt: skip
    grouped = f" GROUP BY {', '.join(names)}" if names else ""
    # Those that stand alone and the fold share out what is above; those in the fold what the fold has.
    folds = f"SELECT {sums}, true AS is_fold FROM here WHERE hidden{grouped}"
    alone = f"SELECT *, false AS is_fold FROM here WHERE NOT hidden UNION ALL BY NAME {folds}"
    tops = sharing.shared(alone, names, f"is_fold, {order}")
    of_folds = ", ".join([*names, *(f"x{i} AS t{i}" for i in range(sharing.width))])
    inside = f"SELECT here.* EXCLUDE ({', '.join(sharing.totals)}), top.* EXCLUDE ({', '.join(names)}) FROM here JOIN top USING ({', '.join(names)}) WHERE hidden" if names else f"SELECT here.* EXCLUDE ({', '.join(sharing.totals)}), top.* FROM here, top WHERE hidden"  # fmt: skip
    return (
        f"WITH here AS MATERIALIZED ({joined}), tops AS MATERIALIZED ({tops}), "
        f"top AS (SELECT {of_folds} FROM tops WHERE is_fold) "
        f"SELECT {kept} FROM tops WHERE NOT is_fold UNION ALL SELECT {kept} FROM ({sharing.shared(inside, names, order)})"
    )


@dataclass(frozen=True, slots=True)
class _Sharing:
    """Rows with costs and the totals `t0` … of what they are shared out of, among those with the same names."""

    costs: Sequence[str]
    coin: int
    is_credit: bool  # some costs are below nothing

    @property
    def width(self) -> int:
        return len(self.costs)

    @property
    def totals(self) -> list[str]:
        return [f"t{i}" for i in range(self.width)]

    def shared(self, rows: str, names: Sequence[str], order: str) -> str:
        """SQL of the rows with their coins, `x0` …; `order`: who comes first among equals."""
        floor, left = (floored, rest) if self.is_credit else ("{} // {}".format, "{} % {}".format)
        parts = [f"{floor(cost, self.coin)} AS f{i}, {left(cost, self.coin)} AS r{i}" for i, cost in enumerate(self.costs)]  # fmt: skip
        found = f"SELECT *, {', '.join(parts)} FROM ({rows})"
        if self.width == 1:
            return _given(found, 0, "t0", names, f"r0 = 0, r0 DESC, {order}", "x0")
        # A line that no column changes has one figure in all of them.
        still = " AND ".join(f"{cost} = {self.costs[0]}" for cost in self.costs[1:])
        found = f"SELECT *, {still} AS still FROM ({found})"
        found = _given(found, 0, "t0", names, f"r0 = 0, r0 DESC, {order}", "wished")
        found = f"SELECT *, {self._kept(names)} AS kept FROM ({found})"
        apart = [*names, "still"]
        found = _given(found, 0, "CASE WHEN still THEN kept ELSE t0 - kept END", apart, f"r0 = 0, r0 DESC, {order}", "x0")  # fmt: skip
        for i, cost in enumerate(self.costs[1:], 1):
            turn = f"CASE WHEN r{i} = 0 THEN 3 WHEN {cost} <> {self.costs[0]} THEN 1 WHEN x0 > f{i} THEN 0 ELSE 2 END"
            found = _given(found, i, f"t{i} - kept", apart, f"{turn}, r{i} DESC, {order}", f"y{i}")
            found = f"SELECT *, CASE WHEN still THEN x0 ELSE y{i} END AS x{i} FROM ({found})"
        return found

    def _kept(self, names: Sequence[str]) -> str:
        """What the lines that stay come to: as near to what they wish as leaves every line its coin below or above."""
        over = f"OVER ({within(names)})"
        least, most = f"(sum(f0) FILTER (still) {over})", f"(sum(f0 + (r0 <> 0)::INT) FILTER (still) {over})"
        lows, highs = [least], [most]
        for i in range(self.width):
            lows.append(f"t{i} - (sum(f{i} + (r{i} <> 0)::INT) FILTER (NOT still) {over})")
            highs.append(f"t{i} - (sum(f{i}) FILTER (NOT still) {over})")
        low, high = f"greatest({', '.join(lows)})", f"least({', '.join(highs)})"
        wished = f"(sum(wished) FILTER (still) {over})"
        return (
            f"CASE WHEN (sum(still::INT) {over}) = 0 THEN 0 WHEN (sum((NOT still)::INT) {over}) = 0 THEN t0 "
            f"ELSE least(greatest({wished}, {low}), greatest({low}, {high})) END"
        )


def _given(rows: str, column: int, total: str, names: Sequence[str], order: str, called: str) -> str:
    """Whole coins for a column, each the one below or above, that add up to the total (largest remainder)."""
    floor, over = f"f{column}", within(names)
    inner = (
        f"SELECT *, ({total}) - (sum({floor}) OVER ({over})) AS lacking, count(*) OVER ({over}) AS among, "
        f"row_number() OVER ({over} ORDER BY {order}) AS turn FROM ({rows})"
    )
    usual = "lacking >= 0 AND lacking < among"  # division takes the engine its time
    each = f"CASE WHEN {usual} THEN 0 ELSE {floored('lacking', 'among')} END"
    more = f"CASE WHEN {usual} THEN lacking ELSE {rest('lacking', 'among')} END"
    return (
        f"SELECT * EXCLUDE (lacking, among, turn), {floor} + {each} + (turn <= {more})::INT AS {called} FROM ({inner})"
    )
