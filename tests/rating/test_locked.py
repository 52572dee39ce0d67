"""A negotiated fixed rate is skipped by rises until the day to which it is locked."""

from fractions import Fraction

import costcalc
from tests.kit import book, model, prices, rates, usage

LOCKED = prices(book(model("m", ("2026-01-01", rates(input_tokens="100") + "locked_until: 2026-11-01\n"))))
MILLION = {"model": "m", "timestamp": "2026-09-30T00:00:00Z", "input_tokens": 1_000_000, "output_tokens": 0}


def test_no_rise_touches_a_locked_rate(tmp_path):
    found = costcalc.project(usage(tmp_path, MILLION), hikes={"acme": 34}, prices=LOCKED)
    assert (found.total.before, found.total.mid) == (100, 100)
    assert found.log.changes[0].share == 0


def test_the_rise_arrives_when_the_lock_ends(tmp_path):
    found = costcalc.project(usage(tmp_path, MILLION), hikes={"acme": 34}, prices=LOCKED, months=2)
    assert [(month.cost.before, month.cost.mid) for month in found.months] == [
        (3100, 3100),  # October: 31 days at 100
        (3000, Fraction("4020")),  # November: 30 × 134
    ]


def test_a_bill_at_a_locked_rate_does_not_rise_either(tmp_path):
    billed = {**MILLION, "billed_cost": "80", "currency": "USD"}
    found = costcalc.project(usage(tmp_path, billed), hikes={"acme": 34}, prices=LOCKED)
    assert (found.total.before, found.total.mid) == (80, 80)
