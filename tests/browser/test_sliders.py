"""The page with its sliders anywhere shows what the engine says for such rises, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.render.html import sections
from costcalc.render.html.page import handout_html
from costcalc.render.plan.answers import ways_of
from costcalc.render.plan.headline import headline_blocks
from costcalc.render.plan.lines import table_at
from costcalc.reports.plan.model import Plan, PlanOptions
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.read import parse_scenario
from tests.browser.browsing import Seen, by_name, opened, rows_of
from tests.browser.handouts import USAGE, Made, made, of_horizon
from tests.render.made import NO_FX, PRICEBOOK, group, ledger
from tests.render.outlooks import PLAN, customers_log

pytestmark = pytest.mark.browser
PLACES = ((0, 0), (25, 100), (50, 50), (100, 0), (100, 100), (200, 100), (200, 33), (137, 61))  # percent of each slider
SOME = PLACES[1:6:2]  # for the pages that differ in what they show, not in how a slider moves it
MOVED_FULLY = ("one hike", "a range, passed through in part", "hikes that compound")


def assert_shows(seen: Seen, found: Plan) -> None:
    """Everything that follows the sliders, as the page in Python writes it."""
    tables = [
        sections.bridge_table(found),
        sections.months_table(found),
        sections.first_table(found, table_at(found, -1)),
    ]
    if len(found.by) > 1:
        tables.append(sections.lines_table(found, table_at(found, -1)))
    if sections.has_customers(found):
        tables.append(sections.customers_table(found))
    for table in tables:
        keys = [key for key in map(table.key, range(len(table.columns))) if key not in ("requests", "tokens")]
        assert by_name(seen.table(table.identity), keys) == by_name(rows_of(table), keys), table.identity
    assert seen.headline() == [note.text for note in headline_blocks(found) if hasattr(note, "text")]
    assert seen.tiles() == {key: (figure, against) for key, _, figure, against in sections.tiles(found)}
    ways = seen.page.eval_on_selector_all("[data-way]", "all => all.map(e => e.textContent)")
    assert ways == [way.price for way in ways_of(found) if way.price]


def assert_follows(chromium: Any, tmp_path: Any, what: Made, places: Sequence[tuple[int, int]] = PLACES) -> None:
    sliders = what.sliders
    with opened(chromium, handout_html(what.handout), tmp_path) as seen:
        assert_shows(seen, what.handout.plan)
        has_both = sliders.what_passes != "all"
        for rise, passed in places:
            ticks = (
                rise * sliders.rise.most // 200,
                passed * sliders.passed.most // 100 if has_both else sliders.passed.start,
            )
            seen.turn("rise", ticks[0])
            if has_both:
                seen.turn("passed", ticks[1])
            assert_shows(seen, what.at(*ticks))
        seen.page.click("#reset")
        assert_shows(seen, what.handout.plan)
        assert seen.complaints == []


CASES = {
    "one hike": ((None, ["alibaba=34"]), {"floor": Fraction(55, 100)}),
    "a range, passed through in part": ((None, ["alibaba=5..34", "baidu=30"]), {"share": Fraction(3, 5)}),
    "hikes that compound": ((None, ["any=10", "alibaba=34", "*/qwen*=12.5@2027-01-01"]), {"by": ("customer", "feature")}),
    "cuts": ((None, ["alibaba=-20", "openai=+5"]), {}),
    "events": (("april-2026", []), {"floor": Fraction(58, 100)}),
    "events, passed through in part": (("april-2026", []), {"share": Fraction(1, 3)}),
    "a whole scenario": (("all-at-once", []), {"floor": Fraction(55, 100)}),
    "without revenue": ((None, ["alibaba=34"]), {"earned": StatedRevenue(), "months": 1}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_page_is_the_engine_s_wherever_the_sliders_stand(chromium, tmp_path, name):
    (scenario, hikes), words = CASES[name]
    places = PLACES if name in MOVED_FULLY else SOME
    assert_follows(chromium, tmp_path, made(USAGE, scenario, hikes, **words), places)


def test_a_page_with_customers_and_everything_follows_too(chromium, tmp_path):
    plan = parse_scenario(PLAN, "plan.yaml", {})
    horizon = Horizon(customers_log(), PRICEBOOK, NO_FX, HorizonOptions(3), [plan])
    options = PlanOptions(plan, changes_at(plan, None), floor=Fraction(7, 10))
    assert_follows(chromium, tmp_path, of_horizon(horizon, options), SOME)


def test_what_stands_in_one_row_follows_too(chromium, tmp_path):
    """More customers and lines than the page has rows for; the cheapest lines stay the cheapest."""
    groups = [
        group("qwen3-max", 10**7 + 1_234_567 * (400 - number), requests=100, dimensions=(f"c{number:03d}", "chat"))
        for number in range(330)
    ]
    plan = parse_scenario("scenario: x\nprices:\n  - {what: alibaba, change: +34%}\nrevenue:\n  - {per: customer and month, amount: 3 USD}\n", "plan.yaml", {})  # fmt: skip
    usage = ledger(*groups, dimensions=("customer", "feature"))
    horizon = Horizon(usage, PRICEBOOK, NO_FX, HorizonOptions(2, ("feature", "customer")), [plan])
    options = PlanOptions(plan, changes_at(plan, None), ("feature", "customer"))
    what = of_horizon(horizon, options)
    names = [row[0].text for row in sections.customers_table(what.handout.plan).rows]
    assert (len(names), names[-1]) == (301, "… 30 more")
    assert sections.lines_table(what.handout.plan, table_at(what.handout.plan, -1)).rows[-1][0].text == "… 130 more"
    assert_follows(chromium, tmp_path, what, PLACES[:3])
