"""Lines: what each line costs in the last month, at today's usage and with the scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from operator import itemgetter

from costcalc.rating.line import PARTLY, PRICED, UNPRICED, ReportLine
from costcalc.rating.model import Cost, LineKey
from costcalc.rating.unpriced import OpenUnpriced
from costcalc.render import fields as f
from costcalc.render.blocks import Block, Gap, Note
from costcalc.render.fields import Json, Rows
from costcalc.render.figures import EVERY_LINE, month_grid
from costcalc.render.plan.months import month_figures
from costcalc.render.rows import fx_columns, line_columns, placed, rows_by_name
from costcalc.render.tree import Table, table_with
from costcalc.render.words import month_text
from costcalc.reports.plan.model import Plan


def line_blocks(plan: Plan) -> Iterator[Block]:
    """The last month by line, the small ones folded into one."""
    if not plan.lines:
        return
    table = table_at(plan, -1)
    yield Gap()
    yield month_grid(table, plan.currency, f"In {month_text(plan.last.month)}")
    if any(row.folded for row in table.rows):
        yield Note(EVERY_LINE, "quiet")
    if any(line.last_after and not line.last_before for line in plan.lines):
        yield Note("new: nothing of today's usage is served there.", "quiet")
    if table.total.status != PRICED:
        yield Note("* Incomplete: part of it has no price and is not in the figure.")


def tables_of(plan: Plan) -> Sequence[Table]:
    """The lines of every month, each in coins that add up to the month's figures."""
    return [table_at(plan, position) for position in range(len(plan.months))]


def table_at(plan: Plan, position: int) -> Table:
    """The lines of one month; lines have no ranges, so the ends are the middle."""
    month, shown = plan.months[position], month_figures(plan)[0][position]
    total = _cost(month.before.cost, month.after.cost)
    figures = replace(shown, low=shown.mid, high=shown.mid)
    return table_with(_lines_at(plan, position), plan.by, total, plan.currency, figures)


def _lines_at(plan: Plan, position: int) -> list[ReportLine]:
    """The lines of one month like those over the log, of which nothing but the cost is known."""
    holes, lines = _holes(plan), []
    for line in plan.lines:
        status = PRICED
        if line.key in holes:
            status = PARTLY if any(line.months_before) or any(line.months) else UNPRICED
        cost = _cost(line.months_before[position], line.months[position])
        lines.append(ReportLine(line.key, cost, None, Fraction(), ("list",) if status != UNPRICED else (), status))
    return lines


def _cost(before: Fraction, after: Fraction) -> Cost:
    return Cost(before, after, after, after)


def _holes(plan: Plan) -> frozenset[LineKey]:
    """The lines in which something of the log has no price."""
    if isinstance(plan.rating.unpriced, OpenUnpriced):
        return plan.rating.unpriced.lines(plan.by)
    places = {name: place for place, name in enumerate(plan.rating.by)}
    found = set()
    for part in plan.rating.unpriced:
        own = {"provider": part.provider, "model": part.model}
        found.add(tuple(own[name] if name in own else part.line[places[name]] for name in plan.by))
    return frozenset(found)


def line_rows_ahead(plan: Plan) -> Rows:
    """A row a month to come and line; `cost` sums to the printed figure of each month, and over all months to the total.

    The columns are those of lines over the log of which anything is known.
    """
    ahead = line_columns(("before", "mid"))
    own = f.fields(month=f.text("month")) | {key: field for key, field in ahead.items() if key not in _OF_THE_LOG}
    return rows_by_name(own | fx_columns(plan.rates_used, itemgetter("month")), plan.by, _lines(plan), plan, 1)


_OF_THE_LOG = ("requests", "tokens", "basis", "unpriced_tokens")


def _lines(plan: Plan) -> Iterator[Json]:
    for month, table in zip(plan.months, tables_of(plan), strict=True):
        yield from (placed(line, table) | {"month": month.month} for line in table.lines)
