"""llm-prices: a file a vendor with a history for each model, or one list of them all; USD per million tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.calendar import read_day
from costcalc.files import is_folder
from costcalc.pricebook.importers.exact_json import as_map, as_text, read_json
from costcalc.pricebook.importers.figures import PER_MILLION, Figure
from costcalc.pricebook.importers.homes import home_of, means
from costcalc.pricebook.importers.periods import Period, block_in, stretches
from costcalc.pricebook.importers.shelf import Imported, Origin, Shelf
from costcalc.pricebook.model import Model
from costcalc.problems import Place, fail

NAME, URL = "llm-prices", "https://www.llm-prices.com/"

_METERS = {"input": "input_tokens", "input_cached": "cache_read_tokens", "output": "output_tokens"}
_OTHER_KEYS = ("from_date", "to_date", "id", "vendor", "name")
# One model at two lengths stands there as two, told apart by the ending of the id and by ≤ and > in the name.
_LONG = re.compile(r"(?P<id>.+)-(?P<k>\d+)k")
_ENDED = "the history of llm-prices ends here"


def import_llm_prices(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of a vendor's file, of a folder of them, or of `current.json` and `historical.json`."""
    shelf = Shelf(origin)
    files = sorted(path.glob("*.json")) if is_folder(path) else [path]
    if not files:
        raise fail("no-price-files", "the folder holds no .json file", place=Place(str(path)))
    for file in files:
        for (vendor, name), history in _histories(file).items():
            if not providers or any(means(word, vendor) for word in providers):
                _put(shelf, vendor, name, history, file)
    return shelf.imported()


def _histories(file: Path) -> dict[tuple[str, str], list[tuple[int, Mapping[str, Any]]]]:
    """By vendor and model: each price with the length of input it begins above."""
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
    found: dict[tuple[str, str], list[tuple[int, Mapping[str, Any]]]] = {}
    for vendor, entry in entries:
        name, over = entry["id"].lower(), 0
        if (match := _LONG.fullmatch(name)) and ">" in as_text(entry.get("name")):
            name, over = match["id"], int(match["k"]) * 1_000
        history = [as_map(price) for price in entry["price_history"]] if "price_history" in entry else [entry]
        found.setdefault((vendor, name), []).extend((over, price) for price in history)
    return found


def _put(shelf: Shelf, vendor: str, name: str, history: list[tuple[int, Mapping[str, Any]]], file: Path) -> None:
    home, origin = home_of(vendor), shelf.origin
    periods = [
        Period(_day(price, "from_date", file), _day(price, "to_date", file), (over, price)) for over, price in history
    ]
    source = shelf.source(home)
    blocks = []
    for stretch in stretches(periods):
        lengths = [over for over, _ in stretch.held]
        if len(set(lengths)) < len(lengths):
            shelf.leave(vendor, name, "one of its prices", f"two periods hold on {stretch.starts or 'the same days'}")
        figures = [figure for over, price in stretch.held for figure in _figures(shelf, vendor, name, price, over)]
        blocks.append(block_in(stretch, figures, origin, source, _ENDED))
    if any(not block.withdrawn for block in blocks):
        shelf.put(home, Model(name, tuple(blocks), blocks[0].place, resold=home.resold), name, vendor)


def _figures(shelf: Shelf, vendor: str, name: str, price: Mapping[str, Any], over: int) -> Iterator[Figure]:
    for key, value in price.items():
        if key in _OTHER_KEYS or value is None:
            continue
        if key in _METERS and isinstance(value, Fraction) and value >= 0:
            yield Figure(_METERS[key], value, PER_MILLION, over=over)
        else:
            shelf.leave(vendor, name, key, "no meter of ours counts this")


def _day(price: Mapping[str, Any], key: str, file: Path) -> date | None:
    text = as_text(price.get(key))
    try:
        return read_day(text) if text else None
    except ValueError:
        raise fail(
            "bad-date", f'"{text}" is not a date ({key})', place=Place(str(file)), expected="2026-04-18"
        ) from None
