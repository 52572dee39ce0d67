"""Assumed: bands of rows that aggregate requests, from the mean length or unknown, with the bound that is shown."""

from fractions import Fraction

import pytest

import costcalc
from tests.kit import book, model, prices, usage

BANDS = """output_tokens: 10 per 1M
bands:
  - {input_up_to: 200_000, input_tokens: 3 per 1M}
  - {input_above: 200_000, input_tokens: 6 per 1M}
"""
BOOK = prices(book(model("m", ("2020-01-01", BANDS))))


def rating(path, *rows, **options):
    return costcalc.cost(usage(path, *rows), prices=BOOK, **options).rating


def notes(found):
    return [(note.code, note.cost, note.low, note.high) for note in found.assumptions]


def test_a_single_request_leaves_nothing_to_assume(tmp_path):
    found = rating(tmp_path, {"timestamp": "2026-09-01T08:00:00Z", "input_tokens": 300_000, "output_tokens": 0})
    assert found.total.before == Fraction("1.8")
    assert notes(found) == []


@pytest.mark.parametrize(("requests", "cost"), [(1, "1.8"), (2, "0.9"), (10, "0.9")])
def test_the_mean_length_decides_where_the_number_of_requests_is_known(requests, cost, tmp_path):
    found = rating(tmp_path, {"requests": requests, "input_tokens": 300_000, "output_tokens": 0})
    assert found.total.before == Fraction(cost)
    assert notes(found) == ([] if requests == 1 else [("band-from-mean", Fraction(cost), None, None)])


def test_a_mean_on_the_cut_is_below_it(tmp_path):
    for tokens, cost in ((400_000, "1.2"), (400_001, "2.400006")):
        found = rating(tmp_path, {"requests": 2, "input_tokens": tokens, "output_tokens": 0})
        assert found.total.before == Fraction(cost)


def test_an_unknown_number_takes_the_base_and_shows_the_upper_bound(tmp_path):
    found = rating(tmp_path, {"input_tokens": 300_000, "output_tokens": 0})
    assert found.total.before == Fraction("0.9")
    assert notes(found) == [("band-unknown", Fraction("0.9"), Fraction("0.9"), Fraction("1.8"))]


def test_the_bound_is_that_of_the_whole_total(tmp_path):
    rows = [
        {"input_tokens": 300_000, "output_tokens": 0},
        {"requests": 1, "input_tokens": 100_000, "output_tokens": 0},
    ]
    found = rating(tmp_path, *rows)
    assert notes(found) == [("band-unknown", Fraction("0.9"), Fraction("1.2"), Fraction("2.1"))]


def test_no_request_is_longer_than_all_of_them_together(tmp_path):
    """200,000 tokens in who knows how many requests: none of them is above 200,000."""
    assert notes(rating(tmp_path, {"input_tokens": 200_000, "output_tokens": 5_000})) == []


def test_a_bill_rests_on_no_band(tmp_path):
    found = rating(tmp_path, {"input_tokens": 300_000, "output_tokens": 0, "billed_cost": "1"})
    assert notes(found) == []


def test_bands_at_one_price_assume_nothing_that_matters(tmp_path):
    """The bound equals the total: none is shown."""
    same = prices(book(model("m", ("2020-01-01", BANDS.replace("6 per", "3 per")))))
    found = costcalc.cost(usage(tmp_path, {"input_tokens": 300_000, "output_tokens": 0}), prices=same).rating
    assert [(note.low, note.high) for note in found.assumptions] in ([], [(None, None)])
