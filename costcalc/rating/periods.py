"""Periods: the times and lengths that no price and no line of a report tells apart, so that a scan adds them up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import field
from datetime import date
from functools import cached_property

from costcalc.calendar import DAY_SECONDS, day_of, month_of, utc_day
from costcalc.pricebook.resolve import Pricebook, ResolvedModel, Unresolved
from costcalc.problems import fail
from costcalc.rating.cuts import model_cuts
from costcalc.rating.quotes import Quotes, days_of
from costcalc.rating.rate import TIME_FIELDS, RatingOptions, bill_days_of
from costcalc.records import dataclass
from costcalc.usage.ledger import Edges, Treated, UsageGroup, Written

OtherEdges = Callable[[ResolvedModel | None, str, str], Edges]


def _no_edges(_found: ResolvedModel | None, _provider: str, _model: str) -> Edges:
    return (), ()


def of_days(pricebook: Pricebook, timezone: str) -> Periods:
    """What a report tells apart whose lines are days."""
    return Periods(pricebook, RatingOptions(("day",), timezone=timezone), takes_apart=True)


@dataclass
class Periods:
    """What one rating, with all its lists, tells apart. Asked once for each distinct time and name, never for a row."""

    pricebook: Pricebook
    options: RatingOptions
    change_days: Sequence[date] = ()
    targets: Sequence[ResolvedModel] = ()
    more_edges: OtherEdges = _no_edges  # what scenarios ask of lengths, besides the model's own price
    takes_apart: bool = False  # names that no price asks for are left to a breakdown
    keeps_hours: bool = False  # hours of the day stay apart: what will be asked of them is not known yet
    _lists: dict[Written, tuple[ResolvedModel, ...]] = field(default_factory=dict)
    _treated: dict[Written, Treated] = field(default_factory=dict)
    _unknown: dict[Written, Unresolved] = field(default_factory=dict)

    def time(self, written: Written, at: int, until: int | None, naive: bool) -> Hashable:
        """Equal for two times of such usage that every list prices alike and that stand on one line."""
        provider, model, region = written
        group = UsageGroup(
            at, until, naive, provider, model, region, "standard", False, 0, 0, "request", (), 1, (), 0
        )  # fmt: skip
        lists = self._lists_of(written)
        if not lists:
            priced: Hashable = self._without_price(group)
        else:
            priced = tuple(
                tuple((m.weight, m.key.day, m.key.off_peak, month_of(m.day)) for m in self._quotes.moments(group, each))
                for each in lists
            )
        return priced, self._lines(group), None if until is None else until - at

    def treated(self, written: Written) -> Treated:
        """Names of one model are treated alike, and those that no list has, as far as their provider's days go."""
        found = self._treated.get(written)
        if found is None:
            found = self._treated[written] = self._treat(written)
        return found

    def _treat(self, written: Written) -> Treated:
        provider, model, _ = written
        lists = self._lists_of(written)
        if lists:
            edges = [self._cuts_of(each) for each in (*lists, *self.targets)]
            edges += [self.more_edges(each, each.provider, each.model) for each in lists]
            return Treated(lists, _together(edges))
        more = self.more_edges(None, provider or "", model)
        lengths = _together([*self._target_edges, more]) if self.targets or any(more) else ((), ())
        found = self._unknown.get(written) or Unresolved("")
        payer = found.provider or (provider and self.pricebook.payer_named(provider))
        return Treated(self._zone(provider), lengths, (payer, found.reason), found.model or model)

    @cached_property
    def _target_edges(self) -> list[Edges]:
        return [self._cuts_of(each) for each in self.targets]

    def _zone(self, provider: str | None) -> str:
        """The zone of the days of a provider whose list has no price."""
        known = self.pricebook.provider_named(provider) if provider else None
        books = self.pricebook.by_provider.get(known or provider or "")
        return books[0].timezone if books else "UTC"

    def _cuts_of(self, found: ResolvedModel) -> Edges:
        inputs, outputs = model_cuts(self.pricebook.book(found.provider, found.region), found.model)
        return tuple(inputs), tuple(outputs)

    def check(self, by: Collection[str], labels: Collection[str], change_days: Collection[date]) -> None:
        """CostcalcError: a rating that tells apart what these add up."""
        more = [
            *({*by} & {*TIME_FIELDS} - {*self.options.by}),
            *(() if self.keeps_hours else {*labels} - {*self.options.labels}),
            *map(str, {*change_days} - {*self.change_days}),
        ]
        if more:
            raise fail(
                "ledger-joined", f"the ledger was counted for another question: it adds up what {more[0]} tells apart",
                remedy="count the log again",
            )  # fmt: skip

    def _lists_of(self, written: Written) -> tuple[ResolvedModel, ...]:
        """The list that holds, and the provider's others, which a report may be held against."""
        found = self._lists.get(written)
        if found is None:
            provider, model, region = written
            resolved = self.pricebook.resolve(model, provider, region)
            if isinstance(resolved, Unresolved):
                self._unknown[written] = resolved
            else:
                found = (resolved, *self.pricebook.other_lists(resolved))
            self._lists[written] = found = found or ()
        return found

    def _without_price(self, group: UsageGroup) -> Hashable:
        days = days_of(group, self._zone(group.provider))
        return tuple((weight, month_of(day), bisect_right(self._bill_days, day)) for weight, day in days)

    def _lines(self, group: UsageGroup) -> Hashable:
        """On which lines of the report the time may stand."""
        labels: tuple[Hashable, ...] = () if group.naive or group.until is not None else tuple(
            label.of(group.at) for label in self.options.labels.values()
        )  # fmt: skip
        if self.keeps_hours:
            labels = (*labels, group.at % DAY_SECONDS)
        if not {*TIME_FIELDS} & {*self.options.by}:
            return labels
        first, last = (
            utc_day(at) if group.naive else day_of(at, self.options.timezone)
            for at in (group.at, group.at if group.until is None else max(group.at, group.until - 1))
        )
        return (*labels, first, last) if "day" in self.options.by else (*labels, month_of(first), month_of(last))

    @cached_property
    def _quotes(self) -> Quotes:
        return Quotes(self.pricebook, self.change_days, self.targets)

    @cached_property
    def _bill_days(self) -> list[date]:
        return bill_days_of(self.change_days, self.pricebook.terms.commitments)


def _together(edges: Sequence[Edges]) -> Edges:
    """All of them, ascending."""
    inputs, outputs = ({cut for both in edges for cut in both[side]} for side in (0, 1))
    return tuple(sorted(inputs)), tuple(sorted(outputs))
