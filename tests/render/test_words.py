"""How numbers, shares and days read."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from costcalc.calendar import Month
from costcalc.render.names import shortened, wrapped
from costcalc.render.words import (
    amount_text,
    days_text,
    decimal_text,
    money_text,
    months_text,
    percent_text,
    plain_percent,
    price_text,
    share_text,
)


def test_money_has_separators_and_a_true_minus():
    assert money_text(Fraction("12410.215"), "USD") == "12,410.22 USD"
    assert money_text(Fraction("-4219.47"), "USD") == "−4,219.47 USD"
    assert decimal_text(Decimal("887.44"), signed=True) == "+887.44"
    assert money_text(Fraction("1234567.5"), "JPY") == "1,234,568 JPY"
    assert money_text(Fraction("1.0005"), "KWD") == "1.001 KWD"


def test_small_prices_keep_their_digits():
    assert price_text(Fraction("0.025")) == "0.025"
    assert price_text(Fraction("3.4")) == "3.40"
    assert price_text(Fraction("1250")) == "1,250.00"
    assert price_text(Fraction("-0.00215")) == "−0.00215"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        ("0", "0"), ("999999", "999,999"), ("1000000", "1.00 M"), ("9994999", "9.99 M"), ("9995000", "10.0 M"),
        ("310000000", "310 M"), ("999499999", "999 M"), ("999500000", "1.00 B"), ("1920000000", "1.92 B"),
        ("1500000000000", "1.50 T"), ("2500000000000000", "2,500 T"), ("184220.5", "184,221"),
    ],
)  # fmt: skip
def test_counts_have_three_digits_from_a_million_on(count, text):
    assert amount_text(Fraction(count)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        ("0", "0%"), ("1", "100%"), ("0.57", "57%"), ("0.00001", "<1%"), ("0.003", "0.3%"), ("0.9999", ">99.9%"),
        ("0.997", "99.7%"), ("0.985", "99%"),
    ],
)  # fmt: skip
def test_a_share_is_100_only_when_it_is_all(share, text):
    assert share_text(Fraction(share)) == text


def test_percentages():
    assert percent_text(Fraction(12, 100), signed=True) == "+12.0%"
    assert plain_percent(Fraction(34, 100), signed=True) == "+34%"
    assert plain_percent(Fraction("-0.0725"), signed=True) == "−7.25%"
    assert plain_percent(Fraction(20), signed=True) == "+2,000%"


def test_days_and_months_name_what_they_must():
    assert days_text(date(2026, 9, 1), date(2026, 9, 30)) == "1–30 Sep 2026"
    assert days_text(date(2026, 9, 28), date(2026, 10, 3)) == "28 Sep – 3 Oct 2026"
    assert days_text(date(2025, 12, 28), date(2026, 1, 3)) == "28 Dec 2025 – 3 Jan 2026"
    assert days_text(date(2026, 9, 5), date(2026, 9, 5)) == "5 Sep 2026"
    assert months_text(Month(2026, 9), Month(2026, 10)) == "Sep–Oct 2026"
    assert months_text(Month(2026, 12), Month(2027, 1)) == "Dec 2026 – Jan 2027"


def test_a_long_name_loses_its_middle():
    assert shortened("claude-sonnet-5", 15) == "claude-sonnet-5"
    assert shortened("ernie-4.5-turbo-128k", 11) == "ernie…-128k"
    assert shortened("客户甲有限公司", 7) == "客户…司"  # two cells each
    assert shortened("abc", 1) == "…"
    assert shortened("abc", 0) == ""


def test_lines_break_between_words_and_inside_what_is_too_long():
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("a" * 20, 8) == ["a" * 8, "a" * 8, "a" * 4]
    assert wrapped("", 8) == [""]


def test_what_is_something_is_never_nothing():
    assert money_text(Fraction("0.0000272"), "CNY") == "0.0000272 CNY"
    assert money_text(Fraction("0.00499"), "USD") == "0.00499 USD"
    assert money_text(Fraction("0.0049999"), "USD") == "0.005 USD"
    assert money_text(Fraction("0.005"), "USD") == "0.01 USD"
    assert money_text(Fraction("-0.0000004"), "USD") == "−0.0000004 USD"
    assert money_text(Fraction(0), "USD") == "0.00 USD"


def test_a_long_word_ends_a_line_behind_its_joints():
    """The name of a model stays readable where a screen is narrow."""
    assert wrapped("anthropic/claude-sonnet-5", 20) == ["anthropic/claude-", "sonnet-5"]
    assert wrapped("by anthropic/claude", 12) == ["by", "anthropic/", "claude"]
    assert wrapped("a-" + "b" * 30, 20) == [
        "a-" + "b" * 18,
        "b" * 12,
    ]  # a joint so near to the start would waste the line
