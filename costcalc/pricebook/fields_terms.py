"""The fields of your contracts: discounts, commitments, what your logs call a model; and of models that you serve yourself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from costcalc.money import Money, exact_text, read_number
from costcalc.pricebook.kinds import AMOUNT, IN_FLOW, PERCENT, SELECTOR, TERM_DAY, TEXT
from costcalc.pricebook.selfhosted import SPEEDS, SelfHosted
from costcalc.pricebook.terms import Commitment, Discount, Terms
from costcalc.problems import Place
from costcalc.yamldoc import Node, Scalar
from costcalc.yamlfields import ANY_TEXT, Entry, FieldTable, Kind, Values, YamlField, in_order, listed, pattern, word_of

PERIODS = ("month",)


# --- contracts ----------------------------------------------------------------------------------------------------------
def _percent(entry: Entry, text: Scalar) -> Fraction | None:
    match = PERCENT.fullmatch(text.text)
    share = read_number(match[1]) / 100 if match else None
    if share is None or share > 1:
        entry.wrong(
            text, "bad-discount", " is not a discount", "12.5%: what is taken off, at most 100%",
            "write it with its percent sign; a rise of the list is a hike, not a discount",
        )  # fmt: skip
        return None
    return share


def _discount(entry: Entry, values: Values) -> Discount | None:
    if values["what"] is None or values["percent"] is None:
        return None
    days = values["from"], values["until"]
    return Discount(values["what"], values["percent"], entry.map.place, *days, values["note"])


def _commitment(entry: Entry, values: Values) -> Commitment | None:
    if values["what"] is None or values["amount"] is None:
        return None
    days = values["from"], values["until"]
    return Commitment(values["what"], values["amount"], entry.map.place, *days, values["note"])


def _aliases(entry: Entry, node: Node) -> dict[str, tuple[str, Place]]:
    found = {}
    for key, value in entry.document.map_at(node, "aliases"):
        if target := entry.document.text_at(value, f'the alias "{key.text}"'):
            found[key.text.lower()] = target.text, target.place
    return found


_IN_ORDER = in_order("from", "until")
_WHAT = YamlField(
    "what",
    SELECTOR,
    "A selector, as in --hike: openai, openai/gpt-5*, openai:output_tokens, any; a provider is named as people spell it, Alibaba Cloud.",
    "openai",
    needed=True,
)
_DAYS = (
    YamlField(
        "from",
        TERM_DAY,
        "The first day with it, in the provider's zone; it always held if nothing is said.",
        "2026-01-01",
    ),
    YamlField("until", TERM_DAY, "The first day without it; it has no end if nothing is said.", "2027-01-01"),
    YamlField("note", TEXT, "What a reader should know.", default=""),
)
DISCOUNT = FieldTable(
    "one of the discounts",
    (_WHAT, YamlField("percent", Kind(_percent, pattern(PERCENT.pattern), "12.5%"), "What is taken off the list, with its percent sign, from 0% to 100%.", needed=True), *_DAYS),
    _discount, (_IN_ORDER,), "{what: openai, percent: 12.5%}",
)  # fmt: skip
COMMITMENT = FieldTable(
    "one of the commitments",
    (
        _WHAT,
        YamlField("each", word_of(PERIODS, "bad-period", 'no commitment runs each "{}"'), "How long it runs.", needed=True),
        YamlField("amount", AMOUNT, "What is paid at least, used or not: an amount with its currency.", needed=True),
        *_DAYS,
    ),
    _commitment, (_IN_ORDER,), "{what: openai, each: month, amount: 1_000 USD}",
)  # fmt: skip
TERMS = (
    YamlField("discounts", listed(DISCOUNT, "discounts"), "Taken off the list, in order.", default=()),
    YamlField("commitments", listed(COMMITMENT, "commitments"), "What is paid at least, used or not.", default=()),
    YamlField("aliases", Kind(_aliases, {"type": "object", "additionalProperties": ANY_TEXT}, "{our-chat: openai/gpt-5}", is_text=False),
          "What a name in your logs means.", default={}),
)  # fmt: skip
TERM_KEYS = tuple(field.key for field in TERMS)


def terms_of(_: Entry, values: Values) -> Terms:
    aliases = values["aliases"]
    return Terms(
        values["discounts"], values["commitments"], {name: target for name, (target, _) in aliases.items()},
        {name: place for name, (_, place) in aliases.items()},
    )  # fmt: skip


TERMS_FILE = FieldTable(
    "a file of terms", (*TERMS, YamlField("note", TEXT, "What a reader should know.", default="")), terms_of
)


# --- models that you serve yourself -------------------------------------------------------------------------------------
_SPEED = re.compile(r"(\d+(?:_\d+)*(?:\.\d+)?) per (replica|GPU)", re.ASCII)
_WHOLE = re.compile(r"\d+(?:_\d+)*", re.ASCII)


def _cost(entry: Entry, text: Scalar) -> Money | None:
    """An amount in the currency of the book."""
    amount: Money | None = AMOUNT.read(entry, text)
    own = entry.context.currency
    if amount and amount.currency != own:
        name = next(key.text for key, node in entry.map if node is text)
        entry.document.report(
            text, "other-currency", f"{name} is in {amount.currency}, the pricebook in {own}",
            remedy=f"state it in {own}, or make a pricebook in {amount.currency} for another region",
        )  # fmt: skip
    return amount


def _count(name: str, least: int) -> Kind:
    """A count of things."""

    def read(entry: Entry, text: Scalar) -> int | None:
        count = int(text.text) if _WHOLE.fullmatch(text.text) else -1
        if count >= least:
            return count
        entry.document.report(
            text, "bad-count", f'{name} is "{text.text}"', expected=f"a whole number, at least {least}",
            remedy="a GPU is rented whole; how busy it is says utilisation",
        )  # fmt: skip
        return None

    return Kind(read, whole(least, _WHOLE), "2")


def whole(least: int, written: re.Pattern[str]) -> dict[str, object]:
    """A whole number; with underscores in it, it is a text to an editor."""
    return {"anyOf": [{"type": "integer", "minimum": least}, pattern(written.pattern)]}


def _speed(entry: Entry, text: Scalar) -> tuple[Fraction, bool] | None:
    """Tokens a second, and whether they are those of one GPU."""
    match = _SPEED.fullmatch(text.text)
    speed = read_number(match[1]) if match else Fraction()
    if match is None or not speed:
        entry.wrong(
            text, "bad-speed", " is not a throughput", "8_000 per replica, or 4_000 per GPU",
            "say whose tokens per second these are, under load",
        )  # fmt: skip
        return None
    return speed, match[2] == "GPU"


def _utilisation(entry: Entry, text: Scalar) -> Fraction | None:
    match = PERCENT.fullmatch(text.text)
    share = read_number(match[1]) / 100 if match else Fraction()
    if not 0 < share <= 1:
        entry.wrong(
            text, "bad-utilisation", " is not a utilisation", "40%: above 0%, at most 100%",
            "the share of the hour in which the GPUs that carry the load are busy",
        )  # fmt: skip
        return None
    return share


def _self_hosted(_: Entry, values: Values) -> SelfHosted | None:
    """None where something is missing or wrong."""
    stated = {meter: values[key] for meter, key in SPEEDS.items()}
    if any(values[key] is None for key in ("gpu_hour", "utilisation")) or None in stated.values():
        return None
    gpus = values["gpus"] or 1
    speeds = {meter: speed * (gpus if of_gpu else 1) for meter, (speed, of_gpu) in stated.items()}
    counts = (gpus, values["replicas"] or 1, values["spare"] or 0)
    return SelfHosted(
        values["gpu_hour"], speeds, values["utilisation"], *counts, values["fixed_per_month"], values["note"]
    )


def _per_second(meter: str) -> Callable[[SelfHosted], tuple[Fraction, bool]]:
    return lambda facts: (facts.per_second[meter], False)


_COST = replace(AMOUNT, read=_cost)
_SPEED_KIND = Kind(
    _speed, pattern(_SPEED.pattern), "8_000 per replica",
    lambda speed: f"{exact_text(speed[0])} per {'GPU' if speed[1] else 'replica'}",
)  # fmt: skip
_SHARE = Kind(_utilisation, pattern(PERCENT.pattern), "40%", lambda share: f"{exact_text(share * 100)}%")
SELF_HOSTED = FieldTable(
    "self_hosted",
    (
        YamlField("gpu_hour", _COST, "What one GPU costs for one hour, in the currency of the book.", "2.10 USD", needed=True),
        YamlField("gpus", _count("gpus", 1), "GPUs of one replica, that is, of one copy of the model; 1 if nothing is said."),
        YamlField("replicas", _count("replicas", 1), "Copies that carry the load; 1 if nothing is said."),
        YamlField("spare", _count("spare", 0), "Further copies that stand by: paid for, without load; none if nothing is said.", "1"),
        *(
            YamlField(key, _SPEED_KIND, "What a replica (per replica) or each of its GPUs (per GPU) does if it does nothing else: only reading, or only writing.", needed=True, of=_per_second(meter))
            for meter, key in SPEEDS.items()
        ),
        YamlField("utilisation", _SHARE, "The share of the hour in which the replicas that carry the load are busy; there is no default.", needed=True),
        YamlField("fixed_per_month", _COST, "What is paid beside, such as operations: kept and shown, and in no token's price.", "500 USD"),
        YamlField("note", IN_FLOW, "What a reader should know.", default=""),
    ),
    _self_hosted,
)  # fmt: skip
