"""What a wrong command line, hike or configuration is answered: the command, its exit code, its exact words."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WRONG_BOOK = """\
provider: acme
region: cn
currency: USD
timezone: Asia/Shanghai
sources:
  page: {url: "https://acme.example/pricing", read: 2026-09-01, confidence: official}
  hearsay: {read: 2026-09-01}
models:
  m:
    prices:
      2026-01-01:
        source: page
        input_tokens: 3.00 per 1M
        cache_read_tokens: 30.00 per 1M
        output_tokens: 15.00 per 1K
        service_tiers:
          batch: {input_tokens: 4.00 per 1M}
          flex: {all: 150% of standard}
      2026-03-01:
        input_tokens: 0 per 1M
        output_tokens: 5 per 1M
  banded:
    prices:
      2026-01-01:
        source: page
        bands:
          - {input_up_to: 32_000, input_tokens: 1 per 1M, output_tokens: 2 per 1M}
          - {input_above: 64_000, input_tokens: 2 per 1M, output_tokens: 4 per 1M}
"""
FILES = {
    "usage.csv": "date,model,requests,input_tokens,output_tokens\n2026-09-01,qwen3-max,1,1000,100\n2026-09-30,gpt-5-mini,1,1000,100\n",
    "unknown-model.csv": "date,model,requests,input_tokens,output_tokens\n2026-09-01,qwen4-ultra,1,1000,100\n2026-09-30,gpt-5-mini,1,1000,100\n",
    "months.csv": "date,model,requests,input_tokens,output_tokens\n2026-08,gpt-5-mini,1,1000,100\n2026-09,gpt-5-mini,1,1000,100\n",
    "early.csv": "date,model,requests,input_tokens,output_tokens\n2024-12-01,qwen-max,1,1000,100\n",
    "costcalc-unknown-key.toml": 'currency = "USD"\ncurency = "CNY"\n',
    "costcalc-float.toml": "margin = 0.6\n",
    "costcalc-syntax.toml": "currency = USD\n",
    "costcalc-kind.toml": 'pricebooks = "mine.yaml"\n',
    "wrong.yaml": WRONG_BOOK,
    "twice.yaml": "provider: mine\ncurrency: USD\ntimezone: UTC\ncurrency: CNY\nmodels: {}\n",
}
CASES = {
    "unknown-command": "projet usage.csv",
    "unknown-option": "project usage.csv --hik alibaba=34",
    "no-usage": "project",
    "no-such-file": "project nowhere.csv",
    "hike-without-change": "project usage.csv --hike alibaba",
    "hike-no-number": "project usage.csv --hike alibaba=much",
    "hike-share-for-percent": "project usage.csv --hike alibaba=0.34",
    "hike-below-minus-100": "project usage.csv --hike alibaba=-120%",
    "hike-range-turned": "project usage.csv --hike alibaba=34..5",
    "hike-bad-day": "project usage.csv --hike alibaba=34@2026-02-30",
    "hike-no-day": "project usage.csv --hike alibaba=34@tomorrow",
    "hike-rate-without-meter": "project usage.csv --hike 'openai/gpt-5-mini==3.40/1M'",
    "hike-rate-of-a-group": "project usage.csv --hike 'alibaba:tokens==3.40/1M'",
    "several-hikes-wrong": "project usage.csv --hike alibaba=0.34,baidu --hike openai=x",
    "hike-unknown-event": "project usage.csv --hike @alibaba-2026-04-computer",
    "scenarios-unknown-command": "scenarios shw",
    "scenarios-unknown-name": "scenarios show hybird",
    "init-unknown-command": "init scenarios",
    "init-over-a-file": "init scenario -o usage.csv",
    "init-unwritable": "init config -o no/such/folder/costcalc.toml",
    "unknown-scenario": "project usage.csv --scenario april-2027",
    "hike-unknown-provider": "project usage.csv --hike alibba=34",
    "hike-by-a-name-of-logs": "project usage.csv --hike qwen=34",
    "hike-unknown-model": "project usage.csv --hike alibaba/qwen9-max=34",
    "hike-after-the-log": "project usage.csv --hike alibaba=34@2026-12-01",
    "pass-through-without-range": "project usage.csv --hike alibaba=34 --pass-through 60%",
    "compare-one-scenario": "compare usage.csv --scenario efficiency",
    "compare-no-scenario": "compare usage.csv",
    "compare-more-than-ten": "compare usage.csv --scenario april-2026 --scenario hybrid --scenario multimodal --pass-through 0%,10%,20%,30%,40%,50%,60%,70%,80%",
    "compare-the-same-twice": "compare usage.csv --scenario hybrid --scenario efficiency --scenario hybrid",
    "compare-a-share-twice": "compare usage.csv --scenario april-2026 --pass-through 50%,0.5",
    "compare-nothing-to-pass-through": "compare usage.csv --scenario efficiency --scenario subsidies-end --pass-through 0%,50%",
    "compare-unknown-scenario": "compare usage.csv --scenario hybird --scenario efficiency",
    "two-revenues": "project usage.csv --hike alibaba=34 --revenue 100 --margin 60%",
    "bad-revenue": "project usage.csv --hike alibaba=34 --revenue plenty",
    "bad-margin": "project usage.csv --hike alibaba=34 --margin 120%",
    "simulate-nothing": "project usage.csv --hike alibaba=34 --simulate 1000",
    "simulate-what-the-log-has-not": "project usage.csv --hike baidu=5..34 --simulate 1000",
    "simulate-too-few": "project usage.csv --hike alibaba=5..34 --simulate 99",
    "simulate-too-many": "project usage.csv --hike alibaba=5..34 --simulate 10000000",
    "simulate-negative-seed": "project usage.csv --hike alibaba=5..34 --simulate 1000 --seed -1",
    "simulate-beside-move-to": "project usage.csv --hike alibaba=5..34 --simulate 1000 --move-to openai/gpt-5-mini",
    "unknown-target": "project usage.csv --hike alibaba=34 --move-to openai/gpt-5-mimi",
    "unknown-region": "project usage.csv --region alibaba=mars",
    "unknown-provider": "project usage.csv --region alibba=intl",
    "region-without-equals": "project usage.csv --region intl",
    "unknown-zone": "project usage.csv --timezone Mars/Olympus",
    "bad-since": "project usage.csv --since 2026-13",
    "bad-month": "project usage.csv --month 2026-13",
    "bad-week": "project usage.csv --week 2026-53",
    "bad-last": "project usage.csv --last 30",
    "two-periods": "project usage.csv --month 2026-09 --since 2026-09-15",
    "period-without-usage": "project usage.csv --month 2026-10",
    "period-without-days": "project usage.csv --since 2026-09 --until 2026-09",
    "where-together-nothing": "project usage.csv --where provider=openai,model=qwen3-max",
    "where-of-other-days": "project usage.csv --where model=qwen3-max --since 2026-09-15",
    "bad-where": "project usage.csv --where team",
    "bad-basis": "project usage.csv --basis lst",
    "bad-each": "cost usage.csv --each week",
    "bad-allocate": "cost usage.csv --allocate evenly",
    "unknown-dimension": "cost usage.csv --by customr",
    "nothing-matches": "cost usage.csv --where provider=alibab,model=qwen3-max",
    "unknown-output": "cost usage.csv --format xml",
    "unknown-ending": "cost usage.csv -o cost.docx",
    "ending-of-another-command": "forecast usage.csv -o forecast.xlsx",
    "unknown-table": "project usage.csv --hike alibaba=34 --table line -o lines.csv",
    "table-without-months": "project usage.csv --hike alibaba=34 --table months -o months.csv",
    "table-without-customers": "project usage.csv --scenario efficiency --months 3 --table customers --format csv",
    "ledger-that-is-no-parquet": "scan usage.csv -o ledger.csv",
    "ledger-onto-a-folder": "scan usage.csv -o kept.parquet",
    "unwritable-output": "cost usage.csv -o no/such/folder/cost.csv",
    "missing-fx": "cost usage.csv --currency AED",
    "missing-fx-month": "cost early.csv --currency USD",
    "unknown-model": "cost unknown-model.csv",
    "config-unknown-key": "cost usage.csv --config costcalc-unknown-key.toml",
    "config-float": "cost usage.csv --config costcalc-float.toml",
    "config-syntax": "cost usage.csv --config costcalc-syntax.toml",
    "config-kind": "cost usage.csv --config costcalc-kind.toml",
    "config-missing": "cost usage.csv --config nowhere.toml",
    "pricebook-duplicate-key": "cost usage.csv --pricebook twice.yaml",
    "pricebook-missing": "cost usage.csv --pricebook nowhere.yaml",
    "no-such-format": "cost usage.csv --usage-format opnai-usage-csv",
    "formats-show-unknown": "formats show plain-cvs",
    "explain-no-such-line": "explain usage.csv --line provider=alibaba,model=qwen3-mux",
    "explain-no-such-meter": "explain usage.csv --meter output_tokns",
    "explain-meter-not-charged": "explain usage.csv --meter gpu_hours",
    "explain-months-to-come": "explain usage.csv --scenario efficiency",
    "explain-hike-after-the-log": "explain usage.csv --hike alibaba=34@2026-12-01",
    "forecast-of-the-past": "forecast usage.csv --to 2026-09-30",
    "forecast-too-far": "forecast usage.csv --to 2030-01-01",
    "forecast-bad-horizon": "forecast usage.csv --to mont-end",
    "forecast-bad-interval": "forecast usage.csv --interval 100%",
    "forecast-bad-budget": "forecast usage.csv --budget '-5 USD'",
    "forecast-no-budget": "forecast usage.csv --budget plenty",
    "forecast-bucket-of-many-days": "forecast months.csv",
    "prices-unknown-command": "prices lst",
    "prices-unknown-provider": "prices list alibba",
    "prices-unknown-region": "prices list alibaba --region mars",
    "prices-unknown-model": "prices show qwen9-max",
    "prices-unknown-tier": "prices show openai/gpt-5.6-luna --on 2026-09-01 --tier btch",
    "prices-unpriced-meter": "prices history qwen3-max --meter outptu_tokens",
    "prices-resolve-nothing": "prices resolve claude-sonet-4.5",
    "prices-bad-day": "prices list --on 2026-13-01",
    "prices-same-day": "prices diff 2026-01-01 2026-01-01",
    "prices-bad-age": "prices stale --after soon",
    "prices-lint-nothing": "prices lint nowhere.yaml",
    "prices-lint-wrong": "prices lint wrong.yaml twice.yaml",
}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_command_is_answered_with(name, run_costcalc, tmp_path, request):
    for file, text in FILES.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    (tmp_path / "kept.parquet").mkdir()
    run = run_costcalc(*shlex.split(CASES[name]), cwd=tmp_path)
    said = f"$ costcalc {CASES[name]}\nexit {run.code}\n{run.out if run.code == 3 else run.err}"
    answer = HERE / f"{name}.txt"
    if request.config.getoption("--update"):
        answer.write_text(said, encoding="utf-8")
    assert said == answer.read_text(encoding="utf-8")
    assert run.code in (2, 3)
    assert "Traceback" not in run.err


def test_every_answer_has_its_command():
    assert {path.stem for path in HERE.glob("*.txt")} == set(CASES)
