"""Diagnosis: the slow second reading of files with refused rows. It names the file, the line and what is wrong there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from costcalc.jsondoc import read_json
from costcalc.money import MAY_BE_THOUSANDS, may_be, two_readings
from costcalc.problems import Place, Problem
from costcalc.records import dataclass
from costcalc.usage.files.longlines import TOO_LONG
from costcalc.usage.files.records import Record, rows_at
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats import plain
from costcalc.usage.formats.dates import likely_pattern
from costcalc.usage.formats.model import AS, WRITTEN
from costcalc.usage.formats.paths import NO_LIST, NO_OBJECT, is_list_inside
from costcalc.usage.formats.uncounted import map_option
from costcalc.usage.limits import LONGEST_LINE
from costcalc.usage.reading.readings import Reading
from costcalc.usage.sql.cells import AMBIGUOUS
from costcalc.usage.sql.engine import Engine
from costcalc.usage.sql.rows import (
    BAD_COST,
    BAD_COUNT,
    BAD_TIME,
    MALFORMED,
    NO_USAGE,
    TOO_LARGE,
    WHOLES,
    RowQuery,
)
from costcalc.usage.sql.times import NO_ZONE

MOST_PROBLEMS = 20  # of one scan
_EXCERPT = 160  # characters of a line that are shown
_LONGEST_VALUE = 30  # characters of a number or time that is shown
_SHOWN = ("time_text", "until_text", "cost_text", "revenue_text", "cost_wrong")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that the engine did not count: its number in the file, the verdict, and the values that led to it."""

    number: int
    verdict: int
    values: Mapping[str, Any]


def refused_rows(
    engine: Engine, rows: RowQuery, verdicts: Collection[int], where: str, most: int | None
) -> list[Refused]:
    """The rows of one file with these verdicts, in the file's order. `rows` must carry `record`, the row's number."""
    shown = shown_columns(rows)
    columns = "".join(f", {sql}" for sql in shown.values())
    chosen = ", ".join(map(str, sorted(verdicts)))
    limit = f" LIMIT {most}" if most is not None else ""
    statement = (
        f"SELECT record, verdict{columns} FROM ({rows.sql}) WHERE verdict IN ({chosen}){where} ORDER BY record{limit}"
    )
    with engine.in_order():
        found = engine.fetch(statement)
    return [Refused(row[0], row[1], dict(zip(shown, row[2:], strict=True))) for row in found]


def shown_columns(rows: RowQuery) -> dict[str, str]:
    """What is asked of a refused row: names, and their SQL."""
    shown = {name: name for name in (*(s for s in _SHOWN if s in rows.columns), *(f"m_{name}" for name in rows.meters))}
    return shown | {count: f"CASE WHEN {count} IS NULL THEN {text} END" for count, text in rows.count_texts.items()}


def problems_of(
    found: Sequence[Refused], rows: RowQuery, reading: Reading, source: ReadableFile, rejected: Collection[int]
) -> list[Problem]:
    """Each refused row as a problem with its line. `rejected`: as in `rows_at`."""
    records = rows_at(source, {row.number for row in found}, rejected)
    problems = []
    for row in found:
        record = records.get(row.number)
        if record and source.kind == "table" and source.lines:
            record = replace(record, line=source.lines[row.number - 1])
        problems.append(_problem(row, rows, reading, source, record))
    return problems


def _problem(row: Refused, rows: RowQuery, reading: Reading, source: ReadableFile, record: Record | None) -> Problem:
    if row.verdict == MALFORMED and record:
        return malformed_line(source, record)
    problem, text = explained(row, rows, reading)
    if source.kind in ("frame", "parquet"):
        problem = replace(problem, message=f"row {row.number:,}: {problem.message}")
    return placed(problem, source, record, text)


def explained(row: Refused, rows: RowQuery, reading: Reading) -> tuple[Problem, str]:
    """What is wrong with the row, and the text that is."""
    problem, text = EXPLAINED[row.verdict](row, rows, reading)
    if text.startswith("="):
        problem = replace(problem, remedy="open the file in a spreadsheet program and save it, which computes formulas")
    return problem, text


def placed(problem: Problem, source: ReadableFile, record: Record | None, text: str = "") -> Problem:
    """The problem at its line; the text that is wrong is shown and underlined if it can be found there.

    Nothing else of the line is: a log holds prompts, keys and addresses, and errors are sent on.
    """
    if record is None:
        return replace(problem, place=Place(source.shown))
    line = record.text.split("\n", 1)[0]
    start = _place_of(text, line) if text else -1
    if start < 0:
        return replace(problem, place=Place(source.shown, record.line))
    before = min(start, _EXCERPT // 2)
    excerpt = "…".rjust(before) * bool(before) + text + "…" * (len(line) > start + len(text))
    return replace(
        problem, place=Place(source.shown, record.line, before + 1), excerpt=excerpt[:_EXCERPT], width=max(1, len(text))
    )


def _place_of(text: str, line: str) -> int:
    alone = re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.])", line)
    return alone.start() if alone else line.find(text)


def _is_shown(text: str) -> bool:
    """Whether a value that is wrong may be repeated: a slip in a number or a time, or one word. A prompt or a key is neither."""
    letters = sum(map(str.isalpha, text))
    is_figure = any(map(str.isdigit, text)) and 2 * letters <= len(text)
    return len(text) <= _LONGEST_VALUE and (is_figure or re.fullmatch(r"[^\W\d_]{0,12}", text.strip()) is not None)


def _said(text: str) -> str:
    if text == NO_OBJECT:
        return "what stands where an object should be"
    if text.startswith("="):
        return "a formula whose value is not in the file"
    return f'"{text}"' if _is_shown(text) else f"a text of {len(text):,} characters"


def _underlined(text: str) -> str:
    return text if _is_shown(text) or text.startswith("=") else ""


def _bad_time(row: Refused, rows: RowQuery, reading: Reading) -> tuple[Problem, str]:
    text, until = row.values.get("time_text"), row.values.get("until_text")
    if text is None:
        message = "the row says no time"
    elif until is not None:
        message = f"{_said(text)} to {_said(until)} is not a span of time"
    else:
        message = f"{_said(text)} is not a time"
    if wrong := next((each for each in (text, until) if each and re.search(NO_ZONE, each)), None):
        return _no_zone(wrong), _underlined(wrong)
    times = [path for shape in reading.spec.shapes for path in (shape.time.paths if shape.time else ())]
    written = {name.lower() for name in reading.sources[0].header or reading.sources[0].scalars}
    column = next((reading.shown_column(path) for path in times if path.lower() in written), "COLUMN")
    pattern = likely_pattern(text or "")
    expected = "an instant (2026-09-01T10:00:00Z), Unix seconds, a day (2026-09-01) or a month (2026-09), 2000 to 2100"
    return Problem(
        "bad-time",
        message,
        expected=expected,
        remedy="write the time in one of these ways, or say how it is written:"
        f" {map_option('timestamp' if '%H' in pattern else 'date', f'{column}{AS}{pattern}')}",
    ), _underlined(text or "")


def _no_zone(text: str) -> Problem:
    return Problem(
        "bad-time",
        f"{_said(text)} is of a zone that no clock has",
        expected="a zone from -14:00 to +14:00, such as Z or +08:00",
        remedy="correct the zone: the time would be moved by it",
    )


def _bad_count(row: Refused, rows: RowQuery, reading: Reading) -> tuple[Problem, str]:
    found = ((name, row.values[alias]) for alias, name in rows.count_names.items() if row.values.get(alias) is not None)
    path, text = next(found, ("a count", ""))
    name = reading.shown_column(path)
    whole = str(text).strip()
    is_open = re.fullmatch(AMBIGUOUS, whole.replace(",", "."))
    if whole == NO_OBJECT:
        return _no_object(name), ""
    said = _said_inside(whole) if "[" in path and is_list_inside(path) else _said(str(text))
    return (
        Problem(
            "bad-count",
            f"{name}: {said} {may_be(whole.replace(',', '.')) if is_open else 'is not a count'}",
            expected="a whole number of at most 18 digits, such as 1234, 1,234 or 1e6; empty means 0",
            remedy=_count_remedy(whole, path, reading),
        ),
        _underlined(str(text)),
    )


def _count_remedy(text: str, column: str, reading: Reading) -> str:
    meaning = reading.meanings.get(column)
    if meaning is None or reading.spec.name != plain.NAME or not re.fullmatch(r"[1-9]\d{0,2}([.,]\d{3})+", text):
        return "correct the number; costcalc does not round or guess counts"
    parted, decimal = WRITTEN[::2] if "." in text else WRITTEN[1::2]
    whole, *more = re.split("[.,]", text)
    ways = [f"{map_option(meaning, f'{column}{AS}{parted}')} if it is {whole}{''.join(more)}"]
    if more == ["000"]:
        ways.append(f"{map_option(meaning, f'{column}{AS}{decimal}')} if it is {whole}")
    return f"say how its numbers are written: {', '.join(ways)}"


def _no_object(name: str) -> Problem:
    return Problem(
        "bad-count",
        f"{name}: what stands where an object should be holds no count",
        expected="an object on the way to the count, or nothing (empty, null, [])",
        remedy="correct the row, or name a path that every row has",
    )


def _said_inside(total: str) -> str:
    return "what stands where the list should be" if total == str(NO_LIST) else "a member of the list"


def _bad_cost(row: Refused, rows: RowQuery, reading: Reading) -> tuple[Problem, str]:
    which = "cost" if row.values.get("cost_wrong") or "revenue_text" not in row.values else "revenue"
    text = row.values.get(f"{which}_text") or ""
    whole = text.strip().lstrip("-")
    is_open = re.fullmatch(MAY_BE_THOUSANDS, whole)  # refused only where commas are decimal ones
    small, large = two_readings(whole)
    return (
        Problem(
            "bad-cost",
            f"{which}: {_said(text)} {may_be(whole) if is_open else 'is not an amount of money'}",
            expected="a decimal number such as 0.0031 or 7.75e-06, without a currency sign",
            remedy=f"write {large}, or {small.replace('.', ',')}"
            if is_open
            else "write the number alone, with a decimal point, and its currency in a column of its own",
        ),
        _underlined(text),
    )


def _too_large(row: Refused, rows: RowQuery, reading: Reading) -> tuple[Problem, str]:
    counts = {name: row.values[f"m_{name}"] for name in rows.meters}
    negative = next((name for name, count in counts.items() if count is not None and count < 0), None)
    if negative:
        message = f"{negative} would be {counts[negative]:,}: more was taken off than there is"
    else:
        message = next(_larger_than_whole(counts), "a part is larger than its whole")
    remedy = (
        _beside_remedy(message, reading)
        if reading.spec.name == plain.NAME
        else "the log contradicts itself here: look at how it was written"
    )
    return Problem("part-larger-than-whole", message, expected="parts that lie inside their whole", remedy=remedy), ""


def _beside_remedy(message: str, reading: Reading) -> str:
    """The option that says that parts stand beside their whole."""
    column = {meaning: column for column, meaning in reading.meanings.items()}
    if "cache" in message and "input_tokens" in column:
        option = map_option("uncached_input_tokens", column["input_tokens"])
        return f"if cached tokens stand beside the input in this log, say so: {option}"
    if message.startswith("reasoning_tokens") and "output_tokens" in column:
        option = map_option("output_tokens", f"{column['output_tokens']}+{column['reasoning_tokens']}")
        return f"if reasoning stands beside the output in this log, say so: {option}"
    return "correct the row, or tell which column holds the whole: --map"


def _larger_than_whole(counts: Mapping[str, int]) -> Any:
    for whole, parts in WHOLES:
        stated = {name: counts[name] for name in parts if counts.get(name)}
        if sum(stated.values()) > counts.get(whole, 0):
            sums = " + ".join(f"{name} {count:,}" for name, count in stated.items())
            yield f"{sums} is more than {whole} {counts.get(whole, 0):,}"


def _no_usage(row: Refused, rows: RowQuery, reading: Reading) -> tuple[Problem, str]:
    return unknown_usage(), ""


def unknown_usage() -> Problem:
    """A line that carries a usage object which no shape of the format knows."""
    return Problem(
        "no-usage-found",
        "the line has a usage object, but none of its counters is known here",
        expected="the counters of a provider that `costcalc formats show raw-responses` lists",
        remedy="report the shape, or turn the log into a plain table",
    )


EXPLAINED = {
    BAD_TIME: _bad_time,
    BAD_COUNT: _bad_count,
    BAD_COST: _bad_cost,
    TOO_LARGE: _too_large,
    NO_USAGE: _no_usage,
}


def malformed_line(source: ReadableFile, record: Record) -> Problem:
    """A line that is not JSON: cut off at the end of the file, or broken in the middle."""
    try:
        read_json(record.raw)
        reason, position = "it is not an object with keys", 0
    except UnicodeDecodeError:
        reason, position = "it is not UTF-8 text", 0
    except ValueError as error:
        reason, position = getattr(error, "msg", str(error)), getattr(error, "pos", 0)
    text = record.text
    if text == TOO_LONG:
        problem = Problem(
            "malformed-json",
            f"the line is longer than {LONGEST_LINE >> 20} MiB",
            expected="one JSON object a line",
            remedy="leave out what is in it besides usage; the other lines are counted",
        )
    elif _is_cut(reason, position, text):
        problem = Problem(
            "truncated-json",
            "the line ends in the middle of its JSON",
            expected="a whole JSON object",
            remedy="copy the log again when it is complete; the lines before it are counted",
        )
    else:
        problem = Problem(
            "malformed-json",
            f"the line is not JSON: {reason[:1].lower()}{reason[1:]}",
            expected="one JSON object a line",
            remedy="correct or remove the line; the others are counted",
        )
    return placed(problem, source, record)


def _is_cut(reason: str, position: int, text: str) -> bool:
    return text.lstrip().startswith(("{", "[")) and (
        position >= len(text.rstrip()) - 1 or reason.startswith("Unterminated")
    )


def malformed_row(source: ReadableFile, record: Record, fields: int | None) -> Problem:
    """A row of a table that has not the columns of the header."""
    if len(record.raw) >= LONGEST_LINE:
        message = f"the row is longer than {LONGEST_LINE >> 20} MiB"
    elif fields is None:
        message = "the row's quotes are not closed, or stand inside a field"
    elif fields == len(source.header):
        message = "the row is not UTF-8 text"
    else:
        message = f"the row has {fields} columns, the header has {len(source.header)}"
    return placed(
        Problem(
            "malformed-row",
            message,
            expected=f'{len(source.header)} columns, separated by "{source.delimiter}"'.replace('"\t"', "tabs"),
            remedy="correct or remove the row; the others are counted",
        ),
        source,
        record,
    )
