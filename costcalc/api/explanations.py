"""Explanations: what made a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from costcalc.api.books import Prices, read_prices
from costcalc.api.plans import scenario_of
from costcalc.api.results import Result
from costcalc.api.usage import ledger_of
from costcalc.api.words import Number, line_names, read_basis, read_currency, read_day_of, read_pass_through, read_share
from costcalc.problems import fail
from costcalc.reports.explanation import Choice, ExplainOptions, Explanation
from costcalc.reports.explanation import explain as explanation
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.items import Scenario


@dataclass(frozen=True)
class ExplanationResult(Result):
    """The answer of `explain`, with the ways to hand it on."""

    report: Explanation


def explain(
    usage: object,
    *,
    line: Mapping[str, str | Sequence[str]] | None = None,
    meter: str = "",
    day: date | str | None = None,
    hikes: object = (),
    scenario: str | Path | Scenario | None = None,
    pass_through: Number | None = None,
    by: Sequence[str] | str = ("provider", "model"),
    currency: str | None = None,
    basis: str = "auto",
    prices: Prices | None = None,
    timezone: str = "UTC",
    **choose: Any,
) -> ExplanationResult:
    """What made each figure: `explain("usage.csv", line={"model": "qwen3-max"}, meter="output_tokens")`.

    `line` chooses lines of the report by their names (globs), `meter` a meter or a group of them, `day` a report day;
    the rest as for `project`. CostcalcError: nothing is there to explain; every other problem found.
    """
    prices = prices or read_prices()
    plan = scenario_of(scenario, hikes, prices)
    if not plan.is_only_prices:
        raise fail(
            "scenario-of-months-to-come", f"{plan.written or plan.name} changes more than prices, which only months to come can show",
            remedy="explain the log without it, and see costcalc project for what it does",
        )  # fmt: skip
    share = None if pass_through is None else read_pass_through(read_share(pass_through, "pass_through"))
    chosen = _lines(line, day, prices)
    names = tuple(dict.fromkeys((*line_names(by), *chosen)))
    currency = currency or plan.currency
    options = ExplainOptions(
        changes_at(plan, share), names, read_basis(basis), read_currency(currency), timezone,
        Choice(chosen, meter.strip().lower().replace("-", "_")),
    )  # fmt: skip
    ledger = ledger_of(usage, names, prices, timezone, choose, [plan])
    return ExplanationResult(explanation(ledger, prices.pricebook, prices.fx, options))


def _lines(
    line: Mapping[str, str | Sequence[str]] | None, day: date | str | None, prices: Prices
) -> dict[str, tuple[str, ...]]:
    """Globs by name; a provider may be called by any of its names."""
    found = {
        name.strip().lower(): (globs,) if isinstance(globs, str) else tuple(map(str, globs))
        for name, globs in (line or {}).items()
    }
    if "provider" in found:
        found["provider"] = tuple(prices.pricebook.payer_named(glob) for glob in found["provider"])
    chosen = read_day_of(day)
    return found | {"day": (str(chosen),)} if chosen else found
