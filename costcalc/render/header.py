"""Header: what a report rests on: the usage, the prices, the rises, the revenue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from costcalc.asked import Setting
from costcalc.money import round_half_up
from costcalc.rating.model import RateUsed, Rating
from costcalc.render.blocks import Facts
from costcalc.render.words import (
    amount_text,
    count_text,
    counted,
    days_text,
    decimal_text,
    month_text,
    months_text,
    plain_percent,
    price_text,
    share_text,
)
from costcalc.reports.settings import settings_of
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.model import PriceChange

FactRow = tuple[str, Sequence[str]]
_SETTINGS_SHOWN = 6
_BASES = {
    "list": "at list prices",
    "contracted": "at contracted prices",
    "billed": "as billed",
    "computed": "as computed by a gateway",
    "estimated": "as estimated by a tool",
}


def header(
    report: Any, rates: Sequence[RateUsed], rows: Iterable[FactRow] = (), *, before: Iterable[FactRow] = (),
    after: Iterable[FactRow] = (), revenue_source: str = "",
) -> Facts:  # fmt: skip
    """What any report rests on: its usage, the prices, and what the configuration set; with rows of its own."""
    prices = ("prices", tuple(price_parts(report.rating, rates)))
    settings = settings_rows(report.usage, report.rating, revenue_source)
    return Facts([usage_row(report.usage, report.rating), *before, prices, *rows, *settings, *after])


def settings_rows(usage: UsageSummary, rating: Rating, revenue_source: str = "") -> Iterator[FactRow]:
    """What the configuration set, with its place: `aliases.our-model = alibaba/qwen-plus (costcalc.toml:4)`."""
    found = [_setting(setting) for setting in settings_of(usage, rating, revenue_source)]
    shown = found if len(found) <= _SETTINGS_SHOWN + 1 else [*found[:_SETTINGS_SHOWN], f"{counted(len(found) - _SETTINGS_SHOWN, 'more line')}: --json lists them"]  # fmt: skip
    if shown:
        yield "configured", tuple(shown)


def _setting(setting: Setting) -> str:
    return f"{setting.key} = {setting.value} ({setting.place or 'environment'})"


def change_text(change: PriceChange) -> str:
    """`alibaba +34%`, `baidu +5% to +30%`, `openai/gpt-5.6-luna:output_tokens = 3.40 per 1M`."""
    if change.new_rate is not None:
        return f"{change.selector} at {price_text(change.new_rate * 1_000_000)} per 1M of the list's currency"
    high = plain_percent(change.high, signed=True)
    if change.passed_through is not None:
        part = plain_percent(change.passed_through)
        return f"{change.selector} {plain_percent(change.low, signed=True)} to {high} ({part} of @{change.event})"
    event = f" (@{change.event})" if change.event else ""
    if change.is_range:
        return f"{change.selector} {plain_percent(change.low, signed=True)} to {high}{event}"
    return f"{change.selector} {high}{event}"


def usage_row(usage: UsageSummary, rating: Rating) -> FactRow:
    label, parts = _files(usage)
    if usage.first_day and usage.last_day:
        zone = "" if usage.timezone == "UTC" else f" ({usage.timezone})"
        parts.append(days_text(usage.first_day, usage.last_day) + zone)
    if usage.requests is not None:
        parts.append(f"{count_text(usage.requests)} {'request' if usage.requests == 1 else 'requests'}")
    parts.append(f"{amount_text(usage.tokens)} {'token' if usage.tokens == 1 else 'tokens'}")
    if rating.priced_share is not None:
        of = " of what was read" if usage.uncounted else ""
        parts.append(f"priced {share_text(rating.priced_share)}{of}")
    if usage.refused_rows:
        parts.append(f"{counted(usage.refused_rows, 'row')} refused")
    if usage.unread_files:
        parts.append(f"{counted(usage.unread_files, 'file')} not read")
    return label, tuple(parts)


def _files(usage: UsageSummary) -> tuple[str, list[str]]:
    """The file's own name where it is short enough to be a label."""
    names = [_base_name(source.path) for source in usage.sources]
    if len(names) == 1:
        return (names[0], []) if len(names[0]) <= 14 else ("usage", [names[0]])
    return "usage", [counted(len(names), "file")] if names else []


def _base_name(path: str) -> str:
    if path in ("-", ""):
        return "stdin"
    stored, inside, _ = path.partition(".parquet (")  # a ledger, and the log that it was counted from
    path = f"{stored}.parquet" if inside else path
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def price_parts(rating: Rating, rates: Sequence[RateUsed]) -> Iterator[str]:
    yield from _basis(rating)
    for assumption in rating.assumptions:
        if assumption.code == "default-region":
            yield assumption.text
    yield from rate_parts(rates)


def _basis(rating: Rating) -> Iterator[str]:
    """`list of each day`, or which share of the cost rests on what."""
    costs: dict[str, Fraction] = {}
    for charge in rating.charges:
        costs[charge.basis] = costs.get(charge.basis, Fraction()) + charge.cost.before
    if set(costs) <= {"list"}:
        yield "list of each day"
        return
    total = sum(costs.values(), Fraction())
    for basis, words in _BASES.items():
        if basis in costs:
            yield f"{share_text(costs[basis] / total)} {words}" if total and len(costs) > 1 else words


def rate_parts(rates: Sequence[RateUsed]) -> Iterator[str]:
    """`1 USD = 6.7089 CNY (Sep 2026)`, each pair of currencies once."""
    pairs: dict[tuple[str, str], list[RateUsed]] = {}
    for rate in rates:
        pairs.setdefault((rate.base, rate.quote), []).append(rate)
    for (base, quote), found in pairs.items():
        values = [rate.rate for rate in found]
        if max(values) < 1:  # the direction that reads better: 1 USD = 6.7089 CNY
            base, quote, values = quote, base, [1 / value for value in values]
        low, high = _rate_text(min(values)), _rate_text(max(values))
        yield f"1 {base} = {low if low == high else f'{low}–{high}'} {quote} ({_when(found)})"


def _rate_text(rate: Fraction) -> str:
    return decimal_text(round_half_up(rate, 4 if rate < 1000 else 2))


def _when(rates: Sequence[RateUsed]) -> str:
    months = sorted({rate.month_used for rate in rates})
    held = [rate.month for rate in rates if rate.held]
    if all(rate.basis == "stated" for rate in rates):
        if not held:
            return "stated"
        return f"stated for {months_text(months[0], months[-1])}, held from {month_text(min(held))}"
    return months_text(months[0], months[-1]) + (f", held from {month_text(min(held))}" if held else "")
