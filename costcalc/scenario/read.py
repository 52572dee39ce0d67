"""Scenario files: the price changes that a file or a shipped name stands for. Strict, with places."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from costcalc.money import read_number
from costcalc.problems import CostcalcError, Problem, fail, nearest_names
from costcalc.scenario.events import event_named
from costcalc.scenario.figure import Figure, fixed
from costcalc.scenario.hikes import read_hike
from costcalc.scenario.items import PriceItem, Scenario
from costcalc.scenario.model import PriceChange
from costcalc.yamldoc import Document, Map, read_yaml
from costcalc.yamldoc import Sequence as YamlList

if TYPE_CHECKING:
    from costcalc.pricebook.events import Event

_KEYS = ("scenario", "note", "prices")
_PRICE_KEYS = ("event", "what", "change", "on", "pass_through", "note")


def gallery_folder() -> Path:
    """Where the shipped scenarios lie."""
    return Path(__file__).with_name("gallery")


def shipped_scenarios() -> list[str]:
    """The names of the scenarios that ship with costcalc."""
    return sorted(path.stem for path in gallery_folder().glob("*.yaml"))


def read_scenario(name: str, events: Mapping[str, Event]) -> Scenario:
    """The scenario file, or the shipped one of that name. CostcalcError with every problem of the file."""
    path = Path(name)
    if path.suffix.lower() not in (".yaml", ".yml"):
        known = shipped_scenarios()
        if name.lower() not in known:
            raise fail(
                "unknown-scenario", f'no scenario is called "{name}"', nearest=nearest_names(name, known),
                expected=f"a file ending in .yaml, or one of: {', '.join(known)}",
            )  # fmt: skip
        path = gallery_folder() / f"{name.lower()}.yaml"
    return _scenario(read_yaml(path), events)


def _scenario(document: Document, events: Mapping[str, Event]) -> Scenario:
    root = document.map_at(document.root, "a scenario", _KEYS)
    title = document.text_at(root.get("scenario"), "scenario")
    if title is None:
        document.report(root, "missing-key", 'a scenario needs the key "scenario"', expected="its title")
    prices = root.get("prices")
    if not isinstance(prices, YamlList):
        document.report(
            prices or root, "wrong-shape", "prices is not a list", expected="- {what: alibaba, change: +34%}"
        )
    items = []
    for node in prices if isinstance(prices, YamlList) else ():
        entry = document.map_at(node, "a price change", _PRICE_KEYS)
        if item := _item(document, entry, events):
            items.append(item)
    document.check()
    return Scenario(title.text if title else "", tuple(items))


def _item(document: Document, entry: Map, events: Mapping[str, Event]) -> PriceItem | None:
    share = _share(document, entry)
    name = document.text_at(entry.get("event"), "event")
    if name is None:
        change = _hike(document, entry)
        return PriceItem(None, (change,), share) if change else None
    for key in ("what", "change", "on"):
        if key in entry:
            document.report(
                entry.key(key),
                "event-with-change",
                f'an event says its own scope, change and day: "{key}" contradicts it',
            )
    found = event_named(name.text, events)
    if isinstance(found, Problem):
        document.report(name, found.code, found.message, nearest=found.nearest, remedy=found.remedy)
        return None
    return PriceItem(found, (), share)


def _hike(document: Document, entry: Map) -> PriceChange | None:
    words = {key: document.text_at(entry.get(key), key) for key in ("what", "change", "on")}
    missing = [key for key in ("what", "change") if words[key] is None]
    if missing:
        document.report(
            entry,
            "missing-key",
            f'a price change needs the key "{missing[0]}"',
            expected="{what: alibaba, change: +34%}",
        )
        return None
    day = f"@{words['on']}" if words["on"] else ""
    try:
        return read_hike(f"{words['what']}={words['change']}{day}")
    except CostcalcError as error:
        place = words["change"]
        assert place is not None
        for problem in error.problems:
            document.report(place, problem.code, problem.message, expected=problem.expected, remedy=problem.remedy)
        return None


def _share(document: Document, entry: Map) -> Figure | None:
    text = document.text_at(entry.get("pass_through"), "pass_through")
    if text is None:
        return None
    try:
        share = read_number(text.text.removesuffix("%")) / (100 if text.text.endswith("%") else 1)
    except ValueError:
        share = Fraction(-1)
    if not 0 <= share <= 1:
        document.report(text, "bad-share", f'"{text.text}" is no share', expected="60%, or 0.6")
        return None
    return fixed(share)
