"""Differences: where a block of another list names a figure that is not ours, and the block that takes it over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from costcalc.meters import meters
from costcalc.pricebook.model import STANDARD, Band, Bounds, PriceBlock, Rate, Section, labels_text

NO_END = 10**18


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of the other list, with ours beside it; None: we have none."""

    tier: str
    mode: str  # "", thinking, off_peak, or the labels of its row
    meter: str
    input_over: int
    ours: Fraction | None  # per unit; of a part without a price of its own, that of its whole
    theirs: Fraction
    is_own: bool = True  # whether ours is a price of this very meter
    source: str = ""  # key of a Source of the other list
    our_source: str = ""  # likewise of ours, where this tier and mode has a figure of its own


def differences(ours: PriceBlock, theirs: PriceBlock) -> list[Difference]:
    """Every figure that the other block names and that is not ours, at every length that either of them tells apart."""
    return [each for each in beside(ours, theirs) if each.ours != each.theirs]


def beside(ours: PriceBlock, theirs: PriceBlock) -> list[Difference]:
    """Every figure that the other block names, equal or not."""
    found = []
    for tier, section in sections(theirs).items():
        own = sections(ours).get(tier)
        for mode, part in _modes(section).items():
            for cut in _probes({0, *_cuts(part), *(_cuts(own) if own else ())}, ours):
                basis = priced(ours, tier, mode, cut) if own else {}
                said = part.rates_for(cut, 0)
                for meter, price in priced(theirs, tier, mode, cut).items():
                    if meter in _named(part):
                        source = said[meter].source if meter in said else theirs.source
                        ours_is = _costs(meter, basis)
                        our_rate = _modes(own).get(mode, own).rates_for(cut, 0).get(meter) if own else None
                        our_source = our_rate.source if our_rate else ""
                        found.append(
                            Difference(tier, mode, meter, cut, ours_is, price, meter in basis, source, our_source)
                        )
    return found


def _probes(cuts: set[int], ours: PriceBlock) -> list[int]:
    """The lengths to compare at. "Above 200,000" and "from 200,000" are one cut: most lists cannot say the second."""
    every = {*cuts, *_cuts(ours.standard)}
    return sorted(cut for cut in every if cut + 1 not in every)


def _costs(meter: str, prices: Mapping[str, Fraction]) -> Fraction | None:
    """What a unit costs: a part without a price of its own is billed with its whole."""
    known: str | None = meter
    while known is not None and known not in prices:
        known = meters().by_name[known].part_of
    return prices[known] if known is not None else None


def laid_over(ours: PriceBlock, theirs: PriceBlock, source: str) -> PriceBlock:
    """Our block with what the other one names in the place of it; what it does not name stays, with its source.

    A tier, or thinking mode, that it does not name keeps its share of a standard price that moves.
    """
    tiers = dict(ours.service_tiers)
    standard = _section_over(ours.standard, theirs.standard)
    if ours.standard.thinking and not theirs.standard.thinking:
        standard = replace(standard, thinking=_carried(ours, ours.standard.thinking, standard))
    moved = [tier for tier in tiers if tier not in theirs.service_tiers and _carries(ours, tier, standard)]
    tiers |= {tier: _carried(ours, ours.service_tiers[tier], standard) for tier in moved}
    for tier, section in theirs.service_tiers.items():
        tiers[tier] = _section_over(_spelled_out(ours, tier), section) if tier in tiers else section
    return replace(
        ours,
        standard=standard,
        service_tiers=tiers,
        status=theirs.status,
        withdrawn="",
        note=f"{' and '.join(moved)}: moved with the standard price, at the same share of it" if moved else "",
        corrected="",
        source=source,
        locked_until=theirs.locked_until or ours.locked_until,
    )


def lacking(ours: PriceBlock, theirs: PriceBlock) -> PriceBlock:
    """Of the other block, the figures that ours does not have."""
    tiers = {name: _lacking(ours.service_tiers.get(name), section) for name, section in theirs.service_tiers.items()}
    kept = {name: section for name, section in tiers.items() if section.share is not None or any(section.all_rates())}
    return replace(theirs, standard=_lacking(ours.standard, theirs.standard), service_tiers=kept)


def _lacking(ours: Section | None, theirs: Section) -> Section:
    if ours is None:
        return theirs
    own = {band.bounds: set(band.rates) for band in ours.bands}
    bands = (Band(band.bounds, _without(band.rates, own.get(band.bounds, set()))) for band in theirs.bands)
    inner = {mode: _lacking(getattr(ours, mode), part) for mode, part in _inner(theirs).items()}
    found = {mode: part for mode, part in inner.items() if any(part.all_rates())}
    rates = _without(theirs.rates, set(ours.rates))
    kept = tuple(band for band in bands if band.rates)
    return replace(theirs, rates=rates, bands=kept, thinking=found.get("thinking"), off_peak=found.get("off_peak"))


def joined(ours: PriceBlock, theirs: PriceBlock) -> PriceBlock:
    """Our block with figures that it lacks; a tier that is a share of standard stays one."""
    tiers = dict(ours.service_tiers)
    for tier, section in theirs.service_tiers.items():
        own = tiers.get(tier)
        if own is None or own.share is None:
            tiers[tier] = _section_over(own, section) if own else section
    return replace(ours, standard=_section_over(ours.standard, theirs.standard), service_tiers=tiers)


def _carries(block: PriceBlock, tier: str, standard: Section) -> bool:
    """Whether the tier has figures of its own for what the standard price moves."""
    section = block.service_tiers[tier]
    after = replace(block, standard=standard)
    return any(
        not rate.relative
        and priced(block, STANDARD, "", over).get(meter) != priced(after, STANDARD, "", over).get(meter)
        for over, rates in ((0, section.rates), *((band.bounds.input_over, band.rates) for band in section.bands))
        for meter, rate in rates.items()
    )


def _carried(block: PriceBlock, section: Section, standard: Section) -> Section:
    """The section with its figures at the same share of the standard price as before."""
    after = replace(block, standard=standard)

    def moved(rates: Mapping[str, Rate], over: int) -> dict[str, Rate]:
        was, now = (priced(each, STANDARD, "", over) for each in (block, after))
        found = dict(rates)
        for meter, rate in rates.items():
            if not rate.relative and was.get(meter) and meter in now:
                price = rate.price * now[meter] / was[meter]
                if not 10**12 % price.denominator:  # else no decimal says it, and lint says that it stayed
                    found[meter] = replace(rate, price=price)
        return found

    bands = tuple(Band(band.bounds, moved(band.rates, band.bounds.input_over)) for band in section.bands)
    return replace(section, rates=moved(section.rates, 0), bands=bands)


def priced(block: PriceBlock, tier: str, mode: str, input_over: int, output_over: int = 0) -> dict[str, Fraction]:
    """What one unit of each meter costs in this tier and mode; shares of standard worked out."""
    standard = _worked_out(block.standard.rates_for(input_over, output_over), {})
    section = sections(block).get(tier)
    if section is None:
        return {}
    if tier == STANDARD:
        rates = standard
    elif section.share is not None:
        rates = {meter: price * section.share_of(meter) for meter, price in standard.items()}
    else:
        rates = _worked_out(section.rates_for(input_over, output_over), standard)
    inner = _modes(section).get(mode) if mode else None
    if inner is None and mode and section.share is not None:
        outer = _modes(block.standard).get(mode)
        inner = outer and replace(outer, rates=_shared(outer.rates, section))
    if inner is None:
        return rates
    if inner.share is not None:
        return {meter: price * inner.share_of(meter) for meter, price in rates.items()}
    return {**rates, **_worked_out(inner.rates_for(input_over, output_over), rates)}


def sections(block: PriceBlock) -> dict[str, Section]:
    return {STANDARD: block.standard, **block.service_tiers}


def _modes(section: Section) -> dict[str, Section]:
    """The section and the kinds of request within it that have prices of their own."""
    by_label = {labels_text(band.bounds.labels): Section(band.rates) for band in section.bands if band.bounds.labels}
    return {"": section, **_inner(section), **by_label}


def _inner(section: Section) -> dict[str, Section]:
    return {mode: part for mode in ("thinking", "off_peak") if (part := getattr(section, mode))}


def _cuts(section: Section) -> Iterator[int]:
    for band in section.all_bands():
        yield band.bounds.input_over


def _named(section: Section) -> set[str]:
    """The meters that a section prices itself, at any length and without a label."""
    return {*section.rates, *(meter for band in section.bands if not band.bounds.labels for meter in band.rates)}


def _worked_out(rates: Mapping[str, Rate], basis: Mapping[str, Fraction]) -> dict[str, Fraction]:
    absolute = {meter: rate.price / rate.per_units for meter, rate in rates.items() if not rate.relative}
    shares = {meter: rate.price * basis[meter] for meter, rate in rates.items() if rate.relative and meter in basis}
    return absolute | shares


def _shared(rates: Mapping[str, Rate], section: Section) -> dict[str, Rate]:
    return {meter: replace(rate, price=rate.price * section.share_of(meter)) for meter, rate in rates.items()}


def _spelled_out(block: PriceBlock, tier: str) -> Section:
    """A tier that is a share of standard, as a share beside each meter, so that some of them can be replaced."""
    section = block.service_tiers[tier]
    if section.share is None:
        return section
    named = _named(block.standard)
    return Section({meter: Rate(section.share_of(meter), 1, block.source, relative=True) for meter in named})


def _section_over(ours: Section, theirs: Section) -> Section:
    if theirs.share is not None:
        return theirs
    replaced = _named(theirs)
    merged = {**_without(ours.rates, replaced), **theirs.rates}
    bands = [
        Band(band.bounds, band.rates if band.bounds.labels else _without(band.rates, replaced)) for band in ours.bands
    ]
    kept = [band for band in bands if band.rates]
    inner = {
        mode: _section_over(part, other) if (part := getattr(ours, mode)) and other else other or part
        for mode, other in (("thinking", theirs.thinking), ("off_peak", theirs.off_peak))
    }
    return Section(
        {meter: merged[meter] for meter in meters().by_name if meter in merged},
        _joined((*kept, *theirs.bands)),
        inner["thinking"],
        inner["off_peak"],
    )


def _without(rates: Mapping[str, Rate], meters: set[str]) -> dict[str, Rate]:
    return {meter: rate for meter, rate in rates.items() if meter not in meters}


def _joined(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    """Bands of the same lengths as one, the shortest first."""
    found: dict[Bounds, dict[str, Rate]] = {}
    for band in bands:
        found.setdefault(band.bounds, {}).update(band.rates)
    ordered = sorted(
        found, key=lambda each: (each.labels, each.input_over, each.output_over, each.input_up_to or NO_END)
    )
    return tuple(Band(bounds, found[bounds]) for bounds in ordered)
