"""`costcalc compare`: exit codes, outputs, how scenarios are called, and the words of its options."""

import csv
import io
import json
from fractions import Fraction

import pytest

import costcalc
from costcalc.api import scenario_of

USAGE = "examples/usage.csv"
TWO = ("--scenario", "efficiency", "--scenario", "multimodal")


def names(run):
    return [scenario["name"] for scenario in run.json["scenarios"]]


def test_two_scenarios_side_by_side(run_costcalc):
    run = run_costcalc("compare", USAGE, *TWO)
    assert (run.code, run.err) == (0, "")
    assert "efficiency costs least" in run.out


def test_today_comes_first_and_then_the_order_given(run_costcalc):
    assert names(run_costcalc("compare", USAGE, *TWO, "--json")) == ["Today", "efficiency", "multimodal"]


def test_a_scenario_stands_once_for_every_pass_through(run_costcalc):
    run = run_costcalc(
        "compare",
        USAGE,
        "--scenario",
        "april-2026",
        "--scenario",
        "efficiency",
        "--pass-through",
        "0%,50%,100%",
        "--json",
    )
    assert names(run) == ["Today", "april-2026 at 0%", "april-2026 at 50%", "april-2026 at 100%", "efficiency"]
    assert [scenario["pass_through"] for scenario in run.json["scenarios"]] == [None, "0", "0.5", "1", None]


def test_one_pass_through_needs_no_suffix(run_costcalc):
    run = run_costcalc("compare", USAGE, *TWO, "--scenario", "april-2026", "--pass-through", "60%", "--json")
    assert names(run)[-1] == "april-2026"
    assert run.json["scenarios"][-1]["pass_through"] == "0.6"


def test_an_open_pass_through_is_said(run_costcalc):
    run = run_costcalc("compare", USAGE, "--scenario", "april-2026", "--scenario", "efficiency")
    assert "leaves open how much of a compute rise reaches tokens" in " ".join(run.out.split())


def test_hikes_apply_to_every_scenario(run_costcalc, tmp_path):
    """A scenario of +10%, then +20% on top of it: 1.32 times today's; an empty one: 1.2 times."""
    (tmp_path / "ten.yaml").write_text("scenario: ten\nprices:\n  - {what: any, change: +10%}\n", encoding="utf-8")
    (tmp_path / "none.yaml").write_text("scenario: none\n", encoding="utf-8")
    run = run_costcalc(
        "compare", USAGE, "--scenario", tmp_path / "ten.yaml", "--scenario", tmp_path / "none.yaml", "--hike", "any=20",
        "--months", "1", "--json",
    )  # fmt: skip
    costs = [Fraction(each["total"]["with_the_scenario"]["cost"]["exact"]) for each in run.json["scenarios"]]
    assert costs[0] == Fraction(run.json["scenarios"][1]["total"]["before"]["cost"]["exact"])
    ratios = [round(float(cost / costs[0]), 9) for cost in costs]
    assert ratios == [1, 1.32, 1.2]


def test_all_look_at_the_longest_horizon_unless_months_says_so(run_costcalc, tmp_path):
    for name, months in (("short", 2), ("long", 5)):
        text = f"scenario: {name}\nhorizon: {months} months\ngrowth:\n  - {{each month: +1%}}\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    both = ("--scenario", tmp_path / "short.yaml", "--scenario", tmp_path / "long.yaml")
    run = run_costcalc("compare", USAGE, *both, "--json").json
    assert (len(run["months"]), run["horizon_source"]) == (5, "scenarios")
    run = run_costcalc("compare", USAGE, *both, "--months", "3", "--json").json
    assert (len(run["months"]), run["horizon_source"]) == (3, "--months")


def test_files_of_one_name_in_two_folders_keep_their_folders(run_costcalc, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plan.yaml").write_text(f"scenario: {folder}\n", encoding="utf-8")
    paths = [tmp_path / folder / "plan.yaml" for folder in ("a", "b")]
    run = run_costcalc("compare", USAGE, "--scenario", paths[0], "--scenario", paths[1], "--json")
    assert names(run)[1:] == [str(path) for path in paths]


def test_lines_are_asked_for(run_costcalc):
    run = run_costcalc("compare", USAGE, *TWO, "--by", "provider", "--json").json
    assert {line["names"]["provider"] for line in run["scenarios"][0]["lines"]} == {"alibaba", "anthropic", "baidu", "openai"}  # fmt: skip


def test_the_file_holds_a_row_a_scenario_and_month(run_costcalc, tmp_path):
    path = tmp_path / "months.csv"
    assert run_costcalc("compare", USAGE, *TWO, "--months", "4", "-o", path).code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert len(rows) == 3 * 4


def test_the_page_exists_as_markdown(run_costcalc):
    run = run_costcalc("compare", USAGE, *TWO, "--format", "md")
    assert run.out.startswith("### Scenarios side by side")


def test_rows_without_a_price_exit_three(run_costcalc, tmp_path):
    path = tmp_path / "usage.csv"
    path.write_text("date,model,requests,input_tokens,output_tokens\n2026-09-01,gpt-5-mini,1,1000,100\n2026-09-30,qwen4-ultra,1,1000,100\n", encoding="utf-8")  # fmt: skip
    assert run_costcalc("compare", path, *TWO).code == 3
    assert run_costcalc("compare", path, *TWO, "--allow-unpriced").code == 0


def test_python_says_the_same(run_costcalc, repo_root):
    found = costcalc.compare(repo_root / USAGE, ["efficiency", "multimodal"], margin="60%", floor="50%")
    told = run_costcalc("compare", USAGE, *TWO, "--margin", "60%", "--floor", "50%", "--json").json
    mine = json.loads(found.to_json())
    assert mine["scenarios"] == told["scenarios"]


@pytest.mark.parametrize("share", [["0%", "100%"], "0%,100%", [Fraction(0), Fraction(1)]])
def test_shares_from_python(repo_root, share):
    found = costcalc.compare(repo_root / USAGE, [scenario_of("april-2026", ())], pass_through=share, months=1)
    assert [each.name for each in found.scenarios] == ["april-2026 at 0%", "april-2026 at 100%"]
