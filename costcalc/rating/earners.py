"""Earners: what customers earn with usage that has a cost, and whose revenue a part of a log still tells.

How a customer earns is a label of its groups (`usage.groups`): by each row, or by all of its rows together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.calendar import DAY_SECONDS, Month, instant_of_day, utc_midnight
from costcalc.problems import Place, fail, nearest_names
from costcalc.rating.kinds import ChargeKey
from costcalc.rating.model import LineKey
from costcalc.records import dataclass
from costcalc.usage.earnings import Contracts, Earnings, Joined
from costcalc.usage.ledger import CUSTOMER, Earns, UsageGroup, UsageLedger, covered_days

if TYPE_CHECKING:
    from costcalc.rating.rate import Rater

Unit = str | None  # a customer, or the log


@dataclass(frozen=True, slots=True)
class Earned:
    """What is earned, in the report's currency where nothing else is said."""

    by_line: dict[LineKey, Fraction]  # with what has a cost, by the line of the row that states it
    by_currency: dict[str, Fraction]  # the same in the currencies in which it is stated
    without_cost: Fraction
    lacks_cost: bool  # some usage has no price, and what its customer earns stands against all of its usage
    contracts: Contracts | None  # of customers of whose usage something has a cost


def earned_of(rater: Rater, lacking: Collection[ChargeKey], exchange: Callable[[str, Month], Fraction]) -> Earned:
    """Of a rating whose charges were made. `lacking`: the kinds of which something has no price."""
    parts: dict[ChargeKey, list[tuple[bool, Fraction]]] = {}  # whether a cost stands against it, and how much
    lacks_cost = False
    for group, held, amount in _together(rater):
        for kind, weight in rater.shares[group]:
            parts.setdefault(kind, []).append((held, amount * weight))
            lacks_cost = lacks_cost or (held and kind in lacking)
    by_line: dict[LineKey, Fraction] = {}
    by_currency: dict[str, Fraction] = {}
    without_cost = Fraction()
    for kind, sums in rater.amounts.items():
        if kind.earns == "row":
            parts[kind] = [(rater.has_cost(kind), sums.revenue)]
        earned = parts.get(kind, [])
        currency = kind.revenue_currency or rater.currency
        rate = exchange(currency, kind.month) if any(amount for _, amount in earned) else Fraction(1)
        for held, amount in earned:
            if held:
                by_line[kind.line] = by_line.get(kind.line, Fraction()) + amount * rate
                by_currency[currency] = by_currency.get(currency, Fraction()) + amount
            else:
                without_cost += amount * rate
    return Earned(by_line, by_currency, without_cost, lacks_cost, contracts_of(rater, is_priced=True))


def _together(rater: Rater) -> Iterator[tuple[int, bool, Fraction]]:
    """Of groups whose customers earn as a whole: whether something is known of these customers' cost, and what is stated."""
    groups = rater.ledger.groups
    if not any(group.earns == "whole" for group in groups):
        return
    costly = [place for place, shares in enumerate(rater.shares) if any(rater.has_cost(kind) for kind, _ in shares)]
    if rater.ledger.breakdown:
        yield from rater.ledger.breakdown.earned_together(costly)
        return
    unit_of = unit_in(rater.ledger.dimensions)
    served = {unit_of(groups[place]) for place in costly}
    for place, group in enumerate(groups):
        if group.earns == "whole":
            yield place, unit_of(group) in served, group.revenue or Fraction()


def contracts_of(rater: Rater, *, is_priced: bool = False) -> Contracts | None:
    """What its customers pay whatever they use. `is_priced`: those alone of whose usage something has a cost."""
    contracts, groups = rater.ledger.contracts, rater.ledger.groups
    if contracts is None:
        return None
    unit_of = unit_in(rater.ledger.dimensions)
    earning = ((group, shares) for group, shares in zip(groups, rater.shares, strict=True) if group.earns)
    of = {unit_of(each) for each, shares in earning if not is_priced or any(rater.has_cost(kind) for kind, _ in shares)}
    return contracts.of(of, rater.currency)


def unit_in(dimensions: Sequence[str]) -> Callable[[UsageGroup], Unit]:
    """Who earns with a group."""
    if CUSTOMER not in dimensions:
        return lambda group: None
    position = dimensions.index(CUSTOMER)
    return lambda group: group.dimensions[position]


def with_earnings(ledger: UsageLedger, earnings: Earnings, timezone: str) -> UsageLedger:
    """The ledger with what a table says that its customers pay, in place of what its rows say; what does not join is noted.

    CostcalcError: the usage names no customers.
    """
    if CUSTOMER not in ledger.names:
        raise fail(
            "no-customers", "the revenue is by customer, and the log names none", place=Place(earnings.file),
            expected="a column customer", remedy="map yours: --map customer=your_column",
            nearest=nearest_names(CUSTOMER, ledger.available_dimensions),
        )  # fmt: skip
    ledger = ledger.in_full
    place, days = ledger.dimensions.index(CUSTOMER), covered_days(ledger, timezone)
    usage = [replace(group, revenue=None, revenue_currency=None) for group in ledger.groups]
    usage = [now for now, group in zip(usage, ledger.groups, strict=True) if group.revenue is None or not now.is_idle]
    if days[0] is None or days[1] is None:
        return ledger
    named = [group.dimensions[place] for group in usage]
    joined = Joined(earnings, (days[0], days[1]), dict.fromkeys(name for name in named if name))
    naive = any(group.naive for group in usage)
    width = len(ledger.meters)
    earned = []
    for (name, currency, month), amount in joined.amounts.items():
        day = min(days[1], month.last)
        at = utc_midnight(day) if naive else instant_of_day(day, timezone)
        names = tuple(name if i == place else None for i in range(len(ledger.dimensions)))
        earned.append(
            UsageGroup(
                at, at + DAY_SECONDS if naive else None, naive, None, "", None, "standard", None, 0, 0, "unknown", names, 0,
                (0,) * width, 0, revenue=amount, revenue_currency=currency or None,
            )
        )  # fmt: skip
    notes = [*ledger.notes, *joined.notes(None in named)]
    return with_earners(replace(ledger, groups=[*usage, *earned], notes=notes, contracts=joined.contracts))


def with_earners(ledger: UsageLedger) -> UsageLedger:
    """The ledger, its groups labelled anew with how their customers earn in it."""
    if all(group.revenue is None for group in ledger.groups):
        return replace(ledger, groups=[replace(group, earns="", earns_in=None) for group in ledger.groups])
    unit_of = unit_in(ledger.dimensions)
    stated: dict[Unit, set[str | None]] = {}
    silent: set[Unit] = set()
    for group in ledger.groups:
        if group.revenue is None:
            silent.add(unit_of(group))
        else:
            stated.setdefault(unit_of(group), set()).add(group.revenue_currency)

    def labelled(group: UsageGroup) -> UsageGroup:
        unit = unit_of(group)
        currencies = stated.get(unit, set())
        earns: Earns = "" if not currencies else "whole" if unit in silent else "row"
        is_shared = group.revenue is None and len(currencies) == 1
        return replace(group, earns=earns, earns_in=next(iter(currencies)) if is_shared else group.revenue_currency)

    return replace(ledger, groups=[labelled(group) for group in ledger.groups])


def earning_within(ledger: UsageLedger, part: UsageLedger) -> UsageLedger:
    """A part of a ledger with the revenue that stands against its usage: one of all of a customer says nothing of a part.

    Where nobody names customers, a part whose every row states its revenue is as good as a log of its own.
    """
    if CUSTOMER not in ledger.names and all(group.revenue is not None for group in part.groups):
        return with_earners(part)
    unit_of = unit_in(ledger.dimensions)
    rows: list[dict[Unit, int]] = [{}, {}]
    for counted, of in zip(rows, (ledger, part), strict=True):
        for group in of.groups:
            counted[unit_of(group)] = counted.get(unit_of(group), 0) + group.rows
    whole, inside = rows
    return replace(
        part,
        groups=[
            replace(group, earns="", earns_in=None)
            if group.earns == "whole" and inside[unit_of(group)] != whole[unit_of(group)]
            else group
            for group in part.groups
        ],
    )
