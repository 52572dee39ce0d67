"""What a wrong import is answered: the command, its exit code, its exact words."""

from __future__ import annotations

import json
import shlex
from datetime import date
from pathlib import Path

import pytest

from costcalc.api import imports

HERE = Path(__file__).parent
BOOK = """\
provider: openai
currency: USD
timezone: UTC
models:
  gpt-test:
    prices:
      2026-11-01:
        input_tokens: 1 per 1M
"""
MAP = {
    "gpt-test": {"litellm_provider": "openai", "input_cost_per_token": 2e-06},
    "mistral/m": {"litellm_provider": "mistral", "input_cost_per_token": 1e-06},
}
FILES = {
    "map.json": json.dumps(MAP),
    "broken.json": '{"gpt-test": {"litellm_provider": "openai",\n  "input_cost_per_token": 2e-06,}}\n',
    "list.json": "[1, 2]",
    "book.yaml": BOOK,
    "other.yaml": BOOK.replace("openai", "acme"),
    "eu.yaml": BOOK.replace("currency", "region: eu\ncurrency"),
    "rates.csv": "provider,model,meter,price,per,currency,from\n"
    "openai,gpt-test,input,$3,1M,USD,2026-07-01\n"
    "openai,gpt-test,output_tokens,-1,10M,dollars,soon\n"
    "openai,gpt-test,output_tokens\n",
    "header.csv": "provider,modell,meter,price,per,currency\nopenai,gpt-test,input_tokens,3,1M,USD\n",
    "twice.csv": "provider,model,meter,price,per,currency,until\n"
    "acme,m,input_tokens,3,1M,USD,2026-12-31\n"
    "acme,m,input_tokens,4,1M,USD,\n",
}
CASES = {
    "unknown-source": "prices import litelm",
    "missing-file": "prices import models.dev",
    "no-such-file": "prices import litellm nowhere.json",
    "not-json": "prices import litellm broken.json",
    "not-a-map": "prices import litellm list.json",
    "no-providers": "prices import models.dev map.json",
    "unknown-provider": "prices import litellm map.json --provider opnai",
    "several-books": "prices import litellm map.json",
    "over-another-file": "prices import litellm map.json --provider openai -o book.yaml",
    "onto-another-provider": "prices import litellm map.json --onto other.yaml",
    "onto-another-list": "prices import litellm map.json --onto eu.yaml",
    "onto-the-past": "prices import litellm map.json --onto book.yaml -o new.yaml --from 2026-06-01",
    "onto-a-day-with-a-block": "prices import litellm map.json --onto book.yaml -o new.yaml --from 2026-11-01",
    "bad-day": "prices import litellm map.json --onto book.yaml --from soon",
    "rate-card": "prices import rates.csv",
    "rate-card-header": "prices import header.csv",
    "rate-card-overlap": "prices import twice.csv",
}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_import_is_answered_with(name, run_costcalc, tmp_path, request, monkeypatch):
    monkeypatch.setattr(imports, "_today", lambda: date(2026, 11, 24))
    for file, text in FILES.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    run = run_costcalc(*shlex.split(CASES[name]), cwd=tmp_path)
    said = f"$ costcalc {CASES[name]}\nexit {run.code}\n{run.out if run.code in (0, 3) else run.err}"
    answer = HERE / f"{name}.txt"
    if request.config.getoption("--update"):
        answer.write_text(said, encoding="utf-8")
    assert said == answer.read_text(encoding="utf-8")
    assert run.code in (2, 3)
    assert (tmp_path / "book.yaml").read_text(encoding="utf-8") == BOOK


def test_every_answer_has_its_command():
    assert {path.stem for path in HERE.glob("*.txt")} == set(CASES)
