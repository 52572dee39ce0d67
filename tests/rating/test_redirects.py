"""A model that is billed as another: rises, discounts and contracts mean it by either name, and by both once."""

from fractions import Fraction

import pytest

import costcalc
from tests.kit import book, flat, model, prices, rates, usage

TEN = rates(input_tokens="10", output_tokens="10")
OLD = model("old", ("2020-01-01", TEN), head="redirects: {2026-09-18: new}\n")
BOOK = book(OLD, flat("new", input_tokens="4", output_tokens="4"), flat("m", input_tokens="1"))
BOTH = prices(BOOK)
MILLION = {"model": "old", "input_tokens": 1_000_000, "output_tokens": 0}
ROWS = [{"date": day, **MILLION} for day in ("2026-09-17", "2026-09-18")]

RISES = [
    ("acme/new=50", "10", "6"),  # billed as new on the second day alone
    ("acme/old=50", "15", "6"),  # called old on both
    ("acme/*=50", "15", "6"),  # either name matches, once
    ("acme/old=50@2026-09-18", "10", "6"),
]


@pytest.mark.parametrize(("hike", "first", "second"), RISES)
def test_a_rise_means_it_by_either_name(hike, first, second, tmp_path):
    found = costcalc.project(usage(tmp_path, *ROWS), hikes=hike, prices=BOTH)
    assert found.total.before == 14
    assert found.total.mid == Fraction(first) + Fraction(second)
    assert sum(touched.cost for touched in found.log.changes) / 2 == found.total.change


@pytest.mark.parametrize(("hike", "first", "second"), RISES)
def test_a_bill_rises_likewise(hike, first, second, tmp_path):
    rows = [{**row, "billed_cost": cost} for row, cost in zip(ROWS, ("10", "4"), strict=True)]
    found = costcalc.project(usage(tmp_path, *rows), hikes=hike, prices=BOTH)
    assert (found.total.before, found.total.mid) == (14, Fraction(first) + Fraction(second))


@pytest.mark.parametrize(("hike", "first", "second"), RISES)
def test_the_explanation_has_the_same_figures_and_says_what_it_is_billed_as(hike, first, second, tmp_path):
    found = costcalc.explain(usage(tmp_path, *ROWS), hikes=hike, prices=BOTH)
    leaves = {price.billed_as: leaf for _, price, leaf in found.leaves()}
    assert {name: leaf.cost.mid for name, leaf in leaves.items()} == {"": Fraction(first), "new": Fraction(second)}
    assert all(leaf.steps[-1].amount == leaf.cost.mid for leaf in leaves.values())


def test_a_discount_is_taken_off_by_either_name_once(tmp_path):
    """20% off new: 10 + 4 × 0.8; 20% off every model: 14 × 0.8."""
    for what, expected in (("acme/new", "13.2"), ("acme/old", "11.2"), ("acme/*", "11.2"), ("acme/m", "14")):
        terms = f"discounts:\n  - {{what: '{what}', percent: 20%}}\n"
        assert costcalc.project(usage(tmp_path, *ROWS), prices=prices(BOOK, terms)).total.before == Fraction(expected)


def test_a_minimum_spend_counts_what_is_billed(tmp_path):
    """20 a month is 20 ÷ 30 a day; two days are due 4/3, and 4 was spent on new."""
    terms = "commitments:\n  - {what: acme/new, each: month, amount: 20 USD}\n"
    found = costcalc.project(usage(tmp_path, *ROWS), prices=prices(BOOK, terms))
    assert [part.spent.before for part in found.rating.commitments] == [4]
    assert found.total.before == 14


def test_months_to_come_are_billed_at_the_target(tmp_path):
    """2M in 2 days are 31M in October, at 4 and +50% whichever name the rise has; a month's minimum counts it."""
    terms = "commitments:\n  - {what: acme/new, each: month, amount: 100 USD}\n"
    for hike in ("acme/new=50", "acme/old=50", "acme/*=50"):
        for books in (BOTH, prices(BOOK, terms)):
            (month,) = costcalc.project(usage(tmp_path, *ROWS), hikes=hike, months=1, prices=books).months
            assert (month.cost.before, month.cost.mid) == (124, 186)


def test_a_scenario_that_grows_agrees(tmp_path):
    """Twice the requests of October: 248 and +50%."""
    scenario = tmp_path / "grown.yaml"
    for what in ("acme/new", "acme/old", "acme/*"):
        lines = f"prices:\n  - {{what: '{what}', change: +50%}}\ngrowth:\n  - {{change: +100%}}\n"
        scenario.write_text(f"scenario: Twice\nhorizon: 1 month\n{lines}")
        found = costcalc.project(usage(tmp_path, *ROWS), scenario=scenario, prices=BOTH)
        assert [month.after.cost for month in found.months] == [372]
