"""Left: what was found in folders and not read. What may hold usage is a problem, and the total lacks it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field
from pathlib import Path

from costcalc.problems import Place, Problem
from costcalc.records import dataclass
from costcalc.usage.files.headers import before_header
from costcalc.usage.ledger import Loud

LOOKED_AT = 64 * 1024  # bytes of a file, to tell what it may hold
_MOST_COPIES = 20  # files with a note of their own
_NAMED = 3  # files that a note names; of more it counts the endings
_CODE = "unread-file"

_WORKBOOKS = frozenset([".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"])
_OTHERWISE = frozenset(
    [
        ".md",
        ".rst",
        ".tex",
        ".html",
        ".htm",
        ".css",
        ".xml",
        ".svg",
        ".js",
        ".ts",
        ".py",
        ".pyc",
        ".ipynb",
        ".sh",
        ".bat",
        ".yaml",
        ".yml",
        ".toml",
        ".ini",
        ".cfg",
        ".conf",
        ".sql",
        ".pdf",
        ".docx",
        ".pptx",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".ico",
        ".whl",
        ".jar",
        ".lock",
        ".sig",
        ".asc",
        ".sha256",
        ".md5",
    ]
)  # known for something else than usage, and some of them packed or full of such words
_PACKED = (
    b"PK\x03\x04",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf'\x1c",
    b"Rar!",
    b"\x04\x22\x4d\x18",
    b"\xd0\xcf\x11\xe0",
)
_DATA = (b"SQLite format 3", b"Obj\x01", b"ORC", b"ARROW1", b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
_TAR = slice(257, 262)

_KEY = re.compile(
    rb'"[a-z_ .-]*(tokens?|usage|cost|spend)[a-z_ .-]*"\s*:\s*["0-9.{\[]|tokens?["\']?\s?[=:]\s?["\']?\d', re.IGNORECASE
)
_COLUMN = re.compile(
    r"token|(^|[^a-z])(usage|cost|spend|billed|charge|credits?|model|requests?)([^a-z]|$)", re.IGNORECASE
)
_LONGEST_NAME = 60  # characters of a column's name; prose is longer


@dataclass
class Left:
    """What a run found and did not read: files, each with the problems that stood against it."""

    unread: dict[str, Sequence[Problem]] = field(default_factory=dict)  # those that may hold usage
    other: dict[str, Sequence[Problem]] = field(default_factory=dict)  # those without usage
    empty: dict[str, Sequence[Problem]] = field(default_factory=dict)  # those without rows
    answers: dict[str, Sequence[Problem]] = field(default_factory=dict)  # those that costcalc wrote
    copies: dict[str, str] = field(default_factory=dict)  # those of the same content as another → that one

    def leaves(self, name: str, problems: Sequence[Problem], may_be_unread: bool = True) -> bool:
        """Whether a file that cannot be opened is left: an empty one is, any other where nobody named it."""
        is_empty = {problem.code for problem in problems} == {"empty-file"}
        if is_empty or may_be_unread:
            (self.empty if is_empty else self.unread)[name] = problems
        return is_empty or may_be_unread

    @property
    def missing(self) -> list[Problem]:
        """What makes the total incomplete."""
        return [problem for problems in self.unread.values() for problem in problems]

    @property
    def problems(self) -> list[Problem]:
        """Everything: where nothing was read, this is why."""
        kinds = (self.unread, self.other, self.empty, self.answers)
        return [problem for kind in kinds for found in kind.values() for problem in found]

    def notes(self) -> list[str]:
        notes = [f"{name} holds no rows" for name in self.empty]
        copies = [Loud(f"{name} holds the same as {first}, and is left out") for name, first in self.copies.items()]
        notes += copies[:_MOST_COPIES]
        if more := len(copies[_MOST_COPIES:]):
            notes.append(Loud(f"{more:,} more files hold the same as another one, and are left out"))
        if self.other:
            files, verb = ("1 file", "holds") if len(self.other) == 1 else (f"{len(self.other):,} files", "hold")
            notes.append(f"{files} beside the usage {verb} none and {_be(verb)} not read: {_names([*self.other])}")
        if self.answers:
            files = "1 file is an answer" if len(self.answers) == 1 else f"{len(self.answers):,} files are answers"
            notes.append(f"{files} of costcalc and no usage, left aside: {_names([*self.answers])}")
        return notes


def _be(verb: str) -> str:
    return "is" if verb == "holds" else "are"


def _names(paths: Sequence[str]) -> str:
    if len(paths) <= _NAMED:
        return ", ".join(Path(path).name for path in paths)
    endings = Counter(Path(path).suffix.lower() or "no ending" for path in paths)
    return ", ".join(f"{ending} ({count:,})" for ending, count in sorted(endings.items(), key=lambda e: (-e[1], e[0])))


def unread(place: str | Path, message: str, remedy: str) -> Problem:
    return Problem(_CODE, message, Place(str(place)), remedy=f"{remedy}; --allow-refused accepts that it is left out")


def set_aside(path: Path, left: Left) -> None:
    """A file whose ending no usage has: unread if it may hold some all the same."""
    problem = None if is_of_something_else(path) else _what_it_may_be(path)
    if problem:
        left.unread[str(path)] = [problem]
    else:
        left.other[str(path)] = []


def _what_it_may_be(path: Path) -> Problem | None:
    ending = path.suffix.lower()
    try:
        head = head_of(path)
    except OSError as error:
        return unread(path, f"cannot read the file: {error.strerror}", "check its permissions")
    if not head.strip():
        return None
    if ending in _WORKBOOKS:
        return unread(path, "a workbook is not read, and may hold usage", "save its sheet as CSV")
    if head.startswith(_PACKED) or head[_TAR] == b"ustar":
        return unread(path, "an archive is not read, and may hold usage", "unpack it")
    if may_hold_usage(head):
        what = f"a folder's files ending in {ending}" if ending else "a folder's files without an ending"
        return unread(path, f"{what} are not read, and this one may hold usage", "name the file itself")
    return None


def set_sheet_aside(name: str, copy: Path, left: Left) -> None:
    """A sheet that its workbook hides: unread if it may hold usage, as lists for the cells of other sheets do not."""
    text = head_of(copy).decode("utf-8", "replace")
    if may_hold_usage(text[before_header(text) :].encode()):
        remedy = f"show it in the workbook, or name it too: {name}"
        left.unread[name] = [unread(name, "the sheet is hidden, so it is left out, and it may hold usage", remedy)]
    else:
        left.other[name] = []


def is_of_something_else(path: Path) -> bool:
    """Whether the ending is known for something else than usage."""
    return path.suffix.lower() in _OTHERWISE


def head_of(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as stream:
        return stream.read(LOOKED_AT)


def may_hold_usage(head: bytes) -> bool:
    """Whether a file that begins like this may hold counts of usage, or costs."""
    if head.startswith(_DATA):
        return True
    if b"\x00" in head:
        return head.startswith((b"\xff\xfe", b"\xfe\xff")) and may_hold_usage(head.replace(b"\x00", b"")[2:])
    return _KEY.search(head) is not None or has_usage_columns(_first_row(head))


def has_usage_columns(names: Iterable[str]) -> bool:
    """Whether names of columns speak of usage; of one column alone they say nothing."""
    names = [name.strip() for name in names]
    return (
        len(names) > 1
        and all(len(name) <= _LONGEST_NAME for name in names)
        and any(_COLUMN.search(name) for name in names)
    )


def _first_row(head: bytes) -> list[str]:
    lines = head.decode("utf-8", "replace").lstrip("\ufeff\r\n ").splitlines()
    line = lines[0][:LOOKED_AT] if len(lines) > 1 else ""  # a header alone counts nothing
    return max((next(csv.reader([line], delimiter=mark), []) for mark in ",;\t|"), key=len)
