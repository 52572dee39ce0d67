"""Scenario files: the file, its top-level keys, and the scenarios that ship. Strict, with places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.problems import fail, nearest_names
from costcalc.scenario.items import Scenario
from costcalc.scenario.read_business import read_business, read_currency, read_fx, read_simulation
from costcalc.scenario.read_prices import read_prices
from costcalc.scenario.read_spans import first_month_of, months_of
from costcalc.scenario.read_usage import USAGE_KEYS, read_usage
from costcalc.yamldoc import Document, parse_yaml, read_yaml

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event

KEYS = (
    "scenario", "note", "horizon", "fiscal_year_starts", "currency", "fx", "prices", *USAGE_KEYS, "revenue", "other_costs", "simulate",
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
    root = document.map_at(document.root, "a scenario", KEYS)
    title = document.text_at(root.get("scenario"), "scenario")
    if title is None or not title.text.strip():
        document.report(root, "missing-key", 'a scenario needs the key "scenario"', expected="its title")
    months = document.text_at(root.get("horizon"), "horizon")
    horizon = months_of(document, months) if months else None
    currency = read_currency(document, root)
    note = document.text_at(root.get("note"), "note")
    found = Scenario(
        name=title.text if title else "",
        items=read_prices(document, root, events),
        usage=read_usage(document, root, horizon),
        business=read_business(document, root),
        fx=read_fx(document, root, currency),
        currency=currency,
        horizon=horizon,
        fiscal_year_starts=first_month_of(document, root),
        simulation=read_simulation(document, root),
        note=note.text if note else "",
    )
    document.problems[:] = dict.fromkeys(document.problems)  # a value that is read twice is wrong once
    document.check()
    return found
