"""Writing pricebooks: a book as the YAML text that is read back as the same book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from textwrap import wrap
from typing import Any

from costcalc.pricebook.fields import BOOK, MODEL, MODIFIER, SCHEDULE, SOURCE
from costcalc.pricebook.fields_blocks import BLOCK, OPEN_START, SECTION, WHERE
from costcalc.pricebook.fields_terms import SELF_HOSTED, TERM_KEYS
from costcalc.pricebook.kinds import rate_text
from costcalc.pricebook.model import Band, Book, Bounds, Model, Modifier, PriceBlock, Rate, Schedule, Section, Source
from costcalc.yamlfields import FieldTable
from costcalc.yamltext import flow, free, indented, word

_LINE = 118  # what a note may take before it is folded
_PROSE = ("withdrawn", "note", "corrected")


def book_text(book: Book, head: Iterable[str] = ()) -> str:
    """The book as YAML text; `head` are lines of comment at its top."""
    named: dict[str, Callable[[Any], list[str]]] = {
        "sources": lambda source: [source_line(source)],
        "schedules": schedule_lines,
        "modifiers": lambda modifier: [modifier_line(modifier)],
    }
    lines = [f"# {line}".rstrip() for line in head]
    lines += _lines(BOOK, book, {*named, "models", *TERM_KEYS})
    for key, written in named.items():
        if declared := getattr(book, key):
            lines += ["", f"{key}:", *indented(line for each in declared.values() for line in written(each))]
    lines += ["", "models:" if book.models else "models: {}"]
    for position, model in enumerate(book.models.values()):
        lines += ["", *indented(model_lines(model, default_source(book)))][0 if position else 1 :]
    return "\n".join([*lines, ""])


def _lines(table: FieldTable, record: Any, but: Collection[str] = ()) -> list[str]:
    """A line a key; a text that people read may take several."""
    return [
        line
        for field, value in table.said(record, but)
        for line in (_text(field.key, value) if field.key in _PROSE else [f"{field.key}: {field.kind.write(value)}"])
    ]


def default_source(book: Book) -> str:
    """What a block's source is where the file names none: the source of the whole book."""
    return "book" if "book" in book.sources else ""


def source_line(source: Source) -> str:
    """`changelog: {url: https://…, read: 2026-07-30, confidence: secondary}`."""
    return f"{word(source.key)}: {flow(SOURCE.written(source))}"


def modifier_line(modifier: Modifier) -> str:
    """`us-inference: {where: {inference_geo: us}, tokens: 110%, source: pricing}`."""
    return f"{word(modifier.name)}: {flow(MODIFIER.written(modifier))}"


def schedule_lines(schedule: Schedule) -> list[str]:
    """When peak prices hold. ValueError: windows on different weekdays, which a file cannot say."""
    return [f"{word(schedule.name)}:", *indented(_lines(SCHEDULE, schedule))]


def model_lines(model: Model, default: str = "") -> list[str]:
    """A model with its names and its blocks, as it stands under `models`."""
    lines = _lines(MODEL, model, {"retired", "successor", "note", "prices"})
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
    lines += _lines(BLOCK, block, {*SECTION.keys, "service_tiers", "self_hosted"})
    facts, standard = block.self_hosted, block.standard
    if facts:  # the rates that follow from them are not written
        lines += [f"self_hosted: {flow(SELF_HOSTED.written(facts))}"]
        standard = replace(standard, rates={m: r for m, r in standard.rates.items() if m not in facts.per_second})
    lines += _section_lines(standard, block.source)
    if block.service_tiers:
        lines.append("service_tiers:")
        for name, tier in block.service_tiers.items():
            lines += indented(inner_lines(name, tier, block.source))
    return [f"{word(day)}:", *indented(lines)]


def _section_lines(section: Section, source: str) -> list[str]:
    lines = [f"{name}: {word(text)}" for name, text in _section_words(section).items()]
    width = max((len(meter) for meter in section.rates), default=0) + 1
    lines += [f"{f'{meter}:':<{width}} {word(rate_text(rate, source))}" for meter, rate in section.rates.items()]
    if section.bands:
        lines += ["bands:", *indented(f"- {band_text(band, source)}" for band in section.bands)]
    for name, inner in (("thinking", section.thinking), ("off_peak", section.off_peak)):
        lines += inner_lines(name, inner, source) if inner else []
    return lines


def inner_lines(name: str, section: Section, source: str) -> list[str]:
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


def band_text(band: Band, source: str) -> str:
    """`{input_above: 200_000, input_tokens: 5 per 1M}`."""
    rates = {meter: free(rate_text(rate, source)) for meter, rate in band.rates.items()}
    return flow(_bound_words(band.bounds) | rates)


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
    if bounds.labels:
        words["where"] = WHERE.write(bounds.labels)
    return words or {"input_above": "0"}


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
