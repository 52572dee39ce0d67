"""A cost in a currency that no rate is known for: needed where the basis asks for it, and only there."""

from __future__ import annotations

import re

import pytest

from tests.kit import write_csv

ROW = {
    "date": "2026-08-01", "provider": "alibaba", "model": "qwen3-max", "input_tokens": 1_000_000, "output_tokens": 0,
    "cost": 3.1, "currency": "AED",
}  # fmt: skip


@pytest.fixture
def log(tmp_path):
    write_csv(tmp_path / "usage.csv", ROW, {**ROW, "date": "2026-09-30"})
    return tmp_path


def written(error) -> str:
    """What the remedy says is to be written into fx.yaml."""
    text = re.search(r"with --pricebook fx.yaml: (\{.*\})", error)
    assert text, error
    return text[1]


def test_the_list_prices_everything(log, run_costcalc):
    """2 × 1 M × 2.50 CNY by the list; the stated cost is an estimate that nothing asks for."""
    page = run_costcalc("cost", "usage.csv", cwd=log, columns=200)
    assert page.code == 0, page.err
    assert "5.00 CNY" in page.out
    assert (
        "List and stated cost of 2 rows are not set beside each other: no exchange rate from AED to CNY is known."
        in page.out
    )
    found = run_costcalc("cost", "usage.csv", "--json", cwd=log).json
    assert found["without_rate"] == [{"currency": "AED", "rows": 2}]
    assert found["list_and_stated"] is None


@pytest.mark.parametrize(
    "command",
    ["explain usage.csv", "advise usage.csv", "project usage.csv --scenario april-2026", "forecast usage.csv"],
)
def test_nor_do_other_commands_ask_for_it(command, log, run_costcalc):
    assert run_costcalc(*command.split(), cwd=log).code == 0


def test_what_can_be_exchanged_is_still_set_beside_the_list(log, run_costcalc):
    write_csv(log / "usage.csv", ROW, {**ROW, "currency": "CNY"})
    found = run_costcalc("cost", "usage.csv", "--json", cwd=log).json
    assert found["without_rate"] == [{"currency": "AED", "rows": 1}]
    assert found["list_and_stated"]["listed"]["exact"] == "2.5"
    assert found["list_and_stated"]["stated"]["exact"] == "3.1"


def test_where_the_basis_asks_for_it_the_rows_are_named_and_the_remedies_work(log, run_costcalc):
    words = ("cost", "usage.csv", "--basis", "billed", "--currency", "CNY")
    wrong = run_costcalc(*words, cwd=log)
    assert wrong.code == 2
    assert "for 2026-08, 2026-09: 2 rows of alibaba/qwen3-max, whose cost is stated in AED" in wrong.err
    (log / "fx.yaml").write_text(written(wrong.err).replace("RATE", "8"), encoding="utf-8")
    right = run_costcalc(*words, "--pricebook", "fx.yaml", "--json", cwd=log).json
    assert right["total"]["exact"] == "49.6"  # 2 × 3.10 AED × 8
    other = re.search(r"or take the list prices: (--basis \w+)", wrong.err)
    assert run_costcalc(*words, *other[1].split(), cwd=log).code == 0


def test_a_model_without_a_price_needs_it(log, run_costcalc):
    write_csv(log / "usage.csv", ROW, {**ROW, "provider": "x", "model": "own"})
    wrong = run_costcalc("cost", "usage.csv", cwd=log)
    assert wrong.code == 2
    assert "1 row of x/own, whose cost is stated in AED" in wrong.err
    assert "--basis list" not in wrong.err


def test_a_bill_whose_list_is_in_another_currency(log, run_costcalc):
    row = {**ROW, "billed_cost": ROW["cost"]}
    del row["cost"]
    write_csv(log / "usage.csv", row)
    page = run_costcalc("cost", "usage.csv", cwd=log, columns=200)
    assert page.code == 0, page.err
    assert "3.10 AED" in page.out
    assert "no exchange rate from CNY to AED" in page.out


def test_the_rates_that_are_known_are_not_lost_by_what_the_remedy_writes(log, run_costcalc):
    """A file's pair stands in place of the table's: a month before it once took the place of all that follow."""
    write_csv(log / "usage.csv", {**ROW, "currency": "CNY", "date": "2024-12-01"}, {**ROW, "currency": "CNY"})
    words = ("cost", "usage.csv", "--basis", "billed", "--currency", "USD", "--json")
    wrong = run_costcalc(*words, cwd=log)
    assert "for 2024-12: 1 row" in wrong.err
    (log / "fx.yaml").write_text(written(wrong.err).replace("RATE", "7"), encoding="utf-8")
    found = run_costcalc(*words, "--pricebook", "fx.yaml", cwd=log).json
    write_csv(log / "usage.csv", {**ROW, "currency": "CNY"})
    august = run_costcalc(*words, cwd=log).json
    rates = {rate["month"]: rate for rate in found["exchange_rates"]}
    assert rates["2026-08"]["rate"] == august["exchange_rates"][0]["rate"]
    assert rates["2024-12"]["rate"] != rates["2026-08"]["rate"]
    assert not any(rate["held"] for rate in rates.values())


def test_one_file_states_every_pair_that_is_missing(log, run_costcalc):
    write_csv(
        log / "usage.csv", {**ROW, "currency": ""}, {**ROW, "provider": "openai", "model": "gpt-5", "currency": ""}
    )
    words = ("cost", "usage.csv", "--basis", "list", "--currency", "AED")
    wrong = run_costcalc(*words, cwd=log)
    assert "from CNY to AED" in wrong.err
    assert "from USD to AED" in wrong.err
    (log / "fx.yaml").write_text(written(wrong.err).replace("RATE", "0.5"), encoding="utf-8")
    assert run_costcalc(*words, "--pricebook", "fx.yaml", cwd=log).code == 0


@pytest.mark.parametrize("command", ["cost", "project", "forecast", "explain", "advise"])
def test_a_currency_that_is_none_is_said_before_any_rate_is_looked_for(command, log, run_costcalc):
    hike = ["--hike", "alibaba=3"] if command == "project" else []
    wrong = run_costcalc(command, "usage.csv", *hike, "--currency", "dollars", cwd=log)
    assert wrong.code == 2
    assert 'error[bad-currency]: "dollars" is not a currency' in wrong.err
    assert run_costcalc(command, "usage.csv", *hike, "--currency", "cny", cwd=log).code == 0


def test_what_the_log_calls_a_currency_and_is_none_is_to_be_written_there(log, run_costcalc):
    write_csv(log / "usage.csv", {**ROW, "provider": "x", "model": "own", "currency": "US dollars"})
    wrong = run_costcalc("cost", "usage.csv", "--currency", "USD", cwd=log)
    assert wrong.code == 2
    assert '"US DOLLARS" is not a code of a currency: write one such as USD in the log' in wrong.err
    write_csv(log / "usage.csv", {**ROW, "provider": "x", "model": "own", "currency": "USD"})
    assert run_costcalc("cost", "usage.csv", "--currency", "USD", cwd=log).code == 0
