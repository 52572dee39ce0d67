"""What somebody made to do harm: it is answered or refused, within time and memory, and runs and reads nothing else."""

from __future__ import annotations

import io
import os
import re
import sqlite3
import sys
import tracemalloc
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import duckdb
import pytest

from costcalc.selectors import glob_matches
from tests.kit import write_lines

HEAD = "date,provider,model,input_tokens,output_tokens\n"
LOG = HEAD + "2026-10-01,alibaba,qwen-plus,1000,500\n"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


# --- workbooks -----------------------------------------------------------------------------------------------------


def _workbook(path: Path, sheet: str, texts: str, doctype: str = "") -> None:
    """A workbook of one sheet, as XML."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="a" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="b" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
        "xl/sharedStrings.xml": f'{doctype}<sst xmlns="{MAIN}">{texts}</sst>',
    }  # fmt: skip
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, f'<?xml version="1.0"?>{content}')


def _row(number: int, *cells: str) -> str:
    written = (f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for i, cell in enumerate(cells))
    return f'<row r="{number}">{"".join(written)}</row>'


def test_a_sheet_that_says_it_is_17_billion_cells_is_as_large_as_its_rows(run_costcalc, tmp_path):
    rows = _row(1, *HEAD.strip().split(",")) + _row(2, "2026-10-01", "alibaba", "qwen-plus", "1000", "500")
    _workbook(
        tmp_path / "a.xlsx", f'<dimension ref="A1:XFD1048576"/><sheetData>{rows}<row r="200000"/></sheetData>', ""
    )
    run = run_costcalc("cost", "a.xlsx", cwd=tmp_path)
    assert (run.code, "1,500 tokens" in run.out) == (0, True), run.err


ONE_TEXT = (
    '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>0</v></c></row></sheetData>'
)
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}<!ENTITY x "&l9;">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_of_a_workbook_are_not_followed(run_costcalc, tmp_path, doctype):
    _workbook(tmp_path / "a.xlsx", ONE_TEXT, "<si><t>&x;</t></si>", doctype)
    run = run_costcalc("cost", "a.xlsx", cwd=tmp_path)
    assert (run.code, "a.xlsx: error[unreadable-file]" in run.err, "root:" in run.err) == (2, True, False)


def test_a_workbook_of_small_size_does_not_become_a_large_one(run_costcalc, tmp_path):
    _workbook(tmp_path / "a.xlsx", ONE_TEXT, "<si><t>aaaaaaaaaaaaaaaaaaaa</t></si>" * 3_000_000)
    run = run_costcalc("cost", "a.xlsx", cwd=tmp_path)
    assert (run.code, "more than 100 times its size" in run.err) == (2, True), run.err


# --- databases -----------------------------------------------------------------------------------------------------


def test_a_column_that_an_sqlite_file_computes_is_bounded(run_costcalc, tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as base:
        base.execute("CREATE TABLE t (date, model, input_tokens, p GENERATED ALWAYS AS (hex(zeroblob(200000000))))")
        base.execute("INSERT INTO t VALUES ('2026-10-01', 'qwen-plus', 5)")
    base.close()
    run = run_costcalc("cost", "a.db", cwd=tmp_path)
    assert (run.code, "too big" in run.err) == (2, True), run.err


def test_a_column_that_a_duckdb_file_computes_is_not_read(run_costcalc, tmp_path):
    with duckdb.connect(str(tmp_path / "a.duckdb")) as base:
        large = "repeat('x', coalesce(getvariable('length'), 2000000000))"  # short while the row is written
        base.execute("SET VARIABLE length = 0")
        base.execute(
            f"CREATE TABLE t (date DATE, model TEXT, input_tokens INT, customer AS ({large}), output_tokens INT)"
        )
        base.execute("INSERT INTO t VALUES ('2026-10-01', 'qwen-plus', 5, 7)")
    run = run_costcalc("cost", "a.duckdb", cwd=tmp_path)
    assert (run.code, "12 tokens" in run.out) == (0, True), run.err


def test_rows_of_a_database_are_held_one_at_a_time(tmp_path):
    from costcalc.usage.files.databases import tables_in
    from costcalc.usage.files.sources import Workspace

    with sqlite3.connect(tmp_path / "a.db") as base:
        base.execute("CREATE TABLE t (n, p GENERATED ALWAYS AS (hex(zeroblob(1000000))))")
        base.executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(30)])
    base.close()
    tracemalloc.start()
    try:
        tables_in("a.db", tmp_path / "a.db", Workspace(tmp_path))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


# --- patterns ------------------------------------------------------------------------------------------------------


def test_a_pattern_of_many_stars_is_matched_at_once():
    assert not glob_matches("*a" * 30 + "*b", "a" * 5_000)
    assert glob_matches("*a" * 30 + "*b*", "a" * 5_000 + "b")


@pytest.mark.parametrize(
    ("glob", "matching", "others"),
    [
        ("*", ["", "a\nb"], []),
        ("a*", ["a", "ab"], ["ba", ""]),
        ("*a", ["a", "ba", "aba"], ["ab"]),
        ("a*a", ["aa", "aba"], ["a"]),
        ("*ab*ab", ["abab", "xabxab", "ababab"], ["ab", "aba"]),
        ("a**?b", ["axb", "axxb"], ["ab"]),
        ("gpt-[4]?.1*mini", ["gpt-[4]x.1mini", "gpt-[4]x.1-mini"], ["gpt-4x.1mini"]),
    ],
)
def test_stars_and_question_marks_mean_what_they_did(glob, matching, others):
    assert [text for text in [*matching, *others] if glob_matches(glob, text)] == matching


@pytest.mark.parametrize(
    "path", [".", "x..", "::", "meta::", 'meta::"', "meta::[", "meta::a[", "meta::[][]", "/", "x[", '"']
)
@pytest.mark.parametrize("name", ["customer", "cache_read_tokens"])
def test_a_path_that_nothing_can_have_is_no_statement(run_costcalc, tmp_path, path, name):
    (tmp_path / "a.jsonl").write_text(
        '{"timestamp":"2026-10-01T00:00:00Z","model":"qwen-plus","provider":"alibaba","input_tokens":5,"output_tokens":5,'
        '"":3,".":4,"meta":"{\\"a\\": 1}","x":{"":{"":3}}}\n'
    )
    run = run_costcalc("cost", "a.jsonl", "--map", f"{name}={path}", "--by", "customer", cwd=tmp_path)
    assert "met a bug" not in run.err
    assert run.code in (0, 2), run.err


@pytest.mark.parametrize(
    "parts", [("::error::x",), (":", ":error::x"), ("#", "#", "[error]"), ("a\n", " :", ":e"), ("##", "[x]")]
)
def test_an_order_to_a_runner_is_none_in_whatever_parts_it_is_written(parts):
    from costcalc.cli.streams import _Harmless

    written = io.BytesIO()
    stream = _Harmless(written, "utf-8", write_through=True)
    for part in parts:
        stream.write(part)
    said = written.getvalue().decode()
    assert said.replace("\u2060", "") == "".join(parts)
    assert not re.search(r"^\s*::|##\[", said, re.MULTILINE)


# --- links ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own")
def test_a_scenario_of_budgets_is_no_link_to_elsewhere(run_costcalc, tmp_path):
    team = tmp_path / "team"
    team.mkdir()
    (tmp_path / "secret").write_text("the first line of a secret\n")
    (team / "s.yaml").symlink_to(tmp_path / "secret")
    (team / "u.csv").write_text(LOG)
    (team / "budgets.yaml").write_text("budgets:\n  - {name: a, each: month, limit: 5 USD, scenario: s.yaml}\n")
    run = run_costcalc("check", "u.csv", "--budgets", "budgets.yaml", cwd=team)
    assert (run.code, "outside-the-folder" in run.err, "first line" in run.err) == (2, True, False), run.err


# --- what is left of others ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no locks of this kind here")
def test_what_a_program_at_work_holds_is_not_removed_and_what_a_dead_one_left_is(tmp_path, monkeypatch):
    from costcalc.files import file_beside, temporary_folder

    monkeypatch.setattr("costcalc.files.gettempdir", lambda: str(tmp_path))
    dead, others = tmp_path / "costcalc-0123456789abcdef", tmp_path / "costcalc-of-mine"
    part = tmp_path / ".out.csv.costcalc-0123456789abcdef.part"
    for folder in (dead, others):
        folder.mkdir()
        (folder / "overflow").write_text("x")
    part.write_text("half")
    (tmp_path / "costcalc-fedcba9876543210").symlink_to(others)
    with temporary_folder() as at_work, file_beside(tmp_path / "out.csv") as beside:
        for path in (dead, others, part, at_work, beside):
            os.utime(path, (0, 0))
        with temporary_folder():
            assert (at_work.exists(), beside.exists(), dead.exists(), part.exists()) == (True, True, False, False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["costcalc-fedcba9876543210", "costcalc-of-mine"]
    assert (others / "overflow").read_text() == "x"


# --- names that drive a terminal or a page -----------------------------------------------------------------------------

DRIVES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


@pytest.mark.parametrize(
    "words",
    [
        ("cost", "--by", "customer"), ("cost", "--notes", "--all"), ("project", "--hike", "alibaba=34", "--by", "customer"),
        ("explain", "--hike", "alibaba=34"), ("advise",), ("init", "format"), ("init", "prices"),
        ("check", "--max-cost", "0.01 USD"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_name_of_a_log_drives_no_terminal(run_costcalc, tmp_path, words):
    """Escape sequences, signs that turn the direction of a text or show nothing, in each place of a name."""
    rows = []
    for sign in ("\x1b]8;;https://a.example\x1b\\", "\x9b31m", "\u202e", "\u200b", "\U000e0041"):
        for place in ({}, {"model": f"{sign}qwen-plus"}, {"provider": f"{sign}alibaba"}, {"model": f"{sign}qwen-flash", "provider": f"open{sign}ai"}):  # fmt: skip
            row = {
                "timestamp": "2026-10-01T00:00:00Z",
                "provider": "alibaba",
                "model": "qwen-plus",
                "customer": f"a{sign}",
            }
            rows.append(row | place | {"input_tokens": 10_000 * len(rows), "output_tokens": 5})
    write_lines(tmp_path / "names.jsonl", rows)
    command, log = (words[:2], words[2:]) if words[0] == "init" else (words[:1], words[1:])
    for shown in ([], ["--format", "md"]) if words[0] in ("cost", "project", "check") else ([],):
        run = run_costcalc(*command, "names.jsonl", *log, *shown, cwd=tmp_path)
        assert run.code in (0, 1, 3), run.err
        assert DRIVES.findall(run.both) == []
