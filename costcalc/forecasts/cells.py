"""Cells: the log added up by everything that a price, a change of the scenario or a line can tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from costcalc.calendar import Month
from costcalc.meters import meters
from costcalc.rating.kinds import Amounts, Kind
from costcalc.rating.rate import Rater


@dataclass(frozen=True, eq=False)
class Cell:
    """Usage of the whole log that shares its price in every month to come, and its names."""

    kind: Kind  # without a day: its price is looked up again in every month
    names: Mapping[str, str | None]  # by name: provider, model, columns of the log, …
    leaves: Mapping[str, Fraction]  # by meter, what lies in no part of it; scaled by the meter's decimals
    requests: Fraction | None  # None: the log does not say
    billed: Fraction | None  # None: no cost stated
    bill_wins: bool  # the stated cost goes before the list
    may_stand_in: bool  # the stated cost stands in where the list has no price
    listed: Fraction | None  # of a stated cost: what the list said for it in the log's time, report currency
    listed_month: Month  # whose exchange rate that was
    revenue: Fraction | None  # that its rows state, in `kind.revenue_currency`

    @cached_property
    def tokens(self) -> Fraction:
        return tokens_of(self.leaves)

    @property
    def home(self) -> tuple[str, str]:
        return (self.kind.provider, self.kind.model)


@dataclass(frozen=True, slots=True)
class Cells:
    """The log's daily rate is these over the days that it covers."""

    cells: Sequence[Cell]
    days: int  # calendar days covered
    last_day: date
    edges: tuple[int, ...]  # the input lengths that the scan labelled
    output_edges: tuple[int, ...]
    currency: str

    @property
    def requests(self) -> Fraction | None:
        counts = [cell.requests for cell in self.cells]
        return None if None in counts else sum((count for count in counts if count is not None), Fraction())


def cells_of(rater: Rater, days: int, last_day: date) -> Cells:
    """The cells of a rating that was made; its `by` are their names."""
    found: dict[tuple[object, ...], _Sum] = {}
    for kind, sums in rater.amounts.items():
        key = replace(kind.key, day=date.min) if kind.key else (kind.provider, kind.model, kind.reason)
        place = (
            kind.line, key, kind.band_basis, sums.has_cost, kind.cost_kind, kind.cost_currency, kind.cost_meter,
            kind.has_revenue, kind.revenue_currency,
        )  # fmt: skip
        found.setdefault(place, _Sum(kind, len(sums.quantities))).add(rater, kind, sums)
    names, width = rater.options.by, rater.ledger.meters
    cuts = rater.ledger.cuts
    cells = [one.cell(rater, names, width) for one in found.values()]
    return Cells(cells, days, last_day, cuts.input_lengths, cuts.output_lengths, rater.currency)


class _Sum:
    """One cell while it is added up."""

    def __init__(self, kind: Kind, width: int) -> None:
        self.kind, self.sums = kind, Amounts(width)
        self.listed: Fraction | None = Fraction()

    def add(self, rater: Rater, kind: Kind, sums: Amounts) -> None:
        self.sums.merge(sums)
        if sums.has_cost and self.listed is not None:
            # One month's exchange rate for all: the list's own change is wanted, not the currency's.
            at_list = rater.list_cost(replace(kind, month=self.kind.month), sums)
            self.listed = self.listed + at_list.before if at_list else None

    def cell(self, rater: Rater, names: Sequence[str], width: Sequence[str]) -> Cell:
        kind, sums = self.kind, self.sums
        key = replace(kind.key, day=date.min) if kind.key else None
        requests = None if sums.requests is None else Fraction(sums.requests)
        return Cell(
            replace(kind, key=key, day=date.min),
            dict(zip(names, kind.line, strict=True)),
            leaves_of(dict(zip(width, sums.quantities, strict=True))),
            requests,
            sums.cost if sums.has_cost else None,
            rater.bill_wins(kind, sums),
            rater.may_stand_in(sums),
            self.listed if sums.has_cost and self.listed else None,
            kind.month,
            sums.revenue if kind.has_revenue else None,
        )


def leaves_of(counts: Mapping[str, Fraction | int]) -> dict[str, Fraction]:
    """What lies in no part of its whole, by meter: 100 input tokens of which 80 are cached are 20 and 80."""
    known = meters().by_name
    leaves = {name: Fraction(count) for name, count in counts.items() if count}
    for name, count in counts.items():
        whole = known[name].part_of
        if count and whole:
            leaves[whole] = leaves.get(whole, Fraction()) - count
    return {name: count for name, count in leaves.items() if count}


def tokens_of(leaves: Mapping[str, Fraction]) -> Fraction:
    """Input and output tokens, parts and all."""
    known = meters().by_name
    return sum((count for name, count in leaves.items() if known[name].unit == "token"), Fraction())
