"""Rows: the SQL that brings one source's rows to the common columns of usage, each with a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from costcalc.meters import meters
from costcalc.records import dataclass
from costcalc.usage.formats.model import (
    Condition,
    Excess,
    FormatSpec,
    Long,
    Shape,
    StatedCost,
    SummandBeside,
    Term,
    Text,
    Time,
    Total,
)
from costcalc.usage.formats.paths import NO_OBJECT, PART, JsonColumns, SourceColumn, SourceColumns, quoted, weight_of
from costcalc.usage.formats.sumwords import words_of_all
from costcalc.usage.formats.uncounted import Watched, number_sql
from costcalc.usage.formats.unread import reads, repeats_of
from costcalc.usage.sql.cells import (
    amount_of,
    as_written,
    count_of,
    is_empty,
    longer_than_kept,
    many_of,
    says_nothing,
    scaled,
)
from costcalc.usage.sql.copies import compared_of, copy_columns, counts_of, keys_of, latest_of
from costcalc.usage.sql.replies import reply_key
from costcalc.usage.sql.times import time_sql, typed_time_sql

COUNTED = 0  # verdicts of a row
BAD_TIME, BAD_COUNT, BAD_COST, TOO_LARGE, NO_USAGE, MALFORMED, UNASSUMED, IN_PARTS, OUTSIDE = 1, 2, 3, 4, 5, 6, 7, 8, 9
FIRST_SKIP = 10  # 10 + n: left out by the format's n-th rule

# The parts of a whole that exclude each other: together they must not exceed it.
WHOLES = (
    (
        "input_tokens",
        ("cache_read_tokens", "cache_write_tokens", "audio_input_tokens", "image_input_tokens", "video_input_tokens"),
    ),
    ("output_tokens", ("reasoning_tokens",)),
    ("output_tokens", ("audio_output_tokens", "image_output_tokens")),
    ("cache_read_tokens", ("cache_read_explicit_tokens",)),
    ("cache_read_tokens", ("cache_read_audio_tokens",)),
    ("cache_write_tokens", ("cache_write_1h_tokens",)),
)

BY_WORD, WITHOUT_NAME = "word", "no name"  # how a row says in a dimension that it may sum others up
BETWEEN = "\x1f"  # between the texts of a row's dimensions

# Instants outside 2000–2100 are typing errors or written in another unit.
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
_DAY_SECONDS = 86_400
_ALIAS = re.compile(r"\bn[0-9]+\b")  # of a count
_TEXTS = ("provider", "service_tier", "region", "billed_meter")
_TRUE = ("true", "1", "yes", "on", "enabled", "t", "y")


@dataclass
class RowQuery:
    """The row-level SELECT. `columns` are the common columns it has; what is missing is unknown for every row."""

    sql: str
    columns: tuple[str, ...]
    meters: tuple[str, ...]
    constants: Mapping[str, str]  # common columns with one text for every row
    remarks: Mapping[int, str]  # position of a remark in the format → column that says whether it is true
    single: bool  # every row has one request's lengths
    one_each: bool  # every row is one request
    count_texts: Mapping[str, str]  # alias of a count → alias of its text, for diagnosis
    count_names: Mapping[str, str]  # alias of a count → the columns it was read from
    watched: tuple[str, ...] = ()  # columns that hold the numbers of what no figure counts; "" where there is none


@dataclass
class RowBuilder:
    """Writes the SELECT in steps: texts of the source, attempts to read numbers, counts, common columns, verdict."""

    spec: FormatSpec
    columns: SourceColumns
    relation: Callable[[], str]  # SQL of the source, after FROM; asked for when every path is known
    zone: str  # of times written without one
    dimensions: Sequence[str]
    since: tuple[int, int] | None = None  # first instant, and first naive day: rows that start before are left out
    until: tuple[int, int] | None = None  # the same for the end, exclusive
    carried: tuple[str, ...] = ()  # further SQL columns of the source to keep (the file's name, a row number)
    undated_as: int | None = None  # the UTC day (epoch seconds) of rows without a time, where the format allows them
    of_parts: bool = False  # rows are the members of a list
    watched: tuple[Watched | None, ...] = ()  # what is added up beside the figures; None: not in these rows
    decimal_comma: bool = False  # a table whose columns are parted by semicolons, since commas are in its numbers
    tells_copies: bool = True  # False: rows that say one usage again would only be noticed
    _texts: dict[str, str] = field(default_factory=dict)
    _attempts: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, str] = field(default_factory=dict)
    _count_names: dict[str, str] = field(default_factory=dict)
    _count_texts: dict[str, str] = field(default_factory=dict)
    _derived: dict[str, str] = field(default_factory=dict)

    def build(self) -> RowQuery:
        shapes = [None if shape.unseen else self._shape_columns(shape) for shape in self.spec.shapes]
        seen = [columns for columns in shapes if columns is not None]
        constants = self._constants()
        common = {
            name: self._by_shape(
                [columns.get(name) if columns else "" for columns in shapes], "0" if _is_count(name) else "NULL"
            )
            for name in dict.fromkeys(name for columns in seen for name in columns)
            if name not in constants
        }
        remarks = {i: f"remark_{i}" for i, remark in enumerate(self.spec.remarks) if remark.when and not self.of_parts}
        when = {name: self.condition(self.spec.remarks[i].when or Condition()) for i, name in remarks.items()}
        common |= {name: f"CASE WHEN {condition} THEN true ELSE false END" for name, condition in when.items()}
        if not self.of_parts and (doubted := _any([self.condition(when) for when in self.spec.doubtful])):
            common["doubted"] = doubted
        common |= self._sums()
        common |= self._watched_columns(common)
        common |= self._copy_columns()
        if self.spec.replies and isinstance(self.columns, JsonColumns):
            key, no_reply = reply_key(self.spec.replies, self.columns, self.spec.search_for)
            key, no_reply = (self._texts.setdefault(sql, f"a{len(self._texts)}") for sql in (key, no_reply))
            common["reply"] = (
                f"CASE WHEN {no_reply} THEN CAST(0 AS UBIGINT) WHEN {key} IS NOT NULL THEN hash({key}) END"
            )
        verdict = self._verdict(common)
        found_meters = tuple(name for name in meters().by_name if f"m_{name}" in common)
        return RowQuery(
            self._statement(common, verdict),
            tuple(common),
            found_meters,
            constants,
            remarks,
            all(self._is_one(shape) or shape.requests == "first" for shape in self._seen_shapes()),
            all(map(self._is_one, self._seen_shapes())),
            self._count_texts,
            self._count_names,
            tuple(f"uncounted_{i}" if f"uncounted_{i}" in common else "" for i in range(len(self.watched))),
        )

    def _copy_columns(self) -> dict[str, str]:
        """What tells a row's copies, where several rows may say one usage."""
        dedupe = self.spec.dedupe
        marked = self.spec.marks_copies and not isinstance(self.columns, JsonColumns)
        if dedupe is None or self.of_parts or (self.tells_copies and marked):
            return {}
        keys = keys_of(dedupe, self.column)
        if not self.tells_copies:
            return {"reply": f"CASE WHEN {keys[0]} IS NOT NULL THEN hash({keys[0]}) END"} if keys else {}
        # What is no count is refused where it stands; here it only says which of several rows that is.
        counts = [
            f"coalesce(CAST({self._attempt(x)} AS HUGEINT), {weight_of(x)})" for x in counts_of(dedupe, self.column)
        ]
        written = self.column("timestamp")
        moment = f"coalesce(epoch_us(TRY_CAST({written.text} AS TIMESTAMPTZ)), 0)" if written else "0"
        replay = self.column(dedupe.replay) if dedupe.replay else None
        parts = [self._texts.setdefault(sql, f"a{len(self._texts)}") for sql in self._lists()]
        latest, total = latest_of(dedupe, self.column), " + ".join(counts) or "0"
        told = copy_columns(keys, self.failed(), latest, total, moment, replay.sql if replay else "NULL", parts)
        return told | compared_of(dedupe, self.column) if told else {}

    def _sums(self) -> dict[str, str]:
        """Whether the row says in one of its dimensions that it sums the others up, or says nothing there; or all that it says."""
        texts = {path: column.text for path in self.spec.may_sum if (column := self.column(path))}
        if not texts:
            return {}
        empty = {path: is_empty(text) for path, text in texts.items()}
        if self.spec.tells_sums:
            said = (
                f"CASE WHEN {empty[path]} THEN '' ELSE lower(trim({texts[path]})) END" if path in texts else "''"
                for path in self.spec.may_sum
            )
            return {"sums": f" || {quoted(BETWEEN)} || ".join(said)}
        words = " OR ".join(
            f"coalesce(lower(trim({text})) IN ({', '.join(map(quoted, sorted(words_of_all(path))))}), false)"
            for path, text in texts.items()
        )
        return {
            "sums": f"CASE WHEN {words} THEN {quoted(BY_WORD)} WHEN {' OR '.join(empty.values())} THEN {quoted(WITHOUT_NAME)} ELSE '' END"
        }

    def failed(self) -> str:
        """Whether a row's call failed, as SQL; "" where none is known to."""
        return _any([self.condition(rule.when) for rule in self.spec.skip if rule.failed])

    def _has_shapes(self) -> bool:
        return len(self.spec.shapes) > 1 or self.spec.trimmed

    def _seen_shapes(self) -> list[Shape]:
        return [shape for shape in self.spec.shapes if not shape.unseen]

    # --- texts and counts ---------------------------------------------------------------------------------

    def column(self, path: str) -> SourceColumn | None:
        """The column of a path, under its name of the first step; None where the source lacks it."""
        found = self.columns.get(path)
        if found is None:
            return None
        return SourceColumn(self._texts.setdefault(found.sql, f"a{len(self._texts)}"), found.kind)

    def _number_text(self, path: str) -> SourceColumn | None:
        """The column of a number; it is none where its path ends too early, if the format wants that to be noticed."""
        found = self.columns.get(path) if self.spec.keeps_to_paths else None
        other = self.columns.in_the_way(path) if found else None
        if found is None or other is None:
            return self.column(path)
        text = f"coalesce({found.text}, CASE WHEN {other} THEN {quoted(NO_OBJECT)} END)"
        return SourceColumn(self._texts.setdefault(text, f"a{len(self._texts)}"))

    def text(self, text: Text) -> str | None:
        """A text of the row as SQL; None where the source cannot say it."""
        if text.constant is not None:
            return quoted(text.constant)
        if text.after is not None:
            choices = [sql for choice in (replace(text, after=None), text.after) if (sql := self.text(choice))]
            return " ".join(choices) if len(choices) < 2 else f"coalesce(nullif({choices[0]}, ''), {choices[1]})"
        found = self._first_text(text.paths)
        if found and text.take:
            found = f"nullif(regexp_extract({found}, {quoted(text.take)}, 1), '')"
        if found and text.spaces:
            found = f"regexp_replace(trim({found}), '\\s+', {quoted(text.spaces)}, 'g')"
        if found and (text.values or text.otherwise is not None):
            found = _mapped(found, text)
        return found

    def _first_text(self, paths: Iterable[str]) -> str | None:
        return _first_of([column.text for path in paths if (column := self.column(path))])

    def _first_number(self, paths: Iterable[str]) -> str | None:
        return _first_of([column.text for path in paths if (column := self._number_text(path))])

    def count(self, terms: Sequence[Term | Excess | SummandBeside], decimals: int = 0) -> str | None:
        """A sum of counts as SQL: NULL where one of them is no count; None where the source has none of them."""
        parts = []
        for term in terms:
            if isinstance(term, Excess):
                excess = self.count(term.terms)
                parts += [self._excess(term, excess)] if excess else []
                continue
            if isinstance(term, SummandBeside):
                beside = self._beside(term)
                parts += [f"+ {beside}"] if beside else []
                continue
            alias = self._count_alias(term, decimals)
            if alias:
                parts.append(f"{'-' if term.sign < 0 else '+'} {alias}")
        return " ".join(parts).removeprefix("+ ") or None

    def _excess(self, term: Excess, excess: str) -> str:
        if term.sign > 0:
            return f"+ greatest({excess}, 0)"
        # Nothing is too much for a whole that the object does not state.
        whole = self.count([replace(each, sign=1) for each in term.terms if each.sign < 0])
        return f"- CASE WHEN ({whole}) <> 0 THEN greatest({excess}, 0) ELSE 0 END" if whole else "- 0"

    def _beside(self, term: SummandBeside) -> str | None:
        added, stated = self.count(term.terms), self._stated(term.total)
        sums = [sql for terms in term.sums if (sql := self.count(terms))]
        if not added or not stated or not sums:
            return None
        proofs = " OR ".join(f"{stated} = {sql}" for sql in sums)
        return f"CASE WHEN ({added}) > 0 AND ({proofs}) THEN {added} ELSE 0 END"

    def _stated(self, term: Term) -> str | None:
        """The total that a row states; NULL where it states none, or none that is a number."""
        columns = [column for path in term.paths if (column := self.column(path))]
        if not columns:
            return None
        sql = self._count_sql(columns[0], 0)
        return self._counts.setdefault(sql, f"n{len(self._counts)}")

    def _count_alias(self, term: Term, decimals: int) -> str | None:
        paths = term.paths
        present = [column for path in paths if (column := self._number_text(path))]
        if not present:
            return None
        present = [SourceColumn(self._once(column.sql, paths), column.kind) for column in present]
        if len(present) > 1:
            filled = _first_filled([column.text for column in present])
            present = [SourceColumn(self._derived.setdefault(filled, f"x{len(self._derived)}"))]
        column = present[0]
        if term.written:
            plain = as_written(column.text, term.written)
            column = SourceColumn(self._derived.setdefault(plain, f"x{len(self._derived)}"))
        sql = self._count_sql(column, decimals)
        if term.times > 1:
            sql = many_of(sql, self._amount(column.text, signs=False), term.times)
        alias = self._counts.setdefault(sql, f"n{len(self._counts)}")
        self._count_names[alias] = " or ".join(path for path in paths if self.columns.get(path))
        self._count_texts[alias] = present[0].text
        return alias

    def _once(self, sql: str, paths: Sequence[str]) -> str:
        """What the line says of itself is counted with its first part."""
        return f"CASE WHEN part_no = 1 THEN {sql} END" if self.of_parts and not paths[0].startswith(PART) else sql

    def _count_sql(self, column: SourceColumn, decimals: int) -> str:
        x = column.sql
        if decimals:
            return scaled(column.text, decimals)
        if column.kind == "integer":
            return (
                f"CASE WHEN {x} IS NULL THEN 0 WHEN {x} BETWEEN 0 AND 999999999999999999 THEN CAST({x} AS BIGINT) END"
            )
        return self._text_count(column.text, is_text=column.kind == "text")

    def _text_count(self, x: str, is_text: bool = True) -> str:
        return count_of(x, self._attempt(x), self.decimal_comma, is_text)

    def _attempt(self, x: str) -> str:
        """The whole number that a text may be."""
        return self._attempts.setdefault(f"TRY_CAST({x} AS BIGINT)", f"v{len(self._attempts)}")

    # --- the common columns of one shape --------------------------------------------------------------------

    def _shape_columns(self, shape: Shape) -> dict[str, str]:
        texts = {
            "provider": shape.provider,
            "model": shape.model,
            "region": shape.region,
            "service_tier": shape.service_tier,
            "billed_meter": shape.billed_meter,
        }
        columns = {name: sql for name, text in texts.items() if (sql := self.text(text))}
        columns |= self._dimension_columns(shape)
        columns |= self._time_columns(shape.time)
        columns |= self._meter_columns(shape)
        columns |= self._lacks_tokens(shape, columns)
        columns |= self._thinking(shape, columns)
        columns |= self._total_columns(shape.total, columns)
        columns |= self._requests(shape)
        columns |= self._money_columns("cost", shape.cost)
        columns |= self._money_columns("revenue", shape.revenue)
        if shape.cost:
            columns["cost_kind"] = quoted(shape.cost.kind)
        if stated := self.text(shape.input_over):
            columns["input_over"] = f"TRY_CAST({stated} AS BIGINT)"
        return columns

    def _dimension_columns(self, shape: Shape) -> dict[str, str]:
        found = {}
        for position, name in enumerate(self.dimensions):
            sql = self.text(shape.dimensions[name]) if name in shape.dimensions else None
            if sql:
                found[f"d{position}"] = sql
        return found

    def _meter_columns(self, shape: Shape) -> dict[str, str]:
        declared = meters().by_name
        found = {}
        for name, terms in shape.meters.items():
            if sql := self.count(terms, declared[name].decimals):
                found[f"m_{name}"] = sql
        return found | self._long_columns(shape.long)

    def _lacks_tokens(self, shape: Shape, columns: Mapping[str, str]) -> dict[str, str]:
        """Whether a row states no count of tokens; a 0 is one. Few texts are asked: most rows have counted some."""
        known = meters().by_name
        counts = [sql for name, sql in columns.items() if name[:2] == "m_" and known[name[2:]].unit == "token"]
        names = dict.fromkeys(name for sql in counts for name in _ALIAS.findall(sql))
        if not names:
            return {"lacks_tokens": "true"}
        texts = [self._count_texts[name] for name in names if name in self._count_texts]
        none = map(is_empty, dict.fromkeys(texts))
        return {"lacks_tokens": f"CASE WHEN {' + '.join(names)} = 0 THEN {' AND '.join(none)} ELSE false END"}

    def _long_columns(self, long: Long | None) -> dict[str, str]:
        """A row that counts one class of usage adds to the class's meters."""
        if long is None or not (label := self.text(long.label)) or not (amount := self._first_text(long.amount.paths)):
            return {}
        chosen = f"CASE WHEN {self.condition(long.when)} THEN {amount} END"
        # A text under a name of its own, so that counts of other units are never read as counts.
        text = self._derived.setdefault(chosen, f"x{len(self._derived)}")
        count = self._counts.setdefault(self._text_count(text), f"n{len(self._counts)}")
        self._count_names[count], self._count_texts[count] = long.amount.paths[0], text
        found = {}
        for name in dict.fromkeys(name for _, names in long.classes for name in names):
            labels = ", ".join(quoted(written) for written, names in long.classes if name in names)
            found[f"m_{name}"] = f"CASE WHEN lower(trim({label})) IN ({labels}) THEN {count} ELSE 0 END"
        return found

    def _total_columns(self, total: Total | None, columns: Mapping[str, str]) -> dict[str, str]:
        """By how much the total that a row states differs from its input and output: `off`."""
        stated = self._stated(total.term) if total else None
        if total is None or stated is None:
            return {}
        counted = " + ".join(f"({columns[name]})" for name in ("m_input_tokens", "m_output_tokens") if name in columns)
        allowed = [sql for terms in total.also if (sql := self.count(terms))]
        fine = " OR ".join(f"{stated} = {sql}" for sql in ("0", counted or "0", *allowed))
        return {"off": f"CASE WHEN {fine} THEN 0 ELSE {stated} - ({counted or 0}) END"}

    def _watched_columns(self, columns: Mapping[str, str]) -> dict[str, str]:
        found = {}
        for i, seen in enumerate(self.watched):
            shapes = self._not_reading(seen.column) if seen and self.spec.objects else []
            if seen is None or (self.spec.objects and not shapes):
                continue
            if column := self.column(seen.column):
                number = self._once(number_sql(column.text), (seen.column,))
                found[f"uncounted_{i}"] = self._unread(seen, number, columns, shapes) if shapes else number
        return found

    def _unread(self, seen: Watched, number: str, columns: Mapping[str, str], shapes: Sequence[str]) -> str:
        """The number in rows whose shape does not read it, whose counts do not say it again, and that have no bill."""
        tests = [f"shape IN ({', '.join(shapes)})"] if self._has_shapes() else []
        meters_ = {name.removeprefix("m_"): name for name in columns if name.startswith("m_")}
        if again := repeats_of(seen, meters_):
            tests.append(f"{number} NOT IN ({', '.join(again)})")
        kind = quoted(constant) if (constant := self._constants().get("cost_kind")) else "cost_kind"
        if "cost" in columns:
            tests.append(f"NOT coalesce(cost IS NOT NULL AND {kind} = 'billed', false)")
        return f"CASE WHEN {' AND '.join(tests)} THEN {number} END" if tests else number

    def _not_reading(self, path: str) -> list[str]:
        return [str(i) for i, shape in enumerate(self.spec.shapes) if not shape.unseen and not reads(shape, path)]

    def _thinking(self, shape: Shape, columns: Mapping[str, str]) -> dict[str, str]:
        """The log says that requests were made in thinking mode, or counts reasoning."""
        found = {}
        if stated := self.text(shape.thinking):
            found["thinks"] = f"coalesce(lower({stated}) IN ({', '.join(quoted(word) for word in _TRUE)}), false)"
        if "m_reasoning_tokens" in columns:
            reasoning, output = columns["m_reasoning_tokens"], columns.get("m_output_tokens", "0")
            found["reasoned"] = f"coalesce({reasoning} > 0, false)"
            found["mostly_reasoned"] = f"coalesce({reasoning} > 0 AND {reasoning} * 2 >= {output}, false)"
        return found

    def _is_one(self, shape: Shape) -> bool:
        """Whether every row is one request."""
        ends = isinstance(shape.time, Time) and "ended" in self._time_columns(shape.time)
        return shape.requests == "one" or (shape.requests == "plain" and not ends)

    def _requests(self, shape: Shape) -> dict[str, str]:
        if self._is_one(shape):
            return {"requests": "1"}
        if shape.requests == "first":
            return {"requests": "CASE WHEN part_no = 1 THEN 1 ELSE 0 END"}
        if shape.requests == "plain":
            return {"requests": "CASE WHEN ended IS NULL THEN 1 END"}
        if isinstance(shape.requests, Term) and (column := self._first_number(shape.requests.paths)):
            counted = self.count((shape.requests,))
            # In this order: the words are looked for in few rows.
            known = f"CASE WHEN {column} IS NULL THEN NULL WHEN {counted} <> 0 THEN {counted} WHEN {says_nothing(column)} THEN NULL ELSE {counted} END"
            return {"requests": known, "requests_count": str(counted)}
        return {}

    def _money_columns(self, name: str, cost: StatedCost | None) -> dict[str, str]:
        if cost is None:
            return {}
        texts = [
            (term, self._once(text, term.paths)) for term in cost.terms if (text := self._first_number(term.paths))
        ]
        if not texts:
            return {}
        amounts = [(term, self._amount(text, cost.signs)) for term, text in texts]
        total = " ".join(f"{'-' if term.sign < 0 else '+'} coalesce({amount}, 0)" for term, amount in amounts)
        stated = " OR ".join(f"{amount} IS NOT NULL" for _, amount in amounts)
        wrong = " OR ".join(
            f"CASE WHEN {amount} IS NULL AND coalesce(trim({text}), '') <> '' THEN NOT {says_nothing(text, cost.none)} ELSE false END"
            for (_, text), (_, amount) in zip(texts, amounts, strict=True)
        )
        found = {
            name: amounts[0][1] if len(amounts) == 1 else f"CASE WHEN {stated} THEN {total.removeprefix('+ ')} END",
            f"{name}_wrong": f"({wrong})",
            f"{name}_text": " || ' + ' || ".join(f"nullif(trim({text}), '')" for _, text in texts),
            f"{name}_rounded": f"({' OR '.join(longer_than_kept(text) for _, text in texts)})",
        }
        if currency := self.text(cost.currency):
            found[f"{name}_currency"] = currency
        if cost.divisor != 1:
            found[f"{name}_divisor"] = str(cost.divisor)
        return found

    def _amount(self, text: str, signs: bool) -> str:
        """The amount that a text may be."""
        amount = amount_of(text, signs, self.decimal_comma)
        return self._attempts.setdefault(amount, f"v{len(self._attempts)}")

    # --- time -----------------------------------------------------------------------------------------------

    def _time_columns(self, time: Time | None) -> dict[str, str]:
        """`started` and `ended` in epoch seconds (NULL end: an instant) and `naive`: days without a zone."""
        if time and time.always:
            return {"started": str(time.always[0]), "ended": str(time.always[1]), "naive": "true", "time_text": "''"}
        column = next((found for path in time.paths if (found := self.column(path))), None) if time else None
        if time is None:
            return {}
        column = column or SourceColumn("CAST(NULL AS VARCHAR)")
        zone = time.zone or self.zone
        if column.kind != "text":
            return typed_time_sql(column, zone)
        text = self._first_text(time.paths) or column.sql
        columns = time_sql(time, text, zone) | {"time_text": text}
        if time.until and (end := self._first_text(time.until)):
            columns["ended"] = time_sql(time, end, zone)["started"]
            columns["until_text"] = end
        return self._dated(columns, text) if self.undated_as is not None else columns

    def _dated(self, columns: Mapping[str, str], text: str) -> dict[str, str]:
        """Rows without a time lie on the day of the file's last change."""
        day = self.undated_as or 0
        return {
            "started": f"CASE WHEN {text} IS NULL THEN {day} ELSE {columns['started']} END",
            "ended": f"CASE WHEN {text} IS NULL THEN {day + _DAY_SECONDS} ELSE {columns.get('ended', 'NULL')} END",
            "naive": f"({text} IS NULL OR {columns.get('naive', 'false')})",
            "undated": f"({text} IS NULL)",
            "time_text": text,
        }

    # --- verdict and statement --------------------------------------------------------------------------------

    def _verdict(self, common: Mapping[str, str]) -> str:
        cases = [("malformed", MALFORMED)] if self.columns.malformed() else []
        cases += [(self.condition(rule.when), FIRST_SKIP + i) for i, rule in enumerate(self.spec.skip)]
        if self._has_shapes():
            cases.append(("shape IS NULL", UNASSUMED if self.spec.trimmed else NO_USAGE))
        cases += [(sql, UNASSUMED) for sql in self._broken_assumptions()]
        if unforeseen := self.columns.unforeseen():
            cases.append((self._texts.setdefault(f"({unforeseen})", f"a{len(self._texts)}"), UNASSUMED))
        if self.spec.parts and not self.of_parts and (listed := self._list_presence()):
            cases.append((listed, IN_PARTS))
        cases.append((f"started IS NULL OR started NOT BETWEEN {_EARLIEST} AND {_LATEST}", BAD_TIME))
        if "ended" in common:
            cases.append(("ended <= started", BAD_TIME))
        if "until_text" in common:
            cases.append((f"ended IS NULL AND NOT {is_empty('until_text')}", BAD_TIME))
        cases += [(sql, OUTSIDE) for sql in self._outside("naive" in common)]
        counts = [name for name in common if _is_count(name)]
        if counts:
            cases.append((f"({' + '.join(counts)}) IS NULL", BAD_COUNT))
        cases += [(name, BAD_COST) for name in ("cost_wrong", "revenue_wrong") if name in common]
        cases += [(sql, TOO_LARGE) for sql in _contradictions(common)]
        written = " ".join(f"WHEN {sql} THEN {code}" for sql, code in cases if sql)
        return f"CASE {written} ELSE {COUNTED} END"

    def _broken_assumptions(self) -> list[str]:
        unseen = [str(i) for i, shape in enumerate(self.spec.shapes) if shape.unseen]
        found = [f"shape IN ({', '.join(unseen)})"] if unseen else []
        for i, shape in enumerate(self.spec.shapes):
            for required in (shape.model, shape.service_tier):
                text = self.text(required) if required.required and not shape.unseen else None
                if text:
                    single = not self._has_shapes()
                    found.append(f"{text} IS NULL" if single else f"(shape = {i} AND {text} IS NULL)")
        return found

    def _outside(self, some_naive: bool) -> list[str]:
        found = []
        for sign, bound in (("<", self.since), (">=", self.until)):
            if bound:
                limit = f"CASE WHEN naive THEN {bound[1]} ELSE {bound[0]} END" if some_naive else str(bound[0])
                found.append(f"started {sign} {limit}")
        return found

    def condition(self, condition: Condition) -> str:
        """The condition over the source's texts as SQL; "false" where it names a path that the source lacks."""
        parts = []
        for part in self._parts_of(condition):
            if part == "false":
                return "false"
            parts.append(f"coalesce({part}, false)")
        return " AND ".join(parts) or "true"

    def _parts_of(self, condition: Condition) -> Iterator[str]:
        yield from (self._presence(paths) or "false" for paths in condition.present)
        yield from (self._is_one_of(paths, values) for paths, values in condition.where)
        yield from (f"NOT coalesce({self._is_one_of(paths, values)}, false)" for paths, values in condition.lacks)
        yield from (f"NOT ({sql})" for paths in condition.absent if (sql := self._presence(paths)))
        yield from (sql for paths in condition.zero if (sql := self._is_zero(paths)) != "true")
        yield from (self._is_positive(terms) for terms in condition.positive)
        yield from (f"({sum_}) = 0" for terms in condition.sums_to_zero if (sum_ := self.count(terms)))

    def _is_one_of(self, paths: Sequence[str], values: Sequence[str]) -> str:
        text = self._first_text(paths)
        if not text:
            return "false"
        return f"({' OR '.join(_is_like(text, value) for value in values)})"

    def _presence(self, paths: Sequence[str]) -> str | None:
        found = [sql for path in paths if (sql := self.columns.presence(path))]
        if not found:
            return None
        return self._texts.setdefault(f"({' OR '.join(found)})", f"a{len(self._texts)}")

    def _list_presence(self) -> str | None:
        listed = " OR ".join(self._lists())
        return self._texts.setdefault(listed, f"a{len(self._texts)}") if listed else None

    def _lists(self) -> list[str]:
        """For each list of parts whether the row has members of it."""
        return [sql for parts in self.spec.parts if (sql := self.columns.parts_presence(parts.list))]

    def _is_zero(self, paths: Sequence[str]) -> str:
        text = self._first_text(paths)
        if not text:
            return "true"
        number = f"TRY_CAST({text} AS DECIMAL(38,24))"
        return f"CASE WHEN {number} IS NOT NULL THEN {number} = 0 ELSE {is_empty(text)} END"

    def _is_positive(self, terms: Sequence[Term | SummandBeside]) -> str:
        if len(terms) > 1 or isinstance(terms[0], SummandBeside):
            return f"({sum_}) > 0" if (sum_ := self.count(terms)) else "false"
        text = self._first_text(terms[0].paths)
        return f"TRY_CAST({text} AS DECIMAL(38,24)) > 0" if text else "false"

    def _by_shape(self, expressions: Sequence[str | None], missing: str) -> str:
        """One expression for the rows of every shape; "" stands for a shape that no counted row has."""
        asked = {sql or missing for sql in expressions if sql != ""}
        if len(asked) == 1:
            return asked.pop()
        cases = " ".join(f"WHEN {i} THEN {sql}" for i, sql in enumerate(expressions) if sql)
        return f"CASE shape {cases} ELSE {missing} END"

    def _constants(self) -> dict[str, str]:
        """Texts that every shape states as the same constant: no group key is needed for them."""
        shapes = self._seen_shapes()
        said = {name: [getattr(shape, name).constant for shape in shapes] for name in _TEXTS}
        said["cost_kind"] = [shape.cost and shape.cost.kind for shape in shapes]
        said["cost_currency"] = [shape.cost and shape.cost.currency.constant for shape in shapes]
        return {name: texts[0] for name, texts in said.items() if texts[0] is not None and len({*texts}) == 1}

    def _statement(self, common: Mapping[str, str], verdict: str) -> str:
        shape = ""
        if self._has_shapes():
            cases = " ".join(f"WHEN {self.condition(s.when)} THEN {i}" for i, s in enumerate(self.spec.shapes))
            shape = f", CASE {cases} END AS shape"
        carried = "".join(f", {column}" for column in self.carried)
        malformed = self.columns.malformed()
        if malformed:
            carried += f", ({malformed}) AS malformed"
        if self.of_parts:
            carried += ", part_no"
        texts = ", ".join(f"{sql} AS {alias}" for sql, alias in self._texts.items()) or "1 AS nothing"
        derived = "".join(f", {sql} AS {alias}" for sql, alias in self._derived.items())
        attempts = "".join(f", {sql} AS {alias}" for sql, alias in self._attempts.items())
        counts = "".join(f", {sql} AS {alias}" for sql, alias in self._counts.items())
        late = {name: sql for name, sql in common.items() if name == "requests" or name.startswith("uncounted_")}
        early = ", ".join(f"{sql} AS {name}" for name, sql in common.items() if name not in late)
        after = "".join(f", {sql} AS {name}" for name, sql in late.items())
        if "ended" not in common:
            early += ", CAST(NULL AS BIGINT) AS ended"
        return (
            f"WITH texts AS (SELECT {texts}{carried} FROM {self.relation()}), "
            f"derived AS (SELECT *{derived} FROM texts), "
            f"attempts AS (SELECT *{attempts} FROM derived), "
            f"counts AS (SELECT *{counts} FROM attempts), "
            f"shaped AS (SELECT *{shape} FROM counts), "
            f"common AS (SELECT *, {early} FROM shaped) "
            f"SELECT *{after}, {verdict} AS verdict FROM common"
        )


class _AtSource(RowBuilder):
    """Conditions over the source's own columns, before the first step."""

    def column(self, path: str) -> SourceColumn | None:
        return self.columns.get(path)

    def _presence(self, paths: Sequence[str]) -> str | None:
        return " OR ".join(f"({sql})" for path in paths if (sql := self.columns.presence(path))) or None


def failed_at_source(spec: FormatSpec, columns: SourceColumns) -> str:
    """Whether a row's call failed, over the source's own columns; "" where none is known to."""
    return _AtSource(spec, columns, str, "", ()).failed()


def _any(tests: Iterable[str]) -> str:
    return " OR ".join(f"({test})" for test in tests if test != "false")


def _first_of(texts: Sequence[str]) -> str | None:
    return f"coalesce({', '.join(texts)})" if len(texts) > 1 else next(iter(texts), None)


def _is_like(text: str, value: str) -> str:
    """Whether the text is this value: `*it*` contains it, `it*` begins with it, and `?` is any one sign."""
    text = f"lower({text})" if value.upper() != value else text  # digits have no case
    if "?" in value:
        return f"{text} LIKE {quoted(value.replace('?', '_'))}"
    if value.startswith("*"):
        return f"contains({text}, {quoted(value.strip('*'))})"
    if value.endswith("*"):
        return f"starts_with({text}, {quoted(value[:-1])})"
    return f"{text} = {quoted(value)}"


def _first_filled(texts: Sequence[str]) -> str:
    """The first count that is not zero; a zero under one name never beats what another one holds."""
    first, others = texts[0], ", ".join(f"nullif({text}, '0')" for text in texts[1:])
    return f"CASE WHEN {first} <> '0' THEN {first} ELSE coalesce({others}, {', '.join(texts)}) END"


def _is_count(name: str) -> bool:
    return name.startswith("m_") or name == "requests_count"


def _mapped(sql: str, text: Text) -> str:
    cases = " ".join(f"WHEN {quoted(written)} THEN {quoted(meant)}" for written, meant in text.values)
    other = quoted(text.otherwise) if text.otherwise is not None else sql
    meant = f"CASE lower(trim({sql})) {cases} ELSE {other} END" if cases else other
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {meant} END"


def _contradictions(common: Mapping[str, str]) -> list[str]:
    found = [f"{name} < 0" for name in common if name.startswith("m_") and "-" in common[name]]
    for whole, parts in WHOLES:
        stated = [f"m_{part}" for part in parts if f"m_{part}" in common]
        if stated:
            found.append(f"{' + '.join(stated)} > {f'm_{whole}' if f'm_{whole}' in common else '0'}")
    return found
