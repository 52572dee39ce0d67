"""Lines: costs by whatever was asked add up, in tokens, requests and money."""

import sys
from dataclasses import replace
from fractions import Fraction

import pytest

import costcalc
from tests.kit import book, flat, prices, usage

BOOK = prices(
    book(
        flat("m", input_tokens="100", cache_read_tokens="10", output_tokens="300"),
        flat("n", input_tokens="1", output_tokens="1"),
    )
)
ROWS = [
    {"customer": "a", "team": "x", "requests": 3, "input_tokens": 1_000_000, "cached_input_tokens": 400_000, "output_tokens": 500_000},
    {"customer": "b", "team": "x", "requests": 2, "input_tokens": 300_000, "output_tokens": 0},
    {"customer": "", "team": "y", "requests": 1, "model": "n", "input_tokens": 100_000, "output_tokens": 0},
    {"customer": "b", "team": "y", "requests": 4, "model": "mine", "input_tokens": 50, "output_tokens": 7},
]  # fmt: skip


def lines(path, *rows, **options):
    return costcalc.cost(usage(path, *(rows or ROWS)), prices=BOOK, **options).lines


def test_lines_are_dearest_first_and_what_is_unpriced_has_its_own(tmp_path):
    found = lines(tmp_path)
    assert [line.key for line in found] == [("acme", "m"), ("acme", "n"), ("acme", "mine")]
    # 600,000 at 100, 400,000 at 10, 500,000 at 300, and 300,000 at 100.
    assert found[0].cost.before == 60 + 4 + 150 + 30
    assert [(line.tokens, line.unpriced_tokens, line.requests) for line in found] == [
        (1_800_000, 0, 5),
        (100_000, 0, 1),
        (57, 57, 4),
    ]


def test_rows_without_a_customer_are_a_line(tmp_path):
    found = {line.key: line.cost.before for line in lines(tmp_path, by="customer")}
    assert found == {("a",): 214, ("b",): 30, (None,): Fraction("0.1")}


def test_a_line_that_is_priced_in_part_says_so(tmp_path):
    (line,) = [line for line in lines(tmp_path, by="customer") if line.key == ("b",)]
    assert (line.cost.before, line.tokens, line.unpriced_tokens, line.requests) == (30, 300_057, 57, 6)


def test_by_meter_every_line_has_its_own_tokens(tmp_path):
    found = {line.key: (line.cost.before, line.tokens, line.requests) for line in lines(tmp_path, by="meter")}
    assert found == {
        ("input_tokens",): (60 + 30 + Fraction("0.1"), 1_000_000, None),
        ("cache_read_tokens",): (4, 400_000, None),
        ("output_tokens",): (150, 500_000, None),
        ("not split",): (0, 57, None),
    }


def test_by_day_lines_are_in_the_order_of_time(tmp_path):
    rows = [
        {"date": f"2026-09-{day}", "input_tokens": count, "output_tokens": 0}
        for day, count in (("03", 1), ("01", 5), ("02", 3))
    ]
    assert [line.key[0] for line in lines(tmp_path, *rows, each="day")] == ["2026-09-01", "2026-09-02", "2026-09-03"]


def test_by_month(tmp_path):
    rows = [
        {"date": day, "input_tokens": 1_000_000, "output_tokens": 0}
        for day in ("2026-09-30", "2026-10-01", "2026-10-31")
    ]
    found = [(line.key, line.cost.before) for line in lines(tmp_path, *rows, by="model", each="month")]
    assert found == [(("2026-09", "m"), 100), (("2026-10", "m"), 200)]


def test_by_basis(tmp_path):
    rows = [{**ROWS[1], "billed_cost": "20"}, {**ROWS[1], "billed_cost": ""}, {**ROWS[3], "billed_cost": ""}]
    found = {line.key: line.cost.before for line in lines(tmp_path, *rows, by="basis")}
    assert found == {("billed",): 20, ("list",): 30, ("unpriced",): 0}


def test_list_beside_what_was_billed(tmp_path):
    """List 30 billed 24: a discount of 20%. The row without a bill is in neither."""
    rows = [{**ROWS[1], "billed_cost": "24"}, {**ROWS[1], "billed_cost": ""}]
    both = costcalc.cost(usage(tmp_path, *rows), prices=BOOK).both
    assert (both.listed, both.stated, both.discount) == (30, 24, Fraction(1, 5))


def test_without_a_bill_there_is_nothing_beside_the_list(tmp_path):
    assert costcalc.cost(usage(tmp_path, ROWS[1]), prices=BOOK).both is None


def calls_of(work):
    """How many functions are called: what takes the time, on every machine alike."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        found = work()
    finally:
        sys.setprofile(None)
    return count, found


def test_what_a_rise_touched_is_found_in_one_pass(tmp_path):
    """Also where it could not be applied: four times the lines, about four times the work; quadratic it was sixteen."""
    counted = costcalc.scan(usage(tmp_path, {**ROWS[3], "billed_cost": "1"}), by=("customer",), prices=BOOK)
    (group,) = counted.groups

    def project(count):
        many = replace(counted, groups=[replace(group, dimensions=(f"c{number}",)) for number in range(count)])
        return costcalc.project(many, by="customer", hikes={"acme:output_tokens": 34}, prices=BOOK)

    project(1)  # what is looked up once
    few, _ = calls_of(lambda: project(500))
    many, found = calls_of(lambda: project(2_000))
    assert many < 6 * few
    assert found.log.changes[0].not_applied == 2_000


@pytest.mark.parametrize(
    ("row", "each", "timezone", "said"),
    [
        ({"date": "2026-09"}, "day", "UTC", True),
        ({"date": "2026-09"}, "month", "UTC", False),
        ({"date": "2026-09-05"}, "day", "UTC", False),
        ({"timestamp": "2026-09-30T00:00:00Z", "until": "2026-10-01T00:00:00Z"}, "day", "UTC", False),
        ({"timestamp": "2026-09-30T00:00:00Z", "until": "2026-10-01T00:00:00Z"}, "day", "Asia/Shanghai", True),
        ({"timestamp": "2026-09-30T00:00:00Z", "until": "2026-10-01T00:00:00Z"}, "month", "Asia/Shanghai", True),
        ({"timestamp": "2026-09-29T00:00:00Z", "until": "2026-09-30T00:00:00Z"}, "month", "Asia/Shanghai", False),
        ({"date": "2026-09"}, None, "UTC", False),
    ],
)
def test_a_row_of_many_days_stands_on_its_first_and_that_is_said(row, each, timezone, said, tmp_path):
    row = {**row, "input_tokens": 1, "output_tokens": 1}
    found = costcalc.cost(usage(tmp_path, row), prices=BOOK, each=each, timezone=timezone)
    assert ("bucket-on-first-day" in [note.code for note in found.rating.assumptions]) is said


@pytest.mark.parametrize(("model", "says"), [("m", True), ("strange", False)])
def test_a_cost_a_day_is_said_only_where_nothing_is_lacking(tmp_path, model, says):
    rows = [{"date": f"2026-09-0{day}", "input_tokens": 1_000_000} for day in (1, 2)]
    log = usage(tmp_path, *rows, {"date": "2026-09-09", "model": model, "input_tokens": 1_000_000})
    assert ("USD a day" in costcalc.cost(log, prices=prices(book(flat("m", input_tokens="1")))).to_markdown()) is says
