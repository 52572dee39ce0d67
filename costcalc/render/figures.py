"""Figures: the table of a report: what each line cost before, what it costs with the rise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.rating.line import PARTLY
from costcalc.rating.model import Cost
from costcalc.rating.rate import NO_CHANGES
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Grid, Note, grid
from costcalc.render.cells import TOTAL, change_style
from costcalc.render.rows import OF_A_MONTH, page_columns
from costcalc.render.tree import Row, Table
from costcalc.render.words import capital, decimal_text, price_text, rise_word
from costcalc.reports.plan.model import Plan
from costcalc.scenario.model import PriceChanges


def log_grid(table: Table, plan: Plan, is_wide: bool) -> Grid:
    """Before, with the rise, the change; with tokens and both ends of a range where there is room."""
    if not plan.changes:
        return cost_grid(table, plan.currency)
    keys = ["cost_before", "cost_low", "cost", "cost_high", "change", "rise", "share"]
    if not (table.has_range and is_wide):
        keys = [key for key in keys if key not in ("cost_low", "cost_high")]
    found = _grid(table, [*(_counts(table) if is_wide else ()), *keys], plan.currency, rise_title(plan.changes))
    return Grid(found.columns, [*found.rows, *_ends(table)]) if table.has_range and not is_wide else found


def cost_grid(table: Table, currency: str) -> Grid:
    """What each line cost, with its requests and tokens."""
    margin = ["margin"] if any(row.of.earned for row in table.rows) else []
    return _grid(table, [*_counts(table), "cost", *margin, "share"], currency, "Cost")


def month_grid(table: Table, currency: str, title: str) -> Grid:
    """Before, with what the scenario changes, the change and the share of the new cost."""
    return _grid(table, OF_A_MONTH, currency, title)


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


def name_cell(row: Row, by: Sequence[str]) -> Cell:
    """The row's name; what the log leaves open is said to be open."""
    if row.folded:
        return Cell(f"… {row.folded:,} more", "quiet", indent=row.level)
    name = row.name or (f"(no {by[row.level]})" if by else "everything")
    return Cell(name + (" *" if row.status == PARTLY else ""), indent=row.level)


def total_cell(total: Row) -> Cell:
    return Cell(TOTAL if total.status != PARTLY else f"{TOTAL} *")


def _grid(table: Table, keys: Sequence[str], currency: str, cost: str) -> Grid:
    """These columns of the lines. `cost`: what that is called."""
    title = table.by[0].replace("_", " ").capitalize() if table.by else ""

    def name(row: Row) -> Cell:
        return total_cell(row) if row is table.total else name_cell(row, table.by)

    columns = [Column(title, "name", of=name), *page_columns(keys, table, {"cost": cost})]
    return grid(columns, table.rows, currency, table.total)


def _counts(table: Table) -> Sequence[str]:
    """Requests and tokens, where the log states them."""
    return ("requests", "tokens") if any(row.of.requests is not None for row in table.rows) else ("tokens",)


def rise_title(changes: PriceChanges) -> str:
    """What the second column is called."""
    return capital(rise_word(changes))


def _ends(table: Table) -> Iterator[list[Cell]]:
    """Beneath the total, what it is at either end of the ranges."""
    cost, shown = table.total.cost, table.total.figures
    for label, exact, rounded in (("at the low end", cost.low, shown.low), ("at the high end", cost.high, shown.high)):
        change = Cell(decimal_text(rounded - shown.before, signed=True), change_style(exact - cost.before))
        yield [Cell(label, indent=1), Cell(), cells.money(rounded), change, cells.rise(cost.before, exact), Cell()]
