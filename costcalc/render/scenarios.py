"""The scenarios that ship, on the page and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Gap, Note, grid
from costcalc.render.fields import Json
from costcalc.scenario.items import Scenario

SCENARIOS = f.fields(schema=f.constant("costcalc.scenarios/1"), scenarios=f.each(f.fields(
    name=f.text("written"), title=f.text("name"), changes=f.texts(lambda each, _: changed(each)),
    horizon_months=f.integer("horizon"), note=f.said,
), lambda found, _: found))  # fmt: skip


def scenarios_blocks(found: Sequence[Scenario]) -> Sequence[Block]:
    """A row a scenario."""
    table = grid([
        Column("Scenario", "name", of=lambda each: Cell(each.written)),
        Column("Changes", "text", of=lambda each: Cell(", ".join(changed(each)))),
        Column("Title", "text", of=lambda each: Cell(each.name)),
    ], found)  # fmt: skip
    return [table, Gap(), Note("What one assumes, with its sources: costcalc scenarios show NAME.", "quiet")]


def scenarios_json(found: Sequence[Scenario]) -> Json:
    """See docs/scenarios.md."""
    return f.object_of(SCENARIOS, found, None)


def changed(scenario: Scenario) -> list[str]:
    """The keys of the file that change something."""
    usage, business = scenario.usage, scenario.business
    parts = {
        "prices": scenario.items, "growth": usage.growth, "mix": usage.mix, "escalation": usage.escalation,
        "moves": usage.moves, "efficiency": usage.efficiency, "revenue": (*business.revenue, *business.own_prices),
        "other_costs": business.other_costs, "fx": scenario.fx,
    }  # fmt: skip
    return [name for name, found in parts.items() if found]
