"""YAML with places: every scalar stays the text that was written, every node knows its line and column."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path

import yaml

from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.records import dataclass

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_DEPTH_LIMIT = 64  # nothing that people write goes deeper; libyaml itself would take a thousand
_NOT_YAML = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as written: numbers, dates and words alike."""

    text: str
    place: Place

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Map:
    """Keys and values in the order written; a key stands once."""

    entries: Mapping[str, tuple[Scalar, Node]]
    place: Place

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.entries.values())

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def get(self, key: str) -> Node | None:
        found = self.entries.get(key)
        return found[1] if found else None

    def key(self, key: str) -> Scalar:
        return self.entries[key][0]


Node = Scalar | Sequence | Map


@dataclass
class Document:
    """A YAML file's text, its root, and the problems found in it so far."""

    file: str
    text: str
    root: Node
    problems: list[Problem] = field(default_factory=list)

    def report(
        self,
        node: Node | Place,
        code: str,
        message: str,
        *,
        expected: str = "",
        nearest: tuple[str, ...] = (),
        remedy: str = "",
    ) -> None:
        """Note a problem at a node; reading goes on, so that all problems of a file come together."""
        place = node if isinstance(node, Place) else node.place
        width = len(node.text) if isinstance(node, Scalar) else 1
        self.problems.append(
            Problem(code, message, place, line_of(self.text, place.line), width, expected, nearest, remedy)
        )

    def check(self) -> None:
        """Raise if a problem was noted."""
        if self.problems:
            raise CostcalcError(self.problems)

    def map_at(self, node: Node | None, what: str, known: Iterable[str] | None = None) -> Map:
        """The node as a mapping; unknown keys are problems. An empty mapping stands in where it is none."""
        if not isinstance(node, Map):
            if node is not None:
                self.report(node, "wrong-shape", f"{what} is not a mapping", expected="keys with values")
            return Map({}, node.place if node is not None else Place(self.file))
        if known is not None:
            names = tuple(known)
            for key, _ in node:
                if key.text not in names:
                    self.report(
                        key,
                        "unknown-key",
                        f'{what} has no key "{key.text}"',
                        nearest=nearest_names(key.text, names),
                        remedy=f"known keys: {', '.join(names)}",
                    )
        return node

    def texts_at(self, node: Node | None, what: str) -> tuple[Scalar, ...]:
        """The node as a list of texts; one text alone is a list of one."""
        if node is None:
            return ()
        if isinstance(node, Scalar):
            return (node,)
        if isinstance(node, Sequence) and all(isinstance(item, Scalar) for item in node):
            return tuple(item for item in node if isinstance(item, Scalar))
        self.report(node, "wrong-shape", f"{what} is not a list of texts", expected="[one, two]")
        return ()

    def text_at(self, node: Node | None, what: str) -> Scalar | None:
        """The node as one text."""
        if node is None or isinstance(node, Scalar):
            return node
        self.report(node, "wrong-shape", f"{what} is not a single text", expected="one value")
        return None


def read_yaml(path: Path | str) -> Document:
    """The file as a document with places. CostcalcError: unreadable, not YAML, or a key that stands twice."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        raise CostcalcError(
            [
                Problem(
                    "unreadable-file",
                    f"cannot read the file: {reason}",
                    Place(str(path)),
                    remedy="check the path and its permissions",
                )
            ]
        ) from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, file: str = "<text>") -> Document:
    """The text as a document with places."""
    if bad := _NOT_YAML.search(text):
        raise CostcalcError([_character_problem(bad, text, file)])
    reader = _Reader(text, file)
    try:
        with collector_paused():
            root = reader.root()
    except yaml.MarkedYAMLError as error:
        raise CostcalcError([_syntax_problem(error, text, file)]) from error
    except yaml.YAMLError as error:
        raise CostcalcError([Problem("yaml-syntax", f"not YAML: {error}", Place(file))]) from error
    document = Document(file, text, root, reader.problems)
    document.check()
    return document


@contextmanager
def collector_paused() -> Iterator[None]:
    """While thousands of small objects are made that all stay: the collector would walk them again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def line_of(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""


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

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.problems: list[Problem] = []
        self.depth = 0

    def root(self) -> Node:
        loader = _Loader(self.text)
        try:
            self._next = loader.get_event
            self._next()  # stream start
            if isinstance(self._next(), yaml.StreamEndEvent):
                return Map({}, Place(self.file, 1, 1))
            root = self._node(self._next())
            self._next()  # document end
            after = self._next()
            if not isinstance(after, yaml.StreamEndEvent):
                mark = after.start_mark
                raise yaml.MarkedYAMLError(None, None, "the file holds more than one document", mark)
            return root
        finally:
            loader.dispose()

    def _node(self, event: yaml.Event) -> Node:
        mark: yaml.Mark = event.start_mark  # type: ignore[assignment]  # the stubs name libyaml's own class beside it
        place = Place(self.file, mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
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
