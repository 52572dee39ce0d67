"""Readings: which format each source has, what its columns mean, and which sources one statement reads together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from costcalc.asked import Setting
from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem
from costcalc.records import dataclass
from costcalc.usage.files.answers import answer_problem, is_answer
from costcalc.usage.files.left import Left, has_usage_columns, head_of, may_hold_usage
from costcalc.usage.files.sources import ReadableFile
from costcalc.usage.formats import plain, plainbill
from costcalc.usage.formats.everyrow import constants_of, is_constant, is_of_failed, with_constants
from costcalc.usage.formats.failed import ended_by
from costcalc.usage.formats.model import AGAIN, FormatSpec, RowParts, Shape, Term, Text, paths_of
from costcalc.usage.formats.names import FLAG, TOTALS, TYPED, canonical, is_meaning
from costcalc.usage.formats.paths import (
    FILE,
    INSIDE,
    JsonColumns,
    SourceColumn,
    SourceColumns,
    TableColumns,
    UsageNames,
)
from costcalc.usage.formats.uncounted import MOST, Watched, inside_texts, map_option, watch
from costcalc.usage.formats.unread import is_billed, with_unread
from costcalc.usage.reading.assume import assumed, name_under
from costcalc.usage.reading.maps import MapRule, entries_of, is_in, names_in, no_such_column
from costcalc.usage.reading.recognition import bracketed, candidates, choose, header_names
from costcalc.usage.reading.usagenames import first_names


@dataclass(frozen=True, slots=True)
class Reading:
    """Sources that one statement reads together: one format and one set of columns."""

    spec: FormatSpec
    sources: tuple[ReadableFile, ...]
    why: str  # what the format was recognised by
    meanings: Mapping[str, str]  # column → what it is read as
    types: Mapping[str, str]  # column → type, of sources with types of their own
    settings: tuple[Setting, ...] = ()  # of the configuration: what it calls these columns
    unassumed: FormatSpec | None = None  # the format without what the first rows let assume: taken if a row breaks it
    names: UsageNames | None = None  # of JSON: what its usage objects hold
    seen: frozenset[str] | None = None  # of JSON: every path of the lines that were looked at, where others are few
    watched: tuple[Watched, ...] = ()  # columns that may be counts and are in no figure
    lacking: tuple[str, ...] = ()  # columns of the format's input and output that the table has not
    lacking_parts: tuple[str, ...] = ()  # of what lies inside them
    lacking_optional: tuple[str, ...] = ()  # and what not every version of the export has
    earlier: tuple[Reading, ...] = ()  # of the same format, laid out otherwise: what they hold is counted there
    pack: ReadableFile | None = None  # what is read instead of many small sources
    copies: bool = True  # rows that say one usage again are looked for; False: there are none at sight
    tells_apart: bool = False  # lines that repeat a reply, continue one or sum several up were seen

    @property
    def files(self) -> tuple[ReadableFile, ...]:
        """What the engine reads."""
        return (self.pack,) if self.pack else self.sources

    @property
    def dimensions(self) -> dict[str, str]:
        """The dimensions of the format: name without case, spaces and underscores → name as written."""
        return {canonical(name): name for shape in self.spec.shapes for name in shape.dimensions}

    @property
    def shown_total(self) -> str:
        """The column or key that states the total of a row."""
        paths = [path for shape in self.spec.shapes if shape.total for path in shape.total.term.paths]
        if self.names is not None:
            paths = [path for path in paths if any(name.endswith(path) for name in self.names.paths)]
        return self.shown_column(paths[0]) if paths else "the total"

    @property
    def makes_assumptions(self) -> bool:
        """Whether what the first rows show is taken of all."""
        is_sure = self.names is None or self.names.exact
        return self.unassumed is not None or self.seen is not None or not is_sure

    @property
    def is_strict(self) -> bool:
        """Whether lines are read as those that were looked at, and any other one is an error."""
        return self.seen is not None and not self.tells_apart

    def shown_column(self, path: str) -> str:
        """The path as the source writes it: a table's column in its own spelling."""
        written = {name.lower(): name for name in self.sources[0].header}
        return written.get(path.lower(), path)

    def columns(self, parts: RowParts | None = None) -> SourceColumns:
        """What the row builder asks for the format's paths; `parts`: of a line's list, whose members are the rows."""
        first = self.sources[0]
        if first.kind == "json":
            columns = JsonColumns(self.spec.roots, parts.list if parts else "", self.names)
            columns.keys = frozenset(key for key in first.scalars if "." in key)
            columns.seen = self.seen
            columns.texts = frozenset(path.partition(INSIDE)[0] for path in paths_of(self.spec) if INSIDE in path)
            columns.as_written = self.spec.keeps_to_paths and self.seen is None and not _reach_deeper(self.spec)
            for sign in self.spec.signs:
                columns.presence(f"/{sign}")
            return columns
        names = list(enumerate(first.header))
        if first.kind == "table":
            found = {name: SourceColumn(f"c{i}") for i, name in reversed(names)}
        else:
            found = {
                name: SourceColumn(f'"{name.replace(chr(34), chr(34) * 2)}"', self.types[name]) for _, name in names
            }
        if self.spec.dedupe and self.spec.marks_copies:
            found[AGAIN] = SourceColumn(AGAIN if self.copies else "false", "flag")
        bare = {name.strip().lower(): column for name, column in found.items()}
        return TableColumns({**bracketed(bare), **bare, **found})


def _reach_deeper(spec: FormatSpec) -> bool:
    """Whether a path goes into a text with JSON that lies inside an object."""
    deep = (path.partition(INSIDE) for path in paths_of(spec))
    return any("." in base and inside and not inside.startswith("[") for base, _, inside in deep)


def plan(
    sources: Sequence[ReadableFile],
    mapping: Mapping[str, str],
    usage_format: str | None,
    types: Mapping[str, Mapping[str, str]],
    keys_of: Callable[[ReadableFile], Sequence[str]],
    left: Left,
    is_bill: bool = False,
    rules: Sequence[MapRule] = (),
) -> list[Reading]:
    """How the sources will be read; what a folder holds beside them goes to `left`.

    CostcalcError with every problem of the files that were named: unknown formats, unclear or missing columns.
    `rules`: what a configuration calls columns, beneath `mapping`, which flags say. `is_bill`: a table that no format knows is one of amounts. `types`: path → column → kind, of sources with types; `keys_of` lists the keys of flat JSON records.
    """
    groups: dict[tuple[object, ...], list[ReadableFile]] = {}
    chosen: dict[tuple[object, ...], _Choice] = {}
    problems: list[Problem] = []
    chooser = _Chooser(mapping, usage_format, is_bill, rules)
    choices: list[tuple[ReadableFile, _Choice]] = []
    for source in sources:
        if usage_format is None and not is_bill and is_answer(source):
            if source.is_named:
                problems.append(answer_problem(source))
            else:
                left.answers[source.shown] = [answer_problem(source)]
            continue
        try:
            choices.append((source, chooser.chosen(source)))
        except CostcalcError as error:
            if usage_format is not None:
                raise
            problems += _leave([source], error.problems, left)
    beside = _any_of({glob for _, choice in choices for glob in (choice.spec.beside if choice.spec else ())})
    for source, choice in choices:
        spec = choice.spec
        if source.is_empty:
            left.empty[source.shown] = [_header_only(source)]
            continue
        if not source.is_named and beside.search(source.shown):
            left.other[source.shown] = []
            continue
        if spec is None and source.kind == "json":
            source = replace(source, scalars=_flat_keys(source, keys_of(source)))
        key = (*_key(source, spec, types), *choice.entries.values())
        groups.setdefault(key, []).append(source)
        chosen[key] = choice
    readings = []
    for key, members in groups.items():
        try:
            choice = chosen[key]
            named = {**{name: entry.value for name, entry in choice.entries.items()}, **mapping}
            named = _of_these(named, members[0], sources)
            found = _reading(tuple(members), choice.spec, choice.why, named, types.get(members[0].path, {}), is_bill)
            readings.append(replace(found, settings=tuple(choice.entries.values())))
        except CostcalcError as error:
            problems += _leave(members, error.problems, left)
    if problems:
        raise CostcalcError(problems)
    return [replace(reading, earlier=_earlier(position, readings)) for position, reading in enumerate(readings)]


def _of_these(mapping: Mapping[str, str], first: ReadableFile, every: Sequence[ReadableFile]) -> dict[str, str]:
    """The mapping without a column of how calls ended that these files lack and others have: not every file needs one."""
    return {
        name: column
        for name, column in mapping.items()
        if not is_of_failed(name, column, first.header)
        or is_in(column, names_in(first))
        or not any(is_in(column, names_in(source)) for source in every)
    }


def _earlier(position: int, readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings that hold some of a table's rows already, by their ids: tables of other columns, and JSON."""
    reading = readings[position]
    if not reading.spec.marks_copies or reading.sources[0].kind == "json":
        return ()
    return tuple(
        other
        for place, other in enumerate(readings)
        if other.spec.name == reading.spec.name and (place < position or other.sources[0].kind == "json")
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """How one source is read."""

    spec: FormatSpec | None  # None: the plain one
    why: str
    entries: Mapping[str, Setting]  # of the configuration's maps


@dataclass
class _Chooser:
    """Chooses how sources are read; those that look alike are asked about once."""

    mapping: Mapping[str, str]
    usage_format: str | None
    is_bill: bool
    rules: Sequence[MapRule]
    known: dict[tuple[object, ...], _Choice] = field(default_factory=dict)

    def chosen(self, source: ReadableFile) -> _Choice:
        if self.rules:
            return self._chosen(source)
        key = (source.kind, source.header, source.leaves, source.is_empty)
        if key not in self.known:
            self.known[key] = self._chosen(source)
        return self.known[key]

    def _chosen(self, source: ReadableFile) -> _Choice:
        spec, why = choose(source, self.mapping, self.usage_format, self.is_bill)
        if self.is_bill or source.is_empty:
            return _Choice(spec, why, {})
        entries = entries_of(self.rules, source, spec.name if spec else plain.NAME, self.mapping)
        header = source.header
        meaning = (
            each
            for name, each in entries.items()
            if is_meaning(name)
            and not (is_constant(name, each.value, header) or is_of_failed(name, each.value, header))
        )
        meant = next(meaning, None)
        if meant and self.usage_format is None:
            return _Choice(None, f"{meant.place} says what its columns mean", entries)
        return _Choice(spec, why, entries)


def _any_of(globs: Iterable[str]) -> re.Pattern[str]:
    """What matches a path whose end one of the globs is; `*` stands for a part of a name."""
    ends = "|".join(re.escape(glob).replace(r"\*", "[^/]*") for glob in sorted(globs))
    return re.compile(f"(^|/)({ends})$" if ends else r"(?!)")


def _leave(sources: Sequence[ReadableFile], problems: Sequence[Problem], left: Left) -> list[Problem]:
    """Leaves those that a folder holds; the problems of a file that was named are handed back."""
    raised: list[Problem] = []
    shown = {source.shown for source in sources}
    for source in sources:
        own = [
            replace(each, place=replace(each.place, file=source.shown))
            if each.place and each.place.file in shown
            else each
            for each in problems
        ]
        if source.is_named:
            raised = raised or own
        elif _may_hold_usage(source):
            left.unread[source.shown] = own
        else:
            left.other[source.shown] = own
    return raised


def _may_hold_usage(source: ReadableFile) -> bool:
    return has_usage_columns(source.header) if source.kind == "parquet" else may_hold_usage(head_of(Path(source.path)))


def _flat_keys(source: ReadableFile, every: Sequence[str]) -> tuple[str, ...]:
    """The keys of flat records: those of the first lines in their order, then those that only later lines have."""
    nested = {leaf for leaf in source.leaves if "." not in leaf} - set(source.scalars)
    return (*source.scalars, *(key for key in every if key not in source.scalars and key not in nested))


def _key(source: ReadableFile, spec: FormatSpec | None, types: Mapping[str, Mapping[str, str]]) -> tuple[object, ...]:
    name = spec.name if spec else plain.NAME
    day = source.changed if spec and spec.undated else 0
    columns = (source.scalars if spec is None else ()) if source.kind == "json" else source.header
    # A column of this name would stand before the engine's own.
    alone = source.path if any(column.lower() == FILE for column in (*source.header, *source.scalars)) else ""
    types_ = tuple(types.get(source.path, {}).values())
    return name, source.kind, source.delimiter, source.skip, columns, day, types_, alone


def _reading(
    sources: tuple[ReadableFile, ...],
    spec: FormatSpec | None,
    why: str,
    mapping: Mapping[str, str],
    types: Mapping[str, str],
    is_bill: bool,
) -> Reading:
    if spec is None and is_bill:
        return _plain_bill(sources, why, mapping, types)
    if spec is None:
        return _plain_reading(sources, why, mapping, types)
    first = sources[0]
    constants = {} if is_bill else constants_of(mapping, first.header, first.shown)
    ended = {} if is_bill else {n: column for n, column in mapping.items() if is_of_failed(n, column, first.header)}
    aliases = {
        name: Text((column,))
        for name, column in mapping.items()
        if is_bill or not (name in ended or is_constant(name, column, first.header))
    }
    for name, column in ended.items():
        if not is_in(column, names_in(first)):
            raise CostcalcError([no_such_column(f"--map {name}={column}", column, first)])
        spec = ended_by(spec, column)
    if first.kind != "json":
        _require_columns(first, spec)
    watched = () if spec.search_for else _watched(spec, sources, mapping, types)
    extra = _other_dimensions(sources, spec) if spec.other_columns else {}
    spec = _with_seen_roots(spec, sources)
    shapes = tuple(replace(shape, dimensions={**extra, **shape.dimensions, **aliases}) for shape in spec.shapes)
    parts = tuple(
        replace(part, shape=replace(part.shape, dimensions={**shapes[0].dimensions, **part.shape.dimensions}))
        for part in spec.parts
    )
    spec = with_constants(replace(spec, shapes=shapes, parts=parts), constants)
    names = first_names(spec, sources) if first.kind == "json" and spec.objects else None
    watched = with_unread(watched, spec, names) if names else watched
    reading = Reading(spec, sources, why, _meanings(spec), types, names=names, watched=watched)
    return _assuming(replace(reading, **_lacking(first, spec)))


def _lacking(source: ReadableFile, spec: FormatSpec) -> dict[str, Any]:
    """The counts of a format that a table has no column for, under the names of a reading."""
    header = header_names(source)
    if source.kind == "json" or any({name.lower() for name in names} == header for names in spec.only):
        return {}
    whole: dict[str, None] = {}
    parts: dict[str, None] = {}
    optional: dict[str, None] = {}
    known = meters().by_name
    for shape in spec.shapes:
        for meter, terms in shape.meters.items():
            for paths in (term.paths for term in terms if isinstance(term, Term)):
                if not any(path.partition("::")[0].lower() in header for path in paths):
                    # What a text with JSON may hold is no column that every export has.
                    column, inside, _ = paths[0].partition("::")
                    (whole if meter in ("input_tokens", "output_tokens") and not inside else parts)[column] = None
                    if inside or column in spec.optional or known[meter].unit != "token":
                        optional[column] = None
    return {
        "lacking": tuple(name for name in whole if name not in optional),
        "lacking_parts": tuple(name for name in parts if name not in {**whole, **optional}),
        "lacking_optional": tuple(optional),
    }


def _watched(
    spec: FormatSpec, sources: tuple[ReadableFile, ...], mapping: Mapping[str, str], types: Mapping[str, str]
) -> tuple[Watched, ...]:
    """Columns whose names say tokens and that the format neither reads nor knows to repeat others."""
    samples = samples_of(sources, types)
    names = dict.fromkeys((*(sources[0].header or sources[0].scalars), *samples))
    known = {path.removeprefix("/").lower() for path in paths_of(spec)} | {name.lower() for name in spec.ignored}
    known |= {column.lower() for column in mapping.values()}
    known |= {path.replace("::", ".") for path in known}  # what may be a text with JSON may be JSON
    listed_paths = [parts.path for parts in spec.parts]  # of members that are rows
    texts = {path.partition("::")[0] for path in known if "::" in path}  # whose insides the format reads
    unknown = [
        name
        for name in names
        if name.lower() not in known
        and canonical(name) not in TOTALS
        and not any(name.startswith(f"{listed}.") for listed in listed_paths)
        and ("::" not in name or name.partition("::")[0].lower() in texts)
    ]
    tokens = [seen for seen in watch(unknown, samples) if seen.is_named]
    if sources[0].kind != "json" or spec.objects or spec.other_columns:
        return tuple(tokens)
    # Of records whose counts stand beside everything else, what else is billed by its number.
    taken = {seen.column for seen in tokens}
    return (*tokens, *(Watched(name, True) for name in unknown if name not in taken and is_billed(name)))[:MOST]


def _header_only(source: ReadableFile) -> Problem:
    remedy = "export the log again, or leave the file out"
    place = Place(source.shown, 1 if source.kind == "table" else 0)
    return Problem("header-only", "the file has a header and no rows", place, remedy=remedy)


def _with_seen_roots(spec: FormatSpec, sources: Sequence[ReadableFile]) -> FormatSpec:
    """The format with only those roots that the first lines have; a scan that leaves lines over takes all of them."""
    if len(spec.roots) == 1:
        return spec
    names = {name for names in spec.recognise for name in names}
    leaves = {leaf for source in sources for leaf in source.leaves}
    seen = tuple(root for root in spec.roots if any(name_under(root, name) in leaves for name in names))
    unseen = tuple(root for root in spec.roots if root not in seen)
    return replace(spec, roots=seen, unseen_roots=unseen) if seen else spec


def _other_dimensions(sources: Sequence[ReadableFile], spec: FormatSpec) -> dict[str, Text]:
    """The columns and top-level keys that the format does not read as something else."""
    used = {path.removeprefix("/").lower() for shape in spec.shapes for path, _ in shape_paths(shape)} | spec.ignored
    used |= {path.lower() for shape in spec.shapes for text in shape.dimensions.values() for path in _text_paths(text)}
    names = dict.fromkeys(name for source in sources for name in (source.header or source.scalars))
    mark = "/" if sources[0].kind == "json" else ""
    return {name: Text((mark + name,)) for name in names if name.lower() not in used}


def _require_columns(source: ReadableFile, spec: FormatSpec) -> None:
    """Raise where the table lacks what the format cannot do without: a time, and something counted or charged."""
    header = header_names(source)
    if any({name.lower() for name in names} == header for names in spec.only):
        return
    missing = []
    for shape in spec.shapes:
        counted = [path for terms in shape.meters.values() for term in terms for path in getattr(term, "paths", ())]
        counted += [path for term in (shape.cost.terms if shape.cost else ()) for path in term.paths]
        counted += shape.long.amount.paths if shape.long else ()
        if shape.time and not any(path.lower() in header for path in shape.time.paths):
            missing.append(("time", shape.time.paths))
        if not any(path.partition(INSIDE)[0].lower() in header for path in counted):
            missing.append(("count", tuple(counted[:4])))
    if missing:
        raise CostcalcError([_missing(what, paths, source, spec) for what, paths in missing])


def _missing(what: str, paths: Sequence[str], source: ReadableFile, spec: FormatSpec) -> Problem:
    return Problem(
        "missing-column",
        f"no column says the {what}: {spec.name} files have {' or '.join(paths)}",
        Place(source.shown, 1),
        expected=f"the columns of the {spec.title or spec.name}",
        remedy="export it again with all its columns, or read it as a plain table: --usage-format plain --map …",
    )


def _plain_reading(
    sources: tuple[ReadableFile, ...], why: str, mapping: Mapping[str, str], types: Mapping[str, str]
) -> Reading:
    first = sources[0]
    header = first.header or first.scalars
    aliases = {name: column for name, column in mapping.items() if not is_meaning(name)}
    samples, nested = samples_of(sources, types), _nested(sources)
    try:
        found = plain.understand(header, samples, mapping, first.shown, {*nested, *_lists(sources)})
        below = sorted({*nested, *samples} - {*header})
        guessed = {**plain.guessed_mapping([*header, *below], samples), **mapping}
        spec = plain.plain_format(found, aliases, first.shown, guessed)
    except CostcalcError as error:
        if first.kind == "json" and {problem.code for problem in error.problems} == {"missing-column"}:
            raise _unknown(first, guessed) from error
        raise
    meanings = {column: meaning for meaning, columns in found.meanings.items() for column in columns}
    settled = {*meanings, *aliases.values(), *found.dropped, *found.outcomes, found.total}
    watched = watch([name for name in (*header, *below) if name not in settled], samples)
    return _assuming(Reading(spec, sources, why, meanings, types, watched=watched))


def _plain_bill(
    sources: tuple[ReadableFile, ...], why: str, mapping: Mapping[str, str], types: Mapping[str, str]
) -> Reading:
    spec = plainbill.bill_format(sources[0].header or sources[0].scalars, mapping, sources[0].shown)
    return _assuming(Reading(spec, sources, why, _meanings(spec), types))


def _assuming(reading: Reading) -> Reading:
    whole = _with_region(reading.spec)
    spec = assumed(whole, reading.sources)
    return replace(reading, spec=spec, unassumed=None if spec == whole else whole)


def _with_region(spec: FormatSpec) -> FormatSpec:
    """The format with its region as a dimension too, to choose rows by."""
    if not any(shape.region.paths for shape in spec.shapes):
        return spec
    shapes = tuple(replace(each, dimensions={"region": each.region, **each.dimensions}) for each in spec.shapes)
    return replace(spec, shapes=shapes)


def _unknown(source: ReadableFile, guessed: Mapping[str, str]) -> CostcalcError:
    known = next((each.spec.name for each in candidates(source) if not each.lacks), "")
    if known:
        return CostcalcError([_renamed_in_part(source, known)])
    return CostcalcError(
        [
            Problem(
                "unknown-format",
                "no format knows these JSON records: they hold no usage object, and no keys that name a time, a model and a count",
                Place(source.shown, 1),
                expected=f"API responses, logs of a tool listed by `costcalc formats list`, or flat records{_near(source)}",
                remedy=_keys_remedy(guessed),
            )
        ]
    )


def _renamed_in_part(source: ReadableFile, known: str) -> Problem:
    return Problem(
        "missing-column",
        f"--map says what some keys of these records mean, and not which of them are the time, the model and the counts: {known} knows them without it",
        Place(source.shown, 1),
        expected="no --map of a meaning, or one for each of a time, a model and a count",
        remedy="leave this --map out; what every row has alike may stay, such as --map model==NAME",
    )


def _near(source: ReadableFile) -> str:
    """The formats that the records come near to, and what they lack."""
    near = [f"{each.spec.name} but for {', '.join(each.lacks)}" for each in candidates(source)[:3]]
    return f"; near to {' and to '.join(near)}" if near else ""


def _keys_remedy(guessed: Mapping[str, str]) -> str:
    """The option that names the keys which may be meant; where there are none, what such records can be turned into."""
    needed = ("timestamp", "model", "input_tokens", "output_tokens")
    if not all(name in guessed for name in needed[:3]):
        return f"write a row a usage, as CSV or JSON lines with the keys {', '.join(needed)}, or a format file: costcalc init format LOG"
    keys = {name: guessed[name] for name in (*needed, *guessed) if name in guessed}
    first, *others = (f"{name}={key}" for name, key in keys.items())
    option = map_option(*",".join([first, *others]).split("=", 1))
    beside = (
        " (uncached_input_tokens, where cached tokens stand beside the input)" if "cache_read_tokens" in keys else ""
    )
    return f"name the keys: {option}{beside}"


def samples_of(sources: Iterable[ReadableFile], types: Mapping[str, str]) -> dict[str, list[str]]:
    """The first texts of each column, and of each leaf of JSON records."""
    found: dict[str, list[str]] = {}
    for source in sources:
        for row in source.samples:
            for column, text in zip(source.header, row, strict=False):
                found.setdefault(column, []).append(text)
        for record in source.records:
            for path, text in record.items():
                found.setdefault(path, []).append(text)
    typed = {"integer": TYPED, "number": TYPED, "flag": FLAG}
    return found | inside_texts(found) | {name: typed[kind] for name, kind in types.items() if kind in typed}


def _nested(sources: Iterable[ReadableFile]) -> frozenset[str]:
    """What JSON records hold below their top."""
    return frozenset(leaf for source in sources for leaf in source.leaves if "." in leaf)


def _lists(sources: Iterable[ReadableFile]) -> frozenset[str]:
    """What JSON records hold at their top that is neither a value nor an object with members: `calls[]`."""
    return frozenset(
        f"{leaf}[]"
        for source in sources
        for leaf in source.leaves - set(source.scalars)
        if "." not in leaf and not any(other.startswith(f"{leaf}.") for other in source.leaves)
    )


def _meanings(spec: FormatSpec) -> dict[str, str]:
    return {path: meaning for shape in spec.shapes for path, meaning in shape_paths(shape)}


def shape_paths(shape: Shape) -> list[tuple[str, str]]:
    """Every path of a shape with what it is read as."""
    texts = {
        "provider": shape.provider,
        "model": shape.model,
        "service tier": shape.service_tier,
        "band": shape.input_over,
    }
    found = [(path, meaning) for meaning, text in texts.items() for path in _text_paths(text)]
    found += [(path, "time") for path in shape.time.paths] if shape.time else []
    found += [(path, "end of the bucket") for path in shape.time.until] if shape.time else []
    for name, terms in shape.meters.items():
        found += [(path, name) for term in terms for path in getattr(term, "paths", ())]
    if shape.requests and not isinstance(shape.requests, str):
        found += [(path, "requests") for path in shape.requests.paths]
    for word, cost in (("cost", shape.cost), ("revenue", shape.revenue)):
        found += [(path, word) for term in (cost.terms if cost else ()) for path in term.paths]
        found += [(path, f"{word} currency") for path in (_text_paths(cost.currency) if cost else ())]
    return found


def _text_paths(text: Text) -> tuple[str, ...]:
    return text.paths + (_text_paths(text.after) if text.after else ())
