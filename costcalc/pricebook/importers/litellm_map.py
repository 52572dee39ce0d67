"""litellm's price map: one price a model, no days; tiers, lengths and cache lifetimes are parts of a key's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.calendar import read_day
from costcalc.money import exact_text
from costcalc.pricebook.importers.builder import Builder, ForeignEntry, ForeignField, Imported, Origin, by_key
from costcalc.pricebook.importers.exact_json import as_map, as_text, read_json
from costcalc.pricebook.importers.figures import ImportedPrice, block_of
from costcalc.pricebook.importers.homes import home_of
from costcalc.pricebook.importers.schedules import EVERY_DAY, Hours, hours_between, other_hours, peak_schedule
from costcalc.pricebook.model import STANDARD, Labels, Schedule, Section, label_value
from costcalc.problems import Place, fail

_IMAGES = ForeignField("images", 1, 1)
# A key's name without what it says of length and service tier.
FIELDS = by_key(
    1,
    input_cost_per_token="input_tokens", input_cost_per_token_cache_hit="cache_read_tokens",
    output_cost_per_token="output_tokens", output_cost_per_reasoning_token="reasoning_tokens",
    cache_read_input_token_cost="cache_read_tokens",
    explicit_cache_read_input_token_cost="cache_read_explicit_tokens",
    cache_read_input_audio_token_cost="cache_read_audio_tokens", cache_creation_input_token_cost="cache_write_tokens",
    cache_creation_input_token_cost_above_1hr="cache_write_1h_tokens",
    input_cost_per_audio_token="audio_input_tokens", input_cost_per_image_token="image_input_tokens",
    input_cost_per_video_token="video_input_tokens", output_cost_per_audio_token="audio_output_tokens",
    output_cost_per_image_token="image_output_tokens",
) | {
    "output_cost_per_image": _IMAGES,
    "input_cost_per_request": ForeignField("requests", 1, 1_000),
}  # fmt: skip
_SECONDS = ForeignField("audio_seconds", 1, 1)
_SEARCHES = ForeignField("web_searches", 1, 1_000)
_TIERS = {"batches": "batch"}  # the other endings are called as we call them
_TIER_WORDS = ("batches", "flex", "priority", "balanced", "ultrafast", "decisions")
_KEY = re.compile(rf"(?P<base>.+?)(?:_above_(?P<k>\d+)k_tokens)?(?:_(?P<tier>{'|'.join(_TIER_WORDS)}))?")
_SIZED = re.compile(r"(.+/)?(\d+-x-\d+)/(.+)")
_NO_PRICES = ("sample_spec", "fallback_generalizations")
_SIZES = ("search_context_size_low", "search_context_size_medium", "search_context_size_high")
_OFF_PEAK, _LENGTHS, _MULTIPLES = "off_peak_pricing", "tiered_pricing", "provider_specific_entry"


def import_litellm(path: Path, origin: Origin, providers: tuple[str, ...] = ()) -> Imported:
    """Every model of the map, in one book a provider."""
    entries = read_json(path)
    if not isinstance(entries, dict):
        raise fail(
            "not-a-price-map", "this is not a map of models", place=Place(str(path)), expected='{"gpt-5.6-sol": {…}, …}'
        )
    builder, sized = Builder(origin, providers), _sized(entries)
    of_sizes = {each for parts in sized.values() for each in parts}
    for name, entry in entries.items():
        provider = as_text(as_map(entry).get("litellm_provider"))
        if name in _NO_PRICES or name in of_sizes or not builder.wants(provider):
            continue
        if not provider:
            builder.leave("", name, "every price", "no provider is named")
        else:
            parts = {labels: as_map(entries[each]) for each, labels in sized.get(name, {}).items()}
            _Entry(builder, provider, name, as_map(entry), parts).read()
    return builder.imported()


def _sized(entries: Mapping[str, Any]) -> dict[str, dict[str, Labels]]:
    """The entries that price another one's images by size and quality: `high/1024-x-1024/gpt-image-2`."""
    found: dict[str, dict[str, Labels]] = {}
    for name in entries:
        if match := _SIZED.fullmatch(name):
            head, size, rest = match.groups(default="")
            outer, _, quality = head.rstrip("/").rpartition("/")
            whole = f"{outer}/{rest}" if outer else rest
            labels = (("image_quality", quality), ("image_size", label_value(size)))
            if quality and whole in entries:
                found.setdefault(whole, {})[name] = labels
            elif f"{head}{rest}" in entries:
                found.setdefault(f"{head}{rest}", {})[name] = labels[1:]
    return found


class _Entry(ForeignEntry):
    """One model of the map."""

    def __init__(
        self, builder: Builder, provider: str, name: str, entry: Mapping[str, Any],
        sized: Mapping[Labels, Mapping[str, Any]],
    ) -> None:  # fmt: skip
        super().__init__(builder, home_of(provider), provider, name)
        self.entry, self.sized = entry, sized

    def read(self) -> None:
        figures = [*self._figures(self.entry), *self._lengths()]
        by_size = [
            replace(each, labels=labels) for labels, entry in self.sized.items() for each in self._figures(entry)
        ]
        if any(each.meter == _IMAGES.meter for each in by_size):
            self.leave("output_cost_per_image", "it depends on size and quality: this is the price of one of them")
            figures = [each for each in figures if each.meter != _IMAGES.meter] + by_size
        schedule = self._off_peak_schedule(figures)
        if schedule:
            figures += [replace(each, mode="off_peak") for each in self._figures(as_map(self.entry.get(_OFF_PEAK)))]
        prefix, slash, rest = self.name.lower().partition("/")
        name = rest if slash and self.provider.lower().startswith(prefix) else self.name.lower()
        if figures:
            origin, source = self.builder.origin, self.builder.source(self.home, as_text(self.entry.get("source")))
            block = block_of(
                figures, origin.starts, origin.read, source=source, schedule=schedule.name if schedule else None
            )
            block = replace(block, service_tiers={**block.service_tiers, **self._multiples()})
            self.put_blocks([block], name=name)
        if day := as_text(self.entry.get("deprecation_date")):
            self._end(day, name)

    def _end(self, day: str, name: str) -> None:
        try:
            self.end(read_day(day), as_text(self.entry.get("successor_model")).rpartition("/")[2], name)
        except ValueError:
            self.leave("deprecation_date", f'"{day}" is not a day')

    def _figures(self, entry: Mapping[str, Any], over: int = 0, up_to: int | None = None) -> Iterator[ImportedPrice]:
        """The prices among an entry's keys; a key that names a price we have no meter for is left, and said."""
        found: dict[tuple[str, str, str, int], Fraction] = {}
        for key, value in entry.items():
            if "cost" not in key or value is None:
                continue
            if key == "search_context_cost_per_query":
                yield from self._searches(as_map(value))
                continue
            figure = self._figure(key, value, over, up_to) if isinstance(value, Fraction) and value >= 0 else None
            if figure is None:
                self.leave(key)
            elif figure.meter == "cache_write_tokens" and not value:
                self.leave(key, "0: no price of its own is meant")
            elif (other := found.setdefault(_place(figure), figure.price)) == figure.price:
                yield figure
            else:
                self.leave(key, f"another key prices {figure.meter} at {exact_text(other)}")

    def _figure(self, key: str, value: Fraction, over: int, up_to: int | None) -> ImportedPrice | None:
        match = _KEY.fullmatch(key)
        assert match
        base, tier = match["base"], match["tier"] or STANDARD
        tier = _TIERS.get(tier, tier)
        cut = int(match["k"]) * 1_000 if match["k"] else over
        field = FIELDS.get(base)
        if base == "input_cost_per_second" and self.entry.get("mode") == "audio_transcription":
            field = _SECONDS
        if field is None or (cut and not field.meter.endswith("_tokens")):
            return None
        return self.figure(field, value, tier=tier, over=cut, up_to=up_to)

    def _lengths(self) -> Iterator[ImportedPrice]:
        """`tiered_pricing`: rates for requests of some length, each with both ends; the whole request takes them."""
        entries = self.entry.get(_LENGTHS)
        longest = self.entry.get("max_input_tokens")
        if not isinstance(entries, list):
            return
        for entry in entries:
            match as_map(entry).get("range"):
                case [Fraction() as over, Fraction() as up_to]:
                    is_last = entry is entries[-1] and isinstance(longest, Fraction) and up_to >= longest
                    yield from self._figures(entry, int(over), None if is_last else int(up_to))
                case _:
                    self.leave(_LENGTHS, "a range of lengths without two ends")

    def _searches(self, sizes: Mapping[str, Any]) -> Iterator[ImportedPrice]:
        prices = {value for size in _SIZES if isinstance(value := sizes.get(size), Fraction)}
        if len(prices) == 1:
            yield self.figure(_SEARCHES, prices.pop())
        elif prices:
            self.leave("search_context_cost_per_query", "its price depends on how much a search returns")

    def _multiples(self) -> dict[str, Section]:
        """Service tiers that the map gives as a multiple of every price."""
        found = {}
        for key, value in as_map(self.entry.get(_MULTIPLES)).items():
            if key == "fast" and isinstance(value, Fraction):
                found[key] = Section(share=value)
            elif key == "us" and isinstance(value, Fraction):
                self.leave(f"{_MULTIPLES}.us", f"{exact_text(value)} times the price where requests stay in the US")
        return found

    def _off_peak_schedule(self, figures: list[ImportedPrice]) -> Schedule | None:
        """The peak hours, which are all that the map's off-peak windows leave over."""
        windows = as_map(self.entry.get(_OFF_PEAK)).get("windows")
        if not figures or not isinstance(windows, list):
            return None
        try:
            weekdays, peak = _peak(windows)
        except (ValueError, TypeError, KeyError):
            self.leave(_OFF_PEAK, "its hours differ between weekdays in a way that our schedules cannot say")
            return None
        schedule = peak_schedule(f"{self.provider}-peak", peak, weekdays)
        self.draft.schedules[schedule.name] = schedule
        return schedule


def _place(figure: ImportedPrice) -> tuple[str, str, str, int]:
    return (figure.meter, figure.tier, figure.mode, figure.over)


def _peak(windows: Iterable[Any]) -> tuple[frozenset[int], list[Hours]]:
    """The weekdays that have peak hours, and those hours, which must be the same on all of them."""
    cheap: dict[int, list[Hours]] = {day: [] for day in EVERY_DAY}
    for window in windows:
        words: Any = window["hours_utc"]
        for text in [words] if isinstance(words, str) else words:
            start, end = (time.fromisoformat(word) for word in text.split("-"))
            for day in window.get("weekdays", range(1, 8)):
                cheap[int(day) - 1] += [(0, 24 * 60)] if start == end else hours_between(start, end)
    peaks = {day: tuple(other_hours(hours)) for day, hours in cheap.items()}
    found = {hours for hours in peaks.values() if hours}
    if len(found) > 1:
        raise ValueError("the hours differ between weekdays")
    return frozenset(day for day, hours in peaks.items() if hours), list(*found)
