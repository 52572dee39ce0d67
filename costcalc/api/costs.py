"""Costs: what it cost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Unpack

from costcalc.api.books import Prices, Pricing, pricing_of
from costcalc.api.keywords import keywords
from costcalc.api.options import CostOptions
from costcalc.api.plans import Words
from costcalc.api.results import CostResult
from costcalc.api.usage import LedgerNeeds, ledger_of
from costcalc.api.words import line_names
from costcalc.problems import fail
from costcalc.rating.periods import Periods
from costcalc.rating.rate import PARTING
from costcalc.reports.allocating import WAYS
from costcalc.reports.cost import CostReport
from costcalc.reports.cost import cost as cost_report
from costcalc.reports.focus import FocusReport, focus

if TYPE_CHECKING:
    from costcalc.reports.workings import Workings


@keywords(CostOptions)
def cost(usage: object, **words: Unpack[CostOptions]) -> CostResult:
    """What it cost: `cost("usage.csv", by="customer", each="month").to_frame()`.

    Without `by` the lines are providers and models, or with `each` the days or months alone. CostcalcError with every
    problem found.
    """
    by, each, allocate = words["by"], words["each"], words["allocate"]
    if each not in (None, "day", "month"):
        raise fail("bad-option", f'--each "{each}" is not a period', expected="day, or month")
    if allocate not in WAYS:
        raise fail("bad-option", f'allocate "{allocate}" is not a way', expected=", ".join(WAYS))
    names = () if by is None and each else line_names(by or ())
    pricing = pricing_of(words)
    options = pricing.rating(names)
    lines = Periods(
        pricing.prices.pricebook,
        replace(options, by=(*names, each) if each else names),
        takes_apart=allocate == "none" and not {*names} & {*PARTING},
    )
    ledger = ledger_of(usage, words, pricing, LedgerNeeds(names, joining=lines))
    report = cost_report(ledger, pricing.prices.pricebook, pricing.prices.fx, options, each, allocate)
    return CostResult(
        report,
        partial(_focus, usage, names, pricing, words),
        partial(_workings, report, pricing.prices),
    )


def _focus(usage: object, names: tuple[str, ...], pricing: Pricing, words: Words) -> FocusReport:
    """The charges of each day: the lines of a cost do not tell days apart, so the usage is counted again."""
    ledger = ledger_of(usage, words, pricing, LedgerNeeds(names))
    return focus(ledger, pricing.prices.pricebook, pricing.prices.fx, pricing.rating(names))


def _workings(report: CostReport, prices: Prices) -> Workings:
    from costcalc.reports.workings import cost_workings  # imported where a workbook is asked for

    return cost_workings(report, prices.pricebook)
