"""The check: every budget against a log, and what a change did to each; a value, to be drawn, written or handed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from costcalc.budget.model import Budget
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import INCOMPLETE_EXIT, CostcalcError, Problem, fail
from costcalc.rating.breakdown import by_line
from costcalc.rating.model import Rating
from costcalc.reports.check.ages import age_findings
from costcalc.reports.check.finding import STATUSES, Finding, Status, worst
from costcalc.reports.check.gaps import gap_findings
from costcalc.reports.check.limits import limit_findings
from costcalc.reports.check.log import BudgetedLog, CheckQuestion
from costcalc.reports.check.margins import margin_findings
from costcalc.reports.check.months import month_findings
from costcalc.reports.check.periods import periods_of
from costcalc.reports.check.rises import rise_findings
from costcalc.reports.usage import OfRating, UsageSummary
from costcalc.usage.ledger import UsageLedger

BROKEN_EXIT = 1


def no_budgets() -> CostcalcError:
    return fail(
        "no-budgets", "no budget is given: nothing would be checked",
        remedy="give --budgets budgets.yaml, or a flag such as --max-cost 5000USD; costcalc init budgets writes a start",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AgainstBaseline:
    """A log as a whole beside its baseline; the report's currency."""

    usage: UsageSummary
    cost: Fraction
    before: Fraction
    is_complete: bool
    days: int  # that the log covers; the baseline's are those of its usage

    @property
    def is_by_day(self) -> bool:
        """Whether both cover different numbers of days, so that only their daily rates can be compared."""
        return self.days != self.usage.days

    @property
    def before_compared(self) -> Fraction:
        """What the change is of: all, or a day's share."""
        return self.before / (self.usage.days if self.is_by_day else 1)

    @property
    def change(self) -> Fraction:
        """Where the days differ, by the day."""
        return self.cost / (self.days if self.is_by_day else 1) - self.before_compared

    @property
    def rise(self) -> Fraction | None:
        """None where nothing was paid before."""
        return self.change / self.before_compared if self.before else None


@dataclass(frozen=True)
class Check(OfRating):
    """The answer of `check`."""

    budgets: Sequence[Budget]
    findings: Sequence[Finding]  # of each budget together, its periods in their order
    usage: UsageSummary
    rating: Rating  # of the log, by day
    compared: AgainstBaseline | None  # None: without a baseline

    @property
    def currency(self) -> str:
        return self.rating.currency

    @property
    def status(self) -> Status:
        """The worst one."""
        return min((finding.status for finding in self.findings), key=STATUSES.index, default="ok")

    @property
    def exit_code(self) -> int:
        """1: a limit is broken; 3: what is missing leaves one open; 0 otherwise."""
        return {"broken": BROKEN_EXIT, "incomplete": INCOMPLETE_EXIT}.get(self.status, 0)

    @property
    def revenue_sources(self) -> str:
        """Who says what was earned, of all margins together."""
        return ", ".join(dict.fromkeys(finding.source for finding in self.findings))

    def of(self, budget: Budget) -> list[Finding]:
        """The findings of one budget."""
        return [finding for finding in self.findings if finding.budget is budget]

    @property
    def worst(self) -> list[Finding]:
        """The worst finding of each budget, in the order of the budgets."""
        return [worst(self.of(budget)) for budget in self.budgets]

    def count(self, status: Status) -> int:
        """How many budgets are no better than that."""
        return sum(finding.status == status for finding in self.worst)


def check(
    ledger: UsageLedger, baseline: UsageLedger | None, pricebook: Pricebook, fx: FxTable, budgets: Sequence[Budget],
    options: CheckQuestion,
) -> Check:  # fmt: skip
    """Every budget against the log.

    CostcalcError, with every one: a budget that matches nothing, or cannot be checked on this log; no budget at all.
    """
    if not budgets:
        raise no_budgets()
    log = BudgetedLog(ledger, pricebook, fx, options, budgets)
    before = BudgetedLog(baseline, pricebook, fx, options, budgets, log.currency) if baseline is not None else None
    if problems := list(_matching_nothing(log, budgets)):
        raise CostcalcError(problems)
    findings: list[Finding] = []
    for budget in budgets:
        try:
            findings += _findings(budget, log, before)
        except CostcalcError as error:
            problems += _placed(error.problems, budget)
    if problems:
        raise CostcalcError(problems)
    rating = by_line(log.whole.rater, log.whole.rating)
    return Check(tuple(budgets), findings, log.usage, rating, _compared(log, before))


def _findings(budget: Budget, log: BudgetedLog, before: BudgetedLog | None) -> Iterable[Finding]:
    if budget.scenario is not None:
        return list(month_findings(budget, log))
    if budget.kind == "prices_checked_within":
        return list(age_findings(budget, log))
    kinds = {"limit": limit_findings, "max_rise": rise_findings, "margin_at_least": margin_findings, "unpriced_at_most": gap_findings}  # fmt: skip
    return list(kinds[budget.kind](budget, log, before))


def _matching_nothing(log: BudgetedLog, budgets: Sequence[Budget]) -> Iterator[Problem]:
    """Budgets that would pass because nothing is looked at."""
    for budget in budgets:
        if not budget.where.is_all and not log.choice.part(budget.where).groups:
            yield from log.choice.problems(budget)
        elif not periods_of(budget, log.days):
            yield Problem(
                "matches-nothing",
                f'the budget "{budget.name}" matches nothing: the log covers {log.days.first} to {log.days.last}, and not its period',
                budget.place, budget.excerpt, remedy="drop the budget, or give the log of its period",
            )  # fmt: skip


def _placed(problems: Iterable[Problem], budget: Budget) -> list[Problem]:
    """What is wrong with a budget stands at its line, where nothing nearer is known."""
    return [
        replace(problem, place=budget.place, excerpt=budget.excerpt) if problem.place is None else problem
        for problem in problems
    ]


def _compared(log: BudgetedLog, before: BudgetedLog | None) -> AgainstBaseline | None:
    if before is None:
        return None
    cost, then = log.whole.rating, before.whole.rating
    complete = not (log.lacks_rows or before.lacks_rows) and cost.is_complete and then.is_complete
    return AgainstBaseline(before.usage, cost.total.before, then.total.before, complete, log.days.count)
