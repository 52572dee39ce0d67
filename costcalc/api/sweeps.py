"""Sweeps: several rises, each at several pass-throughs, on one scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from costcalc.api.books import prices_of, pricing_of
from costcalc.api.keywords import defaults_of, keywords
from costcalc.api.options import ProjectOptions, SweepOptions
from costcalc.api.plans import scenario_of
from costcalc.api.projections import project_of
from costcalc.api.results import PlanResult, TableResult
from costcalc.api.usage import LedgerNeeds, ledger_of
from costcalc.api.words import line_names, read_pass_through, read_share
from costcalc.reports.sweep import Sweep, Tried
from costcalc.scenario.hikes import hikes_from


@dataclass(frozen=True)
class SweepResult(TableResult):
    """The answer of `sweep`: a row a combination, and the whole plan behind each."""

    report: Sweep
    results: Sequence[PlanResult]


@keywords(SweepOptions)
def sweep(usage: object, **words: Unpack[SweepOptions]) -> SweepResult:
    """What each rise does to cost and margin: `sweep("usage.csv", hikes=["any=10", "any=5..34"], pass_through=["0%", "50%", "100%"])`.

    The usage is counted once. A rise that is given as a range stands once for each pass-through, any other once. A row
    is of the log, or of all months to come where the scenario changes more than prices. CostcalcError with every problem.
    """
    prices = prices_of(words)
    rises = _each(words["hikes"]) or [()]
    plans = [scenario_of(words["scenario"], rise, prices) for rise in rises]
    pricing = pricing_of(words, prices, next((plan.currency for plan in plans if plan.currency), None))
    names = line_names(words["by"])
    ahead = [plan for plan in plans if not plan.is_only_prices]
    ledger = ledger_of(
        usage, words, pricing, LedgerNeeds(names, raised=plans, scenarios=ahead, months=words["months"] or None)
    )
    shares = [read_pass_through(read_share(share, "pass_through")) for share in words["pass_through"]]
    asked = {**defaults_of(ProjectOptions), **words, "hikes": ()}
    tried, results = [], []
    for rise, plan in zip(rises, plans, strict=True):
        for share in shares if shares and plan.takes_pass_through else [None]:
            result = project_of(ledger, {**asked, "pass_through": share}, plan, pricing)
            results.append(result)
            tried.append(Tried(", ".join(hikes_from(rise)), share, result.report))
    return SweepResult(Sweep(tried), results)


def _each(hikes: object) -> list[object]:
    """The rises to try: a mapping says one in each of its entries."""
    if isinstance(hikes, Mapping):
        return [{selector: change} for selector, change in hikes.items()]
    return [*hikes] if isinstance(hikes, Iterable) and not isinstance(hikes, str) else [hikes]
