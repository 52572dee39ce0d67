"""Frames and stored ledgers: exact on the way in, exact on the way back, and strict about what they cannot answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from costcalc.problems import CostcalcError
from costcalc.usage.store import write_ledger
from tests.usage.kit import answer, codes, counted, only, write

pandas = pytest.importorskip("pandas")
ROWS = [
    f"2026-09-0{day}T{hour}:00:00Z,{model},{tokens},{team},0.1"
    for day in (1, 2)
    for hour in ("03", "05", "20")
    for model, tokens, team in (("a", 100, "x"), ("b", 250_000, "y"))
]
TEXT = "\n".join(["timestamp,model,input_tokens,team,cost_usd", *ROWS]) + "\n"


@pytest.fixture
def stored(tmp_path):
    """A ledger that keeps teams, edges at 00:00 and 16:00 and cuts at 200 and 200,000."""
    cuts = {"day_edges": (0, 57_600), "input_lengths": (200, 200_000)}
    write_ledger(counted(write(tmp_path, TEXT), "team", **cuts), tmp_path / "ledger.parquet")
    return tmp_path / "ledger.parquet"


class TestFrames:
    def frame(self, **more):
        times = pandas.to_datetime(["2026-09-01T10:00Z", "2026-09-02T10:00Z"])
        return pandas.DataFrame({"timestamp": times, "model": ["a", "a"], "input_tokens": [2**53 + 1, 2], **more})

    def test_a_row_of_an_export_that_is_there_twice_is_counted_once(self):
        names = {"call_type": "acompletion", "custom_llm_provider": "openai", "model": "gpt-5", "metadata": "{}"}
        row = {**names, "startTime": "2026-09-01 10:00:00", "prompt_tokens": 10, "completion_tokens": 1, "spend": 0.5}
        ledger = counted(pandas.DataFrame([{"request_id": name, **row} for name in ("a", "b", "a")]))
        assert ledger.totals["input_tokens"] == 20
        assert [skipped.rows for skipped in ledger.skipped] == [1]

    def test_integers_beyond_53_bits_stay_exact(self):
        assert counted(self.frame()).totals["input_tokens"] == 2**53 + 3

    def test_decimals_stay_exact(self):
        ledger = counted(self.frame(cost_usd=[Decimal("0.1234567890123456789"), None]))
        assert [group.billed for group in ledger.groups] == [Fraction("0.1234567890123456789"), None]

    def test_python_integers_in_objects_stay_exact(self):
        column = pandas.Series([10**17 + 1, None], dtype=object)
        assert counted(self.frame(output_tokens=column)).totals["output_tokens"] == 10**17 + 1

    def test_floats_that_are_whole_are_counts_and_nan_is_nothing(self):
        assert counted(self.frame(output_tokens=[3.0, float("nan")])).totals["output_tokens"] == 3

    def test_floats_that_are_not_are_refused(self):
        assert codes(counted(self.frame(output_tokens=[3.5, 1.0]))) == ["bad-count"]

    def test_negative_integers_are_refused(self):
        assert codes(counted(self.frame(output_tokens=[-3, 1]))) == ["bad-count"]

    def test_times_without_a_zone_are_in_the_reports(self):
        frame = self.frame().assign(timestamp=pandas.to_datetime(["2026-09-01 01:00", "2026-09-01 01:00"]))
        assert counted(frame, timezone="Asia/Shanghai").first_instant == 1_788_224_400 - 8 * 3600

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize(("zone", "first"), [(None, 1_788_224_400), ("Asia/Shanghai", 1_788_224_400 - 8 * 3600)])
    def test_times_come_in_every_unit(self, unit, zone, first, tmp_path):
        """01:00 on 1 September: of UTC, the report's zone, or of the frame's own; from Parquet just so."""
        times = pandas.Series(pandas.to_datetime(["2026-09-01 01:00", "2026-09-02 00:00"])).dt.as_unit(unit)
        frame = self.frame().assign(timestamp=times.dt.tz_localize(zone))
        assert counted(frame).first_instant == first
        pytest.importorskip("pyarrow")
        frame.to_parquet(tmp_path / "usage.parquet")
        assert counted(tmp_path / "usage.parquet").first_instant == first

    def test_months_as_periods(self):
        frame = pandas.DataFrame(
            {"month": pandas.period_range("2026-09", periods=1, freq="M"), "model": "a", "input_tokens": 5}
        )
        group = only(counted(frame))
        assert (group.at, group.until - group.at) == (1_788_220_800, 30 * 86_400)

    @pytest.mark.parametrize("name", ["input_tokens", "Input_Tokens"])
    def test_of_two_columns_of_one_name_none_is_guessed(self, name):
        twice = pandas.concat([self.frame(), pandas.DataFrame({name: [1, 1]})], axis=1)
        with pytest.raises(CostcalcError, match="two-columns-one-meaning"):
            counted(twice)

    def test_the_callers_frame_is_left_alone(self):
        frame = self.frame(team=pandas.Series(["x", 5], dtype=object))
        before = frame.copy(deep=True)
        counted(frame, "team")
        pandas.testing.assert_frame_equal(frame, before)

    def test_an_empty_frame_is_an_error(self):
        with pytest.raises(CostcalcError, match="header-only"):
            counted(self.frame().iloc[:0])


class TestParquet:
    def test_a_table_counts_like_its_csv(self, tmp_path):
        pytest.importorskip("pyarrow")
        path = write(tmp_path, TEXT)
        pandas.read_csv(path, dtype={"cost_usd": str}).to_parquet(tmp_path / "usage.parquet")
        assert answer(counted(tmp_path / "usage.parquet", "team")) == answer(counted(path, "team"))

    def test_days_as_dates_are_naive(self, tmp_path):
        pytest.importorskip("pyarrow")
        frame = pandas.DataFrame({"day": [date(2026, 9, 1)], "model": ["a"], "input_tokens": [5]})
        frame.to_parquet(tmp_path / "usage.parquet")
        group = only(counted(tmp_path / "usage.parquet"))
        assert (group.at, group.until, group.naive) == (1_788_220_800, 1_788_307_200, True)


class TestStoredLedger:
    CUTS = {"day_edges": (0, 57_600), "input_lengths": (200, 200_000)}

    def test_it_answers_as_the_log_does(self, tmp_path, stored):
        log = tmp_path / "usage.csv"
        questions = [
            (("team",), {}),
            ((), {}),
            (("team",), {"where": {"team": ("X",)}}),
            ((), {"where": {"model": ("b*",), "team": ("y", "y*")}}),
            ((), {"since": date(2026, 9, 2)}),
            ((), {"until": date(2026, 9, 2), "where": {"team": ("x",)}}),
        ]
        for dimensions, choice in questions:
            kept = counted(stored, *dimensions, **self.CUTS, **choice)
            asked = counted(log, *dimensions, **self.CUTS, **choice)
            assert (list(kept.groups), dict(kept.totals)) == (list(asked.groups), dict(asked.totals))
            assert (kept.first_instant, kept.last_instant) == (asked.first_instant, asked.last_instant)

    def test_fewer_cuts_are_no_problem(self, tmp_path, stored):
        cuts = {"day_edges": (0, 57_600), "input_lengths": (200,)}
        assert list(counted(stored, **cuts).groups) == list(counted(tmp_path / "usage.csv", **cuts).groups)

    def test_quantities_beyond_64_bits_survive(self, tmp_path):
        big = "\n".join(["date,model,input_tokens", *[f"2026-09-01,m,{10**18 - 1}"] * 30]) + "\n"
        write_ledger(counted(write(tmp_path, big, "big.csv")), tmp_path / "big.parquet")
        assert counted(tmp_path / "big.parquet").totals["input_tokens"] == 30 * (10**18 - 1)

    def test_it_adds_up_with_a_log(self, tmp_path, stored):
        """A log of twice the usage: the one that the ledger was made from would be counted twice."""
        header, *rows = (tmp_path / "usage.csv").read_text(encoding="utf-8").splitlines()
        other = write(tmp_path, "\n".join([header, *rows, *rows]) + "\n", "other.csv")
        both = counted([stored, other], "team", **self.CUTS)
        alone = counted(stored, "team", **self.CUTS)
        assert both.totals == {name: 3 * count for name, count in alone.totals.items()}
        assert len(both.groups) == len(alone.groups)

    @pytest.mark.parametrize(
        ("dimensions", "choice", "code"),
        [
            (("customer",), {}, "unknown-column"),
            ((), {"day_edges": (0, 28_800)}, "ledger-too-coarse"),
            ((), {"input_lengths": (300_000,)}, "ledger-too-coarse"),
            ((), {"since": date(2026, 9, 2), "timezone": "America/New_York"}, "ledger-too-coarse"),
        ],
    )
    def test_what_it_cannot_answer_it_refuses(self, stored, dimensions, choice, code):
        with pytest.raises(CostcalcError, match=code):
            counted(stored, *dimensions, **choice)

    def test_refused_rows_are_remembered(self, tmp_path):
        write_ledger(counted(write(tmp_path, TEXT + "x,a,1,x,0\n")), tmp_path / "ledger.parquet")
        ledger = counted(tmp_path / "ledger.parquet")
        assert (ledger.refused_rows, codes(ledger)) == (1, ["refused-rows"])
