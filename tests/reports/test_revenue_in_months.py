"""Revenue in months to come: in another currency it is converted in the month that earns it, as that month's costs are."""

import html
import io
import json
import re
from datetime import date
from fractions import Fraction

import openpyxl
import pytest

import costcalc
from costcalc.calendar import Month
from costcalc.money import Money
from costcalc.pricebook.load import load_fx
from costcalc.problems import Place
from costcalc.usage.earnings import Contracts, Earning

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


# acme begins within the log's September, borealis ends with October, cobalt's contract is followed by a dearer one,
# delta-foods pays for seats, ember pays by the month: 620 in 31 days, as 600 in the 30 days of the log.
CONTRACTS = """customer,from,to,monthly,seats,price,month,amount
acme,2026-09-16,,600,,,,
borealis,2026-01-01,2026-10-31,900,,,,
cobalt,2026-01-01,2026-11-15,900,,,,
cobalt,2026-11-16,,1200,,,,
delta-foods,,,,20,45,,
ember,,,,,,2026-09,600
"""
OF_MONTHS = {
    "acme": (300, 600, 600),
    "borealis": (900, 900, 0),
    "cobalt": (900, 900, 1050),
    "delta-foods": (900, 900, 900),
    "ember": (600, 620, 600),
}
IN_LOG, *IN_MONTHS = (sum(each) for each in zip(*OF_MONTHS.values(), strict=True))


@pytest.fixture
def contracts(tmp_path):
    (tmp_path / "contracts.csv").write_text(CONTRACTS, encoding="utf-8")
    return tmp_path / "contracts.csv"


def test_contracts_and_seats_earn_in_months_to_come_what_they_say(log, contracts, prices, tmp_path):
    words = {"revenue": contracts, "months": 2, "currency": "USD"}
    still = tmp_path / "still.yaml"
    still.write_text(STILL, encoding="utf-8")
    over_log = costcalc.project(log, scenario=prices, **words).report
    ahead = costcalc.project(log, scenario=still, **words).report
    assert (over_log.revenue.amount, ahead.revenue.amount) == (IN_LOG, IN_LOG)
    for report in (over_log, ahead):
        for earned in (lambda month: month.before.revenue, lambda month: month.after.revenue):
            assert [round(float(earned(month)), 9) for month in report.months] == IN_MONTHS
    # Today goes on with the contracts of the log's last day: that they end or begin is a step of the bridge.
    as_today = [600 + 3 * 900 + OF_MONTHS["ember"][month] for month in (1, 2)]
    for report in (over_log, ahead):
        assert [round(float(month.today.revenue), 9) for month in report.months] == as_today
    assert [step.cause for step in ahead.bridge][-1] == "revenue"
    last = {line.name: line.last.revenue for line in ahead.customers}
    assert next(line.today.revenue for line in ahead.customers if line.name == "borealis") == 900
    assert {name: last[name] for name in OF_MONTHS} == {name: months[-1] for name, months in OF_MONTHS.items()}
    alternatives = costcalc.compare(log, scenarios=[prices, still], **words).report.alternatives
    assert {round(float(each.months[-1].after.revenue), 9) for each in alternatives} == {IN_MONTHS[-1]}


def test_a_check_of_months_to_come_judges_what_contracts_say(log, contracts, prices, tmp_path):
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text("budgets:\n  - {name: m, scenario: prices.yaml, margin_at_least: 0%}\n", encoding="utf-8")
    found = costcalc.check(log, budgets=budgets, revenue=contracts, currency="USD").report.findings
    months = costcalc.project(log, scenario=prices, revenue=contracts, currency="USD").report.months
    assert [round(float(each.actual), 9) for each in found] == [round(float(each.after.margin), 9) for each in months]


def test_what_contracts_say_does_not_grow_with_requests(log, contracts, tmp_path):
    grown = tmp_path / "grown.yaml"
    grown.write_text(STILL.replace("0%", "10%"), encoding="utf-8")
    months = costcalc.project(log, scenario=grown, revenue=contracts, months=2, currency="USD").report.months
    fixed = [whole - ember for whole, ember in zip(IN_MONTHS, OF_MONTHS["ember"][1:], strict=True)]
    due = [fixed[0] + 620 * 1.1, fixed[1] + 600 * 1.1**2]
    assert [float(month.after.revenue) for month in months] == pytest.approx(due, rel=1e-9)


def test_your_own_prices_raise_contracts_and_customers_who_leave_take_theirs(log, contracts, tmp_path):
    raised = tmp_path / "raised.yaml"
    own = "revenue:\n  - {where: {customer: cobalt}, change: +10%, customers_lost: 20%, from: 2026-11-01}\n"
    raised.write_text(STILL + own, encoding="utf-8")
    months = costcalc.project(log, scenario=raised, revenue=contracts, months=2, currency="USD").report.months
    assert float(months[-1].after.revenue - months[-1].before.revenue) == pytest.approx(1050 * (1.1 * 0.8 - 1))


# On the log's days (September) borealis and cobalt pay nothing, and contracts say so; of delta-foods nothing says it.
ELSEWHEN = """customer,from,to,monthly,month,amount
acme,2026-01-01,,6000,,
borealis,2026-10-01,,2000,,
cobalt,2026-01-01,2026-08-31,4000,,
delta-foods,,,,2026-10,500
ember,2026-01-01,,1000,,
"""


@pytest.fixture
def elsewhen(tmp_path):
    (tmp_path / "elsewhen.csv").write_text(ELSEWHEN, encoding="utf-8")
    return tmp_path / "elsewhen.csv"


def test_a_contract_of_other_days_says_that_nothing_is_earned_in_the_log(log, elsewhen):
    words = {"revenue": elsewhen, "by": "customer", "currency": "USD"}
    report = costcalc.project(log, hikes="alibaba=34", months=2, **words).report
    earned = {line.key[0]: line.earned and line.earned.after.revenue for line in report.log.lines}
    assert earned == {
        "acme": 6000, "borealis": 0, "cobalt": 0, "delta-foods": None, "ember": 1000,
    }  # fmt: skip
    assert [month.after.revenue for month in report.months] == [9000, 9000]
    said = [note for note in report.usage.notes if "of other days" in note]
    assert [("in no margin" in note, note.count("elsewhen.csv:")) for note in said] == [(True, 1), (False, 2)]


def test_a_contract_that_ended_a_day_before_the_log_tells_as_much_as_one_of_its_first_day(log, tmp_path):
    found = []
    for last in ("2026-08-31", "2026-09-01"):
        path = tmp_path / f"{last}.csv"
        path.write_text(f"customer,from,to,monthly\nacme,2026-01-01,,6000\ncobalt,,{last},30\n", encoding="utf-8")
        found.append(costcalc.project(log, hikes="alibaba=34", months=2, revenue=path, currency="USD").report)
    before, within = (report.log.outcome.before for report in found)
    assert within.revenue - before.revenue == 1
    assert within.covered == before.covered
    assert [month.after for month in found[0].months] == [month.after for month in found[1].months]


# mystery-9 has no price: of all that omega uses, and of a part of what acme does.
UNPRICED = "".join(
    f"2026-09-{day:02},{model},{name},100,4000000,0\n"
    for day in range(1, 31)
    for name, model in (
        ("acme", "gpt-5-mini"),
        ("acme", "mystery-9"),
        ("borealis", "gpt-5-mini"),
        ("omega", "mystery-9"),
    )
)


@pytest.fixture
def unpriced(tmp_path):
    (tmp_path / "unpriced.csv").write_text(
        f"date,model,customer,requests,input_tokens,output_tokens\n{UNPRICED}", encoding="utf-8"
    )
    rows = "".join(
        f"{name},2026-01-01,{last},50\n"
        for name, last in (("acme", "2026-10-31"), ("borealis", "2026-10-31"), ("omega", ""))
    )
    (tmp_path / "pays.csv").write_text(f"customer,from,to,monthly\n{rows}", encoding="utf-8")
    move = "moves:\n  - {share: 50%, to: openai/gpt-5-nano, from: 2026-11-01, quality: tested}\n"
    (tmp_path / "move.yaml").write_text(f"scenario: move\nhorizon: 2 months\n{move}", encoding="utf-8")
    (tmp_path / "less.yaml").write_text(
        f"scenario: less\nhorizon: 2 months\n{move.replace('50%', '40%')}", encoding="utf-8"
    )
    return {"revenue": tmp_path / "pays.csv", "currency": "USD"}


def test_a_contract_pays_where_nothing_that_its_customer_uses_has_a_price(unpriced, tmp_path):
    plan = costcalc.project(tmp_path / "unpriced.csv", scenario=tmp_path / "move.yaml", **unpriced)
    omega = next(line for line in plan.report.customers if line.name == "omega")
    assert (omega.today.revenue, omega.last.revenue) == (50, 50)
    assert (omega.today.known_cost, omega.today.margin) == (None, None)
    assert omega.last.cost > 0
    assert plan.report.months[0].after.revenue == 150
    said = next(each for each in json.loads(plan.to_json())["customers"] if each["name"] == "omega")
    assert said["today"]["cost"] is None
    assert said["last_month"]["revenue"]["exact"] == "50"
    assert "acme, borealis, omega" in plan.report.notes[0]


def test_nobody_turns_unprofitable_whose_cost_today_is_unknown_in_part(unpriced, tmp_path):
    words = {**unpriced, "scenario": tmp_path / "move.yaml"}
    customers = {line.name: line for line in costcalc.project(tmp_path / "unpriced.csv", **words).report.customers}
    # All three are known to earn more than they cost today; acme and borealis pay nothing in November.
    assert {name: line.turns_unprofitable for name, line in customers.items()} == {
        "acme": False, "borealis": True, "omega": False,
    }  # fmt: skip
    assert [name for name, line in customers.items() if line.may_turn_unprofitable] == ["acme"]
    compared = costcalc.compare(
        tmp_path / "unpriced.csv", scenarios=[tmp_path / "move.yaml", tmp_path / "less.yaml"], **unpriced
    )
    assert [[line.name for line in each.turned] for each in compared.report.alternatives] == [["borealis"]] * 3
    for page in (compared, costcalc.project(tmp_path / "unpriced.csv", **words)):
        assert "acme: a loss then" in page.to_markdown()


def test_a_workbook_has_what_contracts_pay_where_the_log_earns_nothing(log, tmp_path):
    path = tmp_path / "later.csv"
    path.write_text("customer,from,to,monthly\nborealis,2026-10-01,,2000\n", encoding="utf-8")
    written = costcalc.project(log, hikes="alibaba=34", months=2, revenue=path, currency="USD").to_xlsx()
    sheet = openpyxl.load_workbook(io.BytesIO(written))["Months"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in rows if "Revenue" in row)
    assert [row[head.index("Revenue")] for row in rows if str(row[0]).startswith("2026-")] == [2000, 2000]


def test_what_contracts_do_is_not_laid_to_the_scenario(run_costcalc, tmp_path):
    """A hike of 20% took 51.1% to 12.9%, said the page; without it the month comes to 27.4%."""
    rows = [
        f"2026-{8 + (15 + day) // 31:02d}-{(15 + day) % 31 + 1:02d},gpt-5-mini,{who},100,{tokens}000000,0"
        for day in range(31)
        for who, tokens in (("acme", 4), ("beta", 8))
    ]
    log = "\n".join(["date,model,customer,requests,input_tokens,output_tokens", *rows])
    (tmp_path / "log.csv").write_text(f"{log}\n", encoding="utf-8")
    table = "customer,from,until,monthly\nacme,2026-09-01,2026-10-16,60\nbeta,,,124\n"
    (tmp_path / "paid.csv").write_text(table, encoding="utf-8")
    (tmp_path / "rise.yaml").write_text(
        "scenario: rise\nhorizon: 2 months\nprices:\n  - {what: openai, change: +20%}\n", encoding="utf-8"
    )
    words = ("log.csv", "--scenario", "rise.yaml", "--revenue", "paid.csv")
    assert run_costcalc("report", *words, "-o", "page.html", cwd=tmp_path).code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    lead = re.sub("<[^>]+>", "", re.search(r'<div id="headline">.*?</div>', page)[0])
    assert lead.endswith("contracts end or begin by then, and without the scenario it would be 27.4%.")
    assert "124.00 USD in Nov 2026 at today's usage" in html.unescape(page)
    assert ">contracts<" in page
    assert "These end: acme on 2026-10-15." in " ".join(
        run_costcalc("project", *words, "--all", cwd=tmp_path).out.split()
    )


@pytest.fixture
def two_months(tmp_path):
    """A log of the end of August and of September: acme pays from September, borealis all the time."""
    days = [f"2026-08-{day}" for day in range(22, 32)] + [f"2026-09-{day:02}" for day in range(1, 31)]
    rows = "".join(f"{day},gpt-5-mini,{name},100,4000000,0\n" for day in days for name in ("acme", "borealis"))
    head = "date,model,customer,requests,input_tokens,output_tokens\n"
    (tmp_path / "two.csv").write_text(head + rows, encoding="utf-8")
    pays = "acme,2026-09-01,2026-09-30,60\nborealis,2026-01-01,2026-09-30,62\nborealis,2026-10-01,2026-10-31,100\n"
    (tmp_path / "pays.csv").write_text(f"customer,from,to,monthly\n{pays}", encoding="utf-8")
    return {"usage": tmp_path / "two.csv", "revenue": tmp_path / "pays.csv", "currency": "USD"}


def budgets_of(tmp_path, *lines):
    path = tmp_path / "budgets.yaml"
    path.write_text(
        "budgets:\n" + "".join(f"  - {{{line}, margin_at_least: 10%}}\n" for line in lines), encoding="utf-8"
    )
    return path


def test_a_monthly_budget_and_a_month_that_is_chosen_have_one_margin(two_months, tmp_path):
    every = budgets_of(tmp_path, "name: m, each: month", "name: a, each: month, where: {customer: acme}")
    august, september, acme, _ = costcalc.check(**two_months, budgets=every).report.findings
    assert (august.actual, september.actual) == (0, Fraction(122 - 60, 122))  # 20 of 20 USD, 60 of 122
    one = budgets_of(tmp_path, "name: m", "name: a, where: {customer: acme}")
    chosen, of_acme = costcalc.check(**two_months, budgets=one, month="2026-08").report.findings
    assert (chosen.actual, chosen.status, chosen.covers) == (august.actual, august.status, august.covers)
    # acme costs 10 USD and pays nothing: that is no margin of 10%, and known.
    assert [(each.actual, each.status) for each in (acme, of_acme)] == [(None, "broken")] * 2


def test_a_floor_is_broken_in_months_whose_revenue_has_ended(two_months, tmp_path):
    (tmp_path / "still.yaml").write_text("scenario: s\nhorizon: 2 months\n", encoding="utf-8")
    ahead = budgets_of(tmp_path, "name: m, scenario: still.yaml")
    checked = costcalc.check(**two_months, budgets=ahead)
    october, november = checked.report.findings
    assert (october.status, november.status, november.actual) == ("ok", "broken", None)
    assert "there is no margin in Nov 2026 (the revenue is 0 or below)" in checked.to_markdown()


def test_a_contract_that_another_follows_does_not_end():
    """Whatever the order of the rows; of several that follow each other the last day is said."""
    days, place = (date(2026, 9, 1), date(2026, 9, 30)), Place("paid.csv", 2)

    def row(customer, first, last):
        return Earning(customer, Money(Fraction(60), "USD"), first, last, True, True, place)

    new_year, autumn = date(2027, 1, 1), date(2026, 12, 31)
    rows = [
        row("goes on", new_year, None), row("goes on", None, autumn),
        row("once more", new_year, date(2027, 3, 31)), row("once more", None, autumn), row("ends", None, autumn),
    ]  # fmt: skip
    for order in (rows, rows[::-1]):
        assert Contracts(tuple(order), days).ending() == {"ends": autumn, "once more": date(2027, 3, 31)}


# Acme pays in two currencies, beta in one: a customer's usage earns all that it pays, each amount by its own rates.
TWO_CURRENCIES = "customer,month,amount,currency\nacme,2026-09,100,USD\nacme,2026-09,50,EUR\nbeta,2026-09,100,USD\n"
OF_TWO = "date,model,customer,requests,input_tokens,output_tokens\n" + "".join(
    f"2026-09-{day},gpt-5-mini,{name},100,10000000,1000000\n" for name in ("acme", "beta") for day in ("01", "30")
)


def test_a_customer_who_pays_in_several_currencies_earns_in_months_what_it_earns_in_the_log(tmp_path):
    (tmp_path / "log.csv").write_text(OF_TWO, encoding="utf-8")
    (tmp_path / "paid.csv").write_text(TWO_CURRENCIES, encoding="utf-8")
    (tmp_path / "flat.yaml").write_text("scenario: flat\nhorizon: 2 months\n", encoding="utf-8")
    words = {"scenario": str(tmp_path / "flat.yaml"), "revenue": tmp_path / "paid.csv", "currency": "USD"}
    found = costcalc.outlook(tmp_path / "log.csv", by="customer", **words).report
    due = [(200 + 50 * rate) * Fraction(days, 30) for rate, days in zip(rates("USD"), (31, 30), strict=True)]
    assert [float(month.after.revenue) for month in found.months] == pytest.approx([float(each) for each in due])
    assert [month.tokens for month in found.months] == pytest.approx([44_000_000 * 31 / 30, 44_000_000])
    acme = next(line for line in found.customers if line.name == "acme")
    assert float(acme.last.revenue) == pytest.approx(float(100 + 50 * rates("USD")[1]))
    assert float(acme.last.cost) == pytest.approx(9.00)  # 20 M at 0.25 and 2 M at 2.00 USD per 1M


@pytest.mark.parametrize(("when", "october"), [("2026-09,,", 100 * 31 / 30 + 200), (",2026-09-01,2026-09-30", 200)])
def test_an_amount_beside_a_contract_that_begins_after_the_log_is_said(tmp_path, when, october):
    """Whether it follows or comes on top nobody knows: a month goes on, days from and to end."""
    (tmp_path / "log.csv").write_text(OF_TWO, encoding="utf-8")
    rows = f"customer,month,from,to,amount,monthly\nacme,{when},100,\nacme,,2026-10-01,2026-12-31,,200\n"
    (tmp_path / "paid.csv").write_text(rows, encoding="utf-8")
    report = costcalc.project(tmp_path / "log.csv", hikes="openai=10", months=1, revenue=tmp_path / "paid.csv").report
    assert float(report.months[0].after.revenue) == pytest.approx(october)
    assert any("acme pays both" in note for note in report.usage.warnings) == (october > 200)
