"""What the log holds, before any price: its days, requests, tokens, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from costcalc.calendar import day_of, utc_day
from costcalc.problems import Problem
from costcalc.usage.ledger import SkippedRows, SourceFile, UsageGroup, UsageLedger


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """The usage that a report rests on."""

    sources: Sequence[SourceFile]
    first_day: date | None  # report days; None: no rows
    last_day: date | None  # inclusive
    requests: Fraction | None  # None: a source does not say
    tokens: Fraction
    refused_rows: int
    problems: Sequence[Problem]
    skipped: Sequence[SkippedRows]
    notes: Sequence[str]
    timezone: str

    @property
    def days(self) -> int:
        """Calendar days covered, empty days included."""
        return (self.last_day - self.first_day).days + 1 if self.first_day and self.last_day else 0

    @property
    def is_short(self) -> bool:
        """Under seven days a run-rate is an estimate."""
        return 0 < self.days < 7


def summary_of(ledger: UsageLedger, timezone: str) -> UsageSummary:
    """The summary of a ledger, in report days of that zone."""
    first, last = _days(ledger, timezone)
    places = [i for i, name in enumerate(ledger.meters) if name in ("input_tokens", "output_tokens")]
    tokens = sum(group.quantities[i] for group in ledger.groups for i in places)
    requests = ledger.requests
    return UsageSummary(
        ledger.sources,
        first,
        last,
        None if requests is None else Fraction(requests),
        Fraction(tokens),
        ledger.refused_rows,
        ledger.problems,
        ledger.skipped,
        ledger.notes,
        timezone,
    )


def _days(ledger: UsageLedger, timezone: str) -> tuple[date | None, date | None]:
    spans = [_span(group, timezone) for group in ledger.groups]
    # Buckets without usage count too: an export says what it covers.
    naive = any(group.naive for group in ledger.groups)
    if ledger.first_instant is not None and ledger.last_instant is not None:
        last = max(ledger.first_instant, ledger.last_instant - 1)
        if naive or not spans:
            spans.append((utc_day(ledger.first_instant), utc_day(last)))
        else:
            spans.append((day_of(ledger.first_instant, timezone), day_of(last, timezone)))
    if not spans:
        return None, None
    return min(first for first, _ in spans), max(last for _, last in spans)


def _span(group: UsageGroup, timezone: str) -> tuple[date, date]:
    """The first and the last report day of a group."""
    if group.naive:
        first = utc_day(group.at)
        last = utc_day(group.until) - timedelta(days=1) if group.until is not None else first
        return first, max(first, last)
    first = day_of(group.at, timezone)
    return first, day_of(max(group.at, group.until - 1), timezone) if group.until is not None else first
