"""Lines of titles above the header of a table, as finance tools write them: the header is found, and places stay true."""

import pytest

from costcalc.usage.files.headers import before_header
from tests.usage.kit import counted, write

HEAD = "Date,Model,Input tokens,Output tokens\n"
ROWS = "2026-09-01,gpt-5-mini,1000,100\n2026-09-02,gpt-5-mini,2000,200\n"
TITLES = {
    "one": "Usage report\n",
    "with-a-comma": 'Usage of "Acme", Inc.\n',
    "padded": "Usage report,,,\nPeriod,2026-09,,\n,,,\n",
    "with-values": "Account,12345\nPeriod,2026-09\n\n",
    "after-empty-lines": "\n\nUsage report\r\n",
}


@pytest.mark.parametrize("titles", TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_titles_are_no_rows_and_said(tmp_path, titles, mark):
    text = HEAD + ROWS + "soon,gpt-5-mini,3000,300\n"
    above = titles.replace(",", mark) if ",,," in titles else titles
    path = write(tmp_path, above + text.replace(",", mark))
    ledger = counted(path)
    count = len(above.splitlines())
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (3000, 1)
    assert [problem.place.line for problem in ledger.problems] == [count + 4]
    what = f"the {count} lines above its columns are no rows" if count > 1 else "the line above its columns is no row"
    assert f"{path}: {what}" in ledger.notes


@pytest.mark.parametrize(
    "text",
    [
        "date,input_tokens\n2026-09-01,5\n",  # two columns are a table
        "model,date\n" + "gpt-5-mini,2026-09-01,5,6\n" * 3,  # rows of more columns than the header, and no names
        "date,model\n2026-09-01,gpt-5,7\n",
    ],
)
def test_what_is_no_title_is_read_as_before(text):
    assert before_header(text) == 0


def test_places_are_true_where_excel_says_how_columns_are_parted(tmp_path):
    path = write(tmp_path, "sep=;\ndate;model;input_tokens\n2026-09-01;gpt-5;x\n2026-09-01;gpt-5\n")
    ledger = counted(path)
    assert [problem.place.line for problem in ledger.problems] == [3, 4]


@pytest.mark.parametrize(
    "above", ["\n", "\r\n", "\n\r\n", "Usage report\n", "Usage report\r\n", "sep=,\r\n", "sep=,\n"]
)
@pytest.mark.parametrize("header", ["\n", "\r\n"])
@pytest.mark.parametrize("rows", ["\n", "\r\n"])
def test_lines_above_may_end_otherwise_than_rows(tmp_path, above, header, rows):
    text = above + HEAD.replace("\n", header) + (ROWS + "x,gpt-5-mini,5,5\n").replace("\n", rows)
    ledger = counted(write(tmp_path, text))
    assert (ledger.totals["input_tokens"], ledger.refused_rows) == (3000, 1)
    assert [problem.place.line for problem in ledger.problems] == [above.count("\n") + 4]
