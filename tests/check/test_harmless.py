"""Names of budgets, files, teams and models are text in every output: no markup, no command, no formula, no link."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest

from costcalc.budget.model import Budget
from costcalc.budget.read_limits import read_limit
from costcalc.problems import Place
from costcalc.render.check.github import check_annotations
from costcalc.render.pages import page_of
from costcalc.scenario.where import Where
from tests.check.desk import checked, day
from tests.check.test_github import parsed
from tests.render.made import drawn

NASTY = (
    "%0A::error::x", "::set-env name=A::b", "a|b", "<script>alert(1)</script>", "\x1b[31mred", "\x9b31m", "[red]x[/red]",
    "=cmd()", "+1", "@everyone #1", "-->", "]]>", "&amp;", "a`b``", "${{ secrets.X }}", "[x](http://y)", "{0}", "'\"",
    "\u202egpj.exe", "\ud800", "￾",
)  # fmt: skip


@pytest.fixture
def result(tmp_path):
    """A budget of every nasty name, each broken, in a file of a nasty name, on a log with an unpriced nasty model."""
    amount, unit = read_limit("1 USD")
    budgets = [
        Budget(
            name, "limit", amount, unit, Where({"model": ("m",)}), place=Place(f"{name}.yaml", line, 3), excerpt=name
        )
        for line, name in enumerate(NASTY, 1)
    ]
    rows = [day(1, 5), day(1, 1, model="=cmd|<b>`x`[red]")]
    return checked(tmp_path, rows, budgets=budgets)


def test_the_page_interprets_nothing(result):
    page = drawn(page_of(result.report), 120)
    assert not {"\x1b", "\x9b", "\u202e"} & set(page)
    assert {"[red]x[/red]", "=cmd()", "\\x1b[31mred", "<script>alert(1)</script>"} <= set(page.split())


def test_markdown_interprets_nothing_and_its_first_line_is_ours(result):
    text = result.to_markdown()
    assert text.startswith("<!-- costcalc:check -->\n")
    assert text.count("<!--") == text.count("-->") - text.count("\\-->") == 1 or text.count("<!--") == 1
    assert "<script" not in text
    assert "\x1b" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in rows if "Tokens" not in line and "acme/" not in line and line.count("|") > 6}) == 1  # fmt: skip
    assert "<code>@everyone \\#1</code>" in text


def test_annotations_are_one_line_each_and_keep_the_name(result):
    lines = check_annotations(result.report).splitlines()
    assert len(lines) == len(NASTY)
    titles = [parsed(line)[1]["title"] for line in lines]
    assert titles[:4] == [f"budget broken: {name}" for name in NASTY[:4]]
    assert all(char.isprintable() for line in lines for char in line)


def test_junit_is_well_formed_and_keeps_the_name(result):
    root = ElementTree.fromstring(result.to_junit().encode("utf-8"))
    names = [case.get("name").rpartition(", ")[0] for case in root.iter("testcase")]
    assert names[:4] == list(NASTY[:4])
    assert "\\x1b[31mred" in names


def test_sarif_and_json_are_plain_text_of_one_encoding(result):
    for text in (result.to_sarif(), result.to_json()):
        json.loads(text.encode("utf-8"))
        assert "\x1b" not in text
    results = json.loads(result.to_sarif())["runs"][0]["results"]
    messages = [one["message"]["text"] for one in results]
    assert any(text.startswith("\\[x\\](http://y): ") for text in messages)
    assert any(text.startswith("{{0}}: ") for text in messages)
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results]
    assert all(uri.isascii() and not set(uri) & set(' "<>\\^`{|}') for uri in uris)


def test_csv_starts_no_formula(result):
    rows = list(csv.DictReader(io.StringIO(result.to_csv())))
    assert {"'=cmd()", "'+1", "'@everyone #1"} <= {row["budget"] for row in rows}
