"""Customers: what each costs and pays in the last month, the worst first, and who turns unprofitable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_to_total
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note
from costcalc.render.coverage import own_margin_title
from costcalc.render.figures import NONE, TOTAL, change_style
from costcalc.render.plan.bridge import bridge_figures
from costcalc.render.plan.months import month_figures
from costcalc.render.rounding import adding_up
from costcalc.render.words import (
    ARROW,
    DASH,
    counted,
    decimal_text,
    money_text,
    month_text,
    percent_text,
    plain_percent,
)
from costcalc.reports.plan.model import CustomerLine, Plan
from costcalc.reports.plan.totals import Totals

_SHOWN = (8, 12)  # rows; where there is room, more
_NAMED = 5  # in a sentence
NONAME = "(no customer)"


def customer_blocks(plan: Plan, is_wide: bool) -> Iterator[Block]:
    """The table, what it means, and who turns from a profit to a loss."""
    customers = plan.customers
    if not customers or (plan.by == ("customer",) and not knows_revenue(plan)):
        return
    yield Gap()
    yield _grid(plan, is_wide)
    if len(customers) > _SHOWN[is_wide] + 1:
        yield Note("Every customer: --table customers -o customers.csv", "quiet")
    yield from customer_notes(plan)
    yield from verdicts(plan)


def verdicts(plan: Plan) -> Iterator[Note]:
    """Loudly those that turn from a profit to a loss; then those that are a loss already."""
    customers = plan.customers
    named = [customer for customer in customers if customer.name]  # rows without one are nobody's loss
    turned = [customer for customer in named if customer.turns_unprofitable]
    if turned:
        verb = "turns" if len(turned) == 1 else "turn"
        yield Note(f"{counted(len(turned), 'customer')} {verb} unprofitable: {_names(turned)}.", "loud")
    already = [one for one in named if one.today.profit is not None and one.today.profit < 0]
    if already:
        verb = "costs" if len(already) == 1 else "cost"
        pays = "it pays" if len(already) == 1 else "they pay"
        yield Note(f"{counted(len(already), 'customer')} {verb} more than {pays} today already: {_names(already)}.")


def customer_notes(plan: Plan) -> Iterator[Note]:
    """What the columns mean, and what they leave out because it is nobody's."""
    if not knows_revenue(plan):
        if plan.revenue_source:
            yield Note("The revenue is one total: what each customer pays of it is not known.", "quiet")
        return
    if rises := rise_columns(plan):
        titles = ", ".join(title for title, _ in rises)
        floor = f", or {plain_percent(plan.floor)}" if len(rises) > 1 and plan.floor is not None else ""
        yield Note(f"{titles}: the rise of what a customer pays that brings its margin of today{floor}.", "quiet")
    whole, after = sum_of(plan.customers).last, plan.last.after
    parts = [
        (f"{money_text(amount, plan.currency)} of {what}")
        for amount, what in (
            ((after.revenue or Fraction()) - (whole.revenue or Fraction()), "revenue"),
            (after.other - whole.other, "other costs"),
        )
        if amount
    ]
    if parts:
        yield Note(f"Without {' and '.join(parts)} that belong to no single customer.", "quiet")


def knows_revenue(plan: Plan) -> bool:
    return any(customer.last.revenue is not None for customer in plan.customers)


def _names(customers: Sequence[CustomerLine]) -> str:
    named = ", ".join(customer.name or NONAME for customer in customers[:_NAMED])
    return named + (f" and {len(customers) - _NAMED} more" if len(customers) > _NAMED else "")


def _grid(plan: Plan, is_wide: bool) -> Grid:
    customers, limit = plan.customers, _SHOWN[is_wide]
    shown = list(customers) if len(customers) <= limit + 1 else list(customers[:limit])
    rest = customers[len(shown) :]
    lines = [*shown, *([sum_of(rest)] if rest else [])]
    whole = sum_of(customers)
    figures = customer_figures(plan, lines)
    rows = []
    for position, line in enumerate(lines):
        name = Cell(f"… {len(rest):,} more", "quiet") if rest and position == len(shown) else Cell(line.name or NONAME)
        unit = plan.currency if position == 0 else ""
        rows.append([name, *_cells(line, *figures[position], unit, plan)])
    total = _cells(whole, *total_figures(figures), plan.currency, plan)
    rows.append([Cell(TOTAL, "strong"), *(Cell(cell.text, cell.style or "strong", cell.unit) for cell in total)])
    return Grid([Column("Customer", "name"), *_columns(plan)], rows)


Coins = tuple[Decimal, Decimal, Decimal]  # today, then, paid


def customer_figures(plan: Plan, lines: Sequence[CustomerLine]) -> list[Coins]:
    """What is shown of customers, or of several as one: the coins of each, which add up to the total's."""
    coins = dict(zip(map(id, plan.customers), _coins(plan), strict=True))
    found, shown = [], {id(line) for line in lines}
    rest = [coins[id(customer)] for customer in plan.customers if id(customer) not in shown]
    for line in lines:
        found.append(coins[id(line)] if id(line) in coins else total_figures(rest))
    return found


def _coins(plan: Plan) -> list[Coins]:
    customers = plan.customers
    costs = cost_columns(plan, [line.today.served for line in customers], [line.last.served for line in customers])
    digits = minor_digits(plan.currency)
    paid = round_to_total([line.last.revenue or Fraction() for line in customers], digits)
    return list(zip(*costs, paid, strict=True))


def cost_columns(
    plan: Plan, today: Sequence[Fraction], then: Sequence[Fraction]
) -> tuple[list[Decimal], list[Decimal]]:
    """Costs today and in the last month in coins: one that does not change has one figure, totals that of the months."""
    todays, thens = bridge_figures(plan)[0][0], month_figures(plan)[0][-1].mid
    known = [(plan.today.cost, todays), (plan.last.after.cost, thens)]
    first, second = adding_up([today, then], known, minor_digits(plan.currency))
    return first, second


def total_figures(figures: Sequence[Coins]) -> Coins:
    today, then, paid = (sum(column, Decimal()) for column in zip(*figures, strict=True))
    return today, then, paid


def _columns(plan: Plan) -> list[Column]:
    columns = [Column("Today", drop=3), Column(f"In {month_text(plan.last.month)}")]
    if not knows_revenue(plan):
        return [*columns, Column("Change", drop=1)]
    margin = Column(own_margin_title(plan.coverage))
    return [*columns, Column("Pays"), margin, *(Column(title, drop=2) for title, _ in rise_columns(plan))]


def rise_columns(plan: Plan) -> list[tuple[str, str]]:
    """(title, field) of the rises of one's own prices that any customer has."""
    found = []
    if any(customer.rise_to_hold is not None for customer in plan.customers):
        found.append(("To hold", "rise_to_hold"))
    if plan.floor is not None and any(customer.rise_to_floor is not None for customer in plan.customers):
        found.append((f"To {plain_percent(plan.floor)}", "rise_to_floor"))
    return found


def _cells(line: CustomerLine, today: Decimal, then: Decimal, paid: Decimal, unit: str, plan: Plan) -> list[Cell]:
    change = line.last.served - line.today.served
    cells = [Cell(decimal_text(today), "", unit), Cell(decimal_text(then), "", unit)]
    if not knows_revenue(plan):
        shown = then - today
        return [*cells, Cell(decimal_text(shown, signed=True), change_style(change)) if shown else NONE]
    return [
        *cells,
        NONE if line.last.revenue is None else Cell(decimal_text(paid), "", unit),
        _margins(line),
        *(_rise_cell(getattr(line, field)) for _, field in rise_columns(plan)),
    ]


def _margins(line: CustomerLine) -> Cell:
    """`62.0% → 45.3%`; a loss says so without colour by its sign."""
    before, after = line.today.margin, line.last.margin
    if before is None and after is None:
        return NONE
    now, then = (percent_text(margin) if margin is not None else DASH for margin in (before, after))
    worse = before is not None and after is not None and after < before
    return Cell(f"{now} {ARROW} {then}", "worse" if worse else "")


def _rise_cell(rise: Fraction | None) -> Cell:
    return NONE if rise is None else Cell(percent_text(rise, signed=True))


def sum_of(lines: Sequence[CustomerLine]) -> CustomerLine:
    """Several customers as one; what each must pay more is theirs alone."""
    today, last = lines[0].today, lines[0].last
    for line in lines[1:]:
        today, last = _plus(today, line.today), _plus(last, line.last)
    return CustomerLine(None, today, last)


def _plus(one: Totals, more: Totals) -> Totals:
    """Sums in which a customer without revenue pays nothing: the others' stays known."""
    if (one.revenue is None) != (more.revenue is None):
        one, more = (replace(each, revenue=each.revenue or Fraction()) for each in (one, more))
    return one + more
