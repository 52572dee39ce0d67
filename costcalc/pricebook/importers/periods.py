"""Periods: prices with a first and a last day, cut into the stretches in which the same ones hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from costcalc.pricebook.importers.builder import ForeignEntry, Origin
from costcalc.pricebook.importers.figures import NOWHERE, ImportedPrice, block_of
from costcalc.pricebook.model import PriceBlock, Section

Held = TypeVar("Held")
Said = tuple[str, Sequence[ImportedPrice]]  # an address, and what stands there


@dataclass(frozen=True, slots=True)
class Validity(Generic[Held]):
    """What holds from one day to another, both inclusive; None: since ever, without end."""

    first: date | None
    last: date | None
    held: Held


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Held]):
    """Days on which the same things hold: from `starts` until the day before `until`."""

    starts: date | None
    until: date | None
    held: tuple[Held, ...]


def stretches(periods: Iterable[Validity[Held]]) -> list[Stretch[Held]]:
    """The stretches in order; one in which nothing holds stands between or after the others."""
    found = list(periods)
    ends = {period.last + timedelta(days=1) for period in found if period.last}
    days = sorted({*(period.first for period in found), *ends}, key=lambda day: day or date.min)
    return [
        Stretch(day, until, tuple(period.held for period in found if _holds(period, day)))
        for day, until in zip(days, [*days[1:], None], strict=True)
    ]


def block_in(
    stretch: Stretch[Held], figures: Iterable[ImportedPrice], origin: Origin, source: str, ended: str
) -> PriceBlock:
    """The block of a stretch, withdrawn where no figure holds any more; `ended` says why."""
    figures = list(figures)
    if not figures:
        return PriceBlock(stretch.starts, Section(), {}, NOWHERE, withdrawn=ended, source=source)
    read = min(origin.read, stretch.until - timedelta(days=1)) if stretch.until else origin.read
    starts = stretch.starts or (None if stretch.until else origin.starts)
    return block_of(figures, starts, read, source=source)


def put(entry: ForeignEntry, periods: Iterable[Validity[Said]], aliases: tuple[str, ...] = ()) -> None:
    """The model with its history: of each period the figures, and the page that says them."""
    origin, blocks = entry.builder.origin, []
    for stretch in stretches(periods):
        source = entry.builder.source(entry.home, next((url for url, _ in stretch.held if url), ""))
        figures = [figure for _, said in stretch.held for figure in said]
        ended = f"the history of {origin.name.partition(' ')[0]} ends here"
        blocks.append(block_in(stretch, figures, origin, source, ended))
    entry.put_blocks(blocks, aliases)


def _holds(period: Validity[Held], day: date | None) -> bool:
    """Whether it holds on the first day of a stretch; None is the time before the first day that is named."""
    if day is None:
        return period.first is None
    return (period.first is None or period.first <= day) and (period.last is None or day <= period.last)
