"""Revenue: who says what was earned. One order everywhere: a flag, the scenario, the log's column, the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.calendar import Month, month_of
from costcalc.money import Money
from costcalc.problems import CostcalcError, Place, fail
from costcalc.rating.earners import with_earnings
from costcalc.rating.model import Rating
from costcalc.records import dataclass
from costcalc.usage.earnings import Contracts, Earnings, some
from costcalc.usage.ledger import CUSTOMER, UsageLedger

if TYPE_CHECKING:
    from costcalc.months.earning import Kind

RULES = "scenario"
Exchange = Callable[[str, Month], Fraction]  # units of the report's currency for one of another, in a month


@dataclass(frozen=True, slots=True)
class StatedRevenue:
    """The revenue that flags or the configuration state: an amount for the log's period, or a table by customer."""

    revenue: Money | Earnings | None = None
    margin: Fraction | None = None  # today's margin: implies the revenue
    source: str = "--revenue"  # --revenue, --margin, configuration; of a table with its file

    @property
    def is_flag(self) -> bool:
        return not self.source.startswith("configuration")

    @property
    def names(self) -> tuple[str, ...]:
        """What a log must keep apart for it."""
        return (CUSTOMER,) if isinstance(self.revenue, Earnings) else ()


UNSTATED = StatedRevenue()


def earning(earned: StatedRevenue, ledger: UsageLedger, timezone: str) -> UsageLedger:
    """The ledger with a table's revenue, where a table says it: one of a flag before the log's own column, one of the configuration after it."""
    if not isinstance(earned.revenue, Earnings):
        return ledger
    if not earned.is_flag and any(group.revenue is not None for group in ledger.groups):
        return ledger
    return replace(with_earnings(ledger, earned.revenue, timezone), revenue_source=earned.source)


@dataclass(frozen=True, slots=True)
class Revenue:
    """Where the revenue comes from, and what it is for the log's period as far as one amount says it."""

    kind: Kind
    amount: Fraction  # in the report's currency; of rules 0: they say what months earn
    source: str  # --revenue, --margin, scenario, revenue column, configuration
    stated: Mapping[str, Fraction] = field(default_factory=dict)  # the amount in the currencies in which it is stated
    contracts: Contracts | None = None  # of the amount: what customers pay however much they use
    is_implied: bool = False  # by a margin of the cost that is known: it is that of the priced part

    def going_on(self, month: Month, exchange: Exchange) -> Fraction:
        """What went on as in the log, if it were earned in that month: converted as its costs are."""
        found = dict(self.stated)
        for (_, currency), amount in (self.contracts.in_log() if self.contracts else {}).items():
            found[currency] = found.get(currency, Fraction()) - amount
        return sum((amount * exchange(currency, month) for currency, amount in found.items()), Fraction())

    def contracted(self, month: Month, exchange: Exchange, *, as_today: bool = False) -> Fraction:
        """What contracts say of that month; `as_today`: those of the log's last day, as if they went on."""
        contracts = self.contracts.undated(month.last) if self.contracts and as_today else self.contracts
        due = contracts.between(month.first, month.last) if contracts else {}
        return sum((amount * exchange(currency, month) for (_, currency), amount in due.items()), Fraction())


def contract_notes(revenue: Revenue | None) -> list[str]:
    """What months to come are taken to earn, where contracts say it."""
    if revenue is None or revenue.contracts is None or not revenue.contracts.rows:
        return []
    names = dict.fromkeys(row.customer for row in revenue.contracts.rows)
    said = f"In months to come contracts and seats earn what the table says, however much is used: {some([*names])}."
    ends = [f"{name} on {day}" for name, day in revenue.contracts.ending().items()]
    return [f"{said} These end: {some(ends)}." if ends else said]


def revenue_of(
    earned: StatedRevenue,
    rating: Rating,
    exchange: Exchange,
    ledger: UsageLedger,
    last_day: date | None,
    *,
    has_rules: bool = False,
    is_part: bool = False,
) -> Revenue | None:
    """The first that says it of a ledger that went through `earning`; None: unknown. `is_part`: of some usage that was chosen, of which a total says nothing.

    CostcalcError: two flags; a margin of 100%; a currency without a rate.
    """
    if earned.revenue is not None and earned.margin is not None:
        raise fail("two-revenues", "--revenue and --margin both say what you earn", remedy="give one of them")
    by_rows = None
    if rating.revenue:
        whole = sum(rating.revenue.values(), Fraction())
        by_rows = Revenue("rows", whole, ledger.revenue_source, rating.revenue_stated, rating.contracts)
    if isinstance(earned.revenue, Earnings) and earned.is_flag:
        return by_rows
    stated = None if is_part else _stated(earned, rating, exchange, last_day)
    if stated and earned.is_flag:
        return stated
    if has_rules:
        return Revenue("rules", Fraction(), RULES)
    return by_rows or stated


def check_floor(floor: Fraction | None, earned: StatedRevenue, revenue: Revenue | None) -> None:
    """CostcalcError: a floor to judge, and a table of which nothing joins the log."""
    if floor is not None and revenue is None and isinstance(earned.revenue, Earnings):
        raise fail(
            "no-revenue", f"nothing of the table joins the log, so the floor of {float(floor * 100):g}% cannot be judged",
            place=Place(earned.revenue.file), expected="customers and months of the log",
            remedy="costcalc cost USAGE --by customer shows its customers and days",
        )  # fmt: skip


def _rate(exchange: Exchange, earned_in: str, last_day: date) -> Fraction:
    try:
        return exchange(earned_in, month_of(last_day))
    except CostcalcError as error:
        raise CostcalcError(
            [replace(each, message=f"revenue in {earned_in}: {each.message}") for each in error.problems]
        ) from None


def _stated(earned: StatedRevenue, rating: Rating, exchange: Exchange, last_day: date | None) -> Revenue | None:
    if earned.margin is not None:
        if earned.margin >= 1:
            said = "--margin" if earned.is_flag else "the margin of the configuration"
            raise fail("bad-margin", f"{said} must be below 100%", expected="60%, or 0.6")
        implied = rating.total.before / (1 - earned.margin)
        return Revenue("total", implied, earned.source, {rating.currency: implied}, is_implied=True)
    if earned.revenue is None or isinstance(earned.revenue, Earnings):
        return None
    money, rate = earned.revenue, Fraction(1)
    if money.currency and money.currency != rating.currency and last_day is not None:
        rate = _rate(exchange, money.currency, last_day)
    stated = {money.currency or rating.currency: money.amount}
    return Revenue("total", money.amount * rate, earned.source, stated)
