"""Fields of the files that people write: each key once, with how its value is written, what it says and an example.

A table of fields reads a mapping and names every problem at its place, gives the mapping's JSON Schema, writes a record
as such a mapping and lists its keys for the documentation. What keys say about each other are its rules.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Any, TypeVar

from costcalc.calendar import read_day
from costcalc.problems import nearest_names
from costcalc.records import dataclass
from costcalc.yamldoc import Document, Map, Node, Scalar
from costcalc.yamldoc import Sequence as YamlList
from costcalc.yamltext import flow

Schema = dict[str, Any]
Word = TypeVar("Word", bound=str)
Values = dict[str, Any]  # by key, the default where the key is not there

DIALECT = "http://json-schema.org/draft-07/schema#"  # what editors of YAML know best
_A_SLIP = 0.8  # so much alike is a slip of the pen: each_month for each month


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping that is being read: its keys and values, and the document that takes its problems."""

    document: Document
    map: Map
    what: str  # "a move", for messages
    context: Any = None  # what the whole file needs to be read: the catalogue of events, the book's currency
    key: Scalar | None = None  # under which it stands, where its place has a name

    def __contains__(self, key: str) -> bool:
        return key in self.map

    @property
    def name(self) -> Scalar:
        """Of an entry that stands under a name."""
        assert self.key is not None
        return self.key

    def text(self, key: str) -> Scalar | None:
        return self.document.text_at(self.map.get(key), key)

    def word(self, key: str, default: str = "") -> str:
        text = self.text(key)
        return text.text.strip() if text else default

    def wrong(self, text: Scalar, code: str, message: str, expected: str = "", remedy: str = "") -> None:
        """Note that a text is not what it should be; the message follows the text."""
        self.document.report(text, code, f'"{text.text}"{message}', expected=expected, remedy=remedy)

    def has(self, key: str, example: str = "") -> bool:
        """Whether the key is there; a problem if it is not."""
        if key not in self.map:
            place = self.key or self.map
            self.document.report(place, "missing-key", f'{self.what} needs the key "{key}"', expected=example)
        return key in self.map

    def refuse(self, key: str, code: str, message: str, remedy: str = "", expected: str = "") -> None:
        """A key that may not stand here."""
        if key in self.map:
            self.document.report(self.map.key(key), code, message, expected=expected, remedy=remedy)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is written."""

    read: Callable[[Entry, Any], Any]  # of a single text, or of any node; notes what is wrong in the document
    schema: Schema | Callable[[], Schema]
    example: str = ""
    write: Callable[[Any], str] = str  # as YAML
    is_text: bool = True  # False: `read` takes any node
    entries: FieldTable | None = None  # of a list: what each of it is


def schema_of(kind: Kind) -> Schema:
    return kind.schema if isinstance(kind.schema, dict) else kind.schema()


@dataclass(frozen=True, slots=True)
class YamlField:
    """One key of a mapping."""

    key: str
    kind: Kind
    says: str = ""
    example: str = ""  # of its value; else the kind's
    needed: bool = False
    default: Any = None  # where it is not there, or wrong
    also: str = ""  # another spelling of the key, which is the one that is written
    catches: str = (
        ""  # what is meant by a key of the table that nobody knows, and stands in this one: "a column of the log"
    )
    of: Callable[[Any], Any] | None = None  # its value in a record that is written; else the attribute of its name

    def value(self, entry: Entry, node: Node | None) -> Any:
        if node is not None and self.kind.is_text:
            node = entry.document.text_at(node, self.key)
        found = self.kind.read(entry, node) if node is not None else None
        return self.default if found is None else found

    def schema(self) -> Schema:
        found = schema_of(self.kind)
        return {**found, "description": self.says} if self.says else found


@dataclass(frozen=True, slots=True)
class Further:
    """Keys that are names of something else, and no words of the file: fields by these names."""

    fields: Callable[[], Mapping[str, YamlField]]
    what: str  # "meter"
    remedy: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What keys of a mapping say about each other."""

    check: Callable[[Entry, Values], None] = lambda entry, values: None
    schema: Schema | None = None


@dataclass(frozen=True)
class FieldTable:
    """The fields of a mapping, in the order in which they are listed and written."""

    what: str  # "a move"; `{key}` is the key under which it stands
    fields: tuple[YamlField, ...]
    make: Callable[[Entry, Values], Any] = lambda _, values: values
    rules: tuple[Rule, ...] = ()
    example: str = ""  # of a whole entry
    further: Further | None = None  # in the order written

    @cached_property
    def by_key(self) -> dict[str, YamlField]:
        return {field.key: field for field in self.fields}

    @cached_property
    def _also(self) -> dict[str, str]:
        return {field.also: field.key for field in self.fields if field.also}

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.by_key)

    def read(self, document: Document, node: Node | None, context: Any = None, key: Scalar | None = None) -> Any:
        """What is made of the mapping; every problem is noted in the document. Fields are read in their order."""
        what = self.what.replace("{key}", key.text) if key else self.what
        entry = Entry(document, self._spelled(document, document.map_at(node, what)), what, context, key)
        values = {field.key: field.value(entry, entry.map.get(field.key)) for field in self.fields}
        further = self.further.fields() if self.further else {}
        for each, value in entry.map:
            if field := further.get(each.text):
                values[each.text] = field.value(entry, value)
            elif each.text not in self.by_key:
                self._refuse(entry, each)
        for field in self.fields:
            if field.needed:
                entry.has(field.key, field.example or field.kind.example)
        for rule in self.rules:
            rule.check(entry, values)
        return self.make(entry, values)

    def _spelled(self, document: Document, found: Map) -> Map:
        """The mapping with the first spelling of every key."""
        for also, key in self._also.items():
            if also not in found:
                continue
            entries = dict(found.entries)
            written, node = entries.pop(also)
            if key in entries:
                document.report(
                    written, "two-days", f"{key} and {also} both say the first day", remedy="write one of them"
                )
            else:
                entries[key] = (Scalar(key, written.place), node)
            found = Map(entries, found.place)
        return found

    def _refuse(self, entry: Entry, key: Scalar) -> None:
        """An unknown key."""
        if other := self.further:
            entry.document.report(
                key, f"unknown-{other.what}", f'no {other.what} is called "{key.text}"',
                nearest=nearest_names(key.text, [*other.fields(), *self.keys]), remedy=other.remedy,
            )  # fmt: skip
            return
        catcher = next((field for field in self.fields if field.catches), None)
        is_slip = bool(get_close_matches(key.text, self.keys, 1, _A_SLIP))
        hint = f"; {catcher.catches} stands in {catcher.key}: {{{key.text}: …}}" if catcher and not is_slip else ""
        entry.document.report(
            key, "unknown-key", f'{entry.what} has no key "{key.text}"', nearest=nearest_names(key.text, self.keys),
            remedy=f"known keys: {', '.join(self.keys)}{hint}",
        )  # fmt: skip

    def schema(self) -> Schema:
        """The JSON Schema of the mapping."""
        further = self.further.fields() if self.further else {}
        properties = {name: field.schema() for name, field in further.items()}
        properties |= {
            key: field.schema() for field in self.fields for key in (field.key, *([field.also] if field.also else []))
        }
        needed = [field.key for field in self.fields if field.needed]
        rules = [rule.schema for rule in self.rules if rule.schema]
        rules += [{"not": {"required": [also, key]}} for also, key in self._also.items()]
        return {
            "type": "object", "properties": properties, "additionalProperties": False,
            **({"required": needed} if needed else {}), **({"allOf": rules} if rules else {}),
        }  # fmt: skip

    def of_file(self, title: str) -> Schema:
        """The JSON Schema of a file, for editors to complete.

        It says less than reading does: what one place of a file says of another (moves in a circle, a name that
        stands twice, an event that no catalogue has) only reading finds.
        """
        return {"$schema": DIALECT, "title": title, **self.schema()}

    def said(self, record: Any, but: Collection[str] = ()) -> Iterator[tuple[YamlField, Any]]:
        """What of a record is to be written: the fields with their values, but for what is as it is by default."""
        for field in (each for each in self.fields if each.key not in but):
            value = field.of(record) if field.of else getattr(record, field.key)
            if value is not None and (field.needed or value != field.default):
                yield field, value

    def written(self, record: Any) -> dict[str, str]:
        """The record's keys with their values as YAML."""
        return {field.also or field.key: field.kind.write(value) for field, value in self.said(record)}


def listed(table: FieldTable, name: str, *, may_be_empty: bool = True) -> Kind:
    """A list of such mappings: a tuple of what is made of each.

    Nothing under the key is an empty list: a start in which every entry is commented out.
    """

    def read(entry: Entry, node: Node) -> tuple[Any, ...]:
        if isinstance(node, Scalar) and not node.text:
            return ()
        if not isinstance(node, YamlList):
            entry.document.report(node, "wrong-shape", f"{name} is not a list", expected=f"- {table.example}")
            return ()
        made = [table.read(entry.document, item, entry.context) for item in node if _is_map(entry, item, table.what)]
        return tuple(each for each in made if each is not None)

    def schema() -> Schema:
        items = {"items": table.schema()}
        return {"type": ["array", "null"], **items} if may_be_empty else {"type": "array", "minItems": 1, **items}

    return Kind(read, schema, f"[{table.example}]", is_text=False, entries=table)


def inner(table: FieldTable) -> Kind:
    """One such mapping."""
    return Kind(
        lambda entry, node: table.read(entry.document, node, entry.context),
        table.schema,
        table.example,
        lambda record: flow(table.written(record)),
        is_text=False,
    )


def named(table: FieldTable, what: str) -> Kind:
    """Such mappings by their names: what is made of each."""

    def read(entry: Entry, node: Node) -> dict[str, Any]:
        found = {
            key.text: table.read(entry.document, each, entry.context, key)
            for key, each in entry.document.map_at(node, what)
        }
        return {key: made for key, made in found.items() if made is not None}

    return Kind(read, lambda: {"type": "object", "additionalProperties": table.schema()}, is_text=False)


def _is_map(entry: Entry, item: Node, what: str) -> bool:
    entry.document.map_at(item, what)
    return isinstance(item, Map)


def one_of(keys: Sequence[str], code: str, example: str) -> Rule:
    """One of these keys must be there, and no more."""

    def check(entry: Entry, _: Values) -> None:
        found = [key for key in keys if key in entry]
        if not found:
            words = ", ".join(f'"{key}"' for key in keys)
            entry.document.report(entry.map, "missing-key", f"{entry.what} needs one of {words}", expected=example)
        for key in found[1:]:
            entry.refuse(
                key, code, f'{entry.what} has one of {", ".join(keys)}: "{found[0]}" stands there already',
                "write one entry for each",
            )  # fmt: skip

    return Rule(check, {"oneOf": [{"required": [key]} for key in keys]})


def first_of(keys: Sequence[Word], entry: Entry) -> Word | None:
    """The first of the keys that is there."""
    return next((key for key in keys if key in entry), None)


def not_beside(key: str, others: Sequence[str], code: str, message: str, remedy: str = "", *, also: str = "") -> Rule:
    """The key says nothing beside any of the others; in the message `{other}` is the one that is there.

    `also` is the other spelling of the key.
    """

    def check(entry: Entry, _: Values) -> None:
        if other := first_of(others, entry):
            entry.refuse(key, code, message.replace("{other}", other), remedy)

    both = [{"required": [each, other]} for each in (key, also) if each for other in others]
    return Rule(check, {"not": {"anyOf": both}})


def only_beside(key: str, others: Sequence[str], code: str, message: str, *, expected: str = "") -> Rule:
    """The key says nothing without one of the others."""

    def check(entry: Entry, _: Values) -> None:
        if first_of(others, entry) is None:
            entry.refuse(key, code, message, expected=expected)

    return Rule(check, {"dependencies": {key: any_of(others)}})


def any_of(keys: Sequence[str]) -> Schema:
    return {"anyOf": [{"required": [key]} for key in keys]}


# --- kinds that every file has ----------------------------------------------------------------------------------------
# Scalars are texts to us; an editor has told numbers and flags from them already.
ANY_TEXT: Schema = {"type": ["string", "number", "boolean"]}


def pattern(written: str) -> Schema:
    return {"type": "string", "pattern": f"^({written})$"}


def number_or(written: str) -> Schema:
    """A figure that an editor may have taken for a number."""
    return {"type": ["string", "number"], "pattern": f"^({written})$"}


def by_key(keys: str, values: Schema) -> Schema:
    """An object whose keys are written alike: months, currencies."""
    return {"type": "object", "patternProperties": {f"^({keys})$": values}, "additionalProperties": False}


def word_of(words: Sequence[str], code: str, message: str) -> Kind:
    """One of some words; `{}` of the message is what is written in its place."""

    def read(entry: Entry, text: Scalar) -> str | None:
        if text.text.strip() in words:
            return text.text.strip()
        entry.document.report(
            text, code, message.replace("{}", text.text), nearest=nearest_names(text.text, words),
            expected=", ".join(words),
        )  # fmt: skip
        return None

    return Kind(read, {"enum": list(words)}, words[0])


def _flag(entry: Entry, text: Scalar) -> bool | None:
    if text.text.strip() in ("true", "false"):
        return text.text.strip() == "true"
    entry.wrong(text, "bad-value", " is neither true nor false", "true, or false")
    return None


FLAG = Kind(_flag, {"enum": [True, False, "true", "false"]}, "true", lambda value: str(value).lower())


def day_of(expected: str, *ways: Callable[[str], date]) -> Callable[[Entry, Scalar], date | None]:
    """What reads a day, in the first of some ways that takes it."""

    def read(entry: Entry, text: Scalar) -> date | None:
        for way in ways or (read_day,):
            try:
                return way(text.text)
            except ValueError:
                continue
        entry.wrong(text, "bad-date", " is not a date", expected)
        return None

    return read


def in_order(first: str, end: str) -> Rule:
    """The second day lies behind the first."""

    def check(entry: Entry, values: Values) -> None:
        begins, ends = values.get(first), values.get(end)
        if begins and ends and ends <= begins:
            entry.document.report(
                entry.map.get(end) or entry.map, "empty-period", f"it ends before it begins: {end} is the first day without it",
                expected=f"a day after {first}",
            )  # fmt: skip

    return Rule(check)


def documented(fields: Iterable[YamlField]) -> Iterator[tuple[str, str, str]]:
    """(key, example, meaning) of every field, as the documentation lists them."""
    for field in fields:
        key = field.also or field.key
        example = (field.example or field.kind.example).removeprefix(f"{key}: ")
        yield key, example, f"{'Needed. ' if field.needed else ''}{field.says}"
