"""Archives and workbooks: their members are logs like any other, with places of their own."""

import datetime
import zipfile

import openpyxl
import pytest

from costcalc.problems import CostcalcError
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
    monkeypatch.setattr("costcalc.usage.containers._SPARED", 1 << 20)
    monkeypatch.setattr("costcalc.usage.containers._MOST_TIMES", 100)
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
    """Dates are cells with a time, and whole numbers are floats; a hidden sheet is none of it."""
    day = datetime.datetime(2026, 9, 1)  # noqa: DTZ001 -- a cell has no zone
    rows = [HEAD, [day, "gpt-5-mini", 1000.0, 5, 0.25], [None] * 5, [day, "gpt-5-mini", "x", 5, 0.5]]
    name = workbook(tmp_path / "u.xlsx", rows, hidden=rows)
    ledger = read(name)
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (1000, 1)
    assert str(ledger.problems[0].place).startswith(f"{name}/Usage:4")
    assert [str(group.billed) for group in ledger.groups] == ["1/4"]


def test_a_workbook_in_a_folder_that_holds_no_usage_is_left_aside(tmp_path):
    workbook(tmp_path / "plan.xlsx", [["Task", "Owner"], ["write", "me"]])
    (tmp_path / "u.csv").write_text(ROWS.format(day="01", count=10))
    ledger = read(str(tmp_path))
    assert ledger.totals["input_tokens"] == 10
    assert any("plan.xlsx" in note or "Usage" in note for note in ledger.notes)


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
