"""Packs: many small files in one, each row with the position of its file, since opening a file costs more than reading it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import FileIO

from costcalc.usage.files.sources import ReadableFile, Workspace
from costcalc.usage.formats.paths import FILE

_FEW = 500  # files that are read one by one
_LARGE = 64 * 1024  # bytes of a file, on average, from which on opening it is the smaller part
_OBJECT = re.compile(rb"\{\s*\}")


def packed(sources: Sequence[ReadableFile], workspace: Workspace) -> ReadableFile | None:
    """The rows of these sources as one; None where they are few or large, or a row's end cannot be told at sight."""
    if len(sources) <= _FEW or sources[0].kind not in ("json", "table"):
        return None
    if sum(source.size for source in sources) > _LARGE * len(sources):
        return None
    rows = _objects if sources[0].kind == "json" else _rows
    target = workspace.new_file(".pack")
    with target.open("wb") as out:
        for number, source in enumerate(sources):
            found = rows(number, source)
            if found is None:
                return None
            out.writelines(found)
    return replace(sources[0], shown=str(target), path=str(target), skip=0, lines=())


def _objects(number: int, source: ReadableFile) -> Iterator[bytes] | None:
    """Each line with the key of its file; None where one is no object at sight."""
    lines = _lines(source)
    if not all(line.startswith(b"{") and line.endswith(b"}") for line in lines):
        return None
    key = b'{"%s":%d' % (FILE.encode(), number)
    return (b"%s%s%s\n" % (key, b"" if _OBJECT.fullmatch(line) else b",", line[1:]) for line in lines)


def _rows(number: int, source: ReadableFile) -> Iterator[bytes] | None:
    """Each row with a column for its file; None where a quote may keep two lines together."""
    text = _read(source)
    if b'"' in text or b"\r" in text.replace(b"\r\n", b""):
        return None
    begin = b"%d%s" % (number, source.delimiter.encode())
    return (begin + line + b"\n" for line in _filled(text.splitlines()[source.skip :]))


def _lines(source: ReadableFile) -> list[bytes]:
    return list(_filled(line.strip() for line in _read(source).split(b"\n")))


def _read(source: ReadableFile) -> bytes:
    with FileIO(source.path) as stream:
        return stream.readall()


def _filled(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line for line in lines if line.strip())
