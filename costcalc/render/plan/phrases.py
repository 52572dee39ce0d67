"""Phrases: each change of a scenario in so few words that a header holds them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month, month_of
from costcalc.money import round_half_up
from costcalc.render.header import change_text
from costcalc.render.words import (
    DASH,
    amount_text,
    counted,
    day_text,
    decimal_text,
    month_text,
    plain_percent,
    price_text,
)
from costcalc.reports.plan.model import Plan
from costcalc.scenario.changes import LEVERS, Efficiency, Escalation, Growth, Mix, Move, Rescale
from costcalc.scenario.figure import ONCE, Figure, Span
from costcalc.scenario.model import PriceChange
from costcalc.scenario.revenue import Business, Fee, OwnPrice
from costcalc.scenario.where import Where

_GLOBS_SHOWN = 2  # of one name; more are counted
_PARTS_SHOWN = 6  # of one kind of change; more are counted


def phrases_of(plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(kind, phrases) in the order in which the kinds apply; kinds of which nothing changes are left out."""
    usage, business = plan.scenario.usage, plan.scenario.business
    kinds: list[tuple[str, list[str]]] = [
        ("growth", [_growth(change) for change in usage.growth]),
        ("mix", [_mix(change) for change in usage.mix]),
        ("escalation", [_escalation(change) for change in usage.escalation]),
        ("moves", [move_text(change) for change in usage.moves]),
        ("efficiency", [efficiency_text(change) for change in usage.efficiency]),
        ("price changes", list(_prices(plan))),
        ("exchange rates", [_fx(base, path, plan) for base, path in plan.scenario.fx.items()]),
        ("own prices", [_own_price(change) for change in business.own_prices]),
        ("other costs", list(_other_costs(business, plan.currency))),
    ]
    for kind, found in kinds:
        if found:
            shown = found if len(found) <= _PARTS_SHOWN + 1 else [*found[:_PARTS_SHOWN], f"{len(found) - _PARTS_SHOWN} more"]  # fmt: skip
            yield kind, tuple(shown)


def where_text(where: Where) -> str:
    """`feature search, provider baidu, input <= 2000`; empty where all usage is meant. Long lists of names are counted."""
    parts = []
    for name, globs in where.names.items():
        shown = " or ".join(globs) if len(globs) <= _GLOBS_SHOWN else f"{globs[0]} and {len(globs) - 1} others"
        parts.append(f"{name} {shown}")
    parts += [f"{length.meter.removesuffix('_tokens')} {length.written}" for length in where.lengths]
    if where.hours:
        parts.append(where.hours.written)
    return ", ".join(parts)


def move_text(move: Move) -> str:
    tier = "" if move.service_tier == "standard" else f" ({move.service_tier})"
    return f"{_share(move.share)} to {move.to}{tier}{_of(move.where)}{_span(move.span)}"


def efficiency_text(change: Efficiency) -> str:
    lever = LEVERS[change.lever]
    return f"{_figure(change.amount, not lever.is_share)} {lever.of}{_of(change.where)}{_span(change.span)}"


def fee_text(fee: Fee, currency: str) -> str:
    """`45.00 USD per seat and month, 240 seats`."""
    money = f"{price_text(fee.amount.amount)} {fee.amount.currency or currency}"
    seats = f", {counted(fee.seats, 'seat')}" if fee.per == "seat and month" else ""
    return f"{money} per {fee.per}{seats}{_of(fee.where)}{_span(fee.span)}"


def _growth(change: Growth) -> str:
    what = change.meter_word.replace("_", " ") if change.meters is not None else "requests"
    each = f"{what} in each request" if change.meters is not None else what
    if change.shape == "table":
        month, last = max(change.table.items(), key=lambda entry: entry[0])
        how = f"by a table, {_figure(last)} from {month_text(month)} on"
    else:
        how = _figure(change.rate) + {"compound": " a month", "linear": " of today's a month", "step": ""}[change.shape]
    return f"{each} {how}{_of(change.where)}{_span(change.span)}"


def _mix(change: Mix) -> str:
    meters = ", ".join(
        f"{name.removesuffix('_tokens').replace('_', ' ')} {_rescale(one)}" for name, one in change.meters.items()
    )
    return f"{_share(change.share)} of the requests: {meters}{_of(change.where)}{_span(change.span)}"


def _rescale(rescale: Rescale) -> str:
    parts = []
    if rescale.factor != ONCE:
        parts.append(_ends(rescale.factor, lambda end: f"×{_plain(end)}"))
    if rescale.more.high or rescale.more.low:
        parts.append(_ends(rescale.more, lambda end: f"+{amount_text(end)}") + " a request")
    return " ".join(parts)


def _escalation(change: Escalation) -> str:
    return (
        f"{_share(change.share)} first to {change.first}, {_share(change.escalated)} of them handed on"
        f"{_of(change.where)}{_span(change.span)}"
    )


def _prices(plan: Plan) -> Iterator[str]:
    """What moves a price over the log, or may still in the months to come; one change month by month is one phrase."""
    first = date.min if plan.log else plan.months[0].month.first
    runs: list[list[PriceChange]] = []
    for change in plan.changes:
        if change.until_day is not None and change.until_day <= first:
            continue  # in the list already
        if runs and runs[-1][-1].written == change.written and _is_next(runs[-1][-1], change):
            runs[-1].append(change)
        else:
            runs.append([change])
    for run in runs:
        begin = run[0].from_day
        often = f" a month, {len(run)} times" if len(run) > 1 else ""
        since = f", from {day_text(begin)}" if begin else ""
        yield f"{change_text(run[0])}{often}{since}"


def _is_next(one: PriceChange, other: PriceChange) -> bool:
    same = (one.selector, one.low, one.high) == (other.selector, other.low, other.high)
    return bool(same and one.from_day and other.from_day and month_of(one.from_day).next == month_of(other.from_day))


def _fx(base: str, path: Fraction | object, plan: Plan) -> str:
    quote = plan.scenario.currency or plan.currency
    if isinstance(path, Fraction):
        return f"1 {base} = {price_text(path)} {quote}"
    assert isinstance(path, dict)
    steps = [f"{price_text(rate)} {quote} from {month_text(month)}" for month, rate in sorted(path.items(), key=_month)]
    return f"1 {base} = {', '.join(steps)}"


def _month(entry: tuple[Month, Fraction]) -> Month:
    return entry[0]


def _own_price(change: OwnPrice) -> str:
    lost = f", {_share(change.lost)} of these customers lost" if change.lost.high else ""
    return f"your prices {_figure(change.change)}{lost}{_of(change.where)}{_span(change.span)}"


def _other_costs(business: Business, currency: str) -> Iterator[str]:
    for fee in business.other_costs:
        yield fee_text(fee, currency)


def _of(where: Where) -> str:
    text = where_text(where)
    return f" ({text})" if text else ""


def _span(span: Span) -> str:
    text = f" from {day_text(span.from_day)}" if span.from_day else ""
    text += f" until {day_text(span.until_day)}" if span.until_day else ""
    return text + (f" over {counted(span.ramp_months, 'month')}" if span.ramp_months > 1 else "")


def _figure(figure: Figure, signed: bool = True) -> str:
    return _ends(figure, lambda end: plain_percent(end, signed=signed))


def _share(figure: Figure) -> str:
    return _figure(figure, signed=False)


def _ends(figure: Figure, text: Callable[[Fraction], str]) -> str:
    return f"{text(figure.low)} to {text(figure.high)}" if figure.is_range else text(figure.low)


def _plain(number: Fraction) -> str:
    """`1.5`, `40`, with the digits that it needs."""
    return decimal_text(round_half_up(number, 4).normalize()) if number % 1 else f"{int(number):,}"


def horizon_text(months: Sequence[Month]) -> str:
    """`12 months, Oct 2026 – Sep 2027`."""
    first, last = months[0], months[-1]
    span = month_text(first) if first == last else f"{month_text(first)} {DASH} {month_text(last)}"
    return f"{counted(len(months), 'month')}, {span}"
