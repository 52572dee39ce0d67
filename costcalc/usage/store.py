"""The store: a ledger as a Parquet file and back, and what a stored ledger can still be asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.calendar import DAY_SECONDS, instant_of_day
from costcalc.files import temporary_folder, written_whole
from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names
from costcalc.selectors import glob_matches
from costcalc.usage.engine import Engine, naming
from costcalc.usage.ledger import Cuts, SkippedRows, SourceFile, UsageGroup, UsageLedger
from costcalc.usage.limits import USUAL, Limits
from costcalc.usage.names import canonical
from costcalc.usage.paths import name_of, quoted
from costcalc.usage.request import NAMES, ScanRequest
from costcalc.usage.session import literal
from costcalc.usage.soundness import check_columns, check_metadata, check_rows, row_checks
from costcalc.usage.sources import Source

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
    metadata = f"KV_METADATA {{{_KEY}: {quoted(json.dumps(_about(ledger), ensure_ascii=False))}}}"
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
        "undated_rows": ledger.undated_rows,
        "is_part": ledger.is_part,
        "parts_customers": ledger.parts_customers,
    }


def is_ledger(engine: Engine, source: Source) -> bool:
    """Whether a Parquet file is a stored ledger. CostcalcError: it cannot be read."""
    return _metadata(engine, source) is not None


def _metadata(engine: Engine, source: Source) -> dict[str, Any] | None:
    with naming(source):
        found = engine.fetch(f"SELECT key, value FROM parquet_kv_metadata({literal(source.path)})")
    text = next((bytes(value) for key, value in found if bytes(key) == _KEY.encode()), None)
    if text is None:
        return None
    try:
        about = json.loads(text)
    except ValueError:
        about = None
    return about if isinstance(about, dict) else {}


def read_ledger(engine: Engine, source: Source) -> UsageLedger:
    """A stored ledger. CostcalcError: it was written by a newer version, or is not as it was written."""
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
    with naming(source):
        _check_groups(engine, source, stored, dimensions)
        rows = engine.fetch(f"SELECT {', '.join(map(name_of, names))} FROM read_parquet({literal(source.path)})")
    groups = [_stored_group(dict(zip(names, row, strict=True)), dimensions) for row in rows]
    cuts = about["cuts"]
    tuples = {key: tuple(value) for key, value in cuts.items() if key != "scheduled_names"}
    return UsageLedger(
        tuple(meters().by_name),
        dimensions,
        groups,
        Cuts(**tuples, scheduled_names=frozenset(cuts["scheduled_names"])),
        sources=[SourceFile(**{**source, "path": f"{shown} ({source['path']})"}) for source in about["sources"]],
        skipped=[SkippedRows(**skipped) for skipped in about["skipped"]],
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
        notes=about["notes"],
        undated_rows=about.get("undated_rows", 0),
        is_part=about.get("is_part", False),
        parts_customers=about.get("parts_customers", False),
    )


def _check_groups(engine: Engine, source: Source, stored: Sequence[str], dimensions: Sequence[str]) -> None:
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


def _stored_group(row: Mapping[str, Any], dimensions: Sequence[str]) -> UsageGroup:
    fields: dict[str, Any] = {name: row[name] for name in _PLAIN}
    fields |= {name: None if row[name] is None else Fraction(row[name]) for name in _EXACT}
    fields["quantities"] = tuple(int(row.get(_METER + name) or 0) for name in meters().by_name)
    fields["dimensions"] = tuple(row[f"dimension {name}"] for name in dimensions)
    return UsageGroup(**fields)


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


def joined(ledgers: Sequence[UsageLedger]) -> UsageLedger:
    """Ledgers of the same request as one: equal groups are added up."""
    if len(ledgers) == 1:
        return ledgers[0]
    groups = add_equal([group for ledger in ledgers for group in ledger.groups])
    firsts = [ledger.first_instant for ledger in ledgers if ledger.first_instant is not None]
    lasts = [ledger.last_instant for ledger in ledgers if ledger.last_instant is not None]
    return replace(
        ledgers[0],
        groups=groups,
        sources=[source for ledger in ledgers for source in ledger.sources],
        skipped=[skipped for ledger in ledgers for skipped in ledger.skipped],
        refused_rows=sum(ledger.refused_rows for ledger in ledgers),
        unread_files=sum(ledger.unread_files for ledger in ledgers),
        problems=[problem for ledger in ledgers for problem in ledger.problems],
        uncounted=[problem for ledger in ledgers for problem in ledger.uncounted],
        stated=_stated(ledgers),
        first_instant=min(firsts, default=None),
        last_instant=max(lasts, default=None),
        last_begun=max((ledger.last_begun for ledger in ledgers if ledger.last_begun is not None), default=None),
        joining=next((ledger.joining for ledger in ledgers if ledger.joining), None),
        available_dimensions=tuple(sorted({name for ledger in ledgers for name in ledger.available_dimensions})),
        notes=list(dict.fromkeys(note for ledger in ledgers for note in ledger.notes)),
        undated_rows=sum(ledger.undated_rows for ledger in ledgers),
        is_part=any(ledger.is_part for ledger in ledgers),
        parts_customers=any(ledger.parts_customers for ledger in ledgers),
    )


def _stated(ledgers: Sequence[UsageLedger]) -> frozenset[str] | None:
    known = [ledger.stated for ledger in ledgers if ledger.stated is not None]
    return frozenset().union(*known) if len(known) == len(ledgers) else None


def add_equal(groups: Sequence[UsageGroup]) -> list[UsageGroup]:
    """Groups that no price can tell apart as one, sorted."""
    found: dict[tuple[object, ...], UsageGroup] = {}
    for group in groups:
        key = _key(group)
        found[key] = _sum(found[key], group) if key in found else group
    return [found[key] for key in sorted(found, key=lambda key: tuple((part is not None, part) for part in key))]


def _key(group: UsageGroup) -> tuple[object, ...]:
    texts = (group.provider, group.model, group.region, group.service_tier, *group.dimensions)
    thinking = (group.thinking, group.thinking_assumed, group.mix)
    bands = (group.input_over, group.output_over, group.band_basis, group.requests is None)
    money = (group.billed is None, group.billed_currency, group.cost_kind, group.billed_meter)
    revenue = (group.revenue is None, group.revenue_currency, group.source_format)
    return group.at, group.until, group.naive, *texts, *thinking, *bands, *money, *revenue


def _sum(one: UsageGroup, other: UsageGroup) -> UsageGroup:
    return replace(
        one,
        requests=None if one.requests is None else one.requests + (other.requests or 0),
        quantities=tuple(a + b for a, b in zip(one.quantities, other.quantities, strict=True)),
        rows=one.rows + other.rows,
        billed=None if one.billed is None else one.billed + (other.billed or 0),
        revenue=None if one.revenue is None else one.revenue + (other.revenue or 0),
    )


# --- what a stored ledger can still be asked ---------------------------------------------------------------------


def recut(ledger: UsageLedger, request: ScanRequest) -> UsageLedger:
    """The stored ledger as the answer to a request. CostcalcError: it was counted too coarsely for it."""
    problems = [*_missing_dimensions(ledger, request), *_missing_edges(ledger, request)]
    if problems:
        raise CostcalcError(problems)
    chosen = [group for group in ledger.groups if is_chosen(ledger, group, request)]
    groups = add_equal([_relabelled(ledger, group, request) for group in chosen])
    first, last = request.covered(ledger.first_instant, ledger.last_instant, naive=any(group.naive for group in groups))
    return replace(
        ledger,
        dimensions=request.dimensions,
        groups=groups,
        cuts=replace(request.cuts, splits=ledger.cuts.splits),  # its bills stay as they were added up
        first_instant=first,
        last_instant=last,
    )


def _position(ledger: UsageLedger, name: str) -> int | None:
    known = [canonical(dimension) for dimension in ledger.dimensions]
    return known.index(canonical(name)) if canonical(name) in known else None


def _missing_dimensions(ledger: UsageLedger, request: ScanRequest) -> list[Problem]:
    wanted = [*request.dimensions, *(name for name in request.where if name not in NAMES)]
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


def _missing_edges(ledger: UsageLedger, request: ScanRequest) -> list[Problem]:
    instants = any(group.until is None for group in ledger.groups)
    days = [instant_of_day(day, request.timezone) % DAY_SECONDS for day in (request.since, request.until) if day]
    wanted = {*request.cuts.day_edges, *days} if instants else set()
    missing = sorted(wanted - set(ledger.cuts.day_edges))
    problems = [
        _too_coarse(f"it does not tell apart rows by their {label}")
        for label in request.cuts.labels
        if label not in ledger.cuts.labels and _position(ledger, label) is None
    ]
    if missing:
        clock = ", ".join(f"{second // 3600:02d}:{second % 3600 // 60:02d}" for second in missing)
        problems.append(_too_coarse(f"it does not tell apart what was before and after {clock} UTC"))
    for cut in sorted(set(request.cuts.input_lengths) - set(ledger.cuts.input_lengths)):
        if any(_is_undecided(ledger, group, cut) for group in ledger.groups):
            problems.append(_too_coarse(f"it does not tell apart requests below and above {cut:,} input tokens"))
    return problems


def _is_undecided(ledger: UsageLedger, group: UsageGroup, cut: int) -> bool:
    """Whether requests of the group can lie on both sides of a cut that it was not counted with."""
    above = min((known for known in ledger.cuts.input_lengths if known > group.input_over), default=None)
    inside = group.input_over < cut and (above is None or cut < above)
    several = group.requests != 1 and group.band_basis == "request"
    return inside and several and ledger.quantity(group, "input_tokens") > cut


def _too_coarse(what: str) -> Problem:
    return Problem(
        "ledger-too-coarse",
        f"the stored ledger cannot answer this: {what}",
        remedy="scan the log again with the prices of today, and with --scenario if one asks for it",
    )


def is_chosen(ledger: UsageLedger, group: UsageGroup, request: ScanRequest) -> bool:
    """Whether the period and `where` want the group."""
    bounds = (request.bound(request.since), request.bound(request.until))
    since, until = (bound[group.naive] if bound else None for bound in bounds)
    if (since is not None and group.at < since) or (until is not None and group.at >= until):
        return False
    return all(_matches(ledger, group, request, name) for name in request.where)


def _matches(ledger: UsageLedger, group: UsageGroup, request: ScanRequest, name: str) -> bool:
    if name in NAMES:
        return request.has_name(name, group.provider or "", group.model)
    text = group.dimensions[_position(ledger, name) or 0] or ""
    return any(glob_matches(glob, text) for glob in request.where[name])


def unmatched(ledger: UsageLedger, request: ScanRequest) -> set[str]:
    """The names of `where` whose globs match nothing in a stored ledger."""
    return {
        name for name in request.where if not any(_matches(ledger, group, request, name) for group in ledger.groups)
    }


def _relabelled(ledger: UsageLedger, group: UsageGroup, request: ScanRequest) -> UsageGroup:
    positions = [_position(ledger, name) for name in request.dimensions]
    requests = group.requests or 0
    over: dict[str, Any] = {}
    for side, cuts in (("input", request.cuts.input_lengths), ("output", request.cuts.output_lengths)):
        label = getattr(group, f"{side}_over")
        if group.band_basis == "mean" or (group.band_basis == "request" and group.requests == 1):
            count = ledger.quantity(group, f"{side}_tokens")
            over[f"{side}_over"] = max((cut for cut in cuts if count > cut * requests), default=0)
        else:
            over[f"{side}_over"] = max((cut for cut in cuts if cut <= label), default=0)
    kept = tuple(None if position is None else group.dimensions[position] for position in positions)
    return replace(group, dimensions=kept, **over)
