"""Parts that several price reports share: a price in JSON and CSV, a request's kind, a change in percent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from costcalc.money import exact_text
from costcalc.pricebook.model import Bounds, Schedule, Source
from costcalc.pricebook.read import WEEKDAYS
from costcalc.render.blocks import Cell
from costcalc.render.cells import change_style
from costcalc.render.fields import RATIO_DIGITS, Value, exact_value
from costcalc.render.words import DASH, percent_text
from costcalc.reports.prices.rates import Variant, per_units

Json = dict[str, Any]

LINE_COLUMNS = (
    "service_tier", "thinking", "off_peak", "input_over", "input_up_to", "output_over", "output_up_to", "meter", "per",
)  # fmt: skip


def line_json(variant: Variant, bounds: Bounds, meter: str) -> Json:
    """Which requests, which lengths, which meter, and for how many units its prices are written."""
    return {
        "service_tier": variant.tier,
        "thinking": variant.thinking,
        "off_peak": variant.off_peak,
        "input_over": bounds.input_over,
        "input_up_to": bounds.input_up_to,
        "output_over": bounds.output_over,
        "output_up_to": bounds.output_up_to,
        "meter": meter,
        "per": per_units(meter),
    }


def line_values(variant: Variant, bounds: Bounds, meter: str) -> tuple[Value, ...]:
    """The same as columns of a CSV."""
    found = line_json(variant, bounds, meter)
    return tuple(str(value).lower() if isinstance(value, bool) else value for value in found.values())


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
