"""Remedies: what an error tells its reader to do, done; and names that are near, used as they are shown."""

from __future__ import annotations

import re
import shlex

import pytest

from costcalc import CostcalcError, project
from tests.kit import write_csv

ROW = {"date": "2026-09-01", "provider": "alibaba", "model": "qwen3-max", "input_tokens": 1_000_000, "output_tokens": 9}


@pytest.fixture
def log(tmp_path):
    write_csv(tmp_path / "usage.csv", ROW, {**ROW, "date": "2026-09-30"})
    return tmp_path


@pytest.mark.parametrize(
    "hike",
    ["qwen3-max=34", "qwn3-max=34", "qwen3-max:output_tokens=34@2026-09-10", "alibba=34", "alibba/qwen*=5..9", "Qwen3-Max=-5%"],
)  # fmt: skip
def test_the_hike_that_an_error_writes_works(hike, log, run_costcalc):
    wrong = run_costcalc("project", "usage.csv", "--hike", hike, cwd=log)
    assert wrong.code == 2
    remedy = re.search(r"remedy: +write (--hike .*)", wrong.err)
    assert remedy, wrong.err
    right = run_costcalc("project", "usage.csv", *shlex.split(remedy[1]), "--json", cwd=log)
    assert right.code == 0, right.err
    assert right.json["changes"][0]["share"] is not None


def test_a_model_s_name_alone_gets_its_star(log, run_costcalc):
    wrong = run_costcalc("project", "usage.csv", "--hike", "qwen3-max=34", cwd=log)
    assert "nearest:  alibaba/qwen3-max\n" in wrong.err
    assert "write --hike '*/qwen3-max=34'" in wrong.err


def test_a_scenario_s_wrong_name_is_written_anew_as_it_stands_there(log, run_costcalc):
    (log / "s.yaml").write_text("scenario: x\nprices:\n  - {what: qwen3-max, change: 34%}\n", encoding="utf-8")
    wrong = run_costcalc("project", "usage.csv", "--scenario", "s.yaml", cwd=log)
    assert wrong.err.startswith("s.yaml:3:")
    assert 'write what: "*/qwen3-max"' in wrong.err
    (log / "s.yaml").write_text('scenario: x\nprices:\n  - {what: "*/qwen3-max", change: 34%}\n', encoding="utf-8")
    assert run_costcalc("project", "usage.csv", "--scenario", "s.yaml", cwd=log).code == 0


@pytest.mark.parametrize("command", ["prices show", "prices resolve", "prices history"])
@pytest.mark.parametrize("name", ["qwen9-max", "claude-sonet-4.5", "alibaba/qwen9-max", "gpt-5-mni"])
def test_near_names_have_their_provider_and_mean_a_model(command, name, run_costcalc):
    wrong = run_costcalc(*command.split(), name)
    near = re.search(r"nearest: +(.*)", wrong.err)
    assert near, wrong.err
    for each in near[1].split(", "):
        assert "/" in each
        assert run_costcalc(*command.split(), each).code == 0


def test_near_names_of_unpriced_usage_have_their_provider(log, run_costcalc):
    write_csv(log / "usage.csv", {**ROW, "provider": "", "model": "qwen3-mx"})
    found = run_costcalc("cost", "usage.csv", "--json", cwd=log).json
    assert found["unpriced"][0]["nearest"][0] == "alibaba/qwen3-max"


def test_the_rate_that_a_missing_one_asks_for_can_be_given(log, run_costcalc):
    wrong = run_costcalc("cost", "usage.csv", "--currency", "AED", cwd=log)
    assert wrong.code == 2
    text = re.search(r"with --pricebook fx.yaml: (\{.*\})", wrong.err)
    assert text, wrong.err
    (log / "fx.yaml").write_text(text[1].replace("RATE", "0.125") + "\n", encoding="utf-8")
    right = run_costcalc("cost", "usage.csv", "--currency", "AED", "--pricebook", "fx.yaml", "--json", cwd=log).json
    yuan = run_costcalc("cost", "usage.csv", "--currency", "CNY", "--json", cwd=log).json
    assert float(right["total"]["exact"]) == float(yuan["total"]["exact"]) / 8


def test_as_many_months_in_python_as_on_the_command_line(log, run_costcalc):
    assert run_costcalc("project", "usage.csv", "--months", "120", "--json", cwd=log).code == 0
    assert run_costcalc("project", "usage.csv", "--months", "121", cwd=log).code == 2
    with pytest.raises(CostcalcError, match='months "121" are more than 120'):
        project(log / "usage.csv", months=121)
    late = run_costcalc("project", "usage.csv", "--hike", "alibaba=5@2046-01-01", cwd=log)
    assert "--months" not in late.err  # no number of months would do


@pytest.mark.parametrize("model", ["openai/gpt-5.6-luna", "alibaba/qwen3-coder-plus", "google/gemini-3.1-pro-preview"])
def test_no_column_of_prices_is_cut_off(model, run_costcalc):
    for columns in (60, 80):
        page = run_costcalc("prices", "show", model, "--on", "2026-11-01", columns=columns)
        assert page.out.count("1M tokens") >= 3, (model, columns)


def remedy_of(run) -> str:
    """The remedy, its lines joined."""
    found = re.search(r"= remedy: +(.*(?:\n {14}.*)*)", run.err)
    assert found, run.err
    return " ".join(found[1].split())


def test_the_move_that_an_error_writes_stands_in_a_scenario(log, run_costcalc):
    plan = log / "plan.yaml"
    plan.write_text("scenario: Growth\ngrowth:\n  - {each month: +2%}\n", encoding="utf-8")
    wrong = run_costcalc("project", "usage.csv", "--scenario", "plan.yaml", "--move-to", "openai/gpt-5.6-luna", cwd=log)
    assert wrong.code == 2
    line = remedy_of(wrong).partition(": ")[2]
    plan.write_text(f"scenario: Growth\ngrowth:\n  - {{each month: +2%}}\n{line}\n", encoding="utf-8")
    right = run_costcalc("project", "usage.csv", "--scenario", "plan.yaml", "--json", cwd=log)
    assert right.code == 0, right.err
    assert any(line["names"]["model"] == "gpt-5.6-luna" for line in right.json["lines"])


@pytest.mark.parametrize("line", ["prices:\n  - {what: alibaba, change: +5..34%}", "simulate: {fx: {CNY: 3%}}"])
def test_what_an_error_writes_can_be_drawn(line, log, run_costcalc):
    plan = log / "plan.yaml"
    plan.write_text("scenario: Growth\ngrowth:\n  - {each month: +2%}\n", encoding="utf-8")
    wrong = run_costcalc("project", "usage.csv", "--scenario", "plan.yaml", "--simulate", "100", cwd=log)
    assert wrong.code == 2
    assert line.partition("alibaba, ")[2].rstrip("}") in remedy_of(wrong)
    plan.write_text(f"scenario: Growth\ngrowth:\n  - {{each month: +2%}}\n{line}\n", encoding="utf-8")
    words = ("--simulate", "100", "--currency", "USD")
    right = run_costcalc("project", "usage.csv", "--scenario", "plan.yaml", *words, cwd=log)
    assert right.code == 0, right.err


@pytest.mark.parametrize("header", ["day,what,sum,price,currency", "day,item,paid,due,currency"])
def test_the_column_of_a_bill_that_an_error_names(header, log, run_costcalc):
    (log / "bill.csv").write_text(f"{header}\n2026-09-01,qwen3-max,1.2,1.2,USD\n", encoding="utf-8")
    options: list[str] = []
    for _ in range(3):
        found = run_costcalc("reconcile", "usage.csv", "--invoice", "bill.csv", *options, cwd=log)
        if found.code != 2:
            break
        named = re.findall(r"--invoice-map ([\w.]+)=([\w.]+)", remedy_of(found))
        assert named, found.err
        names = {"amount": header.split(",")[2], "item": header.split(",")[1], "day": "day"}
        options += [word for meaning, _ in named[:1] for word in ("--invoice-map", f"{meaning}={names.get(meaning)}")]
    assert found.code in (0, 1, 3), found.err


@pytest.mark.parametrize("hikes", ["Alibaba Cloud=34,Baidu AI Cloud=30", "dashscope=34,Baidu=30"])
def test_a_hike_names_the_provider_as_people_do(repo_root, hikes):
    usage = repo_root / "examples/usage.csv"
    same = project(usage, hikes="alibaba=34,baidu=30").report
    assert project(usage, hikes=hikes).report.total == same.total != project(usage).report.total
