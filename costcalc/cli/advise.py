"""`costcalc advise`: what would save money, found in the log itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from costcalc import api
from costcalc.calendar import MOST_MONTHS
from costcalc.cli import options as o
from costcalc.cli.answers import Answer, output_option
from costcalc.cli.app import command_app
from costcalc.cli.grouped import grouped
from costcalc.cli.plans import Changes, EarnedAndFloor
from costcalc.cli.progress import scan_progress
from costcalc.files import write_whole
from costcalc.problems import fail, visible
from costcalc.records import dataclass

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
        help="Where short and frequent requests could go; repeat it. Machines of yours: costcalc init self-hosted.",
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
PlanOutput = Annotated[
    list[Path] | None,
    output_option("The plan as a scenario (.yaml), or the answer (.csv .json .md .txt .parquet); repeatable."),
]


@dataclass(frozen=True)
class AdviseAnswer(Answer):
    """Where the answer goes, or the plan."""

    beside = PLAN_ENDINGS

    output: PlanOutput = None

    def plans_and_rest(self) -> tuple[list[Path], AdviseAnswer]:
        """Where the plan goes, and where the answer does."""
        paths = {path: path.suffix.lower() in PLAN_ENDINGS for path in self.output or ()}
        rest = [path for path, is_plan in paths.items() if not is_plan]
        return [path for path, is_plan in paths.items() if is_plan], replace(self, output=rest)


@app.command(epilog=EXAMPLES)
@grouped
def advise(
    ctx: typer.Context,
    usage: o.Usage,
    *,
    changes: Changes,
    earned: EarnedAndFloor,
    by: By = None,
    to: To = None,
    take: Take = None,
    short: Short = 2_000,
    often: Often = 1_000,
    least: Least = "1%",
    months: Months = 0,
    choice: o.UsageChoice,
    answer: AdviseAnswer,
) -> int:
    """What would save money, found in the log itself, and what must be tested first?"""
    plans, shown = answer.plans_and_rest()
    config, targets = answer.config(), shown.targets()
    base = changes.plan()
    with config.blamed(), scan_progress() as progress:
        result = api.advise(
            usage,
            scenario=base,
            pass_through=changes.pass_through,
            **earned.words(config),
            by=by,
            to=to or (),
            short=short,
            often=often,
            least=least,
            take=None if take is None else read_numbers(take),
            months=months,
            progress=progress,
            **choice.priced_words(config, ctx, base.currency),
        )
    is_written = result.report.together is not None
    for plan in plans if is_written else ():
        write_whole(plan, result.to_yaml())
    code = shown.give(result, targets, config)
    for plan in plans:
        _say(plan, is_written=is_written)
    return code


def read_numbers(text: str) -> tuple[int, ...]:
    """`1,3`. CostcalcError: anything that is no number of a candidate."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise fail("bad-option", f'--take "{text}" names no candidates', expected="their numbers: 1,3")
    return tuple(int(word) for word in words)


def _say(path: Path, *, is_written: bool) -> None:
    """On standard error, so that what is printed stays the answer."""
    name = visible(str(path))
    said = f"{name} is written: costcalc project … --scenario {name}" if is_written else f"{name} is not written: there is no plan"  # fmt: skip
    typer.echo(said, err=True)
