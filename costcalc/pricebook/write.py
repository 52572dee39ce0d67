"""Writing pricebooks: a book as the YAML text that is read back as the same book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from textwrap import wrap

from costcalc.money import Money, exact_text
from costcalc.pricebook.model import Band, Book, Bounds, Model, Modifier, PriceBlock, Rate, Schedule, Section, Source
from costcalc.pricebook.read import UNITS, WEEKDAYS
from costcalc.pricebook.selfhosted import SPEEDS, SelfHosted
from costcalc.yamltext import flow, free, indented, word

OPEN_START = "at least since "  # before the day a price was seen where its start is unknown
_LINE = 118  # what a note may take before it is folded
_UNIT_WORDS = {units: word for word, units in UNITS.items()}


def book_text(book: Book, head: Iterable[str] = ()) -> str:
    """The book as YAML text; `head` are lines of comment at its top."""
    lines = [f"# {line}".rstrip() for line in head]
    lines += _entry("provider", book.provider)
    lines += _names("names", book.provider_names)
    lines += _names("list_names", book.list_names)
    lines += _entry("region", book.region)
    lines += _names("region_names", book.region_names)
    lines += _entry("default", "true") if book.is_default else []
    lines += _entry("currency", book.currency)
    lines += _entry("timezone", book.timezone)
    lines += _entry("checked", f"{book.checked}") if book.checked else []
    lines += [] if book.date_suffixes else _entry("date_suffixes", "false")
    lines += _text("note", book.note)
    if book.sources:
        lines += ["", "sources:", *indented(source_line(source) for source in book.sources.values())]
    if book.schedules:
        lines += ["", "schedules:"]
        lines += indented(line for schedule in book.schedules.values() for line in schedule_lines(schedule))
    if book.modifiers:
        lines += ["", "modifiers:", *indented(modifier_line(modifier) for modifier in book.modifiers.values())]
    lines += ["", "models:" if book.models else "models: {}"]
    for position, model in enumerate(book.models.values()):
        lines += ["", *indented(model_lines(model, default_source(book)))][0 if position else 1 :]
    return "\n".join([*lines, ""])


def default_source(book: Book) -> str:
    """What a block's source is where the file names none: the source of the whole book."""
    return "book" if "book" in book.sources else ""


def source_line(source: Source) -> str:
    """`changelog: {url: https://…, read: 2026-07-30, confidence: secondary}`."""
    parts = {"url": source.url, "read": source.read, "confidence": source.confidence}
    return f"{word(source.key)}: {_flow({name: text for name, text in parts.items() if text})}"


def modifier_line(modifier: Modifier) -> str:
    """`us-inference: {where: {inference_geo: us}, tokens: 110%, source: pricing}`."""
    where = _flow({modifier.label: modifier.value})
    parts = {"tokens": f"{exact_text(modifier.share * 100)}%"}
    parts |= {"observed": f"{modifier.observed}"} if modifier.observed else {}
    parts |= {"source": modifier.source} if modifier.source else {}
    return f"{word(modifier.name)}: {{where: {where}, {_flow(parts).removeprefix('{')}"


def schedule_lines(schedule: Schedule) -> list[str]:
    """When peak prices hold. ValueError: windows on different weekdays, which a file cannot say."""
    weekdays = {window.weekdays for window in schedule.peak}
    if len(weekdays) > 1:
        raise ValueError(f"the windows of {schedule.name} differ in their weekdays")
    hours = [f"{window.opens:%H:%M}-{window.closes:%H:%M}" for window in schedule.peak]
    lines = _entry("timezone", schedule.timezone)
    lines += [f"peak_days: {_day_words(days)}" for days in weekdays if len(days) < len(WEEKDAYS)]
    lines += [f"peak_hours: [{', '.join(text.removesuffix('-00:00') + ('-24:00' if text.endswith('-00:00') else '') for text in hours)}]"] if hours else []  # fmt: skip
    lines += _entry("holidays", schedule.holidays) if schedule.holidays else []
    return [f"{word(schedule.name)}:", *indented(lines)]


def model_lines(model: Model, default: str = "") -> list[str]:
    """A model with its names and its blocks, as it stands under `models`."""
    lines = _entry("made_as", model.made_as) if model.made_as else []
    lines += _names("aliases", model.aliases)
    lines += _entry("resold", "true") if model.resold else []
    if model.redirects:
        lines.append(f"redirects: {_flow({f'{day}': target for day, target in model.redirects.items()})}")
    if model.end:
        source = f" [{model.end.source}]" if model.end.source != default else ""
        lines += _entry("retired", f"{model.end.day}{source}")
        lines += _entry("successor", model.end.successor) if model.end.successor else []
    lines += _text("note", model.note)
    if model.blocks:
        blocks = (block_lines(block, default) for block in model.blocks)
        lines += ["prices:", *indented(line for block in blocks for line in block)]
    return [f"{word(model.name)}:", *indented(lines)]


def block_lines(block: PriceBlock, default: str = "") -> list[str]:
    """A price block under its day; `default` is the source that a block has where it names none."""
    day = f"{block.starts}" if block.starts else f"{OPEN_START}{block.observed}"
    lines = _entry("source", block.source) if block.source != default else []
    lines += _entry("status", block.status) if block.status != "in_force" else []
    lines += _entry("schedule", block.schedule) if block.schedule else []
    lines += _names("modifiers", block.modifiers)
    lines += _text("withdrawn", block.withdrawn)
    lines += _text("note", block.note)
    lines += _text("corrected", block.corrected)
    lines += _entry("locked_until", f"{block.locked_until}") if block.locked_until else []
    facts, standard = block.self_hosted, block.standard
    if facts:  # the rates that follow from them are not written
        lines += [f"self_hosted: {_flow(_fact_words(facts))}"]
        standard = replace(standard, rates={m: r for m, r in standard.rates.items() if m not in facts.per_second})
    lines += _section_lines(standard, block.source)
    if block.service_tiers:
        lines.append("service_tiers:")
        for name, tier in block.service_tiers.items():
            lines += indented(_inner_lines(name, tier, block.source))
    return [f"{word(day)}:", *indented(lines)]


def _fact_words(facts: SelfHosted) -> dict[str, str]:
    words = {"gpu_hour": _amount_text(facts.gpu_hour)}
    words |= {"gpus": f"{facts.gpus}", "replicas": f"{facts.replicas}", "spare": f"{facts.spare}"}
    words |= {SPEEDS[meter]: f"{exact_text(speed)} per replica" for meter, speed in facts.per_second.items()}
    words["utilisation"] = f"{exact_text(facts.utilisation * 100)}%"
    if facts.fixed_per_month:
        words["fixed_per_month"] = _amount_text(facts.fixed_per_month)
    return words | ({"note": facts.note} if facts.note else {})


def _amount_text(money: Money) -> str:
    return f"{exact_text(money.amount)} {money.currency}"


def rate_text(rate: Rate, source: str = "") -> str:
    """`3 per 1M`, with its source in brackets where it is not `source`. ValueError: no decimal writes it exactly."""
    shown = rate.price * 100 if rate.relative else rate.price
    text = exact_text(shown)
    if Fraction(text) != shown:
        raise ValueError(f"{shown} cannot be written as a decimal")
    unit = "% of standard" if rate.relative else f" per {_UNIT_WORDS[rate.per_units]}"
    observed = f" observed {rate.observed}" if rate.observed else ""
    return f"{text}{unit}{observed}{f' [{rate.source}]' if rate.source != source else ''}"


def _section_lines(section: Section, source: str) -> list[str]:
    lines = [f"{name}: {word(text)}" for name, text in _section_words(section).items()]
    width = max((len(meter) for meter in section.rates), default=0) + 1
    lines += [f"{f'{meter}:':<{width}} {word(rate_text(rate, source))}" for meter, rate in section.rates.items()]
    if section.bands:
        lines += ["bands:", *indented(f"- {_flow(_band_parts(band, source))}" for band in section.bands)]
    for name, inner in (("thinking", section.thinking), ("off_peak", section.off_peak)):
        lines += _inner_lines(name, inner, source) if inner else []
    return lines


def _inner_lines(name: str, section: Section, source: str) -> list[str]:
    """A section under a name: in one line, unless it has parts of its own."""
    own = _own_source(section, source)
    if section.bands or section.thinking or section.off_peak:
        lines = _entry("source", own) if own != source else []
        return [f"{word(name)}:", *indented([*lines, *_section_lines(section, own)])]
    parts = {"source": own} if own != source else {}
    parts |= _section_words(section)
    parts |= {meter: rate_text(rate, own) for meter, rate in section.rates.items()}
    return [f"{word(name)}: {_flow(parts)}"]


def _section_words(section: Section) -> dict[str, str]:
    words = {"observed": f"{section.observed}"} if section.observed else {}
    if section.share is not None:
        words["all"] = rate_text(Rate(section.share, 1, relative=True))
    return words


def _own_source(section: Section, source: str) -> str:
    """The source that most rates of an inner section name, said once instead of beside each."""
    named = Counter(rate.source for rate in section.all_rates() if rate.source)
    return max(named, key=lambda key: (named[key], key == source)) if named else source


def _band_parts(band: Band, source: str) -> dict[str, str]:
    return _bound_words(band.bounds) | {meter: rate_text(rate, source) for meter, rate in band.rates.items()}


def _bound_words(bounds: Bounds) -> dict[str, str]:
    words = {}
    for side, over, up_to in (
        ("input", bounds.input_over, bounds.input_up_to),
        ("output", bounds.output_over, bounds.output_up_to),
    ):
        if over:
            words[f"{side}_above"] = f"{over:_}"
        if up_to is not None:
            words[f"{side}_up_to"] = f"{up_to:_}"
    return words or {"input_above": "0"}


def _day_words(days: frozenset[int]) -> str:
    """`Mon-Fri`, or the days one by one."""
    ordered = sorted(days)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{WEEKDAYS[ordered[0]]}-{WEEKDAYS[ordered[-1]]}"
    return f"[{', '.join(WEEKDAYS[day] for day in ordered)}]"


def _names(key: str, names: Iterable[str]) -> list[str]:
    words = [free(name) for name in names]
    return [f"{key}: [{', '.join(words)}]"] if words else []


def _text(key: str, text: str) -> list[str]:
    """A text that people read: folded where it is long and folding gives back every space of it."""
    if not text:
        return []
    line = f"{key}: {word(text)}"
    words = text.split(" ")
    if len(line) <= _LINE or not all(words) or not text.isprintable():
        return [line]
    folded = wrap(text, _LINE - 10, break_long_words=False, break_on_hyphens=False)
    return [f"{key}: >-", *indented(folded)] if " ".join(folded) == text else [line]


def _flow(parts: Mapping[str, str]) -> str:
    return flow({key: free(text) for key, text in parts.items()})


def _entry(key: str, text: str) -> list[str]:
    return [f"{key}: {word(text)}"]
