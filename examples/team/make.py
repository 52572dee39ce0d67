"""Writes usage.csv: the log of a small team that does not exist. Standard library, a fixed seed, no clock.

Forty customers, five features, three providers, 1 August to 29 September 2026 (60 days). A row is one day of one
customer, feature and model; its counts are those of all its requests. Weekdays are busier than weekends, and the
length of a request differs from row to row. Only `random()` and plain arithmetic are used, so that the file is the
same, byte for byte, on every machine.

    python examples/team/make.py            # writes usage.csv beside this file
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

FIRST, DAYS = date(2026, 8, 1), 60
WEEK = (100, 104, 106, 103, 92, 38, 31)  # Monday to Sunday, in percent of a Monday
COLUMNS = (
    "date", "customer", "feature", "provider", "model", "region",
    "requests", "input_tokens", "cached_input_tokens", "output_tokens",
)  # fmt: skip
# The largest first. The last ten are served from Singapore.
CUSTOMERS = (
    "lumen", "harbor", "quince", "newco", "fennel", "delta", "marlow", "orchid", "pebble", "saffron",
    "tundra", "umbra", "violet", "willow", "yarrow", "zephyr", "alder", "basil", "cobalt", "dune",
    "ember", "flint", "garnet", "hazel", "indigo", "juniper", "kestrel", "larch", "mistral-foods", "nectar",
    "opal", "poplar", "raven", "sable", "thistle", "upland", "vesper", "wren", "xenia", "yonder",
)  # fmt: skip
OVERSEAS = CUSTOMERS[30:]


@dataclass(frozen=True)
class Work:
    """What one feature asks of one model. Lengths are tokens of one request; the rest are percent."""

    feature: str
    provider: str
    model: str
    region: str  # empty: the provider's usual list
    requests: int  # on a Monday, of a customer of average size
    shortest: int  # input of one request: the shortest and the longest mean of a row
    longest: int
    cached: tuple[int, int]  # of the input, read from the cache
    output: tuple[int, int]  # tokens of one request
    used_by: int  # of the customers
    only: tuple[str, ...] = CUSTOMERS


AT_HOME = tuple(name for name in CUSTOMERS if name not in OVERSEAS)
WORKS = (
    Work("chat", "alibaba", "qwen3-max", "cn-beijing", 3_600, 3_400, 5_200, (18, 34), (360, 520), 100),
    # Long prompts: full of tools and of what came before. Not far below 32,000, where qwen3-max changes its price.
    Work("agents", "alibaba", "qwen3-max", "cn-beijing", 640, 21_000, 29_000, (24, 40), (1_100, 1_600), 60),
    Work("search", "baidu", "ernie-4.5-turbo-128k", "", 6_400, 2_100, 3_000, (10, 26), (240, 360), 100, AT_HOME),
    Work("search", "alibaba", "qwen3.6-flash", "intl", 4_200, 2_100, 3_000, (10, 26), (240, 360), 100, OVERSEAS),
    Work("reports", "baidu", "ernie-5.0", "", 150, 14_000, 19_000, (12, 28), (2_000, 2_900), 55, AT_HOME),
    Work("reports", "openai", "gpt-5.6-terra", "", 110, 15_000, 21_000, (12, 28), (2_100, 3_000), 60),
    Work("tagging", "openai", "gpt-5-mini", "", 22_000, 560, 840, (0, 0), (44, 72), 75),
)


def rows() -> Iterator[tuple[str | int, ...]]:
    """The rows of the log, by day, customer and work."""
    chance = Random(20260801)
    used = {(name, i): chance.random() * 100 < work.used_by for name in CUSTOMERS for i, work in enumerate(WORKS)}
    for day in (FIRST + timedelta(days=passed) for passed in range(DAYS)):
        for place, name in enumerate(CUSTOMERS):
            for i, work in enumerate(WORKS):
                if not used[name, i] or name not in work.only:
                    continue
                busy = work.requests * WEEK[day.weekday()] * size(place) * between(chance, 84, 116)
                requests = busy // 1_000_000
                if not requests:
                    continue
                given = requests * between(chance, work.shortest, work.longest) + between(chance, 0, requests)
                cached = given * between(chance, *work.cached) // 100
                written = requests * between(chance, *work.output) + between(chance, 0, requests)
                yield (
                    day.isoformat(), name, work.feature, work.provider, work.model, work.region,
                    requests, given, cached, written,
                )  # fmt: skip


def size(place: int) -> int:
    """How large a customer is, in percent of an average one: the first has twenty times the traffic of the last."""
    return 1_900 // (place + 5) + 40 if place else 800


def between(chance: Random, least: int, most: int) -> int:
    """A whole number from least to most, both included."""
    return least + int(chance.random() * (most - least + 1))


def text() -> str:
    """The file's text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows())
    return out.getvalue()


if __name__ == "__main__":
    Path(__file__).with_name("usage.csv").write_text(text(), encoding="utf-8", newline="\n")
