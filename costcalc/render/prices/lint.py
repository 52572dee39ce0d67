"""What lint found: a summary for the page (the problems themselves go to standard error), JSON and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from costcalc.render import fields as f
from costcalc.render.blocks import Block, Facts, Gap, Note
from costcalc.render.fields import Json, Rows
from costcalc.render.prices.words import file_text
from costcalc.render.words import counted, listed_text
from costcalc.render.written import Writers
from costcalc.reports.prices.lint import LintReport


def lint_blocks(report: LintReport, is_wide: bool) -> Sequence[Block]:
    """How much was read, and how many problems of which kind there are."""
    read = (counted(report.files, "file"), counted(report.models, "model"), counted(report.prices, "price"))
    rows: list[tuple[str, tuple[str, ...]]] = [("read", read)]
    for label, problems in (("errors", report.errors), ("warnings", report.warnings)):
        kinds = Counter(problem.code for problem in problems)
        rows.append((label, tuple(f"{count:,} {code}" for code, count in kinds.most_common()) or ("none",)))
    found = listed_text([counted(len(report.errors), "error"), counted(len(report.warnings), "warning")])
    clean = not report.errors and not report.warnings
    return [Note("Nothing is wrong with these books." if clean else f"{found}.", "strong"), Gap(), Facts(rows)]


PROBLEM = f.fields(
    level=f.text("level"), code=f.text("of.code"), file=f.text(lambda row, _: row["of"].place and file_text(row["of"].place.file)),
    line=f.integer("of.place.line"), column=f.integer("of.place.column"), message=f.text("of.message"),
    expected=f.said("of.expected"), nearest=f.texts("of.nearest"), remedy=f.said("of.remedy"),
)  # fmt: skip
LINT = f.fields(
    schema=f.constant("costcalc.prices-lint/1"), files=f.integer, models=f.integer, prices=f.integer,
    problems=f.each(PROBLEM, lambda report, _: _all(report)),
)  # fmt: skip


def lint_rows(report: LintReport) -> Rows:
    """A row a problem."""
    return f.rows_with({key: field for key, field in PROBLEM.items() if not field.is_list}, _all(report), None)


def _all(report: LintReport) -> Iterator[Json]:
    for level, problems in (("error", report.errors), ("warning", report.warnings)):
        yield from ({"level": level, "of": problem} for problem in problems)


WRITTEN = Writers("Pricebooks", page=lint_blocks, rows=lint_rows, json=LINT)
