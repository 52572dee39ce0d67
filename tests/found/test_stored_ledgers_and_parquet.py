"""A ledger is read as `scan` wrote it or not at all; a Parquet file that is cut or damaged is named, never a bug of ours."""

from __future__ import annotations

import json

import duckdb
import pytest

from costcalc.problems import CostcalcError
from costcalc.usage.store import write_ledger
from tests.usage.kit import counted, write

TEXT = "timestamp,model,input_tokens,cached_tokens,output_tokens,requests,team,cost_usd\n2026-09-01T10:00:00Z,gpt-5.6-luna,100,40,10,3,x,0.5\n"


@pytest.fixture
def stored(tmp_path):
    write_ledger(counted(write(tmp_path, TEXT), "team"), tmp_path / "ledger.parquet")
    return tmp_path / "ledger.parquet"


def edited(stored, select="*", about=lambda found: found, source=""):
    """The ledger with other columns or metadata, as somebody could write it."""
    statement = f"SELECT value FROM parquet_kv_metadata('{stored}') WHERE key = 'costcalc_ledger'"
    ((found,),) = duckdb.sql(statement).fetchall()
    text = about(json.loads(bytes(found).decode()))
    text = (text if isinstance(text, str) else json.dumps(text)).replace("'", "''")
    target = stored.with_name("edited.parquet")
    duckdb.sql(
        f"COPY (SELECT {select} FROM '{stored}' {source}) TO '{target}' (FORMAT parquet, KV_METADATA {{costcalc_ledger: '{text}'}})"
    )
    return target


def refusal(path):
    with pytest.raises(CostcalcError) as raised:
        counted(path)
    assert {problem.place.file for problem in raised.value.problems} == {str(path)}
    assert all(problem.remedy for problem in raised.value.problems)
    return str(raised.value)


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ('* EXCLUDE ("meter input_tokens")', 'it lacks the column "meter input_tokens"'),
        ("* EXCLUDE (model)", 'it lacks the column "model"'),
        ('*, 5::DECIMAL(38,0) AS "meter cash"', 'it has the column "meter cash", which no ledger has'),
        ("*, 1 AS more", 'it has the column "more", which no ledger has'),
        ("* REPLACE (requests::DOUBLE AS requests)", 'the column "requests" is of another type: DOUBLE'),
        ('* REPLACE ("meter input_tokens"::BIGINT AS "meter input_tokens")', "is of another type: BIGINT"),
        ('* REPLACE ((-5)::DECIMAL(38,0) AS "meter input_tokens")', "1 of its groups has a count below zero"),
        ('* REPLACE (NULL::DECIMAL(38,0) AS "meter output_tokens")', "a count below zero"),
        ('* REPLACE (500::DECIMAL(38,0) AS "meter cache_read_tokens")', "parts larger than their input_tokens"),
        ("* REPLACE (-200::BIGINT AS requests)", "requests below zero"),
        ("* REPLACE (-1::BIGINT AS rows)", "rows below zero"),
        ("* REPLACE ('1e30000000' AS billed)", "no amount in billed"),
        ("* REPLACE (repeat('9', 5000) AS billed)", "no amount in billed"),
        ("* REPLACE ('1/0' AS billed)", "no amount in billed"),
        ("* REPLACE ('nan' AS revenue)", "no amount in revenue"),
        ("* REPLACE (NULL::VARCHAR AS billed)", "a cost without its kind"),
        ("* REPLACE ('gift' AS cost_kind)", "a kind of cost that is none"),
        ("* REPLACE ('any' AS band_basis)", "a basis of lengths that is none"),
        ('* REPLACE (5::BIGINT AS "at")', "a time outside 2000 to 2100"),
        ('* REPLACE ("at" - 1 AS until)', "a span of time that ends before it begins"),
        ("* REPLACE (NULL::VARCHAR AS model)", "no model"),
        ("* REPLACE (NULL::BOOLEAN AS naive)", "no flag"),
        ("* REPLACE (-1::BIGINT AS input_over)", "a length below zero"),
    ],
)
def test_what_scan_does_not_write_is_refused(stored, select, said):
    assert said in refusal(edited(stored, select))


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (lambda found: "not json", "another version"),
        (lambda found: "[1]", "another version"),
        (lambda found: found | {"version": 3}, "another version"),
        (lambda found: {"version": 2}, "cannot be read"),
        (lambda found: found | {"meters": ["cash"]}, "no meter is called cash"),
        (lambda found: found | {"meters": "input_tokens"}, "its meters cannot be read"),
        (lambda found: found | {"refused_rows": -1}, "its refused_rows cannot be read"),
        (lambda found: found | {"first_instant": "yesterday"}, "its first_instant cannot be read"),
        (lambda found: found | {"sources": [{"path": "x"}]}, "its sources cannot be read"),
        (lambda found: found | {"cuts": {}}, "its cuts cannot be read"),
        (lambda found: found | {"dimensions": []}, 'it has the column "dimension team"'),
        (lambda found: found | {"notes": [1]}, "its notes cannot be read"),
    ],
)
def test_metadata_of_another_kind_are_refused(stored, about, said):
    assert said in refusal(edited(stored, about=about))


def test_what_scan_writes_is_read(stored):
    """Of several scans, with buckets, costs and columns, and of none at all."""
    assert counted(edited(stored)).totals["input_tokens"] == 100
    again = stored.with_name("again.parquet")
    write_ledger(counted(stored, "team"), again)
    assert counted(again).totals["input_tokens"] == 100


# --- files that are cut or damaged ---------------------------------------------------------------------------------


def plain_parquet(folder, rows=1):
    target = folder / "plain.parquet"
    table = f"SELECT DATE '2026-09-01' AS date, 'gpt-5.6-luna' AS model, 100 AS input_tokens FROM range({rows})"
    duckdb.sql(f"COPY ({table}) TO '{target}'")
    return target


DAMAGES = {
    "cut": lambda whole: whole[: len(whole) // 2],
    "without its footer": lambda whole: whole[:-40] + b"\xff" * 30 + whole[-10:],
    "overwritten": lambda whole: whole[:10] + b"\xff" * 40 + whole[50:],
    "a few bytes": lambda whole: b"PAR1PAR1",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", ["plain", "ledger"])
def test_damaged_parquet_is_named(tmp_path, stored, damage, kind):
    path = stored if kind == "ledger" else plain_parquet(tmp_path)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert "it begins like Parquet, and is cut or damaged" in refusal(path)


def test_damaged_parquet_in_a_folder_leaves_the_rest(tmp_path):
    write(tmp_path, TEXT, "logs/a.csv")
    write(tmp_path, b"PAR1 and no more", "logs/b.parquet")
    ledger = counted(tmp_path / "logs")
    assert (ledger.totals["input_tokens"], ledger.unread_files) == (100, 1)


@pytest.mark.parametrize("option", ["--baseline", "--invoice"])
def test_baselines_and_invoices_are_held_to_the_same(tmp_path, run_costcalc, stored, option):
    log = write(tmp_path, TEXT, "log.csv")
    bad = edited(stored, '* REPLACE ((-5)::DECIMAL(38,0) AS "meter input_tokens")')
    (tmp_path / "cut.parquet").write_bytes(stored.read_bytes()[:500])
    words = ["check", log, "--max-rise", "10%"] if option == "--baseline" else ["reconcile", log]
    for path in (bad, tmp_path / "cut.parquet"):
        found = run_costcalc(*words, option, path)
        assert (found.code, str(path) in found.err) == (2, True), found.err


def test_parquet_without_rows_is_no_log(tmp_path):
    path = plain_parquet(tmp_path, rows=0)
    with pytest.raises(CostcalcError, match="a header and no rows"):
        counted(path)
    assert counted([path, write(tmp_path, TEXT)]).notes == [f"{path} holds no rows"]


@pytest.mark.parametrize(
    "value", ["-5", "12.5::DOUBLE", "'nan'::DOUBLE", "'inf'::DOUBLE", "1e20::DOUBLE", "true", "[1, 2]", "{'a': 1}"]
)
def test_counts_of_foreign_parquet_are_held_to_the_rules_of_any_row(tmp_path, value):
    target = tmp_path / "u.parquet"
    duckdb.sql(f"COPY (SELECT DATE '2026-09-01' AS date, 'm' AS model, {value} AS input_tokens) TO '{target}'")
    ledger = counted(target)
    assert (ledger.refused_rows, ledger.totals["input_tokens"]) == (1, 0)
