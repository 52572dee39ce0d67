"""Budget files: a list of limits. Strict, with places; all problems of a file together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.budget.model import EACH, KINDS, Budget, Days, Each, Kind
from costcalc.budget.read_limits import (
    AGE_SHAPE,
    AMOUNT_SHAPE,
    PERIOD_SHAPE,
    read_age,
    read_limit,
    read_one_percent,
    read_period,
)
from costcalc.files import is_there
from costcalc.problems import CostcalcError, nearest_names
from costcalc.scenario.items import Scenario
from costcalc.scenario.read import read_scenario, shipped_scenarios
from costcalc.scenario.read_entries import Entry, entries
from costcalc.scenario.read_where import read_where
from costcalc.yamldoc import Document, Scalar, line_of, parse_yaml, read_yaml

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event

    Catalogue = Callable[[], Mapping[str, Event]]  # read only where a scenario is named

KEYS = ("budgets",)
BUDGET_KEYS = (
    "name", "where", "each", "period", *KINDS, "warn_at", "warn_below", "prorate", "scenario", "pass_through", "note",
)  # fmt: skip
_EXAMPLE = "{name: search team, where: {team: search}, each: month, limit: 18_000 USD, warn_at: 80%}"
_FLAGS = {"true": True, "false": False}
_SENSIBLE: dict[Kind, tuple[int | None, int | None, str]] = {  # lowest, highest
    "max_rise": (-1, None, "nothing falls by more than 100%"),
    "margin_at_least": (None, 1, "no margin is above 100%"),
    "unpriced_at_most": (0, 1, "a share lies between 0% and 100%"),
}
_SHARES = {"max_rise": "10%", "margin_at_least": "55%", "unpriced_at_most": "1%"}

# What goes with which limit, and why nothing else does.
ONLY_WITH: dict[str, tuple[tuple[Kind, ...], str]] = {
    "warn_at": (("limit", "max_rise"), "it is a share of a limit; of a margin, write warn_below"),
    "warn_below": (("margin_at_least",), "it is a margin; of a limit, write warn_at: 80%"),
    "prorate": (("limit",), "only an amount is shared out by days"),
    "scenario": (("limit", "margin_at_least"), "only what usage costs and earns changes under a scenario"),
    "each": (("limit", "margin_at_least", "unpriced_at_most"), "it is checked once, over all that is read"),
    "period": (("limit", "margin_at_least", "unpriced_at_most"), "it is checked once, over all that is read"),
}


def read_budgets(path: Path | str, catalogue: Catalogue) -> tuple[Budget, ...]:
    """The budgets of a file; scenarios are looked for beside it. CostcalcError with every problem."""
    return _budgets(read_yaml(path), Path(path).parent, catalogue)


def parse_budgets(text: str, file: str = "<budgets>", catalogue: Catalogue = dict) -> tuple[Budget, ...]:
    """Budgets from text. CostcalcError with every problem of it."""
    return _budgets(parse_yaml(text, file), Path(file).parent, catalogue)


def _budgets(document: Document, folder: Path, catalogue: Catalogue) -> tuple[Budget, ...]:
    root = document.map_at(document.root, "a budgets file", KEYS)
    listed = list(entries(document, root.get("budgets"), "budgets", "a budget", BUDGET_KEYS, _EXAMPLE))
    if not listed and not document.problems:
        document.report(root, "missing-key", "the file holds no budget: nothing would be checked", expected=f"budgets:\n  - {_EXAMPLE}".replace("\n  ", " "))  # fmt: skip
    found = [_budget(entry, folder, catalogue) for entry in listed]
    _check_names(listed)
    document.problems[:] = dict.fromkeys(document.problems)
    document.check()
    return tuple(budget for budget in found if budget)


def _check_names(listed: list[Entry]) -> None:
    """A report, a comment and a baseline know a budget by its name."""
    first: dict[str, int] = {}
    for entry in listed:
        text = entry.text("name")
        if text and first.setdefault(text.text.strip(), text.place.line) != text.place.line:
            entry.document.report(
                text, "duplicate-name", f'a budget is called "{text.text.strip()}" already (line {first[text.text.strip()]})',
                remedy="give each one a name of its own",
            )  # fmt: skip


def _budget(entry: Entry, folder: Path, catalogue: Catalogue) -> Budget | None:
    name = entry.needed("name", "name: search team")
    if name and not name.text.strip():
        entry.document.report(name, "missing-key", "the name is empty", expected="name: search team")
    kind = _kind(entry)
    where, each, period = read_where(entry), _each(entry), _period(entry)
    warn_at, warn_below = _warn_at(entry), _percent(entry, "warn_below", "60%")
    prorate, scenario = _flag(entry, "prorate"), _scenario(entry, folder, catalogue)
    pass_through, note = _percent(entry, "pass_through", "60%"), entry.word("note")
    if pass_through is not None and not 0 <= pass_through <= 1:
        _wrong(entry, "pass_through", "bad-share", "is not a part of a rise", "0% to 100%")
    _check_pass_through(entry, scenario, pass_through)
    if kind is None:
        return None
    limit, unit = _limit(entry, kind)
    _check_together(entry, kind)
    if kind == "margin_at_least" and warn_below is not None and warn_below < limit:
        _wrong(
            entry, "warn_below", "bad-warning", "lies below the floor itself: nothing would warn", "a margin above it"
        )
    return Budget(
        name.text.strip() if name else "", kind, limit, unit, where, each, period, warn_at, warn_below, prorate,
        scenario, pass_through, entry.map.place, line_of(entry.document.text, entry.map.place.line), note,
    )  # fmt: skip


def _kind(entry: Entry) -> Kind | None:
    found = entry.one_of(KINDS, "two-limits", "limit: 18_000 USD")
    return next((kind for kind in KINDS if kind == found), None)


def _limit(entry: Entry, kind: Kind) -> tuple[Fraction, str]:
    text = entry.text(kind)
    if text is None:
        return Fraction(), ""
    if kind == "limit":
        try:
            return read_limit(text.text)
        except ValueError:
            return _nothing(entry, text, "bad-amount", f'"{text.text}" is not an amount', AMOUNT_SHAPE)
    if kind == "prices_checked_within":
        try:
            return Fraction(read_age(text.text)), ""
        except ValueError:
            return _nothing(entry, text, "bad-age", f'"{text.text}" is not an age', AGE_SHAPE)
    share = _percent(entry, kind, _SHARES[kind])
    if share is None:
        return Fraction(), ""
    lowest, highest, why = _SENSIBLE[kind]
    if (lowest is not None and share < lowest) or (highest is not None and share > highest):
        return _nothing(entry, text, "bad-share", f'"{text.text}": {why}', f"like {_SHARES[kind]}")
    return share, ""


def _nothing(entry: Entry, text: Scalar, code: str, message: str, expected: str) -> tuple[Fraction, str]:
    entry.document.report(text, code, message, expected=expected)
    return Fraction(), ""


def _percent(entry: Entry, key: str, example: str) -> Fraction | None:
    text = entry.text(key)
    if text is None:
        return None
    try:
        return read_one_percent(text.text)
    except ValueError as error:
        entry.document.report(
            text, "bad-percent", f'"{text.text}" is not a percentage', expected=example, remedy=str(error)
        )
        return None


def _warn_at(entry: Entry) -> Fraction | None:
    share = _percent(entry, "warn_at", "80%")
    if share is not None and not 0 < share <= 1:
        _wrong(entry, "warn_at", "bad-warning", "is not a part of the limit", "80%: more than 0%, 100% at most")
    return share


def _each(entry: Entry) -> Each | None:
    text = entry.text("each")
    if text is None:
        return None
    found = next((each for each in EACH if each == text.text.strip()), None)
    if found is None:
        entry.document.report(
            text, "bad-period", f'"{text.text}" is not a period', nearest=nearest_names(text.text, EACH),
            expected=", ".join(EACH),
        )  # fmt: skip
    return found


def _period(entry: Entry) -> Days | None:
    text = entry.text("period")
    if text is None:
        return None
    try:
        return read_period(text.text)
    except ValueError:
        entry.document.report(text, "bad-period", f'"{text.text}" is not a period', expected=PERIOD_SHAPE)
        return None


def _flag(entry: Entry, key: str) -> bool:
    text = entry.text(key)
    if text is None:
        return False
    if text.text.strip() not in _FLAGS:
        _wrong(entry, key, "bad-value", "is neither true nor false", "true, or false")
    return _FLAGS.get(text.text.strip(), False)


def _scenario(entry: Entry, folder: Path, catalogue: Catalogue) -> Scenario | None:
    """A file beside the budgets, or a shipped scenario; what is wrong in it is said with it."""
    text = entry.text("scenario")
    if text is None:
        return None
    name = text.text.strip()
    is_file = Path(name).suffix.lower() in (".yaml", ".yml")
    known = shipped_scenarios()
    if (is_file and not is_there(folder / name)) or (not is_file and name.lower() not in known):
        beside = [str(path.relative_to(folder)) for path in (folder / name).parent.glob("*.y*ml")] if is_file else []
        entry.document.report(
            text, "unknown-scenario", f'no scenario is called "{name}"', nearest=nearest_names(name, [*sorted(beside), *known]),
            expected=f"a file, its path from the folder of this one; or one of: {', '.join(known)}",
        )  # fmt: skip
        return None
    try:
        return read_scenario(str(folder / name) if is_file else name, catalogue())
    except CostcalcError as error:
        entry.document.problems += error.problems
        return None


def _check_pass_through(entry: Entry, scenario: Scenario | None, given: Fraction | None) -> None:
    """How much of an event reaches tokens is never assumed in silence."""
    if scenario is None:
        return
    if scenario.asks_for_pass_through and "pass_through" not in entry:
        text = entry.text("scenario")
        assert text is not None
        entry.document.report(
            text, "no-pass-through", f'"{text.text}" holds rises of compute, and nobody says how much reaches tokens',
            expected="pass_through: 60%",
        )  # fmt: skip
    if given is not None and not scenario.takes_pass_through:
        entry.refuse(
            "pass_through",
            "key-without-sense",
            '"pass_through" has no place here: the scenario has no range and no event to scale',
        )


def _check_together(entry: Entry, kind: Kind) -> None:
    """Keys that say nothing beside each other."""
    for key, (kinds, why) in ONLY_WITH.items():
        if kind not in kinds:
            entry.refuse(key, "key-without-sense", f'"{key}" has no place beside {kind}: {why}')
    if "each" in entry:
        entry.refuse("period", "two-periods", '"each" stands there already', "write one budget for each")
    if "prorate" in entry and "each" not in entry and "period" not in entry:
        entry.refuse(
            "prorate", "key-without-sense", '"prorate" has no place here: without each or period the whole log is meant'
        )
    if "scenario" not in entry:
        entry.refuse("pass_through", "key-without-sense", '"pass_through" has no place without a scenario')
        return
    for key in ("where", "period", "prorate"):
        entry.refuse(
            key,
            "key-without-sense",
            f'"{key}" has no place beside scenario: it is for all usage, in every month to come',
        )
    if entry.word("each", "month") != "month":
        entry.refuse(
            "each", "key-without-sense", "a scenario is computed by the month", "write each: month, or leave it out"
        )


def _wrong(entry: Entry, key: str, code: str, message: str, expected: str) -> None:
    text = entry.text(key)
    if text is not None:
        entry.document.report(text, code, f'"{text.text}" {message}', expected=expected)
