"""Paths: where the paths of a format lie in a source, as SQL over the table's columns or over typed JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from typing import Protocol

from costcalc.records import dataclass
from costcalc.usage.formats.names import NOT_STATED

# `details[modality=AUDIO].count` adds members up; `output[type=call,action.type?=search].#` counts them, where `?=` is
# also true of a member without the key; `candidates[].queries.#` counts the members of lists in a list, and `.?` is 1
# where there is one. `output::[type=call].#` looks into what may be a list or something else.
_FILTERED = re.compile(r"(?P<list>[^\[\]]+)\[(?P<tests>[^\]]*)\]\.(?P<leaf>.+)")
# `meta::calls[].tokens.in` adds up what a list in a text with JSON holds, `meta::counts[type=in].n` some of it.
_LISTED = re.compile(r"(?P<list>[^\[\]]*)\[(?P<tests>[^\]]*)\](?:\.?(?P<leaf>[^\[\]]*(?:\[\][^\[\]]*)*))")
_MEMBER_TEST = re.compile(r"(?P<key>[^=?]+)(?P<or_none>\??)=(?P<value>.*)")
_COUNTED = ("#", "?")
MOST_COUNTED = 10**30  # more than any log holds
INSIDE = "::"  # `metadata::spend`: a text that holds JSON
_INSIDES = "insides_"  # columns of lists of what such texts hold
_ESCAPE = r"\u00"
_ESCAPED_KEY = r'\\u00[2-7][0-9a-fA-F][^"]*"\s*:'
_AS_JSON = "."  # in the tree: the node itself, as it is written
_MAP = "{}"  # `modelUsage{}`: an object whose keys are values
NO_LIST = -2  # the "sum" of what is no list
NO_OBJECT = "no object"  # the "count" that lies behind what is none
PART = "*."  # a path of the part, not of the line
FILE = "file_index"  # what the engine calls the position of a row's file among those that it reads


def weight_of(count: str) -> str:
    """A count that only says which of several rows is meant; one that no log holds is cut, so that sums never overflow."""
    return f"greatest(-{MOST_COUNTED}, least({MOST_COUNTED}, coalesce(TRY_CAST({count} AS HUGEINT), 0)))"


def quoted(text: str) -> str:
    """The text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def name_of(identifier: str) -> str:
    """The name as an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column or leaf: the SQL that yields it and the type it comes in."""

    sql: str
    kind: str = "text"  # "text", "integer", "number", "instant", "naive" (a timestamp without a zone), "day", "flag"

    @property
    def text(self) -> str:
        return self.sql if self.kind == "text" else f"CAST({self.sql} AS VARCHAR)"


class SourceColumns(Protocol):
    """What a row builder asks of a source."""

    def get(self, path: str) -> SourceColumn | None:
        """The column of a path; None where the source cannot have it."""

    def presence(self, path: str) -> str | None:
        """SQL that says whether the path is there at all; None where the source cannot have it."""

    def parts_presence(self, path: str) -> str | None:
        """SQL that says whether the list of parts has members."""

    def malformed(self) -> str | None:
        """SQL that is true of rows that could not be read; None where the engine rejects them itself."""

    def unforeseen(self) -> str | None:
        """SQL that is true of rows with a path that was asked for and taken to be in no row."""

    def in_the_way(self, path: str) -> str | None:
        """SQL that is true of rows in which something else than an object stands on the way to a path inside a text."""


@dataclass(frozen=True, slots=True)
class UsageNames:
    """The paths that the usage objects of some JSON lines hold, from the top: of all their lines, or of the first."""

    objects: tuple[str, ...]  # the usage objects: a key at any depth, or a path
    paths: frozenset[str]  # of every member: `response.usage.prompt_tokens`; a list's members are not looked at
    exact: bool = False  # of all lines

    def may_hold(self, steps: Sequence[str]) -> bool:
        """Whether the lines have the path, as far as it lies inside of a usage object."""
        path = _path_to_list(steps)
        return self.inside(path) is None or path in self.paths

    def inside(self, path: str) -> str | None:
        """The path from its usage object on, whatever it is wrapped in; None: it lies in none, or is one."""
        return _inside(self.objects, path)


@lru_cache(maxsize=1 << 14)
def _inside(objects: tuple[str, ...], path: str) -> str | None:
    begins = tuple(f"{name}{mark}." for name in objects for mark in ("", "[]", "{}"))
    places = (0, *(at + 1 for at, sign in enumerate(path) if sign == "."))
    return next((path[place:] for place in places if path.startswith(begins, place)), None)


@dataclass
class Insides:
    """Texts that hold JSON. All that is asked of one is taken out of it at once, into a column of its own."""

    asked: dict[str, dict[str, None]] = field(default_factory=dict)  # SQL of a text → paths in it

    def get(self, text: str, path: str) -> str:
        """The name of what a text holds at a path: an element of its column."""
        asked = self.asked.setdefault(text, {})
        asked.setdefault(_json_path(path))
        return f"{_INSIDES}{list(self.asked).index(text)}[{list(asked).index(_json_path(path)) + 1}]"

    def columns(self, *, strictly: bool) -> str:
        """`, … AS …` for every text, now that all paths are known. `strictly`: one that may be an object and is no JSON
        ends the statement, and is not looked at beforehand.
        """
        worth = "contains(TEXT, '{')" if strictly else "json_valid(TEXT)"
        return "".join(
            f", json_extract_string(CASE WHEN {worth.replace('TEXT', text)} THEN {text} END,"
            f" [{', '.join(map(quoted, asked))}]) AS {_INSIDES}{number}"
            for number, (text, asked) in enumerate(self.asked.items())
        )


@dataclass
class TableColumns:
    """The columns of a table, found by name: as written, or in lower case."""

    columns: Mapping[str, SourceColumn]
    insides: Insides | None = field(default_factory=Insides)  # None: each path into a text is looked up by itself
    asked: dict[str, None] = field(default_factory=dict)  # SQL of the texts of columns that were asked for

    def get(self, path: str) -> SourceColumn | None:
        base, _, inside = path.partition(INSIDE)
        found = self.columns.get(base) or self.columns.get(base.lower())
        if not _can_be_inside(inside):
            return None
        if found:
            self.asked[found.text] = None
        if found and "[" in inside:
            return _sum_inside(found.text, inside)
        if found and inside:
            return SourceColumn(
                self.insides.get(found.text, inside) if self.insides else _json_member(found.text, inside)
            )
        return found

    def with_insides(self, rows: str, file: str) -> str:
        """The rows, now that every path is known, with what was asked of the texts in them; `file`: `, …`, to be kept."""
        asked = self.insides.columns(strictly=False) if self.insides else ""
        return f"(SELECT *{file}{asked} FROM {rows})" if asked else rows

    def presence(self, path: str) -> str | None:
        found = self.get(path)
        return f"{found.sql} IS NOT NULL" if found else None

    def parts_presence(self, path: str) -> str | None:
        return None

    def malformed(self) -> str | None:
        return None

    def unforeseen(self) -> str | None:
        return None

    def in_the_way(self, path: str) -> str | None:
        base, _, inside = path.partition(INSIDE)
        found = self.columns.get(base) or self.columns.get(base.lower())
        return _lacks_object(found.text, inside) if found and inside and "[" not in inside else None


@dataclass
class JsonColumns:
    """The leaves of JSON lines. Asking for a path adds it to the types that the lines are read with."""

    roots: Sequence[str] = (".",)
    part_list: str = ""  # path of the list whose members are read one by one
    names: UsageNames | None = None  # what the lines' usage objects hold; None: not looked at
    keys: frozenset[str] = frozenset()  # top-level keys with dots in them, which are no paths
    seen: frozenset[str] | None = None  # every path of the lines that were looked at; None: any path may be there
    texts: frozenset[str] = frozenset()  # top-level keys that paths go into as texts with JSON
    as_written: bool = False  # what lies in objects is looked up in their text, which shows where there is none
    insides: Insides = field(default_factory=Insides)
    tree: dict[str, object] = field(default_factory=dict)  # key → inner tree; an empty tree is a leaf
    missed: dict[str, None] = field(default_factory=dict)  # SQL that says a line has what those looked at lack
    lacking: dict[str, dict[str, None]] = field(default_factory=dict)  # SQL of a text with JSON → keys that it lacks
    nodes: dict[tuple[str, ...], str | None] = field(default_factory=dict)  # what was asked for before, and its answer

    def get(self, path: str) -> SourceColumn | None:
        path = self._spelled(path)
        base, _, inside = path.partition(INSIDE)
        if not _can_be_inside(inside):
            return None
        if not is_list_inside(path) and (filtered := _FILTERED.fullmatch(path)):
            return self._filtered(filtered)
        if inside and self._is_object(base):
            path, mark, rest = inside.partition("[")
            base, inside = (f"{base}.{path}" if path else base), mark + rest
        found = self._part_leaf(base) if base.startswith(PART) else self._leaves(base)
        if not found:
            return None
        sql = found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
        if "[" in inside:
            return _sum_inside(sql, inside)
        if inside and not base.startswith(PART) and (key := self._key_lacking(base, inside)):
            self.lacking.setdefault(sql, {})[key] = None
            return None
        return SourceColumn(self._inside(sql, inside) if inside else sql)

    def _spelled(self, path: str) -> str:
        """The path as it is looked up: `usage.in` is `usage::in` where objects are read as they are written."""
        first, point, rest = path.partition(".")
        if not point or path in self.keys or INSIDE in first:
            return path
        # A key is read as a text or as an object: of an object only the members that are named would be in its text.
        if not self.as_written and (first not in self.texts or self._is_object(first)):
            return path
        return f"{first}{INSIDE}{rest.replace(INSIDE, '', 1)}"

    def in_the_way(self, path: str) -> str | None:
        base, _, inside = self._spelled(path).partition(INSIDE)
        if not inside or "[" in inside or self._is_object(base):
            return None
        found = self.get(base)
        return _lacks_object(found.text, inside) if found else None

    def _key_lacking(self, base: str, inside: str) -> str:
        """The first key of a path into a text that no text of the lines that were looked at has, at any place; "": a
        text has the path, or its keys elsewhere.
        """
        starts = [f"{'.'.join(steps)}{INSIDE}" for steps in self._absolute(base)]
        held = [path.removeprefix(start) for start in starts for path in self.seen or () if path.startswith(start)]
        keys = inside.split(".")
        unseen = next((i for i in range(len(keys)) if ".".join(keys[: i + 1]) not in held), None)
        if self.seen is None or unseen is None or any(keys[unseen] in path.split(".") for path in held):
            return ""
        return keys[unseen]

    def _is_object(self, path: str) -> bool:
        """Whether what may be a text with JSON is an object in the lines that were looked at."""
        places = [".".join(steps) for steps in self._absolute(path)]
        return any(seen.startswith(f"{place}.") for place in places for seen in self.seen or ())

    def _inside(self, text: str, path: str) -> str:
        """What a text with JSON holds."""
        if "part." in text:
            return _json_member(text, path)
        return f"line.{self.insides.get(text, path)}"

    def with_insides(self, lines: str, has_file: bool, strictly: bool) -> str:
        """The lines, now that every path is known, with what was asked of the texts in them."""
        if not self.insides.asked:
            return f"{lines} AS line"
        file = "" if has_file else f", line.{FILE}"
        return f"(SELECT line.*{file}{self.insides.columns(strictly=strictly)} FROM {lines} AS line) AS line"

    def presence(self, path: str) -> str | None:
        path = self._spelled(path)
        if _FILTERED.fullmatch(path) or INSIDE in path or path.startswith(PART):
            column = self.get(path)
            return f"{column.sql} IS NOT NULL" if column else None
        found = self._leaves(path)
        return " OR ".join(f"{sql} IS NOT NULL" for sql in found) or None

    def parts_presence(self, path: str) -> str | None:
        found = [sql for steps in self._absolute(path) if (sql := self._node(_listed(steps)))]
        size = "cardinality" if path.endswith(_MAP) else "len"
        return " OR ".join(f"coalesce({size}({sql}), 0) > 0" for sql in found) or None

    def malformed(self) -> str | None:
        return " AND ".join(f"line.{name_of(_bare(key))} IS NULL" for key in self.tree) or "false"

    def part_count(self, parts: str, name: str) -> None:
        """Read a count of the parts."""
        for steps in self._absolute(parts):
            self._node([*_listed(steps), name])

    def beside(self, objects: Sequence[str], path: str) -> list[tuple[str, str]]:
        """Under each root that can have one of these objects: SQL that says so, and that of a path beside it."""
        found = []
        for root in self.roots:
            held = [sql for key in objects if (sql := self._node(_under(root, key)))]
            if held and (sql := self._node(_under(root, path))):
                found.append((" OR ".join(f"{one} IS NOT NULL" for one in held), sql))
        return found

    def unforeseen(self) -> str | None:
        return " OR ".join([*self.missed, *(_has_key(text, keys) for text, keys in self.lacking.items())]) or None

    def types(self, more: Mapping[str, str]) -> str:
        """The columns of the lines, for the engine: `{"usage": 'STRUCT(…)'}`; `more`: other columns with their types."""
        found = {_bare(key): _member_type(key, tree) for key, tree in self.tree.items()} | dict(more)
        return "{" + ", ".join(f"{name_of(name)}: {quoted(kind)}" for name, kind in found.items()) + "}"

    def list_sql(self) -> str:
        """The list of parts, from whichever root has it; the parts' own paths are added to its type."""
        found = [sql for steps in self._absolute(self.part_list) if (sql := self._node(_listed(steps)))]
        members = found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
        return f"map_entries({members})" if self.part_list.endswith(_MAP) else members

    def _part_leaf(self, path: str) -> list[str]:
        leaf = path.removeprefix(PART).split(".")
        inside = leaf[1:] if self.part_list.endswith(_MAP) else leaf
        for steps in self._absolute(self.part_list):
            self._node([*_listed(steps), *inside])
        return [f"part.{_dotted(leaf)}"]

    def _leaves(self, path: str) -> list[str]:
        return [sql for steps in self._absolute(path) if (sql := self._node(steps))]

    def _absolute(self, path: str) -> list[list[str]]:
        if path in self.keys:
            return [[path]]
        if path.startswith("/"):
            return [path[1:].split(".")]
        return [(path if root == "." else f"{root}.{path}").split(".") for root in self.roots]

    def _node(self, steps: Sequence[str]) -> str | None:
        """SQL of the node at these steps, which is added to the tree; None where another spelling is there already, or
        no usage object holds it.
        """
        if (asked := tuple(steps)) not in self.nodes:
            self.nodes[asked] = self._node_at(asked)
        return self.nodes[asked]

    def _node_at(self, steps: Sequence[str]) -> str | None:
        if not all(map(_bare, steps)):  # a key without a name, which the engine cannot spell
            return None
        if self.names is not None and not self.names.may_hold(steps):
            if not self.names.exact:
                self._missed(steps)
            return None
        knows = self.names is not None and self.names.inside(_path_to_list(steps)) is not None
        if not knows and self._unseen(steps):
            self._missed(steps)
            return None
        return self._added(steps)

    def _unseen(self, steps: Sequence[str]) -> list[str]:
        """The first steps of a path down to what none of the lines that were looked at has; [] where they have it all."""
        if self.seen is None:
            return []
        plain = _path_to_list(steps).split(".") if len(steps) > 1 else [_bare(steps[0])]
        ends = range(1, len(plain) + 1)
        return next((plain[:end] for end in ends if ".".join(plain[:end]) not in self.seen), [])

    def _missed(self, steps: Sequence[str]) -> None:
        """Note what the lines that were looked at lack: the lines that have it all the same break an assumption."""
        unseen = self._unseen(steps)
        if len(unseen) > 1 and not self._is_object(".".join(["/" + unseen[0], *unseen[1:-1]])):
            # What was a text or nothing may be an object in another line.
            if sql := self._added([*unseen[:-1], _AS_JSON]):
                text = sql.removesuffix(f".{name_of(_AS_JSON)}")
                self.missed[f"starts_with(CAST({text} AS VARCHAR), '{{\"')"] = None
        elif sql := self._added(unseen or _path_to_list(steps).split(".")):
            self.missed[f"{sql} IS NOT NULL"] = None

    def _added(self, steps: Sequence[str]) -> str | None:
        tree = self.tree
        for step in steps:
            known = {key.lower(): key for key in tree}
            if known.get(step.lower(), step) != step:
                return None  # the engine's names know no case
            tree = tree.setdefault(step, {})  # type: ignore[assignment]
        return f"line.{_dotted([_bare(step) for step in steps])}"

    def _filtered(self, match: re.Match[str]) -> SourceColumn | None:
        found = [sql for steps in self._absolute(match["list"]) if (sql := self._of_members(steps, match))]
        if not found:
            return None
        return SourceColumn(found[0] if len(found) == 1 else f"coalesce({', '.join(found)})", "integer")

    def _of_members(self, steps: list[str], match: re.Match[str]) -> str | None:
        """What the members of the list at these steps come to; None where another spelling is there already."""
        tests = [_MEMBER_TEST.fullmatch(test) for test in match["tests"].split(",") if test]
        if steps[-1].endswith(INSIDE):
            text = self._node([*steps[:-1], steps[-1].removesuffix(INSIDE)])
            return _members_of_text(text, [test for test in tests if test]) if text else None
        steps = [*steps[:-1], f"{steps[-1]}[]"]
        leaf = match["leaf"].split(".")
        counted = leaf.pop() if leaf[-1] in _COUNTED else ""
        inner = [*leaf[:-1], f"{leaf[-1]}[]"] if counted and leaf else leaf
        asked = [test["key"].split(".") for test in tests if test] + ([inner] if inner else [])
        members = self._node(steps)
        if not members or not all(self._node([*steps, *keys]) for keys in asked):
            return None
        chosen = members
        if tests:
            chosen = f"list_filter({members}, lambda member: {_all_of(tests)})"
        if not counted:
            return _sum_of_members(chosen, leaf)
        number = f"len({chosen})"
        if leaf:
            number = f"list_sum(list_transform({chosen}, lambda member: coalesce(len(member.{_dotted(leaf)}), 0)))"
        number = f"CAST({number} AS BIGINT)"
        return f"CASE WHEN {number} > 0 THEN 1 ELSE 0 END" if counted == "?" else number


def _listed(steps: Sequence[str]) -> list[str]:
    """The steps to a list: `usage.iterations[]`. A map, `modelUsage{}`, says that it is one."""
    return [*steps] if steps[-1].endswith(_MAP) else [*steps[:-1], f"{steps[-1]}[]"]


def _path_to_list(steps: Sequence[str]) -> str:
    """The path down to the first list or map, of whose members nothing is known."""
    end = next((i for i, step in enumerate(steps, 1) if _bare(step) != step), len(steps))
    return ".".join(map(_bare, steps[:end]))


def _bare(step: str) -> str:
    return step.removesuffix("[]").removesuffix(_MAP)


def _dotted(steps: Sequence[str]) -> str:
    return ".".join(name_of(step) for step in steps)


def _type(tree: object) -> str:
    if not isinstance(tree, dict) or not tree:
        return "VARCHAR"
    if [*tree] == [_AS_JSON]:
        return "JSON"
    return f"STRUCT({', '.join(f'{name_of(_bare(key))} {_member_type(key, inner)}' for key, inner in tree.items())})"


def _member_type(key: str, tree: object) -> str:
    if key.endswith(_MAP):
        return f"MAP(VARCHAR, {_type(tree)})"
    return _type(tree) + ("[]" if key.endswith("[]") else "")


def _under(root: str, path: str) -> list[str]:
    return (path if root == "." else f"{root}.{path}").split(".")


def _members_of_text(text: str, tests: Sequence[re.Match[str]]) -> str:
    """How many members the tests are true of, in a text that may hold a JSON list, or something else."""
    types: dict[str, object] = {}
    for test in tests:
        *outer, last = test["key"].split(".")
        inner = types
        for step in outer:
            inner = inner.setdefault(step, {})  # type: ignore[assignment]
        inner[last] = "VARCHAR"
    listed = f"from_json({text}, {quoted(json.dumps([types]))})"
    counted = f"CAST(len(list_filter({listed}, lambda member: {_all_of(tests)})) AS BIGINT)"
    worth = f"contains({text}, {quoted(tests[0]['value'])}) AND json_valid({text}) AND json_type({text}) = 'ARRAY'"
    return f"CASE WHEN {worth} THEN {counted} END"


def _all_of(tests: Iterable[re.Match[str] | None], spelled: Callable[[str], str] | None = None) -> str:
    return " AND ".join(_member_test(test, (spelled or _typed_key)(test["key"])) for test in tests if test)


def _member_test(test: re.Match[str], key: str) -> str:
    same = f"upper({key}) = {quoted(test['value'].upper())}"
    return f"({key} IS NULL OR {same})" if test["or_none"] else f"coalesce({same}, false)"


def _sum_of_members(chosen: str, leaf: Sequence[str]) -> str:
    """The sum over members of a list; -1 where one of the counts is none, NULL without a member."""
    count = f"member.{_dotted(leaf)}"
    counts = f"list_transform({chosen}, lambda member: CASE WHEN regexp_full_match({count}, '[0-9]{{1,15}}') THEN CAST({count} AS BIGINT) ELSE -1000000000000000000 END)"
    total = f"list_sum({counts})"
    return f"CASE WHEN {total} IS NOT NULL THEN CAST(greatest({total}, -1) AS BIGINT) END"


def _json_member(text: str, path: str) -> str:
    return f"json_extract_string(CASE WHEN json_valid({text}) THEN {text} END, {quoted(_json_path(path))})"


def _has_key(text: str, keys: Iterable[str]) -> str:
    """Whether a text with JSON may have one of the keys. One that is spelled with escapes may be any."""
    named = quoted('"(?:' + "|".join(map(re.escape, keys)) + ')"')
    escaped = f"CASE WHEN contains({text}, '{_ESCAPE}') THEN regexp_matches({text}, {quoted(_ESCAPED_KEY)}) END"
    return f"regexp_matches({text}, {named}) OR {escaped}"


def is_list_inside(path: str) -> bool:
    """Whether the path goes through a list in a text with JSON, whose members are added up."""
    _, _, inside = path.partition(INSIDE)
    return "[" in inside and not inside.endswith(_COUNTED)


def can_add_up(inside: str) -> bool:
    """Whether a path with lists is one: `calls[].in`, `[].runs[].in`, `counts[type=in].n`."""
    match = _LISTED.fullmatch(inside)
    return match is not None and all(_MEMBER_TEST.fullmatch(test) for test in match["tests"].split(",") if test)


def _sum_inside(text: str, inside: str) -> SourceColumn:
    """The sum of what a path with lists finds in a text with JSON; -1 where one is no count, NULL where there is none;
    NO_LIST where something else stands in its place.
    """
    match = _LISTED.fullmatch(inside)
    assert match, inside
    tests = [_MEMBER_TEST.fullmatch(test) for test in match["tests"].split(",") if test]
    known = f"CASE WHEN json_valid({text}) THEN {text} END"
    members = f"json_extract({known}, {quoted(_json_path(match['list']) + '[*]')})"
    if tests:
        members = f"list_filter({members}, lambda member: {_all_of(tests, _json_key)})"
    each = f"json_extract_string(member, {quoted(_json_path(match['leaf']))})"
    if "[" in match["leaf"]:
        place = quoted(_json_path(match["leaf"].partition("[")[0]))
        other = f"coalesce(json_type(member, {place}) NOT IN ('NULL', 'ARRAY'), false)"
        each = f"CASE WHEN {other} THEN ['no list'] ELSE {each} END"
    found = f"list_transform({members}, lambda member: {each})"
    if "[" in match["leaf"]:
        found = f"flatten({found})"
    none = "CASE WHEN count IS NOT NULL THEN -1000000000000000000 END"
    counts = f"list_transform({found}, lambda count: CASE WHEN regexp_full_match(count, '[0-9]{{1,15}}') THEN CAST(count AS BIGINT) ELSE {none} END)"
    total = f"CASE WHEN list_sum({counts}) IS NOT NULL THEN CAST(greatest(list_sum({counts}), -1) AS BIGINT) END"
    return SourceColumn(
        f"CASE WHEN {_lacks_list(text, known, match['list'])} THEN {NO_LIST} ELSE {total} END", "integer"
    )


def _lacks_list(text: str, known: str, path: str) -> str:
    """Whether a text with words in it is no JSON, or has something else where the list or what it lies in would be."""
    return _lacks(text, known, [step for step in path.split(".") if step], "ARRAY")


def _lacks_object(text: str, path: str) -> str:
    """Whether a text with words in it is no JSON, or has something else where an object on the way would be."""
    return _lacks(text, f"CASE WHEN json_valid({text}) THEN {text} END", path.split(".")[:-1], "OBJECT")


def _lacks(text: str, known: str, steps: Sequence[str], last: str) -> str:
    blank = ", ".join(map(quoted, ("", "[]", *sorted(NOT_STATED))))  # [] is how some write an empty object
    found = [f"NOT json_valid({text}) AND lower(trim({text})) NOT IN ({blank})"]
    for end in range(len(steps) + 1):
        place, kind = quoted(_json_path(".".join(steps[:end]))), last if end == len(steps) else "OBJECT"
        other = f"json_type({known}, {place}) NOT IN ('NULL', '{kind}')"
        said = f"lower(trim(json_extract_string({known}, {place})))"
        found.append(f"{other} AND {said} NOT IN ({blank})")
    return " OR ".join(f"coalesce({sql}, false)" for sql in found)


def _json_path(path: str) -> str:
    steps = [step.split("[]") for step in path.split(".") if step]
    return "$" + "".join((f'."{name}"' if name else "") + "[*]" * len(lists) for name, *lists in steps)


def _can_be_inside(path: str) -> bool:
    """Whether the engine can spell what is asked of a text with JSON: it knows no quotes in keys, and lists in order."""
    return '"' not in path and (not any(sign in path for sign in "[]") or _LISTED.fullmatch(path) is not None)


def _json_key(key: str) -> str:
    return f"json_extract_string(member, {quoted(_json_path(key))})"


def _typed_key(key: str) -> str:
    return f"member.{_dotted(key.split('.'))}"
