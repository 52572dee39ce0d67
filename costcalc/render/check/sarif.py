"""SARIF 2.1.0: a result for every budget and period that does not hold, at the budget's own line."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from costcalc.budget.model import KINDS, Kind
from costcalc.problems import Place, visible
from costcalc.render.check.phrases import first_day, notable, sentence
from costcalc.render.fields import json_text
from costcalc.reports.check.check import Check
from costcalc.reports.check.finding import Finding, Status

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: dict[Status, str] = {"broken": "error", "incomplete": "error", "warn": "warning"}
_RULES: dict[Kind, tuple[str, str]] = {
    "limit": ("BudgetLimit", "Usage comes to more than the budget's limit."),
    "max_rise": ("BudgetRise", "Usage costs more than the baseline by more than the budget allows."),
    "margin_at_least": ("MarginFloor", "The gross margin lies below the floor."),
    "unpriced_at_most": ("UnpricedShare", "More of the tokens have no price than the budget allows."),
    "prices_checked_within": ("PriceAge", "A price that is used was read too long ago."),
}

Json = dict[str, Any]


def check_sarif(check: Check) -> str:
    """The check as SARIF, indented, with a line feed at its end."""
    from costcalc import __version__

    driver = {
        "name": "costcalc",
        "semanticVersion": __version__,
        "rules": [_rule(kind) for kind in KINDS],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, check) for finding in notable(check.findings)],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(kind: Kind) -> Json:
    name, text = _RULES[kind]
    return {
        "id": kind,
        "name": name,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": "error"},
    }


def _result(finding: Finding, check: Check) -> Json:
    budget = finding.budget
    return {
        "ruleId": budget.kind,
        "ruleIndex": KINDS.index(budget.kind),
        "level": _LEVELS[finding.status],
        # Markers of SARIF's messages are braces and brackets; a name is text and nothing else.
        "message": {"text": _plain(f"{budget.name}: {sentence(finding, check.currency)}")},
        "locations": [_location(budget.place)] if budget.place else [],
        "partialFingerprints": {"costcalcBudget/v1": _fingerprint(finding)},
    }


def _location(place: Place) -> Json:
    path = Path(place.file)
    uri = quote(visible(path.as_posix()), safe="/")
    region = {"startLine": max(place.line, 1)} | ({"startColumn": place.column} if place.column else {})
    return {"physicalLocation": {"artifactLocation": {"uri": f"file://{uri}" if path.is_absolute() else uri}, "region": region}}  # fmt: skip


def _plain(text: str) -> str:
    """A message in which `[text](1)` is not a link and `{0}` no place for an argument."""
    seen = visible(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return seen.replace("{", "{{").replace("}", "}}")


def _fingerprint(finding: Finding) -> str:
    """The same budget and period is the same alert in the next run, wherever its line has moved."""
    return hashlib.sha256(f"{finding.budget.name}\n{first_day(finding)}".encode("utf-8", "surrogatepass")).hexdigest()
