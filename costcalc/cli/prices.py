"""`costcalc prices`: what does a model cost, since when, and who says so?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from costcalc.api import Prices
from costcalc.calendar import day_of
from costcalc.cli import options as o
from costcalc.cli.answers import Allowed, Configured, Schema, Written
from costcalc.cli.app import command_app
from costcalc.cli.config import Config
from costcalc.cli.grouped import grouped
from costcalc.cli.output import Target, deliver, targets_of
from costcalc.problems import INPUT_EXIT, fail, nearest_names
from costcalc.records import dataclass

if TYPE_CHECKING:
    from costcalc.render.blocks import Block
    from costcalc.render.fields import Rows

# Commands with a module of their own, imported when they are called; one that is not there is not offered.
_ELSEWHERE = {
    "import": ("costcalc.cli.prices_import", "Make a pricebook of a rate card or of another tool's prices."),
    "update": ("costcalc.cli.prices_update", "Bring the books up to date with the price data of others."),
}

Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="PROVIDER/MODEL, a model, or any name of it.", show_default=False)
]
Providers = Annotated[
    list[str] | None, typer.Argument(metavar="[PROVIDER]...", help="Only these providers.", show_default=False)
]
OnDay = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="DAY",
        help="The day: 2026-09-01, 2026-09, yesterday.",
        show_default="today, in the provider's zone",
    ),
]
OneRegion = Annotated[
    str | None,
    typer.Option("--region", metavar="REGION", help="The list of this region: cn-beijing, intl.", show_default=False),
]
Tier = Annotated[
    str | None,
    typer.Option("--tier", metavar="NAME", help="A service tier: standard, batch, flex.", show_default=False),
]


@dataclass(frozen=True)
class Books:
    """The pricebooks that are asked."""

    pricebook: o.Pricebooks = None


@dataclass(frozen=True)
class BooksAnswer(Configured, Written, Books):
    """Which books are asked, and where the answer goes."""

    def prices(self, config: Config) -> Prices:
        return o.Reading(pricebook=self.pricebook).prices(config)


@dataclass(frozen=True)
class DiffAnswer(Allowed, Written):
    """Where the answer goes, and what its usage may lack."""


class PricesGroup(TyperGroup):
    """The commands of this module, and those that live in one of their own."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *(name for name in _ELSEWHERE if _is_there(name))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _ELSEWHERE or not _is_there(cmd_name):
            return super().get_command(ctx, cmd_name)
        command = typer.main.get_command(import_module(_ELSEWHERE[cmd_name][0]).app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        own = [(name, command.get_short_help_str(80)) for name, command in self.commands.items()]
        others = [(name, text) for name, (_, text) in _ELSEWHERE.items() if _is_there(name)]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *others])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name, known = args[0] if args else "", self.list_commands(ctx)
        if name and not name.startswith("-") and name not in known:
            raise fail(
                "unknown-command", f'there is no command "prices {name}"',
                nearest=nearest_names(name, known), expected=", ".join(known),
            )  # fmt: skip
        return super().resolve_command(ctx, args)


GROUP_EXAMPLES = """
\b
Examples:
  costcalc prices list alibaba --on 2026-09-01
  costcalc prices show openai/gpt-5.6-luna
  costcalc prices history alibaba/qwen3-max --region cn-beijing
  costcalc prices diff 2026-01-01 2026-09-30 --usage usage.csv
  costcalc prices events --provider alibaba
  costcalc prices lint our-rates.yaml
  costcalc prices resolve claude-sonnet-4-5-20250929
"""

app = command_app(
    cls=PricesGroup,
    help="What does a model cost, since when, and who says so?",
    no_args_is_help=True,
    epilog=GROUP_EXAMPLES,
)


def _examples(*lines: str) -> str:
    return "\n".join(["", "\b", "Examples:", *(f"  costcalc prices {line}" for line in lines), ""])


@app.command(
    "list", epilog=_examples("list", "list alibaba baidu --on 2026-03-01", "list 'openai/gpt-5*' -o prices.csv")
)
@grouped
def list_(
    providers: Providers = None,
    on: OnDay = None,
    region: OneRegion = None,
    *,
    answer: BooksAnswer,
) -> int:
    """Every model with its standard rates, and since when they hold."""
    from costcalc.pricebook.data import released_data
    from costcalc.render.prices.listing import listing_blocks, listing_json, listing_rows
    from costcalc.reports.prices.listing import list_prices

    prices, targets = answer.prices(answer.config()), answer.targets()
    books = list_prices(prices.pricebook, _day_in(on), providers or (), region)
    _deliver(targets, "Prices", lambda _: listing_blocks(books, released_data()), lambda: listing_json(books), lambda: listing_rows(books))  # fmt: skip
    return 0


@app.command(epilog=_examples("show alibaba/qwen3-max", "show qwen3-max --region intl --on 2026-03-01", "show gpt-5.6-luna --tier batch --json"))  # fmt: skip
@grouped
def show(
    model: Model,
    on: OnDay = None,
    region: OneRegion = None,
    tier: Tier = None,
    *,
    answer: BooksAnswer,
) -> int:
    """Everything about one model, and who says so.

    Every meter, length, service tier and hour; the sources, what is announced, and whose book it is.
    """
    from costcalc.render.prices.sheet import sheet_blocks, sheet_json, sheet_rows
    from costcalc.reports.prices.sheet import sheet

    prices, targets = answer.prices(answer.config()), answer.targets()
    found = sheet(prices.pricebook, model, _day_in(on), region, tier)
    _deliver(targets, f"{found.found.provider}/{found.found.model}", lambda wide: sheet_blocks(found, wide), lambda: sheet_json(found), lambda: sheet_rows(found))  # fmt: skip
    return 0


@app.command(epilog=_examples("history alibaba/qwen3-max --region cn-beijing", "history deepseek-flash --meter output_tokens", "history gpt-5-mini --tier batch -o history.csv"))  # fmt: skip
@grouped
def history(
    model: Model,
    region: OneRegion = None,
    tier: Tier = None,
    meter: Annotated[
        str | None, typer.Option("--meter", metavar="NAME", help="What the chart draws.", show_default="input_tokens")
    ] = None,
    on: OnDay = None,
    *,
    answer: BooksAnswer,
) -> int:
    """How a model's price moved, day by day, with a chart."""
    from costcalc.render.prices.history import history_blocks, history_json, history_rows
    from costcalc.reports.prices.history import history as read_history
    from costcalc.reports.prices.series import series

    prices, targets = answer.prices(answer.config()), answer.targets()
    report = read_history(prices.pricebook, model, _day_in(on), region, tier)
    lines = series(report, meter)
    _deliver(targets, f"{report.found.provider}/{report.found.model}", lambda wide: history_blocks(report, lines, wide), lambda: history_json(report), lambda: history_rows(report))  # fmt: skip
    return 0


@app.command(
    epilog=_examples("diff 2026-01-01 2026-09-30 --provider alibaba", "diff 2025-11-01 today --usage usage.csv")
)
@grouped
def diff(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(metavar="DAY1", help="The one day: 2026-01-01.", show_default=False)],
    second: Annotated[str, typer.Argument(metavar="DAY2", help="The other day.", show_default=False)],
    *,
    provider: Annotated[
        list[str] | None, typer.Option("--provider", metavar="NAME", help="Only this provider.", show_default=False)
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="REGION", help="Only the lists of this region.", show_default=False),
    ] = None,
    usage: Annotated[
        list[str] | None,
        typer.Option("--usage", metavar="FILE", help="What that is in money for this usage.", show_default=False),
    ] = None,
    currency: o.Currency = None,
    choice: o.Reading,
    answer: DiffAnswer,
) -> int:
    """What changed between two days, in percent and in money.

    With --usage, the whole usage is priced at the one day's list and at the other's, whenever it was used.
    """
    from costcalc.render.prices.diff import diff_blocks, diff_json, diff_rows
    from costcalc.reports.prices.diff import diff as read_diff

    config, targets = answer.config(), answer.targets()
    prices = choice.prices(config)
    days = [_day(text, flag, "UTC") for text, flag in ((first, "DAY1"), (second, "DAY2"))]
    report = read_diff(prices.pricebook, days[0], days[1], provider or (), region)
    if usage:
        report = _with_usage(report, usage, prices, choice, currency or config.text("currency"), config, ctx)
    _deliver(targets, "What changed", lambda wide: diff_blocks(report, wide), lambda: diff_json(report), lambda: diff_rows(report))  # fmt: skip
    return answer.code(config, report.usage.usage, priced=not report.usage.unpriced) if report.usage else 0


@app.command(epilog=_examples("lint", "lint our-rates.yaml rates/", "lint --json"))
@grouped
def lint(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Pricebooks, or folders of them.", show_default="the shipped ones"),
    ] = None,
    *,
    written: Written,
) -> int:
    """What is wrong with pricebooks, or looks so.

    Every problem of every file in one run; exit code 2 where one of them is an error.
    """
    import sys

    from costcalc.render.prices.lint import lint_blocks, lint_json, lint_rows
    from costcalc.render.problems import write_problems
    from costcalc.reports.prices.lint import lint as check

    targets = written.targets()
    report = check(files or ())
    if Target("table") in targets:
        write_problems(report.errors, sys.stderr)
        sys.stderr.write("\n" if report.errors and report.warnings else "")
        write_problems(report.warnings, sys.stderr, "warning")
    _deliver(targets, "Pricebooks", lambda _: lint_blocks(report), lambda: lint_json(report), lambda: lint_rows(report))  # fmt: skip
    return INPUT_EXIT if report.errors else 0


@app.command(epilog=_examples("stale --after 90d", "stale alibaba baidu --after 6m -o stale.csv"))
@grouped
def stale(
    providers: Providers = None,
    after: Annotated[str, typer.Option("--after", metavar="AGE", help="Older than this: 90d, 12w, 3m, 1y.")] = "90d",
    on: OnDay = None,
    region: OneRegion = None,
    *,
    answer: BooksAnswer,
) -> int:
    """The models whose newest source was read too long ago."""
    from costcalc.pricebook.data import shipped_folder
    from costcalc.render.prices.stale import stale_blocks, stale_json, stale_rows
    from costcalc.reports.prices.stale import read_age
    from costcalc.reports.prices.stale import stale as find_stale
    from costcalc.reports.prices.use import use_by_catalogues

    prices, targets = answer.prices(answer.config()), answer.targets()
    use = use_by_catalogues(shipped_folder())
    report = find_stale(prices.pricebook, _day_in(on), read_age(after), providers or (), region, use)
    _deliver(targets, "Stale prices", lambda _: stale_blocks(report), lambda: stale_json(report), lambda: stale_rows(report))  # fmt: skip
    return 0


@app.command(
    epilog=_examples("resolve claude-sonnet-4-5-20250929", "resolve qwen-max --provider dashscope --region intl")
)
@grouped
def resolve(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model's name, as a log has it.", show_default=False)],
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="NAME", help="As the log names it.", show_default=False)
    ] = None,
    region: OneRegion = None,
    on: OnDay = None,
    *,
    answer: BooksAnswer,
) -> int:
    """Why a name means that model.

    Exit code 2, with near names, where it means none.
    """
    from costcalc.render.prices.naming import naming_blocks, naming_json, naming_rows
    from costcalc.reports.prices.naming import naming

    prices, targets = answer.prices(answer.config()), answer.targets()
    report = naming(prices.pricebook, name, _day_in(on), provider, region)
    _deliver(targets, "What the name means", lambda _: naming_blocks(report), lambda: naming_json(report), lambda: naming_rows(report))  # fmt: skip
    return 0


@app.command(
    epilog=_examples(
        "events --provider alibaba --since 2026-04", "events --meter compute", "events alibaba-2026-04-compute"
    )
)
@grouped
def events(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these, in full.", show_default=False)
    ] = None,
    provider: Annotated[
        list[str] | None, typer.Option("--provider", metavar="NAME", help="Only this provider.", show_default=False)
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="In force on this day or later.", show_default=False)
    ] = None,
    meter: Annotated[
        str | None,
        typer.Option("--meter", metavar="NAME", help="A meter or a group: compute, tokens.", show_default=False),
    ] = None,
    *,
    answer: BooksAnswer,
) -> int:
    """The rises and cuts that were announced or seen, with their sources.

    The catalogue changes no price. A name of it can be used as a hike: --hike @NAME.
    """
    from costcalc.pricebook.events import load_events
    from costcalc.render.prices.events import event_blocks, event_rows, events_json
    from costcalc.reports.prices.events import catalogue

    config, targets = answer.config(), answer.targets()
    books = answer.pricebook if answer.pricebook is not None else config.paths("pricebooks")
    day = o.read_period_day(since, "--since", "UTC")
    found = catalogue(load_events(books), answer.prices(config).pricebook, names or (), provider or (), day, meter)
    _deliver(targets, "Rises and cuts", lambda wide: event_blocks(found, wide), lambda: events_json(found), lambda: event_rows(found))  # fmt: skip
    return 0


@app.command(epilog=_examples("schema -o pricebook.schema.json"))
def schema(output: Schema = None) -> int:
    """The JSON Schema of pricebook files, for editors that complete and check them."""
    from costcalc.pricebook.schema import schema as pricebook_schema
    from costcalc.render.fields import json_text

    deliver(targets_of(output, as_json=True), str, lambda _: json_text(pricebook_schema()))
    return 0


def _is_there(name: str) -> bool:
    return find_spec(_ELSEWHERE[name][0]) is not None


def _day_in(text: str | None) -> Callable[[str], date]:
    """The day asked for, else today, by the clock of a zone. CostcalcError: no day."""
    if text is not None:
        _day(text, "--on", "UTC")
        return lambda zone: _day(text, "--on", zone)
    now = int(time.time())
    return lambda zone: day_of(now, zone)


def _day(text: str, flag: str, zone: str) -> date:
    day = o.read_period_day(text, flag, zone)
    assert day is not None
    return day


def _with_usage(
    report: Any, usage: Sequence[str], prices: Prices, choice: o.Reading, currency: str | None, config: Config,
    ctx: typer.Context,
) -> Any:  # fmt: skip
    from dataclasses import replace

    from costcalc.api import scan
    from costcalc.api.words import read_currency
    from costcalc.cli.progress import scan_progress
    from costcalc.rating.rate import RatingOptions
    from costcalc.reports.prices.diff import in_money

    zone = choice.zone(config)
    with config.blamed(), scan_progress() as progress:
        ledger = scan(list(usage), prices=prices, timezone=zone, progress=progress, **choice.scan_words(config, ctx))
    options = RatingOptions(currency=read_currency(currency), timezone=zone)
    money = in_money(ledger, prices.pricebook, prices.fx, report.first, report.second, options)
    return replace(report, usage=money)


def _deliver(
    targets: Sequence[Target],
    title: str,
    blocks: Callable[[bool], Sequence[Block]],
    as_json: Callable[[], dict[str, Any]],
    rows: Callable[[], Rows],
) -> None:
    def page() -> Any:
        from costcalc.render.draw import Page

        return Page(blocks)

    def content(kind: str) -> str:
        if kind == "json":
            from costcalc.render.fields import json_text

            return json_text(as_json())
        if kind == "csv":
            from costcalc.render.csv_ import csv_text

            return csv_text(rows())
        from costcalc.render.markdown import markdown_text

        return markdown_text(title, blocks(True))

    deliver(targets, page, content)
