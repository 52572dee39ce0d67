"""The object of a batch and the lines of its output are one usage: counted once where their counts prove it, or refused."""

from __future__ import annotations

import json
import os
import re
import shlex

import pytest

LINE = {"created": 1788256800, "model": "gpt-5"}
BATCH = {"object": "batch", "created_at": 1788170400, "model": "gpt-5-2025-08-07", "status": "completed"}


def lines(folder, name, *usages, failed=0):
    """Output of a batch: a line for each (input, cached, output, reasoning)."""
    written = []
    for i, (read, cached, out, thought) in enumerate(usages):
        usage = {
            "prompt_tokens": read, "completion_tokens": out, "total_tokens": read + out,
            "prompt_tokens_details": {"cached_tokens": cached}, "completion_tokens_details": {"reasoning_tokens": thought},
        }  # fmt: skip
        body = {**LINE, "id": f"chatcmpl-{name}-{i}", "object": "chat.completion", "usage": usage}
        written.append({"id": f"r{i}", "custom_id": f"c{i}", "response": {"status_code": 200, "body": body}})
    written += [{"id": "f", "custom_id": "f", "response": {"status_code": 400, "body": {"error": {}}}}] * failed
    (folder / name).write_text("".join(f"{json.dumps(line)}\n" for line in written), encoding="utf-8")


def batch(read, cached, out, thought, completed, **more):
    usage = {
        "input_tokens": read, "output_tokens": out, "total_tokens": read + out,
        "input_tokens_details": {"cached_tokens": cached}, "output_tokens_details": {"reasoning_tokens": thought},
    }  # fmt: skip
    counts = {"completed": completed, "failed": 1, "total": completed + 1}
    return {"id": "batch_1", **BATCH, "request_counts": counts, "usage": usage, **more}


def objects(folder, name, *said):
    (folder / name).write_text("".join(f"{json.dumps(each)}\n" for each in said), encoding="utf-8")


USAGES = [(1000, 400, 100, 60), (2000, 0, 300, 0)]
SUM = (3000, 400, 400, 60, 2)


@pytest.fixture
def day(tmp_path):
    lines(tmp_path, "output.jsonl", *USAGES, failed=1)
    return tmp_path


def cost(run_costcalc, folder, *files):
    run = run_costcalc("cost", *files, "--json", cwd=folder)
    return run.json if run.code in (0, 3) else run


def test_lines_count_and_the_object_is_set_aside(day, run_costcalc):
    objects(day, "batch.json", batch(*SUM))
    alone = cost(run_costcalc, day, "output.jsonl")
    found = cost(run_costcalc, day, "batch.json", "output.jsonl")
    assert found["usage"]["requests"] == 2
    assert found["total"] == alone["total"]
    assert "batch.json:1 (output.jsonl)" in " ".join(found["usage"]["notes"])
    assert {"objects of batches": 1}.items() <= {
        part["reason"].partition(" whose")[0]: part["rows"] for part in found["usage"]["skipped"]
    }.items()
    page = run_costcalc("cost", "batch.json", "output.jsonl", "--notes", cwd=day, columns=200)
    assert "batch.json:1 (output.jsonl)" in page.out


def test_files_that_were_written_on_different_days(day, run_costcalc):
    """Which day a file was written on chose which files were looked at together."""
    objects(day, "batch.json", batch(*SUM))
    os.utime(day / "batch.json", (1_700_000_000, 1_700_000_000))
    assert cost(run_costcalc, day, "batch.json", "output.jsonl")["usage"]["requests"] == 2
    objects(day, "batch.json", batch(*SUM[:4], 3))
    os.utime(day / "batch.json", (1_700_000_000, 1_700_000_000))
    assert cost(run_costcalc, day, "batch.json", "output.jsonl").code == 2


@pytest.mark.parametrize("place", range(5))
def test_any_count_that_differs_leaves_it_refused(place, day, run_costcalc):
    objects(day, "batch.json", batch(*(count + (i == place) for i, count in enumerate(SUM))))
    refused = run_costcalc("cost", "batch.json", "output.jsonl", cwd=day)
    assert refused.code == 2
    assert "told-twice" in refused.err


def test_details_that_an_object_does_not_state_are_not_compared(day, run_costcalc):
    said = batch(*SUM)
    said["usage"] = {name: count for name, count in said["usage"].items() if not isinstance(count, dict)}
    objects(day, "batch.json", said)
    assert cost(run_costcalc, day, "batch.json", "output.jsonl")["usage"]["requests"] == 2


def test_a_list_of_batches_of_which_one_has_its_lines_here(day, run_costcalc):
    """The lines are those of the second; the first counts by its object."""
    objects(day, "list.jsonl", batch(500, 0, 50, 0, 1, id="batch_0"), batch(*SUM))
    found = cost(run_costcalc, day, "list.jsonl", "output.jsonl")
    assert found["usage"]["requests"] == 3
    assert found["usage"]["tokens"] == 550 + 3400


def test_an_object_that_is_there_twice(day, run_costcalc):
    objects(day, "list.jsonl", batch(*SUM))
    objects(day, "batch.json", batch(*SUM))
    assert cost(run_costcalc, day, "list.jsonl", "batch.json", "output.jsonl")["usage"]["requests"] == 2
    objects(day, "batch.json", batch(500, 0, 50, 0, 1))  # an older state of the same batch
    assert cost(run_costcalc, day, "list.jsonl", "batch.json", "output.jsonl").code == 2
    assert cost(run_costcalc, day, "batch.json", "list.jsonl", "output.jsonl").code == 2


def test_output_in_parts_that_are_called_after_it(day, run_costcalc):
    (day / "output.jsonl").unlink()
    lines(day, "file-9-a.jsonl", USAGES[0])
    lines(day, "file-9-b.jsonl", USAGES[1])
    objects(day, "batch.json", batch(*SUM, output_file_id="file-9"))
    assert cost(run_costcalc, day, "batch.json", "file-9-a.jsonl", "file-9-b.jsonl")["usage"]["requests"] == 2


def test_a_period_that_holds_the_object_and_not_its_lines(day, run_costcalc):
    """The batch was made on 31 August, its lines on 1 September."""
    objects(day, "batch.json", batch(*SUM))
    run = run_costcalc("cost", "batch.json", "output.jsonl", "--until", "2026-08-31", "--json", cwd=day)
    assert run.code == 2
    assert "nothing-chosen" in run.err


@pytest.mark.parametrize("choice", [0, 1])
def test_the_remedy_names_one_of_the_files(choice, day, run_costcalc):
    objects(day, "batch.json", batch(*SUM[:4], 7))
    refused = run_costcalc("cost", "batch.json", "output.jsonl", cwd=day)
    named = re.search(r"name one of them: (\S+), or (\S+);", refused.err)
    assert cost(run_costcalc, day, named[choice + 1])["usage"]["requests"] == (7, 2)[choice]


def test_the_remedy_for_two_batches(day, run_costcalc):
    objects(day, "batch.json", batch(*SUM[:4], 7))
    refused = run_costcalc("cost", "batch.json", "output.jsonl", cwd=day)
    command = shlex.split(re.search(r"`costcalc (scan)`", refused.err)[1])
    for name in ("batch.json", "output.jsonl"):
        assert run_costcalc(*command, name, "-o", f"{name}.parquet", cwd=day).code == 0
    assert cost(run_costcalc, day, "batch.json.parquet", "output.jsonl.parquet")["usage"]["requests"] == 9
