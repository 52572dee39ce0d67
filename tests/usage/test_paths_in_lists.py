"""--map through lists and texts with JSON: the sum of what is there; what is nowhere is refused, never 0."""

from __future__ import annotations

import json

import pytest

from costcalc.problems import CostcalcError
from tests.usage.kit import counted, lines, write

STEPS = [{"in": 100, "runs": [{"n": 1}, {"n": 2}]}, {"in": 50, "runs": []}]
RECORD = {
    "ts": "2026-09-01T10:00:00Z", "model": "gpt-5-mini", "out": 1, "steps": STEPS, "numbers": [1, 2],
    "counts": [{"type": "in", "n": 7}, {"type": "out", "n": 9}], "u": {"p": [{"n": 4}], "o": 3},
    "text": json.dumps({"a": [{"n": 9}, {"n": 1, "m": None}], "b": 3}), "nothing": None, "empty": [],
}  # fmt: skip
TOTALS = {
    "steps[].in": 150,
    "steps[].runs[].n": 3,
    "numbers[]": 3,
    "counts[type=in].n": 7,
    "u.p[].n": 4,
    "u::p[].n": 4,
    "text::a[].n": 10,
    "text::a[n=9].n": 9,
    "text::b": 3,
    "steps[].in+u.o": 153,
    "text::a[].n+text::b": 13,
}
NOWHERE = (
    "steps[].xx", "steps[0].in", "steps[*].in", "steps[].runs.n", "steps[n].in", "counts[type=xx].n", "u.p.n",
    "u.q[].n", "u[].n", "steps", "text::a[].m", "text::c", "text.b", "text::", "text::a..n", "out::x", "out[].x",
    "nothing[].x", "empty[].x", "steps[.in", "[].in", "steps.in", "steps[][].in",
)  # fmt: skip
NO_JSON = ("not json", '{"p":')


def log(folder, kind):
    if kind == "json":
        return lines(folder, [RECORD, RECORD])
    row = {name: json.dumps(value) if isinstance(value, (list, dict)) else value for name, value in RECORD.items()}
    quoted = ",".join('"' + str("" if value is None else value).replace('"', '""') + '"' for value in row.values())
    return write(folder, ",".join(row) + f"\n{quoted}\n{quoted}\n")


@pytest.mark.parametrize("path", TOTALS)
def test_members_are_added_up(tmp_path, path):
    ledger = counted(log(tmp_path, "json"), mapping={"input_tokens": path, "output_tokens": "out"})
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (2 * TOTALS[path], 0)


@pytest.mark.parametrize("path", [path for path in TOTALS if "u." not in path])
def test_so_are_those_of_a_text_in_a_column(tmp_path, path):
    ledger = counted(log(tmp_path, "table"), mapping={"input_tokens": path, "output_tokens": "out"})
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (2 * TOTALS[path], 0)


@pytest.mark.parametrize("kind", ["json", "table"])
@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_nowhere_is_never_0(tmp_path, kind, path):
    file = log(tmp_path, kind)
    try:
        ledger = counted(file, mapping={"input_tokens": path, "output_tokens": "out"})
    except CostcalcError as error:
        for problem in error.problems:
            assert (problem.place.file, problem.place.line) == (str(file), 1)
            assert problem.code in ("unknown-column", "unknown-path")
            assert problem.expected
            assert problem.remedy
    else:
        assert (ledger.refused_rows, ledger.totals["input_tokens"]) == (2, 0)  # a whole text, read as a count


def test_a_path_of_rows_that_nobody_asked_for_is_somewhere(tmp_path):
    row = '2026-09-{:02},gpt-5-mini,{},"{{""a"":[{}]}}"\n'
    file = write(tmp_path, "date,model,team,meta\n" + row.format(1, "x", '{""n"":5}') + row.format(2, "y", ""))
    mapping = {"input_tokens": "meta::a[].n"}
    assert counted(file, mapping=mapping, where={"team": ("y",)}).totals["input_tokens"] == 0
    assert counted(file, mapping=mapping).totals["input_tokens"] == 5


@pytest.mark.parametrize("name", ["cost", "model", "date", "team", "gpu_hours"])
def test_only_whole_counts_are_added_up(tmp_path, name):
    with pytest.raises(CostcalcError, match="gives no count"):
        counted(log(tmp_path, "json"), mapping={name: "steps[].in", "output_tokens": "out"})


def test_a_member_that_is_no_count_refuses_its_row(tmp_path):
    file = lines(tmp_path, [{**RECORD, "steps": [{"in": 5}, {"in": "much"}]}, RECORD])
    ledger = counted(file, mapping={"input_tokens": "steps[].in", "output_tokens": "out"})
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (150, 1)
    assert "a member of the list is not a count" in ledger.problems[0].message


@pytest.mark.parametrize("cell", [*NO_JSON, '{"p":{"n":5}}', '{"p":5}', '{"p":"x"}', "5", '"x"', '[{"n":5}]'])
@pytest.mark.parametrize("path", ["meta::u.p[].n", "meta::p[].n", "meta::p[n=5].n"])
def test_what_is_no_list_refuses_its_row(tmp_path, cell, path):
    good = '{"p":[{"n":5}]}'
    if "u." in path:
        good, cell = f'{{"u":{good}}}', cell if cell in NO_JSON else f'{{"u":{cell}}}'
    rows = "".join('2026-09-01,gpt-5-mini,1,"' + text.replace('"', '""') + '"\n' for text in (good, cell))
    file = write(tmp_path, f"date,model,out,meta\n{rows}")
    ledger = counted(file, mapping={"input_tokens": path, "output_tokens": "out"})
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (5, 1)
    (problem,) = ledger.problems
    assert problem.place.line == 3
    assert "what stands where the list should be is not a count" in problem.message


@pytest.mark.parametrize("cell", ["", "n/a", "null", "{}", "[]", '{"p":null}', '{"p":[]}'])
def test_a_cell_that_says_nothing_holds_none(tmp_path, cell):
    rows = "".join('2026-09-01,gpt-5-mini,1,"' + text.replace('"', '""') + '"\n' for text in ('{"p":[{"n":5}]}', cell))
    file = write(tmp_path, f"date,model,out,meta\n{rows}")
    ledger = counted(file, mapping={"input_tokens": "meta::p[].n", "output_tokens": "out"})
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (5, 0)


def test_neither_is_an_object_in_a_member_a_list(tmp_path):
    file = lines(tmp_path, [{**RECORD, "steps": [{"runs": {"n": 5}}]}, RECORD])
    ledger = counted(file, mapping={"input_tokens": "steps[].runs[].n", "output_tokens": "out"})
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (3, 1)


IN_THE_WAY = ["not json", '{"u":5}', '{"u":"x"}', "5", "[1]", '{"u":[{"n":5}]}', '{"u":{"n":{"m":1}}}']
NOTHING_THERE = ["", "n/a", "null", "{}", "[]", '{"u":null}', '{"u":{}}', '{"u":[]}', '{"u":"-"}', '{"u":{"m":5}}']


def with_texts(folder, kind, texts):
    """Rows whose column `meta` holds these texts: in a table, as texts of JSON lines, or as what they say."""
    if kind == "table":
        cells = ('"' + text.replace('"', '""') + '"' for text in texts)
        return write(folder, "date,model,out,meta\n" + "".join(f"2026-09-01,gpt-5-mini,1,{cell}\n" for cell in cells))
    row = {"date": "2026-09-01", "model": "gpt-5-mini", "out": 1}
    read = [text if kind == "texts" or text[:1] not in "{[5" else json.loads(text or '""') for text in texts]
    return lines(folder, [{**row, "meta": value} for value in read])


@pytest.mark.parametrize("kind", ["table", "texts", "objects"])
@pytest.mark.parametrize("name", ["input_tokens", "cost"])
def test_what_is_no_object_on_the_way_refuses_its_row(tmp_path, kind, name):
    file = with_texts(tmp_path, kind, ['{"u":{"n":5}}', *IN_THE_WAY, *NOTHING_THERE])
    path = "meta.u.n" if kind == "objects" else "meta::u.n"
    ledger = counted(file, mapping={name: path, "output_tokens": "out"})
    assert ledger.refused_rows == len(IN_THE_WAY)
    assert ledger.totals["output_tokens"] == 1 + len(NOTHING_THERE)
    assert (ledger.totals["input_tokens"] if name == "input_tokens" else 5) == 5
    said = [problem.message for problem in ledger.problems]
    assert sum("what stands where an object should be" in message for message in said) == len(IN_THE_WAY) - 1


def test_rows_of_a_large_log_too(tmp_path, monkeypatch):
    monkeypatch.setattr("costcalc.usage.reading.usagenames._SMALL", 1000)
    file = with_texts(tmp_path, "objects", ['{"u":{"n":5}}'] * 500 + ['{"u":5}'])
    ledger = counted(file, mapping={"input_tokens": "meta.u.n", "output_tokens": "out"})
    assert (ledger.refused_rows, ledger.totals["input_tokens"]) == (1, 2500)


def test_rows_that_are_refused_for_something_else_show_that_a_path_is_there(tmp_path):
    row = '2026-09-0{},gpt-5-mini,{},"{}"\n'
    file = write(tmp_path, "date,model,out,meta\n" + row.format(1, "much", '{""n"":5}') + row.format(2, 1, "{}"))
    assert counted(file, mapping={"input_tokens": "meta::n", "output_tokens": "out"}).refused_rows == 1
