"""Tree: the lines of a report as nested rows, the small ones folded, every figure rounded so that all levels add up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TypeVar

from costcalc.money import minor_digits, round_half_up, sum_if_known
from costcalc.rating import linetable
from costcalc.rating.linecoins import coins_of
from costcalc.rating.linetable import TIME_NAMES, LineTable
from costcalc.rating.linetree import Drawn, LineTree
from costcalc.rating.model import Cost, LineKey, Rating, sum_costs
from costcalc.rating.unpriced import OpenUnpriced
from costcalc.records import dataclass
from costcalc.render.rounding import share_out_together
from costcalc.reports.lines import LinesInEngine, ReportLine
from costcalc.reports.plan.totals import Outcome, added, outcome

_MID = 2  # of the four columns
LARGEST = 10  # rows beyond the largest ten fold into one
PRICED, PARTLY, UNPRICED = "priced", "partly unpriced", "unpriced"
STATUS_NAMES = {linetable.PRICED: PRICED, linetable.PARTLY: PARTLY, linetable.UNPRICED: UNPRICED}  # of bits


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown of a cost: whole coins, so that sums of figures are figures."""

    before: Decimal
    low: Decimal
    mid: Decimal
    high: Decimal

    @property
    def change(self) -> Decimal:
        return self.mid - self.before


def added_figures(parts: Sequence[Figures]) -> Figures:
    """What is shown of a sum: the sum of what is shown."""
    return Figures(
        *(sum((getattr(part, end) for part in parts), Decimal()) for end in ("before", "low", "mid", "high"))
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """How the costs of one table are whole numbers: exact, and added up a hundred times as fast as fractions."""

    unit: int  # of one unit of the currency
    width: int  # columns that are told apart: before; or before and after; or before, low, middle and high

    @classmethod
    def of(cls, costs: Sequence[Cost], digits: int) -> Scale:
        """`digits` decimals make a coin, which is a whole number too."""
        width, parts = 1, {10**digits}
        for cost in costs:
            if cost.low is not cost.before or cost.mid is not cost.low or cost.high is not cost.low:
                parts |= {amount.denominator for amount in _amounts(cost)}
                if not cost.low == cost.mid == cost.high:
                    width = 4
                elif width == 1 and cost.low != cost.before:
                    width = 2
            else:
                parts.add(cost.before.denominator)
        return cls(lcm(*parts), width)

    def wide(self, width: int) -> Scale:
        return Scale(self.unit, max(self.width, width))

    def numbers(self, cost: Cost) -> tuple[int, ...]:
        """The cost, a number a column."""
        return tuple(a.numerator * (self.unit // a.denominator) for a in _amounts(cost)[: self.width])

    def cost(self, numbers: Sequence[int]) -> Cost:
        amounts = [Fraction(number, self.unit) for number in numbers]
        return Cost(*amounts, *([amounts[-1]] * (4 - len(amounts))))


@dataclass(frozen=True, slots=True)
class RowSums:
    """What is added up of lines, besides their costs."""

    tokens: Fraction
    requests: Fraction | None  # None: the log does not say
    status: str
    earned: Outcome | None  # of the lines whose revenue is known
    margin_is_bound: bool

    @classmethod
    def of(cls, lines: Sequence[ReportLine], holes: Collection[LineKey]) -> RowSums:
        known = [line.earned for line in lines if line.earned]
        return cls(
            sum((line.tokens for line in lines), Fraction()),
            sum_if_known(line.requests for line in lines),
            _status({status_of(line, holes) for line in lines}),
            added(known) if known else None,
            any(line.margin_is_bound for line in lines),
        )


@dataclass(frozen=True, slots=True)
class _Sized:
    """A line, and its cost in numbers."""

    line: ReportLine
    numbers: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A row and what it is the sum of. `folded` rows stand for so many others; a closed row hides its parts."""

    name: str | None
    level: int
    lines: tuple[ReportLine, ...]  # where they are values
    parts: tuple[Node, ...]
    numbers: tuple[int, ...]  # its cost, by the scale of the table
    folded: int = 0
    is_closed: bool = False
    held: RowSums | None = None  # of lines that are no values

    @property
    def size(self) -> int:
        """The cost after, for the order."""
        return self.numbers[_MID if len(self.numbers) == 4 else -1]

    @property
    def place(self) -> tuple[bool, int, Fraction]:
        """Lines that cost more than they earn stand first, then the dearest; of what has no price, the most tokens."""
        loses = not self.parts and any(line.loses for line in self.lines)
        return not loses, -self.size, -sum((line.tokens for line in self.lines), Fraction())


@dataclass(frozen=True, eq=False)
class Costs:
    """A cost and what it is the sum of."""

    cost: Cost
    parts: tuple[Costs, ...] = ()


Nested = TypeVar("Nested", Node, Costs)


@dataclass(frozen=True, eq=False)
class Row:
    """A row as it is drawn."""

    name: str | None
    level: int
    folded: int
    cost: Cost
    figures: Figures
    share: int | None  # whole percents of the bill before; None where there is no bill
    of: RowSums
    key: LineKey = ()  # of a single line, or of a name that it begins with; empty: a row of a tree, of several, of all

    @property
    def status(self) -> str:
        return self.of.status


@dataclass(frozen=True)
class Table:
    """The rows drawn, their total, and the figures of every single line, drawn or not."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    find_holes: Callable[[], frozenset[LineKey]]
    figures: Callable[[], Mapping[LineKey, Figures]]

    @cached_property
    def holes(self) -> frozenset[LineKey]:
        """The lines in which something has no price."""
        return self.find_holes()

    @cached_property
    def by_line(self) -> Mapping[LineKey, Figures]:
        return self.figures()

    @property
    def has_range(self) -> bool:
        return self.total.cost.low != self.total.cost.high

    def share_of(self, line: ReportLine) -> Fraction | None:
        """The line's share of the bill before; None where there is no bill."""
        total = self.total.cost.before
        return line.cost.before / total if total else None


def table_of(rating: Rating, lines: Sequence[ReportLine]) -> Table:
    """The table of a report. The same figures go to the page, to CSV and to JSON."""
    if isinstance(lines, LinesInEngine):
        return _table_in_engine(lines.table, rating)
    holes = frozenset(part.line for part in rating.unpriced)
    return table_with(lines, rating.by, rating.total, rating.currency, holes)


def table_with(
    lines: Sequence[ReportLine], by: tuple[str, ...], total: Cost, currency: str, holes: frozenset[LineKey],
    shown: Figures | None = None,
) -> Table:  # fmt: skip
    """The table of lines that add up to a total. `holes`: the lines in which something has no price.

    `shown`: the total's figures, where it stands in another table already.
    """
    digits = minor_digits(currency)
    scale = _scale([*(line.cost for line in lines), total], digits, shown)
    sized = [_Sized(line, scale.numbers(line.cost)) for line in lines]
    top = _nodes(sized, by, 0, _largest_lines(lines, by))
    figures, total_figures = _figures(top, total, digits, scale, shown)
    rows, has_shares = _rows(top, figures, scale, scale.numbers(total)[0], holes)
    every = Row(None, 0, 0, total, total_figures, 100 if has_shares else None, RowSums.of(lines, holes))
    return Table(by, rows, every, lambda: holes, lambda: {node.lines[0].key: figures[node] for node in _leaves(top)})


def _table_in_engine(table: LineTable, rating: Rating) -> Table:
    """The same of lines in the engine: those that are drawn become values."""
    digits, total = minor_digits(rating.currency), rating.total
    tree = LineTree(table, LARGEST)
    scale = Scale(table.unit.cost, table.width)
    drawn = tree.drawn()
    top = [_drawn_node(each, 0, table) for each in drawn]
    figures, total_figures = _figures(top, total, digits, scale)
    rows, has_shares = _rows(top, figures, scale, sum(node.numbers[0] for node in top), ())
    every = Row(None, 0, 0, total, total_figures, 100 if has_shares else None, _held(drawn, table))

    def by_line() -> dict[LineKey, Figures]:
        coins = coins_of(tree, _coins(total_figures, digits, scale.width), 10**digits)
        return {line.key: _in_coins(own, digits) for line, own in zip(table.lines(), coins.rows(), strict=True)}

    unpriced = rating.unpriced
    find_holes = unpriced.lines if isinstance(unpriced, OpenUnpriced) else lambda: frozenset(part.line for part in unpriced)  # fmt: skip
    return Table(rating.by, rows, every, find_holes, by_line)


def _drawn_node(row: Drawn, level: int, table: LineTable) -> Node:
    parts = tuple(_drawn_node(part, level + 1, table) for part in row.parts)
    return Node(row.name, level, (), parts, row.numbers, row.folded, row.is_closed, _held([row], table))


def _held(rows: Sequence[Drawn], table: LineTable) -> RowSums:
    counts = [row.requests for row in rows]
    requests = None if None in counts else table.count(sum(filter(None, counts)))
    return RowSums(
        table.count(sum(row.tokens for row in rows)),
        requests,
        _status({name for bit, name in STATUS_NAMES.items() if _bits(rows) & bit}),
        _earned(rows, table),
        any(row.is_bound for row in rows),
    )


def _earned(rows: Sequence[Drawn], table: LineTable) -> Outcome | None:
    known = [row.earned for row in rows if row.earned]
    if not known:
        return None
    revenue, *covered = map(sum, zip(*known, strict=True))
    return outcome(table.cost(covered), Fraction(revenue, table.unit.cost))


def _bits(rows: Sequence[Drawn]) -> int:
    found = 0
    for row in rows:
        found |= row.status
    return found


def _rows(
    top: Sequence[Node], figures: Mapping[Node, Figures], scale: Scale, bill: int, holes: Collection[LineKey]
) -> tuple[tuple[Row, ...], bool]:
    """The rows that are drawn, and whether there is a bill that they have a share of."""
    shares = _shares(top, bill)
    rows = tuple(
        Row(
            node.name, node.level, node.folded, scale.cost(node.numbers), figures[node], shares.get(node),
            node.held or RowSums.of(node.lines, holes),
        )
        for node in _drawn(top)
    )  # fmt: skip
    return rows, bool(shares)


def figures_of(costs: Sequence[Cost], currency: str) -> tuple[list[Figures], Figures]:
    """The figures of costs that stand beneath each other, and of their total."""
    known = [Costs(cost) for cost in costs]
    found, total = _figures_of(known, currency)
    return [found[each] for each in known], total


def figures_of_parts(top: Sequence[Costs], currency: str, shown: Figures) -> dict[Costs, Figures]:
    """The figures of nested costs, each level adding up to the one above, and all to a figure that stands elsewhere."""
    return _figures_of(top, currency, shown)[0]


def _figures_of(
    top: Sequence[Costs], currency: str, shown: Figures | None = None
) -> tuple[dict[Costs, Figures], Figures]:
    digits, total = minor_digits(currency), sum_costs(each.cost for each in top)
    scale = _scale([*(each.cost for each in _all(top)), total], digits, shown)
    nodes: dict[Node, Costs] = {}

    def node(costs: Costs) -> Node:
        found = Node(None, 0, (), tuple(node(part) for part in costs.parts), scale.numbers(costs.cost))
        nodes[found] = costs
        return found

    figures, whole = _figures([node(each) for each in top], total, digits, scale, shown)
    return {nodes[each]: found for each, found in figures.items()}, whole


def _scale(costs: Sequence[Cost], digits: int, shown: Figures | None) -> Scale:
    """Among others, one cost may have been rounded to several figures: then all columns are told apart."""
    found = Scale.of(costs, digits)
    if shown is None:
        return found
    return found.wide(4 if len({shown.low, shown.mid, shown.high}) > 1 else 2 if shown.before != shown.low else 1)


def row_of(lines: Sequence[ReportLine], table: Table, key: LineKey = (), folded: int = 0) -> Row:
    """Lines of the table as one row."""
    figures = added_figures([table.by_line[line.key] for line in lines])
    cost = sum_costs(line.cost for line in lines)
    return Row(None, 0, folded, cost, figures, None, RowSums.of(lines, table.holes), key)


def status_of(line: ReportLine, holes: Collection[LineKey]) -> str:
    """Whether all of a line has a price. `holes`: the lines in which something has none."""
    if line.key not in holes:
        return PRICED
    return PARTLY if line.basis else UNPRICED


def _status(found: set[str]) -> str:
    return found.pop() if len(found) == 1 else PARTLY if found else PRICED


def _largest_lines(lines: Sequence[ReportLine], by: Sequence[str]) -> frozenset[LineKey] | None:
    """The lines that are drawn; None where time is asked for: then each row decides for its own parts."""
    if any(name in TIME_NAMES for name in by):
        return None
    largest = sorted(lines, key=lambda line: (not line.loses, -line.cost.mid, -line.tokens))[:LARGEST]
    return frozenset(line.key for line in largest)


def _nodes(
    lines: Sequence[_Sized], by: Sequence[str], level: int, largest: frozenset[LineKey] | None
) -> tuple[Node, ...]:
    groups: dict[str | None, list[_Sized]] = {}
    for each in lines:
        groups.setdefault(each.line.key[level] if by else None, []).append(each)
    nodes = [_node(name, found, by, level, largest) for name, found in groups.items()]
    if by and by[level] in TIME_NAMES:
        return tuple(sorted(nodes, key=lambda node: node.name or ""))
    nodes.sort(key=lambda node: (not any(line.basis for line in node.lines), *node.place, node.name or ""))
    return _folded(nodes, level, largest)


def _node(
    name: str | None, sized: Sequence[_Sized], by: Sequence[str], level: int, largest: frozenset[LineKey] | None
) -> Node:
    numbers, lines = _added([each.numbers for each in sized]), tuple(each.line for each in sized)
    if level + 1 >= len(by):
        return Node(name, level, lines, (), numbers)
    is_closed = largest is not None and not any(line.key in largest for line in lines)
    return Node(name, level, lines, _nodes(sized, by, level + 1, largest), numbers, is_closed=is_closed)


def _added(numbers: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return numbers[0] if len(numbers) == 1 else tuple(map(sum, zip(*numbers, strict=True)))


def _folded(nodes: Sequence[Node], level: int, largest: frozenset[LineKey] | None) -> tuple[Node, ...]:
    """The nodes with the small ones in one; a single one is not worth folding."""
    if largest is None or level == 0:
        kept = {*sorted(nodes, key=lambda node: node.place)[:LARGEST]}
    else:
        kept = {node for node in nodes if any(line.key in largest for line in node.lines)}
    hidden = [node for node in nodes if node not in kept]
    if len(hidden) < 2:
        return tuple(nodes)
    lines = tuple(line for node in hidden for line in node.lines)
    fold = Node(None, level, lines, tuple(hidden), _added([node.numbers for node in hidden]), len(hidden), True)
    return (*(node for node in nodes if node in kept), fold)


def _drawn(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if not node.is_closed:
            yield from _drawn(node.parts)


def _leaves(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.parts:
            yield from _leaves(node.parts)
        else:
            yield node


def _figures(
    top: Sequence[Node], total: Cost, digits: int, scale: Scale, shown: Figures | None = None
) -> tuple[dict[Node, Figures], Figures]:
    """Every node in coins: the total first, then each node's coins handed down to its parts."""
    figures = shown or Figures(*(round_half_up(amount, digits) for amount in _amounts(total)))
    found = _spread(top, _coins(figures, digits, scale.width), scale.unit // 10**digits)
    return {node: _in_coins(own, digits) for node, own in found.items()}, figures


def coins_of_total(total: Cost, digits: int, width: int) -> list[int]:
    """The total's coins, one number for each cost that is told apart."""
    return _coins(Figures(*(round_half_up(amount, digits) for amount in _amounts(total))), digits, width)


def _coins(figures: Figures, digits: int, width: int) -> list[int]:
    whole = (figures.before, figures.low, figures.mid, figures.high)
    return [int(rounded.scaleb(digits)) for rounded in whole[:width]]


def _in_coins(coins: Sequence[int], digits: int) -> Figures:
    known = [_decimal(each, digits) for each in coins]
    return Figures(*known, *([known[-1]] * (4 - len(known))))


def _shares(top: Sequence[Node], total: int) -> dict[Node, int]:
    """Whole percents of the bill before, of the rows that are drawn."""
    if not total:
        return {}
    sign = 1 if total > 0 else -1
    copies: dict[Node, Node] = {}

    def drawn(node: Node) -> Node:
        parts = () if node.is_closed else tuple(drawn(part) for part in node.parts)
        copy = Node(node.name, node.level, (), parts, (sign * 100 * node.numbers[0],))
        copies[copy] = node
        return copy

    found = _spread([drawn(node) for node in top], [100], sign * total)
    return {copies[copy]: share for copy, (share,) in found.items()}


def _spread(nodes: Sequence[Node], totals: Sequence[int], coin: int) -> dict[Node, tuple[int, ...]]:
    """The coins of every node, by column; what no column changes has one figure in all."""
    found: dict[Node, tuple[int, ...]] = {}
    waiting: list[tuple[Sequence[Node], Sequence[int]]] = [(nodes, totals)]
    while waiting:
        siblings, coins = waiting.pop()
        columns = [[node.numbers[i] for node in siblings] for i in range(len(coins))]
        for node, own in zip(siblings, zip(*share_out_together(columns, coins, coin), strict=True), strict=True):
            found[node] = own
            if node.parts:
                waiting.append((node.parts, own))
    return found


def _all(nodes: Sequence[Nested]) -> Iterator[Nested]:
    for node in nodes:
        yield node
        yield from _all(node.parts)


def _amounts(cost: Cost) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    return cost.before, cost.low, cost.mid, cost.high


def _decimal(coins: int, digits: int) -> Decimal:
    return Decimal(coins).scaleb(-digits)
