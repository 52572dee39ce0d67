"""Commented starts, and the scenarios that ship: valid as they stand, and with every example in them switched on."""

import json
import os
import re

import pytest

from costcalc.cli.config import KEYS, read_config
from costcalc.pricebook.events import load_events
from costcalc.scenario.read import KEYS as SCENARIO_KEYS
from costcalc.scenario.read import parse_scenario, shipped_text

EVENTS = {event.id: event for event in load_events()}


def switched_on(text: str) -> str:
    """Every example of a start without the sign before it."""
    text = re.sub(r"^  # - ", "  - ", text, flags=re.MULTILINE)
    return re.sub(r"^# (?=(note|currency|fx|simulate): )", "", text, flags=re.MULTILINE)


def test_a_scenario_to_start_from_runs_as_it_stands(run_costcalc, tmp_path):
    plan = tmp_path / "plan.yaml"
    run = run_costcalc("init", "scenario", "-o", plan)
    assert (run.code, run.out) == (0, f"{plan} is written. Next: costcalc project usage.csv --scenario {plan}\n")
    assert run_costcalc("project", "examples/usage.csv", "--scenario", plan, "--months", "12").code == 0


def test_every_example_in_it_is_valid_and_every_key_is_there(run_costcalc):
    text = run_costcalc("init", "scenario").out
    scenario = parse_scenario(switched_on(text), "all.yaml", EVENTS)
    assert all(getattr(scenario.usage, name) for name in ("growth", "mix", "escalation", "moves", "efficiency"))
    assert scenario.business.revenue
    assert scenario.business.own_prices
    assert scenario.business.other_costs
    assert scenario.fx
    assert scenario.note
    assert scenario.simulation.fx
    assert all(re.search(rf"^(# )?{key}:", text, re.MULTILINE) for key in SCENARIO_KEYS)
    assert max(map(len, text.splitlines())) <= 120


def test_the_configuration_has_every_key_and_sets_none(run_costcalc, tmp_path):
    text = run_costcalc("init", "config").out
    file = tmp_path / "costcalc.toml"
    file.write_text(text, encoding="utf-8")
    assert read_config(file).values == {}
    examples = re.sub(r"^# (?=[a-z_]+ = |\[|\")", "", text, flags=re.MULTILINE)
    file.write_text(examples, encoding="utf-8")
    assert set(read_config(file).values) == set(KEYS)


def test_a_file_is_not_written_over_unless_that_is_said(run_costcalc, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("scenario: Mine\n")
    refused = run_costcalc("init", "scenario", "-o", plan)
    assert (refused.code, plan.read_text()) == (2, "scenario: Mine\n")
    assert run_costcalc("init", "scenario", "-o", plan, "--force").code == 0
    assert plan.read_text(encoding="utf-8") == run_costcalc("init", "scenario").out
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_the_file_may_be_read_as_any_new_file(run_costcalc, tmp_path):
    run_costcalc("init", "scenario", "-o", tmp_path / "plan.yaml")
    (tmp_path / "other").touch()
    assert (tmp_path / "plan.yaml").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_file_that_cannot_be_renamed_leaves_nothing_behind(run_costcalc, tmp_path):
    (tmp_path / "plan.yaml").mkdir()
    run = run_costcalc("init", "scenario", "-o", tmp_path / "plan.yaml", "--force")
    assert (run.code, "unwritable-file" in run.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


def test_scenarios_are_listed_with_what_they_change(run_costcalc):
    found = run_costcalc("scenarios", "list", "--json").json
    assert found["schema"] == "costcalc.scenarios/1"
    by_name = {each["name"]: each for each in found["scenarios"]}
    assert by_name["all-at-once"]["changes"] == ["prices", "growth", "mix", "moves", "efficiency"]
    assert (by_name["hybrid"]["title"], by_name["hybrid"]["horizon_months"]) == (
        "Short requests move to a small model",
        12,
    )
    page = run_costcalc("scenarios", "list").out
    assert all(name in page for name in by_name)
    assert max(map(len, page.splitlines())) <= 80


def test_a_scenario_is_shown_as_it_ships_and_its_schema_is_json(run_costcalc):
    assert run_costcalc("scenarios", "show", "hybrid").out == shipped_text("hybrid")
    assert json.loads(run_costcalc("scenarios", "schema").out)["title"] == "costcalc scenario"
