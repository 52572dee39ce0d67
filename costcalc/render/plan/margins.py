"""Margins: what the rise does to what is earned, and what would restore it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.line import ReportLine
from costcalc.rating.linetable import LineTable
from costcalc.rating.model import Cost
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.rating.totals import AtLeast, Outcome, Totals, recovering, rise_to
from costcalc.render import cells
from costcalc.render.blocks import Bar, BarPart, Block, Cell, Column, Facts, FigureLine, Gap, Grid, Note, Style, grid
from costcalc.render.cells import NONE, TOTAL, change_style
from costcalc.render.coverage import PART, margin_title, most_words, part_words, shares
from costcalc.render.figures import name_cell, rise_title
from costcalc.render.plan.moving import moving_blocks
from costcalc.render.plan.verdicts import verdicts
from costcalc.render.rounding import shared_out
from costcalc.render.tree import Table
from costcalc.render.words import (
    ARROW,
    decimal_text,
    listed_text,
    money_text,
    percent_text,
    plain_percent,
    points_between,
)
from costcalc.reports.plan.answers import MoveShare
from costcalc.reports.plan.model import CustomerLine, OverLog, Plan
from costcalc.usage.ledger import CUSTOMER


def margin_blocks(plan: Plan, log: OverLog, table: Table) -> Iterator[Block]:
    """The margin before and after, as a bar, by line where the log states it, with the ways back."""
    yield from _margins(plan, log, table)
    yield from moving_blocks(plan)
    moves = plan.answers.moves
    if moves and not (plan.answers.recover or 0) > 0:  # else they are ways to hold the margin
        yield Gap()
        yield Facts([("To pay as before", (*map(_move, moves), *_estimate(moves)))], each_in_a_line=True)


def _margins(plan: Plan, log: OverLog, table: Table) -> Iterator[Block]:
    outcome = log.outcome
    if plan.revenue is None:
        yield from _assumed(log)
        return
    yield Gap()
    before, after = outcome.before.margin, outcome.after.margin
    if before is None or after is None:
        yield Note("Gross margin: undefined, the revenue is 0 or below.")
        return
    yield _headline(outcome, before, after, table, plan)
    yield from _bar(plan.revenue.amount, before, after)
    if answers := list(_answers(plan, log, before)):
        yield Gap()
        yield Facts(answers, each_in_a_line=True)
    if table.total.of.earned and not set(plan.by) <= set(PRICE_FIELDS):
        yield Gap()
        yield _by_line(table, plan, outcome)
        if plan.by == (CUSTOMER,) and not isinstance(log.lines, LineTable):
            yield from verdicts([_customer(line, line.earned) for line in log.lines if line.earned])


def _customer(line: ReportLine, earned: Outcome) -> CustomerLine:
    before = earned.before
    if line.margin_is_bound:
        before = AtLeast(before.cost, before.other, before.revenue, before.covered)
    return CustomerLine(line.key[0], before, earned.after)


def points_text(before: Fraction, after: Fraction) -> str:
    """The difference of the percentages that are shown."""
    return f"{decimal_text(points_between(before, after), signed=True)} points"


def _headline(outcome: Outcome, before: Fraction, after: Fraction, table: Table, plan: Plan) -> FigureLine:
    of = plan.coverage
    title = Cell(f"Margin{PART}" if part_words(of) else "Gross margin", "strong")
    parts = [Cell(text) for text in shares(of)]
    if not outcome.lost:
        ends = _ends(outcome) or [Cell("unchanged")]
        return FigureLine([title, Cell(f"{most_words(of)}{percent_text(before)}", "strong"), *ends, *parts])
    style = change_style(outcome.lost)
    # What is lost on all of the bill is the change that the table shows.
    same = outcome.lost == plan.rating.total.change
    money = -table.total.figures.change if same else round_half_up(-outcome.lost, minor_digits(plan.currency))
    return FigureLine(
        [
            title,
            Cell(f"{most_words(of)}{percent_text(before)} {ARROW} {percent_text(after)}", "strong"),
            Cell(points_text(before, after), style),
            Cell(f"{decimal_text(money, signed=True)} {plan.currency}", style),
            *_ends(outcome),
            *parts,
        ]
    )


def _ends(outcome: Outcome) -> list[Cell]:
    low, high = outcome.low.margin, outcome.high.margin
    if low is None or high is None or low == high:
        return []
    return [Cell(f"({percent_text(low)} to {percent_text(high)})")]


def _bar(revenue: Fraction, before: Fraction, after: Fraction) -> Iterator[Block]:
    """Revenue in its parts: what stays, what is lost, what was spent before."""
    if revenue <= 0 or min(before, after) < 0 or max(before, after) > 1:
        return
    style: Style
    name, style = ("lost", "worse") if after <= before else ("won", "better")
    low, high = sorted((before, after))
    parts = [
        BarPart("█", "margin", low, "better"),
        BarPart("▒", name, high - low, style),
        BarPart("░", "cost", 1 - high, "quiet"),
    ]
    yield Bar([part for part in parts if part.share])


def _answers(plan: Plan, log: OverLog, before: Fraction) -> Iterator[tuple[str, tuple[str, ...]]]:
    outcome = log.outcome
    recover, hold = outcome.recover, outcome.hold
    if recover is not None and recover > 0:
        yield "To recover the money", (f"raise your prices by {_with_ends(outcome, recovering)}",)
        yield f"To hold {percent_text(before)}", tuple(_ways(plan, outcome))
    elif recover is not None and recover < 0:
        yield "To earn the same", (f"you could lower your prices by {percent_text(-recover)}",)
        if hold is not None:
            yield f"To hold {percent_text(before)}", (f"by {percent_text(-hold)}",)
    yield from _limits(plan, log)


def _ways(plan: Plan, outcome: Outcome) -> Iterator[str]:
    answers = plan.answers
    ways = [f"raise your prices by {_with_ends(outcome, _holding)}"] if outcome.hold is not None else []
    savings = [
        f"{percent_text(answer.fewer)} fewer {answer.provider} tokens"
        for answer in answers.tokens
        if answer.fewer is not None
    ]
    if savings and len(savings) == len(answers.tokens):  # only together do they hold it
        ways.append(f"use {listed_text(savings)}")
    ways += map(_move, answers.moves)
    first, *others = ways or ["nothing was spent before"]
    yield first
    yield from (f"or {way}" for way in others)
    yield from _estimate(answers.moves)


def _estimate(moves: Sequence[MoveShare]) -> list[str]:
    is_moved = any(move.share is not None for move in moves)
    return ["Estimate: the same token counts assumed there"] if is_moved else []


def _move(answer: MoveShare) -> str:
    if answer.share is None:
        return f"move traffic? Not to {answer.to}: {answer.reason}"
    return f"move {percent_text(answer.share)} of the raised traffic to {answer.to}"


def _holding(before: Totals, after: Totals) -> Fraction | None:
    return rise_to(after, before.exact_margin)


def _with_ends(outcome: Outcome, answer: Callable[[Totals, Totals], Fraction | None]) -> str:
    """The answer at the middle of a range, with what it is at both ends."""
    text, low, high = (
        percent_text(answer(outcome.before, end) or Fraction()) for end in (outcome.after, outcome.low, outcome.high)
    )
    return f"{text} ({low} to {high})" if _ends(outcome) else text


def _limits(plan: Plan, log: OverLog) -> Iterator[tuple[str, tuple[str, ...]]]:
    """How much what is raised may rise until the margin meets the floor, and until nothing is left."""
    touching = [touched.change for touched in log.changes if touched.cost]
    only = f"{touching[0].selector} " if len(touching) == 1 else ""
    all_of_them = "" if only else " on all that the rises touch"
    for limit in sorted(plan.answers.rises, key=lambda limit: -limit.margin):
        rise = f"at {only}{percent_text(limit.rise, signed=True)}{all_of_them}"
        if limit.rise < 0:
            rise = "below it already" + (f": {rise} it would not be" if limit.rise > -1 else "")
        yield f"Margin meets {plain_percent(limit.margin)}", (rise,)


def _assumed(log: OverLog) -> Iterator[Block]:
    if not log.assumed_margins or not log.outcome.lost:
        return
    yield Gap()
    yield grid([
        Column("If your margin is", "name", of=lambda one: Cell(percent_text(one.before, 0))),
        Column("it becomes", of=lambda one: Cell(percent_text(one.after))),
        Column("points", of=lambda one: _points(one.before, one.after, one.before - one.after)),
        Column("raise to hold it", of=lambda one: cells.own_rise(one.hold)),
        Column("to recover the money", drop=1, of=lambda one: cells.own_rise(one.recover)),
    ], log.assumed_margins)  # fmt: skip
    yield Gap()
    yield Note("For your own margin: --revenue AMOUNT or --margin 60%, or a revenue column in the log.", "quiet")


def _points(before: Fraction, after: Fraction, lost: Fraction) -> Cell:
    return Cell(decimal_text(points_between(before, after), signed=True), change_style(lost))


def _by_line(table: Table, plan: Plan, whole: Outcome) -> Grid:
    """Each line's own margin; never a share of somebody else's revenue."""
    found = [(name_cell(row, table.by), row.of.earned, row.of.margin_is_bound) for row in table.rows]
    # Whole units where each has hundreds of them; a revenue of 2.45 is not 2.
    known = [abs(earned.after.revenue) for _, earned, _ in found if earned and earned.after.revenue]
    digits = 0 if min(known, default=0) >= 100 else minor_digits(plan.currency)
    total = Cell(TOTAL), whole, table.total.of.margin_is_bound
    columns = [
        Column(table.by[0].replace("_", " ").capitalize(), "name", key="name"),
        Column("Revenue", drop=2, key="revenue"),
        Column("Margin", key="before"),
        Column(rise_title(plan.changes), key="after"),
        Column("Points", drop=1, key="points"),
        Column("Raise to hold it", key="hold"),
    ]
    shown = _revenues([earned for _, earned, _ in found], whole, digits)
    rows = [_margin_row(*each, coins) for each, coins in zip(found, shown, strict=True)]
    return grid(columns, rows, total=_margin_row(*total, round_half_up(whole.after.revenue or Fraction(), digits)))


def _revenues(earned: Sequence[Outcome | None], whole: Outcome, digits: int) -> list[Decimal]:
    """What each line's revenue is shown as: where they are all of it, they add up to the total that is shown."""
    exact = [(each and each.after.revenue) or Fraction() for each in earned]
    total = sum(exact, Fraction())
    if total != whole.after.revenue:
        return [round_half_up(each, digits) for each in exact]
    return shared_out(exact, round_half_up(total, digits), digits)


def _margin_row(name: Cell, outcome: Outcome | None, is_bound: bool, revenue: Decimal) -> dict[str, Cell]:
    found = {"name": name} | dict.fromkeys(("revenue", "before", "after", "points", "hold"), NONE)
    if outcome is None or outcome.after.revenue is None:
        return found
    found["revenue"] = cells.money(revenue)
    before, after, most = outcome.before.margin, outcome.after.margin, "≤ " if is_bound else ""
    if before is None or after is None:
        return found
    return found | {
        "before": Cell(most + percent_text(before)),
        "after": Cell(most + percent_text(after)),
        "points": _points(before, after, outcome.lost) if outcome.lost else NONE,
        "hold": cells.own_rise(outcome.hold) if outcome.lost else NONE,
    }


def passing_blocks(plan: Plan, log: OverLog) -> Iterator[Block]:
    """The alternatives side by side; nothing where a pass-through was given."""
    if not log.pass_throughs:
        return
    currency, digits = plan.currency, minor_digits(plan.currency)

    def money(amount: Fraction) -> Cell:
        return Cell(money_text(amount, currency))

    def change(cost: Cost) -> Cell:
        return cells.shown_change(round_half_up(cost.mid, digits) - round_half_up(cost.before, digits), cost.change)

    yield Gap()
    yield grid([
        Column("Pass-through", "name", of=lambda each: Cell(percent_text(each.share, 0))),
        Column("Before", drop=2, of=lambda each: money(each.outcome.cost.before)),
        Column("Low", drop=1, of=lambda each: money(each.outcome.cost.low)),
        Column(rise_title(plan.changes), of=lambda each: money(each.outcome.cost.mid)),
        Column("High", drop=1, of=lambda each: money(each.outcome.cost.high)),
        Column("Change", of=lambda each: change(each.outcome.cost)),
        plan.revenue is not None
        and Column(margin_title(plan.coverage), of=lambda each: cells.percent(each.outcome.after.margin)),
    ], log.pass_throughs)  # fmt: skip
    yield Note(
        "The rises were on compute and storage; how much of them reaches the price of tokens is an assumption. "
        "--pass-through 60% takes one.",
        "quiet",
    )
