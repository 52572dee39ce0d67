"""Cache: books that were read before, kept by the content of their files. A changed file is another key."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from costcalc.pricebook.model import Book
from costcalc.yamldoc import collector_paused

_KEPT = 4  # cache files; older ones are of versions that have gone
# What decides the shape of a book: a change of this code is another key too.
_CODE = (*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "meters.yaml")


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
        with collector_paused():
            found = pickle.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except Exception:  # whatever a damaged file raises: it is read anew and written over
        return None
    good = isinstance(found, list) and all(isinstance(book, Book) for book in found)
    return found if good else None


def _store(path: Path, books: list[Book]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            pickle.dump(books, file, protocol=pickle.HIGHEST_PROTOCOL)
        Path(file.name).replace(path)
        _forget_older(path.parent)
    except OSError:
        return


def _forget_older(folder: Path) -> None:
    files = sorted(folder.glob("books-*.pickle"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT:]:
        file.unlink(missing_ok=True)
