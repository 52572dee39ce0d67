"""Amounts of tables whose commas are decimal ones: points part thousands, and what may be two amounts is asked for."""

from fractions import Fraction

import pytest

import costcalc
from costcalc.money import TwoAmounts, written_amount
from costcalc.problems import CostcalcError

HEADER = "date;provider;model;input_tokens;output_tokens;cost\n"


def billed(folder, *cells):
    path = folder / "log.csv"
    path.write_text(HEADER + "".join(f"2026-09-01;openai;gpt-5-mini;1000;10;{cell}\n" for cell in cells))
    return costcalc.scan([path])


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("1.234,50", "1234.5"), ("1.000.000", "1000000"), ("-1.000.000", "-1000000"), ("0.125", "0.125"), ("2,5", "2.5"), ("12.50", "12.5")],
)  # fmt: skip
def test_points_part_thousands(tmp_path, cell, amount):
    (group,) = billed(tmp_path, cell).groups
    assert group.billed == Fraction(amount)


def test_a_point_before_three_digits_may_part_thousands(tmp_path):
    ledger = billed(tmp_path, "1.234,50", "2.500")
    (problem,) = ledger.problems
    assert (problem.message, problem.place.line) == ('cost: "2.500" may be 2.5 or 2500', 3)
    assert problem.remedy == "write 2500, or 2,5"
    assert [group.billed for group in ledger.groups] == [Fraction("1234.5")]


def test_the_remedy_of_a_round_amount_is_an_amount(tmp_path):
    (problem,) = billed(tmp_path, "1,5", "1.000").problems
    assert (problem.message, problem.remedy) == ('cost: "1.000" may be 1 or 1000', "write 1000, or 1")


@pytest.mark.parametrize("text", ["1.000", "12.345 EUR", "€ 1.000", "-1.500 USD"])
def test_an_amount_that_somebody_writes_may_be_two(text):
    with pytest.raises(TwoAmounts, match="may be"):
        written_amount(text)


@pytest.mark.parametrize(
    ("text", "amount"), [("0.125", "0.125"), ("1.00", 1), ("1000.000", 1000), ("1,000.500", "1000.5")]
)
def test_an_amount_that_is_one_is_read(text, amount):
    assert written_amount(text).amount == Fraction(amount)


def test_revenue_that_may_be_two_amounts_is_asked_for(tmp_path):
    (tmp_path / "log.csv").write_text(
        "date,provider,model,customer,input_tokens\n2026-09-01,openai,gpt-5-mini,acme,1000\n"
    )
    (tmp_path / "revenue.csv").write_text("customer;revenue\nacme;1.000\n")
    for revenue, said in (
        ("1.000 EUR", "may be 1 or 1000"),
        (tmp_path / "revenue.csv", "write 1000 or 1,00"),
    ):
        with pytest.raises(CostcalcError, match=said):
            costcalc.project(tmp_path / "log.csv", hikes="openai=34", revenue=revenue, by="customer")
