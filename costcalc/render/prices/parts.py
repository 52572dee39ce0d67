"""Parts that several price reports share: a price in JSON and CSV, a request's kind, a change in percent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costcalc.pricebook.fields import WEEKDAYS
from costcalc.pricebook.model import labels_text
from costcalc.render import fields as f
from costcalc.render.blocks import Cell
from costcalc.render.cells import change_style
from costcalc.render.prices.words import end_text
from costcalc.render.words import DASH, percent_text
from costcalc.reports.prices.rates import per_units

# Which requests, which lengths, which meter, and for how many units its prices are written.
LINE = f.fields(
    service_tier=f.text("variant.tier"), thinking=f.boolean("variant.thinking"), off_peak=f.boolean("variant.off_peak"),
    input_over=f.integer("bounds.input_over"), input_up_to=f.integer("bounds.input_up_to"),
    output_over=f.integer("bounds.output_over"), output_up_to=f.integer("bounds.output_up_to"),
    labels=f.said(lambda row, report: labels_text(f.found("bounds.labels", row, report))), meter=f.text,
    per=f.integer(lambda row, _: per_units(f.found("meter", row, _))),
)  # fmt: skip


def price_of(name: str) -> f.Field:
    """The price for so many units as the meter is written with."""

    def found(row: Any, report: Any) -> Fraction | None:
        of_one: Fraction | None = f.found(name, row, report)
        return None if of_one is None else of_one * per_units(f.found("meter", row, report))

    return f.decimal(found)


def change_cell(change: Fraction | None, unknown: str = "") -> Cell:
    """`−21.9%`; a dash where nothing moved."""
    if change is None:
        return Cell(unknown, "quiet")
    return Cell(percent_text(change, signed=True), change_style(change)) if change else Cell(DASH, "quiet")


BOUNDS = f.fields(
    input_over=f.integer, input_up_to=f.integer, output_over=f.integer, output_up_to=f.integer,
    labels=f.said(lambda bounds, _: labels_text(bounds.labels)),
)  # fmt: skip
SOURCE = f.fields(name=f.text("key"), url=f.text, read=f.said, confidence=f.said)
SCHEDULE = f.fields(
    name=f.text, timezone=f.text,
    peak=f.each(f.fields(
        weekdays=f.texts(lambda window, _: [WEEKDAYS[day] for day in sorted(window.weekdays)]),
        opens=f.text(lambda window, _: window.opens.isoformat("minutes")), closes=f.text(lambda window, _: end_text(window.closes)),
    )),
    off_peak_holidays=f.value("holidays"),
)  # fmt: skip
