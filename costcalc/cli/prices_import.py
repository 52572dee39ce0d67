"""`costcalc prices import`: prices that others collected, or one's own rates, as a pricebook."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costcalc.api.words import read_day_of
from costcalc.cli.answers import JsonAlone
from costcalc.cli.app import command_app
from costcalc.cli.output import paths_of
from costcalc.files import is_folder, is_there, write_whole
from costcalc.problems import INCOMPLETE_EXIT, CostcalcError, Place, Problem, fail, problem_text, visible

if TYPE_CHECKING:
    from costcalc.pricebook.importers.onto import Addition
    from costcalc.pricebook.importers.shelf import Imported
    from costcalc.pricebook.model import Book

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
    from costcalc.pricebook.importers.events import EVENTS
    from costcalc.pricebook.importers.sources import FACTS, RATE_CARD, read_source, source_named
    from costcalc.pricebook.load import load_pricebook
    from costcalc.pricebook.resolve import Pricebook

    output = _one_of(outputs)
    today = _today()
    if source == EVENTS:
        return _import_events(file, onto, output, today, as_json)
    name, path = source_named(source, file)
    first = read_day_of(starts, "--from", "UTC")
    shipped = load_pricebook() if name in (RATE_CARD, FACTS) else Pricebook(())
    if onto is None:
        imported = read_source(name, path, today, first, tuple(provider or ()), shipped)
        _check_units(imported, name, path)
        files = _write_books(imported, output)
        return _say(imported, files, None, output, as_json)
    text = _text_of(onto)
    imported, addition = _add(text, onto, (name, path), (today, first), provider, shipped)
    _check_units(imported, name, path)
    key = f"{imported.books[0].provider} {imported.books[0].region}"
    _put(addition.text, output, over=onto)
    files = {key: str(output)} if output else {}
    return _say(imported, files, addition, output, as_json)


def _one_of(outputs: Sequence[Path] | None) -> Path | None:
    """Where the pricebook goes; None: standard output. CostcalcError: two places, and a summary tells of one."""
    first, *more = paths_of(outputs)
    if more:
        raise fail(
            "several-outputs", f"a pricebook goes to one place, and -o names {1 + len(more)}", remedy="give -o once",
        )  # fmt: skip
    return first


def _add(  # type: ignore[no-untyped-def]
    text: str, onto: Path, source: tuple[str, Path | None], days: tuple[date, date | None], provider, shipped
) -> tuple[Imported, Addition]:
    """The list of the source that the file is one of, and the file with what it adds."""
    from costcalc.pricebook.importers.onto import Days, add_onto
    from costcalc.pricebook.importers.sources import RATE_CARD, read_source, said_of
    from costcalc.pricebook.read import parse_book

    book = parse_book(text, str(onto))
    imported = read_source(*source, *days, tuple(provider or (book.provider,)), shipped)
    offered = _list_for(imported, book)
    today, first = days
    own = source[0] == RATE_CARD
    addition = add_onto(text, str(onto), offered, Days(first or today, today, own=own, fills=not own))
    return replace(said_of(imported, offered.provider), books=(offered,)), addition


def _import_events(table: Path | None, onto: Path | None, output: Path | None, today: date, as_json: bool) -> int:
    """A table of rises and cuts as a file of events, or behind those of one that is there."""
    from costcalc.pricebook.importers.events import EVENTS, add_events

    if table is None:
        raise fail("missing-file", f"{EVENTS} are read from a table", expected="a .csv file", remedy="name it")
    added = add_events(table, _text_of(onto) if onto else "", str(onto or output or "events.yaml"), today)
    _put(added.text, output, over=onto)
    known = f", {added.known} there already" if added.known else ""
    said = {
        "schema": "costcalc.events-import/1",
        "events": added.names,
        "known": added.known,
        "file": output and str(output),
    }
    lines = [
        f"{len(added.names)} events added{known} → {output or 'standard output'}",
        *(f"  {name}" for name in added.names),
    ]
    typer.echo(json.dumps(said, ensure_ascii=False, indent=2) if as_json else "\n".join(lines), err=output is None)
    return 0


def _list_for(imported: Imported, book: Book) -> Book:
    """The one of the source's lists that the file is: the same provider, the same region."""
    offered = [each for each in imported.books if (each.provider, each.region) == (book.provider, book.region)]
    if not offered:
        names = ", ".join(f"{each.provider} {each.region} in {each.currency}" for each in imported.books)
        raise fail(
            "no-such-list", f"{imported.origin.name} does not have the list {book.provider} {book.region}",
            place=Place(book.file), expected=names, remedy="name the pricebook of that list",
        )  # fmt: skip
    return offered[0]


def _check_units(imported: Imported, source: str, path: Path | None) -> None:
    """CostcalcError: prices of a rate card so far off that their unit is wrong.

    Of a collection of thousands one wrong figure stops nothing here: it is named, and the file that holds it is refused
    where it prices something.
    """
    from costcalc.pricebook.importers.rate_card import said_in
    from costcalc.pricebook.importers.sources import RATE_CARD
    from costcalc.reports.prices.slips import slips_of

    is_own = source == RATE_CARD and path is not None
    problems = []
    for book, model, meter, rate in slips_of(imported.books):
        place, excerpt = said_in(path, model.name, meter, rate) if is_own and path else (None, "")
        message = f"{meter} of {book.provider}/{model.name} is 500 times or more off the median of its kind"
        remedy = "check the unit: per 1M, per 1K or per 1"
        if not is_own:
            remedy += "; if it is right, say so in its block of the new file: corrected: WHY"
        problems.append(Problem("unit-slip", message, place, excerpt, max(len(excerpt), 1), remedy=remedy))
    if problems and is_own:
        raise CostcalcError(problems)
    for problem in problems:
        typer.echo(problem_text(problem, "warning"), err=True)


def _write_books(imported: Imported, output: Path | None) -> dict[str, str]:
    """Each book in a file of its own, or the only one on standard output."""
    from costcalc.pricebook.importers.sources import said_of
    from costcalc.pricebook.write import book_text
    from costcalc.render.prices.importing import head_lines

    texts = [
        (book, book_text(book, head_lines(imported.origin, book, said_of(imported, book.provider).not_taken)))
        for book in imported.books
    ]
    in_folder = output is not None and (is_folder(output) or not output.suffix)
    if not in_folder and len(texts) > 1:
        raise fail(
            "several-books", f"{imported.origin.name} makes {len(texts)} pricebooks",
            expected=", ".join(sorted({book.provider for book, _ in texts})),
            remedy="name a folder with -o, or one of them with --provider",
        )  # fmt: skip
    files = {}
    for book, text in texts:
        target = output / _file_name(book) if output and in_folder else output
        _put(text, target)
        if target:
            files[f"{book.provider} {book.region}"] = str(target)
    return files


def _file_name(book: Book) -> str:
    words = [book.provider, *([] if book.region == "global" else [book.region])]
    return "".join(char if char.isalnum() or char in "-_." else "-" for char in "-".join(words)) + ".yaml"


def _put(text: str, target: Path | None, over: Path | None = None) -> None:
    """Write a pricebook. CostcalcError: the file is there, and it is not the one that was added to."""
    if target is None:
        typer.echo(text, nl=False)
        return
    same = over is not None and is_there(target) and target.samefile(over)
    if is_there(target) and not same:
        raise fail(
            "file-exists", "the file is there already", place=Place(str(target)),
            remedy=f"--onto {shlex.quote(str(target))} adds to it what differs; or name another file",
        )  # fmt: skip
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise fail("unwritable-file", f"cannot write the file: {error.strerror}", place=Place(str(target))) from error
    write_whole(target, text)


def _text_of(path: Path) -> str:
    """The file's text with its line ends as they are."""
    from costcalc.yamldoc import read_yaml

    read_yaml(path)  # says what is wrong, with its place
    return path.read_bytes().decode("utf-8-sig")


def _say(
    imported: Imported, files: Mapping[str, str], addition: Addition | None, output: Path | None, as_json: bool
) -> int:
    """What was done: on standard output, or beside it where the pricebook itself goes there."""
    from costcalc.render.prices.importing import import_json, import_text

    beside = output is None
    if as_json:
        text = json.dumps(import_json(imported, files, addition), ensure_ascii=False, indent=2)
    else:
        text = "\n".join(visible(line) for line in import_text(imported, files, addition).splitlines())
    typer.echo(text, err=beside)
    return INCOMPLETE_EXIT if addition and addition.refused else 0


def _today() -> date:
    return datetime.now(UTC).date()
