"""Figures: the table of a report: what each line cost before, what it costs with the rise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from costcalc.rating.model import Cost
from costcalc.rating.rate import NO_CHANGES
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Grid, Note, Style, grid
from costcalc.render.cells import NONE, TOTAL, change_style
from costcalc.render.tree import PARTLY, UNPRICED, Row, Table
from costcalc.render.words import capital, decimal_text, percent_text, price_text, rise_word
from costcalc.reports.plan.model import Plan
from costcalc.scenario.model import PriceChanges


def log_grid(table: Table, plan: Plan, is_wide: bool) -> Grid:
    """Before, with the rise, the change; with tokens and both ends of a range where there is room."""
    if not plan.changes:
        return cost_grid(table, plan.currency)
    has_ends = table.has_range and is_wide
    found = _grid(table, [
        *(_count_columns(table) if is_wide else ()),
        _money("before", "Before", 1),
        has_ends and _money("low", "Low"),
        _money("mid", rise_title(plan.changes)),
        has_ends and _money("high", "High"),
        Column("Change", drop=2, of=_change),
        Column("", drop=5, of=_rise),
        Column("Share of bill", drop=6, spills=True, of=_share),
    ], plan.currency)  # fmt: skip
    return Grid(found.columns, [*found.rows, *_ends(table)]) if table.has_range and not is_wide else found


def cost_grid(table: Table, currency: str) -> Grid:
    """What each line cost, with its requests and tokens."""
    return _grid(table, [
        *_count_columns(table),
        _money("before", "Cost"),
        any(row.held.earned for row in table.rows) and Column("Margin", drop=1, of=_margin),
        Column("Share of bill", drop=1, of=_share),
    ], currency)  # fmt: skip


def month_grid(table: Table, currency: str, title: str) -> Grid:
    """Before, with what the scenario changes, the change and the share of the new cost."""
    total = table.total.cost.mid
    return _grid(table, [
        _money("before", "Before", 1), _money("mid", title), Column("Change", drop=2, of=_change),
        Column("", drop=5, of=_rise), Column("Share", drop=6, of=lambda row: cells.share(row.cost.mid, total)),
    ], currency)  # fmt: skip


EVERY_LINE = "Every line: -o lines.csv"


def table_notes(table: Table, total: Cost, currency: str, changes: PriceChanges = NO_CHANGES) -> Iterator[Block]:
    """What the rounded figures cannot show, and where the lines are that do not stand here."""
    if any(row.folded for row in table.rows):
        yield Note(EVERY_LINE, "quiet")
    if table.total.status == PARTLY and any(row.status == PARTLY for row in table.rows):
        yield Note("* Incomplete: part of it has no price and is not in the figure.")
    if 0 < total.before < 1:
        then = f", {rise_word(changes)} {price_text(total.mid)}" if total.mid and total.mid != total.before else ""
        yield Note(f"Exact: {price_text(total.before)}{then} {currency}.", "quiet")


def name_cell(row: Row, by: Sequence[str], style: Style = "") -> Cell:
    """The row's name; what the log leaves open is said to be open."""
    if row.folded:
        return Cell(f"… {row.folded:,} more", "quiet", indent=row.level)
    name = row.name or (f"(no {by[row.level]})" if by else "everything")
    return Cell(name + (" *" if row.status == PARTLY else ""), style, indent=row.level)


def _grid(table: Table, columns: Sequence[Column | Literal[False]], currency: str) -> Grid:
    title = table.by[0].replace("_", " ").capitalize() if table.by else ""

    def name(row: Row) -> Cell:
        if row is table.total:
            return Cell(TOTAL if row.status != PARTLY else f"{TOTAL} *")
        return name_cell(row, table.by)

    return grid([Column(title, "name", of=name), *columns], table.rows, currency, table.total)


def _count_columns(table: Table) -> Iterator[Column]:
    """Requests and tokens, where the log states them."""
    if any(row.held.requests is not None for row in table.rows):
        yield Column("Requests", drop=8, of=lambda row: cells.count(row.held.requests))
    yield Column("Tokens", drop=7, of=lambda row: cells.tokens(row.held.tokens))


def rise_title(changes: PriceChanges) -> str:
    """What the second column is called."""
    return capital(rise_word(changes))


def _ends(table: Table) -> Iterator[list[Cell]]:
    """Beneath the total, what it is at either end of the ranges."""
    cost, shown = table.total.cost, table.total.figures
    for label, exact, rounded in (("at the low end", cost.low, shown.low), ("at the high end", cost.high, shown.high)):
        change = Cell(decimal_text(rounded - shown.before, signed=True), change_style(exact - cost.before))
        yield [Cell(label, indent=1), Cell(), cells.money(rounded), change, cells.rise(cost.before, exact), Cell()]


def _money(name: str, title: str, drop: int = 0) -> Column:
    """A cost of the figures; the unit stands in the first and the last row."""

    def cell(row: Row) -> Cell:
        return Cell("unpriced", "loud") if row.status == UNPRICED else cells.money(getattr(row.figures, name))

    return Column(title, drop=drop, of=cell, has_unit=True)


def _change(row: Row) -> Cell:
    return cells.change(row.figures.change, row.cost.change)


def _rise(row: Row) -> Cell:
    return cells.rise(row.cost.before, row.cost.mid)


def _share(row: Row) -> Cell:
    if row.share is None or row.status == UNPRICED:
        return NONE
    return Cell("<1%" if row.share == 0 and row.cost.before > 0 else f"{row.share}%")


def _margin(row: Row) -> Cell:
    margin = row.held.earned.before.margin if row.held.earned else None
    if margin is None:
        return NONE
    return Cell(("≤ " if row.held.margin_is_bound else "") + percent_text(margin))
