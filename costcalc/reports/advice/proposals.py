"""Proposals: the changes that the log suggests, before the engine says what each is worth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from costcalc.reports.advice.groups import STANDARD, Amount, Group
from costcalc.reports.advice.options import (
    CACHEABLE,
    GAP,
    LIKELY_CACHED,
    READS_PER_WRITE,
    AdviceOptions,
    short_requests,
)
from costcalc.reports.advice.siblings import Siblings, name_of
from costcalc.scenario.changes import Efficiency, Move, UsageChanges
from costcalc.scenario.figure import ONCE, Span, fixed
from costcalc.scenario.where import Where

Kind = Literal["move", "sibling", "seller", "cache", "batch"]
KINDS: tuple[Kind, ...] = ("move", "sibling", "seller", "cache", "batch")
BATCH = "batch"
SELLER_TEST = (
    "to be tested: the same model, sold by somebody else: its contract, where the data goes, its limits, and whether its"
    " weights are as exact"
)
BATCH_TEST = "only if nobody waits for the answer: test that what follows{} bears a day's delay"
TOKENS_TOO = "; its own count of tokens for the same text too"  # of a target with another tokeniser


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change on top of the base, and the usage that it touches."""

    kind: Kind
    change: Move | Efficiency
    source: str  # PROVIDER/MODEL that serves it today
    names: tuple[tuple[str, str | None], ...]  # columns of the log with their values; empty: all of the model
    touches: Amount
    is_mean: bool  # lengths are the means of rows of many requests
    cached: Fraction | None = None  # of the input, today; of a cache proposal
    is_nearest: bool = True  # False: a whole model to a sibling that others lie between

    @property
    def where(self) -> Where:
        return self.change.where

    @property
    def target(self) -> str:
        """PROVIDER/MODEL of a move; empty for the rest."""
        return self.change.to if isinstance(self.change, Move) else ""

    @property
    def quality(self) -> str:
        """What to test before."""
        return self.change.quality


def with_changes(usage: UsageChanges, proposals: Iterable[Proposal]) -> UsageChanges:
    """The base's changes and these, in the order of the proposals."""
    changes = [proposal.change for proposal in proposals]
    return UsageChanges(
        usage.growth,
        usage.mix,
        usage.escalation,
        (*usage.moves, *(change for change in changes if isinstance(change, Move))),
        (*usage.efficiency, *(change for change in changes if isinstance(change, Efficiency))),
    )


@dataclass
class FoundProposals:
    """Proposals, and how many groups were left aside for which reason."""

    proposals: list[Proposal] = field(default_factory=list)
    looked_at: Counter[Kind] = field(default_factory=Counter)
    left: dict[Kind, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})


@dataclass(frozen=True)
class SearchedUsage:
    """What proposals are looked for in: the groups, the bill of the month, and what tells two wheres apart."""

    groups: Sequence[Group]
    models: Sequence[Group]  # the same usage by model alone
    bill: Fraction  # of the month that is looked at, report currency
    days: int  # that the log covers
    is_moved: Callable[[Where], bool]  # whether the base moves some of this usage already
    can_follow: Callable[[str], bool]  # whether the log says at what hours a target would be asked
    has_ended: Callable[[Group], bool]  # whether its model can no longer be bought in the month that is looked at


def proposals_of(
    log: SearchedUsage, options: AdviceOptions, siblings: Siblings, own_hosted: Sequence[str]
) -> FoundProposals:
    """All that is worth a run of its own."""
    found = FoundProposals()
    for group in log.groups:
        found.proposals += _moves(group, log, options, siblings, own_hosted, found)
    for group in log.models:
        found.proposals += _whole(group, log, options, found, "sibling", siblings.of)
        found.proposals += _whole(group, log, options, found, "seller", siblings.elsewhere)
    for group in log.groups:
        found.proposals += _cache(group, log, options, siblings, found)
        found.proposals += _batch(group, log, options, siblings, found)
    found.proposals = list(_distinct(found.proposals))
    return found


def _moves(
    group: Group,
    log: SearchedUsage,
    options: AdviceOptions,
    siblings: Siblings,
    own_hosted: Sequence[str],
    found: FoundProposals,
) -> Iterator[Proposal]:
    """Frequent and short requests to a cheaper sibling, to a model of your own, or where the caller says."""
    names, usage = _names_of(group, log), group.short
    is_whole = usage.counts == group.all.counts
    where = Where(names) if is_whole else short_requests(options, names)
    reason = _too_little(group, usage, log, options, where) or _too_rare(group, usage, log, options)
    targets = options.to or (*siblings.of(group), *own_hosted)
    targets = tuple(target for target in targets if target.lower() != group.served.lower())
    followed = [target for target in targets if log.can_follow(target)]
    if not reason and not followed:
        reason = "clock" if targets else "no-target"
    _note(found, "move", reason)
    if reason:
        return
    for target in followed:
        test = _move_test(_called(group), group.served, target)
        change = Move(where, Span(), ONCE, target, test)
        yield Proposal("move", change, group.served, group.names, usage, group.is_mean)


def _whole(
    group: Group,
    log: SearchedUsage,
    options: AdviceOptions,
    found: FoundProposals,
    kind: Kind,
    look: Callable[[Group], Sequence[str]],
) -> Iterator[Proposal]:
    """The whole model to a cheaper one of the same list, or to a cheaper seller of the same one."""
    where = Where(_names_of(group, log))
    reason = _too_little(group, group.all, log, options, where)
    targets = () if reason else tuple(look(group))
    followed = [target for target in targets if log.can_follow(target)]
    if not reason and not followed:
        reason = "clock" if targets else "no-target"
    _note(found, kind, reason)
    for position, target in enumerate(followed):
        test = SELLER_TEST if kind == "seller" else _move_test("every kind of request", group.served, target)
        change = Move(where, Span(), ONCE, target, test)
        yield Proposal(kind, change, group.served, (), group.all, group.is_mean, is_nearest=position == 0)


def _cache(
    group: Group, log: SearchedUsage, options: AdviceOptions, siblings: Siblings, found: FoundProposals
) -> Iterator[Proposal]:
    """A larger part of the input read from the cache."""
    where, usage = Where(_names_of(group, log)), group.all
    length = usage.a_request(usage.input)
    reason = _too_little(group, usage, log, options, where, moves=False)
    if not reason and not siblings.is_cheaper(group, "cache_read_tokens", "input_tokens"):
        reason = "no-price"
    if not reason and length is not None and length < CACHEABLE:
        reason = "too-short"
    target, example = _cached_target(group, log)
    if not reason and usage.cached_share > target - GAP:
        reason = "close"
    _note(found, "cache", reason)
    if reason:
        return
    seen = f"as {example} does" if example else "an assumed share: no like group of this model shows one"
    test = (
        f"to be tested: put what is the same in every request first, then read the cached tokens that are reported"
        f" ({seen}); {READS_PER_WRITE} reads for each write are assumed"
    )
    change = Efficiency(where, Span(), "cache_read_share", fixed(target), fixed(READS_PER_WRITE), test)
    yield Proposal("cache", change, group.served, group.names, usage, group.is_mean, usage.cached_share)


def _cached_target(group: Group, log: SearchedUsage) -> tuple[Fraction, str]:
    """What share of the input can be cached: the best like group of the model shows it; (share, which group)."""
    best, example = Fraction(), ""
    length = group.all.a_request(group.all.input)
    for other in log.groups:
        theirs = other.all.a_request(other.all.input)
        same = (other.provider, other.region, other.model, other.tier) == _list_of(group) and other is not group
        if not same or length is None or theirs is None or not length / 2 <= theirs <= length * 2:
            continue
        # Whole percents, so that a file says it exactly.
        share = Fraction(math.floor(other.all.cached_share * 100), 100)
        if share > best:
            best, example = share, _called(other)
    if best >= group.all.cached_share + GAP:
        return best, example
    return LIKELY_CACHED, ""


def _batch(
    group: Group, log: SearchedUsage, options: AdviceOptions, siblings: Siblings, found: FoundProposals
) -> Iterator[Proposal]:
    """By batch what nobody waits for; a log cannot say what that is."""
    where = Where(_names_of(group, log))
    reason = _too_little(group, group.all, log, options, where, moves=False)
    if not reason:
        listed = next(iter(group.keys)).model
        now, by_batch = siblings.cost(group, listed), siblings.cost(group, listed, BATCH)
        if now is None or by_batch is None or by_batch >= now:
            reason = "no-price"
    _note(found, "batch", reason)
    if not reason:
        test = BATCH_TEST.format(f" {_called(group)}")
        change = Efficiency(where, Span(), "batch", ONCE, quality=test)
        yield Proposal("batch", change, group.served, group.names, group.all, group.is_mean)


def _too_little(
    group: Group, usage: Amount, log: SearchedUsage, options: AdviceOptions, where: Where, *, moves: bool = True
) -> str:
    """Why the group is left aside; empty: it is not."""
    if not group.is_named:
        return "unnamed"
    if group.tier != STANDARD:
        return "tier"
    if log.has_ended(group):
        return "ended"
    if usage is group.all and usage.cost < options.least * log.bill:
        return "small"
    return "moved" if moves and log.is_moved(where) else ""


def _too_rare(group: Group, usage: Amount, log: SearchedUsage, options: AdviceOptions) -> str:
    if usage.requests is None or group.all.requests is None:
        return "uncounted"
    if usage.requests < options.often * log.days:
        return "rare"
    return "small" if usage.cost < options.least * log.bill else ""


def _names_of(group: Group, log: SearchedUsage) -> dict[str, tuple[str, ...]]:
    """What chooses the group in a scenario, with no more names than it needs."""
    found: dict[str, tuple[str, ...]] = {name: (value or "",) for name, value in group.names}
    found["model"] = (group.served,)
    same = [other for other in log.models if other.served == group.served]
    if len({other.region for other in same}) > 1:
        found["region"] = (group.region,)
    if len({other.tier for other in same}) > 1:
        found["service_tier"] = (group.tier,)
    return found


def _move_test(what: str, source: str, target: str) -> str:
    text = f"to be tested: {what} on cases of your own, {target} beside {source}"
    if name_of(target.rpartition("/")[2]).family != name_of(source.rpartition("/")[2]).family:
        return f"{text}{TOKENS_TOO}"
    return text


def _called(group: Group) -> str:
    """`feature chat`, or the model where no column parts its usage."""
    return ", ".join(f"{name} {value}" for name, value in group.names) or group.served


def _list_of(group: Group) -> tuple[str, str, str, str]:
    return group.provider, group.region, group.model, group.tier


def _note(found: FoundProposals, kind: Kind, reason: str) -> None:
    found.looked_at[kind] += 1
    if reason:
        found.left[kind][reason] += 1


def _distinct(proposals: Iterable[Proposal]) -> Iterator[Proposal]:
    """A whole model of one group alone is that group: such a move is proposed once."""
    seen: set[tuple[object, ...]] = set()
    for proposal in proposals:
        if proposal.target:
            counts: Mapping[str, Fraction] = proposal.touches.counts
            place = (proposal.source, proposal.target, *sorted(counts.items()))
            if place in seen:
                continue
            seen.add(place)
        yield proposal
