"""Customers: what each costs and pays in the last month, the worst first, and who turns unprofitable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter

from costcalc.money import exact_sum, minor_digits, round_half_up, round_to_total
from costcalc.rating.totals import AtLeast, Estimated, Totals
from costcalc.render import cells
from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Gap, Note, Style, grid
from costcalc.render.cells import NONE, TOTAL
from costcalc.render.columns import columns_of
from costcalc.render.coverage import own_margin_title
from costcalc.render.fields import Json, Rows
from costcalc.render.plan.bridge import bridge_figures
from costcalc.render.plan.months import month_figures
from costcalc.render.plan.verdicts import verdicts
from costcalc.render.rounding import adding_up
from costcalc.render.rows import UNALLOCATED, fx_columns
from costcalc.render.words import (
    ARROW,
    DASH,
    money_text,
    month_text,
    percent_text,
    plain_percent,
)
from costcalc.reports.plan.model import CustomerLine, Plan

_SHOWN = (8, 12)  # rows; where there is room, more
NONAME = "(no customer)"


def customer_blocks(plan: Plan, is_wide: bool) -> Iterator[Block]:
    """The table, what it means, and who turns from a profit to a loss."""
    customers = plan.customers
    if not customers or (plan.by == ("customer",) and not knows_revenue(plan)):
        return
    yield Gap()
    rows, total = customer_rows_of(plan, _SHOWN[is_wide])
    yield grid(customer_columns(plan), rows, plan.currency, total)
    if len(customers) > _SHOWN[is_wide] + 1:
        yield Note("Every customer: --table customers -o customers.csv", "quiet")
    yield from customer_notes(plan)
    yield from verdicts(customers)
    if plan.has_other_contracts and any(customer.turns_unprofitable for customer in customers):
        yield Note("What they pay then is what their contracts say of that month; one that has ended pays nothing.")


def customer_notes(plan: Plan) -> Iterator[Note]:
    """What the columns mean, and what they leave out because it is nobody's."""
    if not knows_revenue(plan):
        if plan.revenue_source:
            yield Note("The revenue is one total: what each customer pays of it is not known.", "quiet")
        return
    if rises := rise_columns(plan):
        titles = ", ".join(rises.values())
        floor = f", or {plain_percent(plan.floor)}" if len(rises) > 1 and plan.floor is not None else ""
        yield Note(f"{titles}: the rise of what a customer pays that brings its margin of today{floor}.", "quiet")
    whole, after = sum_of(plan.customers).last, plan.last.after
    parts = [
        (f"{money_text(amount, plan.currency)} of {what}")
        for amount, what in (
            ((after.revenue or Fraction()) - (whole.revenue or Fraction()), "revenue"),
            (after.other - whole.other, "other costs"),
        )
        if round_half_up(amount, minor_digits(plan.currency))
    ]
    if parts:
        yield Note(f"Without {' and '.join(parts)} that belong to no single customer.", "quiet")


def knows_revenue(plan: Plan) -> bool:
    return plan.knows_customers_revenue


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer, or several as one, as a page shows it: with all that it costs to serve."""

    of: CustomerLine
    shown: Coins
    label: Cell

    @property
    def style(self) -> Style:
        before, after = self.of.today.margin, self.of.last.margin
        return "worse" if before is not None and after is not None and after < before else ""


def _cost(of: Totals, shown: Decimal) -> Cell:
    return cells.UNPRICED if of.known_cost is None else cells.money(shown)


def _change(row: CustomerRow) -> Cell:
    if row.of.today.known_cost is None or row.of.last.known_cost is None:
        return NONE
    return cells.change(row.shown[1] - row.shown[0], row.of.last.served - row.of.today.served)


def _paid(row: CustomerRow) -> Cell:
    return NONE if row.of.last.revenue is None else cells.money(row.shown[2])


def _margins(row: CustomerRow) -> Cell:
    before, after = row.of.today.margin, row.of.last.margin
    return NONE if before is after is None else Cell(f"{_margin(before)} {ARROW} {_margin(after)}", row.style)


def _own_rise(name: str) -> Callable[[CustomerRow], Cell]:
    return lambda row: cells.own_rise(getattr(row.of, name))


# What is said of a customer in the last month: on the page, in HTML and in data files, where other costs stand apart.
RISES = ("rise_to_hold", "rise_to_floor")
CUSTOMERS = f.fields(
    month=f.text(lambda _, plan: plan.last.month),
    customer=f.text(lambda row, _: row["of"].name or UNALLOCATED, column=Column("Customer", "name", of=attrgetter("label"))),
    cost_today=f.figure("today", column=Column("Today", drop=3, of=lambda row: _cost(row.of.today, row.shown[0]), has_unit=True)),
    cost=f.amount("of.last.known_cost", "last", column=Column("Then", of=lambda row: _cost(row.of.last, row.shown[1]), has_unit=True)),
    change=f.on_page(Column("Change", drop=1, of=_change)), currency=f.CURRENCY, other_costs=f.decimal("of.last.other"),
    revenue=f.decimal("of.last.revenue", column=Column("Pays", of=_paid, has_unit=True)),
    margin_today=f.ratio("of.today.margin", column=Column("Margin today")),
    margin=f.ratio("of.last.margin", column=Column("Margin then", of=lambda row: cells.percent(row.of.last.margin, row.style))),
    margins=f.on_page(Column("Margin", of=_margins)),
    **{name: f.ratio(f"of.{name}", column=Column("", drop=2, of=_own_rise(name))) for name in RISES},
)  # fmt: skip


def customer_columns(plan: Plan, *, margins_apart: bool = False) -> list[Column]:
    """The columns of customers: on the page with both margins in one, in HTML with each in its own."""
    rises, known = rise_columns(plan), knows_revenue(plan)
    without = {"change"} if known else {"revenue"}
    without |= {"margins"} if margins_apart or not known else set()
    without |= {"margin_today", "margin"} if not margins_apart or not known else set()
    without |= {name for name in RISES if name not in rises or not known}
    most = " ≤" if plan.coverage and plan.coverage.is_bound else ""
    titles = {
        "cost": f"In {month_text(plan.last.month)}", "margins": own_margin_title(plan.coverage),
        "margin_today": f"Margin today{most}", "margin": f"Margin then{most}",
    }  # fmt: skip
    return columns_of(CUSTOMERS, plan, without, titles | rises)


def customer_rows(plan: Plan) -> Rows:
    """A row a customer in the last month; money in coins that add up to the month's cost, worst margin first."""
    fx = fx_columns(plan.rates_used, lambda _: plan.last.month)
    return f.rows_with(CUSTOMERS | fx, customers_with_coins(plan), plan)


def customers_with_coins(plan: Plan) -> Iterator[Json]:
    """Each with the coins that add up to those of all, without other costs."""
    costs = [line.today.cost for line in plan.customers], [line.last.cost for line in plan.customers]
    shown = zip(plan.customers, *cost_columns(plan, *costs), strict=True)
    for line, today, last in shown:
        yield {"of": line, "today": None if line.today.known_cost is None else today, "last": last}


def customer_rows_of(plan: Plan, limit: int) -> tuple[list[CustomerRow], CustomerRow]:
    """So many customers, the others in one row, and all of them."""
    lines, folded = folded_customers(plan, limit)
    figures = customer_figures(plan, lines)
    rows = [
        CustomerRow(line, coins, Cell(f"… {folded:,} more", "quiet") if folded and place == limit else _name(line))
        for place, (line, coins) in enumerate(zip(lines, figures, strict=True))
    ]
    return rows, CustomerRow(sum_of(plan.customers), total_figures(figures), Cell(TOTAL))


def _name(line: CustomerLine) -> Cell:
    return Cell(line.name or NONAME, "", line.name or NONAME)


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


def rise_columns(plan: Plan) -> dict[str, str]:
    """The titles of the rises of one's own prices that any customer has."""
    titles = {"rise_to_hold": "To hold"}
    if plan.floor is not None:
        titles["rise_to_floor"] = f"To {plain_percent(plan.floor)}"
    return {
        name: title for name, title in titles.items() if any(getattr(one, name) is not None for one in plan.customers)
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
    kinds: set[type[Totals]] = {*map(type, parts)}
    kind = kinds.pop() if len(kinds) == 1 else AtLeast if any(not part.is_whole for part in parts) else Estimated
    return kind(
        exact_sum(part.cost for part in parts),
        exact_sum(part.other for part in parts),
        exact_sum(revenues) if revenues else None,
        exact_sum(covered) if len(covered) == len(parts) else None,
    )
