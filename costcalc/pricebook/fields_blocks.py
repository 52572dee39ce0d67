"""The fields of price blocks: rates, bands by length, tiers and other sections; and what a block may name of its book."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from costcalc.meters import meters
from costcalc.pricebook.fields_terms import SELF_HOSTED, whole
from costcalc.pricebook.kinds import DAY, NAMES, RATE, RATE_OR_SHARE, SHARE, STATUS, TEXT, TEXTS
from costcalc.pricebook.model import (
    Band,
    Bounds,
    Labels,
    Modifier,
    PriceBlock,
    Rate,
    Schedule,
    Section,
    Source,
    label_value,
)
from costcalc.pricebook.selfhosted import SelfHosted
from costcalc.problems import Place, nearest_names
from costcalc.records import dataclass
from costcalc.yamldoc import Node, Scalar, Sequence
from costcalc.yamlfields import (
    ANY_TEXT,
    Entry,
    FieldTable,
    Further,
    Kind,
    Rule,
    Schema,
    Values,
    YamlField,
    any_of,
    inner,
    listed,
)
from costcalc.yamltext import flow, free

OPEN_START = "at least since "  # before the day a price was seen where its start is unknown

_NO_FIGURES = frozenset({"status", "schedule", "modifiers", "source", "note", "corrected", "locked_until", "observed"})
_TOKENS = re.compile(r"(\d+(?:_\d+)*)(?: tokens)?", re.ASCII)
NOTE = YamlField("note", TEXT, "What a reader should know.", default="")


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


SOURCE_KEY = Kind(_source_key, ANY_TEXT, "pricing-page", free)


# --- rates, bands and sections ------------------------------------------------------------------------------------------
@cache
def _rates() -> Mapping[str, YamlField]:
    return {name: YamlField(name, RATE) for name in meters().by_name}


@cache
def _rates_or_shares() -> Mapping[str, YamlField]:
    return {name: YamlField(name, RATE_OR_SHARE) for name in meters().by_name}


_REMEDY = "correct the name, or declare the meter in meters.yaml"
_METERS = Further(_rates, "meter", _REMEDY)
_SHARES_TOO = Further(_rates_or_shares, "meter", _REMEDY)


def _rates_in(values: Values) -> Mapping[str, Rate]:
    known = meters().by_name
    return {key: value for key, value in values.items() if value is not None and key in known}


def _tokens(entry: Entry, text: Scalar) -> int:
    match = _TOKENS.fullmatch(text.text)
    if not match:
        entry.wrong(text, "bad-bound", " is not a number of tokens", "200_000")
    return int(match[1]) if match else 1


def _labels(entry: Entry, node: Node) -> Labels:
    """Labels of a log's rows, each with its value, as rows are compared with them."""
    labels = entry.document.map_at(node, "where")
    found = [(name.text, entry.document.text_at(value, name.text)) for name, value in labels]
    if not found:
        entry.document.report(node, "bad-where", "no label stands in it", expected="where: {image_size: 1024x1024}")
    return tuple(sorted((name.lower(), label_value(value.text)) for name, value in found if value))


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
    return Band(replace(Bounds(*ends), labels=values["where"]), _rates_in(values))


WHERE = Kind(
    _labels, {"type": "object", "additionalProperties": ANY_TEXT, "minProperties": 1}, "{image_size: 1024x1024}",
    lambda labels: flow({name: free(value) for name, value in labels}), is_text=False,
)  # fmt: skip
_BOUND = Kind(_tokens, whole(0, _TOKENS), "32_000")
_BOUNDS = (
    *(
    YamlField(f"{side}_{word}", _BOUND, f"The {side} of a request, {meaning}.")
    for side in ("input", "output")
    for word, meaning in (
        ("above", "longer than this"), ("from", "at least this"), ("up_to", "at most this"), ("below", "shorter than this"),
    )),
    YamlField("where", WHERE, "Labels of its row: each has this value.", default=()),
)  # fmt: skip
BAND = FieldTable(
    "a band",
    _BOUNDS,
    _band,
    (Rule(_bounded, any_of([field.key for field in _BOUNDS])),),
    "{input_up_to: 32_000, …}",
    _METERS,
)
_BAND_OF_SHARES = replace(BAND, further=_SHARES_TOO)


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
    """Whether one request can lie in both; what holds for more labels goes first, and is written after the others."""
    if bool(first.labels) != bool(second.labels) or any(
        name == other and value != said for name, value in first.labels for other, said in second.labels
    ):
        return False
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
    return section.mapped(lambda _, rate: rate if rate.source else replace(rate, source=source)) if source else section


def _inner_section(what: str) -> Kind:
    """A section within a section."""
    return Kind(
        lambda entry, node: _section_called(what).read(entry.document, node, entry.context),
        {"$ref": "#/definitions/section"},
        is_text=False,
    )


@cache
def _section_called(what: str) -> FieldTable:
    return replace(SECTION, what=what)


def _section_fields(band: FieldTable) -> tuple[YamlField, ...]:
    return (
        YamlField("bands", listed(band, "bands"), "Rates by the length of a request, or by labels of its row; it is billed at the band it lands in.", default=()),
        YamlField("thinking", _inner_section("thinking"), "What a request in thinking mode costs."),
        YamlField("off_peak", _inner_section("off_peak"), "What holds outside the peak hours of the block's schedule."),
        YamlField("all", SHARE, "Under service_tiers, thinking and off_peak alone: every meter but fees, as a share of its standard rate."),
        YamlField("observed", DAY, "A day on which it held, where its start is unknown."),
        YamlField("source", SOURCE_KEY, "A key of sources.", default=""),
    )  # fmt: skip


SECTION = FieldTable(
    "a section", _section_fields(_BAND_OF_SHARES), _section, (Rule(_no_overlaps),), further=_SHARES_TOO
)


# --- price blocks -------------------------------------------------------------------------------------------------------
_TIER = replace(SECTION, what="the service tier {key}")


def _tiers(entry: Entry, node: Node) -> Mapping[str, Section]:
    return {
        key.text: _TIER.read(entry.document, tier, entry.context, key)
        for key, tier in entry.document.map_at(node, "service_tiers")
    }


def _modifiers(entry: Entry, node: Node) -> tuple[str, ...]:
    texts = entry.document.texts_at(node, "modifiers")
    return tuple(found for text in texts if (found := _one_of("modifiers", "modifier")(entry, text)))


def _start(entry: Entry) -> tuple[date | None, date | None]:
    """The first day; or, where the start is unknown, the day on which the price was seen."""
    key = entry.name
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
        entry.name.place,
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
    doc, key = entry.document, entry.name
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
BLOCK = FieldTable(
    "the block of {key}",
    (
        YamlField("status", STATUS, "Announced and in_force blocks apply from their day; cancelled and superseded ones never.", default="in_force"),
        YamlField("schedule", Kind(_one_of("schedules", "schedule"), ANY_TEXT, "beijing-days"), "When peak prices hold: a key of schedules."),
        YamlField("modifiers", Kind(_modifiers, TEXTS, "[us-inference]", NAMES.write, is_text=False), "Which modifiers hold for these prices: keys of modifiers.", default=()),
        YamlField("withdrawn", TEXT, "From this day there is no price; why.", default=""),
        NOTE,
        YamlField("corrected", TEXT, "Why this differs from its source, or from what stood here before.", default=""),
        YamlField("locked_until", DAY, "A negotiated fixed rate: no rise touches it before this day."),
        YamlField("service_tiers", Kind(_tiers, _SECTIONS, "{batch: {all: 50% of standard}}", is_text=False), "batch, flex, priority …: rates by tier.", default={}),
        YamlField("self_hosted", inner(SELF_HOSTED), "What a team knows of the machines that serve the model; its prices follow."),
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
    further=_METERS,
)  # fmt: skip
