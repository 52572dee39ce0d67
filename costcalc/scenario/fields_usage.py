"""The fields of usage changes: growth, mix, escalation, moves, efficiency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from costcalc.calendar import Month
from costcalc.meters import meters
from costcalc.problems import nearest_names
from costcalc.scenario.changes import LEVERS, Efficiency, Escalation, Growth, Mix, Move, Rescale
from costcalc.scenario.fields import DISTRIBUTION, FIRST, IN_ORDER, MONTH, NOTE, SPAN, made, month_of_key, span_of
from costcalc.scenario.fields_where import WHERE
from costcalc.scenario.figure import NOTHING, ONCE, Figure, Span
from costcalc.scenario.kinds import (
    CHANGE,
    COUNT,
    CUT,
    FACTOR,
    NUMBER,
    REPLICAS,
    RESCALE,
    SHARE,
    TEXT,
    UP_TO_100,
    change_of,
    range_of,
    rescale_of,
    rescale_text,
    signed_text,
)
from costcalc.yamldoc import Map, Node, Scalar
from costcalc.yamlfields import (
    Entry,
    FieldTable,
    Kind,
    Rule,
    Schema,
    Values,
    YamlField,
    by_key,
    first_of,
    not_beside,
    one_of,
    only_beside,
    pattern,
    schema_of,
)
from costcalc.yamltext import flow, free, free_list

FORMS = ("each month", "by month", "change")
_LAST = (DISTRIBUTION, NOTE)
_OF_TODAY = "of today"


# --- growth -------------------------------------------------------------------------------------------------------------
def _each_month(entry: Entry, text: Scalar) -> tuple[Figure, bool]:
    """The rate, and whether it is of today's volume: `+8%`, `+10% of today`."""
    written = text.text.strip().removesuffix(_OF_TODAY)
    is_linear = written.endswith("% ")
    return change_of(entry, Scalar(written.rstrip(), text.place) if is_linear else text), is_linear


def _each_month_text(rate: tuple[Figure, bool]) -> str:
    figure, is_linear = rate
    return signed_text(figure) + (f" {_OF_TODAY}" if is_linear else "")


def _by_month(entry: Entry, node: Node) -> Mapping[Month, Figure]:
    listed = entry.document.map_at(node, "by month")
    if isinstance(node, Map) and not listed.entries:
        entry.document.report(node, "wrong-shape", "by month lists no month", expected="{2026-12: +40%}")
    table = {}
    for key, value in listed:
        month = month_of_key(entry, key)
        text = entry.document.text_at(value, key.text)
        figure = change_of(entry, text) if text else NOTHING
        if month:
            table[month] = figure
    return dict(sorted(table.items()))


def _meter_names(entry: Entry, text: Scalar) -> frozenset[str] | None:
    """A group, or a meter with its parts, that one request can have more of."""
    known = meters()
    words = _meter_words()
    if text.text == "requests":
        entry.document.report(
            text, "requests-in-a-request", "requests are not counted in a request",
            remedy="leave meters out: requests grow with all that they carry",
        )  # fmt: skip
    elif text.text not in words:
        entry.document.report(
            text, "unknown-meter", f'no meter is called "{text.text}"', nearest=nearest_names(text.text, words),
            expected="a group, tokens, or one meter, input_tokens",
        )  # fmt: skip
        return None
    return known.names_of(text.text)


def _meter_words() -> list[str]:
    return [*meters().groups, *meters().in_a_request()]


def _grown_meters(entry: Entry, node: Node) -> tuple[frozenset[str], str]:
    """The meters, each with its parts, and the words that name them."""
    texts = entry.document.texts_at(node, "meters")
    names = [names for text in texts if (names := _meter_names(entry, text)) is not None]
    return frozenset().union(*names), ", ".join(text.text for text in texts)


def _grown_schema() -> Schema:
    one = {"enum": _meter_words()}
    return {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}


def _growth(entry: Entry, values: Values) -> Growth:
    form = first_of(FORMS, entry)
    rate, is_linear = values["each month"] or (NOTHING, False)
    shape: Any = {"each month": "linear" if is_linear else "compound", "by month": "table"}.get(form or "", "step")
    covered, word = values["meters"] or (None, "")
    return Growth(
        values["where"],
        Span() if shape == "table" else span_of(values),
        shape,
        (values["change"] or NOTHING) if form == "change" else rate,
        (values["by month"] or {}) if shape == "table" else {},
        covered,
        word,
        entry.map.place,
        values["note"],
    )


def _something_is_left(entry: Entry, values: Values) -> None:
    """A month less of today's volume each month: after so many months there is less than nothing."""
    rate, is_linear = values["each month"] or (NOTHING, False)
    months: int | None = entry.context.horizon
    if not is_linear or months is None or first_of(FORMS, entry) != "each month":
        return
    first, end = values["on"], values["until"]
    if first and end:
        months = min(months, (end.year - first.year) * 12 + end.month - first.month + (end.day > 1))
    text = entry.text("each month")
    if text and 1 + months * rate.low < 0:
        entry.wrong(
            text, "growth-below-nothing", f" leaves less than nothing after {months} months", "",
            "say until when it falls, or let it fall by a share of the month before: -10%",
        )  # fmt: skip


def _of(*shapes: str, value: Callable[[Growth], Any]) -> Callable[[Growth], Any]:
    return lambda growth: value(growth) if growth.shape in shapes else None


def _without(form: str, keys: tuple[str, ...], why: str) -> tuple[Rule, ...]:
    """Days that a growth of this form cannot have."""
    also = dict([FIRST])
    return tuple(
        not_beside(key, (form,), "span-without-sense", f'"{key}" has no place here: {why}', also=also.get(key, ""))
        for key in keys
    )


GROWTH = FieldTable(
    "a growth",
    (
        WHERE,
        YamlField(
            "meters", Kind(_grown_meters, _grown_schema, "tokens", lambda found: free_list(found[1].split(", ")), is_text=False),
            "What grows in each request: a group, or meters with their parts; requests grow where this is left out.",
            of=lambda growth: (growth.meters, growth.meter_word) if growth.meters is not None else None,
        ),
        YamlField(
            "each month",
            Kind(_each_month, pattern(rf"{range_of(rf'([+]?{NUMBER}|-{UP_TO_100})')}( of today)?"), "+8%", _each_month_text),
            "+8%: compound; +10% of today: linear.",
            of=_of("compound", "linear", value=lambda growth: (growth.rate, growth.shape == "linear")),
        ),
        YamlField(
            "by month",
            Kind(_by_month, lambda: {**by_key(MONTH, schema_of(CHANGE)), "minProperties": 1}, "{2026-12: +40%}",
                 lambda table: flow({f"{month}": signed_text(figure) for month, figure in table.items()}), is_text=False),
            "Against today, from each month on.", of=_of("table", value=lambda growth: growth.table),
        ),
        YamlField("change", CHANGE, "Once.", "+250%", of=_of("step", value=lambda growth: growth.rate)),
        *SPAN, *_LAST,
    ),
    _growth,
    (
        one_of(FORMS, "several-forms", "{each month: +8%}"),
        *_without("each month", ("ramp",), "growth by the month comes in by itself"),
        *_without("by month", ("on", "until", "ramp"), "a table says its own months"),
        IN_ORDER,
        Rule(_something_is_left),
    ),
    "{each month: +8%}",
)  # fmt: skip


# --- mix ----------------------------------------------------------------------------------------------------------------
def _rescaled(entry: Entry, node: Node) -> Mapping[str, Rescale]:
    document, found = entry.document, {}
    for key, each in document.map_at(node, "meters"):
        text = document.text_at(each, key.text)
        known = _meter_names(entry, key)
        if text is None or known is None:
            continue
        found[key.text] = rescale_of(entry, text)
        if key.text in meters().groups and found[key.text].more != NOTHING:
            document.report(
                text, "addition-to-a-group", f'"{key.text}" is several meters: which of them has more is not said',
                remedy=f"name one meter: {', '.join(meters().groups[key.text])}",
            )  # fmt: skip
    return found


def _rescaled_schema() -> Schema:
    properties = {
        **dict.fromkeys(meters().in_a_request(), RESCALE.schema), **dict.fromkeys(meters().groups, FACTOR.schema),
    }  # fmt: skip
    return {"type": "object", "properties": properties, "additionalProperties": False}


MIX = FieldTable(
    "a change of the mix",
    (
        WHERE,
        YamlField("share", SHARE, "Of the matching requests.", needed=True, default=NOTHING),
        YamlField(
            "meters",
            Kind(_rescaled, _rescaled_schema, "{image_input_tokens: +3_000 per request, output_tokens: x1.5}",
                 lambda found: flow({name: rescale_text(each) for name, each in found.items()}), is_text=False),
            "What becomes of a request's counts: x1.5, +3_000 per request, or both.", needed=True, default={},
        ),
        *SPAN, *_LAST,
    ),
    made(Mix), (IN_ORDER,), "{share: 20%, meters: {output_tokens: x1.5}}",
)  # fmt: skip


# --- escalation and moves -----------------------------------------------------------------------------------------------
def _target(entry: Entry, text: Scalar) -> str:
    provider, _, model = text.text.partition("/")
    if not provider.strip() or not model.strip() or any(sign in text.text for sign in "*?["):
        entry.wrong(text, "bad-target", " is not one model", "PROVIDER/MODEL")
    return text.text.strip()


def _quality(entry: Entry, text: Scalar) -> str:
    if not text.text.strip():
        entry.document.report(
            text, "missing-quality", "quality says nothing", expected="what was tested: tagging set v3, 1,000 cases",
            remedy="test the model on your own cases; until then say so: not yet tested",
        )  # fmt: skip
    return text.text.strip()


_TARGET = Kind(_target, pattern(r"[^/*?\[\]]+/[^*?\[\]]+"), "alibaba/qwen-flash", free)
_TESTED = "What was tested, or must be; it is printed."
_QUALITY = YamlField(
    "quality", Kind(_quality, {"type": ["string", "number", "boolean"], "pattern": r"\S"}, write=free), _TESTED,
    "what was tested, and how: tagging set v3, 1,000 cases", needed=True, default="",
)  # fmt: skip

ESCALATION = FieldTable(
    "an escalation",
    (
        WHERE,
        YamlField("share", SHARE, "Of the matching requests; all of them if nothing is said.", "50%", default=ONCE),
        YamlField("first", _TARGET, "The small model that answers first.", needed=True, default=""),
        YamlField("escalated", SHARE, "Of its answers, what the model of today must give again.", "15%", needed=True, default=NOTHING),
        YamlField("tokens", FACTOR, "The small model's tokens for one of today's.", "x1.1", default=ONCE),
        _QUALITY, *SPAN, *_LAST,
    ),
    made(Escalation), (IN_ORDER,), '{first: alibaba/qwen-flash, escalated: 15%, quality: "chat set v2, 500 cases"}',
)  # fmt: skip

MOVE = FieldTable(
    "a move",
    (
        WHERE,
        YamlField("share", SHARE, "Of the matching requests.", "80%", needed=True, default=NOTHING),
        YamlField("to", _TARGET, "Where they go: PROVIDER/MODEL.", needed=True, default=""),
        YamlField("service_tier", TEXT, "The target's: batch, flex; standard if nothing is said.", "batch", default="standard"),
        YamlField("tokens", FACTOR, "The target's tokens for one of today's: its own tokeniser.", default=ONCE),
        YamlField("paid_replicas", REPLICAS, "Of a self-hosted target, what is paid for already; its own if the log uses it and nothing is said."),
        _QUALITY, *SPAN, *_LAST,
    ),
    made(Move), (IN_ORDER,), '{share: 80%, to: alibaba/qwen-flash, quality: "tagging set v3, 1,000 cases"}',
)  # fmt: skip


# --- efficiency ---------------------------------------------------------------------------------------------------------
def _efficiency(entry: Entry, values: Values) -> Efficiency:
    lever = first_of([*LEVERS], entry) or "output"
    return Efficiency(
        values["where"], span_of(values), lever, values[lever] or NOTHING, values["reads_per_write"], values["quality"],
        entry.map.place, values["note"],
    )  # fmt: skip


def _lever(key: str) -> YamlField:
    lever = LEVERS[key]
    return YamlField(
        key, SHARE if lever.is_share else CUT, lever.says,
        of=lambda change: change.amount if change.lever == key else None,
    )  # fmt: skip


EFFICIENCY = FieldTable(
    "an efficiency",
    (
        WHERE,
        *map(_lever, LEVERS),
        YamlField("reads_per_write", COUNT, "Of cache_read_share: how often a written prefix is read.", default=ONCE),
        YamlField("quality", TEXT, _TESTED, "may wait until the morning", default=""),
        *SPAN, *_LAST,
    ),
    _efficiency,
    (
        one_of([*LEVERS], "several-levers", "{output: -20%}"),
        only_beside("reads_per_write", ("cache_read_share",), "reads-without-cache", "reads_per_write belongs to cache_read_share"),
        IN_ORDER,
    ),
    "{output: -20%}",
)  # fmt: skip
