"""What the JSON of several reports has in common; docs/json.md says what each field means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from costcalc.money import minor_digits, round_half_up
from costcalc.rating.model import Cost
from costcalc.render import fields as f
from costcalc.render.fields import Field, Fields, Json, Of
from costcalc.render.rows import names_of
from costcalc.render.tree import Figures
from costcalc.reports.settings import settings_of


def day_text(day: object) -> str | None:
    return str(day) if day else None


def line_of(problem: Any, _report: Any) -> int | None:
    """The line of what has a place; a variable of the environment has none."""
    return (problem.place.line or None) if problem.place else None


# --- what any report rests on -------------------------------------------------------------------------------------------
SKIPPED = f.fields(format=f.text, reason=f.text, rows=f.integer, tokens=f.integer)
PROBLEM = f.fields(code=f.text, message=f.text, file=f.text("place.file"), line=f.integer("place.line"))
USAGE = f.part(
    f.fields(
        files=f.each(f.fields(path=f.text, format=f.text, rows=f.integer), "sources"), first_day=f.text, last_day=f.text, days=f.integer,
        timezone=f.text, is_estimate=f.flag("is_short"), requests=f.count, tokens=f.count,
        priced_share=f.ratio(lambda _, report: report.rating.priced_share), refused_rows=f.integer, unread_files=f.integer,
        problems=f.each(PROBLEM), uncounted=f.each({**PROBLEM, **f.fields(line=f.integer(line_of), remedy=f.text)}),
        skipped=f.each(SKIPPED), notes=f.texts,
    ), "usage",
)  # fmt: skip


SETTING = f.fields(key=f.text, value=f.text, file=f.text("place.file"), line=f.integer(line_of))


def configuration(revenue_source: str = "") -> Field:
    """What the configuration set. `revenue_source`: the report's attribute that says where its revenue comes from."""

    def settings(report: Any, _: Any) -> Sequence[Any]:
        return settings_of(report.usage, report.rating, getattr(report, revenue_source) if revenue_source else "")

    return f.each(SETTING, settings)


def _bases(report: Any, _: Any) -> Iterator[Json]:
    costs: dict[str, Fraction] = {}
    for charge in report.rating.charges:
        costs[charge.basis] = costs.get(charge.basis, Fraction()) + charge.cost.before
    total = report.rating.total.before
    return ({"basis": basis, "cost": cost, "share": cost / total if total else None} for basis, cost in costs.items())


def share_of_tokens(unpriced: Any, report: Any) -> Fraction | None:
    return unpriced.tokens / report.rating.tokens if report.rating.tokens else None


BASIS = f.each(f.fields(basis=f.text, cost=f.amount, share=f.ratio), _bases)
UNPRICED = f.fields(
    provider=f.text, model=f.text, meter=f.text, reason=f.text, nearest=f.texts,
    makers_model=f.text(lambda one, _: one.makers_model or ""), tokens=f.count, share=f.ratio(share_of_tokens),
    requests=f.count, rows=f.integer, names=f.names(lambda one, report: names_of(one.line, report.rating.by)),
)  # fmt: skip
UNPRICED_LIST = f.each(UNPRICED, "rating.unpriced")
ASSUMPTIONS = f.each(
    f.fields(code=f.text, text=f.text, cost=f.amount, total_low=f.amount("low"), total_high=f.amount("high")),
    "rating.assumptions",
)
RATE = f.fields(base=f.text, quote=f.text, rate=f.decimal, month=f.text, month_used=f.text, basis=f.text, held=f.flag)
EXCHANGE_RATES = f.each(RATE, "rates_used")
COMMITTED = f.fields(
    selector=f.text("commitment.selector"), month=f.text, days=f.integer, due=f.amount, spent=f.amount("spent.before"),
    shortfall=f.amount("shortfall.before"),
)  # fmt: skip
CONTRACTED = f.part(f.fields(listed=f.amount, contracted=f.amount, discount=f.ratio), "rating.contracted")
COVERAGE = f.part(
    f.fields(
        whole=f.flag("is_whole"), cost=f.ratio, priced=f.ratio, complete=f.flag(lambda one, _: one.is_complete and not one.unread),
        at_most=f.flag("is_bound"),
    ), "coverage",
)  # fmt: skip
OTHER_LIST = f.fields(provider=f.text, region=f.text, default_region=f.text)
SPENT_OTHER_LISTS = f.each({**OTHER_LIST, **f.fields(total=f.amount("total.before"))}, "other_lists")


# --- amounts before and with a scenario: what each is of, and its figures -------------------------------------------------
def rounded(cost: Cost, report: Any) -> Figures:
    """The figures of a cost that stands in no table."""
    digits = minor_digits(report.currency)
    return Figures(*(round_half_up(exact, digits) for exact in (cost.before, cost.low, cost.mid, cost.high)))


COST = f.fields(
    before=f.amount("of.before", "shown.before"), low=f.amount("of.low", "shown.low"),
    with_the_scenario=f.amount("of.mid", "shown.mid"), high=f.amount("of.high", "shown.high"),
    change=f.amount("of.change", "shown.change"), rise=f.ratio("of.rise"),
)  # fmt: skip
TOTALS = f.fields(
    cost=f.amount("of.known_cost", "shown"), other_costs=f.amount("of.other"), revenue=f.amount("of.revenue"),
    covered_cost=f.amount("of.covered"), profit=f.amount("of.profit"), margin=f.ratio("of.margin"),
)  # fmt: skip


def _with_figures(parts: Fields, kind: str, of: Of, shown: Of | None) -> Field:
    def found(row: Any, report: Any) -> Json | None:
        whole = f.found(of, row, report)
        if whole is None:
            return None
        exact = whole if isinstance(whole, Cost) else whole.cost
        return {"of": whole, "shown": f.found(shown, row, report) if shown else rounded(exact, report)}

    return f.part(parts, found, kind)


def totals(of: Of, shown: Of = f.nothing) -> Field:
    return _with_figures(TOTALS, "totals", of, shown)


def cost(of: Of, shown: Of | None = None) -> Field:
    return _with_figures(COST, "cost", of, shown)


def ends(of: Of, shown: Of | None = None) -> Field:
    return _with_figures(ENDS, "ends", of, shown)


def _rise(row: Any, _: Any) -> Fraction | None:
    ends = f.found("of", row, None)
    return None if ends.known_change is None else ends.cost.rise


ENDS = f.fields(
    before=totals("of.before", "shown.before"), with_the_scenario=totals("of.after", "shown.mid"),
    low=totals("of.low", "shown.low"), high=totals("of.high", "shown.high"),
    change=f.amount("of.known_change", "shown.change"), rise=f.ratio(_rise), erosion=f.ratio("of.erosion"),
    recover=f.ratio("of.recover"), hold=f.ratio("of.hold"),
)  # fmt: skip


# --- a rise, and what it touched: `change` and `touched` ---
CHANGE = f.fields(
    written=f.text("change.written"), selector=f.text("change.selector"), low=f.ratio(lambda row, _: _end(row["change"].low, row)),
    high=f.ratio(lambda row, _: _end(row["change"].high, row)), new_rate=f.decimal("change.new_rate"),
    from_day=f.text("change.from_day"), until_day=f.text("change.until_day"), event=f.said("change.event"),
    passed_through=f.ratio("change.passed_through"), cost_touched=f.amount("touched.cost"), included=f.amount("touched.included"),
    share=f.ratio("touched.share"), not_applied=f.amount("touched.not_applied"),
)  # fmt: skip


def _end(rise: Fraction, row: Json) -> Fraction | None:
    return None if row["change"].new_rate is not None else rise


# --- lines over the log ---------------------------------------------------------------------------------------------------
LINE = f.fields(
    names=f.names(lambda row, _: names_of(row["key"], row["by"])), status=f.text, basis=f.texts("of.basis"),
    requests=f.count("of.requests"), tokens=f.count("of.tokens"), unpriced_tokens=f.count("of.unpriced_tokens"), share=f.ratio,
)  # fmt: skip
