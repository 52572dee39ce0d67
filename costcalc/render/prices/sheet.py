"""The sheet of one model on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from costcalc.meters import meters
from costcalc.money import round_half_up
from costcalc.pricebook.load import is_shipped
from costcalc.pricebook.model import Bounds, PriceBlock, Source
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.pricebook.selfhosted import Derivation, DerivationStep
from costcalc.pricebook.terms import Commitment, Discount
from costcalc.render import fields as f
from costcalc.render.blocks import Block, Facts, Folded, Gap, Note, apart, noted
from costcalc.render.fields import Json, Rows
from costcalc.render.prices.parts import BOUNDS, LINE, SCHEDULE, SOURCE, price_of
from costcalc.render.prices.tables import price_tables
from costcalc.render.prices.words import (
    and_text,
    file_text,
    label_of,
    per_text,
    schedule_text,
    since_text,
    spans_of,
    variant_text,
)
from costcalc.render.words import (
    capital,
    counted,
    day_text,
    decimal_text,
    money_text,
    percent_text,
    plain_percent,
    price_text,
)
from costcalc.render.written import Writers
from costcalc.reports.prices.history import PriceHistory
from costcalc.reports.prices.rates import PLAIN, Price, Variant, per_units
from costcalc.reports.prices.sheet import MeterChange, NextChange, PriceSheet

_NAMES_SHOWN = 8
_METERS_SAID = 3  # in the sentence that opens the page
HOWS = {"stated": "as asked for", "chosen": "as chosen", "default": "default list", "only list": "its only list"}


def sheet_blocks(sheet: PriceSheet, is_wide: bool) -> Sequence[Block]:
    """Everything about one model on one day."""
    has_hours = sheet.schedule is not None and any(variant.off_peak for variant in sheet.variants)
    return [
        Note(f"{_headline(sheet)}.", "strong"),
        *price_tables(sheet.lengths, sheet.variants, sheet.book.currency, has_hours, is_wide),
        *_length_notes(sheet),
        *_derived(sheet.derivation),
        Gap(),
        Facts(list(_facts(sheet))),
        Gap(),
        *_said_by(sheet),
        *apart(noted(map(Note, _notes(sheet)))),
    ]


PRICE = LINE | f.fields(price=price_of("price.of_one"))
TERM = f.fields(
    what=f.text("selector"), from_=f.text("from_day"), until=f.text("until_day"), note=f.said,
    file=f.text(lambda term, _: file_text(term.place.file)), line=f.integer("place.line"),
)  # fmt: skip
SHEET = f.fields(
    schema=f.constant("costcalc.prices-show/1"), provider=f.text("found.provider"), model=f.text("found.model"),
    region=f.text("found.region"), region_how=f.text("found.region_how"), other_regions=f.texts,
    currency=f.text("book.currency"), timezone=f.text("book.timezone"), day=f.text, billed_as=f.text("model.name"),
    has_price=f.flag(lambda sheet, _: sheet.block is not None), reason=f.said, since=f.text,
    at_least_since=f.text("observed"), retired=f.text("end.day"), successor=f.said("end.successor"),
    status=f.text("block.status"), locked_until=f.text("block.locked_until"), schedule=f.part(SCHEDULE),
    modifiers=f.each(f.fields(
        label=f.text, value=f.value, tokens=f.ratio("share"), first_seen_on=f.text("observed"),
        source=f.part(SOURCE, lambda each, sheet: sheet.book.sources.get(each.source)),
    )),
    prices=f.each(
        PRICE | f.fields(first_seen_on=f.text("price.observed"), source=f.said("price.source")), lambda sheet, _: _prices(sheet)
    ),
    unpriced_lengths=f.each(BOUNDS, "unpriced"),
    derivation=f.each(f.fields(what=f.text, formula=f.text, value=f.decimal, unit=f.text), "derivation.steps"),
    sources=f.each(SOURCE, lambda sheet, _: sheet.sources.values()),
    next_change=f.part(f.fields(
        starts=f.text, status=f.text, withdrawn=f.said,
        changes=f.each(LINE | f.fields(before=price_of("before"), after=price_of("after"), change=f.ratio("ratio"))),
    )),
    aliases=f.texts("model.aliases"), notes=f.texts(lambda sheet, _: _notes(sheet)), corrected=f.said("block.corrected"),
    file=f.text(lambda sheet, _: file_text(sheet.layers[0].place.file)), line=f.integer("layers.0.place.line"),
    is_shipped=f.flag(lambda sheet, _: is_shipped(sheet.layers[0].place.file)),
    over=f.texts(lambda sheet, _: [file_text(layer.place.file) for layer in sheet.layers[1:]]),
    discounts=f.each(TERM | f.fields(off=f.ratio("share"))),
    commitments=f.each(TERM | f.fields(amount=f.decimal("amount.amount"), currency=f.text("amount.currency"))),
    checked=f.text("book.checked"),
)  # fmt: skip
COLUMNS = f.fields(
    provider=f.text("sheet.found.provider"), region=f.text("sheet.found.region"), model=f.text("sheet.found.model"),
    currency=f.text("sheet.book.currency"), day=f.text("sheet.day"), since=f.text("sheet.since"),
    at_least_since=f.text("sheet.observed"),
) | PRICE | f.fields(source=f.text("source.url"), source_read=f.text("source.read"), confidence=f.text("source.confidence"))  # fmt: skip


def sheet_rows(sheet: PriceSheet) -> Rows:
    """A row a price."""
    return f.rows_with(COLUMNS, _prices(sheet) if sheet.block else (), sheet)


def _prices(sheet: PriceSheet) -> Iterator[Json]:
    for each in sheet.lengths:
        for (variant, meter), price in each.on[0].items():
            if variant in sheet.variants:
                yield {
                    "variant": variant, "bounds": each.bounds, "meter": meter, "price": price, "sheet": sheet,
                    "source": sheet.sources.get(price.source, Source("", "")),
                }  # fmt: skip


def model_title(report: PriceSheet | PriceHistory) -> str:
    return f"{report.found.provider}/{report.found.model}"


def list_parts(found: ResolvedModel, other_regions: Sequence[str]) -> Iterator[str]:
    """Which list it is, why that one, and which others there are."""
    yield f"{found.region} ({HOWS.get(found.region_how, found.region_how)})"
    if other_regions:
        yield f"also on {and_text(sorted(other_regions))}: --region"


def change_text(change: MeterChange) -> str:
    """`input +100.0%`, `cached input new at 0.50`."""
    label = label_of(change.meter)
    if change.after is None:
        return f"{label} no longer priced"
    if change.ratio is None:
        return f"{label} new at {price_text(change.after * per_units(change.meter))}"
    return f"{label} {percent_text(change.ratio, signed=True)}"


def _headline(sheet: PriceSheet) -> str:
    """What the shortest requests cost, or why they have no price, and what is published for later."""
    name, block = f"{sheet.found.provider}/{sheet.found.model}", sheet.block
    if block is None or not sheet.lengths:
        return f"{name} has no price on {day_text(sheet.day)}: {sheet.reason or 'its price is derived'}"
    variant, first = sheet.variants[0], sheet.lengths[0]
    prices = {meter: price for (kind, meter), price in first.on[0].items() if kind == variant}
    length = f", {_spans(first.bounds)}" if len(sheet.lengths) > 1 and _spans(first.bounds) else ""
    has_hours = sheet.schedule is not None and any(each.off_peak for each in sheet.variants)
    kind = "" if variant == PLAIN and not has_hours else f" ({variant_text(variant, has_hours).lower()})"
    after = f"; another price from {day_text(sheet.next_change.starts)}" if sheet.next_change else ""
    return f"{name} costs {costs_text(prices, sheet.book.currency)}{length}{kind}{after}"


def costs_text(prices: Mapping[str, Price], currency: str) -> str:
    """`2.50 CNY per 1M tokens of input and 10.00 CNY of output`: the whole meters, at most three."""
    wholes = [meter for meter in prices if meters().by_name[meter].part_of is None][:_METERS_SAID]
    said: list[str] = []
    unit = ""
    for meter in wholes:
        per = "" if per_text(meter) == unit else f" per {per_text(meter)}"
        unit = per_text(meter)
        what = f" of {label_of(meter)}" if meters().by_name[meter].unit == "token" else ""
        said.append(f"{price_text(prices[meter].per(meter))} {currency}{per}{what}")
    return and_text(said)


def _facts(sheet: PriceSheet) -> Iterator[tuple[str, tuple[str, ...]]]:
    found, book = sheet.found, sheet.book
    yield "model", (f"{found.provider}/{found.model}", *list_parts(found, sheet.other_regions))
    if sheet.model.name != found.model:
        yield "billed as", (sheet.model.name,)
    if sheet.block:
        yield "price", tuple(_since(sheet, sheet.block))
    if sheet.end:
        yield "ends", tuple(_end(sheet))
    if sheet.schedule:
        yield "hours", (schedule_text(sheet.schedule),)
    if sheet.next_change:
        yield "next", tuple(_next(sheet.next_change))
    if sheet.model.aliases:
        more = len(sheet.model.aliases) - _NAMES_SHOWN
        names = sheet.model.aliases[:_NAMES_SHOWN]
        yield "names", (*names, f"and {more} more") if more > 0 else names
    yield "days", (f"begin at 00:00 {book.timezone}",)


def _since(sheet: PriceSheet, block: PriceBlock) -> Iterator[str]:
    yield f"on {day_text(sheet.day)}"
    if sheet.since is None:
        yield f"in force {since_text(None, block.observed)}, the start unknown: an estimate before that day"
    else:
        yield f"in force since {day_text(sheet.since)}"
    if block.status == "announced":
        yield "announced"
    if block.locked_until:
        yield f"locked until {day_text(block.locked_until)}"


def _end(sheet: PriceSheet) -> Iterator[str]:
    assert sheet.end is not None
    past = "ended on" if sheet.end.day <= sheet.day else "on"
    yield f"{past} {day_text(sheet.end.day)}: it cannot be bought from then on"
    if sheet.end.successor:
        yield f"{sheet.found.provider} names {sheet.end.successor} in its place"
    if source := sheet.book.sources.get(sheet.end.source):
        yield f"by {source.url}"


def _next(change: NextChange) -> Iterator[str]:
    status = ", announced" if change.status == "announced" else ""
    yield f"{day_text(change.starts)}{status}"
    if change.withdrawn:
        yield f"no price any more: {change.withdrawn}"
        return
    plain = [each for each in change.changes if each.variant == PLAIN and each.bounds.input_over == 0]
    texts = dict.fromkeys(change_text(each) for each in plain or change.changes)
    yield from texts or ("no price changes",)
    if len(change.changes) > len(plain) > 0:
        yield "and other kinds of request: costcalc prices history"


def _derived(found: Derivation | None) -> Iterator[Block]:
    """How the prices of a model of one's own follow from its facts."""
    if found is None:
        return
    yield Gap()
    rows = [(step.what, (f"{step.formula} = {_value_text(step)}",)) for step in found.steps]
    yield Facts(rows, each_in_a_line=True)


def _value_text(step: DerivationStep) -> str:
    if step.unit == "token":
        return f"{decimal_text(round_half_up(step.value, 0))} tokens"
    if step.unit == "GPU":
        return counted(step.value.numerator, "GPU")
    return f"{price_text(step.value)} {step.unit}"


def _length_notes(sheet: PriceSheet) -> Iterator[Block]:
    for bounds in sheet.unpriced:
        spans = _spans(bounds)
        yield Note(f"Requests of {spans} tokens have no price.")
    for each in sheet.modifiers:
        seen = f", an estimate before {day_text(each.observed)}" if each.observed else ""
        share = plain_percent(each.share)
        yield Note(f"Rows with {each.label} {each.value}: every token at {share} of these prices{seen}.")


def _spans(bounds: Bounds) -> str:
    return " and ".join(spans_of(bounds))


def _said_by(sheet: PriceSheet) -> Iterator[Block]:
    """Who says so; on a screen of several the one that says most, and how many more there are."""
    whole = Facts(list(_origins(sheet)), each_in_a_line=True)
    more = len(sheet.meters_of) - 1
    if more < 1:
        yield whole
        return
    first = [*whole.rows[:1], ("", (f"{counted(more, 'more source')}: --notes",)), *whole.rows[1 + more :]]
    yield Folded([Facts(first, each_in_a_line=True)], [whole])


def _origins(sheet: PriceSheet) -> Iterator[tuple[str, tuple[str, ...]]]:
    label = "source"
    several = len(sheet.meters_of) > 1
    for key, names in sheet.meters_of.items():
        source = sheet.sources.get(key, Source(key, ""))
        yield label, tuple(_source(source, names if several else ()))
        label = ""
    if not sheet.meters_of and sheet.block:
        yield label, ("none is named",)
    if terms := tuple(_terms(sheet)):
        yield "contract", terms
    yield "book", tuple(_book(sheet))


def _source(source: Source, names: Sequence[str]) -> Iterator[str]:
    read = f"read {source.read}" if source.read else "not said when it was read"
    which = f" ({', '.join(label_of(name) for name in names)})" if names else ""
    yield f"{source.confidence or 'of unknown confidence'}, {read}{which}"
    yield source.url or source.key


def _notes(sheet: PriceSheet) -> Iterator[str]:
    block = sheet.block
    candidates = [sheet.model.note]
    if block:
        candidates += [block.note, f"Corrected: {block.corrected}" if block.corrected else ""]
    differ = [
        f"Catalogues differ. {each.why} Believed until {day_text(each.until)}; {each.source}."
        for each in sheet.decisions
    ]
    yield from dict.fromkeys(text for text in (*candidates, *_first_seen(sheet), *differ) if text)


def _first_seen(sheet: PriceSheet) -> Iterator[str]:
    """Prices of the block that are known from a later day only."""
    seen: dict[tuple[date, Variant, str], dict[str, None]] = {}
    for each in sheet.lengths:
        for (variant, meter), price in each.on[0].items():
            if price.observed and variant in sheet.variants and sheet.block and sheet.block.starts != price.observed:
                seen.setdefault((price.observed, variant, _spans(each.bounds)), {})[label_of(meter)] = None
    for (day, variant, spans), labels in seen.items():
        kind = "" if variant == PLAIN else f"{variant_text(variant, variant.off_peak)} "
        length = f", {spans}" if spans else ""
        yield capital(f"{kind}{and_text(list(labels))}{length}: first seen on {day_text(day)}, an estimate before.")


def _book(sheet: PriceSheet) -> Iterator[str]:
    first, *others = sheet.layers
    own = not is_shipped(first.place.file)
    checked = f", checked {day_text(sheet.book.checked)}" if sheet.book.checked and not own else ""
    yield f"{file_text(first.place.file)}, line {first.place.line}{checked}"
    if others:
        beneath = and_text([file_text(layer.place.file) for layer in others])
        yield f"goes before {beneath}: of several books of one list, the model of the last one given wins"
    elif own:
        yield "your own; no shipped book has this model on this list"


def _terms(sheet: PriceSheet) -> Iterator[str]:
    for discount in sheet.discounts:
        yield f"{plain_percent(discount.share)} off {discount.selector}{_span(discount)}{_place(discount)}"
    for commitment in sheet.commitments:
        amount = money_text(commitment.amount.amount, commitment.amount.currency)
        yield f"{amount} a month at least for {commitment.selector}{_span(commitment)}{_place(commitment)}"
    if sheet.discounts:
        yield "the prices above are the list's: discounts come off them, in this order"


def _span(term: Discount | Commitment) -> str:
    begin = f" from {day_text(term.from_day)}" if term.from_day else ""
    return begin + (f" until {day_text(term.until_day)}" if term.until_day else "")


def _place(term: Discount | Commitment) -> str:
    return f" ({file_text(term.place.file)}, line {term.place.line})"


WRITTEN = Writers(model_title, page=sheet_blocks, rows=sheet_rows, json=SHEET)
