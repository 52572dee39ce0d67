"""Explanations: what made a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from costcalc.api.keywords import keywords
from costcalc.api.options import ExplainOptions as Options
from costcalc.api.plans import planned, share_of
from costcalc.api.results import Result
from costcalc.api.usage import LedgerNeeds, globs_of, ledger_of
from costcalc.api.words import line_names, read_day_of
from costcalc.problems import fail
from costcalc.reports.explanation import ExplainQuestion, Explanation, Selection
from costcalc.reports.explanation import explain as explanation
from costcalc.scenario.hikes import changes_at


@dataclass(frozen=True)
class ExplanationResult(Result):
    """The answer of `explain`, with the ways to hand it on."""

    report: Explanation


@keywords(Options)
def explain(usage: object, **words: Unpack[Options]) -> ExplanationResult:
    """What made each figure: `explain("usage.csv", line={"model": "qwen3-max"}, meter="output_tokens")`.

    `line` chooses lines of the report by their names (globs), `meter` a meter or a group of them, `day` a report day.
    CostcalcError: nothing is there to explain; every other problem found.
    """
    plan, pricing = planned(words)
    prices = pricing.prices
    if not plan.is_only_prices:
        raise fail(
            "scenario-of-months-to-come", f"{plan.written or plan.name} changes more than prices, which only months to come can show",
            remedy="explain the log without it, and see costcalc project for what it does",
        )  # fmt: skip
    chosen = globs_of(words["line"], "--line", prices)
    if day := read_day_of(words["day"], "--day", pricing.timezone):
        chosen["day"] = (str(day),)
    names = tuple(dict.fromkeys((*line_names(words["by"]), *chosen)))
    options = ExplainQuestion(
        changes_at(plan, share_of(words)), names, pricing.basis, pricing.currency, pricing.timezone,
        Selection(chosen, words["meter"].strip().lower().replace("-", "_")),
    )  # fmt: skip
    ledger = ledger_of(usage, words, pricing, LedgerNeeds(names, raised=[plan]))
    return ExplanationResult(explanation(ledger, prices.pricebook, prices.fx, options))
