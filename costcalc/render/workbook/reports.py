"""Workbooks of a cost report, a projection and an outlook."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.forecasts.turning import Poly, poly
from costcalc.money import round_half_up
from costcalc.rating.model import LineKey
from costcalc.render.coverage import in_brackets, margin_title, part_words
from costcalc.render.outlook.lines import tables_of
from costcalc.render.outlook.months import month_figures
from costcalc.render.rows import named
from costcalc.render.tree import UNPRICED, Figures, figures_of, status_of, table_of
from costcalc.render.workbook.book import Book, Sheet, cell, widths_of
from costcalc.render.workbook.sheets import facts_of, write_assumptions, write_sources, write_unpriced
from costcalc.render.workbook.turned import VALUE_ROWS, TurnedRow, TurnedTable, write_turned
from costcalc.reports.cost import CostReport
from costcalc.reports.coverage import Coverage
from costcalc.reports.lines import ReportLine
from costcalc.reports.outlook import Outlook
from costcalc.reports.projection import Projection
from costcalc.reports.workings import Workings

_LOG = "Over the log"


def cost_xlsx(report: CostReport, workings: Workings) -> bytes:
    """The lines of a cost report with their sum, and what they rest on."""
    book = Book(report.currency)
    lines = book.sheets["Lines"]
    table = table_of(report.rating, report.lines)
    by = report.rating.by
    lines.text(0, 0, "Lines", "title")
    lines.header(3, [*by, "Requests", "Tokens", "Cost", "Status"], len(by))
    row = 4
    for row, line in enumerate(report.lines, 4):
        _names(lines, row, line.key, by)
        lines.number(row, len(by), line.requests, "count")
        lines.number(row, len(by) + 1, line.tokens, "count")
        status = status_of(line, table.holes)
        lines.number(row, len(by) + 2, None if status == UNPRICED else table.by_line[line.key].mid)
        lines.text(row, len(by) + 3, status)
    total, column = table.total.figures.mid, len(by) + 2
    at = row + 1
    lines.text(at, 0, "Total", "text", "total")
    for blank in range(1, column):
        lines.text(at, blank, "", "text", "total")
    summed = f"ROUND(SUM({cell(4, column)}:{cell(row, column)}),{book.digits})"
    lines.formula(at, column, summed, total, "currency", "total")
    lines.finish([*_name_widths(report.lines, by), 14, 18, 18, 16], 4, len(by))
    summary = book.sheets["Summary"]
    summary.text(0, 0, "What it cost", "title")
    summary.text(2, 0, "Cost")
    summary.formula(2, 1, f"Lines!{cell(at, column)}", total, "currency")
    _completeness(summary, 3, report.is_complete)
    summary.finish([34, 22])
    _no_months(book, "costcalc cost … --each month writes the months of the log as lines.")
    write_assumptions(
        book, workings, facts_of(report.usage, report.rating, report.other_lists, report.currency), None, ""
    )
    write_unpriced(book, report.rating)
    write_sources(book, workings, report.rates_used)
    return book.content()


def projection_xlsx(report: Projection, workings: Workings) -> bytes:
    """A projection whose hikes, pass-through and revenue may be turned."""
    book = Book(report.currency)
    table = table_of(report.rating, report.lines)
    rows = [
        _projection_row(line, report, workings, table.by_line[line.key], status_of(line, table.holes))
        for line in report.lines
    ]
    by = report.rating.by
    sheet = book.sheets["Lines"]
    sheet.text(0, 0, f"Lines, {_LOG.lower()}", "title")
    lines = write_turned(sheet, "Lines", by, ["Requests", "Tokens"], rows, _rises(workings))
    sheet.finish([*_name_widths(report.lines, by), 14, 18, 16, 18, 16, 10], 4, len(by))
    covered = workings.covered if report.revenue_share is not None else None
    if covered is not None and lines.factors:
        _write_covered(sheet, lines, covered, workings)
    _projection_months(book, report, workings)
    source = report.revenue.source if report.revenue else "unknown: write yours here, for the period of the log"
    _projection_summary(book, report, workings, lines, covered)
    facts = facts_of(report.usage, report.rating, report.other_lists, report.currency)
    if workings.unturned:
        facts.append(("Not turned", f"{round_half_up(workings.unturned, book.digits)} {report.currency} are raised by a new rate or by parts of a bill: no cell turns them"))  # fmt: skip
    write_assumptions(
        book, workings, facts, report.revenue.amount if report.revenue else None, f"{_LOG.lower()}; {source}"
    )
    write_unpriced(book, report.rating)
    write_sources(book, workings, report.rates_used)
    return book.content()


def outlook_xlsx(report: Outlook, workings: Workings) -> bytes:
    """An outlook whose hikes and pass-through may be turned, month by month."""
    book = Book(report.currency)
    _outlook_lines(book, report, workings)
    months, margin_column = _outlook_months(book, report, workings)
    _outlook_summary(book, report, months, margin_column)
    facts = [
        ("Scenario", report.scenario.name or "What the scenario does to cost and margin"),
        *facts_of(report.usage, report.rating, (), report.currency),
    ]
    facts += [("Note", note) for note in report.notes]
    write_assumptions(book, workings, facts, None, "", can_earn_more=_can_earn_more(report))
    write_unpriced(book, report.rating)
    write_sources(book, workings, report.rates_used)
    return book.content()


def _can_earn_more(report: Outlook) -> bool:
    """Whether the whole cost is held against the revenue: then a change of it turns the margin."""
    return report.after.revenue is not None and report.after.covered is None


def _bound(coverage: Coverage | None) -> str:
    """With both shares where the margin is not of all."""
    most = ", at most" if coverage and coverage.is_bound else ""
    return f"{most}{in_brackets(coverage)}"


def _rises(workings: Workings) -> dict[str, Sequence[Fraction]]:
    if workings.static:
        return {}
    return {"": workings.values("mid"), "_low": workings.values("low"), "_high": workings.values("high")}


def _projection_row(
    line: ReportLine, report: Projection, workings: Workings, figures: Figures, status: str
) -> TurnedRow:
    known = status != UNPRICED
    exact = workings.lines.get(line.key, poly(line.cost.mid)) if known else None
    return TurnedRow(
        named(line.key, report.rating.by), (line.requests, line.tokens), figures.before if known else None,
        figures.mid if known else None, line.cost.before, exact, line.cost.mid,
    )  # fmt: skip


def _write_covered(sheet: Sheet, lines: TurnedTable, covered: Poly, workings: Workings) -> None:
    """Below the total: the part of it whose rows state a revenue."""
    row = lines.total_row + 1
    sheet.text(row, 0, "of it with revenue", "quiet")
    for place, factors in enumerate(lines.factors):
        sheet.number(row, lines.first_factor + place, covered.terms.get(factors, Fraction()), "exact")
    sheet.formula(row, lines.after, lines.weighted(row, VALUE_ROWS[""]), covered.at(workings.values()), "money")


def _projection_months(book: Book, report: Projection, workings: Workings) -> None:
    if not report.months:
        _no_months(book, "costcalc project … --months 12 writes the months to come.")
        return
    sheet = book.sheets["Months"]
    sheet.text(0, 0, "Months to come, at the log's daily rate", "title")
    figures, _ = figures_of([month.cost for month in report.months], report.currency)
    rows = [
        TurnedRow(
            (str(month.month),), (month.requests, month.tokens), shown.before, shown.mid, month.cost.before,
            workings.months[place] if workings.months else None, month.cost.mid,
        )
        for place, (month, shown) in enumerate(zip(report.months, figures, strict=True))
    ]  # fmt: skip
    months = write_turned(sheet, "Months", ["Month"], ["Requests", "Tokens"], rows, _rises(workings))
    by_column = report.revenue_share is not None
    if not by_column:
        _month_margins(sheet, months, report)
    sheet.finish([12, 14, 18, 18, 18, 16, 10], 4, 1)
    _place_right(sheet, months)


def _month_margins(sheet: Sheet, months: TurnedTable, report: Projection) -> None:
    """Revenue and margin of each month, to the right of the workings: they follow the revenue's cell."""
    start = _right_of(months)
    for place, name in enumerate(("Revenue", "Margin before", margin_title(report.coverage))):
        sheet.text(months.first_row - 1, start + place, name, "header right")
    for place, month in enumerate(report.months):
        row = months.first_row + place
        scale = Fraction(month.month.days, report.usage.days)
        earned = month.margin.revenue if month.margin else None
        sheet.formula(row, start, f'IF(revenue="","",revenue*{scale.numerator}/{scale.denominator})', earned)
        here = cell(row, start)
        after = cell(row, months.exact) if months.factors else cell(row, months.after)
        sheet.formula(row, start + 1, f'IF({here}="","",IF({here}=0,"",1-{float(month.cost.before)!r}/{here}))', month.margin.before if month.margin else None, "percent")  # fmt: skip
        sheet.formula(row, start + 2, f'IF({here}="","",IF({here}=0,"",1-{after}/{here}))', month.margin.after if month.margin else None, "percent")  # fmt: skip


def _right_of(table: TurnedTable) -> int:
    """The first column right of all workings."""
    return table.exact + 4 if table.factors else table.first_factor - 1


def _place_right(sheet: Sheet, table: TurnedTable) -> None:
    start = _right_of(table)
    sheet.sheet.set_column(start, start + 5, 16)


def _projection_summary(
    book: Book, report: Projection, workings: Workings, lines: TurnedTable, covered: Poly | None
) -> None:
    sheet = book.sheets["Summary"]
    figures = table_of(report.rating, report.lines).total.figures
    cost, margin = report.total, report.margin
    sheet.text(0, 0, "What the rises do to cost and margin", "title")
    sheet.header(2, [_LOG, "Before", "With the rise", "Change", "Rise"])
    sheet.text(3, 0, "Cost")
    sheet.formula(3, 1, lines.total_before, figures.before, "currency")
    sheet.formula(3, 2, lines.total_after, figures.mid, "currency")
    sheet.formula(3, 3, "C4-B4", figures.change)
    sheet.formula(3, 4, f"Lines!{cell(lines.total_row, lines.after + 2)}", cost.rise, "percent")
    row = 4
    if cost.low != cost.high:
        for name, end in (("lowest", "low"), ("highest", "high")):
            sheet.text(row, 0, f"Cost, {name} reading")
            shown = getattr(figures, end)
            if lines.factors and workings.has_open_ends:
                ended = lines.weighted(lines.total_row, VALUE_ROWS[f"_{end}"])
                sheet.formula(row, 2, f"ROUND({ended},{book.digits})", shown, "currency")
            else:
                sheet.number(row, 2, shown, "currency")
            row += 1
    _margin_rows(sheet, row + 1, report, lines, covered)
    _completeness(sheet, row + 8, report.is_complete)
    sheet.finish([34, 22, 22, 18, 12])
    assert margin is None or report.revenue is not None


def _margin_rows(sheet: Sheet, row: int, report: Projection, lines: TurnedTable, covered: Poly | None) -> None:
    margin = report.margin
    sheet.text(row, 0, "Revenue")
    earned = margin.revenue if margin else None
    sheet.formula(row, 1, 'IF(revenue="","",revenue)', earned, "currency")
    if covered is not None and lines.factors and margin:
        before, after = repr(float(margin.cost.before)), lines.at(lines.total_row + 1, lines.after)
    elif lines.factors:
        before, after = repr(float(report.total.before)), lines.at(lines.total_row, lines.exact)
    else:
        cost = margin.cost if margin else report.total
        before, after = repr(float(cost.before)), repr(float(cost.mid))
    known = 'revenue="",revenue=0'
    held = margin.hold if margin else None
    lost = margin.money_lost if margin else report.total.change
    rows: list[tuple[str, str, Fraction | None, str]] = [
        (f"Gross margin{part_words(report.coverage)} before{_bound(report.coverage)}", f'1-{before}/revenue', margin.before if margin else None, "percent"),
        (f"Gross margin{part_words(report.coverage)} with the rise{_bound(report.coverage)}", f'1-{after}/revenue', margin.after if margin else None, "percent"),
        ("Lost, in points", f'-100*({after}-{before})/revenue', -100 * margin.erosion if margin and margin.erosion is not None else None, "points"),
        ("To recover the money, raise your prices by", f'({after}-{before})/revenue', lost / margin.revenue if margin and margin.revenue else None, "percent"),
        ("To hold the margin, raise your prices by", f'{after}/{before}-1', held, "percent"),
    ]  # fmt: skip
    for place, (name, formula, value, look) in enumerate(rows, row + 1):
        sheet.text(place, 0, name)
        sheet.formula(place, 1, f'IF(OR({known}),"",{formula})', value, look)


def _outlook_lines(book: Book, report: Outlook, workings: Workings) -> None:
    sheet = book.sheets["Lines"]
    sheet.text(0, 0, "Lines, over all months", "title")
    tables = tables_of(report)
    rows = []
    for line in report.lines:
        shown = [table.by_line[line.key] for table in tables]
        before, after = (sum((getattr(each, name) for each in shown), Decimal()) for name in ("before", "mid"))
        exact = workings.lines.get(line.key, poly(line.after)) if workings.lines else None
        rows.append(TurnedRow(named(line.key, report.by), (), before, after, line.before, exact, line.after))
    # The coins of a line are summed over its months, so that they may lie more than one from its exact sum: a formula
    # that follows the rises has that sum alone to go by.
    total_coins = [round_half_up(row.exact_after, book.digits) for row in rows]
    is_near = all(abs(row.after - near) * 10**book.digits < 1 for row, near in zip(rows, total_coins, strict=True) if row.after is not None)  # fmt: skip
    rises = _rises(workings)
    if rises and not is_near:
        rows = _rounded_once(rows, book.digits)
    write_turned(sheet, "Lines", report.by, [], rows, rises)
    keys = [line.key for line in report.lines]
    widths = list(widths_of([named(key, report.by) for key in keys] or [tuple(report.by)], 14))
    sheet.finish([*widths, 18, 20, 16, 10], 4, len(report.by))


def _rounded_once(rows: Sequence[TurnedRow], digits: int) -> list[TurnedRow]:
    """The lines in coins that add up to the total of all months, each within one coin of its exact cost."""
    from dataclasses import replace

    from costcalc.money import round_to_total

    before = round_to_total([row.exact_before for row in rows], digits)
    after = round_to_total([row.exact_after for row in rows], digits)
    return [replace(row, before=one, after=other) for row, one, other in zip(rows, before, after, strict=True)]


def _outlook_months(book: Book, report: Outlook, workings: Workings) -> tuple[TurnedTable, int | None]:
    sheet = book.sheets["Months"]
    sheet.text(0, 0, report.scenario.name or "What the scenario does to cost and margin", "title")
    figures, _ = month_figures(report)
    rows = [
        TurnedRow(
            (str(month.month),), (month.requests, month.tokens), shown.before, shown.mid, month.before.cost,
            workings.months[place] if workings.months else None, month.after.cost,
        )
        for place, (month, shown) in enumerate(zip(report.months, figures, strict=True))
    ]  # fmt: skip
    months = write_turned(sheet, "Months", ["Month"], ["Requests", "Tokens"], rows, _rises(workings))
    sheet.finish([12, 14, 18, 18, 18, 16, 10], 4, 1)
    start = _right_of(months)
    names = ["Other costs", "Revenue", "Margin before", margin_title(report.coverage)]
    if report.has_ranges:
        names += ["Lowest", "Highest"]
    for place, name in enumerate(names):
        sheet.text(months.first_row - 1, start + place, name, "header right")
    for place, (month, shown) in enumerate(zip(report.months, figures, strict=True)):
        row, after = months.first_row + place, month.after
        sheet.number(row, start, after.other)
        sheet.number(row, start + 2, month.before.margin, "percent")
        earned = cell(row, start + 1)
        cost = cell(row, months.exact) if months.factors else repr(float(after.cost))
        if _can_earn_more(report) and after.revenue:
            sheet.formula(row, start + 1, f"{float(after.revenue)!r}*(1+revenue_change)", after.revenue)
            sheet.formula(
                row, start + 3, f'IF({earned}=0,"",1-({cost}+{cell(row, start)})/{earned})', after.margin, "percent"
            )
        else:
            sheet.number(row, start + 1, after.revenue)
            sheet.number(row, start + 3, after.margin, "percent")
        if report.has_ranges:
            sheet.number(row, start + 4, shown.low)
            sheet.number(row, start + 5, shown.high)
    _place_right(sheet, months)
    return months, start if report.after.revenue is not None else None


def _outlook_summary(book: Book, report: Outlook, months: TurnedTable, margin_column: int | None) -> None:
    sheet = book.sheets["Summary"]
    _, total = month_figures(report)
    sheet.text(0, 0, report.scenario.name or "What the scenario does to cost and margin", "title")
    sheet.header(2, [f"{len(report.months)} months", "Before", "With the rise", "Change", "Rise"])
    sheet.text(3, 0, "Cost")
    sheet.formula(3, 1, months.total_before, total.before, "currency")
    sheet.formula(3, 2, months.total_after, total.mid, "currency")
    sheet.formula(3, 3, "C4-B4", total.change)
    rise = report.after.cost / report.before.cost - 1 if report.before.cost else None
    sheet.formula(3, 4, f"Months!{cell(months.total_row, months.after + 2)}", rise, "percent")
    row = 4
    if report.has_ranges:
        for name, figure in (("lowest", total.low), ("highest", total.high)):
            sheet.text(row, 0, f"Cost, {name} reading, as reckoned")
            sheet.number(row, 2, figure, "currency")
            row += 1
    if margin_column is not None:
        last = months.last_row
        sheet.text(
            row + 1, 0, f"Gross margin{part_words(report.coverage)} in {report.last.month}{_bound(report.coverage)}"
        )
        sheet.formula(row + 1, 1, f"Months!{cell(last, margin_column + 2)}", report.last.before.margin, "percent")
        sheet.formula(row + 1, 2, f"Months!{cell(last, margin_column + 3)}", report.last.after.margin, "percent")
    _completeness(sheet, row + 3, report.is_complete)
    sheet.finish([34, 22, 22, 18, 12])


def _names(sheet: Sheet, row: int, key: LineKey, by: Sequence[str]) -> None:
    for column, name in enumerate(named(key, by)):
        sheet.text(row, column, name)


def _name_widths(lines: Sequence[ReportLine], by: Sequence[str]) -> list[int]:
    return list(widths_of([tuple(by), *(named(line.key, by) for line in lines)], 14))


def _no_months(book: Book, why: str) -> None:
    book.sheets["Months"].text(0, 0, "Months", "title")
    book.sheets["Months"].text(2, 0, why, "quiet")
    book.sheets["Months"].finish([60])


def _completeness(sheet: Sheet, row: int, is_complete: bool) -> None:
    if not is_complete:
        sheet.text(
            row, 0, "Incomplete: something has no price or could not be read; see Unpriced and Assumptions.", "strong"
        )
