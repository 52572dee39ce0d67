"""The page of a plan: what it rests on, what the log or the last month comes to, what gives way, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from shlex import quote

from costcalc.render.blocks import Block, Command, Gap, Note, noted
from costcalc.render.doubts import assumption_blocks, commitment_blocks, missing_blocks
from costcalc.render.figures import log_grid, table_notes
from costcalc.render.header import change_text
from costcalc.render.plan.header import plan_header
from costcalc.render.plan.margins import margin_blocks, passing_blocks
from costcalc.render.tree import table_of
from costcalc.render.why import why_ahead, why_log
from costcalc.render.words import listed_text, money_text, share_text
from costcalc.reports.lines import Touched, touches
from costcalc.reports.plan.model import OverLog, Plan

_RESOLD = 3  # models named in a command


def plan_blocks(plan: Plan, is_wide: bool) -> Sequence[Block]:
    """What the page of a plan is made of."""
    return list(_over_log(plan, plan.log, is_wide) if plan.log else _ahead(plan, is_wide))


def _over_log(plan: Plan, log: OverLog, is_wide: bool) -> Iterator[Block]:
    table = table_of(plan.rating, log.lines)
    yield plan_header(plan, table)
    yield from _change_notes(plan, log)
    yield Gap()
    yield log_grid(table, plan, is_wide)
    yield from table_notes(table, plan.rating.total, plan.currency, plan.changes)
    yield from passing_blocks(plan, log)
    yield from margin_blocks(plan, log, table)
    if plan.months:
        from costcalc.render.plan.months import month_blocks  # the log alone needs none of it

        yield from month_blocks(plan, is_wide)
    yield from missing_blocks(plan.rating, plan.usage)
    yield from commitment_blocks(plan.rating, plan.changes)
    yield from assumption_blocks(plan.rating, plan.usage, log.other_lists, plan.changes)
    if why := [*why_log(plan)]:
        gap, *command = why
        yield gap
        yield from _other_sellers(plan)
        yield from command


def _ahead(plan: Plan, is_wide: bool) -> Iterator[Block]:
    from costcalc.render.plan.ahead import ahead_blocks

    yield plan_header(plan)
    yield from ahead_blocks(plan, is_wide)
    yield from why_ahead(plan)


def _change_notes(plan: Plan, log: OverLog) -> Iterator[Block]:
    """Rises that touch nothing, could not be applied, or meet each other."""
    notes = [note for touched in log.changes if (note := _change_note(touched, plan))]
    if idle := [change_text(touched.change) for touched in log.changes if _is_idle(touched, plan)]:
        verb = "touches" if len(idle) == 1 else "touch"
        notes.append(Note(f"{listed_text(idle)} {verb} nothing in this log.", "loud"))
    if _compound(plan):
        notes.append(Note("Rises that touch the same usage compound, in the order written."))
    return noted(notes)


def _change_note(touched: Touched, plan: Plan) -> Note | None:
    change, last = touched.change, plan.usage.last_day
    if touched.not_applied:
        total = plan.rating.total.before
        share = f" ({share_text(touched.not_applied / total)} of the bill)" if total else ""
        money = money_text(touched.not_applied, plan.currency)
        return Note(
            f"{change_text(change)} could not be applied to {money}{share}: billed without a split by meter.", "loud"
        )
    if touched.included and not touched.cost:
        return Note(f"{change_text(change)}: already included, this log is billed at the raised list.")
    if not touched.cost and change.from_day and last and change.from_day > last:
        return Note(f"{change_text(change)} begins after the log: it shows in the months.")
    return None


def _is_idle(touched: Touched, plan: Plan) -> bool:
    """Whether it means none of the log's usage, on days that the log covers."""
    first, last = touched.change.from_day, plan.usage.last_day
    return not (touched.cost or touched.not_applied or touched.included or (first and last and first > last))


def _other_sellers(plan: Plan) -> Iterator[Block]:
    """The command that says what others ask for the dearest models that one seller raises."""
    raised: dict[str, Fraction] = {}
    changes = [change for change in plan.changes if change.selector.provider != "*" and not change.event]
    for charge in plan.rating.charges if changes else ():
        if charge.cost.change > 0 and any(touches(change, charge) for change in changes):
            raised[charge.model] = raised.get(charge.model, Fraction()) + charge.cost.mid
    if raised:
        dearest = sorted(raised, key=lambda model: -raised[model])[:_RESOLD]
        names = [quote(f"*/{model.rpartition('/')[2]}") for model in dearest]
        yield Command("The same models at other sellers", ("costcalc", "prices", "list", *names))


def _compound(plan: Plan) -> bool:
    changes = list(plan.changes)
    if len(changes) < 2:
        return False
    return any(sum(touches(change, charge) for change in changes) > 1 for charge in plan.rating.charges)
