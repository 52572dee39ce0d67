"""metergraph: its `prices.yaml`, dated USD prices of a model by the channel that it is bought through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from costcalc.calendar import read_day
from costcalc.files import read_text
from costcalc.money import read_number
from costcalc.pricebook.importers.builder import Builder, ForeignEntry, ForeignField, Imported, Origin, by_key
from costcalc.pricebook.importers.figures import ImportedPrice, day_before
from costcalc.pricebook.importers.homes import Home, home_of
from costcalc.pricebook.importers.periods import Validity, put
from costcalc.yamlreader import read_plain

FIELDS = by_key(
    input_per_mtok="input_tokens", output_per_mtok="output_tokens", cache_read_per_mtok="cache_read_tokens",
    cache_write_5m_per_mtok="cache_write_tokens", cache_write_1h_per_mtok="cache_write_1h_tokens",
) | {
    "request_fee_per_1k_usd": ForeignField("requests", 1_000, 1_000),
}  # fmt: skip
_BATCH = {f"batch_{key}": field for key, field in FIELDS.items()}
_HOURLY = "off_peak_discount"


def import_metergraph(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every name of every model of the catalogue, in one book a channel."""
    root = read_plain(read_text(path), str(path))
    builder = Builder(origin.of(read_day(root["version"])), providers)
    for model in root["models"]:
        for channel, region, name in sorted({place for alias in model["aliases"] for place in _places(alias)}):
            home = home_of(channel.removesuffix("-geo").removesuffix("-api"))
            prices = [
                each for each in model.get("prices", ()) if (each["channel"], each["region"]) == (channel, region)
            ]
            if prices and builder.wants(home.provider):
                _put(ForeignEntry(builder, home, channel, name), prices)
    return builder.imported()


def _places(alias: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Channel, region and name of an alias that still means its model; in several regions one price holds."""
    told = {**alias.get("<<", {}), **alias}
    regions = told.get("price_region", "global")
    if "effective_to" not in told:
        yield told["channel"], regions if isinstance(regions, str) else regions[0], told["alias"]


def _put(entry: ForeignEntry, prices: list[Mapping[str, Any]]) -> None:
    if any(_HOURLY in price.get("rules", {}) for price in prices):
        entry.leave("every price", "a discount by the hour whose hours stand elsewhere")
        return
    put(
        entry,
        [
            Validity(
                _day(each.get("effective_from"), entry.home),
                _last(each, entry.home),
                (each["source_url"], [*_figures(entry, each)]),
            )
            for each in prices
        ],
    )


def _figures(entry: ForeignEntry, price: Mapping[str, Any]) -> Iterator[ImportedPrice]:
    numbers = {key: read_number(text) for key, text in price.items() if key in FIELDS or key in _BATCH}
    standard = {key: value for key, value in numbers.items() if key in FIELDS}
    batch = {key: value for key, value in numbers.items() if key in _BATCH}
    yield from entry.figures(standard, FIELDS)
    yield from entry.figures(batch, _BATCH, tier="batch")
    if longer := price.get("rules", {}).get("long_context"):
        yield from entry.figures(_multiplied(standard, longer), FIELDS, over=int(longer["threshold"]))


def _multiplied(prices: Mapping[str, Fraction], rule: Mapping[str, str]) -> dict[str, Fraction]:
    """The prices of longer requests: whatever is no output takes the multiple of input."""
    times = {key: rule["output_multiplier" if key.startswith("output") else "input_multiplier"] for key in prices}
    return {key: value * read_number(times[key]) for key, value in prices.items()}


def _last(price: Mapping[str, Any], home: Home) -> date | None:
    ends = _day(price.get("effective_to"), home)
    return day_before(ends) if ends else None


def _day(text: str | None, home: Home) -> date | None:
    if not text:
        return None
    if "T" not in text:
        return read_day(text)
    return datetime.fromisoformat(text).astimezone(ZoneInfo(home.timezone)).date()
