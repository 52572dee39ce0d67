"""The choice: which days of the log are meant, and what to say where nothing is left of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from costcalc.calendar import ONE_DAY, month_of
from costcalc.problems import CostcalcError, fail
from costcalc.selectors import written_glob
from costcalc.usage.counting.counter import Counter
from costcalc.usage.ledger import Loud, UsageLedger
from costcalc.usage.period import month_words
from costcalc.usage.request import ScanRequest


def counted_back(request: ScanRequest, counter: Counter) -> ScanRequest:
    """The request with the first of its last days, once the log's last day is known."""
    days = counter.days()
    if request.last is None or days is None:
        return replace(request, last=None)
    since = request.last.since(days[1])
    counter.begin(since)
    return replace(request, since=since, last=None)


def note_of(asked: ScanRequest, since: date | None, counter: Counter) -> list[str]:
    """What a length counts back from."""
    days = counter.days() if asked.last else None
    if days is None or since is None:
        return []
    return [f"the last {asked.last}: {since} to {days[1]}, the log's last day"]


def notes_of_rows_cut(request: ScanRequest, counter: Counter) -> list[str]:
    """Rows of weeks and months that begin before a bound and end after it: none is divided."""
    found: list[str] = []
    for day, begins, fate in ((request.since, None, "left out"), (request.until, request.since, "counted whole")):
        if day and (rows := counter.reaching_over(day, begins)):
            what = "1 row lasts" if rows == 1 else f"{rows:,} rows last"
            fate = f"{'it is' if rows == 1 else 'they are'} {fate}"
            found.append(
                Loud(f"{what} from before {day} to after it; usage belongs to the day its row begins, so {fate}")
            )
    return found


def check_some(ledger: UsageLedger, request: ScanRequest, counter: Counter) -> None:
    """CostcalcError: rows were read, and none of them is chosen. A total of 0 would say that nothing was used."""
    asked = request.since or request.until or request.where
    if not asked or ledger.groups or ledger.refused_rows:
        return
    days = counter.days()
    if days is None or counter.holds(request.since, request.until, with_empty=True):
        return
    raise _nothing(request, counter, days)


def _nothing(request: ScanRequest, counter: Counter, days: tuple[date, date]) -> CostcalcError:
    covers = f"the log covers {days[0]} to {days[1]}"
    meant = counter.days(chosen=True)
    if meant is None and (counting := counter.sums_chosen()):
        return fail(
            "nothing-chosen", f"the rows of {_wanted(request)} were left out, because they sum others up",
            expected=covers, remedy=f"leave {_first(request)} out for what they come to; {counting}",
        )  # fmt: skip
    if meant is None:
        return fail(
            "nothing-chosen", f"no row is of {_wanted(request)} together: each is in the log, but never in one row",
            expected=covers, remedy=f"leave one of them out: {_first(request)}",
        )  # fmt: skip
    if request.where:
        covers += f", and {_wanted(request)} is in it from {meant[0]} to {meant[1]}"
    covers = "; ".join([covers, *notes_of_rows_cut(request, counter)])
    return fail(
        "nothing-chosen",
        _reason(request),
        expected=f"days that hold usage: {covers}",
        remedy=_way(request, counter, meant),
    )


def _reason(request: ScanRequest) -> str:
    since, until = request.since, request.until
    of = f" of {_wanted(request)}" if request.where else ""
    if since and until and since >= until:
        return f"no day is chosen: the period begins on {since} and ends before {until}"
    if since and until:
        return f"the log has no usage{of} from {since} to {until - ONE_DAY}"
    return f"the log has no usage{of} from {since} on" if since else f"the log has no usage{of} before {until}"


def _way(request: ScanRequest, counter: Counter, meant: tuple[date, date]) -> str:
    """The month that was probably meant, if there is usage in it, else the last one with usage."""
    since, until = request.since, request.until
    if since and until and since >= until:
        month = month_of(since)
        if counter.holds(month.first, month.next.first):
            return f"the end is the day after the last one; for the whole month {month_words(since)}"
    return f"choose days of the log: {month_words(meant[1])}"


def _wanted(request: ScanRequest) -> str:
    return " and ".join(f"{name}={glob}" for name, globs in request.where.items() for glob in globs)


def _first(request: ScanRequest) -> str:
    name, globs = next(iter(request.where.items()))
    return f"--where {','.join(written_glob(name, glob) for glob in globs)}"
