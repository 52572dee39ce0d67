"""Lines: costs by whatever was asked, which rise touched what, and what another list would have said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from costcalc.meters import meters
from costcalc.money import sum_if_known
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook, ResolvedModel
from costcalc.problems import CostcalcError
from costcalc.rating.breakdown import BreakdownLines
from costcalc.rating.line import PARTLY, PRICED, UNPRICED, ReportLine
from costcalc.rating.model import ZERO, Charge, Cost, LineKey, Rating, Unpriced, sum_costs
from costcalc.rating.rate import Rater, RatingOptions, rate
from costcalc.rating.totals import outcome
from costcalc.records import dataclass
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.usage.ledger import CUSTOMER, UsageGroup, UsageLedger


@dataclass(frozen=True, slots=True)
class Touched:
    """A rise and the cost before it that it touched."""

    change: PriceChange
    cost: Fraction  # before, in the report's currency
    share: Fraction | None  # of the whole cost before
    not_applied: Fraction = Fraction()  # billed amounts without a meter split that it could not touch
    included: Fraction = Fraction()  # of an event: what was billed at a list that contains it already


@dataclass(frozen=True, slots=True)
class OtherList:
    """The total, had the provider's other list been the right one."""

    provider: str
    region: str  # the other one
    default_region: str
    total: Cost


def with_lines(rater: Rater, rating: Rating, revenue: Mapping[LineKey, Fraction]) -> Sequence[ReportLine]:
    """The lines of a rating, those first that cost more than they earn, then the most expensive.

    CostcalcError: a log so large that the engine's integers cannot hold its sums.
    """
    breakdown = rater.ledger.breakdown
    if breakdown is None:
        return lines_of(rating, revenue)
    lines = BreakdownLines(rater, breakdown, rating.by)
    earns = bool(revenue) and _earns_by_line(rating)
    return lines.table([charge for charge in rating.charges if charge.is_shortfall], earns=earns, as_whole=not rating.earns_by_row)  # fmt: skip


def _earns_by_line(rating: Rating) -> bool:
    """What a customer earns as a whole is no line's but its own."""
    return rating.earns_by_row or tuple(rating.by) == (CUSTOMER,)


def lines_of(rating: Rating, revenue: Mapping[LineKey, Fraction]) -> list[ReportLine]:
    """The lines, most expensive first; what stayed unpriced has its line too."""
    parts: dict[LineKey, list[Charge]] = {}
    for charge in rating.charges:
        parts.setdefault(charge.line, []).append(charge)
    missing: dict[LineKey, list[Unpriced]] = {}
    for part in rating.unpriced:
        missing.setdefault(part.line, []).append(part)
    by_meter = "meter" in rating.by
    if not _earns_by_line(rating):
        revenue = {}
    lines = [
        _line(key, parts.get(key, []), missing.get(key, []), revenue, by_meter, not rating.earns_by_row)
        for key in {**parts, **missing}
    ]
    return _ordered(lines, rating.by)


def _ordered(lines: Iterable[ReportLine], by: Sequence[str]) -> list[ReportLine]:
    if any(name in ("day", "month") for name in by[:1]):
        return sorted(lines, key=lambda line: tuple(str(part or "") for part in line.key))
    return sorted(
        lines, key=lambda line: (not line.loses, -_size(line.cost.mid), tuple(str(part or "") for part in line.key))
    )


def _size(amount: Fraction) -> int:
    """For the order only: whole numbers are compared far faster than fractions."""
    return amount.numerator * 10**12 // amount.denominator


def _line(
    key: LineKey,
    charges: Sequence[Charge],
    missing: Sequence[Unpriced],
    revenue: Mapping[LineKey, Fraction],
    by_meter: bool,
    is_whole: bool,
) -> ReportLine:
    cost, tokens, covered = ZERO, Fraction(), ZERO
    counts: list[Fraction | None] = [part.requests for part in missing if part.meter is None]
    for charge in charges:
        cost = cost + charge.cost
        tokens += _tokens_of(charge) if by_meter else charge.tokens
        if charge.carries_requests:
            counts.append(charge.requests)
        if charge.has_revenue:
            covered = covered + charge.cost
    unpriced = sum((part.tokens for part in missing), Fraction())
    earned = outcome(covered, revenue[key]) if key in revenue else None
    return ReportLine(
        key,
        cost,
        None if by_meter else sum_if_known(counts),
        tokens + unpriced,
        tuple(sorted({charge.basis for charge in charges})),
        PRICED if not missing else PARTLY if charges else UNPRICED,
        earned,
        is_whole and earned is not None and bool(missing),
        unpriced,
    )


def _tokens_of(charge: Charge) -> Fraction:
    """The tokens of one meter; a bill without a meter split has those of its whole usage."""
    if charge.meter is None:
        return charge.tokens
    return charge.quantity if meters().by_name[charge.meter].unit == "token" else Fraction()


def touched_by(changes: PriceChanges, rating: Rating) -> list[Touched]:
    """For every rise, how much of the bill it touched; nothing at all is a finding too."""
    total = rating.total.before
    found = []
    for change in changes.changes:
        cost, not_applied, included = Fraction(), Fraction(), Fraction()
        for charge in rating.charges:
            if not _in_scope(change, charge):
                continue
            if change.in_the_list_on(charge.day):
                included += charge.cost.before * _touched_share(change, charge)
            elif not change.applies_on(charge.day):
                continue
            elif charge.hike_not_applied and _needs_meters(change, charge):
                not_applied += charge.cost.before
            else:
                cost += charge.cost.before * _touched_share(change, charge)
        found.append(Touched(change, cost, cost / total if total else None, not_applied, included))
    return found


def _needs_meters(change: PriceChange, charge: Charge) -> bool:
    """Whether a bill must be split by the list before the change can reach it."""
    return change.new_rate is not None or (charge.meter is None and change.selector.meters is not None)


def _touched_share(change: PriceChange, charge: Charge) -> Fraction:
    """The share of the charge that the change reaches: of a bill, that of its meters by the list."""
    if charge.meter is not None or change.selector.meters is None:
        return Fraction(1)
    return sum((share for meter, share in charge.split.items() if change.selector.covers(meter)), Fraction())


def touches(change: PriceChange, charge: Charge) -> bool:
    """Whether the change reaches this charge: its provider, model, meter and day, and no rate locked by contract."""
    return change.applies_on(charge.day) and _in_scope(change, charge)


def _in_scope(change: PriceChange, charge: Charge) -> bool:
    if charge.is_locked or charge.is_shortfall or not change.selector.matches(charge.provider, *charge.names):
        return False
    return charge.price_line is None or change.selector.covers(charge.price_line)


def other_lists(
    ledger: UsageLedger, pricebook: Pricebook, fx: FxTable, rater: Rater, rating: Rating
) -> list[OtherList]:
    """Where a default list decided and the provider's lists differ: the total under each other list."""
    fixed = RatingOptions(("provider",), rater.options.basis, rating.currency, rater.options.timezone)
    found = []
    for default in rater.assumed.default_regions.values():
        own = _of_provider(ledger, rater, default.provider)
        here = sum_costs(charge.cost for charge in rating.charges if charge.provider == default.provider)
        for region in _other_regions(default, pricebook):
            try:
                other = rate(own, pricebook.preferring(default.provider, region), fx, fixed, rater.changes)
            except CostcalcError as error:
                if {problem.code for problem in error.problems} != {"missing-fx"}:
                    raise
                continue  # a list in a currency without a rate: the figures asked for do not need it
            there = sum_costs(charge.cost for charge in other.charges if charge.provider == default.provider)
            if other.is_complete and there.before != here.before:
                total = rating.total + there + here * -1
                found.append(OtherList(default.provider, region, default.region, total))
    return found


def _of_provider(ledger: UsageLedger, rater: Rater, provider: str) -> UsageLedger:
    """The groups that this provider's lists price, and those that it billed and no list has."""

    def is_its_own(group: UsageGroup) -> bool:
        found = rater.resolve(group)
        if isinstance(found, ResolvedModel):
            return found.provider == provider
        return group.billed is not None and group.provider == provider

    return replace(ledger, groups=[*filter(is_its_own, ledger.groups)], breakdown=None)


def _other_regions(found: ResolvedModel, pricebook: Pricebook) -> list[str]:
    return [other.region for other in pricebook.other_lists(found)]
