"""Sections: the parts of the page that follow the sliders: headline, key figures, months, bridge, lines, customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.rating.model import LineKey
from costcalc.render.blocks import Note
from costcalc.render.charts import bridge as bridge_charts
from costcalc.render.charts import months as month_charts
from costcalc.render.charts.bridge import TO_THE_SCENARIO, bridge_chart
from costcalc.render.charts.months import months_chart
from costcalc.render.charts.svg import Chart
from costcalc.render.coverage import margin_title, part_words
from costcalc.render.figures import TOTAL
from costcalc.render.html import cells
from costcalc.render.html.blocks import note_html
from costcalc.render.html.markup import tag, text
from costcalc.render.html.reach import reach_of
from costcalc.render.html.tables import Figure, Heading, HtmlTable
from costcalc.render.plan.answers import price_way
from costcalc.render.plan.bridge import CAUSES, bridge_figures, cause_name, shown_steps
from costcalc.render.plan.customers import (
    NONAME,
    customer_figures,
    customer_notes,
    knows_revenue,
    rise_columns,
    sum_of,
    total_figures,
    verdicts,
)
from costcalc.render.plan.headline import headline_blocks
from costcalc.render.plan.lines import table_at
from costcalc.render.plan.months import WITH, has_margin, month_figures
from costcalc.render.tree import PARTLY, UNPRICED, Figures, Table
from costcalc.render.words import (
    amount_text,
    count_text,
    counted,
    decimal_text,
    long_month_text,
    month_text,
    percent_text,
)
from costcalc.reports.handout import Handout
from costcalc.reports.plan.model import CustomerLine, LineAhead, Plan

LINES_SHOWN, CUSTOMERS_SHOWN = 200, 300  # rows; what is beyond them stands in one
NAME = "name"


def headline_html(plan: Plan) -> str:
    notes = [note for note in headline_blocks(plan) if isinstance(note, Note)]
    first, *others = notes
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
    last, whole = bridge_figures(plan)
    steps, several, margins = plan.bridge, len(plan.months) > 1, has_margin(plan)
    headings = [
        Heading(NAME, "What adds and saves", is_text=True),
        Heading("last", f"In {month_text(plan.last.month)}"),
        *([Heading("whole", counted(len(plan.months), "month"), is_spare=True)] if several else []),
        *(
            [Heading("margin", margin_title(plan.coverage)), Heading("points", "Points", is_spare=True)]
            if margins
            else []
        ),
    ]
    first: dict[str, Figure] = {
        NAME: Figure(CAUSES["today"]), "last": cells.money(last[0]), "whole": cells.money(whole[0]),
        "margin": cells.margin(steps[0].last.margin),
    }  # fmt: skip
    rows, marks = [first], ["0"]
    for position in shown_steps(plan):
        step, before = steps[position], steps[position - 1]
        marks.append(str(position))
        rows.append(
            {
                NAME: Figure(cause_name(step), "in"),
                "last": _added(last[position], step.last.cost - before.last.cost),
                "whole": _added(whole[position], step.whole.cost - before.whole.cost),
                "margin": cells.margin(step.last.margin),
                "points": cells.points(before.last.margin, step.last.margin),
            }
        )
    end = {
        NAME: Figure(TO_THE_SCENARIO),
        "last": cells.money(sum(last, Decimal())),
        "whole": cells.money(sum(whole, Decimal())),
        "margin": cells.margin(steps[-1].last.margin),
        "points": cells.points(plan.today.margin, steps[-1].last.margin),
    }
    caption = f"The causes in figures, {plan.currency}"
    return HtmlTable("bridge-table", caption, headings, rows, [end], marks=marks)


def _added(coins: Decimal, exact: Fraction) -> Figure:
    return cells.change(coins, exact) if coins else cells.NOTHING


def months_table(plan: Plan) -> HtmlTable:
    shown, total = month_figures(plan)
    has_requests = any(month.requests is not None for month in plan.months)
    ends, margins = plan.has_ranges, has_margin(plan)
    headings = [
        Heading(NAME, "Month", is_text=True),
        *([Heading("requests", "Requests", is_spare=True)] if has_requests else []),
        Heading("tokens", "Tokens", is_spare=True, is_off_paper=ends),
        Heading("before", "Before"),
        *([Heading("low", "Low", is_spare=True)] if ends else []),
        Heading("after", WITH),
        *([Heading("high", "High", is_spare=True)] if ends else []),
        Heading("change", "Change", is_spare=margins),
        *(
            [Heading("margin", margin_title(plan.coverage)), Heading("points", "Points", is_spare=True)]
            if margins
            else []
        ),
    ]
    rows = []
    for month, figures in zip(plan.months, shown, strict=True):
        rows.append(
            {
                NAME: Figure(month_text(month.month) + (" *" if month.unpriced_tokens else "")),
                "requests": cells.NOTHING if month.requests is None else Figure(count_text(month.requests)),
                "tokens": Figure(amount_text(month.tokens)),
                **_figures(figures, month.after.cost - month.before.cost),
                "margin": cells.margin(month.after.margin),
                "points": cells.points(month.before.margin, month.after.margin),
            }
        )
    requests = [month.requests for month in plan.months if month.requests is not None]
    whole = {
        NAME: Figure(TOTAL),
        "requests": Figure(count_text(sum(requests, Fraction()))) if len(requests) == len(rows) else cells.NOTHING,
        "tokens": Figure(amount_text(sum((month.tokens for month in plan.months), Fraction()))),
        **_figures(total, plan.whole.after.cost - plan.whole.before.cost),
        "margin": cells.margin(plan.whole.after.margin),
        "points": cells.points(plan.whole.before.margin, plan.whole.after.margin),
    }
    caption = f"Cost {'and margin ' if margins else ''}by month, {plan.currency}"
    return HtmlTable("months-table", caption, headings, rows, [whole] if len(rows) > 1 else [])


def _figures(figures: Figures, changed: Fraction) -> dict[str, Figure]:
    return {
        "before": cells.money(figures.before),
        "low": cells.money(figures.low),
        "after": cells.money(figures.mid),
        "high": cells.money(figures.high),
        "change": cells.change(figures.change, changed),
    }


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
    rows = [{NAME: Figure(_named(name, plan.by[0]), "", name or ""), **_line(figures, lines)} for name, lines in listed]  # fmt: skip
    caption = f"{_plural(title)} in {long_month_text(plan.last.month)}, {plan.currency}"
    headings = [Heading(NAME, title, is_text=True), *_line_headings(plan)]
    ranks = ranks_of(groups)
    marks = [str(ranks[name or ""]) for name, _ in listed]
    return HtmlTable("first-table", caption, headings, rows, [_lines_total(figures)], is_sortable=True, marks=marks)


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
        rows.append({NAME: Figure(f"… {len(rest):,} more", "quiet"), **_line(figures, rest)})
    title = " and ".join(_title(name).lower() for name in by)
    headings = [
        *(Heading(_key(place), _title(name), is_text=True) for place, name in enumerate(by)),
        *_line_headings(plan, several=True),
    ]
    caption = f"By {title} in {long_month_text(plan.last.month)}, {plan.currency}"
    marks = [str(place) for place in (*order, count)]
    return HtmlTable("lines-table", caption, headings, rows, [_lines_total(figures)], is_sortable=True, marks=marks)


def _names(line: LineAhead, by: Sequence[str]) -> dict[str, Figure]:
    return {_key(place): Figure(_named(name, by[place]), "", name or "") for place, name in enumerate(line.key)}


def _line_headings(plan: Plan, *, several: bool = False) -> list[Heading]:
    return [
        Heading("before", "Before", is_spare=True),
        Heading("after", f"In {month_text(plan.last.month)}", order="descending"),
        Heading("change", "Change", is_spare=several),
        Heading("rise", "%", is_spare=True),
        Heading("share", "Share", is_spare=True),
    ]


def _line(table: Table, lines: Sequence[LineAhead]) -> dict[str, Figure]:
    before, after = (sum((each(line) for line in lines), Fraction()) for each in (_before, _after))
    figures = [table.by_line[line.key] for line in lines]
    coins = sum((each.before for each in figures), Decimal()), sum((each.mid for each in figures), Decimal())
    if is_unpriced(table.holes, lines):
        return {key: Figure("unpriced", "loud", "0") for key in ("before", "after")} | {"change": cells.NOTHING}
    return line_figures(*coins, before, after, table.total.cost.mid)


def line_figures(
    before: Decimal, after: Decimal, exact: Fraction, then: Fraction, total: Fraction
) -> dict[str, Figure]:
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


def _lines_total(table: Table) -> dict[str, Figure]:
    total = table.total
    name = TOTAL if total.status not in (PARTLY, UNPRICED) else f"{TOTAL} *"
    cost, figures = total.cost, total.figures
    return {NAME: Figure(name), **line_figures(figures.before, figures.mid, cost.before, cost.mid, cost.mid)}


def _before(line: LineAhead) -> Fraction:
    return line.last_before


def _after(line: LineAhead) -> Fraction:
    return line.last_after


def _sum(lines: Sequence[LineAhead]) -> Fraction:
    return sum((line.last_after for line in lines), Fraction())


def _key(place: int) -> str:
    return NAME if place == 0 else f"name{place}"


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


def customer_rows(plan: Plan) -> tuple[list[CustomerLine], int]:
    """(rows, how many customers the last one stands for beyond itself)."""
    customers = list(plan.customers)
    if len(customers) <= CUSTOMERS_SHOWN + 1:
        return customers, 0
    return [*customers[:CUSTOMERS_SHOWN], sum_of(customers[CUSTOMERS_SHOWN:])], len(customers) - CUSTOMERS_SHOWN


def customers_table(plan: Plan) -> HtmlTable:
    """The worst first."""
    lines, folded = customer_rows(plan)
    figures = customer_figures(plan, lines)
    known, rises = knows_revenue(plan), rise_columns(plan)
    most = " ≤" if plan.coverage and plan.coverage.is_bound else ""
    headings = [
        Heading(NAME, "Customer", is_text=True),
        Heading("today", "Today", is_spare=True),
        Heading("after", f"In {month_text(plan.last.month)}", order="" if known else "descending"),
        *([] if known else [Heading("change", "Change")]),
        *([Heading("paid", "Pays", is_spare=True), Heading("margin_today", f"Margin today{most}", is_spare=True), Heading("margin", f"Margin then{most}", order="ascending")] if known else []),
        *(Heading(field, title, is_spare=place > 0) for place, (title, field) in enumerate(rises)),
    ]  # fmt: skip
    rows = []
    for position, line in enumerate(lines):
        name = line.name or NONAME
        label = Figure(f"… {folded:,} more", "quiet") if folded and position == len(lines) - 1 else Figure(name, "", name)  # fmt: skip
        rows.append({NAME: label, **customer_cells(line, figures[position], rises)})
    whole = sum_of(plan.customers)
    total = {NAME: Figure(TOTAL), **customer_cells(whole, total_figures(figures), rises)}
    caption = f"Customers in {long_month_text(plan.last.month)}, {plan.currency}"
    return HtmlTable("customers-table", caption, headings, rows, [total], is_sortable=True)


def customer_cells(
    line: CustomerLine, coins: tuple[Decimal, Decimal, Decimal], rises: Sequence[tuple[str, str]]
) -> Mapping[str, Figure]:
    today, then, paid = coins
    worse = line.today.margin is not None and line.last.margin is not None and line.last.margin < line.today.margin
    found = {
        "today": cells.money(today),
        "after": cells.money(then),
        "change": cells.change(then - today, line.last.served - line.today.served),
        "paid": cells.NOTHING if line.last.revenue is None else cells.money(paid),
        "margin_today": cells.margin(line.today.margin),
        "margin": cells.margin(line.last.margin, "worse" if worse else ""),
    }
    for _, name in rises:
        found[name] = rise_cell(getattr(line, name))
    return found


def rise_cell(ratio: Fraction | None) -> Figure:
    return cells.NOTHING if ratio is None else Figure(percent_text(ratio, signed=True), "", cells.value_of(ratio))
