from datetime import date
from fractions import Fraction

import pytest

from costcalc.pricebook.load import load_pricebook
from costcalc.problems import CostcalcError
from costcalc.reports.prices.history import history
from costcalc.reports.prices.rates import PLAIN, Variant
from costcalc.reports.prices.series import series
from tests.prices.made import BOOKS, day_in

INPUT, CACHED, OUTPUT = "input_tokens", "cache_read_tokens", "output_tokens"
OFF_PEAK = Variant(off_peak=True)


def moves(name, variant=PLAIN, length=0):
    report = history(BOOKS, name, day_in)
    return [{meter: moved for (kind, meter), moved in each.items() if kind == variant} for each in report.lengths[length].moves]  # fmt: skip


def test_a_change_is_the_share_by_which_a_meter_moved():
    by, cut, announced = moves("acme/flat")
    assert by[INPUT].change is None
    assert cut[INPUT].change == Fraction(8, 10) - 1 == Fraction(-20, 100)
    assert cut[OUTPUT].change == 0
    assert announced[INPUT].change == announced[CACHED].change == 1


def test_a_meter_that_appears_later_is_first_seen_and_no_cut_of_the_whole():
    _, cut, announced = moves("acme/flat")
    assert (cut[CACHED].is_first_seen, cut[CACHED].change) == (True, None)
    assert not announced[CACHED].is_first_seen


def test_a_cancelled_announcement_is_named_and_never_a_row():
    report = history(BOOKS, "acme/flat", day_in)
    assert [entry.starts for entry in report.entries] == [None, date(2026, 1, 1), date(2027, 1, 1)]
    assert [block.starts for block in report.never_applied] == [date(2026, 6, 1)]


def test_peak_and_off_peak_are_both_followed_and_new_hours_alone_are_no_change():
    assert [each[INPUT].price.per(INPUT) for each in moves("hourly")] == [4, 12, 12]
    assert [each[INPUT].price.per(INPUT) for each in moves("hourly", OFF_PEAK)] == [4, 6, 6]
    assert [each[INPUT].change for each in moves("hourly", OFF_PEAK)] == [None, Fraction(1, 2), 0]
    assert [entry.schedule_changes for entry in history(BOOKS, "hourly", day_in).entries] == [False, True, True]


def test_a_length_without_a_price_has_none():
    report = history(BOOKS, "banded", day_in)
    assert [each.bounds.input_up_to for each in report.lengths] == [32_000, 128_000]


def test_a_withdrawn_model_ends_without_a_price():
    assert [len(each) for each in moves("gone")] == [2, 0]


def test_a_redirected_model_goes_on_with_the_prices_of_its_target():
    report = history(BOOKS, "moved", day_in)
    assert [(e.starts, e.redirected_to) for e in report.entries] == [(date(2025, 1, 1), None), (date(2026, 6, 1), "flat"), (date(2027, 1, 1), None)]  # fmt: skip
    assert [each[INPUT].price.per(INPUT) for each in moves("moved")] == [20, 8, 16]


def test_a_tier_is_followed_on_its_own():
    report = history(BOOKS, "acme/flat", day_in, tier="batch")
    batch = Variant("batch")
    assert report.variants == [batch]
    assert [each[batch, INPUT].price.per(INPUT) for each in report.lengths[0].moves[1:]] == [4, 8]
    with pytest.raises(CostcalcError, match="btch"):
        history(BOOKS, "acme/flat", day_in, tier="btch")


def test_the_chart_follows_the_meter_asked_for_from_the_day_it_was_seen():
    report = history(BOOKS, "acme/flat", day_in)
    (line,) = series(report)
    assert line.steps == [(date(2025, 6, 1), 10), (date(2026, 1, 1), 8), (date(2027, 1, 1), 16)]
    (line,) = series(report, CACHED)
    assert [price for _, price in line.steps] == [None, Fraction(8, 10), Fraction(16, 10)]


def test_the_shipped_history_of_qwen3_max_shows_both_cuts_and_nothing_in_april(run_costcalc):
    out = run_costcalc("prices", "history", "alibaba/qwen3-max", "--region", "cn-beijing", "--on", "2026-10-01").out
    assert "    14 Nov 2025      3.20   −46.7%" in out  # 3.20 ÷ 6.00 − 1
    assert "    28 Feb 2026      2.50   −21.9%" in out  # 2.50 ÷ 3.20 − 1
    assert "Apr 2026" not in out


def test_the_shipped_history_of_deepseek_shows_peak_off_peak_weekdays_and_holidays(run_costcalc):
    out = run_costcalc("prices", "history", "deepseek-v4-pro", "--region", "cn", "--on", "2026-10-01").out
    assert "Peak\n" in out
    assert "Off-peak\n" in out
    assert "peak Mon–Fri 09:00–12:00 and 14:00–18:00" in out
    assert "public holidays (CN)" in " ".join(out.split())


def test_the_history_of_every_model_that_ships_is_in_order():
    """Each day once, what was announced and taken back aside, and no day from which an ended model costs something."""
    shipped = load_pricebook()
    for book in shipped.all_books():
        for name, model in book.models.items():
            report = history(shipped, f"{book.provider}/{name}", day_in, book.region)
            starts = [entry.starts or date.min for entry in report.entries]
            # Perplexity sells sonar through two interfaces, and through one of them it is called perplexity/sonar.
            assert report.found.model in (name, f"{book.provider}/{name}")
            assert report.found.region == book.region
            assert starts == sorted(set(starts)), (book.file, name)
            after = [block for block in model.blocks if model.end and block.starts and block.starts >= model.end.day]
            assert all(block.withdrawn for block in after), (book.file, name)
