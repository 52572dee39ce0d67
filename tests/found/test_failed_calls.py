"""Failed calls where more than a command over files is asked."""

from pathlib import Path

import pyarrow
import pyarrow.parquet

CALLS = Path(__file__).with_name("failed-calls")


def test_a_ledger_says_to_scan_again_for_failed_calls(run_costcalc, tmp_path):
    run_costcalc("scan", str(CALLS / "codes.csv"), "-o", "u.parquet", cwd=tmp_path)
    page = run_costcalc("cost", "u.parquet", cwd=tmp_path, columns=250)
    assert page.code == 0, page.err
    assert "Left out: 3 rows, 3,400 tokens (plain): failed calls" in page.out
    assert "; a new scan with --map failed==no counts them" in page.out
    assert "; a new scan with --map failed==yes leaves out what failed" in page.out
    assert "; --map" not in page.out


def test_codes_and_flags_of_typed_columns_say_what_failed(run_costcalc, tmp_path):
    columns = {
        "timestamp": ["2026-09-01T10:00:00Z"] * 5,
        "provider": ["openai"] * 5,
        "model": ["gpt-5-mini"] * 5,
        "input_tokens": [1, 10, 100, 1000, 10_000],
        "output_tokens": [0] * 5,
        "status": pyarrow.array([200, 429, 500, None, 4], pyarrow.int32()),
        "success": [True, True, True, False, True],
        "cached": [False, False, False, False, True],
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "u.parquet")
    page = run_costcalc("cost", "u.parquet", "--notes", cwd=tmp_path, columns=400)
    assert page.code == 0, page.err
    assert "Left out: 2 rows, 110 tokens (plain): failed calls" in page.out
    assert "1 row says that its call failed and is counted with 1,000 tokens" in page.out
    assert 'rows that say in "cached" that something was cached, not how much' in page.out
    assert "11,001 tokens" in page.out
