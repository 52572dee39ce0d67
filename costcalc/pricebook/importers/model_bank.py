"""model-bank, the catalogue of LobeHub: a module of JavaScript a provider, prices in CNY or USD."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.files import read_text
from costcalc.money import read_number
from costcalc.pricebook.importers.builder import Builder, ForeignEntry, ForeignField, Imported, Origin
from costcalc.pricebook.importers.exact_json import as_map, as_text
from costcalc.pricebook.importers.figures import ImportedPrice
from costcalc.pricebook.importers.homes import home_of, means
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
    builder = Builder(origin.of(date(*map(int, day.groups()))) if day else origin)
    for file in files:
        provider = file.stem
        if file.stem != "index" and (not providers or any(means(word, provider) for word in providers)):
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
    r"""\s*(?:(?://[^\n]*|/\*.*?\*/)\s*)*(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)?"""
    r"""(?P<mark>[\[\]{},:])?(?P<word>[^\s\[\]{},:"'`]+)?""",
    re.DOTALL,
)


def _models(text: str, file: str) -> Iterator[Mapping[str, Any]]:
    """The objects with an id and prices of every list that the module declares."""
    for start in re.finditer(r"^const \w+ = \[", text, re.MULTILINE):
        try:
            found = _Literal(text, start.end() - 1).value()
        except (ValueError, IndexError, KeyError) as error:
            line = text.count("\n", 0, start.start()) + 1
            raise fail("bad-literal", "a list of models that is no plain literal", place=Place(file, line)) from error
        spread = (
            each for item in found for each in (item if isinstance(item, list) else [item])
        )  # [...[{…}], ...more]
        yield from (each for each in spread if isinstance(each, dict) and "pricing" in each and "id" in each)


class _Literal:
    """A literal of JavaScript: objects, lists, texts, numbers; a name of something else is a text."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def value(self) -> Any:
        kind, token = self._next()
        if token == "{" and kind == "mark":
            return dict(self._members())
        if token == "[" and kind == "mark":
            return list(self._items())
        if kind == "mark":
            raise ValueError(token)
        if kind == "text":
            return token[1:-1]
        return self._times(_number(token))

    def _times(self, number: Any) -> Any:
        """A product as one number: `12 * .2`, a share of another price."""
        while self._peek() == ("word", "*"):
            self._next()
            number *= _number(self._next()[1])
        return number

    def _items(self) -> Iterator[Any]:
        while not self._closes("]"):
            yield self.value()

    def _members(self) -> Iterator[tuple[str, Any]]:
        while not self._closes("}"):
            kind, token = self._next()
            key = token[1:-1] if kind == "text" else token
            if self._peek() == ("mark", ":"):
                self._next()
                yield key, self.value()
            else:  # `...others` and `name` alone
                yield key.lstrip("."), None

    def _closes(self, mark: str) -> bool:
        """Whether the list or object ends here; the comma before its next part is passed over."""
        while self._peek() == ("mark", ","):
            self._next()
        if self._peek() == ("mark", mark):
            self._next()
            return True
        return False

    def _peek(self) -> tuple[str, str]:
        at = self.at
        found = self._next()
        self.at = at
        return found

    def _next(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.at)
        kind = next((name for name in ("text", "mark", "word") if match and match[name]), "")
        if not match or not kind:
            raise ValueError("the text ends")
        self.at = match.end(kind)
        return kind, match[kind]


def _number(word: str) -> Any:
    try:
        return read_number(word)
    except ValueError:
        return {"true": True, "false": False, "null": None, "!0": True, "!1": False}.get(word, word)
