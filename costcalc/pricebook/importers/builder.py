"""The builder: pricebooks in the making while somebody else's list is read, and what of it finds no place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from costcalc.pricebook.importers.figures import NOWHERE, PER_MILLION, ImportedPrice, block_of
from costcalc.pricebook.importers.homes import Home, means
from costcalc.pricebook.model import STANDARD, Book, Model, PriceBlock, Rate, Schedule, Source

NO_METER = "no meter of ours counts this"
ZERO = "0 everywhere: free, part of a subscription, or unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where prices were taken from, and the day they were read."""

    name: str  # litellm 1.110.2
    url: str
    read: date
    starts: date | None = None  # where a price has no day of its own; None: known to hold on the day it was read
    is_dated: bool = False  # whether the data says itself when it was read; else `read` is the day it was looked at

    def of(self, read: date) -> Origin:
        """The origin of data that says when it was read."""
        return replace(self, read=read, is_dated=True)


@dataclass(frozen=True, slots=True, order=True)
class NotTaken:
    """Something of the other list that is not in our book, and why."""

    provider: str
    model: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A model that the other list calls ended, on a day or without one."""

    provider: str
    region: str
    model: str
    day: date | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """Pricebooks made of another list, everything of it that is not in them, and the models that it calls ended."""

    origin: Origin
    books: tuple[Book, ...]
    not_taken: tuple[NotTaken, ...] = ()
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignField:
    """What a key of another list is a price of: a meter of ours, written there for `of` units and here for `per`."""

    meter: str
    of: int = PER_MILLION
    per: int = PER_MILLION


def by_key(of: int = PER_MILLION, /, **meters: str) -> dict[str, ForeignField]:
    """Keys of another list that are prices of so many tokens, each with the meter of ours."""
    return {key: ForeignField(meter, of) for key, meter in meters.items()}


@dataclass
class _Draft:
    """One book in the making."""

    home: Home
    currency: str = "USD"
    models: dict[str, Model] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)


@dataclass
class Builder:
    """The books in the making, by provider and region."""

    origin: Origin
    providers: tuple[str, ...] = ()  # of these alone, by our name or theirs; none: of all
    drafts: dict[tuple[str, str], _Draft] = field(default_factory=dict)
    not_taken: list[NotTaken] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)

    def wants(self, provider: str) -> bool:
        return not self.providers or any(means(word, provider) for word in self.providers)

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
        return Imported(self.origin, books, tuple(dict.fromkeys(self.not_taken)), tuple(dict.fromkeys(self.ended)))


class ForeignEntry:
    """One model of another list on its way to the builder: its prices by a table of fields, and what is left."""

    def __init__(self, builder: Builder, home: Home, provider: str, name: str, currency: str = "USD") -> None:
        self.builder, self.home, self.provider, self.name = builder, home, provider, name
        self.draft = builder.draft(home, currency)

    def leave(self, what: str, why: str = NO_METER) -> None:
        self.builder.leave(self.provider, self.name, what, why)

    def figures(
        self, prices: Mapping[str, Any], table: Mapping[str, ForeignField], *, skip: Iterable[str] = (), **where: Any
    ) -> Iterator[ImportedPrice]:
        """The prices among the keys of an object; one that no field of the table knows is left, and said."""
        for key, value in prices.items():
            if value is None or key in skip:
                continue
            number = value if isinstance(value, Fraction) else None
            if key in table and number is not None and number >= 0:
                yield self.figure(table[key], number, **where)
            else:
                self.leave(key)

    def figure(self, told: ForeignField, value: Fraction, *, mode: str = "", **where: Any) -> ImportedPrice:
        """A price as a figure; at some homes the price of reasoning is that of all output in thinking mode."""
        meter = told.meter
        if meter == "reasoning_tokens" and self.home.thinks:
            meter, mode = "output_tokens", "thinking"
        return ImportedPrice(meter, value * told.per / told.of, told.per, mode=mode, **where)

    def put(self, figures: Sequence[ImportedPrice], url: str = "", **more: Any) -> None:
        """The model with one price, which holds from the day of the origin on."""
        if figures:
            origin, source = self.builder.origin, self.builder.source(self.home, url)
            self.put_blocks([block_of(figures, origin.starts, origin.read, source=source)], **more)

    def put_blocks(self, blocks: Sequence[PriceBlock], aliases: tuple[str, ...] = (), name: str = "") -> None:
        """The model with its history. A list that has 0 everywhere does not say what it means by it."""
        rates = [rate for block in blocks for section in block.sections() for rate in section.all_rates()]
        if not rates:
            return
        if not any(rate.price for rate in rates):
            self.leave("every price", ZERO)
            return
        model = Model((name or self.name).lower(), tuple(blocks), NOWHERE, aliases, self.home.resold)
        self.builder.put(self.home, model, self.name, self.provider)

    def end(self, day: date | None = None, successor: str = "", name: str = "") -> None:
        """The list calls the model ended."""
        home = self.home
        self.builder.ended.append(
            Ended(home.provider, home.region, (name or self.name).lower(), day, successor.lower())
        )


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
    return [*map(_said, first.blocks)] == [*map(_said, second.blocks)]


def _said(block: PriceBlock) -> tuple[object, ...]:
    """What the block costs, whoever says so."""
    sections = {STANDARD: block.standard, **block.service_tiers}
    bare = lambda _, rate: Rate(rate.price / rate.per_units, 1)  # noqa: E731
    return block.starts, {name: section.mapped(bare) for name, section in sections.items()}


def _key(name: str) -> str:
    return "".join(char if char.isalnum() or char in "-." else "-" for char in name.lower())
