"""Rows priced one by one in plain Python: no line is shared with costcalc, and every figure is a Fraction.

One model: thinking has an output price of its own, batch is half of everything, rows of the label eu cost 120%.
"""

from fractions import Fraction as F

BOOK = """
provider: acme
currency: USD
timezone: UTC
modifiers:
  eu: {where: {geo: eu}, tokens: 120%}
models:
  m:
    prices:
      2026-01-01:
        modifiers: [eu]
        input_tokens: 2 per 1M
        cache_read_tokens: 0.2 per 1M
        output_tokens: 10 per 1M
        thinking: {output_tokens: 30 per 1M}
        service_tiers:
          batch: {all: 50% of standard}
"""
PER_METER = {"input": F(2, 10**6), "cached": F(1, 5 * 10**6), "output": F(1, 10**5), "thought": F(3, 10**5)}
# The words that raise each part: a meter's own, and that of the whole it lies in.
NAMES = {
    "input": {"input_tokens"},
    "cached": {"input_tokens", "cache_read_tokens"},
    "output": {"output_tokens"},
    "thought": {"output_tokens"},
}


def thought_of(row):
    """(what is taken to be output in thinking mode, the least, the most)."""
    written, reasoned = row["output_tokens"], row["reasoning_tokens"]
    if row["thinking"] == "true" or (reasoned and row["requests"] == 1):
        return written, written, written
    return (written if 2 * reasoned >= written else reasoned) if reasoned else 0, reasoned, written if reasoned else 0


def listed(row, thought=None):
    """What the list says of a row, by part."""
    thought = thought_of(row)[0] if thought is None else thought
    counts = {
        "input": row["input_tokens"] - row["cache_read_tokens"],
        "cached": row["cache_read_tokens"],
        "output": row["output_tokens"] - thought,
        "thought": thought,
    }
    factor = (F(1, 2) if row["service_tier"] == "batch" else 1) * (F(6, 5) if row["geo"] == "eu" else 1)
    return {part: count * PER_METER[part] * factor for part, count in counts.items()}


def raised(row, hikes, end):
    """A row's cost with the hikes: (meter or "", low, high) in percent; a bill rises by its own row's parts."""
    parts = listed(row)
    then = F()
    for part, cost in parts.items():
        for meter, low, high in hikes:
            if meter in {"", "tokens", *NAMES[part]}:
                cost *= 1 + {"low": F(low), "mid": F(low + high, 2), "high": F(high)}[end] / 100
        then += cost
    if row["billed_cost"] == "":
        return then
    if sum(parts.values()):
        return F(row["billed_cost"]) * then / sum(parts.values())
    alone = [hike for hike in hikes if not hike[0]]
    return (
        raised({**row, "billed_cost": "", "input_tokens": 1, "cache_read_tokens": 0}, alone, end)
        / listed({**row, "input_tokens": 1, "cache_read_tokens": 0})["input"]
        * F(row["billed_cost"])
    )
