"""A count that no format knows does not leave in silence where lists and maps are read member by member either."""

from __future__ import annotations

import json
from datetime import date

import pytest

from costcalc.usage.reading import usagenames
from tests.usage.kit import counted, counts, lines

NEW = ["new_tokens", "new_characters", "num_images", "audio_seconds", "num_searches", "tool_requests"]
COUNTS = {
    "input_tokens": 10,
    "output_tokens": 20,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
}
SDK = {"inputTokens": 10, "outputTokens": 20, "cacheReadInputTokens": 0, "cacheCreationInputTokens": 0}
CODEX = {"inputTokens": 10, "cachedInputTokens": 0, "outputTokens": 20, "reasoningOutputTokens": 0, "totalTokens": 30}
CLAUDE = {"modelName": "claude-opus-4-5", "cacheCreationTokens": 0, "cacheReadTokens": 0, "cost": 0.1}


def reply(members, at="2026-09-01T00:00:00Z", **beside):
    usage = {**COUNTS, "iterations": [{"type": "message", **COUNTS, **member} for member in members], **beside}
    return {"id": f"msg_{at}", "model": "claude-opus-4-5", "timestamp": at, "usage": usage}


def session(members, at="2026-09-01T00:00:00Z", **beside):
    message = reply(members, at, **beside)
    return {"type": "assistant", "sessionId": "s", "uuid": at, "timestamp": at, "requestId": at, "message": message}


def result(members):
    each = {f"claude-opus-4.{i}": {**SDK, "contextWindow": 200_000, **member} for i, member in enumerate(members)}
    return {
        "type": "result",
        "session_id": "s",
        "timestamp": "2026-09-01T00:00:00Z",
        "usage": COUNTS,
        "modelUsage": each,
    }


def codex_days(members):
    each = {f"gpt-5.{i}": {**CODEX, "isFallback": False, **member} for i, member in enumerate(members)}
    return {"daily": [{"date": "Sep 01, 2026", "costUSD": 0.1, **CODEX, "models": each}], "totals": {}}


def ccusage_days(members):
    each = [{**CLAUDE, "inputTokens": 10, "outputTokens": 20, **member} for member in members]
    return {"daily": [{"date": "2026-09-01", "modelsUsed": [], "modelBreakdowns": each}], "totals": {}}


def openai_buckets(members):
    each = [{"input_tokens": 10, "output_tokens": 20, "num_model_requests": 1, "model": "m", **one} for one in members]
    bucket = {"object": "bucket", "start_time": 1_788_220_800, "end_time": 1_788_307_200, "results": each}
    return {"object": "page", "data": [bucket]}


def said(ledger):
    return [(problem.place.line, problem.message) for problem in ledger.uncounted]


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (reply, "usage.iterations[]."),
        (session, "message.usage.iterations[]."),
        (result, "modelUsage{}."),
        (codex_days, "models{}."),
        (ccusage_days, ""),
        (openai_buckets, ""),
    ],
)
def test_a_count_of_a_member_is_said(record, shown, name, tmp_path):
    known = counted(lines(tmp_path, [record([{}, {}])]))
    assert (said(known), counts(known)) == ([], {"input_tokens": 20, "output_tokens": 40})
    ledger = counted(lines(tmp_path, [record([{name: 5_000}, {}])]))
    assert counts(ledger) == counts(known)
    (problem,) = ledger.uncounted
    assert f"{shown}{name}" in problem.message
    assert "5,000 in all, and no figure counts it" in problem.message


def test_the_first_line_that_has_it_is_named_and_other_periods_are_not(tmp_path):
    log = lines(tmp_path, [
        reply([{}], "2026-09-01T00:00:00Z"),
        reply([{}, {"tool_tokens": 7}], "2026-09-02T00:00:00Z"),
        reply([{"tool_tokens": 8}], "2026-09-03T00:00:00Z", thread_tokens=90),
    ])  # fmt: skip
    members = "usage.iterations[].tool_tokens: {} in all, and no figure counts it"
    beside = "usage.thread_tokens: 90 in all, and no figure counts it"
    assert said(counted(log)) == [(2, members.format(15)), (3, beside)]
    assert said(counted(log, since=date(2026, 9, 3))) == [(3, members.format(8)), (3, beside)]
    assert said(counted(log, last=None, until=date(2026, 9, 2))) == []


def test_what_says_again_what_was_counted_is_not_said(tmp_path):
    assert said(counted(lines(tmp_path, [reply([{"prompt_tokens": 10, "total_tokens": 30}])]))) == []


def test_left_as_a_dimension_it_is_not_said_and_a_map_offers_none(tmp_path):
    log = lines(tmp_path, [reply([{"tool_tokens": 7}])])
    (problem,) = counted(log).uncounted
    option = "tool_tokens=usage.iterations[].tool_tokens"
    assert f"--map '{option}'" in problem.remedy
    name, column = option.split("=")
    ledger = counted(log, name, mapping={name: column})
    assert (said(ledger), [group.dimensions for group in ledger.groups]) == ([], [("7",)])
    (problem,) = counted(lines(tmp_path, [result([{"toolTokens": 7}])])).uncounted
    assert "--map" not in problem.remedy


@pytest.mark.parametrize("record", [reply, session, result])
def test_of_a_large_log_members_are_looked_at_too(record, tmp_path, monkeypatch):
    monkeypatch.setattr(usagenames, "_SMALL", 0)
    text = json.dumps(record([{}, {"tool_tokens": 7}])) + "\n"
    log = tmp_path / "large.jsonl"
    log.write_text("".join(text.replace("2026-09-01", f"2026-09-{day:02}") for day in range(1, 29)))
    (problem,) = counted(log).uncounted
    assert "tool_tokens: 196 in all" in problem.message
