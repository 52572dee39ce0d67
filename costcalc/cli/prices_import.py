"""`costcalc prices import`: prices that others collected, or one's own rates, as a pricebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from costcalc.cli.answers import JsonAlone
from costcalc.cli.app import command_app
from costcalc.cli.output import paths_of
from costcalc.problems import INCOMPLETE_EXIT, fail, problem_text, visible

app = command_app(help="Make a pricebook of a rate card or of another tool's prices.")

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help="The data of others: genai-prices, litellm, models.dev, model-prices, metergraph-core, openai-cost-calculator, model-bank, rates, llm-prices, facts, events; or a .csv of your own rates.",
        show_default=False,
    ),
]  # fmt: skip
File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="The source's file, downloaded.", show_default="the installed one")
]  # fmt: skip
Provider = Annotated[
    list[str] | None, typer.Option("--provider", metavar="NAME", help="Only this provider.", show_default="all of them")
]  # fmt: skip
Target = Annotated[
    list[Path] | None,
    typer.Option(
        "-o", "--output", metavar="FILE|FOLDER", help="Where the pricebook goes, one place; never over another file.",
        show_default="standard output",
    ),
]  # fmt: skip
Onto = Annotated[
    Path | None,
    typer.Option(
        "--onto", metavar="BOOK", help="Add to this pricebook: a new block where a figure differs, nothing changed.",
        show_default=False,
    ),
]  # fmt: skip
From = Annotated[
    str | None,
    typer.Option("--from", metavar="DAY", help="The day from which prices without one hold.", show_default="today"),
]

EXAMPLES = """
\b
Examples:
  costcalc prices import litellm --provider openai -o prices/
  costcalc prices import models.dev api.json --provider mistral -o prices/
  costcalc prices import genai-prices --onto openai.yaml -o openai.yaml
  costcalc prices import my-rates.csv -o prices/
"""


@app.command("import", epilog=EXAMPLES)
def import_prices(
    source: Source,
    file: File = None,
    provider: Provider = None,
    outputs: Target = None,
    onto: Onto = None,
    starts: From = None,
    as_json: JsonAlone = False,
) -> int:
    """Make a pricebook of a rate card or of another tool's prices. Offline; what is not understood is listed."""
    from costcalc.api.imports import import_prices as read

    output = _one_of(outputs)
    found = read(source, file, providers=provider or (), onto=onto, output=output, starts=starts)
    for problem in found.warnings:
        typer.echo(problem_text(problem, "warning"), err=True)
    typer.echo(found.write(), nl=False)
    beside = output is None  # the pricebook itself is on standard output
    text = found.to_json().rstrip("\n") if as_json else "\n".join(map(visible, found.to_text().splitlines()))
    typer.echo(text, err=beside)
    return INCOMPLETE_EXIT if found.addition and found.addition.refused else 0


def _one_of(outputs: Sequence[Path] | None) -> Path | None:
    """Where the pricebook goes; None: standard output. CostcalcError: two places, and a summary tells of one."""
    first, *more = paths_of(outputs)
    if more:
        raise fail(
            "several-outputs", f"a pricebook goes to one place, and -o names {1 + len(more)}", remedy="give -o once",
        )  # fmt: skip
    return first
