"""Explanation: which rows, price, tier, band, hours, hike, discount and exchange rate made each figure of a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from costcalc.meters import meters, parts_within
from costcalc.money import sum_if_known
from costcalc.pricebook.fx import FxTable, NoRate
from costcalc.pricebook.model import Book, Bounds, Schedule, Source
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.problems import fail, nearest_names
from costcalc.rating.kinds import Amounts, ChargeKey
from costcalc.rating.model import Basis, Charge, Committed, Cost, LineKey, RateUsed, Rating, Unpriced, sum_costs
from costcalc.rating.quotes import Quote, QuotedRate
from costcalc.rating.rate import NO_CHANGES, Rater, RatingOptions
from costcalc.reports.chain import ChainStep, exchanged, priced_chain, stated_chain
from costcalc.reports.changes import check_changes
from costcalc.reports.lines import Touched, touched_by, touches
from costcalc.reports.usage import OfRating, UsageSummary, summary_of
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.selectors import glob_matches
from costcalc.usage.ledger import UsageLedger


@dataclass(frozen=True, slots=True)
class Selection:
    """Which figures are asked for: lines by their names, a meter. Nothing chosen is everything."""

    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # globs by name: any of them, all names
    meter: str = ""  # a meter, or a group of them: tokens

    @property
    def meters(self) -> frozenset[str] | None:
        return meters().names_of(self.meter) if self.meter else None


@dataclass(frozen=True, slots=True)
class ExplainQuestion:
    """What is asked of an explanation."""

    changes: PriceChanges = NO_CHANGES
    by: tuple[str, ...] = ("provider", "model")
    basis: str = "auto"
    currency: str | None = None
    timezone: str = "UTC"
    choice: Selection = Selection()


@dataclass(frozen=True, slots=True)
class LogName:
    """What the log calls a model, and how that was understood."""

    name: str
    how: str  # exact, alias, pattern, date suffix, latest
    region_how: str  # stated, chosen, default, only list


@dataclass(frozen=True, slots=True)
class Leaf:
    """One figure that is made by one chain: a meter at one price, a stated cost, or what a commitment lacks."""

    meter: str | None  # None: a stated cost without a split by meter
    basis: Basis
    quantity: Fraction  # billable: in units of the meter
    steps: tuple[ChainStep, ...]  # none: nothing was counted that has a price
    cost: Cost
    taken: Mapping[str, Fraction] = field(default_factory=dict)  # parts with a price of their own
    kept: Mapping[str, Fraction] = field(default_factory=dict)  # parts without one: billed with this meter
    quoted: QuotedRate | None = None
    source: Source | None = None
    listed: Fraction | None = None  # of a stated cost: what the list says, in the report's currency
    why_stated: str = ""  # why a stated cost stands in for the list
    hike_not_applied: bool = False

    @property
    def reported(self) -> Fraction:
        """What the log counts of the meter, before its parts are taken out."""
        return self.quantity + sum(self.taken.values(), Fraction())

    @property
    def bounds(self) -> Bounds | None:
        """The lengths of a request that the price is written for; None: all of them."""
        return (
            next((layer.bounds for layer in reversed(self.quoted.layers) if layer.bounds), None)
            if self.quoted
            else None
        )


@dataclass(frozen=True, slots=True)
class PriceUsed:
    """Usage of one line that one price, one month and one kind of evidence hold for."""

    kind: ChargeKey
    rows: int  # of the log; a row that several prices share counts with the first
    requests: Fraction | None  # None: the log does not say
    tokens: Fraction
    leaves: tuple[Leaf, ...]
    cost: Cost
    quote: Quote | None = None  # None: no book knows the model, or no price was looked for
    billed_as: str = ""  # the model that it is redirected to
    schedule: Schedule | None = None
    names: tuple[LogName, ...] = ()
    committed: Committed | None = None  # a commitment's shortfall: no usage at all

    @property
    def bounds(self) -> Bounds | None:
        return next((leaf.bounds for leaf in self.leaves if leaf.bounds), None)

    @property
    def source_of(self) -> Mapping[Source, tuple[str, ...]]:
        """The sources of the prices, each with its meters."""
        found: dict[Source, tuple[str, ...]] = {}
        for leaf in self.leaves:
            if leaf.source and leaf.meter:
                found[leaf.source] = (*found.get(leaf.source, ()), leaf.meter)
        return found


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line of a report, down to what made it."""

    key: LineKey
    cost: Cost
    prices: tuple[PriceUsed, ...]  # the most expensive first
    unpriced: tuple[Unpriced, ...]
    rows: int
    requests: Fraction | None
    tokens: Fraction


@dataclass(frozen=True)
class Explanation(OfRating):
    """The answer of `explain`: the chosen lines, whose leaves add up to `explained`, and the whole they are part of."""

    usage: UsageSummary
    rating: Rating
    changes: Sequence[Touched]
    choice: Selection
    lines: Sequence[ExplainedLine]  # the most expensive first
    whole: Sequence[ExplainedLine]  # every line of the report, chosen or not, with all its figures
    explained: Cost
    rates_used: Sequence[RateUsed]

    @property
    def by(self) -> tuple[str, ...]:
        return self.rating.by

    @property
    def currency(self) -> str:
        return self.rating.currency

    @property
    def total(self) -> Cost:
        return self.rating.total

    @property
    def covered(self) -> Fraction | None:
        """Of the total, what stands against the revenue that the log states; None: it states none."""
        if not self.rating.revenue:
            return None
        return sum((charge.cost.mid for charge in self.rating.charges if charge.has_revenue), Fraction())

    @property
    def line_count(self) -> int:
        """Of the whole report."""
        return len(self.whole)

    def leaves(self) -> Iterator[tuple[ExplainedLine, PriceUsed, Leaf]]:
        for line in self.lines:
            for price in line.prices:
                for leaf in price.leaves:
                    yield line, price, leaf


def explain(ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: ExplainQuestion) -> Explanation:
    """What made the chosen figures.

    CostcalcError: a line or a meter that is not there; a change that names nothing known or begins after the log; a
    currency without a rate.
    """
    rater = Rater(
        ledger, pricebook, fx,
        RatingOptions(options.by, options.basis, options.currency, options.timezone), options.changes,
    )  # fmt: skip
    rating = rater.rating()
    usage = summary_of(ledger, options.timezone)
    check_changes(options.changes, None, rating, pricebook, usage)
    lines = _Explainer(rater, rating).lines()
    chosen = _chosen(lines, options)
    return Explanation(
        usage, rating, touched_by(options.changes, rating), options.choice, chosen, lines,
        sum_costs(line.cost for line in chosen), tuple(rater.rates_used),
    )  # fmt: skip


class _Explainer:
    """Every charge of a rating, with the chain that made it."""

    def __init__(self, rater: Rater, rating: Rating) -> None:
        self.rater, self.rating = rater, rating
        self.names = _names_of(rater)

    def lines(self) -> list[ExplainedLine]:
        prices: dict[LineKey, list[PriceUsed]] = {}
        unpriced: dict[LineKey, list[Unpriced]] = {}
        for key, price in (*self._priced(), *self._shortfalls()):
            prices.setdefault(key, []).append(price)
        prices = {key: self._merged(found) for key, found in prices.items()}
        for part in self.rating.unpriced:
            unpriced.setdefault(part.line, []).append(part)
        lines = [_line(key, prices.get(key, []), _joined(unpriced.get(key, []))) for key in {**prices, **unpriced}]
        return sorted(lines, key=lambda line: (-line.cost.mid, tuple(str(part or "") for part in line.key)))

    def _priced(self) -> Iterator[tuple[LineKey, PriceUsed]]:
        for kind, sums in self.rater.amounts.items():
            charges, _ = self.rater.charge(kind, sums)
            by_line: dict[LineKey, list[Charge]] = {}
            for charge in charges:  # a report by meter or by basis parts them
                by_line.setdefault(charge.line, []).append(charge)
            for key, found in by_line.items():
                yield key, self._price(kind, sums, found)

    def _price(self, kind: ChargeKey, sums: Amounts, charges: Sequence[Charge]) -> PriceUsed:
        key = kind.key
        quote = self.rater.quotes.quote(key) if key else None
        is_listed = charges[0].is_priced
        leaves = [self._leaf(kind, sums, charge, quote) for charge in charges]
        tokens = sum((charge.tokens for charge in charges), Fraction())
        found = PriceUsed(
            kind,
            sums.rows,
            None if sums.requests is None else Fraction(sums.requests),
            tokens,
            tuple(sorted(leaves, key=lambda leaf: -leaf.cost.mid)),
            sum_costs(charge.cost for charge in charges),
            names=self.names.get((key.provider, key.region, key.model), ()) if key else (),
        )
        if key is None or quote is None or not is_listed:
            return replace(found, quote=quote)
        name = quote.block.schedule if quote.block else None
        return replace(
            found,
            quote=quote,
            billed_as=quote.billed_as if quote.billed_as != key.model else "",
            schedule=quote.book.schedules.get(name) if name else None,
        )

    def _merged(self, prices: Sequence[PriceUsed]) -> list[PriceUsed]:
        """Usage that other labels part (lengths of other models, rows with a revenue), but no price: one entry."""
        found: dict[object, PriceUsed] = {}
        for price in prices:
            place = self._place(price)
            found[place] = _together(found[place], price) if place in found else price
        return list(found.values())

    def _place(self, price: PriceUsed) -> object:
        """What two prices must share to be one."""
        kind, key, quote = price.kind, price.kind.key, price.quote
        if key is None or quote is None or price.leaves[0].quoted is None:
            return id(price)
        matching = self.rater.changes.matching(key.provider, *quote.names)
        changes = tuple(change for change in matching if change.applies_on(key.day))
        return (
            kind.month, kind.band_basis, kind.weighted, key.provider, key.region, key.model, key.service_tier,
            key.thinking, key.off_peak, key.labels, id(quote.block), tuple(sorted(quote.rates.items(), key=lambda pair: pair[0])),
            quote.discounts, quote.is_locked, quote.is_estimate, quote.estimated_meters, changes,
        )  # fmt: skip

    def _leaf(self, kind: ChargeKey, sums: Amounts, charge: Charge, quote: Quote | None) -> Leaf:
        if not charge.is_priced:
            return self._stated(kind, sums, charge)
        if charge.meter is None or quote is None:
            return Leaf(charge.meter, charge.basis, charge.quantity, (), charge.cost)
        quoted = quote.rates[charge.meter]
        changes = self._changes(charge)
        discounts = [found for found in quote.discounts if found.selector.covers(quoted.line or charge.meter)]
        chain = list(priced_chain(charge.quantity, quoted, quote.book.currency, changes, discounts))
        parts = self._parts(sums, charge.meter, quote)
        return Leaf(
            charge.meter,
            charge.basis,
            charge.quantity,
            exchanged(chain, self._exchange(quote.book.currency, kind)),
            charge.cost,
            {name: count for name, count in parts.items() if name in quote.rates},
            {name: count for name, count in parts.items() if name not in quote.rates},
            quoted,
            _source_of(quote, quoted),
        )

    def _stated(self, kind: ChargeKey, sums: Amounts, charge: Charge) -> Leaf:
        """A stated cost with its hikes, the list beside it, and why it stands in where the list has no price."""
        changes = self._changes(charge)
        simple = [
            change for change in changes if change.new_rate is None and (charge.meter or change.selector.meters is None)
        ]
        listed, by_list = self._listed(kind, sums), None
        if len(simple) < len(changes) and not charge.hike_not_applied and listed:
            by_list = listed.low / listed.before, listed.mid / listed.before, listed.high / listed.before
        currency = kind.cost_currency or self.rater.currency
        chain = list(stated_chain(sums.cost, currency, simple, by_list))
        return Leaf(
            charge.meter,
            charge.basis,
            charge.quantity,
            exchanged(chain, self._exchange(currency, kind)),
            charge.cost,
            listed=listed.before if listed else None,
            why_stated="" if self.rater.bill_wins(kind, sums) else self._why_unpriced(kind, sums),
            hike_not_applied=charge.hike_not_applied,
        )

    def _listed(self, kind: ChargeKey, sums: Amounts) -> Cost | None:
        """What the list says beside a stated cost; None where it does not price it, or no rate brings it here."""
        try:
            return self.rater.list_cost(kind, sums)
        except NoRate:
            return None

    def _why_unpriced(self, kind: ChargeKey, sums: Amounts) -> str:
        return next((part.reason for part in self.rater.by_list(kind, sums)[1]), "")

    def _changes(self, charge: Charge) -> list[PriceChange]:
        return [change for change in self.rater.changes if touches(change, charge)]

    def _exchange(self, currency: str, kind: ChargeKey) -> RateUsed | None:
        if currency == self.rater.currency:
            return None
        found = self.rater.fx.rate(currency, self.rater.currency, kind.month)
        return RateUsed(
            currency, self.rater.currency, found.rate, kind.month, found.month_used, found.basis, found.held
        )

    def _parts(self, sums: Amounts, meter: str, quote: Quote) -> dict[str, Fraction]:
        """What lies directly inside the meter, of this usage."""
        reported = dict(zip(self.rater.ledger.meters, sums.quantities, strict=True))
        known = meters().by_name
        found = parts_within(reported, quote.rates.keys()).get(meter, {})  # type: ignore[arg-type]
        return {name: Fraction(count) / 10 ** known[name].decimals for name, count in found.items()}

    def _shortfalls(self) -> Iterator[tuple[LineKey, PriceUsed]]:
        charges = [charge for charge in self.rating.charges if charge.is_shortfall]
        short = [part for part in self.rating.commitments if part.shortfall != Cost()]
        for charge, part in zip(charges, short, strict=True):
            steps = (
                ChainStep("due", part.due, self.rating.currency, place=part.commitment.place),
                ChainStep("spent", part.shortfall.mid, self.rating.currency, place=part.commitment.place),
            )
            leaf = Leaf(None, charge.basis, Fraction(), steps, charge.cost)
            kind = ChargeKey(
                charge.line, None, charge.provider, charge.model, "", part.month, charge.day, "request", None, None,
                None, "", None, False,
            )  # fmt: skip
            yield charge.line, PriceUsed(kind, 0, Fraction(), Fraction(), (leaf,), charge.cost, committed=part)


def _together(one: PriceUsed, other: PriceUsed) -> PriceUsed:
    """Two parts of the usage at one price."""
    leaves = {leaf.meter: leaf for leaf in one.leaves}
    for leaf in other.leaves:
        leaves[leaf.meter] = _leaves_together(leaves[leaf.meter], leaf) if leaf.meter in leaves else leaf
    return replace(
        one,
        rows=one.rows + other.rows,
        requests=sum_if_known((one.requests, other.requests)),
        tokens=one.tokens + other.tokens,
        leaves=tuple(sorted(leaves.values(), key=lambda leaf: -leaf.cost.mid)),
        cost=one.cost + other.cost,
    )


def _leaves_together(one: Leaf, other: Leaf) -> Leaf:
    """The factors are the same: counts and amounts add up."""
    return replace(
        one,
        quantity=one.quantity + other.quantity,
        steps=tuple(
            replace(step, amount=step.amount + more.amount) for step, more in zip(one.steps, other.steps, strict=True)
        ),
        cost=one.cost + other.cost,
        taken=_sums(one.taken, other.taken),
        kept=_sums(one.kept, other.kept),
    )


def _sums(one: Mapping[str, Fraction], other: Mapping[str, Fraction]) -> dict[str, Fraction]:
    return {name: one.get(name, Fraction()) + other.get(name, Fraction()) for name in {**one, **other}}


def _names_of(rater: Rater) -> dict[tuple[str, str, str], tuple[LogName, ...]]:
    """What the log calls each model of a list."""
    found: dict[tuple[str, str, str], dict[LogName, None]] = {}
    for (_, name, _), resolved in rater.resolved.items():
        if isinstance(resolved, ResolvedModel):
            place = (resolved.provider, resolved.region, resolved.model)
            found.setdefault(place, {})[LogName(name, resolved.how, resolved.region_how)] = None
    return {place: tuple(names) for place, names in found.items()}


def _source_of(quote: Quote, quoted: QuotedRate) -> Source | None:
    """Who says this price: its own source, else that of the block; of a file laid over others, the file's or theirs."""
    key = quoted.rate.source or (quote.block.source if quote.block else "")
    book: Book | None = quote.book
    while book is not None:
        if key in book.sources:
            return book.sources[key]
        book = book.below
    return Source(key, "") if key else None


def _line(key: LineKey, prices: Sequence[PriceUsed], unpriced: Sequence[Unpriced]) -> ExplainedLine:
    whole = [part for part in unpriced if part.meter is None]
    return ExplainedLine(
        key,
        sum_costs(price.cost for price in prices),
        tuple(sorted(prices, key=lambda price: -price.cost.mid)),
        tuple(unpriced),
        sum(price.rows for price in prices) + sum(part.rows for part in whole),
        sum_if_known([*(price.requests for price in prices), *(part.requests for part in whole)]),
        sum((price.tokens for price in prices), Fraction()) + sum((part.tokens for part in whole), Fraction()),
    )


def _joined(parts: Iterable[Unpriced]) -> list[Unpriced]:
    """One entry for one model and one reason."""
    found: dict[tuple[str, str, str | None, str], Unpriced] = {}
    for part in parts:
        place = (part.provider, part.model, part.meter, part.reason)
        if earlier := found.get(place):
            requests = sum_if_known((earlier.requests, part.requests))
            part = replace(
                earlier, tokens=earlier.tokens + part.tokens, rows=earlier.rows + part.rows, requests=requests
            )
        found[place] = part
    return list(found.values())


def _chosen(lines: Sequence[ExplainedLine], options: ExplainQuestion) -> list[ExplainedLine]:
    """The lines asked for, with the leaves of the meter asked for. CostcalcError: there are none."""
    choice = options.choice
    chosen = [line for line in lines if _is_meant(line.key, options)]
    if lines and not chosen:
        asked = ", ".join(f"{name}={glob}" for name, globs in choice.lines.items() for glob in globs)
        raise fail(
            "nothing-to-explain", f'no line of this report is "{asked}"',
            nearest=_near_lines(lines, options), remedy="correct the value; * stands for any text, and case does not matter",
        )  # fmt: skip
    if choice.meter and choice.meters is None:
        near = nearest_names(choice.meter, meters().words())
        raise fail("unknown-meter", f'--meter: no meter is called "{choice.meter}"', nearest=near)
    wanted = choice.meters
    if wanted is None:
        return chosen
    found = [part for line in chosen if (part := _of_meters(line, wanted))]
    if chosen and not found:
        used = sorted({leaf.meter for line in chosen for price in line.prices for leaf in price.leaves if leaf.meter})
        raise fail(
            "nothing-to-explain", f"nothing was charged for {choice.meter} in what was chosen",
            expected=", ".join(used),
        )  # fmt: skip
    return sorted(found, key=lambda line: -line.cost.mid)


def _is_meant(key: LineKey, options: ExplainQuestion) -> bool:
    return all(
        any(glob_matches(glob, shown_name(name, key[options.by.index(name)])) for glob in globs)
        for name, globs in options.choice.lines.items()
    )


def shown_name(name: str, value: str | None) -> str:
    """How a line's value is called; what the log leaves open is said to be open."""
    return value or f"(no {name})"


def _near_lines(lines: Sequence[ExplainedLine], options: ExplainQuestion) -> tuple[str, ...]:
    """Values that stand in the report, near those that do not."""
    found: list[str] = []
    for name, globs in options.choice.lines.items():
        values = {shown_name(name, line.key[options.by.index(name)]) for line in lines}
        for glob in globs:
            if not any(glob_matches(glob, value) for value in values):
                found += [f"{name}={value}" for value in nearest_names(glob, sorted(values))]
    return tuple(found)


def _of_meters(line: ExplainedLine, wanted: frozenset[str]) -> ExplainedLine | None:
    """The line's figures of these meters alone; a bill without a split by meter has none."""
    prices = []
    for price in line.prices:
        leaves = tuple(leaf for leaf in price.leaves if leaf.meter in wanted)
        if leaves:
            prices.append(replace(price, leaves=leaves, cost=sum_costs(leaf.cost for leaf in leaves)))
    unpriced = [part for part in line.unpriced if part.meter in wanted]
    return _line(line.key, prices, unpriced) if prices or unpriced else None
