"""Tree: the lines of a report as nested rows, the small ones folded, every figure rounded so that all levels add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TypeVar

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.line import UNPRICED, LineSums, ReportLine
from costcalc.rating.linecoins import coins_of
from costcalc.rating.linetable import TIME_NAMES, LineTable
from costcalc.rating.linetree import LineTree, Node
from costcalc.rating.model import Cost, LineKey, Rating, sum_costs
from costcalc.records import dataclass
from costcalc.render.rounding import share_out_together

_MID = 2  # of the four columns
_NOTHING = LineSums.of(())  # of costs without lines
LARGEST = 10  # rows beyond the largest ten fold into one


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
class _Sized:
    """A line, and its cost in numbers."""

    line: ReportLine
    numbers: tuple[int, ...]


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
    of: LineSums
    key: LineKey = ()  # of a single line, or of a name that it begins with; empty: a row of a tree, of several, of all

    @property
    def status(self) -> str:
        return self.of.status


@dataclass(frozen=True)
class Table:
    """The rows drawn, their total, and the figures of every single line, drawn or not."""

    by: tuple[str, ...]
    lines: Sequence[ReportLine]
    rows: tuple[Row, ...]
    total: Row
    find_figures: Callable[[], Mapping[LineKey, Figures]]

    @cached_property
    def by_line(self) -> Mapping[LineKey, Figures]:
        return self.find_figures()

    @property
    def has_range(self) -> bool:
        return self.total.cost.low != self.total.cost.high

    def share_of(self, line: ReportLine) -> Fraction | None:
        """The line's share of the bill before; None where there is no bill."""
        total = self.total.cost.before
        return line.cost.before / total if total else None


def table_of(rating: Rating, lines: Sequence[ReportLine]) -> Table:
    """The table of a report. The same figures go to the page, to CSV and to JSON."""
    if isinstance(lines, LineTable):
        return _table_in_engine(lines, rating)
    return table_with(lines, rating.by, rating.total, rating.currency)


def table_with(
    lines: Sequence[ReportLine], by: tuple[str, ...], total: Cost, currency: str, shown: Figures | None = None
) -> Table:
    """The table of lines that add up to a total. `shown`: its figures, where it stands in another table already."""
    digits = minor_digits(currency)
    scale = _scale([*(line.cost for line in lines), total], digits, shown)
    sized = [_Sized(line, scale.numbers(line.cost)) for line in lines]
    top = _nodes(sized, by, 0, _largest_lines(lines, by))
    figures, whole = _figures(top, total, digits, scale, shown)
    by_line = lambda: {node.line.key: figures[node] for node in _all(top) if node.line}  # noqa: E731
    return Table(by, lines, *_rows(top, figures, scale, total, whole), by_line)


def _table_in_engine(table: LineTable, rating: Rating) -> Table:
    """The same of lines in the engine: those that are drawn become values."""
    digits, tree = minor_digits(rating.currency), LineTree(table, LARGEST)
    scale, top = Scale(table.unit.cost, table.width), tree.drawn()
    figures, whole = _figures(top, rating.total, digits, scale)

    def by_line() -> dict[LineKey, Figures]:
        coins = coins_of(tree, _coins(whole, digits, scale.width), 10**digits)
        return {line.key: _in_coins(own, digits) for line, own in zip(table, coins.rows(), strict=True)}

    return Table(rating.by, table, *_rows(top, figures, scale, rating.total, whole), by_line)


def _rows(
    top: Sequence[Node], figures: Mapping[Node, Figures], scale: Scale, total: Cost, whole: Figures
) -> tuple[tuple[Row, ...], Row]:
    """The rows that are drawn, and their total."""
    shares = _shares(top, sum(node.numbers[0] for node in top))
    rows = tuple(
        Row(node.name, node.level, node.folded, scale.cost(node.numbers), figures[node], shares.get(node), node.of)
        for node in _drawn(top)
    )
    return rows, Row(None, 0, 0, total, whole, 100 if shares else None, LineSums.of(node.of for node in top))


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
        found = Node(None, 0, scale.numbers(costs.cost), _NOTHING, tuple(map(node, costs.parts)))
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
    return Row(None, 0, folded, cost, figures, None, LineSums.of(lines), key)


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
    nodes.sort(key=lambda node: (node.of.status == UNPRICED, *_place(node), node.name or ""))
    return _folded(nodes, level, largest)


def _node(
    name: str | None, sized: Sequence[_Sized], by: Sequence[str], level: int, largest: frozenset[LineKey] | None
) -> Node:
    is_closed = largest is not None and not any(each.line.key in largest for each in sized)
    if level + 1 >= len(by):
        [(line, numbers)] = [(each.line, each.numbers) for each in sized]
        return Node(name, level, numbers, line.sums, is_closed=is_closed, line=line)
    return _sum_of(name, level, _nodes(sized, by, level + 1, largest), is_closed=is_closed)


def _sum_of(name: str | None, level: int, parts: Sequence[Node], folded: int = 0, *, is_closed: bool) -> Node:
    numbers = tuple(map(sum, zip(*(part.numbers for part in parts), strict=True)))
    return Node(name, level, numbers, LineSums.of(part.of for part in parts), tuple(parts), folded, is_closed)


def _folded(nodes: Sequence[Node], level: int, largest: frozenset[LineKey] | None) -> tuple[Node, ...]:
    """The nodes with the small ones in one; a single one is not worth folding."""
    if largest is None or level == 0:
        kept = {*sorted(nodes, key=_place)[:LARGEST]}
    else:
        kept = {node for node in nodes if not node.is_closed}
    hidden = [node for node in nodes if node not in kept]
    if len(hidden) < 2:
        return tuple(nodes)
    fold = _sum_of(None, level, hidden, len(hidden), is_closed=True)
    return (*(node for node in nodes if node in kept), fold)


def _place(node: Node) -> tuple[bool, int, Fraction]:
    """Lines that cost more than they earn stand first, then the dearest; of what has no price, the most tokens."""
    size = node.numbers[_MID if len(node.numbers) == 4 else -1]
    return not (node.line and node.line.loses), -size, -node.of.tokens


def _drawn(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if not node.is_closed:
            yield from _drawn(node.parts)


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
        copy = replace(node, numbers=(sign * 100 * node.numbers[0],), parts=parts)
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
