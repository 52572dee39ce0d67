"""JSON of a simulation: a part of that of its plan."""

from __future__ import annotations

from fractions import Fraction

from costcalc.forecasts.inputs import Input
from costcalc.money import minor_digits, round_half_up
from costcalc.render.json_ import Json, ratio_text
from costcalc.reports.simulation import Quantiles, Simulated, Simulation

_RATIO_DIGITS = 6  # of a margin that is an estimate


def simulation_json(simulation: Simulation, currency: str) -> Json:
    """Every estimate is rounded: it has no exact value."""
    return {
        "draws": simulation.draws,
        "seed": simulation.seed,
        "months": [
            {"month": str(one.month), **_simulated(one.draws, currency), "broken_by_then": ratio_text(one.broken)}
            for one in simulation.months
        ],
        "total": _simulated(simulation.whole, currency),
        "tornado": [
            {
                **_input(swing.input),
                "cost": _money(swing.cost, currency),
                "profit": _money(swing.profit, currency),
                "swing": _rounded(swing.money, minor_digits(currency)),
            }
            for swing in simulation.tornado
        ],
        "unused": [_input(one) for one in simulation.unused],
        "notes": list(simulation.notes),
    }


def _simulated(found: Simulated, currency: str) -> Json:
    return {
        "cost": _money(found.cost, currency),
        "profit": _money(found.profit, currency),
        "margin": _quantiles(found.margin, _RATIO_DIGITS),
        "below_floor": ratio_text(found.below),
    }


def _input(drawn: Input) -> Json:
    walks = drawn.kind == "fx"
    return {
        "kind": drawn.kind,
        "name": drawn.name,
        "low": None if walks else ratio_text(drawn.low),
        "high": None if walks else ratio_text(drawn.high),
        "deviation": ratio_text(drawn.deviation) if walks else None,
        "distribution": drawn.distribution,
    }


def _money(found: Quantiles | None, currency: str) -> Json | None:
    return _quantiles(found, minor_digits(currency))


def _quantiles(found: Quantiles | None, digits: int) -> Json | None:
    if found is None:
        return None
    return {name: _rounded(getattr(found, name), digits) for name in ("p10", "p50", "p90")}


def _rounded(value: Fraction, digits: int) -> str:
    return format(round_half_up(value, digits), "f")
