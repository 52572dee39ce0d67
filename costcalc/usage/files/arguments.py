"""Arguments: the files that a usage argument names. A name that exists is that file; only a glob is expanded, here."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from costcalc.problems import CostcalcError, Place, Problem
from costcalc.records import dataclass
from costcalc.usage.files.addresses import is_address, read_address
from costcalc.usage.files.left import Left, is_of_something_else, set_aside, unread

SUFFIXES = frozenset([".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".gz", ".zst", ".zip", ".xlsx"])
CONTAINERS = frozenset([".zip", ".xlsx", ".xlsm", ".db", ".sqlite", ".sqlite3", ".duckdb"])
_PATTERN = "*?["


@dataclass(frozen=True, slots=True)
class Named:
    """The files that arguments name, each once."""

    files: Sequence[str] = ()
    inside: frozenset[str] = frozenset()  # those of them that were found in a folder, and not named themselves
    left: Left = field(default_factory=Left)  # what else the folders hold
    paths: Mapping[str, str] = field(default_factory=dict)  # where each file really lies


def find_files(usage: str | Path | Sequence[str | Path]) -> Named:
    """The files that the arguments name: files, globs, folders (searched below), "-", and addresses as they are.

    CostcalcError: none there, or an address whose password may end in several places.
    """
    arguments = [str(usage)] if isinstance(usage, str | Path) else [str(each) for each in usage]
    addresses = dict.fromkeys(argument for argument in arguments if is_address(argument))
    for address in addresses:
        read_address(address)  # before anything else may show it
    places = {argument: _places(argument) for argument in arguments if argument not in addresses}
    folders = [place for found in places.values() for place in found if place.is_dir()]
    search = _Search([Path(os.path.realpath(folder)) for folder in folders])
    identities = _Identities()
    named = {identities.of(str(place)) for found in places.values() for place in found if not place.is_dir()}
    files: dict[str, str] = {}
    problems = [] if arguments else [Problem("no-usage", "no file is named", remedy="name files, folders or globs")]
    for argument, found in places.items():
        names = [name for place in found for name in (search.below(place) if place.is_dir() else [str(place)])]
        problems += [] if names else [_not_there(argument, found)]
        for name in names:
            files.setdefault(identities.of(name), name)
    for path in search.passed:
        if identities.of(str(path)) not in named:
            set_aside(path, search.left)
    if problems:
        raise CostcalcError([*problems, *search.left.missing])
    inside = frozenset(name for identity, name in files.items() if identity not in named)
    found_paths = {name: path for path, name in files.items()} | {address: address for address in addresses}
    return Named((*files.values(), *addresses), inside, search.left, found_paths)


@dataclass
class _Identities:
    """What tells files apart whatever they are called; a folder is looked up once."""

    folders: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        folder, _, own = name.rpartition("/")
        if name == "-" or not folder or own in ("", ".", "..") or os.path.islink(name):  # noqa: PTH114 -- many files
            return name if name == "-" else os.path.realpath(name)
        if folder not in self.folders:
            self.folders[folder] = os.path.realpath(folder)
        return f"{self.folders[folder].rstrip('/')}/{own}"


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if stem and dot else ""


def container_of(name: str) -> str:
    """The archive, workbook or database that a name goes into: `export.zip` of `export.zip/usage.csv`; "" if into none."""
    if not any(f"{ending}/" in name.lower() for ending in CONTAINERS):
        return ""  # no path of many is taken apart
    for parent in Path(name).parents:
        if parent.suffix.lower() in CONTAINERS and os.path.isfile(parent):  # noqa: PTH113 -- a name may be too long
            return str(parent)
    return ""


def _places(argument: str) -> list[Path]:
    """The file or folder of that name; else what the name matches as a glob."""
    if argument in ("-", ""):
        return [Path(argument)] * bool(argument)
    home = os.path.expanduser(argument)  # noqa: PTH111 -- Path's own raises for a user that nobody knows
    for name in (argument, home):
        if os.path.exists(name):  # noqa: PTH110 -- Path's own raises for a name that is too long
            return [Path(name)]
    if container_of(argument):
        return [Path(argument)]
    return [Path(name) for name in sorted(glob.glob(home, recursive=True))]  # noqa: PTH207 -- likewise for "**a"


@dataclass
class _Search:
    """Searches folders, and keeps what it does not take."""

    roots: Sequence[Path]  # every folder that is searched, as it really is
    left: Left = field(default_factory=Left)
    passed: list[Path] = field(default_factory=list)  # files of other endings

    def below(self, folder: Path) -> list[str]:
        """The files of usage below the folder, sorted."""
        return sorted(self._walk(folder))

    def _walk(self, folder: Path) -> Iterator[str]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._unread(folder, f"cannot read the folder: {error.strerror}", "check its permissions")
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue  # checkpoints, locks and the like, which the shell's globs leave out too
            if entry.is_file() and _ending(entry.name) in SUFFIXES:
                yield entry.path
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(path)
            elif entry.is_dir():
                self._linked(path)
            elif not entry.is_file():
                self._no_file(path)
            else:
                self.passed.append(path)

    def _linked(self, path: Path) -> None:
        """A linked folder is not followed: it may lead anywhere. One that leads to what is searched anyway needs no word."""
        target = Path(os.path.realpath(path))
        if not any(_reaches(root, target) for root in self.roots):
            self._unread(path, f"a linked folder is not followed: it leads to {target}", "name it beside the others")

    def _no_file(self, path: Path) -> None:
        if is_of_something_else(path):
            return
        what = "the link leads nowhere" if path.is_symlink() else "this is not a file but a pipe or a device"
        self._unread(path, what, "mend or remove it")

    def _unread(self, path: Path, message: str, remedy: str) -> None:
        self.left.unread[str(path)] = [unread(path, message, remedy)]


def _reaches(root: Path, target: Path) -> bool:
    """Whether a search of the root comes to the target, which no hidden folder may hold."""
    return target.is_relative_to(root) and not any(part.startswith(".") for part in target.relative_to(root).parts)


def _not_there(argument: str, found: Sequence[Path]) -> Problem:
    if found:
        message, remedy = "the folder holds no usage file", f"expected files ending in {' '.join(sorted(SUFFIXES))}"
    elif any(char in argument for char in _PATTERN):
        message, remedy = "no file matches the pattern", "check the pattern, or quote it for the shell"
    else:
        message, remedy = "cannot read the file: it does not exist", "check the path"
    return Problem("unreadable-file", message, Place(argument), remedy=remedy)
