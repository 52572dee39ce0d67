"""Cells: what a figure looks like in any table, by what it is; what is nothing, or unknown, is a dash."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_text
from costcalc.render.blocks import Cell, Style
from costcalc.render.words import DASH, amount_text, count_text, decimal_text, percent_text, points_between, share_text

_VALUE_DIGITS = 6
TOTAL = "Total"
NONE = Cell(DASH, "quiet")
UNPRICED = Cell("unpriced", "loud", "0")
_ZERO = Cell(DASH, "quiet", "0")


def change_style(change: Fraction) -> Style:
    return "worse" if change > 0 else "better" if change < 0 else ""


def money(coins: Decimal) -> Cell:
    return Cell(decimal_text(coins), "", format(coins, "f"))


def change(coins: Decimal, exact: Fraction) -> Cell:
    """What changed; a dash where nothing did."""
    if not coins and not exact:
        return _ZERO
    return Cell(decimal_text(coins, signed=True), change_style(exact), format(coins, "f"))


def shown_change(coins: Decimal, exact: Fraction) -> Cell:
    """What changed as far as it is shown."""
    return change(coins, exact) if coins else NONE


def rise(before: Fraction, after: Fraction) -> Cell:
    """The change as a share of what was; `new` where nothing was."""
    if before == after:
        return _ZERO
    if not before:
        return Cell("new", change_style(after), "1e9")
    ratio = after / before - 1
    return Cell(percent_text(ratio, signed=True), change_style(ratio), _value_of(ratio))


def share(part: Fraction, whole: Fraction) -> Cell:
    return Cell(share_text(part / whole), "", _value_of(part / whole)) if whole and part else _ZERO


def percent(ratio: Fraction | None, style: Style = "") -> Cell:
    return NONE if ratio is None else Cell(percent_text(ratio), style, _value_of(ratio))


def points(before: Fraction | None, after: Fraction | None) -> Cell:
    """The difference of two margins in points, of the percentages that are shown."""
    if before is None or after is None:
        return NONE
    lost = points_between(before, after)
    return Cell(decimal_text(lost, signed=True), change_style(before - after)) if lost else NONE


def own_rise(ratio: Fraction | None) -> Cell:
    """Of one's own prices: neither worse nor better."""
    return NONE if ratio is None else Cell(percent_text(ratio, signed=True), "", _value_of(ratio))


def count(count: Fraction | None) -> Cell:
    return NONE if count is None else Cell(count_text(count))


def tokens(count: Fraction | None) -> Cell:
    return NONE if count is None else Cell(amount_text(count))


def _value_of(ratio: Fraction) -> str:
    return exact_text(ratio, _VALUE_DIGITS)
