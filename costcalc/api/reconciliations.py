"""Reconciliations: our rating of a log against invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from costcalc.api.books import Prices, read_prices
from costcalc.api.results import Result
from costcalc.api.settings import with_settings
from costcalc.api.words import (
    line_names,
    read_amount,
    read_basis,
    read_currency,
    read_limits,
    read_period,
    read_remote,
    read_share,
)
from costcalc.asked import NOTHING_ASKED
from costcalc.calendar import DAY_SECONDS
from costcalc.problems import CostcalcError, fail, nearest_names
from costcalc.rating.cuts import cuts_for
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.reports.reconcile.bills import BILL_FIELDS, CHARGE, ITEM, USAGE, zone_of
from costcalc.reports.reconcile.model import Reconciliation, Tolerance
from costcalc.reports.reconcile.reconciliation import ReconcileOptions
from costcalc.reports.reconcile.reconciliation import reconcile as reconcile_report
from costcalc.selectors import glob_matches
from costcalc.usage.ledger import UsageGroup, UsageLedger, covered_days
from costcalc.usage.limits import Limits
from costcalc.usage.period import Period

TOLERANCE = "1%,0.05"
EACH = ("day", "month", "total")
_HOURS = range(0, DAY_SECONDS, 3600)


@dataclass(frozen=True)
class ReconciliationResult(Result):
    """The answer of `reconcile`, with the ways to hand it on."""

    report: Reconciliation


def reconcile(
    usage: object,
    invoice: object,
    *,
    by: Sequence[str] | str | None = None,
    each: str | None = None,
    tolerance: str | Tolerance = TOLERANCE,
    whole: bool = False,
    basis: str = "contracted",
    currency: str | None = None,
    prices: Prices | None = None,
    timezone: str | None = None,
    invoice_format: str | None = None,
    invoice_columns: Mapping[str, str] | None = None,
    **choose: Any,
) -> ReconciliationResult:
    """Our cost against what was billed: `reconcile("usage.csv", "openai_cost.csv").agrees`.

    `invoice` is a path, a list of paths or a frame; `tolerance` a share and an amount; `each` day, month or total, the
    finest that both have if not said; `timezone` that of the days, the invoice's own if not said; `choose` as for
    `scan`. CostcalcError with every problem.
    """
    if each is not None and each not in EACH:
        raise fail("bad-option", f'each "{each}" is not a period', expected=", ".join(EACH), nearest=nearest_names(each, EACH))  # fmt: skip
    names = None if by is None else _names(by)
    allowed = tolerance if isinstance(tolerance, Tolerance) else read_tolerance(tolerance)
    prices = prices or read_prices()
    bills = _invoices(
        invoice, names or (), prices, timezone or "UTC", invoice_format, invoice_columns or {}, _limits(choose)
    )
    zone = timezone or zone_of(bills, prices.pricebook) or "UTC"
    ledger = _usage(usage, names or (), prices, zone, choose)
    options = ReconcileOptions(
        names,
        each,  # type: ignore[arg-type]
        allowed,
        whole,
        read_basis(basis),
        read_currency(currency),
        zone,
        *_days(choose, ledger, zone),
    )
    chosen = [_chosen(bill, choose.get("where") or {}, prices) for bill in bills]
    return ReconciliationResult(reconcile_report(ledger, chosen, prices.pricebook, prices.fx, options))


def read_tolerance(text: str) -> Tolerance:
    """`1%,0.05`, `0.5%`, `0.10`: a share of the larger amount, and an amount. CostcalcError: neither, or negative."""
    share: Fraction | None = None
    amount: Fraction | None = None
    for word in (part.strip() for part in str(text).split(",")):
        try:
            if word.endswith("%"):
                found, share = share, read_share(word, "tolerance")
            else:
                found, amount = amount, read_amount(word, "tolerance").amount
        except CostcalcError:
            raise _no_tolerance(text) from None
        if found is not None:
            raise _no_tolerance(text)
    if (share is not None and share < 0) or (share is None and amount is None):
        raise _no_tolerance(text)
    none = Tolerance().amount * 0
    return Tolerance(share if share is not None else none, amount if amount is not None else none)


def _no_tolerance(text: object) -> CostcalcError:
    return fail(
        "bad-tolerance",
        f'--tolerance "{text}" is not a tolerance',
        expected="a percentage, an amount, or both: 1%,0.05",
    )


def _names(by: Sequence[str] | str) -> tuple[str, ...]:
    words = by.split(",") if isinstance(by, str) else by
    if not [word for word in words if word.strip()]:
        return ()
    names = line_names(by)
    wrong = [name for name in names if name in PRICE_FIELDS and name not in BILL_FIELDS]
    if wrong:
        raise fail(
            "bad-option", f'lines cannot be compared by "{wrong[0]}"',
            expected=f"{', '.join(BILL_FIELDS)}, or a column that both sides have; days come from --each",
        )  # fmt: skip
    return names


def _invoices(
    invoice: object, by: Sequence[str], prices: Prices, timezone: str, usage_format: str | None,
    columns: Mapping[str, str], limits: Limits,
) -> list[UsageLedger]:  # fmt: skip
    """Each file of the invoice as a ledger of its own, for no two need have the same columns."""
    from costcalc.usage.arguments import find_files
    from costcalc.usage.scan import ScanRequest, scan

    request = ScanRequest(
        if_offered=(CHARGE, ITEM, *(name for name in by if name not in PRICE_FIELDS)),
        cuts=cuts_for(prices.pricebook, timezone),
        timezone=timezone,
        mapping=dict(columns),
        usage_format=usage_format,
        is_bill=True,
    )
    if isinstance(invoice, UsageLedger):
        return [invoice]
    if not isinstance(invoice, str | Path | Sequence):
        return [scan(invoice, request, limits=limits)]
    found: list[UsageLedger] = []
    named = find_files(invoice)
    problems = named.left.missing  # a bill is compared whole
    for name in named.files:
        try:
            found.append(scan(name, request, limits=limits))
        except CostcalcError as error:
            problems += error.problems
    if problems:
        raise CostcalcError(problems)
    return found


def _usage(usage: object, by: Sequence[str], prices: Prices, timezone: str, choose: Mapping[str, Any]) -> UsageLedger:
    """The log, with the hours of the day kept apart: an invoice's days may begin at any of them."""
    if isinstance(usage, UsageLedger):
        return usage
    from costcalc.usage.scan import ScanRequest, scan

    limits = _limits(choose)
    cuts = cuts_for(prices.pricebook, timezone)
    period = _period(choose)
    request = ScanRequest(
        cuts=replace(cuts, day_edges=tuple(sorted({*cuts.day_edges, *_HOURS}))),
        dimensions=tuple(name for name in by if name not in PRICE_FIELDS),
        since=period.since,
        until=period.until,
        last=period.last,
        timezone=timezone,
        where=_globs(choose.get("where") or {}, prices),
        named=cache(prices.pricebook.named),
        mapping=dict(choose.get("columns") or {}),
        rules=tuple(choose.get("rules") or ()),
        usage_format=choose.get("usage_format"),
        remote=read_remote(choose.get("engine"), choose.get("remote")),
    )
    asked = choose.get("asked") or NOTHING_ASKED
    try:
        return with_settings(scan(usage, request, choose.get("progress"), limits), asked, prices)
    except CostcalcError as error:
        if {problem.code for problem in error.problems} != {"ledger-too-coarse"}:
            raise
        # A ledger that was stored without the hours says less of why the days differ, and all of how much.
        found = scan(usage, replace(request, cuts=cuts), choose.get("progress"), limits)
        return with_settings(found, asked, prices)


def _limits(choose: Mapping[str, Any]) -> Limits:
    return read_limits(choose.get("memory"), choose.get("threads"))


def _period(choose: Mapping[str, Any]) -> Period:
    names = ("since", "until", "month", "last", "week", "quarter")
    since, until, month, last, week, quarter = (choose.get(name) for name in names)
    return read_period(since, until, month, last, week, quarter, choose.get("fiscal_year_starts", 1))


def _days(choose: Mapping[str, Any], ledger: UsageLedger, timezone: str) -> tuple[date | None, date | None]:
    """The first day, and the day after the last one, that were asked for; of a length, counted back."""
    period = _period(choose)
    last_day = covered_days(ledger, timezone)[1] if period.last else None
    return (period.last.since(last_day) if period.last and last_day else period.since), period.until


def _globs(where: Mapping[str, Any], prices: Prices) -> dict[str, tuple[str, ...]]:
    found = {name.lower(): (globs,) if isinstance(globs, str) else tuple(globs) for name, globs in where.items()}
    if "provider" in found:
        found["provider"] = tuple(prices.pricebook.payer_named(glob) for glob in found["provider"])
    return found


def _chosen(bill: UsageLedger, where: Mapping[str, Any], prices: Prices) -> UsageLedger:
    """The rows of the invoice that the choice of usage is about. CostcalcError: a name that it does not have."""
    globs = _globs(where, prices)
    missing = [name for name in globs if name not in ("provider", "model") and name not in bill.dimensions]
    if missing:
        raise fail(
            "not-in-invoice", f"--where {missing[0]}: the invoice has no {missing[0]}, so its part cannot be chosen",
            remedy="choose by provider or model, or by a column that both sides have and --by names",
        )  # fmt: skip
    if not globs:
        return bill

    def wanted(group: UsageGroup) -> bool:
        charge = group.dimensions[bill.dimensions.index(CHARGE)] if CHARGE in bill.dimensions else None
        if charge not in (None, USAGE):
            return True  # taxes and credits are of the whole invoice
        written = {"provider": group.provider or "", "model": group.model}
        meant = dict(zip(("provider", "model"), prices.pricebook.named(group.provider or "", group.model), strict=True))
        for name, allowed in globs.items():
            texts = (
                {written[name], meant[name]}
                if name in written
                else {group.dimensions[bill.dimensions.index(name)] or ""}
            )
            if name == "provider" and texts == {""}:
                continue  # an item of nobody known: it may be anyone's
            if not any(glob_matches(glob, text) for glob in allowed for text in texts):
                return False
        return True

    return replace(bill, groups=[group for group in bill.groups if wanted(group)])
