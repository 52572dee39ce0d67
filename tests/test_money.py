"""Money: exact inside, rounded once, and rounded lines add up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from costcalc.money import (
    CurrencyMismatch,
    CurrencyUnknown,
    Money,
    TooManyDigits,
    TwoAmounts,
    exact_sum,
    exact_text,
    may_be,
    minor_digits,
    read_number,
    round_half_up,
    round_to_total,
    sum_if_known,
    two_readings,
    written_amount,
)

amounts = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**7)


def test_two_currencies_do_not_add():
    with pytest.raises(CurrencyMismatch, match="cannot add CNY to USD"):
        Money(Fraction(1), "USD") + Money(Fraction(1), "CNY")


def test_thirds_add_up_to_a_whole():
    third = Money(Fraction(1), "USD") * Fraction(1, 3)
    assert third + third + third == Money(Fraction(1), "USD")
    assert third - third == Money(Fraction(0), "USD")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.00", Fraction(3)),
        ("18_000", Fraction(18_000)),
        (".5", Fraction(1, 2)),
        ("-0.1", Fraction(-1, 10)),
        ("+7", Fraction(7)),
        (" 7.75e-06 ", Fraction(775, 10**8)),
        ("1E3", Fraction(1000)),
    ],
)
def test_a_written_number_is_read_exactly(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "-", "NaN", "nan", "inf", "Infinity", "1/3", "1,000", "1_", "_1", "1__0", "0x10", "3.", "e3", "1e9999",
     "1 000", "３", "٣", "3 USD", "--1"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="not a number"):
        read_number(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**12), max_value=10**12))
def test_decimals_are_read_back(value):
    assert read_number(str(value)) == Fraction(value)


@pytest.mark.parametrize(
    ("amount", "digits", "rounded"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("0.00499", 2, "0.00"),
        ("-0.001", 2, "0.00"),
        ("2.5", 0, "3"),
        ("3.5", 0, "4"),
        ("-2.5", 0, "-3"),
        ("1.0005", 3, "1.001"),
    ],
)
def test_halves_go_away_from_zero(amount, digits, rounded):
    assert str(round_half_up(Fraction(amount), digits)) == rounded


@given(amounts, st.integers(0, 8))
def test_rounding_moves_by_half_a_coin_at_most(amount, digits):
    assert abs(Fraction(round_half_up(amount, digits)) - amount) <= Fraction(1, 2 * 10**digits)
    assert round_half_up(-amount, digits) == -round_half_up(amount, digits)


def test_three_thirds_of_a_dollar_show_100_cents():
    assert round_to_total([Fraction(1, 3)] * 3, 2) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]


def test_a_credit_and_a_charge_add_up():
    # −0.005 and 0.010 make 0.005, shown as 0.01: the coin goes to the line that lost most.
    assert round_to_total([Fraction("-0.005"), Fraction("0.010")], 2) == [Decimal("0.00"), Decimal("0.01")]


@given(st.lists(amounts, max_size=30), st.integers(0, 4))
@example([Fraction(-1, 3)] * 3, 2)
@example([Fraction(1, 200), Fraction(-1, 200)], 2)
@example([], 2)
def test_rounded_lines_add_up_to_the_rounded_total(lines, digits):
    rounded = round_to_total(lines, digits)
    assert sum(rounded, Decimal(0)) == round_half_up(sum(lines, Fraction()), digits)
    for line, shown in zip(lines, rounded, strict=True):
        assert abs(Fraction(shown) - line) < Fraction(1, 10**digits)
        if line * 10**digits == int(line * 10**digits):
            assert shown == line  # a line of whole coins stays as it is: zero is never shown as a cent


def test_the_order_of_lines_decides_only_between_equal_remainders():
    lines = [Fraction("0.004"), Fraction("0.008"), Fraction("0.003")]
    assert round_to_total(lines, 2) == [Decimal("0.01"), Decimal("0.01"), Decimal("0.00")]
    assert round_to_total(lines[::-1], 2) == [Decimal("0.00"), Decimal("0.01"), Decimal("0.01")]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(3), "3"),
        (Fraction(100), "100"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(775, 10**8), "0.00000775"),
        (Fraction(1, 1024), "0.0009765625"),
        (Fraction(1, 5), "0.2"),
        (Fraction(2, 3), f"0.{'6' * 39}7"),
    ],
)
def test_an_amount_in_full(amount, text):
    assert exact_text(amount) == text


def test_an_endless_amount_is_cut_half_up():
    assert exact_text(Fraction(2, 3), limit=5) == "0.66667"
    assert exact_text(Fraction(-1, 3), limit=5) == "-0.33333"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**9), max_value=10**9))
def test_an_amount_in_full_is_read_back(value):
    assert read_number(exact_text(Fraction(value))) == Fraction(value)


def test_coins_of_currencies():
    assert [minor_digits(code) for code in ("USD", "CNY", "EUR")] == [2, 2, 2]
    assert {minor_digits(code) for code in ("JPY", "KRW", "VND", "CLP", "ISK")} == {0}
    assert {minor_digits(code) for code in ("KWD", "BHD", "JOD", "OMR", "TND")} == {3}


def test_a_number_has_sixty_digits_at_most():
    assert read_number("9" * 60) == 10**60 - 1
    with pytest.raises(TooManyDigits, match="more than 60 digits"):
        read_number("9" * 61)
    with pytest.raises(ValueError, match="not a number"):
        read_number("9" * 60 + "x")


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("52000", 52_000, ""),
        (" 52,000.50 ", Fraction(104_001, 2), ""),
        ("1,234,567 cny", 1_234_567, "CNY"),
        ("52_000 USD", 52_000, "USD"),
        ("$20", 20, "USD"),
        ("US$20", 20, "USD"),
        ("20 €", 20, "EUR"),
        ("CN¥ 7", 7, "CNY"),
        ("2.50", Fraction(5, 2), ""),
        ("0.500", Fraction(1, 2), ""),  # thousands never begin with 0
    ],
)
def test_an_amount_as_people_write_it(text, amount, currency):
    assert written_amount(text) == Money(Fraction(amount), currency)


@pytest.mark.parametrize("text", ["5 US", "5 USDT", "5 U5D", "5 ¥"])
def test_what_stands_behind_an_amount_is_a_currency(text):
    with pytest.raises(CurrencyUnknown):
        written_amount(text)


@pytest.mark.parametrize("text", ["2.500", "-2.500 EUR", "$999.000"])
def test_an_amount_that_may_be_two_is_none(text):
    with pytest.raises(TwoAmounts):
        written_amount(text)


@pytest.mark.parametrize("text", ["1,00", "1,0000", "", "USD"])
def test_commas_part_thousands_and_nothing_else(text):
    with pytest.raises(ValueError, match="not a number"):
        written_amount(text)


def test_the_two_readings_of_a_point_before_three_digits():
    assert two_readings("2.500") == ("2.5", "2500")
    assert two_readings("1.000") == ("1", "1000")
    assert may_be("12.345") == "may be 12.345 or 12345"


@given(st.lists(amounts, max_size=20))
def test_an_exact_sum_is_that_of_fractions(parts):
    assert exact_sum(parts) == sum(parts, Fraction())
    assert exact_sum([*parts, *parts]) == 2 * sum(parts, Fraction())


def test_a_sum_with_something_unknown_is_unknown():
    third = Fraction(1, 3)
    assert sum_if_known([third, Fraction(0), third]) == Fraction(2, 3)
    assert sum_if_known([]) == 0
    assert sum_if_known([third, None]) is None
