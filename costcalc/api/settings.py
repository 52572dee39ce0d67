"""Settings: which lines of a configuration and of your contracts took part in a count of usage and its prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from costcalc.api.books import Prices
from costcalc.asked import Asked, Setting
from costcalc.files import path_from_here
from costcalc.money import exact_text
from costcalc.pricebook.model import Model
from costcalc.pricebook.resolve import ResolvedModel
from costcalc.pricebook.terms import Commitment, Discount
from costcalc.problems import Place
from costcalc.records import dataclass
from costcalc.usage.ledger import UsageLedger, covered_days


def with_settings(ledger: UsageLedger, asked: Asked, prices: Prices) -> UsageLedger:
    """The ledger that says what was asked, with only those settings that concern its usage."""
    usage = _Usage(ledger, prices)
    given = (*asked.settings, *ledger.asked.settings)
    named = {setting.name.lower() for setting in given if setting.key.startswith("aliases.")}
    terms = [term for term in _terms(prices, ledger) if not (term.key.startswith("aliases.") and term.name in named)]
    kept = tuple(setting for setting in (*given, *terms) if usage.has(setting))
    return replace(ledger, asked=Asked(kept, asked.call)) if kept or asked.call else ledger


@dataclass(frozen=True)
class _Usage:
    """What a ledger holds, as far as settings are about it."""

    ledger: UsageLedger
    prices: Prices

    def has(self, setting: Setting) -> bool:
        table = setting.key.partition(".")[0]
        if table == "aliases":
            return setting.name.lower() in self.aliases
        if table == "regions":
            return self._is_other_list(setting.name, setting.value)
        if table == "pricebooks":
            path = Path(setting.value).resolve()
            return any(path == file or path in file.parents for file in self.files)
        return True

    def _is_other_list(self, name: str, region: str) -> bool:
        """Whether another list than the default one is taken of a provider that is used."""
        book = self.prices.pricebook
        provider = book.provider_named(name) or ""
        return provider in self.providers and book.by_provider[provider][0].region != book.region_named(
            provider, region
        )

    @cached_property
    def aliases(self) -> frozenset[str | None]:
        """Those that a name of the log has."""
        named = {(group.model, group.provider) for group in self.ledger.groups}
        return frozenset(self.prices.pricebook.alias_of(*name) for name in named)

    @cached_property
    def models(self) -> dict[tuple[str, str], Model]:
        book = self.prices.pricebook
        named = {(group.model, group.provider, group.region) for group in self.ledger.groups}
        found = [each for name in named if isinstance(each := book.resolve(*name), ResolvedModel)]
        return {(each.provider, each.model): book.book(each.provider, each.region).models[each.model] for each in found}

    @property
    def providers(self) -> frozenset[str]:
        return frozenset(provider for provider, _ in self.models)

    @cached_property
    def files(self) -> frozenset[Path]:
        return frozenset(Path(file).resolve() for file in {model.place.file for model in self.models.values()})


def _terms(prices: Prices, ledger: UsageLedger) -> Iterator[Setting]:
    """What your own pricebooks say beside prices, wherever they were named."""
    terms = prices.pricebook.terms
    days = covered_days(ledger, "UTC") if terms.discounts else (None, None)
    for discount in (term for term in terms.discounts if _holds_within(term, *days)):
        yield Setting(f"discounts.{discount.selector}", f"{exact_text(discount.share * 100)}% off{_days(discount)}", _place(discount.place))  # fmt: skip
    for part in terms.commitments:
        amount = f"{exact_text(part.amount.amount)} {part.amount.currency} a month"
        yield Setting(f"commitments.{part.selector}", amount + _days(part), _place(part.place))
    for name, target in terms.aliases.items():
        yield Setting(f"aliases.{name}", target, _place(terms.alias_places[name]))


def _holds_within(term: Discount, first: date | None, last: date | None) -> bool:
    if first is None or last is None:
        return False
    return (term.from_day is None or term.from_day <= last) and (term.until_day is None or term.until_day > first)


def _days(term: Discount | Commitment) -> str:
    begins = f" from {term.from_day}" if term.from_day else ""
    return begins + (f" until {term.until_day}" if term.until_day else "")


def _place(place: Place) -> Place:
    return replace(place, file=path_from_here(place.file), column=0)
