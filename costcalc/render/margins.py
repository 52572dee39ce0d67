"""Margins: what the rise does to what is earned, and what would restore it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.model import Cost
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.render.blocks import Bar, Block, Cell, Column, Facts, Gap, Grid, Line, Note, Part, Style
from costcalc.render.coverage import PART, most_words, part_words, shares
from costcalc.render.figures import NONE, TOTAL, change_style, name_cell
from costcalc.render.tree import Row, Table
from costcalc.render.words import ARROW, decimal_text, percent_text, plain_percent
from costcalc.reports.answers import MoveAnswer
from costcalc.reports.margin import AssumedMargin, Margin
from costcalc.reports.projection import Projection


def margin_blocks(projection: Projection, table: Table) -> Iterator[Block]:
    """The margin before and after, as a bar, by line where the log states it, with the ways back."""
    yield from _margins(projection, table)
    recover = projection.margin.recover if projection.margin else None
    if projection.move and not (recover is not None and recover > 0):  # else it is one of the ways to hold the margin
        yield Gap()
        yield Facts([("To pay as before", (_move(projection.move), *_estimate(projection)))], each_in_a_line=True)


def _margins(projection: Projection, table: Table) -> Iterator[Block]:
    margin = projection.margin
    if margin is None:
        yield from _assumed(projection)
        return
    yield Gap()
    if margin.before is None or margin.after is None:
        yield Note("Gross margin: undefined, the revenue is 0.")
        return
    yield _headline(margin, table, projection)
    yield from _bar(margin, margin.before, margin.after)
    if answers := list(_answers(projection, margin)):
        yield Gap()
        yield Facts(answers, each_in_a_line=True)
    if table.total.held.margin and not set(projection.rating.by) <= set(PRICE_FIELDS):
        yield Gap()
        yield _by_line(table, projection)


def points_text(before: Fraction, after: Fraction) -> str:
    """The difference of the percentages that are shown."""
    lost = _shown(after) - _shown(before)
    return f"{decimal_text(lost, signed=True)} points"


def _shown(ratio: Fraction) -> Decimal:
    return round_half_up(ratio * 100, 1)


def _headline(margin: Margin, table: Table, projection: Projection) -> Line:
    before, after = margin.before, margin.after
    assert before is not None
    assert after is not None
    of = projection.coverage
    title = Cell(f"Margin{PART}" if part_words(of) else "Gross margin", "strong")
    parts = [Cell(text) for text in shares(of)]
    if not margin.money_lost:
        return Line([title, Cell(f"{most_words(of)}{percent_text(before)}", "strong"), Cell("unchanged"), *parts])
    style = change_style(margin.money_lost)
    # What is lost on all of the bill is the change that the table shows.
    same = margin.money_lost == projection.total.change
    money = -table.total.figures.change if same else _rounded(-margin.money_lost, projection)
    return Line(
        [
            title,
            Cell(f"{most_words(of)}{percent_text(before)} {ARROW} {percent_text(after)}", "strong"),
            Cell(points_text(before, after), style),
            Cell(f"{decimal_text(money, signed=True)} {projection.currency}", style),
            *_ends(margin),
            *parts,
        ]
    )


def _rounded(amount: Fraction, projection: Projection) -> Decimal:
    return round_half_up(amount, minor_digits(projection.currency))


def _ends(margin: Margin) -> list[Cell]:
    if margin.range_after is None:
        return []
    low, high = margin.range_after
    return [Cell(f"({percent_text(low)} to {percent_text(high)})")]


def _bar(margin: Margin, before: Fraction, after: Fraction) -> Iterator[Block]:
    """Revenue in its parts: what stays, what is lost, what was spent before."""
    if margin.revenue <= 0 or min(before, after) < 0 or max(before, after) > 1:
        return
    style: Style
    name, style = ("lost", "worse") if after <= before else ("won", "better")
    low, high = sorted((before, after))
    parts = [
        Part("█", "margin", low, "better"),
        Part("▒", name, high - low, style),
        Part("░", "cost", 1 - high, "quiet"),
    ]
    yield Bar([part for part in parts if part.share])


def _answers(projection: Projection, margin: Margin) -> Iterator[tuple[str, tuple[str, ...]]]:
    if margin.recover is not None and margin.recover > 0:
        yield "To recover the money", (f"raise your prices by {_with_ends(margin, 'recover')}",)
        yield from _hold(projection, margin)
    elif margin.recover is not None and margin.recover < 0:
        yield "To earn the same", (f"you could lower your prices by {percent_text(-margin.recover)}",)
        if margin.hold is not None and margin.before is not None:
            yield f"To hold {percent_text(margin.before)}", (f"by {percent_text(-margin.hold)}",)
    yield from _limits(projection, margin)


def _hold(projection: Projection, margin: Margin) -> Iterator[tuple[str, tuple[str, ...]]]:
    assert margin.before is not None
    ways = [f"raise your prices by {_with_ends(margin, 'hold')}"] if margin.hold is not None else []
    ways += [f"use {percent_text(answer.fewer)} fewer {answer.provider} tokens" for answer in projection.tokens]
    if projection.move:
        ways.append(_move(projection.move))
    first, *others = ways or ["nothing was spent before"]
    yield f"To hold {percent_text(margin.before)}", (first, *(f"or {way}" for way in others), *_estimate(projection))


def _estimate(projection: Projection) -> list[str]:
    is_moved = projection.move is not None and projection.move.share is not None
    return ["Estimate: the same token counts assumed there"] if is_moved else []


def _move(answer: MoveAnswer) -> str:
    if answer.share is None:
        return f"move traffic? Not to {answer.target}: {answer.reason}"
    return f"move {percent_text(answer.share)} of the raised traffic to {answer.target}"


def _with_ends(margin: Margin, answer: str) -> str:
    """The answer at the middle of a range, with what it is at both ends."""
    text = percent_text(getattr(margin, answer))
    if margin.range_after is None:
        return text
    ends = [_at(margin, end) for end in (margin.cost.low, margin.cost.high)]
    return f"{text} ({' to '.join(percent_text(getattr(end, answer)) for end in ends)})"


def _at(margin: Margin, end: Fraction) -> Margin:
    return Margin(margin.revenue, Cost(margin.cost.before, end, end, end))


def _limits(projection: Projection, margin: Margin) -> Iterator[tuple[str, tuple[str, ...]]]:
    """How much what is raised may rise until the margin meets the floor, and until nothing is left."""
    touching = [touched.change for touched in projection.changes if touched.cost]
    only = f"{touching[0].selector} " if len(touching) == 1 else ""
    all_of_them = "" if only else " on all that the rises touch"
    for limit in sorted(projection.limits, key=lambda limit: -limit.margin):
        rise = f"at {only}{percent_text(limit.rise, signed=True)}{all_of_them}"
        if limit.rise < 0:
            rise = "below it already" + (f": {rise} it would not be" if limit.rise > -1 else "")
        yield f"Margin meets {plain_percent(limit.margin)}", (rise,)


def _assumed(projection: Projection) -> Iterator[Block]:
    if not projection.assumed_margins or not projection.total.change:
        return
    columns = [
        Column("If your margin is", "name"),
        Column("it becomes"),
        Column("points"),
        Column("raise to hold it"),
        Column("to recover the money", drop=1),
    ]
    yield Gap()
    yield Grid(columns, [_assumed_row(margin) for margin in projection.assumed_margins])
    yield Gap()
    yield Note("For your own margin: --revenue AMOUNT or --margin 60%, or a revenue column in the log.", "quiet")


def _assumed_row(margin: AssumedMargin) -> list[Cell]:
    style = change_style(margin.before - margin.after)
    points = points_text(margin.before, margin.after).removesuffix(" points")
    return [
        Cell(percent_text(margin.before, 0)),
        Cell(percent_text(margin.after)),
        Cell(points, style),
        Cell(percent_text(margin.hold, signed=True)),
        Cell(percent_text(margin.recover, signed=True)),
    ]


def _by_line(table: Table, projection: Projection) -> Grid:
    """Each line's own margin; never a share of somebody else's revenue."""
    columns = [
        Column(table.by[0].replace("_", " ").capitalize(), "name"),
        Column("Revenue", drop=2),
        Column("Margin"),
        Column("With the rise"),
        Column("Points", drop=1),
        Column("Raise to hold it"),
    ]
    whole = projection.margin
    # Whole units where there are thousands of them; a revenue of 0.45 is not 0.
    digits = 0 if whole and whole.revenue >= 1000 else minor_digits(projection.currency)
    rows = [[name_cell(row, table.by), *_margin_cells(row.held.margin, digits, _most(row))] for row in table.rows]
    return Grid(columns, [*rows, [Cell(TOTAL, "strong"), *_margin_cells(whole, digits, _most(table.total))]])


def _most(row: Row) -> str:
    return "≤ " if row.held.margin_is_bound else ""


def _margin_cells(margin: Margin | None, digits: int, most: str) -> list[Cell]:
    if margin is None or margin.before is None or margin.after is None:
        return [NONE] * 5
    hold = NONE if margin.hold is None or not margin.money_lost else Cell(percent_text(margin.hold, signed=True))
    lost = points_text(margin.before, margin.after).removesuffix(" points")
    points = Cell(lost, change_style(margin.money_lost)) if margin.money_lost else NONE
    return [
        Cell(decimal_text(round_half_up(margin.revenue, digits))),
        Cell(most + percent_text(margin.before)),
        Cell(most + percent_text(margin.after)),
        points,
        hold,
    ]
