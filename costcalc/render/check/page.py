"""The page of a check: a line for every budget, and a sentence for each that does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid, Note, Style
from costcalc.render.check.phrases import (
    STATUS_WORDS,
    change_text,
    compared_text,
    files_of,
    limit_text,
    more_text,
    notable,
    period_text,
    sentence,
    short_change_text,
    title_text,
    used_text,
    value_text,
)
from costcalc.render.commitments import commitment_blocks
from costcalc.render.doubts import assumption_blocks, missing_blocks
from costcalc.render.header import price_parts, settings_rows, usage_row
from costcalc.render.words import DASH, counted, days_text, money_text
from costcalc.reports.check.check import Check
from costcalc.reports.check.finding import Finding, Status, worst
from costcalc.usage.ledger import SourceFile

_PERIODS_SHOWN = 3  # of one budget; the rest is counted
_STYLES: dict[Status, Style] = {"broken": "worse", "incomplete": "loud", "warn": "loud", "ok": "better"}


def check_blocks(check: Check, is_wide: bool) -> Sequence[Block]:
    """What the page of a check is made of."""
    return [
        Facts(list(_facts(check))),
        Gap(),
        _grid(check, is_wide),
        *_sentences(check),
        *_summary(check),
        *missing_blocks(check.rating, check.usage),
        *commitment_blocks(check.rating),
        *assumption_blocks(check.rating, check.usage, (), with_rise=False),
    ]


def _facts(check: Check) -> Iterator[tuple[str, Sequence[str]]]:
    yield usage_row(check.usage, check.rating)
    yield "prices", tuple(price_parts(check.rating, check.rating.rates_used))
    if check.compared:
        before = check.compared.usage
        days = (days_text(before.first_day, before.last_day),) if before.first_day and before.last_day else ()
        yield "baseline", (*_names(before.sources), *days, money_text(check.compared.before, check.currency))
    yield from settings_rows(check.usage, check.rating, check.revenue_sources)
    flags = [budget.name for budget in check.budgets if budget.place is None]
    files = files_of(check)
    yield "budgets", (counted(len(check.budgets), "budget"), *files, *(["flags"] if flags and files else flags))


def _names(sources: Sequence[SourceFile]) -> Iterator[str]:
    paths = [source.path.partition(" (")[0] for source in sources]  # a ledger's name, without the log that it counts
    yield _short(paths[0]) if len(paths) == 1 else counted(len(paths), "file")


def _grid(check: Check, is_wide: bool) -> Grid:
    """The change against a baseline in full where there is room."""
    columns = [
        Column("Budget", "name"),
        Column("Period", "text", drop=2),
        Column("Limit"),
        Column("Actual"),
        Column("Share", drop=3),
        Column("Status", "text"),
    ]
    change = change_text if is_wide else short_change_text
    # Beside a change there is no room for periods on a narrow screen, and rows without them would look alike.
    most = _PERIODS_SHOWN if is_wide or not check.compared else 1
    rows = [
        _row(finding, of if is_wide else "", change(finding, check.currency)) for finding, of in _shown(check, most)
    ]
    if check.compared:
        columns.insert(-1, Column("Change", drop=1))
    else:
        rows = [[*row[:-2], row[-1]] for row in rows]
    return Grid(columns, rows)


def _shown(check: Check, most: int) -> Iterator[tuple[Finding, str]]:
    """What does not hold of each budget, up to a few; else the worst period, and of how many it is one."""
    for budget in check.budgets:
        of_one = check.of(budget)
        found = notable(of_one) or [worst(of_one)]
        found = found if len(found) <= most else [worst(found)]
        stands_for = f" (1 of {len(of_one)})" if len(found) == 1 < len(of_one) else ""
        yield from ((finding, stands_for) for finding in found)


def _row(finding: Finding, stands_for: str, change: str) -> list[Cell]:
    floor = "at least " if finding.is_floor else ""
    share = used_text(finding.share) if finding.share is not None and finding.unit not in ("share", "days") else DASH
    return [
        Cell(finding.budget.name, "strong" if finding.status == "broken" else ""),
        Cell((period_text(finding.period) or DASH) + stands_for),
        Cell(f"{floor}{limit_text(finding)}"),
        Cell(value_text(finding, finding.actual)),
        Cell(share, "quiet" if share == DASH else ""),
        Cell(change, _change_style(finding)),
        Cell(STATUS_WORDS[finding.status], _STYLES[finding.status]),
    ]


def _change_style(finding: Finding) -> Style:
    change = finding.change
    if not change:
        return "quiet"
    return "worse" if (change > 0) != finding.is_floor else "better"


def _sentences(check: Check) -> Iterator[Block]:
    """The worst of each budget that does not hold, and how many periods more."""
    for budget in check.budgets:
        found = notable(check.of(budget))
        if not found:
            continue
        finding = worst(found)
        rest = more_text(found, finding)
        at = f" ({_short(budget.place.file)}:{budget.place.line})" if budget.place else ""
        yield Gap()
        text = f"{budget.name}{at} {STATUS_WORDS[finding.status] if finding.status != 'broken' else 'is broken'}"
        text = text.replace(" incomplete", " is incomplete") if finding.status == "incomplete" else text
        yield Note(f"{text}: {sentence(finding, check.currency)}{rest}", "" if finding.status == "warn" else "loud")


def _short(file: str) -> str:
    """The file's own name."""
    return file.replace("\\", "/").rpartition("/")[2] or "standard input"


def _summary(check: Check) -> Iterator[Block]:
    yield Gap()
    if check.compared:
        yield Note(f"{compared_text(check.compared, check.currency)}.")
    yield Note(f"{title_text(check)}.", "strong")
