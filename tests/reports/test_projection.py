"""Plan: which changes are refused, where revenue comes from, what is said to be incomplete."""

from fractions import Fraction

import pytest

import costcalc
from costcalc.money import Money
from costcalc.problems import CostcalcError
from tests.kit import book, flat, prices, usage

F = Fraction
BOOK = book(flat("m", input_tokens="100", output_tokens="300"), flat("qwen3-max", input_tokens="1"), provider="acme")
SHANGHAI = book(flat("m", input_tokens="100", output_tokens="300"), provider="acme", timezone="Asia/Shanghai")
PRICES = prices(BOOK, book(flat("ernie-5", input_tokens="1"), provider="baidu"))
MILLION = {"input_tokens": 1_000_000, "output_tokens": 0}


def project(path, *rows, prices=PRICES, **options):
    return costcalc.project(usage(path, *(rows or [MILLION])), prices=prices, **options)


def refused(path, *rows, **options):
    with pytest.raises(CostcalcError) as caught:
        project(path, *rows, **options)
    assert caught.value.exit_code == 2
    return caught.value.problems


class TestNames:
    @pytest.mark.parametrize(
        ("selector", "near"),
        [
            ("acmee", "acme"),
            ("baidou", "baidu"),
            ("acme/qwen3-mx", "acme/qwen3-max"),
            ("acme/qwen4-*", "acme/qwen3-max"),
            ("baidu/ernie5", "baidu/ernie-5"),
        ],
    )
    def test_a_name_known_nowhere_is_refused_with_near_ones(self, selector, near, tmp_path):
        (problem,) = refused(tmp_path, hikes={selector: 34})
        assert problem.code == "unknown-selector"
        assert near in problem.nearest
        assert selector in problem.message

    @pytest.mark.parametrize(
        "selector", ["acme", "acme/m", "acme/*", "any", "*", "*/qwen*", "baidu", "acme:storage", "*/ernie-*"]
    )
    def test_a_name_in_the_books_is_known(self, selector, tmp_path):
        project(tmp_path, hikes={selector: 34})

    @pytest.mark.parametrize("selector", ["mine", "mine/own", "*/own", "MINE/Own"])
    def test_so_is_one_in_the_log(self, selector, tmp_path):
        row = {**MILLION, "provider": "Mine", "model": "Own", "billed_cost": "10"}
        assert project(tmp_path, row, hikes={selector: 34}).total.mid == F("13.4")

    def test_known_but_absent_it_touches_nothing_and_says_so(self, tmp_path):
        (touched,) = project(tmp_path, hikes={"baidu": 34}).log.changes
        assert (touched.cost, touched.share) == (0, 0)

    def test_all_unknown_names_come_together(self, tmp_path):
        assert len(refused(tmp_path, hikes={"acmee": 34, "baidou": 30, "acme": 1})) == 2


class TestDatesAfterTheLog:
    """A log of 1 September 2026."""

    @pytest.mark.parametrize(
        ("day", "months"),
        [("2026-09-02", 1), ("2026-10-01", 1), ("2026-10-31", 1), ("2026-11-01", 2), ("2027-09-15", 12)],
    )
    def test_they_are_refused_with_the_months_to_add(self, day, months, tmp_path):
        (problem,) = refused(tmp_path, hikes={"acme": f"34@{day}"})
        assert problem.code == "hike-after-the-log"
        assert f"--months {months}" in problem.remedy
        assert "drop the date" in problem.remedy
        project(tmp_path, hikes={"acme": f"34@{day}"}, months=months)

    def test_after_the_months_too(self, tmp_path):
        (problem,) = refused(tmp_path, hikes={"acme": "34@2026-11-01"}, months=1)
        assert "--months 2" in problem.remedy

    @pytest.mark.parametrize("day", ["2026-09-01", "2026-08-01", "2020-01-01"])
    def test_not_within_or_before_the_log(self, day, tmp_path):
        assert project(tmp_path, hikes={"acme": f"34@{day}"}).total.mid == 134

    def test_the_logs_last_hours_may_be_the_providers_next_day(self, tmp_path):
        """20:00 UTC on 30 September is 1 October in Shanghai."""
        row = {"timestamp": "2026-09-30T20:00:00Z", **MILLION}
        found = project(tmp_path, row, prices=prices(SHANGHAI), hikes={"acme": "34@2026-10-01"})
        assert found.total.mid == 134

    def test_but_not_the_day_after_that(self, tmp_path):
        row = {"timestamp": "2026-09-30T20:00:00Z", **MILLION}
        (problem,) = refused(tmp_path, row, prices=prices(SHANGHAI), hikes={"acme": "34@2026-10-02"})
        assert problem.code == "hike-after-the-log"


class TestRevenue:
    def test_a_margin_implies_it(self, tmp_path):
        """Cost 100 at a margin of 60%: 250."""
        found = project(tmp_path, margin="60%", hikes={"acme": 34})
        assert (found.revenue.amount, found.revenue.source) == (250, "--margin 60%")
        assert (found.log.outcome.before.margin, found.log.outcome.after.margin) == (F("0.6"), 1 - F(134, 250))

    def test_two_flags_contradict_each_other(self, tmp_path):
        (problem,) = refused(tmp_path, revenue=200, margin="60%")
        assert problem.code == "two-revenues"

    def test_a_column_of_the_log(self, tmp_path):
        found = project(tmp_path, {**MILLION, "revenue": "250"})
        assert (found.revenue.amount, found.revenue.source, found.log.outcome.before.margin) == (
            250,
            "revenue column",
            F("0.6"),
        )
        assert found.revenue_share == 1

    def test_a_flag_goes_before_the_column_and_the_column_before_the_configuration(self, tmp_path):
        row = {**MILLION, "revenue": "250"}
        assert project(tmp_path, row, revenue=400).revenue.amount == 400
        assert project(tmp_path, row, revenue=400, revenue_source="configuration").revenue.amount == 250
        assert project(tmp_path, revenue=400, revenue_source="configuration").revenue.amount == 400

    def test_rows_without_it_are_not_in_the_margin(self, tmp_path):
        """100 of 200 is of a customer that earns 250: the margin of that half is 60%."""
        rows = [{**MILLION, "customer": "a", "revenue": "250"}, {**MILLION, "customer": "b", "revenue": ""}]
        found = project(tmp_path, *rows)
        assert (found.log.outcome.before.margin, found.revenue_share) == (F("0.6"), F(1, 2))
        assert not found.coverage.is_whole

    def test_of_a_log_without_customers_it_is_that_of_all(self, tmp_path):
        """250 stands against 200, on whichever row it is written."""
        found = project(tmp_path, {**MILLION, "revenue": "250"}, {**MILLION, "revenue": ""})
        assert (found.log.outcome.before.margin, found.revenue_share) == (F("0.2"), 1)

    def test_a_revenue_of_0_is_one(self, tmp_path):
        found = project(tmp_path, {**MILLION, "revenue": "0"})
        assert (found.revenue.amount, found.log.outcome.before.margin, found.revenue_share) == (0, None, 1)

    def test_it_is_never_shared_out_by_guess(self, tmp_path):
        rows = [{**MILLION, "customer": "a"}, {**MILLION, "customer": "b"}]
        found = project(tmp_path, *rows, by="customer", revenue=500)
        assert [line.earned for line in found.log.lines] == [None, None]

    def test_a_column_is_each_lines_own(self, tmp_path):
        rows = [{**MILLION, "customer": "a", "revenue": "250"}, {**MILLION, "customer": "b", "revenue": ""}]
        found = project(tmp_path, *rows, by="customer", hikes={"acme": 34})
        margins = {
            line.key: line.earned and (line.earned.before.margin, line.earned.after.margin) for line in found.log.lines
        }
        assert margins == {("a",): (F("0.6"), 1 - F(134, 250)), ("b",): None}

    def test_in_another_currency_it_is_converted(self, tmp_path):
        rated = prices(BOOK, fx="USD/CNY: {2026-09: {stated: 7}}")
        found = project(tmp_path, prices=rated, revenue=Money(F(1_400), "CNY"))
        assert found.revenue.amount == 200

    def test_a_column_in_another_currency_too(self, tmp_path):
        rated = prices(BOOK, fx="USD/CNY: {2026-09: {stated: 7}}")
        row = {**MILLION, "revenue": "1400", "revenue_currency": "CNY"}
        assert project(tmp_path, row, prices=rated).revenue.amount == 200

    def test_without_any_the_page_still_answers(self, tmp_path):
        found = project(tmp_path, hikes={"acme": 34})
        assert found.log.outcome.after.margin is None
        assert [(each.before, each.after) for each in found.log.assumed_margins][2] == (
            F("0.6"),
            1 - F("0.4") * F("1.34"),
        )

    def test_a_margin_of_an_incomplete_total_is_that_of_what_is_priced(self, tmp_path):
        """As with --revenue, both shares are said; it is no upper bound, for the revenue is implied by the same cost."""
        rows = (MILLION, {**MILLION, "model": "mine"})
        implied = project(tmp_path, *rows, margin="60%")
        assert (implied.log.outcome.before.margin, implied.coverage.priced, implied.coverage.is_bound) == (
            F("0.6"),
            F(1, 2),
            False,
        )
        stated = project(tmp_path, *rows, revenue=250)
        assert (stated.log.outcome.before.margin, stated.coverage.priced, stated.coverage.is_bound) == (
            F("0.6"),
            F(1, 2),
            True,
        )

    def test_the_configuration_s_margin_comes_after_the_column(self, tmp_path):
        found = project(tmp_path, {**MILLION, "revenue": "250"}, margin="50%", revenue_source="configuration")
        assert (found.revenue.amount, found.revenue.source) == (250, "revenue column")
        found = project(tmp_path, margin="50%", revenue_source="configuration")
        assert (found.revenue.amount, found.revenue.source) == (200, "margin 50%, configuration")

    @pytest.mark.parametrize("margin", ["100%", "1", "150%"])
    def test_a_margin_of_everything_is_none(self, margin, tmp_path):
        (problem,) = refused(tmp_path, margin=margin)
        assert problem.code == "bad-margin"

    def test_a_floor_and_the_month_in_which_it_breaks(self, tmp_path):
        """60% until December, 1 − 0.4 × 1.34 = 46.4% from the first of it."""
        rows = [{"date": "2026-09-01", **MILLION}, {"date": "2026-09-30", **MILLION}]
        found = project(tmp_path, *rows, revenue=500, floor="50%", months=4, hikes={"acme": "34@2026-12-01"})
        assert str(found.first_below_floor.month) == "2026-12"
        assert found.first_below_floor.after.margin == F("0.464")
        assert (
            project(tmp_path, *rows, revenue=500, floor="40%", months=4, hikes={"acme": 34}).first_below_floor is None
        )


class TestWhatIsSaid:
    def test_rises_and_their_shares(self, tmp_path):
        """100 of input and 300 of output; the second rise touches three quarters."""
        row = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
        found = project(tmp_path, row, hikes={"acme": 34, "acme:output_tokens": 10, "acme:storage": 5})
        assert [(each.cost, each.share) for each in found.log.changes] == [(400, 1), (300, F(3, 4)), (0, 0)]

    def test_a_dated_rise_touches_what_follows_it(self, tmp_path):
        rows = [{"date": f"2026-09-0{day}", **MILLION} for day in (1, 2, 3, 4)]
        (touched,) = project(tmp_path, *rows, hikes={"acme": "34@2026-09-04"}).log.changes
        assert (touched.cost, touched.share) == (100, F(1, 4))

    def test_nothing_used_has_no_share(self, tmp_path):
        (touched,) = project(tmp_path, {"input_tokens": 0, "output_tokens": 0}, hikes={"acme": 34}).log.changes
        assert (touched.cost, touched.share) == (0, None)

    def test_refused_rows_leave_the_answer_incomplete(self, tmp_path):
        found = project(tmp_path, MILLION, {"input_tokens": 1, "cached_input_tokens": 2, "output_tokens": 0})
        assert (found.usage.refused_rows, found.is_complete, found.total.before) == (1, False, 100)

    def test_ranges_are_shown_at_both_ends_and_in_the_middle(self, tmp_path):
        total = project(tmp_path, hikes={"acme": "5..34"}).total
        assert (total.low, total.mid, total.high) == (105, F("119.5"), 134)

    def test_pass_through_scales_what_arrives(self, tmp_path):
        total = project(tmp_path, hikes={"acme": "5..34"}, pass_through="60%").total
        assert (total.low, total.mid, total.high) == (103, F("111.7"), F("120.4"))
