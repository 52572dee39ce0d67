"""The peers' own per-row calls over the same log: how many rows a second they price."""

from __future__ import annotations

import csv
import os
import time
from datetime import datetime
from pathlib import Path

# Models that both peers know; the log's own are Chinese ones too, which genai-prices lacks.
KNOWN = {
    "qwen3-max": "gpt-4o",
    "qwen-plus": "gpt-4o-mini",
    "ernie-4.5-turbo-128k": "gpt-4o-mini",
    "gpt-5.6-luna": "gpt-5",
}


def rows_a_second(peer: str, log: Path) -> float:
    with log.open(newline="") as file:
        rows = [
            (
                KNOWN.get(row["model"], "gpt-5-mini"),
                int(row["input_tokens"]),
                int(row["cached_input_tokens"]),
                int(row["output_tokens"]),
                datetime.fromisoformat(row["timestamp"]),
            )
            for row in csv.DictReader(file)
        ]
    price = {"genai_prices": _genai_prices, "litellm": _litellm}[peer]()
    price(*rows[0])
    began = time.perf_counter()
    for row in rows:
        price(*row)
    return len(rows) / (time.perf_counter() - began)


def _genai_prices():
    from genai_prices import Usage, calc_price

    def price(model: str, tokens_in: int, cached: int, tokens_out: int, at: datetime) -> None:
        usage = Usage(input_tokens=tokens_in, cache_read_tokens=cached, output_tokens=tokens_out)
        calc_price(usage, model_ref=model, provider_id="openai", genai_request_timestamp=at)

    return price


def _litellm():
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # it would ask the network for prices
    import litellm

    def price(model: str, tokens_in: int, cached: int, tokens_out: int, at: datetime) -> None:
        litellm.cost_per_token(
            model=model, prompt_tokens=tokens_in, completion_tokens=tokens_out, cache_read_input_tokens=cached
        )

    return price
