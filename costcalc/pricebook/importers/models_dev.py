"""models.dev: its `api.json`, one price a model and provider in USD per million tokens, without days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.pricebook.importers.builder import Builder, ForeignEntry, Imported, Origin, by_key
from costcalc.pricebook.importers.exact_json import as_map, as_text, read_json
from costcalc.pricebook.importers.figures import ImportedPrice
from costcalc.pricebook.importers.homes import home_of
from costcalc.pricebook.model import STANDARD
from costcalc.problems import Place, fail

FIELDS = by_key(
    input="input_tokens", output="output_tokens", reasoning="reasoning_tokens", cache_read="cache_read_tokens",
    cache_write="cache_write_tokens", input_audio="audio_input_tokens", output_audio="audio_output_tokens",
)  # fmt: skip
_OVER_200K, _TIERS = "context_over_200k", "tiers"
_ENDED = "deprecated"


def import_models_dev(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of every provider, in one book a provider."""
    root = as_map(read_json(path))
    entries = as_map(root["providers"]) if "providers" in root else root
    if not any("models" in as_map(entry) for entry in entries.values()):
        raise fail(
            "not-a-price-map", "no provider with models stands in it", place=Place(str(path)),
            expected='{"openai": {"models": {"gpt-5.6-sol": {"cost": {…}}}}, …}',
        )  # fmt: skip
    builder = Builder(origin, providers)
    for provider, models in entries.items():
        if not builder.wants(provider):
            continue
        for name, model in as_map(as_map(models).get("models")).items():
            entry = ForeignEntry(builder, home_of(provider), provider, name)
            entry.put(list(_figures(entry, as_map(model))))
            if as_map(model).get("status") == _ENDED:
                entry.end()
    return builder.imported()


def _figures(entry: ForeignEntry, model: Mapping[str, Any]) -> Iterator[ImportedPrice]:
    yield from _costs(entry, as_map(model.get("cost")), STANDARD)
    for mode, details in as_map(as_map(model.get("experimental")).get("modes")).items():
        body = as_map(as_map(as_map(details).get("provider")).get("body"))
        yield from _costs(entry, as_map(as_map(details).get("cost")), as_text(body.get("service_tier")) or mode.lower())


def _costs(entry: ForeignEntry, costs: Mapping[str, Any], tier: str) -> Iterator[ImportedPrice]:
    """The prices of one mode. Where `tiers` stand, `context_over_200k` is an older way to say the same."""
    skip = (_TIERS, _OVER_200K, "tier")
    yield from entry.figures(costs, FIELDS, skip=skip, tier=tier)
    tiers = costs.get(_TIERS)
    if isinstance(tiers, list) and tiers:
        for part in map(as_map, tiers):
            bound = as_map(part.get("tier"))
            size = bound.get("size")
            if bound.get("type", "context") == "context" and isinstance(size, Fraction) and size.denominator == 1:
                yield from entry.figures(part, FIELDS, skip=skip, tier=tier, over=int(size))
            else:
                entry.leave(_TIERS, f"tiers by {bound.get('type', 'nothing')}")
    else:
        yield from entry.figures(as_map(costs.get(_OVER_200K)), FIELDS, skip=skip, tier=tier, over=200_000)
