"""Identities of answers: what restores a margin, run, restores it; and of a lever that steps nothing smaller would."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from costcalc.reports.plan.ahead import plan_ahead
from costcalc.reports.plan.case import totals
from costcalc.reports.plan.solve import raised, saving_tokens, with_share
from costcalc.scenario.changes import Growth, Move, UsageChanges
from costcalc.scenario.figure import Span, fixed
from costcalc.scenario.revenue import Business, OwnPrice
from tests.identities.logs import row
from tests.identities.plans import ALL, BOOKS, COMMITTED, case, horizon, made, named, plan, points, usages
from tests.kit import about, examples

few = examples(8)
STEPS = [Fraction(n, 20) for n in range(21)]
LOGS = st.lists(row(), min_size=1, max_size=4)
SPAN_MOVES = st.builds(
    Move,
    st.sampled_from([ALL, named(customer="a"), named(provider="west")]),
    st.just(Span()),
    points(0, 100),
    st.sampled_from(["west/twin", "east/hourly", "own/small", "own/small"]),
    st.just("untested"),
    points(50, 200),
)


def asked(log, usage, revenue, floor, prices=BOOKS, **more):
    """The case, its answers, and what all costs of the last month may come to; None where the log has none of it."""
    scenario = plan(usage, **more)
    over = made(log, scenario, prices=prices)
    if over is None:
        return None
    found = case(over, scenario, revenue=revenue, floor=floor)
    answers = plan_ahead(over, found.options).answers
    spare = totals(found, found.run())[-1].revenue * (1 - floor)
    return found, answers, spare


def last_costs(found, **parts):
    return totals(found, found.run(**parts))[-1].all_costs


def own_rise(found, rise, where=ALL):
    """The scenario with a price change of one's own."""
    changes = (*found.scenario.business.own_prices, OwnPrice(where, Span(), fixed(rise)))
    return found.run(business=replace(found.scenario.business, own_prices=changes))


REVENUES, FLOORS = st.sampled_from(["0.05", "1", "20"]), points(-50, 90).map(lambda figure: figure.low)


@few
@given(LOGS, usages(points), REVENUES, FLOORS)
def test_the_price_that_holds_a_margin_holds_it(log, usage, revenue, floor):
    if (known := asked(log, usage, revenue, floor)) is None:
        return
    found, answers, _ = known
    for answer in (answers.hold, answers.floor):
        if answer and answer.rise is not None:
            month = totals(found, own_rise(found, answer.rise))[-1]
            assert month.margin == about(answer.margin, 1) or not month.revenue


@few
@given(LOGS, usages(points))
def test_so_does_each_customers_own(log, usage):
    """Revenue by row; each customer pays what restores its own margin of today."""
    scenario = plan(usage)
    priced = [{**row, "revenue": "1.5"} for row in log]
    over = made(priced, scenario)
    if over is None:
        return
    found = case(over, scenario, floor=Fraction(1, 5))
    for line in plan_ahead(over, found.options).customers:
        for rise, margin in ((line.rise_to_hold, line.today.margin), (line.rise_to_floor, Fraction(1, 5))):
            if line.name and rise is not None:
                own = OwnPrice(named(customer=line.name), Span(), fixed(rise))
                changed = replace(scenario, business=Business(own_prices=(own,)))
                again = plan_ahead(*both(priced, changed)).customers
                last = next(one.last for one in again if one.name == line.name)
                assert last.margin == about(margin, 1) or not last.revenue


def both(log, scenario):
    over = horizon(log, scenario)
    return over, case(over, scenario).options


def is_smallest(cost, answer, spare):
    """Whether the answer meets the target, and no step of a grid below it does; None: none at all does."""
    if answer is None:
        return all(cost(step) > spare for step in STEPS)
    before = [step for step in STEPS if step < answer and step != about(answer)]
    return cost(answer) <= about(spare) and all(cost(step) > spare for step in before)


@few
@given(LOGS, SPAN_MOVES, usages(points), REVENUES, FLOORS)
def test_the_share_to_move_is_the_smallest_that_does(log, move, usage, revenue, floor):
    if (known := asked(log, replace(usage, moves=(move,)), revenue, floor)) is None:
        return
    found, answers, spare = known
    assume(answers.moves)
    (answer,) = answers.moves
    assert is_smallest(
        lambda share: last_costs(found, usage=with_share(found.scenario.usage, answer.move, share)), answer.share, spare
    )


@few
@given(LOGS, usages(points), REVENUES, FLOORS, st.sampled_from([BOOKS, COMMITTED]))
def test_the_tokens_to_save_are_the_fewest_that_do(log, usage, revenue, floor, prices):
    if (known := asked(log, usage, revenue, floor, prices)) is None:
        return
    found, answers, spare = known
    for answer in answers.tokens:
        assert is_smallest(
            lambda fewer: last_costs(found, usage=saving_tokens(found.scenario.usage, fewer)), answer.fewer, spare
        )


@few
@given(LOGS, usages(points), REVENUES, FLOORS, st.sampled_from([BOOKS, COMMITTED]))
def test_the_further_rise_brings_the_costs_to_what_they_may_be(log, usage, revenue, floor, prices):
    if (known := asked(log, usage, revenue, floor, prices)) is None:
        return
    found, answers, spare = known
    for answer in answers.rises:
        assert last_costs(found, changes=raised(found.options.changes, answer.provider, answer.rise)) == about(spare)


@few
@given(LOGS, st.integers(1, 50), points(50, 200))
def test_at_break_even_moving_costs_what_staying_costs(log, times, tokens):
    """All of a provider's usage moves to machines; its volume is grown to the one at which that pays."""
    everything = named(provider="west")
    move = Move(everything, Span(), fixed(1), "own/small", "untested", tokens)
    many = Growth(everything, Span(), "step", fixed(times - 1))
    usage = UsageChanges(growth=(many,), moves=(move,))
    if (known := asked([{**row, "billed_cost": "", "currency": ""} for row in log], usage, "1", Fraction(0))) is None:
        return
    found, answers, _ = known
    for even in answers.break_even:
        if even.volume is not None:
            grown = replace(many, rate=fixed(times * even.volume - 1))
            there = last_costs(found, usage=replace(usage, growth=(grown,)))
            here = last_costs(found, usage=UsageChanges(growth=(grown,)))
            assert there == about(here)
