"""Identities of usage changes: what is conserved, what adds up, what commutes, what changes nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from fractions import Fraction
from unittest.mock import patch

from hypothesis import assume, given
from hypothesis import strategies as st

from costcalc.months.horizon import Horizon
from costcalc.months.run import Assumptions
from costcalc.scenario.changes import Efficiency, Move, UsageChanges
from costcalc.scenario.figure import Span, fixed
from costcalc.scenario.revenue import Business
from tests.identities.logs import LOGS, row
from tests.identities.plans import (
    ALL,
    FEES,
    MONTHS,
    OWN_PRICES,
    WHERES,
    case,
    growths,
    horizon,
    levers,
    made,
    months_of,
    named,
    plan,
    points,
    usages,
)  # fmt: skip
from tests.kit import about, examples

few = examples(8)
FIRST, LAST = "2026-09-01", "2026-09-28"
UNBILLED = LOGS.map(lambda rows: [{**row, "billed_cost": "", "currency": ""} for row in rows])


def runs(log, *usages):
    """These changes of one log, one by one; None where the log has nothing of what one of them names."""
    scenarios = [plan(usage) for usage in usages]
    over = made(log, *scenarios)
    return [case(over, scenario).run() for scenario in scenarios] if over else None


def run(log, usage):
    """One of them."""
    found = runs(log, usage)
    return found and found[0]


@few
@given(LOGS, usages())
def test_moves_escalation_and_efficiency_keep_every_request(log, usage):
    grown = UsageChanges(growth=usage.growth, mix=usage.mix)
    if found := runs(log, usage, grown):
        whole, asked = found
        assert [month.requests for month in whole.months] == about([month.requests for month in asked.months])


@few
@given(UNBILLED, WHERES, points(0, 100), points(1, 300), st.sampled_from(["west/plain", "east/hourly"]))
def test_what_moves_takes_its_tokens_times_the_targets_tokeniser(log, where, share, tokens, target):
    """With a factor of 1 no token appears; each tenth more makes a tenth more of what moves."""
    factors = (fixed(1), tokens, fixed(2 * tokens.low))
    moved = [UsageChanges(moves=(Move(where, Span(), share, target, "untested", factor),)) for factor in factors]
    found = runs(log, UsageChanges(), *moved)
    if found is None:
        return
    stays, same, some, twice = ([month.tokens for month in one.months] for one in found)
    assert same == about(stays)
    for before, once, more in zip(stays, some, twice, strict=True):
        left, right = (more - before) * (tokens.low - 1), (once - before) * (2 * tokens.low - 1)
        assert left + before == about(right + before)


# --- A whole is the sum of its halves -------------------------------------------------------------------------------


def framed(rows):
    """The rows between two that hold nothing, so that every part of the log covers the same days."""
    empty = {
        **rows[0],
        "provider": "west",
        "model": "plain",
        "requests": "0",
        "revenue": "",
        "tier": "",
    } | dict.fromkeys(
        ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens"), 0
    )
    return [*rows, {**empty, "time": FIRST, "until": ""}, {**empty, "time": LAST, "until": ""}]


def halves(log, usage):
    """The runs of the whole and of each customer's own log."""
    parts = [
        [each for each in log if each["customer"] == name] for name in dict.fromkeys(row["customer"] for row in log)
    ]
    with patch.object(Horizon, "check", lambda self, scenario: None):  # a part may hold nothing of what is named
        return run(framed(log), usage), [run(framed(part), usage) for part in parts]


@few
@given(UNBILLED, usages(moved_to=False))
def test_a_log_by_customer_adds_up_to_the_log(log, usage):
    """Not so for bills whose list moves (a bill follows the mean of its model), and for whole replicas: see below."""
    whole, parts = halves(log, usage)
    for place in range(MONTHS):
        assert whole.months[place].cost == about(sum(part.months[place].cost for part in parts))
        assert whole.months[place].tokens == about(sum(part.months[place].tokens for part in parts))


@few
@given(UNBILLED, WHERES, points(0, 100))
def test_apart_they_need_as_many_replicas_or_more(log, where, share):
    usage = UsageChanges(moves=(Move(where, Span(), share, "own/small", "untested"),))
    whole, parts = halves(log, usage)
    for place in range(MONTHS):
        assert whole.months[place].cost <= about(sum(part.months[place].cost for part in parts))


# --- Order and scale ------------------------------------------------------------------------------------------------


@few
@given(LOGS, growths(), growths())
def test_two_growths_come_to_the_same_in_either_order(log, one, other):
    if found := runs(log, UsageChanges(growth=(one, other)), UsageChanges(growth=(other, one))):
        assert months_of(found[0]) == about(months_of(found[1]))


@few
@given(LOGS, points(0, 100), points(0, 100), st.sampled_from(["west/plain", "own/small", "east/banded"]))
def test_moves_that_do_not_meet_come_to_the_same_in_either_order(log, first, second, target):
    one = Move(named(customer="a"), Span(), first, target, "untested")
    other = Move(named(customer="b"), Span(), second, "west/twin", "untested")
    if found := runs(log, *(UsageChanges(moves=moves) for moves in ((one, other), (other, one)))):
        assert months_of(found[0]) == about(months_of(found[1]))


@few
@given(LOGS, st.lists(levers(cache=False), max_size=3), st.randoms(use_true_random=False))
def test_cuts_and_batch_come_to_the_same_in_any_order(log, several, random):
    shuffled = list(several)
    random.shuffle(shuffled)
    assume(not any(lever.where.names.get("model") or lever.where.names.get("service_tier") for lever in several))
    if found := runs(log, *(UsageChanges(efficiency=tuple(each)) for each in (several, shuffled))):
        assert months_of(found[0]) == about(months_of(found[1]))


@few
@given(LOGS, st.lists(FEES, max_size=3), st.lists(FEES, max_size=2), st.lists(OWN_PRICES, max_size=2))
def test_fees_and_own_prices_come_to_the_same_in_any_order(log, fees, costs, own):
    orders = [Business(tuple(fees[::order]), tuple(own[::order]), tuple(costs[::order])) for order in (1, -1)]
    scenarios = [plan(business=business) for business in orders]
    if over := made(log, *scenarios):
        months = [case(over, scenario).run().months for scenario in scenarios]
        found = [[(month.revenue, month.other) for month in each] for each in months]
        assert found[0] == about(found[1])


@few
@given(LOGS, st.lists(st.sampled_from(["any=10", "east=34", "west:output_tokens=-20@2026-11-15", "*/plain=7@2026-12-03"]), max_size=4))  # fmt: skip
def test_percentages_compound_to_the_same_in_any_order(log, hikes):
    over = horizon(log, plan())
    orders = [case(over, plan(), list(order)).run() for order in itertools.islice(itertools.permutations(hikes), 4)]
    assert all(months_of(each) == about(months_of(orders[0])) for each in orders)


@few
@given(LOGS, usages(moved_to=False), st.integers(2, 4))
def test_a_log_repeated_costs_as_many_times(log, usage, times):
    once, often = run(log, usage), run(log * times, usage)
    if once:
        assert [cost * times for cost in months_of(once)] == about(months_of(often))


# --- What changes nothing, and what changes by hand -----------------------------------------------------------------

PLAIN_ROWS = st.lists(
    row()
    .filter(lambda each: each["model"] == "plain")
    .map(lambda each: {**each, "billed_cost": "", "currency": "", "tier": ""}),
    min_size=1,
    max_size=6,
)


@few
@given(PLAIN_ROWS, points(0, 100), points(0, 100), points(100, 2000))
def test_a_share_of_cache_reads_that_is_raised_twice_is_raised_to_the_higher_one(log, first, second, reads):
    """Who reads more already keeps it, customer by customer; the second share rests on what the first one did."""
    shares = [Efficiency(ALL, Span(), "cache_read_share", share, reads) for share in (first, second)]
    highest = max(shares, key=lambda lever: lever.amount.low)
    twice, once = runs(log, *(UsageChanges(efficiency=tuple(levers)) for levers in (shares, [highest])))
    assert months_of(twice) == about(months_of(once))


@few
@given(PLAIN_ROWS, usages(moved_to=False), WHERES, points(0, 100))
def test_a_move_to_a_twin_changes_nothing(log, usage, where, share):
    usage = replace(usage, escalation=())
    move = Move(where, Span(), share, "west/twin", "untested")
    if any(lever.where.names.get("model") for lever in usage.efficiency):
        return
    if found := runs(log, replace(usage, moves=()), replace(usage, moves=(move,))):
        stays, goes = found
        assert months_of(stays) == about(months_of(goes))


@few
@given(UNBILLED, st.sampled_from(["west/plain", "west/twin", "east/hourly"]), points(1, 300))
def test_twice_the_tokens_cost_twice_where_no_band_is_passed(log, target, tokens):
    """All of the east's usage that is not the target's goes there; what stays is what a factor of nothing leaves."""
    moves = [
        Move(named(provider="east"), Span(), fixed(1), target, "untested", fixed(tokens.low * factor))
        for factor in (0, 1, 2)
    ]
    found = runs(log, *(UsageChanges(moves=(move,)) for move in moves))
    if found is None:
        return
    stays, once, twice = map(months_of, found)
    assert twice == about([a + 2 * (b - a) for a, b in zip(stays, once, strict=True)])


@few
@given(LOGS, usages(), growths(), st.sampled_from(["output", "prompt", "tokens", "requests", "batch"]))
def test_a_growth_or_lever_of_nothing_changes_nothing(log, usage, growth, lever):
    none = replace(growth, rate=fixed(0), table=dict.fromkeys(growth.table, fixed(0)))
    idle = Efficiency(growth.where, growth.span, lever, fixed(0))
    more = replace(usage, growth=(*usage.growth, none), efficiency=(*usage.efficiency, idle))
    if found := runs(log, usage, more):
        plain, same = found
        assert months_of(plain) == about(months_of(same))


@few
@given(LOGS, st.dates(date(2026, 10, 1), date(2026, 12, 31)))
def test_what_ends_on_the_next_day_holds_for_one_day(log, day):
    """Of a month's n days one has no request at all: its cost falls by what that day costs."""
    tomorrow = date.fromordinal(day.toordinal() + 1)
    none = Efficiency(ALL, Span(day, tomorrow), "requests", fixed(-1))
    over = horizon(log, plan())
    before = case(over, plan()).run()
    after = over.run(Assumptions(UsageChanges(efficiency=(none,))))
    place = day.month - 10
    for n in range(MONTHS):
        if n != place:
            assert months_of(before)[n] == about(months_of(after)[n])
    if day.month != 11:  # in November a list changes
        days = before.months[place].month.days
        assert months_of(after)[place] == about(months_of(before)[place] * Fraction(days - 1, days))
