"""What nobody expects of an input ends in exit 2 with its place, or in the figure: never in a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import screen
from tests.faults.mutations import rows_in

HEAD = "date,provider,model,input_tokens,output_tokens\n"
LOG = HEAD + "2026-10-01,alibaba,qwen-plus,1000,500\n"
LINE = '{"model":"qwen-plus","timestamp":"2026-10-01T00:00:00Z","usage":{"prompt_tokens":5,"completion_tokens":5}%s}\n'


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "u.csv").write_text(LOG)
    return tmp_path


def _says(run, code: int, *texts: str) -> None:
    assert run.code == code, run.err
    assert "met a bug" not in run.err
    for text in texts:
        assert text in run.err or text in run.out, run.err + run.out


# --- logs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [700, 1_000, 20_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "1}")])
def test_a_line_that_is_nested_too_deep_is_read_or_refused_with_its_place(run_costcalc, here, depth, opens, closes):
    inner = opens * depth + ("1" + "}" * depth if closes == "1}" else closes * depth)
    (here / "log.jsonl").write_text(LINE % "" + LINE % f', "extra": {inner}' + LINE % "")
    run = run_costcalc("cost", "log.jsonl", "--json", cwd=here)
    assert run.code in (0, 3)
    usage = run.json["usage"]
    assert rows_in(usage) == 3
    if usage["refused_rows"]:
        _says(run, 3, "log.jsonl:2", "malformed-json")


def test_a_record_that_is_nested_deep_is_read_in_an_array_as_in_lines(run_costcalc, here):
    deep = LINE % f', "x": {"[" * 20_000 + "]" * 20_000}'
    (here / "log.json").write_text("[\n" + LINE % "" + "," + deep + "]\n")
    (here / "log.jsonl").write_text(LINE % "" + deep)
    array, lines = (run_costcalc("cost", name, "--json", cwd=here) for name in ("log.json", "log.jsonl"))
    assert (array.code, array.json["total"], array.json["usage"]["requests"]) == (0, lines.json["total"], 2)


def test_a_long_cell_is_read(run_costcalc, here):
    (here / "long.csv").write_text(
        f'date,model,input_tokens,output_tokens,prompt\n2026-10-01,qwen-plus,10,5,"{"x" * 140_000}"\n'
    )
    _says(run_costcalc("cost", "long.csv", cwd=here), 0, "15 tokens")


@pytest.mark.parametrize("words", [("cost", "FILE"), ("reconcile", "u.csv", "--invoice", "FILE"), ("check", "u.csv", "--max-rise", "1%", "--baseline", "FILE")])  # fmt: skip
def test_cut_parquet_is_named(run_costcalc, here, words):
    assert run_costcalc("scan", "u.csv", "-o", "whole.parquet", cwd=here).code == 0
    (here / "cut.parquet").write_bytes((here / "whole.parquet").read_bytes()[:-40])
    asked = [word.replace("FILE", "cut.parquet") for word in words]
    _says(run_costcalc(*asked, cwd=here), 2, "cut.parquet", "damaged")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_with_a_name_is_read(run_costcalc, here):
    os.mkfifo(here / "pipe")
    writer = threading.Thread(target=(here / "pipe").write_text, args=(LOG,), daemon=True)
    writer.start()
    _says(run_costcalc("cost", "pipe", cwd=here), 0, "1,500 tokens")


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text here")
def test_a_name_that_is_no_text_is_read_scanned_and_shown(run_costcalc, here):
    (here / os.fsdecode(b"caf\xe9.csv")).write_text(LOG)
    for words in (("cost",), ("scan", "-o", "l.parquet"), ("report", "-o", "r.html"), ("cost", "--json")):
        done = subprocess.run([sys.executable, "-m", "costcalc", words[0], b"caf\xe9.csv", *words[1:]], cwd=here, env={**os.environ, **screen()}, capture_output=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
    _says(run_costcalc("cost", "l.parquet", cwd=here), 0, "1,500 tokens")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("cost bad.csv.gz", 2, "bad.csv.gz: error[unreadable-file]"),
        ("cost cut.parquet", 2, "cut.parquet: error[unreadable-file]"),
        ("cost deep.jsonl", 0, "10 tokens"),
        ("cost one.jsonl", 0, "333 tokens"),
        ("cost p.csv", 0, "10 tokens"),
        ("cost p.jsonl", 0, "10 tokens"),
        ("cost ws.csv", 0, "200 tokens"),
        ("check p.csv --budgets ob.yaml", 0, "The budget holds"),
    ],
)
def test_what_ended_in_a_bug_once(run_costcalc, words, code, says):
    """Bytes of one changed, cut short, nested a thousand levels, an object as a count, a prompt beside counts, blanks."""
    _says(run_costcalc(*words.split(), cwd=Path(__file__).parent / "cases"), code, says)


# --- words of the command line -------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["a" * 300, "**a", "~nouser/x", "\udce9", "x" * 5_000])
@pytest.mark.parametrize("option", ["", "--pricebook", "--scenario", "--format-file", "--config"])
def test_a_name_that_no_file_has_is_not_found(run_costcalc, here, option, word):
    words = ["project", "u.csv", option, word] if option else ["project", word]
    _says(run_costcalc(*words, cwd=here), 2, "error[")


@pytest.mark.parametrize("change", ["9" * 5_000, "5.." + "9" * 5_000, "1" + "0" * 70, "=" + "9" * 70 + "/1M"])
def test_a_number_of_thousands_of_digits_is_refused(run_costcalc, here, change):
    _says(run_costcalc("project", "u.csv", "--hike", f"alibaba:input_tokens={change}", cwd=here), 2, "digits")


# --- files that people write ---------------------------------------------------------------------------------------


def test_a_limit_beyond_every_day_of_the_calendar_holds(run_costcalc, here):
    (here / "b.yaml").write_text("budgets:\n  - {name: a, each: month, limit: 1000000000000000000000 USD}\n")
    _says(run_costcalc("check", "u.csv", "--budgets", "b.yaml", cwd=here), 0, "The budget holds")


def test_a_number_of_many_digits_has_its_place(run_costcalc, here):
    (here / "b.yaml").write_text(f"budgets:\n  - {{name: a, each: month, limit: {'9' * 5_000} USD}}\n")
    _says(run_costcalc("check", "u.csv", "--budgets", "b.yaml", cwd=here), 2, "b.yaml:2:35", "digits")


@pytest.mark.parametrize("lines", ["bad{0}: 1\n", "bad: 1\n"])
def test_of_very_many_problems_a_hundred_are_said(run_costcalc, here, lines):
    (here / "s.yaml").write_text("scenario: x\n" + "".join(lines.format(i) for i in range(20_000)))
    run = run_costcalc("project", "u.csv", "--scenario", "s.yaml", cwd=here)
    _says(run, 2, "error[too-many-problems]")
    assert run.err.count("error[") == 101


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file here")
@pytest.mark.parametrize("option", ["--pricebook", "--format-file", "--config"])
def test_an_endless_file_is_too_large(run_costcalc, here, option):
    _says(run_costcalc("cost", "u.csv", option, "/dev/zero", cwd=here), 2, "/dev/zero: error[too-large]")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("pricebooks = [1]", "not a list of texts"),
        ('pricebooks = ["a\\u0000b"]', "outside-the-folder"),
        ('pricebooks = ["/dev/zero"]', "--pricebook /dev/zero"),
        ('formats = ["../other/f.yaml"]', "--format-file ../other/f.yaml"),
        ('revenue = "../secret.csv"', "--revenue ../secret.csv"),
        ('pricebooks = ["linked/secret.yaml"]', "outside-the-folder"),
        (f"margin = {'9' * 5_000}", "too-large"),
        (f"x = {'[' * 5_000}{']' * 5_000}", "toml-syntax"),
    ],
)
def test_a_configuration_names_texts_and_nothing_outside_its_folder(run_costcalc, here, line, says):
    team = here / "team"
    team.mkdir()
    (here / "secret.yaml").write_text("the first line of a secret\n")
    (team / "linked").symlink_to(here)
    (team / "costcalc.toml").write_text(line + "\n")
    run = run_costcalc("cost", "../u.csv", cwd=team)
    _says(run, 2, says)
    assert "the first line of a secret" not in run.err


def test_a_table_of_tools_that_is_none_is_said(run_costcalc, here):
    (here / "pyproject.toml").write_text("[tool]\ncostcalc = 5\n")
    _says(run_costcalc("cost", "u.csv", cwd=here), 2, "[tool.costcalc] is not a table")


def test_a_divisor_that_is_no_number_has_its_place(run_costcalc, here):
    text = run_costcalc("formats", "show", "new-api").out
    assert "divisor: 500000" in text
    (here / "mine.yaml").write_text(text.replace("divisor: 500000", "divisor: half"))
    _says(run_costcalc("cost", "u.csv", "--format-file", "mine.yaml", cwd=here), 2, "mine.yaml", 'divisor "half"')


# --- what is written ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("formats", "list"), ("formats", "show", "aliyun-bill"), ("cost", "u.csv", "--format", "md"), ("prices", "list")])  # fmt: skip
def test_an_encoding_that_lacks_a_sign_shows_it_in_ascii(here, words):
    env = {**os.environ, **screen(), "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(
        [sys.executable, "-m", "costcalc", *words], cwd=here, env=env, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    done.stdout.decode("cp1252")


def test_the_suite_itself_reaches_no_network():
    with socket.socket() as one, pytest.raises(AssertionError, match="opens no connection"):
        one.connect(("127.0.0.1", 9))


@pytest.mark.parametrize("key", ["..tokens", ".tokens", "tokens.", ".", "a..b", ""])
def test_a_name_in_a_usage_object_that_no_path_can_say_is_passed_over(run_costcalc, here, key):
    usage = f'"usage":{{"prompt_tokens":1000,"completion_tokens":500,"{key}":7}}'
    (here / "log.jsonl").write_text(
        '{"id":"a","object":"chat.completion","created":1790812800,"model":"gpt-5-mini",' + usage + "}\n"
    )
    run = run_costcalc("cost", "log.jsonl", "--json", cwd=here)
    assert (run.code, run.json["usage"]["requests"]) == (0, 1), run.err


@pytest.mark.parametrize("count", ["200_", "2__0", "200_ tokens"])
def test_a_count_whose_sign_of_thousands_stands_wrong_has_its_place(run_costcalc, here, count):
    block = f"source: a, input_tokens: 2 per 1M, bands: [{{input_above: {count}, input_tokens: 4 per 1M}}]"
    source = '{url: "https://x", read: 2026-11-29, confidence: official}'
    text = f"provider: x\nregion: global\ncurrency: USD\nsources: {{a: {source}}}\nmodels:\n  m:\n    prices:\n      2026-01-01: {{{block}}}\n"
    (here / "b.yaml").write_text(text)
    _says(run_costcalc("prices", "lint", "b.yaml", cwd=here), 2, "b.yaml:8:", "input_above")
