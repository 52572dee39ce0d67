"""The YAML parser's events as nodes with places; yamldoc imports it where a text is read."""

from __future__ import annotations

import re
from typing import Any

import yaml

from costcalc.files import collector_paused
from costcalc.money import MOST_DIGITS
from costcalc.problems import MOST_PROBLEMS, CostcalcError, Place, Problem
from costcalc.yamldoc import Map, Node, Scalar, Sequence, line_of, too_many

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_DEPTH_LIMIT = 64  # nothing that people write goes deeper; libyaml itself would take a thousand

_LONG_NUMBER = re.compile(rf"[\d_]{{{MOST_DIGITS},}}")
_NOT_YAML = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_nodes(text: str, file: str, *, several: bool = False) -> tuple[list[Node], list[Problem]]:
    """The root of the text, and what is wrong with its keys; `several`: of each document. CostcalcError: it is not YAML."""
    if bad := _NOT_YAML.search(text):
        raise CostcalcError([_character_problem(bad, text, file)])
    reader = _Reader(text, file, several)
    try:
        with collector_paused():
            return reader.roots(), reader.problems
    except yaml.MarkedYAMLError as error:
        raise CostcalcError([_syntax_problem(error, text, file)]) from error
    except yaml.YAMLError as error:
        raise CostcalcError([Problem("yaml-syntax", f"not YAML: {error}", Place(file))]) from error


def read_plain(text: str, file: str) -> Any:
    """The text as plain lists, maps and texts: of a file that others wrote, with anchors and merge keys (`<<`)."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.MarkedYAMLError as error:
        raise CostcalcError([_syntax_problem(error, text, file)]) from error


def _character_problem(bad: re.Match[str], text: str, file: str) -> Problem:
    lines = f"{text[: bad.start()]}?".splitlines()
    place = Place(file, len(lines), len(lines[-1]))
    message = f"not YAML: the character U+{ord(bad[0]):04X} may not stand in it"
    return Problem("yaml-syntax", message, place, line_of(text, place.line), remedy="remove the character")


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    message = f"not YAML: {error.problem or error}"
    return Problem("yaml-syntax", message, place, line_of(text, place.line), remedy="correct the syntax at this place")


class _Reader:
    """Builds nodes from libyaml's events; no resolver runs, so `1e-7`, `NO` and `1:30` stay texts."""

    def __init__(self, text: str, file: str, several: bool) -> None:
        self.text, self.file, self.several = text, file, several
        self.problems: list[Problem] = []
        self.depth = 0

    def roots(self) -> list[Node]:
        """Of every document; of a text without any an empty mapping."""
        loader = _Loader(self.text)
        try:
            self._next = loader.get_event
            self._next()  # stream start
            found: list[Node] = []
            while not isinstance(begun := self._next(), yaml.StreamEndEvent):
                if found and not self.several:
                    raise yaml.MarkedYAMLError(None, None, "the file holds more than one document", begun.start_mark)
                found.append(self._node(self._next()))
                self._next()  # document end
            return found or [Map({}, Place(self.file, 1, 1))]
        finally:
            loader.dispose()

    def _node(self, event: yaml.Event) -> Node:
        mark: yaml.Mark = event.start_mark  # type: ignore[assignment]  # the stubs name libyaml's own class beside it
        place = Place(self.file, mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            if len(event.value) > MOST_DIGITS and _LONG_NUMBER.search(event.value):
                raise yaml.MarkedYAMLError(None, None, f"a number of more than {MOST_DIGITS} digits", mark)
            return Scalar(event.value, place)
        if isinstance(event, yaml.CollectionStartEvent):
            self.depth += 1
            if self.depth > _DEPTH_LIMIT:
                raise yaml.MarkedYAMLError(None, None, f"nested more than {_DEPTH_LIMIT} levels deep", mark)
            node = self._map(place) if isinstance(event, yaml.MappingStartEvent) else self._sequence(place)
            self.depth -= 1
            return node
        raise yaml.MarkedYAMLError(None, None, "anchors and aliases are not used here: write the value out", mark)

    def _sequence(self, place: Place) -> Sequence:
        items = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event))
        return Sequence(tuple(items), place)

    def _map(self, place: Place) -> Map:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event)
            value = self._node(self._next())
            if not isinstance(key, Scalar):
                raise yaml.MarkedYAMLError(None, None, "a key must be a single text", event.start_mark)
            if key.text in entries:
                if len(self.problems) >= MOST_PROBLEMS:
                    raise CostcalcError([*self.problems, too_many(self.problems[-1].place)])
                first = entries[key.text][0].place.line
                self.problems.append(
                    Problem(
                        "duplicate-key",
                        f'the key "{key.text}" stands twice (first in line {first})',
                        key.place,
                        line_of(self.text, key.place.line),
                        len(key.text),
                        remedy="keep one of them; a repeated key would silently win",
                    )
                )
                continue
            entries[key.text] = (key, value)
        return Map(entries, place)
