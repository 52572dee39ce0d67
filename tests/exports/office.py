"""LibreOffice without a screen: workbooks opened, every formula computed anew, and read back."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from tests.kit import kept_folder

# Left alone, LibreOffice shows the figures that are stored; 0 is "always compute anew".
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""


Changes = dict[str, float]  # names of cells, and what they are set to


def recalculated(books: dict[str, tuple[bytes, Changes]], folder: Path):
    """The workbooks as LibreOffice computes them, by their names, with named cells set to other values: one start for all."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc-nogui")
    out = folder / "out"
    sources = [_changed(folder / f"{name}.xlsx", *book) for name, book in books.items()]
    subprocess.run(
        ["soffice", f"-env:UserInstallation={_profile().resolve().as_uri()}", "--headless", "--convert-to", "xlsx",
         "--outdir", out, *sources],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return {name: openpyxl.load_workbook(out / f"{name}.xlsx", data_only=True) for name in books}


def _changed(path: Path, content: bytes, changes: Changes) -> Path:
    path.write_bytes(content)
    if changes:
        book = openpyxl.load_workbook(path)
        for name, value in changes.items():
            sheet, cell = book.defined_names[name].attr_text.split("!")
            book[sheet][cell.replace("$", "")] = value
        book.save(path)
    return path


@cache
def _profile() -> Path:
    """What LibreOffice makes at its first start is there at the next."""
    profile = kept_folder()
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    return profile


def stored(content: bytes, folder: Path):
    """The workbook with the figures that costcalc stored."""
    path = folder / "stored.xlsx"
    path.write_bytes(content)
    return openpyxl.load_workbook(path, data_only=True)


def figures(book, sheet: str) -> list[list[object]]:
    """The cells of a sheet that are shown: what is hidden beside them are workings."""
    rows = book[sheet]
    columns = [c for c in range(1, rows.max_column + 1) if not _hidden(rows, c)]
    return [[rows.cell(r, c).value for c in columns] for r in range(1, rows.max_row + 1)]


def _hidden(sheet, column: int) -> bool:
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden and dimension.min and dimension.min <= column <= dimension.max:
            return True
    return False


def column(book, sheet: str, name: str, header: int = 4) -> list[object]:
    """The cells below a header, down to the total."""
    rows = book[sheet]
    at = next(c for c in range(1, rows.max_column + 1) if rows.cell(header, c).value == name)
    return [rows.cell(r, at).value for r in range(header + 1, rows.max_row + 1) if rows.cell(r, 1).value]
