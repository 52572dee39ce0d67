"""The page of a check: a line for every budget, and a sentence for each that does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid, Note, Style, grid
from costcalc.render.cells import NONE
from costcalc.render.check.phrases import (
    STATUS_WORDS,
    change_text,
    compared_text,
    files_of,
    limit_text,
    notable,
    period_text,
    sentence,
    short_change_text,
    title_text,
    used_text,
    value_text,
    worst_of_each,
)
from costcalc.render.doubts import assumption_blocks, commitment_blocks, missing_blocks
from costcalc.render.header import FactRow, header
from costcalc.render.words import DASH, counted, days_text, money_text
from costcalc.reports.check.check import Check
from costcalc.reports.check.finding import Finding, Status, worst
from costcalc.usage.ledger import SourceFile

_PERIODS_SHOWN = 3  # of one budget; the rest is counted
_STYLES: dict[Status, Style] = {"broken": "worse", "incomplete": "loud", "warn": "loud", "ok": "better"}


def headline_blocks(check: Check) -> Iterator[Note]:
    """How many budgets hold, and how many do not."""
    yield Note(f"{title_text(check)}.", "strong")


def check_blocks(check: Check, is_wide: bool) -> Sequence[Block]:
    """What the page of a check is made of."""
    return [
        _header(check),
        Gap(),
        _grid(check, is_wide),
        *_sentences(check),
        *_summary(check),
        *missing_blocks(check.rating, check.usage),
        *commitment_blocks(check.rating),
        *assumption_blocks(check.rating, check.usage, ()),
    ]


def _header(check: Check) -> Facts:
    flags = [budget.name for budget in check.budgets if budget.place is None]
    files = files_of(check)
    budgets = (counted(len(check.budgets), "budget"), *files, *(["flags"] if flags and files else flags))
    return header(
        check,
        check.rating.rates_used,
        _baseline(check),
        after=[("budgets", budgets)],
        revenue_source=check.revenue_sources,
    )


def _baseline(check: Check) -> Iterator[FactRow]:
    if check.compared:
        before = check.compared.usage
        days = (days_text(before.first_day, before.last_day),) if before.first_day and before.last_day else ()
        yield "baseline", (*_names(before.sources), *days, money_text(check.compared.before, check.currency))


def _names(sources: Sequence[SourceFile]) -> Iterator[str]:
    paths = [source.path.partition(" (")[0] for source in sources]  # a ledger's name, without the log that it counts
    yield _short(paths[0]) if len(paths) == 1 else counted(len(paths), "file")


def _grid(check: Check, is_wide: bool) -> Grid:
    """The change against a baseline in full where there is room."""
    change = change_text if is_wide else short_change_text
    # Beside a change there is no room for periods on a narrow screen, and rows without them would look alike.
    most = _PERIODS_SHOWN if is_wide or not check.compared else 1
    return grid([
        Column("Budget", "name", of=lambda row: Cell(row[0].budget.name, "strong" if row[0].status == "broken" else "")),
        Column("Period", "text", drop=2, of=lambda row: Cell((period_text(row[0].period) or DASH) + (row[1] if is_wide else ""))),
        Column("Limit", of=lambda row: Cell(f"{'at least ' if row[0].is_floor else ''}{limit_text(row[0])}")),
        Column("Actual", of=lambda row: Cell(value_text(row[0], row[0].actual))),
        Column("Share", drop=3, of=lambda row: _used(row[0])),
        check.compared is not None
        and Column("Change", drop=1, of=lambda row: Cell(change(row[0], check.currency), _change_style(row[0]))),
        Column("Status", "text", of=lambda row: Cell(STATUS_WORDS[row[0].status], _STYLES[row[0].status])),
    ], _shown(check, most))  # fmt: skip


def _shown(check: Check, most: int) -> Iterator[tuple[Finding, str]]:
    """What does not hold of each budget, up to a few; else the worst period, and of how many it is one."""
    for budget in check.budgets:
        of_one = check.of(budget)
        found = notable(of_one) or [worst(of_one)]
        found = found if len(found) <= most else [worst(found)]
        stands_for = f" (1 of {len(of_one)})" if len(found) == 1 < len(of_one) else ""
        yield from ((finding, stands_for) for finding in found)


def _used(finding: Finding) -> Cell:
    is_used = finding.share is not None and finding.unit not in ("share", "days")
    return Cell(used_text(finding.share)) if is_used and finding.share is not None else NONE


def _change_style(finding: Finding) -> Style:
    change = finding.change
    if not change:
        return "quiet"
    return "worse" if (change > 0) != finding.is_floor else "better"


def _sentences(check: Check) -> Iterator[Block]:
    """The worst of each budget that does not hold, and how many periods more."""
    for finding, more in worst_of_each(check):
        budget, is_warning = finding.budget, finding.status == "warn"
        at = f" ({_short(budget.place.file)}:{budget.place.line})" if budget.place else ""
        verb = "warns" if is_warning else f"is {finding.status}"
        yield Gap()
        yield Note(f"{budget.name}{at} {verb}: {sentence(finding, check.currency)}{more}", "" if is_warning else "loud")


def _short(file: str) -> str:
    """The file's own name."""
    return file.replace("\\", "/").rpartition("/")[2] or "standard input"


def _summary(check: Check) -> Iterator[Block]:
    if check.compared:
        yield Gap()
        yield Note(f"{compared_text(check.compared, check.currency)}.")
