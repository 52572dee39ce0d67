"""Draws against what can be worked out by hand, and against exact runs with the drawn figures written in."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from costcalc.api import read_prices
from costcalc.api.outlooks import horizon_of
from costcalc.api.plans import scenario_of
from costcalc.money import Money
from costcalc.months import trials
from costcalc.months.draws import Draws, streams
from costcalc.months.horizon import Horizon, HorizonOptions
from costcalc.months.inputs import Input, inputs_of
from costcalc.months.reading import RangePoint
from costcalc.months.terms import FactorSum, Values
from costcalc.pricebook.fx import FxTable
from costcalc.problems import CostcalcError
from costcalc.reports.plan.case import Case
from costcalc.reports.plan.model import PlanOptions
from costcalc.reports.revenue import StatedRevenue
from costcalc.reports.simulation import Simulation, simulation
from costcalc.scenario.figure import Figure, fixed
from costcalc.scenario.hikes import changes_at
from costcalc.scenario.model import PriceChanges
from costcalc.scenario.read import parse_scenario
from costcalc.usage.ledger import UsageLedger
from tests.outlook.team_plan import PLAN, TEAM
from tests.render.made import NO_FX, PRICEBOOK, books, fx, group, ledger

F = Fraction
QWEN = ledger(group("qwen3-max", 10**9, requests=1000))  # 2,000 USD in the 30 days of September
OCTOBER = 2000 * 31 / 30
MANY = 40_000  # draws: a quantile of an even draw is then off by less than 1% of the range's width
OFF = 0.01


def case(text: str, usage: UsageLedger = QWEN, *, months: int = 3, revenue: int = 0, floor: str = "", rates: FxTable = NO_FX) -> Case:  # fmt: skip
    plan = parse_scenario(f"scenario: Drawn\n{text}", "plan.yaml", {})
    horizon = Horizon(usage, PRICEBOOK, rates, HorizonOptions(months), [plan])
    earned = StatedRevenue(Money(F(revenue), "")) if revenue else StatedRevenue()
    limit = F(floor) if floor else None
    return Case(horizon, PlanOptions(plan, changes_at(plan, None), earned=earned, floor=limit))


def drawn(text: str, draws: int = MANY, seed: int = 1, **words: Any) -> Simulation:
    return simulation(case(text, **words), draws, seed)


def close(found: Fraction, expected: float, within: float) -> bool:
    return abs(float(found) - expected) < within


# --- Closed forms ------------------------------------------------------------------------------------------------


def test_an_even_rise_has_its_quantiles_in_the_first_and_last_tenth_of_its_range():
    cost = drawn("prices:\n  - {what: alibaba, change: +0..30%, distribution: uniform}\n").months[0].draws.cost
    for found, rise in ((cost.p10, 0.03), (cost.p50, 0.15), (cost.p90, 0.27)):
        assert close(found, OCTOBER * (1 + rise), OCTOBER * 0.30 * OFF)


def test_the_floor_breaks_as_often_as_the_rise_is_above_what_it_leaves():
    # Revenue 4,000 against 2,000: the margin is 1 − (1 + r)/2, below 40% where r is above 20%: a third of 0 to 30%.
    found = drawn("prices:\n  - {what: alibaba, change: +0..30%, distribution: uniform}\n", revenue=4000, floor="0.4")
    assert found.ever_broken is not None
    assert close(found.ever_broken, 1 / 3, OFF)
    assert {month.draws.below for month in found.months} == {found.ever_broken}  # one rise for all months
    margin = found.months[0].draws.margin
    assert margin is not None
    for share, rise in ((margin.p10, 0.27), (margin.p50, 0.15), (margin.p90, 0.03)):
        assert close(share, 1 - (1 + rise) / 2, 0.15 * OFF)


def test_growth_is_drawn_once_and_compounds():
    # Triangular from 2 to 8%: a tenth lies below 2% + 6% × √(0.1/2).
    found = drawn("growth:\n  - {each month: 2..8%}\n")
    for months, month in enumerate(found.months, 1):
        rates = [0.02 + 0.06 * at for at in (math.sqrt(0.05), 0.5, 1 - math.sqrt(0.05))]
        days = month.month.days
        for value, rate in zip((month.draws.cost.p10, month.draws.cost.p50, month.draws.cost.p90), rates, strict=True):
            expected = 2000 * days / 30 * (1 + rate) ** months
            assert close(value, expected, expected * 0.06 * months * OFF)


def test_of_a_normal_range_the_ends_are_p10_and_p90():
    cost = drawn("simulate: {distribution: normal}\nprices:\n  - {what: alibaba, change: +5..25%}\n").whole.cost
    whole = 2000 * (31 + 30 + 31) / 30
    for found, rise in ((cost.p10, 0.05), (cost.p50, 0.15), (cost.p90, 0.25)):
        assert close(found, whole * (1 + rise), whole * 0.20 * OFF * 2)


def test_what_a_bell_draws_beyond_what_can_be_counts_as_its_end():
    # 80 to 100% of the requests: a tenth of the bell lies above 100%, and nothing is left of more than all.
    found = drawn("efficiency:\n  - {requests: -100..-80%, distribution: normal}\n")
    assert found.months[0].draws.cost.p10 == 0
    assert close(found.months[0].draws.cost.p90, OCTOBER * 0.20, OCTOBER * 0.2 * OFF * 2)


def test_an_exchange_rate_wanders_around_its_path():
    rates = fx("bases: {stated: {url: test}}\nfx:\n  USD/CNY: {2026-09: {stated: 5}}\n")
    # Other costs of 1,000 CNY a month are 200 USD; 24% a year: in month m a factor of exp(0.24 × √(m/12) × z).
    usage = ledger(group("qwen3-max", 0, requests=1, output=1))
    text = "other_costs:\n  - {per: month, amount: 1_000 CNY}\nsimulate: {fx: {CNY: 24%}}\n"
    found = drawn(text, usage=usage, rates=rates, revenue=500)
    for passed, month in enumerate(found.months, 1):
        deviation = 0.24 * math.sqrt(passed / 12)
        profit = month.draws.profit
        assert profit is not None
        for value, z in ((profit.p10, 1.2815515655), (profit.p50, 0.0), (profit.p90, -1.2815515655)):
            earned = 500 * month.month.days / 30
            assert close(value, earned - 200 * math.exp(deviation * z), 200 * deviation * OFF * 2)


def test_the_largest_swing_stands_first():
    """Even draws: P10 to P90 are eight tenths of a range. 2,000 USD of qwen3-max, 3 months of growth by 0 to 1%."""
    found = drawn(
        """
prices:
  - {what: "alibaba:output_tokens", change: +0..90%}
  - {what: "alibaba:input_tokens", change: +0..10%}
growth:
  - {each month: 0..1%}
efficiency:
  - {batch: 10..20%}
simulate: {distribution: uniform}
"""
    )
    assert [swing.input.name for swing in found.tornado] == ["alibaba:input_tokens", "requests each month"]
    rise, growth = (float(swing.money) for swing in found.tornado)
    assert rise == pytest.approx(0.8 * 0.10 * OCTOBER * 1.005**3, rel=0.02)  # December has 31 days too
    assert growth == pytest.approx(OCTOBER * 1.05 * (1.009**3 - 1.001**3), rel=0.02)
    # There is no output in the log, and no batch price in the list.
    assert [one.name for one in found.unused] == ["batch", "alibaba:output_tokens"]


def test_quantiles_lie_within_the_ends_where_more_is_always_dearer():
    text = """
prices:
  - {what: alibaba, change: +5..34%}
growth:
  - {each month: 2..8%}
  - {meters: tokens, each month: 1..3%}
moves:
  - {share: 40..60%, to: alibaba/qwen-plus, quality: none}
"""
    made = case(text)
    found = simulation(made, 2000, 1)
    low, high = made.run(reading=RangePoint("low")), made.run(reading=RangePoint("high"))
    for month, cheap, dear in zip(found.months, low.months, high.months, strict=True):
        cost = month.draws.cost
        assert cheap.cost < cost.p10 < cost.p50 < cost.p90 < dear.cost


# --- The same as exact runs ------------------------------------------------------------------------------------------


@cache
def team() -> Case:
    plan = scenario_of(TEAM / "all-at-once.yaml", ())
    prices = read_prices([TEAM.parent / "selfhosted.yaml"])
    horizon = horizon_of(PLAN["usage"], [plan], HorizonOptions(12), prices)
    return Case(horizon, PlanOptions(plan, changes_at(plan, None), floor=F(1, 2)))


@cache
def team_draws() -> tuple[Draws, Any]:
    made = team()
    reading = Draws(inputs_of(made.scenario, made.options.changes, 12), made.horizon.months)
    return reading, made.run(reading=reading)


def written(value: Any, figures: dict[int, Fraction]) -> Any:
    """A part of a scenario with its ranges replaced by what was drawn for them."""
    if isinstance(value, Figure):
        return fixed(figures[id(value)]) if id(value) in figures else value
    if isinstance(value, tuple):
        return tuple(written(each, figures) for each in value)
    if isinstance(value, dict):
        return {name: written(each, figures) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type) and hasattr(value, "place"):
        return replace(value, **{f.name: written(getattr(value, f.name), figures) for f in fields(value)})
    return value


def exact_run(places: dict[int, Fraction], walk: list[Fraction]) -> Any:
    """The team's example with each range at a place of it (0 is its low end, 1 its high end), and CNY at a walk's rates."""
    made, reading = team(), team_draws()[0]
    plan, inputs = made.scenario, reading.inputs
    by_id = {id(figure): figure for figure in plan.figures()}
    figures = {
        known: by_id[known].low + (by_id[known].high - by_id[known].low) * places[at]
        for known, at in inputs.by_figure.items()
    }
    changes = []
    for change in made.options.changes:
        how = inputs.by_change[id(change)]
        rise = how.low if how.place is None else how.low + (how.high - how.low) * places[how.place]
        if how.passed:
            low, high, at = how.passed
            rise *= low + (high - low) * places[at]
        changes.append(change if change.new_rate is not None else replace(change, low=rise, high=rise, middle=None))
    usage = replace(plan.usage, **{f.name: written(getattr(plan.usage, f.name), figures) for f in fields(plan.usage)})
    months = made.horizon.months
    rates = {month: made.fx.rate("CNY", "USD", month).rate * factor for month, factor in zip(months, walk, strict=True)}
    moved = replace(plan, usage=usage, fx={"CNY": rates})
    return Case(made.horizon, PlanOptions(moved, PriceChanges(tuple(changes)))).run()


def test_at_the_middle_the_run_in_terms_is_the_exact_run():
    reading, in_terms = team_draws()
    exact = team().run()
    assert all(isinstance(month.cost, FactorSum) for month in in_terms.months)
    for month, line in zip(exact.months, in_terms.months, strict=True):
        assert float(reading.middle(line.cost) / month.cost) == pytest.approx(1, rel=1e-9)
        assert float(reading.middle(line.revenue) / month.revenue) == pytest.approx(1, rel=1e-9)
        assert float(reading.middle(line.other) / month.other) == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("number", range(3))
def test_a_draw_is_the_exact_run_of_what_was_drawn(number):
    """Rises passed through in part, growth, levers, whole machines and an exchange rate by month: all of it."""
    reading, in_terms = team_draws()
    listed = reading.inputs.listed
    taken = {at: each.take(5)[:, number] for at, each in streams(listed, range(len(listed)), 7, 12).items()}
    walks = [at for at, one in enumerate(listed) if one.kind == "fx"]
    exact = exact_run(
        {at: F(float(values[0])) for at, values in taken.items() if at not in walks},
        [F(float(value)) for value in taken[walks[0]]],
    )
    values = Values(reading.factors, lambda source: float(taken[source[0]][source[1]]))
    for month, line in zip(exact.months, in_terms.months, strict=True):
        assert values.of(line.cost) == pytest.approx(float(month.cost), rel=1e-9)
        assert values.of(line.revenue) == pytest.approx(float(month.revenue), rel=1e-9)


def test_whole_machines_step_in_every_draw():
    """100 M input tokens a month are 278 hours of a machine that is free 360: from 30% growth on it needs a second."""
    tiny = """
provider: selfhosted
currency: USD
timezone: UTC
models:
  tiny:
    prices:
      2026-01-01:
        self_hosted:
          gpu_hour: 1 USD
          gpus: 1
          replicas: 1
          utilisation: 50%
          input_tokens_per_second: 100 per replica
          output_tokens_per_second: 100 per replica
"""
    qwen = """
provider: alibaba
currency: USD
timezone: UTC
models:
  qwen3-max:
    prices:
      2026-01-01: {input_tokens: 2 per 1M, output_tokens: 6 per 1M}
"""
    plan = parse_scenario(
        "scenario: Moved\ngrowth:\n  - {change: 0..60%}\nmoves:\n  - {share: 100%, to: selfhosted/tiny, quality: none}\n"
        "simulate: {distribution: uniform}\n",
        "plan.yaml",
        {},
    )
    usage = ledger(group("qwen3-max", 10**8, requests=1000))
    horizon = Horizon(usage, books(qwen, tiny), NO_FX, HorizonOptions(1), [plan])
    found = simulation(Case(horizon, PlanOptions(plan)), 2000, 1)
    cost = found.months[0].draws.cost
    assert (cost.p10, cost.p90) == (744, 2 * 744)  # 31 days of one machine, and of two


# --- Draws -----------------------------------------------------------------------------------------------------------

RISES = "prices:\n  - {what: alibaba, change: +0..30%}\ngrowth:\n  - {each month: 0..10%}\n"


def test_the_same_seed_gives_the_same_figures():
    assert drawn(RISES, 500, 3) == drawn(RISES, 500, 3)
    assert drawn(RISES, 500, 3).whole.cost != drawn(RISES, 500, 4).whole.cost


def test_how_many_are_drawn_at_a_time_changes_nothing(monkeypatch):
    rates = fx("bases: {stated: {url: test}}\nfx:\n  USD/CNY: {2026-09: {stated: 5}}\n")
    text = (
        RISES + "other_costs:\n  - {per: month, amount: 1_000 CNY}\nsimulate: {distribution: normal, fx: {CNY: 9%}}\n"
    )
    whole = drawn(text, 1000, rates=rates, revenue=9000)
    monkeypatch.setattr(trials, "_AT_ONCE", 77)
    assert drawn(text, 1000, rates=rates, revenue=9000) == whole


def places(listed: list[Input], at: int, seed: int = 1) -> Any:
    return streams(listed, [at], seed, 12)[at].take(10_000)[0]


def test_an_input_more_leaves_the_draws_of_the_others():
    rise = Input("prices", "alibaba", F(0), F(1, 10), "uniform")
    growth = Input("growth", "requests each month", F(0), F(1, 10), "triangular")
    assert (places([growth, rise], 1) == places([rise], 0)).all()
    assert not (places([rise, rise], 1) == places([rise], 0)).any()  # two of the same name are two


def test_inputs_are_drawn_independently():
    rise = Input("prices", "alibaba", F(0), F(1, 10), "uniform")
    others = [replace(rise, name="baidu"), replace(rise, kind="pass-through"), rise]
    for at, listed in enumerate([[rise, other] for other in others]):
        found = np.corrcoef(places(listed, 0), places(listed, 1))[0, 1]
        assert abs(found) < 0.04, at  # of 10,000 independent pairs it is 0.01 give or take


def test_a_rise_by_the_month_is_drawn_once():
    text = "prices:\n  - {what: alibaba, change: +1..3% each month, on: 2026-10-01, until: 2027-01-01}\n"
    made = case(text)
    inputs = inputs_of(made.scenario, made.options.changes, 3)
    assert [one.name for one in inputs.listed] == ["alibaba"]
    assert {rise.place for rise in inputs.by_change.values()} == {0}
    # Three rises of the same draw: P50 of the last month is 2,000 × 31/30 × 1.02³.
    assert close(simulation(made, MANY, 1).months[-1].draws.cost.p50, OCTOBER * 1.02**3, OCTOBER * 0.06 * OFF)


# --- What cannot be drawn --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "draws", "code"),
    [
        ("prices:\n  - {what: alibaba, change: +5%}\n", 500, "nothing-to-simulate"),
        ("simulate: {fx: {CNY: 6%}}\n", 500, "nothing-to-simulate"),  # no price and no cost is in CNY
        (RISES, 99, "bad-simulation"),
        (RISES, 1_000_001, "bad-simulation"),
    ],
)
def test_what_cannot_be_drawn_is_said(text, draws, code):
    with pytest.raises(CostcalcError) as error:
        drawn(text, draws)
    assert [problem.code for problem in error.value.problems] == [code]
