"""The page: what a reader sees first, from what it rests on to what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from costcalc.rating.model import Cost, ListAndContracted
from costcalc.render.blocks import Block, Gap, Note
from costcalc.render.commitments import commitment_blocks
from costcalc.render.doubts import assumption_blocks, change_notes, missing_blocks
from costcalc.render.draw import Page
from costcalc.render.figures import cost_grid, projection_grid
from costcalc.render.header import cost_header, projection_header
from costcalc.render.margins import margin_blocks
from costcalc.render.months import month_blocks
from costcalc.render.passing import passing_blocks
from costcalc.render.tree import PARTLY, Table, table_of
from costcalc.render.why import why_cost, why_projection
from costcalc.render.words import counted, money_text, percent_text, price_text
from costcalc.reports.cost import CostReport, ListAndBilled
from costcalc.reports.projection import Projection


def projection_page(projection: Projection) -> Page:
    """The page of `project`, to be printed on a console of any width."""
    return Page(lambda is_wide: projection_blocks(projection, is_wide))


def cost_page(report: CostReport) -> Page:
    """The page of `cost`."""
    return Page(lambda _: cost_blocks(report))


def projection_blocks(projection: Projection, is_wide: bool) -> Sequence[Block]:
    """What the page of a projection is made of."""
    table = table_of(projection.rating, projection.lines)
    return [
        projection_header(projection, table),
        *change_notes(projection),
        Gap(),
        projection_grid(projection, table, is_wide),
        *_table_notes(table, projection.total, projection.currency),
        *passing_blocks(projection),
        *margin_blocks(projection, table),
        *month_blocks(projection, is_wide),
        *missing_blocks(projection.rating, projection.usage),
        *commitment_blocks(projection.rating),
        *assumption_blocks(projection.rating, projection.usage, projection.other_lists, with_rise=True),
        *why_projection(projection),
    ]


def cost_blocks(report: CostReport) -> Sequence[Block]:
    """What the page of a cost report is made of."""
    table = table_of(report.rating, report.lines)
    return [
        cost_header(report.usage, report.rating, report.rates_used),
        Gap(),
        cost_grid(table, report.currency),
        *_table_notes(table, Cost(report.rating.total.before), report.currency),
        *(_list_and_contracted(report.rating.contracted, report.currency) if report.rating.contracted else ()),
        *(_list_and_stated(report.both, report.currency) if report.both else ()),
        *_without_rate(report),
        *missing_blocks(report.rating, report.usage),
        *commitment_blocks(report.rating),
        *assumption_blocks(report.rating, report.usage, report.other_lists, with_rise=False),
        *why_cost(report),
    ]


def _table_notes(table: Table, total: Cost, currency: str) -> Iterator[Block]:
    """What the rounded figures cannot show."""
    if table.total.status == PARTLY and any(row.status == PARTLY for row in table.rows):
        yield Note("* Incomplete: part of it has no price and is not in the figure.")
    if 0 < total.before < 1:
        then = f", with the rise {price_text(total.mid)}" if total.mid and total.mid != total.before else ""
        yield Note(f"Exact: {price_text(total.before)}{then} {currency}.", "quiet")


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
