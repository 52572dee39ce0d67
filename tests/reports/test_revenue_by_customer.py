"""Revenue by customer, from a table: what joins earns what it says, by the day; what does not is said with its place."""

import csv
import io
from datetime import date
from fractions import Fraction

import pytest

import costcalc
from costcalc.problems import CostcalcError
from costcalc.usage.earnings import read_earnings

# 10 USD a day of one model for each customer over September: 40 M input tokens at 0.25 USD.
HEAD = "date,customer,model,requests,input_tokens,output_tokens\n"
DAYS = [f"2026-09-{day:02d}" for day in range(1, 31)]
LOG = HEAD + "".join(f"{day},{name},gpt-5-mini,1,40000000,0\n" for day in DAYS for name in ("acme", "Brio", "cobalt"))


@pytest.fixture
def log(tmp_path):
    (tmp_path / "usage.csv").write_text(LOG, encoding="utf-8")
    return tmp_path / "usage.csv"


def table(tmp_path, text):
    (tmp_path / "revenue.csv").write_text(text, encoding="utf-8")
    return tmp_path / "revenue.csv"


def earned(result):
    return {line.key[0]: line.earned and line.earned.before.revenue for line in result.report.log.lines}


@pytest.mark.parametrize(
    ("text", "acme"),
    [
        ("customer,month,amount\nacme,2026-09,900\n", 900),
        ("customer,month,amount\nacme,2026-09-01,900\n", 900),
        ("customer,amount\nacme,900\n", 900),
        ("client;period;Amount (USD)\nACME;2026-Q3;920\n", 300),  # 30 of the 92 days of the quarter
        ("customer,month,amount\nacme,2026-09,500\nacme,2026-09,\"1,400.50\"\n", Fraction("1900.5")),
        ("customer;amount\nacme;1.400,50\nacme;499,5\n", 1900),  # commas are decimal ones
        ("customer;amount\nacme;1400.50\nacme;499.50 USD\n", 1900),
        ("customer,seats,price\nacme,20,$45\n", 900),
        ("customer,from,until,monthly\nacme,2026-01,2026-09-11,900\n", 300),  # 10 of the 30 days of September
        ("customer,from,to,monthly\nacme,2026-01,2026-09-10,900\n", 300),
        ("customer,from,to,amount\nacme,2026-09-16,2026-10-15,900\n", 450),
        ("customer,period,amount\nacme,2026-08-02..2026-09-30,1200\n", 600),
        ("客户,月份,金额(元)\nacme,2026-09,6708.9\n", 1000),
        ("customer,month,amount\nacme,2026-09,900\nacme,2026-09,-100\n", 800),
    ],
)  # fmt: skip
def test_a_row_is_read_and_falls_on_the_days_of_the_log(log, tmp_path, text, acme):
    result = costcalc.project(log, revenue=table(tmp_path, text), by="customer", currency="USD")
    assert earned(result) == {"acme": acme, "Brio": None, "cobalt": None}
    assert result.report.revenue.amount == acme
    assert result.report.coverage.cost == Fraction(1, 3)


@pytest.mark.parametrize("amount", ["1,234", "-1,234", "1,234 EUR", "2.500"])
def test_where_commas_are_decimal_ones_an_amount_that_may_be_two_is_asked_for(tmp_path, amount):
    with pytest.raises(CostcalcError, match=r"may be .* write 1000 or 1,00") as error:
        read_earnings(table(tmp_path, f"customer;amount\nacme;{amount}\nbrio;1,25\n"))
    assert [problem.place.line for problem in error.value.problems] == [2]


def test_a_margin_of_a_credit_is_undefined_everywhere_and_comes_first(log, tmp_path):
    revenue = table(tmp_path, "customer,month,amount\nacme,2026-09,-100\nbrio,2026-09,900\ncobalt,2026-09,310\n")
    result = costcalc.project(log, hikes="openai=10", revenue=revenue, by="customer", currency="USD")
    rows = {row["customer"]: row for row in csv.DictReader(io.StringIO(result.to_csv()))}
    assert [rows["acme"][name] for name in ("revenue", "margin_before", "margin", "hold")] == ["-100", "", "", ""]
    assert rows["cobalt"]["margin_before"] != ""
    assert "-132" not in result.to_json()
    page = " ".join(result.to_markdown().split())
    assert "| acme | −100 | – | – | – | – |" in page
    found = costcalc.compare(log, scenarios=["april-2026", "efficiency"], revenue=revenue, months=2, currency="USD")
    assert [row.name for row in found.report.customers] == ["acme", "cobalt", "Brio"]


@pytest.mark.parametrize("source", ["--revenue", "configuration"])
@pytest.mark.parametrize(
    ("ask", "more"),
    [
        (costcalc.project, {"hikes": "openai=10"}),
        (costcalc.project, {"scenario": "efficiency", "months": 3}),
        (costcalc.compare, {"scenarios": ["april-2026", "efficiency"]}),
    ],
)
def test_a_floor_is_not_judged_by_a_table_of_which_nothing_joins(log, tmp_path, ask, more, source):
    words = {
        "revenue_source": source,
        "revenue": table(tmp_path, "customer,month,amount\nnobody,2026-09,500\n"),
        "floor": "55%",
    }
    with pytest.raises(CostcalcError) as error:
        ask(log, **more, **words)
    (problem,) = error.value.problems
    assert (problem.code, error.value.exit_code) == ("no-revenue", 2)
    assert "nothing of the table joins the log, so the floor of 55% cannot be judged" in problem.message
    assert problem.place.file.endswith("revenue.csv")


def test_it_is_the_same_as_rows_of_the_log_that_say_it(log, tmp_path):
    revenue = table(tmp_path, "customer,month,amount\nacme,2026-09,900\nbrio,2026-09,120.45\n")
    rows = tmp_path / "rows.csv"
    rows.write_text(
        HEAD.strip() + ",revenue\n2026-09-30,acme,,0,0,0,900\n2026-09-30,Brio,,0,0,0,120.45\n", encoding="utf-8"
    )
    words = {"hikes": "openai=20", "by": "customer", "months": 3}
    one = costcalc.project(log, revenue=revenue, **words).report
    other = costcalc.project([log, rows], **words).report
    assert one.revenue.amount == other.revenue.amount
    assert [line.earned for line in one.log.lines] == [line.earned for line in other.log.lines]
    assert [month.after.margin for month in one.months] == [month.after.margin for month in other.months]
    assert one.revenue.source == "--revenue revenue.csv"


def test_what_does_not_join_is_said_on_both_sides(log, tmp_path):
    text = "customer,month,amount\nacme,2026-09,900\nkobalt,2026-09,70\nbrio,2026-08,70\n"
    notes = " ".join(costcalc.project(log, revenue=table(tmp_path, text)).report.usage.notes)
    assert "revenue.csv:3 kobalt (is it cobalt?)" in notes
    assert "Revenue in no margin, of other days than the log's (2026-09-01 to 2026-09-30)" in notes
    assert "revenue.csv:4 brio" in notes
    assert "Usage without revenue in" in notes
    assert "in no margin: Brio, cobalt." in notes


def test_a_month_that_is_missing_is_not_nothing(tmp_path):
    log = tmp_path / "usage.csv"
    log.write_text(LOG + "2026-08-31,acme,gpt-5-mini,1,40000000,0\n", encoding="utf-8")
    part = table(tmp_path, "customer,month,amount\nacme,2026-09,900\nbrio,2026-08,0\nbrio,2026-09,900\n")
    result = costcalc.project(log, revenue=part, by="customer")
    assert earned(result) == {"acme": None, "Brio": 900, "cobalt": None}
    assert "say nothing of 2026-08-31" in " ".join(result.report.usage.notes)


def test_customers_who_cost_more_than_they_pay_stand_first(log, tmp_path, run_costcalc):
    revenue = table(tmp_path, "customer,month,amount\nacme,2026-09,900\nbrio,2026-09,900\ncobalt,2026-09,310\n")
    run = run_costcalc("project", log, "--hike", "openai=20", "--revenue", revenue, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(run.out)))
    assert next(row["customer"] for row in rows) == "cobalt"
    page = run_costcalc("project", log, "--hike", "openai=20", "--revenue", revenue).out
    assert page.index("cobalt") < min(page.index("acme"), page.index("Brio"))


def test_the_flag_goes_before_the_column_and_the_column_before_the_configuration(log, tmp_path, run_costcalc):
    own = tmp_path / "own.csv"
    own.write_text(
        "date,customer,model,requests,input_tokens,output_tokens,revenue\n2026-09-01,acme,gpt-5-mini,1,40000000,0,50\n"
    )
    revenue = table(tmp_path, "customer,month,amount\nacme,2026-09,900\n")
    (tmp_path / "costcalc.toml").write_text('revenue = "revenue.csv"\n')
    sources = [
        run_costcalc("project", file.name, *flags, "--json", cwd=tmp_path).json["revenue"]["source"]
        for file, flags in ((own, ()), (own, ("--revenue", revenue)), (log, ()))
    ]
    assert sources == ["revenue column", "--revenue revenue.csv", "configuration revenue.csv"]


def test_every_command_that_asks_for_revenue_takes_it(log, tmp_path, run_costcalc):
    revenue = table(tmp_path, "customer,month,amount\nacme,2026-09,900\nbrio,2026-09,900\ncobalt,2026-09,310\n")
    said = ("--revenue", revenue)
    assert run_costcalc("check", log, "--min-margin", "57%", *said).code == 0  # (2110 - 900) / 2110
    assert run_costcalc("check", log, "--min-margin", "58%", *said).code == 1
    ahead = costcalc.outlook(log, scenario="efficiency", revenue=revenue).report
    assert float(ahead.today.margin) == pytest.approx(1210 / 2110)
    both = run_costcalc("compare", log, "--scenario", "efficiency", "--scenario", "hybrid", *said, "--json").json
    assert both["scenarios"][0]["coverage"]["cost"] == "1"
    assert "--revenue revenue.csv" in run_costcalc("advise", log, *said).out


@pytest.mark.parametrize(
    ("text", "code", "line", "said"),
    [
        ("client,paid\n", "missing-column", 1, "amounts"),
        ("month,amount\n", "missing-column", 1, "customers"),
        ("customer,seats\n", "missing-column", 1, "a price of a seat"),
        ("customer,amount,revenue\n", "two-columns-one-meaning", 1, "both mean amount"),
        ("customer,month,amount\nacme,2026-09,a lot\n", "bad-revenue", 2, '"a lot" is not an amount'),
        ("customer,month,amount\nacme,September,9\n", "bad-revenue", 2, '"September" is no period'),
        ("customer,month,amount\nacme,08/2026,9\n", "bad-revenue", 2, '"08/2026" is no period: write 2026-08'),
        ("customer,month,amount\nacme,2026/8,9\n", "bad-revenue", 2, '"2026/8" is no period: write 2026-08'),
        ("customer,month,amount\nacme,Sep 2026,9\n", "bad-revenue", 2, '"Sep 2026" is no period: write 2026-09'),
        ("customer,month,amount\nacme,13/2026,9\n", "bad-revenue", 2, '"13/2026" is no period: write 2026-09, 2026-Q3'),
        ("customer,month,amount\nacme,2026-09,(100)\n", "bad-revenue", 2, '"(100)" is not an amount: write -100'),
        ("customer,month,amount\nacme,2026-09-07,9\n", "bad-revenue", 2, "is a day"),
        ("customer,month,amount\n,2026-09,9\n", "bad-revenue", 2, "names no customer"),
        ("customer,amount,currency\nacme,9 EUR,USD\n", "bad-revenue", 2, "EUR and USD"),
        ("customer,from,amount\nacme,2026-01,9\n", "bad-revenue", 2, "open"),
        ("customer,from,to,monthly\nacme,2026-09,2026-01,9\n", "bad-revenue", 2, "ends before it begins"),
        ("customer,amount\n", "bad-revenue", 0, "no rows"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, code, line, said):
    with pytest.raises(CostcalcError) as caught:
        read_earnings(table(tmp_path, text))
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line) == (code, line)
    assert said in problem.message


def test_the_log_must_name_customers(tmp_path):
    log = tmp_path / "usage.csv"
    log.write_text("date,model,input_tokens,output_tokens\n2026-09-01,gpt-5-mini,4,0\n")
    with pytest.raises(CostcalcError, match="the log names none"):
        costcalc.project(log, revenue=table(tmp_path, "customer,amount\nacme,9\n"))


def test_parts_of_a_span_add_up_to_its_amount(tmp_path):
    (row,) = read_earnings(table(tmp_path, "customer,from,to,amount\nacme,2026-01-17,2027-03-02,1000\n")).rows
    assert sum(row.in_months(date(2020, 1, 1), date(2030, 1, 1)).values()) == 1000
    halves = [(date(2026, 1, 1), date(2026, 7, 15)), (date(2026, 7, 16), date(2028, 1, 1))]
    assert sum(sum(row.in_months(*days).values()) for days in halves) == 1000
