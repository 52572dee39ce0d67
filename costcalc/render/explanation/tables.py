"""Explanations as rows, for CSV and frames: one row a figure at the bottom of the chains."""

from __future__ import annotations

from costcalc.render.explanation.page import LeafFigures, figures_of
from costcalc.render.prices.words import file_text
from costcalc.render.rows import Rows, Value, count_value, exact_value
from costcalc.reports.explanation import ExplainedLine, Explanation, Leaf, PriceUsed
from costcalc.reports.prices.rates import per_units

COLUMNS = (
    "billed_provider", "billed_model", "list", "price_month", "tier", "thinking", "hours", "input_over", "input_up_to",
    "output_over", "output_up_to", "band_basis", "meter", "basis", "rows", "reported", "quantity", "price", "per_units",
    "price_currency", "book", "book_line", "in_force_since", "first_seen", "source", "source_read", "cost_before",
    "cost_before_exact", "cost", "cost_exact", "currency", "unpriced", "unpriced_tokens",
)  # fmt: skip


def explanation_rows(report: Explanation) -> Rows:
    """A row a figure, and one for what has no price; exact beside rounded amounts."""
    figures = figures_of(report)
    header = (*report.by, *(f"costcalc_{name}" if name in report.by else name for name in COLUMNS))
    rows: list[tuple[Value, ...]] = []
    for line in report.lines:
        for price in line.prices:
            rows += [_row(line, price, leaf, report, figures) for leaf in price.leaves]
        rows += [_unpriced_row(line, position, report) for position in range(len(line.unpriced))]
    return header, rows


def hours_of(price: PriceUsed) -> str | None:
    """`peak` or `off-peak`; None: the price knows no hours."""
    off_peak = price.kind.key.off_peak if price.kind.key else None
    if price.schedule is None or off_peak is None:
        return None
    return "off-peak" if off_peak else "peak"


def _row(
    line: ExplainedLine, price: PriceUsed, leaf: Leaf, report: Explanation, figures: LeafFigures
) -> tuple[Value, ...]:
    kind, quote, bounds = price.kind, price.quote, leaf.bounds
    key, block = kind.key, quote.block if quote and leaf.quoted else None
    shown = figures.of_leaf(leaf)
    size = per_units(leaf.meter) if leaf.meter and leaf.quoted else None
    values: dict[str, Value] = {
        "billed_provider": kind.provider,
        "billed_model": price.billed_as or kind.model,
        "list": key.region if key else None,
        "price_month": str(kind.month),
        "tier": key.service_tier if key else None,
        "thinking": None if key is None else {True: "yes", False: "no", None: "partly"}[key.thinking],
        "hours": hours_of(price),
        "input_over": bounds.input_over if bounds else None,
        "input_up_to": bounds.input_up_to if bounds else None,
        "output_over": bounds.output_over if bounds else None,
        "output_up_to": bounds.output_up_to if bounds else None,
        "band_basis": kind.band_basis if bounds else None,
        "meter": leaf.meter,
        "basis": leaf.basis,
        "rows": price.rows,
        "reported": count_value(leaf.reported) if leaf.quoted else None,
        "quantity": count_value(leaf.quantity) if leaf.quoted else None,
        "price": exact_value(leaf.quoted.price * size) if leaf.quoted and size else None,
        "per_units": size,
        "price_currency": leaf.steps[0].currency if leaf.steps else None,
        "book": file_text(block.place.file) if block else None,
        "book_line": block.place.line if block else None,
        "in_force_since": str(block.starts) if block and block.starts else None,
        "first_seen": str(block.observed) if block and block.observed else None,
        "source": leaf.source.url or leaf.source.key if leaf.source else None,
        "source_read": leaf.source.read or None if leaf.source else None,
        "cost_before": shown.before,
        "cost_before_exact": exact_value(leaf.cost.before),
        "cost": shown.mid,
        "cost_exact": exact_value(leaf.cost.mid),
        "currency": report.currency,
        "unpriced": None,
        "unpriced_tokens": None,
    }
    return (*line.key, *(values[name] for name in COLUMNS))


def _unpriced_row(line: ExplainedLine, position: int, report: Explanation) -> tuple[Value, ...]:
    part = line.unpriced[position]
    values: dict[str, Value] = {
        "billed_provider": part.provider,
        "billed_model": part.model,
        "meter": part.meter,
        "rows": part.rows,
        "currency": report.currency,
        "unpriced": part.reason,
        "unpriced_tokens": count_value(part.tokens),
    }
    return (*line.key, *(values.get(name) for name in COLUMNS))
