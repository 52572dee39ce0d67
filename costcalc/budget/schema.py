"""Schema: the JSON Schema of budget files, from the fields that reading them uses, for editors to complete.

It says less than reading does: names that stand twice and scenarios that are not there only reading finds.
"""

from __future__ import annotations

from costcalc.budget.read import BUDGETS
from costcalc.yamlfields import DIALECT, Schema


def schema() -> Schema:
    """The schema of a budgets file."""
    return {"$schema": DIALECT, "title": "costcalc budgets", **BUDGETS.schema()}
