"""Line: what a line of a report costs, uses and earns, and what several of them come to together."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from costcalc.money import sum_if_known
from costcalc.rating.model import Cost, LineKey
from costcalc.rating.totals import Outcome, added
from costcalc.records import dataclass

PRICED, PARTLY, UNPRICED = "priced", "partly unpriced", "unpriced"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of a report: its names, its cost, and its revenue where the log states it."""

    key: LineKey
    cost: Cost
    requests: Fraction | None  # None: the log does not say
    tokens: Fraction
    basis: tuple[str, ...]  # every kind of evidence in it
    status: str = PRICED  # how much of it has a price
    earned: Outcome | None = None  # the line's revenue and the cost against it; None: the log does not state it
    margin_is_bound: bool = False  # some of the line's cost has no price: the margin is at most that
    unpriced_tokens: Fraction = Fraction()

    @property
    def loses(self) -> bool:
        """Whether it costs more than it earns, as far as both are known: such lines stand first."""
        profit = self.earned.after.profit if self.earned else None
        return profit is not None and profit < 0

    @property
    def sums(self) -> LineSums:
        return LineSums(self.tokens, self.requests, self.status, self.earned, self.margin_is_bound)


@dataclass(frozen=True, slots=True)
class LineSums:
    """What lines come to, besides their costs."""

    tokens: Fraction
    requests: Fraction | None
    status: str
    earned: Outcome | None  # of the lines whose revenue is known
    margin_is_bound: bool

    @classmethod
    def of(cls, parts: Iterable[ReportLine | LineSums]) -> LineSums:
        listed = [*parts]
        known = [each.earned for each in listed if each.earned]
        return cls(
            sum((each.tokens for each in listed), Fraction()),
            sum_if_known(each.requests for each in listed),
            status_together({each.status for each in listed}),
            added(known) if known else None,
            any(each.margin_is_bound for each in listed),
        )


def status_together(found: set[str]) -> str:
    """The status of lines with these."""
    return found.pop() if len(found) == 1 else PARTLY if found else PRICED
