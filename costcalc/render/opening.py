"""Opening: the order of every page: the answer in a sentence, what it is made of, what it rests on, notes, what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from costcalc.rating.model import Rating
from costcalc.render.blocks import Block, Command, Facts, Folded, Gap, Note, Notes, Rest
from costcalc.render.words import counted, share_text
from costcalc.reports.usage import UsageSummary

_FIRST = 3  # rows of what a page rests on: the usage, the prices, what is asked


def arranged(head: Sequence[Block], body: Sequence[Block]) -> list[Block]:
    """The head first; what the page rests on, and all of its notes in one, stand before the commands at its end."""
    rests_on = body[0] if body and head and isinstance(body[0], Facts) else None
    notes = [note for block in body if isinstance(block, Notes) for note in block.notes]
    rest = [block for block in body if block is not rests_on and not isinstance(block, Notes)]
    end = _end_of(rest)
    details: list[Block] = [
        *([Gap(), _shortened(rests_on)] if rests_on else ()),
        *([Gap(), Notes(notes)] if notes else ()),
        Gap(),
    ]
    return list(_spaced([*head, Gap(), *rest[:end], *details, *rest[end:]]))


def _shortened(rests_on: Facts) -> Block:
    """On a screen of many rows the usage, the prices and what is asked, and the last one; how many more there are."""
    first, more, last = rests_on.rows[:_FIRST], rests_on.rows[_FIRST:-1], rests_on.rows[-1:]
    if len(more) <= _FIRST:
        return rests_on
    left = ("", (f"{counted(len(more), 'more row')}: --all",))
    return Folded([replace(rests_on, rows=[*first, left, *last])], [rests_on])


def unfolded(blocks: Iterable[Block]) -> Iterator[Block]:
    """The page with every note and detail of it, as files have it."""
    return _spaced(_opened(blocks))


def _opened(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        match block:
            case Notes(notes):
                yield from notes
            case Folded() | Rest():
                yield from _opened(block.whole)
            case _:
                yield block


def lacking_text(rating: Rating, usage: UsageSummary, ahead: str = "") -> str:
    """`Incomplete (88% of the tokens priced): `, before a sentence whose figures lack something; else nothing.

    `ahead`: what is said of the prices of months to come instead.
    """
    found = [ahead] if ahead else []
    if not ahead and rating.unpriced and rating.priced_share is not None:
        found.append(f"{share_text(rating.priced_share)} of the tokens priced")
    found += [f"{counted(usage.refused_rows, 'row')} refused"] * bool(usage.refused_rows)
    found += [f"{counted(usage.unread_files, 'file')} not read"] * bool(usage.unread_files)
    return f"Incomplete ({', '.join(found)}): " if found else ""


def _end_of(blocks: Sequence[Block]) -> int:
    """Where the last part begins, if it says what to type next: commands, or a quiet sentence."""
    last = max((place for place, block in enumerate(blocks) if isinstance(block, Gap)), default=len(blocks))
    says = all(
        isinstance(block, Command) or (isinstance(block, Note) and block.style == "quiet")
        for block in blocks[last + 1 :]
    )
    return last if says else len(blocks)


def _spaced(blocks: Iterable[Block]) -> Iterator[Block]:
    """Without two empty lines in a row, and without any at the end."""
    gap = False
    for block in blocks:
        if isinstance(block, Gap):
            gap = True
            continue
        if gap:
            yield Gap()
        gap = False
        yield block
