"""Columns that look like counts and are in no figure: which they are, and where they are said."""

from __future__ import annotations

import json

import pytest

from costcalc.reports.detection import detect
from costcalc.usage.formats.uncounted import hint, map_option
from costcalc.usage.store import write_ledger
from tests.usage.kit import counted, lines, write

ROWS = "date,model,input_tokens,n_completion\n2026-09-01,gpt-5-mini,1000,20\n2026-09-02,gpt-5-mini,1000,30\n"


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("n_completion", "output_tokens"),
        ("inputUsage", "input_tokens"),
        ("输入词元", "input_tokens"),
        ("Ausgabe-Token", "output_tokens"),
        ("cache_creation_5m", "cache_write_tokens"),
        ("CacheHitTok", "cache_read_tokens"),
        ("thoughtsCount", "reasoning_tokens"),
        ("token", "tokens"),
        ("message_tokens", "tokens"),
        ("user_prompt_tokens", "input_tokens"),
        ("tok.out", "output_tokens"),
        ("other::cache_tokens", "cache_read_tokens"),
        ("usage.prompt_tokens_details.cached_tokens", "cache_read_tokens"),
    ],
)
def test_names_of_counts(name, meaning):
    assert hint(name) == meaning


@pytest.mark.parametrize(
    "name",
    ["max_tokens", "token_id", "prompt_version", "output_format", "input_cost", "cache_ratio", "tokens_per_second",
     "completion_time_ms", "team", "Input Hit Amount", "prompt.temperature"],
)  # fmt: skip
def test_names_of_something_else(name):
    assert hint(name) == ""


@pytest.mark.parametrize(
    ("column", "option"),
    [
        ("tok_out", "--map output_tokens=tok_out"),
        ("Tokens Out", "--map 'output_tokens=Tokens Out'"),
        ("it's", """--map 'output_tokens=it'"'"'s'"""),
    ],
)
def test_options_can_be_pasted(column, option):
    assert map_option("output_tokens", column) == option


def uncounted(ledger):
    return [(problem.code, problem.message) for problem in ledger.uncounted]


HELD = [("count-not-read", '"n_completion" holds 50 in all, and no figure counts it')]


def test_a_stored_ledger_keeps_what_was_not_counted(tmp_path):
    ledger = counted(write(tmp_path, ROWS))
    write_ledger(ledger, tmp_path / "kept.parquet")
    assert uncounted(counted(tmp_path / "kept.parquet")) == uncounted(ledger) == HELD


def test_files_read_together_are_added_up(tmp_path):
    one, two = write(tmp_path, ROWS, "1.csv"), write(tmp_path, ROWS.replace(",20", ",120"), "2.csv")
    assert [message for _, message in uncounted(counted([one, two]))] == [HELD[0][1].replace("50", "200")]


def test_frames_and_parquet_say_it_too(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"date": ["2026-09-01"], "model": ["m"], "input_tokens": [1000], "n_completion": [50]})
    assert uncounted(counted(frame)) == HELD


def test_numbers_of_no_known_name_are_noted_where_both_sides_are_there(tmp_path):
    ledger = counted(
        write(
            tmp_path,
            ROWS.replace("n_completion", "output_tokens,zz").replace(",20", ",20,900").replace(",30", ",30,800"),
        )
    )
    assert uncounted(ledger) == []
    assert any('"zz" (1,700 in all) is in no figure' in note for note in ledger.notes)


def test_a_limit_of_separators_is_no_zero(tmp_path):
    ledger = counted(write(tmp_path, ROWS.replace(",20", ',"1,020"')))
    assert uncounted(ledger) == [("count-not-read", '"n_completion" holds 1,050 in all, and no figure counts it')]


def test_detect_names_it(tmp_path):
    (found,) = detect([write(tmp_path, ROWS)]).files
    assert [problem.message for problem in found.uncounted] == [
        '"n_completion" holds 50 in all, and no figure counts it'
    ]
    assert found.dimensions == ("n_completion",)


def test_embeddings_have_no_output_and_that_is_fine(tmp_path):
    text = "date,model,input_tokens\n2026-09-01,text-embedding-3-small,1000\n"
    assert counted(write(tmp_path, text)).notes == []
    assert "none of output" in counted(write(tmp_path, text.replace("text-embedding-3-small", "gpt-5"))).notes[0]


def test_keys_with_dots_are_keys(tmp_path):
    record = {"timestamp": "2026-09-01T00:00:00Z", "model": "m", "input_tokens": 7, "llm.completion_tokens": 5}
    (message,) = [message for _, message in uncounted(counted(lines(tmp_path, [record])))]
    assert message.startswith('"llm.completion_tokens" holds 5 in all')
    mapped = counted(lines(tmp_path, [record]), mapping={"output_tokens": "llm.completion_tokens"})
    assert (mapped.totals["output_tokens"], uncounted(mapped)) == (5, [])


def test_a_zero_under_one_name_does_not_beat_another(tmp_path):
    record = {"id": "x", "created": 1_788_220_800, "model": "m", "usage": {"prompt_tokens": 9, "completion_tokens": 2}}
    record["usage"] |= {"prompt_tokens_details": {"cached_tokens": 0}, "num_cached_tokens": 4}
    write(tmp_path, json.dumps(record) + "\n", "usage.jsonl")
    assert counted(tmp_path / "usage.jsonl").totals["cache_read_tokens"] == 4


def test_a_column_may_be_a_dimension_beside_its_meaning_and_a_count_only_one(tmp_path):
    path = write(tmp_path, "date,model,input_tokens,output_tokens,requests\n2026-09-01,gpt-5,9,2,3\n")
    ledger = counted(path, "family", "load", mapping={"family": "model", "load": "requests"})
    (group,) = ledger.groups
    assert (group.model, group.dimensions, group.requests) == ("gpt-5", ("gpt-5", "3"), None)


@pytest.mark.parametrize("name", ["hyper_tokens", "paid_tokens", "superTokens", "sometimes_tokens"])
def test_words_within_words_say_nothing(tmp_path, name):
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11, name: 5}
    record = {"id": "x", "created": 1_788_220_800, "model": "gpt-5-mini", "usage": usage}
    assert [message for _, message in uncounted(counted(lines(tmp_path, [record])))] == [
        f"usage.{name}: 5 in all, and no figure counts it"
    ]
