"""What a log holds beside usage (prompts, keys, addresses) stands in no page, error, ledger or cache unless asked for."""

from __future__ import annotations

import json

import pytest

from costcalc.usage.formats.read import formats
from tests.kit import write_csv, write_lines
from tests.usage.test_nothing_lost import FORMATS, SHAPES, body_of, row_of, shape_named

PROMPT, KEY, ADDRESS = "the plot of my novel", "sk-live-ABCDEF123456", "jane.doe@example.com"
HELD = (PROMPT, KEY, ADDRESS)
HEAD = "date,model,input_tokens,output_tokens,prompt,api_key,email\n"
ROW = f"2026-09-01,gpt-5-mini,100,10,{PROMPT},{KEY},{ADDRESS}\n"
BODY = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1788220800, "model": "gpt-5-mini",
    "messages": [{"role": "user", "content": PROMPT}], "api_key": KEY, "user": ADDRESS,
    "usage": {"prompt_tokens": 100, "completion_tokens": 9, "total_tokens": 109},
}  # fmt: skip
LINE = json.dumps(BODY)
WRONG = {
    "a count.csv": HEAD + ROW.replace(",100,", ",1x0,"),
    "a time.csv": HEAD + ROW.replace("2026-09-01", "yesterday"),
    "too few columns.csv": HEAD + ROW + f"2026-09-01,gpt-5-mini,100,10,{PROMPT}\n",
    "an open quote.csv": HEAD + ROW + ROW.replace(PROMPT, f'"{PROMPT}'),
    "a count.jsonl": LINE.replace("100,", "-5,") + "\n",
    "a line that was cut.jsonl": f"{LINE}\n{LINE[:200]}",
    "no JSON.jsonl": LINE + "\n" + LINE.replace('"usage"', "usage") + "\n",
}


@pytest.mark.parametrize("command", ["cost", "formats detect"])
@pytest.mark.parametrize("name", WRONG)
def test_an_error_shows_what_is_wrong_and_nothing_else_of_its_line(run_costcalc, tmp_path, command, name):
    (tmp_path / name).write_text(WRONG[name])
    run = run_costcalc(*command.split(), name, cwd=tmp_path)
    assert "refused" in (run.out + run.err).lower()
    assert [held for held in HELD if held in run.out + run.err] == []


@pytest.mark.parametrize("column", ["prompt", "api_key", "email"])
@pytest.mark.parametrize("meaning", ["input_tokens", "date", "cost"])
def test_a_text_that_is_mapped_as_a_figure_is_not_quoted(run_costcalc, tmp_path, column, meaning):
    (tmp_path / "u.csv").write_text(HEAD + ROW)
    run = run_costcalc("cost", "u.csv", "--map", f"{meaning}={column}", cwd=tmp_path)
    assert "a text of" in run.err
    assert [held for held in HELD if held in run.out + run.err] == []


def test_pages_and_ledgers_hold_no_column_that_was_not_asked_for(run_costcalc, tmp_path):
    (tmp_path / "u.csv").write_text(HEAD + ROW)
    page = run_costcalc("cost", "u.csv", cwd=tmp_path)
    run_costcalc("scan", "u.csv", "-o", "kept.parquet", cwd=tmp_path)
    kept = (tmp_path / "kept.parquet").read_bytes()
    assert [held for held in HELD if held in page.out + page.err or held.encode() in kept] == []
    assert ADDRESS in run_costcalc("cost", "u.csv", "--by", "email", cwd=tmp_path).out


PLANTED = {"prompt": PROMPT, "api_key": KEY, "email": ADDRESS}


def test_no_format_lets_out_what_its_rows_hold_beside_usage(run_costcalc, tmp_path):
    """All formats in one folder, with counts of their own each: one scan for every kind of answer."""
    log = tmp_path / "log"
    log.mkdir()
    for number, name in enumerate(FORMATS):
        row = row_of(formats()[name], [1_000 + 7 * number, 3_000 + 11 * number, 5_000, 6_000, 7_000]) | PLANTED
        write_csv(log / f"{name}.csv", row)
    firsts = dict(reversed(SHAPES))  # of kinds that tell of the same usage one is enough
    for number, (name, shape) in enumerate(SHAPES, len(FORMATS)):
        spec = formats()[name]
        if spec.either and shape != firsts[name]:
            continue
        numbers = [1_000 + 7 * number, 3_000 + 11 * number, 5_000, 6_000, 7_000]
        body = body_of(spec, shape_named(name, shape), numbers, states_total=True)
        write_lines(log / f"{name}-{shape}.jsonl", [{**body, **PLANTED, "people": {ADDRESS: {"seen": 1}, KEY: 2}}])
    kept = run_costcalc("scan", "log", "-o", "kept.parquet", cwd=tmp_path)
    answers = ["page.json", "page.md", "page.csv"]
    also = [word for name in answers for word in ("-o", name)]
    page = run_costcalc("cost", "kept.parquet", "--notes", *also, "-o", "-", cwd=tmp_path)
    assert (kept.code, page.code) == (0, 3), kept.err + page.err
    detected = run_costcalc("formats", "detect", *map(str, sorted(log.iterdir())[::8]), "--json", cwd=tmp_path)
    assert len(detected.json["files"]) > 5
    said = {name: (tmp_path / name).read_bytes() for name in (*answers, "kept.parquet")}
    said |= {
        "page": (page.out + page.err).encode(),
        "scan": (kept.out + kept.err).encode(),
        "detect": detected.out.encode(),
    }
    assert [(name, held) for name, text in said.items() for held in HELD if held.encode() in text] == []


def test_keys_of_a_map_that_are_addresses_are_no_names(run_costcalc, tmp_path):
    write_lines(
        tmp_path / "u.jsonl", [{"when": "2026-09-01", "llm": "m", "use": {"in": 5}, "by": {ADDRESS: 5, KEY: 7}}]
    )
    found = run_costcalc(
        "formats", "detect", "u.jsonl", "--map", "date=when,model=llm,input_tokens=use.in", cwd=tmp_path
    )
    start = run_costcalc("init", "format", "u.jsonl", "-o", "-", cwd=tmp_path)
    assert "(an address or a key)" in found.out
    assert "format: u" in start.out
    assert [held for held in HELD if held in found.out + found.err + start.out + start.err] == []
