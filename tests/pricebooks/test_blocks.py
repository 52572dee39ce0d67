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
    assert input_price("deepseek", "cn", "deepseek-chat", "2026-07-24") == 1
    lookup = BOOKS.block_on("deepseek", "cn", "deepseek-chat", date(2026, 7, 25))
    assert lookup.block is None
    assert lookup.reason == "no price from 2026-07-25 on: the name ended on 2026-07-24 at 15:59 UTC"


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


def test_gemini_doubles_on_its_announced_day_and_its_batch_with_it():
    for model, before, day in (
        ("gemini-3.6-flash", "2026-12-31", "2027-01-01"),
        ("gemini-3.8-flash", "2026-12-31", "2027-01-01"),
        ("gemini-4-argon", "2026-11-30", "2026-12-01"),
    ):
        assert input_price("google", "global", model, day) == 2 * input_price("google", "global", model, before)
        assert block("google", "global", model, day).status == "announced"
    batch = [
        block("google", "global", "gemini-3.6-flash", day).service_tiers["batch"]
        for day in ("2026-12-31", "2027-01-01")
    ]
    assert [section.rates["output_tokens"].price for section in batch] == [Fraction("1.875"), Fraction("3.75")]


def test_what_ends_ends_on_its_day():
    assert [input_price("mistral", "global", "mistral-large-4", day) for day in ("2026-10-19", "2026-10-20")] == [
        Fraction("0.68"),
        Fraction("1.36"),
    ]
    assert [input_price("zhipu", "cn", "glm-5.3-flash", day) for day in ("2026-09-09", "2026-09-10")] == [
        Fraction("0.4"),
        Fraction("0.8"),
    ]
    priority = [block("xai", "global", "grok-4.6", day).service_tiers for day in ("2026-08-15", "2026-08-16")]
    assert ["priority" in tiers for tiers in priority] == [True, False]


@pytest.mark.parametrize(
    ("provider", "region", "model", "cut", "prices"),
    [
        ("zhipu", "cn", "glm-5", 32_000, ("4", "6", "6")),  # [0, 32K): exactly 32,000 is the upper band
        ("xai", "global", "grok-4.5", 200_000, ("2", "4", "4")),  # below 200K against 200K or more
        ("google", "global", "gemini-2.5-pro", 200_000, ("1.25", "1.25", "2.5")),  # above 200K
        ("minimax", "cn", "minimax-m3", 512_000, ("2.1", "2.1", "4.2")),
        ("tencent", "cn", "hy3-preview", 16_000, ("1.2", "1.2", "1.6")),
    ],
)
def test_to_which_band_the_cut_itself_belongs(provider, region, model, cut, prices):
    found = [input_price(provider, region, model, "2026-09-01", length) for length in (cut - 1, cut, cut + 1)]
    assert found == [Fraction(price) for price in prices]


@pytest.mark.parametrize(
    ("length", "output", "prices"),
    [
        (31_999, 200, ("2", "0.4", "8")),
        (31_999, 201, ("3", "0.6", "14")),
        (32_000, 200, ("4", "0.8", "16")),  # longer inputs: one price for every output
        (199_999, 9_000, ("4", "0.8", "16")),
        (200_000, 1, (None, None, None)),  # above the last band there is no price
    ],
)
def test_glm_depends_on_both_lengths(length, output, prices):
    rates = block("zhipu", "cn", "glm-4.6", "2026-09-01").standard.rates_for(length - 1, output - 1)
    found = [rates.get(meter) for meter in ("input_tokens", "cache_read_tokens", "output_tokens")]
    assert [rate and rate.price for rate in found] == [price and Fraction(price) for price in prices]


def test_doubao_prices_short_answers_apart_and_stored_cache_by_the_hour():
    standard = block("volcengine", "cn-beijing", "doubao-seed-1.8", "2026-09-01").standard
    for length, output, price in ((32_000, 200, 2), (32_000, 201, 8), (32_001, 200, 16), (256_000, 1, 24)):
        assert standard.rates_for(length - 1, output - 1)["output_tokens"].price == price
    assert standard.rates["cache_storage_token_hours"].price == Fraction("0.017")
    assert standard.rates["cache_storage_token_hours"].per_units == 1_000_000


def test_machines_are_priced_by_the_hour():
    def hour(provider: str, region: str, model: str, day: str, meter: str = "gpu_hours") -> Fraction:
        rate = block(provider, region, model, day).standard.rates[meter]
        assert rate.per_units == 1
        return rate.price

    rise = [
        hour("aws", "global", "p5e.48xlarge-capacity-block", day, "instance_hours")
        for day in ("2026-01-22", "2026-01-23")
    ]
    assert rise == [Fraction("34.61"), Fraction("39.8")]
    assert hour("selfhosted", "global", "together-h100", "2026-09-01") == Fraction("3.99")
    assert hour("selfhosted", "cn", "h100-china-market-after", "2026-09-01") == 17
    spot = block("selfhosted", "global", "runpod-h200", "2026-09-01").service_tiers["spot"]
    assert spot.rates["gpu_hours"].price == Fraction("3.59")


def test_a_rate_of_unknown_start_says_so_beside_the_known_ones():
    rates = block("google", "global", "gemini-2.5-flash", "2026-06-01").standard.rates
    assert (rates["input_tokens"].observed, rates["audio_input_tokens"].observed) == (None, date(2026, 11, 24))


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
