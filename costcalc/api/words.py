"""Words: what callers write (shares, amounts, days, names) as values, in Python as on the command line.

Floats are refused: they lost digits already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from costcalc.calendar import MOST_MONTHS, DayRange, month_of, read_day, read_month, zone
from costcalc.money import CurrencyUnknown, Money, TwoAmounts, exact_text, read_number, written_amount
from costcalc.problems import CostcalcError, Problem, fail, nearest_names
from costcalc.usage.earnings import is_earnings
from costcalc.usage.limits import LEAST_MEMORY, MOST_THREADS, UNITS, Limits, shown_size
from costcalc.usage.period import Last, Period, read_last, read_quarter, read_week

Number = int | str | Fraction  # a float would have lost digits before it came here
Income = Number | Money | Path  # what is earned: an amount, or a table by customer
_AMOUNT_WITH_CODE = re.compile(r"^([+-]?[\d.,_]+)([A-Za-z]{3})$", re.ASCII)
_SIZE = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(UNITS)})", re.ASCII | re.IGNORECASE)
_SIZES = "a number with KB, MB, GB, TB, KiB, MiB, GiB or TiB: 2GB"
BASES = ("auto", "list", "contracted", "billed")


def read_share(value: Number, what: str) -> Fraction:
    """60% as 3/5: `"60%"`, `"0.6"`, `60` and `Fraction(3, 5)` alike. CostcalcError: no share, or a float."""
    _refuse_float(value, what, "bad-share", f'"{value}"')
    if isinstance(value, Fraction):
        return value
    try:
        text = str(value).strip()
        share = read_number(text.removesuffix("%"))
    except ValueError:
        raise fail("bad-share", f'{what} "{value}" is not a share', expected="60%, or 0.6") from None
    return share / 100 if text.endswith("%") or abs(share) > 1 else share


def read_margin(value: Number, what: str) -> Fraction:
    """A share of what is earned. CostcalcError: it leaves nothing for the cost."""
    if (share := read_share(value, what)) >= 1:
        raise fail("bad-margin", f'{what} "{value}" must be below 100%', expected="60%, or 0.6")
    return share


def read_revenue(text: str, what: str, folder: Path = Path()) -> Money | Path:
    """An amount, or the path of a table by customer, in that folder. CostcalcError: neither."""
    return folder / text.strip() if is_earnings(text) else read_amount(text, what)


def read_amount(text: str, what: str) -> Money:
    """`52000`, `52_000 USD`, `52,000 USD`: an amount; without a currency it is in the report's. CostcalcError."""
    return _earned(_amount(text, what), what)


def _amount(text: str, what: str) -> Money:
    try:
        return written_amount(text)
    except CurrencyUnknown as error:
        raise fail(
            "bad-amount", f'{what} "{text}": "{error}" is not a currency', expected="an ISO 4217 code: USD"
        ) from None
    except TwoAmounts as error:
        raise fail("bad-amount", f'{what} "{text}" {error}', expected="1000, 1,000.00 or 1.00") from None
    except ValueError:
        raise fail(
            "bad-amount", f'{what} "{text}" is not an amount', expected='52000, 52,000.50, or "52000 USD"'
        ) from None


def read_currency(code: str | None) -> str | None:
    """A currency's code in capitals. CostcalcError: it has not three letters."""
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise fail("bad-currency", f'"{code}" is not a currency', expected="an ISO 4217 code: USD")
    return code.upper() if code else None


def _earned(amount: Money, what: str) -> Money:
    if amount.amount < 0:
        shown = f"{exact_text(amount.amount)} {amount.currency}".strip()
        raise fail("bad-amount", f'{what} "{shown}" is negative', expected="what you earned in the log's period")
    return amount


def read_pass_through(share: Fraction) -> Fraction:
    if not 0 <= share <= 1:
        raise fail(
            "bad-share", f"the pass-through {exact_text(share * 100)}% is not a part of a rise", expected="0% to 100%"
        )
    return share


def read_count(value: object, what: str) -> int:
    if isinstance(value, int) and value >= 0:
        return value
    raise fail("bad-option", f'{what} "{value}" is not a count', expected="0, 1, 2, …")


def read_months(value: object) -> int:
    """How many months to come, 0 to 120: as many as the command line allows."""
    count = read_count(value, "months")
    if count > MOST_MONTHS:
        raise fail("bad-option", f'months "{count}" are more than {MOST_MONTHS}', expected=f"0 to {MOST_MONTHS}")
    return count


def _refuse_float(value: object, what: str, code: str, text: str) -> None:
    if isinstance(value, float):
        raise fail(code, f"{what} {value} is a float, which may have lost digits", remedy=f"write it as text: {text}")


def line_names(by: Sequence[str] | str) -> tuple[str, ...]:
    words = by.split(",") if isinstance(by, str) else by
    return tuple(dict.fromkeys(word.strip().lower() for word in words if word.strip())) or ("provider", "model")


def price_columns() -> tuple[str, ...]:
    """What lines can be made of whatever columns a log has."""
    from costcalc.rating.rate import PRICE_FIELDS

    return tuple(PRICE_FIELDS)


def read_limits(memory: str | None = None, threads: int | str | None = None) -> Limits:
    """`2GB`, `512 MiB`, and a count of cores; None leaves the usual. CostcalcError with every wrong word."""
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for name, value, read in (("memory", memory, read_memory), ("threads", threads, read_threads)):
        try:
            found |= {} if value is None else {name: read(value)}
        except CostcalcError as error:
            problems += error.problems
    if problems:
        raise CostcalcError(problems)
    return Limits(**found)


def limits_of(words: Mapping[str, Any]) -> Limits:
    """What the keywords say of memory and threads."""
    return read_limits(words.get("memory"), words.get("threads"))


def read_remote(engine: str | None = None, remote: str | None = None) -> str:
    """The address of the cluster that counts; "": this machine does. CostcalcError: no such engine, or no address."""
    name = str(engine or "embedded").lower()
    if name not in ("embedded", "spark"):
        raise fail(
            "bad-option", f'engine "{engine}" is none', expected="embedded, or spark with --remote sc://HOST:PORT"
        )
    if name == "spark" and not remote:
        raise fail("bad-option", "--engine spark has no --remote", expected="--remote sc://HOST:PORT")
    if name == "embedded" and remote:
        raise fail("bad-option", "--remote goes with --engine spark", expected=f"--engine spark --remote {remote}")
    return str(remote) if name == "spark" else ""


def read_memory(text: object) -> int:
    """`2GB`, `512 MB`, `1.5GiB` in bytes. CostcalcError: no size, or less than counting needs."""
    found = _SIZE.fullmatch(str(text).strip())
    if found is None:
        raise fail("bad-size", f'memory "{text}" is not a size', expected=_SIZES)
    size = int(Fraction(found[1]) * UNITS[found[2].upper()])
    if size < LEAST_MEMORY:
        least = f"at least {shown_size(LEAST_MEMORY)}"
        raise fail("bad-size", f'memory "{text}" is too little to count with', expected=f"{least}: {_SIZES}")
    return size


def read_threads(value: object) -> int:
    """A count of cores. CostcalcError: none."""
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_THREADS):
        raise fail("bad-option", f'threads "{value}" is not a count of cores', expected=f"1 to {MOST_THREADS}")
    return int(text)


def read_money(value: Number | Money) -> Money:
    _refuse_float(value, "revenue", "bad-amount", f'"{value}"')
    if isinstance(value, Fraction):
        return _earned(Money(value, ""), "revenue")
    return _earned(value, "revenue") if isinstance(value, Money) else read_amount(str(value), "revenue")


def read_day_of(value: date | str | None, flag: str, timezone: str) -> date | None:
    """`2026-09-01`, `2026-09`, `today`, `yesterday`, `this-month`, `last-month`, `this-year`: the day it begins."""
    if value is None or type(value) is date:
        return value
    today = datetime.now(UTC).astimezone(zone(timezone)).date()
    words = {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "this-month": today.replace(day=1),
        "last-month": month_of(today.replace(day=1) - timedelta(days=1)).first,
        "this-year": today.replace(month=1, day=1),
    }
    text = str(value)
    if text.lower() in words:
        return words[text.lower()]
    for read in (read_day, lambda word: read_month(word).first):
        try:
            return read(text)
        except ValueError:
            continue
    raise fail("bad-date", f'{flag} "{text}" is not a day', expected=f"2026-09-01, 2026-09, {', '.join(words)}")


def read_timezone(name: str) -> str:
    """The name of a time zone. CostcalcError: none is called so."""
    try:
        zone(name)
    except ValueError:
        raise fail("unknown-zone", f'no time zone is called "{name}"', expected="an IANA name: Asia/Shanghai") from None
    return name


def read_period(words: Mapping[str, Any], timezone: str) -> Period:
    """The days meant by `since`, `until`, `month`, `last`, `week` or `quarter` with `fiscal_year_starts`.

    CostcalcError: two ways to say them, or a text that names none.
    """
    given = {f"--{name}": words.get(name) for name in ("since", "until", "month", "last", "week", "quarter")}
    named = [flag for flag, value in given.items() if value is not None]
    whole = [flag for flag in named if flag not in ("--since", "--until")]
    if whole and len(named) > 1:
        other = next(flag for flag in named if flag != whole[0])
        raise fail(
            "two-periods", f"{whole[0]} and {other} both say which days", expected="one way to say them",
            remedy=f"leave out {other}: --since and --until go together, --month, --quarter, --last and --week stand alone",
        )  # fmt: skip
    if whole:
        return _whole_period(whole[0], str(given[whole[0]]), read_first_month(words.get("fiscal_year_starts", 1)))
    since, until = (read_day_of(given[flag], flag, timezone) for flag in ("--since", "--until"))
    return Period(since, until)


def _whole_period(flag: str, text: str, year_starts: int) -> Period:
    """Of a month, quarter or week, or of the log's last days."""
    readers: dict[str, tuple[str, str, Callable[[], DayRange | Last]]] = {
        "--month": ("month", "2026-10", lambda: read_month(text).range),
        "--quarter": ("quarter", "2026-Q4", lambda: read_quarter(text, year_starts)),
        "--week": ("week", "an ISO week: 2026-W40", lambda: read_week(text)),
        "--last": ("length of time", "30d, 4w, or 3m", lambda: read_last(text)),
    }
    noun, like, read = readers[flag]
    try:
        found = read()
        return Period(last=found) if isinstance(found, Last) else Period(found.first, found.after)
    except ValueError:
        raise fail("bad-date", f'{flag} "{text}" is not a {noun}', expected=like) from None


def read_first_month(value: object) -> int:
    """The month in which fiscal years begin: 4 is April. CostcalcError: no month."""
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 12):
        raise fail("bad-option", f'fiscal_year_starts "{value}" is not a month', expected="1 to 12: 4 is April")
    return int(text)


def read_basis(word: str) -> str:
    if word not in BASES:
        raise fail(
            "bad-basis", f'no basis is called "{word}"', nearest=nearest_names(word, BASES), expected=", ".join(BASES)
        )
    return word


def read_budget(value: Number | Money) -> Money:
    """An amount that may be zero; a currency may stand right behind it: 20000USD."""
    _refuse_float(value, "budget", "bad-amount", f'"{value}"')
    if isinstance(value, str):
        value = _AMOUNT_WITH_CODE.sub(r"\1 \2", value.strip())
    amount = value if isinstance(value, Money) else Money(value, "") if isinstance(value, Fraction) else _amount(str(value), "budget")  # fmt: skip
    if amount.amount < 0:
        raise fail("bad-amount", f'budget "{value}" is negative', expected='20000, or "20000 USD"')
    return amount


Pairs = Mapping[str, str] | Sequence[str] | None  # {"a": "b"}, "a=b,c=d", or several such texts
Globs = Mapping[str, str | Sequence[str]] | Sequence[str] | None


def read_pairs(written: Pairs, flag: str, shape: str) -> dict[str, str]:
    """A mapping, or `a=b,c=d` and several such texts as one. CostcalcError with every word of another shape."""
    if isinstance(written, Mapping):
        return {str(name): str(value) for name, value in written.items()}
    found: dict[str, str] = {}
    problems, last = [], ""
    for word in _words_of(written, flag, shape):
        name, equals, value = word.partition("=")
        if not equals and " as " in found.get(last, ""):
            found[last] += f",{word}"  # Eingabe as 1,234
        elif not equals or not name.strip() or not value.strip():
            problems.append(Problem("bad-option", f'{flag} "{word}" is not of the form {shape}', expected=shape))
        else:
            found[last := name.strip().lower()] = value.strip()
    if problems:
        raise CostcalcError(problems)
    return found


# Parted by commas, but for those within quotes: customer="c, d"
_PARTED = re.compile(r'(?:^|,)((?:[^,="]*=)?\s*"[^"]*"\s*(?=,|$)|[^,]*)')
_QUOTED = re.compile(r'"[^"]*"')
_SEVERAL = 'several values with a comma, one that holds a comma in quotes: customer=a,b,"c, d"'


def read_globs(written: Globs, flag: str) -> dict[str, tuple[str, ...]]:
    """`team=search,ads,model=qwen3-*`, or a mapping: any of a name's globs, all of the names.

    A glob that holds a comma stands in quotes: `customer="c, d"`.
    """
    if isinstance(written, Mapping):
        return {
            name.strip().lower(): (globs,) if isinstance(globs, str) else tuple(map(str, globs))
            for name, globs in written.items()
        }
    found: dict[str, tuple[str, ...]] = {}
    for text in _texts_of(written, flag, "NAME=GLOB"):
        name = ""
        for word in _PARTED.findall(text):
            before, equals, glob = word.partition("=")
            if equals and '"' not in before:
                name = before.strip().lower()
            else:
                glob = word  # another value of the same name: customer=a,b
            glob = glob.strip()
            if not name or not (glob or equals):
                raise fail(
                    "bad-option", f'{flag} "{word.strip()}" is not of the form NAME=GLOB', expected="NAME=GLOB",
                    remedy=_SEVERAL,
                )  # fmt: skip
            found[name] = (*found.get(name, ()), glob[1:-1] if _QUOTED.fullmatch(glob) else glob)
    return found


def _words_of(written: object, flag: str, shape: str) -> list[str]:
    return [part.strip() for text in _texts_of(written, flag, shape) for part in text.split(",")]


def _texts_of(written: object, flag: str, shape: str) -> Sequence[str]:
    texts = [written] if isinstance(written, str) else () if written is None else written
    if not isinstance(texts, Sequence) or not all(isinstance(text, str) for text in texts):
        raise fail(
            "bad-option", f'{flag} "{written}" is not a mapping or text', expected=f"{shape}, several with a comma"
        )
    return texts
