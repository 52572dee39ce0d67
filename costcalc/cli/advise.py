"""`costcalc advise`: what would save money, found in the log itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc import api
from costcalc.calendar import MOST_MONTHS
from costcalc.cli import options as o
from costcalc.cli.app import command_app
from costcalc.cli.config import read_config
from costcalc.cli.grouped import grouped
from costcalc.cli.output import deliver, exit_code, kind_of, lacks_of, report_refused
from costcalc.cli.plans import Floor, Hike, MarginOption, PassThrough, RevenueOption, ScenarioOption, read_earned
from costcalc.cli.progress import scan_progress
from costcalc.files import write_whole
from costcalc.problems import fail, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc advise usage.csv
  costcalc advise usage.csv --margin 60% --floor 65% -o plan.yaml
  costcalc advise logs/ --hike alibaba=34 --by feature --take 1,3 -o plan.yaml
  costcalc advise usage.csv --to selfhosted/qwen3-8b --pricebook models.yaml
  costcalc project usage.csv --scenario plan.yaml

\b
Each candidate is run as a scenario of its own on top of the base. Nothing here says
that quality stays: what to test stands beside each, and in the file.
"""

PLAN_ENDINGS = (".yaml", ".yml")

By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAMES", help="Columns of the log that part the usage of one model.", show_default="feature"
    ),
]
To = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        metavar="PROVIDER/MODEL",
        help="Where short and frequent requests could go; repeat it.",
        show_default="cheaper siblings, and models of yours",
    ),
]
Take = Annotated[
    str | None,
    typer.Option("--take", metavar="1,3", help="The candidates of the plan.", show_default="the best of each group"),
]
Short = Annotated[
    int, typer.Option("--short", metavar="TOKENS", min=1, help="Requests are short up to so many input tokens.")
]
Often = Annotated[
    int, typer.Option("--often", metavar="REQUESTS", min=1, help="Frequent: so many short requests a day.")
]
Least = Annotated[
    str, typer.Option("--least", metavar="SHARE", help="Groups below that share of the bill are left aside.")
]
Months = Annotated[
    int, typer.Option("--months", metavar="N", min=0, max=MOST_MONTHS, help="Months to come.", show_default="12")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="The plan as a scenario (.yaml), or the answer (.csv .json .md .txt).",
        show_default=False,
    ),
]


@app.command(epilog=EXAMPLES)
@grouped
def advise(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    scenario: ScenarioOption = None,
    hike: Hike = None,
    pass_through: PassThrough = None,
    revenue: RevenueOption = None,
    margin: MarginOption = None,
    floor: Floor = None,
    by: By = None,
    to: To = None,
    take: Take = None,
    short: Short = 2_000,
    often: Often = 1_000,
    least: Least = "1%",
    months: Months = 0,
    currency: o.Currency = None,
    basis: o.Basis = None,
    choice: o.UsageChoice,
    output: Output = None,
    format_: o.Format = None,
    as_json: o.Json = False,
    allow_unpriced: o.AllowUnpriced = False,
    allow_refused: o.AllowRefused = False,
    config_file: o.ConfigFile = None,
) -> int:
    """What would save money, found in the log itself, and what must be tested first?"""
    config = read_config(config_file)
    plan = output if output is not None and output.suffix.lower() in PLAN_ENDINGS else None
    answer = None if plan is not None else output
    kind = kind_of(format_, as_json, answer, beside=PLAN_ENDINGS)
    earned, source, today = read_earned(revenue, margin, config)
    base = api.scenario_of(scenario, hike or ())
    with config.blamed(), scan_progress() as progress:
        result = api.advise(
            usage,
            scenario=base,
            pass_through=pass_through,
            revenue=earned,
            revenue_source=source,
            margin=today,
            floor=floor or config.text("floor"),
            by=by,
            to=to or (),
            short=short,
            often=often,
            least=least,
            take=None if take is None else read_numbers(take),
            months=months,
            currency=currency or base.currency or config.text("currency"),
            basis=basis or config.text("basis") or "auto",
            prices=choice.prices(config),
            timezone=choice.zone(config),
            progress=progress,
            **choice.scan_words(config, ctx),
        )
    report = result.report
    if plan is not None and report.together is not None:
        _write_plan(result, plan)
    texts = {"json": result.to_json, "csv": result.to_csv, "md": lambda: _markdown(result)}
    deliver(kind, answer, lambda: _page(result), texts, lacks_of(report.usage, report.is_priced))
    if plan is not None:
        _say(plan, is_written=report.together is not None)
    report_refused(report.usage)
    return exit_code(
        report.usage,
        report.is_priced,
        allow_unpriced=allow_unpriced or config.flag("allow_unpriced"),
        allow_refused=allow_refused or config.flag("allow_refused"),
    )


def read_numbers(text: str) -> tuple[int, ...]:
    """`1,3`. CostcalcError: anything that is no number of a candidate."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise fail("bad-option", f'--take "{text}" names no candidates', expected="their numbers: 1,3")
    return tuple(int(word) for word in words)


def _write_plan(result: api.AdviceResult, path: Path) -> None:
    write_whole(path, result.to_yaml())


def _say(path: Path, *, is_written: bool) -> None:
    """On standard error, so that what is printed stays the answer."""
    name = visible(str(path))
    said = f"{name} is written: costcalc project … --scenario {name}" if is_written else f"{name} is not written: there is no plan"  # fmt: skip
    typer.echo(said, err=True)


def _page(result: api.AdviceResult) -> RenderableType:
    from costcalc.render.advice.page import advice_page

    return advice_page(result.report)


def _markdown(result: api.AdviceResult) -> str:
    from costcalc.render.advice.page import advice_markdown

    return advice_markdown(result.report)
