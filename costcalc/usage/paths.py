"""Paths: where the paths of a format lie in a source, as SQL over the table's columns or over typed JSON lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

_FILTERED = re.compile(r"(?P<list>[^\[\]]+)\[(?P<key>[^=\]]+)=(?P<value>[^\]]*)\]\.(?P<leaf>.+)")
_INSIDE = "::"  # `metadata::spend`: a text that holds JSON
PART = "*."  # a path of the part, not of the line


def quoted(text: str) -> str:
    """The text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def name_of(identifier: str) -> str:
    """The name as an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Column:
    """One column or leaf: the SQL that yields it and the type it comes in."""

    sql: str
    kind: str = "text"  # "text", "integer", "number", "instant", "naive" (a timestamp without a zone), "day", "flag"

    @property
    def text(self) -> str:
        return self.sql if self.kind == "text" else f"CAST({self.sql} AS VARCHAR)"


class Columns(Protocol):
    """What a row builder asks of a source."""

    def get(self, path: str) -> Column | None:
        """The column of a path; None where the source cannot have it."""

    def presence(self, path: str) -> str | None:
        """SQL that says whether the path is there at all; None where the source cannot have it."""

    def parts_presence(self, path: str) -> str | None:
        """SQL that says whether the list of parts has members."""

    def malformed(self) -> str | None:
        """SQL that is true of rows that could not be read; None where the engine rejects them itself."""


@dataclass
class TableColumns:
    """The columns of a table, found by name: as written, or in lower case."""

    columns: Mapping[str, Column]

    def get(self, path: str) -> Column | None:
        base, _, inside = path.partition(_INSIDE)
        found = self.columns.get(base) or self.columns.get(base.lower())
        if found and inside:
            return Column(_json_member(found.text, inside))
        return found

    def presence(self, path: str) -> str | None:
        found = self.get(path)
        return f"{found.sql} IS NOT NULL" if found else None

    def parts_presence(self, path: str) -> str | None:
        return None

    def malformed(self) -> str | None:
        return None


@dataclass
class JsonColumns:
    """The leaves of JSON lines. Asking for a path adds it to the types that the lines are read with."""

    roots: Sequence[str] = (".",)
    part_list: str = ""  # path of the list whose members are read one by one
    tree: dict[str, object] = field(default_factory=dict)  # key → inner tree; an empty tree is a leaf

    def get(self, path: str) -> Column | None:
        base, _, inside = path.partition(_INSIDE)
        filtered = _FILTERED.fullmatch(base)
        if filtered:
            return self._filtered(filtered)
        found = self._part_leaf(base) if base.startswith(PART) else self._leaves(base)
        if not found:
            return None
        sql = found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
        return Column(_json_member(sql, inside) if inside else sql)

    def presence(self, path: str) -> str | None:
        if _FILTERED.fullmatch(path) or path.startswith(PART):
            column = self.get(path)
            return f"{column.sql} IS NOT NULL" if column else None
        found = self._leaves(path)
        return " OR ".join(f"{sql} IS NOT NULL" for sql in found) or None

    def parts_presence(self, path: str) -> str | None:
        found = [sql for steps in self._absolute(path) if (sql := self._node([*steps[:-1], f"{steps[-1]}[]"]))]
        return " OR ".join(f"coalesce(len({sql}), 0) > 0" for sql in found) or None

    def malformed(self) -> str | None:
        return " AND ".join(f"line.{name_of(key.removesuffix('[]'))} IS NULL" for key in self.tree) or "false"

    def types(self) -> str:
        """The columns of the lines, for the engine: `{"usage": 'STRUCT(…)'}`."""
        return (
            "{"
            + ", ".join(
                f"{name_of(key.removesuffix('[]'))}: {quoted(_type(tree) + ('[]' if key.endswith('[]') else ''))}"
                for key, tree in self.tree.items()
            )
            + "}"
        )

    def list_sql(self) -> str:
        """The list of parts, from whichever root has it; the parts' own paths are added to its type."""
        found = [
            sql for steps in self._absolute(self.part_list) if (sql := self._node([*steps[:-1], f"{steps[-1]}[]"]))
        ]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    def _part_leaf(self, path: str) -> list[str]:
        leaf = path.removeprefix(PART).split(".")
        for steps in self._absolute(self.part_list):
            self._node([*steps[:-1], f"{steps[-1]}[]", *leaf])
        return [f"part.{_dotted(leaf)}"]

    def _leaves(self, path: str) -> list[str]:
        return [sql for steps in self._absolute(path) if (sql := self._node(steps))]

    def _absolute(self, path: str) -> list[list[str]]:
        if path.startswith("/"):
            return [path[1:].split(".")]
        return [(path if root == "." else f"{root}.{path}").split(".") for root in self.roots]

    def _node(self, steps: Sequence[str]) -> str | None:
        """SQL of the node at these steps, which is added to the tree; None where another spelling is there already."""
        tree = self.tree
        for step in steps:
            known = {key.lower(): key for key in tree}
            if known.get(step.lower(), step) != step:
                return None  # the engine's names know no case
            tree = tree.setdefault(step, {})  # type: ignore[assignment]
        return f"line.{_dotted([step.removesuffix('[]') for step in steps])}"

    def _filtered(self, match: re.Match[str]) -> Column | None:
        sums = []
        for steps in self._absolute(match["list"]):
            steps = [*steps[:-1], f"{steps[-1]}[]"]
            members = self._node(steps)
            if members and self._node([*steps, match["key"]]) and self._node([*steps, match["leaf"]]):
                sums.append(_sum_of_members(members, match["key"], match["value"], match["leaf"]))
        if not sums:
            return None
        return Column(sums[0] if len(sums) == 1 else f"coalesce({', '.join(sums)})", "integer")


def _dotted(steps: Sequence[str]) -> str:
    return ".".join(name_of(step) for step in steps)


def _type(tree: object) -> str:
    if not isinstance(tree, dict) or not tree:
        return "VARCHAR"
    fields = ", ".join(
        f"{name_of(key.removesuffix('[]'))} {_type(inner)}{'[]' if key.endswith('[]') else ''}"
        for key, inner in tree.items()
    )
    return f"STRUCT({fields})"


def _sum_of_members(members: str, key: str, value: str, leaf: str) -> str:
    """The sum over the list's members with that key; -1 where one of the counts is none, NULL without a member."""
    chosen = f"list_filter({members}, lambda member: upper(member.{name_of(key)}) = {quoted(value.upper())})"
    counts = f"list_transform({chosen}, lambda member: CASE WHEN regexp_full_match(member.{name_of(leaf)}, '[0-9]{{1,15}}') THEN CAST(member.{name_of(leaf)} AS BIGINT) ELSE -1000000000000000000 END)"
    total = f"list_sum({counts})"
    return f"CASE WHEN {total} IS NOT NULL THEN CAST(greatest({total}, -1) AS BIGINT) END"


def _json_member(text: str, path: str) -> str:
    steps = "".join(f'."{step}"' for step in path.split("."))
    return f"json_extract_string(CASE WHEN json_valid({text}) THEN {text} END, {quoted('$' + steps)})"
