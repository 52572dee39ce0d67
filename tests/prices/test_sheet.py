from datetime import date
from fractions import Fraction

from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import Bounds
from costcalc.render.prices.sheet import _notes
from costcalc.reports.prices.listing import list_prices
from costcalc.reports.prices.naming import naming
from costcalc.reports.prices.rates import PLAIN, Variant
from costcalc.reports.prices.sheet import sheet
from tests.kit import book, model, rates
from tests.kit import prices as prices_of
from tests.prices.made import BOOKS, day_in

BATCH, FLEX, THINKING = Variant("batch"), Variant("flex"), Variant(thinking=True)


def prices(report, length=0):
    return {(kind, meter): price.per(meter) for (kind, meter), price in report.lengths[length].on[0].items()}


def test_a_tier_written_as_a_share_is_shown_as_the_price_it_makes():
    found = prices(sheet(BOOKS, "acme/flat", day_in))
    assert found[PLAIN, "input_tokens"] == 8
    assert found[BATCH, "cache_read_tokens"] == Fraction(4, 10)  # half of 0.8
    assert found[FLEX, "output_tokens"] == 20


def test_a_tier_can_be_shown_alone():
    assert sheet(BOOKS, "acme/flat", day_in, tier="batch").variants == [BATCH]


def test_lengths_are_shown_with_both_ends_and_what_lies_above_has_no_price():
    report = sheet(BOOKS, "banded", day_in)
    assert [each.bounds for each in report.lengths] == [Bounds(0, 32_000), Bounds(32_000, 128_000)]
    assert report.unpriced == [Bounds(128_000, None)]
    assert report.variants == [PLAIN, THINKING]
    assert prices(report, 1)[THINKING, "output_tokens"] == 8


def test_sources_are_those_of_the_figures_shown():
    report = sheet(BOOKS, "acme/flat", day_in, tier="standard")
    assert report.meters_of == {"page": ["input_tokens", "cache_read_tokens"], "news": ["output_tokens"]}


def test_what_is_announced_is_the_next_change():
    change = sheet(BOOKS, "acme/flat", day_in).next_change
    assert change
    assert (change.starts, change.status) == (date(2027, 1, 1), "announced")
    assert {each.ratio for each in change.changes if each.variant == PLAIN} == {1}


def test_a_model_without_a_price_says_why():
    report = sheet(BOOKS, "gone", day_in)
    assert (report.block, report.reason) == (None, "no price from 2026-05-01 on: the page names it no more")


OURS = """
provider: alibaba
region: cn-beijing
currency: CNY
timezone: Asia/Shanghai
source: our contract
discounts:
  - {what: "alibaba/qwen3-*", percent: 12.5%, from: 2026-09-01}
commitments:
  - {what: alibaba, each: month, amount: 12_000 CNY}
models:
  qwen3-max:
    prices:
      2026-09-01: {input_tokens: 2 per 1M, cache_read_tokens: 0.4 per 1M, output_tokens: 8 per 1M}
"""


def test_a_book_of_ones_own_goes_before_the_shipped_one_and_that_is_said(run_costcalc, tmp_path):
    (tmp_path / "ours.yaml").write_text(OURS, encoding="utf-8")
    words = ("prices", "show", "alibaba/qwen3-max", "--on", "2026-10-01", "--pricebook", "ours.yaml")
    run = run_costcalc(*words, "--json", cwd=tmp_path)
    assert (run.json["file"], run.json["over"], run.json["is_shipped"]) == ("ours.yaml", ["alibaba-cn.yaml"], False)
    assert [(term["what"], term["off"]) for term in run.json["discounts"]] == [("alibaba/qwen3-*", "0.125")]
    assert run.json["prices"][0]["price"] == "2"  # of the list: the discount comes off it
    out = run_costcalc(*words, cwd=tmp_path).out
    assert "goes before alibaba-cn.yaml" in out
    assert "12.5% off alibaba/qwen3-* from 1 Sep 2026 (ours.yaml, line 8)" in out
    assert "12,000.00 CNY a month at least" in out


def test_a_shipped_change_to_come_is_shown(run_costcalc):
    out = run_costcalc("prices", "show", "gemini-3.6-flash", "--on", "2026-11-24").out
    assert "1 Jan 2027, announced" in out
    assert "input +100.0%" in out


SOLD = prices_of(
    book(
        model("data-zone/m", ("2026-01-01", rates(input_tokens="2", output_tokens="4")), head="made_as: maker/m\n"),
        model(
            "maker/old-m", ("2026-01-01", rates(input_tokens="2", output_tokens="4")),
            head="made_as: maker/old-m\nredirects: {2026-06-01: data-zone/m}\n",
        ),
    )
).pricebook  # fmt: skip


def test_a_model_that_is_sold_under_another_name_than_its_makers_is_billed_as_itself():
    report = sheet(SOLD, "acme/data-zone/m", day_in)
    assert (report.model.name, prices(report)[PLAIN, "input_tokens"]) == ("data-zone/m", 2)
    assert naming(SOLD, "acme/data-zone/m", day_in).redirected_to is None
    (listed,) = list_prices(SOLD, day_in)
    assert {each.name: each.billed_as for each in listed.models} == {
        "data-zone/m": "data-zone/m",
        "maker/old-m": "data-zone/m",
    }
    assert sheet(SOLD, "acme/maker/old-m", day_in).model.name == "data-zone/m"


def test_every_model_of_a_host_has_a_sheet():
    books = load_pricebook()
    found = books.by_provider["groq"][0]
    assert any(model.made_as for model in found.models.values())
    for name in found.models:
        assert sheet(books, f"groq/{name}", day_in).model.name == name


def test_a_decision_against_what_catalogues_say_stands_with_the_price():
    report = sheet(load_pricebook(), "xai/grok-4.20-beta", day_in)
    (told,) = report.decisions
    assert (told.data, told.whose, told.until) == ("model-prices", "ours", date(2027, 2, 28))
    assert list(_notes(report))[1:] == [f"Catalogues differ. {told.why} Believed until 28 Feb 2027; {told.source}."]
    assert sheet(BOOKS, "acme/flat", day_in).decisions == []  # a book of one's own
