"""Lint: what is wrong with pricebooks, or looks so: every problem of every file, each at its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from costcalc.files import is_folder
from costcalc.pricebook.events import parse_events
from costcalc.pricebook.fx import parse_fx
from costcalc.pricebook.load import EVENTS_FILE, FX_FILE, shelf_of_hosts, shipped_books, shipped_files
from costcalc.pricebook.model import Book
from costcalc.pricebook.overlay import term_problems
from costcalc.pricebook.read import of_document
from costcalc.pricebook.resolve import Pricebook
from costcalc.pricebook.terms import Terms, joined
from costcalc.problems import CostcalcError, Place, Problem, fail
from costcalc.reports.prices.checks import LintFinding, check_book
from costcalc.reports.prices.family import Families, shipped_families
from costcalc.reports.prices.figures import figures_of, parts_of
from costcalc.yamldoc import Document, read_documents, read_yaml


@dataclass(frozen=True)
class LintReport:
    """The answer of `prices lint`."""

    files: int
    models: int
    prices: int
    errors: Sequence[Problem]
    warnings: Sequence[Problem]


@dataclass
class _Read:
    """What was read so far."""

    files: list[Path] = field(default_factory=list)
    books: list[tuple[Book, Document]] = field(default_factory=list)
    terms: list[Terms] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)


def lint(paths: Sequence[Path | str] = ()) -> LintReport:
    """The files, or the shipped books. CostcalcError: a folder without a pricebook."""
    read = _read([Path(path) for path in paths] or shipped_files())
    families = shipped_families() if paths else Families()
    for book, _ in read.books:
        families.add(book)
    found = [each for book, document in read.books for each in check_book(book, document, families)]
    found += list(_twice(read.books))
    found += _unmet_terms(read, shipped_books([]) if paths else ())
    prices = sum(1 for book, document in read.books for part in parts_of(book, document) for _ in figures_of(part))
    return LintReport(
        len(read.files),
        sum(len(book.models) for book, _ in read.books),
        prices,
        _sorted([*read.errors, *(each.problem for each in found if each.is_error)]),
        _sorted([each.problem for each in found if not each.is_error]),
    )


def _read(paths: Sequence[Path]) -> _Read:
    read = _Read()
    for path in paths:
        files = sorted(file for file in path.glob("*.y*ml")) if is_folder(path) else [path]
        if not files:
            raise fail("no-pricebooks", "the folder holds no pricebook", place=Place(str(path)), expected="files ending in .yaml")  # fmt: skip
        read.files += files
    for file in read.files:
        try:
            _read_file(file, read)
        except CostcalcError as error:
            read.errors += error.problems
    return read


def _read_file(file: Path, read: _Read) -> None:
    if file.name in (FX_FILE, EVENTS_FILE):
        (parse_fx if file.name == FX_FILE else parse_events)(read_yaml(file).text, str(file))
        return
    for document in read_documents(file):
        try:
            book, terms = of_document(document)
        except CostcalcError as error:
            read.errors += error.problems
            continue
        read.terms.append(terms)
        if book:
            read.books.append((book, document))


def _unmet_terms(read: _Read, shipped: Sequence[Book]) -> list[LintFinding]:
    """Terms that name nothing, neither in these books nor in the shipped ones."""
    known = {(book.provider, book.region): book for book in (*shipped, *(book for book, _ in read.books))}
    problems = term_problems(Pricebook(tuple(known.values()), shelf=shelf_of_hosts()).with_terms(joined(read.terms)))
    return [LintFinding(problem) for problem in problems]


def _twice(books: Sequence[tuple[Book, Document]]) -> Iterator[LintFinding]:
    """Two files for one list, or two defaults of one provider."""
    lists = Counter((book.provider, book.region) for book, _ in books)
    defaults = Counter(book.provider for book, _ in books if book.is_default)
    for book, document in books:
        place = document.root.place
        if lists[book.provider, book.region] > 1:
            message = f"several files are the list of {book.provider} in {book.region}"
            yield LintFinding(Problem("list-twice", message, place, remedy="put them into one, or name another region"))
        if book.is_default and defaults[book.provider] > 1:
            yield LintFinding(Problem("default-twice", f"several lists of {book.provider} are its default", place, remedy="keep one"))  # fmt: skip


def _sorted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.place or Place(""), problem.code)))
