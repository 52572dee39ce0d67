"""The forecast of a log: exact where it is spent, estimated where it is to come, silent where too little is known."""

import math
import random
from datetime import date, timedelta
from fractions import Fraction

import pytest

import costcalc
from costcalc.problems import CostcalcError
from tests.kit import DEEP, book, flat, model, prices, rates, usage

FLAT = prices(book(flat("m", input_tokens="1", output_tokens="1")))  # a million tokens cost 1 USD
ONE = timedelta(days=1)


def days(first, last, dollars=10):
    """A row a day, `first` and `last` included; `dollars` is an amount or a function of the day."""
    count = (last - first).days + 1
    found = [first + ONE * number for number in range(count)]
    spent = dollars if callable(dollars) else lambda _: dollars
    return [{"date": str(day), "input_tokens": int(spent(day) * 1_000_000), "output_tokens": 0} for day in found]


def hours(first, last, at="23:30", tokens=10_000_000):
    """A request a day at an hour of the clock, UTC."""
    count = (last - first).days + 1
    return [
        {"timestamp": f"{first + ONE * number}T{at}:00Z", "input_tokens": tokens, "output_tokens": 0}
        for number in range(count)
    ]


def forecast(path, *rows, prices=FLAT, **words):
    return costcalc.forecast(usage(path, *rows), prices=prices, **words)


def weekday_spend(day):
    return 100 if day.weekday() < 5 else 40


AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


class TestPeriod:
    def test_the_month_of_the_first_day_to_come(self, tmp_path):
        """50 days at 10: 190 spent until 19 September, 11 days of 10 to come."""
        found = forecast(tmp_path, *days(AUGUST, date(2026, 9, 19)))
        assert (found.period.first, found.period.last) == (SEPTEMBER, date(2026, 9, 30))
        assert (found.starts, found.spent, found.days_to_come) == (date(2026, 9, 20), 190, 11)
        assert float(found.total.median) == pytest.approx(300)
        assert float(found.total.high - found.total.low) == pytest.approx(0, abs=1e-6)

    def test_after_a_whole_month_the_next_one(self, tmp_path):
        found = forecast(tmp_path, *days(SEPTEMBER, date(2026, 9, 30)))
        assert (found.period.first, found.period.last, found.spent) == (date(2026, 10, 1), date(2026, 10, 31), 0)
        assert float(found.total.median) == pytest.approx(310)

    def test_the_year_with_its_months(self, tmp_path):
        """10 a day from 1 August on: 300 + 310 − what is spent in September."""
        found = forecast(tmp_path, *days(AUGUST, date(2026, 10, 19)), to="year-end")
        assert (found.period.first, found.period.last) == (date(2026, 1, 1), date(2026, 12, 31))
        assert found.spent == 31 * 10 + 30 * 10 + 19 * 10
        assert [(str(month.month), month.days) for month in found.months] == [("2026-10", 12), ("2026-11", 30), ("2026-12", 31)]  # fmt: skip
        assert float(found.total.median) == pytest.approx(153 * 10)  # August to December

    def test_a_day_ends_what_begins_with_the_month_of_the_first_day_to_come(self, tmp_path):
        found = forecast(tmp_path, *days(AUGUST, date(2026, 9, 19)), to="2026-10-15")
        assert (found.period.first, found.period.last) == (SEPTEMBER, date(2026, 10, 15))
        assert float(found.total.median) == pytest.approx(450)

    def test_a_week_goes_on_by_its_weekdays(self, tmp_path):
        """October 2026 has 22 working days and 9 of a weekend: 22 × 100 + 9 × 40."""
        found = forecast(tmp_path, *days(SEPTEMBER, date(2026, 9, 30), weekday_spend))
        assert float(found.total.median) == pytest.approx(2560)
        assert [float(day.coming.median) for day in found.days[-2:]] == pytest.approx([100, 40])  # a Friday, a Saturday

    def test_the_log_begins_within_the_period(self, tmp_path):
        found = forecast(tmp_path, *days(date(2026, 9, 3), date(2026, 9, 20)))
        assert found.spent == 180

    @pytest.mark.parametrize("to", ["2026-09-30", "2029-01-01", "soon"])
    def test_a_period_that_cannot_be(self, tmp_path, to):
        with pytest.raises(CostcalcError):
            forecast(tmp_path, *days(SEPTEMBER, date(2026, 9, 30)), to=to)


class TestHistory:
    @pytest.mark.parametrize(("count", "state"), [(13, "too-short"), (14, "enough")])
    def test_fourteen_full_days_are_the_least(self, tmp_path, count, state):
        found = forecast(tmp_path, *days(SEPTEMBER, SEPTEMBER + ONE * (count - 1)))
        assert (found.history.state, found.history.days) == (state, count)
        assert (found.coming is None) is (state == "too-short")

    def test_too_short_gives_the_plain_rate_exactly(self, tmp_path):
        """1, 2 and 3 on three days: 2 a day for the 27 days to come."""
        found = forecast(tmp_path, *days(SEPTEMBER, date(2026, 9, 3), lambda day: day.day))
        assert (found.daily_rate, found.spent, found.days_to_come, found.total) == (2, 6, 27, None)

    def test_too_short_counts_an_unfinished_day_once(self, tmp_path):
        """10 a day for four days, and 4 by noon of the fifth: 6 of that day are to come, then 26 days of 10."""
        rows = hours(AUGUST, date(2026, 8, 4), "00:30") + hours(date(2026, 8, 5), date(2026, 8, 5), "12:00", 4_000_000)
        found = forecast(tmp_path, *rows)
        assert (found.history.unfinished, found.daily_rate, found.spent) == (date(2026, 8, 5), 10, 44)
        assert found.at_daily_rate == 6 + 26 * 10
        assert found.spent + found.at_daily_rate == 31 * 10

    def test_too_short_and_an_unfinished_day_above_the_mean_costs_no_more(self, tmp_path):
        rows = hours(AUGUST, date(2026, 8, 4), "00:30") + hours(date(2026, 8, 5), date(2026, 8, 5), "12:00", 14_000_000)
        assert forecast(tmp_path, *rows).at_daily_rate == 26 * 10

    def test_days_without_rows_are_days_of_nothing(self, tmp_path):
        rows = [row for row in days(AUGUST, date(2026, 9, 10)) if row["date"] not in ("2026-08-05", "2026-09-09")]
        found = forecast(tmp_path, *rows)
        assert (found.history.days, found.spent) == (41, 90)
        assert [day.actual for day in found.days if day.day == date(2026, 8, 5)] == [0]

    def test_a_long_time_without_spend_is_named(self, tmp_path):
        rows = [*days(AUGUST, date(2026, 8, 10)), *days(date(2026, 8, 20), date(2026, 9, 10))]
        assert forecast(tmp_path, *rows).history.quiet == (date(2026, 8, 11), date(2026, 8, 19))
        assert forecast(tmp_path, *days(AUGUST, date(2026, 9, 10))).history.quiet is None

    def test_a_last_day_that_has_not_ended_is_left_out_and_its_rest_is_to_come(self, tmp_path):
        """10 a day at 23:30, and 4 by noon of 20 September: 6 of that day are to come, then 10 days of 10."""
        rows = hours(AUGUST, date(2026, 9, 19)) + hours(date(2026, 9, 20), date(2026, 9, 20), "12:00", 4_000_000)
        found = forecast(tmp_path, *rows)
        history = found.history
        assert (history.unfinished, history.last) == (date(2026, 9, 20), date(2026, 9, 19))
        assert (found.spent, found.starts, found.days_to_come) == (194, date(2026, 9, 20), 11)
        assert float(found.coming.median) == pytest.approx(106)
        unfinished = next(day for day in found.days if day.day == date(2026, 9, 20))
        assert (unfinished.actual, float(unfinished.coming.median)) == (4, pytest.approx(6))

    def test_a_day_that_lacks_less_than_an_hour_is_whole(self, tmp_path):
        history = forecast(tmp_path, *hours(AUGUST, date(2026, 9, 19))).history
        assert (history.unfinished, history.begun) == (None, AUGUST)  # 1 August has only its last half hour

    def test_the_zone_says_when_a_day_has_ended(self, tmp_path):
        """23:30 UTC is 07:30 of the next day in Shanghai."""
        rows = hours(AUGUST, date(2026, 9, 19))
        assert forecast(tmp_path, *rows, timezone="Asia/Shanghai").history.unfinished == date(2026, 9, 20)

    def test_a_month_in_one_row_cannot_be_forecast_by_day(self, tmp_path):
        with pytest.raises(CostcalcError) as caught:
            forecast(tmp_path, {"date": "2026-08", "input_tokens": 1_000_000, "output_tokens": 0})
        assert caught.value.problems[0].code == "bucket-of-many-days"

    def test_nothing_spent_is_a_forecast_of_nothing(self, tmp_path):
        found = forecast(tmp_path, *days(SEPTEMBER, date(2026, 9, 20), 0))
        assert found.is_free
        assert (found.total.low, found.total.high) == (0, 0)

    def test_days_without_rows_are_an_empty_choice_and_no_forecast_of_nothing(self, tmp_path):
        with pytest.raises(CostcalcError, match="nothing-chosen"):
            forecast(tmp_path, *days(SEPTEMBER, date(2026, 9, 20)), since="2027-01-01")


class TestPrices:
    LATER = (("2020-01-01", rates(input_tokens="1", output_tokens="1")), ("2026-09-10", rates(input_tokens="2", output_tokens="2")))  # fmt: skip

    def test_a_price_that_doubled_is_not_taken_for_volume(self, tmp_path):
        """10 a day, and 20 from 10 September on: to come are 20 a day, without a drift and without width."""
        doubled = prices(book(model("m", *self.LATER)))
        found = forecast(tmp_path, *days(AUGUST, date(2026, 9, 19)), prices=doubled)
        assert found.spent == 9 * 10 + 10 * 20
        assert [float(value) for value in (found.coming.low, found.coming.high)] == pytest.approx([220, 220])
        assert (found.repriced.charged, found.repriced.at_last_day) == (31 * 10 + 290, 50 * 20)

    def test_a_price_that_is_announced_applies_from_its_day(self, tmp_path):
        """10 a day until 24 September, 30 a day on the six days from the 25th on."""
        announced = ("2026-09-25", "status: announced\n" + rates(input_tokens="3", output_tokens="3"))
        trebled = prices(book(model("m", self.LATER[0], announced)))
        found = forecast(tmp_path, *days(AUGUST, date(2026, 9, 19)), prices=trebled)
        assert float(found.coming.median) == pytest.approx(5 * 10 + 6 * 30)
        assert [(step.day, step.factor) for step in found.price_steps] == [(date(2026, 9, 25), 3)]
        assert found.repriced is None

    def test_a_bill_moves_with_the_list(self, tmp_path):
        """Billed at half of the list, 5 a day; once the list has doubled, 10."""
        doubled = prices(book(model("m", *self.LATER)))
        rows = [
            {**row, "cost": "5" if row["date"] < "2026-09-10" else "10", "cost_currency": "USD"}
            for row in days(AUGUST, date(2026, 9, 19))
        ]
        found = forecast(tmp_path, *rows, prices=doubled, basis="billed")
        assert found.spent == 9 * 5 + 10 * 10
        assert float(found.coming.median) == pytest.approx(11 * 10)

    def test_what_a_commitment_lacks_is_no_days_spend(self, tmp_path):
        minimum = prices(
            book(
                flat("m", input_tokens="1", output_tokens="1"),
                head="commitments:\n  - {what: acme, each: month, amount: 9000 USD}\n",
            )
        )
        found = forecast(tmp_path, *days(AUGUST, date(2026, 9, 19)), prices=minimum)
        assert found.without_commitments
        assert float(found.total.median) == pytest.approx(300)

    def test_unpriced_usage_makes_it_incomplete(self, tmp_path):
        strange = {"date": "2026-09-19", "model": "strange", "input_tokens": 5, "output_tokens": 0}
        assert not forecast(tmp_path, *days(AUGUST, date(2026, 9, 19)), strange).is_complete

    @pytest.mark.parametrize("first", [AUGUST, date(2026, 9, 15)], ids=["forecast", "plain-rate"])
    def test_what_is_spent_is_not_called_exact_where_some_of_it_has_no_price(self, tmp_path, first):
        strange = {"date": "2026-09-19", "model": "strange", "input_tokens": 5, "output_tokens": 0}
        (tmp_path / "whole").mkdir()
        whole = forecast(tmp_path / "whole", *days(first, date(2026, 9, 19))).to_markdown()
        lacking = forecast(tmp_path, *days(first, date(2026, 9, 19)), strange).to_markdown()
        assert ("exact" in whole, "the priced part" in whole) == (True, False)
        assert ("exact" in lacking, "the priced part" in lacking) == (False, True)


class TestBudget:
    ROWS = days(AUGUST, date(2026, 9, 19))

    def budget(self, path, amount, **words):
        return forecast(path, *self.ROWS, budget=amount, **words).budget

    def test_a_budget_that_is_broken_already_names_its_day(self, tmp_path):
        """10 a day: 95 is exceeded on the tenth."""
        found = self.budget(tmp_path, 95)
        assert (found.state, found.day) == ("broken", date(2026, 9, 10))

    def test_what_is_met_to_the_coin_is_not_broken(self, tmp_path):
        assert self.budget(tmp_path, 190).state == "breaks"
        assert self.budget(tmp_path, Fraction(19_000_001, 100_000)).day == date(2026, 9, 20)

    def test_a_budget_breaks_on_the_day_that_exceeds_it(self, tmp_path):
        """190 spent; 215 is exceeded with the third day of 10: the 22nd."""
        found = self.budget(tmp_path, "215")
        assert (found.state, found.earliest, found.day, found.latest) == ("breaks", *[date(2026, 9, 22)] * 3)

    def test_a_budget_of_the_whole_month_holds(self, tmp_path):
        found = self.budget(tmp_path, "300 USD")
        assert (found.state, found.day, found.holds) == ("holds", None, 1)

    @pytest.mark.parametrize(
        "written", ["300USD", "300 usd", "300", 300, Fraction(300), costcalc.Money(Fraction(300), "USD")]
    )
    def test_a_budget_is_written_in_many_ways(self, tmp_path, written):
        assert self.budget(tmp_path, written).amount == 300

    def test_a_budget_in_another_currency_is_taken_at_the_last_months_rate(self, tmp_path):
        converted = prices(book(flat("m", input_tokens="1", output_tokens="1")), fx="USD/CNY: {2026-09: {stated: 7}}")
        assert (
            forecast(tmp_path, *days(SEPTEMBER, date(2026, 9, 19)), prices=converted, budget="2100 CNY").budget.amount
            == 300
        )

    @pytest.mark.parametrize("wrong", ["-5 USD", "plenty", 5.5])
    def test_no_budget(self, tmp_path, wrong):
        with pytest.raises(CostcalcError):
            self.budget(tmp_path, wrong)

    def test_too_short_a_history_knows_only_what_is_broken(self, tmp_path):
        rows = days(SEPTEMBER, date(2026, 9, 9))
        assert forecast(tmp_path, *rows, budget=80).budget.state == "broken"
        assert forecast(tmp_path, *rows, budget=100).budget.state == "unknown"


class TestInterval:
    def test_a_wider_interval_holds_a_narrower_one(self, tmp_path):
        noise = random.Random(7)
        rows = days(AUGUST, date(2026, 9, 19), lambda day: weekday_spend(day) * math.exp(noise.gauss(0, 0.2)))
        found = [forecast(tmp_path, *rows, interval=share).total for share in ("50%", "80%", "95%")]
        assert found[2].low < found[1].low < found[0].low < found[0].high < found[1].high < found[2].high
        assert len({each.median for each in found}) == 1

    def test_80_percent_covers_the_days_held_back_of_60(self, tmp_path):
        """15 logs of 60 days with a weekly season, 20% of noise: the days of the next month within the interval."""
        inside, seen = 0, 0
        for seed in range(15 * DEEP):
            noise = random.Random(seed)
            spent = [weekday_spend(day) * math.exp(noise.gauss(0, 0.2)) for day in span(AUGUST, 90)]
            rows = days(AUGUST, AUGUST + ONE * 59, lambda day, spent=spent: spent[(day - AUGUST).days])
            found = forecast(tmp_path, *rows, to=AUGUST + ONE * 89)
            for day in found.days[60:]:
                then = spent[(day.day - AUGUST).days]
                inside += float(day.coming.low) <= then <= float(day.coming.high)
                seen += 1
        assert seen == 15 * DEEP * 30
        assert 0.70 <= inside / seen <= 0.90

    @pytest.mark.parametrize("wrong", ["0%", "100%", "wide", 0.8])
    def test_no_interval(self, tmp_path, wrong):
        with pytest.raises(CostcalcError):
            forecast(tmp_path, *days(SEPTEMBER, date(2026, 9, 19)), interval=wrong)


def span(first, count):
    return [first + ONE * number for number in range(count)]


class TestHandingOn:
    def test_a_frame_has_a_row_a_day(self, tmp_path):
        frame = forecast(tmp_path, *days(AUGUST, date(2026, 9, 19))).to_frame()
        assert list(frame["day"])[-1] == "2026-09-30"
        assert (frame["status"] == "estimate").sum() == 11
        assert sum(frame["actual"].dropna()) == 500

    def test_the_csv_says_what_is_spent_and_what_is_estimated(self, tmp_path):
        lines = forecast(tmp_path, *days(AUGUST, date(2026, 9, 19))).to_csv().splitlines()
        assert lines[0] == "day,status,actual,actual_exact,low,median,high,total_low,total_median,total_high,currency"
        assert lines[1] == "2026-08-01,actual,10.00,10,,,,,,,USD"
        assert lines[32] == "2026-09-01,actual,10.00,10,,,,10.00,10.00,10.00,USD"
        assert lines[-1] == "2026-09-30,estimate,,,10.00,10.00,10.00,300.00,300.00,300.00,USD"

    def test_the_function_keeps_its_name_beside_the_package(self, tmp_path):
        """A package costcalc.forecast would take the place of the function as soon as it is imported."""
        forecast(tmp_path, *days(AUGUST, date(2026, 9, 19)))
        assert callable(costcalc.forecast)
