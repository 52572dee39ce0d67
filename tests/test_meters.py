"""Meters: reported counts overlap, billable counts do not, and nothing is lost between them."""

from hypothesis import given
from hypothesis import strategies as st

from costcalc.meters import billable_counts, meters

KNOWN = meters().by_name
PARTS = {name: [part.name for part in KNOWN.values() if part.part_of == name] for name in KNOWN}
WHOLES = [name for name, meter in KNOWN.items() if meter.part_of is None]


@st.composite
def reports(draw: st.DrawFn) -> dict[str, int]:
    """Counts in which the parts of a whole fit inside it together."""
    counts: dict[str, int] = {}

    def split(name: str, count: int) -> None:
        counts[name] = count
        left = count
        for part in PARTS[name]:
            if draw(st.booleans()):
                inside = draw(st.integers(0, left))
                left -= inside
                split(part, inside)

    for whole in WHOLES:
        if draw(st.booleans()):
            split(whole, draw(st.integers(0, 10**15)))
    return counts


@given(reports(), st.sets(st.sampled_from(sorted(KNOWN))))
def test_billable_counts_add_up_to_the_wholes_and_are_never_negative(reported, priced):
    billable = billable_counts(reported, priced)
    assert sum(billable.values()) == sum(count for name, count in reported.items() if name in WHOLES)
    assert all(count > 0 for count in billable.values())
    assert all(name in priced or name in WHOLES for name in billable)


def test_a_priced_part_leaves_its_whole():
    reported = {"input_tokens": 1_000, "cache_read_tokens": 700, "cache_write_tokens": 200}
    assert billable_counts(reported, {"input_tokens", "cache_read_tokens"}) == {
        "input_tokens": 300,  # 1,000 − 700; the writes have no price of their own
        "cache_read_tokens": 700,
    }


def test_a_part_of_an_unpriced_part_leaves_the_nearest_priced_whole():
    reported = {"input_tokens": 100, "cache_write_tokens": 60, "cache_write_1h_tokens": 25}
    assert billable_counts(reported, {"input_tokens", "cache_write_1h_tokens"}) == {
        "input_tokens": 75,
        "cache_write_1h_tokens": 25,
    }
    assert billable_counts(reported, {"input_tokens", "cache_write_tokens", "cache_write_1h_tokens"}) == {
        "input_tokens": 40,
        "cache_write_tokens": 35,
        "cache_write_1h_tokens": 25,
    }


def test_an_unpriced_whole_is_still_counted():
    assert billable_counts({"output_tokens": 10}, ()) == {"output_tokens": 10}


def test_a_whole_is_declared_before_its_parts():
    order = list(KNOWN)
    for name, meter in KNOWN.items():
        assert meter.part_of is None or order.index(meter.part_of) < order.index(name)


def test_a_group_and_a_meter_cover_all_parts():
    assert meters().names_of("output_tokens") == meters().with_parts("output_tokens")
    tokens = meters().names_of("tokens")
    assert tokens is not None
    assert {"cache_write_1h_tokens", "cache_read_explicit_tokens", "reasoning_tokens"} <= tokens
    assert "requests" not in tokens
    assert meters().names_of("reasoning_tokens") == {"reasoning_tokens"}
    assert meters().names_of("nonsense") is None
