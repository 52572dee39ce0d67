"""The bare scan: DuckDB's own typed, unchecked group-by of the columns and labels that costcalc counts by."""

from __future__ import annotations

import sys

import duckdb

# The lengths and day edges of the shipped pricebooks when this was written; what matters is that they are as many.
_BAND = " ".join(
    f"when input_tokens > {cut} then {cut}"
    for cut in (1_000_000, 272_000, 256_000, 252_000, 200_000, 128_000, 100_000, 32_000)
)

_TYPES = """{'timestamp': 'TIMESTAMPTZ', 'model': 'VARCHAR', 'customer': 'VARCHAR', 'feature': 'VARCHAR',
             'input_tokens': 'BIGINT', 'cached_input_tokens': 'BIGINT', 'output_tokens': 'BIGINT'}"""

_JSON_TYPES = """{'created': 'BIGINT', 'model': 'VARCHAR', 'service_tier': 'VARCHAR', 'usage':
    'STRUCT(prompt_tokens BIGINT, completion_tokens BIGINT, prompt_tokens_details STRUCT(cached_tokens BIGINT))'}"""

_SOURCES = {
    "csv": f"""select epoch(timestamp)::bigint as instant, * from read_csv('FILE', header = true, auto_detect = false, delim = ',', columns = {_TYPES})""",
    "parquet": "select epoch(timestamp::timestamptz)::bigint as instant, * from read_parquet('FILE')",
    "jsonl": f"""select created as instant, model, usage.prompt_tokens as input_tokens,
                 usage.prompt_tokens_details.cached_tokens as cached_input_tokens, usage.completion_tokens as output_tokens
                 from read_json('FILE', format = 'newline_delimited', columns = {_JSON_TYPES})""",
}


# Exports, by the begin of their names. What LiteLLM keeps in a text of JSON is read out of it.
_EXPORTS = {
    "plain": f"""select epoch(timestamp)::bigint as instant, * from read_json('FILE', format = 'newline_delimited', columns = {_TYPES})""",
    "langfuse": """select epoch("startTime")::bigint as instant, model, "usageDetails".input as input_tokens,
                   "usageDetails".input_cached_tokens as cached_input_tokens, "usageDetails".output as output_tokens
                   from read_json('FILE', format = 'newline_delimited', columns = {'startTime': 'TIMESTAMPTZ', 'model': 'VARCHAR',
                   'usageDetails': 'STRUCT(input BIGINT, input_cached_tokens BIGINT, output BIGINT)'})""",
    "litellm": """select epoch("startTime")::bigint as instant, model, prompt_tokens as input_tokens, completion_tokens as output_tokens,
                  json_extract(metadata, '$.usage_object.prompt_tokens_details.cached_tokens')::bigint as cached_input_tokens
                  from read_json('FILE', format = 'newline_delimited', columns = {'startTime': 'TIMESTAMPTZ', 'model': 'VARCHAR',
                  'prompt_tokens': 'BIGINT', 'completion_tokens': 'BIGINT', 'metadata': 'VARCHAR'})""",
    "sessions": """select epoch(reply.ts)::bigint as instant, reply.model, reply.read as input_tokens,
                   reply.cached as cached_input_tokens, reply.written as output_tokens from (
                   select arg_max(struct_pack(ts := timestamp, model := message.model,
                       read := message.usage.input_tokens + message.usage.cache_creation_input_tokens,
                       cached := message.usage.cache_read_input_tokens, written := message.usage.output_tokens),
                       message.usage.output_tokens) as reply
                   from read_json('FILE/*.jsonl', format = 'newline_delimited', columns = {'timestamp': 'TIMESTAMPTZ',
                   'requestId': 'VARCHAR', 'message': 'STRUCT(id VARCHAR, model VARCHAR, usage STRUCT(input_tokens BIGINT,
                   cache_creation_input_tokens BIGINT, cache_read_input_tokens BIGINT, output_tokens BIGINT))'})
                   where message.usage is not null group by message.id, "requestId")""",
}


def main(path: str, by: str = "", out: str = "") -> int:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    name = path.rpartition("/")[2]
    source = _EXPORTS.get(name.partition("-")[0]) or _SOURCES[name.rpartition(".")[2]]
    source = source.replace("FILE", path)
    asked = f"""
        select instant - instant % 86400 + case when instant % 86400 >= 57600 then 57600 else 0 end as segment, model,
               case {_BAND} else 0 end as band, {"".join(f"{name}, " for name in by.split(",") if name)} count(*),
               sum(input_tokens), sum(cached_input_tokens), sum(output_tokens)
        from ({source}) group by all
    """
    if out:
        connection.execute(f"copy ({asked}) to '{out}' (header)")
        return 0
    sys.stdout.write(f"{len(connection.execute(asked).fetchall())} groups\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
