"""Figures: the table of a report: what each line cost before, what it costs with the rise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from costcalc.rating.model import Cost
from costcalc.records import dataclass
from costcalc.render.blocks import Block, Cell, Column, Grid, Note, Style
from costcalc.render.tree import PARTLY, UNPRICED, Figures, Row, Table
from costcalc.render.words import DASH, amount_text, count_text, decimal_text, percent_text, price_text, share_text
from costcalc.reports.plan.model import Plan
from costcalc.scenario.model import PriceChanges

TOTAL = "Total"
NONE = Cell(DASH, "quiet")


def log_grid(table: Table, plan: Plan, is_wide: bool) -> Grid:
    """Before, with the rise, the change; with tokens and both ends of a range where there is room."""
    if not plan.changes:
        return cost_grid(table, plan.currency)
    has_ends = table.has_range and is_wide
    columns = [*_count_columns(table, is_wide), *_rise_columns(plan.changes, has_ends)]
    grid = _grid(table, columns, plan.currency)
    if table.has_range and not is_wide:
        return Grid(grid.columns, [*grid.rows, *_ends(table)])
    return grid


def cost_grid(table: Table, currency: str) -> Grid:
    """What each line cost, with its requests and tokens."""
    columns = [
        *_count_columns(table, is_wide=True),
        _Figure(Column("Cost"), _money(lambda figures: decimal_text(figures.before))),
        _Figure(Column("Share of bill", drop=1), _share),
    ]
    if any(row.held.earned for row in table.rows):
        columns.insert(-1, _Figure(Column("Margin", drop=1), _margin))
    return _grid(table, columns, currency)


def month_grid(table: Table, currency: str, title: str) -> Grid:
    """Before, with what the scenario changes, the change and the share of the new cost."""
    total = table.total.cost.mid

    def share(row: Row, _: str) -> Cell:
        return Cell(share_text(row.cost.mid / total)) if total and row.cost.mid else NONE

    columns = [
        _Figure(Column("Before", drop=1), _money(lambda figures: decimal_text(figures.before))),
        _Figure(Column(title), _money(lambda figures: decimal_text(figures.mid))),
        _Figure(Column("Change", drop=2), _change),
        _Figure(Column("", drop=5), _rise),
        _Figure(Column("Share", drop=6), share),
    ]
    return _grid(table, columns, currency)


EVERY_LINE = "Every line: -o lines.csv"


def table_notes(table: Table, total: Cost, currency: str) -> Iterator[Block]:
    """What the rounded figures cannot show, and where the lines are that do not stand here."""
    if any(row.folded for row in table.rows):
        yield Note(EVERY_LINE, "quiet")
    if table.total.status == PARTLY and any(row.status == PARTLY for row in table.rows):
        yield Note("* Incomplete: part of it has no price and is not in the figure.")
    if 0 < total.before < 1:
        then = f", with the rise {price_text(total.mid)}" if total.mid and total.mid != total.before else ""
        yield Note(f"Exact: {price_text(total.before)}{then} {currency}.", "quiet")


def name_cell(row: Row, by: Sequence[str], style: Style = "") -> Cell:
    """The row's name; what the log leaves open is said to be open."""
    if row.folded:
        return Cell(f"… {row.folded:,} more", "quiet", indent=row.level)
    name = row.name or (f"(no {by[row.level]})" if by else "everything")
    return Cell(name + (" *" if row.status == PARTLY else ""), style, indent=row.level)


def change_style(change: Fraction) -> Style:
    return "worse" if change > 0 else "better" if change < 0 else ""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A column with what it shows of a row; the unit stands in the first and the last row."""

    column: Column
    cell: Callable[[Row, str], Cell]  # of the row, with the unit it may show


def _grid(table: Table, figures: Sequence[_Figure], currency: str) -> Grid:
    rows = []
    for position, row in enumerate(table.rows):
        unit = currency if position == 0 else ""
        rows.append([name_cell(row, table.by), *(figure.cell(row, unit) for figure in figures)])
    total = [_strong(figure.cell(table.total, currency)) for figure in figures]
    label = TOTAL if table.total.status != PARTLY else f"{TOTAL} *"
    title = table.by[0].replace("_", " ").capitalize() if table.by else ""
    return Grid(
        [Column(title, "name"), *(figure.column for figure in figures)], [*rows, [Cell(label, "strong"), *total]]
    )


def _strong(cell: Cell) -> Cell:
    return Cell(cell.text, cell.style or "strong", cell.unit)


def _count_columns(table: Table, is_wide: bool) -> list[_Figure]:
    """Requests and tokens, where the log states them."""
    if not is_wide:
        return []
    columns = [_Figure(Column("Tokens", drop=7), lambda row, _: Cell(amount_text(row.held.tokens)))]
    if any(row.held.requests is not None for row in table.rows):
        columns.insert(0, _Figure(Column("Requests", drop=8), _requests))
    return columns


def _rise_columns(changes: PriceChanges, has_ends: bool) -> list[_Figure]:
    columns = [
        _Figure(Column("Before", drop=1), _money(lambda figures: decimal_text(figures.before))),
        _Figure(Column(rise_title(changes)), _money(lambda figures: decimal_text(figures.mid))),
        _Figure(Column("Change", drop=2), _change),
        _Figure(Column("", drop=5), _rise),
        _Figure(Column("Share of bill", drop=6, spills=True), _share),
    ]
    if has_ends:
        columns.insert(1, _Figure(Column("Low"), _money(lambda figures: decimal_text(figures.low))))
        columns.insert(3, _Figure(Column("High"), _money(lambda figures: decimal_text(figures.high))))
    return columns


def rise_title(changes: PriceChanges) -> str:
    """What the second column is called: a scenario that only cuts is no rise."""
    highs = [change.high for change in changes if change.new_rate is None]
    return "With the cut" if highs and len(highs) == len(changes.changes) and max(highs) < 0 else "With the rise"


def _ends(table: Table) -> list[list[Cell]]:
    """Beneath the total, what it is at either end of the ranges."""
    cost, shown = table.total.cost, table.total.figures
    ends = [("at the low end", cost.low, shown.low), ("at the high end", cost.high, shown.high)]
    rows = []
    for label, exact, rounded in ends:
        end = Cost(cost.before, exact, exact, exact)
        style = change_style(end.change)
        change = Cell(decimal_text(rounded - shown.before, signed=True), style)
        rows.append(
            [Cell(label, indent=1), Cell(), Cell(decimal_text(rounded)), change, Cell(_rise_text(end), style), Cell()]
        )
    return rows


def _money(text: Callable[[Figures], str]) -> Callable[[Row, str], Cell]:
    def cell(row: Row, unit: str) -> Cell:
        return Cell("unpriced", "loud") if row.status == UNPRICED else Cell(text(row.figures), "", unit)

    return cell


def _requests(row: Row, _: str) -> Cell:
    return NONE if row.held.requests is None else Cell(count_text(row.held.requests))


def _change(row: Row, _: str) -> Cell:
    if not row.cost.change and not row.figures.change:
        return NONE
    return Cell(decimal_text(row.figures.change, signed=True), change_style(row.cost.change))


def _rise(row: Row, _: str) -> Cell:
    return Cell(_rise_text(row.cost), change_style(row.cost.change)) if row.cost.change else NONE


def _rise_text(cost: Cost) -> str:
    return "new" if cost.rise is None else percent_text(cost.rise, signed=True)


def _share(row: Row, _: str) -> Cell:
    if row.share is None or row.status == UNPRICED:
        return NONE
    return Cell("<1%" if row.share == 0 and row.cost.before > 0 else f"{row.share}%")


def _margin(row: Row, _: str) -> Cell:
    margin = row.held.earned.before.margin if row.held.earned else None
    if margin is None:
        return NONE
    return Cell(("≤ " if row.held.margin_is_bound else "") + percent_text(margin))
