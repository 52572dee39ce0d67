"""Slips: prices of your own files whose unit must be wrong, found before anything is priced with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.pricebook.load import is_shipped
from costcalc.pricebook.model import Book, Model, PriceBlock, Rate
from costcalc.pricebook.read import of_document
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Problem
from costcalc.reports.prices.checks import slip_problem
from costcalc.reports.prices.family import Families, shipped_families, written_rates
from costcalc.reports.prices.figures import figures_of, parts_of
from costcalc.yamldoc import read_documents

Slip = tuple[Book, Model, str, Rate]  # and the meter


def check_units(pricebook: Pricebook) -> None:
    """CostcalcError with every price of a file that does not ship and that `prices lint` calls a slip of the unit."""
    books = [layer for book in pricebook.books for layer in _layers(book)]
    own = [book for book in books if not is_shipped(book.file)]
    families = _families(own)
    problems = [
        problem
        for file in dict.fromkeys(book.file for book, *_ in slips(own, families))
        for problem in _problems(file, families)
    ]
    if problems:
        raise CostcalcError(problems)


def slips_of(books: Sequence[Book]) -> list[Slip]:
    """Of books that were made just now, beside those that ship."""
    return list(slips(books, _families(books)))


def slips(books: Sequence[Book], families: Families) -> Iterator[Slip]:
    for book in books:
        for model, block, meter, rate in written_rates(book):
            if _is_slip(families, book, model, block, meter, rate):
                yield book, model, meter, rate


def _is_slip(families: Families, book: Book, model: Model, block: PriceBlock, meter: str, rate: Rate) -> bool:
    return not block.self_hosted and families.slip_of(book, model, block, meter, rate) is not None


def _families(books: Sequence[Book]) -> Families:
    """Of these books and of those that ship."""
    families = shipped_families()
    for book in books:
        families.add(book)
    return families


def _layers(book: Book | None) -> Iterator[Book]:
    while book is not None:
        yield book
        book = book.below


def _problems(file: str, families: Families) -> Iterator[Problem]:
    """The figures of the file itself, each at its place."""
    for document in read_documents(file):
        book, _ = of_document(document)
        for figure in (figure for part in (parts_of(book, document) if book else ()) for figure in figures_of(part)):
            if problem := slip_problem(figure, document, families):
                yield problem
