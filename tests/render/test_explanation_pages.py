"""The pages of an explanation, whole; and what a page must say in each case."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from costcalc.render.draw import Page
from costcalc.render.explanation.page import explanation_blocks
from costcalc.render.markdown import markdown_text
from costcalc.render.pages import markdown_of, page_of
from costcalc.render.tables import csv_of
from costcalc.reports.explanation import ExplainQuestion, Explanation, Selection, explain
from costcalc.scenario.hikes import read_hikes
from costcalc.usage.ledger import Cuts, UsageLedger
from tests.render.made import NO_FX, PRICEBOOK, books, drawn, fx, group, ledger
from tests.render.screens import fits_every_screen
from tests.render.test_harmless import NASTY

BOOKS = books(
    """
provider: alibaba
region: cn
default: true
currency: CNY
timezone: Asia/Shanghai
sources:
  page: {url: https://prices.example/models, read: 2026-08-11, confidence: official}
models:
  qwen3-max:
    aliases: [qwen-max-latest]
    prices:
      2026-02-28:
        source: page
        bands:
          - {input_up_to: 32_000, input_tokens: 2.5 per 1M, output_tokens: 10 per 1M}
          - {input_above: 32_000, input_tokens: 4 per 1M, output_tokens: 16 per 1M}
        service_tiers: {batch: {all: 50% of standard}}
""",
    """
provider: openai
currency: USD
timezone: UTC
models:
  gpt-5.6-luna:
    prices:
      at least since 2026-07-30: {input_tokens: 3 per 1M, output_tokens: 12 per 1M, web_searches: 10 per 1K}
discounts:
  - {what: openai, percent: 12.5%}
""",
)
RATES = fx("bases: {ecb_month_avg: {url: test}}\nfx:\n  USD/CNY: {2026-09: {ecb_month_avg: 6.7089}}\n")
LOG = ledger(
    group("qwen-max-latest", 3_000_000_000, output=400_000_000, requests=120_000, band_basis="mean", rows=60),
    group("qwen3-max", 200_000_000, output=9_000_000, requests=2_000, input_over=32_000, service_tier="batch", rows=3),
    group("gpt-5.6-luna", 70_000_000, output=8_000_000, searches=1_200, requests=900, rows=9),
    group("qwen9", 1_000, output=500, provider="alibaba", rows=2),
    group("gpt-5.6-luna", 10**6, billed=Fraction(250), billed_currency="USD", cost_kind="billed", rows=1),
    group("gpt-5.6-sol", 10**6, billed=Fraction(12), billed_currency="CNY", cost_kind="computed", rows=1),
    cuts=Cuts(input_lengths=(32_000,), day_edges=(0, 57_600)),
)  # fmt: skip


def report(usage: UsageLedger = LOG, *hikes: str, prices: Any = BOOKS, rates: Any = RATES, **words: Any) -> Explanation:
    known = {"currency": "USD", "changes": read_hikes(hikes)}
    return explain(usage, prices, rates, ExplainQuestion(**(known | words)))


def everything() -> Explanation:
    return report(LOG, "alibaba=5..34", "openai/gpt-5.6-luna:output_tokens==13.5/1M")


def line_and_meter() -> Explanation:
    return report(choice=Selection({"model": ("qwen3-max",)}, "output_tokens"))


@pytest.mark.parametrize("made", [everything, line_and_meter], ids=lambda made: made.__name__)
def test_the_page_of_an_explanation(made, golden):
    found = page_of(made())
    golden(f"explain-{made.__name__.replace('_', '-')}-80.txt", drawn(found))
    fits_every_screen(found)


def test_the_page_of_an_explanation_where_it_is_narrow(golden):
    golden("explain-everything-60.txt", drawn(page_of(everything()), 60))


def test_the_markdown_of_an_explanation(golden):
    golden("explain-everything.md", markdown_of(everything()))


def page(found: Explanation, **words: Any) -> str:
    """The page with single blanks and without rails, for sentences that may wrap."""
    text = drawn(page_of(found, **words), 100, notes=True)
    return " ".join(text.translate(str.maketrans("│├└─", "    ")).split())


def test_lines_that_are_not_shown_still_add_up():
    """2,000 + 500 + 3 + 12 = 2,515 USD: the largest line, and the other two."""
    usage = ledger(group("qwen3-max", 10**9), group("qwen-plus", 10**9), group("gpt-5.6-luna", 5 * 10**6))
    text = page(report(usage, prices=PRICEBOOK, rates=NO_FX), top=1)
    assert "alibaba / qwen3-max 2,000.00 USD" in text
    assert "… 2 more lines 515.00 USD Total 2,515.00 USD" in text
    assert "the largest of 3 lines, 80% of 2,515.00 USD" in text


def test_the_page_says_how_to_narrow_it():
    usage = ledger(group("qwen3-max", 10**9))
    text = page(report(usage, prices=PRICEBOOK, rates=NO_FX))
    assert "Narrow it: --line provider=alibaba,model=qwen3-max · --meter input_tokens · --day 2026-09-30" in text


def test_a_part_of_the_figures_leaves_the_rest_in_the_sum():
    text = page(line_and_meter())
    assert "all that was not asked for" in text
    assert "Narrow it" not in text


def test_a_total_below_a_coin_is_shown_exactly():
    assert "Exact: 0.002 USD." in page(report(ledger(group("qwen3-max", 1_000)), prices=PRICEBOOK, rates=NO_FX))


def test_many_prices_of_one_line_fold():
    """Twenty days with a price of their own: twelve are shown, and eight more at 1 USD each."""
    days = "".join(f"      2026-09-{day:02d}: {{input_tokens: {day} per 1M}}\n" for day in range(1, 21))
    lists = books(f"provider: acme\ncurrency: USD\ntimezone: UTC\nmodels:\n  m:\n    prices:\n{days}")
    usage = ledger(*(group("m", 10**6, day=date(2026, 9, day)) for day in range(1, 21)))
    text = page(report(usage, prices=lists, rates=NO_FX))
    assert "… 8 more prices 36.00 USD" in text  # 1 + 2 + … + 8
    assert "Total 210.00 USD" in text


def test_names_of_a_log_are_text_and_nothing_else():
    groups = [group("qwen3-max", 10**9 - i, dimensions=(name,)) for i, name in enumerate(NASTY)]
    usage = ledger(*groups, group("[bold]=x()[/bold]\x1b[0m", 10, dimensions=("none",)), dimensions=("team",))
    found = report(usage, prices=PRICEBOOK, rates=NO_FX, by=("team",))
    text = drawn(page_of(found, top=99), 120)
    assert "[red]x[/red]" in text
    assert "\\x1b[31mred" in text
    assert not {"\x1b", "\x9b"} & {*text}
    markdown = markdown_text("x", explanation_blocks(found, 99))
    assert "<script>" not in markdown
    assert not [line for line in csv_of(found).splitlines() if line[0] in "=+-@\t"]


def test_signs_that_an_encoding_lacks_are_written_with_others():
    from io import BytesIO, TextIOWrapper

    from rich.console import Console

    stream = TextIOWrapper(BytesIO(), encoding="ascii")
    Console(file=stream, width=80, no_color=True, legacy_windows=False).print(page_of(everything()))
    stream.flush()
    text = stream.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert "\\u" not in text
    assert "/ 1M" in text


def test_a_page_is_drawn_by_blocks():
    assert isinstance(page_of(everything()), Page)
