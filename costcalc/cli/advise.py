"""`costcalc advise`: What would save money, found in the log itself, and what must be tested first?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from costcalc import api
from costcalc.api.options import AdviseOptions
from costcalc.cli.answers import Answer, output_option
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage, taken_plan
from costcalc.cli.grouped import grouped
from costcalc.files import is_there, read_text, write_whole
from costcalc.problems import CostcalcError, Place, Problem, visible
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
Each candidate is run as a scenario of its own on top of the base. Nothing
here says that quality stays: what to test stands beside each, and in the
file.
"""

PLAN_ENDINGS = (".yaml", ".yml")

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
def advise(ctx: typer.Context, usage: Usage, *, words: AdviseOptions, answer: AdviseAnswer) -> int:
    """What would save money, found in the log itself, and what must be tested first?"""
    plans, shown = answer.plans_and_rest()
    _check_ours(plans)
    base = taken_plan(words)
    result = shown.ask(ctx, api.advise, usage, words=words, stated=base.currency)
    is_written = result.report.together is not None
    for plan in plans if is_written else ():
        write_whole(plan, result.to_yaml())
    code = shown.give(result)
    for plan in plans:
        _say(plan, is_written=is_written)
    return code


def _check_ours(plans: Sequence[Path]) -> None:
    """CostcalcError: a plan would be written over a file that somebody else wrote."""
    from costcalc.render.advice.plan import OPENING

    others = [path for path in plans if is_there(path) and not read_text(path).startswith(f"# {OPENING}")]
    if others:
        raise CostcalcError([
            Problem(
                "file-exists", "the file is there already, and advise did not write it", Place(str(path)),
                remedy="choose another name for the plan",
            )
            for path in others
        ])  # fmt: skip


def _say(path: Path, *, is_written: bool) -> None:
    """On standard error, so that what is printed stays the answer."""
    name = visible(str(path))
    said = f"{name} is written: costcalc project … --scenario {name}" if is_written else f"{name} is not written: there is no plan"  # fmt: skip
    typer.echo(said, err=True)
