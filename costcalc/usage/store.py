"""The store: a ledger as a Parquet file and back, and what a stored ledger can still be asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from math import gcd
from pathlib import Path
from typing import Any

from costcalc.calendar import DAY_SECONDS, instant_of_day
from costcalc.files import temporary_folder, written_whole
from costcalc.jsondoc import read_json
from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names
from costcalc.records import dataclass
from costcalc.usage.files.session import literal
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats.names import canonical
from costcalc.usage.formats.paths import name_of, quoted
from costcalc.usage.ledger import Cuts, Loud, SkippedRows, SourceFile, UsageGroup, UsageLedger
from costcalc.usage.limits import USUAL, Limits
from costcalc.usage.request import ScanRequest
from costcalc.usage.soundness import check_columns, check_metadata, check_rows, row_checks
from costcalc.usage.sql.engine import Engine, naming
from costcalc.usage.sql.labels import MONEY_DIGITS, bounds_clause, largest_cut
from costcalc.usage.sql.rows import COUNTED, OUTSIDE

_KEY = "costcalc_ledger"
_VERSION = 2
_METER = "meter "  # begins the columns of meters: one of them has the name of a field
_PLAIN = {  # fields of a group that are stored as they are, with their types
    "at": "BIGINT",
    "until": "BIGINT",
    "naive": "BOOLEAN",
    "provider": "VARCHAR",
    "model": "VARCHAR",
    "region": "VARCHAR",
    "service_tier": "VARCHAR",
    "thinking": "BOOLEAN",
    "input_over": "BIGINT",
    "output_over": "BIGINT",
    "band_basis": "VARCHAR",
    "requests": "BIGINT",
    "rows": "BIGINT",
    "billed_currency": "VARCHAR",
    "cost_kind": "VARCHAR",
    "billed_meter": "VARCHAR",
    "revenue_currency": "VARCHAR",
    "source_format": "VARCHAR",
    "mix": "VARCHAR",
    "thinking_assumed": "BOOLEAN",
}
_COUNT = "DECIMAL(38,0)"  # Parquet has no 128-bit integer, and the engine would write one as a float
_EXACT = ("billed", "revenue")  # rational numbers, as text: "3/2000"


def write_ledger(ledger: UsageLedger, path: Path | str, limits: Limits = USUAL) -> None:
    """The ledger as a Parquet file: one row a group, a column a meter (DECIMAL(38,0)), its questions in the metadata."""
    with written_whole(path) as beside, temporary_folder() as folder:
        engine = Engine(folder, limits=limits)
        lines, stored = folder / "groups.jsonl", folder / "ledger.parquet"
        try:
            with lines.open("w", encoding="utf-8") as out:
                for group in ledger.groups:
                    out.write(json.dumps(_record(ledger, group), ensure_ascii=False) + "\n")
            engine.execute(_copy_statement(ledger, lines, stored))
        finally:
            engine.close()
        shutil.copyfile(stored, beside)


def _record(ledger: UsageLedger, group: UsageGroup) -> dict[str, object]:
    found: dict[str, object] = {name: getattr(group, name) for name in _PLAIN}
    for name in _EXACT:
        amount = getattr(group, name)
        found[name] = None if amount is None else str(amount)
    found |= {f"dimension {name}": text for name, text in zip(ledger.dimensions, group.dimensions, strict=True)}
    return found | {_METER + name: str(count) for name, count in zip(ledger.meters, group.quantities, strict=True)}


def _copy_statement(ledger: UsageLedger, lines: Path, target: Path) -> str:
    texts = [*_EXACT, *(f"dimension {name}" for name in ledger.dimensions)]
    types = {**_PLAIN, **dict.fromkeys(texts, "VARCHAR"), **{_METER + name: "VARCHAR" for name in ledger.meters}}
    columns = "{" + ", ".join(f"{name_of(name)}: '{kind}'" for name, kind in types.items()) + "}"
    chosen = [name_of(name) for name in (*_PLAIN, *texts)]
    counts = [name_of(_METER + name) for name in ledger.meters]
    chosen += [f"CAST({name} AS {_COUNT}) AS {name}" for name in counts]
    source = f"read_json({literal(lines)}, format = 'newline_delimited', columns = {columns})"
    about = quoted(json.dumps(_about(ledger)))  # in ASCII: a file's name may be no text
    metadata = f"KV_METADATA {{{_KEY}: {about}}}"
    return f"COPY (SELECT {', '.join(chosen)} FROM {source}) TO {quoted(str(target))} (FORMAT parquet, {metadata})"


def _about(ledger: UsageLedger) -> dict[str, object]:
    cuts = {key: sorted(value) if isinstance(value, frozenset) else value for key, value in asdict(ledger.cuts).items()}
    return {
        "version": _VERSION,
        "meters": ledger.meters,
        "dimensions": ledger.dimensions,
        "cuts": cuts,
        "sources": [asdict(source) for source in ledger.sources],
        "skipped": [asdict(skipped) for skipped in ledger.skipped],
        "refused_rows": ledger.refused_rows,
        "unread_files": ledger.unread_files,
        "uncounted": [
            [problem.code, problem.message, problem.expected, problem.remedy] for problem in ledger.uncounted
        ],
        "first_instant": ledger.first_instant,
        "last_instant": ledger.last_instant,
        "notes": list(ledger.notes),
        "loud": [note for note in ledger.notes if isinstance(note, Loud)],
        "undated_rows": ledger.undated_rows,
        "is_part": ledger.is_part,
        "parts_customers": ledger.parts_customers,
    }


def is_ledger(engine: Engine, source: ReadableFile) -> bool:
    """Whether a Parquet file is a stored ledger. CostcalcError: it cannot be read."""
    return _metadata(engine, source) is not None


def _metadata(engine: Engine, source: ReadableFile) -> dict[str, Any] | None:
    with naming(source):
        found = engine.fetch(f"SELECT key, value FROM parquet_kv_metadata({literal(source.path)})")
    text = next((bytes(value) for key, value in found if bytes(key) == _KEY.encode()), None)
    if text is None:
        return None
    try:
        about = read_json(text)
    except ValueError:
        about = None
    return about if isinstance(about, dict) else {}


@dataclass(frozen=True)
class Stored:
    """A stored ledger: what is said of its groups, and the groups as a table of the engine, as they were stored."""

    ledger: UsageLedger  # without groups
    table: str
    meters: tuple[str, ...]  # that it counts any of
    divisors: Mapping[str, int]  # denominator of a stated cost → what is left of it without what decimals can say
    source: ReadableFile
    has_instants: bool  # some rows are no buckets
    is_naive: bool  # some rows are days without a zone
    earns: bool  # some rows state a revenue


def read_ledger(engine: Engine, source: ReadableFile, number: int) -> Stored:
    """A stored ledger; `number`: of its table. CostcalcError: it was written by a newer version, or is not as it was written."""
    about, shown = _metadata(engine, source) or {}, source.shown
    if about.get("version") != _VERSION:
        raise fail(
            "unreadable-file",
            "the ledger was stored by another version",
            place=Place(shown),
            remedy="scan the log again",
        )
    check_metadata(about, shown)
    stored, dimensions = tuple(about["meters"]), tuple(about["dimensions"])
    names = [*_PLAIN, *_EXACT, *(f"dimension {name}" for name in dimensions), *(_METER + name for name in stored)]
    table = f"stored_{number}"
    with naming(source):
        _check_groups(engine, source, stored, dimensions)
        listed = ", ".join(map(name_of, names))
        engine.execute(f"CREATE TEMP TABLE {table} AS SELECT {listed} FROM read_parquet({literal(source.path)})")
    counts = [f"coalesce(bool_or({name_of(_METER + name)} > 0), false)" for name in stored]
    asked = [
        "coalesce(bool_or(until IS NULL), false)",
        "coalesce(bool_or(naive), false)",
        "count(revenue) > 0",
        *counts,
    ]
    has_instants, is_naive, earns, *counted = engine.fetch(f"SELECT {', '.join(asked)} FROM {table}")[0]
    cuts = about["cuts"]
    tuples = {key: tuple(value) for key, value in cuts.items() if key != "scheduled_names"}
    ledger = UsageLedger(
        tuple(meters().by_name),
        dimensions,
        (),
        Cuts(**tuples, scheduled_names=frozenset(cuts["scheduled_names"])),
        sources=[SourceFile(**{**source, "path": f"{shown} ({source['path']})"}) for source in about["sources"]],
        skipped=[SkippedRows(**{**each, "reason": _of_stored(each["reason"])}) for each in about["skipped"]],
        refused_rows=about["refused_rows"],
        unread_files=about.get("unread_files", 0),
        problems=_lost_problems(about["refused_rows"], about.get("unread_files", 0), shown),
        uncounted=[
            Problem(code, message, Place(shown), expected=expected, remedy=f"scan the log again: {remedy}")
            for code, message, expected, remedy in about.get("uncounted", ())
        ],
        first_instant=about["first_instant"],
        last_instant=about["last_instant"],
        available_dimensions=dimensions,
        notes=[(Loud if note in about.get("loud", ()) else str)(_of_stored(note)) for note in about["notes"]],
        undated_rows=about.get("undated_rows", 0),
        is_part=about.get("is_part", False),
        parts_customers=about.get("parts_customers", False),
    )
    used = tuple(name for name, is_used in zip(stored, counted, strict=True) if is_used)
    return Stored(ledger, table, used, _divisors(engine, table, shown), source, has_instants, is_naive, earns)


def _divisors(engine: Engine, table: str, shown: str) -> dict[str, int]:
    """CostcalcError: a revenue whose decimals never end."""
    found: list[dict[str, int]] = []
    for name in _EXACT:
        denominators = engine.fetch(f"SELECT DISTINCT {_denominator(name)} FROM {table} WHERE {name} IS NOT NULL")
        found.append({str(text): int(text) // gcd(int(text), 10**MONEY_DIGITS) for (text,) in denominators})
    costs, revenues = found
    if any(divisor > 1 for divisor in revenues.values()):
        check_rows({"a revenue whose decimals never end": 1}, shown)
    return costs


def _denominator(name: str) -> str:
    return f"coalesce(nullif(split_part({name}, '/', 2), ''), '1')"


def _check_groups(engine: Engine, source: ReadableFile, stored: Sequence[str], dimensions: Sequence[str]) -> None:
    table = f"read_parquet({literal(source.path)})"
    counts = [_METER + name for name in stored]
    texts = [*_EXACT, *(f"dimension {name}" for name in dimensions)]
    found = {name: kind for name, kind, *_ in engine.fetch(f"DESCRIBE SELECT * FROM {table}")}
    expected = {**_PLAIN, **dict.fromkeys(texts, "VARCHAR"), **dict.fromkeys(counts, _COUNT)}
    check_columns(found, expected, source.shown)
    checks = row_checks(counts, _EXACT)
    wrong = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql in checks.values())
    (rows,) = engine.fetch(f"SELECT {wrong} FROM {table}")
    check_rows(dict(zip(checks, rows, strict=True)), source.shown)


def _lost_problems(refused: int, unread: int, shown: str) -> list[Problem]:
    lost = [f"{refused:,} rows were refused"] * bool(refused)
    lost += [f"{unread:,} files were not read"] * bool(unread)
    return [
        Problem(
            "refused-rows",
            f"{what} when this ledger was counted; they are not in it",
            Place(shown),
            remedy="scan the log again to see which",
        )
        for what in lost
    ]


def _of_stored(text: str) -> str:
    """What was said of a log, of its ledger: no --map reaches into one."""
    return text.replace("; --map ", "; a new scan with --map ")


def with_stored(counted: UsageLedger, stored: Sequence[Stored]) -> UsageLedger:
    """What was counted, of logs and stored ledgers, with what is said of these ledgers."""
    if not stored:
        return counted
    ledgers = [*(each.ledger for each in stored), counted]
    return replace(
        counted,
        cuts=replace(counted.cuts, splits=ledgers[0].cuts.splits),  # its bills stay as they were added up
        sources=[source for ledger in ledgers for source in ledger.sources],
        skipped=[skipped for ledger in ledgers for skipped in ledger.skipped],
        refused_rows=sum(ledger.refused_rows for ledger in ledgers),
        unread_files=sum(ledger.unread_files for ledger in ledgers),
        problems=[problem for ledger in ledgers for problem in ledger.problems],
        uncounted=[problem for ledger in ledgers for problem in ledger.uncounted],
        available_dimensions=tuple(sorted({name for ledger in ledgers for name in ledger.available_dimensions})),
        notes=list(dict.fromkeys(note for ledger in ledgers for note in ledger.notes)),
        undated_rows=sum(ledger.undated_rows for ledger in ledgers),
        is_part=any(ledger.is_part for ledger in ledgers),
        parts_customers=any(ledger.parts_customers for ledger in ledgers),
    )


# --- what a stored ledger can still be asked ---------------------------------------------------------------------


def stored_rows(stored: Stored, request: ScanRequest, number: int, labels: Sequence[str]) -> dict[str, str]:
    """What the counted rows hold of a stored ledger: columns, and the SQL over its table. `labels`: the dimensions wanted.

    CostcalcError: it lacks one of them.
    """
    if missing := _missing_dimensions(stored.ledger, request):
        raise CostcalcError(missing)
    before = bounds_clause(request.bound(request.since), request.bound(request.until)).replace("from_at", '"at"')
    length = {side: f"coalesce({name_of(f'{_METER}{side}_tokens')}, 0)" if f"{side}_tokens" in stored.meters else "0" for side in ("input", "output")}  # fmt: skip
    cuts = {"input": request.cuts.input_lengths, "output": request.cuts.output_lengths}
    own = "(band_basis = 'mean' OR (band_basis = 'request' AND requests = 1))"
    columns = {
        "reading": str(-1 - number),
        "format": "source_format",
        "verdict": f"CASE WHEN true{before} THEN {COUNTED} ELSE {OUTSIDE} END",
        **{name: name for name in ("provider", "model", "region", "service_tier", "naive", "mix", "billed_meter", "cost_kind", "revenue_currency")},
        "thinking": "CASE WHEN thinking THEN CASE WHEN thinking_assumed THEN 'most' ELSE 'all' END WHEN thinking IS NULL THEN 'some' END",
        "from_at": '"at"',
        "to_at": "until",
        "basis": "band_basis",
        "requests_known": "requests IS NOT NULL",
        "cost_known": "billed IS NOT NULL",
        "cost_currency": "billed_currency",
        "cost_divisor": _divisor("billed", stored.divisors),
        "revenue_known": "revenue IS NOT NULL",
        "row_count": '"rows"',
        "requests": "requests",
        "cost": _decimal("billed", stored.divisors),
        "revenue": _decimal("revenue", {}),
    }  # fmt: skip
    for side in ("input", "output"):
        mean = largest_cut(length[side], cuts[side], "requests")
        columns[f"{side}_over"] = f"CASE WHEN {own} THEN {mean} ELSE {largest_cut(f'{side}_over + 1', cuts[side])} END"
    for i, name in enumerate(labels):
        position = _position(stored.ledger, name)
        columns[f"d{i}"] = "NULL" if position is None else name_of(f"dimension {stored.ledger.dimensions[position]}")
    return columns | {f"m_{name}": f"{name_of(_METER + name)}::HUGEINT" for name in stored.meters}


def _divisor(name: str, divisors: Mapping[str, int]) -> str:
    cases = [f"WHEN {quoted(text)} THEN {divisor}" for text, divisor in divisors.items() if divisor > 1]
    return f"CASE {_denominator(name)} {' '.join(cases)} ELSE 1 END" if cases else "1"


def _decimal(name: str, divisors: Mapping[str, int]) -> str:
    """SQL of a rational amount, times the divisor of its denominator."""
    divisor = f"({_divisor(name, divisors)})::HUGEINT"
    # As text in between: the engine makes no decimal of the digits of a whole number.
    number = f"(split_part({name}, '/', 1)::HUGEINT * (({10**MONEY_DIGITS}::HUGEINT * {divisor}) // {_denominator(name)}::HUGEINT))"
    size = f"abs({number})"
    rest = f"lpad(({size} % {10**MONEY_DIGITS}::HUGEINT)::VARCHAR, {MONEY_DIGITS}, '0')"
    sign = f"CASE WHEN {name}[1] = '-' THEN '-' ELSE '' END"
    return f"({sign} || ({size} // {10**MONEY_DIGITS}::HUGEINT)::VARCHAR || '.' || {rest})::DECIMAL(38, {MONEY_DIGITS})"


def check_cuts(engine: Engine, stored: Stored, request: ScanRequest) -> None:
    """CostcalcError: the ledger was counted too coarsely for the request."""
    if problems := _missing_edges(engine, stored, request):
        raise CostcalcError(problems)


def _position(ledger: UsageLedger, name: str) -> int | None:
    known = [canonical(dimension) for dimension in ledger.dimensions]
    return known.index(canonical(name)) if canonical(name) in known else None


def _missing_dimensions(ledger: UsageLedger, request: ScanRequest) -> list[Problem]:
    wanted = [*request.dimensions, *request.where_dimensions]
    return [
        Problem(
            "unknown-column",
            f'the stored ledger has no dimension "{name}"',
            expected=f"one of {', '.join(ledger.dimensions)}" if ledger.dimensions else "it keeps none",
            nearest=nearest_names(name, ledger.dimensions),
            remedy=f"scan the log again with --by {name}",
        )
        for name in wanted
        if _position(ledger, name) is None and name not in request.cuts.labels
    ]


def _missing_edges(engine: Engine, stored: Stored, request: ScanRequest) -> list[Problem]:
    cuts = stored.ledger.cuts
    days = [instant_of_day(day, request.timezone) % DAY_SECONDS for day in (request.since, request.until) if day]
    wanted = {*request.cuts.day_edges, *days} if stored.has_instants else set()
    missing = sorted(wanted - set(cuts.day_edges))
    problems = [
        _too_coarse(f"it does not tell apart rows by their {label}")
        for label in request.cuts.labels
        if label not in cuts.labels and _position(stored.ledger, label) is None
    ]
    if missing:
        clock = ", ".join(f"{second // 3600:02d}:{second % 3600 // 60:02d}" for second in missing)
        problems.append(_too_coarse(f"it does not tell apart what was before and after {clock} UTC"))
    for cut in sorted(set(request.cuts.input_lengths) - set(cuts.input_lengths)):
        if engine.fetch(f"SELECT 1 FROM {stored.table} WHERE {_undecided(stored, cut)} LIMIT 1"):
            problems.append(_too_coarse(f"it does not tell apart requests below and above {cut:,} input tokens"))
    return problems


def _undecided(stored: Stored, cut: int) -> str:
    """Of groups whose requests can lie on both sides of a cut that it was not counted with."""
    if "input_tokens" not in stored.meters:
        return "false"
    # Between the labels around the cut.
    below = max((known for known in stored.ledger.cuts.input_lengths if known < cut), default=0)
    several = "requests IS DISTINCT FROM 1 AND band_basis = 'request'"
    return f"input_over >= {below} AND input_over < {cut} AND {several} AND {name_of(_METER + 'input_tokens')} > {cut}"


def _too_coarse(what: str) -> Problem:
    return Problem(
        "ledger-too-coarse",
        f"the stored ledger cannot answer this: {what}",
        remedy="scan the log again with the prices of today, and with --scenario if one asks for it",
    )
