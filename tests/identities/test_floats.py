"""Months to come are computed in floats: what they come to is what whole fractions come to, within 1e-9."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from costcalc.months.reading import Exact, RangePoint
from costcalc.scenario.model import VARIANTS
from tests.identities.logs import LOGS
from tests.identities.plans import BOOKS, COMMITTED, HIKES, businesses, case, made, plan, usages
from tests.kit import about, examples


@examples(10)
@given(LOGS, usages(), HIKES, businesses(), st.sampled_from([BOOKS, COMMITTED]), st.booleans())
def test_every_figure_is_that_of_fractions_at_every_end(log, usage, hikes, business, prices, flag):
    scenario = plan(usage, business=business)
    if (over := made(log, scenario, prices=prices)) is None:
        return
    is_whole = all(change.where.is_all for change in business.own_prices)
    found = case(over, scenario, hikes, revenue=100 if flag and is_whole else None)
    for end in VARIANTS:
        floats, fractions = found.run(reading=RangePoint(end)), found.run(reading=Exact(end))
        assert floats.months == about(fractions.months)
        assert floats.replicas == about(fractions.replicas)
        assert floats.notes == fractions.notes
