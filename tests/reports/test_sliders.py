"""Sliders: every amount of the outlook as the engine computes it for such rises, and what has no sliders."""

from __future__ import annotations

from fractions import Fraction

import pytest

from costcalc.months.turning import with_factors
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.model import VARIANTS
from tests.browser.handouts import USAGE, Made, made
from tests.kit import about, book, flat, prices, usage

PLACES = ((0, 0), (25, 100), (50, 50), (100, 100), (200, 100), (200, 33))
TOKENS = {"input_tokens": 10**8, "output_tokens": 10**7, "requests": 1000}


def assert_is_the_engine_s(what: Made, rise: int, passed: int) -> None:
    sliders = what.sliders
    found, place = what.at(rise, passed), (rise * sliders.rise.tick, passed * sliders.passed.tick)

    factors = {end: sliders.factors(end, *place) for end in VARIANTS}
    for month, ends in zip(found.months, sliders.months, strict=True):
        low, middle, high = (totals.at(factors[end]).cost for end, totals in zip(VARIANTS, ends, strict=True))
        assert month.after.cost == about(middle)
        assert (month.low.cost, month.high.cost) == about((min(low, middle, high), max(low, middle, high)))
        assert month.after.revenue == about(ends[1].revenue)
    for step, (last, whole) in zip(found.bridge, sliders.bridge, strict=True):
        assert (step.last.cost, step.whole.cost) == about((last.at(factors["mid"]).cost, whole.at(factors["mid"]).cost))
    for line in found.lines:
        assert line.last_after == about(with_factors(sliders.lines.get(line.key, {}), factors["mid"]))
    for customer in found.customers:
        assert customer.last.cost == about(sliders.customers[customer.name].at(factors["mid"]).cost)


@pytest.mark.parametrize(
    ("scenario", "hikes", "share"),
    [
        (None, ["alibaba=34"], None),
        (None, ["alibaba=5..34", "baidu=30"], Fraction(3, 5)),
        (None, ["any=10", "alibaba=34", "*/qwen*=12.5@2027-01-01"], None),
        ("april-2026", [], None),
        ("april-2026", [], Fraction(1, 3)),
        ("subsidies-end", [], None),
        ("all-at-once", [], None),
    ],
)
def test_every_amount_is_the_engine_s(scenario, hikes, share):
    what = made(USAGE, scenario, hikes, share, floor=Fraction(55, 100))
    for rise, passed in PLACES[2:3] if scenario == "all-at-once" else PLACES:
        ticks = rise * what.sliders.rise.most // 200, passed * what.sliders.passed.most // 100
        assert_is_the_engine_s(what, *ticks)


def test_they_begin_at_the_outlook_as_it_was_asked_for():
    what = made(USAGE, None, ["alibaba=5..34"], Fraction(3, 5))
    assert what.sliders.passed.start == 60
    start = what.at(what.sliders.rise.start, what.sliders.passed.start)
    assert [month.after for month in start.months] == about([month.after for month in what.handout.plan.months])


@pytest.mark.parametrize(
    ("hike", "most", "start", "tick"),
    [
        ("alibaba=34", 68, 34, Fraction(1, 34)),  # in percent
        ("alibaba=7.5", 150, 75, Fraction(1, 75)),  # in tenths of a percent
        ("alibaba=5", 100, 50, Fraction(1, 50)),
        ("alibaba=-20", 40, 20, Fraction(1, 20)),
        ("alibaba=5..34", 200, 100, Fraction(1, 100)),  # a range: as a share of the rise
    ],
)
def test_a_single_hike_is_turned_in_percent(hike, most, start, tick):
    slider = made(USAGE, None, [hike]).sliders.rise
    assert (slider.most, slider.start, slider.tick) == (most, start, tick)


def test_pass_through_scales_what_the_flag_scales():
    """With a range beside a plain hike the slider takes the range alone, as --pass-through does."""
    what = made(USAGE, None, ["alibaba=5..34", "baidu=30"])
    flagged = made(USAGE, None, ["alibaba=5..34", "baidu=30"], Fraction(1, 2))
    half = what.at(100, 50)
    assert [month.after for month in half.months] == about([month.after for month in flagged.handout.plan.months])


def test_what_reaches_tokens_begins_at_nothing_where_nobody_has_said_it():
    what = made(USAGE, "april-2026")
    assert (what.sliders.what_passes, what.sliders.passed.start) == ("events", 0)
    flagged = made(USAGE, "april-2026", share=Fraction(6, 10))
    assert [month.after for month in what.at(100, 60).months] == about([m.after for m in flagged.handout.plan.months])


@pytest.mark.parametrize(
    ("scenario", "hikes", "words"),
    [
        (None, [], "changes no price"),
        ("efficiency", [], "changes no price"),
        (None, ["openai/gpt-5.6-luna:output_tokens==9/1M"], "new rates"),
    ],
)
def test_where_nothing_rises_there_are_no_sliders(scenario, hikes, words):
    found = made(USAGE, scenario, hikes).handout.sliders
    assert isinstance(found, str)
    assert words in found


def test_a_minimum_spend_bends_the_cost(tmp_path):
    text = book(
        flat("m", input_tokens="1", output_tokens="2"),
        head="commitments:\n  - {what: acme, each: month, amount: 1000 USD}\n",
    )
    found = made(
        str(usage(tmp_path, TOKENS)), None, ["acme=10"], prices=prices(text), earned=StatedRevenue()
    ).handout.sliders
    assert isinstance(found, str)
    assert "minimum spend" in found


def test_new_rates_beside_a_rise_stay():
    what = made(USAGE, None, ["alibaba=34", "openai/gpt-5.6-luna:output_tokens==9/1M"])
    assert [change.written for change in what.sliders.fixed] == ["openai/gpt-5.6-luna:output_tokens==9/1M"]
    assert_is_the_engine_s(what, 0, 100)
