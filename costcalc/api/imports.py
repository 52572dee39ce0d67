"""Imports: prices that others collected, one's own rates, or a table of events, as a pricebook. Nothing is written unasked."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.api.words import read_day_of
from costcalc.files import is_folder, is_there, write_whole
from costcalc.pricebook.importers.events import EVENTS, Added, add_events
from costcalc.pricebook.importers.onto import Addition, DecisiveDays, add_onto
from costcalc.pricebook.importers.rate_card import said_in
from costcalc.pricebook.importers.sources import FACTS, RATE_CARD, read_source, said_of, source_named
from costcalc.pricebook.load import load_pricebook
from costcalc.pricebook.read import parse_book
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Place, Problem, fail
from costcalc.records import dataclass
from costcalc.reports.prices.slips import slips_of
from costcalc.yamldoc import read_yaml

if TYPE_CHECKING:
    from costcalc.pricebook.importers.builder import Imported
    from costcalc.pricebook.model import Book


@dataclass(frozen=True)
class ImportResult:
    """What was read of the data of others, or of events, and the text that each file gets; no file: standard output."""

    report: Imported | Added
    texts: Sequence[tuple[Path | None, str]]
    over: Path | None = None  # the file that was added to, which may be written over
    addition: Addition | None = None  # to a pricebook that is there
    warnings: Sequence[Problem] = ()

    def write(self) -> str:
        """Write the files; what is for standard output is the answer. CostcalcError: another file is there."""
        for target, text in self.texts:
            if target is not None:
                _write_new(text, target, self.over)
        return "".join(text for target, text in self.texts if target is None)

    def to_text(self) -> str:
        from costcalc.render.prices.importing import import_text

        return import_text(self.report, [file for file, _ in self.texts], self.addition)

    def to_json(self) -> str:
        from costcalc.render.fields import json_text
        from costcalc.render.prices.importing import import_json

        return json_text(import_json(self.report, [file for file, _ in self.texts], self.addition))


def import_prices(
    source: str, file: Path | None = None, *, providers: Sequence[str] = (), onto: Path | None = None,
    output: Path | None = None, starts: date | str | None = None,
) -> ImportResult:  # fmt: skip
    """A pricebook made of the source, or added `onto` one: `import_prices("litellm", providers=["openai"])`.

    `file`: the source's, else the installed one; `starts`: the day from which prices without one hold.
    """
    today = _today()
    if source == EVENTS:
        return _events(file, onto, output, today)
    named = source_named(source, file)
    first = read_day_of(starts, "--from", "UTC")
    shipped = load_pricebook() if named[0] in (RATE_CARD, FACTS) else Pricebook(())
    if onto is None:
        imported = read_source(*named, today, first, tuple(providers), shipped)
        warnings = _check_units(imported, *named)
        return ImportResult(imported, _texts(imported, output), warnings=warnings)
    text = _text_of(onto)
    book = parse_book(text, str(onto))
    imported = read_source(*named, today, first, tuple(providers) or (book.provider,), shipped)
    offered = _list_for(imported, book)
    own = named[0] == RATE_CARD
    addition = add_onto(text, str(onto), offered, DecisiveDays(first or today, today, own=own, fills=not own))
    imported = replace(said_of(imported, offered.provider), books=(offered,))
    return ImportResult(imported, [(output, addition.text)], onto, addition, _check_units(imported, *named))


def _events(table: Path | None, onto: Path | None, output: Path | None, today: date) -> ImportResult:
    """A table of rises and cuts as a file of events, or behind those of one that is there."""
    if table is None:
        raise fail("missing-file", f"{EVENTS} are read from a table", expected="a .csv file", remedy="name it")
    added = add_events(table, _text_of(onto) if onto else "", str(onto or output or "events.yaml"), today)
    return ImportResult(added, [(output, added.text)], onto)


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


def _check_units(imported: Imported, source: str, path: Path | None) -> list[Problem]:
    """Warnings of prices so far off that their unit is wrong. CostcalcError: of a rate card.

    Of a collection of thousands one wrong figure stops nothing here: it is named, and the file that holds it is refused
    where it prices something.
    """
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
    return problems


def _texts(imported: Imported, output: Path | None) -> list[tuple[Path | None, str]]:
    """Each book with a file of its own, or the only one for standard output."""
    from costcalc.pricebook.write import book_text
    from costcalc.render.prices.importing import head_lines

    books = imported.books
    in_folder = output is not None and (is_folder(output) or not output.suffix)
    if not in_folder and len(books) > 1:
        raise fail(
            "several-books", f"{imported.origin.name} makes {len(books)} pricebooks",
            expected=", ".join(sorted({book.provider for book in books})),
            remedy="name a folder with -o, or one of them with --provider",
        )  # fmt: skip
    return [
        (
            output / _file_name(book) if output and in_folder else output,
            book_text(book, head_lines(imported.origin, book, said_of(imported, book.provider).not_taken)),
        )
        for book in books
    ]


def _file_name(book: Book) -> str:
    words = [book.provider, *([] if book.region == "global" else [book.region])]
    return "".join(char if char.isalnum() or char in "-_." else "-" for char in "-".join(words)) + ".yaml"


def _write_new(text: str, target: Path, over: Path | None) -> None:
    """CostcalcError: the file is there, and it is not the one that was added to."""
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
    read_yaml(path)  # says what is wrong, with its place
    return path.read_bytes().decode("utf-8-sig")


def _today() -> date:
    return datetime.now(UTC).date()
