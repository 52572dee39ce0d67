"""The page of a comparison as a reader sees it, whole; and what its tables hold."""

import csv
import io
import json
from decimal import Decimal
from fractions import Fraction

import pytest

from costcalc.money import Money
from costcalc.render.pages import markdown_of, page_of
from costcalc.render.tables import csv_of, frame_of
from costcalc.render.written import json_of
from costcalc.reports.revenue import StatedRevenue
from tests.render.comparisons import GROWTH, NOTHING, RANGE, RISE, compared, full, ten, usual
from tests.render.made import drawn
from tests.render.outlooks import customers_log
from tests.render.screens import fits_every_screen


def earning():
    """With an own revenue by rule, which one scenario states, and a floor."""
    return usual(floor=Fraction(7, 10))


def unknown():
    """Nothing is known of revenue: what margins of 40 to 80% become."""
    return compared(customers_log(), RANGE, GROWTH, names=("range", "growth"), by=("provider", "model"))


def margin():
    """A margin that is stated; ten scenarios, of which few fit as columns."""
    return ten(earned=StatedRevenue(margin=Fraction(1, 2), source="--margin"), source="")


def incomplete():
    return full()


CASES = [earning, unknown, margin, incomplete]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_page_of_a_comparison(case, golden):
    found = page_of(case())
    golden(f"comparison-{case.__name__}-80.txt", drawn(found, notes=True))
    fits_every_screen(found)


def test_the_page_of_a_comparison_where_it_is_wide(golden):
    golden("comparison-earning-120.txt", drawn(page_of(earning()), 120, notes=True))


def test_the_markdown_of_a_comparison(golden):
    golden("comparison-earning.md", markdown_of(earning()))


def rows_of(comparison):
    return list(csv.DictReader(io.StringIO(csv_of(comparison))))


def test_a_row_a_scenario_and_month():
    rows = rows_of(earning())
    assert [(row["scenario"], row["month"]) for row in rows] == [
        (name, month)
        for name in ("Today", "more-of-everything", "rise", "nothing")
        for month in ("2026-10", "2026-11", "2026-12")
    ]


def test_the_months_of_a_scenario_add_up_to_its_total_in_json():
    found = earning()
    rows, told = rows_of(found), json.loads(json_of(found))["scenarios"]
    for scenario in told:
        costs = [Decimal(row["cost"]) for row in rows if row["scenario"] == scenario["name"]]
        assert str(sum(costs)) == scenario["total"]["with_the_scenario"]["cost"]["rounded"]


def test_the_page_shows_the_figures_of_the_csv():
    found = unknown()
    last = {row["scenario"]: row["cost"] for row in rows_of(found)}  # the last month of each
    table = drawn(page_of(found), 120).split("Cost, USD")[1]
    for name, cost in last.items():
        assert f" {Decimal(cost):,} " in next(line for line in table.splitlines() if line.startswith(f"  {name}  "))


def test_a_frame_holds_the_rows_of_the_csv():
    frame = frame_of(earning())
    assert len(frame) == 4 * 3
    assert all(isinstance(cost, Decimal) for cost in frame["cost"])


def test_what_a_scenario_leaves_alone_is_said():
    page = drawn(page_of(usual()), 80, notes=True)
    assert "! nothing changes nothing in this log." in page
    assert "rise changes nothing" not in page


def test_a_revenue_that_is_one_total_is_not_shared_out():
    found = compared(customers_log(), RISE, NOTHING, earned=StatedRevenue(Money(Fraction(5_000), "USD")))
    page = drawn(page_of(found), 80, notes=True)
    assert "what each customer pays of it is not known" in page
    assert "turn unprofitable" not in page
