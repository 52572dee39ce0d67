"""Peak and off-peak hours of the shipped schedules: weekdays, Chinese holidays, make-up days, the nights of 2025."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.schedule import is_peak, peak_seconds

BOOKS = load_pricebook()
BEIJING = ZoneInfo("Asia/Shanghai")


def schedule(model: str, day: str, region: str = "cn"):
    book = BOOKS.book("deepseek", region)
    found = BOOKS.block_on("deepseek", region, model, date.fromisoformat(day)).block
    assert found is not None
    assert found.schedule is not None
    return book.schedules[found.schedule]


def peak(model: str, beijing: str) -> bool:
    """Whether a moment of Beijing's clock is peak by the schedule in force on its day."""
    moment = datetime.fromisoformat(beijing).replace(tzinfo=BEIJING)
    return is_peak(schedule(model, beijing[:10]), int(moment.timestamp()))


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("00:00:00", False), ("08:59:59", False), ("09:00:00", True), ("11:59:59", True), ("12:00:00", False),
        ("13:59:59", False), ("14:00:00", True), ("17:59:59", True), ("18:00:00", False), ("23:59:59", False),
    ],
)  # fmt: skip
def test_the_edges_of_a_working_day(clock, expected):
    assert peak("deepseek-v4-pro", f"2026-09-21T{clock}") is expected  # a Monday


@pytest.mark.parametrize(
    ("day", "expected", "why"),
    [
        ("2026-08-17", True, "Monday, daily windows"),
        ("2026-08-18", True, "Tuesday, daily windows"),
        ("2026-08-22", False, "the first Saturday of Monday to Friday"),
        ("2026-08-23", False, "Sunday"),
        ("2026-08-24", True, "Monday"),
        ("2026-09-19", False, "Saturday"),
        ("2026-09-20", False, "a Sunday made a working day: the wording says Monday to Friday"),
        ("2026-09-25", False, "Friday, Mid-Autumn Festival"),
        ("2026-10-01", False, "Thursday, National Day"),
        ("2026-10-08", True, "Thursday after the holidays"),
        ("2026-10-10", False, "a Saturday made a working day"),
        ("2026-11-24", True, "Tuesday"),
    ],
)
def test_ten_in_the_morning(day, expected, why):
    assert peak("deepseek-v4-pro", f"{day}T10:00:00") is expected, why


def test_the_same_prices_repeat_with_another_schedule():
    names = {day: schedule("deepseek-v4-pro", day).name for day in ("2026-08-21", "2026-08-22", "2026-09-17")}
    assert names == {
        "2026-08-21": "peak-daily",
        "2026-08-22": "peak-weekdays",
        "2026-09-17": "peak-working-days",
    }
    model = BOOKS.book("deepseek", "cn").models["deepseek-v4-pro"]
    assert len({str(dict(found.standard.rates)) for found in model.blocks[2:]}) == 1


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("2025-03-01T16:29:59", True),  # 00:29:59 in Beijing
        ("2025-03-01T16:30:00", False),  # the discount begins
        ("2025-03-02T00:29:59", False),
        ("2025-03-02T00:30:00", True),
        ("2025-03-02T12:00:00", True),
    ],
)
def test_the_night_window_of_2025_crosses_midnight_utc(utc, expected):
    instant = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp())
    assert is_peak(schedule("deepseek-chat", "2025-03-02"), instant) is expected


def test_a_day_has_seven_peak_hours_a_night_of_2025_eight_discounted_ones():
    def hours(model: str, day: str) -> float:
        start = int(datetime.fromisoformat(day).replace(tzinfo=BEIJING).timestamp())
        return peak_seconds(schedule(model, day), start, start + 86_400) / 3600

    assert hours("deepseek-flash", "2026-09-21") == 3 + 4
    assert hours("deepseek-flash", "2026-10-01") == 0
    assert hours("deepseek-chat", "2025-06-01") == 24 - 8


def test_the_discount_of_2025_begins_and_ends_with_its_blocks():
    blocks = BOOKS.book("deepseek", "global").models["deepseek-chat"].blocks
    assert [(str(found.starts), found.schedule) for found in blocks[:3]] == [
        ("None", None),
        ("2025-02-27", "night-2025"),
        ("2025-09-06", None),
    ]
