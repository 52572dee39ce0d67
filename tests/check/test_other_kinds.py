"""Rises, margins, gaps, ages of prices, and months under a scenario."""

from datetime import date
from fractions import Fraction

import pytest

from costcalc.api import check
from costcalc.problems import CostcalcError
from tests.check.desk import PRICES, budgets, checked, day, days, only
from tests.kit import book, flat, model, prices, rates, write_csv


def codes(error) -> list[str]:
    return [problem.code for problem in error.value.problems]


# --- rises -------------------------------------------------------------------------------------------------------


def test_a_rise_is_of_the_whole_cost_against_the_baseline(tmp_path):
    text = "- {name: growth, max_rise: 10%}"
    kept = checked(tmp_path, [day(1, 110)], text, before=[day(1, 100)])  # exactly +10%
    assert (only(kept).status, only(kept).actual, only(kept).change) == ("ok", Fraction(1, 10), 10)
    broken = only(checked(tmp_path, [day(1, 111)], text, before=[day(1, 100)]))
    assert (broken.status, broken.over) == ("broken", Fraction(1, 100))
    assert only(checked(tmp_path, [day(1, 90)], text, before=[day(1, 100)])).actual == Fraction(-1, 10)


def test_new_cost_has_no_rise_and_breaks_one(tmp_path):
    text = "- {name: growth, where: {team: ads}, max_rise: 10%}"
    before = [day(1, 5, team="search")]
    finding = only(checked(tmp_path, [day(1, 5, team="search"), day(1, 1, team="ads")], text, before=before))
    assert (finding.status, finding.actual) == ("broken", None)


def test_a_rise_needs_something_to_rise_from(tmp_path):
    with pytest.raises(CostcalcError) as error:
        checked(tmp_path, [day(1)], "- {name: growth, max_rise: 10%}")
    assert codes(error) == ["no-baseline"]


def test_what_the_baseline_lacks_makes_a_rise_look_greater(tmp_path):
    before = [day(1, 100), day(1, 100, model="unknown")]
    result = checked(tmp_path, [day(1, 150)], "- {name: growth, max_rise: 10%}", before=before)
    assert (only(result).status, result.exit_code) == ("incomplete", 3)


def test_a_baseline_shows_what_changed_in_every_budget_and_in_all(tmp_path):
    text = "- {name: all, limit: 500 USD}\n- {name: month, each: month, limit: 500 USD}\n- {name: t, limit: 1B tokens}"
    result = checked(tmp_path, days(1, 10, 12), text, before=days(1, 10, 10))
    assert [f.change for f in result.findings] == [20, 20, 20_000_000]
    assert (result.compared.change, result.compared.rise) == (20, Fraction(1, 5))
    # A month that the baseline covers less of than the log has nothing to be compared with.
    shorter = checked(tmp_path, days(1, 10, 12), text, before=days(1, 5, 10))
    assert [f.change for f in shorter.findings] == [
        2,
        None,
        2_000_000,
    ]  # 12 against 10 a day: all else is the five days


def test_days_of_the_log_do_not_cut_the_baseline(tmp_path):
    result = checked(tmp_path, days(1, 10, 2), "- {name: all, limit: 50 USD}", before=days(1, 3, 1), since="2026-09-06")
    assert (result.compared.cost, result.compared.before) == (10, 3)


# --- margins -----------------------------------------------------------------------------------------------------


def test_the_margin_of_a_log_by_its_revenue_column(tmp_path):
    # 100 earned, 40 spent: 60%.
    rows = [day(1, 40, revenue=100)]
    assert only(checked(tmp_path, rows, "- {name: m, margin_at_least: 60%}")).status == "ok"
    broken = only(checked(tmp_path, rows, "- {name: m, margin_at_least: 60.5%}"))
    assert (broken.status, broken.actual, broken.over) == ("broken", Fraction(3, 5), Fraction(1, 200))
    assert only(checked(tmp_path, rows, "- {name: m, margin_at_least: 55%, warn_below: 65%}")).status == "warn"


def test_rows_without_revenue_are_not_in_the_margin_and_that_is_said(tmp_path):
    rows = [day(1, 40, customer="a", revenue=100), day(2, 40, customer="b", revenue="")]
    finding = only(checked(tmp_path, rows, "- {name: m, margin_at_least: 60%}"))
    assert (finding.actual, finding.covers, finding.status) == (Fraction(3, 5), Fraction(1, 2), "incomplete")
    assert only(checked(tmp_path, rows, "- {name: m, margin_at_least: 61%}")).status == "broken"


def test_revenue_on_one_row_stands_against_the_whole_cost_of_its_customer_in_the_period(tmp_path):
    # September: 100 earned, 80 spent. October: 20 spent, and nobody says what was earned.
    rows = [day(1, 40, customer="a", revenue=100), day(30, 40, customer="a", revenue=""), day(31, 20, customer="a", revenue="")]  # fmt: skip
    text = "- {name: m, each: month, margin_at_least: 20%}"
    assert [(f.actual, f.status) for f in checked(tmp_path, rows, text).findings] == [
        (Fraction(1, 5), "ok"), (None, "incomplete"),
    ]  # fmt: skip
    assert only(checked(tmp_path, rows, "- {name: m, margin_at_least: 0%}")).actual == 0
    with pytest.raises(CostcalcError) as error:
        checked(tmp_path, rows, "- {name: m, each: week, margin_at_least: 20%}")
    assert codes(error) == ["revenue-of-a-whole"]


def test_revenue_of_a_whole_customer_says_nothing_of_a_part_of_its_usage(tmp_path):
    rows = [day(1, 40, customer="a", team="x", revenue=100), day(2, 40, customer="a", team="y", revenue="")]
    with pytest.raises(CostcalcError) as error:
        checked(tmp_path, rows, "- {name: m, where: {team: x}, margin_at_least: 20%}")
    assert codes(error) == ["no-revenue"]
    assert only(checked(tmp_path, rows, "- {name: m, where: {customer: a}, margin_at_least: 20%}")).actual == Fraction(1, 5)  # fmt: skip


def test_a_total_is_carried_by_the_day_and_never_shared_out_to_a_part(tmp_path):
    # 90 earned in 30 days: 30 in the last ten, of which 20 are spent.
    rows = [*days(1, 20, 1), *days(21, 30, 2)]
    finding = only(checked(tmp_path, rows, "- {name: m, period: 2026-09-21..2026-09-30, margin_at_least: 30%}", revenue=90))  # fmt: skip
    assert finding.actual == Fraction(1, 3)
    with pytest.raises(CostcalcError) as error:
        checked(tmp_path, rows, "- {name: m, where: {model: m}, margin_at_least: 30%}", revenue=90)
    assert codes(error) == ["no-revenue"]


def test_an_unknown_revenue_is_no_margin_at_all(tmp_path):
    with pytest.raises(CostcalcError) as error:
        checked(tmp_path, days(1, 3), "- {name: m, margin_at_least: 30%}")
    assert codes(error) == ["no-revenue"]


def test_what_has_no_price_could_only_lower_a_margin(tmp_path):
    rows = [day(1, 40, revenue=100), day(1, 1, model="unknown", revenue=100)]
    # The best that the rest can be is free: (200 − 40) ÷ 200 = 80%.
    assert only(checked(tmp_path, rows, "- {name: m, margin_at_least: 81%}")).status == "broken"
    assert only(checked(tmp_path, rows, "- {name: m, margin_at_least: 70%}")).status == "incomplete"
    assert only(checked(tmp_path, rows, "- {name: m, margin_at_least: 50%}")).status == "incomplete"
    allowed = checked(tmp_path, rows, "- {name: m, margin_at_least: 50%}", allow_unpriced=True)
    assert (only(allowed).status, allowed.exit_code) == ("ok", 0)


# --- gaps and ages -----------------------------------------------------------------------------------------------


def test_the_share_of_tokens_without_a_price(tmp_path):
    rows = [day(1, 99), day(1, 1, model="unknown")]
    assert only(checked(tmp_path, rows, "- {name: g, unpriced_at_most: 1%}")).status == "ok"  # 1 of 100
    assert only(checked(tmp_path, rows, "- {name: g, unpriced_at_most: 0.9%}")).status == "broken"
    assert only(checked(tmp_path, days(1, 3), "- {name: g, unpriced_at_most: 0%}")).status == "ok"


def test_prices_that_were_read_too_long_ago(tmp_path):
    head = "sources:\n  page: {url: 'https://acme.example', read: 2026-09-01}\nsource: page\n"
    block = ("2020-01-01", f"source: page\n{rates(input_tokens='1', output_tokens='1')}")
    lists = prices(book(model("m", block), model("unused", ("2020-01-01", rates(input_tokens="1"))), head=head.replace("source: page\n", "")))  # fmt: skip
    text = "- {name: fresh, prices_checked_within: 84 days}"
    kept = only(checked(tmp_path, days(1, 3), text, prices=lists))  # 1 September to 24 November are 84 days
    assert (kept.status, kept.actual, kept.source) == ("ok", 84, "acme/m")
    late = only(checked(tmp_path, days(1, 3), text, prices=lists, today=date(2026, 11, 25)))
    assert (late.status, late.over) == ("broken", 1)


def test_a_price_of_which_nobody_says_when_it_was_read_is_not_fresh(tmp_path):
    finding = only(checked(tmp_path, days(1, 3), "- {name: fresh, prices_checked_within: 90 days}"))
    assert (finding.status, finding.actual, finding.reason) == ("broken", None, "no source says when it was read")


# --- months under a scenario -------------------------------------------------------------------------------------

PLAN = """
scenario: Prices rise twice
horizon: 3 months
prices:
  - {what: acme, change: +50%, on: 2026-11-01}
"""


def with_plan(folder, text: str, plan: str = PLAN, **words):
    (folder / "plan.yaml").write_text(plan)
    log = write_csv(folder / "usage.csv", *days(1, 30, 1))
    given = budgets(text, str(folder / "budgets.yaml"))
    return check(log, budgets=given, prices=PRICES, **words)


def test_a_floor_under_a_scenario_names_the_month(tmp_path):
    # 30 USD earn 100 in 30 days; from November on they cost 45: 70% before, 55% then, in every length of a month.
    result = with_plan(tmp_path, "- {name: floor, scenario: plan.yaml, margin_at_least: 60%}", revenue=100)
    assert [(f.period.first, f.actual, f.status) for f in result.findings] == [
        (date(2026, 10, 1), Fraction(70, 100), "ok"),
        (date(2026, 11, 1), Fraction(55, 100), "broken"),
        (date(2026, 12, 1), Fraction(55, 100), "broken"),
    ]
    assert result.exit_code == 1


def test_a_limit_under_a_scenario_is_of_all_months_or_of_each(tmp_path):
    # October 31 × 1, November 30 × 1.5 = 45, December 31 × 1.5 = 46.5: 122.50
    whole = with_plan(tmp_path, "- {name: quarter, scenario: plan.yaml, limit: 122.49 USD}")
    assert (only(whole).actual, only(whole).status) == (Fraction("122.5"), "broken")
    each = with_plan(tmp_path, "- {name: month, scenario: plan.yaml, each: month, limit: 46 USD}")
    assert [f.actual for f in each.findings] == [31, 45, Fraction("46.5")]
    tokens = with_plan(tmp_path, "- {name: t, scenario: plan.yaml, limit: 92M tokens}")
    assert only(tokens).actual == 92_000_000  # 31 + 30 + 31 days of a million


def test_only_the_dear_end_of_a_range_warns(tmp_path):
    # +20..60%: the middle is 40%, 30 × 1.4 = 42 of 100: 58%; the dear end 48: 52%.
    plan = PLAN.replace("+50%", "+20..60%")
    result = with_plan(tmp_path, "- {name: floor, scenario: plan.yaml, margin_at_least: 55%}", plan, revenue=100)
    assert [(f.status, f.actual, f.dear) for f in result.findings][1:] == [("warn", Fraction(58, 100), Fraction(52, 100))] * 2  # fmt: skip


def test_a_scenario_of_which_an_entry_touches_nothing_is_a_slip(tmp_path):
    plan = PLAN + "  - {what: openai, change: +10%, on: 2026-11-01}\n"
    with pytest.raises(CostcalcError) as error:
        with_plan(tmp_path, "- {name: floor, scenario: plan.yaml, margin_at_least: 60%}", plan, revenue=100)
    assert codes(error) == ["unknown-selector"]  # no book has it either
    lists = prices(book(flat("m", input_tokens="1")), book(flat("gpt", input_tokens="1"), provider="openai"))
    (tmp_path / "plan.yaml").write_text(plan)
    given = budgets("- {name: floor, scenario: plan.yaml, margin_at_least: 60%}", str(tmp_path / "budgets.yaml"))
    with pytest.raises(CostcalcError) as error:
        check(tmp_path / "usage.csv", budgets=given, prices=lists, revenue=100)
    assert codes(error) == ["matches-nothing"]


def test_a_floor_without_revenue_is_no_floor(tmp_path):
    with pytest.raises(CostcalcError) as error:
        with_plan(tmp_path, "- {name: floor, scenario: plan.yaml, margin_at_least: 60%}")
    assert codes(error) == ["no-revenue"]
