"""Exit codes: 1 where a limit is broken by what is known, 3 where what is missing leaves one open, 2 where nothing is looked at."""

import pytest

from costcalc.api import check
from costcalc.problems import CostcalcError
from tests.check.desk import PRICES, budgets, checked, day, days
from tests.kit import write_csv

UNKNOWN = day(2, 1, model="unknown")
REFUSED = day(3, 1, input_tokens=5, cached_input_tokens=6)  # more is read from the cache than went in


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (days(1, 3), 0),  # 3 of 5
        (days(1, 6), 1),  # 6 of 5
        ([*days(1, 3), UNKNOWN], 3),  # 3 of 5, and nobody knows what the rest costs
        ([*days(1, 6), UNKNOWN], 1),  # 6 of 5 already
        ([*days(1, 3), REFUSED], 3),
        ([*days(1, 6), REFUSED], 1),
    ],
)
def test_what_is_known_decides_and_else_what_is_missing(tmp_path, rows, code):
    assert checked(tmp_path, rows, "- {name: all, limit: 5 USD}").exit_code == code


def test_what_is_missing_can_be_allowed(tmp_path):
    rows, text = [*days(1, 3), UNKNOWN, REFUSED], "- {name: all, limit: 5 USD}"
    assert checked(tmp_path, rows, text, allow_unpriced=True).exit_code == 3
    assert checked(tmp_path, rows, text, allow_refused=True).exit_code == 3
    assert checked(tmp_path, rows, text, allow_unpriced=True, allow_refused=True).exit_code == 0


def test_usage_of_others_without_a_price_does_not_open_a_budget(tmp_path):
    rows = [day(1, 3, team="search"), day(1, 3, team="ads", model="unknown")]
    assert checked(tmp_path, rows, "- {name: search, where: {team: search}, limit: 5 USD}").exit_code == 0
    assert checked(tmp_path, rows, "- {name: ads, where: {team: ads}, limit: 5 USD}").exit_code == 3


def test_a_period_is_open_only_where_its_own_days_lack_something(tmp_path):
    rows = [*days(1, 30), day(31, 1, model="unknown")]
    result = checked(tmp_path, rows, "- {name: all, each: month, limit: 50 USD}")
    assert [f.status for f in result.findings] == ["ok", "incomplete"]


def test_the_worst_budget_decides(tmp_path):
    rows = [*days(1, 3), UNKNOWN]
    both = checked(tmp_path, rows, "- {name: open, limit: 5 USD}\n- {name: broken, limit: 2 USD}")
    assert (both.exit_code, both.status) == (1, "broken")


@pytest.mark.parametrize(
    "text",
    [
        "- {name: a, where: {team: serch}, limit: 5 USD}",
        "- {name: a, where: {model: nothing*}, limit: 5 USD}",
        "- {name: a, period: 2026-08, limit: 5 USD}",
        '- {name: a, where: {input_tokens: "> 900M"}, limit: 5 USD}',
    ],
)
def test_a_budget_that_matches_nothing_fails(tmp_path, text):
    with pytest.raises(CostcalcError, match="matches-nothing") as error:
        checked(tmp_path, [day(1, 1, team="search")], text)
    assert error.value.exit_code == 2


def test_all_budgets_that_match_nothing_are_named_together(tmp_path):
    text = "- {name: a, where: {team: serch}, limit: 5 USD}\n- {name: b, period: 2026-08, limit: 5 USD}\n- {name: c, limit: 5 USD}"
    with pytest.raises(CostcalcError) as error:
        checked(tmp_path, [day(1, 1, team="search")], text)
    first, second = error.value.problems
    assert (first.nearest, first.place.line, second.place.line) == (("search",), 2, 3)


def test_no_budget_at_all_is_not_fine(tmp_path):
    with pytest.raises(CostcalcError, match="no-budgets"):
        checked(tmp_path, days(1, 3))


def test_an_empty_log_is_not_fine(tmp_path):
    with pytest.raises(CostcalcError, match="nothing-chosen"):
        checked(tmp_path, days(1, 3), "- {name: all, limit: 5 USD}", since="2027-01-01")


def test_a_ledger_answers_only_what_it_was_counted_for(tmp_path):
    from costcalc.api import scan

    log = write_csv(tmp_path / "usage.csv", day(1, 9, requests=2))
    given = budgets('- {name: long, where: {input_tokens: "> 3M"}, limit: 5 USD}')
    with pytest.raises(CostcalcError, match="ledger-without-cut"):
        check(scan(log, prices=PRICES), budgets=given, prices=PRICES)
    assert check(scan(log, prices=PRICES, budgets=given), budgets=given, prices=PRICES).exit_code == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"max_cost": "5USD"}, 1),
        ({"max_cost": "6,000.00 USD"}, 0),
        ({"max_cost": 5}, 1),
        ({"max_tokens": "6M"}, 0),
        ({"max_tokens": 5_999_999}, 1),
        ({"max_requests": "6"}, 0),
        ({"max_requests": 5}, 1),
        ({"max_unpriced": "0%"}, 0),
        ({"min_margin": "40%", "revenue": 10}, 0),
        ({"min_margin": "41%", "revenue": 10}, 1),
    ],
)
def test_one_line_limits(tmp_path, words, code):
    assert checked(tmp_path, days(1, 6), **words).exit_code == code  # 6 USD, 6 M tokens, 6 requests


@pytest.mark.parametrize(
    "words",
    [{"max_cost": 5.5}, {"max_cost": "much"}, {"max_cost": "5 tokens"}, {"max_tokens": "5USD"}, {"max_rise": "10"}, {"max_unpriced": "0.01"}, {"max_cost": "-5USD"}],
)  # fmt: skip
def test_a_limit_is_never_guessed(tmp_path, words):
    with pytest.raises(CostcalcError) as error:
        checked(tmp_path, days(1, 6), **words)
    assert error.value.exit_code == 2
