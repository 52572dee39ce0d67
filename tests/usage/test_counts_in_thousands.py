"""Counts in thousands: they begin with a digit that counts; what begins with 0 is no such number."""

from __future__ import annotations

import pytest

from costcalc.problems import CostcalcError
from tests.usage.kit import counted, write

FORMAT = """
format: own
reads: table
recognise: [[in_k, out]]
model: model
time: {field: date, as: plain}
requests: one
meters: {input_tokens: in_k * 1000, output_tokens: out}
"""


def of_cell(folder, cell):
    return counted(write(folder, f'date,model,input_tokens\n2026-09-01,gpt-5-mini,"{cell}"\n2026-09-01,gpt-5-mini,1\n'))


@pytest.mark.parametrize("cell", ["0,123", "0,000,001", "00,123", "012,345", "0.000.001", "0,123.0"])
def test_thousands_that_begin_with_0_are_refused(tmp_path, cell):
    ledger = of_cell(tmp_path, cell)
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (1, 1)
    assert ledger.problems[0].place.line == 2


@pytest.mark.parametrize(
    ("cell", "count"),
    [("1,234", 1234), ("10,000,001", 10_000_001), ("1.000.001", 1_000_001), ("0,000", 0), ("0,00", 0)],
)
def test_others_are_counts(tmp_path, cell, count):
    ledger = of_cell(tmp_path, cell)
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (count + 1, 0)


@pytest.mark.parametrize(
    ("cell", "tokens"),
    [("1.5", 1500), ("12.345", 12_345), ("2", 2000), ("1,500", 1_500_000), ("1.000", 1000), ("0", 0), ("n/a", 0),
     ("0.0005", None), ("-1.5", None), ("1.2345", None), ("x", None), ("9999999999999999", None)],
)  # fmt: skip
@pytest.mark.parametrize("way", ["map", "format"])
def test_a_column_of_thousands_is_multiplied(tmp_path, cell, tokens, way):
    path = write(tmp_path, f'date,model,in_k,out\n2026-09-01,gpt-5-mini,"{cell}",1\n2026-09-01,gpt-5-mini,1,1\n')
    if way == "map":
        ledger = counted(path, mapping={"input_tokens": "in_k*1000", "output_tokens": "out"})
    else:
        ledger = counted(path, formats=(write(tmp_path, FORMAT, "own.yaml"),))
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (1000 + (tokens or 0), int(tokens is None))


def test_terms_of_thousands_are_added_to_others(tmp_path):
    path = write(tmp_path, "date,model,a,b,m\n2026-09-01,gpt-5-mini,1.5,7,0.25\n")
    ledger = counted(path, mapping={"input_tokens": "a*1000+b", "output_tokens": "m*1000000"})
    assert (ledger.totals["input_tokens"], ledger.totals["output_tokens"]) == (1507, 250_000)


def test_only_counts_are_multiplied(tmp_path):
    path = write(tmp_path, "date,model,a,c\n2026-09-01,gpt-5-mini,1.5,7\n")
    for mapping in ({"cost": "c*1000"}, {"model": "c*1000"}):
        with pytest.raises(CostcalcError, match="only whole counts are multiplied"):
            counted(path, mapping={"input_tokens": "a*1000", **mapping})
