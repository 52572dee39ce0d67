"""Totals: what a rise takes of a margin, and the two rises of one's own prices that give it back."""

from fractions import Fraction

import pytest

from costcalc.rating.model import Cost
from costcalc.rating.totals import Estimated, Totals, added, at_assumed_margins, outcome, rise_to

F = Fraction


def cost(before, after, low=None, high=None):
    return Cost(F(before), F(low or after), F(after), F(high or after))


def margins(found):
    return found.before.margin, found.after.margin


def test_the_worked_example():
    """Revenue 52,000; Alibaba 12,410.22 rises by 34%, OpenAI 9,493.89 stays: 57.9% → 49.8%."""
    before = F("12410.22") + F("9493.89")
    after = F("12410.22") * F("1.34") + F("9493.89")
    found = outcome(cost(before, after), F(52_000))
    assert margins(found) == (1 - before / 52_000, 1 - after / 52_000)
    assert [round(float(share * 100), 1) for share in (*margins(found), found.erosion)] == [57.9, 49.8, 8.1]
    assert round(float(found.lost), 2) == 4219.47
    assert found.recover == found.lost / 52_000
    assert round(float(found.recover * 100), 1) == 8.1
    assert found.hold == after / (before / 52_000) / 52_000 - 1
    assert round(float(found.hold * 100), 1) == 19.3


def test_raising_by_what_holds_keeps_the_margin_and_by_what_recovers_the_money():
    found = outcome(cost(40, 55), F(100))
    raised = 100 * (1 + found.hold)
    assert (raised - 55) / raised == found.before.margin == F(60, 100)
    assert 100 * (1 + found.recover) - 55 == 100 - 40


def test_revenue_100_cost_40_and_the_cost_doubled():
    """Tokens per request doubled, requests as before: 60% → 20%."""
    found = outcome(cost(40, 80), F(100))
    assert (*margins(found), found.erosion) == (F("0.6"), F("0.2"), F("0.4"))


def test_at_revenue_0_margins_are_undefined():
    found = outcome(cost(40, 80), F(0))
    assert (*margins(found), found.erosion, found.hold, found.recover, found.margins) == (None,) * 6
    assert not found.has_margin
    assert found.lost == 40


def test_below_0_too_and_it_is_the_worst_of_losses():
    found = outcome(cost(40, 80), F(-100))
    assert (*margins(found), found.erosion, found.hold, found.recover, found.margins) == (None,) * 6
    ordered = [F(-100), F(-10), F(0), F(40), F(200)]  # of revenue
    assert sorted({*ordered}, key=lambda revenue: Totals(F(80), revenue=revenue).worst_first) == ordered


def test_at_a_loss_the_margin_is_negative_and_can_still_be_held():
    found = outcome(cost(120, 150), F(100))
    assert margins(found) == (F("-0.2"), F("-0.5"))
    assert found.hold == F(150) / F("1.2") / 100 - 1 == F("0.25")


def test_without_a_cost_before_there_is_no_margin_to_hold():
    found = outcome(cost(0, 10), F(100))
    assert found.before.margin == 1
    assert found.hold is None
    assert found.recover == F("0.1")


def test_a_range_of_rises_is_a_range_of_margins():
    assert outcome(cost(100, 120, low=110, high=130), F(200)).margins == (F("0.35"), F("0.45"))
    assert outcome(cost(100, 120), F(200)).margins == (F("0.4"), F("0.4"))


@pytest.mark.parametrize(("floor", "rise"), [("0.5", "0.25"), ("0", "-0.375"), ("0.375", "0"), ("0.75", "1.5")])
def test_the_rise_at_which_the_margin_meets_a_floor(floor, rise):
    """Revenue 160, cost 100: at a margin of 50% prices bring in 200, 25% more."""
    assert rise_to(Totals(F(100), revenue=F(160)), F(floor)) == F(rise)


def test_only_what_is_covered_stands_against_the_revenue():
    found = outcome(cost(100, 140), F(100), cost(40, 56))
    assert margins(found) == (F("0.6"), F("0.44"))
    assert (found.lost, found.cost.change, found.after.profit) == (16, 40, 44)


def test_several_add_up():
    found = added([outcome(cost(40, 50), F(100)), outcome(cost(20, 20), F(50))])
    assert (found.cost, found.after.revenue) == (cost(60, 70), 150)
    assert added([outcome(cost(40, 50), F(100)), outcome(cost(20, 20))]).after.revenue is None


def test_margins_of_floats_that_differ_beyond_ten_digits_are_one():
    exact, near = Totals(F(1, 3), revenue=F(1)), Estimated(F(1, 3) + F(1, 10**13), revenue=F(1))
    assert near.margin == Estimated(F(1, 3), revenue=F(1)).margin != exact.margin == F(2, 3)
    assert isinstance(near + near, Estimated)


def test_without_any_revenue_the_page_still_answers():
    """+19.26% at a margin of 60%: 1 − 0.4 × 1.1926; the same share of the cost holds it whatever the margin."""
    growth = F("1.1926")
    found = at_assumed_margins(cost(100, 100 * growth))
    assert [each.today for each in found] == [F(percent, 100) for percent in (40, 50, 60, 70, 80)]
    for each in found:
        assert each.after == 1 - (1 - each.before) * growth
        assert each.hold == growth - 1
        assert each.recover == each.before - each.after


def test_where_nothing_was_paid_it_does_not():
    assert at_assumed_margins(cost(0, 0)) == []


def test_revenue_of_a_row_without_a_price_has_no_margin(tmp_path):
    import costcalc

    log = tmp_path / "usage.csv"
    log.write_text(
        "timestamp,model,input_tokens,output_tokens,revenue\n"
        "2026-09-01T00:00:00Z,gpt-5-mini,1000000,0,1.00\n"  # 0.25 USD
        "2026-09-01T00:00:00Z,not-in-any-book,1000000,0,9.00\n"
    )
    result = costcalc.project(log)
    assert result.revenue.amount == 1
    assert result.rating.revenue_without_cost == 9
    assert str(result.log.outcome.before.margin) == "3/4"
