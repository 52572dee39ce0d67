"""The answer of advice: candidates with what each saves, the plan of those that go together, and benchmarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.rating.model import RateUsed, Rating
from costcalc.rating.totals import RATIO, Totals, rise_to
from costcalc.reports.advice.options import AdviceOptions
from costcalc.reports.advice.proposals import Kind, Proposal
from costcalc.reports.coverage import Coverage
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.items import Scenario


class Outcome:
    """The month that is looked at, without and with some change. Amounts in the report's currency."""

    __slots__ = ()
    base: Totals
    outcome: Totals

    @property
    def saving(self) -> Fraction:
        """Below zero where it costs more."""
        return self.base.served - self.outcome.served

    @property
    def margin_points(self) -> Fraction | None:
        """Gross margin gained, as a fraction of 1; None where the revenue is unknown."""
        before, after = self.base.margin, self.outcome.margin
        return None if before is None or after is None else after - before

    @property
    def own_rise(self) -> Fraction | None:
        """The rise of one's own prices that brings the same margin, volume unchanged."""
        return rise_to(self.base, self.outcome.margin)


@dataclass(frozen=True, slots=True)
class Candidate(Outcome):
    """A proposal with its own run on top of the base."""

    number: int  # by saving, from 1
    proposal: Proposal
    scenario: Scenario  # the base with this change: what was run
    base: Totals  # of the month that is looked at
    outcome: Totals  # of the same month with the change
    days: int  # that the log covers
    notes: Sequence[str] = ()  # what the run assumed beyond the base
    is_priced: bool = True  # False: a target has no price for some of what it would serve, and the saving is none

    @property
    def is_planned(self) -> bool:
        """Whether the plan takes it unasked: not batch, for no log says who waits; no other seller, which needs a
        contract; nor a whole model many steps down.
        """
        return self.proposal.kind not in ("batch", "seller") and self.proposal.is_nearest

    @property
    def bill(self) -> Fraction:
        """Of the month, before."""
        return self.base.served

    @property
    def saving_share(self) -> Fraction | None:
        """Of the month's bill."""
        return self.saving / self.bill if self.bill else None

    @property
    def touched_share(self) -> Fraction | None:
        """Of the month's bill: what the usage costs that the change is about."""
        return self.proposal.touches.cost / self.bill if self.bill else None

    @property
    def requests_a_day(self) -> Fraction | None:
        """In the log."""
        requests = self.proposal.touches.requests
        return None if requests is None else requests / self.days

    @property
    def tokens_a_request(self) -> Fraction | None:
        """Input and output, in the log."""
        return self.proposal.touches.a_request(self.proposal.touches.tokens)


@dataclass(frozen=True, slots=True)
class Together(Outcome):
    """Some candidates as one scenario: one run of the file that says them, never the sum of single savings."""

    numbers: tuple[int, ...]
    scenario: Scenario
    base: Totals  # of the month that is looked at
    outcome: Totals  # of the same month with the plan
    whole_saving: Fraction  # in all months
    singly: Fraction  # the sum of the single savings, to be compared

    @property
    def adds_up(self) -> bool:
        """Whether the candidates save as much together as singly: months are floats, and what only they tell apart is one."""
        return abs(self.singly - self.saving) * RATIO <= abs(self.singly)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a change of one model's usage would bring; no advice, and no file."""

    served: str  # PROVIDER/MODEL
    share: Fraction  # fewer output tokens; or of the peak usage that is asked off peak
    saving: Fraction  # in the month that is looked at


@dataclass(frozen=True, slots=True)
class Aside:
    """Groups of which nothing is proposed."""

    kind: Kind
    looked_at: int
    reasons: Counter[
        str
    ]  # small, rare, uncounted, unnamed, tier, ended, moved, no-target, clock, no-price, too-short, close, …


@dataclass(frozen=True)
class Advice:
    """The answer: a value, to be drawn, written or handed on."""

    options: AdviceOptions
    usage: UsageSummary
    rating: Rating
    currency: str
    months: Sequence[Month]
    month: Month  # that is looked at: the last one where the base changes with time, else month 1
    base: Totals  # of that month
    candidates: Sequence[Candidate]  # that save, best first
    dearer: Sequence[Candidate]  # that would cost as much or more; numbered 0
    unpriced: Sequence[Candidate]  # whose target has no price for all of it; numbered 0
    served: Sequence[str]  # PROVIDER/MODEL, as the log has them
    ended: Mapping[str, date]  # targets asked for that cannot be bought at the end of that month, and from when on
    together: Together | None
    fewer_tokens: Sequence[Benchmark]
    off_peak: Sequence[Benchmark]
    asides: Sequence[Aside]
    revenue_source: str  # "": unknown
    coverage: Coverage | None  # of how much the margins are; None: the revenue is unknown
    rates_used: Sequence[RateUsed]
    has_means: bool  # lengths of some proposals are means of rows of many requests
    is_labelled: bool  # False: the ledger was counted without the length up to which requests are short
    is_priced: bool

    @property
    def is_complete(self) -> bool:
        return self.is_priced and self.usage.is_whole

    @property
    def bill(self) -> Fraction:
        """Tokens and other costs of the month that is looked at."""
        return self.base.served

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None
