"""Sources: files, folders, globs, packed, piped, in several encodings and layouts."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import duckdb
import pytest

from costcalc.problems import CostcalcError
from tests.usage.kit import answer, codes, counted, lines, write

TEXT = "date,model,input_tokens,team\n2026-09-01,qwen-百炼,100,é\n2026-09-02,m,7,\n"


def flat(count=2):
    return [{"time": f"2026-09-0{i + 1}T00:00:00Z", "model": "m", "input_tokens": i} for i in range(count)]


@pytest.fixture
def plain(tmp_path):
    return answer(counted(write(tmp_path, TEXT, "plain.csv"), "team"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(tmp_path, plain, encoding):
    assert answer(counted(write(tmp_path, TEXT.encode(encoding)), "team")) == plain


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_delimiters(tmp_path, plain, mark):
    assert answer(counted(write(tmp_path, TEXT.replace(",", mark)), "team")) == plain


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_newlines(tmp_path, plain, newline):
    assert answer(counted(write(tmp_path, TEXT.replace("\n", newline)), "team")) == plain


def test_newlines_of_both_kinds_in_one_file(tmp_path, plain):
    assert answer(counted(write(tmp_path, TEXT.replace("\n", "\r\n", 2)), "team")) == plain


def test_blank_lines_are_no_rows(tmp_path, plain):
    assert answer(counted(write(tmp_path, TEXT.replace("\n", "\n\n")), "team")) == plain


def test_a_blank_first_line(tmp_path, plain):
    assert answer(counted(write(tmp_path, "\n\n" + TEXT), "team")) == plain


def test_gzip(tmp_path, plain):
    assert answer(counted(write(tmp_path, gzip.compress(TEXT.encode()), "usage.csv.gz"), "team")) == plain


def test_zstandard(tmp_path, plain):
    zstandard = pytest.importorskip("zstandard")
    path = write(tmp_path, zstandard.compress(TEXT.encode()), "usage.csv.zst")
    assert answer(counted(path, "team")) == plain


def test_a_zstandard_file_of_small_size_does_not_become_a_large_one(tmp_path):
    path = tmp_path / "usage.csv.zst"
    rows = "SELECT '2026-09-01' AS date, 'gpt-5-mini' AS model, 1 AS input_tokens FROM range(6_000_000)"
    duckdb.sql(f"COPY ({rows}) TO '{path}' (FORMAT csv, COMPRESSION zstd)")
    with pytest.raises(CostcalcError, match="more than 1,000 times its size"):
        counted(path)


def test_a_pipe(monkeypatch, plain):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert answer(counted("-", "team")) == plain


def test_folders_and_globs(tmp_path):
    for name in ("a/one.csv", "a/b/two.csv", "a/notes.md"):
        write(tmp_path, TEXT + f"2026-09-03,m,0,{name}\n", name)
    assert counted(tmp_path / "a").totals["input_tokens"] == 214
    assert counted(tmp_path / "a" / "*.csv").totals["input_tokens"] == 107
    assert counted(str(tmp_path / "a" / "**" / "*.csv")).totals["input_tokens"] == 214


def test_a_file_named_twice_counts_once(tmp_path, monkeypatch):
    """100 + 7 tokens, by three names and a link."""
    path = write(tmp_path, TEXT)
    (tmp_path / "link.csv").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    ledger = counted(["usage.csv", "./usage.csv", str(path), "link.csv"])
    assert (ledger.totals["input_tokens"], [source.path for source in ledger.sources]) == (107, ["usage.csv"])


def test_a_copy_is_left_out_and_said(tmp_path):
    one, two, other = (write(tmp_path, text, name) for text, name in ((TEXT, "1.csv"), (TEXT, "2.csv"), (TEXT + TEXT[29:], "3.csv")))  # fmt: skip
    ledger = counted([one, two, other])
    copied = [note for note in ledger.notes if "the same as" in note]
    assert (ledger.totals["input_tokens"], copied) == (
        321,
        [f"{two} holds the same as {one}, and is left out"],
    )


def test_a_copy_is_known_by_what_it_holds(tmp_path):
    """Under another name, in another folder, packed, or linked; in JSON too. One more row makes another file."""
    record = '[{"date": "2026-09-01", "model": "gpt-5-mini", "input_tokens": 100}]'
    for name, text in (("u.csv", TEXT), ("u.json", record)):
        folder = tmp_path / name
        one = write(folder, text, f"a/{name}")
        write(folder, text, f"b/z{name}")
        write(folder, gzip.compress(text.encode()), f"a/{name}.gz")
        with zipfile.ZipFile(folder / "c.zip", "w") as archive:
            archive.writestr(name, text)
        (folder / f"d-{name}").hardlink_to(one)
        ledger = counted(folder)
        once = counted(one).totals["input_tokens"]
        assert (ledger.totals["input_tokens"], len(ledger.sources)) == (once, 1)
        assert sum("and is left out" in note for note in ledger.notes) == 4
        more = write(folder, text + text.splitlines()[-1] + "\n", f"e-{name}")
        assert counted(folder).totals["input_tokens"] == once + counted(more).totals["input_tokens"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
@pytest.mark.parametrize("rows", [1, 3, 400])
def test_a_copy_that_was_saved_anew_is_one(tmp_path, kind, rows):
    """With a byte order mark, other line ends, more or fewer empty lines at its end, or in UTF-16."""
    days = [f"2026-09-{1 + number % 28:02}" for number in range(rows)]
    records = [json.dumps({"date": day, "model": "gpt-5-mini", "input_tokens": 100}) for day in days]
    text = {
        "csv": "date,model,input_tokens\n" + "".join(f"{day},gpt-5-mini,100\n" for day in days),
        "jsonl": "\n".join(records) + "\n",
        "json": "[\n" + ",\n".join(records) + "\n]\n",
    }[kind]
    saved = {
        "bom": text.encode("utf-8-sig"),
        "crlf": text.replace("\n", "\r\n").encode(),
        "both": text.replace("\n", "\r\n").encode("utf-8-sig"),
        "no-end": text.rstrip("\n").encode(),
        "more-end": (text + "\n\n").encode(),
        "utf-16": text.encode("utf-16"),
    }
    write(tmp_path, text, f"a.{kind}")
    for name, content in saved.items():
        write(tmp_path, content, f"{name}.{kind}")
    ledger = counted(tmp_path)
    assert (ledger.totals["input_tokens"], len(ledger.sources)) == (100 * rows, 1)
    assert sum("holds the same as" in note for note in ledger.notes) == len(saved)


def test_files_that_hold_no_rows_are_no_copies(tmp_path):
    for name in ("1.csv", "2.csv"):
        write(tmp_path, TEXT.split("\n")[0] + "\n", name)
    write(tmp_path, TEXT, "3.csv")
    assert not [note for note in counted(tmp_path).notes if "left out" in note]


def test_hidden_files_of_a_folder_are_left_out(tmp_path):
    """A checkpoint is a copy; the folder itself may be hidden."""
    for name in ("usage.csv", ".usage.csv", ".checkpoints/usage-checkpoint.csv"):
        write(tmp_path, TEXT, f".logs/{name}")
    assert counted(tmp_path / ".logs").totals["input_tokens"] == 107


def test_columns_are_named_file_by_file(tmp_path):
    """The same columns in another order: a reader that binds by position would swap them in silence."""
    one = write(tmp_path, "date,model,input_tokens,output_tokens\n2026-09-01,m,1,100\n", "one.csv")
    two = write(tmp_path, "date,output_tokens,model,input_tokens\n2026-09-01,100,m,1\n", "two.csv")
    ledger = counted([one, two])
    assert (ledger.totals["input_tokens"], ledger.totals["output_tokens"]) == (2, 200)
    assert [source.rows for source in ledger.sources] == [1, 1]


def test_a_folder_name_is_no_column(tmp_path):
    """`model=x/` in a path would override the file's own column, if partitions were detected."""
    ledger = counted(write(tmp_path, TEXT, "model=x/usage.csv"))
    assert {group.model for group in ledger.groups} == {"qwen-百炼", "m"}


def test_a_quoted_field_may_hold_newlines_quotes_and_delimiters(tmp_path):
    ledger = counted(write(tmp_path, 'date,model,input_tokens,note\n2026-09-01,m,1,"a\nb, ""c"""\n2026-09-01,m,2,\n'))
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (3, 0)


def test_rows_with_too_many_or_too_few_columns_are_refused(tmp_path):
    ledger = counted(write(tmp_path, TEXT + "2026-09-03,m,1,234,x\n2026-09-03,m\n2026-09-03,m,1,\n"))
    assert (codes(ledger), [problem.place.line for problem in ledger.problems]) == (["malformed-row"] * 2, [4, 5])
    assert (ledger.refused_rows, ledger.totals["input_tokens"]) == (2, 108)


def test_an_unclosed_quote_costs_one_row(tmp_path):
    """The rest of the file is not swallowed: 2 rows before, 1,000 after."""
    after = "2026-09-03,m,1,\n" * 1000
    ledger = counted(write(tmp_path, f'{TEXT}2026-09-03,"m,5,\n{after}'))
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (1107, 1)
    assert (codes(ledger), ledger.problems[0].place.line) == (["malformed-row"], 4)


def test_a_file_without_a_last_newline_may_be_cut(tmp_path):
    assert "no newline at its end" in counted(write(tmp_path, TEXT.rstrip("\n"))).notes[0]
    assert not any("newline" in note for note in counted(write(tmp_path, TEXT)).notes)


def test_a_json_array_counts_like_its_lines(tmp_path):
    records = flat(3)
    apart = answer(counted(lines(tmp_path, records)))
    for text in (json.dumps(records), json.dumps(records, indent=2), json.dumps(records[0], indent=1)):
        path = write(tmp_path, text, "usage.json")
        assert answer(counted(path)) == (
            apart if text.startswith("[") else answer(counted(lines(tmp_path, records[:1])))
        )


def test_a_json_array_that_is_cut_keeps_what_is_whole(tmp_path):
    ledger = counted(write(tmp_path, json.dumps(flat(3), indent=1)[:-30], "usage.json"))
    assert (ledger.totals["input_tokens"], codes(ledger)) == (1, ["truncated-json"])
    assert ledger.problems[0].place.line == 12


def test_flat_json_records_are_a_plain_table(tmp_path):
    """A key that only later lines have counts all the same."""
    records = flat(300) if False else [{"time": "2026-09-01T00:00:00Z", "model": "m", "input_tokens": 10}] * 300
    ledger = counted(lines(tmp_path, [*records, records[0] | {"cached_tokens": 4, "extra": {"a": 1}}]))
    assert (ledger.totals["input_tokens"], ledger.totals["cache_read_tokens"]) == (3010, 4)


def test_progress_is_told_between_0_and_1(tmp_path):
    from costcalc.usage.scan import ScanRequest, scan

    told = []
    scan(write(tmp_path, TEXT + "2026-09-02,m,7,\n" * 200_000), ScanRequest(), told.append)
    assert all(0 <= step.share <= 1 for step in told)


def test_a_file_that_is_unpacked_tells_how_far_it_is(tmp_path):
    """What is unpacked is told in bytes of the packed file, from none to all."""
    from costcalc.usage.scan import ScanRequest, scan

    told = []
    content = (TEXT + "".join(f"2026-09-02,m,{i},\n" for i in range(400_000))).encode()
    scan(write(tmp_path, gzip.compress(content), "log.csv.gz"), ScanRequest(), told.append)
    steps = [step for step in told if step.what.startswith("Unpacking ")]
    assert len(steps) > 3
    assert steps[-1].share == 1
    assert [step.read for step in steps] == sorted(step.read for step in steps)


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere*.csv"])
def test_what_is_not_there_is_an_error(tmp_path, name):
    with pytest.raises(CostcalcError, match="unreadable-file"):
        counted(tmp_path / name)


def test_all_unreadable_files_are_named_together(tmp_path):
    paths = [write(tmp_path, "", "a.csv"), write(tmp_path, b"PK\x03\x04\x00\x00", "b.csv")]
    with pytest.raises(CostcalcError) as error:
        counted(paths)
    assert [problem.code for problem in error.value.problems] == ["empty-file", "unreadable-file"]


@pytest.mark.parametrize("depth", [5_000, 20_000])
def test_a_record_nested_deep_is_read_in_an_array_as_in_lines(tmp_path, depth):
    usage = '"usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}'
    records = [
        f'{{"id": "chatcmpl-{number}", "created": 1788220800, "model": "m", {usage}, "x": {"[" * deep}"]"{"]" * deep}}}'
        for number, deep in enumerate((1, depth, 1))
    ]
    in_lines = counted(write(tmp_path, "\n".join(records), "lines.jsonl"))
    in_array = counted(write(tmp_path, f"[{', '.join(records)}]", "array.json"))
    assert (in_array.requests, in_array.refused_rows) == (in_lines.requests, in_lines.refused_rows) == (3, 0)
