"""A written book is read back as the same book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.meters import meters
from costcalc.pricebook.kinds import rate_text
from costcalc.pricebook.model import Band, Book, Bounds, Model, PriceBlock, Rate, Section, Source
from costcalc.pricebook.read import parse_book, read_book
from costcalc.pricebook.write import book_text
from costcalc.problems import Place
from tests.conftest import REPO_ROOT

NOWHERE = Place("")
NO_BOOKS = ("fx.yaml", "events.yaml")
PATHS = sorted(path for path in (REPO_ROOT / "pricebooks").glob("**/*.yaml") if path.name not in NO_BOOKS)


def without_places(book: Book) -> Book:
    """The book without what depends on the file it was read from."""
    models = {
        name: replace(model, place=NOWHERE, blocks=tuple(replace(block, place=NOWHERE) for block in model.blocks))
        for name, model in book.models.items()
    }
    return replace(book, file="", models=models)


def assert_reads_back(book: Book) -> None:
    again = parse_book(book_text(book, ("A list.", "", "Of prices.")))
    assert without_places(again) == without_places(book)
    assert list(again.models) == list(book.models)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_shipped_book_survives_writing(path: Path):
    assert_reads_back(read_book(path))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=160).filter(lambda text: "\x00" not in text)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).map(str.lower)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
METERS = st.sampled_from(list(meters().by_name))
SOURCES = ("first", "second")


def rates(*, relative: bool = False) -> st.SearchStrategy[Rate]:
    price = st.decimals(0, 10**6, places=9).map(Fraction)
    absolute = st.builds(
        Rate, price, st.sampled_from([1, 1_000, 1_000_000]), st.sampled_from(SOURCES), observed=st.none() | DAYS
    )
    share = st.builds(
        lambda price, source: Rate(price / 100, 1, source, relative=True), price, st.sampled_from(SOURCES)
    )
    return absolute | share if relative else absolute


def sections(*, relative: bool) -> st.SearchStrategy[Section]:
    band = st.builds(
        lambda over, rates: Band(Bounds(over, over + 1000), rates),
        st.integers(0, 10**6),
        st.dictionaries(METERS, rates(relative=relative), min_size=1, max_size=3),
    )
    return st.builds(
        Section,
        st.dictionaries(METERS, rates(relative=relative), min_size=1, max_size=4),
        st.lists(band, max_size=1).map(tuple),
    )


BLOCKS = st.builds(
    lambda starts, standard, tiers, thinking, note, source: PriceBlock(
        starts, replace(standard, thinking=thinking), tiers, NOWHERE, note=note, source=source
    ),
    DAYS,
    sections(relative=False),
    st.dictionaries(NAMES, sections(relative=True), max_size=2),
    st.none() | sections(relative=True),
    TEXTS,
    st.sampled_from(SOURCES),
)
MODELS = st.dictionaries(
    NAMES, st.lists(BLOCKS, min_size=1, max_size=2, unique_by=lambda block: block.starts), min_size=1, max_size=2
)


@given(MODELS, TEXTS, NAMES)
def test_any_words_and_figures_survive_writing(blocks, note: str, alias: str):
    models = {
        name: Model(name, tuple(sorted(entries, key=lambda block: block.starts)), NOWHERE, note=note)
        for name, entries in blocks.items()
    }
    first = next(iter(models))
    if alias not in models:
        models[first] = replace(models[first], aliases=(alias,))
    sources = {key: Source(key, f"https://example.com/{key}, “{note}”", "2026-11", "secondary") for key in SOURCES}
    assert_reads_back(Book("acme", "global", "USD", "UTC", models, "", sources=sources, note=note))


def test_a_rate_is_written_in_full_or_not_at_all():
    assert rate_text(Rate(Fraction("0.15"), 1_000_000)) == "0.15 per 1M"
    assert rate_text(Rate(Fraction("7.5e-9"), 1)) == "0.0000000075 per 1"
    assert rate_text(Rate(Fraction(1, 2), 1, "page", relative=True)) == "50% of standard [page]"
    with pytest.raises(ValueError, match="1/3"):
        rate_text(Rate(Fraction(1, 3), 1))
