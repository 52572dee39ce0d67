"""The fields of a pricebook: the book, its sources, schedules and modifiers, its models and their price blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from fractions import Fraction
from functools import cache
from typing import Any

from costcalc.calendar import zone
from costcalc.meters import meters
from costcalc.money import exact_text, read_number
from costcalc.pricebook.fields_terms import SELF_HOSTED, TERMS, terms_of, whole
from costcalc.pricebook.kinds import (
    DAY,
    DAY_PATTERN,
    IN_FLOW,
    LOWER,
    NAMES,
    RATE,
    RATE_OR_SHARE,
    SHARE,
    TEXT,
    TEXTS,
    check_source,
)
from costcalc.pricebook.model import (
    Band,
    Book,
    Bounds,
    End,
    Model,
    Modifier,
    PriceBlock,
    Rate,
    Schedule,
    Section,
    Source,
    Window,
)
from costcalc.pricebook.selfhosted import SelfHosted
from costcalc.pricebook.terms import Terms
from costcalc.problems import Place, nearest_names
from costcalc.records import dataclass
from costcalc.yamldoc import Map, Node, Scalar, Sequence
from costcalc.yamlfields import (
    ANY_TEXT,
    FLAG,
    Entry,
    Field,
    Kind,
    Rule,
    Schema,
    Table,
    Values,
    any_of,
    by_key,
    inner,
    listed,
    named,
    pattern,
)
from costcalc.yamltext import flow, free

STATUSES = ("announced", "in_force", "cancelled", "superseded")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
OPEN_START = "at least since "  # before the day a price was seen where its start is unknown

_NO_FIGURES = frozenset({"status", "schedule", "modifiers", "source", "note", "corrected", "locked_until", "observed"})
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_TOKENS = re.compile(r"(\d[\d_]*)(?: tokens)?", re.ASCII)
_PER_TOKEN = re.compile(r"(\d[\d_]*(?:\.\d+)?)%", re.ASCII)
_RETIRED = re.compile(r"([\d-]+)(?: \[([\w.-]+)\])?")
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_NOTE = Field("note", TEXT, "What a reader should know.", default="")


@dataclass(slots=True)
class Declared:
    """What a book declares for its models: it is read before them."""

    currency: str
    sources: Mapping[str, Source]
    schedules: Mapping[str, Schedule]
    modifiers: Mapping[str, Modifier]

    @property
    def default_source(self) -> str:
        return "book" if "book" in self.sources else ""


# --- sources, schedules, modifiers --------------------------------------------------------------------------------------
def _key(entry: Entry) -> Scalar:
    """The name under which an entry stands."""
    assert entry.key is not None
    return entry.key


def _source_key(entry: Entry, text: Scalar) -> str:
    known = entry.context.sources
    if text.text not in known:
        entry.document.report(
            text, "unknown-source", f'no source is called "{text.text}"', nearest=nearest_names(text.text, known),
            remedy="declare it under sources",
        )  # fmt: skip
    return text.text


def _one_of(declared: str, what: str) -> Callable[[Entry, Scalar], str | None]:
    """A key of something that the book declares."""

    def read(entry: Entry, text: Scalar) -> str | None:
        known = getattr(entry.context, declared)
        if text.text in known:
            return text.text
        entry.document.report(
            text, f"unknown-{what}", f'no {what} is called "{text.text}"', nearest=nearest_names(text.text, known),
            remedy=f"declare it under {declared}",
        )  # fmt: skip
        return None

    return read


_SOURCE_KEY = Kind(_source_key, ANY_TEXT, "pricing-page", free)
SOURCE = Table(
    'the source "{key}"',
    (
        Field("url", IN_FLOW, "An address, or where else it can be found.", "https://openai.com/api/pricing", default=""),
        Field("read", IN_FLOW, "The day or month on which it was read.", "2026-11-24", default=""),
        Field("confidence", IN_FLOW, "official, secondary or derived.", "official", default=""),
    ),
    lambda entry, values: Source(_key(entry).text, **values),
)  # fmt: skip


def _zone(entry: Entry, text: Scalar) -> str:
    try:
        zone(text.text)
    except ValueError:
        entry.document.report(text, "unknown-zone", f'no time zone is called "{text.text}"', expected="Asia/Shanghai")
    return text.text


def _weekdays(entry: Entry, node: Node) -> frozenset[int]:
    """`Mon-Fri`, `Sat`, or a list of them."""
    found: set[int] = set()
    for text in entry.document.texts_at(node, "peak_days"):
        first, _, last = text.text.partition("-")
        if first not in WEEKDAYS or (last and last not in WEEKDAYS):
            entry.document.report(text, "bad-weekday", f'"{text.text}" are not weekdays', expected="Mon-Fri, or Sat")
            continue
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        found.update(range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)])
    return frozenset(found)


def _weekdays_text(days: frozenset[int]) -> str:
    """`Mon-Fri`, or the days one by one."""
    ordered = sorted(days)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{WEEKDAYS[ordered[0]]}-{WEEKDAYS[ordered[-1]]}"
    return f"[{', '.join(WEEKDAYS[day] for day in ordered)}]"


def _peak_hours(entry: Entry, node: Node) -> tuple[tuple[time, time], ...]:
    found = []
    for hours in entry.document.texts_at(node, "peak_hours"):
        match = _HOURS.fullmatch(hours.text)
        if not match:
            entry.document.report(hours, "bad-hours", f'"{hours.text}" are not hours', expected="09:00-12:00")
            continue
        opens, closes = (time(int(match[i]) % 24, int(match[i + 1])) for i in (1, 3))
        if closes != time() and closes <= opens:
            entry.document.report(
                hours, "bad-hours", f'"{hours.text}" ends before it begins', remedy="split it at 24:00"
            )
        found.append((opens, closes))
    return tuple(found)


def _hours_text(hours: tuple[tuple[time, time], ...]) -> str:
    ends = [(f"{opens:%H:%M}", f"{closes:%H:%M}" if closes != time() else "24:00") for opens, closes in hours]
    return f"[{', '.join(f'{opens}-{closes}' for opens, closes in ends)}]"


def _schedule(entry: Entry, values: Values) -> Schedule:
    windows = tuple(Window(values["peak_days"], *hours) for hours in values["peak_hours"])
    return Schedule(_key(entry).text, values["timezone"] or "UTC", windows, values["holidays"] or None)


def _peak_days(schedule: Schedule) -> frozenset[int] | None:
    """ValueError: windows on different weekdays, which a file cannot say."""
    weekdays = {window.weekdays for window in schedule.peak}
    if len(weekdays) > 1:
        raise ValueError(f"the windows of {schedule.name} differ in their weekdays")
    return next(iter(weekdays), None)


def _texts(written: str) -> Schema:
    return {"anyOf": [pattern(written), {"type": "array", "items": pattern(written)}]}


_ZONE = Kind(_zone, ANY_TEXT, "Asia/Shanghai", free)
_DAY_WORD = f"({'|'.join(WEEKDAYS)})"
SCHEDULE = Table(
    'the schedule "{key}"',
    (
        Field("timezone", _ZONE, "The zone of the hours."),
        Field("peak_days", Kind(_weekdays, _texts(f"{_DAY_WORD}(-{_DAY_WORD})?"), "Mon-Fri", _weekdays_text, is_text=False),
              "Every day if nothing is said.", default=frozenset(range(7)), of=_peak_days),
        Field("peak_hours", Kind(_peak_hours, _texts(_HOURS.pattern), "[09:00-12:00, 14:00-18:00]", _hours_text, is_text=False),
              "When peak prices hold.", default=(), of=lambda schedule: tuple((each.opens, each.closes) for each in schedule.peak)),
        Field("holidays", TEXT, "ISO country whose public holidays are off-peak.", "CN", default=""),
        Field("note", TEXT, "What a reader should know.", of=lambda _: None),
        Field("source", TEXT, "Who says so.", of=lambda _: None),
    ),
    _schedule,
)  # fmt: skip


def _label(entry: Entry, node: Node) -> tuple[str, str] | None:
    labels = [*entry.document.map_at(node, "where")]
    value = entry.document.text_at(labels[0][1], labels[0][0].text) if len(labels) == 1 else None
    return (labels[0][0].text.lower(), value.text.strip().lower()) if value else None


def _per_token(_: Entry, text: Scalar) -> Fraction | None:
    share = _PER_TOKEN.fullmatch(text.text)
    return read_number(share[1]) / 100 if share else None


def _modifier(entry: Entry, values: Values) -> Modifier | None:
    doc, label, share = entry.document, values["where"], values["tokens"]
    if label is None:
        doc.report(
            _key(entry),
            "bad-modifier",
            f"{entry.what} is for one label of the log",
            expected="where: {inference_geo: us}",
        )
    if share is None:
        written = entry.map.get("tokens")
        doc.report(
            written if isinstance(written, Scalar) else _key(entry), "bad-modifier",
            f"{entry.what} does not say what its requests cost", expected="tokens: 110%, of every token's price",
        )  # fmt: skip
    if label is None or share is None:
        return None
    source = values["source"] or entry.context.default_source
    name, value = label
    return Modifier(_key(entry).text, name, value, share, source, values["observed"])


MODIFIER = Table(
    'the modifier "{key}"',
    (
        Field("where", Kind(_label, {"type": "object", "additionalProperties": ANY_TEXT, "minProperties": 1, "maxProperties": 1},
                            "{inference_geo: us}", lambda label: flow({label[0]: free(label[1])}), is_text=False),
              "A label of the log's rows and its value.", of=lambda modifier: (modifier.label, modifier.value)),
        Field("tokens", Kind(_per_token, pattern(_PER_TOKEN.pattern), "110%", lambda share: f"{exact_text(share * 100)}%"),
              "What every token of these requests costs.", of=lambda modifier: modifier.share),
        Field("observed", DAY, "A day on which it held, where its start is unknown."),
        Field("note", IN_FLOW, "What a reader should know.", of=lambda _: None),
        Field("source", _SOURCE_KEY, "A key of sources.", default=""),
    ),
    _modifier, (Rule(schema={"required": ["where", "tokens"]}),),
)  # fmt: skip


# --- rates, bands and sections ------------------------------------------------------------------------------------------
@cache
def _rates() -> Mapping[str, Field]:
    return {name: Field(name, RATE) for name in meters().by_name}


@cache
def _rates_or_shares() -> Mapping[str, Field]:
    return {name: Field(name, RATE_OR_SHARE) for name in meters().by_name}


def _rates_in(values: Values) -> Mapping[str, Rate]:
    known = meters().by_name
    return {key: value for key, value in values.items() if value is not None and key in known}


def _tokens(entry: Entry, text: Scalar) -> int:
    match = _TOKENS.fullmatch(text.text)
    if not match:
        entry.wrong(text, "bad-bound", " is not a number of tokens", "200_000")
    return int(match[1]) if match else 1


def _bounded(entry: Entry, _: Values) -> None:
    if not any(field.key in entry for field in _BOUNDS):
        entry.document.report(
            entry.map, "band-without-bound", "a band needs a bound", expected=", ".join(field.key for field in _BOUNDS)
        )


def _band(entry: Entry, values: Values) -> Band:
    ends = []
    for side in ("input", "output"):
        above, at_least, up_to, below = (values[f"{side}_{word}"] for word in ("above", "from", "up_to", "below"))
        over = above if above is not None else (at_least or 1) - 1
        ends += [over, up_to if up_to is not None or below is None else below - 1]
        if ends[-1] is not None and ends[-1] <= over:
            entry.document.report(
                entry.map, "empty-band", "no request is that long: the upper bound is not above the lower one"
            )
    return Band(Bounds(*ends), _rates_in(values))


_BOUND = Kind(_tokens, whole(0, _TOKENS), "32_000")
_BOUNDS = tuple(
    Field(f"{side}_{word}", _BOUND, f"The {side} of a request, {meaning}.")
    for side in ("input", "output")
    for word, meaning in (
        ("above", "longer than this"), ("from", "at least this"), ("up_to", "at most this"), ("below", "shorter than this"),
    )
)  # fmt: skip
BAND = Table(
    "a band",
    _BOUNDS,
    _band,
    (Rule(_bounded, any_of([field.key for field in _BOUNDS])),),
    "{input_up_to: 32_000, …}",
    _rates,
)
_BAND_OF_SHARES = replace(BAND, meters=_rates_or_shares)


def _no_overlaps(entry: Entry, values: Values) -> None:
    """Two bands that hold for one length must not price the same meter."""
    bands, node = values["bands"], entry.map.get("bands")
    for index, first in enumerate(bands):
        for second in bands[index + 1 :]:
            shared = first.rates.keys() & second.rates.keys()
            if shared and _overlap(first.bounds, second.bounds) and isinstance(node, Sequence):
                entry.document.report(
                    node.items[bands.index(second)], "overlapping-bands",
                    f"two bands price {min(shared)} for the same length",
                    remedy="write both ends of each band: above is exclusive, up_to is inclusive",
                )  # fmt: skip


def _overlap(first: Bounds, second: Bounds) -> bool:
    return all(
        low < (high if high is not None else 10**18)
        for low, high in (
            (max(first.input_over, second.input_over), _lower(first.input_up_to, second.input_up_to)),
            (max(first.output_over, second.output_over), _lower(first.output_up_to, second.output_up_to)),
        )
    )


def _lower(first: int | None, second: int | None) -> int | None:
    known = [bound for bound in (first, second) if bound is not None]
    return min(known) if known else None


def _section(_: Entry, values: Values) -> Section:
    found = Section(
        _rates_in(values), values["bands"], values["thinking"], values["off_peak"], values["all"], values["observed"]
    )
    return _sourced(found, values["source"])


def _sourced(section: Section, source: str) -> Section:
    """The section, in which every rate that names no source has this one."""
    if not source:
        return section
    return Section(
        _rates_of(section.rates, source),
        tuple(Band(band.bounds, _rates_of(band.rates, source)) for band in section.bands),
        section.thinking and _sourced(section.thinking, source),
        section.off_peak and _sourced(section.off_peak, source),
        section.share,
        section.observed,
    )


def _rates_of(rates: Mapping[str, Rate], source: str) -> Mapping[str, Rate]:
    return {
        meter: rate if rate.source else Rate(rate.price, rate.per_units, source, rate.relative, rate.observed)
        for meter, rate in rates.items()
    }


def _inner_section(what: str) -> Kind:
    """A section within a section."""
    return Kind(
        lambda entry, node: _section_called(what).read(entry.document, node, entry.context),
        {"$ref": "#/definitions/section"},
        is_text=False,
    )


@cache
def _section_called(what: str) -> Table:
    return replace(SECTION, what=what)


def _section_fields(band: Table) -> tuple[Field, ...]:
    return (
        Field("bands", listed(band, "bands"), "Rates by the length of a request, which is billed at the band it lands in.", default=()),
        Field("thinking", _inner_section("thinking"), "What a request in thinking mode costs."),
        Field("off_peak", _inner_section("off_peak"), "What holds outside the peak hours of the block's schedule."),
        Field("all", SHARE, "Under service_tiers, thinking and off_peak alone: every meter but fees, as a share of its standard rate."),
        Field("observed", DAY, "A day on which it held, where its start is unknown."),
        Field("source", _SOURCE_KEY, "A key of sources.", default=""),
    )  # fmt: skip


SECTION = Table("a section", _section_fields(_BAND_OF_SHARES), _section, (Rule(_no_overlaps),), meters=_rates_or_shares)


# --- price blocks -------------------------------------------------------------------------------------------------------
_TIER = replace(SECTION, what="the service tier {key}")


def _tiers(entry: Entry, node: Node) -> Mapping[str, Section]:
    return {
        key.text: _TIER.read(entry.document, tier, entry.context, key)
        for key, tier in entry.document.map_at(node, "service_tiers")
    }


def _status(entry: Entry, text: Scalar) -> str:
    if text.text not in STATUSES:
        entry.document.report(
            text, "unknown-status", f'no status is called "{text.text}"', expected=", ".join(STATUSES)
        )
    return text.text


def _modifiers(entry: Entry, node: Node) -> tuple[str, ...]:
    texts = entry.document.texts_at(node, "modifiers")
    return tuple(found for text in texts if (found := _one_of("modifiers", "modifier")(entry, text)))


def _start(entry: Entry) -> tuple[date | None, date | None]:
    """The first day; or, where the start is unknown, the day on which the price was seen."""
    key = _key(entry)
    if not key.text.startswith(OPEN_START):
        return DAY.read(entry, key), None
    place = Place(key.place.file, key.place.line, key.place.column + len(OPEN_START))
    return None, DAY.read(entry, Scalar(key.text.removeprefix(OPEN_START), place))


def _block(entry: Entry, values: Values) -> PriceBlock:
    starts, observed = _start(entry)
    source = values["source"] or entry.context.default_source
    standard = _sourced(_section(entry, values), source)
    _check_block(entry, standard)
    if facts := values["self_hosted"]:
        standard = replace(standard, rates={**_derived(entry, facts, standard, source), **standard.rates})
    return PriceBlock(
        starts,
        standard,
        {name: _sourced(tier, source) for name, tier in values["service_tiers"].items()},
        _key(entry).place,
        observed,
        values["status"],
        values["schedule"],
        values["withdrawn"],
        source,
        values["note"],
        values["corrected"],
        values["locked_until"],
        facts,
        values["modifiers"],
    )


def _derived(entry: Entry, facts: SelfHosted, standard: Section, source: str) -> Mapping[str, Rate]:
    """The rates that follow from what the machines cost."""
    for meter in facts.per_second.keys() & standard.rates.keys():
        entry.refuse(meter, "priced-twice", f"the price of {meter} follows from self_hosted", "keep one of them")
    return {meter: Rate(facts.per_million(meter), 1_000_000, source) for meter in facts.per_second}


def _check_block(entry: Entry, standard: Section) -> None:
    doc, key = entry.document, _key(entry)
    if not entry.map.entries.keys() - _NO_FIGURES:
        doc.report(key, "empty-block", f"the block of {key.text} has no price", remedy="or write withdrawn: why")
    rates = [*standard.rates.values(), *(rate for band in standard.bands for rate in band.rates.values())]
    if standard.share is not None or any(rate.relative for rate in rates):
        doc.report(
            key, "share-of-itself", f"the block of {key.text} is priced as a share of itself",
            expected="a share of standard only under service_tiers, thinking or off_peak",
        )  # fmt: skip
    if standard.off_peak is not None and "schedule" not in entry:
        doc.report(
            entry.map.key("off_peak"), "off-peak-without-schedule", "nothing says when these off-peak prices hold",
            remedy="name a schedule of the block, and declare it under schedules",
        )  # fmt: skip


_SECTIONS: Schema = {"type": "object", "additionalProperties": {"$ref": "#/definitions/section"}}
BLOCK = Table(
    "the block of {key}",
    (
        Field("status", Kind(_status, {"enum": list(STATUSES)}, "announced"), "Announced and in_force blocks apply from their day; cancelled and superseded ones never.", default="in_force"),
        Field("schedule", Kind(_one_of("schedules", "schedule"), ANY_TEXT, "beijing-days"), "When peak prices hold: a key of schedules."),
        Field("modifiers", Kind(_modifiers, TEXTS, "[us-inference]", NAMES.write, is_text=False), "Which modifiers hold for these prices: keys of modifiers.", default=()),
        Field("withdrawn", TEXT, "From this day there is no price; why.", default=""),
        _NOTE,
        Field("corrected", TEXT, "Why this differs from its source, or from what stood here before.", default=""),
        Field("locked_until", DAY, "A negotiated fixed rate: no rise touches it before this day."),
        Field("service_tiers", Kind(_tiers, _SECTIONS, "{batch: {all: 50% of standard}}", is_text=False), "batch, flex, priority …: rates by tier.", default={}),
        Field("self_hosted", inner(SELF_HOSTED), "What a team knows of the machines that serve the model; its prices follow."),
        *_section_fields(BAND),
    ),
    _block,
    (
        Rule(_no_overlaps),
        Rule(schema={
            "not": {"anyOf": [{"propertyNames": {"enum": sorted(_NO_FIGURES)}}, {"required": ["all"]}]},
            "dependencies": {"off_peak": ["schedule"]},
        }),
    ),
    meters=_rates,
)  # fmt: skip


# --- models -------------------------------------------------------------------------------------------------------------
def _redirects(entry: Entry, node: Node) -> Mapping[date, str]:
    days = entry.document.map_at(node, "redirects")
    return {
        start: target.text.lower()
        for day, target in days
        if (start := DAY.read(entry, day)) and isinstance(target, Scalar)
    }


def _blocks(entry: Entry, node: Node) -> tuple[PriceBlock, ...]:
    blocks = [
        BLOCK.read(entry.document, block, entry.context, day) for day, block in entry.document.map_at(node, "prices")
    ]
    return tuple(sorted(blocks, key=lambda block: block.starts or date.min))


def _made_as(entry: Entry, text: Scalar) -> str:
    if not all(text.text.partition("/")[::2]):
        entry.wrong(text, "bad-maker", " does not say who made it", "qwen/qwen3-32b")
    return text.text.lower()


def _retired(entry: Entry, text: Scalar) -> End | None:
    """`2027-01-14 [litellm]`: the first day without it, and who says so."""
    match = _RETIRED.fullmatch(text.text)
    if not match:
        entry.wrong(
            text, "bad-date", " is not a date", "2027-01-14, the first day without it; behind it the source in brackets"
        )
        return None
    day = DAY.read(entry, Scalar(match[1], text.place))
    source = match[2] or entry.context.default_source
    if day is None:
        return None
    check_source(entry, text, source)
    return End(day, source=source)


def _end(entry: Entry, values: Values) -> End | None:
    end: End | None = values["retired"]
    if values["successor"] and "retired" not in entry:
        entry.document.report(
            entry.map.key("successor"), "successor-without-end", "a model that stays has no successor",
            expected="retired: 2027-01-14, the first day without it",
        )  # fmt: skip
    return replace(end, successor=values["successor"]) if end else None


def _model(entry: Entry, values: Values) -> Model:
    doc, key, blocks = entry.document, _key(entry), values["prices"]
    if not blocks and "redirects" not in entry:
        doc.report(key, "no-prices", f'the model "{key.text}" has no prices')
    if sum(block.observed is not None for block in blocks) > 1:
        doc.report(key, "two-open-starts", f'the model "{key.text}" has two blocks whose start is unknown')
    return Model(
        key.text.lower(), blocks, key.place, values["aliases"], values["resold"], values["redirects"], values["note"],
        _end(entry, values), values["made_as"],
    )  # fmt: skip


MODEL = Table(
    'the model "{key}"',
    (
        Field("made_as", Kind(_made_as, ANY_TEXT, "qwen/qwen3-32b"), "MAKER/MODEL: what its maker calls a model that is sold here under another name.", default=""),
        Field("aliases", NAMES, "Other names of it in logs; * stands for anything.", "[gpt-5-latest]", default=()),
        Field("resold", FLAG, "Another provider's model: its home goes first where the log names no provider.", default=False),
        Field("redirects", Kind(_redirects, by_key(DAY_PATTERN, ANY_TEXT), "{2026-10-08: MODEL}",
                                lambda days: flow({f"{day}": free(target) for day, target in days.items()}), is_text=False),
              "From that day it is billed as the model named.", default={}),
        Field("retired", Kind(_retired, pattern(_RETIRED.pattern), "2027-01-14"), "The first day on which it cannot be bought; its source in brackets."),
        Field("successor", LOWER, "What its seller names in its place: a model of this book.", "gpt-5.7", default=""),
        _NOTE,
        Field("prices", Kind(_blocks, lambda: by_key(f"({re.escape(OPEN_START)})?{DAY_PATTERN}", {"$ref": "#/definitions/block"}), is_text=False),
              "Price blocks by the day from which they hold.", default=()),
    ),
    _model,
    (Rule(schema={
        "anyOf": [{"required": ["prices"], "properties": {"prices": {"minProperties": 1}}}, {"required": ["redirects"]}],
        "dependencies": {"successor": ["retired"]},
    }),),
)  # fmt: skip


# --- the book -----------------------------------------------------------------------------------------------------------
def _currency(entry: Entry, text: Scalar) -> str:
    if not _CURRENCY.fullmatch(text.text):
        entry.wrong(text, "bad-currency", " is not a currency", "an ISO 4217 code: USD")
    entry.context.currency = text.text
    return text.text


def _declaring(table: Table, what: str) -> Kind:
    """What the book declares by name: it is known to all that is read after it."""
    kind = named(table, what)

    def read(entry: Entry, node: Node) -> Mapping[str, Any]:
        found = {**getattr(entry.context, what), **kind.read(entry, node)}
        setattr(entry.context, what, found)
        return found

    return replace(kind, read=read)


def _address(entry: Entry, text: Scalar) -> str:
    """The one address of all of the book is a source too."""
    checked = entry.text("checked")
    if text.text:
        entry.context.sources = {"book": Source("book", text.text, checked.text if checked else "")}
    return text.text


def _models(entry: Entry, node: Node) -> Mapping[str, Model]:
    doc = entry.document
    found = {key.text.lower(): MODEL.read(doc, each, entry.context, key) for key, each in doc.map_at(node, "models")}
    if isinstance(node, Map):
        _check_targets(entry, found)
        _check_names(entry, node)
    return found


def _check_targets(entry: Entry, models: Mapping[str, Model]) -> None:
    """What a model is redirected to, or succeeded by, is a model of the book."""
    for model in models.values():
        named = [("redirect", "redirected to", target) for target in model.redirects.values()]
        named += [("successor", "succeeded by", model.end.successor)] if model.end and model.end.successor else []
        for what, how, target in named:
            if target not in models:
                entry.document.report(
                    model.place, f"unknown-{what}", f'"{model.name}" is {how} "{target}", which is not here',
                    nearest=nearest_names(target, models),
                )  # fmt: skip


def _check_names(entry: Entry, models: Map) -> None:
    """One name must not mean two models of a book."""
    meant = {key.text.lower(): key.text for key, _ in models}
    for key, node in models:
        for alias in entry.document.texts_at(node.get("aliases"), "aliases") if isinstance(node, Map) else ():
            other = meant.setdefault(alias.text.lower(), key.text)
            if other != key.text:
                entry.document.report(
                    alias, "name-twice", f'"{alias.text}" already means the model "{other}"', remedy="keep one"
                )


def _book(entry: Entry, values: Values) -> tuple[Book, Terms]:
    book = Book(
        values["provider"], values["region"] or "global", values["currency"], values["timezone"], values["models"],
        entry.document.file, values["names"], values["list_names"], values["region_names"], values["default"],
        values["checked"], entry.context.sources, values["schedules"], values["modifiers"], values["date_suffixes"],
        values["note"],
    )  # fmt: skip
    return book, terms_of(entry, values)


BOOK = Table(
    "a pricebook",
    (
        Field("provider", LOWER, "Who bills.", "openai", needed=True, default=""),
        Field("names", NAMES, "What logs call the provider.", "[openai-api]", default=(), of=lambda book: book.provider_names),
        Field("list_names", NAMES, "What logs call the provider, where the name means this very list.", "[zai]", default=()),
        Field("region", TEXT, "Which of the provider's lists this is; global if nothing is said.", "intl-singapore"),
        Field("region_names", NAMES, "What logs call the region.", "[intl]", default=()),
        Field("default", FLAG, "The list that is taken where the log names no region.", default=False, of=lambda book: book.is_default),
        Field("currency", Kind(_currency, pattern(_CURRENCY.pattern), "USD"), "ISO 4217.", needed=True, default=""),
        Field("timezone", replace(_ZONE, write=TEXT.write), "The zone in which price days begin.", needed=True, default="UTC"),
        Field("source", replace(TEXT, read=_address), "Where all of this stands, if one address says it.", "https://openai.com/api/pricing", of=lambda _: None),
        Field("checked", DAY, "The day on which it was last compared with its source."),
        Field("date_suffixes", FLAG, "Whether name-20250929 inherits everything from name.", "false", default=True),
        _NOTE,
        Field("sources", _declaring(SOURCE, "sources"), "Who says so; rates name these keys.", default={}),
        Field("schedules", _declaring(SCHEDULE, "schedules"), "When peak prices hold; blocks name these keys.", default={}),
        Field("modifiers", _declaring(MODIFIER, "modifiers"), "What requests of some label cost; blocks name these keys.", default={}),
        Field("models", Kind(_models, {"type": "object", "additionalProperties": {"$ref": "#/definitions/model"}}, is_text=False),
              "By the provider's own name.", needed=True, default={}),
        *TERMS,
    ),
    _book,
)  # fmt: skip
DEFINITIONS = {"model": MODEL, "block": BLOCK, "section": SECTION}
