"""Cache: what was read from files before, kept by their content. A changed file is another key."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from costcalc.files import collector_paused, file_beside

_DIGEST_SIZE = 32
_KEPT = 4  # files of a name; older ones are of versions that have gone
# What every file is read with: a change of this code is another key too.
_READING = [Path(__file__).with_name(name) for name in ("records.py", "packed.py", "yamldoc.py", "yamlreader.py")]

_SETTLED_SECONDS = 10  # what was changed so shortly before may be changed again within the same tick of its clock
_DIGESTS: dict[Path, tuple[tuple[int, ...], bytes]] = {}  # the state of a file, and what its content was then
_HELD: dict[Path, Any] = {}  # what this process had of each file: asked again, it is not unpacked again

Value = TypeVar("Value")


def cached(
    name: str,
    files: Sequence[Path],
    code: Sequence[Path],
    read: Callable[[], tuple[Value, bool]],
    packed: Callable[[Value], Sequence[str]],
    unpacked: Callable[[Sequence[str]], Value],
) -> Value:
    """What these files say; read anew unless the very same bytes were read before by the very same code.

    `read` gives the value and whether it may be kept: that of a wrong file may not. Whoever asks for the same files again
    is given the same value, and must not change it. `packed` and `unpacked`
    turn the value into lines of text, and back: data, in which nothing can run. A cache that cannot be read or written costs time, never a wrong price:
    `COSTCALC_NO_CACHE=1` does without.
    """
    if os.environ.get("COSTCALC_NO_CACHE"):
        return read()[0]
    try:
        path = cache_folder() / f"{name}-{_key((*_READING, *code), files)}.json"
        found = _HELD[path] if path in _HELD else _load(path, unpacked)
    except (OSError, RuntimeError):  # unreadable, or nobody's home is known
        return read()[0]
    if found is None:
        found, may_be_kept = read()
        if not may_be_kept:
            return found
        lines = packed(found)
        _store(path, name, lines)
        found = unpacked(lines)  # the first run goes on with what all later ones have
    _HELD[path] = found
    return found


def cache_folder() -> Path:
    """Where this platform keeps caches: XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "costcalc"


def _key(code: Sequence[Path], files: Sequence[Path]) -> str:
    digest = sha256(f"{sys.version_info[:3]}".encode())
    for path in (*code, *sorted(files)):
        # Places in what is read name their files: the same bytes elsewhere are another value.
        digest.update(f"\0{path}\0".encode())
        digest.update(_digest(path))
    return digest.hexdigest()[:32]


def _digest(path: Path) -> bytes:
    """Of the content; that of a file which has lain there for a while is not read again by this process."""
    found = path.stat()
    state = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
    known = _DIGESTS.get(path)
    if known and known[0] == state:
        return known[1]
    digest = sha256(path.read_bytes()).digest()
    if time.time() - found.st_mtime > _SETTLED_SECONDS:
        _DIGESTS[path] = (state, digest)
    return digest


def _load(path: Path, unpacked: Callable[[Sequence[str]], Value]) -> Value | None:
    """The value of a cache file that is ours alone; None where there is none, or none that can be trusted."""
    try:
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            return None
        content = path.read_bytes()
        digest, payload = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if sha256(payload).digest() != digest:  # a part that is made later would only then be found damaged
            return None
        with collector_paused():
            return unpacked(payload.decode("utf-8").split("\n"))
    except FileNotFoundError:
        return None
    except Exception:  # whatever a damaged file raises: it is read anew and written over
        return None


def _store(path: Path, name: str, lines: Sequence[str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        payload = "\n".join(lines).encode("utf-8")
        with file_beside(path) as beside:
            beside.write_bytes(sha256(payload).digest() + payload)
            beside.replace(path)
        _forget_older(path.parent, name)
    except OSError:
        return


def _forget_older(folder: Path, name: str) -> None:
    files = sorted(folder.glob(f"{name}-*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT:]:
        file.unlink(missing_ok=True)
