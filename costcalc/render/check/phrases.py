"""Phrases: what a finding says, in one sentence, with the figures that decide it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from costcalc.budget.model import COUNTED
from costcalc.calendar import DayRange, month_of
from costcalc.money import round_half_up
from costcalc.render.coverage import in_brackets, most_words, part_words
from costcalc.render.words import (
    DASH,
    amount_text,
    counted,
    day_text,
    days_text,
    decimal_text,
    money_text,
    month_text,
    months_text,
    percent_text,
    plain_percent,
    share_text,
)
from costcalc.reports.check.check import AgainstBaseline, Check
from costcalc.reports.check.finding import Breaks, Finding, Status, worst
from costcalc.reports.check.log import INTERVAL

UP, DOWN = "↑", "↓"
STATUS_WORDS: dict[Status, str] = {"broken": "broken", "incomplete": "incomplete", "warn": "warns", "ok": "holds"}
_MOST_DIGITS = 6  # of a percentage that lies so near to its limit that fewer would show them alike


_TITLES: tuple[tuple[Status, str, str], ...] = (
    ("broken", "is broken", "are broken"), ("incomplete", "is incomplete", "are incomplete"), ("warn", "warns", "warn"),
)  # fmt: skip


def title_text(check: Check) -> str:
    """`2 of 5 budgets are broken, 1 warns`, `All 5 budgets hold`."""
    total, parts = len(check.budgets), list[str]()
    for status, one, many in _TITLES:
        if count := check.count(status):
            of = "" if parts else f" of {counted(total, 'budget')}"
            parts.append(f"{count}{of} {one if count == 1 else many}")
    return ", ".join(parts) or ("The budget holds" if total == 1 else f"All {total} budgets hold")


def sentence(finding: Finding, currency: str) -> str:
    """What came of the budget, without its name: `623.75 USD in Sep 2026, 23.75 USD over the limit of …`, a full stop."""
    kinds = {
        "limit": _limit, "margin_at_least": _margin, "unpriced_at_most": _gap, "prices_checked_within": _age,
    }  # fmt: skip
    kind = finding.budget.kind
    text = _rise(finding, currency) if kind == "max_rise" else kinds[kind](finding)
    return f"{text}."


def value_text(finding: Finding, amount: Fraction | None) -> str:
    """An amount in the finding's unit."""
    if amount is None:
        return DASH
    if finding.unit == "share":
        return _near_percent(amount, finding)
    if finding.unit == "days":
        return counted(int(amount), "day")
    return unit_text(amount, finding.unit)


def limit_text(finding: Finding) -> str:
    """The limit in force: `600.00 USD`, `55%`, `+10%`."""
    if finding.unit == "share":
        return plain_percent(finding.limit, signed=finding.budget.kind == "max_rise")
    return value_text(finding, finding.limit)


def unit_text(amount: Fraction, unit: str) -> str:
    if unit in COUNTED:
        return f"{amount_text(amount)} {unit[:-1] if amount == 1 else unit}"
    return money_text(amount, unit)


def used_text(share: Fraction) -> str:
    """How much of a limit is used; what is above it is never called 100%."""
    return percent_text(share, _digits(share, Fraction(1))) if 1 < share < Fraction(101, 100) else share_text(share)


def period_text(days: DayRange | None) -> str:
    """`Sep 2026`, `Q3` as `Jul–Sep 2026`, `21–27 Sep 2026`; "" where there are no days."""
    if days is None:
        return ""
    first, last = month_of(days.first), month_of(days.last)
    if days.first == first.first and days.last == last.last:
        return month_text(first) if first == last else months_text(first, last)
    return days_text(days.first, days.last)


def when_text(days: DayRange | None) -> str:
    """` in Sep 2026`, ` on 1 Sep 2026`, ` on 21–27 Sep 2026`; "" where there are no days."""
    if days is None:
        return ""
    of_months = days.first.day == 1 and days.last == month_of(days.last).last
    return f" {'in' if of_months else 'on'} {period_text(days)}"


def change_text(finding: Finding, currency: str) -> str:
    """`+743.00 USD, +3.4% ↑` against the baseline; of margins in points; "" without one."""
    if finding.baseline is None:
        return ""
    change = finding.change
    if change is None:
        return DASH
    if finding.unit == "share" and finding.budget.kind != "max_rise":
        return _with_arrow(f"{decimal_text(round_half_up(change * 100, 1), signed=True)} points", change)
    unit = currency if finding.budget.kind == "max_rise" else finding.unit
    return difference_text(change, finding.before or Fraction(), unit, by_day=finding.is_by_day)


def short_change_text(finding: Finding, currency: str) -> str:
    """`+3.4% ↑` where there is no room for the amount."""
    before = finding.before
    is_share = finding.unit == "share" and finding.budget.kind != "max_rise"
    if finding.change is None or not before or before < 0 or is_share:
        return change_text(finding, currency)
    rise = finding.change / before
    by_day = " a day" if finding.is_by_day and finding.change else ""
    return _with_arrow(f"{percent_text(rise, signed=True)}{by_day}", finding.change)


def difference_text(change: Fraction, before: Fraction, unit: str, *, by_day: bool = False) -> str:
    """`+743.00 USD, +3.4% ↑`, `+743.00 USD a day, +3.4% ↑`."""
    amount = f"{amount_text(abs(change))} {unit}" if unit in COUNTED else money_text(abs(change), unit)
    sign = "+" if change > 0 else "−"
    rise = f", {percent_text(change / before, signed=True)}" if before > 0 else ", new"
    return _with_arrow(f"{sign}{amount}{' a day' if by_day else ''}{rise}", change)


def compared_text(compared: AgainstBaseline, currency: str) -> str:
    """`In all 9,637.87 USD: +743.00 USD, +8.4% ↑ against 8,894.87 USD`; with the days of both where they differ."""
    now, then = money_text(compared.cost, currency), money_text(compared.before, currency)
    if compared.is_by_day:
        now, then = f"{now} in {counted(compared.days, 'day')}", f"{then} in {counted(compared.usage.days, 'day')}"
    change = difference_text(compared.change, compared.before_compared, currency, by_day=compared.is_by_day)
    return f"In all {now}: {change} against {then}"


def _with_arrow(text: str, change: Fraction) -> str:
    return f"{text} {UP if change > 0 else DOWN}" if change else "unchanged"


def _limit(finding: Finding) -> str:
    actual, limit = value_text(finding, finding.actual), value_text(finding, finding.limit)
    when = when_text(finding.period)
    limit_words = f"the limit of {limit}{_covered(finding)}"
    if finding.status == "broken":
        text = f"{actual}{when}, {_over(finding)} over {limit_words}"
        return text + (f"; {_breaks(finding.breaks, finding)}" if finding.breaks else "")
    share = f" ({used_text(finding.share)})" if finding.share is not None else ""
    known = "nothing known" if finding.actual is None else actual
    text = f"{known}{when} of {limit_words}{share}"
    if finding.reason:
        text += f", and {_reason(finding)}"
    return text + (f"; {_breaks(finding.breaks, finding)}" if finding.breaks else "")


def _reason(finding: Finding) -> str:
    if finding.dear is not None and finding.status == "warn":
        return f"{value_text(finding, finding.dear)} {finding.reason}"
    return finding.reason


def _covered(finding: Finding) -> str:
    """Of a prorated limit, what the whole one is; of a period that begins before the log, how much of it is known."""
    period, covered = finding.period, finding.covered
    if period is None or covered is None or period == covered:
        return ""
    days = f"{covered.count} of {period.count} days"
    if finding.budget.prorate:
        return f" ({days} of {unit_text(finding.budget.limit, finding.unit)})"
    return f" (the log has {days})" if covered.first > period.first else ""


def _over(finding: Finding) -> str:
    """By how much; never nothing where it is something."""
    over = finding.over or Fraction()
    if finding.unit in COUNTED:
        return unit_text(over, finding.unit)
    return money_text(over, finding.unit)


def _breaks(breaks: Breaks, finding: Finding) -> str:
    """Of a limit that is shared out by days, when the whole one is passed."""
    day = day_text(breaks.day)
    whole = f"the full limit of {unit_text(finding.budget.limit, finding.unit)}" if _is_part(finding) else ""
    if breaks.is_past:
        return f"{whole} was passed on {day}" if whole else f"it broke on {day}"
    when = f"{whole} is passed on {day}" if whole else f"it breaks on {day}"
    if breaks.by_forecast:
        return f"{when}{_interval(breaks)}, an estimate"
    rate = unit_text(breaks.daily_rate or Fraction(), finding.unit)
    return f"at {rate} a day {when}, an estimate"


def _is_part(finding: Finding) -> bool:
    """Whether the limit is that of the days covered, and not of the whole period."""
    return finding.budget.prorate and finding.covered != finding.period


def _interval(breaks: Breaks) -> str:
    """` (80%: between 20 and 28 Sep 2026)`."""
    if breaks.earliest is None or breaks.earliest == breaks.latest:
        return ""
    level = plain_percent(INTERVAL)
    if breaks.latest is None:
        return f" ({level}: from {day_text(breaks.earliest)} to beyond the period)"
    return f" ({level}: {days_text(breaks.earliest, breaks.latest)})"


def _margin(finding: Finding) -> str:
    floor, when = plain_percent(finding.limit), when_text(finding.period)
    if finding.actual is None:
        known = f"the margin{when} is not known" if finding.status != "broken" else f"there is no margin{when}"
        return f"{known} ({finding.reason or 'nothing was spent'}), at least {floor}"
    of = finding.coverage
    text = f"{most_words(of)}{value_text(finding, finding.actual)}{part_words(of)}{when}{in_brackets(of)}"
    over = finding.over or Fraction()
    text += f", {_points(abs(over), finding)} {'below' if over > 0 else 'above'} the floor of {floor}"
    if finding.status == "warn" and not finding.reason:
        text += f", and it warns below {plain_percent(finding.budget.warn_below or finding.limit)}"
    return text + (f", and {_reason(finding)}" if finding.reason else "")


def _points(difference: Fraction, finding: Finding) -> str:
    digits = _digits(finding.actual or Fraction(), finding.limit)
    return f"{decimal_text(round_half_up(difference * 100, digits))} points"


def _gap(finding: Finding) -> str:
    when = when_text(finding.period)
    most = plain_percent(finding.limit)
    text = f"{value_text(finding, finding.actual)} of the tokens{when} have no price, at most {most} may"
    return text + (f", and {finding.reason}" if finding.reason else "")


def _age(finding: Finding) -> str:
    most = counted(int(finding.limit), "day")
    if finding.actual is None:
        return f"{finding.source}: {finding.reason}, at most {most} are allowed" if finding.source else finding.reason
    return (
        f"the price of {finding.source} was read {counted(int(finding.actual), 'day')} ago, at most {most} are allowed"
    )


def _rise(finding: Finding, currency: str) -> str:
    cost, before = finding.cost or Fraction(), (finding.baseline.amount if finding.baseline else None) or Fraction()
    now, then = money_text(cost, currency), money_text(before, currency)
    most = plain_percent(finding.limit, signed=True)
    rise = "new cost" if finding.actual is None else _near_percent(finding.actual, finding, signed=True)
    of = finding.baseline.of if finding.baseline else None
    if finding.is_by_day and of and finding.covered:
        rise += " by the day" if finding.actual is not None else ""
        now, then = f"{now} in {_days_counted(finding.covered)}", f"{then} in {_days_counted(of)}"
    text = f"{rise} ({then} before, {now} now), at most {most}"
    return text + (f", and {finding.reason}" if finding.reason else "")


def _days_counted(days: DayRange) -> str:
    """`15 days, 1–15 Aug 2026,`."""
    return f"{counted(days.count, 'day')}, {days_text(days.first, days.last)},"


def _near_percent(share: Fraction, finding: Finding, signed: bool = False) -> str:
    """With so many digits that what lies on either side of the limit is not shown alike."""
    signed = signed or finding.budget.kind == "max_rise"
    if not share:
        return plain_percent(share)
    return percent_text(share, _digits(share, finding.limit), signed=signed)


def _digits(share: Fraction, limit: Fraction) -> int:
    for digits in range(1, _MOST_DIGITS):
        if share == limit or round_half_up(share * 100, digits) != round_half_up(limit * 100, digits):
            return digits
    return _MOST_DIGITS


def worst_of_each(check: Check) -> Iterator[tuple[Finding, str]]:
    """The worst finding of each budget that does not hold, and how many more there are: a page of periods drowns the first."""
    for budget in check.budgets:
        if found := notable(check.of(budget)):
            finding = worst(found)
            yield finding, _more_text([each.status for each in found if each is not finding])


def _more_text(others: Sequence[Status]) -> str:
    """` 2 more periods are broken, 9 warn.`: the periods of one budget that are not written out."""
    parts = list[str]()
    for status, one, many in _TITLES:
        if count := others.count(status):
            noun = "" if parts else f" more {'period' if count == 1 else 'periods'}"
            parts.append(f"{count}{noun} {one if count == 1 else many}")
    return f" {', '.join(parts)}." if parts else ""


def place_text(finding: Finding) -> str:
    """`budgets.yaml:4`, or the flag."""
    place = finding.budget.place
    return f"{place.file}:{place.line}" if place else "command line"


def files_of(check: Check) -> list[str]:
    """The files that the budgets stand in, in their order."""
    return list(dict.fromkeys(budget.place.file for budget in check.budgets if budget.place))


def notable(findings: Sequence[Finding]) -> list[Finding]:
    """What does not hold, in the order of its periods."""
    return [finding for finding in findings if finding.status != "ok"]


def first_day(finding: Finding) -> date | None:
    return finding.period.first if finding.period else None
