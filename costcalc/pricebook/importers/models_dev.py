"""models.dev: its `api.json`, one price a model and provider in USD per million tokens, without days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.pricebook.importers.exact_json import as_map, as_text, read_json
from costcalc.pricebook.importers.figures import PER_MILLION, Figure, block_of
from costcalc.pricebook.importers.homes import home_of, means
from costcalc.pricebook.importers.shelf import Imported, Origin, Shelf
from costcalc.pricebook.model import STANDARD, Model
from costcalc.problems import Place, fail

NAME, URL = "models.dev", "https://models.dev/api.json"

_METERS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "reasoning": "reasoning_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "input_audio": "audio_input_tokens",
    "output_audio": "audio_output_tokens",
}
_OVER_200K, _TIERS = "context_over_200k", "tiers"


def import_models_dev(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of every provider, in one book a provider."""
    root = as_map(read_json(path))
    entries = as_map(root["providers"]) if "providers" in root else root
    if not any("models" in as_map(entry) for entry in entries.values()):
        raise fail(
            "not-a-price-map", "no provider with models stands in it", place=Place(str(path)),
            expected='{"openai": {"models": {"gpt-5.6-sol": {"cost": {…}}}}, …}',
        )  # fmt: skip
    shelf = Shelf(origin)
    for provider, entry in entries.items():
        if providers and not any(means(word, provider) for word in providers):
            continue
        for name, model in as_map(as_map(entry).get("models")).items():
            _put(shelf, provider, name, as_map(model))
    return shelf.imported()


def _put(shelf: Shelf, provider: str, name: str, entry: Mapping[str, Any]) -> None:
    figures = list(_all_figures(shelf, provider, name, entry))
    if not figures:
        return
    if not any(figure.price for figure in figures):
        shelf.leave(provider, name, "every price", "0 everywhere: free, or part of a subscription")
        return
    home, origin = home_of(provider), shelf.origin
    block = block_of(figures, origin.starts, origin.read, source=shelf.source(home))
    shelf.put(home, Model(name.lower(), (block,), block.place, resold=home.resold), name, provider)


def _all_figures(shelf: Shelf, provider: str, name: str, entry: Mapping[str, Any]) -> Iterator[Figure]:
    yield from _costs(shelf, provider, name, as_map(entry.get("cost")), STANDARD)
    modes = as_map(as_map(entry.get("experimental")).get("modes"))
    for mode, details in modes.items():
        body = as_map(as_map(as_map(details).get("provider")).get("body"))
        tier = as_text(body.get("service_tier")) or mode.lower()
        yield from _costs(shelf, provider, name, as_map(as_map(details).get("cost")), tier)


def _costs(shelf: Shelf, provider: str, name: str, costs: Mapping[str, Any], tier: str) -> Iterator[Figure]:
    """The prices of one mode. Where `tiers` stand, `context_over_200k` is an older way to say the same."""
    yield from _figures(shelf, provider, name, costs, tier, 0)
    tiers = costs.get(_TIERS)
    if isinstance(tiers, list) and tiers:
        for entry in tiers:
            bound = as_map(as_map(entry).get("tier"))
            size = bound.get("size")
            if bound.get("type", "context") == "context" and isinstance(size, Fraction) and size.denominator == 1:
                yield from _figures(shelf, provider, name, as_map(entry), tier, int(size))
            else:
                shelf.leave(provider, name, _TIERS, f"tiers by {bound.get('type', 'nothing')}")
    elif _OVER_200K in costs:
        yield from _figures(shelf, provider, name, as_map(costs[_OVER_200K]), tier, 200_000)


def _figures(
    shelf: Shelf, provider: str, name: str, costs: Mapping[str, Any], tier: str, over: int
) -> Iterator[Figure]:
    for key, value in costs.items():
        if key in (_TIERS, _OVER_200K, "tier") or value is None:
            continue
        if key in _METERS and isinstance(value, Fraction) and value >= 0:
            meter, mode = _METERS[key], ""
            if key == "reasoning" and home_of(provider).thinks:
                meter, mode = "output_tokens", "thinking"
            yield Figure(meter, value, PER_MILLION, tier, over, mode=mode)
        else:
            shelf.leave(provider, name, f"cost.{key}", "no meter of ours counts this")
