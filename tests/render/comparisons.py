"""Comparisons made by hand: the small log of the outlooks under scenarios that say more or less of revenue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.problems import Place, Problem
from costcalc.reports.comparison import ComparedScenario, Comparison, ComparisonOptions, comparison
from costcalc.scenario.read import parse_scenario
from costcalc.usage.ledger import SkippedRows, UsageLedger
from tests.render.made import NO_FX, PRICEBOOK, group
from tests.render.outlooks import PLAN, customers_log

RISE = "scenario: Alibaba rises\nprices:\n  - {what: alibaba, change: +34%}\n"
RANGE = "scenario: Alibaba rises somehow\nprices:\n  - {what: alibaba, change: +5..34%}\n"
GROWTH = "scenario: More requests\nhorizon: 3 months\ngrowth:\n  - {each month: +10%}\n"
NOTHING = "scenario: Nothing\n"


def compared(
    usage: UsageLedger, *texts: str, names: tuple[str, ...] = (), months: int = 3, by: tuple[str, ...] = (),
    source: str = "scenarios", **words: Any,
) -> Comparison:  # fmt: skip
    """These scenarios over a ledger."""
    plans = [parse_scenario(text, f"plan-{number}.yaml", {}) for number, text in enumerate(texts, 1)]
    horizon = Horizon(usage, PRICEBOOK, NO_FX, HorizonOptions(months, by), plans)
    called = names or tuple(f"plan-{number}" for number in range(1, len(plans) + 1))
    choices = [ComparedScenario(name, plan) for name, plan in zip(called, plans, strict=True)]
    return comparison(horizon, ComparisonOptions(choices, by, horizon_source=source, **words))


def usual(**words: Any) -> Comparison:
    """One that earns by its own rules and has everything, one of prices alone, one that changes nothing."""
    names = ("more-of-everything", "rise", "nothing")
    return compared(customers_log(), PLAN, RISE, NOTHING, names=names, **words)


def full(**words: Any) -> Comparison:
    """With a model that has no price, refused rows, rows that were left out, and notes that are made up."""
    log = customers_log(
        group("qwen4-preview", 5_000_000, dimensions=("acme", "chat")),
        refused_rows=2,
        problems=(Problem("bad-count", "a count is no number", Place("usage.csv", 3)),),
        uncounted=(Problem("uncounted-tokens", "a column is in no figure", Place("usage.csv", 2), remedy="--map it"),),
        skipped=(SkippedRows("plain", "totals of others", 4),),
        notes=("Cached input is taken to lie inside the input.",),
    )
    found = compared(log, PLAN, RANGE, by=("provider", "model"), **words)
    notes = tuple(f"{name}: not so much of the input can be read from the cache" for name in ("qwen3-max", "qwen-plus"))
    noted = [replace(each, notes=notes) for each in found.scenarios]
    return replace(found, alternatives=[found.today, *noted], absent=("model kimi-*",))


def ten(**words: Any) -> Comparison:
    """As many as there may be, with names that do not fit."""
    texts = [f"scenario: Rise {n}\nprices:\n  - {{what: alibaba, change: +{n * 5}%}}\n" for n in range(1, 11)]
    names = tuple(f"a-rise-of-{n * 5}-percent" for n in range(1, 11))
    return compared(customers_log(), *texts, names=names, **words)
