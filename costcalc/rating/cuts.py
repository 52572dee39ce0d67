"""Cuts: what the scan must label so that the pricebook can price the groups afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from costcalc.calendar import midnights_utc
from costcalc.pricebook.model import Model
from costcalc.pricebook.resolve import Pricebook
from costcalc.pricebook.schedule import edges_utc
from costcalc.pricebook.summary import summaries, summary_of
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
    return Cuts(
        input_lengths=_lengths(pricebook, "input"),
        output_lengths=_lengths(pricebook, "output"),
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


def _lengths(pricebook: Pricebook, side: str) -> tuple[int, ...]:
    found: set[int] = set()
    for book in pricebook.books:
        for summary in summaries(book).values():
            found |= summary.input_lengths if side == "input" else summary.output_lengths
    return tuple(sorted(found))


def model_cuts(model: Model, side: str) -> frozenset[int]:
    """The lengths at which this model's price may change, for `input` or `output`."""
    summary = summary_of(model)
    return summary.input_lengths if side == "input" else summary.output_lengths


def _scheduled(pricebook: Pricebook) -> tuple[frozenset[str], tuple[str, ...]]:
    """The names, as logs may write them, of the models whose price depends on the hour."""
    names: set[str] = set()
    for book in pricebook.books:
        for name, summary in summaries(book).items():
            if summary.is_scheduled:
                names.update((name, *summary.aliases))
    scheduled = {name for name in names if "*" not in name}
    scheduled.update(
        alias
        for alias, target in pricebook.aliases.items()
        if target.lower() in scheduled or target.lower().rpartition("/")[2] in scheduled
    )
    patterns = [glob_pattern(name) for name in names if "*" in name]
    # A provider prefix and a suffix of a snapshot name the same model.
    patterns += [rf"^(?:.*/)?{_escaped(name)}{_SUFFIX}$" for name in sorted(scheduled)]
    return frozenset(scheduled), tuple(sorted(patterns))


def _escaped(name: str) -> str:
    return "".join(char if char.isalnum() or char in "-_" else "\\" + char for char in name)
