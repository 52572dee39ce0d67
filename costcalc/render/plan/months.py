"""Months to come: what each costs and leaves, when the margin gives way, and what Before holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.render.bars import sparkline
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note
from costcalc.render.coverage import coverage_note, margin_title
from costcalc.render.figures import NONE, TOTAL, change_style, rise_title
from costcalc.render.plan.floor import floor_notes
from costcalc.render.tree import Figures, added_figures, figures_of
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
    points_between,
)
from costcalc.reports.plan.model import Plan, PlanMonth
from costcalc.reports.plan.totals import Ends, Totals, added

WITH = "With scenario"


def month_blocks(plan: Plan, is_wide: bool) -> Iterator[Block]:
    """One line a month with its total, a small chart, and what Before holds."""
    yield Gap()
    yield _grid(plan, is_wide)
    notes = [*_chart(plan), *(_over_log_notes(plan) if plan.log else ()), *month_notes(plan)]
    if notes:
        yield Gap()
    yield from notes


def month_figures(plan: Plan) -> tuple[list[Figures], Figures]:
    """The coins of every month, and of their total: the same on the page, in CSV and in JSON."""
    return figures_of([month.cost for month in plan.months], plan.currency)


def points_cell(before: Fraction | None, after: Fraction | None) -> Cell:
    """The difference of two margins in points, of the percentages that are shown."""
    if before is None or after is None:
        return NONE
    lost = points_between(before, after)
    return Cell(decimal_text(lost, signed=True), change_style(before - after)) if lost else NONE


def margin_cell(totals: Totals) -> Cell:
    return NONE if totals.margin is None else Cell(percent_text(totals.margin))


def has_margin(plan: Plan) -> bool:
    return any(month.after.margin is not None for month in plan.months)


def _grid(plan: Plan, is_wide: bool) -> Grid:
    shown, total = month_figures(plan)
    rows = []
    for position, (month, figures) in enumerate(zip(plan.months, shown, strict=True)):
        label = month_text(month.month) + (" *" if month.unpriced_tokens else "")
        unit = plan.currency if position == 0 else ""
        volume = _volume(plan, month.requests, month.tokens, is_wide)
        rows.append([Cell(label), *volume, *_costs(plan, month, figures, unit, is_wide)])
    rows += [
        _sum(plan, year, places, added_figures([shown[i] for i in places]), "", is_wide)
        for year, places in plan.years.items()
    ]
    if len(rows) > 1:
        rows.append(_sum(plan, TOTAL, range(len(plan.months)), total, plan.currency, is_wide))
    if plan.has_ranges and not is_wide:
        rows += _ends(plan, total)
    return Grid([Column("Month", "name"), *_columns(plan, is_wide)], rows)


def _columns(plan: Plan, is_wide: bool) -> list[Column]:
    volume = [
        *([Column("Requests", drop=4)] if _has_requests(plan) else []),
        *([Column("Tokens", drop=5)] if is_wide or not _has_requests(plan) else []),
    ]
    margin = [Column(margin_title(plan.coverage))] if has_margin(plan) else []
    if _changes_nothing(plan):
        return [*volume, Column("Cost"), *margin]
    ends = plan.has_ranges and is_wide
    return [
        *volume,
        Column("Before"),
        *([Column("Low", drop=2)] if ends else []),
        Column(rise_title(plan.changes) if plan.log else WITH),
        *([Column("High", drop=2)] if ends else []),
        *([Column("Change", drop=1)] if _has_change(plan, is_wide) else []),
        *([*margin, Column("Points", drop=3)] if margin else []),
    ]


def _changes_nothing(plan: Plan) -> bool:
    """Prices as they are published: one column says it."""
    return plan.log is not None and not plan.changes


def _has_change(plan: Plan, is_wide: bool) -> bool:
    """Where there is little room, a margin says it; over the log nothing else does."""
    return is_wide or plan.log is not None or not has_margin(plan)


def _has_requests(plan: Plan) -> bool:
    return any(month.requests is not None for month in plan.months)


def _volume(plan: Plan, requests: Fraction | None, tokens: Fraction, is_wide: bool) -> list[Cell]:
    return [
        *([NONE if requests is None else Cell(count_text(requests))] if _has_requests(plan) else []),
        *([Cell(amount_text(tokens))] if is_wide or not _has_requests(plan) else []),
    ]


def _costs(plan: Plan, ends: Ends, figures: Figures, unit: str, is_wide: bool) -> list[Cell]:
    before = Cell(decimal_text(figures.before), "", unit)
    margin = [margin_cell(ends.after)] if has_margin(plan) else []
    if _changes_nothing(plan):
        return [before, *margin]
    has_ends = plan.has_ranges and is_wide
    change = ends.after.cost - ends.before.cost
    changed = Cell(decimal_text(figures.change, signed=True), change_style(change))
    return [
        before,
        *([Cell(decimal_text(figures.low))] if has_ends else []),
        Cell(decimal_text(figures.mid), "", unit),
        *([Cell(decimal_text(figures.high))] if has_ends else []),
        *([changed if change or figures.change else NONE] if _has_change(plan, is_wide) else []),
        *([*margin, points_cell(ends.before.margin, ends.after.margin)] if margin else []),
    ]


def _sum(
    plan: Plan, title: str, places: Sequence[int], total: Figures, unit: str, is_wide: bool
) -> list[Cell]:  # fmt: skip
    months = [plan.months[i] for i in places]
    known = [month.requests for month in months if month.requests is not None]
    requests = sum(known, Fraction()) if len(known) == len(months) else None
    tokens = sum((month.tokens for month in months), Fraction())
    cells = [
        *_volume(plan, requests, tokens, is_wide),
        *_costs(plan, added(months), total, unit, is_wide),
    ]
    return [Cell(title, "strong"), *(Cell(cell.text, cell.style or "strong", cell.unit) for cell in cells)]


def _ends(plan: Plan, total: Figures) -> list[list[Cell]]:
    """Beneath the total, what it is at either end of the ranges, where there is little room."""
    whole, rows = plan.whole, []
    for label, end, shown in (("at low ends", whole.low, total.low), ("at high ends", whole.high, total.high)):
        change = Cell(decimal_text(shown - total.before, signed=True), change_style(end.cost - whole.before.cost))
        margin = [margin_cell(end), points_cell(whole.before.margin, end.margin)] if has_margin(plan) else []
        changes = [change] if _has_change(plan, is_wide=False) else []
        rows.append([Cell(label, indent=1), Cell(), Cell(), Cell(decimal_text(shown)), *changes, *margin])
    return rows


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
    if plan.floor is not None and has_margin(plan):
        yield from floor_notes(plan)
    else:
        known = [(month.after.margin, month) for month in plan.months if month.after.margin is not None]
        if known and min(known, key=_first)[0] != max(known, key=_first)[0]:
            margin, month = min(known, key=_first)
            yield Note(f"Margin is lowest in {long_month_text(month.month)}: {percent_text(margin)}.", "strong")
    yield from _worst(plan)
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
