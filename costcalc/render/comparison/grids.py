"""Grids: a row a scenario: cost and margin, the ends of its ranges, its usage, and what assumed margins become."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note, grid
from costcalc.render.cells import NONE, change_style
from costcalc.render.comparison.columns import Columns, figures_of_months
from costcalc.render.tree import Figures
from costcalc.render.words import month_text, percent_text, plain_percent
from costcalc.reports.comparison import Alternative, Comparison
from costcalc.reports.plan.model import PlanMonth


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario with its place and its figures: of every month, and of all."""

    number: int
    of: Alternative
    months: Sequence[Figures]
    total: Figures

    @property
    def last(self) -> Figures:
        return self.months[-1]


def _rows(comparison: Comparison) -> list[ScenarioRow]:
    listed = enumerate(comparison.alternatives)
    return [ScenarioRow(number, each, *figures_of_months(each, comparison.currency)) for number, each in listed]


def _name_column(title: str, columns: Columns) -> Column:
    def name(row: ScenarioRow) -> Cell:
        return Cell(columns.row_name(row.number, row.of), "" if row.number else "strong")

    return Column(title, "name", of=name)


def cost_grid(comparison: Comparison, columns: Columns, is_wide: bool) -> Grid:
    """What each scenario costs in the last month and over all, and what it leaves of the margin."""
    whole, has_margin = len(comparison.months), knows_margin(comparison)
    return grid([
        _name_column(f"Cost, {comparison.currency}", columns),
        Column(month_text(comparison.months[-1]), of=lambda row: _money(row, row.last.mid)),
        (is_wide or not has_margin) and Column("Change", drop=2, of=_change),
        whole > 1 and Column(f"{whole} months", drop=3, of=lambda row: cells.money(row.total.mid)),
        has_margin and Column("Margin", of=lambda row: cells.percent(row.of.last.after.margin)),
        has_margin and Column("Points", of=_points),
        shows_profit(comparison, is_wide) and Column("Profit", drop=4, of=_profit),
        _has_floor(comparison) and _floor_column(comparison, lambda row: row.of.first_below_floor),
    ], _rows(comparison))  # fmt: skip


def _change(row: ScenarioRow) -> Cell:
    exact = row.of.last.known_change
    return NONE if exact is None else cells.shown_change(row.last.change, exact)


def _money(row: ScenarioRow, coins: Decimal) -> Cell:
    """A figure of the last month."""
    return cells.UNPRICED if row.of.last.after.known_cost is None else cells.money(coins)


def _points(row: ScenarioRow) -> Cell:
    return cells.points(row.of.last.before.margin, row.of.last.after.margin)


def _profit(row: ScenarioRow) -> Cell:
    """What becomes of today's profit, as a share of it."""
    lost = row.of.profit_lost
    if lost is None or not round_half_up(lost * 100, 1):
        return NONE
    return Cell(percent_text(-lost, signed=True), change_style(lost))


def shows_profit(comparison: Comparison, is_wide: bool) -> bool:
    """What is left of the profit stands where a floor does not need the room."""
    return any(each.profit_lost for each in comparison.alternatives) and (is_wide or not _has_floor(comparison))


def knows_margin(comparison: Comparison) -> bool:
    return any(each.last.after.margin is not None for each in comparison.alternatives)


def _has_floor(comparison: Comparison) -> bool:
    return comparison.floor is not None and knows_margin(comparison)


def _floor_column(comparison: Comparison, month: Callable[[ScenarioRow], PlanMonth | None]) -> Column:
    def cell(row: ScenarioRow) -> Cell:
        found = month(row)
        return NONE if found is None else Cell(month_text(found.month), "worse")

    return Column(f"Below {plain_percent(comparison.floor or Fraction())}", of=cell)


def end_blocks(comparison: Comparison, columns: Columns, is_wide: bool) -> Iterator[Block]:
    """What the scenarios with ranges come to at either end."""
    ranged = [row for row in _rows(comparison) if row.of.whole.low.cost != row.of.whole.high.cost]
    if not ranged:
        return
    has_floor, whole = _has_floor(comparison), len(comparison.months)
    has_whole = is_wide and whole > 1
    yield Gap()
    yield grid([
        _name_column(f"Ranges, {comparison.currency}", columns),
        Column(f"Low, {month_text(comparison.months[-1])}", of=lambda row: _money(row, row.last.low)),
        Column("High", of=lambda row: _money(row, row.last.high)),
        has_whole and Column(f"Low, {whole} months", drop=4, of=lambda row: cells.money(row.total.low)),
        has_whole and Column("High", drop=3, of=lambda row: cells.money(row.total.high)),
        knows_margin(comparison) and Column("Margin", drop=1, of=_margins),
        has_floor and _floor_column(comparison, lambda row: row.of.first_below_floor_at_worst),
    ], ranged)  # fmt: skip
    if has_floor:
        yield Note("Below the floor: the first month at the worst end of the ranges.", "quiet")


def _margins(row: ScenarioRow) -> Cell:
    ends = row.of.last.margins
    return Cell(f"{percent_text(ends[0])} to {percent_text(ends[1])}") if ends else NONE


def usage_grid(comparison: Comparison, columns: Columns) -> Grid:
    """Requests and tokens of the last month, and what each of them costs."""
    has_requests = any(each.last.requests is not None for each in comparison.alternatives)
    digits = minor_digits(comparison.currency) + 2

    def price(row: ScenarioRow, count: Fraction | None, size: int) -> Cell:
        """A price keeps more digits than an amount: 0.0254 is not 0.03."""
        cost = row.of.last.after.known_cost
        return cells.money(round_half_up(cost * size / count, digits)) if count and cost is not None else NONE

    by_tokens = Column("Per 1M tokens", drop=2, has_unit=True, of=lambda row: price(row, row.of.last.tokens, 1_000_000))
    by_requests = Column(
        "Per 1,000 requests", drop=3, has_unit=True, of=lambda row: price(row, row.of.last.requests, 1_000)
    )
    return grid([
        _name_column(f"In {month_text(comparison.months[-1])}", columns),
        has_requests and Column("Requests", of=lambda row: cells.count(row.of.last.requests)),
        Column("Tokens", of=lambda row: cells.tokens(row.of.last.tokens)),
        by_tokens,
        has_requests and by_requests,
    ], _rows(comparison), comparison.currency)  # fmt: skip


def assumed_blocks(comparison: Comparison, columns: Columns) -> Iterator[Block]:
    """Where no revenue is known: what margins of today become in the last month."""
    known = [row for row in _rows(comparison) if row.of.assumed]
    if not known or knows_margin(comparison):
        return

    def column(place: int, today: Fraction) -> Column:
        def cell(row: ScenarioRow) -> Cell:
            margin = row.of.assumed[place]
            return Cell(percent_text(margin.after), change_style(margin.before - margin.after))

        return Column(plain_percent(today), of=cell)

    margins = [column(place, margin.today) for place, margin in enumerate(known[0].of.assumed)]
    yield Gap()
    yield grid([_name_column("If today's margin is", columns), *margins], known)
    yield Note(f"The margin of {month_text(comparison.months[-1])}. --margin or --revenue says what you earn.", "quiet")
