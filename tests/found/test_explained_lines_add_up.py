"""The coins of an explanation add up: 2.92 and 0.03 stood over a total of 2.94, and a credit moved a total by a coin."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

import costcalc

HERE = Path(__file__).parent
COLUMNS = ("before", "low", "with_the_scenario", "high")
CREDIT = HERE / "explain-rounding-credit"


def coins(amounts, column):
    return sum(Decimal(each["cost"][column]["rounded"]) for each in amounts)


def check(answer):
    """Lines add up to the total, and the meters of each to its line, in every column."""
    for column in COLUMNS:
        assert coins(answer["lines"], column) == Decimal(answer["total"][column]["rounded"])
        for line in answer["lines"]:
            meters = [meter for price in line["prices"] for meter in price["meters"]]
            assert coins(meters, column) == Decimal(line["cost"][column]["rounded"])


@pytest.mark.parametrize("log", ["u.csv", "u58.csv", "u_min.csv"])
def test_under_a_rise_from_low_to_high(log):
    folder = HERE / "explain-rounding-range"
    prices = costcalc.read_prices([folder / "book.yaml"])
    answer = json.loads(costcalc.explain(folder / log, hikes="acme/a=5..34", prices=prices).to_json())
    check(answer)
    table = json.loads(costcalc.project(folder / log, hikes="acme/a=5..34", prices=prices).to_json())["over_the_log"]
    shown, tabled = ([[line["cost"][column] for column in COLUMNS] for line in of["lines"]] for of in (answer, table))
    assert sorted(shown, key=str) == sorted(tabled, key=str)


@pytest.mark.parametrize("by", ["customer", "feature", "provider,model"])
def test_with_a_credit_and_two_currencies(by):
    """0.50 USD and −1.00 CNY billed, five rows by their lists: 0.3613 USD, whichever way it is parted."""
    prices = costcalc.read_prices(sorted(CREDIT.glob("book?.yaml")))
    answer = json.loads(costcalc.explain(CREDIT / "u.csv", by=by, prices=prices).to_json())
    check(answer)
    assert answer["total"]["before"]["rounded"] == answer["explained"]["before"]["rounded"] == "0.36"


def test_a_name_that_lines_of_three_lists_share_is_said_once(run_costcalc):
    books = [word for path in sorted(CREDIT.glob("book?.yaml")) for word in ("--pricebook", path)]
    page = run_costcalc("explain", CREDIT / "u.csv", *books, "--by", "customer")
    assert page.out.count("the log calls it m-one-alias") == 1
