"""On the page figures are rounded once, half-up; columns add up, and the change is that of what is shown."""

import csv
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.kit import book, flat, usage

PENNIES = book(
    flat("m", input_tokens="6", output_tokens="1"),
    *(flat(f"m{n}", input_tokens="5", output_tokens="1") for n in range(3)),
)


@pytest.fixture
def project(tmp_path, run_costcalc):
    (tmp_path / "book.yaml").write_text(PENNIES, encoding="utf-8")

    def run(*rows, flags=()):
        return run_costcalc("project", usage(tmp_path, *rows), "--pricebook", tmp_path / "book.yaml", *flags)

    return run


def test_0_006_to_0_014_shows_0_01_and_0_01_and_no_change(project):
    """1,000 tokens at 6 per million, then at 14: the change is 0.00 as shown, 0.008 in full."""
    row = {"input_tokens": 1_000, "output_tokens": 0}
    flags = ("--hike", "acme/m:input_tokens==14/1M")
    total = project(row, flags=(*flags, "--json")).json["over_the_log"]
    assert {name: total[name]["cost"]["rounded"] for name in ("before", "with_the_scenario")} == {
        "before": "0.01",
        "with_the_scenario": "0.01",
    }
    assert total["change"]["rounded"] == "0.00"
    assert Fraction(total["change"]["exact"]) == Fraction("0.008")
    (line,) = [text.split() for text in project(row, flags=flags).out.splitlines() if text.strip().startswith("Total")]
    assert line[1:5:2] == ["0.01", "0.01"]
    assert not any("0.008" in word or "+0.01" in word for word in line)


def test_three_lines_of_half_a_cent_make_two_cents(project, tmp_path):
    rows = [{"model": f"m{n}", "input_tokens": 1_000, "output_tokens": 0} for n in range(3)]
    answer = project(*rows, flags=("--json",)).json
    assert sorted(line["cost"]["before"]["rounded"] for line in answer["over_the_log"]["lines"]) == [
        "0.00",
        "0.01",
        "0.01",
    ]
    assert answer["over_the_log"]["before"]["cost"]["rounded"] == "0.02"
    assert project(*rows, flags=("-o", tmp_path / "out.csv")).code == 0
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert sum(Decimal(line["cost"]) for line in lines) == Decimal("0.02")
    assert sum(Decimal(line["cost_exact"]) for line in lines) == Decimal("0.015")
