"""The library's surface: usage in, an exact answer out, as values, JSON, CSV or frames."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costcalc.api.advice import AdviceResult, advise
    from costcalc.api.books import Prices, read_prices
    from costcalc.api.checks import CheckResult, check
    from costcalc.api.comparisons import ComparisonResult, compare
    from costcalc.api.costs import cost
    from costcalc.api.detections import DetectionResult, detect
    from costcalc.api.explanations import ExplanationResult, explain
    from costcalc.api.forecasts import forecast
    from costcalc.api.outlooks import outlook
    from costcalc.api.plans import scenario_of
    from costcalc.api.projections import project
    from costcalc.api.reconciliations import ReconciliationResult, reconcile
    from costcalc.api.results import CostResult, ForecastResult, PlanResult
    from costcalc.api.sweeps import SweepResult, sweep
    from costcalc.api.usage import scan
    from costcalc.api.words import read_amount, read_revenue, read_share

# Each is imported when it is asked for: one command needs one of them.
_HOMES = {
    "AdviceResult": "advice",
    "advise": "advice",
    "Prices": "books",
    "read_prices": "books",
    "CheckResult": "checks",
    "check": "checks",
    "ComparisonResult": "comparisons",
    "compare": "comparisons",
    "cost": "costs",
    "DetectionResult": "detections",
    "detect": "detections",
    "ExplanationResult": "explanations",
    "explain": "explanations",
    "forecast": "forecasts",
    "outlook": "outlooks",
    "project": "projections",
    "ReconciliationResult": "reconciliations",
    "reconcile": "reconciliations",
    "scenario_of": "plans",
    "CostResult": "results",
    "ForecastResult": "results",
    "PlanResult": "results",
    "SweepResult": "sweeps",
    "sweep": "sweeps",
    "scan": "usage",
    "read_amount": "words",
    "read_revenue": "words",
    "read_share": "words",
}
__all__ = [
    "AdviceResult",
    "CheckResult",
    "ComparisonResult",
    "CostResult",
    "DetectionResult",
    "ExplanationResult",
    "ForecastResult",
    "PlanResult",
    "Prices",
    "ReconciliationResult",
    "SweepResult",
    "advise",
    "check",
    "compare",
    "cost",
    "detect",
    "explain",
    "forecast",
    "outlook",
    "project",
    "read_amount",
    "read_prices",
    "read_revenue",
    "read_share",
    "reconcile",
    "scan",
    "scenario_of",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'costcalc.api' has no attribute {name!r}")
    return getattr(import_module(f"costcalc.api.{_HOMES[name]}"), name)
