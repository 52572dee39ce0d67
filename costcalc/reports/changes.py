"""Changes: whether the price changes of a scenario concern anything that is known, and any day that is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.calendar import month_of, months_from
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Problem, nearest_names
from costcalc.rating.model import Rating
from costcalc.reports.lines import touches
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.model import PriceChange, PriceChanges


def check_changes(
    changes: PriceChanges, months: int | None, rating: Rating, pricebook: Pricebook, usage: UsageSummary
) -> None:
    """CostcalcError: a change of something that is known nowhere, or one that begins after all that is looked at.

    `months` to come are looked at too; None: nobody can ask for any.
    """
    problems = [*_unknown_names(changes, rating, pricebook), *_too_late(changes, months, rating, usage)]
    if problems:
        raise CostcalcError(problems)


def _unknown_names(changes: PriceChanges, rating: Rating, pricebook: Pricebook) -> list[Problem]:
    """A name that stands neither in the books nor in the log can only be a slip."""
    booked = {(book.provider, name) for book in pricebook.books for name in book.models}
    odd = [
        change
        for change in changes.changes
        if not change.event and not any(change.selector.matches(provider, model) for provider, model in booked)
    ]
    if not odd:  # a large log is looked through only for what no book knows
        return []
    seen = {(charge.provider, charge.model.lower()) for charge in rating.charges}
    seen |= {(part.provider, part.model.lower()) for part in rating.unpriced}
    problems = []
    for change in odd:
        if any(change.selector.matches(provider, model) for provider, model in seen):
            continue
        providers = sorted({provider for provider, _ in seen | booked})
        known = change.selector.provider == "*" or change.selector.provider in providers
        names = [f"{provider}/{model}" for provider, model in sorted(seen | booked)]
        problems.append(
            Problem(
                "unknown-selector",
                f'{_name_of(change)}: nothing is called "{change.selector}", neither in the pricebooks nor in the log',
                place=change.place,
                nearest=nearest_names(str(change.selector), names)
                if known
                else _nearest_providers(change.selector.provider, providers, pricebook),
                expected="" if known else f"a provider: {', '.join(providers)}",
                remedy="correct the name, or quote a glob: 'alibaba/qwen3-*'",
            )
        )
    return problems


def _name_of(change: PriceChange) -> str:
    return f'"{change.written}"' if change.place else f'--hike "{change.written}"'


def _nearest_providers(name: str, providers: Sequence[str], pricebook: Pricebook) -> tuple[str, ...]:
    """`aliyun` is a name of alibaba in logs; a rise names the provider as the page does."""
    meant = pricebook.provider_named(name)
    return (meant,) if meant else nearest_names(name, providers)


def _too_late(changes: PriceChanges, asked: int | None, rating: Rating, usage: UsageSummary) -> list[Problem]:
    """A change after the log touches nothing unless months are projected."""
    if usage.last_day is None:
        return []
    end, count = month_of(usage.last_day).next, asked or 0
    horizon = list(months_from(end, count))
    last = horizon[-1].next.first if horizon else None
    problems = []
    begun = {change.written for change in changes if change.from_day is None or (last and change.from_day < last)}
    for change in changes.changes:
        if change.from_day is None or change.from_day <= usage.last_day or change.written in begun:
            continue  # of a rise by the month the steps beyond the horizon say nothing
        if any(touches(change, charge) for charge in rating.charges):
            continue  # the log's last day in UTC may be the next one at the provider
        months = (change.from_day.year - end.year) * 12 + change.from_day.month - end.month + 1
        problems.append(
            Problem(
                "hike-after-the-log",
                f"{_name_of(change)} begins on {change.from_day}, after the log's last day ({usage.last_day})"
                + (f" and after its {count} month{'s' * (count > 1)}" if count else ""),
                place=change.place,
                remedy="drop the date to see this usage at the new prices"
                + (f", or add --months {max(months, 1)}" if asked is not None else ""),
            )
        )
    return problems
