"""Tree: the lines of a report as nested rows, the small ones folded, every figure rounded so that all levels add up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.model import Cost, LineKey, Rating, sum_costs
from costcalc.records import dataclass
from costcalc.render.rounding import share_out_together
from costcalc.reports.lines import ReportLine

LARGEST = 10  # rows beyond the largest ten fold into one
TIME_NAMES = ("day", "month")

PRICED, PARTLY, UNPRICED = "priced", "partly unpriced", "unpriced"


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


@dataclass(frozen=True, eq=False)
class Node:
    """A row and what it is the sum of. `folded` rows stand for so many others; a closed row hides its parts."""

    name: str | None
    level: int
    lines: tuple[ReportLine, ...]
    parts: tuple[Node, ...]
    cost: Cost
    folded: int = 0
    is_closed: bool = False


@dataclass(frozen=True)
class Row:
    """A row as it is drawn."""

    name: str | None
    level: int
    folded: int
    lines: tuple[ReportLine, ...]
    cost: Cost
    figures: Figures
    share: int | None  # whole percents of the bill before; None where there is no bill
    status: str

    @property
    def requests(self) -> Fraction | None:
        counts = [line.requests for line in self.lines]
        return None if None in counts else sum((count for count in counts if count is not None), Fraction())

    @property
    def tokens(self) -> Fraction:
        return sum((line.tokens for line in self.lines), Fraction())


@dataclass(frozen=True)
class Table:
    """The rows drawn, their total, and the figures of every single line, drawn or not."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    by_line: Mapping[LineKey, Figures]
    holes: frozenset[LineKey]  # the lines in which something has no price

    @property
    def has_range(self) -> bool:
        return self.total.cost.low != self.total.cost.high

    def share_of(self, line: ReportLine) -> Fraction | None:
        """The line's share of the bill before; None where there is no bill."""
        total = self.total.cost.before
        return line.cost.before / total if total else None


def table_of(rating: Rating, lines: Sequence[ReportLine]) -> Table:
    """The table of a report. The same figures go to the page, to CSV and to JSON."""
    holes = frozenset(part.line for part in rating.unpriced)
    return table_with(lines, rating.by, rating.total, rating.currency, holes)


def table_with(
    lines: Sequence[ReportLine], by: tuple[str, ...], total: Cost, currency: str, holes: frozenset[LineKey],
    shown: Figures | None = None,
) -> Table:  # fmt: skip
    """The table of lines that add up to a total. `holes`: the lines in which something has no price.

    `shown`: the total's figures, where it stands in another table already.
    """
    top = _nodes(lines, by, 0, _largest_lines(lines, by))
    figures, total_figures = _figures(top, total, minor_digits(currency), shown)
    shares = _shares(top, total.before)
    rows = [_row(node, figures[node], shares.get(node), holes) for node in _drawn(top)]
    every = Row(None, 0, 0, tuple(lines), total, total_figures, 100 if shares else None, _status(lines, holes))
    by_line = {node.lines[0].key: figures[node] for node in _leaves(top)}
    return Table(by, tuple(rows), every, by_line, holes)


def figures_of(costs: Sequence[Cost], currency: str) -> tuple[list[Figures], Figures]:
    """The figures of costs that stand beneath each other, and of their total."""
    nodes = [Node(None, 0, (), (), cost) for cost in costs]
    found, total = _figures(nodes, sum_costs(costs), minor_digits(currency))
    return [found[node] for node in nodes], total


def figures_of_nodes(top: Sequence[Node], currency: str, shown: Figures) -> dict[Node, Figures]:
    """The figures of nested costs, each level adding up to the one above, and all to a figure that stands elsewhere."""
    return _figures(top, sum_costs(node.cost for node in top), minor_digits(currency), shown)[0]


def status_of(line: ReportLine, holes: Collection[LineKey]) -> str:
    """Whether all of a line has a price. `holes`: the lines in which something has none."""
    if line.key not in holes:
        return PRICED
    return PARTLY if line.basis else UNPRICED


def _status(lines: Sequence[ReportLine], holes: Collection[LineKey]) -> str:
    found = {status_of(line, holes) for line in lines}
    return found.pop() if len(found) == 1 else PARTLY if found else PRICED


def _row(node: Node, figures: Figures, share: int | None, holes: Collection[LineKey]) -> Row:
    status = _status(node.lines, holes)
    return Row(node.name, node.level, node.folded, node.lines, node.cost, figures, share, status)


def _largest_lines(lines: Sequence[ReportLine], by: Sequence[str]) -> frozenset[LineKey] | None:
    """The lines that are drawn; None where time is asked for: then each row decides for its own parts."""
    if any(name in TIME_NAMES for name in by):
        return None
    largest = sorted(lines, key=lambda line: -line.cost.mid)[:LARGEST]
    return frozenset(line.key for line in largest)


def _nodes(
    lines: Sequence[ReportLine], by: Sequence[str], level: int, largest: frozenset[LineKey] | None
) -> tuple[Node, ...]:
    groups: dict[str | None, list[ReportLine]] = {}
    for line in lines:
        groups.setdefault(line.key[level] if by else None, []).append(line)
    nodes = [_node(name, found, by, level, largest) for name, found in groups.items()]
    if by and by[level] in TIME_NAMES:
        return tuple(sorted(nodes, key=lambda node: node.name or ""))
    nodes.sort(key=lambda node: (not any(line.basis for line in node.lines), -node.cost.mid, node.name or ""))
    return _folded(nodes, level, largest)


def _node(
    name: str | None, lines: Sequence[ReportLine], by: Sequence[str], level: int, largest: frozenset[LineKey] | None
) -> Node:
    cost = lines[0].cost if len(lines) == 1 else sum_costs(line.cost for line in lines)
    if level + 1 >= len(by):
        return Node(name, level, tuple(lines), (), cost)
    is_closed = largest is not None and not any(line.key in largest for line in lines)
    return Node(name, level, tuple(lines), _nodes(lines, by, level + 1, largest), cost, is_closed=is_closed)


def _folded(nodes: Sequence[Node], level: int, largest: frozenset[LineKey] | None) -> tuple[Node, ...]:
    """The nodes with the small ones in one; a single one is not worth folding."""
    by_size = sorted(nodes, key=lambda node: -node.cost.mid)[:LARGEST]
    if largest is None or level == 0:
        kept = set(by_size)
    else:
        kept = {node for node in nodes if any(line.key in largest for line in node.lines)}
    hidden = [node for node in nodes if node not in kept]
    if len(hidden) < 2:
        return tuple(nodes)
    lines = tuple(line for node in hidden for line in node.lines)
    fold = Node(None, level, lines, tuple(hidden), sum_costs(node.cost for node in hidden), len(hidden), True)
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
    top: Sequence[Node], total: Cost, digits: int, shown: Figures | None = None
) -> tuple[dict[Node, Figures], Figures]:
    """Every node in coins: the total first, then each node's coins handed down to its parts."""
    nodes = list(_all(top))
    whole = [round_half_up(amount, digits) for amount in _amounts(total)]
    if shown is not None:
        whole = [shown.before, shown.low, shown.mid, shown.high]
    exact = [{node: amount * 10**digits for node, amount in column} for column in _columns(nodes, whole)]
    columns = _spread(top, [int(rounded.scaleb(digits)) for rounded in whole[: len(exact)]], exact)
    columns += [columns[-1]] * (len(whole) - len(columns))
    figures = {node: Figures(*(_decimal(column[node], digits) for column in columns)) for node in nodes}
    return figures, Figures(*whole)


def _columns(nodes: Sequence[Node], whole: Sequence[Decimal]) -> list[list[tuple[Node, Fraction]]]:
    """Before, low, middle and high; before and low alone where no rise is a range, and all three are one."""
    columns = [[(node, node.cost.before) for node in nodes], [(node, node.cost.low) for node in nodes]]
    is_range = any(not node.parts and not node.cost.low == node.cost.mid == node.cost.high for node in nodes)
    if is_range or len({*whole[1:]}) > 1:  # among others, one cost may have been rounded to several figures
        columns += [[(node, node.cost.mid) for node in nodes], [(node, node.cost.high) for node in nodes]]
    return columns


def _shares(top: Sequence[Node], total: Fraction) -> dict[Node, int]:
    """Whole percents of the bill before, of the rows that are drawn."""
    if not total:
        return {}
    drawn = {node: node.cost.before * 100 / total for node in _drawn(top)}
    return _spread(top, [100], [drawn])[0]


def _spread(
    nodes: Sequence[Node], totals: Sequence[int], columns: Sequence[Mapping[Node, Fraction]]
) -> list[dict[Node, int]]:
    """The coins of every node that has an amount, by column; what no column changes has one figure in all."""
    found: list[dict[Node, int]] = [{} for _ in columns]
    waiting = [(nodes, totals)]
    while waiting:
        siblings, coins = waiting.pop()
        shared = share_out_together([[column[node] for node in siblings] for column in columns], coins)
        for own, column in zip(found, shared, strict=True):
            own.update(zip(siblings, column, strict=True))
        waiting += [
            (node.parts, mine)
            for node, mine in zip(siblings, zip(*shared, strict=True), strict=True)
            if node.parts and node.parts[0] in columns[0]
        ]
    return found


def _all(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all(node.parts)


def _amounts(cost: Cost) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    return cost.before, cost.low, cost.mid, cost.high


def _decimal(coins: int, digits: int) -> Decimal:
    return Decimal(coins).scaleb(-digits)
