"""What a check that cannot be made is answered: the command, its exit code, its exact words."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LOG = "date,provider,model,team,requests,input_tokens,output_tokens\n"
FILES = {
    "refused.csv": LOG + "2026-09-01,alibaba,qwen3-max,search,1,-5,100\n",
    "usage.csv": LOG + "2026-09-01,alibaba,qwen3-max,search,1,1000,100\n2026-09-30,openai,gpt-5-mini,ads,1,1000,100\n",
    "earned.csv": "date,provider,model,customer,requests,input_tokens,output_tokens,revenue\n"
    "2026-09-01,alibaba,qwen3-max,acme,1,1000,100,5\n2026-09-02,alibaba,qwen3-max,acme,1,1000,100,\n",
    "weekly.yaml": "budgets:\n  - {name: margins, each: week, margin_at_least: 50%}\n",
    "uncounted.csv": "date,provider,model,input_tokens,output_tokens\n2026-09-01,alibaba,qwen3-max,1000,100\n",
    "months.csv": "date,model,requests,input_tokens,output_tokens\n2026-08,gpt-5-mini,1,1000,100\n2026-09,gpt-5-mini,1,1000,100\n",
    "slips.yaml": (
        "budgets:\n  - {name: search, where: {team: serch}, limit: 5 USD}\n  - {name: august, period: 2026-08, limit: 5 USD}\n"
        "  - {name: model, where: {team: search, model: gpt-5-mini}, limit: 5 USD}\n"
    ),
    "column.yaml": "budgets:\n  - {name: search, where: {tem: search}, limit: 5 USD}\n",
    "days.yaml": "budgets:\n  - {name: day, each: day, limit: 5 USD}\n",
    "margin.yaml": "budgets:\n  - {name: floor, margin_at_least: 55%}\n  - {name: then, scenario: plan.yaml, margin_at_least: 55%}\n",
    "plan.yaml": "scenario: A plan\nprices:\n  - {what: anthropic, change: +10%}\n",
    "absent.yaml": "budgets:\n  - {name: then, scenario: plan.yaml, limit: 5 USD}\n",
    "dirhams.yaml": "budgets:\n  - {name: dirhams, limit: 5 AED}\n",
    "shipped.yaml": "budgets:\n  - {name: rises, scenario: april-2026, pass_through: 50%, limit: 5 USD}\n",
    "wrong.yaml": "budgets:\n  - {name: all, limt: 5 USD}\n",
}  # fmt: skip
CASES = {
    "no-budgets": "check usage.csv",
    "matches-nothing": "check usage.csv --budgets slips.yaml",
    "unknown-column": "check usage.csv --budgets column.yaml",
    "revenue-of-a-whole": "check earned.csv --budgets weekly.yaml",
    "no-baseline": "check usage.csv --max-rise 10%",
    "no-revenue": "check usage.csv --budgets margin.yaml",
    "no-requests": "check uncounted.csv --max-requests 5",
    "buckets-of-months": "check months.csv --budgets days.yaml",
    "scenario-of-others": "check usage.csv --budgets absent.yaml",
    "no-exchange-rate": "check usage.csv --budgets dirhams.yaml",
    "rises-of-others": "check openai.csv --budgets shipped.yaml",
    "flags-wrong": "check usage.csv --max-cost much --max-rise 10 --max-tokens 5USD --min-margin 0.55",
    "two-revenues": "check usage.csv --min-margin 55% --revenue 5 --margin 60%",
    "unknown-output": "check usage.csv --max-cost 5USD --format junt",
    "unknown-ending": "check usage.csv --max-cost 5USD -o check.docx",
    "bad-tag": "check usage.csv --max-cost 5USD --tag '--> x'",
    "wrong-budgets": "check usage.csv --budgets wrong.yaml --budgets nowhere.yaml",
    "empty-log": "check refused.csv --max-cost 5USD",
    "lint-wrong": "budgets lint wrong.yaml days.yaml absent.yaml nowhere.yaml",
    "lint-of-scenarios": "scenarios lint plan.yaml wrong.yaml",
    "unknown-command": "budgets lnt",
}


@pytest.mark.parametrize("name", CASES)
def test_a_check_that_cannot_be_made_is_answered_with(name, run_costcalc, tmp_path, request):
    for file, text in FILES.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    (tmp_path / "openai.csv").write_text(LOG + FILES["usage.csv"].splitlines()[2] + "\n", encoding="utf-8")
    run = run_costcalc(*shlex.split(CASES[name]), cwd=tmp_path)
    said = f"$ costcalc {CASES[name]}\nexit {run.code}\n{run.err}"
    answer = HERE / f"{name}.txt"
    if request.config.getoption("--update"):
        answer.write_text(said, encoding="utf-8")
    assert said == answer.read_text(encoding="utf-8")
    assert (run.code, run.out) == (2, "")
    assert "Traceback" not in run.err


def test_every_answer_has_its_command():
    assert {path.stem for path in HERE.glob("*.txt")} == set(CASES)
