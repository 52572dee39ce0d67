"""The workbook of a plan: hikes, pass-through and revenue may be turned, over the log and month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from costcalc.money import round_half_up
from costcalc.months.turning import ByRises, with_factors
from costcalc.rating.line import UNPRICED, ReportLine
from costcalc.rating.model import Cost
from costcalc.render.coverage import in_brackets, margin_title, part_words
from costcalc.render.plan.lines import tables_of
from costcalc.render.plan.months import month_figures, month_rows_of, then_title
from costcalc.render.rows import named
from costcalc.render.tree import Figures, Table, table_of
from costcalc.render.words import is_cut, rise_word
from costcalc.render.workbook.book import Workbook, WorkbookSheet, cell
from costcalc.render.workbook.reports import name_widths, no_months, write_completeness
from costcalc.render.workbook.shares import share_left, write_customers, write_earned_ahead, write_providers
from costcalc.render.workbook.sheets import facts_of, write_assumptions, write_sources, write_unpriced
from costcalc.render.workbook.turned import Factors, TurnedRow, TurnedTable, write_turned
from costcalc.reports.plan.model import OverLog, Plan, PlanMonth
from costcalc.reports.workings import Workings
from costcalc.scenario.model import VARIANTS, Variant

_LOG = "Over the log"
_AHEAD = "What the scenario does to cost and margin"  # a scenario without a title


def plan_xlsx(plan: Plan, workings: Workings) -> bytes:
    """The sheets of a plan; what nobody asked for is said on its sheet."""
    book = Workbook(plan.currency)
    lines = _log_lines(book, plan, plan.log, workings) if plan.log else _lines_ahead(book, plan, workings)
    months = _months(book, plan, workings) if plan.months else None
    if not months:
        no_months(book, "costcalc project … --months 12 writes the months to come.")
    if plan.log:
        _log_summary(book, plan, plan.log, workings, lines)
    elif months:
        _summary_ahead(book, plan, months)
    _assumptions(book, plan, workings)
    write_providers(book, plan, lines)
    write_customers(book, plan, workings, lines)
    write_unpriced(book, plan.rating)
    write_sources(book, workings, plan.rates_used)
    return book.content()


def _assumptions(book: Workbook, plan: Plan, workings: Workings) -> None:
    facts = facts_of(plan.usage, plan.rating, plan.log.other_lists if plan.log else (), plan.currency)
    facts += [("Note", note) for note in plan.notes]
    if workings.unturned:
        facts.append(("Not turned", f"{round_half_up(workings.unturned, book.digits)} {plan.currency} are raised by a new rate or by parts of a bill: no cell turns them"))  # fmt: skip
    if plan.log:
        source = plan.revenue_source or "unknown: write yours here, for the period of the log"
        earned = plan.revenue.amount if plan.revenue else None
        grows = _can_grow(plan, workings)
        write_assumptions(book, workings, facts, earned, f"{_LOG.lower()}; {source}", can_grow=grows)
    else:
        facts.insert(0, ("Scenario", plan.scenario.name or _AHEAD))
        write_assumptions(book, workings, facts, None, "", can_earn_more=_can_earn_more(plan))


def _can_earn_more(plan: Plan) -> bool:
    """Whether the revenue is known: then a change of it turns the margin."""
    return plan.whole.after.revenue is not None


def _can_grow(plan: Plan, workings: Workings) -> bool:
    """Whether a cell turns how fast usage grows: the months are of the log alone, and every cost is in proportion to usage."""
    return bool(plan.log and plan.months and workings.months and not workings.static and not workings.unturned)


def _factors(workings: Workings) -> Factors:
    return {} if workings.static else {variant: workings.factors(variant) for variant in VARIANTS}


def _covered(plan: Plan, workings: Workings, lines: TurnedTable) -> ByRises | None:
    """The part of the lines that the revenue is held against, as it turns; None: all of them, or nothing turns."""
    return workings.covered if plan.revenue_share is not None and lines.sets else None


def _log_lines(book: Workbook, plan: Plan, log: OverLog, workings: Workings) -> TurnedTable:
    table = table_of(plan.rating, log.lines)
    sheet = book.sheets["Lines"]
    sheet.text(0, 0, f"Lines, {_LOG.lower()}", "title")
    rows = [_log_row(line, plan, workings, table) for line in log.lines]
    lines = write_turned(sheet, plan.by, ["Requests", "Tokens"], then_title(plan), rows, _factors(workings))
    sheet.finish([*name_widths([line.key for line in log.lines], plan.by), 14, 18, 16, 18, 16, 10], 4, len(plan.by))
    covered = _covered(plan, workings, lines)
    if covered is not None:  # below the total: the part of it whose rows state a revenue
        row = lines.total_row + 1
        sheet.text(row, 0, "of it with revenue", "quiet")
        for column, rises in enumerate(lines.sets, lines.first_set):
            sheet.number(row, column, covered.get(rises, Fraction()), "exact")
        sheet.formula(row, lines.after, lines.weighted(row), with_factors(covered, workings.factors()), "money")
    return lines


def _log_row(line: ReportLine, plan: Plan, workings: Workings, table: Table) -> TurnedRow:
    figures, known = table.by_line[line.key], line.status != UNPRICED
    return TurnedRow(
        named(line.key, plan.by), (line.requests, line.tokens), figures.before if known else None,
        figures.mid if known else None, line.cost.before, workings.lines.get(line.key, {}) if known else {}, line.cost.mid,
    )  # fmt: skip


def _lines_ahead(book: Workbook, plan: Plan, workings: Workings) -> TurnedTable:
    sheet = book.sheets["Lines"]
    sheet.text(0, 0, "Lines, over all months", "title")
    tables = tables_of(plan)
    rows = []
    for line in plan.lines:
        shown = [table.by_line[line.key] for table in tables]
        before, after = (sum((getattr(each, name) for each in shown), Decimal()) for name in ("before", "mid"))
        exact = workings.lines.get(line.key, {})
        rows.append(TurnedRow(named(line.key, plan.by), (), before, after, line.before, exact, line.after))
    lines = write_turned(sheet, plan.by, [], then_title(plan), rows, _factors(workings))
    sheet.finish([*name_widths([line.key for line in plan.lines], plan.by), 18, 20, 16, 10], 4, len(plan.by))
    return lines


@dataclass(frozen=True, slots=True)
class _Months:
    """Where the months are, and the first of the columns beside them: other costs, revenue, margins, ends."""

    table: TurnedTable
    start: int


def _months(book: Workbook, plan: Plan, workings: Workings) -> _Months:
    sheet = book.sheets["Months"]
    title = "Months to come, at the log's daily rate" if plan.log else plan.scenario.name or _AHEAD
    sheet.text(0, 0, title, "title")
    rows_shown, _ = month_rows_of(plan)
    rows = [
        TurnedRow(
            (str(month.month),), (month.requests, month.tokens), row.before.before if row.before else None, row.then.mid if row.then else None, month.before.cost,
            workings.months[place] if workings.months else {}, month.after.cost,
            f"(1+growth)^{place + 1}" if _can_grow(plan, workings) else "",
        )
        for place, (month, row) in enumerate(zip(plan.months, rows_shown, strict=True))
    ]  # fmt: skip
    table = write_turned(sheet, ["Month"], ["Requests", "Tokens"], then_title(plan), rows, _factors(workings))
    sheet.finish([12, 14, 18, 18, 18, 16, 10], 4, 1)
    found = _Months(table, table.exact + 1 if table.sets else table.first_set - 1)
    names = ["Other costs", "Revenue", "Margin before", margin_title(plan.coverage)]
    follow = bool(plan.log and table.sets and workings.has_open_ends)
    names += [f"{end}{_as_computed(follow)}" for end in ("Lowest", "Highest")] if plan.has_ranges else []
    for place, name in enumerate(names):
        sheet.text(table.first_row - 1, found.start + place, name, "header right")
    for place, (month, row_shown) in enumerate(zip(plan.months, rows_shown, strict=True)):
        row, shown = table.first_row + place, row_shown.then
        covered = workings.months_covered[place] if table.sets and month.after.covered is not None else None
        _month_margins(sheet, found, plan, month, row, covered, grows=_can_grow(plan, workings))
        ends: list[tuple[int, Variant]] = [(4, "low"), (5, "high")]
        for column, end in ends if plan.has_ranges and shown else ():
            if follow:
                cost = getattr(month, end).cost
                sheet.formula(row, found.start + column, table.weighted(row, end), cost, "money")
            else:
                sheet.number(row, found.start + column, getattr(shown, end))
    sheet.sheet.set_column(found.start, found.start + 5, 16)
    return found


def _month_margins(
    sheet: WorkbookSheet,
    months: _Months,
    plan: Plan,
    month: PlanMonth,
    row: int,
    covered: ByRises | None,
    *,
    grows: bool,
) -> None:
    """Revenue and margins of a month: they follow the cell of the revenue, or of its change, where there is one.

    `covered`: the part of its cost that the revenue is held against; None: all of it.
    """
    table, start, before, after = months.table, months.start, month.before, month.after
    other, earned = cell(row, start), cell(row, start + 1)
    sheet.number(row, start, after.other)
    grown = f"*(1+growth)^{row - table.first_row + 1}" if grows else ""
    if not table.sets:
        cost = repr(float(after.all_costs))
    else:
        cost = f"({table.at(row, table.exact)}+{other})" if covered is None else f"({table.sum_of(covered)}){grown}"
    if plan.log:
        if plan.revenue and not plan.revenue.amount:  # contracts of other days than the log's
            sheet.number(row, start + 1, after.revenue)
        else:
            sheet.formula(row, start + 1, f'IF(revenue="","",revenue*{_times(plan, month, grown)})', after.revenue)
        sheet.formula(
            row, start + 2, share_left(f"{float(before.all_costs)!r}{grown}", earned), before.margin, "percent"
        )
    else:
        write_earned_ahead(sheet, row, start + 1, after.revenue)
        sheet.number(row, start + 2, before.margin, "percent")
    if after.known_cost is not None:
        sheet.formula(row, start + 3, share_left(cost, earned), after.margin, "percent")


def _times(plan: Plan, month: PlanMonth, grown: str) -> str:
    """How many times the log's revenue a month earns: what contracts say of it does not grow."""
    scale, earned = Fraction(month.month.days, plan.usage.days), month.after.revenue
    if not plan.revenue or earned is None:
        return f"{scale.numerator}/{scale.denominator}{grown}"
    going_on, contracted = ((part / plan.revenue.amount) for part in (earned - month.contracted, month.contracted))
    rate = "" if going_on == scale else f"*{float(going_on / scale)!r}"  # of its currency, since the log
    times = f"{scale.numerator}/{scale.denominator}{rate}{grown}"
    return f"({times}+{float(contracted)!r})" if contracted else times


def _as_computed(follows: bool) -> str:
    """What is said of a figure that no cell turns."""
    return "" if follows else ", as computed"


def _cost_row(sheet: WorkbookSheet, what: str, then: str, table: TurnedTable, figures: Figures, cost: Cost) -> None:
    sheet.header(2, [what, "Before", then, "Change", "In percent"])
    sheet.text(3, 0, "Cost")
    sheet.formula(3, 1, table.total_before, figures.before, "currency")
    sheet.formula(3, 2, table.total_after, figures.mid, "currency")
    sheet.formula(3, 3, "C4-B4", figures.change)
    sheet.formula(3, 4, table.at(table.total_row, table.after + 2), cost.rise, "percent")


def _log_summary(book: Workbook, plan: Plan, log: OverLog, workings: Workings, lines: TurnedTable) -> None:
    sheet, cost = book.sheets["Summary"], log.outcome.cost
    figures = table_of(plan.rating, log.lines).total.figures
    sheet.text(0, 0, f"What the {'cut' if is_cut(plan.changes) else 'rise'}s do to cost and margin", "title")
    _cost_row(sheet, _LOG, then_title(plan), lines, figures, cost)
    row = 4
    ends: list[tuple[str, Variant]] = [("lowest", "low"), ("highest", "high")]
    follow = bool(lines.sets and workings.has_open_ends)
    for name, end in ends if cost.low != cost.high else ():
        sheet.text(row, 0, f"Cost, {name} reading{_as_computed(follow)}")
        if follow:
            ended = lines.weighted(lines.total_row, end)
            sheet.formula(row, 2, f"ROUND({ended},{book.digits})", getattr(figures, end), "currency")
        else:
            sheet.number(row, 2, getattr(figures, end), "currency")
        row += 1
    sheet.text(row + 1, 0, "Revenue")
    sheet.formula(row + 1, 1, 'IF(revenue="","",revenue)', log.outcome.after.revenue, "currency")
    for place, (name, formula, value, look) in enumerate(_margin_rows(plan, log, workings, lines), row + 2):
        sheet.text(place, 0, name)
        sheet.formula(place, 1, f'IF(OR(revenue="",revenue<=0),"",{formula})', value, look)
    write_completeness(sheet, row + 8, plan.is_complete)
    sheet.finish([34, 22, 22, 18, 12])


def _margin_rows(
    plan: Plan, log: OverLog, workings: Workings, lines: TurnedTable
) -> Iterator[tuple[str, str, Fraction | None, str]]:
    """(name, formula, value, look) of the margin and of what restores it."""
    outcome, whole = log.outcome, log.outcome.cost
    before, after = repr(float(outcome.before.all_costs)), repr(float(outcome.after.all_costs))
    if _covered(plan, workings, lines) is not None:
        after = lines.at(lines.total_row + 1, lines.after)
    elif lines.sets:
        before, after = repr(float(whole.before)), lines.at(lines.total_row, lines.exact)
    title, bound = f"Gross margin{part_words(plan.coverage)}", _bound(plan)
    erosion = outcome.erosion
    yield f"{title} before{bound}", f"1-{before}/revenue", outcome.before.margin, "percent"
    yield f"{title} {rise_word(plan.changes)}{bound}", f"1-{after}/revenue", outcome.after.margin, "percent"
    points = None if erosion is None else -100 * erosion
    yield "Change of the margin, in points", f"-100*({after}-{before})/revenue", points, "points"
    yield "To earn the same money: change of your prices", f"({after}-{before})/revenue", outcome.recover, "percent"
    yield "To hold the margin: change of your prices", f"{after}/{before}-1", outcome.hold, "percent"


def _summary_ahead(book: Workbook, plan: Plan, months: _Months) -> None:
    sheet, table = book.sheets["Summary"], months.table
    _, total = month_figures(plan)
    sheet.text(0, 0, plan.scenario.name or _AHEAD, "title")
    _cost_row(sheet, f"{len(plan.months)} months", then_title(plan), table, total, plan.whole.cost)
    row = 4
    for name, figure in (("lowest", total.low), ("highest", total.high)) if plan.has_ranges else ():
        sheet.text(row, 0, f"Cost, {name} reading{_as_computed(False)}")
        sheet.number(row, 2, figure, "currency")
        row += 1
    if plan.whole.after.revenue is not None:
        then = f"Gross margin{part_words(plan.coverage)} in {plan.last.month}{_bound(plan)}"
        sheet.text(row + 1, 0, then)
        for column, margin in ((1, plan.last.before.margin), (2, plan.last.after.margin)):
            sheet.formula(row + 1, column, table.at(table.last_row, months.start + 1 + column), margin, "percent")
    write_completeness(sheet, row + 3, plan.is_complete)
    sheet.finish([34, 22, 22, 18, 12])


def _bound(plan: Plan) -> str:
    """With both shares where the margin is not of all."""
    most = ", at most" if plan.coverage and plan.coverage.is_bound else ""
    return f"{most}{in_brackets(plan.coverage)}"
