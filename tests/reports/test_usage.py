"""The log before any price: its days, requests and tokens."""

from datetime import date
from fractions import Fraction

import pytest

import costcalc
from costcalc.problems import CostcalcError
from costcalc.reports.usage import summary_of
from costcalc.usage.store import write_ledger
from tests.kit import book, flat, prices, usage

BOOK = prices(book(flat("m", input_tokens="1", output_tokens="1"), timezone="Asia/Shanghai"))
ONE = {"input_tokens": 1, "output_tokens": 2}


def summary(path, *rows, timezone="UTC"):
    return summary_of(costcalc.scan(usage(path, *rows), prices=BOOK, timezone=timezone), timezone)


@pytest.mark.parametrize(
    ("timezone", "first", "last"),
    [
        ("UTC", date(2026, 9, 1), date(2026, 9, 2)),
        ("Asia/Shanghai", date(2026, 9, 2), date(2026, 9, 3)),
        ("America/Los_Angeles", date(2026, 9, 1), date(2026, 9, 2)),
    ],
)
def test_days_are_those_of_the_report_zone(timezone, first, last, tmp_path):
    rows = [{"timestamp": at, **ONE} for at in ("2026-09-01T17:00:00Z", "2026-09-02T23:00:00Z")]
    found = summary(tmp_path, *rows, timezone=timezone)
    assert (found.first_day, found.last_day, found.days) == (first, last, 2)


def test_midnight_belongs_to_the_day_that_begins(tmp_path):
    found = summary(tmp_path, {"timestamp": "2026-09-02T00:00:00Z", **ONE})
    assert (found.first_day, found.last_day) == (date(2026, 9, 2), date(2026, 9, 2))


def test_a_bucket_that_ends_at_midnight_does_not_touch_the_next_day(tmp_path):
    found = summary(tmp_path, {"timestamp": "2026-09-01T00:00:00Z", "until": "2026-09-03T00:00:00Z", **ONE})
    assert (found.first_day, found.last_day, found.days) == (date(2026, 9, 1), date(2026, 9, 2), 2)


def test_a_month_is_all_its_days(tmp_path):
    found = summary(tmp_path, {"date": "2026-09", **ONE})
    assert (found.first_day, found.last_day, found.days) == (date(2026, 9, 1), date(2026, 9, 30), 30)


def test_requests_that_one_row_does_not_state_are_unknown(tmp_path):
    assert summary(tmp_path, {**ONE, "requests": 3}, {**ONE, "requests": 4}).requests == 7
    assert summary(tmp_path, {**ONE, "requests": 3}, {**ONE, "requests": ""}).requests is None


def test_tokens_are_input_and_output_once(tmp_path):
    row = {"input_tokens": 100, "cached_input_tokens": 40, "output_tokens": 50, "reasoning_tokens": 30}
    assert summary(tmp_path, row).tokens == 150


@pytest.mark.parametrize(("count", "short"), [(1, True), (6, True), (7, False)])
def test_a_week_is_enough(count, short, tmp_path):
    assert summary(tmp_path, *({"date": f"2026-09-{day:02d}", **ONE} for day in range(1, count + 1))).is_short is short


@pytest.mark.parametrize(
    ("choice", "first", "days", "october"),
    [
        ({}, 1, 30, 40),  # 40 tokens in 30 days: 31 days of 40/30
        ({"where": {"team": "b"}}, 1, 30, 20),  # b was idle on the other days of the log
        ({"since": "2026-09-05", "until": "2026-09-15"}, 5, 10, 60),  # 20 tokens in 10 days
        ({"since": "2020-01-01", "until": "2027-01-01"}, 1, 30, 40),  # the log covers no more
    ],
)
def test_days_without_chosen_rows_are_covered(choice, first, days, october, tmp_path):
    """a on the 1st and the 30th, b on the 10th and the 12th, 10 tokens each; a run-rate of b over 3 days would be 206."""
    rows = [{"date": f"2026-09-{day}", "team": team, "input_tokens": 10} for day, team in (("01", "a"), ("10", "b"), ("12", "b"), ("30", "a"))]  # fmt: skip
    found = costcalc.project(usage(tmp_path, *rows), prices=BOOK, months=1, **choice)
    assert (found.usage.first_day.day, found.usage.days) == (first, days)
    assert found.months[0].tokens == Fraction(october * 31, 30)


def test_the_end_of_a_bucket_is_no_day_of_the_time_asked_for(tmp_path):
    path = usage(tmp_path, {"timestamp": "2026-09-01T00:00:00Z", "until": "2026-09-02T00:00:00Z", **ONE})
    with pytest.raises(CostcalcError, match="the log has no usage from 2026-09-02 on"):
        costcalc.cost(path, prices=BOOK, since="2026-09-02")


class TestWhereByName:
    """A provider and a model are chosen by what the log writes, and by what the pricebooks call it."""

    ROWS = (
        {"provider": "", "model": "m", "input_tokens": 1},
        {"provider": "Acme-Cloud", "model": "m-2026-01-01", "input_tokens": 2},
        {"provider": "other", "model": "n", "input_tokens": 4},
    )
    PRICES = prices(
        book(flat("m", input_tokens="1"), head="names: [acme-cloud, acmecloud]\n"),
        book(flat("n", input_tokens="1"), provider="other"),
    )

    @pytest.mark.parametrize(
        ("where", "tokens"),
        [
            ({"provider": "acme"}, 3),
            ({"provider": "AcmeCloud"}, 3),
            ({"Provider": "acme-*"}, 2),
            ({"model": "m"}, 3),
            ({"model": "m-2026*"}, 2),
            ({"provider": ("acme", "other"), "model": "n"}, 4),
        ],
    )
    def test_of_logs_and_of_ledgers(self, where, tokens, tmp_path):
        log = usage(tmp_path, *self.ROWS)
        write_ledger(costcalc.scan(log, prices=self.PRICES), tmp_path / "ledger.parquet")
        for source in (log, tmp_path / "ledger.parquet"):
            assert costcalc.cost(source, prices=self.PRICES, where=where).usage.tokens == tokens

    def test_names_that_no_row_has_together_are_an_error(self, tmp_path):
        log = usage(tmp_path, *self.ROWS)
        write_ledger(costcalc.scan(log, prices=self.PRICES), tmp_path / "ledger.parquet")
        for source in (log, tmp_path / "ledger.parquet"):
            with pytest.raises(CostcalcError, match="no row is of provider=acme and model=n together"):
                costcalc.cost(source, prices=self.PRICES, where={"provider": "acme", "model": "n"})
