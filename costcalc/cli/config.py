"""Configuration: `costcalc.toml`, or `[tool.costcalc]` in pyproject.toml. Flags win over it; unknown keys are errors."""

from __future__ import annotations

import difflib
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from fractions import Fraction
from glob import escape
from pathlib import Path
from typing import Any

from costcalc.api.words import (
    read_basis,
    read_currency,
    read_first_month,
    read_memory,
    read_revenue,
    read_share,
    read_threads,
    read_timezone,
)
from costcalc.asked import Setting
from costcalc.calendar import Month, read_month
from costcalc.files import path_from_here, read_text
from costcalc.meters import meters
from costcalc.money import read_number
from costcalc.pricebook.fx import Rates
from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names
from costcalc.records import dataclass
from costcalc.usage import plain
from costcalc.usage.earnings import is_earnings
from costcalc.usage.formatfile import own_formats, shipped_formats, with_formats
from costcalc.usage.maps import MapRule
from costcalc.usage.names import is_meaning
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
    "memory",
    "threads",
    "fiscal_year_starts",
)
_LISTS = ("pricebooks", "formats")
_TABLES = ("regions", "aliases", "map", "fx")
_ARRAYS = ("maps",)
_FLAGS = ("allow_unpriced", "allow_refused")
KEYS = (*_TEXTS, *_LISTS, *_TABLES, *_ARRAYS, *_FLAGS)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_MAP_KEYS = ("files", "format")  # of an entry of `maps`; all others are costcalc's names for columns
# What a wrong value is found to be, once the log or the books are known.
_SLIPS = {"unknown-column": "by", "no-such-format": "usage_format", "unknown-target": "move_to", "missing-fx": "currency"}  # fmt: skip
_ENDLESS = re.compile(r"[\d_]{4300}", re.ASCII)  # digits that Python does not read as a number
_ASSIGNED = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_HEADER = re.compile(r"\s*\[(\[?)([^\[\]]+)\]\]?\s*(?:#.*)?")

KeyPath = tuple[str, ...]  # the keys that lead to a value: ("aliases", "our-model")


@dataclass(frozen=True, slots=True)
class Config:
    """The defaults that a team keeps beside its code."""

    values: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)  # paths in the file are relative to it
    places: Mapping[KeyPath, Place] = field(default_factory=dict)
    taken: dict[str, None] = field(default_factory=dict)  # the texts that a command has asked for: no flag said them

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is None:
            return None
        self.taken[key] = None
        return str(value)

    def flag(self, key: str) -> bool:
        return bool(self.values.get(key, False))

    def table(self, key: str) -> dict[str, str]:
        return {str(name): _text_of(value) for name, value in self.values.get(key, {}).items()}

    def rates(self) -> Rates:
        """[fx]: units of the configuration's currency for one of the key's, or of the second of a pair for one of the first."""
        found: dict[str, dict[str, Fraction | Mapping[Month, Fraction]]] = {}
        for key, value in self.values.get("fx", {}).items():
            base, _, quote = key.partition("/")
            rate = (
                {read_month(month): _rate(each) for month, each in value.items()}
                if isinstance(value, dict)
                else _rate(value)
            )
            found.setdefault(base, {})[quote or self.values["currency"].upper()] = rate
        return found

    def paths(self, key: str) -> list[Path]:
        return [self.folder / path for path in self.values.get(key, [])]

    def files(self) -> list[Path]:
        """Every file that the configuration has read."""
        return [self.folder / path for key, value in self.values.items() for path in _files_named(key, value)]

    def holds(self, path: str) -> bool:
        """Whether a path of the file lies within its folder: a stranger's repository must not read what is beside it."""
        try:
            return (self.folder / path).resolve().is_relative_to(self.folder.resolve())
        except (OSError, ValueError):  # a name that no file can have
            return False

    def place(self, *keys: str) -> Place | None:
        """Where a value stands; of one in an inline table, where the table does."""
        return self.places.get(keys) or self.places.get(keys[:1])

    def map_rules(self) -> tuple[MapRule, ...]:
        """[map], for every file that has its columns, and then [[maps]], for those of a glob or a format."""
        tables: list[tuple[KeyPath, dict[str, str]]] = [(("map",), self.table("map"))] if self.values.get("map") else []
        tables += [(("maps", str(i)), {**each}) for i, each in enumerate(self.values.get("maps", ()))]
        return tuple(self._map_rule(keys, table) for keys, table in tables)

    def _map_rule(self, keys: KeyPath, table: Mapping[str, str]) -> MapRule:
        limits = _MAP_KEYS if keys[0] == "maps" else ()
        names = {name: column for name, column in table.items() if name not in limits}
        glob = table.get("files", "") if limits else ""
        return MapRule(
            {name: Setting(f"{keys[0]}.{name}", str(column), self.line(*keys, name)) for name, column in names.items()},
            f"{escape(self.folder.resolve().as_posix())}/{glob}" if "/" in glob else glob,
            table.get("format", "") if limits else "",
        )

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """What goes wrong within because of a value of the file is said of its line: no flag is at fault."""
        try:
            yield
        except CostcalcError as error:
            raise CostcalcError([self._blaming(problem) for problem in error.problems], error.exit_code) from error

    def _blaming(self, problem: Problem) -> Problem:
        key = _SLIPS.get(problem.code, "")
        words = [word.strip() for word in str(self.values.get(key, "")).split(",")]
        if problem.place or key not in self.taken or not any(word and word in problem.message for word in words):
            return problem
        said = problem.message.replace(f"--{key.replace('_', '-')} ", "")
        return replace(problem, message=f"{key} of the configuration: {said}", place=self.line(key))

    def line(self, *keys: str) -> Place | None:
        """The file and line alone, as a report names them."""
        place = self.place(*keys)
        return replace(place, column=0) if place else None


def read_config(path: Path | None) -> Config:
    """The file named, else the nearest one upwards from here; none is an empty configuration.

    The search ends at the repository's root or the home folder; outside of both it is for this folder alone.
    CostcalcError: unreadable, not TOML, unknown keys, values that mean nothing.
    """
    if path is not None:
        return _read(path, str(path))
    for folder in _searched(Path.cwd()):
        if (file := folder / "costcalc.toml").is_file():
            return _read(file, path_from_here(file))
        if (file := folder / "pyproject.toml").is_file() and (found := _read(file, path_from_here(file))).values:
            return found
    return Config()


def _searched(here: Path) -> list[Path]:
    folders = [here, *here.parents]
    home = Path.home()
    last = next((i for i, folder in enumerate(folders) if folder == home or (folder / ".git").exists()), 0)
    return folders[: last + 1]


def _read(path: Path, shown: str) -> Config:
    text = read_text(path, shown)
    try:
        data: Any = tomllib.loads(text, parse_float=WrittenFloat)
    except (ValueError, RecursionError) as error:
        if "integer string conversion" in str(error):
            line = next((number for number, line in enumerate(text.splitlines(), 1) if _ENDLESS.search(line)), 0)
            raise fail(
                "too-large", "a number is too large: no setting comes near it", place=Place(shown, line)
            ) from error
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise fail("toml-syntax", f"not TOML: {reason}", place=Place(shown)) from error
    is_shared = path.name == "pyproject.toml"
    if is_shared:
        tools = data.get("tool")
        data = tools.get("costcalc", {}) if isinstance(tools, dict) else {}
        if not isinstance(data, dict):
            raise fail("bad-value", "[tool.costcalc] is not a table", place=Place(shown), expected='currency = "CNY"')
        if not data:
            return Config()
    places = {keys: Place(shown, line, column) for keys, line, column in _assigned(text)}
    if is_shared:
        places = {keys[2:]: place for keys, place in places.items() if keys[:2] == ("tool", "costcalc")}
    config = Config(data, path.parent, places)
    problems = [problem for key, value in data.items() if (problem := _problem(config, shown, key, value))]
    if problems:
        raise CostcalcError([_marked(problem, text) for problem in problems])
    return config


def _problem(config: Config, shown: str, key: str, value: object) -> Problem | None:
    place = config.place(key) or Place(shown)
    if key not in KEYS:
        return Problem(
            "unknown-key", f'the configuration has no key "{key}"', place, width=len(key),
            nearest=nearest_names(key, KEYS), remedy=f"known keys: {', '.join(KEYS)}",
        )  # fmt: skip
    if isinstance(value, float):
        return Problem("bad-value", f'"{key}" is a float, which loses digits', place, width=len(key), remedy=f'write it as text: {key} = "{value}"')  # fmt: skip
    kinds = {**dict.fromkeys(_TEXTS, (str, int)), **dict.fromkeys((*_LISTS, *_ARRAYS), (list,)), **dict.fromkeys(_TABLES, (dict,)), **dict.fromkeys(_FLAGS, (bool,))}  # fmt: skip
    if not isinstance(value, kinds[key]) or (key in _TEXTS and isinstance(value, bool)):
        wanted = {str: "a text", list: "a list of texts", dict: "a table of texts", bool: "true or false"}[
            kinds[key][0]
        ]
        return Problem("bad-value", f'"{key}" is not {wanted}', place, width=len(key), expected=wanted)
    if isinstance(value, list) and key in _LISTS and not all(isinstance(each, str) for each in value):
        return Problem("bad-value", f'"{key}" is not a list of texts', place, width=len(key), expected='["a/path"]')
    if outside := [path for path in _files_named(key, value) if not config.holds(path)]:
        flag = {"pricebooks": "--pricebook", "formats": "--format-file", "revenue": "--revenue"}[key]
        return Problem(
            "outside-the-folder", f'"{key}" names {outside[0]}, which is not within the folder of the configuration', place,
            width=len(key), remedy=f"name it on the command line: {flag} {shlex.quote(outside[0])}",
        )  # fmt: skip
    if key == "fx":
        return next((slip for name, rate in value.items() if (slip := _fx_slip(config, place, name, rate))), None)  # type: ignore[union-attr]
    if key in _ARRAYS:
        return next((slip for i, entry in enumerate(value) if (slip := _map_slip(config, place, str(i), entry))), None)  # type: ignore[arg-type]
    try:
        _CHECKS.get(key, str)(str(value))
    except CostcalcError as error:
        return replace(error.problems[0], place=place, width=len(key))
    return None


def _files_named(key: str, value: object) -> list[str]:
    """The files that a value of the configuration names."""
    if isinstance(value, list) and key in _LISTS:
        return value
    return [str(value)] if key == "revenue" and is_earnings(str(value)) else []


class WrittenFloat(float):
    """A float that keeps what was written: an exchange rate is exact."""

    def __new__(cls, text: str) -> WrittenFloat:
        found = super().__new__(cls, text)
        found.text = text
        return found

    text: str


def _text_of(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text_of(each)}" for name, each in value.items())
    return value.text if isinstance(value, WrittenFloat) else str(value)


def _rate(value: object) -> Fraction:
    """ValueError: no number above zero."""
    rate = read_number(_text_of(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else 0
    if rate <= 0:
        raise ValueError(value)
    return Fraction(rate)


def _fx_slip(config: Config, at: Place, name: str, value: object) -> Problem | None:
    """What is wrong with one line of [fx]."""
    place = config.place("fx", name) or at
    base, slash, quote = name.partition("/")
    own = str(config.values.get("currency", "")).upper()
    if any(not _CODE.fullmatch(code) for code in (base, *([quote] if slash else []))) or base == (quote or own):
        return Problem("bad-pair", f'"{name}" is not a pair of currencies', place, width=len(name), expected='"EUR/USD" = 1.08, for 1 EUR = 1.08 USD; or EUR = 1.08 beside currency = "USD"')  # fmt: skip
    if not slash and not own:
        return Problem("fx-without-currency", f"an exchange rate of {name} without a currency that it is written in", place, width=len(name), expected="a pair such as \"EUR/USD\", or the report's currency in a line of its own: currency = \"EUR\"")  # fmt: skip
    pair = {base, quote or own}
    others = [*config.values["fx"]]
    twice = next((each for each in others[: others.index(name)] if {*(each if "/" in each else f"{each}/{own}").split("/")} == pair), "")  # fmt: skip
    if twice:
        return Problem("pair-twice", f'"{twice}" states this pair already', place, width=len(name), remedy="keep one of the two; the other direction follows from it")  # fmt: skip
    try:
        for month, rate in value.items() if isinstance(value, dict) else [("2026-01", value)]:
            read_month(month)
            _rate(rate)
    except ValueError:
        return Problem("bad-fx", f'"{_text_of(value)}" is not an exchange rate', place, width=len(name), expected="a number above zero, or one for each month: {2026-09 = 1.08, 2026-10 = 1.09}")  # fmt: skip
    return None


def _own_formats(config: Config) -> tuple[str, ...]:
    """The names of the configuration's formats; one that cannot be read is said where a log is read with it."""
    try:
        with with_formats(config.paths("formats")):
            return tuple(own_formats())
    except CostcalcError:
        return ()


def _map_slip(config: Config, at: Place, number: str, entry: object) -> Problem | None:
    """What is wrong with one entry of [[maps]]."""
    place = config.places.get(("maps", number), at)
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        return Problem("bad-value", "an entry of maps is not a table of texts", place, width=4, expected='input_tokens = "tok_in"')  # fmt: skip
    for name in entry:
        near = difflib.get_close_matches(name, _MAP_KEYS, 1, 0.8) if name not in _MAP_KEYS else []
        tokens = nearest_names(name, meters().by_name) if name.endswith(("token", "tokens")) else ()
        if (near or tokens) and not is_meaning(name):
            return Problem(
                "unknown-key", f'maps has no key "{name}"', config.place("maps", number, name), width=len(name),
                nearest=(*near, *tokens), remedy=f"known keys: {', '.join(_MAP_KEYS)}, what costcalc calls a column, or a name for --by",
            )  # fmt: skip
    if not entry.keys() - {*_MAP_KEYS}:
        return Problem("missing-key", "an entry of maps names no column", place, width=4, expected='input_tokens = "tok_in"')  # fmt: skip
    name = entry.get("format", plain.NAME)
    if name not in (known := (*shipped_formats(), plain.NAME, *_own_formats(config))):
        return Problem(
            "no-such-format", f'no usage format is called "{name}"', config.place("maps", number, "format"), width=len("format"),
            nearest=nearest_names(name, known), remedy="`costcalc formats list` shows them all",
        )  # fmt: skip
    return None


def _marked(problem: Problem, text: str) -> Problem:
    line = problem.place.line if problem.place else 0
    return replace(problem, excerpt=line_of(text, line) if line else "")


def _check_margin(text: str) -> None:
    if read_share(text, "margin") >= 1:
        raise fail("bad-margin", f'margin "{text}" must be below 100%', expected="60%, or 0.6")


# Values that mean something by themselves: a slip is shown where it stands, before anything else is read.
_CHECKS: Mapping[str, Callable[[str], object]] = {
    "timezone": read_timezone,
    "currency": read_currency,
    "basis": read_basis,
    "revenue": lambda text: read_revenue(text, "revenue"),
    "margin": _check_margin,
    "floor": lambda text: read_share(text, "floor"),
    "memory": read_memory,
    "threads": read_threads,
    "fiscal_year_starts": read_first_month,
}


def _assigned(text: str) -> Iterator[tuple[KeyPath, int, int]]:
    """Where each key of the file stands, by its path: tomllib keeps no places."""
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}  # of [[maps]]: so many stand above
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            table = _keys(header[2])
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
            yield table, number, header.start(2) + 1
        elif assigned := _ASSIGNED.match(line):
            keys = _keys(assigned[1])
            for end in range(1, len(keys) + 1):
                yield (*table, *keys[:end]), number, assigned.start(1) + 1


def _keys(written: str) -> KeyPath:
    """The keys of `aliases."our-model"`, as TOML reads them; none where it is no key."""
    try:
        found: Any = tomllib.loads(f"{written.strip()} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    keys: list[str] = []
    while isinstance(found, dict):
        ((key, found),) = found.items()
        keys.append(key)
    return tuple(keys)
