"""Facts: a table of figures that somebody gathered, a row a price with its source, day and confidence."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

from costcalc.calendar import read_day
from costcalc.files import read_text
from costcalc.money import read_number
from costcalc.pricebook.importers.builder import NO_METER, Builder, ForeignEntry, ForeignField, Imported, Origin, by_key
from costcalc.pricebook.importers.figures import ImportedPrice
from costcalc.pricebook.importers.homes import Home, home_of, shipped_home
from costcalc.pricebook.importers.periods import Validity, block_in, stretches
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import Place, fail

FIELDS = by_key(
    input="input_tokens", cached_input="cache_read_tokens", cached_input_explicit="cache_read_explicit_tokens",
    cached_audio_input="cache_read_audio_tokens", cache_write="cache_write_tokens",
    cache_write_5m="cache_write_tokens", cache_write_1h="cache_write_1h_tokens", audio_input="audio_input_tokens",
    image_input="image_input_tokens", video_input="video_input_tokens", output="output_tokens",
    reasoning_output="reasoning_tokens", audio_output="audio_output_tokens", image_output="image_output_tokens",
) | {
    "image": ForeignField("images", 1, 1),
    "audio_second": ForeignField("audio_seconds", 1, 1),
    "output_second": ForeignField("video_seconds", 1, 1),
    "video_second": ForeignField("video_seconds", 1, 1),
    "character": ForeignField("characters", 1),
    "page": ForeignField("pages", 1, 1),
    "video": ForeignField("videos", 1, 1),
    "request": ForeignField("requests", 1, 1_000),
    "web_search": ForeignField("web_searches", 1_000, 1_000),
}  # fmt: skip
_COLUMNS = (
    "provider", "model", "region", "service_tier", "meter", "tier_min_input_tokens", "tier_max_input_tokens", "price", "currency",
    "per_units", "effective_from", "effective_to", "source_url", "source_date", "confidence",
)  # fmt: skip
_ENDED = "the facts end here"


def import_facts(path: Path, origin: Origin, shipped: Pricebook, providers: tuple[str, ...] = ()) -> Imported:
    """The rows as books of ours. CostcalcError: a column is missing, or a row that says no price."""
    reader = csv.DictReader(StringIO(read_text(path), newline=""))
    if missing := [name for name in _COLUMNS if name not in (reader.fieldnames or ())]:
        raise fail(
            "missing-column", f"facts need the columns {', '.join(missing)}",
            place=Place(str(path), 1), expected=", ".join(_COLUMNS),
        )  # fmt: skip
    builder = Builder(origin, providers)
    models: dict[tuple[Home, str, str, str], list[Mapping[str, str]]] = {}
    for row in reader:
        if builder.wants(row["provider"]):
            home, name = _place(row, shipped)
            models.setdefault((home, row["provider"], name, row["currency"]), []).append(row)
    for (home, provider, name, currency), rows in models.items():
        _put(ForeignEntry(builder, home, provider, name, currency), rows, path)
    return builder.imported()


def _place(row: Mapping[str, str], shipped: Pricebook) -> tuple[Home, str]:
    """The list of ours that a row is about; a region that has none of its own stands before the model."""
    meant = home_of(row["provider"], row["currency"])
    home, currency = shipped_home(meant.provider, row["region"], shipped)
    if currency == row["currency"]:
        return replace(home, resold=meant.resold), row["model"]
    return meant, row["model"] if row["region"] in ("global", "cn") else f"{row['region']}/{row['model']}"


def _put(entry: ForeignEntry, rows: list[Mapping[str, str]], path: Path) -> None:
    periods = [
        Validity(_day(row["effective_from"]), _day(row["effective_to"]), figure)
        for row in rows
        for figure in _figure(entry, row, path)
    ]
    source = entry.builder.source(entry.home, rows[0]["source_url"], rows[0]["confidence"])
    entry.put_blocks([block_in(each, each.held, entry.builder.origin, source, _ENDED) for each in stretches(periods)])


def _figure(entry: ForeignEntry, row: Mapping[str, str], path: Path) -> Iterator[ImportedPrice]:
    field = FIELDS.get(row["meter"])
    if field is None:
        entry.leave(row["meter"], NO_METER)
        return
    try:
        price, per = read_number(row["price"]), int(row["per_units"])
        above, up_to = (int(row[f"tier_{end}_input_tokens"] or 0) for end in ("min", "max"))
    except ValueError:
        raise fail("bad-fact", f"no price: {dict(row)}", place=Place(str(path))) from None
    source = entry.builder.source(entry.home, row["source_url"], row["confidence"])
    told = entry.figure(replace(field, of=per), price, tier=row["service_tier"], over=above, up_to=up_to or None)
    yield replace(told, source=source)


def _day(text: str) -> date | None:
    return read_day(text) if text else None
