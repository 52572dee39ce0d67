"""Revenue in months to come: in another currency it is converted in the month that earns it, as that month's costs are."""

from fractions import Fraction

import pytest

import costcalc
from costcalc.calendar import Month
from costcalc.pricebook.load import load_fx
from costcalc.usage.ledger import Loud

LOG = "examples/usage.csv"
PAID = {"acme": 9000, "borealis": 3000, "cobalt": 4500, "delta-foods": 3000, "ember": 1000}
PRICES = "scenario: p\nhorizon: 2 months\nprices:\n  - {what: alibaba, change: +34%, from: 2026-11-01}\n"
STILL = PRICES.replace("scenario: p", "scenario: s") + "growth:\n  - {each month: 0%}\n"
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)


@pytest.fixture
def log(repo_root):
    return repo_root / LOG


@pytest.fixture
def table(tmp_path):
    rows = "".join(f"{name},2026-09,{amount},EUR\n" for name, amount in PAID.items())
    (tmp_path / "revenue.csv").write_text(f"customer,month,amount,currency\n{rows}", encoding="utf-8")
    return tmp_path / "revenue.csv"


@pytest.fixture
def prices(tmp_path):
    (tmp_path / "prices.yaml").write_text(PRICES, encoding="utf-8")
    return tmp_path / "prices.yaml"


def stated(name, table):
    """(what `--revenue` is given, its sum in EUR)."""
    return (table, sum(PAID.values())) if name == "table" else ("24000 EUR", 24000)


def rates(currency):
    """Of the euro in October and in November, which holds the newest known one."""
    return [load_fx().rate("EUR", currency, month).rate for month in (OCTOBER, NOVEMBER)]


@pytest.mark.parametrize("currency", ["USD", "EUR", "CNY"])
@pytest.mark.parametrize("name", ["table", "total"])
def test_price_changes_alone_convert_it_by_the_month(log, table, name, currency):
    revenue, euros = stated(name, table)
    months = costcalc.project(log, hikes="alibaba=34", months=2, revenue=revenue, currency=currency).report.months
    due = [euros * rate * Fraction(days, 30) for rate, days in zip(rates(currency), (31, 30), strict=True)]
    assert [month.after.revenue for month in months] == due
    assert [month.before.revenue for month in months] == due
    for month, earned in zip(months, due, strict=True):
        assert month.after.margin == 1 - month.after.cost / earned
        assert month.hold == month.after.cost / month.before.cost - 1


def test_the_margin_of_a_month_is_one_in_whatever_currency_it_is_reported(log):
    found = [
        costcalc.project(log, hikes="alibaba=34", months=2, revenue="24000 EUR", currency=each).report.last.after.margin
        for each in ("USD", "EUR", "CNY")
    ]
    assert [round(float(margin), 3) for margin in found] == [0.609] * 3  # 1 − 9,395.49 ÷ 24,000


@pytest.mark.parametrize("name", ["table", "total"])
def test_every_command_says_the_same_of_it(log, table, prices, tmp_path, name):
    revenue, _ = stated(name, table)
    still = tmp_path / "still.yaml"
    still.write_text(STILL, encoding="utf-8")
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text("budgets:\n  - {name: m, scenario: prices.yaml, margin_at_least: 55%}\n", encoding="utf-8")
    over_log = costcalc.project(log, scenario=prices, revenue=revenue).report
    ahead = costcalc.project(log, scenario=still, revenue=revenue).report
    compared = costcalc.compare(log, scenarios=[prices, still], revenue=revenue).report
    *_, checked = costcalc.check(log, budgets=budgets, revenue=revenue).report.findings  # November
    assert over_log.log
    assert not ahead.log
    here = over_log.last.after.margin
    others = [ahead.last.after.margin, *(each.last.after.margin for each in compared.alternatives[-2:]), checked.actual]
    assert [float(each) for each in others] == pytest.approx([float(here)] * len(others), abs=1e-9)
    pairs = zip(over_log.months, ahead.months, strict=True)
    assert all(float(one.before.revenue) == pytest.approx(float(two.before.revenue)) for one, two in pairs)


def test_a_scenario_s_exchange_rates_convert_a_total_too(log, tmp_path):
    path = tmp_path / "fx.yaml"
    path.write_text("scenario: fx\nhorizon: 2 months\ncurrency: USD\nfx:\n  EUR: 1.5\n", encoding="utf-8")
    plan = costcalc.project(log, scenario=path, revenue="24000 EUR", currency="USD").report
    assert float(plan.last.after.revenue) == pytest.approx(36000)
    assert float(plan.last.before.revenue) == pytest.approx(float(24000 * rates("USD")[1]))


def test_every_rate_that_it_rests_on_is_named(log):
    used = costcalc.project(log, hikes="alibaba=34", months=2, revenue="24000 EUR", currency="USD").report.rates_used
    assert [str(each.month) for each in used if each.base == "EUR"] == ["2026-09", "2026-10", "2026-11"]


CONTRACTS = "customer,from,to,monthly\nacme,2026-09-16,,600\nborealis,2026-01-01,2026-10-31,900\ncobalt,2026-01-01,2027-12-31,900\n"


@pytest.mark.parametrize(("months", "named"), [(0, ()), (1, ("acme",)), (2, ("acme", "borealis"))])
def test_contracts_that_change_before_the_months_end_are_said(log, prices, tmp_path, months, named):
    (tmp_path / "contracts.csv").write_text(CONTRACTS, encoding="utf-8")
    words = {"revenue": tmp_path / "contracts.csv", "months": months}
    asked = [costcalc.project(log, hikes="alibaba=34", **words)]
    if months:
        asked += [costcalc.compare(log, scenarios=[prices, "efficiency"], **words)]
        asked += [costcalc.outlook(log, scenario="efficiency", **words)]
    for answer in asked:
        said = [note for note in answer.report.usage.notes if note.startswith("Months to come go on by the day")]
        assert len(said) == bool(named)
        assert all(isinstance(note, Loud) for note in said)
        assert [name for name in ("acme", "borealis", "cobalt") if name in "".join(said)] == [*named]
