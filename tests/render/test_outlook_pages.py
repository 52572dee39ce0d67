"""The page of an outlook as a reader sees it, whole, and what it must say in each case."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from costcalc.money import Money
from costcalc.render.pages import markdown_of, page_of
from costcalc.reports.plan.model import Plan
from costcalc.reports.revenue import StatedRevenue
from costcalc.usage.ledger import UsageLedger
from tests.render.made import drawn, group, ledger
from tests.render.outlooks import full, made
from tests.render.screens import fits_every_screen

QWEN = ledger(group("qwen3-max", 10**9, requests=1000))  # 2,000 USD in 30 days
GROWS = "scenario: Growth\ngrowth:\n  - {change: +10%}\n"
DEARER = "prices:\n  - {what: alibaba, change: +5..34%}\n"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_page_of_an_outlook(width, golden):
    golden(f"outlook-full-{width}.txt", drawn(page_of(full()), width, notes=True))


def test_the_markdown_of_an_outlook(golden):
    golden("outlook-full.md", markdown_of(full()))


def test_nothing_is_lost_on_any_screen():
    fits_every_screen(page_of(full()))


def test_nothing_is_said_by_colour_alone():
    """The page without colour holds the same characters."""
    coloured = drawn(page_of(full()), 80, no_color=False, force_terminal=True, color_system="standard")
    assert "\x1b[31m" in coloured
    plain = drawn(page_of(full()), 80)
    from rich.text import Text

    assert Text.from_ansi(coloured).plain.split() == plain.split()


def page(usage: UsageLedger, text: str, **words: Any) -> str:
    """The page with single blanks, for sentences that may wrap."""
    return said(made(usage, text, **words))


def said(outlook: Plan) -> str:
    return " ".join(drawn(page_of(outlook), 110, notes=True).split())


def revenue(amount: int) -> StatedRevenue:
    return StatedRevenue(Money(Fraction(amount), ""))


def test_the_headline_goes_from_today_to_the_last_month():
    """November has 30 days as the log has: 2,000 → 2,200 USD; requests and with them the revenue grow alike."""
    text = page(QWEN, GROWS, months=2, earned=revenue(5000))
    assert "Growth: cost a month rises from 2,000.00 USD (today) to 2,200.00 USD in November 2026; gross margin stays at 60.0%." in text  # fmt: skip


def test_the_headline_says_both_ends_of_ranges():
    """2,200 × 1.05 = 2,310; × 1.195 = 2,629; × 1.34 = 2,948 of 5,500."""
    text = page(QWEN, GROWS + DEARER, months=2, earned=revenue(5000))
    assert "to 2,629.00 USD in November 2026; gross margin falls from 60.0% to 52.2%. Low to high: 2,310.00 to 2,948.00 USD, margin 46.4% to 58.0%." in text  # fmt: skip


def test_the_floor_and_what_the_ends_of_ranges_do_to_it():
    text = page(QWEN, GROWS + DEARER, months=2, earned=revenue(5000), floor=Fraction(1, 2))
    assert "Margin stays at or above 50% through November 2026. At the worst end of the ranges it falls below 50% in October 2026." in text  # fmt: skip
    text = page(QWEN, GROWS + DEARER, months=2, earned=revenue(5000), floor=Fraction(11, 20))
    assert "! Margin falls below 55% in October 2026." in text
    assert "At the best end of the ranges it does not." in text
    text = page(QWEN, GROWS, months=2, earned=revenue(5000), floor=Fraction(13, 20))
    assert "! Margin is below 65% today already." in text
    halved = "scenario: Less\nefficiency:\n  - {tokens: -50%, on: 2026-11-01}\n"
    text = page(QWEN, halved, months=2, earned=revenue(5000), floor=Fraction(13, 20))
    assert "! Margin is below 65% today already; it meets it from November 2026 on." in text


def test_a_margin_that_comes_back_says_when():
    """October: 2,000 × 31 ÷ 30 × 2 of 5,166.67: 20%; in November it is 60% again."""
    once = "growth: []\nprices:\n  - {what: alibaba, change: +100%, on: 2026-10-01}\nmoves:\n  - {share: 99%, to: alibaba/qwen-plus, on: 2026-11-01, quality: none}\n"  # fmt: skip
    text = page(QWEN, "scenario: Answered\n" + once.replace("growth: []\n", ""), months=2, earned=revenue(5000), floor=Fraction(1, 2))  # fmt: skip
    assert "! Margin falls below 50% in October 2026 and is back at it in November 2026." in text


def test_the_bridge_adds_up_in_coins_and_states_its_order():
    text = page(QWEN, GROWS + DEARER, months=2, earned=revenue(5000))
    assert "Today 2,000.00 USD" in text
    assert "growth +200.00" in text
    assert "prices of alibaba +429.00" in text
    assert "With the scenario 2,629.00 USD" in text
    assert "a step is the difference of two full runs" in text


def test_without_revenue_there_is_no_margin_and_the_page_says_how_to_state_it():
    text = page(QWEN, GROWS)
    assert "Margin" not in text
    assert "No revenue is known, so there is no margin: give --revenue AMOUNT" in text


def test_a_total_is_not_shared_out_to_customers_by_guess():
    parts = [group("qwen3-max", 10**8, dimensions=(name,)) for name in ("a", "b")]
    text = page(ledger(*parts, dimensions=("customer",)), GROWS, earned=revenue(5000))
    assert "The revenue is one total: what each customer pays of it is not known." in text


def test_customers_that_turn_unprofitable_are_said_loudly():
    """Each pays 300 and costs 200, twice as much with the growth; c costs 400 already."""
    parts = [group("qwen3-max", 10**8, dimensions=(name,)) for name in ("a", "b", "c", "c")]
    log = ledger(*parts, dimensions=("customer",))
    plan = "scenario: Twice\ngrowth:\n  - {change: +100%}\nrevenue:\n  - {per: customer and month, amount: 300 USD}\n"
    text = page(log, plan, months=2)
    assert "! 2 customers turn unprofitable: a, b." in text
    assert "1 customer costs more than it pays today already: c." in text


def test_customers_beyond_the_eighth_stand_in_one_line():
    """Sixteen customers: eight, and eight in one; where there is room twelve, and four in one."""
    text = drawn(page_of(full()), 80, notes=True)
    assert "… 8 more" in text
    assert "… 4 more" in drawn(page_of(full()), 120, notes=True)


def test_every_quality_is_the_scenario_s_own_word():
    text = said(full())
    assert "to alibaba/qwen-plus first: search set, 500 cases" in text
    assert "So the scenario says; no figure here tests it." in text


def test_what_the_log_does_not_use_is_named():
    assert "The scenario names what this log does not use: model kimi-* and 2 others; customer nobody." in said(full())


def test_what_was_said_of_several_models_is_said_once():
    found = replace(made(QWEN, GROWS), notes=("a/x: no cache", "b/y: no cache", "one thing"))
    assert "a/x, b/y: no cache. one thing." in said(found)


def test_unpriced_usage_and_refused_rows_are_said_loudly():
    text = said(full())
    assert "! Unpriced: the total is incomplete." in text
    assert "! Refused: 2 rows are not counted" in text
    assert "* Incomplete: it holds tokens that no price was found for." in text


def test_one_month_has_no_total_and_one_column_of_causes():
    text = page(QWEN, GROWS, months=1)
    assert "1 month, Oct 2026" in text
    assert "Total 1" not in text.partition("What adds")[0]
    assert "1 month" not in text.partition("What adds")[2].partition("Provider")[0]


def test_a_short_log_says_so():
    from datetime import date

    from costcalc.calendar import utc_midnight

    short = ledger(group("qwen3-max", 10**6), last_instant=utc_midnight(date(2026, 9, 4)))
    assert "the log's daily rate over 3 days. Under 7 days a daily rate says little." in page(short, GROWS)


def test_other_costs_are_in_the_margin_and_said_to_be():
    """2,000 + 500 of 5,000: 50%."""
    plan = GROWS.replace("+10%", "+0%") + "other_costs:\n  - {per: month, amount: 500 USD}\n"
    text = page(QWEN, plan, months=2, earned=revenue(5000))
    assert "Other costs, 500.00 USD in Nov 2026, are in the margin and not in the cost." in text
    assert "gross margin stays at 50.0%" in text


def test_price_changes_are_phrased_once_for_all_months():
    assert "openai +1% a month, 2 times, from 1 Oct 2026" in said(full())
