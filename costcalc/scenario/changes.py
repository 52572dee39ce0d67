"""Usage changes: growth, mix, escalation, moves and efficiency. What is asked of the log's requests in months to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from costcalc.calendar import Month
from costcalc.problems import Place
from costcalc.records import dataclass
from costcalc.scenario.figure import NOTHING, ONCE, Figure, Span
from costcalc.scenario.where import Where

GrowthShape = Literal["compound", "linear", "table", "step"]


@dataclass(frozen=True, slots=True)
class Growth:
    """Requests grow, or the count of some meters in each request."""

    where: Where
    span: Span
    shape: GrowthShape
    rate: Figure = NOTHING  # a month (compound, linear: of today's volume), or once (step)
    table: Mapping[Month, Figure] = field(default_factory=dict)  # against today, from that month on
    meters: frozenset[str] | None = None  # None: requests, and with them all that they carry
    meter_word: str = ""
    place: Place | None = None
    note: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (self.rate, *self.table.values())


@dataclass(frozen=True, slots=True)
class Rescale:
    """What one request's count of a meter becomes: so many times as much, and so many more."""

    factor: Figure = ONCE
    more: Figure = NOTHING  # units a request


@dataclass(frozen=True, slots=True)
class Mix:
    """A share of the requests becomes another kind of request."""

    where: Where
    span: Span
    share: Figure
    meters: Mapping[str, Rescale]  # a meter with its parts, or a group; a part's own entry goes before its whole's
    place: Place | None = None
    note: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (self.share, *(end for each in self.meters.values() for end in (each.factor, each.more)))


@dataclass(frozen=True, slots=True)
class Escalation:
    """A small model answers first; what it fails at goes to the model of today as well. Both are paid for."""

    where: Where
    span: Span
    first: str  # PROVIDER/MODEL
    escalated: Figure  # the share of its answers that the model of today must give again
    quality: str  # what was tested, or must be
    share: Figure = ONCE  # of the requests that go this way
    tokens: Figure = ONCE  # the small model's tokens for one of today's
    place: Place | None = None
    note: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (self.share, self.escalated, self.tokens)


@dataclass(frozen=True, slots=True)
class Move:
    """A share of the requests goes to another model."""

    where: Where
    span: Span
    share: Figure
    to: str  # PROVIDER/MODEL
    quality: str  # what was tested, or must be
    tokens: Figure = ONCE  # the target's tokens for one of today's: its own tokeniser
    service_tier: str = "standard"
    paid_replicas: int | None = None  # of a self-hosted target, paid for already; None: its own, if the log uses it
    place: Place | None = None
    note: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (self.share, self.tokens)


@dataclass(frozen=True, slots=True)
class Lever:
    """One way to do the same work with less."""

    says: str  # what a file means by it
    of: str  # what a page says that there is less, or a share, of
    cuts: str = ""  # the meter of which each request has less, with its parts; else it is more than that
    is_share: bool = False  # a share that is reached, and no cut


LEVERS = {
    "output": Lever("Fewer output tokens.", "output tokens", cuts="output_tokens"),
    "prompt": Lever("Shorter input, cached part and all.", "input tokens", cuts="input_tokens"),
    "tokens": Lever("Less of everything.", "tokens"),
    "requests": Lever("Answers that you serve from a store of your own.", "requests"),
    "cache_read_share": Lever("Of the input, what is read from the cache.", "of the input read from the cache", is_share=True),
    "batch": Lever("Of the requests, what is sent at the batch price.", "of the requests by batch", is_share=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The same work with less: one lever a change."""

    where: Where
    span: Span
    lever: str  # of LEVERS
    amount: Figure  # a cut is negative (-0.2 is 20% fewer); a share of cache_read_share or batch is positive
    reads_per_write: Figure = ONCE  # of cache_read_share: how often a written prefix is read before it expires
    quality: str = ""
    place: Place | None = None
    note: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (self.amount, self.reads_per_write)


UsageChange = Growth | Mix | Escalation | Move | Efficiency


@dataclass(frozen=True, slots=True)
class UsageChanges:
    """All usage changes of a scenario. They apply in this order, each kind in the order written."""

    growth: tuple[Growth, ...] = ()
    mix: tuple[Mix, ...] = ()
    escalation: tuple[Escalation, ...] = ()
    moves: tuple[Move, ...] = ()
    efficiency: tuple[Efficiency, ...] = ()

    def __bool__(self) -> bool:
        return any((self.growth, self.mix, self.escalation, self.moves, self.efficiency))

    def all(self) -> tuple[UsageChange, ...]:
        return (*self.growth, *self.mix, *self.escalation, *self.moves, *self.efficiency)


NO_USAGE_CHANGES = UsageChanges()
