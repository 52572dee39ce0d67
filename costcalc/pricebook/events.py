"""Events: rises and cuts as they were announced or observed. A catalogue of what happened; it changes no price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from costcalc.calendar import read_day, read_month
from costcalc.meters import meters
from costcalc.money import read_number
from costcalc.pricebook.cache import cached_file
from costcalc.pricebook.data import shipped_folder
from costcalc.pricebook.kinds import LOWER, NAMES, STATUS, TEXT, TEXTS
from costcalc.pricebook.load import EVENTS_FILE, files_at
from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.yamldoc import Document, Node, Scalar, parse_yaml, read_yaml
from costcalc.yamlfields import ANY_TEXT, Entry, FieldTable, Kind, Values, YamlField, day_of, named, word_of

EVERY_METER = "all"
# What was raised, but no usage file counts: such an event is worth knowing and touches no row.
NOT_COUNTED = ("egress_gb", "subscriptions", "deployment_unit_hours")
CONFIDENCES = ("official", "secondary", "derived")

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
    none: tuple[Event, ...] = ()
    shipped = cached_file("events", shipped_folder() / EVENTS_FILE, read_events, none, [Event, Place], problems)
    found = {event.id: event for event in shipped}
    for file in (file for path in paths for file in files_at(path, problems, EVENTS_FILE)):
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
    found: dict[str, Event] = EVENTS.read(document, document.root)["events"]
    document.check()
    return tuple(found.values())


# --- the fields of a file -----------------------------------------------------------------------------------------------
def _meters(entry: Entry, node: Node) -> tuple[str, ...]:
    names = entry.document.texts_at(node, "meters")
    if [name.text for name in names] == [EVERY_METER]:
        return ()
    known = (*meters().words(), *NOT_COUNTED)
    for name in names:
        if name.text not in known:
            entry.document.report(
                name, "unknown-meter", f'no meter or group is called "{name.text}"', nearest=nearest_names(name.text, known),
                remedy=f"correct the name, or write {EVERY_METER}",
            )  # fmt: skip
    return tuple(name.text for name in names)


def _change(entry: Entry, text: Scalar) -> tuple[Fraction | None, Fraction | None]:
    match = _CHANGE.fullmatch(text.text)
    single, low, high, least = match.groups() if match else (None, None, None, None)
    first, last = (read_number(n) if n else None for n in (single or low or least, single or high))
    if first is None or (last is not None and last < first):
        entry.wrong(text, "bad-change", " is not a change", "34%, -20%, 5..34%, or from 30%")
    return first, last


def _date(entry: Entry, text: Scalar) -> str:
    """An ISO day, month or year as written: announcements often say no more."""
    if not _YEAR.fullmatch(text.text):
        _DATED(entry, text)
    return text.text


def _event(entry: Entry, values: Values) -> Event:
    low, high = values.pop("change")
    return Event(entry.name.text.lower(), low=low, high=high, place=entry.name.place, **values)


def _text(key: str, says: str, *, needed: bool = False) -> YamlField:
    return YamlField(key, TEXT, says, needed=needed, default="")


_DATED = day_of("2026-04-18, 2026-04 or 2026", read_day, lambda text: read_month(text).first)
_DATE = Kind(_date, ANY_TEXT, "2026-04-18")
_SOURCES = Kind(
    lambda entry, node: tuple(text.text for text in entry.document.texts_at(node, "sources")), TEXTS, is_text=False
)
EVENT = FieldTable(
    'the event "{key}"',
    (
        YamlField("provider", LOWER, "Who raised or cut, as the books call it.", "alibaba", needed=True, default=""),
        _text("scope", "What was raised, in words.", needed=True),
        YamlField("models", NAMES, "Globs over the books' names.", "[qwen3-*]", default=()),
        YamlField("meters", Kind(_meters, TEXTS, "[tokens]", is_text=False), f"Meters or groups, or {EVERY_METER}.", needed=True, default=()),
        YamlField("change", Kind(_change, ANY_TEXT, "5..34%"), "34%, -20%, 5..34%, or from 30%.", default=(None, None)),
        YamlField("announced", _DATE, "A day, a month or a year.", default=""),
        YamlField("effective", _DATE, "The first day with it, or its month or year.", default=""),
        YamlField("status", STATUS, "Whether it applies from its day, or never.", needed=True, default=""),
        _text("status_note", "Why the status is what it is."),
        YamlField("sources", _SOURCES, "Addresses.", "[https://www.alibabacloud.com/notice]", needed=True, default=()),
        YamlField("confidence", word_of(CONFIDENCES, "unknown-confidence", 'no confidence is called "{}"'), "How sure it is.", needed=True, default=""),
        _text("note", "What a reader should know."),
    ),
    _event,
)  # fmt: skip
EVENTS = FieldTable(
    "a file of events",
    (
        YamlField("checked", replace(_DATE, read=day_of("2026-04-18, 2026-04 or 2026")), "The day on which it was last compared with its sources."),
        YamlField("events", named(EVENT, "events"), "By a name of their own.", needed=True, default={}),
    ),
)  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except ValueError:
        return None
