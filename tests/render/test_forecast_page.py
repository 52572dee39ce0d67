"""The page of a forecast as a reader sees it, whole; and the chart of its days."""

import math
import random
from datetime import date, timedelta
from fractions import Fraction

import pytest

from costcalc.calendar import utc_midnight
from costcalc.money import Money
from costcalc.render.daychart import day_chart
from costcalc.render.pages import markdown_of, page_of
from costcalc.reports.forecast import Estimate, Forecast, ForecastDay, ForecastQuestion, forecast
from tests.render.made import NO_FX, PRICEBOOK, books, drawn, group, ledger
from tests.render.screens import fits_every_screen

FIRST = date(2026, 8, 1)
DOUBLED = books(
    """
provider: alibaba
currency: USD
timezone: UTC
models:
  qwen3-max:
    prices:
      2026-01-01: {input_tokens: 1 per 1M, output_tokens: 6 per 1M}
      2026-09-05: {input_tokens: 2 per 1M, output_tokens: 6 per 1M}
      2026-09-26: {status: announced, input_tokens: 2.5 per 1M, output_tokens: 6 per 1M}
"""
)


def made(count=50, budget=None, prices=PRICEBOOK, to="month-end", quiet=range(0), noise=0.15, ends=None, **words):
    """So many days from 1 August: 300 million tokens on working days and 120 at weekends, with noise of one seed."""
    draw = random.Random(1)
    groups = []
    for number in range(count):
        day = FIRST + timedelta(days=number)
        tokens = int((300e6 if day.weekday() < 5 else 120e6) * math.exp(draw.gauss(0, noise)))
        if number not in quiet:
            groups.append(group("qwen3-max", tokens, day=day, **words))
    end = utc_midnight(FIRST) + 86_400 * count
    usage = ledger(*groups, first_instant=utc_midnight(FIRST), last_instant=ends or end)
    money = None if budget is None else Money(Fraction(budget), "USD")
    return forecast(usage, prices, NO_FX, ForecastQuestion(to=to, budget=money))


def breaks() -> Forecast:
    """The usual question: when does it break?"""
    return made(budget=13_800)


def short() -> Forecast:
    return made(9, budget=9_000)


def year() -> Forecast:
    """A change within the log, one announced, and the months to come."""
    return made(prices=DOUBLED, to="year-end", budget=20_000)


def unfinished() -> Forecast:
    """Requests until noon of the last day; a week without any; a budget that is broken."""
    return made(50, 5_000, quiet=range(10, 17), naive=False, until=None, ends=utc_midnight(FIRST) + 86_400 * 49 + 43_200)  # fmt: skip


CASES = [breaks, short, year, unfinished]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_page_of_a_forecast(case, golden):
    found = page_of(case())
    golden(f"forecast-{case.__name__}-80.txt", drawn(found))
    fits_every_screen(found)


@pytest.mark.parametrize("width", [60, 120])
def test_the_page_of_a_forecast_where_it_is_narrow_or_wide(width, golden):
    """A narrow chart puts several days into a column; a wide one gives a day several."""
    golden(f"forecast-year-{width}.txt", drawn(page_of(year()), width))


def test_the_markdown_of_a_forecast(golden):
    golden("forecast-breaks.md", markdown_of(breaks()))


def test_whatever_is_forecast_is_called_an_estimate():
    """Each line of the page with a figure to come says so: the rows to come, the total, and both sentences."""
    page = drawn(page_of(breaks()), 120)
    said = [line for line in page.splitlines() if "Estimate" in line]
    assert [line.split()[0] for line in said] == ["Estimate:", "!", "USD", "To", "September"]


def test_an_estimate_is_not_shown_to_the_coin():
    """Thousands of dollars to come: P10 of 4,123.57 would say more than is known."""
    row = next(line for line in drawn(page_of(breaks()), 120).splitlines() if "To come" in line)
    assert "." not in row


def test_days_alike_say_no_range():
    page = drawn(page_of(made(noise=0.0)), 120)
    assert "Estimate: September 2026 comes to 15,120 USD." in page  # 22 working days of 600, 8 days of 240


def test_no_spend_says_so_and_draws_nothing():
    free = books("provider: alibaba\ncurrency: USD\ntimezone: UTC\nmodels:\n  qwen3-max:\n    prices:\n      2026-01-01: {input_tokens: 0 per 1M, output_tokens: 0 per 1M}\n")  # fmt: skip
    page = drawn(page_of(made(prices=free)))
    assert "Estimate: no day of the log cost anything, so the forecast is zero." in page
    assert "█" not in page


class TestChart:
    DAYS = (
        ForecastDay(date(2026, 9, 28), Fraction(8), None, None),
        ForecastDay(date(2026, 9, 29), Fraction(4), None, None),
        ForecastDay(date(2026, 9, 30), None, Estimate(Fraction(2), Fraction(4), Fraction(8)), None),
    )

    def test_a_bar_is_as_high_as_its_day_and_a_band_goes_from_low_to_high(self):
        rows = [line[6:9].ljust(3) for line in day_chart(self.DAYS[:3], 10)[:8]]
        assert rows == ["█ ░", "█ ░", "█ ░", "█ ─", "██░", "██░", "██ ", "██ "]

    def test_the_scale_begins_at_zero_and_names_the_top_and_the_middle(self):
        found = day_chart(self.DAYS, 10)
        assert (found[0][:6], found[4][:6]) == ("8.00 ┤", "4.00 ┤")

    def test_days_that_find_no_room_share_a_column(self):
        days = [ForecastDay(FIRST + timedelta(days=number), Fraction(8), None, None) for number in range(100)]
        found = day_chart(days, 60)
        assert max(map(len, found)) <= 60
        assert found[0].count("█") == 50

    def test_nothing_is_drawn_of_nothing(self):
        assert day_chart([], 80) == []
        assert day_chart([ForecastDay(FIRST, Fraction(), None, None)], 80) == []
