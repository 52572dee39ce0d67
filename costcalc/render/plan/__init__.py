"""The page of a plan: months, causes, lines, customers, machines, and what would restore the margin."""

from __future__ import annotations

from costcalc.render.written import Writers

WRITTEN = Writers(
    lambda plan: "What the rise does" if plan.log else "What the scenario does",
    head="opening:opening_blocks",
    page="page:plan_blocks",
    json="json_:PLAN",
)
