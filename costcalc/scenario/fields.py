"""Fields that entries of a scenario share: the days of a change, how it comes in, how its ranges are drawn, a note."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from costcalc.calendar import MOST_MONTHS, Month, read_day, read_month
from costcalc.scenario.figure import DISTRIBUTIONS, Span
from costcalc.scenario.kinds import TEXT
from costcalc.yamldoc import Map, Node, Scalar
from costcalc.yamlfields import Entry, Kind, Values, YamlField, day_of, in_order, number_or, pattern, word_of

_OF_MONTH = r"-(0[1-9]|[12]\d|3[01])"
MONTH = r"\d{4}-(0[1-9]|1[0-2])"
FIRST = ("on", "from")  # both say the first day
_MONTHS = re.compile(r"(\d{1,4})( months?)?", re.ASCII)


def _first_of_month(text: str) -> date:
    return read_month(text).first


def month_of_key(entry: Entry, key: Scalar) -> Month | None:
    try:
        return read_month(key.text)
    except ValueError:
        entry.wrong(key, "bad-date", " is not a month", "2026-12")
        return None


def months_of(entry: Entry, text: Scalar) -> int:
    """`3 months`, or 3: from 1 to MOST_MONTHS."""
    match = _MONTHS.fullmatch(text.text.strip())
    if match and 1 <= int(match[1]) <= MOST_MONTHS:
        return int(match[1])
    entry.wrong(text, "bad-months", " is not a number of months", f"12 months, from 1 to {MOST_MONTHS}")
    return 1


DISTRIBUTED = word_of(DISTRIBUTIONS, "unknown-distribution", 'no distribution is called "{}"')


def _distribution(entry: Entry, text: Scalar) -> str | None:
    found: str | None = DISTRIBUTED.read(entry, text)
    if found and not _has_range(entry.map):
        entry.document.report(
            text, "distribution-without-range", f"{entry.what} has no range to draw from", expected="5..34%",
            remedy="write a range, or leave the distribution out",
        )  # fmt: skip
    return found


def distribution_in(record: Any) -> str:
    """What the ranges of a record are drawn from: a file says it once for all of them."""
    return next((each.distribution for each in record.figures if each.is_range and each.distribution), "")


def _has_range(found: Map) -> bool:
    """Whether a range is written anywhere in the entry, but for what chooses usage."""
    return any(_holds_range(node) for key, node in found if key.text not in ("where", "note", "quality"))


def _holds_range(node: Node) -> bool:
    if isinstance(node, Scalar):
        return ".." in node.text
    return any(_holds_range(part) for part in ((value for _, value in node) if isinstance(node, Map) else node))


MONTHS = Kind(
    months_of, number_or(rf"([1-9]|[1-9]\d|1[01]\d|{MOST_MONTHS})( months?)?"), "3 months",
    lambda count: f"{count} month{'s' if count != 1 else ''}",
)  # fmt: skip
# A month begins on its first; until a month is said by two kinds of people, so it is not taken.
FIRST_DAY = Kind(
    day_of("2027-01-15, or 2027-01", read_day, _first_of_month), pattern(rf"{MONTH}({_OF_MONTH})?"), "2027-01-15"
)
DAY = Kind(day_of("2027-01-15"), pattern(rf"{MONTH}{_OF_MONTH}"), "2027-06-01")

ON = YamlField(
    "on", FIRST_DAY, "From this day on, or from the first of a month, 2027-01; from the first month to come if nothing is said.",
    also="from",  # readers of YAML 1.1 take `on` for yes
    of=lambda record: record.span.from_day,
)  # fmt: skip
UNTIL = YamlField("until", DAY, "The first day without it.", of=lambda record: record.span.until_day)
RAMP = YamlField(
    "ramp", MONTHS, "Over how many months it comes in.", default=1, of=lambda record: record.span.ramp_months
)
SPAN = (ON, UNTIL, RAMP)
DISTRIBUTION = YamlField(
    "distribution", replace(DISTRIBUTED, read=_distribution),
    "How --simulate draws from the ranges of this entry.", default="",
    of=distribution_in,
)  # fmt: skip
NOTE = YamlField("note", TEXT, "What a reader should know.", default="")


IN_ORDER = in_order("on", "until")


def made(record: Callable[..., Any]) -> Callable[[Entry, Values], Any]:
    """What makes a record of an entry whose keys are its attributes; the days are its span."""

    def make(entry: Entry, values: Values) -> Any:
        said = {key: value for key, value in values.items() if key not in ("on", "until", "ramp", "distribution")}
        return record(**said, span=span_of(values), place=entry.map.place)

    return make


def span_of(values: Values) -> Span:
    return Span(values["on"], values["until"], values.get("ramp", 1))
