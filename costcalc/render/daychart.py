"""A chart of days in characters: what each cost as a bar, what each may cost as a band with its median."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import count

from costcalc.money import round_half_up
from costcalc.render.words import count_text, day_text, price_text
from costcalc.reports.forecast import Estimate, ForecastDay

_HEIGHT = 8
_MOST = 96  # columns of the plot: wider shows no more
_WIDEST = 3  # columns of one day
_EIGHTHS = " ▁▂▃▄▅▆▇█"
BAR, BAND, MEDIAN = "█", "░", "─"


def day_chart(days: Sequence[ForecastDay], width: int) -> list[str]:
    """The days from left to right, as many columns for each as there is room; where there is none, several in one."""
    top = max((_height_of(day) for day in days), default=Fraction())
    if not days or top <= 0:
        return []
    labels = {_HEIGHT - 1: _label(top), _HEIGHT // 2 - 1: _label(top / 2)}
    room = max(len(label) for label in labels.values())
    plot = min(width - room - 2, _MOST)
    groups = _grouped(days, plot)
    wide = min(plot // len(groups), _WIDEST)
    columns = [column for group in groups for column in [_column(group, top)] * wide]
    found = [
        f"{labels.get(row, ''):>{room}} {'┤' if row in labels else '│'}{''.join(c[row] for c in columns)}".rstrip()
        for row in reversed(range(_HEIGHT))
    ]
    turn = next((i * wide for i, group in enumerate(groups) if group[0].coming), None)
    axis = "".join("┴" if i == turn else "─" for i in range(len(columns)))
    return [*found, f"{' ' * room} └{axis}", f"{' ' * (room + 2)}{_dates(groups, wide, turn)}".rstrip()]


def _height_of(day: ForecastDay) -> Fraction:
    return (day.actual or Fraction()) + (day.coming.high if day.coming else 0)


def _label(amount: Fraction) -> str:
    """In three digits where it is small: what is something is never nothing."""
    if amount >= 100:
        return count_text(amount)
    digits = next(digits for digits in count(2) if round_half_up(amount, digits) or not amount)
    return price_text(Fraction(round_half_up(amount, digits)))


def _grouped(days: Sequence[ForecastDay], plot: int) -> list[Sequence[ForecastDay]]:
    """So many days a column that all find room; a column holds days of the log or days to come."""
    size = -(-len(days) // max(plot - 1, 1))
    turn = next((number for number, day in enumerate(days) if day.coming), len(days))
    parts = (days[:turn], days[turn:])
    return [part[start : start + size] for part in parts for start in range(0, len(part), size)]


def _column(group: Sequence[ForecastDay], top: Fraction) -> str:
    """From the bottom. Several days in one column are their mean."""
    actual = sum((day.actual or Fraction() for day in group), Fraction()) / len(group)
    coming = [day.coming for day in group if day.coming]
    if not coming:
        return _bar(max(actual, Fraction()), top)
    mean = Estimate(
        *(sum(values, Fraction()) / len(coming) for values in zip(*(_ends(e) for e in coming), strict=True))
    )
    low, median, high = (_row(value + actual, top) for value in _ends(mean))
    return "".join(MEDIAN if row == median else BAND if low <= row <= high else " " for row in range(_HEIGHT))


def _ends(estimate: Estimate) -> tuple[Fraction, Fraction, Fraction]:
    return estimate.low, estimate.median, estimate.high


def _bar(amount: Fraction, top: Fraction) -> str:
    eighths = int(amount * _HEIGHT * 8 / top + Fraction(1, 2))
    eighths = max(eighths, 1) if amount else 0  # what is something is seen
    return "".join(_EIGHTHS[min(max(eighths - 8 * row, 0), 8)] for row in range(_HEIGHT))


def _row(amount: Fraction, top: Fraction) -> int:
    """The row in which a bar of this height would end."""
    return min(max(int(amount * _HEIGHT / top), 0), _HEIGHT - 1)


def _dates(groups: Sequence[Sequence[ForecastDay]], wide: int, turn: int | None) -> str:
    """The first day, the first one to come, and the last; what would touch the one before is left out."""
    width = len(groups) * wide
    last = day_text(groups[-1][-1].day)
    line = day_text(groups[0][0].day)
    if turn:
        coming = day_text(groups[turn // wide][0].day)
        if len(line) < turn and turn + len(coming) < width - len(last):
            line = line.ljust(turn) + coming
    start = width - len(last)
    return line.ljust(start) + last if start > len(line) else line
