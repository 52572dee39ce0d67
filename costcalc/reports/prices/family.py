"""Families: what a meter usually costs, so that a figure a thousand times off stands out."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from costcalc.pricebook.model import Book, Model, PriceBlock, Rate, Section
from costcalc.reports.prices.figures import Figure

SLIP = 500  # a slip of the unit is a factor of 1,000; the spread of honest prices stays below half of it
_ENOUGH = 3  # figures that make a median


@dataclass
class Families:
    """Figures by meter and currency, of all models and of each model alone, in ascending order."""

    of_meter: dict[tuple[str, str], list[Fraction]] = field(default_factory=dict)
    of_model: dict[tuple[str, str, str, str], list[Fraction]] = field(default_factory=dict)

    def add(self, book: Book) -> None:
        """The prices that the book's own file writes."""
        for model, block, meter, rate in written_rates(book):
            if not rate.relative and rate.price and not block.self_hosted:
                of_one = rate.price / rate.per_units
                insort(self.of_meter.setdefault((meter, book.currency), []), of_one)
                insort(self.of_model.setdefault((meter, book.currency, book.provider, model.name), []), of_one)

    def slip(self, figure: Figure) -> tuple[Fraction, str] | None:
        """The median that a figure lies far off, and whose it is."""
        return self.slip_of(figure.part.book, figure.part.model, figure.part.block, figure.meter, figure.rate)

    def slip_of(
        self, book: Book, model: Model, block: PriceBlock, meter: str, rate: Rate
    ) -> tuple[Fraction, str] | None:
        """Likewise, of a rate. A block that says why it was corrected was looked at."""
        if rate.relative or not rate.price or block.corrected:
            return None
        of_one = rate.price / rate.per_units
        candidates = (
            (
                self.of_model.get((meter, book.currency, book.provider, model.name), []),
                f"{meter} of {book.provider}/{model.name}",
            ),
            (self.of_meter.get((meter, book.currency), []), f"all {meter} in {book.currency}"),
        )
        for figures, name in candidates:
            if len(figures) >= _ENOUGH:
                middle = figures[(len(figures) - 1) // 2]  # of two middles the lower one
                if of_one >= middle * SLIP or of_one * SLIP <= middle:
                    return middle, name
        return None


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
