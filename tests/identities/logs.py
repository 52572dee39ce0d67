"""Random logs and books for the identities: two providers in two zones, every meter that overlaps, bills, hours, bands."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from hypothesis import Phase, given
from hypothesis import strategies as st

import costcalc
from costcalc.api import PlanResult, Prices
from costcalc.usage.ledger import UsageLedger
from tests.kit import DEEP, book, examples, model, prices

PEAK = "schedules:\n  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00, 14:00-18:00]}\n"
WEST = book(
    model(
        "plain",
        (
            "2020-01-01",
            "input_tokens: 3 per 1M\ncache_read_tokens: 0.3 per 1M\ncache_write_tokens: 3.75 per 1M\noutput_tokens: 15 per 1M\n"
            "service_tiers: {batch: {all: 50% of standard}}\n",
        ),
        ("2026-09-12", "input_tokens: 3.3 per 1M\ncache_read_tokens: 0.33 per 1M\noutput_tokens: 16.5 per 1M\n"),
    ),
    provider="west",
)
EAST = book(
    model(
        "banded",
        (
            "at least since 2026-09-05",
            "thinking: {output_tokens: 7.7 per 1M}\nbands:\n"
            "  - {input_up_to: 32_000, input_tokens: 2.5 per 1M, output_tokens: 10 per 1M}\n"
            "  - {input_above: 32_000, input_up_to: 250_000, input_tokens: 4 per 1M, output_tokens: 16 per 1M}\n",
        ),
    ),
    model(
        "hourly",
        ("2020-01-01", "schedule: peak\ninput_tokens: 2 per 1M\noutput_tokens: 8 per 1M\n"
         "off_peak: {input_tokens: 1 per 1M, output_tokens: 4 per 1M}\n"),
    ),
    provider="east",
    currency="CNY",
    timezone="Asia/Shanghai",
    head=PEAK,
)  # fmt: skip
BOOKS = prices(WEST, EAST, fx="USD/CNY: {2026-09: {stated: 7.1}, 2026-10: {stated: 7.3}}")
NAMES = [("west", "plain"), ("east", "banded"), ("east", "hourly"), ("east", "unknown"), ("", "nobodys")]
COLUMNS = (
    "time", "until", "provider", "model", "customer", "tier", "requests", "input_tokens", "cache_read_tokens",
    "cache_write_tokens", "output_tokens", "reasoning_tokens", "billed_cost", "currency", "revenue",
)  # fmt: skip

Row = dict[str, Any]


@st.composite
def row(draw: st.DrawFn) -> Row:
    """One row: an instant, a day of the provider, or a day in UTC with its end."""
    provider, name = draw(st.sampled_from(NAMES))
    day = draw(st.integers(1, 28))
    hour = draw(st.sampled_from(["00:00:00", "00:59:59", "01:00:00", "04:00:00", "15:59:59", "16:00:00", "23:59:59"]))
    shape = draw(st.sampled_from(["instant", "instant", "day", "utc-day"]))
    cached, written, fresh = (draw(st.integers(0, 60_000)) for _ in range(3))
    output = draw(st.integers(0, 5_000))
    billed = draw(st.sampled_from(["", "", "", "0", "0.0137", "12.5"]))
    return {
        "time": f"2026-09-{day:02d}" + {"day": "", "utc-day": "T00:00:00Z", "instant": f"T{hour}Z"}[shape],
        "until": f"2026-09-{day + 1:02d}T00:00:00Z" if shape == "utc-day" else "",
        "provider": provider,
        "model": name,
        "customer": draw(st.sampled_from(["a", "b", ""])),
        "tier": draw(st.sampled_from(["", "", "batch"])) if name == "plain" and day < 12 else "",
        "requests": draw(st.sampled_from(["1", "1", ""] if shape == "instant" else ["", "1", "7"])),
        "input_tokens": cached + written + fresh,
        "cache_read_tokens": cached,
        "cache_write_tokens": written,
        "output_tokens": output,
        "reasoning_tokens": draw(st.integers(0, output)),
        "billed_cost": billed,
        "currency": draw(st.sampled_from(["USD", "CNY"])) if billed else "",
        "revenue": draw(st.sampled_from(["", "1.5"])),
    }


FRESH = st.lists(row(), min_size=1, max_size=8)
POOL = 40  # logs, scanned once for all properties


@cache
def pool() -> list[list[Row]]:
    """Logs drawn for all properties, the shortest first."""
    found: list[list[Row]] = []

    @examples(POOL, database=None, phases=[Phase.generate])
    @given(FRESH)
    def draw(log: list[Row]) -> None:
        found.append(log)

    draw()
    return sorted(found, key=len)


# Properties share what they are tried on, as a scan takes longer than any of them; with DEEP each has its own.
LOGS = FRESH if DEEP > 1 else st.deferred(lambda: st.sampled_from(pool()))
PERCENT = st.decimals(-50, 300, places=2).map(str)


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, (*COLUMNS, "part"))
        writer.writeheader()
        writer.writerows(rows)
    return path


def project(*files: Sequence[Row], prices: Prices = BOOKS, **options: Any) -> PlanResult:
    """The projection of one log, or of one in several files, in dollars."""
    written = tuple(json.dumps(rows) for rows in files if rows)
    return costcalc.project(ledger(written), prices=prices, **{"currency": "USD", **options})


@lru_cache(maxsize=2 * POOL)
def ledger(files: tuple[str, ...]) -> UsageLedger:
    """The files, each as JSON rows, counted once: many scenarios ask the same log."""
    with tempfile.TemporaryDirectory() as folder:
        # Each row names its file: of files with the same content one would be taken for a copy.
        named = [[row | {"part": f"no. {number}"} for row in json.loads(rows)] for number, rows in enumerate(files)]
        paths = [write(Path(folder) / f"usage-{number}.csv", rows) for number, rows in enumerate(named)]
        return costcalc.scan(paths, by=("customer",), prices=BOOKS)
