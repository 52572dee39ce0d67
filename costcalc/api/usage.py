"""Usage: which log is meant, counted once into a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from costcalc.api.books import Prices, Pricing, prices_of
from costcalc.api.keywords import keywords
from costcalc.api.options import ScanOptions
from costcalc.api.plans import Words, scenario_of
from costcalc.api.settings import with_settings
from costcalc.api.words import Globs, limits_of, read_globs, read_pairs, read_period, read_remote, read_timezone
from costcalc.problems import CostcalcError, Problem
from costcalc.rating.cuts import cuts_for, splits_for
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.records import dataclass
from costcalc.reports.revenue import UNSTATED, StatedRevenue, earning
from costcalc.scenario.items import Scenario
from costcalc.usage.ledger import Joining, UsageLedger

if TYPE_CHECKING:
    from costcalc.budget.model import Budget
    from costcalc.reports.usage import UsageSummary
    from costcalc.usage.limits import Limits
    from costcalc.usage.scan import ScanRequest


@dataclass(frozen=True, slots=True)
class LedgerNeeds:
    """What a question keeps apart in the ledger that answers it."""

    by: Sequence[str] = ()
    if_offered: Sequence[str] = ()  # where the log has them
    scenarios: Sequence[str | Path | Scenario] = ()  # of months to come
    months: int | None = None
    budgets: Sequence[Budget] = ()
    raised: Sequence[Scenario] = ()  # scenarios of prices for the log's own time
    joining: Joining | None = None  # what the question does not tell apart


@keywords(ScanOptions)
def scan(usage: object, **words: Unpack[ScanOptions]) -> UsageLedger:
    """Usage counted once, into a ledger that every question takes in place of the log.

    `usage`: a path, a list of paths, `-`, a frame of pandas or polars, an Arrow table, or a relation of DuckDB.
    CostcalcError: an input that cannot be read or understood.
    """
    from costcalc.api.checks import budgets_of

    by = words["by"]
    wanted = LedgerNeeds(
        tuple(name.strip() for name in by.split(",") if name.strip()) if isinstance(by, str) else tuple(by),
        words["if_offered"],
        words["scenarios"],
        words["months"],
        budgets_of(words["budgets"]),
        words["raised"],
        words["joining"],
    )
    return counted(usage, words, prices_of(words), read_timezone(words["timezone"] or "UTC"), wanted)


def ledger_of(
    usage: object, words: Words, pricing: Pricing, wanted: LedgerNeeds, earned: StatedRevenue = UNSTATED
) -> UsageLedger:
    """Usage counted for a question, unless it was counted before, with what a table says that it earns."""
    if not isinstance(usage, UsageLedger):
        wanted = replace(wanted, if_offered=(*wanted.if_offered, *earned.names))
        usage = counted(usage, words, pricing.prices, pricing.timezone, wanted)
    return earning(earned, usage, pricing.timezone)


def counted(usage: object, words: Words, prices: Prices, timezone: str, wanted: LedgerNeeds) -> UsageLedger:
    """The usage that the keywords choose, with what is wanted kept apart. CostcalcError."""
    from costcalc.usage.progress import COMPUTING, ReadingStep
    from costcalc.usage.scan import scan as scan_usage

    ahead = [*wanted.scenarios, *(budget.scenario for budget in wanted.budgets if budget.scenario)]
    plans = [scenario_of(scenario, (), prices) for scenario in ahead]
    names, wished, cuts = tuple(wanted.by), tuple(wanted.if_offered), cuts_for(prices.pricebook, timezone)
    if plans:
        from costcalc.api.outlooks import asked_of_a_scan

        more, kept, cuts = asked_of_a_scan(plans, wanted.months, prices, timezone)
        names, wished = (*names, *more), (*wished, *kept)
    if wanted.budgets:
        from costcalc.reports.check.usage import columns_for, with_budgets

        names, cuts = (*names, *columns_for(wanted.budgets)), with_budgets(cuts, wanted.budgets)
    selectors = [change.selector for plan in (*plans, *wanted.raised) for change in plan.whole_changes()]
    selectors += [term.selector for term in prices.pricebook.terms.commitments]
    request = replace(
        request_of(words, prices, timezone),
        cuts=replace(cuts, splits=splits_for(selectors)),
        dimensions=tuple(dict.fromkeys(name for name in names if name not in PRICE_FIELDS)),
        if_offered=tuple(dict.fromkeys(wished)),
        joining=wanted.joining,
    )
    limits = limits_of(words)
    try:
        found = scan_usage(usage, request, words.get("progress"), limits)
        if progress := words.get("progress"):
            progress(ReadingStep(COMPUTING))
        return with_settings(found, words["asked"], prices)
    except CostcalcError as error:
        raise CostcalcError([_placed(problem, plans) for problem in error.problems], error.exit_code) from error


def keep(ledger: UsageLedger, outputs: Sequence[Path], limits: Limits, timezone: str) -> UsageSummary:
    """Write the ledger into files, and say what it holds, in days of that zone. CostcalcError: one cannot be written."""
    from costcalc.reports.usage import summary_of
    from costcalc.usage.store import write_ledger

    for path in outputs:
        write_ledger(ledger, path, limits)
    return summary_of(ledger, timezone)


def request_of(words: Words, prices: Prices, timezone: str) -> ScanRequest:
    """Which rows, and how they are read, as the keywords say it. CostcalcError."""
    from costcalc.usage.scan import ScanRequest

    period = read_period(words, timezone)
    return ScanRequest(
        since=period.since,
        until=period.until,
        last=period.last,
        timezone=timezone,
        where=globs_of(words.get("where"), "--where", prices),
        named=cache(prices.pricebook.named),
        mapping=read_pairs(words["columns"], "--map", "NAME=COLUMN"),
        rules=tuple(words["rules"]),
        usage_format=words["usage_format"],
        formats=tuple(map(Path, words["formats"])),
        remote=read_remote(words["engine"], words["remote"]),
    )


def globs_of(written: Globs, flag: str, prices: Prices) -> dict[str, tuple[str, ...]]:
    """Globs by name; a provider may be called by any of its names."""
    found = read_globs(written, flag)
    if "provider" in found:
        found["provider"] = tuple(prices.pricebook.payer_named(glob) for glob in found["provider"])
    return found


def _placed(problem: Problem, plans: Sequence[Scenario]) -> Problem:
    """A column that no log has is a slip of the scenario whose `where` asks for it."""
    if problem.code != "unknown-column" or problem.place is not None or not plans:
        return problem
    from costcalc.months.horizon import wheres_of

    wheres = (where for plan in plans for where in wheres_of(plan))
    asking = next((where for where in wheres if any(f'"{name}"' in problem.message for name in where.names)), None)
    return replace(problem, place=asking.place) if asking else problem
