"""The logs that the benchmarks read: made here, the same every time, of a size that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

_TEXT_TIME = "strftime(ts, '%Y-%m-%dT%H:%M:%SZ')"

_MODELS = ("qwen3-max", "qwen-plus", "ernie-4.5-turbo-128k", "gpt-5.6-luna", "gpt-5-mini", "claude-sonnet-5")


def _rows_of(models: Sequence[str], customer: str, feature: str) -> str:
    """Requests of thirty days, each by hashes of its number; `{rows}` of them. `customer`, `feature`: SQL over the hashes."""
    return f"""
    select
        to_timestamp(1788220800 + (h1 % 2592000)) as ts,
        {list(models)}[1 + (h2 % {len(models)})::int] as model,
        {customer} as customer,
        {feature} as feature,
        (200 + (h1 // 7) % 4000 + case when h2 % 97 = 0 then 60000 else 0 end)::bigint as input_tokens,
        ((h3 // 11) % 200)::bigint as cached_input_tokens,
        (10 + (h4 // 13) % 900)::bigint as output_tokens,
        i
    from (
        select i, hash(i) as h1, hash(i + 1000000007) as h2, hash(i * 3 + 1) as h3, hash(i * 7 + 5) as h4
        from range({{rows}}) as r(i)
    )
"""


_ROWS = _rows_of(
    _MODELS,
    "'customer-' || lpad(((h3 % 50))::varchar, 2, '0')",
    "['chat', 'search', 'tagging', 'reports'][1 + (h4 % 4)::int]",
)
# A team's log: 500 customers of very different size, ten features, five models, thirty days.
_TEAM_ROWS = _rows_of(
    [name for name in _MODELS if name != "gpt-5-mini"],
    "'customer-' || lpad((floor({customers} * pow((h3 % 1000003) / 1000003.0, 1.5))::bigint)::varchar, 7, '0')",
    "'feature-' || (h4 % 10)::varchar",
)


def make_csv(path: Path, rows: int) -> Path:
    return copy_rows(path, rows, _flat(), "(format csv, header)")


def make_team_csv(path: Path, rows: int, customers: int = 500) -> Path:
    """The log of a real team: as many customers as are asked for, ten features, a request a row."""
    return copy_rows(path, rows, _flat(), "(format csv, header)", _TEAM_ROWS.replace("{customers}", str(customers)))


def make_parquet(path: Path, rows: int) -> Path:
    return copy_rows(path, rows, _flat().replace(_TEXT_TIME, "ts"), "(format parquet)")


def make_json_lines(path: Path, rows: int) -> Path:
    """Raw chat completion bodies, one a line, as a gateway keeps them."""
    body = """
        'chatcmpl-' || i as id, 'chat.completion' as object, epoch(ts)::bigint as created, model,
        [{'index': 0, 'message': {'role': 'assistant', 'content': repeat('lorem ipsum ', 12)}, 'finish_reason': 'stop'}]
            as choices,
        {'prompt_tokens': input_tokens, 'completion_tokens': output_tokens,
         'total_tokens': input_tokens + output_tokens,
         'prompt_tokens_details': {'cached_tokens': cached_input_tokens, 'audio_tokens': 0},
         'completion_tokens_details': {'reasoning_tokens': 0, 'audio_tokens': 0}} as usage,
        'default' as service_tier
    """
    return copy_rows(path, rows, body, "(format json)")


def _flat() -> str:
    return f"""{_TEXT_TIME} as timestamp, model, customer, feature,
              input_tokens, cached_input_tokens, output_tokens"""


def copy_rows(path: Path, rows: int, columns: str, form: str, source: str = _ROWS) -> Path:
    """A file of these columns of the rows, made once."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(path.suffix + ".part")
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"copy (select {columns} from ({source.format(rows=rows)})) to '{partial}' {form}")
    partial.rename(path)
    return path
