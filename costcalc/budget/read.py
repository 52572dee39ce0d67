"""Budget files: the fields of a budget, which are read with their places, all problems of a file together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.budget.model import EACH, KINDS, Budget
from costcalc.budget.model import Kind as Limited
from costcalc.budget.read_limits import (
    AGE,
    AGE_SHAPE,
    AMOUNT_SHAPE,
    AMOUNTS,
    PERCENT,
    PERIOD,
    PERIOD_SHAPE,
    read_age,
    read_limit,
    read_one_percent,
)
from costcalc.files import is_there, leads_nowhere_else
from costcalc.problems import CostcalcError, nearest_names
from costcalc.records import dataclass
from costcalc.scenario.fields_where import WHERE
from costcalc.scenario.items import Scenario
from costcalc.scenario.kinds import TEXT
from costcalc.scenario.read import read_scenario, shipped_scenarios
from costcalc.usage.period import read_days
from costcalc.yamldoc import Document, Scalar, line_of, parse_yaml, read_yaml
from costcalc.yamldoc import Sequence as YamlList
from costcalc.yamlfields import (
    ANY_TEXT,
    FLAG,
    Entry,
    FieldTable,
    Kind,
    Rule,
    Values,
    YamlField,
    first_of,
    listed,
    not_beside,
    number_or,
    one_of,
    only_beside,
    word_of,
)

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event

    Catalogue = Callable[[], Mapping[str, Event]]  # read only where a scenario is named

_EXAMPLE = "{name: search team, where: {team: search}, each: month, limit: 18_000 USD, warn_at: 80%}"
_NAME = "name: search team"


@dataclass(frozen=True, slots=True)
class _Beside:
    """Where scenarios are looked for."""

    folder: Path
    catalogue: Catalogue


def read_budgets(path: Path | str, catalogue: Catalogue) -> tuple[Budget, ...]:
    """The budgets of a file; scenarios are looked for beside it. CostcalcError with every problem."""
    return _budgets(read_yaml(path), Path(path).parent, catalogue)


def parse_budgets(text: str, file: str = "<budgets>", catalogue: Catalogue = dict) -> tuple[Budget, ...]:
    """Budgets from text. CostcalcError with every problem of it."""
    return _budgets(parse_yaml(text, file), Path(file).parent, catalogue)


def _budgets(document: Document, folder: Path, catalogue: Catalogue) -> tuple[Budget, ...]:
    found: tuple[Budget, ...] = BUDGETS.read(document, document.root, _Beside(folder, catalogue))["budgets"]
    document.problems[:] = dict.fromkeys(document.problems)
    document.check()
    return found


# --- kinds of values --------------------------------------------------------------------------------------------------------
def _name(entry: Entry, text: Scalar) -> str:
    if not text.text.strip():
        entry.document.report(text, "missing-key", "the name is empty", expected=_NAME)
    return text.text.strip()


def _percent(example: str, is_right: Callable[[Fraction], bool], why: str, expected: str, code: str) -> Kind:
    def read(entry: Entry, text: Scalar) -> Fraction | None:
        try:
            share = read_one_percent(text.text)
        except ValueError as error:
            entry.wrong(text, "bad-percent", " is not a percentage", example, str(error))
            return None
        if not is_right(share):
            entry.wrong(text, code, why, expected)
        return share

    return Kind(read, number_or(PERCENT.pattern), example)


def _share(example: str, is_right: Callable[[Fraction], bool], why: str) -> Kind:
    return _percent(example, is_right, f": {why}", f"like {example}", "bad-share")


def _read_by(way: Callable[[str], object], code: str, why: str, shape: str, pattern: str) -> Kind:
    def read(entry: Entry, text: Scalar) -> object:
        try:
            return way(text.text)
        except ValueError:
            entry.wrong(text, code, f" is not {why}", shape)
            return None

    return Kind(read, number_or(pattern), shape.partition(",")[0])


def _scenario(entry: Entry, text: Scalar) -> Scenario | None:
    """A file beside the budgets, or a shipped scenario; what is wrong in it is said with it."""
    folder, name = entry.context.folder, text.text.strip()
    is_file = Path(name).suffix.lower() in (".yaml", ".yml")
    known = shipped_scenarios()
    if (is_file and not is_there(folder / name)) or (not is_file and name.lower() not in known):
        beside = [str(path.relative_to(folder)) for path in (folder / name).parent.glob("*.y*ml")] if is_file else []
        entry.document.report(
            text, "unknown-scenario", f'no scenario is called "{name}"', nearest=nearest_names(name, [*sorted(beside), *known]),
            expected=f"a file, its path from the folder of this one; or one of: {', '.join(known)}",
        )  # fmt: skip
        return None
    if is_file and not leads_nowhere_else(folder / name):
        entry.document.report(
            text, "outside-the-folder", f'"{name}" is a link that leads out of its folder',
            expected="a file, its path from the folder of this one", remedy="copy the scenario there",
        )  # fmt: skip
        return None
    try:
        return read_scenario(str(folder / name) if is_file else name, entry.context.catalogue())
    except CostcalcError as error:
        entry.document.problems += error.problems
        return None


# --- what keys say about each other -----------------------------------------------------------------------------------------
def _only_with(key: str, kinds: tuple[Limited, ...], why: str) -> Rule:
    """A key that says nothing beside other limits."""
    others = [kind for kind in KINDS if kind not in kinds]
    return not_beside(key, others, "key-without-sense", f'"{key}" has no place beside {{other}}: {why}')


def _warns_above(entry: Entry, values: Values) -> None:
    margin, warning = values["margin_at_least"], values["warn_below"]
    text = entry.text("warn_below")
    if text and margin is not None and warning is not None and warning < margin:
        entry.wrong(text, "bad-warning", " lies below the floor itself: nothing would warn", "a margin above it")


def _arrives(entry: Entry, values: Values) -> None:
    """How much of an event reaches tokens is never assumed in silence."""
    scenario: Scenario | None = values["scenario"]
    text = entry.text("scenario")
    if scenario is None or text is None:
        return
    if scenario.asks_for_pass_through and "pass_through" not in entry:
        entry.wrong(
            text, "no-pass-through", " holds rises of compute, and nobody says how much reaches tokens",
            "pass_through: 60%",
        )  # fmt: skip
    if values["pass_through"] is not None and not scenario.takes_pass_through:
        entry.refuse(
            "pass_through", "key-without-sense",
            '"pass_through" has no place here: the scenario has no range and no event to scale',
        )  # fmt: skip


def _by_the_month(entry: Entry, values: Values) -> None:
    if "scenario" in entry and values["each"] not in (None, "month"):
        entry.refuse(
            "each", "key-without-sense", "a scenario is computed by the month", "write each: month, or leave it out"
        )


def _budget(entry: Entry, values: Values) -> Budget | None:
    kind = first_of(KINDS, entry)
    if kind is None:
        return None
    limit, unit = values[kind] if kind == "limit" else (values[kind], "")
    given = {key: value for key, value in values.items() if key not in KINDS}
    excerpt = line_of(entry.document.text, entry.map.place.line)
    return Budget(kind=kind, limit=limit, unit=unit, place=entry.map.place, excerpt=excerpt, **given)


_ON_AN_AMOUNT: tuple[Limited, ...] = ("limit", "max_rise")
_OF_USAGE: tuple[Limited, ...] = ("limit", "margin_at_least", "unpriced_at_most")
_ONCE = "it is checked once, over all that is read"
_ALL_USAGE = "it is for all usage, in every month to come"
BUDGET = FieldTable(
    "a budget",
    (
        YamlField("name", Kind(_name, {**ANY_TEXT, "minLength": 1}, _NAME), "Comments, alerts and baselines know it by its name; no other budget of the file has it.", needed=True),
        WHERE,
        YamlField("each", word_of(EACH, "bad-period", '"{}" is not a period'), "The limit is for each month, week (from Monday) or day of the log."),
        YamlField("period", _read_by(read_days, "bad-period", "a period", PERIOD_SHAPE, PERIOD.pattern), f"The limit is for these days alone: {PERIOD_SHAPE}; with neither, the whole log."),
        YamlField("limit", _read_by(read_limit, "bad-amount", "an amount", AMOUNT_SHAPE, AMOUNTS), f"Usage comes to at most so much: {AMOUNT_SHAPE}; without a currency, in the report's.", default=(Fraction(), "")),
        YamlField("max_rise", _share("10%", lambda share: share >= -1, "nothing falls by more than 100%"), "It costs at most so much more than the baseline, by the day where they cover different numbers of days; 0%: nothing may rise; -5%: it must fall.", default=Fraction()),
        YamlField("margin_at_least", _share("55%", lambda share: share <= 1, "no margin is above 100%"), "The lowest gross margin.", default=Fraction()),
        YamlField("unpriced_at_most", _share("1%", lambda share: 0 <= share <= 1, "a share lies between 0% and 100%"), "The largest share of the tokens that may be without a price.", default=Fraction()),
        YamlField("prices_checked_within", _read_by(lambda text: Fraction(read_age(text)), "bad-age", "an age", AGE_SHAPE, AGE.pattern), f"How long ago a price that the usage was charged with may have been read: {AGE_SHAPE}.", default=Fraction()),
        YamlField("warn_at", _percent("80%", lambda share: 0 < share <= 1, " is not a part of the limit", "80%: more than 0%, 100% at most", "bad-warning"), "The share of a limit, or of a rise, from which on to warn."),
        YamlField("warn_below", _percent("60%", lambda share: True, "", "", ""), "The margin below which to warn."),
        YamlField("prorate", FLAG, "A period that the log covers in part has the limit of the days covered.", default=False),
        YamlField("scenario", Kind(_scenario, {"type": "string", "minLength": 1}, "subsidies-end"), "Every month to come is checked, over the scenario's horizon: a file, its path from the folder of this one, or a shipped name."),
        YamlField("pass_through", _percent("60%", lambda share: 0 <= share <= 1, " is not a part of a rise", "0% to 100%", "bad-share"), "How much of the scenario's ranges and events arrives; needed where rises of compute may reach tokens."),
        YamlField("note", TEXT, "Whose it is, and why.", default=""),
    ),
    _budget,
    (
        one_of(KINDS, "two-limits", "limit: 18_000 USD"),
        _only_with("warn_at", _ON_AN_AMOUNT, "it is a share of a limit; of a margin, write warn_below"),
        _only_with("warn_below", ("margin_at_least",), "it is a margin; of a limit, write warn_at: 80%"),
        _only_with("prorate", ("limit",), "only an amount is shared out by days"),
        _only_with("scenario", ("limit", "margin_at_least"), "only what usage costs and earns changes under a scenario"),
        _only_with("each", _OF_USAGE, _ONCE),
        _only_with("period", _OF_USAGE, _ONCE),
        not_beside("period", ("each",), "two-periods", '"each" stands there already', "write one budget for each"),
        only_beside("prorate", ("each", "period"), "key-without-sense", '"prorate" has no place here: without each or period the whole log is meant'),
        only_beside("pass_through", ("scenario",), "key-without-sense", '"pass_through" has no place without a scenario'),
        *(
            not_beside(key, ("scenario",), "key-without-sense", f'"{key}" has no place beside scenario: {_ALL_USAGE}')
            for key in ("where", "period", "prorate")
        ),
        Rule(_by_the_month),
        Rule(_warns_above),
        Rule(_arrives),
    ),
    _EXAMPLE,
)  # fmt: skip


def _check_file(entry: Entry, _: Values) -> None:
    """Some budget is there, and a report, a comment and a baseline know each by its name."""
    document, node = entry.document, entry.map.get("budgets")
    items = node.items if isinstance(node, YamlList) else ()
    if not items and not document.problems:
        document.report(
            entry.map,
            "missing-key",
            "the file holds no budget: nothing would be checked",
            expected=f"budgets: - {_EXAMPLE}",
        )
    first: dict[str, int] = {}
    for item in items:
        text = Entry(document, document.map_at(item, BUDGET.what), BUDGET.what).text("name")
        if text and first.setdefault(text.text.strip(), text.place.line) != text.place.line:
            document.report(
                text, "duplicate-name", f'a budget is called "{text.text.strip()}" already (line {first[text.text.strip()]})',
                remedy="give each one a name of its own",
            )  # fmt: skip


BUDGETS = FieldTable(
    "a budgets file",
    (YamlField("budgets", listed(BUDGET, "budgets", may_be_empty=False), default=()),),
    rules=(Rule(_check_file, {"required": ["budgets"]}),),
)
