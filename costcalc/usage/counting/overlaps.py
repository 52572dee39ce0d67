"""Overlaps: the same usage in two files, told by what they hold. It would be counted twice, so one must be chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from itertools import combinations
from pathlib import PurePath

from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem
from costcalc.records import dataclass
from costcalc.usage.formats.model import Condition, FormatSpec
from costcalc.usage.ledger import Cuts, UsageLedger
from costcalc.usage.reading.assume import meets
from costcalc.usage.reading.readings import Reading
from costcalc.usage.sql.engine import Engine
from costcalc.usage.sql.labels import final_names
from costcalc.usage.sql.rows import COUNTED

_DAY = 86_400
_INSTANT, _DAYS = 0, 1
_LENGTHS = ("instants or hours", "days", "weeks", "months")
_LENGTH = (  # of a counted row's time; a day of a clock change has an hour more
    "CASE WHEN to_at IS NULL OR to_at - from_at < 82800 THEN 0 WHEN to_at - from_at <= 90000 THEN 1"
    " WHEN to_at - from_at <= 700000 THEN 2 ELSE 3 END"
)
_SURELY = 2  # equal counts of tokens that are no accident
_NAMED = 3  # files in a message
_REMEDY = "to count both all the same, scan each into a ledger of its own"
Cell = tuple[str, int]  # a model, in lower case, and a day


@dataclass
class ReadingContents:
    """What one reading holds."""

    reading: Reading
    days: dict[str, set[int]] = field(default_factory=dict)  # provider → days
    tokens: dict[Cell, int] = field(default_factory=dict)
    billed: bool = False  # what its provider bills

    @property
    def shown(self) -> str:
        return self.reading.sources[0].shown

    @property
    def is_bill(self) -> bool:
        return self.billed and not self.tokens

    @property
    def is_usage(self) -> bool:
        return bool(self.tokens) and not self.billed


def check_apart(engine: Engine, readings: Sequence[Reading], used: Collection[str]) -> None:
    """CostcalcError: two of the readings hold the same usage. `used`: the meters that a reading can count."""
    held = _held(engine, readings, used) if len(readings) > 1 else []
    problems = [problem for pair in combinations(held, 2) if (problem := _problem(*pair))]
    problems = problems or (_sums(engine, readings, used) if readings else [])
    if problems:
        raise CostcalcError(problems)


def _sums(engine: Engine, readings: Sequence[Reading], used: Collection[str]) -> list[Problem]:
    """Rows of longer times that are the sums of rows of shorter ones: a month beside its days, a day beside its requests."""
    spans = engine.fetch(f"SELECT DISTINCT {_LENGTH} FROM counted WHERE verdict = {COUNTED}")
    if len(spans) < 2 or spans == [(_INSTANT,)]:
        return []
    cells = (
        f"SELECT lower(coalesce(trim(model), '')) AS model, {_LENGTH} AS length, from_at, to_at, min(reading) AS reading,"
        f" coalesce(min(file), 0) AS file, sum({tokens_of_wholes(used)}) AS tokens FROM counted WHERE verdict = {COUNTED} GROUP BY ALL"
    )
    # A day of one request may be like a request by chance; no two days are, and no month is like its days.
    found = engine.fetch(
        f"WITH cells AS ({cells}), sums AS (SELECT a.length AS wide, b.length AS narrow, any_value(a.reading) AS one,"
        " any_value(a.file) AS one_file, any_value(b.reading) AS other, any_value(b.file) AS other_file,"
        " any_value(a.tokens) = sum(b.tokens) AS same FROM cells AS a JOIN cells AS b ON a.model = b.model"
        " AND b.length < a.length AND b.from_at >= a.from_at AND b.from_at < a.to_at WHERE a.tokens > 0 AND b.tokens > 0"
        " GROUP BY a.model, a.length, a.from_at, a.to_at, b.length) SELECT wide, narrow, any_value(one),"
        " any_value(one_file), any_value(other), any_value(other_file)"
        f" FROM sums GROUP BY wide, narrow HAVING bool_and(same) AND (count(*) >= {_SURELY} OR wide > {_DAYS})"
    )
    return [_sum_of_parts(readings, *each) for each in found[:1]]


def _sum_of_parts(readings: Sequence[Reading], wide: int, narrow: int, *places: int) -> Problem:
    (longer, shorter) = (readings[number].sources[file].shown for number, file in (places[:2], places[2:]))
    what = f"rows of {_LENGTHS[wide]} come to the same tokens as the rows of {_LENGTHS[narrow]} within them"
    if longer == shorter:
        remedy = "take the rows of one kind out of the file"
        return Problem("counted-twice", f"its {what}, of each model", Place(longer), remedy=remedy)
    remedy = f"name one of them: {shorter}, or {longer}; {_REMEDY}"
    return Problem("counted-twice", f"its {what}, in {shorter}, of each model", Place(longer), remedy=remedy)


def check_kinds(readings: Sequence[Reading]) -> None:
    """CostcalcError: records of several kinds that tell of the same usage, as spans and metrics do."""
    problems = []
    for reading in readings:
        spec = reading.unassumed or reading.spec
        kinds = {name: _files_of(reading, spec, condition) for name, condition in spec.either.items()}
        kinds = {name: files for name, files in kinds.items() if files}
        if len(kinds) < 2:
            continue
        (one, files), (other, place), *_ = kinds.items()
        what = f"it holds {other}, and {files[0]} {one}, which tell of the same usage"
        remedy = f"name files of one kind: {' or '.join(found[0] for found in kinds.values())}; {_REMEDY}"
        problems.append(Problem("counted-twice", what, Place(place[0]), remedy=remedy))
    if problems:
        raise CostcalcError(problems)


def _files_of(reading: Reading, spec: FormatSpec, condition: Condition) -> list[str]:
    """The files whose first records are of a kind."""
    sources = reading.sources
    return [each.shown for each in sources if any(meets(condition, record, spec.roots) for record in each.records)]


def check_stored(
    engine: Engine,
    ledgers: Sequence[UsageLedger],
    readings: Sequence[Reading],
    cuts: Cuts,
    chosen: str,
    used: Collection[str],
) -> None:
    """CostcalcError: a stored ledger, whose rows are those of the readings −1, −2 …, holds the usage of a log that stands beside it.

    `chosen`: ` AND …`, the rows wanted; `used`: the meters in them.
    """
    cells: dict[int, dict[Cell, int]] = {}
    begin = final_names(cuts)["from_at"]
    statement = (
        f"SELECT least(reading, 0), lower(coalesce(trim(model), '')), ({begin}) // {_DAY}, sum({tokens_of_wholes(used)})"
        f" FROM counted WHERE verdict = {COUNTED}{chosen} GROUP BY ALL"
    )
    for number, model, day, count in engine.fetch(statement):
        if count:
            cells.setdefault(number, {})[model, day] = int(count)
    counted = cells.get(0, {})
    logs = [source.shown for reading in readings for source in reading.sources]
    problems = []
    for number, ledger in enumerate(ledgers):
        stored = cells.get(-1 - number, {})
        common = counted.keys() & stored.keys()
        equal = sum(counted[cell] == stored[cell] for cell in common)
        made_of = {PurePath(source.path.rstrip(")")).name for source in ledger.sources}
        least = 1 if made_of & {PurePath(path).name for path in logs} else _SURELY
        # A log that grew since then differs on its last day.
        if equal >= least and 2 * equal >= len(common):
            shown, named = ledger.sources[0].path.rpartition(" (")[0], ", ".join(logs[:_NAMED])
            what = f"it holds the usage of {named} again: the same tokens of each model and day"
            remedy = f"name one of them: {shown}, or {named}; {_REMEDY}"
            problems.append(Problem("counted-twice", what, Place(shown), remedy=remedy))
    if problems:
        raise CostcalcError(problems)


def tokens_of_wholes(used: Collection[str]) -> str:
    """SQL of a counted row's tokens, parts within their wholes."""
    wholes = [name for name, meter in meters().by_name.items() if meter.unit == "token" and meter.part_of is None]
    return " + ".join(["0", *(f"coalesce(m_{name}, 0)" for name in wholes if name in used)])


def _held(engine: Engine, readings: Sequence[Reading], used: Collection[str]) -> list[ReadingContents]:
    found = [ReadingContents(reading) for reading in readings]
    statement = (
        f"SELECT reading, lower(coalesce(trim(provider), '')), lower(coalesce(trim(model), '')), from_at // {_DAY},"
        f" sum({tokens_of_wholes(used)}), coalesce(bool_or(cost_known AND cost_kind = 'billed'), false)"
        f" FROM counted WHERE verdict = {COUNTED} GROUP BY ALL"
    )
    for number, provider, model, day, count, billed in engine.fetch(statement):
        held = found[number]
        held.days.setdefault(provider, set()).add(day)
        held.billed |= billed
        if count:
            held.tokens[model, day] = held.tokens.get((model, day), 0) + int(count)
    return found


def _problem(one: ReadingContents, other: ReadingContents) -> Problem | None:
    if one.is_bill and other.is_usage:
        one, other = other, one
    same_format = one.reading.spec.name == other.reading.spec.name
    if one.is_usage and other.is_bill and _share_days(_named(one.days), other.days):
        choices = f"{other.shown} for what was billed, or {one.shown} for its tokens at list prices"
        return _twice(other, f"it bills the usage that {one.shown} counts", choices)
    choices = f"{other.shown}, or {one.shown}"
    if same_format and _views(one) != _views(other) and _share_days(one.days, other.days):
        columns = ", ".join(sorted(_views(other) or _views(one)))
        return _twice(other, f"it holds the usage of {one.shown} by another column: {columns}", choices)
    if not same_format and _are_equal(one.tokens, other.tokens):
        return _twice(other, f"it holds the usage of {one.shown} again: the same tokens of each model and day", choices)
    return None


def _named(days: Mapping[str, set[int]]) -> dict[str, set[int]]:
    """Without what nobody says who bills it: a bill may be of anybody else."""
    return {provider: found for provider, found in days.items() if provider}


def _share_days(one: Mapping[str, set[int]], other: Mapping[str, set[int]]) -> bool:
    return any(days & other.get(provider, set()) for provider, days in one.items())


def _views(held: ReadingContents) -> frozenset[str]:
    """By which of the columns that exclude each other the table is told apart."""
    names = {name.lower() for name in (*held.reading.sources[0].header, *held.reading.sources[0].scalars)}
    return frozenset(held.reading.spec.views) & names


def _are_equal(one: Mapping[Cell, int], other: Mapping[Cell, int]) -> bool:
    """Whether every day of a model that both hold comes to the same tokens, and there are two such at least."""
    common = one.keys() & other.keys()
    return len(common) >= _SURELY and all(one[cell] == other[cell] for cell in common)


def _twice(place: ReadingContents, what: str, choices: str) -> Problem:
    return Problem("counted-twice", what, Place(place.shown), remedy=f"name one of them: {choices}; {_REMEDY}")
