"""Checks: does a budget or a margin floor break?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Unpack

from costcalc.api.books import Prices, Pricing, pricing_of
from costcalc.api.keywords import keywords
from costcalc.api.options import CheckOptions as Options
from costcalc.api.plans import Words, catalogue, earned_of, scenario_of
from costcalc.api.results import Result
from costcalc.api.slips import with_every_slip
from costcalc.api.usage import LedgerNeeds, ledger_of
from costcalc.budget.model import COUNTED, Budget, Kind
from costcalc.budget.read import read_budgets
from costcalc.budget.read_limits import AMOUNT_SHAPE, read_limit, read_one_percent
from costcalc.calendar import day_of
from costcalc.money import Money
from costcalc.problems import CostcalcError, Problem, fail
from costcalc.rating.periods import of_days
from costcalc.reports.check.check import Check, no_budgets
from costcalc.reports.check.check import check as check_report
from costcalc.reports.check.log import CheckQuestion
from costcalc.reports.revenue import earning
from costcalc.usage.ledger import UsageLedger

_NOT_OF_THE_BASELINE = (
    "since",
    "until",
    "month",
    "last",
    "week",
    "quarter",
    "progress",
)  # days of the log say nothing of what it is compared with


@dataclass(frozen=True)
class CheckResult(Result):
    """The answer of `check`, with the ways to hand it on; `exit_code` is that of the command."""

    report: Check

    def to_markdown(self, tag: str = "", **asked: Any) -> str:
        """A comment for a pull request; its first line, hidden, names the tag by which it is found again."""
        from costcalc.render.check.markdown import check_markdown

        return check_markdown(self.report, tag)

    def to_junit(self) -> str:
        """JUnit XML: a test case a budget and period."""
        from costcalc.render.check.junit import check_junit

        return check_junit(self.report)

    def to_sarif(self) -> str:
        """SARIF 2.1.0: a result for every budget that is not kept."""
        from costcalc.render.check.sarif import check_sarif

        return check_sarif(self.report)


@keywords(Options)
def check(usage: object, **words: Unpack[Options]) -> CheckResult:
    """Whether budgets hold: `check("usage.csv", budgets="budgets.yaml").exit_code`.

    `budgets` are files, or budgets; `max_cost` and its like are limits of all usage. `baseline` is usage to compare
    with; `since`, `until` and their like do not touch it. CostcalcError, with every problem: a wrong file, a budget that
    matches nothing.
    """
    pricing, baseline = pricing_of(words), words["baseline"]
    asked = tuple(_named(each, pricing.prices) for each in (*budgets_of(words["budgets"]), *limits_of(words)))
    if not asked:
        raise no_budgets()
    return with_every_slip(lambda budgets: _checked(usage, budgets, pricing, words), asked, [usage, baseline])


def _checked(usage: object, asked: Sequence[Budget], pricing: Pricing, words: Words) -> CheckResult:
    earned, baseline = earned_of(words), words["baseline"]
    now = earning(earned, _counted(usage, asked, pricing, words, earned.names), pricing.timezone)
    then = {**words, **dict.fromkeys(_NOT_OF_THE_BASELINE)}
    before = None if baseline is None else _counted(baseline, asked, pricing, then)
    options = CheckQuestion(
        _day_in(words["today"]),
        pricing.basis,
        pricing.currency,
        pricing.timezone,
        earned,
        words["allow_unpriced"],
        words["allow_refused"],
    )
    return CheckResult(check_report(now, before, pricing.prices.pricebook, pricing.prices.fx, asked, options))


def budgets_of(given: str | Path | Sequence[str | Path | Budget]) -> list[Budget]:
    """Budgets, and those of files. CostcalcError with every problem of all files."""
    found: list[Budget] = []
    problems: list[Problem] = []
    for each in [given] if isinstance(given, (str, Path)) else given:
        if isinstance(each, Budget):
            found.append(each)
            continue
        try:
            found += read_budgets(each, catalogue)
        except CostcalcError as error:
            problems += error.problems
    if problems:
        raise CostcalcError(problems)
    return found


def limits_of(words: Words) -> list[Budget]:
    """The budgets that flags mean: each for all usage. CostcalcError with every wrong one."""
    found: list[Budget] = []
    problems: list[Problem] = []
    for flag in _LIMITS:
        value = words[flag.removeprefix("--").replace("-", "_")]
        try:
            found += [] if value is None else [_budget(flag, value)]
        except CostcalcError as error:
            problems += error.problems
    if problems:
        raise CostcalcError(problems)
    return found


_LIMITS = ("--max-cost", "--max-tokens", "--max-requests", "--max-rise", "--min-margin", "--max-unpriced")
_KINDS: dict[str, Kind] = {
    "--max-rise": "max_rise", "--min-margin": "margin_at_least", "--max-unpriced": "unpriced_at_most",
}  # fmt: skip
_LIKE = {"--max-rise": "10%", "--min-margin": "55%", "--max-unpriced": "1%"}
_UNITS = {"--max-tokens": "tokens", "--max-requests": "requests"}


def _budget(flag: str, value: Any) -> Budget:
    if isinstance(value, float):
        raise fail("bad-amount", f"{flag} {value} is a float, which may have lost digits", remedy=f'write it as text: "{value}"')  # fmt: skip
    if flag in _KINDS:
        return Budget(flag, _KINDS[flag], _share(flag, value))
    amount, unit = _amount(flag, value)
    wanted = _UNITS.get(flag, "")
    if (unit and wanted and unit != wanted) or (not wanted and unit in COUNTED):
        raise fail("bad-amount", f'{flag} "{value}" is of {unit}', expected="5000USD" if not wanted else f"a count of {wanted}")  # fmt: skip
    return Budget(flag, "limit", amount, wanted or unit)


def _amount(flag: str, value: Any) -> tuple[Fraction, str]:
    if isinstance(value, Money):
        return value.amount, value.currency
    if isinstance(value, (int, Fraction)) and value >= 0:
        return Fraction(value), ""
    try:
        return read_limit(str(value))
    except ValueError:
        raise fail("bad-amount", f'{flag} "{value}" is not an amount', expected=AMOUNT_SHAPE) from None


def _share(flag: str, value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    try:
        return read_one_percent(str(value))
    except ValueError as error:
        raise fail(
            "bad-percent", f'{flag} "{value}" is not a percentage', expected=_LIKE[flag], remedy=str(error)
        ) from None


def _named(budget: Budget, prices: Prices) -> Budget:
    """A budget under a scenario whose rises name providers as the books do."""
    return replace(budget, scenario=scenario_of(budget.scenario, (), prices)) if budget.scenario else budget


def _counted(
    usage: object, budgets: Sequence[Budget], pricing: Pricing, words: Words, if_offered: Sequence[str] = ()
) -> UsageLedger:
    is_planned = any(budget.scenario for budget in budgets)
    # Where every budget is of all usage, only days are told apart; a margin asks which rows state a revenue.
    is_by_day = not is_planned and all(each.where.is_all and each.kind != "margin_at_least" for each in budgets)
    joining = of_days(pricing.prices.pricebook, pricing.timezone) if is_by_day else None
    try:
        return ledger_of(usage, words, pricing, LedgerNeeds(if_offered=if_offered, budgets=budgets, joining=joining))
    except CostcalcError as error:
        raise CostcalcError([_placed(problem, budgets) for problem in error.problems], error.exit_code) from error


def _placed(problem: Problem, budgets: Sequence[Budget]) -> Problem:
    """A column that no log has is a slip of the budget that asks for it."""
    if problem.code != "unknown-column" or problem.place is not None:
        return problem
    asking = (budget for budget in budgets for name in budget.where.names if f'"{name}"' in problem.message)
    budget = next(asking, None)
    return replace(problem, place=budget.place, excerpt=budget.excerpt) if budget else problem


def _day_in(today: date | None) -> Callable[[str], date]:
    """The day given, else today, by the clock of a zone."""
    if today is not None:
        return lambda zone: today
    now = int(time.time())
    return lambda zone: day_of(now, zone)
