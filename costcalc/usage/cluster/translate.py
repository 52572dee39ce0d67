"""Translation: a SELECT of the scan for Spark. What is asked stays what it was; only names of functions and types change,
and a cast that two engines read differently is asked only of texts that both read alike.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

from costcalc.usage.formats.paths import quoted

GUARD = "about_"  # how columns begin that say whether an exact sum of money can have left its digits
_RENAMED = {
    "strlen": "octet_length",
    "epoch_us": "unix_micros",
    "hash": "xxhash64",
    "len": "size",
    "row": "struct",
}
_TYPES = {
    "INT128": "DECIMAL(38, 0)",
    "UBIGINT": "BIGINT",
    "TIMESTAMPTZ": "TIMESTAMP",
    "TIMESTAMPNTZ": "TIMESTAMP",
}
_CLOCK = "([01]?[0-9]|2[0-3]):[0-5]?[0-9]"
_MOMENT = f"[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}[T ]{_CLOCK}"
_ZONE = "Z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?"
_TO_SECONDS = f"^{_MOMENT}:[0-5]?[0-9]([.][0-9]*)?({_ZONE})?$"
_TO_MINUTES = f"^({_MOMENT})((?:{_ZONE})?)$"
_A_DAY = "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$"
_EXPONENT = "^ *([+-]?)([0-9]*)[.]?([0-9]*)[eE]([+-]?[0-9]{1,3}) *$"


def to_spark(statement: str) -> str:
    """The statement as Spark reads it; of one that inserts, the SELECT alone."""
    tree = sqlglot.parse_one(statement, read="duckdb")
    if isinstance(tree, exp.Insert):
        tree = tree.expression.pop()
        assert isinstance(tree, exp.Select)
        _guard_money(tree)
    return tree.transform(_rewritten, copy=False).sql(dialect="spark", copy=False)


def _guard_money(select: exp.Select) -> None:
    """Sums of money are asked for roughly too: an engine that does not notice where digits run out must not be believed."""
    for each in list(select.selects):
        if isinstance(each.this, exp.Sum) and each.alias in ("cost", "revenue"):
            rough = exp.Sum(this=exp.Abs(this=exp.cast(each.this.this.copy(), "DOUBLE")))
            select.select(exp.alias_(rough, f"{GUARD}{each.alias}"), copy=False)


def _rewritten(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.TryCast | exp.Cast):
        return _cast(node)
    if isinstance(node, exp.Sum):
        return _sum(node)
    if isinstance(node, exp.RegexpFullMatch):
        whole = exp.Literal.string(f"^(?:{node.expression.name})$")
        return exp.RegexpLike(
            this=node.this.transform(_rewritten, copy=False), expression=whole
        )  # what is replaced is not entered
    if isinstance(node, exp.RegexpReplace) and node.args.get("replacement"):
        node.set("replacement", exp.Literal.string(re.sub(r"\\(\d)", r"$\1", node.args["replacement"].name)))
    elif isinstance(node, exp.CTE):
        node.set("materialized", None)
    elif isinstance(node, exp.Explode | exp.Unnest) and isinstance(node.parent, exp.Select):
        return exp.Column(this=exp.Star(), table=exp.to_identifier("line"))
    elif isinstance(node, exp.JSONExtractScalar):
        path = re.sub(r'\."([^"]*)"', r"['\1']", node.expression.sql(dialect="duckdb").strip("'"))
        if path == "$":
            return _sql(_said(node.this))
        return exp.Anonymous(this="get_json_object", expressions=[_sql(_said(node.this)), exp.Literal.string(path)])
    elif isinstance(node, exp.JSONType):
        return _json_type(node.this, node.expression)
    elif isinstance(node, exp.Anonymous):
        return _function(node)
    return node


def _function(node: exp.Anonymous) -> exp.Expression:
    name = node.name.lower()
    if name == "timezone":
        return _of_zone(*node.expressions)
    if name == "json_valid":
        return _sql(f"(json_object_keys({_said(node.expressions[0])}) IS NOT NULL)")
    if name in _RENAMED:
        node.set("this", _RENAMED[name])
    return node


def _json_type(text: exp.Expression, path: exp.Expression) -> exp.Expression:
    """Whether an object lies at a path: NULL where nothing does. A text there that itself holds one counts as one."""
    place = exp.Literal.string(re.sub(r'\."([^"]*)"', r"['\1']", path.name))
    found = _said(text) if place.name == "$" else f"get_json_object({_said(text)}, {place.sql(dialect='spark')})"
    kind = f"CASE WHEN json_object_keys({found}) IS NOT NULL THEN 'OBJECT' ELSE 'VARCHAR' END"
    return _sql(f"(CASE WHEN {found} IS NOT NULL THEN {kind} END)")


def _sum(node: exp.Sum) -> exp.Expression:
    """A sum of integers has 38 digits: one of 64 bits would wrap in silence."""
    select = node.find_ancestor(exp.Select)
    is_money = isinstance(node.this, exp.Column) and node.this.name in ("cost", "revenue")
    if select is None or is_money or isinstance(node.this, exp.Abs):
        return node
    return exp.Sum(this=exp.cast(node.this, "DECIMAL(38, 0)"))


def _cast(node: exp.Cast) -> exp.Expression:
    kind = node.to.sql(dialect="duckdb")
    if isinstance(node, exp.TryCast) and kind in ("TIMESTAMPTZ", "TIMESTAMP", "DATE"):
        return _moment(node.this, "DATE" if kind == "DATE" else "TIMESTAMP")
    if isinstance(node, exp.TryCast) and kind == "DECIMAL(38, 24)":
        return _amount(node.this)
    if known := _TYPES.get(node.to.this.name):
        node.set("to", exp.DataType.build(known, dialect="spark"))
    return node


def _moment(text: exp.Expression, kind: str) -> exp.Expression:
    """What every engine reads alike; other texts are no time."""
    y = f"replace(trim({_said(text)}), '/', '-')"
    return _sql(
        f"CASE WHEN {y} RLIKE {quoted(_TO_SECONDS)} OR {y} RLIKE {quoted(_A_DAY)} THEN TRY_CAST({y} AS {kind})"
        f" WHEN {y} RLIKE {quoted(_TO_MINUTES)}"
        f" THEN TRY_CAST(concat(regexp_extract({y}, {quoted(_TO_MINUTES)}, 1), ':00',"
        f" regexp_extract({y}, {quoted(_TO_MINUTES)}, 3)) AS {kind}) END"
    )


def _amount(text: exp.Expression) -> exp.Expression:
    """An amount with an exponent is written out first: not every engine reads one."""
    x = _said(text)
    sign, whole, part, power = (f"regexp_extract({x}, {quoted(_EXPONENT)}, {i})" for i in range(1, 5))
    digits, place = f"concat({whole}, {part})", f"(length({whole}) + CAST({power} AS INT))"
    written = (
        f"CASE WHEN {digits} = '' THEN NULL"
        f" WHEN {place} <= 0 THEN concat({sign}, '0.', repeat('0', -{place}), {digits})"
        f" WHEN {place} >= length({digits}) THEN concat({sign}, {digits}, repeat('0', {place} - length({digits})))"
        f" ELSE concat({sign}, substring({digits}, 1, {place}), '.', substring({digits}, {place} + 1)) END"
    )
    return _sql(
        f"CASE WHEN NOT {x} RLIKE '[eE]' THEN TRY_CAST({x} AS DECIMAL(38, 24))"
        f" WHEN {x} RLIKE {quoted(_EXPONENT)} THEN TRY_CAST({written} AS DECIMAL(38, 24)) END"
    )


def _of_zone(zone: exp.Expression, moment: exp.Expression) -> exp.Expression:
    """The instant of a clock's time. Of an hour that a clock shows twice it is the later one, as with us."""
    z, utc = _said(zone), f"to_utc_timestamp(x, {_said(zone)})"
    cases = " ".join(
        f"WHEN from_utc_timestamp({utc} + INTERVAL '{minutes}' MINUTE, {z}) = x THEN {utc} + INTERVAL '{minutes}' MINUTE"
        for minutes in (60, 30)
    )
    return _sql(f"transform(array({_said(moment)}), x -> CASE {cases} ELSE {utc} END)[0]")


def _said(node: exp.Expression) -> str:
    return node.copy().transform(_rewritten, copy=False).sql(dialect="spark", copy=False)


def _sql(text: str) -> exp.Expression:
    """What is Spark's already and stands as it is."""
    return exp.Var(this=text)
