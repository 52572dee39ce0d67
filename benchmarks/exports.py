"""Exports and folders that the benchmarks read besides `data.py`: of gateways and tools, and of many files."""

from __future__ import annotations

from pathlib import Path

import duckdb
from data import copy_rows

_SESSION = """
    select 'u' || i as uuid, 'session-{file}' as "sessionId", '/project' as cwd, '2.1.0' as version,
        false as "isSidechain", case when k < 2 then 'user' else 'assistant' end as type,
        case when k < 2 then json_object('role', 'user', 'content', json_array(json_object(
            'type', 'tool_result', 'tool_use_id', 'toolu_' || i, 'content', repeat('the quick brown fox ', 10 + h % 45))))
        else json_object('id', 'msg_{file}_' || i // 4, 'type', 'message', 'role', 'assistant',
            'model', ['claude-sonnet-5', 'claude-opus-4-8', 'claude-haiku-4-5'][1 + (m % 3)::int],
            'content', json_array(json_object('type', 'text', 'text', repeat('lorem ipsum ', 2 + h % 30))),
            'usage', json_object('input_tokens', 4, 'cache_creation_input_tokens', m % 3000,
                'cache_read_input_tokens', 15000 + m % 50000, 'output_tokens', case when k = 3 then 100 + m % 900 else 3 end,
                'service_tier', 'standard')) end as message,
        case when k > 1 then 'req_{file}_' || i // 4 end as "requestId",
        strftime(to_timestamp(1788220800 + {file} * 3000 + i), '%Y-%m-%dT%H:%M:%S.000Z') as timestamp
    from (select i, i % 4 as k, (hash(i + {file} * 1000003) % 1000)::int as h, hash(i // 4 + {file} * 1000003) as m
          from range({lines}) as r(i)) order by i
"""

_LITELLM = """
    'chatcmpl-' || i as request_id, 'acompletion' as call_type, 'None' as cache_hit,
    strftime(ts, '%Y-%m-%d %H:%M:%S.000000') as "startTime", model, 'openai' as custom_llm_provider, customer as team_id,
    '{"usage_object": {"prompt_tokens": ' || input_tokens || ', "completion_tokens": ' || output_tokens
        || ', "prompt_tokens_details": {"cached_tokens": ' || cached_input_tokens || '}}}' as metadata,
    input_tokens / 1e6 as spend, input_tokens + output_tokens as total_tokens, input_tokens as prompt_tokens,
    output_tokens as completion_tokens, '{}' as messages, '{}' as response, 'success' as status
"""

_LANGFUSE = """
    'obs-' || i as id, 'tr-' || i as "traceId", 'GENERATION' as type, 'default' as environment,
    strftime(ts, '%Y-%m-%dT%H:%M:%S.000Z') as "startTime", feature as name, model,
    {'input': input_tokens - cached_input_tokens, 'input_cached_tokens': cached_input_tokens, 'output': output_tokens,
     'total': input_tokens + output_tokens} as "usageDetails", input_tokens / 1e6 as "totalCost", customer as "userId"
"""

_PLAIN = """
    strftime(ts, '%Y-%m-%dT%H:%M:%SZ') as timestamp, model, customer, feature, input_tokens, cached_input_tokens,
    output_tokens
"""

JSON_LINES = {"litellm": _LITELLM, "langfuse": _LANGFUSE, "plain": _PLAIN}


def make_export(path: Path, rows: int, kind: str) -> Path:
    """JSON lines as a gateway or a tool exports them: one of JSON_LINES."""
    return copy_rows(path, rows, JSON_LINES[kind], "(format json)")


def make_sessions(folder: Path, files: int, lines: int) -> Path:
    """A folder of Claude Code: prompts, and replies that are written twice, the second time whole."""
    if folder.exists():
        return folder
    partial = folder.with_name(f"{folder.name}.part")
    partial.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for file in range(files):
        session = _SESSION.format(file=file, lines=lines // files)
        connection.execute(f"copy ({session}) to '{partial / f'session-{file}.jsonl'}' (format json)")
    return partial.rename(folder)


def make_many(folder: Path, files: int) -> Path:
    """Small tables of ten rows, a thousand a folder."""
    if folder.exists():
        return folder
    partial = folder.with_name(f"{folder.name}.part")
    for file in range(files):
        within = partial / f"{file // 1000:03}"
        within.mkdir(parents=True, exist_ok=True)
        day = f"2026-09-{1 + file % 28:02}"
        rows = (f"{day}T10:00:0{i}Z,gpt-5-mini,customer-{file % 50},{file % 4000 + i},{i}\n" for i in range(10))
        header = "timestamp,model,customer,input_tokens,output_tokens\n"
        (within / f"{file}.csv").write_text(header + "".join(rows), encoding="utf-8")
    return partial.rename(folder)


def make_unknown(path: Path, rows: int, models: int) -> Path:
    """A table of so many models that no pricebook knows; 0: the same rows of known ones."""
    name = f"'vendor-model-' || i % {models}" if models else "model"
    columns = f"strftime(ts, '%Y-%m-%dT%H:%M:%SZ') as timestamp, {name} as model, customer, input_tokens, output_tokens"
    return copy_rows(path, rows, columns, "(format csv, header)")
