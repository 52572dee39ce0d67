"""openai-cost-calculator: a JSON file a provider in USD per million tokens, each price under its conditions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from costcalc.calendar import read_day
from costcalc.money import read_number
from costcalc.pricebook.importers.builder import Builder, ForeignEntry, ForeignField, Imported, Origin, by_key
from costcalc.pricebook.importers.exact_json import as_map, as_text, read_json
from costcalc.pricebook.importers.figures import ImportedPrice, day_before
from costcalc.pricebook.importers.homes import home_of
from costcalc.pricebook.importers.periods import Said, Validity, put
from costcalc.pricebook.model import STANDARD
from costcalc.problems import Place, fail

FIELDS = by_key(
    input="input_tokens", output="output_tokens", reasoning="reasoning_tokens", cached_input="cache_read_tokens",
    cache_write="cache_write_tokens", cache_write_1h="cache_write_1h_tokens", input_audio="audio_input_tokens",
    cached_input_audio="cache_read_audio_tokens", output_audio="audio_output_tokens",
    input_image="image_input_tokens", output_image="image_output_tokens",
) | {
    "web_search": ForeignField("web_searches", 1, 1_000),
}  # fmt: skip
_EVERYWHERE = ("", "global")
_FIRST = "us-east-1"  # the region that the list of a host is of where it has no price for everywhere
_OLDER = "legacy-csv"  # rows of no official page, kept from an earlier list


def import_openai_cost_calculator(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of a provider's file or of a folder of them; a region of its own is `REGION/MODEL`."""
    files = [path] if path.suffix else sorted(path.glob("*.json"))
    roots = [as_map(read_json(file)) for file in files]
    if not roots or not all("provider" in root and "models" in root for root in roots):
        raise fail("not-a-price-map", "no models of a provider stand in it", place=Place(str(path)))
    builder = Builder(origin.of(max(read_day(root["verified_at"]) for root in roots)), providers)
    for root in roots:
        provider = root["provider"]
        if not builder.wants(provider):
            continue
        urls = {source["id"]: source["url"] for source in root["sources"]}
        for model in map(as_map, root["models"]):
            _put_regions(builder, provider, model, urls)
    return builder.imported()


def _put_regions(builder: Builder, provider: str, model: Mapping[str, Any], urls: Mapping[str, str]) -> None:
    by_region: dict[str, list[Mapping[str, Any]]] = {}
    for price in map(as_map, model["prices"]):
        by_region.setdefault(as_text(as_map(price.get("conditions")).get("region")), []).append(price)
    everywhere = next((each for each in (*_EVERYWHERE, _FIRST) if each in by_region), "")
    for region, prices in by_region.items():
        name = model["id"] if region == everywhere else f"{region}/{model['id']}"
        entry = ForeignEntry(builder, home_of(provider), provider, name)
        if model["source"] == _OLDER:
            entry.leave("every price", "no page of its provider lists it")
            continue
        aliases = tuple(model.get("aliases", ())) if region == everywhere else ()
        url = urls[model["source"]]
        put(entry, [_period(entry, price, url) for price in prices], tuple(alias.lower() for alias in aliases))
        if model.get("status") == "deprecated":
            entry.end()


def _period(entry: ForeignEntry, price: Mapping[str, Any], url: str) -> Validity[Said]:
    first, after = (as_text(price.get(key)) for key in ("effective_from", "effective_until"))
    last = day_before(read_day(after)) if after else None
    return Validity(read_day(first) if first else None, last, (url, _figures(entry, price)))


def _figures(entry: ForeignEntry, price: Mapping[str, Any]) -> list[ImportedPrice]:
    conditions = as_map(price.get("conditions"))
    tier = as_text(conditions.get("service_tier")) or STANDARD
    mode = "off_peak" if conditions.get("period") == "off_peak" else ""
    over = int(price.get("min_input_tokens", 0))
    rates = {key: read_number(text) for key, text in price["rates"].items()}
    # A first token of the longer requests, 200,001, as others write that they are above 200,000.
    return list(entry.figures(rates, FIELDS, tier=tier, mode=mode, over=over - 1 if over % 1_000 == 1 else over))
