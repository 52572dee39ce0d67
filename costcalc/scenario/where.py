"""Where: which usage a change means: names of the log or of the pricebooks, lengths of a request, hours of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import time

from costcalc.problems import Place
from costcalc.records import dataclass

LENGTH_METERS = ("input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class Length:
    """Requests whose count of a meter lies strictly above `over`, up to and including `up_to`."""

    meter: str  # of LENGTH_METERS
    over: int = 0
    up_to: int | None = None
    written: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day, [opens, closes) in a zone; they may pass midnight."""

    opens: time
    closes: time
    timezone: str
    written: str = ""

    def holds(self, clock: time) -> bool:
        if self.opens < self.closes:
            return self.opens <= clock < self.closes
        return clock >= self.opens or clock < self.closes


@dataclass(frozen=True, slots=True)
class Where:
    """All usage that matches one glob of every name, every length, and the hours. Empty: all usage."""

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # provider, model, region, …, or a log's column
    lengths: tuple[Length, ...] = ()
    hours: Hours | None = None
    place: Place | None = None

    @property
    def is_all(self) -> bool:
        return not self.names and not self.lengths and self.hours is None

    def __str__(self) -> str:
        parts = [f"{name} {' or '.join(globs)}" for name, globs in self.names.items()]
        parts += [f"{length.meter.removesuffix('_tokens')} {length.written}" for length in self.lengths]
        parts += [self.hours.written] if self.hours else []
        return ", ".join(parts) or "all usage"
