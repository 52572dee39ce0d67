"""Assumed: which figures rest on more than the log and the list, how much cost that is, and within which bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.meters import meters, parts_within
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.rating.cuts import model_cuts
from costcalc.rating.kinds import Amounts, ChargeKey
from costcalc.rating.model import Assumption, Charge, PriceKey
from costcalc.rating.quotes import Quote
from costcalc.usage.ledger import UsageLedger

if TYPE_CHECKING:
    from costcalc.rating.rate import Rater

_TEXTS = {
    "start-unknown": "priced with a list whose start is unknown, before the day it was first seen",
    "band-from-mean": "rows of many requests: price band taken from their mean length",
    "band-unknown": "rows of many requests, number unknown: lowest price band assumed",
    "thinking-unknown": "rows of many requests that reasoned: all output priced as thinking where half of it or more is reasoning, else the reasoning alone",
    "bill-pooled": "bills of several rows: a rise of some meters by what the list says of them together",
    "hours-weighted": "buckets that span several prices: weighted by hours",
}

_NAMED = 4  # models in a sentence


class Assumed:
    """Notes made while charges are made; what was never assumed is never listed."""

    def __init__(self) -> None:
        self._cost: dict[str, Fraction] = {}
        self._below: dict[str, Fraction] = {}  # how much lower the cost would be at the cheapest reading
        self._above: dict[str, Fraction] = {}
        self._cuts: dict[tuple[str, str, str], tuple[list[int], list[int]]] = {}
        self._makers: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        self._parts: dict[str, None] = {}  # "cached input as input"
        self._only_lists: dict[tuple[str, str], list[str]] = {}
        self._free: dict[str, int] = {}  # rows by model
        self.default_regions: dict[str, ResolvedModel] = {}
        self.without_commitments = False  # a part of the usage cannot be held against what all of it must come to
        self.undated_rows = 0  # their price day is that of their file's last change, which a copy moves
        self.spans_lines = False  # a bucket lies on several of the report's days or months

    def note_list(self, found: ResolvedModel, pricebook: Pricebook) -> None:
        """Whose list decided: the maker's where others sell the model too, the default one of several."""
        if found.also_sold_by:
            self._makers.setdefault((found.provider, found.also_sold_by), []).append(found.model)
        if found.region_how == "default" and pricebook.other_lists(found):
            self.default_regions.setdefault(found.provider, found)
        if found.region_how == "only list" and len(pricebook.by_provider[found.provider]) > 1:
            self._only_lists.setdefault((found.provider, found.region), []).append(found.model)

    def note_charges(
        self, kind: ChargeKey, sums: Amounts, charges: Sequence[Charge], quote: Quote, rater: Rater
    ) -> None:
        cost = sum((charge.cost.before for charge in charges), Fraction())
        assert kind.key is not None
        if quote.is_estimate:
            self._note("start-unknown", cost)
        elif single := [charge.cost.before for charge in charges if charge.meter in quote.estimated_meters]:
            self._note("start-unknown", sum(single, Fraction()))
        self._note_parts(sums, charges, quote, rater.ledger)
        if kind.weighted:
            self._note("hours-weighted", cost)
            if kind.key.off_peak is not None:
                both = [rater.cost_at(replace(kind.key, off_peak=off), kind, sums) for off in (True, False)]
                self._bound("hours-weighted", cost, [value for value in both if value is not None])
        if kind.band_basis in ("mean", "unknown"):
            self._note_band(kind, sums, cost, rater)
        if kind.thinking_assumed:
            readings = [rater.cost_at(replace(kind.key, thinking=mode), kind, sums) for mode in (None, True)]
            self._note_readings("thinking-unknown", cost, readings)

    def _note_parts(self, sums: Amounts, charges: Sequence[Charge], quote: Quote, ledger: UsageLedger) -> None:
        """Parts without a price of their own, at that of what they are part of. Of reasoning that is the vendors' rule."""
        known, unit = meters().by_name, {charge.meter: charge for charge in charges if charge.quantity}
        reported = dict(zip(ledger.meters, sums.quantities, strict=True))
        within = parts_within(reported, quote.rates)  # type: ignore[arg-type]
        for whole, parts in within.items():
            own = {
                name: count
                for name, count in parts.items()
                if name not in quote.rates and known[name].part_of == whole and name != "reasoning_tokens"
            }
            if own and whole in unit and unit[whole].cost.before:
                price = unit[whole].cost.before / unit[whole].quantity
                self._note("part-with-whole", price * min(Fraction(sum(own.values())), unit[whole].quantity))
                self._parts |= {f"{known[name].label} as {known[whole].label}": None for name in own}

    def note_free(self, kind: ChargeKey, sums: Amounts) -> None:
        """Usage that costs 0 as the log states it, of a model that no list prices."""
        name = f"{kind.provider}/{kind.model}"
        self._free[name] = self._free.get(name, 0) + sums.rows

    def note_shared_bill(self, amount: Fraction) -> None:
        """A bill of several days was shared out by hours because a rise begins within them."""
        self._note("hours-weighted", amount)

    def note_pooled_bill(self, amount: Fraction) -> None:
        """A bill of several rows takes a rise of some meters by the list of them together."""
        self._note("bill-pooled", amount)

    def _note_band(self, kind: ChargeKey, sums: Amounts, cost: Fraction, rater: Rater) -> None:
        assert kind.key is not None
        lengths = self._lengths(kind.key, sums, rater)
        if len(lengths) < 2:
            return
        keys = [replace(kind.key, input_over=over, output_over=output_over) for over, output_over in lengths]
        readings = [rater.cost_at(key, kind, sums) for key in (kind.key, *keys)]
        if kind.band_basis == "unknown":
            self._note_readings("band-unknown", cost, readings)
        elif len({*readings}) > 1:
            self._note("band-from-mean", cost)

    def _note_readings(self, code: str, cost: Fraction, readings: Sequence[Fraction | None]) -> None:
        """What the usage would have cost as read, and otherwise: nothing is assumed where that is the same."""
        if len({*readings}) > 1:
            self._note(code, cost)
            self._bound(code, cost, [cost, *(value for value in readings if value is not None)])

    def _lengths(self, key: PriceKey, sums: Amounts, rater: Rater) -> list[tuple[int, int]]:
        """(input above, output above) of the bands that a request of these could lie in: none is longer than all."""
        place = (key.provider, key.region, key.model)
        if place not in self._cuts:
            both = model_cuts(rater.pricebook.book(key.provider, key.region), key.model)
            self._cuts[place] = (sorted(both[0]), sorted(both[1]))
        inputs, outputs = self._cuts[place]
        if not inputs and not outputs:
            return []
        names = rater.ledger.meters
        read, written = (
            sums.quantities[names.index(name)] if name in names else 0 for name in ("input_tokens", "output_tokens")
        )
        return [
            (over, output_over)
            for over in (0, *(cut for cut in inputs if cut < read))
            for output_over in (0, *(cut for cut in outputs if cut < written))
        ]

    def _note(self, code: str, cost: Fraction) -> None:
        self._cost[code] = self._cost.get(code, Fraction()) + cost

    def _bound(self, code: str, cost: Fraction, readings: Sequence[Fraction]) -> None:
        if readings:
            self._below[code] = self._below.get(code, Fraction()) + max(cost - min(readings), Fraction())
            self._above[code] = self._above.get(code, Fraction()) + max(max(readings) - cost, Fraction())

    def _parts_text(self) -> str:
        return f"no price of its own in the list, billed with its whole: {', '.join(sorted(self._parts))}"

    def listed(self, total: Fraction) -> tuple[Assumption, ...]:
        """Every assumption that was made, with the total's bounds where they differ from it."""
        regions = [
            Assumption("default-region", f"{found.provider}: list of {found.region} (default)")
            for found in self.default_regions.values()
        ]
        regions += [
            Assumption("only-list", f"{provider}: {', '.join(sorted(set(models)))} only on the list of {region}")
            for (provider, region), models in self._only_lists.items()
        ]
        regions += [
            Assumption(
                "makers-list",
                f"the log does not say who bills {', '.join(sorted(set(models)))}: list of {maker}; also sold by {', '.join(others)}",
            )
            for (maker, others), models in self._makers.items()
        ]
        if self.spans_lines:
            regions.append(
                Assumption("bucket-on-first-day", "rows that span several days or months stand on their first")
            )
        if self.without_commitments:
            text = "commitments are left out: only a part of the usage was chosen"
            regions.append(Assumption("commitments-left-out", text))
        if self._free:
            rows, names = sum(self._free.values()), sorted(self._free, key=lambda name: (-self._free[name], name))
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            text = f"{rows:,} {'row states' if rows == 1 else 'rows state'} a cost of 0 for a model that no list prices, and 0 is taken (--basis list: unpriced): {', '.join(names[:_NAMED])}{more}"
            regions.append(Assumption("stated-zero", text))
        if self.undated_rows:
            text = f"rows without a time, priced as of the day of their file's last change: {self.undated_rows:,}"
            regions.append(Assumption("undated", text))
        others = []
        for code, text in {**_TEXTS, "part-with-whole": self._parts_text()}.items():
            if code in self._cost:
                below, above = self._below.get(code), self._above.get(code)
                differs = bool(below or above)
                others.append(
                    Assumption(
                        code,
                        text,
                        self._cost[code],
                        total - (below or Fraction()) if differs else None,
                        total + (above or Fraction()) if differs else None,
                    )
                )
        return (*regions, *others)
