"""Changes: whether the price changes of a scenario concern anything that is known, and any day that is looked at."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence

from costcalc.calendar import MOST_MONTHS, month_of, months_from
from costcalc.pricebook.nearest import nearest_models
from costcalc.pricebook.overlay import unknown_meter
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Problem, nearest_names
from costcalc.rating.model import Rating
from costcalc.rating.unpriced import OpenUnpriced
from costcalc.reports.lines import touches
from costcalc.reports.usage import UsageSummary
from costcalc.scenario.model import PriceChange, PriceChanges
from costcalc.selectors import glob_matches

_NEAR = 3  # names shown


def check_changes(
    changes: PriceChanges,
    months: int | None,
    rating: Rating,
    pricebook: Pricebook,
    usage: UsageSummary,
    stated: int = 0,
) -> list[str]:
    """Which changes begin after all that is looked at, where the scenario itself looks further: said.

    `months` to come are looked at too; None: nobody can ask for any. `stated`: how many the scenario has. CostcalcError: a
    change of something that is known nowhere, or one that begins after all of them.
    """
    problems, left_out = _unknown_names(changes, rating, pricebook), []
    for change, first in _too_late(changes, months or 0, rating, usage):
        if change.place and first <= stated:
            left_out.append(_name_of(change))
        else:
            problems.append(_too_late_problem(change, first, months, usage))
    if problems:
        raise CostcalcError(problems)
    return [f"Left out, because the {_months(months or 0)} end before: {', '.join(left_out)}"] if left_out else []


def _months(count: int) -> str:
    return f"{count} month{'s' * (count != 1)}"


def _unknown_names(changes: PriceChanges, rating: Rating, pricebook: Pricebook) -> list[Problem]:
    """A name that stands neither in the books nor in the log can only be a slip."""
    odd = [change for change in changes.changes if not change.event and not pricebook.has_any(change.selector)]
    if not odd:  # a large log is looked through only for what no book knows
        return []
    seen = {(charge.provider, charge.model.lower()) for charge in rating.charges}
    unpriced = rating.unpriced
    named = unpriced.names() if isinstance(unpriced, OpenUnpriced) else [(part.provider, part.model) for part in unpriced]  # fmt: skip
    seen |= {(provider, model.lower()) for provider, model in named}
    problems = []
    for change in odd:
        if any(change.selector.matches(provider, model) for provider, model in seen):
            continue
        booked = {*pricebook.models_for(change.selector.provider)}
        problems.append(_unknown_name(change, seen | booked, pricebook))
    return problems


def _unknown_name(change: PriceChange, known: Collection[tuple[str, str]], pricebook: Pricebook) -> Problem:
    """What is near, and the rise as it would be written of it, ready to paste."""
    selector = change.selector
    if problem := unknown_meter(_name_of(change), selector, change.place, pricebook):
        return problem
    providers = sorted({provider for provider, _ in known})
    sellers = sorted({*providers, *pricebook.by_provider})
    names = [f"{provider}/{model}" for provider, model in sorted(known)]
    message = f'{_name_of(change)}: nothing is called "{selector}", neither in the pricebooks nor in the log'
    if selector.provider == "*" or selector.provider in providers:
        remedy = f"correct the name, or quote a glob: '{selector.provider}/*'"
        return Problem("unknown-selector", message, change.place, nearest=nearest_names(str(selector), names), remedy=remedy)  # fmt: skip
    model = f"*/{selector.provider}"
    billed = [name for name in names if glob_matches(model, name)]
    if billed and selector.model == "*":
        return Problem(
            "unknown-selector", message, change.place, nearest=tuple(billed[:_NEAR]), expected="a provider, or a model behind one",
            remedy=_rewritten(change, model),
        )  # fmt: skip
    near = _nearest_providers(selector.provider, sellers, pricebook)
    models = () if near or selector.model != "*" else nearest_models(pricebook, [selector.provider])[selector.provider]
    return Problem(
        "unknown-selector", message, change.place, nearest=near or models, expected=f"a provider: {', '.join(providers)}",
        remedy=_rewritten(change, (near or models)[0]) if near or models else "name a provider, or a model as '*/MODEL'",
    )  # fmt: skip


def _rewritten(change: PriceChange, name: str) -> str:
    """The change with another name in place of its own first word."""
    wrong = len(change.selector.provider)
    if change.place:
        return f'write what: "{name}{str(change.selector)[wrong:]}"'
    return f"write --hike {shlex.quote(name + change.written.strip()[wrong:])}"


def _name_of(change: PriceChange) -> str:
    return f'"{change.written}"' if change.place else f'--hike "{change.written}"'


def _nearest_providers(name: str, providers: Sequence[str], pricebook: Pricebook) -> tuple[str, ...]:
    """`aliyun` is a name of alibaba in logs; a rise names the provider as the page does."""
    meant = pricebook.provider_named(name)
    return (meant,) if meant else nearest_names(name, providers)


def _too_late(
    changes: PriceChanges, months: int, rating: Rating, usage: UsageSummary
) -> Iterator[tuple[PriceChange, int]]:
    """Changes that begin after the log and its months to come, and how many of these the first day would need."""
    if usage.last_day is None:
        return
    end = month_of(usage.last_day).next
    horizon = list(months_from(end, months))
    last = horizon[-1].next.first if horizon else None
    begun = {change.written for change in changes if change.from_day is None or (last and change.from_day < last)}
    for change in changes.changes:
        if change.from_day is None or change.from_day <= usage.last_day or change.written in begun:
            continue  # of a rise by the month the steps beyond the horizon say nothing
        if any(touches(change, charge) for charge in rating.charges):
            continue  # the log's last day in UTC may be the next one at the provider
        yield change, (change.from_day.year - end.year) * 12 + change.from_day.month - end.month + 1


def _too_late_problem(change: PriceChange, first: int, months: int | None, usage: UsageSummary) -> Problem:
    return Problem(
        "hike-after-the-log",
        f"{_name_of(change)} begins on {change.from_day}, after the log's last day ({usage.last_day})"
        + (f" and after its {_months(months)}" if months else ""),
        place=change.place,
        remedy="drop the date to see this usage at the new prices"
        + (f", or add --months {max(first, 1)}" if months is not None and first <= MOST_MONTHS else ""),
    )
