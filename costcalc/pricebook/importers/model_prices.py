"""model-prices: its snapshot, a dated history of USD prices a model, made of models.dev with corrections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from costcalc.pricebook.importers.builder import Builder, ForeignEntry, ForeignField, Imported, Origin
from costcalc.pricebook.importers.exact_json import as_map, as_text, read_json
from costcalc.pricebook.importers.figures import ImportedPrice, day_before
from costcalc.pricebook.importers.homes import Home, home_of
from costcalc.pricebook.importers.models_dev import FIELDS
from costcalc.pricebook.importers.periods import Said, Validity, put
from costcalc.pricebook.model import STANDARD
from costcalc.problems import Place, fail

_HOUR, _TIERS = "cache_write_1h_multiple", "tiers"
_NOT_PRICES = ("source", "valid_from", "valid_from_basis", "model", _HOUR, _TIERS, "above")
_WRITE_1H = ForeignField("cache_write_1h_tokens")


def import_model_prices(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of the snapshot with its history, in one book a provider."""
    root = as_map(read_json(path))
    if "prices" not in root:
        raise fail("not-a-price-map", "no prices stand in it", place=Place(str(path)), expected='{"prices": {…}}')
    day = _day(root.get("updated_at"), Home(""))
    builder = Builder(origin.of(day) if day else origin, providers)
    hourly = {as_map(each).get("provider") for each in as_map(root.get("schedules")).get("schedule", ())}
    for provider, models in as_map(root["prices"]).items():
        if not builder.wants(provider):
            continue
        ended = as_map(as_map(root.get("status")).get(provider))
        for name, modes in as_map(models).items():
            entry = ForeignEntry(builder, home_of(provider), provider, name)
            if provider in hourly:
                entry.leave("every price", "its hours of the day stand apart from its prices")
            else:
                put(entry, [period for mode, steps in as_map(modes).items() for period in _periods(entry, mode, steps)])
            if name in ended:
                entry.end()
    return builder.imported()


def _periods(entry: ForeignEntry, mode: str, steps: list[Any]) -> Iterator[Validity[Said]]:
    """What a mode costs, from one step to the next; of two steps of one day the later one holds."""
    starts = [_day(as_map(step).get("start"), entry.home) for step in steps]
    for step, first, after in zip(steps, starts, [*starts[1:], None], strict=True):
        if rates := as_map(as_map(step).get("rates")):
            last = day_before(after) if after else None
            if first is None or last is None or first <= last:
                url = as_text(rates.get("source")) if mode == STANDARD else ""
                yield Validity(first, last, (url, [*_figures(entry, mode, rates)]))


def _figures(entry: ForeignEntry, mode: str, rates: Mapping[str, Any]) -> Iterator[ImportedPrice]:
    thinking = mode == "thinking"
    for part in (rates, *map(as_map, rates.get(_TIERS, ()))):
        where: dict[str, Any] = {"over": int(part.get("above", 0)), "tier": STANDARD if thinking else mode}
        where["mode"] = "thinking" if thinking else ""
        yield from entry.figures(part, FIELDS, skip=_NOT_PRICES, **where)
        multiple, base = rates.get(_HOUR), part.get("input")
        if isinstance(multiple, Fraction) and isinstance(base, Fraction) and "cache_write" in part:
            yield entry.figure(_WRITE_1H, base * multiple, **where)


def _day(moment: Any, home: Home) -> date | None:
    """The day of the provider's zone on which a moment in UTC lies."""
    text = as_text(moment)
    return datetime.fromisoformat(text).astimezone(ZoneInfo(home.timezone)).date() if text else None
