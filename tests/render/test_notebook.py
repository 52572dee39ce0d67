"""Results in a notebook: tables that say what the page says, in which a name is text and nothing else."""

import re
from fractions import Fraction
from html.parser import HTMLParser

import pytest

import costcalc
from costcalc.api import CostResult, PlanResult
from costcalc.render.blocks import Branch, Drawing, Facts, FigureLine, Gap, Note, Tree, TreeNode
from costcalc.render.notebook import html_text
from costcalc.render.pages import notebook_of, page_of
from tests.conftest import REPO_ROOT
from tests.render.made import USUAL, cost_report, drawn, group, ledger, projection
from tests.render.test_harmless import NASTY

EXAMPLE = str(REPO_ROOT / "examples" / "usage.csv")
VOID = {"br"}


class Reader(HTMLParser):
    """What a browser would make of it: its text, its elements, whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes.update((name, value or "") for name, value in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data.split()


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def figures(text: str) -> set[str]:
    return set(re.findall(r"[+−]?\d[\d,]*\.\d\d(?!\d)", text))


def test_a_projection_shows_every_figure_of_its_page():
    found = projection(USUAL, "alibaba=34", revenue=52000)
    shown = " ".join(read(PlanResult(found)._repr_html_()).words)
    assert figures(drawn(page_of(found), 120)) <= figures(shown)
    assert "16,629.69 USD" in shown or "16,629.69" in shown


def test_a_cost_report_does_so_too():
    found = cost_report(USUAL)
    shown = " ".join(read(CostResult(found)._repr_html_()).words)
    assert figures(drawn(page_of(found), 120)) <= figures(shown)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: costcalc.project(EXAMPLE, hikes={"alibaba": 34}, revenue=24000, months=3),
        lambda: costcalc.cost(EXAMPLE, by="customer", each="month"),
        lambda: costcalc.forecast(EXAMPLE, until="2026-09-20", budget="9000 USD"),
        lambda: costcalc.outlook(EXAMPLE, scenario="efficiency", months=2),
        lambda: costcalc.explain(EXAMPLE, hikes={"alibaba": "5..34"}),
        lambda: costcalc.advise(EXAMPLE),
    ],
    ids=["project", "cost", "forecast", "outlook", "explain", "advise"],
)
def test_every_answer_shows_itself(ask):
    reader = read(ask()._repr_html_())
    assert "table" in reader.elements
    assert reader.elements <= {"div", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "code", "pre", "br"}
    assert {name for name, _ in reader.attributes} <= {"style"}


def test_no_style_breaks_a_dark_page():
    """No colour, no background, no size: the notebook's own hold."""
    reader = read(notebook_of(projection(USUAL, "alibaba=34", revenue=52000)))
    styles = {rule.split(":")[0].strip() for _, value in reader.attributes for rule in value.split(";")}
    assert styles <= {"text-align", "white-space", "padding-left"}


def test_names_are_text():
    groups = [group("qwen3-max", 10**9 - i, dimensions=(name,)) for i, name in enumerate((*NASTY, '"><img src=x>'))]
    found = projection(ledger(*groups, dimensions=("team",)), "alibaba=34", by=("team",))
    html = notebook_of(found)
    assert "<script>" not in html
    assert "<img" not in html
    assert not {"\x1b", "\x9b"} & {*html}
    assert {"[red]x[/red]", "=cmd()", "a|b`c`<script>"} <= {*read(html).words}


def test_every_block_has_its_element():
    blocks = [
        Facts([("a", ("b", "c"))], each_in_a_line=True),
        Gap(),
        FigureLine([]),
        Note("loud & clear", "loud"),
        Drawing(lambda width: [f"{width} <cells>"]),
        Tree([Branch([TreeNode("head", "1.00", "USD", "strong")], [Branch([TreeNode("part", "1.00", "USD")])])]),
    ]
    html = html_text(blocks)
    read(html)
    assert "b<br>c" in html
    assert "<strong>loud &amp; clear</strong>" in html
    assert "<pre>96 &lt;cells&gt;</pre>" in html
    assert '<td style="text-align: left; padding-left: 3em">part</td>' in html


def test_a_report_without_a_page_is_left_to_its_plain_form():
    assert notebook_of(Fraction(1)) is None
