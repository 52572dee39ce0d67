"""Rate: every group of a ledger meets its price; what has none is listed, what was assumed is said."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from math import prod

from costcalc.calendar import Month, day_of, midnights_utc, month_of, utc_day
from costcalc.files import collector_paused
from costcalc.meters import billable_counts, meters
from costcalc.money import sum_if_known
from costcalc.pricebook.fx import FxTable, NoRate
from costcalc.pricebook.resolve import Pricebook, ResolvedModel, Unresolved
from costcalc.pricebook.schedule import edges_utc
from costcalc.pricebook.summary import summary_of
from costcalc.pricebook.terms import Commitment
from costcalc.problems import fail
from costcalc.rating.assumed import Assumed
from costcalc.rating.commitments import SHORTFALL, Days, Tally, settle, tally_of
from costcalc.rating.cuts import model_cuts, split_of
from costcalc.rating.earners import earned_of
from costcalc.rating.kinds import Amounts, ChargeKey
from costcalc.rating.lackingrates import Lacking, lacking_rates
from costcalc.rating.model import ZERO, Basis, Charge, Committed, Cost, LineKey, PriceKey, RateUsed, Rating, Unpriced
from costcalc.rating.quotes import ONE, Quote, Quotes, days_of, why_unpriced
from costcalc.rating.unpriced import PriceHints
from costcalc.records import dataclass
from costcalc.scenario.model import VARIANTS, PriceChange, PriceChanges, unit_price
from costcalc.usage.ledger import UsageGroup, UsageLedger, covered_days, first_day_of

NO_CHANGES = PriceChanges()
_FACTORS = tuple(partial(PriceChange.factor, variant=variant) for variant in VARIANTS)
Met = tuple[Fraction, PriceKey | None, Month, date]  # a share of a group, its price, and when
MetAll = tuple[list[Met], bool]  # all shares of a group, and whether their prices differ
TIME_FIELDS = ("day", "month")
PARTING = ("meter", "basis")  # names of a line that part one request
PRICE_FIELDS = ("provider", "model", "region", "service_tier", "meter", "basis", "format", *TIME_FIELDS)


@dataclass(frozen=True, slots=True)
class InstantLabel:
    """A name for an instant, such as whether it lies in some hours of the day; it changes at `edges` only."""

    of: Callable[[int], str]  # epoch seconds → the name
    edges: frozenset[int]  # seconds after 00:00 UTC


@dataclass(frozen=True, slots=True)
class RatingOptions:
    """How a ledger is rated."""

    by: tuple[str, ...] = ("provider", "model")
    basis: str = "auto"  # auto: a provider's bill wins; billed: any stated cost wins; else the pricebook only,
    # contracted: with your contracts' discounts, list: without them
    currency: str | None = None  # None: the one currency of all charges, else USD
    timezone: str = "UTC"  # of report days
    labels: Mapping[str, InstantLabel] = field(default_factory=dict)  # further names that `by` may hold
    keeps_lengths: bool = False  # lengths of usage that no book knows stay apart: it may move to a model with bands


USUAL = RatingOptions()


@dataclass(frozen=True, slots=True)
class UnitCost:
    """The cost of one unit, by the list and under the contracts; where no discount applies, one and the same."""

    listed: Cost
    contracted: Cost


def rate(
    ledger: UsageLedger,
    pricebook: Pricebook,
    fx: FxTable,
    options: RatingOptions = USUAL,
    changes: PriceChanges = NO_CHANGES,
) -> Rating:
    """The ledger's cost before the changes and with them.

    CostcalcError: a currency without a rate; a ledger that was counted without the cuts these prices need.
    """
    return Rater(ledger, pricebook, fx, options, changes).rating()


class Rater:
    """One rating in progress: lookups are made once, amounts are added before they are priced."""

    def __init__(
        self, ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: RatingOptions, changes: PriceChanges = NO_CHANGES,
        targets: Sequence[ResolvedModel] = (),
    ) -> None:  # fmt: skip
        self.pricebook = pricebook.at_list() if options.basis == "list" else pricebook
        self.ledger, self.fx, self.options, self.changes = ledger, fx, options, changes
        self.quotes = Quotes(self.pricebook, changes.days(), targets, ledger.dimensions)
        self.commitments = () if ledger.is_part else self.pricebook.terms.commitments
        self.bill_days = bill_days_of(changes.days(), self.commitments)
        self.currency = options.currency or ""
        self.unit_costs: dict[tuple[PriceKey, Month], dict[str, UnitCost]] = {}
        self.resolved: dict[tuple[str | None, str, str | None], ResolvedModel | Unresolved] = {}
        self.rates_used: dict[RateUsed, None] = {}
        self.assumed = Assumed()
        self.amounts: dict[ChargeKey, Amounts] = {}
        self.made: dict[
            ChargeKey, tuple[list[Charge], list[Unpriced]]
        ] = {}  # filled by the rating: what became of each kind
        # Of every group: its kinds, and how much of each.
        self.shares: list[list[tuple[ChargeKey, Fraction]]] = []
        self.committed: list[Committed] = []  # filled by the rating
        self.splits = {tuple(split) for split in ledger.cuts.splits}
        self._noting = True  # assumptions are those of the log's own time
        self._has_instants = any(group.until is None and not group.naive for group in ledger.groups)
        if ledger.joining:
            ledger.joining.check(options.by, options.labels, changes.days())
        self._check_dimensions()
        if {*TIME_FIELDS} & {*options.by}:
            self._check_day_edges(options.timezone)
        for name, label in options.labels.items():
            self._check_label(name, label)
        for target in targets:
            self.check(target)

    @collector_paused()
    def rating(self) -> Rating:
        """The charges of the ledger's own time; `self.amounts` keeps what they were made of."""
        amounts = self.amounts = self.add_up()
        self.currency = self.options.currency or self._common_currency(amounts)
        charges: list[Charge] = []
        unpriced: list[Unpriced] = []
        lacking: set[ChargeKey] = set()
        tally = tally_of(self.commitments)
        no_rate: list[Lacking] = []
        for kind, sums in amounts.items():
            try:
                made, missing = self.made[kind] = self.charge(kind, sums)
            except NoRate as error:
                no_rate.append((error, kind, sums))
                continue
            charges += made
            unpriced += missing
            for charge in made:
                tally.add(charge, kind.month, charge.cost)
            if missing:
                lacking.add(kind)
        if no_rate:
            raise lacking_rates(self, no_rate)
        earned = earned_of(self, lacking, self.exchange)
        self._noting = False
        self.committed = self._settled(tally)
        charges += [self._shortfall(part) for part in self.committed if part.shortfall != ZERO]
        if self.ledger.breakdown is None:  # else its names come first
            unpriced = PriceHints(self.pricebook, self.ledger.sources).given(as_one(unpriced))
        self.assumed.undated_rows = self.ledger.undated_rows
        self.assumed.without_commitments = bool(self.ledger.is_part and self.pricebook.terms.commitments)
        assumptions = self.assumed.listed(sum((c.cost.before for c in charges), Fraction()))
        return Rating(
            self.currency,
            self.options.by,
            charges,
            unpriced,
            assumptions,
            self._all_tokens(),
            tuple(self.rates_used),
            earned.by_line,
            earned.by_currency,
            earned.without_cost,
            not any(group.earns == "whole" for group in self.ledger.groups),
            earned.lacks_cost,
            tuple(self.committed),
            earned.contracts,
        )

    def _settled(self, tally: Tally) -> list[Committed]:
        """Every month of the log against the commitments."""
        providers = {commitment: commitment.selector.provider for commitment in self.commitments}
        covered = {each: days for each, provider in providers.items() if (days := self._covered(provider))}
        if not covered:
            return []
        month = month_of(min(first for first, _ in covered.values()))
        end = max(end for _, end in covered.values())
        found: list[Committed] = []
        while month.first < end:
            found += settle(tally, month, covered, self.exchange)
            month = month.next
        return found

    def _covered(self, provider: str) -> Days | None:
        """The days that the log covers, in the provider's zone."""
        books = self.pricebook.by_provider.get(provider)
        first, last = covered_days(self.ledger, books[0].timezone if books else self.options.timezone)
        return (first, last + timedelta(days=1)) if first and last else None

    def _shortfall(self, part: Committed) -> Charge:
        provider = part.commitment.selector.provider
        who = provider if provider != "*" else "any"
        last = part.month.first + timedelta(days=part.days - 1)
        named = {"provider": who, "month": str(part.month), "day": str(last), "basis": "contracted"}
        free = [name for name in self.options.by if name not in named]
        shown = "model" if "model" in free else free[0] if free else ""
        line = tuple(SHORTFALL if name == shown else named.get(name) for name in self.options.by)
        return Charge(
            line, who, SHORTFALL, None, Fraction(), part.shortfall, "contracted", None, is_shortfall=True, day=last
        )

    def add_up(self) -> dict[ChargeKey, Amounts]:
        """Amounts by kind: groups that no price and no line tells apart come together."""
        found: dict[ChargeKey, Amounts] = {}
        self.shares = []
        moments: dict[tuple[object, ...], MetAll] = {}
        kinds: dict[tuple[object, ...], tuple[ChargeKey, Amounts]] = {}
        width = len(self.ledger.meters)
        for group in self.ledger.groups:
            resolved = self.resolve(group)
            place = (
                group.provider, group.model, group.region, group.service_tier, group.thinking,
                group.input_over, group.output_over, group.at, group.until, group.naive, self.quotes.labels_of(group),
            )  # fmt: skip
            met = moments.get(place)
            if met is None:
                met = moments[place] = self._moments(group, resolved)
            line = self.line_of(group, resolved)
            if group.until is not None and self._spans_lines(group):
                self.assumed.spans_lines = True
            shares: list[tuple[ChargeKey, Fraction]] = []
            for position, (weight, key, month, day) in enumerate(met[0]):
                short = (
                    line, key, month, group.band_basis, group.cost_kind, group.billed_currency, group.billed_meter,
                    group.earns, group.earns_in, met[1], group.mix, group.thinking_assumed,
                    None if key else (group.provider, group.model, day, self._lengths_of(group), group.is_idle),
                )  # fmt: skip
                if short not in kinds:
                    kind = self._kind(group, resolved, line, (weight, key, month, day), met[1])
                    # Two names of one provider make one kind.
                    kinds[short] = kind, found.setdefault(kind, Amounts(width))
                kind, sums = kinds[short]
                sums.add(group, weight, position == 0)
                shares.append((kind, weight))
            self.shares.append(shares)
        return found

    def charge(self, kind: ChargeKey, sums: Amounts) -> tuple[list[Charge], list[Unpriced]]:
        """The charges of one kind, by the basis that was asked for."""
        if self.bill_wins(kind, sums):
            return [self._stated(kind, sums)], []
        if kind.states_revenue_alone:
            return [], []
        charges, unpriced = self.by_list(kind, sums)
        if unpriced and self.may_stand_in(sums) and not any(part.meter for part in unpriced):
            return [self._stated(kind, sums)], []
        return charges, unpriced

    def _stated(self, kind: ChargeKey, sums: Amounts) -> Charge:
        """The cost that its rows state: 0 is a value, and said where no list has a price that it could be held against."""
        if not sums.cost and any(sums.quantities) and not self._is_listed(kind, sums):
            self.assumed.note_free(kind, sums)
        return self._billed(kind, sums)

    def bill_wins(self, kind: ChargeKey, sums: Amounts) -> bool:
        basis = self.options.basis
        return sums.has_cost and (basis == "billed" or (basis == "auto" and kind.cost_kind == "billed"))

    def is_of_bill(self, kind: ChargeKey, sums: Amounts) -> bool:
        """Whether the basis takes the stated cost: it was billed, or stands in for a price that no list has."""
        return self.bill_wins(kind, sums) or (self.may_stand_in(sums) and not self._is_listed(kind, sums))

    def _is_listed(self, kind: ChargeKey, sums: Amounts) -> bool:
        """Whether its list has a price for what it counts."""
        rates = self.quotes.quote(kind.key).rates if kind.key else {}
        return bool(rates) and not kind.is_uncounted(
            sums.requests, self._counts(sums, rates.keys()), has_cost=sums.has_cost
        )

    def has_cost(self, kind: ChargeKey) -> bool:
        """Whether the rating that was made charged anything for it."""
        return bool(self.made[kind][0])

    def may_stand_in(self, sums: Amounts) -> bool:
        return sums.has_cost and self.options.basis in ("auto", "billed")

    def resolve(self, group: UsageGroup) -> ResolvedModel | Unresolved:
        who = (group.provider, group.model, group.region)
        found = self.resolved.get(who)
        if found is None:
            found = self.pricebook.resolve(group.model, group.provider, group.region)
            if isinstance(found, ResolvedModel):
                self.check(found)
                self.assumed.note_list(found, self.pricebook)
            self.resolved[who] = found
        return found

    def line_of(self, group: UsageGroup, resolved: ResolvedModel | Unresolved) -> LineKey:
        return tuple(self._field(name, group, resolved) for name in self.options.by)

    def _spans_lines(self, group: UsageGroup) -> bool:
        """Whether a bucket lies on several of the report's days or months: its line is that of the first."""
        asked = {*TIME_FIELDS} & {*self.options.by}
        if not asked or group.until is None:
            return False
        first, last = (
            utc_day(at) if group.naive else day_of(at, self.options.timezone) for at in (group.at, group.until - 1)
        )
        return first != last if "day" in asked else month_of(first) != month_of(last)

    def unit_cost(self, key: PriceKey, month: Month) -> dict[str, UnitCost]:
        """The cost of one unit of each priced meter, in the report's currency, before and with the changes."""
        found = self.unit_costs.get((key, month))
        if found is None:
            quote = self.quotes.quote(key)
            rate = self.exchange(quote.book.currency, month)
            matching = () if quote.is_locked else self.changes.matching(key.provider, *quote.names)
            found = {}
            for meter, quoted in quote.rates.items():
                listed = Cost(
                    quoted.listed * rate,
                    *(
                        unit_price(
                            quoted.price,
                            quoted.share,
                            quoted.from_standard,
                            quoted.line or meter,
                            matching,
                            key.day,
                            factor,
                        )
                        * rate
                        for factor in _FACTORS
                    ),
                )
                found[meter] = UnitCost(listed, listed if quoted.left == 1 else listed * quoted.left)
            self.unit_costs[key, month] = found
        return found

    def exchange(self, currency: str, month: Month) -> Fraction:
        if currency == self.currency:
            return ONE
        found = self.fx.rate(currency, self.currency, month)
        used = RateUsed(currency, self.currency, found.rate, month, found.month_used, found.basis, found.held)
        self.rates_used[used] = None
        return found.rate

    def by_list(self, kind: ChargeKey, sums: Amounts) -> tuple[list[Charge], list[Unpriced]]:
        """The charges that the pricebook makes, and what it has no price for."""
        if kind.key is None:
            return [], [self._unpriced(kind, sums, kind.reason)]
        quote = self.quotes.quote(kind.key)
        counts = self._counts(sums, quote.rates.keys())
        known = meters().by_name
        missing = [name for name, count in counts.items() if name not in quote.rates]
        if not quote.rates or any(known[name].unit == "token" for name in missing):
            of_tokens = (name for name in missing if known[name].unit == "token")
            meter = next(of_tokens, next(iter(missing), "tokens"))
            return [], [self._unpriced(kind, sums, why_unpriced(quote, kind.key, meter))]
        if kind.is_uncounted(sums.requests, counts, has_cost=sums.has_cost):
            return [], [self._unpriced(kind, sums, "the log counts requests, and their price is by the token")]
        units = self.unit_cost(kind.key, kind.month)
        charges = [
            self._priced(kind, sums, name, count, units[name], quote.rates[name].line)
            for name, count in counts.items()
            if name not in missing
        ] or [self._charge(kind, sums, None, Fraction(), Cost(), "list")]
        charges[0] = self._with_requests(charges[0], sums)
        if self._noting:
            self.assumed.note_charges(kind, sums, charges, quote, self)
        unpriced = [self._unpriced(kind, sums, why_unpriced(quote, kind.key, name), name) for name in missing]
        if _lacks_requests(sums, quote):
            reason = "a part of the price is by the request, and the log does not say how many requests there were"
            unpriced.append(self._unpriced(kind, sums, reason, "requests"))
        return charges, unpriced

    def _priced(self, kind: ChargeKey, sums: Amounts, meter: str, count: Fraction, unit: UnitCost, line: str) -> Charge:
        charge = self._at_price(kind, sums, meter, count, unit)
        return replace(charge, line_meter=line) if line else charge

    def _at_price(self, kind: ChargeKey, sums: Amounts, meter: str, count: Fraction, unit: UnitCost) -> Charge:
        if unit.contracted is unit.listed:
            return self._charge(kind, sums, meter, count, unit.listed * count, "list")
        charge = self._charge(kind, sums, meter, count, unit.contracted * count, "contracted")
        return replace(charge, listed=unit.listed.before * count)

    def cost_at(self, key: PriceKey, kind: ChargeKey, sums: Amounts) -> Fraction | None:
        """What these quantities would have cost at another price; None where that does not price them."""
        found = self.contracted_cost(replace(kind, key=key), sums)
        return found.before if found else None

    def list_cost(self, kind: ChargeKey, sums: Amounts) -> Cost | None:
        """What the list says for these quantities; None where it does not price them all."""
        return self._cost_of(kind, sums, lambda unit: unit.listed)

    def contracted_cost(self, kind: ChargeKey, sums: Amounts) -> Cost | None:
        """What these quantities cost by the list after the contracts' discounts; None likewise."""
        return self._cost_of(kind, sums, lambda unit: unit.contracted)

    def _cost_of(self, kind: ChargeKey, sums: Amounts, which: Callable[[UnitCost], Cost]) -> Cost | None:
        if kind.key is None:
            return None
        quote = self.quotes.quote(kind.key)
        counts = self._counts(sums, quote.rates.keys())
        if not counts or any(name not in quote.rates for name in counts) or _lacks_requests(sums, quote):
            return None
        units = self.unit_cost(kind.key, kind.month)
        total = Cost()
        for name, count in counts.items():
            total = total + which(units[name]) * count
        return total

    def _billed(self, kind: ChargeKey, sums: Amounts) -> Charge:
        """The stated cost. A contract's discount survives: the changes multiply what was billed."""
        matching = self._in_force(kind)
        unit, applied = self._bill_unit(kind, sums, matching)
        cost = unit * sums.cost
        counted = self._counted(sums, kind.cost_meter)
        charge = self._charge(kind, sums, kind.cost_meter, counted, cost, kind.cost_kind or "billed", not applied)
        if self._noting and kind.weighted:
            self.assumed.note_shared_bill(cost.before)
        selectors = [*(change.selector for change in matching), *(term.selector for term in self.commitments)]
        if kind.cost_meter is None and any(selector.meters for selector in selectors):
            charge = replace(charge, split=self._split(kind, sums))
        return self._with_requests(charge, sums)

    def bill_unit(self, kind: ChargeKey) -> Cost:
        """What one unit of the stated cost of a rated kind comes to, in the report's currency."""
        return self._bill_unit(kind, self.amounts[kind], self._in_force(kind))[0]

    def _bill_unit(self, kind: ChargeKey, sums: Amounts, matching: tuple[PriceChange, ...]) -> tuple[Cost, bool]:
        """The same, and whether the changes could be applied."""
        rate = self.exchange(kind.cost_currency or self.currency, kind.month)
        factors, applied = self._bill_factors(kind, sums, matching)
        return Cost(rate, *(rate * factor for factor in factors)), applied

    def _counted(self, sums: Amounts, meter: str | None) -> Fraction:
        """What rows that bill one meter say of its quantity; 0 where they say nothing."""
        names = self.ledger.meters
        return Fraction(sums.quantities[names.index(meter)] if meter in names else 0)

    def _split(self, kind: ChargeKey, sums: Amounts) -> Mapping[str, Fraction]:
        """The share of each meter in what the list says for these quantities; empty where it does not price them."""
        listed = self.list_cost(kind, sums)
        if kind.key is None or listed is None or not listed.before:
            return {}
        units, rates = self.unit_cost(kind.key, kind.month), self.quotes.quote(kind.key).rates
        found: dict[str, Fraction] = {}
        for name, count in self._counts(sums, rates.keys()).items():
            line = rates[name].line or name
            found[line] = found.get(line, Fraction()) + units[name].listed.before * count / listed.before
        return found

    def _bill_factors(
        self, kind: ChargeKey, sums: Amounts, matching: tuple[PriceChange, ...]
    ) -> tuple[tuple[Fraction, Fraction, Fraction], bool]:
        """By how much a bill rises (low, mid, high), and whether the changes could be applied."""
        meter = kind.cost_meter
        hits = tuple(change for change in matching if meter is None or change.selector.covers(meter))
        simple = tuple(c for c in hits if c.new_rate is None and (meter or c.selector.meters is None))
        if simple == hits:
            return _compound(hits), True
        listed = self.list_cost(kind, sums)
        if listed is None or not listed.before:
            return _compound(simple), False
        if self._noting and sums.rows > 1 and not self._splits(hits):
            self.assumed.note_pooled_bill(sums.cost * self.exchange(kind.cost_currency or self.currency, kind.month))
        return (listed.low / listed.before, listed.mid / listed.before, listed.high / listed.before), True

    def _splits(self, changes: tuple[PriceChange, ...]) -> bool:
        """Whether the ledger keeps bills apart by what these changes raise of them."""
        return all(
            change.selector.meters is None or split_of(change.selector.meters) in self.splits for change in changes
        )

    def _in_force(self, kind: ChargeKey) -> tuple[PriceChange, ...]:
        if self._is_locked(kind):
            return ()
        day = kind.key.day if kind.key else kind.day
        return tuple(c for c in self.changes.matching(kind.provider, *self._names(kind)) if c.applies_on(day))

    def _names(self, kind: ChargeKey) -> tuple[str, ...]:
        return self.quotes.quote(kind.key).names if kind.key else (kind.model,)

    def _is_locked(self, kind: ChargeKey) -> bool:
        return kind.key is not None and self.quotes.quote(kind.key).is_locked

    def counts(self, kind: ChargeKey, sums: Amounts) -> dict[str, Fraction]:
        """The units that its list would bill, by meter; nothing where the kind has no price."""
        return self._counts(sums, self.quotes.quote(kind.key).rates.keys()) if kind.key else {}

    def _counts(self, sums: Amounts, priced: object) -> dict[str, Fraction]:
        reported = dict(zip(self.ledger.meters, sums.quantities, strict=True))
        if "requests" in priced and sums.requests:  # type: ignore[operator]
            reported["requests"] = sums.requests
        counts = billable_counts(reported, priced)  # type: ignore[arg-type]
        known = meters().by_name
        return {name: Fraction(count) / 10 ** known[name].decimals for name, count in counts.items()}

    def _charge(
        self, kind: ChargeKey, sums: Amounts, meter: str | None, quantity: Fraction, cost: Cost, basis: Basis,
        hike_not_applied: bool = False,
    ) -> Charge:  # fmt: skip
        line = self._filled(kind.line, meter, basis)
        return Charge(
            line, kind.provider, kind.model, meter, quantity, cost, basis, kind.key,
            hike_not_applied=hike_not_applied, is_locked=self._is_locked(kind), has_revenue=kind.has_revenue, day=kind.day,
            names=self._names(kind),
        )  # fmt: skip

    def _with_requests(self, charge: Charge, sums: Amounts) -> Charge:
        requests = None if sums.requests is None else Fraction(sums.requests)
        return replace(charge, requests=requests, tokens=self._tokens(sums.quantities), carries_requests=True)

    def _filled(self, line: LineKey, meter: str | None, basis: str) -> LineKey:
        by = self.options.by
        if "meter" not in by and "basis" not in by:
            return line
        late = {"meter": meter or "not split", "basis": basis}
        return tuple(late.get(name, value) for name, value in zip(by, line, strict=True))

    def _unpriced(self, kind: ChargeKey, sums: Amounts, reason: str, meter: str | None = None) -> Unpriced:
        tokens = Fraction() if meter else self._tokens(sums.quantities)
        line = self._filled(kind.line, meter, "unpriced")
        requests = None if sums.requests is None else Fraction(sums.requests)
        return Unpriced(line, kind.provider, kind.model, reason, tokens, requests, sums.rows, meter, kind.key)

    def _moments(self, group: UsageGroup, resolved: ResolvedModel | Unresolved) -> MetAll:
        if isinstance(resolved, Unresolved):
            return self._unpriced_moments(group, resolved)
        moments = self.quotes.moments(group, resolved)
        names = self.pricebook.model(resolved).names
        begins = self._rise_begins(resolved.provider, names, [m.day for m in moments])
        met: list[Met] = [(m.weight, m.key, month_of(m.day), m.day) for m in moments]
        return met, begins or self.quotes.price_differs(moments)

    def _unpriced_moments(self, group: UsageGroup, resolved: Unresolved) -> MetAll:
        """When a model without a book was used, in its provider's zone: a rise and a currency still ask for it."""
        provider = self.provider_of(group, resolved)
        books = self.pricebook.by_provider.get(provider)
        shares: dict[tuple[Month, date], Fraction] = {}
        for weight, day in days_of(group, books[0].timezone if books else "UTC"):
            position = bisect_right(self.bill_days, day)
            place = (month_of(day), self.bill_days[position - 1] if position else date.min)
            shares[place] = shares.get(place, Fraction()) + weight
        met: list[Met] = [(weight, None, month, since) for (month, since), weight in shares.items()]
        return met, self._rise_begins(provider, (resolved.model or group.model,), [since for _, since in shares])

    def _rise_begins(self, provider: str, names: Sequence[str], days: Sequence[date]) -> bool:
        """Whether a rise begins or ends between these days of one bucket."""
        return len(days) > 1 and any(
            day and min(days) < day <= max(days)
            for change in self.changes.matching(provider, *names)
            for day in (change.from_day, change.until_day)
        )

    def _kind(
        self, group: UsageGroup, resolved: ResolvedModel | Unresolved, line: LineKey, met: Met, weighted: bool
    ) -> ChargeKey:
        _, key, month, day = met
        return ChargeKey(
            line, key,
            self.provider_of(group, resolved),
            resolved.model or group.model,
            resolved.reason if isinstance(resolved, Unresolved) else "",
            month, key.day if key else day, group.band_basis, group.cost_kind, group.billed_currency, group.billed_meter,
            group.earns, group.earns_in, weighted, group.mix, group.thinking_assumed,
            (0, 0) if key else self._lengths_of(group), key is None and bool(group.earns) and group.is_idle,
        )  # fmt: skip

    def _lengths_of(self, group: UsageGroup) -> tuple[int, int]:
        return (group.input_over, group.output_over) if self.options.keeps_lengths else (0, 0)

    def provider_of(self, group: UsageGroup, resolved: ResolvedModel | Unresolved) -> str:
        return resolved.provider or (group.provider and self.pricebook.payer_named(group.provider)) or "unknown"

    def _field(self, name: str, group: UsageGroup, resolved: ResolvedModel | Unresolved) -> str | None:
        known = resolved if isinstance(resolved, ResolvedModel) else None
        match name:
            case "provider":
                return self.provider_of(group, resolved)
            case "model":
                return resolved.model or group.model or None
            case "region":
                # One list for everywhere tells no regions apart; the log does.
                is_parted = known and (len(self.pricebook.by_provider[known.provider]) > 1 or not group.region)
                return known.region if known and is_parted else group.region
            case "service_tier":
                return group.service_tier
            case "format":
                return group.source_format
            case "meter" | "basis":
                return None
            case "day" | "month":
                day = first_day_of(group, self.options.timezone)
                return str(day if name == "day" else month_of(day))
        if label := self.options.labels.get(name):
            # Of a bucket of hours or days nobody knows at what time of day its requests were made.
            return None if group.naive or group.until is not None else label.of(group.at)
        if name not in self.ledger.dimensions:
            return None  # its breakdown knows it
        return group.dimensions[self.ledger.dimensions.index(name)]

    def _common_currency(self, amounts: Mapping[ChargeKey, Amounts]) -> str:
        currencies: set[str | None] = set()
        for kind, sums in amounts.items():
            if kind.key and self._is_listed(kind, sums) and not self.bill_wins(kind, sums):
                currencies.add(self.quotes.quote(kind.key).book.currency)
            elif self.may_stand_in(sums):
                currencies.add(kind.cost_currency)
        found = sorted(currency for currency in currencies if currency)
        return found[0] if len(found) == 1 else "USD"

    def _tokens(self, quantities: list[Fraction | int]) -> Fraction:
        whole = (("input_tokens", 1), ("output_tokens", 1))
        names = self.ledger.meters
        return sum((Fraction(quantities[names.index(name)]) for name, _ in whole if name in names), Fraction())

    def _all_tokens(self) -> Fraction:
        places = [i for i, name in enumerate(self.ledger.meters) if name in ("input_tokens", "output_tokens")]
        return Fraction(sum(group.quantities[i] for group in self.ledger.groups for i in places))

    def _check_dimensions(self) -> None:
        for name in self.options.by:
            known = (*PRICE_FIELDS, *self.options.labels, *self.ledger.names)
            if name not in known:
                raise fail(
                    "ledger-without-dimension", f'the ledger was counted without the dimension "{name}"',
                    expected=", ".join((*PRICE_FIELDS, *self.ledger.names)),
                    remedy=f"count again with --by {name}",
                )  # fmt: skip

    def _check_label(self, name: str, label: InstantLabel) -> None:
        if self._has_instants and label.edges - {*self.ledger.cuts.day_edges}:
            raise fail(
                "ledger-without-hours", f"the ledger was counted without the {name}",
                remedy="count the log again with this scenario",
            )  # fmt: skip

    def _check_day_edges(self, timezone: str) -> None:
        if self._has_instants and {*midnights_utc(timezone)} - {*self.ledger.cuts.day_edges}:
            raise fail(
                "ledger-without-day", f"the ledger was counted without the days of {timezone}",
                remedy="count the log again with these pricebooks and this time zone",
            )  # fmt: skip

    def _check_schedule(self, found: ResolvedModel) -> None:
        cuts = self.ledger.cuts
        book = self.pricebook.book(found.provider, found.region)
        names = {block.schedule for model in book.family(found.model) for block in model.blocks if block.schedule}
        edges = {edge for name in names for edge in edges_utc(book.schedules[name])}
        if self._has_instants and (
            edges - {*cuts.day_edges, *cuts.schedule_edges} or (names and found.model not in cuts.scheduled_names)
        ):
            raise fail(
                "ledger-without-hours", f"the ledger was counted without the hours at which {found.model} changes its price",
                remedy="count the log again with these pricebooks",
            )  # fmt: skip

    def _check_labels(self, found: ResolvedModel) -> None:
        book = self.pricebook.book(found.provider, found.region)
        asked: set[str] = set()
        for model in book.family(found.model):
            asked |= {book.modifiers[name].label for block in model.blocks for name in block.modifiers}
            asked |= summary_of(model).labels
        missing = sorted(asked - {*self.ledger.cuts.labels, *self.ledger.dimensions})
        if missing:
            raise fail(
                "ledger-without-label",
                f"the ledger was counted without {missing[0]}, by which {found.model} changes its price",
                remedy="count the log again with these pricebooks",
            )

    def check(self, found: ResolvedModel) -> None:
        """CostcalcError: the ledger was counted without a length, hour or name at which the model changes its price."""
        book = self.pricebook.book(found.provider, found.region)
        self._check_day_edges(book.timezone)
        self._check_schedule(found)
        self._check_labels(found)
        counted = (self.ledger.cuts.input_lengths, self.ledger.cuts.output_lengths)
        for side, asked, told in zip(("input", "output"), model_cuts(book, found.model), counted, strict=True):
            missing = sorted(asked - {*told})
            if missing:
                raise fail(
                    "ledger-without-cut",
                    f"the ledger was counted without the {side} length {missing[0]:,}, where {found.model} changes its price",
                    remedy="count the log again with these pricebooks",
                )


def _lacks_requests(sums: Amounts, quote: Quote) -> bool:
    """Whether a price by the request meets usage whose requests nobody counted: unknown, never none."""
    rate = quote.rates.get("requests")
    return rate is not None and rate.listed != 0 and sums.requests is None


def as_one(unpriced: Iterable[Unpriced]) -> list[Unpriced]:
    """What lacks a price for one reason on one line, added up."""
    found: dict[tuple[object, ...], Unpriced] = {}
    for part in unpriced:
        place = (part.line, part.provider, part.model, part.reason, part.meter, part.key)
        known = found.get(place)
        if known is not None:
            requests = sum_if_known((known.requests, part.requests))
            part = replace(part, tokens=known.tokens + part.tokens, requests=requests, rows=known.rows + part.rows)
        found[place] = part
    return list(found.values())


def bill_days_of(change_days: Iterable[date], commitments: Iterable[Commitment]) -> list[date]:
    """The days that part what no book prices: a rise or a commitment begins or ends."""
    return sorted({*change_days, *(day for c in commitments for day in (c.from_day, c.until_day) if day)})


def _compound(changes: tuple[PriceChange, ...]) -> tuple[Fraction, Fraction, Fraction]:
    low, middle, high = (prod((change.factor(variant) for change in changes), start=ONE) for variant in VARIANTS)
    return low, middle, high
