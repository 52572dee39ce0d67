"""Usage: what a rating was made of, as columns: a row for each set of names of what shares one price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costcalc.months.members import NameSets, numbered
from costcalc.months.reading import settled
from costcalc.rating.kinds import Amounts, ChargeKey
from costcalc.rating.rate import Rater
from costcalc.usage.counting.arrays import REQUESTS, REVENUE, STATED, arrays_of
from costcalc.usage.counting.breakdown import MODEL, Breakdown
from costcalc.usage.ledger import CUSTOMER

if TYPE_CHECKING:
    from costcalc.months.members import Codes, Floats

_BESIDE = {REQUESTS: -3, REVENUE: -2, STATED: -1}  # columns of counts, after those of the meters
Named = tuple[Sequence[str | None], Any]  # the values of a name, and by row the position of its own
_Rows = tuple[list["UsageSource"], Any, dict[str, Named], Any]  # sources, by row the position of its own, names, counts


@dataclass(frozen=True, slots=True)
class UsageSource:
    """What rows share: their kind, and what is said of them."""

    kind: ChargeKey
    knows_requests: bool
    has_cost: bool


@dataclass(frozen=True, eq=False)
class Usage:
    """The rows. Counts are those of the whole log: of each meter with its parts; requests, revenue, stated cost."""

    lines: NameSets
    sources: Sequence[UsageSource]
    source: Codes  # by row, its position among the sources
    line: Codes  # by row, the position of its names
    meters: tuple[str, ...]
    counts: Floats  # rows × (meters, requests, revenue, stated cost)
    exact: Sequence[Amounts] | None = None  # by row, where they are counted by their sources alone
    _held: dict[tuple[str, ...], list[tuple[Mapping[str, str | None], tuple[str, str]]]] = field(default_factory=dict)

    def total(self, rows: Codes) -> Amounts:
        """What some rows of the same kind of source come to."""
        if self.exact is not None:
            found = Amounts(len(self.meters))
            for row in rows.tolist():
                found.merge(self.exact[row])
            return found
        source = self.sources[self.source[rows[0]]]
        *quantities, requests, revenue, cost = map(whole_or_settled, self.counts[rows].sum(axis=0).tolist())
        found = Amounts(0)
        found.quantities, found.cost, found.revenue = [*quantities], cost, revenue
        found.requests, found.has_cost = requests if source.knows_requests else None, source.has_cost
        return found

    def named(self, names: Iterable[str]) -> list[tuple[Mapping[str, str | None], tuple[str, str]]]:
        """What some names are in usage, each with its provider and model."""
        import numpy as np

        asked = tuple(name for name in names if name in self.lines.by)
        found = self._held.get(asked)
        if found is None:
            values, codes = self.lines.grouped(asked)
            homes = [(source.kind.provider, source.kind.model) for source in self.sources]
            places: dict[tuple[str, str], int] = {}
            of_source = np.array([places.setdefault(home, len(places)) for home in homes], dtype=np.intp)
            first, _ = numbered([codes[self.line], of_source[self.source]], len(self.line))
            found = self._held[asked] = []
            for row in first.tolist():
                names = dict(zip(asked, values[codes[self.line[row]]], strict=True))
                kind = self.sources[self.source[row]].kind
                found.append((names, (kind.provider, model_of(kind, names))))
        return found


def model_of(kind: ChargeKey, names: Mapping[str, str | None]) -> str:
    """The model of usage: a kind may stand for very many that no list has, which their names tell."""
    return kind.model if kind.key is not None else names.get(MODEL) or kind.model


def whole_or_settled(count: float) -> Fraction:
    """A float as a count: a whole number is one."""
    return Fraction(count) if count.is_integer() else settled(count)


def usage_by_kind(rater: Rater) -> Usage:
    """The usage of a rating that was made, by what its groups know of names. It is exact, and nobody earns with it."""
    import numpy as np

    found = {kind: sums for kind, sums in rater.amounts.items() if not kind.states_revenue_alone}
    sources, counts = _of_kinds(rater, found)
    every = np.arange(len(sources), dtype=np.intp)
    lines, line = _lines(rater.options.by, _of_sources(rater, sources), len(sources))
    return Usage(lines, sources, every, line, rater.ledger.meters, counts, list(found.values()))


def usage_by_line(rater: Rater) -> Usage:
    """The same by all names of its lines, with what is earned, in floats."""
    import numpy as np

    if rater.ledger.breakdown is None:
        sources, counts = _of_kinds(rater, rater.amounts)
        source = np.arange(len(sources), dtype=np.intp)
        names = _of_sources(rater, sources)
    else:
        sources, source, names, counts = _of_breakdown(rater, rater.ledger.breakdown)
    _leave_contracts(rater, sources, counts)
    sources, source, names, counts = _share_revenue(rater, (sources, source, names, counts))
    used = np.array([not each.kind.states_revenue_alone for each in sources], dtype=bool)
    if not used.all():
        kept = used[source]
        names = {name: (values, codes[kept]) for name, (values, codes) in names.items()}
        source, counts = (np.cumsum(used) - 1)[source[kept]], counts[kept]
        sources = [each for each, is_used in zip(sources, used.tolist(), strict=True) if is_used]
    lines, line = _lines(rater.options.by, names, len(source))
    return Usage(lines, sources, source, line, rater.ledger.meters, counts)


def _of_kinds(rater: Rater, amounts: Mapping[ChargeKey, Amounts]) -> tuple[list[UsageSource], Floats]:
    """A row for each kind."""
    import numpy as np

    sources = [UsageSource(kind, sums.requests is not None, sums.has_cost) for kind, sums in amounts.items()]
    rows = [[*sums.quantities, sums.requests or 0, sums.revenue, sums.cost] for sums in amounts.values()]
    width = len(rater.ledger.meters) + len(_BESIDE)
    return sources, np.array(rows, dtype=np.float64).reshape(len(rows), width)


def _of_breakdown(rater: Rater, breakdown: Breakdown) -> _Rows:
    """A row for each share of a group and each set of names."""
    import numpy as np

    left = breakdown.opened(rater.options.by)
    table = arrays_of(breakdown, left)
    groups = rater.ledger.groups
    shares = [
        (group, kind, weight) for group, parts in zip(groups, rater.shares, strict=True) for kind, weight in parts
    ]
    sources = [UsageSource(kind, group.requests is not None, group.billed is not None) for group, kind, _ in shares]
    parts = np.array([len(parts) for parts in rater.shares], dtype=np.intp)
    times = parts[table.groups]  # a row is there once for each share of its group
    row = np.repeat(np.arange(len(times), dtype=np.intp), times)
    nth = np.arange(len(row), dtype=np.intp) - np.repeat(np.cumsum(times) - times, times)
    source = (np.cumsum(parts) - parts)[table.groups[row]] + nth
    weights = np.array([float(weight) for *_, weight in shares])[source]
    counts = np.zeros((len(row), len(rater.ledger.meters) + len(_BESIDE)))
    divisors = np.array(breakdown.divisors, dtype=np.float64)[table.groups]
    for name, column in {**table.counts, STATED: table.counts[STATED] / divisors}.items():
        place = _BESIDE[name] if name in _BESIDE else rater.ledger.meters.index(name)
        counts[:, place] = column[row] * weights
    names = {name: (values, codes[source]) for name, (values, codes) in _of_sources(rater, sources).items()}
    opened = {name: (table.values[name], table.codes[name][row]) for name in left}
    names |= {name: _filled(of, names[name]) if name == MODEL else of for name, of in opened.items()}
    return sources, source, names, counts


def _filled(opened: Named, known: Named) -> Named:
    """A name as the breakdown has it; where it has none, as the groups do."""
    import numpy as np

    places: dict[str | None, int] = {}
    here, there = (
        np.array([places.setdefault(value, len(places)) for value in values], dtype=np.intp)
        for values, _ in (opened, known)
    )
    is_open = np.array([value is not None for value in opened[0]], dtype=bool)[opened[1]]
    return list(places), np.where(is_open, here[opened[1]], there[known[1]])


def _leave_contracts(rater: Rater, sources: Sequence[UsageSource], counts: Floats) -> None:
    """Of what is earned, what contracts say does not go on with usage: months to come have it beside (`months.earning`)."""
    if rater.ledger.contracts is None or CUSTOMER not in rater.options.by:
        return
    left, place = dict(rater.ledger.contracts.in_log()), rater.options.by.index(CUSTOMER)
    for row, kind in enumerate(source.kind for source in sources):  # a ledger with revenue of a table has no breakdown
        if kind.states_revenue_alone:
            counts[row, _BESIDE[REVENUE]] -= left.pop((kind.line[place] or "", kind.revenue_currency or ""), 0)


def _share_revenue(rater: Rater, rows: _Rows) -> _Rows:
    """What a customer earns as a whole grows with its requests, on whichever row it is stated: it goes with them.

    Of a log that counts no requests, with the tokens. Usage of one who pays in several currencies is parted among them:
    each amount has the exchange rates of its own.
    """
    import numpy as np

    sources, source, names, counts = rows
    whole = np.array([each.kind.earns == "whole" for each in sources], dtype=bool)[source]
    if not whole.any() or (CUSTOMER in rater.ledger.names and CUSTOMER not in rater.options.by):
        return rows  # nobody earns so, or nobody asks what is earned by customer
    unit = names[CUSTOMER][1][whole] if CUSTOMER in rater.options.by else np.zeros(int(whole.sum()), dtype=np.intp)
    known = np.array([each.knows_requests for each in sources], dtype=bool)[source][whole]
    currencies = list(dict.fromkeys(each.kind.revenue_currency for each in sources))
    paid_in = np.array([currencies.index(each.kind.revenue_currency) for each in sources], dtype=np.intp)[source][whole]
    requests, revenue = counts[whole, -3], counts[whole, -2]
    of_unit = [np.bincount(unit, column) for column in (requests, ~known)]
    by_requests = ((of_unit[0] > 0) & (of_unit[1] == 0))[unit]
    weight = np.where(by_requests, requests, counts[whole, :-3].sum(axis=1))
    total = np.bincount(unit, weight)
    paid = np.array([np.bincount(unit, np.where(paid_in == place, revenue, 0)) for place in range(len(currencies))])
    times = np.count_nonzero(paid, axis=0)  # currencies of a unit
    is_parted = (times > 1) & (total != 0)
    share = np.divide(weight, total[unit], out=np.zeros(len(weight)), where=total[unit] != 0)
    counts[whole, -2] = np.divide(
        paid.sum(axis=0)[unit] * weight, total[unit], out=revenue.copy(), where=total[unit] != 0
    )
    if not is_parted.any():
        return rows
    mine = np.flatnonzero(whole)[is_parted[unit]]
    unit, share = unit[is_parted[unit]], share[is_parted[unit]]
    kept = np.setdiff1d(np.arange(len(source)), mine)
    taken, sources, of_source, parts = [kept], [*sources], [source[kept]], [counts[kept]]
    for place, currency in enumerate(currencies):
        here = paid[place][unit] != 0
        part = counts[mine[here]] / times[unit[here]][:, None]
        part[:, -2] = (paid[place][unit] * share)[here]
        taken, parts = [*taken, mine[here]], [*parts, part]
        used, own = np.unique(source[mine[here]], return_inverse=True)
        of_source.append(own.reshape(-1) + len(sources))
        sources += [
            replace(each, kind=replace(each.kind, revenue_currency=currency))
            for each in map(sources.__getitem__, used.tolist())
        ]
    row = np.concatenate(taken)
    named = {name: (values, codes[row]) for name, (values, codes) in names.items()}
    return sources, np.concatenate(of_source), named, np.concatenate(parts)


def _of_sources(rater: Rater, sources: Sequence[UsageSource]) -> dict[str, Named]:
    """Names by what the groups know of them."""
    import numpy as np

    found: dict[str, Named] = {}
    for place, name in enumerate(rater.options.by):
        known: dict[str | None, int] = {}
        codes = [known.setdefault(source.kind.line[place], len(known)) for source in sources]
        found[name] = list(known), np.array(codes, dtype=np.intp)
    return found


def _lines(by: Sequence[str], names: Mapping[str, Named], rows: int) -> tuple[NameSets, Codes]:
    """Every set of names once, and by row the position of its own."""
    first, line = numbered([names[name][1] for name in by], rows)
    return NameSets(tuple(by), {n: names[n][0] for n in by}, {n: names[n][1][first] for n in by}, len(first)), line
