"""Limits as written: amounts of money, tokens or requests, single percents, ages, and the days of a period."""

from __future__ import annotations

import re
from fractions import Fraction

from costcalc.budget.model import COUNTED
from costcalc.money import MANY, SIGN, exact_text, read_number, with_code

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:_\d+)*(?:\.\d+)?|\.\d+"
AMOUNT = re.compile(rf"({_NUMBER}) ?([KkMB]?) ?([A-Z]{{3}}|tokens?|requests?)?", re.ASCII)
AMOUNTS = rf"{AMOUNT.pattern}|(?:{SIGN}) ?(?:{_NUMBER}) ?[KkMB]?|(?:{_NUMBER}) ?[KkMB]? ?(?:{SIGN})"  # `$18_000`
PERCENT = re.compile(r"([+-]?(?:\d+(?:_\d+)*(?:\.\d+)?|\.\d+))%", re.ASCII)
AGE = re.compile(r"(\d{1,5}) ?(days?|weeks?|months?)", re.ASCII)
PERIOD = re.compile(r"\d{4}(?:-Q[1-4]|-\d{2}(?:-\d{2}(?:\.\.\d{4}-\d{2}-\d{2})?)?)?", re.ASCII)
_DAYS_OF = {"day": 1, "week": 7, "month": 30}

AMOUNT_SHAPE = "18_000 USD, 2B tokens, or 500_000 requests"
PERIOD_SHAPE = "2026-09, 2026-Q3, 2026, 2026-09-15, or 2026-09-01..2026-09-14"
AGE_SHAPE = "90 days, 12 weeks, or 3 months (of 30 days)"


def read_limit(text: str) -> tuple[Fraction, str]:
    """`18_000 USD`, `5000USD`, `2B tokens`, `500K requests`, `18,000`, `$20`: the amount and its unit. ValueError: none."""
    match = AMOUNT.fullmatch(with_code(text.strip()))
    if match is None:
        raise ValueError(f"no amount: {text!r}")
    amount = read_number(match[1].replace(",", "")) * MANY.get(match[2], 1)
    unit = match[3] or ""
    return amount, next((counted for counted in COUNTED if unit in (counted, counted[:-1])), unit)


def read_one_percent(text: str) -> Fraction:
    """`55%` is 11/20. ValueError: no percentage; it says what may be meant."""
    match = PERCENT.fullmatch(text.strip())
    if match:
        return read_number(match[1]) / 100
    try:
        bare = read_number(text)
    except ValueError:
        raise ValueError("") from None
    meant = bare * 100 if bare.denominator != 1 and abs(bare) < 1 else bare
    raise ValueError(f"did you mean {exact_text(meant)}%? Write it with its percent sign")


def read_age(text: str) -> int:
    """`90 days`, `12 weeks`, `3 months`: in days. ValueError: no age."""
    match = AGE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"no age: {text!r}")
    return int(match[1]) * _DAYS_OF[match[2].removesuffix("s")]
