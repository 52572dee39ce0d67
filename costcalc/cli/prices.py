"""`costcalc prices`: What does a model cost, since when, and who says so?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from costcalc.api import Prices
from costcalc.api import prices as api
from costcalc.api.options import BookOptions, DiffOptions
from costcalc.cli.answers import Allowed, Configured, Schema, Written, give_schema, hand_on
from costcalc.cli.app import command_app, command_of
from costcalc.cli.asking import prices_in, words_of
from costcalc.cli.grouped import grouped
from costcalc.cli.groups import CommandsGroup
from costcalc.cli.output import Target
from costcalc.cli.progress import scan_progress
from costcalc.problems import INPUT_EXIT
from costcalc.records import dataclass

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
class BooksAnswer(Configured, Written):
    """Where the answer goes, of which books."""

    def prices(self, books: BookOptions) -> Prices:
        return prices_in(self.config, books.get("pricebooks"))

    def give(self, found: api.PricesResult) -> int:
        hand_on(self.targets, found)
        return 0


@dataclass(frozen=True)
class DiffAnswer(Allowed, Written):
    """Where the answer goes, and what its usage may lack."""


class PricesGroup(CommandsGroup):
    """The commands of this module, and those that live in one of their own."""

    def offered(self) -> Mapping[str, str]:
        return {**super().offered(), **{name: text for name, (_, text) in _ELSEWHERE.items() if _is_there(name)}}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _ELSEWHERE or not _is_there(cmd_name):
            return super().get_command(ctx, cmd_name)
        return command_of(_ELSEWHERE[cmd_name][0], cmd_name)


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
    books: BookOptions,
    answer: BooksAnswer,
) -> int:
    """Every model with its standard rates, and since when they hold."""
    return answer.give(api.listing(providers or (), on=on, region=region, prices=answer.prices(books)))


@app.command(epilog=_examples("show alibaba/qwen3-max", "show qwen3-max --region intl --on 2026-03-01", "show gpt-5.6-luna --tier batch --json"))  # fmt: skip
@grouped
def show(
    model: Model,
    on: OnDay = None,
    region: OneRegion = None,
    tier: Tier = None,
    *,
    books: BookOptions,
    answer: BooksAnswer,
) -> int:
    """Everything about one model, and who says so.

    Every meter, length, service tier and hour; the sources, what is announced, and whose book it is.
    """
    return answer.give(api.show(model, on=on, region=region, tier=tier, prices=answer.prices(books)))


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
    books: BookOptions,
    answer: BooksAnswer,
) -> int:
    """How a model's price moved, day by day, with a chart."""
    prices = answer.prices(books)
    return answer.give(api.history(model, meter=meter, on=on, region=region, tier=tier, prices=prices))


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
    words: DiffOptions,
    answer: DiffAnswer,
) -> int:
    """What changed between two days, in percent and in money.

    With --usage, the whole usage is priced at the one day's list and at the other's, whenever it was used.
    """
    said = words_of(ctx, words, answer.config, DiffOptions)
    with answer.config.blamed(), scan_progress() as progress:
        found = api.diff(
            first, second, provider or (), region=region, usage=usage or None, words={**said, "progress": progress}
        )
    hand_on(answer.targets, found)
    return answer.code(found.usage.usage, priced=not found.usage.unpriced) if found.usage else 0


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
    from costcalc.render.problems import write_problems

    found = api.lint(files or ())
    if Target("table") in written.targets:
        write_problems(found.errors, sys.stderr)
        sys.stderr.write("\n" if found.errors and found.warnings else "")
        write_problems(found.warnings, sys.stderr, "warning")
    hand_on(written.targets, found)
    return INPUT_EXIT if found.errors else 0


@app.command(epilog=_examples("stale --after 90d", "stale alibaba baidu --after 6m -o stale.csv"))
@grouped
def stale(
    providers: Providers = None,
    after: Annotated[str, typer.Option("--after", metavar="AGE", help="Older than this: 90d, 12w, 3m, 1y.")] = "90d",
    on: OnDay = None,
    region: OneRegion = None,
    *,
    books: BookOptions,
    answer: BooksAnswer,
) -> int:
    """The models whose newest source was read too long ago."""
    return answer.give(api.stale(providers or (), after=after, on=on, region=region, prices=answer.prices(books)))


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
    books: BookOptions,
    answer: BooksAnswer,
) -> int:
    """Why a name means that model.

    Exit code 2, with near names, where it means none.
    """
    return answer.give(api.resolve(name, provider=provider, region=region, on=on, prices=answer.prices(books)))


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
    books: BookOptions,
    answer: BooksAnswer,
) -> int:
    """The rises and cuts that were announced or seen, with their sources.

    The catalogue changes no price. A name of it can be used as a hike: --hike @NAME.
    """
    files = books.get("pricebooks") or answer.config.paths("pricebooks")
    prices, providers = answer.prices(books), provider or ()
    found = api.events(
        names or (), providers=providers, since=since, meter=meter, files=[*map(Path, files)], prices=prices
    )
    return answer.give(found)


@app.command(epilog=_examples("schema -o pricebook.schema.json"))
def schema(output: Schema = None) -> int:
    """The JSON Schema of pricebook files, for editors that complete and check them."""
    from costcalc.api.files import pricebook_schema

    return give_schema(output, pricebook_schema())


def _is_there(name: str) -> bool:
    return find_spec(_ELSEWHERE[name][0]) is not None
