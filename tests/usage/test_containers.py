"""Archives and workbooks: their members are logs like any other, with places of their own."""

import datetime
import gzip
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from costcalc.problems import CostcalcError
from costcalc.usage.files.records import table_records
from costcalc.usage.files.sources import Workspace, open_source
from costcalc.usage.scan import ScanRequest, scan

ROWS = "date,model,input_tokens,output_tokens\n2026-09-{day},gpt-5-mini,{count},1\n"


def packed(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return str(path)


def read(usage):
    return scan(usage, ScanRequest())


def test_every_log_of_an_archive_is_read(tmp_path):
    name = packed(
        tmp_path / "export.zip", README_md="hello", one_csv=ROWS.format(day="01", count=10), sub__two_csv=ROWS.format(day="02", count=20)
    )  # fmt: skip
    ledger = read(name)
    assert ledger.totals["input_tokens"] == 30
    assert [source.path for source in ledger.sources] == [f"{name}/one.csv", f"{name}/sub/two.csv"]


def test_a_row_that_is_refused_has_its_place_in_the_archive(tmp_path):
    name = packed(tmp_path / "export.zip", one_csv=ROWS.format(day="01", count="many"))
    (problem,) = read(name).problems
    assert str(problem.place) == f"{name}/one.csv:2:23"


def test_a_member_is_named_like_a_file_in_a_folder(tmp_path):
    name = packed(tmp_path / "e.zip", a_csv=ROWS.format(day="01", count=10), b_csv=ROWS.format(day="02", count=20))
    assert read(f"{name}/b.csv").totals["input_tokens"] == 20
    with pytest.raises(CostcalcError, match=r"does not hold it"):
        read(f"{name}/c.csv")


def test_names_that_lead_out_of_an_archive_write_nothing_outside(tmp_path):
    name = tmp_path / "in" / "e.zip"
    name.parent.mkdir()
    with zipfile.ZipFile(name, "w") as archive:
        archive.writestr("../../out.csv", ROWS.format(day="01", count=10))
    assert read(str(name)).totals["input_tokens"] == 10
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["e.zip"]


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path, monkeypatch):
    """600 MB of zeros in 600 KB: nothing honest packs so tightly."""
    monkeypatch.setattr("costcalc.usage.files.containers.SPARED", 1 << 20)
    monkeypatch.setattr("costcalc.usage.files.containers.MOST_TIMES", 100)
    name = packed(tmp_path / "bomb.zip", u_csv=ROWS.format(day="01", count=1) + "0" * (20 << 20))
    with pytest.raises(CostcalcError, match="unpacks to more than 100 times its size"):
        read(name)


@pytest.mark.parametrize("cut", [30, 100])
def test_a_damaged_archive_is_said(tmp_path, cut):
    name = packed(tmp_path / "e.zip", a_csv=ROWS.format(day="01", count=10))
    whole = (tmp_path / "e.zip").read_bytes()
    (tmp_path / "e.zip").write_bytes(whole[:cut])
    with pytest.raises(CostcalcError, match="cannot read the file"):
        read(name)


def test_an_archive_without_logs_is_said(tmp_path):
    with pytest.raises(CostcalcError, match="it holds no file ending in"):
        read(packed(tmp_path / "e.zip", notes_md="hello"))


def workbook(path, rows, title="Usage", hidden=None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if hidden:
        other = book.create_sheet("Hidden")
        other.sheet_state = "hidden"
        for row in hidden:
            other.append(row)
    book.save(path)
    return str(path)


HEAD = ["Date", "Model", "Input Tokens", "Output Tokens", "Cost"]


def test_a_sheet_is_a_table_with_its_own_lines(tmp_path):
    """Dates are cells with a time, and whole numbers are floats."""
    day = datetime.datetime(2026, 9, 1)  # noqa: DTZ001 -- a cell has no zone
    rows = [HEAD, [day, "gpt-5-mini", 1000.0, 5, 0.25], [None] * 5, [day, "gpt-5-mini", "x", 5, 0.5]]
    name = workbook(tmp_path / "u.xlsx", rows)
    ledger = read(name)
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (1000, 1)
    assert str(ledger.problems[0].place).startswith(f"{name}/Usage:4")
    assert [str(group.billed) for group in ledger.groups] == ["1/4"]


def test_a_hidden_sheet_is_left_out_and_said_and_read_where_it_is_named(run_costcalc, tmp_path):
    """A list that fills the cells of others is no usage."""
    rows, hidden = ([HEAD, ["2026-09-01", "gpt-5-mini", count, 0, 0]] for count in (1000, 500))
    workbook(tmp_path / "u.xlsx", rows, hidden=[["Usage of a test"], [], *hidden])
    run = run_costcalc("cost", "u.xlsx", cwd=tmp_path)
    assert (run.code, "u.xlsx/Hidden: error[unread-file]: the sheet is hidden" in run.err) == (3, True), run.both
    assert "name it too: u.xlsx/Hidden" in run.err
    for files, tokens in ((["u.xlsx", "u.xlsx/Hidden"], 1500), (["u.xlsx/Hidden"], 500)):
        run = run_costcalc("cost", *files, cwd=tmp_path, columns=200)
        assert (run.code, f"{tokens:,} tokens" in run.out) == (0, True), run.both
    workbook(tmp_path / "u.xlsx", rows, hidden=[["Owner", "Team"], ["me", "web"]])
    assert run_costcalc("cost", "u.xlsx", cwd=tmp_path).code == 0


def test_a_formula_that_nothing_has_computed_is_refused_and_no_zero(run_costcalc, tmp_path):
    """A program wrote it, and no spreadsheet has opened the file: it counted 0, with exit code 0."""
    rows = [HEAD, ["2026-09-01", "gpt-5-mini", 1000, 5, 0], ["2026-09-02", "gpt-5-mini", "=C2*3", 5, 0]]
    name = workbook(tmp_path / "u.xlsx", [*rows, ["=A3+1", "gpt-5-mini", 7, 0, 0]])
    run = run_costcalc("cost", name, cwd=tmp_path, columns=200)
    assert run.code == 3
    assert f"{name}/Usage:3:23: error[bad-count]: Input Tokens: a formula whose value is not in the file" in run.err
    assert f"{name}/Usage:4:1: error[bad-time]: a formula whose value is not in the file is not a time" in run.err
    assert "open the file in a spreadsheet program and save it" in run.err
    assert read(name).totals["input_tokens"] == 1000


@pytest.mark.parametrize(
    ("cell", "to_compute", "tokens", "refused"),
    [
        ("<f>1+1</f><v>2</v>", False, 1002, 0),
        ("<f>1-1</f><v>0</v>", False, 1000, 0),
        ("<f>1-1</f><v>0</v>", True, 1000, 1),  # XlsxWriter writes 0, and has the reader compute it
        ("<f>1+1</f><v>2</v>", True, 1002, 0),
        ('<f t="shared" si="0"/>', False, 1000, 1),
    ],
)
def test_what_a_formula_was_computed_to_is_read(tmp_path, cell, to_compute, tokens, refused):
    rows = [HEAD, ["2026-09-01", "gpt-5-mini", 1000, 5, 0], ["2026-09-01", "gpt-5-mini", "=1", 5, 0]]
    plain, made = workbook(tmp_path / "plain.xlsx", rows), tmp_path / "made.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.namelist():
            text = re.sub(rb"<f>1</f><v ?/>|<f>1</f><v></v>", cell.encode(), old.read(part))
            new.writestr(part, text if to_compute else text.replace(b'fullCalcOnLoad="1"', b""))
    ledger = read(str(made))
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (tokens, refused)


def test_a_formula_whose_result_is_an_empty_text_is_empty(tmp_path):
    rows = [HEAD, ["2026-09-01", "gpt-5-mini", 1000, "=1", 0]]
    plain, made = workbook(tmp_path / "plain.xlsx", rows), tmp_path / "made.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.namelist():
            new.writestr(part, re.sub(rb'<c r="D2"[^>]*>', b'<c r="D2" t="str">', old.read(part)))
    ledger = read(str(made))
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (1000, 0)


def test_a_workbook_in_a_folder_that_holds_no_usage_is_left_aside(tmp_path):
    workbook(tmp_path / "plan.xlsx", [["Task", "Owner"], ["write", "me"]])
    (tmp_path / "u.csv").write_text(ROWS.format(day="01", count=10))
    ledger = read(str(tmp_path))
    assert ledger.totals["input_tokens"] == 10
    assert any("plan.xlsx" in note or "Usage" in note for note in ledger.notes)


def test_workbooks_within_an_archive_are_read_by_their_sheets(tmp_path):
    rows = [["Usage of September"], [], HEAD, [datetime.date(2026, 9, 1), "gpt-5-mini", 1000, 5, 0.25]]
    book = workbook(tmp_path / "u.xlsx", rows)
    name = str(tmp_path / "e.zip")
    with zipfile.ZipFile(name, "w") as archive:
        archive.write(book, "finance/u.xlsx")
        archive.writestr("a.csv", ROWS.format(day="02", count=10))
        archive.writestr("damaged.xlsx", Path(book).read_bytes()[:500])
    ledger = read(name)
    assert [source.path for source in ledger.sources] == [f"{name}/finance/u.xlsx/Usage", f"{name}/a.csv"]
    assert (ledger.totals["input_tokens"], ledger.unread_files) == (1010, 1)
    assert read(f"{name}/finance/u.xlsx").totals["input_tokens"] == 1000
    assert read(f"{name}/finance/u.xlsx/Usage").totals["input_tokens"] == 1000
    with pytest.raises(CostcalcError, match="does not hold it"):
        read(f"{name}/finance/u.xlsx/Other")


def test_a_workbook_whose_parts_are_far_larger_than_itself_is_refused(tmp_path, monkeypatch):
    """Its texts are held in memory while its sheets are read."""
    monkeypatch.setattr("costcalc.usage.files.containers.SPARED", 1 << 20)
    name = workbook(tmp_path / "u.xlsx", [HEAD, [datetime.date(2026, 9, 1), "gpt-5-mini", 1000, 5, 0.25]])
    with zipfile.ZipFile(name, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", "0" * (20 << 20))
    with pytest.raises(CostcalcError, match="unpacks to more than 100 times its size"):
        read(name)


def test_a_file_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("costcalc.usage.files.sources.SPARED", 1 << 20)
    monkeypatch.setattr("costcalc.usage.files.sources.MOST_TIMES", 100)
    (tmp_path / "u.csv.gz").write_bytes(gzip.compress((ROWS.format(day="01", count=1) + "0" * (20 << 20)).encode()))
    with pytest.raises(CostcalcError, match="unpacks to more than 100 times its size"):
        read(str(tmp_path / "u.csv.gz"))


@pytest.fixture
def usual_depth():
    """Python's own limit: a test of properties raises it for its process, and json then reads ten thousand levels."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("usual_depth")
@pytest.mark.parametrize("opened", ["[", '{"a":', '{"usage":{"a":['])
def test_records_within_records_ten_thousand_deep_are_refused_as_any(tmp_path, opened):
    deep = opened * 10_000 + "1"
    closed = deep + "".join({"[": "]", "{": "}"}[sign] for sign in reversed(opened * 10_000) if sign in "[{")
    row = '{"timestamp":"2026-09-01","model":"gpt-5-mini","input_tokens":7,"more":%s}\n'
    for text in (row % "1" + row % closed, row % "1" + closed + "\n", row % "1" + deep + "\n"):
        (tmp_path / "u.jsonl").write_text(text)
        ledger = read(str(tmp_path / "u.jsonl"))
        assert (ledger.totals["input_tokens"], ledger.refused_rows) in ((7, 1), (14, 0))
    for text in (closed, deep):
        (tmp_path / "u.json").write_text(text)
        with pytest.raises(CostcalcError):
            read(str(tmp_path / "u.json"))


@pytest.mark.parametrize("mib", [20, 50])
def test_a_row_of_more_than_16_mib_is_refused(tmp_path, mib):
    """The engine reports such a row once, and one that is longer than two of its buffers not at all."""
    row = ROWS.format(day="01", count=10)
    long = "2026-09-01," + "x" * (mib << 20) + ",5,5\n"
    (tmp_path / "u.csv").write_text(row + long + "2026-09-01,gpt-5-mini,1,1\n")
    ledger = read(str(tmp_path / "u.csv"))
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (11, 1)
    assert str(ledger.problems[0].place).endswith("u.csv:3")
    assert "longer than 16 MiB" in str(ledger.problems[0])


@pytest.mark.parametrize("mib", [9, 17, 25, 40])
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("kind", ["lines", "document"])
def test_a_json_line_of_more_than_16_mib_is_refused_and_the_others_are_read(tmp_path, mib, place, kind):
    record = '{"timestamp":"2026-09-01","model":"gpt-5-mini","input_tokens":7,"more":"%s"}'
    rows = [record % ("x" * (mib << 20) if number == place else number) for number in range(3)]
    text = "\n".join(rows) + "\n" if kind == "lines" else "[" + ",\n".join(rows) + "]"
    (tmp_path / "u.json").write_text(text)
    ledger = read(str(tmp_path / "u.json"))
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == ((21, 0) if mib < 16 else (14, 1))
    for problem in ledger.problems:
        assert str(problem.place).endswith(f"u.json:{place + 1}")
        assert "longer than 16 MiB" in str(problem)


def test_a_csv_row_that_is_too_long_is_not_held_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("costcalc.usage.files.records.LONGEST_LINE", 1000)
    path = tmp_path / "u.csv"
    path.write_text("a,b\n1,2\n3," + "x" * 500_000 + "\n5,6\n7," + "y" * 70_000)
    source = open_source(str(path), Workspace(tmp_path), str(path))
    found = [(record.line, record.start, len(record.raw)) for record in table_records(source)]
    assert found == [(2, 4, 3), (3, 8, 1000), (4, 500_011, 3), (5, 500_015, 1000)]
