"""Usage formats: how the rows of a log are read, as data. A format file is compiled; the engine knows no format's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, fields, is_dataclass
from functools import lru_cache
from typing import Literal

from costcalc.records import dataclass

TimeKind = Literal[
    "instant", "iso-instant", "plain", "unix", "unix-ms", "utc-bucket", "utc-day", "naive-day", "us-day", "naive-month"
]

# A path names a column, or a leaf of a JSON line: `usage.prompt_tokens`. `/model` starts at the line's top where the
# others start at one of the format's roots; `details[modality=AUDIO].count` adds the matching members of a list;
# `metadata::spend` looks into a text that holds JSON. `a | b` is the first of both that is not empty.
Paths = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a row: the first of `paths` that is not empty, or a constant."""

    paths: Paths = ()
    constant: str | None = None
    values: tuple[tuple[str, str], ...] = ()  # (written, in lower case; meant); other texts stay as they are
    otherwise: str | None = None  # what every text means that `values` does not list
    take: str = ""  # a regular expression whose first group is the text meant
    spaces: str = ""  # what stands for spaces in the names that are meant: "Claude Haiku 4.5" is claude-haiku-4.5
    after: Text | None = None  # what holds where this text is empty
    required: bool = False  # a row without it breaks an assumption


AS = " as "  # what stands before how a column is written: `Eingabe as 1.234`
WRITTEN = (
    "1.234",
    "1,234",
    "1234.0",
    "1234,0",
)  # points part thousands, commas do; a point is a decimal one, a comma is
TIMES = ("1000", "1000000")  # what a column of thousands or millions is multiplied with


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a count: the first of `paths` that is present."""

    paths: Paths
    sign: int = 1
    times: int = 1  # 1000 where thousands are counted
    written: str = ""  # how its numbers are written, where that must be said: one of WRITTEN


@dataclass(frozen=True, slots=True)
class Excess:
    """A summand that is a difference, as far as it is above zero."""

    terms: tuple[Term, ...]
    sign: int = 1


@dataclass(frozen=True, slots=True)
class SummandBeside:
    """A summand of the rows whose stated total proves that it stands beside what is counted: it is one of the sums."""

    terms: tuple[Term, ...]
    total: Term
    sums: tuple[tuple[Term, ...], ...]


@dataclass(frozen=True, slots=True)
class Total:
    """All tokens of a row as the row itself states them: input and output must come to it, or one of these sums."""

    term: Term
    also: tuple[tuple[Term, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Long:
    """Rows that each count one class of usage: which meters the class adds to."""

    label: Text
    amount: Term
    classes: tuple[tuple[str, tuple[str, ...]], ...]  # (label, in lower case; meters)
    when: Condition


@dataclass(frozen=True, slots=True)
class Time:
    """When a row was used: an instant, or a bucket with its own end."""

    paths: Paths
    kind: TimeKind
    until: Paths = ()  # the bucket's end, exclusive, written like its start
    zone: str = "UTC"  # of times written without one; "": the report's zone
    pattern: str = ""  # how days or instants are written, in place of the kind: "%b %d, %Y"
    always: tuple[int, int] | None = None  # every row's bucket (epoch seconds), where the rows say nothing of time


@dataclass(frozen=True, slots=True)
class StatedCost:
    """An amount of money stated by the log; several terms are added."""

    terms: tuple[Term, ...]
    kind: str = "computed"
    currency: Text = Text()
    signs: bool = False  # "$0.10" and "1,234.50" are amounts in this format
    divisor: int = 1  # 100 where the amount is in cents
    none: tuple[str, ...] = ()  # words, in lower case, that stand where there is no amount


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a row: all of it."""

    where: tuple[
        tuple[Paths, tuple[str, ...]], ...
    ] = ()  # (paths, values in lower case; `as-*` begins, `*as*` contains)
    lacks: tuple[
        tuple[Paths, tuple[str, ...]], ...
    ] = ()  # the same, and the text is none of these; an empty one lacks all
    present: tuple[Paths, ...] = ()
    absent: tuple[Paths, ...] = ()
    zero: tuple[Paths, ...] = ()  # empty, or a number that is 0
    positive: tuple[tuple[Term | SummandBeside, ...], ...] = ()  # sums that are above zero
    sums_to_zero: tuple[tuple[Term, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """Rows that are no usage, and why."""

    when: Condition
    reason: str
    covers: bool = False  # the row's time still belongs to the days that the log covers
    failed: bool = False  # calls that failed: they have no copies among those that were answered


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for the reader. One with a condition is shown with the number of rows that it is true of."""

    text: str
    when: Condition | None = None
    must_be: bool = False  # of some row, else what it names is not there; then nothing is shown
    is_loud: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of row is read."""

    name: str = ""
    when: Condition = Condition()
    provider: Text = Text()
    model: Text = Text()
    region: Text = Text()
    service_tier: Text = Text()
    thinking: Text = Text()
    time: Time | None = None
    # "one": a row is a request; "plain": it is one if its time is an instant; "first": only a row's first part is.
    requests: Term | Literal["one", "plain", "first"] | None = None
    meters: Mapping[str, tuple[Term | Excess | SummandBeside, ...]] = field(default_factory=dict)
    total: Total | None = None
    long: Long | None = None
    cost: StatedCost | None = None
    revenue: StatedCost | None = None
    input_over: Text = Text()  # the band that the export states, as a number of tokens
    billed_meter: Text = Text()
    dimensions: Mapping[str, Text] = field(default_factory=dict)
    unseen: bool = False  # assumed not to occur: a row of it breaks the assumption


AGAIN = "again"  # of a row of a table: another one with its id is counted


@dataclass(frozen=True, slots=True)
class Dedupe:
    """One usage written in several rows: the row with the largest count stands for all that share the key.

    Where a rule of `skip` says why, the others of a table stay and have `again`.
    """

    key: tuple[Paths, ...]  # rows with an empty first path stay as they are
    largest: tuple[Term, ...]
    replay: str = ""  # a true text marks a copy, dropped where the first path of the key has an original
    latest: Paths = ()  # when a row was last written: a later one goes before a larger one
    alike: Paths = ()  # what copies say alike, too: rows of one key that differ in it all count, and are said
    apart: Paths = ()  # of these, what no two rows of one request differ in
    shared: Paths = ()  # of these, what another file has too
    no_keys: tuple[str, ...] = ()  # texts, in lower case, that name nothing where the first path of the key has them


@dataclass(frozen=True, slots=True)
class ReplyId:
    """A name of a reply, beside its usage. A bare `id` may be a customer's: it counts beside one of these keys, or with
    one of these beginnings.
    """

    path: str
    beside: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Events:
    """A reply told in events that have no name: the first one names it, a later one of the same file has its usage."""

    kind: Paths
    first: str
    later: str
    ends: str  # path that the last of the later ones has
    within: str = ""  # key of the lines that may hold an event instead of being one


@dataclass(frozen=True, slots=True)
class GroupSums:
    """Lines that say what the other lines of their group come to: the larger of both stands."""

    parts: str  # a map that only such a line has
    counts: tuple[str, ...]  # of each of its members
    group: str


@dataclass(frozen=True, slots=True)
class Replies:
    """Lines that repeat one reply, tell it in parts, or sum several up: each is one usage, the last cumulative one."""

    ids: tuple[ReplyId, ...]
    same: tuple[Paths, ...]  # what lines of one reply have in common besides the id
    largest: tuple[Term, ...]
    events: Events | None = None
    sums: GroupSums | None = None


@dataclass(frozen=True, slots=True)
class RowParts:
    """Rows whose list of parts says more than they do themselves: each part is read in the row's place."""

    list: str  # path of the list
    shape: Shape  # paths that start with `*.` are the part's own

    @property
    def path(self) -> str:
        """Where the list lies, as the names of lines say it."""
        return self.list.removeprefix("/").partition("{")[0].partition("[")[0]

    @property
    def mark(self) -> str:
        """What stands behind the path, in names of its members: `usage.iterations[].x`, `modelUsage{}.x`."""
        return "{}" if self.list.endswith("{}") else "[]"

    def own(self, column: str) -> str:
        """What a column is called in a part: `usage.iterations[].x` is `*.x`, `modelUsage{}.x` is `*.value.x`; "": it is
        none of this list's.
        """
        of_list, _, name = column.partition(f"{self.mark}.")
        if not name or of_list != self.path:
            return ""
        return f"*.value.{name}" if self.mark == "{}" else f"*.{name}"


# What no list of keys can say: functions from the lines of a file to its records.
READERS = {"codex": "costcalc.usage.files.codex:sessions", "otel": "costcalc.usage.files.otel:telemetry"}


@dataclass(frozen=True, slots=True)
class Unfold:
    """Records that hold lists of records: each member is read as a record, with what stands beside its list."""

    list: tuple[str, ...] = ()  # keys from the top to the innermost list: data, results
    keep: bool = False  # the record is read too, without the list
    under: str = ""  # the key that the member gets; "": its own keys stand at the top
    without: tuple[str, ...] = ()  # keys of the record that are not repeated beside a member
    reader: str = ""  # a function of its own takes the whole file apart: a name of `unfold.READERS`
    of: tuple[str, ...] = ()  # the paths that show a record to be the reader's


@dataclass(frozen=True, slots=True)
class FormatSpec:
    """One format: its shapes, what it skips, and what a reader of its figures should know."""

    name: str
    reads: tuple[str, ...]  # "table", "json"
    shapes: tuple[Shape, ...]
    title: str = ""
    recognise: tuple[tuple[str, ...], ...] = ()  # a file that has all names of one of these is of this format
    only: tuple[tuple[str, ...], ...] = ()  # or whose header is exactly one of these
    roots: tuple[str, ...] = (".",)  # where the paths of a JSON line can start
    signs: tuple[str, ...] = ()  # top-level keys that a readable line is likely to have, if none that are read
    unseen_roots: tuple[str, ...] = ()  # the roots that the first lines do not have: looked into only if lines are left
    trimmed: bool = False  # assumed: shapes that come after all that were seen are left away
    unfold: tuple[Unfold, ...] = ()  # where a record is taken apart into several before it is read
    search_for: tuple[str, ...] = ()  # keys of usage objects: a line that has one anywhere must have been understood
    usage_objects: tuple[
        str, ...
    ] = ()  # paths of usage objects whose members are all read or said; other objects may stand elsewhere
    skip: tuple[Skip, ...] = ()
    doubtful: tuple[Condition, ...] = ()  # rows of calls that failed, and that may be billed all the same
    remarks: tuple[Remark, ...] = ()
    dedupe: Dedupe | None = None
    replies: Replies | None = None
    batches: tuple[Condition, ...] = ()  # the objects that sum a batch up, and the lines of its output
    either: Mapping[str, Condition] = field(default_factory=dict)  # kinds of records that tell of the same usage
    parts: tuple[RowParts, ...] = ()  # of a line that has several of them the first is read
    undated: bool = False  # rows without a time are taken as of the day of the file's last change
    other_columns: bool = True  # columns without a meaning are dimensions
    ignored: frozenset[str] = frozenset()  # columns that are neither a meaning nor a dimension
    optional: frozenset[str] = frozenset()  # columns of counts that some versions of the export lack
    views: tuple[str, ...] = ()  # columns of tables that each hold all the usage, told apart by that column
    keeps_to_paths: bool = False  # a row in which a path to a number ends too early is refused
    may_sum: Paths = ()  # dimensions in which a word, or nothing, may stand for all of the others
    tells_sums: bool = False  # rows keep what they say in these
    beside: tuple[str, ...] = ()  # globs of what the tool writes into the same folders, and that is no usage

    @property
    def marks_copies(self) -> bool:
        """Whether a rule of `skip` leaves out the copies of its tables."""
        return any(((AGAIN,), ("true",)) in rule.when.where for rule in self.skip)

    @property
    def objects(self) -> tuple[str, ...]:
        """The usage objects whose members are looked at, lists and maps of parts among them: a key at any depth, or a
        path from the top.
        """
        own = self.search_for or self.usage_objects
        beside = (parts.path for parts in self.parts if not parts.path.startswith(tuple(f"{name}." for name in own)))
        return (*own, *beside)


def paths_of(spec: FormatSpec) -> frozenset[str]:
    """Every path that a format reads or asks for."""
    return _paths_in(_Same(spec))


def counted_in(shape: Shape) -> frozenset[str]:
    """Every path that the shape counts: of meters, of costs and of the total; of a list its own."""
    return _counted_in(_Same(shape))


class _Same:
    """A value that is told apart by being the very same one: a record that holds a mapping has no hash."""

    def __init__(self, value: FormatSpec | Shape) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value


@lru_cache(maxsize=100)
def _paths_in(same: _Same) -> frozenset[str]:
    return frozenset(_paths(same.value))


@lru_cache(maxsize=1_000)  # shapes: each is asked for again with every column that is looked at
def _counted_in(same: _Same) -> frozenset[str]:
    shape = same.value
    assert isinstance(shape, Shape)
    return frozenset(path.partition("[")[0] for path in _paths((shape.meters, shape.cost, shape.total)))


def _paths(value: object) -> Iterator[str]:
    """The paths below a value: texts in fields that hold them, conditions with their keys."""
    if isinstance(value, Text | Term):
        yield from value.paths
        yield from _paths(value.after) if isinstance(value, Text) and value.after else ()
    elif isinstance(value, Time):
        yield from (*value.paths, *value.until)
    elif isinstance(value, Condition):
        yield from (path for paths, _ in (*value.where, *value.lacks) for path in paths)
        yield from (path for paths in (*value.present, *value.absent, *value.zero) for path in paths)
        yield from _paths((value.positive, value.sums_to_zero))
    elif isinstance(value, Mapping):
        yield from _paths(tuple(value.values()))
    elif isinstance(value, tuple):
        for member in value:
            yield from _paths(member)
    elif is_dataclass(value):
        for member in fields(value):
            yield from _paths(getattr(value, member.name))
