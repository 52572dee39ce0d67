"""What changed between two days, on the page, as JSON and as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.model import LineKey
from costcalc.render import fields as f
from costcalc.render.blocks import Block, Cell, Column, Facts, Gap, Grid, Note
from costcalc.render.cells import change_style
from costcalc.render.doubts import uncounted_notes, unread_note
from costcalc.render.fields import Json, Rows
from costcalc.render.prices.parts import LINE, change_cell, price_of
from costcalc.render.prices.words import label_of, length_text, variant_text
from costcalc.render.rounding import shared_out_together
from costcalc.render.words import DASH, amount_text, capital, counted, day_text, decimal_text, percent_text, price_text
from costcalc.render.written import Writers
from costcalc.reports.prices.diff import Diff, ModelDiff, UsageDiff
from costcalc.reports.prices.rates import PLAIN, per_units
from costcalc.reports.prices.sheet import MeterChange


def diff_blocks(report: Diff, is_wide: bool) -> Sequence[Block]:
    """What a usage costs at either list first, if one is given; then every change."""
    return [
        Note(f"{day_text(report.first)} against {day_text(report.second)}: {', '.join(_summary(report))}.", "strong"),
        *(_money(report.usage, report, is_wide) if report.usage else ()),
        *_changes(report),
        *_comings(report),
    ]


CHANGE = LINE | f.fields(before=price_of("before"), after=price_of("after"), change=f.ratio("ratio"))
MODEL = f.fields(
    provider=f.text, region=f.text, model=f.text, currency=f.text, what=f.text(lambda each, _: _what(each)),
)  # fmt: skip


def _in_money(usage: UsageDiff, _: object) -> Json:
    shown, total = _figures(usage)
    return {"of": usage, "shown": shown, "total": total}


LINE_IN_MONEY = f.fields(
    provider=f.text("of.line.0"), model=f.text("of.line.1"), tokens=f.ratio("of.tokens"), before=f.amount("of.before", "shown.0"),
    after=f.amount("of.after", "shown.1"),
)  # fmt: skip
IN_MONEY = f.fields(
    currency=f.text("of.currency"), complete=f.flag("of.is_complete"), first_day=f.text("of.usage.first_day"),
    last_day=f.text("of.usage.last_day"), refused_rows=f.integer("of.usage.refused_rows"),
    unread_files=f.integer("of.usage.unread_files"), before=f.amount("of.before", "total.0"),
    after=f.amount("of.after", "total.1"),
    change=f.amount(lambda row, _: row["of"].after - row["of"].before, lambda row, _: row["total"][1] - row["total"][0]),
    rise=f.ratio(lambda row, _: row["of"].after / row["of"].before - 1 if row["of"].before else None),
    lines=f.each(LINE_IN_MONEY, lambda row, _: ({"of": line, "shown": row["shown"].get(line.line)} for line in row["of"].lines)),
    unpriced=f.each(f.fields(provider=f.text, model=f.text, meter=f.text, reason=f.text), "of.unpriced"),
)  # fmt: skip
DIFF = f.fields(
    schema=f.constant("costcalc.prices-diff/1"), first=f.text, second=f.text, unchanged=f.integer,
    models=f.each(MODEL | f.fields(reason=f.said("why_gone"), changes=f.each(CHANGE))),
    usage=f.part(f.fields(in_money=f.inline(IN_MONEY, _in_money))),
)  # fmt: skip


def diff_rows(report: Diff) -> Rows:
    """A row a price that changed."""
    rows = [(each, change) for each in report.models for change in each.changes]
    models = f.rows_with(MODEL, [each for each, _ in rows], None)
    return f.side_by_side(models, f.rows_with(CHANGE, [change for _, change in rows], None))


def _what(each: ModelDiff) -> str:
    return "new" if each.is_new else "gone" if each.is_gone else "changed"


def _summary(report: Diff) -> Iterator[str]:
    kinds = [_what(each) for each in report.models]
    for word, text in (("changed", "changed"), ("new", "new"), ("gone", "without a price any more")):
        if kinds.count(word):
            yield f"{kinds.count(word):,} {text}"
    yield f"{counted(report.unchanged, 'model')} unchanged"


def _changes(report: Diff) -> Iterator[Block]:
    rows: list[list[Cell]] = []
    heading = ("", "")
    for each in report.models:
        if each.is_new or each.is_gone:
            continue
        if (each.provider, each.region) != heading:
            heading = (each.provider, each.region)
            currency = Cell(each.currency, "quiet")
            rows.append([Cell(f"{each.provider} {each.region}", "strong"), Cell(), currency, currency, Cell()])
        rows += _model_rows(each)
    if rows:
        columns = [
            Column("Model", "name"), Column("Meter", "text"), Column(day_text(report.first)),
            Column(day_text(report.second)), Column("Change"),
        ]  # fmt: skip
        yield Gap()
        yield Grid(columns, rows)


def _model_rows(each: ModelDiff) -> Iterator[list[Cell]]:
    """A row a meter; other kinds of request only where they moved otherwise."""
    name, kind = each.model, ""
    for change, which in _telling_changes(each.changes):
        per = per_units(change.meter)
        if which != kind:
            kind = which
            if name and which:
                yield [Cell(name, indent=1), *(Cell() for _ in range(4))]
            name = capital(which)
        before, after = (
            Cell(DASH, "quiet") if price is None else Cell(price_text(price * per))
            for price in (change.before, change.after)
        )
        gone = "no price" if change.after is None else "first seen"
        indent = 2 if kind else 1
        yield [Cell(name, indent=indent), Cell(label_of(change.meter)), before, after, change_cell(change.ratio, gone)]
        name = ""


def _telling_changes(changes: Sequence[MeterChange]) -> Iterator[tuple[MeterChange, str]]:
    """Each meter's change for the plainest request; of the others only those that moved by another share."""
    plain: dict[str, MeterChange] = {}
    for change in changes:
        first = plain.setdefault(change.meter, change)
        is_same_kind = change.variant == first.variant and change.bounds == first.bounds
        if is_same_kind:
            simple = change.variant == PLAIN and change.bounds.input_over == 0 and change.bounds.output_over == 0
            yield change, "" if simple else _kind(change)
        elif change.ratio != first.ratio:
            yield change, _kind(change)


def _kind(change: MeterChange) -> str:
    length = length_text(change.bounds)
    words = [] if change.variant == PLAIN else [variant_text(change.variant, change.variant.off_peak).lower()]
    return ", ".join([*words, *([length] if length != "any length" else [])])


def _comings(report: Diff) -> Iterator[Block]:
    """The models that came and went, each list in a line."""
    rows = []
    for word, label in (("new", "new"), ("gone", "gone")):
        lists: dict[str, list[str]] = {}
        for each in report.models:
            if _what(each) == word:
                lists.setdefault(f"{each.provider} {each.region}", []).append(each.model)
        rows += [(label, (f"{where}: {', '.join(names)}",)) for where, names in lists.items()]
    if rows:
        yield Gap()
        yield Facts(rows)


def _figures(usage: UsageDiff) -> tuple[dict[LineKey, tuple[Decimal, Decimal]], tuple[Decimal, Decimal]]:
    """What is shown of the lines that both lists price, and of all of them: the coins before and after."""
    digits = minor_digits(usage.currency)
    both = [line for line in usage.lines if line.before is not None and line.after is not None]
    totals = (round_half_up(usage.before, digits), round_half_up(usage.after, digits))
    columns = [[line.before or Fraction() for line in both], [line.after or Fraction() for line in both]]
    before, after = shared_out_together(columns, totals, digits)
    return dict(zip((line.line for line in both), zip(before, after, strict=True), strict=True)), totals


def _money(usage: UsageDiff, report: Diff, is_wide: bool) -> Iterator[Block]:
    shown, (total_before, total_after) = _figures(usage)
    rows: list[list[Cell]] = []
    first = next((line for line in usage.lines if line.line in shown), None)
    for line in usage.lines:
        name = Cell("/".join(part or "–" for part in line.line))
        tokens = Cell(amount_text(line.tokens))
        if line.line not in shown:
            texts = [
                Cell("unpriced", "loud") if cost is None else Cell(DASH, "quiet") for cost in (line.before, line.after)
            ]
            rows.append([name, tokens, *texts, Cell(DASH, "quiet"), Cell()])
            continue
        then, now = shown[line.line]
        unit = usage.currency if line is first else ""
        exact = (line.after or 0) - (line.before or 0)
        rows.append([
            name, tokens, Cell(decimal_text(then), "", unit=unit), Cell(decimal_text(now), "", unit=unit),
            Cell(decimal_text(now - then, signed=True) if exact else DASH, change_style(Fraction(exact))),
            change_cell(Fraction(exact) / line.before if line.before else None),
        ])  # fmt: skip
    change = usage.after - usage.before
    rise = change / usage.before if usage.before else None
    rows.append([
        Cell("Total" if usage.is_complete else "Total *", "strong"), Cell(),
        Cell(decimal_text(total_before), "strong", unit=usage.currency),
        Cell(decimal_text(total_after), "strong", unit=usage.currency),
        Cell(decimal_text(total_after - total_before, signed=True) if change else DASH, change_style(change) or "strong"),
        Cell(percent_text(rise, signed=True) if rise else "", change_style(change) or "strong"),
    ])  # fmt: skip
    columns = [
        Column("This usage", "name"), Column("Tokens"), Column(f"List {day_text(report.first)}"),
        Column(f"List {day_text(report.second)}"), Column("Change"), Column("", drop=1),
    ]  # fmt: skip
    if not is_wide:
        columns, rows = [columns[0], *columns[2:]], [[row[0], *row[2:]] for row in rows]
    yield Gap()
    yield Grid(columns, rows)
    yield from _missing(usage)


def _missing(usage: UsageDiff) -> Iterator[Block]:
    if usage.usage.refused_rows:
        yield Note(f"{counted(usage.usage.refused_rows, 'row')} refused: not in the figures.", "loud")
    if usage.usage.unread_files:
        yield unread_note(usage.usage)
    yield from uncounted_notes(usage.usage)
    if usage.unpriced:
        yield Note("* Incomplete: what either list does not price is in neither total.", "loud")
        rows = [[Cell(part.model), Cell(part.reason)] for part in usage.unpriced]
        yield Grid([Column("Model", "name"), Column("Why", "text")], rows)


WRITTEN = Writers("What changed", page=diff_blocks, rows=diff_rows, json=DIFF)
