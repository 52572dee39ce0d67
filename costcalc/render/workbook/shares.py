"""Shares: what a plan comes to by provider, summed up from its lines, and by customer with its margin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.money import exact_sum, round_half_up
from costcalc.rating.totals import Totals
from costcalc.render.workbook.book import Workbook, WorkbookSheet, cell, span, widths_of
from costcalc.render.workbook.turned import TurnedRow, TurnedTable
from costcalc.reports.plan.model import Plan
from costcalc.reports.workings import Workings

_NOBODY = "(no customer)"


def write_providers(book: Workbook, plan: Plan, lines: TurnedTable) -> None:
    """A row a provider: formulas over the lines, so that they follow whatever these follow."""
    sheet = book.sheets["Providers"]
    sheet.text(0, 0, "Providers", "title")
    if "provider" not in plan.by:
        sheet.text(2, 0, "costcalc project … --by provider,model tells them apart.", "quiet")
        sheet.finish([60])
        return
    place = plan.by.index("provider")
    shown: dict[str, list[TurnedRow]] = {}
    for each in lines.rows:
        shown.setdefault(each.texts[place] or "", []).append(each)
    sheet.header(3, ["Provider", "Before", lines.then, "Change", "In percent"])
    names = f"Lines!{span((lines.first_row, place), (lines.last_row, place))}"
    costs = {name: _costs(rows, is_exact=bool(lines.sets)) for name, rows in shown.items()}
    row = 3
    for row, (name, (before, after)) in enumerate(sorted(costs.items(), key=lambda item: -item[1][1]), 4):
        sheet.text(row, 0, name)
        sheet.number(row, 1, round_half_up(before, book.digits))
        summed = f"ROUND(SUMPRODUCT(({names}=$A{row + 1})*1,{lines.costs_after}),{book.digits})"
        sheet.formula(row, 2, summed, round_half_up(after, book.digits))
        _write_change(sheet, row, round_half_up(before, book.digits), round_half_up(after, book.digits))
    sheet.text(row + 1, 0, "Total", "text", "total")
    before, after = _costs(lines.rows, is_exact=bool(lines.sets))
    total = round_half_up(before, book.digits), round_half_up(after, book.digits)
    for column, (place_of, value) in enumerate(zip((lines.total_before, lines.total_after), total, strict=True), 1):
        sheet.formula(row + 1, column, place_of, value, "currency", "total")
    _write_change(sheet, row + 1, *total, "total")
    sheet.finish([*_widths(list(costs)), 20, 20, 18, 12], 4, 1)


def _costs(rows: Sequence[TurnedRow], *, is_exact: bool) -> tuple[Fraction, Fraction]:
    """Before and after: exact where the lines are computed anew, else of what they show. What has no price is in neither."""
    known = [row for row in rows if row.is_known]
    if is_exact:
        return exact_sum(row.exact_before for row in known), exact_sum(row.exact_after for row in known)
    return exact_sum(Fraction(row.before or 0) for row in known), exact_sum(Fraction(row.after or 0) for row in known)


def _write_change(sheet: WorkbookSheet, row: int, before: Decimal, after: Decimal, kind: str = "") -> None:
    was, then = cell(row, 1), cell(row, 2)
    sheet.formula(row, 3, f"{then}-{was}", after - before, "money", kind)
    share = Fraction(after) / Fraction(before) - 1 if before else None
    sheet.formula(row, 4, f'IF({was}=0,"",{then}/{was}-1)', share, "percent", kind)


def write_customers(book: Workbook, plan: Plan, workings: Workings, lines: TurnedTable) -> None:
    """A row a customer, the worst margin first: of the log, where its lines are customers, else of the last month to come."""
    sheet = book.sheets["Customers"]
    sheet.text(0, 0, "Customers", "title")
    found = list(_customers(plan))
    if not found:
        sheet.text(
            2, 0, "costcalc project … --by customer tells the customers of a log apart; so does a scenario.", "quiet"
        )
        sheet.finish([60])
        return
    when = "Over the log" if plan.log else f"In {plan.last.month}"
    stands = " What each pays stands as it was stated." if plan.log else ""
    sheet.text(1, 0, f"{when}; costs with other costs that are a customer's own.{stands}", "quiet")
    titles = ["Customer", "Cost before", f"Cost, {lines.then.lower()}", "Revenue", "Profit", "Margin before", "Margin"]
    sheet.header(3, titles)
    for row, (name, before, after) in enumerate(found, 4):
        sheet.text(row, 0, name or _NOBODY)
        sheet.number(row, 1, None if before.known_cost is None else before.served)
        sheet.number(row, 5, before.margin, "percent")
        is_known = after.known_cost is not None  # else nothing has a price: cost, profit and margin are empty
        turned = workings.customers.get(name) if lines.sets and is_known else None
        if turned:
            sheet.formula(row, 2, f"{lines.sum_of(turned.cost)}+{float(turned.other)!r}", after.served)
        else:
            sheet.number(row, 2, after.served if is_known else None)
        if plan.log:
            sheet.number(row, 3, after.revenue)
        else:
            write_earned_ahead(sheet, row, 3, after.revenue)
        if not is_known:
            continue
        cost, earned = cell(row, 2), cell(row, 3)
        if turned and turned.covered not in (None, turned.cost):  # a part alone has a known revenue
            cost = f"({lines.sum_of(turned.covered or {})})"
        elif not turned and after.covered is not None:
            cost = repr(float(after.covered))
        sheet.formula(row, 4, f'IF({earned}="","",{earned}-{cost})', after.profit)
        sheet.formula(row, 6, share_left(cost, earned), after.margin, "percent")
    sheet.finish([*_widths([name or _NOBODY for name, *_ in found]), 18, 20, 18, 18, 14, 14], 4, 1)


def share_left(cost: str, earned: str) -> str:
    """The formula of a gross margin: empty where the revenue is unknown, or 0 or below."""
    return f'IF({earned}="","",IF({earned}<=0,"",1-{cost}/{earned}))'


def write_earned_ahead(sheet: WorkbookSheet, row: int, column: int, revenue: Fraction | None) -> None:
    """A revenue of months to come: it follows the cell of its change."""
    if revenue is None:
        sheet.number(row, column, None)
    else:
        sheet.formula(row, column, f"{float(revenue)!r}*(1+revenue_change)", revenue)


def _customers(plan: Plan) -> Iterator[tuple[str | None, Totals, Totals]]:
    """(name, before, after)."""
    if plan.log is None:
        yield from ((each.name, each.today, each.last) for each in plan.customers)
    elif plan.by == ("customer",):
        for line in plan.log.lines:
            earned = line.earned
            before = earned.before if earned else Totals(line.cost.before)
            yield line.key[0], before, earned.after if earned else Totals(line.cost.mid)


def _widths(names: Sequence[str]) -> Sequence[int]:
    return list(widths_of([(name,) for name in names], 14))
