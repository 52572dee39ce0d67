"""Self-hosted: the price of a token from what a GPU costs an hour, how fast it is, and how busy."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from costcalc.calendar import Month
from costcalc.money import Money, exact_text
from costcalc.records import dataclass

SPEEDS = {"input_tokens": "input_tokens_per_second", "output_tokens": "output_tokens_per_second"}
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
class DerivationStep:
    """One line of a derivation: what it gives, from which figures, and in which unit."""

    what: str
    formula: str
    value: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the price of a token follows from the facts, step by step."""

    facts: SelfHosted
    steps: tuple[DerivationStep, ...]


def derivation(facts: SelfHosted) -> Derivation:
    """The steps from the facts to the prices, each with its figures written out."""
    currency = facts.gpu_hour.currency
    replicas = f"({facts.replicas} + {facts.spare} spare)" if facts.spare else f"{facts.replicas}"
    hourly = f"{exact_text(facts.gpu_hour.amount)} {currency} × {facts.paid_gpus}"
    steps = [
        DerivationStep("GPUs", f"{facts.gpus} × {replicas} replicas", Fraction(facts.paid_gpus), "GPU"),
        DerivationStep("an hour", hourly, facts.hourly, currency),
    ]
    for meter, speed in facts.per_second.items():
        word = meter.removesuffix("_tokens")
        busy = f"{exact_text(speed)}/s × {facts.replicas} × 3600 s × {exact_text(facts.utilisation * 100)}%"
        over = f"{exact_text(facts.hourly)} ÷ {exact_text(facts.tokens_per_hour(meter))} × 10⁶"
        steps += [
            DerivationStep(f"{word} an hour", busy, facts.tokens_per_hour(meter), "token"),
            DerivationStep(f"1M {word}", over, facts.per_million(meter), currency),
        ]
    if fixed := facts.fixed_per_month:
        steps.append(DerivationStep("fixed, a month", "in no token's price", fixed.amount, fixed.currency))
    return Derivation(facts, tuple(steps))
