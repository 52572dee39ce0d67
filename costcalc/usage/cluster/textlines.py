"""Text lines: where the paths of a format lie in JSON lines that are read as text, as engines do that have no typed reader
for lines which may be broken. The SQL is the engine's own dialect; functions of JSON are Spark's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from costcalc.usage.formats.paths import (
    _AS_JSON,
    _COUNTED,
    _MEMBER_TEST,
    INSIDE,
    JsonColumns,
    _all_of,
    _bare,
    _dotted,
    _json_member,
    quoted,
)

_STRINGS = r'"([^"\\]|\\.)*"'
_TWO = r"\}\s*\{"
BROKEN = (
    "(json_object_keys(line.json) IS NULL OR CASE"
    f" WHEN regexp_matches(line.json, '{_TWO}')"
    f" THEN regexp_matches(regexp_replace(line.json, '{_STRINGS}', '', 'g'), '{_TWO}') ELSE false END)"
)


class TextColumns(JsonColumns):
    """The leaves of lines in a column `json` of rows called `line`."""

    def _added(self, steps: Sequence[str]) -> str | None:
        if super()._added(steps) is None or any("'" in step or "\\" in step for step in steps):
            return None
        path = "$" + "".join(f"['{_bare(step)}']" for step in steps if step != _AS_JSON)
        return f"get_json_object(line.json, {quoted(path)})"

    def _inside(self, text: str, path: str) -> str:
        return _json_member(text, path)

    def _is_object(self, path: str) -> bool:
        return False

    def malformed(self) -> str | None:
        nothing = " AND ".join(
            f"get_json_object(line.json, {quoted(chr(36) + '[' + quoted(_bare(key)) + ']')}) IS NULL"
            for key in self.tree
        )
        return f"{BROKEN} OR ({nothing or 'false'})"

    def parts_presence(self, path: str) -> str | None:
        found = [sql for steps in self._absolute(path) if (sql := self._node([*steps[:-1], _bare(steps[-1])]))]
        return " OR ".join(f"coalesce({sql}, '[]') NOT IN ('[]', '{{}}')" for sql in found) or None

    def _of_members(self, steps: list[str], match: re.Match[str]) -> str | None:
        tests = [test for word in match["tests"].split(",") if word and (test := _MEMBER_TEST.fullmatch(word))]
        text = self._node([*steps[:-1], steps[-1].removesuffix(INSIDE)])
        if text is None:
            return None
        leaf = match["leaf"].split(".")
        counted = leaf.pop() if leaf[-1] in _COUNTED else ""
        inner = f"{leaf.pop()}[]" if counted and leaf else ""
        types: dict[str, object] = {}
        for keys in [*(test["key"].split(".") for test in tests), [*leaf, *([inner] if inner else [])]]:
            _add(types, keys)
        chosen = f"from_json({text}, {quoted(f'array<{_struct(types)}>')})"
        if tests:
            chosen = f"filter({chosen}, member -> {_all_of(tests)})"
        if not counted:
            return _sum(chosen, f"member.{_dotted(leaf)}")
        number = f"coalesce(greatest(size({chosen}), 0), 0)"
        if inner:
            size = f"coalesce(greatest(size(member.{_dotted([*leaf, inner.removesuffix('[]')])}), 0), 0)"
            number = f"coalesce(aggregate({chosen}, CAST(0 AS BIGINT), (total, member) -> total + {size}), 0)"
        number = f"CAST({number} AS BIGINT)"
        return f"CASE WHEN {number} > 0 THEN 1 ELSE 0 END" if counted == "?" else number


def _sum(chosen: str, count: str) -> str:
    """The sum over members; -1 where one of the counts is none, NULL without a member."""
    number = f"CASE WHEN regexp_full_match({count}, '[0-9]{{1,15}}') THEN CAST({count} AS BIGINT) ELSE -1000000000000000000 END"
    total = f"aggregate({chosen}, CAST(0 AS BIGINT), (total, member) -> total + {number})"
    return f"CASE WHEN size({chosen}) > 0 THEN CAST(greatest({total}, -1) AS BIGINT) END"


def _add(types: dict[str, object], keys: Sequence[str]) -> None:
    for key in keys[:-1]:
        types = types.setdefault(key, {})  # type: ignore[assignment]
    for key in keys[-1:]:
        types.setdefault(key, {})


def _struct(types: object) -> str:
    if not isinstance(types, dict) or not types:
        return "string"
    listed = (
        f"`{key.removesuffix('[]')}`:{'array<string>' if key.endswith('[]') else _struct(inner)}"
        for key, inner in types.items()
    )
    return f"struct<{','.join(listed)}>"
