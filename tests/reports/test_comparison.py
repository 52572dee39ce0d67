"""Scenarios side by side: each equals what it is alone, and what is lost is computed against today's usage."""

from dataclasses import replace
from fractions import Fraction

import pytest

from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.reports.comparison import ComparedScenario, ComparisonOptions, comparison
from costcalc.reports.plan.ahead import plan_ahead
from costcalc.reports.plan.model import PlanOptions
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.read import parse_scenario
from tests.kit import about
from tests.render.comparisons import GROWTH, NOTHING, RANGE, RISE, compared
from tests.render.made import NO_FX, PRICEBOOK, books, group, ledger
from tests.render.outlooks import PLAN, customers_log

F = Fraction
HALF = StatedRevenue(margin=F(1, 2), source="--margin")
FLAT = books("provider: alibaba\ncurrency: USD\ntimezone: UTC\nmodels:\n  qwen3-max:\n    prices:\n      2026-01-01: {input_tokens: 10 per 1M, output_tokens: 10 per 1M}\n")  # fmt: skip


def two_customers(*texts, floor=None, months=1):
    """30 days: acme with 6 M tokens, 60 USD, and brio with 3 M, 30 USD. A day costs 3 USD."""
    usage = ledger(
        group("qwen3-max", 6_000_000, requests=60, dimensions=("acme",)),
        group("qwen3-max", 3_000_000, requests=30, dimensions=("brio",)),
        dimensions=("customer",),
    )
    plans = [parse_scenario(text, f"{n}.yaml", {}) for n, text in enumerate(texts)]
    horizon = Horizon(usage, FLAT, NO_FX, HorizonOptions(months), plans)
    choices = [ComparedScenario(plan.name, plan) for plan in plans]
    return comparison(horizon, ComparisonOptions(choices, floor=floor))


FEES = "revenue:\n  - {per: customer and month, amount: 93 USD}\n"
DOUBLE = "scenario: double\nprices:\n  - {what: alibaba, change: +100%}\n" + FEES
SAME = "scenario: same\n" + FEES


def test_what_is_lost_is_reckoned_against_todays_usage():
    """October: 31 days at 3 USD are 93; two fees of 93 are 186: a profit of 93, a margin of 50%. Doubled: nothing."""
    double, same = two_customers(DOUBLE, SAME).scenarios
    assert (double.last.after.cost, double.last.after.revenue) == (186, 186)
    assert (double.last.before.margin, double.last.after.margin) == (F(1, 2), 0)
    assert (double.last.erosion, double.profit_lost) == (F(1, 2), 1)
    assert (same.last.erosion, same.profit_lost, same.changes_nothing) == (0, 0, True)


def test_which_customers_turn_unprofitable():
    """acme costs 62 of 93, doubled 124; brio 31, doubled 62."""
    found = two_customers(DOUBLE, SAME)
    double, same = found.scenarios
    assert [(line.name, line.last.cost) for line in double.customers] == [("acme", 124), ("brio", 62)]
    assert [line.name for line in double.turned] == ["acme"]
    assert same.turned == found.today.turned == []
    worst = [(row.name, row.worst[1]) for row in found.customers]
    assert worst == about([("acme", F(93 - 124, 93)), ("brio", F(93 - 62, 93))])


def test_today_earns_by_the_rules_that_all_scenarios_share():
    assert two_customers(DOUBLE, SAME).today.last.after.revenue == 186
    assert two_customers(DOUBLE, NOTHING).today.last.after.revenue == 186  # one says nothing of revenue
    other = "scenario: other\nrevenue:\n  - {per: month, amount: 500 USD}\n"
    assert two_customers(DOUBLE, other).today.last.after.revenue is None


def test_rules_are_lent_to_no_other_scenario():
    _, nothing = two_customers(DOUBLE, NOTHING).scenarios
    assert (nothing.last.after.revenue, nothing.last.erosion, nothing.profit_lost) == (None, None, None)


def test_the_first_month_below_the_floor_and_at_the_worst_end():
    """Each day 3 USD, or 4.5 in the middle and 6 at the high end; 31 days of 186 USD: 50%, 25%, 0%."""
    ranged = "scenario: range\nprices:\n  - {what: alibaba, change: 0..100%, on: 2026-11-01}\n" + FEES
    (found,) = two_customers(ranged, floor=F(1, 5), months=3).scenarios
    assert found.first_below_floor is None
    assert str(found.first_below_floor_at_worst.month) == "2026-11"
    assert found.last.margins == (0, F(1, 2))
    (found,) = two_customers(ranged, floor=F(3, 10), months=3).scenarios
    assert str(found.first_below_floor.month) == "2026-11"


def test_without_revenue_what_a_margin_of_today_becomes():
    """At 50% a log of 90 USD earned 180, a day 6 USD: in October 186 against 93, doubled 186."""
    (found,) = two_customers("scenario: double\nprices:\n  - {what: alibaba, change: +100%}\n").scenarios
    (half,) = [outcome for outcome in found.assumed if outcome.today == F(1, 2)]
    assert (half.before, half.after) == (F(1, 2), 0)
    assert [outcome.today for outcome in found.assumed] == [F(4, 10), F(5, 10), F(6, 10), F(7, 10), F(8, 10)]
    assert [outcome.after for outcome in found.assumed] == [1 - 2 * (1 - outcome.today) for outcome in found.assumed]


def test_requests_that_grow_bring_their_revenue():
    """+10% requests in the first month: cost and revenue alike, so the margin stays."""
    (found,) = two_customers("scenario: more\ngrowth:\n  - {each month: +10%}\n").scenarios
    assert found.last.after.cost == F(11, 10) * 93
    assert all(outcome.after == outcome.today for outcome in found.assumed)


# --- Identities --------------------------------------------------------------------------------------------------


def test_the_empty_scenario_beside_itself_is_zero_everywhere():
    found = compared(customers_log(), NOTHING, NOTHING, earned=HALF, floor=F(1, 10), by=("provider", "model"))
    for each in found.scenarios:
        assert each.changes_nothing
        assert (each.last.erosion, each.profit_lost, each.first_below_floor) == (0, 0, None)
        assert each.months == found.today.months
        assert each.customers == found.today.customers
        assert all(line.months == line.months_before for line in each.lines)
        assert each.turned == []


@pytest.mark.parametrize("text", [PLAN, RISE, RANGE, GROWTH, NOTHING], ids=["all", "rise", "range", "growth", "none"])
@pytest.mark.parametrize("earned", [StatedRevenue(), HALF], ids=["unknown", "half"])
def test_a_scenario_is_what_its_outlook_says_of_it_alone(text, earned):
    by, floor = ("provider", "model"), F(7, 10)
    others = compared(customers_log(), RISE, text, PLAN, by=by, earned=earned, floor=floor)
    plan = parse_scenario(text, "alone.yaml", {})
    horizon = Horizon(customers_log(), PRICEBOOK, NO_FX, HorizonOptions(3, by), [plan])
    alone = plan_ahead(horizon, PlanOptions(plan, plan.changes(None), by, earned, floor))
    found = others.scenarios[1]
    assert found.months == alone.months
    assert found.customers == alone.customers
    assert found.lines == alone.lines
    assert (found.has_ranges, found.revenue_source) == (alone.has_ranges, alone.revenue_source)
    assert found.first_below_floor == alone.first_below_floor


def test_the_order_of_scenarios_only_orders_the_rows():
    names = ("plan", "rise", "growth")
    there = compared(customers_log(), PLAN, RISE, GROWTH, names=names)
    back = compared(customers_log(), GROWTH, RISE, PLAN, names=names[::-1])
    for one, other in zip(there.scenarios, reversed(back.scenarios), strict=True):
        assert one.name == other.name
        assert (one.months, one.customers, one.assumed) == (other.months, other.customers, other.assumed)
    assert [row.name for row in there.customers] == [row.name for row in back.customers]


def test_the_same_scenario_at_two_pass_throughs_is_two_columns():
    """+5..34% of a bill of 90 USD: half of it is +2.5..17%, the middle +9.75%."""
    plan = parse_scenario("scenario: range\nprices:\n  - {what: alibaba, change: +5..34%}\n", "a.yaml", {})
    usage = ledger(group("qwen3-max", 9_000_000))
    horizon = Horizon(usage, FLAT, NO_FX, HorizonOptions(1), [plan])
    choices = [
        ComparedScenario("whole", plan),
        ComparedScenario("half", plan, F(1, 2)),
        ComparedScenario("none", plan, F(0)),
    ]
    whole, half, none = comparison(horizon, ComparisonOptions(choices)).scenarios
    assert whole.last.after.cost == 93 * F("1.195")
    assert [total.cost for total in (half.last.low, half.last.after, half.last.high)] == [
        93 * F(rise) for rise in ("1.025", "1.0975", "1.17")
    ]
    assert none.changes_nothing


def test_a_choice_says_whether_its_pass_through_is_open():
    plan = parse_scenario("scenario: range\nprices:\n  - {what: alibaba, change: +5..34%}\n", "a.yaml", {})
    assert not ComparedScenario("a", plan).leaves_open  # a range shows both ends; only events stay open
    assert replace(ComparedScenario("a", plan), called="b").short == "b"
