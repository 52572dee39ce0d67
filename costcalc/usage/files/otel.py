"""OpenTelemetry in OTLP JSON: spans, token metrics and Claude Code's events become one record each, usage or not.

Conventions: https://opentelemetry.io/docs/specs/semconv/gen-ai/ and https://code.claude.com/docs/en/monitoring-usage,
read on 2026-11-24.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from costcalc.usage.files.unfold import Numbered, Record, read_exact

_KEPT = (
    "gen_ai.",
    "llm.",
    "service.",
    "deployment.",
    "session.id",
    "event.name",
    "error.type",
    "http.response.status_code",
    "http.status_code",
)  # of attributes; prompts are not
_LONGEST = 200  # characters of a text that is kept: longer ones are prompts and answers
_TOKEN_METRIC, _CLAUDE_METRIC, _CLAUDE_EVENT = "gen_ai.client.token.usage", "claude_code.token.usage", "api_request"
_CUMULATIVE = {2, "2", "AGGREGATION_TEMPORALITY_CUMULATIVE"}
_CLAUDE_TYPES = {
    "input": "input_tokens", "output": "output_tokens",
    "cacheRead": "cache_read_tokens", "cacheCreation": "cache_creation_tokens",
}  # fmt: skip
Series = tuple[str, ...]


def telemetry(lines: Iterable[Numbered]) -> Iterator[Numbered]:
    """One record a span, a data point or an event. Of spans within one another that count tokens the innermost count."""
    sums: dict[Series, tuple[Any, float]] = {}
    spans: list[tuple[int, Record]] = []
    for number, line in lines:
        export = read_exact(line)
        if export is None:
            yield number, line.strip()
            continue
        spans += ((number, span) for span in _spans(export))
        if isinstance(export.get("attributes"), dict):
            spans.append((number, _flat_span(export)))
        for record in (*_points(export, sums), *_events(export)):
            yield number, json.dumps(record)
    outer = _outer(spans)
    for number, span in spans:
        inner = {"holds_others": True} if (span["trace"], span["span"]) in outer else {}
        yield number, json.dumps({**span, **inner})


def _spans(export: Record) -> Iterator[Record]:
    for resource, scope in _scopes(export, "resourceSpans", "scopeSpans"):
        for span in _objects(scope.get("spans")):
            yield {
                "kind": "span",
                "time": _seconds(span.get("startTimeUnixNano")),
                "trace": span.get("traceId"),
                "span": span.get("spanId"),
                "parent": span.get("parentSpanId") or None,
                **_ended(span),
                **_nested({**resource, **_attributes(span)}),
            }


def _flat_span(span: Record) -> Record:
    """A span as the JavaScript SDK writes it to a file: attributes as an object, times as [seconds, nanoseconds]."""
    resource = {key: value for key, value in _attributes(span.get("resource")).items() if key.startswith(_KEPT)}
    context: Record = span["spanContext"] if isinstance(span.get("spanContext"), dict) else span
    return {
        "kind": "span",
        "time": _clock(span.get("startTime")) or _clock(span.get("endTime")),
        "trace": context.get("traceId"),
        "span": context.get("spanId") or span.get("id"),
        "parent": span.get("parentSpanId") or span.get("parentId") or None,
        **_ended(span),
        **_nested({**resource, **_attributes(span)}),
    }


def _ended(span: Record) -> Record:
    """Whether a span failed, by its status: OTLP writes the number or the name of it."""
    status = span.get("status")
    code = status.get("code") if isinstance(status, dict) else status
    return {"failed": True} if str(code) in ("2", "STATUS_CODE_ERROR", "ERROR") else {}


def _outer(spans: Sequence[tuple[int, Record]]) -> set[tuple[Any, Any]]:
    """The spans that hold another one which counts tokens."""
    parents = {(span["trace"], span["span"]): span["parent"] for _, span in spans}
    found: set[tuple[Any, Any]] = set()
    for _, span in spans:
        if not _counts_tokens(span):
            continue
        above = (span["trace"], span["parent"])
        while above[1] is not None and above not in found:
            found.add(above)
            above = (above[0], parents.get(above))
    return found


def _counts_tokens(span: Record) -> bool:
    return any(isinstance(span.get(top), dict) and "usage" in span[top] for top in ("gen_ai", "llm"))


def _points(export: Record, sums: dict[Series, tuple[Any, float]]) -> Iterator[Record]:
    """The token counts of metrics; of those that count up, what each adds."""
    for resource, scope in _scopes(export, "resourceMetrics", "scopeMetrics"):
        for metric in _objects(scope.get("metrics")):
            name = metric.get("name")
            if name not in (_TOKEN_METRIC, _CLAUDE_METRIC):
                continue
            data: Record = next(
                (metric[kind] for kind in ("histogram", "sum") if isinstance(metric.get(kind), dict)), {}
            )
            for point in _objects(data.get("dataPoints")):
                own = _attributes(point)
                amount = _amount(point)
                requests = int(point["count"]) if str(point.get("count", "")).isdigit() else None
                if data.get("aggregationTemporality") in _CUMULATIVE:
                    series = (str(name), *(f"{key}={value}" for key, value in sorted({**resource, **own}.items())))
                    amount = _added(sums, (*series, "sum"), point, amount)
                    requests = None if requests is None else _added(sums, (*series, "count"), point, requests)
                yield {
                    "kind": "point",
                    "time": _seconds(point.get("startTimeUnixNano") or point.get("timeUnixNano")),
                    "until": _seconds(point.get("timeUnixNano")),
                    **_nested({**resource, **own}),
                    **_usage(str(name), own, amount, requests),
                }


def _usage(name: str, own: Mapping[str, Any], amount: Any, requests: int | None) -> Record:
    if name == _CLAUDE_METRIC:
        word = _CLAUDE_TYPES.get(str(own.get("type")), str(own.get("type")))
        return {"claude_code": {"model": own.get("model"), word: amount}}
    kind = str(own.get("gen_ai.token.type"))
    # The requests of the input are those of the output.
    return {"tokens": {kind: amount}, "requests": requests if kind == "input" or requests is None else 0}


def _added(sums: dict[Series, tuple[Any, float]], series: Series, point: Record, amount: Any) -> Any:
    """What a count that goes up came by since the last point; all of it where it began anew."""
    start, before = sums.get(series, (None, 0))
    sums[series] = (point.get("startTimeUnixNano"), amount)
    same = start == point.get("startTimeUnixNano") and amount >= before
    return amount - before if same else amount


def _events(export: Record) -> Iterator[Record]:
    for resource, scope in _scopes(export, "resourceLogs", "scopeLogs"):
        for log in _objects(scope.get("logRecords")):
            own = _attributes(log)
            name = str(own.get("event.name") or _value(log.get("body")) or "")
            if name.rpartition(".")[2] != _CLAUDE_EVENT:
                continue
            counts = {key: value for key, value in own.items() if key in ("model", "cost_usd") or "tokens" in key}
            yield {
                "kind": "event",
                "time": _seconds(log.get("timeUnixNano") or log.get("observedTimeUnixNano")),
                **_nested({**resource, **own}),
                "claude_code": {key: _number(value) for key, value in counts.items()},
                "requests": 1,
            }


def _scopes(export: Record, resources: str, scopes: str) -> Iterator[tuple[dict[str, Any], Record]]:
    for resource in _objects(export.get(resources)):
        shared = {key: value for key, value in _attributes(resource.get("resource")).items() if key.startswith(_KEPT)}
        for scope in _objects(resource.get(scopes)):
            yield shared, scope


def _objects(value: object) -> Iterator[Record]:
    yield from (member for member in value if isinstance(member, dict)) if isinstance(value, list) else ()


def _attributes(holder: object) -> dict[str, Any]:
    """The attributes with one value; a list of keys and values, as OTLP writes it, or a plain object."""
    written = holder.get("attributes") if isinstance(holder, dict) else None
    if isinstance(written, dict):
        pairs = list(written.items())
    else:
        pairs = [(one.get("key"), _value(one.get("value"))) for one in _objects(written)]
    return {str(key): value for key, value in pairs if _is_short(value)}


def _is_short(value: object) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= _LONGEST)


def _value(value: object) -> Any:
    """`{"intValue": "5"}` is 5: OTLP writes whole numbers as texts."""
    if not isinstance(value, dict):
        return value
    if "intValue" in value:
        return _number(value["intValue"])
    return next((value[kind] for kind in ("stringValue", "doubleValue", "boolValue") if kind in value), None)


def _amount(point: Record) -> Any:
    """The sum of a data point, exact where it is whole."""
    written = next((point[key] for key in ("sum", "asInt", "asDouble") if key in point), 0)
    return _number(written)


def _number(value: object) -> Any:
    """The text of a whole number as one; `1250000.0` is one too."""
    text = str(value)
    whole, _, decimals = text.partition(".")
    return int(whole) if whole.removeprefix("-").isdigit() and not decimals.strip("0") else value


def _seconds(nanoseconds: object) -> str | None:
    """UNIX nanoseconds as seconds with all their digits."""
    text = str(nanoseconds)
    return f"{text[:-9]}.{text[-9:]}" if text.isdigit() and len(text) > 9 else None


def _clock(time: object) -> str | None:
    """`[1788220800, 5]` is 1788220800.000000005."""
    match time:
        case [int(seconds), int(nanoseconds)]:
            return f"{seconds}.{nanoseconds:09}"
    return None


def _nested(attributes: Mapping[str, Any]) -> Record:
    """Those that are kept, `gen_ai.usage.input_tokens` as objects within one another, as the paths of a format go."""
    found: Record = {}
    for key, value in sorted((key, value) for key, value in attributes.items() if key.startswith(_KEPT)):
        inner, steps = found, key.split(".")
        for step in steps[:-1]:
            inner = inner.setdefault(step, {})
            if not isinstance(inner, dict):
                break
        else:
            inner[steps[-1]] = value
    return found
