"""Explanations as JSON: every chain with every factor as an exact fraction; docs/json.md says what each field means."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from costcalc.meters import meters
from costcalc.money import exact_text
from costcalc.rating.model import Cost, Unpriced
from costcalc.render.explanation.page import LeafFigures, figures_of
from costcalc.render.explanation.tables import hours_of
from costcalc.render.json_ import (
    Json,
    Writer,
    count_json,
    day_text,
    json_text,
    rate_json,
    ratio_text,
    settings_json,
    usage_json,
)
from costcalc.render.prices.words import file_text
from costcalc.render.rows import names_of
from costcalc.reports.chain import Step
from costcalc.reports.explanation import ExplainedLine, Explanation, Leaf, PriceUsed
from costcalc.reports.prices.rates import per_units

EXPLANATION_SCHEMA = "costcalc.explanation/1"
_ENDLESS = 40  # decimals: a fraction that has more never ends


def explanation_json(report: Explanation) -> str:
    """The explanation as JSON, indented, with a line feed at its end. All lines chosen, none left out."""
    write = _ExplanationWriter(report.currency)
    figures = figures_of(report)
    return json_text(
        {
            "schema": EXPLANATION_SCHEMA,
            "currency": report.currency,
            "complete": report.is_complete,
            "usage": usage_json(report.usage, report.rating),
            "configuration": settings_json(report.usage, report.rating),
            "changes": [write.change(each.change, each) for each in report.changes],
            "by": list(report.by),
            "choice": {
                "lines": [{"name": name, "globs": list(globs)} for name, globs in report.choice.lines.items()],
                "meter": report.choice.meter or None,
            },
            "total": write.cost(report.total, figures.total),
            "total_exactly": fraction_text(report.total.mid),
            "explained": write.cost(report.explained, figures.explained),
            "explained_exactly": fraction_text(report.explained.mid),
            "covered": None if report.covered is None else write.money(report.covered),
            "lines_in_all": report.line_count,
            "lines": [write.line(line, report, figures) for line in report.lines],
            "basis": write.basis(report.rating),
            "commitments": [write.committed(part) for part in report.rating.commitments],
            "assumptions": [write.assumption(part) for part in report.rating.assumptions],
            "exchange_rates": [rate_json(rate) for rate in report.rates_used],
        }
    )


def fraction_text(number: Fraction) -> str:
    """An exact number: a decimal where it ends, else a fraction in lowest terms, `10000/67089`."""
    text = exact_text(number, _ENDLESS)
    return text if Fraction(text) == number else f"{number.numerator}/{number.denominator}"


def _fraction(number: Fraction | None) -> str | None:
    return None if number is None else fraction_text(number)


class _ExplanationWriter(Writer):
    """What needs to know the currency."""

    def line(self, line: ExplainedLine, report: Explanation, figures: LeafFigures) -> Json:
        total = report.total.before
        return {
            "names": names_of(line.key, report.by),
            "cost": self.cost(line.cost, figures.of_line(line)) if line.prices else None,
            "share": ratio_text(line.cost.before / total) if total and line.prices else None,
            "rows": line.rows,
            "requests": count_json(line.requests),
            "tokens": count_json(line.tokens),
            "prices": [self.price(price, figures) for price in line.prices],
            "unpriced": [_unpriced(part) for part in line.unpriced],
        }

    def price(self, price: PriceUsed, figures: LeafFigures) -> Json:
        kind, key, bounds = price.kind, price.kind.key, price.bounds
        committed = price.committed
        return {
            "provider": kind.provider,
            "model": kind.model,
            "region": key.region if key else None,
            "names_in_the_log": [
                {"name": name.name, "how": name.how, "region": name.region_how} for name in price.names
            ],
            "billed_as": price.billed_as or None,
            "month": str(kind.month),
            "rows": price.rows,
            "requests": count_json(price.requests),
            "tokens": count_json(price.tokens),
            "block": self._block(price),
            "service_tier": key.service_tier if key else None,
            "thinking": key.thinking if key else None,
            "band": {
                "basis": kind.band_basis,
                "input_over": bounds.input_over,
                "input_up_to": bounds.input_up_to,
                "output_over": bounds.output_over,
                "output_up_to": bounds.output_up_to,
            }
            if bounds
            else None,
            "schedule": price.schedule.name if price.schedule else None,
            "hours": hours_of(price),
            "shared_out_by_hours": kind.weighted,
            "commitment": self.committed(committed) if committed else None,
            "cost": self.cost(price.cost, figures.of_price(price)),
            "meters": [self.leaf(leaf, figures) for leaf in price.leaves],
        }

    def _block(self, price: PriceUsed) -> Json | None:
        quote = price.quote
        if quote is None or quote.block is None or price.leaves[0].quoted is None:
            return None
        block = quote.block
        return {
            "file": file_text(block.place.file),
            "line": block.place.line,
            "currency": quote.book.currency,
            "timezone": quote.book.timezone,
            "in_force_since": day_text(block.starts),
            "first_seen": day_text(block.observed),
            "status": block.status,
            "is_estimate": quote.is_estimate,
            "locked_until": day_text(block.locked_until),
            "corrected": block.corrected or None,
            "self_hosted": block.self_hosted is not None,
        }

    def leaf(self, leaf: Leaf, figures: LeafFigures) -> Json:
        size = per_units(leaf.meter) if leaf.meter and leaf.quoted else None
        source = leaf.source
        return {
            "meter": leaf.meter,
            "basis": leaf.basis,
            "unit": meters().by_name[leaf.meter].unit if leaf.meter else None,
            "reported": count_json(leaf.reported) if leaf.quoted else None,
            "taken_out": _counts(leaf.taken),
            "billed_with_it": _counts(leaf.kept),
            "quantity": _fraction(leaf.quantity) if leaf.quoted else None,
            "price": _fraction(leaf.quoted.price * size) if leaf.quoted and size else None,
            "per_units": size,
            "source": {
                "key": source.key,
                "address": source.url or None,
                "read": source.read or None,
                "confidence": source.confidence or None,
            }
            if source
            else None,
            "steps": [_step(step) for step in leaf.steps],
            "listed": self.money(leaf.listed) if leaf.listed is not None else None,
            "why_stated": leaf.why_stated or None,
            "hike_not_applied": leaf.hike_not_applied,
            "cost": self.cost(leaf.cost, figures.of_leaf(leaf)),
            "exactly": _exactly(leaf.cost),
        }


def _exactly(cost: Cost) -> Json:
    """The cost once more, as fractions that add up to the last digit."""
    return {
        "cost_before": fraction_text(cost.before),
        "cost_low": fraction_text(cost.low),
        "cost": fraction_text(cost.mid),
        "cost_high": fraction_text(cost.high),
    }


def _step(step: Step) -> Json:
    rate = step.rate
    return {
        "kind": step.kind.replace(" ", "_"),
        "name": step.name or (step.change.written if step.change else None),
        "times": _fraction(step.times),
        "times_low": _fraction(step.low),
        "times_high": _fraction(step.high),
        "amount": fraction_text(step.amount),
        "currency": step.currency,
        "file": step.place.file if step.place else None,
        "line": step.place.line if step.place else None,
        "rate_month": str(rate.month_used) if rate else None,
        "rate_basis": rate.basis if rate else None,
        "rate_held": rate.held if rate else None,
    }


def _counts(counts: Mapping[str, Fraction]) -> list[Json]:
    return [{"meter": name, "count": count_json(count)} for name, count in counts.items()]


def _unpriced(part: Unpriced) -> Json:
    return {
        "provider": part.provider,
        "model": part.model,
        "meter": part.meter,
        "reason": part.reason,
        "nearest": list(part.nearest),
        "tokens": count_json(part.tokens),
        "requests": count_json(part.requests),
        "rows": part.rows,
    }
