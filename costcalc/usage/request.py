"""The scan request: what a scan shall label and choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from costcalc.usage.ledger import Cuts


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What a scan shall label and choose."""

    cuts: Cuts = field(default_factory=Cuts)
    dimensions: tuple[str, ...] = ()  # kept as group keys, besides provider and model
    since: date | None = None  # first day, in the report's zone
    until: date | None = None  # the day after the last one
    timezone: str = "UTC"  # the report's zone, and that of times written without one
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name → globs, one of which must match
    mapping: Mapping[str, str] = field(default_factory=dict)  # --map: meaning or dimension → column
    usage_format: str | None = None  # read as this format, whatever the file looks like
