"""Many small files are read as one: each keeps its own rows, and what is wrong in one is said of that one."""

import json

import pytest

from costcalc.api import scan

FILES = 620
HEADER = "timestamp,model,input_tokens,output_tokens\n"


def _reply(number: int, **usage: object) -> str:
    counts = {"input_tokens": number, "output_tokens": 1, **usage}
    message = {"id": f"msg_{number}", "model": "claude-sonnet-5", "usage": counts}
    line = {"sessionId": "s", "timestamp": "2026-09-01T10:00:00Z", "requestId": f"r{number}", "message": message}
    return json.dumps(line) + "\n"


def _tables(folder):
    for number in range(FILES):
        row = f"2026-09-01T10:00:00Z,gpt-5-mini,{number},1\n"
        (folder / f"{number:04}.csv").write_text(HEADER + row, encoding="utf-8")


def _sessions(folder):
    for number in range(FILES):
        (folder / f"{number:04}.jsonl").write_text(_reply(number), encoding="utf-8")


def _inputs(ledger) -> int:
    return sum(ledger.quantity(group, "input_tokens") for group in ledger.groups)


@pytest.mark.parametrize("write", [_tables, _sessions])
def test_every_file_keeps_its_rows(write, tmp_path):
    write(tmp_path)
    ledger = scan(tmp_path)
    assert [source.rows for source in ledger.sources] == [1] * FILES
    assert _inputs(ledger) == sum(range(FILES))
    assert not ledger.problems


def test_rows_without_a_newline_and_with_blank_lines_are_read(tmp_path):
    _tables(tmp_path)
    for number in (3, 300):
        (tmp_path / f"{number:04}.csv").write_text(
            f"\n{HEADER}\n2026-09-01T10:00:00Z,gpt-5-mini,{number},1", encoding="utf-8"
        )
    assert _inputs(scan(tmp_path)) == sum(range(FILES))


@pytest.mark.parametrize(
    ("write", "ending", "text", "code", "rows"),
    [
        (_tables, "csv", HEADER + "2026-09-01T10:00:00Z,gpt-5-mini,7\n", "malformed-row", 0),
        (_tables, "csv", HEADER + '2026-09-01T10:00:00Z,"gpt-5-mini",7x,1\n', "bad-count", 0),
        (_sessions, "jsonl", _reply(7) + _reply(8)[:40] + "\n", "truncated-json", 1),
        (_sessions, "jsonl", _reply(7) + '{"sessionId": "s" "message": {}}\n', "malformed-json", 1),
        (_sessions, "jsonl", _reply(7, output_tokens=1.5), "bad-count", 0),
    ],
)
def test_a_broken_row_is_said_with_its_file_and_line(write, ending, text, code, rows, tmp_path):
    write(tmp_path)
    (tmp_path / f"0007.{ending}").write_text(text, encoding="utf-8")
    ledger = scan(tmp_path)
    assert [(problem.code, problem.place.file, problem.place.line) for problem in ledger.problems] == [
        (code, str(tmp_path / f"0007.{ending}"), 1 + rows if ending == "jsonl" else 2)
    ]
    assert ledger.refused_rows == 1
    assert sum(source.rows for source in ledger.sources) == FILES - 1 + rows
    assert _inputs(ledger) == sum(range(FILES)) - 7 * (1 - rows)


def test_a_row_of_two_lines_stays_one(tmp_path):
    _tables(tmp_path)
    row = '2026-09-01T10:00:00Z,"gpt-5\n-mini",9,1\n'
    (tmp_path / "0009.csv").write_text(HEADER + row, encoding="utf-8")
    ledger = scan(tmp_path)
    assert {group.model for group in ledger.groups} == {"gpt-5-mini", "gpt-5\n-mini"}
    assert _inputs(ledger) == sum(range(FILES))


def test_one_reply_in_two_files_is_counted_once(tmp_path):
    _sessions(tmp_path)
    (tmp_path / "0600.jsonl").write_text(_reply(5) + _reply(600), encoding="utf-8")
    ledger = scan(tmp_path)
    assert _inputs(ledger) == sum(range(FILES))
    assert sum(source.rows for source in ledger.sources) == FILES


def test_a_late_file_that_begins_as_the_others_is_read_to_its_end(tmp_path):
    _sessions(tmp_path)
    late = _reply(610) + _reply(2_000, cache_audio_tokens=40, cache_read_input_tokens=8)
    (tmp_path / "0610.jsonl").write_text(late, encoding="utf-8")
    ledger = scan(tmp_path)
    assert _inputs(ledger) == sum(range(FILES)) + 2_008
    assert any("cache_audio_tokens" in problem.message for problem in ledger.uncounted)
    assert {problem.place.file for problem in ledger.uncounted} == {str(tmp_path / "0610.jsonl")}


ODD = {
    "only a header": HEADER,
    "a header and blank lines": HEADER + "\n\n",
    "a blank line after the header": HEADER + "\n2026-09-01T10:00:00Z,gpt-5-mini,7,1\n",
    "no newline at the end": HEADER + "2026-09-01T10:00:00Z,gpt-5-mini,7,1",
    "another newline": (HEADER + "2026-09-01T10:00:00Z,gpt-5-mini,7,1\n").replace("\n", "\r\n"),
    "another order": "model,timestamp,input_tokens,output_tokens\ngpt-5-mini,2026-09-01T10:00:00Z,7,1\n",
    "another mark": (HEADER + "2026-09-01T10:00:00Z,gpt-5-mini,7,1\n").replace(",", ";"),
    "a header without an end": HEADER.rstrip("\n"),
    "another encoding": (HEADER + "2026-09-01T10:00:00Z,gpt-5-mini-é,7,1\n").encode("utf-16"),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_late_table_is_read_as_a_first_one(odd, tmp_path):
    text = ODD[odd] if isinstance(ODD[odd], bytes) else ODD[odd].encode()
    found = []
    for place in ("0.csv", "9.csv"):
        folder = tmp_path / place[0]
        folder.mkdir()
        for number in range(100, 130):
            row = f"2026-09-01T10:00:00Z,gpt-5-mini,{number},1\n"
            (folder / f"{number}.csv").write_text(HEADER + row, encoding="utf-8")
        (folder / place).write_bytes(text)
        ledger = scan(folder)
        notes = sorted(note.replace(str(folder / place), "FILE") for note in ledger.notes)
        rows = {source.rows for source in ledger.sources if source.path.endswith(place)}
        found.append(
            (_inputs(ledger), rows, ledger.unread_files, notes, sorted(group.model for group in ledger.groups))
        )
    assert found[0] == found[1]
    assert found[0][0] == sum(range(100, 130)) + 7 * text.replace(b"\x00", b"").count(b"gpt-5-mini")


def test_small_files_of_the_same_bytes_are_said(tmp_path):
    _tables(tmp_path)
    (tmp_path / "0600.csv").write_bytes((tmp_path / "0005.csv").read_bytes())
    assert any("0600.csv holds the same as" in note and "0005.csv" in note for note in scan(tmp_path).notes)


def test_of_very_many_copies_the_first_are_named(tmp_path):
    _tables(tmp_path)
    for number in range(30, 60):
        (tmp_path / f"{number:04}.csv").write_bytes((tmp_path / "0001.csv").read_bytes())
    notes = [note for note in scan(tmp_path).notes if "the same as" in note]
    assert len(notes) == 21
    assert notes[-1] == "10 more files hold the same as another one, and are left out"
