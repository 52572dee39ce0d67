"""The list of prices on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid, Note, noted
from costcalc.render.fields import Json, Rows
from costcalc.render.prices.parts import price_of
from costcalc.render.prices.words import label_of, per_text, since_text
from costcalc.render.words import DASH, counted, day_text, days_text, price_text
from costcalc.render.written import Writers
from costcalc.reports.prices.listing import ListedBook, ListedModel, Listing
from costcalc.reports.prices.rates import per_units

_SHOWN = ("input_tokens", "cache_read_tokens", "output_tokens")


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
    tokens, others = _token_rows(shown), _other_rows(shown)
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


def _token_grid(rows: Sequence[Sequence[Cell]]) -> Grid:
    columns = [
        Column("Per 1M tokens", "name"), Column("Input"), Column("Cached"), Column("Output"), Column("Since"),
        Column("Also priced", "text", drop=1),
    ]  # fmt: skip
    return Grid(columns, rows)


def _other_grid(rows: Sequence[Sequence[Cell]]) -> Grid:
    return Grid([Column("Other units", "name"), Column("Price"), Column("Per", "text"), Column("Since")], rows)


def _token_rows(books: Sequence[ListedBook]) -> list[list[Cell]]:
    found = []
    for book in books:
        models = [model for model in book.models if model.has_tokens]
        if models:
            found.append([_heading(book), *(Cell(book.currency, "quiet") for _ in _SHOWN), Cell(), Cell()])
            found += [list(_token_row(model)) for model in models]
    return found


def _token_row(model: ListedModel) -> Iterator[Cell]:
    yield Cell(model.name + (" *" if _varies(model) else ""), indent=1)
    for meter in _SHOWN:
        price = model.prices.get(meter)
        yield Cell(price_text(price.per(meter))) if price else Cell(DASH, "quiet")
    yield Cell(since_text(model.since, model.observed), "quiet")
    yield Cell(", ".join(model.also), "quiet")


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


def _other_rows(books: Sequence[ListedBook]) -> list[list[Cell]]:
    found = []
    for book in books:
        models = [model for model in book.models if not model.has_tokens]
        if models:
            found.append([_heading(book), Cell(book.currency, "quiet"), Cell(), Cell()])
        for model in models:
            for position, (meter, price) in enumerate(model.prices.items()):
                name = model.name if position == 0 else label_of(meter)
                since = since_text(model.since, model.observed)
                found.append([
                    Cell(name, indent=1 if position == 0 else 2), Cell(price_text(price.per(meter))),
                    Cell(per_text(meter), "quiet"), Cell(since, "quiet"),
                ])  # fmt: skip
    return found


def _heading(book: ListedBook) -> Cell:
    default = " (default)" if book.is_default else ""
    return Cell(f"{book.provider} {book.region}{default}", "strong")


def _varies(model: ListedModel) -> bool:
    return bool({"lengths", "thinking", "off-peak"} & {*model.also})


WRITTEN = Writers("Prices", page=listing_blocks, rows=listing_rows, json=LISTED)
