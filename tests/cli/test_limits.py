"""--memory and --threads: what counting may use, how that is written, and what is said where it is not enough."""

from __future__ import annotations

import errno
import inspect

import duckdb
import pytest

from costcalc.api import scan
from costcalc.cli.app import LazyGroup, commands
from costcalc.usage.limits import UNITS, Limits, shown_size
from costcalc.usage.sql.engine import Engine

READING = {"project", "cost", "compare", "advise", "report", "forecast", "explain", "check", "reconcile", "scan"}
EXAMPLE = "examples/usage.csv"


@pytest.fixture
def settings_of_engines(monkeypatch):
    """Memory (bytes) and cores of every engine session that a command opens, as the engine itself says them."""
    found = []
    whole = Engine.close

    def closed(engine: Engine) -> None:
        found.append(engine.fetch("SELECT current_setting('memory_limit'), current_setting('threads')")[0])
        whole(engine)

    monkeypatch.setattr(Engine, "close", closed)
    return found


@pytest.mark.parametrize(
    ("words", "memory", "threads"),
    [
        (["--memory", "512MiB", "--threads", "1"], "512.0 MiB", 1),
        (["--memory", "1.5 gib", "--threads", "3"], "1.5 GiB", 3),
        (["--memory", "1GB", "--threads", "2"], "953.6 MiB", 2),
    ],
)
def test_the_engine_has_what_was_said(words, memory, threads, run_costcalc, settings_of_engines):
    assert run_costcalc("cost", EXAMPLE, *words).code == 0
    assert settings_of_engines == [(memory, threads)]


def test_a_small_log_has_one_thread_and_a_large_one_every_core(run_costcalc, settings_of_engines, tmp_path):
    log = tmp_path / "usage.csv"
    log.write_text("date,model,input_tokens\n" + "2026-09-01,gpt-5-mini,1000\n" * 10_000)
    assert run_costcalc("cost", log).code == run_costcalc("cost", EXAMPLE).code == 0
    with duckdb.connect() as alone:
        every = alone.execute("SELECT current_setting('threads')").fetchone()[0]
    assert [threads for _, threads in settings_of_engines] == [every, 1]


def test_a_flag_beats_the_environment_which_beats_the_configuration(run_costcalc, settings_of_engines, tmp_path):
    config = tmp_path / "costcalc.toml"
    config.write_text('memory = "300MiB"\nthreads = 4\n')
    words = ("cost", EXAMPLE, "--config", config)
    run_costcalc(*words)
    run_costcalc(*words, env={"COSTCALC_MEMORY": "400MiB"})
    run_costcalc(*words, "--memory", "500MiB", env={"COSTCALC_MEMORY": "400MiB", "COSTCALC_THREADS": "2"})
    assert settings_of_engines == [("300.0 MiB", 4), ("400.0 MiB", 4), ("500.0 MiB", 2)]


def test_a_stored_ledger_is_written_under_the_same_limits(run_costcalc, settings_of_engines, tmp_path):
    run_costcalc("scan", EXAMPLE, "-o", tmp_path / "kept.parquet", "--memory", "512MiB", "--threads", "1")
    assert settings_of_engines == [("512.0 MiB", 1)] * 2


def test_limits_change_no_word_of_the_answer(run_costcalc):
    plain = run_costcalc("cost", EXAMPLE, "--json")
    limited = run_costcalc("cost", EXAMPLE, "--json", env={"COSTCALC_MEMORY": "100MB", "COSTCALC_THREADS": "1"})
    assert (limited.out, limited.err, limited.code) == (plain.out, plain.err, plain.code)


@pytest.mark.parametrize("name", [*sorted(READING), "formats detect", "prices diff"])
def test_every_command_that_reads_usage_has_both(name):
    group = LazyGroup(name="costcalc")
    first, _, second = name.partition(" ")
    command = group.get_command(None, first)
    if second:
        command = command.commands[second]
    assert {"--memory", "--threads"} <= {option for param in command.params for option in param.opts}
    assert {*commands()} >= READING


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--memory", "2"], 'memory "2" is not a size'),
        (["--memory", "-1GB"], 'memory "-1GB" is not a size'),
        (["--memory", "80%"], 'memory "80%" is not a size'),
        (["--memory", "1KB"], 'memory "1KB" is too little to count with'),
        (["--threads", "0"], 'threads "0" is not a count of cores'),
        (["--threads", "1.5"], 'threads "1.5" is not a count of cores'),
        (["--threads", "1025"], 'threads "1025" is not a count of cores'),
    ],
)
def test_a_word_that_means_nothing(words, said, run_costcalc):
    found = run_costcalc("cost", EXAMPLE, *words)
    assert (found.code, said in found.err, "expected:" in found.err) == (2, True, True)


def test_both_wrong_words_are_said_at_once(run_costcalc):
    found = run_costcalc("cost", EXAMPLE, "--memory", "much", "--threads", "many")
    assert found.err.count("error[") == 2


def test_a_wrong_word_of_the_configuration_is_said_at_its_line(run_costcalc, tmp_path):
    config = tmp_path / "costcalc.toml"
    config.write_text('currency = "USD"\nmemory = "2 boxes"\n')
    found = run_costcalc("cost", EXAMPLE, "--config", config)
    assert (found.code, "costcalc.toml:2:1: error[bad-size]" in found.err) == (2, True)


@pytest.fixture(scope="module")
def wide_log(tmp_path_factory):
    """300,000 rows, each of a customer of its own: their groups do not fit into 64 MB."""
    path = tmp_path_factory.mktemp("wide") / "wide.csv"
    with path.open("w") as out:
        out.write("date,provider,model,customer,input_tokens,output_tokens\n")
        out.writelines(f"2026-09-01,openai,gpt-5,a customer of a long name {i:09d},{i},1\n" for i in range(300_000))
    return path


def test_too_little_memory_is_said_with_the_remedy(run_costcalc, wide_log, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = run_costcalc("cost", wide_log, "--by", "customer", "--memory", "64MB", "--threads", "2")
    assert found.code == 2
    assert "error[memory-limit]: 64MB of memory are not enough to count this usage" in found.err
    assert "allow more (--memory 256MB), or fewer cores, which need less (--threads 1)" in found.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("cores", "limits", "told"),
    [(64, Limits(), 8), (4, Limits(), None), (64, Limits(100_000_000), 3), (64, Limits(threads=20), 20)],
)
def test_no_more_cores_than_the_memory_is_enough_for(cores, limits, told, monkeypatch):
    """Each core reads with a buffer of its own: with 64 of them the usual 256 MB would be too little for any log."""
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert limits.cores == told


@pytest.mark.parametrize(
    "error",
    [
        duckdb.OutOfMemoryException("failed to offload data block (max_temp_directory_size)"),
        duckdb.IOException('Could not write file "x": No space left on device'),
    ],
)
def test_a_full_disk_is_said_with_the_remedy(error, run_costcalc, monkeypatch):
    """A disk of a few megabytes needs rights that a test does not have: the engine's two ways to say it are given."""

    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(duckdb.DuckDBPyConnection, "execute", full)
    found = run_costcalc("cost", EXAMPLE)
    assert (found.code, "error[disk-full]" in found.err, "TMPDIR" in found.err) == (2, True, True)


def test_standard_input_that_fills_the_disk(run_costcalc, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("costcalc.usage.files.sources.Workspace.copied", full)
    found = run_costcalc("cost", "-", stdin="date,model,input_tokens\n")
    assert (found.code, "error[disk-full]" in found.err) == (2, True)


def test_sizes_are_shown_as_they_are_written():
    assert [shown_size(size) for size in (64_000_000, 256_000_000, 1_500_000_000, 4 * 10**12)] == [
        "64MB", "256MB", "1.5GB", "4TB",
    ]  # fmt: skip
    assert UNITS["KIB"] == 1024
    assert Limits().threads is None


def test_the_library_takes_the_same_words():
    assert {"memory", "threads"} <= {*inspect.signature(scan).parameters}
