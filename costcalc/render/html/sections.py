"""Sections: the parts of the page that follow the sliders: headline, key figures, months, bridge, lines, customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.rating.model import LineKey
from costcalc.render import cells
from costcalc.render.blocks import Cell, Column
from costcalc.render.cells import TOTAL
from costcalc.render.charts import bridge as bridge_charts
from costcalc.render.charts import months as month_charts
from costcalc.render.charts.bridge import bridge_chart
from costcalc.render.charts.months import months_chart
from costcalc.render.charts.svg import Chart
from costcalc.render.coverage import part_words
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
    verdicts,
)
from costcalc.render.plan.headline import headline_blocks
from costcalc.render.plan.lines import table_at
from costcalc.render.plan.months import has_margin, month_columns, month_figures, month_rows_of
from costcalc.render.tree import PARTLY, UNPRICED, Table
from costcalc.render.words import (
    counted,
    decimal_text,
    long_month_text,
    month_text,
    percent_text,
)
from costcalc.reports.handout import Handout
from costcalc.reports.plan.model import LineAhead, Plan

LINES_SHOWN, CUSTOMERS_SHOWN = 200, 300  # rows; what is beyond them stands in one


def headline_html(plan: Plan) -> str:
    first, *others = headline_blocks(plan)
    said = tag("p", text(first.text), "lead") + "".join(note_html(note) for note in others)
    return tag("div", said, id="headline")


def tiles(plan: Plan) -> list[tuple[str, str, str, str]]:
    """(key, title, figure, what it is held against) of the key figures."""
    shown, total = month_figures(plan)
    today, last = plan.today, plan.last.after
    first = bridge_figures(plan)[0][0]
    found = [
        (
            "cost", f"Cost in {long_month_text(plan.last.month)}", f"{decimal_text(shown[-1].mid)} {plan.currency}",
            f"today {decimal_text(first)}{_rise_text(today.cost, last.cost)}",
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


def first_table(plan: Plan, figures: Table) -> HtmlTable:
    """The lines added up by the first name that they are told apart by."""
    groups: dict[str | None, list[LineAhead]] = {}
    for line in plan.lines:
        groups.setdefault(line.key[0], []).append(line)
    listed = sorted(groups.items(), key=lambda entry: (-_sum(entry[1]), entry[0] or ""))
    title = _title(plan.by[0])
    rows = [{"name": Cell(_named(name, plan.by[0]), "", name or ""), **_line(figures, lines)} for name, lines in listed]
    caption = f"{_plural(title)} in {long_month_text(plan.last.month)}, {plan.currency}"
    columns = [Column(title, "name", key="name"), *_line_columns(plan)]
    ranks = ranks_of(groups)
    marks = [str(ranks[name or ""]) for name, _ in listed]
    return HtmlTable.of(
        "first-table", caption, columns, rows, [_lines_total(figures)], order=_LARGEST_FIRST, marks=marks
    )


def ranks_of(names: Iterable[str | None]) -> dict[str, int]:
    """The places of names in the alphabet: by them the script knows the names."""
    return {name: place for place, name in enumerate(sorted({name or "" for name in names}))}


def lines_table(plan: Plan, figures: Table) -> HtmlTable:
    """Every line; the cheapest of very many stand in one row."""
    lines = plan.lines
    count = len(lines) if len(lines) <= LINES_SHOWN + 1 else LINES_SHOWN
    by = plan.by
    # The lines of a plan stand by what all months cost; a table that is sorted stands by what it shows.
    order = sorted(range(count), key=lambda place: -lines[place].last_after)
    rows = [_names(lines[place], by) | _line(figures, [lines[place]]) for place in order]
    if rest := lines[count:]:
        rows.append({"name": Cell(f"… {len(rest):,} more", "quiet"), **_line(figures, rest)})
    title = " and ".join(_title(name).lower() for name in by)
    columns = [
        *(Column(_title(name), "name", key=_key(place)) for place, name in enumerate(by)),
        *_line_columns(plan),
    ]
    caption = f"By {title} in {long_month_text(plan.last.month)}, {plan.currency}"
    marks = [str(place) for place in (*order, count)]
    spare = ("before", "change", "rise", "share")
    return HtmlTable.of(
        "lines-table", caption, columns, rows, [_lines_total(figures)], order=_LARGEST_FIRST, marks=marks, spare=spare
    )


def _names(line: LineAhead, by: Sequence[str]) -> dict[str, Cell]:
    return {_key(place): Cell(_named(name, by[place]), "", name or "") for place, name in enumerate(line.key)}


_LARGEST_FIRST = {"after": "descending"}


def _line_columns(plan: Plan) -> list[Column]:
    return [
        Column("Before", key="before", drop=1), Column(f"In {month_text(plan.last.month)}", key="after"),
        Column("Change", key="change"), Column("%", key="rise", drop=1), Column("Share", key="share", drop=1),
    ]  # fmt: skip


def _line(table: Table, lines: Sequence[LineAhead]) -> dict[str, Cell]:
    before, after = (sum((each(line) for line in lines), Fraction()) for each in (_before, _after))
    figures = [table.by_line[line.key] for line in lines]
    coins = sum((each.before for each in figures), Decimal()), sum((each.mid for each in figures), Decimal())
    if is_unpriced(table.holes, lines):
        return {key: Cell("unpriced", "loud", "0") for key in ("before", "after")} | {"change": cells.NONE}
    return line_figures(*coins, before, after, table.total.cost.mid)


def line_figures(before: Decimal, after: Decimal, exact: Fraction, then: Fraction, total: Fraction) -> dict[str, Cell]:
    return {
        "before": cells.money(before),
        "after": cells.money(after),
        "change": cells.change(after - before, then - exact),
        "rise": cells.rise(exact, then),
        "share": cells.share(then, total),
    }


def is_unpriced(holes: frozenset[LineKey], lines: Sequence[LineAhead]) -> bool:
    """Whether nothing of these lines has a price."""
    return all(line.key in holes and not any(line.months_before) and not any(line.months) for line in lines)


def _lines_total(table: Table) -> dict[str, Cell]:
    total = table.total
    name = TOTAL if total.status not in (PARTLY, UNPRICED) else f"{TOTAL} *"
    cost, figures = total.cost, total.figures
    return {"name": Cell(name), **line_figures(figures.before, figures.mid, cost.before, cost.mid, cost.mid)}


def _before(line: LineAhead) -> Fraction:
    return line.last_before


def _after(line: LineAhead) -> Fraction:
    return line.last_after


def _sum(lines: Sequence[LineAhead]) -> Fraction:
    return sum((line.last_after for line in lines), Fraction())


def _key(place: int) -> str:
    return f"name{place}" if place else "name"


def _named(name: str | None, kind: str) -> str:
    return name or f"(no {kind})"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _plural(title: str) -> str:
    return f"{title[:-1]}ies" if title.endswith("y") else f"{title}s"


def customers_html(plan: Plan) -> str:
    said = "".join(note_html(note) for note in customer_notes(plan))
    loud = "".join(note_html(note) for note in verdicts(plan))
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
