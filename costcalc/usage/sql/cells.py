"""Cells: the numbers and amounts that a text may be, as exports write them, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.money import MAY_BE_THOUSANDS
from costcalc.usage.formats.names import NOT_STATED
from costcalc.usage.formats.paths import quoted

_DIGITS = "[0-9]{1,18}([.]0*)?"
AMBIGUOUS = "[0-9]{1,3}[.]000"  # 100, or where a point parts thousands, 100,000
_ONE_BY_COMMA = "[0-9]{1,3},(0{0,2}|0{4,18})|[0-9]{4,18},0*"  # but for 100,000, which may be two numbers likewise
_FIRST = "[1-9][0-9]{0,2}"  # digits before thousands, which never begin with 0
_IN_THOUSANDS = f"({_FIRST}(,[0-9]{{3}}){{LEAST,}}|0(,000)+)([.]0*)?"
_IN_THOUSANDS_BY_POINTS = f"({_FIRST}([.][0-9]{{3}}){{2,}}|0([.]000){{2,}})(,0*)?"
_ZEROS_AFTER_COMMA = "[0-9]{1,18},0{0,2}"
_EXPONENT = "[0-9]([.][0-9]{1,15})?[eE][+]?[0-9]{1,2}"
_DECIMAL = "[0-9]{1,12}([.][0-9]*)?|[.][0-9]+"
_THOUSANDS = f"^[^0-9,.]*{_FIRST}(,[0-9]{{3}})+([.][0-9]*)?[^0-9,.]*$"
_MOST_COUNTED = 999_999_999_999_999_999
_MOST_WRITTEN = 10**14 - 1  # before the point of an amount


def count_of(x: str, number: str, decimal_comma: bool, is_text: bool = True) -> str:
    """The whole number that a text is: 0 where it says nothing, NULL where it is none. `number`: a cast of it.

    A cast accepts "1e3", "1_000" and "12.7": only a text that the number would write itself is taken at once.
    """
    plain = f" AND NOT regexp_full_match(trim({x}), {quoted(AMBIGUOUS)})" * is_text
    return (
        f"CASE WHEN CAST({number} AS VARCHAR) = {x} AND {number} BETWEEN 0 AND {_MOST_COUNTED}"
        f" THEN {number} WHEN {x} IS NULL OR trim({x}) = '' THEN 0 WHEN regexp_full_match(trim({x}), {quoted(_DIGITS)}){plain}"
        f" THEN CAST(split_part(trim({x}), '.', 1) AS BIGINT)"
        f"{f' WHEN {says_nothing(x)} THEN 0' * is_text}{_written_count(f'trim({x})', decimal_comma)} END"
    )


def as_written(x: str, form: str) -> str:
    """The text of a count without what parts its thousands, or without decimals of zeros. `form`: one of WRITTEN."""
    bare = f"trim({x})"
    whole, mark, number = {
        "1.234": (f"{_FIRST}([.][0-9]{{3}})+(,0*)?", ".", f"replace(split_part({bare}, ',', 1), '.', '')"),
        "1,234": (f"{_FIRST}(,[0-9]{{3}})+([.]0*)?", ",", f"replace(split_part({bare}, '.', 1), ',', '')"),
        "1234.0": ("[0-9]{1,18}[.]0*", ".", f"split_part({bare}, '.', 1)"),
        "1234,0": ("[0-9]{1,18},0*", ",", f"split_part({bare}, ',', 1)"),
    }[form]
    other = f"WHEN contains({x}, {quoted(mark)}) THEN 'no count' ELSE {x}"
    return f"CASE WHEN regexp_full_match({bare}, {quoted(whole)}) THEN {number} {other} END"


def many_of(count: str, written: str, times: int) -> str:
    """A count of thousands, which may have decimals: 1.5 is 1,500. NULL where that is no whole number.

    `count`: the whole number that it may be; `written`: the amount.
    """
    most = _MOST_COUNTED // times
    amount = f"CAST({written} AS DECIMAL(38,9))"
    is_whole = f"{amount} = {written} AND {amount} * {times} = floor({amount} * {times})"
    return (
        f"CASE WHEN ({count}) <= {most} THEN ({count}) * {times}"
        f" WHEN {written} BETWEEN 0 AND {min(most, _MOST_WRITTEN)} AND {is_whole} THEN CAST({amount} * {times} AS BIGINT) END"
    )


def amount_of(text: str, signs: bool, decimal_comma: bool) -> str:
    """The amount that a text may be. Most have no spaces around them, which the engine is slow to take away."""
    bare = f"trim({text})"
    amount = f"coalesce({_amount(text, signs)}, {_amount(bare, signs)}, {_written_amount(bare, decimal_comma)})"
    return f"CASE WHEN {_has_points(bare)} ELSE {amount} END" if decimal_comma else amount


def says_nothing(text: str, more: Sequence[str] = ()) -> str:
    """Whether the text is one of the words that exports write into empty cells."""
    return f"lower(trim({text})) IN ({', '.join(map(quoted, sorted({*NOT_STATED, *more})))})"


def is_empty(text: str) -> str:
    """Whether a cell holds nothing, or one of these words."""
    return f"(coalesce(trim({text}), '') = '' OR {says_nothing(text)})"


def _written_count(x: str, decimal_comma: bool) -> str:
    """The whole number that a text with separators or an exponent is, as cases: 1,234,567 · 1.234.567 · 1e6.

    Where commas are decimal ones, "1,000" may be two numbers, and only two of them part thousands.
    """
    thousands = _IN_THOUSANDS.replace("LEAST", "2" if decimal_comma else "1")
    exact = f"TRY_CAST({x} AS DECIMAL(38,15))"
    ways = (
        (thousands, f"replace(split_part({x}, '.', 1), ',', '')"),
        (_IN_THOUSANDS_BY_POINTS, f"replace(split_part({x}, ',', 1), '.', '')"),
        (_ONE_BY_COMMA if decimal_comma else _ZEROS_AFTER_COMMA, f"split_part({x}, ',', 1)"),
        (_EXPONENT, f"CASE WHEN {exact} = floor({exact}) THEN split_part(CAST({exact} AS VARCHAR), '.', 1) END"),
    )
    return "".join(
        f" WHEN regexp_full_match({x}, {quoted(way)}) THEN TRY_CAST({number} AS BIGINT)" for way, number in ways
    )


def _written_amount(x: str, decimal_comma: bool) -> str:
    """The amount that a text with a comma is: 1.234,56 and 1,25 have a decimal one, 1,234.56 has one that parts thousands.
    "1,234" alone may be both: it is an amount only where commas are decimal ones.
    """
    is_open = "[1-9][0-9]{0,2},[0-9]{3}"
    decimal = f"-?([0-9]+|{_FIRST}([.][0-9]{{3}})+),[0-9]+"
    by_comma = f"regexp_full_match({x}, {quoted(decimal)})"
    if not decimal_comma:
        by_comma += f" AND NOT regexp_full_match(ltrim({x}, '-'), {quoted(is_open)})"
    by_point = f"regexp_full_match({x}, {quoted(f'-?{_FIRST}(,[0-9]{{3}})+[.][0-9]*')})"
    return (
        f"CASE WHEN NOT contains({x}, ',') THEN NULL"
        f" WHEN {by_comma} THEN TRY_CAST(replace(replace({x}, '.', ''), ',', '.') AS DECIMAL(38,24))"
        f" WHEN {by_point} THEN TRY_CAST(replace({x}, ',', '') AS DECIMAL(38,24)) END"
    )


def _has_points(x: str) -> str:
    """What a text is where commas are decimal ones: 1.234.567 has points that part thousands; 2.500 may be 2.5 or 2500."""
    whole = f"ltrim({x}, '-')"
    return (
        f"regexp_full_match({whole}, {quoted(MAY_BE_THOUSANDS)}) THEN NULL"
        f" WHEN regexp_full_match({whole}, {quoted(_FIRST + '([.][0-9]{3}){2,}')})"
        f" THEN TRY_CAST(replace({x}, '.', '') AS DECIMAL(38,24))"
    )


def scaled(x: str, decimals: int) -> str:
    """A decimal count as a whole number of 10^-decimals; further digits are rounded half-up."""
    whole, part = f"split_part(trim({x}), '.', 1)", f"split_part(trim({x}), '.', 2)"
    digits = f"CAST({whole} || rpad(substr({part}, 1, {decimals}), {decimals}, '0') AS BIGINT)"
    carry = f"CASE WHEN substr({part}, {decimals + 1}, 1) >= '5' THEN 1 ELSE 0 END"
    return (
        f"CASE WHEN {x} IS NULL OR trim({x}) = '' THEN 0 "
        f"WHEN regexp_full_match(trim({x}), {quoted(_DECIMAL)}) THEN {digits} + {carry} WHEN {says_nothing(x)} THEN 0 END"
    )


def _amount(text: str, signs: bool) -> str:
    """Money as an exact decimal with 24 digits after the point; NULL where the text is no amount."""
    if not signs:
        return f"CASE WHEN NOT contains({text}, '_') THEN TRY_CAST({text} AS DECIMAL(38,24)) END"
    bare = f"regexp_replace({text}, '[$€£¥,\\s]', '', 'g')"
    # A comma parts thousands or nothing: in "12,50" it is a decimal point, and 1250 would be wrong.
    thousands = f"(NOT contains({text}, ',') OR regexp_matches({text}, {quoted(_THOUSANDS)}))"
    return f"CASE WHEN NOT contains({text}, '_') AND {thousands} THEN TRY_CAST({bare} AS DECIMAL(38,24)) END"


def longer_than_kept(text: str) -> str:
    """Whether the amount has more than 24 digits after the point. In cases: of AND the engine computes both sides."""
    exponent = f"TRY_CAST(regexp_extract({text}, '[eE]-([0-9]+)$', 1) AS INTEGER)"
    digits = f"strlen(regexp_extract({text}, '[.]([0-9]*?)0*[eE]', 1))"
    return (
        f"CASE WHEN strlen({text}) > 25 AND regexp_matches({text}, '[.][0-9]{{24}}[0-9]*[1-9]') THEN true"
        f" WHEN contains({text}, '-') AND contains(lower({text}), 'e-') THEN coalesce({exponent} + {digits} > 24, false)"
        " ELSE false END"
    )
