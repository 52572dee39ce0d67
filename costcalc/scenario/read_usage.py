"""Usage changes as written: growth, mix, escalation, moves, efficiency."""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.calendar import Month
from costcalc.meters import meters
from costcalc.problems import nearest_names
from costcalc.scenario.changes import Efficiency, Escalation, Growth, Lever, Mix, Move, Rescale, UsageChanges
from costcalc.scenario.figure import NOTHING, ONCE, Figure, Span
from costcalc.scenario.read_entries import Entry, entries
from costcalc.scenario.read_figures import (
    PERCENT_OF_TODAY,
    change,
    change_of,
    cut,
    factor,
    number,
    rescale_of,
    share,
    whole,
)
from costcalc.scenario.read_spans import month_of_key, read_span, refuse_span
from costcalc.scenario.read_where import read_where
from costcalc.scenario.routes import check_routes
from costcalc.yamldoc import Document, Map, Scalar

FORMS = ("each month", "by month", "change")
CUTS: tuple[Lever, ...] = ("output", "prompt", "tokens", "requests")
SHARES: tuple[Lever, ...] = ("cache_read_share", "batch")
LEVERS: tuple[Lever, ...] = (*CUTS, *SHARES)
_SPAN, _LAST = ("on", "until", "ramp"), ("distribution", "note")
GROWTH_KEYS = ("where", "meters", *FORMS, *_SPAN, *_LAST)
MIX_KEYS = ("where", "share", "meters", *_SPAN, *_LAST)
ESCALATION_KEYS = ("where", "share", "first", "escalated", "tokens", "quality", *_SPAN, *_LAST)
MOVE_KEYS = ("where", "share", "to", "service_tier", "tokens", "paid_replicas", "quality", *_SPAN, *_LAST)
EFFICIENCY_KEYS = ("where", *LEVERS, "reads_per_write", "quality", *_SPAN, *_LAST)
USAGE_KEYS = {
    "growth": ("a growth", GROWTH_KEYS, "{each month: +8%}"),
    "mix": ("a change of the mix", MIX_KEYS, "{share: 20%, meters: {output_tokens: x1.5}}"),
    "escalation": (
        "an escalation", ESCALATION_KEYS, '{first: alibaba/qwen-flash, escalated: 15%, quality: "chat set v2, 500 cases"}',
    ),
    "moves": ("a move", MOVE_KEYS, '{share: 80%, to: alibaba/qwen-flash, quality: "tagging set v3, 1,000 cases"}'),
    "efficiency": ("an efficiency", EFFICIENCY_KEYS, "{output: -20%}"),
}  # fmt: skip


def read_usage(document: Document, root: Map, horizon: int | None) -> UsageChanges:
    """All usage changes of the file; every problem is noted in the document."""
    listed = {
        name: tuple(entries(document, root.get(name), name, what, keys, example))
        for name, (what, keys, example) in USAGE_KEYS.items()
    }
    found = UsageChanges(
        tuple(_growth(entry, horizon) for entry in listed["growth"]),
        tuple(_mix(entry) for entry in listed["mix"]),
        tuple(_escalation(entry) for entry in listed["escalation"]),
        tuple(_move(entry) for entry in listed["moves"]),
        tuple(_efficiency(entry) for entry in listed["efficiency"]),
    )
    check_routes(document, found)
    return found


def _growth(entry: Entry, horizon: int | None) -> Growth:
    span, where, note = read_span(entry), read_where(entry), entry.word("note")
    entry.distribution()
    covered, word = _grown_meters(entry)
    form = entry.one_of(FORMS, "several-forms", "{each month: +8%}")
    if form == "each month":
        refuse_span(entry, ("ramp",), "growth by the month comes in by itself")
        rate, linear = _each_month(entry)
        found = Growth(where, span, "linear" if linear else "compound", rate, {}, covered, word, entry.map.place, note)
        if linear:
            _check_that_something_is_left(entry, rate, span, horizon)
        return found
    if form == "by month":
        refuse_span(entry, _SPAN, "a table says its own months")
        return Growth(where, Span(), "table", NOTHING, _by_month(entry), covered, word, entry.map.place, note)
    return Growth(where, span, "step", change(entry, "change"), {}, covered, word, entry.map.place, note)


def _each_month(entry: Entry) -> tuple[Figure, bool]:
    """The rate, and whether it is of today's volume: `+8%`, `+10% of today`."""
    text = entry.text("each month")
    if text is None:
        return NOTHING, False
    match = PERCENT_OF_TODAY.fullmatch(text.text.strip())
    return change_of(entry, Scalar(match[1], text.place) if match else text), bool(match)


def _check_that_something_is_left(entry: Entry, rate: Figure, span: Span, horizon: int | None) -> None:
    """A month less of today's volume each month: after so many months there is less than nothing."""
    if horizon is None:
        return
    months = horizon
    if span.from_day and span.until_day:
        first, end = span.from_day, span.until_day
        months = min(months, (end.year - first.year) * 12 + end.month - first.month + (end.day > 1))
    if 1 + months * rate.low < 0:
        text = entry.text("each month")
        assert text is not None
        entry.document.report(
            text, "growth-below-nothing", f'"{text.text}" leaves less than nothing after {months} months',
            remedy="say until when it falls, or let it fall by a share of the month before: -10%",
        )  # fmt: skip


def _by_month(entry: Entry) -> Mapping[Month, Figure]:
    node = entry.map.get("by month")
    listed = entry.document.map_at(node, "by month")
    if isinstance(node, Map) and not listed.entries:
        entry.document.report(node, "wrong-shape", "by month lists no month", expected="{2026-12: +40%}")
    table = {}
    for key, value in listed:
        month = month_of_key(entry.document, key)
        text = entry.document.text_at(value, key.text)
        figure = change_of(entry, text) if text else NOTHING
        if month:
            table[month] = figure
    return dict(sorted(table.items()))


def _grown_meters(entry: Entry) -> tuple[frozenset[str] | None, str]:
    """The meters, each with its parts, and the words that name them; None: requests with all that they carry."""
    if "meters" not in entry:
        return None, ""
    texts = entry.document.texts_at(entry.map.get("meters"), "meters")
    names = [names for text in texts if (names := _meter_names(entry.document, text)) is not None]
    return frozenset().union(*names), ", ".join(text.text for text in texts)


def _meter_names(document: Document, text: Scalar) -> frozenset[str] | None:
    """A group, or a meter with its parts, that one request can have more of."""
    known = meters()
    words = [*known.groups, *known.in_a_request()]
    if text.text == "requests":
        document.report(
            text, "requests-in-a-request", "requests are not counted in a request",
            remedy="leave meters out: requests grow with all that they carry",
        )  # fmt: skip
    elif text.text not in words:
        document.report(
            text, "unknown-meter", f'no meter is called "{text.text}"', nearest=nearest_names(text.text, words),
            expected="a group, tokens, or one meter, input_tokens",
        )  # fmt: skip
        return None
    return known.names_of(text.text)


def _mix(entry: Entry) -> Mix:
    entry.has("share", "20%")
    entry.has("meters", "{image_input_tokens: +3_000 per request, output_tokens: x1.5}")
    entry.distribution()
    return Mix(
        read_where(entry), read_span(entry), share(entry, "share"), _rescaled(entry), entry.map.place, entry.word("note")
    )  # fmt: skip


def _rescaled(entry: Entry) -> Mapping[str, Rescale]:
    document, found = entry.document, {}
    for key, node in document.map_at(entry.map.get("meters"), "meters"):
        text = document.text_at(node, key.text)
        known = _meter_names(document, key)
        if text is None or known is None:
            continue
        found[key.text] = rescale_of(entry, text)
        if key.text in meters().groups and found[key.text].more != NOTHING:
            document.report(
                text, "addition-to-a-group", f'"{key.text}" is several meters: which of them has more is not said',
                remedy=f"name one meter: {', '.join(meters().groups[key.text])}",
            )  # fmt: skip
    return found


def _escalation(entry: Entry) -> Escalation:
    first = _target(entry, "first")
    entry.has("escalated", "15%")
    entry.distribution()
    return Escalation(
        read_where(entry), read_span(entry), first, share(entry, "escalated"), _quality(entry),
        share(entry, "share", ONCE), factor(entry, "tokens"), entry.map.place, entry.word("note"),
    )  # fmt: skip


def _move(entry: Entry) -> Move:
    entry.has("share", "80%")
    target = _target(entry, "to")
    entry.distribution()
    return Move(
        read_where(entry), read_span(entry), share(entry, "share"), target, _quality(entry), factor(entry, "tokens"),
        entry.word("service_tier", "standard"), whole(entry, "paid_replicas", 0) if "paid_replicas" in entry else None,
        entry.map.place, entry.word("note"),
    )  # fmt: skip


def _target(entry: Entry, key: str) -> str:
    text = entry.needed(key, "alibaba/qwen-flash")
    if text is None:
        return ""
    provider, _, model = text.text.partition("/")
    if not provider.strip() or not model.strip() or any(sign in text.text for sign in "*?["):
        entry.document.report(text, "bad-target", f'"{text.text}" is not one model', expected="PROVIDER/MODEL")
    return text.text.strip()


def _quality(entry: Entry) -> str:
    """What was tested; a problem where nothing is said."""
    text = entry.needed("quality", "what was tested, and how: tagging set v3, 1,000 cases")
    if text is not None and not text.text.strip():
        entry.document.report(
            text, "missing-quality", "quality says nothing", expected="what was tested: tagging set v3, 1,000 cases",
            remedy="test the model on your own cases; until then say so: not yet tested",
        )  # fmt: skip
    return text.text.strip() if text else ""


def _efficiency(entry: Entry) -> Efficiency:
    lever = entry.one_of(LEVERS, "several-levers", "{output: -20%}")
    entry.distribution()
    if lever != "cache_read_share":
        entry.refuse("reads_per_write", "reads-without-cache", "reads_per_write belongs to cache_read_share")
    amount = NOTHING
    if lever:
        amount = cut(entry, lever) if lever in CUTS else share(entry, lever)
    return Efficiency(
        read_where(entry), read_span(entry), _lever(lever), amount, number(entry, "reads_per_write", "20"),
        entry.word("quality"), entry.map.place, entry.word("note"),
    )  # fmt: skip


def _lever(word: str | None) -> Lever:
    return next((lever for lever in LEVERS if lever == word), "output")
