"""What many tests build: a small pricebook from text, usage files, prices without the shipped books."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from textwrap import indent
from typing import Any

from hypothesis import HealthCheck, settings

from costcalc.api import Prices
from costcalc.pricebook.fx import FxTable, parse_fx
from costcalc.pricebook.read import parse_file
from costcalc.pricebook.resolve import Pricebook
from costcalc.pricebook.terms import joined

NO_FX = FxTable()
OWN_FOLDER = "TESTS_OF_COSTCALC"  # the variable that names the folder of the session, which is removed at its end
DEEP = int(os.environ.get("DEEP", "1"))  # so many times the examples of every property, and others each time


def examples(count: int, **more: Any) -> settings:
    """The settings of a property that is tried on so many examples, or on DEEP times as many."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    return settings(max_examples=count * DEEP, suppress_health_check=slow, deadline=None, **more)


def kept_folder() -> Path:
    """A new folder that lasts until the end of the session."""
    return Path(tempfile.mkdtemp(dir=os.environ[OWN_FOLDER]))


def rates(**per_million: str) -> str:
    """Lines of a price block: `rates(input_tokens="3")` is `input_tokens: 3 per 1M`."""
    return "".join(f"{meter}: {price} per 1M\n" for meter, price in per_million.items())


def model(name: str, *blocks: tuple[str, str], head: str = "") -> str:
    """A model with its blocks: (first day, lines). `head` are lines beside `prices`."""
    text = "".join(f"{day}:\n{indent(lines, '  ')}" for day, lines in blocks)
    return f"{name}:\n{indent(head, '  ')}  prices:\n{indent(text, '    ')}"


def book(*models: str, provider: str = "acme", currency: str = "USD", timezone: str = "UTC", head: str = "") -> str:
    """A pricebook file of these models; `head` are further lines of its top."""
    top = f"provider: {provider}\ncurrency: {currency}\ntimezone: {timezone}\n{head}"
    return f"{top}models:\n{indent(''.join(models), '  ')}"


def flat(name: str, first_day: str = "2020-01-01", **per_million: str) -> str:
    """A model with one price block."""
    return model(name, (first_day, rates(**per_million)))


def prices(*books: str, fx: str = "") -> Prices:
    """Prices of these books and terms alone; `fx` are lines such as `USD/CNY: {2026-09: {stated: 7}}`."""
    table = parse_fx(f"bases:\n  stated: {{url: test}}\nfx:\n{indent(fx, '  ')}") if fx else NO_FX
    read = [parse_file(text) for text in books]
    pricebook = Pricebook(tuple(book for book, _ in read if book)).with_terms(joined(terms for _, terms in read))
    return Prices(pricebook, table)


def write_csv(path: Path, *rows: Mapping[str, object]) -> Path:
    """A plain usage file; its columns are all names that the rows use."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_lines(path: Path, bodies: Iterable[object]) -> Path:
    """JSON lines, written as most programs write them: no spaces after colons."""
    path.write_text("".join(json.dumps(body, separators=(",", ":")) + "\n" for body in bodies), encoding="utf-8")
    return path


def all_that_comes(terminal: int) -> bytes:
    """What is written to the other end of a terminal, until that is closed; then this one is, too."""
    found = b""
    try:
        while got := os.read(terminal, 1 << 16):
            found += got
    except OSError:  # the other end is closed
        pass
    os.close(terminal)
    return found


def percent(text: str) -> Fraction:
    return Fraction(text) / 100


def usage(path: Path, *rows: Mapping[str, object]) -> Path:
    """Rows of the model `m` at `acme` on 1 September 2026, unless they say otherwise."""
    filled = [
        {**({} if "timestamp" in row else {"date": "2026-09-01"}), "provider": "acme", "model": "m", **row}
        for row in rows
    ]
    return write_csv(path / "usage.csv", *filled)


NEAR = Fraction(1, 10**9)


class about:
    """A figure of months to come, or any nest of them: equal within 1e-9, for months to come are floats.

    `least`: what the 1e-9 is of where the figure is less, such as 1 of a margin near 0.
    """

    def __init__(self, expected: object, least: Fraction | int = NEAR) -> None:
        self.expected, self.least = expected, least

    def __eq__(self, found: object) -> bool:
        return _alike(found, self.expected, self.least)

    def __le__(self, found: object) -> bool:
        return self == found or self.expected < found

    def __ge__(self, found: object) -> bool:
        return self == found or self.expected > found

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"about {self.expected!r}"


def _alike(one: object, other: object, least: Fraction | int) -> bool:
    one, other = _plain(one), _plain(other)
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return abs(one - other) <= NEAR * max(abs(one), abs(other), least)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(each, other[name], least) for name, each in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_alike(*both, least) for both in zip(one, other, strict=True))
    return one == other


def _plain(value: object) -> object:
    """A number as a fraction, also where JSON holds it as a text; records and tuples as dicts and lists."""
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, str):
        try:
            return Fraction(value)
        except ValueError:
            return value
    return Fraction(value) if isinstance(value, int | float | Fraction) and not isinstance(value, bool) else value
