"""Segments: the log added up by everything that a price or a change of the scenario can tell apart, and who is in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING

from costcalc.calendar import Month
from costcalc.meters import meters
from costcalc.money import sum_if_known
from costcalc.months.form import BESIDE, BILLED, REQUESTS, REVENUE
from costcalc.months.members import Members, numbered
from costcalc.months.reading import Number
from costcalc.months.shares import Shares
from costcalc.months.usage import Usage, UsageSource, model_of
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.kinds import Amounts, ChargeKey
from costcalc.rating.model import PriceKey
from costcalc.rating.rate import Rater
from costcalc.usage.ledger import Earns, Edges

if TYPE_CHECKING:
    from costcalc.months.members import Codes, Floats

Names = Mapping[str, str | None]
_NO_MONTH = Month(1, 1)


@dataclass(frozen=True, eq=False)
class Segment:
    """Usage of the whole log that shares its price and the changes that match it, in every month to come."""

    kind: ChargeKey  # without a day and names: its price is looked up again in every month
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
class Segments:
    """The log's daily rate is these over the days that it covers."""

    segments: Sequence[Segment]
    days: int  # calendar days covered
    last_day: date
    currency: str

    @property
    def requests(self) -> Fraction | None:
        return sum_if_known(segment.requests for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Sorting:
    """What tells usage apart: the changes that match its names, and the lengths that matter to it."""

    asked: tuple[str, ...]  # the names that they look at
    signature: Callable[[Names], tuple[object, ...]]
    edges: Callable[[PriceKey | None, Names], Edges]
    own: tuple[str, ...] = ()  # names that tell apart usage with a stated cost besides


def segments_of(rater: Rater, days: int, last_day: date, sorting: Sorting, usage: Usage) -> Segments:
    """The segments of the usage of a rating that was made; its `by` are their names."""
    import numpy as np

    sorter = _Sorter(rater, sorting)
    treated = sorter.treated(usage)
    first, place = _places(usage, treated, sorting.own)
    rows_of = np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1]) if len(place) else []
    for number in np.argsort(first).tolist():  # in the order of the usage
        rows = rows_of[number]
        sorter.add(usage, rows, int(treated[usage.line[rows[0]]]))
    return Segments([one.segment(rater, usage) for one in sorter.found.values()], days, last_day, rater.currency)


def _places(usage: Usage, treated: Codes, own: tuple[str, ...]) -> tuple[Codes, Codes]:
    """Rows of one source and of names that are treated alike; of a stated cost, of the same names and meters."""
    import numpy as np

    columns = [usage.source, treated[usage.line]]
    has_cost = np.array([source.has_cost for source in usage.sources], dtype=bool)[usage.source]
    if has_cost.any():
        # Whether a list prices all of a row depends on what it counts.
        _, counted = np.unique(usage.counts != 0, axis=0, return_inverse=True)
        known = usage.lines.grouped(own)[1][usage.line]
        columns += [np.where(has_cost, column.reshape(-1), 0) for column in (counted, known)]
    return numbered(columns, len(usage.line))


class _Sorter:
    """The segments while usage is put into them."""

    def __init__(self, rater: Rater, sorting: Sorting) -> None:
        self.rater, self.sorting = rater, sorting
        self.treatments: list[tuple[Names, tuple[object, ...]]] = []  # names that are treated so, and their signature
        self.found: dict[tuple[object, ...], _Sum] = {}
        self._plain: dict[tuple[object, ...], tuple[ChargeKey, int]] = {}
        self._apart: dict[ChargeKey, int] = {}

    def treated(self, usage: Usage) -> Codes:
        """By line, the position of its treatment."""
        import numpy as np

        asked = self.sorting.asked
        known: dict[tuple[object, ...], int] = {}
        values, codes = usage.lines.grouped(asked)
        found = []
        for each in values:
            names = dict(zip(asked, each, strict=True))
            signature = self.sorting.signature(names)
            place = (signature, names.get("service_tier"))  # which changes ask of what serves usage then
            if place not in known:
                known[place] = len(known)
                self.treatments.append((names, signature))
            found.append(known[place])
        return np.array(found, dtype=np.intp)[codes]

    def add(self, usage: Usage, rows: Codes, treatment: int) -> None:
        """Rows of one source, treated alike."""
        source = usage.sources[usage.source[rows[0]]]
        names, signature = self.treatments[treatment]
        kind = source.kind
        # What has no cost says nothing of a margin.
        earns: Earns = "" if kind.earns == "row" and not self.rater.has_cost(kind) else kind.earns
        if (model := model_of(kind, names)) != kind.model:
            kind = replace(kind, model=model)
        edges = self.sorting.edges(kind.key, names)
        alike = (*(getattr(kind, name) for name in _OF_CELLS), earns, edges, source.has_cost)
        if alike not in self._plain:
            one = _plain(kind, earns, edges, has_cost=source.has_cost)
            self._plain[alike] = one, self._apart.setdefault(replace(one, month=_NO_MONTH), len(self._apart))
        one, number = self._plain[alike]
        # A bill with a list price follows the list, one without keeps what it is.
        sums = usage.total(rows) if source.has_cost or usage.exact is not None else None
        is_listed = source.has_cost and sums is not None and self.rater.list_cost(kind, sums) is not None
        own = usage.lines.grouped(self.sorting.own)[1][usage.line[rows[0]]] if source.has_cost else 0
        place = (number, source.has_cost, is_listed, source.knows_requests, signature, int(own))
        if place not in self.found:
            self.found[place] = _Sum(one, edges, source)
        self.found[place].add(self.rater, kind, rows, sums)


_OF_CELLS = tuple(
    name for name in (each.name for each in fields(ChargeKey)) if name not in ("line", "earns", "weighted")
)


def _plain(kind: ChargeKey, earns: Earns, edges: Edges, *, has_cost: bool) -> ChargeKey:
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


def _coarse(label: int, edges: Sequence[int]) -> int:
    position = bisect_right(edges, label)
    return edges[position - 1] if position else 0


class _Sum:
    """One segment while it is added up."""

    def __init__(self, kind: ChargeKey, edges: Edges, source: UsageSource) -> None:
        self.kind, self.edges, self.source = kind, edges, source
        self.rows: list[Codes] = []
        self.sums: list[Amounts] = []  # of these rows, where they are exact or state a cost
        self.listed: Fraction | None = Fraction()

    def add(self, rater: Rater, kind: ChargeKey, rows: Codes, sums: Amounts | None) -> None:
        self.rows.append(rows)
        if sums is None:
            return
        self.sums.append(sums)
        if self.source.has_cost and self.listed is not None:
            # One month's exchange rate for all: the list's own change is wanted, not the currency's.
            at_list = rater.list_cost(replace(kind, month=self.kind.month), sums)
            self.listed = self.listed + at_list.before if at_list else None

    def segment(self, rater: Rater, usage: Usage) -> Segment:
        import numpy as np

        kind, rows = self.kind, np.sort(np.concatenate(self.rows))
        whole = self._whole(usage, rows)
        counts = leaves_of(dict(zip(usage.meters, whole.quantities, strict=True)))
        if whole.requests:
            counts[REQUESTS] = Fraction(whole.requests)
        if kind.has_revenue:
            counts[REVENUE] = Fraction(whole.revenue)
        if whole.has_cost:
            counts[BILLED] = Fraction(whole.cost)
        codes, place = np.unique(usage.line[rows], return_inverse=True)
        made = partial(_counts, usage, rows, place.reshape(-1), tuple(counts))
        members = Members(usage.lines, codes, tuple(counts), made)
        segment = Segment(
            kind, usage.lines.names(int(usage.line[rows[0]])), members, counts,
            None if whole.requests is None else Fraction(whole.requests), self.edges, has_revenue=kind.has_revenue,
        )  # fmt: skip
        if not whole.has_cost:
            return segment
        return replace(
            segment,
            billed=Fraction(whole.cost),
            bill_wins=rater.bill_wins(kind, whole),
            may_stand_in=rater.may_stand_in(whole),
            listed=self.listed or None,
            listed_month=kind.month,
        )

    def _whole(self, usage: Usage, rows: Codes) -> Amounts:
        if not self.sums:
            return usage.total(rows)
        found = Amounts(len(usage.meters))
        for sums in self.sums:
            found.merge(sums)
        return found


def _counts(usage: Usage, rows: Codes, place: Codes, names: Sequence[str]) -> Floats:
    """The rows added up by place, a column for each of these names, what lies in no part of it."""
    import numpy as np

    found = {name: usage.counts[rows, column] for column, name in enumerate((*usage.meters, *_BESIDE))}
    for name in usage.meters:
        whole = meters().by_name[name].part_of
        if whole is not None and whole in names:
            found[whole] = found[whole] - usage.counts[rows, usage.meters.index(name)]
    counts = np.zeros((int(place.max()) + 1, len(names)), order="F")
    for column, name in enumerate(names):
        counts[:, column] = np.bincount(place, found[name])
    return counts


_BESIDE = (REQUESTS, REVENUE, BILLED)  # columns of usage, after its meters


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
