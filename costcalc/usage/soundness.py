"""Soundness: whether a stored ledger is what `scan` writes: its columns and types, signs, parts within their wholes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from costcalc.meters import meters
from costcalc.problems import CostcalcError, Place, Problem
from costcalc.usage.formats.paths import name_of, quoted
from costcalc.usage.ledger import BandBasis, CostKind
from costcalc.usage.sql.rows import WHOLES

_EARLIEST, _LATEST = 946_598_400, 4_102_531_200  # 2000 to 2100, a day more on either side: a price day may begin before
_AMOUNT = "-?[0-9]{1,100}(/[1-9][0-9]{0,99})?"  # a longer one is none that a log adds up to, and takes long to read
_REMEDY = "scan the log again; a ledger is not edited"


def check_metadata(about: Mapping[str, Any], shown: str) -> None:
    """CostcalcError: what is stored beside the groups lacks something, or is of another kind."""
    wrong = [name for name, is_right in _METADATA.items() if not is_right(about.get(name))]
    if wrong:
        raise _unsound(shown, [f"its {' and '.join(wrong)} cannot be read"])
    unknown = [name for name in about["meters"] if name not in meters().by_name]
    if unknown:
        raise _unsound(shown, [f"no meter is called {', '.join(unknown)}"])


def check_columns(found: Mapping[str, str], expected: Mapping[str, str], shown: str) -> None:
    """CostcalcError: a column is missing, foreign, or of another type."""
    missing = [name for name in expected if name not in found]
    foreign = [name for name in found if name not in expected]
    other = [name for name, kind in expected.items() if found.get(name, kind) != kind]
    problems = [f"it lacks the column {_listed(missing)}"] * bool(missing)
    problems += [f"it has the column {_listed(foreign)}, which no ledger has"] * bool(foreign)
    problems += [f"the column {_listed(other)} is of another type: {found[other[0]]}" for _ in other[:1]]
    if problems:
        raise _unsound(shown, problems)


def row_checks(stored: Sequence[str], amounts: Sequence[str]) -> dict[str, str]:
    """What is wrong with a row, in words → SQL that is true of such a row. `stored`: the meters, as columns."""
    counts = [name_of(column) for column in stored]
    by_meter = {column.partition(" ")[2]: name_of(column) for column in stored}
    checks = {
        "a time outside 2000 to 2100": f'coalesce("at" NOT BETWEEN {_EARLIEST} AND {_LATEST}, true)',
        "a span of time that ends before it begins": f'until <= "at" OR until > {_LATEST}',
        "no model": "model IS NULL OR service_tier IS NULL OR source_format IS NULL",
        "no flag": "naive IS NULL OR thinking_assumed IS NULL OR (thinking IS NULL AND NOT thinking_assumed)",
        "a length below zero": "coalesce(least(input_over, output_over) < 0, true)",
        "a basis of lengths that is none": _none_of("band_basis", get_args(BandBasis)),
        "requests below zero": "requests < 0",
        "rows below zero": 'coalesce("rows" < 0, true)',
        "a kind of cost that is none": f"cost_kind IS NOT NULL AND {_none_of('cost_kind', get_args(CostKind))}",
        "a cost without its kind": "(billed IS NULL) <> (cost_kind IS NULL)",
    }
    checks |= {f"no amount in {name}": f"NOT regexp_full_match({name}, {quoted(_AMOUNT)})" for name in amounts}
    if counts:
        checks["a count below zero"] = " OR ".join(f"coalesce({count} < 0, true)" for count in counts)
    for whole, parts in WHOLES:
        inside = [by_meter[part] for part in parts if part in by_meter]
        if inside:
            checks[f"parts larger than their {whole}"] = f"{' + '.join(inside)} > {by_meter.get(whole, '0')}"
    return checks


def check_rows(found: Mapping[str, int], shown: str) -> None:
    """CostcalcError: rows with what no ledger holds. `found`: words of `row_checks` → rows."""
    problems = [
        f"{rows:,} of its groups {'has' if rows == 1 else 'have'} {words}" for words, rows in found.items() if rows
    ]
    if problems:
        raise _unsound(shown, problems)


def _none_of(column: str, words: Sequence[str]) -> str:
    return f"coalesce({column} NOT IN ({', '.join(map(quoted, words))}), true)"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names[:3]) + (" and others" if len(names) > 3 else "")


def _unsound(shown: str, reasons: Sequence[str]) -> CostcalcError:
    return CostcalcError(
        [
            Problem("unsound-ledger", f"this is not a whole ledger: {reason}", Place(shown), remedy=_REMEDY)
            for reason in reasons
        ]
    )


# --- the metadata -------------------------------------------------------------------------------------------------


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_instant(value: object) -> bool:
    return value is None or (type(value) is int and _EARLIEST <= value <= _LATEST)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_texts, value))


def _is_counts(value: object) -> bool:
    return isinstance(value, list) and all(_is_count(number) for number in value)


def _are_of(names: Sequence[str], more: str = "rows") -> Any:
    """Whether it is a list of maps that have texts of these names, and a count of rows; `more`: another count that some have."""
    return lambda value: (
        isinstance(value, list)
        and all(
            isinstance(each, dict)
            and {*each, more} == {*names, "rows", more}
            and _is_counts([each["rows"], each.get(more, 0)])
            and _is_texts([each[name] for name in names])
            for each in value
        )
    )


def _are_cuts(value: object) -> bool:
    return (
        isinstance(value, dict)
        and {*value} == {*_CUTS}
        and all(is_right(value[name]) for name, is_right in _CUTS.items())
    )


_CUTS = {
    **dict.fromkeys(("input_lengths", "output_lengths", "day_edges", "schedule_edges"), _is_counts),
    **dict.fromkeys(("scheduled_names", "scheduled_patterns", "labels"), _is_texts),
    "splits": _are_texts,
}
_METADATA = {
    "meters": _is_texts,
    "dimensions": _is_texts,
    "cuts": _are_cuts,
    "sources": _are_of(("path", "format")),
    "skipped": _are_of(("format", "reason"), more="tokens"),
    "refused_rows": _is_count,
    "unread_files": lambda value: value is None or _is_count(value),
    "first_instant": _is_instant,
    "last_instant": _is_instant,
    "notes": _is_texts,
    "loud": lambda value: value is None or _is_texts(value),
    "is_part": lambda value: value is None or isinstance(value, bool),
}
