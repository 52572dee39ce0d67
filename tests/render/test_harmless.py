"""Names from a log are text: no markup, no control characters, no formulas, no links."""

import csv
import io
import json

import pytest

from costcalc.render.blocks import Cell, Column, Grid, Note
from costcalc.render.draw import Page
from costcalc.render.markdown import escaped
from costcalc.render.pages import markdown_of, page_of
from costcalc.render.tables import csv_of
from costcalc.render.written import json_of
from tests.render.made import drawn, group, ledger, projection

NASTY = (
    "[red]x[/red]",
    "=cmd()",
    "\x1b[31mred",
    "+1",
    "-1",
    "@sum",
    "\tx",
    "\rx",
    ":smile:",
    "a|b`c`<script>",
    "\x9b31m",
)


def nasty_projection():
    groups = [group("qwen3-max", 10**9 - i, dimensions=(name,)) for i, name in enumerate(NASTY)]
    return projection(ledger(*groups, group("[bold]=x()[/bold]\x1b[0m", 10, dimensions=("none",)), dimensions=("team",)), "alibaba=34", by=("team",))  # fmt: skip


def test_the_page_shows_every_name_as_text():
    page = drawn(page_of(nasty_projection()), 120)
    assert "[red]x[/red]" in page
    assert "=cmd()" in page
    assert "\\x1b[31mred" in page
    assert ":smile:" in page
    assert "[bold]=x()[/bold]\\x1b[0m" in page  # the unpriced model
    assert "\x1b" not in page
    assert "\x9b" not in page


def test_colours_are_the_page_s_own_and_gone_when_they_are_not_wanted(monkeypatch):
    found = nasty_projection()
    coloured = drawn(page_of(found), 120, no_color=False, force_terminal=True, color_system="standard")
    assert "\x1b[31m+" in coloured  # a rise is worse
    assert "\x1b[31mred" not in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    plain = drawn(page_of(found), 120, no_color=None, force_terminal=True, color_system="standard")
    assert "\x1b[31m" not in plain
    assert "\x1b[32m" not in plain


def test_direction_is_told_without_colour():
    page = drawn(page_of(projection(ledger(group("qwen3-max", 10**9)), "alibaba=-20", revenue=5000)))
    assert "−400.00" in page
    assert "+8.0 points" in page


def test_csv_keeps_formulas_from_running():
    lines = list(csv.DictReader(io.StringIO(csv_of(nasty_projection()))))
    teams = {line["team"] for line in lines}
    assert {"'=cmd()", "'+1", "'-1", "'@sum", "'\\tx", "'\\rx", "\\x1b[31mred", "[red]x[/red]"} <= teams


def test_csv_leaves_numbers_alone():
    found = projection(ledger(group("qwen3-max", 10**9)), "alibaba=-20")
    (line,) = csv.DictReader(io.StringIO(csv_of(found)))
    assert (line["cost_before"], line["cost"], line["change"], line["rise"]) == (
        "2000.00",
        "1600.00",
        "-400.00",
        "-0.2",
    )


def test_a_column_that_is_a_formula_or_called_like_one_of_ours():
    groups = ledger(group("qwen3-max", 10**9, dimensions=("ok", "200")), dimensions=("=cmd()", "status"))
    (line,) = csv.DictReader(io.StringIO(csv_of(projection(groups, "alibaba=34", by=("=cmd()", "status")))))
    assert line["'=cmd()"] == "ok"
    assert (line["status"], line["costcalc_status"]) == ("200", "priced")


def test_json_escapes_what_drives_a_terminal():
    text = json_of(nasty_projection())
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert {line["names"]["team"] for line in json.loads(text)["over_the_log"]["lines"]} >= set(NASTY)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a|b", "a\\|b"),
        ("`x`", "\\`x\\`"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("@team", "<code>@team</code>"),
        ("fixes #12", "<code>fixes \\#12</code>"),
        ("https://example.org", "<code>https://example.org</code>"),
        ("[a](b)", "\\[a\\](b)"),
        ("gpt_4_x", "gpt\\_4\\_x"),
    ],
)
def test_markdown_is_escaped(name, text):
    assert escaped(name) == text


def test_markdown_tables_keep_their_columns():
    lines = [line for line in markdown_of(nasty_projection()).splitlines() if line.startswith("|")]
    widths = {line.replace("\\|", "").count("|") for line in lines[: len(NASTY) + 1]}
    assert len(widths) == 1


def test_an_output_that_lacks_the_signs_of_the_page_gets_others():
    class Ascii(io.StringIO):
        encoding = "ascii"

    from rich.console import Console

    groups = ledger(group("qwen3-max", 10**9, dimensions=("客户",)), dimensions=("team",))
    console = Console(file=Ascii(), width=80)
    console.print(page_of(projection(groups, "alibaba=34", by=("team",), revenue=5000, months=2)))
    text = console.file.getvalue()
    assert text.isascii()
    assert "\\u5ba2\\u6237" in text
    assert "60.0% -> 46.4%" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_an_arrow_of_two_signs_moves_no_column():
    """Laid out with the room of both: figures of rows with one and without stand below each other."""

    class Ascii(io.StringIO):
        encoding = "ascii"

    from rich.console import Console

    table = Grid(
        [Column("What", "name"), Column("Saves")], [[Cell("a → b"), Cell("12.00")], [Cell("a and b"), Cell("1.00")]]
    )
    console = Console(file=Ascii(), width=40)
    console.print(Page(lambda _: [table, Note("a → b")]))
    assert console.file.getvalue().splitlines()[1:5] == [
        "  What       Saves", "  a -> b     12.00", "  a and b     1.00", "  a -> b",
    ]  # fmt: skip
