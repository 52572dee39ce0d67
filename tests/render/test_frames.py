"""Frames: integers and money come out exactly as they went in."""

from decimal import Decimal

import pytest

from costcalc.api import PlanResult
from costcalc.render.tables import frame_of
from tests.render.made import USUAL, cost_report, group, ledger, projection

pytest.importorskip("pandas")


def test_a_projection_as_a_frame():
    frame = frame_of(projection(USUAL, "alibaba=34"))
    assert list(frame["model"]) == ["qwen3-max", "gpt-5.6-luna", "qwen-plus"]
    assert str(frame["tokens"].dtype) == "Int64"
    assert frame["cost"].sum() == Decimal("26123.58")
    assert {type(value) for value in frame["cost_exact"]} == {Decimal}
    assert sum(frame["cost_before_exact"]) == Decimal("21904.1100005")


def test_no_figure_is_a_float():
    frames = [
        frame_of(projection(USUAL, "alibaba=5..34")),
        frame_of(projection(USUAL, "alibaba=34", months=2, revenue=52000), "months"),
        frame_of(cost_report(USUAL)),
    ]
    assert not [value for frame in frames for name in frame for value in frame[name] if isinstance(value, float)]


def test_tokens_beyond_64_bits_stay_exact():
    frame = frame_of(projection(ledger(group("qwen3-max", 2**70 + 1)), "alibaba=34"))
    assert list(frame["tokens"]) == [2**70 + 1]


def test_what_is_unpriced_is_missing_not_zero():
    import pandas as pd

    frame = frame_of(projection(ledger(group("mystery", 10)), "alibaba=34"))
    assert list(frame["status"]) == ["unpriced"]
    assert pd.isna(frame["cost"][0])


def test_months_and_an_empty_list_of_them():
    found = projection(USUAL, "alibaba=34", months=2, revenue=52000)
    frame = frame_of(found, "months")
    assert list(frame["month"]) == ["2026-10", "2026-11"]
    assert list(PlanResult(projection(USUAL, "alibaba=34")).months_frame().columns) == list(frame.columns)
