"""The page of an explanation: each line with its prices, each price with its chains, down to the printed figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from costcalc.meters import meters
from costcalc.rating.model import Cost, sum_costs
from costcalc.render.blocks import Block, Branch, Facts, Folded, Gap, Note, Tree, TreeNode, noted
from costcalc.render.doubts import assumption_blocks, missing_blocks
from costcalc.render.explanation.phrases import (
    count_nodes,
    leaf_title,
    name_text,
    price_facts,
    price_title,
    rows_text,
    running_text,
    step_text,
)
from costcalc.render.header import FactRow, change_text, header
from costcalc.render.opening import lacking_text
from costcalc.render.tree import Costs, Figures, figures_of_parts, table_of
from costcalc.render.words import (
    amount_text,
    count_text,
    counted,
    decimal_text,
    money_text,
    price_text,
    share_text,
)
from costcalc.reports.explanation import ExplainedLine, Explanation, Leaf, PriceUsed, shown_name
from costcalc.reports.lines import lines_of

TOP = 5  # lines shown
_PRICES = 3  # prices shown of each of several lines
_PRICES_OF_ONE = 12  # and of a single line
_NAMES = 3
_ROUNDED = Note("Each figure is rounded so that the parts add up to it; --json has every digit.", "quiet")


def headline_blocks(report: Explanation, top: int = TOP) -> Iterator[Note]:
    """How much of the total is taken apart below."""
    explained = ", ".join(_explained(report, len(report.lines[:top])))
    yield Note(f"{lacking_text(report.rating, report.usage)}Explained: {explained}.", "strong")


def explanation_blocks(report: Explanation, is_wide: bool, top: int = TOP) -> Sequence[Block]:
    """What the page of an explanation is made of."""
    shown = report.lines[:top]
    figures = figures_of(report)
    return [
        _header(report),
        Gap(),
        *_lines([_line(line, report, figures, len(shown) == 1) for line in shown]),
        *_totals(report, shown, figures),
        *_notes(report, shown),
        *missing_blocks(report.rating, report.usage),
        *assumption_blocks(report.rating, report.usage, ()),
        *noted([_ROUNDED] if report.lines else []),
    ]


def _lines(lines: Sequence[Branch]) -> Iterator[Block]:
    """The first with its chain; on a screen the others are folded to what they come to."""
    trees: list[Block] = [each for line in lines for each in (Tree([line]), Gap())]
    if len(lines) <= 1:
        yield from trees
        return
    others = [Branch(line.nodes[:1]) for line in lines[1:]]
    more = f"How {'each of these' if len(others) > 1 else 'this one'} comes about: --notes"
    yield Folded([*trees[:2], Tree(others), Note(more, "quiet"), Gap()], trees)


@dataclass(frozen=True)
class LeafFigures:
    """Every figure in coins: those of the report's own table, handed down to the leaves of each line."""

    total: Figures
    explained: Figures
    leaves: Mapping[int, Figures]  # by id of the record
    shares: Mapping[Fraction, int]  # whole percents of the bill before, by what a row of the table costs before

    def of_leaf(self, leaf: Leaf) -> Figures:
        return self.leaves[id(leaf)]

    def of_price(self, price: PriceUsed) -> Figures:
        return _sum(self.of_leaf(leaf) for leaf in price.leaves)

    def of_line(self, line: ExplainedLine) -> Figures:
        return _sum(self.of_price(price) for price in line.prices)

    @property
    def others(self) -> Figures:
        """What was not chosen, or stands in lines without what was chosen."""
        return Figures(*(whole - part for whole, part in zip(_four(self.total), _four(self.explained), strict=True)))


def figures_of(report: Explanation) -> LeafFigures:
    """A line's figure is that of the printed report; its prices and leaves add up to it."""
    table = table_of(report.rating, lines_of(report.rating, {}))
    leaves: dict[int, Figures] = {}
    for line in report.whole:
        if line.prices:
            leaves |= _leaf_figures(line, report.currency, table.by_line[line.key])
    shares = {row.cost.before: row.share for row in table.rows if row.share}
    found = LeafFigures(table.total.figures, table.total.figures, leaves, shares)
    return replace(found, explained=_sum(found.of_line(line) for line in report.lines))


def _leaf_figures(line: ExplainedLine, currency: str, shown: Figures) -> dict[int, Figures]:
    parts: dict[int, Costs] = {}
    prices = []
    for price in line.prices:
        parts |= {id(leaf): Costs(leaf.cost) for leaf in price.leaves}
        prices.append(Costs(price.cost, tuple(parts[id(leaf)] for leaf in price.leaves)))
    found = figures_of_parts(prices, currency, shown)
    return {place: found[costs] for place, costs in parts.items()}


def _sum(figures: Iterable[Figures]) -> Figures:
    columns = [*zip(*map(_four, figures), strict=True)] or [(), (), (), ()]
    return Figures(*(sum(column, Decimal()) for column in columns))


def _four(figures: Figures) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return figures.before, figures.low, figures.mid, figures.high


def _header(report: Explanation) -> Facts:
    rows: list[FactRow] = []
    for position, touched in enumerate(report.changes):
        before = " before" if report.total.change else ""
        share = f" · {share_text(touched.share)} of the bill{before}" if touched.share else ""
        rows.append(("scenario" if position == 0 else "", (change_text(touched.change) + share,)))
    return header(report, report.rates_used, rows)


def _explained(report: Explanation, shown: int) -> Iterator[str]:
    found = len(report.lines)
    lines = counted(report.line_count, "line")
    if shown < found:
        yield f"the {shown} largest of {found:,} lines" if shown > 1 else f"the largest of {found:,} lines"
    elif found < report.line_count:
        yield f"{counted(found, 'line')} of {report.line_count:,}"
    else:
        yield lines if report.line_count == 1 else f"all {lines}"
    if report.choice.meter:
        yield f"{report.choice.meter} alone"
    shown_cost = sum((line.cost.mid for line in report.lines[:shown]), Fraction())
    if report.total.mid:
        yield f"{share_text(shown_cost / report.total.mid)} of {money_text(report.total.mid, report.currency)}"


def _line(line: ExplainedLine, report: Explanation, figures: LeafFigures, is_alone: bool) -> Branch:
    unit = report.currency
    most = _PRICES_OF_ONE if is_alone else _PRICES
    shown = line.prices if len(line.prices) <= most + 1 else line.prices[:most]
    parts = [_price(price, report, figures) for price in shown]
    if rest := line.prices[len(shown) :]:
        cost = sum((figures.of_price(price).mid for price in rest), Decimal())
        parts.append(Branch([TreeNode(f"… {len(rest):,} more prices", decimal_text(cost), unit, "quiet")]))
    parts += [_unpriced(line, position) for position in range(len(line.unpriced))]
    figure = decimal_text(figures.of_line(line).mid) if line.prices else ""
    head = TreeNode(line_title(line, report.by), figure or "unpriced", unit if figure else "", "strong")
    return Branch([head, *_line_facts(line, report, figures)], parts)


def line_title(line: ExplainedLine, by: Sequence[str]) -> str:
    """`alibaba / qwen3-max`."""
    return " / ".join(shown_name(name, value) for name, value in zip(by, line.key, strict=True)) or "everything"


def _line_facts(line: ExplainedLine, report: Explanation, figures: LeafFigures) -> Iterator[TreeNode]:
    words = [rows_text(line.rows)] if line.rows else []
    if line.requests:
        words.append(f"{count_text(line.requests)} {'request' if line.requests == 1 else 'requests'}")
    if line.tokens:
        words.append(f"{amount_text(line.tokens)} tokens")
    if share := _share(line.cost, report.total, figures):
        words.append(share)
    if words:
        yield TreeNode(" · ".join(words), style="quiet")
    if line.cost.change:
        shown = figures.of_line(line)
        text = f"{decimal_text(shown.before)} before, {decimal_text(shown.change, signed=True)} with the hikes"
        if line.cost.low != line.cost.high:
            text += f"; between {decimal_text(shown.low)} and {decimal_text(shown.high)}"
        yield TreeNode(text, style="quiet")
    # Models of several lists can have one name in the log.
    names = dict.fromkeys(name_text(name) for price in line.prices for name in price.names if name.how != "exact")
    yield from (TreeNode(text, style="quiet") for text in list(names)[:_NAMES])


def _share(cost: Cost, total: Cost, figures: LeafFigures) -> str:
    """Of the bill; of the one before too where there are two, as the table of the report has it."""
    known = figures.shares.get(cost.before)
    before = f"{known}%" if known else share_text(cost.before / total.before) if cost.before and total.before else ""
    if not total.change or not total.mid:
        return before and f"{before} of the bill"
    return f"{share_text(cost.mid / total.mid)} of the bill ({before or '0%'} before)" if before or cost.mid else ""


def _price(price: PriceUsed, report: Explanation, figures: LeafFigures) -> Branch:
    head = TreeNode(price_title(price), decimal_text(figures.of_price(price).mid), report.currency)
    facts = [TreeNode(text, style="quiet") for text in price_facts(price)]
    only = price.leaves[0]
    if only.quoted is None and len(price.leaves) == 1:  # a stated cost: the price and its one figure are the same
        return Branch([head, *facts, *_steps(only, report, figures), *_beside(only, report.currency)])
    return Branch([head, *facts], [_leaf(leaf, report, figures) for leaf in price.leaves])


def _leaf(leaf: Leaf, report: Explanation, figures: LeafFigures) -> Branch:
    figure = decimal_text(figures.of_leaf(leaf).mid)
    counts = list(count_nodes(leaf))
    if len(leaf.steps) == 1 and not counts:
        text = f"{leaf_title(leaf)}: {step_text(leaf.steps[0], leaf)}"
        return Branch([TreeNode(text, figure, report.currency)])
    title = TreeNode(leaf_title(leaf), figure, report.currency)
    return Branch([title, *(TreeNode(text, style="quiet") for text in counts), *_steps(leaf, report, figures)])


def _steps(leaf: Leaf, report: Explanation, figures: LeafFigures) -> Iterator[TreeNode]:
    """The chain with what it comes to; the last amount is the figure itself, rounded as the page rounds it."""
    for position, step in enumerate(leaf.steps, 1):
        is_last = position == len(leaf.steps)
        shown = decimal_text(figures.of_leaf(leaf).mid) if is_last else running_text(step.amount, step.currency)
        yield TreeNode(step_text(step, leaf), shown, step.currency, "quiet")


def _beside(leaf: Leaf, currency: str) -> Iterator[TreeNode]:
    """What else is known of a stated cost."""
    for text in _words_beside(leaf, currency):
        yield TreeNode(text, style="loud" if text.startswith("!") else "quiet")


def _words_beside(leaf: Leaf, currency: str) -> Iterator[str]:
    if leaf.quoted is not None or leaf.basis not in ("billed", "computed", "estimated"):
        return
    if leaf.why_stated:
        yield f"stands in for the list: {leaf.why_stated}"
    elif leaf.basis == "billed":
        yield "the bill wins over the list (--basis list leaves it aside)"
    if leaf.listed is not None:
        yield f"by the list it would be {money_text(leaf.listed, currency)}"
    if leaf.hike_not_applied:
        yield "! a hike of single meters could not be applied: the bill has no split, and no list says one"


def _unpriced(line: ExplainedLine, position: int) -> Branch:
    part = line.unpriced[position]
    what = f"{part.meter}" if part.meter else f"{amount_text(part.tokens)} tokens of {rows_text(part.rows)}"
    nodes = [TreeNode(f"! {what}: {part.reason}", "no price", style="loud")]
    if part.nearest:
        nodes.append(TreeNode(f"near: {', '.join(part.nearest)}", style="quiet"))
    return Branch(nodes)


def _totals(report: Explanation, shown: Sequence[ExplainedLine], figures: LeafFigures) -> Iterator[Block]:
    """What the lines shown lack of the total, so that the page adds up."""
    unit = report.currency
    roots = []
    hidden = report.lines[len(shown) :]
    if hidden:
        cost = sum((figures.of_line(line).mid for line in hidden), Decimal())
        roots.append(
            Branch([TreeNode(f"… {counted(len(hidden), 'more line', 'more lines')}", decimal_text(cost), unit)])
        )
    if _rest(report) != Cost():
        roots.append(Branch([TreeNode("all that was not asked for", decimal_text(figures.others.mid), unit)]))
    total = report.total
    text = "Total" if report.is_complete else "Total (incomplete)"
    if total.change:
        change = decimal_text(figures.total.change, signed=True)
        text += f", {decimal_text(figures.total.before)} before, {change} with the hikes"
    yield Tree([*roots, Branch([TreeNode(text, decimal_text(figures.total.mid), unit, "strong")])])
    if 0 < total.mid < 1:
        yield Note(f"Exact: {price_text(total.mid)} {unit}.", "quiet")


def _rest(report: Explanation) -> Cost:
    return report.total + sum_costs([report.explained]) * -1


def _notes(report: Explanation, shown: Sequence[ExplainedLine]) -> Iterator[Block]:
    if not report.lines:
        return
    yield Gap()
    if report.covered is not None and report.covered != report.total.mid:
        part, whole = (money_text(amount, report.currency) for amount in (report.covered, report.total.mid))
        share = share_text(report.covered / report.total.mid) if report.total.mid else "none"
        yield Note(
            f"The log states a revenue for {share} of the cost, {part} of {whole}: a margin is of that covered part."
        )
    if report.choice.lines and report.choice.meter:
        return
    words = []
    if not report.choice.lines and all(shown[0].key):
        names = ",".join(f"{name}={value}" for name, value in zip(report.by, shown[0].key, strict=True))
        words.append(f"--line {names}")
    if not report.choice.meter:
        dearest = next(
            (leaf.meter for line in shown for price in line.prices for leaf in price.leaves if leaf.meter), None
        )
        words += [f"--meter {dearest}"] if dearest and dearest in meters().by_name else []
    if "day" not in report.by and report.usage.last_day:
        words.append(f"--day {report.usage.last_day}")
    if words:
        yield Note(f"Narrow it: {' · '.join(words)}", "quiet")
