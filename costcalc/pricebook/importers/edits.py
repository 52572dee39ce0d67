"""Edits: entries put into a YAML file between those that people wrote, which stay as they are."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from costcalc.problems import CostcalcError, Place, fail
from costcalc.yamldoc import Map, Scalar, Sequence, parse_yaml
from costcalc.yamltext import INDENT

_OPEN_START = "at least since "
_BRACES = re.compile(r"""[{}]|"(?:\\.|[^"\\])*"|'[^']*'""")


class Edits:
    """A pricebook's text and the lines that are to go into it."""

    def __init__(self, text: str, file: str) -> None:
        self.document = parse_yaml(text, file)
        self.ending = "\r\n" if "\r\n" in text else "\n"
        self.lines = text.splitlines()
        self.inserted: dict[int, list[str]] = {}  # before the line of this index
        self.appended: dict[int, list[str]] = {}  # likewise, behind what goes into the entry above
        self.within: dict[int, list[tuple[int, str]]] = {}  # in the line of this index, at a column
        self.new_sections: dict[str, list[str]] = {}
        self.dropped: set[int] = set()  # lines that give way to a new section

    def text(self) -> str:
        lines: list[str] = []
        models = self._root().key("models").place.line - 1
        for index in range(len(self.lines) + 1):
            for section, added in self.new_sections.items() if index == models else ():
                lines += [f"{section}:", *added, ""]
            lines += [*self.inserted.get(index, []), *self.appended.get(index, [])]
            lines += [self._line(index)] if index < len(self.lines) and index not in self.dropped else []
        return self.ending.join([*lines, ""])

    def append_to(self, section: str, lines: list[str]) -> None:
        """Entries at the end of a section of the file; a section that is not there goes before `models`."""
        entries = self._root().get(section)
        if isinstance(entries, Map) and entries.entries:
            keys = [key for key, _ in entries]
            self._insert(self._end(keys[-1]), lines, self._indent(keys[0]), self.appended)
        else:
            if entries is not None:  # `sources: {}`: the section that is there gives way to the new one
                self.dropped.add(self._root().key(section).place.line - 1)
            self.new_sections.setdefault(section, []).extend(f"{INDENT}{line}" for line in lines)

    def insert_in(self, model: str, lines: list[str]) -> None:
        """Keys of a model, before those that it has."""
        entry = self._entry(model)
        first = next(key for key, _ in entry)
        self._insert(first.place.line - 1, lines, self._indent(first))

    def insert_block(self, model: str, day: date, lines: list[str]) -> None:
        """A block among those of a model, in the order of their days."""
        entry = self._entry(model)
        prices = entry.get("prices")
        if not isinstance(prices, Map) or not prices.entries:
            raise fail("cannot-add", f'the model "{model}" has no block to add to', place=entry.place)
        keys = [key for key, _ in prices]
        before = [key for key in keys if key.text.startswith(_OPEN_START) or key.text < f"{day}"]
        at = self._end(before[-1]) if before else keys[0].place.line - 1
        self._insert(at, lines, self._indent(keys[0]))

    def block(self, place: Place) -> Map:
        """The price block under the key at this place."""
        prices = (model.get("prices") for _, model in self._section("models") if isinstance(model, Map))
        blocks = (entry for found in prices if isinstance(found, Map) for entry in found)
        return next(node for key, node in blocks if key.place == place and isinstance(node, Map))

    def put(self, into: Map, lines: list[str], later: Collection[str] = ()) -> None:
        """An entry of a mapping, before the first of its keys that are to stand below; without one, at its end."""
        keys = [key for key, _ in into]
        following = next((key for key in keys if key.text in later), None)
        if self.is_flow(into):
            if len(lines) > 1:
                raise self._too_dense(keys[0])
            self._put_within(into, lines[0], following)
            return
        above = keys[: keys.index(following)] if following else keys
        self._insert(self._end(above[-1]) if above else keys[0].place.line - 1, lines, self._indent(keys[0]))

    def append_items(self, key: Scalar, items: Sequence, added: list[str]) -> None:
        """More items of a list that has each in a line of its own."""
        first = items.items[0].place
        indent, dash, _ = self.lines[first.line - 1].partition("-")
        if indent.strip() or not dash:
            raise self._too_dense(key)
        self._insert(self._end(key), [f"- {text}" for text in added], indent)

    def is_flow(self, node: Map) -> bool:
        """Whether a mapping stands in braces."""
        return self.lines[node.place.line - 1][node.place.column - 1] == "{"

    def _put_within(self, into: Map, entry: str, following: Scalar | None) -> None:
        """An entry of a mapping that stands in braces."""
        if following:
            self.within.setdefault(following.place.line - 1, []).append((following.place.column - 1, f"{entry}, "))
            return
        start, depth = into.place, 0
        for found in _BRACES.finditer(self.lines[start.line - 1], start.column - 1):
            depth += {"{": 1, "}": -1}.get(found[0], 0)
            if not depth:
                self.within.setdefault(start.line - 1, []).append((found.start(), f", {entry}"))
                return
        raise self._too_dense(next(key for key, _ in into))

    def _line(self, index: int) -> str:
        line, parts, done = self.lines[index], [], 0
        for column, text in sorted(self.within.get(index, ()), key=lambda each: each[0]):
            parts += [line[done:column], text]
            done = column
        return "".join([*parts, line[done:]])

    def _insert(self, at: int, lines: list[str], indent: str, among: dict[int, list[str]] | None = None) -> None:
        into = self.inserted if among is None else among
        into.setdefault(at, []).extend(f"{indent}{line}" if line else line for line in lines)

    def _root(self) -> Map:
        root = self.document.root
        assert isinstance(root, Map)
        return root

    def _section(self, name: str) -> Map:
        entries = self._root().get(name)
        assert isinstance(entries, Map)
        return entries

    def _entry(self, model: str) -> Map:
        entries = ((key.text.lower(), node) for key, node in self._section("models"))
        return next(node for name, node in entries if name == model and isinstance(node, Map))

    def _indent(self, key: Scalar) -> str:
        before = self.lines[key.place.line - 1][: key.place.column - 1]
        if before.strip():
            raise self._too_dense(key)
        return before

    def _too_dense(self, key: Scalar) -> CostcalcError:
        return fail(
            "cannot-add", f'"{key.text}" does not begin its line', place=key.place,
            remedy="write each model, each day and each list of bands in lines of its own",
        )  # fmt: skip

    def _end(self, key: Scalar) -> int:
        """The line after the last one of an entry; comments and empty lines below it belong to what follows."""
        depth = len(self._indent(key))
        end = key.place.line
        for index in range(key.place.line, len(self.lines)):
            line = self.lines[index]
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if len(line) - len(line.lstrip()) <= depth:
                break
            end = index + 1
        return end
