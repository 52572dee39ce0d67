"""Sourcing: the price lists that a plan rests on: which models, from which page, read on which day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from costcalc.pricebook.model import Book, PriceBlock, Source
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.reports.plan.case import Case
from costcalc.reports.plan.model import Plan


@dataclass(frozen=True, slots=True)
class SourceUsed:
    """One page that prices come from, and the models that it prices."""

    provider: str
    region: str
    currency: str
    models: tuple[str, ...]
    source: Source | None  # None: the book names none
    checked: date | None  # when the whole book was last compared with its sources
    file: str


def sources_used(case: Case, plan: Plan) -> list[SourceUsed]:
    """By provider and list; a page is named once, with all models that it prices."""
    horizon = case.horizon
    return sources_of(horizon.pricebook, _models(case), horizon.first_day, plan.last.month.next.first)


def sources_of(pricebook: Pricebook, models: Iterable[ResolvedModel], first: date, end: date) -> list[SourceUsed]:
    """Where the prices of these models come from, from a day until another."""
    found: dict[tuple[str, str, Source | None], list[str]] = {}
    for model in sorted(set(models), key=lambda each: (each.provider, each.region, each.model)):
        book = pricebook.book(model.provider, model.region)
        for source in _sources(book, model.model, first, end):
            found.setdefault((model.provider, model.region, source), []).append(model.model)
    return [_used(pricebook, provider, region, source, named) for (provider, region, source), named in found.items()]


def _used(pricebook: Pricebook, provider: str, region: str, source: Source | None, models: list[str]) -> SourceUsed:
    book = pricebook.book(provider, region)
    return SourceUsed(provider, region, book.currency, tuple(models), source, book.checked, book.file)


def _models(case: Case) -> Iterator[ResolvedModel]:
    """What the log's usage is priced as, and where the scenario sends it."""
    for segment in case.horizon.segments.segments:
        key = segment.kind.key
        if key is not None:
            yield ResolvedModel(key.provider, key.region, key.model, "")
    asked = {change.to for change in case.scenario.usage.moves}
    asked |= {change.first for change in case.scenario.usage.escalation}
    for name in asked:
        target = case.horizon.targets[name]
        yield ResolvedModel(target.provider, target.region, target.model, "")


def _sources(book: Book, model: str, first: date, end: date) -> list[Source | None]:
    """The pages behind the blocks that hold between two days."""
    known = book.models.get(model)
    keys: dict[str, None] = {}
    for block in _in_force(known.blocks if known else (), first, end):
        rates = [rate for section in block.sections() for rate in section.all_rates()]
        keys |= dict.fromkeys(key for key in (block.source, *(rate.source for rate in rates)) if key)
    return [book.sources.get(key) for key in keys] or [None]


def _in_force(blocks: tuple[PriceBlock, ...], first: date, end: date) -> list[PriceBlock]:
    starts = [block.starts or date.min for block in blocks]
    ends = [*starts[1:], date.max]
    return [block for block, start, stop in zip(blocks, starts, ends, strict=True) if start < end and stop > first]
