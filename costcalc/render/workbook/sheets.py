"""Sheets that every workbook has: what is assumed, what has no price, where prices and exchange rates come from."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import PurePath

from costcalc.rating.model import RateUsed, Rating
from costcalc.render.header import change_text
from costcalc.render.words import days_text
from costcalc.render.workbook.book import Workbook, cell
from costcalc.reports.lines import OtherList
from costcalc.reports.usage import UsageSummary
from costcalc.reports.workings import Workings
from costcalc.scenario.model import PriceChange


def write_assumptions(
    book: Workbook,
    workings: Workings,
    facts: Sequence[tuple[str, str]],
    revenue: Fraction | None,
    revenue_note: str,
    *,
    can_earn_more: bool = False,
    can_grow: bool = False,
) -> None:
    """The sliders, each a cell with a name, and below them what the figures rest on.

    `can_earn_more`: where no one revenue is known, whether that of the months is turned instead.
    """
    sheet = book.sheets["Assumptions"]
    sheet.text(0, 0, "Assumptions", "title")
    # Ahead, "before" is today's usage and revenue at published prices: no cell is of those.
    stands = "as computed" if revenue_note else "before or as computed"
    follows = f"Blue cells may be changed: every cost, margin and month follows, except what is marked {stands}."
    sheet.text(1, 0, workings.static or follows, "quiet")
    row = 3
    if revenue is not None or revenue_note:
        row = _slider(book, row, "revenue", ("Revenue", revenue_note), revenue, "currency")
    elif can_earn_more:
        row = _slider(book, row, "revenue_change", ("Change of revenue", "of every month, at the same volume"))
    if can_grow:
        note = "of usage and of revenue, from the first month to come"
        row = _slider(book, row, "growth", ("Growth a month", note))
    if workings.rises:
        row = _write_rises(book, workings, row)
    row += 1
    for name, text in facts:
        sheet.text(row, 0, name, "strong")
        sheet.text(row, 1, text)
        row += 1
    sheet.finish([46, 18, 18, 18, 18, 40])


def _slider(
    book: Workbook,
    row: int,
    name: str,
    said: tuple[str, str],
    value: Fraction | None = Fraction(),
    kind: str = "percent",
) -> int:
    """A cell that a reader may change, with its label and a note; the next row."""
    sheet = book.sheets["Assumptions"]
    label, note = said
    sheet.text(row, 0, label)
    sheet.number(row, 1, value, kind, "input")
    sheet.text(row, 2, note, "quiet")
    book.name(name, f"Assumptions!{cell(row, 1)}")
    return row + 1


def _write_rises(book: Workbook, workings: Workings, row: int) -> int:
    sheet = book.sheets["Assumptions"]
    passed = any(rise.is_passed for rise in workings.rises)
    note = "how much of the changes marked so arrives" if passed else "scales no change here"
    row = _slider(book, row, "pass_through", ("Passed through", note), workings.pass_through) + 1
    sheet.header(row, ["Price change", "Low", "Expected", "High", "In force", "As written"])
    for place, rise in enumerate(workings.rises, 1):
        row += 1
        change = rise.change
        days = f" from {change.from_day}" if change.from_day else ""
        sheet.text(row, 0, f"{place}. {change.selector}{days}{', passed through' if rise.is_passed else ''}")
        share = "*pass_through" if rise.is_passed else ""
        for column, (end, value) in enumerate(
            (("low", change.low), ("mid", change.rise("mid")), ("high", change.high)), 1
        ):
            name = f"hike_{place}" if end == "mid" else f"hike_{place}_{end}"
            # One figure is its own low and high: they follow it. What is expected of a range follows its ends.
            if (end == "mid") != change.is_range:
                sheet.number(row, column, value, "percent", "input")
            else:
                written = _expected(change, cell(row, 1), cell(row, 3)) if change.is_range else cell(row, 2)
                sheet.formula(row, column, written, value, "percent")
            book.name(name, f"Assumptions!{cell(row, column)}")
        arrives = workings.pass_through if rise.is_passed else Fraction(1)
        sheet.formula(row, 4, f"hike_{place}{share}", change.rise("mid") * arrives, "percent")
        sheet.text(row, 5, change_text(change) if not change.written else change.written, "quiet")
        book.name(f"rise_{place}", f"Assumptions!{cell(row, 4)}")
        for column, (end, value) in enumerate((("low", change.low), ("high", change.high)), 7):
            sheet.formula(row, column, f"hike_{place}_{end}{share}", value * arrives, "factor")
            book.name(f"rise_{place}_{end}", f"Assumptions!{cell(row, column)}")
    sheet.sheet.set_column(7, 8, 12, None, {"hidden": True})
    return row + 1


def _expected(change: PriceChange, low: str, high: str) -> str:
    """The middle of a range between the cells of its ends, as far up as it lies."""
    up = (change.rise("mid") - change.low) / (change.high - change.low)
    return f"({low}+{high})/2" if up == Fraction(1, 2) else f"{low}+({high}-{low})*{up.numerator}/{up.denominator}"


def facts_of(
    usage: UsageSummary, rating: Rating, other_lists: Sequence[OtherList], currency: str
) -> list[tuple[str, str]]:
    """What any report rests on."""
    files = ", ".join(source.path for source in usage.sources[:5]) + (" …" if len(usage.sources) > 5 else "")
    found = [("Usage", files)]
    if usage.first_day and usage.last_day:
        found.append(("Days", f"{days_text(usage.first_day, usage.last_day)} ({usage.timezone})"))
    found.append(("Currency", currency))
    bases = sorted({charge.basis for charge in rating.charges})
    found.append(("Basis", ", ".join(bases)))
    found += [("Assumed", assumption.text) for assumption in rating.assumptions]
    found += [
        ("Other list", f"{other.provider} by the list of {other.region} instead of {other.default_region}: {float(other.total.before):,.2f} {currency}")
        for other in other_lists
    ]  # fmt: skip
    if usage.refused_rows:
        found.append(("Refused", f"{usage.refused_rows} rows could not be read and are in no figure"))
    if usage.unread_files:
        found.append(("Not read", f"{usage.unread_files} files that may hold usage are in no figure"))
    found += [("Not read", f"{problem.message}; {problem.remedy}") for problem in usage.uncounted]
    return [*found, *(("Note", note) for note in usage.notes)]


def write_unpriced(book: Workbook, rating: Rating) -> None:
    """What has no price: it is in no total."""
    sheet = book.sheets["Unpriced"]
    sheet.text(0, 0, "Unpriced", "title")
    sheet.text(1, 0, "In no total." if rating.unpriced else "Everything has a price.", "quiet")
    sheet.header(3, ["Provider", "Model", "Line", "Meter", "Reason", "Near names", "Tokens", "Requests"], 6)
    for row, part in enumerate(rating.unpriced, 4):
        names = (part.provider, part.model, " / ".join(name or "–" for name in part.line), part.meter, part.reason, ", ".join(part.nearest))  # fmt: skip
        for column, name in enumerate(names):
            sheet.text(row, column, name)
        sheet.number(row, 6, part.tokens, "count")
        sheet.number(row, 7, part.requests, "count")
    sheet.finish([16, 28, 32, 20, 40, 28, 18, 14], 4)


def write_sources(book: Workbook, workings: Workings, rates: Sequence[RateUsed]) -> None:
    """Which pages the prices come from, and by which exchange rates they came into the report's currency."""
    sheet = book.sheets["Sources"]
    sheet.text(0, 0, "Sources", "title")
    sheet.header(2, ["Provider", "List", "Currency", "Models", "Source", "Read", "Book checked", "File"], 8)
    row = 3
    for used in workings.sources:
        source = used.source
        checked = str(used.checked) if used.checked else ""
        texts = (used.provider, used.region, used.currency, ", ".join(used.models), source.url if source else "", source.read if source else "", checked, PurePath(used.file).name)  # fmt: skip
        for column, text in enumerate(texts):
            sheet.text(row, column, text)
        row += 1
    row += 1
    if rates:
        sheet.header(row, ["From", "To", "Rate", "Month of usage", "Month of rate", "Basis", "Held"], 2)
        for rate in rates:
            row += 1
            sheet.text(row, 0, rate.base)
            sheet.text(row, 1, rate.quote)
            sheet.number(row, 2, rate.rate, "rate")
            for column, text in enumerate((str(rate.month), str(rate.month_used), rate.basis, "newest known, held" if rate.held else ""), 3):  # fmt: skip
                sheet.text(row, column, text)
    sheet.finish([14, 16, 14, 44, 80, 14, 14, 28], 3)
