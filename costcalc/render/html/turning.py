"""Turning: the amounts that the page's script computes with, by the rises that multiply them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costcalc.money import minor_digits
from costcalc.months.turning import UNRAISED, ByRises, Rises
from costcalc.rating.totals import Totals
from costcalc.render.coverage import most_words, part_words, shares_text
from costcalc.render.html.sections import CUSTOMERS_SHOWN, LINES_SHOWN, has_customers, ranks_of
from costcalc.render.plan.answers import ways_of
from costcalc.render.plan.bridge import TO_THE_SCENARIO, shown_steps
from costcalc.render.plan.customers import NONAME, folded_customers, knows_revenue
from costcalc.render.plan.headline import contract_words, lacking_ahead, unpriced_ahead, unpriced_words
from costcalc.render.plan.lines import table_at
from costcalc.render.plan.months import month_figures
from costcalc.render.words import counted, long_month_text, plain_percent
from costcalc.reports.handout import Handout
from costcalc.reports.plan.model import CustomerLine, Plan
from costcalc.reports.sliders import MOST_CHARACTERS, OpenTotals, Slider, Sliders
from costcalc.scenario.model import VARIANTS

Json = Any


def turning_json(handout: Handout) -> Json | None:
    """All that moves with the sliders; None where nothing does."""
    found = handout.sliders
    if isinstance(found, str):
        return None
    made = _Figures(handout.plan, found).json()
    return made if len(json.dumps(made)) <= MOST_CHARACTERS else None


class _Figures:
    """A sum of [number, position of a set of rises] for each amount that moves, a number for each that does not."""

    def __init__(self, plan: Plan, sliders: Sliders) -> None:
        self.plan, self.sliders = plan, sliders
        self.sets: dict[Rises, int] = {UNRAISED: 0}

    def json(self) -> Json:
        plan, sliders = self.plan, self.sliders
        floor = plan.floor
        return {
            "currency": plan.currency,
            "digits": minor_digits(plan.currency),
            "rise": _slider(sliders.rise),
            "passed": _slider(sliders.passed),
            "ranges": list(sliders.ranges),
            "floor": None if floor is None else [float(floor), plain_percent(floor)],
            "today": self.totals(plan.today),
            "lacking": lacking_ahead(plan),
            "contracts": contract_words(plan),
            "unpriced": unpriced_words(plan),
            "isLess": bool(unpriced_ahead(plan)),
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
            "ways": [float(ways.margin) for ways in ways_of(plan) if ways.price],
            "rises": [
                [*(float(each.change.rise(end)) for end in VARIANTS), int(each.is_passed)] for each in sliders.rises
            ],
            "sets": [*self.sets],  # of rises: all that the amounts above hold
        }

    def totals(self, totals: Totals | OpenTotals) -> Json:
        """[cost, other costs, revenue, covered cost]; null: unknown."""
        unknown = [totals.revenue, totals.covered]
        return [self.amount(totals.cost), self.amount(totals.other), *(None if each is None else self.amount(each) for each in unknown)]  # fmt: skip

    def amount(self, number: Fraction | ByRises) -> Json:
        if not isinstance(number, Mapping):
            return _number(number)
        listed = [
            [_number(each), self.sets.setdefault(rises, len(self.sets))] for rises, each in number.items() if each
        ]
        return listed if any(place for _, place in listed) else sum(each for each, _ in listed)

    def lines(self) -> Json:
        """Each line's names by their place in the alphabet, whether it has a price, and its cost before and then."""
        plan, by = self.plan, self.plan.by
        lines = table_at(plan, -1).lines
        ranks = [ranks_of([line.key[place] for line in plan.lines]) for place in range(len(by))]
        return [
            [
                [ranks[place][name or ""] for place, name in enumerate(line.key)],
                int(not now.basis),
                self.amount(line.last_before),
                self.amount(self.sliders.lines.get(line.key, {})),
            ]
            for line, now in zip(plan.lines, lines, strict=True)
        ]

    def customers(self) -> Json:
        """Rows as the table has them: name, place in the alphabet, today and then; and whether revenue is known."""
        plan = self.plan
        lines, folded = folded_customers(plan, CUSTOMERS_SHOWN)
        ranks = ranks_of([line.name for line in plan.customers])
        shown = lines[:-1] if folded else lines
        rest = plan.customers[len(shown) :]
        rows = [
            [line.name or NONAME, ranks[line.name or ""], int(bool(line.name)), *self._today_and_then(line)]
            for line in shown
        ]
        return {
            "rows": rows,
            "more": [self._today_and_then(line) for line in rest],
            "revenue": knows_revenue(plan),
            "names": [line.name or "" for line in rest],
        }

    def _today_and_then(self, line: CustomerLine) -> Json:
        """Totals; where something of them has no price, with 1, and where nothing has one with 2."""
        turned = self.sliders.customers.get(line.name, Totals(Fraction()))
        return [
            [*self.totals(of), *([] if known.is_whole else [1 if known.is_priced else 2])]
            for of, known in ((line.today, line.today), (turned, line.last))
        ]


def _slider(slider: Slider) -> Json:
    """`ticks` make one whole, `shown` is what one is called."""
    return {
        "most": slider.most,
        "start": slider.start,
        "ticks": 1 / float(slider.tick),
        "shown": float(slider.shown),
        "isHike": slider.is_hike,
    }


def _number(amount: Fraction) -> float:
    """To twelve digits, as amounts of months to come are computed; a whole number without its point."""
    found = float(f"{float(amount):.12g}")
    return int(found) if found.is_integer() else found


def _coins(amount: Decimal, plan: Plan) -> int:
    return int(amount.scaleb(minor_digits(plan.currency)))
