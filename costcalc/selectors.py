"""Selectors: which part of a bill is meant. `alibaba`, `alibaba/qwen3-*`, `*/qwen*`, `alibaba:storage`, `any`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from costcalc.meters import meters
from costcalc.records import dataclass


def written_glob(name: str, glob: str) -> str:
    """A glob as --where takes it: one that holds a comma stands in quotes."""
    return f'{name}="{glob}"' if "," in glob else f"{name}={glob}"


@dataclass(frozen=True, slots=True)
class Selector:
    """A provider, a glob over model names, and the meters meant; resolved names, in lower case."""

    provider: str = "*"
    model: str = "*"
    meter_word: str = ""  # as written; "" is every meter
    meters: frozenset[str] | None = None  # None: every meter

    def matches(self, provider: str | None, *models: str) -> bool:
        """Whether one model is meant, by any of its names: that of the list, that which it is billed as."""
        who = provider.lower() if provider else None  # a name that no book knows stays as the log wrote it
        return self.provider in ("*", who) and any(glob_matches(self.model, model) for model in models)

    def sold_by(self, named: Callable[[str], str]) -> Selector:
        """The same with its provider as the books call it."""
        return self if self.provider == "*" else replace(self, provider=named(self.provider))

    def covers(self, meter: str) -> bool:
        return self.meters is None or meter in self.meters

    def __str__(self) -> str:
        who = self.provider if self.provider != "*" else "any" if self.model == "*" else "*"
        what = "" if self.model == "*" else f"/{self.model}"
        return f"{who}{what}{':' + self.meter_word if self.meter_word else ''}"


def read_selector(text: str) -> Selector:
    """The selector that is written. The last `:` begins a meter only if a known meter or group follows.

    ValueError if nothing is written.
    """
    name, colon, word = text.strip().lower().rpartition(":")
    covered = meters().names_of(word.replace("-", "_")) if colon else None
    if covered is None:
        name, word = text.strip().lower(), ""
    if not name:
        raise ValueError("an empty selector")
    provider, slash, model = name.partition("/")
    return Selector(
        "*" if provider in ("any", "*", "") else provider,
        model if slash and model else "*",
        word.replace("-", "_"),
        covered if word else None,
    )


def glob_matches(glob: str, text: str) -> bool:
    """Whether the glob matches the whole text: `*` is any text, `?` one character, everything else itself; case and
    blanks around the text do not matter.
    """
    return bool(_glob(glob).fullmatch(text.strip().lower()))


def glob_pattern(glob: str) -> str:
    """The glob as a regular expression over the whole of a text in lower case, for Python and for the engine alike."""
    return "".join({"*": "(?s:.*)", "?": "(?s:.)"}.get(char) or re.escape(char) for char in glob.lower())


@cache
def _glob(glob: str) -> re.Pattern[str]:
    """The same, for Python: of each text between two `*` the first place is taken for good, so that no name of a log
    is tried in every way.
    """
    first, *parts = map(glob_pattern, re.split(r"\*+", glob))
    found = "".join(f"(?>(?s:.*?){part})" for part in parts[:-1])
    return re.compile(first + found + "".join(f"(?s:.*){part}" for part in parts[-1:]))
