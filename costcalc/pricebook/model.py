"""The pricebook's records: rates with their unit and source, in price blocks that hold from their day on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, time
from fractions import Fraction

from costcalc.calendar import read_day, read_month
from costcalc.meters import meters
from costcalc.pricebook.selfhosted import SelfHosted
from costcalc.problems import Place
from costcalc.records import dataclass

STANDARD = "standard"
ONE = Fraction(1)
Labels = tuple[tuple[str, str], ...]  # of a log's rows, each with its value as `label_value` has it
_SIZE = re.compile(r"(?<=\d)[ -]?[x×*][ -]?(?=\d)")
NEVER_APPLIES = frozenset({"cancelled", "superseded"})


def label_value(text: str) -> str:
    """A label's value as it is compared: logs write a size as 1024x1024, 1024-x-1024 or 1024*1024."""
    return _SIZE.sub("x", text.strip().lower())


def labels_text(labels: Labels) -> str:
    """`image_quality high, image_size 1024x1024`."""
    return ", ".join(f"{name} {value}" for name, value in labels)


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: an address, the day it was read, how sure it is."""

    key: str
    url: str
    read: str = ""  # ISO day or month
    confidence: str = ""  # official, secondary, derived

    @property
    def first_day(self) -> date | None:
        """The first day that `2026-05-10`, `2026-05` or `2026` may mean: a reading is not called younger than it may be."""
        for read in (read_day, lambda text: read_month(text).first, lambda text: read_month(f"{text}-01").first):
            try:
                return read(self.read)
            except ValueError:
                continue
        return None


@dataclass(frozen=True, slots=True)
class Rate:
    """A price for so many units: 3.00 per 1,000,000. `relative` rates are a share of the standard one."""

    price: Fraction  # in the book's currency; for a relative rate, the share (0.5 is 50% of standard)
    per_units: int
    source: str = ""  # key of a Source
    relative: bool = False
    observed: date | None = None  # of this rate alone the start is unknown: an estimate before this day


@dataclass(frozen=True, slots=True)
class Modifier:
    """What requests of some label cost: a share of every token's price, whatever the tier, the length or the hour."""

    name: str
    label: str  # of the log's rows: inference_geo
    value: str  # in lower case: us
    share: Fraction  # 1.1 is 110% of the price
    source: str = ""  # key of a Source
    observed: date | None = None  # its start is unknown: an estimate before this day


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lengths of one request, in tokens: strictly above `over`, up to and including `up_to`; and labels of its row."""

    input_over: int = 0
    input_up_to: int | None = None
    output_over: int = 0
    output_up_to: int | None = None
    labels: Labels = ()  # all of which its row states: image_size 1024x1024

    def holds(self, input_over: int, output_over: int, labels: Labels = ()) -> bool:
        """Whether a request that the scan labelled "above these cuts, not above the next" lies inside."""
        return (
            all(label in labels for label in self.labels)
            and self.input_over <= input_over
            and (self.input_up_to is None or input_over < self.input_up_to)
            and self.output_over <= output_over
            and (self.output_up_to is None or output_over < self.output_up_to)
        )


@dataclass(frozen=True, slots=True)
class Band:
    """Rates for requests of some length or label: the whole request is billed at the band it lands in."""

    bounds: Bounds
    rates: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class Section:
    """Rates by meter, with their bands and the variations that replace some of them."""

    rates: Mapping[str, Rate] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()
    thinking: Section | None = None  # a request made in thinking mode
    off_peak: Section | None = None  # outside the peak hours of the block's schedule
    share: Fraction | None = None  # `all: 50% of standard`: every meter but fees is this share of the standard section
    observed: date | None = None  # start unknown: known to hold on this day, an estimate before it

    def share_of(self, meter: str) -> Fraction:
        """The share of the standard rate that this section asks for the meter."""
        return ONE if self.share is None or meters().by_name[meter].is_fee else self.share

    def rates_for(self, input_over: int, output_over: int, labels: Labels = ()) -> dict[str, Rate]:
        found = dict(self.rates)
        for band in sorted(self.bands, key=lambda band: bool(band.bounds.labels)):
            if band.bounds.holds(input_over, output_over, labels):
                found.update(band.rates)
        return found

    def bounds_of(self, rate: Rate, meter: str) -> Bounds | None:
        """The requests that this very rate is written for; None where it holds for all of them."""
        return next((band.bounds for band in self.bands if band.rates.get(meter) is rate), None)

    def mapped(self, made: Callable[[str, Rate], Rate]) -> Section:
        """The section with another rate in the place of each, at every length and in every variation."""

        def of(rates: Mapping[str, Rate]) -> dict[str, Rate]:
            return {meter: made(meter, rate) for meter, rate in rates.items()}

        bands = tuple(Band(band.bounds, of(band.rates)) for band in self.bands)
        thinking, off_peak = (part and part.mapped(made) for part in (self.thinking, self.off_peak))
        return Section(of(self.rates), bands, thinking, off_peak, self.share, self.observed)

    def all_rates(self) -> list[Rate]:
        """Every rate of the section and of its variations, at every length."""
        inner = [part.all_rates() for part in (self.thinking, self.off_peak) if part]
        own = [self.rates, *(band.rates for band in self.bands)]
        return [*(rate for rates in own for rate in rates.values()), *(rate for rates in inner for rate in rates)]

    def all_bands(self) -> list[Band]:
        inner = [part.all_bands() for part in (self.thinking, self.off_peak) if part]
        return [*self.bands, *(band for bands in inner for band in bands)]


@dataclass(frozen=True, slots=True)
class PriceBlock:
    """Every rate of one model, in force from its day until the next block. Complete, not a delta."""

    starts: date | None  # 00:00 in the book's time zone; None: start unknown, in force since at least `observed`
    standard: Section
    service_tiers: Mapping[str, Section]
    place: Place
    observed: date | None = None
    status: str = "in_force"  # announced, in_force: apply from their day; cancelled, superseded: never
    schedule: str | None = None
    withdrawn: str = ""  # from this day the model has no price; why
    source: str = ""
    note: str = ""
    corrected: str = ""  # why this block differs from what its source says, or from what it said before
    locked_until: date | None = None  # a negotiated fixed rate: no rise touches it before this day
    self_hosted: SelfHosted | None = None  # the facts from which the rates of input and output were derived
    modifiers: tuple[str, ...] = ()  # keys of the book's modifiers that hold for these prices

    def sections(self) -> list[Section]:
        return [self.standard, *self.service_tiers.values()]


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the day, [opens, closes), on some weekdays (0 is Monday)."""

    weekdays: frozenset[int]
    opens: time
    closes: time  # 00:00 is the end of the day


@dataclass(frozen=True, slots=True)
class Schedule:
    """When peak prices hold: inside a window, on its weekdays, unless the day is a public holiday."""

    name: str
    timezone: str
    peak: tuple[Window, ...]
    holidays: str | None = None  # ISO country whose public holidays are off-peak all day


@dataclass(frozen=True, slots=True)
class End:
    """The first day on which a model can no longer be bought; its price may stay known for what was logged."""

    day: date
    successor: str = ""  # what its seller names instead: a model of the same book
    source: str = ""  # key of a Source


@dataclass(frozen=True, slots=True)
class Model:
    """One model of one book: its names and its price blocks by date."""

    name: str
    blocks: tuple[PriceBlock, ...]  # ascending; one without a start comes first
    place: Place
    aliases: tuple[str, ...] = ()
    resold: bool = False  # another provider's model: its home goes first where the log names no provider
    redirects: Mapping[date, str] = field(default_factory=dict)  # from that day billed as the target
    note: str = ""
    end: End | None = None
    made_as: str = ""  # MAKER/MODEL: what its maker calls a model that others sell under names of their own

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name, its maker's, and those that it is billed as on some day: selectors mean it by any of them."""
        return tuple(dict.fromkeys((self.name, *self.made_names, *self.redirects.values())))

    @property
    def made_names(self) -> tuple[str, ...]:
        """What its maker calls it, where it is sold under another name."""
        return (self.made_as.rpartition("/")[2],) if self.made_as else ()

    def ending_on(self, day: date) -> End | None:
        """Its end, if it has ended by this day: by its own, or because another model is billed in its place."""
        redirected = [(since, target) for since, target in sorted(self.redirects.items()) if since <= day]
        if redirected:
            return End(*redirected[-1])
        withdrawn = [block for block in self.blocks if block.withdrawn and block.starts and block.starts <= day]
        if self.end and self.end.day <= day:
            return self.end
        return End(withdrawn[-1].starts) if withdrawn and withdrawn[-1] is self.blocks[-1] else None  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Book:
    """One provider's list in one region and currency."""

    provider: str
    region: str
    currency: str
    timezone: str
    models: Mapping[str, Model]
    file: str
    provider_names: tuple[str, ...] = ()  # what logs call the provider
    list_names: tuple[str, ...] = ()  # likewise, where the name means this list: zai is the international one of zhipu
    region_names: tuple[str, ...] = ()
    is_default: bool = False
    checked: date | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    modifiers: Mapping[str, Modifier] = field(default_factory=dict)
    date_suffixes: bool = True  # `name-20250929` and `name-2025-09-29` inherit everything from `name`
    note: str = ""
    below: Book | None = None  # the list that this one is laid over

    def family(self, name: str) -> tuple[Model, ...]:
        """The model of that name, and those that it is billed as from some day on."""
        model = self.models[name]
        return (model, *(self.models[target] for target in model.redirects.values()))
