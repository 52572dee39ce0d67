"""Customers: what each costs and leaves under every scenario, the worst first, and who turns unprofitable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.model import LineKey
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid, Note, grid
from costcalc.render.cells import NONE
from costcalc.render.comparison.columns import Columns, customer_figures, line_figures
from costcalc.render.plan.customers import NONAME
from costcalc.render.plan.verdicts import unsure
from costcalc.render.words import counted, month_text, percent_text
from costcalc.reports.comparison import Comparison, CustomerOutcome
from costcalc.reports.plan.model import CustomerLine

_SHOWN = (8, 12)  # rows; where there is room, more
_NAMED = 8  # customers in a sentence
_LINES = 10


def customer_blocks(comparison: Comparison, columns: Columns, is_wide: bool) -> Iterator[Block]:
    """Cost to serve, and the margin where it is known."""
    customers = comparison.customers
    if not customers:
        return
    shown = customers if len(customers) <= _SHOWN[is_wide] + 1 else customers[: _SHOWN[is_wide]]
    month, more = month_text(comparison.months[-1]), len(customers) - len(shown)
    knows = _knows_revenue(comparison)
    yield Gap()
    first = "the lowest margin" if knows else "the most expensive"
    yield Note(f"Cost to serve in {month}, in {comparison.currency}, {first} first", "strong")
    yield _grid(comparison, shown, columns, more, is_cost=True)
    if knows:
        yield Gap()
        most = (
            ", at most this"
            if any(each.coverage and each.coverage.is_bound for each in comparison.alternatives)
            else ""
        )
        yield Note(f"Margin in {month}{most}", "strong")
        yield _grid(comparison, shown, columns, 0, is_cost=False)
    yield from _hidden_columns(comparison, columns)


def _grid(
    comparison: Comparison, customers: Sequence[CustomerOutcome], columns: Columns, more: int, *, is_cost: bool
) -> Grid:
    shown: dict[int, Decimal] = {}
    for each in comparison.alternatives:
        coins = customer_figures(each, comparison.currency, served=True)
        shown |= {id(line): then for line, (_, then) in zip(each.customers, coins, strict=True)}
    nothing = round_half_up(Fraction(), minor_digits(comparison.currency))  # in a scenario where it serves nobody

    def cell(place: int, customer: CustomerOutcome) -> Cell:
        line = customer.lines[place]
        if not is_cost:
            return _margin(line)
        return cells.UNPRICED if line.last.known_cost is None else cells.money(shown.get(id(line), nothing))

    name = Column("Customer", "name", of=lambda customer: Cell(customer.name or NONAME))
    found = grid([name, *_titles(columns, cell)], customers)
    rest = [Cell(f"… {more:,} more", "quiet"), *(Cell() for _ in columns.places)]
    return Grid(found.columns, [*found.rows, rest] if more else found.rows)


def _titles(columns: Columns, cell: Callable[[int, Any], Cell]) -> list[Column]:
    """A column a scenario, with its cell of a row; on a screen narrower than 80 the last ones go first."""
    titled = enumerate(zip(columns.titles, columns.places, strict=True))
    return [Column(title, drop=drop, of=partial(cell, place)) for drop, (title, place) in titled]


def _margin(line: CustomerLine) -> Cell:
    margin = line.last.margin
    return NONE if margin is None else Cell(percent_text(margin), "worse" if margin < 0 else "")


def _hidden_columns(comparison: Comparison, columns: Columns) -> Iterator[Block]:
    hidden = len(comparison.alternatives) - len(columns.places)
    if hidden:
        of = f"{len(columns.places) - 1} of {len(comparison.scenarios)} scenarios"
        yield Note(f"Shown: the {of} that leave least. -o FILE.json has all.", "quiet")


def _knows_revenue(comparison: Comparison) -> bool:
    return any(each.knows_customers_revenue for each in comparison.alternatives)


def turned_blocks(comparison: Comparison) -> Iterator[Block]:
    """Which customers turn unprofitable?"""
    if not comparison.customers:
        return
    if not _knows_revenue(comparison):
        if any(each.revenue_source for each in comparison.alternatives):
            yield Note("The revenue is one total: what each customer pays of it is not known.", "quiet")
        return
    told = [each for each in comparison.alternatives if each.knows_customers_revenue]
    yield Gap()
    yield Note("Which customers turn unprofitable?", "strong")
    yield Facts([(each.name, (_names([line.name for line in each.turned]),)) for each in told], each_in_a_line=True)
    if untold := [each.name for each in comparison.alternatives if each not in told]:
        yield Note(f"What each customer pays is not known for {', '.join(untold)}.", "quiet")
    lines = {line.name: line for each in told for line in each.customers if line.may_turn_unprofitable}
    yield from unsure([*lines.values()])
    already = [line.name for line in comparison.today.customers if (line.today.profit or 0) < 0]
    if already:
        yield Note(f"At a loss today already: {_names(already)}.")


def _names(names: Sequence[str | None]) -> str:
    if not names:
        return "none"
    shown = ", ".join(name or NONAME for name in names[:_NAMED])
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{counted(len(names), 'customer')}: {shown}{rest}"


def line_blocks(comparison: Comparison, columns: Columns) -> Iterator[Block]:
    """What each line that was asked for costs in the last month, the most expensive first."""
    if not comparison.by or (comparison.by == ("customer",) and comparison.today.customers):
        return
    costs: dict[LineKey, list[Fraction]] = {}
    coins: dict[LineKey, list[Decimal]] = {}
    for position, each in enumerate(comparison.alternatives):
        for line, (_, then) in zip(each.lines, line_figures(each, comparison.currency), strict=True):
            costs.setdefault(line.key, [Fraction()] * len(comparison.alternatives))[position] = line.last_after
            coins.setdefault(line.key, [Decimal()] * len(comparison.alternatives))[position] = then
    priced = [(key, amounts) for key, amounts in costs.items() if any(amounts)]  # what has no price is listed apart
    ranked = sorted(priced, key=lambda entry: (-max(entry[1]), [part or "" for part in entry[0]]))
    shown = ranked if len(ranked) <= _LINES + 1 else ranked[:_LINES]
    rest = ranked[len(shown) :]
    rows = [([key], amounts) for key, amounts in shown]
    if rest:
        rows.append(
            (
                [key for key, _ in rest],
                [sum(column, Fraction()) for column in zip(*(of for _, of in rest), strict=True)],
            )
        )

    def name(row: tuple[list[LineKey], list[Fraction]]) -> Cell:
        if rest and row is rows[-1]:
            return Cell(f"… {len(rest):,} more", "quiet")
        return Cell(" · ".join(part or f"(no {by})" for by, part in zip(comparison.by, row[0][0], strict=True)))

    def cell(place: int, row: tuple[list[LineKey], list[Fraction]]) -> Cell:
        return cells.money(sum((coins[key][place] for key in row[0]), Decimal())) if row[1][place] else NONE

    yield Gap()
    title = " · ".join(name.replace("_", " ") for name in comparison.by).capitalize()
    yield Note(f"Cost in {month_text(comparison.months[-1])}, in {comparison.currency}", "strong")
    yield grid([Column(title, "name", of=name), *_titles(columns, cell)], rows)
    if not comparison.today.customers:
        yield from _hidden_columns(comparison, columns)
