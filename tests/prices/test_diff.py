import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from costcalc.api import scan
from costcalc.problems import CostcalcError
from costcalc.rating.rate import RatingOptions
from costcalc.render.draw import Page
from costcalc.render.prices.diff import diff_blocks
from costcalc.render.written import json_in
from costcalc.reports.prices.diff import diff, in_money
from costcalc.reports.prices.rates import PLAIN
from tests.kit import write_csv
from tests.prices.made import BOOKS, FX
from tests.render.made import drawn

BEFORE, AFTER = date(2025, 12, 31), date(2026, 9, 20)


def changes(provider="acme", region=None):
    report = diff(BOOKS, BEFORE, AFTER, [provider], region)
    return {each.model: each for each in report.models if each.region == "cn"}


def test_every_meter_that_moved_is_there_with_its_share():
    flat = changes()["flat"]
    moved = {each.meter: each.ratio for each in flat.changes if each.variant == PLAIN}
    assert moved == {"input_tokens": Fraction(-2, 10), "cache_read_tokens": None}  # output stayed; cached is new
    assert (flat.is_new, flat.is_gone) == (False, False)


def test_models_that_came_and_went_are_told_apart_from_changes():
    found = changes()
    assert found["banded"].is_new
    assert found["gone"].is_gone
    assert found["gone"].why_gone.endswith("the page names it no more")


def test_one_day_twice_is_no_difference():
    with pytest.raises(CostcalcError, match="same-day"):
        diff(BOOKS, BEFORE, BEFORE)


def usage_diff(path, *rows):
    prices, table = FX
    ledger = scan(str(write_csv(path / "u.csv", *rows)), prices=prices)
    return in_money(ledger, BOOKS, table, BEFORE, AFTER, RatingOptions())


def test_the_same_usage_is_priced_at_either_list_whenever_it_was_used(tmp_path):
    rows = [{"date": day, "model": "acme/flat", "requests": 1, "input_tokens": 10**6, "output_tokens": 10**6} for day in ("2026-09-01", "2026-09-30")]  # fmt: skip
    found = usage_diff(tmp_path, *rows)
    assert found.currency == "CNY"
    assert found.before == 2 * (10 + 40)
    assert found.after == 2 * (8 + 40)
    assert found.is_complete


def test_cached_tokens_cost_what_input_does_where_the_list_has_no_price_for_them(tmp_path):
    row = {"date": "2026-09-01", "model": "acme/flat", "requests": 1, "input_tokens": 10**6, "cached_input_tokens": 10**6, "output_tokens": 0}  # fmt: skip
    found = usage_diff(tmp_path, row)
    assert (found.before, found.after) == (10, Fraction(8, 10))


def test_what_one_list_does_not_price_is_in_neither_total_and_is_named(tmp_path):
    tokens = {"requests": 1, "input_tokens": 10**6, "output_tokens": 10**6}
    found = usage_diff(
        tmp_path,
        {"date": "2026-09-01", "model": "acme/flat", **tokens},
        {"date": "2026-09-01", "model": "banded", **tokens},
    )
    assert (found.before, found.after) == (50, 48)
    assert not found.is_complete
    assert next(part.reason for part in found.unpriced if part.model == "banded") == "list of 2025-12-31: no price before 2026-02-01"  # fmt: skip


def test_the_command_says_it_in_percent_and_in_money(run_costcalc):
    run = run_costcalc("prices", "diff", "2025-11-01", "2026-03-01", "--provider", "alibaba", "--usage", "examples/usage.csv", "--allow-unpriced")  # fmt: skip
    assert run.code == 0
    assert "alibaba/qwen3-max" in run.out
    assert run_costcalc("prices", "diff", "2025-11-01", "2026-03-01", "--usage", "examples/usage.csv").code == 3


def test_the_page_and_the_json_show_one_figure_each(tmp_path):
    """Tokens around half a cent: lines add up to the totals, changes are those of what is shown, and what stays shows none."""
    report = replace(diff(BOOKS, BEFORE, AFTER, ["acme"], None), usage=None)
    rows = [
        {"date": "2026-09-01", "model": f"acme/{name}", "input_tokens": tokens, "output_tokens": written}
        for name, tokens, written in (("flat", 500, 0), ("hours", 3_333, 7), ("tiers", 1_500, 1), ("moved", 2_501, 33))
    ]
    usage = usage_diff(tmp_path, *rows)
    found = json.loads(json_in("costcalc.render.prices.diff", replace(report, usage=usage)))["usage"]
    page = drawn(Page(lambda _: diff_blocks(replace(report, usage=usage), True)), 120)
    both = [line for line in found["lines"] if line["before"] and line["after"]]
    assert len(both) > 1
    for side in ("before", "after"):
        assert sum(Decimal(line[side]["rounded"]) for line in both) == Decimal(found[side]["rounded"])
    assert Decimal(found["change"]["rounded"]) == Decimal(found["after"]["rounded"]) - Decimal(
        found["before"]["rounded"]
    )
    for line in both:
        if line["before"]["exact"] == line["after"]["exact"]:
            assert line["before"]["rounded"] == line["after"]["rounded"]
        shown = next(each for each in page.splitlines() if each.strip().startswith(f"acme/{line['model']}"))
        assert all(line[side]["rounded"] in shown for side in ("before", "after")), (line, shown)


def test_it_is_not_written_as_what_it_has_no_writer_for(run_costcalc, tmp_path):
    """Not a page under the name of a Parquet file."""
    run = run_costcalc("prices", "diff", "2026-01-01", "2026-09-30", "-o", tmp_path / "out.parquet")
    assert (run.code, list(tmp_path.iterdir())) == (2, [])
    assert "unknown-output" in run.err
