"""The shipped books without what runs of `prices update` added: what the facts were written into by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.model import Book, Model
from costcalc.pricebook.resolve import Pricebook

OF_A_RUN = re.compile(r"20\d\d-\d\d-\d\d-.*")


@cache
def books_as_gathered() -> Pricebook:
    """Makers' books; those of hosts lie on its shelf."""
    shipped = load_pricebook()
    shelf = {
        name: (lambda books=books: tuple(gathered(book) for book in books())) for name, books in shipped.shelf.items()
    }
    return replace(shipped, books=tuple(gathered(book) for book in shipped.books), shelf=shelf)


def gathered(book: Book) -> Book:
    models = {name: _gathered(model) for name, model in book.models.items()}
    return replace(book, models={name: model for name, model in models.items() if model.blocks or model.redirects})


def _gathered(model: Model) -> Model:
    """A block of which a run says any figure is a block of that run: what did not change stands in it again."""
    kept = [
        block
        for block in model.blocks
        if not any(OF_A_RUN.fullmatch(rate.source) for part in block.sections() for rate in part.all_rates())
    ]
    return replace(model, blocks=tuple(kept))
