"""The scan request: what a scan shall label and choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from pathlib import Path

from costcalc.calendar import instant_of_day, utc_midnight
from costcalc.records import dataclass
from costcalc.selectors import glob_matches
from costcalc.usage.ledger import Cuts, Joining
from costcalc.usage.period import Last
from costcalc.usage.reading.maps import MapRule

NAMES = ("provider", "model")  # chosen by what the log writes and by what the pricebooks call it
TIER = "service_tier"  # chosen by what it is priced as: standard, batch


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What a scan shall label and choose."""

    cuts: Cuts = field(default_factory=Cuts)
    dimensions: tuple[str, ...] = ()  # kept as group keys, besides provider and model
    if_offered: tuple[str, ...] = ()  # kept likewise, where every source has it
    since: date | None = None  # first day, in the report's zone
    until: date | None = None  # the day after the last one
    last: Last | None = None  # counted back from the log's last day, in place of `since`
    timezone: str = "UTC"  # the report's zone, and that of times written without one
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name → globs, one of which must match
    mapping: Mapping[str, str] = field(default_factory=dict)  # --map: meaning or dimension → column
    rules: tuple[MapRule, ...] = ()  # what a configuration calls columns, where they are
    usage_format: str | None = None  # read as this format, whatever the file looks like
    formats: tuple[Path, ...] = ()  # format files of one's own
    is_bill: bool = False  # a table that no format knows is one of amounts, not of usage
    named: Callable[[str, str], tuple[str, str]] | None = (
        None  # provider and model as written → as the prices name them
    )
    remote: str = ""  # the address of the cluster that counts
    joining: Joining | None = None  # None: every day and every length that a price knows stays apart

    @property
    def where_names(self) -> Mapping[str, tuple[str, ...]]:
        """The globs over provider and model."""
        return {name: self.where[name] for name in NAMES if name in self.where}

    @property
    def where_dimensions(self) -> tuple[str, ...]:
        """The names of `where` that are dimensions of the log."""
        return tuple(name for name in self.where if name not in (*NAMES, TIER))

    def has_name(self, name: str, provider: str, model: str, *globs: str) -> bool:
        """Whether `where` (or these globs of it) wants this provider, or this model, by any of its names."""
        written = (provider, model)
        meant = self.named(provider, model) if self.named else written
        texts = {both[NAMES.index(name)] for both in (written, meant)}
        return any(glob_matches(glob, text) for glob in globs or self.where[name] for text in texts)

    def wants(self, provider: str, model: str) -> bool:
        """Whether `where` wants usage of this provider and model."""
        return all(self.has_name(name, provider, model) for name in self.where_names)

    def bound(self, day: date | None) -> tuple[int, int] | None:
        """Where a day begins: for instants in the report's zone, and for days without a zone."""
        return (instant_of_day(day, self.timezone), utc_midnight(day)) if day else None

    def covered(self, first: int | None, last: int | None, *, naive: bool) -> tuple[int | None, int | None]:
        """The part of a log's time that was asked for: days without chosen rows belong to it."""
        since, until = self.bound(self.since), self.bound(self.until)
        if first is None or last is None:
            return None, None
        first = max(first, since[naive]) if since else first
        last = min(last, until[naive]) if until else last
        # One instant covers its day by itself; the end of a bucket begins none.
        return (first, last) if first < last or not (since or until) else (None, None)
