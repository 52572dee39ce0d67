"""What a wrong invoice is answered: the command, its exit code, its exact words."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

HERE = Path(__file__).parent
USAGE = "timestamp,provider,model,input_tokens,cached_tokens,output_tokens,team\n2026-09-01T10:00:00Z,openai,gpt-5.6-luna,1200,0,300,search\n"
FILES = {
    "usage.csv": USAGE,
    "both.csv": USAGE + "2026-09-01T10:00:00Z,alibaba,qwen3-max,1200,0,300,search\n",
    "plain.csv": "day,item,amount\n2026-09-01,gpt-5.6-luna,1.00\n",
    "august.csv": "day,item,amount\n2026-08-01,gpt-5.6-luna,1.00\n",
    "names.csv": "when,what\n2026-09-01,gpt-5.6-luna\n",
    "amounts.csv": "amount,currency\n1.00,USD\n",
    "twice.csv": "day,item,amount,total\n2026-09-01,gpt-5.6-luna,1.00,1.19\n",
    "comma.csv": 'day,item,amount\n2026-09-01,gpt-5.6-luna,"12,5,0"\n',
    "dirhams.csv": "day,item,amount,currency\n2026-09-01,gpt-5.6-luna,1.00,AED\n",
    "currencies.csv": "day,item,amount,currency\n2026-09-01,gpt-5.6-luna,1.00,USD\n2026-09-01,qwen3-max,2.00,CNY\n",
    "month.csv": "month,item,amount\n2026-09,gpt-5.6-luna,1.00\n",
    "days.csv": "day,amount\n2026-09-01,1.00\n",
    "cloud.csv": "MeterName,MeterCategory,MeterSubCategory,Date,Cost,BillingCurrency\nB1s,Virtual Machines,BS Series,09/01/2026,0.25,USD\n",
    "anthropic.csv": "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens\n2026-09-01,claude-sonnet-5,12,3\n",
}
CASES = {
    "invoice-of-other-services": "usage.csv --invoice cloud.csv",
    "no-invoice": "usage.csv",
    "invoice-not-there": "usage.csv --invoice bill.csv",
    "invoice-is-a-usage-log": "usage.csv --invoice anthropic.csv",
    "invoice-without-amounts": "usage.csv --invoice names.csv",
    "invoice-for-nothing": "usage.csv --invoice amounts.csv",
    "invoice-two-amounts": "usage.csv --invoice twice.csv",
    "invoice-column-not-there": "usage.csv --invoice plain.csv --invoice-map amount=Betrag",
    "invoice-decimal-comma": "usage.csv --invoice comma.csv --tolerance 100",
    "no-common-days": "usage.csv --invoice august.csv",
    "currency-not-said": "both.csv --invoice plain.csv",
    "several-currencies": "both.csv --invoice currencies.csv",
    "currency-without-a-rate": "usage.csv --invoice dirhams.csv",
    "not-in-invoice-by": "usage.csv --invoice plain.csv --by team",
    "not-in-invoice-model": "usage.csv --invoice days.csv --by model",
    "not-in-invoice-meter": "usage.csv --invoice plain.csv --by meter",
    "not-in-invoice-where": "usage.csv --invoice plain.csv --where team=search",
    "by-of-a-price": "usage.csv --invoice plain.csv --by basis",
    "coarser-than-asked": "usage.csv --invoice month.csv --each day",
    "bad-each": "usage.csv --invoice plain.csv --each week",
    "bad-tolerance": "usage.csv --invoice plain.csv --tolerance much",
}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_invoice_is_answered_with(name, run_costcalc, tmp_path, request):
    for file, text in FILES.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    run = run_costcalc("reconcile", *shlex.split(CASES[name]), cwd=tmp_path)
    said = f"$ costcalc reconcile {CASES[name]}\nexit {run.code}\n{run.err}"
    answer = HERE / f"{name}.txt"
    if request.config.getoption("--update"):
        answer.write_text(said, encoding="utf-8")
    assert said == answer.read_text(encoding="utf-8")
    assert run.code in (2, 3)
    assert "Traceback" not in run.err


def test_every_answer_has_its_command():
    assert {path.stem for path in HERE.glob("*.txt")} == set(CASES)
