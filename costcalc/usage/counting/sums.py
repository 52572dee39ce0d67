"""Sums in a dimension: rows of "All teams" or "Total" that come to what the others hold. They would count twice.

A name alone proves nothing: it may be a customer's. What such rows come to does, in every count that one of them has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from costcalc.calendar import DAY_SECONDS
from costcalc.records import dataclass
from costcalc.usage.formats.model import Condition, Skip, Term
from costcalc.usage.formats.names import NOT_STATED
from costcalc.usage.formats.paths import quoted
from costcalc.usage.formats.sumwords import words_of_all
from costcalc.usage.formats.uncounted import map_option
from costcalc.usage.ledger import OF_SUMS_BY, Loud
from costcalc.usage.sql.labels import COUNTED_ROWS
from costcalc.usage.sql.rows import BETWEEN, BY_WORD, COUNTED, FIRST_SKIP, OUTSIDE, WITHOUT_NAME

if TYPE_CHECKING:
    from costcalc.usage.counting.counter import Counter
    from costcalc.usage.reading.readings import Reading

_SURELY = 2  # days of rows without a name that are no accident
_LOOKED_AT = 100  # rows of a source that nobody looked into yet
_NAMES = ("model", "provider", "region", "service_tier", "cost_currency")
Word = tuple[int, str]  # which of the dimensions, and what stands there


@dataclass(frozen=True, slots=True)
class Amounts:
    """What rows hold."""

    counts: tuple[int, ...] = ()
    requests: int | None = 0  # None: some of the rows do not say
    cost: Decimal | None = Decimal()  # None: some of the rows do not say

    def __add__(self, other: Amounts) -> Amounts:
        counts = tuple(map(sum, zip(self.counts, other.counts, strict=True))) if self.counts else other.counts
        requests = None if self.requests is None or other.requests is None else self.requests + other.requests
        return Amounts(counts, requests, None if self.cost is None or other.cost is None else self.cost + other.cost)

    def is_sum_of(self, other: Amounts) -> bool:
        """Whether these are the same in every count, in requests and in the cost, where all of the rows say them."""
        return (
            self.counts == other.counts
            and (None in (self.requests, other.requests) or self.requests == other.requests)
            and (None in (self.cost, other.cost) or self.cost == other.cost)
            and (any(self.counts) or None not in (self.requests, other.requests) or None not in (self.cost, other.cost))
        )

    @property
    def is_nothing(self) -> bool:
        return not (any(self.counts) or self.requests or self.cost)


Time = dict[tuple[str, ...], Amounts]  # texts of the dimensions, then of the names → what the rows of one time hold


def are_days(counter: Counter, number: int) -> bool:
    """Whether the first rows of a source with types are of days or longer: what has a time of its own sums nothing up."""
    import duckdb

    rows = counter.rows(number, replace(counter.readings[number], copies=False))
    first = f"SELECT started FROM ({rows.sql}) WHERE started IS NOT NULL LIMIT {_LOOKED_AT}"
    try:
        return bool(
            counter.engine.session.execute(f"SELECT bool_and(started % {DAY_SECONDS} = 0) FROM ({first})").fetchall()[
                0
            ][0]
        )
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        return False  # the counting will say why


def settle_sums(counter: Counter) -> list[str]:
    """Leaves out the rows of each reading that sum its others up. What is said of rows that may, and are counted."""
    notes: list[str] = []
    for number, reading in enumerate(counter.readings):
        if not reading.spec.may_sum or "sums" not in counter.held:
            continue
        kinds = _times(counter, number, ("sums", "model"))
        found = {key[0] for time in kinds for key in time}
        if WITHOUT_NAME in found and _are_all_sums(kinds):
            text = "rows without a name in a dimension come to the same as all others on every day: if they sum them up, all counts twice"
            if len(reading.spec.may_sum) == 1:
                text += f" (--where '{reading.spec.may_sum[0]}=?*' leaves them out)"
            notes.append(Loud(f"{reading.spec.name}: {text}"))
        if BY_WORD in found:
            notes += _settle_words(counter, number)
    return notes


def _settle_words(counter: Counter, number: int) -> list[str]:
    reading = counter.readings[number]
    # Rows keep now what they say in dimensions that may sum others up.
    counter.count_again(number, replace(reading, spec=replace(reading.spec, tells_sums=True)))
    reading = counter.readings[number]
    paths = reading.spec.may_sum
    meant = [words_of_all(path) for path in (*paths, *_NAMES)]
    times = [
        {(*said.split(BETWEEN), *names): held for (said, *names), held in time.items()}
        for time in _times(counter, number, ("sums", *_NAMES))
    ]
    words = sorted({(i, key[i]) for time in times for key in time for i in range(len(paths)) if key[i] in meant[i]})
    proven: Collection[Word] = next(
        (each for each in (words, *([word] for word in words)) if _are_sums(times, each, meant)), ()
    )
    keys = {key[: len(paths)] for time in times for key in time if _says(key, proven)}
    if keys:
        by = [paths[i] for i in sorted({i for i, _ in proven})]
        _leave_out(counter, number, keys, by)
    held = {
        word for time in times for key, amounts in time.items() if not amounts.is_nothing for word in enumerate(key)
    }
    if rest := [word for word in words if word not in proven and word in held]:
        named = " or ".join(_shown(reading, {paths[i] for i, _ in rest}))
        text = f"rows whose {named} says that they sum others up come to something else, and are counted"
        return [Loud(f"{reading.spec.name}: {text}")]
    return []


def _leave_out(counter: Counter, number: int, keys: Iterable[tuple[str, ...]], paths: Sequence[str]) -> None:
    reading = counter.readings[number]
    first, *more = paths
    option = map_option(first, ",".join([first, *(f"{path}={path}" for path in more)]))
    reason = f"{OF_SUMS_BY}{' and '.join(_shown(reading, paths))}; {option} counts them"
    skip = (*reading.spec.skip, Skip(Condition(), reason))
    counter.readings[number] = replace(reading, spec=replace(reading.spec, skip=skip))
    listed = ", ".join(quoted(BETWEEN.join(key)) for key in sorted(keys))
    counter.engine.execute(
        f"UPDATE {COUNTED_ROWS} SET verdict = {FIRST_SKIP + len(skip) - 1}"
        f" WHERE reading = {number} AND verdict = {COUNTED} AND sums IN ({listed})"
    )


def _shown(reading: Reading, paths: Iterable[str]) -> list[str]:
    return [reading.shown_column(path) for path in reading.spec.may_sum if path in paths]


def _times(counter: Counter, number: int, names: Sequence[str]) -> list[Time]:
    """What the rows of each time hold by what they say, whatever period was asked for: a day costs the same in all of them."""
    meters = [f"m_{name}" for name in sorted(counter.used) if f"m_{name}" in counter.held]
    requests = any(isinstance(shape.requests, Term) for shape in counter.readings[number].spec.shapes)
    said = [f"lower(coalesce(trim({name}), ''))" for name in names]
    known = [
        f"CASE WHEN bool_and(coalesce({name}_known, false)) THEN sum({name}) END" if name in counter.held else "NULL"
        for name in ("requests", "cost")
    ]
    asked = [*said, *known, *(f"coalesce(sum({name}), 0)" for name in meters)]
    found: dict[tuple[int, int | None], Time] = {}
    for begin, end, *rest in counter.engine.fetch(
        f"SELECT from_at, to_at, {', '.join(asked)} FROM counted"
        f" WHERE reading = {number} AND verdict IN ({COUNTED}, {OUTSIDE}) GROUP BY from_at, to_at, {', '.join(said)}"
    ):
        texts = tuple("" if text in NOT_STATED else str(text) for text in rest[: len(names)])
        calls, cost, *counts = rest[len(names) :]
        held = Amounts(
            tuple(map(int, counts)), int(calls) if requests and calls is not None else None, None if cost is None else Decimal(cost)
        )  # fmt: skip
        time = found.setdefault((begin, end), {})
        time[texts] = time[texts] + held if texts in time else held
    return list(found.values())


def _are_all_sums(times: Iterable[Time]) -> bool:
    """Whether the rows without a name come to all others of their model, every day of two at least."""
    proven = 0
    for time in times:
        for model in {model for kind, model in time if kind != BY_WORD}:
            nameless, named = time.get((WITHOUT_NAME, model)), time.get(("", model))
            if nameless is None or named is None or not nameless.is_sum_of(named):
                return False
        proven += any(kind == WITHOUT_NAME and not held.is_nothing for (kind, _), held in time.items())
    return proven >= _SURELY


def _are_sums(times: Iterable[Time], words: Collection[Word], meant: Sequence[Collection[str]]) -> bool:
    """Whether every row that says one of these words comes to what the rows hold that say none, and the same elsewhere."""
    proven = 0
    for time in times:
        summing = {key: held for key, held in time.items() if _says(key, words)}
        others = {key: held for key, held in time.items() if key not in summing}
        covered: dict[tuple[int, ...], Mapping[tuple[str, ...], Amounts]] = {}
        for key, held in summing.items():
            closed = tuple(i for i, text in enumerate(key) if not _is_of_all(i, text, len(key), words, meant))
            if closed not in covered:
                covered[closed] = _added_up(others, closed)
            total = covered[closed].get(tuple(key[i] for i in closed))
            if total is None or not held.is_sum_of(total):
                if held.is_nothing:
                    continue
                return False
            proven += not held.is_nothing
    return proven > 0


def _says(key: Sequence[str], words: Collection[Word]) -> bool:
    return any(len(key) > i and key[i] == text for i, text in words)


def _is_of_all(place: int, text: str, length: int, words: Collection[Word], meant: Sequence[Collection[str]]) -> bool:
    """Whether a text says nothing of which rows are summed up."""
    is_name = place >= length - len(_NAMES)
    return not text or (text in meant[place] if is_name else (place, text) in words)


def _added_up(rows: Time, places: Sequence[int]) -> Mapping[tuple[str, ...], Amounts]:
    found: dict[tuple[str, ...], Amounts] = {}
    for key, held in rows.items():
        short = tuple(key[i] for i in places)
        found[short] = found[short] + held if short in found else held
    return found
