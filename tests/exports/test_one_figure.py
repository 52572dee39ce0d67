"""What the report's HTML, the workbook, CSV and JSON show of one outlook or projection: the same coins everywhere."""

import csv
import io
import json
import re
from decimal import Decimal

import pytest

import costcalc
from costcalc.money import round_half_up
from tests.exports.office import column, stored
from tests.kit import write_csv

PLANS = {
    "growth": "scenario: Growth\nhorizon: 12 months\ngrowth:\n  - {each month: +3%}\n",
    "a rise": "scenario: Rise\nhorizon: 12 months\nprices:\n  - {what: alibaba, change: +5..34%}\ngrowth:\n  - {each month: +3%}\n",
}


@pytest.fixture
def usage(tmp_path):
    """Nine customers of three models, each with some thirds of a coin a month."""
    models = ("alibaba/qwen3-max", "openai/gpt-5-mini", "anthropic/claude-haiku-4-5")
    rows = [
        {"date": f"2026-09-{day:02}", "model": models[n % 3], "customer": f"c{n}", "input_tokens": 3_333 + 777 * n, "output_tokens": 111 * n + day}
        for day in range(1, 15)
        for n in range(9)
    ]  # fmt: skip
    return write_csv(tmp_path / "usage.csv", *rows)


def cents(values):
    return [Decimal(f"{value:.2f}") for value in values if isinstance(value, int | float)]


@pytest.mark.parametrize("name", PLANS)
def test_an_outlook_shows_one_figure_in_every_file(name, usage, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLANS[name], encoding="utf-8")
    found = costcalc.outlook(usage, scenario=plan, by=["provider", "model"])
    answer = json.loads(found.to_json())
    page = re.sub(r"<script.*?</script>", "", found.to_html(), flags=re.DOTALL)
    shown = set(re.findall(r"\d[\d,]*\.\d\d", page))
    months = [month["with_the_scenario"]["cost"]["rounded"] for month in answer["months"]]
    lines = [line["with_the_scenario"]["rounded"] for line in answer["lines"]]
    last = [line["months"][-1]["with_the_scenario"]["rounded"] for line in answer["lines"]]
    customers = [each["last_month"]["cost"]["rounded"] for each in answer["customers"]]
    assert not [text for text in (*months, *last, *customers) if f"{Decimal(text):,}" not in shown]
    assert sum(map(Decimal, last)) == sum(map(Decimal, customers)) == Decimal(months[-1])
    assert [row["cost"] for row in csv.DictReader(io.StringIO(found.to_csv("months")))] == months
    book = stored(found.to_xlsx(), tmp_path)
    *of_months, whole = cents(column(book, "Months", "With scenario"))
    *of_lines, total = cents(column(book, "Lines", "With scenario"))
    assert total == whole == sum(map(Decimal, lines)) == sum(map(Decimal, months))
    if name == "growth":
        assert (of_months, of_lines) == ([*map(Decimal, months)], [*map(Decimal, lines)])
    else:  # where rises may be turned, each row is rounded by itself
        assert of_months == [round_half_up(month.after.cost, 2) for month in found.report.months]
        assert of_lines == [round_half_up(line.after, 2) for line in found.report.lines]
