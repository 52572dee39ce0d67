"""The cases of rises: +34%, staged, scoped, dated in the provider's zone, and what they do to a margin."""

from fractions import Fraction

import pytest

import costcalc
from tests.cases.table import SHANGHAI_BOOK, one_price, row, rows
from tests.kit import book, model, prices

HUNDRED = one_price(input_tokens="100", output_tokens="500")  # a million tokens of input cost 100
MILLION = rows(row(input_tokens=1_000_000, output_tokens=0))
# 60 for tokens, 30 for ten GPU hours, 10 for storage.
THREE_METERS = rows(
    row(input_tokens=600_000, output_tokens=0),
    row(name="gpu", gpu_hours=10),
    row(name="disk", storage_gb_months=100),
)
THREE_PRICES = book(
    model("m", ("2020-01-01", "input_tokens: 100 per 1M\noutput_tokens: 500 per 1M\n")),
    model("gpu", ("2020-01-01", "gpu_hours: 3 per 1\n")),
    model("disk", ("2020-01-01", "storage_gb_months: 0.1 per 1\n")),
)


@pytest.mark.parametrize(
    ("hikes", "expected"),
    [
        pytest.param(["acme=34"], Fraction(134), id="HIKE-01"),
        pytest.param(["acme=34", "acme=10"], Fraction("147.4"), id="HIKE-02"),
        pytest.param(["acme=34,acme=10"], Fraction("147.4"), id="HIKE-02 as a list"),
    ],
)
def test_rises_compound(hikes, expected, tmp_path):
    found = costcalc.project(MILLION(tmp_path), hikes=hikes, prices=prices(HUNDRED))
    assert (found.total.before, found.total.mid) == (100, expected)


def test_a_rise_of_compute_and_storage_leaves_tokens_alone(tmp_path):
    """HIKE-04: 60 + 1.34 × (30 + 10) = 113.6."""
    hikes = ["acme:compute=34", "acme:storage=34"]
    found = costcalc.project(THREE_METERS(tmp_path), hikes=hikes, prices=prices(THREE_PRICES))
    assert found.total.before == 60 + 30 + 10
    assert found.total.mid == 60 + Fraction("1.34") * (30 + 10) == Fraction("113.6")
    assert [(touched.cost, touched.share) for touched in found.log.changes] == [
        (30, Fraction(3, 10)),
        (10, Fraction(1, 10)),
    ]


def test_a_rise_of_34_percent_takes_17_points_of_a_margin_of_50(tmp_path):
    """HIKE-05: revenue 200, cost 100 → 134: margin 50% → 33%; to hold it: 134 ÷ 0.5 ÷ 200 − 1 = 34%."""
    found = costcalc.project(MILLION(tmp_path), hikes={"acme": 34}, revenue=200, prices=prices(HUNDRED))
    assert (found.log.outcome.before.margin, found.log.outcome.after.margin) == (Fraction(1, 2), Fraction("0.33"))
    assert found.log.outcome.erosion == Fraction("0.17")
    assert found.log.outcome.hold == Fraction("0.34")
    assert found.log.outcome.recover == Fraction(34, 200)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-04-17T15:59:59Z", Fraction("1.2"), id="the last second of the 17th in Shanghai"),
        pytest.param("2026-04-17T16:00:00Z", Fraction("1.608"), id="ZONE-01"),
        pytest.param("2026-04-18T00:00:00+08:00", Fraction("1.608"), id="ZONE-01 with its own offset"),
    ],
)
def test_a_dated_rise_begins_at_midnight_of_the_provider(at, expected, tmp_path):
    usage = rows(
        row(at, "alibaba", prompt_tokens=1_000_000, completion_tokens=0), row("2026-04-30T12:00:00Z", "alibaba")
    )
    found = costcalc.project(usage(tmp_path), hikes={"alibaba": "34@2026-04-18"}, prices=prices(SHANGHAI_BOOK))
    assert found.total.before == Fraction("1.2")
    assert found.total.mid == expected
