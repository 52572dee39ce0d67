"""Every case of the table through the public library: exact to the last digit."""

from decimal import Decimal
from fractions import Fraction

import pytest

import costcalc
from costcalc.money import round_half_up, round_to_total
from tests.cases.table import CASES, REFUSED, SONNET, UNPRICED, one_price, row, rows
from tests.kit import prices


@pytest.mark.parametrize("name", CASES)
def test_the_cost_is_exact(name, tmp_path):
    case = CASES[name]
    found = costcalc.cost(case.write(tmp_path), prices=prices(case.book))
    if case.expected == REFUSED:
        assert found.usage.refused_rows == 1
        assert found.rating.total.before == 0
        assert not found.is_complete
        assert [problem.code for problem in found.usage.problems] == ["part-larger-than-whole"]
        assert found.usage.problems[0].place.line == 1
    elif case.expected == UNPRICED:
        assert not found.is_complete
        assert found.rating.charges == []
        assert sum(part.tokens for part in found.rating.unpriced) == case.tokens
    else:
        assert isinstance(found.rating.total.before, Fraction)
        assert found.rating.total.before == case.expected
        assert found.is_complete
    if case.tokens is not None:
        assert found.usage.tokens == case.tokens


def test_an_aggregate_without_its_number_of_requests_is_flagged(tmp_path):
    """TIER-11: 300,000 tokens of who knows how many requests: 0.915, and 1.8225 if it was one."""
    case = CASES["TIER-11"]
    usage = rows(row("2026-01-01", input_tokens=300_000, output_tokens=1_000))(tmp_path)
    found = costcalc.cost(usage, prices=prices(case.book))
    assert found.rating.total.before == Fraction("0.915")
    (note,) = [each for each in found.rating.assumptions if each.code == "band-unknown"]
    assert (note.low, note.high) == (Fraction("0.915"), Fraction("1.8225"))


def test_a_logged_cost_does_not_overwrite_the_list_in_silence(tmp_path):
    """SVC-09: the tier's list price is known, so it is used, and the basis says so."""
    case = CASES["SVC-09"]
    found = costcalc.cost(case.write(tmp_path), prices=prices(case.book))
    assert {charge.basis for charge in found.rating.charges} == {"list"}


def test_a_cost_of_nothing_is_labelled_with_where_it_comes_from(tmp_path):
    """LOG-05: the model has no price; the log's 0 stands in."""
    found = costcalc.cost(CASES["LOG-05"].write(tmp_path), prices=prices(CASES["LOG-05"].book))
    assert [(charge.basis, charge.cost.before) for charge in found.rating.charges] == [("computed", 0)]


def test_a_cap_of_the_exact_sum_is_reached(tmp_path):
    """NUM-02: 0.1 + 0.7 meets a cap of 0.8; 0.1 + 0.7 in floats does not."""
    found = costcalc.cost(CASES["NUM-02"].write(tmp_path), prices=prices(CASES["NUM-02"].book))
    assert found.rating.total.before >= Fraction("0.8")
    assert not 0.1 + 0.7 >= 0.8


def test_three_half_cents_are_two_cents_and_the_lines_still_add_up(tmp_path):
    """NUM-04: the total is rounded once, half-up; three lines of 0.005 share its two cents."""
    found = costcalc.cost(CASES["NUM-04"].write(tmp_path), prices=prices(CASES["NUM-04"].book))
    assert round_half_up(found.rating.total.before, 2) == Decimal("0.02")
    assert sum(round_to_total([Fraction("0.005")] * 3, 2)) == Decimal("0.02")


@pytest.mark.slow
def test_a_million_tiny_costs_are_exact(tmp_path):
    """NUM-01: 1,000,000 × 0.0000157 = 15.7, not 15.700000000162158."""
    usage = tmp_path / "usage.csv"
    usage.write_text("date,model,billed_cost\n" + "2026-01-01,m,0.0000157\n" * 1_000_000, encoding="utf-8")
    found = costcalc.cost(usage, prices=prices(CASES["NUM-04"].book))
    assert found.rating.total.before == Fraction("15.7")


def test_a_day_in_california_is_its_own(tmp_path):
    """ZONE-03: 04:08 in UTC is still the day before in Los Angeles; the cost is the same."""
    usage = rows(row("2026-01-25T04:08:00Z", prompt_tokens=1_000, completion_tokens=1_000))(tmp_path)
    for zone, day in (("America/Los_Angeles", "2026-01-24"), ("UTC", "2026-01-25")):
        found = costcalc.cost(usage, by=("model",), each="day", timezone=zone, prices=prices(one_price(**SONNET)))
        assert [(line.key, line.cost.before) for line in found.lines] == [((day, "m"), Fraction("0.018"))]
