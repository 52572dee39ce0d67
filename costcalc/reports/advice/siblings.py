"""Siblings: the models of the same list that cost less, by their names and prices. None is said to be as good."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from costcalc.meters import meters
from costcalc.pricebook.hosts import makers_name
from costcalc.pricebook.model import Book, Model
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.rating.model import PriceKey
from costcalc.rating.quotes import Quote, Quotes
from costcalc.reports.advice.groups import Group
from costcalc.reports.advice.options import CHEAPER

# Words of a name which say that the model is made for another task, answers in another way, or does not stay.
_OTHER_TASKS = frozenset((
    "asr", "audio", "character", "code", "coder", "codex", "codestral", "devstral", "doc", "embed", "embedding",
    "fetch", "image", "instruct", "live", "long", "math", "mt", "ocr", "omni", "preview", "realtime",
    "research", "role", "search", "speech", "think", "thinking", "transcribe", "translate", "tts", "video",
    "vision", "vl",
))  # fmt: skip
_SIZE = re.compile(r"\d+(?:\.\d+)?b|a\d+b|\d+(?:\.\d+)?v|\d+k")  # 27b, a3b, 4.5v (it sees), 128k
_PARAMETERS = re.compile(r"a?\d+(?:\.\d+)?[bv]")
_NUMBER = re.compile(r"\d+")
SELLERS = 2  # of the same model that are proposed
_SNAPSHOT = 4  # digits: a date or a snapshot, no version


@dataclass(frozen=True, slots=True)
class Name:
    """A model's name in its parts: `qwen3.6-flash` is version 3.6 of the line qwen flash."""

    line: tuple[str, ...]
    version: tuple[int, ...]
    other_tasks: frozenset[str]

    @property
    def family(self) -> str:
        return self.line[0] if self.line else ""


def name_of(model: str) -> Name:
    """The parts of a name. Snapshots and lengths of context tell no line from another."""
    words: list[str] = []
    version: list[int] = []
    tasks: set[str] = set()
    if variant := _variant(model.lower()):
        tasks.add(variant)
    for part in model.lower().partition(":")[0].replace("_", "-").split("-"):
        if _PARAMETERS.fullmatch(part):
            tasks.add("size" if part.endswith("b") else "vision")
        elif _SIZE.fullmatch(part):
            continue
        else:
            numbers = _NUMBER.findall(part)
            version += [int(number) for number in numbers if len(number) < _SNAPSHOT]
            letters = [word for word in re.split(r"[\d.]+", part) if word and word != "latest"]
            tasks |= {word for word in letters if word in _OTHER_TASKS}
            words += letters
    return Name(tuple(words), tuple(version), frozenset(tasks))


class Siblings:
    """Looks for cheaper models on the list of a day."""

    def __init__(self, pricebook: Pricebook, day: date, last_day: date) -> None:
        """Prices of `day`; a target must still have one on `last_day`."""
        self.pricebook, self.day, self.last_day = pricebook, day, last_day
        self.quotes = Quotes(pricebook)

    def of(self, group: Group) -> list[str]:
        """The nearest in price and the cheapest that can take the group's usage, as PROVIDER/MODEL."""
        found = self._cheaper(group)
        if not found:
            return []
        ordered = sorted(found, key=lambda name: (-found[name], name))
        return list(dict.fromkeys(f"{group.provider}/{name}" for name in (ordered[0], ordered[-1])))

    def elsewhere(self, group: Group) -> list[str]:
        """Who sells the very same model for less, as PROVIDER/MODEL: the cheapest, and the next.

        Only lists in the currency of the group's own are compared, and no list that has another name for the model.
        """
        own = _bare(self.pricebook.book(group.provider, group.region).models[_listed(group)])
        today = self.cost(group, _listed(group))
        if not today:
            return []
        found = {
            f"{book.provider}/{model.name}": cost
            for book in self._lists_beside(group)
            for model in book.models.values()
            if _bare(model) == own
            and self._is_reached(book.provider, book.region, model.name)
            and (cost := self.cost(_at(group, book), model.name))
            and cost <= today * (1 - CHEAPER)
        }
        return sorted(found, key=lambda name: (found[name], name))[:SELLERS]

    def _lists_beside(self, group: Group) -> Iterator[Book]:
        currency = self.pricebook.book(group.provider, group.region).currency
        return (
            book for book in self.pricebook.all_books() if book.provider != group.provider and book.currency == currency
        )

    def _cheaper(self, group: Group) -> Mapping[str, Fraction]:
        """What the group's usage costs at the list of each, in that list's currency."""
        own = name_of(_listed(group))
        today = self.cost(group, _listed(group))
        if not today or not own.family:
            return {}
        lines: dict[tuple[str, ...], tuple[tuple[int, ...], Fraction, str]] = {}
        for model in self.pricebook.book(group.provider, group.region).models:
            name = name_of(model)
            if name.family != own.family or not name.other_tasks <= own.other_tasks or model == _listed(group):
                continue
            cost = self.cost(group, model)
            if cost is None or not self._is_reached(group.provider, group.region, model):
                continue
            held = lines.get(name.line)
            # The newest version of a line; of equals the cheaper.
            if held is None or (name.version, -cost) > (held[0], -held[1]):
                lines[name.line] = (name.version, cost, model)
        return {
            model: cost
            for _, cost, model in lines.values()
            if cost <= today * (1 - CHEAPER) and self._nothing_is_dearer(group, model)
        }

    def cost(self, group: Group, model: str, tier: str | None = None) -> Fraction | None:
        """What the group's usage of the log costs by the list; None where something has no price."""
        total = Fraction()
        for key, counts in group.keys.items():
            prices = self._prices(key, model, tier)
            for meter in _billable(counts):
                price = _price_of(meter, prices)
                if price is None:
                    return None
                total += counts[meter] * price / 10 ** meters().by_name[meter].decimals
        return total

    def is_cheaper(self, group: Group, meter: str, whole: str) -> bool:
        """Whether a part of the whole costs less than the rest of it."""
        for key in group.keys:
            prices = self._prices(key, _listed(group), None)
            if meter not in prices or whole not in prices or prices[meter] >= prices[whole]:
                return False
        return True

    def _is_reached(self, provider: str, region: str, model: str) -> bool:
        """Whether PROVIDER/MODEL means this list, and it can still be bought for a price at the end."""
        found = self.pricebook.resolve(f"{provider}/{model}")
        if not isinstance(found, ResolvedModel) or (found.provider, found.region, found.model) != (
            provider,
            region,
            model,
        ):
            return False
        if self.pricebook.model(found).ending_on(self.last_day):
            return False  # nobody moves to what ends, or is billed as another already
        return self.pricebook.block_on(provider, region, model, self.last_day).block is not None

    def _nothing_is_dearer(self, group: Group, model: str) -> bool:
        for key, counts in group.keys.items():
            own, other = self._prices(key, _listed(group), None), self._prices(key, model, None)
            for meter in _billable(counts):
                before, then = _price_of(meter, own), _price_of(meter, other)
                if before is None or then is None or then > before:
                    return False
        return True

    def _prices(self, key: PriceKey, model: str, tier: str | None) -> Mapping[str, Fraction]:
        found = self._quote(replace(key, model=model, day=self.day, service_tier=tier or key.service_tier))
        return {meter: rate.contracted for meter, rate in found.rates.items()}

    def _quote(self, key: PriceKey) -> Quote:
        found = ResolvedModel(key.provider, key.region, key.model, "")
        has_hours = self.quotes.schedule(found, self.day) is not None
        return self.quotes.quote(key if has_hours else replace(key, off_peak=None))


def self_hosted_models(pricebook: Pricebook, day: date) -> Iterator[str]:
    """The models of the pricebooks that you serve yourself, as PROVIDER/MODEL."""
    for book in pricebook.books:
        for name in book.models:
            block = pricebook.block_on(book.provider, book.region, name, day).block
            if block is not None and block.self_hosted is not None:
                yield f"{book.provider}/{name}"


def _at(group: Group, book: Book) -> Group:
    """The same usage on another list."""
    keys = {replace(key, provider=book.provider, region=book.region): counts for key, counts in group.keys.items()}
    return replace(group, keys=keys)


def _bare(model: Model) -> str:
    """What its maker calls a model, without who makes it and how the name is written: claude-sonnet-4.5 is 4-5."""
    made_as = (model.made_as or model.name).partition("@")[0].partition(":")[0]
    return f"{makers_name(made_as)[1].replace('.', '-')}:{_variant(model.name)}"


def _variant(name: str) -> str:
    """Another way to be served, `:batch` or `:free`; a version of a name, `-v1:0`, is none."""
    variant = name.partition(":")[2]
    return "" if _NUMBER.match(variant) else variant


def _listed(group: Group) -> str:
    """What the list calls the group's model."""
    return next(iter(group.keys)).model


def _billable(counts: Mapping[str, Fraction]) -> Iterable[str]:
    known = meters().by_name
    return [name for name, count in counts.items() if name in known and name != "requests" and count]


def _price_of(meter: str, prices: Mapping[str, Fraction]) -> Fraction | None:
    """Its own price, or that of the whole that it is billed with."""
    name: str | None = meter
    while name is not None and name not in prices:
        name = meters().by_name[name].part_of
    return prices[name] if name else None
