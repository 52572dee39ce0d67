"""Figures: what another list says, one price at a time, and the sections of ours that they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from costcalc.meters import meters
from costcalc.pricebook.model import STANDARD, Band, Bounds, Labels, PriceBlock, Rate, Section
from costcalc.problems import Place

PER_MILLION = 1_000_000
NO_END = 10**18
NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class ImportedPrice:
    """One price of one meter: for a service tier, for requests above some length, in thinking mode or off-peak."""

    meter: str
    price: Fraction
    per: int = PER_MILLION
    tier: str = STANDARD
    over: int = 0  # tokens of input, strictly above
    up_to: int | None = None  # None: until the next cut of the same meter, else without end
    mode: str = ""  # thinking, off_peak
    labels: Labels = ()  # of the rows that it is for
    source: str = ""


def block_of(
    figures: Iterable[ImportedPrice], starts: date | None, read: date, *, source: str = "", schedule: str | None = None
) -> PriceBlock:
    """The block that the figures make, from its day on; of one without a day it is known that it holds on `read`."""
    by_tier: dict[str, list[ImportedPrice]] = {}
    for figure in figures:
        by_tier.setdefault(figure.tier, []).append(figure)
    sections = {tier: section_of(found, source) for tier, found in by_tier.items()}
    return PriceBlock(
        starts,
        sections.pop(STANDARD, Section()),
        sections,
        NOWHERE,
        observed=None if starts else read,
        schedule=schedule,
        source=source,
    )


def section_of(figures: Iterable[ImportedPrice], source: str = "") -> Section:
    """The figures of one service tier: base rates, bands, and what thinking mode and off-peak hours replace."""
    by_mode: dict[str, list[ImportedPrice]] = {}
    for figure in figures:
        by_mode.setdefault(figure.mode, []).append(figure)
    own = _plain_section(by_mode.get("", ()), source)
    inner = {mode: _plain_section(by_mode[mode], source) for mode in ("thinking", "off_peak") if mode in by_mode}
    return Section(own.rates, own.bands, inner.get("thinking"), inner.get("off_peak"))


def mode_and_labels(said: str) -> tuple[str, Labels]:
    """What a difference calls the kind of request: a mode, or labels of its row."""
    if " " not in said:
        return said, ()
    return "", tuple(tuple(each.split(" ", 1)) for each in said.split(", "))  # type: ignore[misc]


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def _plain_section(figures: Iterable[ImportedPrice], source: str) -> Section:
    by_meter: dict[str, list[ImportedPrice]] = {}
    for figure in figures:
        by_meter.setdefault(figure.meter, []).append(figure)
    rates: dict[str, Rate] = {}
    bands: dict[tuple[int, int, Labels], dict[str, Rate]] = {}
    for meter in sorted(by_meter, key=list(meters().by_name).index):
        for figure in _with_ends(by_meter[meter]):
            rate = Rate(figure.price, figure.per, figure.source or source)
            if figure.over or figure.up_to is not None or figure.labels:
                bands.setdefault((figure.over, figure.up_to or NO_END, figure.labels), {})[meter] = rate
            else:
                rates[meter] = rate
    bounds = {
        place: Bounds(over, end if end < NO_END else None, labels=labels)
        for place in bands
        for over, end, labels in [place]
    }
    return Section(rates, tuple(Band(bounds[place], bands[place]) for place in sorted(bands)))


def _with_ends(figures: Iterable[ImportedPrice]) -> Iterator[ImportedPrice]:
    """A price above a cut holds up to the next cut. One from the first token on without end is what bands replace."""
    found = list(figures)
    cuts = sorted({figure.over for figure in found if figure.over})
    for figure in found:
        above = [cut for cut in cuts if cut > figure.over]
        ends = figure.up_to is None and figure.over and above
        yield replace(figure, up_to=above[0]) if ends else figure
