"""Stale prices on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Gap, Note, grid
from costcalc.render.columns import columns_of
from costcalc.render.fields import Rows
from costcalc.render.words import counted, day_text
from costcalc.render.written import Writers
from costcalc.reports.prices.stale import Stale


def stale_blocks(report: Stale, is_wide: bool) -> Sequence[Block]:
    """The models whose sources were last read long ago, those that most catalogues have, then the oldest."""
    headline = (
        f"{len(report.models):,} of {counted(report.checked, 'model')} in force on {day_text(report.day)} have a source"
        f" that was last read more than {counted(report.after, 'day')} before, or nobody said when."
    )
    unused = () if any(each.use for each in report.models) else ("catalogues",)
    table = grid(columns_of(MODEL, report, unused), report.models)
    return [Note(headline, "strong"), *((Gap(), table) if report.models else ())]


MODEL = f.fields(
    provider=f.text(column=Column("Model", "name", of=lambda each: Cell(f"{each.provider}/{each.model}"))),
    region=f.text(column=Column("List", "text", of=lambda each: Cell(each.region, "quiet"))), model=f.text,
    read=f.said("written", column=Column("Read", of=lambda each: Cell(each.written or "not said"))),
    catalogues=f.integer("use", column=Column("Catalogues", of=lambda each: Cell(f"{each.use}" if each.use else ""))),
    age_days=f.integer("age", column=Column("Age", of=lambda each: Cell("" if each.age is None else f"{each.age:,} d"))),
    source=f.said,
)  # fmt: skip
STALE = f.fields(
    schema=f.constant("costcalc.prices-stale/1"), day=f.text, after_days=f.integer("after"), checked=f.integer,
    models=f.each(MODEL),
)  # fmt: skip


def stale_rows(report: Stale) -> Rows:
    """A row a model."""
    return f.rows_with(MODEL, report.models, None)


WRITTEN = Writers("Stale prices", page=stale_blocks, rows=stale_rows, json=STALE)
