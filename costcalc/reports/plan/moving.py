"""Moving: when traffic of the log would cost no more elsewhere: there at all, and on machines of one's own."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from costcalc.calendar import month_of
from costcalc.money import Money
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.pricebook.selfhosted import SelfHosted
from costcalc.rating.kinds import Amounts, ChargeKey
from costcalc.rating.rate import Rater
from costcalc.records import dataclass

if TYPE_CHECKING:
    from costcalc.months.capacity import Replicas


@dataclass(frozen=True, slots=True)
class Machines:
    """What the machines of a self-hosted target would have to be for a move to pay; everything else as it is written."""

    gpu_hour: Money  # of one GPU, as written
    gpu_hour_at_most: Fraction | None  # None: not even for nothing
    utilisation: Fraction  # as written
    utilisation_from: Fraction | None  # None: not even if they are always busy
    volume_from: Fraction | None  # times the log's; None: at none
    replicas: int  # that carry this volume


@dataclass(frozen=True, slots=True)
class Pays:
    """What the traffic costs where it is, after the rises, and what it would cost there."""

    stays: Fraction
    there: Fraction  # of machines of one's own: whole replicas, paid for every hour, and the fixed cost
    replicas: int | None = None  # that would carry all of it; None: the target is no machine of one's own
    machines: Machines | None = None  # None likewise, or replicas are paid for already and have room

    @property
    def change(self) -> Fraction | None:
        """Of the cost, if all of it moved; None where it costs nothing now."""
        return self.there / self.stays - 1 if self.stays else None


class MovedTraffic:
    """Traffic at the target, kind by kind, as it is added up: by the token, or by what it asks of machines."""

    def __init__(self, rater: Rater, target: ResolvedModel) -> None:
        self.rater, self.target = rater, target
        self.by_token = Fraction()  # what has a price of its own there
        self.hours, self.own = Fraction(), Fraction()  # in which one replica is busy with it, and with what is there
        self.at_list, self.charged = Fraction(), Fraction()  # what is priced by the hour, as written and with the rise
        self.facts: SelfHosted | None = None
        self.is_used = False  # the log has usage of the target itself
        self.is_uniform = True  # the same facts on every day

    def add(self, kind: ChargeKey, sums: Amounts, cost: Fraction) -> None:
        """`kind`: as the target would serve it; `cost`: what it costs there, by the token."""
        facts = self._facts_of(kind)
        if facts is None or kind.key is None:
            self.by_token += cost
            return
        counts = self.rater.counts(kind, sums)
        units = self.rater.unit_cost(kind.key, kind.month)
        on_machines = [meter for meter in facts.per_second if meter in counts]
        charged = sum((units[meter].contracted.mid * counts[meter] for meter in on_machines), Fraction())
        self.at_list += sum((units[meter].listed.before * counts[meter] for meter in on_machines), Fraction())
        self.charged += charged
        self.by_token += cost - charged
        self.hours += _hours(facts, counts)

    def add_own(self, kind: ChargeKey, sums: Amounts) -> None:
        """What the log itself asks of the target: the replicas written are paid for already."""
        if (facts := self._facts_of(kind)) is not None:
            self.is_used = True
            self.own += _hours(facts, self.rater.counts(kind, sums))

    def _facts_of(self, kind: ChargeKey) -> SelfHosted | None:
        block = self.rater.quotes.quote(kind.key).block if kind.key else None
        facts = block.self_hosted if block else None
        self.is_uniform &= facts == (self.facts or facts)
        self.facts = self.facts or facts
        return facts

    def no_answer(self, first: date | None) -> str:
        """Why it cannot be said what it costs there; empty where it can."""
        if self.facts is None:
            return ""
        if not self.is_uniform:
            return "its machines are not the same on every day of the log"
        return "" if first else "its machines are paid by the hour, and the log has no days"

    def pays(self, stays: Fraction, first: date | None, last: date | None) -> Pays:
        """`stays`: what this traffic costs where it is; the days are those of the log, its load the same on each."""
        if self.facts is None or not self.hours or not first or not last:
            return Pays(stays, self.by_token)
        parts = self._parts(self.facts, first, last)
        cost, needed = sum(part.cost for part in parts), int(parts[0].needed)
        machines = None if self.is_used else self._machines(self.facts, stays - self.by_token, parts)
        return Pays(stays, self.by_token + cost, needed, machines)

    def share(self, lost: Fraction, stays: Fraction, first: date | None, last: date | None) -> Fraction | None:
        """The least share that, moved, saves what is lost; None where even all of it does not."""
        saved = stays - self.by_token
        if self.facts is None or not self.hours or not first or not last:
            return lost / saved if lost <= saved else None
        parts = self._parts(self.facts, first, last)
        paid = sum(part.paid * part.offered - part.own for part in parts)
        even = self._break_even(parts, lost, saved, paid / self.hours)
        return even[1] if even and even[1] <= 1 else None

    def _parts(self, facts: SelfHosted, first: date, last: date) -> list[Replicas]:
        """The machines of each month of the log."""
        from costcalc.months.capacity import Load, replicas_of  # imported where there are machines
        from costcalc.months.reading import MIDDLE

        days = Counter(month_of(first + timedelta(days=number)) for number in range((last - first).days + 1))
        rise = self.charged / self.at_list if self.at_list else Fraction(1)
        paid = facts.replicas if self.is_used else 0
        found = []
        for month, count in days.items():
            part, exchange = Fraction(count, days.total()), self.rater.exchange(facts.gpu_hour.currency, month)
            load = Load(facts, self.target, max(first, month.first), count, own=self.own * part, paid=paid)
            found.append(replicas_of(load, self.hours * part, month, exchange, rise, MIDDLE.exact))
        return found

    def _break_even(
        self, parts: list[Replicas], owed: Fraction, saved: Fraction, free: Fraction = Fraction()
    ) -> tuple[int, Fraction] | None:
        from costcalc.months.capacity import break_even
        from costcalc.months.reading import MIDDLE

        begins, each, offered = (sum(getattr(part, name) for part in parts) for name in ("begins", "each", "offered"))
        return break_even(begins + owed, each, offered / self.hours, saved, MIDDLE.exact, free)

    def _machines(self, facts: SelfHosted, left: Fraction, parts: list[Replicas]) -> Machines:
        """`left`: what the machines may cost at this volume."""
        each, begins, cost = (sum(getattr(part, name) for part in parts) for name in ("each", "begins", "cost"))
        fixed = begins - each * facts.spare
        at_most = facts.gpu_hour.amount * (left - fixed) / (cost - fixed) if left > fixed and cost > fixed else None
        affordable = floor((left - begins) / each) if each else 0
        busy = self.hours * facts.utilisation / sum(part.offered for part in parts)  # of one replica
        use = busy / affordable if affordable >= max(1, busy) else None
        count, volume = self._break_even(parts, Fraction(), left) or (0, None)
        return Machines(facts.gpu_hour, at_most, facts.utilisation, use, volume, count)


def _hours(facts: SelfHosted, counts: dict[str, Fraction]) -> Fraction:
    from costcalc.months.capacity import hours_of
    from costcalc.months.reading import MIDDLE

    asked = {meter: count for meter, count in counts.items() if meter in facts.per_second}
    return Fraction(hours_of(facts, asked, Fraction(1), MIDDLE.exact))
