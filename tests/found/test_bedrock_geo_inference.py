"""What a page offers for names of a host works as it is pasted."""

from decimal import Decimal
from pathlib import Path

import pytest

FOUND = Path(__file__).parent


LOG = """timestamp,model,input_tokens,output_tokens
2026-09-10T00:00:00Z,snowflake/gpt-5,1000,1000
2026-09-10T00:00:00Z,github/openai/gpt-5,1000,1000
2026-09-10T00:00:00Z,huggingface/google/gemini-2.5-pro,1000,1000
2026-09-10T00:00:00Z,replicate/anthropic/claude-sonnet-4-5,1000,1000
"""


@pytest.fixture
def file(tmp_path):
    """Of hosts that have no book."""
    log = tmp_path / "log.csv"
    log.write_text(LOG)
    return log


def test_the_aliases_of_the_page_price_every_model(file, run_costcalc, tmp_path):
    page = run_costcalc("cost", str(file), cwd=tmp_path, columns=60)
    assert page.code == 3
    lines = [line.strip() for line in page.out.splitlines()]
    start = lines.index("[aliases]")
    (tmp_path / "costcalc.toml").write_text("\n".join(lines[start : lines.index("", start)]), encoding="utf-8")
    answer = run_costcalc("cost", str(file), "--json", cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert answer.json["complete"]


def test_the_aliases_stand_in_json(file, run_costcalc, tmp_path):
    answer = run_costcalc("cost", str(file), "--json", cwd=tmp_path).json
    assert {part["model"]: part["makers_model"] for part in answer["unpriced"]} == {
        "gpt-5": "openai/gpt-5",
        "openai/gpt-5": "openai/gpt-5",
        "google/gemini-2.5-pro": "google/gemini-2.5-pro",
        "anthropic/claude-sonnet-4-5": "anthropic/claude-sonnet-4-5",
    }


def test_a_rate_card_with_the_names_of_the_log_prices_them(run_costcalc, tmp_path):
    """1 M × 3.30 + 0.1 M × 16.50 = 4.95."""
    card = "provider,model,meter,price,per,currency,from\n" + "".join(
        f"bedrock,us.anthropic.claude-sonnet-4-5-20250929-v1:0,{meter},{price},1M,USD,2025-09-29\n"
        for meter, price in (("input_tokens", "3.30"), ("output_tokens", "16.50"))
    )
    (tmp_path / "rates.csv").write_text(card, encoding="utf-8")
    made = run_costcalc("prices", "import", "rates.csv", "-o", "prices/", cwd=tmp_path)
    assert made.code == 0, made.err
    log = str(FOUND / "bedrock-geo-inference/j3.jsonl")
    answer = run_costcalc("cost", log, "--pricebook", "prices", "--json", cwd=tmp_path).json
    assert Decimal(answer["total"]["exact"]) == Decimal("4.95")
