"""Columns of typed sources: none is guessed, none has lost digits."""

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
