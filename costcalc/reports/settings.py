"""Settings: which of the lines that a report was asked with changed a figure of it."""

from __future__ import annotations

from costcalc.asked import Setting
from costcalc.rating.model import Rating
from costcalc.reports.usage import UsageSummary
from costcalc.selectors import read_selector


def settings_of(usage: UsageSummary, rating: Rating, revenue_source: str = "") -> tuple[Setting, ...]:
    """The settings that took effect; `revenue_source` is where the report says that its revenue comes from."""
    return tuple(setting for setting in usage.asked.settings if _took_effect(setting, rating, revenue_source))


def _took_effect(setting: Setting, rating: Rating, revenue_source: str) -> bool:
    table = setting.key.partition(".")[0]
    if table in ("currency", "COSTCALC_CURRENCY"):
        return setting.value.upper() == rating.currency
    if table in ("revenue", "margin"):
        return "configuration" in revenue_source
    if table == "discounts":
        selector = read_selector(setting.name)
        return any(
            charge.listed is not None
            and selector.matches(charge.provider, *charge.names)
            and (charge.meter is None or selector.covers(charge.meter))
            for charge in rating.charges
        )
    if table == "fx":
        return any({*setting.name.split("/")} <= {rate.base, rate.quote, rating.currency} for rate in rating.rates_used)
    if table == "commitments":
        return any(part.shortfall.mid and str(part.commitment.selector) == setting.name for part in rating.commitments)
    return True
