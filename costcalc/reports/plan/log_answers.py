"""Answers over the log: how many tokens to save, how much traffic to move, to pay again what was paid before the rise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.meters import meters
from costcalc.pricebook.nearest import nearest_models
from costcalc.pricebook.resolve import Pricebook, ResolvedModel, Unresolved
from costcalc.problems import fail
from costcalc.rating.model import Charge, sum_costs
from costcalc.rating.rate import Rater
from costcalc.rating.totals import Outcome, rise_to
from costcalc.reports.plan.answers import Answers, FurtherRise, MoveShare, PriceAnswer, TokenSaving
from costcalc.reports.plan.moving import MovedTraffic, Pays
from costcalc.reports.usage import UsageSummary

_NONE = Fraction()


def log_answers(
    rater: Rater,
    charges: Sequence[Charge],
    outcome: Outcome,
    floor: Fraction | None,
    target: ResolvedModel | None,
    usage: UsageSummary,
) -> Answers:
    """What restores the margin over the log, or its cost. `target`: where traffic might move, as the rater knows it."""
    counted = [charge for charge in charges if charge.has_revenue or outcome.before.covered is None]
    return Answers(
        hold=PriceAnswer(margin, outcome.hold) if (margin := outcome.before.margin) is not None else None,
        floor=PriceAnswer(floor, rise_to(outcome.after, floor)) if floor is not None and outcome.has_margin else None,
        recover=outcome.recover,
        moves=[_move(rater, charges, target, usage)] if target else (),
        tokens=_tokens(rater, counted),
        rises=_rises(outcome, charges, floor),
    )


def _tokens(rater: Rater, charges: Sequence[Charge]) -> list[TokenSaving]:
    """For every provider whose cost rises, in the order of the alphabet: with 1 − before ÷ after it costs what it did.

    What falls elsewhere counts: each saves its part of what is paid more in all, so that together they bring that back.
    """
    words, by_provider = meters().names_of("tokens") or (), dict[str, list[Charge]]()
    for charge in charges:
        by_provider.setdefault(charge.provider, []).append(charge)
    costs = {provider: sum_costs(each.cost for each in found) for provider, found in sorted(by_provider.items())}
    raised = {provider: cost.change for provider, cost in costs.items() if cost.change > 0 and cost.before >= 0}
    lost, rises = sum_costs(costs.values()).change, sum(raised.values(), _NONE)
    if lost <= 0:
        return []
    found = []
    for provider, change in raised.items():
        of_tokens = [each for each in by_provider[provider] if each.meter in words or each.meter is None]
        spent = sum_costs(each.cost for each in of_tokens if not each.is_shortfall).mid
        fewer = change * lost / rises / spent if spent > 0 else None
        names = {(provider, *(each.names or (each.model,))) for each in of_tokens}
        is_enough = fewer is not None and fewer <= 1 and not _owed(rater, names, fewer)
        found.append(TokenSaving(fewer if is_enough else None, provider))
    return found


def _rises(outcome: Outcome, charges: Sequence[Charge], floor: Fraction | None) -> list[FurtherRise]:
    """(revenue × (1 − margin) − cost) ÷ what is raised, of a margin of 0 and of the floor.

    Empty where revenue is unknown or nothing is raised.
    """
    before, only_covered = outcome.before, outcome.before.covered is not None
    raised = [charge for charge in charges if charge.cost.mid != charge.cost.before]
    touched = sum_costs(charge.cost for charge in raised if charge.has_revenue or not only_covered).before
    if before.revenue is None or before.revenue <= 0 or touched <= 0:
        return []
    if any(charge.is_shortfall for charge in charges):
        return []  # a rise is paid out of what is committed first: the cost does not grow in proportion
    targets = [Fraction(), *([floor] if floor else [])]
    return [FurtherRise(each, (before.revenue * (1 - each) - before.all_costs) / touched) for each in targets]


def _move(rater: Rater, charges: Sequence[Charge], found: ResolvedModel, usage: UsageSummary) -> MoveShare:
    """How much of the raised providers' traffic must move to the target; the rater must know it as one."""
    lost = sum_costs(charge.cost for charge in charges).change
    raised = {charge.provider for charge in charges if charge.cost.mid > charge.cost.before}

    def answer(
        reason: str = "", saved: Fraction = _NONE, share: Fraction | None = None, pays: Pays | None = None
    ) -> MoveShare:
        name = f"{found.provider}/{found.model}"
        return MoveShare(name, share, reason=reason, region=found.region, saved_at_most=saved, lost=lost, pays=pays)

    if lost <= 0:
        return answer("nothing rises")
    end = rater.pricebook.model(found).end
    if end and usage.last_day and end.day <= usage.last_day:
        return answer(f"it cannot be bought from {end.day} on")
    stays, moved = Fraction(), MovedTraffic(rater, found)
    moving: set[tuple[str, ...]] = set()  # a provider, then the names of a model
    for kind, sums in rater.amounts.items():
        if (kind.provider, kind.model) == (found.provider, found.model):
            moved.add_own(kind, sums)
            continue
        if kind.provider not in raised:
            continue
        made, _ = rater.charge(kind, sums)
        if not made:
            continue  # without a price it is in no total, and in no rise
        if kind.key is None:
            return answer(f"{kind.model} has no tokens to price there")
        key = replace(kind.key, provider=found.provider, region=found.region, model=found.model,
                      service_tier="standard", day=rater.quotes.since(found, kind.day),
                      off_peak=False if rater.quotes.schedule(found, kind.day) else None)  # fmt: skip
        there = replace(kind, key=key)
        at_target = rater.contracted_cost(there, sums)
        if at_target is None:
            return answer("it has no price for all of this usage")
        moving.add((kind.provider, *made[0].names))
        stays += sum_costs(charge.cost for charge in made).mid
        moved.add(there, sums, at_target.mid)
    days = usage.first_day, usage.last_day
    if reason := moved.no_answer(usage.first_day):
        return answer(reason)
    pays = moved.pays(stays, *days)
    saved, share = stays - pays.there, moved.share(lost, stays, *days)
    if saved <= 0:
        where = " at this volume, on whole machines" if pays.replicas else ""
        return answer(f"it costs more than staying{where}", saved, pays=pays)
    if share is None:
        return answer("even all of it does not suffice", saved, pays=pays)
    owed = _owed(rater, moving, share)
    return answer(owed, saved, None if owed else share, pays)


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
            nearest=nearest_models(pricebook, [target])[target],
            remedy="name a model of the pricebooks as PROVIDER/MODEL",
        )
    return found
