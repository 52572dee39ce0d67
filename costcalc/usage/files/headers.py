"""Headers: where the header of a table begins, and what parts its columns. Exports of finance tools put titles above it."""

from __future__ import annotations

import csv
import re
from itertools import islice

_MARKS = ",;\t|"
_ABOVE = 30  # lines among which a header is looked for
_NARROW = 2  # cells of a title: "Account,12345"
_LOOKED_AT = 64 * 1024
_NAME = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"[\d.,:/ -]+")


def before_header(text: str) -> int:
    """The characters before the header: empty lines, Excel's own "sep=;", and lines of titles."""
    found = re.match(r"[\r\n]*(sep=[,;\t|][\r\n]+)?", text)
    start = found.end() if found else 0
    return start + _titles(text[start : start + _LOOKED_AT])


def delimiter_of(text: str) -> str:
    """The character that splits the header into most columns: comma, semicolon, tab or bar."""
    return _best_mark(_first_line(text[before_header(text) :]))


def _first_line(text: str) -> str:
    return (text.partition("\n")[0].splitlines() or [""])[0]


def _best_mark(line: str) -> str:
    marks = [mark for mark in _MARKS if mark == "," or mark in line]
    return max(marks, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))


def _titles(text: str) -> int:
    """The characters of the lines above the first that names columns, where these have far more cells."""
    lines = list(islice(text.splitlines(keepends=True), _ABOVE))
    if len(lines) < 2 or _is_header(lines[0], lines[1]):
        return 0
    mark = max(map(_best_mark, lines), key=lambda each: max(line.count(each) for line in lines))
    cells = [_said(line, mark) for line in lines]
    widest = max(map(len, cells))
    above = next((at for at, said in enumerate(cells) if len(said) > max(_NARROW, widest // 2)), 0)
    are_titles = all(len(said) <= _NARROW for said in cells[:above]) and all(
        _NAME.search(cell) and not _NUMBER.fullmatch(cell) for cell in cells[above]
    )
    return sum(map(len, lines[:above])) if are_titles and above + 1 < len(lines) else 0


def _is_header(first: str, second: str) -> bool:
    """Whether the first line has columns as the second has; most tables begin so."""
    line = first.rstrip()
    return any(
        line.count(mark) >= _NARROW and 2 * line.count(mark) >= second.count(mark) and not line.endswith(mark * 2)
        for mark in _MARKS
    )


def _said(line: str, mark: str) -> list[str]:
    """The cells of a line that say something."""
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), []) if cell.strip()]
