"""Horizon: a log counted and priced once, and every scenario that is run over the months after it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from costcalc.calendar import Month, month_of, months_from
from costcalc.months.apart import told_apart
from costcalc.months.lengths import lengths_to_label
from costcalc.months.matching import (
    PRICE_NAMES,
    SERVED,
    check_matches,
    columns_of,
    hours_label,
    label_name,
    may_match,
    signature_of,
)
from costcalc.months.plan import check_overlaps, months_of_growth
from costcalc.months.pricing import OFF_PEAK, PEAK, Lists, Rated
from costcalc.months.reading import MIDDLE, RangePoint, Reading
from costcalc.months.run import Assumptions, Run, Running, RunPrices
from costcalc.months.segment_lengths import Lengths
from costcalc.months.segments import Names, Segments, Sorting, segments_of
from costcalc.months.targets import Targets, every_target, targets_of, without_a_price
from costcalc.months.usage import Usage, usage_by_line
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.model import Schedule
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.pricebook.schedule import edges_utc, is_peak
from costcalc.problems import CostcalcError, Problem, fail
from costcalc.rating.breakdown import by_line
from costcalc.rating.cuts import cuts_for, model_cuts
from costcalc.rating.model import PriceKey, Rating
from costcalc.rating.periods import Periods
from costcalc.rating.quotes import Quotes
from costcalc.rating.rate import InstantLabel, Rater, RatingOptions
from costcalc.scenario.changes import Growth, UsageChange
from costcalc.scenario.items import Scenario
from costcalc.scenario.model import VARIANTS, PriceChanges
from costcalc.scenario.revenue import Business, Fee, OwnPrice
from costcalc.scenario.where import Where
from costcalc.usage.ledger import CUSTOMER, Cuts, Edges, UsageLedger, covered_days

NO_CHANGES = PriceChanges()
_LATE = ("meter", "basis", "day", "month", "format")  # names of a line that months to come do not tell apart


@dataclass(frozen=True, slots=True)
class HorizonOptions:
    """How the log is priced, and how far the view reaches."""

    months: int
    by: tuple[str, ...] = ("provider", "model")
    basis: str = "auto"
    currency: str | None = None
    timezone: str = "UTC"


def columns_for(scenarios: Iterable[Scenario]) -> list[str]:
    """The columns of the log that these scenarios ask for."""
    wheres: list[Where] = []
    by_customer = False
    for scenario in scenarios:
        wheres += wheres_of(scenario)
        fees = (*scenario.business.revenue, *scenario.business.other_costs)
        by_customer = by_customer or any(fee.per == "customer and month" for fee in fees)
    return list(dict.fromkeys([*columns_of(wheres), *([CUSTOMER] if by_customer else [])]))


def wheres_of(scenario: Scenario) -> list[Where]:
    """Every choice of usage that a scenario makes."""
    business = scenario.business
    parts = (*scenario.usage.all(), *business.revenue, *business.own_prices, *business.other_costs)
    return [part.where for part in parts]


def cuts_with(cuts: Cuts, pricebook: Pricebook, scenarios: Sequence[Scenario], months: int) -> Cuts:
    """The cuts of the prices, and what these scenarios ask about a single request."""
    sides = {"input": set(cuts.input_lengths), "output": set(cuts.output_lengths)}
    edges = set(cuts.day_edges)
    for scenario in scenarios:
        for side, own in (("input", cuts.input_lengths), ("output", cuts.output_lengths)):
            sides[side] |= lengths_to_label(scenario.usage, own, side, months)
        for where in wheres_of(scenario):
            for length in where.lengths:
                side = length.meter.removesuffix("_tokens")
                sides[side] |= {cut for cut in (length.over, length.up_to) if cut}
            if where.hours:
                edges |= hours_label(where.hours).edges
        for target in targets_of(scenario.usage, pricebook).every():
            for schedule in schedules_of(pricebook, target).values():
                edges |= edges_utc(schedule)
    return replace(
        cuts,
        input_lengths=tuple(sorted(sides["input"])),
        output_lengths=tuple(sorted(sides["output"])),
        day_edges=tuple(sorted(edges)),
        schedule_edges=tuple(sorted({*cuts.schedule_edges} - edges)),
    )


def scenario_cuts(pricebook: Pricebook, timezone: str, scenarios: Sequence[Scenario], months: int) -> Cuts:
    """What the scan must label so that these books and scenarios can be applied to its ledger."""
    return cuts_with(cuts_for(pricebook, timezone), pricebook, scenarios, months)


def lines_of(pricebook: Pricebook, options: HorizonOptions, scenarios: Sequence[Scenario], cuts: Cuts) -> Periods:
    """What a horizon over these scenarios tells apart, so that a scan adds up the rest."""
    targets = every_target([scenario.usage for scenario in scenarios], pricebook)
    lengths = _lengths_for(pricebook, scenarios, cuts, options.months, targets)

    def edges(found: ResolvedModel | None, provider: str, model: str) -> Edges:
        return lengths.edges_of((found.provider, found.region, found.model) if found else None, provider, model)

    labels = _labels(scenarios, targets, pricebook)
    asked = RatingOptions(options.by, timezone=options.timezone, labels=labels)
    return Periods(pricebook, asked, more_edges=edges, takes_apart=True)


def _lengths_for(
    pricebook: Pricebook, scenarios: Sequence[Scenario], cuts: Cuts, months: int, targets: Targets
) -> Lengths:
    def of_model(provider: str, region: str, model: str) -> tuple[frozenset[int], frozenset[int]]:
        return model_cuts(pricebook.book(provider, region), model)

    wheres = [where for scenario in scenarios for where in wheres_of(scenario)]
    usages = [scenario.usage for scenario in scenarios]
    return Lengths(usages, wheres, (cuts.input_lengths, cuts.output_lengths), months, of_model, targets)


def schedules_of(pricebook: Pricebook, target: ResolvedModel) -> dict[str, Schedule]:
    """The schedules that the target's price follows, by name."""
    book = pricebook.book(target.provider, target.region)
    names = {block.schedule for model in book.family(target.model) for block in model.blocks if block.schedule}
    return {name: book.schedules[name] for name in names}


class Horizon:
    """A log whose months to come can be run under any number of scenarios."""

    def __init__(
        self, ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, options: HorizonOptions,
        scenarios: Sequence[Scenario] = (), known: Horizon | None = None,
    ) -> None:  # fmt: skip
        """`scenarios`: all that will be run, so that their names and hours are kept apart. `known`: one of the same
        ledger and books, whose rating is taken if it tells apart as much.

        CostcalcError: a target or value that is known nowhere; a change that lies before the log, or after the
        horizon; a ledger that was counted without what they ask for.
        """
        self.fx, self.options, self.ledger = fx, options, ledger
        late = [name for name in options.by if name in _LATE]
        if late:
            raise fail(
                "bad-option", f'months to come cannot be told apart by "{late[0]}"',
                expected="provider, model, region, service_tier, or a column of the log",
            )  # fmt: skip
        self.targets = every_target([scenario.usage for scenario in scenarios], pricebook)
        labels = _labels(scenarios, self.targets, pricebook)
        kept = [name for name in ("customer", "feature") if name in ledger.names]
        names = dict.fromkeys([*PRICE_NAMES, *options.by, *columns_for(scenarios), *kept, *labels])
        _check_lengths(ledger, scenarios)
        moves = bool(self.targets) or any(where.lengths for scenario in scenarios for where in wheres_of(scenario))
        rating = RatingOptions(tuple(names), options.basis, options.currency, options.timezone, labels, moves)
        is_known = known is not None and known._tells_apart(rating)
        self.rater: Rater = known.rater if known and is_known else Rater(ledger, pricebook, fx, rating)
        for target in self.targets.every():
            self.rater.check(target)
        self.rating: Rating = known.rating if known and is_known else by_line(self.rater, self.rater.rating())
        self.usage: Usage = known.usage if known and is_known else usage_by_line(self.rater)
        first, last = covered_days(ledger, options.timezone)
        if first is None or last is None:
            raise fail(
                "empty-log", "the log holds no usage: there is nothing to carry on", remedy="give a log with rows"
            )
        self.first_day, self.last_day = first, last
        self.months: tuple[Month, ...] = tuple(months_from(month_of(last).next, options.months))
        self._kinds = tuple(dict.fromkeys([*columns_for(scenarios), *kept]))
        self._raising = [one for one in scenarios if any(c.lever == "cache_read_share" for c in one.usage.efficiency)]
        self._quotes: dict[tuple[date, ...], Quotes] = {}
        self._rated: dict[Hashable, dict[PriceKey, Rated]] = {}
        self.segments: Segments = self._segments(scenarios, list(labels), last)
        self.absent: dict[str, None] = {}  # what scenarios name that the books know and this log does not use
        for scenario in scenarios:
            self.check(scenario)

    def _segments(self, scenarios: Sequence[Scenario], labels: Sequence[str], last_day: date) -> Segments:
        wheres = [where for scenario in scenarios for where in wheres_of(scenario)]
        lengths = _lengths_for(self.pricebook, scenarios, self.ledger.cuts, len(self.months), self.targets)
        rules = (each for scenario in scenarios for each in self._paying(scenario.business))
        paying = list(dict.fromkeys(customers for customers in rules if customers is not None))
        of_customers = [CUSTOMER] if paying else []
        names = [name for where in wheres for name in where.names]
        names += SERVED if {*SERVED} & {*names} else ()
        asked = tuple(dict.fromkeys([*lengths.columns, *names, *labels, *of_customers]))

        def signature(names: Names) -> tuple[object, ...]:
            pays = (names[CUSTOMER] in customers for customers in paying)
            return (*signature_of(wheres, labels, names), *pays)

        # Who reads more than a share from the cache already keeps it: a share is raised for the names of `kinds` one
        # by one. A bill cannot be parted afterwards.
        sorting = Sorting(asked, signature, lengths.edges_for, self._kinds if self._raising else ())
        found = segments_of(self.rater, (last_day - self.first_day).days + 1, last_day, sorting, self.usage)
        return (
            replace(found, segments=[replace(segment, kinds=self._kinds) for segment in found.segments])
            if self._raising
            else found
        )

    @cached_property
    def _parted(self) -> Segments:
        """The segments, those parted of which some members read more of a raised share already and others do not."""
        segments = replace(self.segments, segments=[replace(segment, kinds=()) for segment in self.segments.segments])
        runs = [
            self._running(segments, Assumptions(one.usage, business=one.business), RangePoint(end, True))
            for one in self._raising
            for end in VARIANTS
        ]
        return replace(segments, segments=[*told_apart(segments.segments, runs, self._kinds)]) if runs else segments

    def _tells_apart(self, options: RatingOptions) -> bool:
        """Whether its rating keeps apart all that is asked, and is made alike."""
        mine = self.rater.options
        alike = replace(options, by=mine.by, labels=mine.labels, keeps_lengths=mine.keeps_lengths) == mine
        return alike and {*options.by} <= {*mine.by} and mine.keeps_lengths >= options.keeps_lengths

    def customers_of(self, business: Business) -> frozenset[str | None] | None:
        """Whom the revenue rules concern, in whatever months: all that they pay stands against all that they cost. None: everybody.

        A customer whom no rule names may pay as well, by a rule that nobody wrote.
        """
        of_rules = self._paying(business)
        if None in of_rules or not of_rules:
            return None
        found = frozenset[str | None]().union(*(customers for customers in of_rules if customers is not None))
        return None if found == self._customers else found

    def _paying(self, business: Business) -> list[frozenset[str | None] | None]:
        """By rule, the customers that have usage of its names, whatever its length and hour; None: of everybody."""
        if CUSTOMER not in self.ledger.names:
            return [None for _ in business.revenue]
        return [self._customers_with(fee.where) if fee.where.names else None for fee in business.revenue]

    def _customers_with(self, where: Where) -> frozenset[str | None]:
        named = self.usage.named((*where.names, CUSTOMER))
        return frozenset(names[CUSTOMER] for names, home in named if may_match(where, names, *home))

    @cached_property
    def _customers(self) -> frozenset[str | None]:
        return frozenset(names[CUSTOMER] for names, _ in self.usage.named((CUSTOMER,)))

    @property
    def pricebook(self) -> Pricebook:
        return self.rater.pricebook

    @property
    def currency(self) -> str:
        return self.rating.currency

    def check(self, scenario: Scenario) -> None:
        """CostcalcError: what the scenario asks of this log makes no sense."""
        known = self.pricebook.all_models()
        suggested = list(self.pricebook.models_for(""))
        self.absent |= dict.fromkeys(check_matches(wheres_of(scenario), self.segments.segments, known, suggested))
        problems = [
            *_before_the_log(scenario, self.first_day), *_over_already(scenario, self.months),
            *_after_the_horizon(scenario, self.months), *_below_nothing(scenario, self.months),
            *without_a_price(scenario.usage, self.targets, self.pricebook, self.months),
        ]  # fmt: skip
        if problems:
            raise CostcalcError(problems)
        check_overlaps(scenario.usage, self.segments.segments)

    def run(self, what: Assumptions, reading: Reading = MIDDLE, *, last_only: bool = False) -> Run:
        """The months to come under these assumptions, or the last of them alone."""
        segments = self._parted if reading.is_drawn else self.segments
        return self._running(segments, what, reading, last_only=last_only).result()

    def _running(self, segments: Segments, what: Assumptions, reading: Reading, *, last_only: bool = False) -> Running:
        lists = Lists(self.pricebook, what.fx or self.fx, self._quotes_for(what.changes), self.currency)
        prices = RunPrices(lists, self.fx, self.rater.commitments, self.targets, self._rated)
        return Running(segments, what, prices, self.months, reading, last_only=last_only)

    def fx_of(self, scenario: Scenario) -> FxTable:
        """The table with the scenario's path from month 1 on."""
        return fx_along(self.fx, scenario, self.currency, self.months) if scenario.fx else self.fx

    def _quotes_for(self, changes: PriceChanges) -> Quotes:
        days = tuple(changes.days())
        found = self._quotes.get(days)
        if found is None:
            found = self._quotes[days] = Quotes(self.pricebook, days, self.targets.every())
        return found


def fx_along(fx: FxTable, scenario: Scenario, currency: str, months: Sequence[Month]) -> FxTable:
    """The exchange rates with a scenario's path in the months to come; what was before stays.

    CostcalcError: the path is written in another currency than the report.
    """
    written = scenario.currency or currency
    if written != currency:
        raise fail(
            "fx-in-another-currency", f"the scenario's fx is written in {written}, and the report is in {currency}",
            remedy=f"report in {written} with --currency {written}, or write currency: {currency} and its rates",
        )  # fmt: skip
    stated: dict[str, Mapping[str, Fraction | Mapping[Month, Fraction]]] = {}
    for base, path in scenario.fx.items():
        listed = path if isinstance(path, Mapping) else {months[0]: path}
        rates = dict(_known_rates(fx, base, currency))
        for month in months:
            earlier = [known for known in listed if known <= month]
            if earlier:
                rates[month] = listed[max(earlier)]
            elif {(base, currency), (currency, base)} & {*fx.flat}:
                rates[month] = fx.rate(base, currency, month).rate
            elif before := [known for known in rates if known <= month]:
                rates[month] = rates[max(before)]
        stated[base] = {currency: rates}
    return fx.with_rates(stated)


def _known_rates(fx: FxTable, base: str, quote: str) -> Iterable[tuple[Month, Fraction]]:
    """Those of the table; a flat rate goes before it, and holds in every month."""
    for pair in ((base, quote), (quote, base)):
        for month in fx.months.get(pair, {}):
            yield month, fx.rate(base, quote, month).rate


def _check_lengths(ledger: UsageLedger, scenarios: Sequence[Scenario]) -> None:
    """CostcalcError: a ledger that cannot tell apart the lengths that a scenario chooses by."""
    counted = {"input_tokens": {*ledger.cuts.input_lengths}, "output_tokens": {*ledger.cuts.output_lengths}}
    for where in (where for scenario in scenarios for where in wheres_of(scenario)):
        for length in where.lengths:
            missing = {cut for cut in (length.over, length.up_to) if cut} - counted[length.meter]
            if missing:
                raise fail(
                    "ledger-without-cut",
                    f"the ledger was counted without the {length.meter.removesuffix('_tokens')} length {min(missing):,}, by which the scenario chooses",
                    place=where.place, remedy="count the log again with this scenario",
                )  # fmt: skip


def _labels(scenarios: Sequence[Scenario], targets: Targets, pricebook: Pricebook) -> dict[str, InstantLabel]:
    found = {
        label_name(where.hours): hours_label(where.hours)
        for scenario in scenarios
        for where in wheres_of(scenario)
        if where.hours
    }
    for target in targets.every():
        for name, schedule in schedules_of(pricebook, target).items():
            found[f"{PEAK} {target.provider} {name}"] = _peak_label(schedule)
    return found


def _peak_label(schedule: Schedule) -> InstantLabel:
    return InstantLabel(lambda instant: PEAK if is_peak(schedule, instant) else OFF_PEAK, edges_utc(schedule))


def _before_the_log(scenario: Scenario, first_day: date) -> list[Problem]:
    business = scenario.business
    return [
        Problem(
            "change-before-the-log",
            f"a change begins on {change.span.from_day}, before the log's first day ({first_day}): the log shows what came of it",
            place=change.place,
            remedy="drop on to begin with the first month to come, or give a later day",
        )
        for change in (*scenario.usage.all(), *business.own_prices)
        if change.span.from_day and change.span.from_day < first_day
    ]


def _over_already(scenario: Scenario, months: Sequence[Month]) -> list[Problem]:
    """A change that ends before the first month to come does nothing."""
    begin = months[0].first if months else date.min
    return [
        Problem(
            "change-over-already",
            f"a change ends on {change.span.until_day}, before the first month to come ({months[0]})",
            place=change.place,
            remedy="drop the change, or give a later day to until",
        )
        for change in (*scenario.usage.all(), *scenario.business.own_prices)
        if change.span.until_day and change.span.until_day <= begin
    ]


def _after_the_horizon(scenario: Scenario, months: Sequence[Month]) -> list[Problem]:
    """A change that begins after the last month does nothing."""
    return [
        Problem(
            "change-after-the-horizon",
            f"a change begins on {begins}, after the last of the {len(months)} months to come ({months[-1]})",
            place=part.place,
            remedy="give more months with horizon or --months, or an earlier day",
        )
        for part, begins in _late_parts(scenario, months)
        if not _is_within(begins, scenario, months)
    ]


def left_out_of(scenario: Scenario, months: Sequence[Month]) -> list[str]:
    """What begins within the scenario's own horizon, and after the months that are looked at."""
    late = [str(part.place) for part, begins in _late_parts(scenario, months) if _is_within(begins, scenario, months)]
    count = f"{len(months)} month{'s' * (len(months) != 1)}"
    return [f"Left out, because the {count} end before: {', '.join(late)}"] if late else []


def _late_parts(scenario: Scenario, months: Sequence[Month]) -> Iterator[tuple[UsageChange | OwnPrice | Fee, date]]:
    business = scenario.business
    for part in (*scenario.usage.all(), *business.own_prices, *business.revenue, *business.other_costs):
        if months and (begins := _begins(part)) and begins >= months[-1].next.first:
            yield part, begins


def _is_within(begins: date, scenario: Scenario, months: Sequence[Month]) -> bool:
    return begins < [*months_from(months[0], max(scenario.horizon or 0, 1))][-1].next.first


def _below_nothing(scenario: Scenario, months: Sequence[Month]) -> list[Problem]:
    """A linear fall that leaves less than nothing in the months that are looked at."""
    if not months:
        return []
    falls = [growth for growth in scenario.usage.growth if growth.shape == "linear" and growth.rate.low < 0]
    passed = {id(growth): months_of_growth(growth, months[-1], months[0]) for growth in falls}
    return [
        Problem(
            "growth-below-nothing",
            f"a linear fall leaves less than nothing after {passed[id(growth)]} months",
            place=growth.place,
            remedy="say until when it falls, look at fewer months, or let it fall by a share of the month before: -10%",
        )
        for growth in falls
        if 1 + growth.rate.low * passed[id(growth)] < 0
    ]


def _begins(part: UsageChange | OwnPrice | Fee) -> date | None:
    if isinstance(part, Growth) and part.table:
        return min(part.table).first
    return part.span.from_day
