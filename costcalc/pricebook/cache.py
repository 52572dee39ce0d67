"""The cache of books: the models of one are made when they are asked for."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from costcalc.cache import cached
from costcalc.pricebook.model import Book, Model
from costcalc.pricebook.summary import ModelSummary, summaries

# What decides the shape of a book: a change of this code is another key too.
CODE = (*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "meters.yaml")

Stored = tuple[Book, tuple[Mapping[str, ModelSummary], Mapping[str, bytes]]]


class StoredModels(Mapping[str, Model]):
    """The models of a book from the cache: each is made when it is asked for, its name and summary are there before."""

    def __init__(self, summaries: Mapping[str, ModelSummary], stored: Mapping[str, bytes]) -> None:
        self.summaries, self._stored = summaries, stored
        self._made: dict[str, Model] = {}

    def __getitem__(self, name: str) -> Model:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = pickle.loads(self._stored[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def __contains__(self, name: object) -> bool:
        return name in self._stored


def cached_books(files: Sequence[Path], read: Callable[[], tuple[list[Book], bool]], name: str = "books") -> list[Book]:
    """The books of these files, as `cached` keeps them."""
    return cached(name, files, CODE, read, lambda books: [_kept(book) for book in books], _books)


def _books(kept: Sequence[Stored]) -> list[Book]:
    return [replace(book, models=StoredModels(*stored)) for book, stored in kept]


def _kept(book: Book) -> Stored:
    """The book without its models, their summaries, and each of them by itself."""
    stored = {name: pickle.dumps(model, pickle.HIGHEST_PROTOCOL) for name, model in book.models.items()}
    return replace(book, models={}), (summaries(book), stored)
