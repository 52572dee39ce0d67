"""The library's surface: usage in, an exact answer out, as values, JSON, CSV or frames."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costcalc.api.advice import AdviceResult as AdviceResult
    from costcalc.api.advice import advise as advise
    from costcalc.api.books import Prices as Prices
    from costcalc.api.books import read_prices as read_prices
    from costcalc.api.checks import CheckResult as CheckResult
    from costcalc.api.checks import check as check
    from costcalc.api.comparisons import ComparisonResult as ComparisonResult
    from costcalc.api.comparisons import compare as compare
    from costcalc.api.costs import cost as cost
    from costcalc.api.detections import DetectionResult as DetectionResult
    from costcalc.api.detections import detect as detect
    from costcalc.api.explanations import ExplanationResult as ExplanationResult
    from costcalc.api.explanations import explain as explain
    from costcalc.api.forecasts import forecast as forecast
    from costcalc.api.outlooks import outlook as outlook
    from costcalc.api.plans import scenario_of as scenario_of
    from costcalc.api.projections import project as project
    from costcalc.api.reconciliations import ReconciliationResult as ReconciliationResult
    from costcalc.api.reconciliations import reconcile as reconcile
    from costcalc.api.results import CostResult as CostResult
    from costcalc.api.results import ForecastResult as ForecastResult
    from costcalc.api.results import PlanResult as PlanResult
    from costcalc.api.sweeps import SweepResult as SweepResult
    from costcalc.api.sweeps import sweep as sweep
    from costcalc.api.usage import scan as scan
    from costcalc.api.words import read_amount as read_amount
    from costcalc.api.words import read_revenue as read_revenue
    from costcalc.api.words import read_share as read_share

# Each is imported when it is asked for: one command needs one of them.
_NAMES = {
    "advice": "AdviceResult advise", "books": "Prices read_prices", "checks": "CheckResult check",
    "comparisons": "ComparisonResult compare", "costs": "cost", "detections": "DetectionResult detect",
    "explanations": "ExplanationResult explain", "forecasts": "forecast", "outlooks": "outlook", "plans": "scenario_of",
    "projections": "project", "reconciliations": "ReconciliationResult reconcile",
    "results": "CostResult ForecastResult PlanResult", "sweeps": "SweepResult sweep", "usage": "scan",
    "words": "read_amount read_revenue read_share",
}  # fmt: skip
_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'costcalc.api' has no attribute {name!r}")
    return getattr(import_module(f"costcalc.api.{_HOMES[name]}"), name)
