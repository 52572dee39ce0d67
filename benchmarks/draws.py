"""A simulation against the bare NumPy arithmetic of the same shape: `python benchmarks/draws.py [--draws N] [--runs R]`.

500 groups that stay apart (50 customers who each grow by a rate of their own, 10 models that each rise by one of their
own, in two currencies) over 12 months: 60 ranges and an exchange rate that wanders.

Bare draws as many figures with NumPy and does nothing else: for every group it multiplies the factors of its draws and
months with what the group costs, and adds them up. `products` are the factors of growth, rise and exchange rate, as the
scenario has them; `one factor` takes a single ready array for each group, the least that there can be.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

MONTHS, CUSTOMERS = 12, 50
MODELS = (
    "alibaba/qwen3-max", "alibaba/qwen-plus", "alibaba/qwen-flash", "alibaba/qwen-turbo", "baidu/ernie-4.5-turbo-128k",
    "openai/gpt-5-mini", "openai/gpt-5.6-luna", "openai/gpt-5.6-sol", "anthropic/claude-sonnet-5", "openai/gpt-5",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        case = _case(Path(folder) / "usage.csv")
    from costcalc.reports.simulation import simulation

    sys.stdout.write(f"{len(case.horizon.segments.segments)} groups, {MONTHS} months, {options.draws:,} draws\n")
    months = _timed(lambda: _months(case, options.draws), lambda: _products(options.draws), options.runs)
    least = _timed(lambda: _months(case, options.draws), lambda: _one_factor(options.draws), options.runs)
    whole = _timed(lambda: simulation(case, options.draws, 1), lambda: _products(options.draws), options.runs)
    sys.stdout.write(f"{'':<34}{'ours':>9}{'bare':>9}{'ratio':>8}\n")
    for name, (ours, bare, ratio) in (
        ("months, against products", months),
        ("months, against one factor", least),
        ("with the tornado, against products", whole),
    ):
        sys.stdout.write(f"{name:<34}{ours:>8.3f}s{bare:>8.3f}s{ratio:>8.2f}\n")
    return 0


def _case(log: Path):
    from costcalc.api import read_prices
    from costcalc.api.outlooks import horizon_of
    from costcalc.months.horizon import HorizonOptions
    from costcalc.reports.plan.case import Case
    from costcalc.reports.plan.model import PlanOptions
    from costcalc.scenario.hikes import changes_at
    from costcalc.scenario.read import parse_scenario

    lines = ["date,provider,model,customer,requests,input_tokens,output_tokens"]
    for day in (1, 30):
        for number in range(CUSTOMERS * len(MODELS)):
            provider, model = MODELS[number % len(MODELS)].split("/")
            requests = 50 + number % 97
            lines.append(
                f"2026-09-{day:02d},{provider},{model},c{number // len(MODELS)},{requests},{requests * 700},{requests * 90}"
            )
    log.write_text("\n".join(lines) + "\n")
    text = f"scenario: Drawn\nhorizon: {MONTHS} months\ncurrency: USD\nsimulate: {{fx: {{CNY: 6%}}}}\nprices:\n"
    text += "".join(f'  - {{what: "{model}", change: +{5 + at}..30%}}\n' for at, model in enumerate(MODELS))
    text += "growth:\n"
    text += "".join(
        f"  - {{where: {{customer: c{at}}}, each month: {at % 4}..{5 + at % 3}%}}\n" for at in range(CUSTOMERS)
    )
    plan = parse_scenario(text, "drawn.yaml", {})
    horizon = horizon_of(str(log), [plan], HorizonOptions(MONTHS, (), currency="USD"), read_prices())
    return Case(horizon, PlanOptions(plan, changes_at(plan, None), floor=Fraction(1, 2)))


def _months(case, draws: int) -> object:
    """Everything from the scenario to the quantiles of each month, without the tornado."""
    from costcalc.months.draws import Draws
    from costcalc.months.inputs import inputs_of
    from costcalc.months.trials import Trials

    reading = Draws(inputs_of(case.scenario, case.options.changes, MONTHS), case.horizon.months)
    trials = Trials(reading, case.run(reading=reading).months, by_rows=False)
    return trials.months_and_whole(draws, 1, None)


def _figures(draws: int):
    """Growth, rises and the exchange rate: [draws, months] each."""
    random = np.random.default_rng(1)
    passed = np.arange(1, MONTHS + 1)
    growth = [(1 + random.triangular(0.01, 0.03, 0.05, draws))[:, None] ** passed for _ in range(CUSTOMERS)]
    rises = [1 + random.triangular(0.05, 0.17, 0.30, draws)[:, None] for _ in MODELS]
    steps = random.standard_normal((draws, MONTHS)).cumsum(axis=1)
    return growth, rises, np.exp(0.06 / np.sqrt(12) * steps)


def _products(draws: int) -> object:
    growth, rises, walk = _figures(draws)
    base = np.random.default_rng(2).random((CUSTOMERS * len(MODELS), MONTHS))
    total = np.zeros((draws, MONTHS))
    for group, costs in enumerate(base):
        total += growth[group // len(MODELS)] * rises[group % len(MODELS)] * walk * costs
    return np.quantile(total, (0.1, 0.5, 0.9), axis=0)


def _one_factor(draws: int) -> object:
    growth, _, _ = _figures(draws)
    base = np.random.default_rng(2).random((CUSTOMERS * len(MODELS), MONTHS))
    total = np.zeros((draws, MONTHS))
    for group, costs in enumerate(base):
        total += growth[group // len(MODELS)] * costs
    return np.quantile(total, (0.1, 0.5, 0.9), axis=0)


def _timed(ours: Callable[[], object], bare: Callable[[], object], runs: int) -> tuple[float, float, float]:
    """(ours, bare, ratio): in turn after one warm-up of each; medians, and that of the pairwise ratios."""
    ours(), bare()
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(runs)]
    return (
        statistics.median(one for one, _ in pairs),
        statistics.median(other for _, other in pairs),
        statistics.median(one / other for one, other in pairs),
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
