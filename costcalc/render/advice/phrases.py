"""Phrases: what a candidate changes, what it touches, and why a group was left aside."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.money import round_half_up
from costcalc.render.words import ARROW, counted, decimal_text, plain_percent, share_text
from costcalc.reports.advice.model import Aside
from costcalc.reports.advice.options import CACHEABLE, READS_PER_WRITE, AdviceOptions
from costcalc.reports.advice.proposals import BATCH_TEST, TOKENS_TOO, Kind, Proposal
from costcalc.scenario.changes import Efficiency

KIND_WORDS: dict[Kind, str] = {
    "move": "short requests",
    "sibling": "whole models",
    "seller": "other sellers",
    "cache": "cache",
    "batch": "batch",
}


def what_text(proposal: Proposal) -> str:
    """`openai/gpt-5-mini → openai/gpt-6-luna`, `alibaba/qwen3-max: cached input 25% → 50%`."""
    change = proposal.change
    if not isinstance(change, Efficiency):
        source, target = proposal.source, proposal.target
        home = source.partition("/")[0]
        same = "the same model at " if proposal.kind == "seller" else ""
        return f"{source} {ARROW} {same}{target.removeprefix(f'{home}/')}"
    if change.lever == "batch":
        return f"{proposal.source}: by batch"
    today = share_text(proposal.cached) if proposal.cached is not None else ""
    return f"{proposal.source}: cached input {today} {ARROW} {plain_percent(change.amount.low)}"


def where_text(proposal: Proposal) -> str:
    """What tells the usage from the rest of its model: `feature tagging, input <= 2000`; `all of it`."""
    parts = [f"{name} {value}" for name, value in proposal.names]
    names = proposal.where.names
    parts += [f"{name} {names[name][0]}" for name in ("region", "service_tier") if name in names]
    parts += [f"input {length.written}" for length in proposal.where.lengths]
    return ", ".join(parts) or "all of it"


def aside_parts(aside: Aside, options: AdviceOptions) -> Iterator[str]:
    """How many groups were looked at, and why nothing is proposed for some."""
    yield f"{counted(aside.looked_at, 'group')} looked at"
    for reason, count in sorted(aside.reasons.items(), key=lambda part: (-part[1], part[0])):
        yield f"{count:,} {_reason(reason, aside.kind, options)}"


def _reason(reason: str, kind: Kind, options: AdviceOptions) -> str:
    texts = {
        "small": f"below {plain_percent(options.least)} of the bill",
        "rare": f"with fewer than {options.often:,} short requests a day",
        "uncounted": "without a count of requests",
        "unnamed": "without a name that a scenario could choose",
        "tier": "in another service tier than standard",
        "ended": "of a model that cannot be bought by then",
        "moved": "moved by the scenario already",
        "no-target": "that nobody else sells for less" if kind == "seller" else "without a cheaper sibling on its list",
        "clock": "whose target follows the clock, and the log was counted without its hours (name it with --to)",
        "no-price": "without a lower price for cached input" if kind == "cache" else "without a batch price",
        "too-short": f"with prompts under {CACHEABLE:,} tokens, which providers do not cache",
        "close": "cached as well as the best like it",
    }
    return texts[reason]


def test_text(proposal: Proposal) -> str:
    """What to test, beside a candidate whose models are named already; the file says it in full."""
    if proposal.kind == "batch":
        return BATCH_TEST.format("")
    if not proposal.target or proposal.kind == "seller":
        return proposal.quality.removeprefix("to be tested: ")
    what = ", ".join(f"{name} {value}" for name, value in proposal.names) or "every kind of request"
    further = "; its count of tokens for the same text" if proposal.quality.endswith(TOKENS_TOO) else ""
    return f"{what}, both models side by side on cases of your own{further}"


def points_text(points: Fraction) -> str:
    """`+0.25`."""
    return decimal_text(round_half_up(points * 100, 2), signed=True)


def threshold_parts(options: AdviceOptions) -> Iterator[str]:
    """What is worth proposing."""
    yield f"from {plain_percent(options.least)} of the bill"
    yield f"short: up to {options.short:,} input tokens a request"
    yield f"frequent: {options.often:,} short requests a day"
    yield f"{READS_PER_WRITE} cache reads for each write"
