"""Events as changes: what a documented rise does in its scope until the list holds it, and what of it reaches tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.meters import meters
from costcalc.pricebook.model import NEVER_APPLIES
from costcalc.problems import Problem, nearest_names
from costcalc.scenario.figure import Figure
from costcalc.scenario.model import PriceChange
from costcalc.selectors import Selector

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event

# Shown side by side where nobody has said how much of a compute rise reaches the price of tokens.
SHOWN_SHARES = (Fraction(), Fraction(1, 2), Fraction(1))


def event_named(name: str, events: Mapping[str, Event]) -> Event | Problem:
    """The event of the catalogue, or the problem that there is none which says by how much."""
    event = events.get(name.lower())
    if event is None:
        return Problem(
            "unknown-event",
            f'no event of the catalogue is called "{name}"',
            nearest=nearest_names(name, events),
            remedy="costcalc prices events lists them",
        )
    if event.low is None and event.high is None:
        return Problem(
            "event-without-figure",
            f'the event "{event.id}" does not say by how much',
            remedy="write the rise that you expect as a hike",
        )
    if event.status in NEVER_APPLIES:
        return Problem(
            "event-that-never-applies",
            f'the event "{event.id}" was {event.status}: it changes no price',
            remedy="write the rise that you expect as a hike",
        )
    return event


def event_changes(event: Event, share: Figure | None) -> tuple[PriceChange, ...]:
    """The event in its documented scope, before its effective day only, and the share of it that reaches tokens.

    The documented part is in the list from its effective day on; the pass-through is hypothetical and holds always.
    """
    low, high = _range(event)
    written = f"@{event.id}"
    scope = [
        PriceChange(selector, written, low, high, until_day=_in_the_list_from(event), event=event.id)
        for selector in _selectors(event.provider, event.models, event.meters)
    ]
    if share is None or not share.high or not reaches_tokens(event):
        return tuple(scope)
    (tokens,) = _selectors(event.provider, (), ("tokens",))
    whole = PriceChange(tokens, written, low, high, event=event.id, passed_through=share.mid)
    return (*scope, whole.scaled(share))


def reaches_tokens(event: Event) -> bool:
    """Whether the event raised compute, whose price may be passed through to tokens."""
    compute = meters().names_of("compute") or frozenset()
    return bool(compute & _meters(event.meters))


def any_reaches_tokens(events: Iterable[Event]) -> bool:
    return any(reaches_tokens(event) for event in events)


def _range(event: Event) -> tuple[Fraction, Fraction]:
    known = [figure for figure in (event.low, event.high) if figure is not None]
    return min(known) / 100, max(known) / 100


def _selectors(provider: str, models: Sequence[str], words: Sequence[str]) -> list[Selector]:
    covered = _meters(words) if words else None
    return [Selector(provider, model, ",".join(words), covered) for model in models or ("*",)]


def _in_the_list_from(event: Event) -> date | None:
    """The effective day; of a month or year the first one, so that nothing is raised twice."""
    if event.effective_from is not None or not event.effective:
        return event.effective_from
    year, _, month = event.effective.partition("-")
    return date(int(year), int(month or 1), 1)


def _meters(words: Sequence[str]) -> frozenset[str]:
    return frozenset().union(*(meters().names_of(word) or frozenset() for word in words))
