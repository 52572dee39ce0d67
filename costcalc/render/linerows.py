"""Line rows: the columns of a file with a row a line, of lines that the engine holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from costcalc.money import minor_digits
from costcalc.rating.line import UNPRICED
from costcalc.rating.linecells import LineCells
from costcalc.rating.linecoins import coins_of
from costcalc.rating.linetable import STATUS_BITS, TIME_NAMES, LineTable
from costcalc.rating.linetree import LineTree
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.render import fields as f
from costcalc.render.fields import RATIO_DIGITS, Value
from costcalc.render.rows import (
    COLUMN_NAMES,
    FX_COLUMNS,
    UNALLOCATED,
    fx_values,
    line_columns,
    lines_in,
    own_names,
    shown_costs,
)
from costcalc.render.tree import LARGEST, coins_of_total
from costcalc.reports.cost import CostReport
from costcalc.reports.plan.model import Plan
from costcalc.usage.formats.paths import quoted
from costcalc.usage.tables import Kind

Others = Callable[[LineCells, int], Mapping[str, str]]  # what stands in the place of some names
Texts = dict[str, tuple[str, Kind]]  # header → SQL


def cells_of(report: CostReport | Plan, others: Others = lambda _cells, _place: {}) -> LineCells:
    """The cells of every line, as `rows` has them of lines that are values."""
    table, rating = lines_in(report), report.rating
    assert isinstance(table, LineTable)
    digits = minor_digits(rating.currency)
    tree = LineTree(table, LARGEST)
    cells = LineCells(coins_of(tree, coins_of_total(rating.total, digits, table.width), 10**digits))
    for place, name in enumerate(rating.by):
        nothing = None if name in PRICE_FIELDS else UNALLOCATED
        cells.add(name, cells.name_text(place, nothing, others(cells, place)))
    texts = _texts(cells, shown_costs(report), digits, rating.currency)
    if table.has_earned:
        texts |= _margin_texts(cells, has_before="before" in shown_costs(report))
    texts |= _fx_texts(cells, report)
    fx = {name: f.value(name) for name in fx_values(rating.rates_used)}
    header, _ = f.rows_with(line_columns(shown_costs(report), has_earned=table.has_earned) | fx, [], rating)
    for name, own in zip(header, own_names(header, rating.by), strict=True):
        cells.add(own, *texts[name])
    return cells


def values_of(cells: LineCells) -> Iterator[tuple[Value, ...]]:
    """Every row as values."""
    kinds = [column.kind for column in cells.columns]
    for row in cells.texts():
        yield tuple(_value(text, kind) for text, kind in zip(row, kinds, strict=True))


def _value(text: str | None, kind: Kind) -> Value:
    if text is None or kind == "text":
        return text
    return int(text) if kind == "count" and "." not in text else Decimal(text)


def _texts(cells: LineCells, columns: Sequence[str], digits: int, currency: str) -> Texts:
    table = cells.table
    places = {"before": 0, "low": 1, "mid": 2, "high": 3} if table.readings == 4 else dict.fromkeys(columns, 0)
    coins = {name: f"x{min(place, _last_coin(table, place))}" for name, place in places.items()}
    unit, known = table.unit, f"CASE WHEN status <> {STATUS_BITS[UNPRICED]} THEN"
    texts: Texts = {
        name: (cells.exact_text(name, unit.count, RATIO_DIGITS, table.most_counted), "count")
        for name in ("requests", "tokens")
    }
    for name in columns:
        header, number = COLUMN_NAMES[name], f"n{places[name]}"
        texts[header] = f"{known} {cells.coin_text(coins[name], digits)} END", "decimal"
        texts[f"{header}_exact"] = f"{known} {cells.exact_text(number, unit.cost, most=table.largest)} END", "exact"
    if "before" in columns:
        change, middle = f"({coins['mid']} - {coins['before']})", f"n{places['mid']}"
        texts["change"] = f"{known} {cells.coin_text(change, digits)} END", "decimal"
        texts["rise"] = cells.ratio_text(f"({middle} - n0)", "n0", table.most, RATIO_DIGITS), "decimal"
    texts["currency"] = quoted(currency), "text"
    part, bill = ("n0", table.bill) if table.bill > 0 else ("-n0", -table.bill)
    share = cells.exact_text(part, bill, RATIO_DIGITS, table.most) if bill else "NULL"
    texts["share"] = f"{known} {share} END", "decimal"
    texts["basis"] = cells.basis_text(), "text"
    texts["status"] = cells.status_text(), "text"
    texts["unpriced_tokens"] = cells.exact_text("unpriced", unit.count, RATIO_DIGITS, table.most_counted), "count"
    return texts


def _margin_texts(cells: LineCells, *, has_before: bool) -> Texts:
    """What is earned, and the margin: of a line whose revenue is unknown nothing."""
    table = cells.table
    before, after = table.covered[0], table.covered[2 if table.readings == 4 else 0]

    def ratio(number: str, divisor: str, known: str) -> tuple[str, Kind]:
        size, divided = f"CASE WHEN {known} THEN {number} ELSE 0 END", f"CASE WHEN {known} THEN {divisor} ELSE 0 END"
        return cells.ratio_text(f"({size})", f"({divided})", table.most_earned, RATIO_DIGITS), "decimal"

    def margin(covered: str) -> tuple[str, Kind]:
        return ratio(f"(earned - {covered})", "earned", "earned > 0")

    earned = cells.exact_text("coalesce(earned, 0)", table.unit.cost)
    texts: Texts = {"revenue": (f"CASE WHEN earned IS NOT NULL THEN {earned} END", "decimal")}
    if has_before:
        texts["margin_before"] = margin(before)
    texts["margin"] = margin(after)
    if has_before:
        # The margin before is kept where one's own prices rise as the cost does.
        texts["hold"] = ratio(f"({after} - {before})", before, f"earned > 0 AND {before} > 0")
    return texts


def _last_coin(table: LineTable, place: int) -> int:
    """Where the coins of a cost stand: those of costs that are alike stand once."""
    return 1 if table.width == 2 and place else table.width - 1


def _fx_texts(cells: LineCells, report: CostReport | Plan) -> Texts:
    """The exchange rate of a line, by the month that it names."""
    rates = report.rating.rates_used
    if not rates:
        return {}
    times = [cells.table.names[place] for place, name in enumerate(report.rating.by) if name in TIME_NAMES]
    month = f"coalesce({', '.join(f'nullif(left({name}::VARCHAR, 7), {quoted(str())})' for name in times)})" if times else "NULL"  # fmt: skip
    months = {str(rate.month) for rate in rates} if times else set()
    found: Texts = {}
    for column in FX_COLUMNS:
        cases = " ".join(f"WHEN {quoted(of)} THEN {_text(fx_values(rates, of)[column])}" for of in sorted(months))
        always = _text(fx_values(rates)[column])
        text = f"CASE WHEN {month} IS NULL THEN {always} ELSE CASE {month} {cases} END END" if months else always
        found[column] = text, "decimal" if column == "fx_rate" else "text"
    return found


def _text(value: Value) -> str:
    return "NULL" if value is None else quoted(format(value, "f") if isinstance(value, Decimal) else str(value))
