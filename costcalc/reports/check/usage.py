"""Usage of a budget: which groups of a ledger its `where` means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from costcalc.budget.model import Budget
from costcalc.months.matching import INSIDE, PRICE_NAMES, columns_of, hours_label, label_name, may_match
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import Place, Problem, nearest_names
from costcalc.rating.rate import Rater, RatingOptions
from costcalc.scenario.where import Where
from costcalc.usage.ledger import Cuts, UsageGroup, UsageLedger

Named = tuple[UsageGroup, dict[str, str | None]]


def columns_for(budgets: Iterable[Budget]) -> list[str]:
    """The columns of the log that these budgets ask for."""
    return columns_of(budget.where for budget in budgets)


def with_budgets(cuts: Cuts, budgets: Iterable[Budget]) -> Cuts:
    """The cuts, and the lengths and hours that these budgets ask for."""
    sides = {"input_tokens": {*cuts.input_lengths}, "output_tokens": {*cuts.output_lengths}}
    edges = {*cuts.day_edges}
    for where in (budget.where for budget in budgets):
        for length in where.lengths:
            sides[length.meter] |= {cut for cut in (length.over, length.up_to) if cut}
        if where.hours:
            edges |= hours_label(where.hours).edges
    return replace(
        cuts,
        input_lengths=tuple(sorted(sides["input_tokens"])),
        output_lengths=tuple(sorted(sides["output_tokens"])),
        day_edges=tuple(sorted(edges)),
        schedule_edges=tuple(sorted({*cuts.schedule_edges} - edges)),
    )


class BudgetedUsage:
    """A ledger, and the parts of it that budgets mean."""

    def __init__(
        self, ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, wheres: Sequence[Where], timezone: str
    ) -> None:
        """CostcalcError: the ledger was counted without what the budgets ask for."""
        self.ledger = ledger
        labels = {label_name(where.hours): hours_label(where.hours) for where in wheres if where.hours}
        names = tuple(dict.fromkeys([*PRICE_NAMES, *columns_of(wheres), *labels]))
        self._rater = Rater(ledger, pricebook, fx, RatingOptions(names, timezone=timezone, labels=labels))

    @cached_property
    def named(self) -> list[Named]:
        """Every group with its names, as the pricebooks call them."""
        rater, names = self._rater, self._rater.options.by
        return [
            (group, dict(zip(names, rater.line_of(group, rater.resolve(group)), strict=True)))
            for group in self.ledger.groups
        ]

    def part(self, where: Where) -> UsageLedger:
        """The ledger of the usage meant; the days that it covers stay those of the log."""
        if where.is_all:
            return self.ledger
        groups = [group for group, names in self.named if self._is_meant(where, group, names)]
        return replace(self.ledger, groups=groups, is_part=True)

    def problems(self, budget: Budget) -> list[Problem]:
        """Why nothing is meant."""
        found = [self._unmatched(budget, name, globs) for name, globs in budget.where.names.items()]
        return [problem for problem in found if problem] or [
            Problem(
                "matches-nothing", f'the budget "{budget.name}" matches nothing: no usage of the log is {budget.where}',
                budget.place, budget.excerpt, remedy="correct where, or drop the budget",
            )
        ]  # fmt: skip

    def _unmatched(self, budget: Budget, name: str, globs: Sequence[str]) -> Problem | None:
        alone = Where({name: tuple(globs)})
        if any(self._is_meant(alone, group, names) for group, names in self.named):
            return None
        held = {names[name] or "" for _, names in self.named}
        return Problem(
            "matches-nothing",
            f'the budget "{budget.name}" matches nothing: no usage of the log has {name} {" or ".join(globs)}',
            _near(budget),
            budget.excerpt,
            nearest=nearest_names(globs[0], (text for text in held if text)),
            remedy="correct the value; * stands for any text, and case does not matter",
        )

    def _is_meant(self, where: Where, group: UsageGroup, names: dict[str, str | None]) -> bool:
        if not may_match(where, names, names["provider"] or "", names["model"] or ""):
            return False
        for length in where.lengths:
            label = group.input_over if length.meter == "input_tokens" else group.output_over
            if label < length.over or (length.up_to is not None and label >= length.up_to):
                return False
        return where.hours is None or names[label_name(where.hours)] == INSIDE


def _near(budget: Budget) -> Place | None:
    """The place of `where`, where it stands in the line that is shown."""
    where, own = budget.where.place, budget.place
    return where if where and own and where.line == own.line else own


def missing_lengths(ledger: UsageLedger, budgets: Iterable[Budget]) -> list[Problem]:
    """Lengths that a ledger was counted without."""
    counted = {"input_tokens": ledger.cuts.input_lengths, "output_tokens": ledger.cuts.output_lengths}
    return [
        Problem(
            "ledger-without-cut", f"the ledger was counted without the length {length.written} of {length.meter}",
            budget.place, budget.excerpt, remedy="count the log again with these budgets",
        )
        for budget in budgets
        for length in budget.where.lengths
        if {cut for cut in (length.over, length.up_to) if cut} - {*counted[length.meter]}
    ]  # fmt: skip
