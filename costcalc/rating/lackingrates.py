"""Lacking rates: exchange rates that some usage asks for and nobody knows, said of all its rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from costcalc.pricebook.fx import NoRate, Pair
from costcalc.problems import CostcalcError, Problem
from costcalc.rating.kinds import Amounts, ChargeKey

if TYPE_CHECKING:
    from costcalc.rating.rate import Rater

_NAMED = 3  # models in a message
Lacking = tuple[NoRate, ChargeKey, Amounts]


def lacking_rates(rater: Rater, found: Sequence[Lacking]) -> CostcalcError:
    """One error for all of them: the months, the rows that ask, and what to write."""
    by_pair: dict[Pair, list[Lacking]] = {}
    for each in found:
        by_pair.setdefault(each[0].pair, []).append(each)
    months = {pair: {error.month for error, *_ in asked} for pair, asked in by_pair.items()}
    file = rater.fx.file_with(months, {kind.month for kind in rater.amounts})
    bills = [each for each in found if _is_of_bill(rater, *each)]
    is_listed = (
        rater.options.basis != "list" and bills == [*found] and all(_is_listed(rater, *each[1:]) for each in bills)
    )
    return CostcalcError([_problem(rater, pair, asked, file, is_listed) for pair, asked in by_pair.items()])


def _problem(rater: Rater, pair: Pair, asked: Sequence[Lacking], file: str, is_listed: bool) -> Problem:
    bills = [each for each in asked if _is_of_bill(rater, *each)]
    lists = [each for each in asked if each not in bills]
    whose = [
        text for each, why in ((bills, "cost is stated"), (lists, "list is")) if (text := _rows(each, why, pair[0]))
    ]
    problem = rater.fx.missing(*pair, {error.month for error, *_ in asked}, f": {' and '.join(whose)}", file)
    return replace(problem, remedy=f"{problem.remedy}; or take the list prices: --basis list") if is_listed else problem


def _is_of_bill(rater: Rater, error: NoRate, kind: ChargeKey, sums: Amounts) -> bool:
    return rater.is_of_bill(kind, sums) and kind.cost_currency == error.pair[0]


def _rows(asked: Sequence[Lacking], why: str, currency: str) -> str:
    rows = sum(sums.rows for _, _, sums in asked)
    if not asked:
        return ""
    return f"{rows:,} row{'s' * (rows != 1)} of {_names(kind for _, kind, _ in asked)}, whose {why} in {currency}"


def _names(kinds: Iterable[ChargeKey]) -> str:
    names = sorted({f"{kind.provider}/{kind.model}" if kind.model else kind.provider for kind in kinds})
    return ", ".join(names[:_NAMED]) + f" and {len(names) - _NAMED} more" * (len(names) > _NAMED)


def _is_listed(rater: Rater, kind: ChargeKey, sums: Amounts) -> bool:
    try:
        return rater.list_cost(kind, sums) is not None
    except NoRate:
        return False
