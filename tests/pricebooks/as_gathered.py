"""The shipped books without what runs of `prices update` added: what the facts were written into by hand."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache

from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import Band, Book, Model, Rate, Section
from costcalc.pricebook.resolve import Pricebook

_CATALOGUES = "litellm|model-prices|metergraph-core|openai-cost-calculator|model-bank|rates|genai-prices"
OF_A_RUN = re.compile(rf"({_CATALOGUES})-\d[\d.]*(-\d+)?")  # a run calls its sources by catalogue, version and number


@cache
def books_as_gathered() -> Pricebook:
    """Makers' books; those of hosts lie on its shelf."""
    shipped = load_pricebook()
    shelf = {
        name: cache(lambda books=books: tuple(gathered(book) for book in books()))  # a shelf is asked again and again
        for name, books in shipped.shelf.items()
    }
    return replace(shipped, books=tuple(gathered(book) for book in shipped.books), shelf=shelf)


def gathered(book: Book) -> Book:
    of_runs = {key for key in book.sources if OF_A_RUN.fullmatch(key)}
    models = {name: _gathered(model, of_runs) for name, model in book.models.items()}
    return replace(book, models={name: model for name, model in models.items() if model.blocks or model.redirects})


def _gathered(model: Model, of_runs: Collection[str]) -> Model:
    """A block that a run made is none of ours: it ends the one before; and what one put into a block was not there."""
    return replace(
        model,
        blocks=tuple(
            replace(block, standard=Section(), service_tiers={}, withdrawn="of a run", source="")
            if block.source in of_runs
            else replace(
                block,
                standard=_without(block.standard, of_runs),
                service_tiers={
                    name: _without(tier, of_runs)
                    for name, tier in block.service_tiers.items()
                    if not tier.all_rates() or any(rate.source not in of_runs for rate in tier.all_rates())
                },
            )
            for block in model.blocks
            if block.source not in of_runs or block.starts
        ),
    )


def _without(section: Section, of_runs: Collection[str]) -> Section:
    def kept(rates: Mapping[str, Rate]) -> dict[str, Rate]:
        return {meter: rate for meter, rate in rates.items() if rate.source not in of_runs}

    return replace(
        section,
        rates=kept(section.rates),
        bands=tuple(Band(band.bounds, rates) for band in section.bands if (rates := kept(band.rates))),
        thinking=section.thinking and _without(section.thinking, of_runs),
    )
