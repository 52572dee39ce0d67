"""Logs too large to ask every line for the names of its counts: lines from all over them are looked at, and this is said."""

from __future__ import annotations

import csv
import json

import pytest

from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.reading.usagenames import is_small
from tests.usage.kit import counted

PAD = "word " * 400  # of an answer
LINES = 10_000  # 20 MB


def line(i, **more):
    usage = {"prompt_tokens": 10, "completion_tokens": 1, **more}
    answer = {"created": 1788256800 + i, "model": "gpt-5", "choices": [{"message": {"content": PAD}}], "usage": usage}
    return f"{json.dumps(answer)}\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log in which the last tenth has a count that its first lines have not; and another in which one line has it."""
    folder = tmp_path_factory.mktemp("large")
    plain = line(0)
    (folder / "late.jsonl").write_text(plain * (LINES * 9 // 10) + line(1, new_tokens=3) * (LINES // 10))
    (folder / "once.jsonl").write_text(plain * 1_000 + line(1, new_tokens=3) + plain * LINES)
    (folder / "long.jsonl").write_text((plain * 10 + line(2).replace(PAD, PAD * 200)) * 50 + line(1, new_tokens=3))
    return folder


@pytest.mark.parametrize(("name", "amount"), [("late.jsonl", "3,000"), ("long.jsonl", "3")])
def test_a_count_that_begins_later_is_said(name, amount, log):
    ledger = counted(log / name)
    assert [problem.message for problem in ledger.uncounted] == [
        f"usage.new_tokens: {amount} in all, and no figure counts it"
    ]
    assert not any("looked at" in note for note in ledger.notes)


def test_where_only_some_lines_were_looked_at_it_is_said_and_how_to_look_at_all(log, run_costcalc):
    ledger = counted(log / "once.jsonl")
    assert not ledger.uncounted
    (note,) = (note for note in ledger.notes if "looked at" in note)
    assert "(5% of 22 MB)" in note
    command = note.split("`costcalc ")[1].partition("`")[0]
    assert "new_tokens" in run_costcalc(*command.split(), "once.jsonl", cwd=log).err


def test_of_a_small_log_every_line_is_asked(tmp_path):
    (tmp_path / "small.jsonl").write_text(line(0) * 300 + line(1, new_tokens=3) + line(0) * 300)
    assert counted(tmp_path / "small.jsonl").uncounted


def test_the_logs_here_are_large(log):
    assert not any(is_small([ReadableFile(path.name, str(path), "json")]) for path in log.iterdir())


def spend(i, metadata):
    counts = {"prompt_tokens": 10, "completion_tokens": 1, "spend": 0.001}
    names = {"request_id": f"r{i}", "call_type": "acompletion", "custom_llm_provider": "openai", "model": "gpt-5"}
    return {**names, "startTime": "2026-09-01 10:00:00.000000", **counts, "metadata": metadata, "messages": PAD}


@pytest.mark.parametrize("other", ["{'usage_object': {'prompt_tokens': 10}}", "said {so}", '{"cut": ', "", "[1]", "7"])
def test_a_text_that_is_no_json_among_those_that_are(other, tmp_path):
    cached = json.dumps({"usage_object": {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 4}}})
    log = tmp_path / "spend.jsonl"
    records = (spend(i, other if i == 9_000 else cached) for i in range(LINES))
    log.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    assert not is_small([ReadableFile(log.name, str(log), "json")])
    ledger = counted(log)
    assert (ledger.totals["input_tokens"], ledger.totals["cache_read_tokens"]) == (10 * LINES, 4 * (LINES - 1))
    assert not ledger.problems


@pytest.mark.parametrize("again", [(), (7, 8), ("", "")])
def test_a_row_that_a_table_has_twice(again, tmp_path):
    log = tmp_path / "spend.csv"
    with log.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, spend(0, "").keys())
        writer.writeheader()
        writer.writerows(spend(i, "{}") for i in range(LINES))
        writer.writerows({**spend(i, "{}"), "request_id": i and f" r{i}"} for i in again)
    assert not is_small([ReadableFile(log.name, str(log), "table")])
    ledger = counted(log)
    more = again.count("")  # what has no name may be anything
    assert ledger.totals["input_tokens"] == 10 * (LINES + more)
    assert sum(skipped.rows for skipped in ledger.skipped) == len(again) - more
    assert not ledger.problems
