"""Many scenarios over one scan, each a full answer month by month: `python benchmarks/scenarios.py USAGE COUNT`.

`benchmarks/run.py` sets 100 of them against one. The time of the scan and of the scenarios is printed apart.
"""

from __future__ import annotations

import sys
import time

MONTHS = 12
MODELS = ("qwen3-max", "qwen-plus", "ernie-4.5-turbo-128k", "gpt-5.6-luna", "gpt-5-mini", "claude-sonnet-5")
PROVIDERS = ("alibaba", "baidu", "openai", "anthropic")
FEATURES = ("chat", "search", "tagging", "reports")
TARGETS = ("openai/gpt-5-mini", "alibaba/qwen-plus", "openai/gpt-5.6-luna")


def scenario_text(number: int) -> str:
    """One of many that differ: prices always; growth, mix, moves and efficiency in every combination."""
    text = f"""
scenario: number {number}
horizon: {MONTHS} months
prices:
  - {{what: {PROVIDERS[number % 4]}, change: +{5 + number % 31}%, on: 2026-1{number % 3}-01}}
  - {{what: "{PROVIDERS[(number + 1) % 4]}:output_tokens", change: +{3 + number % 17}%}}
"""
    if number & 1:
        text += f"growth:\n  - {{where: {{feature: {FEATURES[number % 4]}}}, each month: +{1 + number % 9}%}}\n"
        text += f"  - {{meters: tokens, each month: +{1 + number % 3}%}}\n"
    if number & 2:
        text += f"""moves:
  - where: {{model: {MODELS[number % 6]}, feature: {FEATURES[(number + 1) % 4]}}}
    share: {20 + number % 60}%
    to: {TARGETS[number % 3]}
    ramp: 3 months
    quality: none, a benchmark
"""
    if number & 4:
        text += f"efficiency:\n  - {{output: -{5 + number % 20}%, where: {{feature: {FEATURES[number % 4]}}}}}\n"
        text += f"  - {{cache_read_share: {50 + number % 40}%, where: {{feature: {FEATURES[(number + 2) % 4]}}}}}\n"
    return text


def main(path: str, count: int) -> int:
    from costcalc.api import read_prices
    from costcalc.api.outlooks import horizon_of
    from costcalc.months.horizon import HorizonOptions
    from costcalc.reports.comparison import ComparedScenario, ComparisonOptions, comparison
    from costcalc.scenario.read import parse_scenario

    # 7 of 8 combinations have a usage change; the single one has them all.
    numbers = range(7, 7 + count)
    plans = [parse_scenario(scenario_text(number)) for number in numbers]
    began = time.perf_counter()
    horizon = horizon_of(path, plans, HorizonOptions(MONTHS, (), currency="USD"), read_prices())
    scanned = time.perf_counter()
    choices = [ComparedScenario(str(number), plan) for number, plan in zip(numbers, plans, strict=True)]
    found = comparison(horizon, ComparisonOptions(choices))
    answered = time.perf_counter()
    checked = sum(len(each.months) for each in found.scenarios)
    if checked != count * MONTHS:
        raise SystemExit(f"{checked} months")
    sys.stdout.write(f"scan {scanned - began:.2f} s, {count} scenarios {answered - scanned:.2f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
