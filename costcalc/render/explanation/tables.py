"""Explanations for programs: JSON in full, every factor an exact fraction; rows of one figure at the bottom of the chains."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from costcalc.meters import meters
from costcalc.pricebook.model import labels_text
from costcalc.render import fields as f
from costcalc.render import json_ as common
from costcalc.render.explanation.page import figures_of
from costcalc.render.fields import Field, Json, Rows
from costcalc.render.prices.words import file_text
from costcalc.render.rows import names_of, rows_by_name
from costcalc.reports.explanation import Explanation, Leaf, PriceUsed
from costcalc.reports.prices.rates import per_units


def hours_of(price: PriceUsed) -> str | None:
    """`peak` or `off-peak`; None: the price knows no hours."""
    off_peak = price.kind.key.off_peak if price.kind.key else None
    if price.schedule is None or off_peak is None:
        return None
    return "off-peak" if off_peak else "peak"


def _size(row: Json, _: object) -> int | None:
    """The units that a listed price is of."""
    leaf: Leaf = row["of"]
    return per_units(leaf.meter) if leaf.meter and leaf.quoted else None


STEP = f.fields(
    kind=f.text(lambda step, _: step.kind.replace(" ", "_")),
    name=f.text(lambda step, _: step.name or (step.change.written if step.change else None)), times=f.fraction,
    times_low=f.fraction("low"), times_high=f.fraction("high"), amount=f.fraction, currency=f.text,
    file=f.text("place.file"), line=f.integer("place.line"), rate_month=f.text("rate.month_used"),
    rate_basis=f.text("rate.basis"), rate_held=f.flag("rate.held"),
)  # fmt: skip
SOURCE = f.fields(key=f.text, address=f.said("url"), read=f.said, confidence=f.said)


def _if_listed(name: str) -> Any:
    """What is said of a figure that a list gave alone."""
    return lambda row, _: getattr(row["of"], name) if row["of"].quoted else None


def _counts(name: str) -> Field:
    return f.each(f.fields(meter=f.text("0"), count=f.count("1")), lambda row, _: getattr(row["of"], name).items())


def _price(row: Json, _: object) -> Fraction | None:
    leaf, size = row["of"], _size(row, None)
    return leaf.quoted.price * size if leaf.quoted and size else None


def _with_figures(name: str) -> Any:
    """The parts of a line or price, each with all the figures."""
    return lambda row, _: ({"of": part, "figures": row["figures"]} for part in getattr(row["of"], name))


def _shown(of: str) -> Any:
    return lambda row, _: getattr(row["figures"], of)(row["of"])


LEAF = f.fields(
    meter=f.text("of.meter"), basis=f.text("of.basis"),
    unit=f.text(lambda row, _: meters().by_name[row["of"].meter].unit if row["of"].meter else None),
    reported=f.count(_if_listed("reported")), taken_out=_counts("taken"), billed_with_it=_counts("kept"),
    quantity=f.fraction(_if_listed("quantity")), price=f.fraction(_price), per_units=f.integer(_size),
    source=f.part(SOURCE, "of.source"), steps=f.each(STEP, "of.steps"), listed=f.amount("of.listed"),
    why_stated=f.said("of.why_stated"), hike_not_applied=f.flag("of.hike_not_applied"),
    cost=common.cost("of.cost", _shown("of_leaf")),
    exactly=f.part(
        f.fields(cost_before=f.fraction("before"), cost_low=f.fraction("low"), cost=f.fraction("mid"), cost_high=f.fraction("high")),
        "of.cost",
    ),
)  # fmt: skip
BLOCK = f.fields(
    file=f.text(lambda quote, _: file_text(quote.block.place.file)), line=f.integer("block.place.line"),
    currency=f.text("book.currency"), timezone=f.text("book.timezone"), in_force_since=f.text("block.starts"),
    first_seen=f.text("block.observed"), status=f.text("block.status"), is_estimate=f.flag,
    locked_until=f.text("block.locked_until"), corrected=f.said("block.corrected"),
    self_hosted=f.flag(lambda quote, _: quote.block.self_hosted is not None),
)  # fmt: skip


def _block(row: Json, _: object) -> Any:
    price: PriceUsed = row["of"]
    return price.quote if price.quote and price.quote.block and price.leaves[0].quoted else None


BAND = f.fields(
    basis=f.text("kind.band_basis"), input_over=f.integer("bounds.input_over"), input_up_to=f.integer("bounds.input_up_to"),
    output_over=f.integer("bounds.output_over"), output_up_to=f.integer("bounds.output_up_to"),
    labels=f.said(lambda row, _: labels_text(row.bounds.labels)),
)  # fmt: skip
PRICE = f.fields(
    provider=f.text("of.kind.provider"), model=f.text("of.kind.model"), region=f.text("of.kind.key.region"),
    names_in_the_log=f.each(f.fields(name=f.text, how=f.text, region=f.text("region_how")), "of.names"),
    billed_as=f.said("of.billed_as"), month=f.text("of.kind.month"), rows=f.integer("of.rows"),
    requests=f.count("of.requests"), tokens=f.count("of.tokens"), block=f.part(BLOCK, _block),
    service_tier=f.text("of.kind.key.service_tier"), thinking=f.flag("of.kind.key.thinking"), band=f.part(BAND, lambda row, _: row["of"] if row["of"].bounds else None),
    schedule=f.text("of.schedule.name"), hours=f.text(lambda row, _: hours_of(row["of"])),
    shared_out_by_hours=f.flag("of.kind.weighted"), commitment=f.part(common.COMMITTED, "of.committed"),
    cost=common.cost("of.cost", _shown("of_price")), meters=f.each(LEAF, _with_figures("leaves")),
)  # fmt: skip


def _share(row: Json, report: Any) -> Fraction | None:
    total = report.total.before
    return row["of"].cost.before / total if total and row["of"].prices else None


LINE = f.fields(
    names=f.names(lambda row, report: names_of(row["of"].key, report.by)),
    cost=common.cost(lambda row, _: row["of"].cost if row["of"].prices else None, _shown("of_line")), share=f.ratio(_share),
    rows=f.integer("of.rows"), requests=f.count("of.requests"), tokens=f.count("of.tokens"),
    prices=f.each(PRICE, _with_figures("prices")), unpriced=f.each(common.UNPRICED, "of.unpriced"),
)  # fmt: skip
IN_COINS = f.fields(
    total=common.cost("of.total", "figures.total"), total_exactly=f.fraction("of.total.mid"),
    explained=common.cost("of.explained", "figures.explained"), explained_exactly=f.fraction("of.explained.mid"),
    covered=f.amount("of.covered"), lines_in_all=f.integer("of.line_count"), lines=f.each(LINE, _with_figures("lines")),
)  # fmt: skip
CHOICE = f.fields(
    lines=f.each(f.fields(name=f.text("0"), globs=f.texts("1")), lambda choice, _: choice.lines.items()), meter=f.said,
)  # fmt: skip
EXPLANATION = f.fields(
    schema=f.constant("costcalc.explanation/1"), currency=f.text, complete=f.flag("is_complete"), usage=common.USAGE,
    configuration=common.configuration(),
    changes=f.each(common.CHANGE, lambda report, _: ({"change": each.change, "touched": each} for each in report.changes)),
    by=f.texts, choice=f.part(CHOICE),
    in_coins=f.inline(IN_COINS, lambda report, _: {"of": report, "figures": figures_of(report)}), basis=common.BASIS,
    commitments=f.each(common.COMMITTED, "rating.commitments"), assumptions=common.ASSUMPTIONS,
    exchange_rates=common.EXCHANGE_RATES,
)  # fmt: skip


# --- rows -----------------------------------------------------------------------------------------------------------------
def _thinking(row: Json, _: object) -> str | None:
    key = row["price"].kind.key if "price" in row else None
    return None if key is None else {True: "yes", False: "no", None: "partly"}[key.thinking]


def _of_block(name: str) -> Any:
    """What is said of the block of prices that a figure comes from."""

    def value(row: Json, report: Any) -> Any:
        quote = row["price"].quote if row.get("of") and row["of"].quoted else None
        return f.found(name, quote and quote.block, report)

    return value


def _of_leaf(made: Any) -> Any:
    return lambda row, report: made(row, report) if "of" in row else None


COLUMNS = f.fields(
    billed_provider=f.text("billed.provider"), billed_model=f.text("billed.model"), list=f.text("price.kind.key.region"),
    price_month=f.text("price.kind.month"), tier=f.text("price.kind.key.service_tier"), thinking=f.value(_thinking),
    hours=f.value(_of_leaf(lambda row, _: hours_of(row["price"]))), input_over=f.value("of.bounds.input_over"),
    input_up_to=f.value("of.bounds.input_up_to"), output_over=f.value("of.bounds.output_over"),
    output_up_to=f.value("of.bounds.output_up_to"),
    band_basis=f.value(_of_leaf(lambda row, _: row["price"].kind.band_basis if row["of"].bounds else None)),
    meter=f.text("billed.meter"), basis=f.text("of.basis"), rows=f.integer("billed.rows"),
    reported=f.count(_of_leaf(_if_listed("reported"))), quantity=f.count(_of_leaf(_if_listed("quantity"))),
    price=f.decimal(_of_leaf(_price)), per_units=f.integer(_of_leaf(_size)),
    price_currency=f.text(_of_leaf(lambda row, _: row["of"].steps[0].currency if row["of"].steps else None)),
    book=f.value(lambda row, report: _file(_of_block("place.file")(row, report))), book_line=f.integer(_of_block("place.line")),
    in_force_since=f.text(_of_block("starts")), first_seen=f.text(_of_block("observed")),
    source=f.value(_of_leaf(lambda row, _: row["of"].source and (row["of"].source.url or row["of"].source.key))),
    source_read=f.said("of.source.read"), cost_before=f.amount("of.cost.before", "shown.before"),
    cost=f.amount("of.cost.mid", "shown.mid"), currency=f.CURRENCY, unpriced=f.text("unpriced.reason"),
    unpriced_tokens=f.count("unpriced.tokens"),
)  # fmt: skip


def _file(path: str | None) -> str | None:
    return path and file_text(path)


def explanation_rows(report: Explanation) -> Rows:
    """A row a figure, and one for what has no price; exact beside rounded amounts."""
    return rows_by_name(COLUMNS, report.by, _rows(report), report)


def _rows(report: Explanation) -> Iterator[Json]:
    figures = figures_of(report)
    for line in report.lines:
        for price in line.prices:
            billed = {"provider": price.kind.provider, "model": price.billed_as or price.kind.model, "rows": price.rows}
            for leaf in price.leaves:
                yield {
                    "key": line.key, "of": leaf, "price": price, "billed": billed | {"meter": leaf.meter},
                    "shown": figures.of_leaf(leaf),
                }  # fmt: skip
        yield from ({"key": line.key, "billed": part, "unpriced": part} for part in line.unpriced)
