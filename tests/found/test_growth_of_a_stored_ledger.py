"""Growth and moves past price bands are one figure from a log and from its ledger; a ledger too coarse for it is refused."""

import json
import shutil
from pathlib import Path

import costcalc

HERE = Path(__file__).parent / "ledger-growth-band"
LONG = """timestamp,provider,model,input_tokens,output_tokens
2025-05-26T01:29:00Z,acme,m-two,950,100
2025-05-26T01:29:00Z,acme,m-two,450,100
"""


def months(folder, usage):
    prices = costcalc.read_prices(sorted(folder.glob("book?.yaml")))
    answer = json.loads(
        costcalc.project(folder / usage, scenario=folder / "sc.yaml", months=2, prices=prices).to_json()
    )
    return {key: value for key, value in answer.items() if key != "usage"}


def scanned(run_costcalc, folder, usage, *more):
    books = [word for path in sorted(folder.glob("book?.yaml")) for word in ("--pricebook", path)]
    assert run_costcalc("scan", folder / usage, *books, *more, "-o", folder / "l.parquet").code == 0


def test_a_ledger_stored_for_the_scenario_gives_the_figures_of_the_log(run_costcalc, tmp_path):
    folder = shutil.copytree(HERE, tmp_path / "case")
    scanned(run_costcalc, folder, "usage.csv", "--scenario", folder / "sc.yaml")
    assert months(folder, "l.parquet") == months(folder, "usage.csv")


def test_one_stored_without_it_refuses_what_it_does_not_tell_apart(run_costcalc, tmp_path):
    """950 tokens grow by a tenth past the band at 1,001, 450 do not: the two rows are one group of the ledger."""
    folder = shutil.copytree(HERE, tmp_path / "case")
    (folder / "long.csv").write_text(LONG, encoding="utf-8")
    scanned(run_costcalc, folder, "long.csv")
    books = [word for path in sorted(folder.glob("book?.yaml")) for word in ("--pricebook", path)]
    words = ("--scenario", folder / "sc.yaml", "--months", "2")
    found = run_costcalc("project", folder / "l.parquet", *books, *words, columns=200)
    assert found.code == 2
    assert "does not tell apart requests below and above 910 input tokens" in found.err
    scanned(run_costcalc, folder, "long.csv", "--scenario", folder / "sc.yaml")
    assert months(folder, "l.parquet") == months(folder, "long.csv")
