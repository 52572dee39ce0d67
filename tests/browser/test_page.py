"""The page in a real browser: used by keyboard, sorted, read by everybody, printed; it asks nobody for anything."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.render.html.page import handout_html
from costcalc.render.words import percent_text
from costcalc.reports.plan.model import PlanOptions
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.read import parse_scenario
from tests.browser.browsing import opened
from tests.browser.handouts import USAGE, Made, made, of_horizon
from tests.render.made import NO_FX, PRICEBOOK, group, ledger
from tests.render.outlooks import PLAN, customers_log

pytestmark = pytest.mark.browser
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
# Pieces of text whose boxes meet: what is only for those who hear the page is of one pixel, and is left out.
OVERLAPS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), boxes = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("figcaption, .visually-hidden") || getComputedStyle(parent).visibility === "hidden") continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 1 && box.height > 1) boxes.push([node.textContent.trim(), box]);
  }
  boxes.sort((one, other) => one[1].top - other[1].top);
  return boxes.flatMap(([text, box], place) => {
    const met = [];
    for (let next = place + 1; next < boxes.length && boxes[next][1].top < box.bottom - 2; next++) {
      const [other, its] = boxes[next];
      const across = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      if (across > 1 && Math.min(box.bottom, its.bottom) - its.top > 3) met.push(`${text} / ${other}`);
    }
    return met;
  });
}"""
HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\" onmouseover=\"document.title='owned'",
    "' autofocus onfocus='document.title=1",
    "&lt;b&gt;\u2028<!--",
    "javascript:alert(1)",
    "\x1b[31mred\u202e",
)


@pytest.fixture(scope="module")
def one_hike() -> Made:
    return made(USAGE, None, ["alibaba=34"], floor=Fraction(55, 100))


@pytest.fixture(scope="module")
def everything() -> Made:
    """Customers that pay, ranges, unpriced usage, moves: all sections that a page can have."""
    plan = parse_scenario(PLAN, "plan.yaml", {})
    usage = customers_log(group("qwen4-preview", 5_000_000, dimensions=("acme", "chat")))
    horizon = Horizon(usage, PRICEBOOK, NO_FX, HorizonOptions(3), [plan])
    return of_horizon(horizon, PlanOptions(plan, changes_at(plan, None), floor=Fraction(7, 10)))


@pytest.mark.parametrize("width", [390, 500, 1280])
def test_nothing_overlaps(chromium, tmp_path, everything, width):
    with opened(chromium, handout_html(everything.handout), tmp_path, viewport={"width": width, "height": 900}) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.page.evaluate(OVERLAPS) == []
        seen.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert seen.page.evaluate(OVERLAPS) == []


def test_a_slider_turned_by_keyboard_shows_the_margin_of_the_engine(chromium, tmp_path, one_hike):
    """alibaba +34%, ten key presses to +44%."""
    with opened(chromium, handout_html(one_hike.handout), tmp_path) as seen:
        assert seen.text("#shown-rise") == "+34%"
        seen.page.focus("#slider-rise")
        for _ in range(10):
            seen.page.keyboard.press("ArrowRight")
        assert seen.text("#shown-rise") == "+44%"
        margin = one_hike.at(44, 100).last.after.margin
        assert margin is not None
        assert seen.text('[data-tile="margin"]') == percent_text(margin)
        seen.page.keyboard.press("End")
        assert seen.page.get_attribute("#slider-rise", "aria-valuetext") == "+68%"
        assert seen.text("#turned").startswith("Turned: Rise of alibaba +68%")
        assert seen.page.query_selector("#slider-passed") is None  # it would do what the other one does
        seen.page.click("#reset")
        assert seen.text("#shown-rise") == "+34%"


def test_everything_can_be_reached_and_is_seen_to_be_by_keyboard(chromium, tmp_path, one_hike):
    with opened(chromium, handout_html(one_hike.handout), tmp_path) as seen:
        reached = []
        for _ in range(80):
            seen.page.keyboard.press("Tab")
            place = seen.page.evaluate(
                "(() => {const e = document.activeElement; const s = getComputedStyle(e);"
                "return [e.tagName, e.id, s.outlineStyle, parseFloat(s.outlineWidth)]})()"
            )
            if place[0] == "BODY":
                break
            reached.append(place)
        assert all(style == "solid" and width >= 2 for _, _, style, width in reached), reached
        names = [tag for tag, *_ in reached]
        assert {"A", "INPUT", "BUTTON"} <= set(names)


def test_a_table_is_sorted_by_its_headers(chromium, tmp_path, everything):
    with opened(chromium, handout_html(everything.handout), tmp_path) as seen:
        cost = '#customers-table th[data-k="after"]'

        def costs() -> list[float]:
            rows = [row for row in seen.table("customers-table") if row["name"] != "Total"]
            return [float(row["after"].replace(",", "")) for row in rows]

        assert seen.page.get_attribute('#customers-table th[data-k="margin"]', "aria-sort") == "ascending"
        seen.page.click(f"{cost} button")
        assert seen.page.get_attribute(cost, "aria-sort") == "descending"
        assert costs() == sorted(costs(), reverse=True)
        assert costs() != sorted(costs())
        seen.page.focus(f"{cost} button")
        seen.page.keyboard.press("Enter")
        assert seen.page.get_attribute(cost, "aria-sort") == "ascending"
        assert costs() == sorted(costs())
        seen.turn("rise", 200)  # the order that a reader chose stays
        assert costs() == sorted(costs())
        name = '#customers-table th[data-k="name"]'
        seen.page.click(f"{name} button")
        assert seen.page.get_attribute(name, "aria-sort") == "ascending"
        assert seen.page.get_attribute(cost, "aria-sort") == "none"
        assert seen.table("customers-table")[-1]["name"] == "Total"


def test_lines_stand_in_the_order_that_their_header_says(chromium, tmp_path, everything):
    with opened(chromium, handout_html(everything.handout), tmp_path) as seen:
        for ticks in (100, 0, 200):
            seen.turn("rise", ticks)
            for table in ("first-table", "lines-table"):
                assert seen.page.get_attribute(f'#{table} th[data-k="after"]', "aria-sort") == "descending"
                costs = [row["after"].replace(",", "") for row in seen.table(table)[:-1]]
                known = [float(cost) for cost in costs if cost != "unpriced"]
                assert known == sorted(known, reverse=True)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_asks_nobody_complains_of_nothing_and_fits(chromium, tmp_path, everything, width, scheme):
    page = handout_html(everything.handout)
    with opened(chromium, page, tmp_path, viewport={"width": width, "height": 900}, color_scheme=scheme) as seen:
        seen.turn("rise", 150)
        seen.page.wait_for_load_state("networkidle")
        assert [url for url in seen.requests if not url.startswith("file://")] == []
        assert len(seen.requests) == 1
        assert seen.complaints == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')") == "refused"


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("moved", [False, True])
def test_labels_contrast_and_order_are_as_they_should_be(chromium, tmp_path, everything, width, scheme, moved):
    """What axe-core finds wrong: nothing."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = handout_html(everything.handout)
    with opened(chromium, page, tmp_path, viewport={"width": width, "height": 900}, color_scheme=scheme) as seen:
        if moved:
            seen.turn("rise", 150)
        found = axe.Axe().run(seen.page).response["violations"]
        said = [(each["id"], [node["html"][:160] for node in each["nodes"]][:4]) for each in found]
        assert said == []


def test_names_are_text_in_the_page_and_after_a_slider_moved(chromium, tmp_path):
    groups = [
        group("qwen3-max", 10**7 - number, dimensions=(name, name)) for number, name in enumerate(HOSTILE)
    ]  # fmt: skip
    unknown = group(HOSTILE[0], 10, dimensions=(HOSTILE[1], HOSTILE[2]))
    text = "scenario: x\nprices:\n  - {what: alibaba, change: +34%}\nrevenue:\n  - {per: customer and month, amount: 5 USD}\n"
    plan = replace(parse_scenario(text, "plan.yaml", {}), name=HOSTILE[1])
    horizon = Horizon(ledger(*groups, unknown, dimensions=("customer", "feature")), PRICEBOOK, NO_FX, HorizonOptions(2, ("customer", "feature")), [plan])  # fmt: skip
    options = PlanOptions(plan, changes_at(plan, None), by=("customer", "feature"))
    with opened(chromium, handout_html(of_horizon(horizon, options).handout), tmp_path) as seen:
        title = seen.page.title()
        for ticks in (34, 68, 0):
            seen.turn("rise", ticks)
            named = {row["name"] for row in seen.table("customers-table")}
            assert set(HOSTILE[:4]) <= named
            assert seen.page.eval_on_selector_all("img, iframe, [onerror], [onmouseover], [autofocus]", "all => all.length") == 0  # fmt: skip
            assert seen.page.title() == title
        assert seen.complaints == []
        assert len(seen.requests) == 1


def test_it_prints_whole_tables_and_no_sliders(chromium, tmp_path, everything):
    with opened(chromium, handout_html(everything.handout), tmp_path) as seen:
        seen.page.emulate_media(media="print", color_scheme="dark")
        assert not seen.page.is_visible("#sliders")
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        seen.page.set_viewport_size({"width": 700, "height": 900})  # an A4 sheet within its margins
        cut = "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.firstChild.id)"
        assert seen.page.eval_on_selector_all(".scroll", cut) == []
        seen.turn("rise", 150)
        assert seen.text("#turned").startswith("Turned: ")
        assert seen.page.is_visible("#turned")
        assert seen.page.pdf(format="A4").startswith(b"%PDF")


def test_without_a_script_every_figure_stands(chromium, tmp_path, one_hike):
    with opened(chromium, handout_html(one_hike.handout), tmp_path, java_script_enabled=False) as seen:
        assert not seen.page.is_visible("#sliders")
        assert seen.page.is_visible("noscript")
        margin = one_hike.handout.plan.last.after.margin
        assert margin is not None
        assert seen.text('[data-tile="margin"]') == percent_text(margin)


def pieces(seen: Any) -> list[str]:
    return list(seen.page.eval_on_selector_all("h1, h2, h3", "all => all.map(e => e.tagName)"))


def test_headings_are_in_order(chromium, tmp_path, everything):
    with opened(chromium, handout_html(everything.handout), tmp_path) as seen:
        levels = [int(name[1]) for name in pieces(seen)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert seen.page.get_attribute("html", "lang") == "en"
