"""Months: what each month to come costs today's usage, and what it costs with the scenario."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.model import Cost
from costcalc.render.bars import sparkline
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note
from costcalc.render.coverage import coverage_note, margin_title
from costcalc.render.figures import NONE, TOTAL, change_style
from costcalc.render.tree import Figures, figures_of
from costcalc.render.words import (
    ARROW,
    amount_text,
    count_text,
    counted,
    decimal_text,
    long_month_text,
    money_text,
    month_text,
    percent_text,
)
from costcalc.reports.case import Totals
from costcalc.reports.outlook import Outlook, OutlookMonth

WITH = "With scenario"


def month_blocks(outlook: Outlook, is_wide: bool) -> Iterator[Block]:
    """One line a month with its total, a small chart, and what Before holds."""
    yield Gap()
    yield _grid(outlook, is_wide)
    notes = [*_chart(outlook), *month_notes(outlook)]
    if notes:
        yield Gap()
    yield from notes


def cost_of(month: OutlookMonth) -> Cost:
    """Before, low, middle and high of a month."""
    return Cost(month.before.cost, month.low.cost, month.after.cost, month.high.cost)


def month_figures(outlook: Outlook) -> tuple[list[Figures], Figures]:
    """The coins of every month, and of their total: the same on the page, in CSV and in JSON."""
    return figures_of([cost_of(month) for month in outlook.months], outlook.currency)


def points_cell(before: Fraction | None, after: Fraction | None) -> Cell:
    """The difference of two margins in points, of the percentages that are shown."""
    if before is None or after is None:
        return NONE
    lost = round_half_up(after * 100, 1) - round_half_up(before * 100, 1)
    return Cell(decimal_text(lost, signed=True), change_style(before - after)) if lost else NONE


def margin_cell(totals: Totals) -> Cell:
    return NONE if totals.margin is None else Cell(percent_text(totals.margin))


def margins_of(month: OutlookMonth) -> tuple[Fraction, Fraction] | None:
    """The lowest and the highest margin of a month, over the ends of every range."""
    known = [each.margin for each in (month.low, month.after, month.high)]
    found = [margin for margin in known if margin is not None]
    return (min(found), max(found)) if found else None


def has_margin(outlook: Outlook) -> bool:
    return any(month.after.margin is not None for month in outlook.months)


def _grid(outlook: Outlook, is_wide: bool) -> Grid:
    shown, total = month_figures(outlook)
    rows = []
    for position, (month, figures) in enumerate(zip(outlook.months, shown, strict=True)):
        label = month_text(month.month) + (" *" if month.unpriced_tokens else "")
        unit = outlook.currency if position == 0 else ""
        rows.append([Cell(label), *_cells(outlook, month, figures, unit, is_wide)])
    whole = _cells(outlook, _whole(outlook), total, outlook.currency, is_wide)
    if len(rows) > 1:
        rows.append([Cell(TOTAL, "strong"), *(Cell(cell.text, cell.style or "strong", cell.unit) for cell in whole)])
    if outlook.has_ranges and not is_wide:
        rows += _ends(outlook, total, len(rows[0]))
    return Grid([Column("Month", "name"), *_columns(outlook, is_wide)], rows)


def _columns(outlook: Outlook, is_wide: bool) -> list[Column]:
    ends = outlook.has_ranges and is_wide
    return [
        *([Column("Requests", drop=4)] if _has_requests(outlook) else []),
        *([Column("Tokens", drop=5)] if is_wide or not _has_requests(outlook) else []),
        Column("Before"),
        *([Column("Low", drop=2)] if ends else []),
        Column(WITH),
        *([Column("High", drop=2)] if ends else []),
        *([Column("Change", drop=1)] if not has_margin(outlook) or is_wide else []),
        *([Column(margin_title(outlook.coverage)), Column("Points", drop=3)] if has_margin(outlook) else []),
    ]


def _has_requests(outlook: Outlook) -> bool:
    return any(month.requests is not None for month in outlook.months)


def _cells(outlook: Outlook, month: OutlookMonth, figures: Figures, unit: str, is_wide: bool) -> list[Cell]:
    ends = outlook.has_ranges and is_wide
    change = month.after.cost - month.before.cost
    changed = Cell(decimal_text(figures.change, signed=True), change_style(change))
    return [
        *([NONE if month.requests is None else Cell(count_text(month.requests))] if _has_requests(outlook) else []),
        *([Cell(amount_text(month.tokens))] if is_wide or not _has_requests(outlook) else []),
        Cell(decimal_text(figures.before), "", unit),
        *([Cell(decimal_text(figures.low))] if ends else []),
        Cell(decimal_text(figures.mid), "", unit),
        *([Cell(decimal_text(figures.high))] if ends else []),
        *([changed if change or figures.change else NONE] if not has_margin(outlook) or is_wide else []),
        *(
            [margin_cell(month.after), points_cell(month.before.margin, month.after.margin)]
            if has_margin(outlook)
            else []
        ),
    ]


def _whole(outlook: Outlook) -> OutlookMonth:
    months = outlook.months
    known = [month.requests for month in months if month.requests is not None]
    return OutlookMonth(
        months[-1].month,
        sum(known, Fraction()) if len(known) == len(months) else None,
        sum((month.tokens for month in months), Fraction()),
        outlook.before,
        outlook.after,
        outlook.low,
        outlook.high,
        Fraction(),
    )


def _ends(outlook: Outlook, total: Figures, width: int) -> list[list[Cell]]:
    """Beneath the total, what it is at either end of the ranges."""
    rows = []
    for label, whole, shown in (
        ("at low ends", outlook.low, total.low),
        ("at high ends", outlook.high, total.high),
    ):
        cells = [Cell(label, indent=1), Cell(), Cell(), Cell(decimal_text(shown))]
        if has_margin(outlook):
            cells += [margin_cell(whole), points_cell(outlook.before.margin, whole.margin)]
        else:
            cells.append(
                Cell(decimal_text(shown - total.before, signed=True), change_style(whole.cost - outlook.before.cost))
            )
        assert len(cells) == width
        rows.append(cells)
    return rows


def _chart(outlook: Outlook) -> Iterator[Note]:
    """The cost of a day, for months differ in length, and the margin. Nothing where nothing moves."""
    months = outlook.months
    margins = [month.after.margin for month in months if month.after.margin is not None]
    days = [month.after.cost / month.month.days for month in months]
    line = sparkline(days)
    if len(set(line)) > 1:
        first, last = (money_text(value, outlook.currency) for value in (days[0], days[-1]))
        yield Note(f"Cost by month     {line}   {first} {ARROW} {last} a day")
    if len(margins) == len(months):
        line = sparkline(margins)
        if len(set(line)) > 1:
            yield Note(f"Margin by month   {line}   {percent_text(margins[0])} {ARROW} {percent_text(margins[-1])}")


def month_notes(outlook: Outlook) -> Iterator[Note]:
    """What Before holds, what is incomplete, and from when on anything changes."""
    today, published = outlook.bridge[0].whole.cost, outlook.before.cost
    moved = round_half_up(published - today, minor_digits(outlook.currency))
    if moved:
        verb = "add" if moved > 0 else "save"
        yield Note(
            f"List changes already published {verb} {money_text(abs(published - today), outlook.currency)} over"
            f" {counted(len(outlook.months), 'month')}: they are in Before."
        )
    first = next((month for month in outlook.months if month.after.cost != month.before.cost), None)
    if first and first is not outlook.months[0]:
        yield Note(f"{long_month_text(first.month)} is the first month whose cost the scenario changes.")
    if any(month.unpriced_tokens for month in outlook.months):
        yield Note("* Incomplete: the month holds tokens that no price was found for.")
    if has_margin(outlook) and (said := coverage_note(outlook.coverage)):
        yield Note(said)
    last = outlook.last.after
    if last.other:
        known = "; of those of customers, the ones whose revenue is known" if last.covered is not None else ""
        yield Note(
            f"Other costs, {money_text(last.other, outlook.currency)} in {month_text(outlook.last.month)}, are in the"
            f" margin and not in the cost{known}."
        )
