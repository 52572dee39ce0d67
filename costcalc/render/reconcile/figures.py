"""Figures: the coins of a reconciliation, shared out once. Its page, JSON and CSV show these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up, round_to_total
from costcalc.render.rounding import shared_out
from costcalc.reports.reconcile.model import Cause, ReconciledLine, Reconciliation


@dataclass(frozen=True, slots=True)
class LineFigures:
    """A line, a class or all of them: what we say, what the invoice says, and what it says more, rounded from its exact value."""

    ours: Decimal
    theirs: Decimal
    between: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceFigures:
    """Every amount of a reconciliation in coins: lines add up to their class, classes and what stands apart to the invoice."""

    total: LineFigures  # of the usage compared
    classes: Sequence[LineFigures]  # as `sums` of the report lists them
    lines: Sequence[LineFigures]  # as the report lists them
    apart: Sequence[Decimal]  # likewise
    outside: Sequence[Decimal]  # likewise; of ours each by itself
    causes: Mapping[int, Decimal]  # what each explains, by its place in the report
    unexplained: Decimal
    invoiced: Decimal


def figures_of(report: Reconciliation) -> InvoiceFigures:
    """The figures, in coins of the report's currency."""
    digits, sums = minor_digits(report.currency), report.sums()
    others = [part.amount for part in report.outside if part.side == "theirs"]
    whole = [report.theirs, *(part.amount for part in report.apart), *others]
    invoiced = round_half_up(sum(whole, Fraction()), digits)
    theirs, *beside = shared_out(whole, invoiced, digits)
    total = LineFigures(round_half_up(report.ours, digits), theirs, round_half_up(report.theirs - report.ours, digits))
    columns = [
        shared_out([part.ours for part in sums], total.ours, digits),
        shared_out([part.theirs for part in sums], total.theirs, digits),
        shared_out([part.difference for part in sums], total.between, digits),
    ]
    classes = [LineFigures(*coins) for coins in zip(*columns, strict=True)]
    lines: dict[int, LineFigures] = {}
    for part, figures in zip(sums, classes, strict=True):
        mine = [(i, line) for i, line in enumerate(report.lines) if line.kind == part.kind]
        lines |= zip((i for i, _ in mine), _lines([line for _, line in mine], figures, digits), strict=True)
    days = iter(beside[len(report.apart) :])
    outside = [next(days) if part.side == "theirs" else round_half_up(part.amount, digits) for part in report.outside]
    explaining = [i for i, cause in enumerate(report.causes) if not stands_apart(cause)]
    *causes, unexplained = round_to_total(
        [*(report.causes[i].explains for i in explaining), report.unexplained], digits
    )
    return InvoiceFigures(
        total,
        classes,
        [lines[i] for i in range(len(report.lines))],
        beside[: len(report.apart)],
        outside,
        dict(zip(explaining, causes, strict=True)),
        unexplained,
        invoiced,
    )


def stands_apart(cause: Cause) -> bool:
    """Whether it tells of charges that are no usage, beside the differences."""
    return cause.code in ("credits", "tax-line")


def _lines(lines: Sequence[ReconciledLine], figures: LineFigures, digits: int) -> list[LineFigures]:
    columns = [
        shared_out([line.ours or Fraction() for line in lines], figures.ours, digits),
        shared_out([line.theirs or Fraction() for line in lines], figures.theirs, digits),
        shared_out([line.difference for line in lines], figures.between, digits),
    ]
    return [LineFigures(*coins) for coins in zip(*columns, strict=True)]
