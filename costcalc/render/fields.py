"""Fields: what is said of a record, each thing once: its key, its kind, where its value is, and its column on a page.

JSON, rows and the tables of pages (`columns.py`) are made from them. A value is found by a path of attributes, keys and places from the record (`place.file`; unknown where any of them is), or
made of the record and its report. Amounts are in the report's currency. docs/json.md lists the fields of every report from here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal

from costcalc.money import exact_text, minor_digits, round_half_up
from costcalc.records import dataclass

if TYPE_CHECKING:
    from costcalc.render.blocks import Column

Of = str | Callable[[Any, Any], Any]
Json = dict[str, Any]
Value = str | int | Decimal | datetime | None
Rows = tuple[Sequence[str], Sequence[Sequence[Value]]]  # the header, and a row a line

RATIO_DIGITS, ESTIMATED_DIGITS = 12, 6
_ENDLESS = 40  # decimals: a fraction that has more never ends


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is said. `shown`: of an amount its figure, where it was rounded among others."""

    kind: str
    of: Of = ""
    shown: Of = ""
    parts: Fields | None = None  # of an object
    is_list: bool = False
    column: Column | Literal[False] | None = None  # where a page shows it too


Fields = dict[str, Field]
Kind = Callable[[], Field]


def fields(**kinds: Field | Kind) -> Fields:
    """The fields by their keys, in their order; `class_` is the key `class`. A bare kind is found by its key."""
    found = {}
    for key, each in kinds.items():
        name, field = key.rstrip("_"), each if isinstance(each, Field) else each()
        found[name] = (
            field if field.of else Field(field.kind, name, field.shown, field.parts, field.is_list, field.column)
        )
    return found


text = partial(Field, "text")
said = partial(Field, "said")  # a text; empty: nothing
integer = partial(Field, "integer")
flag = partial(Field, "flag")
boolean = partial(Field, "boolean")  # a flag; in rows true or false
count = partial(Field, "count")
decimal = partial(Field, "decimal")  # exact
computed = partial(Field, "computed")  # of months to come: to twelve digits
coins = partial(Field, "coins")  # an estimate, or a figure alone: rounded to the smallest coin
estimate = partial(Field, "estimate")  # of a ratio: to six digits
fraction = partial(Field, "fraction")
ratio = partial(Field, "ratio")
value = partial(Field, "value")  # as it is
figure = partial(Field, "figure")  # coins that were rounded among others
names = partial(Field, "names")
amount = partial(Field, "amount")  # exact and rounded; in rows two columns
texts = partial(Field, "text", is_list=True)
integers = partial(Field, "integer", is_list=True)
CURRENCY = Field("text", lambda _, report: report.currency)  # of a row: that of the report


def on_page(column: Column, of: Of = "") -> Field:
    """What a page says and a file does not, for it holds what that is made of. `of`: its cell, where that takes the report."""
    return Field("page", of, column=column)


def constant(value: str) -> Field:
    return Field("text", lambda *_: value)


def part(inner: Fields, of: Of = "", kind: str = "object") -> Field:
    """An object; `null` where it is unknown. `kind`: of an object that the documentation lists by itself."""
    return Field(kind, of, "", inner)


def each(inner: Fields, of: Of = "") -> Field:
    """A list of objects."""
    return Field("object", of, "", inner, True)


def inline(inner: Fields, of: Of) -> Field:
    """Fields that stand among the others, of a record that is made once for all of them."""
    return Field("inline", of, "", inner)


def at(place: str, fields: Fields) -> Fields:
    """The same, said of a record that is found at this path."""

    def moved(of: Of) -> Of:
        if isinstance(of, str):
            return f"{place}.{of}" if of else ""
        return lambda row, report: of(found(place, row, report), report)

    return {key: replace(field, of=moved(field.of), shown=moved(field.shown)) for key, field in fields.items()}


def nothing(_row: Any, _report: Any) -> None:
    """Of a figure that has no table: it is rounded by itself."""


def found(of: Of, row: Any, report: Any) -> Any:
    """The value; None where a step of the path is unknown."""
    if not isinstance(of, str):
        return of(row, report)
    for step in _steps(of):
        if row is None:
            return None
        if row.__class__ is dict:
            row = row.get(step)
        else:
            row = getattr(row, step) if isinstance(step, str) else row[step]
    return row


@cache
def _steps(path: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in path.split("."))


# --- JSON ---------------------------------------------------------------------------------------------------------------
def json_text(value: Json) -> str:
    """Text in full, but for what could drive a terminal: that is escaped, as JSON allows."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if text.isprintable():
        return text + "\n"
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text) + "\n"


def object_of(fields: Fields, row: Any, report: Any) -> Json:
    made: Json = {}
    for key, field in fields.items():
        if field.kind == "inline":
            made |= _json(field, row, report)
        elif field.kind != "page":
            made[key] = _json(field, row, report)
    return made


def _json(field: Field, row: Any, report: Any) -> Any:
    value = found(field.of, row, report)
    if field.is_list:
        return [_one(field, each, row, report) for each in value or ()]
    return _one(field, value, row, report)


def _one(field: Field, value: Any, row: Any, report: Any) -> Any:
    if value is None:
        return None
    if field.kind == "amount":
        shown = found(field.shown, row, report) if field.shown else None
        return {"exact": exact_text(value), "rounded": format(_coins(value, report) if shown is None else shown, "f")}
    if field.kind == "coins":
        return format(_coins(value, report), "f")
    if field.parts is not None:
        return object_of(field.parts, value, report)
    return _JSON[field.kind](value)


def _coins(value: Fraction, report: Any) -> Decimal:
    return round_half_up(value, minor_digits(report.currency))


def ratio_text(ratio: Fraction | None) -> str | None:
    return None if ratio is None else exact_text(ratio, RATIO_DIGITS)


def fraction_text(number: Fraction) -> str:
    """An exact number: a decimal where it ends, else a fraction in lowest terms, `10000/67089`."""
    text = exact_text(number, _ENDLESS)
    return text if Fraction(text) == number else f"{number.numerator}/{number.denominator}"


def _count(count: Fraction) -> int | str | None:
    """Whole counts are JSON integers; a bucket cut by hours gives a decimal, which is text."""
    return count.numerator if count.denominator == 1 else ratio_text(count)


def _same(value: Any) -> Any:
    return value


_JSON: Mapping[str, Callable[[Any], Any]] = {
    "text": str, "said": lambda value: str(value) or None, "integer": _same, "flag": _same, "boolean": _same, "names": _same, "value": _same,
    "count": _count, "decimal": exact_text, "computed": ratio_text, "ratio": ratio_text, "fraction": fraction_text,
    "estimate": lambda value: format(round_half_up(value, ESTIMATED_DIGITS), "f"),
}  # fmt: skip
_DOCUMENTED = {"said": "text", "boolean": "flag", "computed": "decimal", "coins": "decimal", "estimate": "ratio"}


def documented(fields: Fields, before: str = "") -> Iterator[tuple[str, str]]:
    """(path, type) of every field, as docs/json.md names them."""
    for key, field in fields.items():
        path = f"{before}{key}{'[]' if field.is_list else ''}"
        if field.kind == "inline" and field.parts:
            yield from documented(field.parts, before)
        elif field.kind == "object" and field.parts is not None:
            yield from documented(field.parts, f"{path}.")
        elif field.kind != "page":
            yield path, _DOCUMENTED.get(field.kind, field.kind)


# --- rows ---------------------------------------------------------------------------------------------------------------
def rows_with(columns: Fields, rows: Iterable[Any], report: Any) -> Rows:
    """The rows of a data file: an amount is its figure, with the exact one beside it."""
    written = {key: field for key, field in columns.items() if field.kind != "page"}
    header = [
        name for key, field in written.items() for name in (key, *([f"{key}_exact"] if field.kind == "amount" else []))
    ]
    makers = [_maker(field, report) for field in written.values()]
    return header, [[value for made in makers for value in made(row)] for row in rows]


def side_by_side(left: Rows, right: Rows) -> Rows:
    """Two tables of the same rows as one."""
    return (*left[0], *right[0]), [(*one, *other) for one, other in zip(left[1], right[1], strict=True)]


def _maker(field: Field, report: Any) -> Callable[[Any], Sequence[Value]]:
    """What makes a field's values of a row; nothing about the field is looked up again for each."""
    of, shown, is_amount = field.of, field.shown, field.kind == "amount"
    made = partial(_coins, report=report) if field.kind in ("amount", "coins") else _VALUES[field.kind]
    nothing = (None,) * (2 if is_amount else 1)

    def values(row: Any) -> Sequence[Value]:
        value = found(of, row, report)
        if value is None:
            return nothing
        if is_amount:
            return found(shown, row, report) if shown else made(value), exact_value(value)
        return (made(value),)

    return values


def count_value(count: Fraction | None) -> int | Decimal | None:
    """A whole count as an integer; one that a bucket's hours cut, as a decimal."""
    if count is None:
        return None
    return count.numerator if count.denominator == 1 else ratio_value(count)


def ratio_value(ratio: Fraction | None) -> Decimal | None:
    return None if ratio is None else Decimal(exact_text(ratio, RATIO_DIGITS))


def exact_value(amount: Fraction) -> Decimal:
    return Decimal(exact_text(amount))


def _flag(value: bool) -> str:
    return "yes" if value else "no"


_VALUES: Mapping[str, Callable[[Any], Value]] = {
    "text": str, "said": lambda value: str(value) or None, "flag": _flag, "boolean": lambda value: str(value).lower(),
    "count": count_value, "decimal": exact_value,
    "computed": ratio_value, "ratio": ratio_value, "integer": _same, "value": _same, "figure": _same,
}  # fmt: skip
