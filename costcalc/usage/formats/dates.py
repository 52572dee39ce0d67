"""Dates that people write: the pattern of a column's days, told by its values, or asked for where they leave it open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from costcalc.problems import CostcalcError, Place, Problem
from costcalc.usage.formats.model import AS
from costcalc.usage.formats.names import stated
from costcalc.usage.formats.uncounted import map_option

_CLOCKS = (
    ("", ""),
    (r"[ T]\d{1,2}:\d\d", " %H:%M"),
    (r"[ T]\d{1,2}:\d\d:\d\d", " %H:%M:%S"),
    (r"[ T]\d{1,2}:\d\d:\d\d\.\d+", " %H:%M:%S.%f"),
    (r" \d{1,2}:\d\d [AP]M", " %I:%M %p"),
    (r" \d{1,2}:\d\d:\d\d [AP]M", " %I:%M:%S %p"),
)
_DAYS = (
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),  # where points part a date its day comes first
    (r"\d{4}年\d{1,2}月\d{1,2}日", "%Y年%m月%d日"),
    (r"[A-Z][a-z]{2} \d{1,2}, \d{4}", "%b %d, %Y"),
    (r"[A-Z][a-z]{3,} \d{1,2}, \d{4}", "%B %d, %Y"),
    (r"\d{1,2} [A-Z][a-z]{2} \d{4}", "%d %b %Y"),
    (r"\d{1,2}-[A-Z][a-z]{2}-\d{4}", "%d-%b-%Y"),
)
_OPEN = r"(\d{1,2})([/-])(\d{1,2})[/-]\d{4}"  # the day first, or the month


def pattern_of(meaning: str, column: str, samples: Sequence[str], file: str) -> str:
    """How the column's times are written; "" where they need no pattern.

    CostcalcError: they may be read in two ways, and no value says which.
    """
    values = stated(samples)
    for clock, ending in _CLOCKS if values else ():
        for day, pattern in _DAYS:
            if all(re.fullmatch(day + clock, value) for value in values):
                return pattern + ending
        found = [re.fullmatch(_OPEN + clock, value) for value in values]
        if all(found):
            first = max(int(match[1]) for match in found if match)
            second = max(int(match[3]) for match in found if match)
            mark = next(match[2] for match in found if match)
            days, months = (f"{way.replace('/', mark)}{ending}" for way in ("%d/%m/%Y", "%m/%d/%Y"))
            if first <= 12 and second <= 12:
                raise _open(meaning, column, values[0], (days, months), file)
            return days if second <= 12 else months
    return ""


def likely_pattern(value: str) -> str:
    """How one time may be written, as an example."""
    for clock, ending in _CLOCKS:
        for day, pattern in _DAYS:
            if re.fullmatch(day + clock, value):
                return pattern + ending
        if found := re.fullmatch(_OPEN + clock, value):
            days, months = ("%d", "%m") if int(found[3]) <= 12 else ("%m", "%d")
            return found[2].join((days, months, "%Y")) + ending
    return "%d/%m/%Y"


_WRITTEN = (("yyyy", "%Y"), ("yy", "%y"), ("dd", "%d"), ("hh", "%H"), ("ss", "%S"))
_KNOWN = datetime(2027, 11, 22, 13, 14, 15)  # noqa: DTZ001 -- any moment will do


def check_pattern(name: str, written: str, file: str) -> None:
    """CostcalcError: what --map says behind `as` is no pattern of days."""
    _, said, pattern = written.partition(AS)
    if said and not _is_pattern(pattern):
        meant = _in_percents(pattern)
        near = f"say it in these: {map_option(name, written.replace(pattern, meant))}; " if _is_pattern(meant) else ""
        problem = Problem(
            "bad-pattern",
            f'{map_option(name, written)}: "{pattern}" is no pattern of days',
            Place(file, 1),
            expected="a year, a month and a day, each with a percent sign: %Y-%m-%d, %d.%m.%Y %H:%M, %b %d, %Y",
            remedy=f"{near}%d is the day, %m the month, %Y the year, %H:%M:%S the time",
        )
        raise CostcalcError([problem])


def _is_pattern(pattern: str) -> bool:
    try:
        found = datetime.strptime(_KNOWN.strftime(pattern), pattern)  # noqa: DTZ007 -- it has no zone
    except ValueError:
        return False
    return "%" in pattern and (found.date() == _KNOWN.date() or found.date() == _KNOWN.date().replace(day=1))


def _in_percents(pattern: str) -> str:
    """`dd/mm/yyyy hh:mm` as `%d/%m/%Y %H:%M`; what else it says stays."""
    found = re.sub("(?<=:)mm", "%M", pattern, flags=re.IGNORECASE)
    found = re.sub("(?<!%)mmm", "%b", found, flags=re.IGNORECASE)
    found = re.sub("(?<!%)mm", "%m", found, flags=re.IGNORECASE)
    for letters, sign in _WRITTEN:
        found = re.sub(letters, sign, found, flags=re.IGNORECASE)
    return found


def _open(meaning: str, column: str, value: str, ways: tuple[str, str], file: str) -> CostcalcError:
    options = " or ".join(map_option(meaning, f"{column}{AS}{way}") for way in ways)
    return CostcalcError(
        [
            Problem(
                "ambiguous-dates",
                f'"{column}" holds "{value}", and no row that was looked at says whether its day or its month comes first',
                Place(file, 1),
                expected="dates that can be read in one way only, such as 2026-09-01",
                remedy=f"say which: {options}",
            )
        ]
    )
