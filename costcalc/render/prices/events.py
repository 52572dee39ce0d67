"""The catalogue of rises and cuts on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.calendar import read_day, read_month
from costcalc.pricebook.events import Event
from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Note, grid
from costcalc.render.cells import change_style
from costcalc.render.fields import Rows
from costcalc.render.prices.words import file_text
from costcalc.render.words import DASH, counted, day_text, month_text, plain_percent
from costcalc.render.written import Writers
from costcalc.reports.prices.events import Catalogue


def event_blocks(found: Catalogue, is_wide: bool) -> Sequence[Block]:
    """A row an event; those that were named, in full."""
    if found.in_full:
        return [block for event in found.events for block in _in_full(event)]
    table = grid([
        Column("Event", "name", of=lambda event: Cell(event.id)),
        Column("Change", of=lambda event: Cell(change_range(event), change_style(_high(event)))),
        is_wide and Column("From", of=lambda event: Cell(partial_day(event.effective) or DASH)),
        is_wide and Column("Status", "text", of=lambda event: Cell(_status(event), "quiet")),
        is_wide and Column("Source", "text", of=lambda event: Cell(event.confidence, "quiet")),
        Column("What", "text", of=lambda event: Cell(event.scope if is_wide else f"{partial_day(event.effective) or _status(event)}: {event.scope}")),
    ], found.events)  # fmt: skip
    end = (Gap(), Note("Any of them in full: costcalc prices events NAME.", "quiet"))
    return [_headline(found), *((Gap(), table, *end) if found.events else ())]


def _headline(found: Catalogue) -> Note:
    """How many prices rose, how many fell, and of how many events these are."""
    rises = sum(_high(event) > 0 for event in found.events)
    cuts = sum(_high(event) < 0 for event in found.events)
    of = f"{len(found.events):,} of {counted(found.known, 'event')}, the newest first"
    return Note(f"{of}: {counted(rises, 'rise')} and {counted(cuts, 'cut')}.", "strong")


NAMED = f.fields(name=f.text("id"), provider=f.text, scope=f.text)
CHANGED = f.fields(low=f.ratio(lambda event, _: _ratio(event.low)), high=f.ratio(lambda event, _: _ratio(event.high)))
EVENT = NAMED | f.fields(models=f.texts, meters=f.texts, counted=f.flag("is_counted")) | CHANGED | f.fields(
    announced=f.said, effective=f.said, status=f.text, status_note=f.said, confidence=f.text, sources=f.texts, note=f.said,
    file=f.text(lambda event, _: file_text(event.place.file)), line=f.integer("place.line"),
)  # fmt: skip
EVENTS = f.fields(schema=f.constant("costcalc.prices-events/1"), known=f.integer, events=f.each(EVENT))


def _joined(name: str) -> f.Field:
    return f.text(lambda event, _: " ".join(getattr(event, name)))


COLUMNS = NAMED | f.fields(models=_joined("models"), meters=_joined("meters")) | CHANGED | f.fields(
    announced=f.text, effective=f.text, status=f.text, confidence=f.text, sources=_joined("sources"), note=f.text,
)  # fmt: skip


def event_rows(found: Catalogue) -> Rows:
    """A row an event."""
    return f.rows_with(COLUMNS, found.events, None)


def change_range(event: Event) -> str:
    """`+34%`, `+5 to +34%`, `from +30%`; a dash where nothing was published."""
    low, high = _ratio(event.low), _ratio(event.high)
    if low is None:
        return DASH
    if high is None:
        return f"from {plain_percent(low, signed=True)}"
    if low == high:
        return plain_percent(high, signed=True)
    return f"{plain_percent(low, signed=True).removesuffix('%')} to {plain_percent(high, signed=True)}"


def partial_day(text: str) -> str:
    """`18 Apr 2026`, `Sep 2026`, `2026`: as much of a day as was read."""
    if len(text) <= len("2026"):
        return text
    return day_text(read_day(text)) if len(text) > len("2026-09") else month_text(read_month(text))


def _status(event: Event) -> str:
    return event.status.replace("_", " ")


def _in_full(event: Event) -> Iterator[Block]:
    yield Facts(list(_facts(event)), each_in_a_line=True)
    yield Gap()


def _facts(event: Event) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "event", (event.id,)
    yield "change", (f"{change_range(event)} at {event.provider}",)
    yield "what", (event.scope, *([f"models: {', '.join(event.models)}"] if event.models else []))
    counted_text = "" if event.is_counted else " (no usage file counts this)"
    yield "meters", ((", ".join(event.meters) or "all") + counted_text,)
    dates = []
    if event.announced:
        dates.append(f"announced {partial_day(event.announced)}")
    dates.append(
        f"in force from {partial_day(event.effective)}" if event.effective else "no day is known from which it holds"
    )
    yield "when", tuple(dates)
    yield "status", (_status(event) + (f": {event.status_note}" if event.status_note else ""),)
    yield "source", (event.confidence, *event.sources)
    if event.note:
        yield "note", (event.note,)
    yield "book", (f"{file_text(event.place.file)}, line {event.place.line}",)


def _ratio(percent: Fraction | None) -> Fraction | None:
    return None if percent is None else percent / 100


def _high(event: Event) -> Fraction:
    return event.high if event.high is not None else event.low if event.low is not None else Fraction()


WRITTEN = Writers("Rises and cuts", page=event_blocks, rows=event_rows, json=EVENTS)
