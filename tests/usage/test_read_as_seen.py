"""Of a large JSON log only those paths are read that lines from all over it have. Whatever the other lines hold, it is
counted as if every path had been read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from costcalc.problems import CostcalcError
from costcalc.usage.counting import counter
from costcalc.usage.files.looks import Paths
from costcalc.usage.formats.paths import JsonColumns
from costcalc.usage.reading import usagenames
from tests.usage.kit import answer, counted, lines

HERE = Path(__file__).parents[1]
LOGS = sorted({path.parent: path for path in sorted(HERE.glob("found/*/*.jsonl"))}.values())


def told(usage):
    """What a scan counts and refuses, or why it says nothing. What no format knows is another matter: test_large_logs."""
    try:
        ledger = counted(usage)
    except CostcalcError as error:
        return [str(problem) for problem in error.problems]
    problems = [(problem.code, problem.message, str(problem.place)) for problem in ledger.problems]
    left = [(each.reason, each.rows) for each in ledger.skipped]
    return *answer(ledger), problems, left


@pytest.fixture
def as_large(monkeypatch):
    """Reads logs of any size as large ones, of which only the first line was looked at."""

    def first_paths(sources, files, listed):
        paths = Paths(set(), listed)
        for file in files:
            with Path(file.path).open("rb") as stream:
                paths.add(stream.readline())
        return frozenset(paths.found)

    def read(usage):
        with monkeypatch.context() as patch:
            patch.setattr(counter, "is_small", lambda files: False)
            patch.setattr(usagenames, "seen_paths", first_paths)
            return told(usage)

    return read


@pytest.mark.parametrize("log", LOGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_log_is_counted_alike_however_little_of_it_was_looked_at(log, as_large):
    assert as_large(log) == told(log)


LANGFUSE = {"id": "o", "traceId": "t", "type": "GENERATION", "startTime": "2026-09-01T10:00:00Z", "model": "gpt-5",
            "usageDetails": {"input": 10, "output": 3}}  # fmt: skip
LITELLM = {"request_id": "r", "call_type": "acompletion", "startTime": "2026-09-01 10:00:00.000000", "model": "gpt-5",
           "custom_llm_provider": "openai", "prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13, "spend": 0.5,
           "metadata": '{"usage_object": {"prompt_tokens_details": {"cached_tokens": 4}}}', "response": "{}"}  # fmt: skip
OPENAI = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1788256800, "model": "gpt-5",
          "usage": {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}}  # fmt: skip
OTHERS = {
    "a text with JSON where others have an object": (LANGFUSE, {"usageDetails": '{"input": 20, "output": 5}'}),
    "a count that only this line has": (LANGFUSE, {"usageDetails": {"input": 1, "output": 5, "output_reasoning": 2}}),
    "a key in another spelling": (LANGFUSE, {"usageDetails": None, "usage_details": {"input": 20, "output": 5}}),
    "an object where others have a text": (LITELLM, {"metadata": {"usage_object": {"completion_tokens": 3}}}),
    "an object where others have an empty text": (
        LITELLM,
        {"response": {"usage": {"prompt_tokens_details": {"cached_tokens": 7}}}, "metadata": None},
    ),
    "a count in a text that only this one has": (
        LITELLM,
        {
            "metadata": '{"usage_object": {"cache_creation_input_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}}'
        },
    ),
    "a count in a text, under a key that others have elsewhere": (
        LITELLM,
        {"metadata": '{"usage_object": {"cached_tokens": 6}}'},
    ),
    "a count in a text, its key spelled with an escape": (
        LITELLM,
        {"metadata": r'{"usage_object": {"cache_creation_input_\u0074okens": 2}}'},
    ),
    "another object in a text": (
        LITELLM,
        {"metadata": '{"additional_usage_values": {"prompt_tokens_details": {"cached_tokens": 8}}}'},
    ),
    "a text with JSON that is none": (LITELLM, {"metadata": '{"usage_object": {"completion_tokens_details"'}),
    "an id that was there": (LITELLM, {"request_id": "r", "prompt_tokens": 99}),
    "a number where others have an object": (OPENAI, {"usage": 5}),
    "half a token": (OPENAI, {"usage": {"prompt_tokens": 12.7}}),
    "true": (OPENAI, {"usage": {"prompt_tokens": True}}),
    "another wrapper": (OPENAI, {"response": {"body": OPENAI}, "usage": None}),
    "details": (OPENAI, {"usage": {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 4}}}),
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_line_that_is_unlike_those_looked_at_is_counted_or_refused_all_the_same(case, as_large, tmp_path):
    usual, other = OTHERS[case]
    records = [usual | {key: f"{usual[key]}{i}" for key in ("id", "request_id") if key in usual} for i in range(3)]
    log = lines(tmp_path, [*records, records[0] | other, *records])
    assert as_large(log) == told(log)


@pytest.mark.parametrize("broken", ['{"id": 1, ', "[1, 2]", "5", "no JSON", "{}", ""])
def test_a_line_that_is_none_is_refused_with_its_number(broken, as_large, tmp_path):
    log = tmp_path / "usage.jsonl"
    log.write_text(f"{json.dumps(OPENAI)}\n{broken}\n{json.dumps(OPENAI | {'id': 'chatcmpl-2'})}\n")
    assert as_large(log) == told(log)


def test_of_a_text_with_json_only_what_some_text_holds_is_taken_out():
    columns = JsonColumns(seen=frozenset({"text", "text::a", "text::a.b"}))
    assert [bool(columns.get(path)) for path in ("text::a.b", "text::c.d", "text::a.e")] == [True, False, False]
    assert [*columns.insides.asked.values()] == [{'$."a"."b"': None}]
    assert '"(?:c|e)"' in columns.unforeseen()


def test_a_key_that_a_text_holds_elsewhere_is_taken_out_since_its_name_tells_nothing():
    columns = JsonColumns(seen=frozenset({"text", "text::a", "text::a.b"}))
    assert columns.get("text::b")
    assert columns.unforeseen() is None


def test_texts_with_json_tell_their_paths_too():
    paths = Paths(set(), {"text": "::"})
    paths.add(b'{"text": "{\\"a\\": {\\"b\\": 1}}", "other": "{\\"c\\": 1}"}')
    assert paths.found == {"text", "other", "text::a", "text::a.b"}


def test_lines_from_all_over_a_log_tell_its_paths(tmp_path):
    log = lines(tmp_path, [{"a": {"b": i}} for i in range(3)] + [{"a": {"c": {"d": 1}}, "e": [{"f": 1}]}])

    class Source:
        path, leaves = str(log), frozenset(["z"])

    assert usagenames.seen_paths([Source()], [Source()], {}) == {"z", "a", "a.b", "a.c", "a.c.d", "e"}
