"""What a folder holds beside usage: named and counted; what may be usage and was not read makes the total incomplete."""

from __future__ import annotations

import os

import pytest

from costcalc.problems import CostcalcError
from costcalc.usage.scan import ScanRequest, scan
from costcalc.usage.store import write_ledger
from tests.usage.kit import codes, counted, write

ROW = "date,model,input_tokens,output_tokens\n2026-09-01,gpt-5.6-luna,{},1\n"
BODY = '{"created": 1788256800, "model": "gpt-5.6-luna", "usage": {"prompt_tokens": 5, "completion_tokens": 1}}\n'
SESSION = (
    '{"sessionId": "s", "uuid": "u", "timestamp": "2026-09-01T10:00:00Z", "requestId": "r", "message": {"id": "m",'
    ' "model": "claude-sonnet-5", "usage": {"input_tokens": 7, "output_tokens": 1}}}\n'
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.xlsx", b"PK\x03\x04 a workbook"),
        ("b.zip", b"PK\x03\x04 an archive"),
        ("b.csv.bz2", b"BZh91AY&SY"),
        ("b.log", BODY.encode()),
        ("b.log", b"2026-09-01 gpt-5.6-luna prompt_tokens=12 completion_tokens=3\n"),
        ("b.log", b"INFO answered tokens=15\n"),
        ("b.csv.1", ROW.format(5).encode()),
        ("b", ROW.format(5).encode()),
        ("b.bak", ROW.format(5).encode("utf-16")),
        ("b.csv", b"when,what,n_completion\n2026-09-01,x,5\n"[:0] + b"day,model,n_completion\n2026-09-01,x,5\n"),
        ("b.json", b'{"spend_by_day": {"total_tokens": 5}}'),
        ("b.csv", b"\x89PNG\r\n\x1a\n\x00\x00"),
    ],
)
def test_what_may_hold_usage_and_is_not_read_is_named(tmp_path, name, content):
    write(tmp_path, ROW.format(100), "a.csv")
    path = write(tmp_path, content, name)
    ledger = counted(tmp_path)
    assert (ledger.totals["input_tokens"], ledger.unread_files) == (100, 1)
    assert {problem.place.file for problem in ledger.problems} == {str(path)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.md", b"input_tokens,cost\n1,2\n"),
        ("run.py", b"usage = {'input_tokens': 5}\n"),
        ("chart.png", b"\x89PNG\r\n\x1a\n\x00\x00"),
        ("LICENSE", b"Permission is hereby granted, free of charge\n"),
        ("customers.csv", b"name,country\nacme,DE\n"),
        ("package.json", b'{"name": "x", "version": "1.0.0"}'),
        ("out.txt", b"total 12\ndrwxr-xr-x a, b\n"),
        ("empty.bin", b""),
    ],
)
def test_what_holds_none_is_noted(tmp_path, name, content):
    write(tmp_path, ROW.format(100), "a.csv")
    write(tmp_path, content, name)
    ledger = counted(tmp_path)
    assert (ledger.totals["input_tokens"], ledger.unread_files, ledger.problems) == (100, 0, [])
    assert f"1 file beside the usage holds none and is not read: {name}" in ledger.notes


def test_many_of_them_are_counted_by_their_endings(tmp_path):
    write(tmp_path, ROW.format(100), "a.csv")
    for number in range(3):
        write(tmp_path, "x", f"{number}.md")
    write(tmp_path, "x", "Makefile")
    assert counted(tmp_path).notes == ["4 files beside the usage hold none and are not read: .md (3), no ending (1)"]


def test_what_a_tool_writes_beside_its_logs_is_never_taken_for_usage(tmp_path):
    """A table that a tool printed in a session: not even counted as a plain one."""
    write(tmp_path, SESSION, "p/s.jsonl")
    for name in ("p/s/tool-results/t.csv", "p/s/tool-results/deep/t.txt", "p/s/workflows/w1/journal.jsonl"):
        write(tmp_path, ROW.format(5), name)
    ledger = counted(tmp_path)
    assert (ledger.totals["input_tokens"], ledger.unread_files) == (7, 0)


def test_a_named_file_is_refused_and_not_left_out(tmp_path):
    one, other = write(tmp_path, ROW.format(100), "a.csv"), write(tmp_path, "name,country\nacme,DE\n", "b.csv")
    with pytest.raises(CostcalcError, match="missing-column"):
        counted([one, other])
    with pytest.raises(CostcalcError, match="missing-column"):
        counted([tmp_path, other])


def test_a_named_file_of_another_ending_is_read_and_not_noted(tmp_path):
    write(tmp_path, ROW.format(100), "a.csv")
    log = write(tmp_path, BODY, "b.log")
    ledger = counted([tmp_path, log])
    assert (ledger.totals["input_tokens"], ledger.unread_files, ledger.notes) == (105, 0, [])


def test_a_folder_without_anything_readable_says_why(tmp_path):
    write(tmp_path, "name,country\nacme,DE\n", "b.csv")
    write(tmp_path, b"\xd0\xcf\x11\xe0", "c.xls")
    with pytest.raises(CostcalcError) as raised:
        counted(tmp_path)
    assert {problem.code for problem in raised.value.problems} == {"missing-column", "unread-file"}
    (tmp_path / "b.csv").unlink()
    with pytest.raises(CostcalcError, match=r"holds no usage file[\s\S]*workbook"):
        counted(tmp_path)


# --- links, pipes and folders that may not be read -----------------------------------------------------------------


def test_a_linked_file_is_read(tmp_path):
    write(tmp_path, ROW.format(5), "elsewhere/b.csv")
    write(tmp_path, ROW.format(100), "logs/a.csv")
    (tmp_path / "logs" / "b.csv").symlink_to(tmp_path / "elsewhere" / "b.csv")
    ledger = counted(tmp_path / "logs")
    assert (ledger.totals["input_tokens"], ledger.unread_files) == (105, 0)


def test_a_linked_folder_is_named_and_not_followed(tmp_path):
    write(tmp_path, ROW.format(5), "elsewhere/b.csv")
    write(tmp_path, ROW.format(100), "logs/a.csv")
    link = tmp_path / "logs" / "old"
    link.symlink_to(tmp_path / "elsewhere")
    ledger = counted(tmp_path / "logs")
    assert (ledger.totals["input_tokens"], ledger.unread_files, codes(ledger)) == (100, 1, ["unread-file"])
    assert ledger.problems[0].place.file == str(link)
    named = counted([tmp_path / "logs", link])  # the remedy
    assert (named.totals["input_tokens"], named.unread_files) == (105, 0)


def test_a_link_into_what_is_searched_needs_no_word(tmp_path):
    write(tmp_path, ROW.format(100), "logs/2026-09/a.csv")
    (tmp_path / "logs" / "latest").symlink_to("2026-09")
    (tmp_path / "logs" / "2026-09" / "up").symlink_to("..")
    ledger = counted(tmp_path / "logs")
    assert (ledger.totals["input_tokens"], ledger.unread_files) == (100, 0)


def test_a_link_to_a_hidden_folder_is_named(tmp_path):
    write(tmp_path, ROW.format(100), "logs/a.csv")
    write(tmp_path, ROW.format(5), "logs/.store/b.csv")
    (tmp_path / "logs" / "data").symlink_to(".store")
    assert counted(tmp_path / "logs").unread_files == 1


def test_a_link_that_leads_nowhere_is_named(tmp_path):
    write(tmp_path, ROW.format(100), "a.csv")
    (tmp_path / "b.csv").symlink_to("gone.csv")
    ledger = counted(tmp_path)
    assert (ledger.unread_files, [problem.message for problem in ledger.problems]) == (1, ["the link leads nowhere"])


def test_a_pipe_is_named_and_not_waited_for(tmp_path):
    write(tmp_path, ROW.format(100), "a.csv")
    os.mkfifo(tmp_path / "b.csv")
    assert (counted(tmp_path).totals["input_tokens"], counted(tmp_path).unread_files) == (100, 1)


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    write(tmp_path, ROW.format(100), "a.csv")
    write(tmp_path, ROW.format(5), "closed/b.csv")
    real = os.scandir

    def scandir(folder):
        if str(folder).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr("os.scandir", scandir)
    ledger = counted(tmp_path)
    assert (ledger.totals["input_tokens"], ledger.unread_files) == (100, 1)
    with pytest.raises(CostcalcError, match="cannot read the folder: Permission denied"):
        counted(tmp_path / "closed")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_named(tmp_path):
    write(tmp_path, ROW.format(100), "a.csv")
    write(tmp_path, ROW.format(5), "b.csv").chmod(0)
    ledger = counted(tmp_path)
    assert (ledger.totals["input_tokens"], ledger.unread_files) == (100, 1)


def test_a_ledger_remembers_what_was_not_read(tmp_path):
    write(tmp_path, ROW.format(100), "logs/a.csv")
    write(tmp_path, b"PK\x03\x04", "logs/b.xlsx")
    write_ledger(counted(tmp_path / "logs"), tmp_path / "ledger.parquet")
    ledger = scan(tmp_path / "ledger.parquet", ScanRequest())
    assert (ledger.unread_files, codes(ledger)) == (1, ["refused-rows"])


class TestOwnAnswers:
    """What costcalc wrote of a log says its usage again; read as a log it would double it."""

    @pytest.fixture
    def folder(self, tmp_path, run_costcalc):
        log = write(tmp_path, ROW.format(100), "a.csv")
        for name in ("b.csv", "b.json", "b.parquet"):
            run_costcalc("cost", str(log), "--each", "month", "--by", "model", "-o", str(tmp_path / name))
        return tmp_path

    def test_in_a_folder_they_are_left_aside_and_counted(self, folder):
        ledger = counted(folder)
        assert (ledger.totals["input_tokens"], ledger.problems) == (100, [])
        assert "3 files are answers of costcalc and no usage, left aside: b.csv, b.json, b.parquet" in ledger.notes

    @pytest.mark.parametrize("name", ["b.csv", "b.json", "b.parquet"])
    def test_named_they_are_refused_for_what_they_are(self, folder, name):
        with pytest.raises(CostcalcError) as error:
            counted(folder / name)
        assert [problem.code for problem in error.value.problems] == ["own-answer"]

    def test_a_folder_of_nothing_else_is_refused(self, folder):
        (folder / "a.csv").unlink()
        with pytest.raises(CostcalcError, match="own-answer"):
            counted(folder)

    def test_a_log_with_one_amount_is_none(self, tmp_path):
        write(tmp_path, "date,model,input_tokens,cost_exact,currency\n2026-09-01,gpt-5.6-luna,7,1,USD\n", "a.csv")
        assert counted(tmp_path).totals["input_tokens"] == 7
