"""Every sample of the formats, against totals that a reader of a few lines of standard library sums up."""

from __future__ import annotations

import csv
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from tests.usage.kit import counted

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of others lie beside the checkout")


def table(name):
    with (SAMPLES / name).open(encoding="utf-8-sig", newline="") as file:
        return [{key: text or "0" for key, text in row.items()} for row in csv.DictReader(file)]


def bodies(name):
    found = [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()]
    return [unwrapped(body) for body in found]


def unwrapped(body):
    body = body.get("response", body)
    body = body.get("body", body)
    return body.get("result", {}).get("message", body) if isinstance(body.get("result"), dict) else body


def total(rows, *names):
    return sum(int(Fraction(row.get(name) or 0)) for row in rows for name in names)


def check(name, cost=None, **expected):
    """The sample's totals; meters that are not named must be 0 among the five that matter."""
    ledger = counted(SAMPLES / name)
    assert ledger.refused_rows == 0, ledger.problems
    main = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    assert {meter: ledger.totals[meter] for meter in main} == {meter: expected.get(meter, 0) for meter in main}
    stated = [group.billed for group in ledger.groups if group.billed is not None]
    assert (sum(stated) if stated else None) == cost
    return ledger


def check_openai(name, rows):
    ledger = check(
        name,
        input_tokens=total(rows, "input_tokens"),
        cache_read_tokens=total(rows, "input_cached_tokens"),
        cache_write_tokens=total(rows, "input_cache_write_tokens"),
        output_tokens=total(rows, "output_tokens"),
    )
    assert ledger.requests == total(rows, "num_model_requests")
    return ledger


def test_openai_usage_export():
    name = "openai-usage-csv/completions_usage_2026-08-01_2026-08-31.csv"
    rows = table(name)
    ledger = check_openai(name, rows)
    assert ledger.first_instant == min(int(row["start_time"]) for row in rows)
    assert ledger.last_instant == max(int(row["end_time"]) for row in rows)


@pytest.mark.parametrize("name", ["cost_2026-08-01_2026-08-31.csv", "cost_grouped_by_line_item.made.csv"])
def test_openai_cost_export(name):
    rows = table(f"openai-cost-csv/{name}")
    classes = Counter()
    for row in rows:
        if row["quantity_unit"] == "tokens":
            classes[row["line_item"].rpartition(", ")[2].removesuffix("_tokens")] += int(Fraction(row["quantity"]))
    check(
        f"openai-cost-csv/{name}",
        cost=sum(Fraction(row["amount_value"]) for row in rows),
        input_tokens=classes["input"] + classes["cached input"],
        cache_read_tokens=classes["cached input"],
        output_tokens=classes["output"],
    )


@pytest.mark.parametrize("name", ["claude_api_tokens_2026_01.csv", "claude_api_tokens_hourly_14col.csv"])
def test_anthropic_console_export(name):
    rows = table(f"anthropic-usage-csv/{name}")
    written = ("usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h")
    read = "usage_input_tokens_cache_read"
    check(
        f"anthropic-usage-csv/{name}",
        input_tokens=total(rows, "usage_input_tokens_no_cache", *written, read),
        cache_read_tokens=total(rows, read),
        cache_write_tokens=total(rows, *written),
        output_tokens=total(rows, "usage_output_tokens"),
    )


def test_openrouter_activity_export():
    name = "openrouter-activity-csv/openrouter_activity_2026-08-24_excerpt.csv"
    rows = table(name)
    ledger = check(
        name,
        cost=sum(Fraction(row["cost_total"]) + Fraction(row["byok_usage_inference"]) for row in rows),
        input_tokens=total(rows, "tokens_prompt"),
        cache_read_tokens=total(rows, "tokens_cached"),
        output_tokens=total(rows, "tokens_completion"),
        reasoning_tokens=total(rows, "tokens_reasoning"),
    )
    assert ledger.requests == len(rows)
    wrote = sum(Fraction(row["cost_cache"]) > 0 for row in rows)
    assert any("wrote to a cache" in note and note.endswith(f": {wrote}") for note in ledger.notes)


def test_litellm_spend_logs_as_csv():
    rows = table("litellm-spendlogs/LiteLLM_SpendLogs.made.csv")
    bought = [row for row in rows if row["cache_hit"] != "True" and row["status"] != "failure"]
    split = [json.loads(row["metadata"])["usage_object"] for row in bought]
    ledger = check(
        "litellm-spendlogs/LiteLLM_SpendLogs.made.csv",
        cost=sum(Fraction(row["spend"]) for row in bought),
        input_tokens=total(bought, "prompt_tokens"),
        cache_read_tokens=total(split, "cache_read_input_tokens"),
        cache_write_tokens=total(split, "cache_creation_input_tokens"),
        output_tokens=total(bought, "completion_tokens"),
    )
    assert sum(skipped.rows for skipped in ledger.skipped) == len(rows) - len(bought)


def test_litellm_spend_logs_as_json():
    name = "litellm-spendlogs/spend_logs_payload.jsonl"
    rows = [json.loads(line, parse_float=str) for line in (SAMPLES / name).read_text().splitlines()]
    check(
        name,
        cost=sum(Fraction(row["spend"]) for row in rows),
        input_tokens=total(rows, "prompt_tokens"),
        output_tokens=total(rows, "completion_tokens"),
    )


def test_claude_code_sessions():
    best = {}
    for path in (SAMPLES / "claude-code-jsonl").rglob("*.jsonl"):
        for line in map(json.loads, path.read_text().splitlines()):
            usage = line.get("message", {}).get("usage")
            if usage and line["message"]["model"] != "<synthetic>":
                key = line["message"]["id"], line["requestId"]
                size = total([usage], "input_tokens", "output_tokens")
                best[key] = max(best.get(key, (0, {}, 0)), (size, id(usage), usage), key=lambda found: found[0])
    usages = [usage for _, _, usage in best.values()]
    read, written = "cache_read_input_tokens", "cache_creation_input_tokens"
    ledger = check(
        "claude-code-jsonl",
        cost=Fraction("0.03") + Fraction("0.04") + Fraction("0.12") + Fraction("0.34") + Fraction("0.56"),
        input_tokens=total(usages, "input_tokens", read, written),
        cache_read_tokens=total(usages, read),
        cache_write_tokens=total(usages, written),
        output_tokens=total(usages, "output_tokens"),
    )
    assert ledger.requests == len(usages)


def chat_usage(usage):
    """Of the OpenAI shape: (input, read, written, output, reasoning); what the total has more is reasoning."""
    inside = usage.get("prompt_tokens_details") or {}
    out = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens", 0)
    gap = max(0, usage["total_tokens"] - usage["prompt_tokens"] - usage["completion_tokens"])
    written = inside.get("cache_write_tokens", inside.get("cache_creation_input_tokens", 0))
    return usage["prompt_tokens"], inside.get("cached_tokens", 0), written, usage["completion_tokens"] + gap, out + gap


def responses_usage(usage):
    """Of the Responses and DashScope shape."""
    inside = usage.get("input_tokens_details") or usage.get("prompt_tokens_details") or {}
    reasoning = (usage.get("output_tokens_details") or {}).get("reasoning_tokens", 0)
    counts = inside.get("cached_tokens", 0), inside.get("cache_write_tokens", 0)
    return usage["input_tokens"], *counts, usage["output_tokens"], reasoning


def anthropic_usage(usage):
    """Disjoint buckets; the iterations say more than the top level."""
    parts = usage.get("iterations") or [usage]
    read = total(parts, "cache_read_input_tokens")
    written = total(parts, "cache_creation_input_tokens")
    thinking = 0 if usage.get("iterations") else (usage.get("output_tokens_details") or {}).get("thinking_tokens", 0)
    return total(parts, "input_tokens") + read + written, read, written, total(parts, "output_tokens"), thinking


def gemini_usage(usage):
    """Thoughts beside the candidates."""
    output = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
    read = usage.get("cachedContentTokenCount", 0)
    return usage["promptTokenCount"], read, 0, output, usage.get("thoughtsTokenCount", 0)


def bedrock_usage(usage):
    """Disjoint buckets in camel case."""
    read, written = usage.get("cacheReadInputTokens", 0), usage.get("cacheWriteInputTokens", 0)
    return usage["inputTokens"] + read + written, read, written, usage["outputTokens"], 0


def usage_counts(body):
    usage = body.get("usageMetadata") or body.get("usage")
    if not usage:
        return (0,) * 5
    if "promptTokenCount" in usage:
        return gemini_usage(usage)
    if "inputTokens" in usage:
        return bedrock_usage(usage)
    if "prompt_tokens" in usage:
        return chat_usage(usage)
    return responses_usage(usage) if "total_tokens" in usage else anthropic_usage(usage)


RAW = sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("raw-*/*.jsonl"))


@pytest.mark.parametrize("name", RAW)
def test_api_responses(name):
    found = [usage_counts(body) for body in bodies(name)]
    read = [body.get("usage") or {} for body in bodies(name)]
    costs = [Fraction(str(usage["cost"])) for usage in read if "cost" in usage]
    for usage in read:
        if usage.get("is_byok"):
            costs.append(Fraction(str(usage["cost_details"]["upstream_inference_cost"])))
    meters = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    sums = {meter: sum(column) for meter, column in zip(meters, zip(*found, strict=True), strict=True)}
    ledger = check(name, cost=sum(costs) if costs else None, **sums)
    assert ledger.requests == sum(1 for counts in found if any(counts))


def test_one_log_may_mix_every_provider(tmp_path):
    """A gateway's log: the same bodies in one file count the same."""
    # The batch results hold replies that stand among the bare ones too: in one file they are one reply.
    names = [name for name in RAW if "openrouter" not in name and "batch" not in name]
    mixed = tmp_path / "gateway.jsonl"
    mixed.write_text("".join((SAMPLES / name).read_text(encoding="utf-8") for name in names), encoding="utf-8")
    apart = [counted(SAMPLES / name) for name in names]
    together = counted(mixed)
    assert together.refused_rows == 0
    assert dict(together.totals) == {meter: sum(ledger.totals[meter] for ledger in apart) for meter in together.totals}


def document(name):
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def test_openai_usage_report():
    name = "openai-usage-api/usage_completions.made.json"
    check_openai(name, [row for bucket in document(name)["data"] for row in bucket["results"]])


def test_anthropic_usage_report():
    name = "anthropic-usage-api/usage_report_messages.made.json"
    rows = [row for bucket in document(name)["data"] for row in bucket["results"]]
    written = sum(sum(row["cache_creation"].values()) for row in rows)
    ledger = check(
        name,
        input_tokens=total(rows, "uncached_input_tokens", "cache_read_input_tokens") + written,
        cache_read_tokens=total(rows, "cache_read_input_tokens"),
        cache_write_tokens=written,
        output_tokens=total(rows, "output_tokens"),
    )
    assert ledger.totals["web_searches"] == sum(row["server_tool_use"]["web_search_requests"] for row in rows)


def test_openai_legacy_activity_export():
    name = "openai-activity-legacy-csv/activity_legacy.csv"
    rows = table(name)
    ledger = check(
        name,
        input_tokens=total(rows, "n_context_tokens_total"),
        cache_read_tokens=total(rows, "n_cached_context_tokens_total"),
        output_tokens=total(rows, "n_generated_tokens_total"),
    )
    assert ledger.requests == total(rows, "num_requests")
    assert ledger.totals["images"] == total(rows, "num_images")
    assert ledger.totals["characters"] == total(rows, "num_characters")


@pytest.mark.parametrize("name", ["daily", "monthly", "session", "unified_v20.made"])
def test_ccusage(name):
    whole = document(f"ccusage-json/{name}.json")
    (rows,) = [value for key, value in whole.items() if key != "totals"]
    parts = [part for row in rows for part in row["modelBreakdowns"]]
    check(
        f"ccusage-json/{name}.json",
        cost=sum(Fraction(str(part["cost"])) for part in parts),
        input_tokens=total(parts, "inputTokens", "cacheCreationTokens", "cacheReadTokens"),
        cache_read_tokens=total(parts, "cacheReadTokens"),
        cache_write_tokens=total(parts, "cacheCreationTokens"),
        output_tokens=total(parts, "outputTokens"),
    )


def test_codex_session():
    name = "codex-jsonl/session-alpha.jsonl"
    lines = [json.loads(line)["payload"] for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()]
    (*_, last) = [line["info"]["total_token_usage"] for line in lines if line.get("type") == "token_count"]
    check(
        name,
        input_tokens=last["input_tokens"],
        cache_read_tokens=last["cached_input_tokens"],
        output_tokens=last["output_tokens"],
        reasoning_tokens=last["reasoning_output_tokens"],
    )


def test_opencode_message():
    name = "opencode-message-json/msg_test001.json"
    tokens = document(name)["tokens"]
    check(
        name,
        input_tokens=tokens["input"] + tokens["cache"]["read"] + tokens["cache"]["write"],
        cache_read_tokens=tokens["cache"]["read"],
        cache_write_tokens=tokens["cache"]["write"],
        output_tokens=tokens["output"] + tokens["reasoning"],
        reasoning_tokens=tokens["reasoning"],
    )


def test_helicone_export():
    rows = table("helicone-requests/export.made.csv")
    ledger = check(
        "helicone-requests/export.made.csv",
        cost=sum(Fraction(row["cost"]) for row in rows),
        input_tokens=total(rows, "prompt_tokens"),
        output_tokens=total(rows, "completion_tokens"),
    )
    assert ledger.requests == sum(row["response_status"] == "200" for row in rows)


def test_portkey_export():
    name = "portkey-logs/export.made.jsonl"
    rows = [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()]
    details = [row["response"]["usage"]["prompt_tokens_details"] for row in rows]
    check(
        name,
        cost=sum(Fraction(str(row["cost"])) for row in rows) / 100,
        input_tokens=total(rows, "req_units"),
        cache_read_tokens=total(details, "cached_tokens"),
        output_tokens=total(rows, "res_units"),
    )


def test_opentelemetry_spans():
    spans = document("otel-genai/traces.made.json")["resourceSpans"][0]["scopeSpans"][0]["spans"]
    found = [{one["key"]: one["value"].get("intValue") for one in span["attributes"]} for span in spans]
    usage = "gen_ai.usage"
    check(
        "otel-genai/traces.made.json",
        input_tokens=total(found, f"{usage}.input_tokens", f"{usage}.prompt_tokens"),
        cache_read_tokens=total(found, f"{usage}.cache_read.input_tokens"),
        cache_write_tokens=total(found, f"{usage}.cache_creation.input_tokens"),
        output_tokens=total(found, f"{usage}.output_tokens", f"{usage}.completion_tokens"),
        reasoning_tokens=total(found, f"{usage}.reasoning.output_tokens"),
    )


def test_opentelemetry_metrics():
    scopes = document("otel-genai/metrics.made.json")["resourceMetrics"][0]["scopeMetrics"]
    points = [p for scope in scopes for m in scope["metrics"] for p in m.get("histogram", {}).get("dataPoints", ())]
    kinds = {"input": 0, "output": 0}
    for point in points:
        (kind,) = [a["value"]["stringValue"] for a in point["attributes"] if a["key"] == "gen_ai.token.type"]
        kinds[kind] += int(point["sum"])
    check("otel-genai/metrics.made.json", input_tokens=kinds["input"], output_tokens=kinds["output"])


def test_blocks_of_ccusage():
    blocks = [block for block in document("ccusage-json/blocks.json")["blocks"] if not block["isGap"]]
    counts = [block["tokenCounts"] for block in blocks]
    ledger = check(
        "ccusage-json/blocks.json",
        cost=sum(Fraction(str(block["costUSD"])) for block in blocks),
        input_tokens=total(counts, "inputTokens", "cacheCreationInputTokens", "cacheReadInputTokens"),
        cache_read_tokens=total(counts, "cacheReadInputTokens"),
        cache_write_tokens=total(counts, "cacheCreationInputTokens"),
        output_tokens=total(counts, "outputTokens"),
    )
    assert ledger.requests == total(blocks, "entries")
    # A block of several models does not say what each of them used.
    assert {group.model for group in ledger.groups} == {
        block["models"][0].removesuffix("-fast") if len(block["models"]) == 1 else "" for block in blocks
    }


def test_days_of_the_old_codex_tool_of_ccusage():
    whole = document("ccusage-json/codex_daily.json")
    models = [counts for day in whole["daily"] for counts in day["models"].values()]
    ledger = check(
        "ccusage-json/codex_daily.json",
        input_tokens=total(models, "inputTokens"),
        cache_read_tokens=total(models, "cachedInputTokens"),
        output_tokens=total(models, "outputTokens"),
        reasoning_tokens=total(models, "reasoningOutputTokens"),
    )
    assert {group.model for group in ledger.groups} == {name for day in whole["daily"] for name in day["models"]}
    assert total(models, "inputTokens") == whole["totals"]["inputTokens"]


def test_cursor_export():
    rows = table("cursor-usage-csv/usage.made.csv")
    check(
        "cursor-usage-csv/usage.made.csv",
        cost=sum(Fraction(row["Cost"]) for row in rows),
        input_tokens=total(rows, "Input (w/ Cache Write)", "Input (w/o Cache Write)", "Cache Read"),
        cache_read_tokens=total(rows, "Cache Read"),
        cache_write_tokens=total(rows, "Input (w/ Cache Write)"),
        output_tokens=total(rows, "Output Tokens"),
    )


@pytest.mark.parametrize("name", ["blob_observations_v2.made.jsonl", "ui_export.made.json", "ui_export.made.csv"])
def test_langfuse_observations(name):
    text = (SAMPLES / f"langfuse-observations/{name}").read_text(encoding="utf-8")
    rows = table(f"langfuse-observations/{name}") if name.endswith(".csv") else []
    rows = rows or (json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()])
    told = [row.get("usageDetails") or row.get("usage_details") for row in rows]
    details = [json.loads(each) if isinstance(each, str) else each for each in told]
    read, written = ("input_cached_tokens", "input_cache_read"), ("input_cache_creation",)
    check(
        f"langfuse-observations/{name}",
        cost=sum(Fraction(str(row.get("totalCost") or row.get("total_cost"))) for row in rows),
        input_tokens=total(details, "input", *read, *written),
        cache_read_tokens=total(details, *read),
        cache_write_tokens=total(details, *written),
        output_tokens=total(details, "output", "output_reasoning_tokens"),
        reasoning_tokens=total(details, "output_reasoning_tokens"),
    )


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_focus(version):
    name = f"focus/focus_1_{version}_genai.made.csv"
    rows = table(name)
    counts = Counter()
    for row in rows:
        counts[row["SkuMeter"].lower()] += int(Fraction(row["ConsumedQuantity"]))
    read, written = counts["cache read input tokens"], counts["cache write 5m input tokens"]
    check(
        name,
        cost=sum(Fraction(row["EffectiveCost"]) for row in rows),
        input_tokens=counts["input tokens"] + read + written,
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=counts["output tokens"],
    )


def test_gcp_billing_as_a_table():
    rows = table("gcp-billing-export/gcp_billing_vertex_flat.made.csv")
    check("gcp-billing-export/gcp_billing_vertex_flat.made.csv", cost=sum(Fraction(row["cost"]) for row in rows))
