"""Targets: the models that moves and escalations name, at the list that holds for the usage that goes there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.calendar import Month
from costcalc.months.segments import Segment
from costcalc.pricebook.nearest import nearest_models
from costcalc.pricebook.resolve import Pricebook, ResolvedModel, Unresolved
from costcalc.problems import CostcalcError, Problem
from costcalc.scenario.changes import Escalation, Move, UsageChanges


class Targets(dict[str, ResolvedModel]):
    """By what is written: the model, at its provider's default list or the one that was chosen.

    Usage of the same provider that is billed by another of its lists stays at that list: who works in Singapore does
    not move to Beijing by naming a smaller model.
    """

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: dict[tuple[str, str], ResolvedModel] = {}  # by what is written and region, the other lists

    def take(self, more: Targets) -> None:
        self.update(more)
        self.elsewhere.update(more.elsewhere)

    def for_usage(self, written: str, segment: Segment) -> ResolvedModel:
        """What the usage of a segment goes to."""
        target, key = self[written], segment.kind.key
        if key is None or key.provider != target.provider:
            return target
        return self.elsewhere.get((written, key.region), target)

    def lists_of(self, written: str) -> list[ResolvedModel]:
        """The model on every list that usage may go to."""
        return [self[written], *(model for (name, _), model in self.elsewhere.items() if name == written)]

    def every(self) -> list[ResolvedModel]:
        return [*self.values(), *self.elsewhere.values()]


def targets_of(usage: UsageChanges, pricebook: Pricebook) -> Targets:
    """The models that moves and escalations name. CostcalcError with every unknown one."""
    found = Targets()
    problems = []
    asked: tuple[Move | Escalation, ...] = (*usage.moves, *usage.escalation)
    for change in asked:
        written = change.to if isinstance(change, Move) else change.first
        model = found.get(written) or pricebook.resolve(written)
        if isinstance(model, Unresolved):
            problems.append(_unknown_target(change, written, model.reason, pricebook))
        else:
            found[written] = model
            if model.region_how == "default":
                others = pricebook.other_lists(model)
                found.elsewhere.update({(written, other.region): other for other in others})
    if problems:
        raise CostcalcError(problems)
    return found


def without_a_price(
    usage: UsageChanges, targets: Targets, pricebook: Pricebook, months: Sequence[Month]
) -> Iterator[Problem]:
    """Moves and escalations to what has no price in any month to come in which they hold: nobody knows what those cost."""
    changes: list[tuple[Move | Escalation, str]] = [(move, move.to) for move in usage.moves]
    changes += [(escalation, escalation.first) for escalation in usage.escalation]
    for change, written in changes:
        days = [day for month in months for day in (month.first, month.last) if change.span.holds_on(day)]
        lists = [(model.provider, model.region, model.model) for model in targets.lists_of(written)]
        if days and not any(pricebook.block_on(*model, day).block for model in lists for day in days):
            target = targets[written]
            end, reason = pricebook.model(target).end, pricebook.block_on(*lists[0], days[0]).reason
            other = (
                f"move to {target.provider}/{end.successor}, which is sold in its place, or "
                if end and end.successor
                else ""
            )
            yield Problem(
                "unpriced-target",
                f"{target.provider}/{target.model} has no price in the months to come: {reason}",
                place=change.place,
                remedy=f"{other}give it a price of your own (--pricebook)",
            )


def _unknown_target(change: Move | Escalation, written: str, reason: str, pricebook: Pricebook) -> Problem:
    return Problem(
        "unknown-target",
        f'"{written}": {reason}',
        place=change.place,
        nearest=nearest_models(pricebook, [written])[written],
        remedy="name a model of the pricebooks as PROVIDER/MODEL; --pricebook adds your own",
    )


def every_target(usages: Sequence[UsageChanges], pricebook: Pricebook) -> Targets:
    """Those of several scenarios."""
    found = Targets()
    for usage in usages:
        found.take(targets_of(usage, pricebook))
    return found
