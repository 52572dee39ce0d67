"""Customers: what each costs and pays in the last month, the worst first, and who turns unprofitable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_sum, minor_digits, round_to_total
from costcalc.render import cells
from costcalc.render.blocks import Block, Cell, Column, Gap, Grid, Note, Style, grid
from costcalc.render.cells import NONE, TOTAL
from costcalc.render.coverage import own_margin_title
from costcalc.render.plan.bridge import bridge_figures
from costcalc.render.plan.months import month_figures
from costcalc.render.rounding import adding_up
from costcalc.render.words import (
    ARROW,
    DASH,
    counted,
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
    return plan.knows_customers_revenue


def _names(customers: Sequence[CustomerLine]) -> str:
    named = ", ".join(customer.name or NONAME for customer in customers[:_NAMED])
    return named + (f" and {len(customers) - _NAMED} more" if len(customers) > _NAMED else "")


def _grid(plan: Plan, is_wide: bool) -> Grid:
    rows, total = customer_rows(plan, _SHOWN[is_wide])
    known = knows_revenue(plan)
    return grid([
        Column("Customer", "name", key="name"),
        Column("Today", drop=3, key="today", has_unit=True),
        Column(f"In {month_text(plan.last.month)}", key="after", has_unit=True),
        not known and Column("Change", drop=1, key="change"),
        known and Column("Pays", key="paid", has_unit=True),
        known and Column(own_margin_title(plan.coverage), key="margins"),
        *(Column(title, drop=2, key=field) for title, field in (rise_columns(plan) if known else ())),
    ], rows, plan.currency, total)  # fmt: skip


Rows = tuple[list[dict[str, Cell]], dict[str, Cell]]


def customer_rows(plan: Plan, limit: int) -> Rows:
    """The cells of so many customers, the others in one row, and of all."""
    lines, folded = folded_customers(plan, limit)
    figures = customer_figures(plan, lines)
    rows = []
    for position, (line, coins) in enumerate(zip(lines, figures, strict=True)):
        is_rest, name = folded and position == limit, line.name or NONAME
        rows.append(
            {"name": Cell(f"… {folded:,} more", "quiet") if is_rest else Cell(name, "", name), **_cells(line, coins)}
        )
    return rows, {"name": Cell(TOTAL), **_cells(sum_of(plan.customers), total_figures(figures))}


def folded_customers(plan: Plan, limit: int) -> tuple[list[CustomerLine], int]:
    """(so many customers, the others as one, how many those are); a single one is not worth folding."""
    customers = list(plan.customers)
    if len(customers) <= limit + 1:
        return customers, 0
    return [*customers[:limit], sum_of(customers[limit:])], len(customers) - limit


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
    paid = [Decimal()] * len(customers)
    if knows_revenue(plan):
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


def rise_columns(plan: Plan) -> list[tuple[str, str]]:
    """(title, field) of the rises of one's own prices that any customer has."""
    found = []
    if any(customer.rise_to_hold is not None for customer in plan.customers):
        found.append(("To hold", "rise_to_hold"))
    if plan.floor is not None and any(customer.rise_to_floor is not None for customer in plan.customers):
        found.append((f"To {plain_percent(plan.floor)}", "rise_to_floor"))
    return found


def _cells(line: CustomerLine, coins: Coins) -> dict[str, Cell]:
    (today, then, paid), before, after = coins, line.today.margin, line.last.margin
    style: Style = "worse" if before is not None and after is not None and after < before else ""
    return {
        "today": cells.money(today),
        "after": cells.money(then),
        "change": cells.change(then - today, line.last.served - line.today.served),
        "paid": NONE if line.last.revenue is None else cells.money(paid),
        "margin_today": cells.percent(before),
        "margin": cells.percent(after, style),
        "margins": NONE if before is after is None else Cell(f"{_margin(before)} {ARROW} {_margin(after)}", style),
        "rise_to_hold": cells.own_rise(line.rise_to_hold),
        "rise_to_floor": cells.own_rise(line.rise_to_floor),
    }


def _margin(ratio: Fraction | None) -> str:
    return DASH if ratio is None else percent_text(ratio)


def sum_of(lines: Sequence[CustomerLine]) -> CustomerLine:
    """Several customers as one; what each must pay more is theirs alone."""
    return CustomerLine(None, _together([line.today for line in lines]), _together([line.last for line in lines]))


def _together(parts: Sequence[Totals]) -> Totals:
    """Sums in which a customer without revenue pays nothing: the others' stays known."""
    revenues = [part.revenue for part in parts if part.revenue is not None]
    covered = [part.covered for part in parts if part.covered is not None]
    return type(parts[0])(
        exact_sum(part.cost for part in parts),
        exact_sum(part.other for part in parts),
        exact_sum(revenues) if revenues else None,
        exact_sum(covered) if len(covered) == len(parts) else None,
    )
