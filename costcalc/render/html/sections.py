"""Sections: the parts of the page that follow the sliders: headline, key figures, months, bridge, lines, customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import partial

from costcalc.rating.line import ReportLine
from costcalc.render import cells
from costcalc.render.blocks import Cell, Column
from costcalc.render.charts import bridge as bridge_charts
from costcalc.render.charts import months as month_charts
from costcalc.render.charts.bridge import bridge_chart
from costcalc.render.charts.months import months_chart
from costcalc.render.charts.svg import Chart
from costcalc.render.coverage import part_words
from costcalc.render.figures import total_cell
from costcalc.render.html.elements import HtmlTable, note_html, tag, text
from costcalc.render.html.reach import reach_of
from costcalc.render.plan.answers import price_way
from costcalc.render.plan.bridge import bridge_columns, bridge_figures, bridge_rows, shown_steps
from costcalc.render.plan.customers import (
    customer_columns,
    customer_notes,
    customer_rows_of,
    knows_revenue,
    rise_columns,
)
from costcalc.render.plan.headline import headline_blocks
from costcalc.render.plan.lines import table_at
from costcalc.render.plan.months import has_margin, month_columns, month_figures, month_rows_of
from costcalc.render.plan.verdicts import verdicts
from costcalc.render.rows import OF_A_MONTH, page_columns
from costcalc.render.tree import Row, Table, row_of
from costcalc.render.words import (
    counted,
    decimal_text,
    long_month_text,
    month_text,
    percent_text,
)
from costcalc.reports.handout import Handout
from costcalc.reports.plan.model import Plan

LINES_SHOWN, CUSTOMERS_SHOWN = 200, 300  # rows; what is beyond them stands in one


def headline_html(plan: Plan) -> str:
    first, *others = headline_blocks(plan)
    said = tag("p", text(first.text), "lead") + "".join(note_html(note) for note in others)
    return tag("div", said, id="headline")


def tiles(plan: Plan) -> list[tuple[str, str, str, str]]:
    """(key, title, figure, what it is held against) of the key figures."""
    shown, total = month_figures(plan)
    today, last = plan.today, plan.last.after
    first, unpriced = bridge_figures(plan)[0][0], "unpriced" if last.known_cost is None else ""
    found = [
        (
            "cost", f"Cost in {long_month_text(plan.last.month)}", unpriced or f"{decimal_text(shown[-1].mid)} {plan.currency}",
            f"today {decimal_text(first)}{'' if unpriced else _rise_text(today.cost, last.cost)}",
        )
    ]  # fmt: skip
    if today.margin is not None and last.margin is not None:
        lost = cells.points(today.margin, last.margin).text
        found.append(("margin", f"Gross margin{part_words(plan.coverage)} then", percent_text(last.margin), f"today {percent_text(today.margin)}, {lost} points"))  # fmt: skip
    if len(plan.months) > 1:
        changed = cells.change(total.change, plan.whole.after.cost - plan.whole.before.cost).text
        found.append(("whole", f"Cost over {counted(len(plan.months), 'month')}", f"{decimal_text(total.mid)} {plan.currency}", f"before {decimal_text(total.before)}, {changed}"))  # fmt: skip
    if (hold := plan.answers.hold) is not None and hold.rise is not None:
        found.append(("hold", f"Own prices, to hold {percent_text(hold.margin)}", percent_text(hold.rise, signed=True), price_way(hold.rise)))  # fmt: skip
    return found


def tiles_html(plan: Plan) -> str:
    found = [
        tag("div", tag("dt", text(title)) + tag("dd", text(figure), "figure", data_tile=key) + tag("dd", text(against), "against", data_against=key))
        for key, title, figure, against in tiles(plan)
    ]  # fmt: skip
    return tag("dl", "".join(found), "tiles")


def _rise_text(before: Fraction, after: Fraction) -> str:
    return f", {cells.rise(before, after).text}" if before and before != after else ""


def charts_html(charts: Sequence[Chart]) -> str:
    """A wide drawing and a narrow one; the page shows the one that fits."""
    wide, narrow = charts
    return wide.inline(' data-wide=""') + narrow.inline(' data-narrow=""')


def bridge_html(handout: Handout) -> str:
    plan, reach = handout.plan, reach_of(handout)
    sizes = (bridge_charts.WIDE, bridge_charts.NARROW)
    charts = charts_html([bridge_chart(plan, width, reach.bridge) for width in sizes])
    return tag("figure", tag("figcaption", text(bridge_charts.title_of(plan))) + charts) + bridge_table(plan).html()


def months_html(handout: Handout) -> str:
    plan, reach = handout.plan, reach_of(handout)
    sizes = (month_charts.WIDE, month_charts.NARROW)
    charts = charts_html([months_chart(plan, width, reach.months) for width in sizes])
    caption = tag("figcaption", text(month_charts.title_of(plan)))
    return tag("figure", caption + charts) + months_table(plan).html()


def bridge_table(plan: Plan) -> HtmlTable:
    columns = [column for column in bridge_columns(plan) if column.key != "bar"]
    *rows, end = bridge_rows(plan)
    marks = ["0", *map(str, shown_steps(plan))]
    return HtmlTable.of("bridge-table", f"The causes in figures, {plan.currency}", columns, rows, [end], marks=marks)


def months_table(plan: Plan) -> HtmlTable:
    rows, total = month_rows_of(plan)
    caption = f"Cost {'and margin ' if has_margin(plan) else ''}by month, {plan.currency}"
    off_paper = ("tokens",) if plan.has_ranges else ()
    columns = month_columns(plan)
    spare = {"requests", "tokens", "low", "high", "points"} | {
        each.key for each in columns if each.key == "change" and each.drop
    }
    return HtmlTable.of(
        "months-table", caption, columns, rows, [total] if total else [], off_paper=off_paper, spare=spare
    )


def lines_html(plan: Plan) -> str:
    """By the first name, then every line where there are more names than one."""
    figures = table_at(plan, -1)
    tables = [first_table(plan, figures)] if plan.by else []
    if len(plan.by) > 1:
        tables.append(lines_table(plan, figures))
    return "".join(table.html() for table in tables)


def first_table(plan: Plan, table: Table) -> HtmlTable:
    """The lines added up by the first name that they are told apart by."""
    groups: dict[str | None, list[ReportLine]] = {}
    for line in table.lines:
        groups.setdefault(line.key[0], []).append(line)
    rows = [row_of(lines, table, (name,)) for name, lines in groups.items()]
    rows.sort(key=lambda row: (-row.cost.mid, row.key[0] or ""))
    caption = f"{_plural(_title(plan.by[0]))} in {long_month_text(plan.last.month)}, {plan.currency}"
    ranks = ranks_of(groups)
    return HtmlTable.of(
        "first-table", caption, _line_columns(plan, table, plan.by[:1]), rows, [table.total], order=_LARGEST_FIRST,
        marks=[str(ranks[row.key[0] or ""]) for row in rows], spare=("before", "rise", "share"),
    )  # fmt: skip


def ranks_of(names: Iterable[str | None]) -> dict[str, int]:
    """The places of names in the alphabet: by them the script knows the names."""
    return {name: place for place, name in enumerate(sorted({name or "" for name in names}))}


def lines_table(plan: Plan, table: Table) -> HtmlTable:
    """Every line; the cheapest of very many stand in one row."""
    lines = table.lines
    count = len(lines) if len(lines) <= LINES_SHOWN + 1 else LINES_SHOWN
    # The lines of a plan stand by what all months cost; a table that is sorted stands by what it shows.
    order = sorted(range(count), key=lambda place: -lines[place].cost.mid)
    rows = [row_of([lines[place]], table, lines[place].key) for place in order]
    if rest := lines[count:]:
        rows.append(row_of(rest, table, folded=len(rest)))
    title = " and ".join(_title(name).lower() for name in plan.by)
    return HtmlTable.of(
        "lines-table", f"By {title} in {long_month_text(plan.last.month)}, {plan.currency}", _line_columns(plan, table, plan.by),
        rows, [table.total], order=_LARGEST_FIRST, marks=[str(place) for place in (*order, count)],
        spare=("before", "change", "rise", "share"),
    )  # fmt: skip


_LARGEST_FIRST = {"after": "descending"}


def _line_columns(plan: Plan, table: Table, by: Sequence[str]) -> list[Column]:
    names = [
        Column(_title(name), "name", key=f"name{place}" if place else "name", of=partial(_name, place, name))
        for place, name in enumerate(by)
    ]
    titles = {"cost": f"In {month_text(plan.last.month)}", "rise": "%"}
    return [*names, *page_columns(OF_A_MONTH, table, titles)]


def _name(place: int, kind: str, row: Row) -> Cell:
    if row.key:
        name = row.key[place]
        return Cell(name or f"(no {kind})", "", name or "")
    if place:
        return Cell()
    return Cell(f"… {row.folded:,} more", "quiet") if row.folded else total_cell(row)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _plural(title: str) -> str:
    return f"{title[:-1]}ies" if title.endswith("y") else f"{title}s"


def customers_html(plan: Plan) -> str:
    said = "".join(note_html(note) for note in customer_notes(plan))
    loud = "".join(note_html(note) for note in verdicts(plan.customers))
    return tag("div", loud, id="verdicts") + customers_table(plan).html() + said


def has_customers(plan: Plan) -> bool:
    return bool(plan.customers) and not (plan.by == ("customer",) and not knows_revenue(plan))


def customers_table(plan: Plan) -> HtmlTable:
    """The worst first."""
    rows, total = customer_rows_of(plan, CUSTOMERS_SHOWN)
    known = knows_revenue(plan)
    columns = customer_columns(plan, margins_apart=True)
    spare = {"today", "paid", "margin_today", *list(rise_columns(plan))[1:]}
    caption = f"Customers in {long_month_text(plan.last.month)}, {plan.currency}"
    order = {"margin": "ascending"} if known else {"after": "descending"}
    return HtmlTable.of("customers-table", caption, columns, rows, [total], order=order, spare=spare)
