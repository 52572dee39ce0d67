"""Months: what the log's daily rate costs in the months to come, and when the margin gives way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.money import round_half_up
from costcalc.render.bars import sparkline
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note
from costcalc.render.coverage import coverage_note, margin_title
from costcalc.render.figures import NONE, TOTAL, change_style, rise_title
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
    plain_percent,
)
from costcalc.reports.margin import Margin
from costcalc.reports.projection import MonthLine, Projection


def month_blocks(projection: Projection, is_wide: bool) -> Iterator[Block]:
    """One line a month, a small chart, and the sentence that matters."""
    months = projection.months
    if not months:
        return
    yield Gap()
    yield _grid(projection, is_wide)
    yield Gap()
    yield from _chart(months, projection.currency)
    for sentence in _sentences(projection):
        yield Note(sentence, "strong")
    yield from _worst(projection)
    yield from _notes(projection)


def _grid(projection: Projection, is_wide: bool) -> Grid:
    months = projection.months
    shown, total = figures_of([month.cost for month in months], projection.currency)
    columns = [Column("Month", "name"), *_volume_columns(projection, is_wide), *_cost_columns(projection)]
    rows = []
    for position, (month, figures) in enumerate(zip(months, shown, strict=True)):
        unit = projection.currency if position == 0 else ""
        label = month_text(month.month) + (" *" if month.unpriced_tokens else "")
        rows.append([Cell(label), *_volume(month, projection, is_wide), *_costs(month, figures, unit, projection)])
    return Grid(columns, [*rows, _total(projection, total, is_wide)])


def _volume_columns(projection: Projection, is_wide: bool) -> list[Column]:
    requests = [Column("Requests", drop=2)] if projection.usage.requests is not None else []
    return [*requests, Column("Tokens", drop=3)] if is_wide or not requests else requests


def _volume(month: MonthLine, projection: Projection, is_wide: bool) -> list[Cell]:
    tokens = Cell(amount_text(month.tokens))
    if projection.usage.requests is None or month.requests is None:
        return [tokens]
    requests = Cell(count_text(month.requests))
    return [requests, tokens] if is_wide else [requests]


def _cost_columns(projection: Projection) -> list[Column]:
    if not projection.changes:
        return [Column("Cost"), *_margin_columns(projection)[:1]]
    return [Column("Before"), Column(rise_title(projection)), Column("Change", drop=1), *_margin_columns(projection)]


def _margin_columns(projection: Projection) -> list[Column]:
    return [Column(margin_title(projection.coverage)), Column("Points")] if _has_margin(projection) else []


def _has_margin(projection: Projection) -> bool:
    return any(month.margin for month in projection.months)


def _costs(month: MonthLine, figures: Figures, unit: str, projection: Projection) -> list[Cell]:
    before = Cell(decimal_text(figures.before), "", unit)
    margin = _margin_cells(month) if _has_margin(projection) else []
    if not projection.changes:
        return [before, *margin[:1]]
    return [before, Cell(decimal_text(figures.mid), "", unit), _change(figures, month.cost.change), *margin]


def _change(figures: Figures, change: Fraction) -> Cell:
    if not change and not figures.change:
        return NONE
    return Cell(decimal_text(figures.change, signed=True), change_style(change))


def _margin_cells(month: MonthLine) -> list[Cell]:
    margin = month.margin
    if margin is None or margin.before is None or margin.after is None:
        return [NONE, NONE]
    lost = decimal_text(round_half_up((margin.after - margin.before) * 100, 1), signed=True)
    points = Cell(lost, change_style(margin.money_lost)) if margin.money_lost else NONE
    return [Cell(percent_text(margin.after)), points]


def _total(projection: Projection, total: Figures, is_wide: bool) -> list[Cell]:
    months = projection.months
    requests = (
        None if projection.usage.requests is None else sum((m.requests or Fraction() for m in months), Fraction())
    )
    cost = months[0].cost
    for month in months[1:]:
        cost = cost + month.cost
    margins = [month.margin for month in months if month.margin]
    margin = None
    if margins:
        held = margins[0].cost
        for more in margins[1:]:
            held = held + more.cost
        margin = Margin(sum((m.revenue for m in margins), Fraction()), held)
    tokens = sum((m.tokens for m in months), Fraction())
    missing = sum((m.unpriced_tokens for m in months), Fraction())
    whole = MonthLine(months[0].month, requests, tokens, Fraction(), cost, margin, missing)
    cells = [*_volume(whole, projection, is_wide), *_costs(whole, total, projection.currency, projection)]
    return [Cell(TOTAL, "strong"), *(Cell(cell.text, cell.style or "strong", cell.unit) for cell in cells)]


def _chart(months: Sequence[MonthLine], currency: str) -> Iterator[Note]:
    """The margin, or the cost of a day: months differ in length, and that is no rise. Nothing where nothing moves."""
    margins = [month.margin.after for month in months if month.margin and month.margin.after is not None]
    if len(margins) == len(months):
        label, values, unit = "Margin by month", margins, ""
        first, last = percent_text(margins[0]), percent_text(margins[-1])
    else:
        label, values, unit = "Cost by month", [month.cost.mid / month.month.days for month in months], " a day"
        first, last = money_text(values[0], currency), money_text(values[-1], currency)
    line = sparkline(values)
    if len(set(line)) > 1:
        yield Note(f"{label}   {line}   {first} {ARROW} {last}{unit}")


def _sentences(projection: Projection) -> Iterator[str]:
    months, floor = projection.months, projection.floor
    known = [(m.margin.after, m) for m in months if m.margin and m.margin.after is not None]
    if floor is not None and known:
        yield _floor_sentence(projection, floor)
    elif known and min(known, key=_margin)[0] != max(known, key=_margin)[0]:
        margin, month = min(known, key=_margin)
        yield f"Margin is lowest in {long_month_text(month.month)}: {percent_text(margin)}."
    rising = next((month for month in months if month.cost.change), None)
    if rising and rising is not months[0]:
        verb = "raises" if rising.cost.change > 0 else "lowers"
        yield f"{long_month_text(rising.month)} is the first month whose cost the scenario {verb}."


def _worst(projection: Projection) -> Iterator[Note]:
    """What restores the margin of the month that has lost most, where the log's own time does not show it yet."""
    known = [(m.margin.erosion, m) for m in projection.months if m.margin and m.margin.erosion is not None]
    now = projection.margin.erosion if projection.margin else None
    if not known or now is None:
        return
    erosion, month = max(known, key=_margin)
    margin = month.margin
    if erosion <= now or margin is None or margin.hold is None or margin.recover is None or margin.before is None:
        return
    if percent_text(erosion) != percent_text(now):
        yield Note(
            f"In {long_month_text(month.month)}, to recover the money raise your prices by {percent_text(margin.recover)};"
            f" to hold {percent_text(margin.before)} by {percent_text(margin.hold)}."
        )


def _margin(known: tuple[Fraction, MonthLine]) -> Fraction:
    return known[0]


def _floor_sentence(projection: Projection, floor: Fraction) -> str:
    below = projection.first_month_below_floor
    if below:
        return f"Margin falls below {plain_percent(floor)} in {long_month_text(below.month)}."
    return f"Margin stays at or above {plain_percent(floor)} through {long_month_text(projection.months[-1].month)}."


def _notes(projection: Projection) -> Iterator[Note]:
    months = projection.months
    published = sum((month.cost.before - month.frozen for month in months), Fraction())
    if published:
        first = next(month for month in months if month.cost.before != month.frozen)
        verb = "add" if published > 0 else "save"
        yield Note(
            f"List changes already published {verb} {money_text(abs(published), projection.currency)} over"
            f" {counted(len(months), 'month')}, from {long_month_text(first.month)} on: they are in Before."
        )
    if any(month.unpriced_tokens for month in months):
        yield Note("* Incomplete: the month holds tokens that no price was found for.")
    if projection.margin and (said := coverage_note(projection.coverage)):
        yield Note(said)
    low, high = (sum((end(month) for month in months), Fraction()) for end in (_low, _high))
    if low != high:
        ends = f"{money_text(low, projection.currency)} and {money_text(high, projection.currency)}"
        yield Note(f"At the ends of the ranges: between {ends} with the rise.")
    days = projection.usage.days
    rate = f"Volume: the log's daily rate over {counted(days, 'day')}."
    yield Note(f"Estimate. {rate} Under 7 days a run-rate says little." if projection.usage.is_short else rate, "quiet")


def _low(month: MonthLine) -> Fraction:
    return month.cost.low


def _high(month: MonthLine) -> Fraction:
    return month.cost.high
