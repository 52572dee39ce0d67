"""`costcalc forecast`: exit codes, outputs, and the words of its options."""

import json

import pytest

USAGE = "examples/usage.csv"
UNTIL = ("--until", "2026-09-20")


def test_the_rest_of_the_month(run_costcalc):
    run = run_costcalc("forecast", USAGE, *UNTIL)
    assert (run.code, run.err) == (0, "")
    assert "To come 20–30 Sep" in run.out


def test_the_month_that_came_lies_within_what_was_forecast(run_costcalc):
    """19 days of the example, and the whole month that `cost` knows."""
    found = run_costcalc("forecast", USAGE, *UNTIL, "--json").json["total"]
    spent = run_costcalc("cost", USAGE, "--json").json["total"]
    assert float(found["low"]) < float(spent["exact"]) < float(found["high"])


def test_what_is_spent_is_what_cost_says(run_costcalc):
    spent = run_costcalc("forecast", USAGE, *UNTIL, "--json").json["spent"]
    assert spent == run_costcalc("cost", USAGE, *UNTIL, "--json").json["total"]


@pytest.mark.parametrize(
    ("budget", "code", "state"), [("3000", 1, "broken"), ("9000", 0, "breaks"), ("20000USD", 0, "holds")]
)
def test_only_a_budget_that_is_broken_already_fails(run_costcalc, budget, code, state):
    run = run_costcalc("forecast", USAGE, *UNTIL, "--budget", budget, "--json")
    assert (run.code, run.json["budget"]["state"]) == (code, state)


def test_too_short_a_history_is_an_answer(run_costcalc):
    run = run_costcalc("forecast", USAGE, "--until", "2026-09-10", "--json")
    assert (run.code, run.json["history"], run.json["total"]) == (0, "too-short", None)


def test_a_period_without_usage_is_said(run_costcalc):
    run = run_costcalc("forecast", USAGE, "--since", "2027-01")
    assert run.code == 2
    assert "the log has no usage from 2027-01-01 on" in run.err


def test_the_file_holds_a_row_a_day(run_costcalc, tmp_path):
    path = tmp_path / "days.csv"
    assert run_costcalc("forecast", USAGE, *UNTIL, "-o", path).code == 0
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1 + 30


def test_the_answer_is_the_same_every_time(run_costcalc):
    first, second = (run_costcalc("forecast", USAGE, *UNTIL, "--to", "year-end", "--json").out for _ in range(2))
    assert json.loads(first)["months"]
    assert first == second


def test_the_pages_exist_as_markdown(run_costcalc):
    run = run_costcalc("forecast", USAGE, *UNTIL, "--format", "md")
    assert run.out.startswith("### What is to come\n")
