"""Configuration: `costcalc.toml`, or `[tool.costcalc]` in pyproject.toml. Flags win over it; unknown keys are errors."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names
from costcalc.yamldoc import line_of

_TEXTS = (
    "currency",
    "timezone",
    "basis",
    "usage_format",
    "by",
    "revenue",
    "margin",
    "floor",
    "move_to",
)
_LISTS = ("pricebooks",)
_TABLES = ("regions", "aliases", "map")
_FLAGS = ("allow_unpriced", "allow_refused")
KEYS = (*_TEXTS, *_LISTS, *_TABLES, *_FLAGS)


@dataclass(frozen=True, slots=True)
class Config:
    """The defaults that a team keeps beside its code."""

    values: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)  # paths in the file are relative to it

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        return None if value is None else str(value)

    def flag(self, key: str) -> bool:
        return bool(self.values.get(key, False))

    def table(self, key: str) -> dict[str, str]:
        return {str(name): str(value) for name, value in self.values.get(key, {}).items()}

    def paths(self, key: str) -> list[Path]:
        return [self.folder / path for path in self.values.get(key, [])]


def read_config(path: Path | None) -> Config:
    """The file named, else the nearest one upwards from here; none is an empty configuration.

    CostcalcError: unreadable, not TOML, unknown keys, values of another kind.
    """
    if path is not None:
        return _read(path)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (file := folder / "costcalc.toml").is_file():
            return _read(file)
        if (file := folder / "pyproject.toml").is_file() and (found := _read(file)).values:
            return found
        if (folder / ".git").exists():
            break
    return Config()


def _read(path: Path) -> Config:
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise fail("unreadable-file", f"cannot read the file: {error.strerror}", place=Place(str(path))) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise fail("toml-syntax", f"not TOML: {error}", place=Place(str(path))) from error
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("costcalc", {})
    problems = [problem for key, value in data.items() if (problem := _problem(path, text, key, value))]
    if problems:
        raise CostcalcError(problems)
    return Config(data, path.parent)


def _problem(path: Path, text: str, key: str, value: object) -> Problem | None:
    place = _place(path, text, key)
    excerpt = line_of(text, place.line) if place.line else ""
    if key not in KEYS:
        return Problem(
            "unknown-key", f'the configuration has no key "{key}"', place, excerpt, len(key),
            nearest=nearest_names(key, KEYS), remedy=f"known keys: {', '.join(KEYS)}",
        )  # fmt: skip
    if isinstance(value, float):
        return Problem("bad-value", f'"{key}" is a float, which loses digits', place, excerpt, len(key), remedy=f'write it as text: {key} = "{value}"')  # fmt: skip
    kinds = {**dict.fromkeys(_TEXTS, (str, int)), **dict.fromkeys(_LISTS, (list,)), **dict.fromkeys(_TABLES, (dict,)), **dict.fromkeys(_FLAGS, (bool,))}  # fmt: skip
    if not isinstance(value, kinds[key]) or (key in _TEXTS and isinstance(value, bool)):
        wanted = {str: "a text", list: "a list of texts", dict: "a table of texts", bool: "true or false"}[
            kinds[key][0]
        ]
        return Problem("bad-value", f'"{key}" is not {wanted}', place, excerpt, len(key), expected=wanted)
    return None


def _place(path: Path, text: str, key: str) -> Place:
    """The line that begins with the key; tomllib keeps no places."""
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip().strip('["').rpartition("costcalc.")[2]
        if word.startswith(key) and word[len(key) :].lstrip().startswith(("=", '"', "]", ".")):
            return Place(str(path), number, line.index(key) + 1)
    return Place(str(path))
