"""Doubts: what is missing from the figures, what they assume, what a contract asks besides, and what another list would have said."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.rating.model import Committed, Rating, Unpriced
from costcalc.rating.rate import NO_CHANGES
from costcalc.rating.unpriced import OpenUnpriced
from costcalc.render.blocks import Block, Cell, Column, Command, Drawing, Gap, Grid, Note, apart, grid, noted
from costcalc.render.words import DASH, amount_text, counted, money_text, month_text, rise_word, share_text
from costcalc.reports.lines import OtherList
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.model import PriceChanges
from costcalc.usage.ledger import Loud

_MODELS_SHOWN = 10


def missing_blocks(rating: Rating, usage: UsageSummary) -> Iterator[Block]:
    """Unpriced models, refused rows and unread files: no figure above holds them. Nothing at all is said too."""
    if not rating.charges and not rating.unpriced:
        yield Gap()
        yield Note(_nothing_text(usage), "loud")
    if rating.unpriced:
        yield Gap()
        yield Note(_unpriced_text(rating), "loud")
        yield _unpriced_grid(rating)
        yield from _hosted_blocks(rating)
        yield from _next_step(rating, usage)
    yield from apart([_refused(usage)] if usage.refused_rows else ())
    yield from apart([unread_note(usage)] if usage.unread_files else ())
    yield from apart(uncounted_notes(usage))


def assumption_blocks(
    rating: Rating, usage: UsageSummary, other_lists: Sequence[OtherList], changes: PriceChanges = NO_CHANGES
) -> Iterator[Block]:
    """What the figures rest on beside the log and the list."""
    return noted([
        *_assumptions(rating),
        *(Note(_other_list(other, rating.currency, changes)) for other in other_lists),
        *(Note(note, "loud" if isinstance(note, Loud) else "") for note in usage.said),
    ])  # fmt: skip


def _nothing_text(usage: UsageSummary) -> str:
    if usage.skipped and all(part.is_failed for part in usage.skipped) and not usage.refused_rows:
        return "No usage: every row that was chosen is of a call that failed, and none of those is billed."
    return "No usage: the log holds none, or nothing in it lies within what was chosen."


def _unpriced_text(rating: Rating) -> str:
    share = rating.priced_share
    tokens = rating.unpriced_tokens
    if not tokens or share is None:
        return "Unpriced: the total is incomplete."
    what = "1 token" if tokens == 1 else f"{amount_text(tokens)} tokens"
    verb = "has" if tokens == 1 else "have"
    return f"Unpriced: the total is incomplete. {what} ({share_text(1 - share)}) {verb} no price."


def _unpriced_grid(rating: Rating) -> Grid:
    largest, more, rest = _by_model(rating.unpriced, _MODELS_SHOWN + 1)
    if more:
        rest, more = rest + largest.pop().tokens, more + 1
    shown = [(_what(part), part.tokens, _why(part)) for part in largest]
    shown += [(f"… {more:,} more", rest, "--json lists all")] if more else []
    return grid([
        Column("Model", "name", of=lambda row: Cell(row[0], indent=1)),
        Column("Tokens", of=lambda row: Cell(amount_text(row[1]) if row[1] else DASH)),
        Column("Share", drop=1, of=lambda row: Cell(share_text(row[1] / rating.tokens) if rating.tokens and row[1] else DASH)),
        Column("Why", "text", of=lambda row: Cell(row[2])),
    ], shown)  # fmt: skip


def _by_model(unpriced: Sequence[Unpriced], count: int) -> tuple[list[Unpriced], int, Fraction]:
    """The largest models, each in one value; how many more there are, and their tokens."""
    if isinstance(unpriced, OpenUnpriced):
        return unpriced.by_model(count)
    found: dict[tuple[str, str, str], Unpriced] = {}
    for part in unpriced:
        place = (part.provider, _what(part), _why(part))
        known = found.get(place)
        found[place] = replace(known, tokens=known.tokens + part.tokens) if known else part
    largest = [found[place] for place in sorted(found, key=lambda place: (-found[place].tokens, place))]
    rest = largest[count:]
    return largest[:count], len(rest), sum((part.tokens for part in rest), Fraction())


def _why(part: Unpriced) -> str:
    return part.reason + (f"; near: {', '.join(part.nearest)}" if part.nearest else "")


def _hosted_blocks(rating: Rating) -> Iterator[Block]:
    """What to write so that models of a seller without a pricebook have a price."""
    unpriced = rating.unpriced
    hosted = unpriced.hosted() if isinstance(unpriced, OpenUnpriced) else [part for part in unpriced if part.makers_model is not None]  # fmt: skip
    if not hosted:
        return
    aliases = {f"{part.provider}/{part.model}": part.makers_model for part in hosted if part.makers_model}
    advice = "Such a seller has prices of its own: give them with --pricebook FILE."
    if not aliases:
        yield Note(advice)
        return
    yield Note(f"{advice} To price these models by their maker's list instead, write into costcalc.toml:")
    lines = ["[aliases]", *(f"{_toml(name)} = {_toml(target)}" for name, target in sorted(aliases.items()))]
    yield Drawing(lambda width: lines)  # to paste: never wrapped
    yield Gap()


def _next_step(rating: Rating, usage: UsageSummary) -> Iterator[Block]:
    """What ends it: a name that means a known model, or prices of one's own, begun from the log."""
    unpriced = rating.unpriced
    if isinstance(unpriced, OpenUnpriced):
        whole, near, nameless = unpriced.has_whole(), unpriced.whole_with_near_names(), unpriced.nameless()
    else:
        parts = [part for part in unpriced if part.meter is None]
        whole = any(part.model for part in parts)
        nameless = sum((part.tokens for part in parts if not part.model), Fraction())
        near = max((part for part in parts if part.nearest), key=lambda part: part.tokens, default=None)  # fmt: skip
    if near:
        named = shlex.quote(f"{near.model}={near.nearest[0]}")
        yield Command(f"If {near.model} is a known model by another name", ("--alias", named))
    if nameless and nameless == rating.tokens:  # else it would rename rows that have a model
        yield Command("If every row is of one model", ("--map", "model==NAME"))
    call = usage.asked.call
    if whole and call:
        begun = call.without("--hike", "--scenario", "--pass-through", "--by").of("init", "prices")
        yield Command(call.titled("A start for prices of your own"), (*begun, "-o", "my-prices.yaml"))


def _toml(text: str) -> str:
    """A TOML string; a backtick would end the block of a Markdown page, and what does not print may drive a terminal."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() and char != "`" else f"\\U{ord(char):08x}" for char in quoted)


def _what(part: Unpriced) -> str:
    name = part.model or "(no model)"
    who = f"{part.provider}/{name}" if part.provider != "unknown" else name
    return f"{who}:{part.meter}" if part.meter else who


def uncounted_notes(usage: UsageSummary) -> Iterator[Note]:
    """Usage that stands in the log and is in no figure, each with what takes it."""
    for problem in usage.uncounted:
        place = f" ({problem.place})" if problem.place else ""
        yield Note(
            f"Not read, and the figures lack it: {problem.message}{place}. {problem.remedy[:1].upper()}{problem.remedy[1:]}.",
            "loud",
        )


def _refused(usage: UsageSummary) -> Note:
    verb, them = ("is", "it") if usage.refused_rows == 1 else ("are", "them")
    text = f"Refused: {counted(usage.refused_rows, 'row')} {verb} not counted, and the total lacks {them}."
    if len(usage.problems) > 1:
        shown = "first" if usage.unread_files else f"first {len(usage.problems)}"
        text += f" The {shown} are named on standard error."
    return Note(text, "loud")


def unread_note(usage: UsageSummary) -> Note:
    """Files that were found and may hold usage: named on standard error."""
    one = usage.unread_files == 1
    text = f"Not read: {counted(usage.unread_files, 'file')} that may hold usage; the total lacks {'it' if one else 'them'}."
    return Note(text, "loud")


def _assumptions(rating: Rating) -> Iterator[Note]:
    total = rating.total.before
    for part in rating.assumptions:
        if part.code == "default-region":
            continue
        if part.code == "stated-zero":
            yield Note(f"{part.text}.", "loud")
            continue
        text = part.text if part.text.lower().startswith("estimate") else f"Estimate: {part.text}"
        if part.cost and total:
            text += f" ({share_text(part.cost / total)} of the cost)"
        if part.low is not None and part.high is not None:
            low, high = money_text(part.low, rating.currency), money_text(part.high, rating.currency)
            text += f"; the total lies between {low} and {high}"
        yield Note(f"{text}.")


def _other_list(other: OtherList, currency: str, changes: PriceChanges) -> str:
    total = money_text(other.total.before, currency)
    then = f", {rise_word(changes)} {money_text(other.total.mid, currency)}" if changes and other.total.change else ""
    return (
        f"The log does not say which list of {other.provider}. Under {other.provider} {other.region}:"
        f" {total}{then} (--region {other.provider}={other.region})."
    )


def commitment_blocks(rating: Rating, changes: PriceChanges = NO_CHANGES) -> Iterator[Block]:
    """A sentence a month that lacks something; commitments that are met need no words."""
    short = [part for part in rating.commitments if part.shortfall.before or part.shortfall.mid]
    return apart(Note(_text(part, rating.currency, changes)) for part in short)


def _text(part: Committed, currency: str, changes: PriceChanges) -> str:
    due, spent, lacking = (
        money_text(amount, currency) for amount in (part.due, part.spent.before, part.shortfall.before)
    )
    days = f" for {counted(part.days, 'day')}" if part.days < part.month.days else ""
    then = f", {rise_word(changes)} {money_text(part.shortfall.mid, currency)}" if part.shortfall.change else ""
    return (
        f"Commitment {part.commitment.selector}, {month_text(part.month)}: at least {due}{days};"
        f" the usage costs {spent}, the shortfall is {lacking}{then}."
    )
