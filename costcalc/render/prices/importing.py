"""What an import did, for the screen, as JSON, and at the top of the file it made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from textwrap import wrap

from costcalc.money import exact_text
from costcalc.pricebook.importers.differences import Difference
from costcalc.pricebook.importers.onto import Addition, Change
from costcalc.pricebook.importers.shelf import Imported, NotTaken, Origin
from costcalc.pricebook.model import STANDARD, Book

SCHEMA = "costcalc.prices-import/1"
_SHOWN = 3  # models named beside their count


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


def import_text(imported: Imported, files: Mapping[str, str], addition: Addition | None = None) -> str:
    """The summary of an import: what went where, what changed, what was left."""
    lines = [f"{imported.origin.name}, read on {imported.origin.read}"]
    for book in imported.books:
        place = files.get(f"{book.provider} {book.region}", "standard output")
        if addition is None:
            lines.append(
                f"  {book.provider} {book.region}: {len(book.models)} {_plural(book.models, 'model')} → {place}"
            )
        else:
            lines.append(f"  {book.provider} {book.region}: {len(addition.changes)} {_plural(addition.changes, 'block')} added → {place}")  # fmt: skip
    if addition:
        lines += [f"    {text}" for change in addition.changes for text in change_lines(change)]
        for title, entries in (("Refused, the past stays as it is", addition.refused), ("Not compared", addition.passed_over)):  # fmt: skip
            lines += [f"{title}:", *(f"  {text}" for text in grouped(entries))] if entries else []
    if imported.not_taken:
        lines += ["Not taken:", *(f"  {text}" for text in grouped(imported.not_taken))]
    return "\n".join(lines)


def change_lines(change: Change) -> list[str]:
    """`openai/gpt-5 from 2026-11-24: input_tokens 3 → 4`, prices per 1M of what is counted in tokens."""
    day = f" from {change.starts}" if change.starts else ""
    if not change.differences:
        return [f"{change.model}{day}: {'new' if change.is_new else 'the list again'}"]
    return [f"{change.model}{day}: {', '.join(_difference_text(each) for each in change.differences)}"]


def import_json(imported: Imported, files: Mapping[str, str], addition: Addition | None = None) -> dict[str, object]:
    """Everything in full."""
    return {
        "schema": SCHEMA,
        "source": {"name": imported.origin.name, "url": imported.origin.url, "read": f"{imported.origin.read}"},
        "books": [
            {
                "provider": book.provider,
                "region": book.region,
                "currency": book.currency,
                "models": len(book.models),
                "file": files.get(f"{book.provider} {book.region}"),
            }
            for book in imported.books
        ],
        "changes": [_change_json(change) for change in addition.changes] if addition else [],
        "refused": [_left_json(each) for each in addition.refused] if addition else [],
        "not_compared": [_left_json(each) for each in addition.passed_over] if addition else [],
        "not_taken": [_left_json(each) for each in imported.not_taken],
    }


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


def _change_json(change: Change) -> dict[str, object]:
    return {
        "model": change.model,
        "starts": f"{change.starts}" if change.starts else None,
        "differences": [
            {
                "tier": each.tier,
                "mode": each.mode or None,
                "meter": each.meter,
                "input_above": each.input_over,
                "ours": None if each.ours is None else exact_text(each.ours),
                "theirs": exact_text(each.theirs),
            }
            for each in change.differences
        ],
    }


def _left_json(each: NotTaken) -> dict[str, str]:
    return {"provider": each.provider, "model": each.model, "what": each.what, "why": each.why}


def _plural(things: object, word: str) -> str:
    return word if hasattr(things, "__len__") and len(things) == 1 else f"{word}s"
