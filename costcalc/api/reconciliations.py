"""Reconciliations: our rating of a log against invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Unpack

from costcalc.api.books import Prices, Pricing, prices_of, pricing_of
from costcalc.api.keywords import keywords
from costcalc.api.options import ReconcileOptions as Options
from costcalc.api.plans import Words
from costcalc.api.results import Result
from costcalc.api.settings import with_settings
from costcalc.api.usage import globs_of, request_of
from costcalc.api.words import limits_of, line_names, read_amount, read_pairs, read_period, read_share
from costcalc.calendar import DAY_SECONDS
from costcalc.problems import CostcalcError, fail, nearest_names
from costcalc.rating.cuts import cuts_for
from costcalc.rating.rate import PRICE_FIELDS
from costcalc.reports.reconcile.bills import BILL_FIELDS, CHARGE, ITEM, USAGE, zone_of
from costcalc.reports.reconcile.model import Reconciliation, Tolerance
from costcalc.reports.reconcile.reconciliation import ReconcileQuestion
from costcalc.reports.reconcile.reconciliation import reconcile as reconcile_report
from costcalc.selectors import glob_matches
from costcalc.usage.ledger import UsageGroup, UsageLedger, covered_days

EACH = ("day", "month", "total")
_HOURS = range(0, DAY_SECONDS, 3600)


@dataclass(frozen=True)
class ReconciliationResult(Result):
    """The answer of `reconcile`, with the ways to hand it on."""

    report: Reconciliation


@keywords(Options)
def reconcile(usage: object, invoice: object, **words: Unpack[Options]) -> ReconciliationResult:
    """Our cost against what was billed: `reconcile("usage.csv", "openai_cost.csv").agrees`.

    `invoice` is a path, a list of paths or a frame; `tolerance` a share and an amount; `each` day, month or total, the
    finest that both have if not said; `timezone` that of the days, the invoice's own if not said. CostcalcError with
    every problem.
    """
    each, by, tolerance, timezone = words["each"], words["by"], words["tolerance"], words["timezone"]
    if each is not None and each not in EACH:
        raise fail("bad-option", f'each "{each}" is not a period', expected=", ".join(EACH), nearest=nearest_names(each, EACH))  # fmt: skip
    names = None if by is None else _names(by)
    allowed = tolerance if isinstance(tolerance, Tolerance) else read_tolerance(tolerance)
    prices = prices_of(words)
    bills = _invoices(invoice, names or (), prices, words)
    pricing = pricing_of({**words, "timezone": timezone or zone_of(bills, prices.pricebook)}, prices)
    ledger = _usage(usage, names or (), pricing, words)
    options = ReconcileQuestion(
        names,
        each,  # type: ignore[arg-type]
        allowed,
        words["whole"],
        pricing.basis,
        pricing.currency,
        pricing.timezone,
        *_days(words, ledger, pricing.timezone),
    )
    where = globs_of(words["where"], "--where", prices)
    chosen = [_chosen(bill, where, prices) for bill in bills]
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


def _invoices(invoice: object, by: Sequence[str], prices: Prices, words: Words) -> list[UsageLedger]:
    """Each file of the invoice as a ledger of its own, for no two need have the same columns."""
    from costcalc.usage.files.arguments import find_files
    from costcalc.usage.scan import ScanRequest, scan

    timezone, limits = words["timezone"] or "UTC", limits_of(words)
    request = ScanRequest(
        if_offered=(CHARGE, ITEM, *(name for name in by if name not in PRICE_FIELDS)),
        cuts=cuts_for(prices.pricebook, timezone),
        timezone=timezone,
        mapping=read_pairs(words["invoice_columns"], "--invoice-map", "NAME=COLUMN"),
        usage_format=words["invoice_format"],
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


def _usage(usage: object, by: Sequence[str], pricing: Pricing, words: Words) -> UsageLedger:
    """The log, with the hours of the day kept apart: an invoice's days may begin at any of them."""
    if isinstance(usage, UsageLedger):
        return usage
    from costcalc.usage.scan import scan

    limits = limits_of(words)
    cuts = cuts_for(pricing.prices.pricebook, pricing.timezone)
    request = replace(
        request_of(words, pricing.prices, pricing.timezone),
        cuts=replace(cuts, day_edges=tuple(sorted({*cuts.day_edges, *_HOURS}))),
        dimensions=tuple(name for name in by if name not in PRICE_FIELDS),
    )
    try:
        found = scan(usage, request, words["progress"], limits)
    except CostcalcError as error:
        if {problem.code for problem in error.problems} != {"ledger-too-coarse"}:
            raise
        # A ledger that was stored without the hours says less of why the days differ, and all of how much.
        found = scan(usage, replace(request, cuts=cuts), words["progress"], limits)
    return with_settings(found, words["asked"], pricing.prices)


def _days(words: Words, ledger: UsageLedger, timezone: str) -> tuple[date | None, date | None]:
    """The first day, and the day after the last one, that were asked for; of a length, counted back."""
    period = read_period(words, timezone)
    last_day = covered_days(ledger, timezone)[1] if period.last else None
    return (period.last.since(last_day) if period.last and last_day else period.since), period.until


def _chosen(bill: UsageLedger, globs: Mapping[str, tuple[str, ...]], prices: Prices) -> UsageLedger:
    """The rows of the invoice that the choice of usage is about. CostcalcError: a name that it does not have."""
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
