"""A reconciliation for programs: JSON in full; its lines for CSV and pandas, and what stands beside them: taxes, credits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costcalc.render import fields as f
from costcalc.render import json_ as common
from costcalc.render.fields import Json, Rows
from costcalc.render.reconcile.figures import LineFigures, figures_of
from costcalc.render.reconcile.phrases import cause_text
from costcalc.render.rows import names_of
from costcalc.reports.reconcile.model import Apart, ReconciledLine, Reconciliation

PAIR = f.fields(
    ours=f.amount("of.ours", "shown.ours"), invoice=f.amount("of.theirs", "shown.theirs"),
    difference=f.amount("of.difference", "shown.between"),
)  # fmt: skip
LINE = f.fields(
    period=f.said("of.period"), names=f.names(lambda row, report: names_of(row["of"].key, report.by)), class_=f.text("of.kind"),
) | PAIR | f.fields(
    mapped=f.flag("of.is_mapped"), rows=f.integer("of.rows"), unpriced_tokens=f.count("of.unpriced_tokens"),
)  # fmt: skip
COMPARED = f.fields(
    by=f.texts, each=f.text, timezone=f.text, first_day=f.text("days.0"), last_day=f.text("days.1"), whole=f.flag,
    tolerance_share=f.ratio("tolerance.share"), tolerance_amount=f.decimal("tolerance.amount"),
)  # fmt: skip
INVOICE = f.fields(
    path=f.text("source.path"), format=f.text("source.format"), rows=f.integer("source.rows"), first_day=f.text,
    last_day=f.text, amount=f.amount,
)  # fmt: skip
TOTALS = PAIR | f.fields(
    difference=f.amount(lambda row, _: row["of"].theirs - row["of"].ours, "shown.between"),
    differing=f.amount("of.differing"), invoiced=f.amount("of.invoiced"),
)  # fmt: skip
APART = f.fields(
    kind=f.text("of.kind"), item=f.text("of.item"), amount=f.amount("of.amount", "shown"), rows=f.integer("of.rows")
)
OUTSIDE = f.fields(
    side=f.text(lambda row, _: "ours" if row["of"].side == "ours" else "invoice"), first_day=f.text("of.first"),
    last_day=f.text("of.last"), days=f.integer("of.days"), amount=f.amount("of.amount", "shown"),
)  # fmt: skip
CAUSE = f.fields(
    code=f.text("of.code"), text=f.text(lambda row, report: cause_text(row["of"], report.currency)),
    lines=f.each(f.fields(names=f.names), lambda row, report: [{"names": names_of(key, report.by)} for key in row["of"].who]),
    explains=f.amount("of.explains", "shown"), net=f.amount("of.net"), figures=f.names(lambda row, _: _plain(row["of"])),
    alternatives=f.texts("of.alternatives"),
)  # fmt: skip


def _plain(cause: Any) -> Json:
    return {name: f.ratio_text(each) if isinstance(each, Fraction) else each for name, each in cause.figures.items()}


def _with(parts: str) -> Any:
    """Each of the report's parts with its figure, by its place."""
    return lambda row, _: _paired(getattr(row["of"], parts), getattr(row["shown"], parts))


def _paired(parts: Any, shown: Any) -> Iterator[Json]:
    return ({"of": part, "shown": figures} for part, figures in zip(parts, shown, strict=True))


IN_COINS = f.fields(
    totals=f.part(TOTALS, lambda row, _: row | {"shown": row["shown"].total}),
    classes=f.each(
        f.fields(class_=f.text("of.kind"), lines=f.integer("of.lines")) | PAIR,
        lambda row, _: _paired(row["of"].sums(), row["shown"].classes),
    ),
    lines=f.each(LINE, _with("lines")), apart=f.each(APART, _with("apart")), outside=f.each(OUTSIDE, _with("outside")),
    causes=f.each(
        CAUSE, lambda row, _: ({"of": cause, "shown": row["shown"].causes.get(i)} for i, cause in enumerate(row["of"].causes)),
    ),
    unexplained=f.amount("of.unexplained", "shown.unexplained"),
)  # fmt: skip
RECONCILIATION = f.fields(
    schema=f.constant("costcalc.reconciliation/1"), currency=f.text, agrees=f.flag, complete=f.flag("is_complete"),
    compared=f.part(COMPARED, lambda report, _: report), usage=common.USAGE, configuration=common.configuration(),
    invoices=f.each(INVOICE), in_coins=f.inline(IN_COINS, lambda report, _: {"of": report, "shown": figures_of(report)}),
    unpriced=common.UNPRICED_LIST, exchange_rates=common.EXCHANGE_RATES, skipped=f.each(common.SKIPPED),
    refused_rows=f.integer, notes=f.texts,
)  # fmt: skip

COLUMNS = f.fields(class_=f.text("of.kind")) | PAIR | f.fields(
    ratio=f.ratio(lambda row, _: _ratio(row["of"])), currency=f.CURRENCY, mapped=f.flag("of.is_mapped"),
    invoice_rows=f.integer("of.rows"), unpriced_tokens=f.count("of.unpriced_tokens"),
)  # fmt: skip


def reconciliation_rows(report: Reconciliation) -> Rows:
    """A row a line, and one for each of what stands apart."""
    first = {"day": "day", "month": "month", "total": "period"}[report.each]
    header, _ = f.rows_with(COLUMNS, (), report)
    names = [f"invoice_{name}" if name in (first, *header) else name for name in report.by]
    figures = figures_of(report)
    lines = [(line.period or None, *line.key) for line in report.lines]
    lines += [(None, *(part.item if name is names[-1] else None for name in names)) for part in report.apart]
    rows = [
        *_paired(report.lines, figures.lines),
        *(_beside(*each) for each in zip(report.apart, figures.apart, strict=True)),
    ]
    known = f.rows_with(COLUMNS, rows, report)[1]
    return (first, *names, *header), [(*named, *values) for named, values in zip(lines, known, strict=True)]


def _beside(part: Apart, shown: Decimal) -> Json:
    """What stands apart, as a line of the invoice alone."""
    line = {"kind": part.kind, "ours": None, "theirs": part.amount, "difference": part.amount, "is_mapped": None}
    return {"of": line | {"rows": part.rows, "unpriced_tokens": Fraction()}, "shown": LineFigures(shown, shown, shown)}


def _ratio(line: Any) -> Fraction | None:
    return (
        line.theirs / line.ours if isinstance(line, ReconciledLine) and line.ours and line.theirs is not None else None
    )
