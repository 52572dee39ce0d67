"""Words of a price list: lengths, hours, kinds of request, units, since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from pathlib import Path

from costcalc.meters import meters
from costcalc.pricebook.fields import WEEKDAYS
from costcalc.pricebook.load import is_shipped
from costcalc.pricebook.model import STANDARD, Bounds, Schedule, Window, labels_text
from costcalc.render.words import DASH, capital, day_text
from costcalc.reports.prices.rates import Variant, per_units

_SIZES = {1: "", 1_000: "1K ", 1_000_000: "1M "}
_FIRST_HOUR = time()


def label_of(meter: str) -> str:
    """`cached input`, as it stands in a table."""
    return meters().by_name[meter].label


def title_of(meter: str) -> str:
    return capital(label_of(meter))


def per_text(meter: str) -> str:
    """`1M tokens`, `1K requests`, `GPU-hour`."""
    unit, size = meters().by_name[meter].unit, per_units(meter)
    return f"{_SIZES[size]}{unit}{'' if size == 1 else 'es' if unit.endswith('ch') else 's'}"


def since_text(starts: date | None, observed: date | None) -> str:
    """`28 Feb 2026`, or `by 11 Aug 2026` where the start is unknown and that is the day it was seen."""
    if starts:
        return day_text(starts)
    return f"by {day_text(observed)}" if observed else "not known"


def tokens_text(count: int) -> str:
    """`32K`, `1M`, `8,192`."""
    for size, letter in ((1_000_000, "M"), (1_000, "K")):
        if count and count % size == 0:
            return f"{count // size:,}{letter}"
    return f"{count:,}"


def span_text(over: int, up_to: int | None) -> str:
    """`up to 32K`, `32K–128K`, `over 128K`, or nothing for every length."""
    if up_to is None:
        return f"over {tokens_text(over)}" if over else ""
    return f"{tokens_text(over)}{DASH}{tokens_text(up_to)}" if over else f"up to {tokens_text(up_to)}"


def length_text(bounds: Bounds) -> str:
    """`32K–128K input`, `up to 32K input, over 200 output`."""
    return ", ".join(spans_of(bounds)) or "any length"


def spans_of(bounds: Bounds) -> list[str]:
    """Which requests are meant, one text a side of them and a label of their rows."""
    spans = (
        (span_text(bounds.input_over, bounds.input_up_to), "input"),
        (span_text(bounds.output_over, bounds.output_up_to), "output"),
    )
    return [*(f"{span} {side}" for span, side in spans if span), *filter(None, [labels_text(bounds.labels)])]


def variant_text(variant: Variant, has_hours: bool) -> str:
    """`Standard`, `Off-peak`, `Batch`, `Thinking`; at which hours only where a schedule tells them apart."""
    words = [] if variant.tier == STANDARD else [variant.tier.replace("_", " ")]
    if has_hours:
        words.append("off-peak" if variant.off_peak else "peak")
    if variant.thinking:
        words.append("thinking")
    return capital(" ".join(words) or STANDARD)


def schedule_text(schedule: Schedule) -> str:
    """`peak Mon–Fri 09:00–12:00 and 14:00–18:00 (Asia/Shanghai), off-peak at all other hours and on …`."""
    days: dict[frozenset[int], list[Window]] = {}
    for window in schedule.peak:
        days.setdefault(window.weekdays, []).append(window)
    peak = "; ".join(f"{days_text(weekdays)} {_hours(windows)}" for weekdays, windows in days.items())
    weekend = all(not window.weekdays & {5, 6} for window in schedule.peak)
    rest = "at all other hours"
    if schedule.holidays and weekend:
        rest += f", at weekends (make-up working days too) and on public holidays ({schedule.holidays})"
    elif schedule.holidays:
        rest += f" and on public holidays ({schedule.holidays})"
    elif weekend:
        rest += " and at weekends, public holidays like any other day"
    return f"peak {peak} ({schedule.timezone}); off-peak {rest}"


def days_text(weekdays: frozenset[int]) -> str:
    """`daily`, `Mon–Fri`, `Mon, Wed`."""
    if len(weekdays) == len(WEEKDAYS):
        return "daily"
    first, last = min(weekdays), max(weekdays)
    if len(weekdays) > 1 and len(weekdays) == last - first + 1:
        return f"{WEEKDAYS[first]}{DASH}{WEEKDAYS[last]}"
    return ", ".join(WEEKDAYS[day] for day in sorted(weekdays))


def file_text(file: str) -> str:
    """A shipped book by its name; a file of one's own by its path as it was given."""
    return Path(file).name if is_shipped(file) else file


def and_text(words: Sequence[str]) -> str:
    """`input, output and requests`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _hours(windows: Sequence[Window]) -> str:
    return and_text([f"{window.opens:%H:%M}{DASH}{end_text(window.closes)}" for window in windows])


def end_text(closes: time) -> str:
    """`24:00` where a window lasts until midnight."""
    return "24:00" if closes == _FIRST_HOUR else f"{closes:%H:%M}"
