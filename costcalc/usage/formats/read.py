"""Format files: the YAML of a usage format as a FormatSpec, strict about its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from costcalc import yamldoc
from costcalc.cache import cached
from costcalc.meters import meters
from costcalc.packed import packing, records_of
from costcalc.problems import nearest_names
from costcalc.usage.formats import model as shapes
from costcalc.usage.formats.failed import failed_calls
from costcalc.usage.formats.model import (
    AS,
    READERS,
    TIMES,
    WRITTEN,
    Condition,
    Dedupe,
    Events,
    Excess,
    FormatSpec,
    GroupSums,
    Long,
    Paths,
    Remark,
    Replies,
    ReplyId,
    RowParts,
    Shape,
    Skip,
    StatedCost,
    Term,
    Text,
    Time,
    Total,
    Unfold,
)
from costcalc.usage.formats.placing import placed
from costcalc.yamldoc import Document, Map, Node, Scalar, read_yaml

# What decides the shape of a format: a change of this code is another key of the cache.
_CODE = (
    *(Path(__file__).with_name(name) for name in ("read.py", "failed.py", "model.py", "placing.py")),
    *(Path(__file__).parents[2] / name for name in ("meters.py", "meters.yaml")),
)  # fmt: skip
_SHAPE_KEYS = [
    "provider",
    "model",
    "region",
    "service_tier",
    "thinking",
    "time",
    "requests",
    "usage",
    "meters",
    "total",
    "long",
    "cost",
    "revenue",
    "input_over",
    "billed_meter",
    "dimensions",
]
_FORMAT_KEYS = [
    "format",
    "title",
    "reads",
    "recognise",
    "only",
    "roots",
    "unfold",
    "search_for",
    "usage_objects",
    "signs",
    "skip",
    "failed",
    "perhaps_failed",
    "remarks",
    "dedupe",
    "replies",
    "batches",
    "either",
    "parts",
    "undated",
    "other_columns",
    "ignored",
    "optional",
    "beside",
    "views",
    "shapes",
]
_TIME_KINDS = ("instant", "plain", "unix", "unix-ms", "utc-bucket", "utc-day", "naive-day", "us-day", "naive-month")
_COST_KINDS = ("billed", "computed", "estimated")


_OWN: ContextVar[Mapping[str, FormatSpec]] = ContextVar("own formats", default=MappingProxyType({}))


def formats() -> Mapping[str, FormatSpec]:
    """Every format that is known here, by name: those of the package, and before them one's own."""
    own = own_formats()
    return {**own, **shipped_formats(), **own} if own else shipped_formats()


def own_formats() -> Mapping[str, FormatSpec]:
    """The formats of the format files that `with_formats` was given."""
    return _OWN.get()


@contextmanager
def with_formats(files: Sequence[Path]) -> Iterator[None]:
    """Within, these format files are known too. CostcalcError: unreadable, or wrong, with all problems."""
    known = _OWN.set({spec.name: spec for spec in map(read_format, files)})
    try:
        yield
    finally:
        _OWN.reset(known)


@lru_cache
def shipped_formats() -> Mapping[str, FormatSpec]:
    """Every format of the package's format files, by name."""
    files = sorted(Path(__file__).parent.glob("*.yaml"))
    found: Mapping[str, FormatSpec] = cached(
        "formats", [*files, *_vendors()], _CODE, lambda: ({spec.name: spec for spec in map(read_format, files)}, True),
        *packing(records_of(shapes)),
    )  # fmt: skip
    return found


@lru_cache
def usage_objects() -> Mapping[str, Shape]:
    """The usage objects of the vendors, `anthropic/messages`: what their members count, and how they overlap."""
    found: dict[str, Shape] = {}
    for path in _vendors():
        document = read_yaml(path)
        found |= {f"{path.stem}/{each.name}": each for each in _Reader(document).objects()}
        document.check()
    return found


def _vendors() -> list[Path]:
    return sorted((Path(__file__).parents[1] / "vendors").glob("*.yaml"))


def read_format(path: Path) -> FormatSpec:
    """One format file. CostcalcError: unknown keys, meters, or kinds, with their places."""
    document = read_yaml(path)
    spec = _Reader(document).format()
    document.check()
    return spec


class _Reader:
    """Turns the nodes of one document into a format; problems are noted in the document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def format(self) -> FormatSpec:
        root = self.document.map_at(self.document.root, "the format", (*_FORMAT_KEYS, *_SHAPE_KEYS))
        base = self.shape(root, Shape(), "")
        shapes = self.shapes(root.get("shapes"), base)
        parts, either = root.get("parts"), self.document.map_at(root.get("either"), "either")
        return FormatSpec(
            self.word(root.get("format"), "format"),
            self.words(root.get("reads"), "reads"),
            shapes or (base,),
            self.word(root.get("title"), "title"),
            self.lists(root.get("recognise"), "recognise"),
            self.lists(root.get("only"), "only"),
            self.words(root.get("roots"), "roots") or (".",),
            unfold=tuple(each for node in self.nodes(root.get("unfold")) for each in self.unfold(node)),
            search_for=self.words(root.get("search_for"), "search_for"),
            usage_objects=self.words(root.get("usage_objects"), "usage_objects"),
            signs=self.words(root.get("signs"), "signs"),
            skip=(
                *map(self.skip, self.nodes(root.get("skip"))),
                *failed_calls(self.conditions(root.get("failed"), "failed")),
            ),
            doubtful=self.conditions(root.get("perhaps_failed"), "perhaps_failed"),
            remarks=tuple(self.remark(node) for node in self.nodes(root.get("remarks"))),
            dedupe=self.dedupe(root.get("dedupe")),
            replies=self.replies(root.get("replies")),
            batches=self.batches(root.get("batches")),
            either={key.text: self.condition(node, key.text) for key, node in either},
            parts=tuple(self.parts(part, base) for part in self.nodes(parts)),
            undated=self.word(root.get("undated"), "undated") == "yes",
            other_columns=self.word(root.get("other_columns"), "other_columns") != "no",
            ignored=frozenset(self.words(root.get("ignored"), "ignored")),
            optional=frozenset(self.words(root.get("optional"), "optional")),
            beside=self.words(root.get("beside"), "beside"),
            views=self.words(root.get("views"), "views"),
        )

    def objects(self) -> tuple[Shape, ...]:
        root = self.document.map_at(self.document.root, "the vendor", ("objects",))
        return self.shapes(root.get("objects"), Shape())

    # --- small pieces -------------------------------------------------------------------------------------

    def word(self, node: Node | None, what: str) -> str:
        found = self.document.text_at(node, what)
        return found.text if found else ""

    def words(self, node: Node | None, what: str) -> tuple[str, ...]:
        return tuple(scalar.text for scalar in self.document.texts_at(node, what))

    def nodes(self, node: Node | None) -> tuple[Node, ...]:
        if node is None:
            return ()
        return node.items if isinstance(node, yamldoc.Sequence) else (node,)

    def lists(self, node: Node | None, what: str) -> tuple[tuple[str, ...], ...]:
        return tuple(self.words(item, what) for item in self.nodes(node))

    def paths(self, text: str) -> Paths:
        return tuple(part.strip() for part in text.split(" | "))

    def text(self, node: Node | None, what: str, constant: bool = False) -> Text:
        """A text: a scalar is a path (a constant where `constant`), a mapping says more, a list is tried in order."""
        if node is None:
            return Text()
        if isinstance(node, Scalar):
            return Text(constant=node.text) if constant else Text(self.paths(node.text))
        if isinstance(node, yamldoc.Sequence):
            return self.text_list(node, what)
        entry = self.document.map_at(node, what, ("field", "always", "values", "otherwise", "take", "spaces"))
        if "always" in entry:
            return Text(constant=self.word(entry.get("always"), what))
        values = self.document.map_at(entry.get("values"), f"{what}'s values")
        return Text(
            self.paths(self.word(entry.get("field"), what)),
            values=tuple((key.text.lower(), self.word(value, what)) for key, value in values),
            otherwise=self.word(entry.get("otherwise"), what) if "otherwise" in entry else None,
            take=self.word(entry.get("take"), what),
            spaces=self.word(entry.get("spaces"), what),
        )

    def text_list(self, node: yamldoc.Sequence, what: str) -> Text:
        found: Text | None = None
        for item in reversed(node.items):
            found = replace(self.text(item, what), after=found)
        return found or Text()

    def term(self, node: Node, what: str) -> Term | Excess:
        if isinstance(node, Map):
            entry = self.document.map_at(node, what, ("excess", "less_excess"))
            if "less_excess" in entry:
                return Excess(self.terms(entry.get("less_excess"), what), -1)
            return Excess(self.terms(entry.get("excess"), what))
        return self.plain_term(self.word(node, what))

    def plain_term(self, text: str) -> Term:
        sign = -1 if text.startswith("- ") else 1
        paths, written, times = text.removeprefix("- "), "", ""
        if paths.endswith(tuple(f"{AS}{form}" for form in WRITTEN)):
            paths, _, written = paths.rpartition(AS)
        if paths.endswith(tuple(f" * {factor}" for factor in TIMES)):
            paths, _, times = paths.rpartition(" * ")
        return Term(self.paths(paths), sign, int(times or 1), written)

    def terms(self, node: Node | None, what: str) -> tuple[Term, ...]:
        return tuple(self.plain_term(text) for text in self.words(node, what))

    def condition(self, node: Node | None, what: str) -> Condition:
        entry = self.document.map_at(
            node, what, ("where", "lacks", "present", "absent", "zero", "positive", "sums_to_zero")
        )
        positive, balanced = entry.get("positive"), entry.get("sums_to_zero")
        return Condition(
            self.choices(entry.get("where"), f"{what}'s where"),
            self.choices(entry.get("lacks"), f"{what}'s lacks"),
            present=self.path_list(entry.get("present"), what),
            absent=self.path_list(entry.get("absent"), what),
            zero=self.path_list(entry.get("zero"), what),
            positive=(self.terms(positive, what),) if positive is not None else (),
            sums_to_zero=(self.terms(balanced, what),) if balanced is not None else (),
        )

    def conditions(self, node: Node | None, what: str) -> tuple[Condition, ...]:
        return tuple(self.condition(each, what) for each in self.nodes(node))

    def choices(self, node: Node | None, what: str) -> tuple[tuple[Paths, tuple[str, ...]], ...]:
        entry = self.document.map_at(node, what)
        return tuple(
            (self.paths(key.text), tuple(word.lower() for word in self.words(value, what))) for key, value in entry
        )

    def path_list(self, node: Node | None, what: str) -> tuple[Paths, ...]:
        return tuple(self.paths(text) for text in self.words(node, what))

    # --- larger pieces --------------------------------------------------------------------------------------

    def shapes(self, node: Node | None, base: Shape) -> tuple[Shape, ...]:
        written = {key.text: (key, value) for key, value in self.document.map_at(node, "shapes")}
        found: dict[str, Shape] = {}
        for name in written:
            self.add_shape(name, written, found, base)
        return tuple(found[name] for name in written)

    def add_shape(
        self, name: str, written: Mapping[str, tuple[Scalar, Node]], found: dict[str, Shape], base: Shape
    ) -> None:
        """Read one shape, and before it the one that it is like."""
        if name in found:
            return
        found[name] = base  # one that is like itself stops here
        entry = self.document.map_at(written[name][1], f"shape {name}", ("like", "when", *_SHAPE_KEYS))
        like = self.word(entry.get("like"), "like")
        if like in written:
            self.add_shape(like, written, found, base)
        elif like:
            near = nearest_names(like, written)
            place = entry.get("like") or written[name][0]
            self.document.report(place, "unknown-name", f'no shape is called "{like}"', nearest=near)
        shape = self.shape(entry, found.get(like, base), name)
        when = self.condition(entry.get("when"), "when") if "when" in entry else shape.when
        found[name] = replace(shape, when=when)

    def shape(self, entry: Map, base: Shape, name: str) -> Shape:
        """The base shape with what the entry says differently."""
        said: dict[str, Any] = {"name": name}
        for key in ("model", "service_tier", "thinking", "input_over"):
            if key in entry:
                said[key] = self.text(entry.get(key), key)
        for key in ("provider", "region", "billed_meter"):
            if key in entry:
                said[key] = self.text(entry.get(key), key, constant=True)
        readers = {"time": self.time, "requests": self.requests}
        said |= {key: read(entry.get(key)) for key, read in readers.items() if key in entry}
        if "long" in entry:
            said["long"] = self.long(entry.get("long"), said.get("billed_meter", base.billed_meter))
        said |= {key: self.cost(entry.get(key)) for key in ("cost", "revenue") if key in entry}
        if "usage" in entry:
            carried = self.carried(entry.get("usage"))
            said |= {"when": carried.when, "meters": carried.meters, "total": carried.total}
        if "meters" in entry:
            said["meters"] = {**said.get("meters", base.meters), **self.meters(entry.get("meters"))}
        if "total" in entry:
            said["total"] = self.total(entry.get("total"))
        if "dimensions" in entry:
            said["dimensions"] = {**base.dimensions, **self.dimensions(entry.get("dimensions"))}
        return replace(base, **said)

    def carried(self, node: Node | None) -> Shape:
        """A vendor's usage object at the places where the records of this format carry it."""
        entry = self.document.map_at(node, "usage", ("of", "at"))
        name = self.word(entry.get("of"), "of")
        if (found := usage_objects().get(name)) is None:
            known = usage_objects()
            place, near = entry.get("of") or entry.place, nearest_names(name, known)
            self.document.report(
                place, "unknown-name", f'no usage object is called "{name}"', nearest=near, expected=", ".join(known)
            )
            return Shape()
        return placed(found, self.paths(self.word(entry.get("at"), "at")))

    def total(self, node: Node | None) -> Total | None:
        """What a row states of all its tokens; `or`: another sum that it may be; `none`: a usage object's is not asked."""
        if not isinstance(node, Map):
            text = self.word(node, "total")
            return None if text == "none" else Total(self.plain_term(text))
        entry = self.document.map_at(node, "total", ("of", "or"))
        also = (self.terms(entry.get("or"), "or"),) if "or" in entry else ()
        return Total(self.plain_term(self.word(entry.get("of"), "of")), also)

    def time(self, node: Node | None) -> Time:
        entry = self.document.map_at(node, "time", ("field", "as", "until", "zone"))
        kind = self.word(entry.get("as"), "as")
        pattern = kind if "%" in kind else ""
        if not pattern and kind not in _TIME_KINDS:
            self.document.report(
                entry.get("as") or entry.place,
                "unknown-name",
                f'no time is written as "{kind}"',
                expected=f"{', '.join(_TIME_KINDS)}, or a pattern such as %d.%m.%Y",
            )
        until = self.word(entry.get("until"), "until")
        zone = {"": "UTC", "report": ""}.get(self.word(entry.get("zone"), "zone"), self.word(entry.get("zone"), "zone"))
        paths, ends = self.paths(self.word(entry.get("field"), "field")), self.paths(until) if until else ()
        return Time(paths, "plain" if pattern else kind, ends, zone, pattern)  # type: ignore[arg-type]

    def requests(self, node: Node | None) -> Any:
        text = self.word(node, "requests")
        if text == "none":
            return None  # the row does not say of how many requests it is
        return text if text in ("one", "first", "plain") else Term(self.paths(text))

    def meters(self, node: Node | None) -> dict[str, tuple[Term | Excess, ...]]:
        found = {}
        for key, value in self.document.map_at(node, "meters"):
            if key.text not in meters().by_name:
                self._no_such_meter(key)
            found[key.text] = tuple(self.term(item, key.text) for item in self.nodes(value))
        return found

    def _no_such_meter(self, scalar: Scalar) -> None:
        near = nearest_names(scalar.text, meters().by_name)
        self.document.report(scalar, "unknown-meter", f'no meter is called "{scalar.text}"', nearest=near)

    def long(self, node: Node | None, billed_meter: Text) -> Long:
        """`label: billed meter` is the text that says which meter a row bills."""
        entry = self.document.map_at(node, "long", ("label", "amount", "classes", "when"))
        classes = []
        for key, value in self.document.map_at(entry.get("classes"), "classes"):
            names = self.document.texts_at(value, key.text)
            for name in names:
                if name.text not in meters().by_name:
                    self._no_such_meter(name)
            classes.append((key.text.lower(), tuple(name.text for name in names)))
        amount = self.plain_term(self.word(entry.get("amount"), "amount"))
        label = self.text(entry.get("label"), "label")
        if label.paths == ("billed meter",):
            label = billed_meter
        return Long(label, amount, tuple(classes), self.condition(entry.get("when"), "when"))

    def cost(self, node: Node | None) -> StatedCost:
        entry = self.document.map_at(node, "cost", ("amount", "kind", "currency", "signs", "divisor", "none"))
        kind = self.word(entry.get("kind"), "kind")
        if kind not in _COST_KINDS:
            self.document.report(
                entry.get("kind") or entry.place,
                "unknown-name",
                f'no cost is of the kind "{kind}"',
                expected=", ".join(_COST_KINDS),
            )
        return StatedCost(
            self.terms(entry.get("amount"), "amount"),
            kind,
            self.text(entry.get("currency"), "currency", constant=True),
            self.word(entry.get("signs"), "signs") == "yes",
            self.whole(entry.get("divisor"), "divisor"),
            tuple(word.lower() for word in self.words(entry.get("none"), "none")),
        )

    def whole(self, node: Node | None, what: str) -> int:
        """A whole number above zero; 1 where none is written."""
        word = self.word(node, what)
        if node is None or re.fullmatch(r"[1-9]\d{0,17}", word, re.ASCII):
            return int(word or 1)
        self.document.report(node, "bad-number", f'{what} "{word}" is not a whole number', expected="1000")
        return 1

    def dimensions(self, node: Node | None) -> dict[str, Text]:
        return {key.text: self.text(value, key.text) for key, value in self.document.map_at(node, "dimensions")}

    def skip(self, node: Node) -> Skip:
        entry = self.document.map_at(node, "skip", ("reason", "when", "covers"))
        return Skip(
            self.condition(entry.get("when"), "when"),
            re.sub(r"\s+", " ", self.word(entry.get("reason"), "reason")),
            self.word(entry.get("covers"), "covers") == "yes",
        )

    def remark(self, node: Node) -> Remark:
        if isinstance(node, Scalar):
            return Remark(re.sub(r"\s+", " ", node.text))
        entry = self.document.map_at(node, "remark", ("text", "when"))
        when = self.condition(entry.get("when"), "when") if "when" in entry else None
        return Remark(re.sub(r"\s+", " ", self.word(entry.get("text"), "text")), when)

    def unfold(self, node: Node) -> list[Unfold]:
        """One way for each list; several lists are taken apart alike."""
        entry = self.document.map_at(node, "unfold", ("list", "keep", "under", "without", "reader", "of"))
        lists, reader = self.words(entry.get("list"), "list"), self.word(entry.get("reader"), "reader")
        if reader and reader not in READERS:
            self.document.report(
                entry.get("reader") or entry.place, "unknown-name", f'no reader is called "{reader}"',
                expected=", ".join(READERS),
            )  # fmt: skip
        way = Unfold(
            (),
            self.word(entry.get("keep"), "keep") == "yes",
            self.word(entry.get("under"), "under"),
            self.words(entry.get("without"), "without"),
            reader,
            self.words(entry.get("of"), "of"),
        )
        return [replace(way, list=tuple(steps.split("."))) for steps in lists] or [way]

    def dedupe(self, node: Node | None) -> Dedupe | None:
        if node is None:
            return None
        entry = self.document.map_at(node, "dedupe", ("key", "latest", "largest", "replay"))
        return Dedupe(
            self.path_list(entry.get("key"), "key"),
            self.terms(entry.get("largest"), "largest"),
            self.word(entry.get("replay"), "replay"),
            next(iter(self.path_list(entry.get("latest"), "latest")), ()),
        )

    def replies(self, node: Node | None) -> Replies | None:
        if node is None:
            return None
        entry = self.document.map_at(node, "replies", ("ids", "same", "largest", "events", "sums"))
        return Replies(
            tuple(self.reply_id(item) for item in self.nodes(entry.get("ids"))),
            self.path_list(entry.get("same"), "same"),
            self.terms(entry.get("largest"), "largest"),
            self.events(entry.get("events")),
            self.sums(entry.get("sums")),
        )

    def batches(self, node: Node | None) -> tuple[Condition, ...]:
        entry = self.document.map_at(node, "batches", keys := ("object", "line"))
        return tuple(self.condition(entry.get(key), key) for key in keys if key in entry)

    def reply_id(self, node: Node) -> ReplyId:
        if isinstance(node, Scalar):
            return ReplyId(node.text)
        entry = self.document.map_at(node, "id", ("field", "beside", "begins"))
        beside, begins = self.words(entry.get("beside"), "beside"), self.words(entry.get("begins"), "begins")
        return ReplyId(self.word(entry.get("field"), "field"), beside, begins)

    def events(self, node: Node | None) -> Events | None:
        if node is None:
            return None
        entry = self.document.map_at(node, "events", keys := ("kind", "first", "later", "ends", "within"))
        kind, first, later, ends, within = (self.word(entry.get(key), key) for key in keys)
        return Events(self.paths(kind), first, later, ends, within)

    def sums(self, node: Node | None) -> GroupSums | None:
        if node is None:
            return None
        entry = self.document.map_at(node, "sums", ("parts", "counts", "group"))
        counts = self.words(entry.get("counts"), "counts")
        return GroupSums(self.word(entry.get("parts"), "parts"), counts, self.word(entry.get("group"), "group"))

    def parts(self, node: Node, base: Shape) -> RowParts:
        entry = self.document.map_at(node, "parts", ("list", *_SHAPE_KEYS))
        shape = replace(self.shape(entry, base, "part"), when=Condition())  # every member is one
        return RowParts(self.word(entry.get("list"), "list"), shape)
