"""Identities: what must hold for every log, whatever is in it. Equality is exact."""

import tempfile
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import costcalc
from costcalc.calendar import day_of, instant_of_day
from costcalc.meters import billable_counts, meters
from costcalc.money import exact_text
from costcalc.rating.model import sum_costs
from tests.identities.logs import BOOKS, EAST, LOGS, PERCENT, WEST, project, row, write
from tests.kit import examples, percent, prices

FX = "USD/CNY: {2026-09: {stated: 7.1}, 2026-10: {stated: 7.3}}"
few = examples(10)


def by_line(found):
    return {
        line.key: (line.cost, line.tokens, line.unpriced_tokens, line.requests, line.basis) for line in found.log.lines
    }


def said(found):
    return sorted((note.code, note.cost, note.low, note.high) for note in found.rating.assumptions)


@few
@given(LOGS)
def test_an_empty_scenario_is_the_announced_book(log):
    found = project(log, months=3)
    for cost in (*(line.cost for line in found.log.lines), *(month.cost for month in found.months), found.total):
        assert cost.before == cost.low == cost.mid == cost.high


@few
@given(LOGS)
def test_a_rise_of_nothing_is_no_rise(log):
    none, nothing = project(log, months=2), project(log, months=2, hikes={"any": 0, "east": "0@2026-09-10"})
    assert none.total == nothing.total
    assert [month.cost for month in none.months] == [month.cost for month in nothing.months]


@few
@given(
    LOGS,
    st.lists(
        st.sampled_from(["provider", "model", "customer", "meter", "basis", "day", "month", "region", "service_tier"]),
        max_size=3,
        unique=True,
    ),
    PERCENT,
)
def test_whatever_lines_are_asked_for_they_sum_to_one_total(log, by, rise):
    plain = project(log, hikes={"any": f"{rise}%"})
    asked = project(log, hikes={"any": f"{rise}%"}, by=by)
    assert sum_costs(line.cost for line in asked.log.lines) == asked.total == plain.total
    assert sum(line.tokens for line in asked.log.lines) == plain.usage.tokens
    assert sum(line.unpriced_tokens for line in asked.log.lines) == sum(part.tokens for part in plain.rating.unpriced)
    assert asked.rating.revenue.keys() <= {line.key for line in asked.log.lines} or "meter" in by or "basis" in by
    assert sum(asked.rating.revenue.values()) == sum(plain.rating.revenue.values())


@few
@given(LOGS, st.data())
def test_a_log_in_two_files_is_the_log(log, data):
    cut = data.draw(st.integers(0, len(log)))
    whole, split = (
        project(log, months=1, hikes={"east": 34}),
        project(log[:cut], log[cut:], months=1, hikes={"east": 34}),
    )
    assert by_line(whole) == by_line(split)
    assert said(whole) == said(split)
    assert [month.cost for month in whole.months] == [month.cost for month in split.months]
    assert whole.usage.days == split.usage.days


@few
@given(LOGS, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(log, random):
    shuffled = list(log)
    random.shuffle(shuffled)
    first, second = project(log, months=1, hikes={"east": 34}), project(shuffled, months=1, hikes={"east": 34})
    assert by_line(first) == by_line(second)
    assert said(first) == said(second)


@few
@given(LOGS, LOGS)
def test_two_logs_together_cost_what_they_cost_apart(one, other):
    assert project(one, other).total == project(one).total + project(other).total


@few
@given(LOGS, PERCENT, PERCENT)
def test_a_rise_of_x_then_y_is_one_of_both(log, first, second):
    one = exact_text(((1 + percent(first)) * (1 + percent(second)) - 1) * 100)
    assert project(log, hikes=[f"any={first}%", f"any={second}%"]).total == project(log, hikes={"any": f"{one}%"}).total


@few
@given(LOGS, PERCENT)
def test_a_rise_of_everything_multiplies_the_total(log, rise):
    found = project(log, months=2, hikes={"any": f"{rise}%"})
    for cost in (found.total, *(month.cost for month in found.months), *(line.cost for line in found.log.lines)):
        assert cost.mid == cost.before * (1 + percent(rise))


@few
@given(LOGS, PERCENT)
def test_a_rise_of_one_provider_is_a_rise_of_its_lines(log, rise):
    found = project(log, hikes={"east": f"{rise}%"}, by="provider")
    for line in found.log.lines:
        assert line.cost.mid == line.cost.before * (1 + percent(rise) if line.key == ("east",) else 1)


@few
@given(LOGS, PERCENT, PERCENT)
def test_low_is_not_above_the_middle_and_that_not_above_high(log, first, second):
    low, high = sorted((first, second), key=Fraction)
    found = project(log, months=2, hikes={"any": f"{low}%..{high}%"})
    for cost in (found.total, *(month.cost for month in found.months)):
        assert cost.low <= cost.mid <= cost.high or cost.before < 0
        assert cost.mid == (cost.low + cost.high) / 2


@few
@given(
    st.lists(row().filter(lambda each: each["model"] in ("plain", "hourly")), min_size=1, max_size=5),
    st.integers(2, 1_000),
)
def test_ten_times_the_tokens_cost_ten_times_as_much(log, factor):
    """Where no band depends on the length of a request; bills stay as they are, so they are left out."""
    counts = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    unbilled = [each | {"billed_cost": "", "currency": ""} for each in log]
    scaled = [each | {name: each[name] * factor for name in counts} for each in unbilled]
    assert project(scaled).total.before == project(unbilled).total.before * factor


@few
@given(LOGS, st.integers(2, 5))
def test_a_log_repeated_costs_as_many_times(log, times):
    once, often = project(log), project(*[log] * times)
    assert often.total == once.total * times
    assert often.usage.tokens == once.usage.tokens * times


@few
@given(LOGS)
def test_a_rise_dated_before_the_log_is_an_undated_one(log):
    dated, undated = project(log, hikes={"any": "34@2026-08-01"}, months=2), project(log, hikes={"any": 34}, months=2)
    assert dated.total == undated.total
    assert [month.cost for month in dated.months] == [month.cost for month in undated.months]


@few
@given(LOGS, st.integers(1, 28), st.sampled_from(["east", "west"]))
def test_a_rise_dated_after_the_log_touches_only_the_months_from_its_day(log, day, provider):
    found = project(log, hikes={provider: f"34@2026-11-{day:02d}"}, months=3)
    october, november, december = found.months
    undated = project(log, hikes={provider: 34}, months=3).months[2]
    assert found.total.mid == found.total.before
    assert october.cost.mid == october.cost.before
    assert december.cost == undated.cost
    rise = undated.cost.change / 31 * 30  # the lists of November and December are the same
    assert november.cost.change == rise * Fraction(30 - day + 1, 30)


@examples(5)
@given(
    st.lists(row().filter(lambda each: "T" in each["time"] and not each["until"]), min_size=1, max_size=8),
    st.integers(1, 28),
)
def test_a_rise_within_the_log_splits_it_at_the_providers_midnight(log, day):
    """Rows of instants are raised where their own instant lies on or after midnight: of Shanghai for the east, of UTC else."""
    starts = date(2026, 9, day)
    found = project([*log, log[0] | {"time": "2026-09-28T23:59:59Z"}], hikes={"any": f"100@{starts}"})
    expected = Fraction()
    for each in [*log, log[0] | {"time": "2026-09-28T23:59:59Z"}]:
        zone = "Asia/Shanghai" if each["provider"] == "east" else "UTC"
        instant = int(datetime.fromisoformat(each["time"]).astimezone(UTC).timestamp())
        cost = project([each]).total.before
        expected += cost * (2 if instant >= instant_of_day(starts, zone) else 1)
        assert (day_of(instant, zone) >= starts) is (instant >= instant_of_day(starts, zone))
    assert found.total.mid == expected


@few
@given(LOGS)
def test_the_currency_of_the_report_is_a_matter_of_one_month(log):
    """Every row lies in September: the total in CNY is the one in USD at September's rate; and no rise depends on it."""
    dollars = project(log, hikes={"east": 34})
    yuan = project(log, currency="CNY", hikes={"east": 34})
    if not any(rate.month.month == 10 for rate in (*dollars.rates_used, *yuan.rates_used)):
        assert yuan.total == dollars.total * Fraction("7.1")
        assert [each.share for each in yuan.log.changes] == [each.share for each in dollars.log.changes]


@few
@given(LOGS)
def test_charges_and_what_is_unpriced_hold_every_token(log):
    rating = project(log).rating
    charged = sum(charge.tokens for charge in rating.charges)
    assert charged + sum(part.tokens for part in rating.unpriced) == rating.tokens
    assert rating.tokens == sum(each["input_tokens"] + each["output_tokens"] for each in log)


@few
@given(LOGS)
def test_the_list_alone_prices_leaves_that_add_up_to_their_wholes(log):
    rating = project(log, basis="list").rating
    leaves = sum(
        charge.quantity for charge in rating.charges if meters().by_name[charge.meter or "requests"].unit == "token"
    )
    assert leaves == rating.tokens - sum(part.tokens for part in rating.unpriced)
    assert all(charge.quantity >= 0 for charge in rating.charges)


@given(st.data())
def test_leaves_are_never_negative_and_lose_nothing(data):
    """Any set of priced parts: the leaves add up to input and output."""
    parts = {
        "cache_read_tokens": "input_tokens",
        "cache_write_tokens": "input_tokens",
        "reasoning_tokens": "output_tokens",
    }
    reported = {name: data.draw(st.integers(0, 10**15)) for name in parts}
    reported["cache_write_1h_tokens"] = data.draw(st.integers(0, reported["cache_write_tokens"]))
    reported["input_tokens"] = (
        reported["cache_read_tokens"] + reported["cache_write_tokens"] + data.draw(st.integers(0, 10**15))
    )
    reported["output_tokens"] = reported["reasoning_tokens"] + data.draw(st.integers(0, 10**15))
    priced = data.draw(st.sets(st.sampled_from(sorted(reported))))
    leaves = billable_counts(reported, priced)
    assert sum(leaves.values()) == reported["input_tokens"] + reported["output_tokens"]
    assert all(count > 0 for count in leaves.values())
    assert leaves.keys() <= priced | {"input_tokens", "output_tokens"}


@examples(5)
@given(LOGS)
def test_a_counted_ledger_answers_like_the_log(log):
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "usage.csv", log)
        for by in ("customer", "model"):
            direct = costcalc.project(path, by=by, hikes={"east": 34}, currency="USD", prices=BOOKS)
            assert by_line(direct) == by_line(project(log, by=by, hikes={"east": 34}))


@few
@given(LOGS)
def test_bounds_hold_the_total(log):
    found = project(log)
    for note in found.rating.assumptions:
        if note.low is not None:
            assert note.low <= found.total.before <= note.high


@few
@given(LOGS)
def test_the_order_of_the_books_is_irrelevant(log):
    assert project(log, prices=prices(EAST, WEST, fx=FX)).total == project(log).total


@few
@given(LOGS)
def test_no_figure_is_a_float(log):
    found = project(log, months=1, hikes={"any": "5..34"}, revenue=10)
    figures = [
        found.total.before,
        found.total.mid,
        found.log.outcome.after.margin,
        found.months[0].cost.high,
        found.months[0].tokens,
    ]
    figures += [charge.quantity for charge in found.rating.charges] + [
        charge.cost.mid for charge in found.rating.charges
    ]
    assert all(isinstance(figure, (int, Fraction)) for figure in figures)
