"""Identities: a check says what the other commands say, and parts add up to their whole."""

from pathlib import Path

import costcalc
from costcalc.budget.read import parse_budgets

EXAMPLES = Path(__file__).parents[2] / "examples"
LOG = EXAMPLES / "usage.csv"


def found(text: str, **words):
    return costcalc.check(LOG, budgets=parse_budgets(f"budgets:\n{text}\n"), **words).findings


def test_periods_add_up_to_the_cost():
    total = costcalc.cost(LOG).total
    each = ("day", "week", "month")
    findings = found("\n".join(f"  - {{name: {name}, each: {name}, limit: 5}}" for name in each))
    sums = {name: sum(f.actual for f in findings if f.budget.name == name) for name in each}
    assert sums == dict.fromkeys(each, total)


def test_parts_add_up_to_the_whole_of_money_tokens_and_requests():
    features, limits = ("chat", "reports", "search", "tagging"), ("5 USD", "5 tokens", "5 requests")
    parts = [f"  - {{name: {name} {limit}, where: {{feature: {name}}}, limit: {limit}}}" for limit in limits for name in features]  # fmt: skip
    wholes = [f"  - {{name: all {limit}, limit: {limit}}}" for limit in limits]
    actual = {finding.budget.name: finding.actual for finding in found("\n".join([*parts, *wholes]))}
    for limit in limits:
        assert sum(actual[f"{name} {limit}"] for name in features) == actual[f"all {limit}"] > 0


def test_a_part_costs_what_cost_says_of_it():
    (part,) = found('  - {name: a, where: {customer: acme, model: "qwen*"}, limit: 5 USD}')
    assert part.actual == costcalc.cost(LOG, where={"customer": "acme", "model": "qwen*"}, currency="USD").total


def test_months_under_a_scenario_are_those_of_its_outlook():
    outlook = costcalc.outlook(LOG, scenario="subsidies-end", revenue=24_000)
    asked = {
        "floor": "margin_at_least: 5%",
        "cost": "each: month, limit: 5 USD",
        "tokens": "each: month, limit: 5 tokens",
    }
    findings = found("\n".join(f"  - {{name: {name}, scenario: subsidies-end, {what}}}" for name, what in asked.items()), revenue=24_000)  # fmt: skip
    actual = {name: [f.actual for f in findings if f.budget.name == name] for name in asked}
    months = outlook.months
    assert actual["floor"] == [month.after.margin for month in months]
    assert actual["cost"] == [month.after.cost for month in months]
    assert actual["tokens"] == [month.tokens for month in months]


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
