"""Cache: books that were read before, kept by the content of their files. A changed file is another key."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from costcalc.files import file_beside
from costcalc.pricebook.model import Book, Model
from costcalc.pricebook.summary import ModelSummary, summaries
from costcalc.yamldoc import collector_paused

_DIGEST_SIZE = 32
_KEPT = 4  # cache files; older ones are of versions that have gone
# What decides the shape of a book: a change of this code is another key too.
_CODE = (*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "meters.yaml")


class StoredModels(Mapping[str, Model]):
    """The models of a book from the cache: each is made when it is asked for, its name and summary are there before."""

    def __init__(self, summaries: Mapping[str, ModelSummary], stored: Mapping[str, bytes]) -> None:
        self.summaries, self._stored = summaries, stored
        self._made: dict[str, Model] = {}

    def __getitem__(self, name: str) -> Model:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = pickle.loads(self._stored[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def __contains__(self, name: object) -> bool:
        return name in self._stored


def cached_books(files: Sequence[Path], read: Callable[[], tuple[list[Book], bool]]) -> list[Book]:
    """The books of these files; read anew unless the very same bytes were read before by the very same code.

    `read` gives the books and whether they may be kept: those of a wrong file may not. A cache that cannot be read or written costs time, never a wrong price: `COSTCALC_NO_CACHE=1` does without.
    """
    if os.environ.get("COSTCALC_NO_CACHE"):
        return read()[0]
    try:
        path = cache_folder() / f"books-{_key(files)}.pickle"
        found = _load(path)
    except (OSError, RuntimeError):  # unreadable, or nobody's home is known
        return read()[0]
    if found is not None:
        return found
    books, may_be_kept = read()
    if may_be_kept:
        _store(path, books)
    return books


def cache_folder() -> Path:
    """Where this platform keeps caches: XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "costcalc"


def _key(files: Sequence[Path]) -> str:
    digest = sha256(f"{sys.version_info[:3]}".encode())
    for path in (*_CODE, *sorted(files)):
        content = path.read_bytes()
        # Places in books name their files: the same bytes elsewhere are other books.
        digest.update(f"\0{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def _load(path: Path) -> list[Book] | None:
    """The books of a cache file that is ours alone; None where there is none, or none that can be trusted."""
    try:
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            return None
        content = path.read_bytes()
        digest, payload = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if sha256(payload).digest() != digest:  # a model of it would only be found damaged when it is asked for
            return None
        with collector_paused():
            kept = pickle.loads(payload)
            found = [replace(book, models=StoredModels(*stored)) for book, stored in kept]
    except FileNotFoundError:
        return None
    except Exception:  # whatever a damaged file raises: it is read anew and written over
        return None
    return found


def _store(path: Path, books: list[Book]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        payload = pickle.dumps([_kept(book) for book in books], protocol=pickle.HIGHEST_PROTOCOL)
        with file_beside(path) as beside:
            beside.write_bytes(sha256(payload).digest() + payload)
            beside.replace(path)
        _forget_older(path.parent)
    except OSError:
        return


def _kept(book: Book) -> tuple[Book, tuple[Mapping[str, ModelSummary], Mapping[str, bytes]]]:
    """The book without its models, their summaries, and each of them by itself."""
    stored = {name: pickle.dumps(model, pickle.HIGHEST_PROTOCOL) for name, model in book.models.items()}
    return replace(book, models={}), (summaries(book), stored)


def _forget_older(folder: Path) -> None:
    files = sorted(folder.glob("books-*.pickle"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT:]:
        file.unlink(missing_ok=True)
