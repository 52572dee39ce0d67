"""Events: rises and cuts as they were announced or observed. A catalogue of what happened; it changes no price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from costcalc.calendar import read_day, read_month
from costcalc.meters import meters
from costcalc.money import read_number
from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.load import EVENTS_FILE, files_at
from costcalc.pricebook.read import STATUSES
from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.yamldoc import Document, Map, Node, Scalar, parse_yaml, read_yaml

EVERY_METER = "all"
# What was raised, but no usage file counts: such an event is worth knowing and touches no row.
NOT_COUNTED = ("egress_gb", "subscriptions", "deployment_unit_hours")
CONFIDENCES = ("official", "secondary", "derived")

_KEYS = ("provider", "scope", "models", "meters", "change", "announced", "effective", "status", "status_note",
         "sources", "confidence", "note")  # fmt: skip
_REQUIRED = ("provider", "scope", "meters", "status", "sources", "confidence")
_NUMBER = r"-?\d+(?:\.\d+)?"
_CHANGE = re.compile(rf"({_NUMBER})%|({_NUMBER})\.\.({_NUMBER})%|from ({_NUMBER})%")
_YEAR = re.compile(r"20\d\d")


@dataclass(frozen=True, slots=True)
class Event:
    """One announced or observed change of prices."""

    id: str
    provider: str  # as the books call it; also sellers that no book knows
    scope: str  # what was raised, in words
    meters: tuple[str, ...]  # names or groups of ours, or of NOT_COUNTED; empty: every meter
    low: Fraction | None  # percent: 5 is +5%
    high: Fraction | None  # percent; None: not stated
    announced: str  # ISO day, month or year; "" where unknown
    effective: str
    status: str  # announced, in_force: apply from their day; cancelled, superseded: never
    sources: tuple[str, ...]
    confidence: str
    place: Place
    models: tuple[str, ...] = ()  # globs over the books' names; empty: whatever else the scope says
    note: str = ""
    status_note: str = ""  # why the status is what it is, where the note does not say it

    @property
    def effective_from(self) -> date | None:
        """The first day, if the day itself is known."""
        return _day(self.effective)

    @property
    def is_counted(self) -> bool:
        """Whether usage files count anything of what was raised."""
        return not self.meters or any(name not in NOT_COUNTED for name in self.meters)


def load_events(paths: Sequence[Path | str] = ()) -> tuple[Event, ...]:
    """The shipped events; those of a user's events.yaml are added, and win over ours of the same name."""
    problems: list[Problem] = []
    found: dict[str, Event] = {}
    own = (file for path in paths for file in files_at(path, problems, EVENTS_FILE))
    for file in (shipped_folder() / EVENTS_FILE, *own):
        try:
            found.update({event.id: event for event in read_events(file)})
        except CostcalcError as error:
            problems.extend(error.problems)
    if problems:
        raise CostcalcError(problems)
    return tuple(found.values())


def read_events(path: Path | str) -> tuple[Event, ...]:
    """The events of a file. CostcalcError with every problem of it."""
    return _events(read_yaml(path))


def parse_events(text: str, file: str = "<events>") -> tuple[Event, ...]:
    """Events from text."""
    return _events(parse_yaml(text, file))


def _events(document: Document) -> tuple[Event, ...]:
    root = document.map_at(document.root, "a file of events", ("checked", "events"))
    if "events" not in root:
        document.report(root, "missing-key", 'a file of events needs the key "events"')
    checked = document.text_at(root.get("checked"), "checked")
    if checked is not None and _day(checked.text) is None:
        _report_date(document, checked)
    events = tuple(_event(document, key, node) for key, node in document.map_at(root.get("events"), "events"))
    document.check()
    return events


def _event(document: Document, key: Scalar, node: Node) -> Event:
    entry = document.map_at(node, f'the event "{key.text}"', _KEYS)
    for required in _REQUIRED:
        if required not in entry:
            document.report(key, "missing-key", f'the event "{key.text}" needs the key "{required}"')
    low, high = _change(document, entry)
    return Event(
        id=key.text.lower(),
        provider=_text(document, entry, "provider").lower(),
        scope=_text(document, entry, "scope"),
        meters=_meters(document, entry),
        low=low,
        high=high,
        announced=_date_text(document, entry, "announced"),
        effective=_date_text(document, entry, "effective"),
        status=_one_of(document, entry, "status", STATUSES),
        sources=tuple(text.text for text in document.texts_at(entry.get("sources"), "sources")),
        confidence=_one_of(document, entry, "confidence", CONFIDENCES),
        place=key.place,
        models=tuple(text.text.lower() for text in document.texts_at(entry.get("models"), "models")),
        note=_text(document, entry, "note"),
        status_note=_text(document, entry, "status_note"),
    )


def _meters(document: Document, entry: Map) -> tuple[str, ...]:
    names = document.texts_at(entry.get("meters"), "meters")
    if [name.text for name in names] == [EVERY_METER]:
        return ()
    known = (*meters().words(), *NOT_COUNTED)
    for name in names:
        if name.text not in known:
            document.report(
                name,
                "unknown-meter",
                f'no meter or group is called "{name.text}"',
                nearest=nearest_names(name.text, known),
                remedy=f"correct the name, or write {EVERY_METER}",
            )
    return tuple(name.text for name in names)


def _change(document: Document, entry: Map) -> tuple[Fraction | None, Fraction | None]:
    text = document.text_at(entry.get("change"), "change")
    if text is None:
        return None, None
    match = _CHANGE.fullmatch(text.text)
    single, low, high, least = match.groups() if match else (None, None, None, None)
    first, last = (read_number(n) if n else None for n in (single or low or least, single or high))
    if first is None or (last is not None and last < first):
        document.report(text, "bad-change", f'"{text.text}" is not a change', expected="34%, -20%, 5..34%, or from 30%")
    return first, last


def _date_text(document: Document, entry: Map, key: str) -> str:
    """An ISO day, month or year as written: announcements often say no more."""
    text = document.text_at(entry.get(key), key)
    if text is None:
        return ""
    if _day(text.text) is None and not _YEAR.fullmatch(text.text):
        try:
            read_month(text.text)
        except ValueError:
            _report_date(document, text)
    return text.text


def _one_of(document: Document, entry: Map, key: str, known: tuple[str, ...]) -> str:
    text = document.text_at(entry.get(key), key)
    if text is not None and text.text not in known:
        document.report(
            text, f"unknown-{key}", f'no {key} is called "{text.text}"',
            expected=", ".join(known), nearest=nearest_names(text.text, known),
        )  # fmt: skip
    return text.text if text is not None else ""


def _text(document: Document, entry: Map, key: str) -> str:
    text = document.text_at(entry.get(key), key)
    return text.text if text is not None else ""


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except ValueError:
        return None


def _report_date(document: Document, text: Scalar) -> None:
    document.report(text, "bad-date", f'"{text.text}" is not a date', expected="2026-04-18, 2026-04 or 2026")
