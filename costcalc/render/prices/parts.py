"""Parts that several price reports share: a price in JSON and CSV, a request's kind, a change in percent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costcalc.money import exact_text
from costcalc.pricebook.fields import WEEKDAYS
from costcalc.pricebook.model import Bounds, Schedule, Source
from costcalc.render import fields as f
from costcalc.render.blocks import Cell
from costcalc.render.cells import change_style
from costcalc.render.fields import RATIO_DIGITS, Json, Value, exact_value
from costcalc.render.words import DASH, percent_text
from costcalc.reports.prices.rates import Variant, per_units

# Which requests, which lengths, which meter, and for how many units its prices are written.
LINE = f.fields(
    service_tier=f.text("variant.tier"), thinking=f.boolean("variant.thinking"), off_peak=f.boolean("variant.off_peak"),
    input_over=f.integer("bounds.input_over"), input_up_to=f.integer("bounds.input_up_to"),
    output_over=f.integer("bounds.output_over"), output_up_to=f.integer("bounds.output_up_to"), meter=f.text,
    per=f.integer(lambda row, _: per_units(f.found("meter", row, _))),
)  # fmt: skip
LINE_COLUMNS = tuple(LINE)


def line_json(variant: Variant, bounds: Bounds, meter: str) -> Json:
    """A line as JSON."""
    return f.object_of(LINE, {"variant": variant, "bounds": bounds, "meter": meter}, None)


def line_values(variant: Variant, bounds: Bounds, meter: str) -> Sequence[Value]:
    """The same as columns of a CSV."""
    return f.rows_with(LINE, [{"variant": variant, "bounds": bounds, "meter": meter}], None)[1][0]


def price_of(name: str) -> f.Field:
    """The price for so many units as the meter is written with."""

    def found(row: Any, report: Any) -> Fraction | None:
        of_one: Fraction | None = f.found(name, row, report)
        return None if of_one is None else of_one * per_units(f.found("meter", row, report))

    return f.decimal(found)


def price_json(of_one: Fraction | None, meter: str) -> str | None:
    return None if of_one is None else exact_text(of_one * per_units(meter))


def price_value(of_one: Fraction | None, meter: str) -> Decimal | None:
    return None if of_one is None else exact_value(of_one * per_units(meter))


def ratio_json(ratio: Fraction | None) -> str | None:
    return None if ratio is None else exact_text(ratio, RATIO_DIGITS)


def change_cell(change: Fraction | None, unknown: str = "") -> Cell:
    """`−21.9%`; a dash where nothing moved."""
    if change is None:
        return Cell(unknown, "quiet")
    return Cell(percent_text(change, signed=True), change_style(change)) if change else Cell(DASH, "quiet")


def source_json(source: Source) -> Json:
    return {"name": source.key, "url": source.url, "read": source.read or None, "confidence": source.confidence or None}


def schedule_json(schedule: Schedule | None) -> Json | None:
    if schedule is None:
        return None
    return {
        "name": schedule.name,
        "timezone": schedule.timezone,
        "peak": [
            {
                "weekdays": [WEEKDAYS[day] for day in sorted(window.weekdays)],
                "opens": window.opens.isoformat("minutes"),
                "closes": "24:00" if not window.closes.hour and not window.closes.minute else window.closes.isoformat("minutes"),
            }
            for window in schedule.peak
        ],
        "off_peak_holidays": schedule.holidays,
    }  # fmt: skip
