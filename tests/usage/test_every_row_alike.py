"""`--map model==NAME` gives every row one model; the format that a log is read as stays the one it is known by."""

from __future__ import annotations

import json

import pytest

from costcalc.problems import CostcalcError
from tests.usage.kit import counted, lines, write

USAGE = {"prompt_tokens": 1200, "completion_tokens": 350, "total_tokens": 1550}
NAMELESS = {"id": "c1", "object": "chat.completion", "created": 1788134405, "usage": USAGE}
BATCHED = {
    "custom_id": "req-1",
    "response": {"status_code": 200, "body": {**NAMELESS, "model": "gpt-5-mini-2025-08-07", "service_tier": "default"}},
    "error": None,
}


def groups(file, **mapping):
    """What rows are counted under, with their largest count."""
    ledger = counted(file, mapping=mapping)
    return [(each.model, each.service_tier, max(each.quantities)) for each in ledger.groups]


def test_a_batch_stays_one_where_every_row_is_given_a_model(tmp_path):
    file = lines(tmp_path, [BATCHED])
    [(_, tier, count)] = groups(file)
    assert groups(file, model="=gpt-5-mini") == [("gpt-5-mini", tier, count)]


def test_a_response_that_names_no_model_takes_the_one_given(tmp_path):
    [(model, _, count)] = groups(lines(tmp_path, [NAMELESS]), model="=qwen-plus")
    assert (model, count) == ("qwen-plus", 1200)


def test_a_stream_that_names_no_model_takes_the_one_given(tmp_path):
    chunk = {**NAMELESS, "object": "chat.completion.chunk", "choices": []}
    file = write(tmp_path, f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n", "sse.txt")
    [(model, _, count)] = groups(file, model="=qwen-plus")
    assert (model, count) == ("qwen-plus", 1200)


@pytest.mark.parametrize("records", [[NAMELESS], [{"timestamp": "2026-09-01T00:00:00Z", "input_tokens": 5}]])
def test_an_empty_constant_is_refused(tmp_path, records):
    with pytest.raises(CostcalcError, match="nothing stands behind"):
        groups(lines(tmp_path, records), model="=")


def test_a_map_of_one_key_offers_no_other_reading_of_a_known_format(tmp_path):
    with pytest.raises(CostcalcError) as caught:
        groups(lines(tmp_path, [BATCHED]), input_tokens="response.body.usage.prompt_tokens")
    [problem] = caught.value.problems
    assert "raw-responses knows them without it" in problem.message
    assert "leave this --map out" in problem.remedy
