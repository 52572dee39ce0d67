"""Answers as data: what is complete, short to look at, and goes to pandas, Arrow, DuckDB and polars and comes from them."""

from __future__ import annotations

import warnings
from decimal import Decimal

import pytest

import costcalc
from tests.kit import book, flat, prices, write_csv

PRICES = prices(book(flat("m", input_tokens="2")))
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")
ROWS = [
    {"date": f"2026-09-0{day}", "provider": "acme", "model": "m", "customer": who, "input_tokens": 1_000_000 * day}
    for day in (1, 2)
    for who in ("ann", "bob")
]
TOTAL = 12  # USD: (1 + 2) million tokens of each of two customers, at 2


@pytest.fixture
def log(tmp_path):
    return write_csv(tmp_path / "usage.csv", *ROWS)


def ask(usage, **words):
    return costcalc.cost(usage, by="customer", prices=PRICES, **words)


def polars_frame():
    return pytest.importorskip("polars").DataFrame(ROWS)


def relation():
    import duckdb

    rows = pandas.DataFrame(ROWS)
    return duckdb.connect().from_df(rows)


@pytest.mark.parametrize(
    "usage", [lambda: pandas.DataFrame(ROWS), lambda: pyarrow.Table.from_pylist(ROWS), polars_frame, relation],
    ids=["pandas", "arrow", "polars", "duckdb"],
)  # fmt: skip
def test_usage_comes_from(usage):
    assert ask(usage()).total == TOTAL


def test_decimals_of_arrow_stay_exact():
    exact = Decimal("0.1234567890123456789")
    table = pyarrow.Table.from_pylist([{**ROWS[0], "cost_usd": exact}])
    assert costcalc.cost(table, prices=PRICES, basis="billed").total * 10**19 == int(exact * 10**19)


def test_a_table_of_arrow_without_rows_is_refused():
    with pytest.raises(costcalc.CostcalcError, match="header-only"):
        ask(pyarrow.table({"date": [], "model": []}))


def test_floats_of_arrow_that_lost_digits_are_refused():
    with pytest.raises(costcalc.CostcalcError, match="lost digits"):
        ask(pyarrow.table({"date": ["2026-09-01"], "model": ["m"], "input_tokens": [2.0**60]}))


def test_an_answer_is_a_table_of_arrow(log):
    table = pyarrow.table(ask(log))
    assert table.column("customer").to_pylist() == ["ann", "bob"]
    assert table.column("cost").to_pylist() == [Decimal(6), Decimal(6)]


def test_an_answer_is_one_of_duckdb(log):
    import duckdb

    answer = ask(log)
    assert duckdb.sql("SELECT sum(cost) FROM answer").fetchall() == [(TOTAL,)]
    assert answer.complete


def test_a_lazy_frame_is_to_be_collected():
    polars = pytest.importorskip("polars")
    with pytest.raises(costcalc.CostcalcError, match=r"collect it first: usage\.collect\(\)"):
        costcalc.cost(polars.DataFrame(ROWS).lazy(), prices=PRICES)


def test_an_answer_is_a_frame_of_polars(log):
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(ask(log))["cost"].sum() == TOTAL


def test_floats_are_given_where_they_are_asked_for(log):
    exact, plain = ask(log).to_frame(), ask(log).to_frame(exact=False)
    assert {*exact.columns} < {*plain.columns}  # one currency gives no cause for a rate
    assert isinstance(exact["cost"][0], Decimal)
    assert plain["cost"].dtype == plain["share"].dtype == plain["fx_rate"].dtype == "float64"
    assert plain["cost"].sum() == TOTAL
    assert str(plain["tokens"].dtype) == "Int64"


@pytest.mark.parametrize("more", [{}, {"revenue": 20}, {"hikes": "acme=5..34"}, {"currency": "CNY"}])
def test_the_columns_of_floats_are_always_the_same(log, more):
    books = costcalc.Prices(PRICES.pricebook, costcalc.read_prices().fx)
    words = {"hikes": "acme=5", "prices": books, **more}
    answer = costcalc.project(log, **words)
    plain, exact = answer.to_frame(exact=False), answer.to_frame()
    again = costcalc.project(log, hikes="acme=5", prices=books).to_frame(exact=False)
    assert [*plain.columns] == [*again.columns]
    assert [*exact.columns] == [name for name in plain.columns if name in exact.columns]


def test_an_answer_is_short_to_look_at(log):
    assert repr(ask(log)) == "<CostResult: 12.00 USD, complete>"
    plan = costcalc.project(log, hikes="acme=50", prices=PRICES)
    assert repr(plan) == "<PlanResult: 12.00 USD → 18.00 USD, complete>"
    assert (
        repr(costcalc.check(log, max_cost="5USD", prices=PRICES)) == "<CheckResult: 2026-09-01 to 2026-09-02, complete>"
    )


def test_a_total_that_lacks_something_warns_and_says_what(tmp_path):
    log = write_csv(tmp_path / "usage.csv", *ROWS, {**ROWS[0], "model": "unknown"})
    with pytest.warns(
        costcalc.IncompleteWarning, match="what cost comes to is incomplete: it lacks usage without a price"
    ) as found:
        answer = ask(log)
    assert found[0].filename == __file__
    assert (answer.complete, answer.lacks) == (False, "usage without a price")
    assert repr(answer) == "<CostResult: 12.00 USD, incomplete>"


def test_the_command_line_says_it_on_its_page_alone(run_costcalc, tmp_path):
    log = write_csv(tmp_path / "usage.csv", {**ROWS[0], "model": "unknown"})
    with warnings.catch_warnings():
        warnings.simplefilter("error", costcalc.IncompleteWarning)
        assert run_costcalc("cost", log).code == 3


class TestSweep:
    def test_each_row_is_the_plan_that_project_gives(self, log):
        swept = costcalc.sweep(
            log, hikes=["acme=10", "acme=0..50"], pass_through=["0%", "50%"], prices=PRICES, revenue=20
        )
        alone = [
            costcalc.project(log, hikes=hikes, pass_through=share, prices=PRICES, revenue=20)
            for hikes, share in (("acme=10", None), ("acme=0..50", "0%"), ("acme=0..50", "50%"))
        ]
        assert [each.to_json() for each in swept.results] == [each.to_json() for each in alone]
        frame = swept.to_frame(exact=False)
        assert [*frame["hike"]] == ["acme=10", "acme=0..50", "acme=0..50"]
        assert [*frame["cost"]] == [13.2, 12.0, 13.5]  # 12 × 1.1, 12 × 1, 12 × 1.125: half of 25%
        assert [*frame["margin"]] == pytest.approx([0.34, 0.4, 0.325])  # 1 − cost ÷ 20
        assert frame["pass_through"].isna().to_list() == [True, False, False]

    def test_the_usage_is_counted_once(self, log, monkeypatch):
        from costcalc.usage import scan

        counts = []
        real = scan.scan
        monkeypatch.setattr(scan, "scan", lambda *given, **more: counts.append(given) or real(*given, **more))
        costcalc.sweep(log, hikes=["acme=1", "acme=2", {"acme": 3}], prices=PRICES)
        assert len(counts) == 1

    def test_a_scenario_of_months_to_come_is_swept_too(self, log, tmp_path):
        plan = tmp_path / "growth.yaml"
        plan.write_text("scenario: growth\ngrowth:\n  - {each month: 10%}\n")
        swept = costcalc.sweep(log, scenario=plan, hikes=["acme=10"], months=2, prices=PRICES)
        alone = costcalc.project(log, scenario=plan, hikes="acme=10", months=2, prices=PRICES)
        assert swept.to_frame()["cost"][0] == alone.to_frame("months")["cost"].sum()

    def test_without_a_rise_it_is_today(self, log):
        assert costcalc.sweep(log, prices=PRICES).to_frame()["change"].to_list() == [0]

    def test_a_mapping_is_a_rise_in_each_entry(self, log):
        swept = costcalc.sweep(log, hikes={"acme": 34, "any": 10}, prices=PRICES)
        assert swept.to_frame()["hike"].to_list() == ["acme=34", "any=10"]
