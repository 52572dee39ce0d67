"""Price changes: the order in which they compound, and what an absolute rate replaces."""

from datetime import date
from fractions import Fraction

import pytest

from costcalc.meters import meters
from costcalc.scenario.hikes import read_hikes
from costcalc.scenario.model import unit_price

DAY = date(2026, 9, 1)
THREE, ONE = Fraction(3), Fraction(1)


def priced(*hikes, price=THREE, share=ONE, from_standard=True, meter="output_tokens", day=DAY, variant="mid"):
    return unit_price(
        price, share, from_standard, meter, tuple(read_hikes(hikes)), day, lambda change: change.factor(variant)
    )


def test_rises_compound_in_the_order_written():
    assert priced("any=34", "any=10") == THREE * Fraction("1.34") * Fraction("1.10")


def test_nothing_that_matches_leaves_the_price_as_it_is():
    assert priced("any:input_tokens=34") == THREE
    assert priced() == THREE


@pytest.mark.parametrize(
    ("word", "raised"),
    [
        ("tokens", {"input_tokens", "cache_read_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens"}),
        ("input_tokens", {"input_tokens", "cache_read_tokens", "cache_write_1h_tokens"}),
        ("input-tokens", {"input_tokens", "cache_read_tokens", "cache_write_1h_tokens"}),
        ("input_tokens_only", {"input_tokens"}),
        ("cache_read_tokens", {"cache_read_tokens"}),
        ("cache_write_tokens", {"cache_write_1h_tokens"}),
        ("output_tokens", {"output_tokens", "reasoning_tokens"}),
        ("output_tokens_only", {"output_tokens"}),
    ],
)
def test_a_meter_is_meant_with_all_that_lies_inside_it(word, raised):
    lines = ("input_tokens", "cache_read_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens")
    assert {line for line in lines if priced(f"any:{word}=100", meter=line) == 6} == raised
    assert all(priced(f"any:{word}=100", meter=line) == 3 for line in lines if line not in raised)


@pytest.mark.parametrize("word", ["input_tokens", "input_tokens_only"])
def test_a_new_rate_is_one_line_of_the_list(word):
    """What a cached token costs is not said by what one token of input costs."""
    assert priced(f"any:{word}==4/1", meter="input_tokens") == 4
    assert priced(f"any:{word}==4/1", meter="cache_read_tokens") == 3


def test_only_a_meter_with_parts_can_be_meant_without_them():
    assert meters().names_of("output_tokens_only") == {"output_tokens"}
    assert [meters().names_of(word) for word in ("web_searches_only", "tokens_only", "_only")] == [None] * 3
    assert str(read_hikes(["acme/m:web_searches_only=5"]).changes[0].selector) == "acme/m:web_searches_only"
    assert read_hikes(["acme/m:web_searches_only=5"]).changes[0].selector.meters is None, "a name with a colon in it"


def test_a_rise_holds_from_its_day():
    assert priced("any=100@2026-09-02") == 3
    assert priced("any=100@2026-09-01") == 6


def test_a_new_rate_replaces_the_standard_and_what_is_relative_to_it_follows():
    """Batch at half of standard: 4 ÷ 2."""
    assert priced("any:output_tokens==4/1") == 4
    assert priced("any:output_tokens==4/1", share=Fraction(1, 2)) == 2


def test_a_new_rate_leaves_a_tier_with_a_price_of_its_own():
    assert priced("any:output_tokens==4/1", from_standard=False) == 3


def test_a_rise_before_a_new_rate_is_replaced_and_one_after_it_compounds():
    assert priced("any=34", "any:output_tokens==4/1") == 4
    assert priced("any:output_tokens==4/1", "any=34") == 4 * Fraction("1.34")


def test_a_fall_of_100_percent_is_free():
    assert priced("any=-100") == 0


def test_low_middle_and_high():
    assert [priced("any=10..30", variant=end) for end in ("low", "mid", "high")] == [
        THREE * Fraction("1.1"),
        THREE * Fraction("1.2"),
        THREE * Fraction("1.3"),
    ]


def test_two_ranges_compound_end_by_end():
    """The middle of 10–30% and 0–20% is 1.2 × 1.1, not the middle of their products."""
    assert [priced("any=10..30", "any=0..20", variant=end) for end in ("low", "mid", "high")] == [
        THREE * Fraction("1.1"),
        THREE * Fraction("1.2") * Fraction("1.1"),
        THREE * Fraction("1.3") * Fraction("1.2"),
    ]


def test_the_days_on_which_something_changes():
    changes = read_hikes(["any=1@2026-12-01", "any=2@2026-10-01", "any=3", "any=4@2026-10-01"])
    assert changes.days() == [date(2026, 10, 1), date(2026, 12, 1)]
    assert changes.has_range is False
    assert read_hikes(["any=1..2"]).has_range
