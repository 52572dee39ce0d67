"""Ids of requests in tables of people's own: rows that say one request again are told by them, and count once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from costcalc.usage.formats.model import Dedupe, Paths, Term
from costcalc.usage.formats.names import NOT_STATED, SYNONYMS, canonical, last_of, stated
from costcalc.usage.formats.uncounted import map_option
from costcalc.usage.ledger import Loud

REQUEST_ID = "request_id"  # the meaning, as --map names it
_NAMES = frozenset(SYNONYMS[REQUEST_ID].split())
# How sellers begin the ids of their answers; a bare `id` may be a customer's.
_OF_ANSWERS = re.compile(
    r"(chatcmpl|cmpl|resp|msg|req|gen|as)[-_].+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
IN_WIDER = "copies of rows in another file that has their columns too; --map request_id==no counts them"
_CUSTOMERS = frozenset(("customer", "customerid", "customername", "tenant", "tenantid", "account", "accountid"))
# What stands in the place of an id where a request has none.
_NO_IDS = tuple(sorted({*NOT_STATED, "undefined", "unknown", "0", "<nil>", str(UUID(int=0))}))


def id_column(columns: Sequence[str], samples: Mapping[str, Sequence[str]]) -> str:
    """The first column that names the request of a row; "" where none does."""
    by_name = (column for column in columns if canonical(last_of(column)) in _NAMES)
    by_value = (
        column for column in columns if canonical(last_of(column)) == "id" and _are_of_answers(samples.get(column, ()))
    )
    return next(by_name, next(by_value, ""))


def _are_of_answers(samples: Sequence[str]) -> bool:
    values = stated(samples)
    return bool(values) and all(_OF_ANSWERS.fullmatch(value) for value in values)


def copies_by(column: str, columns: Sequence[str], models: Sequence[str]) -> Dedupe:
    """Rows of one id that say the same in every column are one request; those that differ may be its parts.

    `models`: the columns of the model; no two rows of one request differ in it or in their customer.
    """
    customers = [name for name in columns if canonical(last_of(name)) in _CUSTOMERS]
    alike = tuple(name for name in columns if name != column)
    return Dedupe(((column,),), (), alike=alike, apart=(*models, *customers), no_keys=_NO_IDS)


def largest_by(column: str, counts: Sequence[Paths]) -> Dedupe:
    """Rows of one id are one request, whose largest counts are meant."""
    return Dedupe(((column,),), tuple(map(Term, counts)), no_keys=_NO_IDS)


def of_one_id(format_name: str, column: str, rows: int, *, is_apart: bool) -> Loud:
    """What is said of rows that share their id and are all counted. `is_apart`: some that share it cannot be one request."""
    own = map_option(REQUEST_ID, "=no")
    found = (
        f"{format_name}: {rows:,} rows share their {column} with others that say something else, and are all counted; {own} says"
        " that each is usage of its own (a step, a chunk, a meter): every row counts, copies too"
    )
    if is_apart:
        return Loud(f"{found}. Some that share it differ in their day, model or customer: it is no id of one request")
    return Loud(
        f"{found}; {map_option(REQUEST_ID, column)} says that each has all of its request's usage until then: the largest of"
        " each id counts alone"
    )


def in_two(format_name: str, one: str, other: str, ids: int, tokens: int) -> Loud:
    """What is said of ids that two files of other columns have, and that count in both."""
    return Loud(
        f"{format_name}: {ids:,} id{'s' * (ids != 1)} of {one} with {tokens:,} tokens stand{'s' * (ids == 1)} in {other}, too,"
        f" on the same day with the same tokens, and count{'s' * (ids == 1)} in both, for something else that they say differs. If the"
        f" files overlap, take these rows out of one; {map_option(REQUEST_ID, '=no')} says that they do not"
    )
