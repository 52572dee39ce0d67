"""Bars and sparklines say what the figures say."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from costcalc.render.bars import sparkline, widths

SHARES = st.lists(st.fractions(0, 1, max_denominator=10_000), min_size=1, max_size=4)


@given(SHARES, st.integers(8, 80))
def test_a_bar_is_as_wide_as_its_room(shares, width):
    cells = widths(shares, width)
    assert sum(cells) == (width if sum(shares) else 0)
    assert all((cell > 0) == (share > 0) for cell, share in zip(cells, shares, strict=True))


def test_the_bar_of_the_example():
    """49.8% of 48 cells is 23.9, 8.1% is 3.9, the rest 20.2."""
    assert widths([Fraction("0.498"), Fraction("0.081"), Fraction("0.421")], 48) == [24, 4, 20]


def test_a_sparkline_runs_from_the_lowest_to_the_highest():
    assert sparkline([Fraction(n) for n in range(100, 900, 100)]) == "▁▂▃▄▅▆▇█"
    assert sparkline([Fraction(58), Fraction(58), Fraction(50)]) == "██▁"


def test_what_hardly_moves_is_flat():
    assert sparkline([Fraction(1000), Fraction(1001)]) == "▄▄"
    assert sparkline([Fraction(0), Fraction(0)]) == "▄▄"
