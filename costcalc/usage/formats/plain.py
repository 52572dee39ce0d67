"""The plain usage file: a table whose column names say what they hold. Names become a format; the rest are dimensions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from decimal import Decimal, InvalidOperation

from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.records import dataclass
from costcalc.usage.formats.dates import check_pattern, pattern_of
from costcalc.usage.formats.everyrow import FAILED, SAME, constant_of
from costcalc.usage.formats.failed import NO, YES, as_said, counts_calls, outcomes, says_outcome, words_unknown
from costcalc.usage.formats.ids import REQUEST_ID, copies_by, id_column, largest_by
from costcalc.usage.formats.model import (
    AS,
    TIMES,
    WRITTEN,
    Condition,
    Dedupe,
    FormatSpec,
    Remark,
    Shape,
    Skip,
    StatedCost,
    SummandBeside,
    Term,
    Text,
    Time,
    Total,
)
from costcalc.usage.formats.names import (
    ANTHROPIC,
    SYNONYMS,
    are_counts,
    canonical,
    has_other_values,
    is_dropped,
    is_total,
    last_of,
    meaning_by_name,
    meaning_of,
    parent_of,
    says_cached,
    stated,
)
from costcalc.usage.formats.paths import INSIDE, can_add_up
from costcalc.usage.formats.sumwords import SUMS
from costcalc.usage.formats.uncounted import hint, map_option

NAME = "plain"
_TIMES = ("timestamp", "date", "month")  # the most precise first
_LIKE_A_TIME = re.compile(r"20\d\d-\d\d-\d\d|1[5-9]\d{8}(\d{3}){0,3}$")
_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0+)?)?( ?(Z|UTC|[+-]00(:?00)?))?$")
_SECONDS = re.compile(r"\d{9,}")  # since 1970
_RUNNING = re.compile("total|last|cumul|sum")  # objects whose counts repeat those of other records
_ASKED = (
    "timestamp",
    "provider",
    "model",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "requests",
)
_OF_SUMS = "rows that sum others up"
_CACHED = (*YES, "hit")
_BATCH = ("batch", "isbatch", "batched", "batchapi", "usebatch", "viabatch", "inbatch")


@dataclass(frozen=True, slots=True)
class Understanding:
    """What each column of a header means; the others are dimensions."""

    meanings: Mapping[str, tuple[str, ...]]  # meaning → column as written; several are added up
    currencies: Mapping[str, str]  # "cost", "billed_cost" or "revenue" → currency that its column's name ends with
    dimensions: tuple[str, ...]  # columns as written
    dropped: frozenset[str] = frozenset()
    total: str = ""  # the column that states all tokens of a row
    mapped: frozenset[str] = frozenset()  # meanings that --map names
    remarks: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)  # meaning → what --map says of every row: model==gpt-5
    pattern: str = ""  # how its times are written, where that must be said: %d.%m.%Y
    times: Mapping[str, int] = field(default_factory=dict)  # column → what --map multiplies it with
    written: Mapping[str, str] = field(default_factory=dict)  # column → how --map says that its numbers are written
    batch: str = ""  # the column that says yes or no to whether a row was of a batch
    summed: tuple[tuple[str, ...], ...] = ()  # columns of times and models, in which a word may stand for all of them
    outcomes: Mapping[str, Sequence[str]] = field(default_factory=dict)  # columns that say how a call ended → texts
    calls: tuple[str, ...] = ()  # columns that count the calls of a row that failed or succeeded
    id: str = ""  # the column that names the request of a row
    columns: tuple[str, ...] = ()  # all of them, and the paths below them
    cached: Mapping[str, Sequence[str]] = field(default_factory=dict)  # columns that say yes or no to a cache → no yes
    # Dimensions of tables by day or longer, whose rows may sum others up; none that --map calls as it is called.
    may_sum: tuple[str, ...] = ()


@dataclass
class _Mapping:
    """What --map says of a header."""

    meanings: dict[str, tuple[str, ...]] = field(default_factory=dict)  # meaning → columns, or paths inside one
    left: set[str] = field(default_factory=set)  # columns that are named as dimensions
    constants: dict[str, str] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)  # column of a count → what it is multiplied with
    written: dict[str, str] = field(default_factory=dict)  # column of a count → how its numbers are written
    pattern: str = ""  # of its times


def understand(
    header: Sequence[str],
    samples: Mapping[str, Sequence[str]],
    mapping: Mapping[str, str],
    file: str,
    nested: Collection[str] = (),
) -> Understanding:
    """What the columns mean. CostcalcError: two columns of one meaning, or a mapped column that is not there.

    `nested`: paths of JSON records below their top, which --map may name.
    """
    mapped = _mapped(header, mapping, file, nested)
    leaves = sorted(path for path in nested if "[" not in path)
    ended = mapped.meanings.get(FAILED, ())  # it may be asked for as a dimension, too
    named = mapped.meanings.pop(REQUEST_ID, ())
    taken = {columns[0] for columns in mapped.meanings.values() if len(columns) == 1} - {*ended}
    outer = {path.partition(INSIDE)[0] for columns in mapped.meanings.values() for path in columns if INSIDE in path}
    claims: dict[str, list[str]] = {}
    currencies: dict[str, str] = {}
    dimensions: list[str] = []
    dropped: set[str] = set()
    for column in header:
        meaning, currency = meaning_of(column, samples.get(column, ()))
        if column in taken:
            continue
        if meaning in mapped.meanings or (column in (mapped.left | outer) and _is_count(meaning)):
            dimensions.append(column)  # the user said which column has this meaning, or that this one has none
        elif meaning:
            claims.setdefault(meaning, []).append(column)
            if currency:
                currencies[meaning] = currency
        elif is_dropped(column):
            dropped.add(column)
        else:
            dimensions.append(column)
    _refuse_double_claims(claims, file)
    meanings = {**{meaning: (columns[0],) for meaning, columns in claims.items()}, **mapped.meanings}
    requests = [text for column in meanings.get("requests", ()) for text in samples.get(column, ())]
    calls = tuple(name for name in header if counts_calls(name, samples.get(name, ()), requests))
    if meanings.get(FAILED, ("",))[0] in calls:  # of a row of several calls that says nothing of all
        dimensions += [name for name in meanings.pop(FAILED) if name not in dimensions]
    total = next((column for column in header if column in dropped and is_total(column, samples.get(column, ()))), "")
    total = total or _total_beside(meanings, samples)
    _prefer_precise_time(meanings, samples, dropped)
    when = next(((meaning, meanings[meaning][0]) for meaning in _TIMES if meaning in meanings), None)
    pattern = mapped.pattern or (pattern_of(*when, samples.get(when[1], ()), file) if when else "")
    return Understanding(
        meanings, currencies, tuple(dimensions), frozenset(dropped), total,
        frozenset((*mapped.meanings, *([REQUEST_ID] if named else []))),
        tuple(_other_values(header, samples, taken | mapped.left)), mapped.constants, pattern, mapped.times, mapped.written,
        next((name for name in dimensions if name not in mapped.left and _says_batch(name, samples.get(name, ()))), ""),
        tuple(
            meanings[name]
            for name in (*_TIMES, "model")
            if name in meanings and not _are_sums([text for each in meanings[name] for text in samples.get(each, ())])
        ),
        {
            name: samples.get(name, ())
            for name in (*dimensions, *leaves)
            if name not in (*ended, *calls) and says_outcome(name, samples.get(name, ()))
        },
        tuple(name for name in calls if name in dimensions),
        next(iter(named), "") or id_column((*header, *leaves), samples),
        (*header, *leaves, *sorted({path.partition("[")[0] for path in nested if "[" in path})),
        {
            name: sorted({"", *(text.strip().lower() for text in samples[name])} - {*_CACHED})
            for name in (*dimensions, *leaves)
            if name not in mapped.left and says_cached(last_of(name), samples.get(name, ()))
        },
        tuple(name for name in dimensions if name not in calls and mapping.get(name) != name)
        if when and _are_days(samples.get(when[1], ()))
        else (),
    )  # fmt: skip


def _are_days(samples: Sequence[str]) -> bool:
    """Whether rows are of days or longer, or nobody looked yet: what has a time of its own sums nothing up."""
    texts = stated(samples)
    return any(map(_is_day, texts)) or all(_is_day(_MIDNIGHT.sub("", text)) for text in texts)


def _is_day(text: str) -> bool:
    return len(text) <= len("2026-09-01") and not _SECONDS.fullmatch(text)


def _are_sums(samples: Sequence[str]) -> bool:
    """Whether nothing else stands there: then it is what the rows are of."""
    values = stated(samples)
    return bool(values) and all(text.lower() in SUMS for text in values)


def _says_batch(column: str, samples: Sequence[str]) -> bool:
    """Whether the column answers with yes or no; another one of this name may number batches."""
    said = {text.strip().lower() for text in stated(samples)}
    return canonical(column) in _BATCH and bool(said) and said <= {*YES, *NO}


def _is_count(meaning: str) -> bool:
    return meaning in meters().by_name or meaning == "uncached_input_tokens"


def _total_beside(meanings: Mapping[str, tuple[str, ...]], samples: Mapping[str, Sequence[str]]) -> str:
    """The total that stands inside the same object as the counts that --map names: usage.total_tokens."""
    counted = [column for name in ("input_tokens", "output_tokens") for column in meanings.get(name, ())]
    places = {parent_of(column) for column in counted} - {""}
    return next((path for path in samples if parent_of(path) in places and is_total(last_of(path), samples[path])), "")


def _other_values(
    header: Sequence[str], samples: Mapping[str, Sequence[str]], settled: Collection[str]
) -> Sequence[str]:
    """What is said of columns whose names have a meaning that none of their values has."""
    return [
        f'"{column}" holds {", ".join([*dict.fromkeys(stated(samples[column]))][:3])}: a dimension, as none of them is a'
        f" {meaning_by_name()[canonical(column)].replace('_', ' ')} that is known by that name"
        f" ({map_option(meaning_by_name()[canonical(column)], column)} takes it as one)"
        for column in header
        if column not in settled and has_other_values(column, samples.get(column, ()))
    ]


def _mapped(header: Sequence[str], mapping: Mapping[str, str], file: str, nested: Collection[str]) -> _Mapping:
    found, problems = _Mapping(), []
    for name, written in mapping.items():
        meaning = meaning_by_name().get(canonical(name))
        is_count = bool(meaning and _is_whole(meaning)) and written not in header
        column, _, pattern = written.partition(AS) if meaning in _TIMES or is_count else (written, "", "")
        if is_count and pattern and pattern not in WRITTEN:
            problems.append(_no_form(name, column, pattern, file))
            continue
        if meaning in _TIMES and written not in header:
            check_pattern(name, written, file)
        times: dict[str, int] = {}
        columns = _columns_of(column, header, nested, times)
        lists = [path for path in columns or () if "[" in path and path not in header]
        if written.startswith("=") and columns is None:
            if meaning in SAME:
                found.constants[meaning] = constant_of(name, written, file)
            else:
                problems.append(_no_constant(name, written, file))
        elif columns is None and (wrong := _other_factor(column, header, nested)):
            problems.append(_no_factor(name, written, wrong, file))
        elif columns is None:
            problems.append(_no_such_column(name, column, (*header, *sorted(nested)), file))
        elif lists and not (meaning and _is_whole(meaning) and all(map(can_add_up, map(_within, lists)))):
            problems.append(_no_sum(name, written, file))
        elif times and not (meaning and _is_whole(meaning)):
            problems.append(_no_many(name, written, file))
        elif meaning:
            found.times |= times
            if is_count and pattern:
                found.written |= dict.fromkeys(columns, pattern)
            else:
                found.pattern = pattern or found.pattern
            found.meanings[meaning] = columns
        else:
            found.left.update(columns)
    if problems:
        raise CostcalcError(problems)
    return found


def _columns_of(
    written: str, header: Sequence[str], nested: Collection[str], times: dict[str, int]
) -> tuple[str, ...] | None:
    """The columns that --map names: one, a path inside one, or several to be added; None: there is no such column.

    `times` takes what a column is multiplied with: `tokens_k*1000`.
    """
    if written not in header:
        parts = [_many_of(part.strip(), header, nested, times) for part in written.split("+")]
        if len(parts) > 1 and None not in parts:
            return tuple(part for part in parts if part is not None)
    one = _many_of(written, header, nested, times)
    return None if one is None else (one,)


def _many_of(written: str, header: Sequence[str], nested: Collection[str], times: dict[str, int]) -> str | None:
    column, sign, factor = (part.strip() for part in written.rpartition("*"))
    if not sign or factor not in TIMES or written in header:
        return _column_of(written, header, nested)
    found = _column_of(column, header, nested)
    if found is not None:
        times[found] = int(factor)
    return found


def _column_of(written: str, header: Sequence[str], nested: Collection[str]) -> str | None:
    if written in header or (written in nested and not written.endswith("[]")):
        return written
    for mark in (INSIDE, "["):  # a list is read as the text that it is
        base, found, path = written.partition(mark)
        if found and (mark == "[" or "" not in path.split(".")):
            outer = base if _holds(nested, base) else _column_of(base, header, nested)
            if outer is not None:
                return f"{outer}{INSIDE}{'[' if mark == '[' else ''}{path}"
    return {canonical(column): column for column in header}.get(canonical(written))


def _holds(nested: Collection[str], base: str) -> bool:
    """Whether a list or an object of this name is at the top of JSON records."""
    return f"{base}[]" in nested or any(path.startswith(f"{base}.") for path in nested)


def _within(path: str) -> str:
    return path.partition(INSIDE)[2]


def _is_whole(meaning: str) -> bool:
    """Whether what has this meaning is a whole number."""
    meter = meters().by_name.get(meaning)
    return meaning == "uncached_input_tokens" or (meter is not None and not meter.decimals)


def _no_sum(name: str, written: str, file: str) -> Problem:
    return Problem(
        "unknown-column",
        f"--map {name}={written}: this path through a list gives no count",
        Place(file, 1),
        expected="a count of tokens or requests, added up over all members (calls[].in, calls[].runs[].in) or over"
        " those of a key (counts[type=in].n)",
        remedy="write the path like one of these; of anything else in a list, write a column of its own",
    )


def _other_factor(written: str, header: Sequence[str], nested: Collection[str]) -> tuple[str, str] | None:
    """The column and what it is multiplied with, where that is none of the factors."""
    for part in written.split("+"):
        column, sign, factor = (text.strip() for text in part.rpartition("*"))
        if sign and factor not in TIMES and _column_of(column, header, nested) is not None:
            return column, factor
    return None


def _no_factor(name: str, written: str, wrong: tuple[str, str], file: str) -> Problem:
    column, factor = wrong
    meant = next((times for times in TIMES if _number(factor) == int(times)), TIMES[0])
    return Problem(
        "unknown-factor",
        f'{map_option(name, written)}: "{factor}" is no factor',
        Place(file, 1),
        expected=f"a column alone, or times {' or '.join(TIMES)}: thousands or millions",
        remedy=f"write {map_option(name, f'{column}*{meant}')}, or the column alone",
    )


def _no_form(name: str, column: str, form: str, file: str) -> Problem:
    return Problem(
        "unknown-form",
        f'{map_option(name, f"{column}{AS}{form}")}: "{form}" says nothing of how counts are written',
        Place(file, 1),
        expected="1.234 (points part thousands), 1,234 (commas do), 1234.0 (a point is a decimal one) or 1234,0 (a comma is)",
        remedy=f"write {' or '.join(map_option(name, f'{column}{AS}{each}') for each in WRITTEN)}",
    )


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "").replace("_", ""))
    except InvalidOperation:
        return None


def _no_many(name: str, written: str, file: str) -> Problem:
    return Problem(
        "unknown-column",
        f"--map {name}={written}: only whole counts are multiplied",
        Place(file, 1),
        expected="a count of tokens or requests, such as --map 'input_tokens=tokens_k*1000'",
        remedy="write the column alone, or multiply what it holds where the log is made",
    )


def _no_constant(name: str, written: str, file: str) -> Problem:
    return Problem(
        "unknown-column",
        f"--map {name}={written}: {name} is no name that every row can have alike",
        Place(file, 1),
        expected=f"{', '.join(SAME)}, such as --map model==gpt-5-mini",
        remedy="name a column",
    )


def _no_such_column(name: str, column: str, header: Sequence[str], file: str) -> Problem:
    return Problem(
        "unknown-column",
        f'--map {name}={column}: no column is called "{column}"',
        Place(file, 1),
        expected=f"one of {', '.join(header)}",
        nearest=nearest_names(column, header),
        remedy="name a column of the file's first line",
    )


def _refuse_double_claims(claims: Mapping[str, Sequence[str]], file: str) -> None:
    problems = [
        Problem(
            "two-columns-one-meaning",
            f"{' and '.join(_quoted(columns))} both mean {meaning}",
            Place(file, 1),
            expected="one column for each meaning",
            remedy=f"say which one counts: {map_option(meaning, columns[0])}",
        )
        for meaning, columns in claims.items()
        if len(columns) > 1
    ]
    if problems:
        raise CostcalcError(problems)


def _quoted(columns: Sequence[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


def _prefer_precise_time(
    meanings: dict[str, tuple[str, ...]], samples: Mapping[str, Sequence[str]], dropped: set[str]
) -> None:
    """Of several times keep the most precise; a bare clock time ("10:15") beside a date is none."""
    times = [meaning for meaning in _TIMES if meaning in meanings]
    if len(times) > 1 and any(re.fullmatch(r"\d{1,2}:.*", text) for text in samples.get(meanings[times[0]][0], ())):
        times = [*times[1:], times[0]]
    for meaning in times[1:]:
        dropped.update(meanings.pop(meaning))


def plain_format(
    found: Understanding, aliases: Mapping[str, str], file: str, guessed: Mapping[str, str] | None = None
) -> FormatSpec:
    """The header's meanings as a format. CostcalcError: no time, model or count.

    `aliases`: dimension → column; `guessed`: meaning → column that may have it, for the remedy.
    """
    _require(found, file, guessed or {})
    meanings = found.meanings
    names = {**{column: column for column in found.dimensions}, **aliases}
    counts = _Counts(found)
    shape = Shape(
        provider=_text(found, "provider"),
        model=_text(found, "model"),
        region=_text(found, "region"),
        service_tier=_tier(found),
        thinking=_text(found, "thinking"),
        time=_time(found),
        requests=next(iter(counts.terms("requests")), "plain"),
        meters=counts.meters(),
        total=counts.total(),
        cost=_cost(found),
        revenue=_money(found, "revenue", "computed", "revenue_currency"),
        dimensions={name: Text((column,)) for name, column in names.items()},
    )
    remarks = (*map(Remark, (*found.remarks, *counts.remarks())), *counts.proofs(), *_contradictions(meanings))
    if found.batch:
        is_batch = Condition((((found.batch,), YES),))
        remarks = (
            *remarks,
            Remark(f'say in "{found.batch}" that they were of a batch: at the price of batches', is_batch),
        )
    ended = meanings.get(FAILED, ())
    remarks = (*remarks, *([words_unknown(ended)] if ended else []), *_must_be_held(found), *_of_calls(found))
    remarks = (*remarks, *(each for column, no in found.cached.items() for each in _of_cache(column, no, meanings)))
    costs = [found.meanings[name] for name in ("billed_cost", "cost") if name in found.meanings]
    failed, doubtful = outcomes(found.outcomes, ended, meanings.get("provider", ()), costs)
    spec = FormatSpec(
        NAME, ("table", "json"), (shape,), "plain usage table", ignored=found.dropped, remarks=remarks,
        keeps_to_paths=True, dedupe=_dedupe(found), may_sum=found.may_sum, skip=(*(Skip(Condition(((each, SUMS),)), _OF_SUMS) for each in found.summed), *failed), doubtful=doubtful,
    )  # fmt: skip
    return as_said(spec, found.constants[FAILED]) if FAILED in found.constants else spec


def _dedupe(found: Understanding) -> Dedupe | None:
    """How rows of one request are told; None where no column names it, or every row is said to count."""
    if not found.id or REQUEST_ID in found.constants:
        return None
    counts = [(column,) for name, columns in found.meanings.items() if _is_count(name) for column in columns]
    return (
        largest_by(found.id, counts)
        if REQUEST_ID in found.mapped
        else copies_by(found.id, found.columns, found.meanings.get("model", ()))
    )


def _of_calls(found: Understanding) -> list[Remark]:
    text = "counts calls, so it says of no row that all of it failed: rows count as they are"
    return [Remark(f'"{name}" {text}', is_loud=FAILED in found.mapped) for name in found.calls]


def _of_cache(column: str, no: Sequence[str], meanings: Mapping[str, tuple[str, ...]]) -> list[Remark]:
    """A yes in place of a count: the input may have been read from the seller's cache, or the answer from one's own.

    `no`: what rows say there that is no yes, the empty text first.
    """
    named = map_option("cache_read_tokens", "COLUMN")
    is_path = last_of(column) != column
    name = "hit" if is_path else column
    values = ",".join(no)
    chosen = f"--where {shlex.quote(f'{name}={values}')}"
    if is_path:
        chosen = f"{map_option('hit', column)} {chosen}"
    text = (
        f'say in "{column}" that something was cached, not how much: they count as if nothing was. If their input was'
        f" read from a cache, {named} names the count of it; if their answers came from a cache of your own and cost"
        f" nothing, {chosen} leaves them out"
    )
    read = meanings.get("cache_read_tokens", ())
    other = Condition(present=((column,),), lacks=(((column,), (*_CACHED, *no)),))
    return [
        Remark(text, Condition((((column,), _CACHED),), zero=(read,) if read else ()), is_loud=True),
        Remark(f'say something in "{column}" that {chosen} leaves out, too', other, is_loud=True),
    ]


def _must_be_held(found: Understanding) -> list[Remark]:
    """The paths inside of a column that --map names: nothing shows beforehand that a row has them."""
    paths = [(meaning, path) for meaning in found.mapped for path in found.meanings.get(meaning, ()) if INSIDE in path]
    return [Remark(map_option(*pair), Condition(present=((pair[1],),)), must_be=True) for pair in paths]


def guessed_mapping(paths: Sequence[str], samples: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Which paths of JSON records may be the time, the model and the counts, by their last steps' names."""
    found: dict[str, str] = {}
    for path in paths:
        meaning, _ = meaning_of(last_of(path), samples.get(path, ()))
        meaning = meaning or (hint(path) if stated(samples.get(path, ())) else "")
        meaning = "timestamp" if meaning in _TIMES else meaning or _named_otherwise(path, samples.get(path, ()))
        if meaning in _ASKED and not _RUNNING.search(parent_of(path)) and _may_hold(meaning, path, samples):
            found.setdefault(meaning, path)
    dated = (path for path in paths if any(_LIKE_A_TIME.match(text) for text in samples.get(path, ())))
    if "timestamp" not in found and (path := next(dated, "")):
        found = {"timestamp": path, **found}
    return {meaning: found[meaning] for meaning in _ASKED if meaning in found}


def _may_hold(meaning: str, path: str, samples: Mapping[str, Sequence[str]]) -> bool:
    """Whether what stands there can be meant: an object or a text is no count."""
    if meaning not in meters().by_name and meaning != "uncached_input_tokens":
        return True
    return path in samples and are_counts(samples[path])


def _named_otherwise(path: str, samples: Sequence[str]) -> str:
    """What a name may mean that is no name of it: Requests Used."""
    name = last_of(path).lower()
    if "model" in name or path.lower().endswith(("llm.name", "model.name", "model.id")):
        return "model"
    return "requests" if re.search("requests|calls", name) and are_counts(stated(samples)) and stated(samples) else ""


def _contradictions(meanings: Mapping[str, tuple[str, ...]]) -> tuple[Remark, ...]:
    """What of a row contradicts the rest of it, and how it is read."""
    if "thinking" not in meanings or "reasoning_tokens" not in meanings:
        return ()
    off = (meanings["thinking"], NO)
    reasoned = (Term(meanings["reasoning_tokens"]),)
    text = "say thinking is off and count reasoning tokens: read as thinking"
    return (Remark(text, Condition((off,), positive=(reasoned,))),)


def names_text() -> str:
    """The names that the plain table knows, for `costcalc formats show plain`."""
    lines = ["# A table whose column names say what they hold; case, spaces, dashes and underscores do not matter."]
    lines += [f"{meaning}: {', '.join(words.split())}" for meaning, words in SYNONYMS.items()]
    lines.append(f"# Yes or no to whether a row was of a batch: {', '.join(_BATCH)}.")
    lines.append("# Every other column is a dimension. `--map MEANING=COLUMN` names a column of your own.")
    return "\n".join(lines)


def _text(found: Understanding, meaning: str) -> Text:
    if meaning in found.constants:
        return Text(constant=found.constants[meaning])
    return Text(found.meanings[meaning]) if meaning in found.meanings else Text()


def _tier(found: Understanding) -> Text:
    stated = _text(found, "service_tier")
    if not found.batch:
        return stated
    return Text((found.batch,), values=tuple((yes, "batch") for yes in YES), otherwise="", after=stated)


def _time(found: Understanding) -> Time:
    columns = next(found.meanings[meaning] for meaning in _TIMES if meaning in found.meanings)
    return Time(columns, "plain", found.meanings.get("until", ()), "", found.pattern)


class _Counts:
    """The meters of a header. Cached tokens lie inside the input and reasoning inside the output, unless the names,
    or the total that a row states, say that they stand beside.
    """

    def __init__(self, found: Understanding) -> None:
        self.found = found
        self.by_meter = {
            name: self.terms(name) for name in meters().by_name if name in found.meanings and name != "requests"
        }
        timed = [term for name in ("cache_write_5m_tokens", "cache_write_1h_tokens") for term in self.terms(name)]
        if timed and "cache_write_tokens" not in found.meanings:
            self.by_meter["cache_write_tokens"] = tuple(timed)
        self.cached = (*self.by_meter.get("cache_read_tokens", ()), *self.by_meter.get("cache_write_tokens", ()))
        self.reasoning = self.by_meter.get("reasoning_tokens", ())
        self.output = self.by_meter.get("output_tokens", ())
        self.input = self.terms("input_tokens") or self.terms("uncached_input_tokens")

    def terms(self, meaning: str) -> tuple[Term, ...]:
        columns = self.found.meanings.get(meaning, ())
        times, written = self.found.times, self.found.written
        return tuple(Term((each,), times=times.get(each, 1), written=written.get(each, "")) for each in columns)

    @property
    def is_disjoint(self) -> bool:
        """Whether the names say that cached tokens stand beside the input."""
        return self.has_anthropic_names or (
            "uncached_input_tokens" in self.found.meanings and "input_tokens" not in self.found.meanings
        )

    @property
    def has_anthropic_names(self) -> bool:
        own = {name for name, written in ANTHROPIC.items() if self._is_called(name, written)}
        return "input_tokens" in own and len(own) > 1 and own >= {*ANTHROPIC} & {*self.found.meanings}

    def _is_called(self, meaning: str, written: str) -> bool:
        columns = self.found.meanings.get(meaning, ())
        return meaning not in self.found.mapped and [canonical(column) for column in columns] == [written]

    def meters(self) -> dict[str, tuple[Term | SummandBeside, ...]]:
        counts: dict[str, tuple[Term | SummandBeside, ...]] = {**self.by_meter}
        if self.is_disjoint:
            counts["input_tokens"] = (*self.input, *self.cached)
        elif self.input:
            counts["input_tokens"] = (*self.input, *self._beside(self.cached))
        if self.output:
            counts["output_tokens"] = (*self.output, *self._beside(self.reasoning))
        return counts

    def _beside(self, parts: tuple[Term, ...]) -> tuple[SummandBeside, ...]:
        if not parts or not self.found.total:
            return ()
        inside = (*self.input, *self.cached) if self.is_disjoint else self.input
        beside = ((*inside, *self.output, *parts), (*self.input, *self.cached, *self.output, *self.reasoning))
        return (SummandBeside(parts, Term((self.found.total,)), tuple(dict.fromkeys(beside))),)

    def total(self) -> Total | None:
        if not self.found.total or not (self.input or self.output):
            return None
        # Who writes a total beside Anthropic's names often adds up these two alone.
        return Total(Term((self.found.total,)), ((*self.input, *self.output),) if self.has_anthropic_names else ())

    def proofs(self) -> list[Remark]:
        """What is said of rows by their total: that parts stand beside, or that all they say is the total."""
        found = []
        if self.found.total and not (self.input or self.output):
            text = f"state their tokens in {self.found.total} alone, as neither input nor output: no figure counts them"
            found.append(Remark(text, Condition(positive=((Term((self.found.total,)),),))))
        pairs = [(self.reasoning, self.output)] + ([(self.cached, self.input)] if not self.is_disjoint else [])
        for parts, whole in pairs:
            if whole and (beside := self._beside(parts)):
                text = f"state {_listed([t.paths[0] for t in parts])} beside {whole[0].paths[0]}, as {self.found.total} proves"
                found.append(Remark(text, Condition(positive=(beside,))))
        return found

    def remarks(self) -> list[str]:
        names = [column for name in ANTHROPIC for column in self.found.meanings.get(name, ())]
        if self.has_anthropic_names:
            inside = ",".join(
                f"{name}={self.found.meanings[name][0]}" for name in ANTHROPIC if name in self.found.meanings
            )
            text = f"{_listed(names)} are Anthropic's own names, so cached tokens are added to the input"
            return [f"{text} (if they lie inside it: --map {inside})"]
        if self._is_mixed:
            aside = map_option("uncached_input_tokens", self.found.meanings["input_tokens"][0])
            return [f"cached tokens are taken to lie inside {names[0]} (if they stand beside it: {aside})"]
        return []

    @property
    def _is_mixed(self) -> bool:
        """Whether some names are Anthropic's and others are not."""
        own = [
            self._is_called(name, ANTHROPIC[name])
            for name in ("cache_read_tokens", "cache_write_tokens")
            if name in self.found.meanings
        ]
        return "input_tokens" in self.found.meanings and any(own) and not self.found.mapped & {*ANTHROPIC}


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _cost(found: Understanding) -> StatedCost | None:
    billed = _money(found, "billed_cost", "billed", "currency")
    return billed or _money(found, "cost", "computed", "currency")


def _money(found: Understanding, meaning: str, kind: str, currency: str) -> StatedCost | None:
    if meaning not in found.meanings:
        return None
    stated = found.currencies.get(meaning)
    currency_text = Text(constant=stated) if stated else _text(found, currency)
    return StatedCost(
        tuple(Term((column,)) for column in found.meanings[meaning]), kind, currency_text, none=("included",)
    )


def _require(found: Understanding, file: str, guessed: Mapping[str, str]) -> None:
    counted = set(meters().by_name) | {"uncached_input_tokens", "cost", "billed_cost"}
    token_counts = {name for name in found.meanings if name in counted}
    missing = []
    if not any(meaning in found.meanings for meaning in _TIMES):
        missing.append(("time", "timestamp, date or month"))
    if "model" not in {*found.meanings, *found.constants}:
        missing.append(("model", "model"))
    if not token_counts:
        missing.append(("count", "input_tokens, output_tokens, requests, gpu_hours or cost"))
    elif token_counts == {"requests"} and any("token" in name.lower() for name in (*found.dimensions, *found.dropped)):
        # Requests alone would price as 0 what a column of another name counts.
        missing.append(("tokens", "input_tokens, output_tokens"))
    stood = (column for columns in found.meanings.values() for column in columns)
    columns = (*stood, *found.dimensions, *sorted(found.dropped))
    if missing:
        raise CostcalcError([_missing(what, names, columns, file, guessed) for what, names in missing])


def _missing(what: str, names: str, columns: Sequence[str], file: str, guessed: Mapping[str, str]) -> Problem:
    meanings = names.replace(" or ", ", ").split(", ")
    likely = [(meaning, guessed[meaning]) for meaning in meanings if meaning in guessed]
    options = " ".join(map_option(*pair) for pair in likely) or f"--map {meanings[0]}=COLUMN"
    return Problem(
        "missing-column",
        f"no column says the {what}",
        Place(file, 1),
        expected=f"a column such as {names}",
        remedy=f"name it: {options} (columns: {', '.join(columns)})",
    )
