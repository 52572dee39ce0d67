"""LibreOffice without a screen: a workbook opened, every formula computed anew, and read back."""

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


def recalculated(content: bytes, folder: Path, changes: dict[str, float] | None = None):
    """The workbook as LibreOffice computes it, with named cells set to other values."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc-nogui")
    source, out = folder / "book.xlsx", folder / "out"
    source.write_bytes(content)
    if changes:
        book = openpyxl.load_workbook(source)
        for name, value in changes.items():
            sheet, cell = book.defined_names[name].attr_text.split("!")
            book[sheet][cell.replace("$", "")] = value
        book.save(source)
    subprocess.run(
        ["soffice", f"-env:UserInstallation={_profile().resolve().as_uri()}", "--headless", "--convert-to", "xlsx",
         "--outdir", str(out), str(source)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return openpyxl.load_workbook(out / "book.xlsx", data_only=True)


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
