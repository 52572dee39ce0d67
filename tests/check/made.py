"""Checks that hold one of everything: every status, every kind of budget, a baseline, a scenario."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from costcalc.api import CheckResult, check
from tests.check.desk import PRICES, budgets, day, days
from tests.kit import write_csv

PLAN = """
scenario: Prices rise
horizon: 3 months
prices:
  - {what: acme, change: +40..80%, on: 2026-11-01}
"""
BUDGETS = """
- {name: all usage, each: month, limit: 400 USD, warn_at: 80%}
- {name: search, where: {team: search}, each: week, limit: 30 USD}
- {name: ads, where: {team: ads}, each: month, limit: 90 USD, prorate: true}
- {name: tokens, limit: 500M tokens, note: of everybody}
- {name: requests, period: 2026-Q3, limit: 100 requests}
- {name: growth, max_rise: 10%}
- {name: margin, where: {team: search}, each: month, margin_at_least: 55%, warn_below: 70%}
- {name: margin after the rise, scenario: plan.yaml, margin_at_least: 2%}
- {name: priced, unpriced_at_most: 1%}
"""


def everything(folder: Path, *, gaps: bool = False, baseline: bool = True) -> CheckResult:
    """20 days of September: search spends 5 USD a day and earns 15, ads spends 2 USD and from the 11th on 4.

    With `gaps` a day of ads has no price. The baseline spent 5 and 2 USD on the same days.
    """
    search = days(1, 20, 5, team="search", revenue=15)
    ads = [*days(1, 10, 2, team="ads", revenue=""), *days(11, 20, 4, team="ads", revenue="")]
    missing = [day(20, 3, team="ads", model="unknown", revenue="")] if gaps else []
    before = [*search, *days(1, 20, 2, team="ads", revenue="")]
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return check(
        write_csv(folder / "usage.csv", *search, *ads, *missing),
        budgets=[*budgets(BUDGETS, str(folder / "budgets.yaml"))],
        baseline=write_csv(folder / "before.csv", *before) if baseline else None,
        prices=PRICES,
        today=date(2026, 11, 24),
    )
