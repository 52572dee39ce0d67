"""Stale prices on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid
from costcalc.render.fields import Rows
from costcalc.render.prices.parts import Json
from costcalc.render.words import counted, day_text
from costcalc.reports.prices.stale import Stale

STALE_SCHEMA = "costcalc.prices-stale/1"


def stale_blocks(report: Stale) -> Sequence[Block]:
    """The models whose sources were last read long ago, the oldest first."""
    said = (
        f"{report.checked:,} models in force on {day_text(report.day)}",
        f"{counted(len(report.models), 'model')} last read more than {counted(report.after, 'day')} before",
    )
    rows = [
        [
            Cell(f"{each.provider}/{each.model}"),
            Cell(each.region, "quiet"),
            Cell(each.written or "not said"),
            Cell("" if each.age is None else f"{each.age:,} d"),
        ]
        for each in report.models
    ]
    table = [Gap(), Grid([Column("Model", "name"), Column("List", "text"), Column("Read"), Column("Age")], rows)]
    return [Facts([("sources", said)]), *(table if rows else ())]


def stale_json(report: Stale) -> Json:
    """See docs/prices.md."""
    return {
        "schema": STALE_SCHEMA,
        "day": report.day.isoformat(),
        "after_days": report.after,
        "checked": report.checked,
        "models": [
            {
                "provider": each.provider,
                "region": each.region,
                "model": each.model,
                "read": each.written or None,
                "age_days": each.age,
                "source": each.source or None,
            }
            for each in report.models
        ],
    }


def stale_rows(report: Stale) -> Rows:
    """A row a model."""
    header = ("provider", "region", "model", "read", "age_days", "source")
    return header, [
        (each.provider, each.region, each.model, each.written, each.age, each.source) for each in report.models
    ]
