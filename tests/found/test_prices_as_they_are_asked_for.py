"""What a newcomer asked of prices, names and budgets, and was answered beside the question."""

import pytest

BILL = (
    "lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,"
    "lineItem/Operation,lineItem/UsageAmount,lineItem/CurrencyCode,lineItem/UnblendedCost,product/ProductName\n"
    "Usage,2026-09-01T10:00:00Z,2026-09-01T11:00:00Z,AmazonBedrock,USE1-NovaPro-input-tokens,InvokeModel,1000,USD,0.8,Amazon Bedrock\n"
)


def words(page):
    return " ".join(page.out.split())


@pytest.mark.parametrize("command", [("show", "gpt-4o"), ("history", "gpt-4o"), ("resolve", "gpt-4o")])
def test_a_region_that_no_list_has_is_refused_where_there_is_one_list_too(run_costcalc, command):
    refused = run_costcalc("prices", *command, "--region", "mars")
    assert refused.code == 2
    assert 'error[unknown-region]: openai has no list of the region "mars"' in refused.err
    assert "expected: global" in refused.err
    assert run_costcalc("prices", *command, "--region", "global").code == 0


def test_a_log_names_its_regions_as_it_likes(run_costcalc, tmp_path):
    log = tmp_path / "a.csv"
    log.write_text("date,provider,model,region,input_tokens,output_tokens\n2026-09-01,openai,gpt-4o,mars,1000000,0\n")
    assert run_costcalc("cost", log, "--json").json["total"]["rounded"] == "2.50"


def test_history_and_sheet_agree_since_when_a_price_holds(run_costcalc):
    """Its first block was seen on 20 Apr 2026, and is of the days before the second began."""
    on = ("--on", "2026-11-30")
    page = words(run_costcalc("prices", "history", "gemini-2.5-pro", *on))
    assert "of input up to 200K since 7 Jul 2025; another price from 1 Dec 2026" in page
    assert "Up to 200K input before 7 Jul 2025 1.25" in page
    assert "before 7 Jul 2025 start unknown: seen on 20 Apr 2026, an estimate" in page
    assert "in force since 7 Jul 2025" in words(run_costcalc("prices", "show", "gemini-2.5-pro", *on))


def test_a_model_billed_as_another_has_that_price_since_it_is(run_costcalc):
    shown = run_costcalc("prices", "show", "gemini-2.5-pro", "--on", "2026-12-02")
    assert "billed as gemini-3.8-flash price on 2 Dec 2026 · in force since 1 Dec 2026" in words(shown)
    later = run_costcalc("prices", "show", "gemini-2.5-pro", "--on", "2027-01-02", "--json").json
    assert (later["billed_as"], later["since"]) == ("gemini-3.8-flash", "2027-01-01")
    itself = run_costcalc("prices", "show", "gemini-3.8-flash", "--on", "2026-12-02", "--json").json
    assert itself["since"] == "2026-09-02"


def test_of_a_bill_of_bedrock_its_own_model_is_offered(run_costcalc, tmp_path):
    """NovaPro is written amazon.nova-pro in its book; deepgram/nova has no price by the token."""
    bill = tmp_path / "cur.csv"
    bill.write_text(BILL)
    page = words(run_costcalc("cost", bill, "--by", "model", "--basis", "list"))
    assert "--alias NovaPro=bedrock/amazon/nova-pro" in page
    assert "deepgram" not in page


def test_usage_in_tokens_is_offered_no_model_without_a_price_by_the_token(run_costcalc, tmp_path):
    log = tmp_path / "a.csv"
    log.write_text("date,model,input_tokens,output_tokens\n2026-09-01,NovaPro,1000000,0\n")
    assert "deepgram" not in words(run_costcalc("cost", log))
    assert "deepgram/nova" in run_costcalc("prices", "show", "deepgram/novapro").err


def test_revenue_is_written_in_thousands_as_a_budget_is(run_costcalc):
    for said, amount in (("24k", "24,000.00"), ("24K USD", "24,000.00"), ("$0.024M", "24,000.00")):
        page = words(run_costcalc("project", "examples/usage.csv", "--hike", "alibaba=34", "--revenue", said))
        assert f"{amount} USD in 30 days · --revenue" in page
    refused = run_costcalc("project", "examples/usage.csv", "--hike", "alibaba=34", "--revenue", "24q")
    assert (refused.code, "is not an amount" in refused.err) == (2, True)


def test_of_a_limit_by_the_day_the_full_one_is_passed_later(run_costcalc, tmp_path):
    budgets = tmp_path / "b.yaml"
    budgets.write_text(
        "budgets:\n  - {name: weekly, each: week, where: {customer: acme}, limit: 1_000 USD, prorate: true}\n"
    )
    page = words(run_costcalc("check", "examples/usage.csv", "--budgets", budgets))
    assert "at 162.55 USD a day the full limit of 1,000.00 USD is passed on 4 Oct 2026, an estimate" in page
    assert "it breaks" not in page
