"""Sums in a dimension: rows of "All teams" or "Total", or of no team at all, that come to what the others hold. They would
count twice. A name alone proves nothing: it may be a customer's. What such rows come to does.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from costcalc.usage.counting.overlaps import tokens_of_wholes
from costcalc.usage.formats.plain import OF_SUMS
from costcalc.usage.ledger import Loud
from costcalc.usage.sql.labels import COUNTED_ROWS
from costcalc.usage.sql.rows import BY_WORD, COUNTED, FIRST_SKIP, WITHOUT_NAME

if TYPE_CHECKING:
    from costcalc.usage.counting.counter import Counter

_SURELY = 2  # days of rows without a name that are no accident
Amounts = dict[int, tuple[Decimal, int]]  # by what a row says in its dimensions: what it holds, and of how many rows


def settle_sums(counter: Counter) -> list[str]:
    """Leaves out the rows of each reading that sum its others up. What is said of words that prove to be no sums."""
    notes: list[str] = []
    for number, reading in enumerate(counter.readings):
        rule = next((i for i, rule in enumerate(reading.spec.skip) if rule.reason == OF_SUMS), None)
        if rule is None or not reading.spec.may_sum or "sums" not in counter.held:
            continue
        cells = _cells(counter, number, counter.used)
        kinds = {kind for cell in cells for kind in cell} - {0}
        summing = next(
            (each for each in (kinds, {BY_WORD}, {WITHOUT_NAME}) if each <= kinds and _sums(cells, each)), None
        )
        if summing:
            listed = ", ".join(map(str, sorted(summing)))
            counter.engine.execute(
                f"UPDATE {COUNTED_ROWS} SET verdict = {FIRST_SKIP + rule}"
                f" WHERE reading = {number} AND verdict = {COUNTED} AND sums IN ({listed})"
            )
        if BY_WORD in kinds - (summing or set()):
            named = " or ".join(reading.shown_column(path) for path in reading.spec.may_sum)
            text = f"rows whose {named} says that they sum others up come to something else, and are counted"
            notes.append(Loud(f"{reading.spec.name}: {text}"))
    return notes


def _cells(counter: Counter, number: int, used: Collection[str]) -> list[Amounts]:
    """What each time holds: tokens, or where no row has some the cost."""
    found: dict[tuple[int, int | None], tuple[Amounts, Amounts]] = {}
    cost = "sum(cost)" if "cost" in counter.held else "0"
    statement = (
        f"SELECT from_at, to_at, coalesce(sums, 0), sum(row_count), sum({tokens_of_wholes(used)}), coalesce({cost}, 0) FROM counted"
        f" WHERE reading = {number} AND verdict = {COUNTED} GROUP BY ALL"
    )
    for begin, end, kind, rows, tokens, money in counter.engine.fetch(statement):
        counts, costs = found.setdefault((begin, end), ({}, {}))
        counts[kind], costs[kind] = (Decimal(tokens), int(rows)), (Decimal(money), int(rows))
    counted = any(tokens for counts, _ in found.values() for tokens, _ in counts.values())
    return [counts if counted else costs for counts, costs in found.values()]


def _sums(cells: list[Amounts], kinds: Collection[int]) -> bool:
    """Whether the rows of these kinds come to the others, once or, where there are sums of sums, several times.

    Rows without a name must be fewer, too: of two teams one may have no name, and the same usage every day.
    """
    proven = fewer = 0
    for cell in cells:
        summed = sum((amount for kind, (amount, _) in cell.items() if kind in kinds), Decimal(0))
        others = sum((amount for kind, (amount, _) in cell.items() if kind not in kinds), Decimal(0))
        if summed and (not others or summed % others):
            return False
        proven += bool(summed)
        fewer += sum(-rows if kind in kinds else rows for kind, (_, rows) in cell.items())
    return proven >= 1 if WITHOUT_NAME not in kinds else proven >= _SURELY and fewer > 0
