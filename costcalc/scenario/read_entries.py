"""Entries: what stands in the lists of a scenario file, one mapping each, with the keys that it may have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from costcalc.problems import nearest_names
from costcalc.scenario.figure import DISTRIBUTIONS
from costcalc.yamldoc import Document, Map, Node, Scalar
from costcalc.yamldoc import Sequence as YamlList

_A_SLIP = 0.8  # so much alike is a slip of the pen: each_month for each month


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: its keys and values, and the file that takes its problems."""

    document: Document
    map: Map
    what: str  # "a move", for messages

    def __contains__(self, key: str) -> bool:
        return key in self.map

    def text(self, key: str) -> Scalar | None:
        return self.document.text_at(self.map.get(key), key)

    def word(self, key: str, default: str = "") -> str:
        text = self.text(key)
        return text.text.strip() if text else default

    def has(self, key: str, example: str) -> bool:
        """Whether the key is there; a problem if it is not."""
        if key not in self.map:
            self.document.report(self.map, "missing-key", f'{self.what} needs the key "{key}"', expected=example)
        return key in self.map

    def needed(self, key: str, example: str) -> Scalar | None:
        return self.text(key) if self.has(key, example) else None

    def refuse(self, key: str, code: str, message: str, remedy: str = "") -> None:
        """A key that may not stand here."""
        if key in self.map:
            self.document.report(self.map.key(key), code, message, remedy=remedy)

    def one_of(self, keys: Sequence[str], code: str, example: str) -> str | None:
        """The one key of these that is there; none, or two, are problems."""
        found = [key for key in keys if key in self.map]
        if not found:
            words = ", ".join(f'"{key}"' for key in keys)
            self.document.report(self.map, "missing-key", f"{self.what} needs one of {words}", expected=example)
            return None
        for key in found[1:]:
            self.document.report(
                self.map.key(key), code, f'{self.what} has one of {", ".join(keys)}: "{found[0]}" stands there already',
                remedy="write one entry for each",
            )  # fmt: skip
        return found[0]

    @property
    def drawn(self) -> str:
        """The distribution of this entry's ranges as written, whether it is one or not."""
        node = self.map.get("distribution")
        return node.text if isinstance(node, Scalar) else ""

    def distribution(self) -> str:
        """How the ranges of this entry are drawn from; "" where it says nothing."""
        text = self.text("distribution")
        if text is None:
            return ""
        if text.text not in DISTRIBUTIONS:
            report_distribution(self.document, text)
            return ""
        if not _has_range(self.map):
            self.document.report(
                text, "distribution-without-range", f"{self.what} has no range to draw from", expected="5..34%",
                remedy="write a range, or leave the distribution out",
            )  # fmt: skip
        return text.text


def entries(
    document: Document, node: Node | None, name: str, what: str, keys: Sequence[str], example: str
) -> Iterator[Entry]:
    """The entries of a list; none where the key is not there, or nothing stands under it."""
    if node is None or (isinstance(node, Scalar) and not node.text):
        return
    if not isinstance(node, YamlList):
        document.report(node, "wrong-shape", f"{name} is not a list", expected=f"- {example}")
        return
    for item in node:
        found = document.map_at(item, what)
        if isinstance(item, Map):
            if "on" in keys:
                found = _with_on(document, found)
            check_keys(document, found, what, keys)
            yield Entry(document, found, what)


def _with_on(document: Document, found: Map) -> Map:
    """`from` is `on`, for readers of YAML 1.1 take on for yes."""
    if "from" not in found:
        return found
    if "on" in found:
        document.report(found.key("from"), "two-days", "on and from both say the first day", remedy="write one of them")
        return Map({name: each for name, each in found.entries.items() if name != "from"}, found.place)
    said = {"on" if name == "from" else name: each for name, each in found.entries.items()}
    key, node = said["on"]
    return Map({**said, "on": (replace(key, text="on"), node)}, found.place)


def check_keys(document: Document, found: Map, what: str, keys: Sequence[str]) -> None:
    """Unknown keys are problems; a column of the log is looked for in `where`."""
    for key, _ in found:
        if key.text not in keys:
            may_be_a_column = "where" in keys and not get_close_matches(key.text, keys, 1, _A_SLIP)
            hint = f"; a column of the log stands in where: {{{key.text}: …}}" if may_be_a_column else ""
            document.report(
                key, "unknown-key", f'{what} has no key "{key.text}"', nearest=nearest_names(key.text, keys),
                remedy=f"known keys: {', '.join(keys)}{hint}",
            )  # fmt: skip


def report_distribution(document: Document, text: Scalar) -> None:
    document.report(
        text, "unknown-distribution", f'no distribution is called "{text.text}"',
        nearest=nearest_names(text.text, DISTRIBUTIONS), expected=", ".join(DISTRIBUTIONS),
    )  # fmt: skip


def _has_range(found: Map) -> bool:
    """Whether a range is written anywhere in the entry, but for what chooses usage."""
    return any(_holds_range(node) for key, node in found if key.text not in ("where", "note", "quality"))


def _holds_range(node: Node) -> bool:
    if isinstance(node, Scalar):
        return ".." in node.text
    return any(_holds_range(part) for part in ((value for _, value in node) if isinstance(node, Map) else node))
