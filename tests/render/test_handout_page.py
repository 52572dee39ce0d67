"""The page of a handout as text: whole, harmless, and silent towards everybody."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

from costcalc.render.charts.bridge import bridge_chart
from costcalc.render.charts.months import months_chart
from costcalc.render.charts.palette import DARK, LIGHT
from costcalc.render.charts.svg import ticks
from costcalc.render.html.page import handout_html
from costcalc.reports.handout import Handout
from tests.render.made import group
from tests.render.outlooks import PLAN, customers_log, drawn_outlook, full, made

VOID = {"meta", "link", "input", "br", "rect", "line", "path"}
NASTY = "</script><img src=x onerror=alert(1)>\" ' & \u2028 \x1b[31m"


class Reader(HTMLParser):
    """Which elements there are, whether each is closed, and every attribute."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page_of(outlook: object) -> str:
    return handout_html(Handout(outlook, "none here"))  # type: ignore[arg-type]


def test_the_script_is_known_by_its_hash_and_nothing_else_may_run():
    page = page_of(full())
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy


def test_nothing_is_loaded_from_anywhere():
    read = Reader(page_of(full()))
    for tag, attributes in read.found:
        assert tag not in ("img", "iframe", "object", "embed", "video")
        assert "src" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        if tag != "a" and attributes.get("href"):
            assert attributes["href"] == "data:,"
    style = re.search(r"<style>(.*?)</style>", page_of(full()), re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_names_of_logs_and_scenarios_are_text():
    usage = customers_log(group("qwen3-max", 10**7, dimensions=(NASTY, NASTY)), group(NASTY, 10**6, dimensions=(NASTY, "x")))  # fmt: skip
    found = made(usage, PLAN, by=("customer", "feature"))
    named = replace(found, scenario=replace(found.scenario, name=NASTY), notes=(NASTY,))
    for text in (page_of(named), bridge_chart(named).alone(), months_chart(named).alone()):
        assert "<img" not in text
        assert "\x1b" not in text
        assert "onerror=alert(1)>" not in text
        Reader(text)
    shown = "".join(Reader(page_of(named)).text)
    assert "</script><img src=x onerror=alert(1)>\" '" in shown


def test_identities_are_one_s_own_and_headings_name_their_sections():
    read = Reader(page_of(drawn_outlook()))
    ids = [attributes["id"] for _, attributes in read.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = [attributes["aria-labelledby"] for _, attributes in read.found if "aria-labelledby" in attributes]
    assert set(labels) <= set(ids)
    assert "simulation" in ids


def test_what_has_no_price_is_said_at_the_top():
    page = page_of(full())
    assert page.index("Some usage has no price") < page.index("From today to then")
    assert 'id="gaps"' in page


def test_without_sliders_the_page_says_why():
    page = page_of(full())
    assert "none here" in page
    assert 'id="sliders"' not in page


def test_data_for_the_script_ends_no_element():
    from costcalc.render.html.elements import data

    text = data("figures", {"name": NASTY})
    assert text.count("</script>") == 1
    assert json.loads(text.partition(">")[2].rpartition("</script>")[0])["name"] == NASTY


def test_axes_have_round_figures():
    assert ticks(Fraction(0), Fraction(44_070)) == [0, 10_000, 20_000, 30_000, 40_000, 50_000]
    assert ticks(Fraction(27, 100), Fraction(70, 100), 4) == [Fraction(1, 5), Fraction(2, 5), Fraction(3, 5), Fraction(4, 5)]  # fmt: skip
    assert ticks(Fraction(-3), Fraction(4)) == [-4, -2, 0, 2, 4]
    assert ticks(Fraction(5), Fraction(5))[0] <= 5


def test_text_has_contrast_to_the_paper_and_lines_can_be_seen():
    """4.5 for text, 3 for what is drawn, as WCAG 2.2 asks."""
    for colours in (LIGHT, DARK):
        for ground in ("paper", "panel"):
            for name in ("ink", "quiet", "accent", "adds", "saves", "loud"):
                assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        for name in ("before", "whole", "floor", "adds", "saves"):
            assert contrast(colours[name], colours["paper"]) >= 3, name
        assert contrast(colours["accent"], colours["band"]) >= 3
        assert contrast(colours["loud"], colours["loudpaper"]) >= 4.5


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_the_page_rests_on_is_said_with_every_note():
    said = "".join(Reader(page_of(full())).text)
    assert "what a scenario says is an assumption" in said


def test_what_to_type_where_a_model_has_no_price_is_on_the_page_too():
    usage = customers_log(group("qwen3-max", 10**7, dimensions=("acme", "chat")), group("qwen3-maxx", 10**6, dimensions=("acme", "chat")))  # fmt: skip
    found = made(usage, PLAN, by=("customer", "feature"))
    shown = " ".join("".join(Reader(page_of(found)).text).split())
    assert "If qwen3-maxx is a known model by another name:--alias qwen3-maxx=alibaba/qwen3-max" in shown
