"""Schema: the JSON Schema of scenario files, from the fields that reading them uses, for editors to complete.

It says less than reading does: what one place of a file says of another (moves in a circle, an end before its
beginning, an event that no catalogue has) only reading finds.
"""

from __future__ import annotations

from costcalc.scenario.read import SCENARIO
from costcalc.yamlfields import DIALECT, Schema


def schema() -> Schema:
    """The schema of a scenario file."""
    return {"$schema": DIALECT, "title": "costcalc scenario", **SCENARIO.schema()}
