"""Why: the command that takes a page's figures apart, with every word of the call that decides them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from costcalc.asked import Call
from costcalc.render.blocks import Block, Command, Gap, Note

if TYPE_CHECKING:
    from costcalc.reports.cost import CostReport
    from costcalc.reports.forecast import Forecast
    from costcalc.reports.plan.model import Plan
    from costcalc.scenario.model import PriceChange

_ANY = "Why any figure"
_OF_THE_LOG = "What the log comes to, taken apart"  # of reports whose own figures lie in the months to come
_OF_PYTHON = "costcalc.explain(…), with the same usage and options"


def why_log(plan: Plan) -> Iterator[Block]:
    """`Why any figure: costcalc explain usage.csv --hike alibaba=34`; rises that begin after the log are in none of them."""
    call, last = plan.usage.asked.call, plan.usage.last_day
    later = [change for change in plan.changes if _is_later(change, last)]
    if call and later:
        call = _without(call, later, list(plan.changes))
    if plan.rating.charges:
        yield from _why(_ANY, call)


def why_cost(report: CostReport) -> Iterator[Block]:
    """`explain` has no lines by the month or the meter: a line's figure is found within its whole."""
    if report.rating.charges:
        yield from _why(_ANY, report.usage.asked.call)


def why_forecast(forecast: Forecast) -> Iterator[Block]:
    """What is spent of the month or year; all that is to come is drawn, and has no price of its own."""
    call, usage, period = forecast.usage.asked.call, forecast.usage, forecast.period
    if not forecast.rating.charges or not usage.first_day or not usage.last_day:
        return
    if period is None or period.first > usage.last_day:
        yield from _why(_OF_THE_LOG, call)
        return
    since = ("--since", str(max(period.first, usage.first_day)))
    yield from _why("Why the amount spent", call.instead(since) if call else None)


def why_ahead(plan: Plan) -> Iterator[Block]:
    """The log that the months to come carry on, at its own prices."""
    call = plan.usage.asked.call
    if plan.rating.charges:
        yield from _why(_OF_THE_LOG, call.without("--hike", "--scenario", "--pass-through") if call else None)


def _why(what: str, call: Call | None) -> Iterator[Block]:
    yield Gap()
    yield Command(call.titled(what), call.of("explain")) if call else Note(f"{what}: {_OF_PYTHON}", "quiet")


def _is_later(change: PriceChange, last: date | None) -> bool:
    return change.from_day is not None and last is not None and change.from_day > last


def _without(call: Call, later: Sequence[PriceChange], changes: Sequence[PriceChange]) -> Call:
    """The call without rises of later days, which `explain` refuses; a file goes only where it holds nothing else."""
    kept = [change for change in changes if change not in later]
    if not kept:
        return call.without("--hike", "--scenario", "--pass-through")
    if not any(change.is_range or change.event for change in kept):
        call = call.without("--pass-through")
    gone = {change.written.strip() for change in later}
    options = []
    for flag, value in call.options:
        words = [word for word in value.split(",") if word.strip() not in gone] if flag == "--hike" else [value]
        if words:
            options.append((flag, ",".join(words)))
    return Call(call.usage, tuple(options))
