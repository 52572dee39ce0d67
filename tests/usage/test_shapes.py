"""What is special about each format: the traps that a reader who adds up columns falls into."""

from __future__ import annotations

from fractions import Fraction

import pytest

from costcalc.problems import CostcalcError
from costcalc.reports.detection import detect
from costcalc.usage.counting.counter import RowTally
from costcalc.usage.formats.read import formats, read_format
from tests.usage.kit import codes, counted, counts, lines, only, write

NOON = "2026-09-01T12:00:00Z"
OPENAI_TIME = "start_time,end_time,start_time_iso,end_time_iso"


def chat(prompt, completion, model="m", **more):
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {"created": 1_788_264_000, "model": model, "usage": usage} | more


def claude(message_id, request_id, output, **more):
    usage = {"input_tokens": 4, "output_tokens": output, "cache_read_input_tokens": 10}
    message = {"id": message_id, "model": "claude-x", "usage": usage}
    return {
        "type": "assistant",
        "sessionId": "s",
        "timestamp": NOON,
        "requestId": request_id,
        "message": message,
    } | more


class TestOpenAiExports:
    def test_only_the_time_columns_is_a_valid_empty_export(self, tmp_path):
        row = "1788220800,1788307200,2026-09-01T00:00:00+00:00,2026-09-02T00:00:00+00:00"
        ledger = counted(write(tmp_path, f"{OPENAI_TIME}\n{row}\n"))
        assert (len(ledger.groups), ledger.refused_rows) == (0, 0)
        assert (ledger.first_instant, ledger.last_instant) == (1_788_220_800, 1_788_307_200)

    def test_batch_wins_over_the_service_tier(self, tmp_path):
        head = (
            f"{OPENAI_TIME},num_model_requests,model,batch,service_tier,input_tokens,input_cached_tokens,output_tokens"
        )
        rows = [
            f"1788220800,1788307200,,,2,m,{end}" for end in ("True,default,10,4,1", "False,flex,20,0,1", "FALSE,,5,0,1")
        ]
        ledger = counted(write(tmp_path, "\n".join([head, *rows]) + "\n"))
        assert {group.service_tier: group.requests for group in ledger.groups} == {"batch": 2, "flex": 2, "standard": 2}
        assert {group.band_basis for group in ledger.groups} == {"mean"}
        assert ledger.totals["cache_read_tokens"] == 4

    def test_a_charge_knows_its_meter(self, tmp_path):
        head = f"{OPENAI_TIME},amount_value,amount_currency,quantity,quantity_unit,line_item"
        rows = [
            '1788220800,1788307200,,,0.25,usd,1000.0,tokens,"m, cached input"',
            '1788220800,1788307200,,,0.75,usd,0.5,gibibyte_hours,"vector store, storage"',
            "1788220800,1788307200,,,2,usd,,,",
        ]
        found = {group.model: group for group in counted(write(tmp_path, "\n".join([head, *rows]) + "\n")).groups}
        assert found["m"].billed_meter == "cache_read_tokens"
        assert found["m"].quantities[:2] == (1000, 1000)  # cached input is input
        assert (found["vector store"].billed_meter, found["vector store"].billed) == (None, Fraction(3, 4))
        assert (found[""].billed, found[""].cost_kind, found[""].requests) == (2, "billed", None)


class TestAnthropicExport:
    HEAD = (
        "usage_date_utc,model_version,usage_type,{}usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
        "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens"
    )

    def test_the_stated_context_is_the_band(self, tmp_path):
        rows = [f"2026-09-01,m,standard,{context},1,2,3,4,5" for context in ("≤ 200k", "200k-1M")]
        text = "\n".join([self.HEAD.format("context_window,"), *rows]) + "\n"
        ledger = counted(write(tmp_path, text), input_lengths=(128_000, 200_000))
        assert [(group.band_basis, group.input_over) for group in ledger.groups] == [("stated", 0), ("stated", 200_000)]
        assert counts(ledger)["input_tokens"] == 20

    def test_without_a_context_column_the_band_is_unknown(self, tmp_path):
        text = "\n".join([self.HEAD.format(""), "2026-09-01 10:00,m,batch,1,2,3,4,5"]) + "\n"
        group = only(counted(write(tmp_path, text)))
        assert (group.band_basis, group.service_tier, group.requests) == ("unknown", "batch", None)

    def test_fast_is_a_tier_and_an_hour_is_a_segment(self, tmp_path):
        head = self.HEAD.format("speed,")
        text = (
            "\n".join([head, "2026-09-01 10:00,m,standard,fast,1,0,0,0,5", "2026-09-01,m,standard,,1,0,0,0,5"]) + "\n"
        )
        by_tier = {group.service_tier: (group.at, group.until) for group in counted(write(tmp_path, text)).groups}
        day = 1_788_220_800
        assert by_tier == {"fast": (day, None), "standard": (day, day + 86_400)}

    def test_an_hour_that_holds_an_edge_stays_a_bucket(self, tmp_path):
        text = "\n".join([self.HEAD.format(""), "2026-09-01 10:00,m,standard,1,0,0,0,5"]) + "\n"
        group = only(counted(write(tmp_path, text), day_edges=(0, 36_000 + 1_800)))
        assert (group.at, group.until) == (1_788_256_800, 1_788_260_400)


class TestClaudeCode:
    def test_one_reply_in_several_lines_counts_once_with_its_largest(self, tmp_path):
        ledger = counted(lines(tmp_path, [claude("a", "1", 3), claude("a", "1", 210), claude("a", "1", 210)]))
        assert (counts(ledger)["output_tokens"], ledger.requests) == (210, 1)

    def test_over_files_too(self, tmp_path):
        lines(tmp_path, [claude("a", "1", 3)], "x/one.jsonl")
        lines(tmp_path, [claude("a", "1", 9)], "x/sub/two.jsonl")
        assert counts(counted(tmp_path / "x"))["output_tokens"] == 9

    def test_a_side_chain_replays_its_parent(self, tmp_path):
        replayed = claude("a", "2", 9, isSidechain=True)
        own = claude("b", "3", 5, isSidechain=True)
        ledger = counted(lines(tmp_path, [claude("a", "1", 9, isSidechain=False), replayed, own]))
        assert (counts(ledger)["output_tokens"], ledger.requests) == (14, 2)

    def test_lines_without_an_id_are_each_their_own(self, tmp_path):
        assert counted(lines(tmp_path, [claude(None, None, 5), claude(None, None, 5)])).requests == 2

    def test_messages_of_its_own_and_prompts_are_no_usage(self, tmp_path):
        synthetic = claude("e", "9", 0)
        synthetic["message"]["model"] = "<synthetic>"
        prompt = {"type": "user", "sessionId": "s", "message": {"role": "user", "content": "x"}, "timestamp": NOON}
        ledger = counted(
            lines(tmp_path, [synthetic, prompt, {"type": "summary", "leafUuid": "u"}, claude("a", "1", 5)])
        )
        assert (ledger.requests, ledger.refused_rows) == (1, 0)
        assert sorted(skipped.rows for skipped in ledger.skipped) == [1, 2]

    def test_its_cost_is_an_estimate(self, tmp_path):
        group = only(counted(lines(tmp_path, [claude("a", "1", 5, costUSD=0.12)])))
        assert (group.billed, group.cost_kind, group.billed_currency) == (Fraction("0.12"), "estimated", "USD")

    def test_the_shape_of_2024(self, tmp_path):
        old = {"sessionId": "s", "uuid": "u", "timestamp": NOON, "model": "claude-old", "costUSD": 0.1}
        old |= {"inputTokens": 5, "outputTokens": 6, "cacheCreationInputTokens": 7, "cacheReadInputTokens": 8}
        ledger = counted(lines(tmp_path, [old]))
        assert counts(ledger) == {
            "input_tokens": 20,
            "cache_read_tokens": 8,
            "cache_write_tokens": 7,
            "output_tokens": 6,
        }

    def test_a_line_of_text_is_refused_by_its_number(self, tmp_path):
        text = "not json at all\n"
        path = lines(tmp_path, [claude("a", "1", 5)])
        path.write_text(path.read_text() + text)
        ledger = counted(path)
        assert (codes(ledger), ledger.refused_rows, ledger.problems[0].place.line) == (["malformed-json"], 1, 2)


class TestResponses:
    WRAPPERS = {
        "bare": lambda body: body,
        "request and response": lambda body: {"request": {"model": "asked"}, "response": body},
        "batch output": lambda body: {"custom_id": "1", "response": {"status_code": 200, "body": body}},
        "body": lambda body: {"timestamp": NOON, "body": body},
        "batch result": lambda body: {"custom_id": "1", "result": {"type": "succeeded", "message": body}},
    }

    @pytest.mark.parametrize("wrapper", WRAPPERS)
    def test_every_wrapper_counts_once(self, tmp_path, wrapper):
        ledger = counted(lines(tmp_path, [self.WRAPPERS[wrapper](chat(10, 3))] * 2))
        assert (counts(ledger), ledger.requests) == ({"input_tokens": 20, "output_tokens": 6}, 2)
        assert only(ledger).service_tier == ("batch" if "batch" in wrapper else "standard")

    def test_a_wrapper_that_comes_late_is_found(self, tmp_path):
        """The first lines show bare answers only; thousands of lines later a gateway wraps them."""
        records = [chat(1, 1)] * 500 + [wrap(chat(10, 1)) for wrap in self.WRAPPERS.values()]
        ledger = counted(lines(tmp_path, records))
        assert (ledger.totals["input_tokens"], ledger.refused_rows) == (550, 0)

    def test_a_gap_in_the_total_is_reasoning(self, tmp_path):
        """Gemini's compatible endpoint: 35 + 12 of 109; 62 were thoughts."""
        body = chat(35, 12)
        body["usage"]["total_tokens"] = 109
        ledger = counted(lines(tmp_path, [body]))
        assert counts(ledger) == {"input_tokens": 35, "output_tokens": 74, "reasoning_tokens": 62}
        assert ledger.notes[0].endswith(": 1")

    def test_reasoning_beside_the_completion_is_not_counted_twice(self, tmp_path):
        body = chat(10, 5)
        body["usage"] |= {"total_tokens": 35, "completion_tokens_details": {"reasoning_tokens": 20}}
        assert counts(counted(lines(tmp_path, [body]))) == {
            "input_tokens": 10,
            "output_tokens": 25,
            "reasoning_tokens": 20,
        }

    def test_the_served_tier_wins_over_the_requested(self, tmp_path):
        records = [{"request": {"service_tier": "priority"}, "response": chat(1, 1, service_tier="default")}]
        assert only(counted(lines(tmp_path, records))).service_tier == "standard"

    def test_gemini_thoughts_and_tool_results(self, tmp_path):
        usage = {
            "promptTokenCount": 10,
            "toolUsePromptTokenCount": 5,
            "candidatesTokenCount": 3,
            "thoughtsTokenCount": 7,
        }
        usage |= {"cachedContentTokenCount": 4, "totalTokenCount": 25}
        usage["promptTokensDetails"] = [{"modality": "AUDIO", "tokenCount": 6}, {"modality": "TEXT", "tokenCount": 4}]
        usage["cacheTokensDetails"] = [{"modality": "AUDIO", "tokenCount": 4}]
        body = {"modelVersion": "g", "createTime": NOON, "usageMetadata": usage}
        assert counts(counted(lines(tmp_path, [body]))) == {
            "input_tokens": 15,
            "cache_read_tokens": 4,
            "cache_read_audio_tokens": 4,
            "audio_input_tokens": 2,
            "output_tokens": 10,
            "reasoning_tokens": 7,
        }

    def test_gemini_in_snake_case(self, tmp_path):
        usage = {"prompt_token_count": 10, "candidates_token_count": 3, "thoughts_token_count": 7}
        ledger = counted(lines(tmp_path, [{"model_version": "g", "create_time": NOON, "usage_metadata": usage}]))
        assert counts(ledger) == {"input_tokens": 10, "output_tokens": 10, "reasoning_tokens": 7}

    def test_iterations_stand_for_the_top_level(self, tmp_path):
        """A compaction wrote 55,096 tokens that the top level leaves out; an advisor ran on another model."""
        parts = [
            {"input_tokens": 100, "cache_creation_input_tokens": 55_096, "output_tokens": 82},
            {"input_tokens": 2_518, "output_tokens": 22, "model": "adviser"},
        ]
        usage = {
            "input_tokens": 180,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 8,
        }
        usage |= {"iterations": parts, "server_tool_use": {"web_search_requests": 3}}
        ledger = counted(
            lines(tmp_path, [{"timestamp": NOON, "response": {"model": "main", "usage": usage}}]),
            input_lengths=(50_000,),
        )
        found = {group.model: (group.requests, group.input_over, group.band_basis) for group in ledger.groups}
        assert found == {"main": (1, 50_000, "request"), "adviser": (0, 0, "request")}
        assert counts(ledger) == {
            "input_tokens": 57_714,
            "cache_write_tokens": 55_096,
            "output_tokens": 104,
            "web_searches": 3,
        }

    def test_openrouter_with_a_key_of_your_own(self, tmp_path):
        body = chat(10, 3)
        body["usage"] |= {"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.5}}
        paid = chat(10, 3)
        paid["usage"] |= {"cost": 0.25, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.25}}
        group = only(counted(lines(tmp_path, [body, paid])))
        assert (group.provider, group.billed, group.cost_kind) == ("openrouter", Fraction(3, 4), "billed")

    def test_a_usage_object_that_nobody_knows_is_refused(self, tmp_path):
        ledger = counted(
            lines(tmp_path, [chat(1, 1), {"created": 1_788_264_000, "usage": {"units": 5}}, {"error": "x"}])
        )
        assert (codes(ledger), ledger.refused_rows) == (["no-usage-found"], 1)
        assert [skipped.rows for skipped in ledger.skipped] == [1]

    def test_one_that_lies_deeper_than_anyone_looks_is_refused_too(self, tmp_path):
        deep = {"trace": {"spans": {"last": {"usage": {"prompt_tokens": 5}}}}, "id": "x"}
        ledger = counted(lines(tmp_path, [chat(1, 1), deep]))
        assert (codes(ledger), ledger.refused_rows, ledger.problems[0].place.line) == (["no-usage-found"], 1, 2)
        assert ledger.skipped == []

    def test_words_about_usage_are_no_usage(self, tmp_path):
        talk = {"id": "x", "error": 'it said {"usage": {"prompt_tokens": 5}}'}
        ledger = counted(lines(tmp_path, [chat(1, 1), talk]))
        assert (ledger.refused_rows, [skipped.rows for skipped in ledger.skipped]) == (0, [1])

    @pytest.mark.parametrize("value", [True, "x", 1.5, -1, "1e-3", "1e"])
    def test_json_counts_are_strict(self, tmp_path, value):
        assert codes(counted(lines(tmp_path, [chat(1, 1), chat(1, 1) | {"usage": {"prompt_tokens": value}}]))) == [
            "bad-count"
        ]

    def test_customers_of_the_wrapper_are_dimensions(self, tmp_path):
        records = [{"customer": "acme", "timestamp": NOON, "response": chat(1, 1)}]
        assert only(counted(lines(tmp_path, records), "customer")).dimensions == ("acme",)

    def test_without_a_time_the_files_day_stands_in(self, tmp_path):
        body = chat(1, 1)
        del body["created"]
        ledger = counted(lines(tmp_path, [body]))
        assert only(ledger).naive is True
        assert ledger.undated_rows == 1


class TestDetection:
    def test_what_was_understood_is_shown(self, tmp_path):
        found = detect(write(tmp_path, "Day,Model,Prompt Tokens,team\n2026-09-01,m,1,x\n")).files[0]
        assert (found.format, found.dimensions) == ("plain", ("team",))
        assert found.columns == {"Day": "date", "Model": "model", "Prompt Tokens": "input_tokens"}

    def test_a_format_can_be_forced(self, tmp_path):
        path = write(tmp_path, f"{OPENAI_TIME},num_model_requests,model,input_tokens\n1788220800,1788307200,,,1,m,5\n")
        assert detect(path).files[0].format == "openai-usage"
        assert detect(path, usage_format="plain").files[0].format == "plain"

    def test_what_is_read_is_never_said_to_be_uncounted(self, tmp_path):
        usage = {"input_tokens": 5, "cache_read_input_tokens": 7, "output_tokens": 3, "service_tier": "standard"}
        record = {"type": "message", "id": "msg_1", "model": "claude-opus-4-8", "usage": usage, "timestamp": NOON}
        found = detect(lines(tmp_path, [record, record | {"id": "msg_2"}, {"type": "ping"}])).files[0]
        assert (found.format, found.uncounted) == ("raw-responses", ())
        assert found.columns["usage.cache_read_input_tokens"] == "cache_read_tokens"
        assert found.rows == RowTally(counted=2, left_out=1)

    def test_what_is_left_aside_and_what_is_refused_is_named(self, tmp_path):
        header = (
            "response_id,request_created_at,request_properties,model,prompt_tokens,completion_tokens,cost,latency\n"
        )
        rows = f"r1,{NOON},,gpt-5-mini,1,1,0,5\nr2,{NOON},,gpt-5-mini,1e-3,1,0,5\n"
        found = detect(write(tmp_path, header + rows)).files[0]
        assert (found.format, found.aside) == ("helicone", ("response_id", "request_properties", "latency"))
        assert found.rows == RowTally(counted=1, refused=1)
        assert [(problem.code, problem.place.line) for problem in found.refused] == [("bad-count", 3)]

    def test_a_file_that_two_formats_know_alike_is_refused_with_both(self, tmp_path):
        own = [
            write(tmp_path, f"format: {name}\nreads: json\nrecognise: [[a, b]]\ntime: {{field: a, as: plain}}\nmodel: b\n", f"{name}.yaml")
            for name in ("one", "two")
        ]  # fmt: skip
        log = lines(tmp_path, [{"a": NOON, "b": "m"}])
        with pytest.raises(CostcalcError) as error:
            detect(log, formats=own)
        (problem,) = error.value.problems
        assert (problem.code, problem.remedy) == (
            "format-unclear",
            "say which: --usage-format one or --usage-format two",
        )
        assert detect(log, usage_format="two", formats=own).files[0].format == "two"

    def test_a_file_that_comes_near_to_a_format_is_told_what_it_lacks(self, tmp_path):
        log = lines(tmp_path, [{"ai_org": "openai", "ai_model": "gpt-5", "req_units": 5}])
        with pytest.raises(CostcalcError) as error:
            detect(log)
        assert error.value.problems[0].expected.endswith("; near to portkey but for res_units, created_at")

    def test_an_unknown_format_is_answered_with_near_names(self, tmp_path):
        with pytest.raises(CostcalcError, match="openai-usage"):
            counted(write(tmp_path, "date,model,input_tokens\n2026-09-01,m,1\n"), usage_format="openai-usages")


class TestFormatFiles:
    def test_every_shipped_file_is_read_without_a_problem(self):
        assert {"openai-usage", "openai-cost", "anthropic-usage", "openrouter-activity"} <= set(formats())

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("metres: {input_tokens: a}", "unknown-key"),
            ("meters: {input_token: a}", "unknown-meter"),
            ("time: {field: a, as: moon}", "unknown-name"),
            ("cost: {amount: a, kind: guessed}", "unknown-name"),
            ("shapes: {a: {like: b}}", "unknown-name"),
            ("format: x", "duplicate-key"),
        ],
    )
    def test_a_wrong_file_is_refused_with_its_place(self, tmp_path, line, code):
        path = write(tmp_path, f"format: x\nreads: table\n{line}\n", "x.yaml")
        with pytest.raises(CostcalcError) as error:
            read_format(path)
        assert [problem.code for problem in error.value.problems] == [code]
        assert error.value.problems[0].place.line == 3
