"""Headline: the answer in two sentences: what a month comes to cost, and when the margin gives way."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.render.blocks import Note
from costcalc.render.coverage import most_words, part_words, shares_text
from costcalc.render.opening import lacking_text
from costcalc.render.plan.bridge import bridge_figures
from costcalc.render.plan.months import floor_notes, month_figures
from costcalc.render.words import decimal_text, figure_text, long_month_text, percent_text, share_text
from costcalc.reports.plan.model import Plan


def headline_blocks(plan: Plan, name: str = "") -> Iterator[Note]:
    """From today's usage at today's list to the last month with the scenario, which is named where the page does not."""
    cost = _cost(plan)
    what = f"{name}: {cost[:1].lower()}{cost[1:]}" if name else cost
    yield Note(f"{lacking_ahead(plan)}{what}{_margin(plan)}{contract_words(plan)}.", "strong")
    if ranges := _ranges(plan):
        yield Note(f"{ranges}.")
    yield from floor_notes(plan)


def lacking_ahead(plan: Plan) -> str:
    """What the figures lack: how much of the last month has no price, where that is more than of the log."""
    share, month = unpriced_ahead(plan), long_month_text(plan.last.month)
    ahead = f"no price for {share_text(share)} of the tokens of {month}" if share else ""
    return lacking_text(plan.rating, plan.usage, ahead)


def unpriced_ahead(plan: Plan) -> Fraction:
    """The share of the last month's tokens without a price, where the scenario takes more prices away than the log lacks."""
    month, priced = plan.last, plan.rating.priced_share
    share = month.unpriced_tokens / month.tokens if month.tokens else Fraction()
    lacks = 1 - priced if priced is not None else Fraction()
    return share if share > lacks and share_text(share) != share_text(lacks) else Fraction()


def unpriced_words(plan: Plan) -> str:
    """In place of what the last month comes to, where the scenario leaves nothing in it with a price."""
    return f"nothing of {long_month_text(plan.last.month)} has a price" if unpriced_ahead(plan) == 1 else ""


def _cost(plan: Plan) -> str:
    before, after, month = plan.today.cost, plan.last.after.cost, plan.last
    shown = month_figures(plan)[0][-1]
    now = figure_text(bridge_figures(plan)[0][0], before, plan.currency)
    then = figure_text(shown.mid, after, plan.currency)
    when = f"in {long_month_text(month.month)}"
    if unpriced := unpriced_words(plan):
        return f"Cost a month is {now} today; {unpriced}"
    if unpriced_ahead(plan):
        return f"Cost a month is {now} today and at least {then} {when}"
    if now == then and not plan.has_ranges:
        return f"Cost a month stays at {now} (as today) {when}"
    verb = "rises" if after > before else "falls" if after < before else "stays about the same,"
    return f"Cost a month {verb} from {now} (today) to {then} {when}"


def _ranges(plan: Plan) -> str:
    """What that month comes to with all low ends together, and with all high ends."""
    if not plan.has_ranges:
        return ""
    shown = month_figures(plan)[0][-1]
    text = f"Low to high: {decimal_text(shown.low)} to {figure_text(shown.high, plan.last.high.cost, plan.currency)}"
    ends = plan.last.margins
    if plan.today.margin is None or not ends or ends[0] == ends[1]:
        return text
    return f"{text}, margin {percent_text(ends[0])} to {percent_text(ends[1])}"


def contract_words(plan: Plan) -> str:
    """Of how much of the change contracts are the cause, which end or begin whatever the scenario does."""
    margin = plan.last.before.margin
    if not plan.has_other_contracts or margin is None or unpriced_words(plan):
        return ""
    return f"; contracts end or begin by then, and without the scenario it would be {most_words(plan.coverage)}{percent_text(margin)}"


def _margin(plan: Plan) -> str:
    before, after = plan.today.margin, plan.last.after.margin
    if before is None or after is None or unpriced_words(plan):
        return ""
    now, then = percent_text(before), percent_text(after)
    of = plan.coverage
    what, most, parts = f"gross margin{part_words(of)}", most_words(of), shares_text(of, ": ")
    if unpriced_ahead(plan):
        return f"; {what} is {now} today and {most}{then} then{parts}"
    if now == then:
        return f"; {what} stays {most or 'at '}{now}{parts}"
    return f"; {what} {'falls' if after < before else 'rises'} from {most}{now} to {most}{then}{parts}"
