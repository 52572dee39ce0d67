"""Failed calls: rows that say that a call failed. What its seller refused is not billed: it is set aside with its tokens.

Sellers bill no call that they refuse with a status of 4xx or 5xx, but Azure one of 400 or 408, whose prompt it has read
(learn.microsoft.com/answers/questions/1632971, read on 2026-11-30). A call that its own client cut off, 499, is billed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from costcalc.usage.formats.model import Condition, FormatSpec, Paths, Remark, Skip
from costcalc.usage.formats.names import NOT_STATED, TYPED, canonical, stated
from costcalc.usage.ledger import FAILED_CALLS, Loud

YES = ("true", "yes", "on", "1", "enabled", "t", "y")
NO = ("false", "no", "off", "0", "disabled", "f", "n")
_TYPED_CODES = ("4??", "4??.0", "5??", "5??.0")  # of a column of numbers, which may number something else
_CODE = re.compile(r"[1-5]\d\d(\.0)?")
_NO_ANSWER = ("0", "0.0")  # what clients write in the place of a code where no answer came
_CUT_OFF, _BILLED_BY_AZURE = ("499*",), ("400*", "408*")
_FAILED = (
    "fail*", "error*", "exception*", "reject*", "refused", "denied", "throttl*", "timeout", "timed*", "4xx", "5xx",
)  # fmt: skip
_ANSWERED = ("ok*", "success*", "succeeded", "complete*", "finished", "done", "answered", "1*", "2*", "3*")
_NO_ERROR = (*NO, *NOT_STATED, "", "{}", "[]", "ok", "success", "no error", "no_error", "200")

# How columns are called, without case, spaces, dashes and underscores, that say how a call ended.
_STATUS = frozenset(
    (
        "status", "state", "outcome", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "responsestatus",
        "responsestatuscode", "responsecode", "callstatus", "requeststatus", "状态", "状态码", "resultsignature", "resulttype",
    )
)  # fmt: skip
_CODES = frozenset(
    (
        "status",
        "statuscode",
        "httpstatus",
        "httpstatuscode",
        "httpcode",
        "responsestatus",
        "responsestatuscode",
        "responsecode",
        "状态码",
    )
)
_AZURES = frozenset(("resultsignature", "resulttype"))  # of the diagnostics of Azure, whose rows name no provider
_SUCCESS = frozenset(("success", "issuccess", "succeeded", "successful", "issuccessful", "ok"))
_ERROR = frozenset(
    ("error", "iserror", "haserror", "errorcode", "errortype", "errormessage", "failed", "isfailed", "failure")
)
# And that may count calls, of tables whose rows are several.
_COUNTS = frozenset(
    ("error", "errors", "errorcount", "failed", "failure", "failures", "failedrequests", "failedcalls", *_SUCCESS)
)


def failed_calls(conditions: Iterable[Condition]) -> tuple[Skip, ...]:
    """The rules that set the rows aside of which one of these is true; their days belong to the log."""
    return tuple(Skip(condition, FAILED_CALLS, covers=True, failed=True) for condition in conditions)


def as_said(spec: FormatSpec, word: str) -> FormatSpec:
    """The format where `--map failed==no` counts every call, or `--map failed==yes` none that says that it failed."""
    if word.lower() in NO:
        return replace(spec, skip=tuple(rule for rule in spec.skip if not rule.failed), doubtful=())
    return replace(spec, skip=(*spec.skip, *failed_calls(spec.doubtful)), doubtful=())


def ended_by(spec: FormatSpec, column: str) -> FormatSpec:
    """The format where a column that --map names says, too, which calls failed; those with a cost are counted."""
    test, words = _says_failed((column,)), words_unknown((column,))
    costs = tuple(term.paths for shape in spec.shapes if shape.cost for term in shape.cost.terms)
    return replace(
        spec,
        skip=(*spec.skip, *failed_calls([replace(test, zero=costs)])),
        doubtful=(*spec.doubtful, *([test] if costs else [])),
        remarks=(*spec.remarks, words),
    )


def in_doubt(format_name: str, rows: int, tokens: int) -> Loud:
    """What is said of rows that say that their call failed and are counted."""
    calls, are = ("1 row says that its call", "is") if rows == 1 else (f"{rows:,} rows say that their calls", "are")
    held = f" with {tokens:,} token{'s' * (tokens != 1)}, which may not be billed" if tokens else ""
    return Loud(f"{format_name}: {calls} failed and {are} counted{held}; --map failed==yes leaves out what failed")


def says_outcome(column: str, samples: Sequence[str]) -> bool:
    """Whether the column of a table says how a call ended."""
    name = canonical(column)
    values = {text.lower() for text in stated(samples)}
    return name in _ERROR or (name in _SUCCESS and values <= {*YES, *NO}) or (name in _STATUS and bool(values))


def counts_calls(column: str, samples: Sequence[str], requests: Sequence[str]) -> bool:
    """Whether the column of a table counts calls that failed or succeeded; `requests`: the texts of its own count."""
    values, flags = {*stated(samples)}, {"0", "1"}
    is_count = canonical(column) in _COUNTS and bool(values) and all(map(str.isdecimal, values))
    if not is_count or (canonical(column) == "error" and are_codes(samples)):
        return False
    return bool({*stated(requests)} - flags) or (not values <= flags and [*samples] != TYPED)


def are_codes(samples: Sequence[str]) -> bool:
    """Whether the texts are HTTP's codes, which say for sure that a call was refused; a call without an answer has none."""
    values = [text for text in stated(samples) if text not in _NO_ANSWER]
    return bool(values) and all(_CODE.fullmatch(text) for text in values)


def outcomes(
    columns: Mapping[str, Sequence[str]], mapped: Paths, provider: Paths, costs: Sequence[Paths]
) -> tuple[tuple[Skip, ...], tuple[Condition, ...]]:
    """What sets failed rows of a table aside, and what is true of those that may be billed all the same.

    `columns`: those that say how a call ended, with their texts; `mapped`: the one that --map names, whose words are
    taken as they are; `provider`, `costs`: the table's own. A row for which somebody was charged did not fail.
    """
    typed = [(column,) for column, samples in columns.items() if [*samples] == TYPED and canonical(column) in _CODES]
    codes = [*typed, *((column,) for column, samples in columns.items() if are_codes(samples))]
    words = [(column,) for column in columns if (column,) not in (*codes, mapped)]
    sure = [test for column in codes for test in _refused(column, provider, is_typed=column in typed)]
    sure += [_says_failed(mapped)] if mapped else []
    perhaps = [*(_has_code(column, is_typed=column in typed) for column in codes), *map(_says_failed, words)]
    perhaps += [Condition(((column, _NO_ANSWER),)) for column in codes if _may_lack(column, is_typed=column in typed)]
    perhaps += [_says_failed(mapped)] if mapped and costs else []
    return failed_calls(replace(test, zero=tuple(costs)) for test in sure), tuple(perhaps)


def _refused(code: Paths, provider: Paths, *, is_typed: bool) -> list[Condition]:
    if not provider:
        return [_has_code(code, *(_BILLED_BY_AZURE if canonical(code[-1]) in _AZURES else ()), is_typed=is_typed)]
    return [
        _has_code(code, *_BILLED_BY_AZURE, is_typed=is_typed),
        Condition(((code, _BILLED_BY_AZURE),), ((provider, ("azure*",)),)),
    ]


def _has_code(code: Paths, *but: str, is_typed: bool) -> Condition:
    return Condition(((code, _TYPED_CODES if is_typed else ("4*", "5*")),), ((code, (*_CUT_OFF, *but)),))


def _may_lack(code: Paths, *, is_typed: bool) -> bool:
    """Whether a 0 says that there was no answer: it is none among errors, and `status` alone may number something else."""
    name = canonical(code[-1])
    return name not in _ERROR and not (is_typed and name == "status")


def _says_failed(column: Paths) -> Condition:
    name = canonical(column[-1])
    if name in _SUCCESS:
        return Condition(((column, NO),))
    if name in _ERROR:  # a code or a text of the error, or yes
        return Condition(present=(column,), lacks=((column, _NO_ERROR),))
    return Condition(((column, (*_FAILED, *YES, "4*", "5*")),), ((column, _CUT_OFF),))


def words_unknown(column: Paths) -> Remark:
    """What is said of rows of which the column says neither that a call failed nor that it did not. Of errors all is known."""
    text = f'have a word in "{column[-1]}" that says neither that a call failed nor that it did not, and are counted'
    is_known = {*_ERROR, *_SUCCESS} & {canonical(column[-1])}
    known = ("*",) if is_known else (*_FAILED, *_ANSWERED, *YES, *NO, *NOT_STATED, "", "4*", "5*")
    return Remark(text, Condition(present=(column,), lacks=((column, known),)), is_loud=True)
