"""Moving: when traffic of the log would cost no more elsewhere: there at all, and on machines of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from costcalc.calendar import month_of
from costcalc.money import Money
from costcalc.pricebook.selfhosted import SelfHosted
from costcalc.rating.kinds import Amounts, Kind
from costcalc.rating.rate import Rater
from costcalc.records import dataclass


@dataclass(frozen=True, slots=True)
class Machines:
    """What the machines of a self-hosted target would have to be for a move to pay; everything else as it is written."""

    gpu_hour: Money  # of one GPU, as written
    gpu_hour_at_most: Fraction | None  # None: not even for nothing
    utilisation: Fraction  # as written
    utilisation_from: Fraction | None  # None: not even if they are always busy
    volume_from: Fraction | None  # times the log's, whole sets of machines; None: at none
    sets: int  # of as many replicas as are written, that carry this volume


@dataclass(frozen=True, slots=True)
class Pays:
    """What the traffic costs where it is, after the rises, and what it would cost there."""

    stays: Fraction
    there: Fraction
    machines: Machines | None = None  # None: the target is no machine of one's own

    @property
    def change(self) -> Fraction | None:
        """Of the cost, if all of it moved; None where it costs nothing now."""
        return self.there / self.stays - 1 if self.stays else None


class Moved:
    """Traffic at the target, kind by kind, as it is added up."""

    def __init__(self, rater: Rater) -> None:
        self.rater = rater
        self.there, self.on_machines, self.loads = Fraction(), Fraction(), Fraction()
        self.facts: SelfHosted | None = None
        self.is_uniform = True  # the same facts on every day

    def add(self, kind: Kind, sums: Amounts, cost: Fraction) -> None:
        """`kind`: as the target would serve it; `cost`: what it costs there."""
        self.there += cost
        block = self.rater.quotes.quote(kind.key).block if kind.key else None
        facts = block.self_hosted if block else None
        if facts is None or facts != (self.facts or facts):
            self.is_uniform = False
            return
        self.facts = facts
        counts = self.rater.counts(kind, sums)
        hours = sum((counts[meter] / facts.tokens_per_hour(meter) for meter in facts.per_second if meter in counts), Fraction())  # fmt: skip
        self.loads += hours
        self.on_machines += hours * facts.hourly * self.rater.exchange(facts.gpu_hour.currency, kind.month)

    def pays(self, stays: Fraction, first: date | None, last: date | None) -> Pays:
        """`stays`: what this traffic costs where it is; the days are those of the log."""
        facts, beside = self.facts, self.there - self.on_machines
        if facts is None or not self.is_uniform or not self.on_machines or beside < 0 or not first or not last:
            return Pays(stays, self.there)
        left = stays - beside  # what the machines may cost
        busy = facts.utilisation * self.on_machines / left if left > 0 else None
        volume, sets = self._volume(facts, left, list(_days(first, last)))
        at_most = facts.gpu_hour.amount * left / self.on_machines if left > 0 else None
        possible = busy if busy is not None and busy <= 1 else None
        return Pays(stays, self.there, Machines(facts.gpu_hour, at_most, facts.utilisation, possible, volume, sets))

    def _volume(self, facts: SelfHosted, left: Fraction, days: list[date]) -> tuple[Fraction | None, int]:
        """Sets that are paid for all hours and the fixed cost, against what one volume of the log may cost there."""
        carried = Fraction(24 * len(days)) / self.loads  # times the log's volume, by one set
        of_a_set = self.on_machines * carried
        fixed = Fraction()
        if facts.fixed_per_month:
            months = sum((Fraction(1, month_of(day).days) for day in days), Fraction())
            currency = facts.fixed_per_month.currency
            fixed = facts.fixed_per_month.amount * months * self.rater.exchange(currency, month_of(days[-1]))
        gained = left * carried - of_a_set  # by a set that is as busy as is written
        if gained < 0 or (not gained and fixed):
            return None, 0
        sets = max(1, ceil(fixed / gained)) if gained else 1
        return (of_a_set * sets + fixed) / left, sets


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
