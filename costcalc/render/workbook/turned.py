"""Turned: a table whose costs follow the rises.

Beside each row stand its coefficients, one for every set of rises that multiplies any row: the exact cost is the sum of
coefficients times what these sets multiply by. Each row is rounded by itself, and so is the total of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import prod

from costcalc.money import exact_sum, round_half_up
from costcalc.months.turning import UNRAISED, ByRises, Rises
from costcalc.render.workbook.book import WorkbookSheet, cell, span
from costcalc.scenario.model import Variant

ROUNDED = "Each row is rounded by itself, and the total by itself: they may differ by some of the smallest coins."
VALUE_ROWS: Mapping[Variant, int] = {"mid": 0, "low": 1, "high": 2}  # of what each set multiplies by
SUFFIXES: Mapping[Variant, str] = {"mid": "", "low": "_low", "high": "_high"}  # of the cells' names
Factors = Mapping[Variant, Sequence[Fraction]]  # what each rise multiplies by; empty: nothing turns


@dataclass(frozen=True, slots=True)
class TurnedRow:
    """One row: what stands before the costs, and the costs: as other files show them, exact, and by rises."""

    texts: Sequence[str | None]
    counts: Sequence[Fraction | None]
    before: Decimal | None
    after: Decimal | None
    exact_before: Fraction
    exact: ByRises  # with the rise; empty: it stands as it was computed
    exact_after: Fraction
    grows: str = ""  # what a formula multiplies all of it by: counts, costs

    @property
    def by_rises(self) -> ByRises:
        return self.exact or {UNRAISED: self.exact_after}

    @property
    def is_known(self) -> bool:
        return self.before is not None and self.after is not None


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
    sets: tuple[Rises, ...]  # empty: nothing turns
    first_set: int
    then: str  # title of the cost with the changes
    rows: Sequence[TurnedRow]

    def at(self, row: int, column: int) -> str:
        return f"{self.name}!{cell(row, column)}"

    @property
    def total_before(self) -> str:
        return self.at(self.total_row, self.before)

    @property
    def total_after(self) -> str:
        return self.at(self.total_row, self.after)

    def weighted(self, row: int, variant: Variant = "mid") -> str:
        """The row's coefficients times what their sets multiply by."""
        end, values = self.first_set + len(self.sets) - 1, VALUE_ROWS[variant]
        both = (span((at, self.first_set), (at, end)) for at in (values, row))
        return f"SUMPRODUCT({','.join(f'{self.name}!{each}' for each in both)})"

    def sum_of(self, amount: ByRises) -> str:
        """An amount of no row of the table, as its sets turn it."""
        columns = {rises: self.at(VALUE_ROWS["mid"], column) for column, rises in enumerate(self.sets, self.first_set)}
        parts = (f"{float(each)!r}*{columns[rises]}" for rises, each in amount.items() if each)
        return "+".join(parts) or "0"

    @property
    def costs_after(self) -> str:
        """Exact where the table turns."""
        return f"{self.name}!{self.column(self.exact if self.sets else self.after)}"

    def unraised(self, row: int) -> str:
        """The row's coefficients without any rise: what it costs before."""
        return f"SUM({self.name}!{span((row, self.first_set), (row, self.first_set + len(self.sets) - 1))})"

    def column(self, column: int) -> str:
        return span((self.first_row, column), (self.last_row, column))


def write_turned(
    sheet: WorkbookSheet,
    texts: Sequence[str],
    counts: Sequence[str],
    then: str,
    rows: Sequence[TurnedRow],
    factors: Factors,
) -> TurnedTable:
    """Write the table below its title. `then`: what the costs that follow the rises are called."""
    sets = _sets(rows) if factors else ()
    before = len(texts) + len(counts)
    header_row, first_set = 3, before + 5
    first, last = header_row + 1, header_row + max(len(rows), 1)
    table = TurnedTable(
        sheet.sheet.name, last + 1, first, last, before, before + 1, first_set + len(sets), sets, first_set, then, rows
    )
    sheet.header(header_row, [*texts, *counts, "Before", then, "Change", "In percent"], len(texts))
    if sets:
        sheet.text(1, 0, ROUNDED, "quiet")
        _write_sets(sheet, table, factors, header_row)
        rows = [_rounded_alone(row, sheet.book.digits) for row in rows]
    for place, row in enumerate(rows, first):
        _write_row(sheet, table, place, row)
    _write_total(sheet, table, rows, len(texts))
    for column in range(first_set, table.exact + 1) if sets else ():
        sheet.sheet.set_column(column, column, 16, None, {"level": 1, "hidden": True})
    return table


def _sets(rows: Sequence[TurnedRow]) -> tuple[Rises, ...]:
    found = {rises for row in rows for rises in row.exact} | {UNRAISED}
    return tuple(sorted(found, key=lambda each: (len(each), each)))


def _rounded_alone(row: TurnedRow, digits: int) -> TurnedRow:
    """A row as its formulas have it, whatever the others are; what no cell turns has the coins of the page."""
    if not row.is_known:
        return row
    before = round_half_up(row.exact_before, digits) if row.grows else row.before
    return replace(row, before=before, after=round_half_up(row.exact_after, digits))


def _write_sets(sheet: WorkbookSheet, table: TurnedTable, factors: Factors, header_row: int) -> None:
    """Above each column of coefficients, what its set multiplies by: in force, at the low and at the high ends."""
    for column, rises in enumerate(table.sets, table.first_set):
        for variant, row in VALUE_ROWS.items():
            formula = "*".join(f"(1+rise_{at + 1}{SUFFIXES[variant]})" for at in rises) or "1"
            value = prod((factors[variant][at] for at in rises), start=Fraction(1))
            sheet.formula(row, column, formula, value, "factor")
        name = " × ".join(f"rise {at + 1}" for at in rises) or "not raised"
        sheet.text(header_row, column, name, "header right")
    sheet.text(header_row, table.exact, "exact", "header right")


def _write_row(sheet: WorkbookSheet, table: TurnedTable, row: int, line: TurnedRow) -> None:
    for column, text in enumerate(line.texts):
        sheet.text(row, column, text)
    for column, count in enumerate(line.counts, len(line.texts)):
        _write_scaled(sheet, (row, column), count, line.grows, "count")
    if line.grows and table.sets and line.is_known:
        sheet.formula(row, table.before, _rounded(sheet, table.unraised(row)), line.before)
    else:
        sheet.number(row, table.before, line.before)
    if line.after is None or line.before is None:
        sheet.number(row, table.after, line.after)
        return
    if table.sets:
        for column, rises in enumerate(table.sets, table.first_set):
            _write_scaled(sheet, (row, column), line.by_rises.get(rises, Fraction()), line.grows, "exact")
        sheet.formula(row, table.exact, table.weighted(row), line.exact_after, "exact")
        sheet.formula(row, table.after, _rounded(sheet, cell(row, table.exact)), line.after)
    else:
        sheet.number(row, table.after, line.after)
    _write_change(sheet, table, row, (line.before, line.after), (line.exact_before, line.exact_after), grows=line.grows)


def _write_scaled(sheet: WorkbookSheet, place: tuple[int, int], number: Fraction | None, grows: str, look: str) -> None:
    """A number, or one that a cell lets grow."""
    if grows and number is not None:
        sheet.formula(*place, f"{float(number)!r}*{grows}", number, look)
    else:
        sheet.number(*place, number, look)


def _write_change(
    sheet: WorkbookSheet, table: TurnedTable, row: int, shown: tuple[Decimal, Decimal], exact: tuple[Fraction, Fraction],
    kind: str = "", *, grows: str = "",
) -> None:  # fmt: skip
    now, then = cell(row, table.before), cell(row, table.after)
    sheet.formula(row, table.after + 1, _rounded(sheet, f"{then}-{now}"), shown[1] - shown[0], "money", kind)
    share = exact[1] / exact[0] - 1 if exact[0] else None
    if table.sets and exact[0]:
        formula = f"{cell(row, table.exact)}/{table.unraised(row) if grows else repr(float(exact[0]))}-1"
        sheet.formula(row, table.after + 2, formula, share, "percent", kind)
    else:
        sheet.number(row, table.after + 2, share, "percent", kind)


def _write_total(sheet: WorkbookSheet, table: TurnedTable, rows: Sequence[TurnedRow], texts: int) -> None:
    row, digits = table.total_row, sheet.book.digits
    known = [line for line in rows if line.is_known]
    before, after = (exact_sum(getattr(line, name) for line in rows) for name in ("exact_before", "exact_after"))
    sheet.text(row, 0, "Total", "text", "total")
    for column in range(1, table.before):
        sheet.text(row, column, "", "text", "total")
    for column, counts in enumerate(zip(*(line.counts for line in rows), strict=True), texts):
        if None not in counts:
            sheet.formula(row, column, f"SUM({table.column(column)})", sum(counts, Fraction()), "count", "total")
    if table.sets:
        shown = round_half_up(before, digits), round_half_up(after, digits)
        for column, rises in enumerate(table.sets, table.first_set):
            total = exact_sum(line.by_rises.get(rises, Fraction()) for line in known)
            sheet.formula(row, column, f"SUM({table.column(column)})", total, "exact", "total")
        sheet.formula(row, table.exact, f"SUM({table.column(table.exact)})", after, "exact", "total")
        if any(line.grows for line in known):
            sheet.formula(row, table.before, _rounded(sheet, table.unraised(row)), shown[0], "currency", "total")
        else:
            sheet.number(row, table.before, shown[0], "currency", "total")
        sheet.formula(row, table.after, _rounded(sheet, cell(row, table.exact)), shown[1], "currency", "total")
    else:
        shown = (
            sum((line.before or Decimal() for line in rows), Decimal()),
            sum((line.after or Decimal() for line in rows), Decimal()),
        )
        for column, figure in zip((table.before, table.after), shown, strict=True):
            sheet.formula(row, column, _rounded(sheet, f"SUM({table.column(column)})"), figure, "currency", "total")
    if any(line.before is None or line.after is None for line in rows):
        return  # of which nobody knows what they cost
    _write_change(sheet, table, row, shown, (before, after), "total", grows="".join(line.grows for line in known))


def _rounded(sheet: WorkbookSheet, formula: str) -> str:
    return f"ROUND({formula},{sheet.book.digits})"
