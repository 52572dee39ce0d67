"""Published: the list prices that models of the log have in months to come and did not have on its last day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

from costcalc.calendar import Month
from costcalc.money import exact_sum
from costcalc.months.form import value_of
from costcalc.months.run import Run
from costcalc.months.segments import Segments
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.rating.quotes import Quotes
from costcalc.records import dataclass


@dataclass(frozen=True, slots=True)
class ListChange:
    """What new list prices of one model add to the months at today's usage."""

    provider: str
    model: str
    days: tuple[date, ...]  # from which a new one holds
    added: Fraction  # report currency; below 0: they save


def list_changes(quotes: Quotes, segments: Segments, frozen: Run, announced: Run) -> list[ListChange]:
    """What moves most first. `frozen`: the months at the list of the log's last day; `announced`: at that of each day."""
    found: dict[tuple[str, str], ListChange] = {}
    for row, costs in announced.rows.items():
        segment = segments.segments[row[0]]
        key = segment.kind.key
        if key is None:
            continue
        now, then = (
            exact_sum(Fraction(value_of(cost, segment.floats)) for cost in each)
            for each in (frozen.rows.get(row, ()), costs)
        )
        if now == then:
            continue
        days = _days(
            quotes,
            ResolvedModel(key.provider, key.region, key.model, ""),
            segments.last_day,
            announced.months[-1].month,
        )
        known = found.get((key.provider, key.model))
        found[key.provider, key.model] = ListChange(
            key.provider, key.model, tuple(sorted({*days, *(known.days if known else ())})),
            then - now + (known.added if known else 0),
        )  # fmt: skip
    return sorted(found.values(), key=lambda each: (-abs(each.added), each.provider, each.model))


def _days(quotes: Quotes, model: ResolvedModel, since: date, last: Month) -> list[date]:
    days = quotes.changes_between(model, since, last.next.first)
    blocks = [quotes.pricebook.block_on(model.provider, model.region, model.model, day).block for day in days]
    return [day for (_, day), (one, other) in zip(pairwise(days), pairwise(blocks), strict=True) if one is not other]
