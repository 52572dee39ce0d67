"""Ahead: the page of months to come in full: the answer first, then months, causes, lines, customers and the ways back."""

from __future__ import annotations

from collections.abc import Iterator

from costcalc.render.blocks import Block, Gap, Rest
from costcalc.render.plan.answers import answer_blocks, break_even_blocks, replica_blocks
from costcalc.render.plan.bridge import bridge_blocks
from costcalc.render.plan.customers import customer_blocks
from costcalc.render.plan.doubts import assumed_blocks, gap_blocks, test_blocks
from costcalc.render.plan.lines import line_blocks
from costcalc.render.plan.months import month_blocks
from costcalc.render.simulation import simulation_blocks
from costcalc.reports.plan.model import Plan


def ahead_blocks(plan: Plan, is_wide: bool) -> Iterator[Block]:
    """All between the header and the command that takes the log apart."""
    yield from month_blocks(plan, is_wide)
    if plan.simulation:
        yield from simulation_blocks(plan, plan.simulation, is_wide)
    yield from answer_blocks(plan)
    yield from break_even_blocks(plan)
    yield from gap_blocks(plan)
    yield Gap()
    yield Rest([
        ("what adds and saves", [*bridge_blocks(plan, is_wide)]), ("what is served", [*line_blocks(plan)]),
        ("customers", [*customer_blocks(plan, is_wide)]), ("machines", [*replica_blocks(plan)]),
        ("what to test", [*test_blocks(plan)]),
    ])  # fmt: skip
    yield from assumed_blocks(plan)
