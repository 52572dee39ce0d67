"""Margin: what a rise takes, and the two rises of one's own prices that give it back."""

from fractions import Fraction

import pytest

from costcalc.rating.model import Cost
from costcalc.reports.margin import Margin, at_assumed_margins

F = Fraction


def cost(before, after, low=None, high=None):
    return Cost(F(before), F(low or after), F(after), F(high or after))


def test_the_worked_example():
    """Revenue 52,000; Alibaba 12,410.22 rises by 34%, OpenAI 9,493.89 stays: 57.9% → 49.8%."""
    before = F("12410.22") + F("9493.89")
    after = F("12410.22") * F("1.34") + F("9493.89")
    margin = Margin(F(52_000), cost(before, after))
    assert (margin.before, margin.after) == (1 - before / 52_000, 1 - after / 52_000)
    assert [round(float(share * 100), 1) for share in (margin.before, margin.after, margin.erosion)] == [
        57.9,
        49.8,
        8.1,
    ]
    assert round(float(margin.money_lost), 2) == 4219.47
    assert margin.recover == margin.money_lost / 52_000
    assert round(float(margin.recover * 100), 1) == 8.1
    assert margin.hold == after / (before / 52_000) / 52_000 - 1
    assert round(float(margin.hold * 100), 1) == 19.3


def test_raising_by_what_holds_keeps_the_margin_and_by_what_recovers_the_money():
    margin = Margin(F(100), cost(40, 55))
    raised = 100 * (1 + margin.hold)
    assert (raised - 55) / raised == margin.before == F(60, 100)
    assert 100 * (1 + margin.recover) - 55 == 100 - 40


def test_revenue_100_cost_40_and_the_cost_doubled():
    """Tokens per request doubled, requests as before: 60% → 20%."""
    margin = Margin(F(100), cost(40, 80))
    assert (margin.before, margin.after, margin.erosion) == (F("0.6"), F("0.2"), F("0.4"))


def test_at_revenue_0_margins_are_undefined():
    margin = Margin(F(0), cost(40, 80))
    assert margin.before is margin.after is margin.erosion is margin.hold is margin.recover is None
    assert margin.range_after is None
    assert margin.money_lost == 40


def test_at_a_loss_the_margin_is_negative_and_can_still_be_held():
    margin = Margin(F(100), cost(120, 150))
    assert (margin.before, margin.after) == (F("-0.2"), F("-0.5"))
    assert margin.hold == F(150) / F("1.2") / 100 - 1 == F("0.25")


def test_without_a_cost_before_there_is_no_margin_to_hold():
    margin = Margin(F(100), cost(0, 10))
    assert margin.before == 1
    assert margin.hold is None
    assert margin.recover == F("0.1")


def test_a_range_of_rises_is_a_range_of_margins():
    assert Margin(F(200), cost(100, 120, low=110, high=130)).range_after == (F("0.45"), F("0.35"))
    assert Margin(F(200), cost(100, 120)).range_after is None


@pytest.mark.parametrize(("floor", "rise"), [("0.5", "0.25"), ("0", "1.5"), ("0.6", "0"), ("0.7", "-0.25")])
def test_the_rise_at_which_the_margin_meets_a_floor(floor, rise):
    """Revenue 100, cost 40: at a margin of 50% the cost is 50, 25% more."""
    margin = Margin(F(100), cost(40, 40))
    assert margin.rise_to(F(floor)) == F(rise)
    assert margin.rise_to_zero == F("1.5")


def test_without_any_revenue_the_page_still_answers():
    """+19.26% at a margin of 60%: 1 − 0.4 × 1.1926; the same share of the cost holds it whatever the margin."""
    growth = F("1.1926")
    found = at_assumed_margins(cost(100, 100 * growth))
    assert [each.before for each in found] == [F(percent, 100) for percent in (40, 50, 60, 70, 80)]
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
    assert str(result.margin.before) == "3/4"
