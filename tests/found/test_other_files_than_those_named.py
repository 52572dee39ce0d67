"""A name is that file: neither the engine nor we expand what was found or given; only an argument's own glob is, once."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys

import duckdb
import pytest

from costcalc.usage.files.session import locked_session
from costcalc.usage.store import write_ledger
from tests.usage.kit import counted, write

ROW = "date,model,input_tokens,output_tokens\n2026-09-01,gpt-5.6-luna,{},0\n"
BODY = '{{"created": 1788256800, "model": "gpt-5.6-luna", "usage": {{"prompt_tokens": {}, "completion_tokens": 0}}}}\n'
RIGHT, WRONG = 1_000_000, 50_000_000

# Each name, and what it would match as a pattern.
NAMES = {
    "logs [12]": ["logs 1", "logs 2"],
    "[ab]": ["a", "b"],
    "[!a]": ["b"],
    "u?": ["ux"],
    "a*": ["ab", "a"],
    "*": ["zz"],
    "**": ["zz"],
    "{a,b}": ["a", "b"],
    "it's": ["its"],
    'say "x"': ["say x"],
    "back\\slash": ["backslash"],
    "a\\[1]": ["a1", "a[1]"],
    "~": [],
    "file:": [],
    "a\nb": ["ab"],
    "百炼": [],
}


def total(*usage):
    return counted([*usage]).totals["input_tokens"]


def packed(text, kind, folder):
    """The text as a file of that kind, in bytes."""
    if kind == "csv.gz":
        return gzip.compress(text.encode())
    if kind == "csv.zst":
        target = write(folder, text, "made.csv").with_suffix(".csv.zst")
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{folder / 'made.csv'}')) TO '{target}' (COMPRESSION zstd)")
        return target.read_bytes()
    if kind == "parquet":
        target = write(folder, text, "made.csv").with_suffix(".parquet")
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{folder / 'made.csv'}')) TO '{target}'")
        return target.read_bytes()
    if kind == "ledger":
        write_ledger(counted(write(folder, text, "made.csv")), folder / "ledger.parquet")
        return (folder / "ledger.parquet").read_bytes()
    return text.encode()


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "csv.zst", "jsonl", "parquet", "ledger"])
def test_names_are_literal(tmp_path, kind):
    form = BODY if kind == "jsonl" else ROW
    wrong = packed(form.format(WRONG), kind, tmp_path)
    ending = "parquet" if kind == "ledger" else kind
    named = []
    for number, (name, neighbours) in enumerate(NAMES.items()):
        folders, files = tmp_path / f"{number} folders", tmp_path / f"{number} files"
        one, two = (packed(form.format(RIGHT + 2 * number + more), kind, tmp_path) for more in (0, 1))  # no copies
        for other in (name, *neighbours):
            write(folders / other, one if other == name else wrong, f"u.{ending}")
            write(files, two if other == name else wrong, f"{other}.{ending}")
        named += [folders / name, files / f"{name}.{ending}"]
    assert total(*named) == sum(RIGHT + number for number in range(len(named)))


def test_a_name_that_looks_like_a_pattern_is_counted_once(tmp_path):
    """`*.csv` is a file here, beside zz.csv."""
    write(tmp_path, ROW.format(RIGHT), "*.csv")
    write(tmp_path, ROW.format(WRONG), "zz.csv")
    assert total(tmp_path / "*.csv") == RIGHT
    assert total(tmp_path) == RIGHT + WRONG


def test_the_glob_of_an_argument_is_expanded_once(tmp_path):
    """What a glob finds is literal: "[ab].csv" is found by `*.csv`, and does not stand for a.csv."""
    for name, count in (("[ab].csv", 1), ("a.csv", 10), ("b.txt", 100)):
        write(tmp_path, ROW.format(count), name)
    assert total(tmp_path / "*.csv") == 11
    assert total(tmp_path / "?.*") == 110


def test_folders_that_a_glob_finds_are_searched(tmp_path):
    """As the shell would hand them over: `logs/*` is a file and a folder here."""
    write(tmp_path, ROW.format(1), "logs/a.csv")
    write(tmp_path, ROW.format(10), "logs/2026/b.csv")
    assert total(tmp_path / "logs" / "*") == 11


@pytest.mark.parametrize("name", ["~", "file:"])
def test_a_folder_that_the_engine_would_take_for_another_place(tmp_path, monkeypatch, name):
    """Given relative, `~/u.csv` is the home folder's file and `file:/…` an absolute path to the engine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write(tmp_path, ROW.format(WRONG), "home/u.csv")
    write(tmp_path, ROW.format(RIGHT), f"{name}/u.csv")
    assert total(f"{name}/u.csv") == RIGHT
    assert total(name) == RIGHT


def test_a_home_folder_is_found_where_nothing_is_called_so(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path, ROW.format(RIGHT), "u.csv")
    assert total("~/u.csv") == RIGHT


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_utf8(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    path.write_text(ROW.format(RIGHT))
    assert total(path) == RIGHT
    assert total(tmp_path) == RIGHT


@pytest.mark.parametrize("name", ["tmp [1]", "it's", "a*"])
def test_a_temporary_folder_of_an_odd_name(tmp_path, monkeypatch, name):
    """Copies lie there: of packed files, and of files with broken quotes."""
    (tmp_path / name).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / name))
    assert total(write(tmp_path, packed(ROW.format(RIGHT), "csv.zst", tmp_path), "u.csv.zst")) == RIGHT
    assert total(write(tmp_path, ROW.format(RIGHT) + '2026-09-01,"x,1,0\n2026-09-01,m,1,0\n', "q.csv")) == RIGHT + 1
    assert list((tmp_path / name).iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="other systems have no such files")  # noqa: PTH110
def test_the_output_of_another_program(tmp_path):
    """`costcalc cost <(cat u.csv)`: a pipe under the name of a file."""
    reading, writing = os.pipe()
    os.write(writing, ROW.format(RIGHT).encode())
    os.close(writing)
    assert total(f"/dev/fd/{reading}") == RIGHT
    os.close(reading)


def test_baselines_and_invoices_are_literal_too(tmp_path, run_costcalc):
    """The baseline is a tenth of the log, its neighbour ten times as much."""
    log = write(tmp_path, ROW.format(RIGHT), "log.csv")
    baseline = write(tmp_path, ROW.format(RIGHT // 10), "old [12]/u.csv")
    write(tmp_path, ROW.format(RIGHT * 10), "old 1/u.csv")
    assert run_costcalc("check", log, "--baseline", baseline, "--max-rise", "10%").code == 1
    invoice = write(tmp_path, "date,model,cost_usd\n2026-09-01,gpt-5.6-luna,999\n", "bill [12]/b.csv")
    write(tmp_path, "date,model,cost_usd\n2026-09-01,gpt-5.6-luna,0.2\n", "bill 1/b.csv")
    assert "999.00" in run_costcalc("reconcile", log, "--invoice", invoice).out


def test_ledgers_are_written_where_they_were_asked_for(tmp_path, run_costcalc):
    (tmp_path / "out [12]").mkdir()
    (tmp_path / "out 1").mkdir()
    log, target = write(tmp_path, ROW.format(RIGHT)), tmp_path / "out [12]" / "a*.parquet"
    assert run_costcalc("scan", log, "-o", target).code == 0
    assert (list((tmp_path / "out 1").iterdir()), total(target)) == ([], RIGHT)


# --- the lock -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM read_csv('{given}/../other.csv')",
        "SELECT * FROM read_csv('https://example.com/usage.csv')",
        "COPY (SELECT 1) TO '{folder}/written.csv'",
        "ATTACH '{folder}/new.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_paths = ['{other}']",
        "SET memory_limit = '100GB'",
        "SELECT * FROM frame_of_a_caller",
        "CREATE PERSISTENT SECRET s (TYPE s3)",
        "EXPORT DATABASE '{folder}/all'",
    ],
)
def test_the_engine_cannot_get_out(tmp_path, statement):
    (tmp_path / "own").mkdir()
    given = write(tmp_path, ROW.format(RIGHT), "given.csv")
    other = write(tmp_path, ROW.format(WRONG), "other.csv")
    frame_of_a_caller = duckdb.sql("SELECT 1 AS one")  # noqa: F841 -- the engine looks for variables of that name
    session = locked_session(tmp_path / "own", [given])
    with pytest.raises(duckdb.Error):
        session.execute(statement.format(folder=tmp_path, given=given, other=other))
    assert session.execute(f"SELECT count(*) FROM read_csv('{given}')").fetchone() == (1,)


def test_nothing_is_read_from_the_folder_it_is_called_in(tmp_path):
    """A `.duckdbrc`, an extension or a module of the checked folder changes nothing."""
    log = write(tmp_path, ROW.format(RIGHT))
    write(tmp_path, "SELECT 1/0;", ".duckdbrc")
    command = [sys.executable, "-P", "-m", "costcalc", "cost", str(log)]
    assert subprocess.run(command, cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, check=False).returncode == 0
