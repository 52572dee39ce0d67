"""Usage formats: how the rows of a log are read, as data. A format file is compiled; the engine knows no format's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TimeKind = Literal["instant", "plain", "unix", "unix-ms", "utc-bucket", "naive-day", "naive-month"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a row: the first of `paths` that is not empty, or a constant."""

    paths: tuple[str, ...] = ()
    constant: str | None = None
    values: tuple[tuple[str, str], ...] = ()  # (written, in lower case; meant); other texts stay as they are
    otherwise: str | None = None  # what every text means that `values` does not list
    take: str = ""  # a regular expression whose first group is the text meant


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a count: the first of `paths` that is present."""

    paths: tuple[str, ...]
    sign: int = 1
    floor: bool = False  # a negative difference counts 0


@dataclass(frozen=True, slots=True)
class Time:
    """When a row was used: an instant, or a bucket with its own end."""

    paths: tuple[str, ...]
    kind: TimeKind
    until: tuple[str, ...] = ()  # the bucket's end, exclusive, written like its start


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount of money stated by the log; several terms are added."""

    terms: tuple[Term, ...]
    kind: str = "computed"
    currency: Text = Text()
    signs: bool = False  # "$0.10" and "1,234.50" are numbers in this format
    divisor: int = 1  # 100 where the amount is in cents


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a row: every path has one of its values, is present, or is absent."""

    where: tuple[tuple[str, tuple[str, ...]], ...] = ()  # values in lower case
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()  # empty, or a number that is 0


@dataclass(frozen=True, slots=True)
class Skip:
    """Rows that are no usage, and why."""

    when: Condition
    reason: str
    covers: bool = False  # the row's time still belongs to the days that the log covers


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for the reader, shown with the number of rows that it is true of."""

    text: str
    when: Condition | None = None  # None: true of the whole format
    above: tuple[tuple[str, str], ...] = ()  # (path, path or number): the first is larger


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of row is read."""

    when: Condition = Condition()
    provider: Text = Text()
    model: Text = Text()
    region: Text = Text()
    service_tier: Text = Text()
    thinking: Text = Text()
    time: Time | None = None
    requests: Term | Literal["one", "plain"] | None = None  # "plain": one request if the time is an instant
    meters: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    cost: Cost | None = None
    revenue: Cost | None = None
    input_over: Text = Text()  # the band that the export states, as a number of tokens
    billed_meter: Text = Text()
    dimensions: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormatSpec:
    """One format: its shapes, what it skips, and what a reader of its figures should know."""

    name: str
    reads: Literal["table", "json"]
    shapes: tuple[Shape, ...]
    title: str = ""
    skip: tuple[Skip, ...] = ()
    remarks: tuple[Remark, ...] = ()
    ignored: frozenset[str] = frozenset()  # columns that are neither a meaning nor a dimension
