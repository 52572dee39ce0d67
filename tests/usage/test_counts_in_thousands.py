"""Counts in thousands: they begin with a digit that counts; what begins with 0 is no such number."""

from __future__ import annotations

import pytest

from tests.usage.kit import counted, write


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
