"""rates: its ledger, today's USD prices of what models.dev and others list, with what has ended."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from costcalc.calendar import read_day
from costcalc.pricebook.importers.builder import Builder, ForeignEntry, ForeignField, Imported, Origin, by_key
from costcalc.pricebook.importers.exact_json import as_map, parse_json
from costcalc.pricebook.importers.figures import ImportedPrice
from costcalc.pricebook.importers.homes import home_of
from costcalc.problems import Place, fail

FIELDS = by_key(
    input_mtok="input_tokens", output_mtok="output_tokens", reasoning_mtok="reasoning_tokens",
    cache_read_mtok="cache_read_tokens", cache_audio_read_mtok="cache_read_audio_tokens",
    cache_write_mtok="cache_write_tokens", cache_write_1h_mtok="cache_write_1h_tokens",
    input_audio_mtok="audio_input_tokens", output_audio_mtok="audio_output_tokens",
) | {
    "audio_minute": ForeignField("audio_seconds", 60, 1_000),
    "kchar": ForeignField("characters", 1_000),
    "output_per_second": ForeignField("video_seconds", 1, 1),
    "requests_kcount": ForeignField("requests", 1_000, 1_000),
}  # fmt: skip


def import_rates(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of the ledger that no other data was only copied from, in one book a provider."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        root = as_map(parse_json(file.read(), str(path)))
    if "models" not in root:
        raise fail("not-a-price-map", "no models stand in it", place=Place(str(path)), expected='{"models": […]}')
    builder = Builder(origin.of(read_day(root["snapshot_date"])), providers)
    for model in map(as_map, root["models"]):
        provider, lifecycle = model["provider"], as_map(model.get("lifecycle"))
        if "models_dev" not in as_map(model.get("sources")):
            continue  # copied from data that is read by itself
        if builder.wants(provider):
            entry = ForeignEntry(builder, home_of(provider), provider, model["id"])
            entry.put(list(_figures(entry, model)))
            if lifecycle.get("status") == "deprecated":
                entry.end()  # its days are those of litellm, as they were when it was made
    return builder.imported()


def _figures(entry: ForeignEntry, model: Mapping[str, Any]) -> Iterator[ImportedPrice]:
    yield from entry.figures(as_map(model["price"]), FIELDS, skip=("currency",))
    for tier in map(as_map, model.get("price_tiers", ())):
        when = as_map(tier.get("when"))
        if when.get("dimension") == "context" and "over" in when:
            yield from entry.figures(as_map(tier["price"]), FIELDS, skip=("currency",), over=int(when["over"]))
        else:
            entry.leave("price_tiers", f"tiers by {when.get('dimension')}")
