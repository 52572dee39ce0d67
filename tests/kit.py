"""What many tests build: a small pricebook from text, usage files, prices without the shipped books."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from textwrap import indent

from costcalc.api import Prices
from costcalc.pricebook.fx import FxTable, parse_fx
from costcalc.pricebook.read import parse_file
from costcalc.pricebook.resolve import Pricebook
from costcalc.pricebook.terms import joined

NO_FX = FxTable()


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


def percent(text: str) -> Fraction:
    return Fraction(text) / 100


def usage(path: Path, *rows: Mapping[str, object]) -> Path:
    """Rows of the model `m` at `acme` on 1 September 2026, unless they say otherwise."""
    filled = [
        {**({} if "timestamp" in row else {"date": "2026-09-01"}), "provider": "acme", "model": "m", **row}
        for row in rows
    ]
    return write_csv(path / "usage.csv", *filled)
