"""Options that every command reading usage has, and how their words become values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from costcalc.api import Prices, read_prices
from costcalc.api.words import read_first_month
from costcalc.calendar import month_of, read_day, read_month, zone
from costcalc.cli.asked import asked_of
from costcalc.cli.config import Config
from costcalc.problems import CostcalcError, Problem, fail
from costcalc.records import dataclass

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
Alias = Annotated[
    list[str] | None,
    typer.Option(
        "--alias",
        metavar="NAME=MODEL",
        help="What a name of your log means: fast-chat=alibaba/qwen-plus.",
        show_default=False,
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
Quarter = Annotated[
    str | None,
    typer.Option(
        "--quarter", metavar="QUARTER", help="Three months of a year, or of a fiscal one: 2026-Q4.", show_default=False
    ),
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
FormatFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--format-file", metavar="FILE", help="A format of your own: costcalc init format LOG.", show_default=False
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        envvar="COSTCALC_MEMORY",
        help="Memory for counting: 2GB. What does not fit goes to a temporary folder.",
        show_default="256MB",
    ),
]
Threads = Annotated[
    str | None,
    typer.Option(
        "--threads",
        metavar="N",
        envvar="COSTCALC_THREADS",
        help="Cores for counting.",
        show_default="all, at 32 MB each",
    ),
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="embedded|spark",
        help="Who counts: this machine, or the cluster at --remote, on paths that it reads (s3://logs/*.parquet).",
        show_default="embedded",
    ),
]
Remote = Annotated[
    str | None,
    typer.Option(
        "--remote", metavar="ADDRESS", help="With --engine spark: its server, sc://HOST:PORT.", show_default=False
    ),
]


@dataclass(frozen=True)
class Limits:
    """What counting may use of the machine."""

    memory: Memory = None
    threads: Threads = None

    def words(self, config: Config) -> dict[str, str | None]:
        """The flags, else the configuration, as `scan` takes them."""
        return {"memory": self.memory or config.text("memory"), "threads": self.threads or config.text("threads")}


@dataclass(frozen=True)
class Reads:
    """How usage is read: words of the command line, to be laid over those of the configuration."""

    columns: Map = None
    usage_format: UsageFormat = None
    format_file: FormatFiles = None
    timezone: Timezone = None
    pricebook: Pricebooks = None


@dataclass(frozen=True)
class Counting(Limits):
    """Who counts. Never taken from a configuration: only an argument opens a connection."""

    engine: Engine = None
    remote: Remote = None


@dataclass(frozen=True)
class Reading(Counting, Reads):
    """How usage is read, and with what."""

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
        books = self.pricebook if self.pricebook is not None else config.paths("pricebooks")
        chosen = self.regions()
        regions = {name: region for name, region in config.table("regions").items() if name.lower() not in chosen}
        meant = self.aliases()
        aliases = {name: target for name, target in config.table("aliases").items() if name.lower() not in meant}
        places = {
            (table, name): place
            for table, names in (("regions", regions), ("aliases", aliases))
            for name in names
            if (place := config.place(table, name))
        }
        return read_prices(books, {**regions, **chosen}, {**aliases, **meant}, places, config.rates())

    def regions(self) -> dict[str, str]:
        """The list of a provider that flags choose."""
        return {}

    def aliases(self) -> dict[str, str]:
        """What flags say that names of the log mean."""
        return {}

    def scan_words(self, config: Config, ctx: typer.Context) -> dict[str, Any]:
        """The keyword arguments of `scan`; asked for last, for what the configuration gave by then is named."""
        return {
            "asked": asked_of(ctx, config),
            "columns": pairs(self.columns, "--map", "NAME=COLUMN"),
            "rules": config.map_rules(),
            "usage_format": self.usage_format or config.text("usage_format"),
            "formats": self.format_file or config.paths("formats"),
            "engine": self.engine,
            "remote": self.remote,
            **self.words(config),
        }


@dataclass(frozen=True)
class Rows:
    """Which rows: days, and what is in them."""

    since: Since = None
    until: Until = None
    month: Month = None
    last: Last = None
    week: Week = None
    quarter: Quarter = None
    where: Where = None


@dataclass(frozen=True)
class RowChoice(Reading, Rows):
    """Which usage, read how."""

    def scan_words(self, config: Config, ctx: typer.Context) -> dict[str, Any]:
        timezone = self.zone(config)
        return {
            **super().scan_words(config, ctx),
            "since": read_period_day(self.since, "--since", timezone),
            "until": read_period_day(self.until, "--until", timezone),
            "month": self.month,
            "last": self.last,
            "week": self.week,
            "quarter": self.quarter,
            "fiscal_year_starts": read_first_month(config.text("fiscal_year_starts") or 1),
            "where": globs(self.where, "--where"),
        }


@dataclass(frozen=True)
class Lists:
    """Which lists of the pricebooks, on what basis and in which currency."""

    currency: Currency = None
    basis: Basis = None
    region: Region = None
    alias: Alias = None


@dataclass(frozen=True)
class UsageChoice(RowChoice, Lists):
    """Which usage, read how, at which lists."""

    def priced_words(self, config: Config, ctx: typer.Context, currency: str | None = None) -> dict[str, Any]:
        """The keyword arguments of every question about money; `currency`: a scenario's. Asked for last, as `scan_words`."""
        return {
            "currency": self.currency or currency or config.text("currency"),
            "basis": self.basis_in(config),
            "prices": self.prices(config),
            "timezone": self.zone(config),
            **self.scan_words(config, ctx),
        }

    def basis_in(self, config: Config) -> str:
        return self.basis or config.text("basis") or "auto"

    def regions(self) -> dict[str, str]:
        return pairs(self.region, "--region", "PROVIDER=REGION")

    def aliases(self) -> dict[str, str]:
        return pairs(self.alias, "--alias", "NAME=PROVIDER/MODEL")


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
    raise fail("bad-date", f'{flag} "{text}" is not a day', expected=f"2026-09-01, 2026-09, {', '.join(words)}")
