"""Filling: figures that a price block lacks, put between those that it has; what stands there stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from costcalc.meters import meters
from costcalc.pricebook.importers.edits import Edits
from costcalc.pricebook.kinds import rate_text
from costcalc.pricebook.model import Band, PriceBlock, Rate, Section
from costcalc.pricebook.write import band_text, inner_lines
from costcalc.yamldoc import Map, Node, Scalar, Sequence
from costcalc.yamltext import free, indented, word

_MODES = ("thinking", "off_peak")
_PARTS = ("bands", *_MODES, "service_tiers")  # what follows the meters of a section


@dataclass(frozen=True, slots=True)
class Fill:
    """Figures on their way into the blocks of a file, each with the day on which its source first had it."""

    edits: Edits
    seen: Callable[[str], date | None]  # by the key of the source; None: it holds as long as its block does

    def block(self, ours: PriceBlock, new: PriceBlock) -> None:
        """Put into a block of the file the figures of another, none of which it has."""
        node = self.edits.block(ours.place)
        self._section(node, ours.standard, new.standard, ours.source)
        tiers, added = node.get("service_tiers"), []
        for name, section in new.service_tiers.items():
            own = ours.service_tiers.get(name)
            if own is None:
                added += self._inner(name, section, ours.source)
            elif own.share is None:  # else it is a share of what was put beside it
                self._section(_map_at(tiers, name), own, section, ours.source)
        if added and isinstance(tiers, Map):
            self.edits.put(tiers, added)
        elif added:
            self.edits.put(node, ["service_tiers:", *indented(added)], _after("service_tiers"))

    def _section(self, node: Map, ours: Section, new: Section, source: str) -> None:
        source = f"{node.get('source') or source}"
        self._rates(node, new.rates, source)
        self._bands(node, ours, new, source)
        for mode in _MODES:
            own, section = getattr(ours, mode), getattr(new, mode)
            if section and own:
                self._section(_map_at(node, mode), own, section, source)
            elif section:
                self.edits.put(node, self._inner(mode, section, source), _after(mode))

    def _rates(self, node: Map, rates: Mapping[str, Rate], source: str) -> None:
        width = max((_width(key, value) for key, value in node if key.text in meters().by_name), default=0)
        for meter, rate in rates.items():
            text = rate_text(self._dated(rate), source)
            is_flow = self.edits.is_flow(node)
            line = f"{meter}: {free(text)}" if is_flow else f"{f'{meter}:':<{width}} {word(text)}"
            self.edits.put(node, [line], _after(meter))

    def _bands(self, node: Map, ours: Section, new: Section, source: str) -> None:
        numbers, bands = {band.bounds: number for number, band in enumerate(ours.bands)}, node.get("bands")
        added = []
        for band in new.bands:
            if band.bounds in numbers:
                assert isinstance(bands, Sequence)
                self._rates(_as_map(bands.items[numbers[band.bounds]]), band.rates, source)
            else:
                rates = {meter: self._dated(rate) for meter, rate in band.rates.items()}
                added.append(band_text(Band(band.bounds, rates), source))
        if added and isinstance(bands, Sequence):
            self.edits.append_items(node.key("bands"), bands, added)
        elif added and self.edits.is_flow(node):
            self.edits.put(node, [f"bands: [{', '.join(added)}]"], _after("bands"))
        elif added:
            self.edits.put(node, ["bands:", *indented(f"- {text}" for text in added)], _after("bands"))

    def _inner(self, name: str, section: Section, source: str) -> list[str]:
        """A tier or mode that is new as a whole says for all of its figures when they were seen."""
        days = [day for rate in section.all_rates() if (day := self.seen(rate.source))]
        return inner_lines(name, replace(section, observed=max(days, default=None)), source)

    def _dated(self, rate: Rate) -> Rate:
        return replace(rate, observed=self.seen(rate.source))


def _map_at(node: Node | None, key: str) -> Map:
    return _as_map(_as_map(node).get(key))


def _as_map(node: Node | None) -> Map:
    assert isinstance(node, Map)  # the file was read as a pricebook
    return node


def _after(key: str) -> tuple[str, ...]:
    """The keys that stand below this one in a section."""
    order = (*meters().by_name, *_PARTS)
    return order[order.index(key) + 1 :]


def _width(key: Scalar, value: Node) -> int:
    """What a meter takes of its line, so that the prices below each other stay so."""
    return value.place.column - key.place.column - 1
