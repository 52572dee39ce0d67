"""What an import did, for the screen, as JSON, and at the top of the file it made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from textwrap import wrap

from costcalc.money import exact_text
from costcalc.pricebook.importers.builder import Imported, NotTaken, Origin
from costcalc.pricebook.importers.differences import Difference
from costcalc.pricebook.importers.events import Added
from costcalc.pricebook.importers.onto import AddedBlock, Addition
from costcalc.pricebook.model import STANDARD, Book
from costcalc.render import fields as f
from costcalc.render.fields import Json

_SHOWN = 3  # models named beside their count
Files = Sequence[Path | None]  # of each book, or of the events; None: standard output


def head_lines(origin: Origin, book: Book, not_taken: Iterable[NotTaken]) -> list[str]:
    """The comment at the top of an imported book: whose prices, when they were read, what is not in it."""
    lines = [
        f"Prices of {book.provider} as {origin.name} has them, read on {origin.read}; none was checked with the provider."
    ]
    left = grouped(not_taken)
    if left:
        lines += ["Not taken from it:"]
        lines += [
            part for text in left for part in wrap(f"- {text}", 116, subsequent_indent="  ", break_on_hyphens=False)
        ]
    return lines


def import_text(imported: Imported | Added, files: Files, addition: Addition | None = None) -> str:
    """The summary of an import: what went where, what changed, what was left."""
    if isinstance(imported, Added):
        known = f", {imported.known} there already" if imported.known else ""
        title = f"{len(imported.names)} events added{known} → {_place(files[0])}"
        return "\n".join([title, *(f"  {name}" for name in imported.names)])
    lines = [f"{imported.origin.name}, read on {imported.origin.read}"]
    for book, file in zip(imported.books, files, strict=True):
        place = _place(file)
        if addition is None:
            lines.append(
                f"  {book.provider} {book.region}: {len(book.models)} {_plural(book.models, 'model')} → {place}"
            )
        else:
            added = [each for each in addition.changes if not each.is_filled]
            filled = len(addition.changes) - len(added)
            also = f", {filled} {'block' if filled == 1 else 'blocks'} filled" if filled else ""
            lines.append(
                f"  {book.provider} {book.region}: {len(added)} {_plural(added, 'block')} added{also} → {place}"
            )
    if addition:
        lines += [f"    {text}" for change in addition.changes for text in change_lines(change)]
        for title, entries in (("Refused, the past stays as it is", addition.refused), ("Not compared", addition.passed_over)):  # fmt: skip
            lines += [f"{title}:", *(f"  {text}" for text in grouped(entries))] if entries else []
    if imported.not_taken:
        lines += ["Not taken:", *(f"  {text}" for text in grouped(imported.not_taken))]
    return "\n".join(lines)


def change_lines(change: AddedBlock) -> list[str]:
    """`openai/gpt-5 from 2026-11-24: input_tokens 3 → 4`, prices per 1M of what is counted in tokens."""
    day = f" from {change.starts}" if change.starts else ""
    if not change.differences:
        return [f"{change.model}{day}: {'new' if change.is_new else 'the list again'}"]
    return [f"{change.model}{day}: {', '.join(_difference_text(each) for each in change.differences)}"]


LEFT = f.fields(provider=f.text, model=f.text, what=f.text, why=f.text)
CHANGE = f.fields(
    model=f.text, starts=f.text,
    differences=f.each(f.fields(
        tier=f.text, mode=f.said, meter=f.text, input_above=f.integer("input_over"), ours=f.decimal, theirs=f.decimal,
    )),
)  # fmt: skip
IMPORT = f.fields(
    schema=f.constant("costcalc.prices-import/1"),
    source=f.part(f.fields(name=f.text, url=f.text, read=f.text), "of.origin"),
    books=f.each(
        f.fields(provider=f.text, region=f.text, currency=f.text, models=f.integer, file=f.text),
        lambda row, _: (_book(book, file) for book, file in zip(row["of"].books, row["files"], strict=True)),
    ),
    changes=f.each(CHANGE, "added.changes"), refused=f.each(LEFT, "added.refused"),
    not_compared=f.each(LEFT, "added.passed_over"), not_taken=f.each(LEFT, "of.not_taken"),
)  # fmt: skip


EVENTS = f.fields(
    schema=f.constant("costcalc.events-import/1"), events=f.texts("of.names"), known=f.integer("of.known"),
    file=f.text(lambda row, _: row["files"][0] and str(row["files"][0])),
)  # fmt: skip


def _book(book: Book, file: Path | None) -> Json:
    named = {"provider": book.provider, "region": book.region, "currency": book.currency}
    return named | {"models": len(book.models), "file": file and str(file)}


def import_json(imported: Imported | Added, files: Files, addition: Addition | None = None) -> Json:
    """Everything in full."""
    fields = EVENTS if isinstance(imported, Added) else IMPORT
    return f.object_of(fields, {"of": imported, "files": files, "added": addition}, None)


def _place(file: Path | None) -> str:
    return str(file) if file else "standard output"


def grouped(entries: Iterable[NotTaken]) -> list[str]:
    """One line for each kind of thing left out, with how many models had it."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in entries:
        groups.setdefault((each.what, each.why), []).append(each.model)
    lines = []
    for (what, why), models in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        more = ", …" if len(models) > _SHOWN else ""
        count = f"{len(models)} models: " if len(models) > 1 else ""
        lines.append(f"{what}: {why} ({count}{', '.join(models[:_SHOWN])}{more})")
    return lines


def _difference_text(each: Difference) -> str:
    tier = f"{each.tier} " if each.tier != STANDARD else ""
    mode = f"{each.mode.replace('_', '-')} " if each.mode else ""
    above = f" above {each.input_over:,}" if each.input_over else ""
    return f"{tier}{mode}{each.meter}{above} {_per_unit(each.meter, each.ours)} → {_per_unit(each.meter, each.theirs)}"


def _per_unit(meter: str, price: Fraction | None) -> str:
    if price is None:
        return "–"
    return exact_text(price * 1_000_000 if meter.endswith("_tokens") else price, 12)


def _plural(things: object, word: str) -> str:
    return word if hasattr(things, "__len__") and len(things) == 1 else f"{word}s"
