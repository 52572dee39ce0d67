"""A run whose rises stay open says how much of every amount each set of rises multiplies."""

from __future__ import annotations

from fractions import Fraction

import pytest

from costcalc.months.turning import OpenRises, by_rises, with_factors
from costcalc.scenario.hikes import read_hike

FIRST, SECOND, OTHER = (read_hike(written) for written in ("alibaba=34", "alibaba=10", "baidu=5"))
PLACES = {FIRST: 0, SECOND: 1}
HALF = Fraction(1, 2)


@pytest.fixture
def reading() -> OpenRises:
    return OpenRises(place=PLACES.get, corners=[[1.34, 1.1], [1.0, 1.0]])


def test_rises_that_compound_multiply(reading):
    """100 at +34%, then +10%: 100 × 1.34 × 1.1 = 147.4; turned to half: 100 × 1.17 × 1.05 = 122.85."""
    cost = by_rises(100.0 * reading.raised(FIRST) * reading.raised(SECOND))
    assert cost == {(0, 1): 100}
    assert with_factors(cost, [Fraction("1.34"), Fraction("1.1")]) == Fraction("147.4")
    assert with_factors(cost, [Fraction("1.17"), Fraction("1.05")]) == Fraction("122.85")


def test_what_is_raised_alike_adds_up_and_what_is_not_stands_beside(reading):
    once, twice = reading.raised(FIRST), reading.raised(FIRST) * reading.raised(FIRST)
    found = by_rises(7.0 + 3.0 * once + once / 2 + 2.0 * twice)
    assert found == {(): 7, (0,): Fraction("3.5"), (0, 0): 2}
    assert with_factors(found, [Fraction(2), Fraction(1)]) == 7 + 7 + 8


def test_a_rise_that_stays_as_it_is_is_a_number(reading):
    assert reading.raised(OTHER) == 1.05
    assert by_rises(reading.settled(reading.raised(OTHER))) == {(): Fraction("1.05")}
    assert by_rises(0.0) == {}


def test_which_is_less_is_asked_wherever_the_rises_may_stand(reading):
    """120 is less than 100 × 1.34, and more than 100: where the rises go decides."""
    assert reading.is_less(120.0, 100.0 * reading.raised(FIRST))
    assert reading.torn == [True]
    assert reading.is_less(90.0, 100.0 * reading.raised(FIRST))
    assert reading.torn == [True]


def test_amounts_are_rounded_to_twelve_digits(reading):
    (amount,) = by_rises(reading.settled((0.1 + 0.2) * reading.raised(FIRST))).values()
    assert amount == Fraction(0.3)
