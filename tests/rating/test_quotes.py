"""Quotes: the day, the hour and the band that decide a price, and buckets that span several."""

from fractions import Fraction

import pytest

import costcalc
from costcalc.problems import IncompleteWarning
from tests.kit import book, flat, model, prices, rates, usage

MILLION = {"input_tokens": 1_000_000, "output_tokens": 0}
BOTH = "input_tokens: {0} per 1M\noutput_tokens: {0} per 1M\n"
# 10 until 17 September, 20 from the 18th.
DOUBLED = (("2020-01-01", BOTH.format(10)), ("2026-09-18", BOTH.format(20)))
SHANGHAI = prices(book(model("m", *DOUBLED), timezone="Asia/Shanghai"))
UTC = prices(book(model("m", *DOUBLED)))


def cost(path, *rows, prices, **options):
    return costcalc.cost(usage(path, *rows), prices=prices, **options).rating


def at(instant, **more):
    return {"timestamp": instant, **MILLION, **more}


class TestDays:
    @pytest.mark.parametrize(
        ("instant", "in_utc", "in_shanghai"),
        [
            ("2026-09-17T15:59:59Z", 10, 10),
            ("2026-09-17T16:00:00Z", 10, 20),
            ("2026-09-17T23:59:59Z", 10, 20),
            ("2026-09-18T00:00:00Z", 20, 20),
            ("2026-09-18T00:00:00+08:00", 10, 20),
            ("2026-09-17T23:59:59+08:00", 10, 10),
        ],
    )
    def test_a_price_day_begins_at_the_providers_midnight(self, instant, in_utc, in_shanghai, tmp_path):
        assert cost(tmp_path, at(instant), prices=UTC).total.before == in_utc
        assert cost(tmp_path, at(instant), prices=SHANGHAI).total.before == in_shanghai

    @pytest.mark.parametrize(("day", "price"), [("2026-09-17", 10), ("2026-09-18", 20)])
    def test_a_day_without_a_zone_is_the_providers(self, day, price, tmp_path):
        assert cost(tmp_path, {"date": day, **MILLION}, prices=SHANGHAI).total.before == price

    def test_the_machines_zone_plays_no_part(self, tmp_path):
        """The tests run in UTC+14: a time without a zone is UTC all the same."""
        assert cost(tmp_path, at("2026-09-17 15:59:59"), prices=SHANGHAI).total.before == 10

    def test_a_time_without_a_zone_is_in_the_report_zone(self, tmp_path):
        """01:00 on the 18th in Berlin is 23:00 UTC on the 17th."""
        row = at("2026-09-18 01:00:00")
        assert cost(tmp_path, row, prices=UTC, timezone="Europe/Berlin").total.before == 10
        assert cost(tmp_path, row, prices=UTC).total.before == 20

    def test_summer_time_moves_midnight(self, tmp_path):
        """Midnight of 29 March in Los Angeles is 07:00 UTC, that of 1 March 08:00 UTC."""
        for day, midnight in (("2026-03-01", "08:00:00Z"), ("2026-03-29", "07:00:00Z")):
            pacific = prices(
                book(
                    model("m", ("2020-01-01", BOTH.format(10)), (day, BOTH.format(20))), timezone="America/Los_Angeles"
                )
            )
            hour = f"{int(midnight[:2]) - 1:02d}:59:59Z"
            assert cost(tmp_path, at(f"{day}T{hour}"), prices=pacific).total.before == 10
            assert cost(tmp_path, at(f"{day}T{midnight}"), prices=pacific).total.before == 20


class TestBuckets:
    DAY = at("2026-09-17T00:00:00Z", until="2026-09-18T00:00:00Z")

    def test_a_utc_day_lies_in_two_days_of_shanghai(self, tmp_path):
        """16 hours of the 17th at 10 and 8 of the 18th at 20: 13.33…"""
        found = cost(tmp_path, self.DAY, prices=SHANGHAI)
        assert found.total.before == Fraction(16, 24) * 10 + Fraction(8, 24) * 20
        assert [(note.code, note.cost) for note in found.assumptions] == [("hours-weighted", found.total.before)]

    def test_where_both_days_cost_the_same_nothing_is_assumed(self, tmp_path):
        row = at("2026-09-10T00:00:00Z", until="2026-09-11T00:00:00Z")
        found = cost(tmp_path, row, prices=SHANGHAI)
        assert found.total.before == 10
        assert found.assumptions == ()

    def test_a_rise_within_a_bucket_takes_its_hours_and_is_said(self, tmp_path):
        same = prices(book(flat("m", input_tokens="10", output_tokens="10"), timezone="Asia/Shanghai"))
        found = costcalc.project(usage(tmp_path, self.DAY), prices=same, hikes={"acme": "30@2026-09-18"})
        assert found.total.mid == 10 * (Fraction(16, 24) + Fraction(8, 24) * Fraction("1.3"))
        assert [note.code for note in found.rating.assumptions] == ["hours-weighted"]

    def test_a_month_without_a_zone_takes_its_days(self, tmp_path):
        """17 of 30 days at 10, 13 at 20."""
        found = cost(tmp_path, {"date": "2026-09", **MILLION}, prices=SHANGHAI)
        assert found.total.before == Fraction(17, 30) * 10 + Fraction(13, 30) * 20

    def test_the_weights_of_a_bucket_lose_no_token(self, tmp_path):
        found = cost(tmp_path, {"date": "2026-09", "input_tokens": 1_000_001, "output_tokens": 0}, prices=SHANGHAI)
        assert sum(charge.quantity for charge in found.charges) == 1_000_001
        assert sum(charge.tokens for charge in found.charges) == 1_000_001

    def test_a_bill_of_an_unknown_model_follows_a_rise_by_days(self, tmp_path):
        """The bill of September, a rise on the 16th: 15 of 30 days."""
        row = {"date": "2026-09", "model": "mine", "input_tokens": 1, "output_tokens": 0, "billed_cost": "300"}
        found = costcalc.project(usage(tmp_path, row), prices=SHANGHAI, hikes={"acme": "20@2026-09-16"})
        assert (found.total.before, found.total.mid) == (300, 150 + 150 * Fraction("1.2"))
        assert [(note.code, note.cost) for note in found.rating.assumptions] == [("hours-weighted", 300)]

    def test_a_bill_of_an_unknown_model_has_its_providers_days(self, tmp_path):
        rows = [
            {**at(instant), "model": "mine", "billed_cost": "100"}
            for instant in ("2026-09-17T15:59:59Z", "2026-09-17T16:00:00Z")
        ]
        found = costcalc.project(usage(tmp_path, *rows), prices=SHANGHAI, hikes={"acme": "20@2026-09-18"})
        assert found.total.mid == 100 + 120


# Peak 09:00–12:00 and 14:00–18:00 in Shanghai, Monday to Friday: 01–04 and 06–10 UTC; 2 at peak, 1 else.
PEAK = prices(
    book(
        model(
            "m",
            (
                "2020-01-01",
                "schedule: peak\ninput_tokens: 2 per 1M\noutput_tokens: 8 per 1M\noff_peak: {input_tokens: 1 per 1M, output_tokens: 4 per 1M}\n",
            ),
        ),
        timezone="Asia/Shanghai",
        head="schedules:\n  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00, 14:00-18:00]}\n",
    )
)


class TestHours:
    @pytest.mark.parametrize(
        ("instant", "price"),
        [
            ("2026-09-14T00:59:59Z", 1),  # a Monday
            ("2026-09-14T01:00:00Z", 2),
            ("2026-09-14T03:59:59Z", 2),
            ("2026-09-14T04:00:00Z", 1),
            ("2026-09-14T05:59:59Z", 1),
            ("2026-09-14T06:00:00Z", 2),
            ("2026-09-14T09:59:59Z", 2),
            ("2026-09-14T10:00:00Z", 1),
            ("2026-09-18T09:59:59Z", 2),  # a Friday
            ("2026-09-19T02:00:00Z", 1),  # a Saturday
            ("2026-09-20T02:00:00Z", 1),  # a Sunday
        ],
    )
    def test_the_edges_of_peak_hours(self, instant, price, tmp_path):
        assert cost(tmp_path, at(instant), prices=PEAK).total.before == price

    def test_a_utc_day_mixes_peak_and_off_peak(self, tmp_path):
        """A Monday in UTC: 3 + 4 peak hours of 24; bounds all off-peak 1 and all peak 2."""
        found = cost(tmp_path, at("2026-09-14T00:00:00Z", until="2026-09-15T00:00:00Z"), prices=PEAK)
        assert found.total.before == Fraction(7 * 2 + 17 * 1, 24)
        (note,) = found.assumptions
        assert (note.code, note.cost, note.low, note.high) == ("hours-weighted", found.total.before, 1, 2)

    def test_the_bounds_are_those_of_the_whole_total(self, tmp_path):
        """Beside 2 of a request at a known hour."""
        rows = [at("2026-09-14T00:00:00Z", until="2026-09-15T00:00:00Z"), at("2026-09-14T01:00:00Z")]
        (note,) = cost(tmp_path, *rows, prices=PEAK).assumptions
        assert (note.low, note.high) == (1 + 2, 2 + 2)

    def test_a_saturday_has_no_peak_and_nothing_to_assume(self, tmp_path):
        found = cost(tmp_path, {"date": "2026-09-19", **MILLION}, prices=PEAK)
        assert found.total.before == 1
        assert found.assumptions == ()

    @pytest.mark.parametrize(("minutes", "peak"), [(60, 0), (61, 1), (59, 0), (1, 0)])
    def test_a_bucket_of_minutes(self, minutes, peak, tmp_path):
        """From 00:00 UTC on a Monday; peak begins at 01:00."""
        end = f"2026-09-14T{minutes // 60:02d}:{minutes % 60:02d}:00Z"
        found = cost(tmp_path, at("2026-09-14T00:00:00Z", until=end), prices=PEAK)
        assert found.total.before == Fraction(2 * peak + (minutes - peak), minutes)

    def test_a_bucket_of_seconds_across_an_edge(self, tmp_path):
        """00:59:30 to 01:00:10 UTC: 30 seconds before the peak and 10 within."""
        found = cost(tmp_path, at("2026-09-14T00:59:30Z", until="2026-09-14T01:00:10Z"), prices=PEAK)
        assert found.total.before == Fraction(30 * 1 + 10 * 2, 40)

    def test_a_rise_keeps_the_relation(self, tmp_path):
        row = at("2026-09-14T00:00:00Z", until="2026-09-15T00:00:00Z")
        found = costcalc.project(usage(tmp_path, row), prices=PEAK, hikes={"acme": 34})
        assert found.total.mid == found.total.before * Fraction("1.34")

    def test_holidays_are_off_peak(self, tmp_path):
        """1 October 2026 is a Thursday and a public holiday of China."""
        head = "schedules:\n  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00], holidays: CN}\n"
        block = "schedule: peak\ninput_tokens: 2 per 1M\noff_peak: {input_tokens: 1 per 1M}\n"
        china = prices(book(model("m", ("2020-01-01", block)), timezone="Asia/Shanghai", head=head))
        for day, price in (("2026-10-01", 1), ("2026-10-15", 2)):
            assert cost(tmp_path, at(f"{day}T02:00:00Z"), prices=china).total.before == price


class TestBlocks:
    @pytest.mark.parametrize(
        ("status", "price"), [("announced", 20), ("in_force", 20), ("cancelled", 10), ("superseded", 10)]
    )
    def test_what_is_announced_or_in_force_applies_from_its_day(self, status, price, tmp_path):
        blocks = (DOUBLED[0], ("2026-09-18", f"status: {status}\n{BOTH.format(20)}"))
        found = cost(tmp_path, {"date": "2026-09-20", **MILLION}, prices=prices(book(model("m", *blocks))))
        assert found.total.before == price

    def test_a_withdrawn_model_is_unpriced_from_its_day(self, tmp_path):
        gone = prices(book(model("m", DOUBLED[0], ("2026-09-18", "withdrawn: retired\n"))))
        found = cost(tmp_path, {"date": "2026-09-17", **MILLION}, {"date": "2026-09-18", **MILLION}, prices=gone)
        assert found.total.before == 10
        assert [(part.tokens, "retired" in part.reason) for part in found.unpriced] == [(1_000_000, True)]

    def test_before_its_first_price_a_model_is_unpriced(self, tmp_path):
        new = prices(book(flat("m", "2026-09-01", input_tokens="10", output_tokens="10")))
        found = cost(tmp_path, {"date": "2026-08-31", **MILLION}, prices=new)
        assert [part.tokens for part in found.unpriced] == [1_000_000]

    def test_a_redirected_model_is_billed_as_its_target_from_the_day(self, tmp_path):
        old = model("old", ("2020-01-01", BOTH.format(10)), head="redirects: {2026-09-18: m}\n")
        both = prices(book(old, flat("m", input_tokens="3", output_tokens="3")))
        rows = [{"date": day, "model": "old", **MILLION} for day in ("2026-09-17", "2026-09-18")]
        assert cost(tmp_path, *rows, prices=both).total.before == 10 + 3

    def test_what_was_first_seen_on_a_day_is_an_estimate_before_it(self, tmp_path):
        seen = prices(book(model("m", ("at least since 2026-09-10", BOTH.format(10)))))
        rows = [{"date": day, **MILLION} for day in ("2026-09-09", "2026-09-10", "2026-09-11")]
        found = cost(tmp_path, *rows, prices=seen)
        assert found.total.before == 30
        assert [(note.code, note.cost) for note in found.assumptions] == [("start-unknown", 10)]

    def test_a_tier_that_was_first_seen_later_is_the_estimate(self, tmp_path):
        block = BOTH.format(10) + "service_tiers:\n  batch: {input_tokens: 5 per 1M, observed: 2026-09-10}\n"
        seen = prices(book(model("m", ("2020-01-01", block))))
        rows = [{"date": "2026-09-01", "service_tier": tier, **MILLION} for tier in ("", "batch")]
        found = cost(tmp_path, *rows, prices=seen)
        assert [(note.code, note.cost) for note in found.assumptions] == [("start-unknown", 5)]

    def test_of_a_single_rate_that_was_first_seen_later_only_its_own_cost_is_the_estimate(self, tmp_path):
        block = BOTH.format(10) + "audio_input_tokens: 7 per 1M observed 2026-09-10\n"
        seen = prices(book(model("m", ("2020-01-01", block))))
        rows = [
            {"date": day, "input_tokens": 2_000_000, "audio_input_tokens": audio, "output_tokens": 0}
            for day, audio in (("2026-09-08", 0), ("2026-09-09", 1_000_000), ("2026-09-10", 1_000_000))
        ]
        found = cost(tmp_path, *rows, prices=seen)
        assert found.total.before == 20 + 2 * (10 + 7)
        assert [(note.code, note.cost) for note in found.assumptions] == [("start-unknown", 7)]


class TestBandsInTwoDimensions:
    BLOCK = """bands:
  - {input_up_to: 32_000, output_up_to: 200, input_tokens: 1 per 1M, output_tokens: 2 per 1M}
  - {input_up_to: 32_000, output_above: 200, input_tokens: 1 per 1M, output_tokens: 8 per 1M}
  - {input_above: 32_000, input_tokens: 3 per 1M, output_tokens: 16 per 1M}
"""

    @pytest.mark.parametrize(
        ("length", "output", "input_price", "output_price"),
        [(32_000, 200, 1, 2), (32_000, 201, 1, 8), (32_001, 200, 3, 16), (32_001, 201, 3, 16)],
    )
    def test_output_length_decides_where_the_list_says_so(self, length, output, input_price, output_price, tmp_path):
        grid = prices(book(model("m", ("2020-01-01", self.BLOCK))))
        row = {"timestamp": "2026-09-01T08:00:00Z", "input_tokens": length, "output_tokens": output}
        assert cost(tmp_path, row, prices=grid).total.before == Fraction(
            length * input_price + output * output_price, 10**6
        )

    def test_an_aggregate_may_lie_in_any_of_them(self, tmp_path):
        """100,000 in and 1,000 out in one row without requests: 0.102 to 0.316."""
        grid = prices(book(model("m", ("2020-01-01", self.BLOCK))))
        found = cost(tmp_path, {"input_tokens": 100_000, "output_tokens": 1_000}, prices=grid)
        assert found.total.before == Fraction(100_000 * 1 + 1_000 * 2, 10**6)
        (note,) = found.assumptions
        assert (note.code, note.high) == ("band-unknown", Fraction(100_000 * 3 + 1_000 * 16, 10**6))


def test_rates_are_per_their_unit(tmp_path):
    """3 per 1M, 3 per 1K and 3 per 1 differ by a thousand each."""
    for unit, count in (("1M", 1_000_000), ("1K", 1_000), ("1", 1)):
        per = prices(book(model("m", ("2020-01-01", f"input_tokens: 3 per {unit}\noutput_tokens: 0 per 1\n"))))
        assert cost(tmp_path, {"input_tokens": count, "output_tokens": 0}, prices=per).total.before == 3
    assert rates(input_tokens="3") == "input_tokens: 3 per 1M\n"


def test_a_new_standard_rate_leaves_the_price_of_thinking_alone(tmp_path):
    text = rates(input_tokens="1", output_tokens="2") + "thinking: {output_tokens: 8 per 1M}\n"
    thinks = {"model": "m", "timestamp": "2026-09-01T00:00:00Z", "output_tokens": 1_000_000, "reasoning_tokens": 9}
    found = costcalc.project(
        usage(tmp_path, thinks),
        hikes="acme/m:output_tokens==4/1M",
        prices=prices(book(model("m", ("2020-01-01", text)))),
    )
    assert (found.total.before, found.total.mid) == (8, 8)


def test_a_tier_that_does_not_price_thinking_has_no_price_for_it(tmp_path):
    text = rates(input_tokens="1", output_tokens="2") + "thinking: {output_tokens: 5 per 1M}\n"
    text += "service_tiers: {batch: {input_tokens: 1 per 1M, output_tokens: 1 per 1M}}\n"
    thinking = prices(book(model("m", ("2020-01-01", text))))
    row = {"date": "2026-09-17", "input_tokens": 0, "output_tokens": 1_000_000, "service_tier": "batch"}
    assert cost(tmp_path, {**row, "thinking": "false"}, prices=thinking).total.before == 1
    with pytest.warns(IncompleteWarning):
        found = cost(tmp_path, {**row, "thinking": "true"}, prices=thinking)
    assert [part.reason for part in found.unpriced] == ["no batch price in thinking mode"]


def test_reasoning_has_the_price_of_thinking_where_there_is_one(tmp_path):
    """600 K plain and 400 K reasoning: 2 in all, or 0.6 × 2 + 0.4 × 5."""
    row = {"date": "2026-09-17", "input_tokens": 0, "output_tokens": 1_000_000, "reasoning_tokens": 400_000}
    plain = rates(input_tokens="1", output_tokens="2")
    for text, total in ((plain, 2), (plain + "thinking: {output_tokens: 5 per 1M}\n", Fraction(16, 5))):
        assert cost(tmp_path, row, prices=prices(book(model("m", ("2020-01-01", text))))).total.before == total


def test_off_peak_hours_at_a_share_of_every_rate(tmp_path):
    """Peak from 09:00 to 12:00 in Shanghai, which is 01:00 to 04:00 UTC; half of it in other hours."""
    head = "schedules:\n  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00]}\n"
    text = "schedule: peak\n" + rates(input_tokens="10", output_tokens="10") + "off_peak: {all: 50% of standard}\n"
    halved = prices(book(model("m", ("2020-01-01", text)), head=head))
    assert cost(tmp_path, at("2026-09-17T01:00:00Z"), prices=halved).total.before == 10
    assert cost(tmp_path, at("2026-09-17T04:00:00Z"), prices=halved).total.before == 5
