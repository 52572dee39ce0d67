"""Forward: months at the log's daily rate, on the frozen, the announced and the scenario's list."""

from fractions import Fraction

import pytest

import costcalc
from tests.kit import book, flat, model, prices, usage

BOTH = "input_tokens: {0} per 1M\noutput_tokens: {0} per 1M\n"
FLAT = prices(book(flat("m", input_tokens="10", output_tokens="10")))
MILLION = {"input_tokens": 1_000_000, "output_tokens": 0}
LATER = (("2020-01-01", BOTH.format(10)), ("2026-11-16", "status: announced\n" + BOTH.format(20)))


def days(first, last, **row):
    """A row of a million tokens on every day of September from `first` to `last`."""
    return [{"date": f"2026-09-{day:02d}", **MILLION, **row} for day in range(first, last + 1)]


def project(path, *rows, prices=FLAT, **options):
    return costcalc.project(usage(path, *rows), prices=prices, **options)


class TestRunRate:
    def test_17_million_in_17_days_are_31_million_in_october(self, tmp_path):
        found = project(tmp_path, *days(1, 17), months=3)
        assert [(str(month.month), month.tokens, month.cost.before) for month in found.months] == [
            ("2026-10", 31_000_000, 310),
            ("2026-11", 30_000_000, 300),
            ("2026-12", 31_000_000, 310),
        ]

    def test_empty_days_count(self, tmp_path):
        """34 million on the 1st and the 17th: still 2 million a day."""
        rows = [{"date": f"2026-09-{day}", "input_tokens": 17_000_000, "output_tokens": 0} for day in ("01", "17")]
        assert [month.tokens for month in project(tmp_path, *rows, months=1).months] == [62_000_000]

    def test_a_bucket_covers_to_its_end(self, tmp_path):
        """One row for 1–10 September: 10 days."""
        row = {"timestamp": "2026-09-01T00:00:00Z", "until": "2026-09-11T00:00:00Z", **MILLION}
        assert [month.tokens for month in project(tmp_path, row, months=1).months] == [3_100_000]

    def test_instants_cover_their_calendar_days(self, tmp_path):
        """23:59 on the 1st to 00:01 on the 10th: ten days."""
        rows = [{"timestamp": at, **MILLION} for at in ("2026-09-01T23:59:00Z", "2026-09-10T00:01:00Z")]
        found = project(tmp_path, *rows, months=1)
        assert found.usage.days == 10
        assert [month.tokens for month in found.months] == [Fraction(2_000_000, 10) * 31]

    def test_a_month_of_the_log_is_followed_by_the_next(self, tmp_path):
        row = {"date": "2026-12", **MILLION}
        assert [str(month.month) for month in project(tmp_path, row, months=2).months] == ["2027-01", "2027-02"]

    def test_each_month_has_its_own_days_also_in_leap_years(self, tmp_path):
        found = project(tmp_path, {"date": "2028-01", "input_tokens": 31_000_000, "output_tokens": 0}, months=2)
        assert [month.tokens for month in found.months] == [29_000_000, 31_000_000]

    @pytest.mark.parametrize(("last", "short"), [(6, True), (7, False)])
    def test_under_seven_days_is_an_estimate(self, last, short, tmp_path):
        assert project(tmp_path, *days(1, last), months=1).usage.is_short is short

    def test_requests_are_carried_on_and_unknown_ones_stay_unknown(self, tmp_path):
        assert [m.requests for m in project(tmp_path, *days(1, 10, requests=5), months=1).months] == [155]
        assert [m.requests for m in project(tmp_path, *days(1, 10), months=1).months] == [None]

    def test_revenue_is_carried_on_by_the_day(self, tmp_path):
        """300 in ten days are 930 in October."""
        found = project(tmp_path, *days(1, 10), revenue=300, months=1)
        (october,) = found.months
        assert (october.before.revenue, october.before.all_costs) == (930, 310)
        assert october.before.margin == found.log.outcome.before.margin == Fraction(2, 3)

    def test_a_revenue_column_too(self, tmp_path):
        found = project(tmp_path, *days(1, 10, revenue="30"), months=1)
        (october,) = found.months
        assert (october.before.revenue, october.before.margin) == (930, Fraction(2, 3))

    def test_where_only_some_customers_have_a_revenue_the_margin_is_theirs(self, tmp_path):
        rows = [*days(1, 10, customer="a", revenue="30"), *days(1, 10, customer="b", revenue="")]
        found = project(tmp_path, *rows, months=1)
        assert (found.log.outcome.before.all_costs, found.revenue_share) == (100, Fraction(1, 2))
        (october,) = found.months
        assert (october.cost.before, october.before.all_costs, october.before.revenue) == (620, 310, 930)

    def test_without_months_there_are_none(self, tmp_path):
        assert project(tmp_path, *days(1, 17)).months == []

    def test_unpriced_usage_stays_unpriced(self, tmp_path):
        found = project(tmp_path, *days(1, 10), *days(1, 10, model="mine"), months=1)
        assert [(m.cost.before, m.unpriced_tokens, m.tokens) for m in found.months] == [(310, 31_000_000, 62_000_000)]


class TestThreeBooks:
    """A list of 10 that doubles on 16 November, announced."""

    BOOK = prices(book(model("m", *LATER)))

    def test_frozen_stays_and_announced_moves_from_its_day(self, tmp_path):
        """November: 15 days at 10 and 15 at 20."""
        found = project(tmp_path, *days(1, 10), prices=self.BOOK, months=3)
        assert [(month.today.cost, month.cost.before) for month in found.months] == [
            (310, 310),
            (300, 15 * 10 + 15 * 20),
            (310, 31 * 20),
        ]
        assert found.total.before == 100

    def test_an_empty_scenario_is_the_announced_book(self, tmp_path):
        found = project(tmp_path, *days(1, 10), prices=self.BOOK, months=3)
        for cost in (found.total, *(month.cost for month in found.months)):
            assert cost.before == cost.low == cost.mid == cost.high

    def test_the_scenario_is_announced_and_more(self, tmp_path):
        found = project(tmp_path, *days(1, 10), prices=self.BOOK, months=3, hikes={"acme": 34})
        assert [month.cost.mid for month in found.months] == [
            Fraction("1.34") * cost for cost in (310, 15 * 10 + 15 * 20, 620)
        ]
        assert [month.today.cost for month in found.months] == [310, 300, 310]

    @pytest.mark.parametrize("status", ["cancelled", "superseded"])
    def test_what_was_called_off_never_comes(self, status, tmp_path):
        off = prices(book(model("m", LATER[0], ("2026-11-16", f"status: {status}\n{BOTH.format(20)}"))))
        found = project(tmp_path, *days(1, 10), prices=off, months=3)
        assert [month.cost.before for month in found.months] == [310, 300, 310]

    def test_gemini_doubles_on_the_first_of_january_without_a_flag(self, tmp_path):
        doubling = prices(
            book(model("m", LATER[0], ("2027-01-01", "status: announced\n" + BOTH.format(20))), provider="google")
        )
        rows = [row | {"provider": "google"} for row in days(1, 10)]
        found = project(tmp_path, *rows, prices=doubling, months=4)
        assert [month.cost.before for month in found.months] == [310, 300, 310, 620]
        assert [month.today.cost for month in found.months] == [310, 300, 310, 310]

    def test_a_price_that_changed_within_the_log_is_frozen_at_its_last_day(self, tmp_path):
        """10 until the 5th, 20 from the 6th: ten days cost 150; October costs 31 × 20."""
        within = prices(book(model("m", ("2020-01-01", BOTH.format(10)), ("2026-09-06", BOTH.format(20)))))
        found = project(tmp_path, *days(1, 10), prices=within, months=1)
        assert found.total.before == 5 * 10 + 5 * 20
        assert [(month.today.cost, month.cost.before) for month in found.months] == [(620, 620)]

    def test_a_model_that_is_withdrawn_is_unpriced_from_its_day(self, tmp_path):
        gone = prices(book(model("m", LATER[0], ("2026-11-16", "withdrawn: retired\n"))))
        found = project(tmp_path, *days(1, 10), prices=gone, months=2)
        assert [(m.cost.before, m.unpriced_tokens) for m in found.months] == [(310, 0), (150, 15_000_000)]
        assert not found.is_complete


class TestDatedRises:
    """Ten million tokens in 1–10 September at 10: 100; October 310, November 300."""

    def figures(self, found):
        return found.total.mid, [month.cost.mid for month in found.months]

    def test_undated_it_covers_all(self, tmp_path):
        found = project(tmp_path, *days(1, 10), hikes={"acme": 50}, months=2)
        assert self.figures(found) == (150, [465, 450])

    def test_before_the_log_it_is_the_same(self, tmp_path):
        found = project(tmp_path, *days(1, 10), hikes={"acme": "50@2026-01-01"}, months=2)
        assert self.figures(found) == (150, [465, 450])

    def test_within_the_log_it_splits_it(self, tmp_path):
        """From the 5th: 4 days of 10, 6 of 15."""
        found = project(tmp_path, *days(1, 10), hikes={"acme": "50@2026-09-05"}, months=2)
        assert self.figures(found) == (4 * 10 + 6 * 15, [465, 450])

    def test_after_the_log_it_touches_the_months_from_its_day(self, tmp_path):
        """From 16 November: 15 days of 10, 15 of 15."""
        found = project(tmp_path, *days(1, 10), hikes={"acme": "50@2026-11-16"}, months=2)
        assert self.figures(found) == (100, [310, 15 * 10 + 15 * 15])

    def test_between_the_log_and_the_first_month_it_covers_all_months(self, tmp_path):
        found = project(tmp_path, *days(1, 10), hikes={"acme": "50@2026-09-20"}, months=2)
        assert self.figures(found) == (100, [465, 450])

    def test_two_dated_rises_compound_from_the_second_day_on(self, tmp_path):
        hikes = ["acme=50@2026-10-11", "acme=10@2026-10-21"]
        found = project(tmp_path, *days(1, 10), hikes=hikes, months=1)
        assert self.figures(found) == (100, [10 * 10 + 10 * 15 + 11 * Fraction("16.5")])

    def test_a_rise_and_an_announced_change_meet(self, tmp_path):
        """20 from 16 November, half more from the 21st: 15 × 10 + 5 × 20 + 10 × 30."""
        later = prices(book(model("m", *LATER)))
        found = project(tmp_path, *days(1, 10), prices=later, hikes={"acme": "50@2026-11-21"}, months=2)
        assert self.figures(found)[1] == [310, 15 * 10 + 5 * 20 + 10 * 30]

    def test_a_range_has_its_ends_in_every_month(self, tmp_path):
        found = project(tmp_path, *days(1, 10), hikes={"acme": "10..30"}, months=1)
        (october,) = found.months
        assert (october.cost.low, october.cost.mid, october.cost.high) == (341, 372, 403)


class TestBills:
    """Billed 8 a day for a list of 10."""

    def test_a_bill_is_carried_on(self, tmp_path):
        found = project(tmp_path, *days(1, 10, billed_cost="8"), months=1, hikes={"acme": 34})
        assert [(m.cost.before, m.cost.mid) for m in found.months] == [(248, 248 * Fraction("1.34"))]

    def test_a_published_change_moves_it_in_proportion(self, tmp_path):
        """The list doubles on 16 November: 15 × 8 + 15 × 16."""
        later = prices(book(model("m", *LATER)))
        found = project(tmp_path, *days(1, 10, billed_cost="8"), prices=later, months=2)
        assert [(m.today.cost, m.cost.before) for m in found.months] == [(248, 248), (240, 15 * 8 + 15 * 16)]

    def test_the_exchange_rate_moves_it_once(self, tmp_path):
        """56 CNY a day: 8 USD in September at 7, 7 USD in October at 8. The list in CNY has not changed."""
        fx = "USD/CNY: {2026-09: {stated: 7}, 2026-10: {stated: 8}}"
        chinese = prices(book(flat("m", input_tokens="80", output_tokens="80"), currency="CNY"), fx=fx)
        found = project(
            tmp_path, *days(1, 10, billed_cost="56", currency="CNY"), prices=chinese, currency="USD", months=1
        )
        assert found.total.before == 80
        assert [month.cost.before for month in found.months] == [31 * 7]

    def test_a_bill_of_two_months_too(self, tmp_path):
        """Rows of September and October meet one list; the exchange rate of each stays out of the proportion."""
        fx = "USD/CNY: {2026-09: {stated: 7}, 2026-10: {stated: 8}}"
        chinese = prices(book(flat("m", input_tokens="80", output_tokens="80"), currency="CNY"), fx=fx)
        rows = [
            {"date": day, **MILLION, "billed_cost": "56", "currency": "CNY"} for day in ("2026-09-30", "2026-10-01")
        ]
        found = project(tmp_path, *rows, prices=chinese, currency="USD", months=1)
        assert found.total.before == 8 + 7
        assert [month.cost.before for month in found.months] == [30 * 7]

    def test_a_bill_of_an_unknown_model_follows_a_dated_rise(self, tmp_path):
        found = project(
            tmp_path, *days(1, 10, billed_cost="8", model="mine"), months=1, hikes={"acme": "50@2026-10-17"}
        )
        assert [(m.cost.before, m.cost.mid) for m in found.months] == [(248, 16 * 8 + 15 * 12)]
