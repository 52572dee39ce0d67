"""Reconcile: our rating of a log beside what was billed, line by line over the days that both cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from costcalc.calendar import Month, month_of
from costcalc.pricebook.fx import FxTable
from costcalc.pricebook.resolve import Pricebook
from costcalc.problems import fail
from costcalc.rating.model import RateUsed
from costcalc.rating.rate import RatingOptions
from costcalc.reports.reconcile.bills import (
    USAGE,
    Item,
    Names,
    check_names,
    days_of_group,
    items_of,
    names_said,
)
from costcalc.reports.reconcile.causes import ComparableLines, Key, Search
from costcalc.reports.reconcile.model import (
    Apart,
    Cause,
    Class,
    Each,
    Invoice,
    Outside,
    ReconciledLine,
    Reconciliation,
    Tolerance,
)
from costcalc.reports.reconcile.ours import Ours
from costcalc.reports.usage import summary_of
from costcalc.usage.ledger import UsageLedger, covered_days

DEFAULT_BY = ("provider", "model")
_COARSER: dict[Each, int] = {"day": 0, "month": 1, "total": 2}
_MOST_DIGITS = 6  # amounts with more decimals than that are exact
_NOTHING = Fraction()


@dataclass(frozen=True, slots=True)
class ReconcileQuestion:
    """How both sides are compared."""

    by: tuple[str, ...] | None = None  # None: provider and model, as far as the invoice names them
    each: Each | None = None  # None: the finest that both sides have
    tolerance: Tolerance = field(default_factory=Tolerance)
    whole: bool = False  # compare the days that only one side covers too
    basis: str = "contracted"
    currency: str | None = None  # None: the invoice's, else ours
    timezone: str = "UTC"  # of the days
    since: date | None = None
    until: date | None = None  # exclusive


def reconcile(
    ledger: UsageLedger, invoices: Sequence[UsageLedger], pricebook: Pricebook, fx: FxTable, options: ReconcileQuestion
) -> Reconciliation:
    """Our cost of a log against invoices for it, with the causes of what differs.

    CostcalcError: an invoice without amounts, without the names asked for, in a currency without a rate, or of other
    days than the log.
    """
    _check_amounts(invoices)
    by = options.by if options.by is not None else tuple(name for name in DEFAULT_BY if name in names_said(invoices))
    if options.by is not None:
        check_names(by, invoices)
    billed = _billed_currencies(invoices)
    currency = options.currency or (billed[0] if len(billed) == 1 else None)
    rated = RatingOptions(by, options.basis, currency, options.timezone)
    ours = Ours(ledger, pricebook, fx, rated)
    if currency is None:
        _check_one_currency(ours, billed)
    return _Reconciling(ours, invoices, options).report()


@dataclass
class _Reconciling:
    """One reconciliation in progress."""

    log: Ours
    invoices: Sequence[UsageLedger]
    options: ReconcileQuestion
    rates_used: dict[RateUsed, None] = field(default_factory=dict)

    def report(self) -> Reconciliation:
        options, log = self.options, self.log
        names = Names(log.pricebook, _own_names(log))
        read = [self._items(ledger, names) for ledger in self.invoices]
        items = [item for found in read for item in found]
        usage = [item for item in items if item.charge == USAGE]
        each = self._each(usage)
        days = self._days(usage)
        period_of = _period_of(each, None if options.whole else days)
        lines = _lines(usage, log, period_of, each, options.tolerance, days)
        causes, unexplained = self._causes(lines, usage, period_of)
        rating = log.rating
        return Reconciliation(
            currency=rating.currency,
            by=log.options.by,
            each=each,
            timezone=options.timezone,
            tolerance=options.tolerance,
            whole=options.whole,
            usage=summary_of(log.ledger, options.timezone),
            rating=rating,
            invoices=[invoice for found, ledger in zip(read, self.invoices, strict=True) for invoice in self._files(ledger, found)],
            days=days,
            lines=lines,
            outside=[] if options.whole else _outside(usage, log, days),
            apart=_apart(items),
            causes=[*_charged_apart(items), *causes],
            unexplained=unexplained,
            rates_used=tuple({**dict.fromkeys(rating.rates_used), **self.rates_used}),
            notes=[*self._notes(usage, days, each)],
            skipped=[part for ledger in self.invoices for part in ledger.skipped],
            refused_rows=sum(ledger.refused_rows for ledger in self.invoices),
            problems=[problem for ledger in self.invoices for problem in ledger.problems],
        )  # fmt: skip

    # --- the invoice ----------------------------------------------------------------------------------------------

    def _items(self, ledger: UsageLedger, names: Names) -> list[Item]:
        found = items_of(ledger, self.log.options.by, names, self.options.timezone, self._exchange)
        since, until = self.options.since, self.options.until
        return [
            item for item in found
            if item.days is None or ((since is None or item.days[1] >= since) and (until is None or item.days[0] < until))
        ]  # fmt: skip

    def _exchange(self, currency: str | None, month: Month | None) -> Fraction:
        """The rate from an invoice's currency; an amount without one is in the report's."""
        code, report = (currency or "").upper(), self.log.rating.currency
        if not code or code == report:
            return Fraction(1)
        if month is None:
            _, last = covered_days(self.log.ledger, self.options.timezone)
            month = month_of(last or date(2026, 1, 1))
        found = self.log.fx.rate(code, report, month)
        self.rates_used[RateUsed(code, report, found.rate, month, found.month_used, found.basis, found.held)] = None
        return found.rate

    def _files(self, ledger: UsageLedger, items: Sequence[Item]) -> list[Invoice]:
        first, last = _covered(ledger, self.options.timezone)
        amount = sum((item.amount for item in items), _NOTHING)
        if len(ledger.sources) != 1:
            return [Invoice(source, first, last, amount if i == 0 else _NOTHING) for i, source in enumerate(ledger.sources)]  # fmt: skip
        return [Invoice(ledger.sources[0], first, last, amount)]

    # --- days and periods -------------------------------------------------------------------------------------

    def _each(self, usage: Sequence[Item]) -> Each:
        """The finest period that both sides can be told apart by; a coarser one that was asked for."""
        spans = [item.days for item in usage]
        spans += [days_of_group(group, self.options.timezone) for group in self.log.ledger.groups]
        finest: Each = max((_finest(span) for span in spans), key=_COARSER.__getitem__, default="day")
        asked = self.options.each
        if asked is None:
            return finest
        if _COARSER[asked] < _COARSER[finest]:
            reach = {"month": "cover whole months", "total": "say nothing of days, or cover more than a month"}[finest]
            raise fail(
                "coarser-than-asked", f"--each {asked}: rows of the invoice or the log {reach}",
                expected=f"--each {finest}, or an export by day",
            )  # fmt: skip
        return asked

    def _days(self, usage: Sequence[Item]) -> tuple[date, date] | None:
        """The first and the last day that are compared. CostcalcError: no day is in both."""
        ours = covered_days(self.log.ledger, self.options.timezone)
        theirs = [_covered(ledger, self.options.timezone) for ledger in self.invoices]
        known = [(first, last) for first, last in theirs if first and last]
        mine = (ours[0], ours[1]) if ours[0] and ours[1] else None
        if not known or mine is None:
            return mine or ((min(f for f, _ in known), max(last for _, last in known)) if known else None)
        bill = min(first for first, _ in known), max(last for _, last in known)
        if self.options.whole:
            return min(mine[0], bill[0]), max(mine[1], bill[1])
        if any(item.days is None for item in usage):
            return mine
        first, last = max(mine[0], bill[0]), min(mine[1], bill[1])
        if first > last:
            raise fail(
                "no-common-days", f"the invoice is of {bill[0]} to {bill[1]}, the log of {mine[0]} to {mine[1]}: no day is in both",
                remedy="name the invoice of the log's days; --whole compares all days of both",
            )  # fmt: skip
        return first, last

    def _notes(self, usage: Sequence[Item], days: tuple[date, date] | None, each: Each) -> Iterable[str]:
        if any(item.days is None for item in usage):
            yield "the invoice says nothing of days: all of it is held against the whole log"
        elif days and any(item.days and (item.days[0] < days[0] or item.days[1] > days[1]) and item.days[0] <= days[1] and item.days[1] >= days[0] for item in usage):  # fmt: skip
            yield f"rows of the invoice reach beyond the days that both cover ({days[0]} to {days[1]}) and cannot be taken apart"
        by = self.log.options.by
        if "provider" in by:
            place = by.index("provider")
            billed = {item.key[place] for item in usage}
            missing = sorted({str(line[place]) for _, line in self.log.amounts if line[place] not in billed})
            if missing and billed:
                named = ",".join(f"provider={name}" for name in sorted(map(str, billed)))
                yield f"the invoice has nothing of {', '.join(missing)}: --where {named} leaves them out"
        yield from (note for ledger in self.invoices for note in ledger.notes)

    # --- causes ---------------------------------------------------------------------------------------------------

    def _causes(
        self, lines: Sequence[ReconciledLine], usage: Sequence[Item], period_of: Callable[[date | None], str | None]
    ) -> tuple[list[Cause], Fraction]:
        known = {line.key for line in lines} - {line.key for line in lines if line.kind == "unpriced"}
        if not any(line.kind in ("differing", "ours only", "theirs only") for line in lines):
            return [], _NOTHING
        compared = ComparableLines(
            theirs={(line.period, line.key): line.theirs for line in lines if line.theirs is not None},
            rows={(line.period, line.key): line.rows for line in lines},
            unmapped={line.key for line in lines if not line.is_mapped},
            unit=self._unit(),
            tolerance=self.options.tolerance,
            period_of=period_of,
            by=self.log.options.by,
        )
        ours = {(line.period, line.key): line.ours for line in lines if line.ours is not None}
        causes, left = Search(compared, self.log, known, ours).causes()
        # Days of a line without a price are no part of the search, though others of its days differ.
        rest = sum((abs(line.difference) for line in lines if line.key not in known and line.kind in ("differing", "ours only", "theirs only")), _NOTHING)  # fmt: skip
        return causes, left + rest

    def _unit(self) -> Fraction:
        """The smallest coin that every amount of the invoices is written in; 0: they have all their digits."""
        digits = 0
        for group in (group for ledger in self.invoices for group in ledger.groups if group.billed is not None):
            assert group.billed is not None
            while digits <= _MOST_DIGITS and (group.billed * 10**digits).denominator != 1:
                digits += 1
        return Fraction(1, 10**digits) if digits <= _MOST_DIGITS else _NOTHING


def _check_amounts(invoices: Sequence[UsageLedger]) -> None:
    """CostcalcError: an invoice that counts usage only, or one of which nothing was read."""
    skipped = [part for ledger in invoices for part in ledger.skipped]
    if not any(ledger.groups or ledger.refused_rows for ledger in invoices) and skipped:
        left = "; ".join(f"{part.reason} ({part.format}, {part.rows:,} left out)" for part in skipped)
        raise fail(
            "invoice-of-nothing", f"the invoice has no row of AI usage: {left}", expected="an invoice with charges of models",
            remedy="name another file, or read this one as a plain table: --invoice-map amount=COLUMN,item=COLUMN",
        )  # fmt: skip
    for ledger in invoices:
        if ledger.groups and all(group.billed is None for group in ledger.groups):
            name = ledger.sources[0] if ledger.sources else None
            what = f"{name.path} ({name.format})" if name else "the invoice"
            raise fail(
                "invoice-without-amounts", f"{what} counts usage and states no amount",
                expected="a cost export: `costcalc formats list` names those that are read",
                remedy="export the costs instead of the usage; the usage log goes before --invoice",
            )  # fmt: skip


def _billed_currencies(invoices: Sequence[UsageLedger]) -> list[str]:
    """The currencies that the invoices' amounts say."""
    return sorted({
        (group.billed_currency or "").upper() for ledger in invoices for group in ledger.groups if group.billed is not None
    } - {""})  # fmt: skip


def _check_one_currency(log: Ours, billed: Sequence[str]) -> None:
    """CostcalcError: amounts of no currency, or of several, are held against lists of several."""
    lists = sorted({name for names in log.currencies.values() for name in names})
    if len(lists) > 1 and billed:
        raise fail(
            "invoice-in-several-currencies", f"the invoice's rows are in several currencies ({', '.join(billed)}), and ours too",
            remedy=f"say in which to compare: --currency {billed[0]} converts the others",
        )  # fmt: skip
    if len(lists) > 1:
        raise fail(
            "invoice-currency-unknown", "the invoice does not say its currency, and ours are several",
            expected=", ".join(lists), remedy="say it: --currency USD, or add a currency column",
        )  # fmt: skip


def _own_names(log: Ours) -> dict[str, tuple[str, str]]:
    """Models of the log that no pricebook knows, by their text in lower case; of two providers none."""
    found: dict[str, set[tuple[str, str]]] = {}
    for part in log.rating.unpriced:
        if part.model and part.key is None:
            found.setdefault(part.model.strip().lower(), set()).add((part.provider, part.model))
    for charge in log.rating.charges:
        if charge.key is None and charge.model:
            found.setdefault(charge.model.strip().lower(), set()).add((charge.provider, charge.model))
    return {text: next(iter(names)) for text, names in found.items() if len(names) == 1}


def _covered(ledger: UsageLedger, zone: str) -> tuple[date | None, date | None]:
    """The days of an invoice; none where its rows say nothing of days."""
    if any(days_of_group(group, zone) is None for group in ledger.groups):
        return None, None
    return covered_days(ledger, zone)


def _finest(days: tuple[date, date] | None) -> Each:
    if days is None:
        return "total"
    if days[0] == days[1]:
        return "day"
    return "month" if month_of(days[0]) == month_of(days[1]) else "total"


def _period_of(each: Each, days: tuple[date, date] | None) -> Callable[[date | None], str | None]:
    """The period of a day; None: it is not compared."""

    def period(day: date | None) -> str | None:
        if day is not None and days is not None and not days[0] <= day <= days[1]:
            return None
        if each == "total" or day is None:
            return ""
        return str(day if each == "day" else month_of(day))

    return period


def _place(item: Item, days: tuple[date, date] | None) -> date | None:
    """The day that an item stands on: its first, or of one that reaches beyond the days compared the first within."""
    if item.days is None or days is None:
        return item.days[0] if item.days else None
    return max(item.days[0], days[0]) if item.days[1] >= days[0] else item.days[0]


def _lines(
    usage: Sequence[Item], log: Ours, period_of: Callable[[date | None], str | None], each: Each, tolerance: Tolerance,
    days: tuple[date, date] | None,
) -> list[ReconciledLine]:  # fmt: skip
    """Both sides of every line, in the order of periods and names."""
    theirs: dict[Key, Fraction] = {}
    rows: dict[Key, int] = {}
    unmapped: set[Key] = set()
    for item in usage:
        period = period_of(_place(item, days))
        if period is not None:
            key = (period, item.key)
            theirs[key] = theirs.get(key, _NOTHING) + item.amount
            rows[key] = rows.get(key, 0) + item.rows
            if not item.is_mapped:
                unmapped.add(key)
    ours: dict[Key, Fraction] = {}
    for (day, line), amount in log.amounts.items():
        if (period := period_of(day)) is not None:
            ours[period, line] = ours.get((period, line), _NOTHING) + amount
    missing: dict[Key, Fraction] = {}
    for (day, line), tokens in log.unpriced.items():
        if (period := period_of(day)) is not None:
            missing[period, line] = missing.get((period, line), _NOTHING) + tokens
    keys = sorted({**ours, **theirs, **missing}, key=lambda key: (key[0], tuple(str(name or "") for name in key[1])))
    return [
        ReconciledLine(
            period=key[0],
            key=key[1],
            ours=ours.get(key),
            theirs=theirs.get(key),
            kind=_class(ours.get(key), theirs.get(key), key in missing, tolerance),
            is_mapped=key not in unmapped,
            rows=rows.get(key, 0),
            unpriced_tokens=missing.get(key, _NOTHING),
        )
        for key in keys
    ]


def _class(ours: Fraction | None, theirs: Fraction | None, unpriced: bool, tolerance: Tolerance) -> Class:
    if unpriced:
        return "unpriced"
    if tolerance.allows(ours or _NOTHING, theirs or _NOTHING):
        return "matched"
    if theirs is None:
        return "ours only"
    return "theirs only" if ours is None else "differing"


def _outside(usage: Sequence[Item], log: Ours, days: tuple[date, date] | None) -> list[Outside]:
    """Days that only one side covers, of each side those before and those after."""
    if days is None:
        return []
    ours = [(day, amount) for (day, _), amount in log.amounts.items()]
    theirs = [(item.days[0], item.amount) for item in usage if item.days and (item.days[1] < days[0] or item.days[0] > days[1])]  # fmt: skip
    found = []
    for side, amounts in (("ours", ours), ("theirs", theirs)):
        for chosen in (
            [(day, amount) for day, amount in amounts if day < days[0]],
            [(day, amount) for day, amount in amounts if day > days[1]],
        ):
            if chosen:
                seen = {day for day, _ in chosen}
                found.append(Outside(side, min(seen), max(seen), len(seen), sum((a for _, a in chosen), _NOTHING)))  # type: ignore[arg-type]
    return found


def _apart(items: Sequence[Item]) -> list[Apart]:
    """Charges that are no usage, by kind and item."""
    sums: dict[tuple[str, str], tuple[Fraction, int]] = {}
    for item in items:
        if item.charge != USAGE:
            amount, rows = sums.get((item.charge, item.text), (_NOTHING, 0))
            sums[item.charge, item.text] = (amount + item.amount, rows + item.rows)
    found = [Apart(kind, text, amount, rows) for (kind, text), (amount, rows) in sums.items()]
    return sorted(found, key=lambda part: (part.kind, -abs(part.amount), part.item))


def _charged_apart(items: Sequence[Item]) -> list[Cause]:
    """Taxes and credits that the invoice states: they part its total from ours, and no line."""
    found = []
    for code, kind in (("credits", "credit"), ("tax-line", "tax")):
        amounts = [item.amount for item in items if item.charge == kind]
        if amounts:
            usage = sum((item.amount for item in items if item.charge == USAGE), _NOTHING)
            net = sum(amounts, _NOTHING)
            figures = {"ratio": net / usage} if usage else {}
            found.append(Cause(code, (), _NOTHING, net, figures))
    return found
