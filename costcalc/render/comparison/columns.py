"""Columns: scenarios as columns of a table: by name where the names fit, by number where they do not, the worst where none do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rich.cells import cell_len

from costcalc.money import minor_digits
from costcalc.render.rounding import adding_up
from costcalc.render.tree import Figures, figures_of
from costcalc.render.words import decimal_text
from costcalc.reports.comparison import Alternative, Comparison

_ROOM = (78, 118)  # columns of the page; where there is room, more
_NAME = (18, 24)  # of them for a row's name
_GAP = 2


@dataclass(frozen=True, slots=True)
class Columns:
    """Which alternatives are columns, and what each is called there and among the rows of other tables."""

    places: Sequence[int]  # of the alternatives that are shown
    titles: Sequence[str]  # theirs
    is_numbered: bool

    def row_name(self, position: int, alternative: Alternative) -> str:
        """The scenario as the name of a row: with its number where columns are called so."""
        return f"{position}  {alternative.name}" if self.is_numbered and position else alternative.name


def columns_of(comparison: Comparison, is_wide: bool) -> Columns:
    """Columns that hold what a customer or a line costs, at 80 columns or, where there is room, at 120."""
    names = [alternative.name for alternative in comparison.alternatives]
    everyone = list(range(len(names)))
    cell = _widest(comparison)
    room = _ROOM[is_wide] - _NAME[is_wide]
    if not has_columns(comparison) or sum(max(cell_len(name), cell) + _GAP for name in names) <= room:
        return Columns(everyone, names, False)
    titles = [names[0], *(str(position) for position in everyone[1:])]
    most = max(room // (cell + _GAP), 2)
    shown = everyone if len(names) <= most else _worst(comparison, most)
    return Columns(shown, [titles[position] for position in shown], True)


def has_columns(comparison: Comparison) -> bool:
    """Whether any table has the scenarios as columns."""
    return bool(comparison.by) or bool(comparison.today.customers)


def figures_of_months(alternative: Alternative, currency: str) -> tuple[list[Figures], Figures]:
    """The coins of every month and of their total: those of the page, of CSV and of JSON."""
    return figures_of([month.cost for month in alternative.months], currency)


def customer_figures(alternative: Alternative, currency: str, *, served: bool = False) -> list[tuple[Decimal, Decimal]]:
    """What each customer costs today and in the last month, in coins that add up to the month's; `served`: all costs."""
    name = "served" if served else "cost"
    pairs = [(getattr(line.today, name), getattr(line.last, name)) for line in alternative.customers]
    return _of_last_month(alternative, pairs, currency)


def line_figures(alternative: Alternative, currency: str) -> list[tuple[Decimal, Decimal]]:
    """The same of the lines that were asked for."""
    return _of_last_month(alternative, [(line.last_before, line.last_after) for line in alternative.lines], currency)


def _of_last_month(
    alternative: Alternative, pairs: Sequence[tuple[Fraction, Fraction]], currency: str
) -> list[tuple[Decimal, Decimal]]:
    month, shown = alternative.last, figures_of_months(alternative, currency)[0][-1]
    known = [(month.before.cost, shown.before), (month.after.cost, shown.mid)]
    columns = [[before for before, _ in pairs], [after for _, after in pairs]]
    return list(zip(*adding_up(columns, known, minor_digits(currency)), strict=True))


def _widest(comparison: Comparison) -> int:
    amounts = [line.last.cost for each in comparison.alternatives for line in each.customers]
    amounts += [line.last_after for each in comparison.alternatives for line in each.lines]
    largest = max((abs(amount) for amount in amounts), default=0)
    return len(decimal_text(Decimal(int(largest)))) + len(".00")


def _worst(comparison: Comparison, most: int) -> list[int]:
    """Today and the scenarios with the lowest margin, or the highest cost, in the order given."""

    def badness(position: int) -> tuple[tuple[int, Fraction], Fraction]:
        last = comparison.alternatives[position].last.after
        return last.worst_first, -last.cost

    ranked = sorted(range(1, len(comparison.alternatives)), key=badness)
    return [0, *sorted(ranked[: most - 1])]
