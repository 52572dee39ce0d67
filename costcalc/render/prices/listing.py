"""The list of prices on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid, Note, grid, noted
from costcalc.render.cells import NONE
from costcalc.render.fields import Json, Rows
from costcalc.render.prices.parts import price_of
from costcalc.render.prices.words import label_of, per_text, since_text
from costcalc.render.words import counted, day_text, days_text, price_text
from costcalc.render.written import Writers
from costcalc.reports.prices.listing import ListedBook, ListedModel, Listing
from costcalc.reports.prices.rates import per_units

_SHOWN = {"input_tokens": "Input", "cache_read_tokens": "Cached", "output_tokens": "Output"}


def listing_blocks(listing: Listing, is_wide: bool) -> Sequence[Block]:
    """Token prices in one table, everything else in another; and whose data it is, where not costcalc's own."""
    books, data = listing.books, listing.data
    days = sorted({book.day for book in books})
    shown = [book for book in books if book.models]
    count = sum(len(book.models) for book in books)
    missing = sum(len(book.without_price) for book in books)
    of = f" on {days_text(days[0], days[-1])}" if days else ""
    none = f"; {missing} had none that day" if missing else ""
    headline = f"{counted(count, 'model has', 'models have')} a price{of}, on {counted(len(shown), 'list')}{none}."
    tokens = list(_by_list(shown, tokens=True))
    others = [row for each in _by_list(shown, tokens=False) for row in _meters(each)]
    varies = any(_varies(model) for book in shown for model in book.models)
    return [
        Note(headline, "strong"),
        *((Gap(), _token_grid(tokens)) if tokens else ()),
        *((Gap(), _other_grid(others)) if others else ()),
        Gap(),
        Note(_STANDARD + (_LONGER if varies else ""), "quiet"),
        *([Facts([("data", (data,))])] if data else ()),
        *noted(_end_notes(shown)),
    ]


_STANDARD = "Prices of the standard tier at peak hours."
_LONGER = " * Longer requests, thinking or off-peak hours are priced otherwise: costcalc prices show MODEL."


PRICED = f.fields(meter=f.text, price=price_of("price.of_one"), per=f.integer(lambda row, _: per_units(row["meter"])))
SINCE = f.fields(since=f.text, at_least_since=f.text("observed"))
ENDS = f.fields(billed_as=f.text, retired=f.text("end.day"), successor=f.said("end.successor"))
BOOK = f.fields(provider=f.text, region=f.text)
MODEL = (
    f.fields(model=f.text("name"))
    | SINCE
    | f.fields(prices=f.each(PRICED, lambda model, _: _prices(model)), also=f.texts)
    | ENDS
)
LISTED = f.fields(schema=f.constant("costcalc.prices-list/1"), lists=f.each(BOOK | f.fields(
    is_default=f.flag, currency=f.text, day=f.text, models=f.each(MODEL),
    without_price=f.each(f.fields(model=f.text("0"), reason=f.text("1")), lambda book, _: book.without_price.items()),
), "books"))  # fmt: skip


def _prices(model: ListedModel) -> Iterator[Json]:
    return ({"meter": meter, "price": price} for meter, price in model.prices.items())


COLUMNS = f.at("book", BOOK) | f.fields(
    model=f.text("model.name"), currency=f.text("book.currency"), day=f.text("book.day"),
) | PRICED | f.at("model", SINCE | ENDS)  # fmt: skip


def listing_rows(listing: Listing) -> Rows:
    """A row a meter."""
    rows = [
        row | {"book": book, "model": model}
        for book in listing.books
        for model in book.models
        for row in _prices(model)
    ]
    return f.rows_with(COLUMNS, rows, None)


def _token_grid(rows: Iterable[Any]) -> Grid:
    """A row a model."""

    def price(meter: str) -> Column:
        def cell(model: ListedModel) -> Cell:
            found = model.prices.get(meter)
            return Cell(price_text(found.per(meter))) if found else NONE

        return Column(_SHOWN[meter], key="currency", of=cell)

    return grid([
        Column("Per 1M tokens", "name", key="name", of=lambda model: Cell(model.name + (" *" if _varies(model) else ""), indent=1)),
        *map(price, _SHOWN), Column("Since", of=_since),
        Column("Also priced", "text", drop=1, of=lambda model: Cell(", ".join(model.also), "quiet")),
    ], rows)  # fmt: skip


def _other_grid(rows: Iterable[Any]) -> Grid:
    """A row a meter: (model, meter, whether it is the model's first)."""
    return grid([
        Column("Other units", "name", key="name", of=lambda row: Cell(row[0].name, indent=1) if row[2] else Cell(label_of(row[1]), indent=2)),
        Column("Price", key="currency", of=lambda row: Cell(price_text(row[0].prices[row[1]].per(row[1])))),
        Column("Per", "text", of=lambda row: Cell(per_text(row[1]), "quiet")), Column("Since", of=lambda row: _since(row[0])),
    ], rows)  # fmt: skip


def _since(model: ListedModel) -> Cell:
    return Cell(since_text(model.since, model.observed), "quiet")


def _by_list(books: Sequence[ListedBook], *, tokens: bool) -> Iterator[Any]:
    """The models that are priced by the token, or those that are not, each list's under its heading."""
    for book in books:
        if models := [model for model in book.models if model.has_tokens is tokens]:
            default = " (default)" if book.is_default else ""
            yield {
                "name": Cell(f"{book.provider} {book.region}{default}", "strong"),
                "currency": Cell(book.currency, "quiet"),
            }
            yield from models


def _meters(row: Any) -> Sequence[Any]:
    """The rows of a model; a heading is one."""
    return [row] if isinstance(row, dict) else [(row, meter, not place) for place, meter in enumerate(row.prices)]


def _end_notes(books: Sequence[ListedBook]) -> Iterator[Note]:
    """Which of the models end, or have ended, and which are billed as another."""
    models = dict.fromkeys((f"{book.provider}/{model.name}", model.billed_as, model.end) for book in books for model in book.models)  # fmt: skip
    ends: dict[date, list[str]] = {}
    for name, _, end in models:
        if end:
            ends.setdefault(end.day, []).append(name)
    if ends:
        listed = (f"from {day_text(day)} on {', '.join(ends[day])}" for day in sorted(ends))
        yield Note(f"Cannot be bought: {'; '.join(listed)}.", "quiet")
    if moved := [f"{name} as {billed}" for name, billed, _ in models if not name.endswith(f"/{billed}")]:
        yield Note(f"Billed: {', '.join(moved)}.", "quiet")


def _varies(model: ListedModel) -> bool:
    return bool({"lengths", "thinking", "off-peak"} & {*model.also})


WRITTEN = Writers("Prices", page=listing_blocks, rows=listing_rows, json=LISTED)
