"""What people write is taken where it has one meaning, and what a run would refuse is found before it."""

from decimal import Decimal
from fractions import Fraction

import pytest
import yaml

import costcalc
from costcalc.api.plans import scenario_of
from costcalc.pricebook.hosts import HOSTS
from costcalc.problems import CostcalcError
from costcalc.scenario.hikes import hikes_from
from costcalc.scenario.read import parse_scenario
from costcalc.yamldoc import parse_yaml
from tests.scenario.test_schema import VALIDATOR, as_an_editor_sees

USAGE = "examples/usage.csv"
PLAN = "scenario: Plan\ngrowth:\n  - {each month: 3%, KEY: 2027-01}\nprices:\n  - {what: alibaba, change: +5%, KEY: 2026-12-01}\n"


def test_from_is_on():
    one, other = (parse_scenario(PLAN.replace("KEY", key), "plan.yaml", {}) for key in ("on", "from"))
    assert one == other
    assert f"{one.usage.growth[0].span.from_day}" == "2027-01-01"


def test_what_costcalc_writes_has_the_same_keys_for_a_reader_of_yaml_1_1(run_costcalc):
    for name in ("all-at-once", "subsidies-end"):
        entries = [
            entry
            for part in yaml.safe_load(run_costcalc("scenarios", "show", name).out).values()
            if isinstance(part, list)
            for entry in part
        ]
        assert all(isinstance(key, str) for entry in entries for key in entry)
        assert any("from" in entry for entry in entries)


def test_on_and_from_together_are_one_too_many():
    with pytest.raises(CostcalcError, match="two-days"):
        parse_scenario(PLAN.replace("KEY", "on").replace("+5%", "+5%, from: 2026-12-02"), "plan.yaml", {})


@pytest.mark.parametrize(
    ("written", "money"),
    [("$20", "20 USD"), ("€ 0.5", "1/2 EUR"), ("20 £", "20 GBP"), ("45 USD", "45 USD"), ("45", "45 ")],
)
def test_a_sign_of_money_is_its_currency(written, money):
    text = f"scenario: Fees\nrevenue:\n  - {{per: request, amount: {written}}}\n"
    (fee,) = parse_scenario(text, "plan.yaml", {}).business.revenue
    assert f"{fee.amount.amount} {fee.amount.currency}" == money
    assert not [*VALIDATOR.iter_errors(as_an_editor_sees(parse_yaml(text).root))]


@pytest.mark.parametrize("written", ["¥20", "$-20", "$20 USD", "20 dollars"])
def test_a_sign_of_two_currencies_or_beside_a_code_is_none(written):
    with pytest.raises(CostcalcError, match="bad-amount"):
        parse_scenario(f"scenario: Fees\nrevenue:\n  - {{per: request, amount: {written}}}\n", "plan.yaml", {})


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (0.05, "5%"),
        (-0.2, "-20%"),
        (Decimal("1.5"), "1.5"),
        (34, "34"),
        (Fraction(1, 8), "12.5%"),
        ((0.05, 0.34), "5%..34%"),
    ],
)
def test_a_number_below_one_is_a_share_in_python(change, flag):
    assert hikes_from({"alibaba": change}) == [f"alibaba={flag}"]


@pytest.mark.parametrize(
    "name", ["Alibaba Cloud", "alibaba_cloud", "aliyun", "Baidu AI Cloud", "Google AI Studio", "Tencent Cloud"]
)
def test_a_hike_names_a_provider_as_people_spell_it(name):
    book = costcalc.read_prices().pricebook.provider_named(name)
    (change,) = costcalc.project(USAGE, hikes={name: 34}).report.changes.changes
    assert change.selector.provider == book
    ahead = costcalc.outlook(USAGE, hikes={name: 34}, months=1).report
    assert ahead.changes.changes[0].selector.provider == book


@pytest.mark.parametrize("name", ["Alibaba Cloud", "aliyun", "alibaba_cloud"])
def test_a_contract_names_a_provider_as_people_spell_it(name, tmp_path, run_costcalc):
    rates = tmp_path / "rates.yaml"
    rates.write_text(
        f"discounts:\n  - {{what: '{name}/qwen*', percent: 10%}}\ncommitments:\n  - {{what: {name}, each: month, amount: 5 USD}}\n",
        encoding="utf-8",
    )
    terms = costcalc.read_prices(pricebooks=[rates]).pricebook.terms
    assert {f"{each.selector}" for each in (*terms.discounts, *terms.commitments)} == {"alibaba/qwen*", "alibaba"}
    assert run_costcalc("prices", "lint", rates).code == 0


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("together", "together_ai"),
        ("Together AI", "together_ai"),
        ("together_ai", "together_ai"),
        ("Azure AI Foundry", "azure_ai"),
        ("GroqCloud", "groq"),
        ("Oracle Cloud", "oci"),
        ("azure openai", "azure"),
    ],
)
def test_a_hike_names_a_host_as_logs_do(name, provider):
    assert costcalc.read_prices().pricebook.payer_named(name) == provider
    (change,) = costcalc.project(USAGE, hikes={name: 5}).report.changes.changes
    assert change.selector.provider == provider


def test_every_word_for_a_host_is_a_name_of_its_provider():
    prices = costcalc.read_prices()
    for host in HOSTS:
        words = (host.name, host.title, *host.words)
        payers = {prices.pricebook.payer_named(word) for word in words}
        raised = {scenario_of(None, {word: 5}, prices).items[0].hikes[0].selector.provider for word in words}
        assert raised == payers
        assert len(payers) == 1


def test_a_family_is_no_provider():
    with pytest.raises(CostcalcError, match="unknown-selector"):
        costcalc.project(USAGE, hikes={"qwen": 34})


def test_a_slip_in_a_meter_is_no_rise_of_everything(run_costcalc):
    run = run_costcalc("project", USAGE, "--hike", "alibaba:output=10")
    assert run.code == 2
    assert 'no meter is called "output"' in run.err
    assert "write alibaba:output_tokens" in run.err


def test_an_unknown_column_of_a_where_is_said_with_its_line(run_costcalc, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("scenario: Plan\ngrowth:\n  - {each month: 3%, where: {teem: a}}\n", encoding="utf-8")
    run = run_costcalc("project", USAGE, "--scenario", plan)
    assert (run.code, f"{plan}:3:29: error[unknown-column]" in run.err) == (2, True)


@pytest.mark.parametrize(
    ("entry", "code", "log"),
    [
        ("moves:\n  - {share: 30%, to: openai/gpt-nope, quality: tested}", "unknown-target", False),
        ("growth:\n  - {each month: 3%, where: {teem: a}}", "unknown-column", True),
        ("prices:\n  - {what: qwn, change: +3%}", "unknown-selector", True),
        ("horizon: 2\nprices:\n  - {what: alibaba, change: +3%, from: 2029-01}", "hike-after-the-log", True),
    ],
)
def test_lint_finds_what_a_run_would_refuse(run_costcalc, tmp_path, entry, code, log):
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"scenario: Plan\n{entry}\n", encoding="utf-8")
    asked = ("--log", USAGE) if log else ()
    run = run_costcalc("scenarios", "lint", plan, *asked)
    assert run.code == 2
    assert f"error[{code}]" in run.err
    assert f"error[{code}]" in run_costcalc("project", USAGE, "--scenario", plan).err


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("prices:\n  - {what: alibaba, change: +3%, from: 2027-01}", '"alibaba=+3%@2027-01-01"'),
        ("prices:\n  - {what: alibaba, change: +3%, from: 2027-01}\ngrowth:\n  - {each month: 1%}", '"alibaba=+3%@2027-01-01"'),
        ("growth:\n  - {each month: 1%, from: 2027-01}", "plan.yaml:4"),
    ],
)  # fmt: skip
def test_what_a_shorter_horizon_leaves_out_is_said(run_costcalc, tmp_path, entry, said):
    """A log of September 2026: with 3 months of 12 the year ends first, and the file is not wrong."""
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"scenario: Plan\nhorizon: 12 months\n{entry}\n", encoding="utf-8")
    found = run_costcalc("project", USAGE, "--scenario", plan, "--months", 3, "--json")
    assert found.code == 0, found.err
    (note,) = [note for note in found.json["notes"] if note.startswith("Left out, because the 3 months end before: ")]
    assert said in note
    assert not [
        note
        for note in run_costcalc("project", USAGE, "--scenario", plan, "--json").json["notes"]
        if "Left out" in note
    ]


@pytest.mark.parametrize("name", ["scenario", "budgets"])
def test_a_start_names_its_schema_for_editors(run_costcalc, name):
    assert run_costcalc("init", name).out.startswith(f"# yaml-language-server: $schema={name}.schema.json\n")
