"""--engine spark: what a cluster counts is what the embedded engine counts, and what it cannot read is said.

The server is Sail; `COSTCALC_TEST_REMOTE=sc://HOST:PORT` names another, which must reach files of this machine.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest
import typer

import costcalc
from costcalc.calendar import utc_midnight
from costcalc.cli.app import app
from costcalc.problems import CostcalcError
from tests.kit import DEEP, write_lines
from tests.usage.test_copies import openrouter
from tests.usage.test_paths_in_lists import IN_THE_WAY, NOTHING_THERE, with_texts

pytestmark = pytest.mark.network  # a server on this machine

ROWS = 1_000_000 if DEEP > 1 else 5_000
START = datetime(2026, 10, 20, tzinfo=UTC)
MODELS = {"gpt-5.1": "openai", "claude-sonnet-4-5": "anthropic", "qwen3-max": "alibaba", "gemini-2.5-pro": "google"}
SAMPLES = (  # those of formats that a cluster reads
    "aliyun-bill-csv/*.csv", "anthropic-cost-csv/*.csv", "anthropic-usage-csv/*.csv", "aws-cur2-csv/*.csv",
    "azure-cost-csv/*.csv", "baidu-bill-csv/*.csv", "claude-code-jsonl/*.jsonl", "cursor-usage-csv/*.csv",
    "deepseek-export/*.csv", "focus/*.csv", "gcp-billing-export/*.csv", "helicone-requests/*.csv",
    "langfuse-observations/*.csv", "langfuse-observations/*.jsonl", "litellm-daily/*.csv", "litellm-spendlogs/*",
    "openai-activity-legacy-csv/*.csv", "openai-cost-csv/*.csv", "openai-usage-csv/*.csv",
    "openrouter-activity-aggregated-csv/*.csv", "openrouter-activity-csv/*.csv", "portkey-logs/*.jsonl",
    "raw-anthropic-messages/*.made.jsonl", "raw-bedrock-converse/*.jsonl", "raw-dashscope/full*", "raw-deepseek/*.jsonl",
    "raw-gemini/*.jsonl", "raw-openai-chat/*.jsonl", "raw-openai-compatible-other/*.jsonl", "raw-openai-responses/*.jsonl",
    "raw-openrouter-chat/*.jsonl", "raw-qianfan/full*", "volcengine-bill-csv/*.csv",
)  # fmt: skip


@pytest.fixture(scope="session")
def remote():
    """The address of a server that reads files of this machine."""
    if given := os.environ.get("COSTCALC_TEST_REMOTE"):
        yield given
        return
    server, address = _started()
    yield address
    server.stop()


def _started():
    os.environ.setdefault("RUST_LOG", "error")
    sail = pytest.importorskip("pysail.spark", reason="pysail is not installed")
    server = sail.SparkConnectServer(port=0)
    server.start(background=True)
    return server, f"sc://localhost:{server.listening_address[1]}"


@pytest.fixture
def same(remote):
    """Scans paths on both engines, holds the ledgers against each other, and hands back the cluster's."""

    def check(*paths: Path, there: str = "", **words):
        here = costcalc.scan([str(path) for path in paths], **words)
        far = costcalc.scan(there or [f"file://{path}" for path in paths], engine="spark", remote=remote, **words)
        assert Counter(map(str, far.groups)) == Counter(map(str, here.groups))
        assert (far.refused_rows, far.undated_rows) == (here.refused_rows, here.undated_rows)
        assert _skipped(far) == _skipped(here)
        assert (far.first_instant, far.last_instant) == (here.first_instant, here.last_instant)
        assert far.available_dimensions == here.available_dimensions
        assert sum(source.rows for source in far.sources) == sum(source.rows for source in here.sources)
        return far

    return check


def _skipped(ledger):
    return sorted((each.format, each.reason, each.rows) for each in ledger.skipped)


def _refusal(remote, path, **words) -> str:
    with pytest.raises(CostcalcError) as caught:
        costcalc.scan(path if isinstance(path, str) else f"file://{path}", engine="spark", remote=remote, **words)
    return str(caught.value)


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """One log as CSV, JSON lines and Parquet: quotes, commas, newlines, exponents, empty cells, rows that are wrong."""
    folder, draw = tmp_path_factory.mktemp("generated"), random.Random(7)
    names = ["timestamp", "provider", "model", "input_tokens", "cache_read_tokens", "output_tokens", "customer", "cost"]
    rows = []
    for number in range(ROWS):
        model = draw.choice([*MODELS])
        at = (START + timedelta(seconds=draw.randrange(20 * 86_400))).strftime("%Y-%m-%dT%H:%M:%SZ")
        length = int(draw.lognormvariate(8, 2))
        cached = draw.randrange(length + 1) if number % 2 else 0
        customer = draw.choice(["acme", "b, c", 'say "hi"', "two\nlines", "", f"c{draw.randrange(50)}"])
        cost = draw.choice(["", "0.1", "7.75e-06", f"{draw.random():.18f}", "1.5E+2", "+.5", "12."])
        row = [at, MODELS[model], model, str(length), str(cached), str(draw.randrange(2_000)), customer, cost]
        if number % 997 == 5:
            row[0] = "2026-13-01T00:00:00Z"
        if number % 997 == 6:
            row[5] = "1e-3"
        if number % 997 == 7:
            row[4] = str(length + 1)
        if number % 997 == 8:
            row[7] = "much"
        rows.append(row)
    quoted = ['"' + text.replace('"', '""') + '"' if set(text) & set('",\n') else text for row in rows for text in row]
    lines = [",".join(quoted[i : i + len(names)]) for i in range(0, len(quoted), len(names))]
    (folder / "log.csv").write_text("\n".join([",".join(names), *lines]) + "\n")
    records = (dict(zip(names, row, strict=True)) for row in rows)
    (folder / "log.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))
    columns = [pyarrow.array(column, pyarrow.string()) for column in zip(*rows, strict=True)]
    pyarrow.parquet.write_table(pyarrow.table(dict(zip(names, columns, strict=True))), folder / "log.parquet")
    return folder


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_generated_rows_give_the_same_ledger(kind, generated, same):
    found = same(generated / f"log.{kind}", by=["customer"])
    assert found.refused_rows == sum(len(range(offset, ROWS, 997)) for offset in (5, 6, 7, 8))
    said = " ".join(problem.message for problem in found.problems)
    for words in ('"2026-13-01T00:00:00Z" is not a time', '"1e-3" is not a count', '"much" is not an amount'):
        assert f"{words}" in said
    assert "such rows (a cluster numbers no lines)" in said
    assert {problem.place.file for problem in found.problems} == {f"file://{generated}/log.{kind}"}


@pytest.mark.parametrize(
    "words",
    [
        {"timezone": "America/New_York", "month": "2026-10"},
        {"last": "5d", "where": {"model": "gpt*", "customer": "c*"}},
    ],
)
def test_days_and_filters_choose_the_same_rows(words, generated, same):
    assert same(generated / "log.csv", by=["customer"], **words).groups


def test_hours_that_a_clock_shows_twice_or_never(same, tmp_path):
    log = tmp_path / "log.csv"
    hours = [f"2026-{day} {hour:02}:30:00" for day in ("11-01", "03-08", "07-01") for hour in range(5)]
    more = ["2026-10-01T10:00Z", "2026/10/01 10:00:00", "2026-10-01 10:00:00+0530", "2026-1-2 3:04:05", "1790812800",
            "1790812800000", "20261001", "2026-10", "2026-10-01T00:00:00.1234567Z", "2026-10-01 24:61:00", "soon"]  # fmt: skip
    log.write_text(
        "timestamp,model,input_tokens\n" + "".join(f"{text},qwen3-max,{i}\n" for i, text in enumerate([*hours, *more]))
    )
    assert same(log, timezone="America/New_York").refused_rows == 2


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_typed_columns(zone, same, tmp_path):
    log = tmp_path / "log.parquet"
    times = [START.replace(tzinfo=None) + timedelta(hours=i) for i in range(30)]
    counts = [None if i == 3 else i * 1e6 for i in range(30)]  # as pandas keeps counts that are missing somewhere
    columns = {
        "timestamp": pyarrow.array(times, pyarrow.timestamp("us", tz=zone)),
        "model": pyarrow.array(["qwen3-max"] * 30),
        "input_tokens": pyarrow.array(counts, pyarrow.float64()),
        "output_tokens": pyarrow.array(range(30), pyarrow.int64()),
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), log)
    assert same(log, timezone="America/New_York").groups


def test_a_folder_of_one_header(same, tmp_path):
    for number in range(3):
        rows = f"2026-10-0{number + 1}T00:00:00Z,qwen3-max,{number + 1}\n"
        (tmp_path / f"{number}.csv").write_text(f"timestamp,model,input_tokens\n{rows}")
    assert len(same(tmp_path).groups) == 3


def test_files_of_another_header_are_not_read_by_position(remote, tmp_path):
    (tmp_path / "1.csv").write_text("timestamp,model,input_tokens,output_tokens\n2026-10-01T00:00:00Z,qwen3-max,1,2\n")
    (tmp_path / "2.csv").write_text("timestamp,model,output_tokens,input_tokens\n2026-10-01T00:00:00Z,qwen3-max,1,2\n")
    said = _refusal(remote, tmp_path)
    assert "2.csv" in said
    assert "it has other columns than" in said
    (tmp_path / "2.csv").rename(tmp_path / "2.jsonl")
    assert "it holds files of several kinds: csv, jsonl" in _refusal(remote, tmp_path)


def test_broken_lines_of_json_are_refused_one_by_one(same, tmp_path):
    good = json.dumps({"timestamp": "2026-10-01T00:00:00Z", "model": "qwen3-max", "input_tokens": 5, "note": "} {"})
    log = tmp_path / "log.jsonl"
    log.write_text(f"{good}\n\n{good[:-20]}\nnothing\n{good} {good}\n[1]\n{good}\n")
    assert same(log).refused_rows == 4


def test_a_row_without_a_time_is_of_the_day_of_its_files_last_change(same, remote, tmp_path):
    usage = {"input_tokens": 10, "output_tokens": 5}
    for day in (1, 2):
        log = write_lines(tmp_path / f"{day}.jsonl", [{"id": f"msg_{day}", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "usage": usage}])  # fmt: skip
        os.utime(log, (when := utc_midnight(date(2026, 10, day)) + 7, when))
    ledger = same(tmp_path / "1.jsonl")
    assert (ledger.undated_rows, ledger.groups[0].at) == (1, utc_midnight(date(2026, 10, 1)))
    several = costcalc.scan(f"file://{tmp_path}", engine="spark", remote=remote)
    assert (several.undated_rows, several.refused_rows) == (0, 2)  # it does not tell which row is of which file


def test_a_row_of_other_columns_ends_the_scan(remote, tmp_path, run_costcalc):
    log = tmp_path / "log.csv"
    log.write_text("timestamp,model,input_tokens\n2026-10-01T00:00:00Z,qwen3-max,1\n2026-10-01T00:00:00Z,qwen3-max\n")
    found = run_costcalc("cost", f"file://{log}", "--engine", "spark", "--remote", remote)
    assert found.code == 2
    assert "error[malformed-row]: a row has not the columns of the header" in found.err


def test_what_a_cluster_does_not_read_is_refused(remote, tmp_path):
    log = tmp_path / "log.json"
    log.write_text(
        json.dumps([{"timestamp": "2026-10-01T00:00:00Z", "model": "qwen3-max", "input_tokens": 1}], indent=1)
    )
    assert "error[not-on-a-cluster]: it is one JSON document" in _refusal(remote, log)
    replies = tmp_path / "replies.jsonl"
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    reply = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1790812800, "model": "gpt-5.1", "usage": usage}
    replies.write_text(f"{json.dumps(reply)}\n" * 2)
    assert "lines of it repeat replies" in _refusal(remote, replies)
    assert "the cluster finds no file there" in _refusal(remote, tmp_path / "none.csv")
    assert "error[not-remote]" in _refusal(remote, "logs/usage.csv")


def test_a_ledger_is_left_for_everyone(remote, generated, tmp_path, run_costcalc):
    kept = tmp_path / "ledger.parquet"
    words = ("--engine", "spark", "--remote", remote, "--by", "customer")
    assert run_costcalc("scan", f"file://{generated}/log.csv", *words, "-o", kept).code == 3  # some rows are refused
    there = run_costcalc("cost", kept, "--by", "customer", "--json").json
    here = run_costcalc("cost", generated / "log.csv", "--by", "customer", "--json").json
    assert there["lines"] == here["lines"]
    assert there["total"] == here["total"]


def test_wrong_addresses_are_said_at_once(run_costcalc):
    for words, said in (
        (["--engine", "spark"], "--engine spark has no --remote"),
        (["--remote", "sc://localhost:1"], "--remote goes with --engine spark"),
        (["--engine", "flink"], 'engine "flink" is none'),
        (["--engine", "spark", "--remote", "localhost:1"], "is no address of a Spark Connect server"),
        (["--engine", "spark", "--remote", "sc://localhost:1"], "nothing answers at localhost:1"),
    ):
        found = run_costcalc("cost", "file:///log.csv", *words)
        assert (found.code, said in found.err) == (2, True), found.err


def test_rows_that_tie_are_chosen_as_here(same, tmp_path):
    openrouter(tmp_path)
    for _ in range(3):
        same(*sorted(tmp_path.iterdir()), by=["app_name"])


@pytest.mark.parametrize(
    "name",
    [
        "exports-that-overlap/helicone.jsonl",
        "exports-that-overlap/updates.jsonl",
        "exports-that-overlap/opencode.jsonl",
        "request-ids/usage.csv",
        "zones-that-no-clock-has/zones.csv",
    ],
)
def test_ids_that_are_told_twice_count_once_there_too(same, repo_root, name):
    assert same(repo_root / "tests" / "found" / name).groups


def test_the_missing_extra_is_named(remote, monkeypatch):
    for module in ("remote", "translate"):  # another test may have imported them
        monkeypatch.delitem(sys.modules, f"costcalc.usage.cluster.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    assert "pip install 'costcalc[spark]'" in _refusal(remote, "file:///log.csv")


def test_a_lost_server_is_said(tmp_path, monkeypatch):
    from costcalc.usage.cluster import remote as module

    server, address = _started()
    log = tmp_path / "log.csv"
    log.write_text("timestamp,model,input_tokens\n2026-10-01T00:00:00Z,qwen3-max,1\n")
    count = module.RemoteEngine.count

    def lost(self, *words):
        server.stop()
        return count(self, *words)

    monkeypatch.setattr(module.RemoteEngine, "count", lost)
    assert "error[cluster-lost]" in _refusal(address, log)


def test_nothing_of_it_is_imported_unless_asked_for(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("timestamp,model,input_tokens\n2026-10-01T00:00:00Z,qwen3-max,1\n")
    code = "import sys, costcalc; costcalc.scan(sys.argv[1]); print([n for n in ('pyspark', 'grpc', 'sqlglot') if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code, str(log)], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name", ["cost", "project", "scan", "check", "compare", "forecast", "advise", "explain", "report", "reconcile"]
)
def test_every_command_that_reads_usage_has_the_options(name):
    command = typer.main.get_command(app).get_command(None, name)
    assert {"--engine", "--remote"} <= {option for param in command.params for option in param.opts}


@pytest.mark.samples
@pytest.mark.parametrize("glob", SAMPLES)
def test_samples_give_the_same_ledger(glob, same, shared):
    logs = sorted((shared / "samples").glob(glob))
    assert logs
    for log in logs:
        same(log)


@pytest.mark.parametrize("kind", ["table", "texts", "objects"])
def test_what_is_no_object_on_the_way_refuses_its_row(same, tmp_path, kind):
    file = with_texts(tmp_path, kind, ['{"u":{"n":5}}', *IN_THE_WAY, *NOTHING_THERE])
    ledger = same(
        file, columns={"input_tokens": "meta.u.n" if kind == "objects" else "meta::u.n", "output_tokens": "out"}
    )
    assert (ledger.refused_rows, ledger.totals["input_tokens"]) == (len(IN_THE_WAY), 5)


def test_lists_in_texts_are_added_up_at_home(same, tmp_path):
    file = with_texts(tmp_path, "table", ['{"u":[{"n":5}]}'])
    with pytest.raises(CostcalcError, match="adds up what a list holds"):
        same(file, columns={"input_tokens": "meta::u[].n", "output_tokens": "out"})
