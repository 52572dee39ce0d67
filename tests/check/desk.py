"""What the tests of check share: a model at 1 USD per 1M input tokens, logs by the day, budgets from text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from textwrap import indent
from typing import Any

from costcalc.api import CheckResult, check
from costcalc.budget.read import parse_budgets
from costcalc.pricebook.events import load_events
from costcalc.reports.check.finding import Finding
from tests.kit import book, flat, prices, write_csv

# 1 USD per 1M input tokens, so that a million tokens are a dollar.
PRICES = prices(book(flat("m", input_tokens="1", output_tokens="2")))
MILLION = 1_000_000


def day(number: int, dollars: int = 1, **more: object) -> Mapping[str, object]:
    """One request a day in September 2026 that costs so many dollars; day 31 is the first of October."""
    when = date(2026, 8, 31) + timedelta(days=number)
    return {"date": when.isoformat(), "provider": "acme", "model": "m", "requests": 1, "input_tokens": dollars * MILLION, "output_tokens": 0} | more  # fmt: skip


def days(first: int, last: int, dollars: int = 1, **more: object) -> list[Mapping[str, object]]:
    return [day(number, dollars, **more) for number in range(first, last + 1)]


def budgets(text: str, file: str = "budgets.yaml") -> Any:
    """`budgets("- {name: all, limit: 5 USD}")`."""
    return parse_budgets(f"budgets:\n{indent(text.strip(), '  ')}\n", file, lambda: {e.id: e for e in load_events()})


def checked(folder: Path, rows: list[Mapping[str, object]], text: str = "", **words: Any) -> CheckResult:
    """The check of a log of these rows."""
    log = write_csv(folder / "usage.csv", *rows)
    if then := words.pop("before", None):
        words["baseline"] = write_csv(folder / "before.csv", *then)
    given = budgets(text) if text else words.pop("budgets", ())
    return check(log, budgets=given, **{"prices": PRICES, "today": date(2026, 11, 24), **words})


def only(result: CheckResult) -> Finding:
    (finding,) = result.report.findings
    return finding
