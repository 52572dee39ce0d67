"""The sheet: everything that the books say about one model on one day, and who says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.importers.decided import Decision, read_decided
from costcalc.pricebook.load import is_shipped
from costcalc.pricebook.model import NEVER_APPLIES, Book, Bounds, End, Model, Modifier, PriceBlock, Schedule, Source
from costcalc.pricebook.overlay import FileLayer, precedence
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.pricebook.selfhosted import Derivation, derivation
from costcalc.pricebook.terms import Commitment, Discount
from costcalc.rating.quotes import Quotes
from costcalc.reports.prices.day import DayIn, find_model
from costcalc.reports.prices.rates import (
    LengthPrices,
    PriceReader,
    Variant,
    billed,
    is_priced,
    meter_order,
    of_tier,
    telling,
)


@dataclass(frozen=True, slots=True)
class MeterChange:
    """What one meter's price becomes: `ratio` is the rise, None where it is new, gone, or was nothing."""

    variant: Variant
    bounds: Bounds
    meter: str
    before: Fraction | None  # of one unit
    after: Fraction | None

    @property
    def ratio(self) -> Fraction | None:
        return self.after / self.before - 1 if self.before and self.after is not None else None


@dataclass(frozen=True, slots=True)
class NextChange:
    """The next day on which the list changes, as far as it is published."""

    starts: date
    status: str
    withdrawn: str
    changes: Sequence[MeterChange]


@dataclass(frozen=True)
class PriceSheet:
    """The answer of `prices show`."""

    found: ResolvedModel
    book: Book
    model: Model  # the one that is billed: the target, where it is redirected
    day: date
    end: End | None  # of the name that was asked for
    block: PriceBlock | None
    since: date | None  # from which day on the model that was asked for has this price; None: unknown
    reason: str  # why there is no price
    variants: Sequence[Variant]
    lengths: Sequence[LengthPrices]  # of that one day
    unpriced: Sequence[Bounds]  # lengths that have no price, where others have
    schedule: Schedule | None
    modifiers: Sequence[Modifier]  # what rows of some label cost of these prices
    sources: Mapping[str, Source]  # of the rates shown, by key
    meters_of: Mapping[str, Sequence[str]]  # which meters a source gave
    next_change: NextChange | None
    layers: Sequence[FileLayer]  # the file whose model is used, then those it goes before
    discounts: Sequence[Discount]  # of contracts, on that day: the prices here are the list's
    commitments: Sequence[Commitment]
    other_regions: Sequence[str]
    derivation: Derivation | None  # of a model that one serves oneself: how its prices follow from the facts
    decisions: Sequence[Decision]  # why catalogues that say otherwise are not followed

    @property
    def observed(self) -> date | None:
        """Where it has the price since a day that is unknown: the day on which the price was seen."""
        return self.block.observed if self.block and self.since == self.block.starts else None


def sheet(
    pricebook: Pricebook,
    name: str,
    day_in: DayIn,
    region: str | None = None,
    tier: str | None = None,
) -> PriceSheet:
    """The sheet of the model that the name means.

    CostcalcError: a name, a region or a service tier that no book knows.
    """
    found = find_model(pricebook, name, region=region)
    reader = PriceReader(pricebook, found, Quotes(pricebook))
    day = day_in(reader.book.timezone)
    lookup = pricebook.block_on(found.provider, found.region, found.model, day)
    model = reader.book.models[lookup.billed_as]
    lengths = reader.by_length([day])
    shortest = lengths[0].on[0]
    by_label = any(each.bounds.labels for each in lengths)
    priced = [each for each in lengths if any(is_priced(each.on[0], shortest, kind) for kind, _ in each.on[0])]
    variants = of_tier(telling(priced), tier, found)
    used = _sources(priced, variants)
    block = lookup.block
    return PriceSheet(
        found,
        reader.book,
        model,
        day,
        reader.book.models[found.model].end,
        block,
        lookup.starts,
        lookup.reason,
        variants,
        priced,
        [each.bounds for each in lengths if each not in priced and not by_label] if priced else (),
        reader.book.schedules[block.schedule] if block and block.schedule else None,
        [reader.book.modifiers[name] for name in block.modifiers] if block else (),
        {key: reader.book.sources[key] for key in used if key in reader.book.sources},
        used,
        _next_change(reader, model, day),
        precedence(pricebook, found.provider, found.region, reader.model.name),
        pricebook.terms.discounts_on(day, found.provider, *lookup.names),
        [
            term
            for term in pricebook.terms.commitments
            if term.selector.matches(found.provider, *lookup.names) and term.applies_on(day)
        ],
        [other.region for other in pricebook.other_lists(found)],
        derivation(block.self_hosted) if block and block.self_hosted else None,
        _decisions(reader.book, model) if block else (),
    )


def _decisions(book: Book, model: Model) -> list[Decision]:
    if not is_shipped(book.file):
        return []
    names = [f"{book.provider}/{name}" for name in (model.name, *model.aliases)]
    return [each for each in read_decided(shipped_folder()) if each.is_about(names)]


def changes_between(lengths: Sequence[LengthPrices]) -> list[MeterChange]:
    """What differs between the two days that the lengths were read for, each line of `telling` variants."""
    found = []
    for variant in telling(lengths):
        for each in lengths:
            before, after = (billed(*pair) for pair in zip(each.on, lengths[0].on, strict=True))
            for kind, meter in {**before, **after}:
                if kind != variant:
                    continue
                then, now = before.get((kind, meter)), after.get((kind, meter))
                if (then.of_one if then else None) != (now.of_one if now else None):
                    found.append(
                        MeterChange(
                            kind, each.bounds, meter, then.of_one if then else None, now.of_one if now else None
                        )
                    )
    return found


def _sources(lengths: Sequence[LengthPrices], variants: Sequence[Variant]) -> dict[str, list[str]]:
    """Source -> the meters whose price it gave, in the order of the sheet."""
    found: dict[str, dict[str, None]] = {}
    for each in lengths:
        for (variant, meter), price in each.on[0].items():
            if variant in variants and price.source:
                found.setdefault(price.source, {})[meter] = None
    return {key: sorted(names, key=meter_order) for key, names in found.items()}


def _next_change(reader: PriceReader, model: Model, day: date) -> NextChange | None:
    later = [
        block
        for block in model.blocks
        if block.starts is not None and block.starts > day and block.status not in NEVER_APPLIES
    ]
    if not later:
        return None
    block = min(later, key=lambda block: block.starts or date.max)
    assert block.starts is not None
    changes = changes_between(reader.by_length([day, block.starts]))
    return NextChange(block.starts, block.status, block.withdrawn, changes)
