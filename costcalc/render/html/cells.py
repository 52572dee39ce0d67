"""Cells: figures of the page's tables, in the same words and coins as in the terminal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_text
from costcalc.render.figures import change_style
from costcalc.render.html.tables import Figure
from costcalc.render.words import DASH, decimal_text, percent_text, points_between, share_text

_VALUE_DIGITS = 6
NOTHING = Figure(DASH, "quiet")


def money(coins: Decimal) -> Figure:
    return Figure(decimal_text(coins), "", format(coins, "f"))


def change(coins: Decimal, exact: Fraction) -> Figure:
    """What changed; a dash where nothing did."""
    if not coins and not exact:
        return Figure(DASH, "quiet", "0")
    return Figure(decimal_text(coins, signed=True), change_style(exact), format(coins, "f"))


def rise(before: Fraction, after: Fraction) -> Figure:
    """The change as a share of what was; `new` where nothing was."""
    if before == after:
        return Figure(DASH, "quiet", "0")
    if not before:
        return Figure("new", change_style(after), "1e9")
    ratio = after / before - 1
    return Figure(percent_text(ratio, signed=True), change_style(ratio), value_of(ratio))


def share(part: Fraction, whole: Fraction) -> Figure:
    return (
        Figure(share_text(part / whole), "", value_of(part / whole)) if whole and part else Figure(DASH, "quiet", "0")
    )


def margin(ratio: Fraction | None, style: str = "") -> Figure:
    return NOTHING if ratio is None else Figure(percent_text(ratio), style, value_of(ratio))


def points(before: Fraction | None, after: Fraction | None) -> Figure:
    """The difference of two margins in points, of the percentages that are shown."""
    if before is None or after is None:
        return NOTHING
    lost = points_between(before, after)
    return Figure(decimal_text(lost, signed=True), change_style(before - after)) if lost else NOTHING


def value_of(ratio: Fraction) -> str:
    """What a column is sorted by."""
    return exact_text(ratio, _VALUE_DIGITS)
