"""Scenario files: the fields of a file, and the scenarios that ship. Strict, with places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.problems import fail, nearest_names
from costcalc.records import dataclass
from costcalc.scenario.changes import UsageChanges
from costcalc.scenario.fields import MONTHS, months_of
from costcalc.scenario.fields_business import FEE, FX, REVENUE, SIMULATE
from costcalc.scenario.fields_prices import PRICE
from costcalc.scenario.fields_usage import EFFICIENCY, ESCALATION, GROWTH, MIX, MOVE
from costcalc.scenario.items import Scenario
from costcalc.scenario.kinds import REPORT_CURRENCY, TEXT
from costcalc.scenario.revenue import TRIANGULAR, Business, Fee, OwnPrice
from costcalc.scenario.routes import check_routes
from costcalc.yamldoc import Document, Scalar, parse_yaml, read_yaml
from costcalc.yamlfields import ANY_TEXT, Entry, FieldTable, Kind, Values, YamlField, inner, listed, only_beside
from costcalc.yamltext import word

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event

_FIRST_MONTH = r"[1-9]|1[0-2]"


@dataclass(frozen=True, slots=True)
class _Known:
    """What reading an entry asks of the whole file, and of the catalogue."""

    events: Mapping[str, Event]
    horizon: int | None


def _fiscal_year(entry: Entry, text: Scalar) -> int | None:
    if re.fullmatch(_FIRST_MONTH, text.text.strip(), re.ASCII):
        return int(text.text)
    entry.wrong(text, "bad-month", " is not a month of the year", "1 to 12: 4 is April")
    return None


def _title(entry: Entry, text: Scalar) -> str:
    if not text.text.strip():
        entry.document.report(entry.map, "missing-key", 'a scenario needs the key "scenario"', expected=_TITLE)
    return text.text


def _made(entry: Entry, values: Values) -> Scenario:
    usage = UsageChanges(*(values[kind] for kind in ("growth", "mix", "escalation", "moves", "efficiency")))
    check_routes(entry.document, usage)
    fees = tuple(each for each in values["revenue"] if isinstance(each, Fee))
    changes = tuple(each for each in values["revenue"] if isinstance(each, OwnPrice))
    return Scenario(
        name=values["scenario"],
        items=values["prices"],
        usage=usage,
        business=Business(fees, changes, values["other_costs"]),
        fx=values["fx"],
        currency=values["currency"],
        horizon=values["horizon"],
        fiscal_year_starts=values["fiscal_year_starts"],
        simulation=values["simulate"],
        note=values["note"],
    )


_TITLE = "its title"
SCENARIO = FieldTable(
    "a scenario",
    (
        YamlField("scenario", Kind(_title, {**ANY_TEXT, "minLength": 1}, _TITLE, word), "The title.", needed=True, default="", of=lambda scenario: scenario.name),
        YamlField("note", replace(TEXT, read=lambda _, text: text.text, write=word), "Who wrote this and why.", default=""),
        YamlField("horizon", MONTHS, "How many months to come, unless --months says otherwise.", "12 months"),
        YamlField("fiscal_year_starts", Kind(_fiscal_year, {"type": "integer", "minimum": 1, "maximum": 12}, "4"),
              "The month in which its years begin, for totals by year: 4 is April."),
        YamlField("currency", REPORT_CURRENCY, "The report's, and what fx is written in.", default=""),
        YamlField("fx", FX, "What one unit of a currency costs: one figure, or one from each month on, {CNY: {2026-12: 0.1496}}.", default={}),
        YamlField("prices", listed(PRICE, "prices"), "Rises and cuts of prices, in the order in which they compound.", default=(), of=lambda scenario: scenario.items),
        YamlField("growth", listed(GROWTH, "growth"), "More requests, or more tokens in each.", default=(), of=lambda scenario: scenario.usage.growth),
        YamlField("mix", listed(MIX, "mix"), "A share of the requests becomes another kind of request.", default=(), of=lambda scenario: scenario.usage.mix),
        YamlField("escalation", listed(ESCALATION, "escalation"), "A small model first, the model of today where that fails.", default=(), of=lambda scenario: scenario.usage.escalation),
        YamlField("moves", listed(MOVE, "moves"), "A share of the requests goes to another model.", default=(), of=lambda scenario: scenario.usage.moves),
        YamlField("efficiency", listed(EFFICIENCY, "efficiency"), "The same work with less: one lever an entry.", default=(), of=lambda scenario: scenario.usage.efficiency),
        YamlField("revenue", listed(REVENUE, "revenue"), "What is earned, and changes of your own prices.", default=(),
              of=lambda scenario: (*scenario.business.revenue, *scenario.business.own_prices)),
        YamlField("other_costs", listed(FEE, "other_costs"), "What is paid beside tokens.", default=(), of=lambda scenario: scenario.business.other_costs),
        YamlField("simulate", inner(SIMULATE), "How --simulate draws.", default=TRIANGULAR, of=lambda scenario: scenario.simulation),
    ),
    _made,
    (only_beside("fx", ("currency",), "fx-without-currency", "exchange rates without a currency that they are written in", expected="currency: USD"),),
)  # fmt: skip


def gallery_folder() -> Path:
    """Where the shipped scenarios lie."""
    return Path(__file__).with_name("gallery")


def shipped_scenarios() -> list[str]:
    """The names of the scenarios that ship with costcalc."""
    return sorted(path.stem for path in gallery_folder().glob("*.yaml"))


def shipped_text(name: str) -> str:
    """The file of a shipped scenario. CostcalcError: there is no such name."""
    return _shipped(name, "one of").read_text(encoding="utf-8")


def _shipped(name: str, expected: str) -> Path:
    known = shipped_scenarios()
    if name.lower() not in known:
        raise fail(
            "unknown-scenario", f'no scenario is called "{name}"', nearest=nearest_names(name, known),
            expected=f"{expected}: {', '.join(known)}",
        )  # fmt: skip
    return gallery_folder() / f"{name.lower()}.yaml"


def read_scenario(name: str, events: Mapping[str, Event]) -> Scenario:
    """The scenario file, or the shipped one of that name. CostcalcError with every problem of the file."""
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml"):
        return replace(read_scenario_file(path, events), written=name)
    path = _shipped(name, "a file ending in .yaml, or one of")
    return replace(_scenario(read_yaml(path), events), written=path.stem)


def read_scenario_file(path: Path, events: Mapping[str, Event]) -> Scenario:
    """The scenario file, whatever it is called. CostcalcError with every problem of the file."""
    return replace(_scenario(read_yaml(path), events), written=str(path))


def parse_scenario(text: str, file: str = "<scenario>", events: Mapping[str, Event] | None = None) -> Scenario:
    """A scenario from text. CostcalcError with every problem of it."""
    return replace(_scenario(parse_yaml(text, file), events or {}), written=file)


def _scenario(document: Document, events: Mapping[str, Event]) -> Scenario:
    root = Entry(document, document.map_at(document.root, SCENARIO.what), SCENARIO.what)
    months = root.text("horizon")
    found: Scenario = SCENARIO.read(
        document, document.root, _Known(events, months_of(root, months) if months else None)
    )
    document.problems[:] = dict.fromkeys(document.problems)  # a value that is read twice is wrong once
    document.check()
    return found
