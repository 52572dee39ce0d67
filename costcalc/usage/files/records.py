"""Records: the rows of a text file with their lines, read slowly, to name a place or to set a broken file right."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from costcalc.records import dataclass
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.limits import LONGEST_LINE

_QUOTE = b'"'
_GLANCE = 1 << 16  # bytes: rows are shorter than that, but for those that are looked for


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file as it is written."""

    line: int  # 1-based, of its first character
    start: int  # byte of its first character
    raw: bytes  # without the newline at its end

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace")


def json_records(source: ReadableFile) -> Iterator[Record]:
    """Every line that is not blank. Of a document that was taken apart, each record at the line it came from."""
    start = 0
    with Path(source.path).open("rb") as stream:
        number = 0
        for line, raw in enumerate(stream, 1):
            if raw.strip():
                place = source.lines[number] if number < len(source.lines) else line
                yield Record(place, start, raw.rstrip(b"\r\n"))
                number += 1
            start += len(raw)


def table_records(source: ReadableFile) -> Iterator[Record]:
    """Every row after the header. A quoted field may hold newlines if it ends and the row then has all its columns;
    otherwise the line stands alone, so that a quote which nobody closes costs one row and not the rest of the file.
    """
    lines = _lines(source.path)
    mark, columns = source.delimiter.encode(), len(source.header)
    waiting: list[Record] = []
    while (first := waiting.pop(0) if waiting else next(lines, None)) is not None:
        record = _joined(first, waiting, lines, mark, columns)
        if record.line > source.skip and record.raw.strip():
            yield record


def _lines(path: str) -> Iterator[Record]:
    start, number = 0, 0
    with Path(path).open("rb") as stream:
        while raw := stream.readline(LONGEST_LINE):
            more = 0  # of a row that is too long nothing more is kept
            while len(raw) == LONGEST_LINE and not raw.endswith(b"\n") and (rest := stream.readline(_GLANCE)):
                more += len(rest)
                if rest.endswith(b"\n"):
                    break
            # A lone carriage return ends a line too: files of old programs, and files glued together.
            for part in raw.replace(b"\r\n", b"\n").split(b"\r") if b"\r" in raw else (raw,):
                number += 1
                yield Record(number, start, part.rstrip(b"\n"))
            start += len(raw) + more


_LONGEST_FIELD = 10_000  # lines


def _joined(first: Record, waiting: list[Record], lines: Iterator[Record], mark: bytes, columns: int) -> Record:
    if first.raw.count(_QUOTE) % 2 == 0:
        return first
    raw, taken = first.raw, 0
    while taken < _LONGEST_FIELD:
        if taken == len(waiting):
            following = next(lines, None)
            if following is None:
                return first
            waiting.append(following)
        raw, taken = raw + b"\n" + waiting[taken].raw, taken + 1
        if waiting[taken - 1].raw.count(_QUOTE) % 2:
            break
    if field_count(raw, mark) != columns:
        return first
    del waiting[:taken]
    return Record(first.line, first.start, raw)


def field_count(raw: bytes, mark: bytes) -> int | None:
    """The fields of a row; None if its quotes are not closed or not where they may be."""
    if _QUOTE not in raw:
        return raw.count(mark) + 1
    count, place = 0, 0
    while True:
        count += 1
        if raw[place : place + 1] == _QUOTE:
            place = _end_of_quotes(raw, place + 1)
            if place < 0 or raw[place : place + 1] not in (b"", mark):
                return None
        else:
            end = raw.find(mark, place)
            end = len(raw) if end < 0 else end
            if _QUOTE in raw[place:end]:
                return None
            place = end
        if place >= len(raw):
            return count
        place += 1


def _end_of_quotes(raw: bytes, place: int) -> int:
    """The byte after the closing quote; -1 if there is none."""
    while (place := raw.find(_QUOTE, place)) >= 0:
        if raw[place + 1 : place + 2] != _QUOTE:
            return place + 1
        place += 2
    return -1


@dataclass(frozen=True, slots=True)
class Repaired:
    """A copy of a table with only its well-formed rows, and what was left out."""

    path: str
    lines: array[int]  # the line of each row of the copy, in the original
    refused: tuple[Record, ...]  # the first of those that were left out
    refused_rows: int


def repair(source: ReadableFile, target: Path, most: int) -> Repaired:
    """Copies the well-formed rows of a table, every newline written alike."""
    columns, mark = len(source.header), source.delimiter.encode()
    lines: array[int] = array("Q")
    refused: list[Record] = []
    count = 0
    with target.open("wb") as out:
        out.write(mark.join(b"c" for _ in range(columns)) + b"\n")
        for record in table_records(source):
            fields = field_count(record.raw, mark)
            if fields == columns and len(record.raw) < LONGEST_LINE and _is_utf8(record.raw):
                out.write(record.raw + b"\n")
                lines.append(record.line)
                continue
            count += 1
            if len(refused) < most:
                refused.append(record)
    return Repaired(str(target), lines, tuple(refused), count)


def has_overlong_row(path: str) -> bool:
    """Whether a row fills a whole stretch of the file: the engine passes over such a row, and says nothing of it."""
    stretches = range(0, Path(path).stat().st_size - LONGEST_LINE + 1, LONGEST_LINE)
    if not stretches:
        return False
    with Path(path).open("rb") as stream:
        return any(_is_one_line(stream, start) for start in stretches)


def _is_one_line(stream: BinaryIO, start: int) -> bool:
    stream.seek(start)
    end = start + LONGEST_LINE
    while (left := end - stream.tell()) > 0 and (part := stream.read(min(left, _GLANCE))):
        if b"\n" in part or b"\r" in part:
            return False
    return True


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def rows_at(source: ReadableFile, numbers: Collection[int], rejected: Collection[int]) -> dict[int, Record]:
    """The records with these numbers (1-based). `rejected`: bytes at which rows begin that the engine did not number."""
    wanted, found = max(numbers, default=0), {}
    if source.kind in ("frame", "parquet"):
        return {}
    if source.kind == "json":
        records = json_records(source)
    else:
        records = table_records(source)
    number = 0
    for record in records:
        if record.start in rejected:
            continue
        number += 1
        if number in numbers:
            found[number] = record
        if number >= wanted:
            break
    return found
