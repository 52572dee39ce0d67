"""Lengths: how long a request is after the changes, in which price band that lies, and what the scan must label."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor

from costcalc.meters import meters
from costcalc.months.reading import NEAR
from costcalc.scenario.changes import LEVERS, Efficiency, Growth, Mix, UsageChanges
from costcalc.scenario.figure import Figure
from costcalc.scenario.model import VARIANTS

_NEVER = 2**62  # tokens: a length that no request has
_MOST_MAPS = 400  # ways in which a request's length can change that the scan is asked to tell apart


@dataclass(frozen=True, slots=True)
class LengthChange:
    """A request of L tokens becomes one of `factor` × L + `more`; not `is_even` where its parts grow apart."""

    factor: Fraction = Fraction(1)
    more: Fraction = Fraction()
    is_even: bool = True

    def then(self, factor: Fraction, more: Fraction = Fraction(), *, even: bool = True) -> LengthChange:
        return LengthChange(self.factor * factor, self.more * factor + more, self.is_even and even)

    def before(self, threshold: int) -> Fraction:
        """The length that becomes the threshold."""
        return (threshold - self.more) / self.factor

    @property
    def is_none(self) -> bool:
        return self.factor == 1 and self.more == 0 and self.is_even


UNCHANGED = LengthChange()


@dataclass(frozen=True, slots=True)
class BandPlace:
    """Where a request lies among the cuts of its price, and whether only the mean request says so."""

    over: int
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut of a price, and today's length from which on a stretched request is above it."""

    at: int
    of_requests: int  # where lengths are those of single requests: whole tokens above it are above the cut then
    of_means: int  # where they are means of many requests, which have decimals


def cuts_after(stretch: LengthChange, cuts: Iterable[int]) -> list[Cut] | None:
    """The cuts, ascending; None where today's length does not say what a request's will be."""
    if not stretch.is_even or stretch.factor < 0:
        return None
    if stretch.factor == 0:
        return [Cut(cut, *(2 * (0 if stretch.more > cut else _NEVER,))) for cut in sorted(cuts)]
    begins = [(cut, stretch.before(cut)) for cut in sorted(cuts)]
    return [Cut(cut, floor(at), ceil(at)) for cut, at in begins]


def place_of(
    label: int, cuts: Sequence[int], known: Sequence[Cut] | None, edges: Sequence[int],
    mean: Callable[[], float | None], *, is_whole: bool,
) -> BandPlace:  # fmt: skip
    """The largest cut that the requests of a label are above after a stretch.

    `known`: the cuts as `cuts_after` has them. `edges`: the lengths the scan labelled; a request of the label is above
    it and not above the next edge. `mean`: the mean length after the stretch, which decides where the label does not;
    `is_whole`: lengths are those of single requests.
    """
    over, assumed = 0, False
    position = bisect_right(edges, label)
    following = edges[position] if position < len(edges) else _NEVER
    for place, cut in enumerate(cuts):
        if known is not None:
            begins = known[place]
            if label >= (begins.of_requests if is_whole else begins.of_means):
                over = cut
                continue
            if following <= begins.of_requests:
                break
        assumed, length = True, mean()
        if length is None or length <= cut * (1 + NEAR):
            break
        over = cut
    return BandPlace(over, assumed)


def lengths_to_label(usage: UsageChanges, thresholds: Sequence[int], side: str, months: int) -> set[int]:
    """The lengths of today at which a request, once changed, passes one of the thresholds."""
    found = set()
    for stretch in _stretches(usage, side, months):
        if stretch.factor <= 0:
            continue
        begins = [stretch.before(cut) for cut in thresholds]
        found |= {edge for at in begins if at > 0 for edge in (floor(at), ceil(at))}
    return found - {0}


def _stretches(usage: UsageChanges, side: str, months: int) -> list[LengthChange]:
    """Every way in which the changes may stretch a request, as far as they are not too many to label."""
    steps = [
        *([UNCHANGED, *_grown(growth, side, months)] for growth in usage.growth if _touches(growth.meters, side)),
        *([UNCHANGED, *_mixed(mix, side)] for mix in usage.mix),
        [UNCHANGED, *(_scaled(figure) for change in usage.escalation for figure in _ends(change.tokens)),
         *(_scaled(figure) for move in usage.moves for figure in _ends(move.tokens))],
        *([UNCHANGED, *_cut(change, side)] for change in usage.efficiency),
    ]  # fmt: skip
    found: dict[LengthChange, None] = {UNCHANGED: None}
    for step in steps:
        options = list(dict.fromkeys(step))
        if len(options) == 1 or len(found) * len(options) > _MOST_MAPS:
            continue
        found = {one.then(other.factor, other.more): None for one, other in product(found, options) if other.is_even}
    return list(found)


def _scaled(factor: Fraction) -> LengthChange:
    return LengthChange(factor)


def _ends(figure: Figure) -> Iterable[Fraction]:
    return dict.fromkeys(figure.at(variant) for variant in VARIANTS)


def _touches(names: frozenset[str] | None, side: str) -> bool:
    return names is not None and f"{side}_tokens" in names


def _grown(growth: Growth, side: str, months: int) -> list[LengthChange]:
    if growth.shape == "table":
        return [_scaled(1 + rate) for figure in growth.table.values() for rate in _ends(figure)]
    rates = list(_ends(growth.rate))
    if growth.shape == "step":
        ramp = growth.span.ramp_months
        return [_scaled(1 + rate * Fraction(come, ramp)) for rate in rates for come in range(1, ramp + 1)]
    if growth.shape == "linear":
        return [_scaled(1 + rate * passed) for rate in rates for passed in range(1, months + 1)]
    return [_scaled((1 + rate) ** passed) for rate in rates for passed in range(1, months + 1)]


def _mixed(mix: Mix, side: str) -> list[LengthChange]:
    found: dict[LengthChange, None] = {}
    for variant in VARIANTS:
        values = {name: (one.factor.at(variant), one.more.at(variant)) for name, one in mix.meters.items()}
        found[stretch_of(values, side)] = None
    return list(found)


def stretch_of(rescales: Mapping[str, tuple[Fraction, Fraction]], side: str) -> LengthChange:
    """The stretch of one side of a request when some meters have so many times as much, and so many more."""
    inside = meters().with_parts(f"{side}_tokens")
    one = Fraction(1)
    factors = {rescales[entry][0] if (entry := entry_for(name, rescales)) else one for name in inside}
    whole = entry_for(f"{side}_tokens", rescales)
    added = sum((more for name, (_, more) in rescales.items() if name in inside), Fraction())
    return LengthChange(rescales[whole][0] if whole else Fraction(1), added, len(factors) == 1)


def entry_for(meter: str, entries: Collection[str]) -> str | None:
    """The entry that a meter follows: its own, that of the nearest whole, or that of a group they are in."""
    known, name = meters(), meter
    while name not in entries:
        whole = known.by_name[name].part_of
        if whole is None:
            return next((group for group in entries if name in (known.groups.get(group) or ())), None)
        name = whole
    return name


def _cut(change: Efficiency, side: str) -> list[LengthChange]:
    if LEVERS[change.lever].cuts != f"{side}_tokens":
        return []
    steps = range(1, change.span.ramp_months + 1)
    return [_scaled(1 + amount * step / change.span.ramp_months) for amount in _ends(change.amount) for step in steps]
