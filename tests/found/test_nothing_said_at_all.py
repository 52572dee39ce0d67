"""A file that is written is confirmed, with what its figures lack; a closed stream changes no exit code."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.usage.kit import write

ROW = "date,model,input_tokens,output_tokens,customer\n2026-09-01,gpt-5.6-luna,1000000,0,acme\n"
STRANGE = ROW + "2026-09-02,nobody-knows-it,5,5,acme\n"
REFUSED = ROW + "2026-09-02,gpt-5.6-luna,-5,5,acme\n"


UNPRICED = "; incomplete: usage without a price"


@pytest.mark.parametrize(
    ("words", "text", "code", "lacks"),
    [
        (["cost"], ROW, 0, ""),
        (["cost"], STRANGE, 3, UNPRICED),
        (["cost"], REFUSED, 3, "; incomplete: 1 row refused"),
        (["explain"], STRANGE, 3, UNPRICED),
        (["project", "--hike", "openai=10"], STRANGE, 3, UNPRICED),
        (["project", "--hike", "openai=10", "--months", "2"], REFUSED, 3, "; incomplete: 1 row refused"),
        (["check", "--max-cost", "100USD", "--max-unpriced", "50%"], STRANGE, 3, UNPRICED),
    ],
)
def test_a_written_file_is_confirmed(tmp_path, run_costcalc, words, text, code, lacks):
    write(tmp_path, text, "u.csv")
    found = run_costcalc(words[0], "u.csv", *words[1:], "-o", "out.csv", cwd=tmp_path)
    assert (found.out, found.err.partition("\n")[0]) == ("", f"out.csv is written{lacks}")
    assert (tmp_path / "out.csv").exists()
    assert found.code == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cost", "u.csv", "-o", "out.xlsx"], "out.xlsx is written; incomplete: usage without a price\n"),
        (["cost", "u.csv", "-o", "out.parquet"], "out.parquet is written; incomplete: usage without a price\n"),
        (["compare", "u.csv", "--scenario", "april-2026", "--scenario", "hybrid", "-o", "out.json"], "out.json is written; incomplete: usage without a price\n"),
        (["report", "u.csv", "--hike", "openai=10", "-o", "out.html"], "out.html is written; incomplete: usage without a price\n"),
        (["advise", "u.csv", "-o", "out.md"], "out.md is written; incomplete: usage without a price\n"),
        (["reconcile", "u.csv", "--invoice", "bill.csv", "-o", "out.csv"], "out.csv is written; incomplete: usage without a price\n"),
        (["scan", "u.csv", "-o", "out.parquet"], "out.parquet is written: 2 groups of 2 rows, 1,000,010 tokens\n"),
        (["prices", "list", "openai", "-o", "out.csv"], "out.csv is written\n"),
        (["prices", "schema", "-o", "out.json"], "out.json is written\n"),
        (["budgets", "schema", "-o", "out.json"], "out.json is written\n"),
        (["init", "budgets", "-o", "out.yaml"], ""),
    ],
)  # fmt: skip
def test_every_command_that_writes_confirms_it(tmp_path, run_costcalc, words, said):
    write(tmp_path, STRANGE, "u.csv")
    write(tmp_path, "date,model,cost_usd\n2026-09-01,gpt-5.6-luna,0.2\n2026-09-02,nobody-knows-it,0.2\n", "bill.csv")
    found = run_costcalc(*words, cwd=tmp_path)
    assert said in found.err, found.err
    assert said or found.out.startswith("out.yaml is written")


SHELL = 'cost() {{ "{python}" -m costcalc "$@"; }}; set -o pipefail; {line}; echo "code $?" >&3'


@pytest.mark.skipif(sys.platform == "win32", reason="no shell of this kind")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("cost cost u.csv 2>&- >/dev/null", 0),
        ("cost cost u.csv >&-", 0),
        ("cost cost odd.csv >&- 2>&-", 3),
        ("cost check u.csv --max-cost 100USD <&- >&- 2>&-", 0),
        ("cost check u.csv --max-cost 0.01USD >&- 2>&-", 1),
        ("cost cost nowhere.csv 2>&-", 2),
        ("cost cost odd.csv | true", 3),
        ("cost cost odd.csv 2>&1 >/dev/null | true", 3),
    ],
)
def test_a_closed_stream_changes_no_exit_code(tmp_path, line, code):
    write(tmp_path, ROW, "u.csv")
    write(tmp_path, STRANGE, "odd.csv")
    shell = SHELL.format(python=sys.executable, line=line)
    found = subprocess.run(
        ["bash", "-c", f"exec 3>&1; {shell}"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.splitlines()[-1] == f"code {code}"
    assert "bug" not in found.stdout + found.stderr
    assert "Broken pipe" not in found.stderr


def test_a_move_is_answered_without_a_revenue(tmp_path, run_costcalc):
    """0.20 USD rise by 0.02; gpt-5-mini costs 0.25 USD, more than staying, and gpt-5-nano 0.05: 0.02 ÷ (0.22 − 0.05)."""
    write(tmp_path, ROW, "u.csv")
    words = ("project", "u.csv", "--hike", "openai/gpt-5.6-luna=10", "--move-to")
    for more in ((), ("--revenue", "0")):
        page = run_costcalc(*words, "openai/gpt-5-nano", *more, cwd=tmp_path).out
        assert "To pay as before move 11.8% of the raised traffic to openai/gpt-5-nano" in " ".join(page.split())
        page = run_costcalc(*words, "openai/gpt-5-mini", *more, cwd=tmp_path).out
        assert "move traffic? Not to openai/gpt-5-mini: it costs more than staying" in " ".join(page.split())
