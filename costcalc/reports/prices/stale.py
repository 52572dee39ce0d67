"""Stale prices: models whose newest source was read too long ago to be relied on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from costcalc.pricebook.model import Book, PriceBlock
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import fail
from costcalc.reports.prices.day import DayIn, books_of
from costcalc.reports.prices.use import Use

_AGE = re.compile(r"(\d+)\s*(d|w|m|y|days?|weeks?|months?|years?)?", re.ASCII | re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class StaleModel:
    """A model with a price today whose source was last read on `read`, at the earliest."""

    provider: str
    region: str
    model: str
    read: date | None  # None: no source says when it was read
    written: str  # as the book has it: 2026-05 is taken as its first day
    source: str
    age: int | None  # days
    use: int = 0  # how many catalogues have the name


@dataclass(frozen=True)
class Stale:
    """The answer of `prices stale`."""

    after: int  # days
    day: date
    models: Sequence[StaleModel]  # the most used first, then the oldest
    checked: int  # models looked at


def read_age(text: str) -> int:
    """`90d`, `12w`, `3m`, `1y`, `90` in days. CostcalcError: no age."""
    match = _AGE.fullmatch(text.strip())
    if not match:
        raise fail("bad-age", f'--after "{text}" is not an age', expected="90d, 12w, 3m (of 30 days) or 1y")
    return int(match[1]) * _DAYS[(match[2] or "d")[0].lower()]


def stale(
    pricebook: Pricebook, day_in: DayIn, after: int, providers: Sequence[str] = (), region: str | None = None,
    use: Use = lambda name: 0,
) -> Stale:  # fmt: skip
    """The models in force whose newest reading is older than so many days; `use` ranks them."""
    found, checked = [], 0
    for book in books_of(pricebook, providers, region, hosts=True):
        day = day_in(book.timezone)
        for name in sorted(book.models):
            block = pricebook.block_on(book.provider, book.region, name, day).block
            if block is None:
                continue
            checked += 1
            newest = _newest(book, name, block, day)
            if newest.age is None or newest.age > after:
                found.append(replace(newest, use=use(name)))
    found.sort(
        key=lambda each: (
            -each.use, -(each.age if each.age is not None else 10**9), each.provider, each.region, each.model
        )
    )  # fmt: skip
    return Stale(after, day_in("UTC"), found, checked)


def _newest(book: Book, model: str, block: PriceBlock, day: date) -> StaleModel:
    keys = {rate.source for section in block.sections() for rate in section.all_rates()} | {block.source}
    readings = [(read, key) for key in sorted(keys) if key in book.sources and (read := book.sources[key].first_day)]
    if not readings:
        return StaleModel(book.provider, book.region, model, None, "", block.source, None)
    read, key = max(readings)
    return StaleModel(book.provider, book.region, model, read, book.sources[key].read, key, (day - read).days)
