"""Months to come: what each costs and leaves, when the margin gives way, and what Before holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.render import cells
from costcalc.render.bars import sparkline
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note, Notes, grid, strong
from costcalc.render.cells import TOTAL, change_style
from costcalc.render.coverage import coverage_note, margin_title
from costcalc.render.figures import rise_title
from costcalc.render.plan.doubts import plan_notes
from costcalc.render.tree import Figures, added_figures, figures_of
from costcalc.render.words import (
    ARROW,
    counted,
    decimal_text,
    long_month_text,
    money_text,
    month_text,
    percent_text,
)
from costcalc.reports.plan.model import Plan, PlanMonth
from costcalc.reports.plan.totals import Ends, added

WITH = "With scenario"


def month_blocks(plan: Plan, is_wide: bool) -> Iterator[Block]:
    """One line a month with its total, a small chart, and what Before holds."""
    yield Gap()
    yield _grid(plan, is_wide)
    yield Gap()
    yield from _chart(plan)
    notes = [*(_over_log_notes(plan) if plan.log else ()), *month_notes(plan)]
    yield from (note for note in notes if _belongs_below(note))
    if besides := [note for note in notes if not _belongs_below(note)]:
        yield Notes(besides)


def _belongs_below(note: Note) -> bool:
    """What says when the margin gives way, and what a mark in the table means, is never folded."""
    return note.style in ("strong", "loud") or note.text.startswith("*")


def month_figures(plan: Plan) -> tuple[list[Figures], Figures]:
    """The coins of every month, and of their total: the same on the page, in CSV and in JSON."""
    return figures_of([month.cost for month in plan.months], plan.currency)


def has_requests(plan: Plan) -> bool:
    return any(month.requests is not None for month in plan.months)


def has_margin(plan: Plan) -> bool:
    return any(month.after.margin is not None for month in plan.months)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month, or all of them, as it is shown."""

    label: str
    requests: Fraction | None
    tokens: Fraction
    ends: Ends
    shown: Figures


def month_rows_of(plan: Plan) -> tuple[list[MonthRow], MonthRow | None]:
    """The months, and their total where there are several."""
    figures, total = month_figures(plan)
    rows = [
        MonthRow(month_text(month.month) + (" *" if month.unpriced_tokens else ""), month.requests, month.tokens, month, shown)
        for month, shown in zip(plan.months, figures, strict=True)
    ]  # fmt: skip
    return rows, _sum(TOTAL, rows, plan.whole, total) if len(rows) > 1 else None


def year_rows_of(plan: Plan, rows: Sequence[MonthRow]) -> list[MonthRow]:
    """The years that the months lie in, where they are several."""
    found = []
    for year, places in plan.years.items():
        ends, shown = added([plan.months[i] for i in places]), added_figures([rows[i].shown for i in places])
        found.append(_sum(year, [rows[i] for i in places], ends, shown))
    return found


def _sum(label: str, rows: Sequence[MonthRow], ends: Ends, shown: Figures) -> MonthRow:
    known = [row.requests for row in rows if row.requests is not None]
    requests = sum(known, Fraction()) if len(known) == len(rows) else None
    return MonthRow(label, requests, sum((row.tokens for row in rows), Fraction()), ends, shown)


def month_columns(plan: Plan, is_wide: bool = True) -> list[Column]:
    """The columns of months, on the page and in HTML."""
    margins, ends = has_margin(plan), plan.has_ranges and is_wide
    margin = Column(margin_title(plan.coverage), key="margin", of=lambda row: cells.percent(row.ends.after.margin))
    points = Column(
        "Points", key="points", drop=3, of=lambda row: cells.points(row.ends.before.margin, row.ends.after.margin)
    )
    before = Column("Before", key="before", of=lambda row: cells.money(row.shown.before), has_unit=True)
    found = [
        Column("Month", "name", key="name", of=lambda row: Cell(row.label)),
        has_requests(plan) and Column("Requests", key="requests", drop=4, of=lambda row: cells.count(row.requests)),
        (is_wide or not has_requests(plan)) and Column("Tokens", key="tokens", drop=5, of=lambda row: cells.tokens(row.tokens)),
    ]  # fmt: skip
    if plan.log is not None and not plan.changes:  # prices as they are published: one column says it
        return [column for column in (*found, replace(before, title="Cost"), margins and margin) if column]
    # Where there is little room, a margin says what changes; over the log nothing else does.
    has_change = is_wide or plan.log is not None or not margins
    found += [
        before,
        ends and Column("Low", key="low", drop=2, of=lambda row: cells.money(row.shown.low)),
        Column(rise_title(plan.changes) if plan.log else WITH, key="after", of=lambda row: cells.money(row.shown.mid), has_unit=True),
        ends and Column("High", key="high", drop=2, of=lambda row: cells.money(row.shown.high)),
        has_change and Column("Change", key="change", drop=int(margins), of=_change),
        margins and margin,
        margins and points,
    ]  # fmt: skip
    return [column for column in found if column]


def _change(row: MonthRow) -> Cell:
    return cells.change(row.shown.change, row.ends.after.cost - row.ends.before.cost)


def _grid(plan: Plan, is_wide: bool) -> Grid:
    rows, total = month_rows_of(plan)
    columns = month_columns(plan, is_wide)
    found = list(grid(columns, rows, plan.currency, total).rows)
    found[len(rows) : len(rows)] = (strong(column.cell(row) for column in columns) for row in year_rows_of(plan, rows))
    ends = _ends(plan, [column.key for column in columns]) if plan.has_ranges and not is_wide else ()
    return Grid(columns, [*found, *ends])


def _ends(plan: Plan, keys: Sequence[str]) -> Iterator[list[Cell]]:
    """Beneath the total, what it is at either end of the ranges, where there is little room."""
    whole, total = plan.whole, month_figures(plan)[1]
    for label, end, shown in (("at low ends", whole.low, total.low), ("at high ends", whole.high, total.high)):
        change = Cell(decimal_text(shown - total.before, signed=True), change_style(end.cost - whole.before.cost))
        said = {
            "name": Cell(label, indent=1), "after": cells.money(shown), "change": change,
            "margin": cells.percent(end.margin), "points": cells.points(whole.before.margin, end.margin),
        }  # fmt: skip
        yield [said.get(key, Cell()) for key in keys]


def _chart(plan: Plan) -> Iterator[Note]:
    """The cost of a day, for months differ in length, and the margin. Nothing where nothing moves."""
    months = plan.months
    margins = [month.after.margin for month in months if month.after.margin is not None]
    days = [month.after.cost / month.month.days for month in months]
    line = sparkline(days)
    if len(set(line)) > 1:
        first, last = (money_text(value, plan.currency) for value in (days[0], days[-1]))
        yield Note(f"Cost by month     {line}   {first} {ARROW} {last} a day")
    if len(margins) == len(months):
        line = sparkline(margins)
        if len(set(line)) > 1:
            yield Note(f"Margin by month   {line}   {percent_text(margins[0])} {ARROW} {percent_text(margins[-1])}")


def month_notes(plan: Plan) -> Iterator[Note]:
    """What Before holds, what is incomplete, and from when on anything changes."""
    yield from _published(plan)
    first = next((month for month in plan.months if month.after.cost != month.before.cost), None)
    if first and first is not plan.months[0]:
        verb = "raises" if first.after.cost > first.before.cost else "lowers"
        yield Note(f"{long_month_text(first.month)} is the first month whose cost the scenario {verb}.")
    if any(month.unpriced_tokens for month in plan.months):
        yield Note("* Incomplete: the month holds tokens that no price was found for.")
    if has_margin(plan) and (said := coverage_note(plan.coverage)):
        yield Note(said)
    last = plan.last.after
    if last.other:
        known = "; of those of customers, the ones whose revenue is known" if last.covered is not None else ""
        yield Note(
            f"Other costs, {money_text(last.other, plan.currency)} in {month_text(plan.last.month)}, are in the"
            f" margin and not in the cost{known}."
        )


def _published(plan: Plan) -> Iterator[Note]:
    digits = minor_digits(plan.currency)
    added = [month.before.cost - month.today.cost for month in plan.months]
    total = sum(added, Fraction())
    if not round_half_up(total, digits):
        return
    begins = next((month for month, each in zip(plan.months, added, strict=True) if round_half_up(each, digits)), None)
    since = f", from {long_month_text(begins.month)} on" if begins else ""
    verb = "add" if total > 0 else "save"
    yield Note(
        f"List changes already published {verb} {money_text(abs(total), plan.currency)} over"
        f" {counted(len(plan.months), 'month')}{since}: they are in Before."
    )


def _over_log_notes(plan: Plan) -> Iterator[Note]:
    """When the margin gives way, what restores the month that has lost most, and how the volume was taken."""
    if plan.floor is None or not has_margin(plan):
        known = [(month.after.margin, month) for month in plan.months if month.after.margin is not None]
        if known and min(known, key=_first)[0] != max(known, key=_first)[0]:
            margin, month = min(known, key=_first)
            yield Note(f"Margin is lowest in {long_month_text(month.month)}: {percent_text(margin)}.", "strong")
    yield from _worst(plan)
    yield from plan_notes(plan)
    days = plan.usage.days
    rate = f"Volume: the log's daily rate over {counted(days, 'day')}."
    yield Note(f"Estimate. {rate} Under 7 days a run-rate says little." if plan.usage.is_short else rate, "quiet")


def _worst(plan: Plan) -> Iterator[Note]:
    """What restores the margin of the month that has lost most, where the log's own time does not show it yet."""
    known = [(month.erosion, month) for month in plan.months if month.erosion is not None]
    now = plan.log.outcome.erosion if plan.log else None
    if not known or now is None:
        return
    erosion, month = max(known, key=_first)
    before, hold, recover = month.before.margin, month.hold, month.recover
    if erosion <= now or before is None or hold is None or recover is None:
        return
    if percent_text(erosion) != percent_text(now):
        yield Note(
            f"In {long_month_text(month.month)}, to recover the money raise your prices by {percent_text(recover)};"
            f" to hold {percent_text(before)} by {percent_text(hold)}."
        )


def _first(known: tuple[Fraction, PlanMonth]) -> Fraction:
    return known[0]
