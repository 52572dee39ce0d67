"""What it cost, written: the page from what it rests on to what it lacks, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from costcalc.money import sum_if_known
from costcalc.rating.model import Cost, ListAndContracted
from costcalc.render import fields as f
from costcalc.render import json_ as common
from costcalc.render.blocks import Block, Gap, Note
from costcalc.render.coverage import coverage_note
from costcalc.render.doubts import assumption_blocks, commitment_blocks, missing_blocks
from costcalc.render.fields import Json
from costcalc.render.figures import cost_grid, table_notes
from costcalc.render.header import header
from costcalc.render.opening import lacking_text
from costcalc.render.rows import line_rows, placed
from costcalc.render.tree import table_of
from costcalc.render.why import why_cost
from costcalc.render.words import counted, days_text, money_text, percent_text
from costcalc.render.written import Writers
from costcalc.reports.cost import CostReport, ListAndBilled


def headline_blocks(report: CostReport) -> Iterator[Note]:
    """What was spent, and what that is a million tokens; where nothing is lacking, a day as well."""
    usage, rating, total = report.usage, report.rating, report.rating.total.before
    if rating.unpriced and not rating.charges:
        yield Note("Nothing in this log has a price.", "strong")
        return
    when = days_text(usage.first_day, usage.last_day) if usage.first_day and usage.last_day else "This log"
    text = f"{when}: {money_text(total, report.currency)}"
    if usage.days > 1 and total and report.is_complete:
        text += f", {money_text(total / usage.days, report.currency)} a day"
    if priced := rating.tokens - rating.unpriced_tokens:
        text += f", {money_text(total / priced * 1_000_000, report.currency)} a million tokens"
    yield Note(f"{lacking_text(rating, usage)}{text}.", "strong")


def cost_blocks(report: CostReport, is_wide: bool) -> Sequence[Block]:
    """What the page of a cost report is made of."""
    table = table_of(report.rating, report.lines)
    return [
        header(report, report.rates_used),
        Gap(),
        cost_grid(table, report.currency),
        *_covered(report),
        *table_notes(table, Cost(report.rating.total.before), report.currency),
        *(_list_and_contracted(report.rating.contracted, report.currency) if report.rating.contracted else ()),
        *(_list_and_stated(report.both, report.currency) if report.both else ()),
        *_without_rate(report),
        *missing_blocks(report.rating, report.usage),
        *commitment_blocks(report.rating),
        *assumption_blocks(report.rating, report.usage, report.other_lists),
        *why_cost(report),
    ]


def _covered(report: CostReport) -> Iterator[Block]:
    """Of how much the margin of the total is, where that is not all."""
    if said := coverage_note(report.coverage):
        yield Note(said)


def _list_and_contracted(both: ListAndContracted, currency: str) -> Iterator[Block]:
    yield Gap()
    listed, contracted = money_text(both.listed, currency), money_text(both.contracted, currency)
    below = f": {percent_text(both.discount)} below the list" if both.discount else ""
    yield Note(f"Where your discounts apply: {contracted}, by the list {listed}{below}.")


def _without_rate(report: CostReport) -> Iterator[Block]:
    for currency, rows in report.without_rate.items():
        text = f"List and stated cost of {counted(rows, 'row')} are not set beside each other: no exchange rate from {currency} to {report.currency} is known."
        yield Note(text)


def _list_and_stated(both: ListAndBilled, currency: str) -> Iterator[Block]:
    yield Gap()
    listed, stated = money_text(both.listed, currency), money_text(both.stated, currency)
    text = f"Where the log states a cost: {stated}, by the list {listed}"
    discount: Fraction | None = both.discount
    if discount:
        text += f": {percent_text(abs(discount))} {'below' if discount > 0 else 'above'} the list"
    yield Note(f"{text}.")


def _spent_lines(report: CostReport, _: Any) -> Iterator[Json]:
    table = table_of(report.rating, report.lines)
    return (placed(line, table) for line in report.lines)


SPENT_LINE = {**common.LINE, **f.fields(
    cost=f.amount(lambda row, _: row["cost"].before if row["of"].basis else None, "figures.before"),
    revenue=f.amount(lambda row, _: row["of"].earned and (row["of"].earned.before.revenue or Fraction())),
    margin=f.ratio("of.earned.before.margin"), margin_at_most=f.flag("of.margin_is_bound"),
)}  # fmt: skip
PRICED = f.part(f.fields(
    share=f.ratio("priced_share"), tokens=f.count, unpriced_tokens=f.count,
    unpriced_requests=f.count(lambda rating, _: sum_if_known(part.requests for part in rating.unpriced if part.meter is None)),
), "rating")  # fmt: skip
COST_REPORT = f.fields(
    schema=f.constant("costcalc.cost/1"), currency=f.text, complete=f.flag("is_complete"), usage=common.USAGE,
    configuration=common.configuration(), coverage=common.COVERAGE, priced=PRICED, total=f.amount("rating.total.before"), lines=f.each(SPENT_LINE, _spent_lines),
    basis=common.BASIS, commitments=f.each(common.COMMITTED, "rating.commitments"), list_and_contracted=common.CONTRACTED,
    list_and_stated=f.part(f.fields(listed=f.amount, stated=f.amount, discount=f.ratio), "both"),
    without_rate=f.each(f.fields(currency=f.text("0"), rows=f.integer("1")), lambda report, _: report.without_rate.items()),
    unpriced=common.UNPRICED_LIST, assumptions=common.ASSUMPTIONS, other_lists=common.SPENT_OTHER_LISTS, exchange_rates=common.EXCHANGE_RATES,
)  # fmt: skip

WRITTEN = Writers("What it cost", headline_blocks, cost_blocks, line_rows, COST_REPORT)
