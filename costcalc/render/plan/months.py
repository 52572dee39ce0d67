"""Months to come: what each costs and leaves, when the margin gives way, and what Before holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costcalc.money import exact_sum, minor_digits, round_half_up, sum_if_known
from costcalc.rating.totals import Ends, Totals, added
from costcalc.render import cells
from costcalc.render import fields as f
from costcalc.render.bars import sparkline
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note, grid, noted, strong
from costcalc.render.cells import TOTAL, change_style
from costcalc.render.columns import columns_of
from costcalc.render.coverage import coverage_note, margin_title
from costcalc.render.fields import Rows
from costcalc.render.figures import rise_title
from costcalc.render.plan.doubts import plan_notes
from costcalc.render.rows import fx_columns
from costcalc.render.tree import Figures, added_figures, figures_of
from costcalc.render.words import (
    ARROW,
    counted,
    day_text,
    decimal_text,
    listed_text,
    long_month_text,
    money_text,
    month_text,
    percent_text,
    plain_percent,
)
from costcalc.reports.plan.model import Plan, PlanMonth
from costcalc.reports.plan.published import ListChange

WITH = "With scenario"
_NAMED = 4  # models in a sentence


def month_blocks(plan: Plan, is_wide: bool) -> Iterator[Block]:
    """One line a month with its total, a small chart, and what Before holds."""
    yield Gap()
    yield _grid(plan, is_wide)
    yield Gap()
    yield from _chart(plan)
    notes = [*month_notes(plan), *(_over_log_notes(plan) if plan.log else ())]
    yield from (note for note in notes if _belongs_below(note))
    yield from noted(note for note in notes if not _belongs_below(note))


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
    of: Ends
    shown: Figures
    unpriced_tokens: Fraction

    @property
    def before(self) -> Figures | None:
        """None: nothing of it has a price, before."""
        return None if self.of.before.known_cost is None else self.shown

    @property
    def then(self) -> Figures | None:
        """None: nothing of it has a price, with the scenario."""
        return None if self.of.after.known_cost is None else self.shown


def month_rows_of(plan: Plan) -> tuple[list[MonthRow], MonthRow | None]:
    """The months, and their total where there are several."""
    rows, total = rows_of_months(plan.months, plan.currency)
    return rows, _sum(TOTAL, rows, plan.whole, total) if len(rows) > 1 else None


def rows_of_months(months: Sequence[PlanMonth], currency: str) -> tuple[list[MonthRow], Figures]:
    """Months with their figures, and those of all of them."""
    figures, total = figures_of([month.cost for month in months], currency)
    rows = [
        MonthRow(month_text(month.month), month.requests, month.tokens, month, shown, month.unpriced_tokens)
        for month, shown in zip(months, figures, strict=True)
    ]  # fmt: skip
    return rows, total


def year_rows_of(plan: Plan, rows: Sequence[MonthRow]) -> list[MonthRow]:
    """The years that the months lie in, where they are several."""
    found = []
    for year, places in plan.years.items():
        ends, shown = added([plan.months[i] for i in places]), added_figures([rows[i].shown for i in places])
        found.append(_sum(year, [rows[i] for i in places], ends, shown))
    return found


def _sum(label: str, rows: Sequence[MonthRow], ends: Ends, shown: Figures) -> MonthRow:
    tokens, unpriced = (exact_sum(getattr(row, name) for row in rows) for name in ("tokens", "unpriced_tokens"))
    return MonthRow(label, sum_if_known(row.requests for row in rows), tokens, ends, shown, unpriced)


def _name(row: MonthRow) -> Cell:
    """Marked where it is incomplete."""
    return Cell(f"{row.label} *" if row.unpriced_tokens else row.label)


def _frozen(row: MonthRow, report: Any) -> Decimal | None:
    """What the month comes to at today's list; what no published change moves has one figure."""
    month: Any = row.of
    if month.today.known_cost is None:
        return None
    same = month.today.cost == month.before.cost
    return row.shown.before if same else round_half_up(month.today.cost, minor_digits(report.currency))


def _change(row: MonthRow) -> Cell:
    exact = row.of.known_change
    return cells.NONE if exact is None else cells.change(row.shown.change, exact)


def _then(row: MonthRow) -> Cell:
    return cells.UNPRICED if row.then is None else cells.money(row.then.mid)


def _points(row: MonthRow) -> Cell:
    return cells.points(row.of.before.margin, row.of.after.margin)


# What is said of a month: on the page, in HTML and in data files. Exact costs stand beside coins that add up.
MONTHS = f.fields(
    month=f.text("of.month", column=Column("Month", "name", of=_name)),
    requests=f.computed(column=Column("Requests", drop=4)),
    tokens=f.computed(column=Column("Tokens", drop=5, of=lambda row: cells.tokens(row.tokens))),
    cost_frozen=f.figure(_frozen), cost_before=f.figure("before.before", column=Column("Before", drop=1, has_unit=True)),
    cost_low=f.figure("then.low", column=Column("Low", drop=2)),
    cost=f.figure("then.mid", column=Column(WITH, has_unit=True, of=_then)),
    cost_high=f.figure("then.high", column=Column("High", drop=2)),
    change=f.figure(lambda row, _: None if row.of.known_change is None else row.shown.change, column=Column("Change", drop=2, of=_change)), currency=f.CURRENCY,
    other_costs=f.decimal("of.after.other"), revenue=f.decimal("of.after.revenue"), margin_before=f.ratio("of.before.margin"),
    margin_low=f.ratio("of.margins.0"), margin=f.ratio("of.after.margin", column=Column("Margin")),
    margin_high=f.ratio("of.margins.1"), points=f.on_page(Column("Points", drop=3, of=_points)),
    unpriced_tokens=f.computed("of.unpriced_tokens"), cost_frozen_exact=f.decimal("of.today.known_cost"),
    cost_before_exact=f.decimal("of.before.known_cost"), cost_exact=f.decimal("of.after.known_cost"),
)  # fmt: skip


def then_title(plan: Plan) -> str:
    """What is called the cost with what the plan changes, in every table."""
    return rise_title(plan.changes) if plan.log else WITH


def month_columns(plan: Plan, is_wide: bool = True) -> list[Column]:
    """The columns of months, on the page and in HTML."""
    margins, requests, is_over_log = has_margin(plan), has_requests(plan), plan.log is not None
    without = {key for key, is_there in {
        "requests": requests, "tokens": is_wide or not requests, "cost_low": plan.has_ranges and is_wide,
        "cost_high": plan.has_ranges and is_wide, "margin": margins, "points": margins,
        # Where there is little room, a margin says what changes; over the log nothing else does.
        "change": is_wide or is_over_log or not margins,
    }.items() if not is_there}  # fmt: skip
    titles = {"margin": margin_title(plan.coverage), "cost": then_title(plan)}
    if is_over_log and not plan.changes:  # prices as they are published: one column says it
        without |= {"cost_low", "cost", "cost_high", "change", "points"}
        titles["cost_before"] = "Cost"
    stays = {"cost_before" if "cost" in without else "", "" if margins else "change"}
    return [replace(each, drop=0) if each.key in stays else each for each in columns_of(MONTHS, plan, without, titles)]


def month_rows(plan: Plan) -> Rows:
    """A row a month; money in coins that add up to the printed total, exact costs beside them."""
    return f.rows_with(MONTHS | fx_columns(plan.rates_used, lambda row: row.of.month), month_rows_of(plan)[0], plan)


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
            "month": Cell(label, indent=1), "cost": cells.money(shown), "change": change,
            "margin": cells.percent(end.margin), "points": cells.points(whole.before.margin, end.margin),
        }  # fmt: skip
        yield [said.get(key, Cell()) for key in keys]


def _chart(plan: Plan) -> Iterator[Note]:
    """The cost of a day, for months differ in length, and the margin. Nothing where nothing moves."""
    months = plan.months
    margins = [month.after.margin for month in months if month.after.margin is not None]
    days = [month.after.cost / month.month.days for month in months]
    line = sparkline(days)
    if len(set(line)) > 1 and all(month.after.known_cost is not None for month in months):
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
        yield Note("* Incomplete: it holds tokens that no price was found for.")
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
    named = [_list_change(change, plan) for change in plan.published if round_half_up(change.added, digits)]
    if len(named) > _NAMED:
        named[_NAMED - 1 :] = [f"{len(named) - _NAMED + 1} more models"]
    of = f": {listed_text(named)}" if named else ""
    yield Note(
        f"List prices that change after the log {verb} {money_text(abs(total), plan.currency)} over"
        f" {counted(len(plan.months), 'month')}{since}, and are in Before{of}."
    )


def _list_change(change: ListChange, plan: Plan) -> str:
    """`google/gemini-3.5-flash from 1 Jan 2027 (+2.32 USD)`."""
    days = f" from {listed_text(map(day_text, change.days))}" if change.days else ""
    return f"{change.provider}/{change.model}{days} ({money_text(change.added, plan.currency, signed=True)})"


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
            f" to hold {percent_text(before)} by {percent_text(hold)}.",
            "strong",
        )


def _first(known: tuple[Fraction, PlanMonth]) -> Fraction:
    return known[0]


def floor_notes(plan: Plan) -> Iterator[Note]:
    """The months to come against the floor; nothing without one, or without a margin."""
    floor = plan.floor
    if floor is None or plan.last.after.margin is None:
        return
    below, word = plan.first_below_floor, plain_percent(floor)
    today = plan.today.margin
    if below is None:
        yield Note(f"Margin stays at or above {word} through {long_month_text(plan.last.month)}.", "strong")
    elif today is not None and today < floor:
        back = _back_from(plan, floor)
        until = f"; it meets it from {long_month_text(back.month)} on" if back else ""
        yield Note(f"Margin is below {word} today already{until}.", "loud")
    else:
        back = _back_from(plan, floor)
        until = f" and is back at it in {long_month_text(back.month)}" if back else ""
        yield Note(f"Margin falls below {word} in {long_month_text(below.month)}{until}.", "loud")
    yield from _floor_at_the_ends(plan, floor, word)


def _back_from(plan: Plan, floor: Fraction) -> PlanMonth | None:
    """The month from which on the floor is met again, to the end."""
    found = None
    for month in reversed(plan.months):
        if not _meets(month.after, floor):
            return found
        found = month
    return None


def _meets(totals: Totals, floor: Fraction) -> bool:
    return totals.margin is not None and totals.margin >= floor


def _floor_at_the_ends(plan: Plan, floor: Fraction, word: str) -> Iterator[Note]:
    """The months in which the worst and the best end of the ranges break the floor, where they differ."""
    ends = [(month, month.margins) for month in plan.months]
    worst = next((month for month, margins in ends if margins and margins[0] < floor), None)
    best = next((month for month, margins in ends if margins and margins[1] < floor), None)
    below = plan.first_below_floor
    if worst is not None and worst is not below:
        text = f"At the worst end of the ranges it falls below {word} in {long_month_text(worst.month)}"
        yield Note(f"{text}{_best(best, below)}.")
    elif below is not None and best is not below:
        yield Note(f"At the best end of the ranges{_best(best, below).removeprefix(', at the best end')}.")


def _best(best: PlanMonth | None, below: PlanMonth | None) -> str:
    if below is None or best is below:
        return ""
    return f", at the best end {f'in {long_month_text(best.month)}' if best else 'it does not'}"
