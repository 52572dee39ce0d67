"""The fields of a pricebook: the book, its sources, schedules and modifiers, its models and their price blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from fractions import Fraction
from typing import Any

from costcalc.calendar import zone
from costcalc.money import exact_text, read_number
from costcalc.pricebook.fields_blocks import BLOCK, NOTE, OPEN_START, SECTION, SOURCE_KEY, WHERE
from costcalc.pricebook.fields_terms import TERMS, terms_of
from costcalc.pricebook.kinds import DAY, DAY_PATTERN, IN_FLOW, LOWER, NAMES, TEXT, check_source
from costcalc.pricebook.model import Book, End, Model, Modifier, PriceBlock, Schedule, Source, Window
from costcalc.pricebook.terms import Terms
from costcalc.problems import nearest_names
from costcalc.yamldoc import Map, Node, Scalar
from costcalc.yamlfields import (
    ANY_TEXT,
    FLAG,
    Entry,
    FieldTable,
    Kind,
    Rule,
    Schema,
    Values,
    YamlField,
    by_key,
    named,
    pattern,
    schema_of,
)
from costcalc.yamltext import flow, free

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_PER_TOKEN = re.compile(r"(\d+(?:_\d+)*(?:\.\d+)?)%", re.ASCII)
_RETIRED = re.compile(r"([\d-]+)(?: \[([\w.-]+)\])?")
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


# --- sources, schedules, modifiers --------------------------------------------------------------------------------------
SOURCE = FieldTable(
    'the source "{key}"',
    (
        YamlField("url", IN_FLOW, "An address, or where else it can be found.", "https://openai.com/api/pricing", default=""),
        YamlField("read", IN_FLOW, "The day or month on which it was read.", "2026-11-24", default=""),
        YamlField("confidence", IN_FLOW, "official, secondary or derived.", "official", default=""),
    ),
    lambda entry, values: Source(entry.name.text, **values),
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
    return Schedule(entry.name.text, values["timezone"] or "UTC", windows, values["holidays"] or None)


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
SCHEDULE = FieldTable(
    'the schedule "{key}"',
    (
        YamlField("timezone", _ZONE, "The zone of the hours."),
        YamlField("peak_days", Kind(_weekdays, _texts(f"{_DAY_WORD}(-{_DAY_WORD})?"), "Mon-Fri", _weekdays_text, is_text=False),
              "Every day if nothing is said.", default=frozenset(range(7)), of=_peak_days),
        YamlField("peak_hours", Kind(_peak_hours, _texts(_HOURS.pattern), "[09:00-12:00, 14:00-18:00]", _hours_text, is_text=False),
              "When peak prices hold.", default=(), of=lambda schedule: tuple((each.opens, each.closes) for each in schedule.peak)),
        YamlField("holidays", TEXT, "ISO country whose public holidays are off-peak.", "CN", default=""),
        YamlField("note", TEXT, "What a reader should know.", of=lambda _: None),
        YamlField("source", TEXT, "Who says so.", of=lambda _: None),
    ),
    _schedule,
)  # fmt: skip


def _per_token(_: Entry, text: Scalar) -> Fraction | None:
    share = _PER_TOKEN.fullmatch(text.text)
    return read_number(share[1]) / 100 if share else None


def _modifier(entry: Entry, values: Values) -> Modifier | None:
    doc, labels, share = entry.document, values["where"], values["tokens"]
    if len(labels) != 1:
        doc.report(
            entry.name,
            "bad-modifier",
            f"{entry.what} is for one label of the log",
            expected="where: {inference_geo: us}",
        )
    if share is None:
        written = entry.map.get("tokens")
        doc.report(
            written if isinstance(written, Scalar) else entry.name, "bad-modifier",
            f"{entry.what} does not say what its requests cost", expected="tokens: 110%, of every token's price",
        )  # fmt: skip
    if len(labels) != 1 or share is None:
        return None
    source = values["source"] or entry.context.default_source
    name, value = labels[0]
    return Modifier(entry.name.text, name, value, share, source, values["observed"])


MODIFIER = FieldTable(
    'the modifier "{key}"',
    (
        YamlField("where", replace(WHERE, schema={**schema_of(WHERE), "maxProperties": 1}, example="{inference_geo: us}"),
              "A label of the log's rows and its value.", default=(), of=lambda modifier: ((modifier.label, modifier.value),)),
        YamlField("tokens", Kind(_per_token, pattern(_PER_TOKEN.pattern), "110%", lambda share: f"{exact_text(share * 100)}%"),
              "What every token of these requests costs.", of=lambda modifier: modifier.share),
        YamlField("observed", DAY, "A day on which it held, where its start is unknown."),
        YamlField("note", IN_FLOW, "What a reader should know.", of=lambda _: None),
        YamlField("source", SOURCE_KEY, "A key of sources.", default=""),
    ),
    _modifier, (Rule(schema={"required": ["where", "tokens"]}),),
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
    doc, key, blocks = entry.document, entry.name, values["prices"]
    if not blocks and "redirects" not in entry:
        doc.report(key, "no-prices", f'the model "{key.text}" has no prices')
    if sum(block.observed is not None for block in blocks) > 1:
        doc.report(key, "two-open-starts", f'the model "{key.text}" has two blocks whose start is unknown')
    return Model(
        key.text.lower(), blocks, key.place, values["aliases"], values["resold"], values["redirects"], values["note"],
        _end(entry, values), values["made_as"],
    )  # fmt: skip


MODEL = FieldTable(
    'the model "{key}"',
    (
        YamlField("made_as", Kind(_made_as, ANY_TEXT, "qwen/qwen3-32b"), "MAKER/MODEL: what its maker calls a model that is sold here under another name.", default=""),
        YamlField("aliases", NAMES, "Other names of it in logs; * stands for anything.", "[gpt-5-latest]", default=()),
        YamlField("resold", FLAG, "Another provider's model: its home goes first where the log names no provider.", default=False),
        YamlField("redirects", Kind(_redirects, by_key(DAY_PATTERN, ANY_TEXT), "{2026-10-08: MODEL}",
                                lambda days: flow({f"{day}": free(target) for day, target in days.items()}), is_text=False),
              "From that day it is billed as the model named.", default={}),
        YamlField("retired", Kind(_retired, pattern(_RETIRED.pattern), "2027-01-14"), "The first day on which it cannot be bought; its source in brackets."),
        YamlField("successor", LOWER, "What its seller names in its place: a model of this book.", "gpt-5.7", default=""),
        NOTE,
        YamlField("prices", Kind(_blocks, lambda: by_key(f"({re.escape(OPEN_START)})?{DAY_PATTERN}", {"$ref": "#/definitions/block"}), is_text=False),
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


def _declaring(table: FieldTable, what: str) -> Kind:
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


BOOK = FieldTable(
    "a pricebook",
    (
        YamlField("provider", LOWER, "Who bills.", "openai", needed=True, default=""),
        YamlField("names", NAMES, "What logs call the provider.", "[openai-api]", default=(), of=lambda book: book.provider_names),
        YamlField("list_names", NAMES, "What logs call the provider, where the name means this very list.", "[zai]", default=()),
        YamlField("region", TEXT, "Which of the provider's lists this is; global if nothing is said.", "intl-singapore"),
        YamlField("region_names", NAMES, "What logs call the region.", "[intl]", default=()),
        YamlField("default", FLAG, "The list that is taken where the log names no region.", default=False, of=lambda book: book.is_default),
        YamlField("currency", Kind(_currency, pattern(_CURRENCY.pattern), "USD"), "ISO 4217.", needed=True, default=""),
        YamlField("timezone", replace(_ZONE, write=TEXT.write), "The zone in which price days begin.", needed=True, default="UTC"),
        YamlField("source", replace(TEXT, read=_address), "Where all of this stands, if one address says it.", "https://openai.com/api/pricing", of=lambda _: None),
        YamlField("checked", DAY, "The day on which it was last compared with its source."),
        YamlField("date_suffixes", FLAG, "Whether name-20250929 inherits everything from name.", "false", default=True),
        NOTE,
        YamlField("sources", _declaring(SOURCE, "sources"), "Who says so; rates name these keys.", default={}),
        YamlField("schedules", _declaring(SCHEDULE, "schedules"), "When peak prices hold; blocks name these keys.", default={}),
        YamlField("modifiers", _declaring(MODIFIER, "modifiers"), "What requests of some label cost; blocks name these keys.", default={}),
        YamlField("models", Kind(_models, {"type": "object", "additionalProperties": {"$ref": "#/definitions/model"}}, is_text=False),
              "By the provider's own name.", needed=True, default={}),
        *TERMS,
    ),
    _book,
)  # fmt: skip
DEFINITIONS = {"model": MODEL, "block": BLOCK, "section": SECTION}
