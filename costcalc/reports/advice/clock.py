"""Clock: what usage at peak hours would cost off peak. No scenario moves hours, so this is no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from fractions import Fraction

from costcalc.months.horizon import Horizon
from costcalc.months.segments import Segment, Segments


def peak_models(horizon: Horizon) -> list[tuple[str, str]]:
    """(provider, model) of all usage at peak hours."""
    return list(dict.fromkeys(segment.home for segment in horizon.segments.segments if _is_peak(segment)))


def shifted(horizon: Horizon, home: tuple[str, str], share: Fraction) -> Horizon:
    """The horizon with a share of a model's peak usage at its off-peak price; all else stays."""
    moved = copy(horizon)
    segments = horizon.segments
    moved.segments = replace(segments, segments=list(_shifted(segments, home, share)))
    return moved


def _shifted(segments: Segments, home: tuple[str, str], share: Fraction) -> Iterator[Segment]:
    for segment in segments.segments:
        key = segment.kind.key
        if key is None or segment.home != home or not _is_peak(segment):
            yield segment
            continue
        yield _part(segment, 1 - share)
        part = _part(segment, share)
        yield replace(part, kind=replace(part.kind, key=replace(key, off_peak=True)))


def _is_peak(segment: Segment) -> bool:
    return segment.kind.key is not None and segment.kind.key.off_peak is False


def _part(segment: Segment, share: Fraction) -> Segment:
    return replace(
        segment,
        members=segment.members.times(float(share)),
        counts=_times(segment.counts, share),
        requests=None if segment.requests is None else segment.requests * share,
        billed=None if segment.billed is None else segment.billed * share,
        listed=None if segment.listed is None else segment.listed * share,
    )


def _times(counts: Mapping[str, Fraction], share: Fraction) -> dict[str, Fraction]:
    return {name: count * share for name, count in counts.items()}
