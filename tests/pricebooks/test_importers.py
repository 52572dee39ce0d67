"""Each importer takes over what its source says, exactly, and lists what it cannot take."""

from __future__ import annotations

import json
from datetime import date, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace as Given

import pytest

from costcalc.pricebook.importers.builder import Imported, Origin
from costcalc.pricebook.importers.exact_json import parse_json
from costcalc.pricebook.importers.genai_prices import import_genai_prices
from costcalc.pricebook.importers.homes import home_of
from costcalc.pricebook.importers.litellm_map import import_litellm
from costcalc.pricebook.importers.llm_prices import import_llm_prices
from costcalc.pricebook.importers.models_dev import import_models_dev
from costcalc.pricebook.importers.rate_card import import_rate_card
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import Book, Bounds, PriceBlock
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.resolve import Pricebook
from costcalc.pricebook.write import block_lines, book_text
from costcalc.problems import CostcalcError

READ = date(2026, 11, 24)
ORIGIN = Origin("catalogue 1.0", "https://catalogue.example", READ)


def only_book(imported: Imported) -> Book:
    """The one book, after it was written and read back."""
    (book,) = imported.books
    return parse_book(book_text(book))


def lines(block: PriceBlock) -> list[str]:
    """The block's lines without its day and source."""
    return [line.strip() for line in block_lines(block) if "source:" not in line][1:]


def left(imported: Imported) -> list[tuple[str, str]]:
    return [(each.model, each.what) for each in imported.not_taken]


# litellm


def from_litellm(tmp_path: Path, entry: str, name: str = "m", provider: str = "openai") -> Imported:
    path = tmp_path / "map.json"
    path.write_text(
        f'{{"sample_spec": {{}}, "{name}": {{"litellm_provider": "{provider}", {entry}}}}}', encoding="utf-8"
    )
    return import_litellm(path, ORIGIN)


def test_a_price_of_one_token_is_exact_per_million(tmp_path):
    book = only_book(
        from_litellm(tmp_path, '"input_cost_per_token": 1.5e-07, "output_cost_per_token": 7.000000000000001e-7')
    )
    (block,) = book.models["m"].blocks
    assert lines(block) == ["input_tokens:  0.15 per 1M", "output_tokens: 0.7000000000000001 per 1M"]
    assert (block.starts, block.observed) == (None, READ)


def test_lengths_tiers_caches_and_kinds_of_tokens_survive(tmp_path):
    imported = from_litellm(
        tmp_path,
        """
        "input_cost_per_token": 3e-06, "output_cost_per_token": 15e-06,
        "cache_read_input_token_cost": 3e-07,
        "cache_creation_input_token_cost": 3.75e-06, "cache_creation_input_token_cost_above_1hr": 6e-06,
        "input_cost_per_audio_token": 32e-06, "output_cost_per_reasoning_token": 20e-06,
        "output_cost_per_image": 0.04,
        "input_cost_per_token_above_200k_tokens": 6e-06, "input_cost_per_token_above_500k_tokens": 9e-06,
        "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 12e-06,
        "input_cost_per_token_batches": 1.5e-06, "input_cost_per_token_above_200k_tokens_priority": 12e-06,
        "input_cost_per_token_priority": 6e-06, "input_cost_per_token_flex": 1e-06,
        "search_context_cost_per_query": {"search_context_size_low": 0.01, "search_context_size_high": 0.01},
        "provider_specific_entry": {"fast": 2.0}
        """,
    )
    assert imported.not_taken == ()
    assert lines(only_book(imported).models["m"].blocks[0]) == [
        "input_tokens:          3 per 1M",
        "cache_read_tokens:     0.3 per 1M",
        "cache_write_tokens:    3.75 per 1M",
        "cache_write_1h_tokens: 6 per 1M",
        "audio_input_tokens:    32 per 1M",
        "output_tokens:         15 per 1M",
        "reasoning_tokens:      20 per 1M",
        "web_searches:          10 per 1K",
        "images:                0.04 per 1",
        "bands:",
        "- {input_above: 200_000, input_up_to: 500_000, input_tokens: 6 per 1M}",
        "- {input_above: 200_000, cache_write_1h_tokens: 12 per 1M}",
        "- {input_above: 500_000, input_tokens: 9 per 1M}",
        "service_tiers:",
        "batch: {input_tokens: 1.5 per 1M}",
        "priority:",
        "input_tokens: 6 per 1M",
        "bands:",
        "- {input_above: 200_000, input_tokens: 12 per 1M}",
        "flex: {input_tokens: 1 per 1M}",
        "fast: {all: 200% of standard}",
    ]


def test_ranges_of_lengths_keep_both_ends_and_thinking_is_a_mode(tmp_path):
    book = only_book(
        from_litellm(
            tmp_path,
            """
            "max_input_tokens": 258048, "tiered_pricing": [
              {"range": [0, 32000.0], "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "output_cost_per_reasoning_token": 8e-06},
              {"range": [32000.0, 252000], "input_cost_per_token": 2e-06}]
            """,
            "dashscope/qwen3-max",
            "dashscope",
        )
    )
    assert (book.provider, book.region, book.timezone) == ("alibaba", "intl-singapore", "Asia/Shanghai")
    section = book.models["qwen3-max"].blocks[0].standard
    assert [band.bounds for band in section.bands] == [Bounds(0, 32_000), Bounds(32_000, 252_000)]
    assert section.thinking is not None
    assert section.thinking.bands[0].rates["output_tokens"].price == 8


def test_off_peak_hours_become_the_peak_hours_they_leave_over(tmp_path):
    book = only_book(
        from_litellm(
            tmp_path,
            """
            "input_cost_per_token": 2e-06, "off_peak_pricing": {"input_cost_per_token": 1e-06, "windows": [
              {"hours_utc": ["00:00-01:00", "04:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
              {"hours_utc": "00:00-00:00", "weekdays": [6, 7]}]}
            """,
            provider="deepseek",
        )
    )
    (window,) = book.schedules["deepseek-peak"].peak
    assert (window.opens, window.closes, sorted(window.weekdays)) == (time(1), time(4), [0, 1, 2, 3, 4])
    block = book.models["m"].blocks[0]
    assert block.standard.rates["input_tokens"].price == 2
    assert block.standard.off_peak is not None
    assert block.standard.off_peak.rates["input_tokens"].price == 1


def test_what_is_not_understood_is_listed(tmp_path):
    imported = from_litellm(
        tmp_path,
        """
        "input_cost_per_token": 1e-06, "input_cost_per_token_cache_hit": 1e-07, "cache_read_input_token_cost": 2e-07,
        "output_cost_per_second_720p": 0.1, "cache_creation_input_token_cost_above_12hr": 5e-06,
        "search_context_cost_per_query": {"search_context_size_low": 0.01, "search_context_size_high": 0.02},
        "provider_specific_entry": {"us": 1.1}
        """,
    )
    assert [what for _, what in left(imported)] == [
        "cache_read_input_token_cost",
        "output_cost_per_second_720p",
        "cache_creation_input_token_cost_above_12hr",
        "search_context_cost_per_query",
        "provider_specific_entry.us",
    ]


def test_zero_everywhere_is_not_taken_for_a_price(tmp_path):
    imported = from_litellm(tmp_path, '"input_cost_per_token": 0.0, "output_cost_per_token": 0')
    assert imported.books == ()
    assert left(imported) == [("m", "every price")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": 1, "a": 2}', 'the key "a" stands twice, with two values'),
        ('{"a": 1e-9999}', "not a number"),
        ('{\n "a": }', "map.json:2:7: error"),
        ("[" * 100_000, "cannot take this JSON"),
    ],
)
def test_json_is_read_exactly_or_not_at_all(text, message):
    with pytest.raises(CostcalcError, match=message.replace("(", r"\(")):
        parse_json(text, "map.json")
    assert parse_json('{"a": 0.1}') == {"a": Fraction(1, 10)}


# genai-prices


def conditional(prices: object, **constraint: object) -> Given:
    return Given(constraint=Given(**constraint) if constraint else None, prices=prices)


def from_package(*models: Given, provider: str = "openai") -> Imported:
    return import_genai_prices(ORIGIN, data=[Given(id=provider, models=list(models))])


def package_model(prices: object, **more: object) -> Given:
    return Given(**{"id": "M", "match": Given(equals="m"), "prices": prices, "price_variants": None, **more})


def test_dated_prices_become_blocks_and_the_first_one_keeps_its_open_start():
    prices = [
        conditional(Given(input_mtok=Decimal(3))),
        conditional(Given(input_mtok=Decimal(2)), start_date=date(2026, 3, 1)),
        conditional(Given(input_mtok=Decimal(4)), start_date=date(2027, 1, 1)),
    ]
    blocks = only_book(from_package(package_model(prices))).models["m"].blocks
    assert [(block.starts, block.observed) for block in blocks] == [
        (None, date(2026, 2, 28)),  # it held until then, so it was not seen on the day of reading
        (date(2026, 3, 1), None),
        (date(2027, 1, 1), None),
    ]


def test_hours_of_the_day_and_lengths():
    tiered = Given(base=Decimal(2), tiers=[Given(start=200_000, price=Decimal(4))])
    east = timezone(timedelta(hours=8))
    prices = [
        conditional(Given(input_mtok=tiered)),
        conditional(Given(input_mtok=Decimal(6)), start_time=time(9, tzinfo=east), end_time=time(12, tzinfo=east)),
    ]
    book = only_book(from_package(package_model(prices), provider="deepseek"))
    block = book.models["m"].blocks[0]
    assert block.schedule is not None
    assert [(w.opens, w.closes) for w in book.schedules[block.schedule].peak] == [(time(1), time(4))]
    assert lines(block)[1:] == [
        "input_tokens: 6 per 1M",
        "off_peak:",
        "input_tokens: 2 per 1M",
        "bands:",
        "- {input_above: 200_000, input_tokens: 4 per 1M}",
    ]


def test_variants_become_service_tiers_that_pay_the_standard_price_for_the_rest():
    variants = [
        Given(
            when={"processing": "batch"},
            prices=Given(input_mtok=Decimal(1)),
            constraint=Given(start_date=date(2026, 10, 14)),
        ),
        Given(when={"service_tier": "default"}, prices=Given(), constraint=None),
        Given(when={"route": "eu"}, prices=Given(input_mtok=Decimal(9)), constraint=None),
    ]
    imported = from_package(
        package_model(Given(input_mtok=Decimal(2), output_mtok=Decimal(8)), price_variants=variants)
    )
    first, second = only_book(imported).models["m"].blocks
    assert first.service_tiers == {}
    assert second.starts == date(2026, 10, 14)
    assert lines(second)[-1] == "batch: {input_tokens: 1 per 1M, output_tokens: 8 per 1M}"
    assert left(imported) == [("M", "prices for route eu")]


def test_a_price_of_an_hour_is_taken_where_a_decimal_says_it():
    exact = from_package(package_model(Given(audio_hours=Decimal("0.36"))))
    assert lines(only_book(exact).models["m"].blocks[0]) == ["audio_seconds: 0.1 per 1K"]
    assert left(from_package(package_model(Given(audio_hours=Decimal("0.11"))))) == [("M", "audio_hours")]


# models.dev


def from_models_dev(tmp_path: Path, cost: object, provider: str = "openai", **more: object) -> Imported:
    path = tmp_path / "api.json"
    path.write_text(json.dumps({provider: {"id": provider, "models": {"m": {"cost": cost, **more}}}}), encoding="utf-8")
    return import_models_dev(path, ORIGIN)


def test_models_dev_lengths_modes_and_kinds(tmp_path):
    cost = {
        "input": 5, "output": 30, "cache_read": 0.5, "cache_write": 6.25, "input_audio": 10, "reasoning": 40,
        "tiers": [{"input": 10, "output": 45, "tier": {"type": "context", "size": 272000}}],
        "context_over_200k": {"input": 10, "output": 45},
    }  # fmt: skip
    modes = {
        "fast": {"cost": {"input": 12.5}, "provider": {"body": {"service_tier": "priority"}}},
        "turbo": {"cost": {"input": 20}},
    }
    book = only_book(from_models_dev(tmp_path, cost, experimental={"modes": modes}))
    assert lines(book.models["m"].blocks[0]) == [
        "input_tokens:       5 per 1M",
        "cache_read_tokens:  0.5 per 1M",
        "cache_write_tokens: 6.25 per 1M",
        "audio_input_tokens: 10 per 1M",
        "output_tokens:      30 per 1M",
        "reasoning_tokens:   40 per 1M",
        "bands:",
        "- {input_above: 272_000, input_tokens: 10 per 1M, output_tokens: 45 per 1M}",
        "service_tiers:",
        "priority: {input_tokens: 12.5 per 1M}",
        "turbo: {input_tokens: 20 per 1M}",
    ]
    older = only_book(from_models_dev(tmp_path, {"input": 1, "context_over_200k": {"input": 2}}))
    assert lines(older.models["m"].blocks[0])[-1] == "- {input_above: 200_000, input_tokens: 2 per 1M}"


def test_models_dev_lists_what_it_cannot_place(tmp_path):
    tiers = [{"input": 2, "tier": {"type": "users", "size": 5}}]
    imported = from_models_dev(tmp_path, {"input": 1, "per_page": 2, "tiers": tiers})
    assert left(imported) == [("m", "per_page"), ("m", "tiers")]
    assert left(from_models_dev(tmp_path, {"input": 0, "output": 0})) == [("m", "every price")]


def test_converted_prices_of_a_cny_list_stand_beside_it(tmp_path):
    book = only_book(from_models_dev(tmp_path, {"input": 1}, provider="moonshotai-cn"))
    assert (book.provider, book.region) == ("moonshot", "cn-usd")
    assert "converted" in book.note


# llm-prices


def from_llm_prices(tmp_path: Path, *models: object) -> Imported:
    path = tmp_path / "acme.json"
    path.write_text(json.dumps({"vendor": "acme", "models": models}), encoding="utf-8")
    return import_llm_prices(path, ORIGIN)


def period(first: str | None, last: str | None, price: float, **more: object) -> dict[str, object]:
    return {"from_date": first, "to_date": last, "input": price, "output": 5 * price, **more}


def test_a_history_with_ends_becomes_blocks(tmp_path):
    history = [period("2026-03-01", None, 2, input_cached=0.2), period(None, "2026-02-28", 3, input_cached=None)]
    blocks = only_book(from_llm_prices(tmp_path, {"id": "m", "name": "M", "price_history": history})).models["m"].blocks
    assert [(block.starts, block.observed) for block in blocks] == [(None, date(2026, 2, 28)), (date(2026, 3, 1), None)]
    assert lines(blocks[1]) == [
        "input_tokens:      2 per 1M",
        "cache_read_tokens: 0.2 per 1M",
        "output_tokens:     10 per 1M",
    ]


def test_two_lengths_that_stand_as_two_models_are_one(tmp_path):
    short, long = (
        {"name": f"M {sign}200k", "price_history": [period(None, None, price)]} for sign, price in (("≤", 1), (">", 2))
    )
    book = only_book(
        from_llm_prices(tmp_path, {"id": "m", **short}, {"id": "m-200k", **long}, {"id": "n-128k", **short})
    )
    assert list(book.models) == ["m", "n-128k"]
    assert (
        lines(book.models["m"].blocks[0])[-1]
        == "- {input_above: 200_000, input_tokens: 2 per 1M, output_tokens: 10 per 1M}"
    )


def test_a_history_that_ends_or_overlaps_says_so(tmp_path):
    ended = from_llm_prices(
        tmp_path, {"id": "m", "name": "M", "price_history": [period("2026-01-01", "2026-01-31", 1)]}
    )
    assert only_book(ended).models["m"].blocks[-1].withdrawn == "the history of catalogue ends here"
    twice = [period("2026-01-01", None, 1), period("2026-02-01", None, 2)]
    overlap = from_llm_prices(tmp_path, {"id": "m", "name": "M", "price_history": twice})
    assert left(overlap) == [("m", "one of its prices")]


# Rate cards

HEADER = "provider,model,region,meter,price,per,currency,from,until,tier,input_above,input_up_to,locked_until\n"


def card(tmp_path: Path, text: str, shipped: Pricebook | None = None) -> Imported:
    path = tmp_path / "rates.csv"
    path.write_text(text, encoding="utf-8")
    return import_rate_card(path, ORIGIN, shipped or Pricebook(()))


def test_a_rate_card_with_periods_tiers_lengths_and_locks(tmp_path):
    imported = card(
        tmp_path,
        HEADER
        + "acme,m,,input_tokens,2.50,1M,USD,2026-07-01,2026-12-31,,,,2026-12-31\n"
        + "acme,m,,input_tokens,5,1M,USD,2026-07-01,2026-12-31,,200000,,2026-12-31\n"
        + "acme,m,,input_tokens,1.25,1M,USD,2026-07-01,2026-12-31,batch,,,2026-12-31\n"
        + "acme,m,,output_tokens,0.01,1K,USD,2026-07-01,,,,,2026-12-31\n",
    )
    first, second = only_book(imported).models["m"].blocks
    assert (first.starts, first.locked_until) == (date(2026, 7, 1), date(2026, 12, 31))
    assert lines(first)[1:] == [
        "input_tokens:  2.5 per 1M",
        "output_tokens: 0.01 per 1K",
        "bands:",
        "- {input_above: 200_000, input_tokens: 5 per 1M}",
        "service_tiers:",
        "batch: {input_tokens: 1.25 per 1M}",
    ]
    assert (second.starts, lines(second)[1:]) == (date(2027, 1, 1), ["output_tokens: 0.01 per 1K"])


def test_a_card_for_a_list_of_ours_takes_its_place_names_and_says_what_it_does_not_price(tmp_path):
    imported = card(
        tmp_path,
        "provider,model,meter,price,per,currency\nclaude,claude-sonnet-4.5,input_tokens,2,1M,USD\n",
        load_pricebook(),
    )
    book = only_book(imported)
    (model,) = book.models.values()
    assert (book.provider, book.region, model.name) == ("anthropic", "global", "claude-sonnet-4-5")
    assert ("claude-sonnet-4.5", "output_tokens") in left(imported)


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ("acme,m,,input,2,1M,USD,,,,,,\n", "unknown-meter", "2:9"),
        ("acme,m,,input_tokens,-2,1M,USD,,,,,,\n", "negative-price", "2:22"),
        ("acme,m,,input_tokens,$2,1M,USD,,,,,,\n", "bad-price", "2:22"),
        ("acme,m,,input_tokens,2,,USD,,,,,,\n", "empty-cell", "2:24"),
        ("acme,m,,input_tokens,2,10M,USD,,,,,,\n", "bad-unit", "2:24"),
        ("acme,m,,input_tokens,2,1M,dollars,,,,,,\n", "bad-currency", "2:27"),
        ("acme,m,,input_tokens,2,1M,USD,1.7.2026,,,,,\n", "bad-date", "2:31"),
        ("acme,m,,input_tokens,2,1M,USD,2026-07-01,2026-06-30,,,,\n", "empty-period", "2:42"),
        ("acme,m,,input_tokens,2,1M,USD,,,,200000,100000,\n", "empty-band", "2:41"),
        ("acme,m*,,input_tokens,2,1M,USD,,,,,,\n", "rate-card-glob", "2:6"),
        ("acme,m,,input_tokens,2,1M\n", "ragged-row", "2"),
        ("acme,m,,input_tokens,2,1M,USD,,,,,,\nacme,m,,input_tokens,3,1M,USD,2026-07-01,,,,,\n", "rates-overlap", "3"),
        (
            "acme,m,,input_tokens,2,1M,USD,,,,,,2027-01-01\nacme,m,,output_tokens,3,1M,USD,,,,,,\n",
            "rate-card-lock",
            "3",
        ),
        ("acme,m,,input_tokens,2,1M,USD,,,,,,\nacme,n,,input_tokens,3,1M,EUR,,,,,,\n", "rate-card-currency", "3"),
        ("alibaba,qwen3-max,,input_tokens,2,1M,USD,,,,,,\n", "rate-card-currency", "2"),
    ],
)
def test_a_wrong_card_gets_one_error_a_problem_with_its_place(tmp_path, rows, code, place):
    with pytest.raises(CostcalcError) as error:
        card(tmp_path, HEADER + rows, load_pricebook())
    assert [(p.code, str(p.place)) for p in error.value.problems] == [(code, f"{tmp_path / 'rates.csv'}:{place}")]


def test_all_problems_of_a_card_come_together(tmp_path):
    with pytest.raises(CostcalcError) as error:
        card(tmp_path, HEADER + "acme,m,,input,x,1M,USD,,,,,,\nacme,m,,output_tokens,1,1M,USD,soon,,,,,\n")
    assert [p.code for p in error.value.problems] == ["unknown-meter", "bad-price", "bad-date"]
    with pytest.raises(CostcalcError, match='no column "modell"') as error:
        card(tmp_path, "provider,modell,meter,price,per,currency\n")
    assert [p.code for p in error.value.problems] == ["missing-column", "unknown-column"]


# Homes


def test_homes_use_the_zones_and_currencies_of_our_own_lists():
    """An imported book can be laid over ours only if both have one zone and one currency."""
    from costcalc.pricebook.importers import homes

    ours = {(book.provider, book.region): book for book in load_pricebook().books}
    for home in homes._HOMES.values():
        if book := ours.get((home.provider, home.region)):
            assert (home.timezone, "USD") == (book.timezone, book.currency)
    assert home_of("Nobody").provider == "nobody"
