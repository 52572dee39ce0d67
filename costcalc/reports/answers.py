"""Answers: how many tokens to save, how much traffic to move, to pay again what was paid before the rise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.pricebook.resolve import Pricebook, ResolvedModel, Unresolved
from costcalc.problems import fail
from costcalc.rating.model import Charge, Cost, sum_costs
from costcalc.rating.rate import Rater
from costcalc.records import dataclass
from costcalc.reports.margin import Margin


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The share of a raised provider's usage to save: 1 − before ÷ after. It restores that provider's cost."""

    provider: str
    fewer: Fraction


@dataclass(frozen=True, slots=True)
class HikeLimit:
    """The rise, of everything that the hikes touch, at which the margin meets `margin`; below 0 it is past it already."""

    margin: Fraction  # the floor, or 0
    rise: Fraction


@dataclass(frozen=True, slots=True)
class MoveAnswer:
    """The share of the raised traffic to move to a target so that the total is what it was."""

    target: str
    target_region: str
    share: Fraction | None  # None: moving does not help, or the target cannot price it
    saved_at_most: Fraction  # if all of it moved
    lost: Fraction
    reason: str = ""  # why there is no share, or why all of it does not suffice


def token_answers(charges: Sequence[Charge]) -> list[TokenAnswer]:
    """One answer for every provider whose cost rises, in the order of the alphabet."""
    by_provider: dict[str, list[Cost]] = {}
    for charge in charges:
        by_provider.setdefault(charge.provider, []).append(charge.cost)
    costs = [(provider, sum_costs(found)) for provider, found in sorted(by_provider.items())]
    return [TokenAnswer(provider, 1 - cost.before / cost.mid) for provider, cost in costs if cost.mid > cost.before > 0]


def hike_limits(
    margin: Margin | None, charges: Sequence[Charge], floor: Fraction | None, *, only_covered: bool
) -> list[HikeLimit]:
    """(revenue × (1 − floor) − cost) ÷ what is raised; empty where revenue is unknown or nothing is raised."""
    raised = [charge for charge in charges if charge.cost.mid != charge.cost.before]
    touched = sum_costs(charge.cost for charge in raised if charge.has_revenue or not only_covered).before
    if margin is None or margin.revenue <= 0 or touched <= 0:
        return []
    if any(charge.is_shortfall for charge in charges):
        return []  # a rise is paid out of what is committed first: the cost does not grow in proportion
    targets = [Fraction(), *([floor] if floor else [])]
    spare = [(target, margin.revenue * (1 - target) - margin.cost.before) for target in targets]
    return [HikeLimit(target, left / touched) for target, left in spare]


def move_answer(rater: Rater, charges: Sequence[Charge], found: ResolvedModel) -> MoveAnswer:
    """How much of the raised providers' traffic must move to the target; the rater must know it as one."""
    name = f"{found.provider}/{found.model}"
    lost = sum_costs(charge.cost for charge in charges).change
    raised = {charge.provider for charge in charges if charge.cost.mid > charge.cost.before}
    if lost <= 0:
        return MoveAnswer(name, found.region, None, Fraction(), lost, "nothing rises")
    stays, moved = Fraction(), Fraction()
    moving: set[tuple[str, ...]] = set()  # a provider, then the names of a model
    for kind, sums in rater.amounts.items():
        if kind.provider not in raised or (kind.provider, kind.model) == (found.provider, found.model):
            continue
        made, _ = rater.charge(kind, sums)
        if not made:
            continue  # without a price it is in no total, and in no rise
        if kind.key is None:
            return MoveAnswer(name, found.region, None, Fraction(), lost, f"{kind.model} has no tokens to price there")
        key = replace(kind.key, provider=found.provider, region=found.region, model=found.model,
                      service_tier="standard", day=rater.quotes.since(found, kind.day),
                      off_peak=False if rater.quotes.schedule(found, kind.day) else None)  # fmt: skip
        at_target = rater.contracted_cost(replace(kind, key=key), sums)
        if at_target is None:
            return MoveAnswer(name, found.region, None, Fraction(), lost, "it has no price for all of this usage")
        moving.add((kind.provider, *made[0].names))
        stays += sum_costs(charge.cost for charge in made).mid
        moved += at_target.mid
    saved = stays - moved
    if saved <= 0:
        return MoveAnswer(name, found.region, None, saved, lost, "it costs more than staying")
    if saved < lost:
        return MoveAnswer(name, found.region, None, saved, lost, "even all of it does not suffice")
    share = lost / saved
    if owed := _owed(rater, moving, share):
        return MoveAnswer(name, found.region, None, saved, lost, owed)
    return MoveAnswer(name, found.region, share, saved, lost)


def _owed(rater: Rater, moving: Collection[tuple[str, ...]], share: Fraction) -> str:
    """A commitment that would have to be paid for what has moved away."""
    for part in rater.committed:
        selector = part.commitment.selector
        if part.spent.mid * (1 - share) < part.due and any(selector.matches(*name) for name in moving):
            return f"{selector} is committed: what moves away must be paid for all the same"
    return ""


def move_target(pricebook: Pricebook, target: str) -> ResolvedModel:
    """The model that traffic may move to. CostcalcError: no such model."""
    found = pricebook.resolve(target)
    if isinstance(found, Unresolved):
        raise fail(
            "unknown-target",
            f'--move-to "{target}": {found.reason}',
            nearest=pricebook.nearest([target])[target],
            remedy="name a model of the pricebooks as PROVIDER/MODEL",
        )
    return found
