"""Identities: a check says what the other commands say, and parts add up to their whole."""

from pathlib import Path

import pytest

import costcalc
from costcalc.budget.read import parse_budgets

EXAMPLES = Path(__file__).parents[2] / "examples"
LOG = EXAMPLES / "usage.csv"


def found(text: str, **words):
    return costcalc.check(LOG, budgets=parse_budgets(f"budgets:\n{text}\n"), **words).findings


@pytest.mark.parametrize("each", ["day", "week", "month"])
def test_periods_add_up_to_the_cost(each):
    total = costcalc.cost(LOG).total
    assert sum(f.actual for f in found(f"  - {{name: a, each: {each}, limit: 5}}")) == total


def test_parts_add_up_to_the_whole_of_money_tokens_and_requests():
    for limit in ("5 USD", "5 tokens", "5 requests"):
        features = "\n".join(f"  - {{name: {name}, where: {{feature: {name}}}, limit: {limit}}}" for name in ("chat", "reports", "search", "tagging"))  # fmt: skip
        *parts, whole = found(f"{features}\n  - {{name: all, limit: {limit}}}")
        assert sum(part.actual for part in parts) == whole.actual > 0


def test_a_part_costs_what_cost_says_of_it():
    (part,) = found('  - {name: a, where: {customer: acme, model: "qwen*"}, limit: 5 USD}')
    assert part.actual == costcalc.cost(LOG, where={"customer": "acme", "model": "qwen*"}, currency="USD").total


def test_months_under_a_scenario_are_those_of_its_outlook():
    outlook = costcalc.outlook(LOG, scenario="subsidies-end", revenue=24_000)
    floor = found("  - {name: a, scenario: subsidies-end, margin_at_least: 5%}", revenue=24_000)
    cost = found("  - {name: a, scenario: subsidies-end, each: month, limit: 5 USD}", revenue=24_000)
    assert [f.actual for f in floor] == [month.after.margin for month in outlook.months]
    assert [f.actual for f in cost] == [month.after.cost for month in outlook.months]
    tokens = found("  - {name: a, scenario: subsidies-end, each: month, limit: 5 tokens}")
    assert [f.actual for f in tokens] == [month.tokens for month in outlook.months]


def test_the_day_is_that_of_the_forecast():
    forecast = costcalc.forecast(LOG, until="2026-09-20", budget="9000 USD").budget
    (finding,) = found("  - {name: a, each: month, limit: 9_000 USD}", until="2026-09-20")
    assert (finding.breaks.day, finding.breaks.earliest, finding.breaks.latest) == (
        forecast.day,
        forecast.earliest,
        forecast.latest,
    )


def test_a_log_against_itself_is_unchanged():
    (finding,) = found("  - {name: a, max_rise: 0%}", baseline=LOG)
    assert (finding.status, finding.actual, finding.change) == ("ok", 0, 0)
