"""Families: what a meter usually costs, so that a figure a thousand times off stands out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median_low

from costcalc.reports.prices.figures import Figure

SLIP = 500  # a slip of the unit is a factor of 1,000; the spread of honest prices stays below half of it
_ENOUGH = 3  # figures that make a median


@dataclass
class Families:
    """Figures by meter and currency, of all models and of each model alone."""

    of_meter: dict[tuple[str, str], list[Fraction]] = field(default_factory=dict)
    of_model: dict[tuple[str, str, str, str], list[Fraction]] = field(default_factory=dict)

    def add(self, figures: Iterable[Figure]) -> None:
        for figure in figures:
            if not figure.rate.relative and figure.rate.price:
                book = figure.part.book
                meter = (figure.meter, book.currency)
                self.of_meter.setdefault(meter, []).append(figure.of_one)
                model = (book.provider, figure.part.model.name)
                self.of_model.setdefault((*meter, *model), []).append(figure.of_one)

    def slip(self, figure: Figure) -> tuple[Fraction, str] | None:
        """The median that a figure lies far off, and whose it is."""
        if figure.rate.relative or not figure.rate.price:
            return None
        book, model = figure.part.book, figure.part.model.name
        meter = (figure.meter, book.currency)
        whole = f"all {figure.meter} in {book.currency}"
        candidates = (
            (self.of_model.get((*meter, book.provider, model), []), f"{figure.meter} of {book.provider}/{model}"),
            (self.of_meter.get(meter, []), whole),
        )
        for figures, name in candidates:
            if len(figures) >= _ENOUGH:
                middle = median_low(figures)
                if figure.of_one >= middle * SLIP or figure.of_one * SLIP <= middle:
                    return middle, name
        return None
