"""The cache of books: the models of one are made when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from costcalc.cache import cached
from costcalc.packed import pack, packing, records_of, unpack
from costcalc.pricebook import model as books
from costcalc.pricebook import selfhosted
from costcalc.pricebook.model import Book, Model
from costcalc.pricebook.summary import ModelSummary, summaries
from costcalc.problems import CostcalcError, Place, Problem

Kept = TypeVar("Kept")

# What decides the shape of a book: a change of this code is another key too.
CODE = (*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "meters.yaml")

RECORDS = (*records_of(books, selfhosted), Place)


class StoredModels(Mapping[str, Model]):
    """The models of a book from the cache: each is made when it is asked for, its name and summary are there before."""

    def __init__(self, summaries: Mapping[str, ModelSummary], stored: Mapping[str, str]) -> None:
        self.summaries, self._stored = summaries, stored
        self._made: dict[str, Model] = {}

    def __getitem__(self, name: str) -> Model:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = unpack(self._stored[name], RECORDS)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def __contains__(self, name: object) -> bool:
        return name in self._stored


def cached_books(files: Sequence[Path], read: Callable[[], tuple[list[Book], bool]], name: str = "books") -> list[Book]:
    """The books of these files, as `cached` keeps them."""
    return cached(name, files, CODE, read, _packed, _unpacked)


def cached_file(
    name: str,
    file: Path,
    read: Callable[[Path], Kept],
    nothing: Kept,
    records: Collection[type],
    problems: list[Problem],
) -> Kept:
    """What one file of the price data says, as `cached` keeps it; what is wrong with it is a problem, and it says nothing."""

    def tried() -> tuple[Kept, bool]:
        try:
            return read(file), True
        except CostcalcError as error:
            problems.extend(error.problems)
            return nothing, False

    found: Kept = cached(name, [file], CODE, tried, *packing(records))
    return found


def _packed(found: Sequence[Book]) -> list[str]:
    """A line of the books without their models, one of all summaries, and one each model."""
    known = [[[name, *_plain(each)] for name, each in summaries(book).items()] for book in found]
    models = [pack(model) for book in found for model in book.models.values()]
    return [pack([replace(book, models={}) for book in found]), json.dumps(known), *models]


def _unpacked(lines: Sequence[str]) -> list[Book]:
    found, place = [], 2
    for book, known in zip(unpack(lines[0], RECORDS), json.loads(lines[1]), strict=True):
        of = {
            name: ModelSummary(
                tuple(aliases),
                frozenset(inputs),
                frozenset(outputs),
                scheduled,
                made_as,
                frozenset(labels),
                tuple(redirects),
            )
            for name, aliases, inputs, outputs, scheduled, made_as, labels, redirects in known
        }
        found.append(replace(book, models=StoredModels(of, dict(zip(of, lines[place : place + len(of)], strict=True)))))
        place += len(of)
    return found


def _plain(known: ModelSummary) -> tuple[object, ...]:
    lengths = sorted(known.input_lengths), sorted(known.output_lengths)
    return known.aliases, *lengths, known.is_scheduled, known.made_as, sorted(known.labels), known.redirects
