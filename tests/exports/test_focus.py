"""FOCUS: charges by day that the FinOps Foundation's validator accepts, and that add up to what cost prints."""

import csv
import io
import json
import os
import subprocess
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

import costcalc
from costcalc.render.focus import COLUMNS

USAGE = "examples/usage.csv"
# The two halves of "InvoiceId is null, or it is not": one of them fails in every file; the rule above them passes.
EITHER_WAY = {"InvoiceId-C-005-C"}
# What a log and a price list can know. Beyond it: reservations, zones, sub accounts, virtual currencies.
CRITERIA = (
    "PUBLIC_PRICE_LIST_SUPPORTED,USAGE_MEASUREMENT_SUPPORTED,UNIT_PRICING_SUPPORTED,NEGOTIATED_PRICING_SUPPORTED,"
    "REGION_SUPPORTED,TAGGING_SUPPORTED,PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED,"
    "MULTIPLE_PRICING_CATEGORIES_SUPPORTED,MULTIPLE_BILLING_ACCOUNT_TYPES_SUPPORTED,ACCOUNT_NAMING_SUPPORTED,"
    "RESOURCE_TYPE_ASSIGNMENT_SUPPORTED,BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED"
)
# FOCUS 1.2, columns that must be present, and those that may never be empty.
MANDATORY = {
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
    "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName",
    "ServiceCategory", "ServiceName",
}  # fmt: skip
MAY_BE_EMPTY = {"ChargeClass", "PricingQuantity", "PricingUnit"}

CONTRACT = """\
commitments:
  - {what: openai, each: month, amount: 1_000 USD}
discounts:
  - {what: anthropic, percent: 12.5%}
"""
BILLS = """date,provider,model,team,input_tokens,output_tokens,cost,currency
2026-09-01,openai,gpt-5.6-luna,search,1000000,20000,1.25,USD
2026-09-01,openai,gpt-5.6-luna,,1000000,20000,0.000000000125,USD
2026-09-02,openai,gpt-5.6-luna,search,0,0,-3.50,USD
2026-09-02,alibaba,qwen3-max,"=cmd|' /C calc'!A0",333333,77,,
2026-09-03,unheard-of,some-model,"a,""b"" c",10,10,0.70,CNY
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("focus")
    (folder / "bills.csv").write_text(BILLS, encoding="utf-8")
    (folder / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def results(repo_root, folder):
    """Reports of several kinds: lists in two currencies, bills with a credit, a contract with a minimum."""
    usage = str(repo_root / USAGE)
    contract = costcalc.read_prices([str(folder / "contract.yaml")])
    return {
        "lists": costcalc.cost(usage, by=("customer", "feature")),
        "in yuan": costcalc.cost(usage, by="model", currency="CNY"),
        "in Shanghai": costcalc.cost(usage, by="customer", timezone="Asia/Shanghai"),
        "bills": costcalc.cost(str(folder / "bills.csv"), by="team", currency="USD", basis="billed"),
        "contract": costcalc.cost(usage, by="customer", prices=contract),
    }


KINDS = ("lists", "in yuan", "in Shanghai", "bills", "contract")


@pytest.fixture(scope="module")
def charges(results):
    """The export of each report, made once."""
    return cache(lambda kind: results[kind].to_focus())


@pytest.fixture(scope="module")
def rows_of(charges):
    return cache(lambda kind: list(csv.DictReader(io.StringIO(charges(kind)))))


@pytest.mark.parametrize("kind", KINDS)
def test_charges_add_up_to_the_printed_total(results, rows_of, kind):
    result = results[kind]
    total = sum(Decimal(row["BilledCost"]) for row in rows_of(kind))
    assert total.quantize(Decimal("0.01")) == Decimal(round(result.report.total * 100)) / 100
    assert {row["BillingCurrency"] for row in rows_of(kind)} == {result.report.currency}


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_of_the_list_holds(rows_of, kind):
    rows = rows_of(kind)
    assert set(rows[0]) == set(COLUMNS) >= MANDATORY
    for row in rows:
        assert all(row[name] for name in MANDATORY - MAY_BE_EMPTY), row
        assert row["ChargePeriodStart"] < row["ChargePeriodEnd"]
        assert row["BillingPeriodStart"] <= row["ChargePeriodStart"] < row["BillingPeriodEnd"]
        assert all(row[name].endswith("Z") and len(row[name]) == 20 for name in row if "Period" in name)
        assert row["ServiceCategory"] == "AI and Machine Learning"
        if row["ChargeCategory"] == "Usage":
            assert row["SkuId"]
            assert row["SkuPriceId"]
            assert row["ConsumedUnit"]
            for cost, price in (("ListCost", "ListUnitPrice"), ("ContractedCost", "ContractedUnitPrice")):
                product = Decimal(row[price]) * Decimal(row["PricingQuantity"])
                assert abs(product - Decimal(row[cost])) <= Decimal("1e-9") * max(1, abs(Decimal(row[cost])))
        else:
            assert row["ConsumedQuantity"] == ""
            assert row["PricingUnit"] == ""


def test_a_price_of_a_contract_stands_beside_the_list(rows_of):
    row = next(row for row in rows_of("contract") if row["ProviderName"] == "anthropic")
    assert Decimal(row["ContractedUnitPrice"]) == Decimal(row["ListUnitPrice"]) * Decimal("0.875")
    (short,) = [row for row in rows_of("contract") if row["ChargeCategory"] == "Adjustment"]
    assert short["ProviderName"] == "openai"
    assert short["x_CostBasis"] == "shortfall"
    assert Decimal(short["BilledCost"]).quantize(Decimal("0.01")) == Decimal("357.99")  # 1,000.00 − 642.01
    assert json.loads(short["Tags"]) == {"customer": "unallocated"}


def test_a_day_of_shanghai_begins_at_four_in_the_afternoon(rows_of):
    row = rows_of("in Shanghai")[0]
    assert row["ChargePeriodStart"] == "2026-08-31T16:00:00Z"
    assert row["BillingPeriodStart"] == "2026-08-31T16:00:00Z"


def test_a_price_in_another_currency_keeps_it(rows_of):
    row = next(row for row in rows_of("lists") if row["ProviderName"] == "alibaba")
    assert (row["PricingCurrency"], row["x_FxMonth"]) == ("CNY", "2026-09")
    in_yuan = Decimal(row["PricingCurrencyListUnitPrice"]) * Decimal(row["x_FxRate"])
    assert abs(in_yuan - Decimal(row["ListUnitPrice"])) < Decimal("1e-12")


def test_who_names_no_team_is_unallocated(rows_of):
    tags = [json.loads(row["Tags"])["team"] for row in rows_of("bills")]
    assert "unallocated" in tags
    assert "=cmd|' /C calc'!A0" in tags  # within a JSON object it starts no formula


def test_a_credit_is_a_credit(rows_of):
    (row,) = [row for row in rows_of("bills") if row["ChargeCategory"] == "Credit"]
    assert (row["BilledCost"], row["ListCost"], row["ListUnitPrice"], row["ConsumedQuantity"]) == ("-3.5", "-3.5", "", "")  # fmt: skip


def test_no_figure_has_an_exponent(rows_of):
    costs = [row["BilledCost"] for row in rows_of("bills")]
    assert "0.000000000125" in costs


@pytest.mark.parametrize("kind", ["lists", "contract"])
def test_read_back_it_costs_the_same(results, charges, kind, tmp_path):
    path = tmp_path / "charges.csv"
    path.write_text(charges(kind), encoding="utf-8")
    again = costcalc.cost(str(path))
    assert round(again.report.total, 8) == round(results[kind].report.total, 8)


def test_the_ending_says_focus(run_costcalc, tmp_path):
    for name in ("september.focus.csv", "september.focus.parquet"):
        assert run_costcalc("cost", USAGE, "--by", "customer", "-o", tmp_path / name).code == 0
    assert run_costcalc("cost", USAGE, "--format", "focus", "-o", tmp_path / "other.csv").code == 0
    first = (tmp_path / "september.focus.csv").read_text(encoding="utf-8").splitlines()[0]
    assert first == (tmp_path / "other.csv").read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)
    import duckdb

    ((total,),) = duckdb.sql(f"SELECT sum(BilledCost) FROM '{tmp_path / 'september.focus.parquet'}'").fetchall()
    assert total.quantize(Decimal("0.01")) == Decimal("9637.87")


@pytest.mark.parametrize("kind", KINDS)
def test_the_public_validator_accepts_it(charges, kind, repo_root, tmp_path):
    failed, passed = validated(charges(kind), repo_root, tmp_path)
    assert failed <= EITHER_WAY
    assert {f"{name}-C-000-M" for name in ("BilledCost", "ListCost", "ChargeCategory", "PricingQuantity")} <= passed
    assert len(passed) > 250


def test_the_public_validator_finds_what_is_wrong(charges, repo_root, tmp_path):
    wrong = charges("lists").replace("AI and Machine Learning", "AI")
    assert "ServiceCategory-C-003-M" in validated(wrong, repo_root, tmp_path)[0]


def validated(text: str, repo_root: Path, tmp_path: Path) -> tuple[set[str], set[str]]:
    """The rules that failed and those that passed."""
    python = Path(os.environ.get("COSTCALC_FOCUS_VALIDATOR", repo_root / ".ci" / "focus" / "bin" / "python"))
    if not python.exists():
        pytest.skip("the FOCUS validator is not installed: bash .ci/focus-validator")
    path = tmp_path / "charges.csv"
    path.write_text(text, encoding="utf-8")
    home = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True).stdout.strip()  # fmt: skip
    run = subprocess.run(  # it looks for its currencies below the current folder
        [python, "-c", "from focus_validator.main import main; main()", "--data-file", str(path), "--validate-version",
         "1.2.0.1", "--block-download", "--applicability-criteria", CRITERIA],
        cwd=home, capture_output=True, text=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"}, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    words = [line.split() for line in run.stdout.splitlines()]
    verdicts = [(line[1].rstrip(":"), line[2]) for line in words if len(line) > 2 and line[2] in ("PASS", "FAIL")]
    return {rule for rule, verdict in verdicts if verdict == "FAIL"}, {rule for rule, verdict in verdicts if verdict == "PASS"}  # fmt: skip
