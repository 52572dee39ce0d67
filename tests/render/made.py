"""Reports made by hand: a small ledger, small pricebooks, and the projection or cost report of them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from rich.console import Console

from costcalc.calendar import utc_midnight
from costcalc.money import Money
from costcalc.pricebook.fx import FxTable, parse_fx
from costcalc.pricebook.read import parse_file
from costcalc.pricebook.resolve import Pricebook
from costcalc.pricebook.terms import joined
from costcalc.rating.earners import with_earners
from costcalc.rating.rate import RatingOptions
from costcalc.reports.cost import CostReport, cost
from costcalc.reports.plan.model import LogOptions, Plan, PlanOptions
from costcalc.reports.plan.over_log import plan_over_log
from costcalc.reports.revenue import StatedRevenue
from costcalc.scenario.hikes import read_hikes
from costcalc.usage.ledger import Cuts, SourceFile, UsageGroup, UsageLedger

METERS = ("input_tokens", "output_tokens", "web_searches")
NO_FX = FxTable()


def books(*texts: str) -> Pricebook:
    read = [parse_file(text) for text in texts]
    return Pricebook(tuple(book for book, _ in read if book)).with_terms(joined(terms for _, terms in read))


PRICEBOOK = books(
    """
provider: alibaba
currency: USD
timezone: UTC
models:
  qwen3-max:
    prices:
      2026-01-01: {input_tokens: 2 per 1M, output_tokens: 6 per 1M}
  qwen-plus:
    prices:
      2026-01-01: {input_tokens: 0.5 per 1M, output_tokens: 1.5 per 1M}
""",
    """
provider: openai
currency: USD
timezone: UTC
models:
  gpt-5.6-luna:
    prices:
      2026-01-01: {input_tokens: 3 per 1M, output_tokens: 12 per 1M}
""",
)


def fx(text: str) -> FxTable:
    return parse_fx(text)


def group(model: str, tokens: int = 0, **words: Any) -> UsageGroup:
    """A day of one model: `tokens` of input, as many requests as said, and whatever else differs."""
    day: date = words.pop("day", date(2026, 9, 1))
    counts = (tokens, words.pop("output", 0), words.pop("searches", 0))
    dimensions: tuple[str | None, ...] = words.pop("dimensions", ())
    known: dict[str, Any] = {
        "at": utc_midnight(day),
        "until": utc_midnight(day) + 86_400,
        "naive": True,
        "provider": None,
        "region": None,
        "service_tier": "standard",
        "thinking": False,
        "input_over": 0,
        "output_over": 0,
        "band_basis": "request",
        "requests": 1,
        "rows": 1,
    }
    return UsageGroup(model=model, dimensions=dimensions, quantities=counts, **(known | words))


def ledger(*groups: UsageGroup, dimensions: tuple[str, ...] = (), **words: Any) -> UsageLedger:
    known: dict[str, Any] = {
        "cuts": Cuts(),
        "sources": (SourceFile("logs/usage.csv", "plain", len(groups)),),
        "first_instant": utc_midnight(date(2026, 9, 1)),
        "last_instant": utc_midnight(date(2026, 10, 1)),
    }
    return with_earners(UsageLedger(METERS, dimensions, groups, **(known | words)))


def projection(
    usage: UsageLedger, *hikes: str, prices: Pricebook = PRICEBOOK, rates: FxTable = NO_FX, **words: Any
) -> Plan:
    """The plan of some hikes over the log; the words of what is asked, and of what is earned."""
    revenue, margin = words.pop("revenue", None), words.pop("margin", None)
    if isinstance(revenue, int):
        revenue = Money(Fraction(revenue), "")
    source = words.pop("revenue_source", "--revenue" if margin is None else "--margin")
    asked = {name: words.pop(name) for name in (*words,) if name in LogOptions.__dataclass_fields__}
    changes = words.pop("changes", None) or read_hikes(hikes)
    options = PlanOptions(changes=changes, earned=StatedRevenue(revenue, margin, source), **words)
    return plan_over_log(usage, prices, rates, options, LogOptions(**asked))


def cost_report(usage: UsageLedger, prices: Pricebook = PRICEBOOK, each: str | None = None, **words: Any) -> CostReport:
    return cost(usage, prices, NO_FX, RatingOptions(**words), each)


def drawn(page: Any, width: int = 80, notes: bool = False, **words: Any) -> str:
    """The page as it is piped: no colour, no trailing blanks; with every note, if asked."""
    known: Mapping[str, Any] = {"no_color": True, "highlight": False}
    console = Console(file=io.StringIO(), width=width, **(dict(known) | words))
    console.print(replace(page, has_notes=True) if notes else page, crop=False)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


USUAL = ledger(
    group("qwen3-max", 3_000_000_000, output=633_350_000, requests=120_000),
    group("qwen-plus", 4_000_000_000, output=406_746_667, requests=60_000),
    group("gpt-5.6-luna", 2_000_000_000, output=291_157_500, requests=4_220),
)
