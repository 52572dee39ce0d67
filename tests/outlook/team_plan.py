"""The worked example as literals: the list prices typed from the pricebooks, the changes from all-at-once.yaml."""

from datetime import date
from pathlib import Path

TEAM = Path(__file__).parents[2] / "examples" / "team"
ALWAYS = date.min
OCTOBER, NOVEMBER, JANUARY, FEBRUARY, APRIL = 1, 2, 4, 5, 7  # months to come; October 2026 is the first

# Per million, in the book's currency: (input up to, input, cached, cache write, output), by the first day of the block.
# None: no such price, billed as input.
LISTS = {
    # alibaba-cn.yaml, qwen3-max, 2026-02-28 (a third band above 128,000 is not reached)
    "qwen3-max": {ALWAYS: [(32_000, "2.5", "0.5", None, "10"), (128_000, "4", "0.8", None, "16")]},
    # alibaba-cn.yaml, qwen-flash, at least since 2026-08-11
    "qwen-flash": {ALWAYS: [(128_000, "0.15", "0.03", None, "1.5")]},
    # alibaba-intl.yaml, qwen3.6-flash, 2026-05-22; from 2026-10-09 on with a price of cache reads
    "qwen3.6-flash": {
        ALWAYS: [(256_000, "0.25", None, "0.3125", "1.5")],
        date(2026, 10, 9): [(256_000, "0.25", "0.025", "0.3125", "1.5")],
    },
    # baidu.yaml, ernie-4.5-turbo-128k, at least since 2026-07-10
    "ernie-4.5-turbo-128k": {ALWAYS: [(128_000, "0.8", "0.2", None, "3.2")]},
    # baidu.yaml, ernie-5.0, 2026-03-05 (a second band above 32,000 is not reached)
    "ernie-5.0": {ALWAYS: [(32_000, "6", None, None, "24")]},
    # openai.yaml: gpt-5-mini 2025-08-07; gpt-5.6-terra and gpt-5.6-luna 2026-07-30 (a second band is not reached)
    "gpt-5-mini": {ALWAYS: [(272_000, "0.25", "0.025", None, "2")]},
    "gpt-5.6-terra": {ALWAYS: [(272_000, "2", "0.2", "2.5", "12")]},
    "gpt-5.6-luna": {ALWAYS: [(272_000, "0.2", "0.02", "0.25", "1.2")]},
}


def feature(*names, provider=""):
    """Usage of these features; of a provider, by how the names of its models begin."""
    return lambda flow: flow.feature in names and flow.model.startswith(provider)


def customer(*names):
    return lambda flow: not names or flow.customer in names


PLAN = {
    "usage": TEAM / "usage.csv",
    "days": 60,  # 2026-08-01 to 2026-09-29
    "last_day": date(2026, 9, 29),
    "months": [date(2026 + (9 + n) // 12, (9 + n) % 12 + 1, 1) for n in range(12)],
    "mid_month": [date(2026, 10, 9), date(2026, 12, 15)],  # days within a month on which a price changes
    "lists": LISTS,
    "models": {
        "qwen3-max": ("alibaba", "CNY"),
        "qwen-flash": ("alibaba", "CNY"),
        "qwen3.6-flash": ("alibaba", "USD"),  # the list of Singapore
        "ernie-4.5-turbo-128k": ("baidu", "CNY"),
        "ernie-5.0": ("baidu", "CNY"),
        "gpt-5-mini": ("openai", "USD"),
        "gpt-5.6-terra": ("openai", "USD"),
        "gpt-5.6-luna": ("openai", "USD"),
    },
    "batch": {"gpt-5-mini", "gpt-5.6-terra", "gpt-5.6-luna"},  # openai.yaml: half of every price
    "table": "6.6850",  # fx.yaml, 2026-10, the newest month: CNY for one USD, held
    # examples/selfhosted.yaml, qwen3-8b: one GPU to a replica; tokens a second of a replica that does nothing else
    "own": {"model": "qwen3-8b", "hour": "1.40", "spare": 1, "input": 12_000, "output": 1_500, "busy": "0.40", "fixed": 300},
    "prices": [
        # alibaba-2026-04-compute is 5 to 34%: of the low end 40%, of the middle 60%, of the high end 80%
        {"provider": "alibaba", "model": "", "rise": ("0.02", "0.117", "0.272"), "from": ALWAYS, "months": 1},
        {"provider": "alibaba", "model": "qwen3", "rise": ("0.05", "0.34"), "from": date(2027, 6, 1), "months": 1},
        {"provider": "baidu", "model": "", "rise": ("0.05", "0.30"), "from": date(2026, 12, 15), "months": 1},
        {"provider": "baidu", "model": "ernie-4.5", "rise": "0.25", "from": date(2027, 3, 1), "months": 1},  # 1 ÷ 0.8
        {"provider": "openai", "model": "", "rise": "0.01", "from": date(2027, 1, 1), "months": 4},
    ],
    "growth": [
        {"where": customer(), "shape": "compound", "rate": ("0.02", "0.04")},
        {"where": customer("lumen"), "shape": "linear", "rate": "0.05"},
        {"tokens_of": "agents", "shape": "compound", "rate": "0.04"},  # in each request, compound
        {"where": customer("newco"), "shape": "once", "rate": "1.50", "first": FEBRUARY},
    ],
    "mix": [{"where": feature("chat"), "share": "0.20", "ramp": 4, "more": 1_000, "output": "1.5"}],
    "escalation": [
        {"where": feature("search", provider="ernie"), "share": "0.50", "to": "qwen-flash", "again": "0.15",
         "tokens": "1.05", "first": NOVEMBER},
    ],
    "moves": [
        {"where": feature("agents"), "share": "0.25", "first": FEBRUARY, "ramp": 3, "to": "gpt-5.6-luna", "tokens": "1.12"},
        {"where": feature("tagging"), "share": "0.80", "first": JANUARY, "ramp": 3, "to": "qwen3-8b", "tokens": "1"},
    ],
    "efficiency": [
        {"lever": "output", "feature": ["reports"], "amount": ("-0.25", "-0.15")},
        {"lever": "cache", "feature": ["chat", "reports"], "amount": "0.60"},  # 20 reads of each token written
        {"lever": "batch", "feature": ["reports"], "amount": "0.40"},
        {"lever": "prompt", "feature": "agents", "amount": "-0.10", "first": APRIL},
    ],
    "fx": [(date(2026, 12, 1), "0.1500"), (date(2027, 6, 1), "0.1560")],  # USD for one CNY, from that month on
    "fees": 40 * 1_750 + 240 * 45 + 9_000,  # USD a month: 40 customers, 240 seats, and lumen
    "fee": "0.045",  # USD for each request
    "fee_for": "agents",
    "own_price": {"first": JANUARY, "change": "0.05", "lost": "0.02"},
    "other": 6_000,  # USD a month
}  # fmt: skip
