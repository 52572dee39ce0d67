"""Advice as JSON, CSV and a frame: every candidate, with every figure in full."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costcalc.render import cells
from costcalc.render import fields as f
from costcalc.render import json_ as common
from costcalc.render.advice.figures import saving_of, saving_text, singly_figures
from costcalc.render.advice.phrases import points_text, what_text, where_text
from costcalc.render.blocks import Cell, Column
from costcalc.render.fields import Rows
from costcalc.render.words import share_text
from costcalc.reports.advice.model import Advice, Candidate
from costcalc.scenario.changes import Efficiency


def _cached_then(one: Candidate, _: object) -> Fraction | None:
    change = one.proposal.change
    return change.amount.low if isinstance(change, Efficiency) and one.proposal.kind == "cache" else None


def _in_plan(one: Candidate, advice: Any) -> bool:
    return advice.together is not None and one.number in advice.together.numbers


WHAT = f.fields(
    kind=f.text("proposal.kind"), what=f.text(lambda one, _: what_text(one.proposal)),
    where=f.text(lambda one, _: where_text(one.proposal)), source=f.text("proposal.source"), target=f.said("proposal.target"),
)  # fmt: skip
IN_PLAN = "*"
REQUESTS = f.fields(requests_a_day=f.computed, tokens_a_request=f.computed)
SAVING = f.fields(saving=f.amount("saving", saving_of))
CANDIDATE = f.fields(number=f.integer) | WHAT | f.fields(
    names=f.names(lambda one, _: dict(one.proposal.names)), cached_share=f.ratio("proposal.cached"),
    cached_share_then=f.ratio(_cached_then),
) | REQUESTS | f.fields(
    lengths_are_means=f.flag("proposal.is_mean"), touches=f.amount("proposal.touches.cost"), touched_share=f.ratio,
) | SAVING | f.fields(
    saving_share=f.ratio, then=common.totals("outcome"), margin_points=f.ratio, own_rise=f.ratio,
    test_first=f.text("proposal.quality"), notes=f.texts,
)  # fmt: skip
PLAN = f.fields(candidates=f.integers("numbers")) | SAVING | f.fields(
    singly=f.amount("singly", lambda plan, advice: singly_figures(plan, advice)[1]),
    saving_of_all_months=f.amount("whole_saving"), then=common.totals("outcome"), margin_points=f.ratio, own_rise=f.ratio,
)  # fmt: skip
BENCHMARK = f.fields(model=f.text("served"), share=f.ratio, saving=f.amount)
REASON = f.fields(reason=f.text("0"), groups=f.integer("1"))
ASIDE = f.fields(
    kind=f.text, looked_at=f.integer, reasons=f.each(REASON, lambda aside, _: sorted(aside.reasons.items()))
)
ADVICE = f.fields(
    schema=f.constant("costcalc.advice/1"), currency=f.text, complete=f.flag("is_complete"), usage=common.USAGE,
    configuration=common.configuration("revenue_source"), scenario=f.said("options.scenario.name"),
    has_base=f.flag("options.has_base"), months=f.texts, month=f.text, groups=f.texts("options.groups"),
    thresholds=f.part(f.fields(least=f.ratio, short=f.integer, often=f.integer), "options"), base=common.totals("base"),
    revenue_source=f.said, coverage=common.COVERAGE, floor=f.ratio("options.floor"), candidates=f.each(CANDIDATE),
    dearer=f.each(WHAT | SAVING), without_a_price=f.each(WHAT, "unpriced"),
    ended=f.each(f.fields(target=f.text("0"), from_=f.text("1")), lambda advice, _: advice.ended.items()), plan=f.part(PLAN, "together"), fewer_output_tokens=f.each(BENCHMARK, "fewer_tokens"),
    off_peak=f.each(BENCHMARK), left_aside=f.each(ASIDE, "asides"), basis=common.BASIS,
    unpriced=common.UNPRICED_LIST, assumptions=common.ASSUMPTIONS, exchange_rates=common.EXCHANGE_RATES,
)  # fmt: skip
# What is said of a candidate, in data files and on the page.
COLUMNS = f.fields(
    candidate=f.integer("number"), mark=f.on_page(Column("", "name"), lambda one, advice: Cell(f"{one.number}{IN_PLAN if _in_plan(one, advice) else ' '}")),
    said=f.on_page(Column("Candidate", "text", of=lambda one: Cell(f"{what_text(one.proposal)}, {where_text(one.proposal)}"))),
) | WHAT | f.fields(
    in_plan=f.flag(_in_plan), requests_a_day=f.computed(column=Column("Requests/day", drop=4)),
    tokens_a_request=f.computed(column=Column("Tokens each", drop=3, of=lambda one: cells.tokens(one.tokens_a_request))),
    touched_share=f.ratio(column=Column("Touches", drop=1, of=lambda one: _share(one.touched_share))),
    saves=f.on_page(Column("Saves"), lambda one, advice: Cell(saving_text(one, advice), "better", unit=advice.currency)),
) | SAVING | f.fields(
    saving_share=f.ratio(column=Column("Of bill")),
    margin_points=f.ratio(column=Column("Points", drop=2, of=lambda one: _points(one.margin_points))),
    test_first=f.text("proposal.quality"), currency=f.CURRENCY,
)  # fmt: skip


def _share(share: Fraction | None) -> Cell:
    return cells.NONE if share is None else Cell(share_text(share))


def _points(points: Fraction | None) -> Cell:
    return cells.NONE if points is None else Cell(points_text(points))


def advice_rows(advice: Advice) -> Rows:
    """A row a candidate, best first."""
    return f.rows_with(COLUMNS, advice.candidates, advice)
