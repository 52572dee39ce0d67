"""Failed calls where more than a command over files is asked."""

from pathlib import Path

CALLS = Path(__file__).with_name("failed-calls")


def test_a_ledger_says_to_scan_again_for_failed_calls(run_costcalc, tmp_path):
    run_costcalc("scan", str(CALLS / "codes.csv"), "-o", "u.parquet", cwd=tmp_path)
    page = run_costcalc("cost", "u.parquet", cwd=tmp_path, columns=250)
    assert page.code == 0, page.err
    assert "Left out: 3 rows, 3,400 tokens (plain): failed calls" in page.out
    assert "; a new scan with --map failed==no counts them" in page.out
    assert "; a new scan with --map failed==yes leaves out what failed" in page.out
    assert "; --map" not in page.out
