"""A rate card: one's own negotiated rates as CSV, read strictly, with the place of everything that is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from io import StringIO
from pathlib import Path

from costcalc.calendar import read_day
from costcalc.files import read_text
from costcalc.meters import meters
from costcalc.money import read_number
from costcalc.pricebook.importers.builder import Builder, Imported, Origin
from costcalc.pricebook.importers.figures import ImportedPrice
from costcalc.pricebook.importers.homes import Home, means, shipped_home
from costcalc.pricebook.importers.periods import Validity, block_in, stretches
from costcalc.pricebook.model import STANDARD, Model, Rate
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names
from costcalc.yamldoc import line_of

NEEDED = ("provider", "model", "meter", "price", "per", "currency")
COLUMNS = ("provider", "model", "region", "meter", "price", "per", "currency", "from", "until",
           "tier", "input_above", "input_up_to", "locked_until")  # fmt: skip
PER = {"1": 1, "1k": 1_000, "1000": 1_000, "1m": 1_000_000, "1000000": 1_000_000}
_COUNT = re.compile(r"\d+(?:_\d+)*")


@dataclass(frozen=True, slots=True)
class _Row:
    """One rate of the card."""

    place: Place
    provider: str
    model: str
    region: str
    currency: str
    figure: ImportedPrice
    first: date | None
    last: date | None
    locked_until: date | None


def import_rate_card(
    path: Path, origin: Origin, shipped: Pricebook, providers: tuple[str, ...] = ()
) -> Imported:  # fmt: skip
    """The card as books of ours. CostcalcError with every problem of the file."""
    card = _Card(path)
    rows = [
        replace(row, first=row.first or origin.starts)
        for row in card.rows()
        if not providers or any(means(word, row.provider) for word in providers)
    ]
    builder = Builder(origin)
    lists: dict[Home, list[_Row]] = {}
    for row in rows:
        home, currency = shipped_home(row.provider, row.region, shipped)
        lists.setdefault(home, []).append(row)
        if currency and currency != row.currency:
            card.report(
                row.place, "rate-card-currency",
                f"the list of {home.provider} in {home.region} is in {currency}, this rate in {row.currency}",
                remedy="give the rate in that currency, or name a region of your own: its book then stands alone",
            )  # fmt: skip
    for home, listed in lists.items():
        _put_list(card, builder, home, listed, shipped)
    card.check()
    return builder.imported()


def said_in(path: Path, model: str, meter: str, rate: Rate) -> tuple[Place, str]:
    """Where the card says this rate, and the line: of a card that was read without objection."""
    card = _Card(path)
    rows = [row for row in card.rows() if row.figure.meter == meter]
    found = [row for row in rows if row.figure.price * rate.per_units == rate.price * row.figure.per]
    named = [row for row in found if row.model == model] or found  # a name of ours may stand for the card's
    return (named[0].place, line_of(card.text, named[0].place.line)) if named else (Place(card.file), "")


def _put_list(card: _Card, builder: Builder, home: Home, rows: list[_Row], shipped: Pricebook) -> None:
    builder.draft(home, rows[0].currency)
    by_model: dict[str, list[_Row]] = {}
    for row in rows:
        if row.currency != rows[0].currency:
            card.report(
                row.place, "rate-card-currency", f"two currencies in the list of {home.provider} in {home.region}",
                expected=rows[0].currency, remedy="one list has one currency: give one of them another region",
            )  # fmt: skip
        by_model.setdefault(row.model, []).append(row)
    source = builder.source(home, confidence="official")
    for name, listed in by_model.items():
        known = shipped.resolve(name, home.provider, home.region) if shipped.provider_named(home.provider) else None
        ours = _listed(known, shipped) if isinstance(known, ResolvedModel) else None
        model = _model(card, builder.origin, ours.name if ours else name, listed, source)
        if ours:
            model = replace(model, aliases=ours.aliases, resold=ours.resold)
            for meter in _not_on_card(model, ours, builder.origin.read):
                builder.leave(home.provider, name, meter, "the list prices it, the card does not: import it --onto the list to keep that price")  # fmt: skip
        builder.put(home, model, name, home.provider)


def _listed(found: ResolvedModel, shipped: Pricebook) -> Model | None:
    """Our own entry for the model, unless the name only inherits from it."""
    if found.how not in ("exact", "alias"):
        return None
    return shipped.book(found.provider, found.region).models[found.model]


def _not_on_card(model: Model, ours: Model, day: date) -> list[str]:
    """Meters that our list prices and the card does not."""
    carded = {meter for block in model.blocks for meter in _meters_of(block.standard.rates, block.standard.bands)}
    current = [block for block in ours.blocks if block.starts is None or block.starts <= day]
    listed = _meters_of(current[-1].standard.rates, current[-1].standard.bands) if current else set()
    return sorted(listed - carded)


def _meters_of(rates: Mapping[str, object], bands: Iterable[object]) -> set[str]:
    return {*rates, *(meter for band in bands for meter in getattr(band, "rates", ()))}


def _model(card: _Card, origin: Origin, name: str, rows: list[_Row], source: str) -> Model:
    blocks = []
    for stretch in stretches(Validity(row.first, row.last, row) for row in rows):
        _check_stretch(card, stretch.held)
        locks = {row.locked_until for row in stretch.held}
        block = block_in(stretch, [row.figure for row in stretch.held], origin, source, "the rate card ends here")
        blocks.append(replace(block, locked_until=next(iter(locks), None)))
    return Model(name, tuple(blocks), blocks[0].place)


def _check_stretch(card: _Card, rows: tuple[_Row, ...]) -> None:
    """One day, one price of a meter; one block, one lock."""
    seen: list[_Row] = []
    for row in rows:
        for other in seen:
            if _same_place(row.figure, other.figure):
                card.report(
                    row.place, "rates-overlap", f"line {other.place.line} prices the same {row.figure.meter} on the same days",
                    remedy="end one of them with until before the other begins, or tell them apart by tier or length",
                )  # fmt: skip
        seen.append(row)
    for row in rows:
        if row.locked_until != rows[0].locked_until:
            card.report(
                row.place, "rate-card-lock", f"line {rows[0].place.line} of the same model has another locked_until",
                remedy="rates of one model that hold together are locked together",
            )  # fmt: skip


def _same_place(first: ImportedPrice, second: ImportedPrice) -> bool:
    """Both price one meter for some request of the same length."""
    if (first.meter, first.tier) != (second.meter, second.tier):
        return False
    if (first.over == 0 and first.up_to is None) != (second.over == 0 and second.up_to is None):
        return False  # a band replaces the rate without bounds
    ends = [end for end in (first.up_to, second.up_to) if end is not None]
    if not ends:
        return first.over == second.over
    return max(first.over, second.over) < min(ends)


class _Card:
    """The file, its rows, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        self.problems: dict[tuple[Place, str, str], Problem] = {}
        self.text = read_text(path)

    def rows(self) -> Iterator[_Row]:
        reader = csv.reader(StringIO(self.text, newline=""), strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            self._check_header(header)
            for cells in reader:
                if any(cell.strip() for cell in cells) and (row := self._row(header, cells, reader.line_num)):
                    yield row
        except csv.Error as error:
            raise fail("bad-csv", f"not CSV: {error}", place=Place(self.file, reader.line_num)) from error

    def report(self, place: Place, code: str, message: str, **details: object) -> None:
        width = details.pop("width", 1)
        problem = Problem(code, message, place, line_of(self.text, place.line), width, **details)  # type: ignore[arg-type]
        self.problems.setdefault((place, code, message), problem)

    def check(self) -> None:
        if self.problems:
            raise CostcalcError(list(self.problems.values()))

    def _check_header(self, header: list[str]) -> None:
        for position, name in enumerate(header):
            if name not in COLUMNS:
                self.report(
                    self._place(header, position, 1), "unknown-column", f'a rate card has no column "{name}"',
                    width=len(name), nearest=nearest_names(name, COLUMNS), expected=", ".join(COLUMNS),
                )  # fmt: skip
            elif name in header[:position]:
                self.report(self._place(header, position, 1), "duplicate-column", f'the column "{name}" stands twice')
        for name in NEEDED:
            if name not in header:
                self.report(Place(self.file, 1), "missing-column", f'a rate card needs the column "{name}"', expected=", ".join(COLUMNS))  # fmt: skip
        self.check()

    def _row(self, header: list[str], cells: list[str], line: int) -> _Row | None:
        if len(cells) != len(header):
            self.report(Place(self.file, line), "ragged-row", f"{len(cells)} cells under {len(header)} columns")
            return None
        values = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        places = {name: self._place(cells, position, line) for position, name in enumerate(header)}
        return _RowReader(self, values, places).row(Place(self.file, line))

    def _place(self, cells: list[str], position: int, line: int) -> Place:
        """Where a cell begins; in a line with quotes only the line is told."""
        if '"' in line_of(self.text, line):
            return Place(self.file, line)
        before = cells[:position]
        blanks = len(cells[position]) - len(cells[position].lstrip())
        return Place(self.file, line, sum(len(cell) + 1 for cell in before) + blanks + 1)


class _RowReader:
    """The cells of one row as values; every cell that is wrong is reported, not the first alone."""

    def __init__(self, card: _Card, values: Mapping[str, str], places: Mapping[str, Place]) -> None:
        self.card, self.values, self.places = card, values, places
        self.fine = True

    def row(self, place: Place) -> _Row | None:
        for name in NEEDED:
            if not self.values[name]:
                self.wrong(name, "empty-cell", f"the {name} is missing")
        over, up_to = self._tokens("input_above") or 0, self._tokens("input_up_to")
        if up_to is not None and up_to <= over:
            self.wrong("input_up_to", "empty-band", "no request is that long: input_up_to is not above input_above")
        first, last = self._day("from"), self._day("until")
        if first and last and last < first:
            self.wrong("until", "empty-period", f"it ends on {last}, before it begins on {first}")
        figure = ImportedPrice(
            self._meter(), self._price(), self._per(), self.values.get("tier", "").lower() or STANDARD, over, up_to
        )
        row = _Row(
            place, self.values["provider"], self._model(), self.values.get("region", ""), self._currency(), figure,
            first, last, self._day("locked_until"),
        )  # fmt: skip
        return row if self.fine else None

    def wrong(self, name: str, code: str, message: str, **details: object) -> None:
        self.fine = False
        self.card.report(self.places[name], code, message, width=max(len(self.values[name]), 1), **details)

    def _model(self) -> str:
        name = self.values["model"].lower()
        if "*" in name:
            self.wrong("model", "rate-card-glob", "a rate card prices models one by one", remedy="name the model")
        return name

    def _meter(self) -> str:
        name, known = self.values["meter"], meters().by_name
        if name and name not in known:
            self.wrong("meter", "unknown-meter", f'no meter is called "{name}"', nearest=nearest_names(name, known))
        return name

    def _price(self) -> Fraction:
        text = self.values["price"]
        try:
            price = read_number(text)
        except ValueError:
            if text:
                self.wrong("price", "bad-price", f'"{text}" is not a price', expected="a plain number: 3.00")
            return Fraction()
        if price < 0:
            self.wrong("price", "negative-price", "a price is never negative")
        return price

    def _per(self) -> int:
        text = self.values["per"].replace("_", "").lower()
        if text and text not in PER:
            self.wrong("per", "bad-unit", f'"{self.values["per"]}" is not a quantity', expected="1M, 1K or 1")
        return PER.get(text, 1)

    def _currency(self) -> str:
        code = self.values["currency"]
        if code and not re.fullmatch(r"[A-Z]{3}", code):
            self.wrong("currency", "bad-currency", f'"{code}" is not a currency', expected="an ISO 4217 code: USD")
        return code

    def _tokens(self, name: str) -> int | None:
        text = self.values.get(name, "")
        if text and not _COUNT.fullmatch(text):
            self.wrong(name, "bad-bound", f'"{text}" is not a number of tokens', expected="200000")
            return None
        return int(text) if text else None

    def _day(self, name: str) -> date | None:
        text = self.values.get(name, "")
        try:
            return read_day(text) if text else None
        except ValueError:
            self.wrong(name, "bad-date", f'"{text}" is not a date', expected="2026-04-18")
            return None
