"""The catalogue of rises and cuts, as far as it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from costcalc.calendar import read_day, read_month
from costcalc.meters import meters
from costcalc.pricebook.events import NOT_COUNTED, Event
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Problem, fail, nearest_names


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The answer of `prices events`."""

    events: Sequence[Event]  # the newest first
    known: int  # in the whole catalogue
    in_full: bool  # events were named


def catalogue(
    events: Sequence[Event],
    pricebook: Pricebook,
    names: Sequence[str] = (),
    providers: Sequence[str] = (),
    since: date | None = None,
    meter: str | None = None,
) -> Catalogue:
    """The events of these names, or those that the filters leave. CostcalcError: a name that nothing has."""
    if names:
        return Catalogue(_named(events, names), len(events), in_full=True)
    found = list(events)
    if providers:
        wanted = {_provider(name, events, pricebook) for name in providers}
        found = [event for event in found if event.provider in wanted]
    if meter:
        covered = _covered(meter)
        found = [event for event in found if not event.meters or covered & _all_meters(event)]
    if since:
        found = [event for event in found if (last := _last_day(event)) and last >= since]
    found.sort(key=lambda event: (_sort_day(event), event.id))
    return Catalogue(found[::-1], len(events), in_full=False)


def _named(events: Sequence[Event], names: Sequence[str]) -> list[Event]:
    by_id = {event.id: event for event in events}
    wanted = [name.strip().lower().removeprefix("@") for name in names]
    problems = [
        Problem(
            "unknown-event", f'no event is called "{name}"', nearest=nearest_names(name, by_id),
            remedy="costcalc prices events lists them",
        )
        for name in wanted
        if name not in by_id
    ]  # fmt: skip
    if problems:
        raise CostcalcError(problems)
    return [by_id[name] for name in dict.fromkeys(wanted)]


def _provider(name: str, events: Sequence[Event], pricebook: Pricebook) -> str:
    word = name.strip().lower()
    known = {event.provider for event in events} | set(pricebook.by_provider)
    found = word if word in known else pricebook.provider_named(word)
    if found is None:
        raise fail("unknown-provider", f'no event and no pricebook has the provider "{name}"', nearest=nearest_names(word, known), expected=", ".join(sorted(known)))  # fmt: skip
    return found


def _covered(word: str) -> frozenset[str]:
    name = word.strip().lower().replace("-", "_")
    if name in NOT_COUNTED:
        return frozenset({name})
    found = meters().names_of(name)
    if found is None:
        known = (*meters().words(), *NOT_COUNTED)
        raise fail("unknown-meter", f'no meter or group is called "{word}"', nearest=nearest_names(name, known))
    return found


def _all_meters(event: Event) -> frozenset[str]:
    return frozenset[str]().union(*(meters().names_of(name) or {name} for name in event.meters))


def _last_day(event: Event) -> date | None:
    """The last day on which it may have begun: `2026-09` is 30 September, `2026` is 31 December."""
    text = event.effective or event.announced
    if not text:
        return None
    if len(text) == len("2026"):
        return read_day(f"{text}-12-31")
    return read_day(text) if len(text) > len("2026-09") else read_month(text).last


def _sort_day(event: Event) -> date:
    return _last_day(event) or date.min
