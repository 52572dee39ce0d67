"""Self-hosted: the price of a token from what a GPU costs an hour, how fast it is, and how busy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.money import Money, exact_text, read_number
from costcalc.pricebook.terms import PERCENT, read_amount_of
from costcalc.records import dataclass
from costcalc.yamldoc import Document, Map, Node

SPEEDS = {"input_tokens": "input_tokens_per_second", "output_tokens": "output_tokens_per_second"}
SELF_HOSTED_KEYS = ("gpu_hour", "gpus", "replicas", "spare", *SPEEDS.values(), "utilisation", "fixed_per_month", "note")
OPTIONAL_FACTS = frozenset({"gpus", "replicas", "spare", "fixed_per_month", "note"})

SPEED = re.compile(r"(\d[\d_]*(?:\.\d+)?) per (replica|GPU)", re.ASCII)
WHOLE = re.compile(r"\d[\d_]*", re.ASCII)
_HOUR = 3600  # seconds
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class SelfHosted:
    """What a team knows of the machines that serve a model. Every replica is paid for every hour, busy or not."""

    gpu_hour: Money  # one GPU for one hour
    per_second: Mapping[str, Fraction]  # by meter: what one busy replica does if it does nothing else
    utilisation: Fraction  # the share of the hour in which the replicas that carry the load are busy
    gpus: int = 1  # of one replica
    replicas: int = 1  # that carry the load
    spare: int = 0  # further replicas that stand by: paid, without load
    fixed_per_month: Money | None = None  # beside: operations, storage, people; in no token's price
    note: str = ""

    @property
    def paid_gpus(self) -> int:
        return self.gpus * (self.replicas + self.spare)

    @property
    def hourly(self) -> Fraction:
        """What an hour costs. Utilisation does not make it cheaper: the GPUs are always on."""
        return self.gpu_hour.amount * self.paid_gpus

    def capacity(self, meter: str) -> Fraction:
        """Tokens an hour at full use, if nothing else is done; spare replicas do none."""
        return self.per_second[meter] * self.replicas * _HOUR

    def tokens_per_hour(self, meter: str) -> Fraction:
        """Tokens an hour at this utilisation, if nothing else is done."""
        return self.capacity(meter) * self.utilisation

    def per_million(self, meter: str) -> Fraction:
        """The price of a million tokens: an hour's cost over an hour's tokens, exactly."""
        return self.hourly / self.tokens_per_hour(meter) * _MILLION

    def monthly(self, month: Month) -> Fraction:
        """What a month costs, whatever is asked of the machines: its own hours, and the fixed cost."""
        fixed = self.fixed_per_month.amount if self.fixed_per_month else Fraction()
        return self.hourly * month.days * 24 + fixed


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation: what it gives, from which figures, and in which unit."""

    what: str
    formula: str
    value: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the price of a token follows from the facts, step by step."""

    facts: SelfHosted
    steps: tuple[Step, ...]


def derivation(facts: SelfHosted) -> Derivation:
    """The steps from the facts to the prices, each with its figures written out."""
    currency = facts.gpu_hour.currency
    replicas = f"({facts.replicas} + {facts.spare} spare)" if facts.spare else f"{facts.replicas}"
    hourly = f"{exact_text(facts.gpu_hour.amount)} {currency} × {facts.paid_gpus}"
    steps = [
        Step("GPUs", f"{facts.gpus} × {replicas} replicas", Fraction(facts.paid_gpus), "GPU"),
        Step("an hour", hourly, facts.hourly, currency),
    ]
    for meter, speed in facts.per_second.items():
        word = meter.removesuffix("_tokens")
        busy = f"{exact_text(speed)}/s × {facts.replicas} × 3600 s × {exact_text(facts.utilisation * 100)}%"
        over = f"{exact_text(facts.hourly)} ÷ {exact_text(facts.tokens_per_hour(meter))} × 10⁶"
        steps += [
            Step(f"{word} an hour", busy, facts.tokens_per_hour(meter), "token"),
            Step(f"1M {word}", over, facts.per_million(meter), currency),
        ]
    if fixed := facts.fixed_per_month:
        steps.append(Step("fixed, a month", "in no token's price", fixed.amount, fixed.currency))
    return Derivation(facts, tuple(steps))


def read_self_hosted(doc: Document, node: Node, currency: str) -> SelfHosted | None:
    """The facts as a file states them; every problem is noted in the document."""
    entry = doc.map_at(node, "self_hosted", SELF_HOSTED_KEYS)
    for required in (key for key in SELF_HOSTED_KEYS if key not in OPTIONAL_FACTS and key not in entry):
        doc.report(node, "missing-key", f'self_hosted needs the key "{required}"')
    gpu_hour, fixed = (_amount(doc, entry, name, currency) for name in ("gpu_hour", "fixed_per_month"))
    gpus, replicas, spare = (
        _whole(doc, entry, "gpus", 1),
        _whole(doc, entry, "replicas", 1),
        _whole(doc, entry, "spare", 0),
    )
    speeds = {meter: _speed(doc, entry, key, gpus or 1) for meter, key in SPEEDS.items()}
    busy = _utilisation(doc, entry)
    note = doc.text_at(entry.get("note"), "note")
    known = {meter: speed for meter, speed in speeds.items() if speed is not None}
    if (
        gpu_hour is None
        or busy is None
        or gpus is None
        or replicas is None
        or spare is None
        or len(known) < len(speeds)
    ):
        return None
    return SelfHosted(gpu_hour, known, busy, gpus, replicas, spare, fixed, note.text if note else "")


def _amount(doc: Document, entry: Map, name: str, currency: str) -> Money | None:
    text = doc.text_at(entry.get(name), name)
    amount = read_amount_of(doc, text) if text else None
    if text and amount and amount.currency != currency:
        doc.report(
            text, "other-currency", f"{name} is in {amount.currency}, the pricebook in {currency}",
            remedy=f"state it in {currency}, or make a pricebook in {amount.currency} for another region",
        )  # fmt: skip
    return amount


def _whole(doc: Document, entry: Map, name: str, least: int) -> int | None:
    """A count of things; where nothing is said, the least there can be."""
    text = doc.text_at(entry.get(name), name)
    if text is None:
        return None if name in entry else least
    count = int(text.text) if WHOLE.fullmatch(text.text) else -1
    if count < least:
        doc.report(
            text, "bad-count", f'{name} is "{text.text}"', expected=f"a whole number, at least {least}",
            remedy="a GPU is rented whole; how busy it is says utilisation",
        )  # fmt: skip
        return None
    return count


def _speed(doc: Document, entry: Map, name: str, gpus: int) -> Fraction | None:
    """Tokens a second of one replica, whichever way they are stated."""
    text = doc.text_at(entry.get(name), name)
    if text is None:
        return None
    match = SPEED.fullmatch(text.text)
    speed = read_number(match[1]) if match else Fraction()
    if match is None or not speed:
        doc.report(
            text, "bad-speed", f'"{text.text}" is not a throughput', expected="8_000 per replica, or 4_000 per GPU",
            remedy="say whose tokens per second these are, under load",
        )  # fmt: skip
        return None
    return speed * (gpus if match[2] == "GPU" else 1)


def _utilisation(doc: Document, entry: Map) -> Fraction | None:
    text = doc.text_at(entry.get("utilisation"), "utilisation")
    if text is None:
        return None
    match = PERCENT.fullmatch(text.text)
    share = read_number(match[1]) / 100 if match else Fraction()
    if not 0 < share <= 1:
        doc.report(
            text, "bad-utilisation", f'"{text.text}" is not a utilisation', expected="40%: above 0%, at most 100%",
            remedy="the share of the hour in which the GPUs that carry the load are busy",
        )  # fmt: skip
        return None
    return share
