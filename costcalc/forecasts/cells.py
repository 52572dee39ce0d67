"""Cells: the log added up by everything that a price or a change of the scenario can tell apart, and who is in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING

from costcalc.calendar import Month
from costcalc.forecasts.form import BESIDE, BILLED, REQUESTS, REVENUE
from costcalc.forecasts.members import Lines, Members, Values
from costcalc.forecasts.reading import Number
from costcalc.forecasts.shares import Shares
from costcalc.meters import meters
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.breakdown import Used, usage_by_kind
from costcalc.rating.earners import CUSTOMER, Earns
from costcalc.rating.kinds import Amounts, Kind
from costcalc.rating.model import PriceKey
from costcalc.rating.rate import Rater
from costcalc.usage.ledger import Edges

if TYPE_CHECKING:
    from costcalc.forecasts.members import Floats

Names = Mapping[str, str | None]
_NO_MONTH = Month(1, 1)


@dataclass(frozen=True, eq=False)
class Cell:
    """Usage of the whole log that shares its price and the changes that match it, in every month to come."""

    kind: Kind  # without a day and names: its price is looked up again in every month
    names: Names  # of one member: what changes ask for is the same for all
    members: Members
    counts: Mapping[
        str, Fraction
    ]  # of all members: by meter, what lies in no part of it; requests, revenue and bill beside
    requests: Fraction | None  # None: the log does not say
    edges: Edges  # the labels at which its price or a change may tell requests apart
    billed: Fraction | None = None  # None: no cost stated
    bill_wins: bool = False  # the stated cost goes before the list
    may_stand_in: bool = False  # the stated cost stands in where the list has no price
    listed: Fraction | None = None  # of a stated cost: what the list said for it in the log's time, report currency
    listed_month: Month = _NO_MONTH  # whose exchange rate that was
    has_revenue: bool = False
    kinds: tuple[str, ...] = ()  # names for which a share of cache reads is raised one by one; (): none is raised

    @cached_property
    def leaves(self) -> Mapping[str, Fraction]:
        """Counts by meter, what lies in no part of it; scaled by the meter's decimals."""
        return {name: count for name, count in self.counts.items() if name not in BESIDE}

    @cached_property
    def tokens(self) -> Fraction:
        found: Fraction = tokens_of(self.leaves)
        return found

    @cached_property
    def floats(self) -> dict[str, float]:
        """The counts as a run takes them, and what the columns of `shares` come to."""
        return {name: float(count) for name, count in self.counts.items()}

    @cached_property
    def shares(self) -> Shares:
        return Shares(self.members, self.kinds, self.floats)

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


def cells_of(rater: Rater, days: int, last_day: date, sorting: Sorting, usage: Iterable[Used] | None = None) -> Cells:
    """The cells of a rating that was made; its `by` are their names. `usage`: its own by line; None: by what has a price."""
    found: dict[tuple[object, ...], _Sum] = {}
    lines: dict[Values, _Line] = {}
    plain: dict[tuple[object, ...], tuple[Kind, int]] = {}
    apart: dict[Kind, int] = {}
    names = rater.options.by
    revenue = _revenue_with_usage(rater)
    for kind, own, sums in usage_by_kind(rater) if usage is None else usage:
        if kind.states_revenue_alone(sums):
            continue
        earned = revenue.get(kind, sums.revenue) if revenue else sums.revenue
        # What has no cost says nothing of a margin.
        earns = "" if kind.earns == "row" and not rater.has_cost(kind) else kind.earns
        line = lines.get(own)
        if line is None:
            called = dict(zip(names, own, strict=True))
            line = lines[own] = _Line(len(lines), called, sorting.signature(called), sorting.own(called))
        edges = sorting.edges(kind.key, line.names)
        alike = (*(getattr(kind, name) for name in _OF_CELLS), earns, edges, sums.has_cost)
        if alike not in plain:
            one = _plain(kind, earns, edges, has_cost=sums.has_cost)
            plain[alike] = one, apart.setdefault(replace(one, month=_NO_MONTH), len(apart))
        one, number = plain[alike]
        # A bill with a list price follows the list, one without keeps what it is.
        is_listed = sums.has_cost and rater.list_cost(kind, sums) is not None
        place = (
            number, sums.has_cost, is_listed, sums.requests is None, line.signature, line.own if sums.has_cost else (),
        )  # fmt: skip
        if place not in found:
            found[place] = _Sum(one, edges)
        found[place].add(rater, kind, sums, line.code, earned)
    every = Lines(names, list(lines))
    return Cells([one.cell(rater, every) for one in found.values()], days, last_day, rater.currency)


@dataclass(frozen=True, slots=True)
class _Line:
    """One set of names, and what the scenarios make of it."""

    code: int
    names: Names
    signature: tuple[object, ...]
    own: tuple[object, ...]


_OF_CELLS = tuple(name for name in (each.name for each in fields(Kind)) if name not in ("line", "earns", "weighted"))


def _plain(kind: Kind, earns: Earns, edges: Edges, *, has_cost: bool) -> Kind:
    """The kind without names and days, and with those lengths alone that can matter to it."""
    key = kind.key
    if key is not None:
        key = replace(
            key, day=date.min,
            input_over=_coarse(key.input_over, edges[0]), output_over=_coarse(key.output_over, edges[1]),
        )  # fmt: skip
    return replace(
        kind, line=(), key=key, day=date.min, month=kind.month if has_cost else _NO_MONTH, weighted=False, earns=earns,
        lengths=(_coarse(kind.lengths[0], edges[0]), _coarse(kind.lengths[1], edges[1])),
    )  # fmt: skip


def _revenue_with_usage(rater: Rater) -> dict[Kind, Fraction]:
    """What a customer earns as a whole grows with its requests, on whichever row it is stated: it goes with them.

    Of a log that counts no requests, with the tokens.
    """
    if CUSTOMER in rater.ledger.names and CUSTOMER not in rater.options.by:
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

    def __init__(self, kind: Kind, edges: Edges) -> None:
        self.kind, self.edges, self.whole = kind, edges, Amounts(0)
        self.codes: list[int] = []  # of lines, a row each
        self.rows: list[list[Fraction | int]] = []  # quantities, requests, revenue, stated cost
        self.listed: Fraction | None = Fraction()

    def add(self, rater: Rater, kind: Kind, sums: Amounts, line: int, earned: Fraction) -> None:
        self.codes.append(line)
        self.rows.append([*sums.quantities, sums.requests or 0, earned, sums.cost])
        self.whole.has_cost = self.whole.has_cost or sums.has_cost
        self.whole.requests = None if sums.requests is None else self.whole.requests
        if sums.has_cost and self.listed is not None:
            # One month's exchange rate for all: the list's own change is wanted, not the currency's.
            at_list = rater.list_cost(replace(kind, month=self.kind.month), sums)
            self.listed = self.listed + at_list.before if at_list else None

    def cell(self, rater: Rater, lines: Lines) -> Cell:
        kind, whole = self.kind, self.whole
        *quantities, requests, revenue, billed = (sum(column) for column in zip(*self.rows, strict=True))
        counts = leaves_of(dict(zip(rater.ledger.meters, quantities, strict=True)))
        if requests:
            counts[REQUESTS] = Fraction(requests)
        if kind.has_revenue:
            counts[REVENUE] = Fraction(revenue)
        if whole.has_cost:
            counts[BILLED] = Fraction(billed)
        codes = list(dict.fromkeys(self.codes))
        members = Members(lines, codes, tuple(counts), partial(self._counts, rater.ledger.meters, codes, tuple(counts)))
        cell = Cell(
            kind, lines.names(codes[0]), members, counts, None if whole.requests is None else Fraction(requests),
            self.edges, has_revenue=kind.has_revenue,
        )  # fmt: skip
        if not whole.has_cost:
            return cell
        return replace(
            cell,
            billed=Fraction(billed),
            bill_wins=rater.bill_wins(kind, whole),
            may_stand_in=rater.may_stand_in(whole),
            listed=self.listed or None,
            listed_month=kind.month,
        )

    def _counts(self, meter_names: Sequence[str], codes: Sequence[int], names: Sequence[str]) -> Floats:
        """The rows added up by their lines, a column for each of these names, what lies in no part of it."""
        import numpy as np

        places = {code: place for place, code in enumerate(codes)}
        sums = np.zeros((len(codes), len(meter_names) + len(_BESIDE)))
        np.add.at(sums, [places[code] for code in self.codes], np.array(self.rows, dtype=np.float64))
        columns = dict(zip((*meter_names, *_BESIDE), sums.T, strict=True))
        found = {name: columns[name].copy() for name in names if name in columns}
        for name in meter_names:
            whole = meters().by_name[name].part_of
            if whole is not None and whole in names:
                found[whole] = found.get(whole, 0) - columns[name]
        return np.column_stack([found[name] for name in names]) if names else np.zeros((len(codes), 0))


_BESIDE = (REQUESTS, REVENUE, BILLED)  # columns of a row, after its meters


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
