"""The shelf: pricebooks in the making while somebody else's list is read, and what of it finds no place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from costcalc.pricebook.importers.figures import NOWHERE
from costcalc.pricebook.importers.homes import Home
from costcalc.pricebook.model import Book, Model, PriceBlock, Schedule, Source


@dataclass(frozen=True, slots=True)
class Origin:
    """Where prices were taken from, and the day they were read."""

    name: str  # litellm 1.110.2
    url: str
    read: date
    starts: date | None = None  # where a price has no day of its own; None: known to hold on the day it was read


@dataclass(frozen=True, slots=True, order=True)
class NotTaken:
    """Something of the other list that is not in our book, and why."""

    provider: str
    model: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """Pricebooks made of another list, and everything of it that is not in them."""

    origin: Origin
    books: tuple[Book, ...]
    not_taken: tuple[NotTaken, ...] = ()


@dataclass
class _Draft:
    """One book in the making."""

    home: Home
    currency: str = "USD"
    models: dict[str, Model] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)


@dataclass
class Shelf:
    """The books in the making, by provider and region."""

    origin: Origin
    drafts: dict[tuple[str, str], _Draft] = field(default_factory=dict)
    not_taken: list[NotTaken] = field(default_factory=list)

    def draft(self, home: Home, currency: str = "USD") -> _Draft:
        return self.drafts.setdefault((home.provider, home.region), _Draft(home, currency))

    def leave(self, provider: str, model: str, what: str, why: str) -> None:
        self.not_taken.append(NotTaken(provider, model, what, why))

    def source(self, home: Home, url: str = "", confidence: str = "secondary") -> str:
        """The key of the source of figures from this address; without one, the collection itself is the source."""
        sources = self.draft(home).sources
        shown = f"{url} [via {self.origin.name}]" if url else self.origin.url
        found = next((key for key, source in sources.items() if source.url == shown), "")
        if not found:
            base = _key(self.origin.name.partition(" ")[0])
            found = f"{base}-{len(sources) + 1}" if base in sources else base
            sources[found] = Source(found, shown, f"{self.origin.read}", confidence)
        return found

    def put(self, home: Home, model: Model, was: str, provider: str) -> None:
        """A model under its name; a second one of that name is left out, and said where it says something else."""
        first = self.draft(home).models.setdefault(model.name, model)
        if first is not model and not _same_prices(first, model):
            self.leave(provider, was, "every price", f'another entry means "{model.name}" already, at other prices')

    def imported(self) -> Imported:
        books = tuple(_book(draft, self.origin) for draft in self.drafts.values() if draft.models)
        return Imported(self.origin, books, tuple(dict.fromkeys(self.not_taken)))


def _book(draft: _Draft, origin: Origin) -> Book:
    home = draft.home
    return Book(
        home.provider,
        home.region,
        draft.currency,
        home.timezone,
        _with_own_aliases(draft.models),
        "",
        checked=origin.read,
        sources=draft.sources,
        schedules=draft.schedules,
        note=home.note,
    )


def _with_own_aliases(models: Mapping[str, Model]) -> dict[str, Model]:
    """Aliases that are models themselves, or that an earlier model has, are left to them."""
    taken = set(models)
    found = {}
    for name, model in models.items():
        kept = tuple(alias for alias in dict.fromkeys(model.aliases) if alias not in taken)
        taken.update(kept)
        found[name] = replace(model, aliases=kept)
    return found


def _same_prices(first: Model, second: Model) -> bool:
    return [_figures(block) for block in first.blocks] == [_figures(block) for block in second.blocks]


def _figures(block: PriceBlock) -> tuple[object, ...]:
    """What the block costs, whoever says so."""
    sections = (block.standard, *block.service_tiers.values())
    priced = [
        [(meter, rate.price / rate.per_units) for meter, rate in rates.items()]
        for section in sections
        for rates in (section.rates, *(band.rates for band in section.all_bands()))
    ]
    return (block.starts, tuple(block.service_tiers), priced, block.place == NOWHERE)


def _key(name: str) -> str:
    return "".join(char if char.isalnum() or char in "-." else "-" for char in name.lower())
