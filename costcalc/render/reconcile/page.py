"""The page of a reconciliation: what was compared, what agrees, where it does not, and what explains that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from costcalc.calendar import read_day, read_month
from costcalc.money import minor_digits, round_half_up
from costcalc.rating.model import LineKey
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid, Note, Style, apart, grid, noted
from costcalc.render.cells import NONE
from costcalc.render.doubts import assumption_blocks, missing_blocks
from costcalc.render.header import FactRow, header
from costcalc.render.reconcile.figures import InvoiceFigures, LineFigures, figures_of, stands_apart
from costcalc.render.reconcile.phrases import cause_text, joined, names_text, rise_text
from costcalc.render.rounding import shared_out
from costcalc.render.words import (
    counted,
    day_text,
    days_text,
    decimal_text,
    money_text,
    month_text,
    plain_percent,
    price_text,
    share_text,
)
from costcalc.reports.reconcile.model import DIFFERENT, ReconciledLine, Reconciliation, Sum

_SHOWN = 10
_PERIODS = {"day": "day", "month": "month", "total": ""}
_KINDS = {
    "matched": "matched",
    "differing": "differing",
    "ours only": "ours only",
    "theirs only": "theirs only",
    "unpriced": "unpriced by us",
}
_APART = {"tax": "Tax", "credit": "Credits", "purchase": "Purchases", "adjustment": "Adjustments", "rounding": "Rounding"}  # fmt: skip
UNPRICED = Cell("unpriced", "loud")


def headline_blocks(report: Reconciliation) -> Iterator[Note]:
    """Whether the invoice agrees, and by how much it does not."""
    yield _verdict(report, figures_of(report))


def reconciliation_blocks(report: Reconciliation, is_wide: bool) -> Sequence[Block]:
    """What the page is made of."""
    shown = figures_of(report)
    return [
        _header(report),
        _sums(report, shown),
        *_models(report, shown),
        *_largest(report, shown),
        *_causes(report, shown),
        *_outside(report, shown),
        *missing_blocks(report.rating, report.usage),
        *_doubts(report),
    ]


# --- what was compared ----------------------------------------------------------------------------------------------


def _header(report: Reconciliation) -> Facts:
    return header(report, report.rates_used, [("compared", tuple(_compared(report)))], before=_invoices(report))


def _invoices(report: Reconciliation) -> Iterator[FactRow]:
    shown = report.invoices if len(report.invoices) <= 4 else report.invoices[:3]
    for position, invoice in enumerate(shown):
        name = invoice.source.path.replace("\\", "/").rpartition("/")[2] or "stdin"
        parts = [name, invoice.source.format]
        if invoice.first_day and invoice.last_day:
            parts.append(days_text(invoice.first_day, invoice.last_day))
        parts.append(counted(invoice.source.rows, "row"))
        parts.append(money_text(invoice.amount, report.currency))
        yield "invoice" if position == 0 else "", tuple(parts)
    if len(shown) < len(report.invoices):
        yield "", (f"{len(report.invoices) - len(shown)} more files",)


def _compared(report: Reconciliation) -> Iterator[str]:
    words = [word for word in (_PERIODS[report.each], *report.by) if word]
    yield f"by {joined([word.replace('_', ' ') for word in words])}" if words else "in all"
    if report.days:
        zone = f" ({report.timezone})"
        yield days_text(*report.days) + zone
    share, amount = report.tolerance.share, report.tolerance.amount
    limits = ([plain_percent(share)] if share else []) + ([f"{price_text(amount)} {report.currency}"] if amount else [])
    yield f"tolerance {' or '.join(limits) or 'none'}"


# --- the result -----------------------------------------------------------------------------------------------------


def _verdict(report: Reconciliation, shown: InvoiceFigures) -> Note:
    count = len(report.lines)
    wrong = sum(line.kind in DIFFERENT for line in report.lines)
    if not count:
        return Note("Nothing to compare: neither side has an amount on these days.", "loud")
    if wrong:
        amount = _visible(report.differing, report.currency)
        verb = "differs" if wrong == 1 else "differ"
        net = _difference_text(report, shown.total.between)
        which = (
            "The one line"
            if count == 1
            else f"{wrong:,} of {count:,} lines"
            if wrong < count
            else f"All {count:,} lines"
        )
        return Note(f"{which} {verb}, by {amount} in all; {net}.", "loud")
    unpriced = sum(line.kind == "unpriced" for line in report.lines)
    if unpriced:
        return Note(f"{counted(unpriced, 'line')} of {count:,} cannot be compared: usage in them has no price.", "loud")
    every = "the one line is" if count == 1 else f"all {count:,} lines are"
    return Note(f"The invoice agrees: {every} within the tolerance.", "strong")


def _difference_text(report: Reconciliation, shown: Decimal) -> str:
    net = report.theirs - report.ours
    if not net:
        return "the totals agree"
    amount = f"{decimal_text(abs(shown))} {report.currency}" if shown else _visible(abs(net), report.currency)
    return f"the invoice is {amount} {'higher' if net > 0 else 'lower'}"


def _visible(amount: Fraction, currency: str) -> str:
    """The amount, with more digits where it is less than the smallest coin."""
    if not amount or round_half_up(amount, minor_digits(currency)):
        return money_text(amount, currency)
    return f"{price_text(Fraction(round(amount * 10**6), 10**6))} {currency}"


def _sums(report: Reconciliation, shown: InvoiceFigures) -> Grid:
    rows = [_sum_row(part, figures) for part, figures in zip(report.sums(), shown.classes, strict=True)]
    total = {"name": Cell("Usage compared"), "number": Cell(f"{len(report.lines):,}")} | _pair(shown.total)
    found = grid([
        Column("Lines that are", "name", key="name"), Column("Number", drop=3, key="number"), *_PAIR, Column("", drop=2, key="rise"),
    ], rows, report.currency, total)  # fmt: skip
    others = [amount for part, amount in zip(report.outside, shown.outside, strict=True) if part.side == "theirs"]
    rest = [*_apart_sums(report, shown), *([("Other days", sum(others, Decimal()))] if others else [])]
    if not rest:
        return found
    beneath = [[Cell(name), Cell(), Cell(), Cell(decimal_text(amount)), Cell(), Cell()] for name, amount in rest]
    whole = Cell(decimal_text(shown.invoiced), "strong", unit=report.currency)
    beneath.append([Cell("Invoice in all", "strong"), Cell(), Cell(), whole, Cell(), Cell()])
    return Grid(found.columns, [*found.rows, *beneath])


# What we say, what the invoice says, and what it says more: in every table.
_PAIR = (Column("Ours", key="ours", has_unit=True), Column("Invoice", key="invoice", has_unit=True), Column("Difference", key="difference"))  # fmt: skip


def _pair(shown: LineFigures) -> dict[str, Cell]:
    difference = Cell(decimal_text(shown.between, signed=True)) if shown.between else NONE
    return {"ours": cells.money(shown.ours), "invoice": cells.money(shown.theirs), "difference": difference}


def _apart_sums(report: Reconciliation, shown: InvoiceFigures) -> list[tuple[str, Decimal]]:
    found: dict[str, Decimal] = {}
    for part, amount in zip(report.apart, shown.apart, strict=True):
        name = _APART.get(part.kind, part.kind.capitalize())
        found[name] = found.get(name, Decimal()) + amount
    return list(found.items())


def _sum_row(part: Sum, shown: LineFigures) -> dict[str, Cell]:
    style: Style = "worse" if part.kind in DIFFERENT else "loud" if part.kind == "unpriced" else ""
    row = {"name": Cell(_KINDS[part.kind], style), "number": Cell(f"{part.lines:,}")} | _pair(shown)
    if part.kind == "unpriced":
        row |= {"difference": NONE} | ({} if part.ours else {"ours": UNPRICED})
    if part.kind == "differing" and part.difference:
        row["rise"] = Cell(rise_text(part.ours, part.theirs))
    return row | {"theirs only": {"ours": NONE}, "ours only": {"invoice": NONE}}.get(part.kind, {})


# --- by model, and the largest differences ----------------------------------------------------------------------


def _models(report: Reconciliation, shown: InvoiceFigures) -> Iterator[Block]:
    """The names of the lines, each over all its days; left out where they say no more than the lines do."""
    lines: dict[LineKey, list[ReconciledLine]] = {}
    for line in report.lines:
        lines.setdefault(line.key, []).append(line)
    if not report.by or len(lines) == len(report.lines) or len(lines) < 2:
        return
    yield Gap()
    order = sorted(lines, key=lambda key: (-sum(abs(line.difference) for line in lines[key] if line.kind in DIFFERENT), -_size(lines[key])))  # fmt: skip
    kept, folded = order[:_SHOWN], order[_SHOWN:]
    groups = [(names_text(key), lines[key]) for key in kept]
    if len(folded) == 1:
        groups.append((names_text(folded[0]), lines[folded[0]]))
    elif folded:
        groups.append((f"… {len(folded):,} more", [line for key in folded for line in lines[key]]))
    digits = minor_digits(report.currency)
    columns = [
        shared_out([_sum(getattr(line, of) for line in found) for _, found in groups], total, digits)
        for of, total in (
            ("ours", shown.total.ours),
            ("theirs", shown.total.theirs),
            ("difference", shown.total.between),
        )
    ]
    rows = [_model_row(group, LineFigures(*coins)) for group, *coins in zip(groups, *columns, strict=True)]
    title = " / ".join(name.replace("_", " ") for name in report.by).capitalize()
    period = {"day": "Days", "month": "Months", "total": "Lines"}[report.each]
    yield grid([
        Column(title, "name", key="name"), *_PAIR, Column("", drop=2, key="rise"),
        Column(f"{period} that differ", drop=3, key="wrong"),
    ], rows, report.currency)  # fmt: skip


def _model_row(group: tuple[str, Sequence[ReconciledLine]], shown: LineFigures) -> dict[str, Cell]:
    name, lines = group
    wrong = sum(line.kind in DIFFERENT for line in lines)
    mine, other = _sum(line.ours for line in lines), _sum(line.theirs for line in lines)
    row = {"name": Cell(name, "worse" if wrong else "")} | _pair(shown)
    row["wrong"] = Cell(f"{wrong:,} of {len(lines):,}") if wrong else NONE
    if all(line.ours is None for line in lines):
        row["ours"] = UNPRICED if any(line.kind == "unpriced" for line in lines) else NONE
    if all(line.theirs is None for line in lines):
        row["invoice"] = NONE
    return row | ({"rise": Cell(rise_text(mine, other))} if mine and other and shown.between else {})


def _largest(report: Reconciliation, shown: InvoiceFigures) -> Iterator[Block]:
    both = zip(report.lines, shown.lines, strict=True)
    wrong = [(line, figures) for line, figures in both if line.kind in DIFFERENT]
    if not wrong:
        return
    wrong.sort(key=lambda pair: -abs(pair[0].difference))
    yield Gap()
    has_place = bool(report.by) and report.each != "total"
    yield grid([
        Column("Largest differences", "name", key="name"), has_place and Column(report.each.capitalize(), key="place"), *_PAIR,
        Column("", drop=1, key="why"),
    ], [_wrong_row(line, figures, report) for line, figures in wrong[:_SHOWN]], report.currency)  # fmt: skip
    if len(wrong) > _SHOWN:
        rest = wrong[_SHOWN:]
        amount = money_text(sum((abs(line.difference) for line, _ in rest), Fraction()), report.currency)
        yield Note(
            f"… and {counted(len(rest), 'line')} more that differ, by {amount} (all of them: -o out.csv).", "quiet"
        )


def _wrong_row(line: ReconciledLine, shown: LineFigures, report: Reconciliation) -> dict[str, Cell]:
    name = names_text(line.key) if report.by else _period_text(line.period)
    row = {"name": Cell(name), "place": Cell(_short(line.period)), "why": Cell(_why(line))} | _pair(shown)
    return row | ({"ours": NONE} if line.ours is None else {}) | ({"invoice": NONE} if line.theirs is None else {})


def _why(line: ReconciledLine) -> str:
    if line.kind == "theirs only" and not line.is_mapped:
        return "unmapped item"
    return line.kind if line.kind != "differing" else rise_text(line.ours, line.theirs)


def _period_text(period: str) -> str:
    if len(period) == len("2026-09-01"):
        return day_text(read_day(period))
    return month_text(read_month(period)) if period else "the whole period"


def _short(period: str) -> str:
    """A day without its year, which stands above."""
    return _period_text(period)[:-5] if len(period) == len("2026-09-01") else _period_text(period)


def _sum(amounts: Iterable[Fraction | None]) -> Fraction:
    return sum((amount for amount in amounts if amount is not None), Fraction())


def _size(lines: Sequence[ReconciledLine]) -> Fraction:
    return max(_sum([line.ours for line in lines]), _sum([line.theirs for line in lines]))


# --- why --------------------------------------------------------------------------------------------------------------


def _causes(report: Reconciliation, shown: InvoiceFigures) -> Iterator[Block]:
    own = [cause for cause in report.causes if stands_apart(cause)]
    if report.differing:
        yield Gap()
        rows = [(cause_text(report.causes[i], report.currency), amount, report.causes[i].explains) for i, amount in shown.causes.items()]  # fmt: skip
        if report.unexplained or not rows:
            rows.append(("Unexplained", shown.unexplained, report.unexplained))
        yield grid([
            Column("Likely causes", "text", of=lambda row: Cell(row[0])),
            Column("Explains", of=lambda row: cells.money(row[1]), has_unit=True),
            Column("", drop=1, of=lambda row: Cell(share_text(row[2] / report.differing))),
        ], rows, report.currency)  # fmt: skip
    yield from apart(Note(cause_text(cause, report.currency)) for cause in own)


# --- days apart, and doubts -------------------------------------------------------------------------------------------


def _outside(report: Reconciliation, shown: InvoiceFigures) -> Iterator[Block]:
    if not report.outside:
        return
    yield Gap()
    for part, amount in zip(report.outside, shown.outside, strict=True):
        whose = "Outside the invoice's days" if part.side == "ours" else "Outside the log's days"
        who = "ours" if part.side == "ours" else "the invoice's"
        days = days_text(*_ordered(part.first, part.last))
        yield Note(f"{whose}: {days}, {decimal_text(amount)} {report.currency} of {who}, not compared (--whole compares them).")  # fmt: skip


def _ordered(first: date, last: date) -> tuple[date, date]:
    return (first, last) if first <= last else (last, first)


def _doubts(report: Reconciliation) -> Iterator[Block]:
    yield from assumption_blocks(report.rating, report.usage, ())
    notes = [_sentence(note) for note in report.notes]
    notes += [f"Left out of the invoice: {part.text}." for part in report.skipped]  # fmt: skip
    yield from noted(Note(note) for note in notes)
    if report.refused_rows:
        yield Note(f"Refused: {counted(report.refused_rows, 'row')} of the invoice could not be read.", "loud")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
