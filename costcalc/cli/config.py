"""Configuration: `costcalc.toml`, or `[tool.costcalc]` in pyproject.toml. Flags win over it; unknown keys are errors."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from fractions import Fraction
from functools import lru_cache
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.api.words import read_amount
from costcalc.asked import Setting
from costcalc.calendar import Month, read_month
from costcalc.cli.configkeys import KEYS, MAP_LIMITS, WrittenFloat, files_named, rate_of, value_problems, written
from costcalc.files import is_file, is_there, path_from_here, read_text
from costcalc.problems import CostcalcError, Place, Problem, fail
from costcalc.records import dataclass
from costcalc.usage.earnings import is_earnings
from costcalc.usage.reading.maps import MapRule
from costcalc.yamldoc import line_of

if TYPE_CHECKING:
    from costcalc.pricebook.fx import Rates

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
    problems: tuple[Problem, ...] = ()  # of values that mean nothing, which are not among the values
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
        return {str(name): written(value) for name, value in self.values.get(key, {}).items()}

    def rates(self) -> Rates:
        """[fx]: units of the configuration's currency for one of the key's, or of the second of a pair for one of the first."""
        found: dict[str, dict[str, Fraction | Mapping[Month, Fraction]]] = {}
        for key, value in self.values.get("fx", {}).items():
            base, _, quote = key.partition("/")
            rate = (
                {read_month(month): rate_of(each) for month, each in value.items()}
                if isinstance(value, dict)
                else rate_of(value)
            )
            found.setdefault(base, {})[quote or self.values["currency"].upper()] = rate
        return found

    def currencies(self) -> dict[tuple[str, str], Place]:
        """Those that an amount or the report is in, and where they stand."""
        codes = {"currency": self.values.get("currency", "")}
        if (text := str(self.values.get("revenue", ""))) and not is_earnings(text):
            codes["revenue"] = read_amount(text, "revenue").currency
        return {(key, str(code).upper()): place for key, code in codes.items() if code and (place := self.place(key))}

    def paths(self, key: str) -> list[Path]:
        return [self.folder / path for path in self.values.get(key, [])]

    def files(self) -> list[Path]:
        """Every file that the configuration has read."""
        return [self.folder / path for key, value in self.values.items() for path in files_named(key, value)]

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
        limits = MAP_LIMITS if keys[0] == "maps" else ()
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
        at_fault = (name for name, each in KEYS.items() if each.slip == problem.code and name in self.taken)
        key = next((name for name in at_fault if self._is_named(name, problem.message)), None)
        if problem.place or key is None:
            return problem
        said = re.sub(rf"--{key.replace('_', '-')} |^revenue in \w+: ", "", problem.message)
        return replace(problem, message=f"{key} of the configuration: {said}", place=self.line(key))

    def _is_named(self, key: str, message: str) -> bool:
        value = str(self.values[key])
        if key == "revenue" or message.startswith("revenue "):
            return key == "revenue" and message.startswith(f"revenue in {value.strip()[-3:].upper()}:")
        return any(word.strip() and word.strip() in message for word in value.split(","))

    def line(self, *keys: str) -> Place | None:
        """The file and line alone, as a report names them."""
        place = self.place(*keys)
        return replace(place, column=0) if place else None


def read_config(path: Path | None) -> Config:
    """The file named, else the nearest one upwards from here; none is an empty configuration.

    The search ends at the repository's root or the home folder; outside of both it is for this folder alone.
    CostcalcError: unreadable, or not TOML, or no folder to begin in. Unknown keys and values that mean nothing are its
    `problems`.
    """
    if path is not None:
        return _read(path, str(path))
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise fail("no-folder", "the working folder is there no more", remedy="go to another one: cd") from None
    for folder in _searched(here):
        if is_file(file := folder / "costcalc.toml"):
            return _read(file, path_from_here(file))
        if is_file(file := folder / "pyproject.toml") and (found := _read(file, path_from_here(file))).values:
            return found
    return Config()


def _searched(here: Path) -> list[Path]:
    folders = [here, *here.parents]
    home = Path.home()
    last = next((i for i, folder in enumerate(folders) if folder == home or is_there(folder / ".git")), 0)
    return folders[: last + 1]


def _read(path: Path, shown: str) -> Config:
    text = read_text(path, shown)
    try:
        data = _tables(text)
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
    listed = [(key, config.place(key) or Place(shown), value) for key, value in data.items()]
    problems = {each[0]: [_marked(problem, text) for problem in value_problems(config, *each)] for each in listed}
    return replace(
        config,
        values={key: value for key, value in data.items() if not problems[key]},
        problems=tuple(problem for found in problems.values() for problem in found),
    )


@lru_cache(maxsize=4)
def _tables(text: str) -> dict[str, Any]:
    """What TOML says, which nobody changes; ValueError, RecursionError."""
    return tomllib.loads(text, parse_float=WrittenFloat)


def _marked(problem: Problem, text: str) -> Problem:
    line = problem.place.line if problem.place else 0
    return replace(problem, excerpt=line_of(text, line) if line else "")


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
