"""Headline: the answer in two sentences: what a month comes to cost, and when the margin gives way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from costcalc.render.blocks import Block, Gap, Note
from costcalc.render.coverage import most_words, part_words, shares_text
from costcalc.render.outlook.bridge import bridge_figures
from costcalc.render.outlook.months import margins_of, month_figures
from costcalc.render.words import decimal_text, long_month_text, percent_text, plain_percent
from costcalc.reports.case import Totals
from costcalc.reports.outlook import Outlook, OutlookMonth


def headline_blocks(outlook: Outlook) -> Iterator[Block]:
    """From today's usage at today's list to the last month with the scenario."""
    yield Gap()
    yield Note(f"{_cost(outlook)}{_margin(outlook)}.", "strong")
    yield from _floor(outlook)


def _cost(outlook: Outlook) -> str:
    before, after, month = outlook.today.cost, outlook.last.after.cost, outlook.last
    shown = month_figures(outlook)[0][-1]
    now, then = (_money(amount, outlook) for amount in (bridge_figures(outlook)[0][0], shown.mid))
    when = f"in {long_month_text(month.month)}"
    if now == then and not outlook.has_ranges:
        return f"Cost a month stays at {now} (as today) {when}"
    verb = "rises" if after > before else "falls" if after < before else "stays about the same,"
    ends = ""
    if outlook.has_ranges:
        ends = f" (low {_money(shown.low, outlook)}, high {_money(shown.high, outlook)})"
    return f"Cost a month {verb} from {now} (today) to {then} {when}{ends}"


def _money(amount: Decimal, outlook: Outlook) -> str:
    return f"{decimal_text(amount)} {outlook.currency}"


def _margin(outlook: Outlook) -> str:
    before, after = outlook.today.margin, outlook.last.after.margin
    if before is None or after is None:
        return ""
    now, then = percent_text(before), percent_text(after)
    ends = margins_of(outlook.last)
    around = f" ({percent_text(ends[0])} to {percent_text(ends[1])})" if ends and ends[0] != ends[1] else ""
    of = outlook.coverage
    what, most, parts = f"gross margin{part_words(of)}", most_words(of), shares_text(of, ": ")
    if now == then:
        return f"; {what} stays {most or 'at '}{now}{around}{parts}"
    return f"; {what} {'falls' if after < before else 'rises'} from {most}{now} to {most}{then}{around}{parts}"


def _floor(outlook: Outlook) -> Iterator[Note]:
    floor = outlook.floor
    if floor is None or outlook.last.after.margin is None:
        return
    below, word = outlook.first_below_floor, plain_percent(floor)
    today = outlook.today.margin
    if below is None:
        yield Note(f"Margin stays at or above {word} through {long_month_text(outlook.last.month)}.", "strong")
    elif today is not None and today < floor:
        back = _back_from(outlook, floor)
        until = f"; it meets it from {long_month_text(back.month)} on" if back else ""
        yield Note(f"Margin is below {word} today already{until}.", "loud")
    else:
        back = _back_from(outlook, floor)
        until = f" and is back at it in {long_month_text(back.month)}" if back else ""
        yield Note(f"Margin falls below {word} in {long_month_text(below.month)}{until}.", "loud")
    yield from _floor_at_the_ends(outlook, floor, word)


def _back_from(outlook: Outlook, floor: Fraction) -> OutlookMonth | None:
    """The month from which on the floor is met again, to the end."""
    found = None
    for month in reversed(outlook.months):
        if not _meets(month.after, floor):
            return found
        found = month
    return None


def _meets(totals: Totals, floor: Fraction) -> bool:
    return totals.margin is not None and totals.margin >= floor


def _floor_at_the_ends(outlook: Outlook, floor: Fraction, word: str) -> Iterator[Note]:
    """The months in which the worst and the best end of the ranges break the floor, where they differ."""
    ends = [(month, margins_of(month)) for month in outlook.months]
    worst = next((month for month, margins in ends if margins and margins[0] < floor), None)
    best = next((month for month, margins in ends if margins and margins[1] < floor), None)
    below = outlook.first_below_floor
    if worst is not None and worst is not below:
        text = f"At the worst end of the ranges it falls below {word} in {long_month_text(worst.month)}"
        yield Note(f"{text}{_best(best, below)}.")
    elif below is not None and best is not below:
        yield Note(f"At the best end of the ranges{_best(best, below).removeprefix(', at the best end')}.")


def _best(best: OutlookMonth | None, below: OutlookMonth | None) -> str:
    if below is None or best is below:
        return ""
    return f", at the best end {f'in {long_month_text(best.month)}' if best else 'it does not'}"
