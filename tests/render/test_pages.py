"""The pages as a reader sees them, whole; and what a page must say in each case."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from costcalc.asked import Asked, Call
from costcalc.calendar import utc_midnight
from costcalc.problems import Place, Problem
from costcalc.render.blocks import Facts
from costcalc.render.draw import Page
from costcalc.render.pages import markdown_of, page_of
from costcalc.reports.cost import CostReport
from costcalc.reports.plan.model import Plan
from costcalc.usage.ledger import SkippedRows, SourceFile, UsageLedger
from tests.render.made import USUAL, books, cost_report, drawn, fx, group, ledger, projection
from tests.render.screens import fits_every_screen

CUSTOMERS = ledger(
    *(
        group(
            "qwen3-max", 10**9 // (number + 1), output=number * 10**6, requests=40 - number,
            dimensions=(f"customer-{number:02d}" if number else "北京某某科技有限公司",),
            revenue=Fraction(4000, number + 1), revenue_currency="USD",
        )
        for number in range(14)
    ),
    group("gpt-5.6-luna", 10**8, dimensions=(None,)),
    group("gpt-5.6-luna", 10**7, dimensions=("customer-01",)),
    group("qwen4-preview", 5_000_000, dimensions=("customer-01",)),
    dimensions=("customer",),
    refused_rows=2,
    problems=(Problem("bad-count", "a count is no number", Place("usage.csv", 3)),),
    skipped=(SkippedRows("plain", "totals of others", 4),),
    notes=("Cached input is taken to lie inside the input.",),
)  # fmt: skip


def usual() -> Plan:
    return projection(USUAL, "alibaba=34", revenue=52000)


def months() -> Plan:
    return projection(USUAL, "alibaba=5..34@2026-12-01", "openai=10", months=12, margin=Fraction(3, 5), floor=Fraction(11, 20))  # fmt: skip


def customers() -> Plan:
    return projection(CUSTOMERS, "alibaba=34", by=("customer",))


def nothing_known() -> Plan:
    return projection(USUAL, "alibaba=5..34", "openai/gpt-5.6-luna:output_tokens==13.5/1M")


def customers_cost() -> CostReport:
    return cost_report(CUSTOMERS, by=("customer",), each=None)


CASES = [usual, months, customers, nothing_known]


@pytest.mark.parametrize("made", CASES, ids=lambda made: made.__name__)
def test_the_page_of_a_projection(made, golden):
    golden(f"page-{made.__name__.replace('_', '-')}-80.txt", drawn(page_of(made())))


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("made", [months, customers], ids=lambda made: made.__name__)
def test_the_page_of_a_projection_where_it_is_narrow_or_wide(made, width, golden):
    golden(f"page-{made.__name__}-{width}.txt", drawn(page_of(made()), width))


def test_the_page_of_a_cost_report(golden):
    golden("page-cost-80.txt", drawn(page_of(customers_cost())))


def test_the_markdown_of_a_projection(golden):
    golden("page-usual.md", markdown_of(usual()))
    golden("page-customers.md", markdown_of(customers()))


def test_the_markdown_of_a_cost_report(golden):
    golden("page-cost.md", markdown_of(cost_report(USUAL)))


@pytest.mark.parametrize("made", [*CASES, customers_cost], ids=lambda made: made.__name__)
def test_nothing_is_lost_on_any_screen(made):
    fits_every_screen(page_of(made()))


def page(usage: UsageLedger, *hikes: str, **words: Any) -> str:
    """The page with single blanks, for sentences that may wrap."""
    return " ".join(drawn(page_of(projection(usage, *hikes, **words)), 100, notes=True).split())


QWEN = ledger(group("qwen3-max", 10**9))  # 2,000 USD


def test_a_rise_that_touches_nothing_is_said_loudly():
    assert "! openai +20% touches nothing in this log." in page(QWEN, "openai=20")


def test_a_rise_after_the_log_is_no_miss():
    text = page(QWEN, "alibaba=34@2026-12-01", months=3)
    assert "touches nothing" not in text
    assert "alibaba +34% begins after the log: it shows in the months." in text
    assert "December 2026 is the first month whose cost the scenario raises." in text


def test_rises_that_meet_compound_and_it_is_said():
    assert "Rises that touch the same usage compound" in page(QWEN, "alibaba=34", "alibaba/qwen*=10")
    assert "compound" not in page(QWEN, "alibaba=34", "openai=10")


def test_a_bill_without_a_split_that_a_rise_cannot_reach():
    bill = group("unknown-x", 10, provider="alibaba", billed=Fraction(300), billed_currency="USD", cost_kind="billed")
    text = page(ledger(group("qwen3-max", 10**9), bill), "alibaba:input_tokens=34")
    assert "! alibaba:input_tokens +34% could not be applied to 300.00 USD (13% of the bill)" in text
    assert "87% at list prices · 13% as billed" in text


def test_the_savings_of_several_providers_are_one_way():
    """Each offsets the rise of its own provider: only all of them hold the margin."""
    both = ledger(group("qwen3-max", 10**9), group("gpt-5.6-luna", 10**9))
    text = page(both, "alibaba=34", "openai=25", revenue=5000)
    assert "or use 25.4% fewer alibaba tokens and 20.0% fewer openai tokens" in text
    assert text.count("or use") == 1


def test_the_answers_say_what_restores_the_margin():
    """Cost 2,000 → 2,680 of 5,000: 60% → 46.4%; 680 ÷ 5,000 = 13.6%; 2,680 ÷ 0.4 ÷ 5,000 − 1 = 34%."""
    text = page(QWEN, "alibaba=34", revenue=5000, floor=Fraction(1, 2), move_to="alibaba/qwen-plus")
    assert "Gross margin 60.0% → 46.4% −13.6 points −680.00 USD" in text
    assert "To recover the money raise your prices by 13.6%" in text
    assert "To hold 60.0% raise your prices by 34.0% or use 25.4% fewer alibaba tokens" in text
    assert "or move 33.8% of the raised traffic to alibaba/qwen-plus Estimate: the same token counts assumed there" in text  # fmt: skip
    assert "Margin meets 50% at alibaba +25.0%" in text
    assert "Margin meets 0% at alibaba +150.0%" in text


def test_a_move_that_does_not_help_says_why():
    text = page(QWEN, "alibaba=34", revenue=5000, move_to="openai/gpt-5.6-luna")
    assert "or move traffic? Not to openai/gpt-5.6-luna: it costs more than staying" in text


def test_a_loss_has_no_bar_and_a_floor_that_is_passed_says_so():
    text = page(QWEN, "alibaba=34", revenue=1000, floor=Fraction(1, 2))
    assert "−100.0% → −168.0%" in text
    assert "█" not in text
    assert "Margin meets 50% below it already: at alibaba −75.0% it would not be" in text


def test_a_cut_is_no_rise():
    text = page(QWEN, "alibaba=-20", revenue=5000)
    assert "With the cut" in text
    assert "To earn the same you could lower your prices by 8.0%" in text


def test_without_revenue_the_page_still_answers():
    text = page(QWEN, "alibaba=34")
    assert "60% 46.4% −13.6 +34.0% +13.6%" in text
    assert "--revenue AMOUNT" in text


def test_an_empty_scenario_shows_one_cost():
    text = page(QWEN)
    assert "no rise: prices as they are published" in text
    assert "With the rise" not in text


def test_the_source_of_the_revenue_and_what_it_covers():
    some = ledger(group("qwen3-max", 10**9, revenue=Fraction(4000), revenue_currency="USD"), group("qwen3-max", 10**9))
    assert "4,000.00 USD in 30 days · revenue column · against the whole cost of the log" in page(some, "alibaba=34")
    assert "5,000.00 USD in 30 days · --margin 60%" in page(QWEN, "alibaba=34", margin=Fraction(3, 5))


def test_a_short_log_makes_months_an_estimate():
    short = ledger(group("qwen3-max", 10**6), last_instant=utc_midnight(date(2026, 9, 4)))
    assert "Estimate. Volume: the log's daily rate over 3 days." in page(short, "alibaba=34", months=1)


def test_the_margin_that_gives_way():
    text = page(QWEN, "alibaba=34@2026-12-01", months=4, revenue=5000, floor=Fraction(1, 2))
    assert "Margin falls below 50% in December 2026." in text
    text = page(QWEN, "alibaba=3@2026-12-01", months=4, revenue=5000, floor=Fraction(1, 2))
    assert "Margin stays at or above 50% through January 2027." in text


def test_list_changes_already_published_are_named():
    doubling = books(
        "provider: acme\ncurrency: USD\ntimezone: UTC\nmodels:\n  m:\n    prices:\n"
        "      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 1 per 1M}\n"
        "      2026-11-01: {input_tokens: 2 per 1M, output_tokens: 2 per 1M}\n"
    )
    text = page(ledger(group("m", 30_000_000)), "acme=10", months=2, prices=doubling)
    assert (
        "List prices that change after the log add 30.00 USD over 2 months, from November 2026 on,"
        " and are in Before: acme/m from 1 Nov 2026 (+30.00 USD)." in text
    )


def test_unpriced_usage_makes_the_total_incomplete():
    text = page(ledger(group("qwen3-max", 10**9), group("mystery", 10**7)), "alibaba=34")
    assert "! Unpriced: the total is incomplete. 10.0 M tokens (1.0%) have no price." in text
    assert "mystery 10.0 M 1.0% no pricebook knows this model" in text
    assert "Total *" in text


def test_one_is_no_plural():
    text = page(ledger(group("qwen3-max", 1), group("mystery", 1), refused_rows=1), "alibaba=34")
    assert "1 token (50%) has no price." in text
    assert "1 row is not counted, and the total lacks it." in text


def test_a_ledger_is_called_by_its_own_name():
    stored = SourceFile("logs/kept.parquet (data/usage.csv)", "plain", 1)
    assert page(ledger(group("qwen3-max", 10**9), sources=(stored,))).count("kept.parquet 1–30 Sep 2026") == 1


def test_a_revenue_below_a_unit_is_not_0():
    """0.45 USD of revenue against 2 USD of cost, beside thousands too; hundreds alone are shown whole."""
    parts = [group("qwen3-max", 10**6, dimensions=("a",), revenue=Fraction("0.45"), revenue_currency="USD")]
    assert "a 0.45 −344.4%" in page(ledger(*parts, dimensions=("team",)), "alibaba=34", by=("team",))
    parts.append(group("qwen3-max", 10**6, dimensions=("b",), revenue=Fraction(2000), revenue_currency="USD"))
    text = page(ledger(*parts, dimensions=("team",)), "alibaba=34", by=("team",))
    assert "a 0.45 −344.4%" in text
    assert "b 2,000.00 99.9%" in text
    assert "b 2,000 99.9%" in page(ledger(parts[1], dimensions=("team",)), "alibaba=34", by=("team",))


def test_other_lists_exchange_rates_and_assumptions_are_named():
    lists = books(
        "provider: alibaba\ndefault: true\nregion: cn\ncurrency: CNY\ntimezone: UTC\nmodels:\n  q:\n    prices:\n"
        "      2026-01-01: {input_tokens: 7 per 1M, output_tokens: 7 per 1M}\n",
        "provider: alibaba\nregion: intl\ncurrency: USD\ntimezone: UTC\nmodels:\n  q:\n    prices:\n"
        "      2026-01-01: {input_tokens: 2 per 1M, output_tokens: 2 per 1M}\n",
    )
    rates = fx("bases: {ecb: {url: test}}\nfx:\n  USD/CNY: {2026-08: {ecb: 7}}\n")
    text = page(ledger(group("q", 10**6)), "alibaba=34", prices=lists, rates=rates, currency="USD")
    assert "alibaba: list of cn (default)" in text
    assert "1 USD = 7.0000 CNY (Aug 2026, held from Sep 2026)" in text
    assert "Under alibaba intl: 2.00 USD, with the rise 2.68 USD (--region alibaba=intl)" in text


def test_a_total_below_a_unit_is_shown_exactly_too():
    assert "Exact: 0.002, with the rise 0.00268 USD." in page(ledger(group("qwen3-max", 1000)), "alibaba=34")


def test_list_beside_what_was_billed():
    bill = group("qwen3-max", 10**9, billed=Fraction(1500), billed_currency="USD", cost_kind="billed")
    text = " ".join(drawn(page_of(cost_report(ledger(bill)))).split())
    assert "Where the log states a cost: 1,500.00 USD, by the list 2,000.00 USD: 25.0% below the list." in text


def test_no_line_of_a_long_fact_is_cut():
    """Continued lines stand in by two: they are two cells shorter."""
    text = " ".join(["word"] * 60)
    page = Page(lambda _: [Facts([("note", (text,))], each_in_a_line=True)])
    assert drawn(page, 60).split() == ["note", *["word"] * 60]


def called(*options: tuple[str, str], usage: tuple[str, ...] = ("logs/usage.csv",), **more: Any) -> UsageLedger:
    return replace(QWEN, asked=Asked(call=Call(usage, options)), **more)


def test_the_page_says_how_its_figures_come_apart():
    text = page(called(("--hike", "alibaba=34"), ("--by", "model")), "alibaba=34")
    assert text.endswith("Why any figure: costcalc explain logs/usage.csv --hike alibaba=34 --by model")
    quoted = called(("--where", "team=a b"), ("--hike", "alibaba/q*=5..34"), usage=("my logs/kept.parquet", "-x.csv"))
    words = "'my logs/kept.parquet' ./-x.csv --where 'team=a b' --hike 'alibaba/q*=5..34'"
    assert " ".join(quoted.asked.call.of("explain")) == f"costcalc explain {words}"


def test_a_long_command_stays_one_for_a_shell():
    text = drawn(page_of(projection(called(("--hike", "alibaba=34"), ("--where", "team=search"), ("--by", "team"))), ), 60)  # fmt: skip
    *_, first, second, third = text.strip().splitlines()
    assert first.strip() == "Why any figure:"
    assert (second.strip(), third.strip()) == (
        "costcalc explain logs/usage.csv --hike alibaba=34 \\",
        "--where team=search --by team",
    )


def test_a_hike_after_the_log_is_in_none_of_its_figures():
    asked = called(("--hike", "alibaba=34@2026-12-01"))
    assert page(asked, "alibaba=34@2026-12-01", months=3).endswith("costcalc explain logs/usage.csv")
    asked = called(("--hike", "alibaba=34@2026-12-01,alibaba=5"), ("--pass-through", "50%"))
    text = page(asked, "alibaba=34@2026-12-01", "alibaba=5", months=3)
    assert text.endswith("costcalc explain logs/usage.csv --hike alibaba=5")


def test_many_logs_are_for_the_reader_to_name():
    asked = called(usage=tuple(f"logs/{number}.csv" for number in range(300)))
    assert page(asked).endswith("costcalc explain THE-300-FILES")


def test_python_is_told_its_own_way():
    assert page(QWEN).endswith("Why any figure: costcalc.explain(…), with the same usage and options")
