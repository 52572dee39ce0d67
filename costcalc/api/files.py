"""Files that people write: their JSON Schemas, what is wrong with one, and the scenarios that ship."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from costcalc.api.plans import catalogue
from costcalc.scenario.items import Scenario


def scenarios() -> list[Scenario]:
    """Every scenario that ships, by name."""
    from costcalc.scenario.read import read_scenario

    events = catalogue()
    return [read_scenario(name, events) for name in scenario_names()]


def scenario_names() -> list[str]:
    from costcalc.scenario.read import shipped_scenarios

    return list(shipped_scenarios())


def scenario_file(name: str) -> str:
    """The file of a scenario that ships. CostcalcError, with near names: there is none of that name."""
    from costcalc.scenario.read import shipped_text

    return shipped_text(name)


def check_budgets(path: Path) -> None:
    """CostcalcError with every problem of a budget file, and of the scenarios that it names."""
    from costcalc.budget.read import read_budgets

    read_budgets(path, catalogue)


def scenario_schema() -> dict[str, Any]:
    from costcalc.scenario.read import SCENARIO

    return SCENARIO.of_file("costcalc scenario")


def budgets_schema() -> dict[str, Any]:
    from costcalc.budget.read import BUDGETS

    return BUDGETS.of_file("costcalc budgets")


def pricebook_schema() -> dict[str, Any]:
    from costcalc.pricebook.schema import schema

    return schema()
