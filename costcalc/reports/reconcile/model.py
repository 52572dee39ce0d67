"""Reconciliation: what both sides say of every line, which lines agree, and what explains those that do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from costcalc.problems import Problem
from costcalc.rating.model import LineKey, RateUsed, Rating
from costcalc.reports.usage import UsageSummary
from costcalc.usage.ledger import SkippedRows, SourceFile

Each = Literal["day", "month", "total"]
Class = Literal["matched", "differing", "ours only", "theirs only", "unpriced"]
CLASSES: tuple[Class, ...] = ("matched", "differing", "ours only", "theirs only", "unpriced")
DIFFERENT: tuple[Class, ...] = ("differing", "ours only", "theirs only")

MATCHING_SHARE = Fraction(1, 100)  # the default tolerance: one percent,
MATCHING_AMOUNT = Fraction(5, 100)  # and always five hundredths of the currency


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two amounts may lie apart and still agree: by a share of the larger one, or by an amount."""

    share: Fraction = MATCHING_SHARE
    amount: Fraction = MATCHING_AMOUNT  # in the currency of the comparison

    def allows(self, ours: Fraction, theirs: Fraction) -> bool:
        return abs(ours - theirs) <= max(self.amount, self.share * max(abs(ours), abs(theirs)))


@dataclass(frozen=True, slots=True)
class ReconciledLine:
    """One line of both sides: a day (a month, or the whole period) and the names of `by`."""

    period: str  # 2026-09-01, 2026-09, or "" for the whole period
    key: LineKey
    ours: Fraction | None  # None: the log has no such line
    theirs: Fraction | None  # None: the invoice has no such line
    kind: Class
    is_mapped: bool = True  # False: an item of the invoice that no pricebook's name means
    rows: int = 0  # of the invoice
    unpriced_tokens: Fraction = Fraction()

    @property
    def difference(self) -> Fraction:
        """What the invoice says more than we do."""
        return (self.theirs or Fraction()) - (self.ours or Fraction())


@dataclass(frozen=True, slots=True)
class Apart:
    """Charges that are no usage: taxes, credits and the like, each kind and item with its sum."""

    kind: str  # tax, credit, adjustment, …
    item: str
    amount: Fraction  # credits are negative
    rows: int


@dataclass(frozen=True, slots=True)
class Outside:
    """Days that only one side covers: listed apart, and no difference."""

    side: Literal["ours", "theirs"]
    first: date
    last: date
    days: int  # of them, with an amount
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Invoice:
    """One file of the invoice, as it was read."""

    source: SourceFile
    first_day: date | None  # None: it says nothing of days
    last_day: date | None
    amount: Fraction  # everything in it, taxes and credits included


Figure = Fraction | int | str


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that the arithmetic shows to be a reason of the differences."""

    code: str
    who: tuple[LineKey, ...]  # the names that it holds for; empty: every line
    explains: Fraction  # by how much the differences, all taken as positive, shrink
    net: Fraction  # what it adds to our total
    figures: Mapping[str, Figure] = field(default_factory=dict)  # by code: the ratio, the hours, the list …
    alternatives: tuple[str, ...] = ()  # codes of other causes that the same figures would show


@dataclass(frozen=True, slots=True)
class Sum:
    """Lines of one class, added up."""

    kind: Class
    lines: int
    ours: Fraction
    theirs: Fraction

    @property
    def difference(self) -> Fraction:
        return self.theirs - self.ours


@dataclass(frozen=True)
class Reconciliation:
    """The answer of `reconcile`. Amounts are exact and in one currency."""

    currency: str
    by: tuple[str, ...]
    each: Each
    timezone: str  # of the days
    tolerance: Tolerance
    whole: bool  # days that only one side covers are compared too
    usage: UsageSummary
    rating: Rating  # of the whole log
    invoices: Sequence[Invoice]
    days: tuple[date, date] | None  # the first and the last day compared
    lines: Sequence[ReconciledLine]
    outside: Sequence[Outside]
    apart: Sequence[Apart]
    causes: Sequence[Cause]
    unexplained: Fraction  # what is left of the differences, all taken as positive
    rates_used: Sequence[RateUsed] = ()
    notes: Sequence[str] = ()
    skipped: Sequence[SkippedRows] = ()  # of the invoice
    refused_rows: int = 0  # of the invoice
    problems: Sequence[Problem] = ()  # the first of them

    def sums(self) -> list[Sum]:
        """The classes that occur, each added up."""
        found = []
        for kind in CLASSES:
            lines = [line for line in self.lines if line.kind == kind]
            if lines:
                ours = sum((line.ours or Fraction() for line in lines), Fraction())
                theirs = sum((line.theirs or Fraction() for line in lines), Fraction())
                found.append(Sum(kind, len(lines), ours, theirs))
        return found

    @property
    def ours(self) -> Fraction:
        """Our total of the lines compared."""
        return sum((line.ours or Fraction() for line in self.lines), Fraction())

    @property
    def theirs(self) -> Fraction:
        """The invoice's total of the lines compared: usage alone."""
        return sum((line.theirs or Fraction() for line in self.lines), Fraction())

    @property
    def invoiced(self) -> Fraction:
        """The invoice in all: usage of every day, taxes and credits."""
        return sum((invoice.amount for invoice in self.invoices), Fraction())

    @property
    def differing(self) -> Fraction:
        """The differences of the lines that do not agree, all taken as positive."""
        return sum((abs(line.difference) for line in self.lines if line.kind in DIFFERENT), Fraction())

    @property
    def is_priced(self) -> bool:
        """Whether all usage that is compared has a price."""
        return not any(line.kind == "unpriced" for line in self.lines)

    @property
    def agrees(self) -> bool:
        """Whether every line that can be compared is within the tolerance."""
        return not any(line.kind in DIFFERENT for line in self.lines)

    @property
    def is_complete(self) -> bool:
        """Whether every line could be compared."""
        return self.usage.is_whole and not (self.refused_rows or any(line.kind == "unpriced" for line in self.lines))
