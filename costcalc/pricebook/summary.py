"""Summaries: what finding a name and labelling a log needs of a model, without its prices."""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.pricebook.model import Book, Model
from costcalc.records import dataclass


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model without its price blocks."""

    aliases: tuple[str, ...]
    input_lengths: frozenset[int]  # where its price may change
    output_lengths: frozenset[int]
    is_scheduled: bool  # its price depends on the hour
    made_as: str = ""  # MAKER/MODEL, where it is sold under another name
    labels: frozenset[str] = frozenset()  # of a log's rows, on whose value its price depends
    redirects: tuple[str, ...] = ()  # what it is billed as from some day on


def summary_of(model: Model) -> ModelSummary:
    """The summary of one model."""
    bounds = [band.bounds for block in model.blocks for section in block.sections() for band in section.all_bands()]
    inputs = {length for bound in bounds for length in (bound.input_over, bound.input_up_to) if length}
    outputs = {length for bound in bounds for length in (bound.output_over, bound.output_up_to) if length}
    scheduled = any(block.schedule for block in model.blocks)
    labels = frozenset(name for bound in bounds for name, _ in bound.labels)
    redirects = tuple(model.redirects.values())
    return ModelSummary(
        model.aliases, frozenset(inputs), frozenset(outputs), scheduled, model.made_as, labels, redirects
    )


def summaries(book: Book) -> Mapping[str, ModelSummary]:
    """The summaries of a book's models; a book from the cache has them ready, its models are not made for it."""
    ready: Mapping[str, ModelSummary] | None = getattr(book.models, "summaries", None)
    if ready is not None:
        return ready
    return {name: summary_of(model) for name, model in book.models.items()}
