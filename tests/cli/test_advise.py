"""`costcalc advise`: its plan as a file that `project` reads back to the same figure, its outputs, its exit codes."""

import csv
import io
from pathlib import Path

import pytest

USAGE = "examples/team/usage.csv"
OWN = ("--pricebook", "examples/selfhosted.yaml")
SOME = ("--where", "customer=lumen,customer=opal")


def test_the_plan_is_what_project_says_of_its_file(run_costcalc, tmp_path):
    """The written file, run by `project`: the month before and after, to the last digit."""
    path = tmp_path / "plan.yaml"
    advised = run_costcalc("advise", USAGE, *SOME, *OWN, "-o", path, "--json")
    assert advised.code == 0
    assert advised.err == f"{path} is written: costcalc project … --scenario {path}\n"
    plan, base = advised.json["plan"], advised.json["base"]
    months = run_costcalc("project", USAGE, *SOME, *OWN, "--scenario", path, "--json").json["months"]
    assert months[0]["month"] == advised.json["month"]
    assert months[0]["before"]["cost"]["exact"] == base["cost"]["exact"]
    assert months[0]["with_the_scenario"]["cost"]["exact"] == plan["then"]["cost"]["exact"]


def test_the_page_and_the_file_say_the_same_saving(run_costcalc, tmp_path):
    path = tmp_path / "plan.yaml"
    page = run_costcalc("advise", USAGE, *SOME, "--take", "1", "-o", path).out
    saving = " ".join(page.split()).partition("The plan, candidate 1, saves ")[2].partition(" a month")[0]
    assert saving
    assert f"In October 2026 it saves {saving}" in path.read_text(encoding="utf-8")


def test_numbers_are_taken(run_costcalc):
    found = run_costcalc("advise", USAGE, *SOME, "--take", "3,2", "--json").json
    assert found["plan"]["candidates"] == [3, 2]


def test_thresholds_are_the_callers(run_costcalc):
    usual = run_costcalc("advise", USAGE, *SOME, "--json").json
    strict = run_costcalc("advise", USAGE, *SOME, "--least", "30%", "--short", "100", "--often", "5000", "--json").json
    assert (strict["thresholds"], usual["thresholds"]["short"]) == ({"least": "0.3", "short": 100, "often": 5000}, 2000)
    assert len(strict["candidates"]) < len(usual["candidates"])


def test_the_csv_holds_every_candidate(run_costcalc, tmp_path):
    path = tmp_path / "advice.csv"
    assert run_costcalc("advise", USAGE, *SOME, "-o", path).code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert [row["candidate"] for row in rows] == [f"{number}" for number in range(1, len(rows) + 1)]


def test_no_plan_is_no_file(run_costcalc, tmp_path):
    path = tmp_path / "plan.yaml"
    run = run_costcalc("advise", USAGE, *SOME, "--least", "100%", "-o", path)
    assert (run.code, run.err) == (0, f"{path} is not written: there is no plan\n")
    assert "Nothing found that would save money: " in run.out
    assert not path.exists()


def test_an_incomplete_bill_is_code_3(run_costcalc, tmp_path):
    log = tmp_path / "usage.csv"
    log.write_text(
        "date,model,requests,input_tokens,output_tokens\n2026-09-01,qwen9-ultra,1,10,10\n2026-09-02,qwen3-max,1,1000000,10\n"
    )
    run = run_costcalc("advise", log)
    assert run.code == 3
    assert "Unpriced: the total is incomplete." in run.out
    assert run_costcalc("advise", log, "--allow-unpriced").code == 0


def test_a_plan_is_written_over_a_plan_alone(run_costcalc, tmp_path):
    plan = tmp_path / "plan.yaml"
    for _ in range(2):
        assert run_costcalc("advise", USAGE, "-o", plan).code == 0
    plan.write_text("scenario: Mine\n")
    refused = run_costcalc("advise", USAGE, "-o", plan)
    assert (refused.code, refused.out, plan.read_text()) == (2, "", "scenario: Mine\n")
    assert f"{plan}: error[file-exists]" in refused.err


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("alibaba/nonsense", 2, "the pricebook of alibaba has no such model"),
        ("alibaba/qwen-vl-plus", 0, "To alibaba/qwen-vl-plus: it cannot be bought from 10 Oct 2026 on."),
        ("openai/whisper-1", 0, "To openai/whisper-1: it has no price for all of this usage (baidu/ernie-4.5-turbo-128k → openai/whisper-1, feature tagging), so that what it would cost is not known."),
        ("openai/gpt-5.6-luna", 0, "would cost 3,102.11 CNY more a month."),
        ("Baidu/ERNIE-4.5-turbo-128k", 0, "To Baidu/ERNIE-4.5-turbo-128k: all of this usage is there already."),
        ("alibaba/qwen-flash", 0, "To alibaba/qwen-flash: candidate 2."),
    ],
)  # fmt: skip
def test_a_target_that_is_named_is_answered(target, code, said, run_costcalc, tmp_path):
    """Unknown, ended, without a price for what it would serve, dearer, where the usage is already, cheaper."""
    log = tmp_path / "tagging.csv"
    lines = Path("examples/usage.csv").read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join([lines[0], *(each for each in lines if "ernie-4.5-turbo" in each)]), encoding="utf-8")
    run = run_costcalc("advise", log, "--to", target)
    assert (run.code, said in " ".join((run.out + run.err).split())) == (code, True)
