"""Copies that tie: of rows with one id, one count and one time, the same one counts at every run, on any number of threads."""

import csv
import random
from collections import Counter
from itertools import chain

import pytest

from costcalc.usage.limits import Limits
from costcalc.usage.scan import ScanRequest, scan
from tests.usage.kit import lines

REPLIES, FILES = 400, 6
USAGE = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")


def reply(number: int, session: str, counts: tuple[int, ...], **more: object) -> dict[str, object]:
    usage = dict(zip(USAGE, counts, strict=True)) | more
    message = {"id": f"m{number}", "model": "claude-sonnet-4-5", "usage": usage}
    at = f"2026-09-01T00:00:{number % 60:02}Z"
    return {"type": "assistant", "sessionId": session, "timestamp": at, "requestId": f"r{number}", "message": message}


def claude(folder):
    """Each file has every reply, in an order of its own: the same sum, divided in another way."""
    for file in range(FILES):
        draw = random.Random(file)
        records = [reply(number, f"s{file}", draw.choice([(9, 0, 0, 1), (1, 0, 0, 9)])) for number in range(REPLIES)]
        draw.shuffle(records)
        lines(folder, records, f"{file}.jsonl")


def claude_in_parts(folder):
    """Of the copies of a reply some list its parts, others say it as a whole."""
    part = dict(zip(USAGE, (3, 0, 0, 2), strict=True))
    for file in range(FILES):
        draw = random.Random(file)
        counts = (6, 0, 0, 4)
        ways = [[], [part, part], [{**part, "model": "claude-opus-4-5"}, part]]
        records = [reply(i, f"s{file}", counts, iterations=draw.choice(ways)) for i in range(REPLIES)]
        draw.shuffle(records)
        lines(folder, records, f"{file}.jsonl")


def openrouter(folder):
    """Downloads that overlap: the same counts, another model and another cost."""
    for file in range(FILES):
        draw = random.Random(file)
        with (folder / f"{file}.csv").open("w", encoding="utf-8", newline="") as stream:
            names = "generation_id created_at cost_total tokens_prompt tokens_completion model_permaslug app_name"
            writer = csv.DictWriter(stream, names.split())
            writer.writeheader()
            rows = [(i, draw.randrange(3)) for i in range(REPLIES)]
            draw.shuffle(rows)
            writer.writerows(
                {
                    "generation_id": f"g{number}", "created_at": "2026-09-01 00:00:00", "cost_total": f"0.0{kind}",
                    "tokens_prompt": 5, "tokens_completion": 5, "model_permaslug": f"openai/gpt-5-{kind}", "app_name": f"a{file}",
                }
                for number, kind in rows
            )  # fmt: skip


LOGS = {claude: "session", claude_in_parts: "session", openrouter: "app_name"}


def answers(folder, dimension: str) -> Counter:
    """The different answers of many runs, on one thread and on several."""
    asked = ScanRequest(dimensions=(dimension,))
    ledgers = (scan([folder], asked, limits=Limits(threads=threads)) for _ in range(3) for threads in (1, 4))
    return Counter(f"{ledger.groups} {ledger.sources} {ledger.skipped}" for ledger in ledgers)


@pytest.mark.parametrize("log", LOGS)
def test_every_run_gives_the_same_ledger(log, tmp_path):
    log(tmp_path)
    assert len(answers(tmp_path, LOGS[log])) == 1


@pytest.mark.parametrize("log", LOGS)
def test_the_order_in_which_files_are_named_decides_nothing(log, tmp_path):
    log(tmp_path)
    files = sorted(tmp_path.iterdir())
    asked = ScanRequest(dimensions=(LOGS[log],))
    one, other = scan([*files], asked), scan([*reversed(files)], asked)
    assert list(one.groups) == list(other.groups)


def test_a_reply_and_its_parts_are_of_one_copy(tmp_path):
    claude_in_parts(tmp_path)
    ledgers = [scan([tmp_path], ScanRequest(), limits=Limits(threads=4)) for _ in range(4)]
    assert {ledger.totals["input_tokens"] for ledger in ledgers} == {6 * REPLIES}
    assert {ledger.totals["output_tokens"] for ledger in ledgers} == {4 * REPLIES}


def test_copies_that_are_equal_count_in_the_file_that_stands_first(tmp_path):
    for own, name in enumerate("ab", REPLIES):  # each has a reply of its own
        lines(tmp_path, [reply(number, "s", (1, 0, 0, 1)) for number in (*range(REPLIES), own)], f"{name}.jsonl")
    files = sorted(tmp_path.iterdir())
    for ordered in (files, files[::-1]):
        for threads in (1, 4):
            ledger = scan(ordered, ScanRequest(), limits=Limits(threads=threads))
            assert [source.rows for source in ledger.sources] == [REPLIES + 1, 1]


def test_a_count_of_very_many_digits_is_refused_among_copies(tmp_path):
    huge = [reply(0, "s", (10**25, 0, 0, 1)), reply(1, "s", (1, 0, 0, 1))]
    log = lines(tmp_path, chain(huge, huge))
    ledger = scan([log], ScanRequest())
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (1, 1)
