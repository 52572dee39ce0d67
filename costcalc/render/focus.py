"""FOCUS 1.2: charges as the FinOps Open Cost and Usage Specification names them, one row a charge and day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from costcalc.calendar import instant_of_day, month_of
from costcalc.meters import meters
from costcalc.money import exact_text, round_to_total
from costcalc.rating.model import PriceKey
from costcalc.render.fields import Rows, Value
from costcalc.render.rows import UNALLOCATED
from costcalc.render.written import Writers
from costcalc.reports.focus import FocusCharge, FocusReport, unit_size

COST_DIGITS = 12  # of a charge; the charges of a column add up to its exact total, rounded to as many
_DIGITS = 15  # of prices and quantities: their product then meets the cost to nine digits, as validators ask

COLUMNS = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency",
    "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency",
    "ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountStatus", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "ContractedUnitPrice",
    "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingCurrency",
    "PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice",
    "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId",
    "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter",
    "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType", "Tags", "x_CostBasis",
    "x_FxMonth", "x_FxRate", "x_Model",
)  # fmt: skip

# What FOCUS calls the unit of a meter. A unit of many is written with its number, as its unit format asks.
_UNITS = {
    "token": "Tokens", "request": "Requests", "search": "Requests", "image": "Images", "second": "Seconds",
    "token-hour": "Token-Hours", "GPU-hour": "Hours", "hour": "Hours", "month": "Months", "GB-month": "GB-Months",
}  # fmt: skip


def focus_rows(report: FocusReport) -> Rows:
    """A row a charge, in FOCUS columns; costs of each column add up to its total."""
    costs = [_shared([getattr(charge, name) for charge in report.charges]) for name in ("billed", "listed")]
    found = []
    for charge, billed, listed in zip(report.charges, *costs, strict=True):
        values = {**_money(report, charge, billed, listed), **_when(report, charge), **_what(charge)}
        found.append([values.get(name) for name in COLUMNS])
    return COLUMNS, found


def _shared(amounts: Sequence[Fraction]) -> list[Decimal]:
    return [_short(amount) for amount in round_to_total(amounts, COST_DIGITS)]


def _money(report: FocusReport, charge: FocusCharge, billed: Decimal, listed: Decimal) -> dict[str, Value]:
    rate = charge.price.rate
    return {
        "BilledCost": billed,
        "EffectiveCost": billed,
        "ContractedCost": billed,
        "ListCost": listed,
        "BillingCurrency": report.currency,
        "ContractedUnitPrice": _number(charge.contracted_price),
        "ListUnitPrice": _number(charge.list_price),
        "PricingCurrency": charge.price.currency,
        "PricingCurrencyContractedUnitPrice": _number(charge.contracted_price, 1 / rate),
        "PricingCurrencyEffectiveCost": _number(charge.billed, 1 / rate),
        "PricingCurrencyListUnitPrice": _number(charge.list_price, 1 / rate),
        "x_CostBasis": charge.basis,
        "x_FxMonth": str(charge.price.month) if charge.price.month else None,
        "x_FxRate": _number(rate) if charge.price.month else None,
    }


def _when(report: FocusReport, charge: FocusCharge) -> dict[str, Value]:
    month = month_of(charge.day)
    return {
        "ChargePeriodStart": _instant(charge.day, report.timezone),
        "ChargePeriodEnd": _instant(date.fromordinal(charge.day.toordinal() + 1), report.timezone),
        "BillingPeriodStart": _instant(month.first, report.timezone),
        "BillingPeriodEnd": _instant(month.next.first, report.timezone),
    }


def _what(charge: FocusCharge) -> dict[str, Value]:
    who, model = charge.provider, charge.model or "unknown model"
    category = _category(charge)
    is_usage = category == "Usage"
    return {
        "BillingAccountId": who,
        "BillingAccountName": who,
        "BillingAccountType": "Provider",
        "InvoiceIssuerName": who,
        "ProviderName": who,
        "PublisherName": who,
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "ServiceName": who,
        "RegionId": charge.region,
        "RegionName": charge.region,
        "ChargeCategory": category,
        "ChargeFrequency": "Usage-Based" if is_usage else "Recurring" if category == "Adjustment" else "One-Time",
        "ChargeDescription": f"{model} {_meter_label(charge)}",
        "PricingCategory": "Standard" if is_usage else None,
        "ConsumedQuantity": _number(charge.consumed),
        "ConsumedUnit": None if charge.consumed is None else _consumed_unit(charge),
        "PricingQuantity": _number(charge.priced_quantity),
        "PricingUnit": None if charge.priced_quantity is None else _pricing_unit(charge),
        "SkuMeter": _meter_label(charge),
        "SkuId": _sku(charge),
        "SkuPriceId": _sku_price(charge),
        "SkuPriceDetails": _json(_details(charge)),
        "Tags": _json({name: value or UNALLOCATED for name, value in charge.tags}) if charge.tags else None,
        "x_Model": model,
    }


def _category(charge: FocusCharge) -> str:
    if charge.basis == "shortfall":
        return "Adjustment"  # the provider asks for it beside all usage
    return "Credit" if charge.billed < 0 else "Usage"


def _meter_label(charge: FocusCharge) -> str:
    return charge.meter or charge.basis


def _consumed_unit(charge: FocusCharge) -> str:
    return _UNITS[meters().by_name[charge.meter].unit] if charge.meter else "Tokens"


def _pricing_unit(charge: FocusCharge) -> str:
    if charge.meter is None or charge.basis not in ("list", "contracted"):
        return "Charges"
    size = unit_size(charge.meter)
    return f"{size} {_consumed_unit(charge)}" if size != 1 else _consumed_unit(charge)


def _sku(charge: FocusCharge) -> str:
    return f"{charge.provider}/{charge.model}/{_meter_label(charge)}"


def _sku_price(charge: FocusCharge) -> str:
    """What tells prices of one SKU apart, without the day: it stays the same over time."""
    named = {"x_InputTokensAbove": "input above ", "x_OutputTokensAbove": "output above "}
    return "/".join((_sku(charge), *(f"{named.get(name, '')}{value}" for name, value in _variant(charge.key).items())))


def _details(charge: FocusCharge) -> dict[str, str | int]:
    details: dict[str, str | int] = {"x_Model": charge.model, "x_TokenType": _meter_label(charge)}
    return {**details, **_variant(charge.key), **({"x_PriceDay": str(charge.key.day)} if charge.key else {})}


def _variant(key: PriceKey | None) -> dict[str, str | int]:
    if key is None:
        return {}
    found: dict[str, str | int] = {"x_Region": key.region, "x_ServiceTier": key.service_tier}
    if key.thinking is not False:
        found["x_Mode"] = "thinking" if key.thinking else "partly thinking"
    if key.off_peak is not None:
        found["x_Hours"] = "off-peak" if key.off_peak else "peak"
    if key.input_over:
        found["x_InputTokensAbove"] = key.input_over
    if key.output_over:
        found["x_OutputTokensAbove"] = key.output_over
    return found


def _json(values: dict[str, str | int]) -> str:
    return json.dumps(values, ensure_ascii=True, sort_keys=True)


def _number(value: Fraction | None, factor: Fraction | int = 1) -> Decimal | None:
    return (
        None
        if value is None
        else _short(Decimal(exact_text(Fraction(round(value * factor * 10**_DIGITS), 10**_DIGITS))))
    )


def _short(number: Decimal) -> Decimal:
    """Without an exponent and without zeros at the end, but for one decimal: a reader sees a decimal column."""
    return (
        Decimal(format(number.normalize(), "f")).quantize(Decimal("0.1"))
        if number == number.to_integral()
        else Decimal(format(number.normalize(), "f"))
    )


def _instant(day: date, zone_name: str) -> str:
    return datetime.fromtimestamp(instant_of_day(day, zone_name), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


WRITTEN = Writers(rows=focus_rows)
