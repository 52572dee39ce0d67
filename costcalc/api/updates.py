"""Updates: the books beside the price data of others, and what enough of it agrees on written into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.api.words import read_day_of
from costcalc.files import is_folder, write_whole
from costcalc.pricebook.data import FORMAT, PACKAGE, VERSION, shipped_folder
from costcalc.pricebook.importers.decided import OPEN, open_text, read_decided, read_open
from costcalc.pricebook.importers.sources import data_in, data_installed, read_source
from costcalc.pricebook.importers.survey import Survey
from costcalc.pricebook.importers.update import Update
from costcalc.pricebook.importers.update import update as compare
from costcalc.pricebook.load import HOSTS_FOLDER, files_at, load_pricebook
from costcalc.pricebook.read import read_file
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Problem, fail, nearest_names
from costcalc.records import dataclass
from costcalc.reports.prices.use import use_by_catalogues, use_in

if TYPE_CHECKING:
    from costcalc.pricebook.importers.builder import Imported
    from costcalc.render.draw import Page
    from costcalc.usage.progress import Progress

INSTALLED = "installed"


@dataclass(frozen=True)
class UpdateResult:
    """What an update found, and the files that it wrote."""

    report: Update
    written: Sequence[str]

    def page(self) -> Page:
        """The page that the command prints."""
        from costcalc.render.draw import Page
        from costcalc.render.prices.updating import update_blocks

        return Page(lambda _: update_blocks(self.report, self.written))

    def to_json(self) -> str:
        from costcalc.render.fields import json_text
        from costcalc.render.prices.updating import update_json

        return json_text(update_json(self.report, self.written))


def update(
    providers: Sequence[str] = (), *, sources: Sequence[str] = (), into: Path | None = None,
    usage: Sequence[str] = (), on: date | str | None = None, write: bool = False, progress: Progress | None = None,
) -> UpdateResult:  # fmt: skip
    """What the price data of others says that the books of the folder `into` do not; `write` puts what stands into them.

    `sources`: folders, or "installed", which is the default; `usage`: ranks by it; `on`: the day of the run. CostcalcError: an unknown
    provider, no data, the installed books are to be written to.
    """
    folder = into or shipped_folder()
    day = read_day_of(on, "--on", "UTC") or datetime.now(UTC).date()
    if write and into is None and folder.parent.name in ("costcalc", PACKAGE):
        raise fail("installed-books", "the installed books are not written to", remedy="name a checkout's: --into pricebooks/")  # fmt: skip
    books = _books_in(folder)
    if unknown := [name for name in providers if name not in books.by_provider]:
        raise CostcalcError([_unknown(name, books) for name in unknown])
    others = [each for source in sources or (INSTALLED,) for each in _read(source, day, books)]
    survey = Survey(books, others, day, read_decided(folder), _use(usage, folder, progress))
    report = compare(survey, providers, read_open(folder))
    return UpdateResult(report, _write(report, folder, day, not providers) if write else ())


def _books_in(folder: Path) -> Pricebook:
    """The books of the folder and of its hosts."""
    if folder.resolve() == shipped_folder():
        return load_pricebook()
    files = [*files_at(folder, []), *(folder / HOSTS_FOLDER).glob("*.y*ml")]
    return Pricebook(tuple(book for file in sorted(files) for book, _ in read_file(file) if book))


def _unknown(name: str, books: Pricebook) -> Problem:
    return Problem(
        "unknown-provider", f'the books have no provider "{name}"', nearest=nearest_names(name, books.by_provider),
        remedy="costcalc prices list names them",
    )  # fmt: skip


def _read(source: str, day: date, books: Pricebook) -> Sequence[Imported]:
    """All data of others that a word of `sources` means."""
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


def _use(usage: Sequence[str], folder: Path, progress: Progress | None) -> Callable[[str], int]:
    if not usage:
        return use_by_catalogues(folder)
    from costcalc.api.usage import scan

    return use_in(scan(list(usage), progress=progress))


def _write(report: Update, folder: Path, day: date, is_whole: bool) -> list[str]:
    """The files that were written; what is to be decided and the day are of a run over all providers."""
    texts = dict(report.files)
    if is_whole:
        texts[folder / OPEN] = open_text(report.open)
        texts[folder / VERSION] = f"{day.year}.{day.month}.{day.day} {FORMAT}\n"
    for file, text in texts.items():
        write_whole(file, text)
    return [str(file) for file in texts]
