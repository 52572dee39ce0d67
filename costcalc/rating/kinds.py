"""Kinds: usage that shares one price, one line and one kind of evidence is added up before it is priced."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.rating.model import Basis, LineKey, PriceKey
from costcalc.records import dataclass
from costcalc.usage.ledger import Earns, UsageGroup


@dataclass(frozen=True, slots=True)
class ChargeKey:
    """Usage that shares one price, one line and one kind of evidence."""

    line: LineKey
    key: PriceKey | None  # None: no book knows the model
    provider: str
    model: str
    reason: str  # why no book knows it
    month: Month  # of the price day, for the exchange rate
    day: date  # of the price, where no book gives a key
    band_basis: str
    cost_kind: Basis | None
    cost_currency: str | None
    cost_meter: str | None
    earns: Earns  # whether its revenue is known
    revenue_currency: str | None
    weighted: bool  # its bucket spans several prices and was shared out by hours
    mix: str = ""  # of a bill: what tells it apart from others that a rise of some meters raises unlike
    thinking_assumed: bool = False  # of many requests that reasoned: nothing says how many of them did
    lengths: tuple[int, int] = (0, 0)  # labels of input and output, where no key holds them and they were asked for
    states_revenue_alone: bool = False  # its rows say what a customer earns, and nothing else

    @property
    def has_revenue(self) -> bool:
        return bool(self.earns)

    def is_uncounted(self, requests: object, counts: Collection[str], *, has_cost: bool = False) -> bool:
        """Whether something was used of which the log counts nothing that has a price: that is unknown, never free."""
        return self.band_basis == "none" and not counts and bool(requests or has_cost)


class Amounts:
    """What adds up within one kind. Quantities stay integers until an hour's share cuts them."""

    __slots__ = ("cost", "has_cost", "quantities", "requests", "revenue", "rows")

    def __init__(self, width: int) -> None:
        self.quantities: list[Fraction | int] = [0] * width
        self.requests: Fraction | int | None = 0
        self.cost: Fraction = Fraction()
        self.has_cost = False
        self.revenue: Fraction = Fraction()
        self.rows = 0

    def add(self, group: UsageGroup, weight: Fraction, first: bool) -> None:
        if weight == 1:
            self.quantities = [mine + more for mine, more in zip(self.quantities, group.quantities, strict=True)]
        else:
            self.quantities = [
                mine + more * weight for mine, more in zip(self.quantities, group.quantities, strict=True)
            ]
        if group.requests is None or self.requests is None:
            self.requests = None
        else:
            self.requests += group.requests if weight == 1 else group.requests * weight
        if group.billed is not None:
            self.cost += group.billed * weight
            self.has_cost = True
        if group.revenue is not None:
            self.revenue += group.revenue * weight
        self.rows += group.rows if first else 0

    def merge(self, more: Amounts) -> None:
        """Another kind's amounts, added to these."""
        self.quantities = [mine + other for mine, other in zip(self.quantities, more.quantities, strict=True)]
        self.requests = None if self.requests is None or more.requests is None else self.requests + more.requests
        self.cost += more.cost
        self.revenue += more.revenue
        self.has_cost = self.has_cost or more.has_cost
        self.rows += more.rows
