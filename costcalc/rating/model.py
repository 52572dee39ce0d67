"""What rating gives: charges with the price that made them, what stayed unpriced, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

from costcalc.calendar import Month
from costcalc.money import exact_sum
from costcalc.pricebook.model import Labels
from costcalc.pricebook.terms import Commitment
from costcalc.records import dataclass
from costcalc.scenario.model import Variant
from costcalc.usage.earnings import Contracts

Basis = Literal["list", "contracted", "billed", "computed", "estimated"]
LineKey = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PriceKey:
    """Everything that a price depends on except the quantity."""

    provider: str
    region: str
    model: str
    service_tier: str
    thinking: bool | None  # None: of the output that is reasoning alone
    off_peak: bool | None  # by the model's schedule; None: it never had one
    input_over: int
    output_over: int
    day: date  # the price day, or an earlier one since which nothing changed
    labels: Labels = ()  # of the rows: what modifiers and bands ask for


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost before the scenario and with it, exact, in the report's currency."""

    before: Fraction = Fraction()
    low: Fraction = Fraction()
    mid: Fraction = Fraction()
    high: Fraction = Fraction()

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.before + other.before, self.low + other.low, self.mid + other.mid, self.high + other.high)

    def __mul__(self, factor: Fraction | int) -> Cost:
        return Cost(self.before * factor, self.low * factor, self.mid * factor, self.high * factor)

    def after(self, variant: Variant = "mid") -> Fraction:
        return {"low": self.low, "mid": self.mid, "high": self.high}[variant]

    @property
    def change(self) -> Fraction:
        return self.mid - self.before

    @property
    def rise(self) -> Fraction | None:
        """The change as a share of the cost before; None where nothing was paid before."""
        return self.change / self.before if self.before else None


ZERO = Cost()


@dataclass(frozen=True, slots=True)
class Charge:
    """One cost: a meter of a line at one price, or a billed amount."""

    line: LineKey
    provider: str
    model: str
    meter: str | None  # None: a billed amount without a meter split
    quantity: Fraction  # in units of the meter; parts already taken out of their whole
    cost: Cost
    basis: Basis
    key: PriceKey | None  # None: billed, and in no book
    requests: Fraction | None = None  # of the whole group; carried by one of its charges
    tokens: Fraction = Fraction()  # input and output tokens of the whole group; carried likewise
    carries_requests: bool = False
    hike_not_applied: bool = False  # a meter-scoped rise met a bill without a meter split
    split: Mapping[str, Fraction] = field(default_factory=dict)  # shares of a bill's meters by the list, where asked
    is_locked: bool = False  # at a negotiated fixed rate that no rise touches yet
    has_revenue: bool = False  # its revenue is known: by its rows, or by others of its customer
    day: date = date.min  # the price day, or an earlier one since which nothing changed
    listed: Fraction | None = None  # of a contracted charge: its cost before by the list
    line_meter: str = ""  # whose price it has, where that is another meter
    is_shortfall: bool = False  # what a commitment asks for beyond all usage: no rise touches it
    names: tuple[str, ...] = ()  # of its model and of the one it is billed as: a selector may mean it by any

    @property
    def price_line(self) -> str | None:
        """The meter that a selector must mean to touch its price."""
        return self.line_meter or self.meter

    @property
    def is_priced(self) -> bool:
        """Whether a pricebook made the cost, with or without a contract's discount; else the log states it."""
        return self.basis in ("list", "contracted")


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Usage that no price was found for: listed with its tokens, never counted as zero."""

    line: LineKey
    provider: str
    model: str
    reason: str
    tokens: Fraction
    requests: Fraction | None
    rows: int
    meter: str | None = None  # a single meter without a price; None: the whole request
    key: PriceKey | None = None  # None: no book knows the model
    nearest: tuple[str, ...] = ()  # names that the books do know, where this one is in none
    makers_model: str | None = None  # billed by a host without a book: the model on its maker's list, "" if on none


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure that rests on more than the log and the list, and between which bounds it lies."""

    code: str  # default-region, only-list, makers-list, bucket-on-first-day, band-from-mean, band-unknown, thinking-unknown,
    # bill-pooled, hours-weighted, stated-zero, start-unknown, part-with-whole, commitments-left-out, undated
    text: str
    cost: Fraction = Fraction()  # the part of the cost before that rests on it
    low: Fraction | None = None  # the total, were it the cheapest reading
    high: Fraction | None = None


@dataclass(frozen=True, slots=True)
class RateUsed:
    """An exchange rate that a figure rests on."""

    base: str
    quote: str
    rate: Fraction  # units of the quote for one unit of the base
    month: Month  # of the usage
    month_used: Month  # of the rate
    basis: str
    held: bool


@dataclass(frozen=True, slots=True)
class Committed:
    """One month of a commitment: what its charges come to, and what they lack of the minimum."""

    commitment: Commitment
    month: Month  # in the provider's zone
    days: int  # of the month, in the log and in the contract
    due: Fraction  # for these days, in the report's currency
    spent: Cost
    shortfall: Cost


@dataclass(frozen=True, slots=True)
class ListAndContracted:
    """The charges with a discount: by the list, and after it."""

    listed: Fraction
    contracted: Fraction

    @property
    def discount(self) -> Fraction | None:
        """What the contracts take off, as a share; None where the list is 0."""
        return 1 - self.contracted / self.listed if self.listed else None


@dataclass(frozen=True)
class Rating:
    """Charges and what could not be charged. Costs are exact and in one currency."""

    currency: str
    by: tuple[str, ...]
    charges: Sequence[Charge]  # of a ledger with a breakdown their lines leave its names open
    unpriced: Sequence[Unpriced]
    assumptions: Sequence[Assumption] = ()
    tokens: Fraction = Fraction()  # all input and output tokens of the ledger, priced or not
    rates_used: Sequence[RateUsed] = ()
    revenue: Mapping[LineKey, Fraction] = field(
        default_factory=dict
    )  # stated, of what has a cost, by the line of its row
    revenue_stated: Mapping[str, Fraction] = field(default_factory=dict)  # the same, in its own currencies
    revenue_without_cost: Fraction = Fraction()  # stated of what has no price: no margin can be said of it
    earns_by_row: bool = True  # every row whose revenue is known states its own: so does every line
    lacks_cost_of_earners: bool = False  # a customer whose revenue is known as a whole has usage without a price
    commitments: Sequence[Committed] = ()  # by month; the shortfalls are charges too
    contracts: Contracts | None = None  # of the revenue: what customers pay in every month, however much they use

    @cached_property
    def total(self) -> Cost:
        return sum_costs(charge.cost for charge in self.charges)

    @cached_property
    def contracted(self) -> ListAndContracted | None:
        """What the contracts' discounts take off; None where no charge has one."""
        found = [(charge.listed, charge.cost.before) for charge in self.charges if charge.listed is not None]
        return ListAndContracted(exact_sum(a for a, _ in found), exact_sum(b for _, b in found)) if found else None

    @property
    def is_complete(self) -> bool:
        return not self.unpriced

    @property
    def priced_share(self) -> Fraction | None:
        """The share of tokens that has a price; None where there are no tokens."""
        return 1 - self.unpriced_tokens / self.tokens if self.tokens else None

    @cached_property
    def unpriced_tokens(self) -> Fraction:
        """The tokens that have no price."""
        found: Fraction | None = getattr(
            self.unpriced, "tokens", None
        )  # added up already, where they are rows of a table
        return exact_sum(part.tokens for part in self.unpriced) if found is None else found


def sum_costs(costs: Iterable[Cost]) -> Cost:
    """The sum of many costs."""
    listed = list(costs)
    before, low, mid, high = (
        exact_sum(getattr(cost, name) for cost in listed) for name in ("before", "low", "mid", "high")
    )
    return Cost(before, low, mid, high)
