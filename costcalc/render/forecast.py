"""A forecast, written: what is spent, what is to come and how sure that is, and the day on which a budget breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from costcalc.calendar import ONE_DAY, DayRange, month_of
from costcalc.money import minor_digits, round_half_up, round_to_total
from costcalc.render import fields as f
from costcalc.render import json_ as common
from costcalc.render.blocks import Block, Cell, Column, Drawing, Gap, Grid, Note, Style, grid, noted
from costcalc.render.daychart import BAND, BAR, MEDIAN, day_chart
from costcalc.render.doubts import assumption_blocks, missing_blocks
from costcalc.render.fields import Json, Rows
from costcalc.render.header import header
from costcalc.render.opening import lacking_text
from costcalc.render.why import why_forecast
from costcalc.render.words import (
    counted,
    day_text,
    days_text,
    decimal_text,
    least_figure,
    long_month_text,
    money_text,
    plain_percent,
    price_text,
    share_text,
)
from costcalc.render.written import Writers
from costcalc.reports.daily import LEAST_DAYS
from costcalc.reports.forecast import MIX_DAYS, BudgetAnswer, Estimate, Forecast

ESTIMATE = "Estimate"
_DAYS_SHOWN = 63  # of the history, on the chart
_WHOLE_FROM = 1000  # an estimate of as much is shown without the digits of coins


def headline_blocks(forecast: Forecast) -> Iterator[Note]:
    """What the period comes to, and whether the budget holds."""
    lacking = lacking_text(forecast.rating, forecast.usage)
    if forecast.history.state == "too-short":
        spent = money_text(forecast.spent, forecast.currency)
        yield Note(f"{lacking}{spent} spent so far; the history is too short for a forecast.", "strong")
    else:
        yield from (Note(f"{lacking}{sentence}", "strong") for sentence in _sentences(forecast))
    if forecast.budget:
        yield _budget(forecast.budget, forecast)


def forecast_blocks(forecast: Forecast, is_wide: bool) -> Sequence[Block]:
    """What the page of a forecast is made of."""
    return [
        header(forecast, forecast.rates_used, after=_rests_on(forecast)),
        *_chart(forecast),
        *_figures(forecast),
        *missing_blocks(forecast.rating, forecast.usage),
        *_notes(forecast),
        *assumption_blocks(forecast.rating, forecast.usage, forecast.other_lists),
        *why_forecast(forecast),
    ]


def quantile_text(quantile: Fraction) -> str:
    """`P10`, `P2.5`."""
    return f"P{decimal_text(round_half_up(quantile * 100, 2).normalize())}"


def period_text(period: DayRange) -> str:
    """`October 2026`, `2026`, `1 Sep – 15 Oct 2026`."""
    following = period.after
    if following.day == 1 and period.first.day == 1:
        if (period.first.year, period.first.month) == (period.last.year, period.last.month):
            return long_month_text(month_of(period.first))
        if period.first.month == 1 and following.month == 1 and period.first.year == period.last.year:
            return str(period.first.year)
    return days_text(period.first, period.last)


def _rests_on(forecast: Forecast) -> Iterator[tuple[str, tuple[str, ...]]]:
    history, period = forecast.history, forecast.period
    if period and forecast.starts:
        days = f"{counted(history.days, 'full day')}"
        parts = [days_text(forecast.starts, period.last), f"from {days}"]
        yield (
            "forecast",
            (*parts, f"interval {plain_percent(forecast.options.interval)}") if forecast.coming else (*parts,),
        )


def _chart(forecast: Forecast) -> Iterator[Block]:
    past = [day for day in forecast.days if not day.coming]
    shown = [*past[-_DAYS_SHOWN:], *(day for day in forecast.days if day.coming)]
    if not shown or forecast.is_free:
        return
    yield Gap()
    yield Drawing(lambda width: day_chart(shown, width))
    low, _, high = (quantile_text(quantile) for quantile in forecast.options.quantiles)
    coming = f" · {ESTIMATE}: {BAND} {low} to {high}, {MEDIAN} median" if forecast.coming else ""
    yield Note(f"{forecast.currency} a day · {BAR} spent{coming}", "quiet")


def _figures(forecast: Forecast) -> Iterator[Block]:
    if forecast.period is None:
        return
    yield Gap()
    if forecast.history.state == "too-short":
        yield from _too_short(forecast)
    else:
        yield _grid(forecast)
    if 0 < forecast.spent < 1:
        yield Note(f"Exact, spent: {price_text(forecast.spent)} {forecast.currency}.", "quiet")


def _too_short(forecast: Forecast) -> Iterator[Block]:
    """What is spent, and the plain rate; no interval can be said."""
    days = forecast.history.days
    coming = forecast.at_daily_rate
    digits = minor_digits(forecast.currency)
    spent, whole = (round_half_up(amount, digits) for amount in (forecast.spent, forecast.spent + (coming or 0)))
    rows = [
        [
            Cell(_spent_name(forecast)),
            Cell(decimal_text(spent), "", unit=forecast.currency),
            Cell(_spent_sure(forecast)),
        ]
    ]
    if coming is not None and forecast.period:
        rows.append([Cell(_coming_name(forecast)), Cell(decimal_text(whole - spent)), Cell(f"{ESTIMATE}: the mean of {counted(days, 'day')}, each day")])  # fmt: skip
        rows.append(
            [
                Cell(period_text(forecast.period), "strong"),
                Cell(decimal_text(whole), "strong", unit=forecast.currency),
                Cell(ESTIMATE),
            ]
        )
    yield Grid([Column("", "name"), Column("Amount"), Column("", "text")], rows)
    yield Gap()
    yield Note(
        f"Too short a history: {counted(days, 'full day')}, and a forecast needs {LEAST_DAYS}, two whole weeks."
        " No interval is given: it would be a guess.",
        "loud",
    )


def _grid(forecast: Forecast) -> Grid:
    """Spent, to come and together, at the three quantiles."""
    low, median, high = (quantile_text(quantile) for quantile in forecast.options.quantiles)
    rows = [
        {
            "name": Cell(_spent_name(forecast)),
            "median": Cell(_money(forecast.spent, forecast)),
            "sure": Cell(_spent_sure(forecast)),
        }
    ]
    if forecast.coming and forecast.total and forecast.period:
        rows += [
            {"name": Cell(long_month_text(month.month), indent=1)} | _cells(month.coming, forecast, "quiet")
            for month in forecast.months
        ]
        rows.append({"name": Cell(_coming_name(forecast))} | _cells(forecast.coming, forecast))
        whole = _cells(forecast.total, forecast, "strong", forecast.currency)
        rows.append({"name": Cell(period_text(forecast.period), "strong")} | whole)
    titles = (("low", low), ("median", median), ("high", high))
    columns = [Column(title, key=key) for key, title in titles]
    return grid([Column("", "name", key="name"), *columns, Column("", drop=1, key="sure")], rows)


def _cells(estimate: Estimate, forecast: Forecast, style: Style = "", unit: str = "") -> dict[str, Cell]:
    low, median, high = (_rounded(value, forecast) for value in (estimate.low, estimate.median, estimate.high))
    ends = {"low": Cell(low, style), "median": Cell(median, style), "high": Cell(high, style, unit=unit)}
    return ends | {"sure": Cell(ESTIMATE)}


def _spent_name(forecast: Forecast) -> str:
    period, last = forecast.period, forecast.usage.last_day
    if period is None or last is None or last < period.first or forecast.usage.first_day is None:
        return "Spent"
    return f"Spent {_short_days(max(period.first, forecast.usage.first_day), last)}"


def _spent_sure(forecast: Forecast) -> str:
    return "exact" if forecast.is_complete else "the priced part" if not forecast.is_priced else "what was read"


def _coming_name(forecast: Forecast) -> str:
    if forecast.starts is None or forecast.period is None:
        return "To come"
    return f"To come {_short_days(forecast.starts, forecast.period.last)}"


def _short_days(first: date, last: date) -> str:
    """`1–19 Sep`: the year stands in the row of the total."""
    text = days_text(first, last)
    return text[:-5] if first.year == last.year else text


def _money(amount: Fraction, forecast: Forecast) -> str:
    return decimal_text(round_half_up(amount, minor_digits(forecast.currency)))


def _rounded(amount: Fraction, forecast: Forecast) -> str:
    """An estimate: the digits of coins would say more than is known."""
    return decimal_text(round_half_up(amount, 0 if _is_whole(forecast) else minor_digits(forecast.currency)))


def _is_whole(forecast: Forecast) -> bool:
    return forecast.total is not None and forecast.total.median >= _WHOLE_FROM


def _said(amount: Fraction, forecast: Forecast) -> str:
    """In a sentence what is something is never nothing."""
    is_coins = not _is_whole(forecast)
    return decimal_text(least_figure(amount, forecast.currency)) if is_coins else _rounded(amount, forecast)


def _sentences(forecast: Forecast) -> Iterator[str]:
    total, period = forecast.total, forecast.period
    if total is None or period is None:
        return
    name = period_text(period) if forecast.is_complete else f"{_spent_sure(forecast)} of {period_text(period)}"
    if forecast.is_free:
        yield f"{ESTIMATE}: no day of the log cost anything, so the forecast is zero."
        return
    median, low, high = (_said(value, forecast) for value in (total.median, total.low, total.high))
    range_text = f" ({plain_percent(forecast.options.interval)}: between {low} and {high})" if low != high else ""
    about = "about " if low != high else ""
    yield f"{ESTIMATE}: {name} comes to {about}{median} {forecast.currency}{range_text}."


def _budget(budget: BudgetAnswer, forecast: Forecast) -> Note:
    amount = money_text(budget.amount, forecast.currency)
    if budget.state == "broken" and budget.day:
        over = money_text(forecast.spent - budget.amount, forecast.currency)
        return Note(f"The budget of {amount} was broken on {day_text(budget.day)}: {over} over it so far.", "loud")
    if budget.state == "unknown":
        left = money_text(budget.amount - forecast.spent, forecast.currency)
        return Note(f"The budget of {amount} is not broken so far: {left} are left.")
    if budget.state == "breaks" and budget.day:
        return Note(f"The budget of {amount} breaks on {day_text(budget.day)}{_range(budget, forecast)}. {ESTIMATE}.", "loud")  # fmt: skip
    holds = share_text(budget.holds or Fraction())
    early = f"; in the others it breaks from {day_text(budget.earliest)} on" if budget.earliest else ""
    return Note(f"The budget of {amount} holds in {holds} of the paths{early}. {ESTIMATE}.", "strong")


def _range(budget: BudgetAnswer, forecast: Forecast) -> str:
    """` (80%: between 20 and 28 Sep 2026)`."""
    if budget.earliest is None or (budget.earliest, budget.latest) == (budget.day, budget.day):
        return ""
    level = plain_percent(forecast.options.interval)
    if budget.latest is None:
        holds = share_text(budget.holds or Fraction())
        if budget.earliest == budget.day:
            return f"; it holds in {holds} of the paths"
        return f" ({level}: from {day_text(budget.earliest)} to beyond the period; it holds in {holds} of the paths)"
    early, late = day_text(budget.earliest), day_text(budget.latest)
    if budget.earliest.year == budget.latest.year:
        early = early[:-5]
        if budget.earliest.month == budget.latest.month:
            early = early[:-4]
    return f" ({level}: between {early} and {late})"


def _notes(forecast: Forecast) -> Iterator[Block]:
    """What the forecast assumes and leaves out."""
    return noted(Note(text) for text in _sayings(forecast))


def _sayings(forecast: Forecast) -> Iterator[str]:
    history, period, usage = forecast.history, forecast.period, forecast.usage
    if period is None or usage.first_day is None:
        return
    if period.first < usage.first_day <= period.last:
        before = days_text(period.first, usage.first_day - ONE_DAY)
        yield f"The log begins on {day_text(usage.first_day)}: what was spent on {before} is in no figure."
    if not forecast.is_priced:
        yield "Usage without a price is in no day of the history: what is to come lacks it too, and days of nothing else count as days of zero."
    if history.unfinished:
        yield f"The log ends within {day_text(history.unfinished)}: that day is left out of the history, and its rest is to come."
    if history.begun:
        yield f"The log begins within {day_text(history.begun)}: that day is left out of the history."
    if history.quiet:
        yield f"No spend on {days_text(*history.quiet)}: counted as days of zero. If the log lacks them, begin after them with --since."
    if history.below_zero:
        yield f"On {counted(history.below_zero, 'day')} credits exceed costs: the forecast takes them as days of zero."
    if forecast.repriced:
        now, then = (
            money_text(a, forecast.currency) for a in (forecast.repriced.at_last_day, forecast.repriced.charged)
        )
        yield f"Prices or exchange rates changed within the log: its days cost {then}, and at those of the last day {now}. The forecast rests on the latter."
    for step in forecast.price_steps:
        change = plain_percent(Fraction(round((step.factor - 1) * 1000), 1000), signed=True)
        yield f"List changes already published are in it: {change} from {day_text(step.day)} on, for the usage of the last {MIX_DAYS} days."
    if forecast.without_commitments:
        yield "Your minimum commitments are in no figure: the forecast is of what usage costs."
    if forecast.coming and forecast.days_to_come > 2 * history.days:
        yield f"The days to come are {counted(forecast.days_to_come, 'day')}, more than twice the history: read the interval, not the median."
    if len(forecast.months) > 1:
        yield "The ends of single months do not add up to those of the whole: not every month is high or low at once."


# --- data files ---
def forecast_rows(forecast: Forecast) -> Rows:
    """A row a day, of the log and to come; estimates are rounded to the smallest coin, for more would say nothing."""
    spent = [day.actual for day in forecast.days if day.actual is not None]
    shown = iter(round_to_total(spent, minor_digits(forecast.currency)))
    rows = [{"of": day, "shown": None if day.actual is None else next(shown)} for day in forecast.days]
    return f.rows_with(COLUMNS, rows, forecast)


def _status_of_day(row: Json, _: object) -> str:
    day = row["of"]
    return "actual" if day.coming is None else "estimate" if day.actual is None else "unfinished"


ENDS = f.fields(low=f.coins, median=f.coins, high=f.coins)
DAY = f.fields(
    day=f.text, actual=f.amount, low=f.coins("coming.low"), median=f.coins("coming.median"), high=f.coins("coming.high"),
    total_low=f.coins("running.low"), total_median=f.coins("running.median"), total_high=f.coins("running.high"),
)  # fmt: skip
COLUMNS = f.fields(day=f.text("of.day"), status=f.text(_status_of_day)) | f.at("of", DAY) | f.fields(
    actual=f.amount("of.actual", "shown"), currency=f.CURRENCY,
)  # fmt: skip
BUDGET = f.fields(amount=f.amount, state=f.text, day=f.text, earliest=f.text, latest=f.text, holds=f.ratio)
FORECAST = f.fields(
    schema=f.constant("costcalc.forecast/1"), currency=f.text, complete=f.flag("is_complete"), usage=common.USAGE,
    configuration=common.configuration(), history=f.text("history.state"), history_days=f.integer("history.days"),
    history_first_day=f.text("history.first"), history_last_day=f.text("history.last"), begun_day=f.text("history.begun"),
    unfinished_day=f.text("history.unfinished"),
    quiet=f.part(f.fields(first_day=f.text("0"), last_day=f.text("1")), "history.quiet"),
    days_below_zero=f.integer("history.below_zero"), period=f.part(f.fields(first_day=f.text("first"), last_day=f.text("last"))),
    first_day_to_come=f.text("starts"),
    interval=f.part(f.fields(share=f.ratio("interval"), low=f.ratio("quantiles.0"), high=f.ratio("quantiles.2")), "options"),
    spent=f.amount, daily_rate=f.amount, coming=f.part(ENDS), total=f.part(ENDS),
    months=f.each(f.fields(month=f.text, days=f.integer, coming=f.part(ENDS))), budget=f.part(BUDGET), days=f.each(DAY),
    repriced=f.part(f.fields(charged=f.amount, at_last_day=f.amount)),
    price_steps=f.each(f.fields(from_day=f.text("day"), factor=f.ratio)), without_commitments=f.flag, basis=common.BASIS,
    unpriced=common.UNPRICED_LIST, assumptions=common.ASSUMPTIONS, other_lists=common.SPENT_OTHER_LISTS, exchange_rates=common.EXCHANGE_RATES,
)  # fmt: skip

WRITTEN = Writers("What is to come", headline_blocks, forecast_blocks, forecast_rows, FORECAST)
