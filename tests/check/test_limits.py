"""Limits of money, tokens and requests: what breaks, what warns, and the day on which it breaks."""

from datetime import date
from fractions import Fraction

import pytest

from costcalc.problems import CostcalcError
from tests.check.desk import PRICES, checked, day, days, only
from tests.kit import book, flat, prices, write_csv


def test_what_is_spent_may_be_the_limit_and_no_more(tmp_path):
    # 3 days of 2 USD
    assert only(checked(tmp_path, days(1, 3, 2), "- {name: all, limit: 6 USD}")).status == "ok"
    broken = only(checked(tmp_path, days(1, 3, 2), "- {name: all, limit: 5.99 USD}"))
    assert (broken.status, broken.actual, broken.over, broken.unit) == ("broken", 6, Fraction("0.01"), "USD")
    assert broken.breaks.day == date(2026, 9, 3)  # 2 + 2 + 2 > 5.99
    assert broken.breaks.is_past


def test_tokens_and_requests_are_limited_without_any_price(tmp_path):
    rows = [day(1, 3, output_tokens=500_000, requests=7)]
    unpriced = {"model": "unknown"}
    text = "- {name: tokens, limit: 3_500_000 tokens}\n- {name: requests, limit: 7 requests}"
    result = checked(tmp_path, [{**rows[0], **unpriced}], text)
    assert [(f.status, f.actual, f.unit) for f in result.findings] == [
        ("ok", 3_500_000, "tokens"),
        ("ok", 7, "requests"),
    ]
    assert result.exit_code == 0  # nothing that was asked for is missing
    over = checked(tmp_path, rows, "- {name: tokens, limit: 3.4M tokens}\n- {name: requests, limit: 6 requests}")
    assert [f.over for f in over.findings] == [100_000, 1]


def test_a_limit_without_a_currency_is_in_the_report_s_and_another_is_converted(tmp_path):
    # acme is paid in CNY, 7 CNY for 1 USD; 14 M tokens at 1 CNY per 1M are 14 CNY, 2 USD.
    lists = prices(book(flat("m", input_tokens="1"), currency="CNY"), fx="USD/CNY: {2026-09: {stated: 7}}")
    text = "- {name: plain, limit: 14}\n- {name: dollars, limit: 2 USD}\n- {name: fewer, limit: 1.99 USD}"
    result = checked(tmp_path, [day(1, 14)], text, prices=lists)
    assert [(f.unit, f.actual, f.status) for f in result.findings] == [
        ("CNY", 14, "ok"),
        ("USD", 2, "ok"),
        ("USD", 2, "broken"),
    ]


def test_a_currency_without_a_rate_is_said_at_the_budget(tmp_path):
    with pytest.raises(CostcalcError) as error:
        checked(tmp_path, days(1, 3), "- {name: all, limit: 6 EUR}")
    (problem,) = error.value.problems
    assert str(problem.place) == "budgets.yaml:2:5"


def test_warnings_begin_at_a_share_of_the_limit(tmp_path):
    text = "- {name: all, limit: 10 USD, warn_at: 80%}"
    assert only(checked(tmp_path, days(1, 7), text)).status == "ok"  # 70%
    near = checked(tmp_path, days(1, 8), text)  # 80%
    assert (only(near).status, near.exit_code) == ("warn", 0)


def test_each_month_week_and_day_has_its_own_finding(tmp_path):
    rows = [*days(1, 30), *days(31, 33, 2)]  # September at 1 USD a day, three days of October at 2
    months = checked(tmp_path, rows, "- {name: all, each: month, limit: 30 USD}").findings
    assert [(f.period.first, f.period.last, f.actual) for f in months] == [
        (date(2026, 9, 1), date(2026, 9, 30), 30),
        (date(2026, 10, 1), date(2026, 10, 31), 6),
    ]
    weeks = checked(tmp_path, rows, "- {name: all, each: week, limit: 7 USD}").findings
    # 31 Aug is a Monday: 6 days of September, three whole weeks, and 3 × 1 + 3 × 2 in the last one (28 Sep – 3 Oct).
    assert [f.actual for f in weeks] == [6, 7, 7, 7, 3 + 6]
    assert [f.status for f in weeks] == ["ok", "ok", "ok", "ok", "broken"]
    single = checked(tmp_path, rows, "- {name: all, each: day, limit: 1 USD}").findings
    assert [f.period.first.day for f in single if f.status == "broken"] == [1, 2, 3]


def test_a_period_is_those_days_alone(tmp_path):
    rows = [*days(1, 30), *days(31, 33, 2)]
    for written, spent in [("2026-09", 30), ("2026-10", 6), ("2026-Q3", 30), ("2026", 36), ("2026-09-30", 1), ("2026-09-30..2026-10-01", 3)]:  # fmt: skip
        finding = only(checked(tmp_path, rows, f"- {{name: all, period: {written}, limit: 100 USD}}"))
        assert finding.actual == spent, written


def test_a_part_of_the_usage_is_chosen_as_scenarios_choose_it(tmp_path):
    rows = [day(1, 2, team="search"), day(1, 3, team="ads"), day(2, 5, team="Search", model="n")]
    lists = prices(book(flat("m", input_tokens="1"), flat("n", input_tokens="2")))
    text = """
- {name: a, where: {team: search}, limit: 100 USD}
- {name: b, where: {team: [search, ads], model: "acme/m"}, limit: 100 USD}
- {name: c, where: {input_tokens: "> 2M"}, limit: 100 USD}
- {name: d, where: {provider: acme}, limit: 100 USD}
"""
    result = checked(tmp_path, rows, text, prices=lists)
    # 2 + 2 × 5; 2 + 3; 3 + 2 × 5; all
    assert [f.actual for f in result.findings] == [12, 5, 13, 15]


def test_hours_of_the_day_choose_too(tmp_path):
    night = {"date": "", "timestamp": "2026-09-02T23:30:00Z"}
    noon = {"date": "", "timestamp": "2026-09-02T12:00:00Z"}
    rows = [{k: v for k, v in (day(2, 4) | at).items() if k != "date"} for at in (night, noon)]
    result = checked(tmp_path, rows, '- {name: night, where: {hours: "22:00-06:00 UTC"}, limit: 4 USD}')
    assert only(result).actual == 4


def test_a_month_in_part_breaks_at_the_daily_rate(tmp_path):
    # 10 days of 3 USD: 30. At 3 a day the limit of 60 is reached on the 20th, and passed on the 21st.
    finding = only(checked(tmp_path, days(1, 10, 3), "- {name: all, each: month, limit: 60 USD}"))
    assert (finding.status, finding.limit) == ("warn", 60)
    assert (finding.breaks.day, finding.breaks.daily_rate, finding.breaks.by_forecast) == (date(2026, 9, 21), 3, False)
    # Of 90 nothing is passed: 30 days of 3 are 90.
    assert only(checked(tmp_path, days(1, 10, 3), "- {name: all, each: month, limit: 90 USD}")).status == "ok"


def test_two_weeks_of_days_are_forecast(tmp_path):
    # 20 days of 3 USD: 60, and ten days of about 3 to come: 75 is passed on the 26th (60 + 6 × 3 = 78).
    finding = only(checked(tmp_path, days(1, 20, 3), "- {name: all, each: month, limit: 75 USD}"))
    assert (finding.status, finding.breaks.by_forecast, finding.breaks.day) == ("warn", True, date(2026, 9, 26))
    assert finding.breaks.earliest <= finding.breaks.day <= finding.breaks.latest


def test_a_prorated_month_has_the_limit_of_the_days_covered(tmp_path):
    # 10 of 30 days: a third of 90 is 30.
    text = "- {name: all, each: month, limit: 90 USD, prorate: true}"
    kept = only(checked(tmp_path, days(1, 10, 3), text))
    assert (kept.status, kept.limit, kept.covered.count) == ("ok", 30, 10)
    broken = only(checked(tmp_path, days(1, 10, 4), text))
    assert (broken.status, broken.actual, broken.limit, broken.over) == ("broken", 40, 30, 10)
    assert broken.breaks.day == date(2026, 9, 23)  # 22 × 4 = 88, 23 × 4 = 92 > 90
    assert not broken.breaks.is_past
    late = only(checked(tmp_path, days(16, 30, 4), text))  # 15 days cover the second half: 60 of 45
    assert (late.status, late.limit, late.breaks) == ("broken", 45, None)


def test_days_without_usage_are_days(tmp_path):
    # 1 and 10 September: 10 days are covered; 6 USD ÷ 10 days = 0.60 a day; 18 USD last for 30 days.
    finding = only(checked(tmp_path, [day(1, 3), day(10, 3)], "- {name: all, each: month, limit: 17.99 USD}"))
    assert (finding.breaks.day, finding.breaks.daily_rate) == (date(2026, 9, 30), Fraction(3, 5))


def test_months_of_one_row_are_not_cut_into_days(tmp_path):
    row = {**day(1, 30), "date": "2026-09"}
    assert only(checked(tmp_path, [row], "- {name: all, each: month, limit: 29 USD}")).breaks is None
    with pytest.raises(CostcalcError, match="bucket-of-many-days"):
        checked(tmp_path, [row], "- {name: all, each: day, limit: 29 USD}")


def test_a_log_that_counts_no_requests_cannot_be_held_to_a_number_of_them(tmp_path):
    row = {name: value for name, value in day(1).items() if name != "requests"}
    write_csv(tmp_path / "usage.csv", row)
    from costcalc.api import check

    source = tmp_path / "usage.csv"
    text = source.read_text().replace("provider", "requests,provider").replace("2026-09-01,", "2026-09-01,,")
    source.write_text(text)
    with pytest.raises(CostcalcError, match="no-requests"):
        check(source, max_requests=5, prices=PRICES)
