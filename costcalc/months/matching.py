"""Matching: which segments a `where` means, and what the scan and the rating must label so that it can be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time

from costcalc.calendar import clocks_utc, local_time
from costcalc.months.segments import Segment
from costcalc.problems import CostcalcError, Problem, nearest_names
from costcalc.rating.rate import InstantLabel
from costcalc.scenario.where import Hours, Where
from costcalc.selectors import glob_matches

PRICE_NAMES = ("provider", "model", "region", "service_tier")
SERVED = ("provider", "model")  # names of usage that another model may have then
INSIDE, OUTSIDE = "inside", "outside"


def label_name(hours: Hours) -> str:
    """How the hours are called among the names of a segment."""
    return f"hours {hours.written}"


def hours_label(hours: Hours) -> InstantLabel:
    """The label that tells instants inside the hours from those outside."""
    return InstantLabel(
        lambda instant: INSIDE if hours.holds(local_time(instant, hours.timezone).time()) else OUTSIDE,
        clocks_utc(hours.timezone, (time(), hours.opens, hours.closes)),
    )


def columns_of(wheres: Iterable[Where]) -> list[str]:
    """The columns of the log that these need, besides what prices know."""
    return list(dict.fromkeys(name for where in wheres for name in where.names if name not in PRICE_NAMES))


def matches(where: Where, segment: Segment) -> bool:
    """Whether the segment's own usage, as the log has it, is meant."""
    if not all(_has(name, globs, segment.names, *segment.home) for name, globs in where.names.items()):
        return False
    if where.lengths and segment.kind.band_basis in ("unknown", "none"):
        return False
    for length in where.lengths:
        label = segment.labels[length.meter != "input_tokens"]
        if label < length.over or (length.up_to is not None and label >= length.up_to):
            return False
    return where.hours is None or segment.names[label_name(where.hours)] == INSIDE


def matches_always(where: Where, segment: Segment) -> bool:
    """The same, for a choice that many runs ask about: it is looked up once."""
    found = segment.matched.get(id(where))
    if found is None:
        found = segment.matched[id(where)] = (where, matches(where, segment))
    return found[1]


def may_match(where: Where, names: Mapping[str, str | None], provider: str | None, model: str | None) -> bool:
    """Whether usage of these names may be meant, whatever its length and hour; None: any provider or model."""
    return all(
        _has(name, globs, names, provider or "", model or "")
        for name, globs in where.names.items()
        if provider is not None or name not in ("provider", "model", "service_tier")
    )


def signature_of(wheres: Sequence[Where], labels: Sequence[str], names: Mapping[str, str | None]) -> tuple[object, ...]:
    """What these choices and labels make of some names: usage of the same signature need not be kept apart."""
    home = names.get("provider") or "", names.get("model") or ""
    said = [
        all(_has(name, globs, names, *home) for name, globs in where.names.items() if (name in SERVED) is of_served)
        for where in wheres
        for of_served in (False, True)
    ]
    return (*said, *(names[label] for label in labels))


def matches_now(where: Where, segment: Segment, provider: str, model: str, tier: str) -> bool:
    """Whether the segment's usage is meant when another model serves it."""
    now = {**segment.names, "service_tier": tier}
    if not all(_has(name, globs, now, provider, model) for name, globs in where.names.items()):
        return False
    return matches(Where({}, where.lengths, where.hours), segment)


def _has(name: str, globs: Sequence[str], names: Mapping[str, str | None], provider: str, model: str) -> bool:
    if name == "provider":
        texts = [provider]
    elif name == "model":
        texts = [model, f"{provider}/{model}"]
    else:
        texts = [names[name] or ""]
    return any(glob_matches(glob, text) for glob in globs for text in texts)


def check_matches(
    wheres: Sequence[Where],
    segments: Sequence[Segment],
    known_models: Iterable[tuple[str, str]],
    suggested: Iterable[tuple[str, str]],
) -> list[str]:
    """What matches nothing in this log but is known to the books, said; CostcalcError: what is known nowhere."""
    problems, absent = [], []
    booked: list[tuple[str, str]] | None = None
    for where in wheres:
        if any(matches(where, segment) for segment in segments):
            continue
        for name, globs in where.names.items():
            held = {segment.names.get(name) or "" for segment in segments}
            if any(_has(name, globs, segment.names, *segment.home) for segment in segments):
                continue
            if name in ("provider", "model"):
                booked = booked if booked is not None else sorted(known_models)
                if any(_has(name, globs, {}, *home) for home in booked):
                    continue
                held |= {home[name == "model"] for home in suggested}
            problems.append(
                Problem(
                    "matches-nothing",
                    f"where {name}: {', '.join(globs)} matches nothing: no usage of the log has such a {name}",
                    place=where.place,
                    nearest=nearest_names(globs[0], (text for text in held if text)),
                    remedy="correct the value; * stands for any text, and case does not matter",
                )
            )
        absent.append(str(where))
    if problems:
        raise CostcalcError(problems)
    return list(dict.fromkeys(absent))
