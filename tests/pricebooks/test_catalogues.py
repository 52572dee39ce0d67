"""What catalogues write in ways of their own: products, storage by the hour, regions."""

from __future__ import annotations

import json
from datetime import date

from costcalc.pricebook.importers.builder import Imported, Origin
from costcalc.pricebook.importers.model_bank import import_model_bank
from costcalc.pricebook.importers.openai_cost_calculator import import_openai_cost_calculator

ORIGIN = Origin("somebody 1", "https://example.com", date(2026, 11, 30))


def prices(imported: Imported, model: str) -> dict[str, str]:
    rates = imported.books[0].models[model].blocks[-1].standard.rates
    return {meter: f"{float(rate.price):g}" for meter, rate in rates.items()}


def bank(tmp_path, units: str) -> Imported:
    (tmp_path / "acme.mjs").write_text(
        f'const models = [{{id: "chat-1", pricing: {{units: [{units}]}}}}];\nexport default models;\n', encoding="utf-8"
    )
    return import_model_bank(tmp_path, ORIGIN)


def unit(name: str, price: str) -> str:
    return f'{{name: "{name}", {price}, unit: "millionTokens"}}'


def test_a_product_is_one_number(tmp_path):
    units = [
        unit("textInput", 'rate: 12, strategy: "fixed"'),
        unit("textInput_cacheRead", 'rate: 12 * .2, strategy: "fixed"'),
    ]
    assert prices(bank(tmp_path, ", ".join(units)), "chat-1") == {"input_tokens": "12", "cache_read_tokens": "2.4"}


def test_keeping_tokens_for_an_hour_is_not_writing_them(tmp_path):
    hourly = 'lookup: {prices: {"1h": 4.5}, pricingParams: ["ttl"]}, strategy: "lookup"'
    both = 'lookup: {prices: {"5m": 2.5, "1h": 4}, pricingParams: ["ttl"]}, strategy: "lookup"'
    read = unit("textInput", 'rate: 2, strategy: "fixed"')
    found = bank(tmp_path, f"{read}, {unit('textInput_cacheWrite', hourly)}")
    assert prices(found, "chat-1") == {"input_tokens": "2"}
    assert [each.what for each in found.not_taken] == ["textInput_cacheWrite"]
    found = bank(tmp_path, f"{read}, {unit('textInput_cacheWrite', both)}")
    assert prices(found, "chat-1") == {"input_tokens": "2", "cache_write_tokens": "2.5", "cache_write_1h_tokens": "4"}


def calculator(tmp_path, **by_region: str) -> Imported:
    rows = [
        {"conditions": {"region": region.replace("_", "-")}, "rates": {"input": price}}
        for region, price in by_region.items()
    ]
    model = {"id": "acme.chat-1", "source": "api", "prices": rows}
    root = {
        "provider": "bedrock",
        "verified_at": "2026-09-23",
        "sources": [{"id": "api", "url": "https://example.com"}],
    }
    (tmp_path / "bedrock.json").write_text(json.dumps({**root, "models": [model]}), encoding="utf-8")
    return import_openai_cost_calculator(tmp_path / "bedrock.json", ORIGIN)


def test_the_first_region_is_the_list_where_there_is_no_price_for_everywhere(tmp_path):
    found = calculator(tmp_path, eu_central_1="0.12", us_east_1="0.1")
    assert prices(found, "acme.chat-1") == {"input_tokens": "0.1"}
    assert prices(found, "eu-central-1/acme.chat-1") == {"input_tokens": "0.12"}
    everywhere = {"eu-central-1": "0.12", "global": "0.09", "us-east-1": "0.1"}
    found = calculator(tmp_path, **everywhere)
    assert prices(found, "acme.chat-1") == {"input_tokens": "0.09"}
    assert prices(found, "us-east-1/acme.chat-1") == {"input_tokens": "0.1"}


def test_data_that_says_when_it_was_read_is_dated(tmp_path):
    origin = calculator(tmp_path, us_east_1="0.1").origin
    assert (origin.read, origin.is_dated, ORIGIN.is_dated) == (date(2026, 9, 23), True, False)
