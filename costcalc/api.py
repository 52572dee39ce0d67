"""The library's surface: usage in, an exact answer out, as values, JSON, CSV or frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.calendar import read_day
from costcalc.money import Money, exact_text, read_number
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.load import load_fx, load_pricebook
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Problem, fail, nearest_names
from costcalc.rating.cuts import cuts_for
from costcalc.rating.rate import PRICE_FIELDS, RatingOptions
from costcalc.reports.cost import CostReport
from costcalc.reports.cost import cost as cost_report
from costcalc.reports.forecast import MONTH_END, YEAR_END, Forecast, ForecastOptions
from costcalc.reports.forecast import forecast as forecast_report
from costcalc.reports.projection import Projection, ProjectOptions
from costcalc.reports.projection import project as projection
from costcalc.scenario.events import SHOWN_SHARES
from costcalc.scenario.hikes import changes_at, hikes_from, read_items
from costcalc.scenario.items import Scenario
from costcalc.usage.ledger import UsageLedger

if TYPE_CHECKING:
    import pandas as pd

    from costcalc.pricebook.events import Event

Number = int | str | Fraction  # a float would have lost digits before it came here
Progress = Callable[[float], None]
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_AMOUNT_WITH_CODE = re.compile(r"^([+-]?[\d.,_]+)([A-Za-z]{3})$", re.ASCII)
BASES = ("auto", "list", "contracted", "billed")


@dataclass(frozen=True, slots=True)
class Prices:
    """Pricebooks and exchange rates, read once."""

    pricebook: Pricebook
    fx: FxTable


class _Result:
    """What every answer does: the figures of its report are its own."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "report":  # copying and pickling ask before there is a report
            raise AttributeError(name)
        return getattr(self.report, name)


@dataclass(frozen=True)
class ProjectionResult(_Result):
    """The answer of `project`, with the ways to hand it on."""

    report: Projection

    def to_frame(self) -> pd.DataFrame:
        """One row a line: integers as integers, money as Decimal, never float."""
        from costcalc.render.frames import projection_frame

        return projection_frame(self.report)

    def months_frame(self) -> pd.DataFrame:
        """One row a month to come."""
        from costcalc.render.frames import months_frame

        return months_frame(self.report)

    def to_json(self) -> str:
        """The documented JSON, as `--json` prints it."""
        from costcalc.render.json_ import projection_json

        return projection_json(self.report)

    def to_csv(self) -> str:
        """Lines that sum to the printed total to the cent, as `-o out.csv` writes them."""
        from costcalc.render.csv_ import projection_csv

        return projection_csv(self.report)


@dataclass(frozen=True)
class CostResult(_Result):
    """The answer of `cost`, with the ways to hand it on."""

    report: CostReport

    def to_frame(self) -> pd.DataFrame:
        """One row a line: integers as integers, money as Decimal, never float."""
        from costcalc.render.frames import cost_frame

        return cost_frame(self.report)

    def to_json(self) -> str:
        """The documented JSON, as `--json` prints it."""
        from costcalc.render.json_ import cost_json

        return cost_json(self.report)

    def to_csv(self) -> str:
        """Lines that sum to the printed total to the cent, as `-o out.csv` writes them."""
        from costcalc.render.csv_ import cost_csv

        return cost_csv(self.report)


@dataclass(frozen=True)
class ForecastResult(_Result):
    """The answer of `forecast`, with the ways to hand it on."""

    report: Forecast

    def to_frame(self) -> pd.DataFrame:
        """One row a day, of the log and to come: money as Decimal, never float."""
        from costcalc.render.frames import forecast_frame

        return forecast_frame(self.report)

    def to_json(self) -> str:
        """The documented JSON, as `--json` prints it."""
        from costcalc.render.json_ import forecast_json

        return forecast_json(self.report)

    def to_csv(self) -> str:
        """One row a day, as `-o out.csv` writes them."""
        from costcalc.render.csv_ import forecast_csv

        return forecast_csv(self.report)


def read_prices(
    pricebooks: Sequence[Path | str] = (),
    regions: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Prices:
    """The shipped pricebooks with your own laid over them. CostcalcError: a wrong file, an unknown region."""
    book = load_pricebook(pricebooks)
    return Prices(book.with_regions(_regions(book, regions or {})).with_aliases(aliases or {}), load_fx(pricebooks))


def scan(
    usage: object,
    *,
    by: Iterable[str] = (),
    prices: Prices | None = None,
    timezone: str = "UTC",
    since: date | str | None = None,
    until: date | str | None = None,
    where: Mapping[str, str | Sequence[str]] | None = None,
    columns: Mapping[str, str] | None = None,
    usage_format: str | None = None,
    progress: Progress | None = None,
) -> UsageLedger:
    """Usage counted once, into a ledger. `usage`: a path, a list of paths, `-`, or a pandas frame.

    `by` names the dimensions to keep apart; `columns` says what a column of your own is called
    (`{"input_tokens": "tok_in"}`). CostcalcError: an input that cannot be read or understood.
    """
    from costcalc.usage.scan import ScanRequest
    from costcalc.usage.scan import scan as scan_usage

    prices = prices or read_prices()
    request = ScanRequest(
        cuts=cuts_for(prices.pricebook, timezone),
        dimensions=tuple(dict.fromkeys(name for name in by if name not in PRICE_FIELDS)),
        since=_day(since),
        until=_day(until),
        timezone=timezone,
        where=_where(where or {}, prices.pricebook),
        named=cache(prices.pricebook.named),
        mapping=dict(columns or {}),
        usage_format=usage_format,
    )
    return scan_usage(usage, request, progress)


def project(
    usage: object,
    *,
    hikes: Mapping[str, object] | Sequence[str] | str = (),
    scenario: str | Path | None = None,
    pass_through: Number | None = None,
    revenue: Number | Money | None = None,
    margin: Number | None = None,
    floor: Number | None = None,
    months: int = 0,
    by: Sequence[str] | str = ("provider", "model"),
    currency: str | None = None,
    basis: str = "auto",
    move_to: str | None = None,
    prices: Prices | None = None,
    timezone: str = "UTC",
    revenue_source: str = "--revenue",
    **choose: Any,
) -> ProjectionResult:
    """What the rises do to cost and margin: `project("usage.csv", hikes={"alibaba": 34}).to_frame()`.

    `revenue` is for the log's period; `margin` and `floor` are shares (`"60%"`, `"0.6"`, a Fraction); `choose` takes
    what `scan` takes: since, until, where, columns, usage_format, progress. CostcalcError with every problem found.
    """
    names = _names(by)
    share = None if pass_through is None else _passed(read_share(pass_through, "pass_through"))
    plan = _scenario(scenario, hikes)
    changes = changes_at(plan, share)
    prices = prices or read_prices()
    ledger = _ledger(usage, names, prices, timezone, choose)
    options = ProjectOptions(
        changes=changes,
        by=names,
        basis=_basis(basis),
        currency=currency.upper() if currency else None,
        timezone=timezone,
        months=_count(months, "months"),
        revenue=None if revenue is None else _money(revenue),
        revenue_source=revenue_source,
        margin=None if margin is None else read_share(margin, "margin"),
        floor=None if floor is None else read_share(floor, "floor"),
        move_to=move_to,
        alternatives={at: plan.changes(at) for at in SHOWN_SHARES}
        if share is None and plan.asks_for_pass_through
        else {},
    )
    return ProjectionResult(projection(ledger, prices.pricebook, prices.fx, options))


def cost(
    usage: object,
    *,
    by: Sequence[str] | str | None = None,
    each: str | None = None,
    currency: str | None = None,
    basis: str = "auto",
    prices: Prices | None = None,
    timezone: str = "UTC",
    **choose: Any,
) -> CostResult:
    """What it cost: `cost("usage.csv", by="customer", each="month").to_frame()`; `choose` as for `project`.

    Without `by` the lines are providers and models, or with `each` the days or months alone.
    """
    if each not in (None, "day", "month"):
        raise fail("bad-option", f'each "{each}" is no period', expected="day, or month")
    names = () if by is None and each else _names(by or ())
    prices = prices or read_prices()
    ledger = _ledger(usage, names, prices, timezone, choose)
    options = RatingOptions(names, _basis(basis), currency.upper() if currency else None, timezone)
    return CostResult(cost_report(ledger, prices.pricebook, prices.fx, options, each))


def forecast(
    usage: object,
    *,
    to: date | str = "month-end",
    budget: Number | Money | None = None,
    interval: Number = "80%",
    currency: str | None = None,
    basis: str = "auto",
    prices: Prices | None = None,
    timezone: str = "UTC",
    **choose: Any,
) -> ForecastResult:
    """What the rest of the month will cost: `forecast("usage.csv", budget="20000 USD").total.median`, an estimate.

    `to` is month-end, year-end or the last day; `budget` is for that month or year, or from the first of the month to
    that day; `interval` is the share of simulated paths between `low` and `high`; `choose` as for `project`.
    """
    prices = prices or read_prices()
    options = ForecastOptions(
        to=to if to in (MONTH_END, YEAR_END) else _horizon(to),
        budget=None if budget is None else _budget(budget),
        interval=_interval(interval),
        basis=_basis(basis),
        currency=currency.upper() if currency else None,
        timezone=timezone,
    )
    ledger = _ledger(usage, (), prices, timezone, choose)
    return ForecastResult(forecast_report(ledger, prices.pricebook, prices.fx, options))


def _horizon(to: date | str) -> date:
    if type(to) is date:
        return to
    try:
        return read_day(str(to))
    except ValueError:
        words = (MONTH_END, YEAR_END)
        raise fail("bad-date", f'--to "{to}" is no day', expected=f"{', '.join(words)}, or a day: 2026-12-31", nearest=nearest_names(str(to), words)) from None  # fmt: skip


def _interval(value: Number) -> Fraction:
    share = read_share(value, "interval")
    if not 0 < share < 1:
        raise fail("bad-share", f"the interval {exact_text(share * 100)}% holds no part of the paths", expected="more than 0% and less than 100%: 80%")  # fmt: skip
    return share


def _budget(value: Number | Money) -> Money:
    """An amount that may be zero; a currency may stand right behind it: 20000USD."""
    _refuse_float(value, "budget", "bad-amount", f'"{value}"')
    if isinstance(value, str):
        value = _AMOUNT_WITH_CODE.sub(r"\1 \2", value.strip())
    money = value if isinstance(value, Money) else Money(value, "") if isinstance(value, Fraction) else _amount(str(value), "budget")  # fmt: skip
    if money.amount < 0:
        raise fail("bad-amount", f'budget "{value}" is negative', expected='20000, or "20000 USD"')
    return money


def read_share(value: Number, what: str) -> Fraction:
    """60% as 3/5: `"60%"`, `"0.6"`, `60` and `Fraction(3, 5)` alike. CostcalcError: no share, or a float."""
    _refuse_float(value, what, "bad-share", f'"{value}"')
    if isinstance(value, Fraction):
        return value
    try:
        text = str(value).strip()
        share = read_number(text.removesuffix("%"))
    except ValueError:
        raise fail("bad-share", f'{what} "{value}" is no share', expected="60%, or 0.6") from None
    return share / 100 if text.endswith("%") or abs(share) > 1 else share


def read_amount(text: str, what: str) -> Money:
    """`52000`, `52_000 USD`, `52,000 USD`: an amount; without a currency it is in the report's. CostcalcError."""
    return _earned(_amount(text, what), what)


def _amount(text: str, what: str) -> Money:
    number, _, currency = text.strip().partition(" ")
    try:
        amount = read_number(number.replace(",", "") if _THOUSANDS.fullmatch(number) else number)
    except ValueError:
        raise fail("bad-amount", f'{what} "{text}" is no amount', expected='52000, 52,000.50, or "52000 USD"') from None
    if currency and not (len(currency.strip()) == 3 and currency.strip().isalpha()):
        raise fail("bad-amount", f'{what} "{text}": "{currency}" is no currency', expected="an ISO 4217 code: USD")
    return Money(amount, currency.strip().upper())


def _earned(money: Money, what: str) -> Money:
    if money.amount < 0:
        shown = f"{exact_text(money.amount)} {money.currency}".strip()
        raise fail("bad-amount", f'{what} "{shown}" is negative', expected="what you earned in the log's period")
    return money


def _passed(share: Fraction) -> Fraction:
    if not 0 <= share <= 1:
        raise fail(
            "bad-share", f"the pass-through {exact_text(share * 100)}% is no part of a rise", expected="0% to 100%"
        )
    return share


def _count(value: object, what: str) -> int:
    if isinstance(value, int) and value >= 0:
        return value
    raise fail("bad-option", f'{what} "{value}" is no count', expected="0, 1, 2, …")


def _refuse_float(value: object, what: str, code: str, text: str) -> None:
    if isinstance(value, float):
        raise fail(code, f"{what} {value} is a float, which may have lost digits", remedy=f"write it as text: {text}")


def _scenario(name: str | Path | None, hikes: object) -> Scenario:
    """The named scenario with the hikes written after it; the catalogue is read only where an event is named."""
    items = read_items(hikes_from(hikes), _catalogue)
    if name is None:
        return Scenario("", items)
    from costcalc.scenario.read import read_scenario

    found = read_scenario(str(name), _catalogue())
    return Scenario(found.name, (*found.items, *items))


def _catalogue() -> Mapping[str, Event]:
    from costcalc.pricebook.events import load_events

    return {event.id: event for event in load_events()}


def _ledger(usage: object, by: Sequence[str], prices: Prices, timezone: str, choose: Mapping[str, Any]) -> UsageLedger:
    return usage if isinstance(usage, UsageLedger) else scan(usage, by=by, prices=prices, timezone=timezone, **choose)


def _names(by: Sequence[str] | str) -> tuple[str, ...]:
    words = by.split(",") if isinstance(by, str) else by
    return tuple(dict.fromkeys(word.strip().lower() for word in words if word.strip())) or ("provider", "model")


def _money(value: Number | Money) -> Money:
    _refuse_float(value, "revenue", "bad-amount", f'"{value}"')
    if isinstance(value, Fraction):
        return _earned(Money(value, ""), "revenue")
    return _earned(value, "revenue") if isinstance(value, Money) else read_amount(str(value), "revenue")


def _where(chosen: Mapping[str, str | Sequence[str]], book: Pricebook) -> dict[str, tuple[str, ...]]:
    """Globs by name; a provider may be called by any of its names."""
    if not isinstance(chosen, Mapping):
        raise fail("bad-option", f'where is no mapping: "{chosen}"', expected='{"team": "search", "model": "qwen3-*"}')
    found = {
        name.lower(): (globs,) if isinstance(globs, str) else tuple(map(str, globs)) for name, globs in chosen.items()
    }
    if "provider" in found:
        found["provider"] = tuple(book.provider_named(glob) or glob for glob in found["provider"])
    return found


def _day(value: date | str | None) -> date | None:
    if value is None or type(value) is date:
        return value
    try:
        return read_day(str(value))
    except ValueError:
        raise fail("bad-date", f'"{value}" is no day', expected="2026-09-01") from None


def _basis(word: str) -> str:
    if word not in BASES:
        raise fail(
            "bad-basis", f'no basis is called "{word}"', nearest=nearest_names(word, BASES), expected=", ".join(BASES)
        )
    return word


def _regions(book: Pricebook, wanted: Mapping[str, str]) -> dict[str, str]:
    """Providers and regions by any of their names. CostcalcError with every unknown one."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for name, region in wanted.items():
        provider = book.provider_named(name)
        if provider is None:
            near = nearest_names(name, book.by_provider)
            problems.append(Problem("unknown-provider", f'--region: no provider is called "{name}"', nearest=near))
            continue
        known = book.region_named(provider, region)
        if known is None:
            lists = ", ".join(each.region for each in book.by_provider[provider])
            problems.append(Problem("unknown-region", f'--region: {provider} has no list "{region}"', expected=lists))
            continue
        found[provider] = known
    if problems:
        raise CostcalcError(problems)
    return found
