"""Which block is in force on a day: the cuts of 2025 and 2026, and the day on which nothing happened."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import PriceBlock
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.resolve import Pricebook

BOOKS = load_pricebook()


def block(provider: str, region: str, model: str, day: str) -> PriceBlock:
    found = BOOKS.block_on(provider, region, model, date.fromisoformat(day)).block
    assert found is not None
    return found


def input_price(provider: str, region: str, model: str, day: str, length: int = 1) -> Fraction:
    """The price of a million input tokens; `length` is that of the request."""
    return block(provider, region, model, day).standard.rates_for(length - 1, 0)["input_tokens"].price


@pytest.mark.parametrize(
    ("day", "short", "middle", "long"),
    [
        ("2025-09-23", "6", "10", "15"),
        ("2025-11-13", "6", "10", "15"),
        ("2025-11-14", "3.2", "6.4", "9.6"),
        ("2026-02-27", "3.2", "6.4", "9.6"),
        ("2026-02-28", "2.5", "4", "7"),
        ("2026-04-17", "2.5", "4", "7"),
        ("2026-04-18", "2.5", "4", "7"),  # the rise of this day was on compute and storage
        ("2026-11-24", "2.5", "4", "7"),
    ],
)
def test_qwen3_max_was_cut_twice_and_never_rose(day, short, middle, long):
    prices = [input_price("alibaba", "cn-beijing", "qwen3-max", day, length) for length in (32_000, 128_000, 128_001)]
    assert prices == [Fraction(short), Fraction(middle), Fraction(long)]


def test_no_token_price_of_alibaba_or_baidu_moved_on_18_april_2026():
    raise_day = date(2026, 4, 18)
    moved = [
        f"{book.provider}/{name}"
        for book in BOOKS.books
        if book.provider in ("alibaba", "baidu")
        for name, model in book.models.items()
        for earlier, later in zip(model.blocks, model.blocks[1:], strict=False)
        if later.starts == raise_day and earlier.starts != raise_day
    ]
    assert moved == []


def test_what_lies_above_the_last_band_has_no_price():
    found = block("alibaba", "cn-beijing", "qwen3-max", "2026-09-01").standard
    assert "input_tokens" in found.rates_for(251_999, 0)
    assert "input_tokens" not in found.rates_for(252_000, 0)


def test_a_cancelled_price_never_applies():
    assert input_price("anthropic", "global", "claude-sonnet-5", "2026-08-31") == 2
    assert input_price("anthropic", "global", "claude-sonnet-5", "2026-09-01") == 2
    statuses = [found.status for found in BOOKS.book("anthropic", "global").models["claude-sonnet-5"].blocks]
    assert statuses == ["in_force", "cancelled"]


def test_superseded_never_applies_and_announced_does():
    book = parse_book(
        """
provider: p
currency: USD
timezone: UTC
models:
  m:
    prices:
      2026-01-01: {input_tokens: 1 per 1M}
      2026-06-01: {status: superseded, input_tokens: 2 per 1M}
      2027-01-01: {status: announced, input_tokens: 3 per 1M}
"""
    )
    on = Pricebook((book,)).block_on
    prices = []
    for day in (date(2026, 6, 2), date(2026, 12, 31), date(2027, 1, 1)):
        found = on("p", "global", "m", day).block
        assert found is not None
        prices.append(found.standard.rates["input_tokens"].price)
    assert prices == [1, 1, 3]


def test_before_the_first_block_there_is_no_price_and_the_day_is_said():
    lookup = BOOKS.block_on("openai", "global", "gpt-5", date(2025, 8, 6))
    assert lookup.block is None
    assert lookup.reason == "no price before 2025-08-07"


def test_after_its_end_a_model_has_no_price_and_the_reason_is_said():
    assert input_price("deepseek", "cn", "deepseek-chat", "2026-04-23") == 2
    lookup = BOOKS.block_on("deepseek", "cn", "deepseek-chat", date(2026, 4, 24))
    assert lookup.block is None
    assert lookup.reason == "no price from 2026-04-24 on: the list names V4 models from this day on"


def test_an_unknown_start_holds_for_every_earlier_day():
    found = block("alibaba", "cn-beijing", "qwen-long", "2024-01-01")
    assert (found.starts, found.observed) == (None, date(2026, 8, 11))


def test_a_tier_of_unknown_start_stands_in_every_dated_block():
    for day in ("2026-02-05", "2026-03-13"):
        fast = block("anthropic", "global", "claude-opus-4-6", day).service_tiers["fast"]
        assert (fast.rates["output_tokens"].price, fast.observed) == (150, date(2026, 4, 8))
    assert "fast" not in block("anthropic", "global", "claude-opus-4-6", "2026-08-06").service_tiers


def test_a_long_context_surcharge_moves_the_whole_request_and_ended_in_march_2026():
    price = [
        input_price("anthropic", "global", "claude-opus-4-6", "2026-03-12", length) for length in (200_000, 200_001)
    ]
    assert price == [5, 10]
    assert input_price("anthropic", "global", "claude-opus-4-6", "2026-03-13", 900_000) == 5


def test_thinking_prices_all_output_by_band():
    thinking = block("alibaba", "cn-beijing", "qwen-plus", "2026-09-01").standard.thinking
    assert thinking is not None
    assert [thinking.rates_for(length, 0)["output_tokens"].price for length in (0, 128_000, 256_000)] == [8, 24, 64]


def test_batch_is_half_of_standard_where_the_facts_say_so():
    batch = block("openai", "global", "gpt-6-sol", "2026-10-01").service_tiers["batch"]
    assert batch.share == Fraction(1, 2)


def test_deepseek_changes_at_beijing_midnight_on_both_lists():
    for region, before, after in (("cn", "3", "9"), ("global", "0.435", "1.32")):
        assert BOOKS.book("deepseek", region).timezone == "Asia/Shanghai"
        assert input_price("deepseek", region, "deepseek-v4-pro", "2026-08-16") == Fraction(before)
        assert input_price("deepseek", region, "deepseek-v4-pro", "2026-08-17") == Fraction(after)


def test_blocks_of_a_model_ascend_and_no_day_stands_twice():
    for book in BOOKS.books:
        for model in book.models.values():
            days = [found.starts or date.min for found in model.blocks]
            assert days == sorted(set(days)), model.name
            assert all(day <= date(2026, 11, 24) + timedelta(days=730) for day in days)
