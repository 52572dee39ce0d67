"""What advice that makes no sense is answered: the command, its exit code, its exact words."""

import shlex
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LOG = (
    "date,feature,provider,model,requests,input_tokens,output_tokens\n"
    "2026-09-01,chat,alibaba,qwen3-max,10,100000,9000\n"
    "2026-09-30,search,openai,gpt-5.6-terra,10,100000,9000\n"
)
CASES = {
    "no-such-candidate": "advise usage.csv --take 99",
    "nothing-to-take": "advise usage.csv --least 100% --take 1",
    "overlapping-candidates": "advise usage.csv --take 1,2",
    "take-no-number": "advise usage.csv --take best",
    "grouped-by-a-price": "advise usage.csv --by region",
    "unknown-column": "advise usage.csv --by faeture",
    "unknown-target": "advise usage.csv --to selfhosted/qwen3-8b",
    "least-of-too-much": "advise usage.csv --least 150%",
    "short-of-nothing": "advise usage.csv --short 0",
    "unknown-ending": "advise usage.csv -o plan.yam",
    "two-revenues": "advise usage.csv --margin 60% --revenue 1000",
}


@pytest.mark.parametrize("name", CASES)
def test_wrong_advice_is_answered_with(name, run_costcalc, tmp_path, request):
    (tmp_path / "usage.csv").write_text(LOG, encoding="utf-8")
    run = run_costcalc(*shlex.split(CASES[name]), cwd=tmp_path)
    said = f"$ costcalc {CASES[name]}\nexit {run.code}\n{run.err}"
    answer = HERE / f"{name}.txt"
    if request.config.getoption("--update"):
        answer.write_text(said, encoding="utf-8")
    assert said == answer.read_text(encoding="utf-8")
    assert run.code == 2
    assert run.out == ""


def test_every_answer_has_its_command():
    assert {path.stem for path in HERE.glob("*.txt")} == set(CASES)
