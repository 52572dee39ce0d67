"""Turning: the exact coefficients that the page's script computes with, as whole numbers over one denominator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from typing import Any

from costcalc.forecasts.turning import poly
from costcalc.money import minor_digits
from costcalc.rating.model import LineKey
from costcalc.render.coverage import most_words, part_words, shares_text
from costcalc.render.html.sections import CUSTOMERS_SHOWN, LINES_SHOWN, has_customers, is_unpriced, ranks_of
from costcalc.render.plan.answers import ways_of
from costcalc.render.plan.bridge import TO_THE_SCENARIO, shown_steps
from costcalc.render.plan.customers import NONAME, folded_customers, knows_revenue
from costcalc.render.plan.lines import table_at
from costcalc.render.plan.months import month_figures
from costcalc.render.words import counted, long_month_text, percent_text, plain_percent
from costcalc.reports.handout import Handout
from costcalc.reports.plan.model import Plan
from costcalc.reports.plan.totals import Totals
from costcalc.reports.sliders import MOST_CHARACTERS, Knob, Sliders

Json = Any


def turning_json(handout: Handout) -> Json | None:
    """All that moves with the sliders; None where nothing does."""
    found = handout.sliders
    if isinstance(found, str):
        return None
    made = _Figures(handout.plan, found).json()
    return made if len(json.dumps(made)) <= MOST_CHARACTERS else None


class _Figures:
    """Amounts as whole numbers: the value is the number divided by the page's denominator."""

    def __init__(self, plan: Plan, sliders: Sliders) -> None:
        self.plan, self.sliders = plan, sliders
        self.denominator = lcm(*(each.denominator for each in self._fractions()))

    def json(self) -> Json:
        plan, sliders = self.plan, self.sliders
        floor = plan.floor
        return {
            "currency": plan.currency,
            "digits": minor_digits(plan.currency),
            "denominator": str(self.denominator),
            "rise": _knob(sliders.rise),
            "passed": _knob(sliders.passed),
            "ranges": list(sliders.ranges),
            "floor": None if floor is None else [str(floor.numerator), str(floor.denominator), plain_percent(floor)],
            "today": self.totals(plan.today),
            "marginWords": [
                part_words(plan.coverage),
                most_words(plan.coverage),
                shares_text(plan.coverage, ": "),
            ],
            "long": [long_month_text(month.month) for month in plan.months],
            "several": counted(len(plan.months), "month"),
            "before": [self.totals(month.before) for month in plan.months],
            "totalBefore": _coins(month_figures(plan)[1].before, plan),
            "months": [[self.totals(totals) for totals in month] for month in sliders.months],
            "bridge": [[self.totals(last), self.totals(whole)] for last, whole in sliders.bridge],
            "rows": shown_steps(plan),
            "end": TO_THE_SCENARIO,
            "lines": self.lines(),
            "linesShown": LINES_SHOWN,
            "customers": self.customers() if has_customers(plan) else None,
            "ways": [
                [str(ways.margin.numerator), str(ways.margin.denominator), percent_text(ways.margin)]
                for ways in ways_of(plan)
                if ways.price
            ],
        }

    def totals(self, totals: Totals) -> Json:
        """[cost, other costs, revenue, covered cost]; null: unknown."""
        unknown = [totals.revenue, totals.covered]
        return [self.amount(totals.cost), self.amount(totals.other), *(None if each is None else self.amount(each) for each in unknown)]  # fmt: skip

    def amount(self, number: Any) -> Json:
        """A whole number as a text; of a polynomial, [number, power of the rise, power of the pass-through] of each term."""
        powers = {(product.count(0), product.count(1)): each for product, each in poly(number).terms.items()}
        listed = [[str(int(each * self.denominator)), *power] for power, each in sorted(powers.items())]
        if not listed:
            return "0"
        return listed[0][0] if [*powers] == [(0, 0)] else listed

    def lines(self) -> Json:
        """Each line's names by their place in the alphabet, whether it has a price, and its cost before and then."""
        plan, by = self.plan, self.plan.by
        holes = table_at(plan, -1).holes
        ranks = [ranks_of([line.key[place] for line in plan.lines]) for place in range(len(by))]
        return [
            [
                [ranks[place][name or ""] for place, name in enumerate(line.key)],
                int(is_unpriced(holes, [line])),
                self.amount(line.last_before),
                self.amount(self._line(line.key)),
            ]
            for line in plan.lines
        ]

    def customers(self) -> Json:
        """Rows as the table has them: name, place in the alphabet, today and then; and whether revenue is known."""
        plan = self.plan
        lines, folded = folded_customers(plan, CUSTOMERS_SHOWN)
        ranks = ranks_of([line.name for line in plan.customers])
        shown = lines[:-1] if folded else lines
        rest = plan.customers[len(shown) :]
        then = [self.sliders.customers.get(line.name, Totals(Fraction())) for line in shown]
        rows = [
            [line.name or NONAME, ranks[line.name or ""], int(bool(line.name)), self.totals(line.today), self.totals(last)]
            for line, last in zip(shown, then, strict=True)
        ]  # fmt: skip
        more = [[self.totals(line.today), self.totals(self.sliders.customers.get(line.name, Totals(Fraction())))] for line in rest]  # fmt: skip
        return {
            "rows": rows,
            "more": more,
            "revenue": knows_revenue(plan),
            "names": [line.name or "" for line in rest],
        }

    def _line(self, key: LineKey) -> Any:
        return self.sliders.lines.get(key, Fraction())

    def _fractions(self) -> Iterator[Fraction]:
        plan, sliders = self.plan, self.sliders
        listed = [plan.today, *(month.before for month in plan.months)]
        listed += [totals for month in sliders.months for totals in month]
        listed += [totals for step in sliders.bridge for totals in step]
        listed += [line.today for line in plan.customers]
        listed += list(sliders.customers.values())
        for totals in listed:
            for number in (totals.cost, totals.other, totals.revenue, totals.covered):
                yield from poly(number or 0).terms.values()
        for line in plan.lines:
            yield line.last_before
            yield from poly(self._line(line.key)).terms.values()


def _knob(knob: Knob) -> Json:
    """`tick` is what one tick turns, `shown` what it is called."""
    return {
        "most": knob.most,
        "start": knob.start,
        "tick": [str(knob.tick.numerator), str(knob.tick.denominator)],
        "shown": [str(knob.shown.numerator), str(knob.shown.denominator)],
        "isHike": knob.is_hike,
    }


def _coins(amount: Any, plan: Plan) -> str:
    return str(int(amount.scaleb(minor_digits(plan.currency))))
