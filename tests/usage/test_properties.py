"""How a log is laid out in files must not matter: order, splits, newlines, spacing."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.kit import examples
from tests.usage.kit import answer, counted, write

HEAD = "timestamp,model,input_tokens,cached_tokens,output_tokens,team,cost_usd"
NUMBERS = st.one_of(st.integers(0, 10**17).map(str), st.sampled_from(["", "12.0", "1e3", "-1", "x"]))
TIMES = st.sampled_from(["2026-09-01T00:00:00Z", "2026-09-01 23:59:59", "2026-09-02", "2026-09", "1788220800", "never"])
COSTS = st.one_of(st.just(""), st.decimals("0", "10", places=12, allow_nan=False).map(str), st.just("7.75e-06"))
TEAMS = st.sampled_from(["", "search", '"a, ""b"""', '"two\nlines"'])
ROW = st.tuples(TIMES, st.sampled_from(["m", "gpt-5", " m "]), NUMBERS, NUMBERS, NUMBERS, TEAMS, COSTS).map(",".join)
ROWS = st.lists(ROW, min_size=2, max_size=12)
CUTS = {"input_lengths": (200, 10**6), "day_edges": (0, 57_600)}
FEW = examples(6)


def scanned(*texts):
    with tempfile.TemporaryDirectory() as folder:
        paths = [write(Path(folder), f"{HEAD}\n{text}", f"{i}.csv") for i, text in enumerate(texts)]
        return answer(counted(paths, "team", **CUTS))


def text(rows, newline="\n"):
    return "".join(row + newline for row in rows)


@FEW
@given(rows=ROWS, data=st.data())
def test_order_does_not_matter(rows, data):
    assert scanned(text(rows)) == scanned(text(data.draw(st.permutations(rows))))


@FEW
@given(rows=ROWS, data=st.data())
def test_splitting_a_file_changes_nothing(rows, data):
    """But into halves that are alike: the second one is taken for a copy."""
    place = data.draw(st.integers(1, len(rows) - 1))
    assume(rows[:place] != rows[place:])
    assert scanned(text(rows)) == scanned(text(rows[:place]), text(rows[place:]))


@FEW
@given(rows=ROWS, newlines=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=12, max_size=12))
def test_newlines_may_be_mixed(rows, newlines):
    mixed = "".join(row + newline for row, newline in zip(rows, newlines, strict=False))
    assert scanned(text(rows)) == scanned(mixed)


RECORD = st.fixed_dictionaries(
    {"created": st.integers(1_788_220_800, 1_788_307_200), "model": st.sampled_from(["a", "b"])},
    optional={
        "usage": st.fixed_dictionaries(
            {"prompt_tokens": st.integers(0, 10**15), "completion_tokens": st.integers(0, 9)}
        )
    },
)


@FEW
@given(records=st.lists(RECORD, min_size=1, max_size=8).filter(lambda found: "usage" in found[0]))
def test_json_spacing_does_not_matter(records):
    layouts = [(",", ":"), (", ", ": "), (" , ", " : ")]
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        for i, separators in enumerate(layouts):
            lines = "".join(json.dumps(record, separators=separators) + "\n" for record in records)
            answers.append(answer(counted(write(Path(folder), lines, f"{i}.jsonl"))))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][1]["input_tokens"] == sum(record.get("usage", {}).get("prompt_tokens", 0) for record in records)
