"""The JSON of a reconciliation; docs/json.md says what each field means."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_text, minor_digits, round_half_up
from costcalc.render.json_ import (
    Json,
    count_json,
    day_text,
    json_text,
    rate_json,
    ratio_text,
    settings_json,
    usage_json,
)
from costcalc.render.reconcile.figures import LineFigures, figures_of
from costcalc.render.reconcile.phrases import cause_text
from costcalc.render.rows import names_of
from costcalc.reports.reconcile.model import Cause, Figure, Line, Reconciliation

SCHEMA = "costcalc.reconciliation/1"


def reconciliation_json(report: Reconciliation) -> str:
    """The reconciliation as JSON, indented, with a line feed at its end."""
    shown = figures_of(report)
    return json_text(
        {
            "schema": SCHEMA,
            "currency": report.currency,
            "agrees": report.agrees,
            "complete": report.is_complete,
            "compared": {
                "by": list(report.by),
                "each": report.each,
                "timezone": report.timezone,
                "first_day": day_text(report.days[0]) if report.days else None,
                "last_day": day_text(report.days[1]) if report.days else None,
                "whole": report.whole,
                "tolerance_share": ratio_text(report.tolerance.share),
                "tolerance_amount": exact_text(report.tolerance.amount),
            },
            "usage": usage_json(report.usage, report.rating),
            "configuration": settings_json(report.usage, report.rating),
            "invoices": _invoices(report),
            "totals": {
                "ours": _shown(report.ours, shown.total.ours),
                "invoice": _shown(report.theirs, shown.total.theirs),
                "difference": _shown(report.theirs - report.ours, shown.total.between),
                "differing": _amount(report.differing, report),
                "invoiced": _amount(report.invoiced, report),
            },
            "classes": [
                {
                    "class": part.kind,
                    "lines": part.lines,
                    "ours": _shown(part.ours, figures.ours),
                    "invoice": _shown(part.theirs, figures.theirs),
                    "difference": _shown(part.difference, figures.between),
                }
                for part, figures in zip(report.sums(), shown.classes, strict=True)
            ],
            "lines": [_line(*pair, report) for pair in zip(report.lines, shown.lines, strict=True)],
            "apart": [
                {"kind": part.kind, "item": part.item, "amount": _shown(part.amount, amount), "rows": part.rows}
                for part, amount in zip(report.apart, shown.apart, strict=True)
            ],
            "outside": [
                {
                    "side": "ours" if part.side == "ours" else "invoice",
                    "first_day": day_text(part.first),
                    "last_day": day_text(part.last),
                    "days": part.days,
                    "amount": _shown(part.amount, amount),
                }
                for part, amount in zip(report.outside, shown.outside, strict=True)
            ],
            "causes": [_cause(cause, shown.causes.get(i), report) for i, cause in enumerate(report.causes)],
            "unexplained": _shown(report.unexplained, shown.unexplained),
            "unpriced": [
                {
                    "provider": part.provider,
                    "model": part.model,
                    "meter": part.meter,
                    "reason": part.reason,
                    "tokens": count_json(part.tokens),
                }
                for part in report.rating.unpriced
            ],
            "rates_used": [rate_json(rate) for rate in report.rates_used],
            "skipped": [{"format": part.format, "reason": part.reason, "rows": part.rows} for part in report.skipped],
            "refused_rows": report.refused_rows,
            "notes": list(report.notes),
        }
    )


def _invoices(report: Reconciliation) -> list[Json]:
    return [
        {
            "path": invoice.source.path,
            "format": invoice.source.format,
            "rows": invoice.source.rows,
            "first_day": day_text(invoice.first_day),
            "last_day": day_text(invoice.last_day),
            "amount": _amount(invoice.amount, report),
        }
        for invoice in report.invoices
    ]


def _line(line: Line, shown: LineFigures, report: Reconciliation) -> Json:
    return {
        "period": line.period or None,
        "names": names_of(line.key, report.by),
        "class": line.kind,
        "ours": None if line.ours is None else _shown(line.ours, shown.ours),
        "invoice": None if line.theirs is None else _shown(line.theirs, shown.theirs),
        "difference": _shown(line.difference, shown.between),
        "mapped": line.is_mapped,
        "rows": line.rows,
        "unpriced_tokens": count_json(line.unpriced_tokens),
    }


def _cause(cause: Cause, explains: Decimal | None, report: Reconciliation) -> Json:
    return {
        "code": cause.code,
        "text": cause_text(cause, report.currency),
        "lines": [{"names": names_of(key, report.by)} for key in cause.who],
        "explains": _amount(cause.explains, report) if explains is None else _shown(cause.explains, explains),
        "net": _amount(cause.net, report),
        "figures": _figures(cause.figures),
        "alternatives": list(cause.alternatives),
    }


def _figures(figures: Mapping[str, Figure]) -> Json:
    return {name: ratio_text(value) if isinstance(value, Fraction) else value for name, value in figures.items()}


def _amount(amount: Fraction, report: Reconciliation) -> Json:
    return _shown(amount, round_half_up(amount, minor_digits(report.currency)))


def _shown(amount: Fraction, coins: Decimal) -> Json:
    return {"exact": exact_text(amount), "rounded": format(coins, "f")}
