"""Grids: a row a scenario: cost and margin, the ends of its ranges, its usage, and what assumed margins become."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note, Style
from costcalc.render.comparison.columns import Columns, figures_of_months
from costcalc.render.figures import NONE, change_style
from costcalc.render.plan.months import margin_cell, points_cell
from costcalc.render.words import (
    amount_text,
    count_text,
    decimal_text,
    month_text,
    percent_text,
    plain_percent,
)
from costcalc.reports.comparison import Alternative, Comparison
from costcalc.reports.plan.model import PlanMonth

_THOUSAND, _MILLION = 1_000, 1_000_000


def cost_grid(comparison: Comparison, columns: Columns, is_wide: bool) -> Grid:
    """What each scenario costs in the last month and over all, and what it leaves of the margin."""
    whole, has_margin, has_floor = len(comparison.months), knows_margin(comparison), _has_floor(comparison)
    has_change, has_profit = is_wide or not has_margin, shows_profit(comparison, is_wide)
    titles = [
        Column(month_text(comparison.months[-1])),
        *([Column("Change", drop=2)] if has_change else []),
        *([Column(f"{whole} months", drop=3)] if whole > 1 else []),
        *([Column("Margin"), Column("Points")] if has_margin else []),
        *([Column("Profit", drop=4)] if has_profit else []),
        *([_floor_column(comparison)] if has_floor else []),
    ]
    rows = []
    for position, each in enumerate(comparison.alternatives):
        months, total = figures_of_months(each, comparison.currency)
        rows.append(
            [
                _name(columns, position, each),
                Cell(decimal_text(months[-1].mid)),
                *([_change_cell(each, months[-1].change)] if has_change else []),
                *([Cell(decimal_text(total.mid))] if whole > 1 else []),
                *(_margin_cells(each) if has_margin else []),
                *([_profit_cell(each)] if has_profit else []),
                *([_month_cell(each.first_below_floor)] if has_floor else []),
            ]
        )
    return Grid([Column(f"Cost, {comparison.currency}", "name"), *titles], rows)


def shows_profit(comparison: Comparison, is_wide: bool) -> bool:
    """What is left of the profit stands where a floor does not need the room."""
    return any(each.profit_lost for each in comparison.alternatives) and (is_wide or not _has_floor(comparison))


def knows_margin(comparison: Comparison) -> bool:
    return any(each.last.after.margin is not None for each in comparison.alternatives)


def _has_floor(comparison: Comparison) -> bool:
    return comparison.floor is not None and knows_margin(comparison)


def _name(columns: Columns, position: int, each: Alternative) -> Cell:
    return Cell(columns.row_name(position, each), "" if position else "strong")


def _floor_column(comparison: Comparison) -> Column:
    return Column(f"Below {plain_percent(comparison.floor or Fraction())}")


def _change_cell(each: Alternative, shown: Decimal) -> Cell:
    change = each.last.after.cost - each.last.before.cost
    return Cell(decimal_text(shown, signed=True), change_style(change)) if shown else NONE


def _margin_cells(each: Alternative) -> list[Cell]:
    before, after = each.last.before.margin, each.last.after.margin
    return [margin_cell(each.last.after), points_cell(before, after)]


def _profit_cell(each: Alternative) -> Cell:
    """What becomes of today's profit, as a share of it."""
    lost = each.profit_lost
    if lost is None or not round_half_up(lost * 100, 1):
        return NONE
    return Cell(percent_text(-lost, signed=True), change_style(lost))


def _month_cell(month: PlanMonth | None) -> Cell:
    return NONE if month is None else Cell(month_text(month.month), "worse")


def end_blocks(comparison: Comparison, columns: Columns, is_wide: bool) -> Iterator[Block]:
    """What the scenarios with ranges come to at either end."""
    ranged = [
        (number, each)
        for number, each in enumerate(comparison.alternatives)
        if each.whole.low.cost != each.whole.high.cost
    ]
    if not ranged:
        return
    has_margin, has_floor, whole = knows_margin(comparison), _has_floor(comparison), len(comparison.months)
    has_whole = is_wide and whole > 1
    titles = [
        Column(f"Low, {month_text(comparison.months[-1])}"),
        Column("High"),
        *([Column(f"Low, {whole} months", drop=4), Column("High", drop=3)] if has_whole else []),
        *([Column("Margin", drop=1)] if has_margin else []),
        *([_floor_column(comparison)] if has_floor else []),
    ]
    rows = []
    for position, each in ranged:
        months, total = figures_of_months(each, comparison.currency)
        amounts = [months[-1].low, months[-1].high, *([total.low, total.high] if has_whole else [])]
        cells = [Cell(decimal_text(amount)) for amount in amounts]
        if has_margin:
            ends = each.last.margins
            cells.append(Cell(f"{percent_text(ends[0])} to {percent_text(ends[1])}") if ends else NONE)
        if has_floor:
            cells.append(_month_cell(each.first_below_floor_at_worst))
        rows.append([_name(columns, position, each), *cells])
    yield Gap()
    yield Grid([Column(f"Ranges, {comparison.currency}", "name"), *titles], rows)
    if has_floor:
        yield Note("Below the floor: the first month at the worst end of the ranges.", "quiet")


def usage_grid(comparison: Comparison, columns: Columns) -> Grid:
    """Requests and tokens of the last month, and what each of them costs."""
    has_requests = any(each.last.requests is not None for each in comparison.alternatives)
    rows = []
    for position, each in enumerate(comparison.alternatives):
        last, unit = each.last, comparison.currency if position == 0 else ""
        cells = [Cell(amount_text(last.tokens)), _unit_price(each, last.tokens, _MILLION, comparison.currency, unit)]
        if has_requests:
            cells.insert(0, NONE if last.requests is None else Cell(count_text(last.requests)))
            cells.append(_unit_price(each, last.requests, _THOUSAND, comparison.currency, unit))
        rows.append([_name(columns, position, each), *cells])
    titles = [Column("Tokens"), Column("Per 1M tokens", drop=2)]
    if has_requests:
        titles = [Column("Requests"), *titles, Column("Per 1,000 requests", drop=3)]
    return Grid([Column(f"In {month_text(comparison.months[-1])}", "name"), *titles], rows)


def _unit_price(each: Alternative, count: Fraction | None, size: int, currency: str, unit: str) -> Cell:
    """A price keeps more digits than an amount: 0.0254 is not 0.03."""
    if not count:
        return NONE
    price = each.last.after.cost * size / count
    return Cell(decimal_text(round_half_up(price, minor_digits(currency) + 2)), "", unit)


def assumed_blocks(comparison: Comparison, columns: Columns) -> Iterator[Block]:
    """Where no revenue is known: what margins of today become in the last month."""
    known = [(position, each) for position, each in enumerate(comparison.alternatives) if each.assumed]
    if not known or knows_margin(comparison):
        return
    margins = [outcome.today for outcome in known[0][1].assumed]
    rows = [
        [_name(columns, position, each)]
        + [Cell(percent_text(outcome.after), _direction(outcome.before, outcome.after)) for outcome in each.assumed]
        for position, each in known
    ]
    yield Gap()
    titles = [Column(plain_percent(margin)) for margin in margins]
    yield Grid([Column("If today's margin is", "name"), *titles], rows)
    yield Note(f"The margin of {month_text(comparison.months[-1])}. --margin or --revenue says what you earn.", "quiet")


def _direction(before: Fraction, after: Fraction) -> Style:
    return change_style(before - after)
