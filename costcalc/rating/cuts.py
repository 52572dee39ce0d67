"""Cuts: what the scan must label so that the pricebook can price the groups afterwards."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from costcalc.calendar import midnights_utc
from costcalc.pricebook.model import Book
from costcalc.pricebook.resolve import Pricebook
from costcalc.pricebook.schedule import edges_utc
from costcalc.pricebook.summary import ModelSummary, summaries, summary_of
from costcalc.selectors import Selector, glob_pattern
from costcalc.usage.ledger import Cuts

_SUFFIX = r"(?:[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2})|-latest)?"


def cuts_for(pricebook: Pricebook, timezone: str = "UTC") -> Cuts:
    """Every length, day edge and schedule edge on which a price of these books, or a report day, depends."""
    edges = {0, *midnights_utc(timezone)}
    for book in pricebook.books:
        edges.update(midnights_utc(book.timezone))
    schedule_edges = {
        edge for book in pricebook.books for schedule in book.schedules.values() for edge in edges_utc(schedule)
    }
    names, patterns = _scheduled(pricebook)
    inputs, outputs = _lengths(summary for book in pricebook.books for summary in summaries(book).values())
    return Cuts(
        input_lengths=tuple(sorted(inputs)),
        output_lengths=tuple(sorted(outputs)),
        day_edges=tuple(sorted(edges)),
        schedule_edges=tuple(sorted(schedule_edges - edges)),
        scheduled_names=names,
        scheduled_patterns=patterns,
        labels=tuple(sorted(pricebook.labels)),
    )


def splits_for(selectors: Iterable[Selector]) -> tuple[tuple[str, ...], ...]:
    """The sets of meters that these mean, where they do not mean all."""
    return tuple(sorted({split_of(selector.meters) for selector in selectors if selector.meters is not None}))


def split_of(meters: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(meters))


def model_cuts(book: Book, name: str) -> tuple[frozenset[int], frozenset[int]]:
    """The lengths of input and of output at which the price of the model of that name may change."""
    return _lengths(map(summary_of, book.family(name)))


def _lengths(known: Iterable[ModelSummary]) -> tuple[frozenset[int], frozenset[int]]:
    inputs: set[int] = set()
    outputs: set[int] = set()
    for summary in known:
        inputs |= summary.input_lengths
        outputs |= summary.output_lengths
    return frozenset(inputs), frozenset(outputs)


def _scheduled(pricebook: Pricebook) -> tuple[frozenset[str], tuple[str, ...]]:
    """The names, as logs may write them, of the models whose price depends on the hour."""
    names: set[str] = set()
    for book in pricebook.books:
        known = summaries(book)
        for name, summary in known.items():
            if any(known[billed_as].is_scheduled for billed_as in (name, *summary.redirects)):
                names.update((name, *summary.aliases))
    patterns = {glob_pattern(name) if "*" in name else _pattern(name) for name in names}
    found = {name for name in names if "*" not in name}
    for alias, target in pricebook.aliases.items():
        if any(re.fullmatch(pattern, target.lower()) for pattern in patterns):
            found.add(alias)
    return frozenset(found), tuple(sorted(patterns | {_pattern(name) for name in found}))


def _pattern(name: str) -> str:
    """A provider prefix and a suffix of a snapshot name the same model."""
    escaped = "".join(char if char.isalnum() or char in "-_" else "\\" + char for char in name)
    return rf"^(?:.*/)?{escaped}{_SUFFIX}$"
