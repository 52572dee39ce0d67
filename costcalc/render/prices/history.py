"""The history of one model on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.pricebook.model import Bounds
from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Drawing, Facts, Gap, Grid, Note
from costcalc.render.fields import Json, Rows
from costcalc.render.prices.chart import step_chart
from costcalc.render.prices.parts import LINE, SCHEDULE, change_cell, price_of
from costcalc.render.prices.sheet import list_parts, model_title
from costcalc.render.prices.words import (
    and_text,
    label_of,
    length_text,
    per_text,
    schedule_text,
    since_text,
    title_of,
    tokens_text,
    variant_text,
)
from costcalc.render.words import DASH, capital, day_text, percent_text, price_text
from costcalc.render.written import Writers
from costcalc.reports.prices.history import HistoryEntry, LengthHistory, MeterStep, PriceHistory
from costcalc.reports.prices.rates import Variant, meter_order

FIRST_SEEN = "first seen"
_FIRST = ("input_tokens", "cache_read_tokens", "output_tokens")  # stand in the first table
_MOST = {False: 3, True: 5}  # meters side by side


def history_blocks(report: PriceHistory, is_wide: bool) -> Sequence[Block]:
    """The table of blocks by date, what else happened on those days, and a chart."""
    return [
        Note(f"{_headline(report)}.", "strong"),
        *_tables(report, is_wide),
        *_remarks(report),
        *_chart(report),
        Gap(),
        Facts(list(_facts(report))),
    ]


PRICE = LINE | f.fields(
    price=price_of("moved.price.of_one"), change=f.ratio("moved.change"), first_seen=f.boolean("moved.is_first_seen"),
)  # fmt: skip
BLOCK = f.fields(
    starts=f.text("entry.starts"), at_least_since=f.text("entry.observed"), status=f.text("entry.status"),
    withdrawn=f.said("entry.withdrawn"), redirected_to=f.text("entry.redirected_to"),
    schedule=f.part(SCHEDULE, "entry.schedule"), note=f.said("entry.note"),
    corrected=f.said("entry.corrected"), prices=f.each(PRICE),
)  # fmt: skip
HISTORY = f.fields(
    schema=f.constant("costcalc.prices-history/1"), provider=f.text("found.provider"), model=f.text("found.model"),
    region=f.text("found.region"), region_how=f.text("found.region_how"), other_regions=f.texts,
    currency=f.text("book.currency"), timezone=f.text("book.timezone"), day=f.text,
    blocks=f.each(BLOCK, lambda report, _: _blocks(report)),
    never_applied=f.each(f.fields(starts=f.text, status=f.text, note=f.said)),
)  # fmt: skip
COLUMNS = f.fields(
    provider=f.text("report.found.provider"), region=f.text("report.found.region"), model=f.text("report.found.model"),
    currency=f.text("report.book.currency"), starts=f.text("entry.starts"), at_least_since=f.text("entry.observed"),
    status=f.text("entry.status"),
) | PRICE  # fmt: skip


def history_rows(report: PriceHistory) -> Rows:
    """A row a price of a block."""
    rows = [block | price | {"report": report} for block in _blocks(report) for price in block["prices"]]
    return f.rows_with(COLUMNS, rows, None)


def _blocks(report: PriceHistory) -> Iterator[Json]:
    """Every entry with its prices."""
    for position, entry in enumerate(report.entries):
        prices = [
            {"variant": variant, "bounds": each.bounds, "meter": meter, "moved": moved}
            for variant, each in _kinds(report)
            for (kind, meter), moved in each.moves[position].items()
            if kind == variant
        ]
        yield {"entry": entry, "prices": prices}


def _kinds(report: PriceHistory) -> list[tuple[Variant, LengthHistory]]:
    return [(variant, each) for each in report.lengths for variant in report.variants]


def _headline(report: PriceHistory) -> str:
    """What its first meter costs now, by how much that moved since the first price, and what is published."""
    name = f"{report.found.provider}/{report.found.model}"
    now = [place for place, entry in enumerate(report.entries) if entry.starts is None or entry.starts <= report.day]
    if not report.lengths or not report.variants or not now:
        return f"{name} has no price on {day_text(report.day)}"
    each, entry = report.lengths[0], report.entries[now[-1]]
    meter = next((meter for kind, meter in each.moves[now[-1]] if kind == report.variants[0]), None)
    if meter is None:
        since = f" since {_begin(entry)}" if len(now) > 1 else ""
        return f"{name} has no price on {day_text(report.day)}{since and f', none{since}'}"
    line = report.variants[0], meter
    known = [place for place in now if line in each.moves[place]]
    begun = next((place for place in known if not report.entries[place].before), known[-1])
    first, price = each.moves[begun][line].price, each.moves[now[-1]][line].price
    length = f" up to {tokens_text(each.bounds.input_up_to)}" if each.bounds.input_up_to else ""
    costs = f"{price_text(price.per(meter))} {report.book.currency} per {per_text(meter)} of {label_of(meter)}{length}"
    place = now[-1]  # a block may bring nothing new for this meter: its price began with an earlier one
    while place > begun and line in (moves := each.moves[place - 1]) and moves[line].price.of_one == price.of_one:
        place -= 1
    entry = report.entries[place]
    since = "since " + _begin(entry).replace("by ", "at least ")
    before = _begin(report.entries[begun])
    moved = price.of_one / first.of_one - 1 if first.of_one else Fraction()
    if begun != place:
        since += f", {percent_text(moved, signed=True)} against {before}" if moved else f", as on {before}"
    coming = report.entries[now[-1] + 1 :]
    later = f"; another price from {_begin(coming[0])}" if coming else ""
    return f"{name} costs {costs} {since}{later}"


def _begin(entry: HistoryEntry) -> str:
    """`7 Jul 2025`; `by 20 Apr 2026` where that is the day it was seen; `before 7 Jul 2025` where more was known from then on."""
    return f"before {day_text(entry.before)}" if entry.before else since_text(entry.starts, entry.observed)


def _facts(report: PriceHistory) -> Iterator[tuple[str, tuple[str, ...]]]:
    found = report.found
    yield "model", (f"{found.provider}/{found.model}", *list_parts(found, report.other_regions))
    moves = [each.moves for each in report.lengths]
    priced = sorted({meter for many in moves for entry in many for _, meter in entry}, key=meter_order)
    units = dict.fromkeys(per_text(meter) for meter in priced)
    if units:
        yield "prices", (f"{report.book.currency} per {and_text(list(units))}", f"days of {report.book.timezone}")


def _tables(report: PriceHistory, is_wide: bool) -> Iterator[Block]:
    """Meters side by side, a row a block; for each length and kind of request of its own, one beneath the other."""
    kinds = _kinds(report)
    found = {meter for v, each in kinds for moves in each.moves for kind, meter in moves if kind == v}
    meters = sorted(found, key=lambda meter: (meter not in _FIRST, meter_order(meter)))
    most = _MOST[is_wide]
    for begin in range(0, len(meters), most):
        yield Gap()
        yield _table(report, kinds, meters[begin : begin + most])


def _table(report: PriceHistory, kinds: Sequence[tuple[Variant, LengthHistory]], meters: Sequence[str]) -> Grid:
    has_hours = any(variant.off_peak for variant in report.variants)
    columns = [Column("From", "name")]
    moves = len(report.entries) > 1
    for meter in meters:
        columns += [Column(title_of(meter)), *([Column("", joins=True)] if moves else [])]
    rows: list[list[Cell]] = []
    for variant, each in kinds:
        title = _title(variant, each.bounds, report, has_hours)
        if title:
            rows.append([Cell(title, "strong"), *(Cell() for _ in columns[1:])])
        for entry, prices in zip(report.entries, each.moves, strict=True):
            name = _begin(entry) + _mark(entry, report)
            cells = [Cell(name, indent=1 if title else 0)]
            for meter in meters:
                cells += _cells(prices.get((variant, meter)), meter)[: 2 if moves else 1]
            rows.append(cells)
    return Grid(columns, rows)


def _cells(moved: MeterStep | None, meter: str) -> list[Cell]:
    if moved is None:
        return [Cell(DASH, "quiet"), Cell()]
    price = Cell(price_text(moved.price.per(meter)))
    return [price, change_cell(moved.change, FIRST_SEEN if moved.is_first_seen else "")]


def _title(variant: Variant, bounds: Bounds, report: PriceHistory, has_hours: bool) -> str:
    kind = variant_text(variant, has_hours) if len(report.variants) > 1 else ""
    length = length_text(bounds) if len(report.lengths) > 1 else ""
    return capital(", ".join(part for part in (length, kind.lower() if length else kind) if part))


def _mark(entry: HistoryEntry, report: PriceHistory) -> str:
    return " *" if entry.starts and entry.starts > report.day else ""


def _remarks(report: PriceHistory) -> Iterator[Block]:
    rows = [
        (_begin(entry), tuple(texts))
        for position, entry in enumerate(report.entries)
        if (texts := list(_remark(report, position, entry)))
    ]
    for block in report.never_applied:
        rows.append(
            (since_text(block.starts, block.observed), (f"{block.status}: never applied. {block.note}".strip(),))
        )
    if any(_mark(entry, report) for entry in report.entries):
        yield Note("* Published for a day to come.", "quiet")
    if rows:
        yield Gap()
        yield Facts(rows, each_in_a_line=True)


def _remark(report: PriceHistory, position: int, entry: HistoryEntry) -> Iterator[str]:
    if entry.starts is None:
        seen = (
            f"seen on {day_text(entry.observed)}"
            if entry.before and entry.observed
            else "that day it was seen, before it"
        )
        yield f"start unknown: {seen}{',' if entry.before else ''} an estimate"
    if entry.withdrawn:
        yield f"no price from here on: {entry.withdrawn}"
    if entry.redirected_to:
        yield f"billed as {entry.redirected_to}"
    if entry.schedule_changes and entry.schedule:
        yield schedule_text(entry.schedule)
    elif entry.schedule_changes and not entry.withdrawn:
        yield "one price at all hours again"
    observed = {
        (meter, moved.price.observed)
        for each in report.lengths
        for (variant, meter), moved in each.moves[position].items()
        if variant in report.variants and moved.price.observed and moved.price.observed != entry.starts
    }
    for meter, day in sorted(observed, key=lambda pair: (meter_order(pair[0]), pair[1])):
        yield f"{label_of(meter)}: first seen on {day_text(day)}, before it an estimate"
    if entry.corrected:
        yield f"corrected: {entry.corrected}"
    if entry.note:
        yield entry.note


def _chart(report: PriceHistory) -> Iterator[Block]:
    lines = report.chart
    if not lines or max(len(line.steps) for line in lines) < 2:
        return
    fronts = [line for line in lines if not line.variant.thinking][:2]
    if not fronts:
        return
    meter = fronts[0].meter
    length = report.lengths[0].bounds
    which = f", {length_text(length)}" if len(report.lengths) > 1 else ""
    kinds = " · ".join(
        f"{mark} {variant_text(line.variant, has_hours=True).lower()}" for mark, line in zip("─╌", fronts, strict=False)
    )
    title = f"{title_of(meter)}, {report.book.currency} per {per_text(meter)}{which}"
    yield Gap()
    yield Note(title + (f"   {kinds}" if len(fronts) > 1 else ""), "quiet")
    yield Drawing(lambda width: step_chart([line.steps for line in fronts], report.day, width))


WRITTEN = Writers(model_title, page=history_blocks, rows=history_rows, json=HISTORY)
