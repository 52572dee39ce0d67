"""`costcalc prices update`: the books beside the price data of others, and what enough of it agrees on written into them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from costcalc.cli.answers import JsonAlone
from costcalc.cli.app import command_app
from costcalc.cli.output import deliver, targets_of
from costcalc.cli.progress import scan_progress

app = command_app(help="Bring the books up to date with the price data of others.")

EXAMPLES = """
\b
Examples:
  costcalc prices update --from installed
  costcalc prices update --from installed --from downloads/ openai anthropic
  costcalc prices update --from installed --usage usage.csv --json
  costcalc prices update --from installed --into pricebooks/ --write
"""


@app.command("update", epilog=EXAMPLES)
def update_prices(
    providers: Annotated[
        list[str] | None, typer.Argument(metavar="[PROVIDER]...", help="Only these.", show_default="all of them")
    ] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="DIR|installed",
            help="A folder with the data of others, or what is installed here.",
            show_default="installed",
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="FOLDER", help="The folder of the books.", show_default="the shipped one"),
    ] = None,
    usage: Annotated[
        list[str] | None,
        typer.Option("--usage", metavar="FILE", help="Rank by this usage.", show_default="catalogues that have it"),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day of the run.", show_default="today")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the books and what is to be decided.")] = False,
    as_json: JsonAlone = False,
) -> int:
    """What the price data of others says that the books do not.

    What two catalogues agree on and none contradicts is written with its source and day; the rest is left in
    contradictions.csv beside the books, for a person, and read by the next run. Offline.
    """
    from costcalc.api.updates import update

    with scan_progress() as progress:
        found = update(
            providers or (), sources=sources or (), into=into, usage=usage or (), on=on, write=write, progress=progress
        )
    deliver(targets_of(None, as_json=as_json), found.page, lambda _: found.to_json())
    return 0
