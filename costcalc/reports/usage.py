"""What the log holds, before any price: its days, requests, tokens, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from costcalc.asked import NOTHING_ASKED, Asked
from costcalc.problems import Problem
from costcalc.rating.model import Rating
from costcalc.records import dataclass
from costcalc.usage.ledger import Loud, SkippedRows, SourceFile, UsageLedger, covered_days


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """The usage that a report rests on."""

    sources: Sequence[SourceFile]
    first_day: date | None  # report days; None: no rows
    last_day: date | None  # inclusive
    requests: Fraction | None  # None: a source does not say
    tokens: Fraction
    refused_rows: int
    unread_files: int  # found in folders, and may hold usage
    problems: Sequence[Problem]
    uncounted: Sequence[Problem]  # usage that stands in the sources and is in no figure
    skipped: Sequence[SkippedRows]
    notes: Sequence[str]
    timezone: str
    asked: Asked = NOTHING_ASKED

    @property
    def is_whole(self) -> bool:
        """Whether everything that was found to be usage is in the figures."""
        return not (self.refused_rows or self.unread_files or self.uncounted)

    @property
    def said(self) -> list[str]:
        """Every note, and what was left out; loud is what nobody may miss."""
        left_out = ((Loud if part.is_loud else str)(f"Left out: {part.text}.") for part in self.skipped)
        return [*self.notes, *left_out]

    @property
    def warnings(self) -> list[str]:
        """What nobody may miss of whole figures: usage left out by an assumption, or counted by one."""
        return [note for note in self.said if isinstance(note, Loud)]

    @property
    def days(self) -> int:
        """Calendar days covered, empty days included."""
        return (self.last_day - self.first_day).days + 1 if self.first_day and self.last_day else 0

    @property
    def is_short(self) -> bool:
        """Under seven days a run-rate is an estimate."""
        return 0 < self.days < 7


class OfRating:
    """A report of one rating of the usage: whether anything is missing from its figures."""

    rating: Rating
    usage: UsageSummary

    @property
    def is_priced(self) -> bool:
        return self.rating.is_complete

    @property
    def is_complete(self) -> bool:
        return self.is_priced and self.usage.is_whole


def summary_of(ledger: UsageLedger, timezone: str) -> UsageSummary:
    """The summary of a ledger, in report days of that zone."""
    first, last = covered_days(ledger, timezone)
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
        ledger.unread_files,
        ledger.problems,
        ledger.uncounted,
        ledger.skipped,
        ledger.notes,
        timezone,
        ledger.asked,
    )
