"""A ledger stored without a rise has bills of several rows together: the page says so; one stored with it has not."""

import shutil
from pathlib import Path

HERE = Path(__file__).parent / "billed-pooled"
HIKE = ("--pricebook", "book.yaml", "--hike", "acme:output_tokens=100")


def test_a_ledger_stored_without_the_rise_says_so(run_costcalc, tmp_path):
    folder = shutil.copytree(HERE, tmp_path / "case")
    assert run_costcalc("scan", "u.csv", "--pricebook", "book.yaml", "-o", "l.parquet", cwd=folder).code == 0
    page = run_costcalc("project", "l.parquet", *HIKE, cwd=folder, columns=200)
    assert "19.09 USD" in page.out
    assert "bills of several rows: a rise of some meters by what the list says of them together (100%" in page.out


def test_one_stored_with_it_has_them_apart(run_costcalc, tmp_path):
    folder = shutil.copytree(HERE, tmp_path / "case")
    (folder / "plan.yaml").write_text(
        'scenario: t\nprices:\n  - {what: "acme:output_tokens", change: +100%}\n', encoding="utf-8"
    )
    scanned = ("scan", "u.csv", "--pricebook", "book.yaml", "--scenario", "plan.yaml", "-o", "l.parquet")
    assert run_costcalc(*scanned, cwd=folder).code == 0
    page = run_costcalc("project", "l.parquet", *HIKE, cwd=folder, columns=200)
    assert "19.99 USD" in page.out
    assert "bills of several rows" not in page.out
