"""The plain bill: a table with an amount a row, and a model or a day beside it; two columns are enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from costcalc.problems import CostcalcError, Place, Problem, nearest_names
from costcalc.usage.formats.model import FormatSpec, Shape, StatedCost, Term, Text, Time
from costcalc.usage.formats.names import canonical, without_currency

NAME = "plain-bill"
UNDATED = (946_684_800, 4_102_444_800)  # 2000 to 2100: the rows of a bill that says nothing of days

# Every meaning with the names people give it, written without case, spaces, dashes and underscores.
_SYNONYMS = {
    "amount": "amount total net netamount netcost cost totalcost costs charge charges spend billed billedcost "
    "billedamount amountdue invoiced invoicedamount invoicedcost subtotal payable payableamount betrag montant "
    "importe 金额 费用 应付金额 消费金额",
    "timestamp": "timestamp time datetime start starttime usagestart chargeperiodstart",
    "date": "date day usagedate dateutc utcdate billingdate datum fecha jour tag 日期 账单日期",
    "month": "month period billingmonth usagemonth billingperiod 月份 账期 账单月份",
    "until": "until end endtime usageend periodend chargeperiodend",
    "provider": "provider vendor platform supplier providername",
    "model": "model modelname modelid llm modell modèle modelo 模型 模型名称",
    "item": "item lineitem description product service sku skudescription position posten 项目 计费项",
    "currency": "currency currencycode billingcurrency 币种",
    "charge": "chargetype chargecategory linetype category",
    "meter": "meter tokentype usagetype",
    "region": "region location",
}
_TIMES = ("timestamp", "date", "month")
_TAXES = (
    "tax", "taxes", "vat", "value added tax", "sales tax", "consumption tax", "gst", "hst", "mwst", "mehrwertsteuer", "ust",
    "umsatzsteuer", "tva", "iva", "税", "税费", "税额", "增值税", "消费税", "消費税",
)  # fmt: skip
# What stands beside its rate: VAT 6%, 6% VAT, Tax (6%), 增值税 6%.
_RATE = r"\d+(?:[.,]\d+)?\s*[%％]"
_BESIDE_A_RATE = rf"^\s*(?:{_RATE}\s*)?(.*?)[\s(（@:：.]*(?:{_RATE}\s*[)）]?)?\s*$"
_CREDITS = (
    "credit", "credits", "promotional credit", "promotional credits", "refund", "rebate", "voucher", "coupon",
    "gutschrift", "退款", "代金券", "优惠券",
)  # fmt: skip
_KINDS = (
    *((word, "tax") for word in _TAXES),
    *((word, "credit") for word in _CREDITS),
    *((word, word) for word in ("usage", "purchase", "adjustment")),
)


def bill_format(header: Sequence[str], mapping: Mapping[str, str], file: str) -> FormatSpec:
    """The format of a table of amounts. CostcalcError: no amount, nothing that it is for, or two columns for one."""
    found, currency, dimensions = _understood(header, mapping, file)
    if "amount" not in found or not ({"model", "item", *_TIMES} & {*found}):
        raise CostcalcError([_missing(found, header, file)])
    name = _text(found, "model", "item")
    shape = Shape(
        provider=_text(found, "provider"),
        model=name,
        region=_text(found, "region"),
        time=_time(found),
        cost=StatedCost((Term((found["amount"],)),), "billed", Text(constant=currency) if currency else _text(found, "currency"), signs=True),
        billed_meter=_text(found, "meter"),
        dimensions={**{column: Text((column,)) for column in dimensions}, "item": _text(found, "item", "model"), "charge": _charge(found)},
    )  # fmt: skip
    return FormatSpec(NAME, ("table", "json"), (shape,), "plain bill")


def is_meaning(name: str) -> bool:
    """Whether a mapping names a meaning of a bill's column; other names are dimensions."""
    return canonical(name) in _SYNONYMS


@lru_cache
def _meaning_by_name() -> dict[str, str]:
    return {canonical(word): meaning for meaning, words in _SYNONYMS.items() for word in (meaning, *words.split())}


def _understood(
    header: Sequence[str], mapping: Mapping[str, str], file: str
) -> tuple[dict[str, str], str, tuple[str, ...]]:
    """Meaning → column, the currency that the amount's name ends with, and the columns that are dimensions."""
    found = _mapped(header, mapping, file)
    claims: dict[str, list[str]] = {}
    currencies: dict[str, str] = {}
    dimensions = []
    for column in header:
        meaning, currency = _meaning_of(column)
        if column in found.values():
            continue
        if not meaning or meaning in found:
            dimensions.append(column)
            continue
        claims.setdefault(meaning, []).append(column)
        currencies[column] = currency
    double = {meaning: columns for meaning, columns in claims.items() if len(columns) > 1}
    if double:
        raise CostcalcError([_twice(meaning, columns, file) for meaning, columns in double.items()])
    found |= {meaning: columns[0] for meaning, columns in claims.items()}
    amount = found.get("amount", "")
    return found, currencies.get(amount, _meaning_of(amount)[1]), tuple(dimensions)


def _mapped(header: Sequence[str], mapping: Mapping[str, str], file: str) -> dict[str, str]:
    by_name = {canonical(column): column for column in header}
    found, problems = {}, []
    for name, column in mapping.items():
        written = column if column in header else by_name.get(canonical(column))
        if written is None:
            problems.append(
                Problem(
                    "unknown-column", f'--invoice-map {name}={column}: no column is called "{column}"', Place(file, 1),
                    expected=f"one of {', '.join(header)}", nearest=nearest_names(column, header),
                    remedy="name a column of the file's first line",
                )
            )  # fmt: skip
        elif is_meaning(name):
            found[_meaning_by_name()[canonical(name)]] = written
    if problems:
        raise CostcalcError(problems)
    return found


def _meaning_of(column: str) -> tuple[str, str]:
    """The meaning of a column, and the currency that its name ends with: `amount_usd`, `Cost (EUR)`, `金额(元)`."""
    known = _meaning_by_name()
    if (meaning := known.get(canonical(column))) is not None:
        return meaning, ""
    stem, currency = without_currency(column)
    return ("amount", currency) if currency and known.get(stem) == "amount" else ("", "")


def _text(found: Mapping[str, str], *meanings: str) -> Text:
    return Text(tuple(found[meaning] for meaning in meanings if meaning in found))


def _time(found: Mapping[str, str]) -> Time:
    column = next((found[meaning] for meaning in _TIMES if meaning in found), None)
    if column is None:
        return Time((), "plain", always=UNDATED)
    return Time((column,), "plain", (found["until"],) if "until" in found else (), zone="")


def _charge(found: Mapping[str, str]) -> Text:
    """What kind of charge a row is: what its own column says, else by the word that stands for a model."""
    by_name = Text(_text(found, "model", "item").paths, values=_KINDS, otherwise="usage", take=_BESIDE_A_RATE)
    return Text((found["charge"],), values=_KINDS, take=_BESIDE_A_RATE, after=by_name) if "charge" in found else by_name


def _twice(meaning: str, columns: Sequence[str], file: str) -> Problem:
    both = " and ".join(f'"{column}"' for column in columns)
    return Problem(
        "two-columns-one-meaning", f"{both} both mean {meaning}", Place(file, 1), expected="one column for each meaning",
        remedy=f"say which one counts: --invoice-map {meaning}={columns[0]}",
    )  # fmt: skip


def _missing(found: Mapping[str, str], header: Sequence[str], file: str) -> Problem:
    what = "what its amounts are for" if "amount" in found else "amounts"
    example = "model=COLUMN" if "amount" in found else "amount=COLUMN"
    return Problem(
        "invoice-without-amounts" if "amount" not in found else "missing-column",
        f"the invoice does not say {what}" if "amount" in found else "the invoice has no amounts",
        Place(file, 1),
        expected="a cost export that `costcalc formats list` names, or a table with an amount and a model or a day",
        remedy=f"name the column: --invoice-map {example} (columns: {', '.join(header)})",
    )
