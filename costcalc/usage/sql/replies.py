"""Replies: the SQL that makes one line of those that repeat a reply, tell it in events, or sum several up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from costcalc.usage.formats.model import Events, GroupSums, Replies, ReplyId
from costcalc.usage.formats.paths import FILE, JsonColumns, SourceColumns, name_of, quoted, weight_of

if TYPE_CHECKING:
    from costcalc.usage.reading.readings import Reading
    from costcalc.usage.sql.engine import Engine

_TOLD = "lines that tell more of a reply (events of a stream)"
_REPEATED = "lines that repeat a reply: the last cumulative usage counts, once"
_SUMMED = "lines whose usage a result beside them says too, as a sum, or as its parts"


def reply_key(replies: Replies, columns: JsonColumns, objects: Sequence[str]) -> tuple[str, str]:
    """The name of a line's reply, NULL where it has none, and whether the line is no reply of its own.

    Lines of one name may be different replies: what else they must have in common is asked where names repeat.
    """
    later = f"{_kind(replies.events, columns)} = {quoted(replies.events.later)}" if replies.events else "false"
    sums = columns.parts_presence(replies.sums.parts) if replies.sums else None
    return _reply_key(replies, columns, objects)[0], f"(coalesce({later}, false) OR {sums or 'false'})"


def repeats(engine: Engine, reading: Reading, replies: Replies) -> dict[str, tuple[int, int]]:
    """How many lines are no replies of their own, by why, and the tokens that they hold beside those of the replies.

    The engine must keep the order of lines.
    """
    columns = _columns(reading)
    steps = _steps(replies, columns, reading.spec.search_for)
    counted = ", ".join(f"(SELECT count(*) FROM {name})" for name in ("told", "joined", "once", "kept"))
    sums = (("held", "once"), ("weight", "once"), ("weight", "kept"))
    counted += "".join(f", (SELECT coalesce(sum({name}), 0) FROM {step})" for name, step in sums)
    statement = f"WITH {steps} SELECT {counted}".replace("LINES", _lines(reading, columns))
    told, joined, once, kept, *tokens = map(int, engine.fetch(statement)[0])
    repeated, summed = tokens[0] - tokens[1], tokens[1] - tokens[2]
    return {_TOLD: (told - joined, 0), _REPEATED: (joined - once, repeated), _SUMMED: (once - kept, summed)}


def replies_of(replies: Replies, columns: JsonColumns, objects: Sequence[str]) -> str:
    """Of LINES, those that are replies of their own, each with the position of its file."""
    return f"(WITH {_steps(replies, columns, objects)} SELECT line, file FROM kept)"


def _columns(reading: Reading) -> JsonColumns:
    columns: SourceColumns = reading.columns()
    assert isinstance(columns, JsonColumns)
    return columns


def _lines(reading: Reading, columns: JsonColumns) -> str:
    from costcalc.usage.sql.engine import json_lines

    return json_lines(reading, columns)


def _steps(replies: Replies, columns: JsonColumns, objects: Sequence[str]) -> str:
    told = f"told AS MATERIALIZED (SELECT line, line.{FILE} AS file, row_number() OVER () AS n FROM LINES)"
    key = _reply_key(replies, columns, objects)
    weight = " + ".join(weight_of(column.text) for term in replies.largest if (column := columns.get(term.paths[0])))
    names = ", ".join(f"{sql} AS key_{i}" for i, sql in enumerate(key))
    grouped = ", ".join(f"key_{i}" for i in range(len(key)))
    alone = "CASE WHEN key_0 IS NULL THEN n END"
    once = (
        f"once AS MATERIALIZED (SELECT arg_max(line, (weight, n)) AS line, arg_max(file, (weight, n)) AS file,"
        f" max(weight) AS weight, sum(weight) AS held FROM (SELECT line, file, n, {names}, {weight or '0'} AS weight FROM joined)"
        f" GROUP BY {grouped}, {alone})"
    )
    kept = _kept(replies.sums, columns)
    return ", ".join([told, _joined(replies.events, columns, objects), once, kept])


def _reply_key(replies: Replies, columns: JsonColumns, objects: Sequence[str]) -> list[str]:
    """The reply's id, NULL for what has none, and what else its lines have in common."""
    found = [sql for name in replies.ids for sql in _ids(name, columns, objects)]
    same = [[column.text for path in paths if (column := columns.get(path))] for paths in replies.same]
    return [f"coalesce({', '.join([*found, 'NULL'])})", *(f"coalesce({', '.join([*texts, 'NULL'])})" for texts in same)]


def _ids(name: ReplyId, columns: JsonColumns, objects: Sequence[str]) -> list[str]:
    found = []
    for held, sql in columns.beside(objects, name.path):
        signs = [f"starts_with({sql}, {quoted(start)})" for start in name.begins]
        signs += [
            f"({other}) IS NOT NULL"
            for key in name.beside
            for there, other in columns.beside(objects, key)
            if there == held
        ]
        proven = f" AND ({' OR '.join(signs)})" if signs else ""
        found.append(f"CASE WHEN ({held}){proven} THEN {sql} END")
    return found


def _kind(events: Events, columns: JsonColumns) -> str:
    held = [f"/{events.within}.{path.removeprefix('/')}" for path in events.kind if events.within in columns.roots]
    texts = [column.text for path in (*held, *events.kind) if (column := columns.get(path))]
    return f"coalesce({', '.join([*texts, 'NULL'])})"


def _joined(events: Events | None, columns: JsonColumns, objects: Sequence[str]) -> str:
    """The first event of a reply with the usage of its last one; events that cannot be joined stay as they are."""
    if events is None:
        return "joined AS (SELECT line, file, n FROM told)"
    first, later = quoted(events.first), quoted(events.later)
    ends = column.text if (column := columns.get(events.ends)) else "NULL"
    inner = columns.tree.get(events.within)
    nodes = {"line": columns.tree} | ({f"line.{name_of(events.within)}": inner} if isinstance(inner, dict) else {})
    usage = [f"{sql}.{name_of(key)}" for sql, tree in nodes.items() for key in objects if key in tree]
    held = " OR ".join(f"{sql} IS NOT NULL" for sql in usage) or "false"
    fields = _fields(columns.tree, events.within, objects)
    numbered = (
        f"numbered AS (SELECT *, {_kind(events, columns)} AS kind, ({held}) AS held, ({ends}) IS NOT NULL AS ends,"
        f" count(*) FILTER ({_kind(events, columns)} = {first}) OVER (PARTITION BY file ORDER BY n ROWS UNBOUNDED PRECEDING) AS reply FROM told)"
    )
    # Two ends in one reply: streams that run into each other, which cannot be told apart.
    ending = (
        f"ending AS (SELECT file, reply, arg_max(line, n) AS last FROM numbered WHERE kind = {later} AND held AND reply > 0"
        f" GROUP BY file, reply HAVING count(*) FILTER (ends) <= 1)"
    )
    whole = (
        f"SELECT struct_pack({fields}) AS line, event.file, event.n FROM numbered AS event JOIN ending AS ends USING (file, reply)"
        f" WHERE event.kind = {first}"
    )
    part = f"(kind = {first} OR (kind = {later} AND held)) AND (file, reply) IN (SELECT (file, reply) FROM ending)"
    rest = f"SELECT line, file, n FROM numbered WHERE NOT coalesce({part}, false)"
    return f"{numbered}, {ending}, joined AS MATERIALIZED ({whole} UNION ALL {rest})"


def _fields(tree: Mapping[str, object], within: str, objects: Sequence[str], path: str = "") -> str:
    """The fields of a reply: those of its first event, with the usage objects of its last one."""
    found = []
    for key, inner in tree.items():
        name = name_of(key.removesuffix("[]").removesuffix("{}"))
        if key == within and isinstance(inner, dict) and inner:
            found.append(f"{name} := struct_pack({_fields(inner, '', objects, f'{path}.{name}')})")
        else:
            found.append(f"{name} := {'ends.last' if key in objects else 'event.line'}{path}.{name}")
    return ", ".join(found)


def _kept(sums: GroupSums | None, columns: JsonColumns) -> str:
    """Without what is told twice: a sum where its parts come to more, else the parts."""
    present = columns.parts_presence(sums.parts) if sums else None
    group = column.text if sums and (column := columns.get(sums.group)) else None
    if sums is None or not present or not group:
        return "kept AS (SELECT line, file, weight FROM once)"
    listed = f"map_values(line.{name_of(sums.parts.strip('/').removesuffix('{}'))})"
    each = " + ".join(weight_of(f"part.{name_of(name)}") for name in sums.counts)
    for name in sums.counts:
        columns.part_count(sums.parts, name)
    total = f"CASE WHEN {present} THEN list_sum(list_transform({listed}, lambda part: {each})) END"
    weighed = f"weighed AS (SELECT line, file, weight, {group} AS session, {total} AS total FROM once)"
    sessions = (
        "sessions AS (SELECT file, session, max(total) AS total, coalesce(sum(weight) FILTER (total IS NULL), 0) AS parts"
        " FROM weighed WHERE session IS NOT NULL GROUP BY file, session HAVING max(total) IS NOT NULL)"
    )
    # A result alone says what one call came to; beside messages it restates the sum of its session.
    larger = "weighed.total IS NULL OR sessions.parts = 0 OR weighed.total = sessions.total"
    stands = f"CASE WHEN sessions.total >= sessions.parts THEN (weighed.total IS NOT NULL OR weighed.weight = 0) AND ({larger}) ELSE weighed.total IS NULL END"
    kept = f"kept AS (SELECT line, file, weight FROM weighed LEFT JOIN sessions USING (file, session) WHERE sessions.total IS NULL OR {stands})"
    return f"{weighed}, {sessions}, {kept}"
