"""Money: an exact amount in one currency. Rounding belongs to the page, not to the sum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from costcalc.records import dataclass

# ISO 4217 minor units that are not two digits and that appear on AI bills.
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}

MOST_DIGITS = 60  # of a written number: prices have up to twenty, and nobody pays 10^60 of anything
_NUMBER = re.compile(r"[+-]?(\d+(?:_\d+)*)?(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII)


class TooManyDigits(ValueError):
    """A number is written that no price, amount or share comes near."""


_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_BY_COMMA = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+),\d+", re.ASCII)
MANY = {"K": 10**3, "k": 10**3, "M": 10**6, "B": 10**9}  # letters behind a number
MAY_BE_THOUSANDS = "[1-9][0-9]{0,2}[.][0-9]{3}"  # 2.500 is 2.5, or 2500 where points part thousands
SIGNS = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₩": "KRW",
    "CN¥": "CNY",
    "JP¥": "JPY",
}  # ¥ alone is two
SIGN = "|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True)))  # any of them, the longest first


class CurrencyMismatch(ValueError):
    """Two currencies were about to be added; convert one of them first."""


class TwoAmounts(ValueError):
    """An amount is written that means one to some readers and a thousand times as much to others."""


class CurrencyUnknown(ValueError):
    """What stands behind an amount is no code of a currency."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency (ISO 4217 code). Never rounded inside."""

    amount: Fraction
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"cannot add {other.currency} to {self.currency}: convert one of them first")
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + Money(-other.amount, other.currency)

    def __mul__(self, factor: Fraction | int) -> Money:
        return Money(self.amount * factor, self.currency)


def read_number(text: str) -> Fraction:
    """The exact value of a written number: `3.00`, `18_000`, `7.75e-06`. ValueError if it is none (NaN is none).

    TooManyDigits, which is a ValueError too: one of more than 60 digits.
    """
    stripped = text.strip()
    if len(stripped) > MOST_DIGITS and stripped.strip("+-.eE_0123456789") == "":
        raise TooManyDigits(f"a number of more than {MOST_DIGITS} digits: {stripped[:20]}…")
    match = _NUMBER.fullmatch(stripped)
    if not match or not (match[1] or match[2]):
        raise ValueError(f"not a number: {text!r}")
    return Fraction(stripped.replace("_", ""))


def written_amount(text: str, *, by_comma: bool = False) -> Money:
    """`52000`, `52,000.50`, `52_000 USD`, `$20`, `24K €`; "" is the currency of one without. ValueError: no amount, or no currency.

    TwoAmounts: `1.000` may be 1 or 1000, for much of the world parts thousands with points. `by_comma`: as in files whose
    columns are parted by semicolons: `52.000,50` is one, and `1,234` may be two.
    """
    number, _, currency = with_code(text.strip()).partition(" ")
    times = MANY.get(number[-1:], 1)
    number = number if times == 1 else number[:-1]
    if by_comma and "," in number:
        if re.fullmatch(f"[+-]?{MAY_BE_THOUSANDS}", number.replace(",", ".")) and "." not in number:
            raise TwoAmounts(may_be(number.replace(",", ".")))
        if _BY_COMMA.fullmatch(number):
            number = number.replace(".", "").replace(",", ".")
    elif re.fullmatch(f"[+-]?{MAY_BE_THOUSANDS}", number):
        raise TwoAmounts(may_be(number))
    amount, currency = (
        read_number(number.replace(",", "") if _THOUSANDS.fullmatch(number) else number),
        currency.strip(),
    )
    if currency and not (len(currency) == 3 and currency.isalpha()):
        raise CurrencyUnknown(currency)
    return Money(amount * times, currency.upper())


def two_readings(number: str) -> tuple[str, str]:
    """What `2.500` is to some readers, and to those whose points part thousands: 2.5 and 2500."""
    whole, _, part = number.partition(".")
    return ".".join(filter(None, (whole, part.rstrip("0")))), whole + part


def may_be(number: str) -> str:
    """`may be 2.5 or 2500`."""
    return f"may be {' or '.join(two_readings(number))}"


def with_code(text: str) -> str:
    """`$20` and `20 €` with the currency's code behind the number: 20 USD, 20 EUR."""
    for sign in sorted(SIGNS, key=len, reverse=True):
        if text.startswith(sign) or text.endswith(sign):
            return f"{text.removeprefix(sign).removesuffix(sign).strip()} {SIGNS[sign]}"
    return text


def minor_digits(currency: str) -> int:
    """Decimal digits of the currency's smallest coin: 2 for USD and CNY, 0 for JPY."""
    return _MINOR_DIGITS.get(currency, 2)


def round_half_up(amount: Fraction, digits: int) -> Decimal:
    """The amount with `digits` decimals, halves away from zero."""
    return _from_coins(_coins(amount, digits), digits)


def round_to_total(amounts: Sequence[Fraction], digits: int) -> list[Decimal]:
    """Every amount rounded so that the rounded ones add up to the rounded exact total (largest remainder)."""
    scaled = [amount * 10**digits for amount in amounts]
    coins = [value.numerator // value.denominator for value in scaled]
    total = sum(scaled, Fraction())
    missing = _coins(total, 0) - sum(coins)
    # Ties go to the earlier line: the order of the lines is the order of the report.
    by_remainder = sorted(range(len(coins)), key=lambda i: (coins[i] - scaled[i], i))
    for position in by_remainder[:missing]:
        coins[position] += 1
    return [_from_coins(coin, digits) for coin in coins]


def exact_text(amount: Fraction, limit: int = 40) -> str:
    """The amount in full as a plain decimal; one that never ends is cut after `limit` decimals (half-up)."""
    digits = decimals_of(amount.denominator)
    return format(round_half_up(amount, limit if digits is None else digits), "f")


@lru_cache(maxsize=4096)
def decimals_of(denominator: int) -> int | None:
    """How many decimals a fraction of this denominator has; None: it never ends."""
    reduced, digits = denominator, 0
    for factor in (10, 2, 5):
        while reduced % factor == 0:
            reduced, digits = reduced // factor, digits + 1
    return digits if reduced == 1 else None


def _coins(amount: Fraction, digits: int) -> int:
    """In units of the last of the digits, halves away from zero."""
    coins: int = (2 * abs(amount.numerator) * 10**digits + amount.denominator) // (2 * amount.denominator)
    return -coins if amount.numerator < 0 else coins


def _from_coins(coins: int, digits: int) -> Decimal:
    return Decimal(f"{coins}E-{digits}")


def sum_if_known(counts: Iterable[Fraction | None]) -> Fraction | None:
    """The sum; None where one of them is unknown."""
    found = list(counts)
    return None if None in found else sum(filter(None, found), Fraction())


def exact_sum(amounts: Iterable[Fraction]) -> Fraction:
    """The exact sum; amounts over one denominator are added as integers, which is ten times as fast."""
    numerators: dict[int, int] = {}
    for amount in amounts:
        numerators[amount.denominator] = numerators.get(amount.denominator, 0) + amount.numerator
    return sum((Fraction(top, bottom) for bottom, top in numerators.items()), Fraction())
