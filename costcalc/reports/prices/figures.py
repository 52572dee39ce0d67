"""Figures in a file: every rate of a book with the place where it is written, for checks that point at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from costcalc.pricebook.model import STANDARD, Book, Bounds, Model, PriceBlock, Rate, Section
from costcalc.problems import Place
from costcalc.yamldoc import Document, Map, Node, Scalar, Sequence

ANY_LENGTH = Bounds()


@dataclass(frozen=True, slots=True)
class BlockSection:
    """A section of a block as it is written: of a tier, of thinking mode, of off-peak hours."""

    book: Book
    model: Model
    block: PriceBlock
    tier: str
    mode: str  # "", thinking, off_peak
    section: Section
    node: Map

    @property
    def name(self) -> str:
        words = [] if self.tier == STANDARD else [self.tier]
        return " ".join([*words, *([self.mode.replace("_", "-")] if self.mode else [])])


@dataclass(frozen=True, slots=True)
class RateText:
    """One rate, and the text that says it."""

    part: BlockSection
    bounds: Bounds
    meter: str
    rate: Rate
    text: Scalar

    @property
    def of_one(self) -> Fraction:
        return self.rate.price / self.rate.per_units


def parts_of(book: Book, document: Document) -> Iterator[BlockSection]:
    """Every section of the book, with its node."""
    models = _map(document.root).get("models")
    for key, node in _map(models):
        model = book.models[key.text.lower()]
        blocks = {block.place: block for block in model.blocks}
        for day, written in _map(_map(node).get("prices")):
            block = blocks[day.place]
            yield from _sections(BlockSection(book, model, block, STANDARD, "", block.standard, _map(written)))
            for tier, inner in _map(_map(written).get("service_tiers")):
                section = block.service_tiers[tier.text]
                yield from _sections(BlockSection(book, model, block, tier.text, "", section, _map(inner)))


def figures_of(part: BlockSection) -> Iterator[RateText]:
    """The rates of a section itself, those of its bands included."""
    yield from _figures(part, ANY_LENGTH, part.node, part.section.rates)
    bands = part.node.get("bands")
    nodes = bands.items if isinstance(bands, Sequence) else ()
    for band, node in zip(part.section.bands, nodes, strict=True):
        yield from _figures(part, band.bounds, _map(node), band.rates)


def _figures(part: BlockSection, bounds: Bounds, node: Map, rates: Mapping[str, Rate]) -> Iterator[RateText]:
    for meter, rate in rates.items():
        text = node.get(meter)
        if isinstance(text, Scalar):
            yield RateText(part, bounds, meter, rate, text)


def _sections(part: BlockSection) -> Iterator[BlockSection]:
    yield part
    for mode, inner in (("thinking", part.section.thinking), ("off_peak", part.section.off_peak)):
        node = part.node.get(mode)
        if inner is not None and isinstance(node, Map):
            yield BlockSection(part.book, part.model, part.block, part.tier, mode, inner, node)


def _map(node: Node | None) -> Map:
    assert node is None or isinstance(node, Map)
    return node if isinstance(node, Map) else Map({}, Place(""))
