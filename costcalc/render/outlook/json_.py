"""JSON of an outlook: every figure in full, versioned; docs/json.md says what each field means."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from costcalc.forecasts.capacity import Replicas
from costcalc.money import exact_text
from costcalc.render.json_ import (
    Json,
    Writer,
    coverage_json,
    day_text,
    json_text,
    rate_json,
    ratio_text,
    settings_json,
    usage_json,
)
from costcalc.render.outlook.bridge import bridge_figures
from costcalc.render.outlook.customers import cost_columns
from costcalc.render.outlook.lines import tables_of
from costcalc.render.outlook.months import month_figures
from costcalc.render.outlook.phrases import phrases_of
from costcalc.render.rows import names_of
from costcalc.render.simulation_json import simulation_json
from costcalc.render.tree import Figures
from costcalc.reports.case import Totals
from costcalc.reports.outlook import CustomerLine, Outlook, OutlookMonth
from costcalc.reports.restoring import BreakEven, MoveShare, PriceAnswer, Restoring
from costcalc.scenario.model import PriceChange

OUTLOOK_SCHEMA = "costcalc.outlook/1"


def outlook_json(outlook: Outlook) -> str:
    """The outlook as JSON, indented, with a line feed at its end."""
    write = OutlookWriter(outlook.currency)
    shown, total = month_figures(outlook)
    below = outlook.first_below_floor
    return json_text(
        {
            "schema": OUTLOOK_SCHEMA,
            "currency": outlook.currency,
            "complete": outlook.is_complete,
            "usage": usage_json(outlook.usage, outlook.rating),
            "configuration": settings_json(outlook.usage, outlook.rating, outlook.revenue_source),
            "scenario": {
                "title": outlook.scenario.name,
                "written": outlook.scenario.written or None,
                "note": outlook.scenario.note or None,
                "phrases": [{"kind": kind, "text": text} for kind, texts in phrases_of(outlook) for text in texts],
            },
            "changes": [_change(change) for change in outlook.changes],
            "revenue_source": outlook.revenue_source or None,
            "coverage": coverage_json(outlook.coverage),
            "has_ranges": outlook.has_ranges,
            "months": [
                write.month(month, figures) for month, figures in zip(outlook.months, shown, strict=True)
            ],
            "total": write.ends(outlook.before, outlook.after, outlook.low, outlook.high, total),
            "bridge": write.bridge(outlook),
            "lines": write.line_months(outlook),
            "customers": write.customers(outlook),
            "replicas": [write.replicas(part) for part in outlook.replicas],
            "floor": ratio_text(outlook.floor),
            "first_month_below_floor": str(below.month) if below else None,
            "answers": write.answers(outlook.answers),
            "simulation": simulation_json(outlook.simulation, outlook.currency) if outlook.simulation else None,
            "notes": list(outlook.notes),
            "absent": list(outlook.absent),
            "basis": write.basis(outlook.rating),
            "unpriced": [
                {
                    "provider": part.provider,
                    "model": part.model,
                    "meter": part.meter,
                    "reason": part.reason,
                    "tokens": ratio_text(part.tokens),
                }
                for part in outlook.rating.unpriced
            ],
            "assumptions": [write.assumption(part) for part in outlook.rating.assumptions],
            "exchange_rates": [rate_json(rate) for rate in outlook.rates_used],
        }
    )  # fmt: skip


class OutlookWriter(Writer):
    """What needs to know the currency."""

    __slots__ = ()

    def totals(self, totals: Totals, shown: Decimal | None = None) -> Json:
        return {
            "cost": self.money(totals.cost, shown),
            "other_costs": self.money(totals.other),
            "revenue": self.money(totals.revenue) if totals.revenue is not None else None,
            "covered_cost": self.money(totals.covered) if totals.covered is not None else None,
            "profit": self.money(totals.profit) if totals.profit is not None else None,
            "margin": ratio_text(totals.margin),
        }

    def ends(self, before: Totals, after: Totals, low: Totals, high: Totals, shown: Figures) -> Json:
        return {
            "before": self.totals(before, shown.before),
            "with_the_scenario": self.totals(after, shown.mid),
            "low": self.totals(low, shown.low),
            "high": self.totals(high, shown.high),
        }

    def month(self, month: OutlookMonth, shown: Figures) -> Json:
        return {
            "month": str(month.month),
            "requests": ratio_text(month.requests),
            "tokens": ratio_text(month.tokens),
            "unpriced_tokens": ratio_text(month.unpriced_tokens),
            **self.ends(month.before, month.after, month.low, month.high, shown),
        }

    def bridge(self, outlook: Outlook) -> list[Json]:
        """Each step as it is reached, and what it adds: rounded so that today and the steps add up."""
        last, whole = bridge_figures(outlook)
        found, before = [], None
        for position, step in enumerate(outlook.bridge):
            adds = None
            if before is not None:
                adds = {
                    "last_month": self.money(step.last.cost - before.last.cost, last[position]),
                    "all_months": self.money(step.whole.cost - before.whole.cost, whole[position]),
                }
            found.append(
                {
                    "cause": step.cause,
                    "name": step.name or None,
                    "adds": adds,
                    "last_month": self.totals(step.last, sum(last[: position + 1], Decimal())),
                    "all_months": self.totals(step.whole, sum(whole[: position + 1], Decimal())),
                }
            )
            before = step
        return found

    def line_months(self, outlook: Outlook) -> list[Json]:
        tables = tables_of(outlook)
        return [
            {
                "names": names_of(line.key, outlook.by),
                "before": self.money(line.before, sum((t.by_line[line.key].before for t in tables), Decimal())),
                "with_the_scenario": self.money(line.after, sum((t.by_line[line.key].mid for t in tables), Decimal())),
                "months": [
                    {
                        "month": str(month.month),
                        "before": self.money(line.months_before[position], table.by_line[line.key].before),
                        "with_the_scenario": self.money(line.months[position], table.by_line[line.key].mid),
                    }
                    for position, (month, table) in enumerate(zip(outlook.months, tables, strict=True))
                ],
            }
            for line in outlook.lines
        ]

    def customers(self, outlook: Outlook) -> list[Json]:
        """Each with the coins that add up to those of all."""
        costs = [line.today.cost for line in outlook.customers], [line.last.cost for line in outlook.customers]
        shown = cost_columns(outlook, *costs)
        return [self.customer(*each) for each in zip(outlook.customers, *shown, strict=True)]

    def customer(self, line: CustomerLine, today: Decimal | None = None, last: Decimal | None = None) -> Json:
        return {
            "name": line.name,
            "today": self.totals(line.today, today),
            "last_month": self.totals(line.last, last),
            "turns_unprofitable": line.turns_unprofitable,
            "rise_to_hold": ratio_text(line.rise_to_hold),
            "rise_to_floor": ratio_text(line.rise_to_floor),
        }

    def replicas(self, part: Replicas) -> Json:
        return {
            "target": part.target,
            "month": str(part.month),
            "from_day": day_text(part.day),
            "days": part.days,
            "needed": int(part.needed),
            "paid_already": int(part.paid),
            "spare": int(part.spare),
            "busy": ratio_text(Fraction(part.busy)),
            "cost": self.money(Fraction(part.cost)),
        }

    def answers(self, answers: Restoring) -> Json:
        return {
            "hold": _price(answers.hold) if answers.hold else None,
            "floor": _price(answers.floor) if answers.floor else None,
            "moves": [_move(answer) for answer in answers.moves],
            "tokens": {
                "margin": ratio_text(answers.tokens.margin),
                "fewer": ratio_text(answers.tokens.fewer),
                "in_steps": answers.tokens.in_steps,
            }
            if answers.tokens
            else None,
            "rises": [
                {"provider": rise.provider, "margin": ratio_text(rise.margin), "rise": ratio_text(rise.rise)}
                for rise in answers.rises
            ],
            "break_even": [_break_even(answer) for answer in answers.break_even],
        }


def _price(answer: PriceAnswer) -> Json:
    return {"margin": ratio_text(answer.margin), "rise": ratio_text(answer.rise)}


def _move(answer: MoveShare) -> Json:
    return {
        "to": answer.move.to,
        "where": str(answer.move.where),
        "quality": answer.move.quality,
        "margin": ratio_text(answer.margin),
        "share": ratio_text(answer.share),
        "in_steps": answer.in_steps,
        "reason": answer.reason or None,
    }


def _break_even(answer: BreakEven) -> Json:
    return {
        "target": answer.target,
        "volume": ratio_text(answer.volume),
        "requests": ratio_text(answer.requests),
        "replicas": answer.replicas,
        "busy": ratio_text(answer.busy),
        "reason": answer.reason or None,
    }


def _change(change: PriceChange) -> Json:
    return {
        "written": change.written,
        "selector": str(change.selector),
        "low": ratio_text(change.low) if change.new_rate is None else None,
        "high": ratio_text(change.high) if change.new_rate is None else None,
        "new_rate": exact_text(change.new_rate) if change.new_rate is not None else None,
        "from_day": day_text(change.from_day),
        "until_day": day_text(change.until_day),
        "event": change.event or None,
        "passed_through": ratio_text(change.passed_through),
    }
