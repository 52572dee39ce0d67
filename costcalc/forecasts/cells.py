"""Cells: the log added up by everything that a price or a change of the scenario can tell apart, and who is in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from costcalc.calendar import Month
from costcalc.forecasts.form import BESIDE, BILLED, REQUESTS, REVENUE
from costcalc.forecasts.reading import Number
from costcalc.meters import meters
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.earners import CUSTOMER
from costcalc.rating.kinds import Amounts, Kind
from costcalc.rating.model import PriceKey
from costcalc.rating.rate import Rater
from costcalc.usage.ledger import Edges

Names = Mapping[str, str | None]
Parts = dict[tuple[str | None, ...], dict[str, Fraction]]  # counts by names
_NO_MONTH = Month(1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """The usage of one set of names within a cell, over the whole log."""

    names: Names
    counts: Mapping[str, Fraction]  # by meter, what lies in no part of it; requests, revenue and bill beside


@dataclass(frozen=True, eq=False)
class Cell:
    """Usage of the whole log that shares its price and the changes that match it, in every month to come."""

    kind: Kind  # without a day and names: its price is looked up again in every month
    names: Names  # of one member: what changes ask for is the same for all
    members: Sequence[Member]
    counts: Mapping[str, Fraction]  # of all members
    requests: Fraction | None  # None: the log does not say
    edges: Edges  # the labels at which its price or a change may tell requests apart
    billed: Fraction | None = None  # None: no cost stated
    bill_wins: bool = False  # the stated cost goes before the list
    may_stand_in: bool = False  # the stated cost stands in where the list has no price
    listed: Fraction | None = None  # of a stated cost: what the list said for it in the log's time, report currency
    listed_month: Month = _NO_MONTH  # whose exchange rate that was
    has_revenue: bool = False

    @cached_property
    def leaves(self) -> Mapping[str, Fraction]:
        """Counts by meter, what lies in no part of it; scaled by the meter's decimals."""
        return {name: count for name, count in self.counts.items() if name not in BESIDE}

    @cached_property
    def tokens(self) -> Fraction:
        found: Fraction = tokens_of(self.leaves)
        return found

    def parts(self, by: tuple[str, ...]) -> Parts:
        """The counts of its members by some of their names; added up once for all runs."""
        found = self._parts.get(by)
        if found is None:
            found = self._parts[by] = {}
            for member in self.members:
                held = found.setdefault(tuple(member.names[name] for name in by), {})
                for name, count in member.counts.items():
                    held[name] = held.get(name, Fraction()) + count
        return found

    @cached_property
    def _parts(self) -> dict[tuple[str, ...], Parts]:
        return {}

    @cached_property
    def matched(self) -> dict[int, tuple[object, bool]]:
        """What choices of usage have been held against it: by the identity of each, which is kept."""
        return {}

    @property
    def home(self) -> tuple[str, str]:
        return (self.kind.provider, self.kind.model)

    def is_served_by(self, model: ResolvedModel) -> bool:
        """Whether this model serves it today, at the list of the same region."""
        key = self.kind.key
        return key is not None and (key.provider, key.region, key.model) == (model.provider, model.region, model.model)

    @property
    def labels(self) -> tuple[int, int]:
        """Which lengths its requests are above: of input, of output."""
        key = self.kind.key
        return (key.input_over, key.output_over) if key else self.kind.lengths


@dataclass(frozen=True, slots=True)
class Cells:
    """The log's daily rate is these over the days that it covers."""

    cells: Sequence[Cell]
    days: int  # calendar days covered
    last_day: date
    currency: str

    @property
    def requests(self) -> Fraction | None:
        counts = [cell.requests for cell in self.cells]
        return None if None in counts else sum((count for count in counts if count is not None), Fraction())


@dataclass(frozen=True, slots=True)
class Sorting:
    """What tells usage apart: the changes that match its names, and the lengths that matter to it."""

    signature: Callable[[Names], tuple[object, ...]]
    edges: Callable[[PriceKey | None, Names], Edges]
    own: Callable[[Names], tuple[object, ...]] = lambda _names: ()  # what else tells apart usage with a stated cost


def cells_of(rater: Rater, days: int, last_day: date, sorting: Sorting) -> Cells:
    """The cells of a rating that was made; its `by` are their names."""
    found: dict[tuple[object, ...], _Sum] = {}
    signatures: dict[tuple[str | None, ...], tuple[object, ...]] = {}
    names = rater.options.by
    revenue = _revenue_with_usage(rater)
    for kind, sums in rater.amounts.items():
        if kind.states_revenue_alone(sums):
            continue
        if kind in revenue:
            sums = sums.earning(revenue[kind])
        if kind.earns == "row" and kind in rater.without_price:
            kind = replace(kind, earns="")  # what has no cost says nothing of a margin
        if kind.line not in signatures:
            signatures[kind.line] = sorting.signature(dict(zip(names, kind.line, strict=True)))
        edges = sorting.edges(kind.key, dict(zip(names, kind.line, strict=True)))
        key, lengths = kind.key, (_coarse(kind.lengths[0], edges[0]), _coarse(kind.lengths[1], edges[1]))
        if key is not None:
            key = replace(
                key, day=date.min,
                input_over=_coarse(key.input_over, edges[0]), output_over=_coarse(key.output_over, edges[1]),
            )  # fmt: skip
        plain = replace(
            kind, line=(), key=key, day=date.min, month=kind.month if sums.has_cost else _NO_MONTH, weighted=False,
            lengths=lengths,
        )  # fmt: skip
        # A bill with a list price follows the list, one without keeps what it is.
        is_listed = sums.has_cost and rater.list_cost(kind, sums) is not None
        place = (
            replace(plain, month=_NO_MONTH), sums.has_cost, is_listed, sums.requests is None, signatures[kind.line],
            sorting.own(dict(zip(names, kind.line, strict=True))) if sums.has_cost else (),
        )  # fmt: skip
        found.setdefault(place, _Sum(plain, edges, len(sums.quantities))).add(rater, kind, sums)
    cells = [one.cell(rater, names) for one in found.values()]
    return Cells(cells, days, last_day, rater.currency)


def _revenue_with_usage(rater: Rater) -> dict[Kind, Fraction]:
    """What a customer earns as a whole grows with its requests, on whichever row it is stated: it goes with them.

    Of a log that counts no requests, with the tokens.
    """
    if CUSTOMER in rater.ledger.dimensions and CUSTOMER not in rater.options.by:
        return {}  # nobody asks what months to come earn by customer
    place = rater.options.by.index(CUSTOMER) if CUSTOMER in rater.options.by else None
    of: dict[str | None, list[Kind]] = {}
    for kind in rater.amounts:
        if kind.earns == "whole":
            of.setdefault(None if place is None else kind.line[place], []).append(kind)
    found: dict[Kind, Fraction] = {}
    for unit, kinds in of.items():
        total = sum((rater.amounts[kind].revenue for kind in kinds), Fraction())
        weights = _weights([rater.amounts[kind] for kind in kinds])
        if rater.earners.in_one_currency(unit) and (whole := sum(weights)):
            found |= {kind: total * weight / whole for kind, weight in zip(kinds, weights, strict=True)}
    return found


def _weights(amounts: Sequence[Amounts]) -> list[Fraction]:
    requests = [sums.requests for sums in amounts]
    if None not in requests and any(requests):
        return [Fraction(count or 0) for count in requests]
    return [Fraction(sum(sums.quantities)) for sums in amounts]


def _coarse(label: int, edges: Sequence[int]) -> int:
    position = bisect_right(edges, label)
    return edges[position - 1] if position else 0


class _Sum:
    """One cell while it is added up."""

    def __init__(self, kind: Kind, edges: Edges, width: int) -> None:
        self.kind, self.edges, self.width = kind, edges, width
        self.lines: dict[tuple[str | None, ...], Amounts] = {}
        self.listed: Fraction | None = Fraction()

    def add(self, rater: Rater, kind: Kind, sums: Amounts) -> None:
        if kind.line not in self.lines:
            self.lines[kind.line] = Amounts(self.width)
        self.lines[kind.line].merge(sums)
        if sums.has_cost and self.listed is not None:
            # One month's exchange rate for all: the list's own change is wanted, not the currency's.
            at_list = rater.list_cost(replace(kind, month=self.kind.month), sums)
            self.listed = self.listed + at_list.before if at_list else None

    def cell(self, rater: Rater, names: Sequence[str]) -> Cell:
        kind, meter_names = self.kind, rater.ledger.meters
        members = [
            Member(dict(zip(names, line, strict=True)), _counts(meter_names, sums, has_revenue=kind.has_revenue))
            for line, sums in self.lines.items()
        ]
        counts: dict[str, Fraction] = {}
        for member in members:
            for name, count in member.counts.items():
                counts[name] = counts.get(name, Fraction()) + count
        whole = Amounts(self.width)
        for sums in self.lines.values():
            whole.merge(sums)
        cell = Cell(
            kind, members[0].names, members, counts,
            None if whole.requests is None else Fraction(whole.requests), self.edges, has_revenue=kind.has_revenue,
        )  # fmt: skip
        if not whole.has_cost:
            return cell
        return replace(
            cell,
            billed=whole.cost,
            bill_wins=rater.bill_wins(kind, whole),
            may_stand_in=rater.may_stand_in(whole),
            listed=self.listed or None,
            listed_month=kind.month,
        )


def _counts(meter_names: Sequence[str], sums: Amounts, *, has_revenue: bool) -> dict[str, Fraction]:
    counts = leaves_of(dict(zip(meter_names, sums.quantities, strict=True)))
    if sums.requests:
        counts[REQUESTS] = Fraction(sums.requests)
    if has_revenue:
        counts[REVENUE] = sums.revenue
    if sums.has_cost:
        counts[BILLED] = sums.cost
    return counts


def leaves_of(counts: Mapping[str, Fraction | int]) -> dict[str, Fraction]:
    """What lies in no part of its whole, by meter: 100 input tokens of which 80 are cached are 20 and 80."""
    known = meters().by_name
    leaves = {name: Fraction(count) for name, count in counts.items() if count}
    for name, count in counts.items():
        whole = known[name].part_of
        if count and whole:
            leaves[whole] = leaves.get(whole, Fraction()) - count
    return {name: count for name, count in leaves.items() if count}


def tokens_of(leaves: Mapping[str, Number]) -> Number:
    """Input and output tokens, parts and all; a form where the counts are forms."""
    known = meters().by_name
    return _sum(count for name, count in leaves.items() if known[name].unit == "token")


def whole_of(leaves: Mapping[str, Number], meter: str) -> Number:
    """A meter with all its parts."""
    inside = meters().with_parts(meter)
    return _sum(count for name, count in leaves.items() if name in inside)


def _sum(counts: Iterable[Number]) -> Number:
    found = list(counts)
    return sum(found[1:], found[0]) if found else Fraction()
