"""A plan as JSON: costcalc.plan/1; docs/json.md says what each field means."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.render.json_ import (
    Json,
    Writer,
    coverage_json,
    day_text,
    json_text,
    line_json,
    rate_json,
    ratio_text,
    settings_json,
    unpriced_json,
    usage_json,
)
from costcalc.render.plan.phrases import phrases_of
from costcalc.render.rows import names_of
from costcalc.render.tree import Figures, Table, added_figures, figures_of, table_of
from costcalc.reports.lines import OtherList, ReportLine
from costcalc.reports.plan.answers import Answers, BreakEven, FurtherRise, MoveShare, PriceAnswer, TokenSaving
from costcalc.reports.plan.model import CustomerLine, OverLog, Plan, PlanMonth
from costcalc.reports.plan.totals import AssumedMargin, Ends, Totals, added

if TYPE_CHECKING:
    from costcalc.forecasts.capacity import Replicas

PLAN_SCHEMA = "costcalc.plan/1"


def plan_json(plan: Plan) -> str:
    """The plan as JSON, indented, with a line feed at its end."""
    write = PlanWriter(plan.currency)
    return json_text(
        {
            "schema": PLAN_SCHEMA,
            "currency": plan.currency,
            "complete": plan.is_complete,
            "usage": usage_json(plan.usage, plan.rating),
            "configuration": settings_json(plan.usage, plan.rating, plan.revenue_source),
            **write.asked(plan),
            "over_the_log": write.over_the_log(plan, plan.log) if plan.log else None,
            **write.ahead(plan),
            "answers": write.answers(plan.answers),
            "notes": list(plan.notes),
            "absent": list(plan.absent),
            "basis": write.basis(plan.rating),
            "commitments": [
                write.committed(part) | {"shortfall_with_the_scenario": write.money(part.shortfall.mid)}
                for part in plan.rating.commitments
            ],
            "list_and_contracted": write.contracted(plan.rating.contracted) if plan.rating.contracted else None,
            "unpriced": [unpriced_json(part, plan.rating) for part in plan.rating.unpriced],
            "assumptions": [write.assumption(part) for part in plan.rating.assumptions],
            "exchange_rates": [rate_json(rate) for rate in plan.rates_used],
        }
    )


class PlanWriter(Writer):
    """What needs to know the currency."""

    __slots__ = ()

    def asked(self, plan: Plan) -> Json:
        """The scenario, what is earned, and what must hold."""
        touched = (
            plan.log.changes if plan.log else [None] * len(plan.changes.changes)
        )  # months to come are not touched yet
        return {
            "scenario": {
                "title": plan.scenario.name or None,
                "written": plan.scenario.written or None,
                "note": plan.scenario.note or None,
                "phrases": [{"kind": kind, "text": text} for kind, texts in phrases_of(plan) for text in texts],
            },
            "changes": [self.change(*each) for each in zip(plan.changes, touched, strict=True)],
            "revenue": {
                "source": plan.revenue.source,
                "amount": self.money(plan.revenue.amount) if plan.revenue.kind != "rules" else None,
                "covers": ratio_text(plan.revenue_share),
                "without_cost": self.money(plan.rating.revenue_without_cost),
            }
            if plan.revenue
            else None,
            "coverage": coverage_json(plan.coverage),
            "floor": ratio_text(plan.floor),
            "has_ranges": plan.has_ranges,
        }

    def over_the_log(self, plan: Plan, log: OverLog) -> Json:
        table = table_of(plan.rating, log.lines)
        return {
            **self.ends(log.outcome, table.total.figures),
            "lines": [self.log_line(line, table) for line in log.lines],
            "assumed_margins": [_assumed_margin(margin) for margin in log.assumed_margins],
            "pass_throughs": [
                {"share": ratio_text(each.share), "total": self.ends(each.outcome)} for each in log.pass_throughs
            ],
            "other_lists": [self.list_and_cost(other) for other in log.other_lists],
        }

    def log_line(self, line: ReportLine, table: Table) -> Json:
        return line_json(line, table) | {
            "cost": self.cost(line.cost, table.by_line[line.key]) if line.basis else None,
            "earned": self.ends(line.earned) if line.earned else None,
        }

    def list_and_cost(self, other: OtherList) -> Json:
        return self.other_list(other) | {"total": self.cost(other.total)}

    def ahead(self, plan: Plan) -> Json:
        """The months to come, and what only a scenario in full has of them."""
        shown, total = figures_of([month.cost for month in plan.months], plan.currency)
        below = plan.first_below_floor
        return {
            "months": [self.month(month, figures) for month, figures in zip(plan.months, shown, strict=True)],
            "years": [
                {
                    "year": year,
                    **self.ends(added([plan.months[i] for i in places]), added_figures([shown[i] for i in places])),
                }
                for year, places in plan.years.items()
            ],
            "total": self.ends(plan.whole, total) if plan.months else None,
            "first_month_below_floor": str(below.month) if below else None,
            "bridge": self.bridge(plan) if plan.bridge else [],
            "lines": self.line_months(plan) if plan.lines else [],
            "customers": self.customers(plan) if plan.customers else [],
            "replicas": [self.replicas(part) for part in plan.replicas],
            "simulation": _simulation(plan),
        }

    def totals(self, totals: Totals, shown: Decimal | None = None) -> Json:
        return {
            "cost": self.money(totals.cost, shown),
            "other_costs": self.money(totals.other),
            "revenue": self.money(totals.revenue) if totals.revenue is not None else None,
            "covered_cost": self.money(totals.covered) if totals.covered is not None else None,
            "profit": self.money(totals.profit) if totals.profit is not None else None,
            "margin": ratio_text(totals.margin),
        }

    def ends(self, ends: Ends, shown: Figures | None = None) -> Json:
        figures = shown or self.rounded(ends.cost)
        return {
            "before": self.totals(ends.before, figures.before),
            "with_the_scenario": self.totals(ends.after, figures.mid),
            "low": self.totals(ends.low, figures.low),
            "high": self.totals(ends.high, figures.high),
            "change": self.money(ends.cost.change, figures.change),
            "rise": ratio_text(ends.cost.rise),
            "erosion": ratio_text(ends.erosion),
            "recover": ratio_text(ends.recover),
            "hold": ratio_text(ends.hold),
        }

    def month(self, month: PlanMonth, shown: Figures) -> Json:
        return {
            "month": str(month.month),
            "requests": ratio_text(month.requests),
            "tokens": ratio_text(month.tokens),
            "unpriced_tokens": ratio_text(month.unpriced_tokens),
            "today": self.totals(month.today),
            **self.ends(month, shown),
        }

    def bridge(self, plan: Plan) -> list[Json]:
        """Each step as it is reached, and what it adds: rounded so that today and the steps add up."""
        from costcalc.render.plan.bridge import bridge_figures  # the log alone has none

        last, whole = bridge_figures(plan)
        found, before = [], None
        for position, step in enumerate(plan.bridge):
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

    def line_months(self, plan: Plan) -> list[Json]:
        from costcalc.render.plan.lines import tables_of

        tables = tables_of(plan)
        return [
            {
                "names": names_of(line.key, plan.by),
                "before": self.money(line.before, sum((t.by_line[line.key].before for t in tables), Decimal())),
                "with_the_scenario": self.money(line.after, sum((t.by_line[line.key].mid for t in tables), Decimal())),
                "months": [
                    {
                        "month": str(month.month),
                        "before": self.money(line.months_before[position], table.by_line[line.key].before),
                        "with_the_scenario": self.money(line.months[position], table.by_line[line.key].mid),
                    }
                    for position, (month, table) in enumerate(zip(plan.months, tables, strict=True))
                ],
            }
            for line in plan.lines
        ]

    def customers(self, plan: Plan) -> list[Json]:
        """Each with the coins that add up to those of all."""
        costs = [line.today.cost for line in plan.customers], [line.last.cost for line in plan.customers]
        from costcalc.render.plan.customers import cost_columns

        shown = cost_columns(plan, *costs)
        return [self.customer(*each) for each in zip(plan.customers, *shown, strict=True)]

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

    def answers(self, answers: Answers) -> Json:
        return {
            "hold": _price(answers.hold) if answers.hold else None,
            "floor": _price(answers.floor) if answers.floor else None,
            "recover": ratio_text(answers.recover),
            "moves": [self.move(answer) for answer in answers.moves],
            "tokens": [_tokens(answer) for answer in answers.tokens],
            "rises": [_rise(answer) for answer in answers.rises],
            "break_even": [_break_even(answer) for answer in answers.break_even],
        }

    def move(self, answer: MoveShare) -> Json:
        return {
            "to": answer.to,
            "region": answer.region or None,
            "where": str(answer.move.where) if answer.move else None,
            "quality": answer.move.quality if answer.move else None,
            "margin": ratio_text(answer.margin),
            "share": ratio_text(answer.share),
            "in_steps": answer.in_steps,
            "saved_at_most": self.money(answer.saved_at_most) if answer.saved_at_most is not None else None,
            "lost": self.money(answer.lost) if answer.lost is not None else None,
            "reason": answer.reason or None,
        }


def _price(answer: PriceAnswer) -> Json:
    return {"margin": ratio_text(answer.margin), "rise": ratio_text(answer.rise)}


def _tokens(answer: TokenSaving) -> Json:
    return {
        "provider": answer.provider or None,
        "margin": ratio_text(answer.margin),
        "fewer": ratio_text(answer.fewer),
        "in_steps": answer.in_steps,
    }


def _rise(answer: FurtherRise) -> Json:
    return {
        "provider": answer.provider or None,
        "margin": ratio_text(answer.margin),
        "rise": ratio_text(answer.rise),
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


def _assumed_margin(margin: AssumedMargin) -> Json:
    return {
        "before": ratio_text(margin.before),
        "with_the_scenario": ratio_text(margin.after),
        "recover": ratio_text(margin.recover),
        "hold": ratio_text(margin.hold),
    }


def _simulation(plan: Plan) -> Json | None:
    if plan.simulation is None:
        return None
    from costcalc.render.simulation_json import simulation_json

    return simulation_json(plan.simulation, plan.currency)
