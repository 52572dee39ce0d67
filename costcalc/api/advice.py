"""Advice: what the log itself offers to save, each proposal computed as a scenario on one scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Unpack

from costcalc.api.books import Prices, Pricing
from costcalc.api.keywords import keywords
from costcalc.api.options import AdviseOptions as Options
from costcalc.api.outlooks import horizon_of, horizon_options, months_of
from costcalc.api.plans import Words, earned_of, floor_of, planned, share_of
from costcalc.api.results import Result
from costcalc.api.usage import LedgerNeeds, ledger_of
from costcalc.api.words import Number, read_share
from costcalc.months.horizon import HorizonOptions, scenario_cuts
from costcalc.problems import fail
from costcalc.rating.periods import Periods
from costcalc.rating.rate import RatingOptions
from costcalc.reports.advice.advice import advice as advice_report
from costcalc.reports.advice.model import Advice
from costcalc.reports.advice.options import AdviceOptions, probes
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


@keywords(Options)
def advise(usage: object, **words: Unpack[Options]) -> AdviceResult:
    """What would save money, best first: `advise("usage.csv").candidates[0].saving`.

    `by` are the columns that part the usage of one model (feature, where the log has it); `to` are targets to look at,
    PROVIDER/MODEL; requests are short up to `short` input tokens and frequent from `often` a day; groups below the
    share `least` of the bill are left aside; `take` are the numbers of the plan. The rest as for `outlook`.
    CostcalcError with every problem.
    """
    plan, pricing = planned(words)
    to, take = words["to"], words["take"]
    options = AdviceOptions(
        plan,
        changes_at(plan, share_of(words)),
        columns_of(words["by"]),
        earned_of(words),
        floor_of(words),
        _positive(words["short"], "short", "2000 input tokens"),
        _positive(words["often"], "often", "1000 requests a day"),
        _share_of_bill(words["least"]),
        (to,) if isinstance(to, str) else tuple(to),
        read_numbers(take) if isinstance(take, str) else None if take is None else tuple(take),
    )
    wished = tuple(Move(Where({}), Span(), ONCE, target, "probe") for target in options.to)
    plans = [plan, *(Scenario("", usage=UsageChanges(moves=(move,))) for move in wished)]
    lines = ("provider", "model", *options.groups)
    asked = horizon_options(pricing, months_of([plan], words["months"]), lines)
    ledger = (
        usage if isinstance(usage, UsageLedger) else _counted(usage, words, pricing, asked, [*plans, probes(options)])
    )
    if options.short in ledger.cuts.input_lengths:  # a stored ledger may have been counted without it
        plans.append(probes(options))
    horizon = horizon_of(ledger, plans, asked, pricing.prices, words, options.earned)
    if words["by"] is None:
        offered = tuple(name for name in (FEATURE,) if name in horizon.ledger.names)
        options = replace(options, groups=offered)
    return AdviceResult(advice_report(horizon, options))


def _counted(
    usage: object, words: Words, pricing: Pricing, asked: HorizonOptions, plans: Sequence[Scenario]
) -> UsageLedger:
    together = _days_together(pricing.prices, plans, asked.by, asked.months, pricing.timezone)
    wanted = LedgerNeeds(asked.by, scenarios=plans, months=asked.months, joining=together)
    return ledger_of(usage, words, pricing, wanted)


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


def read_numbers(text: str) -> tuple[int, ...]:
    """`1,3`. CostcalcError: anything that is no number of a candidate."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise fail("bad-option", f'--take "{text}" names no candidates', expected="their numbers: 1,3")
    return tuple(int(word) for word in words)


def _positive(value: object, what: str, example: str) -> int:
    if isinstance(value, int) and value > 0:
        return value
    raise fail("bad-option", f'{what} "{value}" is not a count above 0', expected=example)


def _share_of_bill(value: Number) -> Fraction:
    share = read_share(value, "least")
    if not 0 <= share <= 1:
        raise fail("bad-share", f'least "{value}" is not a part of the bill', expected="1%")
    return share
