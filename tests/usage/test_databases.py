"""Databases: a table, or what a query gives, is read like a file of the same columns. Passwords are shown nowhere."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

import costcalc
from costcalc.usage.files.addresses import read_address, spoken
from tests.conftest import screen

HEAD = ("timestamp", "provider", "model", "input_tokens", "output_tokens", "cost", "team")
ROWS = [
    ("2026-10-01 08:00:00", "alibaba", "qwen-plus", 1000, 500, "0.123456789012", "a,b"),
    ("2026-10-02 08:00:00", "alibaba", "qwen-plus", 7, None, None, 'say "hi"'),
    ("2026-10-03 08:00:00", "alibaba", "qwen-plus", 9, -5, None, "two\nlines"),
]
SECRET = "s3cr3t pass/word"
PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def _same_as_rows(run_costcalc, folder: Path, usage: str, *words: str) -> None:
    """The answer about a table is that about the same rows in a file; the wrong row is refused with its place."""
    import csv

    with (folder / "rows.csv").open("w", newline="") as out:
        csv.writer(out).writerows([HEAD, *ROWS])
    there = run_costcalc("cost", usage, "--by", "team", "--json", *words, cwd=folder)
    here = run_costcalc("cost", "rows.csv", "--by", "team", "--json", cwd=folder)
    assert (there.code, here.code) == (3, 3), there.err
    assert there.json["total"] == here.json["total"]
    assert there.json["usage"]["requests"] == here.json["usage"]["requests"] == 2
    assert there.json["usage"]["refused_rows"] == here.json["usage"]["refused_rows"] == 1
    assert "error[bad-count]: row 3:" in there.err


# --- files -------------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    path = tmp_path / "logs.db"
    with sqlite3.connect(path) as base:
        base.execute(f'CREATE TABLE "usage of all" ({", ".join(HEAD)})')
        base.executemany(f'INSERT INTO "usage of all" VALUES ({", ".join("?" * len(HEAD))})', ROWS)
        base.execute("CREATE TABLE users (id INTEGER, name TEXT)")
        base.execute("INSERT INTO users VALUES (1, 'x')")
        base.execute('CREATE VIEW seen AS SELECT * FROM "usage of all"')
    base.close()
    return path


def test_tables_of_a_sqlite_file_are_read_like_the_members_of_an_archive(run_costcalc, tmp_path, sqlite):
    _same_as_rows(run_costcalc, tmp_path, "logs.db/usage of all")
    whole = run_costcalc("cost", "logs.db", "--notes", cwd=tmp_path)
    assert "1,507 tokens" in whole.out
    assert "users" in whole.out  # holds none
    assert "seen" not in whole.out


def test_a_table_that_is_not_there_is_named_with_those_that_are(run_costcalc, tmp_path, sqlite):
    run = run_costcalc("cost", "logs.db/nope", cwd=tmp_path)
    assert run.code == 2
    assert "does not hold it" in run.err
    assert "logs.db/users" in run.err


@pytest.mark.parametrize("wrong", ["cut", "zeros"])
def test_a_database_file_that_is_damaged_is_named(run_costcalc, tmp_path, sqlite, wrong):
    content = sqlite.read_bytes()
    sqlite.write_bytes(content[:1500] if wrong == "cut" else content[:100] + bytes(len(content) - 100))
    run = run_costcalc("cost", "logs.db", cwd=tmp_path)
    assert run.code == 2
    assert "logs.db: error[unreadable-file]" in run.err


def test_tables_of_a_duckdb_file(run_costcalc, tmp_path):
    with duckdb.connect(str(tmp_path / "logs.duckdb")) as base:
        kinds = ("TIMESTAMP", "VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "DECIMAL(30,12)", "VARCHAR")
        base.execute(f"CREATE TABLE used ({', '.join(map(' '.join, zip(HEAD, kinds, strict=True)))})")
        base.executemany(f"INSERT INTO used VALUES ({', '.join('?' * len(HEAD))})", ROWS)
        base.execute("CREATE VIEW stolen AS SELECT * FROM read_text('/etc/passwd')")
    _same_as_rows(run_costcalc, tmp_path, "logs.duckdb/used")
    assert "stolen" not in run_costcalc("cost", "logs.duckdb", "--notes", cwd=tmp_path).out


# --- addresses ---------------------------------------------------------------------------------------------------


def test_what_an_address_says_of_itself_holds_no_secret():
    for written, shown, again in (
        ("postgres://me:pw@h:5/db?sslmode=require&table=a%20b", "postgres://h:5/db?table=a b", "postgres://me@h:5/db?table=a b"),
        ("postgres://h/db?password=hidden&query=SELECT * FROM t WHERE a LIKE '50%'", "postgres://h/db?query=SELECT * FROM t WHERE a LIKE '50%'", "postgres://h/db?query=SELECT * FROM t WHERE a LIKE '50%'"),
        ("https://me:pw@h/a.csv?sig=abcdef", "https://h/a.csv", "https://h/a.csv"),
        ("s3://key:secret@bucket/a/*.csv?region=eu", "s3://bucket/a/*.csv", "s3://bucket/a/*.csv"),
    ):  # fmt: skip
        assert (read_address(written).shown, spoken(written)) == (shown, again)
    address = read_address("postgres://me:p%40ss@h/db?table=x")
    assert "p@ss" not in address.without_secrets("cannot connect as me with p@ss to postgres://me:p%40ss@h/db")


@pytest.fixture(scope="module")
def server():
    """The address of a PostgreSQL of its own, with the rows in a table."""
    if PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    pytest.importorskip("adbc_driver_postgresql")
    with TemporaryDirectory() as folder:
        yield from _served(Path(folder))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _served(folder):
    folder.chmod(0o755)  # the server runs as somebody else, who may not enter the folders of the tests
    home, password = folder / "own", folder / "password"
    home.mkdir()
    password.write_text(SECRET)
    as_other: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(home, "postgres")
        as_other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    port = _free_port()
    made = [
        "initdb",
        "-D",
        home / "data",
        "-A",
        "md5",
        "-U",
        "me",
        "--pwfile",
        password,
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run([*as_other, PROGRAMS / made[0], *made[1:]], check=True, capture_output=True)
    options = ["-D", home / "data", "-p", str(port), "-k", home, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    running = subprocess.Popen([*as_other, PROGRAMS / "postgres", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    env = {**os.environ, "PGPASSWORD": SECRET}
    psql = [
        PROGRAMS / "psql",
        "-q",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-U",
        "me",
        "-v",
        "ON_ERROR_STOP=1",
        "postgres",
        "-c",
    ]
    kinds = ("timestamp", "text", "varchar(40)", "bigint", "numeric(20,0)", "numeric(30,12)", "text")
    columns = ", ".join(map(" ".join, zip(HEAD, kinds, strict=True)))
    values = ", ".join(str(tuple("∅" if each is None else each for each in row)) for row in ROWS)
    values = values.replace("'∅'", "NULL").replace("'two\\nlines'", "E'two\\nlines'")
    made_there = f"""CREATE TABLE "Used" ({columns}); INSERT INTO "Used" VALUES {values};
        CREATE TABLE none (a int); CREATE TYPE kind AS ENUM ('x');
        CREATE TABLE odd AS SELECT u.*, 'x'::kind AS kind, '{{"a": 1}}'::jsonb AS note, '\\x00ff'::bytea AS raw, ARRAY['p','q'] AS tags FROM "Used" u;"""
    try:
        for _ in range(100):
            if subprocess.run([*psql, "SELECT 1"], env=env, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        subprocess.run([*psql, made_there], env=env, check=True)
        yield f"postgres://me:s3cr3t%20pass%2Fword@127.0.0.1:{port}/postgres"
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(20)


@pytest.mark.network
def test_a_table_of_postgres_is_read_like_a_file(run_costcalc, tmp_path, server):
    _same_as_rows(run_costcalc, tmp_path, f"{server}?table=public.Used")
    _same_as_rows(run_costcalc, tmp_path, f"{server}?query=SELECT * FROM odd ORDER BY timestamp")


@pytest.mark.network
def test_its_password_is_shown_nowhere(run_costcalc, tmp_path, server):
    address = f"{server}?table=Used"
    outputs = [name for ending in ("json", "csv", "md", "txt", "xlsx", "parquet", "html") if (name := f"out.{ending}")]
    said = [run_costcalc("report", address, "-o", "out.html", cwd=tmp_path)]
    said += [run_costcalc("cost", address, "-o", name, "--notes", cwd=tmp_path) for name in outputs[:-1]]
    said += [
        run_costcalc("scan", address, "-o", "ledger.parquet", cwd=tmp_path),
        run_costcalc("cost", address, cwd=tmp_path),
    ]
    said += [run_costcalc("cost", each, cwd=tmp_path) for each in (f"{address}s", server, address.replace("%2F", ""), f"{server}?query=SELECT 1/0")]  # fmt: skip
    said += [
        run_costcalc("formats", "detect", address, cwd=tmp_path),
        run_costcalc("init", "format", address, cwd=tmp_path),
    ]
    texts = [run.out_bytes + run.err.encode() for run in said] + [path.read_bytes() for path in tmp_path.iterdir()]
    assert {path.name for path in tmp_path.iterdir()} >= {*outputs, "ledger.parquet"}
    assert not [text for text in texts if b"s3cr3t" in text]


@pytest.mark.network
def test_what_a_server_refuses_is_said(run_costcalc, tmp_path, server):
    for asked, says in (
        ("", 'public.Used'),
        ("?table=nope", 'relation "nope" does not exist'),
        ("?query=DELETE FROM \"Used\" RETURNING *", "read-only transaction"),
        ("?query=SELECT 1/0 AS a", "division by zero"),
        ("?table=none", "no rows"),
    ):  # fmt: skip
        run = run_costcalc("cost", server + asked, cwd=tmp_path)
        assert run.code == 2, run.err
        assert says in run.err
    assert costcalc.scan(f"{server}?table=Used").refused_rows == 1  # nothing was deleted
    closed = run_costcalc("cost", "postgres://me@127.0.0.1:1/x?table=a", cwd=tmp_path)
    assert (closed.code, "error[unreadable-address]" in closed.err) == (2, True)


@pytest.fixture(scope="module")
def mysql():
    """The address of a MariaDB of its own, with the rows in a table, and new-api's log."""
    if not shutil.which("mariadbd") or not shutil.which("mariadb-install-db"):
        pytest.skip("MariaDB is not installed (apt-get install mariadb-server)")
    pytest.importorskip("pymysql")
    with TemporaryDirectory() as folder:
        yield from _served_by_mariadb(Path(folder))


def _served_by_mariadb(folder):
    import pymysql

    data, socket_ = folder / "data", folder / "s"
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    made = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]  # fmt: skip
    subprocess.run([*made, *as_root], check=True, capture_output=True)
    port = _free_port()
    options = ["--no-defaults", f"--datadir={data}", f"--socket={socket_}", f"--port={port}", "--bind-address=127.0.0.1", "--skip-log-bin"]  # fmt: skip
    running = subprocess.Popen(["mariadbd", *options, *as_root], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asking = ["mariadb", "--no-defaults", f"--socket={socket_}", "-u", "root", "-e", "SELECT 1"]
        for _ in range(300):
            if subprocess.run(asking, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        with pymysql.connect(unix_socket=str(socket_), user="root", autocommit=True) as base, base.cursor() as cursor:
            cursor.execute("CREATE DATABASE logs")
            cursor.execute(f"CREATE USER me@'127.0.0.1' IDENTIFIED BY '{SECRET}'")
            cursor.execute("GRANT ALL ON logs.* TO me@'127.0.0.1'")
            cursor.execute("USE logs")
            kinds = ("datetime", "text", "varchar(40)", "bigint", "decimal(20,0)", "decimal(30,12)", "text")
            cursor.execute(f"CREATE TABLE used ({', '.join(map(' '.join, zip(HEAD, kinds, strict=True)))})")
            cursor.executemany(f"INSERT INTO used VALUES ({', '.join(['%s'] * len(HEAD))})", ROWS)
            cursor.execute(NEW_API.replace("BOOLEAN", "tinyint(1)"))
            cursor.executemany(NEW_API_ROWS.replace("?", "%s"), NEW_API_LOGS)
        yield f"mysql://me:s3cr3t%20pass%2Fword@127.0.0.1:{port}/logs"
    finally:
        running.terminate()
        running.wait(30)


# As the gateway makes it: model/log.go of QuantumNous/new-api.
NEW_API = """CREATE TABLE logs (id bigint PRIMARY KEY, user_id bigint, created_at bigint, type bigint, content text,
    username varchar(191), token_name varchar(191), model_name varchar(191), quota bigint, prompt_tokens bigint,
    completion_tokens bigint, use_time bigint, is_stream BOOLEAN, channel_id bigint, token_id bigint, `group` varchar(191),
    ip varchar(191), other text)"""
NEW_API_ROWS = f"INSERT INTO logs VALUES ({', '.join('?' * 18)})"
NEW_API_LOGS = [
    (1, 1, 1790812800, 2, "", "ada", "key", "qwen-plus", 500, 1000, 500, 2, 0, 3, 4, "default", "", '{"cache_tokens": 200}'),
    (2, 1, 1790812900, 2, "", "bob", "key", "claude-sonnet-4-5", 900, 100, 50, 2, 1, 3, 4, "default", "", '{"claude": true, "cache_tokens": 30}'),
    (3, 1, 1790812950, 1, "top-up", "bob", "", "", 500000, 0, 0, 0, 0, 0, 0, "", "", ""),
]  # fmt: skip


def _reads_new_api(run_costcalc, folder, usage):
    run = run_costcalc("cost", usage, "--by", "user", "--json", cwd=folder)
    assert run.json["usage"]["requests"] == 2, run.err
    assert "1,680 tokens" in run_costcalc("cost", usage, cwd=folder).out  # 1,000 + 500, and 100 + 30 + 50
    assert [file["format"] for file in run.json["usage"]["files"]] == ["new-api"]


@pytest.mark.network
def test_a_table_of_mysql_is_read_like_a_file(run_costcalc, tmp_path, mysql):
    _same_as_rows(run_costcalc, tmp_path, f"{mysql}?table=used")
    _same_as_rows(run_costcalc, tmp_path, f"{mysql}?query=SELECT * FROM used ORDER BY timestamp")
    _reads_new_api(run_costcalc, tmp_path, f"{mysql}?table=logs.logs")


@pytest.mark.network
def test_what_a_mysql_server_refuses_is_said_without_the_password(run_costcalc, tmp_path, mysql):
    for asked, says in (
        ("", "logs.used"),
        ("?table=nope", "doesn't exist"),
        ("?query=DELETE FROM used", "READ ONLY transaction"),
        ("?query=SELECT nope", "nknown column"),
    ):
        run = run_costcalc("cost", mysql + asked, cwd=tmp_path)
        assert (run.code, says in run.err, "s3cr3t" in run.both) == (2, True, False), run.err
    wrong = run_costcalc("cost", f"{mysql.replace('%2F', '')}?table=used", cwd=tmp_path)
    assert (wrong.code, "Access denied" in wrong.err, "s3cr3t" in wrong.both) == (2, True, False), wrong.err
    assert costcalc.scan(f"{mysql}?table=used").refused_rows == 1  # nothing was deleted


def test_the_tables_of_new_api_in_a_file(run_costcalc, tmp_path):
    with sqlite3.connect(tmp_path / "one-api.db") as base:
        base.execute(NEW_API)
        base.executemany(NEW_API_ROWS, NEW_API_LOGS)
        base.execute("CREATE TABLE users (id integer, username text, quota integer)")
    base.close()
    _reads_new_api(run_costcalc, tmp_path, "one-api.db/logs")
    _reads_new_api(run_costcalc, tmp_path, "one-api.db")


@pytest.mark.network
def test_a_query_that_takes_long_is_ended_by_a_signal(tmp_path, server):
    words = [sys.executable, "-m", "costcalc", "cost", f"{server}?query=SELECT pg_sleep(60)"]
    env = {**os.environ, **screen(), "TMPDIR": str(tmp_path)}
    running = subprocess.Popen(words, env=env, cwd=tmp_path, stderr=subprocess.PIPE)
    time.sleep(2)
    begun = time.monotonic()
    running.send_signal(signal.SIGINT)
    assert (running.communicate()[1], running.returncode) == (b"Interrupted.\n", 130)
    assert time.monotonic() - begun < 5
    assert not list(tmp_path.iterdir())
