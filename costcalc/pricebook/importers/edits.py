"""Edits: lines put into a YAML file between those that people wrote, which stay as they are."""

from __future__ import annotations

from datetime import date

from costcalc.problems import fail
from costcalc.yamldoc import Map, Scalar, parse_yaml
from costcalc.yamltext import INDENT

_OPEN_START = "at least since "


class Edits:
    """A pricebook's text and the lines that are to go into it."""

    def __init__(self, text: str, file: str) -> None:
        self.document = parse_yaml(text, file)
        self.ending = "\r\n" if "\r\n" in text else "\n"
        self.lines = text.splitlines()
        self.inserted: dict[int, list[str]] = {}  # before the line of this index
        self.new_sections: dict[str, list[str]] = {}
        self.dropped: set[int] = set()  # lines that give way to a new section

    def text(self) -> str:
        lines: list[str] = []
        models = self._root().key("models").place.line - 1
        for index in range(len(self.lines) + 1):
            for section, added in self.new_sections.items() if index == models else ():
                lines += [f"{section}:", *added, ""]
            lines += self.inserted.get(index, [])
            lines += self.lines[index : index + 1] if index not in self.dropped else []
        return self.ending.join([*lines, ""])

    def append_to(self, section: str, lines: list[str]) -> None:
        """Entries at the end of a section of the file; a section that is not there goes before `models`."""
        entries = self._root().get(section)
        if isinstance(entries, Map) and entries.entries:
            keys = [key for key, _ in entries]
            self._insert(self._end(keys[-1]), lines, self._indent(keys[0]))
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

    def _insert(self, at: int, lines: list[str], indent: str) -> None:
        self.inserted.setdefault(at, []).extend(f"{indent}{line}" if line else line for line in lines)

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
            raise fail(
                "cannot-add", f'"{key.text}" does not begin its line', place=key.place,
                remedy="write each model and each day in a line of its own",
            )  # fmt: skip
        return before

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
