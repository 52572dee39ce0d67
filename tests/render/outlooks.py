"""Outlooks made by hand: a small log with customers and ranges, priced by small books, and every answer there is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from costcalc.calendar import Month
from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import Place, Problem
from costcalc.reports.plan.ahead import plan_ahead
from costcalc.reports.plan.answers import Answers, BreakEven, FurtherRise, MoveShare, PriceAnswer, TokenSaving
from costcalc.reports.plan.case import Case
from costcalc.reports.plan.model import Plan, PlanOptions
from costcalc.reports.simulation import simulation
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.read import parse_scenario
from costcalc.usage.ledger import SkippedRows, UsageGroup, UsageLedger
from tests.render.made import NO_FX, PRICEBOOK, fx, group, ledger

CUSTOMERS = ("acme", "brio", "北京某某科技有限公司", None, *(f"customer-{number:02d}" for number in range(12)))
PLAN = """
scenario: More of everything
horizon: 3 months
note: Made for the pages.
prices:
  - {what: alibaba, change: +5..34%, on: 2026-11-01}
  - {what: openai, change: +1% each month, on: 2026-10-01, until: 2026-12-01}
growth:
  - {each month: 2..8%}
  - {where: {customer: acme}, each month: +50%}
mix:
  - {share: 10..20%, meters: {output_tokens: x1.5}, where: {feature: chat}}
escalation:
  - {where: {feature: search}, share: 50%, first: alibaba/qwen-plus, escalated: 15%, quality: "search set, 500 cases"}
moves:
  - {where: {feature: chat, customer: brio}, share: 60..80%, ramp: 2 months, to: alibaba/qwen-plus, quality: "not yet tested"}
efficiency:
  - {output: -20%, on: 2026-12-01, quality: "not yet tested"}
revenue:
  - {per: customer and month, amount: 150 USD}
  - {per: month, amount: 500 USD}
  - {change: +5%, on: 2026-12-01, customers_lost: 2%}
other_costs:
  - {per: month, amount: 100 USD}
"""

CNY_FX = fx("bases: {stated: {url: test}}\nfx:\n  USD/CNY: {2026-09: {stated: 7}}\n")


def customer_groups() -> list[UsageGroup]:
    """Sixteen customers that cost from 4 to 60 USD in the log's 30 days, by two models and two features."""
    return [
        group(
            "qwen3-max" if number % 3 else "gpt-5.6-luna", 10**7 // (number + 1) + 10**6, output=10**6 + number * 10**5,
            requests=900 - 10 * number, dimensions=(name, "chat" if number % 2 else "search"),
        )
        for number, name in enumerate(CUSTOMERS)
    ]  # fmt: skip


def customers_log(*more: UsageGroup, **words: Any) -> UsageLedger:
    return ledger(*customer_groups(), *more, dimensions=("customer", "feature"), **words)


def made(
    usage: UsageLedger, text: str, *, by: tuple[str, ...] = ("provider", "model"), months: int = 3,
    prices: Pricebook = PRICEBOOK, rates: FxTable = NO_FX, currency: str | None = None, **words: Any,
) -> Plan:  # fmt: skip
    """The outlook of a ledger under a scenario as it is written."""
    plan = parse_scenario(text, "plan.yaml", {})
    horizon = Horizon(usage, prices, rates, HorizonOptions(months, by, "auto", currency, "UTC"), [plan])
    return plan_ahead(horizon, PlanOptions(plan, changes_at(plan, None), by, **words))


def drawn_outlook() -> Plan:
    """Ranges and an exchange rate that are drawn, one of them for nothing, against a floor."""
    plan_text = PLAN.replace("efficiency:\n", "efficiency:\n  - {batch: 10..20%}\n")  # no model has a batch price
    text = plan_text + "  - {per: month, amount: 700 CNY}\nsimulate: {distribution: uniform, fx: {CNY: 10%, JPY: 9%}}\n"
    plan = parse_scenario(text, "plan.yaml", {})
    options = PlanOptions(plan, changes_at(plan, None), floor=Fraction(7, 10))
    horizon = Horizon(customers_log(), PRICEBOOK, CNY_FX, HorizonOptions(3), [plan])
    found = plan_ahead(horizon, options)
    return replace(found, simulation=simulation(Case(horizon, options), 500, 1))


def full() -> Plan:
    """Everything that a page can say, with answers that are made up."""
    found = made(
        customers_log(
            group("qwen4-preview", 5_000_000, dimensions=("acme", "chat")),
            refused_rows=2,
            problems=(Problem("bad-count", "a count is no number", Place("usage.csv", 3)),),
            uncounted=(
                Problem("uncounted-tokens", "a column is in no figure", Place("usage.csv", 2), remedy="--map it"),
            ),
            skipped=(SkippedRows("plain", "totals of others", 4),),
            notes=("Cached input is taken to lie inside the input.",),
        ),
        PLAN,
        floor=Fraction(9, 10),
    )
    return replace(
        found,
        answers=answers(found),
        absent=("model kimi-* or glm-* or grok-*", "customer nobody"),
        notes=tuple(
            f"{name}: not so much of the input can be read from the cache" for name in ("qwen3-max", "qwen-plus")
        ),
    )


def answers(found: Plan) -> Answers:
    """One of each kind."""
    (move,) = found.scenario.usage.moves
    today, floor = Fraction(3, 4), Fraction(9, 10)
    return Answers(
        hold=PriceAnswer(today, Fraction(123, 1000)),
        floor=PriceAnswer(floor, None),
        moves=(
            MoveShare(move.to, Fraction(2, 5), today, move),
            MoveShare(move.to, None, floor, move, "it costs more than staying"),
        ),
        tokens=(TokenSaving(Fraction(1, 8), margin=today, in_steps=True),),
        rises=(FurtherRise(today, Fraction(1, 4), "alibaba"), FurtherRise(floor, Fraction(-1, 3), "openai")),
        break_even=(
            BreakEven(
                "selfhosted/qwen3-8b",
                Fraction(21, 100),
                Fraction(7_607_040),
                1,
                Fraction(29, 100),
                pays_from=Month(2026, 11),
            ),
            BreakEven("selfhosted/tiny", None, None, 0, None, "it costs more than staying at any volume"),
        ),
    )
