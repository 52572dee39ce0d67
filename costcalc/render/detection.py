"""Which format each file has and what becomes of its rows, on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Note, grid, noted
from costcalc.render.fields import Rows
from costcalc.render.json_ import SKIPPED
from costcalc.render.words import DASH, counted
from costcalc.render.written import Writers
from costcalc.reports.detection import Detection, Detections
from costcalc.usage.ledger import Loud

_MOST_ASIDE = 12  # names that a page lists

COUNTS = f.fields(counted=f.integer, left_out=f.integer, refused=f.integer)
COLUMN = f.fields(column=f.text("0"), read_as=f.text("1"))
FILE = f.fields(
    path=f.text, format=f.text, why=f.text, others=f.texts, columns=f.each(COLUMN, lambda file, _: file.columns.items()),
    dimensions=f.texts, aside=f.texts, rows=f.part(COUNTS),
    refused=f.texts(lambda file, _: [problem.message for problem in file.refused]),
    uncounted=f.texts(lambda file, _: [problem.message for problem in file.uncounted]),
)  # fmt: skip
DETECTIONS = f.fields(
    schema=f.constant("costcalc.detection/1"), complete=f.flag("is_complete"), files=f.each(FILE),
    left_out=f.each(SKIPPED), notes=f.texts,
)  # fmt: skip
ROWS = f.fields(path=f.text, format=f.text, why=f.text) | f.at("rows", COUNTS)


def detection_rows(found: Detections) -> Rows:
    """A row a file."""
    return f.rows_with(ROWS, found.files, found)


def detection_head(found: Detections) -> Iterator[Note]:
    if len(found.files) == 1:
        file = found.files[0]
        yield Note(f"{file.path}: {file.format}", "strong")
        yield Note(f"{file.why[:1].upper()}{file.why[1:]}{_stop(file.why)}")
        return
    rows = [f"{sum(file.rows.counted for file in found.files):,} counted"]
    rows += [f"{left:,} left out"] if (left := sum(file.rows.left_out for file in found.files)) else []
    lacks = f" ({', '.join(lacking(found))})" if lacking(found) else ""
    yield Note(f"{counted(len(found.files), 'file')}{lacks}. Rows: {', '.join(rows)}.")


def lacking(found: Detections) -> list[str]:
    """What is not read, or in no figure."""
    unread = len([file for file in found.files if not file.is_read])
    refused = sum(file.rows.refused for file in found.files)
    uncounted = sum(len(file.uncounted) for file in found.files)
    words = [f"{counted(unread, 'file')} not read"] * bool(unread)
    words += [f"{counted(refused, 'row')} refused"] * bool(refused)
    return words + [f"{counted(uncounted, 'column')} in no figure"] * bool(uncounted)


def detection_blocks(found: Detections, is_wide: bool) -> Sequence[Block]:
    if len(found.files) == 1:
        return [*_one(found.files[0], found), *_notes(found)]
    table = grid([
        Column("File", "name", of=lambda file: Cell(file.path)),
        Column("Read as", "text", of=lambda file: Cell(file.format if file.has_rows else f"{file.format}: {file.why}")),
        *(Column(title, of=_count(key)) for title, key in (("Counted", "counted"), ("Left out", "left_out"), ("Refused", "refused"))),
    ], found.files)  # fmt: skip
    left = [Note(f"Left out: {each.text}.") for each in found.left_out]
    return [table, *([Gap(), *left] if left else ()), *_notes(found)]


def _one(file: Detection, found: Detections) -> Iterator[Block]:
    """One file, with every column."""
    facts: list[tuple[str, Sequence[str]]] = []
    if file.is_log:
        rows = [f"{file.rows.counted:,} counted"]
        rows += [f"{each.rows:,} left out{each.held} ({each.reason})" for each in found.left_out]
        rows += [f"{file.rows.refused:,} refused"] if file.rows.refused else []
        facts.append(("rows", rows))
    if file.dimensions:
        facts.append(("for --by", [", ".join(file.dimensions)]))
    if file.aside:
        more = f" and {len(file.aside) - _MOST_ASIDE:,} more" if len(file.aside) > _MOST_ASIDE else ""
        facts.append(("left aside", [", ".join(file.aside[:_MOST_ASIDE]) + more]))
    if file.others:
        facts.append(("near to it", file.others))
    if file.columns:
        yield grid([
            Column("Column", "name", of=lambda row: Cell(row[0])), Column("Read as", "text", of=lambda row: Cell(row[1])),
        ], file.columns.items())  # fmt: skip
        yield Gap()
    yield Facts(facts, each_in_a_line=True)


def _count(key: str) -> Callable[[Detection], Cell]:
    return lambda file: Cell(f"{getattr(file.rows, key):,}" if file.is_log else DASH)


def _notes(found: Detections) -> Iterator[Block]:
    yield from noted(Note(note, "loud" if isinstance(note, Loud) else "") for note in found.notes)


def _stop(sentence: str) -> str:
    return "" if sentence.endswith((".", "!", "?")) else "."


WRITTEN = Writers("Formats", detection_head, detection_blocks, detection_rows, DETECTIONS)
