"""`costcalc prices update`: the books beside the price data of others, and what enough of it agrees on written into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc.api.words import read_day_of
from costcalc.cli.answers import JsonAlone
from costcalc.cli.app import command_app
from costcalc.files import is_folder, write_whole
from costcalc.problems import CostcalcError, Problem, fail, nearest_names

if TYPE_CHECKING:
    from costcalc.pricebook.importers.shelf import Imported
    from costcalc.pricebook.resolve import Pricebook

app = command_app(help="Bring the books up to date with the price data of others.")
INSTALLED = "installed"

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
    ctx: typer.Context,
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
    from costcalc.pricebook.data import FORMAT, PACKAGE, VERSION, shipped_folder
    from costcalc.pricebook.importers.decided import OPEN, open_text, read_decided, read_open
    from costcalc.pricebook.importers.survey import Survey
    from costcalc.pricebook.importers.update import update

    folder, today = into or shipped_folder(), datetime.now(UTC).date()
    day = read_day_of(on, "--on", "UTC") or today
    if write and into is None and folder.parent.name in ("costcalc", PACKAGE):
        raise fail("installed-books", "the installed books are not written to", remedy="name a checkout's: --into pricebooks/")  # fmt: skip
    books = _books_in(folder)
    if unknown := [name for name in providers or () if name not in books.by_provider]:
        raise CostcalcError([_unknown(name, books) for name in unknown])
    others = [each for source in sources or [INSTALLED] for each in _read(source, day, books)]
    decided = read_decided(folder)
    survey = Survey(books, others, day, decided, _use(usage, folder, ctx))
    report = update(survey, providers or (), read_open(folder))
    written: list[str] = []
    if write:
        for file, text in report.files.items():
            write_whole(file, text)
            written.append(str(file))
        if not providers:
            write_whole(folder / OPEN, open_text(report.open))
            write_whole(folder / VERSION, f"{day.year}.{day.month}.{day.day} {FORMAT}\n")
            written += [str(folder / OPEN), str(folder / VERSION)]
    _say(report, written, as_json)
    return 0


def _books_in(folder: Path) -> Pricebook:
    """The books of the folder and of its hosts."""
    from costcalc.pricebook.data import shipped_folder
    from costcalc.pricebook.load import HOSTS_FOLDER, files_at, load_pricebook
    from costcalc.pricebook.read import read_file
    from costcalc.pricebook.resolve import Pricebook

    if folder.resolve() == shipped_folder():
        return load_pricebook()
    files = [*files_at(folder, []), *(folder / HOSTS_FOLDER).glob("*.y*ml")]
    return Pricebook(tuple(book for file in sorted(files) if (book := read_file(file)[0])))


def _unknown(name: str, books: Pricebook) -> Problem:
    return Problem(
        "unknown-provider", f'the books have no provider "{name}"', nearest=nearest_names(name, books.by_provider),
        remedy="costcalc prices list names them",
    )  # fmt: skip


def _read(source: str, day: date, books: Pricebook) -> Sequence[Imported]:
    """All data of others that a word of --from means."""
    from costcalc.pricebook.importers.sources import data_in, data_installed, read_source

    if source != INSTALLED and not is_folder(source):
        raise fail(
            "no-such-folder", f'--from "{source}" is no folder', expected=f"a folder, or {INSTALLED}",
            remedy="pip install --no-deps --target DIR litellm model-prices …",
        )  # fmt: skip
    found = list(data_installed() if source == INSTALLED else data_in(Path(source)))
    if not found:
        raise fail(
            "nothing-to-read",
            "no package with price data of others is installed" if source == INSTALLED else f"no price data of others in {source}",
            remedy="costcalc prices import -h names it; name a folder that holds some: --from DIR",
        )  # fmt: skip
    return [read_source(name, file, day, None, (), books) for name, file in found]


def _use(usage: Sequence[str] | None, folder: Path, ctx: typer.Context) -> Callable[[str], int]:
    from costcalc.reports.prices.use import use_by_catalogues, use_in

    if not usage:
        return use_by_catalogues(folder)
    from costcalc.api import scan
    from costcalc.cli.progress import scan_progress

    with scan_progress() as progress:
        return use_in(scan(list(usage), progress=progress))


def _say(report, written: Sequence[str], as_json: bool) -> None:  # type: ignore[no-untyped-def]
    from costcalc.cli.output import deliver, targets_of
    from costcalc.render.draw import Page
    from costcalc.render.fields import json_text
    from costcalc.render.prices.updating import update_blocks, update_json

    deliver(
        targets_of(None, as_json=as_json),
        lambda: Page(lambda _: update_blocks(report, written)),
        lambda _: json_text(update_json(report, written)),
    )
