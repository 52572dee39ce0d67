"""Kinds of figures as they are written: percents with their sign, factors, amounts, whole numbers; ranges from low to high."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from costcalc.money import SIGN, Money, exact_text, read_number, with_code
from costcalc.scenario.changes import Rescale
from costcalc.scenario.figure import NOTHING, ONCE, Figure, fixed
from costcalc.yamldoc import Scalar
from costcalc.yamlfields import ANY_TEXT, Entry, Kind, number_or, pattern
from costcalc.yamltext import free

NUMBER = r"(?:\d+(?:_\d+)*(?:\.\d+)?|\.\d+)"
UP_TO_100 = r"(?:\d?\d(?:\.\d+)?|\.\d+|100(?:\.0+)?)"
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_SIGNED = rf"[+-]?{NUMBER}"
_PERCENT = re.compile(rf"({_SIGNED})(?:%?\.\.({_SIGNED}))?%", re.ASCII)
_FACTOR = re.compile(rf"[x×]({NUMBER})(?:\.\.[x×]?({NUMBER}))?", re.ASCII)
_MORE = re.compile(rf"\+({NUMBER})(?:\.\.\+?({NUMBER}))? per request", re.ASCII)
_FACTOR_AND_MORE = re.compile(r"([x×]\S+) (\+\S+ per request)", re.ASCII)
_NUMBERS = re.compile(rf"({NUMBER})(?:\.\.({NUMBER}))?", re.ASCII)
_AMOUNT = re.compile(rf"({NUMBER})(?: ([A-Z]{{3}}))?", re.ASCII)
_AMOUNTS = rf"{_AMOUNT.pattern}|(?:{SIGN}) ?{NUMBER}|{NUMBER} ?(?:{SIGN})"  # `$20`
_WHOLE = re.compile(r"\d+(?:_\d+)*", re.ASCII)
_BARE = re.compile(rf"({_SIGNED})(?:\.\.({_SIGNED}))?", re.ASCII)
_DECIMALS = 12  # of a figure that no decimal writes out, one third for instance


def drawn(entry: Entry) -> str:
    """The distribution of the entry's ranges as written, whether it is one or not."""
    node = entry.map.get("distribution")
    return node.text if isinstance(node, Scalar) else ""


# --- reading ------------------------------------------------------------------------------------------------------------
def percent_of(entry: Entry, text: Scalar, example: str) -> Figure:
    """`8%`, `+5..34%`. A problem where the sign is missing, and nothing in its place."""
    match = _PERCENT.fullmatch(text.text.strip())
    if match:
        low, high = _ends(entry, text, match[1], match[2], "%")
        return _spread(entry, low / 100, high / 100)
    bare = _BARE.fullmatch(text.text.strip())
    remedy = f"did you mean {_as_percent(bare)}? Write it with its percent sign" if bare else ""
    entry.wrong(text, "bad-percent", " is not a percentage", example, remedy)
    return NOTHING


def share_of(entry: Entry, text: Scalar) -> Figure:
    found = percent_of(entry, text, "20%")
    if found.low < 0 or found.high > 1:
        entry.wrong(text, "bad-share", " is not a share", "0% to 100%")
    return found


def change_of(entry: Entry, text: Scalar) -> Figure:
    """Nothing falls by more than all of it."""
    found = percent_of(entry, text, "+8%")
    if found.low < -1:
        entry.wrong(text, "bad-change", ": nothing falls by more than 100%", "-100% or more")
    return found


def _cut_of(entry: Entry, text: Scalar) -> Figure:
    found = percent_of(entry, text, "-20%")
    if found.high > 0:
        meant = text.text.strip().lstrip("+").replace("..+", "..")
        entry.wrong(text, "bad-cut", " is not a cut", "0% to -100%", "" if ".." in meant else f"did you mean -{meant}?")
    elif found.low < -1:
        entry.wrong(text, "bad-cut", " cuts more than there is", "0% to -100%")
    return found


def _factor_of(entry: Entry, text: Scalar) -> Figure:
    match = _FACTOR.fullmatch(text.text.strip())
    found = _spread(entry, *_ends(entry, text, match[1], match[2], "", "x")) if match else NOTHING
    if not found.low:
        entry.wrong(text, "bad-factor", " is not a factor", "x1.08, above x0")
        return ONCE
    return found


def rescale_of(entry: Entry, text: Scalar) -> Rescale:
    """`x12`, `+3_000 per request`, or both: `x1.5 +200 per request`."""
    written = text.text.strip()
    both = _FACTOR_AND_MORE.fullmatch(written)
    times = _FACTOR.fullmatch(both[1] if both else written)
    more = _MORE.fullmatch(both[2] if both else written)
    if (both and not (times and more)) or not (times or more):
        entry.wrong(
            text, "bad-factor", " says neither how many times as much nor how many more", "x1.5, or +3_000 per request"
        )
        return Rescale()
    return Rescale(
        _spread(entry, *_ends(entry, text, times[1], times[2], "", "x")) if times else ONCE,
        _spread(entry, *_ends(entry, text, more[1], more[2], " per request", "+")) if more else NOTHING,
    )


def _number_of(entry: Entry, text: Scalar) -> Figure:
    match = _NUMBERS.fullmatch(text.text.strip())
    found = _spread(entry, *_ends(entry, text, match[1], match[2], "")) if match else NOTHING
    if not found.low:
        entry.wrong(text, "bad-number", " is not a number above 0", "20")
        return ONCE
    return found


def _amount_of(entry: Entry, text: Scalar) -> Money:
    match = _AMOUNT.fullmatch(with_code(text.text.strip()))
    if match is None:
        entry.wrong(text, "bad-amount", " is not an amount", "0.0120 USD, or 42_000 USD")
        return Money(Fraction(), "")
    return Money(read_number(match[1]), match[2] or "")


def _whole_from(least: int) -> Callable[[Entry, Scalar], int]:
    def read(entry: Entry, text: Scalar) -> int:
        if not _WHOLE.fullmatch(text.text.strip()) or int(text.text.replace("_", "")) < least:
            entry.wrong(text, "bad-number", f" is not a whole number from {least} on", "120")
            return least
        return int(text.text.replace("_", ""))

    return read


def currency_of(entry: Entry, text: Scalar) -> str:
    if not CURRENCY.fullmatch(text.text):
        entry.wrong(text, "bad-currency", " is not a currency", "three capital letters (ISO 4217): USD, CNY")
    return text.text


def _spread(entry: Entry, low: Fraction, high: Fraction) -> Figure:
    return Figure(low, high, drawn(entry)) if low != high else fixed(low)


def _ends(
    entry: Entry, text: Scalar, first: str, second: str | None, unit: str, before: str = ""
) -> tuple[Fraction, Fraction]:
    """The low and the high end. A problem where they are written the other way round."""
    low = read_number(first)
    high = low if second is None else read_number(second)
    if low > high:
        remedy = f"write {_turned(first, second or '', before)}{unit}"
        entry.wrong(text, "bad-range", " is written from high to low", "low..high", remedy)
    return low, high


def _turned(first: str, second: str, before: str) -> str:
    """The ends the other way round, with their sign where the first one had it."""
    sign = before or ("+" if first.startswith("+") else "")
    low = second.removeprefix("+")
    return f"{low if low.startswith('-') else sign + low}..{first.removeprefix('+')}"


def _as_percent(bare: re.Match[str]) -> str:
    """What a number without its sign may mean: 0.08 and 8 are both 8%."""
    ends = [read_number(end) for end in bare.groups() if end]
    scale = 100 if all(abs(end) <= 1 for end in ends) and any(end.denominator != 1 for end in ends) else 1
    return "..".join(exact_text(end * scale) for end in ends) + "%"


# --- writing ------------------------------------------------------------------------------------------------------------
def percent_text(figure: Figure) -> str:
    return f"{number_text(Figure(figure.low * 100, figure.high * 100))}%"


def signed_text(figure: Figure) -> str:
    return f"{'+' if figure.low > 0 else ''}{percent_text(figure)}"


def number_text(figure: Figure) -> str:
    low, high = decimal_text(figure.low), decimal_text(figure.high)
    return f"{low}..{high}" if figure.is_range else low


def decimal_text(value: Fraction) -> str:
    return exact_text(value, _DECIMALS)


def is_decimal(figure: Figure) -> bool:
    """Whether its percentages can be written out."""
    return all(Fraction(decimal_text(end * 100)) == end * 100 for end in (figure.low, figure.high))


def rescale_text(rescale: Rescale) -> str:
    factor = f"x{number_text(rescale.factor)}" if rescale.factor != ONCE or rescale.more == NOTHING else ""
    more = f"+{number_text(rescale.more)} per request" if rescale.more != NOTHING else ""
    return f"{factor} {more}".strip()


# --- schema -------------------------------------------------------------------------------------------------------------
def range_of(number: str) -> str:
    return rf"{number}(?:%?\.\.{number})?%"


# --- the kinds ----------------------------------------------------------------------------------------------------------
TEXT = Kind(lambda _, text: text.text.strip(), ANY_TEXT, write=free)
SHARE = Kind(share_of, pattern(range_of(UP_TO_100)), "20%", percent_text)
CHANGE = Kind(change_of, pattern(range_of(rf"(\+?{NUMBER}|-{UP_TO_100})")), "+8%", signed_text)
CUT = Kind(_cut_of, pattern(range_of(rf"(-{UP_TO_100}|0)")), "-20%", signed_text)
FACTOR = Kind(_factor_of, pattern(_FACTOR.pattern), "x1.08", lambda figure: f"x{number_text(figure)}")
RESCALE = Kind(
    rescale_of, pattern(rf"{_FACTOR.pattern}|{_MORE.pattern}|{_FACTOR_AND_MORE.pattern}"), "x1.5", rescale_text
)
COUNT = Kind(_number_of, number_or(_NUMBERS.pattern), "20", number_text)
AMOUNT = Kind(
    _amount_of, number_or(_AMOUNTS), "0.0120 USD",
    lambda money: f"{exact_text(money.amount)} {money.currency}".strip(),
)  # fmt: skip
SEATS = Kind(_whole_from(1), {**number_or(_WHOLE.pattern), "minimum": 1}, "120")
REPLICAS = Kind(_whole_from(0), number_or(_WHOLE.pattern), "2")
REPORT_CURRENCY = Kind(currency_of, pattern(CURRENCY.pattern), "USD")
