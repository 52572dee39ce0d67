"""Costs: what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from costcalc.api.books import Prices, read_prices
from costcalc.api.results import CostResult
from costcalc.api.usage import ledger_of
from costcalc.api.words import line_names, read_basis, read_currency
from costcalc.problems import fail
from costcalc.rating.periods import Periods
from costcalc.rating.rate import PARTING, RatingOptions
from costcalc.reports.allocating import WAYS
from costcalc.reports.cost import CostReport
from costcalc.reports.cost import cost as cost_report
from costcalc.reports.focus import FocusReport, focus

if TYPE_CHECKING:
    from costcalc.reports.workings import Workings


def cost(
    usage: object,
    *,
    by: Sequence[str] | str | None = None,
    each: str | None = None,
    currency: str | None = None,
    basis: str = "auto",
    prices: Prices | None = None,
    timezone: str = "UTC",
    allocate: str = "none",
    **choose: Any,
) -> CostResult:
    """What it cost: `cost("usage.csv", by="customer", each="month").to_frame()`; `choose` as for `project`.

    `allocate="proportional"` shares a contract's shortfall out among the lines that the contract covers.
    Without `by` the lines are providers and models, or with `each` the days or months alone.
    """
    if each not in (None, "day", "month"):
        raise fail("bad-option", f'each "{each}" is not a period', expected="day, or month")
    if allocate not in WAYS:
        raise fail("bad-option", f'allocate "{allocate}" is not a way', expected=", ".join(WAYS))
    names = () if by is None and each else line_names(by or ())
    prices = prices or read_prices()
    options = RatingOptions(names, read_basis(basis), read_currency(currency), timezone)
    lines = Periods(
        prices.pricebook,
        replace(options, by=(*names, each) if each else names),
        takes_apart=allocate == "none" and not {*names} & {*PARTING},
    )
    ledger = ledger_of(usage, names, prices, timezone, choose, joining=lines)
    report = cost_report(ledger, prices.pricebook, prices.fx, options, each, allocate)
    return CostResult(
        report,
        partial(_focus, usage, options, prices, choose),
        partial(_workings, report, prices),
    )


def _focus(usage: object, options: RatingOptions, prices: Prices, choose: Mapping[str, Any]) -> FocusReport:
    """The charges of each day: the lines of a cost do not tell days apart, so the usage is counted again."""
    ledger = ledger_of(usage, options.by, prices, options.timezone, choose)
    return focus(ledger, prices.pricebook, prices.fx, options)


def _workings(report: CostReport, prices: Prices) -> Workings:
    from costcalc.reports.workings import cost_workings  # imported where a workbook is asked for

    return cost_workings(report, prices.pricebook)
