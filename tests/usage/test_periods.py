"""Periods: quarters and fiscal years, and the sums of months that lie in them."""

import json
from datetime import date
from fractions import Fraction

import pytest

import costcalc
from costcalc.api.words import read_period
from costcalc.calendar import Month, fiscal_year, months_from
from costcalc.problems import CostcalcError
from costcalc.usage.period import read_days, read_quarter

USAGE = "examples/usage.csv"


@pytest.mark.parametrize(
    ("text", "starts", "since", "until"),
    [
        ("2026-Q4", 1, date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-Q4", 4, date(2027, 1, 1), date(2027, 4, 1)),
        ("2026Q1", 4, date(2026, 4, 1), date(2026, 7, 1)),
        ("2026-q2", 10, date(2027, 1, 1), date(2027, 4, 1)),
    ],
)
def test_a_quarter(text, starts, since, until):
    period = read_period({"quarter": text, "fiscal_year_starts": starts}, "UTC")
    assert (period.since, period.until) == (since, until)


@pytest.mark.parametrize("starts", range(1, 13))
def test_the_four_quarters_are_the_year_and_every_month_of_it_has_its_name(starts):
    quarters = [read_quarter(f"2026-Q{number}", starts) for number in (1, 2, 3, 4)]
    assert [one.after for one in quarters[:3]] == [one.first for one in quarters[1:]]
    months = list(months_from(Month(2026, starts), 12))
    assert quarters[0].first == months[0].first
    assert quarters[-1].last == months[-1].last
    assert len({fiscal_year(month, starts) for month in months}) == 1
    assert fiscal_year(months[-1].next, starts) != fiscal_year(months[-1], starts)


@pytest.mark.parametrize("text", ["2026-Q5", "Q4", "2026", "2026-Q"])
def test_what_is_no_quarter(text):
    with pytest.raises(CostcalcError, match="is not a quarter"):
        read_period({"quarter": text}, "UTC")


@pytest.mark.parametrize("other", [{"month": "2026-09"}, {"week": "2026-W40"}, {"since": "2026-09-01"}])
def test_a_quarter_stands_alone(other):
    with pytest.raises(CostcalcError, match="two-periods"):
        read_period({**other, "quarter": "2026-Q4"}, "UTC")


def test_a_year_is_its_days():
    assert read_days("2028").count == 366


def test_a_configuration_says_when_years_begin(run_costcalc, tmp_path):
    log = tmp_path / "usage.csv"
    head = "date,model,requests,input_tokens,output_tokens\n"
    log.write_text(head + "2026-09-30,gpt-5-mini,1,4000000,0\n2026-10-01,gpt-5-mini,1,8000000,0\n", encoding="utf-8")
    costs = []
    for starts in ("", "fiscal_year_starts = 4\n"):
        (tmp_path / "costcalc.toml").write_text(starts, encoding="utf-8")
        costs.append(
            run_costcalc("cost", "usage.csv", "--quarter", "2026-Q3", "--json", cwd=tmp_path).json["total"]["exact"]
        )
    assert costs == ["1", "2"]
    (tmp_path / "costcalc.toml").write_text("fiscal_year_starts = 13\n", encoding="utf-8")
    assert "costcalc.toml:1:1: error[bad-option]" in run_costcalc("cost", "usage.csv", cwd=tmp_path).err


@pytest.mark.parametrize(
    ("words", "names"),
    [({}, ["2026", "2027"]), ({"fiscal_year_starts": 4}, ["FY 2026/27", "FY 2027/28"]), ({"months": 3}, [])],
)
def test_months_add_up_by_year_as_shown_and_exactly(words, names):
    plan = costcalc.project(USAGE, hikes="alibaba=34", revenue=24000, **{"months": 14, **words}).report
    assert list(plan.years) == names
    places = [place for each in plan.years.values() for place in each]
    assert places == list(range(14 if names else 0))
    page = costcalc.project(USAGE, hikes="alibaba=34", **{"months": 14, **words})
    years = json.loads(page.to_json())["years"]
    assert [year["year"] for year in years] == names
    total = json.loads(page.to_json())["total"]
    for end in ("before", "with_the_scenario"):
        for kind in ("exact", "rounded"):
            whole = sum(Fraction(year[end]["cost"][kind]) for year in years)
            assert not names or abs(whole - Fraction(total[end]["cost"][kind])) < Fraction(1, 10**30)


def test_a_scenario_says_it_before_the_configuration(tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("scenario: Plan\nhorizon: 12\nfiscal_year_starts: 4\nprices:\n  - {what: alibaba, change: +5%}\n")
    report = costcalc.outlook(USAGE, scenario=plan, fiscal_year_starts=7).report
    assert list(report.years) == ["FY 2026/27", "FY 2027/28"]
    assert [len(places) for places in report.years.values()] == [6, 6]
    assert "FY 2026/27" in costcalc.outlook(USAGE, scenario=plan).to_markdown()
    plan.write_text("scenario: Plan\nfiscal_year_starts: 13\n")
    with pytest.raises(CostcalcError, match="bad-month"):
        costcalc.outlook(USAGE, scenario=plan)
