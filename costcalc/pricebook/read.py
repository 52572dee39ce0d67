"""Reading pricebook files: strict, with a place for every problem, all problems of a file together."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from costcalc.pricebook.fields import BOOK
from costcalc.pricebook.fields_blocks import Declared
from costcalc.pricebook.fields_terms import TERM_KEYS, TERMS_FILE
from costcalc.pricebook.model import Book
from costcalc.pricebook.terms import Terms
from costcalc.problems import CostcalcError, Problem
from costcalc.yamldoc import Document, Map, parse_yaml, read_documents, read_yaml


def read_book(path: Path | str) -> Book:
    """The pricebook file. CostcalcError with every problem of the file."""
    return _book(read_yaml(path))[0]


def parse_book(text: str, file: str = "<pricebook>") -> Book:
    """A pricebook from text."""
    return _book(parse_yaml(text, file))[0]


def read_file(path: Path | str) -> list[tuple[Book | None, Terms]]:
    """A file of your own: of each of its documents a pricebook, the terms of your contracts, or both. CostcalcError with all its problems."""
    found, problems = [], list[Problem]()
    for document in read_documents(path):
        try:
            found.append(of_document(document))
        except CostcalcError as error:
            problems += error.problems
    if problems:
        raise CostcalcError(problems)
    return found


def parse_file(text: str, file: str = "<pricebook>") -> tuple[Book | None, Terms]:
    """A pricebook, terms, or both from text."""
    return of_document(parse_yaml(text, file))


def terms_only(keys: Collection[str]) -> bool:
    """Whether a file with these keys holds no prices, but terms of contracts."""
    return any(key in TERM_KEYS for key in keys) and all(key in (*TERM_KEYS, "note") for key in keys)


def of_document(document: Document) -> tuple[Book | None, Terms]:
    """The same of a document that was read."""
    if not isinstance(document.root, Map) or not terms_only(document.root.entries):
        return _book(document)
    terms: Terms = TERMS_FILE.read(document, document.root)
    document.check()
    return None, terms


def _book(document: Document) -> tuple[Book, Terms]:
    found: tuple[Book, Terms] = BOOK.read(document, document.root, Declared("", {}, {}, {}))
    document.check()
    return found
