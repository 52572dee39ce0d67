"""The JSON of a reconciliation; docs/json.md says what each field means."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_text, minor_digits, round_half_up, round_to_total
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
from costcalc.render.reconcile.phrases import cause_text
from costcalc.render.rows import names_of
from costcalc.reports.reconcile.model import Cause, Figure, Line, Reconciliation

SCHEMA = "costcalc.reconciliation/1"


def reconciliation_json(report: Reconciliation) -> str:
    """The reconciliation as JSON, indented, with a line feed at its end."""
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
                "ours": _amount(report.ours, report),
                "invoice": _amount(report.theirs, report),
                "difference": _amount(report.theirs - report.ours, report),
                "differing": _amount(report.differing, report),
                "invoiced": _amount(report.invoiced, report),
            },
            "classes": [
                {
                    "class": part.kind,
                    "lines": part.lines,
                    "ours": _amount(part.ours, report),
                    "invoice": _amount(part.theirs, report),
                    "difference": _amount(part.difference, report),
                }
                for part in report.sums()
            ],
            "lines": _lines(report),
            "apart": [
                {"kind": part.kind, "item": part.item, "amount": _amount(part.amount, report), "rows": part.rows}
                for part in report.apart
            ],
            "outside": [
                {
                    "side": "ours" if part.side == "ours" else "invoice",
                    "first_day": day_text(part.first),
                    "last_day": day_text(part.last),
                    "days": part.days,
                    "amount": _amount(part.amount, report),
                }
                for part in report.outside
            ],
            "causes": [_cause(cause, report) for cause in report.causes],
            "unexplained": _amount(report.unexplained, report),
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


def _lines(report: Reconciliation) -> list[Json]:
    digits = minor_digits(report.currency)
    ours = round_to_total([line.ours or Fraction() for line in report.lines], digits)
    theirs = round_to_total([line.theirs or Fraction() for line in report.lines], digits)
    between = round_to_total([line.difference for line in report.lines], digits)
    return [_line(*shown, report) for shown in zip(report.lines, ours, theirs, between, strict=True)]


def _line(line: Line, ours: Decimal, theirs: Decimal, between: Decimal, report: Reconciliation) -> Json:
    return {
        "period": line.period or None,
        "names": names_of(line.key, report.by),
        "class": line.kind,
        "ours": None if line.ours is None else {"exact": exact_text(line.ours), "rounded": format(ours, "f")},
        "invoice": None if line.theirs is None else {"exact": exact_text(line.theirs), "rounded": format(theirs, "f")},
        "difference": {"exact": exact_text(line.difference), "rounded": format(between, "f")},
        "mapped": line.is_mapped,
        "rows": line.rows,
        "unpriced_tokens": count_json(line.unpriced_tokens),
    }


def _cause(cause: Cause, report: Reconciliation) -> Json:
    return {
        "code": cause.code,
        "text": cause_text(cause, report.currency),
        "lines": [{"names": names_of(key, report.by)} for key in cause.who],
        "explains": _amount(cause.explains, report),
        "net": _amount(cause.net, report),
        "figures": _figures(cause.figures),
        "alternatives": list(cause.alternatives),
    }


def _figures(figures: Mapping[str, Figure]) -> Json:
    return {name: ratio_text(value) if isinstance(value, Fraction) else value for name, value in figures.items()}


def _amount(amount: Fraction, report: Reconciliation) -> Json:
    digits = minor_digits(report.currency)
    return {"exact": exact_text(amount), "rounded": format(round_half_up(amount, digits), "f")}
