"""Groups: the usage of one model and one part of the log, with what it costs in the month that is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from costcalc.meters import meters
from costcalc.months.form import BESIDE, REQUESTS, value_of
from costcalc.months.horizon import Horizon
from costcalc.months.matching import matches
from costcalc.months.reading import settled
from costcalc.months.run import Run
from costcalc.months.segments import Segment, tokens_of
from costcalc.rating.model import PriceKey
from costcalc.scenario.where import Length, Where

STANDARD = "standard"


@dataclass(slots=True)
class Amount:
    """Usage of the whole log, and its cost in one month to come; report currency."""

    requests: Fraction | None = Fraction()  # None: the log does not say
    counts: dict[str, Fraction] = field(default_factory=dict)  # by meter, what lies in no part of it
    cost: Fraction = Fraction()

    def add(self, counts: Mapping[str, Fraction], cost: Fraction, *, is_counted: bool) -> None:
        for name, count in counts.items():
            if name not in BESIDE:
                self.counts[name] = self.counts.get(name, Fraction()) + count
        known = self.requests is not None and is_counted
        self.requests = (self.requests or Fraction()) + counts.get(REQUESTS, Fraction()) if known else None
        self.cost += cost

    @property
    def tokens(self) -> Fraction:
        found: Fraction = tokens_of(self.counts)
        return found

    @property
    def input(self) -> Fraction:
        return _whole(self.counts, "input_tokens")

    @property
    def cached(self) -> Fraction:
        """Input tokens that were read from the cache."""
        return _whole(self.counts, "cache_read_tokens")

    @property
    def cached_share(self) -> Fraction:
        """Of the input; 0 where there is none."""
        return self.cached / self.input if self.input else Fraction()

    def a_request(self, count: Fraction) -> Fraction | None:
        """So much of a count lies in one request; None where nobody counted them."""
        return count / self.requests if self.requests else None


@dataclass(frozen=True, slots=True)
class Group:
    """The usage of one model, list and service tier; of one part of the log where names say which."""

    provider: str
    region: str  # of the list
    model: str
    tier: str
    names: tuple[tuple[str, str | None], ...]  # columns of the log with their values
    all: Amount
    short: Amount  # the requests with a short input
    keys: Mapping[PriceKey, Mapping[str, Fraction]]  # counts by meter of what shares a price
    is_mean: bool  # lengths are the means of rows of many requests

    @property
    def served(self) -> str:
        return f"{self.provider}/{self.model}"

    @property
    def is_named(self) -> bool:
        """Whether the model and every name have a value that a scenario can choose."""
        values = (self.served, *(value for _, value in self.names))
        return all(value and not any(sign in value for sign in "*?[") for value in values)


def groups_of(horizon: Horizon, run: Run, position: int, columns: Sequence[str], limit: int) -> list[Group]:
    """The groups with a price, most expensive first. The run's amounts are forms, so that members can be told apart.

    `limit`: input tokens up to which a request is short. Where the ledger was counted without that length, all of a
    group is short whose mean request is.
    """
    short = Where({}, (Length("input_tokens", 0, limit),))
    is_labelled = limit in horizon.ledger.cuts.input_lengths
    found: dict[tuple[object, ...], _Sum] = {}
    for index, segment in enumerate(horizon.segments.segments):
        key = segment.kind.key
        costs = run.rows.get((index, *segment.home))
        if key is None or costs is None:
            continue
        is_short = is_labelled and matches(short, segment)
        for values, counts in segment.members.parts(tuple(columns)):
            names = tuple(zip(columns, values, strict=True))
            place = (key.provider, key.region, segment.kind.model, key.service_tier, names)
            one = found.setdefault(place, _Sum())
            one.add(segment, key, counts, settled(value_of(costs[position], counts)), is_short=is_short)
    if not is_labelled:
        for one in found.values():
            one.judge_by_mean(limit)
    groups = [one.group(*place) for place, one in found.items()]  # type: ignore[arg-type]
    return sorted(groups, key=lambda group: (-group.all.cost, group.served, str(group.names)))


class _Sum:
    """One group while it is added up."""

    def __init__(self) -> None:
        self.all, self.short = Amount(), Amount()
        self.keys: dict[PriceKey, dict[str, Fraction]] = {}
        self.is_mean = False

    def add(
        self, segment: Segment, key: PriceKey, counts: Mapping[str, float], cost: Fraction, *, is_short: bool
    ) -> None:
        is_counted = segment.requests is not None
        exact = {name: Fraction(count) for name, count in counts.items()}
        self.all.add(exact, cost, is_counted=is_counted)
        if is_short:
            self.short.add(exact, cost, is_counted=is_counted)
        held = self.keys.setdefault(key, {})
        for name, count in exact.items():
            held[name] = held.get(name, Fraction()) + count
        self.is_mean = self.is_mean or segment.kind.band_basis != "request"

    def judge_by_mean(self, limit: int) -> None:
        mean = self.all.a_request(self.all.input)
        if mean is not None and mean <= limit:
            self.short = self.all

    def group(
        self, provider: str, region: str, model: str, tier: str, names: tuple[tuple[str, str | None], ...]
    ) -> Group:
        return Group(provider, region, model, tier, names, self.all, self.short, self.keys, self.is_mean)


def _whole(counts: Mapping[str, Fraction], meter: str) -> Fraction:
    """A meter with all its parts."""
    inside = meters().with_parts(meter)
    return sum((count for name, count in counts.items() if name in inside), Fraction())
