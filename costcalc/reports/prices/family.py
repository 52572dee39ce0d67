"""Families: what a meter usually costs, so that a figure a thousand times off stands out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from costcalc.cache import cached
from costcalc.pricebook.cache import CODE
from costcalc.pricebook.load import shipped_books, shipped_files
from costcalc.pricebook.model import Book, Model, PriceBlock, Rate, Section
from costcalc.problems import Problem
from costcalc.reports.prices.figures import RateText

SLIP = 500  # a slip of the unit is a factor of 1,000; the spread of honest prices stays below half of it
_ENOUGH = 3  # figures that make a median

Key = tuple[str, ...]  # meter, currency, provider, model; or the first two: of all models


@dataclass
class Families:
    """What each model has cost by meter and currency: the prices of one, as numerator and denominator."""

    figures: dict[Key, list[Sequence[int]]] = field(default_factory=dict)
    _middles: dict[Key, Fraction | None] = field(default_factory=dict)

    def add(self, book: Book) -> None:
        """The prices that the book's own file writes."""
        self._middles.clear()
        for model, block, meter, rate in written_rates(book):
            if not rate.relative and rate.price and not block.self_hosted:
                of_one = rate.price / rate.per_units
                key = (meter, book.currency, book.provider, model.name)
                self.figures.setdefault(key, []).append((of_one.numerator, of_one.denominator))

    def slip(self, figure: RateText) -> tuple[Fraction, str] | None:
        """The median that a figure lies far off, and whose it is."""
        return self.slip_of(figure.part.book, figure.part.model, figure.part.block, figure.meter, figure.rate)

    def slip_of(
        self, book: Book, model: Model, block: PriceBlock, meter: str, rate: Rate
    ) -> tuple[Fraction, str] | None:
        """Likewise, of a rate. A block that says why it was corrected was looked at."""
        if rate.relative or not rate.price or block.corrected:
            return None
        of_one = rate.price / rate.per_units
        of_model = (meter, book.currency, book.provider, model.name)
        for family, name in (
            (of_model, f"{meter} of {book.provider}/{model.name}"),
            (of_model[:2], f"all {meter} in {book.currency}"),
        ):
            middle = self._middle(family)
            if middle and (of_one >= middle * SLIP or of_one * SLIP <= middle):
                return middle, name
        return None

    def _middle(self, family: Key) -> Fraction | None:
        """The median, of two middles the lower one; None: too few make none."""
        if family not in self._middles:
            found = [self.figures.get(family, [])] if len(family) > 2 else [
                figures for key, figures in self.figures.items() if key[:2] == family
            ]  # fmt: skip
            ordered = sorted((each for figures in found for each in figures), key=lambda each: each[0] / each[1])
            enough = len(ordered) >= _ENOUGH
            self._middles[family] = Fraction(*ordered[(len(ordered) - 1) // 2]) if enough else None
        return self._middles[family]


def shipped_families() -> Families:
    """Those of the books that ship, without the hosts': they are many, and alike from one run to the next."""

    def read() -> tuple[Families, bool]:
        problems: list[Problem] = []
        families = Families()
        for book in shipped_books(problems):
            families.add(book)
        return families, not problems

    code = (*CODE, Path(__file__))
    shipped = cached("families", shipped_files(hosts=False), code, read, _packed, _unpacked)
    return Families({key: [*figures] for key, figures in shipped.figures.items()})


def _packed(families: Families) -> list[str]:
    return [json.dumps([*key, figures]) for key, figures in families.figures.items()]


def _unpacked(lines: Sequence[str]) -> Families:
    return Families({(*key,): figures for *key, figures in map(json.loads, lines)})


def written_rates(book: Book) -> Iterator[tuple[Model, PriceBlock, str, Rate]]:
    """Every rate of the book's own file: what it is laid over is left to the book beneath."""
    for model in book.models.values():
        if model.place.file == book.file or not book.file:
            for block in model.blocks:
                for section in block.sections():
                    yield from ((model, block, meter, rate) for meter, rate in _rates(section))


def _rates(section: Section) -> Iterator[tuple[str, Rate]]:
    for rates in (section.rates, *(band.rates for band in section.bands)):
        yield from rates.items()
    for inner in (section.thinking, section.off_peak):
        if inner is not None:
            yield from _rates(inner)
