"""Containers: archives and workbooks that hold logs. Each member is read as a file of its own, `export.zip/usage.csv`."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from costcalc.problems import CostcalcError, Place, Problem
from costcalc.usage.files.arguments import CONTAINERS, SUFFIXES, container_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["MARK", "container_of", "is_workbook", "members_of"]

MARK = b"PK\x03\x04"  # what a zip archive begins with, and a workbook is one
_PARTS_OF_A_WORKBOOK = {"[Content_Types].xml", "xl/workbook.xml"}
MOST_TIMES, SPARED = 1_000, 64 << 20  # what is packed unpacks to so many times its size and these bytes at most
_MOST_TIMES_OF_A_BOOK = 100
_MOST_CELLS = 100_000_000  # of a sheet
_CHUNK = 1 << 20
_FORMULA, _LONGEST_TAG = re.compile(rb"<(?:\w+:)?f[\s>/]"), 64
_TO_COMPUTE = re.compile(rb"""fullCalcOnLoad=["'](?:1|true)["']""")
Member = tuple[str, Path]  # its name, and a copy outside of the container
_Copy = tuple[str, Path, bool]  # the same within the container, and whether it is hidden there
NewFile = Callable[[str], Path]
Wanted = Callable[..., bool]


def members_of(name: str, path: Path, new_file: NewFile, hidden: list[Member], only: str = "") -> list[Member]:
    """The logs inside of an archive or a workbook, or `only` one. `new_file(".csv")` makes a path for a copy. `hidden`
    takes the sheets with rows that a workbook hides; one that is named is read.

    CostcalcError: damaged, encrypted, larger than it can honestly be, or without what is wanted.
    """
    held: list[str] = []

    def is_wanted(inner: str, holds_others: bool = False) -> bool:
        held.append(f"{name}/{inner}")
        return not only or only == held[-1] or (holds_others and only.startswith(f"{held[-1]}/"))

    try:
        with zipfile.ZipFile(path) as archive:
            if {*archive.namelist()} >= _PARTS_OF_A_WORKBOOK:
                copies = _sheets(name, path, new_file, is_wanted)
            else:
                copies = _files(name, archive, path.stat().st_size, new_file, is_wanted)
            found: list[Member] = []
            for inner, target, is_hidden in copies:
                (hidden if is_hidden and not only else found).append((f"{name}/{inner}", target))
    except (NotImplementedError, RuntimeError) as error:
        reason = f"its packing is unknown, or it has a password ({error})"
        raise _unreadable(name, reason, "unpack it, or pack it again without a password") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, SyntaxError, LookupError, TypeError, ValueError) as error:
        # SyntaxError: its XML is none, or holds entities. The others are openpyxl's, of parts that do not fit.
        reason = "it begins like an archive or a workbook, and is cut or damaged"
        raise _unreadable(name, reason, "export or pack it again") from error
    if only and not found:
        raise _unreadable(only, "the archive does not hold it", f"it holds {', '.join(held)}")
    if not found and hidden:
        raise _unreadable(name, "all its sheets with rows are hidden", f"name one to read it: {hidden[0][0]}")
    if not found:
        raise _unreadable(name, f"it holds no file ending in {' '.join(sorted(SUFFIXES))}", "unpack it")
    return found


def is_workbook(path: Path) -> bool:
    """Whether a file that begins like an archive is a workbook. One that is damaged is said where it is read."""
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        return {*archive.namelist()} >= _PARTS_OF_A_WORKBOOK
    return False


def _files(name: str, archive: zipfile.ZipFile, size: int, new_file: NewFile, is_wanted: Wanted) -> Iterator[_Copy]:
    left = size * MOST_TIMES + SPARED
    for entry in archive.infolist():
        inner = Path(entry.filename)
        hidden = any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in inner.parts)
        if entry.is_dir() or hidden or inner.suffix.lower() not in SUFFIXES:
            continue
        if not is_wanted(entry.filename, inner.suffix.lower() in CONTAINERS):
            continue
        target = new_file(inner.suffix.lower())
        with archive.open(entry) as packed, target.open("wb") as out:
            left -= _copied(packed, out, left, name)
        yield entry.filename, target, False


def _copied(packed: IO[bytes], out: IO[bytes], most: int, name: str) -> int:
    count = 0
    while chunk := packed.read(_CHUNK):
        count += len(chunk)
        if count > most:
            raise _unreadable(
                name, f"it unpacks to more than {MOST_TIMES:,} times its size", "unpack it if it can be trusted"
            )
        out.write(chunk)
    return count


def _sheets(name: str, path: Path, new_file: NewFile, is_wanted: Wanted) -> Iterator[_Copy]:
    """Each sheet with rows, as CSV, and whether it is hidden. A date is written as one, and a whole number without decimals."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise _unreadable(
            name, "reading a workbook needs openpyxl", "pip install 'costcalc[xlsx]', or save its sheet as CSV"
        ) from None
    with zipfile.ZipFile(path) as archive:  # its texts are held in memory
        if sum(part.file_size for part in archive.infolist()) > path.stat().st_size * _MOST_TIMES_OF_A_BOOK + SPARED:
            reason = f"it unpacks to more than {_MOST_TIMES_OF_A_BOOK} times its size"
            raise _unreadable(name, reason, "save its sheet as CSV if it can be trusted")
        has_formulas = any(_holds_formulas(archive, part) for part in archive.namelist() if part.startswith("xl/worksheets/"))  # fmt: skip
        to_compute = _TO_COMPUTE.search(archive.read("xl/workbook.xml")) is not None
    book = load_workbook(path, read_only=True, data_only=True)
    written = load_workbook(path, read_only=True) if has_formulas else book
    try:
        for sheet, formulas in zip(book.worksheets, written.worksheets, strict=True):
            if not is_wanted(sheet.title):
                continue
            target, rows, cells, width = new_file(".csv"), 0, 0, 0
            for each in (sheet, formulas):
                each.reset_dimensions()  # which the file states, and may overstate
            values = _computed(sheet, formulas, to_compute) if has_formulas else sheet.iter_rows(values_only=True)
            with target.open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out)
                for row in values:
                    said = [*row] if any(cell is not None for cell in row) else []
                    width = max(width, len(said))
                    cells += len(row)
                    if cells > _MOST_CELLS:
                        reason = f'its sheet "{sheet.title}" has more than {_MOST_CELLS:,} cells'
                        raise _unreadable(name, reason, "save the sheet as CSV")
                    said += [None] * (width - len(said)) if said else []
                    writer.writerow(map(_text, said))  # a row that is empty keeps its line
                    rows += bool(said)
            if rows > 1:
                yield sheet.title, target, sheet.sheet_state != "visible"
    finally:
        for each in (book, written):
            with suppress(AttributeError):
                each.close()


def _holds_formulas(archive: zipfile.ZipFile, part: str) -> bool:
    with archive.open(part) as stream:
        before = b""
        while chunk := stream.read(_CHUNK):
            if _FORMULA.search(before + chunk):
                return True
            before = chunk[-_LONGEST_TAG:]
    return False


def _computed(sheet: Worksheet, formulas: Worksheet, to_compute: bool) -> Iterator[list[object]]:
    """The values of a sheet; of a formula that no program has computed, which is no 0, the formula: =D2*3.

    A program that writes formulas without computing them leaves the value out, or writes 0; `to_compute`: and that a
    reader has to compute them.
    """
    for row, written in zip(sheet.iter_rows(), formulas.iter_rows(), strict=True):
        yield [
            (formula.value if isinstance(formula.value, str) else "=")
            if formula.data_type == "f"
            and ((cell.value is None and cell.data_type != "str") or (to_compute and cell.value == 0))
            else cell.value
            for cell, formula in zip(row, written, strict=True)
        ]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(cell).lower()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _unreadable(name: str, reason: str, remedy: str) -> CostcalcError:
    return CostcalcError([Problem("unreadable-file", f"cannot read the file: {reason}", Place(name), remedy=remedy)])
