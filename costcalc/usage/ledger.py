"""The usage ledger: a log counted once. One row a group; every quantity an exact integer, every cost exact."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

from costcalc.asked import NOTHING_ASKED, Asked
from costcalc.calendar import day_of, utc_day
from costcalc.problems import Problem
from costcalc.records import dataclass

if TYPE_CHECKING:
    from costcalc.usage.counting.breakdown import Breakdown
    from costcalc.usage.earnings import Contracts

BandBasis = Literal["request", "stated", "mean", "unknown", "none"]  # none: the rows state no tokens; 0 is stated
CostKind = Literal["billed", "computed", "estimated"]
Earns = Literal["", "row", "whole"]  # nothing is known; by each row; by all rows of a customer together
CUSTOMER = "customer"  # who earns, where the log names customers; else the whole log


class Loud(str):
    """A note of something that was left out of a figure: no page may fold it away."""

    __slots__ = ()


_FAILED = "failed calls, which are not billed"
FAILED_CALLS = f"{_FAILED}; --map failed==no counts them"
OF_SUMS_BY = "rows that sum others up by "  # the names of dimensions, and how they are counted

Written = tuple[str | None, str, str | None]  # provider, model and region as the log names them
Edges = tuple[tuple[int, ...], tuple[int, ...]]  # of input and output length, ascending


@dataclass(frozen=True, slots=True)
class Treated:
    """How usage of a name is told apart."""

    times: Hashable  # equal for names whose times are told apart alike
    lengths: Edges  # the only lengths at which such requests need be told apart
    unknown: Hashable = None  # equal for names that no list has, for one reason; None: some list has it
    called: str = ""  # of an unknown one: how it is shown


class Joining(Protocol):
    """What tells usage of the same names apart; what it does not, a scan adds up."""

    @property
    def takes_apart(self) -> bool:
        """Whether names that no price asks for are left to a breakdown."""

    def treated(self, written: Written) -> Treated:
        """How usage of a name is told apart."""

    def time(self, written: Written, at: int, until: int | None, naive: bool) -> Hashable:
        """Equal for times that need not be kept apart."""

    def check(self, by: Collection[str], labels: Collection[str], change_days: Collection[date]) -> None:
        """CostcalcError: a question that tells apart what was added up."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """What the scan must label, because a price or a scenario asks for it. The scan never sees a price."""

    input_lengths: tuple[int, ...] = ()  # ascending; a request gets the largest one it is strictly above
    output_lengths: tuple[int, ...] = ()
    day_edges: tuple[int, ...] = (0,)  # seconds after 00:00 UTC at which a price day or report day can begin
    schedule_edges: tuple[int, ...] = ()  # further edges, for the models below only
    scheduled_names: frozenset[str] = frozenset()  # names in lower case (exact), whose price follows a schedule
    scheduled_patterns: tuple[str, ...] = ()  # regular expressions over the lower-case name, same purpose
    splits: tuple[
        tuple[str, ...], ...
    ] = ()  # sets of meters that a change raises: a bill rises by its own row's part of them
    labels: tuple[str, ...] = ()  # columns on whose value a price depends: dimensions, where a source has them


@dataclass(frozen=True, slots=True)
class UsageGroup:
    """The rows of a log that no price can tell apart, added up."""

    at: int  # epoch seconds, UTC: where the group's time begins
    until: int | None  # end of the bucket, exclusive; None: instants between `at` and the next cut of the day
    naive: bool  # True: `at` and `until` are days without a zone: price days of the provider
    provider: str | None  # as the log names it, lower case
    model: str  # as the log names it; "" where it names none
    region: str | None
    service_tier: str  # "standard", "batch", "flex", "priority", …
    thinking: bool | None  # None: its reasoning was output in thinking mode; of the rest nothing says so
    input_over: int  # the largest cut that each request's input is strictly above
    output_over: int
    band_basis: BandBasis
    dimensions: tuple[str | None, ...]  # in the order of UsageLedger.dimensions
    requests: int | None  # None: the source does not say
    quantities: tuple[int, ...]  # in the order of UsageLedger.meters; scaled by the meter's decimals
    rows: int  # rows of the source
    billed: Fraction | None = None  # None: no cost stated; 0 is a value
    billed_currency: str | None = None
    cost_kind: CostKind | None = None
    billed_meter: str | None = None  # the row is the bill of this meter alone
    revenue: Fraction | None = None
    revenue_currency: str | None = None
    source_format: str = ""
    mix: str = ""  # of rows that state a bill: what tells apart those that a rise of some meters raises unlike
    thinking_assumed: bool = False  # of many requests that reasoned: nothing says how many of them did
    earns: Earns = ""  # whether its revenue is known, and by which rows
    earns_in: str | None = None  # the currency of what its customer earns; where that is in several, its own

    @property
    def is_idle(self) -> bool:
        """Whether nothing was used, and nothing paid."""
        return not (any(self.quantities) or self.requests or self.billed is not None)


@dataclass(frozen=True, slots=True)
class SkippedRows:
    """Rows that are no usage, left out on purpose: how many, and why."""

    format: str
    reason: str
    rows: int
    tokens: int = 0  # that they hold

    @property
    def is_loud(self) -> bool:
        """Whether no page may fold it away."""
        return (self.is_failed and self.tokens > 0) or self.reason.startswith(OF_SUMS_BY)

    @property
    def is_failed(self) -> bool:
        """Whether they are calls that failed."""
        return self.reason.startswith(_FAILED)

    @property
    def held(self) -> str:
        return f", {self.tokens:,} token{'s' * (self.tokens != 1)}" if self.tokens else ""

    @property
    def text(self) -> str:
        return f"{self.rows:,} row{'s' * (self.rows != 1)}{self.held} ({self.format}): {self.reason}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that was read, and how it was understood."""

    path: str
    format: str
    rows: int = 0


@dataclass(frozen=True)
class UsageLedger:
    """Counted usage, with the cuts and dimensions it was counted with: it refuses what it cannot answer."""

    meters: tuple[str, ...]
    dimensions: tuple[str, ...]
    groups: Sequence[UsageGroup]
    cuts: Cuts
    sources: Sequence[SourceFile] = ()
    skipped: Sequence[SkippedRows] = ()
    refused_rows: int = 0  # rows that contradict themselves or cannot be read: not counted, and said
    unread_files: int = 0  # files and folders that may hold usage and could not be read: likewise
    problems: Sequence[Problem] = ()  # the first refused rows, each with file and line, and unread files
    uncounted: Sequence[Problem] = ()  # usage that stands in the sources and is in no figure
    first_instant: int | None = None  # begin of the first row's time (a naive day counts from 00:00 UTC)
    last_instant: int | None = None  # end of the last row's time: its bucket's end, or a second after its instant
    available_dimensions: tuple[str, ...] = ()  # every dimension that the sources offer
    notes: Sequence[str] = ()  # what a reader should know: assumptions of the formats used; some are Loud
    undated_rows: int = 0  # rows without a time, taken as of the day of their file's last change
    asked: Asked = NOTHING_ASKED
    last_begun: int | None = None  # begin of the last group's time, before groups were joined
    joining: Joining | None = None  # the one question that it was counted for; None: it answers any that its cuts allow
    breakdown: Breakdown | None = None  # of the groups, by further dimensions
    revenue_source: str = "revenue column"  # who says what its groups earn
    is_part: bool = False  # some of the usage was chosen: what a whole month must come to says nothing of it
    parts_customers: bool = (
        False  # it was chosen by other names than the customer's: some of a customer's may be left out
    )
    contracts: Contracts | None = None  # what customers of its groups pay in every month, where a table says it

    @property
    def names(self) -> tuple[str, ...]:
        """Every dimension that it was counted with, in its groups or in their breakdown."""
        return (*self.dimensions, *(self.breakdown.dimensions if self.breakdown else ()))

    @property
    def in_full(self) -> UsageLedger:
        """The same with all its names in its groups."""
        if self.breakdown is None:
            return self
        return replace(self, groups=[*self.breakdown.groups(self.groups)], dimensions=self.names, breakdown=None)

    def quantity(self, group: UsageGroup, meter: str) -> int:
        return group.quantities[self.meters.index(meter)]

    def counts(self, group: UsageGroup) -> dict[str, int]:
        """The group's non-zero quantities by meter."""
        return {name: count for name, count in zip(self.meters, group.quantities, strict=True) if count}

    @property
    def totals(self) -> dict[str, int]:
        """Every meter summed over the groups, before any price."""
        columns = (
            zip(*(group.quantities for group in self.groups), strict=True)
            if self.groups
            else ((0,) for _ in self.meters)
        )
        return dict(zip(self.meters, map(sum, columns), strict=True))

    @property
    def requests(self) -> int | None:
        """All requests; None where a source does not say."""
        counted = [group.requests for group in self.groups]
        return None if None in counted else sum(count for count in counted if count is not None)


def covered_days(ledger: UsageLedger, timezone: str) -> tuple[date | None, date | None]:
    """The first and the last day that a ledger covers, in days of that zone; None: no rows."""
    spans = [_span(group, timezone) for group in ledger.groups]
    if ledger.last_begun is not None:
        spans += [
            _span(replace(group, at=ledger.last_begun, until=None, naive=False), timezone)
            for group in ledger.groups[:1]
        ]
    # Buckets without usage count too: an export says what it covers.
    naive = any(group.naive for group in ledger.groups)
    if ledger.first_instant is not None and ledger.last_instant is not None:
        last = max(ledger.first_instant, ledger.last_instant - 1)
        if naive or not spans:
            spans.append((utc_day(ledger.first_instant), utc_day(last)))
        else:
            spans.append((day_of(ledger.first_instant, timezone), day_of(last, timezone)))
    if not spans:
        return None, None
    return min(first for first, _ in spans), max(last for _, last in spans)


def first_day_of(group: UsageGroup, timezone: str) -> date:
    """The report day on which a group's time begins."""
    return utc_day(group.at) if group.naive else day_of(group.at, timezone)


def _span(group: UsageGroup, timezone: str) -> tuple[date, date]:
    """The first and the last report day of a group."""
    if group.naive:
        first = utc_day(group.at)
        last = utc_day(group.until) - timedelta(days=1) if group.until is not None else first
        return first, max(first, last)
    first = day_of(group.at, timezone)
    return first, day_of(max(group.at, group.until - 1), timezone) if group.until is not None else first
