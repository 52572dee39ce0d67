"""Phrases: what a cause is called on the page, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from costcalc.rating.model import LineKey
from costcalc.render.words import MINUS, money_text, percent_text, plain_percent, price_text, share_text
from costcalc.reports.reconcile.bills import UNKNOWN
from costcalc.reports.reconcile.model import Cause, Figure

_NAMED = 3  # lines that a cause names
_ZONES = {8: "Asia/Shanghai", 9: "Asia/Tokyo"}


def cause_text(cause: Cause, currency: str) -> str:
    """One sentence, with the lines it holds for."""
    return f"{_sentence(cause, currency)}{_who(cause)}.{_advice(cause)}"


def names_text(key: LineKey) -> str:
    """`acme/alpha`, `acme/alpha · input_tokens`; what a side leaves open is said to be open."""
    if not key:
        return "everything"
    names = [name or "(none)" for name in key]
    if names[0] == UNKNOWN and len(names) > 1:
        return " · ".join(names[1:])  # nobody said whose it is
    return " · ".join(["/".join(names[:2]), *names[2:]])


def _sentence(cause: Cause, currency: str) -> str:
    figures = cause.figures
    match cause.code:
        case "time-zone":
            return f"The invoice's days begin at midnight of {_clock(_whole(figures, 'hours'))}"
        case "days-shifted":
            return f"The invoice's days lie a day {'later' if _whole(figures, 'days') > 0 else 'earlier'} than ours"
        case "batch-share":
            return _batches(figures)
        case "discount":
            ratio = _share(figures, "ratio")
            return (
                f"A discount of {plain_percent(1 - ratio)}: a constant ratio of {_ratio(ratio)}{_or_batches(figures)}"
            )
        case "surcharge":
            ratio = _share(figures, "ratio")
            return f"A constant ratio of {_ratio(ratio)}: {plain_percent(ratio - 1)} more than our prices"
        case "tax":
            ratio = _share(figures, "ratio")
            return f"A tax of {plain_percent(ratio - 1)} within the amounts: a constant ratio of {_ratio(ratio)}"
        case "fx-rate":
            return f"Converted at the rate of {_rate(str(figures['rate']))}"
        case "rounding":
            return f"Each row is rounded to {price_text(_share(figures, 'unit'))} {currency}"
        case "other-list":
            return f"Billed by the list of {figures['provider']} {figures['region']}"
        case "price-day":
            return f"A price change is dated a day {'earlier' if _whole(figures, 'days') > 0 else 'later'} there"
        case "named-differently":
            return f'"{figures["theirs"]}" has the amounts of {figures["ours"]}'
        case "credits":
            return f"Credits of {money_text(cause.net, currency)} on lines of their own"
        case "tax-line":
            part = f", {percent_text(_share(figures, 'ratio'))} of the usage" if "ratio" in figures else ""
            return f"Taxes of {money_text(cause.net, currency)} on lines of their own{part}"
    return _PLAIN[cause.code]


_PLAIN = {
    "batch-not-given": "What the log marks as batch is billed at the standard price",
    "cache-read-as-input": "Cached input is billed at the full input price",
    "cache-read-free": "Cached input is not billed",
    "cache-write-as-input": "Cache writes are billed as plain input",
    "missing-from-invoice": "In the log and not on the invoice",
    "missing-from-log": "On the invoice and not in the log",
    "unmapped-item": "Items whose names no pricebook knows",
}
_NEEDS_NO_LINES = ("named-differently", "credits", "tax-line", "time-zone", "days-shifted")


def _who(cause: Cause) -> str:
    if cause.code in _NEEDS_NO_LINES or not cause.who:
        return ""
    named = ", ".join(names_text(key) for key in cause.who[:_NAMED])
    more = f" and {len(cause.who) - _NAMED} more" if len(cause.who) > _NAMED else ""
    return f": {named}{more}" if ": " not in _sentence(cause, "") else f" ({named}{more})"


def _advice(cause: Cause) -> str:
    match cause.code:
        case "time-zone":
            return f" Compare with --timezone {_zone(_whole(cause.figures, 'hours'))}"
        case "other-list":
            return f" Ours with --region {cause.figures['provider']}={cause.figures['region']}"
        case "unmapped-item" | "named-differently":
            return " An alias maps a name: [aliases] in costcalc.toml"
    return ""


def _batches(figures: Mapping[str, Figure]) -> str:
    share = _share(figures, "share")
    if share == 1:
        return "Billed at the batch price"
    low, high = share_text(_share(figures, "low")), share_text(_share(figures, "high"))
    return f"{share_text(share)} is billed at the batch price, between {low} and {high} by line"


def _or_batches(figures: Mapping[str, Figure]) -> str:
    if "batch_share" not in figures:
        return ""
    return f", or {share_text(_share(figures, 'batch_share'))} of it at the batch price"


def _ratio(ratio: Fraction) -> str:
    return price_text(ratio if (ratio * 1000).denominator == 1 else Fraction(round(ratio * 10**5), 10**5))


def _rate(name: str) -> str:
    return name if name[:1].isdigit() else f"the {name}"


def _clock(hours: int) -> str:
    return f"UTC{'+' if hours > 0 else MINUS}{abs(hours)}"


def _zone(hours: int) -> str:
    return _ZONES.get(hours, f"Etc/GMT{'-' if hours > 0 else '+'}{abs(hours)}")  # these have the sign turned


def _whole(figures: Mapping[str, Figure], name: str) -> int:
    return int(figures[name])


def _share(figures: Mapping[str, Figure], name: str) -> Fraction:
    value = figures[name]
    return value if isinstance(value, Fraction) else Fraction(value)


def rise_text(ours: Fraction | None, theirs: Fraction | None) -> str:
    """How far the invoice lies from ours, of ours."""
    return percent_text((theirs or Fraction()) / ours - 1, signed=True) if ours else ""


def joined(words: Sequence[str]) -> str:
    """`day, provider and model`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
