"""Tables for CSV and Parquet: lines, months and customers each add up to what is printed, with rate and month."""

import csv
import io
from decimal import Decimal

import duckdb
import pytest

import costcalc
from costcalc.problems import CostcalcError
from costcalc.usage.tables import parquet_bytes

USAGE = "examples/usage.csv"


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def coins(rows, name="cost"):
    return sum(Decimal(row[name]) for row in rows)


@pytest.mark.parametrize(("currency", "total"), [("USD", "10879.32"), ("CNY", "72988.34")])
def test_lines_add_up_in_the_currency_asked_for(repo_root, currency, total):
    made = costcalc.project(str(repo_root / USAGE), hikes="alibaba=34,baidu=5..34", currency=currency, by="customer")
    rows = read(made.to_csv())
    shown = Decimal(round(made.report.total.mid * 100)) / 100
    assert coins(rows) == shown
    assert {row["currency"] for row in rows} == {currency}
    assert shown.quantize(Decimal(1)) > Decimal(total) * Decimal("0.9")


def test_one_exchange_rate_stands_beside_every_row(repo_root):
    rows = read(costcalc.cost(str(repo_root / USAGE)).to_csv())
    assert {(row["fx_from"], row["fx_month"]) for row in rows} == {("CNY", "2026-09")}
    assert {round(1 / Decimal(row["fx_rate"]), 4) for row in rows} == {Decimal("6.7089")}


def test_months_add_up_to_the_printed_total(run_costcalc):
    run = run_costcalc(
        "project", USAGE, "--hike", "alibaba=34", "--months", "12", "--table", "months", "--format", "csv"
    )
    rows = read(run.out)
    page = run_costcalc("project", USAGE, "--hike", "alibaba=34", "--months", "12").out
    assert len(rows) == 12
    assert f"{coins(rows):,.2f}" in page
    assert rows[0]["fx_month"] == "2026-10"


@pytest.fixture(scope="module")
def outlook(repo_root):
    prices = costcalc.read_prices([str(repo_root / "examples/selfhosted.yaml")])
    usage, scenario = (str(repo_root / "examples/team" / name) for name in ("usage.csv", "all-at-once.yaml"))
    return costcalc.outlook(usage, scenario=scenario, revenue=24000, prices=prices)


def test_the_months_of_an_outlook_add_up_to_its_total(outlook):
    assert coins(read(outlook.to_csv("months"))) == Decimal(round(outlook.report.whole.after.cost * 100)) / 100


def test_the_lines_of_an_outlook_add_up_to_its_months(outlook):
    months, lines = read(outlook.to_csv("months")), read(outlook.to_csv())
    for month in months:
        assert coins(row for row in lines if row["month"] == month["month"]) == Decimal(month["cost"])


def test_the_customers_of_an_outlook_add_up_to_its_last_month(outlook):
    assert coins(read(outlook.to_csv("customers"))) == Decimal(read(outlook.to_csv("months"))[-1]["cost"])


def test_customers_of_a_log_are_lines(run_costcalc):
    run = run_costcalc("project", USAGE, "--hike", "alibaba=34", "--table", "customers", "--format", "csv")
    assert [row["customer"] for row in read(run.out)][:2] == ["acme", "borealis"]


def test_who_names_no_team_has_a_line_of_its_own(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "date,provider,model,team,input_tokens,output_tokens\n"
        "2026-09-01,openai,gpt-5.6-luna,search,3000000,0\n2026-09-01,openai,gpt-5.6-luna,,1000000,0\n",
        encoding="utf-8",
    )
    rows = read(costcalc.cost(str(log), by="team").to_csv())
    assert [row["team"] for row in rows] == ["search", "unallocated"]
    assert Decimal(rows[0]["cost"]) == 3 * Decimal(rows[1]["cost"])


def test_a_shortfall_is_shared_out_by_cost_where_that_is_asked_for(tmp_path):
    """Team a used three times what b used: of the 100.00 that the month costs at least, 75.00 and 25.00 are theirs."""
    log, contract = tmp_path / "log.csv", tmp_path / "contract.yaml"
    lines = [f"2026-09-{day:02},openai,gpt-5.6-luna,{team},{tokens},0" for day, team, tokens in ((1, "a", 3_000_000), (30, "b", 1_000_000))]  # fmt: skip
    lines.append("2026-09-02,alibaba,qwen3-max,c,1000000,0")
    log.write_text("date,provider,model,team,input_tokens,output_tokens\n" + "\n".join(lines), encoding="utf-8")
    contract.write_text("commitments:\n  - {what: openai, each: month, amount: 100 USD}\n", encoding="utf-8")
    words = {"by": "team", "currency": "USD", "prices": costcalc.read_prices([str(contract)])}
    apart = {row["team"]: Decimal(row["cost"]) for row in read(costcalc.cost(str(log), **words).to_csv())}
    shared = {row["team"]: Decimal(row["cost"]) for row in read(costcalc.cost(str(log), allocate="proportional", **words).to_csv())}  # fmt: skip
    assert set(apart) == {"a", "b", "c", "commitment shortfall"}
    assert set(shared) == {"a", "b", "c"}
    assert shared["c"] == apart["c"]
    assert (shared["a"], shared["b"]) == (Decimal("75.00"), Decimal("25.00"))
    assert sum(shared.values()) == sum(apart.values())


def test_parquet_keeps_every_digit(tmp_path):
    path = tmp_path / "t.parquet"
    rows = [("a", 2**62, Decimal("0.10"), "1/3"), (None, None, Decimal("-12345678901234567890.25"), None)]
    path.write_bytes(parquet_bytes(("name", "count", "cost", "cost_exact"), rows, ["cost_exact"]))
    kinds = [row[1] for row in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()]
    assert kinds == ["VARCHAR", "BIGINT", "DECIMAL(38,2)", "VARCHAR"]
    assert duckdb.sql(f"FROM '{path}'").fetchall() == rows


def test_parquet_of_no_rows_has_its_columns(tmp_path):
    path = tmp_path / "t.parquet"
    path.write_bytes(parquet_bytes(("Name", "name", ""), []))
    assert [row[0] for row in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()] == ["Name", "name_", "unnamed"]
    assert duckdb.sql(f"FROM '{path}'").fetchall() == []


def test_parquet_from_the_command_line_adds_up(run_costcalc, tmp_path):
    path = tmp_path / "lines.parquet"
    assert run_costcalc("cost", USAGE, "--by", "customer", "-o", path).code == 0
    ((total, exact),) = duckdb.sql(f"SELECT sum(cost), any_value(typeof(cost_exact)) FROM '{path}'").fetchall()
    assert (total, exact) == (Decimal("9637.87"), "VARCHAR")


def test_months_that_were_not_asked_for_are_an_error(repo_root):
    made = costcalc.project(str(repo_root / USAGE), hikes="alibaba=34")
    with pytest.raises(CostcalcError, match="no-such-table"):
        made.to_csv("months")


def test_a_kind_that_a_command_lacks_is_named(run_costcalc, tmp_path):
    run = run_costcalc("forecast", USAGE, "-o", tmp_path / "out.xlsx")
    assert run.code == 2
    assert "this answer is not written as .xlsx" in run.err
    assert not (tmp_path / "out.xlsx").exists()


def test_a_workbook_goes_through_a_pipe(run_costcalc):
    run = run_costcalc("cost", USAGE, "--format", "xlsx")
    assert run.code == 0
    assert run.out_bytes.startswith(b"PK")


def test_a_workbook_is_not_thrown_at_a_terminal(monkeypatch):
    from costcalc.cli.output import Target, deliver

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    with pytest.raises(CostcalcError, match="binary-on-a-terminal"):
        deliver([Target("xlsx")], lambda: "", lambda kind: b"PK")
