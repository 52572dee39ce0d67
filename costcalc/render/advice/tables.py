"""Advice as JSON, CSV and a frame: every candidate, with every figure in full."""

from __future__ import annotations

from costcalc.render.advice.figures import saving_of, singly_figures
from costcalc.render.advice.phrases import what_text, where_text
from costcalc.render.json_ import (
    Json,
    Writer,
    coverage_json,
    json_text,
    rate_json,
    ratio_text,
    settings_json,
    usage_json,
)
from costcalc.render.rows import Rows, exact_value, ratio_value
from costcalc.reports.advice.model import Advice, Aside, Candidate, Together, Yardstick
from costcalc.reports.plan.totals import Totals
from costcalc.scenario.changes import Efficiency

ADVICE_SCHEMA = "costcalc.advice/1"
COLUMNS = (
    "candidate", "kind", "what", "where", "source", "target", "in_plan", "requests_a_day", "tokens_a_request", "touched_share",
    "saving", "saving_exact", "saving_share", "margin_points", "test_first", "currency",
)  # fmt: skip


def advice_json(advice: Advice) -> str:
    """The advice as JSON, indented, with a line feed at its end."""
    write = _AdviceWriter(advice.currency)
    options = advice.options
    return json_text(
        {
            "schema": ADVICE_SCHEMA,
            "currency": advice.currency,
            "complete": advice.is_complete,
            "usage": usage_json(advice.usage, advice.rating),
            "configuration": settings_json(advice.usage, advice.rating, advice.revenue_source),
            "scenario": options.scenario.name or None,
            "has_base": options.has_base,
            "months": [str(month) for month in advice.months],
            "month": str(advice.month),
            "groups": list(options.groups),
            "thresholds": {
                "least": ratio_text(options.least),
                "short": options.short,
                "often": options.often,
            },
            "base": write.totals(advice.base),
            "revenue_source": advice.revenue_source or None,
            "coverage": coverage_json(advice.coverage),
            "floor": ratio_text(options.floor),
            "candidates": [write.candidate(one, advice) for one in advice.candidates],
            "dearer": [write.dearer(one, advice) for one in advice.dearer],
            "plan": write.together(advice.together, advice) if advice.together else None,
            "fewer_output_tokens": [write.yardstick(one) for one in advice.fewer_tokens],
            "off_peak": [write.yardstick(one) for one in advice.off_peak],
            "left_aside": [_aside(aside) for aside in advice.asides],
            "basis": write.basis(advice.rating),
            "unpriced": [
                {
                    "provider": part.provider,
                    "model": part.model,
                    "reason": part.reason,
                    "tokens": ratio_text(part.tokens),
                }
                for part in advice.rating.unpriced
            ],
            "assumptions": [write.assumption(part) for part in advice.rating.assumptions],
            "exchange_rates": [rate_json(rate) for rate in advice.rates_used],
        }
    )


class _AdviceWriter(Writer):
    """What needs to know the currency."""

    __slots__ = ()

    def totals(self, totals: Totals) -> Json:
        return {
            "cost": self.money(totals.cost),
            "other_costs": self.money(totals.other),
            "revenue": self.money(totals.revenue) if totals.revenue is not None else None,
            "covered_cost": self.money(totals.covered) if totals.covered is not None else None,
            "profit": self.money(totals.profit) if totals.profit is not None else None,
            "margin": ratio_text(totals.margin),
        }

    def candidate(self, one: Candidate, advice: Advice) -> Json:
        proposal = one.proposal
        change = proposal.change
        then = change.amount.low if isinstance(change, Efficiency) and proposal.kind == "cache" else None
        return {
            "number": one.number,
            "kind": proposal.kind,
            "what": what_text(proposal),
            "where": where_text(proposal),
            "source": proposal.source,
            "target": proposal.target or None,
            "names": dict(proposal.names),
            "cached_share": ratio_text(proposal.cached),
            "cached_share_then": ratio_text(then),
            "requests_a_day": ratio_text(one.requests_a_day),
            "tokens_a_request": ratio_text(one.tokens_a_request),
            "lengths_are_means": proposal.is_mean,
            "touches": self.money(proposal.touches.cost),
            "touched_share": ratio_text(one.touched_share),
            "saving": self.money(one.saving, saving_of(one, advice)),
            "saving_share": ratio_text(one.saving_share),
            "then": self.totals(one.outcome),
            "margin_points": ratio_text(one.margin_points),
            "own_rise": ratio_text(one.own_rise),
            "test_first": proposal.quality,
            "notes": list(one.notes),
        }

    def dearer(self, one: Candidate, advice: Advice) -> Json:
        return {
            "kind": one.proposal.kind,
            "what": what_text(one.proposal),
            "where": where_text(one.proposal),
            "source": one.proposal.source,
            "target": one.proposal.target or None,
            "saving": self.money(one.saving, saving_of(one, advice)),
        }

    def together(self, plan: Together, advice: Advice) -> Json:
        return {
            "candidates": list(plan.numbers),
            "saving": self.money(plan.saving, saving_of(plan, advice)),
            "singly": self.money(plan.singly, singly_figures(plan, advice)[1]),
            "saving_of_all_months": self.money(plan.whole_saving),
            "then": self.totals(plan.outcome),
            "margin_points": ratio_text(plan.margin_points),
            "own_rise": ratio_text(plan.own_rise),
        }

    def yardstick(self, one: Yardstick) -> Json:
        return {"model": one.served, "share": ratio_text(one.share), "saving": self.money(one.saving)}


def _aside(aside: Aside) -> Json:
    return {
        "kind": aside.kind,
        "looked_at": aside.looked_at,
        "reasons": [{"reason": reason, "groups": count} for reason, count in sorted(aside.reasons.items())],
    }


def advice_rows(advice: Advice) -> Rows:
    """A row a candidate, best first."""
    planned = advice.together.numbers if advice.together else ()
    return COLUMNS, [
        (
            one.number, one.proposal.kind, what_text(one.proposal), where_text(one.proposal), one.proposal.source,
            one.proposal.target or None, "yes" if one.number in planned else "no",
            ratio_value(one.requests_a_day), ratio_value(one.tokens_a_request), ratio_value(one.touched_share),
            saving_of(one, advice), exact_value(one.saving), ratio_value(one.saving_share), ratio_value(one.margin_points),
            one.proposal.quality, advice.currency,
        )
        for one in advice.candidates
    ]  # fmt: skip
