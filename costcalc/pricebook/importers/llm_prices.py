"""llm-prices: a file a vendor with a history for each model, or one list of them all; USD per million tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from costcalc.calendar import read_day
from costcalc.files import is_folder
from costcalc.pricebook.importers.builder import Builder, ForeignEntry, Imported, Origin, by_key
from costcalc.pricebook.importers.exact_json import as_map, as_text, read_json
from costcalc.pricebook.importers.figures import ImportedPrice
from costcalc.pricebook.importers.homes import home_of
from costcalc.pricebook.importers.periods import Said, Validity, put, stretches
from costcalc.problems import Place, fail

FIELDS = by_key(
    input="input_tokens", input_cached="cache_read_tokens", output="output_tokens",
)  # fmt: skip
_OTHER_KEYS = ("from_date", "to_date", "id", "vendor", "name")
# One model at two lengths stands there as two, told apart by the ending of the id and by ≤ and > in the name.
_LONG = re.compile(r"(?P<id>.+)-(?P<k>\d+)k")
_History = list[tuple[int, Mapping[str, Any]]]  # each price with the length of input it begins above


def import_llm_prices(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of a vendor's file, of a folder of them, or of `current.json` and `historical.json`."""
    builder = Builder(origin, providers)
    files = sorted(path.glob("*.json")) if is_folder(path) else [path]
    if not files:
        raise fail("no-price-files", "the folder holds no .json file", place=Place(str(path)))
    for file in files:
        for (vendor, name), history in _histories(file).items():
            if builder.wants(vendor):
                _put(ForeignEntry(builder, home_of(vendor), vendor, name), history, file)
    return builder.imported()


def _histories(file: Path) -> dict[tuple[str, str], _History]:
    """By vendor and model."""
    root = as_map(read_json(file))
    entries = [
        (as_text(root.get("vendor")) or as_text(as_map(entry).get("vendor")), as_map(entry))
        for entry in (root.get("models") or root.get("prices") or ())
    ]
    if not entries or not all(vendor and as_text(entry.get("id")) for vendor, entry in entries):
        raise fail(
            "not-a-price-map", "no models of a vendor stand in it", place=Place(str(file)),
            expected='{"vendor": "anthropic", "models": [{"id": …, "price_history": […]}]}',
        )  # fmt: skip
    found: dict[tuple[str, str], _History] = {}
    for vendor, entry in entries:
        name, over = entry["id"].lower(), 0
        if (match := _LONG.fullmatch(name)) and ">" in as_text(entry.get("name")):
            name, over = match["id"], int(match["k"]) * 1_000
        history = [as_map(price) for price in entry["price_history"]] if "price_history" in entry else [entry]
        found.setdefault((vendor, name), []).extend((over, price) for price in history)
    return found


def _put(entry: ForeignEntry, history: _History, file: Path) -> None:
    periods = [
        Validity(_day(price, "from_date", file), _day(price, "to_date", file), (over, price)) for over, price in history
    ]
    for stretch in stretches(periods):
        lengths = [over for over, _ in stretch.held]
        if len(set(lengths)) < len(lengths):
            entry.leave("one of its prices", f"two periods hold on {stretch.starts or 'the same days'}")
    told: list[Validity[Said]] = [
        Validity(each.first, each.last, ("", [*_figures(entry, *each.held)])) for each in periods
    ]
    put(entry, told)


def _figures(entry: ForeignEntry, over: int, price: Mapping[str, Any]) -> Iterator[ImportedPrice]:
    return entry.figures(price, FIELDS, skip=_OTHER_KEYS, over=over)


def _day(price: Mapping[str, Any], key: str, file: Path) -> date | None:
    text = as_text(price.get(key))
    try:
        return read_day(text) if text else None
    except ValueError:
        raise fail(
            "bad-date", f'"{text}" is not a date ({key})', place=Place(str(file)), expected="2026-04-18"
        ) from None
