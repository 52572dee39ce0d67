"""Schema: the JSON Schema of budget files, made from the words that reading them uses, for editors to complete.

It says less than reading does: names that stand twice and scenarios that are not there only reading finds.
"""

from __future__ import annotations

from typing import Any

from costcalc.budget import read, read_limits
from costcalc.budget.model import EACH, KINDS
from costcalc.scenario.schema import DIALECT
from costcalc.scenario.schema import schema as scenario_schema

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "number", "boolean"]}


def schema() -> Schema:
    """The schema of a budgets file."""
    return {
        "$schema": DIALECT,
        "title": "costcalc budgets",
        "type": "object",
        "properties": {"budgets": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/budget"}}},
        "required": ["budgets"],
        "additionalProperties": False,
        "$defs": {"budget": _budget(), "where": scenario_schema()["$defs"]["where"]},
    }


def _budget() -> Schema:
    described: dict[str, Schema] = {
        "name": {**_TEXT, "minLength": 1, "description": "Its name; no other budget of the file has it."},
        "where": {"$ref": "#/$defs/where"},
        "each": {"enum": list(EACH), "description": "The limit is for each month, week (from Monday) or day."},
        "period": _pattern(read_limits.PERIOD.pattern, f"The limit is for these days alone: {read_limits.PERIOD_SHAPE}."),
        "limit": _pattern(read_limits.AMOUNT.pattern, f"At most so much: {read_limits.AMOUNT_SHAPE}."),
        "max_rise": _percent("At most so much more than the baseline cost: 10%."),
        "margin_at_least": _percent("The lowest gross margin: 55%."),
        "unpriced_at_most": _percent("The largest share of tokens without a price: 1%."),
        "prices_checked_within": _pattern(read_limits.AGE.pattern, f"How old the reading of a price may be: {read_limits.AGE_SHAPE}."),
        "warn_at": _percent("The share of the limit from which on to warn: 80%."),
        "warn_below": _percent("The margin below which to warn: 60%."),
        "prorate": {"type": "boolean", "description": "A period that the log covers in part has the limit of the days covered."},
        "scenario": {"type": "string", "minLength": 1, "description": "A scenario's file, from this folder, or a shipped one: every month to come is checked."},
        "pass_through": _percent("How much of the scenario's ranges and events arrives: 60%."),
        "note": {**_TEXT, "description": "Whose it is, and why."},
    }  # fmt: skip
    if unlike := {*read.BUDGET_KEYS} ^ {*described}:
        raise LookupError(f"the schema and the reader do not know the same keys: {', '.join(sorted(unlike))}")
    return {
        "type": "object",
        "properties": {key: described[key] for key in read.BUDGET_KEYS},
        "required": ["name"],
        "additionalProperties": False,
        "oneOf": [{"required": [kind]} for kind in KINDS],
        "allOf": [_only_with(key, kinds) for key, (kinds, _) in read.ONLY_WITH.items()]
        + [{"not": {"required": ["each", "period"]}}, {"not": {"required": ["scenario", "where"]}}],
        "dependentRequired": {"pass_through": ["scenario"]},
    }


def _only_with(key: str, kinds: tuple[str, ...]) -> Schema:
    return {"if": {"required": [key]}, "then": {"anyOf": [{"required": [kind]} for kind in kinds]}}


def _percent(description: str) -> Schema:
    return _pattern(read_limits.PERCENT.pattern, description)


def _pattern(pattern: str, description: str) -> Schema:
    """A figure that an editor may have taken for a number."""
    return {"type": ["string", "number"], "pattern": f"^({pattern})$", "description": description}
