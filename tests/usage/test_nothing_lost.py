"""Whatever is done to a column of numbers, tokens do not leave the figures in silence.

For every format, with rows and bodies made from its own paths, and for plain tables and flat JSON records: dropping,
renaming or zeroing a column either keeps the tokens or is said; where the tokens are still in the file, or a column that
every version of an export has is missing, the figures are not whole (exit 3). A body leaves out what it has none of:
there the stated total and the other side tell.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from costcalc.problems import CostcalcError
from costcalc.usage.formats.model import Term
from costcalc.usage.formats.read import formats
from tests.kit import DEEP, examples
from tests.usage.kit import counted, write

TOKENS = ("input_tokens", "output_tokens")
FEW = examples(2, derandomize=DEEP == 1, database=None, phases=[Phase.generate])
COUNT = st.integers(1_000, 9_999)  # long enough to be no flag, and short enough to be no time
TIMES = {"unix": "1788220800", "unix-ms": "1788220800000", "naive-day": "2026-09-01", "naive-month": "2026-09"}


# --- rows made from a format's own paths ------------------------------------------------------------------------


def columns_of(terms):
    """The first column of every term that is a column of its own."""
    paths = [term.paths[0] for term in terms if isinstance(term, Term)]
    return [path for path in paths if "::" not in path and "[" not in path and path != "/"]


def counts_of(shape):
    """Columns of a shape that hold tokens: those whose counts make up input and output, and the parts inside them."""
    whole = dict.fromkeys(path for name in TOKENS for path in columns_of(shape.meters.get(name, ())))
    parts = dict.fromkeys(
        path for name, terms in shape.meters.items() if name.endswith("_tokens") for path in columns_of(terms)
    )
    return list(whole), [path for path in parts if path not in whole]


def row_of(spec, numbers):
    """One row of a table format: its names, a time, a model, and the numbers as counts."""
    shape = spec.shapes[-1]
    row = dict.fromkeys(max(spec.recognise, key=len), "x")
    row |= dict.fromkeys(shape.model.paths[:1], "x")
    row |= {shape.time.paths[0]: TIMES.get(shape.time.kind, "2026-09-01T00:00:00Z")}
    if shape.time.until:
        row[shape.time.until[0]] = TIMES.get(shape.time.kind, "").replace("1788220800", "1788307200")
    if shape.cost:
        row |= {path: "0" for term in shape.cost.terms for path in term.paths[:1]}
    for rule in spec.skip:
        row |= {paths[0]: values[0] for paths, values in rule.when.lacks if "*" not in values[0]}
    if isinstance(shape.requests, Term):
        row[shape.requests.paths[0]] = "1"
    whole, parts = counts_of(shape)
    row |= {path: str(number) for path, number in zip(whole, numbers, strict=False)}
    row |= dict.fromkeys(parts, "7")  # inside their whole, whatever it is
    if shape.total:
        row[shape.total.term.paths[0]] = str(sum(int(row[path]) for path in whole))
    return {name: text for name, text in row.items() if "::" not in name}


FORMATS = [
    name for name, spec in formats().items()
    if "table" in spec.reads and spec.recognise and counts_of(spec.shapes[-1])[0]
]  # fmt: skip


def table(row):
    text = io.StringIO()
    csv.writer(text).writerows([row.keys(), row.values()])
    return text.getvalue()


@lru_cache(maxsize=64)
def answered(text, name="usage.csv"):
    """Tokens counted, whether the figures are whole, and everything that is said; a refusal is said and not whole."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            ledger = counted(write(Path(folder), text, name))
        except CostcalcError as error:
            return 0, False, str(error)
    said = [
        *ledger.notes,
        *(f"{problem.message} {problem.remedy}" for problem in (*ledger.uncounted, *ledger.problems)),
    ]
    is_whole = not ledger.refused_rows and not ledger.uncounted
    return sum(ledger.totals[name] for name in TOKENS), is_whole, "\n".join(said)


def test_there_are_formats():
    assert {"cursor", "anthropic-usage", "openai-usage", "openrouter-activity", "litellm-daily"} <= {*FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_the_rows_made_are_read(name):
    whole, _ = counts_of(formats()[name].shapes[-1])
    tokens, is_whole, said = answered(table(row_of(formats()[name], range(1_001, 1_099))))
    assert (tokens, is_whole) == (sum(range(1_001, 1_001 + len(whole))), True), said


def renamed_away(name, row):
    """Whether the row lacks a mark of its format: without one an export is a table like any other."""
    return not any({*marks} <= {*row} for marks in formats()[name].recognise)


@pytest.mark.parametrize("name", FORMATS)
@FEW
@given(numbers=st.lists(COUNT, min_size=8, max_size=8, unique=True), data=st.data())
def test_a_column_of_an_export_does_not_leave_in_silence(name, numbers, data):
    row = row_of(formats()[name], numbers)
    whole, parts = counts_of(formats()[name].shapes[-1])
    column = data.draw(st.sampled_from([*whole, *parts]))
    before = sum(numbers[: len(whole)])  # test_the_rows_made_are_read
    dropped = {key: text for key, text in row.items() if key != column}
    renamed = {f"my {key}" if key == column else key: text for key, text in row.items()}
    for changed in (dropped, renamed):
        tokens, is_whole, said = answered(table(changed))
        if tokens < before:
            assert any(words in said for words in (column, "no column says", "none of", "states", "is more than")), said
            # Without one of its marks an export is a table like any other, and may have one side alone.
            assert not is_whole or (changed is dropped and "none of" in said), column
        elif column not in formats()[name].optional and not renamed_away(name, changed):
            assert not is_whole, (column, said)  # a part with a price of its own


@pytest.mark.parametrize("name", FORMATS)
def test_a_side_of_an_export_that_is_all_zero_is_said(name):
    row = row_of(formats()[name], range(1_001, 1_099))
    for side in TOKENS:
        zeros = columns_of(formats()[name].shapes[-1].meters.get(side, ()))
        _, _, said = answered(table({key: "0" if key in zeros else text for key, text in row.items()}))
        assert "none of" in said or "more than" in said or not zeros, (side, said)


# --- bodies made from the paths of a shape ----------------------------------------------------------------------

# Read as a shape before it where its own arithmetic does not hold: tests/found/gemini-inclusive-thoughts.
OTHERWISE = {"gemini-with-thoughts-inside"}
SHAPES = [
    (name, shape.name) for name, spec in formats().items() if spec.reads == ("json",)
    for shape in spec.shapes if counts_of(shape)[0] and shape.name not in OTHERWISE
]  # fmt: skip
WITHOUT_TOKENS = {"anthropic-cost-report"}  # bills: what they state is money


def put(record, path, value):
    """Set the member at a path, unless it is there."""
    *outer, last = path.removeprefix("/").split(".")
    for step in outer:
        record = record.setdefault(step, {})
    record.setdefault(last, value)


def body_of(spec, shape, numbers, *, states_total):
    """A JSON record of a shape: what the shape is known by, a time, a model, and the numbers as counts."""
    record = {}
    whole, parts = counts_of(shape)
    for path, number in zip(whole, numbers, strict=False):
        put(record, path, number)
    for less, path in enumerate(parts):  # inside their whole, and none a repetition of another
        put(record, path, 90 - less)
    total = shape.total.term.paths if shape.total else ()
    if total and (states_total or total in shape.when.present):
        put(record, total[0], sum(numbers[: len(whole)]))
    for paths in shape.when.zero:
        put(record, paths[0], 0)
    for paths, values in shape.when.where:
        put(record, paths[0], values[0].replace("*", ""))
    put(record, shape.time.paths[0], TIMES.get(shape.time.kind, "2026-09-01T00:00:00Z"))
    if isinstance(shape.requests, Term):
        put(record, shape.requests.paths[0], 1)
    for paths in shape.when.present:
        if not {*paths} & {*whole, *parts, *total}:
            put(record, paths[0], "1")
    for amount in shape.cost.terms if shape.cost else ():
        put(record, amount.paths[0], "1")
    put(record, shape.model.paths[0], "x")
    for name in spec.signs if spec.name == "claude-code" else ():
        put(record, name, "x")
    for name in max(spec.recognise, key=lambda marks: sum(mark in record for mark in marks)):
        put(record, name, "x")
    return record


def without(record, path, new=""):
    """The record without the member at a path, or with it under a new name."""
    head, _, rest = path.removeprefix("/").partition(".")
    found = dict(record)
    if rest:
        found[head] = without(record[head], rest, new)
    elif new:
        found = {new if key == head else key: value for key, value in record.items()}
    else:
        del found[head]
    return found


def answered_body(record):
    return answered(json.dumps(record) + "\n", "usage.jsonl")


def test_every_format_is_tried():
    """Of the others every row is a count of one class, or money: their meaning is a text, and a class unknown is refused."""
    long = {name for name, spec in formats().items() if all(not counts_of(shape)[0] for shape in spec.shapes)}
    assert {*formats()} == {*FORMATS} | {name for name, _ in SHAPES} | long
    assert long >= WITHOUT_TOKENS


def shape_named(name, shape):
    return next(each for each in formats()[name].shapes if each.name == shape)


def is_billed(shape):
    return shape.cost and shape.cost.kind == "billed"


@pytest.mark.parametrize(("name", "shape"), SHAPES)
@pytest.mark.parametrize("states_total", [True, False])
def test_the_bodies_made_are_read(name, shape, states_total):
    spec, found = formats()[name], shape_named(name, shape)
    numbers = range(1_001, 1_099)
    tokens, is_whole, said = answered_body(body_of(spec, found, numbers, states_total=states_total))
    assert (tokens, is_whole) == (sum(numbers[: len(counts_of(found)[0])]), True), said


@pytest.mark.parametrize(
    ("name", "shape"),
    [(name, shape) for name, shape in SHAPES if not is_billed(shape_named(name, shape))],  # the bill says it all
)
@FEW
@given(numbers=st.lists(COUNT, min_size=8, max_size=8, unique=True), states_total=st.booleans(), data=st.data())
def test_a_member_of_a_body_does_not_leave_in_silence(name, shape, numbers, states_total, data):
    found = shape_named(name, shape)
    record = body_of(formats()[name], found, numbers, states_total=states_total)
    whole, parts = counts_of(found)
    path = data.draw(st.sampled_from([path for path in (*whole, *parts) if not path.startswith("providerMetadata.")]))
    last = path.rpartition(".")[2]
    before = sum(numbers[: len(whole)])  # test_the_bodies_made_are_read
    tokens, is_whole, said = answered_body(without(record, path, f"my_{last}"))
    assert not is_whole or (tokens == before and "rest is taken" in said), (path, said)
    tokens, is_whole, said = answered_body(without(record, path))
    sides = [columns_of(found.meters.get(side, ())) for side in TOKENS]
    if tokens < before and (found.total and states_total):
        assert not is_whole, (path, said)
    elif [path] in sides:
        assert "none of" in said or not is_whole, (path, said)


# --- tables and records of one's own ----------------------------------------------------------------------------

NAMES = st.fixed_dictionaries(
    {
        "input_tokens": st.sampled_from(["input_tokens", "prompt_tokens", "Tokens In", "输入token"]),
        "output_tokens": st.sampled_from(["output_tokens", "completion", "n_tokens_out"]),
    },
    optional={
        "cache_read_tokens": st.sampled_from(["cached_tokens", "cache_read_input_tokens"]),
        "cache_write_tokens": st.sampled_from(["cache_creation_input_tokens", "cache_writes"]),
        "reasoning_tokens": st.sampled_from(["reasoning_tokens", "thoughts"]),
    },
)
RENAMED = st.sampled_from(["my_{0}", "{0} (new)", "x_{0}_total", "zz"])
LAYOUTS = st.sampled_from(["csv", "jsonl"])


def own_row(names, numbers, total):
    counts = {column: numbers[meter] for meter, column in names.items()}
    row = {"timestamp": "2026-09-01T10:00:00Z", "model": "gpt-5-mini", **counts}
    return row | ({"total_tokens": total} if total else {})


def written(row, layout):
    return table({key: str(text) for key, text in row.items()}) if layout == "csv" else json.dumps(row) + "\n"


@st.composite
def own_rows(draw):
    names = draw(NAMES)
    numbers = {meter: draw(COUNT) for meter in names}
    for meter, whole in (("cache_read_tokens", 1), ("cache_write_tokens", 1), ("reasoning_tokens", 2)):
        if meter in numbers:
            numbers[meter] = numbers[meter] // 10 + whole
    numbers["input_tokens"] += 3_000
    row = own_row(names, numbers, 0)
    if draw(st.booleans()):
        layout = "csv"
        row["total_tokens"] = answered(written(row, layout))[0]
    return names, row


@settings(FEW, max_examples=6 * DEEP)
@given(own=own_rows(), layout=LAYOUTS, renamed=RENAMED, data=st.data())
def test_a_renamed_count_is_said_and_makes_the_figures_partial(own, layout, renamed, data):
    names, row = own
    before, is_whole, said = answered(written(row, layout), f"usage.{layout}")
    assert is_whole, said
    column = data.draw(st.sampled_from([*names.values()]))
    new = renamed.format(column)
    changed = {new if key == column else key: text for key, text in row.items()}
    tokens, is_whole, said = answered(written(changed, layout), f"usage.{layout}")
    if tokens < before:
        assert new in said or "no column says" in said, said
        assert not is_whole, said
    elif re.search("token|cache|reason|thought|compl", new):
        assert not is_whole or new in said, said


@settings(FEW, max_examples=6 * DEEP)
@given(own=own_rows(), layout=LAYOUTS, action=st.sampled_from(["drop", "zero"]), data=st.data())
def test_a_count_that_is_dropped_or_zero_is_said(own, layout, action, data):
    names, row = own
    before, _, _ = answered(written(row, layout), f"usage.{layout}")
    column = data.draw(st.sampled_from([*names.values()]))
    changed = {key: 0 if key == column else text for key, text in row.items() if key != column or action == "zero"}
    tokens, is_whole, said = answered(written(changed, layout), f"usage.{layout}")
    if tokens < before and "total_tokens" in row:
        assert not is_whole, said  # what the row says of itself proves that tokens are lost
    elif column in (names["input_tokens"], names["output_tokens"]):
        assert "none of" in said or "more than" in said or not is_whole, said
