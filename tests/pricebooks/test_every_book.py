"""The price data that ships: read without a problem, sourced, and without two answers to one question."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from costcalc.pricebook.model import Book
from costcalc.pricebook.read import read_book
from tests.conftest import REPO_ROOT

NO_BOOKS = {"fx.yaml", "events.yaml"}
PATHS = sorted(path for path in (REPO_ROOT / "pricebooks").glob("**/*.yaml") if path.name not in NO_BOOKS)
every_book = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def test_there_are_books():
    assert PATHS


@every_book
def test_a_book_is_read_and_named_after_its_provider(path: Path):
    book = read_book(path)
    assert book.models
    assert path.stem.split("-")[0] == book.provider
    assert book.checked


@every_book
def test_every_block_has_a_price_or_is_withdrawn(path: Path):
    empty = [
        str(block.place)
        for model in read_book(path).models.values()
        for block in model.blocks
        if not block.withdrawn and not any(section.rates or section.all_bands() for section in block.sections())
    ]
    assert empty == []


@every_book
def test_every_price_has_a_source(path: Path):
    book = read_book(path)
    rates = [
        (name, meter, rate)
        for name, model in book.models.items()
        for block in model.blocks
        for section in block.sections()
        for meter, rate in [
            *section.rates.items(),
            *(pair for band in section.all_bands() for pair in band.rates.items()),
        ]
    ]
    assert [(name, meter) for name, meter, rate in rates if rate.source not in book.sources] == []
    assert [(name, meter) for name, meter, rate in rates if rate.price < 0] == []


def test_a_provider_and_region_has_one_book_and_a_provider_one_default():
    books: list[Book] = [read_book(path) for path in PATHS]
    assert [
        key
        for key, times in Counter((book.provider, book.region, book.currency) for book in books).items()
        if times > 1
    ] == []
    defaults = Counter(book.provider for book in books if book.is_default)
    alone = {book.provider for book in books if sum(other.provider == book.provider for other in books) == 1}
    assert {book.provider for book in books} - set(defaults) <= alone
    assert set(defaults.values()) <= {1}


@every_book
def test_a_mark_of_a_query_stands_in_quotes(path: Path):
    """PyYAML reads it bare only where libyaml is there."""
    within = [line for line in path.read_text(encoding="utf-8").splitlines() if re.search(r"[{\[].*\?", line)]
    for line in within:
        list(yaml.parse(line.strip(), Loader=yaml.SafeLoader))
