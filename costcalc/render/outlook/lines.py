"""Lines: what each line costs in the last month, at today's usage and with the scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.rating.model import Cost, LineKey
from costcalc.render.blocks import Block, Gap, Note
from costcalc.render.figures import outlook_grid
from costcalc.render.outlook.months import month_figures
from costcalc.render.rows import names_of
from costcalc.render.tree import Table, table_with
from costcalc.render.words import month_text
from costcalc.reports.lines import ReportLine
from costcalc.reports.outlook import Outlook


def line_blocks(outlook: Outlook) -> Iterator[Block]:
    """The last month by line, the small ones folded into one."""
    if not outlook.lines:
        return
    table = table_at(outlook, -1)
    yield Gap()
    yield outlook_grid(table, outlook.currency, f"In {month_text(outlook.last.month)}")
    if any(line.last_after and not line.last_before for line in outlook.lines):
        yield Note("new: nothing of today's usage is served there.", "quiet")
    if table.holes:
        yield Note("* Incomplete: part of it has no price and is not in the figure.")


def tables_of(outlook: Outlook) -> Sequence[Table]:
    """The lines of every month, each in coins that add up to the month's figures."""
    return [table_at(outlook, position) for position in range(len(outlook.months))]


def table_at(outlook: Outlook, position: int) -> Table:
    """The lines of one month; lines have no ranges, so the ends are the middle."""
    month, shown = outlook.months[position], month_figures(outlook)[0][position]
    holes = _holes(outlook)
    lines = []
    for line in outlook.lines:
        is_priced = line.key not in holes or any(line.months_before) or any(line.months)
        cost = _cost(line.months_before[position], line.months[position])
        lines.append(ReportLine(line.key, cost, None, Fraction(), ("list",) if is_priced else ()))
    total = _cost(month.before.cost, month.after.cost)
    figures = replace(shown, low=shown.mid, high=shown.mid)
    return table_with(lines, outlook.by, total, outlook.currency, holes, figures)


def _cost(before: Fraction, after: Fraction) -> Cost:
    return Cost(before, after, after, after)


def _holes(outlook: Outlook) -> frozenset[LineKey]:
    """The lines in which something of the log has no price."""
    found = set()
    for part in outlook.rating.unpriced:
        names = {**names_of(part.line, outlook.rating.by), "provider": part.provider, "model": part.model}
        found.add(tuple(names.get(name) for name in outlook.by))
    return frozenset(found)
