"""A step chart of characters: a price holds until the day it changes. The scale begins at zero."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from costcalc.calendar import month_of
from costcalc.render.words import month_text, price_text

_HEIGHTS = (7, 9, 11, 13)  # the lowest that gives every price a row of its own, else the highest but two
_MOST = 72  # columns of the plot: wider shows no more
_FLAT = ("─", "╌")  # the first line, and the one drawn behind it
_UPRIGHT = ("│", "╎")

Steps = Sequence[tuple[date, Fraction | None]]


@dataclass
class _Canvas:
    width: int
    height: int
    rows: list[list[str]]

    def put(self, row: int, column: int, char: str) -> None:
        self.rows[row][column] = char


def step_chart(lines: Sequence[Steps], today: date, width: int) -> list[str]:
    """The lines over one another, the first one in front; prices at the left, months beneath."""
    steps = sorted({day for line in lines for day, _ in line})
    top = max((price for line in lines for _, price in line if price is not None), default=Fraction())
    if not steps or not top:
        return []
    first = steps[0]
    end = max(today, steps[-1] + max(timedelta(days=14), (steps[-1] - first) / 12))
    height = _height(lines, top)
    levels = _levels(lines, top, height)
    labels = {row: price_text(price) for row, price in levels.items()}
    room = max(len(label) for label in labels.values())
    plot = min(width - room - 2, _MOST)
    if plot < 12:
        return []
    canvas = _Canvas(plot, height, [[" "] * plot for _ in range(height)])
    for position in reversed(range(len(lines))):
        _draw(canvas, lines[position], position, first, end, top)
    found = [
        f"{labels.get(row, ''):>{room}} {'┤' if row in labels else '│'}{''.join(canvas.rows[row])}".rstrip()
        for row in reversed(range(height))
    ]
    ticks = [_column(day, first, end, plot) for day in steps]
    axis = "".join("┴" if column in ticks else "─" for column in range(plot))
    return [*found, f"{' ' * room} └{axis}", f"{' ' * (room + 2)}{_dates(steps, first, end, plot)}"]


def _height(lines: Sequence[Steps], top: Fraction) -> int:
    prices = {price for line in lines for _, price in line if price is not None}
    fitting = (height for height in _HEIGHTS if len({_row(price, top, height) for price in prices}) == len(prices))
    return next(fitting, _HEIGHTS[1])


def _levels(lines: Sequence[Steps], top: Fraction, height: int) -> dict[int, Fraction]:
    """The prices that stand at the left, by row; of several in one row the latest of the line in front."""
    found: dict[int, Fraction] = {}
    for line in reversed(lines):
        found.update((_row(price, top, height), price) for _, price in line if price is not None)
    return found


def _draw(canvas: _Canvas, line: Steps, position: int, first: date, end: date, top: Fraction) -> None:
    flat, upright = _FLAT[min(position, 1)], _UPRIGHT[min(position, 1)]
    columns = [_column(day, first, end, canvas.width) for day, _ in line]
    before: int | None = None
    for column in range(canvas.width):
        at = bisect_right(columns, column)
        price = line[at - 1][1] if at else None
        row = None if price is None else _row(price, top, canvas.height)
        if row is not None and before is not None and row != before:
            canvas.put(before, column, "╮" if row < before else "╯")
            canvas.put(row, column, "╰" if row < before else "╭")
            for between in range(min(row, before) + 1, max(row, before)):
                canvas.put(between, column, upright)
        elif row is not None:
            canvas.put(row, column, flat)
        before = row


def _row(price: Fraction, top: Fraction, height: int) -> int:
    """From the bottom; what is something never stands on the zero line."""
    row = int(price * (height - 1) / top + Fraction(1, 2))
    return max(row, 1) if price > 0 else row


def _column(day: date, first: date, end: date, width: int) -> int:
    return (day - first).days * (width - 1) // max((end - first).days, 1)


def _dates(steps: Sequence[date], first: date, end: date, width: int) -> str:
    """Months at the ticks; where two would touch, the later one is left out."""
    line = ""
    last = ""
    for day in steps:
        column, text = _column(day, first, end, width), month_text(month_of(day))
        if text == last:
            continue
        if column + len(text) > width:
            column = width - len(text)
        if not line or column > len(line):
            line = line.ljust(column) + text
            last = text
    return line
