"""The families of rises, zones, bands and cached tokens through the command line, as JSON and as CSV."""

import csv
import json
from fractions import Fraction

import pytest

from tests.cases.table import CASES, REFUSED, SHANGHAI_BOOK, SONNET, UNPRICED, one_price, row, rows
from tests.cases.test_rises import HUNDRED, MILLION, THREE_METERS, THREE_PRICES

FAMILIES = ("CACHE-", "TIER-", "DATE-", "TOD-", "SVC-", "NAME-")
PRICED = [name for name, case in CASES.items() if name.startswith(FAMILIES) and not isinstance(case.expected, str)]


@pytest.fixture
def written(tmp_path):
    """Writes a pricebook and hands back its path."""

    def write(text):
        path = tmp_path / "book.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", PRICED)
def test_the_exact_cost_is_in_the_json(name, tmp_path, written, run_costcalc):
    case = CASES[name]
    run = run_costcalc("cost", case.write(tmp_path), "--pricebook", written(case.book), "--json")
    assert run.code == 0, run.err
    assert Fraction(run.json["total"]["exact"]) == case.expected
    assert run.json["complete"] is True


@pytest.mark.parametrize("name", ["CACHE-05", "TIER-11", "TOD-01", "DATE-01"])
def test_the_exact_cost_is_in_the_csv(name, tmp_path, written, run_costcalc):
    case = CASES[name]
    target = tmp_path / "out.csv"
    run = run_costcalc("cost", case.write(tmp_path), "--pricebook", written(case.book), "-o", target)
    assert run.code == 0, run.err
    with target.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert sum(Fraction(line["cost_exact"]) for line in lines) == case.expected


def test_a_contradiction_is_refused_with_its_line(tmp_path, written, run_costcalc):
    """CACHE-12."""
    case = CASES["CACHE-12"]
    assert case.expected == REFUSED
    run = run_costcalc("cost", case.write(tmp_path), "--pricebook", written(case.book), "--json")
    assert run.code == 3
    assert "usage.jsonl:1" in run.err
    assert "part-larger-than-whole" in run.err
    assert Fraction(run.json["total"]["exact"]) == 0


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.expected == UNPRICED])
def test_unpriced_tokens_are_shown_and_the_exit_code_is_3(name, tmp_path, written, run_costcalc):
    """NAME-02 and NAME-03: never a zero, never a near name's price."""
    case = CASES[name]
    args = ("cost", case.write(tmp_path), "--pricebook", written(case.book))
    run = run_costcalc(*args, "--json")
    assert run.code == 3
    assert run.json["complete"] is False
    assert sum(Fraction(part["tokens"]) for part in run.json["unpriced"]) == case.tokens
    page = run_costcalc(*args, columns=120)
    assert page.code == 3
    assert f"{case.tokens:,}" in page.out or f"{case.tokens / 1e6:.2f} M" in page.out
    allowed = run_costcalc(*args, "--allow-unpriced", "--json")
    assert allowed.code == 0
    assert allowed.json["complete"] is False


@pytest.mark.parametrize(
    ("hikes", "usage", "book", "expected"),
    [
        pytest.param(["acme=34"], MILLION, HUNDRED, "134", id="HIKE-01"),
        pytest.param(["acme=34", "acme=10"], MILLION, HUNDRED, "147.4", id="HIKE-02"),
        pytest.param(["acme=34,acme=10"], MILLION, HUNDRED, "147.4", id="HIKE-02 as a list"),
        pytest.param(["acme:compute=34,acme:storage=34"], THREE_METERS, THREE_PRICES, "113.6", id="HIKE-04"),
        pytest.param(
            ["acme:gpu_hours=34,acme:storage_gb_months=34"], THREE_METERS, THREE_PRICES, "113.6", id="HIKE-04 by meter"
        ),
        pytest.param(
            ["alibaba=34@2026-04-18"],
            rows(row("2026-04-17T16:00:00Z", "alibaba", prompt_tokens=1_000_000, completion_tokens=0)),
            SHANGHAI_BOOK,
            "1.608",
            id="ZONE-01",
        ),
    ],
)
def test_rises_through_the_flag(hikes, usage, book, expected, tmp_path, written, run_costcalc):
    flags = [word for hike in hikes for word in ("--hike", hike)]
    args = ("project", usage(tmp_path), "--pricebook", written(book), *flags)
    run = run_costcalc(*args, "--json")
    assert run.code == 0, run.err
    assert Fraction(run.json["over_the_log"]["with_the_scenario"]["cost"]["exact"]) == Fraction(expected)
    target = tmp_path / "out.csv"
    assert run_costcalc(*args, "-o", target).code == 0
    with target.open(newline="", encoding="utf-8") as file:
        assert sum(Fraction(line["cost_exact"]) for line in csv.DictReader(file)) == Fraction(expected)


def test_the_margin_of_a_rise_of_34_percent(tmp_path, written, run_costcalc):
    """HIKE-05."""
    args = ("project", MILLION(tmp_path), "--pricebook", written(HUNDRED), "--hike", "acme=34", "--revenue", "200")
    margin = run_costcalc(*args, "--json").json["over_the_log"]
    figures = {name: Fraction(margin[name]["margin"]) for name in ("before", "with_the_scenario")}
    assert figures | {name: Fraction(margin[name]) for name in ("erosion", "hold")} == {
        "before": Fraction("0.5"),
        "with_the_scenario": Fraction("0.33"),
        "erosion": Fraction("0.17"),
        "hold": Fraction("0.34"),
    }


def test_the_report_zone_decides_the_day_and_not_the_cost(tmp_path, written, run_costcalc):
    """ZONE-03."""
    usage = rows(row("2026-01-25T04:08:00Z", prompt_tokens=1_000, completion_tokens=1_000))(tmp_path)
    args = ("cost", usage, "--pricebook", written(one_price(**SONNET)), "--each", "day", "--json")
    run = run_costcalc(*args, "--timezone", "America/Los_Angeles")
    assert Fraction(run.json["total"]["exact"]) == Fraction("0.018")
    assert "2026-01-24" in json.dumps(run.json["lines"])
    assert "2026-01-25" in json.dumps(run_costcalc(*args).json["lines"])
