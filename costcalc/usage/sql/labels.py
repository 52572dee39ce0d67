"""Labels: rows to groups. The first step counts rows under their raw texts; the second gives the groups their names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from costcalc.meters import meters
from costcalc.records import dataclass
from costcalc.selectors import glob_pattern
from costcalc.usage.formats.paths import quoted
from costcalc.usage.formats.uncounted import MOST as MOST_WATCHED
from costcalc.usage.ledger import Cuts, Edges
from costcalc.usage.sql.copies import AGAIN_COLUMNS, APART, DIFFERING, each_once, has_alike_told, has_copies_told
from costcalc.usage.sql.rows import COUNTED, FIRST_SKIP, OUTSIDE, TOO_LARGE, RowQuery

_DAY, _HOUR = 86_400, 3_600
MONEY_DIGITS = 24  # decimals of an amount
_CUTS_IN_A_ROW = 16  # price bands alone; more come from scenarios that make requests longer

_KEYS = {  # group keys of the first step, and their types
    "reading": "INTEGER",
    "format": "VARCHAR",
    "file": "BIGINT",  # its position among the sources of the reading, where there are several
    "verdict": "INTEGER",
    "provider": "VARCHAR",
    "model": "VARCHAR",
    "region": "VARCHAR",
    "service_tier": "VARCHAR",
    "thinking": "VARCHAR",  # all, most or some of the requests; NULL: none
    "from_at": "BIGINT",
    "to_at": "BIGINT",
    "naive": "BOOLEAN",
    "input_over": "BIGINT",
    "output_over": "BIGINT",
    "basis": "VARCHAR",
    "mix": "VARCHAR",
    "sums": "VARCHAR",  # whether the row says in a dimension that it may sum others up, or what it says in all of them
    "requests_known": "BOOLEAN",
    "billed_meter": "VARCHAR",
    "cost_known": "BOOLEAN",
    "cost_kind": "VARCHAR",
    "cost_currency": "VARCHAR",
    "cost_divisor": "BIGINT",
    "revenue_known": "BOOLEAN",
    "revenue_currency": "VARCHAR",
}
LABELS = tuple(name for name in _KEYS if name not in ("reading", "file", "verdict", "sums"))
_SUMS = {
    "row_count": "BIGINT",
    "requests": "HUGEINT",
    "cost": f"DECIMAL(38,{MONEY_DIGITS})",
    "revenue": f"DECIMAL(38,{MONEY_DIGITS})",
    "rounded": "BIGINT",
    "doubted": "BIGINT",
    "doubted_tokens": "HUGEINT",
    "again_rows": "BIGINT",
    "again_tokens": "HUGEINT",
    "again_differing": "BIGINT",
    "again_apart": "BIGINT",
    "first_at": "BIGINT",
    "last_at": "BIGINT",
    "latest": "BIGINT",  # begin of the last of several times that one group holds
}
_IF_HELD = (
    "m_",
    "remark_",
    "uncounted_",
    "replies",
    "off_",
    "doubted",
    "again_",
    "sums",
)  # how columns begin that nobody asks for where no row has them
_OF_LOGS = "reading >= 0"  # others are of stored ledgers
COUNTED_ROWS = "counted_rows"  # the table that all sources are counted into
MOST_REMARKS = 24  # of one format
BESIDE = ("undated", "rounded", "doubted", "doubted_tokens", DIFFERING, APART)  # sums of counted rows that are said
UNFORESEEN = -1  # length of a row whose names or time came into the file after they were looked at
_STANDARD_TIERS = ("", "default", "auto", "standard", "standard_only", "on_demand", "on-demand", "null", "none")


def counted_columns(dimensions: int) -> dict[str, str]:
    """What can be known of counted rows: columns and their types."""
    columns = {**_KEYS, **{f"d{i}": "VARCHAR" for i in range(dimensions)}, **_SUMS}
    columns |= {f"m_{name}": "HUGEINT" for name in meters().by_name}
    columns |= {"replies": "UBIGINT[]", "undated": "BIGINT", **{f"remark_{i}": "BIGINT" for i in range(MOST_REMARKS)}}
    columns |= {f"{name}_{i}": "HUGEINT" for i in range(MOST_WATCHED) for name in ("uncounted", "uncounted_largest")}
    return columns | {"off_rows": "BIGINT", "off_above": "HUGEINT", "off_below": "HUGEINT"}


def counted_view(columns: Mapping[str, str], held: Collection[str]) -> str:
    """What is held, and NULL for other labels: a hundred columns of nothing would take longer than the counting."""
    listed = (
        f'"{name}"' if name in held else f'NULL::{kind} AS "{name}"'
        for name, kind in columns.items()
        if name in held or not name.startswith(_IF_HELD)
    )
    return f"CREATE OR REPLACE TEMP VIEW counted AS SELECT {', '.join(listed)} FROM {COUNTED_ROWS}"


@dataclass(frozen=True, slots=True)
class CountStatement:
    """SQL that adds a reading's rows to the table of counted ones, and the columns that it gives."""

    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What rows of some names and times come to, in a table: `slot` and names → `period` and `lengths`."""

    table: str
    names: tuple[str, ...]  # the columns of rows that it has too
    edges: Sequence[Edges]  # by number in `lengths`


def count_statement(
    rows: RowQuery,
    cuts: Cuts,
    reading: int,
    format_name: str,
    with_file: bool,
    foreseen: Foreseen | None = None,
    *,
    is_exact: bool = False,
) -> CountStatement:
    """One pass over a source: every row gets its labels, equal labels are added up.

    `is_exact`: lengths are labelled as they are, for the rows are few, and will be joined by what tells them apart.
    """
    constants = {"reading": str(reading), "format": quoted(format_name)}
    constants |= {name: quoted(text) for name, text in rows.constants.items()}
    keys = {"verdict": "verdict"}
    plain = ("provider", "model", "region", "service_tier", "naive", "billed_meter", "cost_kind", "cost_currency",
             "cost_divisor", "revenue_currency", "sums")  # fmt: skip
    keys |= {name: name for name in rows.columns if name in plain or re.fullmatch(r"d\d+", name)}
    if with_file:
        keys["file"] = "file"
    keys |= _time_labels(rows, cuts) | _band_labels(rows, cuts, foreseen, is_exact)
    keys |= _thinking_label(rows, keys["basis"]) | _mix_label(rows, cuts)
    constants |= {name: keys.pop(name) for name in ("basis",) if keys.get(name, "").startswith("'")}
    known = [name for name in ("requests", "cost", "revenue") if name in rows.columns]
    keys |= {f"{name}_known": f"{name} IS NOT NULL" for name in known}
    last = "max(coalesce(ended, started + 1))" if "ended" in rows.columns else "max(started) + 1"
    sums = {"row_count": "count(*)", "first_at": "min(started)", "last_at": last}
    sums |= {name: f"sum({name})" for name in known}
    if rows.one_each:
        # What is the same for every row needs no key and no sum.
        constants["requests_known"], sums["requests"] = "true", "count(*)"
        del keys["requests_known"]
    rounded = [f"CAST({name} AS INTEGER)" for name in ("cost_rounded", "revenue_rounded") if name in rows.columns]
    if rounded:
        sums["rounded"] = f"sum({' + '.join(rounded)})"
    sums |= {f"m_{name}": f"sum(m_{name})" for name in rows.meters}
    if "doubted" in rows.columns:
        sums |= {"doubted": "count_if(doubted)", "doubted_tokens": f"sum({tokens_of(rows.columns)}) FILTER (doubted)"}
    if has_copies_told(rows.columns):
        marks = (*AGAIN_COLUMNS, *([DIFFERING, APART] if has_alike_told(rows.columns) else []))
        sums |= {name: f"sum({name})" for name in marks}
    if "reply" in rows.columns:
        sums["replies"] = "list(reply) FILTER (reply IS NOT NULL)"
    true_of = [name for name in (*rows.remarks.values(), "undated") if name in rows.columns]
    sums |= {name: f"sum(CAST(coalesce({name}, false) AS INTEGER))" for name in true_of}
    for name in filter(None, rows.watched):
        sums |= {name: f"sum({name})", name.replace("_", "_largest_"): f"max({name})"}
    if "off" in rows.columns:
        above, below = "greatest(off, 0)", "greatest(-off, 0)"
        sums |= {
            "off_rows": f"count_if(off <> 0 AND verdict = {COUNTED})",
            "off_above": f"sum({above})",
            "off_below": f"sum({below})",
        }
    source = _with_segments(f"({_once(rows, with_file)})", rows, cuts)
    if foreseen:
        source = _with_periods(source, keys.pop("from_at"), foreseen)
        sums |= {"from_at": "min(slot)", "latest": "max(slot)"}
    selected = ", ".join(f'{sql} AS "{name}"' for name, sql in (constants | keys | sums).items())
    grouped = ", ".join([*(f'"{name}"' for name in keys), *(["period"] if foreseen else [])])
    sql = f"INSERT INTO {COUNTED_ROWS} BY NAME SELECT {selected} FROM {source} GROUP BY {grouped}"
    return CountStatement(sql, tuple(constants | keys | sums))


def _with_periods(rows: str, slot: str, foreseen: Foreseen) -> str:
    """The rows with what is foreseen of them. A row that is not counted keeps its own time: it may be asked for."""
    same = [f"foreseen.{name} IS NOT DISTINCT FROM each.{name}" for name in foreseen.names]
    period = f"CASE WHEN verdict = {COUNTED} THEN coalesce(foreseen.period, each.slot) ELSE each.slot END AS period"
    return (
        f"(SELECT each.*, {period}, lengths FROM (SELECT *, {slot} AS slot FROM {rows}) AS each"
        f" LEFT JOIN {foreseen.table} AS foreseen ON {' AND '.join([*same, 'foreseen.slot = each.slot'])})"
    )


def tokens_of(columns: Collection[str]) -> str:
    """The tokens of rows that have these columns."""
    return (
        " + ".join(f"coalesce({name}, 0)" for name in ("m_input_tokens", "m_output_tokens") if name in columns) or "0"
    )


def _once(rows: RowQuery, with_file: bool) -> str:
    """The rows, each usage once, with what is asked of them."""
    asked = [name for name in rows.columns if not name.endswith("_text")]
    more = [*(["file"] if with_file else []), "verdict", *([] if "ended" in asked else ["ended"])]
    return each_once(rows.sql, [*asked, *more], tokens_of(asked))


def _time_labels(rows: RowQuery, cuts: Cuts) -> dict[str, str]:
    """Of rows with their segments."""
    if "ended" not in rows.columns:
        return {"from_at": segment_of("started", time_edges(cuts))}
    narrow = f"coalesce(ended - started <= {_HOUR}, true) AND begun_in = ended_in"
    if "naive" in rows.columns:
        narrow = f"NOT naive AND {narrow}"
    instant = f"(ended IS NULL OR ({narrow}))"
    return {
        "from_at": f"CASE WHEN {instant} THEN begun_in ELSE started END",
        "to_at": f"CASE WHEN NOT {instant} THEN ended END",
    }


def _with_segments(source: str, rows: RowQuery, cuts: Cuts) -> str:
    """The rows, and where one has an end, the segments of the day in which it begins and ends."""
    if "ended" not in rows.columns:
        return source
    edges = time_edges(cuts)
    segments = f"{segment_of('started', edges)} AS begun_in, {segment_of('ended - 1', edges)} AS ended_in"
    return f"(SELECT *, {segments} FROM {source})"


def time_edges(cuts: Cuts) -> tuple[int, ...]:
    """Those of every model's schedule too; the second step joins what need not be apart."""
    return tuple(sorted({*cuts.day_edges, *cuts.schedule_edges}))


def segment_of(instant: str, edges: Sequence[int]) -> str:
    """The start of the instant's segment of the UTC day: epoch seconds of the last edge at or before it."""
    day = f"({instant}) - ({instant}) % {_DAY}"
    if tuple(edges) == (0,):
        return f"({day})"
    second = f"({instant}) % {_DAY}"
    ordered = sorted(edges) or [0]
    cases = [f"WHEN {second} < {ordered[0]} THEN {ordered[-1] - _DAY}"] if ordered[0] else []
    cases += [f"WHEN {second} < {after} THEN {edge}" for edge, after in pairwise(ordered)]
    return f"({day} + CASE {' '.join(cases)} ELSE {ordered[-1]} END)"


def _band_labels(rows: RowQuery, cuts: Cuts, foreseen: Foreseen | None, is_exact: bool) -> dict[str, str]:
    """The cuts that a request's lengths are above: stated by the row, or its own, or those of the mean request."""
    labels = _lengths(rows, cuts, foreseen, is_exact)
    if not any(meters().by_name[name].unit == "token" for name in rows.meters):
        return {**labels, "basis": "'none'"}
    if "lacks_tokens" in rows.columns:
        labels["basis"] = f"CASE WHEN lacks_tokens THEN 'none' ELSE {labels['basis']} END"
    return labels


def _lengths(rows: RowQuery, cuts: Cuts, foreseen: Foreseen | None, is_exact: bool) -> dict[str, str]:
    largest = _whole_below if is_exact else largest_cut
    if "input_over" in rows.columns:
        stated = largest("input_over + 1", cuts.input_lengths)
        basis = "CASE WHEN input_over IS NULL THEN 'unknown' ELSE 'stated' END"
        return {"input_over": f"CASE WHEN input_over IS NULL THEN 0 ELSE {stated} END", "basis": basis}
    if "requests" not in rows.columns:
        return {"basis": "'unknown'"}
    basis = "CASE WHEN requests = 1 THEN 'request' WHEN requests > 1 THEN 'mean' ELSE 'unknown' END"
    labels = {"basis": "'request'" if rows.single else basis}
    per = "" if rows.single else "requests"
    every = (cuts.input_lengths, cuts.output_lengths)
    for place, side in enumerate(("input", "output")):
        if f"{side}_tokens" in rows.meters and every[place]:
            length = f"m_{side}_tokens"
            own = [largest_cut(length, edges[place], per) for edges in foreseen.edges] if foreseen else ()
            cases = " ".join(f"WHEN {number} THEN {sql}" for number, sql in enumerate(own))
            unseen = f"CASE WHEN verdict = {COUNTED} THEN {UNFORESEEN} ELSE 0 END"
            labels[f"{side}_over"] = (
                f"CASE lengths {cases} ELSE {unseen} END" if own else largest(length, every[place], per)
            )
    return labels


def _mix_label(rows: RowQuery, cuts: Cuts) -> dict[str, str]:
    """What a row counts beside its tokens, which may lack a price; and of a bill, what a rise may reach of it."""
    beside = [f"CASE WHEN m_{name} > 0 THEN '{name} ' ELSE '' END" for name in rows.meters if _may_lack_a_price(name)]
    parts = [*beside, *_split_label(rows, cuts)]
    return {"mix": " || ".join(parts)} if parts else {}


def _may_lack_a_price(name: str) -> bool:
    """Whether a count stands for itself: a part without a price is billed with its whole."""
    return meters().by_name[name].part_of is None and name not in ("input_tokens", "output_tokens")


def _split_label(rows: RowQuery, cuts: Cuts) -> list[str]:
    """Of rows that state a bill: all or nothing of it is in a set of meters, or these very counts."""
    if "cost" not in rows.columns or not cuts.splits:
        return []
    counts = [f"m_{name}" for name in rows.meters]
    whole, some = [], []
    for names in cuts.splits:
        inside = [f"m_{name} > 0" for name in rows.meters if name in names]
        outside = [f"m_{name} > 0" for name in rows.meters if name not in names]
        if inside and outside:
            some.append(f"(({' OR '.join(inside)}) AND ({' OR '.join(outside)}))")
            whole.append(f"CASE WHEN {' OR '.join(inside)} THEN '1' ELSE '0' END")
    if not some:
        return []
    requests = ["requests"] if "requests" in rows.columns else []
    each = f"concat_ws(',', {', '.join([*counts, *requests])})"
    return [f"(CASE WHEN cost IS NULL THEN '' WHEN {' OR '.join(some)} THEN {each} ELSE {' || '.join(whole)} END)"]


def _thinking_label(rows: RowQuery, basis: str) -> dict[str, str]:
    """Whether requests thought: of many in one row that counts reasoning, some did; most, where half of the output is."""
    cases = ["WHEN thinks THEN 'all'"] if "thinks" in rows.columns else []
    if "reasoned" in rows.columns:
        several = "WHEN mostly_reasoned THEN 'most' ELSE 'some'"
        cases.append(f"WHEN reasoned THEN CASE WHEN {basis} = 'request' THEN 'all' {several} END")
    return {"thinking": f"CASE {' '.join(cases)} END"} if cases else {}


def largest_cut(length: str, cuts: Sequence[int], requests: str = "") -> str:
    """The largest cut that the length (the mean length of the requests) is strictly above; 0 if there is none."""
    if not cuts:
        return "0"
    times = f" * {requests}" if requests else ""
    chosen = _between(length, sorted(cuts), 0, times)
    return f"CASE WHEN coalesce({requests}, 0) = 0 THEN 0 ELSE {chosen} END" if requests else chosen


def _whole_below(length: str, _cuts: Sequence[int], requests: str = "") -> str:
    """The largest whole number that the length is strictly above, which is no less than any cut that it is above."""
    if not requests:
        return f"greatest({length} - 1, 0)"
    return f"CASE WHEN coalesce({requests}, 0) = 0 THEN 0 ELSE greatest(({length} - 1) // {requests}, 0) END"


def _between(length: str, cuts: Sequence[int], below: int, times: str) -> str:
    """The choice among ascending cuts, halved at each step: of a thousand cuts ten are compared, not all."""
    if len(cuts) <= _CUTS_IN_A_ROW:
        cases = [f"WHEN {length} <= {cut}{times} THEN {low}" for low, cut in zip([below, *cuts], cuts, strict=False)]
        return f"CASE {' '.join(cases)} ELSE {cuts[-1]} END" if cases else str(below)
    middle = len(cuts) // 2
    low, high = _between(length, cuts[:middle], below, times), _between(length, cuts[middle + 1 :], cuts[middle], times)
    return f"CASE WHEN {length} <= {cuts[middle]}{times} THEN {low} ELSE {high} END"


def final_names(cuts: Cuts) -> dict[str, str]:
    """What the labels of counted rows are called in groups: names, and the SQL over the raw labels."""
    return {
        "from_at": _coarser_at(cuts),
        "to_at": "to_at",
        "naive": "coalesce(naive, false)",
        "provider": "lower(nullif(trim(provider), ''))",
        "model": "coalesce(trim(model), '')",
        "region": "lower(nullif(trim(region), ''))",
        "service_tier": tier_of("service_tier"),
        "thinking": "CASE WHEN thinking IN ('all', 'most') THEN true WHEN thinking = 'some' THEN NULL ELSE false END",
        "thinking_assumed": "coalesce(thinking IN ('most', 'some'), false)",
        "input_over": "coalesce(input_over, 0)",
        "output_over": "coalesce(output_over, 0)",
        "basis": "basis",
        "mix": "coalesce(mix, '')",
        "requests_known": "coalesce(requests_known, false)",
        "cost_known": "coalesce(cost_known, false)",
        "cost_currency": "CASE WHEN cost_known THEN upper(nullif(trim(cost_currency), '')) END",
        "cost_kind": "CASE WHEN cost_known THEN cost_kind END",
        "cost_divisor": "coalesce(cost_divisor, 1)",
        "billed_meter": "nullif(billed_meter, '')",
        "revenue_known": "coalesce(revenue_known, false)",
        "revenue_currency": "CASE WHEN revenue_known THEN upper(nullif(trim(revenue_currency), '')) END",
        "format": "format",
    }


def final_sums(used: Sequence[str]) -> dict[str, str]:
    """What is added up of a group, and the SQL; `used`: the meters that a source can count."""
    sums = {name: f"sum({name})" for name in ("row_count", "requests", "cost", "revenue")}
    return sums | {f"m_{name}": f"coalesce(sum(m_{name}), 0)" for name in used}


def where_clause(where: Sequence[tuple[str, Sequence[str]]]) -> str:
    """` AND …` for globs over the raw texts; any of a name's patterns suffices."""
    parts = []
    for column, patterns in where:
        tests = [
            f"regexp_full_match(lower(coalesce(trim({column}), '')), {quoted(glob_pattern(glob))})" for glob in patterns
        ]
        parts.append(f" AND ({' OR '.join(tests)})")
    return "".join(parts)


def _coarser_at(cuts: Cuts) -> str:
    """Where no schedule prices the model, the schedule's edges are no cut: back to the day's own edges."""
    if not cuts.schedule_edges:
        return "from_at"
    tests = [f"lower(trim(model)) = {quoted(name)}" for name in sorted(cuts.scheduled_names)]
    tests += [f"regexp_full_match(lower(trim(model)), {quoted(pattern)})" for pattern in cuts.scheduled_patterns]
    scheduled = " OR ".join(tests) or "false"
    return f"CASE WHEN to_at IS NOT NULL OR coalesce({scheduled}, false) THEN from_at ELSE {segment_of('from_at', cuts.day_edges)} END"


def tier_of(column: str) -> str:
    """The tier that a text (SQL) is priced as."""
    standard = ", ".join(quoted(word) for word in _STANDARD_TIERS)
    return (
        f"CASE WHEN lower(coalesce(trim({column}), '')) IN ({standard}) THEN 'standard' ELSE lower(trim({column})) END"
    )


def names_table() -> str:
    """The table of the providers and models that are wanted, as the log writes them."""
    return "CREATE TEMP TABLE wanted (provider VARCHAR, model VARCHAR)"


def names_clause(provider: str, model: str) -> str:
    """` AND …` for rows of a wanted provider and model."""
    pair = f"(coalesce(trim({provider}), ''), coalesce(trim({model}), ''))"
    return f" AND {pair} IN (SELECT (provider, model) FROM wanted)"


def files_statement(chosen: str = "") -> str:
    """The rows of each file by their verdict."""
    return (
        f"SELECT reading, file, verdict, sum(row_count) FROM counted WHERE {_OF_LOGS} AND verdict <> {OUTSIDE}{chosen}"
        " GROUP BY ALL ORDER BY ALL"
    )


def left_out_statement(chosen: str, held: Collection[str]) -> str:
    """The tokens of each file's rows by their verdict, and what copies of these rows hold: rows and tokens."""
    sums = [tokens_of(held), *AGAIN_COLUMNS]
    asked = ", ".join(
        f"coalesce(sum({name}), 0)" if name not in AGAIN_COLUMNS or name in held else "0" for name in sums
    )
    return (
        f"SELECT reading, file, verdict, {asked} FROM counted WHERE {_OF_LOGS} AND verdict <> {OUTSIDE}{chosen}"
        " GROUP BY ALL ORDER BY ALL"
    )


def summary_statements(
    chosen: str,
    covering: Sequence[tuple[int, int]],
    meters_: Sequence[str],
    most: tuple[int, int],
    held: Collection[str],
) -> Mapping[str, str]:
    """Smaller questions to the counted table: rows by verdict and file, the time that the whole log covers, and what
    stands beside the figures of each reading.

    `chosen`: ` AND …`, the rows wanted; `covering`: (reading, verdict) of rows that are no usage but whose days belong
    to the log; `meters_`: those to sum; `most`: how many remarks and watched columns a reading has at most; `held`: the
    columns that counted rows have.
    """
    of_counted = f"FILTER (verdict = {COUNTED})"
    remarks, watched = most
    sums = dict.fromkeys(BESIDE, of_counted)
    sums |= {f"remark_{i}": of_counted for i in range(remarks)}
    # Rows that contradict themselves may do so for want of what was not read.
    sums |= dict.fromkeys(("off_rows", "off_above", "off_below"), "") | {f"m_{name}": of_counted for name in meters_}
    asked = [f"count(*) {of_counted}", *(_if_held("sum", name, held, rows) for name, rows in sums.items())]
    for i in range(watched):
        asked += [_if_held("sum", f"uncounted_{i}", held), _if_held("max", f"uncounted_largest_{i}", held)]
    return {
        "files": files_statement(chosen),
        "left out": left_out_statement(chosen, held),
        "covered": f"SELECT min(first_at), max(last_at) FROM counted WHERE {_usage_or(covering)}",
        "beside": f"SELECT reading, {', '.join(asked)} FROM counted"
        f" WHERE {_OF_LOGS} AND verdict IN ({COUNTED}, {TOO_LARGE}){chosen} GROUP BY reading ORDER BY reading",
    }


def _if_held(function: str, name: str, held: Collection[str], rows: str = "") -> str:
    return f"{function}({name}) {rows}" if name in held else "NULL"


def bounds_clause(since: tuple[int, int] | None, until: tuple[int, int] | None) -> str:
    """` AND …` for counted rows that begin between two days; each bound is one of instants and one of naive days."""
    bounds = ((">=", since), ("<", until))
    return "".join(
        f" AND from_at {sign} CASE WHEN naive THEN {bound[1]} ELSE {bound[0]} END" for sign, bound in bounds if bound
    )


def days_statement(chosen: str, covering: Sequence[tuple[int, int]]) -> str:
    """Naive or not, the begin of the first counted row and the last second of the last one, in any period."""
    rows = f"SELECT naive, min(from_at), max(coalesce(to_at - 1, latest, from_at)) FROM counted WHERE {_usage_or(covering)}"
    return f"{rows}{chosen} GROUP BY naive"


def held_statement(chosen: str, bounds: str, covering: Sequence[tuple[int, int]]) -> str:
    """A row where there is one within these bounds."""
    return f"SELECT 1 FROM counted WHERE {_usage_or(covering)}{chosen}{bounds} LIMIT 1"


def reaching_statement(chosen: str, begun: str, day: tuple[int, int] | None) -> str:
    """How many rows of more than a day begin within these bounds and end after a day."""
    at = f"CASE WHEN naive THEN {day[1]} ELSE {day[0]} END" if day else "NULL"
    long = f"to_at > {at} AND to_at - from_at > {_DAY}"
    return f"SELECT coalesce(sum(row_count), 0) FROM counted WHERE {_usage_or([])}{chosen}{begun} AND {long}"


def _usage_or(covering: Sequence[tuple[int, int]]) -> str:
    """Counted rows in any period, and those that are no usage but whose days belong to the log."""
    covered = "".join(f" OR (reading = {reading} AND verdict = {verdict})" for reading, verdict in covering)
    return f"(verdict IN ({COUNTED}, {OUTSIDE}){covered})"


def token_meters() -> tuple[str, ...]:
    """The meters that are counted in tokens."""
    return tuple(name for name, meter in meters().by_name.items() if meter.unit == "token")


def is_skip(verdict: int) -> bool:
    return verdict >= FIRST_SKIP
