"""YAML with places: every scalar stays the text that was written, every node knows its line and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path

from costcalc.files import read_text
from costcalc.problems import MOST_PROBLEMS, CostcalcError, Place, Problem, nearest_names
from costcalc.records import dataclass


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
        if len(self.problems) >= MOST_PROBLEMS:
            self.check(is_cut=True)
        place = node if isinstance(node, Place) else node.place
        width = len(node.text) if isinstance(node, Scalar) else 1
        self.problems.append(
            Problem(code, message, place, line_of(self.text, place.line), width, expected, nearest, remedy)
        )

    def check(self, *, is_cut: bool = False) -> None:
        """Raise if a problem was noted; `is_cut`: there may be more of them."""
        if self.problems:
            raise CostcalcError([*self.problems, *([too_many(self.problems[-1].place)] if is_cut else [])])

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
    return parse_yaml(read_text(path), str(path))


def parse_yaml(text: str, file: str = "<text>") -> Document:
    """The text as a document with places."""
    from costcalc.yamlreader import read_nodes  # it imports a parser, which a run that reads no YAML does without

    (root,), problems = read_nodes(text, file)
    document = Document(file, text, root, problems)
    document.check()
    return document


def read_documents(path: Path | str) -> list[Document]:
    """The documents of the file, parted by `---`."""
    from costcalc.yamlreader import read_nodes

    text = read_text(path)
    roots, problems = read_nodes(text, str(path), several=True)
    found = [Document(str(path), text, root) for root in roots]
    found[0].problems += problems
    found[0].check()
    return found


def too_many(last: Place | None) -> Problem:
    """That a file was read no further than its hundredth problem, which is here."""
    return Problem(
        "too-many-problems", f"the file has at least {MOST_PROBLEMS} problems, and was read no further", last,
        remedy="correct the first of them: many may have one cause",
    )  # fmt: skip


@lru_cache(maxsize=4)  # of a file with many problems, every one asks
def _lines(text: str) -> list[str]:
    return text.splitlines()


def line_of(text: str, number: int) -> str:
    lines = _lines(text)
    return lines[number - 1] if 0 < number <= len(lines) else ""
