"""`costcalc prices import`: the files it writes are pricebooks that price usage, and its summary says what it did."""

from __future__ import annotations

import json
from datetime import date

import pytest

from costcalc.api import imports
from costcalc.pricebook.read import read_book

MAP = {
    "acme/m": {
        "litellm_provider": "acme",
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 8e-06,
        "input_cost_per_pixel": 1,
    },
    "gpt-test": {"litellm_provider": "openai", "input_cost_per_token": 1e-06},
}
RATES = "provider,model,meter,price,per,currency,from\nacme,m,input_tokens,2,1M,USD,2026-07-01\n"


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "_today", lambda: date(2026, 11, 24))
    (tmp_path / "map.json").write_text(json.dumps(MAP), encoding="utf-8")
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")


def test_a_folder_gets_a_book_for_each_provider(run_costcalc, tmp_path):
    run = run_costcalc("prices", "import", "litellm", "map.json", "-o", "prices/", cwd=tmp_path)
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines() == [
        "litellm, read on 2026-11-24",
        "  acme global: 1 model → prices/acme.yaml",
        "  openai global: 1 model → prices/openai.yaml",
        "Not taken:",
        "  input_cost_per_pixel: no meter of ours counts this (acme/m)",
    ]
    assert (tmp_path / "prices/acme.yaml").read_text(encoding="utf-8").startswith(
        "# Prices of acme as litellm has them, read on 2026-11-24; none was checked with the provider.\n"
        "# Not taken from it:\n"
        "# - input_cost_per_pixel: no meter of ours counts this (acme/m)\n"
        "provider: acme\n"
    )  # fmt: skip
    assert read_book(tmp_path / "prices/acme.yaml").checked == date(2026, 11, 24)


def test_without_a_file_the_book_goes_to_standard_output_and_the_summary_beside_it(run_costcalc, tmp_path):
    run = run_costcalc("prices", "import", "rates.csv", cwd=tmp_path)
    assert run.out.endswith("      2026-07-01:\n        source: rate-card\n        input_tokens: 2 per 1M\n")
    assert "acme global: 1 model → standard output" in run.err


def test_an_imported_book_prices_usage(run_costcalc, tmp_path):
    run_costcalc("prices", "import", "litellm", "map.json", "--provider", "acme", "-o", "acme.yaml", cwd=tmp_path)
    (tmp_path / "usage.csv").write_text(
        "date,provider,model,input_tokens,output_tokens\n2026-11-25,acme,m,1000000,500000\n", encoding="utf-8"
    )
    run = run_costcalc("cost", "usage.csv", "--pricebook", "acme.yaml", "--json", cwd=tmp_path)
    assert run.code == 0
    assert run.json["total"]["exact"] == "6"  # 1 × 2 + 0.5 × 8


def test_onto_a_book_of_ones_own(run_costcalc, tmp_path):
    run_costcalc("prices", "import", "litellm", "map.json", "--provider", "acme", "--from", "2026-09-01", "-o", "acme.yaml", cwd=tmp_path)  # fmt: skip
    before = (tmp_path / "acme.yaml").read_text(encoding="utf-8")
    raised = {"acme/m": {**MAP["acme/m"], "input_cost_per_token": 3e-06}}
    (tmp_path / "map.json").write_text(json.dumps(raised), encoding="utf-8")
    words = ("prices", "import", "litellm", "map.json", "--onto", "acme.yaml", "-o", "acme.yaml", "--json")
    run = run_costcalc(*words, cwd=tmp_path)
    assert run.json["schema"] == "costcalc.prices-import/1"
    assert run.json["changes"] == [
        {
            "model": "m",
            "starts": "2026-11-24",
            "differences": [
                {
                    "tier": "standard",
                    "mode": None,
                    "meter": "input_tokens",
                    "input_above": 0,
                    "ours": "0.000002",
                    "theirs": "0.000003",
                }
            ],
        }
    ]
    after = (tmp_path / "acme.yaml").read_text(encoding="utf-8")
    assert set(before.splitlines()) <= set(after.splitlines())
    assert run_costcalc(*words, cwd=tmp_path).json["changes"] == []  # a second time nothing differs
