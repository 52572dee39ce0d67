"""Doubts: what the plan takes for granted, what it could not do, and what must be tested first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.render.blocks import Block, Facts, Gap, Note, Notes, noted
from costcalc.render.doubts import assumption_blocks, missing_blocks
from costcalc.render.plan.phrases import efficiency_text, move_text
from costcalc.render.words import amount_text, counted
from costcalc.reports.plan.model import Plan
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.changes import UsageChanges

_NAMED = 6  # names in a sentence


def gap_blocks(plan: Plan) -> Iterator[Block]:
    """What no figure holds: models without a price, refused rows."""
    yield from missing_blocks(plan.rating, plan.usage)
    yield from _unpriced_ahead(plan)


def test_blocks(plan: Plan) -> Iterator[Block]:
    """What the scenario says of quality, to be tested."""
    if tests := list(_tests(plan)):
        yield Gap()
        yield Facts(tests, each_in_a_line=True)
        yield Note("So the scenario says; no figure here tests it.", "quiet")


def assumed_blocks(plan: Plan) -> Iterator[Block]:
    """What could not be done, and what is taken for granted."""
    yield from noted([*_absent(plan), *plan_notes(plan)])
    yield from assumption_blocks(plan.rating, plan.usage, ())
    yield Notes([Note(volume_text(plan.usage, has_ranges=plan.has_ranges), "quiet")])


def _unpriced_ahead(plan: Plan) -> Iterator[Block]:
    """Tokens of the months to come that have no price; the log may have a price for all of its own."""
    tokens = sum((month.unpriced_tokens for month in plan.months), Fraction())
    if tokens:
        yield Gap()
        yield Note(
            f"Incomplete: {amount_text(tokens)} tokens of the months to come have no price and are in no figure.",
            "loud",
        )


def _tests(plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    if named := qualities(plan.scenario.usage):
        yield "Quality", named


def qualities(usage: UsageChanges) -> tuple[str, ...]:
    """What a scenario says of quality: nothing here asserts that it is kept."""
    found = [(f"to {change.first} first", change.quality) for change in usage.escalation]
    found += [(move_text(move), move.quality) for move in usage.moves]
    found += [(efficiency_text(change), change.quality) for change in usage.efficiency]
    return tuple(f"{what}: {quality}" for what, quality in found if quality)


def _absent(plan: Plan) -> Iterator[Note]:
    if plan.absent:
        yield Note(f"The scenario names what this log does not use: {absent_text(plan.absent)}.")


def absent_text(absent: Sequence[str]) -> str:
    """What is named and not used, with long lists of names counted."""
    more = len(absent) - _NAMED
    return "; ".join(_short(text) for text in absent[:_NAMED]) + (f"; {more} more" if more > 0 else "")


def _short(where: str) -> str:
    parts = [part.split(" or ") for part in where.split(", ")]
    return ", ".join(f"{names[0]} and {len(names) - 1} others" if len(names) > 2 else " or ".join(names) for names in parts)  # fmt: skip


def plan_notes(plan: Plan) -> Iterator[Note]:
    """What could not be done, what was assumed, and what ends."""
    return (Note(note) for note in _joined(plan.notes))


def _joined(notes: Sequence[str]) -> Iterator[str]:
    """The notes as sentences; what is said of several models is said once."""
    found: dict[str, list[str]] = {}
    for note in notes:
        who, colon, what = note.partition(": ")
        found.setdefault(what if colon else who, []).append(who if colon else "")
    for what, named in found.items():
        text = f"{', '.join(named)}: {what}" if any(named) else what
        yield text if text.endswith(".") else f"{text}."


def volume_text(usage: UsageSummary, *, has_ranges: bool) -> str:
    """What today's usage is, and how sure the rest is."""
    rate = f"Today's usage: the log's daily rate over {counted(usage.days, 'day')}."
    ranges = " Ranges: all low ends together, all high ends together." if has_ranges else ""
    short = " Under 7 days a daily rate says little." if usage.is_short else ""
    return f"Estimate: what a scenario says is an assumption. {rate}{short}{ranges}"
