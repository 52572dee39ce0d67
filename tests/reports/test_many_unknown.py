"""A log of very many models that no list has: a file lists each, a page says how many and how much, and no figure changes."""

import json
import re
from pathlib import Path

import pytest

import costcalc
from costcalc.rating.unpriced import OpenUnpriced
from costcalc.usage.counting import joining

MANY = 10  # of one reason: so many are one group here, and a tenth of the rows says the same
COUNT = 2 * MANY
SCENARIO = """
scenario: Strangers move
horizon: 3 months
moves:
  - where: {model: "stranger-1*"}
    to: openai/gpt-5.6-luna
    share: 80%
    quality: tried on ten of them
"""


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(joining, "MANY", MANY)


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    """Names written in several ways, with and without a seller, beside two that the lists know and one without a name."""
    path = tmp_path_factory.mktemp("many") / "usage.csv"
    rows = ["timestamp,provider,model,customer,input_tokens,output_tokens"]
    for i in range(COUNT):
        day = f"2026-09-{1 + i % 28:02}T10:00:00Z"
        rows += [
            f"{day},,stranger-{i},acme,{1000 + i},10",
            f"{day},,Stranger-{i},globex,{i},1",
            f"{day},openrouter,Vendor/Model-{i},acme,{500 + i},5",
            f"{day},openai,odd-{i},,7,{i}",
        ]
    rows += [
        "2026-09-05T10:00:00Z,openai,gpt-5.6-luna,acme,1000000,2000",
        "2026-09-06T10:00:00Z,,qwen3-max,globex,50000,10",
    ]
    rows += ["2026-09-07T10:00:00Z,,,acme,12,3"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def both(monkeypatch, ask):
    """An answer, and the same where every name is a group of its own."""
    together = ask()
    monkeypatch.setattr(joining, "MANY", 10**9)
    return together, ask()


def said(answer):
    """Its JSON; what has no price stands in an order of its own."""
    found = json.loads(answer.to_json())
    return {**found, "unpriced": sorted(found["unpriced"], key=json.dumps)}


def rows(text: str) -> list[str]:
    head, *lines = text.splitlines()
    return [head, *sorted(lines)]


@pytest.mark.parametrize(
    ("by", "each"),
    [
        (None, None), (("model",), "day"), (("customer",), None), (("model", "customer"), "day"),
        (("provider", "region", "model"), None), ((), "day"),
    ],
)  # fmt: skip
def test_a_cost_is_that_of_names_that_stay_apart(log, monkeypatch, by, each):
    together, apart = both(monkeypatch, lambda: costcalc.cost(log, by=by, each=each))
    assert said(together) == said(apart)
    assert rows(together.to_csv()) == rows(apart.to_csv())
    assert together.to_markdown() == apart.to_markdown()


@pytest.mark.parametrize("by", [("provider", "model"), ("customer", "model"), ("customer",)])
def test_a_projection_is_that_of_names_that_stay_apart(log, monkeypatch, by):
    together, apart = both(monkeypatch, lambda: costcalc.project(log, hikes=["openai=10"], by=by, months=3))
    assert said(together) == said(apart)
    assert together.to_markdown() == apart.to_markdown()


@pytest.mark.parametrize("by", [("provider", "model"), ("customer", "model"), ("customer",)])
def test_a_scenario_that_names_some_moves_the_same_usage(log, monkeypatch, tmp_path, by):
    scenario = tmp_path / "moves.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    together, apart = both(monkeypatch, lambda: costcalc.project(log, scenario=scenario, by=by))
    assert said(together) == said(apart)
    assert together.to_markdown() == apart.to_markdown()
    assert together.months[-1].after.cost > together.months[-1].before.cost, (
        "usage without a price has one where it moves"
    )


def test_advice_is_that_of_names_that_stay_apart(log, monkeypatch):
    together, apart = both(monkeypatch, lambda: costcalc.advise(log))
    assert said(together) == said(apart)


ASKED_BY_DAY = {
    "forecast": lambda log: costcalc.forecast(log, timezone="Asia/Shanghai"),
    "check": lambda log: costcalc.check(log, max_cost="1 USD", max_tokens=10_000, max_unpriced="10%"),
    "check against a baseline": lambda log: costcalc.check(log, max_rise="5%", baseline=log),
}


@pytest.mark.parametrize("ask", ASKED_BY_DAY.values(), ids=ASKED_BY_DAY)
def test_what_is_asked_by_day_is_that_of_names_that_stay_apart(log, monkeypatch, ask):
    together, apart = both(monkeypatch, lambda: ask(log))
    assert isinstance(together.report.rating.unpriced, OpenUnpriced)
    assert isinstance(apart.report.rating.unpriced, list)
    assert said(together) == said(apart)
    assert together.to_markdown() == apart.to_markdown()


def test_a_budget_may_mean_one_of_them(log, tmp_path):
    budgets = tmp_path / "budgets.yaml"
    budgets.write_text("budgets:\n  - {name: one, limit: 1000 tokens, where: {model: stranger-7}}\n", encoding="utf-8")
    (finding,) = costcalc.check(log, budgets=budgets).report.findings
    assert finding.actual == 1007 + 10 + 7 + 1  # as two wrote it


def test_a_hike_may_name_one_of_them(log):
    costcalc.project(log, hikes=["*/stranger-7=10"])
    with pytest.raises(costcalc.CostcalcError, match="nothing is called"):
        costcalc.project(log, hikes=["*/stranger-x=10"])


def test_a_ledger_in_full_has_every_name_as_it_was_written(log):
    workbook = pytest.importorskip("openpyxl")
    path = log.with_suffix(".xlsx")
    path.write_bytes(costcalc.project(log, hikes=["openai=10"]).to_xlsx())
    sheet = workbook.load_workbook(path)["Unpriced"]
    names = {row[1] for row in sheet.iter_rows(min_row=5, values_only=True) if row[1]}
    assert {f"stranger-{i}" for i in range(COUNT)} <= names


def test_files_list_each_and_the_page_says_count_and_sum(log):
    found = costcalc.cost(log)
    listed = json.loads(found.to_json())["unpriced"]
    names = {(part["provider"], part["model"]) for part in listed}
    assert {("unknown", f"stranger-{i}") for i in range(COUNT)} <= names
    assert {("openrouter", f"vendor/model-{i}") for i in range(COUNT)} <= names
    assert {f"Stranger-{i}" for i in range(COUNT)} <= {line.split(",")[1] for line in found.to_csv().splitlines()}
    tokens = sum(part["tokens"] for part in listed)
    assert found.rating.unpriced_tokens == tokens
    page = found.to_markdown()
    unpriced = page[page.index("Unpriced: the total is incomplete.") :]
    assert f"{tokens:,} tokens" in unpriced
    folded = re.search(r"… (\d+) more", unpriced)
    assert folded is not None
    largest, more, rest = found.rating.unpriced.by_model(10)
    assert (len(largest) + more, sum(part.tokens for part in largest) + rest) == (len(names), tokens)
    assert int(folded[1]) == more
    assert f"{rest.numerator:,}" in unpriced
    assert all(part.model in unpriced for part in largest)
