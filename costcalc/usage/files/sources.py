"""Sources: the files behind a usage argument, each with its encoding, its delimiter and its header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import shutil
import stat
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from errno import ENOSPC
from itertools import islice
from pathlib import Path
from typing import IO, Literal

from costcalc.calendar import DAY_SECONDS
from costcalc.jsondoc import json_end, read_json
from costcalc.problems import CostcalcError, Place, Problem
from costcalc.records import dataclass
from costcalc.usage.files.addresses import DATABASES, is_address, read_address
from costcalc.usage.files.arguments import Named
from costcalc.usage.files.containers import MARK, MOST_TIMES, SPARED, Member, container_of, is_workbook, members_of
from costcalc.usage.files.contents import stem_of, without_copies
from costcalc.usage.files.headers import before_header, delimiter_of
from costcalc.usage.files.left import set_sheet_aside
from costcalc.usage.files.longlines import TOO_LONG, first_lines, without_long_lines
from costcalc.usage.files.looks import Looks
from costcalc.usage.files.session import can_spell, literal, locked_session
from costcalc.usage.files.sse import data_of, is_stream
from costcalc.usage.files.unfold import TokensBeside, taken_apart
from costcalc.usage.formats.model import Unfold
from costcalc.usage.formats.paths import quoted
from costcalc.usage.limits import USUAL, Limits, disk_full
from costcalc.usage.progress import Progress, ReadingStep, watched

_SNIFF_BYTES = 256 * 1024
_SAMPLE_LINES = 200
csv.field_size_limit(_SNIFF_BYTES)  # characters: a field may be as long as what is looked at
_CLOSE_LOOKS = 20  # tables of one header; of more of them only the header is looked at
_SAMPLE_ROWS = 100
_EXCERPT = 10_000
_LARGEST_DOCUMENT = 1 << 30  # bytes
_CHUNK_BYTES = 1 << 20
_ENCODINGS = ("utf-8", "gb18030", "latin-1")  # tried in this order; the last one reads every byte


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """One readable file: where the engine reads it, and how its text is laid out."""

    shown: str  # the path as the user wrote it
    path: str  # absolute; UTF-8 text or Parquet, not compressed: perhaps a temporary copy
    kind: Literal["table", "json", "parquet", "frame"]
    delimiter: str = ","
    header: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()  # the first rows, to tell numbers from prose
    skip: int = 1  # lines up to the end of the header
    leaves: frozenset[str] = frozenset()  # of JSON: every path seen in the first lines
    scalars: tuple[str, ...] = ()  # of JSON: the top-level keys that hold a single value
    records: tuple[Mapping[str, str], ...] = ()  # of JSON: the first lines' texts (their begin) and numbers, by path
    lines: Sequence[int] = ()  # of a copy made record by record: the line at which each began in the original
    notes: tuple[str, ...] = ()  # what a reader of its figures should know
    content: str = ""  # what `path` was made of, unpacked, where its records were taken apart; "": path itself
    is_empty: bool = False  # it has a header and no rows
    mixes_newlines: bool = False  # what stands above its header ends otherwise than its rows
    is_named: bool = True  # by an argument; a folder was searched for the others, and may hold anything
    changed: int = 0  # 00:00 UTC (epoch seconds) of the day of the file's last change
    stem: bytes = b""  # what files of the same text share

    @property
    def size(self) -> int:
        """In bytes."""
        return os.stat(self.path).st_size  # noqa: PTH116 -- there may be many files


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file before it is looked at."""

    shown: str
    path: str
    changed: int = 0
    is_named: bool = True


@dataclass
class Workspace:
    """Temporary copies of what the engine cannot read as it is."""

    folder: Path  # whoever made it removes it
    limits: Limits = USUAL
    progress: Progress | None = None
    count: int = 0
    looks: Looks = field(default_factory=Looks)  # at files as they are
    members: Looks = field(default_factory=Looks)  # at the records that files were taken apart into
    headers: Counter[tuple[str, ...]] = field(default_factory=Counter)  # of tables, how often each was met
    first_lines: dict[str, tuple[str, tuple[str, ...]]] = field(
        default_factory=dict
    )  # → delimiter and header, of known ones

    def new_file(self, suffix: str) -> Path:
        self.count += 1
        return self.folder / f"{self.count}{suffix}"

    def copied(self, stream: IO[bytes] | gzip.GzipFile, what: str, packed: IO[bytes] | None = None) -> Path:
        """What a stream gives, as a file. `packed`: the file that is unpacked, which says how far that is."""
        target = self.new_file("")
        size = os.fstat(packed.fileno()).st_size if packed else None
        with target.open("wb") as out:
            while chunk := stream.read(_CHUNK_BYTES):
                out.write(chunk)
                if size is not None and out.tell() > size * MOST_TIMES + SPARED:
                    raise OSError(f"it unpacks to more than {MOST_TIMES:,} times its size")
                if self.progress:
                    self.progress(ReadingStep(what, packed.tell() if packed else out.tell(), size))
        return target


def open_sources(named: Named, workspace: Workspace) -> list[ReadableFile]:
    """Every file as a source; what is empty is left, and so is what a folder holds and cannot be opened.

    CostcalcError with all problems: a file that was named cannot be opened, or no file is left.
    """
    sources: list[ReadableFile] = []
    problems: list[Problem] = []
    for name in named.files:
        try:
            sources += _opened(name, workspace, named)
        except CostcalcError as error:
            if not named.left.leaves(name, error.problems, name in named.inside):
                problems += error.problems
    for source in sources:  # a hidden sheet that was named beside its workbook
        named.left.unread.pop(source.shown, None)
    if problems or not sources:
        raise CostcalcError([*problems, *named.left.problems])
    return without_copies(sources, named.left)


def _opened(name: str, workspace: Workspace, named: Named) -> list[ReadableFile]:
    """The file as a source; an archive, a workbook or a database as one a member. Members may hold anything, as a folder may."""
    if is_address(name):
        return _opened_there(name, workspace, named)
    container = container_of(name)
    source = open_source(container or name, workspace, container or named.paths[name], name not in named.inside)
    if not isinstance(source, Packed):
        return [source]
    return _members(container or name, source, workspace, named, name if container else "")


def _opened_there(name: str, workspace: Workspace, named: Named) -> list[ReadableFile]:
    """What an address names: a table, or copies of the files that are kept there."""
    from costcalc.usage.files.databases import table_of
    from costcalc.usage.files.stores import fetched

    address, today = read_address(name), int(time.time()) // DAY_SECONDS * DAY_SECONDS
    if address.scheme in DATABASES:
        file = UnreadFile(address.shown, str(table_of(address, workspace)), today)
        return [_looked_at(file, _begin(file.path), workspace)]
    found: list[ReadableFile] = []
    for shown, path, is_named in fetched(address, workspace):
        begin, file = _begin(str(path)), UnreadFile(shown, str(path), today, is_named)
        if _is_packed(begin):
            found += _members(shown, Packed(path, today), workspace, named)
        else:
            found += _looked_at_or_left(file, begin, workspace, named)
    return found


def _members(name: str, packed: Packed, workspace: Workspace, named: Named, only: str = "") -> list[ReadableFile]:
    if is_database(_begin(str(packed.path))):
        from costcalc.usage.files.databases import tables_in

        members = tables_in(name, packed.path, workspace, only)
    else:
        hidden: list[Member] = []
        members = members_of(name, packed.path, workspace.new_file, hidden, only)
        for sheet, path in hidden:
            set_sheet_aside(sheet, path, named.left)
    found: list[ReadableFile] = []
    for shown, path in members:
        file, begin = UnreadFile(shown, str(path), packed.changed, bool(only)), _begin(str(path))
        if begin.startswith(MARK) and is_workbook(path):
            found += _sheets_of(file, only, workspace, named)
        else:
            found += _looked_at_or_left(file, begin, workspace, named)
    return found


def _sheets_of(file: UnreadFile, only: str, workspace: Workspace, named: Named) -> list[ReadableFile]:
    """The sheets of a workbook in an archive."""
    within = only if only.startswith(f"{file.shown}/") else ""
    try:
        return _members(file.shown, Packed(Path(file.path), file.changed), workspace, named, within)
    except CostcalcError as error:
        if only:
            raise
        named.left.unread[file.shown] = error.problems
        return []


def _looked_at_or_left(file: UnreadFile, begin: bytes, workspace: Workspace, named: Named) -> list[ReadableFile]:
    try:
        return [_looked_at(file, begin, workspace)]
    except CostcalcError as error:
        named.left.leaves(file.shown, error.problems)
        return []


@dataclass(frozen=True, slots=True)
class Packed:
    """A file that holds others."""

    path: Path
    changed: int  # as of a source


def open_source(name: str, workspace: Workspace, real: str, is_named: bool = True) -> ReadableFile | Packed:
    """One file, looked at: kind, encoding, delimiter, header. CostcalcError: unreadable or empty."""
    path, seconds = real, time.time()
    try:
        if name == "-":
            path = str(workspace.copied(sys.stdin.buffer, "Copying standard input"))
        else:
            status = os.stat(name)  # noqa: PTH116 -- there may be many files
            seconds = status.st_mtime
            if not stat.S_ISREG(status.st_mode) or not can_spell(real):
                with Path(name).open("rb") as stream:  # a pipe, or a name that the engine cannot be told
                    path = str(workspace.copied(stream, f"Copying {name}"))
        begin = _begin(path)
    except OSError as error:
        raise _blamed(name, error) from error
    changed = int(seconds) // DAY_SECONDS * DAY_SECONDS
    if _is_packed(begin):
        return Packed(Path(path), changed)
    return _looked_at(UnreadFile(name, path, changed, is_named), begin, workspace)


def _is_packed(begin: bytes) -> bool:
    return begin.startswith(MARK) or is_database(begin)


def is_database(begin: bytes) -> bool:
    """Whether a file that begins like this is one of SQLite or DuckDB."""
    return begin.startswith(b"SQLite format 3\x00") or begin[8:12] == b"DUCK"


def _looked_at(file: UnreadFile, begin: bytes, workspace: Workspace) -> ReadableFile:
    try:
        if begin.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
            file = replace(file, path=str(_unpacked(Path(file.path), begin, file.shown, workspace)))
            begin = _begin(file.path)
    except (OSError, EOFError) as error:
        raise _blamed(file.shown, error) from error
    if begin.startswith(b"PAR1"):
        return ReadableFile(
            file.shown, file.path, "parquet", changed=file.changed, is_named=file.is_named, stem=stem_of(begin)
        )
    return _text_source(file, begin, workspace)


def _blamed(name: str, error: OSError | EOFError) -> CostcalcError:
    if isinstance(error, OSError) and error.errno == ENOSPC:
        return disk_full()
    return _unreadable(name, getattr(error, "strerror", None) or str(error))


def _unreadable(name: str, reason: str, remedy: str = "check the path and its permissions") -> CostcalcError:
    return CostcalcError([Problem("unreadable-file", f"cannot read the file: {reason}", Place(name), remedy=remedy)])


def _begin(path: str) -> bytes:
    """The first bytes of a file. A buffer for all that might be there would cost more than a small file itself."""
    number = os.open(path, os.O_RDONLY)
    try:
        return os.read(number, min(_SNIFF_BYTES, os.fstat(number).st_size))
    finally:
        os.close(number)


def _unpacked(path: Path, begin: bytes, name: str, workspace: Workspace) -> Path:
    if begin.startswith(b"\x1f\x8b"):
        with path.open("rb") as packed, gzip.open(packed) as stream:
            return workspace.copied(stream, f"Unpacking {name}", packed)
    return _without_zstandard(path, name, workspace)


def _without_zstandard(path: Path, name: str, workspace: Workspace) -> Path:
    """The engine unpacks Zstandard: each line goes out as it came in."""
    import duckdb

    target = workspace.new_file("")
    lines = "delim = '\\0', quote = '', escape = ''"
    reader = f"read_csv({literal(path)}, columns = {{'line': 'VARCHAR'}}, header = false, auto_detect = false, compression = 'zstd', {lines})"
    written = f"(FORMAT csv, HEADER false, {lines.replace(' =', '')})"
    progress, size = workspace.progress, path.stat().st_size

    def tell(share: float) -> None:
        if progress:
            progress(ReadingStep(f"Unpacking {name}", round(share * size), size))

    session = locked_session(workspace.folder, [path], workspace.limits, tells_progress=progress is not None)
    too_large = f"it unpacks to more than {MOST_TIMES:,} times its size"
    length = "sum(strlen(line) + 1) OVER (ROWS UNBOUNDED PRECEDING)"  # so far: no row is kept for it
    bounded = f"CASE WHEN {length} > {size * MOST_TIMES + SPARED} THEN error({quoted(too_large)}) ELSE line END"
    try:
        with workspace.limits.named(), session:
            watched(
                session,
                f"COPY (SELECT {bounded} FROM {reader}) TO {quoted(str(target))} {written}",
                tell if progress else None,
            )
    except duckdb.Error as error:
        if too_large in str(error):
            raise _unreadable(name, too_large, "unpack it if it can be trusted") from error
        raise _unreadable(
            name, "its Zstandard compression is not whole, or it is not text", "copy the file again"
        ) from error
    return target


def _text_source(file: UnreadFile, begin: bytes, workspace: Workspace) -> ReadableFile:
    text, encoding = _decoded(begin)
    if not text.strip():
        remedy = "export the log again, or leave the file out"
        raise CostcalcError([Problem("empty-file", "the file is empty", Place(file.shown), remedy=remedy)])
    if "\x00" in text:
        raise CostcalcError([_not_text(file.shown)])
    is_whole = len(begin) < _SNIFF_BYTES
    if encoding != "utf-8":
        file = replace(file, path=str(_recoded(Path(file.path), encoding, workspace)))
        begin = _begin(file.path)
    if text.lstrip()[0] in "{[":
        return json_source(file, text, is_whole, workspace, stem=stem_of(begin))
    if is_stream(text):
        return _of_events(file, workspace)
    return _table_source(file, text, begin, is_whole, workspace)


def _of_events(file: UnreadFile, workspace: Workspace) -> ReadableFile:
    """A stream as it was sent: a copy with the data of each event as a line."""
    target, starts = workspace.new_file(".jsonl"), []
    with (
        Path(file.path).open(encoding="utf-8-sig", errors="replace") as lines,
        target.open("w", encoding="utf-8") as out,
    ):
        for number, data in data_of(lines):
            out.write(f"{data}\n")
            starts.append(number)
    copy = replace(file, path=str(target))
    text = _begin(copy.path).decode("utf-8", "ignore")
    found = json_source(copy, text, True, workspace, tuple(starts), stem_of(_begin(file.path)))
    return replace(found, content=file.path)


def _not_text(name: str) -> Problem:
    return Problem(
        "unknown-format",
        "this is neither text nor Parquet",
        Place(name),
        expected="CSV, TSV, JSON lines, JSON, Parquet or .xlsx; .gz, .zst and .zip are unpacked",
        remedy="unpack or export the log as one of these",
    )


def _too_large(name: str) -> Problem:
    return Problem(
        "unreadable-file",
        f"it is one JSON document of more than {_LARGEST_DOCUMENT >> 20:,} MiB, which would have to be held in memory",
        Place(name),
        expected="JSON lines",
        remedy="write a record a line, as jq -c '.[]' does with a list",
    )


def _decoded(head: bytes) -> tuple[str, str]:
    """The text of a file's first bytes, and its encoding; a character cut at the end is left out."""
    if head.startswith(codecs.BOM_UTF8):
        return head[3:].decode("utf-8", "replace"), "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "ignore"), "utf-16"
    for encoding in _ENCODINGS:
        try:
            return codecs.getincrementaldecoder(encoding)().decode(head), encoding
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 reads every byte")


def _recoded(path: Path, encoding: str, workspace: Workspace) -> Path:
    """A UTF-8 copy without a byte order mark."""
    target = workspace.new_file(path.suffix)
    with (
        path.open(encoding=encoding, errors="replace", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        shutil.copyfileobj(source, out, 1 << 20)
    return target


def _table_source(file: UnreadFile, text: str, begin: bytes, is_whole: bool, workspace: Workspace) -> ReadableFile:
    first, _, more = text.partition("\n")
    known = workspace.first_lines.get(first) if more[:1].strip() else None
    skip, is_empty = 1, False
    notes: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()
    if known:
        delimiter, header = known
    else:
        delimiter = delimiter_of(text)
        blank = before_header(text)
        skip += (above := len(text[:blank].splitlines()))
        if text[:blank].strip() and not text.lstrip().startswith("sep="):
            notes = (_above(file.shown, above),)
        lines = csv.reader(io.StringIO(text[blank:], newline=""), delimiter=delimiter)
        header = tuple(column.strip() for column in next(lines))
        workspace.headers[header] += 1
        is_known = workspace.headers[header] > _CLOSE_LOOKS
        most = 1 if is_known else _SAMPLE_ROWS
        rows = list(islice(lines, most + 1))
        if not is_whole and rows and len(rows) <= most:
            rows.pop()  # it may be cut where the look at the file ended
        body = tuple(tuple(row) for row in rows[:most] if row)
        is_empty = not body and not any(map(str.strip, text[blank:].splitlines()[1:]))
        samples = () if is_known else body
        if is_known and not blank and '"' not in first and "\r" not in first[:-1]:
            workspace.first_lines[first] = delimiter, header
    if (
        skip > 1 and b"\n" in begin and begin.count(b"\r") > begin.count(b"\r\n")
    ):  # the engine ends lines as the first one
        file = replace(file, path=str(_with_newlines(Path(file.path), workspace)))
    last = begin[-1:] if len(begin) < _SNIFF_BYTES else _last_byte(file.path)
    cut = f"{file.shown} has no newline at its end: if it was cut off, its last row may be short"
    return ReadableFile(
        file.shown,
        file.path,
        "table",
        delimiter,
        header,
        samples,
        skip=skip,
        notes=notes if last in b"\r\n" else (*notes, cut),
        is_empty=is_empty,
        mixes_newlines=skip > 1 and 0 < begin.count(b"\r\n") < begin.count(b"\n"),
        changed=file.changed,
        is_named=file.is_named,
        stem=stem_of(begin),
    )


def _with_newlines(path: Path, workspace: Workspace) -> Path:
    """A copy whose lines all end alike. Latin-1 takes every byte as it is."""
    target = workspace.new_file(path.suffix)
    with path.open(encoding="latin-1") as source, target.open("w", encoding="latin-1", newline="") as out:
        shutil.copyfileobj(source, out, 1 << 20)
    return target


def _above(name: str, lines: int) -> str:
    return f"{name}: the {f'{lines} lines' if lines > 1 else 'line'} above its columns {'are no rows' if lines > 1 else 'is no row'}"


def _last_byte(path: str) -> bytes:
    with io.FileIO(path) as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1)


def json_source(
    file: UnreadFile, text: str, is_whole: bool, workspace: Workspace, starts: tuple[int, ...] = (), stem: bytes = b""
) -> ReadableFile:
    """JSON lines as they are; a document (an array, or an object over several lines) as a copy with a record a line.

    `starts`: the line at which each began, where the file's lines are copies.
    """
    path = file.path
    if not is_whole and "\n" not in text and text.lstrip()[0] == "{":
        text = first_lines(path) or text
    is_lines = bool(starts) or _is_lines(text)
    if is_lines and not is_whole:
        path = without_long_lines(path, workspace.new_file)
    if not is_lines:
        if not is_whole and os.stat(path).st_size > _LARGEST_DOCUMENT:  # noqa: PTH116 -- as above
            raise CostcalcError([_too_large(file.shown)])
        whole_text = text if is_whole else Path(path).read_text(encoding="utf-8-sig", errors="replace")
        taken = list(_records(whole_text))
        copy = workspace.new_file(".jsonl")
        copy.write_text("".join(f"{record}\n" for _, record in taken), encoding="utf-8")
        path = str(copy)
        starts, text = tuple(line for line, _ in taken), "\n".join(record for _, record in taken[:_SAMPLE_LINES])
    look, beside = workspace.looks.at(text), TokensBeside()
    if look.unfold is not None:
        path, starts = _unfolded(Path(path), starts, look.unfold, workspace, beside)
        look = workspace.members.at(_begin(path).decode("utf-8", "ignore"))
    content = file.path if path != file.path else ""
    path = path if is_whole else without_long_lines(path, workspace.new_file)
    return ReadableFile(
        file.shown,
        path,
        "json",
        leaves=look.leaves,
        scalars=look.scalars,
        records=look.records,
        lines=starts,
        content=content,
        stem=stem,
        notes=tuple(filter(None, [beside.note(file.shown)])),
        changed=file.changed,
        is_named=file.is_named,
    )


def _unfolded(
    path: Path, starts: Sequence[int], unfold: Unfold, workspace: Workspace, beside: TokensBeside
) -> tuple[str, tuple[int, ...]]:
    """A copy with every member of the records' lists as a record, and the line that each came from."""
    target, places = workspace.new_file(".jsonl"), []
    with path.open(encoding="utf-8", errors="replace") as source, target.open("w", encoding="utf-8") as out:
        numbered = enumerate(source)
        lines = ((starts[n] if n < len(starts) else n + 1, line) for n, line in numbered if line.strip())
        for place, member in taken_apart(lines, unfold, beside):
            out.write(f"{member}\n")
            places.append(place)
    return str(target), tuple(places)


def _is_lines(text: str) -> bool:
    """Whether each line is an object: the first one is, or nothing that begins there ends anywhere."""
    if text.startswith(TOO_LONG):
        return True
    if text.lstrip().startswith("["):
        return False
    try:
        return isinstance(read_json(text.lstrip().split("\n", 1)[0]), dict)
    except ValueError:
        pass
    try:
        json_end(text.lstrip())
    except ValueError:
        return "\n{" in text.strip()
    return False


def _records(text: str) -> Iterator[tuple[int, str]]:
    """Each record of a document with the line at which it begins, as one line; what does not parse comes last, as it is."""
    line, seen = 1, 0
    inside = text.lstrip().startswith("[")
    place = text.index("[") + 1 if inside else 0
    while (start := _next_record(text, place)) is not None:
        line, seen = line + text.count("\n", seen, start), start
        try:
            place = json_end(text, start)
        except ValueError:
            yield line, " ".join(text[start:].split("\n"))[:_EXCERPT]
            return
        yield line, " ".join(text[start:place].splitlines())
    if inside and "]" not in text[place:]:
        yield line, "[cut"


def _next_record(text: str, place: int) -> int | None:
    while place < len(text) and text[place] in " \t\r\n,":
        place += 1
    return place if place < len(text) and text[place] != "]" else None
