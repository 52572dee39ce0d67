"""Schema: the JSON Schema of scenario files, made from the words that reading them uses, for editors to complete.

It says less than reading does: what one place of a file says of another (moves in a circle, an end before its
beginning, an event that no catalogue has) only reading finds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from costcalc.calendar import MOST_MONTHS
from costcalc.meters import meters
from costcalc.scenario import read, read_business, read_figures, read_prices, read_usage
from costcalc.scenario.figure import DISTRIBUTIONS
from costcalc.scenario.read_where import HOURS, LENGTH, LENGTHS
from costcalc.scenario.revenue import PER
from costcalc.scenario.where import LENGTH_METERS

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OF_MONTH = r"-(0[1-9]|[12]\d|3[01])"
_DAY = r"\d{4}-(0[1-9]|1[0-2])" + _OF_MONTH
_MONTH = r"\d{4}-(0[1-9]|1[0-2])"
_N = read_figures.NUMBER
_UP_TO_100 = r"(?:\d?\d(?:\.\d+)?|\.\d+|100(?:\.0+)?)"
# Scalars are texts to us; an editor has told numbers and flags from them already.
_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "minItems": 1, "items": _TEXT}]}
_QUALITY = "What was tested, or must be: tagging set v3, 1,000 cases."


_FIRST = ("on", "from")  # both say the first day


def schema() -> Schema:
    """The schema of a scenario file."""
    return {
        "$schema": DIALECT,
        "title": "costcalc scenario",
        **_keys(read.KEYS, _top()),
        "required": ["scenario"],
        "dependentRequired": {"fx": ["currency"]},
        "$defs": {
            "day": _pattern(_DAY, "A day, 2027-01-15."),
            "first_day": _pattern(
                rf"{_MONTH}({_OF_MONTH})?", "A day, 2027-01-15; a month begins on its first: 2027-01."
            ),
            "months": _number_or(_months(), f"3 months, or 3: from 1 to {MOST_MONTHS}."),
            "share": _pattern(_range(_UP_TO_100), "A share, 20% or 5..10%: from 0 to 100%."),
            "change": _pattern(_range(rf"(\+?{_N}|-{_UP_TO_100})"), "A rise or a fall: +8%, -20%, +5..10%."),
            "cut": _pattern(_range(rf"(-{_UP_TO_100}|0)"), "How much less: -20%, -30..-10%."),
            "factor": _pattern(read_figures.FACTOR.pattern, "How many times as much: x1.08."),
            "rescale": _pattern(
                rf"{read_figures.FACTOR.pattern}|{read_figures.MORE.pattern}|{read_figures.FACTOR_AND_MORE.pattern}",
                "What a request's count becomes: x1.5, +3_000 per request, or both.",
            ),
            "amount": _number_or(read_figures.AMOUNT.pattern, "0.0120 USD: an amount with its currency."),
            "rate": _number_or(_N, "0.1496: what one unit of the currency costs."),
            "where": _where(),
            "target": _pattern(r"[^/*?\[\]]+/[^*?\[\]]+", "PROVIDER/MODEL."),
            "distribution": {"enum": list(DISTRIBUTIONS), "description": "How --simulate draws from the ranges."},
            "fee": _fee(("required", ["per", "amount"])),
            "own_price": _own_price(),
        },
    }


def _top() -> dict[str, Schema]:
    lists = {
        "growth": (_growth(), "More requests, or more tokens in each."),
        "mix": (_mix(), "A share of the requests becomes another kind of request."),
        "escalation": (_escalation(), "A small model first, the model of today where that fails."),
        "moves": (_move(), "A share of the requests goes to another model."),
        "efficiency": (_efficiency(), "The same work with less: one lever an entry."),
    }
    return {
        "scenario": {"type": ["string", "number", "boolean"], "minLength": 1, "description": "The title."},
        "note": _said(_TEXT, "Who wrote this and why."),
        "fiscal_year_starts": {"type": "integer", "minimum": 1, "maximum": 12, "description": "The month in which its years begin, for totals by year: 4 is April."},
        "horizon": _ref("months", "How many months to come, unless --months says otherwise."),
        "currency": _pattern(read_business.CURRENCY.pattern, "The report's, and what fx is written in: USD."),
        "fx": _by(read_business.CURRENCY.pattern, {"anyOf": [_ref("rate"), {**_by(_MONTH, _ref("rate"), ""), "minProperties": 1}]},
                  "What one unit of a currency costs: one figure, or one from each month on."),
        "prices": _list(_price(), "Rises and cuts of prices, in the order in which they compound."),
        **{name: _list(item, description) for name, (item, description) in lists.items()},
        "revenue": _list({"anyOf": [_ref("fee"), _ref("own_price")]}, "What is earned, and changes of your own prices."),
        "other_costs": _list(_ref("fee"), "What is paid beside tokens."),
        "simulate": _said(_keys(read_business.SIMULATE_KEYS, {
            "distribution": _ref("distribution"),
            "fx": _by(read_business.CURRENCY.pattern, _pattern(rf"\+?{_N}%", "6%: one standard deviation in a year."),
                      "How far exchange rates wander."),
        }), "How --simulate draws."),
    }  # fmt: skip


def _price() -> Schema:
    described: dict[str, Schema] = {
        "event": _said(_TEXT, "An event of the catalogue: costcalc prices events lists them."),
        "what": {"type": "string", "minLength": 1, "description": "A selector: alibaba/qwen3-*:output_tokens, or any."},
        "change": _said(_TEXT, "+34%, -20%, +5..34%, =3.40/1M, or +3% each month."),
        "discount_ends": _pattern(_range(_UP_TO_100), "A promotion of 50% ends: the price doubles."),
        "on": _ref("first_day", "From this day on."),
        "until": _ref("day", "The first day without a further rise by the month."),
        "pass_through": _ref("share", "How much of the event, or of the range, reaches prices: 60%."),
        "distribution": _ref("distribution"),
        "note": _TEXT,
    }
    forms = [
        {"required": ["event"], "not": _any_of(("what", "change", "discount_ends", *_FIRST, "until"))},
        {"required": ["what", "change"], "not": _any_of(("event", "discount_ends"))},
        {"required": ["what", "discount_ends"], "not": _any_of(("event", "change", "until"))},
    ]
    monthly = {
        "if": {"required": ["change"], "properties": {"change": {"type": "string", "pattern": "each month$"}}},
        "then": {"required": ["until"], **_any_of(_FIRST)},
        "else": {"not": {"required": ["until"]}},
    }
    return {**_keys(read_prices.PRICE_KEYS, described), "oneOf": forms, **monthly}


def _growth() -> Schema:
    words = [*meters().groups, *meters().in_a_request()]
    described = _usage_keys({
        "meters": _said({"anyOf": [{"enum": words}, {"type": "array", "minItems": 1, "items": {"enum": words}}]},
                        "What grows in each request; requests grow where this is left out."),
        "each month": _pattern(rf"{_range(rf'([+]?{_N}|-{_UP_TO_100})')}( of today)?", "+8%: compound; +10% of today: linear."),
        "by month": {**_by(_MONTH, _ref("change"), "Against today, from each month on."), "minProperties": 1},
        "change": _ref("change", "Once."),
    })  # fmt: skip
    without = {"each month": ("ramp",), "by month": (*_FIRST, "until", "ramp")}
    return {
        **_keys(read_usage.GROWTH_KEYS, described),
        "oneOf": [{"required": [form]} for form in read_usage.FORMS],
        "dependentSchemas": {form: {"not": _any_of(keys)} for form, keys in without.items()},
    }


def _mix() -> Schema:
    of_meters = {name: _ref("rescale") for name in meters().in_a_request()}
    of_groups = {name: _ref("factor") for name in meters().groups}
    described = _usage_keys({
        "share": _ref("share", "Of the matching requests."),
        "meters": _said({**_keys({**of_meters, **of_groups}, {**of_meters, **of_groups}), "type": "object"},
                        "What becomes of a request's counts."),
    })  # fmt: skip
    return {**_keys(read_usage.MIX_KEYS, described), "required": ["share", "meters"]}


def _escalation() -> Schema:
    described = _usage_keys({
        "share": _ref("share", "Of the matching requests; all of them if nothing is said."),
        "first": _ref("target", "The small model that answers first."),
        "escalated": _ref("share", "Of its answers, what the model of today must give again."),
        "tokens": _ref("factor", "The small model's tokens for one of today's."),
        "quality": _quality(),
    })  # fmt: skip
    return {**_keys(read_usage.ESCALATION_KEYS, described), "required": ["first", "escalated", "quality"]}


def _move() -> Schema:
    described = _usage_keys({
        "share": _ref("share", "Of the matching requests."),
        "to": _ref("target", "Where they go."),
        "service_tier": _said(_TEXT, "The target's: batch, flex; standard if nothing is said."),
        "tokens": _ref("factor", "The target's tokens for one of today's: its own tokeniser."),
        "paid_replicas": _number_or(read_figures.WHOLE.pattern, "Of a self-hosted target, what is paid for already."),
        "quality": _quality(),
    })  # fmt: skip
    return {**_keys(read_usage.MOVE_KEYS, described), "required": ["share", "to", "quality"]}


def _efficiency() -> Schema:
    described = _usage_keys({
        "output": _ref("cut", "Fewer output tokens."),
        "prompt": _ref("cut", "Shorter input, cached part and all."),
        "tokens": _ref("cut", "Less of everything."),
        "requests": _ref("cut", "Answers that you serve from a store of your own."),
        "cache_read_share": _ref("share", "Of the input, what is read from the cache."),
        "batch": _ref("share", "Of the requests, what is sent at the batch price."),
        "reads_per_write": _number_or(read_figures.NUMBERS.pattern, "How often a written prefix is read: 20."),
        "quality": _said(_TEXT, _QUALITY),
    })  # fmt: skip
    return {
        **_keys(read_usage.EFFICIENCY_KEYS, described),
        "oneOf": [{"required": [lever]} for lever in read_usage.LEVERS],
        "dependentRequired": {"reads_per_write": ["cache_read_share"]},
    }


def _fee(more: tuple[str, Any]) -> Schema:
    described = {
        "where": _ref("where"),
        "per": {"enum": list(PER), "description": "Of what each one brings, or costs, the amount."},
        "seats": {**_number_or(read_figures.WHOLE.pattern, "How many seats."), "minimum": 1},
        "amount": _ref("amount"),
        "on": _ref("first_day", "From this day on."),
        "until": _ref("day", "The first day without it."),
        "note": _TEXT,
    }
    by_seat = {"properties": {"per": {"const": "seat and month"}}, "required": ["per"]}
    return {
        **_keys(read_business.FEE_KEYS, described), more[0]: more[1],
        "if": by_seat, "then": {"required": ["seats"]}, "else": {"not": {"required": ["seats"]}},
    }  # fmt: skip


def _own_price() -> Schema:
    described = {
        "where": _ref("where"),
        "change": _ref("change", "Of your own prices: +5%."),
        "customers_lost": _ref("share", "Of the matching requests, what leaves with the customers."),
        "on": _ref("first_day", "From this day on."),
        "until": _ref("day", "The first day without it."),
        "distribution": _ref("distribution"),
        "note": _TEXT,
    }
    return {**_keys(read_business.OWN_PRICE_KEYS, described), "required": ["change"]}


def _usage_keys(own: Mapping[str, Schema]) -> dict[str, Schema]:
    return {
        **own,
        "where": _ref("where"),
        "on": _ref("first_day", "From this day on; from the first month to come if nothing is said."),
        "until": _ref("day", "The first day without it."),
        "ramp": _ref("months", "Over how many months it comes in."),
        "distribution": _ref("distribution"),
        "note": _TEXT,
    }


def _where() -> Schema:
    lengths = _pattern(rf"{LENGTH.pattern.replace('KM', 'KMkm')}|{LENGTHS.pattern.replace('KM', 'KMkm')}", '"<= 2000", "> 128K", 2000..8000.')  # fmt: skip
    own = {**dict.fromkeys(LENGTH_METERS, lengths), "hours": _pattern(HOURS.pattern, "22:00-06:00 Asia/Shanghai.")}
    return {
        "type": "object",
        "properties": own,
        "additionalProperties": _TEXTS,
        "description": "Which usage: provider, model, region, service_tier or any column of the log.",
    }


def _quality() -> Schema:
    return {"type": ["string", "number", "boolean"], "pattern": r"\S", "description": _QUALITY}


def _months() -> str:
    return rf"([1-9]|[1-9]\d|1[01]\d|{MOST_MONTHS})( months?)?"


def _range(number: str) -> str:
    return rf"{number}(?:%?\.\.{number})?%"


def _keys(known: Collection[str], described: Mapping[str, Schema]) -> Schema:
    """An object of these keys and no other: a key that reading knows and nobody describes is an error here."""
    if unlike := {*known} ^ {*described}:
        raise LookupError(f"the schema and the reader do not know the same keys: {', '.join(sorted(unlike))}")
    properties = {key: described[key] for key in known}
    if "on" not in known:
        return {"type": "object", "properties": properties, "additionalProperties": False}
    properties["from"] = described["on"]  # the same, for readers of YAML 1.1 take on for yes
    return {
        "type": "object", "properties": properties, "additionalProperties": False,
        "allOf": [{"not": {"required": [*_FIRST]}}],
    }  # fmt: skip


def _any_of(keys: Collection[str]) -> Schema:
    return {"anyOf": [{"required": [key]} for key in keys]}


def _by(keys: str, values: Schema, description: str) -> Schema:
    """An object whose keys are written alike: months, currencies."""
    found = {"type": "object", "patternProperties": {f"^({keys})$": values}, "additionalProperties": False}
    return {**found, "description": description} if description else found


def _list(items: Schema, description: str) -> Schema:
    """Nothing under the key is an empty list: a start in which every entry is commented out."""
    return {"type": ["array", "null"], "items": items, "description": description}


def _pattern(pattern: str, description: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$", "description": description}


def _number_or(pattern: str, description: str) -> Schema:
    """A figure that an editor may have taken for a number."""
    return {"type": ["string", "number"], "pattern": f"^({pattern})$", "description": description}


def _said(kind: Schema, description: str) -> Schema:
    return {**kind, "description": description}


def _ref(name: str, description: str = "") -> Schema:
    found = {"$ref": f"#/$defs/{name}"}
    return {**found, "description": description} if description else found
