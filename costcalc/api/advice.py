"""Advice: what the log itself offers to save, each proposal computed as a scenario on one scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.api.books import Prices, read_prices
from costcalc.api.outlooks import horizon_of, months_of
from costcalc.api.plans import Income, earned_from, scenario_of
from costcalc.api.results import Result
from costcalc.api.usage import scan
from costcalc.api.words import Number, read_pass_through, read_share
from costcalc.forecasts.horizon import scenario_cuts
from costcalc.problems import fail
from costcalc.rating.periods import Periods
from costcalc.rating.rate import RatingOptions
from costcalc.reports.advice.advice import advice as advice_report
from costcalc.reports.advice.model import Advice
from costcalc.reports.advice.options import LEAST, OFTEN, SHORT, AdviceOptions, probes
from costcalc.scenario.changes import Move, UsageChanges
from costcalc.scenario.figure import ONCE, Span
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.items import Scenario
from costcalc.scenario.where import Where
from costcalc.usage.ledger import UsageLedger

FEATURE = "feature"  # the column that parts the usage of a model, where the log has it
_NO_GROUPS = ("provider", "model", "region", "service_tier", "meter", "basis", "day", "month", "format")


@dataclass(frozen=True)
class AdviceResult(Result):
    """The answer of `advise`, with the ways to hand it on."""

    report: Advice

    def to_yaml(self) -> str:
        """The plan as a scenario file. ValueError: nothing was found to write, or a change that no file can say."""
        from costcalc.render.advice.plan import plan_yaml

        return plan_yaml(self.report)


def advise(
    usage: object,
    *,
    scenario: str | Path | Scenario | None = None,
    hikes: object = (),
    pass_through: Number | None = None,
    revenue: Income | None = None,
    margin: Number | None = None,
    revenue_source: str | None = None,
    floor: Number | None = None,
    by: Sequence[str] | str | None = None,
    to: Sequence[str] | str = (),
    short: int = SHORT,
    often: int = OFTEN,
    least: Number = LEAST,
    take: Sequence[int] | None = None,
    months: int | None = None,
    currency: str | None = None,
    basis: str = "auto",
    prices: Prices | None = None,
    timezone: str = "UTC",
    **choose: Any,
) -> AdviceResult:
    """What would save money, best first: `advise("usage.csv").candidates[0].saving`.

    `by` are the columns that part the usage of one model (feature, where the log has it); `to` are targets to look at,
    PROVIDER/MODEL; requests are short up to `short` input tokens and frequent from `often` a day; groups below the
    share `least` of the bill are left aside; `take` are the numbers of the plan. The rest as for `outlook`.
    CostcalcError with every problem.
    """
    prices = prices or read_prices()
    plan = scenario_of(scenario, hikes, prices)
    share = None if pass_through is None else read_pass_through(read_share(pass_through, "pass_through"))
    options = AdviceOptions(
        plan,
        changes_at(plan, share),
        columns_of(by),
        earned_from(revenue, margin, revenue_source),
        None if floor is None else read_share(floor, "floor"),
        _positive(short, "short", "2000 input tokens"),
        _positive(often, "often", "1000 requests a day"),
        _share_of_bill(least),
        (to,) if isinstance(to, str) else tuple(to),
        None if take is None else tuple(take),
    )
    wished = tuple(Move(Where({}), Span(), ONCE, target, "probe") for target in options.to)
    asked = [plan, *(Scenario("", usage=UsageChanges(moves=(move,))) for move in wished)]
    lines = ("provider", "model", *options.groups)
    count = months_of([plan], months)
    if isinstance(usage, UsageLedger):
        ledger = usage
    else:
        plans = [*asked, probes(options)]
        ledger = scan(
            usage, by=lines, scenarios=plans, months=count, prices=prices, timezone=timezone,
            joining=_days_together(prices, plans, lines, count, timezone), **choose,
        )  # fmt: skip
    if options.short in ledger.cuts.input_lengths:  # a stored ledger may have been counted without it
        asked.append(probes(options))
    horizon = horizon_of(
        ledger, asked, lines, prices, count, currency or plan.currency, basis, timezone, {}, options.earned
    )
    if by is None:
        offered = tuple(name for name in (FEATURE,) if name in horizon.ledger.names)
        options = replace(options, groups=offered)
    return AdviceResult(advice_report(horizon, options))


def _days_together(
    prices: Prices, plans: Sequence[Scenario], lines: Sequence[str], months: int, timezone: str
) -> Periods:
    """Days that no price tells apart; candidates found later may ask for any length and hour."""
    cuts = scenario_cuts(prices.pricebook, timezone, plans, months)
    every = (cuts.input_lengths, cuts.output_lengths)
    options = RatingOptions(tuple(lines), timezone=timezone)
    return Periods(prices.pricebook, options, more_edges=lambda *_: every, takes_apart=True, keeps_hours=True)


def columns_of(by: Sequence[str] | str | None) -> tuple[str, ...]:
    """The columns of the log that part the usage of one model. CostcalcError: what a price is made of already."""
    if by is None:
        return ()
    words = by.split(",") if isinstance(by, str) else by
    names = tuple(dict.fromkeys(word.strip().lower() for word in words if word.strip()))
    wrong = [name for name in names if name in _NO_GROUPS and name not in ("provider", "model")]
    if wrong:
        raise fail(
            "bad-option", f'advice cannot be grouped by "{wrong[0]}"',
            expected="columns of the log beside provider and model: feature, team",
        )  # fmt: skip
    return tuple(name for name in names if name not in ("provider", "model"))


def _positive(value: object, what: str, example: str) -> int:
    if isinstance(value, int) and value > 0:
        return value
    raise fail("bad-option", f'{what} "{value}" is not a count above 0', expected=example)


def _share_of_bill(value: Number) -> Fraction:
    share = read_share(value, "least")
    if not 0 <= share <= 1:
        raise fail("bad-share", f'least "{value}" is not a part of the bill', expected="1%")
    return share
