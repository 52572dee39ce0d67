"""Cuts: everything that a price of the books, or a report day, may ask of a row."""

import re

import costcalc
from costcalc.rating.cuts import cuts_for
from tests.kit import book, flat, model, prices

HEAD = "schedules:\n  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00]}\n"
HOURS = "schedule: peak\ninput_tokens: 2 per 1M\noff_peak: {input_tokens: 1 per 1M}\n"


def cuts(*books, timezone="UTC"):
    return cuts_for(prices(*books).pricebook, timezone)


def test_lengths_of_every_band_and_both_of_its_ends():
    bands = "bands:\n  - {input_above: 32_000, input_up_to: 128_000, output_above: 200, input_tokens: 2 per 1M}\n"
    found = cuts(book(model("m", ("2020-01-01", "input_tokens: 1 per 1M\n" + bands))))
    assert (found.input_lengths, found.output_lengths) == ((32_000, 128_000), (200,))


def test_bands_of_tiers_and_of_thinking_count_too():
    block = """input_tokens: 1 per 1M
thinking: {bands: [{input_above: 10, input_tokens: 2 per 1M}]}
service_tiers: {batch: {bands: [{input_above: 20, input_tokens: 2 per 1M}]}}
"""
    assert cuts(book(model("m", ("2020-01-01", block)))).input_lengths == (10, 20)


def test_days_begin_where_a_provider_or_the_report_says():
    """16:00 UTC is midnight in Shanghai; 07:00 and 08:00 are midnight in Los Angeles."""
    assert cuts(book(flat("m", input_tokens="1"))).day_edges == (0,)
    assert cuts(book(flat("m", input_tokens="1"), timezone="Asia/Shanghai")).day_edges == (0, 16 * 3600)
    pacific = cuts(book(flat("m", input_tokens="1")), timezone="America/Los_Angeles")
    assert pacific.day_edges == (0, 7 * 3600, 8 * 3600)


def test_hours_are_cut_for_the_models_that_follow_them():
    found = cuts(
        book(model("m", ("2020-01-01", HOURS), head="aliases: [em, m-*-x]\n"), flat("n", input_tokens="1"), head=HEAD)
    )
    assert found.schedule_edges == (1 * 3600, 4 * 3600, 16 * 3600)
    assert found.scheduled_names == {"m", "em"}
    for name, scheduled in {
        "acme/m": True,
        "m-20260901": True,
        "m@2026-09-01": True,
        "m-1-x": True,
        "n": False,
    }.items():
        hit = any(re.fullmatch(pattern, name) for pattern in found.scheduled_patterns)
        assert hit is scheduled


def test_an_alias_of_the_users_follows_them_too():
    own = prices(book(model("m", ("2020-01-01", HOURS)), head=HEAD)).pricebook.with_aliases({"Prod": "acme/m"})
    assert "prod" in cuts_for(own).scheduled_names


def test_the_shipped_books_cut_at_shanghais_midnight():
    assert 16 * 3600 in cuts_for(costcalc.read_prices().pricebook).day_edges
