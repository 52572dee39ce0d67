"""Loading: the shipped books with the user's own laid over them, every problem of every file together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from costcalc.calendar import Month
from costcalc.files import is_folder
from costcalc.packed import records_of
from costcalc.pricebook import fx
from costcalc.pricebook.cache import RECORDS, cached_books, cached_file
from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.fx import FxTable, Rates, read_fx
from costcalc.pricebook.model import Book
from costcalc.pricebook.overlay import term_problems
from costcalc.pricebook.resolve import Pricebook, Shelf
from costcalc.pricebook.terms import Terms, joined
from costcalc.problems import CostcalcError, Place, Problem
from costcalc.selectors import glob_matches

FX_FILE = "fx.yaml"
EVENTS_FILE = "events.yaml"
HOSTS_FOLDER = "hosts"  # in the shipped folder: a book of each host, named after it
_NO_BOOKS = (FX_FILE, EVENTS_FILE)

_Value = TypeVar("_Value")


def load_pricebook(paths: Sequence[Path | str] = ()) -> Pricebook:
    """All shipped books, those of hosts when they are asked for; a user's book of the same provider and region adds models, and its models win.

    The terms of a user's files (discounts, commitments, aliases) hold for all books.
    """
    problems: list[Problem] = []
    shelf = shelf_of_hosts()
    own, terms = _read_all((file for path in paths for file in files_at(path, problems)), problems)
    beneath = dict.fromkeys(book.provider for book in own if book.provider in shelf)
    shipped = [*shipped_books(problems), *(book for provider in beneath for book in shelf[provider]())]
    books = {(book.provider, book.region): book for book in shipped}
    first: dict[tuple[str, str], Book] = {}  # a user's choice of the default list goes before ours
    for book in own:
        key = (book.provider, book.region)
        below = first.get(key) or books.pop(key, None)
        first[key] = _laid_over(below, book, problems) if below else book
    pricebook = Pricebook((*first.values(), *books.values()), shelf=shelf).with_terms(joined(terms))
    problems += term_problems(pricebook) if not problems else []
    if problems:
        raise CostcalcError(problems)
    return pricebook


def is_shipped(file: Path | str) -> bool:
    """Whether it is one of the price data's own files."""
    folder = Path(file).parent
    return folder == shipped_folder() or folder == shipped_folder() / HOSTS_FOLDER


def shipped_files(*, hosts: bool = True) -> list[Path]:
    """Every file of the price data, books and others; those of hosts too, or not."""
    folder = shipped_folder()
    return sorted(file for part in (folder, folder / HOSTS_FOLDER)[: 1 + hosts] for file in part.glob("*.y*ml"))


def load_fx(paths: Sequence[Path | str] = (), rates: Rates | None = None) -> FxTable:
    """The shipped exchange rates, with rates of one's own; a user's fx.yaml replaces the pairs that it holds."""
    problems: list[Problem] = []
    records = [*records_of(fx), *RECORDS, Month]
    shipped = cached_file("fx", shipped_folder() / FX_FILE, read_fx, FxTable(), records, problems)
    table = shipped.with_rates(rates or {})
    for file in (file for path in paths for file in files_at(path, problems, FX_FILE)):
        try:
            read = read_fx(file)
        except CostcalcError as error:
            problems.extend(error.problems)
            continue
        own = {*read.months, *((quote, base) for base, quote in read.months)}
        kept = {pair: months for pair, months in table.months.items() if pair not in own}
        flat = {pair: rate for pair, rate in table.flat.items() if pair not in own}
        table = FxTable({**kept, **read.months}, flat, {**table.sources, **read.sources})
    if problems:
        raise CostcalcError(problems)
    return table


def files_at(path: Path | str, problems: list[Problem], name: str = "") -> list[Path]:
    """The files that a user's path means, itself or those of a folder: of that name, or the pricebooks."""
    path = Path(path)
    if not is_folder(path):
        return [path] if _is_called(path, name) else []
    if not any(_files_in(path, other) for other in ("", *_NO_BOOKS)):
        problems.append(
            Problem(
                "no-pricebooks", "the folder holds no pricebook", Place(str(path)), expected="files ending in .yaml"
            )
        )
    return _files_in(path, name)


def shipped_books(problems: list[Problem]) -> list[Book]:
    """The books that ship, without the hosts'; what is wrong with a file is a problem, and it is left out."""
    files = _files_in(shipped_folder())

    def read() -> tuple[list[Book], bool]:
        books, _ = _read_all(files, problems)
        return books, not problems

    return cached_books(files, read)


@cache
def shelf_of_hosts() -> Shelf:
    """The books of hosts by provider: `bedrock.yaml`, or `streamlake-cn.yaml` for one of several lists."""
    files: dict[str, list[Path]] = {}
    for file in _files_in(shipped_folder() / HOSTS_FOLDER):
        files.setdefault(file.stem.partition("-")[0], []).append(file)
    return {provider: partial(_books_of_host, provider, tuple(found)) for provider, found in files.items()}


@cache
def _books_of_host(provider: str, files: tuple[Path, ...]) -> tuple[Book, ...]:
    problems: list[Problem] = []

    def read() -> tuple[list[Book], bool]:
        return _read_all(files, problems)[0], not problems

    books = cached_books(files, read, f"{provider}-books")
    if problems:
        raise CostcalcError(problems)
    return tuple(sorted(books, key=lambda book: not book.is_default))


def _read_all(files: Iterable[Path], problems: list[Problem]) -> tuple[list[Book], list[Terms]]:
    from costcalc.pricebook.read import read_file  # the fields of a file are defined where one is read

    books, terms = [], []
    for file in files:
        try:
            read = read_file(file)
        except CostcalcError as error:
            problems.extend(error.problems)
            continue
        terms += [held for _, held in read]
        books += [book for book, _ in read if book]
    return books, terms


def _files_in(folder: Path, name: str = "") -> list[Path]:
    files = sorted(file for suffix in ("*.yaml", "*.yml") for file in folder.glob(suffix))
    return [file for file in files if _is_called(file, name)]


def _is_called(file: Path, name: str) -> bool:
    """Exchange rates and events are told from pricebooks by the name of their file."""
    return file.name == name if name else file.name not in _NO_BOOKS


def _laid_over(below: Book, book: Book, problems: list[Problem]) -> Book:
    """One list made of two: the names of the later book win, aliases too; everything else is added."""
    if (below.currency, below.timezone) != (book.currency, book.timezone):
        problems.append(
            Problem(
                "book-differs",
                f"{book.provider} in {book.region} is a list in {below.currency}, {below.timezone}",
                Place(book.file),
                expected=f"currency: {below.currency} and timezone: {below.timezone}",
                remedy="use the same, or name another region",
            )
        )
    own = [alias for model in book.models.values() for alias in model.aliases]
    billed = {name for model in below.models.values() for name in model.redirects.values()}
    kept = {
        name: model
        for name, model in below.models.items()
        if name in billed or not any(glob_matches(alias, name) for alias in own)
    }
    return replace(
        book,
        models={**kept, **book.models},
        provider_names=(*below.provider_names, *book.provider_names),
        list_names=(*below.list_names, *book.list_names),
        region_names=(*below.region_names, *book.region_names),
        is_default=below.is_default or book.is_default,
        sources=_joined("source", below.sources, book.sources, book, problems),
        schedules=_joined("schedule", below.schedules, book.schedules, book, problems),
        modifiers=_joined("modifier", below.modifiers, book.modifiers, book, problems),
        below=below,
    )


def _joined(
    what: str, below: Mapping[str, _Value], above: Mapping[str, _Value], book: Book, problems: list[Problem]
) -> dict[str, _Value]:
    """Both; rates name these keys, so one key must not mean two things."""
    for key in below.keys() & above.keys():
        if below[key] != above[key]:
            problems.append(
                Problem(
                    "key-means-two-things",
                    f'the {what} "{key}" is another one in the list that this book adds to',
                    Place(book.file),
                    remedy=f"give your {what} another key",
                )
            )
    return {**below, **above}
