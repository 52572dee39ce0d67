"""Price changes: the order in which they compound, and what an absolute rate replaces."""

from datetime import date
from fractions import Fraction

from costcalc.scenario.hikes import read_hikes
from costcalc.scenario.model import unit_price

DAY = date(2026, 9, 1)
THREE, ONE = Fraction(3), Fraction(1)


def priced(*hikes, price=THREE, share=ONE, from_standard=True, meter="output_tokens", day=DAY, variant="mid"):
    return unit_price(
        price, share, from_standard, meter, tuple(read_hikes(hikes)), day, lambda change: change.rise(variant)
    )


def test_rises_compound_in_the_order_written():
    assert priced("any=34", "any=10") == THREE * Fraction("1.34") * Fraction("1.10")


def test_nothing_that_matches_leaves_the_price_as_it_is():
    assert priced("any:input_tokens=34") == THREE
    assert priced() == THREE


def test_a_group_covers_its_parts_and_a_meter_only_its_own_rate():
    assert priced("any:tokens=100", meter="cache_read_tokens") == 6
    assert priced("any:input_tokens=100", meter="cache_read_tokens") == 3
    assert priced("any:input_tokens=100", meter="input_tokens") == 6


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
