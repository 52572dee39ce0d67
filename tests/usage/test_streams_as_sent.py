"""Streams as they were sent, `event:` and `data:` lines: the last usage of a reply counts, and lines are those of the file."""

from __future__ import annotations

import json

import pytest

from tests.usage.kit import counted, write

ANTHROPIC = [
    {"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "usage": {"input_tokens": 100, "output_tokens": 1}}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 20}},
    {"type": "message_stop"},
]  # fmt: skip
CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1788220800, "model": "gpt-5-mini"}
CHAT = [
    {**CHUNK, "choices": [{"index": 0, "delta": {"content": "Hi"}}], "usage": None},
    {**CHUNK, "choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}},
]
RESPONSE = {"id": "resp_1", "object": "response", "created_at": 1788220800, "model": "gpt-5-mini"}
RESPONSES = [
    {"type": "response.created", "response": {**RESPONSE, "status": "in_progress", "usage": None}},
    {"type": "response.output_text.delta", "delta": "Hi"},
    {"type": "response.completed", "response": {**RESPONSE, "status": "completed", "usage": {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}}},
]  # fmt: skip
GEMINI = [
    {"candidates": [{"content": {"parts": [{"text": text}]}}], "modelVersion": "gemini-2.5-flash", "responseId": "g1",
     "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": count, "totalTokenCount": 100 + count}}
    for text, count in (("H", 5), ("i", 20))
]  # fmt: skip
STREAMS = {"anthropic": ANTHROPIC, "chat": CHAT, "responses": RESPONSES, "gemini": GEMINI}


def sent(events, newline="\n"):
    """With the names of events where they have a type, a comment, and OpenAI's end."""
    named = [f"event: {each['type']}{newline}" if "type" in each else "" for each in events]
    data = [f"{name}data: {json.dumps(each)}{newline * 2}" for name, each in zip(named, events, strict=True)]
    return f": keep alive{newline * 2}{''.join(data)}data: [DONE]{newline * 2}"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("stream", STREAMS)
def test_the_last_usage_of_a_reply_counts(tmp_path, stream, newline):
    ledger = counted(write(tmp_path, sent(STREAMS[stream], newline), "stream.txt"))
    assert (ledger.totals["input_tokens"], ledger.totals["output_tokens"]) == (100, 20)
    assert (ledger.requests, ledger.refused_rows) == (1, 0)


def test_several_replies_in_a_file(tmp_path):
    other = [{**each, "id": "chatcmpl-2"} for each in CHAT]
    assert counted(write(tmp_path, sent(CHAT) + sent(other), "stream.log")).totals["output_tokens"] == 40


def test_data_over_several_lines_and_without_an_end(tmp_path):
    indented = "".join(f"data: {line}\n" for line in json.dumps(CHAT[1], indent=1).splitlines())
    assert counted(write(tmp_path, indented, "stream.txt")).totals["output_tokens"] == 20


def test_what_is_cut_is_refused_at_its_line(tmp_path):
    text = sent(CHAT)
    ledger = counted(write(tmp_path, text + 'data: {"id": "chatcmpl-3", "usa', "stream.txt"))
    assert (ledger.totals["output_tokens"], ledger.refused_rows) == (20, 1)
    assert ledger.problems[0].place.line == text.count("\n") + 1
