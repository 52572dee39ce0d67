"""Periods: what no price and no line of a report tells apart is added up, and nothing else."""

from types import SimpleNamespace

from costcalc.rating.cuts import split_of
from costcalc.rating.periods import Periods
from costcalc.rating.rate import RatingOptions
from tests.kit import book, flat, model, prices

BANDS = "input_tokens: 1 per 1M\nbands: [{input_above: 200_000, input_tokens: 2 per 1M}]\n"
BOOKS = prices(book(model("long", ("2020-01-01", BANDS)), flat("short", input_tokens="1"))).pricebook
NOON, EVENING = 1_789_041_600, 1_789_063_200  # of one day


def test_times_that_a_label_of_the_report_tells_apart_stay_apart():
    evening = SimpleNamespace(of=lambda at: "evening" if at >= EVENING else "day")
    short = ("acme", "short", None)
    alike, apart = (Periods(BOOKS, RatingOptions((), labels=labels)) for labels in ({}, {"shift": evening}))
    assert alike.time(short, NOON, None, False) == alike.time(short, EVENING, None, False)
    assert apart.time(short, NOON, None, False) != apart.time(short, EVENING, None, False)
    assert apart.time(short, NOON, None, False) == apart.time(short, NOON + 1, None, False)


def test_hours_stay_apart_where_what_is_asked_of_them_is_not_known_yet():
    kept = Periods(BOOKS, RatingOptions(()), keeps_hours=True)
    short = ("acme", "short", None)
    assert kept.time(short, NOON, None, False) != kept.time(short, EVENING, None, False)
    assert kept.time(short, NOON, None, False) == kept.time(short, NOON + 86_400, None, False)


def test_a_name_without_a_price_has_the_lengths_of_what_it_may_move_to():
    target = BOOKS.resolve("long", "acme")
    unknown = ("acme", "of-our-own", None)
    assert Periods(BOOKS, RatingOptions(())).treated(unknown).lengths == ((), ())
    assert Periods(BOOKS, RatingOptions(()), targets=(target,)).treated(unknown).lengths == ((200_000,), ())
    asked = Periods(BOOKS, RatingOptions(()), more_edges=lambda found, provider, name: ((7,), (9,)))
    assert asked.treated(unknown).lengths == ((7,), (9,))


def test_meters_are_told_apart_in_one_order():
    assert split_of({"output_tokens", "input_tokens"}) == ("input_tokens", "output_tokens")
