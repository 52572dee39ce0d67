"""Words: numbers, money, shares, days and months as a reader sees them. Signs and separators are those of the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING

from costcalc.calendar import Month
from costcalc.money import exact_text, minor_digits, round_half_up

if TYPE_CHECKING:
    from costcalc.reports.usage import UsageSummary
    from costcalc.scenario.model import PriceChanges

MINUS = "−"
DASH = "–"  # nothing changes, or nothing is known
ARROW = "→"

_MONTHS = ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December")  # fmt: skip
_NOTHING = Fraction(1, 10**9)  # of an amount: months to come are no more exact than that
_SCALES = ((10**12, "T"), (10**9, "B"), (10**6, "M"))


def decimal_text(amount: Decimal, signed: bool = False) -> str:
    """`12,410.22`, `−4,219.47`, and `+4,219.47` where the sign is meant."""
    text = format(abs(amount), ",f")
    if amount < 0:
        return MINUS + text
    return "+" + text if signed and amount > 0 else text


def money_text(amount: Fraction, currency: str, signed: bool = False) -> str:
    """The amount half-up to the currency's minor unit, with the currency."""
    return f"{decimal_text(least_figure(amount, currency), signed)} {currency}"


def figure_text(figure: Decimal, amount: Fraction, currency: str) -> str:
    """A figure as it was rounded among others; what is something is never nothing."""
    return f"{decimal_text(figure or least_figure(amount, currency))} {currency}"


def least_figure(amount: Fraction, currency: str) -> Decimal:
    """The amount in coins; what is something is never nothing: below the smallest coin its first three digits, 0.00123."""
    figure = round_half_up(amount, minor_digits(currency))
    if figure or abs(amount) < _NOTHING:
        return figure
    digits = next(digits for digits in count(1) if abs(amount) * 10**digits >= 1)
    return round_half_up(amount, digits + 2).normalize()


def price_text(amount: Fraction) -> str:
    """A price with all its digits, two at least: 0.025 stays 0.025."""
    whole, _, digits = exact_text(amount, 12).partition(".")
    return f"{int(whole):,}.{digits.ljust(2, '0')}" if amount >= 0 else f"{MINUS}{price_text(-amount)}"


def percent_text(ratio: Fraction, digits: int = 1, signed: bool = False) -> str:
    """0.079 is `7.9%`."""
    return decimal_text(round_half_up(ratio * 100, digits), signed) + "%"


def points_between(before: Fraction, after: Fraction) -> Decimal:
    """What one percentage becomes another by, in points, as both are shown."""
    return round_half_up(after * 100, 1) - round_half_up(before * 100, 1)


def plain_percent(ratio: Fraction, signed: bool = False) -> str:
    """A percentage as somebody wrote it, with the digits it needs: `34%`, `7.25%`."""
    rounded = round_half_up(ratio * 100, 4).normalize()
    return decimal_text(rounded, signed) + "%"


def share_text(share: Fraction) -> str:
    """A share of a whole; what is not all is never called 100%, what is something never 0%."""
    if 0 < share < Fraction(1, 100):
        return "<1%" if share < Fraction(1, 1000) else percent_text(share)
    if Fraction(99, 100) < share < 1:
        return ">99.9%" if share > Fraction(999, 1000) else percent_text(share)
    return percent_text(share, 0)


def count_text(count: Fraction) -> str:
    """`184,220`."""
    return decimal_text(round_half_up(count, 0))


def amount_text(count: Fraction) -> str:
    """A count in three digits: `1.92 B`, `310 M`; below a million in full."""
    for size, letter in reversed(_SCALES):
        rounded = round_half_up(count / size, _digits(count / size))
        if rounded < 1000 or size == _SCALES[0][0]:
            return count_text(count) if count < 10**6 else f"{decimal_text(rounded)} {letter}"
    raise AssertionError("the largest scale takes everything")


def _digits(scaled: Fraction) -> int:
    if scaled < Fraction(9995, 1000):
        return 2
    return 1 if scaled < Fraction(9995, 100) else 0


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def rise_word(changes: PriceChanges) -> str:
    """How figures with the changes are called."""
    return "with the cut" if is_cut(changes) else "with the rise"


def is_cut(changes: PriceChanges) -> bool:
    """Whether all of them cut: that is no rise."""
    highs = [change.high for change in changes if change.new_rate is None]
    return bool(highs) and len(highs) == len(changes.changes) and max(highs) < 0


def counted(count: int, one: str, many: str = "") -> str:
    """`1 row`, `1,204 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed_text(parts: Iterable[object]) -> str:
    """`1, 3 and 5`."""
    *others, last = map(str, parts)
    return f"{', '.join(others)} and {last}" if others else last


def day_text(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def days_text(first: date, last: date) -> str:
    """`1–30 Sep 2026`, `28 Sep – 3 Oct 2026`."""
    if first == last:
        return day_text(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{DASH}{day_text(last)}"
    begin = day_text(first) if first.year != last.year else day_text(first)[:-5]
    return f"{begin} {DASH} {day_text(last)}"


def month_text(month: Month) -> str:
    return f"{_MONTHS[month.month - 1][:3]} {month.year}"


def months_text(first: Month, last: Month) -> str:
    """`Sep 2026`, `Sep–Oct 2026`, `Dec 2026 – Jan 2027`."""
    if first == last:
        return month_text(first)
    if first.year == last.year:
        return f"{month_text(first)[:3]}{DASH}{month_text(last)}"
    return f"{month_text(first)} {DASH} {month_text(last)}"


def long_month_text(month: Month) -> str:
    return f"{_MONTHS[month.month - 1]} {month.year}"


def lacks_of(usage: UsageSummary, priced: bool) -> str:
    """What the figures lack: "usage without a price, 2 rows refused"."""
    found = [] if priced else ["usage without a price"]
    found += [f"{counted(usage.refused_rows, 'row')} refused"] * bool(usage.refused_rows)
    found += [f"{counted(usage.unread_files, 'file')} not read"] * bool(usage.unread_files)
    return ", ".join(found)
