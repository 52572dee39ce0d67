"""Simulation: what a scenario may come to when its ranges are drawn, how often the floor breaks, and what matters most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.months.draws import Draws
from costcalc.months.inputs import Input, inputs_of
from costcalc.months.trials import Alone, MonthTrials, Trials
from costcalc.months.trials import Quantiles as Found
from costcalc.problems import fail
from costcalc.reports.plan.case import Case

LEAST_DRAWS, MOST_DRAWS = 100, 1_000_000
DIGITS = 12  # of an estimate that are kept: what lies beyond them is the machine's


@dataclass(frozen=True, slots=True)
class Quantiles:
    """An estimate: a tenth of the draws lies below `p10`, half below `p50`, a tenth above `p90`."""

    p10: Fraction
    p50: Fraction
    p90: Fraction

    @property
    def spread(self) -> Fraction:
        return self.p90 - self.p10


@dataclass(frozen=True, slots=True)
class Simulated:
    """A month, or all months together; amounts in the report's currency."""

    cost: Quantiles
    margin: Quantiles | None  # None: the revenue is unknown, or 0
    profit: Quantiles | None  # revenue less all costs
    below: Fraction | None  # the share of draws whose margin is below the floor; None: no floor, or no revenue


@dataclass(frozen=True, slots=True)
class SimulatedMonth:
    """One month to come."""

    month: Month
    draws: Simulated
    broken: Fraction | None  # the share of draws in which the floor has broken by then, in this month or before


@dataclass(frozen=True, slots=True)
class Swing:
    """What one input does to the last month by itself, all others at their middle."""

    input: Input
    cost: Quantiles
    profit: Quantiles | None

    @property
    def money(self) -> Fraction:
        """From P10 to P90 of the profit, or of the cost where no revenue is known."""
        return (self.profit or self.cost).spread


@dataclass(frozen=True, slots=True)
class Simulation:
    """Estimates from many draws. The exact figures stand beside them, in the outlook."""

    draws: int
    seed: int
    floor: Fraction | None
    months: Sequence[SimulatedMonth]
    whole: Simulated  # all months: the quantiles of a sum are not the sum of quantiles
    tornado: Sequence[Swing]  # the largest swing first; every input that a figure depends on
    unused: Sequence[Input]  # ranges that nothing depends on
    notes: Sequence[str]

    @property
    def ever_broken(self) -> Fraction | None:
        """The share of draws in which the margin of any month is below the floor."""
        return self.months[-1].broken


def simulation(case: Case, draws: int, seed: int) -> Simulation:
    """The scenario, drawn. The same seed gives the same figures.

    CostcalcError: a number of draws that is too small or too large; nothing that could be drawn.
    """
    check_draws(draws, seed)
    horizon, floor = case.horizon, case.options.floor
    inputs = inputs_of(case.scenario, case.options.changes, len(horizon.months))
    reading = Draws(inputs, horizon.months)
    trials = Trials(reading, case.run(reading=reading).months, in_part=case.income.is_of_a_part)
    used = trials.used()
    if not used:
        raise _nothing(inputs.listed)
    months, whole = trials.months_and_whole(draws, seed, None if floor is None else float(floor))
    swings = [_swing(inputs.listed, trials.alone(at, draws, seed)) for at in used]
    return Simulation(
        draws,
        seed,
        floor,
        [
            SimulatedMonth(month, _simulated(found, draws), _share(found.broken, draws))
            for month, found in zip(horizon.months, months, strict=True)
        ],
        _simulated(whole, draws),
        sorted(swings, key=lambda swing: -swing.money),
        [one for at, one in enumerate(inputs.listed) if at not in used],
        _notes(case),
    )


def check_draws(draws: int, seed: int) -> None:
    """CostcalcError: so many draws, or such a seed, cannot be."""
    if not LEAST_DRAWS <= draws <= MOST_DRAWS:
        raise fail(
            "bad-simulation", f"{draws:,} draws are {'too few to have a P10' if draws < LEAST_DRAWS else 'more than help'}",
            expected=f"{LEAST_DRAWS} to {MOST_DRAWS:,}", remedy="--simulate 10000 finds P10 and P90 to about 1% of their spread",
        )  # fmt: skip
    if seed < 0:
        raise fail("bad-simulation", f"the seed {seed} is negative", expected="0, 1, 2, …")


def _nothing(inputs: Sequence[Input]) -> Exception:
    if inputs:
        names = ", ".join(dict.fromkeys(one.name for one in inputs))
        return fail(
            "nothing-to-simulate", f"no cost and no revenue depends on what the scenario gives as a range: {names}",
            remedy="the ranges must concern usage, prices or currencies of this log",
        )  # fmt: skip
    return fail(
        "nothing-to-simulate", "there is nothing to draw: every figure of the scenario is one number",
        remedy="write a range, such as change: +5..34%, or let exchange rates wander: simulate: {fx: {CNY: 3%}}",
    )  # fmt: skip


def _simulated(found: MonthTrials, draws: int) -> Simulated:
    cost = _quantiles(found.cost)
    assert cost is not None
    return Simulated(cost, _quantiles(found.margin), _quantiles(found.profit), _share(found.below, draws))


def _swing(inputs: Sequence[Input], alone: Alone) -> Swing:
    cost = _quantiles(alone.cost)
    assert cost is not None
    return Swing(inputs[alone.at], cost, _quantiles(alone.profit))


def _quantiles(found: Found) -> Quantiles | None:
    return Quantiles(*(Fraction(f"{value:.{DIGITS}g}") for value in found)) if found else None


def _share(count: int | None, draws: int) -> Fraction | None:
    return None if count is None else Fraction(count, draws)


def _notes(case: Case) -> list[str]:
    """What a simulation does not do."""
    notes = ["Requests stay in the price band in which they are at the middle of every range."]
    if case.horizon.rater.commitments:
        notes.append("What contracts ask for beyond all usage is in the exact figures alone.")
    return notes
