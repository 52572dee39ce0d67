"""A month of which nothing has a price: its cost is unknown on the page and in every file, never 0."""

import csv
import io
import json

import openpyxl
import pytest

import costcalc

# Everything moves to a model that has a price from 1 November on: October costs nobody knows what.
BOOK = """\
provider: acme
currency: USD
timezone: UTC
models:
  later:
    prices:
      2026-11-01: {input_tokens: 1 per 1M, output_tokens: 1 per 1M}
"""
MOVE = "scenario: move\nhorizon: 2 months\nmoves:\n  - {share: 100%, to: acme/later, quality: untested}\n"
UNKNOWN = ("cost", "cost_low", "cost_high", "cost_exact", "change", "margin_low", "margin", "margin_high")


@pytest.fixture
def words(repo_root, tmp_path):
    book, move = tmp_path / "acme.yaml", tmp_path / "move.yaml"
    book.write_text(BOOK, encoding="utf-8")
    move.write_text(MOVE, encoding="utf-8")
    prices = costcalc.read_prices([str(book)])
    return {"usage": repo_root / "examples/usage.csv", "scenario": move, "prices": prices, "revenue": "20000 USD"}


def test_it_is_no_zero_on_the_page_nor_in_csv_and_json(words):
    plan = costcalc.project(**words)
    october = next(line for line in plan.to_markdown().splitlines() if line.startswith("| Oct 2026"))
    assert [cell.strip() for cell in october.split("|")][-5:-1] == ["unpriced", "–", "–", "–"]
    first, second = csv.DictReader(io.StringIO(plan.to_csv(table="months")))
    assert {name: first[name] for name in UNKNOWN} == dict.fromkeys(UNKNOWN, "")
    assert float(second["cost"]) > 0
    month = json.loads(plan.to_json())["months"][0]
    assert [month[end]["cost"] for end in ("with_the_scenario", "low", "high")] == [None] * 3
    assert [month[name] for name in ("change", "rise", "hold", "recover", "erosion")] == [None] * 5
    assert month["before"]["cost"]["rounded"] == first["cost_before"]


def test_it_is_an_empty_cell_of_the_workbook_and_the_total_holds_what_is_before(words):
    plan = costcalc.project(**words)
    sheet = openpyxl.load_workbook(io.BytesIO(plan.to_xlsx()))["Months"]
    header = [cell.value for cell in sheet[4]]
    october = dict(zip(header, (cell.value for cell in sheet[5]), strict=True))
    assert [october[name] for name in ("With scenario", "Change", "In percent")] == [None] * 3
    assert october[header[-1]] is None  # the margin
    shown = openpyxl.load_workbook(io.BytesIO(plan.to_xlsx()), data_only=True)["Months"]
    before = [shown.cell(row, header.index("Before") + 1).value for row in (5, 6, 7)]
    assert before[2] == pytest.approx(before[0] + before[1])


def test_it_is_no_point_of_a_chart_and_turns_with_no_slider(words):
    words["scenario"].write_text(MOVE + "prices:\n  - {what: acme, change: +10%}\n", encoding="utf-8")
    page = costcalc.outlook(**words).to_html()
    assert "Oct 2026 unpriced" in page
    assert "there are no sliders" in page


def test_a_comparison_does_not_call_it_the_cheapest(words):
    """The target is sold until the end of October."""
    book = words["scenario"].parent / "acme.yaml"
    gone = "      2026-11-01: {withdrawn: it is sold no longer}\n"
    book.write_text(BOOK.replace("2026-11-01", "2026-10-01") + gone, encoding="utf-8")
    words["prices"] = costcalc.read_prices([str(book)])
    scenarios = [words.pop("scenario"), "efficiency"]
    found = costcalc.compare(**words, scenarios=scenarios, months=2)
    page = " ".join(found.to_markdown().split())
    assert "In November 2026 efficiency costs" in page
    assert "move cannot be ranked, for want of prices" in page
    assert "| move | unpriced |" in page


def test_a_year_and_a_total_with_such_months_have_no_margin_and_no_change(words):
    words["prices"] = costcalc.read_prices([write_book(words["scenario"].parent, "2027-01-01")])
    words["scenario"].write_text(MOVE.replace("2 months", "4 months"), encoding="utf-8")
    plan = costcalc.project(**words)
    page = plan.to_markdown().replace("*", "").replace("\\", "")
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()]
    rows = {cells[0]: cells[-4:] for cells in table[:16]}
    assert rows["2026"] == ["unpriced", "–", "–", "–"]
    assert "–" not in rows["2027"]
    assert rows["Total"][1:] == ["–", "–", "–"]
    found = json.loads(plan.to_json())
    assert [year["year"] for year in found["years"]] == ["2026", "2027"]
    assert found["years"][0]["with_the_scenario"]["cost"] is None
    assert [found["total"][name] for name in ("change", "rise", "hold", "recover", "erosion")] == [None] * 5
    assert found["total"]["with_the_scenario"]["margin"] is None
    assert "4 months" not in plan.to_markdown().split("What adds and saves")[1].splitlines()[0]


def test_a_target_that_has_no_price_in_any_month_is_refused(words):
    """It cost nothing for ever, and what it took was saved."""
    words["prices"] = costcalc.read_prices([write_book(words["scenario"].parent, "2027-06-01")])
    with pytest.raises(costcalc.CostcalcError) as caught:
        costcalc.project(**words)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line) == ("unpriced-target", 4)
    assert "acme/later has no price in the months to come: no price before 2027-06-01" in problem.message


def test_what_is_sold_in_place_of_an_ended_target_is_named(words):
    words["scenario"].write_text(MOVE.replace("acme/later", "deepseek/deepseek-chat"), encoding="utf-8")
    with pytest.raises(costcalc.CostcalcError) as caught:
        costcalc.project(**words)
    assert caught.value.problems[0].remedy.startswith("move to deepseek/deepseek-flash, which is sold in its place, or")


def test_a_budget_of_months_is_incomplete_in_those_months_alone(words, tmp_path):
    later = MOVE.replace("2 months", "3 months").replace("share: 100%", "share: 100%, from: 2026-11-01")
    words["scenario"].write_text(later, encoding="utf-8")
    words["prices"] = costcalc.read_prices([write_book(tmp_path, "2026-12-01")])
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text(
        "budgets:\n"
        "  - {name: margin, scenario: move.yaml, margin_at_least: 5%}\n"
        "  - {name: cost, scenario: move.yaml, limit: 1M USD, each: month}\n"
        "  - {name: all, scenario: move.yaml, limit: 1M USD}\n",
        encoding="utf-8",
    )
    words.pop("scenario")
    found = costcalc.check(**words, budgets=[str(budgets)])
    told = [(f.budget.name, f.status, f.actual is None) for f in found.findings]
    assert told == [
        ("margin", "ok", False), ("margin", "incomplete", True), ("margin", "broken", False),
        ("cost", "ok", False), ("cost", "incomplete", True), ("cost", "ok", False), ("all", "incomplete", False),
    ]  # fmt: skip
    assert (
        "nothing known in Nov 2026 of the limit of 1,000,000.00 USD, and usage without a price" in found.to_markdown()
    )


def write_book(folder, begins):
    book = folder / "acme.yaml"
    book.write_text(BOOK.replace("2026-11-01", begins), encoding="utf-8")
    return str(book)
