"""Bills and cost exports: each format's rows, amounts, models, meters and what is no usage (taxes, credits)."""

import gzip
import json
from fractions import Fraction
from pathlib import Path

import pytest

from costcalc.problems import CostcalcError
from costcalc.usage.ledger import UsageLedger
from tests.conftest import REPO_ROOT
from tests.usage.kit import counted

SAMPLES = REPO_ROOT.parent / "shared" / "samples"
USD = Fraction


def sample(name: str) -> Path:
    """A bill of the folder beside the checkout."""
    if not SAMPLES.is_dir():
        pytest.skip("the samples of others lie beside the checkout")
    return SAMPLES / name


def bill(*paths: Path) -> UsageLedger:
    """The bill with its items and kinds of charge apart, where it has them."""
    return counted(list(paths), if_offered=("charge", "item"))


def billed(ledger: UsageLedger, charge: str = "usage") -> dict[tuple[str, str | None], Fraction]:
    """What was billed, by model and meter, of one kind of charge; bills without kinds have usage alone."""
    found: dict[tuple[str, str | None], Fraction] = {}
    for group in ledger.groups:
        kinds = dict(zip(ledger.dimensions, group.dimensions, strict=True))
        if (kinds.get("charge") or "usage") == charge:
            key = (group.model, group.billed_meter or None)
            found[key] = found.get(key, Fraction()) + (group.billed or Fraction())
    return found


CASES = {
    "openai-cost-csv/cost_2026-08-01_2026-08-31.csv": {("", None): "0.0034"},
    "openai-costs-api/costs.made.json": {
        ("gpt-5.6-sol", "input_tokens"): "1.5",
        ("gpt-5.6-sol", "cache_read_tokens"): "0.4",
        ("", None): "0.25",
    },
    # 12.063 cents, 156.012 cents, 7 cents
    "anthropic-cost-api/cost_report.made.json": {
        ("claude-sonnet-5", "input_tokens"): "0.12063",
        ("claude-sonnet-5", "cache_read_tokens"): "1.56012",
        ("", None): "0.07",
    },
    "anthropic-cost-csv/claude_api_cost.csv": {
        ("Claude-Haiku-4.5", "input_tokens"): "0",
        ("Claude-Haiku-4.5", "cache_read_tokens"): "1.41",
        ("Claude-Haiku-4.5", "output_tokens"): "2.59",
        ("Claude-Opus-4.8", "output_tokens"): "10",
    },
    # 430.07 + 505.87, of days of their own
    "openrouter-activity-aggregated-csv/activity_by_model.made.csv": {("anthropic/claude-opus-4.7", None): "935.94"},
    # usage 0.015, and 0.012 paid with a key of one's own
    "openrouter-activity-api/activity.made.json": {("openai/gpt-4.1-2025-04-14", None): "0.027"},
    "litellm-daily/LiteLLM_DailyUserSpend.made.csv": {("anthropic/claude-sonnet-5", None): "2.31"},
    "litellm-daily/usage_page_export_daily.made.csv": {("", None): "1234.5678"},
    "litellm-daily/usage_page_export_daily_with_models.made.csv": {
        ("claude-sonnet-5", None): "1034.5678",
        ("gpt-5-mini", None): "200",
    },
    "deepseek-export/cost-2026-09-01_2026-09-30.made.csv": {("deepseek-flash", None): "0.78"},
    "aliyun-bill-csv/bill_detail_utf8bom.made.csv": {
        ("qwen-max", "input_tokens"): "300",
        ("qwen-max", "output_tokens"): "267.84",
        ("qwen-plus", "input_tokens"): "4",
    },
    "baidu-bill-csv/bill_detail.made.csv": {
        ("ERNIE-4.5-Turbo-128K", "input_tokens"): "100",
        ("ERNIE-4.5-Turbo-128K", "output_tokens"): "99.2",
    },
    "baidu-bill-api/resource_month_bill.made.json": {("ERNIE-4.5-Turbo-128K", "input_tokens"): "100"},
    "volcengine-bill-csv/bill_detail.made.csv": {
        ("doubao-seed-1.6", "input_tokens"): "100",
        ("doubao-seed-1.6", "output_tokens"): "223.2",
    },
    "volcengine-bill-api/list_bill_detail.made.json": {("doubao-seed-1.6", "input_tokens"): "100"},
    "aws-cur2-csv/cur2_bedrock.made.csv": {
        ("Claude-Haiku-4.5", "input_tokens"): "13.75",
        ("Claude-Haiku-4.5", "output_tokens"): "17.05",
        ("Claude-Haiku-4.5", "cache_read_tokens"): "8.8",
        ("Claude-Haiku-4.5", "cache_write_tokens"): "5.5",
        ("Claude-Opus-5.5", "input_tokens"): "8",
        ("NovaLite", "input_tokens"): "0.00837654",
        ("NovaLite", "output_tokens"): "0.00169392",
    },
    "azure-cost-csv/ea_actual_cost_aoai.made.csv": {
        ("gpt-4o", "input_tokens"): "3.125",
        ("gpt-4o", "cache_read_tokens"): "1",
        ("gpt-4o", "output_tokens"): "3.1",
        ("GPT-5.1", "output_tokens"): "3.1",
        ("gpt-4o-mini", "input_tokens"): "0.0135",
    },
    # 0.775 + 0.225 of thinking
    "gcp-billing-export/gcp_billing_vertex.made.jsonl": {
        ("Gemini-2.5-Flash", "input_tokens"): "0.375",
        ("Gemini-2.5-Flash", "cache_read_tokens"): "0.024",
        ("Gemini-2.5-Flash", "output_tokens"): "1",
        ("Gemini-3-Flash", "cache_storage_token_hours"): "0",
    },
    "focus/focus_1_0_sample_excerpt.csv": {},
    **{
        f"focus/focus_{version}_genai.made.csv": {
            ("claude-sonnet-5", "input_tokens"): "0.9",
            ("claude-sonnet-5", "cache_read_tokens"): "1.56",
            ("claude-sonnet-5", "cache_write_tokens"): "1.2",
            ("claude-sonnet-5", "output_tokens"): "1.08",
        }
        for version in ("1_2", "1_3", "1_4")
    },
    "focus/litellm_focus_export.made.csv": {("anthropic/claude-sonnet-5", None): "2.31"},
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_bill_says(name):
    found = bill(sample(name))
    assert billed(found) == {key: USD(amount) for key, amount in CASES[name].items()}
    assert not found.refused_rows


def test_taxes_and_credits_of_a_cloud_are_kinds_of_their_own():
    aws = bill(sample("aws-cur2-csv/cur2_bedrock.made.csv"))
    assert sum(billed(aws, "tax").values()) == USD("1.23")
    assert sum(billed(aws, "credit").values()) == USD("-0.01")
    gcp = bill(sample("gcp-billing-export/gcp_billing_vertex.made.jsonl"))
    assert sum(billed(gcp, "tax").values()) == USD("0.12")
    assert sum(billed(gcp, "credit").values()) == USD("-0.5")  # it stands within a row of usage


def test_days_without_a_charge_are_days_of_the_bill():
    costs = bill(sample("openai-costs-api/costs.made.json"))
    assert costs.last_instant == 1_788_307_200  # the second bucket has no results
    assert [part.rows for part in costs.skipped] == [1]


def test_other_services_of_a_cloud_are_left_out_and_said():
    (part,) = bill(sample("azure-cost-csv/ea_actual_cost_aoai.made.csv")).skipped
    assert (part.reason, part.rows) == ("other services of the cloud", 1)


def test_an_export_in_another_language_is_read_by_the_names_in_brackets(tmp_path):
    text = "﻿计量名称 (MeterName),计量类别 (MeterCategory),计量子类别 (MeterSubCategory),日期 (Date),成本 (Cost),货币 (BillingCurrency)\n"
    text += "gpt 4o 1120 Outp glbl Tokens,Foundry Models,Azure OpenAI,08/31/2026,3.10,USD\n"
    path = tmp_path / "azure.csv"
    path.write_text(text, encoding="utf-8")
    found = bill(path)
    assert billed(found) == {("gpt-4o", "output_tokens"): USD("3.1")}
    assert found.groups[0].naive


def test_pages_of_an_api_are_read_one_a_line_too(tmp_path):
    page = {"data": [{"start_time": 1_788_134_400, "end_time": 1_788_220_800, "results": [
        {"amount": {"value": 0.1, "currency": "usd"}, "line_item": "gpt-5, input"}]}]}  # fmt: skip
    path = tmp_path / "pages.jsonl.gz"
    path.write_bytes(gzip.compress(f"{json.dumps(page)}\n{json.dumps(page)}\n".encode()))
    assert billed(bill(path)) == {("gpt-5", "input_tokens"): USD("0.2")}


def test_a_line_of_pages_that_is_no_json_is_refused_with_its_line(tmp_path):
    page = {"data": [{"start_time": 1_788_134_400, "end_time": 1_788_220_800, "results": [
        {"amount": {"value": 0.1, "currency": "usd"}, "line_item": "gpt-5, input"}]}]}  # fmt: skip
    path = tmp_path / "pages.jsonl"
    path.write_text(f"{json.dumps(page)}\nno json\n{json.dumps(page)}\n")
    found = bill(path)
    assert billed(found) == {("gpt-5", "input_tokens"): USD("0.2")}
    assert [problem.place.line for problem in found.problems if problem.place] == [2]


def test_a_request_log_that_only_looks_like_a_page_is_read_as_it_is(tmp_path):
    lines = [{"data": [{"results": []}], "model": "gpt-5", "created": 1_788_134_400, "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}}]  # fmt: skip
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert counted(path).totals["input_tokens"] == 3


def test_the_amounts_of_deepseek_count_hits_within_the_input():
    found = counted(sample("deepseek-export/amount-2026-09-01_2026-09-30.made.csv"))
    # misses 1,000,000 + 1,000,000 and hits 10,000,000
    assert (found.totals["input_tokens"], found.totals["cache_read_tokens"]) == (12_000_000, 10_000_000)
    assert found.totals["output_tokens"] == 500_000


def test_a_bill_without_its_amounts_is_said(tmp_path):
    path = tmp_path / "cost.csv"
    path.write_text("usage_date_utc,model,cost_usd,token_type\n2026-09-01,Claude Haiku 4.5,a lot,output\n")
    assert bill(path).refused_rows == 1
    path.write_text("amount_value,start_time_iso\n1,2026-09-01\n")
    with pytest.raises(CostcalcError, match="no column says the time"):
        bill(path)
