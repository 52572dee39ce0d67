"""model-bank, the catalogue of LobeHub: a module of JavaScript a provider, prices in CNY or USD."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from costcalc.files import read_text
from costcalc.money import read_number
from costcalc.pricebook.importers.builder import Builder, ForeignEntry, ForeignField, Imported, Origin
from costcalc.pricebook.importers.exact_json import as_map, as_text
from costcalc.pricebook.importers.figures import ImportedPrice
from costcalc.pricebook.importers.homes import home_of
from costcalc.problems import Place, fail

FIELDS = {
    ("textInput", "millionTokens"): ForeignField("input_tokens"),
    ("textInput_cacheRead", "millionTokens"): ForeignField("cache_read_tokens"),
    ("textInput_cacheWrite", "millionTokens"): ForeignField("cache_write_tokens"),
    ("textOutput", "millionTokens"): ForeignField("output_tokens"),
    ("audioInput", "millionTokens"): ForeignField("audio_input_tokens"),
    ("audioInput_cacheRead", "millionTokens"): ForeignField("cache_read_audio_tokens"),
    ("audioOutput", "millionTokens"): ForeignField("audio_output_tokens"),
    ("imageInput", "millionTokens"): ForeignField("image_input_tokens"),
    ("imageOutput", "millionTokens"): ForeignField("image_output_tokens"),
    ("videoInput", "millionTokens"): ForeignField("video_input_tokens"),
    ("imageGeneration", "image"): ForeignField("images", 1, 1),
    ("textInput", "millionCharacters"): ForeignField("characters"),
    ("videoGeneration", "second"): ForeignField("video_seconds", 1, 1),
}
_LIFETIMES = {"5m": ForeignField("cache_write_tokens"), "1h": ForeignField("cache_write_1h_tokens")}
_VERSION = re.compile(r"1\.0\.(\d{4})(\d{2})(\d{2})\d*")  # the day of a release is its version


def import_model_bank(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of the folder `aiModels`, in one book a provider and currency."""
    files = [path] if path.suffix else sorted(path.glob("*.mjs"))
    if not files:
        raise fail("no-price-files", "the folder holds no .mjs file", place=Place(str(path)))
    day = _VERSION.search(origin.name)
    builder = Builder(origin.of(date(*map(int, day.groups()))) if day else origin, providers)
    for file in files:
        provider = file.stem
        if provider != "index" and builder.wants(provider):
            for model in _models(read_text(file), str(file)):
                _put(builder, provider, model)
    return builder.imported()


def _put(builder: Builder, provider: str, model: Mapping[str, Any]) -> None:
    pricing = as_map(model.get("pricing"))
    currency = as_text(pricing.get("currency")) or "USD"
    entry = ForeignEntry(builder, home_of(provider, currency), provider, model["id"], currency)
    entry.put([figure for unit in pricing.get("units", ()) for figure in _figures(entry, as_map(unit))])
    if model.get("legacy"):
        entry.end()


def _figures(entry: ForeignEntry, unit: Mapping[str, Any]) -> Iterator[ImportedPrice]:
    name, strategy = as_text(unit.get("name")), unit.get("strategy")
    field = FIELDS.get((name, as_text(unit.get("unit"))))
    if field is None:
        entry.leave(f"{name} by {unit.get('unit')}")
    elif strategy == "fixed":
        yield entry.figure(field, unit["rate"])
    elif strategy == "tiered":
        over = 0
        for tier in unit["tiers"]:
            up_to = tier["upTo"] if isinstance(tier["upTo"], Fraction) else None
            yield entry.figure(field, tier["rate"], over=over, up_to=int(up_to) if up_to else None)
            over = int(up_to or 0)
    else:
        yield from _looked_up(entry, name, as_map(unit.get("lookup")))


def _looked_up(entry: ForeignEntry, name: str, lookup: Mapping[str, Any]) -> Iterator[ImportedPrice]:
    """Prices that depend on how a request was made: of them the lifetime of a cache has meters here."""
    by = lookup.get("pricingParams")
    if by == ["ttl"] and set(lookup["prices"]) == {"1h"}:
        entry.leave(name, "1h alone is the price of keeping tokens for an hour, not of writing them")
    elif by == ["ttl"] and set(lookup["prices"]) <= set(_LIFETIMES):
        for lifetime, price in lookup["prices"].items():
            yield entry.figure(_LIFETIMES[lifetime], price)
    else:
        entry.leave(name, f"it depends on {', '.join(map(str, by or ()))}")


_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[\[\]{},:]|[^\s\[\]{},:"'`]+)""", re.DOTALL
)  # fmt: skip


def _models(text: str, file: str) -> Iterator[Mapping[str, Any]]:
    """The objects with an id and prices of every list that the module declares."""
    starts = [found.start() for found in re.finditer(r"^const \w+ = \[", text, re.MULTILINE)]
    for start, end in pairwise([*starts, len(text)]):
        tokens = [token for token in _TOKEN.findall(text, text.index("[", start), end) if token]
        try:
            found = _value(tokens[::-1])
        except (ValueError, IndexError, TypeError) as error:
            place = Place(file, text.count("\n", 0, start) + 1)
            raise fail("bad-literal", "a list of models that is no plain literal", place=place) from error
        spread = (
            each for item in found for each in (item if isinstance(item, list) else [item])
        )  # [...[{…}], ...more]
        yield from (each for each in spread if isinstance(each, dict) and "pricing" in each and "id" in each)


def _value(tokens: list[str]) -> Any:
    """A literal of JavaScript, the next token last: objects, lists, texts, numbers; a name of something else is a text."""
    token = tokens.pop()
    if token == "[":
        return [_value(tokens) for _ in _until("]", tokens)]
    if token == "{":
        return dict(_member(tokens) for _ in _until("}", tokens))
    if token in "]},:":
        raise ValueError(token)
    if token[0] in "\"'`":
        return token[1:-1]
    found = _number(token)
    while tokens[-1] == "*":  # `12 * .2`, a share of another price
        tokens.pop()
        found *= _number(tokens.pop())
    return found


def _until(mark: str, tokens: list[str]) -> Iterator[None]:
    """Once for each part that stands before the mark."""
    while (token := tokens[-1]) != mark:
        if token == ",":
            tokens.pop()
        else:
            yield
    tokens.pop()


def _member(tokens: list[str]) -> tuple[str, Any]:
    key = tokens.pop().strip("\"'`").lstrip(".")
    if tokens[-1] != ":":  # `...others` and `name` alone
        return key, None
    tokens.pop()
    return key, _value(tokens)


def _number(word: str) -> Any:
    try:
        return read_number(word)
    except ValueError:
        return {"true": True, "false": False, "null": None, "!0": True, "!1": False}.get(word, word)
