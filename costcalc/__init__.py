"""costcalc: prices LLM usage logs exactly; what a price rise does to cost and margin, and what would restore it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costcalc.api import (
        AdviceResult,
        CheckResult,
        ComparisonResult,
        CostResult,
        DetectionResult,
        ExplanationResult,
        ForecastResult,
        PlanResult,
        Prices,
        ReconciliationResult,
        SweepResult,
        advise,
        check,
        compare,
        cost,
        detect,
        explain,
        forecast,
        outlook,
        project,
        read_prices,
        reconcile,
        scan,
        sweep,
    )
    from costcalc.money import Money
    from costcalc.problems import CostcalcError, IncompleteWarning

__version__ = "0.1.0"
__all__ = [
    "AdviceResult",
    "CheckResult",
    "ComparisonResult",
    "CostResult",
    "CostcalcError",
    "DetectionResult",
    "ExplanationResult",
    "ForecastResult",
    "IncompleteWarning",
    "Money",
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
    "read_prices",
    "reconcile",
    "scan",
    "sweep",
]

# Imported when asked for: `import costcalc` stays instant, and so does `costcalc --help`.
_HOMES = {"Money": "costcalc.money", "CostcalcError": "costcalc.problems", "IncompleteWarning": "costcalc.problems"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'costcalc' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "costcalc.api")), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
