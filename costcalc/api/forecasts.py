"""Forecasts: where a month or a year will end."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Unpack

from costcalc.api.books import pricing_of
from costcalc.api.keywords import keywords
from costcalc.api.options import ForecastOptions as Options
from costcalc.api.results import ForecastResult
from costcalc.api.usage import LedgerNeeds, ledger_of
from costcalc.api.words import Number, read_budget, read_share
from costcalc.calendar import read_day
from costcalc.money import exact_text
from costcalc.problems import fail, nearest_names
from costcalc.rating.periods import of_days
from costcalc.reports.forecast import MONTH_END, YEAR_END, ForecastQuestion
from costcalc.reports.forecast import forecast as forecast_report


@keywords(Options)
def forecast(usage: object, **words: Unpack[Options]) -> ForecastResult:
    """What the rest of the month will cost: `forecast("usage.csv", budget="20000 USD").total.median`, an estimate.

    `to` is month-end, year-end or the last day; `budget` is for that month or year, or from the first of the month to
    that day; `interval` is the share of simulated paths between `low` and `high`.
    """
    to, budget, pricing = words["to"], words["budget"], pricing_of(words)
    options = ForecastQuestion(
        to=to if to in (MONTH_END, YEAR_END) else read_horizon(to),
        budget=None if budget is None else read_budget(budget),
        interval=read_interval(words["interval"]),
        basis=pricing.basis,
        currency=pricing.currency,
        timezone=pricing.timezone,
    )
    joining = of_days(pricing.prices.pricebook, pricing.timezone)
    ledger = ledger_of(usage, words, pricing, LedgerNeeds(joining=joining))
    return ForecastResult(forecast_report(ledger, pricing.prices.pricebook, pricing.prices.fx, options))


def read_horizon(to: date | str) -> date:
    if type(to) is date:
        return to
    try:
        return read_day(str(to))
    except ValueError:
        words = (MONTH_END, YEAR_END)
        raise fail("bad-date", f'--to "{to}" is not a day', expected=f"{', '.join(words)}, or a day: 2026-12-31", nearest=nearest_names(str(to), words)) from None  # fmt: skip


def read_interval(value: Number) -> Fraction:
    share = read_share(value, "interval")
    if not 0 < share < 1:
        raise fail("bad-share", f"the interval {exact_text(share * 100)}% holds no part of the paths", expected="more than 0% and less than 100%: 80%")  # fmt: skip
    return share
