"""What budget files mean."""

from datetime import date
from fractions import Fraction

import pytest

from costcalc.budget.read import parse_budgets, read_budgets
from costcalc.budget.read_limits import read_age, read_limit, read_one_percent
from costcalc.calendar import DayRange
from costcalc.problems import CostcalcError, Place
from costcalc.usage.period import read_days


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [
        ("18_000 USD", 18_000, "USD"),
        ("18,000.50 USD", Fraction("18000.5"), "USD"),
        ("5000USD", 5_000, "USD"),
        ("5000MXN", 5_000, "MXN"),  # M is a part of the currency
        ("5M USD", 5_000_000, "USD"),
        ("18000", 18_000, ""),
        ("20k", 20_000, ""),
        ("20k USD", 20_000, "USD"),
        ("500k requests", 500_000, "requests"),
        ("$18_000", 18_000, "USD"),
        ("US$5K", 5_000, "USD"),
        ("20 €", 20, "EUR"),
        ("2B tokens", 2_000_000_000, "tokens"),
        ("1.5M tokens", 1_500_000, "tokens"),
        ("1 token", 1, "tokens"),
        ("500K requests", 500_000, "requests"),
        ("0 USD", 0, "USD"),
    ],
)
def test_limits(written, amount, unit):
    assert read_limit(written) == (amount, unit)


@pytest.mark.parametrize("written", ["", "USD", "-5 USD", "5 usd", "5 US", "1e3 USD", "18,00 USD", "5 dollars", "5 T tokens", "NaN", "٣ USD"])  # fmt: skip
def test_what_is_no_limit(written):
    with pytest.raises(ValueError, match="no amount"):
        read_limit(written)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-09", date(2026, 9, 1), date(2026, 9, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-09-15", date(2026, 9, 15), date(2026, 9, 15)),
        ("2026-09-01..2026-09-14", date(2026, 9, 1), date(2026, 9, 14)),
    ],
)
def test_periods(written, first, last):
    assert read_days(written) == DayRange(first, last)


@pytest.mark.parametrize(
    "written", ["2026-13", "2026-Q5", "26", "2026-02-30", "2026-09-14..2026-09-01", "September", ""]
)
def test_what_is_no_period(written):
    with pytest.raises(ValueError, match=r"no period|ends before"):
        read_days(written)


def test_percents_and_ages():
    assert (read_one_percent("55%"), read_one_percent("-5%"), read_one_percent("0.5%")) == (Fraction(11, 20), Fraction(-1, 20), Fraction(1, 200))  # fmt: skip
    assert (read_age("90 days"), read_age("12 weeks"), read_age("3 months"), read_age("1 day")) == (90, 84, 90, 1)
    with pytest.raises(ValueError, match="did you mean 55%"):
        read_one_percent("55")
    with pytest.raises(ValueError, match="did you mean 55%"):
        read_one_percent("0.55")


def test_a_budget_knows_its_place_and_what_it_means():
    (found,) = parse_budgets(
        "budgets:\n  - {name: search, where: {team: [a, b*]}, each: week, limit: 5 USD, warn_at: 80%, note: ours}\n",
        "b.yaml",
    )
    assert (found.place, found.each, found.limit, found.unit) == (Place("b.yaml", 2, 5), "week", 5, "USD")
    assert (found.where.names, found.warn_at, found.note) == ({"team": ("a", "b*")}, Fraction(4, 5), "ours")


def test_a_scenario_is_looked_for_beside_the_file_or_among_those_that_ship(tmp_path):
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "ours.yaml").write_text("scenario: Ours\nprices:\n  - {what: any, change: +5%}\n")
    text = "budgets:\n  - {name: a, scenario: plans/ours.yaml, margin_at_least: 50%}\n  - {name: b, scenario: subsidies-end, margin_at_least: 50%}\n"
    (tmp_path / "budgets.yaml").write_text(text)
    ours, shipped = read_budgets(tmp_path / "budgets.yaml", dict)
    assert ours.scenario.name == "Ours"
    assert shipped.scenario.written == "subsidies-end"


def test_what_is_wrong_in_a_scenario_is_said_with_the_budgets(tmp_path):
    (tmp_path / "plan.yaml").write_text("scenario: Ours\nprces: []\n")
    (tmp_path / "budgets.yaml").write_text("budgets:\n  - {name: a, scenario: plan.yaml, margin_at_least: 50}\n")
    with pytest.raises(CostcalcError) as error:
        read_budgets(tmp_path / "budgets.yaml", dict)
    assert [problem.code for problem in error.value.problems] == ["bad-percent", "unknown-key"]


def test_all_problems_of_several_files_come_together(tmp_path):
    from costcalc.api.checks import budgets_of

    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("budgets:\n  - {name: x, limit: much}\n")
    with pytest.raises(CostcalcError) as error:
        budgets_of([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert len(error.value.problems) == 2
