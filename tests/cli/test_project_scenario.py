"""`costcalc project --scenario`: what changes more than prices is answered month by month, otherwise as before."""

import csv
from decimal import Decimal

import pytest

USAGE = "examples/usage.csv"
MONEY = ("--revenue", "24000", "--floor", "55%")


@pytest.mark.parametrize(
    ("name", "flags"), [("hybrid", ()), ("all-at-once", MONEY), ("multimodal", ("--by", "customer"))]
)
def test_the_scenarios_that_ship_as_pages(name, flags, run_costcalc, golden):
    run = run_costcalc("project", USAGE, "--scenario", name, *flags, "--all")
    assert (run.code, run.err) == (0, "")
    golden(f"outlook-{name}-80.txt", run.out)


def test_only_prices_are_answered_on_the_log_s_own_time(run_costcalc):
    found = run_costcalc("project", USAGE, "--scenario", "april-2026", "--json").json
    assert (found["schema"], found["months"]) == ("costcalc.plan/1", [])


def test_a_price_scenario_with_a_horizon_shows_its_months(run_costcalc):
    """subsidies-end looks twelve months ahead; --months goes before."""
    assert len(run_costcalc("project", USAGE, "--scenario", "subsidies-end", "--json").json["months"]) == 12
    found = run_costcalc("project", USAGE, "--scenario", "subsidies-end", "--months", "6", "--json").json
    assert len(found["months"]) == 6


def test_the_horizon_is_the_flag_s_or_the_scenario_s_or_twelve(run_costcalc, tmp_path):
    plan = tmp_path / "plan.yaml"
    for horizon, flags, count in (("horizon: 3 months\n", (), 3), ("", (), 12), ("horizon: 3 months\n", ("--months", "5"), 5)):  # fmt: skip
        plan.write_text(f"scenario: Growth\n{horizon}growth:\n  - {{each month: 2%}}\n", encoding="utf-8")
        found = run_costcalc("project", USAGE, "--scenario", plan, *flags, "--json").json
        assert (found["schema"], len(found["months"])) == ("costcalc.plan/1", count)


def test_hikes_are_added_to_the_scenario(run_costcalc):
    found = run_costcalc("project", USAGE, "--scenario", "hybrid", "--hike", "alibaba=10", "--json").json
    assert [step["cause"] for step in found["bridge"]] == ["today", "published", "moves", "prices"]


def test_the_scenario_s_currency_holds_where_no_flag_says_another(run_costcalc, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("scenario: In yuan\ncurrency: CNY\ngrowth:\n  - {each month: 2%}\n", encoding="utf-8")
    assert run_costcalc("project", USAGE, "--scenario", plan, "--json").json["currency"] == "CNY"
    flagged = run_costcalc("project", USAGE, "--scenario", plan, "--currency", "USD", "--json").json
    assert flagged["currency"] == "USD"


def test_a_configured_move_does_not_stand_in_the_way_of_a_scenario(run_costcalc, tmp_path):
    config = tmp_path / "costcalc.toml"
    config.write_text('move_to = "alibaba/qwen-flash"\n', encoding="utf-8")
    assert run_costcalc("project", USAGE, "--scenario", "hybrid", "--config", config).code == 0


def test_revenue_of_the_configuration_comes_after_the_scenario_s(run_costcalc, tmp_path):
    config, plan = tmp_path / "costcalc.toml", tmp_path / "plan.yaml"
    config.write_text('revenue = "24000 USD"\n', encoding="utf-8")
    growth = "scenario: Growth\ngrowth:\n  - {each month: 2%}\n"
    for text, source in ((growth, "configuration"), (growth + "revenue:\n  - {per: month, amount: 9_000 USD}\n", "scenario")):  # fmt: skip
        plan.write_text(text, encoding="utf-8")
        found = run_costcalc("project", USAGE, "--scenario", plan, "--config", config, "--json").json
        assert found["revenue"]["source"] == source


def test_the_file_holds_a_row_a_month_and_line(run_costcalc, tmp_path):
    path = tmp_path / "lines.csv"
    assert run_costcalc("project", USAGE, "--scenario", "hybrid", "-o", path).code == 0
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    total = run_costcalc("project", USAGE, "--scenario", "hybrid", "--json").json["total"]["with_the_scenario"]
    assert sum(Decimal(row["cost"]) for row in rows) == Decimal(total["cost"]["rounded"])
    assert len({row["month"] for row in rows}) == 12


def test_markdown_is_the_same_page(run_costcalc):
    run = run_costcalc("project", USAGE, "--scenario", "hybrid", "--format", "md")
    assert run.out.startswith("### What the scenario does\n")
    assert "| What adds and saves |" in run.out


def test_what_is_unpriced_or_refused_gives_exit_code_3(run_costcalc, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "date,provider,model,requests,input_tokens,output_tokens\n"
        "2026-09-01,alibaba,qwen3-max,10,1000,100\n2026-09-02,alibaba,nobody-knows-this,10,1000,100\n",
        encoding="utf-8",
    )
    run = run_costcalc("project", log, "--scenario", "efficiency")
    assert run.code == 3
    assert "! Unpriced: the total is incomplete." in run.out
    assert run_costcalc("project", log, "--scenario", "efficiency", "--allow-unpriced").code == 0


def test_the_library_answers_the_same(run_costcalc):
    import costcalc

    found = costcalc.project(USAGE, scenario="hybrid", revenue=24000)
    assert isinstance(found, costcalc.PlanResult)
    printed = run_costcalc("project", USAGE, "--scenario", "hybrid", "--revenue", "24000", "--json").out
    assert found.to_json() == printed == costcalc.outlook(USAGE, scenario="hybrid", revenue=24000).to_json()


SLIPS = """\
scenario: Slips
prices:
  - {what: "alibba/qwen*", change: 5%}
growth:
  - {where: {custmer: acme}, each month: 5%}
  - {where: {featre: chat}, each month: 5%}
moves:
  - {share: 50%, where: {modle: q*}, to: alibaba/qwen-flsh, quality: tested}
efficiency:
  - {where: {model: nothere*}, output: -20%}
"""


@pytest.mark.parametrize(
    "words",
    [
        ("project", USAGE, "--scenario", "FILE"),
        ("compare", USAGE, "--scenario", "FILE", "--scenario", "hybrid"),
        ("scenarios", "lint", "FILE", "--log", USAGE),
    ],
)
def test_every_slip_of_a_scenario_is_said_at_once(words, run_costcalc, tmp_path):
    """A target is looked up before the log is read, a column while it is read, and names after it."""
    plan = tmp_path / "plan.yaml"
    plan.write_text(SLIPS, encoding="utf-8")
    run = run_costcalc(*(plan if word == "FILE" else word for word in words))
    said = [line.split("plan.yaml:")[1] for line in run.err.splitlines() if "plan.yaml:" in line]
    assert [(each.split(":")[0], each.split("[")[1].split("]")[0]) for each in said] == [
        ("3", "unknown-selector"), ("5", "unknown-column"), ("6", "unknown-column"), ("8", "unknown-target"),
        ("8", "unknown-column"), ("10", "matches-nothing"),
    ]  # fmt: skip
    assert run.code == 2
