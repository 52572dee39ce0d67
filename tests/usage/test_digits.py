"""Amounts in JSON keep every digit, whatever a double would hold of them."""

from fractions import Fraction

import pytest

import costcalc

LONG = ("12345678901.123456789012", "0.10000000000000000001", "1.2345678901234567891e-4")
PLAIN = '{{"timestamp": "2026-09-01T00:00:00Z", "provider": "acme", "model": "m", "input_tokens": 1, "output_tokens": 1, "cost" : {}}}'
OPENROUTER = '{{"id": "gen-{0}", "created": 1788220800, "provider": "OpenAI", "model": "openai/m", "choices": [], "usage": {{"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "cost": {0}, "is_byok": false}}}}'
RESULT = '{{"type": "result", "subtype": "success", "session_id": "{0}", "timestamp": "2026-09-01T00:00:00Z", "usage": {{"input_tokens": 1, "output_tokens": 1}}, "modelUsage": {{"m": {{"inputTokens": 1, "outputTokens": 1, "costUSD": {0}}}}}}}'


@pytest.mark.parametrize("line", [PLAIN, OPENROUTER, RESULT], ids=["plain", "responses", "results"])
@pytest.mark.parametrize("as_lines", [True, False], ids=["lines", "array"])
def test_an_amount_keeps_every_digit(line, as_lines, tmp_path):
    lines = [line.format(cost) for cost in LONG]
    (tmp_path / "usage.json").write_text("\n".join(lines) if as_lines else f"[{', '.join(lines)}]", encoding="utf-8")
    found = costcalc.cost(tmp_path / "usage.json", basis="billed")
    assert found.total == sum(map(Fraction, LONG))


def test_texts_and_what_a_double_holds_stay_as_they_are(tmp_path):
    said = '"feature": "he said \\"x\\": 0.12345678901234567891, and 1e9", "cost"'
    row = PLAIN.replace('"cost"', said)
    (tmp_path / "usage.jsonl").write_text("\n".join(row.format(cost) for cost in (*LONG, "0.25")), encoding="utf-8")
    found = costcalc.cost(tmp_path / "usage.jsonl", by=["feature"], basis="billed")
    assert {line.key for line in found.lines} == {('he said "x": 0.12345678901234567891, and 1e9',)}
    assert found.total == sum(map(Fraction, LONG)) + Fraction(1, 4)
