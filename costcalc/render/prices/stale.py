"""Stale prices on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, grid
from costcalc.render.fields import Json, Rows
from costcalc.render.words import counted, day_text
from costcalc.reports.prices.stale import Stale


def stale_blocks(report: Stale) -> Sequence[Block]:
    """The models whose sources were last read long ago: those that most catalogues have, then the oldest."""
    said = (
        f"{report.checked:,} models in force on {day_text(report.day)}",
        f"{counted(len(report.models), 'model')} last read more than {counted(report.after, 'day')} before",
    )
    table = grid([
        Column("Model", "name", of=lambda each: Cell(f"{each.provider}/{each.model}")),
        Column("List", "text", of=lambda each: Cell(each.region, "quiet")),
        Column("Read", of=lambda each: Cell(each.written or "not said")),
        *([Column("Catalogues", of=lambda each: Cell(f"{each.use or ''}"))] if any(each.use for each in report.models) else []),
        Column("Age", of=lambda each: Cell("" if each.age is None else f"{each.age:,} d")),
    ], report.models)  # fmt: skip
    return [Facts([("sources", said)]), *((Gap(), table) if report.models else ())]


MODEL = f.fields(
    provider=f.text,
    region=f.text,
    model=f.text,
    read=f.said("written"),
    age_days=f.integer("age"),
    source=f.said,
    catalogues=f.integer("use"),
)
STALE = f.fields(
    schema=f.constant("costcalc.prices-stale/1"), day=f.text, after_days=f.integer("after"), checked=f.integer,
    models=f.each(MODEL),
)  # fmt: skip


def stale_json(report: Stale) -> Json:
    """See docs/prices.md."""
    return f.object_of(STALE, report, None)


def stale_rows(report: Stale) -> Rows:
    """A row a model."""
    return f.rows_with(MODEL, report.models, None)
