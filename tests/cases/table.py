"""Cases in which other tools print a wrong figure: usage as its provider writes it, the prices, the exact cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.kit import book, flat, model, rates, write_csv, write_lines

NOON = "2026-01-01T12:00:00Z"
NOON_UNIX = 1_767_268_800
REFUSED = "refused"
UNPRICED = "unpriced"


@dataclass(frozen=True, slots=True)
class Case:
    """One usage file and one pricebook; `expected` is a cost, or REFUSED, or UNPRICED."""

    trap: str  # the wrong figure's reason
    write: Callable[[Path], Path]  # the usage file, into a folder
    book: str
    expected: Fraction | str
    tokens: int | None = None  # input and output, where the case is about them


def openai_body(name: str = "m", prompt: int = 0, completion: int = 0, **more: Any) -> dict[str, Any]:
    """A chat completion: cached tokens inside the prompt, reasoning inside the completion."""
    usage: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": more.pop("cached", 0), "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": more.pop("reasoning", 0)},
    }
    usage |= more.pop("usage", {})
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": NOON_UNIX, "model": name, "choices": []}
    return head | {"usage": usage} | more


def anthropic_body(name: str = "m", **usage: Any) -> dict[str, Any]:
    """A message with the time its log gave it: cache reads and writes beside the input."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": name, "content": []}
    usage.setdefault("cache_read_input_tokens", 0)
    usage.setdefault("cache_creation_input_tokens", 0)
    return {"timestamp": NOON, "response": message | {"stop_reason": "end_turn", "usage": usage}}


def gemini_body(name: str = "m", **usage: int) -> dict[str, Any]:
    """An answer of generateContent: thoughts beside the candidates."""
    usage.setdefault("totalTokenCount", sum(count for key, count in usage.items() if key != "cachedContentTokenCount"))
    return {"responseId": "r1", "createTime": NOON, "modelVersion": name, "candidates": [], "usageMetadata": usage}


def claude_code_line(name: str, ids: str, usage: Mapping[str, int]) -> dict[str, Any]:
    """A line of a session: one content block of one reply."""
    message = {"id": f"msg_{ids}", "type": "message", "role": "assistant", "model": name, "content": [], "usage": usage}
    head = {"type": "assistant", "timestamp": NOON, "sessionId": "s1", "uuid": f"u-{ids}", "requestId": f"req_{ids}"}
    return head | {"message": message}


def lines(*bodies: object) -> Callable[[Path], Path]:
    return lambda folder: write_lines(folder / "usage.jsonl", bodies)


def spaced_lines(*bodies: object) -> Callable[[Path], Path]:
    """JSON lines with a space after every colon and comma."""

    def write(folder: Path) -> Path:
        import json

        path = folder / "usage.jsonl"
        path.write_text("".join(json.dumps(body) + "\n" for body in bodies), encoding="utf-8")
        return path

    return write


def rows(*records: Mapping[str, object]) -> Callable[[Path], Path]:
    return lambda folder: write_csv(folder / "usage.csv", *records)


def row(at: str = NOON, provider: str = "acme", name: str = "m", **counts: object) -> dict[str, object]:
    time = "timestamp" if "T" in at else "date"
    return {time: at, "provider": provider, "model": name} | counts


def one_price(**per_million: str) -> str:
    return book(flat("m", **per_million))


def own_list(*models: str, provider: str) -> str:
    """A list of one's own for a provider that has shipped ones: it goes before them."""
    return book(*models, provider=provider, head="region: own\ndefault: true\n")


def banded(name: str, cuts: list[tuple[int, int | None]], *per_band: Mapping[str, str], provider: str = "acme") -> str:
    """A model whose whole request is billed at the band it lands in: (above, up to) and the rates of each."""
    written = "bands:\n"
    for (above, up_to), rates_of_band in zip(cuts, per_band, strict=True):
        bounds = [f"input_above: {above}"] if above else []
        bounds += [f"input_up_to: {up_to}"] if up_to else []
        entries = [*bounds, *(f"{meter}: {price} per 1M" for meter, price in rates_of_band.items())]
        written += f"  - {{{', '.join(entries)}}}\n"
    return own_list(model(name, ("2020-01-01", written)), provider=provider)


def tiered(**tiers: Mapping[str, str]) -> str:
    """A model with service tiers: `standard` and the others, each with rates of its own."""
    block = rates(**tiers.pop("standard"))
    block += "service_tiers:\n"
    for name, figures in tiers.items():
        block += f"  {name}: {{{', '.join(f'{meter}: {price} per 1M' for meter, price in figures.items())}}}\n"
    return book(model("m", ("2020-01-01", block)))


CUT_200K = [(0, 200_000), (200_000, None)]
LONG_CLAUDE = (
    {"input_tokens": "3", "output_tokens": "15", "cache_read_tokens": "0.3"},
    {"input_tokens": "6", "output_tokens": "22.5", "cache_read_tokens": "0.6"},
)
LONG_GEMINI = ({"input_tokens": "1.25", "output_tokens": "10"}, {"input_tokens": "2.5", "output_tokens": "15"})
QWEN_CUTS = [(0, 32_000), (32_000, 128_000)]
QWEN = ({"input_tokens": "1.2", "output_tokens": "6"}, {"input_tokens": "2.4", "output_tokens": "12"})

# Peak from 09:00 to 12:00 and from 14:00 to 18:00 in Shanghai, Monday to Friday.
PEAK_BOOK = book(
    model(
        "deepseek-v4-pro",
        ("2020-01-01", "schedule: peak\ninput_tokens: 1.32 per 1M\noff_peak: {input_tokens: 0.66 per 1M}\n"),
    ),
    timezone="Asia/Shanghai",
    head="schedules:\n  peak: {timezone: Asia/Shanghai, peak_days: [Mon-Fri], peak_hours: [09:00-12:00, 14:00-18:00]}\n",
)
# Off-peak from 16:30 to 00:30: peak is the rest of the day.
NIGHT_BOOK = book(
    model(
        "deepseek-chat",
        ("2020-01-01", "schedule: day\ninput_tokens: 0.27 per 1M\noff_peak: {input_tokens: 0.135 per 1M}\n"),
    ),
    head="schedules:\n  day: {timezone: UTC, peak_hours: [00:30-16:30]}\n",
)
O3_BOOK = book(
    model(
        "o3",
        ("at least since 2025-01-01", rates(input_tokens="10", output_tokens="40")),
        ("2025-06-10", rates(input_tokens="2", output_tokens="8")),
    )
)
CANCELLED_RISE = book(
    model(
        "claude-sonnet-5",
        ("2026-06-01", rates(input_tokens="2", output_tokens="10")),
        ("2026-09-01", "status: cancelled\n" + rates(input_tokens="3", output_tokens="15")),
    )
)
SHANGHAI_BOOK = book(flat("m", input_tokens="1.2", output_tokens="6"), provider="alibaba", timezone="Asia/Shanghai")
SONNET = {"input_tokens": "3", "output_tokens": "15"}

CASES: dict[str, Case] = {
    # --- cached tokens inside the prompt, or beside the input -------------------------------------------------
    "CACHE-01": Case(
        "cached tokens billed as input and again as cached",
        lines(openai_body(prompt=2006, cached=1920, completion=300)),
        one_price(input_tokens="2.5", cache_read_tokens="1.25", output_tokens="10"),
        Fraction("0.005615"),
    ),
    "CACHE-02": Case(
        "cached tokens count toward the length, and the long rate holds for every meter",
        lines(gemini_body(promptTokenCount=262_960, cachedContentTokenCount=257_955, candidatesTokenCount=1_744)),
        banded(
            "m",
            CUT_200K,
            {"input_tokens": "1.25", "cache_read_tokens": "0.3125", "output_tokens": "10"},
            {"input_tokens": "2.5", "cache_read_tokens": "0.625", "output_tokens": "15"},
        ),
        Fraction("0.199894375"),
    ),
    "CACHE-03": Case(
        "a cache write billed as input too",
        lines(anthropic_body(input_tokens=3, cache_creation_input_tokens=12_304, output_tokens=550)),
        one_price(input_tokens="3", cache_write_tokens="3.75", cache_read_tokens="0.3", output_tokens="15"),
        Fraction("0.054399"),
    ),
    "CACHE-04": Case(
        "a large cache write billed as input too",
        lines(anthropic_body(input_tokens=6, cache_creation_input_tokens=159_217, output_tokens=2_745)),
        one_price(input_tokens="5", cache_write_tokens="6.25", output_tokens="25"),
        Fraction("1.06376125"),
    ),
    "CACHE-05": Case(
        "only cache reads taken out of the prompt, cache writes left in",
        rows(row(input_tokens=2_000, cache_read_tokens=500, cache_write_tokens=300, output_tokens=0)),
        one_price(input_tokens="3", cache_read_tokens="0.3", cache_write_tokens="3.75", output_tokens="15"),
        Fraction("0.004875"),
    ),
    "CACHE-06": Case(
        "the whole prompt billed beside its cached part",
        lines(openai_body(prompt=20_212, cached=16_298, completion=931)),
        one_price(input_tokens="0.5", cache_read_tokens="0.05", output_tokens="3"),
        Fraction("0.0055649"),
    ),
    "CACHE-08": Case(
        "a price of one's own with a cache rate counts cache reads twice",
        lines(openai_body(prompt=10_000, cached=9_000, completion=100)),
        one_price(input_tokens="3", cache_read_tokens="0.3", output_tokens="15"),
        Fraction("0.0072"),
    ),
    "CACHE-09": Case(
        "nearly the whole prompt is cached",
        lines(openai_body(prompt=17_903, cached=17_817, completion=0)),
        one_price(input_tokens="0.15", cache_read_tokens="0.075", output_tokens="0.6"),
        Fraction("0.001349175"),
    ),
    "CACHE-11": Case(
        "cache reads beside the input: taken out again, the input would be negative",
        lines(anthropic_body(input_tokens=1, cache_read_input_tokens=25_182, output_tokens=20)),
        one_price(input_tokens="3", cache_read_tokens="0.3", output_tokens="15"),
        Fraction("0.0078576"),
    ),
    "CACHE-12": Case(
        "more cached than prompt: a contradiction, never a negative cost",
        lines(openai_body(prompt=1_000, cached=3_000, completion=0)),
        one_price(input_tokens="2.5", cache_read_tokens="1.25", output_tokens="10"),
        REFUSED,
    ),
    "CACHE-13": Case(
        "cache writes of an hour at the price of five minutes",
        lines(
            anthropic_body(
                input_tokens=0,
                cache_creation_input_tokens=344_139,
                cache_creation={"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 344_139},
                output_tokens=0,
            )
        ),
        one_price(input_tokens="5", cache_write_tokens="6.25", cache_write_1h_tokens="10", output_tokens="25"),
        Fraction("3.44139"),
    ),
    "CACHE-14": Case(
        "two million tokens written for an hour",
        lines(
            anthropic_body(
                input_tokens=0,
                cache_creation_input_tokens=2_000_000,
                cache_creation={"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 2_000_000},
                output_tokens=0,
            )
        ),
        one_price(input_tokens="3", cache_write_tokens="3.75", cache_write_1h_tokens="6", output_tokens="15"),
        Fraction(12),
    ),
    # --- bands: one for the whole request ----------------------------------------------------------------------
    "TIER-01": Case(
        "only what is above the threshold at the long rate, output by its own length",
        lines(anthropic_body("claude-sonnet-4-5-20250929", input_tokens=300_000, output_tokens=1_000)),
        banded("claude-sonnet-4-5", CUT_200K, *LONG_CLAUDE, provider="anthropic"),
        Fraction("1.8225"),
    ),
    "TIER-02": Case(
        "a million tokens of input",
        lines(anthropic_body("claude-sonnet-4-20250514", input_tokens=1_000_000, output_tokens=0)),
        banded("claude-sonnet-4", CUT_200K, *LONG_CLAUDE, provider="anthropic"),
        Fraction(6),
    ),
    "TIER-03": Case(
        "the threshold itself is still the lower band",
        lines(gemini_body(promptTokenCount=200_000, candidatesTokenCount=1_000)),
        banded("m", CUT_200K, *LONG_GEMINI),
        Fraction("0.26"),
    ),
    "TIER-04": Case(
        "one token above it moves input and output",
        lines(gemini_body(promptTokenCount=200_001, candidatesTokenCount=1_000)),
        banded("m", CUT_200K, *LONG_GEMINI),
        Fraction("0.5150025"),
    ),
    "TIER-05": Case(
        "no bands at all",
        lines(gemini_body(promptTokenCount=300_000, candidatesTokenCount=0)),
        banded("m", CUT_200K, *LONG_GEMINI),
        Fraction("0.75"),
    ),
    "TIER-08": Case(
        "bands billed like an income tax",
        lines(openai_body("qwen3-max", prompt=100_000, completion=1_000)),
        banded("qwen3-max", QWEN_CUTS, *QWEN, provider="alibaba"),
        Fraction("0.252"),
    ),
    "TIER-09": Case(
        "32,000 tokens are still the first band",
        lines(openai_body("qwen3-max", prompt=32_000, completion=1_000)),
        banded("qwen3-max", QWEN_CUTS, *QWEN, provider="alibaba"),
        Fraction("0.0444"),
    ),
    "TIER-11": Case(
        "ten requests of 30,000 tokens are no long request",
        rows(row("2026-01-01", requests=10, input_tokens=300_000, output_tokens=1_000)),
        banded("m", CUT_200K, *LONG_CLAUDE),
        Fraction("0.915"),
    ),
    # --- service tiers -------------------------------------------------------------------------------------------
    "SVC-01": Case(
        "the batch tier ignored",
        lines(openai_body(prompt=1_000, completion=1_000, service_tier="batch")),
        tiered(
            standard={"input_tokens": "2.5", "output_tokens": "10"},
            batch={"input_tokens": "1.25", "output_tokens": "5"},
        ),
        Fraction("0.00625"),
    ),
    "SVC-02": Case(
        "cached tokens at the tier's input rate",
        lines(openai_body(prompt=10_000, cached=8_000, completion=500, service_tier="batch")),
        tiered(
            standard={"input_tokens": "2.5", "cache_read_tokens": "0.25", "output_tokens": "15"},
            batch={"input_tokens": "1.25", "cache_read_tokens": "0.125", "output_tokens": "7.5"},
        ),
        Fraction("0.00725"),
    ),
    "SVC-04": Case(
        "flex billed at standard",
        lines(openai_body(prompt=1_000, completion=1_000, service_tier="flex")),
        tiered(
            standard={"input_tokens": "1.25", "output_tokens": "10"},
            flex={"input_tokens": "0.625", "output_tokens": "5"},
        ),
        Fraction("0.005625"),
    ),
    "SVC-06": Case(
        "the tier that was asked for billed, not the one that served",
        lines(
            {
                "request": {"model": "m", "service_tier": "priority"},
                "response": openai_body(prompt=9, completion=2, service_tier="default"),
            }
        ),
        tiered(
            standard={"input_tokens": "0.15", "output_tokens": "0.6"},
            priority={"input_tokens": "0.25", "output_tokens": "1"},
        ),
        Fraction("0.00000255"),
    ),
    "SVC-07": Case(
        "reasoning at the standard output rate",
        lines(openai_body(prompt=1_000, completion=1_000, reasoning=800, service_tier="flex")),
        tiered(
            standard={"input_tokens": "1.25", "output_tokens": "10"},
            flex={"input_tokens": "0.625", "output_tokens": "5"},
        ),
        Fraction("0.005625"),
    ),
    "SVC-09": Case(
        "a tier of 150% and a cost in the log: both say the same, and neither is overwritten in silence",
        lines(openai_body(prompt=11, completion=5, service_tier="priority", usage={"estimated_cost": 0.000008775})),
        book(
            model(
                "m",
                (
                    "2020-01-01",
                    rates(input_tokens="0.1", output_tokens="0.95")
                    + "service_tiers: {priority: {all: 150% of standard}}\n",
                ),
            )
        ),
        Fraction("0.000008775"),
    ),
    # --- reasoning -------------------------------------------------------------------------------------------------
    "REAS-01": Case(
        "reasoning inside the output, added again",
        lines(openai_body(prompt=9, completion=22, reasoning=21)),
        one_price(input_tokens="0.3", output_tokens="2.5"),
        Fraction("0.0000577"),
    ),
    "REAS-02": Case(
        "thoughts beside the candidates, left out",
        lines(gemini_body(promptTokenCount=1_000, candidatesTokenCount=150, thoughtsTokenCount=8_000)),
        one_price(input_tokens="1.25", output_tokens="10"),
        Fraction("0.08275"),
    ),
    # --- the day's price ---------------------------------------------------------------------------------------------
    "DATE-01": Case(
        "the last second before a cut, at the price after it",
        rows(row("2025-06-09T23:59:59Z", name="o3", prompt_tokens=1_000_000, completion_tokens=0)),
        O3_BOOK,
        Fraction(10),
    ),
    "DATE-02": Case(
        "a price holds from 00:00 of its day",
        rows(row("2025-06-10T00:00:00Z", name="o3", prompt_tokens=1_000_000, completion_tokens=0)),
        O3_BOOK,
        Fraction(2),
    ),
    "DATE-04": Case(
        "an announced rise that was cancelled, applied",
        rows(row("2026-10-01T00:00:00Z", name="claude-sonnet-5", prompt_tokens=1_000_000, completion_tokens=1_000_000)),
        CANCELLED_RISE,
        Fraction(12),
    ),
    # --- the hour's price --------------------------------------------------------------------------------------------
    "TOD-01": Case(
        "a Sunday billed as a weekday",
        rows(row("2026-08-23T02:00:00Z", name="deepseek-v4-pro", prompt_tokens=1_000_000, completion_tokens=0)),
        PEAK_BOOK,
        Fraction("0.66"),
    ),
    "TOD-02": Case(
        "a Monday's peak billed as off-peak",
        rows(row("2026-08-24T02:00:00Z", name="deepseek-v4-pro", prompt_tokens=1_000_000, completion_tokens=0)),
        PEAK_BOOK,
        Fraction("1.32"),
    ),
    "TOD-04": Case(
        "the hour of the clock on the wall instead of the log's",
        rows(row("2026-08-24T05:00:00Z", name="deepseek-v4-pro", prompt_tokens=1_000_000, completion_tokens=0)),
        PEAK_BOOK,
        Fraction("0.66"),
    ),
    "TOD-05": Case(
        "the first second of hours that cross midnight",
        rows(row("2025-03-01T16:30:00Z", name="deepseek-chat", prompt_tokens=1_000_000, completion_tokens=0)),
        NIGHT_BOOK,
        Fraction("0.135"),
    ),
    # --- names ------------------------------------------------------------------------------------------------------
    "NAME-01": Case(
        "a retired model priced as exactly 0",
        lines(openai_body("claude-sonnet-4-20250514", prompt=1_000, completion=100)),
        own_list(flat("claude-sonnet-4", **SONNET), provider="anthropic"),
        Fraction("0.0045"),
    ),
    "NAME-02": Case(
        "an unknown model counted as nothing",
        lines(openai_body("claude-unknown-99", prompt=300_000, completion=1_000)),
        own_list(flat("claude-sonnet-4", **SONNET), provider="anthropic"),
        UNPRICED,
        tokens=301_000,
    ),
    "NAME-03": Case(
        "the price of a distilled model attached to the whole one",
        lines(openai_body("accounts/fireworks/models/deepseek-v4-pro", prompt=1_000_000, completion=0)),
        book(flat("deepseek-r1-distill-llama-8b", input_tokens="0.2", output_tokens="0.2")),
        UNPRICED,
        tokens=1_000_000,
    ),
    "NAME-05": Case(
        "a date at the end of a known name",
        lines(openai_body("claude-sonnet-4-5-20250929", prompt=1_000, completion=1_000)),
        own_list(flat("claude-sonnet-4-5", **SONNET), provider="anthropic"),
        Fraction("0.018"),
    ),
    # --- how logs are written ---------------------------------------------------------------------------------------
    "LOG-01": Case(
        "one reply on three lines counted three times",
        lines(*[claude_code_line("m", "1", {"input_tokens": 1_000, "output_tokens": 1_000})] * 3),
        one_price(**SONNET),
        Fraction("0.018"),
        tokens=2_000,
    ),
    "LOG-02": Case(
        "lines with spaces after their colons skipped without a word",
        spaced_lines(claude_code_line("m", "1", {"input_tokens": 1_000, "output_tokens": 1_000})),
        one_price(**SONNET),
        Fraction("0.018"),
        tokens=2_000,
    ),
    "LOG-05": Case(
        "a logged cost of 0 taken for a missing one",
        rows(row(provider="", name="x", prompt_tokens=100, completion_tokens=10, cost="0")),
        one_price(**SONNET),
        Fraction(0),
    ),
    # --- numbers ------------------------------------------------------------------------------------------------------
    "NUM-02": Case(
        "0.1 and 0.7 are less than 0.8 in floats",
        rows(*(row(prompt_tokens=1, completion_tokens=0, billed_cost=cost) for cost in ("0.1", "0.7"))),
        one_price(**SONNET),
        Fraction("0.8"),
    ),
    "NUM-04": Case(
        "every line rounded before the sum",
        rows(*(row(prompt_tokens=1, completion_tokens=0, billed_cost="0.005") for _ in range(3))),
        one_price(**SONNET),
        Fraction("0.015"),
    ),
}
