"""`costcalc check`: Does a budget or a margin floor break?"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from costcalc import api
from costcalc.api.options import BudgetOptions, CheckOptions
from costcalc.cli.answers import Allowed, Written, by_ending, by_kind, hand_on
from costcalc.cli.app import command_app
from costcalc.cli.asking import Usage
from costcalc.cli.grouped import grouped
from costcalc.cli.output import Target, keep_apart_from_all, report_refused
from costcalc.cli.streams import under_actions, write_orders
from costcalc.files import is_file
from costcalc.problems import CostcalcError, Place, fail, problem_text
from costcalc.records import dataclass

app = command_app()

EXAMPLES = """
\b
Examples:
  costcalc init budgets -o budgets.yaml
  costcalc check usage.csv --budgets budgets.yaml
  costcalc check usage.csv --max-cost 5000USD --max-unpriced 1%
  costcalc check pr.csv --baseline main.parquet --max-rise 10%
  costcalc check logs/ --budgets budgets.yaml -o check.sarif -o check.xml -o -

\b
Exit codes: 0 all hold (a warning is none), 1 one is broken, 2 a budget
matches nothing or something is written wrong, 3 what is missing (unpriced or
refused rows) leaves one open. Under GitHub Actions findings are annotated on
the budgets' own lines, and the step gets its summary.
"""

DEFAULT_FILE = Path("budgets.yaml")
Tag = Annotated[
    str,
    typer.Option("--tag", metavar="NAME", help="Tells the Markdown of several checks apart.", show_default=False),
]
Outputs = Annotated[list[Path] | None, by_ending(".json .xml (JUnit) .sarif .md .csv .txt")]
Format = Annotated[str | None, by_kind("table, json, csv, md, junit, sarif or github")]


@dataclass(frozen=True)
class CheckAnswer(Allowed, Written):
    """Where the answer goes; the formats of CI are offered too."""

    also = ("junit", "sarif", "github")

    output: Outputs = None
    format_: Format = None
    tag: Tag = ""


@app.command(epilog=EXAMPLES)
@grouped
def check(ctx: typer.Context, usage: Usage, *, words: CheckOptions, answer: CheckAnswer) -> int:
    """Does a budget or a margin floor break?"""
    try:
        targets = answer.targets
        _check_tag(answer.tag)
        if not any(words.get(name) for name in BudgetOptions.__annotations__ if name != "baseline"):
            words["budgets"] = [DEFAULT_FILE] if is_file(DEFAULT_FILE) else []
        result = answer.ask(ctx, api.check, usage, words={**words, **answer.allowed})
    except CostcalcError as error:
        _tell_github(error)
        raise
    keep_apart_from_all((target.path for target in targets), result.report.usage.sources, answer.config)
    _deliver(result, targets, answer.tag)
    report_refused(result.report.usage)
    _annotate(result, targets, answer.tag)
    code: int = result.report.exit_code
    return code


def _check_tag(tag: str) -> None:
    from costcalc.render.check.markdown import tag_line

    tag_line(tag)


def _deliver(result: api.CheckResult, targets: Sequence[Target], tag: str) -> None:
    texts: Mapping[str, Callable[[], str]] = {
        "md": lambda: result.to_markdown(tag),
        "github": lambda: _annotations(result),
    }
    for target in targets:
        if target == Target("github"):
            write_orders(sys.stdout, _annotations(result))
    hand_on([target for target in targets if target != Target("github")], result, texts, result.lacks)


def _annotations(result: api.CheckResult) -> str:
    from costcalc.render.check.github import check_annotations

    return check_annotations(result.report, _checkout())


# --- under GitHub Actions ----------------------------------------------------------------------------------------


def _checkout() -> Path | None:
    folder = os.environ.get("GITHUB_WORKSPACE")
    return Path(folder) if folder else None


def _annotate(result: api.CheckResult, targets: Sequence[Target], tag: str) -> None:
    """Annotations, unless they were asked for, and the step's summary. Runners read commands from both streams, and
    standard output may be somebody's file.
    """
    if not under_actions():
        return
    if Target("github") not in targets:
        write_orders(sys.stderr, _annotations(result))
    _summarise(result.to_markdown(tag))


def _tell_github(error: CostcalcError) -> None:
    if not under_actions():
        return
    from costcalc.render.check.github import problem_annotations

    write_orders(sys.stderr, problem_annotations(error.problems, _checkout()))
    problems = "\n\n".join(problem_text(problem) for problem in error.problems)
    fence = "`" * max(3, 1 + _longest_run(problems))
    _summarise(f"### The check could not be made\n\n{fence}text\n{problems}\n{fence}\n")


def _longest_run(text: str) -> int:
    """Of backticks: a fence must be longer."""
    return max((len(run) for run in "".join(char if char == "`" else " " for char in text).split()), default=0)


def _summarise(text: str) -> None:
    """Add to the step's summary, which other commands of the step write to as well."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8", newline="") as file:
            file.write(f"{text}\n")
    except OSError as error:
        raise fail(
            "unwritable-file", f"cannot write the step's summary: {error.strerror}", place=Place(path)
        ) from error
