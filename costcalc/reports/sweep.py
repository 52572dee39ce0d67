"""Sweep: what each of several rises comes to, one plan each, over the same usage."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from costcalc.records import dataclass
from costcalc.reports.plan.model import Plan
from costcalc.reports.usage import UsageSummary


@dataclass(frozen=True, slots=True)
class Tried:
    """One combination, and the plan that it makes."""

    hike: str
    share: Fraction | None  # that is passed through; None: nothing takes one, or none is said
    plan: Plan


@dataclass(frozen=True, slots=True)
class Sweep:
    """All combinations, in the order given."""

    tried: Sequence[Tried]

    @property
    def usage(self) -> UsageSummary:
        return self.tried[0].plan.usage

    @property
    def currency(self) -> str:
        return self.tried[0].plan.currency

    @property
    def is_priced(self) -> bool:
        return all(each.plan.is_priced for each in self.tried)

    @property
    def is_complete(self) -> bool:
        return self.is_priced and self.usage.is_whole
