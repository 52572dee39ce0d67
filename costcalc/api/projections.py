"""Projecting: what rises do to cost and margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.api.books import Prices, read_prices
from costcalc.api.plans import Income, earned_from, scenario_of, with_years
from costcalc.api.results import PlanResult
from costcalc.api.usage import ledger_of
from costcalc.api.words import Number, line_names, read_basis, read_currency, read_months, read_pass_through, read_share
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


def project(
    usage: object,
    *,
    hikes: Mapping[str, object] | Sequence[str] | str = (),
    scenario: str | Path | Scenario | None = None,
    pass_through: Number | None = None,
    revenue: Income | None = None,
    margin: Number | None = None,
    floor: Number | None = None,
    months: int = 0,
    by: Sequence[str] | str = ("provider", "model"),
    currency: str | None = None,
    basis: str = "auto",
    move_to: str | None = None,
    prices: Prices | None = None,
    timezone: str = "UTC",
    revenue_source: str | None = None,
    simulate: int | None = None,
    seed: int = 1,
    **choose: Any,
) -> PlanResult:
    """What the rises do to cost and margin: `project("usage.csv", hikes={"alibaba": 34}).to_frame()`.

    `revenue` is for the log's period; `margin` and `floor` are shares (`"60%"`, `"0.6"`, a Fraction); `choose` takes
    what `scan` takes: since, until, month, last, week, where, columns, usage_format, progress. `months` 0: the scenario's horizon, if it
    has one. A scenario that changes more than prices is answered by `outlook`: only months to come
    can grow or move. So is one that is drawn: `simulate` and `seed` are those of `outlook`. CostcalcError with every
    problem found.
    """
    prices = prices or read_prices()
    plan, choose = with_years(scenario_of(scenario, hikes, prices), choose)
    if not plan.is_only_prices or simulate is not None:
        from costcalc.api.outlooks import outlook

        refuse_move_to(move_to, plan)
        return outlook(
            usage, scenario=plan, pass_through=pass_through, revenue=revenue, margin=margin, floor=floor, by=by,
            revenue_source=revenue_source,
            months=months, currency=currency, basis=basis, prices=prices, timezone=timezone,
            simulate=simulate, seed=seed, **choose,
        )  # fmt: skip
    names = line_names(by)
    share = None if pass_through is None else read_pass_through(read_share(pass_through, "pass_through"))
    changes = changes_at(plan, share)
    currency = currency or plan.currency
    days = changes.days()
    lines = Periods(
        prices.pricebook, RatingOptions(names, timezone=timezone), days, _targets(move_to, prices),
        takes_apart=not {*names} & {*PARTING},
    )  # fmt: skip
    earned = earned_from(revenue, margin, revenue_source)
    ledger = ledger_of(usage, names, prices, timezone, choose, [plan], lines, earned)
    options = PlanOptions(plan, changes, names, earned, None if floor is None else read_share(floor, "floor"))
    asked = LogOptions(
        basis=read_basis(basis),
        currency=read_currency(currency),
        timezone=timezone,
        months=read_months(months) or plan.horizon or 0,
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
