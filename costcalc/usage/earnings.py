"""Earnings: a table of what customers pay, by month, by period, by contract or by seat; read with file and line."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

from costcalc.calendar import ONE_DAY, DayRange, Month, month_of
from costcalc.money import CurrencyUnknown, Money, TwoAmounts, read_number, written_amount
from costcalc.problems import CostcalcError, Place, Problem, fail, nearest_names
from costcalc.records import dataclass
from costcalc.usage.formats.names import canonical, without_currency
from costcalc.usage.ledger import Loud
from costcalc.usage.period import read_days

MOST_SAID = 8  # names in one note
ENDINGS = (".csv", ".tsv", ".txt")
# Every meaning with the names people give it, written without case, spaces, dashes and underscores.
_SYNONYMS = {
    "customer": "customer customername customerid client clientname account accountname tenant company kunde 客户 客户名称",
    "period": "period month billingmonth billingperiod quarter year monat 月份 账期 期间",
    "from": "from start startdate starts since begin von 开始 开始日期",
    "until": "until",
    "to": "to end enddate ends last through bis 结束 结束日期",
    "amount": "amount revenue total net netamount invoiced sales umsatz betrag 金额 收入 合计",
    "monthly": "monthly monthlyamount amountpermonth permonth mrr fee 月费",
    "seats": "seats quantity licenses licences users 席位",
    "price": "price seatprice priceperseat perseat unitprice pricepermonth 单价",
    "currency": "currency currencycode 币种",
}
_MONEY = ("amount", "monthly", "price")
_EXPECTED = "columns customer, month and amount; or customer, seats and price; or customer, from, until and monthly"


@dataclass(frozen=True, slots=True)
class Earning:
    """What one row says that a customer pays."""

    customer: str
    money: Money  # without a currency: the report's
    first: date | None  # None: from before the log
    last: date | None  # None: until after it
    is_monthly: bool  # the amount is for each month, else for the whole span, or for the log's period without one
    is_contract: bool  # it says what is earned in every month: before and after its days nothing is
    place: Place

    def paid_in(self, currency: str) -> Earning:
        return replace(self, money=replace(self.money, currency=currency))

    def going_on(self, end: date) -> Earning:
        """The same as if it went on until then."""
        if self.is_monthly or self.first is None or self.last is None:
            return replace(self, last=None)
        times = Fraction(_days(self.first, end), _days(self.first, self.last))
        return replace(self, last=end, money=replace(self.money, amount=self.money.amount * times))

    def in_months(self, first: date, last: date) -> dict[Month, Fraction]:
        """What falls on these days, by the day, and month by month."""
        begin, end = max(self.first or first, first), min(self.last or last, last)
        if not self.is_monthly and (self.first is None or self.last is None):
            return {month_of(last): self.money.amount}
        found: dict[Month, Fraction] = {}
        while begin <= end:
            month = month_of(begin)
            upto = min(end, month.last)
            of = month.days if self.is_monthly else _days(self.first or begin, self.last or end)
            found[month] = self.money.amount * Fraction(_days(begin, upto), of)
            begin = month.next.first
        return found


@dataclass(frozen=True, slots=True)
class Contracts:
    """What customers pay in the months that a table says it of, however much they use."""

    rows: tuple[Earning, ...]  # customers as the log writes them
    days: tuple[date, date]  # of the log
    _known: dict[tuple[date, date], dict[tuple[str, str], Fraction]] = field(default_factory=dict, compare=False)

    def of(self, customers: Collection[str | None], currency: str) -> Contracts:
        """Those of some customers; what is said without a currency is in this one."""
        rows = (row for row in self.rows if row.customer in customers)
        return Contracts(tuple(r if r.money.currency else r.paid_in(currency) for r in rows), self.days)

    def undated(self, end: date) -> Contracts:
        """Those in force on the log's last day, as if they went on until then."""
        today = (row for row in self.rows if row.in_months(self.days[1], self.days[1]))
        return Contracts(tuple(row.going_on(end) for row in today), self.days)

    def ending(self) -> dict[str, date]:
        """When customers whose contracts all end have the last day of them, after the log; the first of them first."""
        ends: dict[str, date] = {}
        for row in self.rows:
            ends[row.customer] = max(ends.get(row.customer, date.min), row.last or date.max)
        found = ((name, day) for name, day in ends.items() if self.days[1] <= day < date.max)
        return dict(sorted(found, key=lambda each: each[1]))

    def change_by(self, end: date) -> bool:
        """Whether one ends or begins between the log's last day and this one."""
        begins = any(row.first and self.days[1] < row.first <= end for row in self.rows)
        return begins or any(row.last and self.days[1] <= row.last < end for row in self.rows)

    def between(self, first: date, last: date) -> dict[tuple[str, str], Fraction]:
        """What these days have of it, by customer and currency; every run of months asks for the same days."""
        found = self._known.get((first, last))
        if found is None:
            found = self._known[first, last] = {}
            for row in self.rows:
                key = row.customer, row.money.currency
                found[key] = found.get(key, Fraction()) + sum(row.in_months(first, last).values())
        return found

    def in_log(self) -> dict[tuple[str, str], Fraction]:
        return self.between(*self.days)


@dataclass(frozen=True, slots=True)
class Earnings:
    """A table of what customers pay."""

    file: str
    rows: Sequence[Earning]


def is_earnings(text: str) -> bool:
    """Whether a text names a table and no amount."""
    return text.strip().lower().endswith(ENDINGS)


def read_earnings(path: Path | str, shown: str = "") -> Earnings:
    """The table. CostcalcError with every problem of the file."""
    file = shown or str(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise fail("unreadable-file", f"cannot read the file: {error.strerror}", place=Place(file)) from error
    except UnicodeDecodeError as error:
        raise fail("unreadable-file", "the file is not UTF-8 text", place=Place(file), remedy="save it as CSV UTF-8") from error  # fmt: skip
    head = text.split("\n", 1)[0]
    delimiter = max("\t;,", key=head.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    header = next(reader, [])
    columns, currency = _columns(header, file)
    rows, problems = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        place = Place(file, reader.line_num)
        try:
            said = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
            rows.append(_row(said, currency, place, by_comma=delimiter == ";"))
        except ValueError as error:
            problems.append(Problem("bad-revenue", str(error), place, delimiter.join(cells)))
    if not rows and not problems:
        problems.append(Problem("bad-revenue", "the table has no rows", Place(file)))
    if problems:
        raise CostcalcError(problems)
    return Earnings(file, rows)


def _columns(header: Sequence[str], file: str) -> tuple[dict[str, int], str]:
    """Meaning → position, and the currency that the amount's name ends with."""
    known = {canonical(word): meaning for meaning, words in _SYNONYMS.items() for word in (meaning, *words.split())}
    found: dict[str, int] = {}
    currency = ""
    problems = []
    for at, column in enumerate(header):
        stem, code = without_currency(column)
        meaning = known.get(canonical(column)) or (known.get(stem, "") if code else "")
        if meaning in found:
            problems.append(
                Problem(
                    "two-columns-one-meaning", f'"{header[found[meaning]]}" and "{column}" both mean {meaning}', Place(file, 1),
                    expected="one column for each meaning", remedy="rename or remove one of them",
                )
            )  # fmt: skip
        elif meaning:
            found[meaning] = at
            currency = code if meaning in _MONEY and code and meaning != canonical(column) else currency
    if problems:
        raise CostcalcError(problems)
    money = [name for name in ("amount", "monthly") if name in found] + ["seats"] * ("seats" in found)
    if "customer" not in found or not money or ("seats" in found and "price" not in found):
        lacking = "customers" if "customer" not in found else "amounts" if not money else "a price of a seat"
        raise fail(
            "missing-column", f"the table of revenue has no {lacking}", place=Place(file, 1), excerpt=",".join(header),
            expected=_EXPECTED, nearest=nearest_names("customer", header) if "customer" not in found else (),
        )  # fmt: skip
    if "until" in found and "to" in found:
        raise fail("two-columns-one-meaning", "until and to both say when it ends", place=Place(file, 1), expected="until, the first day after; or to, the last day")  # fmt: skip
    return found, currency


def _row(cells: Mapping[str, str], currency: str, place: Place, *, by_comma: bool) -> Earning:
    """ValueError: what is wrong with it. `by_comma`: commas are decimal ones."""
    said = {name: text for name, text in cells.items() if text}
    if "customer" not in said:
        raise ValueError("the row names no customer")
    if "period" in said and {"from", "until", "to"} & {*said}:
        raise ValueError("the row has a period and a day on which it begins or ends: one way to say when")
    ways = [name for name in ("amount", "monthly", "seats") if name in said]
    if len(ways) != 1:
        raise ValueError(f"the row says {'nothing' if not ways else ' and '.join(ways)} of what is paid: write one of amount, monthly, or seats and price")  # fmt: skip
    is_monthly = ways != ["amount"]
    if ways == ["seats"]:
        price = _money(said, "price", by_comma)
        try:
            seats = read_number(said["seats"])
        except ValueError:
            raise ValueError(f'"{said["seats"]}" is not a number of seats') from None
        money = price * seats
    else:
        money = _money(said, ways[0], by_comma)
    stated = {code for code in (money.currency, said.get("currency", "").upper()) if code}
    if len(stated) > 1 or any(len(code) != 3 or not code.isalpha() for code in stated):
        raise ValueError(f"the currency is not clear: {' and '.join(sorted(stated))}")
    first, last = _span(said)
    has_span = "period" not in said and (first is not None or last is not None)
    if has_span and not is_monthly and (first is None or last is None):
        raise ValueError(
            "an amount of a span that is open: write both ends, or what is paid each month in a column monthly"
        )
    is_contract = has_span or (is_monthly and "period" not in said)
    money = Money(money.amount, next(iter(stated), currency))
    return Earning(said["customer"], money, first, last, is_monthly, is_contract, place)


def _money(said: Mapping[str, str], name: str, by_comma: bool) -> Money:
    try:
        return written_amount(said.get(name, ""), by_comma=by_comma)
    except CurrencyUnknown as error:
        raise ValueError(f'"{error}" is not a currency: write an ISO 4217 code such as USD') from None
    except TwoAmounts as error:
        plain = "1000 or 1,00" if by_comma else "1000, 1,000.00 or 1.00"
        raise ValueError(f'"{said[name]}" {error}: write {plain}') from None
    except ValueError:
        bracketed = re.fullmatch(r"\(([\d.,]+)\)", said.get(name, ""), re.ASCII)
        plain = f"-{bracketed[1]}" if bracketed else "52000, or 52.000,50" if by_comma else "52000, or 52,000.50"
        raise ValueError(f'"{said.get(name, "")}" is not an amount: write {plain}') from None


def _span(said: Mapping[str, str]) -> tuple[date | None, date | None]:
    """The first and the last day. ValueError: no days, or none between them."""
    if "period" in said:
        days = _period(said["period"])
        return days.first, days.last
    first = _day(said["from"], "from").first if "from" in said else None
    last = _day(said["until"], "until").first - ONE_DAY if "until" in said else _day(said["to"], "to").last if "to" in said else None  # fmt: skip
    if first and last and first > last:
        raise ValueError(f"it ends before it begins: {first} to {last}")
    return first, last


def _period(text: str) -> DayRange:
    """A first of a month alone is its month: so exports write months."""
    days = read_days(text)
    if ".." in text or "/" in text or days.count > 1:
        return days
    if days.first.day > 1:
        raise ValueError(f'"{text}" is a day: write a month, 2026-09, or days, 2026-09-01..2026-09-30')
    return month_of(days.first).range


def _day(text: str, name: str) -> DayRange:
    try:
        return read_days(text)
    except ValueError:
        raise ValueError(f'{name} "{text}" is no day: write 2026-09-01, or 2026-09') from None


def _days(first: date, last: date) -> int:
    return (last - first).days + 1


class Joined:
    """A table beside a log: what the log's customers earn on its days, and what stands on one side alone."""

    def __init__(self, earnings: Earnings, days: tuple[date, date], customers: Iterable[str]) -> None:
        """`customers`: as the log writes them. A name joins as it is written, else without its case where that is one."""
        self.file, self.days = earnings.file, days
        self.customers = tuple(customers)
        by_fold: dict[str, list[str]] = {}
        for name in self.customers:
            by_fold.setdefault(name.casefold(), []).append(name)
        exact = {*self.customers}
        self.of: dict[str, list[Earning]] = {}
        self.unknown: list[Earning] = []
        self.elsewhen: list[Earning] = []
        stated: dict[str, list[Earning]] = {}
        for row in earnings.rows:
            same = [row.customer] if row.customer in exact else by_fold.get(row.customer.casefold(), [])
            if len(same) == 1:
                stated.setdefault(same[0], []).append(row)
            else:
                self.unknown.append(row)
        contracts: list[Earning] = []
        # Contracts of customers of whom nothing says that they pay on the log's days.
        self.unearning: list[Earning] = []
        self.gaps: dict[str, tuple[date, Sequence[Earning]]] = {}
        for name, rows in stated.items():
            now = [row for row in rows if row.in_months(*days)]
            agreed = [replace(row, customer=name) for row in rows if row.is_contract]
            contracts += agreed
            self.elsewhen += [row for row in rows if row not in now and not row.is_contract]
            if now or agreed:
                self.of[name] = now
            if not now:
                self.unearning += agreed
            elif not agreed and (gap := _gap(now, *days)):
                self.gaps[name] = gap
        self.contracts = Contracts(tuple(contracts), days)
        self.amounts: dict[tuple[str, str, Month], Fraction] = {
            (row.customer, row.money.currency, month_of(days[1])): Fraction() for row in self.unearning
        }
        for name, rows in self.of.items():
            for row in () if name in self.gaps else rows:
                for month, amount in row.in_months(*days).items():
                    key = name, row.money.currency, month
                    self.amounts[key] = self.amounts.get(key, Fraction()) + amount

    def notes(self, some_unnamed: bool) -> Iterator[str]:
        """What does not join, on both sides, each with its place. `some_unnamed`: usage of no customer."""
        first, last = self.days
        if self.unknown:
            said = [f"{row.place} {row.customer}{self._near(row.customer)}" for row in self.unknown]
            yield Loud(f"Revenue in no margin, without usage: {some(said)}.")
        if self.elsewhen:
            said = [f"{row.place} {row.customer}" for row in self.elsewhen]
            yield Loud(f"Revenue in no margin, of other days than the log's ({first} to {last}): {some(said)}.")
        if self.unearning:
            said = [f"{row.place} {row.customer}" for row in self.unearning]
            yield f"Contracts of other days than the log's ({first} to {last}), on which nothing is earned: {some(said)}."
        for name, (amount, contract) in self._both().items():
            yield Loud(
                f"In months to come {name} pays both: what {amount.place} says of the log's days goes on with its usage,"
                f" and {contract.place} begins on {contract.first}. If that takes its place, give the amount from and to, not"
                " a month."
            )
        for name, (day, rows) in self.gaps.items():
            yield Loud(
                f"Revenue in no margin, of {name}: {rows[0].place} and what follows say nothing of {day}, which the log"
                " covers: add that time (0 where nothing was earned), or choose other days with --since and --month."
            )
        alone = [name for name in self.customers if name not in self.of]
        alone += ["usage of no customer"] * some_unnamed
        if alone:
            yield f"Usage without revenue in {self.file}, in no margin: {some(alone)}."
        cut = [row for rows in self.of.values() for row in rows if _is_cut(row, first, last)]
        if cut:
            yield f"Revenue of longer than the log's days ({first} to {last}) is taken by the day: {some([f'{row.place} {row.customer}' for row in cut])}."  # fmt: skip

    def _both(self) -> dict[str, tuple[Earning, Earning]]:
        """An amount of the log's days that goes on, with the contract that begins after them: it may follow, or come on top."""
        found: dict[str, tuple[Earning, Earning]] = {}
        for row in self.contracts.rows:
            amounts = [each for each in self.of.get(row.customer, ()) if not each.is_contract]
            if amounts and row.first and row.first > self.days[1]:
                found.setdefault(row.customer, (amounts[0], row))
        return found

    def _near(self, name: str) -> str:
        near = nearest_names(name, self.customers, 1)
        return f" (is it {near[0]}?)" if near else ""


def _gap(rows: Sequence[Earning], first: date, last: date) -> tuple[date, Sequence[Earning]] | None:
    """The first day of the log of which months or periods say nothing, where no contract says that nothing else is paid."""
    if any(row.first is None for row in rows):
        return None
    day = first
    for row in sorted(rows, key=lambda each: each.first or first):
        if row.first and row.first > day:
            break
        day = max(day, (row.last or last) + ONE_DAY)
    return (day, rows) if day <= last else None


def _is_cut(row: Earning, first: date, last: date) -> bool:
    return (
        not row.is_monthly and row.first is not None and row.last is not None and (row.first < first or row.last > last)
    )


def some(texts: Iterable[str]) -> str:
    """The first of them by name, each once, and how many more there are."""
    texts = [*dict.fromkeys(texts)]
    more = len(texts) - MOST_SAID
    return ", ".join(texts[:MOST_SAID]) + (f" and {more} more" if more > 0 else "")
