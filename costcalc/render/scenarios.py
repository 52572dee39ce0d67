"""The scenarios that ship, on the page and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note
from costcalc.scenario.items import Scenario

SCENARIOS_SCHEMA = "costcalc.scenarios/1"


def scenarios_blocks(found: Sequence[Scenario]) -> Sequence[Block]:
    """A row a scenario."""
    columns = [Column("Scenario", "name"), Column("Changes", "text"), Column("Title", "text")]
    rows = [[Cell(each.written), Cell(", ".join(changed(each))), Cell(each.name)] for each in found]
    return [
        Grid(columns, rows),
        Gap(),
        Note("What one assumes, with its sources: costcalc scenarios show NAME.", "quiet"),
    ]


def scenarios_json(found: Sequence[Scenario]) -> dict[str, Any]:
    """See docs/scenarios.md."""
    return {
        "schema": SCENARIOS_SCHEMA,
        "scenarios": [
            {
                "name": each.written,
                "title": each.name,
                "changes": changed(each),
                "horizon_months": each.horizon,
                "note": each.note or None,
            }
            for each in found
        ],
    }


def changed(scenario: Scenario) -> list[str]:
    """The keys of the file that change something."""
    usage, business = scenario.usage, scenario.business
    parts = {
        "prices": scenario.items, "growth": usage.growth, "mix": usage.mix, "escalation": usage.escalation,
        "moves": usage.moves, "efficiency": usage.efficiency, "revenue": (*business.revenue, *business.own_prices),
        "other_costs": business.other_costs, "fx": scenario.fx,
    }  # fmt: skip
    return [name for name, found in parts.items() if found]
