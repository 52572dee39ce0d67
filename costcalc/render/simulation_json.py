"""JSON of a simulation: a part of that of its plan. Every estimate is rounded: it has no exact value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from costcalc.render import fields as f
from costcalc.render.fields import Fields

MONEY = f.fields(p10=f.coins, p50=f.coins, p90=f.coins)
SHARES = f.fields(p10=f.estimate, p50=f.estimate, p90=f.estimate)


def _simulated(at: str = "") -> Fields:
    return f.fields(
        cost=f.part(MONEY, f"{at}cost"), profit=f.part(MONEY, f"{at}profit"), margin=f.part(SHARES, f"{at}margin"),
        below_floor=f.ratio(f"{at}below"),
    )  # fmt: skip


def _input(at: str = "") -> Fields:
    def if_walking(walks: bool, name: str) -> Callable[[Any, Any], Any]:
        """An exchange rate walks: it has a deviation and no ends."""
        return lambda row, of: f.found(at + name, row, of) if (f.found(f"{at}kind", row, of) == "fx") is walks else None

    return f.fields(
        kind=f.text(f"{at}kind"), name=f.text(f"{at}name"), low=f.computed(if_walking(False, "low")), high=f.computed(if_walking(False, "high")),
        deviation=f.ratio(if_walking(True, "deviation")), distribution=f.text(f"{at}distribution"),
    )  # fmt: skip


MONTH = {**f.fields(month=f.text), **_simulated("draws."), **f.fields(broken_by_then=f.ratio("broken"))}
SWING = {**_input("input."), **f.fields(cost=f.part(MONEY), profit=f.part(MONEY), swing=f.coins("money"))}
SIMULATION = f.fields(
    draws=f.integer, seed=f.integer, months=f.each(MONTH), total=f.part(_simulated(), "whole"), tornado=f.each(SWING),
    unused=f.each(_input()), notes=f.texts,
)  # fmt: skip
