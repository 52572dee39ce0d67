"""Schema: the JSON Schema of pricebook files, made from the words that reading them uses, for editors to complete.

It says less than reading does: what one place of a file says of another (a source that is declared nowhere, two
bands of one length, a name that means two models) only reading finds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from costcalc.meters import meters
from costcalc.pricebook import read, selfhosted, terms

Schema = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"  # what editors of YAML know best
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
# Scalars are texts to us; an editor has told numbers and flags from them already.
_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_FLAG: Schema = {"enum": [True, False, "true", "false"]}


def schema() -> Schema:
    """The schema of a pricebook file, of a file of terms, or of both in one."""
    return {
        "$schema": DIALECT,
        "title": "costcalc pricebook",
        **_keys((*read.BOOK_KEYS, *terms.TERM_KEYS), {**_book(), **_terms()}),
        "anyOf": [
            {"required": list(read.REQUIRED_KEYS)},
            {
                "propertyNames": {"enum": [*terms.TERM_KEYS, "note"]},
                "anyOf": [{"required": [key]} for key in terms.TERM_KEYS],
            },
        ],
        "definitions": {
            "day": _pattern(_DAY, "A day, 2026-04-18."),
            "rate": _pattern(read.RATE.pattern, "3.00 per 1M (or per 1K, per 1); at its end the source in brackets."),
            "share": _pattern(read.SHARE.pattern, "50% of standard: of the same meter's standard rate."),
            "rate-or-share": {"anyOf": [_ref("rate"), _ref("share")]},
            "amount": _pattern(terms.AMOUNT.pattern, "1_000 USD: an amount with its currency."),
            "tokens": _whole(0, read.TOKENS, "A number of tokens, 32_000."),
            "band": _band("rate"),
            "band-or-share": _band("rate-or-share"),
            "section": _section(),
            "block": _block(),
            "model": _model(),
            "self_hosted": _self_hosted(),
        },
    }


def _book() -> dict[str, Schema]:
    return {
        "provider": _said(_TEXT, "Who bills: openai."),
        "names": _said(_TEXTS, "What logs call the provider."),
        "list_names": _said(_TEXTS, "What logs call the provider, where the name means this very list."),
        "region": _said(_TEXT, "Which of the provider's lists this is; global if nothing is said."),
        "region_names": _said(_TEXTS, "What logs call the region."),
        "default": _said(_FLAG, "The list that is taken where the log names no region."),
        "currency": _pattern(read.CURRENCY.pattern, "ISO 4217: USD."),
        "timezone": _said(_TEXT, "The zone in which price days begin: Asia/Shanghai."),
        "source": _said(_TEXT, "Where all of this stands, if one address says it."),
        "checked": _ref("day"),
        "date_suffixes": _said(_FLAG, "Whether name-20250929 inherits everything from name; true if nothing is said."),
        "note": _said(_TEXT, "What a reader should know."),
        "sources": _map(
            _keys(read.SOURCE_KEYS, {
                "url": _said(_TEXT, "An address, or where else it can be found."),
                "read": _said(_TEXT, "The day or month on which it was read."),
                "confidence": _said(_TEXT, "official, secondary, derived"),
            }),
            "Who says so; rates name these keys.",
        ),
        "schedules": _map(
            _keys(read.SCHEDULE_KEYS, {
                "timezone": _said(_TEXT, "The zone of the hours."),
                "peak_days": _texts(_day_words(), "Mon-Fri; every day if nothing is said."),
                "peak_hours": _texts(read.HOURS.pattern, "09:00-12:00"),
                "holidays": _said(_TEXT, "ISO country whose public holidays are off-peak: CN."),
                "note": _TEXT,
                "source": _TEXT,
            }),
            "When peak prices hold; blocks name these keys.",
        ),
        "modifiers": _map(
            _required(read.MODIFIER_KEYS, {"observed", "note", "source"}, {
                "where": {
                    "type": "object", "additionalProperties": _TEXT, "minProperties": 1, "maxProperties": 1,
                    "description": "A label of the log's rows and its value: {inference_geo: us}.",
                },
                "tokens": _pattern(read.MODIFIER_SHARE.pattern, "What every token of these requests costs: 110%."),
                "observed": _ref("day"),
                "note": _TEXT,
                "source": _said(_TEXT, "A key of sources."),
            }),
            "What requests of some label cost; blocks name these keys.",
        ),
        "models": _map(_ref("model"), "By the provider's own name."),
    }  # fmt: skip


def _terms() -> dict[str, Schema]:
    days: dict[str, Schema] = {
        "from": {"$ref": "#/definitions/day", "description": "The first day, in the provider's zone."},
        "until": {"$ref": "#/definitions/day", "description": "The first day without it."},
        "note": _TEXT,
    }
    what: Schema = {"type": "string", "minLength": 1, "description": "A selector: openai/gpt-5*:output_tokens, or any."}
    discount: dict[str, Schema | bool] = {
        "what": what,
        "percent": _pattern(terms.PERCENT.pattern, "What is taken off the list: 12.5%."),
        **days,
    }
    commitment: dict[str, Schema | bool] = {
        "what": what,
        "each": {"enum": list(terms.PERIODS)},
        "amount": _ref("amount"),
        **days,
    }
    return {
        "discounts": _list(
            _required(terms.DISCOUNT_KEYS, terms.OPTIONAL_KEYS, discount), "Taken off the list, in order."
        ),
        "commitments": _list(
            _required(terms.COMMITMENT_KEYS, terms.OPTIONAL_KEYS, commitment), "What is paid at least, used or not."
        ),
        "aliases": _map(_TEXT, "What a name in your logs means: openai/gpt-5."),
    }


def _model() -> Schema:
    block_days = f"^({re.escape(read.OBSERVED_KEY)})?{_DAY}$"
    described = {
        "made_as": _said(_TEXT, "MAKER/MODEL: what its maker calls a model that is sold here under another name."),
        "aliases": _said(_TEXTS, "Other names of it in logs; * stands for anything."),
        "resold": _said(_FLAG, "Another provider's model: its home goes first where the log names no provider."),
        "redirects": _by_day(f"^{_DAY}$", _TEXT, "From that day it is billed as the model named."),
        "retired": _pattern(
            read.RETIRED.pattern, "The first day on which it cannot be bought; its source in brackets."
        ),
        "successor": _said(_TEXT, "What its seller names in its place: a model of this book."),
        "note": _TEXT,
        "prices": _by_day(block_days, _ref("block"), "By the day from which they hold."),
    }
    priced: Schema = {"required": ["prices"], "properties": {"prices": {"minProperties": 1}}}
    return {
        **_keys(read.MODEL_KEYS, described),
        "anyOf": [priced, {"required": ["redirects"]}],
        "dependencies": {"successor": ["retired"]},
    }


def _block() -> Schema:
    """Standard rates are no share of themselves; a block that says nothing of a price is none."""
    described: dict[str, Schema | bool] = {
        "status": {"enum": list(read.STATUSES), "description": "Cancelled and superseded blocks never apply."},
        "schedule": _said(_TEXT, "When peak prices hold: a key of schedules."),
        "modifiers": _said(_TEXTS, "Which modifiers hold for these prices: keys of modifiers."),
        "withdrawn": _said(_TEXT, "From this day there is no price; why."),
        "note": _TEXT,
        "corrected": _said(_TEXT, "Why this differs from its source, or from what stood here before."),
        "locked_until": _ref("day"),
        "service_tiers": _map(_ref("section"), "batch, flex, priority …"),
        "self_hosted": _ref("self_hosted"),
        **_section_words("band"),
        "all": False,
    }
    words = (*read.BLOCK_WORDS, *read.SECTION_WORDS)
    return {
        **_keys((*words, *meters().by_name), {**described, **_rates("rate")}),
        "not": {"propertyNames": {"enum": sorted(read.NO_FIGURES)}},
        "dependencies": {"off_peak": ["schedule"]},
    }


def _section() -> Schema:
    described = {**_section_words("band-or-share"), **_rates("rate-or-share")}
    return _keys((*read.SECTION_WORDS, *meters().by_name), described)


def _section_words(band: str) -> dict[str, Schema]:
    return {
        "bands": _list(_ref(band), "Rates by the length of a request, which is billed at the band it lands in."),
        "thinking": _ref("section"),
        "off_peak": _ref("section"),
        "all": _ref("share"),
        "observed": _ref("day"),
        "source": _said(_TEXT, "A key of sources."),
    }


def _band(rate: str) -> Schema:
    bounds: dict[str, Schema] = {word: _ref("tokens") for word in read.BOUND_WORDS}
    words = (*read.BOUND_WORDS, *meters().by_name)
    return {**_keys(words, {**bounds, **_rates(rate)}), "anyOf": [{"required": [word]} for word in read.BOUND_WORDS]}


def _rates(rate: str) -> dict[str, Schema]:
    return {name: _ref(rate) for name in meters().by_name}


def _self_hosted() -> Schema:
    speed = _pattern(selfhosted.SPEED.pattern, "8_000 per replica, or 4_000 per GPU: of this kind alone.")
    described = {
        "gpu_hour": _ref("amount"),
        "gpus": _whole(1, selfhosted.WHOLE, "GPUs of one replica; 1 if nothing is said."),
        "replicas": _whole(1, selfhosted.WHOLE, "Copies of the model that carry the load; 1 if nothing is said."),
        "spare": _whole(0, selfhosted.WHOLE, "Further copies that stand by; none if nothing is said."),
        **dict.fromkeys(selfhosted.SPEEDS.values(), speed),
        "utilisation": _pattern(terms.PERCENT.pattern, "The share of the hour in which they are busy: 40%."),
        "fixed_per_month": _ref("amount"),
        "note": _TEXT,
    }
    return _required(selfhosted.SELF_HOSTED_KEYS, selfhosted.OPTIONAL_FACTS, described)


def _day_words() -> str:
    day = f"({'|'.join(read.WEEKDAYS)})"
    return f"{day}(-{day})?"


def _keys(known: Collection[str], described: Mapping[str, Schema | bool]) -> Schema:
    """An object of these keys and no other: a key that reading knows and nobody describes is an error here."""
    if unlike := {*known} ^ {*described}:
        raise LookupError(f"the schema and the reader do not know the same keys: {', '.join(sorted(unlike))}")
    return {
        "type": "object",
        "properties": {key: described[key] for key in known},
        "additionalProperties": False,
    }


def _required(known: Collection[str], optional: Collection[str], described: Mapping[str, Schema | bool]) -> Schema:
    return {**_keys(known, described), "required": [key for key in known if key not in optional]}


def _map(values: Schema, description: str) -> Schema:
    return {"type": "object", "additionalProperties": values, "description": description}


def _by_day(days: str, values: Schema, description: str) -> Schema:
    """By dates as keys."""
    return {
        "type": "object", "patternProperties": {days: values}, "additionalProperties": False,
        "description": description,
    }  # fmt: skip


def _list(items: Schema, description: str) -> Schema:
    return {"type": "array", "items": items, "description": description}


def _texts(pattern: str, description: str) -> Schema:
    one = {"type": "string", "pattern": f"^({pattern})$"}
    return {"anyOf": [one, {"type": "array", "items": one}], "description": description}


def _pattern(pattern: str, description: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$", "description": description}


def _whole(least: int, pattern: re.Pattern[str], description: str) -> Schema:
    """A whole number; with underscores in it, it is a text to an editor."""
    written = {"type": "string", "pattern": f"^({pattern.pattern})$"}
    return {"anyOf": [{"type": "integer", "minimum": least}, written], "description": description}


def _said(kind: Schema, description: str) -> Schema:
    return {**kind, "description": description}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}
