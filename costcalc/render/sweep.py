"""A sweep as rows: a row a combination, over the log or over all months to come."""

from __future__ import annotations

from fractions import Fraction

from costcalc.rating.totals import Outcome
from costcalc.render import fields as f
from costcalc.render.fields import Rows
from costcalc.render.written import Writers
from costcalc.reports.sweep import Sweep

COLUMNS = f.fields(
    hike=f.text, pass_through=f.ratio("share"), cost_before=f.coins("plan.outcome.before.served"),
    cost=f.coins("plan.outcome.after.served"), change=f.coins(lambda each, _: _change(each.plan.outcome)),
    change_share=f.ratio(lambda each, _: _share(each.plan.outcome)), revenue=f.coins("plan.outcome.after.revenue"),
    margin_before=f.ratio("plan.outcome.before.margin"), margin=f.ratio("plan.outcome.after.margin"),
    complete=f.boolean("plan.is_complete"), currency=f.CURRENCY,
)  # fmt: skip


def sweep_rows(sweep: Sweep) -> Rows:
    return f.rows_with(COLUMNS, sweep.tried, sweep)


def _change(outcome: Outcome) -> Fraction:
    return outcome.after.served - outcome.before.served


def _share(outcome: Outcome) -> Fraction | None:
    return _change(outcome) / outcome.before.served if outcome.before.served else None


WRITTEN = Writers(rows=sweep_rows)
