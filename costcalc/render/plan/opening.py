"""Opening of a plan's page: what the price changes do to the log, or the scenario to the months. The log alone needs no months."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.render.blocks import Note
from costcalc.render.coverage import most_words, part_words
from costcalc.render.header import change_text
from costcalc.render.opening import lacking_text
from costcalc.render.words import money_text, percent_text
from costcalc.reports.plan.model import OverLog, Plan


def opening_blocks(plan: Plan) -> Iterator[Note]:
    """What opens the page: of the log under the price changes, or of the months to come."""
    if plan.rating.unpriced and not plan.rating.charges:
        yield Note("Nothing in this log has a price.", "strong")
    elif plan.log is None:
        from costcalc.render.plan.headline import headline_blocks

        yield from headline_blocks(plan, plan.scenario.name)
    else:
        yield Note(f"{lacking_text(plan.rating, plan.usage)}{_over_log(plan, plan.log)}.", "strong")
        if plan.months:
            from costcalc.render.plan.months import floor_notes

            yield from floor_notes(plan)


def _over_log(plan: Plan, log: OverLog) -> str:
    """What the price changes add to the log's own cost, and what margin they leave."""
    cost, one = plan.rating.total, len(log.changes) == 1
    touching = [touched.change for touched in log.changes if touched.cost]
    total = money_text(cost.before, plan.currency)
    if not log.changes:
        return f"No price changes: the log costs {total}, as published"
    who = change_text(log.changes[0].change) if one else f"The {len(log.changes)} price changes"
    if not touching:
        return f"{who} {_idle(plan, log)}{_passed(plan, log)}"
    one = len(touching) == 1
    who = change_text(touching[0]) if one else f"{len(touching)} price changes" if len(touching) < len(log.changes) else who  # fmt: skip
    if not cost.change and cost.low != cost.high:
        low, high = (money_text(end, plan.currency) for end in (cost.low, cost.high))
        return f"{who} {'takes' if one else 'take'} the cost of the log from {total} to between {low} and {high}"
    if not cost.change:
        return f"{who} {'leaves' if one else 'leave'} the cost of the log at {total}"
    digits = minor_digits(plan.currency)
    change = round_half_up(cost.mid, digits) - round_half_up(cost.before, digits)  # of what is shown, as in the table
    moved = money_text(abs(Fraction(change) or cost.change), plan.currency)
    moved += " more" if cost.change > 0 else " less"
    share = f" ({percent_text(cost.change / cost.before, signed=True)})" if cost.before > 0 else ""
    then = money_text(cost.mid, plan.currency)
    return f"{who} {'costs' if one else 'cost'} {moved}{share}: {then} in all{_margin_left(plan, log)}"


def _idle(plan: Plan, log: OverLog) -> str:
    """Why they add nothing to the log: they are in it, come after it, or mean none of its usage."""
    one, last = len(log.changes) == 1, plan.usage.last_day
    total = money_text(plan.rating.total.before, plan.currency)
    if any(touched.included for touched in log.changes):
        return f"{'is' if one else 'are'} in the list that this log was billed at: its cost stays {total}"
    days = [touched.change.from_day for touched in log.changes]
    if last and all(day and day > last for day in days):
        return f"{'begins' if one else 'begin'} after the log, which costs {total}: the months show it"
    return f"{'touches' if one else 'touch'} nothing in this log: its cost stays {total}"


def _passed(plan: Plan, log: OverLog) -> str:
    """What it would be if all of the documented rises reached the price of tokens."""
    if not log.pass_throughs:
        return ""
    most = log.pass_throughs[-1]
    return f"; with {percent_text(most.share, 0)} of them passed on to tokens it is {money_text(most.outcome.cost.mid, plan.currency)}"


def _margin_left(plan: Plan, log: OverLog) -> str:
    after, of = log.outcome.after.margin, plan.coverage
    if plan.revenue is None or after is None:
        return ""
    return f"; gross margin{part_words(of)} becomes {most_words(of)}{percent_text(after)}"
