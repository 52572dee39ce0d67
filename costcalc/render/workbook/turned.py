"""Turned: a table whose costs follow the rises, in coins that add up to the total whatever the rises are.

Beside each row stand its coefficients, one for every product of rises that turns any row: the exact cost is the sum of
coefficients times products. Coins are shared out by largest remainder, as on the page: a row that no rise has moved keeps
the figure that the page shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from costcalc.forecasts.turning import Poly, Product
from costcalc.render.workbook.book import Sheet, cell, span

_DIFFERS = "1E-9"  # below it two doubles of one amount are the same
_COIN_DIGITS = 6  # of a coin: what lies nearer to a whole one is whole


@dataclass(frozen=True, slots=True)
class TurnedRow:
    """One row: what stands before the costs, the costs as shown, and the cost with the rise in products of rises."""

    texts: Sequence[str | None]
    counts: Sequence[Fraction | None]
    before: Decimal | None
    after: Decimal | None
    exact_before: Fraction
    exact: Poly | None  # None: it stands as it was computed
    exact_after: Fraction


@dataclass(frozen=True)
class TurnedTable:
    """Where the parts of a written table are, for formulas elsewhere."""

    name: str
    total_row: int
    first_row: int
    last_row: int
    before: int  # columns
    after: int
    exact: int
    factors: tuple[Product, ...]
    first_factor: int

    def at(self, row: int, column: int) -> str:
        return f"{self.name}!{cell(row, column)}"

    @property
    def total_before(self) -> str:
        return self.at(self.total_row, self.before)

    @property
    def total_after(self) -> str:
        return self.at(self.total_row, self.after)

    def weighted(self, row: int, values_row: int, first: int | None = None) -> str:
        """The row's coefficients times the products' values."""
        start = self.first_factor if first is None else first
        end = start + len(self.factors) - 1
        values = span((values_row, self.first_factor), (values_row, self.first_factor + len(self.factors) - 1))
        return f"SUMPRODUCT({self.name}!{values},{self.name}!{span((row, start), (row, end))})"


VALUE_ROWS = {"": 0, "_low": 1, "_high": 2}  # rows of the products' values, by the end of the ranges


def write_turned(
    sheet: Sheet, name: str, texts: Sequence[str], counts: Sequence[str], rows: Sequence[TurnedRow],
    rises: dict[str, Sequence[Fraction]], header_row: int = 3,
) -> TurnedTable:  # fmt: skip
    """Write the table. `rises`: the values of the rises at "", "_low" and "_high"; empty: nothing turns."""
    factors = _factors(rows) if rises else ()
    base = len(texts) + len(counts)
    before, after, change, rise = base, base + 1, base + 2, base + 3
    first_factor = rise + 2
    exact = first_factor + len(factors)
    first, last = header_row + 1, header_row + max(len(rows), 1)
    table = TurnedTable(name, last + 1, first, last, before, after, exact, factors, first_factor)
    sheet.header(header_row, [*texts, *counts, "Before", "With the rise", "Change", "Rise"], len(texts))
    if factors:
        _write_values(sheet, table, rises, header_row)
    for place, row in enumerate(rows):
        _write_row(sheet, table, first + place, row, (len(texts), change, rise), rises)
    _write_total(sheet, table, rows, (len(texts), len(counts), change, rise))
    if factors:
        for column in range(first_factor, exact + 4):
            sheet.sheet.set_column(column, column, 16, None, {"level": 1, "hidden": True})
    return table


def _factors(rows: Sequence[TurnedRow]) -> tuple[Product, ...]:
    found = {factors for row in rows if row.exact for factors in row.exact.terms} | {()}
    return tuple(sorted(found, key=lambda each: (len(each), each)))


def _write_values(sheet: Sheet, table: TurnedTable, rises: dict[str, Sequence[Fraction]], header_row: int) -> None:
    """Above each column of coefficients, what its product comes to: in force, at the low and at the high ends."""
    for end, row in VALUE_ROWS.items():
        for place, factors in enumerate(table.factors):
            value = Poly({factors: Fraction(1)}).at(rises[end])
            formula = "*".join(f"rise_{i + 1}{end}" for i in factors) or "1"
            sheet.formula(row, table.first_factor + place, formula, value, "factor")
    names = [" × ".join(f"rise {i + 1}" for i in factors) or "not raised" for factors in table.factors]
    for place, name in enumerate([*names, "exact", "whole coins", "turn", "as computed"]):
        sheet.text(header_row, table.first_factor + place, name, "header right")


def _write_row(
    sheet: Sheet, table: TurnedTable, row: int, line: TurnedRow, places: tuple[int, int, int],
    rises: dict[str, Sequence[Fraction]],
) -> None:  # fmt: skip
    texts, change, rise = places
    for column, text in enumerate(line.texts):
        sheet.text(row, column, text)
    for column, count in enumerate(line.counts, texts):
        sheet.number(row, column, count, "count")
    sheet.number(row, table.before, line.before)
    if line.after is None or line.before is None:
        sheet.number(row, table.after, line.after)
        return
    if table.factors and line.exact is not None:
        _write_workings(sheet, table, row, line)
    else:
        sheet.number(row, table.after, line.after)
    now, then = cell(row, table.before), cell(row, table.after)
    sheet.formula(row, change, f"ROUND({then}-{now},{sheet.book.digits})", line.after - line.before)
    share = line.exact_after / line.exact_before - 1 if line.exact_before else None
    if table.factors and line.exact_before:
        sheet.formula(row, rise, f"{cell(row, table.exact)}/{float(line.exact_before)!r}-1", share, "percent")
    else:
        sheet.number(row, rise, share, "percent")


def _write_workings(sheet: Sheet, table: TurnedTable, row: int, line: TurnedRow) -> None:
    assert line.exact is not None
    assert line.after is not None
    exact, coins, turn, start = (table.exact + place for place in range(4))
    scale = 10**sheet.book.digits
    for place, factors in enumerate(table.factors):
        sheet.number(row, table.first_factor + place, line.exact.terms.get(factors, Fraction()), "exact")
    whole, was_up, shown = _standing(line, row, scale)
    here = cell(row, exact)
    sheet.formula(row, exact, table.weighted(row, VALUE_ROWS[""]), line.exact_after, "exact")
    sheet.number(row, start, line.exact_after, "exact")
    sheet.formula(row, coins, f"INT(ROUND({here}*{scale},{_COIN_DIGITS}))", whole, "exact")
    left = f"(ROUND({here}*{scale},{_COIN_DIGITS})-{cell(row, coins)})"
    same = f"ABS({here}-{cell(row, start)})<{_DIFFERS}"
    order = f"IF({left}=0,3,IF({same},{0 if was_up else 2},1))+(1-{left})/2+ROW()*1E-8"
    sheet.formula(row, turn, order, shown, "exact")
    limit = f"{cell(table.total_row, turn)}"
    sheet.formula(row, table.after, f"({cell(row, coins)}+IF({cell(row, turn)}<={limit},1,0))/{scale}", line.after)


def _standing(line: TurnedRow, row: int, scale: int) -> tuple[int, bool, Fraction]:
    """Whole coins, whether one more is shown, and whose turn it is to get one more, as computed.

    First come rows that were rounded up and have not moved, then those that moved, by their remainder.
    """
    assert line.after is not None
    in_coins = line.exact_after * scale
    whole = in_coins.numerator // in_coins.denominator
    was_up = int(line.after * scale) > whole
    rest = in_coins - whole
    turn = Fraction(3 if rest == 0 else 0 if was_up else 2) + (1 - rest) / 2 + Fraction(row + 1, 10**8)
    return whole, was_up, turn


def _write_total(
    sheet: Sheet, table: TurnedTable, rows: Sequence[TurnedRow], places: tuple[int, int, int, int]
) -> None:
    texts, counts, change, rise = places
    row, digits = table.total_row, sheet.book.digits
    known = [line for line in rows if line.after is not None and line.before is not None]
    before, after = (sum((getattr(line, name) for line in known), Decimal()) for name in ("before", "after"))
    sheet.text(row, 0, "Total", "text", "total")
    for column in range(1, texts + counts):
        sheet.text(row, column, "", "text", "total")

    def column_sum(column: int) -> str:
        return f"SUM({span((table.first_row, column), (table.last_row, column))})"

    for place in range(counts):
        found = [line.counts[place] for line in rows]
        if all(count is not None for count in found):
            total = sum((count for count in found if count is not None), Fraction())
            sheet.formula(row, texts + place, column_sum(texts + place), total, "count", "total")
    sheet.formula(row, table.before, f"ROUND({column_sum(table.before)},{digits})", before, "currency", "total")
    sheet.formula(row, table.after, f"ROUND({column_sum(table.after)},{digits})", after, "currency", "total")
    sheet.formula(row, change, f"{cell(row, table.after)}-{cell(row, table.before)}", after - before, "money", "total")
    exact_before = sum((line.exact_before for line in known), Fraction())
    exact_after = sum((line.exact_after for line in known), Fraction())
    share = exact_after / exact_before - 1 if exact_before else None
    if not table.factors or not exact_before:
        sheet.number(row, rise, share, "percent", "total")
    else:
        sheet.formula(row, rise, f"{cell(row, table.exact)}/{float(exact_before)!r}-1", share, "percent", "total")
    if table.factors:
        _write_limits(sheet, table, rows, exact_after)


def _write_limits(sheet: Sheet, table: TurnedTable, rows: Sequence[TurnedRow], exact_after: Fraction) -> None:
    """Below the workings: their sums, and up to which turn a row is rounded up."""
    row, scale = table.total_row, 10**sheet.book.digits
    known = [line for line in rows if line.after is not None]
    turned = [line for line in known if line.exact is not None]

    def rows_of(column: int) -> str:
        return span((table.first_row, column), (table.last_row, column))

    for place, factors in enumerate(table.factors):
        total = sum((line.exact.terms.get(factors, Fraction()) for line in turned if line.exact), Fraction())
        sheet.formula(
            row, table.first_factor + place, f"SUM({rows_of(table.first_factor + place)})", total, "exact", "total"
        )
    exact, coins, turn = (table.exact + place for place in range(3))
    sheet.formula(row, exact, f"SUM({rows_of(exact)})", exact_after, "exact", "total")
    standing = [_standing(line, table.first_row + at, scale) for at, line in enumerate(rows) if line.after is not None]
    sheet.formula(row, coins, f"SUM({rows_of(coins)})", sum(whole for whole, _, _ in standing), "exact", "total")
    missing = f"(ROUND({cell(row, exact)}*{scale},0)-{cell(row, coins)})"
    ups = sorted(turn for _, was_up, turn in standing if was_up)
    limit = ups[-1] if ups else Fraction(-1)
    sheet.formula(row, turn, f"IF({missing}<1,-1,SMALL({rows_of(turn)},{missing}))", limit, "exact", "total")
