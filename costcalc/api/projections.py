"""Projecting: what rises do to cost and margin."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Unpack

from costcalc.api.books import Prices, Pricing
from costcalc.api.keywords import keywords
from costcalc.api.options import ProjectOptions
from costcalc.api.plans import Words, earned_of, floor_of, planned, share_of, with_years
from costcalc.api.results import PlanResult
from costcalc.api.slips import with_every_slip
from costcalc.api.usage import LedgerNeeds, ledger_of
from costcalc.api.words import line_names, read_months
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.problems import fail
from costcalc.rating.periods import Periods
from costcalc.rating.rate import PARTING, RatingOptions
from costcalc.reports.plan.model import LogOptions, PlanOptions
from costcalc.reports.plan.over_log import plan_over_log
from costcalc.scenario.events import SHOWN_SHARES
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.items import Scenario
from costcalc.usage.ledger import UsageLedger

if TYPE_CHECKING:
    from costcalc.reports.workings import Workings


@keywords(ProjectOptions)
def project(usage: object, **words: Unpack[ProjectOptions]) -> PlanResult:
    """What the rises do to cost and margin: `project("usage.csv", hikes={"alibaba": 34}).to_frame()`.

    `revenue` is for the log's period; `margin` and `floor` are shares (`"60%"`, `"0.6"`, a Fraction). `months` 0: the
    scenario's horizon, if it has one. A scenario that changes more than prices, or is drawn, is answered by `outlook`:
    only months to come can grow or move. CostcalcError with every problem found.
    """
    plan, pricing = planned(words)
    return with_every_slip(lambda plans: project_of(usage, words, plans[0], pricing), [plan], usage)


def project_of(usage: object, words: Words, plan: Scenario, pricing: Pricing) -> PlanResult:
    """The same of a scenario and prices that are read."""
    move_to = words["move_to"]
    if not plan.is_only_prices or words["simulate"] is not None:
        from costcalc.api.outlooks import outlook_of

        refuse_move_to(move_to, plan)
        return outlook_of(usage, words, plan, pricing)
    plan, choice = with_years(plan, words)
    prices, names, share = pricing.prices, line_names(words["by"]), share_of(words)
    changes = changes_at(plan, share)
    lines = Periods(
        prices.pricebook, RatingOptions(names, timezone=pricing.timezone), changes.days(), _targets(move_to, prices),
        takes_apart=not {*names} & {*PARTING},
    )  # fmt: skip
    earned = earned_of(words)
    ledger = ledger_of(usage, choice, pricing, LedgerNeeds(names, raised=[plan], joining=lines), earned)
    options = PlanOptions(plan, changes, names, earned, floor_of(words))
    asked = LogOptions(
        basis=pricing.basis,
        currency=pricing.currency,
        timezone=pricing.timezone,
        months=read_months(words["months"] or 0) or plan.horizon or 0,
        move_to=move_to,
        alternatives={at: plan.changes(at) for at in SHOWN_SHARES}
        if share is None and plan.asks_for_pass_through
        else {},
    )
    return PlanResult(
        plan_over_log(ledger, prices.pricebook, prices.fx, options, asked),
        partial(_workings, ledger, prices, options, asked, share),
    )


def _targets(written: str | None, prices: Prices) -> list[ResolvedModel]:
    """The model that usage may move to, on all its provider's lists; a name that is unknown is refused later."""
    found = prices.pricebook.resolve(written) if written else None
    return [found, *prices.pricebook.other_lists(found)] if isinstance(found, ResolvedModel) else []


def _workings(
    ledger: UsageLedger, prices: Prices, options: PlanOptions, asked: LogOptions, share: Fraction | None
) -> Workings:
    from costcalc.reports.workings import log_workings  # imported where a workbook is asked for

    return log_workings(ledger.in_full, prices.pricebook, prices.fx, options, asked, share)


def refuse_move_to(target: str | None, plan: Scenario) -> None:
    """CostcalcError: a single move is asked for beside a scenario that says what moves."""
    if target:
        raise fail(
            "move-beside-a-scenario", f"--move-to {target} stands beside {_what(plan)}",
            remedy=f"write the move in the scenario: moves: [{{share: 30%, to: {target}, quality: \"what you tested\"}}]",
        )  # fmt: skip


def _what(plan: Scenario) -> str:
    if plan.is_only_prices:
        return "--simulate, which draws a scenario"
    return f"a scenario that changes usage ({plan.written or plan.name})"
