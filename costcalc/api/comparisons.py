"""Comparisons: two to ten scenarios side by side on one scan, as a value and as text."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Unpack

from costcalc.api.books import Prices, prices_of, pricing_of
from costcalc.api.keywords import keywords
from costcalc.api.options import CompareOptions
from costcalc.api.outlooks import horizon_of, horizon_options, months_of
from costcalc.api.plans import Words, earned_of, floor_of, scenario_of
from costcalc.api.results import Result
from costcalc.api.slips import with_every_slip
from costcalc.api.words import Number, line_names, read_pass_through, read_share
from costcalc.money import exact_text
from costcalc.problems import fail
from costcalc.reports.comparison import ComparedScenario, Comparison, ComparisonOptions
from costcalc.reports.comparison import comparison as comparison_report
from costcalc.scenario.items import Scenario

FEWEST, MOST = 2, 10  # scenarios in one comparison
_FILES = (".yaml", ".yml")


@dataclass(frozen=True)
class ComparisonResult(Result):
    """The answer of `compare`, with the ways to hand it on."""

    report: Comparison


@keywords(CompareOptions)
def compare(
    usage: object, scenarios: Sequence[str | Path | Scenario], **words: Unpack[CompareOptions]
) -> ComparisonResult:
    """Scenarios side by side, after today's usage: `compare("usage.csv", ["hybrid", "efficiency"], floor="50%")`.

    `hikes` apply to every scenario, after its own prices. `pass_through`: a share, or several (`"0%,50%,100%"`): each
    scenario that leaves it open then stands once for every share. All have the same months: `months`, else the longest
    horizon that a scenario states, else twelve. CostcalcError with every problem.
    """
    prices = prices_of(words)
    plans = [scenario_of(scenario, words["hikes"], prices) for scenario in scenarios]
    return with_every_slip(lambda plans: _compared(usage, plans, words, prices), plans, usage)


def _compared(usage: object, plans: Sequence[Scenario], words: Words, prices: Prices) -> ComparisonResult:
    choices = list(_choices(plans, _shares(words["pass_through"])))
    _check_number(choices, plans)
    months, by = words["months"], words["by"]
    options = ComparisonOptions(
        choices,
        line_names(by) if by else (),
        earned_of(words),
        floor_of(words),
        "--months" if months else "scenarios" if any(plan.horizon for plan in plans) else "",
    )
    pricing = pricing_of(words, prices, next((plan.currency for plan in plans if plan.currency), None))
    asked = horizon_options(pricing, months_of(plans, months), options.by)
    horizon = horizon_of(usage, plans, asked, prices, words, options.earned)
    return ComparisonResult(comparison_report(horizon, options))


def _shares(written: Number | Sequence[Number] | None) -> list[Fraction]:
    if written is None:
        return []
    parts: Sequence[Number] = written.split(",") if isinstance(written, str) else written if isinstance(written, Sequence) else [written]  # fmt: skip
    return [read_pass_through(read_share(part, "pass_through")) for part in parts]


def _choices(plans: Sequence[Scenario], shares: Sequence[Fraction]) -> Iterator[ComparedScenario]:
    """Each scenario once, or once for every share where a pass-through changes it."""
    scaled = [plan.changes(Fraction()) != plan.changes(Fraction(1)) for plan in plans]
    if shares and not any(scaled):
        raise fail(
            "nothing-to-pass-through",
            "--pass-through has nothing to scale: no scenario has a hike given as a range, or an event that raised compute",
            remedy="leave it out, or give a scenario such as april-2026",
        )
    for plan, name, is_scaled in zip(plans, _names(plans), scaled, strict=True):
        if not shares or not is_scaled:
            yield ComparedScenario(name, plan)
        for share in shares if is_scaled else ():
            at = f" at {exact_text(share * 100)}%" if len(shares) > 1 else ""
            yield ComparedScenario(name + at, plan, share, name)


def _names(plans: Sequence[Scenario]) -> list[str]:
    """The shipped name, or the file's own without its folder; with it where two would be called alike."""
    short = [_short(plan) for plan in plans]
    full = [plan.written or plan.name or "scenario" for plan in plans]
    return [whole if short.count(name) > 1 else name for name, whole in zip(short, full, strict=True)]


def _short(plan: Scenario) -> str:
    path = Path(plan.written)
    return path.stem if path.suffix.lower() in _FILES else plan.written or plan.name or "scenario"


def _check_number(choices: Sequence[ComparedScenario], plans: Sequence[Scenario]) -> None:
    names = [choice.name for choice in choices]
    twice = next((name for name in names if names.count(name) > 1), None)
    files = [Path(plan.written).resolve() for plan in plans if Path(plan.written).suffix.lower() in _FILES]
    again = next((plan.written for plan in plans if plan.written and files.count(Path(plan.written).resolve()) > 1), None)  # fmt: skip
    if twice or again:
        raise fail(
            "scenario-twice", f'the scenario "{twice or again}" is given twice: both would say the same',
            remedy="give each scenario, and each --pass-through, once",
        )  # fmt: skip
    if len(choices) < FEWEST:
        named = f'only "{names[0]}" is given' if names else "no scenario is given"
        name = shlex.quote(plans[0].written) if plans and plans[0].written else "efficiency"
        other = "april-2026" if name != "april-2026" else "efficiency"
        raise fail(
            "too-few-scenarios", f"{named}, and there is nothing to set beside it",
            expected=f"{FEWEST} to {MOST}: --scenario A --scenario B",
            remedy=f"costcalc project USAGE --scenario {name} shows a single one; --scenario {name} --scenario {other} compares two;"
            " --scenario april-2026 --pass-through 0%,50%,100% sets one that has ranges beside itself",
        )  # fmt: skip
    if len(choices) > MOST:
        raise fail(
            "too-many-scenarios", f"{len(choices)} scenarios are to be compared (each counts once for every pass-through)",
            expected=f"{FEWEST} to {MOST}", remedy="compare them in two runs",
        )  # fmt: skip
