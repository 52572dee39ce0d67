"""Daily: how often the days held back lie within the interval, and what the paths do where the answer is known."""

from functools import cache

import numpy as np
import pytest

from costcalc.reports.daily import paths

WEEK = np.array([1, 1.05, 1.1, 1.05, 0.95, 0.4, 0.3])  # Monday first
LOW_HIGH = (0.1, 0.9)
HELD_BACK = 30
SEEDS = range(50)


def weekly(days, random, noise=0.1):
    return np.maximum(1000 * WEEK[np.arange(days) % 7] * (1 + noise * random.standard_normal(days)), 0)


def growing(days, random):
    """0.8% a day: 27% a month."""
    return weekly(days, random) * 1.008 ** np.arange(days)


def rising(days, random):
    """By 1% of its first day's spend a day, on a straight line, beside noise that is a percentage."""
    return weekly(days, random) * (1 + 0.01 * np.arange(days))


def wandering(days, random):
    """The level goes 4% up or down a day."""
    return weekly(days, random, 0.08) * np.exp(np.cumsum(0.04 * random.standard_normal(days)))


@cache
def covered(made, known):
    """The shares of held-back days, and of their sums, that lie within the 80% interval."""
    days, sums = [], []
    for seed in SEEDS:
        spend = made(known + HELD_BACK, np.random.default_rng(seed))
        past, then = spend[:known], spend[known:]
        drawn = paths(past.tolist(), 0, HELD_BACK)
        low, high = np.array(drawn.by_day(LOW_HIGH)).T
        days.append(np.mean((low <= then) & (then <= high)))
        low, high = drawn.between(0, HELD_BACK, LOW_HIGH)
        sums.append(low <= then.sum() <= high)
    return float(np.mean(days)), float(np.mean(sums))


class TestCoverage:
    @pytest.mark.parametrize("known", [28, 60, 120])
    @pytest.mark.parametrize("made", [weekly, growing, rising, wandering], ids=lambda made: made.__name__)
    def test_an_80_percent_interval_holds_70_to_90_percent_of_the_days_held_back(self, made, known):
        days, _ = covered(made, known)
        assert 0.70 <= days <= 0.90

    @pytest.mark.parametrize("made", [weekly, growing, rising, wandering], ids=lambda made: made.__name__)
    def test_and_of_the_months_too(self, made):
        """Of 50 sums, each within with a chance of 80%: fewer than 33 would be four standard errors below."""
        _, sums = covered(made, 120)
        assert sums >= 0.66

    def test_a_line_under_noise_in_percent_is_not_taken_for_growth_by_percent(self):
        """Of 50 months after 120 days 23 lay below the interval, for a line was drawn on as an exponential."""
        below = 0
        for seed in SEEDS:
            spend = rising(120 + HELD_BACK, np.random.default_rng(seed))
            low, _ = paths(spend[:120].tolist(), 0, HELD_BACK).between(0, HELD_BACK, LOW_HIGH)
            below += spend[120:].sum() < low
        assert below <= 10

    def test_two_weeks_make_a_wide_interval_not_a_wrong_one(self):
        days, _ = covered(weekly, 14)
        assert days >= 0.80


class TestWhereTheAnswerIsKnown:
    def test_days_alike_have_an_interval_of_no_width(self):
        found = paths([5.0] * 30, 2, 10)
        assert found.between(0, 10, (0.1, 0.5, 0.9)) == pytest.approx([50, 50, 50], abs=1e-6)

    def test_a_week_that_repeats_goes_on_from_the_right_weekday(self):
        """Five working days of 10 and two of 0, from a Wednesday on; the 23rd day is a Thursday."""
        week = [10, 10, 10, 10, 10, 0, 0]
        spend = [week[(2 + day) % 7] for day in range(22)]
        found = paths(spend, 2, 7).by_day((0.1, 0.9))
        assert found == [pytest.approx([value, value], abs=1e-6) for value in (10, 10, 0, 0, 10, 10, 10)]

    def test_a_line_goes_on_as_a_line(self):
        """10, 11, … 49: then 50, 51, 52."""
        found = paths([10.0 + day for day in range(40)], 0, 3).by_day((0.1, 0.9))
        assert found == [pytest.approx([value, value], rel=1e-6) for value in (50, 51, 52)]

    def test_a_growth_by_percent_goes_on_as_one(self):
        """1% a day for 60 days: then 1.01^60, 1.01^61."""
        found = paths([1.01**day for day in range(60)], 0, 2).by_day((0.1, 0.9))
        assert found == [pytest.approx([value, value], rel=1e-6) for value in (1.01**60, 1.01**61)]

    def test_nothing_goes_on_as_nothing(self):
        assert paths([0.0] * 20, 0, 5).between(0, 5, LOW_HIGH) == [0, 0]

    def test_spend_is_never_below_zero(self):
        random = np.random.default_rng(1)
        falling = np.maximum(100 - 4 * np.arange(28) + 10 * random.standard_normal(28), -20)
        found = paths(falling.tolist(), 0, 60)
        assert found.spend.min() == 0

    def test_the_same_days_give_the_same_paths(self):
        spend = weekly(40, np.random.default_rng(3)).tolist()
        assert (paths(spend, 0, 9).spend == paths(spend, 0, 9).spend).all()


class TestSums:
    def test_a_month_is_surer_than_its_days(self):
        """Noise of 30 independent days adds up like √30, not like 30; what is known of the level adds its own."""
        spend = (1000 + 100 * np.random.default_rng(5).standard_normal(120)).tolist()
        found = paths(spend, 0, 30)
        of_days = sum(high - low for low, high in found.by_day(LOW_HIGH))
        low, high = found.between(0, 30, LOW_HIGH)
        # 80% of a normal: ±1.28 σ. σ of the sum: 100 √30 of the days; 30 times that of a level and drift of 120 days.
        ahead = 15.5 + 59.5  # from the middle of the history to the middle of the month
        level = 100 * np.sqrt(1 / 120 + ahead**2 * 12 / 120**3)
        still = 2 * 1.28 * np.hypot(100 * np.sqrt(30), 30 * level)
        # The paths do not know that the level never moves: they may be wider, not narrower.
        assert 0.9 * still < high - low < 2 * still
        assert high - low < of_days / 2

    def test_an_unfinished_day_has_only_its_rest_to_come(self):
        found = paths([10.0] * 20, 0, 3).without(4.0)
        assert [low for low, _ in found.by_day(LOW_HIGH)] == pytest.approx([6, 10, 10])
        assert paths([10.0] * 20, 0, 1).without(11.0).between(0, 1, LOW_HIGH) == [0, 0]

    def test_a_price_that_doubles_doubles_the_day(self):
        found = paths([10.0] * 20, 0, 2).scaled([1.0, 2.0])
        assert [low for low, _ in found.by_day(LOW_HIGH)] == pytest.approx([10, 20])


class TestBreaks:
    LEVELS = (0.1, 0.5, 0.9)

    def test_ten_a_day_exceed_35_on_the_fourth_day(self):
        assert paths([10.0] * 20, 0, 9).breaks(35.0, self.LEVELS) == ([3, 3, 3], 0.0)

    def test_what_is_just_met_is_not_broken(self):
        """Three days of 10 are 30: the fourth one breaks a limit of 30, and nothing breaks 90 within 9 days."""
        found = paths([10.0] * 20, 0, 9)
        assert found.breaks(30.0, self.LEVELS) == ([3, 3, 3], 0.0)
        assert found.breaks(90.0, self.LEVELS) == ([None, None, None], 1.0)

    def test_an_uncertain_day_has_an_early_and_a_late_end(self):
        spend = weekly(60, np.random.default_rng(2), 0.3).tolist()
        (early, day, late), holds = paths(spend, 0, 30).breaks(12_000.0, self.LEVELS)
        assert early < day < late
        assert holds < 0.01
