"""Bills: the rows of invoices as items with the names that our lines have; taxes and credits stand apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from costcalc.calendar import DAY_SECONDS, Month, day_of, instant_of_day, month_of, utc_day
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.problems import fail
from costcalc.rating.model import LineKey
from costcalc.usage.formats.plainbill import UNDATED
from costcalc.usage.ledger import UsageGroup, UsageLedger

CHARGE, ITEM = "charge", "item"  # dimensions that the formats of bills offer
USAGE = "usage"
NOT_SPLIT = "not split"
BILL_FIELDS = ("provider", "model", "meter", "service_tier", "region")
UNKNOWN = "unknown"
Exchange = Callable[[str | None, Month | None], Fraction]  # the rate from that currency; without a month the log's


@dataclass(frozen=True, slots=True)
class Item:
    """Rows of an invoice that one line takes."""

    days: tuple[date, date] | None  # the first and the last day; None: the invoice says nothing of days
    key: LineKey
    is_mapped: bool
    charge: str  # usage, tax, credit, …
    text: str  # what the invoice calls it
    amount: Fraction  # in the report's currency
    rows: int


@dataclass(frozen=True, slots=True)
class Names:
    """Our own names: what an item is called that no pricebook knows but our log does."""

    pricebook: Pricebook
    by_model: Mapping[str, tuple[str, str]]  # a model's text in lower case → our provider and model

    def meant(self, group: UsageGroup, item: str) -> tuple[str, str, bool]:
        """Provider and model as our lines name them, and whether the name means anything."""
        for text in dict.fromkeys(name for name in (group.model, item) if name):
            found = self.pricebook.resolve(text, group.provider)
            if isinstance(found, ResolvedModel):
                return found.provider, found.model, True
            if (own := self.by_model.get(text.strip().lower())) is not None:
                return *own, True
            # A cloud that sells the models of others is in no pricebook of models.
            found = self.pricebook.resolve(text) if group.provider else found
            if isinstance(found, ResolvedModel):
                return found.provider, found.model, True
        provider = group.provider or UNKNOWN
        return self.pricebook.provider_named(provider) or provider, group.model or item, False


def items_of(ledger: UsageLedger, by: Sequence[str], names: Names, zone: str, exchange: Exchange) -> list[Item]:
    """Every amount of an invoice. CostcalcError: it names none of the columns asked for, or states no amounts."""
    found = []
    for group in ledger.groups:
        if group.billed is None:
            continue
        said = dict(zip(ledger.dimensions, group.dimensions, strict=True))
        text, days = said.get(ITEM) or group.model, days_of_group(group, zone)
        provider, model, is_mapped = names.meant(group, said.get(ITEM) or "")
        key = tuple(_field(name, group, provider, model, said) for name in by)
        amount = group.billed * exchange(group.billed_currency, month_of(days[0]) if days else None)
        charge = _charge(said.get(CHARGE), amount)
        found.append(Item(days, key, is_mapped or "model" not in by, charge, text, amount, group.rows))
    return found


def days_of_group(group: UsageGroup, zone: str) -> tuple[date, date] | None:
    """The first and the last day of a group, in days of that zone; None: its rows say nothing of days."""
    if (group.at, group.until) == UNDATED:
        return None
    last = max(group.at, (group.until if group.until is not None else group.at + 1) - 1)
    if group.naive:
        return utc_day(group.at), utc_day(last)
    return day_of(group.at, zone), day_of(last, zone)


def zone_of(ledgers: Iterable[UsageLedger], pricebook: Pricebook) -> str | None:
    """The zone whose days an invoice has: of days without a zone the provider's, of buckets the one whose midnight
    they begin at; None where that is not one.
    """
    zones = {zone for ledger in ledgers for group in ledger.groups if (zone := _group_zone(group, pricebook))}
    return zones.pop() if len(zones) == 1 else None


def _group_zone(group: UsageGroup, pricebook: Pricebook) -> str | None:
    if (group.at, group.until) == UNDATED:
        return None
    home = _home_zone(group, pricebook)
    if group.naive:
        return home
    if group.until is None or (group.until - group.at) % DAY_SECONDS:
        return None
    if group.at % DAY_SECONDS == 0:
        return "UTC"
    return home if home and instant_of_day(day_of(group.at, home), home) == group.at else None


def _home_zone(group: UsageGroup, pricebook: Pricebook) -> str | None:
    provider = pricebook.provider_named(group.provider) if group.provider else None
    if provider is None and isinstance(found := pricebook.resolve(group.model), ResolvedModel):
        provider = found.provider
    return pricebook.by_provider[provider][0].timezone if provider else None


def names_said(ledgers: Sequence[UsageLedger]) -> set[str]:
    """Which of provider, model and meter the invoices name at all."""
    groups = [group for ledger in ledgers for group in ledger.groups]
    says = {
        "model": any(group.model for group in groups),
        "provider": any(group.model or group.provider for group in groups),
        "meter": any(group.billed_meter for group in groups),
    }
    return {name for name, said in says.items() if said}


def check_names(by: Sequence[str], ledgers: Sequence[UsageLedger]) -> None:
    """CostcalcError: a name that the lines shall have, and no row of the invoice does."""
    said = names_said(ledgers)
    missing = [name for name in by if name in ("provider", "model", "meter") and name not in said]
    missing += [
        name for name in by if name not in BILL_FIELDS and any(name not in ledger.dimensions for ledger in ledgers)
    ]
    if missing:
        raise fail(
            "not-in-invoice", f'the invoice names no {missing[0]}: its lines cannot be compared by {missing[0]}',
            expected=", ".join(name for name in by if name not in missing) or "a comparison by day alone",
            remedy=f"leave {missing[0]} out of --by, or export the invoice with it",
        )  # fmt: skip


def _field(name: str, group: UsageGroup, provider: str, model: str, said: Mapping[str, str | None]) -> str | None:
    match name:
        case "provider":
            return provider
        case "model":
            return model or None
        case "meter":
            return group.billed_meter or NOT_SPLIT
        case "service_tier":
            return group.service_tier
        case "region":
            return group.region
    return said[name]


def _charge(stated: str | None, amount: Fraction) -> str:
    """What kind of charge it is; a negative amount is a credit, whatever the invoice calls it."""
    kind = stated or USAGE
    return "credit" if kind == USAGE and amount < 0 else kind
