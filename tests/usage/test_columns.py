"""Columns of typed sources: none is guessed, none has lost digits."""

from datetime import UTC, datetime

import pytest

import costcalc
from costcalc.problems import CostcalcError

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def test_a_float_that_has_lost_digits_is_no_count():
    frame = pd.DataFrame({"date": ["2026-09-01"], "model": ["m"], "input_tokens": [float(2**53)], "output_tokens": [1]})
    with pytest.raises(CostcalcError) as error:
        costcalc.scan(frame)
    assert [problem.code for problem in error.value.problems] == ["bad-count"]


def test_two_columns_of_a_parquet_file_that_differ_in_case_are_not_guessed(tmp_path):
    table = pa.table({"date": ["2026-09-01"], "model": ["m"], "input_tokens": [10], "Input_Tokens": [999]})
    pq.write_table(table, tmp_path / "usage.parquet")
    with pytest.raises(CostcalcError) as error:
        costcalc.scan(tmp_path / "usage.parquet")
    assert [problem.code for problem in error.value.problems] == ["two-columns-one-meaning"]


def test_a_token_column_of_an_unknown_name_beside_requests_is_asked_for(tmp_path):
    (tmp_path / "usage.csv").write_text("date,model,requests,n_context_tokens_total\n2026-09-01,m,10,100000\n")
    with pytest.raises(CostcalcError) as error:
        costcalc.scan(tmp_path / "usage.csv")
    (problem,) = error.value.problems
    assert (problem.code, problem.message) == ("missing-column", "no column says the tokens")
    assert "--map input_tokens=n_context_tokens_total" in problem.remedy


@pytest.mark.parametrize(
    ("kind", "hour", "rows"), [("date32", 0, 2), ("timestamp", 0, 2), ("text", 0, 2), ("timestamp", 9, 3)]
)
def test_a_total_beside_what_it_sums_up_is_told_by_days_of_every_type(tmp_path, kind, hour, rows):
    times = [datetime(2026, 8, 3, hour, tzinfo=UTC)] * 3
    types = {"date32": pa.date32(), "timestamp": pa.timestamp("us", "UTC"), "text": pa.string()}
    written = [time.date().isoformat() for time in times] if kind == "text" else times
    columns = {
        "date": pa.array(written, pa.timestamp("us", "UTC") if kind == "date32" else types[kind]).cast(types[kind]),
        "customer": ["acme", "beta", "Total"],
        "model": ["gpt-5-mini"] * 3,
        "input_tokens": [1000, 2000, 3000],
    }
    pq.write_table(pa.table(columns), tmp_path / "usage.parquet")
    assert sum(group.rows for group in costcalc.scan(tmp_path / "usage.parquet").groups) == rows


def test_a_frame_of_days_leaves_its_total_out():
    days = pd.to_datetime(["2026-08-03"] * 3)
    frame = pd.DataFrame({"date": days, "team": ["a", "b", "All teams"], "model": "m", "input_tokens": [1, 2, 3]})
    assert sum(group.rows for group in costcalc.scan(frame).groups) == 2
