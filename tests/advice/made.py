"""Logs of the tests that draw advice: a team of three features, and one that has nothing to save."""

from pathlib import Path

from costcalc.api.advice import AdviceResult, advise
from tests.kit import book, flat, model, prices, rates, write_csv

BATCH = "service_tiers: {batch: {all: 50% of standard}}\n"
HOURS = "schedules:\n  day: {timezone: UTC, peak_hours: [00:00-12:00]}\n"
CLOCK = "schedule: day\n" + rates(input_tokens="4", output_tokens="8") + "off_peak: {all: 50% of standard}\n"
WORLD = prices(
    book(
        model("acme-max", ("2026-01-01", rates(input_tokens="10", cache_read_tokens="1", output_tokens="30") + BATCH)),
        flat("acme-plus", input_tokens="4", output_tokens="12"),
        flat("acme-mini", input_tokens="1", output_tokens="3"),
        model("night-owl", ("2026-01-01", CLOCK)),
        head=HOURS,
    ),
    book(
        flat("other-large", input_tokens="20", output_tokens="60"),
        flat("other-ears", input_tokens="1"),
        model("other-old", ("2026-01-01", rates(input_tokens="1", output_tokens="2")), head="retired: 2026-10-10\n"),
        provider="other",
    ),
)
WORKS = (
    ("acme-max", "chat", 3_000, 12_000_000, 1_500_000, 7_200_000),
    ("acme-max", "agents", 400, 3_000_000, 400_000, 150_000),
    ("acme-max", "tagging", 9_000, 5_400_000, 450_000, 0),
    ("night-owl", "reports", 40, 900_000, 90_000, 0),
)
COLUMNS = ("provider", "model", "feature", "requests", "input_tokens", "output_tokens", "cached_input_tokens")


def usage(path: Path, works=WORKS) -> Path:
    """Ten days alike."""
    rows = [
        dict(zip(COLUMNS, ("acme", name, feature, requests, given, output, cached), strict=True))
        for name, feature, requests, given, output, cached in works
    ]
    return write_csv(path / "usage.csv", *({"date": f"2026-09-{n:02d}", **row} for n in range(1, 11) for row in rows))


def usual(path: Path) -> AdviceResult:
    """A margin, a floor that the plan reaches, a target that costs more."""
    return advise(usage(path), prices=WORLD, margin="40%", floor="60%", to=("acme/acme-mini", "other/other-large"))


def raised(path: Path) -> AdviceResult:
    """On top of a rise, with numbers taken."""
    return advise(usage(path), prices=WORLD, hikes="acme=34", take=(3, 4), months=3)


def nothing(path: Path) -> AdviceResult:
    """The cheapest model, without a cache or a batch price."""
    return advise(usage(path, [("acme-mini", *WORKS[2][1:])]), prices=WORLD)


CASES = {"usual": usual, "raised": raised, "nothing": nothing}
