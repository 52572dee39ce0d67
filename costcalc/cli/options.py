"""Options that every command reading usage has, and how their words become values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from costcalc.api import Prices, read_prices
from costcalc.calendar import month_of, read_day, read_month, zone
from costcalc.cli.asked import asked_of
from costcalc.cli.config import Config
from costcalc.problems import CostcalcError, Problem, fail

Usage = Annotated[
    list[str],
    typer.Argument(
        metavar="USAGE...", help="Files, folders or globs of usage logs; - is standard input.", show_default=False
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAMES",
        help="Lines by these: provider, model, region, or any column of the log.",
        show_default="provider,model",
    ),
]
Currency = Annotated[
    str | None,
    typer.Option(
        "--currency",
        metavar="CODE",
        envvar="COSTCALC_CURRENCY",
        help="Report currency.",
        show_default="the bill's own, else USD",
    ),
]
Basis = Annotated[
    str | None,
    typer.Option(
        "--basis",
        metavar="auto|list|contracted|billed",
        help="auto: a provider's bill wins; list, contracted: the pricebook, without or with your discounts; billed: any stated cost wins.",
        show_default="auto",
    ),
]
Region = Annotated[
    list[str] | None,
    typer.Option(
        "--region", metavar="PROVIDER=REGION", help="Take this list of a provider: alibaba=intl.", show_default=False
    ),
]
Pricebooks = Annotated[
    list[Path] | None,
    typer.Option(
        "--pricebook", metavar="FILE", help="Your own pricebooks, laid over the shipped ones.", show_default=False
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="ZONE",
        envvar="COSTCALC_TIMEZONE",
        help="Zone of report days and of times without a zone.",
        show_default="UTC",
    ),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DAY", help="First day: 2026-09-01, 2026-09, last-month.", show_default=False),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="DAY",
        help="The day after the last one, which is left out; written likewise.",
        show_default=False,
    ),
]
Month = Annotated[
    str | None, typer.Option("--month", metavar="MONTH", help="All days of a month: 2026-10.", show_default=False)
]
Last = Annotated[
    str | None,
    typer.Option("--last", metavar="LENGTH", help="The log's last days: 30d, 4w, 3m.", show_default=False),
]
Week = Annotated[
    str | None,
    typer.Option("--week", metavar="WEEK", help="Monday to Sunday of an ISO week: 2026-W40.", show_default=False),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="NAME=GLOB", help="Only such rows: team=search,model=qwen3-*.", show_default=False),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="NAME=COLUMN", help="What your column is called: input_tokens=tok_in.", show_default=False
    ),
]
UsageFormat = Annotated[
    str | None,
    typer.Option(
        "--usage-format", metavar="NAME", help="Read the log as this format.", show_default="found from the content"
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write to a file, by its ending: .csv .json .md .txt", show_default=False
    ),
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="KIND", help="table, json, csv or md, on standard output.", show_default="table"),
]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
AllowUnpriced = Annotated[
    bool, typer.Option("--allow-unpriced", help="Exit 0 even where usage has no price; it is still said.")
]
AllowRefused = Annotated[
    bool,
    typer.Option("--allow-refused", help="Exit 0 even where rows were refused or files not read; it is still said."),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        envvar="COSTCALC_CONFIG",
        help="Configuration.",
        show_default="costcalc.toml, or [tool.costcalc] in pyproject.toml",
    ),
]


@dataclass(frozen=True, slots=True)
class Days:
    """Which days, as they are written."""

    since: str | None = None
    until: str | None = None
    month: str | None = None
    last: str | None = None
    week: str | None = None

    def scan_words(self, timezone: str) -> dict[str, Any]:
        return {
            "since": read_period_day(self.since, "--since", timezone),
            "until": read_period_day(self.until, "--until", timezone),
            "month": self.month,
            "last": self.last,
            "week": self.week,
        }


@dataclass(frozen=True, slots=True)
class UsageChoice:
    """Which usage, read how: the words of the command line with the configuration beneath them."""

    days: Days
    where: list[str] | None
    columns: list[str] | None
    usage_format: str | None
    timezone: str | None
    regions: list[str] | None
    pricebooks: list[Path] | None

    def zone(self, config: Config) -> str:
        name = self.timezone or config.text("timezone") or "UTC"
        try:
            zone(name)
        except ValueError:
            raise fail(
                "unknown-zone", f'no time zone is called "{name}"', expected="an IANA name: Asia/Shanghai"
            ) from None
        return name

    def prices(self, config: Config) -> Prices:
        """Pricebooks with the regions and aliases of the flags over those of the configuration."""
        books = self.pricebooks if self.pricebooks is not None else config.paths("pricebooks")
        chosen = pairs(self.regions, "--region", "PROVIDER=REGION")
        regions = {name: region for name, region in config.table("regions").items() if name.lower() not in chosen}
        places = {
            (table, name): place
            for table, names in (("regions", regions), ("aliases", config.table("aliases")))
            for name in names
            if (place := config.place(table, name))
        }
        return read_prices(books, {**regions, **chosen}, config.table("aliases"), places)

    def scan_words(self, config: Config, ctx: typer.Context) -> dict[str, Any]:
        """The keyword arguments of `scan`; asked for last, for what the configuration gave by then is named."""
        timezone = self.zone(config)
        return {
            "asked": asked_of(ctx, config),
            **self.days.scan_words(timezone),
            "where": globs(self.where, "--where"),
            "columns": pairs(self.columns, "--map", "NAME=COLUMN"),
            "rules": config.map_rules(),
            "usage_format": self.usage_format or config.text("usage_format"),
        }


def pairs(words: list[str] | None, flag: str, shape: str) -> dict[str, str]:
    """`a=b,c=d` and repeated flags as one mapping. CostcalcError with every word of another shape."""
    found: dict[str, str] = {}
    problems = []
    for word in (part.strip() for text in words or () for part in text.split(",")):
        name, equals, value = word.partition("=")
        if not equals or not name.strip() or not value.strip():
            problems.append(Problem("bad-option", f'{flag} "{word}" is not of the form {shape}', expected=shape))
        else:
            found[name.strip().lower()] = value.strip()
    if problems:
        raise CostcalcError(problems)
    return found


def globs(words: list[str] | None, flag: str) -> dict[str, tuple[str, ...]]:
    """`team=search,team=ads,model=qwen3-*`: any of a name's globs, all of the names."""
    found: dict[str, tuple[str, ...]] = {}
    for text in words or ():
        for word in text.split(","):
            ((name, glob),) = pairs([word], flag, "NAME=GLOB").items()
            found[name] = (*found.get(name, ()), glob)
    return found


def read_period_day(text: str | None, flag: str, timezone: str) -> date | None:
    """`2026-09-01`, `2026-09`, `today`, `yesterday`, `this-month`, `last-month`, `this-year`: the day it begins."""
    if text is None:
        return None
    today = datetime.now(UTC).astimezone(zone(timezone)).date()
    words = {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "this-month": today.replace(day=1),
        "last-month": month_of(today.replace(day=1) - timedelta(days=1)).first,
        "this-year": today.replace(month=1, day=1),
    }
    if text.lower() in words:
        return words[text.lower()]
    for read in (read_day, lambda word: read_month(word).first):
        try:
            return read(text)
        except ValueError:
            continue
    raise fail("bad-date", f'{flag} "{text}" is no day', expected=f"2026-09-01, 2026-09, {', '.join(words)}")
