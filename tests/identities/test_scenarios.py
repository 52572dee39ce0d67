"""Identities of scenarios: what must hold of the months to come, whatever the log and the plan."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from costcalc.months.reading import IN_PARTS, RangePoint
from costcalc.months.run import Assumptions
from costcalc.rating.rate import NO_CHANGES
from costcalc.rating.totals import total_of
from costcalc.reports.plan.ahead import customers_of, lines_of, plan_ahead, totals_by_customer
from costcalc.reports.plan.case import totals
from costcalc.scenario.changes import NO_USAGE_CHANGES
from costcalc.scenario.revenue import NO_BUSINESS
from tests.identities.logs import LOGS, project
from tests.identities.plans import BOOKS, HIKES, MONTHS, businesses, case, horizon, made, months_of, plan, usages
from tests.kit import about, examples

few = examples(8)
EMPTY = plan()


@few
@given(LOGS, HIKES)
def test_a_scenario_of_prices_alone_is_what_project_says_month_by_month(log, hikes):
    found = case(horizon(log, EMPTY), EMPTY, hikes)
    said = project(log, months=MONTHS, hikes=hikes, prices=BOOKS).months
    announced = months_of(case(found.horizon, EMPTY).run())
    assert announced == about([month.cost.before for month in said])
    assert months_of(found.horizon.run(Assumptions(is_frozen=True))) == about([month.today.cost for month in said])
    for end in ("low", "mid", "high"):
        assert months_of(found.run(reading=RangePoint(end))) == about([getattr(month.cost, end) for month in said])


@few
@given(LOGS, usages(), HIKES, businesses(), st.booleans())
def test_the_bridge_adds_up_and_ends_at_the_scenario(log, usage, hikes, business, flag):
    scenario = plan(usage, business=business)
    if (over := made(log, scenario)) is None:
        return
    # A price change of one's own for a part needs revenue by rule or by row.
    is_whole = all(change.where.is_all for change in business.own_prices)
    found = case(over, scenario, hikes, revenue=100 if flag and is_whole else None)
    steps = [run for _, _, run in found.steps()]
    after = found.run()
    for last, whole in ((totals(found, steps[-1])[-1], totals(found, after)[-1]),
                        (total_of(totals(found, steps[-1])), total_of(totals(found, after)))):  # fmt: skip
        assert last == about(whole)
    for name in ("cost", "other", "revenue"):
        values = [getattr(total_of(totals(found, run)), name) for run in steps]
        if None not in values:
            last = getattr(total_of(totals(found, after)), name)
            assert values[0] + sum(b - a for a, b in pairwise(values)) == about(last)


@few
@given(LOGS, usages(), HIKES)
def test_lines_and_customers_add_up_to_the_months_whatever_names_are_asked_for(log, usage, hikes):
    scenario = plan(usage)
    log = [{**row, "team": f"t{place}"} for place, row in enumerate(log)]
    one = made(log, scenario, by=("provider",))
    other = made(log, scenario, by=("model", "customer", "team", "region", "service_tier"))
    if one is None or other is None:
        return
    first, second = case(one, scenario, hikes), case(other, scenario, hikes)
    runs = [each.run(reading=IN_PARTS) for each in (first, second)]
    assert months_of(runs[0]) == about(months_of(runs[1])) == months_of(first.run())
    for each, run in zip((first, second), runs, strict=True):
        announced = each.run(usage=NO_USAGE_CHANGES, changes=NO_CHANGES, business=NO_BUSINESS, reading=IN_PARTS)
        lines = lines_of(each.horizon, each.options.by, announced, run)
        assert [sum(line.months[n] for line in lines) for n in range(MONTHS)] == about(months_of(run))
        assert [sum(line.months_before[n] for line in lines) for n in range(MONTHS)] == about(months_of(announced))
        customers = customers_of(each, totals_by_customer(each, announced), run)
        assert sum(line.last.cost for line in customers) == about(run.months[-1].cost)


@few
@given(LOGS, usages(), HIKES)
def test_low_is_not_above_the_middle_and_that_not_above_high(log, usage, hikes):
    scenario = plan(usage)
    if (over := made(log, scenario)) is not None:
        for month in plan_ahead(over, case(over, scenario, hikes).options).months:
            assert month.low.cost <= month.after.cost <= month.high.cost
