"""Files: written whole or not at all: beside the target first, renamed when nothing is missing; nothing is left over."""

from __future__ import annotations

import gc
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EISDIR, ELOOP
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir

from costcalc.problems import Place, fail

MOST_WRITTEN = 50_000_000  # bytes: the largest price map that others publish has a tenth of it
_NAME_LIMIT = 100  # characters of the target's name in that of the file beside it
_OURS = re.compile(r"(\..*\.)?costcalc-[0-9a-f]{16}(\.part)?")  # a temporary folder, a file beside its target
_ABANDONED_SECONDS = 60  # after so long without a lock: a new one is locked at once
# What is removed at the end. A path stands here before it is made: a signal may come between any two steps.
_temporary: set[Path] = set()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder for this program alone, removed with all that is in it."""
    path = Path(gettempdir(), f"costcalc-{token_hex(8)}")
    _remove_abandoned(path.parent)
    _temporary.add(path)
    try:
        path.mkdir(mode=0o700)
        with _locked(path):
            yield path
    finally:
        _remove(path)


@contextmanager
def file_beside(target: Path) -> Iterator[Path]:
    """A new file in the target's folder, its owner's alone; removed unless it was renamed. OSError: it cannot be made."""
    path = target.with_name(f".{target.name[:_NAME_LIMIT]}.costcalc-{token_hex(8)}.part")
    _remove_abandoned(path.parent)
    _temporary.add(path)
    try:
        path.touch(mode=0o600, exist_ok=False)
        with _locked(path):
            yield path
    finally:
        _remove(path)


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether the path is locked within, which ends with this program however it ends; False: it is, by another one."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock

        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except (ImportError, OSError):  # Windows
        yield False
        return
    try:
        try:
            flock(number, LOCK_EX | LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(number)


def _remove_abandoned(folder: Path) -> None:
    """Remove what a program of ours left there that was killed, or that lost its power: nobody holds its lock."""
    with suppress(OSError):
        for entry in [each for each in os.scandir(folder) if _OURS.fullmatch(each.name)]:
            found = entry.stat(follow_symlinks=False)
            is_ours = found.st_uid == os.getuid() and not stat.S_ISLNK(found.st_mode)
            if is_ours and time.time() - found.st_mtime > _ABANDONED_SECONDS:
                with _locked(Path(entry.path)) as is_free:
                    if is_free:
                        _remove(Path(entry.path))


def remove_temporary() -> None:
    """Remove what a signal kept from being removed where it was made."""
    for path in tuple(_temporary):
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
    _temporary.discard(path)


@contextmanager
def written_whole(path: Path | str) -> Iterator[Path]:
    """A path to write to; what was written takes the target's place when the block has ended well.

    Until then the old file stays as it is, whatever happens to the program. CostcalcError: it cannot be written.
    """
    shown = str(path)
    if "\0" in shown:
        raise fail("unwritable-file", "cannot write the file: no file has such a name", place=Place(shown))
    target = Path(os.path.realpath(path))  # a link stays one: its target is renamed over
    try:
        if is_stream(path):
            yield Path(path)  # there is nothing to rename over, and a pipe has no other name
            return
        if target.is_dir():
            raise IsADirectoryError(EISDIR, "Is a directory")
        if target.is_symlink():  # of links that lead to one another
            raise OSError(ELOOP, os.strerror(ELOOP))
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(EACCES, "It is read-only")
        with file_beside(target) as beside:
            mode = target.stat().st_mode & 0o777 if target.exists() else _usual_mode()
            yield beside
            _reach_the_disk(beside)
            beside.chmod(mode)
            beside.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise fail("unwritable-file", f"cannot write the file: {reason}", place=Place(shown)) from error


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


@contextmanager
def collector_paused() -> Iterator[None]:
    """While thousands of small objects are made that all stay: the collector would walk them again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def is_folder(path: Path | str) -> bool:
    """Whether a folder is there; no name that an argument may have is an error."""
    return os.path.isdir(path)  # noqa: PTH112 -- Path.is_dir raises where a name is too long


def is_file(path: Path | str) -> bool:
    """Whether a file is there that can be got at, likewise."""
    return os.path.isfile(path)  # noqa: PTH113


def is_there(path: Path | str) -> bool:
    """Whether there is anything of that name, likewise."""
    return os.path.exists(path)  # noqa: PTH110


def leads_nowhere_else(path: Path) -> bool:
    """Whether what is there lies in the folder that its path names, or below: no link leads out of it."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent))


def is_stream(path: Path | str) -> bool:
    """Whether what is there is neither a file nor a folder: a pipe or a device, which is read once."""
    return is_there(path) and not is_folder(path) and not is_file(path)


def read_text(path: Path | str, shown: str = "") -> str:
    """The text of a file that people write, in UTF-8. CostcalcError: it cannot be read, or is larger than any of them."""
    place = Place(shown or str(path))
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MOST_WRITTEN + 1)
        if len(content) > MOST_WRITTEN:
            raise fail(
                "too-large", f"the file is larger than {MOST_WRITTEN // 10**6} MB", place=place,
                expected="a file that people write", remedy="check the path",
            )  # fmt: skip
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, ValueError) as error:  # ValueError: bytes that are no text, or a path with a NUL
        wrong_text = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
        reason = getattr(error, "strerror", None) or wrong_text
        raise fail(
            "unreadable-file", f"cannot read the file: {reason}", place=place,
            remedy="check the path and its permissions",
        ) from error  # fmt: skip


def path_from_here(path: Path | str) -> str:
    """The path as one would write it in this folder: `../costcalc.toml`; whole where there is no such way."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except (ValueError, FileNotFoundError):  # another drive, or the folder is there no more
        return str(path)
