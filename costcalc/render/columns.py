"""Columns: the table of a page, made from the fields of its rows. What is a figure there is the figure of the data file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from costcalc.render import cells
from costcalc.render.blocks import Cell, Column
from costcalc.render.fields import Field, Fields, found

_LOOKS: Mapping[str, Callable[[Any], Cell]] = {
    "count": cells.count, "computed": cells.count, "ratio": cells.percent, "figure": cells.money, "amount": cells.money,
    "page": lambda cell: cell,
}  # fmt: skip


def columns_of(
    fields: Fields, report: Any, without: Collection[str] = (), titles: Mapping[str, str] | None = None
) -> list[Column]:
    """The fields that have a column, each with its cell of a row. `titles`: what this report calls some of them."""
    return [
        replace(
            field.column, key=key, title=(titles or {}).get(key, field.column.title),
            of=field.column.of or partial(_cell, field, report),
        )
        for key, field in fields.items() if field.column and key not in without
    ]  # fmt: skip


def _cell(field: Field, report: Any, row: Any) -> Cell:
    value = found(field.shown or field.of, row, report)
    if value is None:
        return cells.NONE
    return _LOOKS[field.kind](value) if field.kind in _LOOKS else Cell(str(value))
