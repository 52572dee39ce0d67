"""A run whose rises stay open is a polynomial of how far they go and how much of them is passed through."""

from __future__ import annotations

from fractions import Fraction

import pytest

from costcalc.forecasts.turning import PASSED, RISE, Poly, poly

HALF = Fraction(1, 2)


def test_a_rise_of_which_half_is_passed_through():
    """100 at +34%: 100 + 34 r p; at r = 2 and p = 1/2 it is 134, as at +34% in full."""
    cost = 100 * (1 + Poly({PASSED: Fraction(34, 100)}))
    assert cost.at((Fraction(1), Fraction(1))) == 134
    assert cost.at((Fraction(2), HALF)) == 134
    assert cost.at((Fraction(0), HALF)) == 100


def test_rises_that_compound_multiply():
    """100 at +34%, then +10%: 100 × 1.34 × 1.1 = 147.4; turned to half: 100 × 1.17 × 1.05 = 122.85."""
    cost = 100 * (1 + Poly({RISE: Fraction(34, 100)})) * (1 + Poly({RISE: Fraction(1, 10)}))
    assert cost.at((Fraction(1), Fraction(1))) == Fraction("147.4")
    assert cost.at((HALF, Fraction(1))) == Fraction("122.85")


@pytest.mark.parametrize(
    "place", [(Fraction(0), Fraction(0)), (Fraction(2), Fraction(1)), (Fraction(3, 7), Fraction(1, 3))]
)
def test_it_reckons_like_the_numbers_it_stands_for(place):
    a = Poly({(): Fraction(3), RISE: Fraction(2, 3)})
    b = Poly({RISE: Fraction(-1), PASSED: Fraction(5, 7)})
    x, y = a.at(place), b.at(place)
    assert (a + b).at(place) == x + y
    assert (a - b).at(place) == x - y
    assert (7 - b).at(place) == 7 - y
    assert (a * b).at(place) == x * y
    assert (a / 9).at(place) == x / 9
    assert (-a).at(place) == -x
    assert sum([a, b], 0).at(place) == x + y
    assert poly(HALF).at(place) == HALF


def test_what_vanishes_leaves_no_term():
    rise = Poly({RISE: Fraction(1)})
    assert (rise - rise).terms == {}
    assert (rise * 0).terms == {}
    assert poly(0).terms == {}
