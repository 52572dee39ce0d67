"""Usage: which log is meant, counted once into a ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.api.books import Prices, read_prices
from costcalc.api.plans import scenario_of
from costcalc.api.settings import with_settings
from costcalc.api.words import read_limits, read_period, read_remote
from costcalc.asked import NOTHING_ASKED, Asked
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import CostcalcError, Problem, fail
from costcalc.rating.cuts import cuts_for, splits_for
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.reports.revenue import UNSTATED, Earned, earning
from costcalc.scenario.items import Scenario
from costcalc.usage.ledger import Joining, UsageLedger
from costcalc.usage.maps import MapRule

if TYPE_CHECKING:
    from costcalc.budget.model import Budget
    from costcalc.usage.progress import Progress


def scan(
    usage: object,
    *,
    by: Iterable[str] = (),
    prices: Prices | None = None,
    timezone: str = "UTC",
    since: date | str | None = None,
    until: date | str | None = None,
    month: str | None = None,
    last: str | None = None,
    week: str | None = None,
    quarter: str | None = None,
    fiscal_year_starts: int = 1,
    where: Mapping[str, str | Sequence[str]] | None = None,
    columns: Mapping[str, str] | None = None,
    usage_format: str | None = None,
    formats: Sequence[str | Path] = (),
    progress: Progress | None = None,
    memory: str | None = None,
    threads: int | str | None = None,
    engine: str | None = None,
    remote: str | None = None,
    scenarios: Sequence[str | Path | Scenario] = (),
    months: int | None = None,
    budgets: Sequence[Budget] = (),
    asked: Asked = NOTHING_ASKED,
    rules: Sequence[MapRule] = (),
    raised: Sequence[Scenario] = (),
    joining: Joining | None = None,
    if_offered: Sequence[str] = (),
) -> UsageLedger:
    """Usage counted once, into a ledger. `usage`: a path, a list of paths, `-`, or a pandas frame.

    The days are those from `since` on and before `until`, those of a `month` ("2026-10"), a
    `quarter` ("2026-Q4", of the year that begins in the month `fiscal_year_starts`) or an ISO `week` ("2026-W40"), or
    the `last` ones before the log's end ("30d", "4w", "3m").
    `by` names the dimensions to keep apart, `if_offered` those that are kept where the log has them; `columns` says what a column of your own is called
    (`{"input_tokens": "tok_in"}`); `formats` are format files of your own, in which each log is looked up first;
    `scenarios`, over `months`, and `budgets` say what else must be kept
    apart so that they can be run on the ledger; `raised` are scenarios of prices for the log's own
    time; `progress` is called with a `costcalc.usage.progress.Step`, from another thread;
    `memory` ("2GB") and `threads` limit what counting uses; `engine` "spark" counts on the cluster at `remote`
    ("sc://HOST:PORT"), which reads the usage by its paths (`s3://…`) or names of tables; `joining`: what one question does not tell apart, so that the ledger answers no other.
    CostcalcError: an input that cannot be read or understood.
    """
    from costcalc.usage.scan import ScanRequest
    from costcalc.usage.scan import scan as scan_usage

    limits = read_limits(memory, threads)
    prices = prices or read_prices()
    wished = tuple(if_offered)
    plans: list[Scenario] = []
    names, cuts = tuple(by), cuts_for(prices.pricebook, timezone)
    if scenarios:
        from costcalc.api.outlooks import asked_of_a_scan

        plans = [scenario_of(scenario, (), prices) for scenario in scenarios]
        more, kept, cuts = asked_of_a_scan(plans, months, prices, timezone)
        names, wished = (*names, *more), (*wished, *kept)
    if budgets:
        from costcalc.reports.check.usage import columns_for, with_budgets

        names, cuts = (*names, *columns_for(budgets)), with_budgets(cuts, budgets)
    period = read_period(since, until, month, last, week, quarter, fiscal_year_starts)
    selectors = [change.selector for plan in (*plans, *raised) for change in plan.whole_changes()]
    selectors += [term.selector for term in prices.pricebook.terms.commitments]
    request = ScanRequest(
        cuts=replace(cuts, splits=splits_for(selectors)),
        dimensions=tuple(dict.fromkeys(name for name in names if name not in PRICE_FIELDS)),
        if_offered=wished,
        since=period.since,
        until=period.until,
        last=period.last,
        timezone=timezone,
        where=_where(where or {}, prices.pricebook),
        named=cache(prices.pricebook.named),
        mapping=dict(columns or {}),
        rules=tuple(rules),
        usage_format=usage_format,
        formats=tuple(map(Path, formats)),
        remote=read_remote(engine, remote),
        joining=joining,
    )
    try:
        return with_settings(scan_usage(usage, request, progress, limits), asked, prices)
    except CostcalcError as error:
        raise CostcalcError([_placed(problem, plans) for problem in error.problems], error.exit_code) from error


def _placed(problem: Problem, plans: Sequence[Scenario]) -> Problem:
    """A column that no log has is a slip of the scenario whose `where` asks for it."""
    if problem.code != "unknown-column" or problem.place is not None or not plans:
        return problem
    from costcalc.forecasts.horizon import wheres_of

    wheres = (where for plan in plans for where in wheres_of(plan))
    asking = next((where for where in wheres if any(f'"{name}"' in problem.message for name in where.names)), None)
    return replace(problem, place=asking.place) if asking else problem


def ledger_of(
    usage: object, by: Sequence[str], prices: Prices, timezone: str, choose: Mapping[str, Any],
    raised: Sequence[Scenario] = (), joining: Joining | None = None, earned: Earned = UNSTATED,
) -> UsageLedger:  # fmt: skip
    """Usage counted for a question, unless it was counted before, with what a table says that it earns."""
    if not isinstance(usage, UsageLedger):
        usage = scan(
            usage, by=by, prices=prices, timezone=timezone, raised=raised, joining=joining,
            if_offered=earned.names, **choose,
        )  # fmt: skip
    return earning(earned, usage, timezone)


def _where(chosen: Mapping[str, str | Sequence[str]], book: Pricebook) -> dict[str, tuple[str, ...]]:
    """Globs by name; a provider may be called by any of its names."""
    if not isinstance(chosen, Mapping):
        raise fail(
            "bad-option", f'where is not a mapping: "{chosen}"', expected='{"team": "search", "model": "qwen3-*"}'
        )
    found = {
        name.lower(): (globs,) if isinstance(globs, str) else tuple(map(str, globs)) for name, globs in chosen.items()
    }
    if "provider" in found:
        found["provider"] = tuple(book.payer_named(glob) for glob in found["provider"])
    return found
