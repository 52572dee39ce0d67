"""A log and bills for it: the bills' amounts come from arithmetic of their own, so that a cause can be put into them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

from costcalc.api import Prices
from costcalc.money import exact_text
from tests.kit import book, flat, model, prices, rates, write_csv

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 14
# USD for a million: input, cached input, output
MILLION = {"alpha": ("3", "0.3", "15"), "beta": ("1", "0.1", "5"), "gamma": ("0.5", "0.5", "2")}
BATCHED = "service_tiers:\n  batch: {all: 50% of standard}\n"


def _block(name: str, batch: bool = True) -> str:
    read, cached, written = MILLION[name]
    text = rates(input_tokens=read, output_tokens=written)
    text += rates(cache_read_tokens=cached) if read != cached else ""
    return model(name, ("2026-01-01", text + (BATCHED if batch else "")))


ACME = book(*(_block(name) for name in MILLION))


@dataclass(frozen=True)
class Use:
    """What one model was used for in one hour."""

    at: datetime
    model: str
    read: int
    cached: int  # of what was read
    written: int

    @property
    def day(self) -> str:
        return self.at.date().isoformat()

    def cost(self, cached_at: str | None = None) -> Fraction:
        """USD by the list; `cached_at` is another price of a million cached tokens."""
        read, cached, written = map(Fraction, MILLION[self.model])
        hits = Fraction(cached_at) if cached_at is not None else cached
        fresh = self.read - self.cached
        return (fresh * read + self.cached * hits + self.written * written) / 1_000_000


def uses(names: Iterable[str] = MILLION, days: int = DAYS) -> list[Use]:
    """Every third hour of so many days, in amounts that no two days share."""
    found = []
    for number in range(days * 8):
        at = FIRST + timedelta(hours=3 * number + 1)
        for place, name in enumerate(names, 1):
            tokens = 1_000_000 + 137_911 * ((number * 7 + place * 5) % 11) + 1_000 * number
            hits = tokens * (2 + (number + place) % 5) // 10
            found.append(Use(at, name, tokens, hits, tokens // 9))
    return found


def log(folder: Path, rows: Iterable[Use], **more: Callable[[Use], object]) -> Path:
    """The log of these uses; `more` are further columns."""
    return write_csv(
        folder / "usage.csv",
        *(
            {
                "timestamp": use.at.strftime("%Y-%m-%dT%H:%M:%SZ"), "provider": "acme", "model": use.model,
                "input_tokens": use.read, "cached_tokens": use.cached, "output_tokens": use.written,
                **{name: of(use) for name, of in more.items()},
            }
            for use in rows
        ),
    )  # fmt: skip


Amount = Callable[[Use], Fraction]


def bill(
    folder: Path, rows: Iterable[Use], amount: Amount = Use.cost, day: Callable[[Use], str] = lambda use: use.day,
    digits: int | None = None, currency: str = "USD", extra: Iterable[tuple[str, str, str]] = (), name: str = "invoice.csv",
) -> Path:  # fmt: skip
    """The bill of these uses, a day and model a row. `extra` are further rows: day, item, amount."""
    sums: dict[tuple[str, str], Fraction] = {}
    for use in rows:
        key = (day(use), use.model)
        sums[key] = sums.get(key, Fraction()) + amount(use)
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("day", "item", "amount", "currency"))
        for (when, item), money in sums.items():
            text = exact_text(money) if digits is None else exact_text(Fraction(round(money * 10**digits), 10**digits))
            writer.writerow((when, item, text, currency))
        writer.writerows((*row, currency) for row in extra)
    return path


def in_zone(hours: int) -> Callable[[Use], str]:
    """The day of a use in a zone so many hours ahead of UTC."""
    there = timezone(timedelta(hours=hours))
    return lambda use: use.at.astimezone(there).date().isoformat()


def acme(*more: str, fx: str = "") -> Prices:
    """The list of the three models."""
    return prices(ACME, *more, fx=fx)


__all__ = ["ACME", "DAYS", "FIRST", "MILLION", "Use", "acme", "bill", "book", "flat", "in_zone", "log", "uses"]
