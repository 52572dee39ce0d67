"""Files: written whole or not at all: beside the target first, renamed when nothing is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path
from tempfile import mkstemp

from costcalc.problems import Place, fail

_NAME_LIMIT = 100  # characters of the target's name in that of the file beside it


@contextmanager
def written_whole(path: Path | str) -> Iterator[Path]:
    """A path to write to; what was written takes the target's place when the block has ended well.

    Until then the old file stays as it is, whatever happens to the program. CostcalcError: it cannot be written.
    """
    shown, target = str(path), Path(os.path.realpath(path))  # a link stays one: its target is renamed over
    beside: Path | None = None
    try:
        if target.is_dir():
            raise IsADirectoryError(EISDIR, "Is a directory")
        if target.exists() and not target.is_file():
            yield target  # a device or a pipe: there is nothing to rename over
            return
        handle, name = mkstemp(dir=target.parent, prefix=f".{target.name[:_NAME_LIMIT]}.", suffix=".part")
        os.close(handle)
        beside = Path(name)
        mode = target.stat().st_mode & 0o777 if target.exists() else _usual_mode()
        yield beside
        _reach_the_disk(beside)
        beside.chmod(mode)
        beside.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise fail("unwritable-file", f"cannot write the file: {reason}", place=Place(shown)) from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def write_whole(path: Path | str, content: str | bytes) -> None:
    """The content as a file. CostcalcError: it cannot be written; the old file is whole then."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with written_whole(path) as beside:
        beside.write_bytes(data)


def _reach_the_disk(path: Path) -> None:
    """A rename may reach the disk before the data does; a crash between the two would leave an empty file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _usual_mode() -> int:
    """What a new file may be read and written by; a temporary one is its owner's alone."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def path_from_here(path: Path | str) -> str:
    """The path as one would write it in this folder: `../costcalc.toml`; whole where there is no such way."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return str(path)
