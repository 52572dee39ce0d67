"""Tables of prices: meters down, lengths or kinds of request across, in as many tables as the width asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.pricebook.model import Bounds
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid
from costcalc.render.prices.words import length_text, per_text, span_text, title_of, variant_text
from costcalc.render.words import DASH, capital, price_text
from costcalc.reports.prices.rates import LengthPrices, Variant, meter_order

_MOST = {False: 4, True: 8}  # columns of figures: where it is narrow, and where it is wide


def price_tables(
    lengths: Sequence[LengthPrices], variants: Sequence[Variant], currency: str, has_hours: bool, is_wide: bool
) -> Iterator[Block]:
    """The prices of one day."""
    has_outputs = any(each.bounds.output_over or each.bounds.output_up_to for each in lengths)
    across_lengths = len(variants) == 1 and not has_outputs and not any(each.bounds.labels for each in lengths)
    columns: Sequence[tuple[str, Sequence[tuple[LengthPrices, Variant]]]]
    if across_lengths:
        columns = [(_length_title(each.bounds, len(lengths)), [(each, variants[0])]) for each in lengths]
        groups = [""]
    else:
        columns = [(variant_text(v, has_hours), [(each, v) for each in lengths]) for v in variants]
        groups = [length_text(each.bounds) for each in lengths] if len(lengths) > 1 else [""]
    most = _MOST[is_wide]
    for begin in range(0, len(columns), most):
        yield Gap()
        yield _table(columns[begin : begin + most], groups, currency)


def _table(
    columns: Sequence[tuple[str, Sequence[tuple[LengthPrices, Variant]]]], groups: Sequence[str], currency: str
) -> Grid:
    rows = []
    for position, group in enumerate(groups):
        cells = [column[position] for _, column in columns]
        present = {meter for each, variant in cells for kind, meter in each.on[0] if kind == variant}
        if group and present:
            rows.append([Cell(capital(group), "strong"), *(Cell() for _ in cells), Cell()])
        for meter in sorted(present, key=meter_order):
            figures = [each.on[0].get((variant, meter)) for each, variant in cells]
            texts = [Cell(price_text(price.per(meter))) if price else Cell(DASH, "quiet") for price in figures]
            rows.append([Cell(title_of(meter), indent=1 if group else 0), *texts, Cell(per_text(meter), "quiet")])
    return Grid([Column(currency, "name"), *(Column(title) for title, _ in columns), Column("Per", "text")], rows)


def _length_title(bounds: Bounds, count: int) -> str:
    span = span_text(bounds.input_over, bounds.input_up_to)
    return capital(span) if span else "Any length" if count > 1 else "Price"
