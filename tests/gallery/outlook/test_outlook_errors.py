"""What a scenario that makes no sense for this log is answered: the file, the command, its exit code, its exact words."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LOGS = {
    "usage.csv": "date,customer,feature,provider,model,requests,input_tokens,output_tokens\n"
    "2026-09-01,acme,chat,alibaba,qwen3-max,10,100000,9000\n"
    "2026-09-30,brio,search,openai,gpt-5-mini,10,100000,9000\n",
    "times.csv": "timestamp,provider,model,input_tokens,output_tokens\n"
    "2026-09-01T08:30:00Z,alibaba,qwen3-max,1000,100\n"
    "2026-09-30T20:10:00Z,alibaba,qwen3-max,1000,100\n",
    "refused.csv": "date,provider,model,requests,input_tokens,output_tokens\n2026-09-01,alibaba,qwen3-max,1,-5,100\n",
    "totals.csv": "date,provider,model,rows,input_tokens,output_tokens\n2026-09-01,alibaba,qwen3-max,7,1000,100\n",
}
# Beside the scenario of the same name; the others are one command with usage.csv.
COMMANDS = {
    "own-price-of-a-part": "project usage.csv --scenario own-price-of-a-part.yaml --revenue 1000",
    "fx-in-another-currency": "project usage.csv --scenario fx-in-another-currency.yaml --currency CNY",
    "by-what-months-do-not-tell-apart": "project usage.csv --scenario by-what-months-do-not-tell-apart.yaml --by meter",
    "empty-log": "project refused.csv --scenario empty-log.yaml",
    "hours-of-a-stored-ledger": "project kept.parquet --scenario hours-of-a-stored-ledger.yaml",
    "move-beside-a-scenario": "project usage.csv --scenario move-beside-a-scenario.yaml --move-to alibaba/qwen-flash",
    "requests-unknown": "project totals.csv --scenario requests-unknown.yaml",
    "tokens-per-unknown-request": "project totals.csv --scenario tokens-per-unknown-request.yaml",
}
SCENARIOS = sorted(path.stem for path in HERE.glob("*.yaml"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_that_does_not_fit_is_answered_with(name, run_costcalc, tmp_path, request):
    for file, text in LOGS.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    (tmp_path / f"{name}.yaml").write_text((HERE / f"{name}.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    if "kept.parquet" in COMMANDS.get(name, ""):
        assert run_costcalc("scan", "times.csv", "-o", "kept.parquet", cwd=tmp_path).code == 0
    command = COMMANDS.get(name, f"project usage.csv --scenario {name}.yaml")
    run = run_costcalc(*shlex.split(command), cwd=tmp_path)
    said = f"$ costcalc {command}\nexit {run.code}\n{run.err}"
    answer = HERE / f"{name}.txt"
    if request.config.getoption("--update"):
        answer.write_text(said, encoding="utf-8")
    assert said == answer.read_text(encoding="utf-8")
    assert run.code == 2
    assert run.out == ""


def test_every_answer_has_its_scenario():
    assert {path.stem for path in HERE.glob("*.txt")} == set(SCENARIOS)
    assert set(COMMANDS) <= set(SCENARIOS)
