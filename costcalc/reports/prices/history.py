"""The history of one model: its price blocks by date, and by how much each meter moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise, zip_longest

from costcalc.pricebook.model import NEVER_APPLIES, STANDARD, Book, Bounds, PriceBlock, Schedule
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.reports.prices.day import DayIn, find_model
from costcalc.reports.prices.rates import (
    LengthPrices,
    Line,
    Price,
    PriceReader,
    Variant,
    billed,
    of_tier,
    telling,
)


@dataclass(frozen=True, slots=True)
class MeterStep:
    """One meter's price in one block, and the change against the last block that had one."""

    price: Price
    change: Fraction | None  # None: the first block, or first seen in this one
    is_first_seen: bool  # the meter appears; never a cut of the whole it was billed with


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What holds from a day on."""

    starts: date | None  # None: start unknown
    observed: date | None  # then since at least this day
    before: date | None  # of one seen only after the next had begun: when that began
    status: str
    withdrawn: str
    schedule: Schedule | None
    schedule_changes: bool
    redirected_to: str | None
    note: str
    corrected: str


@dataclass(frozen=True, slots=True)
class LengthHistory:
    """Requests of one length: for each entry, each line's price and change."""

    bounds: Bounds
    moves: Sequence[Mapping[Line, MeterStep]]


@dataclass(frozen=True, slots=True)
class Series:
    """Price by start day, for the shortest requests of one variant; None where there is no price."""

    meter: str
    variant: Variant
    steps: Sequence[tuple[date, Fraction | None]]


@dataclass(frozen=True)
class PriceHistory:
    """The answer of `prices history`."""

    found: ResolvedModel
    book: Book
    day: date  # what is announced for later days is marked
    entries: Sequence[HistoryEntry]
    variants: Sequence[Variant]
    lengths: Sequence[LengthHistory]
    never_applied: Sequence[PriceBlock]  # cancelled and superseded announcements
    other_regions: Sequence[str]
    chart: Sequence[Series] = ()  # of one meter


def history(
    pricebook: Pricebook, name: str, day_in: DayIn, region: str | None = None, tier: str | None = None
) -> PriceHistory:
    """The history of the model that the name means; of its standard tier, or of another. CostcalcError: no such name."""
    found = find_model(pricebook, name, region=region)
    reader = PriceReader(pricebook, found)
    days = _days(reader)
    lengths = reader.by_length(days)
    variants = of_tier(telling(lengths), tier or STANDARD, found)
    histories = [LengthHistory(each.bounds, _moves(each, lengths[0])) for each in lengths]
    kept = [each for each in histories if any(kind in variants for moves in each.moves for kind, _ in moves)]
    entries = _entries(reader, days)
    return PriceHistory(
        found,
        reader.book,
        day_in(reader.book.timezone),
        entries,
        variants,
        kept,
        [block for block in reader.model.blocks if block.status in NEVER_APPLIES],
        [other.region for other in pricebook.other_lists(found)],
    )


def _days(reader: PriceReader) -> list[date]:
    """The first day of everything that applies: the model's own blocks, then those of what it is redirected to."""
    model = reader.model
    redirects = sorted(model.redirects)
    ends = [*redirects, date.max]
    found = {block.starts or date.min for block in _applying(model.blocks) if (block.starts or date.min) < ends[0]}
    for begin, end in pairwise(ends):
        target = reader.book.models[model.redirects[begin]]
        found.add(begin)
        found.update(block.starts for block in _applying(target.blocks) if block.starts and begin < block.starts < end)
    return sorted(found)


def _applying(blocks: Sequence[PriceBlock]) -> list[PriceBlock]:
    return [block for block in blocks if block.status not in NEVER_APPLIES]


def _entries(reader: PriceReader, days: Sequence[date]) -> list[HistoryEntry]:
    found: list[HistoryEntry] = []
    for day, following in zip_longest(days, days[1:]):
        block = _block_on(reader, day)
        observed = block.observed if block and block.starts is None else None
        schedule = reader.book.schedules[block.schedule] if block and block.schedule else None
        redirect = reader.model.redirects.get(day)
        found.append(
            HistoryEntry(
                None if day == date.min else day,
                observed,
                following if day == date.min and observed and following and following <= observed else None,
                block.status if block else "in_force",
                block.withdrawn if block else "",
                schedule,
                schedule != (found[-1].schedule if found else None),
                redirect,
                block.note if block else "",
                block.corrected if block else "",
            )
        )
    return found


def _block_on(reader: PriceReader, day: date) -> PriceBlock | None:
    """The block in force, withdrawn ones included."""
    model = reader.model
    past = [start for start in model.redirects if start <= day]
    if past:
        model = reader.book.models[model.redirects[max(past)]]
    begun = [block for block in _applying(model.blocks) if (block.starts or date.min) <= day]
    return begun[-1] if begun else None


def _moves(each: LengthPrices, shortest: LengthPrices) -> list[Mapping[Line, MeterStep]]:
    last: dict[Line, Price] = {}
    found: list[Mapping[Line, MeterStep]] = []
    for position, prices in enumerate(each.on):
        priced = billed(prices, shortest.on[position])
        found.append({line: _moved(price, last.get(line), position) for line, price in priced.items()})
        last.update(priced)
    return found


def _moved(price: Price, before: Price | None, position: int) -> MeterStep:
    if before is None:
        return MeterStep(price, None, is_first_seen=position > 0)
    return MeterStep(price, price.of_one / before.of_one - 1 if before.of_one else None, is_first_seen=False)
